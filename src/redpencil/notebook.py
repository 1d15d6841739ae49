"""An exercise in a notebook: `work_on` shows it, and the student's answers land in the saved notebook by themselves.

Answers live in three places: the widget (gone with the kernel), the side file ``<id>.redpencil.json`` in the
notebook's folder (written at every change), and an output of the cell (what the notebook's next save stores). The key
is in none of them.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from difflib import SequenceMatcher
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets
from IPython.display import display, update_display

from redpencil.annotation import LINKS, Annotation
from redpencil.document import Document, KitError, Span, check_id, find_in_kit
from redpencil.exercise import (
    LABEL_SETS,
    Answers,
    Exercise,
    Item,
    exercise_from_json,
    load_exercise,
    load_key,
)
from redpencil.grading.submissions import (
    BYTES_AT_MOST,
    EMPTY,
    MIME_TYPE,
    TOO_LARGE,
    WRONG_EXERCISE,
    NotGraded,
    answers_from_json,
    check_answers,
    read_submission,
    too_large,
)
from redpencil.pages.markup import exercise_html
from redpencil.tone import tone_slider

if TYPE_CHECKING:
    import ipywidgets
    import pandas

COMPONENT = Path(__file__).with_name("component")

# Far above what a student needs, far below what would stall a notebook: one change carries all answers.
ANSWERS_BYTES_AT_MOST = 1_000_000
# How many notebooks are read when earlier answers are looked for, and how large an exercise may be.
NOTEBOOKS_AT_MOST = 50
EXERCISE_BYTES_AT_MOST = 20_000_000

NOT_ANSWERED = "no answer yet"

# A notebook redraws an output at every update: often enough that a save finds the last word, no oftener, so that typing
# stays smooth.
SECONDS_BETWEEN_UPDATES = 0.1


class RedPencil(anywidget.AnyWidget):
    """The exercise component as a widget; it needs no extension of Jupyter.

    Two traits are there to be read, and to be watched with ``observe``:

    - ``answers``: the stored object as a dict, ``{"redpencil": 1, "exercise", "exercise_version", "student", "answers":
      {item id: label id, text or list of marks}, "hints": {item id: how many}, "saved_at"}``. The browser writes it at
      every change; what is assigned to it is shown.
    - ``marks``: all marks in the order of the items, each a dict with ``item``, ``id``, ``label`` and ``spans`` (a list
      of ``[start, end]`` in code points of the text, end exclusive), ``quotes`` (the words of each span), and ``links``
      (a list of ``{"to": id, "role"}``), ``note`` and ``actor`` (the id of whom it hits) where there are any. It
      follows ``answers`` and is read only; of answers that are out of order the last that were in order stay.

    ``html`` is the exercise without its key. The key is handed over only when the browser asks for it, and is no trait:
    a notebook cannot store it.
    """

    _esm = COMPONENT / "red_pencil.js"
    _css = COMPONENT / "red_pencil.css"
    html = traitlets.Unicode().tag(sync=True)
    answers = traitlets.Dict(help="The stored object; see the class.").tag(sync=True)
    marks: traitlets.List[dict[str, Any]] = traitlets.List(read_only=True, help="All marks; see the class.")
    has_key = traitlets.Bool(default_value=False).tag(sync=True)

    def __init__(self, exercise: Exercise, key: Sequence[Annotation] = (), **traits: Any) -> None:
        self.exercise = exercise
        self._key = [annotation.to_json() for annotation in key]
        self._in_order = Answers(exercise.id, exercise.version, {})
        super().__init__(html=exercise_html(exercise), has_key=bool(key), **traits)
        self.on_msg(self._answer)

    @traitlets.observe("answers")
    def _follow(self, change: Mapping[str, Any]) -> None:
        try:
            self._in_order, _ = take_answers(change["new"], self.exercise, before=self._in_order)
        except NotGraded:
            return
        kept = self._in_order.answers
        items = [item.id for item in self.exercise.items if item.kind == "marks"]
        self.set_trait("marks", [{"item": item, **mark} for item in items for mark in kept.get(item, ())])

    def to_frame(self) -> pandas.DataFrame:
        """The answers as a pandas frame; see `answers_frame`."""
        return answers_frame(self.exercise, self._in_order)

    def _answer(self, _widget: object, message: object, _buffers: object) -> None:
        if isinstance(message, dict) and message.get("type") == "key?":
            self.send({"type": "key", "key": self._key})


def work_on(exercise_id: str) -> None:
    """Show an exercise and keep what you answer: in this notebook, and in a file beside it.

    Run the cell again at any time: your answers come back.
    """
    try:
        folder = Path.cwd()
        exercise = find_exercise(exercise_id, folder)
        worksheet = _OPEN.get((folder, exercise.id, exercise.version))
        if worksheet is None:
            worksheet = Worksheet(exercise, practice_key(exercise), folder)
            _OPEN[folder, exercise.id, exercise.version] = worksheet
        worksheet.show()
    except KitError as error:
        raise _ToldError(str(error)) from None
    except OSError as error:
        name = Path(error.filename or "").name or "A file"
        raise _ToldError(
            f"{name} in the notebook's folder cannot be used: {error.strerror}.\n"
            "Copy the notebook into a folder of your own and run the cell again."
        ) from None


class _ToldError(KitError):
    """An error whose message is all that a student needs to see."""

    def _render_traceback_(self) -> list[str]:
        return str(self).split("\n")


def widget_of(exercise_id: str) -> RedPencil:
    """The widget that `work_on` shows in this folder: for its ``marks``, its ``answers`` and ``to_frame()``.

    Raises KitError if `work_on` was not called for it.
    """
    open_here = {exercise: worksheet for (folder, exercise, _), worksheet in _OPEN.items() if folder == Path.cwd()}
    if exercise_id not in open_here:
        raise _ToldError(f"{exercise_id!r} is not open in this notebook. First run: work_on({exercise_id!r})")
    return open_here[exercise_id].widget


def tone_of(exercise_id: str) -> ipywidgets.VBox:
    """What a word list makes of each sentence of an exercise's text, beside the practice key, with a slider.

    The picture shows which sentences the key has a mark in: it is for after the exercise.
    """
    try:
        exercise = find_exercise(exercise_id, Path.cwd())
        key = practice_key(exercise)
        if not key:
            raise KitError(
                f"The kit has no practice key that fits this version of {exercise_id!r}, and the picture needs one.\n"
                "Go on without it: your answers do not need it."
            )
        return tone_slider(exercise, key)
    except KitError as error:
        raise _ToldError(str(error)) from None


def find_exercise(exercise_id: str, folder: Path) -> Exercise:
    """The exercise in the folder's ``<id>.exercise.json``, as ``redpencil release`` writes it, else the kit's own.

    Raises KitError if there is neither, or if the file is no exercise or another one.
    """
    path = folder / f"{check_id(exercise_id, 'The name of the exercise')}.exercise.json"
    if not path.is_file():
        try:
            of_the_kit = find_in_kit("exercises", exercise_id, "exercise.toml")
        except KitError:
            # The kit's own words are for whoever runs a course, and name folders that a notebook need not hand on.
            raise KitError(
                f"There is no file {path.name} beside this notebook, and the kit has no exercise of that name.\n"
                f"Check the spelling of {exercise_id!r}, or put the file into the notebook's folder. "
                "Then run the cell again."
            ) from None
        return load_exercise(of_the_kit)
    if path.stat().st_size > EXERCISE_BYTES_AT_MOST:
        raise KitError(f"{path.name} has {path.stat().st_size:,} bytes, too many for an exercise. Ask for it again.")
    try:
        row = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        raise KitError(f"{path.name} is damaged: it is not JSON. Ask for it again.") from None
    exercise = exercise_from_json(row, path.name)
    if exercise.id != exercise_id:
        raise KitError(f"{path.name} holds the exercise {exercise.id!r}. Put the right file beside this notebook.")
    return exercise


def practice_key(exercise: Exercise) -> tuple[Annotation, ...]:
    """The kit's key for just this version of the exercise; empty if it has none."""
    try:
        of_the_kit = load_exercise(exercise.id)
        return load_key(of_the_kit) if of_the_kit.version == exercise.version else ()
    except KitError:
        return ()


