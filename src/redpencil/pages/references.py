"""How the list of references is written: pybtex's plain style, but with titles as their authors wrote them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pybtex.plugin import register_plugin
from pybtex.style.formatting.unsrt import Style
from pybtex.style.template import field, sentence

if TYPE_CHECKING:
    from sphinx.application import Sphinx


class TitlesAsWritten(Style):  # type: ignore[misc]  # pybtex has no types
    """The stock style writes a title in lower case, the names of people and places in it too."""

    def format_title(self, e: Any, which_field: str, as_sentence: bool = True) -> Any:
        """The field as it stands."""
        title = field(which_field)
        return sentence[title] if as_sentence else title


def setup(app: Sphinx) -> None:
    """Make the style known as ``titles_as_written``, for ``bibtex_default_style``."""
    register_plugin("pybtex.style.formatting", "titles_as_written", TitlesAsWritten, force=True)
