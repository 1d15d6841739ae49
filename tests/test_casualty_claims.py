"""The exercise on casualty claims: its key against the article, its own rules and its passes."""

import re
from collections import Counter, defaultdict

import pytest

from perfect import encoded
from redpencil.agreement import measure_agreement
from redpencil.annotation import read_annotations
from redpencil.cli import main
from redpencil.exercise import LABEL_SETS, Answers, load_exercise, load_key
from redpencil.grading.grade import Grader
from redpencil.grading.submissions import NotGraded
from redpencil.notebook import RedPencil
from redpencil.pages.markup import exercise_data

EXERCISE = load_exercise("casualty-claims")
KEY = load_key(EXERCISE)
BY_ID = {a.id: a for a in KEY}
REQUIRED = [a for a in KEY if a.status == "required"]
NUMBERS = [a for a in REQUIRED if a.label == "number"]
TEXT = EXERCISE.document.text
README = (EXERCISE.folder / "README.md").read_text(encoding="utf-8")
PASSES = [read_annotations(path, EXERCISE.document) for path in sorted(EXERCISE.folder.glob("passes/*.jsonl"))]
LABELS = [label.id for label in LABEL_SETS["casualty-claim"]]

# Read off the article by hand: each number with what it counts, who counted by the text, and its hedge.
CLAIMS = [
    ("300km2", "cleared", "", "up to"),
    ("2", "shot down … Syrian helicopters", "", ""),
    ("60", "members of Idlib militant groups were killed", "pro-government sources", "at least"),
    ("10", "pieces of military equipment were destroyed", "pro-government sources", "up to"),
    ("70", "deployed … battle tanks", "Russian side", ""),
    ("200", "deployed … armored vehicles", "Russian side", ""),
    ("80", "deployed … howitzers", "Russian side", ""),
    ("20", "Turkish-supplied vehicles had been destroyed", "Russian media", "at least"),
    ("several", "killing … generals of the Russian Armed Forces", "Syrian opposition activists", ""),
]


def graded(marks):
    """The grade of marks, each a label and its spans."""
    rows = [
        {"id": f"m{n}", "label": label, "spans": [list(s) for s in spans]} for n, (label, spans) in enumerate(marks)
    ]
    return Grader(EXERCISE, KEY).grade(Answers(EXERCISE.id, EXERCISE.version, {"claims": rows}))


def points(marks):
    return graded(marks).points


def marks_of(annotations):
    return [(a.label, tuple((s.start, s.end) for s in a.spans)) for a in annotations]


def linked(annotation, role):
    return [BY_ID[link.to] for link in annotation.links if link.role == role]


def quoted(annotation):
    return " … ".join(annotation.quotes)


def sentence_of(annotation):
    return EXERCISE.document.sentence_number(annotation.spans[0].start)


def section(title):
    return re.search(rf"^## {title}.*?\n(.*?)(?=^## |\Z)", README, re.DOTALL | re.MULTILINE)[1]


# What the article says


def test_each_number_of_the_article_is_required_with_its_unit_its_counter_and_its_hedge():
    found = [
        (quoted(a), *("; ".join(map(quoted, linked(a, role))) for role in ("unit-of-count", "counter", "hedge")))
        for a in NUMBERS
    ]

    assert found == CLAIMS


# Dates, the name of a missile and the number of an article of a treaty count nothing.
def test_every_digit_of_the_article_belongs_to_a_required_number_or_counts_nothing():
    spans = [a.spans[0] for a in NUMBERS]
    others = [
        TEXT[m.start() - 12 : m.end()]
        for m in re.finditer(r"\d+", TEXT)
        if not any(s.start <= m.start() and m.end() <= s.end for s in spans)
    ]

    assert [re.sub(r"^\S* ", "", words.replace("\n", " ")) for words in others] == [
        "February 15", "February 16", "February 14", "an S-400", "Article 5",
    ]  # fmt: skip


