"""A text with a stable id: spans of it, its sentences and paragraphs, and where they are kept.

Offsets are Unicode code points, end exclusive, everywhere in Python. Only the standard library is used here.
"""

from __future__ import annotations

import hashlib
import os
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FORMAT = 1
TEXT_BYTES_AT_MOST = 5_000_000


class KitError(Exception):
    """What a person gave the kit is not usable; the message says where, what, why and what to do next."""


class NotInKit(KitError):  # noqa: N818  it is told like any other KitError
    """There is no such document or exercise here."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Some words of a document: code points ``start`` to ``end``, end exclusive."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if type(self.start) is not int or type(self.end) is not int:
            raise ValueError(f"a span needs two whole numbers, got {self.start!r} and {self.end!r}")
        if not 0 <= self.start < self.end:
            raise ValueError(f"a span needs 0 <= start < end, got {self.start} to {self.end}")

    def __len__(self) -> int:
        return self.end - self.start

    def overlap(self, other: Span) -> int:
        """How many code points both cover."""
        return max(0, min(self.end, other.end) - max(self.start, other.start))


@dataclass(frozen=True, slots=True)
class Document:
    """One text with a stable id, and what is known of where it comes from.

    ``paragraphs`` and ``sentences`` are spans of ``text`` in reading order; each sentence lies in one paragraph.
    """

    id: str
    title: str
    language: str
    text: str
    paragraphs: tuple[Span, ...]
    sentences: tuple[Span, ...]
    about: dict[str, Any] = field(default_factory=dict, compare=False)

    @property
    def sha256(self) -> str:
        """The text's version: sha256 of its UTF-8 bytes, in hex."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def is_invented(self) -> bool:
        """Whether the text was made up for practice: then whatever shows it says so."""
        return self.about.get("invented") is True

    def quote(self, span: Span) -> str:
        """The words that a span covers."""
        return self.text[span.start : span.end]

    def sentence_number(self, position: int) -> int | None:
        """The number, from 1, of the sentence that holds a code point; None between sentences."""
        for number, sentence in enumerate(self.sentences, start=1):
            if sentence.start <= position < sentence.end:
                return number
        return None

    def check_quote(self, span: Span, quote: str) -> None:
        """Raise KitError unless the span reads exactly as it was quoted."""
        found = self.quote(span)
        if span.end > len(self.text):
            raise KitError(
                f"{self.id}[{span.start}:{span.end}] ends after the text, which has {len(self.text)} code points.\n"
                "The text changed after it was marked, or the offsets count UTF-16 units.\n"
                f"Restore {self.id}/text.txt, or mark these words again: {quote!r}"
            )
        if found != quote:
            raise KitError(
                f"{self.id}[{span.start}:{span.end}] reads {found!r}, but the annotation quotes {quote!r}.\n"
                "The text changed after it was marked, or the offsets count UTF-16 units.\n"
                f"Restore {self.id}/text.txt, or mark these words again."
            )


def kit_roots() -> Iterator[Path]:
    """The folders that may hold ``exercises/`` and ``data/documents/``, the nearest first.

    They are the current folder (a course), then the kit itself: a checkout, or what the wheel carries.
    ``REDPENCIL_KIT`` names another kit.
    """
    yield Path.cwd()
    if named := os.environ.get("REDPENCIL_KIT"):
        yield Path(named)
    package = Path(__file__).resolve().parent
    carried = package / "kit"
    yield carried if carried.is_dir() else package.parents[1]


def find_in_kit(folder: str, id: str, marker: str) -> Path:
    """The folder ``<root>/<folder>/<id>`` of the first root that has it, known by its ``marker`` file.

    Raises KitError with the places that were looked in and the ids that are there.
    """
    try:
        check_id(id, f"the id of a folder in {folder}/")
    except KitError as error:
        raise NotInKit(str(error)) from None
    looked: list[str] = []
    known: set[str] = set()
    for root in kit_roots():
        place = root / folder
        if (place / id / marker).is_file():
            return place / id
        looked.append(str(place))
        if place.is_dir():
            known.update(found.parent.name for found in place.glob(f"*/{marker}"))
    raise NotInKit(
        f"there is no {folder}/{id}/{marker}.\n"
        f"Looked in: {', '.join(dict.fromkeys(looked))}. Found there: {', '.join(sorted(known)) or 'nothing'}.\n"
        "Check the spelling, or change to the folder that holds it."
    )