@dataclass(frozen=True, slots=True)
class Found:
    """Answers that were found in a file."""

    path: Path
    answers: Answers

    @property
    def saved_at(self) -> datetime:
        """When they were saved, as they say themselves; long ago if they do not."""
        return _moment(self.answers.saved_at)


class Worksheet:
    """One exercise at work in one folder: the widget, the side file and the outputs that hold the answers.

    Showing it again shows the same widget again, so that several cells share one set of answers.
    """

    def __init__(self, exercise: Exercise, key: Sequence[Annotation], folder: Path) -> None:
        self.exercise = exercise
        self.folder = folder
        self.answers = Answers(exercise.id, exercise.version, {})
        self.widget = RedPencil(exercise, key, answers=self.answers.to_json())
        self.widget.observe(self._changed, "answers")
        self._display_id = f"redpencil-{exercise.id}-{os.urandom(8).hex()}"
        self._problem = ""
        self._side_file_was: tuple[int, int] | None = None
        self._next_update: asyncio.TimerHandle | None = None
        self._updated_at = 0.0

    @property
    def side_file(self) -> Path:
        """Where the answers are kept beside the notebook: the very file that can be handed in."""
        return self.folder / f"{self.exercise.id}.redpencil.json"

    def show(self) -> None:
        """Take up what was answered before, and display the widget and the output that holds the answers."""
        for line in self._take_up():
            print(line)
        display(self.widget)
        display(self._bundle(), raw=True, display_id=self._display_id)

    def _take_up(self) -> list[str]:
        """Choose the answers to go on with, keep what they would replace, and say what was done."""
        told: list[str] = []
        side, own, others = self._side(told), None, []
        own_path = this_notebook(self.folder)
        if own_path:
            own = self._in_notebook(own_path, told)
        if not side and not own:
            found = (self._in_notebook(path, told) for path in notebooks_in(self.folder) if path != own_path)
            others = [answers for answers in found if answers]
        if side and own and is_somebody_else(side.answers, own.answers):
            # In a folder that several people share, the notebook is its owner's and the side file may not be.
            chosen: Found | None = own
        else:
            by_time = [found for found in (side, own, *others) if found]
            chosen = max(by_time, key=lambda found: found.saved_at, default=None)
        if chosen and self.answers.answers and chosen.saved_at <= _moment(self.answers.saved_at):
            chosen = None
        if chosen:
            self._use(chosen, told)
        if side and side is not chosen and side.answers.answers != self.answers.answers:
            told.append(f"{side.path.name} held other answers. They are kept in {set_aside(side.path).name}.")
            side = None
        if own and own is not chosen and own.answers.answers.keys() - self.answers.answers.keys():
            kept = keep_copy(own.answers, self.side_file)
            told.append(f"This notebook held other answers too. They are kept in {kept.name}.")
        self._side_file_was = _stamp(self.side_file)
        if self.answers.answers and (not side or side.answers.answers != self.answers.answers):
            self._write()
        return told

    def _use(self, found: Found, told: list[str]) -> None:
        answers, problems = take_answers(found.answers.to_json(), self.exercise)
        if problems:
            kept = keep_copy(found.answers, self.side_file)
            told.append(f"Not everything in {found.path.name} could be used. All of it is kept in {kept.name}.")
        # Somebody else's file may lie in the folder: whose answers come back is said before they are worked on.
        name = answers.student_name or answers.student_id or "somebody who gave no name"
        whose = "".join(character for character in name if character.isprintable())
        when = f", saved on {found.saved_at.astimezone():%Y-%m-%d at %H:%M}," if found.saved_at.year > 1 else ""
        told.append(f"Here are the answers of {whose}{when} from {found.path.name}.")
        if found.path != this_notebook(self.folder):
            told.append("Not yours? To start anew, move this notebook into an empty folder and run the cell there.")
        self.answers = answers
        self._put_into_widget()

    def _side(self, told: list[str]) -> Found | None:
        """The side file's answers; a file that does not fit is set aside, so that it is not written over."""
        try:
            found = Found(self.side_file, _read(self.side_file, self.exercise.id))
            if self._fits(found):
                return found if found.answers.answers else None
            why = "holds answers to another exercise or another version of it"
        except FileNotFoundError:
            return None
        except NotGraded:
            why = "is damaged, or holds no answers"
        except OSError as error:
            why = f"cannot be read ({error.strerror})"
        told.append(f"{self.side_file.name} {why}. It is kept as {set_aside(self.side_file).name}.")
        return None

    def _in_notebook(self, path: Path, told: list[str]) -> Found | None:
        """The answers in a notebook's outputs, if there are any to this exercise."""
        try:
            found = Found(path, _read(path, self.exercise.id))
        except (NotGraded, OSError):
            return None
        if not found.answers.answers or found.answers.exercise != self.exercise.id:
            return None
        if self._fits(found):
            return found
        # Running the cell replaces the output that holds them, so they are kept elsewhere first.
        kept = keep_copy(found.answers, self.side_file)
        told.append(f"{path.name} holds answers to another version of this exercise. They are kept in {kept.name}.")
        return None

    def _fits(self, found: Found) -> bool:
        answers = found.answers
        exercise = self.exercise
        return answers.exercise == exercise.id and answers.exercise_version in exercise.fitting_versions

    def _put_into_widget(self) -> None:
        self.widget.unobserve(self._changed, "answers")
        try:
            self.widget.answers = self.answers.to_json()
        finally:
            self.widget.observe(self._changed, "answers")

    def _changed(self, change: Mapping[str, Any]) -> None:
        try:
            answers, problems = take_answers(change["new"], self.exercise, before=self.answers)
        except NotGraded as problem:
            problems = [problem.reason]
        else:
            self.answers = replace(answers, saved_at=_now())
        self._problem = f"The last change could not be kept. {problems[0]}" if problems else ""
        self._write()
        self._update_soon()

    def _write(self) -> None:
        """Write the side file whole or not at all; what another program wrote there meanwhile is kept."""
        new = self.side_file.with_name(f".{self.side_file.name}.{os.getpid()}.tmp")
        try:
            if (found := _stamp(self.side_file)) and found != self._side_file_was:
                set_aside(self.side_file)
            new.write_text(_as_text(self.answers), encoding="utf-8", newline="\n")
            new.replace(self.side_file)
        except OSError as error:
            self._problem = (
                f"{self.side_file.name} could not be written ({error.strerror}). "
                "Your answers are in this notebook all the same: save it."
            )
            with suppress(OSError):
                new.unlink(missing_ok=True)
        self._side_file_was = _stamp(self.side_file)

    def _update_soon(self) -> None:
        if self._next_update is not None:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._update()
            return
        wait = max(0.0, self._updated_at + SECONDS_BETWEEN_UPDATES - loop.time())
        self._next_update = loop.call_later(wait, self._update, loop)

    def _update(self, loop: asyncio.AbstractEventLoop | None = None) -> None:
        self._next_update = None
        if loop is not None:
            self._updated_at = loop.time()
        update_display(self._bundle(), raw=True, display_id=self._display_id)

    def _bundle(self) -> dict[str, Any]:
        return answers_bundle(self.exercise, self.answers, self._problem)


