"""From keys to numbers in little memory: a key is kept as its hash, and what that finds is compared with the key."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable


class KeyIndex:
    """From a key to the numbers of what has it, twelve bytes for each pair; no two keys are taken for each other."""

    # Sorted one by one, so that sorting takes little memory.
    _HEAPS = 64

    def __init__(self, pairs: Iterable[tuple[str, int]], keys_of: Callable[[int], Iterable[str]]) -> None:
        """``pairs`` are a key and a number below 2 to the 32nd; ``keys_of`` gives the keys of a number once more."""
        self._keys_of = keys_of
        heaps = [(array("q"), array("I")) for _ in range(self._HEAPS)]
        for key, number in pairs:
            mark = hash(key)
            marks, numbers = heaps[mark % self._HEAPS]
            marks.append(mark)
            numbers.append(number)
        self._heaps = []
        for marks, numbers in heaps:
            ordered = sorted(zip(marks, numbers, strict=True))
            self._heaps.append((array("q", (mark for mark, _ in ordered)), array("I", (n for _, n in ordered))))

    def get(self, key: str) -> list[int]:
        """The numbers with this key, each once, the lowest first; ``""`` is no key."""
        if not key:
            return []
        wanted = hash(key)
        marks, numbers = self._heaps[wanted % self._HEAPS]
        found: list[int] = []
        for at in range(bisect_left(marks, wanted), len(marks)):
            if marks[at] != wanted:
                break
            if numbers[at] not in found[-1:] and key in self._keys_of(numbers[at]):
                found.append(numbers[at])
        return found
