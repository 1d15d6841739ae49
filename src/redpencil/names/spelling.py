"""How a name is written: what is evened out before names are compared, what is reported, and the keys of a word.

Two spellings of one Russian name, in either alphabet and by any usual scheme, share a key. Only the standard library is
used here.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

APOSTROPHES = frozenset("'’‘ʼʹ′`´ʻ＇\"”“ʺ″")
_HYPHENS = frozenset("‐‑‒–—―−﹣－")
# Letters that Latin writing has for Cyrillic ones: with their marks they mean another sound than without.
_MARKED = str.maketrans({"ŝ": "šč", "û": "iu", "â": "ia", "è": "e", "ë": "e"})
_KEPT = frozenset("žčšŝûâèë")
_PLAIN_FOR = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th"})

# Cyrillic and Greek letters that look like a Latin one.
_LATIN_FOR = {
    **dict(zip("аеорсухіјѕһԁкАВЕКМНОРСТУХІЅЈёЁ", "aeopcyxijshdkABEKMHOPCTYXISJëË", strict=True)),
    **dict(zip("οανΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "oavABEZHIKMNOPTYX", strict=True)),
}
_CYRILLIC_FOR = {latin: letter for letter, latin in _LATIN_FOR.items() if "Ѐ" <= letter <= "ӿ"}
_CYRILLIC_FOR |= dict(zip("οΑΒΕΗΚΜΝΟΡΤΥΧ", "оАВЕНКМНОРТУХ", strict=True))


@dataclass(frozen=True, slots=True)
class LookAlike:
    """A letter of another alphabet than its word: which, where, and the letter of the word's alphabet it looks like.

    ``place`` is a code point of the text as it was given. ``looks_like`` is empty if there is no such letter.
    """

    place: int
    letter: str
    word: str
    looks_like: str

    def __str__(self) -> str:
        said = f"place {self.place + 1} of the name: {_called(self.letter)} in the word “{self.word}”"
        return f"{said}, where {_called(self.looks_like)} looks the same" if self.looks_like else said


def _called(letter: str) -> str:
    return unicodedata.name(letter, f"U+{ord(letter):04X}").capitalize()


_CYRILLIC_WORD = re.compile("[А-Яа-яЁё]+")


def script_of(letter: str) -> str:
    """``latin``, ``cyrillic``, ``greek``, another script's first word, or nothing for what is no letter."""
    if "a" <= letter <= "z" or "A" <= letter <= "Z":
        return "latin"
    if "Ѐ" <= letter <= "ԯ":
        return "cyrillic"
    if not letter.isalpha() or unicodedata.category(letter) == "Lm":
        return ""
    return unicodedata.name(letter, "unknown").partition(" ")[0].lower()


def is_cyrillic(word: str) -> bool:
    """Whether a word's letters, one or more, are all Cyrillic."""
    if word.isascii():
        return False
    if _CYRILLIC_WORD.fullmatch(word):
        return True
    return {script_of(c) for c in word if c.isalpha()} == {"cyrillic"}


def find_look_alikes(text: str) -> list[LookAlike]:
    """The letters that are of another alphabet than the rest of their word, in reading order.

    A word's alphabet is the one that has letters in it which look like no other's; if both have, or none has, the one
    with more letters; then the first letter's. A word wholly of look-alikes (Сора) cannot be told from its twin.
    """
    found = []
    for match in re.finditer(r"[^\W\d_]+", text):
        word = match[0]
        if word.isascii():
            continue
        scripts = [script_of(c) for c in word]
        present = [s for s in dict.fromkeys(scripts) if s]
        if len(present) < 2:
            continue
        telling = {s for c, s in zip(word, scripts, strict=True) if s and not _twins(c)}
        own = next(iter(telling)) if len(telling) == 1 else max(present, key=scripts.count)
        twins = {"latin": _LATIN_FOR, "cyrillic": _CYRILLIC_FOR}.get(own, {})
        found += [
            LookAlike(match.start() + n, c, word, twins.get(c, ""))
            for n, (c, s) in enumerate(zip(word, scripts, strict=True))
            if s and s != own
        ]
    return found


def _twins(letter: str) -> bool:
    return letter in _LATIN_FOR or letter in _CYRILLIC_FOR


# Words of one alphabet, in printable characters: nothing to look for.
_ORDINARY = re.compile("[ -~]*|[А-Яа-яЁё .,;()-]*")