# The worksheets that this kernel has open, by folder, exercise and version.
_OPEN: dict[tuple[Path, str, str], Worksheet] = {}


def take_answers(row: object, exercise: Exercise, before: Answers | None = None) -> tuple[Answers, list[str]]:
    """Read an answers object item by item, so that one bad answer does not cost the others.

    Returns the answers that are in order and what is wrong with the rest, where that of ``before`` stays.
    Raises NotGraded if the whole is no answers object, is too large, or is for another exercise or version.
    """
    size = len(json.dumps(row).encode())
    if size > ANSWERS_BYTES_AT_MOST:
        raise NotGraded(TOO_LARGE, f"Your answers have {size:,} bytes of {ANSWERS_BYTES_AT_MOST:,}. Shorten them.")
    answers = answers_from_json(row)
    kept: dict[str, Any] = {}
    problems: list[str] = []
    for id, answer in answers.answers.items():
        try:
            check_answers(exercise, replace(answers, answers={id: answer}))
        except NotGraded as problem:
            if problem.state == WRONG_EXERCISE:
                raise
            if problem.state != EMPTY:
                problems.append(problem.reason)
                if before and id in before.answers:
                    kept[id] = before.answers[id]
        else:
            kept[id] = answer
    return replace(answers, answers=kept), problems


