"""How many names of a list agree with a table of famous people by chance: a picture, and two sliders to move it.

In a notebook the sliders are widgets, and Python draws; on a page they are those of ``component/chance.js``.

The numbers are those of `redpencil.names.coincidence`: worked out, and counted in lists that are drawn by lot. What
they assume is shown with them. They are about frequencies of names, and say nothing of any list or person.

Read from the kit's ``data/names``. ipywidgets is imported here alone, and only when it is needed.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from math import log10
from typing import TYPE_CHECKING, Any

from redpencil.document import find_in_kit
from redpencil.names.coincidence import Frequencies, expected_names_matched, initials_of, simulate_matches
from redpencil.names.match import Strength

if TYPE_CHECKING:
    import ipywidgets

NAMES_AT_MOST = 50
PEOPLE_AT_LEAST, PEOPLE_AT_MOST = 10, 1_000
LISTS = 100
SEED = 1
RANKS = 10
# The axis goes from one name on a million lists to a hundred names on one list.
_LOWEST, _HIGHEST = -6, 2
# Where it begins and how wide ten times are, how high a row is, and where the first row's line lies.
_LEFT, _STEP, _ROW, _FIRST = 12, 39.5, 36, 29


@dataclass(frozen=True, slots=True)
class Frequent:
    """How frequent the parts of a name are taken to be, as shares of the population.

    Surnames have the shares of ``russian-surnames.csv``. The male given names of 2012 have an order and no shares in
    ``russian-forenames.csv``: each is taken to be as frequent as the others, patronymics likewise. Ranks are made up.
    """

    surnames: Frequencies
    given: Frequencies
    patronymics: Frequencies
    ranks: Frequencies


@dataclass(frozen=True, slots=True)
class Chance:
    """For each strength or more, how many names of a list agree with somebody in a table by chance.

    ``worked_out`` is the expected number on one list, ``drawn`` how many there were on `LISTS` lists drawn by lot.
    """

    names: int
    people: int
    worked_out: Mapping[Strength, float]
    drawn: Mapping[Strength, int]


def read_frequent() -> Frequent:
    """The frequencies in the kit's tables of names. Raises KitError if they are not there."""
    surnames = {row["surname_cyrillic"]: float(row["percent"]) / 100 for row in _rows("russian-surnames.csv")}
    given = [
        row["forename_cyrillic"]
        for row in _rows("russian-forenames.csv")
        if (row["place"], row["gender"]) == ("Russia", "male")
    ]
    as_frequent = dict.fromkeys(given, 1 / len(given))
    return Frequent(surnames, as_frequent, as_frequent, {f"rank {n}": 1 / RANKS for n in range(RANKS)})


def famous_people() -> int:
    """How many people the kit's own table of famous people has."""
    return len(_rows("historic-figures.csv"))


def chance_for(frequent: Frequent, names: int, people: int) -> Chance:
    """Work it out, and draw lists by lot beside it; the same numbers give the same draw.

    Raises ValueError for a count below 0.
    """
    parts = {
        "surnames": frequent.surnames,
        "given": frequent.given,
        "patronymics": frequent.patronymics,
        "ranks": frequent.ranks,
    }
    drawn = simulate_matches(names, people, **parts, trials=LISTS, seed=SEED)
    return Chance(
        names,
        people,
        expected_names_matched(names, people, **parts),
        {strength: round(matched * LISTS) for strength, (_, matched) in drawn.items()},
    )


def in_lists(on_one: float) -> str:
    """How many names that is on how many lists, in whole numbers: ``53 on 100 lists``, ``1 on 155 lists``."""
    if on_one <= 0:
        return "none"
    return f"{on_one * 100:,.0f} on 100 lists" if on_one >= 0.01 else f"1 on {1 / on_one:,.0f} lists"


