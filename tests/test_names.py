"""The parts of a name, what is reported of its letters, how far two names agree, and a list against a table."""

import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from redpencil.document import KitError
from redpencil.names.check import NameIndex, check_names
from redpencil.names.match import Agreement, Strength, first_letters, match_names
from redpencil.names.parts import Name, name_from_columns, parse_name
from redpencil.names.ranks import RANKS, rank_of
from redpencil.names.spelling import blocks_of, even_out, find_look_alikes, is_slip, keys_of, surname_keys
from redpencil.names.transliteration import SCHEMES, transliterate

# Parts


@pytest.mark.parametrize(
    "written",
    [
        *["Ivanov Ivan Ivanovich", "Ivan Ivanovich Ivanov", "Ivanov, Ivan Ivanovich", "IVANOV IVAN IVANOVICH"],
        *["Иванов Иван Иванович", "Иван Иванович Иванов", "Иванов, Иван Иванович", "  Ивано́в   Ива́н Ива́нович "],
    ],
)
def test_three_parts_are_told_apart_in_any_order(written):
    name = parse_name(written)

    assert {part: transliterate(word, "press").title() for part, word in name.parts().items()} == {
        "given": "Ivan",
        "patronymic": "Ivanovich",
        "surname": "Ivanov",
    }
    assert name.unplaced == ()


@pytest.mark.parametrize(
    "written", ["I. I. Ivanov", "I.I. Ivanov", "I.I.Ivanov", "Ivanov I. I.", "Ivanov, I.I.", "I I Ivanov"]
)
def test_initials_are_told_from_the_surname_in_any_order(written):
    assert parse_name(written).parts() == {"given": "I.", "patronymic": "I.", "surname": "Ivanov"}


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("Col. Ivan Ivanov", {"rank": "colonel", "given": "Ivan", "surname": "Ivanov"}),
        ("Lt. Col. Ivan Ivanov", {"rank": "lieutenant colonel", "given": "Ivan", "surname": "Ivanov"}),
        ("Lt.Gen. Pyotr Bagration", {"rank": "lieutenant general", "given": "Pyotr", "surname": "Bagration"}),
        ("Ivanov I. I., Major-General",
         {"rank": "major general", "given": "I.", "patronymic": "I.", "surname": "Ivanov"}),
        ("генерал-полковник Жуков Г.К.",
         {"rank": "colonel general", "given": "Г.", "patronymic": "К.", "surname": "Жуков"}),
        ("капитан 1 ранга Иванов И.И.",
         {"rank": "captain, 1st rank", "given": "И.", "patronymic": "И.", "surname": "Иванов"}),
        ("ст. л-т Иванов Л. Т.", {"rank": "senior lieutenant", "given": "Л.", "patronymic": "Т.", "surname": "Иванов"}),
        ("Иван Петров (п/п-к)", {"rank": "lieutenant colonel", "given": "Иван", "surname": "Петров"}),
        ("Иванов Иван, подполковник", {"rank": "lieutenant colonel", "given": "Иван", "surname": "Иванов"}),
        ("Ivan I. Ivanov", {"given": "Ivan", "patronymic": "I.", "surname": "Ivanov"}),
        ("Yu. A. Gagarin", {"given": "Yu.", "patronymic": "A.", "surname": "Gagarin"}),
        ("Konev Ivan", {"given": "Ivan", "surname": "Konev"}),
        ("Konstantin Rokossovsky", {"given": "Konstantin", "surname": "Rokossovsky"}),
        ("Валентин Никулин", {"given": "Валентин", "surname": "Никулин"}),
        ("Ivanova Anna Sergeyevna", {"given": "Anna", "patronymic": "Sergeyevna", "surname": "Ivanova"}),
        ("Анна Ильинична Толстая", {"given": "Анна", "patronymic": "Ильинична", "surname": "Толстая"}),
        ("Ильин Пётр Ильич", {"given": "Пётр", "patronymic": "Ильич", "surname": "Ильин"}),
        ("Roman Arkadyevich Abramovich", {"given": "Roman", "patronymic": "Arkadyevich", "surname": "Abramovich"}),
        ("Abramovich Roman Arkadyevich", {"given": "Roman", "patronymic": "Arkadyevich", "surname": "Abramovich"}),
        ("Mikhail Bogdanovich Barclay de Tolly",
         {"given": "Mikhail", "patronymic": "Bogdanovich", "surname": "Barclay de Tolly"}),
        ("Captain Barclay de Tolly, Mikhail Bogdanovich",
         {"rank": "captain", "given": "Mikhail", "patronymic": "Bogdanovich", "surname": "Barclay de Tolly"}),
        ("Barclay de Tolly, Mikhail Bogdanovich",
         {"given": "Mikhail", "patronymic": "Bogdanovich", "surname": "Barclay de Tolly"}),
        ("Барклай де Толли, М.Б., фельдмаршал", {"given": "М.", "patronymic": "Б.", "surname": "Барклай де Толли"}),
        ("Barclay de Tolly, Mikhail", {"given": "Mikhail", "surname": "Barclay de Tolly"}),
        ("de Tolly, M. B.", {"given": "M.", "patronymic": "B.", "surname": "de Tolly"}),
        ("von Wahl, Viktor", {"given": "Viktor", "surname": "von Wahl"}),
        ("Ivan von Rosen", {"given": "Ivan", "surname": "von Rosen"}),
        ("Гейдар Алирза оглы Алиев", {"given": "Гейдар", "patronymic": "Алирза оглы", "surname": "Алиев"}),
        ("Николай Римский-Корсаков", {"given": "Николай", "surname": "Римский-Корсаков"}),
    ],
)  # fmt: skip
def test_a_name_falls_into_its_parts(written, parts):
    assert parse_name(written).parts() == parts


