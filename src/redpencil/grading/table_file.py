"""A table in a file, in any usual dialect: what a spreadsheet program makes of CSV."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from redpencil.document import KitError
from redpencil.tables import called, first_row, guessed, read_table, rows_of, separators_of

CODE_PAGE = "cp1252"
COLUMNS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class TableFile:
    """The rows of a file by their columns, each with the line that it begins on; ``guessed`` if the encoding is one."""

    path: Path
    rows: tuple[tuple[int, Mapping[str, str]], ...]
    is_guessed: bool


def read_table_file(path: Path, names: Mapping[str, Iterable[str]], required: Iterable[str]) -> TableFile:
    """Read a table whose first row names the columns.

    ``names`` says what each column may be called, in small letters; hyphens, underscores and spaces are one. Other
    columns are left out, and so are empty rows. The separator is comma, semicolon, tab or bar; the encoding UTF-8 or
    UTF-16, else Windows-1252 is guessed. Raises KitError if it cannot be read or a ``required`` column is missing.
    """
    text, encoding = read_table(path, "a table", "points.csv", CODE_PAGE)
    text, separators = separators_of(path, text, next(iter(required), "name"))
    column_of = {each: column for column, all_called in names.items() for each in all_called}
    best: tuple[int, str, list[str]] = (-1, ",", [])
    for separator in separators:
        cells = first_row(text, separator)
        known = sum(called(cell) in column_of for cell in cells)
        best = max(best, (known, separator, cells), key=lambda one: one[0])
    _, separator, header = best
    columns = [column_of.get(called(cell), "") for cell in header]
    for column in required:
        if column not in columns:
            found = ", ".join(f"“{cell.strip()[:40]}”" for cell in header[:COLUMNS_SHOWN]) or "nothing"
            raise KitError(
                f"{path}, first line: found the columns {found}; expected one called “{column}”.\n"
                "The first line has to name the columns, separated by comma, semicolon or tab. Correct it."
            )
    twice = next((column for column in columns if column and columns.count(column) > 1), None)
    if twice:
        raise KitError(f"{path}, first line: two columns are “{twice}”; expected one. Remove or rename the other.")
    rows = tuple(
        (line, {column: cell.strip() for column, cell in zip(columns, cells, strict=False) if column})
        for line, _, cells in rows_of(path, text, separator, strict=True)
    )
    return TableFile(path, rows, encoding == guessed(CODE_PAGE))
