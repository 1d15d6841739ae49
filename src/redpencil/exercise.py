"""An exercise is data: a spec, a key and a rubric, read and checked; and the answers that come back.

Only the standard library is used here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from redpencil.annotation import Annotation, read_annotations
from redpencil.document import (
    FORMAT,
    Document,
    KitError,
    NotInKit,
    Span,
    check_id,
    find_in_kit,
    load_document,
    read_toml,
)

ITEM_KINDS = ("choice", "marks", "free-text")
# What stands above an invented text, wherever an exercise shows it.
INVENTED = "The text of this exercise is invented. Nothing in it happened."


class NoKey(NotInKit):
    """There is an exercise, but no key for it where the key was looked for."""


@dataclass(frozen=True, slots=True)
class Label:
    """A value from a layer's closed list: its id, its name for a reader, and what it means."""

    id: str
    name: str
    meaning: str


# The sourcing ladder, easiest to check first; the parts of an attribution (PolNeAR); whether the wording of a sentence
# takes a side; how a loaded word does it (after the Propaganda Techniques Corpus); how likely something is; and the
# parts of a claim about how many (after what Every Casualty asks to be recorded).
LABEL_SETS: Mapping[str, tuple[Label, ...]] = {
    "sourcing": (
        Label("record", "record", "something you can open: a document, data, footage"),
        Label("named", "named", "a named person or body, on the record"),
        Label("role", "role", "an office or institution, without a name or a document"),
        Label("group", "group", "“activists”, “sources”, “media”: nobody you could ask"),
        Label("sourceless", "sourceless", "attributed to nobody: “it is said”, “appears”"),
        Label("own-voice", "own voice", "the report vouches for it; no source is given"),
        Label("opinion", "opinion", "a judgement or a call, not a claim of fact"),
    ),
    "attribution": (
        Label("source", "source", "who says it"),
        Label("cue", "cue", "the words that hand it over: “claimed”, “according to”"),
        Label("content", "content", "what is said"),
    ),
    "wording": (
        Label(
            "loaded", "loaded", "a word in it praises or blames a side, where a plainer word would tell the same facts"
        ),
        Label("plain", "plain", "its words describe; either side’s paper could print it"),
    ),
    "loaded-label": (
        Label(
            "name-calling", "name-calling", "a name for a person or a group that praises or blames: “angels”, “crooks”"
        ),
        Label(
            "loaded-language",
            "loaded language",
            "a word for a deed or a thing that stirs feelings for or against a side",
        ),
        Label("euphemism", "euphemism", "a softer or nicer word for a harsh deed"),
        Label(
            "exaggeration-minimisation",
            "exaggeration or minimisation",
            "makes something larger or smaller, better or worse, than the report itself shows",
        ),
    ),
    "likelihood": (
        Label("very-unlikely", "very unlikely", "you would expect it in 5 of 100 such cases"),
        Label("rather-unlikely", "rather unlikely", "you would expect it in 25 of 100 such cases"),
        Label("even", "as likely as not", "you would expect it in 50 of 100 such cases"),
        Label("rather-likely", "rather likely", "you would expect it in 75 of 100 such cases"),
        Label("very-likely", "very likely", "you would expect it in 95 of 100 such cases"),
    ),
    "casualty-claim": (
        Label("number", "number", "how many or how much: the figure alone, or a word in its place: “12”, “dozens”"),
        Label("unit-of-count", "unit of count", "what is counted, and what is said to have become of it"),
        Label("counter", "counter", "who counted, as far as the text says so"),
        Label("hedge", "hedge", "words that loosen a number: “about”, “nearly”, “more than”"),
        Label("name", "name", "the name of somebody who was hurt or killed, as it is printed"),
    ),
}


