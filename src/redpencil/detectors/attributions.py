"""Who says so: rules that find the cue, the source and the content of each attribution in an English news text.

The parts are those of PolNeAR (Newell, Margolin and Ruths, 2018, "An Attribution Relations Corpus for Political News"):
a cue each, no source or one, some content in one or more pieces, outermost only. There is no parser here. A sentence
is tokens, quotations are single tokens of it, and a noun phrase ends where a function word or a mark says so.

Time is linear in the text: a sentence is read in pieces of at most ``TOKENS_AT_MOST`` tokens, and each search within
a piece is bounded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from redpencil.detectors import Progress, telling, words
from redpencil.detectors.clauses import Clauses
from redpencil.detectors.cues import (
    ADJECTIVES,
    AFTER_SPEECH,
    CLAIM,
    HEARSAY,
    INTENT,
    INVERTED,
    LEXICON,
    LIGHT_VERBS,
    NOUNS,
    OCCASIONS,
    PASSIVES,
    SAYING_PARTICIPLES,
    STANCE,
    Form,
)
from redpencil.detectors.phrases import QUOTATION, STOPS
from redpencil.detectors.quotations import find_quotations
from redpencil.detectors.sentences import split_paragraphs, split_sentences
from redpencil.detectors.words import Token, is_adverb, is_auxiliary, is_possessive, tokenize, word_set
from redpencil.document import Span

TOKENS_AT_MOST = 300
HEADLINE_AT_MOST = 150
_NOT_THE_REST = word_set("who which a an and but while though")
_NO_SPEAKERS = word_set("poll latest exclusive video watch report update analysis")


@dataclass(frozen=True, slots=True)
class Attribution:
    """One attribution: its places in the text, the ``rule`` that found it, and the ``kind`` of its cue.

    ``kind`` is ``claim``, ``stance`` or ``intent``. ``is_quoted`` says that its content is speech in quotation marks.
    ``place`` is "in a statement" or the like, if it follows the cue directly and the content stands before.
    """

    rule: str
    kind: str
    cue: Span
    source: Span | None
    content: tuple[Span, ...]
    is_quoted: bool = False
    place: Span | None = None


def find_attributions(text: str, progress: Progress | None = None) -> list[Attribution]:
    """All attributions of a text, in the order of their first words."""
    found: list[Attribution] = []
    previous: Attribution | None = None
    number_of_previous = -1
    going_on: list[Span] = []
    paragraphs = split_paragraphs(text)
    for number, paragraph in enumerate(paragraphs):
        is_headline = number == 0 and len(paragraphs) > 1 and len(paragraph) <= HEADLINE_AT_MOST
        quotations = find_quotations(text, paragraph.start, paragraph.end)
        for start, end, inside in _clusters(text, paragraph, quotations, progress):
            if previous is not None and _is_only_speech(text, start, end, inside):
                # Speech with nobody beside it goes on from whoever spoke last.
                going_on.append(Span(*inside[0]))
                continue
            if previous is not None and going_on:
                found[number_of_previous] = replace(previous, content=(*previous.content, *going_on))
                going_on = []
            here: list[Attribution] = []
            for tokens in _pieces(text, start, end, inside):
                here += _Sentence(tokens, is_headline=is_headline).read()
            here.sort(key=_place)
            found += here
            quoted = [at for at in range(len(found) - len(here), len(found)) if found[at].is_quoted]
            number_of_previous = quoted[-1] if quoted else -1
            previous = found[number_of_previous] if quoted else None
    if previous is not None and going_on:
        found[number_of_previous] = replace(previous, content=(*previous.content, *going_on))
    found.sort(key=_place)
    return found


def _place(attribution: Attribution) -> tuple[int, int]:
    first = min(span.start for span in (attribution.cue, *attribution.content, *filter(None, [attribution.source])))
    return first, attribution.cue.start


def _clusters(
    text: str, paragraph: Span, quotations: list[tuple[int, int]], progress: Progress | None
) -> Iterator[tuple[int, int, list[tuple[int, int]]]]:
    """The sentences of a paragraph with their quotations; sentences inside one quotation are one with it."""
    waiting = iter(quotations)
    quotation = next(waiting, None)
    start: int | None = None
    inside: list[tuple[int, int]] = []
    for sentence in telling(split_sentences(text, paragraph), progress):
        start = sentence.start if start is None else start
        while quotation is not None and quotation[1] <= sentence.end:
            inside.append(quotation)
            quotation = next(waiting, None)
        if quotation is not None and quotation[0] < sentence.end:
            continue
        yield start, sentence.end, inside
        start, inside = None, []
    if start is not None:
        yield start, paragraph.end, inside + ([quotation] if quotation else []) + list(waiting)


def _is_only_speech(text: str, start: int, end: int, inside: list[tuple[int, int]]) -> bool:
    return len(inside) == 1 and inside[0][0] == start and not text[inside[0][1] : end].strip(" .,")


def _pieces(text: str, start: int, end: int, inside: list[tuple[int, int]]) -> Iterator[list[Token]]:
    """The sentence's tokens, with a quotation as one token, in pieces that are short enough to read."""
    piece: list[Token] = []
    at = start
    for opened, closed in [*inside, (end, end)]:
        for token in tokenize(text, at, opened):
            piece.append(token)
            if len(piece) >= TOKENS_AT_MOST:
                yield piece
                piece = []
        if closed > opened:
            piece.append(Token(opened, closed, text[opened:closed], QUOTATION))
        at = closed
    if piece:
        yield piece


