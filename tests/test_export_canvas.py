"""Canvas's gradebook sheet there and back, with what canvas-lms says of it (github.com/instructure/canvas-lms)."""

import csv
import io
import re
import tracemalloc
import zipfile
from types import SimpleNamespace

import pytest

from gradebook_rows import gradebook_of, graded_row, row
from perfect import answers_file, encoded
from redpencil.cli import main
from redpencil.document import KitError
from redpencil.grading.export.canvas import export_canvas
from redpencil.grading.roster import Student

# As lib/gradebook_exporter.rb (commit 0140a2e) writes it: ids, section, the teacher's own column, assignments with
# their ids, totals; a row for columns that are posted by hand, then Points Possible with four spaces; a name that
# begins with "=" as ="…"; EX, N/A and two decimals; the test student last. A note with a line break and a title with a
# comma stand in quotes.
SHEET = '''\
Student,ID,SIS User ID,SIS Login ID,Section,Notes,Warm-up (1001),Who says so? (1002),"Essay, draft (1003)",\
Assignments Current Points,Assignments Final Score,Current Score,Unposted Final Score,Final Grade,Override Score
,,,,,,,Manual Posting,,,,,,,
    Points Possible,,,,,(read only),10.00,42.00,5.50,(read only),(read only),(read only),(read only),(read only),
"O'Neil-Smith, Zoë",301,S-17,zoe.os,"8a and 8b",,9.50,,5.00,14.50,93.55,93.55,93.55,A,
"=""=HYPERLINK(1), Eve""",302,S-18,eve,8a,"speaks
two ""languages""",N/A,,EX,,,,,,
"Li, Ben",303,S-19,ben.li,8a,,7.00,31.25,,7.00,70.00,70.00,45.16,C,99.00
"Ağaoğlu, İpek",304,S-20,ipek,8b,,EX,N/A,1.00,,,,,,
"Novák, Jan",305,S-21,jan.a,8a,,,EX,,,,,,,
"Novák, Jan",306,S-22,jan.b,8b,,,,,,,,,,
"Quiet, Amira",307,S-23,amira,8b,,3.00,12.00,,,,,,,
"Student, Test",399,,a1b2c3d4,8a,,,,,,,,,,
'''


def canvas_reads(data):
    """The sheet as lib/gradebook_importer.rb (commit 00b222d) reads it: scores by (user id, assignment id).

    The separator is the one that gives the first three lines one number of cells, ";" only if it gives more; the last
    "," or "." of a number is its decimal mark; rows of blanks or "Manual Posting" and Points Possible are no students.
    """
    text = data.decode("utf-8-sig")
    counts = {}
    for separator in ";,":
        try:
            sizes = {len(next(csv.reader([line], delimiter=separator), [])) for line in text.splitlines()[:3]}
        except csv.Error:
            sizes = set()
        counts[separator] = sizes.pop() if len(sizes) == 1 else 0
    separator = ";" if counts[";"] > counts[","] else ","
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    header = rows[0]
    first = 2 if header[:2] == ["LastName", "FirstName"] else 1
    assert "Student" in header[0] or first == 2
    assert "ID" in header[first]
    assert len(header) > 2 + first
    columns = {}
    dropped = "Current Score|Current Points|Current Grade|Final Score|Final Points|Final Grade|Override"
    for at, name in enumerate(header):
        if at > header.index("Section") and not re.search(dropped, name):
            trailing = re.fullmatch(r".* \((\d+)\)", name)
            if trailing:
                columns[trailing[1]] = at
    scores = {}
    for cells in rows[1:]:
        if "Points Possible" in cells[0] or all(
            re.fullmatch(r"\s*(Muted|Manual Posting.*)?\s*", c, re.I) for c in cells
        ):
            continue
        for assignment, at in columns.items():
            cell = cells[at].strip()
            if re.fullmatch(r"-?[0-9.,]+%?", cell):
                *whole, last = re.split("[,.]", cell)
                cell = f"{''.join(whole)}.{last}" if whole else last
            scores[cells[first], assignment] = cell
    return scores