@pytest.mark.parametrize(
    ("written", "parts", "unplaced"),
    [
        ("Ali Hassan", {}, ("Ali", "Hassan")),
        ("Bashar al-Assad", {}, ("Bashar", "al-Assad")),
        ("Abu Bakr al Baghdadi", {}, ("Abu Bakr", "al Baghdadi")),
        ("علي حسن", {}, ("علي", "حسن")),
        ("John Major", {}, ("John", "Major")),
        ("Maj. John Smith", {"rank": "major"}, ("John", "Smith")),
        ("Wagner", {}, ("Wagner",)),
        # Either a given name with its patronymic, or with a surname.
        ("Roman Abramovich", {"given": "Roman"}, ("Abramovich",)),
        ("Ivan Ivanovich", {"given": "Ivan"}, ("Ivanovich",)),
        ("X", {}, ("X",)),
    ],
)
def test_what_is_unknown_stays_unknown(written, parts, unplaced):
    name = parse_name(written)

    assert (name.parts(), name.unplaced) == (parts, unplaced)


@pytest.mark.parametrize(
    ("written", "parts", "left_out"),
    [
        ("Ivan Petrov, Moscow", {"given": "Ivan", "surname": "Petrov"}, "Moscow"),
        # A town as well as a given name.
        (
            "Ivan Ivanovich Petrov, Vladimir",
            {"given": "Ivan", "patronymic": "Ivanovich", "surname": "Petrov"},
            "Vladimir",
        ),
        ("Ali Hassan, Vladimir", {}, "Vladimir"),
        ("Ali Hassan, Damascus", {}, "Damascus"),
        ("Ludwig van Beethoven, composer", {}, "composer"),
        ("Barclay de Tolly, b. 1761", {}, "b."),
    ],
)
def test_what_follows_a_whole_name_and_a_comma_is_a_remark(written, parts, left_out):
    name = parse_name(written)

    assert name.parts() == parts
    assert left_out in name.left_out


def test_numbers_nicknames_and_remarks_are_left_out_and_said():
    name = parse_name("Иван “Ваня” Петров, 25, Москва 😀")

    assert name.parts() == {"given": "Иван", "surname": "Петров"}
    assert set(name.left_out) == {"'Ваня'", "25", "Москва", "😀"}


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "“” has no letter"), ("   ", "no letter"), ("12 34", "“12 34” has no letter"), ("😀", "no letter"),
     ("\u202e", "no letter"), ("a" * 10_000, "has 10,000 characters; a name has at most 200")],
)  # fmt: skip
def test_what_is_no_name_is_refused_with_what_was_found(text, said):
    with pytest.raises(KitError, match=said) as refused:
        parse_name(text)

    assert len(str(refused.value)) < 400
    assert "\u202e" not in str(refused.value)


@given(st.text(max_size=60))
@settings(max_examples=500, deadline=None)
@example("al al al al")
@example("оглы")
@example(", , ;")
@example("de")
@example("I.I.I.I.")
@example("''a''")
@example("Ivanov,")
@example(", Ivanov")
@example("ﷺ")
@example("Ⅷ")
def test_any_text_is_read_or_refused(text):
    try:
        name = parse_name(text)
    except KitError as error:
        assert "no letter" in str(error)
        return
    assert name.written == text
    match = match_names(name, name)
    assert match.words
    assert match.to_json()["strength"] == match.strength


