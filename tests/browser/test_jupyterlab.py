"""The released notebook in a real JupyterLab: done by keyboard alone, saved, opened again, and graded."""

import csv
import io
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from jupyter_process import PATIENCE, jupyter, save
from redpencil.exercise import LABEL_SETS, load_exercise, load_key
from redpencil.grading.release import release

# What a student may type, with the keys that JupyterLab would take for commands outside a text: delete and cut a cell,
# undo, insert, restart.
TEXT = "“cleared”: no photo, dd x z a b 00. It costs $5 and $6."


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with jupyter(
        tmp_path_factory.mktemp("jupyterlab"),
        "jupyterlab",
        *("--LabApp.extension_manager=readonly", "--LabApp.news_url=None"),
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ) as running:
        yield running


@pytest.fixture
def lab(server):
    """The server as if it had just started, with no kernel and no window of before, and a released notebook."""
    server.stop_kernels()
    for left in (*server.folder.iterdir(), *server.folder.with_name("workspaces").glob("*")):
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    release("who-says-so", server.folder)
    return server


def run_the_cell(page, lab):
    """Open the worksheet, go to its one code cell and run it, by keyboard."""
    page.goto(f"{lab.address}/lab/tree/who-says-so.ipynb?token={lab.token}")
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=PATIENCE * 1000)
    page.locator(".jp-Notebook .jp-Cell.jp-mod-active").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Control+Enter")
    page.locator(".red-pencil fieldset").first.wait_for()


def tab_to(page, css, at_most=40):
    """Press Tab until the focus is on what a selector names."""
    for _ in range(at_most):
        page.keyboard.press("Tab")
        if page.evaluate("css => document.activeElement.matches(css)", css):
            return
    raise AssertionError(f"{css} is not to be reached with {at_most} times Tab, but at {page.evaluate(WHERE)}")


WHERE = "document.activeElement.outerHTML.slice(0, 200)"


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def test_a_worksheet_done_by_keyboard_is_saved_restored_and_graded(page, lab, tmp_path):
    exercise = load_exercise("who-says-so")
    notebook = lab.folder / "who-says-so.ipynb"
    rungs = {a.spans[0]: a.label for a in load_key(exercise) if a.layer == "sourcing" and a.status == "required"}
    right = {item.id: rungs[item.span] for item in exercise.in_group("rung")}
    labels = [label.id for label in LABEL_SETS["sourcing"]]
    before = [cell["source"] for cell in json.loads(notebook.read_text("utf-8"))["cells"]]
    run_the_cell(page, lab)

    for item, label in right.items():
        tab_to(page, f"input[name='{item}']")
        press(page, "Space", *["ArrowRight"] * labels.index(label))
    # On a rung, JupyterLab would take these to cut, delete, copy and run cells.
    press(page, "x", "d", "d", "c", "v", "a", "m", "Enter", "Shift+Enter", "Control+Enter")
    # The key comes to the page when it is asked for and that is confirmed.
    tab_to(page, "button.rp-button")
    press(page, "Enter", "Enter")
    page.locator(".rp-verdict[data-fate='same']").nth(20).wait_for()
    # Sentence 13: "Russian media reported that at least 20 Turkish-supplied vehicles had been destroyed."
    tab_to(page, ".rp-text")
    press(page, "Control+Home", *["Control+ArrowRight"] * 12)
    press(page, "Shift+ArrowRight", "1", "ArrowRight", "2")
    press(page, "ArrowRight", "ArrowRight", *["Shift+ArrowRight"] * 7, "3")
    # A mark too many, deleted again: Delete must not reach the notebook, nor must the digits.
    press(page, "Home", "1", "Delete")
    expect(page.locator(".rp-marks > li")).to_have_count(3)
    tab_to(page, ".rp-marks button")
    press(page, "End")
    for role in ("source", "cue"):
        tab_to(page, f"select[data-role='{role}']")
        press(page, "ArrowDown")
    tab_to(page, "textarea[data-item='evidence']")
    page.keyboard.type(TEXT)
    tab_to(page, "input[data-student='name']")
    page.keyboard.type("Kim Example")
    # The output below the exercise, which is what a save stores, follows within a moment.
    page.locator(".redpencil-answers", has_text="Kim Example").wait_for(state="attached")
    cells, saved = save(page, notebook)

    assert len(saved) == 1
    answers = saved[0]["answers"]
    assert {item: answers[item] for item in right} == right
    assert len(right) == 21
    assert [(mark["label"], mark["quotes"]) for mark in answers["attributions"]] == [
        ("source", ["Russian media"]),
        ("cue", ["reported"]),
        ("content", ["at least 20 Turkish-supplied vehicles had been destroyed"]),
    ]
    source, cue, content = answers["attributions"]
    assert content["links"] == [{"to": source["id"], "role": "source"}, {"to": cue["id"], "role": "cue"}]
    assert saved[0]["student"]["name"] == "Kim Example"
    assert ["".join(cell["source"]) for cell in cells] == ["".join(source) for source in before]
    written = notebook.read_text("utf-8")
    assert not any(annotation.reason in written for annotation in load_key(exercise))

    # Another day: a new kernel, and the side file is gone.
    page.goto("about:blank")
    lab.stop_kernels()
    (lab.folder / "who-says-so.redpencil.json").unlink()
    run_the_cell(page, lab)

    for item, label in right.items():
        assert page.locator(f"input[name='{item}']:checked").get_attribute("value") == label
    assert page.locator("textarea[data-item='evidence']").input_value() == TEXT
    assert page.locator("input[data-student='name']").input_value() == "Kim Example"
    assert page.locator(".rp-marks > li").count() == 3
    assert json.loads((lab.folder / "who-says-so.redpencil.json").read_text("utf-8"))["answers"] == answers
    # The dollar signs of the student's text are no formula.
    # The output is drawn anew a moment after the cell ran, and is then folded again: open it and read it in one go.
    opened = "(shown) => { shown.open = true; return shown.innerText; }"
    assert TEXT in page.locator(".redpencil-answers").evaluate(opened)

    handed_in = tmp_path / "handed-in" / "kim"
    handed_in.mkdir(parents=True)
    shutil.copy(notebook, handed_in)
    assert redpencil(tmp_path, "grade", "handed-in", "--json")["states"] == {"needs-manual": 1}
    (row,) = csv.DictReader(io.StringIO(redpencil(tmp_path, "export", "csv")))
    assert row["Student"] == "Kim Example"
    # Each of 21 rungs is worth a point and is right.
    assert row["who-says-so: rung"] == "21.00"
    # One of five attributions, marked exactly: precision 1, recall 1/5, F1 1/3, and so a third of 3 times 5 points.
    assert row["who-says-so: attributions"] == "5.00"
    # The text waits for a person.
    assert (row["who-says-so: evidence"], row["Points"]) == ("", "")


