"""Points into the gradebook sheet that Canvas exported, for its import.

Facts from canvas-lms: lib/gradebook_exporter.rb (what stands where) and lib/gradebook_importer.rb (how it is read).
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from sys import intern

from redpencil.document import KitError
from redpencil.exercise import load_exercise
from redpencil.grading.export.cells import as_number, decimal_mark_of
from redpencil.grading.export.filled import Filled
from redpencil.grading.export.placing import (
    Standing,
    in_exercises,
    indexed,
    name_forms,
    place,
    to_the_sheets_points,
)
from redpencil.grading.export.sheet import Sheet, SheetRow, SomeRows
from redpencil.grading.gradebook import Gradebook
from redpencil.grading.roster import Student, same_name

WHERE_FROM = (
    "In Canvas, open Grades of the course, choose Export, then Export Entire Gradebook, and name that file: "
    "--sheet FILE."
)
# Columns by which a person is known; each is optional but the first. The importer knows no others before "Section".
_IDS = ("ID", "SIS User ID", "SIS Login ID", "Integration ID")
# The importer drops headers that contain one of these.
_NOT_AN_ASSIGNMENT = re.compile(
    "Current Score|Current Points|Current Grade|Final Score|Final Points|Final Grade"
    "|Override Score|Override Grade|Override Status"
)
_WITH_ID = re.compile(r"(?P<title>.*) \(\d+\)", re.DOTALL)
# A row that says which columns are posted by hand, and nothing else.
_POSTING = re.compile(r"\s*(Muted|Manual Posting.*)?\s*", re.IGNORECASE | re.DOTALL)
# A name that begins like a formula is exported as one: ="…".
_AS_FORMULA = re.compile(r'="(?P<name>.*)"', re.DOTALL)
# A score that is none, in words of Canvas: an excused student, and one to whom the assignment is not assigned.
_KEEP = {"EX": "is excused in Canvas (EX)", "N/A": "is not assigned this in Canvas (N/A)"}


@dataclass(frozen=True)
class _Layout:
    """Where a sheet has what, by the number of the column."""

    names: tuple[int, ...]
    ids: dict[str, int]
    section: int
    assignments: dict[int, str]

    @classmethod
    def of(cls, sheet: Sheet) -> _Layout:
        """Raises KitError if the sheet is none of Canvas."""
        header = sheet.header
        names = (0,) if "Student" in header[0] else (0, 1) if header[:2] == ["LastName", "FirstName"] else ()
        section = header.index("Section") if "Section" in header else -1
        if not names or section < 0 or header[len(names) : len(names) + 1] != ["ID"]:
            raise KitError(
                f"{sheet.path} is no gradebook of Canvas: its first row begins {', '.join(header[:4])!r}; "
                f"expected Student (or LastName, FirstName), ID, …, Section.\n{WHERE_FROM}"
            )
        ids = {name: at for at, name in enumerate(header[:section]) if name in _IDS}
        assignments = {at: name for at, name in enumerate(header) if at > section and name.strip()}
        return cls(names, ids, section, assignments)

    def name(self, row: SheetRow) -> str:
        """A student's name as Canvas has it: “Last, First”."""
        shown = ", ".join(filter(None, (row.value(at).strip() for at in self.names)))
        formula = _AS_FORMULA.fullmatch(shown)
        return formula["name"] if formula else shown


