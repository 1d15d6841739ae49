"""Submissions that lie elsewhere than in a folder: any address that fsspec can list, such as s3://bucket/class."""

from __future__ import annotations

import hashlib
import posixpath
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redpencil.document import KitError
from redpencil.grading.intake import LITTER, SUFFIXES, Found, find_submissions
from redpencil.grading.submissions import BYTES_AT_MOST, NAME_AT_MOST, TOO_LARGE, UNREADABLE, too_large

# A folder or a file of this machine, or an address.
Place = Path | str


@dataclass(frozen=True, slots=True)
class FoundElsewhere(Found):
    """A file behind an address; ``address`` is what fsspec opens, on this machine or on another."""

    address: str = ""

    def read(self) -> tuple[bytes, str]:
        """As `Found.read`."""
        from fsspec import open as open_address

        try:
            with open_address(self.address, "rb") as stream:
                data: bytes = stream.read(BYTES_AT_MOST + 1)
        except Exception as error:
            # Each kind of store has errors of its own; what the reader of a file expects is this one.
            raise OSError(0, f"{type(error).__name__}: {error}", self.address) from error
        return data, hashlib.sha256(data).hexdigest()


def place_of(text: str) -> Place:
    """What a person named: an address of fsspec's has ``://`` in it, anything else is of this machine."""
    return text if "://" in text else Path(text)


def find_anywhere(places: Sequence[Place]) -> Iterator[Found]:
    """As `intake.find_submissions`, of addresses as well. Of several places, paths behind an address begin with it."""
    here = [place for place in places if isinstance(place, Path)]
    if here:
        yield from find_submissions(here)
    for place in places:
        if not isinstance(place, Path):
            yield from find_elsewhere(place, f"{place.rstrip('/')}/" if len(places) > 1 else "")


def find_elsewhere(address: str, before: str = "") -> Iterator[Found]:
    """The files behind an address, by student as `intake.find_submissions` has it: a folder each, or loose files.

    ``before`` comes before each path that is shown. A folder's listing is in memory while it is gone through, as the
    store gives it. Raises KitError if the address cannot be listed.
    """
    try:
        from fsspec.core import url_to_fs
    except ImportError as error:
        raise KitError(
            f"{address} is an address, which needs fsspec, and it is not installed ({error}).\n"
            "Install it: pip install 'redpencil[cluster]'"
        ) from None
    try:
        system, root = url_to_fs(address)
        if not system.exists(root):
            raise FileNotFoundError("there is nothing at this address")
        about = system.info(root)
    except Exception as error:
        raise KitError(
            f"{address} cannot be opened: {error}.\n"
            "Check the address. Another kind of store needs its own package for fsspec (s3:// needs s3fs, gs:// needs "
            "gcsfs), and its own sign-in."
        ) from None
    if about["type"] != "directory":
        yield _found(system, about, before + posixpath.basename(root), "")
        return
    waiting = [(root, "")]
    while waiting:
        folder, student = waiting.pop()
        inner = []
        for entry in sorted(system.ls(folder, detail=True), key=lambda entry: str(entry["name"])):
            name = posixpath.basename(entry["name"].rstrip("/"))
            # Some stores list a folder within itself.
            if entry["name"].rstrip("/") == folder.rstrip("/") or LITTER.match(name):
                continue
            if entry["type"] == "directory" and not entry.get("islink"):
                inner.append((entry["name"], student or _shown(name)[:NAME_AT_MOST]))
            else:
                yield _found(system, entry, before + posixpath.relpath(entry["name"], root), student)
        waiting += reversed(inner)


def _found(system: Any, about: dict[str, Any], path: str, student: str) -> Found:
    """One entry of a listing, with the reason if it is not to be read."""
    size = int(about.get("size") or 0)
    state = reason = ""
    suffix = posixpath.splitext(path)[1].lower()
    if about["type"] != "file" or about.get("islink"):
        state, reason = UNREADABLE, "This is no ordinary file; it is not followed. Ask for the file itself."
    elif suffix not in SUFFIXES:
        state = UNREADABLE
        reason = f"The file ends in {suffix or 'nothing'}; expected a worksheet (.ipynb) or .redpencil.json."
    elif size > BYTES_AT_MOST:
        state, reason = TOO_LARGE, too_large(size)
    shown = _shown(path)
    return FoundElsewhere(
        Path(shown), shown, student, size, state, reason, address=system.unstrip_protocol(about["name"])
    )


def _shown(path: str) -> str:
    return unicodedata.normalize("NFC", path.encode("utf-8", "backslashreplace").decode("utf-8", "backslashreplace"))
