"""How long `redpencil detect` takes, by layer and length of the text, and what it answers to what is no news."""

from __future__ import annotations

import itertools
import json
import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from made_up_news import made_up_news

from measure import measure
from redpencil.detectors import detect as detectors

REDPENCIL = (sys.executable, "-m", "redpencil", "detect")
EVERY_LAYER = "all layers"
# A short text is read again until this many seconds have been measured: one run of it is too short to trust.
INSIDE_AT_LEAST = 0.5
RUSSIAN = "Мэр заявил, что мост безопасен. «Он откроется в мае», — сказала инженер. Вчера шёл дождь.\n"
ARABIC = "قال رئيس البلدية إن الجسر آمن. وقالت المهندسة إنه سيفتح في مايو.\n"
CHINESE = "市长说这座桥是安全的。工程师说：“它将于五月开放。”昨天下雨了。\n"
NO_STOP = "the mayor said the thugs had cleared the bridge and "


@dataclass(frozen=True, slots=True)
class Timing:
    """One layer on one text, medians.

    ``seconds`` by the clock and ``cpu_seconds`` of processors' work are of the whole process, ``inside`` are seconds of
    processors' work of the detector alone.
    """

    layer: str
    size: int
    suggestions: int
    seconds: float
    cpu_seconds: float
    inside: float
    runs: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What the command did with one bad file; ``said`` is the first line of what it wrote to standard error."""

    file: str
    size: int
    status: int
    expected: int
    suggestions: int | None
    said: str
    seconds: float
    cpu_seconds: float

    @property
    def is_expected(self) -> bool:
        """The right exit status; with it one object, or else a message and nothing on standard output."""
        return self.status == self.expected and (self.suggestions is None) == bool(self.expected)


def timings(folder: Path, sizes: Sequence[int], repeat: int, seed: int) -> list[Timing]:
    """Every layer by itself and all together, on made-up news of each size in bytes."""
    rows = []
    for size in sizes:
        text = made_up_news(size, seed)
        path = folder / f"news-{size}.txt"
        path.write_text(text, encoding="utf-8")
        for layer in (*detectors.layers(), EVERY_LAYER):
            wanted = [] if layer == EVERY_LAYER else [layer]
            options = [word for name in wanted for word in ("--layer", name)]
            inside: list[float] = []
            while len(inside) < repeat or sum(inside) < INSIDE_AT_LEAST:
                inside.append(_inside(text, wanted))
            whole = [measure([*REDPENCIL, path, "--json", *options]) for _ in range(repeat)]
            rows.append(
                Timing(
                    layer,
                    len(text.encode()),
                    len(json.loads(whole[0].output)["annotations"]),
                    median(measured.seconds for measured in whole),
                    median(measured.cpu_seconds for measured in whole),
                    median(inside),
                    repeat,
                )
            )
    return rows


def _inside(text: str, wanted: Sequence[str]) -> float:
    # Loads the lexicons, and takes the place of the attributions that were kept of the last text.
    detectors.detect("The mayor said it rained.", wanted)
    began = time.process_time()
    detectors.detect(text, wanted)
    return time.process_time() - began


def growth(rows: Sequence[Timing]) -> list[tuple[str, int, int, float, float]]:
    """(layer, bytes, bytes of the longer text, times as much work a byte in the detector, and in the whole process).

    1 is linear. A whole process's start weighs most in a short text, so that it comes out below 1.
    """
    found = []
    for layer in dict.fromkeys(row.layer for row in rows):
        own = sorted((row for row in rows if row.layer == layer), key=lambda row: row.size)
        for a, b in itertools.pairwise(own):
            longer = b.size / a.size
            found.append((layer, a.size, b.size, b.inside / a.inside / longer, b.cpu_seconds / a.cpu_seconds / longer))
    return found


# A name, the bytes, and the exit status: 0 suggestions, perhaps with a notice; 2 a message that says what to do.
BAD_FILES: tuple[tuple[str, Callable[[int], bytes], int], ...] = (
    ("empty", lambda seed: b"", 2),
    ("spaces alone", lambda seed: b" " * 1_000, 2),
    ("random bytes", lambda seed: random.Random(seed).randbytes(100_000), 2),
    ("UTF-16 with its mark", lambda seed: made_up_news(10_000, seed).encode("utf-16"), 2),
    ("Russian", lambda seed: (RUSSIAN * 100).encode(), 0),
    ("Arabic", lambda seed: (ARABIC * 100).encode(), 0),
    ("Chinese", lambda seed: (CHINESE * 100).encode(), 0),
    ("a line without a space", lambda seed: b"a" * 1_000_000, 0),
    ("a line without a stop", lambda seed: (NO_STOP * (1_000_000 // len(NO_STOP))).encode(), 0),
    ("a letter, then stops", lambda seed: b"a" + b"." * 999_999, 0),
    ("quotes that never close", lambda seed: ("“a " * 200_000).encode(), 0),
    ("5 MB of news", lambda seed: made_up_news(5_000_000, seed).encode(), 0),
    ("over 20 MB", lambda seed: b"It rained. " * 2_000_000, 2),
)


def answers(folder: Path, seed: int) -> list[Answer]:
    """What `redpencil detect FILE --json` does with each bad file."""
    rows = []
    for number, (name, make, expected) in enumerate(BAD_FILES):
        path = folder / f"bad-{number}.txt"
        path.write_bytes(make(seed))
        done = measure([*REDPENCIL, path, "--json"], statuses=(0, 1, 2))
        found = json.loads(done.output) if done.output else None
        notice = found.get("notice", "") if found else done.errors.replace(str(path), "FILE")
        suggestions = None if found is None else len(found["annotations"])
        said = notice.strip().split("\n", 1)[0]
        size = path.stat().st_size
        rows.append(Answer(name, size, done.status, expected, suggestions, said, done.seconds, done.cpu_seconds))
        path.unlink()
    return rows
