"""The exercise on loaded labels: its key against its own rules, its passes, and what is only plain."""

import json
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from redpencil.agreement import measure_agreement
from redpencil.annotation import read_annotations
from redpencil.exercise import LABEL_SETS, Answers, load_exercise, load_key
from redpencil.grading.grade import Grader

EXERCISE = load_exercise("loaded-labels")
KEY = load_key(EXERCISE)
REQUIRED = [a for a in KEY if a.status == "required"]
TEXT = EXERCISE.document.text
README = (EXERCISE.folder / "README.md").read_text(encoding="utf-8")
PASSES = [read_annotations(path, EXERCISE.document) for path in sorted(EXERCISE.folder.glob("passes/*.jsonl"))]
LABELS = [label.id for label in LABEL_SETS["loaded-label"]]


def points(marks):
    """What the program gives for marks, each a label and a span."""
    rows = [{"id": f"m{n}", "label": label, "spans": [list(span)]} for n, (label, span) in enumerate(marks)]
    return Grader(EXERCISE, KEY).grade(Answers(EXERCISE.id, EXERCISE.version, {"labels": rows})).points


def marks_of(annotations):
    return [(a.label, (a.spans[0].start, a.spans[0].end)) for a in annotations]


def section(title):
    return re.search(rf"^## {title}.*?\n(.*?)(?=^## |\Z)", README, re.DOTALL | re.MULTILINE)[1]


def in_the_table(title):
    return re.findall(r"^\| “([^”]+)” \|", section(title), re.MULTILINE)


# The rules of the datasheet


def test_every_annotation_is_one_span_and_says_whom_it_hits():
    assert [a.id for a in KEY if len(a.spans) != 1 or not a.actor] == []


def test_a_label_for_people_is_required_without_its_article():
    labels = [a.quotes[0] for a in REQUIRED if a.label == "name-calling"]

    assert labels == [
        "Idlib radicals", "militant supporters", "most fierce supporters of Idlib groups", "Al Qaeda allies",
        "terrorists",
    ]  # fmt: skip
    assert [q for q in labels if re.match(r"(?i)(the|an?|its|their) ", q)] == []


def test_praise_is_there_as_well_as_blame_and_more_than_one_side_is_hit():
    of_the_government = {a.quotes[0] for a in REQUIRED if a.actor == "government"}

    # The first two praise it and the third spares it. What blames it is accepted: a softer word would lose the scale.
    assert of_the_government == {"Liberates", "devastating blow", "cleared"}
    assert [a.status for a in KEY if "humanitarian catastrophe" in a.quotes[0]] == ["accepted"]
    assert {a.actor for a in REQUIRED} == {"government", "armed-groups", "activists", "turkey"}


def test_a_wider_boundary_holds_the_required_words_whole_with_the_same_label_and_actor():
    by_id = {a.id: a for a in KEY}

    for wide in (a for a in KEY if a.id.endswith("-wide")):
        narrow = by_id[wide.id.removesuffix("-wide")]
        assert narrow.status == "required"
        assert (wide.status, wide.label, wide.actor) == ("accepted", narrow.label, narrow.actor)
        assert wide.spans[0].start <= narrow.spans[0].start < narrow.spans[0].end <= wide.spans[0].end
        assert wide.spans != narrow.spans


def test_the_counts_of_the_datasheet_are_the_keys():
    rows = {
        a: (int(b), int(c)) for a, b, c in re.findall(r"^\| `([a-z-]+)` \| (\d+) \| (\d+) \|", README, re.MULTILINE)
    }
    counts = Counter((name, a.status) for a in KEY for name in (a.label, a.actor))
    actors = [actor.id for actor in EXERCISE.item_by_id["labels"].actors]

    assert rows == {name: (counts[name, "required"], counts[name, "accepted"]) for name in [*LABELS, *actors]}


def test_the_points_of_a_label_are_as_many_as_its_required_marks():
    assert EXERCISE.item_by_id["labels"].points == Counter(a.label for a in REQUIRED)


# The passes


def given(status=("required", "accepted")):
    """Label and span -> in how many passes it has one of the statuses."""
    return Counter(mark for one in PASSES for mark in marks_of(a for a in one if a.status in status))


def test_what_most_passes_were_sure_of_is_required_and_nothing_else_but_what_the_datasheet_settles():
    sure = given(status=("required",))
    most = {mark for mark, n in sure.items() if n >= 2}

    assert set(marks_of(REQUIRED)) <= most
    [(label, (start, end))] = most - set(marks_of(REQUIRED))
    assert (label, TEXT[start:end]) == ("loaded-language", "humanitarian catastrophe")
    assert "`l25`: “humanitarian catastrophe”" in section("Settled against the passes")


