"""Where the paragraphs and the sentences of an English text lie.

The rules are the kit's own: a stop ends a sentence unless it ends an abbreviation, a question or an exclamation in
quotation marks does not end the sentence that goes on with who said it. Time is linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from redpencil.detectors.cues import LEXICON
from redpencil.detectors.words import word_set
from redpencil.document import Span

_LINE_ENDS = re.compile(r"\r\n|[\n\r\v\f\u2028\u2029]")
_TERMINATORS = re.compile(r"[.!?…]+")
_CLOSERS = re.compile(r"[\"'”’)\]»]*")
_SPACE = re.compile(r"\s+")
_OPENERS = "\"'“‘([«–—-"

# A stop after one of these seldom ends a sentence.
_TITLES = word_set(
    "mr mrs ms dr prof gov sen rep sens reps lt col gen maj capt sgt cmdr adm cpl pvt st mt ft rev hon pres messrs "
    "mme vs no nos vol fig approx dept supt atty d-n r-n jan feb mar apr jun jul aug sept oct nov dec"
)
# These end one if the next word is one that often begins a sentence.
_MAY_END = word_set(
    "u.s u.k u.n d.c n.y e.u a.m p.m i.e e.g inc corp co ltd jr sr etc bros va calif fla mich wis ill ariz colo conn "
    "ala ga ky la md mass minn miss mo nev ore pa tenn tex vt wash wyo n.c s.c n.j n.h n.m n.d s.d w.va r.i ph.d l.a"
)
_BEGINNERS = word_set(
    "the a an this that these those it he she they we i you in on at but and so for as if when while after before "
    "according there his her their its our my what who why how where meanwhile however still yet both some many one "
    "two no not most all last next since although though because with by from to then now here"
)
# What may follow a question in quotation marks within its sentence: the finite forms of the cues of speech.
_SPEECH = frozenset(
    form for form, of in LEXICON.items() if "q" in of.cue.frames and of.shape in ("past", "both", "s")
) | word_set("went goes cried laughed")
# Lines of a text that was wrapped by hand are about as long as each other and seldom end where a sentence does.
_WRAPPED_FROM, _WRAPPED_TO = 40, 100


def split_paragraphs(text: str) -> list[Span]:
    """The paragraphs, without the white space around them.

    A blank line ends one. A single line end does too, unless the lines look as if they were wrapped at a width.
    """
    lines = list(_lines(text))
    wrapped = _are_wrapped(text, lines)
    spans: list[Span] = []
    opened: Span | None = None
    for start, end in lines:
        stripped = _strip(text, start, end)
        if stripped is None:
            opened = None
        elif opened is not None and wrapped:
            opened = spans[-1] = Span(opened.start, stripped.end)
        else:
            opened = stripped
            spans.append(stripped)
    return spans


def split_sentences(text: str, within: Span | None = None) -> list[Span]:
    """The sentences of each paragraph, without the white space around them; ``within`` keeps to one paragraph."""
    spans: list[Span] = []
    for paragraph in [within] if within else split_paragraphs(text):
        start = paragraph.start
        for end in _ends(text, paragraph):
            if sentence := _strip(text, start, end):
                spans.append(sentence)
            start = end
        if sentence := _strip(text, start, paragraph.end):
            spans.append(sentence)
    return spans


def _lines(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for found in _LINE_ENDS.finditer(text):
        yield start, found.start()
        start = found.end()
    yield start, len(text)


def _are_wrapped(text: str, lines: list[tuple[int, int]]) -> bool:
    single = [(start, end) for (start, end), (after, after_end) in pairwise(lines) if end > start and after_end > after]
    if len(single) < 3:
        return False
    fits = sum(
        _WRAPPED_FROM <= end - start <= _WRAPPED_TO
        and text[max(start, end - 2) : end].rstrip("\"'”’) ")[-1:] not in ".!?:"
        for start, end in single
    )
    return fits > len(single) / 2


def _strip(text: str, start: int, end: int) -> Span | None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end) if end > start else None


def _ends(text: str, paragraph: Span) -> Iterator[int]:
    """Where each sentence but the last ends, its closing quotation marks included."""
    for found in _TERMINATORS.finditer(text, paragraph.start, paragraph.end):
        closed = _CLOSERS.match(text, found.end(), paragraph.end)
        end = closed.end() if closed else found.end()
        space = _SPACE.match(text, end, paragraph.end)
        if space is None or space.end() >= paragraph.end:
            continue
        after = text[space.end() : space.end() + 100]
        if not (after[0].isupper() or after[0].isdigit() or after[0] in _OPENERS):
            continue
        first = after.lstrip(_OPENERS)[:1]
        if after[0] in "–—-" or (after[0] in "'‘([" and not (first.isupper() or first.isdigit())):
            continue
        quoted = end > found.end() and text[found.end()] in "\"'”’»"
        if quoted and found.group()[-1] in "!?…" and _goes_on_with_who_said_it(after):
            continue
        if found.group() == "." and not quoted and not _ends_here(text, paragraph.start, found.start(), after):
            continue
        yield end


def _goes_on_with_who_said_it(after: str) -> bool:
    for word in after.split()[:7]:
        bare = word.strip(",.;:!?\"“”'’").lower()
        if bare in _SPEECH:
            return True
        if word[-1] in '.;:!?”"' and bare not in _TITLES:
            return False
    return False


def _ends_here(text: str, start: int, stop: int, after: str) -> bool:
    before = text[max(start, stop - 24) : stop].split()
    if not before:
        return True
    word = before[-1].lstrip("(\"'“‘[")
    lower = word.lower()
    following = after.split(None, 1)[0].strip(",.;:!?\"“”'’")
    if lower in _TITLES:
        # "No." and "St." are words too, but only before a capital or a figure are they short for something.
        return lower == "no" and not following[:1].isdigit()
    is_initial = len(word) == 1 and word.isupper() and word != "I"
    if lower in _MAY_END and (word[0].isupper() or "." in lower or lower in ("etc",)):
        return following.lower() in _BEGINNERS or after[0] in '"“'
    if is_initial:
        return following.lower() in _BEGINNERS - {"a", "i"} and len(before) > 1 and not before[-2][:1].isupper()
    return True
