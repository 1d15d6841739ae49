"""Suggestions: what a rule noticed in a text, for a person to look at.

Each detector is a function ``detect_X(text) -> list[Suggestion]``, sorted by place. It says what it saw and by which
rule. It never says that a text is wrong, and it gives no score to a person or an outlet.

Only the standard library is used in this package: it also runs in an in-browser Python.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from redpencil.annotation import Annotation


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
