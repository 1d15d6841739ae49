"""Loaded labels: words that tell the reader whom or what to praise or blame, suggested by a lexicon and a few patterns.

The labels are those of the Propaganda Techniques Corpus that a word or a phrase can carry: name calling, loaded language
and exaggeration or minimisation (Da San Martino et al. 2019, "Fine-Grained Analysis of Propaganda in News Articles"),
and euphemism. The lexicon `loaded_labels.toml` is the kit's own; its head says how it was made and what it cannot see.

What is found is a suggestion about wording, made by a rule that has a name. It is no judgement of a person, of a text or
of an outlet, and a text without any is not thereby fair.

Only the standard library is used here. The work grows with the length of the text: a look-up for each word, and from a
hit a few words to either side.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from redpencil.annotation import Annotation
from redpencil.detectors import Suggestion
from redpencil.document import Span

LAYER = "loaded-label"
NAME_CALLING, LOADED_LANGUAGE, EUPHEMISM, EXAGGERATION = (
    "name-calling",
    "loaded-language",
    "euphemism",
    "exaggeration-minimisation",
)
LABELS = (NAME_CALLING, LOADED_LANGUAGE, EUPHEMISM, EXAGGERATION)
SIDES = ("praise", "blame", "either")
KINDS = (
    "noun",
    "verb",
    "adjective",
    "adjective of people",
    "mild",
    "part",
    "noun phrase",
    "verb phrase",
    "phrase",
    "verb of people",
)

# A label reaches at most so many words to the left of its noun, and looks so many to the right of its quality for one.
MODIFIERS_AT_MOST = 4
# How far a soft verb looks for the people it is done to, and a superlative for its "ever".
OBJECT_WITHIN = 6
EVER_WITHIN = 5
# Words in quotation marks are looked at only where they are this few.
SCARE_QUOTED_AT_MOST = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """A word or fixed phrase of the lexicon, in its dictionary form, with its label and the group it belongs to.

    ``plainer`` is a wording that tells the same without the load, empty where none stands by itself. ``rare_base`` says
    that only its forms in -ed and -ing are looked for, because the bare form is commoner as another word.
    """

    words: str
    group: str
    label: str
    kind: str
    side: str
    why: str
    plainer: str = ""
    rare_base: bool = False


@dataclass(frozen=True, slots=True)
class Neutral:
    """A fixed term in which a loaded word is plain, and why."""

    words: str
    why: str


@dataclass(frozen=True)
class Lexicon:
    """The entries and the neutral terms, and each laid out by the forms that a text can hold."""

    entries: tuple[Entry, ...]
    neutral: tuple[Neutral, ...]
    by_kind: Mapping[str, Mapping[str, Entry]]
    phrases: Mapping[str, tuple[tuple[tuple[str, ...], Entry], ...]]
    people_phrases: Mapping[str, tuple[tuple[tuple[str, ...], Entry], ...]]
    neutral_terms: Mapping[str, tuple[tuple[str, ...], ...]]


# ----------------------------------------------------------------------------------------------------------------------
# Forms of a word

_IRREGULAR_VERBS = {
    "slay": "slays slew slain slaying",
    "mow": "mows mowed mown mowing",
    "tear": "tears tore torn tearing",
    "rip": "rips ripped ripping",
    "run": "runs ran running",
    "go": "goes went gone going",
    "fly": "flies flew flown flying",
    "throw": "throws threw thrown throwing",
    "hang": "hangs hung hanged hanging",
    "drag": "drags dragged dragging",
    "bend": "bends bent bending",
    "sell": "sells sold selling",
    "take": "takes took taken taking",
    "put": "puts putting",
    "sow": "sows sowed sown sowing",
    "sweep": "sweeps swept sweeping",
    "bring": "brings brought bringing",
    "spread": "spreads spreading",
    "shed": "sheds shedding",
    "stab": "stabs stabbed stabbing",
    "spit": "spits spat spitting",
    "rub": "rubs rubbed rubbing",
    "fall": "falls fell fallen falling",
    "make": "makes made making",
    "rob": "robs robbed robbing",
    "ride": "rides rode ridden riding",
    "blow": "blows blew blown blowing",
    "rise": "rises rose risen rising",
    "get": "gets got getting",
    "drink": "drinks drank drunk drinking",
    "burn": "burns burned burnt burning",
    "fight": "fights fought fighting",
    "draw": "draws drew drawn drawing",
    "come": "comes came coming",
    "let": "lets letting",
    "deal": "deals dealt dealing",
    "overrun": "overruns overran overrunning",
    "wreak": "wreaks wreaked wreaking",
    "cut": "cuts cutting",
    "turn": "turns turned turning",
    "slink": "slinks slunk slinking",
    "bleed": "bleeds bled bleeding",
    "hide": "hides hid hidden hiding",
    "mislead": "misleads misled misleading",
    "shut": "shuts shutting",
}
_IRREGULAR_NOUNS = {
    "man": "men",
    "woman": "women",
    "madman": "madmen",
    "henchman": "henchmen",
    "strongman": "strongmen",
    "yes-man": "yes-men",
    "statesman": "statesmen",
    "hitman": "hitmen",
    "axis": "axes",
    "wolf": "wolves",
}
# Verbs of more than one syllable whose last consonant is doubled.
_DOUBLING = {"appal", "rebel", "dispel", "entrap", "whip", "commit", "propel"}
_ONE_SYLLABLE_DOUBLING = re.compile(r"[^aeiou]*[aeiou][bdgmnprt]")


def _variants(form: str) -> Iterator[str]:
    """A form and its British or American twin: -ize and -ise."""
    yield form
    for here, there in (("iz", "is"), ("yz", "ys")):
        for ending in ("e", "es", "ed", "ing", "ation", "ations", "er", "ers"):
            if form.endswith(here + ending) and len(form) > len(here + ending) + 2:
                yield form[: len(form) - len(here + ending)] + there + ending


def noun_forms(noun: str) -> tuple[str, ...]:
    """A noun and its plural: "bully", "bullies". A plural that is an entry itself is left as it is."""
    if noun in _IRREGULAR_NOUNS:
        return noun, _IRREGULAR_NOUNS[noun]
    if noun.endswith(("ss", "sh", "ch", "x", "z")):
        return noun, noun + "es"
    if noun.endswith("s"):
        return (noun,)
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return noun, noun[:-1] + "ies"
    if noun.endswith("o") and noun in ("hero", "superhero", "desperado", "fiasco"):
        return noun, noun + "es", noun + "s"
    return noun, noun + "s"


def verb_forms(verb: str, rare_base: bool = False) -> tuple[str, ...]:
    """A verb's forms: "liberate", "liberates", "liberated", "liberating". ``rare_base`` leaves the first two out."""
    if verb in _IRREGULAR_VERBS:
        forms = [verb, *_IRREGULAR_VERBS[verb].split()]
        return tuple(forms[2:] if rare_base else forms)
    if verb.endswith(("s", "sh", "ch", "x", "z", "o")):
        third = verb + "es"
    elif verb.endswith("y") and verb[-2:-1] not in "aeiou":
        third = verb[:-1] + "ies"
    else:
        third = verb + "s"
    if verb.endswith("ee"):
        past, present = verb + "d", verb + "ing"
    elif verb.endswith("ie"):
        past, present = verb + "d", verb[:-2] + "ying"
    elif verb.endswith("e"):
        past, present = verb + "d", verb[:-1] + "ing"
    elif verb.endswith("y") and verb[-2:-1] not in "aeiou":
        past, present = verb[:-1] + "ied", verb + "ing"
    elif verb in _DOUBLING or _ONE_SYLLABLE_DOUBLING.fullmatch(verb):
        past, present = verb + verb[-1] + "ed", verb + verb[-1] + "ing"
    else:
        past, present = verb + "ed", verb + "ing"
    return (past, present) if rare_base else (verb, third, past, present)