def changes(before, after, now=None):
    """What an import changes in Canvas, by (user id, assignment id): (before, after), as strings with two decimals.

    ``now`` is what Canvas holds at the import, if that is more than it exported. What is not assigned to a student is
    not changed.
    """
    held = {**before, **(now or {})}

    def shown(cell):
        return "" if cell in ("", "-", "N/A") else cell if not re.fullmatch(r"-?[\d.]+", cell) else f"{float(cell):.2f}"

    return {
        place: (shown(held.get(place, "")), shown(cell))
        for place, cell in after.items()
        if shown(held.get(place, "")) != shown(cell) and before.get(place) != "N/A"
    }


@pytest.fixture
def fill(tmp_path, monkeypatch):
    """Fills in a sheet from rows of a gradebook; gives what is told, and the bytes of the new sheet."""
    monkeypatch.chdir(tmp_path)

    def run(sheet, *rows, **options):
        path = tmp_path / "grades.csv"
        path.write_bytes(sheet if isinstance(sheet, bytes) else sheet.encode())
        gradebook = gradebook_of(tmp_path, *rows)
        filled = export_canvas(gradebook, path, tmp_path / "filled.csv", **options)
        return filled, (tmp_path / "filled.csv").read_bytes()

    return run


CLASS = [
    graded_row("301", 36.0, path="a.json"),
    graded_row("S-18", 20.125, path="b.json"),
    graded_row("ben.li", 30.0, path="c.json"),
    graded_row("304", 11.0, path="d.json"),
    graded_row("305", 11.0, path="e.json"),
    graded_row("307", None, path="f.json"),
]


def test_every_byte_but_the_cells_that_are_meant_stays_as_it_was(fill):
    filled, data = fill(SHEET, *CLASS)
    # Written down by hand: Zoë by ID, Eve by SIS User ID (a half goes up), Ben by SIS Login ID. İpek's N/A, Jan's EX,
    # the old number of Amira, whose new one waits for a person, and the test student stay.
    expected = SHEET.replace("9.50,,5.00", "9.50,36.00,5.00").replace("N/A,,EX", "N/A,20.13,EX")
    expected = expected.replace("7.00,31.25,", "7.00,30.00,")

    assert data.decode() == expected
    assert filled.written == 3
    assert filled.replaced == [("ben.li", "31.25", "30.00")]
    assert filled.no_number == {"needs-manual": 1}
    assert [(who, why[-5:]) for who, why in filled.kept] == [("304", "(N/A)"), ("305", " (EX)")]


def test_canvas_reads_the_new_scores_and_clears_nothing(fill):
    _, data = fill(SHEET, *CLASS)

    assert changes(canvas_reads(SHEET.encode()), canvas_reads(data)) == {
        ("301", "1002"): ("", "36.00"),
        ("302", "1002"): ("", "20.13"),
        ("303", "1002"): ("31.25", "30.00"),
    }


def test_the_narrow_sheet_clears_not_even_what_was_graded_in_canvas_since(fill):
    since = {("301", "1003"): "2.00", ("306", "1002"): "40.00", ("307", "1001"): "9.00"}
    exported = canvas_reads(SHEET.encode())
    _, whole = fill(SHEET, *CLASS)
    filled, narrow = fill(SHEET, *CLASS, only_ours=True)

    # What the option is for: with the whole sheet, blanks and old scores go over what was given meanwhile.
    assert ("306", "1002") in changes(exported, canvas_reads(whole), since)
    assert changes(exported, canvas_reads(narrow), since).keys() == {("301", "1002"), ("302", "1002"), ("303", "1002")}
    assert narrow.decode().splitlines()[0] == "Student,ID,SIS User ID,SIS Login ID,Section,Who says so? (1002)"
    assert '"=""=HYPERLINK(1), Eve""",302,S-18,eve,8a,20.13\n' in narrow.decode()
    assert filled.written == 3


