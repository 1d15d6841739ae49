"""Reading one submission: a notebook or an answers file becomes answers, or a state with its reason.

A submission is hostile until it is parsed. It is read as JSON, bounded in size, and checked against the exercise;
nothing in it is executed, imported or used as a path.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import stat
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

from redpencil.annotation import link_roles
from redpencil.document import FORMAT
from redpencil.exercise import LABEL_SETS, Answers, Exercise, Item
from redpencil.grading.shown import written_out
from redpencil.grading.times import moment
from redpencil.scoring import Pair

MIME_TYPE = "application/vnd.redpencil.answers+json"

# Bytes of a file, values in it, marks of an item, spans of a mark, characters of a free text and of a name. The values
# are bounded for the memory that they take: an empty list has two bytes in the file and sixty in memory.
BYTES_AT_MOST = 20_000_000
VALUES_AT_MOST = 1_000_000
MARKS_AT_MOST = 10_000
SPANS_AT_MOST = 50
CHARACTERS_AT_MOST = 20_000
NAME_AT_MOST = 200
NOTE_AT_MOST = 2_000
HINTS_AT_MOST = 1_000
# Links of an item, and how often its marks may cover the text over in all: what is shown of them stays in bounds.
LINKS_AT_MOST = 4 * MARKS_AT_MOST
COVERED_AT_MOST = 20

# Bytes that are asked for at least: some drives say that a file has none, and give them all the same.
PIECE = 65_536

# How a file that was handed in is opened. What was an ordinary file when it was found may have become a pipe, which
# would be waited for, or a link, which would be followed. Not every system has these.
_AS_FOUND = os.O_RDONLY
for _flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):
    _AS_FOUND |= getattr(os, _flag, 0)

# The format of notebooks that Jupyter writes; later ones are read as long as they have cells.
NBFORMAT = 4

# The states of a submission; only what is graded has a number.
GRADED, NEEDS_MANUAL, UNREADABLE, EMPTY = "graded", "needs-manual", "unreadable", "empty"
WRONG_EXERCISE, TOO_LARGE, DUPLICATE = "wrong-exercise", "too-large", "duplicate"

# Half of a surrogate pair is no character: it cannot be written as UTF-8. NUL is none that a database takes.
_NO_CHARACTER = re.compile("[\x00\ud800-\udfff]")
_VERSION = re.compile("[0-9a-f]{64}")
_SAVED_AT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)?")


class NotGraded(Exception):  # noqa: N818  a state of a submission, not an error of the program
    """A submission that gets no number: its state, and a reason with the next step."""

    def __init__(self, state: str, reason: str) -> None:
        super().__init__(f"{state}: {reason}")
        self.state = state
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Mark:
    """A submitted mark, checked: its spans lie in the text, its links lead to the ids of other marks, with a role.

    ``actor`` is the id of whom it hits, one of its item's, or ``""``.
    """

    id: str
    label: str
    spans: tuple[Pair, ...]
    links: tuple[tuple[str, str], ...] = ()
    note: str = ""
    actor: str = ""

    def to_json(self) -> dict[str, Any]:
        """The mark in the answers' format, with nothing in it that was not checked; its quotes are in the text."""
        row: dict[str, Any] = {"id": self.id, "label": self.label, "spans": self.spans}
        if self.links:
            row["links"] = [{"to": to, "role": role} for to, role in self.links]
        if self.note:
            row["note"] = self.note
        if self.actor:
            row["actor"] = self.actor
        return row


@dataclass(frozen=True, slots=True)
class CheckedAnswers:
    """Answers that fit their exercise: labels by choice item, marks by marking item, texts by free-text item.

    Items that were not answered are absent.
    """

    choices: Mapping[str, str]
    marks: Mapping[str, tuple[Mark, ...]]
    texts: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """The answers by item id, as they are stored."""
        marks = {id: [mark.to_json() for mark in marked] for id, marked in self.marks.items()}
        return {**self.choices, **marks, **self.texts}


def read_file(file: Path, at_most: int | None = None) -> bytes:
    """The bytes of a file that was handed in, the first ``at_most``; by default one more than are allowed.

    Raises OSError if it cannot be read, or is no ordinary file.
    """
    descriptor = os.open(file, _AS_FOUND)
    try:
        about = os.fstat(descriptor)
        if not stat.S_ISREG(about.st_mode):
            raise OSError(errno.EINVAL, "it is no ordinary file any more", str(file))
        left = BYTES_AT_MOST + 1 if at_most is None else at_most
        pieces = []
        # Room is made for as many bytes as are asked for: those that are there, and one to see whether it grew.
        while left and (piece := os.read(descriptor, min(left, max(about.st_size + 1, PIECE)))):
            pieces.append(piece)
            left -= len(piece)
        return b"".join(pieces)
    finally:
        os.close(descriptor)


