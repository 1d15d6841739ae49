"""A class of which one student is hostile and one is honest: what is handed in, graded and looked at by the tests."""

from __future__ import annotations

import json
import sqlite3

import pytest

from perfect import answers_file, encoded
from redpencil.cli import main


class Course:
    """A folder with a class in it, and the commands over it, run in this process."""

    def __init__(self, folder, capsys):
        self.folder = folder
        self.capsys = capsys

    def put(self, path, data):
        """Hand something in at a path below the class's folder."""
        file = self.folder / "class" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data if isinstance(data, bytes) else encoded(data))
        return file

    def run(self, *arguments):
        """The exit status, standard output and standard error of a command."""
        status = main([str(one) for one in arguments])
        out, err = self.capsys.readouterr()
        return status, out, err

    def grade(self, *arguments):
        """Grade the class; the object that --json prints."""
        return json.loads(self.run("grade", "class", "--json", *arguments)[1])

    def rows(self):
        """The gradebook's rows by the path of what was handed in."""
        connection = sqlite3.connect(self.folder / "gradebook.sqlite")
        connection.row_factory = sqlite3.Row
        found = {row["path"]: dict(row) for row in connection.execute("SELECT * FROM submissions ORDER BY id")}
        connection.close()
        return found

    def pages(self):
        """Everything that feedback writes, by its path below the folder."""
        assert self.run("feedback")[0] == 0
        root = self.folder / "feedback"
        return {file.relative_to(root).as_posix(): file.read_text("utf-8") for file in root.rglob("*.html")}

    def table(self):
        """The CSV table as text."""
        assert self.run("export", "csv", "--output", "grades.csv")[0] == 0
        return (self.folder / "grades.csv").read_bytes().decode("utf-8")


@pytest.fixture
def course(tmp_path, monkeypatch, capsys):
    """A course's folder with one honest student, ada, who earns 36 of 42 points."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("redpencil.grading.pool.workers", lambda: 1)
    made = Course(tmp_path, capsys)
    made.put("ada/who-says-so.redpencil.json", answers_file())
    return made
