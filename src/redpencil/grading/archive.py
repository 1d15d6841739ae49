"""A zip, read where it lies: its list of contents, then one entry at a time, within limits. Nothing is written.

What is in a zip is hostile until it is read. The record at its end is read first, so that a list too long is refused
before it is walked; the list is walked through a window of fixed size; an entry is unpacked in memory, and never
further than to the size that the list gives for it. Entries that lie over one another, the stuff of bombs that are
small on disk and huge when unpacked, are refused with the whole zip.

The format: PKWARE, APPNOTE.TXT 6.3.10. Overlapping entries: Fifield (2019), "A better zip bomb", WOOT ’19.
Only the standard library is used here.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import struct
import unicodedata
import zlib
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from redpencil.grading.submissions import BYTES_AT_MOST, TOO_LARGE, UNREADABLE, NotGraded


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a zip is read; a message names the limit that was met.

    ``ratio`` is unpacked to packed bytes, and holds from ``ratio_from`` unpacked bytes on: what is small does no harm.
    ``total_bytes`` counts unpacked bytes of what is to be graded. Zips within a zip are never opened: depth is 1.
    """

    entries: int = 750_000
    directory_bytes: int = 256_000_000
    entry_bytes: int = BYTES_AT_MOST
    total_bytes: int = 100_000_000_000
    ratio: int = 200
    ratio_from: int = 1_000_000
    name_bytes: int = 1_000


LIMITS = Limits()

_END, _END_64, _LOCATOR_64, _RECORD, _LOCAL = b"PK\5\6", b"PK\6\6", b"PK\6\7", b"PK\1\2", b"PK\3\4"
_END_FORMAT, _END_64_FORMAT = struct.Struct("<4s4H2LH"), struct.Struct("<4sQ2H2L4Q")
_RECORD_FORMAT, _LOCAL_FORMAT = struct.Struct("<4s4B4H3L5H2L"), struct.Struct("<4s2B4H3L2H")
_COMMENT_AT_MOST = 0xFFFF
_WINDOW = 1 << 20
_STORED, _DEFLATED = 0, 8
# Bits of an entry's flags: encrypted, strongly encrypted, its record masked.
_LOCKED = 0x2041
_METHODS = {1: "Shrink", 6: "Implode", 9: "Deflate64", 12: "bzip2", 14: "LZMA", 93: "Zstandard", 95: "xz", 98: "PPMd"}
_UNIX = (3, 19)
# Deflate can make small things larger; more than this is no packing.
_SLACK = 4_096

# Characters that hide what a name says: controls, and those that turn the direction of writing.
_HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029]")
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)[ .]*(\..*)?", re.IGNORECASE)
_DRIVE = re.compile(r"[A-Za-z]:")
# Most names have none of this, and need no second look: hidden characters, a root, a drive, a backslash, a part that is
# empty or of dots, one that begins as a device's name does.
_SECOND_LOOK = re.compile(
    _HIDDEN.pattern + r"|\\|^[A-Za-z]:|(?:^|/)\.{0,2}(?:/|$)|(?:^|/)(?:con|prn|aux|nul|com|lpt)[^/]{0,8}(?:[ ./]|$)",
    re.IGNORECASE,
)
SHOWN_AT_MOST = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """One file in a zip, as the list of contents has it.

    ``name`` is what is shown and stored, with ``/`` between folders; ``raw`` are the bytes of the name, which have to
    stand before the data once more. ``record`` and ``offset`` are the places of its record in the list and of the entry
    itself; ``packed`` and ``size`` are bytes. ``state`` and ``reason`` are set if it is not to be read, and
    ``is_unsafe`` if that is for its name, which then says nothing of whose it is.
    """

    name: str
    raw: bytes
    record: int
    offset: int
    packed: int
    size: int
    crc: int
    method: int
    state: str = ""
    reason: str = ""
    is_unsafe: bool = False


@dataclass
class _Spread:
    """Where a zip's entries lie, and the marks of their names: some bytes for each."""

    starts: array[int] = field(default_factory=lambda: array("Q"))
    ends: array[int] = field(default_factory=lambda: array("Q"))
    names: Marks = field(default_factory=lambda: Marks())

    def overlap(self) -> bool:
        """Whether two entries share a byte."""
        last = 0
        for start, end in zip(self.starts, self.ends, strict=True):
            if start < last:
                break
            last = end
        else:
            return False
        last = 0
        for n in sorted(range(len(self.starts)), key=self.starts.__getitem__):
            if self.starts[n] < last:
                return True
            last = self.ends[n]
        return False