def bounded_name(name: str) -> str:
    """A name that has room in the gradebook; a longer one ends in a part of its sha256, so that two names stay two."""
    if len(name) <= NAME_AT_MOST:
        return name
    return f"{name[: NAME_AT_MOST - 13]}~{hashlib.sha256(name.encode('utf-8', 'backslashreplace')).hexdigest()[:12]}"


def read_submission(data: bytes, exercise: str | None = None) -> Answers:
    """Read the bytes of a notebook (nbformat 4, or a later one that has cells as well) or of an answers file.

    A notebook may hold several answers; those to ``exercise`` are preferred, and among them the last saved.
    Raises NotGraded with the state and the reason if there is nothing to grade, or if the file says two things at once:
    a name twice in one object, or different answers that were saved at the same time. Which of them the student saw is
    not to be known, and no program that saves worksheets writes either.
    """
    row = _parse(data)
    if "redpencil" in row:
        return answers_from_json(row)
    if isinstance(row.get("cells"), list):
        return _from_notebook(row, exercise)
    version = row.get("nbformat")
    if isinstance(row.get("worksheets"), list):
        known = version if type(version) is int and 1 <= version <= 3 else 3
        _unreadable(
            f"This is a notebook of the old format {known}. Open it in a current Jupyter, save it, and hand it in "
            "again."
        )
    if type(version) is int and version > NBFORMAT:
        _unreadable(
            f"This is a notebook of the format {_short(version)}; this kit reads format {NBFORMAT}. Update the kit, or "
            "ask for the file that “Hand in” saves (.redpencil.json)."
        )
    raise NotGraded(
        UNREADABLE,
        "This is JSON, but neither a notebook nor an answers file. Hand in the worksheet (.ipynb) or the file that "
        "“Hand in” saves (.redpencil.json).",
    )


def answers_from_json(row: object) -> Answers:
    """Check the form of an answers object (format 1), without knowing the exercise. Raises NotGraded."""
    if not isinstance(row, dict):
        _unreadable(f"The answers are {_short(row)}; expected an object.")
    if row.get("redpencil") != FORMAT or isinstance(row.get("redpencil"), bool):
        _unreadable(
            f"The answers have the format {_short(row.get('redpencil'))}; this kit reads format {FORMAT}. "
            "If it is newer, update the kit."
        )
    texts = {}
    for name, at_most in (("exercise", 64), ("exercise_version", 64), ("saved_at", 40)):
        value = row.get(name, "" if name == "saved_at" else None)
        if not isinstance(value, str) or len(value) > at_most or _NO_CHARACTER.search(value):
            _unreadable(f"The answers’ {name!r} is {_short(value)}; expected a text of at most {at_most} characters.")
        texts[name] = value
    if texts["saved_at"] and not _SAVED_AT.fullmatch(texts["saved_at"]):
        _unreadable(
            f"The answers’ 'saved_at' is {_short(texts['saved_at'])}; expected a time such as 2026-01-31T09:30:00Z."
        )
    student = row.get("student") or {}
    if not isinstance(student, dict):
        _unreadable(f"The answers’ 'student' is {_short(student)}; expected an object with id and name.")
    who = {}
    for name in ("id", "name"):
        value = student.get(name, "")
        # Two ways to write an “ë” are one student; a composed name may have more characters than were written.
        whole = unicodedata.normalize("NFC", value) if isinstance(value, str) else value
        if not isinstance(whole, str) or len(whole) > NAME_AT_MOST or _NO_CHARACTER.search(whole):
            _unreadable(
                f"The student’s {name} is {_short(value)}; expected a text of at most {NAME_AT_MOST} characters."
            )
        who[name] = whole.strip()
    hints = row.get("hints") or {}
    if not isinstance(hints, dict) or not all(type(n) is int and 0 <= n <= HINTS_AT_MOST for n in hints.values()):
        _unreadable(f"'hints' is {_short(hints)}; expected an object of item ids and whole numbers.")
    answers = row.get("answers")
    if not isinstance(answers, dict):
        _unreadable(f"'answers' is {_short(answers)}; expected an object of item ids and answers.")
    return Answers(
        exercise=texts["exercise"],
        exercise_version=texts["exercise_version"],
        answers=answers,
        student_id=who["id"],
        student_name=who["name"],
        saved_at=texts["saved_at"],
        hints=hints,
    )