def adjective_forms(adjective: str) -> tuple[str, ...]:
    """An adjective and its adverb: "brutal", "brutally"; "horrific", "horrifically"."""
    if adjective.endswith("ly"):
        return (adjective,)
    if adjective.endswith("ic"):
        return adjective, adjective + "ally"
    if adjective.endswith("le") and adjective[-3:-2] not in "aeiou":
        return adjective, adjective[:-1] + "y"
    if adjective.endswith("y") and adjective[-2:-1] not in "aeiou":
        return adjective, adjective[:-1] + "ily"
    return adjective, adjective + "ly"


def forms_of(entry: Entry) -> Iterator[tuple[str, ...]]:
    """Every form of an entry that is looked for, each as its words in lower case, without repetition."""
    words = tuple(t.norm for t in _tokens(entry.words))
    first, last = words[0], words[-1]
    heads: Iterable[tuple[str, ...]]
    if entry.kind in ("noun", "noun phrase"):
        heads = ((*words[:-1], form) for form in noun_forms(last))
    elif entry.kind in ("verb", "verb phrase", "verb of people"):
        heads = ((form, *words[1:]) for form in verb_forms(first, entry.rare_base))
    elif entry.kind == "adjective" and len(words) == 1:
        heads = ((form,) for form in adjective_forms(first))
    else:
        heads = (words,)
    seen: set[tuple[str, ...]] = set()
    for form in heads:
        for beginning in _variants(form[0]):
            for ending in _variants(form[-1]) if len(form) > 1 else ("",):
                whole = (beginning, *form[1:-1], ending) if len(form) > 1 else (beginning,)
                if whole not in seen:
                    seen.add(whole)
                    yield whole


# ----------------------------------------------------------------------------------------------------------------------
# The lexicon's file


def _split(listing: str) -> Iterator[str]:
    return (" ".join(piece.split()) for piece in listing.replace("\n", " ").split(",") if piece.strip())


@cache
def load_lexicon() -> Lexicon:
    """Read the lexicon that the package carries. Raises ValueError if the file is not in its format."""
    source = resources.files("redpencil.detectors").joinpath("loaded_labels.toml").read_text(encoding="utf-8")
    return read_lexicon(source)


