"""Whom a word hits: listed in an exercise, named in a key and by a student, shown back, and worth no points."""

import json
import re
import shutil

import pytest

from perfect import encoded
from redpencil.annotation import annotation_from_json, from_w3c, to_w3c
from redpencil.cli import main
from redpencil.document import KitError
from redpencil.exercise import LABEL_SETS, Answers, exercise_from_json, load_exercise, load_key
from redpencil.grading.class_view import ClassCounts, ClassPage
from redpencil.grading.grade import Grader
from redpencil.grading.submissions import NotGraded, check_answers
from redpencil.notebook.frame import answers_frame
from redpencil.notebook.output import answers_html
from redpencil.notebook.take import take_answers
from redpencil.pages.markup import exercise_data, exercise_html

EXERCISE = load_exercise("loaded-labels")
KEY = load_key(EXERCISE)
ACTORS = ["government", "armed-groups", "turkey", "russia", "nato", "activists"]
LIBERATES, INVENT = (next(a for a in KEY if a.quotes == (words,)) for words in ("Liberates", "invent"))


def mark(annotation, **more):
    start, end = annotation.spans[0].start, annotation.spans[0].end
    return {"id": annotation.id, "label": annotation.label, "spans": [[start, end]], **more}


def answers(*marks):
    return Answers(EXERCISE.id, EXERCISE.version, {"labels": list(marks)})


# In the exercise


@pytest.fixture
def edited(tmp_path):
    """A copy of the exercise, of whose spec and key some words were changed."""

    def edit(old, new, name="exercise.toml"):
        folder = tmp_path / "loaded-labels"
        if not folder.is_dir():
            shutil.copytree(EXERCISE.folder, folder)
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
        return load_exercise(folder)

    return edit


def test_an_exercise_lists_its_actors_with_names_and_hands_them_on():
    again = exercise_from_json(json.loads(json.dumps(EXERCISE.to_json())), "here")

    for exercise in (EXERCISE, again):
        assert [actor.id for actor in exercise.item_by_id["labels"].actors] == ACTORS
        assert exercise.item_by_id["labels"].actors[4].name == "NATO"
        assert exercise.item_by_id["rewrite"].actors == ()


def test_an_actor_may_be_a_name_alone(edited):
    exercise = edited('turkey = { name = "Turkey", meaning = "its state and its forces" }', 'turkey = "Turkey"')

    turkey = exercise.item_by_id["labels"].actors[2]
    assert (turkey.id, turkey.name, turkey.meaning) == ("turkey", "Turkey", "")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('nato = { name = "NATO", meaning = "and its member states" }', "nato = 5", "the actor nato is 5"),
        ('name = "NATO"', 'named = "NATO"', "neither a name nor a name and its meaning"),
        ('name = "NATO"', 'name = " "', "neither a name nor a name and its meaning"),
        ('meaning = "and its member states"', "meaning = 5", "neither a name nor a name and its meaning"),
        ('nato = { name = "NATO"', 'NATO = { name = "NATO"', "an actor reads 'NATO'; an id is 1 to 64 of a-z"),
        ("[items.actors]", "[[items.actors]]", "only marks have it"),
        ('kind = "free-text"', 'kind = "free-text"\nactors = { a = "A" }', "only marks have it"),
    ],
)
def test_a_broken_list_of_actors_is_told_with_its_place(edited, old, new, message):
    with pytest.raises(KitError, match=message) as error:
        edited(old, new)

    assert re.search(r"exercise\.toml, item [12]", str(error.value))


def test_the_version_follows_the_actors_where_there_are_some(edited):
    assert edited('name = "NATO"', 'name = "the alliance"').version != EXERCISE.version


# As they were before an exercise could list actors: answers that were handed in then still fit.
@pytest.mark.parametrize(
    ("id", "version"),
    [
        ("who-says-so", "23b9ffb91fbf6915f8df3c5169b133129890c7b1520098f07286ac840556f52d"),
        ("the-bridge", "fbd026db36614ec10ff925a410d9cd77f56a64a4c720505b175bf2f29320910a"),
    ],
)
def test_an_exercise_without_actors_keeps_its_version(id, version):
    exercise = load_exercise(id)

    assert version in exercise.fitting_versions
    assert all("actors" not in group for group in exercise_data(exercise, exercise.groups)["groups"])


def test_the_page_is_given_the_actors_of_the_group_that_has_them():
    labels, rewrite = exercise_data(EXERCISE, EXERCISE.groups)["groups"]

    assert [actor["id"] for actor in labels["actors"]] == ACTORS
    assert labels["actors"][4] == {"id": "nato", "name": "NATO", "meaning": "and its member states"}
    assert "actors" not in rewrite


