"""Moodle's grading worksheet there and back, and its feedback zip, with what moodle's source says of them."""

import csv
import io
import re
import zipfile

import pytest

from gradebook_rows import gradebook_of, graded_row, row
from perfect import answers_file, encoded
from redpencil.cli import main
from redpencil.document import KitError
from redpencil.grading.export.moodle import export_moodle

# As mod/assign/gradingtable.php (0ade5cc) writes it: identifier, name, identity fields, status, grade with its maximum
# behind it, whether it can be changed, dates in words, a text with line breaks, comments.
SHEET = """\
Identifier,"Full name","Email address","ID number",Status,Grade,"Maximum Grade","Grade can be changed",\
"Last modified (submission)","Online text","Last modified (grade)","Feedback comments"
"Participant 5101","Zoë O'Neil-Smith",zoe@school.example,S-17,"Submitted for grading - ",,42.00,Yes,\
"Tuesday, 24 November 2026, 10:15 PM","<p>one
two</p>",-,
"Participant 5102","Ben Li",ben@school.example,S-18,"Submitted for grading - Graded",31.25,42.00,Yes,\
"Tuesday, 24 November 2026, 9:01 AM",,"Wednesday, 25 November 2026, 8:00 AM","Well read, ""Ben""."
"Participant 5103","=Amira Quiet",amira@school.example,S-19,"No submission - ",12.00,42.00,Yes,-,,-,"Talk to me."
"Participant 5104","Jan Novák",jan.a@school.example,S-20,"Submitted for grading - ",,42.00,No,-,,-,
"Participant 5105","Jan Novák",jan.b@school.example,S-21,"Submitted for grading - ",,42.00,Yes,-,,-,
"""
# In Spanish, with the decimal comma, from a site that shows no identity fields.
SPANISH = """\
Identificador,"Nombre completo",Estado,Calificación,"Calificación máxima","La calificación puede ser cambiada",\
"Última modificación (entrega)","Última modificación (calificación)","Comentarios de retroalimentación"
"Participante 5101","Zoë O'Neil-Smith",Enviado,,"42,00",Sí,-,-,
"Participante 5102","Ben Li",Enviado,"31,25","42,00",Sí,-,-,"Bien."
"""
# Blind: no names at all.
BLIND = """\
Identifier,Status,Grade,"Maximum grade","Grade can be changed","Last modified (grade)","Feedback comments"
"Participant 5101","Submitted for grading - ",,42.00,Yes,-,
"Participant 5102","Submitted for grading - ",,42.00,Yes,-,
"""


def moodle_reads(data, before, words=("Identifier", "Grade", "Last modified (grade)", "Feedback comments"), mark="."):
    """What the import changes, as feedback/offline/importgradeslib.php (806e2d4) and locallib.php (0bd8f1f) have it.

    ``before`` is the sheet as it was given, that is, what Moodle holds. The header words must be the importer's own.
    The identifier is its last digits. Blanks in numbers go, the site's decimal mark becomes a point; a grade that is
    the same, blank, below zero or above the maximum is passed over, and so is one that is locked. A comment is written
    whenever it differs: a blank one too. Returns {participant: (grade before, grade after)} and the same of comments.
    """

    def rows(raw):
        table = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
        at = [table[0].index(word) for word in words]
        return {
            re.search(r"\d+$", cells[at[0]])[0]: (
                cells[at[1]],
                cells[at[1] + 1],
                cells[at[1] + 2],
                cells[at[2]],
                cells[at[3]],
            )
            for cells in table[1:]
        }

    def number(cell):
        text = cell.replace(" ", "").replace(mark, ".")
        return float(text) if text else None

    grades, comments = {}, {}
    held = rows(before)
    for participant, (cell, maximum, changeable, date, comment) in rows(data).items():
        old = held[participant]
        assert date == old[3], "the date is how Moodle sees that a grade is newer than the sheet"
        new, was = number(cell), number(old[0])
        if new is not None and new != was and 0 <= new <= number(maximum) and changeable != "No":
            grades[participant] = (was, new)
        if comment != old[4]:
            comments[participant] = (old[4], comment)
    return grades, comments


