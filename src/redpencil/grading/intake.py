"""Finding submissions: which files there are, whose they are, and which are not even read."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from redpencil.document import KitError
from redpencil.grading.submissions import BYTES_AT_MOST, NAME_AT_MOST, TOO_LARGE, UNREADABLE, too_large

SUFFIXES = (".ipynb", ".json")
SORTED_AT_MOST = 5_000
# What systems and the kit itself leave beside a submission; a student did not hand it in.
_LITTER = re.compile(
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
    """The files in the given folders, and the given files, one at a time; sorted, but for what very large folders hold.

    In a folder, each folder of the first level is a student's, and its name is the student's id. Links, devices and
    pipes are listed, not followed. Raises KitError if a place does not exist.
    """
    for place in places:
        if place.is_dir():
            yield from _in_folder(place, place, "")
        elif place.exists():
            yield _found(place, place.name, "")
        else:
            raise KitError(f"{place} does not exist. Name the folder or the files that were handed in.")


def _in_folder(folder: Path, root: Path, student: str) -> Iterator[Found]:
    try:
        scan = os.scandir(folder)
    except OSError as error:
        path = _shown(folder.relative_to(root))
        yield Found(folder, path, student, 0, UNREADABLE, f"The folder cannot be opened: {error.strerror}.")
        return
    with scan:
        # In order as far as that is cheap: a folder of a whole district is not held in memory to be sorted.
        first = sorted(islice(scan, SORTED_AT_MOST), key=lambda entry: entry.name)
        for entry in chain(first, scan):
            if _LITTER.match(entry.name):
                continue
            file = Path(entry.path)
            if entry.is_dir(follow_symlinks=False):
                yield from _in_folder(file, root, student or _shown(Path(entry.name))[:NAME_AT_MOST])
            else:
                yield _found(file, _shown(file.relative_to(root)), student)


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
        reason = (
            f"This is a {file.suffix or 'file without an ending'}; expected a worksheet (.ipynb) or .redpencil.json."
        )
        return Found(file, path, student, size, UNREADABLE, reason)
    if size > BYTES_AT_MOST:
        return Found(file, path, student, size, TOO_LARGE, too_large(size))
    return Found(file, path, student, size)


def _shown(path: Path) -> str:
    """A path as text that can be stored: a name that is no UTF-8 keeps its readable letters."""
    return os.fsencode(path.as_posix()).decode("utf-8", "replace").replace("\x00", "")