class Marks:
    """A heap of texts of which only their marks are kept, eight bytes each: which are there, and which twice."""

    _HEAPS = 64

    def __init__(self) -> None:
        self._heaps = [array("q") for _ in range(self._HEAPS)]

    def add(self, text: str) -> None:
        """Keep the mark of a text."""
        mark = hash(text)
        self._heaps[mark % self._HEAPS].append(mark)

    def twice(self) -> frozenset[int]:
        """The marks of the texts that were added more than once."""
        found: set[int] = set()
        for heap in self._heaps:
            seen: set[int] = set()
            if len(set(heap)) < len(heap):
                for mark in heap:
                    (found if mark in seen else seen).add(mark)
        return frozenset(found)

    def all(self) -> frozenset[int]:
        """The marks of all texts, each once."""
        return frozenset().union(*self._heaps)


class Archive:
    """A zip on disk, opened for its list of contents. Raises NotGraded if the whole is not to be read."""

    def __init__(self, path: Path, limits: Limits = LIMITS) -> None:
        """Read the record at the end. Raises OSError if the file cannot be opened."""
        self.path = path
        self.limits = limits
        with path.open("rb", buffering=0) as stream:
            self._read_end(stream.fileno())

    def survey(self, look: Callable[[Entry], bool]) -> frozenset[int]:
        """Walk the list of contents once and see that it can be trusted; return the marks of names that it has twice.

        ``look`` is called with every entry whose name is safe, and says whether it is to be graded: only those count
        towards the total. Raises NotGraded if the whole is not to be read.
        """
        spread = _Spread()
        total = 0
        for entry in self._walk():
            spread.starts.append(entry.offset)
            spread.ends.append(entry.offset + _LOCAL_FORMAT.size + len(entry.raw) + entry.packed)
            spread.names.add(entry.name)
            if not entry.is_unsafe and look(entry):
                total += entry.size
        if spread.overlap():
            raise NotGraded(
                UNREADABLE,
                "Files in this zip lie over one another, as they do in a zip bomb and in no zip that a learning "
                "management system makes. It is not read. Download it again.",
            )
        if total > self.limits.total_bytes:
            raise NotGraded(
                TOO_LARGE,
                f"The files in this zip come to {total:,} bytes when they are unpacked; at most "
                f"{self.limits.total_bytes:,} are read. Download the class in parts.",
            )
        return spread.names.twice()

    def entries(self, twice: frozenset[int]) -> Iterator[Entry]:
        """The entries of a list that was surveyed.

        Of those with the same name one is given, and is not to be read: which of them is meant cannot be told.
        """
        told: set[int] = set()
        for entry in self._walk():
            mark = hash(entry.name)
            if mark not in twice:
                yield entry
            elif mark not in told:
                told.add(mark)
                reason = "Several files in this zip have this one name: which of them counts cannot be told."
                yield replace(entry, state=entry.state or UNREADABLE, reason=entry.reason or reason)

    def too_large(self, entry: Entry) -> Entry:
        """The entry as it is, or as too large to be read: by its size, or by how much was packed into so little."""
        if entry.state:
            return entry
        at_most = self.limits
        if entry.size > at_most.entry_bytes:
            reason = (
                f"The file has {entry.size:,} bytes when it is unpacked; at most {at_most.entry_bytes:,} are read. "
                "It is no worksheet as it was handed out."
            )
        elif entry.size >= at_most.ratio_from and entry.size > at_most.ratio * max(entry.packed, 1):
            reason = (
                f"The file is unpacked from {entry.packed:,} bytes to {entry.size:,}; at most {at_most.ratio} times as "
                "many are read, for a zip bomb looks like that."
            )
        else:
            return entry
        return replace(entry, state=TOO_LARGE, reason=reason)

    def _read_end(self, file: int) -> None:
        """Find the list of contents by the record at the end, and refuse what it says is too much."""
        size = os.fstat(file).st_size
        tail_at = max(size - _COMMENT_AT_MOST - _END_FORMAT.size, 0)
        tail = _at(file, tail_at, size - tail_at)
        found = tail.rfind(_END)
        while found >= 0:
            rest = len(tail) - found - _END_FORMAT.size
            if rest >= 0 and _END_FORMAT.unpack_from(tail, found)[7] == rest:
                break
            found = tail.rfind(_END, 0, found)
        if found < 0:
            why = (
                "Something stands behind the end of this zip: it is damaged."
                if _END in tail
                else "This is no zip, or its end is missing: it was cut off when it was saved or sent."
            )
            raise NotGraded(UNREADABLE, f"{why} Download it again.")
        _, disk, first_disk, here, claimed, length, offset, _ = _END_FORMAT.unpack_from(tail, found)
        end = tail_at + found
        if 0xFFFF in (here, claimed) or 0xFFFFFFFF in (length, offset):
            locator = _at(file, end - 20, 20) if end >= 20 else b""
            if locator.startswith(_LOCATOR_64):
                end, (disk, first_disk, here, claimed, length, offset) = self._read_end_64(file, locator, end - 20)
        if disk or first_disk or here != claimed:
            raise NotGraded(UNREADABLE, "This is one part of a zip that was split. Ask for the zip in one piece.")
        if claimed > self.limits.entries:
            raise NotGraded(
                TOO_LARGE,
                f"The zip says that it holds {claimed:,} files; at most {self.limits.entries:,} are read. "
                "Download the class in parts.",
            )
        if length > self.limits.directory_bytes:
            raise NotGraded(
                TOO_LARGE,
                f"The zip’s list of contents has {length:,} bytes; at most {self.limits.directory_bytes:,} are read. "
                "Download the class in parts.",
            )
        # What stands before the first entry, such as a program that unpacks itself, moves every place by as much.
        self.shift = end - length - offset
        if self.shift < 0 or length < claimed * _RECORD_FORMAT.size:
            raise _damaged()
        self.claimed, self.directory_at, self.directory_bytes = claimed, end - length, length

    def _read_end_64(self, file: int, locator: bytes, locator_at: int) -> tuple[int, tuple[int, ...]]:
        (stated,) = struct.unpack_from("<Q", locator, 8)
        # As stated; or, with something in front of the zip, where it ends just before its locator.
        for at in (stated, locator_at - _END_64_FORMAT.size):
            if 0 <= at <= locator_at - _END_64_FORMAT.size:
                record = _at(file, at, _END_64_FORMAT.size)
                if record.startswith(_END_64):
                    _, _, _, _, *values = _END_64_FORMAT.unpack(record)
                    return at, tuple(values)
        raise NotGraded(UNREADABLE, "The zip’s list of contents cannot be found: it is damaged. Download it again.")

    def entry_at(self, record: int) -> Entry:
        """The entry whose record stands at this place of the list, as a walk has given it."""
        file = _opened(self.path)
        at = record

        def read(length: int) -> bytes:
            nonlocal at
            at += length
            return _at(file, at - length, length)

        entry, _ = self._next(read, record)
        if entry is None:
            raise _damaged()
        return entry

    def _walk(self) -> Iterator[Entry]:
        """Each file of the list; folders are left out, unless they hold data."""
        at, end = self.directory_at, self.directory_at + self.directory_bytes
        seen = 0
        with self.path.open("rb", buffering=_WINDOW) as stream:
            stream.seek(at)
            while at < end:
                entry, at = self._next(stream.read, at)
                seen += 1
                if seen > self.limits.entries:
                    raise NotGraded(
                        TOO_LARGE, f"The zip holds more than {self.limits.entries:,} files, the most that is read."
                    )
                if at > end:
                    raise _damaged()
                if entry is not None:
                    yield entry
        # A list of more than 65,535 without the larger record counts on from 0.
        if seen != self.claimed and seen % 0x10000 != self.claimed:
            raise NotGraded(
                UNREADABLE,
                f"The zip says that it holds {self.claimed:,} files, and its list of contents has {seen:,}: it is "
                "damaged. Download it again.",
            )

    def _next(self, read: Callable[[int], bytes], at: int) -> tuple[Entry | None, int]:
        """The entry whose record is read next, None if it is a folder; and where the record after it begins."""
        fixed = read(_RECORD_FORMAT.size)
        if len(fixed) < _RECORD_FORMAT.size or not fixed.startswith(_RECORD):
            raise _damaged()
        (_, _, system, _, _, flags, method, _, _, crc, packed, size, name_length, extra_length, comment_length,
         _, _, attributes, offset) = _RECORD_FORMAT.unpack(fixed)  # fmt: skip
        length = name_length + extra_length + comment_length
        rest = read(length)
        if len(rest) < length:
            raise _damaged()
        raw, extra = rest[:name_length], rest[name_length : name_length + extra_length]
        if 0xFFFFFFFF in (packed, size, offset):
            packed, size, offset = _large(extra, packed, size, offset)
        offset += self.shift
        if offset + _LOCAL_FORMAT.size + name_length + packed > self.directory_at:
            raise _damaged()
        after = at + len(fixed) + length
        name, problem = _name(raw, flags, extra)
        if name.endswith(("/", "\\")) and not packed and not size:
            return None, after
        needs_look = _SECOND_LOOK.search(name) is not None
        problem = problem or (_unsafe(name) if needs_look else "")
        if name_length > self.limits.name_bytes:
            problem = (
                f"The name has {name_length:,} bytes; at most {self.limits.name_bytes:,} are read. "
                "Ask for the file under a shorter name."
            )
        is_unsafe = bool(problem)
        problem = problem or _unreadable(flags, method, packed, size, system, attributes)
        shown = _path(name, is_unsafe) if needs_look or is_unsafe or not name.isascii() else name
        return Entry(
            shown, raw, at, offset, packed, size, crc, method,
            UNREADABLE if problem else "", problem, is_unsafe,
        ), after  # fmt: skip


