"""A table in a file, in any usual dialect: what a spreadsheet program makes of CSV."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from redpencil.document import KitError

BYTES_AT_MOST = 100_000_000
CELL_AT_MOST = 1_000_000
SEPARATORS = ",;\t|"
COLUMNS_SHOWN = 12
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
GUESSED = "Windows-1252"


@dataclass(frozen=True, slots=True)
class TableFile:
    """The rows of a file by their columns, each with the line that it begins on; ``guessed`` if the encoding is one."""

    path: Path
    rows: tuple[tuple[int, Mapping[str, str]], ...]
    is_guessed: bool


def read_table(path: Path, names: Mapping[str, Iterable[str]], required: Iterable[str]) -> TableFile:
    """Read a table whose first row names the columns.

    ``names`` says what each column may be called, in small letters; hyphens, underscores and spaces are one. Other
    columns are left out, and so are empty rows. The separator is comma, semicolon, tab or bar; the encoding UTF-8 or
    UTF-16, else Windows-1252 is guessed. Raises KitError if it cannot be read or a ``required`` column is missing.
    """
    text, is_guessed = _text(path)
    first, _, rest = text.partition("\n")
    separators = SEPARATORS
    if first.lower().startswith("sep=") and first.strip()[4:5] in SEPARATORS:
        # A spreadsheet's own line; it stays, empty, so that lines keep their numbers.
        separators, text = first.strip()[4:5], "\n" + rest
    column_of = {called: column for column, all_called in names.items() for called in all_called}
    best: tuple[int, str, list[str]] = (-1, ",", [])
    for separator in separators:
        cells = _first_row(text, separator)
        known = sum(_plain(cell) in column_of for cell in cells)
        best = max(best, (known, separator, cells), key=lambda one: one[0])
    _, separator, header = best
    columns = [column_of.get(_plain(cell), "") for cell in header]
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
    return TableFile(path, tuple(_rows(path, text, separator, columns)), is_guessed)


def _rows(path: Path, text: str, separator: str, columns: list[str]) -> Iterable[tuple[int, Mapping[str, str]]]:
    csv.field_size_limit(CELL_AT_MOST)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    begins, seen_header = 1, False
    try:
        for cells in reader:
            line, begins = begins, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if seen_header:
                yield line, {c: cell.strip() for c, cell in zip(columns, cells, strict=False) if c}
            seen_header = True
    except csv.Error as error:
        raise KitError(
            f"{path}, line {begins} or below: {error}.\n"
            "A quotation mark may be open from there on. Close it, or save the table as CSV again."
        ) from None


def _text(path: Path) -> tuple[str, bool]:
    try:
        with path.open("rb") as file:
            data = file.read(BYTES_AT_MOST + 1)
    except OSError as error:
        raise KitError(f"{path} cannot be read: {error.strerror}. Name a CSV file.") from None
    if len(data) > BYTES_AT_MOST:
        raise KitError(
            f"{path} has more than {BYTES_AT_MOST:,} bytes, which is the limit. Split it into several files."
        )
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise KitError(
            f"{path} is an Office file; expected a CSV file.\n"
            "Open it in the spreadsheet program and save it as “CSV UTF-8”."
        )
    encoding = next((codec for mark, codec in _MARKS if data.startswith(mark)), "utf-8")
    try:
        text, is_guessed = data.decode(encoding), False
    except UnicodeDecodeError:
        # Every byte is taken for something, so that nothing but the look of a name tells a wrong guess.
        text, is_guessed = data.decode("cp1252", "replace"), True
    if "\x00" in text:
        raise KitError(f"{path} holds zero bytes; expected a CSV file. Save the table as “CSV UTF-8”.")
    return text, is_guessed


def _first_row(text: str, separator: str) -> list[str]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        return next((cells for cells in reader if any(cell.strip() for cell in cells)), [])
    except csv.Error:
        return []


def _plain(cell: str) -> str:
    return " ".join(cell.replace("-", " ").replace("_", " ").casefold().split())
