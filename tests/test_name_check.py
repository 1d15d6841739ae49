"""The invented casualty list, the tables of names, and the exercise that holds the one against the other."""

import csv
import json
import re
import runpy
from collections import Counter
from itertools import groupby
from math import perm
from pathlib import Path

import pytest

from redpencil.cli import main
from redpencil.document import KitError
from redpencil.exercise import LABEL_SETS, Answers, exercise_from_json, key_for_item, load_exercise, load_key
from redpencil.grading.class_view import ClassCounts, ClassPage
from redpencil.grading.grade import Grader
from redpencil.grading.release import release
from redpencil.grading.report import Tally
from redpencil.grading.report_page import write_pages
from redpencil.notebook import find_exercise
from redpencil.pages.markup import exercise_data
from redpencil.scoring import discernment

ROOT = Path(__file__).resolve().parents[1]
NAMES = ROOT / "data/names"
LIST = ROOT / "data/documents/invented-casualty-list"
EXERCISE = load_exercise("name-check")
KEY = load_key(EXERCISE)
ITEMS = EXERCISE.in_group("names")
LABELS = [label.id for label in LABEL_SETS["likelihood"]]


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


FIGURES = {row["id"]: row for row in rows(NAMES / "historic-figures.csv")}
SURNAMES = rows(NAMES / "russian-surnames.csv")
BALANCE = rows(LIST / "balance.csv")
DRAW = runpy.run_path(str(LIST / "draw.py"))


def share(surname):
    return next(float(row["percent"]) for row in SURNAMES if row["surname"] == surname) / 100


def graded(answers):
    return Grader(EXERCISE, KEY).grade(Answers(EXERCISE.id, EXERCISE.version, answers))


def as_chosen(label):
    return graded({item.id: label for item in ITEMS})


def names():
    """Of each entry: the name as the list has it, without the rank."""
    found = []
    ranks = "|".join(sorted({rank.title() for rank in DRAW["RANKS"]}))
    for paragraph in EXERCISE.document.paragraphs:
        match = re.fullmatch(
            rf"Invented entry: ({ranks}) (.+), (\d\d), (.+), (.+)\.", EXERCISE.document.quote(paragraph)
        )
        found.append(match.groups())
    return found


# The tables


def test_the_twenty_surnames_add_up_to_the_share_that_the_datasheet_gives():
    in_all = sum(float(row["percent"]) for row in SURNAMES) / 100
    readme = " ".join((NAMES / "README.md").read_text(encoding="utf-8").split())

    assert len(SURNAMES) == 20
    assert in_all == pytest.approx(0.1177)
    assert "The 20 percentages add up to 11.77, so 11.8 of 100 people" in readme
    # 1 - (1 - 0.1177)^n, by hand with logarithms: ln 0.8823 = -0.12522.
    for people, lists, words in ((5, 47, "five people"), (8, 63, "eight"), (10, 71, "ten"), (16, 87, "sixteen")):
        assert round(100 * (1 - (1 - in_all) ** people)) == lists
        assert f"{lists} of 100 lists of {words}" in readme


def test_the_tables_are_plain_and_whole():
    assert [int(row["rank"]) for row in SURNAMES] == list(range(1, 21))
    percentages = [float(row["percent"]) for row in SURNAMES]
    assert percentages == sorted(percentages, reverse=True)
    # The source's marks of stress are gone.
    assert all("\u0301" not in row["surname_cyrillic"] for row in SURNAMES)
    forenames = Counter((row["place"], row["gender"]) for row in rows(NAMES / "russian-forenames.csv"))
    assert forenames == dict.fromkeys([(p, g) for p in ("Russia", "Moscow") for g in ("male", "female")], 10)


def test_every_historic_figure_is_dead_and_has_a_source_that_was_read():
    for row in FIGURES.values():
        assert row["name"] == f"{row['given']} {row['surname']}"
        assert row["kind"] in {"commander", "film actor"}
        assert 15 <= int(row["died"]) - int(row["born"]) <= 100
        assert int(row["died"]) <= 2018
        assert row["source"]
        assert row["rechecked"] == "yes"
        # Given name, patronymic and surname, in Russian.
        assert re.fullmatch(r"[А-ЯЁ][а-яё]+ [А-ЯЁ][а-яё]+ич [А-ЯЁ][А-Яа-яЁё-]+", row["name_cyrillic"])