def test_the_table_of_the_datasheet_is_the_keys():
    rows = re.findall(r"^\| “(.+?)” \| “(.+?)” \| (.+?) \| (.+?) \|", section("The nine numbers"), re.MULTILINE)

    def told(cell):
        return cell.strip("“”") if cell.startswith("“") else {"nobody is named": "", "none": ""}[cell]

    assert [(number, unit, told(counter), told(hedge)) for number, unit, counter, hedge in rows] == CLAIMS


def test_the_report_prints_no_casualtys_name_and_the_key_has_none():
    assert [a.id for a in KEY if a.label == "name"] == []
    assert "name" not in EXERCISE.item_by_id["claims"].points
    # The sentence that speaks of names: its only words with a capital are where it begins and whose names they are.
    names = EXERCISE.document.quote(EXERCISE.document.sentences[16])
    assert "names of the supposed Russian casualties" in names
    assert set(re.findall(r"\b[A-Z]\w+", names)) == {"However", "Russian"}


def test_the_reasons_on_the_generals_say_that_neither_side_of_it_can_be_checked_from_here():
    number, unit, counter = (BY_ID[f"c15-{part}"].reason for part in ("number", "unit", "counter"))

    assert "no photo or video" in number
    assert "names match historic figures and actors" in number
    assert "It prints not one name and links to none." in number
    assert "neither the claim nor the match can be checked from here" in number
    assert "are said to have claimed" in unit
    assert "nobody you could ask" in counter


def test_no_reason_decides_whether_a_claim_is_so():
    verdicts = (
        r"\b(true|false\w*|fake\w*|wrong|right|lie[sd]?|lying|liar\w*|invent\w*|debunk\w*|prove[sdn]?|fabricat\w*)\b"
    )

    assert [(a.id, m[0]) for a in KEY for m in re.finditer(verdicts, a.reason, re.IGNORECASE)] == []


def test_a_reason_uses_no_label_of_the_report_without_quotation_marks():
    labels = r"militant|radical|terroris|Al Qaeda|liberat|cleared|regime|rebel|fierce|supposed"

    for a in KEY:
        unquoted = re.sub(r"“[^”]*”", "", a.reason)
        assert re.findall(labels, unquoted, re.IGNORECASE) == [], a.id
        assert '"' not in a.reason, a.id


# The rules of the datasheet


def test_only_numbers_are_linked_each_to_one_unit_of_its_own_and_to_one_counter_and_one_hedge_at_most():
    units = []
    for a in KEY:
        roles = Counter(link.role for link in a.links)
        if a.label == "number" and not a.id.endswith("-wide"):
            assert roles["unit-of-count"] == 1, a.id
            assert max(roles.values()) == 1, a.id
            units += linked(a, "unit-of-count")
        else:
            assert not roles, a.id
    assert len(units) == len({unit.id for unit in units})


def test_nothing_required_but_a_number_stands_alone_and_all_of_a_claim_stands_in_one_sentence():
    ends = {link.to for a in NUMBERS for link in a.links}

    assert ends == {a.id for a in REQUIRED if a.label != "number"}
    for a in KEY:
        for link in a.links:
            assert sentence_of(BY_ID[link.to]) == sentence_of(a), a.id
            assert BY_ID[link.to].status == a.status, a.id


def test_a_number_holds_neither_its_hedge_nor_what_is_counted():
    for a in NUMBERS:
        own = a.spans[0]
        for role in ("unit-of-count", "hedge"):
            for other in linked(a, role):
                assert all(s.end <= own.start or own.end <= s.start for s in other.spans), a.id


def test_a_wider_boundary_holds_the_required_words_whole_with_the_same_label():
    wides = [a for a in KEY if a.id.endswith("-wide")]

    assert wides
    for wide in wides:
        narrow = BY_ID[wide.id.removesuffix("-wide")]
        assert (narrow.status, wide.status, wide.label) == ("required", "accepted", narrow.label)
        for inner, outer in zip(narrow.spans, wide.spans, strict=True):
            assert outer.start <= inner.start < inner.end <= outer.end
        assert wide.spans != narrow.spans