def redpencil(folder, *arguments):
    """Run the command line in a folder; gives what it printed, read as JSON where that was asked for."""
    command = [str(Path(sys.executable).with_name("redpencil")), *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", check=True)
    return json.loads(done.stdout) if "--json" in arguments else done.stdout


def test_the_sliders_of_the_name_check_move_the_numbers_and_the_picture_by_keyboard(page, lab):
    release("name-check", lab.folder)
    page.goto(f"{lab.address}/lab/tree/invented-list-name-check.ipynb?token={lab.token}")
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=PATIENCE * 1000)
    cell = page.locator(".jp-CodeCell", has_text="chance_of")
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    shown = cell.locator(".jp-OutputArea")
    # The exercise's list has 16 names and the kit's table 44 people.
    caption = shown.get_by_text("Names that agree by chance, for a list of 16 names and a table of 44 people")
    expect(caption).to_be_visible(timeout=PATIENCE * 1000)
    before = shown.locator("svg[role='img']").inner_html()

    box = shown.get_by_label("People in the table, 10 to 1,000")
    box.fill("1000")
    box.press("Enter")
    expect(shown.get_by_text("for a list of 16 names and a table of 1,000 people").last).to_be_visible()
    handle = shown.get_by_role("slider").first
    handle.focus()
    handle.press("ArrowRight")
    expect(shown.get_by_text("for a list of 17 names and a table of 1,000 people").last).to_be_visible()

    assert shown.locator("svg[role='img']").inner_html() != before
    # Of 17 names 17 x 0.1177 have one of the twenty surnames, which is 200 on 100 lists. Next to all of these have a
    # namesake among 1,000 people.
    row = shown.locator("tr", has=page.get_by_role("rowheader", name="surname", exact=True))
    assert 195 <= int(row.locator("td").first.inner_text().split()[0]) <= 200
    assert "What is assumed." in shown.inner_text()
