"""A class of which everybody has a harmful name, and the reports on it: for the teacher, and to project."""

import csv
import io
from types import SimpleNamespace

import pytest

from harmful import TEXTS, TURNING
from harmless import Page, assert_harmless
from perfect import answers_file, encoded, perfect_answers
from redpencil.cli import main

pytest.importorskip("redpencil.grading.report")

SECRET = "Zq7Pupil"


@pytest.fixture(scope="module", params=["with a roster", "without a roster"])
def reports(request, tmp_path_factory):
    """The pages of the report on a class in which each text is a name, a section, a note and an answer."""
    folder = tmp_path_factory.mktemp("course")
    roster = io.StringIO(newline="")
    writer = csv.writer(roster)
    writer.writerow(["id", "name", "section"])
    for n, text in enumerate(TEXTS.values()):
        whole = f"{text} {SECRET}"
        mark = {"id": text[:64], "label": "cue", "spans": [[n, n + 7]], "note": whole}
        answers = perfect_answers(attributions=[mark], **({"evidence": whole} if n % 2 else {}))
        for path, row in (
            (f"s{n:02}/a.redpencil.json", answers_file(answers, student={"id": "x", "name": whole})),
            (f"broken{n:02}/a.redpencil.json", answers_file({text: whole}, student={"id": "x", "name": whole})),
        ):
            file = folder / "class" / path
            file.parent.mkdir(parents=True)
            file.write_bytes(encoded(row))
        shown = "".join(c for c in whole if c.isprintable())
        writer.writerows([[f"s{n:02}", shown, shown], [f"broken{n:02}", shown, shown]])
    (folder / "roster.csv").write_bytes(roster.getvalue().encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr("redpencil.grading.pool.workers", lambda: 1)
        graded = main(["grade", "class", *(["--roster", "roster.csv"] if request.param == "with a roster" else [])])
        reported = main(["report"])
    pages = {file.name: file.read_text("utf-8") for file in (folder / "report").rglob("*.html")}
    return SimpleNamespace(status=(graded, reported), pages=pages)


def test_there_is_a_page_for_the_teacher_and_one_to_project(reports):
    assert reports.status == (1, 0)
    assert "who-says-so-class.html" in reports.pages
    assert len(reports.pages) >= 2


def test_nothing_in_them_runs_and_nothing_turns_a_line_around(reports):
    for html in reports.pages.values():
        assert_harmless(html)
        assert not TURNING & set(html)


def test_the_teachers_page_has_the_names_and_the_page_to_project_has_none(reports):
    named = [name for name, html in reports.pages.items() if SECRET in Page(html).text]

    assert named
    assert "who-says-so-class.html" not in named
