"""What a class marked: counted reader by reader, shown as counts over the text, and never with a name."""

import re
import time
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfect import answers_file, encoded, perfect_answers
from redpencil.cli import main
from redpencil.exercise import key_for_item, load_exercise, load_key
from redpencil.grading.class_view import ANY, ClassCounts, ClassPage, intervals

ITEM = "attributions"


def mark(label, *spans):
    return {"id": "m1", "label": label, "spans": [list(span) for span in spans], "quotes": []}


def counted(*readers):
    counts = ClassCounts()
    for marks in readers:
        counts.add({ITEM: marks}, {}, ())
    return counts


def test_the_number_of_readers_goes_up_and_down_at_the_ends_of_their_marks():
    counts = counted([mark("cue", (0, 10))], [mark("cue", (5, 15))], [mark("cue", (8, 9)), mark("source", (30, 40))])

    assert counts.runs(ITEM, "cue") == [(0, 5, 1), (5, 8, 2), (8, 9, 3), (9, 10, 2), (10, 15, 1)]
    assert counts.runs(ITEM, "source") == [(30, 40, 1)]
    assert counts.runs(ITEM, ANY)[-1] == (30, 40, 1)


def test_a_reader_counts_once_for_a_place_however_often_they_marked_it():
    counts = counted([mark("cue", (0, 10)), mark("cue", (4, 12)), mark("content", (2, 6))])

    assert counts.runs(ITEM, "cue") == [(0, 12, 1)]
    assert counts.runs(ITEM, ANY) == [(0, 12, 1)]


def test_gaps_between_marks_are_in_no_run():
    assert counted([mark("cue", (0, 3), (7, 9))]).runs(ITEM, "cue") == [(0, 3, 1), (7, 9, 1)]


SPANS = st.tuples(st.integers(0, 40), st.integers(1, 12)).map(lambda pair: (pair[0], sum(pair)))
READERS = st.lists(st.lists(st.tuples(st.sampled_from(["cue", "source"]), SPANS), max_size=5), min_size=1, max_size=6)


@given(READERS)
def test_at_each_place_the_count_is_that_of_the_readers_who_marked_it(readers):
    counts = counted(*([mark(label, span) for label, span in marks] for marks in readers))

    for label in ("cue", "source", ANY):
        found = Counter({at: n for start, end, n in counts.runs(ITEM, label) for at in range(start, end)})
        wanted = Counter()
        for marks in readers:
            wanted.update({at for name, (start, end) in marks if label in (ANY, name) for at in range(start, end)})
        assert found == wanted


@given(READERS, st.integers(0, 6))
def test_counts_made_apart_and_put_together_are_the_counts_of_all(readers, cut):
    marks = [[mark(label, span) for label, span in one] for one in readers]
    together, rest = counted(*marks[:cut]), counted(*marks[cut:])
    together.merge(rest)

    assert together.readers == len(readers)
    for label in ("cue", "source", ANY):
        assert together.runs(ITEM, label) == counted(*marks).runs(ITEM, label)


@pytest.mark.parametrize(
    ("readers", "expected"),
    [
        (30, [(1, 1, 6), (2, 7, 12), (3, 13, 18), (4, 19, 24), (5, 25, 30)]),
        (3, [(2, 1, 1), (4, 2, 2), (5, 3, 3)]),
        (1, [(5, 1, 1)]),
        (0, []),
    ],
)
def test_five_levels_of_shading_share_the_numbers_of_readers(readers, expected):
    assert intervals(readers) == expected


def test_a_page_costs_no_more_for_three_hundred_thousand_readers_than_for_thirty():
    exercise = load_exercise("the-bridge")
    small, large = ClassCounts(), ClassCounts()
    answers = {"attributions": [mark("cue", (273, 277)), mark("content", (337, 347), (403, 445))], "rung-01": "group"}
    for counts, times in ((small, 30), (large, 3_000)):
        for _ in range(times):
            counts.add(answers, {}, {"rung-01"})
    # A hundred of these are what the processes that write pages would hand over.
    whole = ClassCounts()
    for _ in range(100):
        whole.merge(large)

    assert whole.readers == 300_000
    assert whole.runs(ITEM, "cue") == [(273, 277, 300_000)]
    assert whole.changes.keys() == small.changes.keys()
    begun = time.process_time()
    ClassPage(exercise, load_key(exercise), whole).context()
    assert time.process_time() - begun < 1


@pytest.fixture
def page(tmp_path, monkeypatch):
    """The class view of three students, one of whom handed in something unreadable."""
    monkeypatch.chdir(tmp_path)
    perfect = perfect_answers()
    second = perfect_answers()
    second["attributions"] = [one for one in second["attributions"] if one["id"] != "a15-cue"]
    for one in second["attributions"]:
        one["links"] = []
    second["rung-02"] = "record"
    handed_in = {"ada-l": answers_file(perfect), "bo-k": answers_file(second), "cy-m": b"{"}
    for student, data in handed_in.items():
        folder = tmp_path / "class" / student
        folder.mkdir(parents=True)
        (folder / "who-says-so.redpencil.json").write_bytes(data if isinstance(data, bytes) else encoded(data))
    main(["grade", "class"])
    assert main(["report"]) == 0
    return (tmp_path / "report/who-says-so-report.html").read_text(encoding="utf-8")


