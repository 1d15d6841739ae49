"""Forms of an English word that a text can hold: plurals, verb forms, adverbs, British and American spelling."""

from __future__ import annotations

import re
from collections.abc import Iterator

_IRREGULAR_VERBS = {
    "slay": "slays slew slain slaying",
    "mow": "mows mowed mown mowing",
    "tear": "tears tore torn tearing",
    "rip": "rips ripped ripping",
    "run": "runs ran running",
    "go": "goes went gone going",
    "fly": "flies flew flown flying",
    "throw": "throws threw thrown throwing",
    "hang": "hangs hung hanged hanging",
    "drag": "drags dragged dragging",
    "bend": "bends bent bending",
    "sell": "sells sold selling",
    "take": "takes took taken taking",
    "put": "puts putting",
    "sow": "sows sowed sown sowing",
    "sweep": "sweeps swept sweeping",
    "bring": "brings brought bringing",
    "spread": "spreads spreading",
    "shed": "sheds shedding",
    "stab": "stabs stabbed stabbing",
    "spit": "spits spat spitting",
    "rub": "rubs rubbed rubbing",
    "fall": "falls fell fallen falling",
    "make": "makes made making",
    "rob": "robs robbed robbing",
    "ride": "rides rode ridden riding",
    "blow": "blows blew blown blowing",
    "rise": "rises rose risen rising",
    "get": "gets got getting",
    "drink": "drinks drank drunk drinking",
    "burn": "burns burned burnt burning",
    "fight": "fights fought fighting",
    "draw": "draws drew drawn drawing",
    "come": "comes came coming",
    "let": "lets letting",
    "deal": "deals dealt dealing",
    "overrun": "overruns overran overrunning",
    "wreak": "wreaks wreaked wreaking",
    "cut": "cuts cutting",
    "turn": "turns turned turning",
    "slink": "slinks slunk slinking",
    "bleed": "bleeds bled bleeding",
    "hide": "hides hid hidden hiding",
    "mislead": "misleads misled misleading",
    "shut": "shuts shutting",
}
_IRREGULAR_NOUNS = {
    "man": "men",
    "woman": "women",
    "madman": "madmen",
    "henchman": "henchmen",
    "strongman": "strongmen",
    "yes-man": "yes-men",
    "statesman": "statesmen",
    "hitman": "hitmen",
    "axis": "axes",
    "wolf": "wolves",
}
# Verbs of more than one syllable whose last consonant is doubled.
_DOUBLING = {"appal", "rebel", "dispel", "entrap", "whip", "commit", "propel"}
_ONE_SYLLABLE_DOUBLING = re.compile(r"[^aeiou]*[aeiou][bdgmnprt]")


def spellings(form: str) -> Iterator[str]:
    """A form and its British or American twin: -ize and -ise."""
    yield form
    for here, there in (("iz", "is"), ("yz", "ys")):
        for ending in ("e", "es", "ed", "ing", "ation", "ations", "er", "ers"):
            if form.endswith(here + ending) and len(form) > len(here + ending) + 2:
                yield form[: len(form) - len(here + ending)] + there + ending


def noun_forms(noun: str) -> tuple[str, ...]:
    """A noun and its plural: "bully", "bullies". A plural that is an entry itself is left as it is."""
    if noun in _IRREGULAR_NOUNS:
        return noun, _IRREGULAR_NOUNS[noun]
    if noun.endswith(("ss", "sh", "ch", "x", "z")):
        return noun, noun + "es"
    if noun.endswith("s"):
        return (noun,)
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return noun, noun[:-1] + "ies"
    if noun.endswith("o") and noun in ("hero", "superhero", "desperado", "fiasco"):
        return noun, noun + "es", noun + "s"
    return noun, noun + "s"


def verb_forms(verb: str, rare_base: bool = False) -> tuple[str, ...]:
    """A verb's forms: "liberate", "liberates", "liberated", "liberating". ``rare_base`` leaves the first two out."""
    if verb in _IRREGULAR_VERBS:
        forms = [verb, *_IRREGULAR_VERBS[verb].split()]
        return tuple(forms[2:] if rare_base else forms)
    if verb.endswith(("s", "sh", "ch", "x", "z", "o")):
        third = verb + "es"
    elif verb.endswith("y") and verb[-2:-1] not in "aeiou":
        third = verb[:-1] + "ies"
    else:
        third = verb + "s"
    if verb.endswith("ee"):
        past, present = verb + "d", verb + "ing"
    elif verb.endswith("ie"):
        past, present = verb + "d", verb[:-2] + "ying"
    elif verb.endswith("e"):
        past, present = verb + "d", verb[:-1] + "ing"
    elif verb.endswith("y") and verb[-2:-1] not in "aeiou":
        past, present = verb[:-1] + "ied", verb + "ing"
    elif verb in _DOUBLING or _ONE_SYLLABLE_DOUBLING.fullmatch(verb):
        past, present = verb + verb[-1] + "ed", verb + verb[-1] + "ing"
    else:
        past, present = verb + "ed", verb + "ing"
    return (past, present) if rare_base else (verb, third, past, present)


def adjective_forms(adjective: str) -> tuple[str, ...]:
    """An adjective and its adverb: "brutal", "brutally"; "horrific", "horrifically"."""
    if adjective.endswith("ly"):
        return (adjective,)
    if adjective.endswith("ic"):
        return adjective, adjective + "ally"
    if adjective.endswith("le") and adjective[-3:-2] not in "aeiou":
        return adjective, adjective[:-1] + "y"
    if adjective.endswith("y") and adjective[-2:-1] not in "aeiou":
        return adjective, adjective[:-1] + "ily"
    return adjective, adjective + "ly"
