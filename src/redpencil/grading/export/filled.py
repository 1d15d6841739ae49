"""What filling in a sheet did, in numbers and in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from redpencil.grading.export.cells import as_number, number
from redpencil.grading.export.placing import Placed, Standing

LISTED_AT_MOST = 40


@dataclass
class Filled:
    """What became of every student of the exercises that a sheet was filled in for.

    ``written`` counts cells that were filled in or changed, ``unchanged`` those that held the number already;
    ``replaced`` lists (student, what stood there, what stands there now). ``no_number`` counts by state those whose
    cell stayed as it was for want of one; ``kept`` lists (student, why) whose cell was not to be written.
    ``left_out`` lists who was not found or fits several; ``waiting`` counts submissions that are nobody's yet.
    """

    output: Path
    columns: list[tuple[str, str]] = field(default_factory=list)
    written: int = 0
    unchanged: int = 0
    zeros: int = 0
    replaced: list[tuple[str, str, str]] = field(default_factory=list)
    no_number: Counter[str] = field(default_factory=Counter)
    kept: list[tuple[str, str]] = field(default_factory=list)
    left_out: list[tuple[Standing, str]] = field(default_factory=list)
    doubtful: list[tuple[Standing, str]] = field(default_factory=list)
    waiting: int = 0
    notes: list[str] = field(default_factory=list)

    def take(self, placed: Placed) -> None:
        """Add who was left out, and of whom there is doubt."""
        self.left_out += placed.left_out
        self.doubtful += placed.doubtful

    def new_value(self, student: Standing, cell: str, points: float, mark: str) -> str | None:
        """The points to be written over a cell, with its sheet's decimal mark; None where it stays.

        What becomes of it is counted or listed. A cell that holds something else than points is left alone.
        """
        before = as_number(cell)
        if before is None and cell not in ("", "-"):
            self.kept.append((student.shown, f"the cell holds “{cell}”, which is no number of points"))
            return None
        if before is not None and number(before) == number(points):
            self.unchanged += 1
            return None
        value = number(points, mark)
        if before is not None:
            self.replaced.append((student.shown, cell, value))
        self.written += 1
        return value

    @property
    def is_whole(self) -> bool:
        """Whether everybody who has a number is in the sheet."""
        return not (any(student.points is not None for student, _ in self.left_out) or self.waiting)

    def lines(self) -> Iterator[str]:
        """The same in words, line by line."""
        for exercise, header in self.columns:
            yield f"{exercise}: column “{header}”"
        yield f"{self.written:>7,}  filled in or changed"
        if self.unchanged:
            yield f"{self.unchanged:>7,}  had that number already"
        for state, n in sorted(self.no_number.items()):
            yield f"{n:>7,}  {state}: no number, so the cell stays as it was"
        if self.waiting:
            yield f"{self.waiting:>7,}  wait for you to say whose they are (redpencil match), and were left out"
        yield from _listed("held another number before", [f"{who}: {old} → {new}" for who, old, new in self.replaced])
        yield from _listed("not written", [f"{who}: {why}" for who, why in self.kept])
        yield from _listed("not in the sheet", [f"{one.shown}: {why}" for one, why in self.left_out])
        yield from _listed(
            "look at: the id fits, the names have no word in common",
            [f"{one.shown}: {why}" for one, why in self.doubtful],
        )
        yield from self.notes


def _listed(title: str, rows: list[str]) -> Iterator[str]:
    if rows:
        yield f"{title} ({len(rows):,}):"
        yield from (f"  {row}" for row in rows[:LISTED_AT_MOST])
        if len(rows) > LISTED_AT_MOST:
            yield f"  … and {len(rows) - LISTED_AT_MOST:,} more"
