"""The answers as a pandas frame, for counting in a notebook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from redpencil.annotation import LINKS
from redpencil.document import Document, KitError, Span
from redpencil.exercise import Answers, Exercise
from redpencil.notebook.take import whole_marks

if TYPE_CHECKING:
    import pandas


def answers_frame(exercise: Exercise, answers: Answers) -> pandas.DataFrame:
    """One row for each mark, each choice that was made and each text that was written, in the order of the exercise.

    Columns: ``item``, ``kind`` ("choice", "marks", "free-text"), ``mark`` (its id), ``label`` (a label's id), ``words``
    (what is marked, its pieces joined by " … "; the sentence that a choice is about; the text that was written),
    ``start`` and ``end`` (code points of the document, end exclusive; of the first and the last piece), ``pieces``,
    ``sentence`` (its number, from 1), ``note``, ``actor`` (the id of whom a mark hits) if the exercise lists actors,
    and for each role of a link a column of that name with the id of the mark that it leads to. A mark with several
    links in one role has all their ids there, in their order, joined by "; ": ``frame["source"].str.split("; ")`` parts
    them. What does not apply is NA: texts are of the dtype ``string``, numbers ``Int64``, with no rows too. ``answers``
    have been checked against the exercise. Raises KitError if pandas is not there.
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
        if item.kind == "choice":
            rows.append(about | {"label": answer} | (_where([item.span], document) if item.span else {}))
            continue
        for mark in whole_marks(answer, document):
            own = {"mark": mark["id"], "label": mark["label"], "note": mark.get("note"), "actor": mark.get("actor")}
            spans = [Span(start, end) for start, end in mark["spans"]]
            rows.append(about | own | _where(spans, document) | _links(mark))
    texts = ["item", "kind", "mark", "label", "words", "note"]
    numbers = ["start", "end", "pieces", "sentence"]
    roles = [role for item in exercise.items for ends in LINKS.get(item.layer, {}).values() for role in ends]
    actors = ["actor"] if any(item.actors for item in exercise.items) else []
    columns = [*texts[:5], *numbers, "note", *actors, *dict.fromkeys(roles)]
    types = {column: "Int64" if column in numbers else "string" for column in columns}
    return pandas.DataFrame(rows, columns=columns).astype(types)


def _where(spans: Sequence[Span], document: Document) -> dict[str, Any]:
    start = min(span.start for span in spans)
    return {
        "words": " … ".join(document.quote(span) for span in spans),
        "start": start,
        "end": max(span.end for span in spans),
        "pieces": len(spans),
        "sentence": document.sentence_number(start),
    }


def _links(mark: Mapping[str, Any]) -> dict[str, str]:
    """By role, the ids that the mark's links lead to, each once."""
    ids: dict[str, dict[str, None]] = {}
    for link in mark.get("links", ()):
        ids.setdefault(link["role"], {})[link["to"]] = None
    return {role: "; ".join(once) for role, once in ids.items()}
