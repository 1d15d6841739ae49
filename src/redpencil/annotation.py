"""An annotator's claim about some words of a document, and the lines that it is stored as.

Only the standard library is used here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redpencil.document import Document, KitError, Span

STATUSES = ("required", "accepted")
LINK_ROLES = ("source", "cue")


@dataclass(frozen=True, slots=True)
class Link:
    """A pointer from a content to the annotation that is its ``source`` or its ``cue``."""

    to: str
    role: str


@dataclass(frozen=True, slots=True)
class Annotation:
    """Spans with a label, in a layer; in a key also its status and a reason that a student can read.

    ``quotes`` are the words of each span when it was marked.
    """

    id: str
    layer: str
    label: str
    spans: tuple[Span, ...]
    quotes: tuple[str, ...] = ()
    status: str = "required"
    reason: str = ""
    links: tuple[Link, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The object that stands on one line of a key."""
        row: dict[str, Any] = {
            "id": self.id,
            "layer": self.layer,
            "label": self.label,
            "spans": [[s.start, s.end] for s in self.spans],
            "quotes": list(self.quotes),
            "status": self.status,
            "reason": self.reason,
        }
        if self.links:
            row["links"] = [{"to": link.to, "role": link.role} for link in self.links]
        return row


def annotation_from_json(row: object, where: str) -> Annotation:
    """Read one line's object; ``where`` names the place in an error. Raises KitError if it is not in the format."""
    if not isinstance(row, dict):
        raise KitError(f"{where}: expected an object with id, layer, label and spans, found {_short(row)}.")
    texts = {}
    for name in ("id", "layer", "label"):
        value = row.get(name)
        if not isinstance(value, str) or not value:
            raise KitError(f"{where}: {name!r} is {_short(value)}; expected a text. Add it.")
        texts[name] = value
    status = row.get("status", "required")
    if status not in STATUSES:
        raise KitError(f"{where}: status is {_short(status)}; expected one of {', '.join(STATUSES)}.")
    reason = row.get("reason", "")
    if not isinstance(reason, str):
        raise KitError(f"{where}: reason is {_short(reason)}; expected a text.")
    try:
        spans = tuple(Span(*pair) for pair in row.get("spans", ()))
    except (TypeError, ValueError) as error:
        raise KitError(f"{where}: spans is {_short(row.get('spans'))}: {error}. Write [[start, end], …].") from None
    quotes = row.get("quotes", [])
    if not isinstance(quotes, list) or not all(isinstance(q, str) for q in quotes) or len(quotes) != len(spans):
        raise KitError(f"{where}: quotes has to hold one text for each of the {len(spans)} spans.")
    links = []
    for link in row.get("links", ()):
        if not isinstance(link, dict) or not isinstance(link.get("to"), str) or link.get("role") not in LINK_ROLES:
            raise KitError(f'{where}: links holds {_short(link)}; expected {{"to": id, "role": "source" or "cue"}}.')
        links.append(Link(link["to"], link["role"]))
    if not spans:
        raise KitError(f"{where}: there are no spans; an annotation covers some words.")
    return Annotation(**texts, spans=spans, quotes=tuple(quotes), status=status, reason=reason, links=tuple(links))


def read_annotations(path: Path, document: Document) -> tuple[Annotation, ...]:
    """Read a JSON Lines file of annotations of one document.

    Checks each quote against the text, that ids are unique and that links lead somewhere. Raises KitError with the file
    and the line.
    """
    annotations: list[Annotation] = []
    seen: dict[str, int] = {}
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except FileNotFoundError:
        raise KitError(f"{path} is missing. Restore it, or name the folder that holds it with --keys.") from None
    except UnicodeDecodeError as error:
        raise KitError(f"{path} is not UTF-8 (byte {error.start}). Save it as UTF-8.") from None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        where = f"{path} line {number}"
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise KitError(f"{where} is not JSON: {error}. Each line holds one object.") from None
        annotation = annotation_from_json(row, where)
        if annotation.id in seen:
            raise KitError(f"{where}: the id {annotation.id!r} stands in line {seen[annotation.id]} too. Rename one.")
        seen[annotation.id] = number
        for span, quote in zip(annotation.spans, annotation.quotes, strict=True):
            try:
                document.check_quote(span, quote)
            except KitError as error:
                raise KitError(f"{where} ({annotation.id}): {error}") from None
        annotations.append(annotation)
    for annotation in annotations:
        for link in annotation.links:
            if link.to not in seen:
                raise KitError(f"{path} ({annotation.id}): it links to {link.to!r}, which is not there. Correct it.")
    return tuple(annotations)


def write_annotations(annotations: Iterable[Annotation], path: Path) -> None:
    """Write a JSON Lines file, an annotation a line."""
    lines = (json.dumps(a.to_json(), ensure_ascii=False) for a in annotations)
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8", newline="\n")


def _short(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "…"
