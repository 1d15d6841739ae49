"""The class report: what it counts and measures, what stands on its two pages, and whom it leaves unnamed."""

import json
import re
import time
import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from perfect import EXERCISE, KEY, answers_file, encoded, perfect_answers
from redpencil.cli import main
from redpencil.exercise import Answers, key_for_item, load_exercise, load_key
from redpencil.grading.class_view import in_range
from redpencil.grading.course import ExerciseSettings
from redpencil.grading.grade import Grader
from redpencil.grading.pictures import track_picture
from redpencil.grading.report import Tally, scored_items
from redpencil.grading.report_page import Analysis, class_context, numbers, report_context, write_pages
from redpencil.grading.submissions import check_answers
from redpencil.grading.talking_points import TalkingPoint, foremost

GRADER = Grader(EXERCISE, KEY)


def row(student, answers, grader=GRADER, **more):
    """What the gradebook holds of one student's answers."""
    from redpencil.grading.submissions import answers_from_json

    given = answers_from_json(json.loads(encoded(answers_file(answers))))
    checked = check_answers(EXERCISE, given)
    grade = grader.grade_checked(checked)
    return {
        "exercise": EXERCISE.id,
        "student_id": student,
        "student_name": f"Name of {student}",
        "state": grade.state,
        "reason": "",
        "points": grade.points,
        "points_at_most": grade.points_at_most,
        "parts": json.dumps(grade.parts),
        "answers": json.dumps(checked.to_json()),
        "details": json.dumps(grade.details),
        "path": f"{student}.json",
        "key_version": grader.key_version,
        "late": False,
        "section": "",
        "matched_by": "",
        "manual": "{}",
    } | more


def tallied(*rows):
    tally = Tally(EXERCISE)
    for one in rows:
        tally.add(one)
    return tally


def wrong(n):
    """The answers of somebody who has the first n sentences wrong."""
    chosen = {f"rung-{k:02}": "record" for k in range(1, n + 1)}
    return perfect_answers(**chosen)


@pytest.fixture(scope="module")
def class_of_12():
    """Students with none to eleven of the first sentences wrong."""
    return tallied(*(row(f"s{n:02}", wrong(n)) for n in range(12)))


def test_difficulty_is_the_share_of_the_class_that_was_right(class_of_12):
    shares = {one["id"]: one["share"] for one in numbers(GRADER, class_of_12)["items"]}

    # Sentence 1 is wrong for all but the first student, sentence 11 for the last alone, sentence 12 for nobody.
    assert shares["rung-01"] == pytest.approx(1 / 12)
    assert shares["rung-11"] == pytest.approx(11 / 12)
    assert shares["rung-12"] == 1


def test_the_index_of_the_27_in_100_is_counted_by_hand(class_of_12):
    found = {one["id"]: one for one in numbers(GRADER, class_of_12)["items"]}

    # 27 % of 12 are 3 (3.24): the upper group has 0, 1 and 2 wrong, the lower one 9, 10 and 11.
    assert found["rung-01"]["upper_lower"] == pytest.approx(1 / 3)
    assert found["rung-03"]["upper_lower"] == pytest.approx(1)
    assert found["rung-11"]["upper_lower"] == pytest.approx(1 / 3)
    # Nobody missed it: there is nothing to go with, and that is no 0.
    assert found["rung-12"]["item_rest"] is None


def test_points_have_their_quartiles(class_of_12):
    points = numbers(GRADER, class_of_12)["points_of_the_program"]

    # 36 points less none to eleven; between 12 values in order a quarter of 11 steps is 2.75.
    assert (points["lowest"], points["highest"], points["median"]) == (25, 36, 30.5)
    assert points["quartile_1"] == pytest.approx(27.75)
    assert points["mean"] == pytest.approx(30.5)


