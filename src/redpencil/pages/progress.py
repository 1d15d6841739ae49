"""How far a long piece of work is: one line on a terminal that is written over, and nothing in a pipe."""

from __future__ import annotations

import shutil
import sys

MEGABYTE = 1_000_000


class Progress:
    """One line on standard error."""

    def __init__(self) -> None:
        self._on = sys.stderr.isatty()

    def show(self, text: str) -> None:
        """Write ``text`` over what stood there, cut to the terminal's width."""
        if self._on:
            width = shutil.get_terminal_size().columns - 1
            print(f"\r\033[K{text[:width]}", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        """Leave the line empty for whatever is printed next."""
        if self._on:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


def megabytes(size: int) -> str:
    """A number of bytes as people read it: ``3.4 MB``."""
    return f"{size / MEGABYTE:.1f} MB"
