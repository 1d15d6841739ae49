import csv
import io
import json
import re
import unicodedata
import zipfile
from html import unescape

import pytest

from feedback_page import page_of as made_page
from feedback_page import with_faults
from gradebook_rows import gradebook_of, row
from perfect import answers_file, encoded, perfect_answers
from redpencil.cli import main
from redpencil.exercise import INVENTED, LABEL_SETS, key_for_item, load_exercise, load_key
from redpencil.grading.course import Lateness
from redpencil.grading.feedback import FeedbackPages, file_name
from redpencil.grading.feedback_words import short_names
from redpencil.grading.gradebook import Gradebook

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&"


@pytest.fixture
def graded(tmp_path, monkeypatch):
    """Hands in answers by student id, grades them, and leaves the current folder at the course."""
    monkeypatch.chdir(tmp_path)

    def hand_in(**students):
        for student, data in students.items():
            folder = tmp_path / "class" / student
            folder.mkdir(parents=True)
            (folder / "who-says-so.redpencil.json").write_bytes(data if isinstance(data, bytes) else encoded(data))
        main(["grade", "class"])
        return tmp_path

    return hand_in


def page(folder, student):
    return (folder / "feedback/who-says-so" / f"{student}.html").read_text(encoding="utf-8")


@pytest.fixture
def page_of(tmp_path, monkeypatch):
    """Hands in one student's answers to any exercise of the kit and gives the page that comes of it."""
    monkeypatch.chdir(tmp_path)

    def hand_in(id, change=lambda answers: answers):
        exercise = load_exercise(id)
        answers = change(perfect_answers_to(exercise))
        folder = tmp_path / "class/ada"
        folder.mkdir(parents=True)
        data = answers_file(answers, exercise=id, exercise_version=exercise.version)
        (folder / f"{id}.redpencil.json").write_bytes(encoded(data))
        main(["grade", "class"])
        assert main(["feedback"]) == 0
        return (tmp_path / "feedback" / id / "ada.html").read_text(encoding="utf-8")

    return hand_in


def perfect_answers_to(exercise):
    """The required label of every choice, and every required mark, without links."""
    key = load_key(exercise)
    answers = {}
    for item in exercise.items:
        bearing = [a for a in key_for_item(item, key) if a.status == "required"] if item.kind != "free-text" else []
        if item.kind == "choice":
            answers[item.id] = bearing[0].label
        elif item.kind == "marks":
            answers[item.id] = [
                {"id": a.id, "label": a.label, "spans": [[s.start, s.end] for s in a.spans], "quotes": list(a.quotes)}
                for a in bearing
            ]
    return answers


def swapped(answers, *wrong):
    """The answers, with the other of two labels in the first few places, by (label, other, how many)."""
    changed = dict(answers)
    for label, other, n in wrong:
        for id in [id for id, chosen in answers.items() if chosen == label][:n]:
            changed[id] = other
    return changed


def test_an_exercise_on_loaded_words_speaks_of_its_own_labels_and_not_of_sources(page_of):
    # 12 loaded and 12 plain: three misses leave nine hits, and three of the plain are called loaded.
    wrong = (("loaded", "plain", 3), ("plain", "loaded", 3))
    html = page_of("label-swap", lambda answers: swapped(answers, *wrong))

    assert "Of 12 sentences that the key calls “loaded”, you spotted 9." in html
    assert "Of 12 sentences that the key calls “plain”, you called 3 “loaded”." in html
    for about_other_exercises in ("nobody to ask", "unsourced", "rung", "Marks are compared", "“missed”", "and half"):
        assert about_other_exercises not in html
    assert "pick one sentence with ✗" in html


def test_a_label_of_a_choice_that_the_key_accepts_too_is_said_to_earn_half_where_there_is_one(page_of):
    html = page_of("the-bridge")

    assert "and half if the key accepts it as a second reading" in html