PARTS = st.sampled_from(
    str.split("Ivan Petrovich Ivanov Ivanova I. P. Ali al von Col. полковник Анна Сергеевна Smith , ( ) ; 7 é")
)


@given(st.lists(PARTS, min_size=1, max_size=7).map(" ".join))
@settings(max_examples=500, deadline=None)
def test_no_word_of_a_name_is_lost(text):
    try:
        name = parse_name(text)
    except KitError:
        return
    found = " ".join([*name.parts().values(), *name.unplaced, *name.left_out]).replace(".", "")
    ranks = 0 if name.rank is None else text.count("Col.") + text.count("полковник")
    words = [word.rstrip(".") for word in text.split() if word not in ",();" and rank_of(word) is None]

    assert all(found.split().count(word) == words.count(word) for word in words), (text, name, ranks)


def test_columns_say_which_part_is_which():
    name = name_from_columns("Роман", "Аркадьевич", "Абрамович", "п-к")

    assert name.parts() == {"rank": "colonel", "given": "Роман", "patronymic": "Аркадьевич", "surname": "Абрамович"}
    assert name_from_columns("I. I.", "", "Ivanov").parts() == {"given": "I.", "patronymic": "I.", "surname": "Ivanov"}
    assert name_from_columns("Hafez", "Ali", "Hassan").parts() == {
        "given": "Hafez",
        "patronymic": "Ali",
        "surname": "Hassan",
    }
    assert name_from_columns("Ivan", "", "Petrov", "cook").left_out == ("cook",)


def test_no_rank_is_written_as_another_and_each_reads_as_itself():
    assert [rank_of(rank.replace(",", "")) or rank for rank in RANKS] == list(RANKS)
    assert [rank_of(text) for text in ("Lt Col", "Lt. Col.", "Col", "Подполковник", "п-к", "chef")] == [
        *["lieutenant colonel", "lieutenant colonel", "colonel", "lieutenant colonel", "colonel"],
        None,
    ]


# Letters


def test_a_letter_of_another_alphabet_is_reported_with_its_place():
    (found,) = find_look_alikes("Ivan Pеtrov")

    assert (found.place, found.letter, found.word, found.looks_like) == (6, "\u0435", "Pеtrov", "e")
    assert str(found) == (
        "place 7 of the name: Cyrillic small letter ie in the word “Pеtrov”, where Latin small letter e looks the same"
    )


@pytest.mark.parametrize(
    ("text", "places"),
    [("Ivanov", []), ("Иванов", []), ("Ivan Иванов", []), ("Ивaнов", [2]), ("Вaсилий", [1]), ("Aлексей", [0]),
     ("Ρetrov", [0]), ("Petroв", [5]), ("Jean-Пьер", []), ("علي", [])],
)  # fmt: skip
def test_only_letters_that_differ_from_their_word_are_reported(text, places):
    assert [found.place for found in find_look_alikes(text)] == places


def test_look_alikes_are_read_as_what_they_look_like_and_kept_in_the_name():
    name = parse_name("Ivаn Pеtrov")

    assert name.parts() == {"given": "Ivan", "surname": "Petrov"}
    assert [found.place for found in name.look_alikes] == [2, 6]
    assert any("Cyrillic small letter a" in note for note in match_names(name, "Ivan Petrov").notes())


def test_what_cannot_be_seen_is_dropped_and_named():
    plain, _, hidden = even_out("Iv\u200ban\u202e Pet\u00adrov")

    assert (plain, hidden) == ("Ivan Petrov", ("zero width space", "right-to-left override", "soft hyphen"))


def test_letters_are_evened_out_with_care():
    assert even_out("Ｉｖａｎ  Ivanoﬀ’s–№½")[0] == "Ivan Ivanoff's-№½"
    assert even_out("Семёнов-Тян-Ша́нский й")[0] == "Семёнов-Тян-Шанский й"