def even_out(text: str) -> tuple[str, tuple[LookAlike, ...], tuple[str, ...]]:
    """A text as names are read from it, its look-alikes, and what could not be seen in it.

    Look-alikes are replaced by the letter that they look like, so that the word can be read; they are returned because
    such a letter has to be reported. Invisible characters (zero-width, direction, control) are dropped and returned by
    name. Full-width letters and ligatures become plain ones (NFKC, for letters only: a № or ½ stays). Stress marks on
    Cyrillic vowels go; ё and й keep theirs. Apostrophes, hyphens and spaces become one kind each.
    """
    if _ORDINARY.fullmatch(text):
        return " ".join(text.replace('"', "'").replace("`", "'").split()), (), ()
    look_alikes = tuple(find_look_alikes(text))
    letters = list(text)
    for one in look_alikes:
        letters[one.place] = one.looks_like or one.letter
    hidden = []
    kept = []
    for letter in letters:
        if letter.isspace():
            kept.append(" ")
        elif unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co", "Cn") or "\ufe00" <= letter <= "\ufe0f":
            hidden.append(unicodedata.name(letter, f"U+{ord(letter):04X}").lower())
        elif letter in APOSTROPHES:
            kept.append("'")
        elif letter in _HYPHENS:
            kept.append("-")
        elif unicodedata.category(letter)[0] in "L" or "！" <= letter <= "～":
            kept.append(unicodedata.normalize("NFKC", letter))
        else:
            kept.append(letter)
    plain = unicodedata.normalize("NFC", "".join(kept))
    return " ".join(_unstressed(plain).split()), look_alikes, tuple(dict.fromkeys(hidden))


def _unstressed(text: str) -> str:
    return _STRESS.sub("", text).replace("ѐ", "е").replace("ѝ", "и")


_STRESS = re.compile("(?<=[Ѐ-ӿ])[\u0300\u0301]+")


def plain(word: str) -> str:
    """A word in small letters, without apostrophes, quotation marks and marks that no scheme writes."""
    lower = word.casefold() if not word.isascii() else word.lower()
    if lower.isascii():
        return "".join(c for c in lower if c not in APOSTROPHES) if not lower.isalpha() else lower
    lower = _unstressed(unicodedata.normalize("NFC", lower)).translate(_PLAIN_FOR)
    if not is_cyrillic(lower):
        lower = "".join(c if c in _KEPT else _unmarked(c) for c in lower)
    return "".join(c for c in lower if c not in APOSTROPHES)


