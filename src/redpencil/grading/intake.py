"""Finding submissions: which files there are, whose they are, and which are not even read.

They come as folders, as files, and as the zips that learning management systems hand out, or such a zip unpacked.
A zip is read where it lies.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import unicodedata
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain, islice
from pathlib import Path

from redpencil.document import KitError
from redpencil.grading.archive import Archive, Entry, Marks, read_entry
from redpencil.grading.lms_names import (
    CALLED,
    COMPANION_BYTES_AT_MOST,
    SYSTEMS,
    Names,
    Told,
    file_names_pattern,
    is_companion,
)
from redpencil.grading.shown import written_out
from redpencil.grading.submissions import (
    BYTES_AT_MOST,
    NAME_AT_MOST,
    TOO_LARGE,
    UNREADABLE,
    NotGraded,
    bounded_name,
    read_file,
    too_large,
)

SUFFIXES = (".ipynb", ".json")
# A folder of a district has as many students; their names take 80 bytes each.
SORTED_AT_MOST = 500_000
# Files of other types that are named to the instructor.
OTHERS_NAMED = 10
SUFFIX_SHOWN = 20
# What systems, editors and the kit itself leave beside a submission; a student did not hand it in.
_LITTER = re.compile(
    r"(?:^|/)(?:"
    # macOS; a name with ._ before it holds what its file system has of a file beside its bytes.
    r"\._[^/]*|\.DS_Store|\.localized|\.apdisk|\.AppleDouble|\.Trash[^/]*|\.Spotlight-V100|\.fseventsd|\.TemporaryItems"
    r"|\.DocumentRevisions-V100|__MACOSX"
    # Windows, Linux, shared disks.
    r"|Thumbs\.db|desktop\.ini|\.directory|\.cache|\.nfs[0-9a-f]+|\.sync[^/]*|\.dropbox[^/]*"
    # Copies that are kept while a file is open: Jupyter, LibreOffice, Emacs, Vim.
    r"|\.ipynb_checkpoints|\.virtual_documents|\.jupyter|\.~[^/]*|\.#[^/]*|\.[^/]*\.sw[a-p]"
    # Version control and tools.
    r"|\.git[^/]*|\.svn|\.hg|\.vscode|\.idea|\.venv|\.[a-z]+_cache|\.Rhistory|\.Rproj\.user"
    r"|[^/]*\.(?:exercise\.json|kept-\d+\.json|tmp)"
    r")(?:/|$)",
    re.IGNORECASE,
)
# Anything else that a file manager hides: somebody may have handed it in and not know why it cannot be seen.
_HIDDEN = re.compile(r"(?:^|/)\.")
# What a browser makes of a second download, and what a person adds: "who-says-so (2)", "who-says-so-1".
_COPY = re.compile(r"[ _-]*(\(\d+\)|\d+)?$")


@dataclass(frozen=True, slots=True)
class Found:
    """One file that was handed in.

    ``file`` is where it lies on disk, for an ``entry`` of a zip the zip; ``path`` is as shown and stored, relative to
    the folder that was given, or ``<zip>/<entry>``. ``student_id`` comes from the system's name for the file, else from
    the folder it lies in, else ``""``. ``name``, ``late``, ``attempt`` (from 1, 0 unknown) and ``handed_in_at`` (ISO,
    or ``""``) are as the system has them in the file's name, and ``lms`` is that system. With ``hides_name``, the name
    that the student typed into the answers is not to be told either. ``state`` and ``reason`` are set if the file is
    not to be read.
    """

    file: Path
    path: str
    student_id: str
    size: int
    state: str = ""
    reason: str = ""
    name: str = ""
    late: bool = False
    attempt: int = 0
    handed_in_at: str = ""
    lms: str = ""
    hides_name: bool = False
    entry: Entry | None = None

    def read(self) -> tuple[bytes, str]:
        """The file's bytes and their sha256 in hex. Reads one byte more than is allowed at most, whatever the size.

        Raises OSError if it cannot be read or is no ordinary file any more, NotGraded if it is in a zip and not what
        the zip's list says.
        """
        data = read_file(self.file) if self.entry is None else read_entry(self.file, self.entry)
        return data, hashlib.sha256(data).hexdigest()

    @property
    def stem(self) -> str:
        """The file's name without its endings: a student's id, where nothing better is known."""
        name = self.path.rpartition("/")[2]
        return bounded_name(name.removesuffix(".ipynb").removesuffix(".json").removesuffix(".redpencil"))

    def named_after(self, exercise: str) -> bool:
        """Whether the file is called after the exercise, so that its name says nothing of the student."""
        return self.stem.startswith(exercise) and _COPY.fullmatch(self.stem[len(exercise) :]) is not None


@dataclass(frozen=True, slots=True)
class Hidden:
    """A file that is left out and told, because its name, or a folder's above it, begins with a dot."""

    path: str