def answers_bundle(exercise: Exercise, answers: Answers, problem: str = "") -> dict[str, Any]:
    """The answers as an output: the stored object, HTML for any viewer, and one line of plain text."""
    line = f"{exercise.title} {_progress(exercise, answers)}"
    if problem:
        line += f" {problem}"
    return {
        MIME_TYPE: answers.to_json(),
        "text/html": answers_html(exercise, answers, problem),
        "text/plain": line,
    }


def answers_html(exercise: Exercise, answers: Answers, problem: str = "") -> str:
    """What was answered, to read: one line, and the whole to open. It has no script, and nothing is unescaped.

    ``answers`` have been checked against the exercise.
    """
    parts = [f"<p><strong>{escape(problem)}</strong></p>"] if problem else []
    # The classes keep a notebook from setting the dollar signs of a student's text as a formula.
    parts.append('<details class="redpencil-answers mathjax_ignore tex2jax_ignore">')
    parts.append(f"<summary>{escape(_progress(exercise, answers))}</summary>")
    if person := " · ".join(part for part in (answers.student_name, answers.student_id) if part):
        parts.append(f"<p>{escape(person)}</p>")
    show = {"choice": _choices_html, "marks": _marks_html, "free-text": _texts_html}
    for group in exercise.groups:
        items = exercise.in_group(group)
        parts.append(f"<p><strong>{escape(items[0].title)}</strong></p>")
        parts.append(show[items[0].kind](items, exercise.document, answers.answers))
    parts.append("</details>")
    return "\n".join(parts)