def test_the_points_of_a_label_are_as_many_as_its_required_marks():
    counts = Counter(a.label for a in REQUIRED)

    assert EXERCISE.item_by_id["claims"].points == counts == {
        "number": 9, "unit-of-count": 9, "counter": 4, "hedge": 4,
    }  # fmt: skip


def test_the_counts_of_the_datasheet_are_the_keys():
    rows = {
        a: (int(b), int(c)) for a, b, c in re.findall(r"^\| `([a-z-]+)` \| (\d+) \| (\d+) \|", README, re.MULTILINE)
    }
    counts = Counter((a.label, a.status) for a in KEY)

    assert rows == {name: (counts[name, "required"], counts[name, "accepted"]) for name in LABELS}


def test_every_claim_stands_in_the_order_of_the_text():
    starts = [a.spans[0].start for a in KEY if a.label == "number" and not a.id.endswith("-wide")]

    assert starts == sorted(starts)


# The passes


def given(status=("required", "accepted")):
    """Label and spans -> in how many passes they have one of the statuses."""
    return Counter(mark for one in PASSES for mark in marks_of(a for a in one if a.status in status))


def touching(mark, others):
    label, spans = mark
    return [
        (name, theirs)
        for name, theirs in others
        if name == label and any(a < d and c < b for a, b in spans for c, d in theirs)
    ]


def test_there_are_three_passes_and_what_most_of_them_were_sure_of_is_required_and_nothing_else():
    sure = given(status=("required",))

    assert len(PASSES) == 3
    assert {mark for mark, n in sure.items() if n >= 2} == set(marks_of(REQUIRED))


def test_passes_that_were_sure_of_a_number_linked_it_to_the_same_words_and_so_does_the_key():
    said = defaultdict(Counter)
    for one in PASSES:
        by_id = {a.id: a for a in one}
        for a in one:
            if a.label == "number":
                said[marks_of([a])[0]][frozenset((link.role, *marks_of([by_id[link.to]])) for link in a.links)] += 1

    for a in NUMBERS:
        ((links, n),) = said[marks_of([a])[0]].most_common(1)
        assert n >= 2, a.id
        assert links == frozenset((link.role, *marks_of([BY_ID[link.to]])) for link in a.links), a.id


def test_what_one_pass_was_sure_of_or_most_gave_can_be_marked_without_loss():
    sure, all_of_them = given(status=("required",)), given()
    for mark in all_of_them:
        passes = sum(bool(touching(mark, marks_of(one))) for one in PASSES)
        if passes < 2 and not sure[mark]:
            continue
        label, spans = mark
        for start, end in spans:
            holders = [s for name, own in marks_of(KEY) if name == label for s in own if s[0] <= start and end <= s[1]]
            assert holders, (label, TEXT[start:end])


def test_what_no_pass_gave_is_listed_as_settled_against_them():
    settled = set(re.findall(r"^- `([^`]+)`", section("Settled against the passes"), re.MULTILINE))

    assert {a.id for a in KEY if not touching(marks_of([a])[0], given())} == settled


def test_the_agreement_in_the_datasheet_is_that_of_the_passes():
    rows = re.findall(r"^\| casualty-claim \| (.+?) \| (\d\.\d{3}) \|$", README, re.MULTILINE)

    measured = measure_agreement(PASSES, EXERCISE.document)["casualty-claim"]
    assert dict(rows) == {name: f"{value:.3f}" for name, value in measured.items() if value is not None}
    assert len(rows) >= 2 * 4 + 2


# Points


def test_all_that_is_required_earns_all_points_and_all_that_is_accepted_beside_it_costs_none():
    assert points(marks_of(REQUIRED)) == 26
    assert points(marks_of(KEY)) == 26