@pytest.mark.parametrize(
    ("id", "counted"),
    [
        ("the-bridge", {"A sentence’s label earns", "Marks are compared"}),
        ("who-says-so", {"A sentence’s label earns", "Marks are compared"}),
        ("label-swap", {"A sentence’s label earns"}),
        ("loaded-labels", {"Marks are compared"}),
        ("casualty-claims", {"Marks are compared"}),
        ("name-check", {"A likelihood earns"}),
    ],
)
def test_a_page_explains_the_points_of_what_its_exercise_asks_and_of_nothing_else(page_of, id, counted):
    html = page_of(id)
    rules = ("A sentence’s label earns", "Marks are compared", "A likelihood earns")

    assert {rule for rule in rules if rule in html} == counted
    assert html.count("Next step:") == 1


@pytest.mark.parametrize(
    ("id", "step"),
    [
        ("loaded-labels", "pick one line marked “missed” or “partly found”"),
        ("the-bridge", "pick one line marked “missed” or “partly found”"),
        ("label-swap", "pick one sentence with ✗"),
        ("name-check", "pick one line with ✗"),
    ],
)
def test_the_next_step_is_about_what_is_on_the_page(page_of, id, step):
    def only_the_beginning(answers):
        first = next(iter(answers))
        return {first: answers[first][:1] if isinstance(answers[first], list) else answers[first]}

    assert step in page_of(id, only_the_beginning)


@pytest.mark.parametrize("id", ["label-swap", "the-bridge", "loaded-labels", "name-check"])
def test_who_agrees_with_the_key_throughout_is_not_sent_to_look_for_a_miss(page_of, id):
    html = page_of(id)

    assert "✗" not in html
    assert "<b>missed:" not in html
    assert "pick one line, cover its reason" in html


def test_the_page_of_an_unreadable_file_has_the_exercises_title_and_no_step_that_needs_a_result(page_of):
    html = page_of("label-swap", lambda answers: answers | {"no-such-item": "plain"})

    assert "<h1>The label swap</h1>" in html
    assert "This is not a 0." in html
    assert "Next step" not in html
    assert "✗" not in html


def test_a_letter_beside_a_mark_is_the_shortest_beginning_that_no_other_label_has():
    # As in the marking component: name-calling, loaded language, euphemism, exaggeration; source, cue, content.
    assert list(short_names(LABEL_SETS["loaded-label"]).values()) == ["N", "L", "Eu", "Ex"]
    assert list(short_names(LABEL_SETS["attribution"]).values()) == ["S", "Cu", "Co"]


def test_a_mark_and_its_legend_carry_the_same_letters(page_of):
    html = page_of("loaded-labels")

    assert set(re.findall('data-letter="([^"]*)"', html)) - {""} == {"N", "L", "Eu", "Ex"}


def test_what_is_missing_of_a_mark_is_shown_without_the_space_before_it(page_of):
    def without_the_last_word(answers):
        for mark in answers["labels"]:
            (start, end), *_ = mark["spans"]
            words = mark["quotes"][0].split()
            if len(words) > 1:
                mark["spans"] = [[start, end - len(words[-1]) - 1]]
                mark["quotes"] = [mark["quotes"][0][: -len(words[-1]) - 1]]
        return answers

    html = page_of("loaded-labels", without_the_last_word)
    missing = re.findall("missing: “([^”]*)”", html)

    assert missing
    assert all(words == words.strip() for words in missing)


def test_the_text_has_a_direction_of_its_own(graded):
    folder = graded(ada=answers_file())
    main(["feedback"])

    assert '<div class="text" lang="en" dir="auto">' in page(folder, "ada")


def test_a_perfect_student_reads_points_and_no_missed_mark(graded):
    folder = graded(ada=answers_file())
    assert main(["feedback"]) == 0
    html = page(folder, "ada")

    assert "<strong>36</strong> of 42 points" in html
    assert "missed:" not in html
    assert "✗" not in html
    assert "Of 11 sentences that the key calls “sourceless” or “own voice”, you spotted 11." in html


def test_what_was_missed_stands_with_its_reason(graded):
    answers = perfect_answers()
    answers["attributions"] = [m for m in answers["attributions"] if m["id"] != "a15-cue"]
    for mark in answers["attributions"]:
        mark["links"] = []
    folder = graded(ada=answers_file(answers))
    main(["feedback"])

    assert "<b>missed:</b> “claimed”<br>“Claimed” hands it over. It also keeps a distance" in page(folder, "ada")