# What the row of an actor may hold.
_OF_AN_ACTOR = frozenset({"name", "meaning"})
# What of an item's row holds its hints.
HINTS = ("hints", "look_at")
HINTS_AT_MOST = 20
# The probability that says neither yes nor no.
EVEN = 0.5
ACTORS_AT_MOST = 20


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of a rubric: what is looked at, and what each number of points stands for."""

    id: str
    criterion: str
    levels: tuple[tuple[float, str], ...]

    @property
    def points(self) -> float:
        """The points of the highest level."""
        return max(points for points, _ in self.levels)


@dataclass(frozen=True, slots=True)
class Hint:
    """A step towards an answer, from a nudge to the place: ``span`` is where to look, if the step says so."""

    text: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A part of an exercise that is answered by itself.

    ``group`` is the id that the spec gives; an item that stands for each sentence becomes ``<group>-01``,
    ``<group>-02``… ``points`` maps a label to its points for marks, and holds one entry, ``""``, otherwise. ``span`` is
    what a choice is about; ``signal`` are the labels that say that there is something to spot, ``noise`` those that say
    that there is nothing. ``probabilities`` are what each label of a choice stands for, from 0 to 1, where it is asked
    how likely something is; ``signal`` and ``noise`` are then the labels above and below 0.5. ``hints`` are for whoever
    asks, one after the other. ``actors`` are those whom a mark may be said to hit, with praise or with blame; saying so
    earns no points.
    """

    id: str
    group: str
    kind: str
    layer: str
    title: str
    prompt: str
    points: Mapping[str, float]
    span: Span | None = None
    signal: tuple[str, ...] = ()
    noise: tuple[str, ...] = ()
    probabilities: Mapping[str, float] = field(default_factory=dict)
    rubric: tuple[Criterion, ...] = ()
    hints: tuple[Hint, ...] = ()
    actors: tuple[Label, ...] = ()

    @property
    def points_at_most(self) -> float:
        """What a perfect answer earns."""
        return sum(self.points.values())


