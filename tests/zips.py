"""Zips made byte by byte, for tests of what no honest program would write.

The layout is that of PKWARE's APPNOTE.TXT 6.3.10: local headers with data (4.3.7), the central directory (4.3.12), and
the end record (4.3.16), with zip64's (4.3.14, 4.3.15) before it where it is asked for.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

STORED, DEFLATED = 0, 8


@dataclass
class Part:
    """An entry; what is None is as it should be, anything else is what its headers say in its place."""

    name: str | bytes
    data: bytes = b"{}"
    method: int = DEFLATED
    flags: int | None = None
    crc: int | None = None
    size: int | None = None
    packed: bytes | None = None
    packed_size: int | None = None
    system: int = 3
    mode: int = 0o100644
    extra: bytes = b""
    local_name: bytes | None = None
    offset: int | None = None

    @property
    def raw(self) -> bytes:
        return self.name.encode() if isinstance(self.name, str) else self.name

    @property
    def bits(self) -> int:
        if self.flags is not None:
            return self.flags
        return 0 if isinstance(self.name, bytes) or self.name.isascii() else 0x800

    @property
    def stored(self) -> bytes:
        if self.packed is not None:
            return self.packed
        return self.data if self.method != DEFLATED else deflated(self.data)

    def numbers(self) -> tuple[int, int, int]:
        """The check sum, the packed size and the size, as the headers say them."""
        return (
            zlib.crc32(self.data) if self.crc is None else self.crc,
            len(self.stored) if self.packed_size is None else self.packed_size,
            len(self.data) if self.size is None else self.size,
        )


def deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def local(part: Part) -> bytes:
    """An entry's local header and its data."""
    raw = part.raw if part.local_name is None else part.local_name
    head = struct.pack("<4s5H3L2H", b"PK\3\4", 20, part.bits, part.method, 0, 0x21, *part.numbers(), len(raw), 0)
    return head + raw + part.stored


def central(part: Part, offset: int) -> bytes:
    """An entry's record in the central directory."""
    offset = offset if part.offset is None else part.offset
    head = struct.pack(
        "<4s2B5H3L5H2L", b"PK\1\2", 20, part.system, 20, part.bits, part.method, 0, 0x21, *part.numbers(),
        len(part.raw), len(part.extra), 0, 0, 0, part.mode << 16, offset,
    )  # fmt: skip
    return head + part.raw + part.extra


def end(claimed: int, length: int, offset: int, comment: bytes = b"") -> bytes:
    return struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, claimed, claimed, length, offset, len(comment)) + comment


def end_64(claimed: int, length: int, offset: int, at: int) -> bytes:
    """Zip64's end record, its locator, and the plain end record that points to them."""
    record = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, claimed, claimed, length, offset)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, at, 1)
    return record + locator + end(0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF)


def zipped(*parts: Part, claimed: int | None = None, comment: bytes = b"", large: bool = False) -> bytes:
    """A zip of these entries; ``claimed`` is how many it says it has, ``large`` writes zip64's end record."""
    body, places = b"", []
    for part in parts:
        places.append(len(body))
        body += local(part)
    directory = b"".join(central(part, at) for part, at in zip(parts, places, strict=True))
    count = len(parts) if claimed is None else claimed
    if large:
        return body + directory + end_64(count, len(directory), len(body), len(body) + len(directory))
    return body + directory + end(count, len(directory), len(body), comment)


def bomb_of_quoted_headers(files: int, kernel: bytes) -> bytes:
    """Fifield's bomb of overlapping entries: each quotes the header of the next in a stored block of deflate.

    Source: Fifield (2019), "A better zip bomb", WOOT ’19, section “Quoted-overlap”.
    """
    names = [f"s{n:04}.ipynb".encode() for n in range(files)]
    last = deflated(kernel)
    data, packed = kernel, last
    chain: list[Part] = []
    for name in reversed(names):
        chain.insert(0, Part(name, data, packed=packed))
        header = local(Part(name, data, packed=b"", packed_size=len(packed)))
        # BFINAL 0, BTYPE 00, then the length and its complement.
        quote = b"\0" + struct.pack("<2H", len(header), len(header) ^ 0xFFFF)
        data, packed = header + data, quote + header + packed
    body = local(chain[0])
    places, at = [], 0
    for part in chain:
        places.append(at)
        at += 30 + len(part.raw) + 5
    directory = b"".join(central(part, place) for part, place in zip(chain, places, strict=True))
    return body + directory + end(files, len(directory), len(body))
