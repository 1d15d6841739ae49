"""Submissions that lie elsewhere than in a folder: any address that fsspec can list, such as s3://bucket/class."""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from redpencil.document import KitError
from redpencil.grading.intake import (
    Found,
    Hidden,
    Intake,
    Read,
    Walked,
    count_files,
    find_submissions,
    is_hidden,
    is_litter,
    is_other,
    of_download,
    only_file,
    shown_path,
    with_name,
)
from redpencil.grading.lms_names import Names
from redpencil.grading.submissions import BYTES_AT_MOST, TOO_LARGE, UNREADABLE, too_large

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


def find_anywhere(places: Sequence[Place], intake: Intake | None = None) -> Iterator[Found]:
    """As `intake.find_submissions`, of addresses as well. Of several places, paths behind an address begin with it."""
    intake = intake or Intake()
    here = [place for place in places if isinstance(place, Path)]
    if here:
        yield from find_submissions(here, intake)
    for place in places:
        if not isinstance(place, Path):
            yield from find_elsewhere(place, intake, place.rstrip("/") if len(places) > 1 else "")


def count_anywhere(places: Sequence[Place], intake: Intake | None = None) -> int:
    """About how many files there are, for a progress bar."""
    here = [place for place in places if isinstance(place, Path)]
    count = replace(intake or Intake(), read=Read())
    return count_files(here, intake) + sum(
        sum(1 for _ in find_elsewhere(place, count)) for place in places if not isinstance(place, Path)
    )


def find_elsewhere(address: str, intake: Intake | None = None, called: str = "") -> Iterator[Found]:
    """The files behind an address, as `intake.find_submissions` finds them in a folder.

    ``called`` is what the shown paths begin with. A folder's listing is in memory while it is gone through, as the
    store gives it. A zip in a folder is listed, not opened. Raises KitError if the address cannot be listed, or is a
    zip's.
    """
    intake = intake or Intake()
    system, about = _opened(address)
    names = intake.names()
    root = str(about["name"])
    if about["type"] != "directory":
        if root.lower().endswith(".zip"):
            raise KitError(
                f"{address} is a zip, and a zip is read from a disk of this machine, where it can be gone through in "
                "any order.\nCopy it here and name the file; or unpack it there and name the folder."
            )
        name = shown_path(posixpath.basename(root))
        names.learn(name)
        names.settle()
        yield only_file(_found(system, about, f"{called}/{name}" if called else name, called, names))
        return
    for entry in _listed(system, root):
        name = shown_path(posixpath.basename(entry["name"].rstrip("/")))
        if not is_hidden(name):
            names.learn(f"{name}/…" if _is_folder(entry) else name)
    names.settle()
    if names.lms:
        intake.read.download(called or address, names)

    def walk() -> Iterator[Walked]:
        waiting = [root]
        while waiting:
            inner = []
            for entry in _listed(system, waiting.pop()):
                if _is_folder(entry):
                    inner.append(str(entry["name"]))
                else:
                    inside = shown_path(posixpath.relpath(entry["name"], root))
                    path = f"{called}/{inside}" if called else inside
                    if is_hidden(inside):
                        yield Hidden(path)
                    else:
                        yield path, partial(_found, system, entry, path, called, names)
            waiting += reversed(inner)

    yield from of_download(walk, called, names, intake.read)


def _opened(address: str) -> tuple[Any, dict[str, Any]]:
    """The system behind an address, and what it says of that place."""
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
        return system, system.info(root)
    except Exception as error:
        raise KitError(
            f"{address} cannot be opened: {error}.\n"
            "Check the address. Another kind of store needs its own package for fsspec (s3:// needs s3fs, gs:// needs "
            "gcsfs), and its own sign-in."
        ) from None


def _listed(system: Any, folder: str) -> Iterator[dict[str, Any]]:
    """What a folder holds but for litter, by name."""
    for entry in sorted(system.ls(folder, detail=True), key=lambda entry: str(entry["name"])):
        # Some stores list a folder within itself.
        is_itself = entry["name"].rstrip("/") == folder.rstrip("/")
        if not is_itself and not is_litter(posixpath.basename(entry["name"].rstrip("/"))):
            yield entry


def _is_folder(entry: dict[str, Any]) -> bool:
    return bool(entry["type"] == "directory" and not entry.get("islink"))


def _found(system: Any, about: dict[str, Any], path: str, called: str, names: Names) -> Found:
    """One entry of a listing, with what its name tells, and the reason if it is not to be read."""
    size = int(about.get("size") or 0)
    address = system.unstrip_protocol(about["name"])
    inner = path[len(called) + 1 :] if called else path
    found = with_name(FoundElsewhere(Path(path), path, "", size, address=address), inner, names, None)
    if about["type"] != "file" or about.get("islink"):
        reason = "This is no ordinary file; it is not followed. Ask for the file itself."
        return replace(found, state=UNREADABLE, reason=reason)
    if size > BYTES_AT_MOST and not is_other(path):
        return replace(found, state=TOO_LARGE, reason=too_large(size))
    return found
