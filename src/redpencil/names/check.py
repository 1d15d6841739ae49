"""A list of names against a table of people: for each name, the people whose names agree with it, and how far.

Only the standard library is used here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from redpencil.names.match import AGREES, Match, Strength, match_names, surname_words, surnames_agreement
from redpencil.names.parts import Name
from redpencil.names.spelling import blocks_of, surname_keys


@dataclass(frozen=True, slots=True)
class Checked:
    """One name of a list: the people of a table that match it, the strongest first, as (place in the table, match).

    ``counts`` has, for each strength above NONE, how many people match so far, those that are not among ``matches``
    included.
    """

    name: Name
    matches: tuple[tuple[int, Match], ...]
    counts: dict[Strength, int]


class NameIndex:
    """A table of people, made ready so that a name is compared only with those whose surname can agree with its own.

    What is found is exactly what comparing with everybody finds: two surnames agree only if they share a key or have
    keys that are one slip apart, and then they share one of the key's blocks (the key, and what is left of it without
    one letter).
    """

    def __init__(self, people: Sequence[Name]) -> None:
        self.people = people
        self._places: defaultdict[str, list[int]] = defaultdict(list)
        for place, person in enumerate(people):
            for word in surname_words(person):
                self._places[word].append(place)
        self._words: defaultdict[str, list[str]] = defaultdict(list)
        for word in self._places:
            for block in _blocks(word):
                self._words[block].append(word)

    def candidates(self, name: Name) -> list[int]:
        """The places in the table, in order, of those with whom a surname agrees."""
        found: set[int] = set()
        for word in surname_words(name):
            for other in dict.fromkeys(other for block in _blocks(word) for other in self._words.get(block, ())):
                if surnames_agreement(word, other) in AGREES:
                    found.update(self._places[other])
        return sorted(found)

    def check(self, name: Name, at_least: Strength = Strength.SURNAME, at_most: int | None = None) -> Checked:
        """The people of the table that match a name, those in front that agree further and contradict less.

        Matches weaker than ``at_least``, and those beyond the first ``at_most``, are only counted.
        """
        counts: Counter[Strength] = Counter()
        matches = []
        for place in self.candidates(name):
            match = match_names(name, self.people[place])
            if match.strength > Strength.NONE:
                counts[match.strength] += 1
                if match.strength >= at_least:
                    matches.append((place, match))
        matches.sort(key=lambda found: (-found[1].strength, found[1].contradicted, found[0]))
        return Checked(
            name, tuple(matches[:at_most]), {strength: counts[strength] for strength in Strength if strength}
        )


def check_names(
    names: Sequence[Name], people: Sequence[Name], at_least: Strength = Strength.SURNAME
) -> Iterator[Checked]:
    """Check each name of a list against a table of people. The matches are leads; none says that two are one person."""
    index = NameIndex(people)
    return (index.check(name, at_least) for name in names)


def _blocks(word: str) -> Iterator[str]:
    return (block for key in surname_keys(word) for block in blocks_of(key))
