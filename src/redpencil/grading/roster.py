"""A roster: the students of a course, with every id that they are known by, from a table in a file.

Only the standard library and the kit's own reader of tables are used here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from redpencil.document import KitError
from redpencil.grading.archive import Marks
from redpencil.grading.submissions import NAME_AT_MOST
from redpencil.tables import called, columns_called, first_row, guessed, read_table, rows_of, separators_of

GUESSED = guessed("cp1252")
ERRORS_SHOWN = 10
COLUMNS_SHOWN = 12
# What a column can be called, in small letters; hyphens, underscores and spaces are one. Of the ids, the first kind
# that is there is the student's id in the gradebook; all of them are ids. The names that Canvas' gradebook, Moodle's
# participants and grading worksheet, and Blackboard's Grade Center give their columns are among them.
ID_COLUMNS = {
    "id": "id; student id; studentid; student number; student no; student no.; student nr; id number; user id;"
    " pupil id; matriculation number; matrikelnummer; schülernummer; candidate number",
    "sis": "sis user id; sis id; integration id",
    "login": "login; login id; sis login id; username; user name; user; user login; account",
    "email": "email; e mail; mail; email address; e mail address",
    "canvas": "canvas id; canvas user id; moodle id; lms id",
    "identifier": "identifier",
}
COLUMN_NAMES = {
    **ID_COLUMNS,
    "name": "name; full name; fullname; student; student name; display name; pupil",
    "sortable": "sortable name; last first; last, first; sort name",
    "last": "last name; lastname; last; surname; family name; nachname",
    "first": "first name; firstname; first; given name; given names; forename; preferred name; vorname",
    "section": "section; sections; class; group; groups; course section; form; klasse; set",
}
_COLUMN_OF = columns_called(COLUMN_NAMES)
# How a spreadsheet shows a long number that it has shortened.
_SHORTENED = re.compile(r"[0-9][.,]?[0-9]*E\+[0-9]+", re.IGNORECASE)
# A formula that is nothing but a text keeps a spreadsheet from running the text, or from dropping its zeros.
_QUOTED = re.compile(r'="(.*)"', re.DOTALL)
# Marks of direction that cannot be seen.
_UNSEEN = re.compile("[\ufeff\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
# Cells of a student stand in one text, with this between them; no cell holds it.
_BETWEEN = "\x1f"


@dataclass(frozen=True, slots=True)
class Student:
    """A student of the roster. ``ids`` are all that the student is known by, ``id`` first.

    ``last`` and ``first`` are ``""`` if the roster has only whole names, and so is ``section`` if it has none.
    """

    id: str
    name: str
    section: str
    ids: tuple[str, ...]
    last: str = ""
    first: str = ""
    sortable: str = ""


class Roster(Sequence[Student]):
    """The students of a roster in the file's order; ``file`` is its name, ``encoding`` how it was read.

    A student is kept as a piece of text, for there may be many.
    """

    def __init__(self, file: str, encoding: str, ids: int, rows: Sequence[str]) -> None:
        self.file = file
        self.encoding = encoding
        self._ids = ids
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, n: int) -> Student:  # type: ignore[override]  # a roster is not cut into slices
        name, last, first, sortable, section, *ids = self._rows[n].split(_BETWEEN)
        return Student(ids[0], name, section, tuple(dict.fromkeys(filter(None, ids))), last, first, sortable)


def load_roster(path: Path) -> Roster:
    """Read a roster: a first line that names the columns, then a row for each student.

    There is a column with an id, and a name in one column or in two; a section, login, email and other ids may stand
    beside them, under any name in ``COLUMN_NAMES``. Separators and encodings are those of `redpencil.tables`; what is
    neither UTF-8 nor UTF-16 is taken for Windows-1252, which is a guess, and is said. The gradebook that Canvas exports
    and the grading worksheet of Moodle are rosters.

    Raises KitError if the file cannot be read or has no such columns, or, with the lines, if a row has no id, or two
    rows have the same.
    """
    text, encoding = read_table(path, "a roster", "roster.csv", "cp1252")
    text, separator, columns = _header(path, text)
    kinds = [kind for kind in ID_COLUMNS for _ in columns.get(kind, ())]
    rows: list[str] = []
    problems: list[tuple[int, str]] = []
    marks = [Marks() for _ in kinds]
    for line, ends, cells in rows_of(path, text, separator):
        about = _student(cells, columns)
        if about is None:
            continue
        names, ids = about
        if problem := _problem(names, ids):
            if ends > line:
                problem += f"; the row goes on to line {ends}: is a quotation mark left open?"
            problems.append((line, problem))
            continue
        for mark, id in zip(marks, ids, strict=True):
            if id:
                mark.add(same_id(id))
        # The id in the gradebook is the first that there is.
        ids.sort(key=lambda id: not id)
        rows.append(_BETWEEN.join([*names, *ids]))
    twice = [mark.twice() for mark in marks]
    if any(twice):
        problems = sorted([*problems, *_twice(rows_of(path, text, separator), columns, kinds, twice)])
    if problems:
        shown = "\n".join(f"  line {line} {problem}" for line, problem in problems[:ERRORS_SHOWN])
        more = f"\n  … and {len(problems) - ERRORS_SHOWN:,} more" if len(problems) > ERRORS_SHOWN else ""
        raise KitError(
            f"{path} cannot be used as a roster:\n{shown}{more}\n"
            "Each student has one row, with an id that nobody else has. Correct these lines; nothing was graded."
        )
    if not rows:
        raise KitError(f"{path} holds no student. Below the line with the columns, write one student in each row.")
    return Roster(path.name, encoding, len(kinds), rows)


def _twice(
    rows: Iterable[tuple[int, int, list[str]]],
    columns: Mapping[str, list[int]],
    kinds: Sequence[str],
    twice: Sequence[frozenset[int]],
) -> Iterator[tuple[int, str]]:
    """The lines with an id that an earlier line has in the same column; ``twice`` has the marks of such ids."""
    seen: dict[tuple[int, str], int] = {}
    for line, _, cells in rows:
        for column, id in enumerate((_student(cells, columns) or ((), ()))[1]):
            key = same_id(id)
            if id and hash(key) in twice[column] and (first := seen.setdefault((column, key), line)) != line:
                yield line, f"has the {_KINDS.get(kinds[column], kinds[column])} “{id}”, and so has line {first}"
                break


_KINDS = {"canvas": "id", "sis": "SIS id", "identifier": "identifier"}


def same_id(text: str) -> str:
    """An id as it is compared: composed, without spaces around it and marks that cannot be seen, letters small."""
    return unicodedata.normalize("NFC", _UNSEEN.sub("", text)).strip().casefold()


def same_name(text: str) -> str:
    """A name as it is compared: as an id, and with any run of spaces as one."""
    return " ".join(same_id(text).split())


def _header(path: Path, text: str) -> tuple[str, str, Mapping[str, list[int]]]:
    """The text from its header on, the separator, and the places of the columns."""
    text, separators = separators_of(path, text, "id")
    best: tuple[tuple[bool, int, int], str, list[str], Mapping[str, list[int]]] | None = None
    for separator in separators:
        cells = first_row(text, separator)
        columns: dict[str, list[int]] = {}
        for place, cell in enumerate(cells):
            if column := _COLUMN_OF.get(called(cell)):
                columns.setdefault(column, []).append(place)
        score = (_usable(columns), sum(map(len, columns.values())), len(cells))
        if best is None or score > best[0]:
            best = score, separator, cells, columns
    assert best is not None  # noqa: S101  there is always a separator to try
    _, separator, cells, columns = best[0], best[1], best[2], dict(best[3])
    if not any(cell.strip() for cell in cells):
        raise KitError(f"{path} is empty; expected a first line with the columns, such as: id,name,section")
    if not _usable(columns):
        found = ", ".join(f"“{cell.strip()[:40]}”" for cell in cells[:COLUMNS_SHOWN])
        more = f" and {len(cells) - COLUMNS_SHOWN} more" if len(cells) > COLUMNS_SHOWN else ""
        raise KitError(
            f"{path} has the columns {found}{more}; expected an id (“id”, “student id”, “SIS User ID”, “login”, "
            "“email”) and a name (“name”, or “last name” and “first name”).\n"
            "The first line has to name the columns, separated by a comma, semicolon or tab. Add or correct it."
        )
    return text, separator, columns


def _usable(columns: Mapping[str, list[int]]) -> bool:
    return any(kind in columns for kind in ID_COLUMNS) and any(n in columns for n in ("name", "last", "sortable"))


def _student(cells: Sequence[str], columns: Mapping[str, list[int]]) -> tuple[list[str], list[str]] | None:
    """The name, last and first name, sortable name and section of a row, and its ids; None if none of them is there.

    Canvas' rows with the points that can be had, and its test student, are none.
    """

    def cell(place: int) -> str:
        text = _UNSEEN.sub("", cells[place]).strip() if place < len(cells) else ""
        return unicodedata.normalize("NFC", found[1].strip() if (found := _QUOTED.fullmatch(text)) else text)

    def of(kind: str) -> str:
        return next(filter(None, (cell(place) for place in columns.get(kind, ()))), "")

    name, last, first, sortable, section = (of(kind) for kind in ("name", "last", "first", "sortable", "section"))
    ids = [cell(place) for kind in ID_COLUMNS for place in columns.get(kind, ())]
    name = name or " ".join(filter(None, (first, last))) or sortable
    if not any(ids) and (not name or name == "Points Possible"):
        return None
    if name == "Student, Test" and len(ids) > 1 and sum(map(bool, ids)) <= 2:
        return None
    return [name, last, first, sortable, section], ids


def _problem(names: Sequence[str], ids: Sequence[str]) -> str:
    """Why a row cannot be used, or ``""``."""
    if not any(ids):
        return f"has no id (“{names[0][:60]}”)"
    for text in (*names, *ids):
        if len(text) > NAME_AT_MOST:
            return f"has a cell of {len(text):,} characters; at most {NAME_AT_MOST} are read"
        if len(text.splitlines()) > 1:
            return "has a line end within a cell; expected one student in each row"
    shortened = next((id for id in ids if _SHORTENED.fullmatch(id)), None)
    if shortened:
        return f"has the id “{shortened}”: a spreadsheet has shortened the number. Format the column as text first"
    return ""
