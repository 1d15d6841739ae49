"""The answers as an output of a cell: what the notebook's next save stores, and what any viewer shows of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from redpencil.document import Document, Span
from redpencil.exercise import LABEL_SETS, Answers, Exercise, Item
from redpencil.grading.submissions import MIME_TYPE
from redpencil.notebook.take import whole_marks

NOT_ANSWERED = "no answer yet"


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
        marks = {mark["id"]: mark for mark in whole_marks(answers.get(item.id, ()), document)}
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