def test_only_what_is_accepted_and_lies_apart_from_what_is_required_earns_nothing():
    required = marks_of(REQUIRED)
    apart = [m for m in marks_of(a for a in KEY if a.status == "accepted") if not touching(m, required)]

    assert len(apart) >= 8
    assert points(apart) == 0


def test_every_word_with_a_digit_marked_as_a_number_costs_a_share_of_its_points():
    words = [m.span() for m in re.finditer(r"\b[\w-]*\d[\w-]*\b", TEXT)]

    # Thirteen: eight of the nine numbers, three dates, a missile and an article of a treaty.
    # P = 8/13, R = 8/9, F1 = 16/22 of nine points.
    assert len(words) == 13
    assert points([("number", [span]) for span in words]) == pytest.approx(9 * 16 / 22, abs=1e-6)


def test_the_thing_counted_alone_earns_less_than_with_what_became_of_it():
    verb = r" ?(were killed|were destroyed|had been destroyed)$"
    without = [
        ("unit-of-count", [(s.start, s.end - len(m[0]) if (m := re.search(verb, q)) else s.end)])
        for a in REQUIRED
        if a.label == "unit-of-count"
        for s, q in zip(a.spans, a.quotes, strict=True)
        if q not in {"cleared", "shot down", "deployed", "killing"}
    ]

    # Eight things in eight pieces, of twelve; of three of them a part: R = (5 + 32/44 + 28/43 + 25/44) / 12.
    recall = (5 + 32 / 44 + 28 / 43 + 25 / 44) / 12
    assert len(without) == 8
    assert points(without) == pytest.approx(9 * 2 * recall / (1 + recall), abs=1e-6)


def test_each_sentence_or_each_word_marked_with_every_label_earns_less_than_a_tenth():
    sentences = [[(s.start, s.end)] for s in EXERCISE.document.sentences]
    words = [[m.span()] for m in re.finditer(r"[\w’-]+", TEXT)]

    for stretches in (sentences, words):
        assert points([(label, spans) for label in LABELS for spans in stretches]) < 2.6


def test_a_mark_for_a_name_costs_no_points_and_is_told_to_be_not_in_the_key():
    start = TEXT.index("names of the supposed Russian casualties")
    grade = graded([*marks_of(REQUIRED), ("name", [(start, start + 40)])])

    assert grade.points == 26
    assert [fate[0] for fate in grade.details["items"]["claims"]["fates"] if fate[0] != "found"] == ["not in the key"]


def test_numbers_that_are_linked_as_in_the_key_are_graded_and_a_role_of_another_layer_is_not_read():
    rows = linked_rows()
    grader = Grader(EXERCISE, KEY)

    assert grader.grade(Answers(EXERCISE.id, EXERCISE.version, {"claims": rows})).points == 26
    rows[0]["links"][0]["role"] = "source"
    with pytest.raises(NotGraded, match=r"of claims has the link .*; expected the id of a mark and its role"):
        grader.grade(Answers(EXERCISE.id, EXERCISE.version, {"claims": rows}))


# Shown back


def linked_rows():
    """What a student hands in who agrees with all that is required."""
    return [{name: v for name, v in a.to_json().items() if name in {"id", "label", "spans", "links"}} for a in REQUIRED]


