"""Grades into the offline grading worksheet of a Moodle assignment, and feedback pages as the zip that it takes back.

Facts from moodle: mod/assign/gradingtable.php (the columns), feedback/offline/importgradeslib.php and locallib.php (how
a worksheet is read), feedback/file/importziplib.php (how the zip is).
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from sys import intern
from typing import Any

from redpencil.document import KitError
from redpencil.grading.export.cells import as_number, decimal_mark_of, number
from redpencil.grading.export.filled import Filled
from redpencil.grading.export.placing import (
    Placed,
    Standing,
    in_exercises,
    indexed,
    letters_of,
    moodle_folder,
    place,
    to_the_sheets_points,
)
from redpencil.grading.export.sheet import Sheet, SheetRow, SomeRows
from redpencil.grading.gradebook import Gradebook
from redpencil.grading.roster import Student, same_name

WHERE_FROM = (
    "In Moodle, open the assignment's submissions, choose Download grading worksheet, and name it: --sheet FILE.\n"
    "Where that is not offered, switch on “Offline grading worksheet” in the assignment's settings, Feedback types."
)
# What a column is called, in the languages whose words were looked up in Moodle's language packs (lang/*/assign.php,
# recordid, gradenoun, maxgrade, gradecanbechanged); others are named with --columns. Compared without case.
_WORDS: Mapping[str, frozenset[str]] = {
    "identifier": frozenset({"identifier", "id", "identificador", "identificatie", "識別碼"}),
    "name": frozenset({"full name", "nombre completo", "vollständiger name"}),
    "email": frozenset({"email address", "e-mail address", "email"}),
    "id-number": frozenset({"id number"}),
    "grade": frozenset({"grade", "bewertung", "calificación", "note", "cualificación", "qualificació"}),
    "maximum": frozenset(
        {"maximum grade", "bestwertung", "calificación máxima", "nota máxima", "cualificación máxima"}
    ),
    "changeable": frozenset(
        {"grade can be changed", "bewertung kann geändert werden", "la note peut être modifiée",
         "la calificación puede ser cambiada", "a cualificación pode seren cambiada",
         "nota pode ser alterada", "a nota pode ser alterada."}
    ),
}  # fmt: skip
NAMED = tuple(_WORDS)
# "No" in the same languages: the grade is locked in Moodle's gradebook, or its workflow is past grading.
_NO = frozenset({"no", "nein", "non", "não", "nee"})
_PARTICIPANT = re.compile(r"(?P<word>\D*?)\s*(?P<participant>\d+)\s*")


@dataclass(frozen=True)
class _Layout:
    """Where a worksheet has what, by the number of the column; None where it has no such column."""

    identifier: int
    grade: int
    maximum: int
    name: int | None
    known_by: tuple[int, ...]
    changeable: int | None

    @classmethod
    def of(cls, sheet: Sheet, named: Mapping[str, str]) -> _Layout:
        """``named`` are headers by what they are. Raises KitError if the columns cannot be told for certain."""
        at = {what: _column(sheet, what, named.get(what)) for what in NAMED}
        identifier = 0 if at["identifier"] is None else at["identifier"]
        if at["grade"] is None:
            raise KitError(
                f"{sheet.path}: no column is known as the grade. The columns are: {_shown(sheet.header)}.\n"
                "If it is a grading worksheet in another language, say which is the grade: --columns 'grade=HEADER'.\n"
                f"{WHERE_FROM}"
            )
        # The maximum, or a scale, stands directly behind the grade.
        maximum = at["grade"] + 1 if at["maximum"] is None else at["maximum"]
        if identifier == at["grade"] or maximum >= len(sheet.header):
            raise KitError(f"{sheet.path} is no grading worksheet of Moodle: {_shown(sheet.header)}.\n{WHERE_FROM}")
        known_by = tuple(column for what in ("email", "id-number") if (column := at[what]) is not None)
        # Of the name nothing is concluded from its place: a sheet of a blind assignment has the status there.
        return cls(identifier, at["grade"], maximum, at["name"], known_by, at["changeable"])

    def participant(self, row: SheetRow) -> re.Match[str] | None:
        """The word and the number of a row's identifier; None if it is none."""
        return _PARTICIPANT.fullmatch(row.value(self.identifier))

    def numbers_in(self, row: SheetRow) -> list[str]:
        """The number of a row's identifier, if it has one."""
        found = self.participant(row)
        return [found["participant"]] if found else []

    def name_in(self, row: SheetRow) -> str:
        """The name in a row; nothing in a sheet of a blind assignment."""
        return row.value(self.name) if self.name is not None else ""


