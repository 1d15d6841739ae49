"""Finding submissions: which files there are, whose they are, and which are not even read."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path

from redpencil.document import KitError
from redpencil.grading.submissions import BYTES_AT_MOST, NAME_AT_MOST, TOO_LARGE, UNREADABLE, too_large

SUFFIXES = (".ipynb", ".json")
SORTED_AT_MOST = 5_000
# What systems and the kit itself leave beside a submission; a student did not hand it in.
LITTER = re.compile(
    r"\.|__MACOSX$|Thumbs\.db$|desktop\.ini$|.*\.exercise\.json$|.*\.kept-\d+\.json$|.*\.tmp$", re.IGNORECASE
)
# What a browser makes of a second download, and what a person adds: "who-says-so (2)", "who-says-so-1".
_COPY = re.compile(r"[ _-]*(\(\d+\)|\d+)?$")


@dataclass(frozen=True, slots=True)
class Found:
    """One file that was handed in.

    ``path`` is as shown and stored, relative to the folder that was given; ``student_id`` comes from the folder it lies
    in, else ``""``. ``state`` and ``reason`` are set if the file is not to be read.
    """

    file: Path
    path: str
    student_id: str
    size: int
    state: str = ""
    reason: str = ""

    def read(self) -> tuple[bytes, str]:
        """The file's bytes and their sha256 in hex. Reads one byte more than is allowed at most, whatever the size."""
        with self.file.open("rb") as stream:
            data = stream.read(BYTES_AT_MOST + 1)
        return data, hashlib.sha256(data).hexdigest()

    @property
    def stem(self) -> str:
        """The file's name without its endings: a student's id, where nothing better is known."""
        name = Path(self.path).name
        return name.removesuffix(".ipynb").removesuffix(".json").removesuffix(".redpencil")[:NAME_AT_MOST]

    def named_after(self, exercise: str) -> bool:
        """Whether the file is called after the exercise, so that its name says nothing of the student."""
        return self.stem.startswith(exercise) and _COPY.fullmatch(self.stem[len(exercise) :]) is not None


def find_submissions(places: Iterable[Path]) -> Iterator[Found]:
    """The files in the given folders, and the given files, one by one; sorted, but for what huge folders hold.

    In a folder, each folder of the first level is a student's, and its name is the student's id. Of several folders,
    the shown paths begin with the folder's name. Links, devices and pipes are listed, not followed. Raises KitError if
    a place does not exist.
    """
    all_places = list(dict.fromkeys(place.resolve() for place in places))
    for place in all_places:
        if not _exists(place):
            raise KitError(f"{place} does not exist. Name the folder or the files that were handed in.")
    for place in all_places:
        if place.is_dir():
            yield from _in_folder(place, place.parent if len(all_places) > 1 else place)
        else:
            yield _found(place, _shown(Path(place.name)), "")


def _exists(place: Path) -> bool:
    try:
        return place.exists()
    except OSError:
        # A name that is too long, or a folder that may not be entered.
        return False


def _in_folder(place: Path, root: Path) -> Iterator[Found]:
    """The files of a class's folder, and of each student's folder in it."""
    for entry in _entries(place, root):
        if isinstance(entry, Found):
            yield entry
        elif entry.is_dir(follow_symlinks=False):
            yield from _of_student(Path(entry.path), root, _shown(Path(entry.name))[:NAME_AT_MOST])
        else:
            yield _found(Path(entry.path), _shown(Path(entry.path).relative_to(root)), "")


def _of_student(folder: Path, root: Path, student: str) -> Iterator[Found]:
    """The files of a student's folder, however deep."""
    waiting = [folder]
    while waiting:
        inner: list[Path] = []
        for entry in _entries(waiting.pop(), root):
            if isinstance(entry, Found):
                yield replace(entry, student_id=student)
            elif entry.is_dir(follow_symlinks=False):
                inner.append(Path(entry.path))
            else:
                yield _found(Path(entry.path), _shown(Path(entry.path).relative_to(root)), student)
        waiting += reversed(inner)


def _entries(folder: Path, root: Path) -> Iterator[os.DirEntry[str] | Found]:
    """What a folder holds but for litter; if it cannot be opened, that."""
    try:
        scan = os.scandir(folder)
    except OSError as error:
        path = _shown(folder.relative_to(root))
        yield Found(folder, path, "", 0, UNREADABLE, f"The folder cannot be opened: {error.strerror}.")
        return
    with scan:
        # In order as far as that is cheap: a folder of a whole district is not held in memory to be sorted.
        first = sorted(islice(scan, SORTED_AT_MOST), key=lambda entry: entry.name)
        yield from (entry for entry in chain(first, scan) if not LITTER.match(entry.name))


def _found(file: Path, path: str, student: str) -> Found:
    try:
        about = file.lstat()
    except OSError as error:
        return Found(file, path, student, 0, UNREADABLE, f"The file cannot be opened: {error.strerror}.")
    size = about.st_size
    if not stat.S_ISREG(about.st_mode):
        kind = "a link to another place" if stat.S_ISLNK(about.st_mode) else "no ordinary file"
        return Found(
            file, path, student, 0, UNREADABLE, f"This is {kind}; it is not followed. Ask for the file itself."
        )
    if file.suffix.lower() == ".zip":
        reason = "This is a zip file. Unpack it, and grade the folder."
        return Found(file, path, student, size, UNREADABLE, reason)
    if file.suffix.lower() not in SUFFIXES:
        reason = f"The file ends in {file.suffix or 'nothing'}; expected a worksheet (.ipynb) or .redpencil.json."
        return Found(file, path, student, size, UNREADABLE, reason)
    if size > BYTES_AT_MOST:
        return Found(file, path, student, size, TOO_LARGE, too_large(size))
    return Found(file, path, student, size)


def _shown(path: Path) -> str:
    """A path as text that can be stored; what is no UTF-8 in a name is written out, so that two names stay two."""
    return unicodedata.normalize("NFC", os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace"))