def test_a_page_without_scripts_lists_the_actors_to_write_on_paper():
    html = exercise_html(EXERCISE)

    assert re.findall(r'data-actor="([a-z-]+)"', html) == ACTORS
    assert "<dt>NATO</dt><dd>and its member states</dd>" in html


# In a key


def test_an_actor_stands_on_the_line_of_an_annotation_and_is_read_from_there():
    row = LIBERATES.to_json()

    assert row["actor"] == "government"
    assert annotation_from_json(row, "here") == LIBERATES
    without = {name: value for name, value in row.items() if name != "actor"}
    assert annotation_from_json(without, "here").actor == ""
    assert "actor" not in annotation_from_json(without, "here").to_json()


@pytest.mark.parametrize("actor", [5, None, ["nato"], "", " ", "x" * 65])
def test_an_actor_that_is_no_text_is_refused_with_its_place(actor):
    with pytest.raises(KitError, match=r"key line 3: actor is .*leave the field out"):
        annotation_from_json(LIBERATES.to_json() | {"actor": actor}, "key line 3")


def test_a_key_may_not_name_an_actor_that_its_item_does_not_list(edited):
    exercise = edited('"actor": "government"', '"actor": "goverment"', "key.jsonl")

    with pytest.raises(KitError) as error:
        load_key(exercise)
    told = str(error.value)
    assert "key.jsonl (l02): the actor is 'goverment'; expected one that exercise.toml lists" in told
    assert "government, armed-groups, turkey, russia, nato, activists" in told
    assert "Correct the spelling, or add it to the [items.actors]" in told


def test_a_key_of_an_exercise_without_actors_may_name_none(tmp_path):
    bridge = load_exercise("the-bridge")
    rows = [json.dumps(a.to_json() | {"actor": "mayor"}, ensure_ascii=False) for a in load_key(bridge)]
    (tmp_path / "the-bridge.jsonl").write_text("\n".join(rows), encoding="utf-8")

    with pytest.raises(KitError, match=r"the actor is 'mayor'.*it lists none"):
        load_key(bridge, tmp_path)


def test_web_annotations_carry_an_actor_there_and_back():
    file = json.loads(json.dumps(to_w3c(KEY, EXERCISE.document)))

    assert from_w3c(file, EXERCISE.document) == (KEY, ())
    # Web Annotation Data Model, 3.3.5: to identify is to assign an identity to the target.
    bodies = file["first"]["items"][1]["body"]
    assert [(body["purpose"], body["value"]) for body in bodies[:3]] == [
        ("classifying", "loaded-label"), ("tagging", "loaded-language"), ("identifying", "government"),
    ]  # fmt: skip


def test_an_actor_of_web_annotations_that_is_none_is_left_out_and_said():
    file = to_w3c([LIBERATES], EXERCISE.document)
    file["first"]["items"][0]["body"][2]["value"] = "x" * 65

    (found,), lines = from_w3c(file, EXERCISE.document)
    assert (found.actor, found.label) == ("", "loaded-language")
    assert lines == ("'Liberates': its actor is no id of one and was left out.",)


# In a submission


def test_a_marks_actor_is_checked_kept_and_stored():
    checked = check_answers(EXERCISE, answers(mark(LIBERATES, actor="government"), mark(INVENT)))

    assert [m.actor for m in checked.marks["labels"]] == ["government", ""]
    assert [m.get("actor") for m in checked.to_json()["labels"]] == ["government", None]


@pytest.mark.parametrize("actor", ["goverment", 5, None, [], {}, True, "x" * 100_000, "\ud800", "<script>"])
def test_an_actor_that_the_item_does_not_list_is_as_unreadable_as_a_label_that_it_does_not(actor):
    states = []
    for changed in ({"actor": actor}, {"label": "mood"}):
        with pytest.raises(NotGraded) as error:
            check_answers(EXERCISE, answers(mark(LIBERATES) | changed))
        states.append(error.value.state)
        assert len(error.value.reason) < 400
        error.value.reason.encode()

    assert states == ["unreadable", "unreadable"]


def test_a_mark_of_an_item_without_actors_names_none():
    bridge = load_exercise("the-bridge")
    row = {"id": "m1", "label": "cue", "spans": [[0, 5]], "actor": "government"}

    with pytest.raises(NotGraded, match="expected no actor in this item"):
        check_answers(bridge, Answers(bridge.id, bridge.version, {"attributions": [row]}))


def test_an_actor_earns_no_points_and_costs_none():
    grader = Grader(EXERCISE, KEY)
    required = [a for a in KEY if a.status == "required"]

    given = [{grader.grade(answers(*(mark(a, **more) for a in required))).points} for more in ({}, {"actor": "nato"})]
    assert given == [{12.0}, {12.0}]


