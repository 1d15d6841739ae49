"""The parts of a name: given name, patronymic, surname, initials, rank, in whatever order they stand.

Unknown stays unknown: a word whose role the rules cannot tell is kept as it is, without one. Names without a
patronymic from elsewhere (Ali Hassan) are such. Only the standard library is used here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from redpencil.document import KitError
from redpencil.names.given_names import GIVEN_KEYS
from redpencil.names.ranks import rank_of, take_rank
from redpencil.names.spelling import LookAlike, even_out, keys_of

NAME_LETTERS_AT_MOST = 200
SHOWN_AT_MOST = 60


@dataclass(frozen=True, slots=True)
class Name:
    """One name, and which word of it is what; None where that is unknown.

    ``given`` and ``patronymic`` end with a full stop if only an initial is there (``I.``). ``unplaced`` are the words
    whose role is unknown, in order. ``left_out`` is what is no part of a name (numbers, remarks after a second comma).
    ``look_alikes`` and ``hidden`` are letters of another alphabet and invisible characters: a reason to look closer.
    """

    written: str
    given: str | None = None
    patronymic: str | None = None
    surname: str | None = None
    rank: str | None = None
    unplaced: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    look_alikes: tuple[LookAlike, ...] = ()
    hidden: tuple[str, ...] = ()

    def parts(self) -> dict[str, str]:
        """The parts that are known, by what they are called."""
        named = {"rank": self.rank, "given": self.given, "patronymic": self.patronymic, "surname": self.surname}
        return {part: word for part, word in named.items() if word is not None}


def is_initial(word: str | None) -> bool:
    """Whether a part is there as an initial only."""
    return word is not None and word.endswith(".")


def parse_name(text: str) -> Name:
    """The parts of a name that a person wrote: ``Ivanov Ivan Ivanovich``, ``Col. I. I. Ivanov``, ``Ivanov, I.I.``.

    A patronymic is known by its ending, and the word before it is then the given name; with initials, the one full word
    is the surname; a word before a comma is a surname, and so are several (Barclay de Tolly, M. B.) if what follows can
    only be a given name and patronymic; two words are told apart by common given names and by endings
    that few but surnames have (-ov, -ev, -sky, -enko …). An -ovich that can be a surname as well (Roman Abramovich) has
    no role unless another word settles it.

    Raises KitError if there is no letter in it, or more than 200 characters.
    """
    if len(text) > NAME_LETTERS_AT_MOST:
        raise KitError(
            f"the name {quoted(text)} has {len(text):,} characters; a name has at most {NAME_LETTERS_AT_MOST}.\n"
            "It may be a whole line or paragraph. Give the name alone."
        )
    plain, look_alikes, hidden = even_out(text)
    if not any(c.isalpha() for c in plain):
        raise KitError(
            f"the name {quoted(text)} has no letter in it; expected a name such as: Ivan Petrov.\n"
            "The cell may be empty, or the column another one. Give a name."
        )
    segments, left_out = _segments(plain)
    rank = None
    kept: list[list[str]] = []
    for words in segments:
        found, rest = take_rank(words)
        if found and rank is None:
            rank, words = found, rest
        if words := [w for w in words if any(c.isalpha() for c in w)]:
            kept.append(words)
    parts = _Parts()
    if len(kept) > 1 and _is_surname_before_comma(_chunks(kept[0]), _chunks(kept[1])):
        parts.surname = " ".join(_chunks(kept[0]))
        _place_after_comma(_chunks(kept[1]), parts)
        later = kept[2:]
    else:
        if kept:
            _place(_chunks(kept[0]), parts)
        later = kept[1:]
    return Name(
        text,
        parts.given,
        parts.patronymic,
        parts.surname,
        rank,
        tuple(parts.unplaced),
        (*left_out, *(" ".join(words) for words in later)),
        look_alikes,
        hidden,
    )


def name_from_columns(
    given: str = "", patronymic: str = "", surname: str = "", rank: str = "", written: str = ""
) -> Name:
    """A name whose parts stand in columns of their own; an empty one is unknown.

    A given-name column may hold the patronymic as well (Ivan Ivanovich, I. I.). A rank that the list of ranks does not
    have is left out, and said in ``left_out``. Raises KitError as `parse_name` does.
    """
    text = written or " ".join(part.strip() for part in (rank, given, patronymic, surname) if part.strip())
    checked = parse_name(text)
    parts = _Parts()
    parts.surname = even_out(surname)[0] or None
    left_out: list[str] = []
    for column in (given, patronymic):
        segments, numbers = _segments(even_out(column)[0])
        left_out += numbers
        for words in segments:
            _place_after_comma(_chunks([word for word in words if any(c.isalpha() for c in word)]), parts)
    if patronymic and parts.patronymic is None and len(parts.unplaced) == 1 and parts.given != parts.unplaced[0]:
        # The column says what it is, whatever its ending.
        parts.patronymic = parts.unplaced.pop()
    found = rank_of(even_out(rank)[0])
    if rank.strip() and found is None:
        left_out.append(even_out(rank)[0])
    return Name(
        text,
        parts.given,
        parts.patronymic,
        parts.surname,
        found,
        tuple(parts.unplaced),
        tuple(left_out),
        checked.look_alikes,
        checked.hidden,
    )


def quoted(text: str) -> str:
    """The beginning of a text, as a message may show it."""
    shown = text if len(text) <= SHOWN_AT_MOST else text[: SHOWN_AT_MOST - 1] + "…"
    return "“" + "".join(c if c.isprintable() else " " for c in shown) + "”"


class _Parts:
    def __init__(self) -> None:
        self.given: str | None = None
        self.patronymic: str | None = None
        self.surname: str | None = None
        self.unplaced: list[str] = []


@dataclass(frozen=True, slots=True)
class _Word:
    """A word, or a surname of several words, and what its spelling says of its role."""

    is_initial: bool
    is_given: bool
    # -ov, -sky and the like: few but surnames end so.
    is_surname: bool
    is_patronymic: bool
    # -ovna and the like is never a surname; -ovich may be one.
    is_surely_patronymic: bool


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_TOKEN = re.compile(r"[^\s,;()]+|[,;()]")
_GLUED = re.compile(r"(?<=[^\W\d_]\.)(?=[^\W\d_])")
# Words without a full stop, comma or number in them: most names.
_PLAIN_WORDS = re.compile(r"[^\W\d_]+(?:[ '-][^\W\d_]+)*")
# Letters that one Cyrillic initial can be in Latin.
_INITIALS = _set("yu ya ye yo iu ia ju ja zh kh ts ch sh shch dzh cz th ph dž")
# Before a surname, and part of it; after a word, and making it a patronymic.
_SURNAME_PARTICLES = _set("de da di du della la le von van der den ter zu af фон де ван дер ла ле")
_OTHER_PARTICLES = _set("al el ul ad abu abd ibn bin bint ben аль эль абу ибн бин бен")
_SONS = _set("ogly oglu ogli oghlu uulu оглы оглу угли улы уулу kyzy kizi qizi gizi кызы кизи гызы")
_SURNAME_ENDINGS = (
    *("ov", "ev", "ova", "eva", "ski", "skaia", "tski", "skoi", "ckaia", "enko", "čuk", "iuk", "dze", "švili", "ago"),
    *("ovih", "evih", "skih"),
)
# Surnames that are shorter than this with one of the endings are left alone: Lev, Eva.
_ENDED_AT_LEAST = 5
_SHORT_PATRONYMICS = _set("ilič kuzmič lukič fomič nikitič savvič ionič kuzminič")


@lru_cache(maxsize=1 << 17)
def _word(text: str) -> _Word:
    if looks_initial(text):
        return _Word(True, False, False, False, False)
    keys = keys_of(text)
    spaced = " " in text
    surely = any(k.endswith(("ovna", "evna", "inična", "itična", "vvična")) and len(k) > 5 for k in keys)
    either = any((k.endswith(("ovič", "evič")) and len(k) > 5) or k in _SHORT_PATRONYMICS for k in keys)
    by_particle = spaced and text.split()[-1].lower() in _SONS
    return _Word(
        is_initial=False,
        is_given=not spaced and not keys.isdisjoint(GIVEN_KEYS),
        is_surname=any(k.endswith(_SURNAME_ENDINGS) and len(k) >= _ENDED_AT_LEAST for k in keys)
        or (spaced and any(w.lower() in _SURNAME_PARTICLES for w in text.split()[:-1])),
        is_patronymic=surely or either or by_particle,
        is_surely_patronymic=surely or by_particle,
    )


def looks_initial(text: str) -> bool:
    """Whether a word is an initial: one letter of an alphabet that has capitals, or Yu., Shch. and the like."""
    letters = text.rstrip(".")
    if len(letters) == 1:
        return letters.lower() != letters.upper()
    return text.endswith(".") and letters.lower() in _INITIALS


def _segments(plain: str) -> tuple[list[list[str]], list[str]]:
    """The words between commas, semicolons and brackets, initials apart; and what is no word of a name."""
    if _PLAIN_WORDS.fullmatch(plain):
        return [plain.split(" ")], []
    segments: list[list[str]] = [[]]
    left_out: list[str] = []
    for match in _TOKEN.finditer(plain):
        piece = match[0]
        if piece in ",;()":
            segments.append([])
        elif piece.startswith("'") and piece.endswith("'") and len(piece) > 2:
            left_out.append(piece)
        else:
            piece = _bare(piece)
            for word in _GLUED.split(piece):
                if any(c.isalnum() for c in word):
                    segments[-1].append(word)
                elif word:
                    left_out.append(word)
    left_out += [
        word for words in segments for word in words if not any(c.isalpha() for c in word) and not _of_rank(word, words)
    ]
    return [words for words in segments if words], left_out


def _bare(piece: str) -> str:
    """A word without the punctuation and symbols around it; what is nothing else stays."""
    inner = [n for n, c in enumerate(piece) if c in ".-" or unicodedata.category(c)[0] not in "PS"]
    return piece[inner[0] : inner[-1] + 1] if inner else piece


def _of_rank(word: str, words: Sequence[str]) -> bool:
    """Whether a number belongs to a rank: captain 1st rank is written with one in Russian."""
    return take_rank(words)[0] is not None and word not in take_rank(words)[1]


def _chunks(words: Sequence[str]) -> list[str]:
    """The words, with particles joined to the word that they belong to."""
    chunks: list[str] = []
    waiting: list[str] = []
    for n, word in enumerate(words):
        lower = word.lower()
        if lower in _SONS and chunks and not waiting:
            chunks[-1] += " " + word
        elif n + 1 < len(words) and (lower in _SURNAME_PARTICLES or lower in _OTHER_PARTICLES):
            waiting.append(word)
        else:
            chunks.append(" ".join([*waiting, word]))
            waiting = []
    return chunks


def _initial(text: str) -> str:
    return text.rstrip(".") + "."


def _is_surname_before_comma(before: Sequence[str], after: Sequence[str]) -> bool:
    """Whether the words before a comma are a surname, and those after it what goes with it.

    One word is. Several are only if nothing among them can be a given name or patronymic, and if there is nothing else
    after the comma: it may be a place or a trade (Ivan Petrov, Moscow). A given name alone can be a place, too
    (Vladimir), so that the words before it then need a particle.
    """
    if len(before) == 1:
        return not looks_initial(before[0])
    names, rest = [_word(chunk) for chunk in before], [_word(chunk) for chunk in after]
    if any(word.is_initial or word.is_given or word.is_patronymic for word in names):
        return False
    # A small letter with a full stop is another abbreviation (b. for born).
    if not all(
        word.is_given or word.is_patronymic or (word.is_initial and chunk[0].isupper())
        for word, chunk in zip(rest, after, strict=True)
    ):
        return False
    with_particle = any(chunk.split()[0].lower() in _SURNAME_PARTICLES for chunk in before)
    return with_particle or not all(word.is_given for word in rest)


def _place_after_comma(chunks: list[str], parts: _Parts) -> None:
    """Given name and patronymic, in full or as initials, after a surname and a comma."""
    for chunk in chunks:
        word = _word(chunk)
        if word.is_patronymic and parts.patronymic is None:
            parts.patronymic = chunk
        elif word.is_initial and parts.given is not None and parts.patronymic is None:
            parts.patronymic = _initial(chunk)
        elif parts.given is None and parts.patronymic is None:
            parts.given = _initial(chunk) if word.is_initial else chunk
        else:
            parts.unplaced.append(chunk)


def _place(chunks: list[str], parts: _Parts) -> None:
    """The words of a name without a comma."""
    words = [_word(chunk) for chunk in chunks]
    initials = [n for n, word in enumerate(words) if word.is_initial]
    full = [n for n, word in enumerate(words) if not word.is_initial]
    patronymic = _patronymic(words)
    if patronymic is not None:
        parts.patronymic = chunks[patronymic]
        rest = [n for n in range(len(chunks)) if n != patronymic]
        before = patronymic - 1
        # The given name stands right before the patronymic, unless a surname alone does.
        if before >= 0 and (len(rest) > 1 or not words[before].is_surname or words[before].is_given):
            parts.given = _initial(chunks[before]) if words[before].is_initial else chunks[before]
            rest.remove(before)
        _surname_of([chunks[n] for n in rest], parts)
    elif initials and full:
        _with_initials(chunks, words, initials, full, parts)
    elif len(full) == 1 and len(chunks) == 1:
        (chunk,), (word,) = chunks, words
        if word.is_given:
            parts.given = chunk
        elif word.is_surname and not word.is_patronymic:
            parts.surname = chunk
        else:
            parts.unplaced.append(chunk)
    else:
        _without_patronymic(chunks, words, parts)


def _patronymic(words: Sequence[_Word]) -> int | None:
    """Which word is the patronymic: the one with its ending, unless it can as well be the surname."""
    found = [n for n, word in enumerate(words) if word.is_patronymic]
    surely = [n for n in found if words[n].is_surely_patronymic]
    if len(surely) == 1:
        return surely[0]
    if len(found) == 2 and len(words) == 3 and found != [0, 1]:
        # Roman Arkadyevich Abramovich: the patronymic follows the given name; Abramovich Roman Arkadyevich too.
        return 1 if found == [1, 2] else 2
    if len(found) != 1 or len(words) == 1:
        return None
    (n,) = found
    if n == 0:
        return None
    others = [word for m, word in enumerate(words) if m != n]
    if len(words) == 2:
        # Ivan Ivanovich, or Roman Abramovich? Ivanov Ivanovich has its surname, though.
        return n if others[0].is_surname and not others[0].is_given else None
    if all(word.is_initial for word in others):
        # R. A. Abramovich
        return None
    if n == len(words) - 1 and words[n - 1].is_initial and any(word.is_given for word in others):
        # Roman A. Abramovich
        return None
    return n


def _surname_of(chunks: list[str], parts: _Parts) -> None:
    full = [chunk for chunk in chunks if not looks_initial(chunk)]
    if full and len(full) == len(chunks) and (len(full) == 1 or any(" " in chunk for chunk in full)):
        parts.surname = " ".join(full)
    else:
        parts.unplaced += chunks


def _with_initials(
    chunks: list[str], words: Sequence[_Word], initials: list[int], full: list[int], parts: _Parts
) -> None:
    """I. I. Ivanov, Ivanov I.I., Ivan I. Ivanov."""
    given = [n for n in full if words[n].is_given]
    if len(full) == 1:
        parts.surname = chunks[full[0]]
        parts.given = _initial(chunks[initials[0]])
        if len(initials) > 1:
            parts.patronymic = _initial(chunks[initials[1]])
        parts.unplaced += [chunks[n] for n in initials[2:]]
    elif len(full) == 2 and len(initials) == 1 and full[0] + 1 == initials[0]:
        # Ivan I. Ivanov: an initial between two words belongs to the second name, so the first is the given one.
        parts.given, parts.patronymic, parts.surname = chunks[full[0]], _initial(chunks[initials[0]]), chunks[full[1]]
    elif len(full) == 2 and len(given) == 1 and len(initials) == 1:
        parts.given, parts.patronymic = chunks[given[0]], _initial(chunks[initials[0]])
        parts.surname = next(chunks[n] for n in full if n != given[0])
    else:
        parts.unplaced += chunks


def _without_patronymic(chunks: list[str], words: Sequence[_Word], parts: _Parts) -> None:
    given = [n for n, word in enumerate(words) if word.is_given]
    surname = [n for n, word in enumerate(words) if word.is_surname and not word.is_given and not word.is_patronymic]
    if len(words) == 2 and len(given) == 1:
        other = 1 - given[0]
        parts.given = chunks[given[0]]
        if words[other].is_patronymic:
            parts.unplaced.append(chunks[other])
        else:
            parts.surname = chunks[other]
    elif (
        len(words) == 2
        and not given
        and len(surname) == 1
        and not (words[1 - surname[0]].is_patronymic or " " in chunks[surname[0]])
    ):
        parts.surname, parts.given = chunks[surname[0]], chunks[1 - surname[0]]
    elif len(given) == 1 and len(surname) == 1:
        parts.given, parts.surname = chunks[given[0]], chunks[surname[0]]
        parts.unplaced += [chunk for n, chunk in enumerate(chunks) if n not in (given[0], surname[0])]
    else:
        parts.unplaced += chunks