def test_what_one_pass_was_sure_of_or_two_gave_can_be_marked_without_loss():
    sure, all_of_them = given(status=("required",)), given()
    defensible = [mark for mark, n in all_of_them.items() if n >= 2 or sure[mark]]

    assert len(defensible) > len(REQUIRED) + 10
    for label, (start, end) in defensible:
        holders = [s for name, s in marks_of(KEY) if name == label and s[0] <= start and end <= s[1]]
        assert holders, TEXT[start:end]


def test_what_no_pass_gave_is_a_boundary_or_is_listed_as_settled_against_them():
    settled = set(re.findall(r"^- `([^`]+)`", section("Settled against the passes"), re.MULTILINE))
    spans = defaultdict(list)
    for label, span in given():
        spans[label].append(span)

    own = {
        a.id for a in KEY if not any(a.spans[0].start < end and start < a.spans[0].end for start, end in spans[a.label])
    }
    assert own == {"l09", "l09-loaded", "l26"}
    # Two more were given by a pass, and settled otherwise than by the count.
    assert settled == own | {"l25", "l27"}


def test_passes_that_gave_the_same_words_the_same_label_named_the_same_actor_and_so_does_the_key():
    said = defaultdict(set)
    for one in [*PASSES, [a for a in KEY if "-" not in a.id]]:
        for mark, annotation in zip(marks_of(one), one, strict=True):
            said[mark].add(annotation.actor)

    assert [mark for mark, actors in said.items() if len(actors) > 1] == []


def test_the_agreement_in_the_datasheet_is_that_of_the_passes():
    rows = re.findall(r"^\| loaded-label \| (.+?) \| (\d\.\d{3}) \|$", README, re.MULTILINE)

    measured = measure_agreement(PASSES, EXERCISE.document)["loaded-label"]
    assert dict(rows) == {name: f"{value:.3f}" for name, value in measured.items()}


# What is plain


def places(words):
    return [m.span() for m in re.finditer(rf"\b{re.escape(words)}\b", TEXT, re.IGNORECASE)]


TRAPS = in_the_table("Traps")


def test_the_datasheet_lists_many_traps_and_those_that_any_reader_would_name():
    assert len(TRAPS) == len(set(TRAPS)) >= 20
    assert {
        "pro-government forces", "armed groups", "Turkish-backed armed groups", "pro-government sources", "advance",
        "captured", "deployed", "members", "opposition activists", "killed",
    } <= set(TRAPS)  # fmt: skip


@pytest.mark.parametrize("words", TRAPS)
def test_no_annotation_touches_a_trap_but_a_longer_phrase_that_is_accepted(words):
    found = places(words)

    assert found
    for start, end in found:
        for a in KEY:
            span = a.spans[0]
            if span.start < end and start < span.end:
                assert a.status == "accepted", a.id
                assert span.start <= start
                assert end <= span.end
                assert span.end - span.start > 2 * (end - start), a.id


def test_traps_that_are_marked_beside_what_is_required_cost_a_third_of_the_points_for_labels_of_people():
    people = [w for w in TRAPS if re.search(r"groups|forces|sources|activists|members|states", w)]
    marked = [("name-calling", span) for words in people for span in places(words)]

    assert len(people) >= 8
    # All five are found, and five or more are marked beside them: P <= 1/2, R = 1, F1 <= 2/3 of five points.
    assert points([*marks_of(REQUIRED), *marked]) <= 12 - 5 / 3


# Points


def test_all_that_is_required_earns_all_points_and_all_that_is_accepted_beside_it_costs_none():
    assert points(marks_of(REQUIRED)) == 12
    assert points(marks_of(KEY)) == 12


def test_only_what_is_accepted_and_lies_apart_from_what_is_required_earns_nothing():
    apart = [
        (label, span)
        for label, span in marks_of(a for a in KEY if a.status == "accepted")
        if not any(name == label and s[0] < span[1] and span[0] < s[1] for name, s in marks_of(REQUIRED))
    ]

    assert len(apart) > 10
    assert points(apart) == 0


def test_each_sentence_marked_whole_with_every_label_earns_less_than_a_tenth():
    assert points([(label, (s.start, s.end)) for label in LABELS for s in EXERCISE.document.sentences]) < 1.2


def test_each_word_marked_with_every_label_earns_less_than_a_tenth():
    words = [m.span() for m in re.finditer(r"[\w’-]+", TEXT)]

    assert points([(label, span) for label in LABELS for span in words]) < 1.2


