"""An annotator's claim about some words of a document, and the lines that it is stored as.

Only the standard library is used here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote as percent_encode
from urllib.parse import unquote

from redpencil.document import Document, KitError, Span

STATUSES = ("required", "accepted")
# By layer: which of its labels is linked to which others. The role of a link is the label that it leads to.
LINKS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "attribution": {"content": ("source", "cue")},
    "casualty-claim": {"number": ("unit-of-count", "counter", "hedge")},
}
NOTE_AT_MOST = 2_000
ACTOR_AT_MOST = 64

W3C_CONTEXT = "http://www.w3.org/ns/anno.jsonld"
# Code points before and after the words of an exported annotation, to know them again by.
AROUND = 32


@dataclass(frozen=True, slots=True)
class Link:
    """A pointer to an annotation that is something to this one: a content's ``source``, a number's ``counter``."""

    to: str
    role: str


@dataclass(frozen=True, slots=True)
class Annotation:
    """Spans with a label, in a layer; in a key also its status and a reason that a student can read.

    ``quotes`` are the words of each span when it was marked; ``note`` is what the annotator remarked about it;
    ``actor`` is the id of whom the words hit, with praise or with blame, ``""`` if nobody is named.
    """

    id: str
    layer: str
    label: str
    spans: tuple[Span, ...]
    quotes: tuple[str, ...] = ()
    status: str = "required"
    reason: str = ""
    links: tuple[Link, ...] = ()
    note: str = ""
    actor: str = ""

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
        if self.note:
            row["note"] = self.note
        if self.actor:
            row["actor"] = self.actor
        return row


def link_roles(layer: str) -> tuple[str, ...]:
    """The roles that a link may have in a layer; in one that links nothing here, every role that there is.

    A layer of somebody's own has no list of labels to hold its links against.
    """
    layers = [LINKS[layer]] if layer in LINKS else LINKS.values()
    return tuple(dict.fromkeys(role for labels in layers for roles in labels.values() for role in roles))


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
    note = row.get("note", "")
    if not isinstance(note, str) or len(note) > NOTE_AT_MOST:
        raise KitError(f"{where}: note is {_short(note)}; expected a text of at most {NOTE_AT_MOST:,} characters.")
    actor = row.get("actor", "")
    if not isinstance(actor, str) or len(actor) > ACTOR_AT_MOST or ("actor" in row and not actor.strip()):
        raise KitError(
            f"{where}: actor is {_short(actor)}; expected the id of whom the words hit, a text of at most "
            f"{ACTOR_AT_MOST} characters. Where they hit nobody in particular, leave the field out."
        )
    try:
        spans = tuple(Span(*pair) for pair in row.get("spans", ()))
    except (TypeError, ValueError) as error:
        raise KitError(f"{where}: spans is {_short(row.get('spans'))}: {error}. Write [[start, end], …].") from None
    quotes = row.get("quotes", [])
    if not isinstance(quotes, list) or not all(isinstance(q, str) for q in quotes) or len(quotes) != len(spans):
        raise KitError(f"{where}: quotes has to hold one text for each of the {len(spans)} spans.")
    links = []
    stored = row.get("links", [])
    roles = link_roles(texts["layer"])
    for link in stored if isinstance(stored, list) else [stored]:
        if not isinstance(link, dict) or not isinstance(link.get("to"), str) or link.get("role") not in roles:
            expected = " or ".join(f'"{role}"' for role in roles)
            raise KitError(f'{where}: links holds {_short(link)}; expected {{"to": id, "role": {expected}}}.')
        links.append(Link(link["to"], link["role"]))
    if not spans:
        raise KitError(f"{where}: there are no spans; an annotation covers some words.")
    return Annotation(
        **texts,
        spans=spans,
        quotes=tuple(quotes),
        status=status,
        reason=reason,
        links=tuple(links),
        note=note,
        actor=actor,
    )


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
        raise KitError(f"{path} is missing. Restore it, or check the name of the file or the folder.") from None
    except OSError as error:
        raise KitError(f"{path} cannot be read: {error.strerror}. It has to be a file of annotations.") from None
    except UnicodeDecodeError as error:
        raise KitError(f"{path} is not UTF-8 (byte {error.start}). Save it as UTF-8.") from None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        where = f"{path} line {number}"
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise KitError(f"{where} is not JSON that can be read: {error}. Each line holds one object.") from None
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


def to_w3c(annotations: Iterable[Annotation], document: Document, title: str = "") -> dict[str, Any]:
    """Annotations of one document as a W3C AnnotationCollection with its one page inside.

    Each is an Annotation that classifies. Its bodies are its layer, label, actor, note, reason and status, in this
    order and where there are any; their purposes are ``classifying``, ``tagging``, ``identifying``, ``commenting``,
    ``describing`` and ``assessing``. A quote with 32 code points around it and a position select the words. Several
    spans are a List, because several targets would be annotated each by itself. A link is an Annotation of its own that
    links, with its role as a tag.
    Source: Web Annotation Data Model, https://www.w3.org/TR/annotation-model/, 3.1, 3.3.5, 4.2.4, 4.2.5, 5 and the
    appendix on sets.
    """
    annotations = tuple(annotations)
    names = {a.id: _urn("mark", document.id, a.layer, a.id) for a in annotations}
    items: list[dict[str, Any]] = []
    for annotation in annotations:
        bodies = [_body("classifying", annotation.layer), _body("tagging", annotation.label)]
        if annotation.actor:
            bodies.append(_body("identifying", annotation.actor))
        if annotation.note:
            bodies.append(_body("commenting", annotation.note))
        if annotation.reason:
            bodies.append(_body("describing", annotation.reason))
        if annotation.status != "required":
            bodies.append(_body("assessing", annotation.status))
        pieces = [_piece(document, span) for span in annotation.spans]
        items.append(
            {
                "@context": W3C_CONTEXT,
                "id": names[annotation.id],
                "type": "Annotation",
                "motivation": "classifying",
                "body": bodies,
                "target": pieces[0] if len(pieces) == 1 else {"type": "List", "items": pieces},
            }
        )
        items.extend(
            {
                "@context": W3C_CONTEXT,
                "id": f"{names[annotation.id]}:{_encoded(link.role)}:{_encoded(link.to)}",
                "type": "Annotation",
                "motivation": "linking",
                "body": [
                    {"type": "SpecificResource", "purpose": "linking", "source": names[link.to]},
                    _body("tagging", link.role),
                ],
                "target": names[annotation.id],
            }
            for link in annotation.links
        )
    id = _urn("marks", document.id)
    return {
        "@context": W3C_CONTEXT,
        "id": id,
        "type": "AnnotationCollection",
        "label": title or document.title,
        "total": len(items),
        "first": {"id": f"{id}:1", "type": "AnnotationPage", "startIndex": 0, "items": items},
    }


def from_w3c(file: object, document: Document, layer: str = "") -> tuple[tuple[Annotation, ...], tuple[str, ...]]:
    """Read Web Annotations of a document, whoever wrote them; ``layer`` is that of those that name none.

    The quote wins over the position: of the places that read like it, the one that what stands around it fits best is
    taken, and of those the nearest. Also reads what Hypothesis exports as JSON, whose positions count UTF-16 units of
    another page and only say which of several places is meant.

    Returns the annotations, and a line for each that moved or was left out, with the reason. Raises KitError if the
    file holds no annotations or belongs to another document.
    """
    rows, is_foreign, lines = _w3c_rows(file)
    annotations: list[Annotation] = []
    by_name: dict[str, int] = {}
    used: set[str] = set()
    links: list[dict[str, Any]] = []
    for row in rows:
        if "linking" in _list(row.get("motivation")):
            links.append(row)
            continue
        bodies = _bodies(row)
        tags = [value for purpose, value in bodies if purpose == "tagging"]
        layers = [value for purpose, value in bodies if purpose == "classifying"]
        label = (tags or layers[:1] or [""])[0]
        row_layer = layers[0] if layers and tags else layer
        for target in _list(row.get("target")):
            items = target.get("items") if isinstance(target, dict) else None
            placed = [_place(document, piece, is_foreign) for piece in (items if isinstance(items, list) else [target])]
            words = " … ".join(piece.exact for piece in placed)
            about = f"{words!r}" if words else "an annotation without words"
            fault = next((piece.fault for piece in placed if piece.fault), "")
            if not label:
                fault = fault or "it has no label"
            if not row_layer:
                fault = fault or "it names no layer"
            spans = tuple(piece.span for piece in placed if piece.span)
            if fault or not spans:
                lines.append(f"{about}: left out, because {fault or 'it covers no words'}.")
                continue
            own = _own_id(row.get("id"))
            number = len(annotations) + 1
            while not own or own in used:
                own, number = f"w{number}", number + 1
            used.add(own)
            if isinstance(row.get("id"), str):
                by_name[row["id"]] = len(annotations)
            note = "\n".join(v for p, v in bodies if p == "commenting")
            if len(note) > NOTE_AT_MOST:
                lines.append(f"{about}: its note is longer than {NOTE_AT_MOST} characters and was left out.")
                note = ""
            actor = next((v for p, v in bodies if p == "identifying"), "")
            if len(actor) > ACTOR_AT_MOST or not actor.strip():
                if actor:
                    lines.append(f"{about}: its actor is no id of one and was left out.")
                actor = ""
            if notices := dict.fromkeys(piece.notice for piece in placed if piece.notice):
                lines.append(f"{about}: {'; '.join(notices)}.")
            annotations.append(
                Annotation(
                    own,
                    row_layer,
                    label,
                    spans,
                    tuple(document.quote(span) for span in spans),
                    next((v for p, v in bodies if p == "assessing" and v in STATUSES), "required"),
                    "\n".join(v for p, v in bodies if p == "describing"),
                    note=note,
                    actor=actor,
                )
            )
    for row in links:
        ends = [b for b in _list(row.get("body")) if isinstance(b, dict) and b.get("purpose") == "linking"]
        start = by_name.get(_resource(next(iter(_list(row.get("target"))), None)))
        end = by_name.get(_resource(ends[0] if ends else None))
        role = next((value for purpose, value in _bodies(row) if purpose == "tagging"), "")
        if start is None or end is None or role not in link_roles(annotations[start].layer):
            lines.append(f"a link as {role!r}: left out, because it does not lead from one annotation to another.")
            continue
        linked = annotations[start]
        annotations[start] = replace(linked, links=(*linked.links, Link(annotations[end].id, role)))
    return tuple(annotations), tuple(lines)


@dataclass(frozen=True, slots=True)
class _Placed:
    """Where one piece of a target stands, or why it has no place."""

    exact: str
    span: Span | None = None
    fault: str = ""
    notice: str = ""


def _place(document: Document, piece: object, is_foreign: bool) -> _Placed:
    target = piece if isinstance(piece, dict) else {}
    source = str(target.get("source", ""))
    if source.startswith(_urn("document", "")) and source != _urn("document", document.id):
        raise KitError(
            f"the annotations belong to {unquote(source.rpartition(':')[2])!r}, not to {document.id!r}.\n"
            "Name the document that they belong to."
        )
    selectors = [one for one in _list(target.get("selector")) if isinstance(one, dict)]
    quote = next((one for one in selectors if one.get("type") == "TextQuoteSelector"), {})
    position = next((one for one in selectors if one.get("type") == "TextPositionSelector"), {})
    exact, prefix, suffix = (_text(quote.get(name)) for name in ("exact", "prefix", "suffix"))
    try:
        given = Span(position["start"], position["end"])
    except (KeyError, ValueError):
        given = None
    text = document.text
    if not exact:
        if given is None or is_foreign or given.end > len(text):
            return _Placed("", fault="the file does not say where it stands")
        notice = "placed by its position alone, the file does not quote it"
        return _Placed(document.quote(given), given, notice=notice)

    def fit(at: int) -> int:
        before, after = text[max(0, at - len(prefix)) : at], text[at + len(exact) :][: len(suffix)]
        return _same_start(before[::-1], prefix[::-1]) + _same_start(after, suffix)

    if given and text.startswith(exact, given.start) and fit(given.start) == len(prefix) + len(suffix):
        return _Placed(exact, Span(given.start, given.start + len(exact)))
    found: list[tuple[int, int, int]] = []
    at = text.find(exact)
    while at >= 0:
        found.append((-fit(at), abs(at - given.start) if given else 0, at))
        at = text.find(exact, at + 1)
    if not found:
        return _Placed(exact, fault="these words are not in the text")
    best = min(found)
    alike = sum(one[:2] == best[:2] for one in found)
    if alike > 1 and given is None:
        return _Placed(exact, fault=f"these words stand in {alike} places, and nothing tells which is meant")
    span = Span(best[2], best[2] + len(exact))
    by = span.start - given.start if given and not is_foreign else 0
    if not by:
        return _Placed(exact, span)
    characters = f"{abs(by)} character{'' if abs(by) == 1 else 's'}"
    return _Placed(exact, span, notice=f"found {characters} {'further on' if by > 0 else 'further up'}")


def _w3c_rows(file: object) -> tuple[list[dict[str, Any]], bool, list[str]]:
    is_foreign = isinstance(file, dict) and isinstance(file.get("annotations"), list)
    page = file["first"] if isinstance(file, dict) and isinstance(file.get("first"), dict) else file
    rows: object = page
    if isinstance(page, dict):
        rows = page["annotations"] if is_foreign else page.get("items", [page] if "target" in page else None)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise KitError("the file holds no Web Annotations: expected a collection, a page or a list of them.")
    has_more = isinstance(page, dict) and "next" in page
    return rows, is_foreign, ["The file says that there is more in another one: that was not read."] if has_more else []


def _bodies(row: dict[str, Any]) -> list[tuple[str, str]]:
    """Purpose and value of what is said of the target; Hypothesis says it with ``tags`` and ``text``."""
    motive = next(iter(_list(row.get("motivation"))), "commenting")
    bodies = [
        (str(body.get("purpose", motive)), body.get("value")) if isinstance(body, dict) else (str(motive), body)
        for body in _list(row.get("body", row.get("bodyValue")))
    ]
    bodies += [("tagging", tag) for tag in _list(row.get("tags"))]
    bodies += [("commenting", text) for text in _list(row.get("text"))]
    return [(purpose, value) for purpose, value in bodies if isinstance(value, str) and value]


def _piece(document: Document, span: Span) -> dict[str, Any]:
    return {
        "type": "SpecificResource",
        "source": _urn("document", document.id),
        "selector": [
            {
                "type": "TextQuoteSelector",
                "exact": document.quote(span),
                "prefix": document.text[max(0, span.start - AROUND) : span.start],
                "suffix": document.text[span.end : span.end + AROUND],
            },
            {"type": "TextPositionSelector", "start": span.start, "end": span.end},
        ],
    }


def _body(purpose: str, value: str) -> dict[str, str]:
    return {"type": "TextualBody", "purpose": purpose, "value": value}


def _encoded(part: str) -> str:
    """As JavaScript's encodeURIComponent does it, so that the page and Python give the same names."""
    return percent_encode(part, safe="!~*'()")


def _urn(*parts: str) -> str:
    return ":".join(("urn:redpencil", *map(_encoded, parts)))


def _own_id(name: object) -> str:
    """The annotation's id in its name, if it is one that the kit gave."""
    is_ours = isinstance(name, str) and name.startswith(_urn("mark", ""))
    return unquote(str(name).split(":")[-1]) if is_ours else ""


def _resource(value: object) -> str:
    return str(value.get("source", value.get("id"))) if isinstance(value, dict) else str(value)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _same_start(a: str, b: str) -> int:
    return next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def _short(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "…"