# Keys


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *[("Дмитрий", "Dmitri"), ("Васильев", "Vasiliev"), ("Сергеев", "Sergeev"), ("Хрущёв", "Xrushhev")],
        *[("Максим", "Maxim")],
        *[("Михаил", "Mihail"), ("Цветаева", "Cvetaeva"), ("Джохар", "Jokhar"), ("Горбачёв", "Gorbachev")],
        *[("Wagner", "Вагнер"), ("Смирно́в", "Smirnov")],
        *[("al-Assad", "Assad"), ("Пётр", "Piotr"), ("Іванов", "Иванов"), ("D'yakov", "Дьяков")],
    ],
)  # fmt: skip
def test_spellings_of_one_name_share_a_key(one, other):
    assert keys_of(one) & keys_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Козлов", "Kozlova"),
        ("Иванов", "Ivashov"),
        ("Шубин", "Subin"),
        ("Чехов", "Цехов"),
        ("Жуков", "Zukov"),
        ("Родин", "Radin"),
    ],
)
def test_other_names_share_none(one, other):
    assert not keys_of(one) & keys_of(other)


@pytest.mark.parametrize(
    ("man", "woman"),
    [
        *[("Иванов", "Ivanova"), ("Сергеев", "Sergeyeva"), ("Никулин", "Никулина"), ("Высоцкий", "Vysotskaya")],
        *[("Толстой", "Толстая"), ("Бедный", "Bednaya"), ("Достоевский", "Dostoyevskaya")],
    ],
)
def test_a_mans_and_a_womans_form_share_a_surname(man, woman):
    assert surname_keys(man) & surname_keys(woman)
    for scheme in SCHEMES:
        assert surname_keys(man) & surname_keys(transliterate(woman, scheme)), scheme


def distance(a, b):
    """Optimal string alignment, by its definition: the least number of letters put in, left out, changed or swapped."""
    d = {(i, 0): i for i in range(len(a) + 1)} | {(0, j): j for j in range(len(b) + 1)}
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            d[i, j] = min(d[i - 1, j] + 1, d[i, j - 1] + 1, d[i - 1, j - 1] + (a[i - 1] != b[j - 1]))
            if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                d[i, j] = min(d[i, j], d[i - 2, j - 2] + 1)
    return d[len(a), len(b)]


@given(st.text("abc", max_size=8), st.text("abc", max_size=8))
@settings(max_examples=1000, deadline=None)
def test_a_slip_is_a_distance_of_one_and_shares_a_block(a, b):
    assert is_slip(a, b) == (distance(a, b) == 1 and min(len(a), len(b)) >= 5)
    if is_slip(a, b):
        assert set(blocks_of(a)) & set(blocks_of(b))


# Matches