def test_the_datasheet_counts_the_figures_and_those_whose_years_are_in_dispute():
    readme = " ".join((NAMES / "README.md").read_text(encoding="utf-8").split())
    in_dispute = [id for id, row in FIGURES.items() if re.search(r"\b1[6-9]\d\d\b", row["dates_note"])]

    assert f"{len(FIGURES)} commanders and film actors" in readme
    assert f"For {len(in_dispute)} people the works that we read disagree on a year" in readme
    assert {"makarov", "suvorov", "rokossovsky", "chuikov"} <= set(in_dispute)


# The list


def test_the_list_says_that_it_is_invented_in_every_line_and_in_its_name():
    assert EXERCISE.document.is_invented
    assert "invented" in EXERCISE.document.id
    for line in (LIST / "text.txt").read_text(encoding="utf-8").split("\n\n"):
        assert line.startswith("Invented entry: ")
    for words in (EXERCISE.document.title, EXERCISE.intro, ITEMS[0].prompt, *(key.quotes[0] for key in KEY)):
        assert "invented" in words.lower()


def test_what_a_student_gets_of_the_list_says_that_it_is_invented_in_its_name_and_in_what_it_shows(tmp_path, course):
    notebook, handed_out = release("name-check", tmp_path / "out")
    main(["grade", "class"])
    main(["feedback"])
    main(["report"])

    for path in (notebook, handed_out):
        assert "invented" in path.name
        assert "invented" in path.read_text(encoding="utf-8")
    # The file that is to be sent is called so at the end of the worksheet, too.
    assert notebook.name in "".join(json.loads(notebook.read_text(encoding="utf-8"))["cells"][-1]["source"])
    for page in ("feedback/name-check/ada.html", "report/name-check-class.html", "report/name-check-report.html"):
        shown = (course / page).read_text(encoding="utf-8")
        assert re.search(r"<title>[^<]*invented[^<]*</title>", shown)
        assert re.search(r"<h1>[^<]*invented[^<]*</h1>", shown)


def test_a_notebook_finds_the_exercise_by_its_id_under_the_name_of_the_file(tmp_path):
    _, path = release("name-check", tmp_path)
    handed_out = json.loads(path.read_text(encoding="utf-8"))
    handed_out["spec"]["title"] = "As it was handed out"
    path.write_text(json.dumps(handed_out), encoding="utf-8")

    assert find_exercise("name-check", tmp_path).title == "As it was handed out"


def test_the_name_of_the_files_is_no_part_of_the_version_and_has_to_end_in_the_id(tmp_path):
    handed_out = EXERCISE.to_json()
    plain = {name: value for name, value in handed_out["spec"].items() if name != "file_name"}

    assert exercise_from_json({**handed_out, "spec": plain}, "it").version == EXERCISE.version
    assert exercise_from_json({**handed_out, "spec": plain}, "it").file_name == "name-check"
    for wrong, said in (("../name-check", "an id is 1 to 64"), ("list", "one that ends in '-name-check'")):
        with pytest.raises(KitError, match=said):
            exercise_from_json({**handed_out, "spec": {**plain, "file_name": wrong}}, "it")


def test_as_many_names_were_copied_as_drawn_and_the_table_says_what_the_key_says():
    kinds = [row["kind"] for row in BALANCE]

    assert Counter(kinds) == {"telling": 8, "coincidence": 8}
    for row, item in zip(BALANCE, ITEMS, strict=True):
        (key,) = key_for_item(item, KEY)
        assert key.label == ("very-likely" if row["kind"] == "telling" else "very-unlikely")
        assert key.reason.startswith("Copied. " if row["kind"] == "telling" else "Drawn by lot. ")


def test_neither_rank_nor_order_nor_place_in_the_list_tells_copied_from_drawn():
    kinds = [row["kind"] for row in BALANCE]
    by_kind = {kind: [n for n, own in enumerate(kinds) if own == kind] for kind in set(kinds)}
    ranks = {kind: Counter(DRAW["RANKS"][n] for n in numbers) for kind, numbers in by_kind.items()}
    orders = {kind: Counter(BALANCE[n]["order"] for n in numbers) for kind, numbers in by_kind.items()}
    usual = {"private": 2, "corporal": 1, "sergeant": 2, "lieutenant": 1, "captain": 1}

    assert ranks == {"telling": usual | {"rear admiral": 1}, "coincidence": usual | {"colonel": 1}}
    assert orders["telling"] == orders["coincidence"] == {"natural": 4, "surname first": 2, "initials": 1, "half": 1}
    assert Counter(kinds[:8]) == Counter(kinds[8:])
    assert max(len(list(same)) for _, same in groupby(kinds)) == 2