def chance_picture(chance: Chance, *, name: str = "chance") -> str:
    """The numbers as dots and rings on a line for each strength, as HTML: an SVG with its title, and a table below.

    A dot is what was worked out, a ring what was drawn by lot; where no name agreed in the draw, there is no ring. The
    axis goes in steps of a hundred times. ``name`` makes the picture's id; two on one page need two names.
    """
    left, step, row, top = _LEFT, _STEP, _ROW, _FIRST - 25
    foot = top + row * len(chance.worked_out)

    def across(on_one: float) -> float:
        return left + step * (min(max(log10(on_one), _LOWEST), _HIGHEST) - _LOWEST)

    parts = []
    for power in range(_LOWEST, _HIGHEST + 1, 2):
        x = across(10.0**power)
        anchor = "start" if power == _LOWEST else "end" if power == _HIGHEST else "middle"
        at = {"start": x - left + 2, "end": x + 10, "middle": x}[anchor]
        parts.append(f'<path d="M{x:.1f} {top}V{foot}" stroke="currentColor" stroke-opacity=".25"/>')
        if power < 0:
            parts.append(f'<text x="{at:.1f}" y="{foot + 15}" text-anchor="{anchor}">1 in</text>')
        parts.append(
            f'<text x="{at:.1f}" y="{foot + (30 if power < 0 else 15)}" text-anchor="{anchor}">'
            f"{'1 million' if abs(power) == 6 else f'{10 ** abs(power):,}'}</text>"
        )
    for n, (strength, on_one) in enumerate(chance.worked_out.items()):
        y = _FIRST + row * n
        parts.append(
            f'<text x="{left + 3}" y="{y - 12}">{_what(strength)}</text>'
            f'<path d="M{left} {y}H{across(10.0**_HIGHEST):.1f}" stroke="currentColor" stroke-opacity=".25"/>'
        )
        if on_one > 0:
            parts.append(f'<circle cx="{across(on_one):.1f}" cy="{y}" r="4" fill="#c2413a"/>')
        if drawn := chance.drawn[strength]:
            parts.append(
                f'<circle cx="{across(drawn / LISTS):.1f}" cy="{y}" r="7" fill="none" stroke="currentColor" '
                'stroke-width="1.5"/>'
            )
    what = _list_and_table(chance)
    rows = "".join(
        f'<tr><th scope="row" style="text-align:left">{_what(strength)}</th>'
        f"<td>{in_lists(on_one)}</td><td>{chance.drawn[strength]:,} on {LISTS} lists</td></tr>"
        for strength, on_one in chance.worked_out.items()
    )
    return (
        f'<svg viewBox="0 0 340 {foot + 36}" role="img" aria-labelledby="{escape(name)}" fill="currentColor" '
        'style="display:block;width:100%;max-width:32rem;margin-bottom:.4rem;font:13px system-ui,sans-serif">'
        f'<title id="{escape(name)}">How many names agree by chance, for {what}. The table below has the numbers.'
        f"</title>{''.join(parts)}</svg>"
        "<p>● worked out, ○ drawn by lot (no ring: not once). The scale is names on one list: “1 in 100” is one name "
        "on 100 lists. Each line to the right is a hundred times as many.</p>"
        f"<table><caption>Names that agree by chance, for {what}</caption>"
        '<thead><tr><th scope="col">what agrees</th><th scope="col">● worked out</th>'
        f'<th scope="col">○ {LISTS} lists drawn by lot</th></tr></thead><tbody>{rows}</tbody></table>'
    )


