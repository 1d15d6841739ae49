"""Russian names from Cyrillic to Latin letters by six schemes, and back to what a Latin spelling can stand for.

The schemes are ISO 9:1995 (which GOST 7.79 calls system A), GOST 7.79 system B, BGN/PCGN 1947, ICAO Doc 9303 (the
machine-readable passport) and two habits of the press. Only the standard library is used here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from heapq import nsmallest

SCHEMES = {
    "iso9": "ISO 9:1995, GOST 7.79 A",
    "gost-b": "GOST 7.79 B",
    "bgn": "BGN/PCGN 1947",
    "icao": "ICAO Doc 9303",
    "press": "the press: BGN/PCGN with -iy and -yy as -y, ë as yo, no apostrophes",
    "economist": "The Economist: as the press, with -i after vowels and dzh as j",
}
# Longer words are no names; the time that `candidates` takes grows with the length.
WORD_LETTERS_AT_MOST = 100
CANDIDATES = 32

_SAME = dict(zip("абвгдзиклмнопрстуф", "abvgdziklmnoprstuf", strict=True))
_DIGRAPHS = {"ж": "zh", "ч": "ch", "ш": "sh"}
_BGN = {
    **_SAME,
    **_DIGRAPHS,
    **{"е": "e", "ё": "ë", "й": "y", "х": "kh", "ц": "ts", "щ": "shch", "ъ": "”", "ы": "y", "ь": "’", "э": "e"},
    **{"ю": "yu", "я": "ya"},
}
_PRESS = {**_BGN, "ё": "yo", "ъ": "", "ь": ""}
TABLES = {
    "iso9": {
        **_SAME,
        **{
            "е": "e",
            "ё": "ë",
            "ж": "ž",
            "й": "j",
            "х": "h",
            "ц": "c",
            "ч": "č",
            "ш": "š",
            "щ": "ŝ",
            "ъ": "ʺ",
            "ы": "y",
        },
        **{"ь": "ʹ", "э": "è", "ю": "û", "я": "â"},
    },
    "gost-b": {
        **_SAME,
        **_DIGRAPHS,
        **{"е": "e", "ё": "yo", "й": "j", "х": "x", "ц": "cz", "щ": "shh", "ъ": "``", "ы": "y`", "ь": "`", "э": "e`"},
        **{"ю": "yu", "я": "ya"},
    },
    "bgn": _BGN,
    "icao": {
        **_SAME,
        **_DIGRAPHS,
        **{"е": "e", "ё": "e", "й": "i", "х": "kh", "ц": "ts", "щ": "shch", "ъ": "ie", "ы": "y", "ь": "", "э": "e"},
        **{"ю": "iu", "я": "ia"},
    },
    "press": _PRESS,
    "economist": _PRESS,
}
CYRILLIC_VOWELS = frozenset("аеёиоуыэюя")
# After these, and first in a word, BGN/PCGN writes ye for е.
_BEFORE_YE = CYRILLIC_VOWELS | set("йъь")
_CYRILLIC_WORD = re.compile(r"[а-яё]+", re.IGNORECASE)
_WITH_YE = ("bgn", "press", "economist")


def transliterate(text: str, scheme: str = "press") -> str:
    """Cyrillic text in Latin letters, by one of ``SCHEMES``; what is no Russian letter stays as it is.

    Capitals stay capitals: Щ becomes ``Shch`` in a word with small letters or alone, ``SHCH`` in a word of capitals.
    ICAO Doc 9303 itself knows capitals only. The press's own exceptions (Gorbachev, Tolstoy) are not in the rules.
    Raises ValueError for a scheme that is not there.

    Sources: the tables of ISO 9:1995, GOST 7.79-2000, BGN/PCGN 1947 and ICAO Doc 9303 part 3; The Economist's style
    guide, "Russian words and names".
    """
    if scheme not in TABLES:
        raise ValueError(f"there is no scheme {scheme!r}; there are: {', '.join(SCHEMES)}")
    text = unicodedata.normalize("NFC", text)
    return unicodedata.normalize("NFC", _CYRILLIC_WORD.sub(lambda match: _word(match[0], scheme), text))


def _word(word: str, scheme: str) -> str:
    table = TABLES[scheme]
    lower = word.lower()
    all_capitals = len(word) > 1 and word == word.upper()
    written: list[str] = []
    for n, letter in enumerate(lower):
        before, after = lower[n - 1 : n], lower[n + 1 : n + 2]
        out = table[letter]
        if scheme in _WITH_YE and letter in "её" and (not before or before in _BEFORE_YE):
            out = {"e": "ye", "ë": "yë"}.get(out, out)
        elif scheme == "gost-b" and letter == "ц" and after and after in "иеёыэюяй":
            out = "c"
        elif scheme in ("press", "economist"):
            if letter == "й" and not after and before:
                # -ий and -ый are one y; it was written for the letter before.
                out = "" if before in "иы" else "i" if scheme == "economist" and before in CYRILLIC_VOWELS else "y"
            elif letter in "иы" and lower[n + 1 :] == "й":
                out = "y"
            elif scheme == "economist" and letter == "д" and after == "ж":
                out = "j"
            elif scheme == "economist" and letter == "ж" and before == "д":
                out = ""
        if word[n] != letter:
            out = out.upper() if all_capitals else out[:1].upper() + out[1:]
        written.append(out)
    return "".join(written)


def candidates(latin: str, limit: int = CANDIDATES) -> list[str]:
    """Cyrillic spellings that one Latin word can stand for, the likeliest first, at most ``limit``.

    A word is cut into pieces that some scheme writes for a letter; each piece has a cost (0 for what is usual, more for
    what is rarer, a little for every piece), and the spellings with the lowest sums are given. The costs are a
    judgement, no statistics: a low place says that a spelling is unusual, never that it is wrong. A sign that the press
    and passports leave out (ь, ъ) is put back where it can have stood. The case follows the Latin word's.

    The list holds what was written whenever ``limit`` is large enough; with the usual one it does so for ordinary
    surnames. Raises ValueError for a word of more than 100 letters or a limit below 1.
    """
    if limit < 1:
        raise ValueError(f"limit has to be 1 or more, got {limit}")
    if len(latin) > WORD_LETTERS_AT_MOST:
        raise ValueError(f"a word has at most {WORD_LETTERS_AT_MOST} letters here, got {len(latin):,}")
    word = unicodedata.normalize("NFC", latin.lower())
    if not word:
        return []
    best: list[dict[str, float]] = [{} for _ in range(len(word) + 1)]
    best[0][""] = 0.0
    for at in range(len(word)):
        so_far = nsmallest(limit, best[at].items(), key=lambda item: (item[1], item[0]))
        best[at] = {}
        for length, cyrillic, cost in _readings(word, at):
            there = best[at + length]
            for spelling, sum_of_costs in so_far:
                longer, costs = spelling + cyrillic, sum_of_costs + cost + PIECE
                if costs < there.get(longer, costs + 1):
                    there[longer] = costs
    found = nsmallest(limit, best[-1].items(), key=lambda item: (item[1], item[0]))
    return [_cased(spelling, latin) for spelling, _ in found]


# What a piece of a Latin word can stand for, and how unusual that is. Where it stands decides the rest, below.
PIECE = 0.3
_PIECES: dict[str, dict[str, float]] = {
    **{latin: {cyrillic: 0.0} for cyrillic, latin in _SAME.items() if latin != "i"},
    "w": {"в": 0.5},
    "q": {"к": 2.0},
    "x": {"кс": 0.7, "х": 1.0},
    "h": {"х": 0.5, "г": 2.5},
    "c": {"ц": 0.5, "к": 2.0},
    "j": {"й": 0.2, "дж": 2.5},
    "ž": {"ж": 0.0},
    "č": {"ч": 0.0},
    "š": {"ш": 0.0},
    "ŝ": {"щ": 0.0},
    "ë": {"ё": 0.0},
    "è": {"э": 0.0},
    "û": {"ю": 0.0},
    "â": {"я": 0.0},
    "zh": {"ж": 0.0},
    "kh": {"х": 0.0},
    "ts": {"ц": 0.0},
    "cz": {"ц": 0.0},
    "ch": {"ч": 0.0},
    "tch": {"ч": 1.0},
    "sh": {"ш": 0.0},
    "shh": {"щ": 0.0},
    "shch": {"щ": 0.0},
    "yë": {"ё": 0.0},
    "yo": {"ё": 0.0},
    "yu": {"ю": 0.0},
    "ya": {"я": 0.0},
    "jo": {"ё": 1.0},
    "ju": {"ю": 0.5},
    "ja": {"я": 0.5},
    "je": {"е": 0.8},
    "e`": {"э": 0.0},
    "y`": {"ы": 0.0},
    "``": {"ъ": 0.0},
    **{mark: {"ь": 0.0, "ъ": 2.0} for mark in "ʹ’'`ʼ′"},
    **{mark: {"ъ": 0.0} for mark in 'ʺ”"″'},
}
_LONGEST = max(map(len, _PIECES))
_LATIN_VOWELS = frozenset("aeiouyëèûâ")
_HARD_OR_SOFT = frozenset("бвгджзклмнпрстфхцчшщ")


def _readings(word: str, at: int) -> Iterator[tuple[int, str, float]]:
    """(letters used, Cyrillic, cost) for each piece that can begin at a place of a Latin word in small letters."""
    first = at == 0 or not word[at - 1].isalpha()
    after_vowel = not first and word[at - 1] in _LATIN_VOWELS
    known = False
    for length in range(1, min(_LONGEST, len(word) - at) + 1):
        piece = word[at : at + length]
        last = at + length == len(word) or not (word[at + length].isalpha() or word[at + length] in "ʹ’'`ʼ′ʺ”\"″")
        for cyrillic, cost in _placed(piece, first, after_vowel, last):
            known = True
            yield length, cyrillic, cost
            if cyrillic[-1] in _HARD_OR_SOFT:
                following = word[at + length : at + length + 2]
                yield length, cyrillic + "ь", cost + _soft_sign(cyrillic[-1], following, first)
                if following == "ye":
                    # After a consonant, ye is written for -ье- and hardly for -е-.
                    yield length + 2, cyrillic + "ье", cost
                if following[:1] and following[0] in "yije":
                    yield length, cyrillic + "ъ", cost + 4.0
    if not known:
        yield 1, word[at], 0.0 if not word[at].isalpha() or "а" <= word[at] <= "ё" else 5.0


def _soft_sign(consonant: str, following: str, first: bool) -> float:
    """How unusual it is that a ь was left out between a consonant and the Latin letters that follow."""
    if consonant in "гкхц":
        return 6.0
    if following[:1] in _LATIN_VOWELS and following:
        heard = len(following) == 2 and following[0] in "yij" and following[1] in "aeouë"
        if heard:
            # Ульянов and Васильев have it, Лядов and Рюмин have not.
            return 2.0 if first else -0.1 if consonant == "л" else 0.5
        return 2.0 if following[0] == "e" else 6.0
    return 0.8 if consonant == "л" else 1.5 if consonant in "рнтзс" else 3.0


def _placed(piece: str, first: bool, after_vowel: bool, last: bool) -> Iterator[tuple[str, float]]:
    """What a piece can stand for in its place: first in the word, after a vowel, last."""
    yield from _PIECES.get(piece, {}).items()
    if piece == "e":
        yield from (("е", 0.0), ("ё", 1.5), ("э", 0.8 if first else 1.5 if after_vowel else 2.5))
    elif piece == "y":
        if after_vowel:
            yield from (("й", 0.0), ("ы", 2.0))
        else:
            yield from (("ы", 3.0 if first else 1.5 if last else 0.3), ("й", 0.5 if first else 2.0))
        if last:
            # The press's one letter for two; after a vowel or alone, no Russian name ends so.
            yield from (("ий", 4.0 if first or after_vowel else 0.0), ("ый", 4.5 if first or after_vowel else 0.5))
    elif piece == "ye":
        yield "е", 0.0 if first or after_vowel else 1.0
    elif piece == "i":
        # An й that is no vowel's neighbour stands in no Russian word, but ICAO Doc 9303 would write it so.
        yield from (("и", 0.7 if last and after_vowel else 0.0), ("й", (0.0 if last else 0.1) if after_vowel else 3.0))
        if last and not first:
            yield from (("ий", 1.0), ("ый", 2.5))
    elif piece == "ia":
        yield from (("я", 0.2 if first or after_vowel else 1.0), ("ия", 0.0 if last else 1.5))
    elif piece == "iu":
        yield "ю", 0.2 if first or after_vowel else 0.7
    elif piece == "ie":
        # Written for ъ in passports, for ье by many.
        yield from (("ъ", 3.0), ("ье", 1.2))


def _cased(spelling: str, latin: str) -> str:
    """The spelling with the Latin word's capitals: all, the first of each part between hyphens, or none."""
    letters = [c for c in latin if c.isalpha()]
    if len(letters) > 1 and all(c.isupper() for c in letters):
        return spelling.upper()
    parts, pattern = spelling.split("-"), latin.split("-")
    if len(parts) != len(pattern):
        return spelling
    return "-".join(
        part[:1].upper() + part[1:] if shown[:1].isupper() else part for part, shown in zip(parts, pattern, strict=True)
    )