def test_alpha_of_a_class_of_one_mind_is_1_and_undefined_where_everybody_chose_one_label():
    tally = tallied(*(row(f"s{n}", perfect_answers()) for n in range(3)))
    measured = numbers(GRADER, tally)

    assert measured["choices"]["rung"]["krippendorff_alpha"] == 1
    assert measured["marks"]["attributions"] == {"unitizing_alpha": 1, "readers": 3}
    assert measured["choices"]["rung"]["cronbach_alpha"] is None
    lonely = numbers(GRADER, tallied(row("s", {"rung-01": "role"})))
    assert lonely["choices"]["rung"]["krippendorff_alpha"] is None
    assert lonely["marks"]["attributions"] == {"unitizing_alpha": None, "readers": 0}


def test_tallies_made_apart_and_put_together_are_the_tally_of_all():
    rows = [row(f"s{n:02}", wrong(n % 5), section="8a" if n % 2 else "8b") for n in range(9)]
    whole, first, second = tallied(*rows), tallied(*rows[:4]), tallied(*rows[4:])
    first.merge(second)

    assert numbers(GRADER, first) == numbers(GRADER, whole)
    assert report_context(GRADER, first)["people"] == report_context(GRADER, whole)["people"]


def test_each_label_of_a_sentence_has_its_count_in_the_upper_and_the_lower_group(class_of_12):
    first = Analysis(GRADER, class_of_12).distractors("rung")[0]
    by_label = {cell["label"]: (cell["n"], cell["groups"]) for cell in first}

    # The key has own voice… the first student alone chose it, and is in the upper group of three.
    right = next(a.label for a in KEY if a.layer == "sourcing" and a.spans == (EXERCISE.items[0].span,))
    assert by_label[right] == (1, [1, 0])
    assert by_label["record"] == (11, [2, 3])


def test_late_and_sections_and_what_waits_are_counted():
    words = {"evidence": "They say so."}
    late = {"late": {"days": 2, "percent": 20, "taken": 1.5, "by": "time"}}
    rows = [
        row("a", perfect_answers(), section="8a"),
        row("b", perfect_answers(**words), section="8b", late=True),
        row("c", wrong(3), section="8b"),
        row("d", perfect_answers(), matched_by="nobody"),
    ]
    rows[2]["details"] = json.dumps(json.loads(rows[2]["details"]) | late)
    measured = numbers(GRADER, tallied(*rows))

    assert measured["late"] == {"by_days": {"2": 1}, "marked": 1}
    assert measured["unmatched"] == 1
    assert measured["students"] == 3
    assert measured["sections"]["8b"]["students"] == 2
    assert measured["sections"]["8b"]["median"] == pytest.approx(34.5)
    assert report_context(GRADER, tallied(*rows))["waiting"] == [(EXERCISE.items[-1].title, 1)]


def test_a_dropped_item_is_in_no_total_and_in_no_measure():
    drop = frozenset({"rung-01", "rung-02"})
    grader = Grader(EXERCISE, KEY, ExerciseSettings(drop=drop))
    tally = Tally(EXERCISE, ExerciseSettings(drop=drop))
    for n in range(4):
        tally.add(row(f"s{n}", wrong(n)))
    measured = numbers(grader, tally)

    # With sentences 1 and 2 dropped, three or fewer wrong are one or none: 34 points, and 33 for the last student.
    assert [round(points) for points in sorted(tally.items.totals)] == [33, 34, 34, 34]
    assert "rung-01" not in [one["id"] for one in measured["items"]]
    assert measured["dropped"] == ["rung-01", "rung-02"]
    assert report_context(grader, tally)["dropped"] == ["The ladder, sentence 1", "The ladder, sentence 2"]
    # One of the two has something to spot: four answers to it are not counted.
    discerned = report_context(grader, tally)["choices"][0]["discernment"]
    whole = report_context(GRADER, tallied(*(row(f"s{n}", wrong(n)) for n in range(4))))["choices"][0]["discernment"]
    assert (discerned.hits + discerned.misses, whole.hits + whole.misses) == (4 * 10, 4 * 11)


