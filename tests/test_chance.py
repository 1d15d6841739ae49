"""How many names agree by chance: a picture, its words, and the sliders that move it."""

import re
from xml.etree import ElementTree

import pytest

from redpencil.chance import (
    Chance,
    assumptions,
    chance_data,
    chance_for,
    chance_picture,
    chance_sliders,
    famous_people,
    in_lists,
    read_frequent,
)
from redpencil.document import KitError
from redpencil.names.match import Strength
from redpencil.notebook import chance_of


def parsed(picture):
    end = picture.index("</svg>") + 6
    return ElementTree.fromstring(picture[:end]), picture[end:]


def cells(html):
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in re.findall(r"<tr>(.*?)</tr>", html)]


@pytest.fixture(scope="module")
def frequent():
    return read_frequent()


# data/names/README.md: twenty surnames for 11.77 of 100 people, ten male forenames of 2012, 44 figures.
def test_the_frequencies_are_those_of_the_tables(frequent):
    assert len(frequent.surnames) == 20
    assert sum(frequent.surnames.values()) == pytest.approx(0.1177)
    assert frequent.surnames["Иванов"] == pytest.approx(0.0130)
    assert set(frequent.given.values()) == {0.1}
    assert len(frequent.given) == len(frequent.ranks) == 10
    assert "Мария" not in frequent.given
    assert famous_people() == 44


# By hand, for one name and one person: the sum of the squares of the twenty shares is 0.00091713 (in percent squared
# 1.61² + 1.30² + 0.90² + … = 9.1713); a tenth agree in each further part, since ten are equally frequent. Initials: of
# the ten names four begin with А, two with М, one each with С, Д, Е, И: (0.4² + 0.2² + 4 × 0.1²) = 0.24.
def test_one_name_and_one_person_agree_by_the_sums_of_squares(frequent):
    squares = sum(
        p * p
        for p in (1.61, 1.30, 0.90, 0.79, 0.73, 0.65, 0.58, 0.54, 0.53, 0.44, 0.44, 0.44, 0.42, 0.41, 0.39, 0.35)
    ) + 2 * 0.32**2 + 0.31**2 + 0.30**2  # fmt: skip
    surname = squares / 10_000

    assert surname == pytest.approx(0.00091713)
    assert chance_for(frequent, 1, 1).worked_out == pytest.approx(
        {
            Strength.SURNAME: surname,
            Strength.INITIALS: surname * 0.24,
            Strength.GIVEN: surname / 10,
            Strength.PATRONYMIC: surname / 100,
            Strength.RANK: surname / 1_000,
        }
    )


def test_what_is_drawn_comes_near_to_what_is_worked_out_and_is_the_same_each_time(frequent):
    chance = chance_for(frequent, 50, 1_000)

    assert chance == chance_for(frequent, 50, 1_000)
    # On a hundred lists: a count whose names were independent would have a standard deviation of its root at most. The
    # names share a table in each draw, so twice that is allowed for, and four times the deviation.
    for strength, on_one in chance.worked_out.items():
        expected = 100 * on_one
        assert abs(chance.drawn[strength] - expected) < 4 * 2 * max(1, expected) ** 0.5
    assert chance.drawn[Strength.SURNAME] > chance.drawn[Strength.GIVEN] > chance.drawn[Strength.PATRONYMIC] > 0


@pytest.mark.parametrize(
    ("on_one", "words"),
    [
        (5.83, "583 on 100 lists"),
        (0.53, "53 on 100 lists"),
        (0.01, "1 on 100 lists"),
        (0.0025, "1 on 400 lists"),
        (0.000_02, "1 on 50,000 lists"),
        (0.0, "none"),
    ],
)
def test_a_number_is_said_in_whole_names_on_whole_lists(on_one, words):
    assert in_lists(on_one) == words


CHANCE = Chance(
    16,
    1_000,
    {Strength.SURNAME: 1.0, Strength.GIVEN: 0.01, Strength.RANK: 0.0001},
    {Strength.SURNAME: 100, Strength.GIVEN: 100, Strength.RANK: 0},
)


def test_the_picture_says_in_words_and_in_a_table_what_it_shows():
    svg, words = parsed(chance_picture(CHANCE, name="it"))

    assert svg.get("role") == "img"
    assert svg.find("title").get("id") == svg.get("aria-labelledby") == "it"
    assert "a list of 16 names and a table of 1,000 people" in svg.findtext("title")
    assert cells(words) == [
        ["what agrees", "● worked out", "○ 100 lists drawn by lot"],
        ["surname", "100 on 100 lists", "100 on 100 lists"],
        ["surname and given name", "1 on 100 lists", "100 on 100 lists"],
        ["surname, given name, patronymic and rank", "1 on 10,000 lists", "0 on 100 lists"],
    ]
    # On a phone 320 CSS pixels are left: the letters are then at least 12 high.
    assert 13 * 320 / float(svg.get("viewBox").split()[2]) >= 12