def test_the_drawn_names_the_ages_and_the_places_come_out_of_the_lots_again():
    drawn = dict(enumerate(DRAW["draw"](), start=1))
    for row, (rank, name, age, company, place), rest, own in zip(
        BALANCE, names(), DRAW["rest"](), DRAW["RANKS"], strict=True
    ):
        assert (rank.lower(), int(age), company, place) == (own, *rest)
        if row["kind"] == "coincidence":
            surname, given, patronymic = drawn.pop(int(row["slot"]))
            written = {
                "natural": f"{given} {patronymic} {surname}",
                "surname first": f"{surname}, {given} {patronymic}",
                "initials": f"{surname}, {given[0]}.{patronymic[0]}.",
                "half": f"{surname}, {given} {patronymic[0]}.",
            }
            assert name == written[row["order"]]
    assert drawn == {}


def test_no_drawn_name_is_that_of_a_historic_figure_and_every_copied_one_is():
    whole = {(row["surname"], row["given"], row["patronymic"]) for row in FIGURES.values()}
    drawn = {(surname.removesuffix("a"), given, patronymic) for surname, given, patronymic in DRAW["draw"]()}

    assert len(drawn) == 8
    assert drawn & whole == set()
    copied = [(row, name) for row, (_, name, *_) in zip(BALANCE, names(), strict=True) if row["kind"] == "telling"]
    assert len({row["figure"] for row, _ in copied}) == 8
    for row, name in copied:
        figure = FIGURES[row["figure"]]
        parts = [figure["given"], figure["patronymic"], figure["surname"]]
        if row["spelling"] == "other":
            # Another spelling, but the same beginning of each part.
            assert [part[:1] for part in name.split()] == [part[:1] for part in parts]
            assert name.split() != parts
        elif row["order"] == "initials":
            assert name == f"{parts[2]}, {parts[0][0]}.{parts[1][0]}."
        elif row["order"] == "half":
            assert name == f"{parts[2]}, {parts[0]} {parts[1][0]}."
        else:
            assert name in {" ".join(parts), f"{parts[2]}, {parts[0]} {parts[1]}"}


def test_what_a_drawn_name_has_in_common_with_a_figure_is_what_the_table_says():
    drawn = dict(enumerate(DRAW["draw"](), start=1))
    for row in BALANCE:
        if row["kind"] == "telling" or not row["figure"]:
            continue
        surname, given, patronymic = drawn[int(row["slot"])]
        figure = FIGURES[row["figure"]]
        same = {
            "surname": surname.removesuffix("a") == figure["surname"],
            "given": given == figure["given"],
            "patronymic": patronymic == figure["patronymic"],
        }
        agrees = set(row["agrees"].split())
        assert {part for part, is_same in same.items() if is_same} == agrees - {"first-initial", "like-surname"}
        if "first-initial" in agrees:
            assert (given[0], patronymic[0]) != (figure["given"][0], figure["patronymic"][0])
            assert given[0] == figure["given"][0]
        if "like-surname" in agrees:
            assert figure["surname"].startswith(surname)


def test_the_chances_that_the_reasons_give_follow_from_the_percentages():
    reasons = " ".join(key.reason for key in KEY)
    shares = [float(row["percent"]) / 100 for row in SURNAMES]
    # Sums of products of k different shares: what is needed for "no surname twice" among 16.
    sums = [1.0] + [0.0] * 16
    for p in shares:
        for k in range(16, 0, -1):
            sums[k] += sums[k - 1] * p
    none_twice = sum(perm(16, k) * sums[k] * (1 - sum(shares)) ** (16 - k) for k in range(17))

    assert round(1 - none_twice, 1) == 0.1
    assert "Of ten such lists with 16 names, about one has two people who share one of the twenty" in reasons
    assert 1 - (1 - share("Smirnov")) ** 16 == pytest.approx(0.23, abs=0.005)
    assert "Of ten such lists with 16 names, about two have a Smirnov by chance" in reasons
    assert (round(1000 * share("Smirnov")), round(1000 * share("Kuznetsov"))) == (16, 9)
    ranks = {row["surname"]: int(row["rank"]) for row in SURNAMES}
    assert [ranks[s] for s in ("Smirnov", "Kuznetsov", "Sokolov", "Lebedev", "Novikov", "Petrov", "Pavlov")] == [
        1, 3, 5, 6, 8, 10, 15,
    ]  # fmt: skip
    male = [r for r in rows(NAMES / "russian-forenames.csv") if (r["place"], r["gender"]) == ("Russia", "male")]
    assert sum(row["forename"].startswith("A") for row in male) == 4
    assert {"Mikhail", "Ivan"} < {row["forename"] for row in male}
    assert {row["surname"] for row in SURNAMES} >= DRAW["ANIMALS"]
    assert len(DRAW["ANIMALS"]) == 8


