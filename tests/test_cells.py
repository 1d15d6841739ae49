"""Cells that a spreadsheet shows as they are: OWASP, "CSV Injection"."""

import pytest

from redpencil.cells import neutral_cell


@pytest.mark.parametrize(
    ("cell", "neutral"),
    [
        ("Ivan", "Ivan"),
        ("", ""),
        ("Konev-Ivanov = 1", "Konev-Ivanov = 1"),
        ("=1+1", "'=1+1"),
        (" =1", "' =1"),
        ("\u200b\u00a0+1", "'\u200b\u00a0+1"),
        ("＝1", "'＝1"),
        ("-x", "'-x"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "' x"),
        ("a\nb\0", "a b "),
        ("a\u2028b\x85c", "a b c"),
        ("\u2066a\u202e", "a"),
        ("\u202e=1", "'=1"),
        ("half \ud83d", "half \ufffd"),
    ],
)
def test_a_cell_runs_nothing_stays_on_one_line_and_turns_nothing_round(cell, neutral):
    assert neutral_cell(cell) == neutral
