"""Free text, out to a sheet for a person to read and give points, and back in."""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import TextIO

from redpencil.cells import neutral_cell
from redpencil.document import KitError, NotInKit
from redpencil.exercise import Exercise, Item, load_exercise
from redpencil.grading.decisions import COMMENT, COMMENT_AT_MOST, OVERRIDE, POINTS, Decision
from redpencil.grading.gradebook import Decided, Gradebook
from redpencil.grading.table_file import TableFile, read_table_file

# What the sheet has in the column “item” where a row is about the whole submission.
WHOLE = "whole"
COLUMNS = (
    "exercise", "student id", "student", "item", "answer", "rubric", "at most", "points", "comment", "submission",
)  # fmt: skip
# What a column may be called when it comes back.
_CALLED = {
    "exercise": ("exercise",),
    "student id": ("student id", "id"),
    "item": ("item",),
    "points": ("points", "score"),
    "comment": ("comment", "comments", "reason"),
    "submission": ("submission",),
}
_NUMBER = re.compile(r"\d{1,5}(?:[.,]\d{1,6})?")
# Takes back what was decided before.
TAKE_BACK = "-"
# How much of a file's sum tells one submission from another of the same student.
_OF_SUM = 16
PROBLEMS_SHOWN = 40
_BAD = math.nan


@dataclass(frozen=True, slots=True)
class Read:
    """What reading a sheet came to: what was decided, and how many rows held nothing to decide."""

    decided: Decided
    empty_rows: int
    is_guessed: bool


def write_waiting(gradebook: Gradebook, stream: TextIO) -> int:
    """Write a row for each free text that waits, with empty cells for points and a comment; return how many.

    Where a person's points are more than can be had by now, a row asks for them anew and says what they were. Cells
    that a spreadsheet would run as a formula begin with an apostrophe. `read_decisions` reads the sheet back.
    """
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    exercises = _Exercises()
    rows = 0
    for row in gradebook.waiting():
        answers, manual, details = (json.loads(text) for text in (row.answers, row.manual, row.details))
        above = details.get("above", {})
        of_items = manual.get("items", {})
        who = [row.exercise, row.student_id, row.student_name]
        wanted: list[tuple[list[str], str]] = []
        for item, waits in details.get("free_text", {}).items():
            if item not in above and (not waits or "points" in of_items.get(item, {})):
                continue
            known = exercises.item(row.exercise, item)
            rubric = "; ".join(f"{c.criterion} (0 to {c.points:g})" for c in known.rubric) if known else ""
            at_most = f"{known.points_at_most:g}" if known else ""
            was = f"by hand, before: {above[item][0]:g} points. " if item in above else ""
            wanted.append(([*who, item, str(answers.get(item, "")), f"{was}{rubric}"], at_most))
        if "" in above:
            points, now_at_most = above[""]
            was = f"by hand, before: {points:g} points ({manual[OVERRIDE].get('reason', '')})"
            wanted.append(([*who, OVERRIDE, "", was], f"{now_at_most:g}"))
        for cells, at_most in wanted:
            writer.writerow([*map(neutral_cell, cells), at_most, "", "", f"sha256:{row.sha256[:_OF_SUM]}"])
        rows += len(wanted)
    return rows


def keep_filled(path: Path) -> Path | None:
    """Move what lies where a sheet is to be written aside, if a person has filled it in, and return its new place.

    None if nothing lies there, or a sheet that nobody has written into. What is no such sheet is kept as well.
    """
    if not path.is_file() or not path.stat().st_size:
        return None
    try:
        table = read_table_file(path, _CALLED, ("exercise", "student id", "item", "points"))
        if not any(row.get("points") or row.get("comment") for _, row in table.rows):
            return None
    except KitError:
        pass
    places = (path.with_name(f"{path.stem}-{n}{path.suffix}") for n in count(1))
    kept = next(place for place in places if not place.exists())
    path.rename(kept)
    return kept


