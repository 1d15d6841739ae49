"""Text of a submission where people read it: nothing in it may act on a terminal, or turn the line around it.

What an instructor reads on a terminal or in a table stands beside other words of that line. Some characters have no
picture of their own and act on their neighbours: escape sequences on a terminal, and the controls of the bidirectional
algorithm, by which a name could make the points behind it read backwards.
"""

from __future__ import annotations

import re

# The explicit formatting characters of the Unicode Bidirectional Algorithm (UAX #9, section 2): embeddings, overrides,
# isolates and what ends them. The marks (U+200E, U+200F, U+061C) are not among them: they turn nothing around but
# themselves, and names in Arabic and Hebrew are written with them.
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")


def written_out(text: str) -> str:
    """A text for a terminal, or for a reason: what is no visible character is written as its escape."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def without_turning(text: str) -> str:
    """A text for a page or a table: the controls that turn a line around are written as their escapes.

    They are not dropped: two names that differ by one of them stay two.
    """
    return _TURNING.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
