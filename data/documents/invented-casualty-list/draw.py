"""Draw the eight names of the invented list that were left to chance, and everybody's age, company and place.

Run from any folder: ``python draw.py``. It prints a row a name. The surnames come from ``data/names``, in proportion to
their percentages; given names and fathers' names each from the ten male (or female) forenames that the same tables list
for Russia in 2012, every one as likely as the next, because no percentages are known. What a name has to be like, so
that there is one of each kind, is written at its slot. A draw that does not fit its slot is thrown back.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from pathlib import Path

NAMES = Path(__file__).resolve().parents[2] / "names"
SEED = 2020
# The ranks in the order of the list, and how old each may be.
RANKS = (
    "sergeant", "private", "sergeant", "private", "sergeant", "private", "rear admiral", "colonel",
    "private", "lieutenant", "sergeant", "captain", "corporal", "corporal", "lieutenant", "captain",
)  # fmt: skip
AGES = {
    "private": (19, 40), "corporal": (20, 40), "sergeant": (22, 45), "lieutenant": (23, 40), "captain": (27, 45),
    "colonel": (42, 58), "rear admiral": (42, 58),
}  # fmt: skip
COMPANIES = ("First Company", "Second Company", "Third Company")
PLACES = ("at the lock", "on the north quay", "at the weir", "in the ferry house")

# As the list spells them, so that a name's spelling does not tell where it comes from.
SPELLED = {"Alexander": "Aleksandr", "Alexey": "Aleksey", "Maxim": "Maksim", "Evgeny": "Yevgeny"}
PATRONYMICS = {
    "Aleksandr": "Aleksandrovich", "Sergei": "Sergeyevich", "Dmitry": "Dmitriyevich", "Andrei": "Andreyevich",
    "Aleksey": "Alekseyevich", "Maksim": "Maksimovich", "Yevgeny": "Yevgenyevich", "Ivan": "Ivanovich",
    "Mikhail": "Mikhailovich", "Artyom": "Artyomovich",
}  # fmt: skip
# Surnames that come from the word for an animal: falcon, swan, goat, wolf, nightingale, hare, dove, sparrow.
ANIMALS = {"Sokolov", "Lebedev", "Kozlov", "Volkov", "Solovyov", "Zaytsev", "Golubev", "Vorobyov"}
# Surnames that are the beginning of a commander's longer one.
ALIKE = {"Sokolov": "Sokolovsky", "Vasilyev": "Vasilevsky"}

# How many names that fitted a slot were thrown back, because a search found somebody of that name who serves or served.
# Their names are nobody's business here.
THROWN_BACK = {1: 2, 8: 3}


def rows(name: str) -> list[dict[str, str]]:
    """A table of ``data/names``."""
    with (NAMES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def draw(seed: int = SEED) -> list[tuple[str, str, str]]:
    """Eight names, each a surname, a given name and a patronymic, in the order of the slots below."""
    surnames = rows("russian-surnames")
    share = {row["surname"]: float(row["percent"]) for row in surnames}
    listed = [row for row in rows("russian-forenames") if row["place"] == "Russia"]
    given_names = {
        gender: [SPELLED.get(row["forename"], row["forename"]) for row in listed if row["gender"] == gender]
        for gender in ("male", "female")
    }
    figures = rows("historic-figures")
    famous = {row["surname"] for row in figures} & set(share)
    full = {(row["surname"], row["given"], row["patronymic"]) for row in figures}
    pairs = {(row["surname"], row["given"]) for row in figures}
    given_and_patronymic = {(row["given"], row["patronymic"]) for row in figures}
    chosen: list[tuple[str, str, str]] = []

    def slot(fits: Callable[[str, str, str], bool], gender: str = "male") -> None:
        # Each slot has its own chance, so that a name that is thrown back changes no other.
        number = len(chosen) + 1
        chance = random.Random(f"{seed} {number}")  # noqa: S311  nothing here is secret
        thrown_back = THROWN_BACK.get(number, 0)
        while True:
            surname = chance.choices(list(share), list(share.values()))[0]
            given = chance.choice(given_names[gender])
            father = PATRONYMICS[chance.choice(given_names["male"])]
            # The first four have four surnames; the fifth is the one that repeats one. All else differs.
            is_new = number > 4 or surname not in {name.removesuffix("a") for name, _, _ in chosen}
            is_new = is_new and (given, father) not in {(own, of_father) for _, own, of_father in chosen}
            if is_new and (surname, given, father) not in full and fits(surname, given, father):
                if thrown_back:
                    thrown_back -= 1
                    continue
                if gender == "female":
                    surname, father = surname + "a", father.removesuffix("ich") + "na"
                chosen.append((surname, given, father))
                return

    # 1: a surname that a famous person bears, and nothing else in common.
    slot(lambda s, g, p: s in famous and (s, g) not in pairs and (g, p) not in given_and_patronymic)
    # 2: surname and given name of a famous person; the patronymic differs.
    slot(lambda s, g, p: (s, g) in pairs)
    # 3: surname and first initial of a famous person; the second initial differs.
    slot(
        lambda s, g, p: (
            (s, g) not in pairs
            and any(s == row["surname"] and g[0] == row["given"][0] for row in figures)
            and all(s != row["surname"] or p[0] != row["patronymic"][0] for row in figures)
        )
    )
    # 4: a woman, whose surname is the feminine form of a famous one.
    slot(lambda s, g, p: s in famous, "female")
    # 5: the surname of another name on the list; nobody famous has that given name with it.
    slot(lambda s, g, p: s in {name[0] for name in chosen} and (s, g) not in pairs)
    # 6: an animal's name, as eight of the twenty surnames are.
    slot(lambda s, g, p: s in ANIMALS)
    # 7: a surname that looks like a commander's; given name and patronymic are not his.
    slot(lambda s, g, p: s in ALIKE and all(ALIKE[s] != r["surname"] or g != r["given"] for r in figures))
    # 8: given name and patronymic of a famous person, with another surname.
    slot(lambda s, g, p: s not in famous and (g, p) in given_and_patronymic)
    return chosen


def rest(seed: int = SEED) -> list[tuple[int, str, str]]:
    """An age, a company and a place for each of the sixteen, by lot; the age lies in the range of the rank."""
    chance = random.Random(f"{seed} rest")  # noqa: S311  nothing here is secret
    return [(chance.randint(*AGES[rank]), chance.choice(COMPANIES), chance.choice(PLACES)) for rank in RANKS]


if __name__ == "__main__":
    for number, name in enumerate(draw(), start=1):
        print(number, *name)
    for number, one in enumerate(rest(), start=1):
        print(number, *one)