def check_answers(exercise: Exercise, answers: Answers) -> CheckedAnswers:
    """Hold answers against their exercise.

    Raises NotGraded: ``wrong-exercise`` if they belong to another exercise or version, ``unreadable`` if an answer is
    not in the format or its offsets lie outside the text, ``too-large`` if there is too much of it, ``empty`` if
    nothing was answered.
    """
    if answers.exercise != exercise.id:
        raise NotGraded(
            WRONG_EXERCISE,
            f"These are answers to {_short(answers.exercise)}, not to {exercise.id!r}. Ask for the right file.",
        )
    if answers.exercise_version not in exercise.fitting_versions:
        if not _VERSION.fullmatch(answers.exercise_version):
            # Whoever reads the reason below copies from it; only a version may stand there.
            _unreadable(
                f"The answers’ 'exercise_version' is {_short(answers.exercise_version)}; expected 64 hexadecimal "
                "digits. The file was changed by hand. Ask for it again."
            )
        raise NotGraded(
            WRONG_EXERCISE,
            f"These are answers to another version of {exercise.id} ({answers.exercise_version[:12]}…; the key is for "
            f"{exercise.version[:12]}…): the text or the questions changed. Grade them with the files that were handed "
            f'out; or, if only words were mended, add to exercise.toml: still_fits = ["{answers.exercise_version}"]',
        )
    choices: dict[str, str] = {}
    marks: dict[str, tuple[Mark, ...]] = {}
    texts: dict[str, str] = {}
    items = exercise.item_by_id
    for id in (*answers.answers, *answers.hints):
        if id not in items:
            _unreadable(f"There is an answer or a hint to {_short(id)}, which is no item of {exercise.id}.")
    for id, answer in answers.answers.items():
        item = items[id]
        if answer is None or answer == "" or answer == []:
            continue
        if item.kind == "choice":
            choices[id] = _choice(item, answer)
        elif item.kind == "marks":
            marks[id] = _marks(item, answer, exercise.document.text)
        elif text := _free_text(item, answer):
            texts[id] = text
    if not choices and not marks and not texts:
        raise NotGraded(EMPTY, "Nothing was answered. If that is not so, ask for the file again.")
    return CheckedAnswers(choices, marks, texts)


def _parse(data: bytes) -> dict[str, Any]:
    if len(data) > BYTES_AT_MOST:
        raise NotGraded(TOO_LARGE, too_large(len(data)))
    # A file with fewer bytes cannot hold so many.
    if len(data) > VALUES_AT_MOST and sum(map(data.count, (b",", b"[", b"{"))) > VALUES_AT_MOST:
        raise NotGraded(
            TOO_LARGE,
            f"The file holds more than {VALUES_AT_MOST:,} values; it is no worksheet as it was handed out. "
            "Ask for the worksheet alone.",
        )
    if not data.strip():
        _unreadable("The file is empty: it was cut off when it was saved or sent. Ask for it again.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        _unreadable(
            f"The file is not UTF-8 text (byte {error.start}); it is no notebook and no answers file. Ask for it again."
        )
    try:
        row = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        if error.pos >= len(text.rstrip()) - 1 or error.msg.startswith("Unterminated string"):
            _unreadable(
                f"The file ends in the middle (line {error.lineno}): it was cut off when it was saved or sent. "
                "Ask for it again."
            )
        _unreadable(
            f"The file is not JSON: {error.msg} at line {error.lineno}, column {error.colno}. Ask for it again."
        )
    except RecursionError:
        _unreadable("The file is nested too deeply to be a notebook or an answers file.")
    except ValueError as error:
        _unreadable(f"The file holds a number that JSON does not have or that is too long ({_short(str(error))}).")
    if not isinstance(row, dict):
        _unreadable(f"The file holds {_short(row)}; expected a notebook or an answers file.")
    return row