def test_points_that_a_person_gave_are_not_waited_for():
    manual = json.dumps({"items": {"evidence": {"points": 4.0, "comment": ""}}})
    tally = tallied(row("a", perfect_answers(evidence="So."), manual=manual))

    assert report_context(GRADER, tally)["waiting"] == []
    assert report_context(GRADER, tally)["given"] == [(EXERCISE.items[-1].title, 1, 4.0, 6.0)]


def test_who_is_late_at_no_cost_is_counted_by_the_hour_and_else_by_the_mark():
    due = datetime(2026, 11, 20, 23, 59, tzinfo=UTC)
    tally = Tally(EXERCISE, ExerciseSettings(due=due))
    # In time, though its platform marked it; 2 days and a minute, so a third has begun; only marked; at another clock.
    for n, (at, late) in enumerate(
        [
            ("2026-11-20T12:00:00", True),
            ("2026-11-23T00:00:00", False),
            ("", True),
            ("2026-11-21T00:30:00+01:00", False),
        ]
    ):
        tally.add(row(f"s{n}", perfect_answers(), handed_in_at=at, late=late))

    assert [one["late"] for one in tally.people] == [0, 3, 1, 0]
    assert numbers(GRADER, tally)["late"] == {"by_days": {}, "marked": 2}


# The sample


def test_the_alpha_of_a_district_is_that_of_a_sample_which_does_not_hang_on_the_order(monkeypatch):
    monkeypatch.setattr("redpencil.grading.report.SAMPLE", 5)
    rows = [row(f"s{n:02}", wrong(n % 5)) for n in range(12)]
    forth, back = tallied(*rows), tallied(*rows[::-1])
    apart = tallied(*rows[:6])
    apart.merge(tallied(*rows[6:]))

    places = [sorted(place for place, _ in tally.sample) for tally in (forth, back, apart)]
    assert len(places[0]) == 5
    assert places[0] == places[1] == places[2]
    assert forth.unitizing_alpha(EXERCISE.item_by_id["attributions"])[1] == 5


def test_memory_does_not_grow_with_the_class_but_for_the_totals(monkeypatch):
    monkeypatch.setattr("redpencil.grading.report.SAMPLE", 20)
    monkeypatch.setattr("redpencil.grading.report.PEOPLE_AT_MOST", 20)
    one = row("s", wrong(3), section="8a")

    def held_after(n):
        tally = Tally(EXERCISE)
        tracemalloc.start()
        for k in range(n):
            one["student_id"] = f"s{k}"
            tally.add(one)
        held = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        return held

    # Eight bytes for the points, for the program's and for the section's; a list grows ahead of its need.
    assert held_after(600) - held_after(100) < 500 * 3 * 8 * 2


# The pages


class Words(HTMLParser):
    """All that a reader can come upon: texts and the values of attributes."""

    def __init__(self):
        super().__init__()
        self.found = []
        self.open = []

    def handle_starttag(self, tag, attrs):
        self.found += [value for _, value in attrs if value]

    def handle_data(self, data):
        self.found.append(data)


NAMES = [f"Zaynab Quillfeather {n}" for n in range(7)]


@pytest.fixture
def pages(tmp_path, monkeypatch):
    """Both pages of a class of seven with names, of whom one handed in something that cannot be read."""
    monkeypatch.chdir(tmp_path)
    for n, name in enumerate(NAMES):
        folder = tmp_path / "class" / f"id-{n}-quill"
        folder.mkdir(parents=True)
        answers = wrong(n)
        if n:
            answers["attributions"] = [one | {"links": []} for one in answers["attributions"][n:]]
            answers["attributions"][0]["note"] = f"A note by {name} <script>"
        data = encoded(answers_file(answers, student={"id": f"id-{n}-quill", "name": name})) if n < 6 else b"{"
        (folder / "who-says-so.redpencil.json").write_bytes(data)
    main(["grade", "class"])
    assert main(["report"]) == 0
    return [(tmp_path / f"report/who-says-so-{kind}.html").read_text(encoding="utf-8") for kind in ("report", "class")]