def answers_frame(exercise: Exercise, answers: Answers) -> pandas.DataFrame:
    """One row for each mark, each choice that was made and each text that was written, in the order of the exercise.

    Columns: ``item``, ``kind`` ("choice", "marks", "free-text"), ``mark`` (its id), ``label`` (a label's id), ``words``
    (what is marked, its pieces joined by " … "; the sentence that a choice is about; the text that was written),
    ``start`` and ``end`` (code points of the document, end exclusive; of the first and the last piece), ``pieces``,
    ``sentence`` (its number, from 1), ``note``, ``actor`` (the id of whom a mark hits) if the exercise lists actors,
    and for each role of a link a column of that name with the id of the
    mark that it leads to. What does not apply is NA: texts are of the dtype ``string``, numbers ``Int64``, with no rows
    too. ``answers`` have been checked against the exercise. Raises KitError if pandas is not there.
    """
    try:
        import pandas
    except ImportError:
        raise KitError("A frame needs pandas, which is not installed here. Run: pip install pandas") from None
    document = exercise.document
    rows: list[dict[str, Any]] = []
    for item in exercise.items:
        answer = answers.answers.get(item.id)
        if answer is None:
            continue
        about = {"item": item.id, "kind": item.kind}
        if item.kind == "free-text":
            rows.append(about | {"words": answer})
            continue
        pieces = [{"label": answer, "spans": [item.span] if item.span else []}] if item.kind == "choice" else answer
        for mark in pieces:
            spans = [Span(*span) if isinstance(span, list | tuple) else span for span in mark["spans"]]
            where: dict[str, Any] = {}
            if spans:
                where = {
                    "words": " … ".join(document.quote(span) for span in spans),
                    "start": min(span.start for span in spans),
                    "end": max(span.end for span in spans),
                    "pieces": len(spans),
                    "sentence": document.sentence_number(min(span.start for span in spans)),
                }
            links = {link["role"]: link["to"] for link in mark.get("links", ())}
            own = {"mark": mark.get("id"), "label": mark["label"], "note": mark.get("note")}
            rows.append(about | own | {"actor": mark.get("actor") or None} | where | links)
    texts = ["item", "kind", "mark", "label", "words", "note"]
    numbers = ["start", "end", "pieces", "sentence"]
    roles = [role for item in exercise.items for ends in LINKS.get(item.layer, {}).values() for role in ends]
    actors = ["actor"] if any(item.actors for item in exercise.items) else []
    columns = [*texts[:5], *numbers, "note", *actors, *dict.fromkeys(roles)]
    types = {column: "Int64" if column in numbers else "string" for column in columns}
    return pandas.DataFrame(rows, columns=columns).astype(types)


def _choices_html(items: Sequence[Item], document: Document, answers: Mapping[str, Any]) -> str:
    names = _label_names(items[0])
    rows = []
    for item in items:
        chosen = f"<strong>{names[answers[item.id]]}</strong>" if item.id in answers else NOT_ANSWERED
        rows.append(f"<li>{chosen}{f': {_quote(document, [item.span])}' if item.span else ''}</li>")
    return f"<ol>{''.join(rows)}</ol>"


def _marks_html(items: Sequence[Item], document: Document, answers: Mapping[str, Any]) -> str:
    names = _label_names(items[0])
    rows = []
    for item in items:
        actors = {actor.id: escape(actor.name) for actor in item.actors}
        marks = {mark.get("id", f"mark {n}"): mark for n, mark in enumerate(answers.get(item.id, ()), start=1)}
        words = {id: _quote(document, [Span(*pair) for pair in mark["spans"]]) for id, mark in marks.items()}
        for id, mark in sorted(marks.items(), key=lambda pair: pair[1]["spans"]):
            # In a layer that links nothing by itself a role need not be one of its labels.
            said = [f"{names.get(link['role'], link['role'])}: {words[link['to']]}" for link in mark.get("links", ())]
            if mark.get("actor"):
                said.insert(0, f"it hits: {actors[mark['actor']]}")
            more = f" ({'; '.join(said)})" if said else ""
            rows.append(f"<li><strong>{names[mark['label']]}</strong>: {words[id]}{more}</li>")
    return f"<ul>{''.join(rows)}</ul>" if rows else f"<p>{NOT_ANSWERED}</p>"


