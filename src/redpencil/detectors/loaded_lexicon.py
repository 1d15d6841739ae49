"""The lexicon of loaded labels: reads `loaded_labels.toml`, whose head says how it was made and what it cannot see."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from redpencil.detectors.forms import adjective_forms, noun_forms, spellings, verb_forms
from redpencil.detectors.tokens import find_tokens

LAYER = "loaded-label"
NAME_CALLING, LOADED_LANGUAGE, EUPHEMISM, EXAGGERATION = (
    "name-calling",
    "loaded-language",
    "euphemism",
    "exaggeration-minimisation",
)
LABELS = (NAME_CALLING, LOADED_LANGUAGE, EUPHEMISM, EXAGGERATION)
SIDES = ("praise", "blame", "either")
KINDS = (
    "noun",
    "verb",
    "adjective",
    "adjective of people",
    "mild",
    "part",
    "noun phrase",
    "verb phrase",
    "phrase",
    "verb of people",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A word or fixed phrase of the lexicon, in its dictionary form, with its label and the group it belongs to.

    ``plainer`` is a wording that tells the same without the load, empty where none stands by itself. ``rare_base`` says
    that only its forms in -ed and -ing are looked for, because the bare form is commoner as another word.
    """

    words: str
    group: str
    label: str
    kind: str
    side: str
    why: str
    plainer: str = ""
    rare_base: bool = False


@dataclass(frozen=True, slots=True)
class Neutral:
    """A fixed term in which a loaded word is plain, and why."""

    words: str
    why: str


@dataclass(frozen=True)
class Lexicon:
    """The entries and the neutral terms, and each laid out by the forms that a text can hold."""

    entries: tuple[Entry, ...]
    neutral: tuple[Neutral, ...]
    by_kind: Mapping[str, Mapping[str, Entry]]
    phrases: Mapping[str, tuple[tuple[tuple[str, ...], Entry], ...]]
    people_phrases: Mapping[str, tuple[tuple[tuple[str, ...], Entry], ...]]
    neutral_terms: Mapping[str, tuple[tuple[str, ...], ...]]


def forms_of(entry: Entry) -> Iterator[tuple[str, ...]]:
    """Every form of an entry that is looked for, each as its words in lower case, without repetition."""
    words = tuple(t.norm for t in find_tokens(entry.words))
    first, last = words[0], words[-1]
    heads: Iterable[tuple[str, ...]]
    if entry.kind in ("noun", "noun phrase"):
        heads = ((*words[:-1], form) for form in noun_forms(last))
    elif entry.kind in ("verb", "verb phrase", "verb of people"):
        heads = ((form, *words[1:]) for form in verb_forms(first, entry.rare_base))
    elif entry.kind == "adjective" and len(words) == 1:
        heads = ((form,) for form in adjective_forms(first))
    else:
        heads = (words,)
    seen: set[tuple[str, ...]] = set()
    for form in heads:
        for beginning in spellings(form[0]):
            for ending in spellings(form[-1]) if len(form) > 1 else ("",):
                whole = (beginning, *form[1:-1], ending) if len(form) > 1 else (beginning,)
                if whole not in seen:
                    seen.add(whole)
                    yield whole


def _split(listing: str) -> Iterator[str]:
    return (" ".join(piece.split()) for piece in listing.replace("\n", " ").split(",") if piece.strip())


@cache
def load_lexicon() -> Lexicon:
    """Read the lexicon that the package carries. Raises ValueError if the file is not in its format."""
    source = resources.files("redpencil.detectors").joinpath("loaded_labels.toml").read_text(encoding="utf-8")
    return read_lexicon(source)


def read_lexicon(source: str) -> Lexicon:
    """Read a lexicon's TOML text: ``[[group]]`` tables with entries and ``[[neutral]]`` tables with terms.

    Raises ValueError, naming the group, if a label, kind or side is none of the lists above, or a group says no why.
    """
    tables = tomllib.loads(source)
    entries = []
    for table in tables["group"]:
        known = table["label"] in LABELS and table["kind"] in KINDS and table["side"] in SIDES
        if not known or not table["why"]:
            raise ValueError(f"the group {table['id']!r} needs a label, kind and side of the closed lists, and a why")
        for row in _split(table["entries"]):
            words, _, plainer = (part.strip() for part in row.partition(">"))
            entries.append(
                Entry(
                    words.removeprefix("~"),
                    table["id"],
                    table["label"],
                    table["kind"],
                    table["side"],
                    table["why"],
                    plainer,
                    words.startswith("~"),
                )
            )
    neutral = [Neutral(words, table["why"]) for table in tables["neutral"] for words in _split(table["terms"])]

    by_kind: dict[str, dict[str, Entry]] = {kind: {} for kind in (*KINDS, "label", "quality")}
    phrases: dict[str, dict[tuple[str, ...], Entry]] = {}
    people_phrases: dict[str, dict[tuple[str, ...], Entry]] = {}
    for entry in entries:
        for form in forms_of(entry):
            if entry.kind == "verb of people":
                people_phrases.setdefault(form[0], {}).setdefault(form, entry)
            elif len(form) > 1 or entry.kind in ("phrase", "noun phrase", "verb phrase"):
                phrases.setdefault(form[0], {}).setdefault(form, entry)
            elif entry.kind == "noun" and entry.label == NAME_CALLING:
                by_kind["label"].setdefault(form[0], entry)
            else:
                if entry.kind in ("adjective", "adjective of people"):
                    by_kind["quality"].setdefault(form[0], entry)
                by_kind[entry.kind].setdefault(form[0], entry)
    terms: dict[str, list[tuple[str, ...]]] = {}
    for term in neutral:
        words_of = tuple(t.norm for t in find_tokens(term.words))
        for last in noun_forms(words_of[-1]):
            terms.setdefault(words_of[0], []).append((*words_of[:-1], last))

    def longest_first(
        table: dict[str, dict[tuple[str, ...], Entry]],
    ) -> dict[str, tuple[tuple[tuple[str, ...], Entry], ...]]:
        return {
            first: tuple(sorted(rows.items(), key=lambda row: (-len(row[0]), row[0]))) for first, rows in table.items()
        }

    return Lexicon(
        tuple(entries),
        tuple(neutral),
        by_kind,
        longest_first(phrases),
        longest_first(people_phrases),
        {first: tuple(sorted(rows, key=lambda row: (-len(row), row))) for first, rows in terms.items()},
    )
