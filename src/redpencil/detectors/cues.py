"""The words that hand content to somebody: the cue lexicon of the attribution rules, with what may follow each.

The lexicon is the kit's own. A frame says what a cue's content may look like:

====  ============================================  ==========================================
``c`` a clause without "that"                       she said **he left**
``t`` a clause with "that"                          she argued **that he left**
``q`` a quotation                                   she replied: **"No."**
``n`` a noun phrase                                 she criticised **the plan**
``i`` a to-infinitive                               she promised **to leave**
``w`` a question word                               she asked **whether he left**
``r`` somebody who is told stands between           she told him **that he left**
``a`` a noun phrase with "as"                       she described **him as late**
``x`` somebody who is to do something               she urged **him to leave**
====  ============================================  ==========================================
"""

from __future__ import annotations

from dataclasses import dataclass

from redpencil.detectors.words import word_set

CLAIM, STANCE, INTENT = "claim", "stance", "intent"


@dataclass(frozen=True, slots=True)
class Cue:
    """A verb that can hand over content: its ``lemma``, ``frames``, the prepositions it takes, and its ``kind``.

    ``kind`` is ``claim`` (something said or thought to be so), ``stance`` (praise, blame, a judgement) or ``intent``
    (a wish, a plan, a request). ``nounish`` says that a form of it is a noun as often as not.
    """

    lemma: str
    frames: str
    prepositions: frozenset[str] = frozenset()
    kind: str = CLAIM
    nounish: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """One form of a cue: ``shape`` is base, s, past, participle, both (past or participle) or ing."""

    cue: Cue
    shape: str


# lemma: frames, then prepositions it takes, "!" if its forms are nouns too.
_CLAIMS = """
continue:q; go:q; interject:q; begin:q; interrupt:q; say:ctqwa; tell:rctqw; add:ctq; argue:ctq:for; claim:ctqni:!;
state:tqn:!; announce:ctqn; report:ctqn:on !; explain:ctqwn; insist:ctq:on; note:ctqn:!; declare:ctqni; assert:ctqn;
contend:ctq; maintain:tq; allege:ctqn; acknowledge:ctqn; admit:ctqn:to; concede:ctqn; confirm:ctqnw; deny:ctqni;
reveal:ctqnw; disclose:tqn; suggest:ctqn; warn:rctqx:of about against; predict:ctqn; reply:ctq; respond:tq;
answer:tq:!; write:ctq; tweet:ctq:!; testify:ctq:about; caution:rctq:against !; remark:tq:on !; observe:tq;
recall:ctq:!; recount:qw; conclude:ctq; find:rctq; show:t; indicate:ctq; estimate:ctq:!; reaffirm:tqn; reiterate:ctqn;
repeat:tq; stress:tqn:!; emphasize:tqn; emphasise:tqn; underscore:tn; joke:tq:about !; quip:tq:!; shout:tq:!; yell:tq;
boast:tq:of about !; brag:tq:about; lament:tqn:!; complain:tq:about of; counter:tq:!; retort:tq:!; cite:nq;
mention:tn:!; describe:aw; call:a:for on upon !; dub:a; label:a:!; brand:a:!; characterize:a; characterise:a;
portray:a; hint:t:at !; imply:ctq; proclaim:tqn; pronounce:a; swear:cti; ask:qwx:for; inquire:qw:about; wonder:wq;
question:wnq:!; propose:tni; recommend:ctqn; affirm:tqn; attest:t:to; postulate:t; reason:tq:!; speculate:t:about;
theorize:t; concur:tq; exclaim:tq; declaim:q; opine:tq; posit:t; profess:ni; volunteer:tq; chime:q; conjecture:t;
elaborate:q:on; clarify:tqn; stipulate:t; refer:z:to; point:z:to; identify:a; compare:n:!; dispute:tn:!; detail:nw:!;
outline:n:!; discuss:nw; speak:z:of; talk:z:about !; apologize:tq:for; apologise:tq:for; comment:tq:on !;
lie:z:about !; assure:rct; remind:rctx; inform:rct; notify:rct; advise:rtqx; convince:rt; persuade:rtx; mock:n;
certify:tn; rule:ctq:!; read:q; blog:tq:!; post:q:!; text:q:!; rumor:t:!; rumour:t:!
"""
_BELIEFS = """
think:ctqa; believe:cti; feel:ctq; know:ctw:!; consider:a; doubt:tn:!; suspect:ctn:!; assume:ct; expect:ctxin;
fear:ctn:!; worry:ct:about; realize:ctw; realise:ctw; recognize:t; recognise:t; see:a; view:a:!; regard:a:!;
guess:ct:!; imagine:ctw; figure:t:!; reckon:ct; judge:ta:!; determine:tw; learn:ct:of; agree:cti:with;
disagree:tq:with; remember:ct; understand:ctw; presume:ct; trust:t:!; accept:t; calculate:t; decide:twi; discover:t;
notice:t:!; anticipate:tn; perceive:ta; deem:a
"""
_INTENTS = """
want:xi; plan:i:!; intend:i; seek:ni; vow:ctiq:!; pledge:cti:!; promise:ctiqrn:!; threaten:i; refuse:i; decline:i:!;
hope:cti:for !; wish:ci:!; prefer:in; aim:i:!; demand:tqni:!; urge:xtqn:!; order:xn:!; request:tn:!; offer:i:!; beg:x;
invite:x; instruct:x; encourage:x; implore:x; press:x:for !; opt:i; resolve:i:!; desire:in:!; long:i:for !;
yearn:i:for; petition:x:!; lobby:x:for !; plead:q:for with; appeal:q:for !; advocate:tn:for !
"""
_STANCES = """
criticize:n; criticise:n; condemn:n; denounce:n; blast:n:!; slam:n; praise:n:!; applaud:n; hail:n; blame:n:!;
accuse:x; fault:n:!; ridicule:n:!; dismiss:n; reject:n; oppose:n; defend:n; regret:ctn:!; chide:n; rebuke:n:!;
deride:n; decry:n; lambaste:n; tout:n; welcome:n:!; endorse:n; commend:n; disavow:n; deplore:n; berate:n; castigate:n;
disparage:n; admire:n; extol:n; lambast:n; bemoan:n; assail:n; scold:n; laud:n; challenge:n:!; favor:n:!; support:n:!;
object:tq:to !; celebrate:n; thank:n; attack:n:!; rip:n:!; repudiate:n; renounce:n;
excoriate:n; trash:n:!; credit:n:!; quote:n:!; echo:nq:!; parrot:n:!; appreciate:n; resent:n; distrust:n:!; sue:n;
disapprove:z:of; approve:z:of
"""
# Verbs that are too common as plain news of a deed to hand over a bare noun phrase, unless their rule asks for more.
WEAK_OBJECT = word_set(
    "support favor thank credit attack challenge welcome celebrate claim report show confirm reveal "
    "announce add note state find mention detail outline discuss compare quote echo disclose sue counter expect seek "
    "desire prefer request order demand write recommend propose declare fear doubt suspect question explain cite "
    "predict anticipate suggest press"
)
# Those of them whose bare object is handed over all the same, if its subject is clear.
SAID_OBJECT = word_set(
    "cite criticize question predict suggest explain demand request declare fear doubt recommend announce propose "
    "compare seek mention welcome confirm acknowledge oppose favor discuss"
)

