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

from harmless import Page, assert_harmless
from perfect import answers_file, encoded, perfect_answers
from redpencil.cli import main

TEXTS = {
    "an image that runs a script": "\"'><img src=x onerror=alert(1)><svg onload=alert(1)>",
    "a script after the end of the title": "</title></style></script><script>alert(1)</script>",
    "a comment, a CDATA section and entities": "<!-- <![CDATA[ ]]> &lt;b&gt;&#60;i&#62; --><plaintext>",
    "a link that is a script": '<a href="javascript:alert(1)">[x](javascript:alert(1))</a>',
    "a style and a frame": "<style>*{display:none}</style><iframe srcdoc='<script>1</script>'><base href=//x.invalid>",
    "a page that turns to another": '<meta http-equiv="refresh" content="0;url=//x.invalid"><form action=//x.invalid>',
    "a template": "{{ 7*7 }}{% for x in y %}{# #}${7*7}<%= 7*7 %>",
    "a format": "%s%n%(x)s{0.__class__}{}{",
    "SQL": "'); DROP TABLE submissions; --",
    "a formula": '=HYPERLINK("http://x.invalid","36")',
    "a formula that begins with a plus": "+1+cmd|' /C calc'!A0",
    "a formula that begins with a minus": "-1+1",
    "a formula that begins with an at sign": "@SUM(1,1)",
    "a formula behind a tab": "\t=1+1",
    "a formula behind a line end": "\r\n=1+1",
    "a formula behind a blank": "  =1+1",
    "a formula behind a control character": "\x0b=1+1",
    "a formula with a wide sign": "＝1+1",
    "a formula behind a semicolon": "ada;=1+1",
    "a formula behind quotes and a separator": 'ada";"=1+1',
    "a formula behind a byte order mark": "\ufeff=1+1",
    "a formula behind a mark of direction": "\u200f=1+1",
    "a name that turns the line around": "ada\u202e24 fo 24\u202d",
    "a name that ends an isolate and turns the line": "ada\u2069\u202e24",
    "a name that leaves isolates open": "\u2067\u2068ada\u2066",
    "escape sequences of a terminal": "\x1b]0;owned\x07\x1b[2J\x1b[1;31m42\x9b31m\x90q\x9c",
    "a line of its own": "ada\r  graded: 42\n\u2028graded\u2029\x85graded",
    "backspaces": "ada\x08\x08\x08eve\x7f",
    "letters with a hundred accents": "a" + "\u0301\u0316" * 30 + "\u200d\ufe0f",
    "characters that are none yet": "\uffff\U0010ffff\ufdd0\ue000\U000e0001",
    "a name of a path": "../../../../tmp/owned",
    "a device of Windows": "CON",
    "a word that other programs take for nothing": "null",
}
FORMULA = tuple("=+-@＝＋－＠")
TURNING = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def as_name(text):
    """The text as a file or a folder may be called: 200 bytes at most, no slash, and no dot that would hide it."""
    return text.replace("/", "\u2215").lstrip(".").encode()[:200].decode(errors="ignore")


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


def visible(text):
    """The text as it may be shown: what turns a line around is written out."""
    return "".join(f"\\u{ord(c):04x}" if c in TURNING else c for c in text)


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
