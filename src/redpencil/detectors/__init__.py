"""Suggestions: what a rule noticed in a text, for a person to look at.

Each detector is a function ``detect_X(text) -> list[Suggestion]``, sorted by place. It says what it saw and by which
rule. It never says that a text is wrong, and it gives no score to a person or an outlet. While it reads it calls its
``progress``, if it is given one, with how many code points of the text it has read.

Only the standard library is used in this package: it also runs in an in-browser Python.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from redpencil.annotation import Annotation

Progress = Callable[[int], object]
# Between two calls of a progress, so that telling costs nothing beside reading.
TOLD_EVERY = 2_000


class Placed(Protocol):
    """What has an end in a text."""

    @property
    def end(self) -> int:
        """The first code point after it."""


P = TypeVar("P", bound=Placed)


def telling(pieces: Iterable[P], progress: Progress | None) -> Iterator[P]:
    """The pieces of a text in its order, as they are; ``progress`` is told after some of them where they end."""
    if progress is None:
        yield from pieces
        return
    told = 0
    for piece in pieces:
        yield piece
        if piece.end - told >= TOLD_EVERY:
            told = piece.end
            progress(told)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A detector's annotation, with the name of the ``rule`` that made it.

    The annotation's reason names what was seen, in words that a student can read.
    """

    annotation: Annotation
    rule: str

    @property
    def place(self) -> tuple[int, int]:
        """Where it begins and where its first piece ends: suggestions are sorted by it."""
        first = self.annotation.spans[0]
        return first.start, first.end

    def to_json(self) -> dict[str, Any]:
        """The annotation as it stands on one line of a key, and the ``rule``."""
        return {**self.annotation.to_json(), "rule": self.rule}