def test_the_report_has_the_names_and_the_page_to_project_has_none(pages):
    report, projected = pages

    assert all(name in report for name in NAMES[:6])
    assert "quill" not in projected.lower()
    assert "A note by" not in report + projected
    words = Words()
    words.feed(projected)
    assert not [word for word in words.found if re.search(r"id-\d|points? of|Quill", word)]


def test_who_handed_in_what_cannot_be_read_is_listed_though_the_exercise_is_not_known(pages):
    assert "Of no exercise that is known" in pages[0]
    assert "id-6-quill" in pages[0]


def test_neither_page_loads_or_runs_anything(pages):
    for page in pages:
        assert "<script" not in page
        assert not re.search(r"(?:src|href)=\"(?!#)", page)
        assert "url(" not in page
        assert "http" not in page


def test_every_picture_has_a_title_an_alternative_and_a_table_after_it(pages):
    for page in pages:
        for at in (match.start() for match in re.finditer("<svg ", page)):
            svg = page[at : page.index("</svg>", at)]
            named = re.search(r'role="img" aria-labelledby="(\S+) (\S+)"', svg)
            assert re.search(rf'<title id="{named[1]}">[^<]+</title><desc id="{named[2]}">[^<]+</desc>', svg)
            assert "<table" in page[at:]
    assert pages[0].count("<svg ") == 5


def test_ids_stand_once_and_every_link_has_its_place(pages):
    for page in pages:
        ids = re.findall(r'\bid="([^"]+)"', page)
        assert len(ids) == len(set(ids))
        assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)


def test_of_a_class_of_whom_nothing_can_be_read_both_pages_say_so(tmp_path):
    tally = Tally(EXERCISE)
    told = row("s", perfect_answers(), state="wrong-exercise", reason="Another version.", points=None, parts="{}")
    tally.add(told | {"answers": "{}", "details": "{}"})
    report, projected = (path.read_text(encoding="utf-8") for path in write_pages(GRADER, tally, tmp_path))

    assert "Nobody has points yet." in report
    assert "Name of s" in report
    assert set(re.findall(r'href="#([^"]+)"', report)) <= set(re.findall(r'\bid="([^"]+)"', report))
    assert "none is shown" in projected


@pytest.mark.parametrize("id", ["the-bridge", "loaded-labels", "label-swap", "casualty-claims", "name-check"])
def test_every_exercise_of_the_kit_has_its_report(id, tmp_path):
    exercise = load_exercise(id)
    key = load_key(exercise)
    grader = Grader(exercise, key)
    tally = Tally(exercise)
    for n in range(6):
        answers = {i.id: key_for_item(i, key)[0].label for i in exercise.items[n:] if i.kind == "choice"}
        answers |= {
            i.id: [{"label": a.label, "spans": [[s.start, s.end] for s in a.spans]} for a in key_for_item(i, key)[n:]]
            for i in exercise.items
            if i.kind == "marks"
        }
        checked = check_answers(exercise, Answers(id, exercise.version, answers))
        grade = grader.grade_checked(checked)
        given = {"answers": json.dumps(checked.to_json()), "details": json.dumps(grade.details)}
        given |= {"parts": json.dumps(grade.parts), "points": grade.points, "points_at_most": grade.points_at_most}
        tally.add(row(f"s{n}", {"rung-01": "role"}) | given)
    for page in (path.read_text(encoding="utf-8") for path in write_pages(grader, tally, tmp_path)):
        ids = re.findall(r'\bid="([^"]+)"', page)
        assert len(ids) == len(set(ids))
        assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)
    assert json.loads(json.dumps(numbers(grader, tally)))["students"] == 6


# Whom a count could give away


@pytest.mark.parametrize(
    ("n", "readers", "shown"),
    [(0, 30, "0–2"), (1, 30, "0–2"), (2, 30, "0–2"), (3, 30, "3"), (27, 30, "27"), (28, 30, "28–30"), (30, 30, "28–30"),
     (2, 5, "0–2"), (3, 5, "3–5"), (5, 5, "3–5")],
)  # fmt: skip
def test_a_count_that_points_at_one_or_two_is_a_range_from_either_side(n, readers, shown):
    assert in_range(n, readers) == shown


