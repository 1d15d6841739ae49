"""A roster in whatever dialect a school's programs write it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redpencil.document import KitError
from redpencil.grading.roster import GUESSED, load_roster, same_id, same_name

PLAIN = "id,name,section\ns1,Zoë Nil,8b\ns2,Amira Ü.,8a\n"


@pytest.fixture
def read(tmp_path):
    def read(data):
        path = tmp_path / "roster.csv"
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return load_roster(path)

    return read


def refused(read, data):
    with pytest.raises(KitError) as error:
        read(data)
    return str(error.value)


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (PLAIN.encode(), "UTF-8"),
        (PLAIN.encode("utf-8-sig"), "UTF-8"),
        (PLAIN.replace("\n", "\r\n").replace(",", ";").encode("utf-8-sig"), "UTF-8"),
        (PLAIN.replace("\n", "\r").replace(",", "\t").encode(), "UTF-8"),
        (("sep=;\r\n" + PLAIN.replace(",", ";")).encode(), "UTF-8"),
        (PLAIN.replace(",", "\t").encode("utf-16"), "UTF-16"),
        (PLAIN.encode("utf-16-le"), "UTF-16 (no mark, zero bytes)"),
        (PLAIN.encode("cp1252"), GUESSED),
    ],
)
def test_the_same_roster_is_read_from_every_dialect_and_encoding(read, data, encoding):
    roster = read(data)

    assert [(s.id, s.name, s.section) for s in roster] == [("s1", "Zoë Nil", "8b"), ("s2", "Amira Ü.", "8a")]
    assert roster.encoding == encoding


@pytest.mark.parametrize(
    ("header", "row", "expected"),
    [
        # What Canvas' gradebook, Moodle's participants and worksheet, and Blackboard's Grade Center call them.
        (
            "Student,ID,SIS User ID,SIS Login ID,Section",
            '"Nil, Zoë",101,00017,znil,8b',
            ("101", "Nil, Zoë", "8b", ("101", "00017", "znil")),
        ),
        (
            "First name,Last name,ID number,Email address,Groups",
            "Zoë,Nil,17,z@x.org,8b",
            ("17", "Zoë Nil", "8b", ("17", "z@x.org")),
        ),
        (
            "Identifier,Full name,Email address,Status",
            "Participant 55,Zoë Nil,z@x.org,Submitted",
            ("z@x.org", "Zoë Nil", "", ("z@x.org", "Participant 55")),
        ),
        ("Last Name,First Name,Username,Student ID", "Nil,Zoë,zn1,17", ("17", "Zoë Nil", "", ("17", "zn1"))),
        ("student_id;NAME;Class", "17;Zoë Nil;8b", ("17", "Zoë Nil", "8b", ("17",))),
        ("Login | Surname | Forename", "zn1 | Nil | Zoë", ("zn1", "Zoë Nil", "", ("zn1",))),
        ("E-Mail,Name", "z@x.org,Zoë Nil", ("z@x.org", "Zoë Nil", "", ("z@x.org",))),
        # A cell that keeps a spreadsheet from dropping the zeros, or from running a name.
        ("id,name", '"=""00017""","=""=1+1"""', ("00017", "=1+1", "", ("00017",))),
        # The first id that there is stands for the student.
        ("id,login,name", ",zn1,Zoë Nil", ("zn1", "Zoë Nil", "", ("zn1",))),
    ],
)
def test_columns_are_known_under_the_names_that_programs_give_them(read, header, row, expected):
    (student,) = read(f"{header}\n{row}\n")

    assert (student.id, student.name, student.section, student.ids) == expected


def test_the_rows_of_canvas_that_are_no_students_are_left_out(read):
    # lib/gradebook_exporter.rb @0140a2e: a row with “Manual Posting”, one with the points, the test student last.
    roster = read(
        "Student,ID,SIS User ID,SIS Login ID,Section,Essay (9)\n,,,,,Manual Posting\n"
        '    Points Possible,,,,,10\n"Nil, Zoë",101,17,znil,8b,7.00\n"Student, Test",999,,abcdef,8b,\n'
    )

    assert [student.id for student in roster] == ["101"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("id,name\n17,A\n18,B\n17,C\n", ["line 4 has the id “17”, and so has line 2"]),
        ("id,name\nA17,A\na17 ,A\n", ["line 3 has the id “a17”, and so has line 2"]),
        ("id,login,name\n1,zn,A\n2,zn,B\n", ["line 3 has the login “zn”, and so has line 2"]),
        ("id,name\n,A\n", ["line 2 has no id (“A”)"]),
        ('id,name\n"1\n2",A\n3,B\n', ["line 2 has a line end within a cell", "goes on to line 3"]),
        ("id,name\n1.23457E+11,A\n", ["line 2", "shortened the number"]),
        ("id,name\n" + "x" * 201 + ",A\n", ["201 characters; at most 200"]),
        ("id,name\n" + "1,A\n" * 20, ["and 9 more"]),
        ("name,section\nA,8b\n", ["expected an id"]),
        ("id,section\n1,8b\n", ["and a name"]),
        ("17,Zoë Nil\n", ["has the columns “17”, “Zoë Nil”"]),
        ("id,name\n", ["holds no student"]),
        ("", ["is empty"]),
        (b"PK\x03\x04...", ["Office file"]),
        (b"id,name\n1,\x81\n", ["Windows-1252"]),
        ('id,name\n1,"open\n2,B\n', ["line 2 has a line end within a cell", "is a quotation mark left open?"]),
    ],
)
def test_what_cannot_be_a_roster_is_told_with_its_lines(read, data, words):
    said = refused(read, data)

    assert "roster.csv" in said
    assert [word for word in words if word not in said] == []


def test_an_id_in_one_column_may_be_another_students_in_another(read):
    assert len(read("id,SIS User ID,name\n1,2,A\n2,1,B\n")) == 2


def test_ids_and_names_are_compared_but_for_case_spaces_and_what_cannot_be_seen():
    assert same_id(" A\u030a1 ") == same_id("Å1") == "å1"
    assert same_name("Zoe\u0308  NIL\u200f") == same_name("zoë nil")
    assert same_id("017") != same_id("17")


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_make_more_of_it_than_a_roster_or_an_error_in_words(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "drawn.csv"
    path.write_bytes(data)
    try:
        assert len(load_roster(path))
    except KitError as error:
        assert "drawn.csv" in str(error)
