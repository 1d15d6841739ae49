"""Whose a submission is, by the roster: by an id, then by the exact name, and never by guess.

What cannot be matched waits, and counts for nobody until a person says whose it is.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from redpencil.document import KitError
from redpencil.grading.key_index import KeyIndex
from redpencil.grading.lms_names import CANVAS, MOODLE, canvas_name, canvas_sortable, moodle_name
from redpencil.grading.roster import Roster, Student, same_id, same_name
from redpencil.tables import called, first_row, read_table, rows_of, separators_of

if TYPE_CHECKING:
    from redpencil.grading.gradebook import Gradebook

BY_ID, BY_NAME, NOBODY = "id", "name", "nobody"
SUGGESTED = 3
# A suggestion is at least so like (Jaro-Winkler); it is shown, and never applied.
SUGGESTED_FROM = 0.8
# Names compared for suggestions; with more, only the first that wait get some.
COMPARED_AT_MOST = 200_000


class Matcher:
    """Finds the roster's student that a graded row belongs to."""

    def __init__(self, roster: Roster) -> None:
        self.roster = roster
        self._indexes: dict[str, KeyIndex] = {}

    def apply(self, rows: Iterable[dict[str, Any]]) -> None:
        """Give each row the id, name and section of its student, or let it wait for a person.

        A row has ``student_id`` as it was found, and ``handed_in_as``: what found it (a learning management system, the
        folder, the answers), the id, and the name that it has there, if any. It gets ``matched_by``. A name that only
        the answers give counts where nothing else says whose they are.
        """
        for row in rows:
            source = row["handed_in_as"].partition(" ")[0]
            name = row["handed_in_as"].removeprefix(source).strip().removeprefix(row["student_id"]).strip()
            number, by = self._find(source, row["student_id"], name)
            row["matched_by"] = by
            if number is not None:
                student = self.roster[number]
                name = student.name or row["student_name"]
                row.update(student_id=student.id, student_name=name, section=student.section)

    def _find(self, source: str, id: str, name: str) -> tuple[int | None, str]:
        by_id = self._index("id", _ids).get(same_id(id))
        by_name = self._by_name(source, name or id)
        if len(by_id) == 1:
            # An id of another system may be one of this by chance. The name then belongs to somebody else.
            if len(by_name) == 1 and by_name != by_id:
                return None, NOBODY
            return by_id[0], BY_ID
        if not by_id and len(by_name) == 1:
            return by_name[0], BY_NAME
        return None, NOBODY

    def _by_name(self, source: str, name: str) -> list[int]:
        if source == CANVAS:
            return self._index(CANVAS, _canvas_names).get(_canvas_key(name))
        if source == MOODLE:
            return self._index(MOODLE, _moodle_names).get(same_name(name))
        return self._index("name", _names).get(same_name(name))

    def _index(self, called: str, keys: Callable[[Student], Iterable[str]]) -> KeyIndex:
        if called not in self._indexes:
            pairs = ((key, n) for n, student in enumerate(self.roster) for key in keys(student) if key)
            self._indexes[called] = KeyIndex(pairs, lambda n: keys(self.roster[n]))
        return self._indexes[called]

    def student(self, id: str) -> Student | None:
        """The one student of the roster with this id, of any kind."""
        found = self._index("id", _ids).get(same_id(id))
        return self.roster[found[0]] if len(found) == 1 else None


def _ids(student: Student) -> list[str]:
    return [same_id(id) for id in student.ids]


def _spelled(student: Student) -> list[str]:
    """The ways in which the roster itself spells a name: as it stands, and with the last name first or last."""
    spelled = [student.name, student.sortable]
    if student.last and student.first:
        spelled += [f"{student.first} {student.last}", f"{student.last}, {student.first}"]
    for name in (student.name, student.sortable):
        last, comma, first = name.partition(",")
        if comma and "," not in first:
            spelled.append(f"{first.strip()} {last.strip()}")
    return spelled


def _names(student: Student) -> list[str]:
    return [same_name(name) for name in _spelled(student)]


def _moodle_names(student: Student) -> list[str]:
    """The name as Moodle writes it, without apostrophes and more; and as it stands, as a person would put it right."""
    return [same_name(name) for spelled in _spelled(student) for name in (moodle_name(spelled), spelled)]