_PAST = {
    "say": "said", "tell": "told", "write": "wrote written", "find": "found", "think": "thought", "feel": "felt",
    "know": "knew known", "see": "saw seen", "swear": "swore sworn", "speak": "spoke spoken", "lie": "lied",
    "read": "read", "begin": "began begun", "go": "went gone",
    "understand": "understood", "show": "showed shown", "forget": "forgot", "seek": "sought", "beg": "begged",
    "plan": "planned", "brag": "bragged", "slam": "slammed", "quip": "quipped", "refer": "referred", "rip": "ripped",
    "admit": "admitted", "regret": "regretted", "extol": "extolled", "dub": "dubbed", "prefer": "preferred",
    "concur": "concurred", "blog": "blogged",
}  # fmt: skip
_PRESENT = {"say": "says", "echo": "echoes", "go": "goes"}

# Nouns that hand over a clause: the words that may join it, and the kind.
NOUNS = {
    noun: kind
    for kind, nouns in {
        CLAIM: "claim claims statement statements allegation allegations assertion assertions accusation accusations "
        "suggestion suggestions belief beliefs view opinion argument arguments contention prediction predictions "
        "conclusion conclusions admission acknowledgment remark remarks comment comments report reports rumor "
        "rumors rumour rumours speculation assurance assurances denial denials insistence notion concern concerns "
        "fear fears worry worries criticism criticisms complaint complaints warning warnings finding findings "
        "announcement confidence suspicion suspicions testimony assessment theory expectation expectations "
        "revelation charge charges declaration impression estimate doubt doubts",
        INTENT: "hope hopes promise promises pledge pledges vow vows threat threats plan plans proposal proposals "
        "demand demands call calls request requests desire wish wishes intention intentions decision refusal "
        "recommendation recommendations suggestion order orders willingness commitment determination ambition "
        "ambitions appeal appeals",
    }.items()
    for noun in nouns.split()
}  # fmt: skip

# Verbs that only carry such a noun: "expressed doubt that", "raised concerns about".
LIGHT_VERBS = word_set(
    "expressed expresses express expressing voiced voices voice raised raises raise made makes make making issued "
    "issues issue delivered delivers repeated repeats shared share shares reiterated gave offered offers"
)
# Verbs that end a passive or follow a noun of writing: "an email stressing that".
SAYING_PARTICIPLES = word_set(
    "saying stressing arguing claiming warning urging accusing criticizing criticising alleging asking suggesting "
    "announcing declaring condemning explaining praising blasting citing calling demanding denouncing describing "
    "insisting contending"
)
# Verbs that are cues only after speech in quotation marks: "…," she went on.
AFTER_SPEECH = word_set("go continue begin interject interrupt")
# Cues that may stand before their subject after speech without quotation marks: "It will rain, predicted X".
INVERTED = word_set(
    "say add write predict argue warn explain note admit acknowledge conclude insist suggest report claim complain joke"
)

