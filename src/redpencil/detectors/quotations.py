"""Where a paragraph quotes: the outermost pairs of quotation marks."""

from __future__ import annotations

import re
from collections.abc import Iterator

_MARKS = re.compile(r"''|``|[\"“”„«»‘’']")
_CLOSING = {"“": ("”", '"'), "„": ("“", "”"), '"': ('"', "”"), "''": ("''",), "``": ("''",), "«": ("»",)}
# A quotation in single marks is looked for this many marks ahead: each apostrophe is one.
_SINGLE_AHEAD = 40
_BEFORE_AN_OPENING = frozenset("([{—–-/:;,'‘“\"")
_ENDS_SPEECH = ",.?!…—–-"


def find_quotations(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The outermost quotations of ``text[start:end]``, marks included, as pairs of start and end in order.

    A quotation that is opened and never closed goes on to the end: speech over several paragraphs is printed so.
    """
    marks = [(m.start(), m.end(), m.group()) for m in _MARKS.finditer(text, start, end)]
    found: list[tuple[int, int]] = []
    number = 0
    while number < len(marks):
        at, after, mark = marks[number]
        number += 1
        if not _can_open(text, at, start):
            continue
        if mark in _CLOSING:
            closed = next(_closing(text, marks, number, mark, end), None)
            if closed is None:
                found.append((at, end))
                break
        elif mark in "‘'" and after < end and (text[after].isalpha() or text[after] == "…"):
            closed = _single(text, marks, number, end)
            if closed is None:
                continue
        else:
            continue
        found.append((at, marks[closed][1]))
        number = closed + 1
    return found


def is_speech(quotation: str) -> bool:
    """Whether it ends as speech does, with a stop or a comma inside, or is not closed; else it quotes some words."""
    inner = quotation.rstrip("\"'”’»")
    return inner == quotation or inner[-1:] in _ENDS_SPEECH


def _can_open(text: str, at: int, start: int) -> bool:
    return at == start or text[at - 1].isspace() or text[at - 1] in _BEFORE_AN_OPENING


def _closing(text: str, marks: list[tuple[int, int, str]], number: int, mark: str, end: int) -> Iterator[int]:
    for index in range(number, len(marks)):
        _, after, other = marks[index]
        if other in _CLOSING[mark] and (other != '"' or mark == '"' or after >= end or not text[after].isalnum()):
            yield index


def _single(text: str, marks: list[tuple[int, int, str]], number: int, end: int) -> int | None:
    first: int | None = None
    for index in range(number, min(number + _SINGLE_AHEAD, len(marks))):
        at, after, mark = marks[index]
        if mark not in "’'" or text[at - 1].isspace() or (after < end and text[after].isalnum()):
            continue
        if text[at - 1] in _ENDS_SPEECH:
            return index
        # "the voters’ choice" may close here, or be a genitive inside: only the end of a phrase closes for sure.
        if first is None and (after >= end or text[after] in ".,;:!?)" or text[at - 1] != "s"):
            first = index
    return first
