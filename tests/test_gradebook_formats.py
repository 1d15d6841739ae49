"""A gradebook of an earlier kit is brought to the present format, with everything that stands in it."""

import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect

from redpencil.cli import main
from redpencil.document import KitError
from redpencil.grading import schema
from redpencil.grading.gradebook import Gradebook

# What the first kit wrote for three students: ada handed in twice, ben's free text waits, one file was cut off.
FORMAT_1 = Path(__file__).with_name("gradebook-format-1.sql").read_text(encoding="utf-8")


@pytest.fixture
def old(tmp_path, monkeypatch):
    """The file of a gradebook of format 1, in the current folder."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "gradebook.sqlite"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(FORMAT_1)
    return file


def query(file, sql):
    with closing(sqlite3.connect(file)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(sql)]


def test_every_row_of_format_1_is_kept_and_gets_the_new_columns(old):
    before = query(old, "SELECT * FROM submissions ORDER BY id")
    changes = query(old, "SELECT * FROM changes")

    Gradebook().close()
    after = query(old, "SELECT * FROM submissions ORDER BY id")

    assert len(before) == 4
    new = {
        "handed_in_as": "", "late": 0, "attempt": 0, "handed_in_at": "", "matched_by": "", "section": "",
        "manual": "{}",
    }  # fmt: skip
    kept = [{name: value for name, value in row.items() if name not in new} for row in after]
    assert [{**row, "details": ""} for row in kept] == [{**row, "details": ""} for row in before]
    assert [{name: row[name] for name in new} for row in after] == [new] * 4
    assert query(old, "SELECT * FROM changes") == changes
    assert query(old, "SELECT name, value FROM about") == [{"name": "format", "value": "2"}]
    assert query(old, "SELECT version_num FROM alembic_version") == [{"version_num": "2"}]


def test_what_waits_is_told_by_name_after_the_upgrade_and_nothing_else_of_the_details_changes(old):
    before = {row["path"]: json.loads(row["details"]) for row in query(old, "SELECT path, details FROM submissions")}

    Gradebook().close()
    after = {row["path"]: json.loads(row["details"]) for row in query(old, "SELECT path, details FROM submissions")}

    assert after["ben/w.redpencil.json"].pop("free_text") == {"evidence": True}
    assert after == before


def described(file):
    """Columns, keys and indexes of every table of an SQLite file."""
    engine = create_engine(f"sqlite:///{file}")
    seen = inspect(engine)
    tables = {
        table: (
            {c["name"]: (str(c["type"]), c["nullable"], c["default"]) for c in seen.get_columns(table)},
            seen.get_pk_constraint(table)["constrained_columns"],
            sorted((u["name"], tuple(u["column_names"])) for u in seen.get_unique_constraints(table)),
            sorted((i["name"], tuple(i["column_names"])) for i in seen.get_indexes(table)),
        )
        for table in seen.get_table_names()
    }
    engine.dispose()
    return tables


def test_an_upgraded_gradebook_has_the_tables_of_a_new_one(old, tmp_path):
    Gradebook().close()
    Gradebook(f"sqlite:///{tmp_path / 'new.sqlite'}").close()

    assert described(old) == described(tmp_path / "new.sqlite")
    assert set(described(old)) == {"about", "alembic_version", "submissions", "changes", "decisions", "matches"}


def test_grading_goes_on_in_a_gradebook_of_format_1(old, capsys):
    assert main(["export", "csv", "--output", "grades.csv"]) == 0
    assert "ben,,,who-says-so,needs-manual" in Path("grades.csv").read_text(encoding="utf-8")


def test_an_upgrade_that_fails_leaves_the_gradebook_as_it_was(old, monkeypatch):
    whole = query(old, "SELECT * FROM submissions")
    real = schema.upgrade

    def fails(connection):
        real(connection)
        raise KitError("the power went out")

    with monkeypatch.context() as patch:
        patch.setattr(schema, "upgrade", fails)
        with pytest.raises(KitError, match="the power went out"):
            Gradebook()

    assert query(old, "SELECT * FROM submissions") == whole
    assert query(old, "SELECT value FROM about") == [{"value": "1"}]
    assert query(old, "SELECT name FROM sqlite_master WHERE name IN ('alembic_version', 'decisions')") == []
    Gradebook().close()
    assert query(old, "SELECT value FROM about") == [{"value": "2"}]


def test_two_that_open_an_old_gradebook_at_once_upgrade_it_once(old):
    script = "from redpencil.grading.gradebook import Gradebook; Gradebook().close()"
    command = [sys.executable, "-c", script]
    both = [subprocess.Popen(command, cwd=old.parent, stderr=subprocess.PIPE, text=True) for _ in range(3)]

    assert [(one.communicate(timeout=120)[1], one.returncode) for one in both] == [("", 0)] * 3
    assert query(old, "SELECT version_num FROM alembic_version") == [{"version_num": "2"}]


@pytest.mark.parametrize("value", ["99", "3"])
def test_a_gradebook_of_a_newer_kit_is_refused_and_left_alone(old, value):
    with closing(sqlite3.connect(old)) as connection:
        connection.execute("UPDATE about SET value = ?", (value,))
        connection.commit()
    before = old.read_bytes()

    with pytest.raises(KitError, match=rf"has the format {value}; this kit reads up to 2.*\n.*Update the kit"):
        Gradebook()
    # The journal's mode is set when the file is opened; it stands in bytes 18 and 19.
    assert old.read_bytes()[100:] == before[100:]


def test_a_database_that_is_no_gradebook_is_refused(tmp_path):
    file = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(
            "CREATE TABLE about (name TEXT, value TEXT); INSERT INTO about VALUES ('format', 'x');"
        )

    with pytest.raises(KitError, match="belongs to something else"):
        Gradebook(f"sqlite:///{file}")


def test_an_up_to_date_gradebook_and_a_new_one_load_no_alembic(tmp_path):
    script = (
        "import sys\nfrom redpencil.grading.gradebook import Gradebook\nimport redpencil.grading.grade\n"
        "Gradebook().close()\nGradebook().close()\nprint('alembic' in sys.modules, 'mako' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)

    assert ran.stdout == "False False\n"


def test_the_upgrade_needs_no_file_but_the_package(old, tmp_path):
    # As from a wheel in a place of its own: no alembic.ini, another current folder.
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    moved = shutil.copy(old, elsewhere / "g.sqlite")
    script = f"from redpencil.grading.gradebook import Gradebook; Gradebook('sqlite:///{moved}').close()"
    subprocess.run([sys.executable, "-c", script], cwd=elsewhere, check=True)

    assert sorted(path.name for path in elsewhere.iterdir()) == ["g.sqlite"]
    assert query(moved, "SELECT value FROM about") == [{"value": "2"}]