def read_lexicon(source: str) -> Lexicon:
    """Read a lexicon's TOML text: ``[[group]]`` tables with entries and ``[[neutral]]`` tables with terms.

    Raises ValueError, naming the group, if a label, kind or side is none of the lists above, or a group says no why.
    """
    tables = tomllib.loads(source)
    entries = []
    for table in tables["group"]:
        known = table["label"] in LABELS and table["kind"] in KINDS and table["side"] in SIDES
        if not known or not table["why"]:
            raise ValueError(f"the group {table['id']!r} needs a label, kind and side of the closed lists, and a why")
        for row in _split(table["entries"]):
            words, _, plainer = (part.strip() for part in row.partition(">"))
            entries.append(
                Entry(
                    words.removeprefix("~"),
                    table["id"],
                    table["label"],
                    table["kind"],
                    table["side"],
                    table["why"],
                    plainer,
                    words.startswith("~"),
                )
            )
    neutral = [Neutral(words, table["why"]) for table in tables["neutral"] for words in _split(table["terms"])]

    by_kind: dict[str, dict[str, Entry]] = {kind: {} for kind in (*KINDS, "label", "quality")}
    phrases: dict[str, dict[tuple[str, ...], Entry]] = {}
    people_phrases: dict[str, dict[tuple[str, ...], Entry]] = {}
    for entry in entries:
        for form in forms_of(entry):
            if entry.kind == "verb of people":
                people_phrases.setdefault(form[0], {}).setdefault(form, entry)
            elif len(form) > 1 or entry.kind in ("phrase", "noun phrase", "verb phrase"):
                phrases.setdefault(form[0], {}).setdefault(form, entry)
            elif entry.kind == "noun" and entry.label == NAME_CALLING:
                by_kind["label"].setdefault(form[0], entry)
            else:
                if entry.kind in ("adjective", "adjective of people"):
                    by_kind["quality"].setdefault(form[0], entry)
                by_kind[entry.kind].setdefault(form[0], entry)
    terms: dict[str, list[tuple[str, ...]]] = {}
    for term in neutral:
        words_of = tuple(t.norm for t in _tokens(term.words))
        for last in noun_forms(words_of[-1]):
            terms.setdefault(words_of[0], []).append((*words_of[:-1], last))

    def longest_first(
        table: dict[str, dict[tuple[str, ...], Entry]],
    ) -> dict[str, tuple[tuple[tuple[str, ...], Entry], ...]]:
        return {
            first: tuple(sorted(rows.items(), key=lambda row: (-len(row[0]), row[0]))) for first, rows in table.items()
        }

    return Lexicon(
        tuple(entries),
        tuple(neutral),
        by_kind,
        longest_first(phrases),
        longest_first(people_phrases),
        {first: tuple(sorted(rows, key=lambda row: (-len(row), row))) for first, rows in terms.items()},
    )


# ----------------------------------------------------------------------------------------------------------------------
# Words of a text

_WORD = re.compile(r"[^\W_]+(?:[’'‐‑-][^\W_]+)*")
_ASCII_MARKS = str.maketrans({"’": "'", "‐": "-", "‑": "-"})

# What stands between a word and the word before it.
SPACE, COMMA, OTHER, SENTENCE_END = range(4)


@dataclass(slots=True)
class _Token:
    start: int
    end: int
    norm: str
    gap: int
    capital: bool
    possessive: bool
    # In a line whose words nearly all begin with a capital, a capital says nothing.
    title: bool = False
    # Inside a fixed term that is plain.
    neutral: bool = False


def _gap(between: str, next_is_lower: bool) -> int:
    bare = between.strip(" \t\u00a0\r")
    if not bare:
        return SPACE
    if bare == "\n":
        # A line that was only wrapped goes on with a small letter.
        return SPACE if next_is_lower else SENTENCE_END
    if bare == ",":
        return COMMA
    return SENTENCE_END if any(mark in bare for mark in ".!?…\n;") else OTHER


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    last = 0
    for match in _WORD.finditer(text):
        start, end = match.span()
        word = text[start:end].translate(_ASCII_MARKS)
        possessive = word.endswith(("'s", "'S")) and len(word) > 2
        if possessive:
            end -= 2
            word = word[:-2]
        # What is long is no mere space or comma, and is not copied.
        if not tokens or start - last > 8:
            gap = SENTENCE_END
        else:
            gap = _gap(text[last:start], text[start].islower())
        tokens.append(_Token(start, end, word.lower(), gap, word[:1].isupper(), possessive))
        last = match.end()
    return tokens


def _mark_titles(text: str, tokens: list[_Token]) -> None:
    """Note which words stand in a headline of capitals: most of the line's longer words begin with one."""
    start = 0
    while start < len(tokens):
        stop = start + 1
        while stop < len(tokens) and "\n" not in text[tokens[stop - 1].end : tokens[stop].start]:
            stop += 1
        longer = [t for t in tokens[start:stop] if t.end - t.start >= 4]
        if len(longer) >= 3 and 10 * sum(t.capital for t in longer) >= 7 * len(longer):
            for t in tokens[start:stop]:
                t.title = True
        start = stop


def _mark_neutral(tokens: list[_Token], terms: Mapping[str, tuple[tuple[str, ...], ...]]) -> None:
    for i, token in enumerate(tokens):
        for term in terms.get(token.norm, ()):
            if _stands_at(tokens, i, term):
                for t in tokens[i : i + len(term)]:
                    t.neutral = True
                break


def _stands_at(tokens: list[_Token], i: int, words: tuple[str, ...]) -> bool:
    if i + len(words) > len(tokens):
        return False
    return all(tokens[i + n].norm == word and (n == 0 or tokens[i + n].gap <= COMMA) for n, word in enumerate(words))


# ----------------------------------------------------------------------------------------------------------------------
# Closed lists of plain words, by which a label's edges are found


def _words(listing: str) -> frozenset[str]:
    return frozenset(listing.split())


