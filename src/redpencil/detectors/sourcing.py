"""Suggestions for the layers ``attribution`` and ``sourcing``: who says so, and whom a reader gets to ask.

The rules are for English news. A suggestion says what was seen; it is no verdict on a claim, a person or an outlet.
Attributed is not verified, and unattributed is not false.

What the rules miss: deeds that may count as words (a suit that was filed, somebody who was fired), a cue that a
noun and a verb make together ("drew criticism from"), a source named only after "by" far behind its cue, and reported
thought without any cue. What they see too much of: a clause that the report adds at the end of somebody's words, a
second verb after "and" that is somebody's words still, and now and then a noun that is spelt like a cue.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from redpencil.annotation import Annotation, Link
from redpencil.detectors import Progress, Suggestion, rungs, telling
from redpencil.detectors.attributions import Attribution, find_attributions
from redpencil.detectors.cues import CLAIM
from redpencil.detectors.sentences import split_sentences
from redpencil.detectors.words import tokenize, word_set
from redpencil.document import Span

SHOWN_AT_MOST = 60
# A sentence stands on its source's rung if at least this share of it belongs to the attribution.
SHARE_OF_SENTENCE = 0.4
WORDS_READ_AT_MOST = 300
_NOT_YET_SAID = word_set("can could may might should must will")


def detect_attributions(
    text: str, *, as_in_polnear: bool = False, progress: Progress | None = None
) -> list[Suggestion]:
    """The sources, cues and contents of a text, sorted by place; each content links to its cue and to its source.

    An attribution that has no source has no annotation for one. Two cues of one source share its annotation. By the
    kit's codebook "that" and "in a statement" belong to nothing; in PolNeAR the one belongs to the content, the other
    often to the cue of speech that stands before it. ``as_in_polnear`` draws the edges so.
    """
    suggestions: list[Suggestion] = []
    sources: dict[Span, str] = {}
    for number, found in enumerate(_attributions(text, progress), start=1):
        cue_words = _shown(text, found.cue)
        source_words = _shown(text, found.source) if found.source else ""
        links = []
        if found.source:
            if found.source not in sources:
                sources[found.source] = f"a{number}-source"
                reason = f"{source_words} stands beside {cue_words}. So this is who it comes from."
                suggestions.append(_suggest(text, f"a{number}-source", "source", (found.source,), reason, found.rule))
            links.append(Link(sources[found.source], "source"))
            reason = f"{cue_words} hands words or thoughts to {source_words}."
        else:
            reason = f"{cue_words} hands it over, but does not say to whom."
        cue = Span(found.cue.start, found.place.end) if as_in_polnear and found.place else found.cue
        suggestions.append(_suggest(text, f"a{number}-cue", "cue", (cue,), reason, found.rule))
        links.append(Link(f"a{number}-cue", "cue"))
        whose = source_words or "somebody who is not named"
        spans = found.content if as_in_polnear else _without_that(text, found.content)
        reason = f"{cue_words} hands these words to {whose}."
        suggestions.append(_suggest(text, f"a{number}-content", "content", spans, reason, found.rule, tuple(links)))
    return sorted(suggestions, key=lambda suggestion: suggestion.place)


def detect_rungs(
    text: str, sentences: Iterable[Span] | None = None, *, progress: Progress | None = None
) -> list[Suggestion]:
    """A rung of the sourcing ladder for each sentence, in order; ``sentences`` are those of ``split_sentences``."""
    spans = list(split_sentences(text) if sentences is None else sentences)
    found = _attributions(text)
    return rungs_of(text, spans, found, progress)


def rungs_of(
    text: str, sentences: Sequence[Span], attributions: Sequence[Attribution], progress: Progress | None = None
) -> list[Suggestion]:
    """A rung for each sentence, from the attributions of the same text; both in the order of the text."""
    spellings = rungs.Spellings.of(text)
    by_sentence = _by_sentence(sentences, attributions)
    suggestions = []
    before = rungs.GROUP
    in_order = zip(telling(sentences, progress), by_sentence, strict=True)
    for number, (sentence, covered) in enumerate(in_order, start=1):
        here = [(attributions[n], share) for n, share in covered.items()]
        label, reason, rule, before = _rung(text, sentence, here, before, spellings)
        annotation = Annotation(
            f"s{number}", "sourcing", label, (sentence,), (text[sentence.start : sentence.end],), reason=reason
        )
        suggestions.append(Suggestion(annotation, rule))
    return suggestions


# The text that was asked about last and its attributions: both layers are made from them.
_last: list[tuple[str, tuple[Attribution, ...]]] = []


def _attributions(text: str, progress: Progress | None = None) -> tuple[Attribution, ...]:
    if not _last or _last[0][0] != text:
        _last[:] = [(text, tuple(find_attributions(text, progress)))]
    return _last[0][1]


def _by_sentence(sentences: Sequence[Span], attributions: Sequence[Attribution]) -> list[dict[int, int]]:
    """For each sentence the numbers of the attributions with content in it, and how many code points of it that is."""
    pieces = sorted((piece, number) for number, found in enumerate(attributions) for piece in found.content)
    covered: list[dict[int, int]] = [{} for _ in sentences]
    first = 0
    for piece, number in pieces:
        while first < len(sentences) and sentences[first].end <= piece.start:
            first += 1
        at = first
        while at < len(sentences) and sentences[at].start < piece.end:
            covered[at][number] = covered[at].get(number, 0) + sentences[at].overlap(piece)
            at += 1
    return covered


def _rung(
    text: str, sentence: Span, here: list[tuple[Attribution, int]], before: str, spellings: rungs.Spellings
) -> tuple[str, str, str, str]:
    """The label, the reason, the rule, and the rung that a pronoun in the next sentence stands on."""
    claims = [row for row in here if row[0].kind == CLAIM]
    main, share = max(claims, key=lambda row: row[1], default=(None, 0))
    for found, _ in here:
        if found.source and found is not main:
            before, _ = rungs.rung_of_source(text, found.source.start, found.source.end, before, spellings)
    if main is not None:
        parts = [main.cue, *([main.source] if main.source else [])]
        if main.is_quoted or share + sum(sentence.overlap(part) for part in parts) >= SHARE_OF_SENTENCE * len(sentence):
            cue = _shown(text, main.cue)
            if _NOT_YET_SAID & set(text[main.cue.start : main.cue.end].lower().split()):
                return (
                    rungs.OPINION,
                    f"{cue} tells what somebody may say. Nobody is reported to have said it.",
                    "may say",
                    before,
                )
            if main.source is None:
                return (
                    rungs.SOURCELESS,
                    f"{cue} says that somebody holds this. It does not say who.",
                    "no source",
                    before,
                )
            label, word = rungs.rung_of_source(text, main.source.start, main.source.end, before, spellings)
            return label, _why(label, _shown(text, main.source), cue), f"source: {word.lower()}", label
    words_read = tokenize(text, sentence.start, sentence.end)[:WORDS_READ_AT_MOST]
    whole = text[sentence.start : sentence.end]
    if rungs.ADDRESS.search(whole):
        return rungs.RECORD, "There is an address in it that you can open.", "address", before
    if record := rungs.shows_a_record(words_read):
        return rungs.RECORD, f"It names something that you could look up: “{record}”.", "record", before
    if hedge := rungs.hedge(words_read):
        return rungs.SOURCELESS, f"“{hedge}” sounds as if somebody saw or heard it. Nobody is named.", "hedge", before
    if judged := rungs.judgement(words_read, whole, spellings):
        reason = (
            "It asks, and claims nothing."
            if judged == "?"
            else f"“{judged}” weighs up, calls for something or foretells."
        )
        return rungs.OPINION, reason, "judgement", before
    return rungs.OWN_VOICE, "Nobody is named as saying this. The report vouches for it itself.", "nobody named", before


def _why(label: str, source: str, cue: str) -> str:
    return {
        rungs.RECORD: f"{cue} points to {source}: something that you could look up.",
        rungs.NAMED: f"{cue} hands it to {source}: somebody with a name.",
        rungs.ROLE: f"{cue} hands it to {source}: an office or an institution, without a person’s name.",
        rungs.GROUP: f"{cue} hands it to {source}: you could not tell whom to ask.",
    }[label]


def _without_that(text: str, spans: tuple[Span, ...]) -> tuple[Span, ...]:
    first = spans[0]
    word = text[first.start : first.start + 5]
    if word[:4].lower() == "that" and word[4:].isspace() and len(first) > 5:
        start = first.start + 5
        while start < first.end - 1 and text[start].isspace():
            start += 1
        return (Span(start, first.end), *spans[1:])
    return spans


def _suggest(
    text: str, id: str, label: str, spans: tuple[Span, ...], reason: str, rule: str, links: tuple[Link, ...] = ()
) -> Suggestion:
    quotes = tuple(text[span.start : span.end] for span in spans)
    return Suggestion(Annotation(id, "attribution", label, spans, quotes, reason=reason, links=links), rule)


def _shown(text: str, span: Span) -> str:
    """The words of a span in quotation marks, shortened if they are many, for a reason."""
    quote = " ".join(text[span.start : min(span.end, span.start + SHOWN_AT_MOST * 4)].split()).strip('“”"')
    return f"“{quote if len(quote) <= SHOWN_AT_MOST else quote[: SHOWN_AT_MOST - 1].rstrip() + '…'}”"