def chance_data(frequent: Frequent, chance: Chance) -> dict[str, Any]:
    """What the script of a page needs to move the picture of ``chance``: `chance.js` says what each of it is."""
    initials = initials_of(frequent.given)
    places = {initial: n for n, initial in enumerate(initials)}
    columns = [frequent.surnames, initials, frequent.given, frequent.patronymics, frequent.ranks]
    needed = {
        Strength.SURNAME: [0],
        Strength.INITIALS: [0, 1],
        Strength.GIVEN: [0, 2],
        Strength.PATRONYMIC: [0, 2, 3],
        Strength.RANK: [0, 2, 3, 4],
    }
    return {
        "what": _list_and_table(chance),
        "names": chance.names,
        "people": chance.people,
        "namesFromTo": [1, NAMES_AT_MOST],
        "peopleFromTo": [PEOPLE_AT_LEAST, PEOPLE_AT_MOST],
        "lists": LISTS,
        "columns": [list(column.values()) for column in columns],
        "initials": [places[initial] for name in frequent.given for initial in initials_of({name: 0.0})],
        "strengths": [needed[strength] for strength in chance.worked_out],
        "scale": {
            **{"left": _LEFT, "step": _STEP, "row": _ROW, "first": _FIRST},
            **{"lowest": _LOWEST, "highest": _HIGHEST},
        },
    }


def assumptions(frequent: Frequent) -> str:
    """What the numbers assume, as an HTML paragraph."""
    return (
        "<p><strong>What is assumed.</strong> Everybody is drawn from the whole country, and no draw depends on "
        "another. The parts of a name do not depend on each other. "
        f"Only the {len(frequent.surnames)} most frequent surnames have a share. All others count as never agreeing, "
        "so the numbers for surnames are too low, if anything. "
        f"Of given names only {len(frequent.given)} are there. Each is taken to belong to one person in "
        f"{len(frequent.given)}, and the fathers’ names likewise. "
        f"There are {len(frequent.ranks)} ranks, made up, all as frequent. Other guesses give other numbers.</p>"
    )


def chance_sliders(names: int) -> ipywidgets.VBox:
    """The picture with a slider for the list's length, from ``names`` on, and one for the table's, for a notebook.

    Beside each slider stands a box for the same number: ipywidgets 8 gives the handle of a slider no accessible name
    and ties its description to nothing, while the description of a box is its label. The two always hold the same.
    Raises KitError if the kit's tables of names are not there.
    """
    import ipywidgets

    frequent = read_frequent()

    def pair(value: int, low: int, high: int, what: str) -> tuple[ipywidgets.IntSlider, ipywidgets.BoundedIntText]:
        limits = {"value": min(max(value, low), high), "min": low, "max": high}
        wide = {"style": {"description_width": "initial"}}
        # The box shows the number; the slider's own readout would be one more field without a name. To draw a hundred
        # lists takes too long for each step on a slider's way.
        slider = ipywidgets.IntSlider(**limits, **wide, description=what, readout=False, continuous_update=False)
        box = ipywidgets.BoundedIntText(**limits, **wide, description=f"{what}, {low:,} to {high:,}")
        return slider, box

    list_slider, list_box = pair(names, 1, NAMES_AT_MOST, "Names on the list")
    table_slider, table_box = pair(famous_people(), PEOPLE_AT_LEAST, PEOPLE_AT_MOST, "People in the table")
    shown = ipywidgets.HTML()
    said = ipywidgets.HTML(assumptions(frequent))

    def draw() -> None:
        shown.value = chance_picture(chance_for(frequent, list_box.value, table_box.value), name="chance-sliders")

    def tie(slider: ipywidgets.IntSlider, box: ipywidgets.BoundedIntText) -> None:
        def from_slider(change: dict[str, int]) -> None:
            box.value = change["new"]

        def from_box(change: dict[str, int]) -> None:
            slider.value = change["new"]
            draw()

        slider.observe(from_slider, "value")
        box.observe(from_box, "value")

    tie(list_slider, list_box)
    tie(table_slider, table_box)
    draw()
    return ipywidgets.VBox([list_slider, list_box, table_slider, table_box, shown, said])


def _rows(file: str) -> list[dict[str, str]]:
    with (find_in_kit("data", "names", file) / file).open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


def _what(strength: Strength) -> str:
    # A surname counts as well where more agrees.
    return strength.label.removesuffix(" only")


def _list_and_table(chance: Chance) -> str:
    return f"a list of {_counted(chance.names, 'name')} and a table of {chance.people:,} people"


def _counted(count: int, thing: str) -> str:
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"
