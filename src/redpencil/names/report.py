"""What the commands print of a comparison and of a checked list. Only the standard library is used here."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from typing import Any, TextIO

from redpencil.cells import neutral_cell
from redpencil.document import FORMAT
from redpencil.names.check import Checked
from redpencil.names.lists import NameList, Row
from redpencil.names.match import Match, Strength, part_likeness
from redpencil.names.parts import Name

LEAD = "A match is about spellings: a lead, not a proof that two names mean one person. Many people share a name."
COLUMNS = ("Line", "Name", "Strength", "What agrees", "Table line", "Table name", "Likeness of the surnames", "Notes")


def name_json(name: Name) -> dict[str, Any]:
    """A name and its parts, as an object."""
    return {
        "written": name.written,
        "parts": name.parts(),
        "unplaced": list(name.unplaced),
        "left_out": list(name.left_out),
        "look_alikes": [
            {"place": one.place, "letter": one.letter, "word": one.word, "looks_like": one.looks_like, "said": str(one)}
            for one in name.look_alikes
        ],
        "hidden": list(name.hidden),
    }


def compared_json(match: Match) -> dict[str, Any]:
    """The object that ``redpencil names compare --json`` prints."""
    return {
        "redpencil": FORMAT,
        "first": name_json(match.first),
        "second": name_json(match.second),
        **match.to_json(),
        "about": LEAD,
    }


def checked_json(names: NameList, table: NameList, checked: Sequence[Checked], at_least: Strength) -> dict[str, Any]:
    """The object that ``redpencil names check --json`` prints; ``at_least`` is the weakest strength that is listed."""
    return {
        "redpencil": FORMAT,
        "list": _file_json(names),
        "table": _file_json(table),
        "at_least": at_least.label,
        "names": [
            {
                "line": row.line,
                **name_json(row.name),
                "counts": {strength.label: n for strength, n in one.counts.items()},
                "matches": [
                    {
                        "line": table.rows[place].line,
                        "name": table.rows[place].name.written,
                        "columns": dict(table.rows[place].columns),
                        **match.to_json(),
                    }
                    for place, match in one.matches
                ],
            }
            for row, one in zip(names.rows, checked, strict=True)
        ],
        "best": {strength.label: n for strength, n in best_counts(checked).items()},
        "about": LEAD,
    }


def _file_json(names: NameList) -> dict[str, Any]:
    return {
        "file": names.file,
        "encoding": names.encoding,
        "separator": names.separator,
        "names": len(names.rows),
        "skipped": [{"line": line, "reason": reason} for line, reason in names.skipped],
    }


def best_counts(checked: Sequence[Checked]) -> dict[Strength, int]:
    """How many names of the list reach each strength with somebody, and no higher; NONE for those that match nobody."""
    counts = dict.fromkeys(Strength, 0)
    for one in checked:
        counts[max((strength for strength, n in one.counts.items() if n), default=Strength.NONE)] += 1
    return counts


def surname_likeness(match: Match) -> float | None:
    """The likeness of the two surnames, to 4 digits, as far as both are known."""
    surname = next((p for p in match.parts if p.part in ("surname", "name")), None)
    return None if surname is None else part_likeness(surname)


def checked_rows(names: NameList, table: NameList, checked: Sequence[Checked]) -> Iterator[tuple[Row, Row, Match]]:
    """(row of the list, row of the table, match) for each match that is listed."""
    for row, one in zip(names.rows, checked, strict=True):
        for place, match in one.matches:
            yield row, table.rows[place], match


def write_csv(names: NameList, table: NameList, checked: Sequence[Checked], stream: TextIO) -> int:
    """Write a row for each match, and return how many. Cells that a spreadsheet would run begin with an apostrophe."""
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    rows = 0
    for row, person, match in checked_rows(names, table, checked):
        alike = surname_likeness(match)
        writer.writerow(
            [
                row.line,
                neutral_cell(row.name.written),
                match.strength.label,
                match.words,
                person.line,
                neutral_cell(person.name.written),
                "" if alike is None else f"{alike:.4f}",
                neutral_cell("; ".join(match.notes())),
            ]
        )
        rows += 1
    return rows