def _canvas_names(student: Student) -> list[str]:
    """The name as Canvas writes it into a file's name: sorted by the roster's columns, else by Canvas' own rule."""
    if student.last and student.first:
        return [_canvas_key(canvas_name(f"{student.last}, {student.first}"))]
    if student.sortable:
        return [_canvas_key(canvas_name(student.sortable))]
    return [_canvas_key(canvas_name(student.name if "," in student.name else canvas_sortable(student.name)))]


def _canvas_key(name: str) -> str:
    # Older versions wrote a hyphen for each character that they took out, and for underscores.
    return same_name(name).replace("-", "").replace("_", "")


# What waits, and a person's word


@dataclass(frozen=True, slots=True)
class Waiting:
    """An identity that nobody is known by: what was handed in under it, and who of the roster has a name like it.

    ``suggestions`` are (id, name, section); they are shown, and never applied.
    """

    handed_in_as: str
    name: str
    exercises: tuple[str, ...]
    paths: tuple[str, ...]
    suggestions: tuple[tuple[str, str, str], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As it is printed with ``--json``."""
        suggestions = [dict(zip(("id", "name", "section"), one, strict=True)) for one in self.suggestions]
        return {
            "handed_in_as": self.handed_in_as, "name": self.name, "exercises": list(self.exercises),
            "paths": list(self.paths), "suggestions": suggestions,
        }  # fmt: skip


def waiting(gradebook: Gradebook, roster: Roster | None = None) -> Iterator[Waiting]:
    """What waits in the gradebook, by identity, one at a time; with a roster, who of it comes near."""
    compared = 0
    group: list[Any] = []

    def of(rows: Sequence[Any]) -> Waiting:
        nonlocal compared
        near: tuple[tuple[str, str, str], ...] = ()
        if roster is not None and compared < COMPARED_AT_MOST:
            compared += len(roster)
            near = _near(roster, rows[0].student_name or rows[0].student_id)
        exercises = tuple(dict.fromkeys(row.exercise for row in rows if row.exercise))
        return Waiting(rows[0].handed_in_as, rows[0].student_name, exercises, tuple(row.path for row in rows), near)

    for row in gradebook.of_nobody():
        if group and row.handed_in_as != group[0].handed_in_as:
            yield of(group)
            group = []
        group.append(row)
    if group:
        yield of(group)


def _near(roster: Roster, name: str) -> tuple[tuple[str, str, str], ...]:
    """The students whose names are most like this one, letter by letter, in either order of their parts."""
    from redpencil.names.likeness import jaro_winkler

    wanted = _letters(name)
    if not wanted:
        return ()
    found = []
    for student in roster:
        spelled = [key for key in (_letters(one) for one in _spelled(student)) if key]
        likeness = max((jaro_winkler(wanted, key) for key in spelled), default=0.0)
        if likeness >= SUGGESTED_FROM:
            found.append((-likeness, student.id, student.name, student.section))
    return tuple((id, name, section) for _, id, name, section in sorted(found)[:SUGGESTED])


def _letters(name: str) -> str:
    return "".join(c for c in same_name(name) if c.isalnum())


def without_submission(gradebook: Gradebook, roster: Roster, exercise: str) -> Iterator[Student]:
    """The students of the roster of whom there is nothing for an exercise, in any state."""
    there = array("q", sorted(hash(id) for id in _students_with(gradebook, exercise)))
    for student in roster:
        at = bisect_left(there, hash(student.id))
        if at == len(there) or there[at] != hash(student.id):
            yield student


def _students_with(gradebook: Gradebook, exercise: str) -> Iterator[str]:
    """The ids of whom there is something for an exercise, or something that could not be read."""
    from sqlalchemy import select

    from redpencil.grading.schema import submissions

    query = select(submissions.c.student_id).where(
        submissions.c.exercise.in_([exercise, ""]), submissions.c.is_current, submissions.c.matched_by != NOBODY
    )
    with gradebook.engine.connect() as connection:
        yield from connection.execution_options(yield_per=1_000).execute(query.distinct()).scalars()


@dataclass(frozen=True, slots=True)
class Word:
    """A person's word on whose an identity is; ``student_id`` is ``""`` if an earlier word is taken back."""

    handed_in_as: str
    student_id: str
    reason: str = ""


def settle(gradebook: Gradebook, words: Sequence[Word], roster: Roster | None, by: str = "") -> list[tuple[Word, int]]:
    """Match by hand, all or nothing as far as what was said can be checked; return how many rows each word bears on.

    Raises KitError if nothing was handed in under an identity, the roster has no such student, or a word is to be taken
    back where there is none.
    """
    matcher = Matcher(roster) if roster is not None else None
    known = _Identities(gradebook)
    checked: list[tuple[Word, Student | None]] = []
    for word in words:
        identity = known.get(word.handed_in_as)
        if not word.student_id and not gradebook.is_matched_by_hand(identity):
            raise KitError(
                f"Nobody has said whose “{identity}” is, so that there is nothing to take back.\n"
                f'If it is another student’s, say so: redpencil match "{identity}" STUDENT_ID. Nothing was changed.'
            )
        student = None
        if word.student_id and matcher is not None:
            student = matcher.student(word.student_id)
            if student is None:
                raise KitError(
                    f"“{word.student_id}” is no id of one student on the roster {matcher.roster.file}.\n"
                    "Write an id as it stands there; or add the student to the roster. Nothing was changed."
                )
        id = student.id if student is not None else word.student_id
        checked.append((Word(identity, id, word.reason), student))
    done = []
    for word, student in checked:
        name, section = (student.name, student.section) if student is not None else ("", "")
        rows = gradebook.match(
            word.handed_in_as, word.student_id, student_name=name, section=section, reason=word.reason, by=by
        )
        done.append((word, rows))
    return done


class _Identities:
    """The identities in a gradebook, as they were found and as they are compared."""

    def __init__(self, gradebook: Gradebook) -> None:
        from sqlalchemy import select

        from redpencil.grading.schema import submissions

        self._there: dict[str, list[str]] = {}
        query = select(submissions.c.handed_in_as).where(submissions.c.handed_in_as != "").distinct()
        with gradebook.engine.connect() as connection:
            for identity in connection.execute(query).scalars():
                self._there.setdefault(same_name(identity), []).append(identity)

    def get(self, text: str) -> str:
        """The identity that a person wrote: as it stands, else but for case and spaces. Raises KitError if none."""
        found = self._there.get(same_name(text), [])
        if text in found:
            return text
        if len(found) == 1:
            return found[0]
        if found:
            raise KitError(f"“{text}” may be {' or '.join(f'“{one}”' for one in found)}. Write it as it stands there.")
        raise KitError(
            f"Nothing was handed in as “{text}”.\n"
            'Write it as redpencil match lists it, in quotation marks, such as: "canvas 12345 lovelaceada"'
        )


_CSV_COLUMNS = {
    "handed_in_as": "handed in as; as; identity",
    "student_id": "student id; student; id",
    "reason": "reason; comment; why",
}


def read_words(path: Path) -> list[Word]:
    """A table of matches: handed in as, student id, and a reason if there is one. Raises KitError with the line."""
    text, _ = read_table(path, "a table of matches", "matches.csv", "cp1252")
    text, separators = separators_of(path, text, "handed in as")
    for separator in separators:
        columns = _csv_columns(first_row(text, separator))
        if {"handed_in_as", "student_id"} <= set(columns):
            break
    else:
        raise KitError(
            f"{path} has no columns “handed in as” and “student id”.\n"
            "The first line has to name the columns: handed in as,student id,reason"
        )
    words = []
    for line, _, cells in rows_of(path, text, separator):
        of = {name: cells[at].strip() if at < len(cells) else "" for name, at in columns.items()}
        if not of["handed_in_as"] or not of["student_id"]:
            missing = "handed in as" if not of["handed_in_as"] else "student id"
            raise KitError(f"{path}, line {line}: there is nothing under “{missing}”. Fill it in, or delete the line.")
        words.append(Word(of["handed_in_as"], of["student_id"], of.get("reason", "")))
    if not words:
        raise KitError(f"{path} has no rows. Below the line with the columns, write one match in each row.")
    return words


def _csv_columns(cells: Sequence[str]) -> Mapping[str, int]:
    of = {name.strip(): column for column, line in _CSV_COLUMNS.items() for name in line.split(";")}
    return {of[called(cell)]: at for at, cell in reversed(list(enumerate(cells))) if called(cell) in of}
