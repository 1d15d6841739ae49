"""results.json for each student, as an autograder of Gradescope writes it.

Fields from gradescope/autograder_samples, docs/specs.md; ``status`` and the formats from Gradescope's later pages.
"""

from __future__ import annotations

import contextlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from redpencil.document import KitError
from redpencil.exercise import Exercise
from redpencil.grading.export.placing import parts_of
from redpencil.grading.export.sheet import whole_file
from redpencil.grading.feedback import file_name
from redpencil.grading.gradebook import Gradebook
from redpencil.grading.submissions import GRADED, NEEDS_MANUAL, NotGraded

VISIBILITIES = ("hidden", "after_due_date", "after_published", "visible")


def results_of(row: Any, exercise: Exercise | None, visibility: str) -> dict[str, Any]:
    """What Gradescope is told of one submission: a score if it is graded, and else why there is none.

    ``exercise`` gives the titles and points of the parts; without it their ids stand there.
    """
    results: dict[str, Any] = {
        "output": _said(row),
        "output_format": "text",
        "visibility": visibility,
        "stdout_visibility": "hidden",
        "tests": [],
        "extra_data": {"exercise": row.exercise, "student": row.student_id, "state": row.state},
    }
    if row.state != GRADED:
        return results
    results["score"] = round(row.points, 6)
    dropped = set(json.loads(row.details).get("dropped", ()))
    for place, (group, points) in enumerate(parts_of(row).items(), start=1):
        items = exercise.in_group(group) if exercise else ()
        test: dict[str, Any] = {"name": items[0].title if items else group, "number": str(place)}
        if points is not None:
            test["score"] = round(points, 6)
        if items:
            counted = [item for item in items if item.id not in dropped and item.group not in dropped]
            test["max_score"] = round(sum(item.points_at_most for item in counted), 6)
        results["tests"].append({**test, "visibility": visibility})
    return results


def _said(row: Any) -> str:
    if row.state == GRADED:
        said = [f"{row.points:.2f} of {row.points_at_most:.2f} points."]
        details, manual = json.loads(row.details), json.loads(row.manual)
        if late := details.get("late"):
            said.append(f"Late: {late['taken']:.2f} points were taken.")
        if override := manual.get("override"):
            said.append(f"Your teacher set the points: {override.get('reason') or 'no reason was written down'}")
        if manual.get("comment"):
            said.append(manual["comment"])
        return "\n".join(said)
    if row.state == NEEDS_MANUAL:
        return "Part of this waits for your teacher to read it. There is no number yet; this is not a 0."
    return f"{row.reason}\nThere is no number yet; this is not a 0. Talk to your teacher, and hand it in again."


def export_gradescope(
    gradebook: Gradebook,
    output: Path,
    exercise_of: Callable[[str], Exercise],
    *,
    exercise: str = "",
    visibility: str = "after_published",
) -> tuple[int, int, int]:
    """Write ``<exercise>/<student>/results.json`` into a folder, or into a zip if ``output`` ends in ``.zip``.

    ``exercise`` takes that one alone. ``visibility`` says when Gradescope shows it to students. Returns how many were
    written, how many of them carry no score, and how many are nobody's yet and were left out.
    """
    if output.suffix.lower() != ".zip" and output.is_file():
        raise KitError(f"{output} is a file; expected a folder, or a name that ends in .zip.")
    exercises: dict[str, Exercise | None] = {}
    written = without = 0
    with contextlib.ExitStack() as stack:
        archive: zipfile.ZipFile | None = None
        if output.suffix.lower() == ".zip":
            path = stack.enter_context(whole_file(output))
            archive = stack.enter_context(zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED))
        for row in gradebook.one_for_each_student():
            if exercise and row.exercise != exercise:
                continue
            if row.exercise not in exercises:
                exercises[row.exercise] = None
                with contextlib.suppress(KitError, NotGraded):
                    exercises[row.exercise] = exercise_of(row.exercise) if row.exercise else None
            results = results_of(row, exercises[row.exercise], visibility)
            data = json.dumps(results, ensure_ascii=True, indent=1).encode()
            folder = file_name(row.exercise) if row.exercise else "unknown"
            name = f"{folder}/{file_name(row.student_id)}/results.json"
            if archive:
                archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
            else:
                (output / name).parent.mkdir(parents=True, exist_ok=True)
                (output / name).write_bytes(data)
            written += 1
            without += "score" not in results
        if not written:
            raise KitError("The gradebook holds nothing of that. Grade first: redpencil grade FOLDER.")
    waiting = sum(not exercise or row.exercise == exercise for row in gradebook.of_nobody())
    return written, without, waiting
