"""All detectors together: which layers there are, what they suggest of a text, and the text of a file.

A detector is imported when its layer is asked for.
"""

from __future__ import annotations

from codecs import BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_LE
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

from redpencil.annotation import Link
from redpencil.detectors import Progress, Suggestion
from redpencil.detectors.words import looks_english
from redpencil.document import FORMAT, KitError

FILE_BYTES_AT_MOST = 20_000_000
STANDARD_INPUT = "standard input"

# The layer, the module of its detector, and the function.
DETECTORS = {
    "attribution": ("redpencil.detectors.sourcing", "detect_attributions"),
    "sourcing": ("redpencil.detectors.sourcing", "detect_rungs"),
    "loaded-label": ("redpencil.detectors.loaded_labels", "detect_loaded_labels"),
}
NOT_ENGLISH = (
    "few or no English function words were found, and the rules are for English: expect little, and little of use"
)


def layers() -> list[str]:
    """The layers that this installation has a detector for."""
    return [layer for layer, (module, _) in DETECTORS.items() if find_spec(module) is not None]


def detect(text: str, wanted: Sequence[str] = (), progress: Progress | None = None) -> list[Suggestion]:
    """What the detectors of the ``wanted`` layers suggest, or of all; sorted by place, ids unique over all of it.

    ``progress`` is told how many code points further it has read, of the whole text once for each layer.
    Raises KitError for a layer that has no detector.
    """
    known = layers()
    found: list[Suggestion] = []
    used: set[str] = set()
    for layer in dict.fromkeys(wanted or known):
        if layer not in known:
            raise KitError(f"There is no detector for the layer {layer!r}. There are: {', '.join(known)}.")
        module, function = DETECTORS[layer]
        reading = _Reading(progress)
        suggestions: list[Suggestion] = getattr(import_module(module), function)(text, progress=reading)
        reading(len(text))
        found += _renamed(suggestions, layer, used)
    return sorted(found, key=lambda suggestion: suggestion.place)


class _Reading:
    """Told how far one detector has read, it passes on how much further that is than before."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._told = 0

    def __call__(self, read: int) -> None:
        if self._progress is not None and read > self._told:
            self._progress(read - self._told)
            self._told = read


def report(document: str, text: str, suggestions: Sequence[Suggestion]) -> dict[str, Any]:
    """The object that ``redpencil detect --json`` prints; ``notice`` is there only if the text is hardly English."""
    notice = {} if looks_english(text) else {"notice": NOT_ENGLISH}
    return {
        "redpencil": FORMAT,
        "document": document,
        **notice,
        "annotations": [suggestion.to_json() for suggestion in suggestions],
    }


def read_text(path: Path) -> str:
    """The text of a file, as it stands. Raises KitError if it is too large, no text in UTF-8, or holds no words."""
    try:
        with path.open("rb") as file:
            data = read_bytes(file, str(path))
    except FileNotFoundError:
        raise KitError(f"{path} is missing. Check the name of the file or the folder.") from None
    except IsADirectoryError:
        raise KitError(
            f"{path} is a folder; expected a file of text. Name the file, such as {path}/text.txt."
        ) from None
    except OSError as error:
        raise KitError(f"{path} cannot be read: {error.strerror}. It has to be a file of text.") from None
    return decode_text(data, str(path))


def read_bytes(stream: IO[bytes], where: str) -> bytes:
    """What a stream holds. Raises KitError, which names ``where``, if that is more than a file may have."""
    data = stream.read(FILE_BYTES_AT_MOST + 1)
    if len(data) > FILE_BYTES_AT_MOST:
        raise KitError(
            f"{where} has more than {FILE_BYTES_AT_MOST:,} bytes, which is the limit. Split it into several files."
        )
    return data


def decode_text(data: bytes, where: str) -> str:
    """The text of some bytes, without a byte order mark.

    Raises KitError, which names ``where``, if they are no text in UTF-8 or hold no words.
    """
    # The mark of UTF-32 begins as one of UTF-16 does.
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) and not data.startswith(BOM_UTF32_LE):
        raise KitError(
            f"{where} is in UTF-16, by the mark in its first two bytes; expected plain text in UTF-8.\n"
            "Some editors call that encoding “Unicode”. Save it as plain text in UTF-8."
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise KitError(
            f"{where} is not UTF-8: byte {error.start:,} is 0x{data[error.start]:02x}; expected plain text.\n"
            "It may be a picture, a PDF or a Word file, or text in another encoding.\n"
            "Save it as plain text in UTF-8."
        ) from None
    if "\0" in text:
        raise KitError(
            f"{where} holds a zero byte (character {text.index(chr(0)):,}); expected plain text.\n"
            "It is a binary file, or text in UTF-16. Save it as plain text in UTF-8."
        )
    if not any(character.isalnum() for character in text):
        raise KitError(
            f"{where} holds no text: not a letter in {len(data):,} bytes. Name a file with some words in it."
        )
    return text


def _renamed(suggestions: list[Suggestion], layer: str, used: set[str]) -> list[Suggestion]:
    """The suggestions of one layer, with its name before each id if one of them is taken already."""
    ids = [suggestion.annotation.id for suggestion in suggestions]
    if used.isdisjoint(ids):
        used.update(ids)
        return suggestions
    names = {id: f"{layer}-{id}" for id in ids}
    used.update(names.values())
    return [
        replace(
            suggestion,
            annotation=replace(
                suggestion.annotation,
                id=names[suggestion.annotation.id],
                links=tuple(Link(names.get(link.to, link.to), link.role) for link in suggestion.annotation.links),
            ),
        )
        for suggestion in suggestions
    ]
