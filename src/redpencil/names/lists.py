"""A file with names in it: a table in any usual dialect and encoding, read into names, and what was left out of it.

Only the standard library is used here.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from redpencil.document import KitError
from redpencil.names.parts import Name, name_from_columns, parse_name, quoted
from redpencil.names.ranks import rank_of

FILE_BYTES_AT_MOST = 100_000_000
GUESSED = "Windows-1251 (a guess: the bytes are not UTF-8)"
SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
COLUMNS_SHOWN = 12
HEADER_CHARACTERS_AT_MOST = 1_000_000
# What a column can be called, in small letters; hyphens, underscores and spaces are one.
COLUMN_NAMES = {
    "name": "name; full name; fullname; names; person; фио; ф и о; ф.и.о.; ф. и. о.; полное имя; имя и фамилия;"
    " фамилия имя отчество; фамилия, имя, отчество",
    "surname": "surname; last name; lastname; family name; family; second name; фамилия",
    "given": "given; given name; given names; givenname; first name; firstname; forename; имя",
    "patronymic": "patronymic; patronym; middle name; middlename; father s name; father's name; отчество",
    "rank": "rank; military rank; звание; воинское звание; чин",
}
_COLUMN_OF = {called.strip(): column for column, line in COLUMN_NAMES.items() for called in line.split(";")}
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
_HALF_OF_A_LETTER = re.compile(rb"[\x01-\x06]")
# The longest marks first: that of UTF-32 begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)


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
    data = _bytes(path)
    text, encoding = _decoded(path, data)
    text, separator, header, columns = _header(path, text)
    rows: list[Row] = []
    skipped: list[tuple[int, str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    begins = 1
    seen_header = False
    try:
        for cells in reader:
            line, begins = begins, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if not seen_header:
                seen_header = True
                continue
            try:
                rows.append(_row(line, cells, header, columns))
            except KitError as error:
                reason = str(error).partition("\n")[0]
                if reader.line_num > line:
                    reason += f"; the row goes on to line {reader.line_num}: is a quotation mark left open?"
                skipped.append((line, reason))
    except csv.Error as error:
        raise KitError(
            f"{path}, line {reader.line_num}: {error}.\n"
            "A quotation mark may be open from there on. Close it, or save the table as CSV again."
        ) from None
    if not rows:
        why = f"the first of {len(skipped)}: line {skipped[0][0]}, {skipped[0][1]}" if skipped else "it has no rows"
        raise KitError(f"{path} holds no name: {why}.\nBelow the line with the columns, write one person in each row.")
    return NameList(path.name, encoding, SEPARATORS[separator], tuple(rows), tuple(skipped))


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(FILE_BYTES_AT_MOST + 1)
    except FileNotFoundError:
        raise KitError(f"{path} is missing. Check the name of the file or the folder.") from None
    except IsADirectoryError:
        raise KitError(f"{path} is a folder; expected a table of names. Name the file, such as names.csv.") from None
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) else error
        raise KitError(f"{path} cannot be read: {said}. It has to be a CSV file.") from None
    if len(data) > FILE_BYTES_AT_MOST:
        raise KitError(
            f"{path} has more than {FILE_BYTES_AT_MOST:,} bytes, which is the limit. Split it into several files."
        )
    return data


def _decoded(path: Path, data: bytes) -> tuple[str, str]:
    """The text, and what its encoding is called; see `read_names` for the order."""
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise KitError(
            f"{path} is an Office file, packed; expected a CSV file.\n"
            "Open it in the spreadsheet program and save it as “CSV UTF-8”."
        )
    try:
        for mark, codec, called in _MARKS:
            if data.startswith(mark):
                return _checked(path, data.decode(codec)), called
        if _may_be_utf16(data):
            little = data[1::2].count(0) >= data[0::2].count(0)
            return _checked(path, data.decode("utf-16-le" if little else "utf-16-be")), "UTF-16 (no mark, zero bytes)"
        try:
            return _checked(path, data.decode("utf-8")), "UTF-8"
        except UnicodeDecodeError:
            return _checked(path, data.decode("cp1251")), GUESSED
    except UnicodeDecodeError as error:
        raise KitError(
            f"{path} is no text in UTF-8, UTF-16 or Windows-1251: byte {error.start:,} fits none of them.\n"
            "It may be a picture, a PDF, or text in another encoding. Save the table as “CSV UTF-8”."
        ) from None


def _may_be_utf16(data: bytes) -> bool:
    """Whether zero bytes look like halves of characters: every other byte, or beside the halves of other letters.

    In UTF-16 a Latin letter has a zero beside it, and a Cyrillic, Greek, Hebrew or Arabic one a byte that is a control
    character by itself. A plain text with a zero byte in it has neither.
    """
    zeros = max(data[0::2].count(0), data[1::2].count(0))
    return zeros > 0 and (4 * zeros >= len(data) or _HALF_OF_A_LETTER.search(data) is not None)


def _checked(path: Path, text: str) -> str:
    found = _CONTROL.search(text)
    if found is not None:
        raise KitError(
            f"{path} holds a control character (0x{ord(found[0]):02x}, character {found.start() + 1:,}); "
            "expected a CSV file.\n"
            "It may be a picture or a program. Save the table as “CSV UTF-8”."
        )
    return text


def _header(path: Path, text: str) -> tuple[str, str, list[str], dict[str, int]]:
    """The text from its header on, the separator, the header's cells, and the place of each column of a name."""
    # What comes behind the columns may be large, and is looked at once.
    head = text[:HEADER_CHARACTERS_AT_MOST]
    first, _, rest = head.lstrip("\r\n").partition("\n")
    if len(text) > len(head) and not rest and "\r" not in first:
        raise KitError(
            f"{path}: the first line has more than {len(head):,} characters; expected the columns, such as: name\n"
            "It may not be a table. Write one person in each row, below a line that names the columns."
        )
    separators = list(SEPARATORS)
    if first.lower().startswith("sep=") and first.strip()[4:5] in SEPARATORS:
        # A spreadsheet's own line. It stays, empty, so that the lines keep their numbers.
        separators = [first.strip()[4:5]]
        text = "\n" + text.lstrip("\r\n").partition("\n")[2]
        head = "\n" + rest
    best: tuple[int, str, list[str], dict[str, int]] | None = None
    for separator in separators:
        cells = _first_row(head, separator)
        columns = _columns(cells)
        score = len(columns) * 100 + len(cells) if _usable(columns) else -1000 + len(cells)
        if best is None or score > best[0]:
            best = score, separator, cells, columns
    assert best is not None  # noqa: S101  there is always a separator to try
    _, separator, cells, columns = best
    if len(first) > csv.field_size_limit() and not cells:
        raise KitError(
            f"{path}: a cell of the first line has more than {csv.field_size_limit():,} characters; expected the names "
            "of the columns, such as: name\n"
            "It may not be a table. Write one person in each row, below a line that names the columns."
        )
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


def _first_row(text: str, separator: str) -> list[str]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        return next((cells for cells in reader if any(cell.strip() for cell in cells)), [])
    except csv.Error:
        return []


def _columns(cells: Sequence[str]) -> dict[str, int]:
    """The place of each column of a name; the first of its kind counts."""
    columns: dict[str, int] = {}
    for place, cell in enumerate(cells):
        called = " ".join(
            cell.casefold().replace("ё", "е").replace("_", " ").replace("-", " ").strip(" :*\ufeff").split()
        )
        if column := _COLUMN_OF.get(called):
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