# Adverbs that hedge a clause as somebody's word, nobody's in particular.
HEARSAY = word_set("reportedly allegedly purportedly supposedly")

# Passives that report what people say or think without saying who.
PASSIVES = word_set(
    "say report believe think allege expect know accuse rumour claim describe consider understand rumor assume "
    "suspect call tell ask urge blame criticize criticise portray label dub estimate schedule quote cite project "
    "predict presume fear hope suppose deem nominate charge announce reveal disclose request invite order warn advise "
    "recommend condemn denounce praise dismiss reject oppose"
)
# Adjectives after a form of be that hand over a clause, or what follows one of these prepositions.
ADJECTIVES = {
    adjective: frozenset(prepositions.split())
    for adjective, prepositions in {
        "worried": "about that", "concerned": "about that", "confident": "that in of", "convinced": "that of",
        "critical": "of", "skeptical": "of that about", "sceptical": "of that about", "optimistic": "about that",
        "hopeful": "that about", "certain": "that", "sure": "that", "afraid": "that of", "adamant": "that about",
        "supportive": "of", "dismissive": "of", "doubtful": "that about", "fearful": "that of", "outraged": "by that",
        "pleased": "that", "disappointed": "that by in", "wary": "of", "aware": "that", "proud": "that", "glad": "that",
        "sorry": "that for", "angry": "that about at", "suspicious": "of", "complimentary": "of", "positive": "that",
    }.items()
}  # fmt: skip
# Verbs whose second use after "and" needs no "that" to be another attribution ("said … and criticised …").
SECOND_CUES = word_set(
    "say tell argue suggest predict warn insist accuse vow promise pledge criticize criticise call urge ask deny "
    "praise blame condemn denounce reject dismiss claim describe demand threaten defend"
)
# Verbs before a cue's to-infinitive that belong to the cue with it.
CATENATIVES = word_set(
    "continue continues continued go goes went begin begins began start starts started seem seems seemed appear "
    "appears appeared try tries tried attempt attempts attempted proceed proceeds proceeded used likely unlikely "
    "quick careful ready able unable willing unwilling eager reluctant come comes came tend tends tended need needs "
    "needed on"
)
# Nouns after "in", "on" or "during" that tell where something was said.
OCCASIONS = word_set(
    "statement statements interview interviews tweet tweets speech speeches email emails e-mail letter letters memo "
    "post posts conference briefing hearing filing report article essay column op-ed editorial video message messages "
    "call debate rally rallies appearance remarks testimony phone podcast show book release note blog twitter "
    "facebook instagram meeting conversation forum event court release television radio text release listings listing "
    "broadcast program segment ad advertisement campaign lawsuit complaint affidavit documents document"
)


def _noun_like(rest: str) -> bool:
    return "!" in rest


def _inflect(lemma: str) -> dict[str, str]:
    """Each form of a verb, with its shape."""
    last, rest = lemma[-1], lemma[:-1]
    consonant_y = last == "y" and rest[-1] not in "aeiou"
    present = _PRESENT.get(lemma) or (
        rest + "ies" if consonant_y else lemma + ("es" if lemma.endswith(("s", "sh", "ch", "x", "z")) else "s")
    )
    forms = {lemma: "base", present: "s"}
    past = _PAST.get(lemma, "").split()
    doubles = bool(past) and past[0].endswith(lemma[-1] * 2 + "ed")
    if not past:
        past = [rest + "ied" if consonant_y else lemma + ("d" if last == "e" else "ed")]
    if len(past) == 2:
        forms |= {past[0]: "past", past[1]: "participle"}
    else:
        # "Read" is its own past, and in the news hardly ever the infinitive.
        forms[past[0]] = "both"
    ing = lemma + last if doubles else rest if last == "e" and not lemma.endswith("ee") else lemma
    forms["lying" if lemma == "lie" else ing + "ing"] = "ing"
    return forms


def _lexicon() -> dict[str, Form]:
    forms: dict[str, Form] = {}
    for kind, table in ((STANCE, _STANCES), (INTENT, _INTENTS), (CLAIM, _BELIEFS), (CLAIM, _CLAIMS)):
        for entry in table.replace("\n", " ").split(";"):
            lemma, frames, rest = (*entry.strip().split(":"), "")[:3]
            prepositions = frozenset(rest.replace("!", " ").split())
            cue = Cue(lemma, frames, prepositions, kind, _noun_like(rest))
            for form, shape in _inflect(lemma).items():
                forms[form] = Form(cue, shape)
    forms["labelled"] = Form(forms["labeled"].cue, "both")
    return forms


LEXICON: dict[str, Form] = _lexicon()