def semicolons(sheet):
    """The sheet as a teacher gets it whose settings ask for ";", decimal commas and a byte order mark."""
    rows = csv.reader(io.StringIO(sheet, newline=""))
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    writer.writerows([re.sub(r"^(\d+)\.(\d\d)$", r"\1,\2", cell) for cell in cells] for cells in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_semicolons_decimal_commas_line_ends_and_the_byte_order_mark_stay(fill, end):
    sheet = semicolons(SHEET).replace(b"\n", end.encode())
    _, data = fill(sheet, *CLASS)

    expected = sheet.replace(b"9,50;;5,00", b"9,50;36,00;5,00").replace(b"N/A;;EX", b"N/A;20,13;EX")
    assert data == expected.replace(b"7,00;31,25;", b"7,00;30,00;")
    assert changes(canvas_reads(sheet), canvas_reads(data))["302", "1002"] == ("", "20.13")


def test_a_decimal_comma_among_commas_stands_in_quotes(fill):
    sheet = (
        'Student,ID,SIS Login ID,Section,Who says so? (1002)\n    Points Possible,,,,"42,00"\n"Li, Ben",303,ben,8a,\n'
    )
    _, data = fill(sheet, graded_row("303", 7.5))

    assert data.decode() == sheet.replace("ben,8a,", 'ben,8a,"7,50"')
    assert canvas_reads(data)["303", "1002"] == "7.50"


def test_first_and_last_names_in_columns_of_their_own_are_read(fill):
    sheet = (
        "LastName,FirstName,ID,SIS Login ID,Section,Who says so? (1002)\n    Points Possible,,,,,42.00\n"
        "Li,Ben,303,ben,8a,\nLi,Ann,304,ann,8a,\n"
    )
    filled, data = fill(sheet, graded_row("x", 1.0, student_name="Ben Li", path="x.json"))

    assert data.decode() == sheet.replace("303,ben,8a,", "303,ben,8a,1.00")
    assert not filled.left_out


@pytest.mark.parametrize("name", ["Ben Li", "Li, Ben", "  Ben   Li ", "BEN LI"])
def test_a_name_counts_if_it_is_exactly_the_sheets_in_either_order(fill, name):
    filled, data = fill(SHEET, graded_row("row-7", 9.0, student_name=name))

    assert ("303", "1002") in changes(canvas_reads(SHEET.encode()), canvas_reads(data))
    assert filled.left_out == []


@pytest.mark.parametrize("name", ["Ben Lì", "B. Li", "Li Ben", "Ben", ""])
def test_a_name_that_is_nearly_the_sheets_is_nobodys(fill, name):
    filled, data = fill(SHEET, graded_row("row-7", 9.0, student_name=name))

    assert data.decode() == SHEET
    assert [why for _, why in filled.left_out] == ["is not in the sheet, by no id and no exact name"]
    assert not filled.is_whole


def test_composed_and_decomposed_letters_are_one_name(fill):
    filled, _ = fill(SHEET, graded_row("row-7", 9.0, student_name="Zoe\u0308 O'Neil-Smith"))

    assert filled.written == 1


def test_two_students_of_one_name_are_told_apart_by_id_and_never_by_guess(fill):
    by_name = graded_row("row-7", 9.0, student_name="Jan Novák", path="a.json")
    filled, data = fill(SHEET, by_name, graded_row("306", 8.0, student_name="Jan Novák", path="b.json"))

    assert changes(canvas_reads(SHEET.encode()), canvas_reads(data)) == {("306", "1002"): ("", "8.00")}
    assert [(one.student_id, why[:16]) for one, why in filled.left_out] == [("row-7", "fits several row")]


def test_who_says_to_be_somebody_that_is_known_by_id_gets_nothing_and_takes_nothing(fill):
    impostor = graded_row("row-7", 1.0, student_name="Ben Li", path="a.json")
    filled, data = fill(SHEET, impostor, graded_row("303", 40.0, path="b.json"))

    assert canvas_reads(data)["303", "1002"] == "40.00"
    assert [one.student_id for one, _ in filled.left_out] == ["row-7"]


def test_two_who_claim_one_row_by_name_both_wait(fill):
    rows = [graded_row(f"row-{n}", 1.0 + n, student_name="Ben Li", path=f"{n}.json") for n in (1, 2)]
    filled, data = fill(SHEET, *rows)

    assert data.decode() == SHEET
    assert len(filled.left_out) == 2


def test_an_id_that_is_one_persons_number_and_anothers_login_is_left_to_a_person(fill):
    sheet = SHEET.replace("eve,8a", "303,8a")
    filled, data = fill(sheet, graded_row("303", 9.0))

    assert data.decode() == sheet
    assert "several rows" in filled.left_out[0][1]


def test_canvass_own_number_in_a_files_name_is_stronger_than_an_id_of_the_roster(fill):
    filled, data = fill(SHEET, graded_row("303", 9.0, handed_in_as="canvas 301 oneilsmithzoë", matched_by="id"))

    assert changes(canvas_reads(SHEET.encode()), canvas_reads(data)) == {("301", "1002"): ("", "9.00")}
    assert not filled.left_out


def test_every_id_that_the_roster_knows_leads_to_the_students_row(fill):
    roster = [Student("row-7", "Benjamin Li", "8a", ("row-7", "BEN.LI", "ben@school.example"))]
    filled, data = fill(SHEET, graded_row("row-7", 9.0, student_name="Benjamin Li"), roster=roster)

    assert canvas_reads(data)["303", "1002"] == "9.00"
    assert filled.is_whole


def test_who_came_with_a_number_that_the_sheet_lacks_is_nobody_else_in_it(fill):
    filled, data = fill(SHEET, graded_row("S-17", 9.0, student_name="Ben Li", handed_in_as="canvas 777 liben"))

    assert data.decode() == SHEET
    assert len(filled.left_out) == 1


def test_an_id_that_fits_under_a_name_without_a_common_word_is_pointed_out(fill):
    filled, _ = fill(SHEET, graded_row("303", 9.0, student_name="Amira Quiet"))

    assert filled.written == 1
    assert ["Li, Ben" in why for _, why in filled.doubtful] == [True]


def test_other_points_are_an_error_with_both_numbers_unless_they_are_to_be_converted(fill):
    sheet = SHEET.replace("10.00,42.00", "10.00,100.00")
    with pytest.raises(KitError, match=r"is for 100 points, but who-says-so has 42"):
        fill(sheet, *CLASS)

    _, data = fill(sheet, *CLASS, scale=True)
    # 36 of 42 are 85.714… of 100.
    assert canvas_reads(data)["301", "1002"] == "85.71"


def test_several_exercises_go_into_several_columns_and_the_rest_is_said(fill):
    other = graded_row("301", 5.0, exercise="essay", at_most=5.5, path="z.json")
    third = graded_row("301", 5.0, exercise="extra", at_most=5.5, path="y.json")
    filled, data = fill(
        SHEET, *CLASS, other, third, columns=["who-says-so=Who says so? (1002)", "essay=Warm-up"], scale=True
    )

    assert filled.columns == [("who-says-so", "Who says so? (1002)"), ("essay", "Warm-up (1001)")]
    # 5 of 5.5 are 9.0909… of 10.
    assert canvas_reads(data)["301", "1001"] == "9.09"
    by_title, _ = fill(SHEET, *CLASS, other, third)
    assert [exercise for exercise, _ in by_title.columns] == ["who-says-so"]
    assert any(note.startswith("extra: no column") for note in by_title.notes)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (["Who says so"], "no column called “Who says so”"),
        (["Current Score"], "worked out by Canvas"),
        (["Notes"], "no column called “Notes”"),
        (["nobody-knows=Warm-up"], "holds no grades of 'nobody-knows'"),
        (["Warm-up", "who-says-so=Essay, draft"], "was named before"),
    ],
)
def test_a_column_that_cannot_be_meant_is_refused_and_nothing_is_written(fill, tmp_path, columns, said):
    with pytest.raises(KitError, match=re.escape(said)):
        fill(SHEET, *CLASS, columns=columns)
    assert not (tmp_path / "filled.csv").exists()