# A file that was come across, by the path that is shown, and what looks at it; and what a walk comes across.
Unlooked = tuple[str, Callable[[], Found]]
Walked = Found | Hidden | Unlooked


@dataclass
class Read:
    """What intake tells beside the submissions: the systems it recognised, and files of other types.

    ``systems`` has the system of each place that is one's download, ``blind`` lists those of them that are graded
    without names. ``others`` counts, by type, files that are no submissions, of students who handed in one as well;
    ``named`` are the paths of the first few. ``hidden`` counts files that were left out because a name begins with a
    dot, and ``hidden_named`` are the first few of these.
    """

    systems: dict[str, str] = field(default_factory=dict)
    blind: list[str] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    named: list[str] = field(default_factory=list)
    hidden: int = 0
    hidden_named: list[str] = field(default_factory=list)

    def leave_out(self, path: str) -> None:
        """Take note of a file whose name begins with a dot."""
        self.hidden += 1
        if len(self.hidden_named) < OTHERS_NAMED:
            self.hidden_named.append(path)

    def download(self, place: str, names: Names) -> None:
        """Take note of a place that is a system's download."""
        self.systems[place] = names.lms
        if names.hides_names:
            self.blind.append(place)

    def other(self, path: str, kind: str) -> None:
        """Take note of a file that is no submission."""
        self.others[kind] += 1
        if len(self.named) < OTHERS_NAMED:
            self.named.append(path)


@dataclass(frozen=True)
class Intake:
    """How submissions are looked for: the course's own pattern for names, and which systems may be recognised.

    ``takes_typed_names`` is as for `Names`.

    Raises KitError if the pattern is none.
    """

    file_names: str = ""
    systems: tuple[str, ...] = SYSTEMS
    read: Read = field(default_factory=Read)
    takes_typed_names: bool = False

    def __post_init__(self) -> None:
        file_names_pattern(self.file_names)

    def names(self) -> Names:
        """What will learn of one download's names."""
        pattern = file_names_pattern(self.file_names)
        return Names(pattern, self.systems, takes_typed_names=self.takes_typed_names)


def find_submissions(places: Iterable[Path], intake: Intake | None = None) -> Iterator[Found]:
    """What was handed in, in the given folders, zips and files, one by one; sorted, but for what huge folders hold.

    In a folder or a zip, the names of a learning management system say whose a file is. Else each folder of the first
    level is a student's, and its name is the student's id. Of several places, the shown paths begin with the place's
    name. Links, devices, pipes, and zips within a folder or a zip are listed, not followed. Files of other types are
    noted in ``intake``; a student who handed in nothing else is listed with one. Raises KitError if a place does not
    exist.
    """
    intake = intake or Intake()
    all_places = list(dict.fromkeys(place.resolve() for place in places))
    for place in all_places:
        if not _exists(place):
            raise KitError(f"{place} does not exist. Name the folder, the zip or the files that were handed in.")
    called = _distinct(all_places)
    loose: list[Path] = []
    for place in all_places:
        if place.is_dir():
            yield from _in_folder(place, called[place] if len(all_places) > 1 else "", intake)
        elif place.suffix.lower() == ".zip" and place.is_file():
            yield from _in_zip(place, called[place], intake)
        else:
            loose.append(place)
    names = intake.names()
    for place in loose:
        names.learn(shown_path(place.name))
    names.settle()
    for place in loose:
        yield only_file(_on_disk(place, called[place], called[place].rpartition("/")[0], names))


