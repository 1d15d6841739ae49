"""What turns the kit's documents and exercises into pages of the book.

`redpencil.pages` is a Sphinx extension: list it under ``extensions``. Sphinx is imported only when it calls `setup`, so
that grading needs no Sphinx.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the theme, the directives, keeping for use offline and the guard against other hosts, as Sphinx asks."""
    from redpencil.pages import directives, offline, references, theme

    directives.setup(app)
    offline.setup(app)
    references.setup(app)
    theme.setup(app)
    return {"version": "1", "env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