@pytest.mark.parametrize(
    ("sheet", "said"),
    [
        ("", "is empty"),
        ("Name,Points\nBen,3\n", "no gradebook of Canvas"),
        (SHEET.encode("latin-1", "replace"), "not in UTF-8"),
        (SHEET.encode("utf-16"), "not in UTF-8"),
        (SHEET + '"never closed', "never closed"),
        ("Student,ID,Section,Quiz (1)\n", "No column of"),
    ],
)
def test_what_is_no_sheet_of_canvas_is_refused_with_the_next_step(fill, sheet, said):
    with pytest.raises(KitError, match=said):
        fill(sheet, *CLASS)


def test_without_a_sheet_the_command_says_where_to_get_it(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    gradebook_of(tmp_path, *CLASS)

    assert main(["export", "canvas"]) == 2
    assert "Export Entire Gradebook" in capsys.readouterr().err


def test_the_command_fills_in_and_says_who_was_not_placed(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    gradebook_of(
        tmp_path, *CLASS, graded_row("nobody-knows", 3.0, path="z.json"), row("305", exercise="", path="y.json")
    )
    (tmp_path / "grades.csv").write_text(SHEET, encoding="utf-8")

    assert main(["export", "canvas", "--sheet", "grades.csv"]) == 1
    said = capsys.readouterr().out
    assert "nobody-knows: is not in the sheet" in said
    assert "ben.li: 31.25 → 30.00" in said
    assert (tmp_path / "grades.csv").read_text(encoding="utf-8") == SHEET
    assert main(["export", "canvas", "--sheet", "grades.csv", "--output", "grades.csv"]) == 2
    assert "stays as it is" in capsys.readouterr().err


def test_filling_in_again_changes_nothing(fill):
    _, once = fill(SHEET, *CLASS)
    filled, twice = fill(once, *CLASS)

    assert twice == once
    assert (filled.written, filled.unchanged) == (0, 3)


def test_who_is_nobodys_yet_is_left_out_and_counted(fill):
    filled, data = fill(
        SHEET, graded_row("303", 9.0, matched_by="nobody", handed_in_as="canvas 303 liben"), graded_row("301", 1.0)
    )

    assert canvas_reads(data)["303", "1002"] == "31.25"
    assert filled.waiting == 1


def test_the_whole_way_through_grades_a_zip_of_canvas_and_fills_in_its_sheet(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    # <name>_[LATE_]<user id>_<attachment id>_<file>, as lib/content_zipper.rb (05e9653) names them.
    with zipfile.ZipFile("submissions.zip", "w") as archive:
        for name in ("oneilsmithzoë_301_90001", "liben_LATE_303_90002", "guest_777_90003"):
            archive.writestr(f"{name}_who-says-so.redpencil.json", encoded(answers_file()))
    (tmp_path / "grades.csv").write_text(SHEET, encoding="utf-8")
    main(["grade", "submissions.zip"])
    capsys.readouterr()

    assert main(["export", "canvas", "--sheet", "grades.csv"]) == 1
    # A perfect reader of the article who writes nothing has 36 of 42 points; Canvas's user 777 is not in the sheet.
    assert changes(canvas_reads(SHEET.encode()), canvas_reads((tmp_path / "grades-filled.csv").read_bytes())) == {
        ("301", "1002"): ("", "36.00"),
        ("303", "1002"): ("31.25", "36.00"),
    }
    said = capsys.readouterr().out
    assert "777 (guest): is not in the sheet" in said
    assert "no word in common" not in said


# A large course


class LargeCourse:
    """A gradebook of so many made-up students, each with the number that Canvas gives."""

    def __init__(self, students):
        self.students = students

    def exercises_with_parts(self):
        return [[("who-says-so", "rung")]]

    def one_for_each_student(self):
        for n in range(self.students):
            path = f"class.zip/student{n}_{700_000 + n}_{900_000 + n}_who-says-so.redpencil.json"
            more = {"handed_in_as": f"canvas {700_000 + n} student{n}", "path": path, "points_at_most": 42.0}
            yield SimpleNamespace(
                exercise="".join(["who-", "says-so"]), student_id=f"{700_000 + n}", student_name=f"Student Number {n}",
                state="".join(["gra", "ded"]), points=n % 42 + 0.5, **more,
            )  # fmt: skip

    def of_nobody(self):
        return iter(())


def test_a_student_of_a_large_course_takes_a_kilobyte_and_not_more(tmp_path):
    def peak(students):
        sheet = tmp_path / f"{students}.csv"
        with sheet.open("w", encoding="utf-8") as stream:
            stream.write("Student,ID,SIS User ID,SIS Login ID,Section,who-says-so (11),Other (12)\n")
            stream.write("    Points Possible,,,,,42,10\n")
            stream.writelines(
                f'"Number {n}, Student",{700_000 + n},sis{n},login{n},8a,{"" if n % 2 else 7},3\n'
                for n in range(students)
            )
        tracemalloc.start()
        filled = export_canvas(LargeCourse(students), sheet, tmp_path / "out.csv")
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert filled.written == students
        return highest

    # The row's own text is 60 of it; it was 2.5 kB.
    assert (peak(1_500) - peak(500)) / 1_000 < 1_100