def ids_in_kit(folder: str, marker: str) -> list[str]:
    """The ids of all that `find_in_kit` finds, sorted."""
    return sorted({found.parent.name for root in kit_roots() for found in (root / folder).glob(f"*/{marker}")})


def check_id(id: object, what: str) -> str:
    """An id that is safe as a file name and in a page: lower-case letters, digits and hyphens, at most 64."""
    if (
        isinstance(id, str)
        and 0 < len(id) <= 64
        and id[0] != "-"
        and all(c.isascii() and (c.islower() or c.isdigit() or c == "-") for c in id)
    ):
        return id
    raise KitError(f"{what} reads {id!r}; an id is 1 to 64 of a-z, 0-9 and hyphens, and starts with no hyphen.")


def load_document(place: Path | str) -> Document:
    r"""Read a document's folder, or find a document of the kit by its id.

    Raises KitError if a file is missing or broken, the text is not UTF-8 in NFC with ``\n`` line ends, or a paragraph
    or sentence does not fit the text.
    """
    folder = place if isinstance(place, Path) else find_in_kit("data/documents", place, "document.toml")
    about = read_toml(folder / "document.toml")
    text = _read_text(folder / "text.txt")
    where = str(folder / "document.toml")
    if about.get("redpencil") != FORMAT:
        raise KitError(
            f"{where} has the format {about.get('redpencil')!r}; this kit reads format {FORMAT}.\n"
            "Add the line: redpencil = 1, or update the kit if the file is newer."
        )
    for required in ("id", "title", "language"):
        if not isinstance(about.get(required), str) or not about[required]:
            raise KitError(f"{where}: {required!r} is missing or not a text. Add it.")
    if about["id"] != folder.name:
        raise KitError(
            f"{where}: the id reads {about['id']!r}, but the folder is called {folder.name!r}. Make them the same."
        )
    check_id(about["id"], f"{where}: id")
    document = Document(
        id=about["id"],
        title=about["title"],
        language=about["language"],
        text=text,
        paragraphs=_spans(about, "paragraphs", text, where),
        sentences=_spans(about, "sentences", text, where),
        about={k: v for k, v in about.items() if k not in ("paragraphs", "sentences")},
    )
    for sentence in document.sentences:
        if not any(p.start <= sentence.start and sentence.end <= p.end for p in document.paragraphs):
            raise KitError(
                f"{where}: the sentence {sentence.start} to {sentence.end} lies in no paragraph.\n"
                "Each sentence has to lie within one paragraph: correct the one or the other."
            )
    return document


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML file as a dictionary; KitError names the file, the place and what to do."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise KitError(f"{path} is missing. Restore it, or check the folder's name.") from None
    except UnicodeDecodeError as error:
        raise KitError(f"{path} is not UTF-8 (byte {error.start}). Save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise KitError(f"{path} is not valid TOML: {error}. Correct that place.") from None


def _read_text(path: Path) -> str:
    try:
        if path.stat().st_size > TEXT_BYTES_AT_MOST:
            raise KitError(
                f"{path} has {path.stat().st_size:,} bytes; a text has at most {TEXT_BYTES_AT_MOST:,}.\n"
                "Split it into several documents."
            )
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        raise KitError(f"{path} is missing. Restore it: a document is nothing without its text.") from None
    except UnicodeDecodeError as error:
        raise KitError(f"{path} is not UTF-8 (byte {error.start}). Save it as UTF-8.") from None
    if "\r" in text:
        raise KitError(f"{path} has Windows line ends, which shift every offset. Save it with \\n line ends.")
    if not unicodedata.is_normalized("NFC", text):
        raise KitError(f"{path} is not in Unicode form NFC, so that offsets would differ. Save it in NFC.")
    return text


def _spans(about: dict[str, Any], name: str, text: str, where: str) -> tuple[Span, ...]:
    spans: list[Span] = []
    rows = about.get(name, [])
    if not isinstance(rows, list):
        raise KitError(f"{where}: {name!r} has to be a list of [start, end].")
    for row in rows:
        try:
            start, end = row
            span = Span(start, end)
        except (TypeError, ValueError) as error:
            raise KitError(f"{where}: {name} holds {row!r}: {error}. Write [start, end].") from None
        if span.end > len(text):
            raise KitError(f"{where}: {name} holds {row!r}, but the text ends at {len(text)}. Correct the offsets.")
        if spans and span.start < spans[-1].end:
            raise KitError(f"{where}: {name}: {row!r} begins before the one before it ends. Put them in order.")
        spans.append(span)
    return tuple(spans)