# Shown back


def feedback_of(marks, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    row = {
        "redpencil": 1, "exercise": EXERCISE.id, "exercise_version": EXERCISE.version, "answers": {"labels": marks},
        "saved_at": "2026-03-01T09:00:00Z",
    }  # fmt: skip
    folder = tmp_path / "class" / "ada"
    folder.mkdir(parents=True)
    (folder / "loaded-labels.redpencil.json").write_bytes(encoded(row))
    main(["grade", "class"])
    assert main(["feedback"]) == 0
    return (tmp_path / "feedback/loaded-labels/ada.html").read_text(encoding="utf-8")


def test_the_feedback_sets_whom_a_student_named_beside_whom_the_key_names(tmp_path, monkeypatch):
    outside = EXERCISE.document.text.index("captured")
    plain = {"id": "m9", "label": "euphemism", "spans": [[outside, outside + 8]], "actor": "turkey"}
    radicals = next(a for a in KEY if a.quotes == ("Idlib radicals",))
    html = feedback_of(
        [mark(LIBERATES, actor="government"), mark(INVENT, actor="armed-groups"), mark(radicals), plain],
        tmp_path,
        monkeypatch,
    )

    def whom(words):
        row = re.search(rf"<li class=\"\w+\"><b>[^<]+</b> “{words}”.*?</li>", html)[0]
        return re.findall(r'<span class="whom">(.*?)</span>', row)

    assert whom("Liberates") == ["You said it hits: the Syrian government. The key: the Syrian government."]
    assert whom("invent") == ["You said it hits: the armed groups. The key: opposition activists."]
    assert whom("Idlib radicals") == ["You did not say whom it hits. The key: the armed groups."]
    assert whom("captured") == ["You said it hits: Turkey."]
    assert whom("terrorists") == ["It hits: the armed groups."]
    # This exercise has no rungs to count.
    assert "A sentence’s rung" not in html


def test_four_labels_look_different_from_each_other_in_the_feedback(tmp_path, monkeypatch):
    html = feedback_of([mark(a) for a in KEY if a.status == "required"], tmp_path, monkeypatch)
    styles = dict(re.findall(r"\.(l\d)\{([^}]*)\}", html))
    used = set(re.findall(r'<mark class="(l\d)" data-letter="\w+">', html))

    assert used == {"l1", "l2", "l3", "l4"}
    assert len({styles[n] for n in used}) == len(LABEL_SETS["loaded-label"])


def test_the_class_view_counts_whom_those_who_found_a_word_named():
    grader = Grader(EXERCISE, KEY)
    counts, other = ClassCounts(), ClassCounts()
    for actor, target in (("government", counts), ("government", counts), ("russia", other), ("", other)):
        checked = check_answers(EXERCISE, answers(mark(LIBERATES, **({"actor": actor} if actor else {}))))
        target.add(checked.to_json(), grader.grade_checked(checked).details, ())
    counts.merge(other)

    (text,) = ClassPage(EXERCISE, KEY, counts).context()["texts"]
    rows = {row["words"]: row for row in text["key"]}
    assert rows["Liberates"]["said"] == [("the Syrian government", 2), ("Russia", 1)]
    assert rows["Liberates"]["actor"] == "the Syrian government"
    assert rows["invent"]["said"] == []
    assert rows["Liberates"]["found"] == 4


def test_the_report_shows_the_counts_and_no_such_column_without_actors(tmp_path, monkeypatch):
    feedback_of([mark(LIBERATES, actor="russia")], tmp_path, monkeypatch)
    main(["report"])

    html = (tmp_path / "report/loaded-labels-report.html").read_text(encoding="utf-8")
    assert "Whom it hits, by those who found it" in html
    assert "<td>Key: the Syrian government; said: Russia 1</td>" in html
    assert "<td>Key: opposition activists</td>" in html


# In a notebook


def test_a_notebook_keeps_and_shows_whom_a_mark_hits():
    kept, problems = take_answers(answers(mark(LIBERATES, actor="government"), mark(INVENT)).to_json(), EXERCISE)

    assert problems == []
    html = answers_html(EXERCISE, kept)
    assert "<strong>loaded language</strong>: “Liberates” (it hits: the Syrian government)</li>" in html
    assert "<strong>loaded language</strong>: “invent”</li>" in html
    frame = answers_frame(EXERCISE, kept)
    assert frame["actor"].isna().tolist() == [False, True]
    assert frame["actor"][0] == "government"
    assert "actor" not in answers_frame(load_exercise("the-bridge"), Answers("the-bridge", "", {})).columns