# Words that no label reaches across.
_FUNCTION = _words(
    """a an the this that these those some any no every each all both either neither another such what which whose who whom
    my your his her its our their i you he she it we they me him us them one two three four five six seven eight nine ten
    and or but nor so yet for if then than as at by from in into of off on onto out over to up with without within about
    above across after against along amid among around before behind below beneath beside between beyond despite down
    during except inside like near outside past per since through throughout toward towards under until upon via when where
    while why how because although though unless whether is are was were be been being am has have had having do does did
    doing done will would shall should can could may might must not n't never ever always also only just even still already
    again there here now today yesterday tomorrow tonight monday tuesday wednesday thursday friday saturday sunday january
    february march april june july august september october november december said says say told tell tells called call
    calls calling named dubbed labeled labelled become became becomes becoming remain remains remained seem seems seemed
    mr mrs ms dr sir president minister senator judge justice pope king queen prince bishop cardinal general colonel
    captain secretary governor mayor many most more much few several less least very too well however meanwhile moreover
    including killed killing fighting fight attacked attacking against more other others own same"""
)
# Nouns for people, groups and what they rule. A loaded quality before one of them makes a label of it.
_PEOPLE = _words(
    """man men woman women person people boy boys girl girls guy guys fellow youth youths adult adults child children kid
    kids individual individuals citizen citizens resident residents voter voters worker workers family families couple
    leader leaders ruler rulers politician politicians president presidents minister ministers lawmaker lawmakers
    congressman congressmen congresswoman senator senators governor governors mayor official officials officer officers
    bureaucrat bureaucrats diplomat diplomats judge judges lawyer lawyers prosecutor prosecutors general generals
    commander commanders soldier soldiers troop troops fighter fighters gunman gunmen attacker attackers militia militias
    militiaman militiamen army armies forces force police cop cops guard guards agent agents spy spies operative operatives
    group groups gang gangs faction factions organization organizations organisation organisations movement movements
    party parties coalition alliance camp crowd crowds bunch band bands network networks cell cells cartel cartels
    government governments administration administrations state states nation nations country countries kingdom empire
    republic power powers authority authorities leadership establishment bureaucracy elite elites dynasty clan clans
    activist activists protester protesters protestor protestors demonstrator demonstrators campaigner campaigners
    supporter supporters follower followers ally allies backer backers donor donors sponsor sponsors opponent opponents
    critic critics rival rivals enemy enemies foe foes adversary adversaries journalist journalists reporter reporters
    editor editors columnist columnists blogger bloggers writer writers author commentator commentators pundit pundits
    press media outlet outlets newspaper broadcaster academic academics professor professors teacher teachers student
    students scholar scholars scientist scientists expert experts intellectual intellectuals priest priests cleric clerics
    imam imams bishop bishops cardinal cardinals preacher preachers pastor pastors prelate prelates sect sects church
    believer believers celebrity celebrities billionaire billionaires millionaire banker bankers businessman businessmen
    executive executives ceo boss bosses lobbyist lobbyists globalist globalists liberal liberals conservatives
    democrats republicans progressives socialists communists marxists feminists nationalists separatists rebel rebels insurgent
    insurgents militant militants islamist islamists migrant migrants immigrant immigrants refugee refugees alien aliens
    killer killers murderer murderers rapist rapists criminal criminals offender offenders felon felons thief thieves
    trafficker traffickers smuggler smugglers hacker hackers character characters creature creatures figure figures
    speaker speakers candidate candidates king queen prince chief warlord warlords oligarch oligarchs wing
    element elements lobby brigade apparatus entity institution institutions defender defenders icon icons advocate
    advocates theologian theologians clique propagandist propagandists personality personalities"""
)
# Nouns that stand before a label's noun as part of it, and plain adjectives without an ending that shows them.
_MODIFIERS = _words(
    """armed foreign local young old ruling hate boycott street state drug human pro anti right left wing far hard rich poor
    real true fallen great campus party religious secular domestic international western eastern northern southern arab
    turkish russian syrian american british french german iranian israeli saudi chinese ukrainian european african asian
    islamic christian muslim jewish catholic protestant white black brown gun oil war peace border climate media internet
    online twitter facebook government union college university city village mountain desert islamist radical so-called
    self-styled self-proclaimed self-appointed would-be former ex big small little low high top new late lone mass serial
    known failed washed-up pampered spoiled privileged wealthy powerful dangerous violent masked hooded paid hired trained
    backed unelected two-bit third-rate second-rate common petty career professional lifelong notorious alleged suspected
    convicted accused leftist rightist liberal conservative progressive socialist communist marxist democrat republican feminist
    globalist nationalist separatist zionist terror terrorist puppet rogue outlaw renegade political moral corporate
    crony boy girl hollywood washington establishment elite proxy client occupation military police fanatical super"""
)
_ADJECTIVE_ENDINGS = ("al", "ic", "ous", "ive", "ish", "ian", "ese", "ful", "less", "able", "ible", "ary", "ist")
# Words with such an ending that are no adjectives.
_NOT_ADJECTIVES = _words(
    """appeal deal reveal steal heal conceal meal goal proposal refusal arrival approval removal hospital capital journal
    signal rival trial total individual animal metal music topic traffic panic public republic logic clinic critic arsenal
    give live leave have drive arrive receive believe achieve prove move love survive olive five above archive executive
    detective native relative initiative objective narrative publish punish finish establish vanish abolish furnish wish
    fish dish polish english dictionary secretary january february library salary summary diary military enable disable
    table cable unable vocabulary anniversary judiciary guardian technician politician musician physician historian
    civilian comedian magician exist insist persist resist assist consist list mist unless nevertheless regardless
    nonetheless these cheese chinese"""
)
_STRONG_ADVERBS = _words(
    """utterly totally completely absolutely downright outright simply truly incredibly deeply grossly wildly overly
    profoundly patently blatantly extremely hugely massively terribly horribly woefully painfully shockingly insanely
    ridiculously absurdly hopelessly thoroughly wholly plainly positively unbelievably astonishingly shamefully
    disgustingly criminally obscenely brazenly openly manifestly flagrantly egregiously particularly especially
    exceptionally extraordinarily remarkably unusually frighteningly dangerously disturbingly outrageously"""
)
# Adverbs of a loaded adjective that are plain, or only strengthen what follows.
_PLAIN_ADVERBS = _STRONG_ADVERBS | _words("historically dramatically incredibly radically iconically bitterly fiercely")
_ADJECTIVES_IN_LY = _words("ugly ungodly godly silly deadly cowardly ghastly grisly unholy dastardly beastly")
_INTENSIFIERS = _STRONG_ADVERBS | _words("very so really quite pretty most more increasingly too purely sheer utter")

