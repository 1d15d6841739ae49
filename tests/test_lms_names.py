"""Names as the systems' own programs write them; the sources stand with the expected values."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redpencil.document import KitError
from redpencil.grading.lms_names import (
    Names,
    Told,
    canvas_name,
    canvas_sortable,
    file_names_pattern,
    moodle_name,
    read_companion,
)


def learned(*paths, pattern="", stem="", systems=("canvas", "moodle", "blackboard")):
    names = Names(file_names_pattern(pattern), systems)
    for path in paths:
        names.learn(path)
    names.settle(stem)
    return names


def told(path, *others, companion=None, **how):
    """What a name tells in a download with these others."""
    return learned(path, *others, **how).told(path, companion)


# Canvas: lib/content_zipper.rb @05e9653. A name is [<name>, LATE, <user id>] joined by "_" (get_filename), then
# "_<attachment id>_<display name>" (add_upload_submission), "_text.html" or "_link.html" (add_text_or_url).

CANVAS_CLASS = ["lovelaceada_101_9001_who-says-so.ipynb", "hoppergrace_LATE_102_9002_who-says-so.redpencil.json"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("lovelaceada_101_9007_hw.ipynb", Told("canvas", "101", "lovelaceada")),
        ("lovelaceada_LATE_101_9007_hw.ipynb", Told("canvas", "101", "lovelaceada", late=True)),
        ("lovelaceada_101_text.html", Told("canvas", "101", "lovelaceada", typed=True)),
        ("lovelaceada_LATE_101_link.html", Told("canvas", "101", "lovelaceada", late=True, typed=True)),
        # A file that is called as a text is, and numbers in the file's own name, belong to the file.
        ("lovelaceada_101_9007_text.html", Told("canvas", "101", "lovelaceada")),
        ("lovelaceada_101_9007_3_4_hw.ipynb", Told("canvas", "101", "lovelaceada")),
        ("lovelaceada_101_9007_LATE_5_6_hw.ipynb", Told("canvas", "101", "lovelaceada")),
        # sanitize_user_name leaves underscores that stand around no number.
        ("de_la_cruzana_101_9007_hw.ipynb", Told("canvas", "101", "de_la_cruzana")),
        ("oneilsmithzoë_101_9007_hw.ipynb", Told("canvas", "101", "oneilsmithzoë")),
        ("𝔷𝔬𝔢_101_9007_hw.ipynb", Told("canvas", "101", "𝔷𝔬𝔢")),
        ("عمر_101_9007_hw.ipynb", Told("canvas", "101", "عمر")),
        ("山田太郎_LATE_101_9007_hw.ipynb", Told("canvas", "101", "山田太郎", late=True)),
        # A name of punctuation alone is taken out whole.
        ("_101_9007_hw.ipynb", Told("canvas", "101", "")),
        ("45_101_9007_hw.ipynb", Told("canvas", "101", "45")),
        # spec/lib/content_zipper_spec.rb @023d890, an older version, which wrote hyphens.
        ("other-567--guy-8_101_9007_hw.ipynb", Told("canvas", "101", "other-567--guy-8")),
        ("some-999----1234-guy_101_text.html", Told("canvas", "101", "some-999----1234-guy", typed=True)),
        # Attachment.make_unique_filename: -1 to -7 before the endings, then a random one; older versions put the
        # number before the last ending.
        ("lovelaceada_101_9007_hw-2.ipynb", Told("canvas", "101", "lovelaceada", attempt=3)),
        ("lovelaceada_101_9007_who-says-so-1.redpencil.json", Told("canvas", "101", "lovelaceada", attempt=2)),
        ("lovelaceada_101_9007_who-says-so.redpencil-1.json", Told("canvas", "101", "lovelaceada", attempt=2)),
        (
            "lovelaceada_101_9007_hw-2f1e7c5a-6e0b-4c1e-9f57-0a1b2c3d4e5f.ipynb",
            Told("canvas", "101", "lovelaceada", attempt=9),
        ),
    ],
)
def test_a_name_of_canvas_tells_who_and_whether_late(path, expected):
    # Without a number nobody knows which attempt it is.
    assert told(path, *CANVAS_CLASS) == expected


def test_an_anonymous_download_of_canvas_tells_no_name():
    # get_filename: "anon_<anonymous id>" in the user id's place, and no name; the id may be digits alone.
    others = ["anon_Yx3Qa_9001_hw.ipynb", "LATE_anon_7zKpM_9002_hw.ipynb"]

    assert told("anon_12345_9003_hw.ipynb", *others) == Told("canvas", "anon_12345")
    assert told("LATE_anon_12345_9003_hw.ipynb", *others) == Told("canvas", "anon_12345", late=True)
    assert told("anon_12345_text.html", *others) == Told("canvas", "anon_12345", typed=True)


def test_a_student_called_anon_in_a_download_with_names_is_a_student():
    assert told("anon_101_9003_hw.ipynb", *CANVAS_CLASS).student_id == "101"


# Moodle: mod/assign/classes/downloader.php @da54552: "<full name>_<number>", then "_assignsubmission_file" and the
# path, or, in one folder, "_assignsubmission_file_<file>". Before 4.1 the folder's name ended in "_".

MOODLE_CLASS = ["Grace Hopper_55551_assignsubmission_file/a.ipynb", "Alan Turing_55552_assignsubmission_file/b.ipynb"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        # As they stand in public repositories: before 4.1, and flat (both with names in other scripts and orders).
        (
            "Bernd Beispiel_44441_assignsubmission_file_/page1.png",
            Told("moodle", "Participant 44441", "Bernd Beispiel"),
        ),
        (
            "BAE,WOOJIN-2018147546_6130510_assignsubmission_file_/p/task1.ipynb",
            Told("moodle", "Participant 6130510", "BAE,WOOJIN-2018147546"),
        ),
        ("Sato Jiro_123102_assignsubmission_file_課題.pdf", Told("moodle", "Participant 123102", "Sato Jiro")),
        (
            "山田 太郎_123023_assignsubmission_onlinetext_onlinetext.html",
            Told("moodle", "Participant 123023", "山田 太郎", typed=True),
        ),
        (
            "Deepak Paul Tirkey_35222_assignsubmission_onlinetext.html",
            Told("moodle", "Participant 35222", "Deepak Paul Tirkey", typed=True),
        ),
        ("Ana López_1234_assignsubmission_file/deep/er/hw.ipynb", Told("moodle", "Participant 1234", "Ana López")),
        (
            "Ana López_1234_assignsubmission_onlinetext/onlinetext.html",
            Told("moodle", "Participant 1234", "Ana López", typed=True),
        ),
        (
            "Ana López_1234_assignsubmission_onlinetext_/onlinetext.html",
            Told("moodle", "Participant 1234", "Ana López", typed=True),
        ),
        ("Zoë O-Neil 3_1234_assignsubmission_file_7_8_hw.ipynb", Told("moodle", "Participant 1234", "Zoë O-Neil 3")),
        # Group work: the group's name and number; who is in no group is in the default one, without a number.
        ("Group A_77_assignsubmission_file/hw.ipynb", Told("moodle", "Participant 77", "Group A")),
        ("Default group_assignsubmission_file/hw.ipynb", Told("moodle", "", "Default group")),
    ],
)
def test_a_name_of_moodle_tells_who(path, expected):
    assert told(path, *MOODLE_CLASS) == expected


@pytest.mark.parametrize("word", ["Participant", "Teilnehmer in", "参加者"])
def test_a_blind_download_of_moodle_tells_no_name_in_whatever_language(word):
    # get_string('participant') in the place of the name.
    found = told(f"{word}_11_assignsubmission_file/a.ipynb", f"{word}_12_assignsubmission_file/a.ipynb")

    assert found == Told("moodle", "Participant 11")


def test_one_student_alone_with_two_files_is_no_blind_download():
    path = "Ana López_1234_assignsubmission_file/a.ipynb"

    assert told(path, "Ana López_1234_assignsubmission_file/b.ipynb").name == "Ana López"


# Blackboard: "ANYTHING_STUDENTNUMBER_attempt_DATETIME_FILENAME", and a text beside it
# (vangef/BBGradebookOrganiser, README.md; timdrysdale/gradex-cli, README.md, for the text).

RECEIPT = (
    b"Name: Demonstrator Alpha (s0000000)\r\nAssignment: Demo\r\n"
    b"Date Submitted: Tuesday, 21 April 2020 06:34:13 o'clock BST\r\nCurrent Mark: Needs Marking\r\n"
)


def test_a_name_of_blackboard_tells_the_user_name_and_the_time():
    # Names as they stand in public repositories.
    path = "Final Paper Submission_jdl044_attempt_2018-12-14-23-52-30_Final Project.ipynb"
    other = "Programming assignment_c3270034_attempt_2018-05-27-23-04-27_Assgt.zip"

    assert told(path) == Told("blackboard", "jdl044", handed_in_at="2018-12-14T23:52:30")
    assert told(other) == Told("blackboard", "c3270034", handed_in_at="2018-05-27T23:04:27")


def test_the_text_beside_a_submission_tells_the_students_name():
    path = "Demo_s0000000_attempt_2020-04-21-06-34-13_a.ipynb"
    beside = {"Demo_s0000000_attempt_2020-04-21-06-34-13.txt": RECEIPT}

    found = told(path, companion=lambda wanted: beside.get(wanted, b""))

    assert found == Told("blackboard", "s0000000", "Demonstrator Alpha", handed_in_at="2020-04-21T06:34:13")
    assert told(*beside).companion


def test_what_all_names_begin_with_is_the_assignment_however_many_underscores_it_has():
    paths = [f"Lab_1_{who}_attempt_2020-04-21-06-34-13_a.ipynb" for who in ("abc1", "abd2", "xyz3")]

    assert [learned(*paths).told(path).student_id for path in paths] == ["abc1", "abd2", "xyz3"]


def test_a_user_name_with_an_underscore_is_whole_where_a_text_beside_it_tells():
    paths = [f"HW_st_{who}_attempt_2020-04-21-06-34-13_a.ipynb" for who in ("anna", "ben")]
    names = learned("HW_st_anna_attempt_2020-04-21-06-34-13.txt", *paths)
    assert names.told(paths[1]).student_id == "ben"

    names.learn_companion(b"Name: Anna Alva (st_anna)\n")

    assert [names.told(path).student_id for path in paths] == ["st_anna", "st_ben"]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (RECEIPT, ("Demonstrator Alpha", "s0000000")),
        (b"\xef\xbb\xbfNombre: Ana L\xc3\xb3pez (Lola) Ruiz (alr12)\n", ("Ana López (Lola) Ruiz", "alr12")),
        (b"Name: Zo\xeb (z1)", ("Zo\ufffd", "z1")),
        (b"no such line\n", None),
        (b"", None),
        (b"Name: " + b"(" * 5_000, None),
    ],
)
def test_a_text_beside_a_submission_is_read_by_its_first_line(data, expected):
    assert read_companion(data) == expected


# Which system it is: by all names


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (CANVAS_CLASS, "canvas"),
        (MOODLE_CLASS, "moodle"),
        (["submissions/" + path for path in CANVAS_CLASS], "canvas"),
        (["class/" + path for path in MOODLE_CLASS], "moodle"),
        ([*CANVAS_CLASS, "grades.csv"], "canvas"),
        ([*MOODLE_CLASS, "Grades.csv", "feedback/a.html", "feedback/b.html"], "moodle"),
        ([*CANVAS_CLASS, "a/x.ipynb", "b/x.ipynb"], ""),
        (["amira/lovelaceada_101_9001_who.ipynb", "ben/b.ipynb"], ""),
        (["amira.ipynb", "ben.ipynb"], ""),
        # Names that look like Canvas’ but share the number that would be the attachment’s.
        (["essay_2026_11_anna.ipynb", "essay_2026_11_ben.ipynb"], ""),
        (["report_attempt_2.ipynb", "x_attempt_2020-01-01.ipynb"], ""),
        ([], ""),
    ],
)
def test_the_system_is_told_by_all_of_the_names(paths, expected):
    assert learned(*paths).lms == expected


def test_a_system_that_is_not_to_be_expected_is_not_recognised():
    assert learned(*CANVAS_CLASS, systems=()).lms == ""
    assert learned(*CANVAS_CLASS, systems=("moodle",)).lms == ""


def test_a_folder_around_everything_is_taken_away_if_a_class_lies_in_it():
    assert learned("8b/amira/a.json", "8b/ben/a.json", stem="x").within("8b/amira/a.json") == "amira/a.json"
    assert learned("8b/a.json", "8b/b.json", stem="8b").within("8b/a.json") == "a.json"
    # A student's own folder, alone.
    assert learned("amira/a.json", stem="amira").within("amira/a.json") == "amira/a.json"
    assert learned("amira/a.json", "ben/a.json", stem="8b").within("amira/a.json") == "amira/a.json"


# The course's own pattern


def test_the_courses_own_pattern_comes_first():
    pattern = r"(?P<at>\d{8}-\d{6})-(?P<student>s\d+)-(?P<name>[^-]+)-(?P<attempt>\d+)(?P<late>-zu spät)?-(?P<file>.+)"

    assert told("20261119-235901-s17-Zoë Nil-2-zu spät-hw.ipynb", pattern=pattern) == Told(
        "pattern", "s17", "Zoë Nil", late=True, attempt=2, handed_in_at="2026-11-19T23:59:01"
    )
    assert told("deep/20261119-235901-s17-Zoë-1-hw.ipynb", pattern=pattern).student_id == "s17"
    assert told("deep/s17/hw.ipynb", pattern=r"[^/]+/(?P<student>[^/]+)/.*").student_id == "s17"
    assert told("lovelaceada_101_9007_hw.ipynb", *CANVAS_CLASS, pattern=pattern).lms == "canvas"
    assert told("99999999-999999-s17-Zoë-1-hw.ipynb", pattern=pattern).handed_in_at == ""


@pytest.mark.parametrize("pattern", ["(", "(?P<who>.*)", "(?P<file>.*)", "x", "(?P<student>a)(?P<student>b)"])
def test_a_pattern_that_cannot_be_used_is_told(pattern):
    with pytest.raises(KitError, match="file_names"):
        file_names_pattern(pattern)


# How a name on a roster is written by the systems


@pytest.mark.parametrize(
    ("sortable", "expected"),
    [
        # By hand, after sanitize_user_name and sanitize_file_name @05e9653; the first two are the names of
        # spec/lib/content_zipper_spec.rb.
        ("some_999_, _1234_guy", "some9991234guy"),
        ("other 567, guy 8", "other567guy8"),
        ("O'Neil-Smith, Zoë", "oneilsmithzoë"),
        ("De la Cruz, Ana", "delacruzana"),
        ("45", "45"),
        # [[:word:]] holds marks and connectors, \w of Python does not hold the first.
        ("नाम, हिन्दी", "नामहिन्दी"),
        ("a‿b, c", "a‿bc"),
        ("...", ""),
    ],
)
def test_a_sortable_name_is_written_as_canvas_writes_it(sortable, expected):
    assert canvas_name(sortable) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # By hand, after User.name_parts and last_name_first; the first three stand in its comments.
        ("John Doe", "Doe, John"),
        ("John Doe, Sr.", "Doe, John Sr."),
        ("Ho, Chi, Min", "Ho, Chi Min"),
        ("Doe, John, Sr.", "Doe, John Sr."),
        ("John Doe Sr.", "Doe, John Sr."),
        ("Doe, John", "Doe, John"),
        ("Ana de la Cruz", "Cruz, Ana de la"),
        ("Plato", "Plato"),
        ("", ""),
    ],
)
def test_a_name_is_sorted_as_canvas_sorts_it(name, expected):
    assert canvas_sortable(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Zoë O'Neil", "Zoë ONeil"), ("a_b", "a b"), ('A & "B" <c>|`:\\/', "A  B c"), ("山田 太郎", "山田 太郎")],
)
def test_a_full_name_is_written_as_moodle_writes_it(name, expected):
    # clean_param, PARAM_FILE: [[:cntrl:]]|[&<>"`\|':\\/] are taken out; get_student_prefix: "_" becomes " ".
    assert moodle_name(name) == expected


# Whatever the names are

NAME = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="/"), min_size=1, max_size=30)


@given(NAME, st.integers(1, 10**15), st.integers(1, 10**15), NAME, st.booleans())
def test_what_canvas_writes_is_read_back(sortable, user, attachment, file, late):
    name = canvas_name(sortable)
    path = "_".join([name, *(["LATE"] if late else []), str(user), str(attachment), file])
    # Canvas itself cannot tell these: a number with underscores around it that is left in a name.
    if re.search(r"(^|_)[0-9]+_", name + "_") or re.search(r"(^|_)(late)$", name):
        return

    found = told(path, *CANVAS_CLASS)

    assert (found.student_id, found.name, found.late) == (str(user), name, late)


@given(NAME, st.integers(1, 10**15), NAME, st.booleans(), st.booleans())
def test_what_moodle_writes_is_read_back(full_name, number, file, old, flat):
    name = moodle_name(full_name)
    plugin = f"{name}_{number}_assignsubmission_file"
    path = f"{plugin}_{file}" if flat else f"{plugin}{'_' if old else ''}/{file}"

    found = told(path, *MOODLE_CLASS)

    assert (found.student_id, found.name) == (f"Participant {number}", name)


@given(st.lists(st.text(max_size=60), max_size=6))
def test_no_names_make_it_fail(paths):
    names = learned(*paths)
    for path in paths:
        names.told(path)
        assert names.whose(path)


def test_hostile_names_take_no_time():
    for path in ("_1" * 30_000, "a_LATE" * 10_000, "_attempt_" * 8_000, "_assignsubmission_" * 4_000, "-1." * 20_000):
        told(path, *CANVAS_CLASS)
        told(path, *MOODLE_CLASS)
        told(path)