def test_students_pages_lie_alone_so_that_the_folder_can_be_handed_on(page, tmp_path):
    main(["feedback"])

    assert "2 readers" in page
    assert not list((tmp_path / "feedback").glob("*-class.html"))


def test_each_annotation_of_the_key_has_the_number_of_those_who_found_it(page):
    row = page[page.index(">claimed</span> <strong") :].partition("</tr>")[0]

    assert "<td>1 <meter" in row
    assert row.endswith("<td>0</td><td>1</td>")


def test_what_was_chosen_is_counted_with_the_keys_answer_underlined(page):
    row = page[page.index("2 · <span") :].partition("</tr>")[0]

    assert "1 of 2" in row
    # The labels in their order: record has 1, own voice, which is the key's, 1, and the other five nobody.
    cells = re.findall(r"<td>(?:<u[^>]*><span[^>]*>key: </span>)?(\d+)(?:</u>)?(?: <small>|</td>)", row)
    assert cells == ["1", "0", "0", "0", "0", "1", "0"]
    assert row.count('<u class="required"><span class="sr">key: </span>1</u>') == 1


SWAP = load_exercise("label-swap")


def swap_page(loaded, plain):
    """The page of the label swap for one reader who calls so many of each kind “loaded”, and the rest “plain”."""
    key = load_key(SWAP)
    counts = counted()
    counts.readers = 1
    for kind, n in (("loaded", loaded), ("plain", plain)):
        items = [item for item in SWAP.items if item.kind == "choice" and key_for_item(item, key)[0].label == kind]
        for number, item in enumerate(items):
            counts.chosen[item.id] = Counter(["loaded" if number < n else "plain"])
    (group,) = ClassPage(SWAP, key, counts).context()["choices"]
    return group


def test_how_well_a_class_tells_apart_stands_with_its_interval():
    # 9 hits and 3 false alarms of 12 each: d' 1.23, from 0.16 to 2.31; the counting by hand stands in test_scoring.
    measured = swap_page(loaded=9, plain=3)["discernment"]

    assert (measured.hits, measured.misses, measured.false_alarms, measured.correct_rejections) == (9, 3, 3, 9)
    assert measured.sensitivity == pytest.approx(1.23, abs=0.005)
    assert measured.sensitivity_interval == pytest.approx((0.16, 2.31), abs=0.005)
    assert measured.bias == pytest.approx(0)


def test_a_class_that_suspects_everything_leans_and_tells_nothing_apart():
    measured = swap_page(loaded=12, plain=12)["discernment"]

    assert measured.sensitivity == pytest.approx(0)
    assert measured.bias < -1.7


def test_a_class_without_answers_or_with_likelihoods_has_no_such_measure():
    names = load_exercise("name-check")
    counts = counted()
    counts.readers = 1
    counts.chosen = {item.id: Counter([item.signal[0]]) for item in names.items if item.kind == "choice"}

    assert shown()["choices"][0]["discernment"] is None
    assert ClassPage(names, load_key(names), counts).context()["choices"][0]["discernment"] is None


