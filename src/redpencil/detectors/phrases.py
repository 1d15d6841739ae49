"""The tokens of one sentence, and where its noun phrases begin and end, as far as marks and function words tell."""

from __future__ import annotations

from dataclasses import dataclass, field

from redpencil.detectors import words
from redpencil.detectors.cues import LEXICON, OCCASIONS, Form
from redpencil.detectors.quotations import is_speech
from redpencil.detectors.words import Token, is_adverb, is_auxiliary, is_possessive, word_set
from redpencil.document import Span

PHRASE_AT_MOST = 32
QUOTATION = "<quotation>"
STOPS = frozenset({",", ";", ":", ".", "?", "!", "…", "(", ")", "[", "]"}) | words.DASHES
_APPOSITIVE = words.DETERMINERS | words.POSSESSIVES | word_set("who whose which former one both")
_ASIDES = word_set("however though too meanwhile moreover instead therefore then")
_TITLES = word_set("president chairman director head author professor spokesman spokeswoman")
_SENTENCE_OPENERS = words.CONJUNCTIONS | word_set("just only even still meanwhile however also")
_SUBJECT_STOPS = (words.SUBORDINATORS - {"before"}) | words.MODALS | word_set("is are was were am")


@dataclass(slots=True)
class Phrases:
    """A sentence's ``tokens``, in which a quotation is one, and which of them are ``taken`` by what was found.

    A range is a pair of token numbers, end exclusive. ``end`` leaves out the marks that close the sentence.
    """

    tokens: list[Token]
    is_headline: bool = False
    taken: list[bool] = field(default_factory=list)
    end: int = 0

    def __post_init__(self) -> None:
        self.taken = [False] * len(self.tokens)
        self.end = len(self.tokens)
        while self.end and self.tokens[self.end - 1].text in STOPS - {")", "]"}:
            self.end -= 1

    def lower(self, at: int) -> str:
        """A token in small letters; an empty text where there is none."""
        return self.tokens[at].lower if 0 <= at < self.end else ""

    def is_quotation(self, at: int) -> bool:
        """Whether a token is a quotation."""
        return self.lower(at) == QUOTATION

    def is_speech(self, at: int) -> bool:
        """Whether a token is a quotation that ends as speech does."""
        return self.is_quotation(at) and is_speech(self.tokens[at].text)

    def is_word(self, at: int) -> bool:
        """Whether a token holds a letter or a digit."""
        return 0 <= at < self.end and self.tokens[at].is_word

    def is_capital(self, at: int) -> bool:
        """Whether a token is a word that begins with a capital."""
        return self.is_word(at) and self.tokens[at].is_capitalised

    def form(self, at: int) -> Form | None:
        """The form of a cue that a token is, if it is one."""
        return LEXICON.get(self.lower(at))

    def span(self, start: int, end: int) -> Span:
        """The place of a range of tokens in the text."""
        return Span(self.tokens[start].start, self.tokens[end - 1].end)

    def find(self, mark: str, at: int, within: int) -> int | None:
        """The first token of a kind among the next ``within``."""
        return next((i for i in range(at, min(at + within, self.end)) if self.lower(i) == mark), None)

    def find_any(self, marks: tuple[str, ...], at: int, within: int) -> int | None:
        """The first of some tokens among the next ``within`` of the same clause."""
        for here in range(at, min(at + within, self.end)):
            if self.lower(here) in marks:
                return here
            if self.lower(here) in (",", ";", ":") or self.lower(here) in words.DASHES:
                return None
        return None

    def starts_phrase(self, at: int) -> bool:
        """Whether a noun phrase may begin at a token."""
        lower = self.lower(at)
        if lower == "yet":
            return self.lower(at + 1) in ("another", "more")
        return self.is_quotation(at) or (
            self.is_word(at)
            and lower
            not in words.PREPOSITIONS
            | words.CONJUNCTIONS
            | words.SUBORDINATORS
            | words.AUXILIARIES
            | words.DAYS - {"that"}
            and not is_adverb(self.tokens[at])
            and (lower not in words.SUBJECT_PRONOUNS - {"it", "you"} or lower in ("he", "she", "they"))
        )

    def phrase_right(self, at: int, *, keeps_place: bool) -> int:
        """Where the noun phrase that begins at a token ends, before a day; or, unless ``keeps_place``, a place."""
        here = at
        while here < min(at + PHRASE_AT_MOST, self.end):
            token = self.tokens[here]
            lower = token.lower
            if token.text in STOPS - {"(", ")"} or self.taken[here]:
                break
            if self.is_quotation(here) and here > at and not keeps_place and self.is_speech(here):
                break
            if here > at:
                if lower in words.DAYS and self.lower(here - 1) != "out":
                    break
                if lower == "on" and self.lower(here + 1) in words.DAYS:
                    break
                if lower in ("that", "to") and not keeps_place:
                    break
                if lower in ("when", "while", "because", "after", "as", "before", "if") and not keeps_place:
                    break
                if (
                    not keeps_place
                    and lower in ("in", "on", "at", "during")
                    and any(self.lower(i) in OCCASIONS | words.DAYS for i in range(here + 1, min(here + 6, self.end)))
                ):
                    break
                if not keeps_place and is_auxiliary(token):
                    break
                if lower in ("earlier", "last") and self.lower(here + 1) in words.TIME_WORDS | words.DAYS | {"this"}:
                    break
            here += 1
        return here

    def goes_on_naming(self, at: int) -> bool:
        """Whether words after a comma still tell who somebody is: "a lawyer", "who leads it", "president of"."""
        token = self.tokens[at] if at < self.end else None
        if token is None or not token.is_word:
            return False
        lower = token.lower
        if lower.endswith("ing") or lower in words.CONJUNCTIONS | words.PREPOSITIONS | {
            "when",
            "as",
            "while",
            "because",
            "if",
        }:
            return False
        return lower in _APPOSITIVE or (
            lower[0].isalpha() and not is_adverb(token) and lower not in words.SUBJECT_PRONOUNS
        )

    def subject_left(self, end: int, *, strips_place: bool = True) -> tuple[int, int] | None:
        """The noun phrase that ends before a token, with the appositions and the relative clauses between commas."""
        last = end - 1
        if last < 0 or self.taken[last]:
            return None
        lower = self.lower(last)
        if lower in words.SUBJECT_PRONOUNS or lower in ("who", "that", "which", "what"):
            if lower in ("many", "others") or (lower == "that" and last == 0):
                return last, last + 1
            return (last, last + 1) if lower not in ("that", "which") or last else None
        if lower == "," or lower in words.DASHES:
            return self.subject_before_aside(last)
        start = self.phrase_left(last)
        return self.trimmed(start, end, strips_place=strips_place)

    def owner_left(self, at: int) -> int:
        """Where the noun phrase begins whose last word, a genitive, is the token ``at``: the mayor’s, Ilse Brandt’s."""
        start = at
        while start and self.is_capital(start - 1) and not self.taken[start - 1]:
            start -= 1
        if start == at and not self.is_capital(at):
            for here in range(at - 1, max(-1, at - 6), -1):
                if not self.is_word(here) or self.lower(here) in words.PREPOSITIONS or self.taken[here]:
                    break
                if self.lower(here) in words.DETERMINERS | words.POSSESSIVES:
                    return here
        elif start and self.lower(start - 1) in ("the", "a", "an") and not self.taken[start - 1]:
            start -= 1
        return start

    def subject_before_aside(self, close: int) -> tuple[int, int] | None:
        """X, who leads it, said; X - long a critic - said: the phrase before the aside, and the aside if it names."""
        dash = self.lower(close) in words.DASHES
        floor = max(0, close - 60)
        opened: int | None = None
        for here in range(close - 1, floor - 1, -1):
            lower = self.lower(here)
            if self.taken[here] or lower in (";", ":") or self.is_speech(here):
                break
            if dash:
                if lower in words.DASHES:
                    opened = here
                    break
                continue
            if lower in words.DASHES:
                break
            if lower == "," and here + 1 < close and self.opens_aside(here + 1):
                opened = here
            # A clause of its own stands between: what is before it belongs to that clause.
            form = self.form(here)
            if form and form.shape == "past" and self.lower(here - 1) not in ("who", "that", "which"):
                break
        if opened is None or opened == 0:
            return None
        start = self.phrase_left(opened - 1)
        trimmed = self.trimmed(start, opened, strips_place=False)
        if trimmed is None:
            return None
        names = (
            (not dash and self.lower(opened + 1) in _APPOSITIVE | _TITLES | {"who"})
            or (not dash and is_possessive(self.tokens[opened + 1]))
            or (not dash and self.is_capital(opened + 1) and close - opened < 5)
        )
        return trimmed[0], close if names else opened

    def opens_aside(self, at: int) -> bool:
        """Whether an apposition, a relative clause, an age or another aside begins at a token."""
        token = self.tokens[at]
        lower = token.lower
        return (
            lower in _APPOSITIVE
            or lower in _ASIDES
            or lower in words.PREPOSITIONS
            or lower.isdigit()
            or is_possessive(token)
            or (lower.endswith(("ing", "ed")) and not token.is_capitalised)
            or (token.is_capitalised and self.lower(at + 1) == ",")
            or lower in _TITLES
        )

    def phrase_left(self, last: int) -> int:
        """Where the noun phrase that ends with a token begins, as far as marks and function words tell."""
        here = last
        floor = max(0, last - PHRASE_AT_MOST)
        joint: int | None = None
        while here >= floor:
            token = self.tokens[here]
            lower = token.lower
            if self.taken[here]:
                break
            if token.text == ")":
                opened = next(
                    (i for i in range(here - 1, max(floor, here - 12) - 1, -1) if self.tokens[i].text == "("), None
                )
                if opened is None:
                    break
                here = opened - 1
                continue
            if token.text in STOPS or (self.is_quotation(here) and self.is_speech(here)):
                break
            if lower in _SUBJECT_STOPS or (lower in words.HAVE | words.DO and here < last):
                break
            if lower in ("but", "yet", "so", "nor"):
                break
            if lower in ("and", "or"):
                joint = here
            elif joint is not None and self.looks_like_verb(here):
                return joint + 1
            elif (
                here < last and self.looks_like_verb(here) and self.lower(here + 1) in words.DETERMINERS | {"he", "she"}
            ):
                return here + 1
            here -= 1
        return here + 1

    def looks_like_verb(self, at: int) -> bool:
        """Whether a token is likely a finite verb, by its form alone."""
        if not self.is_word(at) or self.is_capital(at):
            return False
        token = self.tokens[at]
        lower = token.lower
        if is_auxiliary(token):
            return True
        form = LEXICON.get(lower)
        if form and form.shape in ("past", "s") and not form.cue.nounish:
            return True
        return (
            len(lower) > 4
            and lower.endswith("ed")
            and self.lower(at + 1) not in ("by", "for", "with", "in", "to", "on")
        )

    def trimmed(self, start: int, end: int, *, strips_place: bool) -> tuple[int, int] | None:
        """A phrase without what only joins it on, or tells when: But X on Tuesday."""
        while start < end and (
            self.lower(start) in _SENTENCE_OPENERS
            or (is_adverb(self.tokens[start]) and self.lower(start) not in ("here", "there", "almost", "only"))
        ):
            start += 1
        changed = True
        while changed and end > start:
            changed = False
            if self.lower(end - 1) in words.TIME_WORDS and end - start > 1:
                end, changed = end - 1, True
                while end > start and self.lower(end - 1) in ("on", "late", "early", "in", "this", "last"):
                    end -= 1
            elif strips_place and end - start > 3:
                for back in range(2, 6):
                    if (
                        end - back > start
                        and self.lower(end - back) in ("in", "on", "at", "during")
                        and self.lower(end - 1) in OCCASIONS
                    ):
                        end, changed = end - back, True
                        break
            if not changed and self.lower(end - 1) == "also":
                end, changed = end - 1, True
        # "On Friday Trump": the phrase that opens the sentence is not the subject; the name after it is.
        if start < end and self.lower(start) in words.PREPOSITIONS - {"of", "like", "over", "about", "around", "near"}:
            name = end
            while name > start and self.is_capital(name - 1):
                name -= 1
            if name == end:
                name = next((i for i in range(end - 1, start, -1) if self.lower(i) in words.DETERMINERS), end)
            start = name
        if start >= end or end - start > PHRASE_AT_MOST:
            return None
        body = self.tokens[start:end]
        if not any(
            t.is_word and t.lower not in words.PREPOSITIONS | words.CONJUNCTIONS | {"the", "a", "an", "'s"}
            for t in body
        ):
            return None
        return start, end

    def clause_start(self, before: int) -> int:
        """Where the clause that ends before a token begins: after a semicolon, what is taken, or the first "But"."""
        start = 0
        for here in range(before - 1, -1, -1):
            if self.lower(here) == ";" or self.taken[here]:
                start = here + 1
                break
            # A dateline: "LONDON (Reuters) - …".
            if (
                self.lower(here) in words.DASHES
                and here < 8
                and all(not t.is_word or t.is_capitalised for t in self.tokens[:here])
            ):
                start = here + 1
                break
        while start < before and (self.lower(start) in words.CONJUNCTIONS or self.tokens[start].text in STOPS):
            start += 1
        return start
