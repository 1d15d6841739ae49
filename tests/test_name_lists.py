"""Files with names in them, and the commands that compare and check."""

import csv
import io
import json
import os
import subprocess
import sys
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from redpencil.cli import main
from redpencil.document import KitError
from redpencil.names.lists import read_names

ROWS = [["Жуков", "Георгий", "Константинович", "маршал"], ["Конев", "Иван", "Степанович", ""]]


def write(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


def table(separator, header):
    return "\r\n".join(separator.join(cells) for cells in [header, *ROWS]) + "\r\n"


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "UTF-16"),
        ("utf-32", "UTF-32"),
        ("utf-16-le", "UTF-16 (no mark, zero bytes)"),
        ("utf-16-be", "UTF-16 (no mark, zero bytes)"),
        ("cp1251", "Windows-1251 (a guess: the bytes are not UTF-8)"),
    ],
)
def test_a_table_is_read_in_any_usual_dialect_and_encoding(tmp_path, separator, encoding, said):
    path = write(tmp_path / "people.csv", table(separator, ["Фамилия", "Имя", "Отчество", "Звание"]), encoding)
    people = read_names(path)

    assert people.encoding == said
    assert people.skipped == ()
    assert [row.line for row in people.rows] == [2, 3]
    assert [name.parts() for name in people.names] == [
        {"rank": "marshal", "given": "Георгий", "patronymic": "Константинович", "surname": "Жуков"},
        {"given": "Иван", "patronymic": "Степанович", "surname": "Конев"},
    ]


@pytest.mark.parametrize(
    "header",
    [
        *["name,role", "NAME,role", " Full_Name ,role", "ФИО,роль", "Ф.И.О.,роль", "role,Фамилия Имя Отчество"],
        *["Имя,роль", "\ufeffname,role", "Имя и фамилия:,роль"],
    ],
)  # fmt: skip
def test_one_column_may_hold_the_whole_name(tmp_path, header):
    cells = ["Конев Иван Степанович", "commander"]
    row = ",".join(reversed(cells) if header.startswith("role") else cells)
    (row,) = read_names(write(tmp_path / "list.csv", f"{header}\n{row}\n")).rows

    assert row.name.surname == "Конев"
    assert list(row.columns.values()) == ["commander"]


@pytest.mark.parametrize(
    "header",
    [
        *["Last Name,First Name,Middle Name", "surname,given,patronymic", "family-name,forename,father's name"],
        "Фамилия,Имя,Отчество",
    ],
)
def test_three_columns_may_hold_the_parts(tmp_path, header):
    people = read_names(write(tmp_path / "list.csv", f"{header}\nAbramovich,Roman,Arkadyevich\nHassan,Ali,\n"))

    assert [name.parts() for name in people.names] == [
        {"given": "Roman", "patronymic": "Arkadyevich", "surname": "Abramovich"},
        {"given": "Ali", "surname": "Hassan"},
    ]


def test_a_name_beside_a_surname_is_the_given_name(tmp_path):
    (name,) = read_names(write(tmp_path / "list.csv", "Name;Surname\nAli;Hassan\n")).names

    assert name.parts() == {"given": "Ali", "surname": "Hassan"}


def test_a_spreadsheets_own_first_line_is_understood_and_lines_keep_their_numbers(tmp_path):
    people = read_names(write(tmp_path / "list.csv", "sep=;\r\nname;role\r\n\r\nIvan Konev;x\r\n"))

    assert (people.separator, people.rows[0].line) == ("semicolon", 4)


def test_quoted_cells_hold_separators_and_line_ends(tmp_path):
    people = read_names(write(tmp_path / "list.csv", 'name,role\n"Konev, Ivan","one\ntwo"\nZhukov G.K.,x\n'))

    assert [(row.line, row.name.surname) for row in people.rows] == [(2, "Konev"), (4, "Zhukov")]


def test_rows_without_a_name_are_left_out_with_their_line_and_reason(tmp_path):
    people = read_names(write(tmp_path / "list.csv", "name\nIvan Konev\n12\n😀\n" + "a" * 10_000 + "\n\n,\n"))

    assert [row.line for row in people.rows] == [2]
    assert [line for line, _ in people.skipped] == [3, 4, 5]
    assert "has 10,000 characters" in people.skipped[2][1]


def test_an_open_quotation_mark_is_suspected(tmp_path):
    people = read_names(write(tmp_path / "list.csv", 'name\nIvan Konev\n"Zhukov\n' + "Ivan Petrov\n" * 40))

    ((line, reason),) = people.skipped
    assert line == 3
    assert "is a quotation mark left open?" in reason


def test_an_open_quotation_mark_does_not_make_two_people_one(tmp_path):
    # The mark before Zhukov is closed only by the one after Petrov, a line below.
    people = read_names(write(tmp_path / "list.csv", 'name\nIvan Konev\n"Zhukov\nIvan Petrov"\nAli Hassan\n'))

    assert [row.line for row in people.rows] == [2, 5]
    ((line, reason),) = people.skipped
    assert line == 3
    assert reason.endswith("the row goes on to line 4: is a quotation mark left open?")