def _from_notebook(notebook: Mapping[str, Any], exercise: str | None) -> Answers:
    found: list[Answers] = []
    problem: NotGraded | None = None
    for output in _answer_outputs(notebook):
        try:
            found.append(answers_from_json(output))
        except NotGraded as error:
            problem = error
    if problem and not found:
        raise problem
    if not found:
        metadata = notebook.get("metadata")
        about = metadata.get("redpencil") if isinstance(metadata, dict) else None
        if isinstance(about, dict) and "exercise" in about:
            raise NotGraded(
                EMPTY,
                "The worksheet holds no answers: its cell was never run, or not saved afterwards. Ask for it again.",
            )
        raise NotGraded(
            WRONG_EXERCISE, "This notebook is no worksheet of the kit: it holds no answers. Ask for the right file."
        )
    fitting = [a for a in found if a.exercise == exercise] or found
    counts = max(fitting, key=lambda a: moment(a.saved_at))
    for other in fitting:
        if moment(other.saved_at) == moment(counts.saved_at) and not _are_same(other, counts):
            _unreadable(
                "The notebook holds two different answers that were saved at the same time "
                f"({_short(counts.saved_at)}), so that nobody can say which of them counts. The file was changed by "
                "hand. Ask for it again."
            )
    return counts


def _answer_outputs(notebook: Mapping[str, Any]) -> Iterator[Any]:
    for cell in notebook["cells"]:
        outputs = cell.get("outputs") if isinstance(cell, dict) else None
        for output in outputs if isinstance(outputs, list) else ():
            data = output.get("data") if isinstance(output, dict) else None
            if isinstance(data, dict) and MIME_TYPE in data:
                yield data[MIME_TYPE]


@cache
def _label_ids(layer: str) -> Mapping[str, None]:
    return dict.fromkeys(label.id for label in LABEL_SETS[layer])


def _choice(item: Item, answer: object) -> str:
    labels = _label_ids(item.layer)
    if not isinstance(answer, str) or answer not in labels:
        _unreadable(f"The answer to {item.id} is {_short(answer)}; expected one of {', '.join(labels)}.")
    return answer


def _free_text(item: Item, answer: object) -> str:
    if not isinstance(answer, str):
        _unreadable(f"The answer to {item.id} is {_short(answer)}; expected a text.")
    if len(answer) > CHARACTERS_AT_MOST:
        raise NotGraded(
            TOO_LARGE,
            f"The answer to {item.id} has {len(answer):,} characters; at most {CHARACTERS_AT_MOST:,} are read.",
        )
    if _NO_CHARACTER.search(answer):
        _unreadable(f"The answer to {item.id} holds half a character (a lone surrogate) or a NUL.")
    return answer.strip()


def _marks(item: Item, answer: object, text: str) -> tuple[Mark, ...]:
    if not isinstance(answer, list):
        _unreadable(f"The answer to {item.id} is {_short(answer)}; expected a list of marks.")
    if len(answer) > MARKS_AT_MOST:
        raise NotGraded(TOO_LARGE, f"There are {len(answer):,} marks in {item.id}; at most {MARKS_AT_MOST:,} are read.")
    labels = _label_ids(item.layer)
    actors = {"", *(actor.id for actor in item.actors)}
    ids: set[str] = set()
    rows: list[tuple[str, str, tuple[Pair, ...], Any, str, str]] = []
    for n, mark in enumerate(answer, start=1):
        where = f"mark {n} of {item.id}"
        if not isinstance(mark, dict):
            _unreadable(f"The {where} is {_short(mark)}; expected an object.")
        label = mark.get("label")
        if not isinstance(label, str) or label not in labels:
            _unreadable(f"The {where} has the label {_short(label)}; expected one of {', '.join(sorted(labels))}.")
        note = mark.get("note", "")
        if not isinstance(note, str) or len(note) > NOTE_AT_MOST or _NO_CHARACTER.search(note):
            _unreadable(
                f"The {where} has the note {_short(note)}; expected a text of at most {NOTE_AT_MOST:,} characters."
            )
        actor = mark.get("actor", "")
        if not isinstance(actor, str) or actor not in actors:
            known = ", ".join(one.id for one in item.actors)
            _unreadable(
                f"The {where} hits {_short(actor)}; expected {f'one of {known}' if known else 'no actor in this item'}."
            )
        id = mark.get("id", f"mark {n}")
        if not isinstance(id, str) or not 0 < len(id) <= 64 or _NO_CHARACTER.search(id) or id in ids:
            _unreadable(f"The {where} has the id {_short(id)}; expected a text of its own.")
        ids.add(id)
        rows.append((id, label, _mark_spans(mark, text, where), mark.get("links", ()), note, actor))
    covered = sum(end - start for _, _, spans, *_ in rows for start, end in spans)
    if covered > COVERED_AT_MOST * len(text):
        raise NotGraded(
            TOO_LARGE,
            f"The marks of {item.id} cover the text {covered // len(text)} times; at most {COVERED_AT_MOST} are read.",
        )
    if sum(len(links) for _, _, _, links, *_ in rows if isinstance(links, list)) > LINKS_AT_MOST:
        raise NotGraded(TOO_LARGE, f"The marks of {item.id} have too many links; at most {LINKS_AT_MOST:,} are read.")
    return tuple(
        Mark(id, label, spans, _mark_links(links, ids, item.layer, f"mark {n} of {item.id}"), note, actor)
        for n, (id, label, spans, links, note, actor) in enumerate(rows, start=1)
    )