@dataclass(frozen=True, slots=True)
class _Held:
    """What the sheet says of a student's grade, as its cells say it."""

    grade: str
    maximum: str
    changeable: str

    @classmethod
    def of(cls, row: SheetRow, layout: _Layout) -> _Held:
        changeable = "" if layout.changeable is None else row.value(layout.changeable)
        return cls(row.value(layout.grade), row.value(layout.maximum), changeable)


def export_moodle(
    gradebook: Gradebook,
    sheet_path: Path,
    output: Path,
    *,
    exercise: str = "",
    columns: Sequence[str] = (),
    scale: bool = False,
    roster: Iterable[Student] = (),
) -> Filled:
    """Fill in the grades of one exercise in a worksheet that Moodle gave, and write it to ``output``.

    A worksheet is one assignment's, so it takes one exercise; ``exercise`` says which if the gradebook holds several.
    ``columns`` are ``WHAT=HEADER`` for what is not found by its name (`NAMED`). Only grades of students who have a
    number are written. The dates, by which Moodle sees what changed since, and the comments, which a blank would
    overwrite, stay as they are. The ``roster`` has further ids of each student.

    Raises KitError if the sheet is none of Moodle, uses a scale, or its maximum grade is another number than ours.
    """
    sheet = Sheet(sheet_path, WHERE_FROM)
    layout = _Layout.of(sheet, _named(columns))
    exercise = the_exercise(gradebook, exercise)
    standings, waiting = in_exercises(gradebook, {exercise}, roster)
    filled = Filled(output, columns=[(exercise, sheet.header[layout.grade])], waiting=waiting)
    participants = SomeRows(sheet)
    for row in sheet.rows_of_data():
        if not any(row.cells):
            continue
        if layout.participant(row) is None:
            raise KitError(
                f"{sheet.path}, line {row.line}: “{row.value(layout.identifier)}” is no identifier; "
                f"expected “Participant” and a number, in the words of your Moodle.\n{WHERE_FROM}"
            )
        participants.add(row)
    known_by = (layout.identifier, *layout.known_by)
    by_number = indexed(participants, layout.numbers_in)
    placed = place(
        standings.pop(exercise),
        [
            (by_number, lambda one: (one.participant,)),
            # Who came with a participant's number and is not in the sheet is nobody else in it.
            (
                indexed(participants, lambda row: [row.value(at) for at in known_by]),
                lambda one: () if one.participant else one.ids,
            ),
            (
                indexed(participants, lambda row: [layout.name_in(row)]),
                lambda one: () if one.participant else (one.name,),
            ),
        ],
        lambda line: layout.name_in(participants[line]),
    )
    _take_out_whom_another_sheet_knows(placed, participants, layout)
    filled.take(placed)
    held = (_Held.of(participants[line], layout) for line in participants)
    mark = decimal_mark_of(cell for row in held for cell in (row.grade, row.maximum))
    new = {}
    for line, student in placed.rows.items():
        value = _new_grade(_Held.of(participants[line], layout), line, student, mark, scale, sheet, filled)
        if value is not None:
            new[line] = intern(value)
    if filled.zeros:
        filled.notes.append(
            f"{filled.zeros:,} of the grades written are 0. Some versions of Moodle pass over a 0 in a worksheet: "
            "look at these students in Moodle after the import."
        )
    sheet.write_filled(
        output,
        (sheet.filled_in(row, {layout.grade: new[row.line]} if row.line in new else {}) for row in sheet.rows()),
    )
    return filled


def _new_grade(
    row: _Held, line: int, student: Standing, mark: str, scale: bool, sheet: Sheet, filled: Filled
) -> str | None:
    """What is to be written over a grade; None where it stays, which is counted or listed."""
    cell = row.grade.strip()
    if student.points is None:
        filled.no_number[student.state] += 1
        return None
    if row.changeable.strip().casefold() in _NO:
        filled.kept.append((student.shown, "the grade is locked in Moodle"))
        return None
    maximum = as_number(row.maximum)
    if maximum is None:
        raise KitError(
            f"{sheet.path}, line {line}: “{row.maximum}”, behind the grade, is no maximum grade. An assignment with a "
            "scale of words takes no points: set its grade to points in Moodle, or say where the maximum is: "
            "--columns 'maximum=HEADER'."
        )
    points = to_the_sheets_points(student, maximum, scale=scale, place="Moodle's worksheet")
    if not 0 <= round(points, 2) <= maximum:
        filled.kept.append(
            (student.shown, f"{number(points)} is not within 0 and {maximum:g}, so Moodle would skip it")
        )
        return None
    value = filled.new_value(student, cell, points, mark)
    filled.zeros += value is not None and number(points) == "0.00"
    return value