@dataclass(frozen=True)
class Exercise:
    """A student task over one document.

    ``spec`` and ``rubric`` are the parsed TOML files, kept so that the exercise can be handed on without its key.
    """

    id: str
    title: str
    intro: str
    document: Document
    items: tuple[Item, ...]
    spec: Mapping[str, Any]
    rubric: Mapping[str, Any]
    folder: Path | None = None

    @cached_property
    def version(self) -> str:
        """Sha256, in hex, of the spec (as canonical JSON) and the text: answers to another version do not fit.

        ``still_fits`` is left out of it: it names earlier versions, so that a prompt can be reworded while a class is
        at work. So are ``file_name`` and the hints: whatever they say, an answer fits.
        """
        counted = {name: value for name, value in self.spec.items() if name not in ("still_fits", "file_name")}
        counted["items"] = [
            {name: value for name, value in row.items() if name not in HINTS} for row in self.spec.get("items", ())
        ]
        spec = json.dumps(counted, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(f"{spec}\n{self.document.id} {self.document.sha256}\n".encode()).hexdigest()

    @property
    def fitting_versions(self) -> tuple[str, ...]:
        """The version, and the earlier ones whose answers still fit by the spec's ``still_fits``."""
        return (self.version, *self.spec.get("still_fits", ()))

    @property
    def file_name(self) -> str:
        """What the files for students are called, without their endings: the spec's ``file_name``, or the id.

        An invented list of dead is called so in the name of each file that holds it.
        """
        return str(self.spec.get("file_name", self.id))

    @cached_property
    def item_by_id(self) -> Mapping[str, Item]:
        """The items by their ids, in order."""
        return {item.id: item for item in self.items}

    @property
    def groups(self) -> tuple[str, ...]:
        """The ids that the spec gives to its items, in order."""
        return tuple(dict.fromkeys(item.group for item in self.items))

    def in_group(self, group: str) -> tuple[Item, ...]:
        """The items of one group."""
        return tuple(item for item in self.items if item.group == group)

    @property
    def points_at_most(self) -> float:
        """What a perfect answer to everything earns."""
        return sum(item.points_at_most for item in self.items)

    def to_json(self) -> dict[str, Any]:
        """The exercise without its key, as one object: what `exercise_from_json` reads back."""
        document = self.document
        return {
            "redpencil": FORMAT,
            "spec": self.spec,
            "rubric": self.rubric,
            "document": {
                "id": document.id,
                "title": document.title,
                "language": document.language,
                "text": document.text,
                "paragraphs": [[p.start, p.end] for p in document.paragraphs],
                "sentences": [[s.start, s.end] for s in document.sentences],
                "about": {
                    name: value if isinstance(value, str | int | float | bool) else str(value)
                    for name, value in document.about.items()
                },
            },
        }


@dataclass(frozen=True, slots=True)
class Answers:
    """What one student answered: the stored object, checked for its form but not yet against the exercise.

    ``hints`` counts, by item id, how many hints the student took.
    """

    exercise: str
    exercise_version: str
    answers: Mapping[str, Any]
    student_id: str = ""
    student_name: str = ""
    saved_at: str = ""
    hints: Mapping[str, int] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The object of the format ``redpencil: 1``."""
        row: dict[str, Any] = {
            "redpencil": FORMAT,
            "exercise": self.exercise,
            "exercise_version": self.exercise_version,
            "answers": dict(self.answers),
            "saved_at": self.saved_at,
        }
        if self.student_id or self.student_name:
            row["student"] = {"id": self.student_id, "name": self.student_name}
        if self.hints:
            row["hints"] = dict(self.hints)
        return row


def load_exercise(place: Path | str) -> Exercise:
    """Read an exercise's folder, or find one of the kit by its id. Raises KitError with the place and the next step."""
    folder = place if isinstance(place, Path) else find_in_kit("exercises", place, "exercise.toml")
    spec = read_toml(folder / "exercise.toml")
    where = str(folder / "exercise.toml")
    if spec.get("id") != folder.name:
        raise KitError(
            f"{where}: the id reads {spec.get('id')!r}, but the folder is called {folder.name!r}. Make them the same."
        )
    rubric_file = folder / "rubric.toml"
    rubric = read_toml(rubric_file) if rubric_file.is_file() else {"redpencil": FORMAT}
    document = load_document(_text(spec, "document", where))
    return _build(spec, rubric, document, where, folder)


def exercise_from_json(row: object, where: str) -> Exercise:
    """Read what `Exercise.to_json` gave; ``where`` names the file in an error. Raises KitError."""
    try:
        assert isinstance(row, dict)  # noqa: S101  turned into the error below
        if row["redpencil"] != FORMAT:
            raise KitError(f"{where} has the format {row['redpencil']!r}; this kit reads format {FORMAT}. Update it.")
        stored = row["document"]
        document = Document(
            id=stored["id"],
            title=stored["title"],
            language=stored["language"],
            text=stored["text"],
            paragraphs=tuple(Span(*pair) for pair in stored["paragraphs"]),
            sentences=tuple(Span(*pair) for pair in stored["sentences"]),
            about=stored["about"],
        )
        spec, rubric = row["spec"], row["rubric"]
    except (AssertionError, KeyError, TypeError, ValueError) as error:
        raise KitError(
            f"{where} is not an exercise as `redpencil release` writes it ({error!r}). Ask for it again."
        ) from None
    return _build(spec, rubric, document, where, None)


def load_key(exercise: Exercise, keys: Path | None = None) -> tuple[Annotation, ...]:
    """The key of an exercise, from its own folder, or from ``keys``: ``<keys>/<id>/key.jsonl``, ``<keys>/<id>.jsonl``.

    Raises NoKey if it is missing, and KitError if it does not fit the text, uses a label that its layer does not have
    or an actor that its item does not list, gives no reason, or leaves a choice item without its one required label.
    """
    if keys is not None:
        path = keys / exercise.id / "key.jsonl"
        if not path.is_file() and (keys / f"{exercise.id}.jsonl").is_file():
            path = keys / f"{exercise.id}.jsonl"
    elif exercise.folder is not None:
        path = exercise.folder / "key.jsonl"
    else:
        raise KitError(f"{exercise.id} came without its key. Name the folder that holds it with --keys.")
    if not path.exists():
        raise NoKey(f"{path} is missing. Restore it, or check the name of the file or the folder.")
    key = read_annotations(path, exercise.document)
    _check_key(exercise, key, path)
    return key


def key_for_item(item: Item, key: Sequence[Annotation]) -> tuple[Annotation, ...]:
    """The annotations of a key that bear on one item: its layer's, and for a choice those on its span."""
    return tuple(a for a in key if a.layer == item.layer and (item.span is None or a.spans == (item.span,)))


def has_something_to_spot(item: Item, bearing: Iterable[Annotation]) -> bool | None:
    """Whether a choice is about something to spot, by the key's annotations that bear on it: yes, or no, or neither.

    It is neither where the key accepts readings of both kinds.
    """
    fitting = {a.label for a in bearing}
    is_signal, is_noise = fitting <= set(item.signal), fitting <= set(item.noise)
    return is_signal if is_signal or is_noise else None


def _build(
    spec: Mapping[str, Any], rubric: Mapping[str, Any], document: Document, where: str, folder: Path | None
) -> Exercise:
    if spec.get("redpencil") != FORMAT:
        raise KitError(
            f"{where} has the format {spec.get('redpencil')!r}; this kit reads format {FORMAT}.\n"
            "Add the line: redpencil = 1, or update the kit if the file is newer."
        )
    rows = spec.get("items")
    if not isinstance(rows, list) or not rows:
        raise KitError(f"{where}: there are no [[items]]. An exercise has one item or more.")
    earlier = spec.get("still_fits", [])
    if not isinstance(earlier, list) or not all(isinstance(one, str) and len(one) == 64 for one in earlier):
        raise KitError(f"{where}: still_fits is {earlier!r}; expected a list of versions, 64 hexadecimal digits each.")
    id = check_id(spec.get("id"), f"{where}: id")
    called = check_id(spec.get("file_name", id), f"{where}: file_name")
    if called != id and not called.endswith(f"-{id}"):
        raise KitError(f"{where}: file_name is {called!r}; a notebook looks for one that ends in {f'-{id}'!r}.")
    items: list[Item] = []
    for number, row in enumerate(rows, start=1):
        made = _items(row, rubric, document, f"{where}, item {number}")
        if any(item.group == made[0].group for item in items):
            raise KitError(f"{where}: the id {made[0].group!r} names two groups of items. Rename one.")
        items.extend(made)
    ids = [item.id for item in items]
    if twice := sorted({id for id in ids if ids.count(id) > 1}):
        raise KitError(f"{where}: the item id {twice[0]!r} stands there twice. Rename one.")
    return Exercise(
        id=id,
        title=_text(spec, "title", where),
        intro=str(spec.get("intro", "")),
        document=document,
        items=tuple(items),
        spec=spec,
        rubric=rubric,
        folder=folder,
    )


def _items(row: Any, rubric: Mapping[str, Any], document: Document, where: str) -> list[Item]:
    if not isinstance(row, dict):
        raise KitError(f"{where}: expected a table, found {row!r}.")
    kind = row.get("kind")
    if kind not in ITEM_KINDS:
        raise KitError(f"{where}: kind is {kind!r}; expected one of {', '.join(ITEM_KINDS)}.")
    group = check_id(row.get("id"), f"{where}: id")
    layer = row.get("layer", "")
    if kind != "free-text" and layer not in LABEL_SETS:
        raise KitError(f"{where}: layer is {layer!r}; expected one of {', '.join(LABEL_SETS)}.")
    labels = {label.id for label in LABEL_SETS.get(layer, ())}
    for name in ("signal", "noise"):
        named = row.get(name, [])
        if not isinstance(named, list) or not all(isinstance(label, str) for label in named):
            raise KitError(f"{where}: {name} is {named!r}; expected a list of labels.")
        if unknown := set(named) - labels:
            raise KitError(f"{where}: {name} holds {sorted(unknown)[0]!r}, which is no label of the layer {layer!r}.")
    criteria = _criteria(rubric.get(group), where) if kind == "free-text" else ()
    probabilities = _probabilities(row, kind, labels, where)
    common = {
        "group": group,
        "kind": kind,
        "layer": layer,
        "title": _text(row, "title", where),
        "prompt": _text(row, "prompt", where),
        "signal": tuple(row.get("signal", ())) or tuple(label for label, p in probabilities.items() if p > EVEN),
        "noise": tuple(row.get("noise", ())) or tuple(label for label, p in probabilities.items() if p < EVEN),
        "probabilities": probabilities,
        "rubric": criteria,
        "actors": _actors(row.get("actors", {}), kind, where),
    }
    points = _points(row.get("points"), kind, labels, criteria, where)
    hints = _hints(row.get("hints", []), document, where)
    places = _places(row.get("look_at", {}), kind, document, where)
    if row.get("each") is None and kind != "choice":
        return [Item(id=group, points=points, hints=hints, **common)]
    if row.get("each") != "sentence" or kind != "choice":
        raise KitError(f'{where}: each is {row.get("each")!r}; a choice has each = "sentence", nothing else has it.')
    width = max(2, len(str(len(document.sentences))))
    return [
        Item(id=f"{group}-{n:0{width}}", points=points, span=sentence, hints=hints + places.get(n, ()), **common)
        for n, sentence in enumerate(document.sentences, start=1)
    ]


def _probabilities(row: Mapping[str, Any], kind: str, labels: set[str], where: str) -> dict[str, float]:
    """What each label of a choice stands for, mirrored at 0.5, so that a false alarm costs as much as a miss."""
    rows = row.get("probabilities", {})
    if rows == {}:
        return {}
    if kind != "choice" or not isinstance(rows, dict) or set(rows) != labels or row.get("signal") or row.get("noise"):
        raise KitError(
            f"{where}: probabilities is {rows!r}; only a choice has it: a number for each label of its layer, "
            f"{', '.join(sorted(labels))}, and then neither signal nor noise."
        )
    for label, p in rows.items():
        if isinstance(p, bool) or not isinstance(p, int | float) or not 0 <= p <= 1:
            raise KitError(f"{where}: the probability of {label!r} is {p!r}; expected a number from 0 to 1.")
    ordered = sorted(rows.values())
    if ordered[0] == EVEN or any(abs(a + b - 1) > 1e-9 for a, b in zip(ordered, reversed(ordered), strict=True)):
        raise KitError(
            f"{where}: the probabilities are {ordered}, which are not mirrored at {EVEN}.\n"
            "A false alarm would cost more or less than a miss. To each p add 1 - p: 0.05 and 0.95, say."
        )
    return {label: float(p) for label, p in rows.items()}


def _hints(rows: Any, document: Document, where: str) -> tuple[Hint, ...]:
    """The steps that are there for every item of a group: a text each, or a text and the words ``at`` which to look."""
    if not isinstance(rows, list) or len(rows) > HINTS_AT_MOST:
        raise KitError(f"{where}: hints is {rows!r}; expected a list of at most {HINTS_AT_MOST} hints.")
    hints = []
    for row in rows:
        named = row if isinstance(row, dict) else {"text": row}
        text, words = named.get("text"), named.get("at", "")
        if not isinstance(text, str) or not text.strip() or not isinstance(words, str) or set(named) - {"text", "at"}:
            raise KitError(
                f"{where}: the hint {row!r} is neither a text nor a text and words to look at.\n"
                'Write "…", or { text = "…", at = "words of the document" }.'
            )
        whole = Span(0, len(document.text))
        hints.append(Hint(text, _find_once(words, whole, document, f"{where}: a hint’s at") if words else None))
    return tuple(hints)


def _actors(rows: Any, kind: str, where: str) -> tuple[Label, ...]:
    """Whom a mark may hit, by id: a name, or a name and what it means. Only marks have actors."""
    if not isinstance(rows, dict) or len(rows) > ACTORS_AT_MOST or (rows and kind != "marks"):
        raise KitError(
            f"{where}: actors is {rows!r}; only marks have it: a table of at most {ACTORS_AT_MOST} ids and names."
        )
    actors = []
    for id, row in rows.items():
        named = row if isinstance(row, dict) else {"name": row}
        name, meaning = named.get("name"), named.get("meaning", "")
        if not isinstance(name, str) or not name.strip() or not isinstance(meaning, str) or set(named) - _OF_AN_ACTOR:
            raise KitError(
                f"{where}: the actor {id} is {row!r}, which is neither a name nor a name and its meaning.\n"
                f'Write {id} = "…", or {id} = {{ name = "…", meaning = "…" }}.'
            )
        actors.append(Label(check_id(id, f"{where}: an actor"), name, meaning))
    return tuple(actors)


def _places(rows: Any, kind: str, document: Document, where: str) -> dict[int, tuple[Hint, ...]]:
    """The last step for each sentence: the words in it to look at, by the sentence's number."""
    if not isinstance(rows, dict) or (rows and kind != "choice"):
        raise KitError(f"{where}: look_at is {rows!r}; only a choice has it: a table of sentence numbers and words.")
    places: dict[int, tuple[Hint, ...]] = {}
    for name, words in rows.items():
        number = int(name) if name.isdecimal() and name.isascii() and len(name) < 10 else 0
        if not 1 <= number <= len(document.sentences) or not isinstance(words, str):
            raise KitError(
                f"{where}: look_at has {name} = {words!r}; expected the number of a sentence, from 1 to "
                f"{len(document.sentences)}, and words that stand in it."
            )
        span = _find_once(words, document.sentences[number - 1], document, f"{where}: look_at, sentence {number}")
        places[number] = (Hint(f"Look at these words: “{words}”.", span),)
    return places


def _find_once(words: str, within: Span, document: Document, where: str) -> Span:
    stretch = document.quote(within)
    if stretch.count(words) != 1 or not words.strip():
        times = "not there" if words not in stretch else f"there {stretch.count(words)} times"
        raise KitError(
            f"{where}: the words {words!r} are {times}. Copy a stretch out of the text that stands in it once."
        )
    start = within.start + stretch.index(words)
    return Span(start, start + len(words))


def _points(value: Any, kind: str, labels: set[str], criteria: Sequence[Criterion], where: str) -> dict[str, float]:
    if kind == "free-text":
        return {"": sum(c.points for c in criteria)}
    rows = value if isinstance(value, dict) else {"": value}
    for name, points in rows.items():
        if isinstance(points, bool) or not isinstance(points, int | float) or not 0 <= points < 10_000:
            raise KitError(f"{where}: points is {value!r}; expected a number from 0.")
        if kind == "marks" and name not in labels:
            raise KitError(
                f"{where}: points is {value!r}; marks have points for each label: {', '.join(sorted(labels))}."
            )
    return {name: float(points) for name, points in rows.items()}


def _criteria(rows: Any, where: str) -> tuple[Criterion, ...]:
    if not isinstance(rows, list) or not rows:
        raise KitError(f"{where}: free text needs a rubric: write its criteria into rubric.toml under the item's id.")
    try:
        return tuple(
            Criterion(
                check_id(row["id"], "criterion"),
                str(row["criterion"]),
                tuple((float(level["points"]), str(level["description"])) for level in row["levels"]),
            )
            for row in rows
        )
    except (KeyError, TypeError, ValueError) as error:
        raise KitError(
            f"{where}: its rubric misses something ({error!r}).\n"
            "A criterion has an id, a criterion, and levels, each with points and a description."
        ) from None


def _text(row: Mapping[str, Any], name: str, where: str) -> str:
    value = row.get(name)
    if not isinstance(value, str) or not value.strip():
        raise KitError(f"{where}: {name!r} is {value!r}; expected a text. Add it.")
    return value


def _check_key(exercise: Exercise, key: Sequence[Annotation], path: Path) -> None:
    by_id = {a.id: a for a in key}
    for annotation in key:
        where = f"{path} ({annotation.id})"
        labels = [label.id for label in LABEL_SETS.get(annotation.layer, ())]
        if annotation.label not in labels:
            raise KitError(
                f"{where}: the label {annotation.label!r} is not one of the layer {annotation.layer!r}: "
                f"{', '.join(labels) or 'there is no such layer'}."
            )
        if not annotation.reason.strip():
            raise KitError(f"{where}: there is no reason. Each annotation of a key has one that a student can read.")
        listed = [a.id for item in exercise.items if item.layer == annotation.layer for a in item.actors]
        if annotation.actor and annotation.actor not in listed:
            raise KitError(
                f"{where}: the actor is {annotation.actor!r}; expected one that exercise.toml lists for the layer "
                f"{annotation.layer!r}: {', '.join(listed) or 'it lists none'}.\n"
                "Correct the spelling, or add it to the [items.actors] of the marking item."
            )
        for link in annotation.links:
            if by_id[link.to].label != link.role:
                raise KitError(f"{where}: it links to {link.to!r} as {link.role}, which is a {by_id[link.to].label}.")
    for item in exercise.items:
        if item.kind == "free-text":
            continue
        bearing = key_for_item(item, key)
        required = [a.label for a in bearing if a.status == "required"]
        if item.kind == "choice" and len(required) != 1:
            raise KitError(f"{path}: the item {item.id} needs one required label on its span, it has {len(required)}.")
        if item.probabilities:
            ends = {min(item.probabilities.values()), max(item.probabilities.values())}
            if len(bearing) != 1 or item.probabilities[required[0]] not in ends:
                raise KitError(
                    f"{path}: the item {item.id} asks how likely something is, and the key has "
                    f"{', '.join(a.label for a in bearing)}.\n"
                    "A key knows how it is: give it the likeliest or the least likely label, and no second one."
                )
        for label in item.points:
            if item.kind == "marks" and label not in required:
                raise KitError(
                    f"{path}: the item {item.id} gives points for {label!r}, but the key requires no such mark.\n"
                    "Drop those points from exercise.toml, or add the mark to the key."
                )