# What stands between these words is taken for a noun phrase: coarse, and no worse than what a hasty reader would mark.
BETWEEN = set(
    re.findall(
        r"\w+",
        """a an the its this these it of to from by with in on at for and or if not but amid as during despite into that
        was were is have had has be been can should up however according them attacking captured demonstrated supplied
        including appeared stop deployed appears reported forces provided confirm correspond comes wants change consider
        using protect impose opened targeted""",
    )
)


def noun_phrases():
    found = []
    for stretch in re.finditer(r"[^.,\n]+", TEXT):
        at = None
        for word in [*re.finditer(r"[\w’-]+", stretch[0]), None]:
            if word and word[0].lower() not in BETWEEN:
                at = (at[0] if at else word.start(), word.end())
            elif at:
                found.append((stretch.start() + at[0], stretch.start() + at[1]))
                at = None
    return found


def test_each_noun_phrase_marked_as_a_label_for_people_earns_less_than_a_tenth():
    phrases = noun_phrases()

    assert {"Idlib radicals", "terrorists", "Syrian Army"} <= {TEXT[a:b] for a, b in phrases}
    assert points([("name-calling", span) for span in phrases]) < 1.2
    assert points([(label, span) for label in LABELS for span in phrases]) < 1.2


# What students read


def test_the_numbers_that_a_hint_tells_are_the_keys():
    numbers = {"twelve": 12, "five": 5, "four": 4, "two": 2, "one": 1}
    [told] = [hint.text for hint in EXERCISE.item_by_id["labels"].hints if "to find" in hint.text]
    all_of_them, *each = [numbers[word] for word in re.findall(r"\b(?:twelve|five|four|two|one)\b", told)]
    counts = Counter(a.label for a in REQUIRED)

    assert all_of_them == len(REQUIRED)
    assert each == [counts[label] for label in LABELS]


def test_a_hint_names_the_paragraph_where_the_labels_for_people_begin_and_how_many_follow():
    hint = EXERCISE.item_by_id["labels"].hints[-1]
    paragraphs = [(p.start, p.end) for p in EXERCISE.document.paragraphs]
    starts = [a.spans[0].start for a in REQUIRED if a.label == "name-calling"]
    here = next(n for n, (a, b) in enumerate(paragraphs) if a <= hint.span.start < b)

    assert "one in this paragraph, one in each of the next two, and there are two in the last" in hint.text
    assert [sum(a <= start < b for start in starts) for a, b in paragraphs[here:]] == [1, 1, 1, 2]
    assert min(starts) > hint.span.start


def test_the_sentences_to_rewrite_are_quoted_as_they_stand():
    prompt = EXERCISE.item_by_id["rewrite"].prompt
    quoted = re.findall(r"Sentence (\d+): “([^”]+)”", prompt)

    assert [(int(n), words) for n, words in quoted] == [
        (n, EXERCISE.document.quote(EXERCISE.document.sentences[n - 1])) for n in (14, 18, 21)
    ]


def test_a_model_sentence_holds_no_word_that_the_key_requires_or_accepts_there():
    models = [
        model
        for criterion in EXERCISE.item_by_id["rewrite"].rubric
        for model in re.findall(r"for example: “([^”]+)”", max(criterion.levels)[1])
    ]
    # One accepted phrase may stay: the datasheet says why.
    loaded = {a.quotes[0].lower() for a in KEY if a.id != "l25"}
    loaded |= {"fierce", "militant", "invent", "claimed", "even"}

    assert len(models) == 3
    for model in models:
        assert [words for words in loaded if re.search(rf"\b{re.escape(words)}\b", model.lower())] == []


def test_a_reason_uses_no_label_of_the_report_without_quotation_marks():
    labels = [a.quotes[0] for a in KEY if a.label == "name-calling"] + [
        "radicals",
        "terrorists",
        "militant",
        "Al Qaeda",
    ]

    for a in KEY:
        unquoted = re.sub(r"“[^”]*”", "", a.reason)
        assert [label for label in labels if label.lower() in unquoted.lower()] == [], a.id
        assert "“" in a.reason, a.id
        assert '"' not in a.reason


def test_every_line_of_the_key_is_in_the_order_of_the_text():
    starts = [a.spans[0].start for a in KEY if "-" not in a.id]

    assert starts == sorted(starts)
    assert json.loads(Path(EXERCISE.folder / "key.jsonl").read_text(encoding="utf-8").splitlines()[0])["id"] == "l01"
