"""One text that is meant to do harm, in every field that takes text; and every place where it is shown again.

Each text is put into the ids, the names, the notes, the free text and wherever else an answers file has room for it,
and into the names of files and folders. Then the class is graded, and everything that the kit says about it is read.
"""

import csv
import io
import json
import sqlite3
import unicodedata
from types import SimpleNamespace

import pytest

from harmful import FORMULA, TEXTS, TURNING, as_name, visible
from harmless import Page, assert_harmless
from perfect import answers_file, encoded, perfect_answers
from redpencil.cli import main


def hand_in(text):
    """What is handed in, by path, with the state that it must come to."""
    mark = {"id": text[:64], "label": "cue", "spans": [[0, 7]], "note": text}
    name = as_name(text)
    return {
        "who.redpencil.json": (answers_file(student={"id": f"{text}!", "name": text}), "graded"),
        "folder-1/name.redpencil.json": (answers_file(student={"id": "x", "name": text}), "graded"),
        "folder-2/note.redpencil.json": (
            answers_file(perfect_answers(attributions=[mark], evidence=text)), "needs-manual"),
        f"folder-3/{name}.json": (answers_file(), "graded"),
        f"{name}/who-says-so.redpencil.json": (answers_file(), "graded"),
        "folder-4/exercise.json": (answers_file(exercise=text[:64]), "wrong-exercise"),
        "folder-5/item.json": (answers_file({text: "x"}), "unreadable"),
        "folder-6/hint.json": (answers_file(hints={text: 1}), "unreadable"),
        "folder-7/label.json": (answers_file({"attributions": [mark | {"label": text}]}), "unreadable"),
        "folder-8/choice.json": (answers_file({"rung-01": text}), "unreadable"),
        "folder-9/quote.json": (answers_file({"attributions": [mark | {"quotes": [text]}]}), "unreadable"),
        "folder-10/actor.json": (answers_file({"attributions": [mark | {"actor": text}]}), "unreadable"),
        "folder-11/link.json": (
            answers_file({"attributions": [mark | {"links": [{"to": text, "role": text}]}]}), "unreadable"),
        "folder-12/version.json": (answers_file(exercise_version=text[:64]), "unreadable"),
        "folder-13/saved.json": (answers_file(saved_at=text[:40]), "unreadable"),
        "folder-14/format.json": (answers_file(redpencil=text), "unreadable"),
    }  # fmt: skip


@pytest.fixture(scope="module", params=TEXTS)
def shown(request, tmp_path_factory):
    """Everything that the kit says of a class in which the text stands everywhere."""
    text = TEXTS[request.param]
    folder = tmp_path_factory.mktemp("course")
    for path, (row, _) in hand_in(text).items():
        file = folder / "class" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(encoded(row))
    said = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr("redpencil.grading.pool.workers", lambda: 1)
        for name, command in (
            ("grade", ["grade", "class", "--feedback", "pages", "--csv", "grades.csv"]),
            ("json", ["grade", "class", "--json"]),
        ):
            out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
            patch.setattr("sys.stdout", out)
            main(command)
            said[name] = out.buffer.getvalue().decode()
    pages = {file.relative_to(folder / "pages"): file.read_text("utf-8") for file in folder.glob("pages/**/*.html")}
    table = (folder / "grades.csv").read_bytes().decode()
    return SimpleNamespace(text=text, folder=folder, pages=pages, table=table, **said)


def test_each_comes_to_its_state_and_nobody_is_lost(shown):
    found = json.loads(shown.json)
    expected = [state for _, state in hand_in(shown.text).values()]

    assert found["files"] == len(expected)
    assert found["states"] == {state: expected.count(state) for state in set(expected)}


def test_the_terminal_gets_lines_of_visible_characters(shown):
    assert not [line for line in shown.grade.split("\n") if not line.isprintable()]
    assert not [line for line in shown.json.split("\n") if not line.isprintable()]


def test_a_page_holds_it_as_text_and_nothing_of_it_runs(shown):
    assert len(shown.pages) >= len(hand_in(shown.text))
    for html in shown.pages.values():
        assert_harmless(html)


def test_the_note_and_the_free_text_stand_on_the_page_as_they_were_written(shown):
    (note,) = (Page(html).text for path, html in shown.pages.items() if path.stem == "folder-2")
    squeezed = " ".join(note.split())

    # Once in the note, once in the free text.
    assert squeezed.count(" ".join(visible(shown.text).split())) >= 2


def test_nothing_on_a_page_turns_the_line_around(shown):
    assert not [path for path, html in shown.pages.items() if TURNING & set(html)]


def test_a_name_is_isolated_from_the_line_that_it_stands_in(shown):
    (html,) = (html for path, html in shown.pages.items() if path.stem == "folder-1")

    assert "bdi" in [tag for tag, _ in Page(html).elements]


def test_pages_lie_in_the_folder_of_pages_under_names_that_every_system_takes(shown):
    beside = {path.name.removesuffix("-wal").removesuffix("-shm") for path in shown.folder.iterdir()}

    assert beside == {"class", "grades.csv", "gradebook.sqlite", "pages"}
    for path in shown.pages:
        assert len(path.parts) <= 2
        for part in path.parts:
            assert len(part.encode()) < 200
            assert {unicodedata.category(c)[0] for c in part.replace("~", "")} <= set("LMNP")
            assert not set('<>:"/\\|?*') & set(part)
            assert not part.startswith((".", "-"))
            assert part.split(".")[0] not in ("con", "nul", "aux", "prn")
    # No two of them differ by what a file system may take for one name.
    flat = [unicodedata.normalize("NFKC", path.as_posix()).casefold() for path in shown.pages]
    assert len(set(flat)) == len(flat)


def test_no_cell_of_the_table_is_a_formula(shown):
    for row in csv.reader(io.StringIO(shown.table)):
        for cell in row:
            # A spreadsheet may trim what has no picture; behind an apostrophe it takes everything for text.
            first = next((c for c in cell if unicodedata.category(c) not in ("Cf", "Cc", "Zs")), "")
            assert first not in FORMULA, cell


@pytest.mark.parametrize("separator", [";", "\t"])
def test_no_cell_is_a_formula_where_a_spreadsheet_splits_the_table_at_another_sign(shown, separator):
    for row in csv.reader(io.StringIO(shown.table), delimiter=separator):
        for cell in row[1:]:
            assert not cell.lstrip(' "').startswith(FORMULA), cell


def test_the_table_keeps_its_rows_and_columns_and_turns_nothing_around(shown):
    table = list(csv.reader(io.StringIO(shown.table)))

    assert len({len(row) for row in table}) == 1
    assert len(table) == len(hand_in(shown.text)) + 1
    assert not TURNING & set(shown.table)
    assert not [c for c in shown.table if unicodedata.category(c) == "Cc" and c not in "\r\n"]
    assert shown.table.count("\n") == len(table)


def test_what_is_stored_is_what_was_written(shown):
    connection = sqlite3.connect(shown.folder / "gradebook.sqlite")
    rows = dict(connection.execute("SELECT path, answers FROM submissions"))
    names = {name for (name,) in connection.execute("SELECT student_name FROM submissions")}
    connection.close()

    answers = json.loads(rows["folder-2/note.redpencil.json"])
    assert answers["evidence"] == shown.text.strip()
    assert answers["attributions"][0]["note"] == shown.text
    assert unicodedata.normalize("NFC", shown.text).strip() in names