@pytest.mark.parametrize(
    ("row", "counts"),
    [("Zhukov, Georgy Konstantinovich", "2 cells, 1 column"), ("Zhukov, Georgy, marshal,,", "3 cells, 1 column")],
)
def test_a_row_with_more_cells_than_columns_is_left_out_and_not_cut(tmp_path, row, counts):
    people = read_names(write(tmp_path / "list.csv", f"name\n{row}\nIvan Konev,,\n"))

    assert [row.line for row in people.rows] == [3]
    assert [line for line, _ in people.skipped] == [2]
    assert people.skipped[0][1].startswith(f"{counts}: put a name with a comma in quotation marks")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty; expected a first line with the columns"),
        ("\n\n", "is empty"),
        ("id,age\n1,2\n", "has the columns “id”, “age”; expected “name”, or “given”, “patronymic” and “surname”"),
        ("Ivan Petrov\nIvan Konev\n", "has the columns “Ivan Petrov”; expected “name”"),
        ("name\n", "holds no name: it has no rows"),
        ("name\n12\n", "holds no name: the first of 1: line 2, the name “12” has no letter"),
        (",".join(f"c{n}" for n in range(50)), "and 38 more; expected"),
        ("name\n\x01\n", "holds a control character (0x01"),
        ('name\n"' + "a" * 200_000 + "\n", "field larger than field limit"),
        ("a" * 200_000, "a cell of the first line has more than 131,072 characters; expected the names of the columns"),
        ("a," * 600_000, "the first line has more than 1,000,000 characters; expected the columns"),
        ("name\nIvan\0v\n", "holds a control character (0x00, character 10)"),
        ("name\nIvan\0Petrov\n", "holds a control character (0x00, character 10)"),
    ],
)
def test_a_file_that_is_no_table_of_names_is_refused_with_what_was_found(tmp_path, text, said):
    with pytest.raises(KitError) as refused:
        read_names(write(tmp_path / "list.csv", text))

    assert said in str(refused.value)
    assert "list.csv" in str(refused.value)
    assert "\n" in str(refused.value) or "expected" in str(refused.value)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK\x03\x04" + b"\0" * 50, "is an Office file"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\xff\xfe\x98", ""),
        (b"name\n\x98\xff", "is no text in UTF-8, UTF-16 or Windows-1251"),
        (b"\xff\xfen", "is no text"),
    ],
)
def test_a_file_that_is_no_text_is_refused(tmp_path, data, said):
    path = tmp_path / "list.csv"
    path.write_bytes(data)
    with pytest.raises(KitError) as refused:
        read_names(path)

    assert said in str(refused.value)


def test_text_in_utf_16_without_a_mark_is_read_though_only_its_line_ends_have_zeros(tmp_path):
    path = tmp_path / "list.csv"
    for codec in ("utf-16-le", "utf-16-be"):
        path.write_bytes("фио\nПётрИвановичПетров\n".encode(codec))
        assert [row.name.written for row in read_names(path).rows] == ["ПётрИвановичПетров"]