def test_the_feedback_says_the_links_by_name_and_where_there_is_nothing_to_find(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    row = Answers(EXERCISE.id, EXERCISE.version, {"claims": linked_rows()}, saved_at="2026-03-01T09:00:00Z").to_json()
    folder = tmp_path / "class/ada"
    folder.mkdir(parents=True)
    (folder / "casualty-claims.redpencil.json").write_bytes(encoded(row))
    main(["grade", "class"])
    assert main(["feedback"]) == 0
    html = (tmp_path / "feedback/casualty-claims/ada.html").read_text(encoding="utf-8")

    assert "<li>“60” → counter: “pro-government sources”</li>" in html
    assert "<li>“2” → unit of count: “shot down … Syrian helicopters”</li>" in html
    assert re.findall(r"<h3>(.+?)</h3>", html)[:5] == [
        "Number: 9 of 9 points", "Unit of count: 9 of 9 points", "Counter: 4 of 4 points", "Hedge: 4 of 4 points",
        "Name: there is none to find",
    ]  # fmt: skip
    assert "missed:" not in html


def test_a_frame_of_the_marks_has_a_column_for_what_a_number_is_linked_to():
    widget = RedPencil(EXERCISE, KEY)
    rows = [row | {"quotes": list(BY_ID[row["id"]].quotes)} for row in linked_rows()]
    widget.answers = Answers(EXERCISE.id, EXERCISE.version, {"claims": rows}, saved_at="2026-03-01T09:00:00Z").to_json()
    frame = widget.to_frame().set_index("mark")

    assert list(frame.columns[-3:]) == ["unit-of-count", "counter", "hedge"]
    assert list(frame.loc["c10b-number", ["words", "unit-of-count", "counter", "hedge"]]) == [
        "10", "c10b-unit", "c10-counter", "c10b-hedge",
    ]  # fmt: skip


# What students read


def test_the_page_offers_links_from_a_number_to_its_unit_its_counter_and_its_hedge():
    layer = exercise_data(EXERCISE, EXERCISE.groups)["layers"]["casualty-claim"]

    assert layer["links"] == {"number": ["unit-of-count", "counter", "hedge"]}
    assert [label["id"] for label in layer["labels"]] == ["number", "unit-of-count", "counter", "hedge", "name"]


def test_the_numbers_that_the_hints_tell_are_the_keys():
    hints = [hint.text for hint in EXERCISE.item_by_id["claims"].hints]
    counts = Counter(quoted(a) for a in REQUIRED if a.label == "hedge")
    figures = [a for a in NUMBERS if re.search(r"\d", a.quotes[0])]
    alone = [a for a in NUMBERS if not linked(a, "counter")]
    shared = Counter(linked(a, "counter")[0].id for a in NUMBERS if linked(a, "counter"))

    assert "nine numbers to find: eight figures, and one word" in hints[1]
    assert (len(NUMBERS), len(figures)) == (9, 8)
    assert "twice by “at least”, twice by “up to”" in hints[2]
    assert counts == {"at least": 2, "up to": 2}
    assert hints[3].startswith("Two of the nine numbers are handed to nobody")
    assert [a.quotes[0] for a in alone] == ["300km2", "2"]
    assert hints[4].startswith("Three numbers here share one counter")
    assert shared["c11-counter"] == 3


def test_a_hint_shows_the_sentence_of_the_number_that_it_speaks_of():
    places = [hint.span for hint in EXERCISE.item_by_id["claims"].hints if hint.span]

    assert [EXERCISE.document.sentence_number(span.start) for span in places] == [4, 11, 15]


def test_the_claims_that_the_rubric_gives_as_examples_stand_in_the_article():
    rubric = EXERCISE.item_by_id["what-would-settle-it"].rubric
    top = {criterion.id: max(criterion.levels)[1] for criterion in rubric}
    examples = re.findall(r"“([^”]+)”", top["two-claims"] + top["who-and-what"])

    assert [criterion.points for criterion in rubric] == [2, 2, 2, 2]
    assert len(examples) == 7
    assert [words for words in examples if words not in TEXT] == []


def test_nobody_is_sent_to_search_for_people_who_may_have_died():
    worksheet = (EXERCISE.folder / "worksheet.md").read_text(encoding="utf-8")

    assert "look up nobody who may have died" in EXERCISE.item_by_id["what-would-settle-it"].prompt
    assert "do not search for people who may have died" in worksheet