def count_files(places: Iterable[Path], intake: Intake | None = None) -> int:
    """About how many files there are, for a progress bar: of a zip, as many as it says."""
    total = 0
    for place in dict.fromkeys(place.resolve() for place in places):
        if place.is_file() and place.suffix.lower() == ".zip":
            try:
                total += Archive(place).claimed
            except (NotGraded, OSError):
                total += 1
        else:
            total += sum(1 for _ in find_submissions([place], replace(intake or Intake(), read=Read())))
    return total


def _exists(place: Path) -> bool:
    try:
        return place.exists()
    except OSError:
        # A name that is too long, or a folder that may not be entered.
        return False


def _distinct(places: list[Path]) -> dict[Path, str]:
    """What each place is called: its name, with as many of its folders in front as it takes to tell it from others."""
    called: dict[Path, str] = {}
    for place in places:
        parts = place.parts[1:] or place.parts
        others = [other for other in places if other != place]
        length = next(
            (n for n in range(1, len(parts)) if not any(other.parts[-n:] == parts[-n:] for other in others)), len(parts)
        )
        called[place] = shown_path("/".join(parts[-length:]))
    return called


# A folder


def _in_folder(place: Path, called: str, intake: Intake) -> Iterator[Found]:
    """The files of a class's folder, and of each student's folder in it; or of a download that was unpacked there."""
    names = _names_in(place, intake)
    below, shown = place, called
    if not names.lms and (only := _only_folder(place)) is not None and (inside := _names_in(only, intake)).lms:
        # Unpacking a zip often puts everything into one more folder.
        names, below = inside, only
        shown = f"{called}/{shown_path(only.name)}" if called else shown_path(only.name)
    if names.lms:
        intake.read.download(called or shown_path(place.name), names)

        def walk() -> Iterator[Walked]:
            for one in _files(below, shown):
                yield one if isinstance(one, Found | Hidden) else (one[1], partial(_on_disk, *one, shown, names))

        yield from of_download(walk, shown, names, intake.read)
        return
    for entry in _entries(place, called):
        path = _joined(called, entry)
        if isinstance(entry, Found):
            yield entry
        elif entry.is_folder:
            yield from _of_student(Path(entry.path), path, called, names, intake.read)
        elif is_hidden(entry.name):
            intake.read.leave_out(path)
        else:
            yield only_file(_on_disk(Path(entry.path), path, called, names), in_folder=True)


def _names_in(folder: Path, intake: Intake) -> Names:
    """The names that lie in a folder: files by their names, folders as holding something."""
    names = intake.names()
    for entry in _entries(folder, "", in_order=False):
        if not isinstance(entry, Found) and not is_hidden(entry.name):
            name = shown_path(entry.name)
            names.learn(f"{name}/…" if entry.is_folder else name)
    names.settle()
    if names.is_blackboard:
        names.learn_companion(_beside(folder, names.a_companion))
    return names


def _only_folder(place: Path) -> Path | None:
    seen = (one for one in _entries(place, "", in_order=False) if isinstance(one, Found) or not is_hidden(one.name))
    inside = list(islice(seen, 2))
    if len(inside) == 1 and not isinstance(inside[0], Found) and inside[0].is_folder:
        return Path(inside[0].path)
    return None