def _unmarked(letter: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", letter) if unicodedata.category(c) != "Mn")


_CYRILLIC_KEY = str.maketrans(
    {
        **dict(zip("абвгдзиклмнопрстуфхжчш", "abvgdziklmnoprstufhžčš", strict=True)),
        **{"е": "e", "ё": "e", "э": "e", "й": "i", "ы": "i", "ц": "ts", "щ": "šč", "ъ": "", "ь": "", "ю": "iu"},
        **{"я": "ia", "і": "i", "ї": "i", "є": "e", "ґ": "g", "ў": "u"},
    }
)
_ARTICLE = re.compile("^(?:al|el|ul|аль|эль)[- ](?=.)")
_SOFT_O = re.compile("[йы]о")
_DIGRAPHS = re.compile("shch|zh|kh|ch|sh|ck|yo|jo|[xwqcyj]")
_DIGRAPH_KEYS = {"shch": "šč", "zh": "ž", "kh": "h", "ch": "č", "sh": "š", "ck": "k", "yo": "e", "jo": "e"}
_DIGRAPH_KEYS |= {"x": "ks", "w": "v", "q": "k", "c": "k", "y": "i", "j": "i"}
_GOST_MARKS = re.compile("x|cz|shh|c(?!h)")
_GOST = re.compile("shh|cz|zh|ch|sh|yo|jo|[xwqcyj]")
_GOST_KEYS = {**_DIGRAPH_KEYS, "shh": "šč", "cz": "ts", "c": "ts", "x": "h"}
_ISO = re.compile("jo|[xwqcyj]")
_ISO_KEYS = {**_DIGRAPH_KEYS, "c": "ts"}
_ICAO_HARD = re.compile("ie(?=e|iu|ia)")
_JE = re.compile("i+e")
_RUN = re.compile("ii+")


@lru_cache(maxsize=1 << 17)
def keys_of(word: str) -> frozenset[str]:
    """The keys of a word: a Cyrillic one has one, a Latin one has one for each way to read it.

    A Latin word is read as the press, BGN/PCGN and passports write, and where its letters allow it also as GOST 7.79 B
    (x for х), ISO 9 (h for х, c for ц), a passport's ie for ъ, The Economist's j for дж, and io for ё. Two words share
    a key exactly if some reading of both is one name. Left out are differences that the schemes do not keep apart: е, ё
    and э; и, й and ы; ь and ъ; -ие- and -ье- and -е-. A word of another script is its own key, in small letters without
    marks. Hyphens and spaces count for nothing, nor does an Arabic article before one of them (al-Assad).
    """
    lower = _ARTICLE.sub("", plain(word))
    lower = lower.replace("-", "").replace(" ", "")
    if is_cyrillic(lower):
        return frozenset({_evened(_SOFT_O.sub("е", lower).translate(_CYRILLIC_KEY))})
    lower = lower.translate(_MARKED)
    read = [_DIGRAPHS.sub(lambda m: _DIGRAPH_KEYS[m[0]], lower)]
    if _GOST_MARKS.search(lower):
        read.append(_GOST.sub(lambda m: _GOST_KEYS[m[0]], lower))
    if "h" in lower or "c" in lower:
        read.append(_ISO.sub(lambda m: _ISO_KEYS[m[0]], lower))
    if _ICAO_HARD.search(lower):
        read.append(_ICAO_HARD.sub("", read[0]))
    if "io" in lower:
        read.append(read[0].replace("io", "e"))
    if "j" in lower:
        read.append(_DIGRAPHS.sub(lambda m: "dž" if m[0] == "j" else _DIGRAPH_KEYS[m[0]], lower.replace("jo", "j\0o")))
    return frozenset(_evened(key.replace("\0", "")) for key in read)


def _evened(key: str) -> str:
    return _RUN.sub("i", _JE.sub("e", key))


@lru_cache(maxsize=1 << 17)
def surname_keys(word: str) -> frozenset[str]:
    """The keys of a surname in its masculine form: Ivanova and Ivanov share them, and so do Tolstaya and Tolstoy.

    Иванова is also what Иванов becomes in “of Ivanov”, so that a list may mean a man by it.
    """
    return frozenset(lemma for key in keys_of(word) for lemma in _masculine(key))


def _masculine(key: str) -> tuple[str, ...]:
    if len(key) > 4:
        if key.endswith(("ova", "eva", "ina")):
            return (key[:-1],)
        if key.endswith("skaia"):
            return (key[:-3] + "i",)
        if key.endswith("aia"):
            return key[:-3] + "i", key[:-3] + "oi"
    return (key,)


@lru_cache(maxsize=1 << 16)
def patronymic_keys(word: str) -> frozenset[str]:
    """The keys of a patronymic in its masculine form: Ivanovna and Ivanovich share them, Ilinichna and Ilyich too."""
    return frozenset(_fathers(key) for key in keys_of(word))


def _fathers(key: str) -> str:
    for ending, masculine in (("ovna", "ovič"), ("evna", "evič"), ("inična", "ič"), ("ična", "ič")):
        if key.endswith(ending):
            return key[: -len(ending)] + masculine
    return key


SLIP_LETTERS_AT_LEAST = 5


@lru_cache(maxsize=1 << 17)
def blocks_of(key: str) -> tuple[str, ...]:
    """The key, and what is left when one of its letters goes: two keys that are a slip apart share one of these.

    Source: the deletion neighbourhood of Mor and Fraenkel (1982), "A hash code method for detecting and correcting
    spelling errors".
    """
    if len(key) < SLIP_LETTERS_AT_LEAST:
        return (key,)
    return tuple(dict.fromkeys([key, *(key[:n] + key[n + 1 :] for n in range(len(key)))]))


@lru_cache(maxsize=1 << 17)
def is_slip(a: str, b: str) -> bool:
    """Whether two keys of five letters or more are one slip apart: a letter more, less, other, or two swapped."""
    if a == b or abs(len(a) - len(b)) > 1 or min(len(a), len(b)) < SLIP_LETTERS_AT_LEAST:
        return False
    n = 0
    shorter = min(len(a), len(b))
    while n < shorter and a[n] == b[n]:
        n += 1
    if len(a) == len(b):
        return a[n + 1 :] == b[n + 1 :] or (a[n : n + 2] == b[n : n + 2][::-1] and a[n + 2 :] == b[n + 2 :])
    return a[n + 1 :] == b[n:] if len(a) > len(b) else a[n:] == b[n + 1 :]