def read_decisions(path: Path, gradebook: Gradebook, *, by: str = "") -> Read:
    """Take a person's points and comments out of a sheet into the gradebook: all of them, or, with one bad row, none.

    A row says whose (``exercise``, ``student id``), of what (``item``: a free text's id, ``whole`` for a comment on
    everything, ``override`` for other points for everything, with the reason as its comment), and ``points`` or
    ``comment``. An empty cell leaves things as they are; ``-`` takes back. Raises KitError with every bad row: its
    line, what was found, what was expected, the likely cause and the next step.
    """
    table = read_table_file(path, _CALLED, ("exercise", "student id", "item", "points"))
    reader = _Reader(gradebook)
    for line, row in table.rows:
        reader.take(line, row)
    reader.hold_against_gradebook()
    if reader.problems:
        raise KitError(_told(table, reader.problems))
    return Read(gradebook.decide([one for _, one in reader.wanted], by=by), reader.empty, table.is_guessed)


def _told(table: TableFile, problems: Sequence[tuple[int, str]]) -> str:
    shown = sorted(problems)[:PROBLEMS_SHOWN]
    lines = [f"  line {line}: {problem}." for line, problem in shown]
    if len(problems) > len(shown):
        lines.append(f"  … and {len(problems) - len(shown):,} more")
    guess = (
        "\nThe file is not UTF-8, and was read as Windows-1252: if letters look wrong, save it as “CSV UTF-8”."
        if table.is_guessed
        else ""
    )
    rows = "1 row" if len(problems) == 1 else f"{len(problems):,} rows"
    return (
        f"{table.path}: {rows} cannot be taken, so that nothing of the file was written.\n"
        + "\n".join(lines)
        + f"\nCorrect that, and run the command again.{guess}"
    )


class _Exercises:
    """The exercises that a sheet names, each read once."""

    def __init__(self) -> None:
        self._known: dict[str, Exercise | None] = {}

    def get(self, id: str) -> Exercise | None:
        if id not in self._known:
            try:
                self._known[id] = load_exercise(id)
            except NotInKit:
                self._known[id] = None
        return self._known[id]

    def item(self, exercise: str, id: str) -> Item | None:
        """A free text's item, if there is one of that name."""
        found = self.get(exercise)
        item = found.item_by_id.get(id) if found else None
        return item if item and item.kind == "free-text" else None