def _texts_html(items: Sequence[Item], _document: Document, answers: Mapping[str, Any]) -> str:
    texts = (escape(answers[item.id]) if item.id in answers else NOT_ANSWERED for item in items)
    return "\n".join(f'<p dir="auto">{text}</p>'.replace("\n", "<br>") for text in texts)


def _label_names(item: Item) -> dict[str, str]:
    return {label.id: escape(label.name) for label in LABEL_SETS[item.layer]}


def _quote(document: Document, spans: Iterable[Span]) -> str:
    return f"“{escape(' … '.join(document.quote(span) for span in spans))}”"


def _progress(exercise: Exercise, answers: Answers) -> str:
    """How much is done, counted as the exercise itself counts it."""
    if not answers.answers:
        return "Nothing answered yet. Your answers will be kept here."
    asked = [item.id for item in exercise.items if item.kind != "marks"]
    marks = sum(len(answers.answers.get(item.id, ())) for item in exercise.items if item.kind == "marks")
    parts = []
    if asked:
        parts.append(f"{len(answers.answers.keys() & set(asked))} of {len(asked)} answered")
    if len(asked) < len(exercise.items):
        parts.append("1 mark" if marks == 1 else f"{marks} marks")
    return f"Your answers in this notebook: {', '.join(parts)}"


def is_somebody_else(one: Answers, other: Answers) -> bool:
    """Whether two answers name two people. A name that was finished or corrected is still the same one."""
    for a, b in ((one.student_id, other.student_id), (one.student_name, other.student_name)):
        a, b = a.casefold(), b.casefold()
        if a and b and not a.startswith(b) and not b.startswith(a) and SequenceMatcher(None, a, b).ratio() < 0.6:
            return True
    return False


def this_notebook(folder: Path) -> Path | None:
    """The notebook that this kernel was started for, if it can be known and is in the folder."""
    name = os.environ.get("JPY_SESSION_NAME", "")
    path = folder / Path(name).name
    return path if name.endswith(".ipynb") and path.is_file() else None


def notebooks_in(folder: Path) -> list[Path]:
    """The folder's notebooks, those changed last first; a bounded number."""
    stamps = ((_stamp(path), path) for path in itertools.islice(folder.glob("*.ipynb"), 10_000))
    return [path for stamp, path in sorted(((s, p) for s, p in stamps if s), reverse=True)][:NOTEBOOKS_AT_MOST]


def set_aside(path: Path) -> Path:
    """Rename a file to ``<id>.redpencil.kept-<n>.json`` with the first number that is free; returns the new path."""
    kept = _free(path)
    path.rename(kept)
    return kept


def keep_copy(answers: Answers, side_file: Path) -> Path:
    """Write answers to a free name beside the side file, unless a kept file holds just them already."""
    text = _as_text(answers)
    for kept in side_file.parent.glob(f"{side_file.stem}.kept-*.json"):
        if kept.is_file() and kept.stat().st_size == len(text.encode()) and kept.read_bytes() == text.encode():
            return kept
    kept = _free(side_file)
    with kept.open("x", encoding="utf-8", newline="\n") as file:
        file.write(text)
    return kept


def _free(side_file: Path) -> Path:
    names = (side_file.with_name(f"{side_file.stem}.kept-{n}.json") for n in itertools.count(1))
    return next(path for path in names if not path.exists())


def _read(path: Path, exercise_id: str) -> Answers:
    size = path.stat().st_size
    if size > BYTES_AT_MOST:
        raise NotGraded(TOO_LARGE, too_large(size))
    return read_submission(path.read_bytes(), exercise_id)


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _as_text(answers: Answers) -> str:
    return json.dumps(answers.to_json(), ensure_ascii=False, indent=1) + "\n"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _moment(saved_at: str) -> datetime:
    try:
        moment = datetime.fromisoformat(saved_at)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return datetime.min.replace(tzinfo=UTC)