def export_canvas(
    gradebook: Gradebook,
    sheet_path: Path,
    output: Path,
    *,
    columns: Sequence[str] = (),
    scale: bool = False,
    only_ours: bool = False,
    roster: Iterable[Student] = (),
) -> Filled:
    """Fill in the columns of the gradebook's exercises in a sheet that Canvas exported, and write it to ``output``.

    A column is found by the exercise's title, or named in ``columns`` as ``HEADER`` or ``EXERCISE=HEADER``. Only cells
    of students who have a number are written; every other cell, row and quotation mark stays as it is. With ``scale``
    points are converted to the column's Points Possible. With ``only_ours`` the other assignments are left out, and
    with them every row without a number of ours: then not even a score that was given in Canvas since the export can
    be cleared by a blank of the sheet. The ``roster`` has further ids of each student.

    Raises KitError if the sheet is none of Canvas, a column is not found, or its Points Possible is another number.
    """
    sheet = Sheet(sheet_path, WHERE_FROM)
    layout = _Layout.of(sheet)
    known = list(dict.fromkeys(exercise for parts in gradebook.exercises_with_parts() for exercise, _ in parts))
    if not known:
        raise KitError("The gradebook holds no grades yet. Grade first: redpencil grade FOLDER.")
    filled = Filled(output)
    by_exercise = _columns(sheet, layout, known, columns, filled)
    filled.columns = [(exercise, sheet.header[at]) for exercise, at in by_exercise.items()]
    standings, filled.waiting = in_exercises(gradebook, set(by_exercise), roster)

    possible: SheetRow | None = None
    students = SomeRows(sheet)
    for row in sheet.rows_of_data():
        if possible is None and "Points Possible" in row.value(0):
            possible = row
        elif not _says_nothing_of_a_student(row):
            students.add(row)
    by_canvas = indexed(students, lambda row: [row.value(layout.ids["ID"])])
    by_id = indexed(students, lambda row: [row.value(at) for at in layout.ids.values()])
    by_name = indexed(students, lambda row: name_forms(layout.name(row)))
    mark = decimal_mark_of(row.value(at) for row in sheet.rows_of_data() for at in layout.assignments)
    # By column, what is to be written, by line.
    new: dict[int, dict[int, str]] = {}
    for exercise, column in by_exercise.items():
        maximum = _maximum(possible, column, sheet)
        if maximum is None:
            filled.notes.append(f"“{sheet.header[column]}” has no Points Possible, so it was not compared.")
        placed = place(
            standings.pop(exercise),
            [
                (by_canvas, lambda student: (student.canvas,)),
                # Who came with Canvas's own number and is not in the sheet is nobody else in it.
                (by_id, lambda student: () if student.canvas else student.ids),
                (by_name, lambda student: () if student.canvas else (student.name,)),
            ],
            lambda line: layout.name(students[line]),
        )
        filled.take(placed)
        values = new.setdefault(column, {})
        for line, student in placed.rows.items():
            cell = students[line].value(column)
            value = _new_value(cell, student, maximum, mark, scale, sheet.header[column], filled)
            if value is not None:
                # Many students have the same points.
                values[line] = intern(value)
    kept_columns = [at for at in range(len(sheet.header)) if at <= layout.section or at in by_exercise.values()]
    sheet.write_filled(
        output,
        (
            _narrowed(row, kept_columns, values, students, sheet) if only_ours else sheet.filled_in(row, values)
            for row in sheet.rows()
            for values in [{column: lines[row.line] for column, lines in new.items() if row.line in lines}]
        ),
    )
    return filled


def _says_nothing_of_a_student(row: SheetRow) -> bool:
    return all(_POSTING.fullmatch(cell) for cell in row.values())


def _narrowed(row: SheetRow, columns: list[int], new: Mapping[int, str], students: SomeRows, sheet: Sheet) -> str:
    """The row with these columns alone; nothing of a student without a number of ours."""
    if row.line in students and not new:
        return ""
    whole = SheetRow([*row.cells, *[""] * (len(sheet.header) - len(row.cells))], row.end, row.line)
    values = {columns.index(at): value for at, value in new.items()}
    return sheet.filled_in(SheetRow([whole.cells[at] for at in columns], row.end, row.line), values)


def _new_value(
    cell: str, student: Standing, maximum: float | None, mark: str, scale: bool, header: str, filled: Filled
) -> str | None:
    """What is to be written over a cell; None where it stays, which is counted or listed."""
    cell = cell.strip()
    if student.points is None:
        filled.no_number[student.state] += 1
        return None
    if kept := _KEEP.get(cell.upper()):
        filled.kept.append((student.shown, kept))
        return None
    points = to_the_sheets_points(student, maximum, scale=scale, place=f"Canvas's column “{header}”")
    return filled.new_value(student, cell, points, mark)