@pytest.mark.parametrize(
    ("first", "second", "strength", "words"),
    [
        ("Ivan Ivanov", "Пётр Сидоров", Strength.NONE, "surname and given name differ"),
        ("Ivan Ivanov", "Иванов Пётр", Strength.SURNAME, "the surname agrees; the given name differs"),
        ("Ivanov", "Иванов Пётр", Strength.SURNAME, "the surname agrees; the given name is known of one only"),
        ("I. Ivanov", "Иванов Иван", Strength.INITIALS, "the surname agrees; the initial of the given name agrees"),
        ("И. Гагарин", "Yury Gagarin", Strength.SURNAME, "the surname agrees; the given name differs"),
        ("Yu. Gagarin", "Юрий Гагарин", Strength.INITIALS, "the surname agrees; the initial of the given name agrees"),
        ("Ivan Ivanov", "Иванов Иван", Strength.GIVEN, "surname and given name agree"),
        ("Ivan Petrovich Ivanov", "Иванов Иван Ильич", Strength.GIVEN,
         "surname and given name agree; the patronymic differs"),
        ("Ivan Ivanov", "Иванов Иван Ильич", Strength.GIVEN,
         "surname and given name agree; the patronymic is known of one only"),
        ("Ivanov Ivan Ilyich", "Иванов Иван Ильич", Strength.PATRONYMIC, "surname, given name and patronymic agree"),
        ("Col. Ivanov Ivan Ilyich", "Иванов Иван Ильич, полковник", Strength.RANK,
         "surname, given name, patronymic and rank agree"),
        ("Col. Ivanov Ivan Ilyich", "Иванов Иван Ильич, подполковник", Strength.PATRONYMIC,
         "surname, given name and patronymic agree; the rank differs"),
        ("Gen. Ivanov Ivan Ilyich", "Иванов Иван Ильич, генерал-майор", Strength.PATRONYMIC,
         "surname, given name and patronymic agree; one rank can be the broader word for the other"),
        # The rank counts only on top of the patronymic.
        ("Col. Ivan Ivanov", "полковник Иван Иванов", Strength.GIVEN, "surname, given name and rank agree"),
        ("Ivan Ivanof", "Ivan Ivanov", Strength.GIVEN, "the given name agrees; the surnames agree but for one letter"),
        ("Peter Bagration", "Багратион Пётр", Strength.GIVEN, "surname and given name agree"),
        ("Bagration", "Pyotr Ivanovich Bagration", Strength.SURNAME,
         "the surname agrees; given name and patronymic are known of one only"),
        ("Roman Abramovich", "Абрамович Роман Аркадьевич", Strength.GIVEN,
         "surname and given name agree; the patronymic is known of one only"),
        ("Ivan Ivanovich", "Ivan Ivanovich Petrov", Strength.NONE,
         "given name and patronymic agree; the surname is known of one only"),
        ("Ali Hassan", "Ali Hassan", Strength.GIVEN, "the name without known parts agrees"),
        ("Ali Hassan", "Ali Karim Hassan", Strength.GIVEN, "the name without known parts agrees"),
        ("Ali Hassan", "Hassan Ali", Strength.SURNAME,
         "all words agree, in another order; which is the surname is not known"),
        ("محمد علي", "علي محمد", Strength.SURNAME,
         "all words agree, in another order; which is the surname is not known"),
        ("Ali Hassan", "Hassan Karim Ali", Strength.SURNAME,
         "all words agree, in another order; which is the surname is not known"),
        ("Ali Mubarak", "Mubarek Ali", Strength.SURNAME,
         "all words agree but for one letter, in another order; which is the surname is not known"),
        ("Ali Hassan", "Ali Karim", Strength.NONE, "the name without known parts differs"),
        ("Ivan", "Ivan Petrov", Strength.NONE, "the given name agrees; the surname is known of one only"),
        ("X", "X", Strength.NONE, "nothing in them can be compared"),
    ],
)  # fmt: skip
def test_a_match_is_explained_in_words(first, second, strength, words):
    match = match_names(first, second)

    assert (match.strength, match.words) == (strength, words)
    assert match_names(second, first).strength is strength
    assert match_names(second, first).words == words


def test_the_likeness_of_names_without_known_parts_leaves_their_order_out():
    (part,) = match_names("Ali Hassan", "Hassan Ali").to_json()["parts"]

    assert (part["part"], part["likeness"]) == ("name", 1)


def test_no_word_of_a_match_says_that_two_names_are_one_person():
    for strength in Strength:
        assert not {"person", "identical", "proof", "fake"} & set(strength.label.split())


def test_an_english_form_of_a_given_name_is_said():
    assert match_names("Peter Bagration", "Багратион Пётр").notes() == [
        "Peter and Пётр are an English and a Russian form of one given name"
    ]
    assert match_names("Peter Bagration", "Peter Bagration").notes() == []


def test_a_womans_form_beside_a_mans_is_said():
    (note,) = match_names("Anna Ivanova", "Иванов А. С.").notes()

    assert "one surname ends as a woman’s does" in note


def test_a_letter_that_differs_is_no_slip_in_a_short_name():
    assert match_names("Lev Orlov", "Lev Orlik").parts[0].agreement is Agreement.DIFFERS
    assert match_names("Ким", "Ким Ир").strength is Strength.SURNAME
    assert match_names("Ким", "Лим").strength is Strength.NONE


def test_an_initial_stands_for_every_letter_that_it_can_be():
    assert first_letters("Yury") == {"ю"}
    assert first_letters("Y.") >= {"ю", "я", "е", "й"}
    assert first_letters("S.") == {"с", "ш", "щ"}
    assert first_letters("Э.") == first_letters("Ефим") == {"е"}


WORDS = st.sampled_from(
    [
        *["Иванов", "Ivanov", "Ivanova", "Ivanof", "Petrov", "Петрова", "Толстой", "Толстая", "Ivanovich"],
        *["Ивановна", "Ilyich"],
        *["Иван", "Ivan", "Anna", "Пётр", "I.", "П.", "Yu.", "Ali", "Hassan", "Hasan", "al-Assad", "Col.", "полковник"],
        *["Xanov"],
        *["Сергеевич", "Sergeevich", "de", "Tolly", "Barclay", "علي", ",", "Pеtrov"],
    ]
)  # fmt: skip
NAMES = st.lists(WORDS, min_size=1, max_size=4).map(" ".join).filter(lambda text: any(c.isalpha() for c in text))


