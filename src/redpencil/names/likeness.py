"""How alike two spellings are: Jaro, Jaro-Winkler, and the best over the ways to write a name in the other alphabet.

A likeness is a number about letters. It says nothing about whether two people are one. Only the standard library is
used here; where rapidfuzz is installed, long lists of pairs are handed to it, and the values are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec

from redpencil.names.spelling import is_cyrillic, plain
from redpencil.names.transliteration import SCHEMES, WORD_LETTERS_AT_MOST, candidates, transliterate

PREFIX_WEIGHT = 0.1
PREFIX_AT_MOST = 4
# Winkler's own program raises only likenesses above this, and so does rapidfuzz.
RAISED_ABOVE = 0.7
BACK_AT_MOST = 8


def jaro(a: str, b: str) -> float:
    """Jaro's likeness of two strings, by code points: 1 if they are equal, 0 if they share no letter near its place.

    Letters count as shared if they stand no further apart than half the longer string, less one; half the shared
    letters that stand in another order (rounded down) count against them.

    Source: Jaro (1989), "Advances in Record-Linkage Methodology", JASA 84; Winkler (1990).
    """
    if a == b:
        return 1.0
    if not a or not b:
        return 0.0
    reach = max(max(len(a), len(b)) // 2 - 1, 0)
    # A bit for every place of a: which hold a letter, which are within reach, which are taken.
    places: dict[str, int] = {}
    bit = 1
    for letter in a:
        places[letter] = places.get(letter, 0) | bit
        bit <<= 1
    within = (1 << (reach + 1)) - 1
    taken = 0
    shared_b = []
    for n, letter in enumerate(b):
        free = places.get(letter, 0) & within & ~taken
        if free:
            taken |= free & -free
            shared_b.append(letter)
        within = within << 1 | 1 if n < reach else within << 1
    shared = len(shared_b)
    if not shared:
        return 0.0
    moved = 0
    for letter in shared_b:
        lowest = taken & -taken
        if not places[letter] & lowest:
            moved += 1
        taken ^= lowest
    return (shared / len(a) + shared / len(b) + (shared - moved // 2) / shared) / 3


def jaro_winkler(a: str, b: str) -> float:
    """Jaro's likeness, raised for an equal beginning: by 0.1 of what is missing to 1 for each of up to 4 letters.

    As in Winkler's program, likenesses of 0.7 or less are not raised. It is 1 only for equal strings, and the same both
    ways.

    Source: Winkler (1990), "String Comparator Metrics and Enhanced Decision Rules in the Fellegi-Sunter Model".
    """
    likeness = jaro(a, b)
    if RAISED_ABOVE < likeness < 1:
        prefix = 0
        for x, y in zip(a[:PREFIX_AT_MOST], b[:PREFIX_AT_MOST], strict=False):
            if x != y:
                break
            prefix += 1
        likeness += prefix * PREFIX_WEIGHT * (1 - likeness)
    return likeness


def jaro_winkler_of_pairs(pairs: Iterable[tuple[str, str]]) -> list[float]:
    """The Jaro-Winkler likeness of each pair, by rapidfuzz if it is installed, else by `jaro_winkler`."""
    measure = _fastest()
    return [measure(a, b) for a, b in pairs]


@lru_cache(maxsize=1)
def _fastest() -> Callable[[str, str], float]:
    # By name, because the kit does without it; see the package's `names` extra.
    if find_spec("rapidfuzz") is None:
        return jaro_winkler
    measure: Callable[[str, str], float] = import_module("rapidfuzz.distance.JaroWinkler").similarity
    return measure


def likeness(a: str, b: str) -> float:
    """The highest Jaro-Winkler likeness of two words over the ways to write each in the other's alphabet.

    A Cyrillic word is also taken as each scheme transliterates it, a Latin one also as the eight likeliest Cyrillic
    spellings that it can stand for. Case, stress marks, apostrophes and the like count for nothing. Дмитрий and Dmitry
    come to 1, and so do Dmitriy and Dmitry. Words of more than 100 letters are compared as they are written.
    """
    first, second = _forms(plain(a)), _forms(plain(b))
    return max(
        jaro_winkler_of_pairs((x, y) for ours, theirs in zip(first, second, strict=True) for x in ours for y in theirs),
        default=0.0,
    )


@lru_cache(maxsize=1 << 14)
def _forms(word: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The word in Latin letters and in Cyrillic ones, each in one or more spellings."""
    if len(word) > WORD_LETTERS_AT_MOST:
        return (word,), ()
    if is_cyrillic(word):
        return tuple(dict.fromkeys(plain(transliterate(word, scheme)) for scheme in SCHEMES)), (word,)
    if word.isascii() or any(c in "žčšŝëèûâ" for c in word):
        return (word,), tuple(candidates(word, BACK_AT_MOST))
    return (word,), ()