def _of_student(folder: Path, shown: str, root: str, names: Names, read: Read) -> Iterator[Found]:
    """The files of a student's folder, however deep; of other types one, if there is nothing else."""
    handed_in = False
    first: Found | None = None
    for one in _files(folder, shown, is_hidden(folder.name)):
        if isinstance(one, Hidden):
            read.leave_out(one.path)
            continue
        if isinstance(one, Found):
            found = replace(one, student_id=bounded_name(_under(shown, root)))
        else:
            found = _on_disk(*one, root, names)
        if not found.state and is_other(found.path):
            if first is not None:
                read.other(found.path, _kind(found.path))
            first = first or found
        else:
            handed_in = True
            yield found
    if first is not None and handed_in:
        read.other(first.path, _kind(first.path))
    elif first is not None:
        yield only_file(first)


def _files(folder: Path, shown: str, below_hidden: bool = False) -> Iterator[tuple[Path, str] | Found | Hidden]:
    """The files of a folder, however deep, with the paths that are shown; what cannot be opened, or is hidden, as such.

    With ``below_hidden`` the folder itself is.
    """
    waiting = [(folder, shown, below_hidden)]
    while waiting:
        here, shown_here, below_hidden = waiting.pop()
        inner: list[tuple[Path, str, bool]] = []
        for entry in _entries(here, shown_here):
            if isinstance(entry, Found):
                yield entry
            elif entry.is_folder:
                inner.append((Path(entry.path), _joined(shown_here, entry), below_hidden or is_hidden(entry.name)))
            elif below_hidden or is_hidden(entry.name):
                yield Hidden(_joined(shown_here, entry))
            else:
                yield Path(entry.path), _joined(shown_here, entry)
        waiting += reversed(inner)


@dataclass(frozen=True, slots=True)
class _Entry:
    """What a folder's list says of one thing in it; a name, and no more, of what its `os.DirEntry` holds."""

    folder: str
    name: str
    is_folder: bool

    @property
    def path(self) -> str:
        return os.path.join(self.folder, self.name)  # noqa: PTH118  a path for every file of a district


def _entries(folder: Path, shown: str, *, in_order: bool = True) -> Iterator[_Entry | Found]:
    """What a folder holds but for litter; if it cannot be opened, that."""
    try:
        scan = os.scandir(folder)
    except OSError as error:
        reason = f"The folder cannot be opened: {error.strerror}."
        yield Found(folder, shown or shown_path(folder.name), "", 0, UNREADABLE, reason)
        return
    # A name that ends in a slash is a folder's. Names alone are held: a quarter of what the entries would take.
    with scan:
        names = (f"{one.name}/" if one.is_dir(follow_symlinks=False) else one.name for one in scan)
        wanted: Iterator[str] = (name for name in names if not _LITTER.search(name.removesuffix("/")))
        if in_order:
            # So that the gradebook's indexes grow at their ends: a million rows in any order would rewrite them a
            # thousand times. What goes beyond that comes as it comes.
            wanted = chain(sorted(islice(wanted, SORTED_AT_MOST)), wanted)
        place = os.fspath(folder)
        for name in wanted:
            yield _Entry(place, name.removesuffix("/"), name.endswith("/"))


def _joined(shown: str, entry: _Entry | Found) -> str:
    if isinstance(entry, Found):
        return entry.path
    return f"{shown}/{shown_path(entry.name)}" if shown else shown_path(entry.name)


def _under(path: str, root: str) -> str:
    return path[len(root) + 1 :] if root and path.startswith(f"{root}/") else path


def _on_disk(file: Path, path: str, root: str, names: Names) -> Found:
    """A file on disk, with what its name tells, by its path from ``root`` on; not looked into yet."""
    size, state, reason = 0, "", ""
    try:
        about = file.lstat()
    except OSError as error:
        state, reason = UNREADABLE, f"The file cannot be opened: {error.strerror}."
    else:
        if not stat.S_ISREG(about.st_mode):
            kind = "a link to another place" if stat.S_ISLNK(about.st_mode) else "no ordinary file"
            state, reason = UNREADABLE, f"This is {kind}; it is not followed. Ask for the file itself."
        else:
            size = about.st_size
            if size > BYTES_AT_MOST and not is_other(path):
                state, reason = TOO_LARGE, too_large(size)
    found = Found(file, path, "", size, state, reason)
    return with_name(found, _under(path, root), names, partial(_beside, file.parent))


