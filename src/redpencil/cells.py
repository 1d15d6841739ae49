"""Cells of a table: text that no spreadsheet takes for a formula.

Only the standard library is used here.
"""

from __future__ import annotations

import re
import unicodedata

# What begins a formula; a spreadsheet with an East Asian input method takes the full-width forms for the same.
_BEGINS_A_FORMULA = frozenset("=+-@＝＋－＠")
# A spreadsheet that splits at semicolons or tabs, as it does in half of Europe, begins a cell in the middle of ours.
_BEGINS_ANOTHER = re.compile(r"""([;\t][\s"']*)(?=[=+\-@＝＋－＠])""")
# They turn the order of what stands beside them, across the borders of a cell.
_TURNS_THE_ORDER = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_ENDS_A_LINE = ("Cc", "Zl", "Zp")
_INVISIBLE = ("Cc", "Cf", "Zl", "Zp", "Zs")


def neutral_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula, on one line, without control or direction characters.

    A cell whose first visible character begins a formula, or that begins with a tab or a line end, gets an apostrophe
    before it; so does what begins a formula behind a semicolon or a tab in it. Half of a surrogate pair, which no file
    can hold, is shown as U+FFFD.
    Source: OWASP, "CSV Injection": a cell may not begin with = + - @ (nor their full-width forms), a tab or a line end.
    """
    first_visible = next((c for c in text if unicodedata.category(c) not in _INVISIBLE), "")
    if first_visible in _BEGINS_A_FORMULA or text.startswith(("\t", "\r", "\n")):
        text = "'" + text
    text = _BEGINS_ANOTHER.sub(r"\1'", text)
    return "".join(_shown(c) for c in text if c not in _TURNS_THE_ORDER)


def _shown(character: str) -> str:
    category = unicodedata.category(character)
    return " " if category in _ENDS_A_LINE else "\ufffd" if category == "Cs" else character
