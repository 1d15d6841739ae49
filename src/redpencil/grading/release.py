"""Handing out an exercise: a student notebook made from its worksheet, and the exercise without its key beside it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from redpencil.document import KitError
from redpencil.exercise import Exercise, load_exercise, load_key
from redpencil.grading.submissions import BYTES_AT_MOST, EMPTY, NotGraded, read_submission

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def release(exercise_id: str, output: Path) -> list[Path]:
    """Write ``<id>.ipynb`` and ``<id>.exercise.json`` into the folder ``output``; returns both paths.

    The spec's ``file_name`` stands in the place of the id, if there is one.
    The same exercise gives the same bytes on every run. Raises KitError if the exercise has no worksheet, or if a
    notebook stands there that is not just such a worksheet without answers.
    """
    exercise = load_exercise(exercise_id)
    notebook_path = output / f"{exercise.file_name}.ipynb"
    exercise_path = output / f"{exercise.file_name}.exercise.json"
    notebook = _notebook(exercise)
    _refuse_to_overwrite(notebook_path, exercise)
    output.mkdir(parents=True, exist_ok=True)
    notebook_path.write_text(_as_text(notebook), encoding="utf-8", newline="\n")
    exercise_path.write_text(_as_text(exercise.to_json()), encoding="utf-8", newline="\n")
    return [notebook_path, exercise_path]


def release_for_nbgrader(exercise_id: str, course: Path, keys: Path | None = None) -> list[Path]:
    """Write an exercise as an assignment into an nbgrader course, and its key where nbgrader hands nothing out.

    The paths are in the order of `nbgrader_course`: the notebook, the exercise for students, and the two files of the
    folder of keys. ``keys`` is a folder of private keys. Raises KitError if the exercise has no worksheet, the key is
    missing or broken, or one of the files is there and holds something else.
    """
    # Whoever hands out to students alone needs no grader.
    from redpencil.grading.nbgrader_course import KEYS, SOURCE, assignment

    exercise = load_exercise(exercise_id)
    key = load_key(exercise, keys)
    name = f"{exercise.id}.exercise.json"
    texts = {
        course / SOURCE / exercise.id / f"{exercise.id}.ipynb": _as_text(assignment(_notebook(exercise), exercise)),
        course / SOURCE / exercise.id / name: _as_text(exercise.to_json()),
        course / KEYS / exercise.id / name: _as_text(exercise.to_json()),
        course / KEYS / exercise.id / "key.jsonl": "".join(
            json.dumps(one.to_json(), ensure_ascii=False) + "\n" for one in key
        ),
    }
    # An instructor may have edited the assignment, or put a key of their own there.
    for path, text in texts.items():
        if path.exists() and path.read_bytes() != text.encode():
            raise KitError(
                f"{path} holds something else than would be written: it was edited, or the exercise or its key "
                f"changed.\nNothing was written. Move {path.parent} away, then run this again."
            )
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    return list(texts)


def _notebook(exercise: Exercise) -> dict[str, Any]:
    """The worksheet as a notebook of format 4.5, whose cells are numbered so that a second run gives the same ids."""
    # It loads jsonschema, which compiles a grammar of internationalised addresses that no notebook is checked by, and
    # that takes longer than all the rest. Where the grammar is not to be had, it does without.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # None is how Python says so
    try:
        import jupytext  # only who hands out needs it
    except ImportError:
        raise KitError(
            "jupytext is missing, which makes notebooks and is installed with the kit. Run: pip install jupytext"
        ) from None
    assert exercise.folder is not None  # noqa: S101  it was loaded from a folder
    worksheet = exercise.folder / "worksheet.md"
    try:
        made = jupytext.reads(worksheet.read_text(encoding="utf-8"), fmt="md:myst")
    except FileNotFoundError:
        raise KitError(
            f"{worksheet} is missing: it is what the student notebook is made from. Write it as a MyST notebook."
        ) from None
    except (UnicodeDecodeError, ValueError) as error:
        raise KitError(f"{worksheet} cannot be read as a MyST notebook: {error}. Correct that place.") from None
    cells: list[dict[str, Any]] = []
    for number, cell in enumerate(made.cells, start=1):
        row: dict[str, Any] = {
            "cell_type": cell.cell_type,
            "id": f"cell-{number:02}",
            "metadata": dict(cell.metadata),
            "source": cell.source.splitlines(keepends=True),
        }
        if cell.cell_type == "code":
            row |= {"execution_count": None, "outputs": []}
        cells.append(row)
    return {
        "cells": cells,
        "metadata": {
            "kernelspec": KERNEL,
            "language_info": {"name": "python"},
            "redpencil": {"exercise": exercise.id, "exercise_version": exercise.version},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _refuse_to_overwrite(path: Path, exercise: Exercise) -> None:
    try:
        if path.stat().st_size > BYTES_AT_MOST:
            raise KitError(f"{path} is too large for a worksheet. Move it away, or choose another --output.")
        found = read_submission(path.read_bytes(), exercise.id)
    except FileNotFoundError:
        return
    except NotGraded as problem:
        if problem.state == EMPTY:
            return
        raise KitError(
            f"{path} is not a worksheet that release wrote. {problem.reason}\n"
            "It stays as it is. Move it away, or choose another --output."
        ) from None
    if found.answers:
        raise KitError(
            f"{path} holds answers ({len(found.answers)} items, saved {found.saved_at or 'at an unknown time'}).\n"
            "They would be lost. Move the file away, or choose another --output."
        )


def _as_text(row: dict[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False, indent=1) + "\n"
