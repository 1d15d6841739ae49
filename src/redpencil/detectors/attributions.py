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

from redpencil.detectors import words
from redpencil.detectors.cues import (
    CATENATIVES,
    CLAIM,
    HEARSAY,
    INTENT,
    LEXICON,
    NOUNS,
    OCCASIONS,
    PASSIVES,
    SAID_OBJECT,
    WEAK_OBJECT,
    Form,
)
from redpencil.detectors.quotations import find_quotations, is_speech
from redpencil.detectors.sentences import split_paragraphs, split_sentences
from redpencil.detectors.words import Token, is_adverb, is_auxiliary, is_possessive, tokenize
from redpencil.document import Span

TOKENS_AT_MOST = 300
PHRASE_AT_MOST = 32
QUOTATION = "<quotation>"
STOPS = frozenset({",", ";", ":", ".", "?", "!", "…", "(", ")", "[", "]"}) | words.DASHES
_APPOSITIVE = words.DETERMINERS | words.POSSESSIVES | {"who", "whose", "which", "former", "one", "both"}
_ASIDES = frozenset("however though too meanwhile moreover instead therefore then".split())
_NOT_A_PARTICIPLE = frozenset(
    "including during something anything nothing everything king spring morning evening according wing ring thing "
    "beijing sterling wyoming being building meeting hearing briefing".split()
)
_SENTENCE_OPENERS = words.CONJUNCTIONS | frozenset({"just", "only", "even", "still", "meanwhile", "however", "also"})
_SUBJECT_STOPS = (words.SUBORDINATORS - {"before"}) | words.MODALS | frozenset({"is", "are", "was", "were", "am"})


@dataclass(frozen=True, slots=True)
class Attribution:
    """One attribution: its places in the text, the ``rule`` that found it, and the ``kind`` of its cue.

    ``kind`` is ``claim``, ``stance`` or ``intent``. ``is_quoted`` says that its content is speech in quotation marks.
    """

    rule: str
    kind: str
    cue: Span
    source: Span | None
    content: tuple[Span, ...]
    is_quoted: bool = False


def find_attributions(text: str) -> list[Attribution]:
    """All attributions of a text, in the order of their first words."""
    found: list[Attribution] = []
    previous: Attribution | None = None
    for number, paragraph in enumerate(split_paragraphs(text)):
        quotations = find_quotations(text, paragraph.start, paragraph.end)
        for start, end, inside in _clusters(text, paragraph, quotations):
            if previous is not None and _is_only_speech(text, start, end, inside):
                # Speech with nobody beside it goes on from whoever spoke last.
                previous = replace(previous, content=(*previous.content, Span(*inside[0])))
                found[-1] = previous
                continue
            here: list[Attribution] = []
            for tokens in _pieces(text, start, end, inside):
                here += _Sentence(tokens, is_headline=number == 0).read()
            here.sort(key=_place)
            found += here
            previous = here[-1] if here and here[-1].is_quoted else None
    found.sort(key=_place)
    return found


def _place(attribution: Attribution) -> tuple[int, int]:
    first = min(span.start for span in (attribution.cue, *attribution.content, *filter(None, [attribution.source])))
    return first, attribution.cue.start


def _clusters(
    text: str, paragraph: Span, quotations: list[tuple[int, int]]
) -> Iterator[tuple[int, int, list[tuple[int, int]]]]:
    """The sentences of a paragraph with their quotations; sentences inside one quotation are one with it."""
    waiting = iter(quotations)
    quotation = next(waiting, None)
    start: int | None = None
    inside: list[tuple[int, int]] = []
    for sentence in split_sentences(text, paragraph):
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


