"""Military ranks, in English and Russian, with the usual abbreviations: a closed list.

A rank has one name here, in English; a lieutenant colonel is never a colonel. Only the standard library is used here.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

# The rank, and how it is written: small letters, no full stops, hyphens as spaces unless a short form needs them.
_WRITTEN = {
    "marshal": "marshal; маршал; marshal of the soviet union; маршал советского союза; мсс",
    "marshal of the Russian Federation": "marshal of the russian federation; маршал российской федерации",
    "general of the army": "general of the army; army general; генерал армии; ген армии",
    "colonel general": "colonel general; col gen; генерал полковник; ген полк; ген-полк; ген-п-к",
    "lieutenant general": "lieutenant general; lt gen; lt general; ltg; генерал лейтенант; ген лейт; ген-лейт; ген-л-т",
    "major general": "major general; maj gen; maj general; mg; генерал майор; ген майор; ген-майор; ген-м-р",
    "brigadier general": "brigadier general; brig gen; brigadier; bg; бригадный генерал; бриг ген",
    "general": "general; gen; генерал; ген",
    "colonel": "colonel; col; полковник; полк; полк-к; п-к",
    "lieutenant colonel": "lieutenant colonel; lt col; lt colonel; ltc; подполковник; подполк; подп-к; п/п-к; пп-к",
    "major": "major; maj; майор; м-р",
    "captain": "captain; capt; cpt; капитан; кап; к-н",
    "senior lieutenant": "senior lieutenant; first lieutenant; sr lt; sen lt; 1st lt; 1lt; старший лейтенант; ст лейт;"
    " ст лейтенант; ст л-т; ст-л-т; старлей",
    "lieutenant": "lieutenant; lt; лейтенант; лейт; л-т",
    "junior lieutenant": "junior lieutenant; second lieutenant; jr lt; 2nd lt; 2lt; младший лейтенант; мл лейт; мл л-т",
    "senior warrant officer": "senior warrant officer; senior praporshchik; старший прапорщик; ст прапорщик; ст пр-к",
    "warrant officer": "warrant officer; praporshchik; прапорщик; пр-к; прап",
    "sergeant major": "sergeant major; sgt maj; starshina; старшина; ст-на",
    "senior sergeant": "senior sergeant; staff sergeant; sr sgt; старший сержант; ст сержант; ст серж; ст с-т",
    "sergeant": "sergeant; sgt; сержант; серж; с-т",
    "junior sergeant": "junior sergeant; jr sgt; младший сержант; мл сержант; мл серж; мл с-т",
    "corporal": "corporal; cpl; yefreytor; ефрейтор; ефр",
    "private": "private; pvt; pte; рядовой; ряд; ряд-й",
    "admiral of the fleet": "admiral of the fleet; fleet admiral; адмирал флота",
    "admiral": "admiral; adm; адмирал; адм",
    "vice admiral": "vice admiral; v adm; vadm; вице адмирал; вице-адм",
    "rear admiral": "rear admiral; r adm; radm; контр адмирал; контр-адм; к-адм",
    "captain, 1st rank": "captain 1st rank; captain first rank; capt 1st rank; капитан 1 ранга; капитан первого ранга;"
    " кап 1 ранга; капитан 1-го ранга; к1р",
    "captain, 2nd rank": "captain 2nd rank; captain second rank; capt 2nd rank; капитан 2 ранга; капитан второго ранга;"
    " кап 2 ранга; капитан 2-го ранга; к2р",
    "captain, 3rd rank": "captain 3rd rank; captain third rank; capt 3rd rank; капитан 3 ранга; капитан третьего ранга;"
    " кап 3 ранга; капитан 3-го ранга; к3р",
    "captain lieutenant": "captain lieutenant; капитан лейтенант; кап лейт; к-л-т",
    "seaman": "seaman; sailor; матрос; матр",
}
RANKS = tuple(_WRITTEN)
_BY_WRITING = {writing.strip(): rank for rank, line in _WRITTEN.items() for writing in line.split(";")}
_WORDS_AT_MOST = max(writing.count(" ") + 1 for writing in _BY_WRITING)
# English words that are surnames as well: alone at the end of a name they are read as one.
_ALSO_SURNAMES = frozenset(
    ("marshal", "general", "major", "private", "sergeant", "seaman", "sailor", "captain", "admiral", "corporal")
)


# The words that a rank can begin or end with, up to a hyphen: few names have one of them.
_FIRST = frozenset(writing.replace("-", " ").split()[0] for writing in _BY_WRITING)
_LAST = frozenset(writing.replace("-", " ").split()[-1] for writing in _BY_WRITING)


def rank_of(text: str) -> str | None:
    """The rank that a text names, and nothing else: ``Lt. Col.`` is a lieutenant colonel. None if it is no rank."""
    words = _words(text.split())
    return _BY_WRITING.get(" ".join(words)) or _BY_WRITING.get(" ".join(words).replace("-", " "))


def take_rank(words: Sequence[str]) -> tuple[str | None, list[str]]:
    """The rank at the beginning or the end of a name's words, and the words without it.

    The longest writing wins. One English word at the end is a rank only if three words or more stand before it, because
    Major and Marshal are surnames too.
    """
    first, last = _ends(words[0])[0], _ends(words[-1])[1]
    for count in range(min(_WORDS_AT_MOST, len(words)) if first else 0, 0, -1):
        if rank := rank_of(" ".join(words[:count])):
            return rank, list(words[count:])
    for count in range(min(_WORDS_AT_MOST, len(words) - 1) if last else 0, 0, -1):
        rank = rank_of(" ".join(words[-count:]))
        if rank and (count > 1 or len(words) > 3 or _words(words[-1:])[0] not in _ALSO_SURNAMES):
            return rank, list(words[:-count])
    return None, list(words)


@lru_cache(maxsize=1 << 16)
def _ends(word: str) -> tuple[bool, bool]:
    """Whether a rank can begin with a word, and whether one can end with it."""
    parts = [part for written in _words([word]) for part in written.replace("-", " ").split()]
    return bool(parts) and parts[0] in _FIRST, bool(parts) and parts[-1] in _LAST


def _words(words: Sequence[str]) -> list[str]:
    return [part for word in words for part in word.lower().replace("ё", "е").replace(".", " ").split()]