def test_every_count_on_the_page_to_project_is_of_three_or_more_from_either_side(class_of_12, tmp_path):
    _, projected = write_pages(GRADER, class_of_12, tmp_path)
    page = projected.read_text(encoding="utf-8")
    texts = [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td>((?:(?!<td>).)*)</td></tr>", page)]
    places = re.findall(r"marked by </span>([^<]+)<", page) + re.findall(r": (\S+) of 12", page)
    # The last cell of a row is a count, or labels with a count each; the last two rows are d′ and c, in words.
    counts = [count for text in texts[:-2] for count in re.findall(r"\d+(?:–\d+)?", text)] + places

    assert len(counts) > 40
    assert set(counts) <= {"0–2", "10–12", *map(str, range(3, 10))}


def test_of_fewer_than_five_readers_the_page_to_project_shows_no_count(tmp_path):
    four = tallied(*(row(f"s{n}", wrong(n)) for n in range(4)))
    _, projected = write_pages(GRADER, four, tmp_path)
    page = projected.read_text(encoding="utf-8")

    assert "none is shown" in page
    assert "<table" not in page
    assert "<mark" not in page


def test_what_one_reader_marked_alone_moves_no_border_on_the_page_to_project():
    marks = perfect_answers()["attributions"]
    wide = [dict(one) for one in marks]
    wide[0] = wide[0] | {"spans": [[wide[0]["spans"][0][0], wide[0]["spans"][0][1] + 9]]}
    del wide[0]["quotes"]
    rows = [row(f"s{n:02}", {"attributions": marks}) for n in range(11)]
    alone = class_context(GRADER, tallied(*rows, row("x", {"attributions": wide})))
    without = class_context(GRADER, tallied(*rows, row("x", {"attributions": marks})))

    for a, b in zip(alone["texts"][0]["views"], without["texts"][0]["views"], strict=True):
        assert a["paragraphs"] == b["paragraphs"]


def test_a_rare_choice_is_neither_named_nor_to_be_found_by_taking_away(class_of_12):
    context = class_context(GRADER, class_of_12)
    (ladder,) = context["choices"]
    often = {one["item"].id: one["often"] for one in ladder["rows"]}

    # Sentence 2: 10 of 12 chose record, 2 the key's; sentence 11: one chose record.
    assert [name for name, _ in often["rung-02"]] == ["record"]
    assert "record" not in [name for name, _ in often["rung-11"]]
    assert {one["answered"] for one in ladder["rows"]} == {12}


# Where the course hides the key


@pytest.fixture(scope="module")
def another_key():
    """The key without its first two cues, with a reading accepted as well, and with another rung for sentence 3."""
    cues = [one for one in KEY if one.label == "cue" and one.status == "required"]
    spans = {number: item.span for number, item in enumerate(EXERCISE.items, start=1)}
    changed = [
        replace(one, label="record") if one.layer == "sourcing" and one.spans == (spans[3],) else one
        for one in KEY
        if one not in cues[:2]
    ]
    changed.append(replace(changed[0], id="as-well", label="role", status="accepted"))
    return Grader(EXERCISE, changed)


def projected_page(grader, output, *, shows_key):
    """The page to project on twelve who have more and more sentences wrong and, half of them, one cue less."""
    tally = Tally(EXERCISE, grader.settings)
    for n in range(12):
        answers = wrong(n)
        if n % 2:
            answers["attributions"] = [one | {"links": []} for one in answers["attributions"][n:]]
        tally.add(row(f"s{n:02}", answers, grader))
    return write_pages(grader, tally, output, shows_key=shows_key)[1].read_text(encoding="utf-8")


def test_with_the_key_hidden_the_page_to_project_is_the_same_whatever_the_key_is(another_key, tmp_path):
    hidden = [projected_page(grader, tmp_path, shows_key=False) for grader in (GRADER, another_key)]
    shown = [projected_page(grader, tmp_path, shows_key=True) for grader in (GRADER, another_key)]

    assert hidden[0] == hidden[1]
    assert shown[0] != shown[1]
    assert "In this course the key is not shown" in hidden[0]
    assert "In this course the key is not shown" not in shown[0]


def test_with_the_key_hidden_the_page_to_project_still_has_the_marks_the_choices_and_where_to_begin(tmp_path):
    page = projected_page(GRADER, tmp_path, shows_key=False)
    (listed,) = re.findall(r'<ol class="three">(.*?)</ol>', page, re.S)

    assert re.findall(r"<li><strong>(.*?)</strong>", listed)[0] == "Most divided"
    # Of the twelve, n have sentence n + 1 and all before it wrong: in sentence 6 six say record, and six what it is.
    assert "6 of 12 chose:" in page
    assert "What was marked, the most marked first" in page
    # A frame, a line under what is right, and a measure against the key; the style has its own rules for these.
    body = page.partition("</style>")[2]
    assert not re.search(r'class="k"|<u>|d′|Brier|[Ff]ound|missed|the key’s', body)


def test_the_places_worth_talking_about_name_no_label_that_few_chose(tmp_path):
    # One of twelve chose record against the key, eleven as the key has it.
    tally = tallied(*(row(f"s{n:02}", wrong(1 if n == 0 else 0)) for n in range(12)))

    for shows_key in (True, False):
        context = class_context(GRADER, tally, shows_key=shows_key)
        assert not [point for point in context["choices"][0]["points"] if "record" in point.said]


# Three places


def point(why, rank, count, sentence):
    return TalkingPoint({"sentence": sentence, "id": f"{why}{sentence}"}, why, "", (rank, -count))


def test_three_places_of_three_kinds_in_three_sentences_and_the_first_is_where_the_class_is_divided():
    divided, missed = point("divided", 0, 9, 1), point("missed", 1, 20, 1)
    elsewhere, against = point("missed", 1, 15, 4), point("against", 2, 3, 5)
    second = point("divided", 0, 8, 6)

    assert foremost([against, missed, elsewhere, second, divided], 3) == [divided, elsewhere, against]
    assert foremost([missed, divided], 3) == [divided, missed]
    assert foremost([], 3) == []


@pytest.mark.parametrize("shows_key", [True, False])
def test_what_the_course_dropped_is_no_place_to_talk_about_and_is_shown_as_not_counted(shows_key, tmp_path):
    # Of the twelve, six have sentence 6 wrong: on nothing is the class more divided.
    drop = frozenset({"rung-06", "attributions"})
    everything = projected_page(GRADER, tmp_path, shows_key=shows_key)
    dropped = Grader(EXERCISE, KEY, ExerciseSettings(drop=drop))
    projected = projected_page(dropped, tmp_path, shows_key=shows_key)
    report = (tmp_path / "who-says-so-report.html").read_text(encoding="utf-8")

    assert 'href="#rung-06.choice"' in everything
    for page in (report, projected):
        assert re.findall(r'href="#((?:rung|attributions)[^"]*\.[^"]*)"', page)
        assert 'href="#rung-06.choice"' not in page
        assert 'href="#attributions.' not in page
        assert page.count("<em>not counted</em>") == 1
        (of_6,) = re.findall(r'<tr id="rung-06.choice">.*?</tr>', page, re.S)
        assert "<em>not counted</em>" in of_6
    assert "it counts for nobody" in report
    assert "This part is not counted, for nobody in the course." in projected


def test_the_three_places_of_a_report_say_why_each_was_chosen(pages):
    (listed,) = re.findall(r'<ol class="three">(.*?)</ol>', pages[0], re.S)
    reasons = re.findall(r"<li><strong>(.*?)</strong>.*?</a>.*?: (.*?)\.", listed)

    assert len(reasons) == 3
    assert all(why.startswith("Most") and re.search(r"\d of 6", said) for why, said in reasons)


# The command


def test_json_is_one_object_with_the_numbers_and_no_name(pages, capsys):
    capsys.readouterr()
    assert main(["report", "--json"]) == 0
    said = capsys.readouterr().out
    found = json.loads(said)

    assert "Quillfeather" not in said
    assert found["exercises"]["who-says-so"]["students"] == 6
    assert found["of_no_exercise"] == 1


def test_with_a_roster_who_handed_in_nothing_stands_on_the_instructors_page_alone(pages, tmp_path, capsys):
    assert "handed in nothing" not in pages[0]
    ids = [f"id-{n}-quill" for n in range(7)]
    rows = [f"{id},Pupil {id},8a" for id in ids] + ["id-7,Absent Birdsong,8b", "id-8,Absent Otterbein,"]
    (tmp_path / "roster.csv").write_text("\n".join(["id,name,section", *rows]), encoding="utf-8")
    assert main(["report", "--roster", "roster.csv"]) == 0
    folder = tmp_path / "report"
    report, projected = ((folder / f"who-says-so-{kind}.html").read_text("utf-8") for kind in ("report", "class"))

    assert "2 more of the roster handed in nothing" in report
    # Whose file cannot be read has handed one in.
    assert re.findall(r"<bdi>(Absent \w+)</bdi>", report) == ["Absent Birdsong", "Absent Otterbein"]
    assert "Pupil id-6" not in report.partition('id="absent"')[2].partition("</table>")[0]
    assert "Absent" not in projected
    assert set(re.findall(r'href="#([^"]+)"', report)) <= set(re.findall(r'\bid="([^"]+)"', report))
    # In course.toml it is found as it is by grade.
    (tmp_path / "course.toml").write_text('redpencil = 1\nroster = "roster.csv"\n', encoding="utf-8")
    capsys.readouterr()
    assert main(["report", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["exercises"]["who-says-so"]["handed_in_nothing"] == 2


def test_without_a_gradebook_the_command_says_what_to_do_first(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    assert main(["report"]) == 2
    assert "Grade first" in capsys.readouterr().err


def test_where_the_course_hides_the_key_the_page_to_project_does_and_the_command_says_so(pages, tmp_path, capsys):
    assert "hides" not in capsys.readouterr().out
    assert 'class="k"' in pages[1]
    (tmp_path / "course.toml").write_text('redpencil = 1\n[feedback]\nkey = "hidden"\n')

    assert main(["report"]) == 0
    assert "without the key, which your course hides" in capsys.readouterr().out
    folder = tmp_path / "report"
    report, projected = ((folder / f"who-says-so-{kind}.html").read_text("utf-8") for kind in ("report", "class"))
    assert 'class="k"' in report
    assert 'class="k"' not in projected


def test_another_key_than_the_one_that_graded_is_said(pages, tmp_path, capsys):
    keys = tmp_path / "keys" / "who-says-so"
    keys.mkdir(parents=True)
    lines = (EXERCISE.folder / "key.jsonl").read_text(encoding="utf-8").splitlines()
    (keys / "key.jsonl").write_text("\n".join(lines[:-1] if '"accepted"' in lines[-1] else lines[1:]), encoding="utf-8")
    changed = "\n".join(lines).replace('"reason": "', '"reason": "Changed. ', 1)
    (keys / "key.jsonl").write_text(changed, encoding="utf-8")

    assert main(["report", "--keys", "keys"]) == 2
    assert "graded by another key" in capsys.readouterr().err


def test_what_is_scored_is_each_choice_and_each_label_of_the_marks():
    assert list(scored_items(EXERCISE))[20:] == [
        "rung-21",
        "attributions:source",
        "attributions:cue",
        "attributions:content",
    ]


def test_a_name_in_a_picture_is_no_markup():
    assert "<b>" not in track_picture("t", "<b>", "<b>", [("<b>", [(0, 1, 1)], [])], 10, 1, [0])


def test_a_row_is_counted_in_well_under_a_millisecond():
    one = row("s", wrong(4))
    tally = Tally(EXERCISE)
    begun = time.process_time()
    for n in range(300):
        one["student_id"] = f"s{n}"
        tally.add(one)

    assert (time.process_time() - begun) / 300 < 0.002