@pytest.fixture
def fill(tmp_path, monkeypatch):
    """Fills in a worksheet from rows of a gradebook; gives what is told, and the bytes of the new one."""
    monkeypatch.chdir(tmp_path)

    def run(sheet, *rows, **options):
        path = tmp_path / "Grades.csv"
        path.write_bytes(sheet if isinstance(sheet, bytes) else sheet.encode())
        filled = export_moodle(gradebook_of(tmp_path, *rows), path, tmp_path / "filled.csv", **options)
        return filled, (tmp_path / "filled.csv").read_bytes()

    return run


def came_as(name, participant, points, student=None, **columns):
    """A row that came out of the zip that Moodle hands out, in a folder for each student."""
    path = f"Reading-who-4711.zip/{name}_{participant}_assignsubmission_file/who.ipynb"
    found_as = f"moodle Participant {participant} {name}"
    return graded_row(student or f"Participant {participant}", points, path=path, handed_in_as=found_as, **columns)


CLASS = [
    came_as("Zoë O'Neil-Smith", 5101, 36.0),
    graded_row("S-18", 30.0, path="b.json"),
    graded_row("amira@school.example", None, path="c.json"),
    graded_row("S-20", 11.0, path="d.json"),
    graded_row("nobody-knows", 5.0, path="e.json"),
]


def test_every_byte_but_the_grades_that_are_meant_stays_as_it_was(fill):
    filled, data = fill(SHEET, *CLASS)
    # By hand: Zoë by participant, Ben by ID number; Amira's new grade waits, Jan's is locked in Moodle.
    expected = SHEET.replace('grading - ",,42.00,Yes,"Tue', 'grading - ",36.00,42.00,Yes,"Tue')

    assert data.decode() == expected.replace('Graded",31.25', 'Graded",30.00')
    assert (filled.written, filled.no_number, filled.replaced) == (2, {"needs-manual": 1}, [("S-18", "31.25", "30.00")])
    assert filled.kept == [("S-20", "the grade is locked in Moodle")]
    assert [one.student_id for one, _ in filled.left_out] == ["nobody-knows"]


def test_moodle_takes_the_grades_and_no_comment_is_overwritten(fill):
    _, data = fill(SHEET, *CLASS)

    assert moodle_reads(data, SHEET.encode()) == ({"5101": (None, 36.0), "5102": (31.25, 30.0)}, {})


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
def test_another_language_its_decimal_comma_and_a_byte_order_mark_stay(fill, start):
    sheet = start + SPANISH.encode()
    rows = [came_as("Zoë O'Neil-Smith", 5101, 36.5), graded_row("x", 30.0, student_name="Ben Li", path="b")]
    _, data = fill(sheet, *rows)

    expected = SPANISH.replace('Enviado,,"42,00"', 'Enviado,"36,50","42,00"').replace('"31,25"', '"30,00"')
    assert data == start + expected.encode()
    words = ("Identificador", "Calificación", "Última modificación (calificación)", "Comentarios de retroalimentación")
    assert moodle_reads(data, sheet, words, ",")[0] == {"5101": (None, 36.5), "5102": (31.25, 30.0)}


def test_a_blind_assignment_is_matched_by_participant_alone(fill):
    rows = [came_as("Participant", 5102, 7.0), graded_row("x", 1.0, student_name="Submitted for grading -", path="b")]
    filled, data = fill(BLIND, *rows)

    assert moodle_reads(data, BLIND.encode())[0] == {"5102": (None, 7.0)}
    assert [one.student_id for one, _ in filled.left_out] == ["x"]


def test_a_number_of_another_assignment_does_not_give_one_students_points_to_another(fill):
    filled, data = fill(SHEET, came_as("Zoë O'Neil-Smith", 5102, 36.0))

    assert data.decode() == SHEET
    assert "the worksheet of the same assignment?" in filled.left_out[0][1]


