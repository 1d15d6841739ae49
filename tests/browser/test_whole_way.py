"""The whole way of a submission: the built page, the keyboard, the file that is handed in, the grader, the table."""

import csv
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from browser.keyboard import Keyboard
from perfect import EXERCISE, KEY
from redpencil.annotation import Annotation
from redpencil.cli import main
from redpencil.document import Span
from redpencil.scoring import MarkingKey, score_marks

LABELS = ["source", "cue", "content"]


def required(layer):
    return [a for a in KEY if a.layer == layer and a.status == "required"]


@pytest.fixture
def handed_in(page, site_address, tmp_path, monkeypatch):
    """The exercise done on the built page with the keyboard alone, handed in as a file in ``class/ada/``."""
    page.goto(f"{site_address}who-says-so.html")
    hands = Keyboard(page, EXERCISE)
    for number, annotation in enumerate(required("sourcing"), start=1):
        hands.choose(f"rung-{number:02}", annotation.label)
    hands.tab_to(".rp-text")
    for annotation in required("attribution"):
        hands.mark(annotation)
    hands.tab_to("textarea")
    page.keyboard.type("“at least 60 members … were killed”: no photo, no document.")
    hands.tab_to("[data-student=name]")
    page.keyboard.type("Ada")
    hands.tab_to(".rp-hand-in .rp-main")
    with page.expect_download() as download:
        hands.press("Enter")
    assert download.value.suggested_filename == "who-says-so.redpencil.json"
    monkeypatch.chdir(tmp_path)
    (tmp_path / "class/ada").mkdir(parents=True)
    path = tmp_path / "class/ada" / download.value.suggested_filename
    download.value.save_as(path)
    return path


def test_an_exercise_done_by_keyboard_is_graded_to_the_expected_points(handed_in, tmp_path, capsys):
    row = json.loads(handed_in.read_text(encoding="utf-8"))

    assert row["student"] == {"id": "", "name": "Ada"}
    assert main(["grade", "class"]) == 0
    assert main(["feedback"]) == 0
    assert main(["export", "csv", "--output", "grades.csv"]) == 0
    with (tmp_path / "grades.csv").open(encoding="utf-8", newline="") as stream:
        (graded,) = csv.DictReader(stream)

    # Every sentence has its rung and every attribution its marks: 21 and 15 points. The text waits for a person.
    assert graded["Student ID"] == "ada"
    assert graded["State"] == "needs-manual"
    assert graded["Points"] == ""
    assert graded["who-says-so: rung"] == "21.00"
    assert graded["who-says-so: attributions"] == "15.00"
    assert graded["who-says-so: evidence"] == ""
    page = (tmp_path / "feedback/who-says-so/ada.html").read_text(encoding="utf-8")
    assert page.count("<b>found:</b>") == 15
    assert "<b>missed:</b>" not in page

    # Without the text nothing waits, and the points are a number.
    del row["answers"]["evidence"]
    handed_in.write_text(json.dumps(row), encoding="utf-8")
    capsys.readouterr()
    assert main(["grade", "class", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["states"] == {"graded": 1}
    assert main(["export", "csv"]) == 0
    assert ",graded,36.00,42.00,21.00,15.00,0.00," in capsys.readouterr().out


# The page compares and the grader grades: they have to say the same of the same marks.

LENGTH = 60
pieces = st.tuples(st.integers(0, LENGTH - 1), st.integers(1, 12)).map(lambda p: (p[0], min(p[0] + p[1], LENGTH)))
marked = st.lists(st.tuples(st.sampled_from(LABELS), st.lists(pieces, min_size=1, max_size=2)), max_size=6)
keys = st.lists(
    st.tuples(
        st.sampled_from(LABELS), st.lists(pieces, min_size=1, max_size=2), st.sampled_from(["required", "accepted"])
    ),
    max_size=6,
)
TEXT = "ab cd efg " * (LENGTH // 10)

COMPARE = """async ([module, cases, text]) => {
  const { findFates, scoreMarks } = await import(module);
  return cases.map(([marks, key]) => {
    const submitted = marks.map(([label, spans]) => ({ label, spans }));
    const fates = findFates(submitted, key, ([a, b]) => text.slice(a, b).trim() === "");
    return {
      scores: scoreMarks(submitted, key.filter(k => k.status === "required"), key.filter(k => k.status === "accepted")),
      fates: fates.map(f => [f.fate, f.annotation?.id ?? null, f.marks, f.missing]),
    };
  });
}"""


def test_the_page_and_the_grader_give_the_same_scores_and_fates(page, write_page):
    cases = []

    @settings(max_examples=300, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(marked, keys)
    def collect(marks, key):
        cases.append((marks, key))

    collect()
    page.goto(write_page("<p>Nothing to see.</p>"))
    as_lines = [
        [marks, [{"id": f"k{n}", "label": k[0], "spans": k[1], "status": k[2]} for n, k in enumerate(key)]]
        for marks, key in cases
    ]
    found = page.evaluate(COMPARE, ["./component/compare.js", as_lines, TEXT])

    for (marks, key), theirs in zip(cases, found, strict=True):
        annotations = [
            Annotation(f"k{n}", "attribution", label, tuple(Span(*s) for s in spans), status=status)
            for n, (label, spans, status) in enumerate(key)
        ]
        ours = score_marks(marks, MarkingKey.of(annotations, TEXT), {})
        assert {k for k, v in ours.scores.items() if v} == {k for k, v in theirs["scores"].items() if v}
        for label, score in ours.scores.items():
            if score:
                assert [score.precision, score.recall, score.f1] == pytest.approx(
                    list(theirs["scores"][label].values())
                )
        assert sorted(json.dumps([f.fate, f.annotation, f.marks, f.missing]) for f in ours.fates) == sorted(
            json.dumps(fate) for fate in theirs["fates"]
        )
