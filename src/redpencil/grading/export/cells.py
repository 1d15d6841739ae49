"""Cells of a table: numbers as numbers, ours and those of other systems."""

from __future__ import annotations

from collections.abc import Iterable


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