def test_who_came_with_a_number_that_the_sheet_lacks_is_nobody_else_in_it(fill):
    filled, data = fill(SHEET, came_as("Ben Li", 9999, 36.0, student="S-18", student_name="Ben Li"))

    assert data.decode() == SHEET
    assert len(filled.left_out) == 1


def test_a_file_that_a_student_named_as_moodle_would_is_not_taken_for_another_students(fill):
    path = "amira/Ben Li_5102_assignsubmission_file_x.json"
    filled, data = fill(SHEET, graded_row("amira", 40.0, path=path, handed_in_as="folder amira"))

    assert data.decode() == SHEET
    assert len(filled.left_out) == 1


def test_two_students_of_one_name_are_never_told_apart_by_guess(fill):
    filled, data = fill(SHEET, graded_row("x", 5.0, student_name="Jan Novák"))

    assert data.decode() == SHEET
    assert "several rows" in filled.left_out[0][1]


def test_another_maximum_is_an_error_with_both_numbers_unless_points_are_to_be_converted(fill):
    sheet = SHEET.replace("42.00", "100.00")
    with pytest.raises(KitError, match=r"is for 100 points, but who-says-so has 42"):
        fill(sheet, *CLASS)

    # 36 of 42 are 85.714… of 100.
    assert moodle_reads(fill(sheet, *CLASS, scale=True)[1], sheet.encode())[0]["5101"] == (None, 85.71)


def test_more_than_the_maximum_is_not_written_because_moodle_would_pass_over_it(fill):
    filled, data = fill(SHEET, graded_row("S-18", 45.0))

    assert data.decode() == SHEET
    assert "45.00 is not within 0 and 42" in filled.kept[0][1]


def test_a_zero_that_was_earned_is_written_and_pointed_out(fill):
    filled, data = fill(SHEET, graded_row("S-17", 0.0))

    assert moodle_reads(data, SHEET.encode())[0] == {"5101": (None, 0.0)}
    assert "pass over a 0" in filled.notes[0]


def test_a_language_that_is_not_known_is_asked_for_its_columns(fill):
    sheet = BLIND.replace("Grade,", "Ocena,").replace("Maximum grade", "Ocena najwyższa").replace("Identifier", "Klucz")
    with pytest.raises(KitError, match="--columns 'grade=HEADER'"):
        fill(sheet, came_as("Participant", 5101, 7.0))

    filled, data = fill(sheet, came_as("Participant", 5101, 7.0), columns=["grade=Ocena"])
    assert data.decode() == sheet.replace('grading - ",,42.00', 'grading - ",7.00,42.00', 1)
    assert filled.columns == [("who-says-so", "Ocena")]


@pytest.mark.parametrize(
    ("sheet", "options", "said"),
    [
        (SHEET.replace(',"Maximum Grade"', ",Scale").replace("42.00", '"bad, fair, good"'), {}, "scale of words"),
        (SHEET.replace("Participant 5103", "Amira"), {}, "is no identifier"),
        (SHEET.replace("ID number", "Grade"), {}, "2 columns called grade"),
        (SHEET, {"columns": ["grade=Note"]}, "no column called “Note”"),
        (SHEET, {"columns": ["colour=Grade"]}, "expected WHAT=HEADER"),
        (SHEET, {"exercise": "the-bridge"}, "holds no grades of 'the-bridge'"),
        ("Name;Points\nBen;3\n", {}, "no column is known as the grade"),
    ],
)
def test_what_is_not_certain_is_refused_with_the_next_step(fill, tmp_path, sheet, options, said):
    with pytest.raises(KitError, match=re.escape(said)):
        fill(sheet, *CLASS, **options)
    assert not (tmp_path / "filled.csv").exists()


def test_a_worksheet_takes_one_exercise(fill):
    rows = [*CLASS, graded_row("S-18", 1.0, exercise="the-bridge", path="z")]
    with pytest.raises(KitError, match="--exercise ID"):
        fill(SHEET, *rows)

    assert moodle_reads(fill(SHEET, *rows, exercise="who-says-so")[1], SHEET.encode())[0]["5102"] == (31.25, 30.0)


# The feedback zip


