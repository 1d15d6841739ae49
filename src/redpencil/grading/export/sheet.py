"""A sheet of another system, filled in cell by cell: what is not written anew stays as it was, byte for byte."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path

from redpencil.document import KitError

BYTES_AT_MOST = 200_000_000
_BOM = "\ufeff"
_DELIMITERS = ",;\t"


@dataclass(slots=True)
class SheetRow:
    """A row as it stands in the file: its cells with their quotes, what ends it, its line, from 1, and its place."""

    cells: list[str]
    end: str
    line: int
    at: int = 0

    def value(self, column: int) -> str:
        """What a cell says, without quotes; nothing where the row has no such cell."""
        return unquoted(self.cells[column]) if column < len(self.cells) else ""

    def values(self) -> list[str]:
        """What the row's cells say."""
        return [unquoted(cell) for cell in self.cells]


class Sheet:
    """A CSV file that another system wrote, as it stands."""

    def __init__(self, path: Path, where_from: str) -> None:
        """Read it; ``where_from`` says how to get such a sheet.

        Raises KitError if it is not there, too large, not in UTF-8, empty, or has a quotation that never ends.
        """
        self.path = path
        self.where_from = where_from
        try:
            if path.stat().st_size > BYTES_AT_MOST:
                raise KitError(f"{path} has more than {BYTES_AT_MOST // 1_000_000} MB. That is no sheet of one course.")
            data = path.read_bytes()
        except FileNotFoundError:
            raise KitError(f"There is no sheet at {path}.\n{where_from}") from None
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise KitError(
                f"{path} is not in UTF-8 (byte {error.start + 1:,}).\n"
                f"A spreadsheet saved it, perhaps; then save it as “CSV UTF-8”, or better take it anew.\n{where_from}"
            ) from None
        if "\0" in text:
            raise KitError(f"{path} is no CSV file: it holds NUL bytes.\n{where_from}")
        self.bom = text[:1] == _BOM
        self.text = text.removeprefix(_BOM)
        if not self.text.strip():
            raise KitError(f"{path} is empty.\n{where_from}")
        # The header has the more cells the righter the delimiter is.
        self.delimiter = max(_DELIMITERS, key=lambda delimiter: len(next(_rows(self.text, delimiter, path)).cells))
        self.header = next(self.rows()).values()

    def rows(self) -> Iterator[SheetRow]:
        """Every row, the header first."""
        return _rows(self.text, self.delimiter, self.path)

    def rows_of_data(self) -> Iterator[SheetRow]:
        """Every row but the header."""
        return islice(self.rows(), 1, None)

    def row_at(self, at: int, line: int) -> SheetRow:
        """The row that begins at a place in the text, which is the place of a row that was read before."""
        return next(_rows(self.text, self.delimiter, self.path, at, line))

    def filled_in(self, row: SheetRow, values: Mapping[int, str]) -> str:
        """The row with new values in some columns, in the quotes that these cells had or now need."""
        cells = list(row.cells)
        cells += [""] * (max(values, default=-1) + 1 - len(cells))
        for column, value in values.items():
            needs_quotes = any(c in value for c in (self.delimiter, '"', "\r", "\n"))
            was_quoted = cells[column].startswith('"')
            cells[column] = quoted(value) if needs_quotes or was_quoted else value
        return self.delimiter.join(cells) + row.end

    def write_filled(self, output: Path, rows: Iterable[str]) -> None:
        """Write rows into another file, as a whole or not at all, with the byte order mark that the sheet has.

        Raises KitError if that is the sheet itself, which stays as it is.
        """
        if output.exists() and output.samefile(self.path):
            raise KitError(f"{output} is the sheet itself, which stays as it is. Name another file with --output.")
        with whole_file(output) as path, path.open("w", encoding="utf-8", newline="") as stream:
            stream.write(_BOM if self.bom else "")
            stream.writelines(rows)


class SomeRows:
    """Rows of a sheet by their lines, read again whenever they are asked for: twelve bytes for each are kept."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self._lines, self._places = array("I"), array("Q")

    def add(self, row: SheetRow) -> None:
        """Take note of a row; it comes after those that were added before."""
        self._lines.append(row.line)
        self._places.append(row.at)

    def __iter__(self) -> Iterator[int]:
        """The lines, in order."""
        return iter(self._lines)

    def __contains__(self, line: int) -> bool:
        at = bisect_left(self._lines, line)
        return at < len(self._lines) and self._lines[at] == line

    def __getitem__(self, line: int) -> SheetRow:
        """The row of a line that was added."""
        return self.sheet.row_at(self._places[bisect_left(self._lines, line)], line)


def unquoted(cell: str) -> str:
    """What a cell says."""
    if not cell.startswith('"'):
        return cell
    inner, _, after = cell[1:].rpartition('"')
    return inner.replace('""', '"') + after


def quoted(value: str) -> str:
    """A value in quotes."""
    return '"' + value.replace('"', '""') + '"'


@cache
def _cell(delimiter: str) -> re.Pattern[str]:
    plain = rf"[^{re.escape(delimiter)}\r\n]*+"
    return re.compile(rf'((?:"[^"]*+(?:""[^"]*+)*+"|(?!")){plain})({re.escape(delimiter)}|\r\n|\r|\n|\Z)')


def _rows(text: str, delimiter: str, path: Path, at: int = 0, line: int = 1) -> Iterator[SheetRow]:
    pattern = _cell(delimiter)
    cells: list[str] = []
    started, begins = line, at
    while at < len(text) or cells:
        found = pattern.match(text, at)
        if found is None:
            raise KitError(
                f"{path}, line {line}: a quotation mark is opened there and never closed.\n"
                "The file was cut off or changed. Take it anew from where it came."
            )
        cell, end = found.groups()
        cells.append(cell)
        line += cell.count("\n")
        at = found.end()
        if end != delimiter:
            yield SheetRow(cells, end, started, begins)
            cells = []
            line += 1
            started, begins = line, at
        elif at == len(text):
            # The file ends after a delimiter: with one more cell, which is empty.
            yield SheetRow([*cells, ""], "", started, begins)
            return


@contextlib.contextmanager
def whole_file(output: Path) -> Iterator[Path]:
    """A path to write to, which takes the place of ``output`` if all went well; else nothing was written."""
    handle, name = tempfile.mkstemp(prefix=".export-", suffix=".tmp", dir=output.parent)
    os.close(handle)
    try:
        yield Path(name)
        # As a file that is simply written would have them: temporary ones are for their owner alone.
        mask = os.umask(0)
        os.umask(mask)
        Path(name).chmod(0o666 & ~mask)
        Path(name).replace(output)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
