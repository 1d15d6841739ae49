"""Names on the command line: compare, check."""

from __future__ import annotations

from typing import Any

from redpencil.commands.terminal import DONE, SHOWN_AT_MOST, counted, one_json, progress, write_any_letter
from redpencil.grading.shown import written_out

MATCHES_SHOWN = 5
MATCHES_AT_MOST = 1_000


def compare_command(options: Any) -> int:
    """Say how far two names agree."""
    from redpencil.names.match import match_names
    from redpencil.names.report import LEAD, compared_json

    write_any_letter()
    match = match_names(options.first, options.second)
    compared = compared_json(match)
    if options.json:
        print(one_json(compared))
        return DONE
    print(f"{match.strength.label} ({int(match.strength)} of 5): {written_out(match.words)}")
    for part in compared["parts"]:
        alike = "" if part["likeness"] is None else f"  likeness {part['likeness']:.4f}"
        cells = [written_out(part[which] or "-") for which in ("first", "second")]
        print(f"  {part['part']:<11} {cells[0]:<20} {cells[1]:<20} {part['agreement']}{alike}")
    for which in ("first", "second"):
        for said, words in (("role unknown", "unplaced"), ("not read as a part of it", "left_out")):
            if compared[which][words]:
                print(f"  {which} name, {said}: {written_out(', '.join(compared[which][words]))}")
    for note in compared["notes"]:
        print(f"  look at: {written_out(note)}")
    print(LEAD)
    return DONE


def check_command(options: Any) -> int:
    """Hold each name of a list against a table of people."""
    from redpencil.names.check import NameIndex
    from redpencil.names.lists import GUESSED, read_names
    from redpencil.names.match import Strength
    from redpencil.names.report import LEAD, best_counts, checked_json, write_csv

    write_any_letter()
    names, table = read_names(options.list), read_names(options.against)
    at_least = Strength[options.at_least.upper()]
    index = NameIndex(table.names)
    checked = []
    with progress("checking", lambda: len(names.rows), quiet=options.json, unit="name") as advance:
        for row in names.rows:
            checked.append(index.check(row.name, at_least, MATCHES_AT_MOST))
            advance(1)
    if options.csv:
        with options.csv.open("w", encoding="utf-8", newline="") as stream:
            rows = write_csv(names, table, checked, stream)
    if options.json:
        print(one_json(checked_json(names, table, checked, at_least)))
        return DONE
    for read in (names, table):
        print(f"{written_out(read.file)}: {counted(len(read.rows), 'name')}; {read.encoding}, {read.separator}")
        if read.encoding == GUESSED:
            print(
                "  The letters may be in another encoding (KOI8-R, Windows-1252, …). If the names look wrong, "
                "save the table as “CSV UTF-8”."
            )
        for line, reason in read.skipped[:SHOWN_AT_MOST]:
            print(f"  left out, line {line}: {written_out(reason)}")
        if len(read.skipped) > SHOWN_AT_MOST:
            print(f"  … and {counted(len(read.skipped) - SHOWN_AT_MOST, 'line')} more left out")
    print()
    for row, one in zip(names.rows, checked, strict=True):
        print(f"line {row.line}: {written_out(row.name.written)}: {_by_strength(one.counts) or 'no match'}")
        for note in [str(found) for found in row.name.look_alikes]:
            print(f"  look at: {written_out(note)}")
        for place, match in one.matches[:MATCHES_SHOWN]:
            person = table.rows[place]
            print(
                f"  {match.strength.label}: {written_out(person.name.written)} (line {person.line}): "
                f"{written_out(match.words)}"
            )
        more = sum(n for strength, n in one.counts.items() if strength >= at_least) - MATCHES_SHOWN
        if more > 0:
            print(f"  … and {more:,} more, as far or less; --csv and --json list up to {MATCHES_AT_MOST:,} a name")
    print(f"\nThe names of the list, by how far the best match of each agrees: {_by_strength(best_counts(checked))}.")
    if options.csv:
        print(f"{counted(rows, 'row')} in {options.csv}.")
    print(LEAD)
    return DONE


def _by_strength(counts: Any) -> str:
    return ", ".join(f"{n:,} {strength.label}" for strength, n in sorted(counts.items(), reverse=True) if n)
