"""A table in a text file: its encoding, its separator, and its rows with the lines that they stand on.

Only the standard library is used here.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from redpencil.document import KitError

FILE_BYTES_AT_MOST = 100_000_000
HEADER_CHARACTERS_AT_MOST = 1_000_000
SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
# The longest marks first: that of UTF-32 begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
# The code pages that a table without a mark may be in, if it is not UTF-8.
CODE_PAGES = {"cp1251": "Windows-1251", "cp1252": "Windows-1252"}
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
_HALF_OF_A_LETTER = re.compile(rb"[\x01-\x06]")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


def read_table(path: Path, what: str, such_as: str, code_page: str) -> tuple[str, str]:
    """The text of a table, and what its encoding is called.

    The encoding is told by its byte order mark; without one, UTF-16 if there are zero bytes, else UTF-8 if the bytes
    are that, else ``code_page``, which is a guess, and is called one. ``what`` and ``such_as`` say in an error what was
    expected, and what it may be called.

    Raises KitError if the file is missing, too large or no text.
    """
    return _decoded(path, _bytes(path, what, such_as), code_page)


def guessed(code_page: str) -> str:
    """What the encoding is called that was only guessed."""
    return f"{CODE_PAGES[code_page]} (a guess: the bytes are not UTF-8)"


def separators_of(path: Path, text: str, such_as: str) -> tuple[str, list[str]]:
    """The text from its header on, and the separators that it may have. ``such_as`` is a column, for the error.

    A spreadsheet's own line “sep=;” settles the separator. It stays, empty, so that the lines keep their numbers.
    Raises KitError if the first line is too long to name columns.
    """
    # What comes behind the columns may be large, and is looked at once.
    head = text[:HEADER_CHARACTERS_AT_MOST]
    first, _, rest = head.lstrip("\r\n").partition("\n")
    first = first.partition("\r")[0]
    found = ""
    if len(text) > len(head) and not rest and len(first) == len(head):
        found = f"the first line has more than {len(head):,} characters; expected the columns"
    elif all(len(max(first.split(separator), key=len)) > csv.field_size_limit() for separator in SEPARATORS):
        found = (
            f"a cell of the first line has more than {csv.field_size_limit():,} characters; expected the names of the "
            "columns"
        )
    if found:
        raise KitError(
            f"{path}: {found}, such as: {such_as}\n"
            "It may not be a table. Write one person in each row, below a line that names the columns."
        )
    if first.lower().startswith("sep=") and first.strip()[4:5] in SEPARATORS:
        return "\n" + text.lstrip("\r\n").partition("\n")[2], [first.strip()[4:5]]
    return text, list(SEPARATORS)


def first_row(text: str, separator: str) -> list[str]:
    """The cells of the first row that is not empty, under this separator; none if it cannot be read so."""
    reader = csv.reader(_lines(text), delimiter=separator)
    try:
        return next((cells for cells in reader if any(cell.strip() for cell in cells)), [])
    except csv.Error:
        return []


def rows_of(path: Path, text: str, separator: str, *, strict: bool = False) -> Iterator[tuple[int, int, list[str]]]:
    """Each row below the header that is not empty: the lines that it begins and ends on, and its cells.

    Raises KitError if the rest cannot be read as a table; if ``strict``, also if a quotation mark stays open or stands
    where none belongs.
    """
    reader = csv.reader(_lines(text), delimiter=separator, strict=strict)
    begins = 1
    seen_header = False
    try:
        for cells in reader:
            line, begins = begins, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if seen_header:
                yield line, reader.line_num, cells
            seen_header = True
    except csv.Error as error:
        raise KitError(
            f"{path}, line {reader.line_num}: {error}.\n"
            "A quotation mark may be open from there on. Close it, or save the table as CSV again."
        ) from None


def called(cell: str) -> str:
    """A column's name as it is compared: small letters; hyphens, underscores and spaces are one."""
    return " ".join(cell.casefold().replace("ё", "е").replace("_", " ").replace("-", " ").strip(" :*\ufeff").split())


def columns_called(names: Mapping[str, str]) -> dict[str, str]:
    """From what a column can be called to the column; ``names`` has for each column its names, with semicolons."""
    return {name.strip(): column for column, line in names.items() for name in line.split(";")}


def _lines(text: str) -> Iterator[str]:
    """The lines with their ends, one at a time: a stream would hold the text once more, four bytes a character."""
    return (found[0] for found in _LINE.finditer(text))


def _bytes(path: Path, what: str, such_as: str) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(FILE_BYTES_AT_MOST + 1)
    except FileNotFoundError:
        raise KitError(f"{path} is missing. Check the name of the file or the folder.") from None
    except IsADirectoryError:
        raise KitError(f"{path} is a folder; expected {what}. Name the file, such as {such_as}.") from None
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) else error
        raise KitError(f"{path} cannot be read: {said}. It has to be a CSV file.") from None
    if len(data) > FILE_BYTES_AT_MOST:
        raise KitError(
            f"{path} has more than {FILE_BYTES_AT_MOST:,} bytes, which is the limit. Split it into several files."
        )
    return data


def _decoded(path: Path, data: bytes, code_page: str) -> tuple[str, str]:
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise KitError(
            f"{path} is an Office file, packed; expected a CSV file.\n"
            "Open it in the spreadsheet program and save it as “CSV UTF-8”."
        )
    try:
        for mark, codec, encoding in _MARKS:
            if data.startswith(mark):
                return _checked(path, data.decode(codec)), encoding
        if _may_be_utf16(data):
            little = data[1::2].count(0) >= data[0::2].count(0)
            return _checked(path, data.decode("utf-16-le" if little else "utf-16-be")), "UTF-16 (no mark, zero bytes)"
        try:
            return _checked(path, data.decode("utf-8")), "UTF-8"
        except UnicodeDecodeError:
            return _checked(path, data.decode(code_page)), guessed(code_page)
    except UnicodeDecodeError as error:
        raise KitError(
            f"{path} is no text in UTF-8, UTF-16 or {CODE_PAGES[code_page]}: byte {error.start:,} fits none of them.\n"
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
            "expected a CSV file.\nIt may be a picture or a program. Save the table as “CSV UTF-8”."
        )
    return text