@dataclass(slots=True)
class _Found:
    """An attribution in tokens: ranges are start and end, end exclusive."""

    rule: str
    kind: str
    cue: tuple[int, int]
    source: tuple[int, int] | None
    content: list[tuple[int, int]]
    place: tuple[int, int] | None = None


@dataclass(slots=True)
class _Sentence(Clauses):
    """A sentence, and what the rules found in it so far."""

    found: list[_Found] = field(default_factory=list)

    def read(self) -> list[Attribution]:
        lowers = [token.lower for token in self.tokens[: self.end]]
        verbs = [at for at, lower in enumerate(lowers) if lower in LEXICON]
        if self.is_headline and not verbs:
            self.read_headline()
        self.read_according_to(lowers)
        for at in reversed(verbs):
            if not self.taken[at]:
                self.read_content_before(at)
        for at, lower in enumerate(lowers):
            if self.taken[at]:
                continue
            if lower in LEXICON and self.read_verb(at):
                continue
            if lower in ADJECTIVES and self.read_adjective(at):
                continue
            if lower in NOUNS:
                self.read_noun(at)
            elif lower in HEARSAY:
                self.read_hearsay(at)
        return [a for one in self.found if (a := self.attribution(one))]

    def attribution(self, one: _Found) -> Attribution | None:
        content = [self.span(a, b) for a, b in one.content if b > a]
        if not content:
            return None
        quoted = any(self.is_speech(at) for a, b in one.content for at in (a, b - 1))
        return Attribution(
            one.rule,
            one.kind,
            self.span(*one.cue),
            self.span(*one.source) if one.source else None,
            tuple(content),
            quoted,
            self.span(*one.place) if one.place else None,
        )

    def add(
        self,
        rule: str,
        kind: str,
        cue: tuple[int, int],
        source: tuple[int, int] | None,
        content: list[tuple[int, int]],
    ) -> bool:
        pieces = []
        for start, end in content:
            while start < end and self.tokens[start].text in STOPS - {"(", "["}:
                start += 1
            while end > start and self.tokens[end - 1].text in STOPS - {")", "]"}:
                end -= 1
            # What another attribution has taken already is not handed over twice.
            stop = next((at for at in range(start, end) if self.taken[at]), end)
            if stop > start:
                pieces.append((start, stop))
        if not pieces or any(self.taken[at] for at in range(*cue)):
            return False
        for start, end in [*pieces, cue, *([source] if source else [])]:
            for at in range(start, end):
                self.taken[at] = True
        self.found.append(_Found(rule, kind, cue, source, sorted(pieces)))
        return True

    def read_headline(self) -> None:
        """A headline such as "Lynch: No outside influence": a name, a colon, and what the named one says."""
        colon = next((at for at in range(1, min(7, self.end)) if self.tokens[at].text == ":"), 0)
        name = self.tokens[:colon]
        if (
            colon
            and self.end - colon > 3
            and all(token.is_word and (token.is_capitalised or token.lower in ("of", "on")) for token in name[:3])
            and name[-1].lower not in _NO_SPEAKERS
        ):
            self.add(
                "headline colon",
                CLAIM,
                (colon, colon + 1),
                (0, 1 if self.lower(1) == "on" else colon),
                [(colon + 1, self.end)],
            )

    def read_according_to(self, lowers: list[str]) -> None:
        for at, lower in enumerate(lowers):
            if self.taken[at]:
                continue
            if lower == "according" and self.lower(at + 1) == "to":
                self.read_preposition("according to", at, at + 2)
            elif lower == "as" and self.lower(at + 1) in LEXICON and self.lower(at + 2) == "by":
                self.read_preposition("as reported by", at + 1, at + 2, source=at + 3)
            elif lower == "as" and (at == 0 or self.tokens[at - 1].text in STOPS):
                self.read_as(at)
            elif lower == "in" and lowers[at + 1 : at + 4] == ["the", "words", "of"]:
                self.read_preposition("in the words of", at, at + 4)

    def read_as(self, at: int) -> None:
        """As in: as the Daily Ledger reported last week, the dam was inspected."""
        comma = self.find(",", at + 1, 14)
        if comma is None or self.end - comma < 4:
            return
        verb = next(
            (i for i in range(at + 2, comma) if (form := self.form(i)) and set(form.cue.frames) & set("ct")), None
        )
        form = self.form(verb) if verb else None
        if verb is None or form is None or form.shape not in ("both", "past", "s"):
            return
        if self.lower(verb + 1) not in words.TIME_WORDS | {",", "in", "on"}:
            return
        start = self.cue_start(verb)
        source = self.trimmed(at + 1, start, strips_place=True)
        if source is not None:
            self.add("as X said", CLAIM, (start, verb + 1), source, [(comma + 1, self.end)])

    def read_preposition(self, rule: str, start: int, end: int, source: int | None = None) -> None:
        first = end if source is None else source
        last = self.phrase_right(first, keeps_place=True)
        if last == first:
            return
        # "According to Smith, a lawyer, the …": what stands between two commas after a name tells who it is.
        if (
            self.lower(last) == ","
            and self.lower(last + 1) in ("a", "an", "who", "which", "whose")
            and (second := self.find(",", last + 1, 24)) is not None
        ):
            last = second
        before = self.clause_start(start)
        pieces = []
        if start - before > 2 or (start - before == 2 and self.is_quotation(before)):
            pieces.append((before, start))
            # What follows a comma goes on only if something was still to come.
            if self.lower(last) == "," and self.lower(last + 1) not in _NOT_THE_REST:
                pieces.append((last + 1, self.end))
        else:
            pieces.append((last, self.end))
        self.add(rule, CLAIM, (start, end), (first, last), pieces)

    def read_content_before(self, at: int) -> None:
        """“…,” X said. “…,” said X. It rained, X said."""
        form = self.form(at)
        if form is None or form.shape == "ing" or not set(form.cue.frames) & set("qct"):
            return
        cue = self.cue_start(at), at + 1
        if form.cue.lemma == "go":
            # "…," she went on.
            if self.lower(at + 1) != "on":
                return
            cue = cue[0], at + 2
        if self.is_passive(cue[0], at, form):
            return
        if self.read_inverted(at, cue, form):
            return
        if not self.is_verb(cue[0], at, form):
            return
        source = self.subject_left(cue[0])
        if source is None:
            return
        left = source[0] - 1
        gap = left
        if self.lower(gap) == "," and self.is_quotation(gap - 1):
            gap -= 1
        rest, goes_on = cue[1], False
        if self.is_speech(gap) or (self.is_quotation(gap) and gap != left):
            pass
        elif self.lower(left) in {",", *words.DASHES} and left > 1 and self.ends_after(at, form):
            goes_on = self.goes_on_after(left, at + 1)
            if not goes_on and self.is_introduction(left):
                return
        else:
            return
        pieces = [(self.speech_start(gap), gap + 1)] if self.is_quotation(gap) else [(self.clause_start(left), left)]
        if any(self.taken[i] for i in range(*pieces[0])):
            pieces = [(gap, gap + 1)] if self.is_quotation(gap) else []
        after = self.quotation_after(rest)
        if goes_on:
            pieces.append((at + 2, self.clause_end(at + 2)))
        elif after is not None:
            pieces.append((after, after + 1))
        if pieces and self.add("speech, then who said it", form.cue.kind, cue, source, pieces):
            self.found[-1].place = self.place_after(at + 1)

    def place_after(self, at: int) -> tuple[int, int] | None:
        """The words "in a statement" or "on Twitter" that begin at a token, if they do."""
        if self.lower(at) not in ("in", "on", "at", "during"):
            return None
        last = next((i for i in range(at + 1, min(at + 7, self.end)) if self.lower(i) in OCCASIONS), None)
        if last is None or any(not self.is_word(i) or self.taken[i] for i in range(at, last)):
            return None
        return at, last + 1

    def speech_start(self, quotation: int) -> int:
        """Where content begins that ends with a quotation: with it, or with the clause that leads up to it."""
        start = self.clause_start(quotation)
        introduces = self.lower(quotation - 1) == "," and (
            self.lower(start) in words.PREPOSITIONS | words.SUBORDINATORS or is_adverb(self.tokens[start])
        )
        speaks = any(self.is_speech(i) or self.is_clear_cue(i) for i in range(start, quotation))
        return quotation if introduces or speaks or self.lower(quotation - 1) == ":" else start

    def is_clear_cue(self, at: int) -> bool:
        """Whether a token is a finite form of a cue that is hardly ever a noun."""
        form = self.form(at)
        return form is not None and form.shape in ("past", "both", "s") and not (form.cue.nounish and form.shape == "s")

    def read_inverted(self, at: int, cue: tuple[int, int], form: Form) -> bool:
        """“…,” said X."""
        left = cue[0] - 1
        gap = left - 1 if self.lower(left) == "," and self.is_quotation(left - 1) else left
        if not (self.is_quotation(gap) or (self.lower(left) == "," and form.cue.lemma in INVERTED)):
            return False
        if cue[0] != at or "q" not in form.cue.frames or form.shape == "base" or not self.starts_phrase(at + 1):
            return False
        if self.is_quotation(gap) and not (self.is_speech(gap) or gap != left):
            return False
        last = self.phrase_right(at + 1, keeps_place=False)
        if last <= at + 1 or self.is_quotation(at + 1):
            return False
        if not self.is_quotation(gap) and (
            (self.subject_left(cue[0]) is not None and self.complement(at, form) is not None)
            or any(self.looks_like_verb(i) for i in range(at + 1, last))
            or self.lower(at + 1) in words.SUBJECT_PRONOUNS
            or not (last == self.end or self.lower(last) == ",")
            or not any(self.looks_finite(i) or self.is_quotation(i) for i in range(self.clause_start(left), left))
        ):
            return False
        while self.lower(last) == "," and self.goes_on_naming(last + 1):
            following = self.apposition_end(last + 1)
            if following <= last + 1:
                break
            last = following
        pieces = [(self.speech_start(gap), gap + 1)] if self.is_quotation(gap) else [(self.clause_start(left), left)]
        after = self.quotation_after(last)
        if after is not None:
            pieces.append((after, after + 1))
        return self.add("speech, then who said it", form.cue.kind, cue, (at + 1, last), pieces)

    def read_verb(self, at: int) -> bool:
        form = self.form(at)
        if form is None or form.cue.lemma in AFTER_SPEECH:
            return False
        start = self.cue_start(at)
        if self.is_passive(start, at, form):
            return self.read_passive(start, at, form)
        if form.shape == "participle" and not any(
            self.lower(i) in words.HAVE or self.lower(i).startswith(("hav", "had", "has")) for i in range(start, at)
        ):
            return False
        if form.shape == "ing":
            return self.read_participle(start, at, form)
        if form.cue.nounish and (
            self.is_plain_verb(at + 1) or (form.shape == "s" and at and is_auxiliary(self.tokens[at - 1]))
        ):
            # No two finite verbs stand side by side: the nouns in "police reports say" and "there are reports".
            return False
        if not self.is_verb(start, at, form):
            return False
        complement = self.complement(at, form)
        if complement is None:
            return False
        cue_end, first = complement
        before = self.lower(start - 1)
        if before == "to":
            # An infinitive reports something only if it is plain that words follow: "to say that …".
            if not (self.lower(first) == "that" or self.is_quotation(first)):
                return False
            source = self.shared_source(start)
        elif before in ("and", "but", "or") or self.follows_elision(start):
            source = self.shared_source(start)
        elif before == "when" and self.lower(at) == "asked":
            source = None
        else:
            source = self.subject_left(start)
            if source is None and (before in {",", *words.DASHES} or start == 0):
                source = self.shared_source(start)
        if source is None and before != "when":
            return False
        last = self.clause_end(first)
        if source is not None and self.lower(source[0]) in ("who", "which") and self.lower(source[0] - 1) == ",":
            comma = self.find(",", first, last - first)
            if comma is not None and self.is_word(comma + 1):
                verb = comma + 1
                while self.is_word(verb) and (is_auxiliary(self.tokens[verb]) or is_adverb(self.tokens[verb])):
                    verb += 1
                # "Her husband, who asked not to be named, said": the outer cue is the one to mark.
                if self.form(verb):
                    return False
                last = comma
        return self.add(f"{form.cue.lemma} + content", form.cue.kind, (start, cue_end), source, [(first, last)])

    def read_participle(self, start: int, at: int, form: Form) -> bool:
        """As in: X left, saying that …; or: she is saying that … ."""
        opened = start
        while opened and is_adverb(self.tokens[opened - 1]):
            opened -= 1
        progressive = any(self.lower(i) in words.BE for i in range(start, at))
        complement = self.complement(at, form)
        if complement is None:
            return False
        cue_end, first = complement
        if progressive:
            source = self.subject_left(start) or self.shared_source(start)
        elif self.lower(opened - 1) in {",", *words.DASHES, "and", "by", "while"} or self.is_speech(opened - 1):
            source = self.shared_source(start)
            if self.lower(opened - 1) in ("by", "and") and "n" in form.cue.frames:
                return False
        elif self.lower(at) in SAYING_PARTICIPLES and start > 0 and self.is_word(start - 1):
            source = self.shared_source(start)
            if self.lower(start - 1) in OCCASIONS:
                source = self.owner_left(start - 1), start
            elif self.lower(at) != "saying":
                return False
        else:
            return False
        if source is None:
            return False
        last = self.clause_end(first)
        if source[1] == opened - 1 and (comma := self.find(",", first, last - first)) is not None:
            # "X, citing the inquiry, declined": the aside ends at its second comma.
            last = comma
        return self.add(f"{form.cue.lemma} + content", form.cue.kind, (start, cue_end), source, [(first, last)])

    def read_passive(self, start: int, at: int, form: Form) -> bool:
        """It is said that …; X was accused of … by Y."""
        if form.cue.lemma not in PASSIVES:
            return False
        subject = self.subject_left(start, strips_place=False)
        if subject is None:
            return False
        after, source, cue_end = at + 1, None, at + 1
        if self.lower(after) == "by":
            last = self.phrase_right(after + 1, keeps_place=False)
            source, after = ((after + 1, last), last) if last > after + 1 else (None, after)
        elif self.lower(after) in ("of", "for", "with") and self.is_word(after + 1):
            cue_end = after = after + 1
        elif form.cue.lemma in (
            "say",
            "think",
            "know",
            "expect",
            "believe",
            "report",
            "consider",
            "suppose",
            "allege",
        ) and (self.lower(after) not in ("to", "that", "as", "by") and not self.is_word(after)):
            return False
        last = self.clause_end(after)
        pieces = [(after, last)]
        if not (self.lower(subject[0]) == "it" and self.lower(after) in ("that", "to")):
            pieces.insert(0, subject)
        elif last <= after:
            return False
        return self.add("passive", form.cue.kind, (start, cue_end), source, pieces)

    def read_adjective(self, at: int) -> bool:
        """As in: she is worried about …; he was confident that … ."""
        after = at + 1
        start = self.cue_start(at)
        if self.lower(after) not in ADJECTIVES[self.lower(at)] or not any(
            self.lower(i) in words.BE or self.lower(i).endswith(("'s", "'re", "'m")) for i in range(start, at)
        ):
            return False
        source = self.subject_left(start)
        if source is None:
            return False
        first = after if self.lower(after) == "that" else after + 1
        return self.add(
            "feeling + content", STANCE, (start, max(first, at + 1)), source, [(first, self.clause_end(first))]
        )

    def read_noun(self, at: int) -> bool:
        """As in: her claim that …; criticism from rivals that …; the mayor’s hopes to … ."""
        kind = NOUNS[self.lower(at)]
        owner: tuple[int, int] | None = None
        if at and is_possessive(self.tokens[at - 1]) and not self.taken[at - 1]:
            owner = (at - 1, at)
            if self.lower(at - 1) not in words.POSSESSIVES:
                owner = self.owner_left(at - 1), at
        after, cue_start = at + 1, at
        light = next((i for i in range(at - 1, max(-1, at - 4), -1) if self.lower(i) in LIGHT_VERBS), None)
        if owner is None and light is not None and self.lower(after) in ("that", "about", "over"):
            cue_start = self.cue_start(light)
            owner = self.subject_left(cue_start)
            if owner is None:
                cue_start = at
            elif self.lower(after) != "that":
                after += 1
                return self.add("noun + content", kind, (cue_start, after), owner, [(after, self.clause_end(after))])
        if self.lower(after) in ("by", "from", "of", "among") and owner is None and light is None:
            last = self.phrase_right(after + 1, keeps_place=False)
            if last > after + 1 and self.lower(last) == "that" and not self.is_plain_verb(last - 1):
                owner, after = (after + 1, last), last
        if self.lower(after) == "that" and not (self.is_word(after + 1) and self.looks_like_verb(after + 1)):
            pass
        elif not (kind == INTENT and owner and self.lower(after) == "to" and not self.taken[after]):
            return False
        return self.add("noun + content", kind, (cue_start, at + 1), owner, [(after, self.noun_clause_end(after))])

    def is_plain_verb(self, at: int) -> bool:
        """Whether a word is a cue that can be nothing but a finite verb: "say", "said", but not "claims"."""
        form = self.form(at)
        return form is not None and form.shape in ("base", "past", "both") and not form.cue.nounish

    def noun_clause_end(self, that: int) -> int:
        """Where a clause after a noun ends: before the verb of the sentence, if the noun is its subject."""
        last = self.clause_end(that)
        if any(is_auxiliary(self.tokens[i]) or self.looks_like_verb(i) for i in range(that)):
            return last
        seen, at = 0, that + 1
        while at < last:
            if is_auxiliary(self.tokens[at]) or self.looks_like_verb(at):
                seen += 1
                if seen == 2:
                    return at
                while at < last and (is_auxiliary(self.tokens[at]) or is_adverb(self.tokens[at])):
                    at += 1
                # "has doubled" is one verb; without an auxiliary the verb itself is stepped over below.
                if not self.looks_like_verb(at):
                    at -= 1
            elif self.lower(at) in words.SUBORDINATORS | words.CONJUNCTIONS or not self.is_word(at):
                return last
            at += 1
        return last

    def read_hearsay(self, at: int) -> bool:
        start = at
        while start and is_auxiliary(self.tokens[start - 1]):
            start -= 1
        subject = self.subject_left(start, strips_place=False)
        pieces = [(at + 1, self.clause_end(at + 1))]
        if subject:
            pieces.insert(0, (subject[0], at))
        return self.add("hearsay adverb", CLAIM, (at, at + 1), None, pieces)

    def shared_source(self, before: int) -> tuple[int, int] | None:
        """Whose cue this is when it has no subject of its own: the last source before it, or the sentence's subject."""
        for one in reversed(self.found):
            if one.source and one.source[0] < before and one.cue[0] < before:
                return one.source
        start = 0
        if (
            self.lower(0) in words.PREPOSITIONS | words.SUBORDINATORS
            or (self.end and is_adverb(self.tokens[0]))
            or self.lower(0).endswith("ing")
        ):
            comma = self.find(",", 0, 24)
            if comma is None:
                return None
            start = comma + 1
        here = start
        while here < min(start + 14, before) and self.is_word(here) and not self.taken[here]:
            if is_auxiliary(self.tokens[here]) or (
                here > start
                and (
                    self.looks_like_verb(here)
                    or self.lower(here) in words.PREPOSITIONS | words.SUBORDINATORS
                    or is_adverb(self.tokens[here])
                    or (self.lower(here).endswith("ed") and not self.is_capital(here))
                )
            ):
                break
            here += 1
        if here >= before or not (
            self.is_capital(start) or self.lower(start) in words.DETERMINERS | words.SUBJECT_PRONOUNS
        ):
            return None
        return self.trimmed(start, here, strips_place=False)