def _maximum(possible: SheetRow | None, column: int, sheet: Sheet) -> float | None:
    """The Points Possible of a column. Raises KitError if Canvas computes the column itself."""
    cell = possible.value(column) if possible else ""
    if "read only" in cell or _NOT_AN_ASSIGNMENT.search(sheet.header[column]):
        raise KitError(
            f"“{sheet.header[column]}” is worked out by Canvas and cannot be filled in. Name an assignment's column."
        )
    return as_number(cell)


def _columns(
    sheet: Sheet, layout: _Layout, known: Sequence[str], wanted: Sequence[str], filled: Filled
) -> dict[str, int]:
    """The column of each exercise. Raises KitError if one that was asked for, or all of them, cannot be found."""
    titles = {at: header for at, header in layout.assignments.items() if not _NOT_AN_ASSIGNMENT.search(header)}
    # A teacher's own columns of notes have no number behind their title; every assignment of an export has.
    numbered = {at: header for at, header in titles.items() if _WITH_ID.fullmatch(header)}
    titles = numbered or titles
    if wanted:
        found: dict[str, int] = {}
        for asked in wanted:
            exercise, header = _asked(asked, known, sheet)
            at = _the_one(header, titles, sheet)
            if exercise in found or at in found.values():
                raise KitError(f"--column {asked!r}: that exercise or that column was named before.")
            found[exercise] = at
        return found
    found = {}
    for exercise in known:
        names = {exercise}
        with contextlib.suppress(KitError):
            names.add(load_exercise(exercise).title)
        same = [at for at, header in titles.items() if _title(header) in set(map(_folded, names))]
        if len(same) > 1:
            shown = ", ".join(f"“{titles[at]}”" for at in same)
            raise KitError(
                f"Several columns are called like {exercise}: {shown}. Say which: --column '{exercise}=HEADER'."
            )
        if same:
            found[exercise] = same[0]
        else:
            filled.notes.append(f"{exercise}: no column is called like it, so it was left out (--column names one).")
    if not found:
        raise KitError(
            f"No column of {sheet.path} is called like an exercise of the gradebook ({', '.join(known)}).\n"
            f"Say which column it is: --column '{known[0]}=HEADER'. {_listed(titles)}"
        )
    return found


def _asked(asked: str, known: Sequence[str], sheet: Sheet) -> tuple[str, str]:
    """An exercise and a header from what stands behind ``--column``."""
    exercise, equals, header = asked.partition("=")
    if equals and exercise in known:
        return exercise, header
    if equals and re.fullmatch(r"[a-z0-9-]+", exercise) and asked not in sheet.header:
        raise KitError(f"The gradebook holds no grades of {exercise!r}; it holds {', '.join(known)}.")
    if len(known) > 1:
        raise KitError(f"The gradebook holds {', '.join(known)}. Say which is meant: --column 'EXERCISE={asked}'.")
    return known[0], asked


def _the_one(header: str, titles: dict[int, str], sheet: Sheet) -> int:
    if header in sheet.header and _NOT_AN_ASSIGNMENT.search(header):
        raise KitError(f"“{header}” is worked out by Canvas and cannot be filled in. Name an assignment's column.")
    same = [at for at, title in titles.items() if title == header] or [
        at for at, title in titles.items() if _title(title) == _folded(header)
    ]
    if len(same) != 1:
        how_many = "no column" if not same else f"{len(same)} columns"
        raise KitError(
            f"{sheet.path} has {how_many} called “{header}”. Write the header as it stands there. {_listed(titles)}"
        )
    return same[0]


def _listed(titles: dict[int, str]) -> str:
    return f"Its assignments: {', '.join(f'“{title}”' for title in titles.values()) or 'none'}."


def _title(header: str) -> str:
    """A column's title without the number that Canvas puts behind it, as it is compared."""
    found = _WITH_ID.fullmatch(header)
    return _folded(found["title"] if found else header)


def _folded(title: str) -> str:
    return same_name(title)