def _beside(folder: Path, path: str) -> bytes:
    """The beginning of the text that lies beside a submission; nothing if there is none."""
    file = folder / path.rpartition("/")[2]
    try:
        if not stat.S_ISREG(file.lstat().st_mode):
            return b""
        return read_file(file, COMPANION_BYTES_AT_MOST)
    except (OSError, ValueError):
        return b""


# A zip


def _in_zip(file: Path, called: str, intake: Intake) -> Iterator[Found]:
    """The files of a zip; if it cannot be trusted, the zip as one file that is not read."""
    names = intake.names()
    try:
        archive = Archive(file)
        companions = _Companions(archive, names)
        twice = archive.survey(companions.learn)
    except NotGraded as refused:
        yield Found(file, called, "", 0, refused.state, refused.reason)
        return
    except OSError as error:
        yield Found(file, called, "", 0, UNREADABLE, f"The zip cannot be opened: {error.strerror}.")
        return
    names.settle(shown_path(file.stem))
    if names.lms:
        intake.read.download(called, names)
    beside = companions.settle()

    def found(entry: Entry) -> Found:
        entry = entry if is_other(entry.name) else archive.too_large(entry)
        here = Found(file, f"{called}/{entry.name}", "", entry.size, entry.state, entry.reason, entry=entry)
        return here if entry.is_unsafe else with_name(here, entry.name, names, beside)

    def walk() -> Iterator[Walked]:
        for entry in archive.entries(twice):
            path = f"{called}/{entry.name}"
            if entry.is_unsafe or not (is_litter(entry.name) or is_hidden(entry.name)):
                yield path, partial(found, entry)
            elif not is_litter(entry.name):
                yield Hidden(path)

    yield from of_download(walk, called, names, intake.read, has_others=companions.has_others)


class _Companions:
    """The texts that Blackboard laid beside the submissions of a zip, found again by their names: 16 bytes for each.

    ``has_others`` says whether there is anything in it that is no submission.
    """

    def __init__(self, archive: Archive, names: Names) -> None:
        self._archive = archive
        self._names = names
        self._marks, self._records = array("q"), array("Q")
        self._order: list[int] = []
        self.has_others = False

    def learn(self, entry: Entry) -> bool:
        """Take note of an entry; return whether it is to be graded."""
        if is_litter(entry.name) or is_hidden(entry.name):
            return False
        self._names.learn(entry.name)
        if is_companion(entry.name):
            self._marks.append(hash(entry.name))
            self._records.append(entry.record)
        is_submission = not is_other(entry.name)
        self.has_others |= not is_submission
        return is_submission

    def settle(self) -> Callable[[str], bytes] | None:
        """What gives the text with a path; None if this is no download of Blackboard's."""
        if not self._names.is_blackboard:
            return None
        self._order = sorted(range(len(self._marks)), key=self._marks.__getitem__)
        self._names.learn_companion(self._text(self._names.a_companion))
        return self._text

    def _text(self, path: str) -> bytes:
        mark = hash(path)
        at = bisect_left(self._order, mark, key=self._marks.__getitem__)
        if at == len(self._order) or self._marks[self._order[at]] != mark:
            return b""
        try:
            entry = self._archive.entry_at(self._records[self._order[at]])
            if entry.name == path and not entry.state and entry.size <= BYTES_AT_MOST:
                return read_entry(self._archive.path, entry)[:COMPANION_BYTES_AT_MOST]
        except (NotGraded, OSError):
            pass
        return b""


# Whose a file is, and what is no submission; also of places that are no folder and no zip (remote.py)