def test_the_worksheet_has_the_whole_table_as_it_stands_in_the_data():
    worksheet = (ROOT / "exercises/name-check/worksheet.md").read_text(encoding="utf-8")

    for row in FIGURES.values():
        line = (
            f"| {row['surname']} | {row['given']} {row['patronymic']} | {row['role']} | {row['born']}–{row['died']} |"
        )
        assert line in worksheet
    assert worksheet.count("\n| ") == len(FIGURES) + 1


# What the answers earn


def test_as_likely_as_not_throughout_scores_a_quarter_and_shows_no_sensitivity():
    grade = as_chosen("even")
    counts = grade.details["spotting"]["names"]

    assert grade.details["brier"]["names"] == {"score": 0.25, "answers": 16}
    assert counts == {"hits": 4, "misses": 4, "false_alarms": 4, "correct_rejections": 4}
    assert discernment(**counts).sensitivity == discernment(**counts).bias == 0
    # 16 times (0.9025 - 0.25) / 0.9.
    assert grade.points == pytest.approx(11.6)


@pytest.mark.parametrize(("label", "bias"), [("very-likely", -1.593), ("very-unlikely", 1.593)])
def test_the_same_likelihood_for_all_is_no_better_than_chance_and_worse_than_not_knowing(label, bias):
    grade = as_chosen(label)
    counts = Counter(grade.details["spotting"]["names"])
    measured = discernment(*(counts[name] for name in ("hits", "misses", "false_alarms", "correct_rejections")))

    # 8 of 8 become 8.5 of 9 = 0.9444 of either kind: z = 1.593 by a table of the normal curve, and d' = 0.
    assert measured.sensitivity == pytest.approx(0)
    assert measured.bias == pytest.approx(bias, abs=0.001)
    # (0.0025 + 0.9025) / 2.
    assert grade.details["brier"]["names"]["score"] == pytest.approx(0.4525)
    assert grade.points == 8 < as_chosen("even").points


def test_a_false_accusation_costs_as_much_as_a_miss():
    perfect = {item.id: key_for_item(item, KEY)[0].label for item in ITEMS}
    costs = {}
    for item in ITEMS:
        wrong = "very-unlikely" if perfect[item.id] == "very-likely" else "very-likely"
        costs.setdefault(perfect[item.id], set()).add(16 - graded(perfect | {item.id: wrong}).points)

    assert costs == {"very-likely": {1}, "very-unlikely": {1}}


def test_what_was_not_answered_is_in_no_count():
    grade = graded({"names-01": "rather-likely"})

    assert grade.details["spotting"]["names"] == {"hits": 1}
    assert grade.details["brier"]["names"] == {"score": 0.0625, "answers": 1}


@pytest.fixture
def course(tmp_path, monkeypatch):
    """Two students: one says as the key does but softly, the other is sure of everything."""
    monkeypatch.chdir(tmp_path)
    softly = {
        item.id: "rather-likely" if key_for_item(item, KEY)[0].label == "very-likely" else "rather-unlikely"
        for item in ITEMS
    }
    for student, answers in (("ada", softly | {"names-01": "even"}), ("ben", {i.id: "very-likely" for i in ITEMS})):
        folder = tmp_path / "class" / student
        folder.mkdir(parents=True)
        row = Answers(EXERCISE.id, EXERCISE.version, answers).to_json()
        (folder / "name-check.redpencil.json").write_text(json.dumps(row), encoding="utf-8")
    return tmp_path


def test_a_class_is_told_its_brier_score_beside_d_prime(course, capsys):
    main(["grade", "class"])
    told = capsys.readouterr().out

    # Ada 15 times 0.0625 and once 0.25, Ben 8 times 0.0025 and 8 times 0.9025: (0.9375 + 0.25 + 7.24) / 32.
    assert "name-check: names: Brier score 0.263 over 32 answers" in told
    assert "(15.5 hits, 0.5 misses, 8 false alarms, 8 rightly left alone)" in told
    main(["grade", "class", "--json"])
    assert json.loads(capsys.readouterr().out)["brier"]["name-check: names"] == {
        "score": pytest.approx(8.4275 / 32),
        "answers": 32,
    }


