"""Words of a text with what stands before each, for detectors that look words up.

The work grows with the length of the text, and no input makes it more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_WORD = re.compile(r"[^\W_]+(?:[’'‐‑-][^\W_]+)*")
_ASCII_MARKS = str.maketrans({"’": "'", "‐": "-", "‑": "-"})

# What stands between a word and the word before it.
SPACE, COMMA, OTHER, SENTENCE_END = range(4)


@dataclass(slots=True)
class Token:
    """A word: its code points, its form in small letters, and what stands between it and the word before.

    A possessive ending is left outside. ``title`` says that nearly every word of its line begins with a capital, and so
    a capital says nothing; ``neutral`` says that it stands inside a fixed term that is plain.
    """

    start: int
    end: int
    norm: str
    gap: int
    capital: bool
    possessive: bool
    title: bool = False
    neutral: bool = False


def _gap(between: str, next_is_lower: bool) -> int:
    bare = between.strip(" \t\u00a0\r")
    if not bare:
        return SPACE
    if bare == "\n":
        # A line that was only wrapped goes on with a small letter.
        return SPACE if next_is_lower else SENTENCE_END
    if bare == ",":
        return COMMA
    return SENTENCE_END if any(mark in bare for mark in ".!?…\n;") else OTHER


def find_tokens(text: str) -> list[Token]:
    """The words of a text, in order."""
    tokens: list[Token] = []
    last = 0
    for match in _WORD.finditer(text):
        start, end = match.span()
        word = text[start:end].translate(_ASCII_MARKS)
        possessive = word.endswith(("'s", "'S")) and len(word) > 2
        if possessive:
            end -= 2
            word = word[:-2]
        # What is long is no mere space or comma, and is not copied.
        gap = SENTENCE_END if not tokens or start - last > 8 else _gap(text[last:start], text[start].islower())
        tokens.append(Token(start, end, word.lower(), gap, word[:1].isupper(), possessive))
        last = match.end()
    return tokens


def stands_at(tokens: list[Token], i: int, words: tuple[str, ...]) -> bool:
    """Whether these words stand from token ``i`` on, with nothing but spaces or commas between."""
    if i + len(words) > len(tokens):
        return False
    return all(tokens[i + n].norm == word and (n == 0 or tokens[i + n].gap <= COMMA) for n, word in enumerate(words))
