"""News that nobody printed, of any length: for measuring time, not for reading.

Every place, person and event is put together at random. Each kind of sentence that the detectors have rules for comes
about as often as the others.
"""

from __future__ import annotations

import random

SYLLABLES = ("ba", "del", "fi", "gor", "hu", "ja", "kel", "lo", "mir", "nu", "pa", "rin", "so", "tav", "ul", "ves")
ROLES = ("the mayor", "a council spokesman", "the head of the water board", "a police officer", "the minister")
GROUPS = ("local activists", "residents", "sources close to the council", "critics", "observers", "officials")
THINGS = ("bridge", "hospital", "water pipe", "school", "railway line", "harbour", "market hall", "power station")
DEEDS = ("closed", "repaired", "captured", "opened", "inspected", "liberated", "cleared", "seized", "bombed")
CUES = ("said", "claimed", "announced", "insisted", "admitted", "warned", "denied")
LOADED = ("brutal", "heroic", "so-called", "fanatical", "glorious", "barbaric", "brave", "ruthless")
PEOPLE = ("thugs", "heroes", "workers", "terrorists", "drivers", "fighters", "regime", "nurses")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SENTENCES = (
    "{person}, {role}, {cue} that the {thing} in {place} would stay shut until {day}.",
    "“The {thing} is safe, and it will open on {day},” {cue} {person}.",
    "“We have {deed} the {thing},” {role} {cue}. “It took {number} days.”",
    "According to {group}, {number} people were hurt when the {thing} was {deed}.",
    "{Group} told reporters that the {adjective} {people} of {place} had {deed} the {thing}.",
    "The report “{place}: the {thing}”, dated {date} May, says that {number} beams have cracks.",
    "It is believed that the {thing} in {place} was {deed} on {day}.",
    "The {adjective} {people} {deed} the {thing} of {place} at the worst possible moment.",
    "On {day} the {people} {deed} the {thing} near {place}, and {number} houses had no water.",
    "{Role} {cue} the {thing} was an utter disaster, but {person} of {place} disagreed.",
    "The council should have {deed} the {thing} long ago.",
    "It rained in {place} on {day}, and the {thing} was closed for {number} hours.",
)
SENTENCES_A_PARAGRAPH = 4


def made_up_news(size: int, seed: int) -> str:
    """Whole sentences in paragraphs, together at most ``size`` bytes of UTF-8; the same for the same two numbers."""
    rng = random.Random(seed)
    parts: list[str] = []
    room, number = size, 0
    while True:
        number += 1
        part = _sentence(rng) + ("\n\n" if number % SENTENCES_A_PARAGRAPH == 0 else " ")
        room -= len(part.encode())
        if room < 0:
            return "".join(parts).rstrip() + "\n"
        parts.append(part)


def _sentence(rng: random.Random) -> str:
    role, group = rng.choice(ROLES), rng.choice(GROUPS)
    return rng.choice(SENTENCES).format(
        person=f"{_name(rng)} {_name(rng)}",
        place=_name(rng),
        role=role,
        Role=role[0].upper() + role[1:],
        group=group,
        Group=group[0].upper() + group[1:],
        thing=rng.choice(THINGS),
        deed=rng.choice(DEEDS),
        cue=rng.choice(CUES),
        adjective=rng.choice(LOADED),
        people=rng.choice(PEOPLE),
        day=rng.choice(DAYS),
        number=rng.randint(2, 900),
        date=rng.randint(1, 31),
    )


def _name(rng: random.Random) -> str:
    return "".join(rng.choice(SYLLABLES) for _ in range(rng.randint(2, 3))).capitalize()