def test_the_page_has_the_measure_in_words_with_its_interval_and_no_verdict_on_one_student(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    key = load_key(SWAP)
    answers = {item.id: key_for_item(item, key)[0].label for item in SWAP.items if item.kind == "choice"}
    (tmp_path / "class/ada").mkdir(parents=True)
    data = answers_file(answers, exercise=SWAP.id, exercise_version=SWAP.version)
    (tmp_path / "class/ada/label-swap.redpencil.json").write_bytes(encoded(data))
    main(["grade", "class"])
    main(["feedback"])
    main(["report"])
    html = (tmp_path / "report/label-swap-report.html").read_text(encoding="utf-8")

    # z(12.5/13) - z(0.5/13) = 2 * 1.769 = 3.54, as in test_exercises.
    assert "<td>3.54</td>" in html
    assert "12 hits of 12 where the key has “loaded”; 0 false alarms of 12 where it has “plain”" in html
    assert "no verdict on one student" in html
    assert "<td>0.00</td>" in html
    assert "d′" not in (tmp_path / "feedback/label-swap/ada.html").read_text(encoding="utf-8")


# What is worth talking about


BRIDGE = load_exercise("the-bridge")
REQUIRED = [one for one in load_key(BRIDGE) if one.status == "required" and one.layer == "attribution"]


def shown(readers=30, fates=None, chosen=None, *marks):
    """What the page of the bridge shows of these numbers: fates by annotation, labels chosen by item, and marks."""
    counts = counted(*marks)
    counts.readers = readers
    counts.fates = {id: Counter(numbers) for id, numbers in (fates or {}).items()}
    counts.chosen = {item: Counter(numbers) for item, numbers in (chosen or {}).items()}
    return ClassPage(BRIDGE, load_key(BRIDGE), counts).context()


def points_of(part):
    return [(point.why, point.row["words"], point.said) for point in part["points"]]


def test_the_places_are_those_found_by_nearest_to_half_missed_by_most_and_marked_by_most_against_the_key():
    easy, split, near, hard = REQUIRED[:4]
    fates = {
        easy.id: {"found": 29, "missed": 1},
        # 17 of 30 is 2 readers from half, 12 is 3.
        near.id: {"found": 12, "partly found": 18},
        split.id: {"found": 17, "missed": 13},
        hard.id: {"found": 2, "missed": 28},
    }
    # "Dunmarrow" begins the headline, in which the key has no attribution: two readers mark it, one its neighbour.
    start = BRIDGE.document.text.index("Dunmarrow Has Waited")
    long, short = [mark("cue", (start, start + 9))], [mark("cue", (start + 10, start + 13))]
    context = shown(30, fates, None, long, long, short)

    assert points_of(context["texts"][0]) == [
        ("most divided", " … ".join(split.quotes), "17 of 30 found it"),
        ("most missed", " … ".join(hard.quotes), "28 of 30 missed it"),
        ("most marked against the key", "Dunmarrow", "2 of 30 marked it, the key has nothing of that label"),
    ]
    assert context["begin"].said == "17 of 30 found it"


def test_in_choices_the_places_are_most_divided_and_most_chosen_against_the_key():
    # The key has own voice, opinion and own voice for the first three sentences, and accepts nothing else there.
    chosen = {
        # Two of three is nearer to half than 20 of 30, but only one reader disagrees.
        "rung-01": {"own-voice": 2, "record": 1},
        "rung-02": {"opinion": 20, "record": 10},
        "rung-03": {"own-voice": 5, "sourceless": 25},
        # The key asks for opinion here and accepts own voice: nobody chose against it.
        "rung-15": {"opinion": 4, "own-voice": 26},
    }
    context = shown(30, None, chosen)
    (ladder,) = context["choices"]

    assert [(why, said.partition(":")[0]) for why, _, said in points_of(ladder)] == [
        ("most divided", "20 of 30 chose as the key"),
        ("most chosen against the key", "25 of 30 chose"),
    ]
    assert [point.row["sentence"] for point in ladder["points"]] == [2, 3]
    assert context["begin"].row["sentence"] == 2


def test_a_place_that_stands_out_twice_is_named_once_and_is_where_to_begin(page):
    items = re.findall(r'<ul class="points">\s*(.*?)\s*</ul>', page, re.S)
    texts = [re.sub(r"<[^>]+>", "", item) for item in items]

    assert texts[0] == "Most divided and most missed: “claimed” (cue, sentence 15): 1 of 2 found it; 1 of 2 missed it."
    assert "1 of 2 chose as the key; 1 of 2 chose: record." in texts[1]
    (last,) = re.findall(r'<p class="next">(.*?)</p>', page)
    assert "begin the lesson with “claimed” (cue, sentence 15)" in re.sub(r"<[^>]+>", "", last)


def test_each_place_leads_to_its_row_and_the_row_says_why(page):
    targets = re.findall(r'href="#([^"]+\.[^"]+)"', page)

    assert targets
    for target in targets:
        (row,) = re.findall(rf'<tr id="{re.escape(target)}">.*?</tr>', page)
        assert '<strong class="why">most divided, most ' in row


def test_where_all_found_everything_no_place_is_named():
    fates = {one.id: {"found": 30} for one in REQUIRED}
    context = shown(30, fates)

    assert [part["points"] for part in (*context["texts"], *context["choices"])] == [[], []]
    assert context["begin"] is None


def test_many_words_are_cut_after_a_whole_word_in_the_list_alone():
    everything = [mark("cue", (0, len(BRIDGE.document.text)))]
    start = next(span.start for one in REQUIRED if one.label == "cue" for span in one.spans)
    everything[0]["spans"] = [[0, start]]
    (point,) = shown(1, None, None, everything)["texts"][0]["points"]

    assert len(point.words) <= 82
    assert point.words.endswith(" …")
    assert point.row["words"].startswith(point.words.removesuffix("…"))


def test_the_text_s_own_direction_is_not_that_of_the_page_around_it(page):
    # The HTML standard: dir="auto" looks for the first letter, and not into what has a direction of its own.
    sections = re.findall(r"<section [^>]*>\s*<h3 [^>]*>", page)
    words = re.findall(r"<span lang=[^>]*>", page)

    assert len(sections) == 4
    # Each of the 21 sentences, each row of the key's table, each place that is named.
    assert len(words) > 21
    assert all('dir="auto">' in one and one.endswith('dir="ltr">') for one in sections)
    assert all(one.endswith('dir="auto">') for one in words)


def test_it_loads_nothing_and_runs_nothing(page):
    assert "<script" not in page
    assert "http" not in page
