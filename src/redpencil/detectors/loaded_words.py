"""Closed lists of plain words: by them the detector of loaded labels finds a label's edges and knows its patterns."""

from __future__ import annotations


def _words(listing: str) -> frozenset[str]:
    return frozenset(listing.split())


# Words that no label reaches across.
FUNCTION_WORDS = _words(
    """
    a an the this that these those some any no every each all both either neither another such what which whose who
    whom my your his her its our their i you he she it we they me him us them one two three four five six seven
    eight nine ten and or but nor so yet for if then than as at by from in into of off on onto out over to up with
    without within about above across after against along amid among around before behind below beneath beside
    between beyond despite down during except inside like near outside past per since through throughout toward
    towards under until upon via when where while why how because although though unless whether is are was were be
    been being am has have had having do does did doing done will would shall should can could may might must not
    n't never ever always also only just even still already again there here now today yesterday tomorrow tonight
    monday tuesday wednesday thursday friday saturday sunday january february march april june july august september
    october november december said says say told tell tells called call calls calling named dubbed labeled labelled
    become became becomes becoming remain remains remained seem seems seemed mr mrs ms dr sir president minister
    senator judge justice pope king queen prince bishop cardinal general colonel captain secretary governor mayor
    many most more much few several less least very too well however meanwhile moreover including killed killing
    fighting fight attacked attacking other others own same
    """
)
# Nouns for people, groups and what they rule. A loaded quality before one of them makes a label of it.
PEOPLE = _words(
    """
    man men woman women person people boy boys girl girls guy guys fellow youth youths adult adults child children
    kid kids individual individuals citizen citizens resident residents voter voters worker workers family families
    couple leader leaders ruler rulers politician politicians president presidents minister ministers lawmaker
    lawmakers congressman congressmen congresswoman senator senators governor governors mayor official officials
    officer officers bureaucrat bureaucrats diplomat diplomats judge judges lawyer lawyers prosecutor prosecutors
    general generals commander commanders soldier soldiers troop troops fighter fighters gunman gunmen attacker
    attackers militia militias militiaman militiamen army armies forces force police cop cops guard guards agent
    agents spy spies operative operatives group groups gang gangs faction factions organization organizations
    organisation organisations movement movements party parties coalition alliance camp crowd crowds bunch band
    bands network networks cell cells cartel cartels government governments administration administrations state
    states nation nations country countries kingdom empire republic power powers authority authorities leadership
    establishment bureaucracy elite elites dynasty clan clans activist activists protester protesters protestor
    protestors demonstrator demonstrators campaigner campaigners supporter supporters follower followers ally allies
    backer backers donor donors sponsor sponsors opponent opponents critic critics rival rivals enemy enemies foe
    foes adversary adversaries journalist journalists reporter reporters editor editors columnist columnists blogger
    bloggers writer writers author commentator commentators pundit pundits press media outlet outlets newspaper
    broadcaster academic academics professor professors teacher teachers student students scholar scholars scientist
    scientists expert experts intellectual intellectuals priest priests cleric clerics imam imams bishop bishops
    cardinal cardinals preacher preachers pastor pastors prelate prelates sect sects church believer believers
    celebrity celebrities billionaire billionaires millionaire banker bankers businessman businessmen executive
    executives ceo boss bosses lobbyist lobbyists globalist globalists liberal liberals conservatives democrats
    republicans progressives socialists communists marxists feminists nationalists separatists rebel rebels
    insurgent insurgents militant militants islamist islamists migrant migrants immigrant immigrants refugee
    refugees alien aliens killer killers murderer murderers rapist rapists criminal criminals offender offenders
    felon felons thief thieves trafficker traffickers smuggler smugglers hacker hackers character characters
    creature creatures figure figures speaker speakers candidate candidates king queen prince chief warlord warlords
    oligarch oligarchs wing element elements lobby brigade apparatus entity institution institutions defender
    defenders icon icons advocate advocates theologian theologians clique propagandist propagandists personality
    personalities
    """
)
# Nouns that stand before a label's noun as part of it, and plain adjectives without an ending that shows them.
MODIFIERS = _words(
    """
    armed foreign local young old ruling hate boycott street state drug human pro anti right left wing far hard rich
    poor real true fallen great campus party religious secular domestic international western eastern northern
    southern arab turkish russian syrian american british french german iranian israeli saudi chinese ukrainian
    european african asian islamic christian muslim jewish catholic protestant white black brown gun oil war peace
    border climate media internet online twitter facebook government union college university city village mountain
    desert islamist radical so-called self-styled self-proclaimed self-appointed would-be former ex big small little
    low high top new late lone mass serial known failed washed-up pampered spoiled privileged wealthy powerful
    dangerous violent masked hooded paid hired trained backed unelected two-bit third-rate second-rate common petty
    career professional lifelong notorious alleged suspected convicted accused leftist rightist liberal conservative
    progressive socialist communist marxist democrat republican feminist globalist nationalist separatist zionist
    terror terrorist puppet rogue outlaw renegade political moral corporate crony boy girl hollywood washington
    establishment elite proxy client occupation military police fanatical super
    """
)
# Those of them that are of a country or a part of the world.
NATIONAL = _words(
    """
    arab turkish russian syrian american british french german iranian israeli saudi chinese ukrainian european
    kurdish greek dutch spanish polish iraqi western
    """
)
ADJECTIVE_ENDINGS = ("al", "ic", "ous", "ive", "ish", "ian", "ese", "ful", "less", "able", "ible", "ary", "ist")
# Words with such an ending that are no adjectives.
NOT_ADJECTIVES = _words(
    """
    appeal deal reveal steal heal conceal meal goal proposal refusal arrival approval removal hospital capital
    journal signal rival trial total individual animal metal music topic traffic panic public republic logic clinic
    critic arsenal give live leave have drive arrive receive believe achieve prove move love survive olive five
    above archive executive detective native relative initiative objective narrative publish punish finish establish
    vanish abolish furnish wish fish dish polish english dictionary secretary january february library salary
    summary diary military enable disable table cable unable vocabulary anniversary judiciary guardian technician
    politician musician physician historian civilian comedian magician exist insist persist resist assist consist
    list mist unless nevertheless regardless nonetheless these cheese chinese
    """
)
STRONG_ADVERBS = _words(
    """
    utterly totally completely absolutely downright outright simply truly incredibly deeply grossly wildly overly
    profoundly patently blatantly extremely hugely massively terribly horribly woefully painfully shockingly
    insanely ridiculously absurdly hopelessly thoroughly wholly plainly positively unbelievably astonishingly
    shamefully disgustingly criminally obscenely brazenly openly manifestly flagrantly egregiously particularly
    especially exceptionally extraordinarily remarkably unusually frighteningly dangerously disturbingly
    outrageously
    """
)
# Adverbs of a loaded adjective that are plain, or only strengthen what follows.
PLAIN_ADVERBS = STRONG_ADVERBS | _words("historically dramatically incredibly radically iconically bitterly fiercely")
ADJECTIVES_IN_LY = _words(
    """
    ugly ungodly godly silly deadly cowardly ghastly grisly unholy dastardly beastly
    """
)
INTENSIFIERS = STRONG_ADVERBS | _words("very so really quite pretty most more increasingly too purely sheer utter")