def test_thirty_million_characters_without_a_table_are_refused_in_seconds(tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes(b"name\n" + b"a" * 30_000_000)
    began = time.process_time()
    with pytest.raises(KitError, match="field larger than field limit"):
        read_names(path)

    # A look at each character in Python took ten seconds.
    assert time.process_time() - began < 5


def test_a_file_that_is_not_there_and_a_folder_are_refused(tmp_path):
    with pytest.raises(KitError, match="is missing"):
        read_names(tmp_path / "nothing.csv")
    with pytest.raises(KitError, match="is a folder"):
        read_names(tmp_path)


@given(st.binary(max_size=400), st.sampled_from([b"", b"name\n", b"name;surname\n", b"\xff\xfe", b"sep=\n"]))
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_read_or_refused(tmp_path, data, before):
    path = tmp_path / "list.csv"
    path.write_bytes(before + data)
    try:
        people = read_names(path)
    except KitError as error:
        assert str(path) in str(error)
        return
    assert people.rows


# The commands


@pytest.fixture
def files(tmp_path):
    names = write(tmp_path / "invented.csv", "name\nCol. Ivan Konev\nZhukov G.K.\nJohn Smith\nIvаn Konev\n")
    people = write(tmp_path / "people.csv", table(";", ["Фамилия", "Имя", "Отчество", "Роль"]), "cp1251")
    return names, people


def test_two_names_are_compared_in_words_and_called_a_lead(capsys):
    assert main(["names", "compare", "Col. I. I. Ivanov", "Иванов Иван Петрович"]) == 0
    out = capsys.readouterr().out

    assert out.startswith(
        "surname and initial (2 of 5): the surname agrees; the initial of the given name agrees; the patronymic differs"
    )
    assert "a lead, not a proof" in out


def test_a_comparison_is_one_json_object_that_no_terminal_acts_on(capsys):
    assert main(["names", "compare", "Ivan Pеtrov", "Пет\u202eров\x1b Иван", "--json"]) == 0
    out = capsys.readouterr().out
    found = json.loads(out)

    assert "\u202e" not in out
    assert "\x1b" not in out
    assert found["strength"] == 3
    assert found["first"]["look_alikes"][0]["looks_like"] == "e"
    assert found["second"]["written"] == "Пет\u202eров\x1b Иван"
    assert [part["part"] for part in found["parts"]] == ["surname", "given"]
    assert found["parts"][0]["likeness"] == 1


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_no_encoding_of_the_output_stops_a_name(encoding):
    compare = [sys.executable, "-m", "redpencil", "names", "compare", "Иван Петров", "علي 😀"]
    done = [
        subprocess.run(command, capture_output=True, check=True, env={**os.environ, "PYTHONIOENCODING": encoding})
        for command in (compare, [*compare, "--json"])
    ]

    assert [run.stderr for run in done] == [b"", b""]
    assert json.loads(done[1].stdout.decode(encoding))["second"]["written"] == "علي 😀"


def test_a_list_is_checked_against_a_table(files, capsys):
    names, people = files
    assert main(["names", "check", str(names), "--against", str(people)]) == 0
    out = capsys.readouterr().out

    assert (
        "people.csv: 2 names; Windows-1251 (a guess: the bytes are not UTF-8), semicolon\n"
        "  The letters may be in another encoding (KOI8-R, Windows-1252, …)."
    ) in out
    assert out.count("The letters may be") == 1
    assert "line 2: Col. Ivan Konev: 1 surname and given name" in out
    assert (
        "Иван Степанович Конев (line 3): surname and given name agree; patronymic and rank are known of one only" in out
    )
    assert "line 4: John Smith: no match" in out
    assert "look at: place 3 of the name: Cyrillic small letter a" in out
    assert out.endswith("Many people share a name.\n")


def test_a_check_is_one_json_object(files, capsys):
    names, people = files
    assert main(["names", "check", str(names), "--against", str(people), "--at-least", "given", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)

    assert [(one["line"], len(one["matches"])) for one in found["names"]] == [(2, 1), (3, 0), (4, 0), (5, 1)]
    assert found["names"][1]["counts"]["surname and initial"] == 1
    assert found["names"][0]["matches"][0]["columns"] == {}
    assert found["best"] == {
        **{"no match": 1, "surname only": 0, "surname and initial": 1, "surname and given name": 2},
        **{"surname, given name and patronymic": 0, "surname, given name, patronymic and rank": 0},
    }
    assert found["table"]["encoding"].startswith("Windows-1251")


def test_matches_are_written_as_a_table_that_no_spreadsheet_runs(tmp_path, capsys):
    names = write(tmp_path / "a.csv", 'name\n"=Konev, Ivan"\n')
    people = write(tmp_path / "b.csv", "name\n@Ivan \u202eKonev\n")
    out = tmp_path / "out.csv"
    assert main(["names", "check", str(names), "--against", str(people), "--csv", str(out)]) == 0
    header, row = csv.reader(io.StringIO(out.read_text(encoding="utf-8")))

    assert dict(zip(header, row, strict=True)) == {
        **{"Line": "2", "Name": "'=Konev, Ivan", "Strength": "surname and given name"},
        **{"What agrees": "surname and given name agree", "Table line": "2", "Table name": "'@Ivan Konev"},
        **{"Likeness of the surnames": "1.0000"},
        "Notes": "second name: it holds invisible characters (right-to-left override)",
    }
    assert "1 row in" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["compare", "", "Ivan Petrov"], ["compare", "Ivan Petrov", "a" * 10_000]])
def test_what_is_no_name_ends_with_two_and_a_reason(arguments, capsys):
    assert main(["names", *arguments]) == 2
    assert "redpencil: the name “" in capsys.readouterr().err


def test_names_alone_shows_what_there_is(capsys):
    assert main(["names"]) == 2
    assert "compare" in capsys.readouterr().out


@given(st.text(max_size=40), st.text(max_size=40))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_two_texts_are_compared_or_refused(capsys, first, second):
    status = main(["names", "compare", "--", first, second])
    captured = capsys.readouterr()

    assert status == (2 if captured.err else 0)
    assert all(c.isprintable() or c == "\n" for c in captured.out + captured.err)


def test_the_commands_load_nothing_but_the_standard_library():
    code = (
        "import sys; before = set(sys.modules)\n"
        "from redpencil.names import check, coincidence, lists, match, report, transliteration\n"
        "print(sorted({n.partition('.')[0] for n in set(sys.modules) - before} - sys.stdlib_module_names))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "['redpencil']\n"
