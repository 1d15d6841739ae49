"""What other people's work is compiled into Pyodide's core, with the texts of the licences.

The folder of this module's name has the table, which says how each was found, and the texts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from redpencil.document import KitError, read_toml
from redpencil.pages.lite.making import WITHOUT

FOLDER = Path(__file__).with_suffix("")
TABLE = FOLDER / "parts.toml"


@dataclass(frozen=True, slots=True)
class CompiledIn:
    """A part of the core that its package does not name."""

    name: str
    version: str
    """As the core says it; nothing where it cannot be asked."""
    what: str
    licence: str
    """As an SPDX expression."""
    text: str
    """The licence's, and where it was taken from."""


def compiled_in(core: str) -> tuple[CompiledIn, ...]:
    """The parts of Pyodide's core of the version ``core``.

    Raises KitError if they were looked for in another version.
    """
    table = read_toml(TABLE)
    if table["pyodide"] != core:
        raise KitError(
            f"{TABLE.name} says what is compiled into Pyodide {table['pyodide']}, but the notebooks have {core}.\n"
            "A newer one may hold other people's work that nobody looked for. Look for it, correct the table and the "
            f"texts beside it in {FOLDER.name}, and run the tests; or build without the notebooks: {WITHOUT}"
        )
    return tuple(_part(row) for row in table["part"])


def incorporated_into_cpython() -> str:
    """What CPython's makers say of other people's work in it."""
    return _text(read_toml(TABLE)["cpython"])


def _part(row: Mapping[str, str]) -> CompiledIn:
    return CompiledIn(row["name"], row["version"], row["what"], row["licence"], _text(row))


def _text(row: Mapping[str, str]) -> str:
    text = (FOLDER / row["text"]).read_text(encoding="utf-8").rstrip()
    return f"{text}\n\n{'-' * 80}\nThis text is from: {row['from']}.\n"