def participant_of(name):
    """Whose a file of the zip is, and what it is called, as feedback/file/importziplib.php (0203d8f) finds out."""
    parts = name.split("/")
    while parts:
        info = parts.pop(0).split("_", 4)
        if len(info) < 4 or not info[1].isdecimal() or info[2] not in ("assignsubmission", "assignfeedback"):
            continue
        rest = info[4] if len(info) > 4 else ""
        return info[1], "/".join([rest, *parts]).lstrip("/")
    return None


@pytest.mark.parametrize(
    "place",
    [
        "Zoë O'Neil-Smith_5101_assignsubmission_file/who.ipynb",
        "Zoë O'Neil-Smith_5101_assignsubmission_file_/deep/er/who.ipynb",
        "Reading-4711.zip/Zoë O'Neil-Smith_5101_assignsubmission_file/who.ipynb",
        "Zoë O'Neil-Smith_5101_assignsubmission_file_who.ipynb",
        "Participant_5101_assignsubmission_file/who.ipynb",
    ],
)
def test_moodle_gives_the_feedback_to_whom_the_submission_came_from(tmp_path, monkeypatch, place):
    monkeypatch.chdir(tmp_path)
    found_as = "moodle Participant 5101 Zoë O'Neil-Smith"
    gradebook_of(
        tmp_path,
        row("Participant 5101", path=place, handed_in_as=found_as),
        graded_row("x", None, path="x.json"),
        # A student may call a file as Moodle would: that makes it nobody else's.
        graded_row("amira", None, path="amira/Ben Li_5102_assignsubmission_file_x.json", handed_in_as="folder amira"),
    )

    assert main(["export", "moodle", "--feedback-zip", "feedback.zip"]) == 0
    with zipfile.ZipFile("feedback.zip") as archive:
        (name,) = archive.namelist()
        assert participant_of(name) == ("5101", "feedback.html")
        assert "The file was cut off." in archive.read(name).decode()


def test_the_whole_way_through_grades_a_download_of_moodle_and_writes_both_back(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with zipfile.ZipFile("8b-Reading-4711.zip", "w") as archive:
        for name, pid in (("Zoë O'Neil-Smith", 5101), ("Ben Li", 5102)):
            folder = f"{name}_{pid}_assignsubmission_file"
            archive.writestr(f"{folder}/who-says-so.redpencil.json", encoded(answers_file()))
    (tmp_path / "Grades.csv").write_text(SHEET, encoding="utf-8")
    main(["grade", "8b-Reading-4711.zip"])

    assert main(["export", "moodle", "--sheet", "Grades.csv", "--feedback-zip", "feedback.zip"]) == 0
    data = (tmp_path / "Grades-filled.csv").read_bytes()
    # A perfect reader of the article who writes nothing has 36 of 42 points.
    assert moodle_reads(data, SHEET.encode()) == ({"5101": (None, 36.0), "5102": (31.25, 36.0)}, {})
    with zipfile.ZipFile("feedback.zip") as archive:
        pages = {participant_of(name): archive.read(name).decode() for name in archive.namelist()}
    assert pages.keys() == {("5101", "feedback.html"), ("5102", "feedback.html")}
    assert all("<strong>36</strong> of 42 points" in page for page in pages.values())
    capsys.readouterr()


def test_a_feedback_zip_that_cannot_be_made_leaves_no_worksheet_that_nothing_is_told_of(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    gradebook_of(tmp_path, graded_row("S-18", 30.0, path="b.json"))
    (tmp_path / "Grades.csv").write_text(SHEET, encoding="utf-8")

    # No file of this gradebook came out of Moodle's download.
    assert main(["export", "moodle", "--sheet", "Grades.csv", "--feedback-zip", "feedback.zip"]) == 2

    assert "Download all submissions" in capsys.readouterr().err
    assert not (tmp_path / "Grades-filled.csv").exists()
    assert not (tmp_path / "feedback.zip").exists()


def test_without_a_sheet_the_command_says_where_to_get_it(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    gradebook_of(tmp_path, *CLASS)

    assert main(["export", "moodle"]) == 2
    assert "Download grading worksheet" in capsys.readouterr().err