class _Reader:
    """Takes the rows of a sheet, one after the other, and keeps what is wrong with them."""

    def __init__(self, gradebook: Gradebook) -> None:
        self.gradebook = gradebook
        self.exercises = _Exercises()
        self.wanted: list[tuple[int, Decision]] = []
        self.problems: list[tuple[int, str]] = []
        self.empty = 0
        self._lines: dict[tuple[str, ...], int] = {}

    def take(self, line: int, row: Mapping[str, str]) -> None:
        """Take one row; what it decides is kept, and so is what is wrong with it."""
        exercise, student, item = row.get("exercise", ""), row.get("student id", ""), row.get("item", "")
        points, comment = row.get("points", ""), _bare(row.get("comment", ""))
        if not points and not comment:
            self.empty += 1
            return
        found = self.exercises.get(exercise)
        if found is None:
            self._wrong(
                line,
                f"found the exercise “{exercise[:80]}”; expected one that is here. It may be misspelt, or it lies in "
                "another folder: run the command there",
            )
            return
        if not student:
            self._wrong(line, "found no student id; expected the one that stands in the sheet. Fill it in")
            return
        if self._is_twice(line, exercise, student, item):
            return
        known = self.exercises.item(exercise, item)
        if known is None and item not in (WHOLE, OVERRIDE):
            ids = ", ".join(i.id for i in found.items if i.kind == "free-text") or "none"
            self._wrong(
                line,
                f"found the item “{item[:80]}”; expected a free text of {exercise} ({ids}), “{WHOLE}” or “{OVERRIDE}”. "
                "It may be misspelt: correct it",
            )
            return
        if len(comment) > COMMENT_AT_MOST:
            self._wrong(
                line,
                f"found a comment of {len(comment):,} characters; expected at most {COMMENT_AT_MOST:,}. Shorten it",
            )
            return
        submission = row.get("submission", "").removeprefix("sha256:")
        about = Decision(exercise, student, "", "", None, "", submission)
        if known:
            self._take_item(line, replace(about, item=item), known, points, comment)
        elif item == OVERRIDE:
            self._take_override(line, about, found, points, comment)
        elif points:
            self._wrong(
                line,
                f"found points ({points[:20]}) for “{WHOLE}”; expected a comment alone. Points for everything stand in "
                f"a row of the item “{OVERRIDE}”, with the reason as its comment",
            )
        else:
            self._keep(line, replace(about, kind=COMMENT, value=None if comment == TAKE_BACK else comment))

    def hold_against_gradebook(self) -> None:
        """Look up whose and of what the rows are; what the gradebook has against one is kept as its problem."""
        problems = self.gradebook.problems([one for _, one in self.wanted])
        # A sheet's cells are neutralised, so that an id may look otherwise in it.
        ids: dict[str, dict[str, str]] = {}
        for n in problems:
            line, one = self.wanted[n]
            if one.exercise not in ids:
                ids[one.exercise] = {neutral_cell(id): id for id in self.gradebook.of_exercise(one.exercise)}
            self.wanted[n] = line, replace(one, student_id=ids[one.exercise].get(one.student_id, one.student_id))
        if problems:
            problems = self.gradebook.problems([one for _, one in self.wanted])
        self.problems += [(self.wanted[n][0], problem) for n, problem in problems.items()]

    def _take_item(self, line: int, about: Decision, item: Item, points: str, comment: str) -> None:
        if points:
            value = self._number(line, points, item.points_at_most, f"the rubric’s maximum for {item.id}")
            if value is not _BAD:
                self._keep(line, replace(about, kind=POINTS, value=value))
        if comment:
            self._keep(line, replace(about, kind=COMMENT, value=None if comment == TAKE_BACK else comment))

    def _take_override(self, line: int, about: Decision, exercise: Exercise, points: str, comment: str) -> None:
        if not points:
            self._wrong(
                line, f"found no points for “{OVERRIDE}”; expected a number, or {TAKE_BACK} to take it back. Fill it in"
            )
            return
        value = self._number(line, points, exercise.points_at_most, "all that can be had")
        if value is _BAD:
            return
        if value is not None and not comment:
            self._wrong(
                line,
                f"found no reason for “{OVERRIDE}”; expected one in the column “comment”: it is kept with the points. "
                "Fill it in",
            )
            return
        self._keep(line, replace(about, kind=OVERRIDE, value=value, reason=comment))

    def _number(self, line: int, points: str, at_most: float, what: str) -> float | None:
        """The points of a cell; None takes back, and NaN, which no cell can hold, is a problem that was noted."""
        if points == TAKE_BACK:
            return None
        value = float(points.replace(",", ".")) if _NUMBER.fullmatch(points) else _BAD
        if not 0 <= value <= at_most:
            self._wrong(
                line,
                f"found the points “{points[:40]}”; expected a number from 0 to {at_most:g}, {what}. A digit may be "
                "too many, or the cell was taken for a date: correct it",
            )
            return _BAD
        return value

    def _keep(self, line: int, one: Decision) -> None:
        self.wanted.append((line, one))

    def _wrong(self, line: int, problem: str) -> None:
        self.problems.append((line, problem))

    def _is_twice(self, line: int, *who: str) -> bool:
        first = self._lines.setdefault(who, line)
        if first != line:
            self._wrong(
                line, f"found “{who[1]}” and “{who[2]}” a second time; line {first} has them. Remove one of the two"
            )
        return first != line


def _bare(cell: str) -> str:
    """A cell without the apostrophe that keeps a spreadsheet from running it."""
    return cell[1:] if cell.startswith("'") and neutral_cell(cell[1:]) == cell else cell