def _mark_spans(mark: Mapping[str, Any], text: str, where: str) -> tuple[Pair, ...]:
    spans, quotes = mark.get("spans"), mark.get("quotes")
    if not isinstance(spans, list) or not spans:
        _unreadable(f"The {where} has the spans {_short(spans)}; expected [[start, end], …].")
    if len(spans) > SPANS_AT_MOST:
        raise NotGraded(TOO_LARGE, f"The {where} has {len(spans):,} pieces; at most {SPANS_AT_MOST} are read.")
    if quotes is not None and (not isinstance(quotes, list) or len(quotes) != len(spans)):
        _unreadable(f"The {where} has {_short(quotes)} for its quotes; expected one text for each span.")
    checked: list[Pair] = []
    for n, span in enumerate(spans):
        if not isinstance(span, list) or len(span) != 2 or type(span[0]) is not int or type(span[1]) is not int:
            _unreadable(f"The {where} has the span {_short(span)}; expected two whole numbers.")
        start, end = span
        if not 0 <= start < end <= len(text):
            _unreadable(
                f"The {where} goes from {_short(start)} to {_short(end)}, outside the text (0 to {len(text)}). "
                "The file was changed, or belongs to another text. Ask for it again."
            )
        if quotes is not None and quotes[n] != text[start:end]:
            _unreadable(
                f"The {where} quotes {_short(quotes[n])}, but the text reads {_short(text[start:end])} there. "
                "The offsets count something else, or the file was changed. Ask for it again."
            )
        checked.append((start, end))
    return tuple(checked)


def _mark_links(links: object, ids: Set[str], layer: str, where: str) -> tuple[tuple[str, str], ...]:
    if links == ():
        return ()
    if not isinstance(links, list) or len(links) > SPANS_AT_MOST:
        _unreadable(f"The {where} has the links {_short(links)}; expected a list.")
    checked: list[tuple[str, str]] = []
    for link in links:
        to, role = (link.get("to"), link.get("role")) if isinstance(link, dict) else (None, None)
        if not isinstance(to, str) or to not in ids or role not in link_roles(layer):
            _unreadable(f"The {where} has the link {_short(link)}; expected the id of a mark and its role.")
        checked.append((to, role))
    return tuple(checked)


def too_large(size: int) -> str:
    """The reason for a file that is not even read."""
    return f"The file has {size:,} bytes; at most {BYTES_AT_MOST:,} are read. It is no worksheet as it was handed out."


def _are_same(one: Answers, other: Answers) -> bool:
    try:
        return (one.exercise, one.answers) == (other.exercise, other.answers)
    except RecursionError:
        # What lies so deep is no answer; whichever of them counts is refused.
        return True


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) != len(pairs):
        twice = next(name for name, times in Counter(name for name, _ in pairs).items() if times > 1)
        _unreadable(
            f"The file has {_short(twice)} twice in one object, so that two programs would read two different answers "
            "in it. No program that saves worksheets writes that: it was changed by hand. Ask for it again."
        )
    return row


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _unreadable(reason: str) -> NoReturn:
    raise NotGraded(UNREADABLE, reason)


def _short(value: object, inside: bool = False) -> str:
    """A value as it may stand in a reason: bounded, on one line, with what is no visible character written out."""
    if isinstance(value, str):
        shown = json.dumps(value[:60], ensure_ascii=False)[1:-1] + ("…" if len(value) > 60 else "")
        return "“" + written_out(_NO_CHARACTER.sub("\N{REPLACEMENT CHARACTER}", shown)) + "”"
    if isinstance(value, dict):
        return f"an object with {len(value)} entries"
    if isinstance(value, list):
        # A list in a list is only counted: they may lie in each other a thousand deep.
        shown = "" if inside or len(value) > 3 else ", ".join(_short(one, inside=True) for one in value)
        return f"[{shown}]" if shown and len(shown) < 80 else f"a list of {len(value)}"
    if value is None:
        return "missing"
    if isinstance(value, int) and abs(value) >= 10**15:
        return "an enormous number"
    return str(value)