def test_a_dot_stands_where_its_number_is_and_what_was_never_drawn_has_no_ring():
    svg, _ = parsed(chance_picture(CHANCE))
    dots = {c.get("cy"): float(c.get("cx")) for c in svg.iter("circle") if c.get("fill") != "none"}
    rings = {c.get("cy"): float(c.get("cx")) for c in svg.iter("circle") if c.get("fill") == "none"}
    surname, given, rank = dots

    assert list(rings) == [surname, given]
    assert rings[surname] == dots[surname] == rings[given]
    # A hundredth each: two steps of the same length.
    assert dots[surname] - dots[given] == pytest.approx(dots[given] - dots[rank])
    assert dots[given] < dots[surname]


@pytest.mark.parametrize(("names", "people"), [(1, 10), (50, 1_000)])
def test_the_least_and_the_most_that_the_sliders_allow_stay_inside_the_picture(frequent, names, people):
    svg, _ = parsed(chance_picture(chance_for(frequent, names, people)))
    width = float(svg.get("viewBox").split()[2])
    dots = [float(c.get("cx")) for c in svg.iter("circle") if c.get("fill") != "none"]

    # None is at the end, where it would stand for more or less than it says.
    assert len(set(dots)) == 5
    assert 12 < min(dots) <= max(dots) < width - 12


def test_what_is_assumed_is_said_with_the_numbers(frequent):
    said = assumptions(frequent)

    assert "no draw depends on another" in said
    assert "Only the 20 most frequent surnames have a share" in said
    assert "Other guesses give other numbers" in said
    assert chance_sliders(16).children[-1].value == said


def test_the_sliders_and_their_boxes_hold_the_same_and_draw_the_picture(frequent):
    names, names_box, people, people_box, shown, _ = chance_sliders(16).children

    assert (names.value, names_box.value, people.value, people_box.value) == (16, 16, 44, 44)
    assert shown.value == chance_picture(chance_for(frequent, 16, 44), name="chance-sliders")
    names.value = 30
    assert names_box.value == 30
    people_box.value = 500
    assert people.value == 500
    assert shown.value == chance_picture(chance_for(frequent, 30, 500), name="chance-sliders")


def test_each_box_has_a_label_and_each_slider_the_same_limits():
    # The handle of a slider of ipywidgets 8 has no accessible name; a box's description is its label.
    names, names_box, people, people_box, _, _ = chance_sliders(16).children

    assert names_box.description == "Names on the list, 1 to 50"
    assert people_box.description == "People in the table, 10 to 1,000"
    assert (names.min, names.max) == (names_box.min, names_box.max) == (1, 50)
    assert (people.min, people.max) == (people_box.min, people_box.max) == (10, 1_000)
    assert names.readout is people.readout is False


def test_a_longer_text_than_the_slider_goes_begins_at_its_end():
    assert chance_sliders(200).children[0].value == 50


def test_a_worksheet_begins_with_the_length_of_its_list(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert chance_of("name-check").children[0].value == 16


def test_an_exercise_that_is_not_there_is_told_without_a_traceback(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    with pytest.raises(KitError, match="no-such-exercise") as told:
        chance_of("no-such-exercise")
    assert told.value._render_traceback_() == str(told.value).split("\n")


def test_a_page_is_told_the_shares_and_which_of_them_have_to_agree_in_each_row(frequent):
    chance = chance_for(frequent, 16, 44)
    data = chance_data(frequent, chance)
    surname, initial, given, patronymic, rank = data["columns"]

    assert data["what"] == "a list of 16 names and a table of 44 people"
    assert (data["names"], data["people"], data["lists"]) == (16, 44, 100)
    assert (len(surname), len(given), len(patronymic), len(rank)) == (20, 10, 10, 10)
    # Of the ten names of 2012 four begin with А (Александр, Андрей, Алексей, Артём), two with М (Максим, Михаил), and
    # one each with С, Д, Е and И.
    assert sorted(initial) == pytest.approx([0.1, 0.1, 0.1, 0.1, 0.2, 0.4])
    assert sorted(data["initials"].count(n) for n in range(6)) == [1, 1, 1, 1, 2, 4]
    assert data["strengths"] == [[0], [0, 1], [0, 2], [0, 2, 3], [0, 2, 3, 4]]
    # The rows of the picture are in the same order, and its dots lie where the script will put them.
    svg, _ = parsed(chance_picture(chance))
    dots = [float(c.get("cy")) for c in svg.iter("circle") if c.get("fill") != "none"]
    assert dots == [data["scale"]["first"] + data["scale"]["row"] * n for n in range(5)]