@dataclass(slots=True)
class _Sentence:
    """The tokens of one sentence, and what was found in them so far."""

    tokens: list[Token]
    is_headline: bool = False
    taken: list[bool] = field(default_factory=list)
    found: list[_Found] = field(default_factory=list)
    end: int = 0

    def __post_init__(self) -> None:
        self.taken = [False] * len(self.tokens)
        self.end = len(self.tokens)
        while self.end and self.tokens[self.end - 1].text in STOPS - {")", "]"}:
            self.end -= 1

    # What a token is

    def lower(self, at: int) -> str:
        return self.tokens[at].lower if 0 <= at < self.end else ""

    def is_quotation(self, at: int) -> bool:
        return self.lower(at) == QUOTATION

    def is_speech(self, at: int) -> bool:
        return self.is_quotation(at) and is_speech(self.tokens[at].text)

    def is_word(self, at: int) -> bool:
        return 0 <= at < self.end and self.tokens[at].is_word

    def form(self, at: int) -> Form | None:
        return LEXICON.get(self.lower(at))

    # The rules, from the surest

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
            one.rule, one.kind, self.span(*one.cue), self.span(*one.source) if one.source else None, tuple(content), quoted
        )

    def span(self, start: int, end: int) -> Span:
        return Span(self.tokens[start].start, self.tokens[end - 1].end)

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
        """"Lynch: No outside influence": a name, a colon, and what the named one says."""
        colon = next((at for at in range(1, min(7, self.end)) if self.tokens[at].text == ":"), 0)
        name = self.tokens[:colon]
        if (
            colon
            and self.end - colon > 3
            and all(token.is_word and (token.is_capitalised or token.lower in ("of", "on")) for token in name[:3])
            and name[-1].lower not in ("poll", "latest", "exclusive", "video", "watch", "report", "update", "analysis")
        ):
            self.add("headline colon", CLAIM, (colon, colon + 1), (0, 1 if self.lower(1) == "on" else colon), [(colon + 1, self.end)])

    def read_according_to(self, lowers: list[str]) -> None:
        for at, lower in enumerate(lowers):
            if self.taken[at]:
                continue
            if lower == "according" and self.lower(at + 1) == "to":
                self.read_preposition("according to", at, at + 2)
            elif lower == "as" and self.lower(at + 1) in LEXICON and self.lower(at + 2) == "by":
                self.read_preposition("as reported by", at + 1, at + 2, source=at + 3)
            elif lower == "in" and lowers[at + 1 : at + 4] == ["the", "words", "of"]:
                self.read_preposition("in the words of", at, at + 4)

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
            if self.lower(last) == "," and self.lower(last + 1) not in ("who", "which", "a", "an", "and", "but", "while", "though"):
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
        rest = at + 1
        if self.is_speech(gap) or (self.is_quotation(gap) and gap != left):
            pass
        elif self.lower(left) in {",", *words.DASHES} and left > 2 and self.ends_after(at, form):
            if self.is_introduction(left):
                return
        else:
            return
        start = self.clause_start(left)
        pieces = [(start, left)] if gap != left or self.lower(left) == "," else [(start, left + 1)]
        if any(self.taken[i] for i in range(pieces[0][0], pieces[0][1])):
            pieces = [(gap, gap + 1)] if self.is_quotation(gap) else []
        after = self.quotation_after(rest)
        if after is not None:
            pieces.append((after, after + 1))
        if pieces:
            self.add("speech, then who said it", form.cue.kind, cue, source, pieces)

    def read_inverted(self, at: int, cue: tuple[int, int], form: Form) -> bool:
        """“…,” said X."""
        left = cue[0] - 1
        gap = left - 1 if self.lower(left) == "," and self.is_quotation(left - 1) else left
        if not (self.is_quotation(gap) or (self.lower(left) == "," and form.cue.lemma in ("say", "add", "write"))):
            return False
        if cue[0] != at or "q" not in form.cue.frames or form.shape == "base" or not self.starts_phrase(at + 1):
            return False
        if self.is_quotation(gap) and not (self.is_speech(gap) or gap != left):
            return False
        last = self.phrase_right(at + 1, keeps_place=False)
        while self.lower(last) == "," and self.goes_on_naming(last + 1):
            following = self.apposition_end(last + 1)
            if following <= last + 1:
                break
            last = following
        start = self.clause_start(left)
        pieces = [(start, gap + 1 if self.is_quotation(gap) else left)]
        after = self.quotation_after(last)
        if after is not None:
            pieces.append((after, after + 1))
        return self.add("speech, then who said it", form.cue.kind, cue, (at + 1, last), pieces)

    def read_verb(self, at: int) -> bool:
        form = self.form(at)
        if form is None:
            return False
        start = self.cue_start(at)
        if self.is_passive(start, at, form):
            return self.read_passive(start, at, form)
        if form.shape == "participle" and not any(self.lower(i) in words.HAVE or self.lower(i).startswith(("hav", "had", "has")) for i in range(start, at)):
            return False
        if form.shape == "ing":
            return self.read_participle(start, at, form)
        if not self.is_verb(start, at, form):
            return False
        complement = self.complement(at, form)
        if complement is None:
            return False
        cue_end, first = complement
        source = self.subject_left(start)
        if source is None:
            if self.lower(start - 1) in {"and", "but", "or", ",", "to", *words.DASHES} or start == 0:
                source = self.shared_source(start)
            if source is None:
                return False
        last = self.clause_end(first)
        return self.add(f"{form.cue.lemma} + content", form.cue.kind, (start, cue_end), source, [(first, last)])

    def read_participle(self, start: int, at: int, form: Form) -> bool:
        """..., saying that …; she is saying that …"""
        progressive = any(self.lower(i) in words.BE for i in range(start, at))
        complement = self.complement(at, form)
        if complement is None:
            return False
        cue_end, first = complement
        if progressive:
            source = self.subject_left(start) or self.shared_source(start)
        elif self.lower(start - 1) in {",", *words.DASHES, "and", "by", "while"} or self.is_speech(start - 1):
            source = self.shared_source(start)
            if self.lower(start - 1) in ("by", "and") and "n" in form.cue.frames:
                return False
        elif self.tokens[at].lower == "saying" and start > 0:
            source = self.shared_source(start)
        else:
            return False
        if source is None:
            return False
        return self.add(
            f"{form.cue.lemma} + content", form.cue.kind, (start, cue_end), source, [(first, self.clause_end(first))]
        )

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
        elif form.cue.lemma in ("say", "think", "know", "expect", "believe", "report", "consider", "suppose", "allege") and (
            self.lower(after) not in ("to", "that", "as", "by") and not self.is_word(after)
        ):
            return False
        last = self.clause_end(after)
        pieces = [(after, last)]
        if not (self.lower(subject[0]) == "it" and self.lower(after) in ("that", "to")):
            pieces.insert(0, subject)
        elif last <= after:
            return False
        return self.add("passive", form.cue.kind, (start, cue_end), source, pieces)

    def read_noun(self, at: int) -> bool:
        """Her claim that …; criticism from rivals that …; Trump’s hopes to …"""
        kind = NOUNS[self.lower(at)]
        owner: tuple[int, int] | None = None
        if at and is_possessive(self.tokens[at - 1]) and not self.taken[at - 1]:
            owner = (at - 1, at)
            if self.lower(at - 1) not in words.POSSESSIVES:
                owner = self.subject_left(at) or owner
        after = at + 1
        if self.lower(after) in ("by", "from", "of", "among") and owner is None:
            last = self.phrase_right(after + 1, keeps_place=False)
            if last > after + 1 and self.lower(last) == "that":
                owner, after = (after + 1, last), last
        if self.lower(after) == "that" and not is_auxiliary(self.tokens[min(after + 1, self.end - 1)]):
            pass
        elif not (kind == INTENT and owner and self.lower(after) == "to" and not self.taken[after]):
            return False
        return self.add("noun + content", kind, (at, at + 1), owner, [(after, self.clause_end(after))])

    def read_hearsay(self, at: int) -> bool:
        start = at
        while start and is_auxiliary(self.tokens[start - 1]):
            start -= 1
        subject = self.subject_left(start, strips_place=False)
        pieces = [(at + 1, self.clause_end(at + 1))]
        if subject:
            pieces.insert(0, (subject[0], at))
        return self.add("hearsay adverb", CLAIM, (at, at + 1), None, pieces)

    # The cue

    def cue_start(self, at: int) -> int:
        """Auxiliaries, negations and adverbs before a verb, and "continued to", belong to the cue."""
        start = at
        for _ in range(8):
            before = self.lower(start - 1)
            if not before or self.taken[start - 1]:
                break
            token = self.tokens[start - 1]
            if is_auxiliary(token) or before in words.NEGATIVES or (is_adverb(token) and before not in words.TIME_WORDS - {"earlier", "later"}):
                start -= 1
            elif before == "to" and self.lower(start - 2) in CATENATIVES | words.HAVE:
                start -= 2
            elif start < at and before in CATENATIVES and self.lower(start) in ("to", "on"):
                start -= 1
            elif before == "to" and is_auxiliary(self.tokens[max(0, start - 2)]) and start > 1:
                start -= 2
            else:
                break
        # An adverb that opens the sentence, or follows a comma, is about the whole of it.
        while start < at and is_adverb(self.tokens[start]) and (start == 0 or self.tokens[start - 1].text in STOPS):
            start += 1
        return start

    def is_passive(self, start: int, at: int, form: Form) -> bool:
        if form.shape not in ("both", "participle", "past"):
            return False
        for i in range(at - 1, start - 1, -1):
            lower = self.lower(i)
            if lower in words.BE - {"'s"} or lower in ("isn't", "aren't", "wasn't", "weren't"):
                return form.shape != "past" or form.cue.lemma in ("say", "tell", "think")
            if not is_adverb(self.tokens[i]) and lower not in words.NEGATIVES:
                return False
        return form.cue.lemma == "accuse" and self.lower(at + 1) == "of"

    def is_verb(self, start: int, at: int, form: Form) -> bool:
        """Whether a form that may be a noun or an adjective is a verb here, from the word before it."""
        token = self.tokens[at]
        if token.is_capitalised and at and not self.is_headline:
            return False
        if form.shape == "participle":
            return any(self.lower(i) in words.HAVE for i in range(start, at))
        before = self.lower(start - 1)
        if start < at and any(is_auxiliary(self.tokens[i]) for i in range(start, at)):
            return True
        if before in words.DETERMINERS - {"many", "some", "all", "few", "most", "both", "several", "others", "this", "that", "another", "half"}:
            return False
        if before in words.POSSESSIVES or (before.endswith("'s") and before not in ("she's", "he's", "it's")):
            return False
        if before in words.PREPOSITIONS and not (before == "to" and form.shape == "base"):
            return False
        if form.shape == "base":
            return (
                before in words.SUBJECT_PRONOUNS | {"who", "that", "to", "people", "percent", "police", "women", "men", "some", "half"}
                or (before.endswith("s") and not before.endswith(("ss", "us", "is")) and before not in words.PREPOSITIONS)
                or before.isdigit()
                or self.is_headline
            )
        if form.shape == "s" and form.cue.nounish and start:
            previous = self.tokens[start - 1]
            return previous.is_capitalised or before in words.SUBJECT_PRONOUNS | words.RELATIVES | {"campaign", "report", "poll", "and"} or form.cue.lemma in ("claim", "note", "report", "plan", "hope", "warn") and self.lower(at + 1) in ("that", "to")
        return True

    # What follows the cue

    def complement(self, at: int, form: Form) -> tuple[int, int] | None:
        """Where the cue ends and where its content begins, if what follows fits one of the cue's frames."""
        frames, lemma = form.cue.frames, form.cue.lemma
        cue_end = after = at + 1
        while self.is_word(after) and is_adverb(self.tokens[after]) and self.lower(after).endswith("ly"):
            after += 1
        if lemma == "point":
            if self.lower(after) != "out":
                return None
            cue_end, after, frames = after + 1, after + 1, "ctq"
        following = self.lower(after)
        if not following:
            return None
        if following == ":" or (following == "," and self.is_quotation(after + 1)) or self.is_quotation(after):
            if set(frames) & set("qctr"):
                return cue_end, after
            return (cue_end, after) if self.is_quotation(after) and set(frames) & set("an") else None
        if following in form.cue.prepositions and self.is_word(after + 1) and self.lower(after + 1) not in words.DAYS:
            return after + 1, after + 1
        if following in form.cue.prepositions and self.is_quotation(after + 1):
            return after + 1, after + 1
        if set(frames) <= {"z"} or not self.is_word(after):
            return None
        if following == "that" and set(frames) & set("tcr"):
            return (after if after > at + 1 else cue_end), after
        if following in ("whether", "how", "why", "what", "who", "where", "when", "if") and "w" in frames:
            return cue_end, after
        if following in ("to", "not") and "i" in frames and "to" in (following, self.lower(after + 1)):
            return cue_end, after
        if "r" in frames and (first := self.after_recipient(after, needs_that="c" not in frames or lemma in ("find", "warn", "caution"))) is not None:
            return cue_end, first
        if "w" in frames and (first := self.find_any(("whether", "if", "why", "how"), after, 12)) is not None:
            return cue_end, first
        if set(frames) & set("ctq") and (first := self.after_place(after, "c" in frames)) is not None:
            return cue_end, first
        if "x" in frames and self.starts_phrase(after):
            if lemma in ("want", "accuse", "beg") or self.find_any(("to",), after, 14) is not None:
                return cue_end, after
        if "a" in frames and self.starts_phrase(after):
            has_as = self.find_any(("as",), after, 14) is not None
            if has_as or lemma in ("call", "dub", "deem", "label", "brand", "consider", "pronounce"):
                return cue_end, after
        if "n" in frames and self.starts_phrase(after) and (lemma not in WEAK_OBJECT or lemma in SAID_OBJECT):
            return cue_end, after
        if "c" in frames and self.starts_clause(after):
            return cue_end, after
        return None

    def after_recipient(self, at: int, *, needs_that: bool) -> int | None:
        """Where the content begins after "told": him | that, reporters | he, host Chris Cuomo | she."""
        if self.lower(at) in words.OBJECT_PRONOUNS and not (self.lower(at) in ("her", "it") and self.is_capital(at + 1)):
            first = at + 1
        else:
            first = at
            while first < min(at + 12, self.end) and self.is_word(first):
                lower = self.lower(first)
                if first > at and (
                    lower in words.SUBORDINATORS | words.DAYS | {"to", "not"}
                    or lower in words.SUBJECT_PRONOUNS - {"many", "others", "it"}
                    or lower in ("in", "on", "at", "during", "after", "earlier", "last", "of", "about")
                    or (lower in ("the", "a", "it", "there", "his", "her", "their") and self.lower(first - 1) not in words.PREPOSITIONS)
                ):
                    break
                first += 1
        following = self.lower(first)
        if following in ("of", "about"):
            return first
        if self.is_quotation(first) or (following in (",", ":") and self.is_quotation(first + 1)):
            return first
        if following in ("that", "to", "not", "whether", "how", "why", "what"):
            return first
        placed = self.after_place(first, accepts_clause=not needs_that)
        if placed is not None:
            return placed
        return first if not needs_that and first < self.end and self.starts_clause(first) else None

    def after_place(self, at: int, accepts_clause: bool) -> int | None:
        """Where the content begins after "in a statement", "on Monday" or "of the plan", if it does."""
        lower = self.lower(at)
        if not (lower in words.PREPOSITIONS or lower in words.TIME_WORDS):
            return None
        if lower in ("than", "to", "by"):
            return None
        here, sure = at, False
        limit = min(at + 24, self.end)
        while here < limit:
            lower = self.lower(here)
            if self.is_quotation(here) and (self.lower(here - 1) in (",", ":") or self.is_speech(here)):
                return here
            if lower == ":":
                return here
            if lower == "that" and here > at and self.lower(here - 1) not in words.PREPOSITIONS:
                return here
            if lower in (";", ".", *words.DASHES) or (lower == "," and not self.is_quotation(here + 1)):
                break
            here += 1
        if not accepts_clause:
            return None
        # No "that" and no quotation: only a place or a day that is plain to see is stepped over.
        here = at
        while here < limit:
            lower = self.lower(here)
            if lower in words.TIME_WORDS or (lower in words.MONTHS and self.is_capital(here)) or lower.isdigit():
                here, sure = here + 1, True
            elif lower in ("in", "on", "at", "during", "via", "through"):
                stop = next(
                    (i for i in range(here + 1, min(here + 7, limit)) if self.lower(i) in OCCASIONS | words.DAYS or self.lower(i) in words.MONTHS), None
                )
                if stop is None:
                    break
                here, sure = stop + 1, True
            elif lower in ("with", "to") and sure:
                step = here + 1
                while self.is_capital(step) or self.lower(step) in ("the", "of", "reporters"):
                    step += 1
                if step == here + 1:
                    break
                here = step
            else:
                break
        if sure and here < self.end and (self.starts_clause(here) or self.lower(here) == ","):
            return here if self.is_word(here) else None
        return None

    def clause_end(self, first: int) -> int:
        """Where content that begins at a token ends: at the end of the sentence, or where another speaker comes in."""
        if self.is_speech(first) or (self.lower(first) in (",", ":") and self.is_speech(first + 1)):
            at = first if self.is_quotation(first) else first + 1
            # Speech that goes on after a few words of the report ("…," he said, "…") is found by its own rule.
            return at + 1
        at = first
        depth = 0
        while at < self.end:
            token = self.tokens[at]
            lower = token.lower
            if self.taken[at]:
                return at
            if token.text in "([":
                depth += 1
            elif token.text in ")]":
                depth = max(0, depth - 1)
            elif depth == 0 and at > first:
                if lower == ";":
                    return at
                if self.is_speech(at) and at + 1 < self.end and self.tokens[at].text.rstrip("\"'”’")[-1:] in ".,?!":
                    return at + 1
                if lower in {",", *words.DASHES} and self.breaks_off(at):
                    return at
                if lower in ("and", "but") and self.starts_new_cue(at + 1, needs_subject=False):
                    return at
                if lower == "when" and self.lower(at + 1) == "asked":
                    return at
            at += 1
        return self.end

    def breaks_off(self, at: int) -> bool:
        """Whether a comma or a dash ends the content: a participle, or another speaker, follows."""
        following = self.lower(at + 1)
        if following == "when" and self.lower(at + 2) == "asked":
            return True
        if len(following) > 4 and following.endswith("ing") and following not in _NOT_A_PARTICIPLE and not self.is_capital(at + 1):
            return True
        if following in ("but", "though", "although", "while", "and"):
            return self.starts_new_cue(at + 2, needs_subject=following == "and")
        if following == "compared" or (following in ("a", "an") and self.lower(at + 2)[:1].isdigit()):
            return True
        return self.lower(at) in words.DASHES and following in ("this",)

    def starts_new_cue(self, at: int, *, needs_subject: bool) -> bool:
        """Whether a finite cue with its own content comes within a few words."""
        for here in range(at, min(at + (7 if needs_subject else 6), self.end)):
            if not self.is_word(here):
                return False
            form = self.form(here)
            if form and form.shape in ("past", "both", "s"):
                start = self.cue_start(here)
                if needs_subject and start <= at:
                    return False
                if self.is_passive(start, here, form) or not self.is_verb(start, here, form):
                    return False
                if not needs_subject and start > at and self.lower(at - 1) == "and":
                    return False
                return self.complement(here, form) is not None
            if here > at and self.lower(here) in words.SUBORDINATORS:
                return False
        return False

    def quotation_after(self, at: int) -> int | None:
        """The speech that goes on after "he said" and a comma, a colon, or a few words of time and place."""
        for here in range(at, min(at + 14, self.end)):
            if self.is_speech(here):
                return here
            if self.lower(here) in {";", *words.DASHES} or (self.lower(here) == "," and not self.is_quotation(here + 1)):
                return None
        return None

    def ends_after(self, at: int, form: Form) -> bool:
        """Whether no content follows the cue: the sentence ends, or only a time, a place or somebody told follows."""
        after = at + 1
        if after >= self.end:
            return True
        if self.complement(at, form) is not None:
            return False
        following = self.lower(after)
        return (
            following == ","
            or following in words.TIME_WORDS
            or following in ("in", "on", "at", "during", "after", "via", "as", "when")
            or ("r" in form.cue.frames and self.is_word(after))
        )

    def is_introduction(self, comma: int) -> bool:
        """Whether what stands before a comma only introduces the clause: "In a statement, X said"."""
        start = self.clause_start(comma)
        first = self.lower(start)
        if comma - start > 14:
            return False
        if first in words.PREPOSITIONS | words.SUBORDINATORS - {"as"} or first in words.TIME_WORDS or is_adverb(self.tokens[start]):
            return not any(self.looks_finite(i) for i in range(start, comma))
        return comma - start < 3 or first.endswith("ing")

    def looks_finite(self, at: int) -> bool:
        token = self.tokens[at]
        return is_auxiliary(token) and token.lower not in ("being", "having", "been", "'s")

    # Noun phrases

    def is_capital(self, at: int) -> bool:
        return self.is_word(at) and self.tokens[at].is_capitalised

    def starts_phrase(self, at: int) -> bool:
        lower = self.lower(at)
        return self.is_quotation(at) or (
            self.is_word(at)
            and lower not in words.PREPOSITIONS | words.CONJUNCTIONS | words.SUBORDINATORS | words.AUXILIARIES | words.DAYS - {"that"}
            and not is_adverb(self.tokens[at])
            and (lower not in words.SUBJECT_PRONOUNS - {"it", "you"} or lower in ("he", "she", "they"))
        )

    def starts_clause(self, at: int) -> bool:
        lower = self.lower(at)
        if not self.is_word(at):
            return False
        if lower in words.CONJUNCTIONS | words.BE | words.HAVE or lower in ("of", "by", "to", "than", "for", "with", "about"):
            return False
        return self.end - at > 1

    def phrase_right(self, at: int, *, keeps_place: bool) -> int:
        """Where the noun phrase that begins at a token ends; a day, or with ``keeps_place`` off a place, is not of it."""
        here = at
        while here < min(at + PHRASE_AT_MOST, self.end):
            token = self.tokens[here]
            lower = token.lower
            if token.text in STOPS - {"(", ")"} or self.taken[here]:
                break
            if self.is_quotation(here) and here > at and not keeps_place and self.is_speech(here):
                break
            if here > at:
                if lower in words.DAYS and not self.lower(here - 1) == "out":
                    break
                if lower == "on" and self.lower(here + 1) in words.DAYS:
                    break
                if lower in ("that", "to") and not keeps_place:
                    break
                if lower in ("when", "while", "because", "after", "as", "before", "if") and not keeps_place:
                    break
                if not keeps_place and lower in ("in", "on", "at", "during") and any(
                    self.lower(i) in OCCASIONS | words.DAYS for i in range(here + 1, min(here + 6, self.end))
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
        if lower.endswith("ing") or lower in words.CONJUNCTIONS | words.PREPOSITIONS | {"when", "as", "while", "because", "if"}:
            return False
        return lower in _APPOSITIVE or (lower[0].isalpha() and not is_adverb(token) and lower not in words.SUBJECT_PRONOUNS)

    def apposition_end(self, at: int) -> int:
        here = at
        while here < self.end:
            if self.lower(here) in {";", ":", *words.DASHES} or self.taken[here]:
                return here
            if self.is_speech(here) and self.lower(here - 1) == ",":
                return here - 1
            if self.lower(here) == "," and self.breaks_off(here):
                return here
            here += 1
        return self.end

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
        names = not dash and self.lower(opened + 1) in _APPOSITIVE | {"who"} or (
            not dash and is_possessive(self.tokens[opened + 1])
        ) or (not dash and self.is_capital(opened + 1) and close - opened < 5)
        return trimmed[0], close if names else opened

    def opens_aside(self, at: int) -> bool:
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
            or lower in ("president", "chairman", "director", "head", "author", "professor", "spokesman", "spokeswoman")
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
                opened = next((i for i in range(here - 1, max(floor, here - 12) - 1, -1) if self.tokens[i].text == "("), None)
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
            elif here < last and self.looks_like_verb(here) and self.lower(here + 1) in words.DETERMINERS | {"he", "she"}:
                return here + 1
            here -= 1
        return here + 1

    def looks_like_verb(self, at: int) -> bool:
        token = self.tokens[at]
        lower = token.lower
        if token.is_capitalised or not token.is_word:
            return False
        if is_auxiliary(token):
            return True
        form = LEXICON.get(lower)
        if form and form.shape in ("past", "s") and not form.cue.nounish:
            return True
        return len(lower) > 4 and lower.endswith("ed") and self.lower(at + 1) not in ("by", "for", "with", "in", "to", "on")

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
        # "On Friday Trump": the phrase of a preposition that opens the sentence is not the subject; the name after it is.
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
        if not any(t.is_word and t.lower not in words.PREPOSITIONS | words.CONJUNCTIONS | {"the", "a", "an", "'s"} for t in body):
            return None
        return start, end

    def shared_source(self, before: int) -> tuple[int, int] | None:
        """Whose cue this is when it has no subject of its own: the last source before it, or the sentence's subject."""
        for one in reversed(self.found):
            if one.source and one.source[0] < before and one.cue[0] < before:
                return one.source
        start = 0
        if self.lower(0) in words.PREPOSITIONS | words.SUBORDINATORS or (self.end and is_adverb(self.tokens[0])) or self.lower(0).endswith("ing"):
            comma = self.find(",", 0, 24)
            if comma is None:
                return None
            start = comma + 1
        here = start
        while here < min(start + 14, before) and self.is_word(here) and not self.taken[here]:
            if is_auxiliary(self.tokens[here]) or (here > start and (self.looks_like_verb(here) or self.lower(here) in words.PREPOSITIONS | words.SUBORDINATORS or is_adverb(self.tokens[here]))):
                break
            here += 1
        if here >= before or not (self.is_capital(start) or self.lower(start) in words.DETERMINERS | words.SUBJECT_PRONOUNS):
            return None
        return self.trimmed(start, here, strips_place=False)

    def clause_start(self, before: int) -> int:
        """Where the clause that ends before a token begins: after a semicolon, what is taken, or the first "But"."""
        start = 0
        for here in range(before - 1, -1, -1):
            if self.lower(here) == ";" or self.taken[here]:
                start = here + 1
                break
            # A dateline: "LONDON (Reuters) - …".
            if self.lower(here) in words.DASHES and here < 8 and all(
                not t.is_word or t.is_capitalised for t in self.tokens[:here]
            ):
                start = here + 1
                break
        while start < before and (self.lower(start) in words.CONJUNCTIONS or self.tokens[start].text in STOPS):
            start += 1
        return start

    def find(self, mark: str, at: int, within: int) -> int | None:
        return next((i for i in range(at, min(at + within, self.end)) if self.lower(i) == mark), None)

    def find_any(self, marks: tuple[str, ...], at: int, within: int) -> int | None:
        for here in range(at, min(at + within, self.end)):
            if self.lower(here) in marks:
                return here
            if self.lower(here) in (",", ";", ":") or self.lower(here) in words.DASHES:
                return None
        return None