def test_a_student_reads_what_was_copied_why_and_how_the_points_are_counted(course):
    main(["grade", "class"])
    main(["feedback"])
    ada = (course / "feedback/name-check/ada.html").read_text(encoding="utf-8")
    ben = (course / "feedback/name-check/ben.html").read_text(encoding="utf-8")

    assert "Of 8 that the key calls likely, you called 7 likely, left 1 open, and put 0 too low." in ada
    assert "Of 8 that the key calls unlikely, you called 0 unlikely, left 0 open, and put 8 too high" in ben
    assert "each is a false alarm, and costs as much as a miss" in ben
    # Ada raised no false alarm, so she is not told what one costs.
    assert "Of 8 that the key calls unlikely, you called 8 unlikely, left 0 open, and put 0 too high." in ada
    assert "each is a false alarm" not in ada
    assert "Your Brier score is 0.07 over 16 answers" in ada
    # Entry 1, “as likely as not”: the same number in its line and in the rule.
    assert "Key: very likely · 0.73 of 1" in ada
    assert "“very likely” 1, “rather likely” 0.93, “as likely as not” 0.73, “rather unlikely” 0.38" in ada
    assert "Drawn by lot. Kuznetsova is the feminine form" in ada
    assert "invented" in ada
    # Nothing is said of marks or of labels that are right or accepted: there are none.
    assert "F1" not in ada
    assert "second reading" not in ada


def test_the_report_draws_what_was_said_against_how_it_was_with_the_same_in_words(course):
    main(["grade", "class"])
    main(["report"])
    page = (course / "report/name-check-report.html").read_text(encoding="utf-8")

    alternative = re.search(r'<desc id="said-names-d">([^<]+)</desc>', page)[1]
    # Ada: 7 rather likely, all so; 8 rather unlikely, none so; 1 even, so. Ben: 16 very likely, 8 so.
    for words in (
        "rather unlikely: 0 of 8",
        "as likely as not: 1 of 1",
        "rather likely: 7 of 7",
        "very likely: 8 of 16",
    ):
        assert words in alternative
    # The frame is 200 wide and high, and begins 60 from the left and 18 from the top: 0.95 said, 0.5 so.
    assert '<circle class="open" cx="250.0" cy="118.0"' in page
    assert "<td>95%</td><td>16</td><td>8</td><td>50%</td>" in page
    assert "Brier score of the class: 0.263 over 32 answers" in page
    assert "<script" not in page


def test_the_picture_costs_no_more_for_a_district_than_for_a_class(tmp_path):
    counts = ClassCounts(readers=300_000)
    for item in ITEMS:
        counts.chosen[item.id] = Counter({"very-likely": 200_000, "even": 100_000})
    picture = ClassPage(EXERCISE, KEY, counts).context()["choices"][0]["reliability"]

    assert [(row["n"], row["so"]) for row in picture["rows"]] == [(1_600_000, 800_000), (3_200_000, 1_600_000)]
    tally = Tally(EXERCISE)
    tally.counts = counts
    report, _ = write_pages(Grader(EXERCISE, KEY), tally, tmp_path)
    assert "4800000 answers" in report.read_text(encoding="utf-8")


# What a page is told


def test_the_component_is_told_what_each_likelihood_stands_for():
    group = exercise_data(EXERCISE, ["names"])["groups"][0]

    assert group["probabilities"] == dict(zip(LABELS, (0.05, 0.25, 0.5, 0.75, 0.95), strict=True))
    assert all("probabilities" not in g for g in exercise_data(load_exercise("label-swap"), ["wording"])["groups"])


# A spec or a key that does not fit


def copied(tmp_path, file, old, new):
    folder = tmp_path / "name-check"
    folder.mkdir()
    for path in (ROOT / "exercises/name-check").iterdir():
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            if path.name == file:
                assert old in text
                text = text.replace(old, new)
            (folder / path.name).write_text(text, encoding="utf-8")
    return load_exercise(folder)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("very-likely = 0.95", "very-likely = 0.9", "not mirrored at 0.5"),
        ("very-likely = 0.95", "very-likely = 1.5", "expected a number from 0 to 1"),
        ("even = 0.5\n", "", "a number for each label of its layer"),
        ("points = 1\n", 'points = 1\nsignal = ["very-likely"]\n', "then neither signal nor noise"),
    ],
)
def test_probabilities_that_do_not_fit_are_refused_with_the_place(tmp_path, old, new, says):
    with pytest.raises(KitError, match=says) as error:
        copied(tmp_path, "exercise.toml", old, new)
    assert "exercise.toml, item 1" in str(error.value)


def test_a_key_that_is_not_sure_is_refused(tmp_path):
    exercise = copied(tmp_path, "key.jsonl", '"label": "very-likely"', '"label": "rather-likely"')

    with pytest.raises(KitError, match="asks how likely something is, and the key has rather-likely"):
        load_key(exercise)
