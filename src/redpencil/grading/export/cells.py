"""Cells of a table: numbers as numbers, and text that no spreadsheet takes for a formula."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

# What begins a formula; a spreadsheet with an East Asian input method takes the full-width forms for the same.
_BEGINS_A_FORMULA = frozenset("=+-@＝＋－＠\t\r\n")
# A spreadsheet that splits at semicolons or tabs, as it does in half of Europe, begins a cell in the middle of ours.
_BEGINS_ANOTHER = re.compile(r"""([;\t][\s"']*)(?=[=+\-@＝＋－＠])""")
# They turn the order of what stands beside them, across the borders of a cell.
_TURNS_THE_ORDER = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def neutral(text: str) -> str:
    """A cell that no spreadsheet takes for a formula, on one line, without control characters.

    A cell whose first visible character is ``=``, ``+``, ``-`` or ``@`` (or one of their full-width forms), or that
    begins with a tab or a line end, gets an apostrophe before it; so does what follows a semicolon or a tab in it. This
    is for text from elsewhere; the kit's own numbers are written by `number` and need none.
    Source: OWASP, "CSV Injection": a cell may not begin with = + - @, a tab or a line end.
    """
    if text[:1] in _BEGINS_A_FORMULA or _first_visible(text) in _BEGINS_A_FORMULA:
        text = "'" + text
    text = _BEGINS_ANOTHER.sub(r"\1'", text)
    shown = (" " if unicodedata.category(c) == "Cc" else c for c in text if c not in _TURNS_THE_ORDER)
    return "".join("\ufffd" if unicodedata.category(c) == "Cs" else c for c in shown)


def _first_visible(text: str) -> str:
    """The first character that is neither a space of any kind nor invisible; an empty text if there is none."""
    return next((c for c in text if unicodedata.category(c) not in ("Zs", "Zl", "Zp", "Cc", "Cf")), " ")


def number(points: float | None, decimal_mark: str = ".") -> str:
    """Points with two decimals, halves up, never with a separator of thousands; nothing where there is no number."""
    if points is None:
        return ""
    # 0.725 is a little less in binary; nothing below zero is written as "-0.00".
    return f"{round(points + (1e-9 if points >= 0 else -1e-9), 2) + 0.0:.2f}".replace(".", decimal_mark)


def as_number(cell: str) -> float | None:
    """The number that a cell of another system's sheet holds, with either decimal mark; None if it holds none.

    The last ``,`` or ``.`` is the decimal mark, as Canvas reads it (lib/gradebook_importer.rb).
    """
    text = "".join(cell.split()).removesuffix("%")
    whole, mark, decimals = text.replace(",", ".").rpartition(".")
    digits = (whole.replace(".", "") if mark else "") + mark + decimals
    try:
        return float(digits) if digits and all(c in "-.0123456789" for c in digits) else None
    except ValueError:
        return None


def decimal_mark_of(cells: Iterable[str]) -> str:
    """The decimal mark of the numbers among these cells: ``","`` if some have it and none has a point."""
    has_comma = False
    for cell in cells:
        if "." in cell and as_number(cell) is not None:
            return "."
        has_comma = has_comma or ("," in cell and as_number(cell) is not None)
    return "," if has_comma else "."