def test_a_part_that_waits_has_no_number(graded):
    folder = graded(ada=answers_file(perfect_answers(evidence="Because.")))
    main(["feedback"])
    html = page(folder, "ada")

    assert "Not finished yet." in html
    assert "of 42 points" not in html
    assert "waits" in html


def test_a_submission_that_went_wrong_gets_a_page_with_the_reason_and_no_number(graded, tmp_path):
    graded(ada=b'{"cells": [')
    main(["feedback"])
    html = (tmp_path / "feedback/unknown/ada.html").read_text(encoding="utf-8")

    assert "cut off" in html
    assert "This is not a 0." in html


def test_nothing_that_a_student_wrote_is_markup_on_the_page(graded):
    answers = perfect_answers(evidence=HOSTILE)
    folder = graded(ada=answers_file(answers, student={"id": "x", "name": HOSTILE}))
    main(["feedback"])
    html = page(folder, "ada")

    assert "&lt;script&gt;alert(1)" in html
    assert "<script" not in html
    assert "<img" not in html


def test_notes_and_hints_stand_on_the_page_as_text(graded):
    mark = {"id": "m1", "label": "cue", "spans": [[0, 7]], "note": HOSTILE}
    folder = graded(ada=answers_file({"attributions": [mark]}, hints={"attributions": 2}))
    main(["feedback"])
    html = page(folder, "ada")

    assert "“Turkish”: &lt;script&gt;" in html
    assert "<script" not in html
    assert "Hints taken: 2." in html


def test_a_page_asks_nothing_of_another_place(graded):
    folder = graded(ada=answers_file())
    main(["feedback"])

    assert not re.search(r"(src|href)=|url\(|@import|http", page(folder, "ada"))


def test_the_text_on_the_page_is_the_article_whole(graded):
    folder = graded(ada=answers_file())
    main(["feedback"])
    body = re.search(r'<div class="text".*?</div>', page(folder, "ada"), re.DOTALL)[0]

    assert "killing several generals of the Russian Armed Forces" in re.sub(r"<[^>]+>", "", body)


def test_an_invented_text_says_so_on_the_page_and_a_real_one_does_not(graded, tmp_path):
    bridge = load_exercise("the-bridge")
    invented = answers_file({"rung-01": "own-voice"}, exercise=bridge.id, exercise_version=bridge.version)
    folder = graded(ada=answers_file(), ben=invented)
    main(["feedback"])

    assert INVENTED in (tmp_path / "feedback/the-bridge/ben.html").read_text(encoding="utf-8")
    assert INVENTED not in page(folder, "ada")


def test_feedback_by_another_key_than_the_grades_is_refused(graded, tmp_path, capsys):
    graded(ada=answers_file())
    keys = tmp_path / "keys/who-says-so"
    keys.mkdir(parents=True)
    from perfect import EXERCISE

    text = (EXERCISE.folder / "key.jsonl").read_text(encoding="utf-8")
    (keys / "key.jsonl").write_text(text.replace("That is a judgement.", "It is a judgement."), encoding="utf-8")

    assert main(["feedback", "--keys", str(tmp_path / "keys")]) == 2
    assert "redpencil grade --again" in capsys.readouterr().err


@pytest.mark.parametrize(
    "id",
    ["../../etc/passwd", "CON", "a/b", "", ".", "Zoë O’Neil", "x" * 200, "a\nb", "ada ", "😀", "漢" * 200, "\ud800"],
)
def test_a_file_name_is_safe_whatever_the_id(id):
    name = file_name(id)

    assert re.fullmatch(r"[\w-]{1,40}~[0-9a-f]{12}", name)
    assert unicodedata.is_normalized("NFC", name)
    # With ".html" behind it, and 255 bytes for a name on most systems.
    assert len(f"{name}.html".encode()) < 200