def _take_out_whom_another_sheet_knows(placed: Placed, participants: SomeRows, layout: _Layout) -> None:
    """A participant's number is of one assignment: where the names differ, the sheet is of another one."""
    for line, student in list(placed.rows.items()):
        row = participants[line]
        name, found = layout.name_in(row), layout.participant(row)
        theirs, ours = letters_of(name), letters_of(student.lms_name)
        # Handed in blind, everybody is called “Participant”, in the words of that Moodle.
        is_blind = found is not None and ours == letters_of(found["word"])
        if student.participant and theirs and ours and theirs != ours and not is_blind:
            del placed.rows[line]
            placed.left_out.append(
                (
                    student,
                    f"came from Moodle as “{student.lms_name}”, but that number is “{name}” in line {line}: is "
                    "this the worksheet of the same assignment?",
                )
            )
    kept = {id(student) for student in placed.rows.values()}
    placed.doubtful = [(one, why) for one, why in placed.doubtful if id(one) in kept]


def the_exercise(gradebook: Gradebook, wanted: str) -> str:
    """The one exercise that is meant. Raises KitError if that is not certain."""
    known = list(dict.fromkeys(exercise for parts in gradebook.exercises_with_parts() for exercise, _ in parts))
    if not known:
        raise KitError("The gradebook holds no grades yet. Grade first: redpencil grade FOLDER.")
    if wanted and wanted not in known:
        raise KitError(f"The gradebook holds no grades of {wanted!r}; it holds {', '.join(known)}.")
    if not wanted and len(known) > 1:
        raise KitError(
            f"A worksheet is one assignment's, and the gradebook holds {', '.join(known)}. Say which: --exercise ID."
        )
    return wanted or known[0]


def _named(columns: Sequence[str]) -> dict[str, str]:
    named = {}
    for asked in columns:
        what, equals, header = asked.partition("=")
        if not equals or what not in NAMED:
            raise KitError(f"--columns {asked!r}: expected WHAT=HEADER, where WHAT is one of {', '.join(NAMED)}.")
        named[what] = header
    return named


def _column(sheet: Sheet, what: str, header: str | None) -> int | None:
    """The one column that is called so. Raises KitError if there are several, or not the one that was asked for."""
    wanted = _WORDS[what] if header is None else {same_name(header)}
    same = [at for at, name in enumerate(sheet.header) if same_name(name) in wanted]
    if len(same) > 1 or (header is not None and not same):
        called = f"“{header}”" if header is not None else what
        raise KitError(
            f"{sheet.path} has {len(same) or 'no'} {'columns' if len(same) > 1 else 'column'} called {called}. "
            f"The columns are: {_shown(sheet.header)}. Say which: --columns '{what}=HEADER'."
        )
    return same[0] if same else None


def _shown(header: Sequence[str]) -> str:
    return ", ".join(f"“{name}”" for name in header)


def write_feedback_zip(rows: Any, output: Path, page_of: Callable[[Any], str]) -> tuple[int, int]:
    """Write the feedback pages as the zip that Moodle takes back; return how many, and how many had no folder.

    ``rows`` are rows of the gradebook, ``page_of`` makes each one's page. A page is called ``feedback.html`` and lies
    in the folder of the downloaded zip that the submission came from, whose name says whose it is. Where the download
    had no folders, its name begins as the submission's did. What did not come from Moodle has no place there.
    """
    written = without = 0
    taken = set()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        for row in rows:
            folder = moodle_folder(row["handed_in_as"], row["path"])
            if folder is None:
                without += 1
                continue
            has_folders = any(part == folder.string for part in row["path"].split("/")[:-1])
            name = f"{folder.string}/feedback.html" if has_folders else f"{folder[0].rstrip('_')}_feedback.html"
            if name in taken:
                without += 1
                continue
            taken.add(name)
            # Always the same date: the same pages are the same zip.
            about = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            about.compress_type = zipfile.ZIP_DEFLATED
            about.external_attr = 0o644 << 16
            archive.writestr(about, page_of(row).encode("utf-8"))
            written += 1
    return written, without