# Judgements that are written with a capital before a name, as if they were a part of it.
NICKNAMES = _words("crooked lying crazy corrupt creepy sleepy sloppy phony wacky cheating shady")

FINAL_DEEDS = _words(
    """
    destroyed ruined wrecked failed ignored discredited corrupted broken collapsed debunked fabricated invented
    bankrupt crushed defeated demolished disproved disproven exonerated vindicated dominated transformed abandoned
    betrayed humiliated isolated lost wiped gutted dismantled devastated eliminated forgotten overlooked dishonest
    incompetent useless worthless
    """
)
FINAL_ADVERBS = _words("completely totally utterly absolutely entirely thoroughly wholly")
SUPERLATIVES = _words(
    """
    worst best greatest biggest dumbest stupidest craziest cruelest cruellest deadliest bloodiest ugliest nastiest
    dirtiest darkest vilest weakest strongest bravest boldest finest noblest sickest strangest wildest saddest
    gravest laziest meanest richest poorest
    """
)
EVER_TAILS = (
    ("ever",),
    ("in", "history"),
    ("in", "human", "history"),
    ("in", "american", "history"),
    ("in", "modern", "history"),
    ("in", "our", "history"),
    ("in", "the", "history"),
    ("of", "all", "time"),
    ("of", "our", "time"),
    ("in", "the", "world"),
    ("in", "the", "universe"),
    ("on", "earth"),
    ("on", "the", "planet"),
    ("in", "living", "memory"),
)
# "The highest temperature ever recorded" counts; it does not judge.
COUNTED = _words(
    """
    recorded measured imposed sold paid awarded built made observed registered found issued launched held
    """
)
WANTED_AFTER_NO_REAL = _words(
    """
    resistance evidence proof reason choice power effort intention intent progress solution plan interest value
    meaning threat opposition debate answer answers purpose sense journalist journalists leader leaders alternative
    alternatives change difference doubt excuse friend friends justification basis strategy authority consequence
    consequences policy ideas idea achievement achievements accomplishments victory gain gains freedom democracy
    commitment concern
    """
)
# What people respect. In quotation marks, and as nobody's spoken words, they are doubted.
RESPECTED = _words(
    """
    democracy democratic freedom liberty justice reform reforms peace peaceful peacekeeper peacekeepers rights
    expert experts journalist journalists journalism activist activists humanitarian humanitarians election
    elections elected referendum moderate moderates ally allies partner partners proof evidence science scientist
    scientists news fact facts fact-checker fact-checkers victory victories liberation liberator liberators
    liberated investigation investigations investigators volunteer volunteers protester protesters observer
    observers independent independence legitimate leader leaders leadership government republic president court
    trial law laws negotiations negotiators aid rebel rebels opposition civilian civilians refugee refugees heroes
    hero martyrs martyr scholar scholars academic academics education educators values tolerance tolerant diversity
    inclusive inclusion progressive progressives progress mercy compassion dialogue truth honest neutral unbiased
    objective friends friend charity charities safe security defence defense defensive protection protectors protect
    help advisers advisors
    """
)
SPEAKING = _words(
    """
    said says say saying told tell called calls call calling described describes describing termed term terms word
    words phrase phrases dubbed labeled labelled named names titled entitled wrote writes write writing known quoted
    quote quotes quoting used uses using spoke speak speaking announced stated states declared claims claimed slogan
    chanted chanting chant read reads reading heard cited citing referred refers refer referring shouted title
    headline film book song album show series program programme
    """
)
DETERMINERS = _words("the a an his her its their our your this that these those such more no some any")
# Verbs whose object is people, and a number before them, make a soft verb a word for killing.
NUMBERS = _words(
    """
    two three four five six seven eight nine ten eleven twelve dozens dozen scores hundreds thousands
    """
)
EVENTS = _words(
    """
    massacre massacres tragedy tragedies slaughter pogrom pogroms lynching inquisition catastrophe bloodbath
    """
)


# People who are killed, caught or driven out in reports of war.
FIGHTERS = _words(
    """
    fighter fighters militant militants soldier soldiers troops gunman gunmen insurgent insurgents rebel rebels
    commander commanders operative operatives leader leaders suspect suspects member members personnel servicemen
    conscripts officers civilians villagers residents population dissidents protesters opponents enemy enemies
    attackers attacker militiamen combatants mercenaries prisoners detainees families guerrillas guerrilla
    separatists partisans
    """
)

ARMED_GROUPS = _words("group groups gang gangs militia militias faction factions cell cells forces terrorist rebel")

SCARE_BEFORE = DETERMINERS | _words("of for as with and by from these our")
