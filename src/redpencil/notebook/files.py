"""The files of a notebook's folder that hold answers: found, read, and never written over unseen."""

from __future__ import annotations

import itertools
import json
import os
from pathlib import Path

from redpencil.exercise import Answers
from redpencil.grading.submissions import BYTES_AT_MOST, TOO_LARGE, NotGraded, read_submission, too_large

# How many notebooks are read when earlier answers are looked for.
NOTEBOOKS_AT_MOST = 50


def this_notebook(folder: Path) -> Path | None:
    """The notebook that this kernel was started for, if it can be known and is in the folder."""
    name = os.environ.get("JPY_SESSION_NAME", "")
    path = folder / Path(name).name
    return path if name.endswith(".ipynb") and path.is_file() else None


def notebooks_in(folder: Path) -> list[Path]:
    """The folder's notebooks, those changed last first; a bounded number."""
    stamps = ((stamp_of(path), path) for path in itertools.islice(folder.glob("*.ipynb"), 10_000))
    return [path for stamp, path in sorted(((s, p) for s, p in stamps if s), reverse=True)][:NOTEBOOKS_AT_MOST]


def set_aside(path: Path) -> Path:
    """Rename a file to ``<id>.redpencil.kept-<n>.json`` with the first number that is free; returns the new path."""
    kept = _free(path)
    path.rename(kept)
    return kept


def keep_copy(answers: Answers, side_file: Path) -> Path:
    """Write answers to a free name beside the side file, unless a kept file holds just them already."""
    text = as_text(answers)
    for kept in side_file.parent.glob(f"{side_file.stem}.kept-*.json"):
        if kept.is_file() and kept.stat().st_size == len(text.encode()) and kept.read_bytes() == text.encode():
            return kept
    kept = _free(side_file)
    with kept.open("x", encoding="utf-8", newline="\n") as file:
        file.write(text)
    return kept


def _free(side_file: Path) -> Path:
    names = (side_file.with_name(f"{side_file.stem}.kept-{n}.json") for n in itertools.count(1))
    return next(path for path in names if not path.exists())


def read_answers(path: Path, exercise_id: str) -> Answers:
    """The answers in a notebook or an answers file; raises NotGraded, or OSError, if none can be read."""
    size = path.stat().st_size
    if size > BYTES_AT_MOST:
        raise NotGraded(TOO_LARGE, too_large(size))
    return read_submission(path.read_bytes(), exercise_id)


def stamp_of(path: Path) -> tuple[int, int] | None:
    """What changes when a file is written: its time (ns) and its size in bytes; None if it is not there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def as_text(answers: Answers) -> str:
    """The text of an answers file."""
    return json.dumps(answers.to_json(), ensure_ascii=False, indent=1) + "\n"