def of_download(
    walk: Callable[[], Iterable[Found | Hidden | Unlooked]],
    root: str,
    names: Names,
    read: Read,
    has_others: bool = True,
) -> Iterator[Found]:
    """What is to be graded of a download; of who handed in files of other types alone, one of them.

    ``walk`` walks it, and is called twice if there may be other files; its paths are told from ``root`` on.
    """
    handed_in, others = Marks(), Marks()
    for one in walk() if has_others else ():
        if isinstance(one, Found | Hidden):
            continue
        path = _under(one[0], root)
        if not is_other(path):
            handed_in.add(names.whose(path))
        elif not is_companion(path):
            others.add(names.whose(path))
    with_submission, with_other = handed_in.all(), others.all()
    listed: set[int] = set()
    for one in walk():
        if isinstance(one, Hidden):
            read.leave_out(one.path)
            continue
        if isinstance(one, Found):
            yield one
            continue
        shown, look = one
        if not is_other(shown):
            yield look()
            continue
        path = _under(shown, root)
        told, whose = names.told(path), hash(names.whose(path))
        if told is not None and told.companion:
            if whose not in with_submission and whose not in with_other and whose not in listed:
                listed.add(whose)
                yield only_file(look(), typed=True)
        elif whose in with_submission or whose in listed or (names.lms and told is None and not look().state):
            read.other(shown, _kind(shown, told))
        else:
            listed.add(whose)
            yield only_file(look(), typed=told is not None and told.typed)


def with_name(found: Found, inner: str, names: Names, companion: Callable[[str], bytes] | None) -> Found:
    """A file with what its name tells; else with the folder of the first level that it lies in."""
    told = names.told(inner, companion)
    if told is None:
        first, _, deeper = names.within(inner).partition("/")
        return replace(found, student_id=bounded_name(first) if deeper else "", hides_name=names.hides_names)
    return replace(
        found, student_id=bounded_name(told.student_id), name=told.name[:NAME_AT_MOST], late=told.late,
        attempt=told.attempt, handed_in_at=told.handed_in_at, lms=told.lms, hides_name=names.hides_names,
    )  # fmt: skip


def only_file(found: Found, *, typed: bool = False, in_folder: bool = False) -> Found:
    """A file as it is; if it is of another type, as what cannot be read, with the reason."""
    if found.state or not is_other(found.path):
        return found
    suffix = Path(found.path).suffix
    if typed:
        called = CALLED.get(found.lms, "the learning management system")
        reason = f"No file was handed in, only what was typed into {called}. Ask for the worksheet itself."
    elif suffix.lower() == ".zip" and in_folder:
        reason = "This is a zip file in a folder. Name the zip itself: redpencil grade FILE.zip"
    elif suffix.lower() == ".zip":
        reason = "This is a zip file within what was handed in; it is not opened. Ask for the file alone."
    else:
        shown = written_out(suffix[:SUFFIX_SHOWN]) or "nothing"
        reason = f"The file ends in {shown}; expected a worksheet (.ipynb) or .redpencil.json."
    return replace(found, state=UNREADABLE, reason=reason)


def is_other(path: str) -> bool:
    """Whether a file is of another type than a submission."""
    return not path.lower().endswith(SUFFIXES)


def is_litter(path: str) -> bool:
    """Whether a file is what systems and the kit itself leave beside a submission."""
    return _LITTER.search(path) is not None


def is_hidden(path: str) -> bool:
    """Whether a name in a path begins with a dot, so that file managers do not show it."""
    return _HIDDEN.search(path) is not None


def _kind(path: str, told: Told | None = None) -> str:
    if told is not None and told.typed:
        return "typed into the system"
    return Path(path).suffix.lower()[:SUFFIX_SHOWN] or "without an ending"


def shown_path(path: str) -> str:
    """A path as text that can be stored; what is no UTF-8 in a name is written out, so that two names stay two."""
    return unicodedata.normalize("NFC", os.fsencode(path).decode("utf-8", "backslashreplace"))
