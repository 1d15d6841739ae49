"""What the commands share: exit statuses, what a terminal may show, JSON, a progress bar."""

from __future__ import annotations

import contextlib
import io
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

DONE, SOME_NOT_GRADED, WRONG_USAGE = 0, 1, 2
# Rows of a list that are shown; the rest is counted.
SHOWN_AT_MOST = 40


def counted(n: int, what: str, several: str = "") -> str:
    """A number of things in words: 1 file, 2 files."""
    return f"{n:,} {what if n == 1 else several or what + 's'}"


def print_json(found: Mapping[str, Any]) -> None:
    """One JSON object on a line of standard output, in UTF-8 whatever the terminal's encoding is."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # What then cannot be encoded is half of a pair, from a name of a file: "\udcff" is how JSON writes it.
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    print(visible(json.dumps(found, ensure_ascii=False)))


def one_json(found: object) -> str:
    """One JSON object; characters that a terminal would not show, or would act on, are written out."""
    text = json.dumps(found, ensure_ascii=False)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return json.dumps(found)
    return visible(text)


def visible(text: str) -> str:
    """JSON that a terminal cannot be led astray by: what is no visible character is written as JSON's escape."""
    return text if text.isprintable() else "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in text)


def write_any_letter() -> None:
    """Names come in any alphabet: what the output’s encoding has not is written as an escape, and stops nothing."""
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # typed as any TextIO


def write_out_what_cannot_be_encoded() -> None:
    r"""Where standard output has another encoding than UTF-8, show "\u5e02" for a character that it lacks."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


@contextlib.contextmanager
def progress(
    what: str, count: Callable[[], int], *, quiet: bool, unit: str = "file"
) -> Iterator[Callable[[int], object]]:
    """A progress bar on a terminal; nothing in a pipe, where counting first would be work for nobody."""
    if quiet or not sys.stderr.isatty():
        yield lambda n: None
        return
    from tqdm import tqdm

    with tqdm(total=count(), desc=what, unit=unit, file=sys.stderr) as bar:
        yield bar.update
