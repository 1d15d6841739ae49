"""Which rung of the sourcing ladder a source stands on, and which words say so where no source is given.

The ladder is that of DESIGN.md: record, named, role, group, sourceless, own-voice, opinion. The word lists are the
kit's own. A rung says whom a reader gets to ask, never whether a claim is true.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from redpencil.detectors import words
from redpencil.detectors.words import Token, tokenize, word_set

RECORD, NAMED, ROLE, GROUP = "record", "named", "role", "group"
SOURCELESS, OWN_VOICE, OPINION = "sourceless", "own-voice", "opinion"

_RECORDS = word_set(
    "report reports document documents memo memos record records data figures statistics poll polls survey surveys "
    "study studies lawsuit suit complaint indictment affidavit filing filings transcript transcripts footage video "
    "videos photo photos photograph photographs image images email emails e-mail e-mails letter letters census audit "
    "review ruling findings analysis paper papers dossier cable cables log logs recording recordings tape tapes "
    "minutes treaty bill page pages law budget database map maps screenshot screenshots"
)
_OFFICES = word_set(
    "official officials service spokesman spokeswoman spokesperson spokespeople representative aide adviser advisor "
    "ministry department agency bureau office government administration police army military navy forces authority "
    "authorities court courts judge prosecutor prosecutors committee commission council campaign company firm bank "
    "embassy president minister governor mayor senator congressman congresswoman chairman chairwoman director "
    "secretary ambassador general commander commissioner sheriff chief leader hospital university school union "
    "parliament congress senate house party board federation organization organisation regulator watchdog pentagon "
    "kremlin lawyer attorney doctor investigators investigator detectives institute nominee candidate head manager "
    "owner editor parties lawyers attorneys station network newspaper site website"
)
_GROUPS = word_set(
    "source sources activist activists critic critics expert experts analyst analysts observer observers resident "
    "residents witness witnesses voter voters supporter supporters opponent opponents people many some others most "
    "few democrats republicans conservatives liberals media press outlets bloggers users fans protesters "
    "demonstrators rebels militants fighters insiders lawmakers legislators leaders members advocates scholars "
    "historians economists scientists researchers doctors parents students workers neighbors neighbours friends "
    "relatives commentators pundits pollsters strategists operatives donors rivals allies aides advisers diplomats "
    "soldiers veterans americans everyone somebody someone anyone percent half respondents they we men women locals "
    "circles channels accounts"
)
_PEOPLES = re.compile(r"^[A-Z][a-z]+(?:ians|eans|ans|ese|is|ish)$")
_MANY_PEOPLE = re.compile(r"(?:ers|ors|ists|ents|ants|men|ees)$")
_INSIDE = re.compile(r"(?<=[a-z,] )[A-Z]\w+")
# Of these, one can be looked up if it says which: "the police report", not "reports" or "some unconfirmed reports".
_TOLD_IN = word_set("reports accounts studies surveys polls papers articles posts")
_SAYS_NOT_WHICH = word_set(
    "some any no many several most more few various numerous other multiple different unconfirmed initial preliminary "
    "early first earlier recent latest new local media press news online conflicting further previous credible"
)
# Participles without -ed that can follow their noun: "a list drawn up by", "the report shown to".
_PARTICIPLES = word_set(
    "seen shown written drawn made given held taken sent put led run known kept found left built brought bought sold "
    "told read cut set born hidden stolen chosen driven broken begun done gone sworn lent laid paid hurt hit hired"
)
_AFTER_PARTICIPLE = words.PREPOSITIONS | words.DAYS | words.ADVERBS | {"last", "this", "when", "because", "up", "out"}
_PRONOUNS = frozenset(
    {"he", "she", "it", "they", "we", "i", "you", "who", "that", "which", "his", "her", "their", "its", "my", "our"}
)
_HEAD_ENDS = (
    words.PREPOSITIONS
    | words.RELATIVES
    | {",", "(", "-", "–", "—", "--", "seen", "obtained", "posted", "familiar", "close"}
)

ADDRESS = re.compile(r"https?://\S|\bwww\.\w")
_SHOWING = word_set("show shows showed shown reveal reveals revealed indicate indicates indicated list lists listed")
HEDGES = word_set("apparently reportedly allegedly purportedly supposedly seemingly")
SEEMING = word_set("appears appeared appear seems seemed seem")

_ADVICE = word_set("should ought")
_JUDGING_ADVERBS = word_set(
    "clearly obviously unfortunately sadly thankfully fortunately surely undoubtedly frankly arguably rightly wrongly "
    "shamefully inevitably hopefully"
)
_JUDGEMENTS = word_set(
    "absurd appalling awful bad best better brilliant cowardly critical dangerous deplorable disastrous disgraceful "
    "disgusting dishonest foolish good great greatest heroic horrible hypocritical idiotic immoral important "
    "impossible incompetent irresponsible laughable ludicrous outrageous pathetic perfect pointless reckless "
    "ridiculous right sad scandalous shameful shocking silly stupid terrible troubling unacceptable unfair "
    "unforgivable unjust unwise useless wise wonderful worse worst worthless wrong hopeless senseless"
)
# Calls on somebody: "must" of people as well as of bodies; the others tell of people's troubles, too ("has to walk").
_BODIES = _OFFICES | word_set(
    "side sides country countries nation nations state states world community union leaders ministers officials "
    "ministries governments presidents powers bank banks companies firms schools mayors judges everybody everyone "
    "nobody"
)
_NEEDS = word_set("has have needs need")
_WE = frozenset({"we", "you"})
_PREDICTIONS = re.compile(
    r"\b(?:(?:is|are) (?:likely to|bound to|doomed)|will (?:likely|surely|never|soon)"
    r"|it(?:[’']s| is) time (?:to|for|that)|needs? to|deserves? to|deserves|must be|ha(?:s|ve) to be)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Spellings:
    """How a text writes its words: ``small`` are those that it writes without a capital, ``names`` those with one."""

    small: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()

    @classmethod
    def of(cls, text: str) -> Spellings:
        """Those of a text; a word counts as a name if it has its capital after a small letter or a comma."""
        small = frozenset(m.group() for m in words.WORD.finditer(text) if m.group()[0].islower())
        return cls(small, frozenset(_INSIDE.findall(text)))

    def is_common(self, token: Token) -> bool:
        """Whether a capitalised word at the start of a sentence is a common noun: "Shopkeepers", and not "Sanders"."""
        if token.lower in self.small:
            return True
        return token.text not in self.names and bool(_MANY_PEOPLE.search(token.lower))


def rung_of_source(
    text: str, start: int, end: int, before: str = GROUP, spellings: Spellings = Spellings()
) -> tuple[str, str]:
    """The rung of the source ``text[start:end]`` and the word that decided it.

    A pronoun stands on the rung ``before``. By the text's ``spellings`` a word that opens a sentence is known from a
    name.
    """
    tokens = tokenize(text, start, end)
    head = _head(tokens)
    if not head:
        return before, text[start:end]
    last = head[-1]
    lower = last.lower.removesuffix("'s")
    if lower in _PRONOUNS:
        if before == RECORD and lower in ("he", "she", "i", "who", "his", "her"):
            before = NAMED
        return (
            GROUP if lower in ("they", "we", "you", "their") and before not in (NAMED, ROLE, RECORD) else before
        ), last.text
    if len(head) > 1 and not last.text[0].isalpha():
        last = head[-2]
        lower = last.lower
    at_start = start == 0 or text[max(0, start - 2) : start].rstrip(" ")[-1:] in '\n.!?”"“'
    capitals = [
        token
        for token in head
        if token.is_capitalised
        and not (
            token is head[0]
            and (at_start or len(head) > 1)
            and (_is_common(token) or (at_start and spellings.is_common(token)))
        )
    ]
    if _says_not_which(head, tokens):
        return GROUP, last.text
    if lower in _RECORDS and (not last.is_capitalised or (at_start and len(head) == 1)):
        return RECORD, last.text
    if lower in _GROUPS:
        return GROUP, last.text
    if lower in _OFFICES and (not last.is_capitalised or len(head) == 1 or not capitals):
        return ROLE, last.text
    if last.is_capitalised and last in capitals:
        if _PEOPLES.match(last.text) and len(head) == 1:
            return GROUP, last.text
        return NAMED, last.text
    if lower in _RECORDS:
        return RECORD, last.text
    return GROUP, last.text


def _head(tokens: list[Token]) -> list[Token]:
    """The words of the phrase up to its head: before "of", a comma or "who"."""
    head: list[Token] = []
    for token, after in zip(tokens, [*tokens[1:], None], strict=True):
        if head and (token.lower in _HEAD_ENDS or token.text in '"“‘' or _is_after_noun(token, after)):
            break
        if token.is_word and (token.lower not in words.DETERMINERS or token.lower in _GROUPS):
            head.append(token)
    return head


def _is_after_noun(token: Token, after: Token | None) -> bool:
    """Whether a word after a noun is a participle that tells more of it: "published by", "released on", "leaked"."""
    if token.is_capitalised or not (token.lower.endswith("ed") or token.lower in _PARTICIPLES):
        return False
    return after is None or not after.is_word or after.lower in _AFTER_PARTICIPLE or words.is_adverb(after)


def _says_not_which(head: list[Token], phrase: list[Token]) -> bool:
    """Whether a source is reports, studies or the like of which nothing says which or whose they are."""
    if not head or head[-1].lower not in _TOLD_IN:
        return False
    # What follows may tell: "reports by the ministry". What stands before may too: "the two reports", "police reports".
    at = phrase.index(head[-1])
    after = phrase[at + 1 :]
    if after:
        # "Reports from the area" leave it open, too; "reports from the ministry" do not.
        place = _head(after[1:])
        known = not place or place[-1].lower in _OFFICES | _RECORDS or any(token.is_capitalised for token in place)
        if after[0].lower != "from" or known:
            return False
    return all(token.lower in _SAYS_NOT_WHICH for token in phrase[:at])


def _is_common(token: Token) -> bool:
    lower = token.lower
    return lower in _GROUPS | _OFFICES | _RECORDS | _PRONOUNS | words.DETERMINERS or words.is_adverb(token)


def shows_a_record(tokens: list[Token]) -> str:
    """The word for a record that a sentence says shows something, if it says so; else an empty text."""
    seen = ""
    for number, token in enumerate(tokens):
        if token.lower in _RECORDS:
            before = number
            while before and tokens[before - 1].lower in _SAYS_NOT_WHICH:
                before -= 1
            opens = before == 0 or not tokens[before - 1].is_word
            seen = "" if opens and _says_not_which([token], tokens[before : number + 1]) else token.text
        elif token.lower in _SHOWING and seen:
            return seen
        elif not token.is_word and token.text in ";:.":
            seen = ""
    return ""


def hedge(tokens: list[Token]) -> str:
    """The word that hedges a claim as if somebody had seen or heard it; else an empty text."""
    for token, after in zip(tokens, [*tokens[1:], None], strict=True):
        if token.lower in HEDGES:
            return token.text
        if (
            token.lower in SEEMING
            and after is not None
            and after.lower in ("to", "that", "as", "likely", "in", "unlikely")
        ):
            return token.text
    return ""


def _call(tokens: list[Token], spellings: Spellings) -> str:
    """The words that say what people or a body must do: "must", "has to"; else an empty text.

    "Must have known" is a guess, "it must" and "bread must rise" are no calls.
    """
    for number, token in enumerate(tokens):
        after = [t.lower for t in tokens[number + 1 : number + 3]]
        if token.lower == "must" and after and after[0][0].isalpha():
            guesses = (
                after[0] == "have" and len(after) > 1 and (after[1].endswith(("ed", "en")) or after[1] in _PARTICIPLES)
            )
            if not guesses and _can_be_called_on(tokens, number, _BODIES | _GROUPS | _WE | {"they"}, spellings):
                return token.text
        elif (
            token.lower in _NEEDS
            and len(after) > 1
            and after[0] == "to"
            and after[1][0].isalpha()
            and _can_be_called_on(tokens, number, _BODIES | {"we"}, spellings)
        ):
            return f"{token.text} {tokens[number + 1].text}"
    return ""


def _can_be_called_on(tokens: list[Token], verb: int, people: frozenset[str], spellings: Spellings) -> bool:
    """Whether the subject before a verb is one of some nouns and pronouns, or a name."""
    start = verb
    while start and tokens[start - 1].is_word and tokens[start - 1].lower not in words.CONJUNCTIONS | words.RELATIVES:
        if tokens[start - 1].lower in words.SUBORDINATORS:
            break
        start -= 1
    subject = tokens[start:verb]
    while subject and (words.is_adverb(subject[-1]) or subject[-1].lower == "now"):
        subject = subject[:-1]
    if subject and subject[0].lower in words.PREPOSITIONS:
        # "In Tarn the army must leave": only what stands beside the verb is sure.
        subject = subject[-1:]
    head = _head(subject)
    if not head:
        return bool(subject) and subject[-1].lower in people
    last = head[-1]
    if last.lower in people:
        return True
    opens = last is tokens[0]
    return last.is_capitalised and not (opens and (_is_common(last) or spellings.is_common(last)))


def judgement(tokens: list[Token], sentence: str, spellings: Spellings = Spellings()) -> str:
    """The words that make a sentence a judgement, a call or a prediction; else an empty text.

    By the text's ``spellings`` a word that opens the sentence is known from a name.
    """
    if called := _call(tokens, spellings):
        return called
    for number, token in enumerate(tokens):
        lower = token.lower
        if lower in _ADVICE or lower in ("shouldn't",):
            return token.text
        if lower in _JUDGING_ADVERBS:
            return token.text
        if lower in _JUDGEMENTS and number:
            near = [t.lower for t in tokens[max(0, number - 4) : number]]
            if any(n in words.BE or n in ("remains", "seems", "looks", "it's", "that's", "so", "too") for n in near):
                return token.text
    if found := _PREDICTIONS.search(sentence):
        return found.group()
    if tokens and tokens[0].lower in ("don't", "let's", "imagine", "stop"):
        return tokens[0].text
    return "?" if sentence.rstrip("\"'”’)").endswith("?") else ""