def _damaged() -> NotGraded:
    return NotGraded(UNREADABLE, "The zip’s list of contents is cut off or damaged. Download it again.")


def _name(raw: bytes, flags: int, extra: bytes) -> tuple[str, str]:
    """An entry's name as text, and what is wrong with it.

    By the specification a name is UTF-8 if a flag or an extra field says so, else code page 437. Many programs write
    UTF-8 without saying so, so what is UTF-8 is taken for it.
    """
    told = _told_in_extra(raw, extra)
    if told is not None:
        return told, ""
    try:
        return raw.decode("utf-8"), ""
    except UnicodeDecodeError:
        if flags & 0x800:
            return raw.decode("utf-8", "backslashreplace"), (
                "The name in the zip is said to be UTF-8, and is not. Ask for the file under a plain name."
            )
        return raw.decode("cp437"), ""


def _told_in_extra(raw: bytes, extra: bytes) -> str | None:
    """The name in Info-ZIP’s Unicode path field (APPNOTE 4.6.9), if it belongs to this name."""
    body = _extra(extra, 0x7075)
    if body is None or len(body) < 5 or body[0] != 1 or int.from_bytes(body[1:5], "little") != zlib.crc32(raw):
        return None
    try:
        return body[5:].decode("utf-8")
    except UnicodeDecodeError:
        return None


