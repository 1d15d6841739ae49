"""Documents and exercises as HTML that stands by itself: it is read, printed and heard with no script.

The component in ``redpencil/component`` only adds to what is written here. What it looks for:

- ``red-pencil[exercise]`` holds a ``form`` of parts, ``.rp-part[data-group][data-kind]``, and ``script.rp-data`` (what
  `exercise_data` gives, as JSON), with a key also ``script.rp-key`` (the key's annotations, as a JSON list);
- a choice is a ``fieldset[data-item]`` with a radio button for each label, its ``value`` the label's id;
- marks are made in ``.rp-text[data-item]``, whose blocks ``p[data-start]`` hold the words of one paragraph each and
  nothing else that counts as text; ``data-start`` is the code point it starts at;
- free text is a ``textarea[data-item]``;
- ``template.rp-…-controls`` hold what only makes sense with the script: buttons, the list of keys, handing in. They are
  written once, in ``component/controls.html``, and no reader without scripts meets them.

Only the standard library is used here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from redpencil.annotation import LINKS, Annotation
from redpencil.document import FORMAT, Document, KitError, Span
from redpencil.exercise import INVENTED, LABEL_SETS, Exercise, Hint, Item, Label

# With more paragraphs than this a text is laid out where it is seen: all of it at once would take long.
LONG = 60

# Characters in a line on narrow paper in large print, at least.
LINE = 15

# What the ladder's and the other labels are called, above the list of their meanings.
LABELS_TITLE: Mapping[str, str] = {"sourcing": "The rungs, easiest to check first"}
ACTORS_TITLE = "Whom the words hit, with praise or with blame"


@cache
def _controls(heading: int) -> str:
    text = (Path(__file__).parents[1] / "component" / "controls.html").read_text(encoding="utf-8")
    return text.replace("<h3", f"<h{heading}").replace("</h3", f"</h{heading}")


def document_html(document: Document) -> str:
    """The document as an ``<article>``: its paragraphs numbered, each sentence an element with an id.

    The ids are ``<document>-p<number>`` and ``<document>-s<number>``, counted from 1, so that a page can link to them.
    """
    blocks = []
    for number, paragraph, pieces in _paragraphs(document):
        headline = " rp-headline" if number == 1 and document.quote(paragraph) == document.title else ""
        words = "".join(
            f'<span class="rp-sentence" id="{document.id}-s{sentence}" data-n="{sentence}">{escape(text)}</span>'
            if sentence
            else escape(text)
            for sentence, text in pieces
        )
        blocks.append(
            f'<p class="rp-block{headline}" id="{document.id}-p{number}" data-number="{number}" '
            f'data-start="{paragraph.start}">{words}</p>'
        )
    return (
        f'<article class="red-pencil rp-document" lang="{escape(document.language)}" '
        f'aria-label="{escape(document.title)}" data-document="{document.id}">\n' + "\n".join(blocks) + "\n</article>\n"
    )


def exercise_html(
    exercise: Exercise,
    groups: Sequence[str] | None = None,
    key: Sequence[Annotation] | None = None,
    *,
    heading: int = 3,
) -> str:
    """An exercise, or the chosen groups of it, as a ``<red-pencil>`` element.

    ``key`` is written into the page for comparing and has to be left out where answers are marked for credit.
    ``heading`` is the level of each part's heading. Raises KitError for a group that the exercise does not have.
    """
    shown = tuple(exercise.groups if groups is None else groups)
    for group in shown:
        if group not in exercise.groups:
            raise KitError(
                f"{exercise.id} has no items called {group!r}; it has {', '.join(exercise.groups)}. Name one of these."
            )
    parts = "\n".join(_part(exercise, group, heading) for group in shown)
    scripts = _json_script("rp-data", exercise_data(exercise, shown))
    if key is not None:
        scripts += _json_script("rp-key", [annotation.to_json() for annotation in key])
    return (
        f'<red-pencil class="red-pencil" exercise="{exercise.id}">\n'
        '<form class="rp-sheet" autocomplete="off">\n'
        '<p class="rp-on-paper">Name ____________________ Class ____________ Date ____________</p>\n'
        f"{parts}\n"
        '<noscript><p class="rp-noscript">This is a paper worksheet: read it, print it, write on it. '
        "In a browser that runs scripts you can also answer and mark it here, undo, keep your answers, "
        "compare them with the key and hand them in as a file.</p></noscript>\n"
        f"</form>\n{_controls(heading)}{scripts}</red-pencil>\n"
    )


def exercise_data(exercise: Exercise, shown: Sequence[str]) -> dict[str, Any]:
    """What the component has to know of an exercise: all its items, and the text if a shown group marks it.

    Offsets are code points, end exclusive. There is nothing of a key in it.
    """
    document = exercise.document
    parts = {group: exercise.in_group(group) for group in exercise.groups}
    layers = dict.fromkeys(items[0].layer for items in parts.values() if items[0].layer)
    return {
        "redpencil": FORMAT,
        "exercise": exercise.id,
        "version": exercise.version,
        "fits": list(exercise.fitting_versions),
        "title": exercise.title,
        "shown": list(shown),
        "layers": {
            layer: {
                "labels": [
                    {"id": label.id, "name": label.name, "meaning": label.meaning} for label in LABEL_SETS[layer]
                ],
                "links": {label: list(roles) for label, roles in LINKS.get(layer, {}).items()},
            }
            for layer in layers
        },
        "groups": [
            {
                "id": group,
                "kind": items[0].kind,
                "layer": items[0].layer,
                "title": items[0].title,
                "items": [
                    {"id": item.id, "points": dict(item.points)}
                    | ({"span": [item.span.start, item.span.end]} if item.span else {})
                    | ({"hints": [_hint(hint) for hint in item.hints]} if item.hints else {})
                    for item in items
                ],
                "rubric": [
                    {
                        "criterion": criterion.criterion,
                        "levels": [{"points": points, "description": text} for points, text in criterion.levels],
                    }
                    for criterion in items[0].rubric
                ],
            }
            | ({"probabilities": dict(items[0].probabilities)} if items[0].probabilities else {})
            | ({"actors": [_actor(actor) for actor in items[0].actors]} if items[0].actors else {})
            for group, items in parts.items()
        ],
        "document": {
            "id": document.id,
            "language": document.language,
            "length": len(document.text),
            "sentences": [[s.start, s.end] for s in document.sentences],
        }
        | ({"text": document.text} if any(parts[group][0].kind == "marks" for group in shown) else {}),
    }


def _actor(actor: Label) -> dict[str, str]:
    return {"id": actor.id, "name": actor.name} | ({"meaning": actor.meaning} if actor.meaning else {})


def _hint(hint: Hint) -> dict[str, Any]:
    return {"text": hint.text} | ({"span": [hint.span.start, hint.span.end]} if hint.span else {})


def _part(exercise: Exercise, group: str, heading: int) -> str:
    items = exercise.in_group(group)
    first = items[0]
    body = {"choice": _choices, "marks": _marking, "free-text": _free_text}[first.kind](exercise, items)
    # Each part may stand on a page by itself, or be printed alone.
    invented = f'<p class="rp-note">{INVENTED}</p>\n' if exercise.document.is_invented else ""
    return (
        f'<div class="rp-part" data-group="{group}" data-kind="{first.kind}">\n'
        f'<h{heading} class="rp-title">{escape(first.title)}</h{heading}>\n{invented}{body}</div>'
    )


def _prompt(item: Item) -> str:
    return f'<p class="rp-prompt">{escape(item.prompt)}</p>\n'


def _meanings(layer: str) -> str:
    return _listed(LABELS_TITLE.get(layer, "The labels"), LABEL_SETS[layer], "label")


def _listed(title: str, labels: Sequence[Label], kind: str) -> str:
    rows = "".join(
        f'<div data-{kind}="{label.id}"><dt>{escape(label.name)}</dt><dd>{escape(label.meaning)}</dd></div>\n'
        for label in labels
    )
    return f'<details class="rp-meanings" open><summary>{escape(title)}</summary>\n<dl>\n{rows}</dl>\n</details>\n'


def _choices(exercise: Exercise, items: Sequence[Item]) -> str:
    document = exercise.document
    fieldsets = []
    for item in items:
        chips = "".join(
            f'<label class="rp-chip" title="{escape(label.meaning)}"><input type="radio" name="{item.id}" '
            f'value="{label.id}" title="{escape(label.meaning)}"><span>{escape(label.name)}</span></label>\n'
            for label in LABEL_SETS[item.layer]
        )
        legend = f'<span class="rp-asked">{escape(item.title)}</span>'
        if item.span:
            number = document.sentence_number(item.span.start)
            legend = (
                f'<span class="rp-number"><span class="rp-sr">Sentence </span>{number}</span> '
                f'<span class="rp-asked" lang="{escape(document.language)}">{escape(document.quote(item.span))}</span>'
            )
        fieldsets.append(
            f'<fieldset class="rp-choice" data-item="{item.id}"><legend>{legend}</legend>\n'
            f'<div class="rp-chips">\n{chips}</div>\n</fieldset>\n'
        )
    return _prompt(items[0]) + _meanings(items[0].layer) + "".join(fieldsets)


def _marking(exercise: Exercise, items: Sequence[Item]) -> str:
    item = items[0]
    document = exercise.document
    long = " rp-long" if len(document.paragraphs) > LONG else ""
    blocks = []
    for number, paragraph, pieces in _paragraphs(document):
        words = "".join(
            f'<span class="rp-s" data-n="{sentence}"></span>{escape(text)}' if sentence else escape(text)
            for sentence, text in pieces
        )
        blocks.append(f'<p class="rp-block" data-number="{number}" data-start="{paragraph.start}">{words}</p>\n')
    return (
        _prompt(item)
        + _meanings(item.layer)
        + (_listed(ACTORS_TITLE, item.actors, "actor") if item.actors else "")
        + '<div class="rp-marking">\n<div class="rp-palette"></div>\n'
        + f'<div class="rp-text{long}" data-item="{item.id}" lang="{escape(document.language)}">\n'
        + f'<div class="rp-on-paper rp-line-numbers" aria-hidden="true">{_line_numbers(document)}</div>\n'
        + "".join(blocks)
        + '</div>\n</div>\n<div class="rp-list"></div>\n'
    )


def _line_numbers(document: Document) -> str:
    """As many numbers, a line each, as the text has lines on paper, or more: the style sheet cuts off what is too many.

    A line is taken for as short as it may get on narrow paper.
    """
    lines = sum(1 + (p.end - p.start) // LINE for p in document.paragraphs)
    return "\n".join(str(n) for n in range(1, lines + 1))


def _free_text(exercise: Exercise, items: Sequence[Item]) -> str:
    return "".join(
        f'<label class="rp-writing"><span class="rp-prompt">{escape(item.prompt)}</span>\n'
        f'<textarea data-item="{item.id}" rows="7" maxlength="20000" spellcheck="true"></textarea></label>\n'
        for item in items
    )


def _paragraphs(document: Document) -> Iterator[tuple[int, Span, list[tuple[int, str]]]]:
    """Each paragraph with its number and its text in pieces.

    A piece has its sentence's number, or 0 for what stands between sentences.
    """
    text, sentences, at = document.text, document.sentences, 0
    for number, paragraph in enumerate(document.paragraphs, start=1):
        pieces: list[tuple[int, str]] = []
        position = paragraph.start
        while at < len(sentences) and sentences[at].start < paragraph.end:
            sentence = sentences[at]
            at += 1
            pieces.append((0, text[position : sentence.start]))
            pieces.append((at, text[sentence.start : sentence.end]))
            position = sentence.end
        pieces.append((0, text[position : paragraph.end]))
        yield number, paragraph, [piece for piece in pieces if piece[1]]


def chance_html(picture: str, assumed: str, data: Mapping[str, Any]) -> str:
    """The picture of chance with what it assumes, and what ``component/chance.js`` needs to move it."""
    return f'<div class="chance">\n{_json_script("chance-data", data)}{picture}\n{assumed}\n</div>'


def _json_script(name: str, value: object) -> str:
    """A data block that no text can break out of: nothing in it reads as markup."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return f'<script type="application/json" class="{name}">{text}</script>\n'