@given(NAMES, NAMES)
@settings(max_examples=1500, deadline=None)
def test_the_strength_is_the_same_both_ways(first, second):
    there, back = match_names(first, second), match_names(second, first)

    assert there.strength is back.strength
    assert there.contradicted == back.contradicted


@given(name=st.sampled_from(["Иванов Иван Ильич", "Щербаков Юрий Сергеевич", "Соловьёва Анна Петровна"]),
       one=st.sampled_from(list(SCHEMES)), other=st.sampled_from(list(SCHEMES)))  # fmt: skip
@settings(deadline=None)
def test_a_full_name_agrees_with_itself_in_any_two_schemes(name, one, other):
    match = match_names(transliterate(name, one), transliterate(name, other))

    assert match.strength is Strength.PATRONYMIC


# A list against a table


@given(st.lists(NAMES, min_size=1, max_size=8), st.lists(NAMES, max_size=25))
@settings(max_examples=400, deadline=None)
def test_what_is_found_is_what_comparing_with_everybody_finds(names, people):
    names, people = list(map(parse_name, names)), list(map(parse_name, people))
    everybody = [{place: match_names(name, person).strength for place, person in enumerate(people)} for name in names]

    found = [{place: match.strength for place, match in one.matches} for one in check_names(names, people)]

    assert found == [{place: s for place, s in one.items() if s > Strength.NONE} for one in everybody]


def readable(text):
    try:
        return parse_name(text)
    except KitError:
        return None


@given(st.lists(st.text("абвоИПi.,-' ʹёъ", min_size=1, max_size=12).map(readable), max_size=30))
@settings(max_examples=200, deadline=None)
def test_it_is_so_for_names_of_any_letters(names):
    names = [name for name in names if name is not None]
    index = NameIndex(names)

    for name in names:
        everybody = {p: s for p, person in enumerate(names) if (s := match_names(name, person).strength)}
        assert {place: match.strength for place, match in index.check(name).matches} == everybody


def test_it_is_so_for_hundreds_of_drawn_names_with_slips_in_them():
    chance = random.Random(3)
    stems = ["".join(chance.choices("аоивнксрмлт", k=chance.randint(3, 6))) for _ in range(12)]

    def draw():
        surname = chance.choice(stems).capitalize() + chance.choice(["ов", "ова", "ин", "ский", "енко"])
        name = f"{surname} {chance.choice(['Иван', 'Анна', 'И.', 'Пётр'])} {chance.choice(['Ильич', 'И.', 'Петрович'])}"
        if chance.random() < 0.5:
            name = transliterate(name, chance.choice(list(SCHEMES)))
        at = chance.randrange(len(name))
        return parse_name(name[:at] + name[at + 1 :] if chance.random() < 0.3 else name)

    names, people = [draw() for _ in range(60)], [draw() for _ in range(400)]
    index = NameIndex(people)
    pairs = 0
    for name in names:
        everybody = {p: s for p, person in enumerate(people) if (s := match_names(name, person).strength)}
        assert {place: match.strength for place, match in index.check(name).matches} == everybody
        pairs += len(everybody)
    assert pairs > 500


def test_the_strongest_come_first_and_the_weaker_are_only_counted():
    people = [parse_name(name) for name in ("Иванов Пётр", "Иванов Иван Петрович", "Иванов Иван", "Сидоров Иван")]
    checked = NameIndex(people).check(parse_name("Ivan Ilyich Ivanov"), Strength.INITIALS)

    # The third contradicts nothing, the second a patronymic.
    assert [place for place, _ in checked.matches] == [2, 1]
    assert checked.counts == {
        **{Strength.SURNAME: 1, Strength.INITIALS: 0, Strength.GIVEN: 2, Strength.PATRONYMIC: 0, Strength.RANK: 0}
    }


def test_matches_beyond_a_number_are_only_counted():
    index = NameIndex([parse_name(f"Ivanov {given}") for given in ("Pyotr", "Ivan", "Oleg", "Ivan")])
    checked = index.check(parse_name("Ivan Ivanov"), at_most=3)

    assert [place for place, _ in checked.matches] == [1, 3, 0]
    assert (checked.counts[Strength.GIVEN], checked.counts[Strength.SURNAME]) == (2, 2)


def test_a_name_without_a_word_to_compare_matches_nobody():
    assert NameIndex([parse_name("Ivan Petrov"), Name("?")]).check(parse_name("X")).matches == ()
