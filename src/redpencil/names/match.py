"""How far two names agree, part by part, and what that is called in words.

A match is about spellings. It is a lead and no proof: whether two names mean one person is for other evidence to show.
Only the standard library is used here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

from redpencil.names.given_names import given_keys
from redpencil.names.likeness import likeness
from redpencil.names.parts import Name, is_initial, looks_initial, parse_name
from redpencil.names.spelling import is_cyrillic, is_slip, keys_of, patronymic_keys, plain, surname_keys


class Strength(IntEnum):
    """How much of two names agrees; each step takes in the ones before it."""

    NONE = 0
    SURNAME = 1
    INITIALS = 2
    GIVEN = 3
    PATRONYMIC = 4
    RANK = 5

    @property
    def label(self) -> str:
        """What it is called in words."""
        return _LABELS[self]


_LABELS = {
    Strength.NONE: "no match",
    Strength.SURNAME: "surname only",
    Strength.INITIALS: "surname and initial",
    Strength.GIVEN: "surname and given name",
    Strength.PATRONYMIC: "surname, given name and patronymic",
    Strength.RANK: "surname, given name, patronymic and rank",
}


class Agreement(StrEnum):
    """How one part of two names compares."""

    SAME = "same"  # some reading of both is one spelling
    NEAR = "near"  # one letter more, less, other, or two swapped
    INITIAL = "initial"  # an initial that can be the other's
    BROADER = "broader"  # a rank that can mean the other: a general may be a major general
    DIFFERS = "differs"
    ONE_ONLY = "one only"  # known of one of the two


AGREES = (Agreement.SAME, Agreement.NEAR)
PARTS = {
    "surname": "surname",
    "name": "name without known parts",
    "given": "given name",
    "patronymic": "patronymic",
    "rank": "rank",
}


class PartMatch(NamedTuple):
    """One part of two names: what stands in each (None if unknown), and how they compare."""

    part: str
    first: str | None
    second: str | None
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class Match:
    """How far two names agree: the ``strength``, and each part that at least one of them has.

    ``roles_unknown`` says that a word was taken for a part that it may not be, and ``reordered`` that words of unknown
    role agree only in another order (Ali Hassan, Hassan Ali), so that they may be two people’s.
    """

    first: Name
    second: Name
    strength: Strength
    parts: tuple[PartMatch, ...]
    roles_unknown: bool = False
    reordered: bool = False

    @property
    def contradicted(self) -> bool:
        """Whether a part is known of both and differs."""
        return any(part.agreement is Agreement.DIFFERS for part in self.parts)

    @property
    def words(self) -> str:
        """The match in words: “surname and given name agree; the patronymic differs”."""
        said = []
        parts = self.parts
        if self.reordered:
            near = any(p.part == "name" and p.agreement is Agreement.NEAR for p in parts)
            slip = " but for one letter" if near else ""
            said.append(f"all words agree{slip}, in another order; which is the surname is not known")
            parts = tuple(p for p in parts if p.part != "name")
        of = {kind: [PARTS[p.part] for p in parts if p.agreement is kind] for kind in Agreement}
        if same := of[Agreement.SAME]:
            said.append(f"{_listed(same)} {_s('agree', same)}")
        said += [f"the {part}s agree but for one letter" for part in of[Agreement.NEAR]]
        said += [f"the initial of the {part} agrees" for part in of[Agreement.INITIAL]]
        said += [f"one {part} can be the broader word for the other" for part in of[Agreement.BROADER]]
        if differing := of[Agreement.DIFFERS]:
            said.append(f"{_listed(differing)} {_s('differ', differing)}")
        if alone := of[Agreement.ONE_ONLY]:
            said.append(f"{_listed(alone)} {'is' if len(alone) == 1 else 'are'} known of one only")
        return "; ".join(said) or "nothing in them can be compared"

    def notes(self) -> list[str]:
        """What else has to be looked at: roles that are unknown, a feminine form, letters of another alphabet."""
        notes = []
        if self.roles_unknown and not self.reordered:
            notes.append("which word is the surname is not known for sure")
        surname = next((p for p in self.parts if p.part == "surname"), None)
        if (
            surname
            and surname.agreement in AGREES
            and surname.first
            and surname.second
            and _feminine(surname.first) != _feminine(surname.second)
        ):
            notes.append("one surname ends as a woman’s does, the other as a man’s; it may also be “of” that man")
        given = next((p for p in self.parts if p.part == "given" and p.agreement is Agreement.SAME), None)
        if given and given.first and given.second and keys_of(given.first).isdisjoint(keys_of(given.second)):
            notes.append(f"{given.first} and {given.second} are an English and a Russian form of one given name")
        for which, name in (("first", self.first), ("second", self.second)):
            notes += [f"{which} name, {one}" for one in name.look_alikes]
            if name.hidden:
                notes.append(f"{which} name: it holds invisible characters ({', '.join(name.hidden)})")
        return notes

    def to_json(self) -> dict[str, Any]:
        """The object that the commands print for a match; a likeness is given where both have the part in full."""
        return {
            "strength": int(self.strength),
            "strength_name": self.strength.label,
            "words": self.words,
            "contradicted": self.contradicted,
            "parts": [
                {
                    "part": p.part,
                    "first": p.first,
                    "second": p.second,
                    "agreement": str(p.agreement),
                    "likeness": part_likeness(p),
                }
                for p in self.parts
            ],
            "notes": self.notes(),
        }


def part_likeness(part: PartMatch) -> float | None:
    """The likeness of a part that both names have in full, to 4 digits; None for a rank or an initial."""
    if part.first is None or part.second is None or part.part == "rank":
        return None
    if is_initial(part.first) or is_initial(part.second):
        return None
    first, second = part.first, part.second
    if part.part == "name":
        # Which word stands first says nothing there.
        first, second = (" ".join(sorted(words.split(), key=plain)) for words in (first, second))
    return round(likeness(first, second), 4)


def match_names(first: Name | str, second: Name | str) -> Match:
    """Compare two names part by part. The strength is the same both ways.

    Two words agree if some reading of both, in any usual transliteration, is one spelling, a man's and a woman's form
    of a surname or patronymic taken together, and an English form of a given name (Peter for Pyotr); nearly so if the
    spellings, of five letters or more, are one slip apart.
    Without an agreeing surname the strength is NONE. A part that differs does not lower the strength that the others
    reach: it is said, and ``contradicted`` is true. Words of unknown role are tried where they can stand; of two names
    of nothing else (Ali Hassan), every word of the shorter has to agree. In the
    same order, two words count as surname and given name; in another (Hassan Ali), the strength is SURNAME, since
    a family’s name and a person’s own may have changed places.

    Raises KitError for a text that is no name.
    """
    first = parse_name(first) if isinstance(first, str) else first
    second = parse_name(second) if isinstance(second, str) else second
    extra = 0
    roles_unknown = reordered = False
    first_surname, second_surname = first.surname, second.surname
    first_given, second_given = first.given, second.given
    first_patronymic, second_patronymic = first.patronymic, second.patronymic
    if first_surname and second_surname:
        surname = surnames_agreement(first_surname, second_surname)
    elif first_surname or second_surname:
        known, other = (first, second) if first_surname else (second, first)
        surname, words = _placed(known, other)
        roles_unknown = bool(words)
        if first_surname:
            second_surname, second_given = words.get("surname"), words.get("given", second_given)
            second_patronymic = words.get("patronymic", second_patronymic)
        else:
            first_surname, first_given = words.get("surname"), words.get("given", first_given)
            first_patronymic = words.get("patronymic", first_patronymic)
    else:
        ours, theirs = surname_words(first), surname_words(second)
        surname, extra, reordered = _all_agree(_single(ours), _single(theirs))
        roles_unknown = bool(ours and theirs)
        first_surname, second_surname = " ".join(_single(ours)) or None, " ".join(_single(theirs)) or None
    parts = []
    if first_surname or second_surname:
        part = "surname" if first.surname or second.surname else "name"
        parts.append(PartMatch(part, first_surname, second_surname, surname))
    given_agreement = patronymic_agreement = None
    if first_given or second_given:
        given_agreement = _given_names(first_given, second_given)
        parts.append(PartMatch("given", first_given, second_given, given_agreement))
    if first_patronymic or second_patronymic:
        patronymic_agreement = _patronymics(first_patronymic, second_patronymic)
        parts.append(PartMatch("patronymic", first_patronymic, second_patronymic, patronymic_agreement))
    rank_agreement = None
    if first.rank or second.rank:
        rank_agreement = _ranks(first.rank, second.rank)
        parts.append(PartMatch("rank", first.rank, second.rank, rank_agreement))
    strength = Strength.NONE
    if surname in AGREES:
        strength = Strength.SURNAME
        if reordered:
            pass
        elif extra:
            extra += given_agreement in AGREES
            strength = Strength.GIVEN if extra == 1 else Strength.PATRONYMIC
        elif given_agreement in AGREES:
            strength = Strength.GIVEN
        elif given_agreement is Agreement.INITIAL:
            strength = Strength.INITIALS
        if given_agreement in AGREES and patronymic_agreement in AGREES and not reordered:
            strength = Strength.PATRONYMIC
        if strength is Strength.PATRONYMIC and rank_agreement is Agreement.SAME:
            strength = Strength.RANK
    return Match(first, second, strength, tuple(parts), roles_unknown, reordered)


def surname_words(name: Name) -> tuple[str, ...]:
    """What can be the surname of a name: the surname; without one, each word of unknown role, and all of them joined.

    Two names reach the strength SURNAME only if one of these of the one agrees with one of these of the other.
    """
    if name.surname:
        return (name.surname,)
    words = tuple(word for word in name.unplaced if not looks_initial(word))
    return (*words, " ".join(words)) if len(words) > 1 else words


@lru_cache(maxsize=1 << 17)
def surnames_agreement(a: str, b: str) -> Agreement:
    """How two surnames compare; a woman's form and a man's are taken together."""
    return _compare(surname_keys(a), surname_keys(b))


def _compare(ours: frozenset[str], theirs: frozenset[str]) -> Agreement:
    if not ours.isdisjoint(theirs):
        return Agreement.SAME
    return Agreement.NEAR if any(is_slip(a, b) for a in ours for b in theirs) else Agreement.DIFFERS


def _single(words: Sequence[str]) -> Sequence[str]:
    """The words of unknown role without all of them joined."""
    return words[:-1] if len(words) > 1 else words


def _placed(known: Name, other: Name) -> tuple[Agreement, dict[str, str]]:
    """How a surname compares with another name's words of unknown role, and the part that each is taken for.

    A word can also be the patronymic (Ivan Ivanovich) or, beside a word that is the surname, the given name. If no word
    agrees with anything, the surnames differ.
    """
    words = surname_words(other)
    if not known.surname or not words:
        return Agreement.ONE_ONLY, {}
    agreement, place = min(
        (_ORDER.index(surnames_agreement(known.surname, word)), place) for place, word in enumerate(words)
    )
    if _ORDER[agreement] is Agreement.DIFFERS:
        for word in _single(words):
            if other.patronymic is None and _patronymics(known.patronymic, word) in AGREES and len(_single(words)) == 1:
                return Agreement.ONE_ONLY, {"patronymic": word}
        return Agreement.DIFFERS, {"surname": words[-1]}
    taken = {"surname": words[place]}
    if other.given is None and known.given is not None and place < len(_single(words)):
        left = [word for n, word in enumerate(_single(words)) if n != place]
        fitting = [w for w in left if _given_names(known.given, w) is not Agreement.DIFFERS]
        if fitting:
            taken["given"] = fitting[0]
    return _ORDER[agreement], taken


_ORDER = (Agreement.SAME, Agreement.NEAR, Agreement.DIFFERS)


def _all_agree(ours: Sequence[str], theirs: Sequence[str]) -> tuple[Agreement, int, bool]:
    """How the words of the shorter name agree with the longer’s, how many beyond one, and if only in another order.

    Every word of the shorter needs a word of its own in the longer.
    """
    if not ours or not theirs:
        return Agreement.ONE_ONLY, 0, False
    shorter, longer = (ours, theirs) if len(ours) <= len(theirs) else (theirs, ours)
    agreements = [[surnames_agreement(a, b) for b in longer] for a in shorter]
    for agreement, enough in ((Agreement.SAME, (Agreement.SAME,)), (Agreement.NEAR, AGREES)):
        if _paired(agreements, enough):
            return agreement, len(shorter) - 1, not _in_order(agreements, enough)
    return Agreement.DIFFERS, 0, False


def _in_order(agreements: list[list[Agreement]], enough: Sequence[Agreement]) -> bool:
    """Whether the rows agree enough with columns that follow each other in the same order."""
    columns = iter(range(len(agreements[0])))
    return all(any(row[column] in enough for column in columns) for row in agreements)


def _paired(agreements: list[list[Agreement]], enough: Sequence[Agreement]) -> bool:
    """Whether each row can have a column of its own where the two agree enough (bipartite matching)."""
    taken: dict[int, int] = {}

    def place(row: int, tried: set[int]) -> bool:
        for column, agreement in enumerate(agreements[row]):
            if agreement in enough and column not in tried:
                tried.add(column)
                if column not in taken or place(taken[column], tried):
                    taken[column] = row
                    return True
        return False

    return all(place(row, set()) for row in range(len(agreements)))


def _given_names(first: str | None, second: str | None) -> Agreement:
    return Agreement.ONE_ONLY if first is None or second is None else _agreement(first, second, False)


def _patronymics(first: str | None, second: str | None) -> Agreement:
    return Agreement.ONE_ONLY if first is None or second is None else _agreement(first, second, True)


@lru_cache(maxsize=1 << 16)
def _agreement(first: str, second: str, are_patronymics: bool) -> Agreement:
    if is_initial(first) or is_initial(second):
        return Agreement.DIFFERS if first_letters(first).isdisjoint(first_letters(second)) else Agreement.INITIAL
    keys = patronymic_keys if are_patronymics else given_keys
    return _compare(keys(first), keys(second))


def _ranks(first: str | None, second: str | None) -> Agreement:
    if first is None or second is None:
        return Agreement.ONE_ONLY
    if first == second:
        return Agreement.SAME
    shorter, longer = sorted((first, second), key=len)
    broader = shorter in ("general", "admiral", "lieutenant", "captain", "marshal", "sergeant") and (
        longer.endswith(" " + shorter) or longer.startswith((shorter + " of", shorter + ","))
    )
    return Agreement.BROADER if broader and longer != "lieutenant colonel" else Agreement.DIFFERS


# The Cyrillic letters that a Latin name can begin with, by the letters that it begins with; ё and э are taken as е.
_FIRST = {
    **{latin: cyrillic for cyrillic, latin in zip("абвгдзиклмнопрстуф", "abvgdziklmnoprstuf", strict=True)},
    **{"e": "е", "y": "йы", "j": "йдж", "h": "хг", "c": "цк", "w": "в", "q": "к", "x": "хк", "zh": "ж", "kh": "х"},
    **{"ts": "ц", "cz": "ц", "ch": "ч", "sh": "ш", "shh": "щ", "shch": "щ", "ph": "ф", "th": "фт", "ž": "ж", "č": "ч"},
    **{"š": "ш", "ŝ": "щ", "è": "е", "ë": "е", "û": "ю", "â": "я"},
    **{i + vowel: cyrillic for i in "yij" for vowel, cyrillic in zip("uaeo", "юяее", strict=True)},
}
_FIRST_LONGEST = max(map(len, _FIRST))


@lru_cache(maxsize=1 << 14)
def first_letters(word: str) -> frozenset[str]:
    """The letters that a name or an initial can begin with in Cyrillic: Ю for Yury and Yu., Е, Ю, Я and more for Y."""
    letters = plain(word).rstrip(".")
    if is_cyrillic(letters[:1]):
        return frozenset({letters[0].translate({ord("ё"): "е", ord("э"): "е"})})
    if is_initial(word) and len(letters) == 1:
        found = {c for start, cyrillic in _FIRST.items() if start.startswith(letters) for c in cyrillic}
        return frozenset(found or letters)
    for length in range(_FIRST_LONGEST, 0, -1):
        if letters[:length] in _FIRST:
            return frozenset(_FIRST[letters[:length]])
    return frozenset(letters[:1])


def _feminine(surname: str) -> bool:
    return keys_of(surname).isdisjoint(surname_keys(surname))


def _listed(words: Sequence[str]) -> str:
    if len(words) == 1:
        return f"the {words[0]}"
    return f"{', '.join(words[:-1])} and {words[-1]}"


def _s(verb: str, words: Sequence[str]) -> str:
    return verb + "s" if len(words) == 1 else verb