def _extra(extra: bytes, wanted: int) -> bytes | None:
    at = 0
    while at + 4 <= len(extra):
        id, length = struct.unpack_from("<2H", extra, at)
        if id == wanted:
            return extra[at + 4 : at + 4 + length]
        at += 4 + length
    return None


def _large(extra: bytes, packed: int, size: int, offset: int) -> tuple[int, int, int]:
    """The numbers of zip64’s extra field (APPNOTE 4.5.3): only those that are all ones in the record, in this order."""
    body = _extra(extra, 0x0001) or b""
    numbers = iter([int.from_bytes(body[n : n + 8], "little") for n in range(0, len(body) - 7, 8)])
    try:
        size = next(numbers) if size == 0xFFFFFFFF else size
        packed = next(numbers) if packed == 0xFFFFFFFF else packed
        offset = next(numbers) if offset == 0xFFFFFFFF else offset
    except StopIteration:
        raise _damaged() from None
    return packed, size, offset


def _unsafe(name: str) -> str:
    """Why a name is not to be trusted, or ``""``."""
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".")]
    if _HIDDEN.search(name):
        return "The name holds hidden characters. Ask for the file under a plain name."
    if not parts or name.endswith(("/", "\\")):
        return "This is a folder with data in it, which no zip has. Ask for the file alone."
    if name.startswith(("/", "\\")) or _DRIVE.match(name):
        return "The name begins at the root of a disk; expected a place within the zip. Ask for the file alone."
    if ".." in parts:
        return "The name leads out of the zip (“..”). Ask for the file alone."
    if any(_DEVICE.fullmatch(part) for part in parts):
        return "The name is one that Windows keeps for a device. Ask for the file under another name."
    return ""


