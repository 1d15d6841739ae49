"""A file with names in it: a table in any usual dialect and encoding, read into names, and what was left out of it.

Only the standard library is used here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from redpencil.document import KitError
from redpencil.names.parts import Name, name_from_columns, parse_name, quoted
from redpencil.names.ranks import rank_of
from redpencil.tables import (
    SEPARATORS,
    called,
    columns_called,
    first_row,
    guessed,
    read_table,
    rows_of,
    separators_of,
)

GUESSED = guessed("cp1251")
COLUMNS_SHOWN = 12
# What a column can be called, in small letters; hyphens, underscores and spaces are one.
COLUMN_NAMES = {
    "name": "name; full name; fullname; names; person; фио; ф и о; ф.и.о.; ф. и. о.; полное имя; имя и фамилия;"
    " фамилия имя отчество; фамилия, имя, отчество",
    "surname": "surname; last name; lastname; family name; family; second name; фамилия",
    "given": "given; given name; given names; givenname; first name; firstname; forename; имя",
    "patronymic": "patronymic; patronym; middle name; middlename; father s name; father's name; отчество",
    "rank": "rank; military rank; звание; воинское звание; чин",
}
_COLUMN_OF = columns_called(COLUMN_NAMES)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: the line that it begins on, the name in it, and its other cells by their column."""

    line: int
    name: Name
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class NameList:
    """The names of a file; how it was read; and (line, reason) for each row that has no usable name."""

    file: str
    encoding: str
    separator: str
    rows: tuple[Row, ...]
    skipped: tuple[tuple[int, str], ...]

    @property
    def names(self) -> list[Name]:
        """The names, in the file's order."""
        return [row.name for row in self.rows]


def read_names(path: Path) -> NameList:
    """Read a table of names: a first line that names the columns, then a row for each person.

    There is a column ``name``, or ``surname`` with ``given`` and ``patronymic`` beside it, under any name in
    ``COLUMN_NAMES``, English or Russian; ``rank`` may stand beside them. Separators are the comma, semicolon, tab and
    vertical bar. The encoding is told by its byte order mark; without one, UTF-16 if there are zero bytes, else UTF-8
    if the bytes are that, else Windows-1251, which is a guess, and is said.

    Raises KitError if the file is missing, too large, no text, has no such column or not one usable name.
    """
    text, encoding = read_table(path, "a table of names", "names.csv", "cp1251")
    text, separator, header, columns = _header(path, text)
    rows: list[Row] = []
    skipped: list[tuple[int, str]] = []
    for line, ends, cells in rows_of(path, text, separator):
        try:
            rows.append(_row(line, cells, header, columns))
        except KitError as error:
            reason = str(error).partition("\n")[0]
            if ends > line:
                reason += f"; the row goes on to line {ends}: is a quotation mark left open?"
            skipped.append((line, reason))
    if not rows:
        why = f"the first of {len(skipped)}: line {skipped[0][0]}, {skipped[0][1]}" if skipped else "it has no rows"
        raise KitError(f"{path} holds no name: {why}.\nBelow the line with the columns, write one person in each row.")
    return NameList(path.name, encoding, SEPARATORS[separator], tuple(rows), tuple(skipped))


def _header(path: Path, text: str) -> tuple[str, str, list[str], dict[str, int]]:
    """The text from its header on, the separator, the header's cells, and the place of each column of a name."""
    text, separators = separators_of(path, text, "name")
    best: tuple[int, str, list[str], dict[str, int]] | None = None
    for separator in separators:
        cells = first_row(text, separator)
        columns = _columns(cells)
        score = len(columns) * 100 + len(cells) if _usable(columns) else -1000 + len(cells)
        if best is None or score > best[0]:
            best = score, separator, cells, columns
    assert best is not None  # noqa: S101  there is always a separator to try
    _, separator, cells, columns = best
    if not any(cell.strip() for cell in cells):
        raise KitError(f"{path} is empty; expected a first line with the columns, such as: name")
    if not _usable(columns):
        found = ", ".join(quoted(cell.strip()) for cell in cells[:COLUMNS_SHOWN])
        more = f" and {len(cells) - COLUMNS_SHOWN} more" if len(cells) > COLUMNS_SHOWN else ""
        raise KitError(
            f"{path} has the columns {found}{more}; expected “name”, or “given”, “patronymic” and “surname” "
            "(“first name”, “last name”, “имя”, “фамилия”, “ФИО” and the like will do).\n"
            "The first line has to name the columns, separated by a comma, semicolon or tab. Add or correct it."
        )
    return text, separator, cells, columns


def _columns(cells: Sequence[str]) -> dict[str, int]:
    """The place of each column of a name; the first of its kind counts."""
    columns: dict[str, int] = {}
    for place, cell in enumerate(cells):
        if column := _COLUMN_OF.get(called(cell)):
            columns.setdefault(column, place)
    if "surname" in columns and "name" in columns and "given" not in columns:
        # Name and Surname side by side: the first is the given name.
        columns["given"] = columns.pop("name")
    elif "given" in columns and "surname" not in columns and "name" not in columns and "patronymic" not in columns:
        # “Имя” alone is what many lists call the full name.
        columns["name"] = columns.pop("given")
    return columns


def _usable(columns: Mapping[str, int]) -> bool:
    return "name" in columns or "surname" in columns


def _row(line: int, cells: Sequence[str], header: Sequence[str], columns: Mapping[str, int]) -> Row:
    """The name of a row. Raises KitError if it has cells beyond the header, a line end in a name, or no usable name.

    Either would give a name that nobody bears: the half of one, or two people’s in one.
    """
    if any(cell.strip() for cell in cells[len(header) :]):
        filled = max(n for n, cell in enumerate(cells, start=1) if cell.strip())
        raise KitError(
            f"{_counted(filled, 'cell')}, {_counted(len(header), 'column')}: "
            "put a name with a comma in quotation marks, and any other cell that holds the separator"
        )
    broken = [c for c, place in columns.items() if place < len(cells) and len(cells[place].strip().splitlines()) > 1]
    if broken:
        raise KitError(f"a line end in the column for the {broken[0]}: expected one person in each row")
    of = {column: cells[place].strip() if place < len(cells) else "" for column, place in columns.items()}
    if "surname" in of and any(of.get(part) for part in ("surname", "given", "patronymic")):
        name = name_from_columns(
            of.get("given", ""), of.get("patronymic", ""), of["surname"], of.get("rank", ""), of.get("name", "")
        )
    else:
        name = parse_name(of.get("name", ""))
        if of.get("rank") and (rank := rank_of(of["rank"])):
            name = replace(name, rank=rank)
    used = set(columns.values())
    others = {header[n].strip(): cell for n, cell in enumerate(cells) if n < len(header) and n not in used and cell}
    return Row(line, name, others)


def _counted(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"