# Judgements that are written with a capital before a name, as if they were a part of it.
_NICKNAMES = _words("crooked lying crazy corrupt creepy sleepy sloppy phony wacky cheating shady")

_FINAL_DEEDS = _words(
    """destroyed ruined wrecked failed ignored discredited corrupted broken collapsed debunked fabricated invented bankrupt
    crushed defeated demolished disproved disproven exonerated vindicated dominated transformed abandoned betrayed
    humiliated isolated lost wiped gutted dismantled devastated eliminated forgotten overlooked dishonest incompetent
    useless worthless"""
)
_FINAL_ADVERBS = _words("completely totally utterly absolutely entirely thoroughly wholly")
_SUPERLATIVES = _words(
    """worst best greatest biggest dumbest stupidest craziest cruelest cruellest deadliest bloodiest ugliest nastiest
    dirtiest darkest vilest weakest strongest bravest boldest finest noblest sickest strangest wildest saddest gravest
    laziest meanest richest poorest"""
)
_EVER_TAILS = (
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
_COUNTED = _words(
    "recorded measured imposed sold paid awarded built made observed registered found issued launched held"
)
_WANTED_AFTER_NO_REAL = _words(
    """resistance evidence proof reason choice power effort intention intent progress solution plan interest value meaning
    threat opposition debate answer answers purpose sense journalist journalists leader leaders alternative alternatives
    change difference doubt excuse friend friends justification basis strategy authority consequence consequences policy
    ideas idea achievement achievements accomplishments victory gain gains freedom democracy commitment concern"""
)
# What people respect. In quotation marks, and as nobody's spoken words, they are doubted.
_RESPECTED = _words(
    """democracy democratic freedom liberty justice reform reforms peace peaceful peacekeeper peacekeepers rights expert
    experts journalist journalists journalism activist activists humanitarian humanitarians election elections elected
    referendum moderate moderates ally allies partner partners proof evidence science scientist scientists news fact facts
    fact-checker fact-checkers victory victories liberation liberator liberators liberated investigation investigations
    investigators volunteer volunteers protester protesters observer observers independent independence legitimate leader
    leaders leadership government republic president court trial law laws negotiations negotiators aid rebel rebels
    opposition civilian civilians refugee refugees heroes hero martyrs martyr scholar scholars academic academics
    education educators values tolerance tolerant diversity inclusive inclusion progressive progressives progress
    progress mercy compassion dialogue truth honest neutral unbiased objective friends friend charity charities safe
    security defence defense defensive protection protectors protect help advisers advisors"""
)
_SPEAKING = _words(
    """said says say saying told tell called calls call calling described describes describing termed term terms word words
    phrase phrases dubbed labeled labelled named names titled entitled wrote writes write writing known quoted quote quotes
    quoting used uses using spoke speak speaking announced stated states declared claims claimed slogan chanted chanting
    chant read reads reading heard cited citing referred refers refer referring shouted title headline film book song
    album show series program programme"""
)
_DETERMINERS = _words("the a an his her its their our your this that these those such more no some any")
# Verbs whose object is people, and a number before them, make a soft verb a word for killing.
_NUMBERS = _words("two three four five six seven eight nine ten eleven twelve dozens dozen scores hundreds thousands")
_EVENTS = _words(
    "massacre massacres tragedy tragedies slaughter pogrom pogroms lynching inquisition catastrophe bloodbath"
)


# ----------------------------------------------------------------------------------------------------------------------
# Finding


@dataclass(slots=True)
class _Hit:
    first: int
    last: int
    label: str
    rule: str
    why: str
    plainer: str = ""


def detect_loaded_labels(text: str) -> list[Suggestion]:
    """Suggest words of an English text that carry praise or blame, or soften or enlarge, sorted by place.

    Each suggestion is an annotation in the layer "loaded-label" with the rule that made it and a reason. A label for
    people reaches over the words before its noun, without the article; loaded language is the word or the fixed phrase,
    with the adverb that strengthens it. Suggestions do not overlap. Words inside a fixed plain term are left alone.
    """
    lexicon = load_lexicon()
    tokens = _tokens(text)
    _mark_titles(text, tokens)
    _mark_neutral(tokens, lexicon.neutral_terms)
    hits = list(_lexicon_hits(tokens, lexicon))
    hits += _pattern_hits(text, tokens, lexicon)
    suggestions = []
    for n, hit in enumerate(_joined(tokens, _without_overlap(hits)), start=1):
        start, end = tokens[hit.first].start, tokens[hit.last].end
        quote = text[start:end]
        reason = f"“{' '.join(quote.split())}” {hit.why}"
        if hit.plainer:
            reason += f" A plainer wording: “{hit.plainer}”."
        annotation = Annotation(f"loaded-{n}", LAYER, hit.label, (Span(start, end),), (quote,), reason=reason)
        suggestions.append(Suggestion(annotation, hit.rule))
    return suggestions


def _without_overlap(hits: list[_Hit]) -> list[_Hit]:
    """The longest of those that overlap, the earlier of two as long; sorted by place."""
    taken: set[int] = set()
    kept = []
    for hit in sorted(hits, key=lambda h: (h.first - h.last, LABELS.index(h.label), h.first)):
        places = range(hit.first, hit.last + 1)
        if taken.isdisjoint(places):
            taken.update(places)
            kept.append(hit)
    return sorted(kept, key=lambda h: h.first)


def _joined(tokens: list[_Token], hits: list[_Hit]) -> list[_Hit]:
    """Loaded words that stand side by side made into one phrase: "reckless" and "appeasement"."""
    joined: list[_Hit] = []
    for hit in hits:
        before = joined[-1] if joined else None
        if (
            before
            and before.label == hit.label == LOADED_LANGUAGE
            and hit.first == before.last + 1
            and tokens[hit.first].gap == SPACE
            and hit.last - before.first < MODIFIERS_AT_MOST
        ):
            joined[-1] = _Hit(before.first, hit.last, hit.label, before.rule, before.why)
        else:
            joined.append(hit)
    return joined


def _lexicon_hits(tokens: list[_Token], lexicon: Lexicon) -> Iterator[_Hit]:
    kinds = lexicon.by_kind
    for i, token in enumerate(tokens):
        phrase = next(
            ((form, entry) for form, entry in lexicon.phrases.get(token.norm, ()) if _stands_at(tokens, i, form)), None
        )
        if phrase and not token.neutral:
            form, entry = phrase
            last = i + len(form) - 1
            if entry.label == NAME_CALLING:
                last = _right_edge(tokens, last, kinds)
                yield _Hit(
                    _left_edge(tokens, i, i, kinds),
                    last,
                    entry.label,
                    f"lexicon:{entry.group}",
                    entry.why,
                    entry.plainer,
                )
            else:
                yield _Hit(i, last, entry.label, f"lexicon:{entry.group}", entry.why, entry.plainer)
        if token.neutral or _part_of_a_name(tokens, i):
            continue
        norm = token.norm
        label = kinds["label"].get(norm) or _compound_label(norm, kinds)
        adjective = kinds["adjective"].get(norm) or _compound_adjective(norm, kinds)
        if (adjective or norm in kinds["quality"]) and not _is_adverb(norm):
            head = _people_head(tokens, i, kinds)
            if head is not None:
                yield _Hit(
                    _left_edge(tokens, i, head, kinds),
                    head,
                    NAME_CALLING,
                    "loaded-adjective+people",
                    "puts a judgement into the name of people or a group. The name would do without it.",
                )
                continue
        if label and not (adjective and _describes_a_thing(tokens, i)):
            last = _right_edge(tokens, i, kinds)
            first = _left_edge(tokens, i, i, kinds)
            rule = f"lexicon:{label.group}"
            yield _Hit(first, last, NAME_CALLING, rule, label.why, label.plainer if first == last else "")
            continue
        if norm in _PLAIN_ADVERBS:
            continue
        loaded = adjective or kinds["noun"].get(norm) or kinds["verb"].get(norm) or _compound_part(norm, kinds)
        if loaded:
            if norm in _EVENTS and i and token.gap == SPACE and tokens[i - 1].capital and not token.title:
                continue
            first = i
            if adjective and i and token.gap == SPACE and tokens[i - 1].norm in _INTENSIFIERS:
                first = i - 1
            if first < i and tokens[i - 1].norm not in ("more", "most"):
                why = "is a judgement made stronger by an adverb. Without both, the sentence tells the same."
                yield _Hit(first, i, LOADED_LANGUAGE, "intensifier+evaluative", why)
            else:
                yield _Hit(i, i, loaded.label, f"lexicon:{loaded.group}", loaded.why, loaded.plainer)
        elif norm in kinds["mild"] and i and token.gap == SPACE and tokens[i - 1].norm in _STRONG_ADVERBS:
            yield _Hit(i - 1, i, LOADED_LANGUAGE, "intensifier+evaluative", kinds["mild"][norm].why)


def _is_adverb(norm: str) -> bool:
    return norm.endswith("ly") and norm not in _ADJECTIVES_IN_LY


def _compound_label(norm: str, kinds: Mapping[str, Mapping[str, Entry]]) -> Entry | None:
    """The label in the second half of a compound: "eco-terrorists"."""
    return kinds["label"].get(norm.rpartition("-")[2]) if "-" in norm else None


def _compound_adjective(norm: str, kinds: Mapping[str, Mapping[str, Entry]]) -> Entry | None:
    beginning, _, rest = norm.partition("-")
    return kinds["adjective"].get(rest) if beginning in ("ultra", "super", "hyper", "semi", "quasi") else None


def _compound_part(norm: str, kinds: Mapping[str, Mapping[str, Entry]]) -> Entry | None:
    return kinds["part"].get(norm.rpartition("-")[2]) if "-" in norm else None


def _part_of_a_name(tokens: list[_Token], i: int) -> bool:
    """Whether a word with a capital inside a sentence stands beside another one: "the Hero Foundation"."""
    token = tokens[i]
    if not token.capital or token.title:
        return False
    after = i + 1 < len(tokens) and tokens[i + 1].gap == SPACE and tokens[i + 1].capital
    if token.gap == SENTENCE_END:
        return False
    return after or (token.gap == SPACE and tokens[i - 1].capital and tokens[i - 1].norm not in _FUNCTION)


def _is_modifier(tokens: list[_Token], i: int, kinds: Mapping[str, Mapping[str, Entry]]) -> bool:
    """Whether a word can stand before a noun as a part of the label: an adjective, a name, a compound, a known noun."""
    token = tokens[i]
    norm = token.norm
    if token.possessive or norm in _FUNCTION or norm.isdigit():
        return False
    if norm in _MODIFIERS or norm in kinds["quality"] or norm in kinds["label"]:
        return not _is_adverb(norm)
    if "-" in norm and not norm[0].isdigit():
        return True
    if norm.endswith(_ADJECTIVE_ENDINGS) and len(norm) >= 5 and norm not in _NOT_ADJECTIVES:
        return True
    if token.title or not token.capital:
        return False
    return not (token.gap == SENTENCE_END and norm.endswith(("ly", "ing", "ed")))


def _left_edge(tokens: list[_Token], i: int, head: int, kinds: Mapping[str, Mapping[str, Entry]]) -> int:
    """Where a label begins whose noun is ``head`` and that is sure from word ``i`` on."""
    first = i
    while (
        first > 0
        and head - first < MODIFIERS_AT_MOST
        and (tokens[first].gap == SPACE or (tokens[first].gap == COMMA and _plain_adjective(tokens, first - 1, kinds)))
        and _is_modifier(tokens, first - 1, kinds)
    ):
        first -= 1
    if first and tokens[first].gap == SPACE and tokens[first - 1].norm in _STRONG_ADVERBS and first < i:
        first -= 1
    return first


def _plain_adjective(tokens: list[_Token], i: int, kinds: Mapping[str, Mapping[str, Entry]]) -> bool:
    """Whether a word before a comma is surely an adjective, so that the comma stands inside one label."""
    return tokens[i].norm in kinds["quality"] and not _is_adverb(tokens[i].norm)


def _right_edge(tokens: list[_Token], i: int, kinds: Mapping[str, Mapping[str, Entry]]) -> int:
    """A label's noun may itself stand before a noun for people: "puppet government", "regime forces"."""
    last = i
    for n in (i + 1, i + 2):
        if n >= len(tokens) or tokens[n].gap != SPACE or tokens[n - 1].possessive:
            break
        if tokens[n].norm in kinds["label"] or tokens[n].norm in _PEOPLE:
            last = n
        elif n == i + 2 or not _is_modifier(tokens, n, kinds):
            break
    return last


def _people_head(tokens: list[_Token], i: int, kinds: Mapping[str, Mapping[str, Entry]]) -> int | None:
    """Where the noun for people stands that a loaded quality belongs to; None if there is none close by."""
    n = i + 1
    while n < len(tokens) and n - i <= MODIFIERS_AT_MOST - 1 and not tokens[n - 1].possessive:
        token = tokens[n]
        if token.gap > COMMA or token.neutral:
            return None
        if token.norm in _PEOPLE or token.norm in kinds["label"]:
            return _right_edge(tokens, n, kinds)
        if token.norm == "and" and n + 1 < len(tokens) and tokens[n + 1].norm in kinds["quality"]:
            n += 1
            continue
        if not _is_modifier(tokens, n, kinds):
            return None
        n += 1
    return None


def _describes_a_thing(tokens: list[_Token], i: int) -> bool:
    """Whether a word that can be noun or adjective stands before a noun for a thing: "extremist views"."""
    if i + 1 >= len(tokens) or tokens[i].possessive:
        return False
    after = tokens[i + 1]
    return after.gap == SPACE and after.norm not in _FUNCTION and not after.norm.endswith(("ed", "ly"))


# ----------------------------------------------------------------------------------------------------------------------
# Patterns


def _pattern_hits(text: str, tokens: list[_Token], lexicon: Lexicon) -> Iterator[_Hit]:
    for i, token in enumerate(tokens):
        norm = token.norm
        if norm == "so-called" or (norm == "so" and _stands_at(tokens, i, ("so", "called"))):
            yield _so_called(tokens, i, i if norm == "so-called" else i + 1)
        elif norm in ("real", "genuine") and i and tokens[i - 1].norm == "no" and token.gap == SPACE:
            if i + 1 < len(tokens) and tokens[i + 1].gap == SPACE and tokens[i + 1].norm in _WANTED_AFTER_NO_REAL:
                why = "makes something look smaller than it may be: there was some, but it is said not to count."
                yield _Hit(i - 1, i + 1, EXAGGERATION, "pattern:no-real-noun", why)
        elif (
            norm in _NICKNAMES and token.capital and not token.title and token.gap != SENTENCE_END and not token.neutral
        ):
            if i + 1 < len(tokens) and tokens[i + 1].gap == SPACE and tokens[i + 1].capital:
                why = "makes a judgement a part of somebody's name. The name alone would tell who is meant."
                yield _Hit(i, i + 1, NAME_CALLING, "pattern:nickname", why)
        elif norm == "nothing":
            yield from _nothing_but(tokens, i)
        elif norm in _FINAL_ADVERBS and i + 1 < len(tokens) and tokens[i + 1].gap == SPACE:
            if tokens[i + 1].norm in _FINAL_DEEDS:
                why = "says that nothing is left over. Does the text show that much?"
                yield _Hit(i, i + 1, EXAGGERATION, "pattern:strong-adverb", why)
        elif norm == "most" or norm in _SUPERLATIVES:
            yield from _superlative(tokens, i)
        elif norm == "every" and _stands_at(tokens, i, ("every", "single")):
            last = i + 2 if i + 2 < len(tokens) and tokens[i + 2].gap == SPACE else i + 1
            why = "says that there is no exception. Does the text show that much?"
            yield _Hit(i, last, EXAGGERATION, "pattern:every-single", why)
        for form, entry in lexicon.people_phrases.get(norm, ()):
            if (
                not token.neutral
                and _stands_at(tokens, i, form)
                and _done_to_people(tokens, i, i + len(form) - 1, lexicon)
            ):
                last = i + len(form) - 1
                yield _Hit(i, last, EUPHEMISM, "pattern:soft-verb+people", entry.why, entry.plainer)
                break
        yield from _scare_quotes(text, tokens, i)


def _so_called(tokens: list[_Token], i: int, last: int) -> _Hit:
    n = last + 1
    while n < len(tokens) and n - last <= 3 and tokens[n].norm not in _FUNCTION and tokens[n].gap in (SPACE, OTHER):
        if tokens[n].gap == OTHER and n > last + 1:
            break
        if tokens[n].norm in _PEOPLE:
            why = "says that people do not deserve their name. Say what they call themselves, and why that is doubted."
            return _Hit(i, n, NAME_CALLING, "pattern:so-called", why)
        n += 1
    return _Hit(
        i,
        last,
        LOADED_LANGUAGE,
        "pattern:so-called",
        "says that something does not deserve its name. It gives no reason.",
    )


def _nothing_but(tokens: list[_Token], i: int) -> Iterator[_Hit]:
    for form in (
        ("nothing", "but"),
        ("nothing", "more", "than"),
        ("nothing", "less", "than"),
        ("nothing", "short", "of"),
    ):
        if _stands_at(tokens, i, form):
            last = i + len(form) - 1
            n = last + 1
            while n < len(tokens) and n - last <= 4 and tokens[n].gap == SPACE:
                inside = tokens[n].norm == "of" if n > last + 1 else tokens[n].norm in ("a", "an", "the")
                if tokens[n].norm in _FUNCTION and not inside:
                    break
                n += 1
            why = "says that there is this and nothing else. Does the text show that much?"
            yield _Hit(i, n - 1, EXAGGERATION, "pattern:nothing-but", why)
            return


def _superlative(tokens: list[_Token], i: int) -> Iterator[_Hit]:
    if i + 1 >= len(tokens) or (tokens[i].norm == "most" and tokens[i + 1].norm in _FUNCTION):
        return
    for n in range(i + 1, min(i + 2 + EVER_WITHIN, len(tokens))):
        if tokens[n].gap >= OTHER:
            return
        for tail in _EVER_TAILS:
            if _stands_at(tokens, n, tail):
                after = n + len(tail)
                if after < len(tokens) and tokens[after].norm in _COUNTED:
                    return
                if n == i + 1 and tokens[i].norm == "most":
                    return
                why = "measures something against everything that ever was. Does the text show that?"
                yield _Hit(i, after - 1, EXAGGERATION, "pattern:superlative-ever", why)
                return


def _done_to_people(tokens: list[_Token], first: int, last: int, lexicon: Lexicon) -> bool:
    """Whether people or a number of them are what a soft verb is done to: after it, or before its passive."""
    people = lexicon.by_kind["label"]
    for n in range(last + 1, min(last + 1 + OBJECT_WITHIN, len(tokens))):
        if tokens[n].gap > COMMA:
            break
        norm = tokens[n].norm
        if norm in _FIGHTERS or norm in people:
            return True
        if norm in ("by", "in", "at", "from", "and", "was", "were"):
            break
    if first >= 2 and tokens[first].gap == SPACE and tokens[first - 1].norm in ("were", "been", "was", "be", "being"):
        for n in range(first - 2, max(-1, first - 2 - OBJECT_WITHIN), -1):
            if tokens[n].norm in _FIGHTERS or tokens[n].norm in people or tokens[n].norm in _NUMBERS:
                return True
            if tokens[n + 1].gap > COMMA:
                break
    return False


# People who are killed, caught or driven out in reports of war.
_FIGHTERS = _words(
    """fighter fighters militant militants soldier soldiers troops gunman gunmen insurgent insurgents rebel rebels commander
    commanders operative operatives leader leaders suspect suspects member members personnel servicemen conscripts officers
    civilians villagers residents population dissidents protesters opponents enemy enemies attackers attacker militiamen
    combatants mercenaries prisoners detainees families guerrillas guerrilla separatists partisans"""
)

_OPENING = {"“": "”", '"': '"', "‘": "’", "«": "»", "„": "“"}


def _scare_quotes(text: str, tokens: list[_Token], i: int) -> Iterator[_Hit]:
    """A few respected words in quotation marks that nobody is said to have spoken: the “elections”."""
    token = tokens[i]
    start = token.start
    if (
        not start
        or not i
        or text[start - 1] not in _OPENING
        or token.gap != OTHER
        or tokens[i - 1].norm not in _SCARE_BEFORE
    ):
        return
    closing = _OPENING[text[start - 1]]
    last = i
    while last + 1 < len(tokens) and last - i < SCARE_QUOTED_AT_MOST - 1 and tokens[last + 1].gap == SPACE:
        last += 1
    for n in range(i, last + 1):
        end = tokens[n].end
        if text[end : end + 1] == closing:
            spoken = any(
                tokens[m].norm in _SPEAKING
                for m in range(max(0, i - OBJECT_WITHIN), i)
                if not _ends_between(tokens, m, i)
            )
            words = [tokens[m].norm for m in range(i, n + 1)]
            if not spoken and all(not tokens[m].capital for m in range(i, n + 1)) and _RESPECTED & set(words):
                label = NAME_CALLING if words[-1] in _PEOPLE else LOADED_LANGUAGE
                why = "stands in quotation marks though nobody is quoted. The marks say “not really”, without a reason."
                yield _Hit(i, n, label, "pattern:scare-quotes", why)
            return


_SCARE_BEFORE = _DETERMINERS | _words("of for as with and by from these our")


def _ends_between(tokens: list[_Token], m: int, i: int) -> bool:
    return any(tokens[n].gap == SENTENCE_END for n in range(m + 1, i + 1))