def _unreadable(flags: int, method: int, packed: int, size: int, system: int, attributes: int) -> str:
    """Why an entry is not to be read, whatever it is called, or ``""``."""
    kind = stat.S_IFMT(attributes >> 16) if system in _UNIX else 0
    if kind == stat.S_IFLNK:
        return "This is a link to another place; it is not followed. Ask for the file itself."
    if kind not in (0, stat.S_IFREG):
        return "This is no ordinary file. Ask for the file itself."
    if flags & _LOCKED:
        return "The file in the zip is locked with a password. Ask for it without one."
    if method not in (_STORED, _DEFLATED):
        called = _METHODS.get(method, f"method {method}")
        return f"The file is packed in a way that is not read ({called}). Unpack it, and name the folder."
    if (method == _STORED and packed != size) or packed > 2 * size + _SLACK:
        return "The zip gives sizes for this file that cannot be. It is damaged; ask for it again."
    return ""


def _path(name: str, is_unsafe: bool) -> str:
    """A name as it is shown and stored: hidden characters written out, and no longer than can be read."""
    if not is_unsafe:
        parts = name.replace("\\", "/").split("/")
        return unicodedata.normalize("NFC", "/".join(part for part in parts if part not in ("", ".")))
    shown = _HIDDEN.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), name)
    if len(shown) > SHOWN_AT_MOST:
        # Two long names stay two.
        shown = f"{shown[:SHOWN_AT_MOST]}…{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    return shown


def read_entry(path: Path, entry: Entry) -> bytes:
    """The bytes of an entry that is to be read, unpacked in memory.

    The zip is opened once in each process. Raises NotGraded if the entry is not what the list of contents says, OSError
    if the zip cannot be read.
    """
    file = _opened(path)
    damaged = "The file in the zip is damaged: {}. Ask for it again."
    head = _at(file, entry.offset, _LOCAL_FORMAT.size + len(entry.raw))
    if len(head) < _LOCAL_FORMAT.size + len(entry.raw) or not head.startswith(_LOCAL):
        raise NotGraded(UNREADABLE, damaged.format("it is not where the list of contents says"))
    _, _, _, flags, method, _, _, _, _, _, name_length, extra_length = _LOCAL_FORMAT.unpack_from(head)
    is_same = name_length == len(entry.raw) and head[_LOCAL_FORMAT.size :] == entry.raw and method == entry.method
    if not is_same or flags & _LOCKED:
        raise NotGraded(UNREADABLE, damaged.format("the list of contents says something else of it"))
    packed = _at(file, entry.offset + len(head) + extra_length, entry.packed)
    if len(packed) < entry.packed:
        raise NotGraded(UNREADABLE, damaged.format("it ends in the middle"))
    data = packed if entry.method == _STORED else _inflated(packed, entry.size, damaged)
    if len(data) != entry.size:
        more = "more" if len(data) > entry.size else "less"
        raise NotGraded(UNREADABLE, damaged.format(f"it holds {more} than the {entry.size:,} bytes that it should"))
    if zlib.crc32(data) != entry.crc:
        raise NotGraded(UNREADABLE, damaged.format("its check sum is another"))
    return data


def _inflated(packed: bytes, size: int, damaged: str) -> bytes:
    """What was packed, and no more than one byte over the size that it should have."""
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        data = unpacker.decompress(packed, size + 1)
    except zlib.error:
        raise NotGraded(UNREADABLE, damaged.format("it cannot be unpacked")) from None
    if len(data) <= size and (not unpacker.eof or unpacker.unused_data):
        raise NotGraded(UNREADABLE, damaged.format("its packed data have another length"))
    return data


# The zip that this process reads from: its file descriptor, and which zip of which process that is.
_held: tuple[int, tuple[int, Path, int, int]] | None = None


def _opened(path: Path) -> int:
    global _held
    about = path.stat()
    key = (os.getpid(), path, about.st_size, about.st_mtime_ns)
    if _held is None or _held[1] != key:
        if _held is not None and _held[1][0] == key[0]:
            os.close(_held[0])
        _held = None
        _held = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)), key
    return _held[0]


if hasattr(os, "pread"):

    def _at(file: int, offset: int, length: int) -> bytes:
        """Bytes of a file; its position, which forked processes share, is left alone."""
        return os.pread(file, length, offset)

else:

    def _at(file: int, offset: int, length: int) -> bytes:
        os.lseek(file, offset, os.SEEK_SET)
        return os.read(file, length)
