"""A table that lays its rows under each other on a phone is still a table, with its columns' names on its cells."""

from xml.etree import ElementTree

from redpencil.pages.theme import _stacked

STACKED = (
    '<table class="stack docutils"><caption>Ours</caption><thead><tr><th>who</th><th>what &amp; <em>when</em></th></tr>'
    '</thead><tbody><tr><td><p>A</p></td><td>b</td></tr><tr><th scope="row">C</th><td>d</td></tr></tbody></table>'
)


def test_each_cell_of_a_stacked_table_names_its_column_and_every_part_keeps_its_role():
    table = ElementTree.fromstring(_stacked(STACKED))

    # Column by column, as they stand in the head; the second row's first cell is a head of its row.
    assert [(c.get("role"), c.get("data-label")) for row in table.find("tbody") for c in row] == [
        ("cell", "who"), ("cell", "what & when"), ("rowheader", "who"), ("cell", "what & when"),
    ]  # fmt: skip
    assert [(c.tag, c.get("role"), c.get("data-label")) for c in table.iterfind("thead/tr/*")] == [
        ("th", "columnheader", None), ("th", "columnheader", None),
    ]  # fmt: skip
    assert table.get("role") == "table"
    assert [part.get("role") for part in table.iterfind("*")] == [None, "rowgroup", "rowgroup"]
    assert {row.get("role") for row in table.iter("tr")} == {"row"}
    assert "".join(table.itertext()) == "Ourswhowhat & whenAbCd"


def test_any_other_table_stays_as_it_is():
    for other in (STACKED.replace("stack ", ""), STACKED.replace("stack ", "haystack ")):
        assert _stacked(other) == other