@pytest.mark.parametrize(
    ("id", "begins"),
    [("Zoë O’Neil", "zoë-o-neil~"), ("Амира", "амира~"), ("محمد علي", "محمد-علي~"), ("李 小龙", "李-小龙~"),
     ("क्षत्रिय", "क्षत्रिय~"), ("\u0301x", "student-"), ("\u202eada", "ada~"), ("nul", "nul~"), ("LPT9", "lpt9~")],
)  # fmt: skip
def test_a_file_name_can_be_read_in_every_script(id, begins):
    assert file_name(id).startswith(begins)


def test_two_ids_never_share_a_file_whatever_a_system_takes_for_the_same():
    ids = [
        "ada",
        "Ada",
        "ADA",
        "a-da",
        "a da",
        "a.da",
        "Zoë",
        "Zoe\u0308",
        "ZOË",
        "straße",
        "STRASSE",
        "ſ",
        "s",
        "İ",
        "i̇",
    ]
    ids += ["x" * 300 + end for end in ("a", "b")]
    seen = {unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", file_name(id)).casefold()) for id in ids}

    assert len(seen) == len(ids)
    assert file_name("student-00001") == "student-00001"


def the_first_alone(answers):
    first = next(iter(answers))
    return {first: answers[first][:1] if isinstance(answers[first], list) else answers[first]}


# What a teacher and the course's settings add


def test_what_was_taken_for_lateness_is_worked_out_in_words():
    # Two of 21 sentences are dropped, so 40 points are left; a perfect ladder has 19, the marks 15, the text gets 4.
    html = made_page(
        "who-says-so",
        change=lambda answers: answers,
        drop=["rung-03", "rung-04"],
        late=Lateness(2, 20.0, "time"),
        manual={"items": {"evidence": {"points": 4.0}}},
    )

    assert "<strong>30</strong> of 40 points" in html
    assert "Handed in late: 2 days; each day that has begun counts as a whole one." in html
    # A fifth of 40 is 8.
    assert "20 % of the 40 points that can be had are taken off: 38 − 8 = 30." in html
    assert "Left out for everybody in the course: 2 questions, marked below." in html
    assert html.count("· not counted<br>") == 2


def test_nobody_loses_more_than_there_is():
    html = made_page(
        "label-swap",
        change=lambda answers: {"wording-01": answers["wording-01"]},
        late=Lateness(9, 90.0, "time"),
        manual={"items": {"rewrite": {"points": 0.0}}},
    )

    assert "but no more than there was, are taken off: 1 − 1 = 0." in html
    assert "<strong>0</strong> of" in html


def test_a_platforms_mark_alone_counts_one_day_and_the_page_says_that_it_is_the_least():
    html = made_page("who-says-so", late=Lateness(1, 10.0, "marker"))

    assert "How late is not known, so 1 day is counted, the least that is certain." in html
    # The text waits for the teacher, so the sum is not known yet.
    assert "10 % of the 42 points that can be had will be taken off, once everything is counted." in html


def test_the_whole_way_from_a_late_marker_and_the_courses_settings_to_the_page_and_the_table(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with zipfile.ZipFile("submissions.zip", "w") as archive:
        for name in ("liben_LATE_303_90002", "oneilsmithzoë_301_90001"):
            archive.writestr(f"{name}_who-says-so.redpencil.json", encoded(answers_file()))
    settings = 'redpencil = 1\n[late]\nper_day = 10\n[exercises.who-says-so]\ndrop = ["rung-21"]\n'
    (tmp_path / "course.toml").write_text(settings, encoding="utf-8")

    assert main(["grade", "submissions.zip", "--feedback", "feedback", "--csv", "grades.csv"]) == 0
    # 35 of the 41 points that are left; a tenth of 41 is 4.1.
    assert "10 % of the 41 points that can be had are taken off: 35 − 4.1 = 30.9." in page(tmp_path, "303")
    assert "late" not in re.sub("<style>.*?</style>", "", page(tmp_path, "301"), flags=re.DOTALL).lower().split()
    with (tmp_path / "grades.csv").open(encoding="utf-8", newline="") as stream:
        rows = {row["Student ID"]: row for row in csv.DictReader(stream)}
    assert [(rows[id]["Points"], rows[id]["Days late"], rows[id]["Taken for lateness"]) for id in ("301", "303")] == [
        ("35.00", "", ""),
        ("30.90", "1", "4.10"),
    ]


def test_a_part_that_is_dropped_whole_is_not_counted_and_does_not_wait():
    html = made_page("who-says-so", change=lambda answers: answers, drop=["evidence"])

    assert "<strong>36</strong> of 36 points" in html
    assert '<td colspan="2">not counted</td>' in html
    assert "waits" not in html
    assert "Left out for everybody in the course: Evidence, both ways." in html


def test_a_teachers_points_and_comments_stand_where_they_belong_as_text():
    html = made_page(
        "who-says-so",
        manual={
            "items": {
                "evidence": {"points": 4.5, "comment": f"On the text: {HOSTILE}"},
                "rung-02": {"comment": "Why?"},
            },
            "comment": f"On all: {HOSTILE}",
            "override": {"points": 30.25, "reason": f"Ill. {HOSTILE}"},
        },
    )

    assert "<strong>30.25</strong> of 42 points" in html
    assert "Your teacher set the points: 30.25. The parts come to " in html
    assert "The reason: Ill. &lt;script&gt;" in html
    assert "<b>4.5 of 6 points</b>, from your teacher." in html
    assert "Your teacher’s comment on rung-02" in html
    assert html.count("&lt;script&gt;alert(1)") == 3
    assert "<script" not in html
    assert "<img" not in html


def test_points_by_hand_go_from_the_sheet_onto_the_page_and_into_the_table(graded, tmp_path, capsys):
    graded(ada=answers_file(perfect_answers(evidence="Because.")))
    main(["grade", "--free-text-out", "waiting.csv"])
    with (tmp_path / "waiting.csv").open(encoding="utf-8-sig", newline="") as stream:
        (waiting,) = csv.DictReader(stream)
    rows = [
        waiting | {"points": "4.5", "comment": "You name a line."},
        waiting | {"item": "override", "points": "41", "comment": "After a talk."},
        waiting | {"item": "whole", "points": "", "comment": "Well read."},
    ]
    with (tmp_path / "filled.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(waiting))
        writer.writeheader()
        writer.writerows(rows)

    assert main(["grade", "--free-text", "filled.csv", "--feedback", "feedback"]) == 0
    html = page(tmp_path, "ada")
    assert "<strong>41</strong> of 42" in html
    assert "<b>4.5 of 6 points</b>, from your teacher" in html
    assert "You name a line." in html
    assert "Well read." in html
    assert "Your teacher set the points: 41. The parts come to 40.5. The reason: After a talk." in html
    (row,) = table(capsys)
    assert (row["Points"], row["Set by teacher"], row["Why set"]) == ("41.00", "41.00", "After a talk.")
    assert row["Comments"] == "Well read. · evidence: You name a line."


def test_a_comment_stands_on_the_page_of_what_could_not_be_graded_too(graded, tmp_path):
    graded(ada=b"{")
    (row,) = Gradebook().one_for_each_student()
    html = FeedbackPages().page({**row._mapping, "manual": '{"comment": "Send the other file."}'})

    assert "Send the other file." in html


@pytest.mark.parametrize(
    "id", ["who-says-so", "the-bridge", "loaded-labels", "label-swap", "casualty-claims", "name-check"]
)
@pytest.mark.parametrize("change", [with_faults, lambda answers: answers, the_first_alone])
def test_a_course_that_hides_the_key_shows_points_and_own_answers_and_nothing_of_the_key(id, change):
    html = unescape(made_page(id, change=change, shows_key=False)).partition("</style>")[2]
    exercise = load_exercise(id)

    assert "feedback does not show the key" in html
    assert "At most" in html
    for annotation in load_key(exercise):
        assert annotation.reason not in html
    # Neither which answers were right, nor what there was to find, nor how many of it.
    for told in ("✓", "✗", "½", "·</b>", "missed", "missing:", "Key:", "that the key calls", "It hits:", "The key:",
                 'class="found"', 'class="missed"', "Of the words"):  # fmt: skip
        assert told not in html, told
    # The article, the sentences asked about, and the student's own notes and links are no part of the key.
    beside = re.sub(
        r'<div class="text".*?</div>|<span class="quoted">.*?</span>|<ul class="fates">.*?</ul>',
        "",
        html,
        flags=re.DOTALL,
    )
    # What students have before they begin: prompts, the meanings of labels, and the rubric.
    given = [item.prompt for item in exercise.items] + [json.dumps(exercise.to_json()["rubric"], ensure_ascii=False)]
    given += [label.meaning for labels in LABEL_SETS.values() for label in labels]
    for annotation in load_key(exercise):
        for quote in annotation.quotes:
            assert quote not in beside or len(quote) < 12 or any(quote in words for words in given)


def test_a_hidden_key_leaves_the_numbers_of_ones_own_marks():
    marks = [
        {"id": "m1", "label": "cue", "spans": [[0, 7]]},
        {"id": "m2", "label": "cue", "spans": [[8, 15]]},
    ]
    html = made_page("who-says-so", change=lambda answers: {"attributions": marks}, shows_key=False)

    assert "Of your 2 marks: 2 not in the key." in html


def test_the_course_in_the_current_folder_says_whether_the_key_shows(graded, tmp_path):
    (tmp_path / "course.toml").write_text('redpencil = 1\n[feedback]\nkey = "hidden"\n', encoding="utf-8")
    folder = graded(ada=answers_file())
    main(["feedback"])

    assert "does not show the key" in page(folder, "ada")


def test_the_section_and_the_name_stand_apart_whatever_their_direction():
    html = made_page("who-says-so", student_name="محمد \u202eعلي", section="8b")

    # What turns a line around is written out: one more that ends an isolate would get out of the bdi.
    assert "<bdi>محمد \\u202eعلي</bdi> · <bdi>8b</bdi>" in html


def test_what_is_nobodys_yet_has_no_page_and_is_counted(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    gradebook_of(tmp_path, row("ada"), row("x", matched_by="nobody", handed_in_as="canvas 7 x"))

    assert main(["feedback"]) == 1
    assert [path.stem for path in tmp_path.glob("feedback/who-says-so/*.html")] == ["ada"]
    assert "1 wait for you" in capsys.readouterr().out


# The command


def table(capsys):
    capsys.readouterr()
    assert main(["export", "csv"]) == 0
    return list(csv.DictReader(io.StringIO(capsys.readouterr().out, newline="")))


def test_the_table_has_points_for_graded_and_nothing_for_the_rest(graded, capsys):
    graded(ada=answers_file(), ben=answers_file(perfect_answers(evidence="Because.")), cut=b"{")
    rows = {row["Student ID"]: row for row in table(capsys)}

    assert [rows[s]["State"] for s in ("ada", "ben", "cut")] == ["graded", "needs-manual", "unreadable"]
    assert [rows[s]["Points"] for s in ("ada", "ben", "cut")] == ["36.00", "", ""]
    assert rows["ben"]["who-says-so: rung"] == "21.00"
    assert rows["ben"]["who-says-so: evidence"] == ""
    assert rows["cut"]["Reason"]


def test_a_name_that_is_a_formula_is_neutral_in_the_table(graded, capsys):
    graded(ada=answers_file(student={"id": "x", "name": '=HYPERLINK("http://127.0.0.1")'}))

    assert table(capsys)[0]["Student"].startswith("'=")


def test_export_and_feedback_without_a_gradebook_say_what_to_do_first(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    assert main(["export", "csv"]) == 2
    assert main(["feedback"]) == 2
    assert "redpencil grade" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_the_gradebook_holds_what_was_handed_in_and_nothing_that_was_not_checked(graded):
    answers = perfect_answers()
    for mark in answers["attributions"]:
        mark["luggage"] = "x" * 1000
    graded(ada=answers_file(answers))
    (row,) = Gradebook().one_for_each_student()
    stored = json.loads(row.answers)
    for mark in stored["attributions"]:
        mark.setdefault("links", [])
    handed_in = perfect_answers()
    for mark in handed_in["attributions"]:
        del mark["quotes"]

    assert stored == handed_in
