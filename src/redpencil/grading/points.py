"""What a submission's row comes to: its parts and a person's decisions put together, the late penalty taken off."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from redpencil.grading.submissions import GRADED, NEEDS_MANUAL

WAITS = "Free text waits for a person."
# How the reason goes on where a person's points are more than can be had by now, since the key or a setting changed.
ABOVE = "points by hand, more than can be had now"
# How the reason begins of a duplicate by which nothing is lost: the file that counts is the same, to the byte.
SAME_FILE = "This very file counts already, as"
# What is stored is rounded to as many places.
PLACES = 6
# How much of the sum of key and exercise stands in a version that has the settings' sum too.
KEY_SUM = 47
# Made once, and without a look for circles, of which what we store has none: it is used four times a submission.
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False)


@dataclass(frozen=True, slots=True)
class Total:
    """A submission's state and points, with the parts and the details that say how they came about."""

    state: str
    points: float | None
    parts: dict[str, float | None]
    details: dict[str, Any]

    @property
    def reason(self) -> str:
        """Why there are no points, or ``""``."""
        if self.state != NEEDS_MANUAL:
            return ""
        above = self.details.get("above", {})
        is_unread = any(points is None and name not in above for name, points in self.parts.items())
        said = [
            f"{item or 'The whole'} has {points:g} {ABOVE} ({at_most:g}): give them anew."
            for item, (points, at_most) in above.items()
        ]
        return " ".join([WAITS, *said] if is_unread or not said else said)


def total(
    parts: Mapping[str, float | None],
    details: Mapping[str, Any],
    points_at_most: float,
    manual: Mapping[str, Any],
) -> Total:
    """Put a row's columns of these names together anew; doing it twice gives the same as doing it once.

    A free text has the points that a person gave it; without them it waits if there is an answer, else it has none.
    The penalty is the percentage, in ``details["late"]``, of ``points_at_most``, and takes no more than there is. A
    person's word on the whole comes last, and nothing waits any more. ``details`` says what was taken, and, as
    ``points_before``, what the points were without penalty and override, where that is something else.

    Points of a person may be more than can be had, if an item was dropped or a rubric changed since. Nobody but that
    person knows what they are worth now: 40 of 42 may be meant to be all of 30, or the same share of it. So they stay
    on record and wait for another word; ``details`` has them as ``above``, by item and with ``""`` for the whole.
    """
    given = manual.get("items", {})
    now = dict(parts)
    above: dict[str, list[float]] = {}
    for item, waits in details.get("free_text", {}).items():
        points = given.get(item, {}).get("points")
        now[item] = (None if waits else 0.0) if points is None else float(points)
        at_most = details.get("free_text_at_most", {}).get(item)
        if points is not None and at_most is not None and _is_above(points, at_most):
            above[item] = [float(points), at_most]
            now[item] = None
    told = {name: value for name, value in details.items() if name not in ("points_before", "above")}
    known = [points for points in now.values() if points is not None]
    before = round(sum(known), PLACES) if len(known) == len(now) else None
    after = before
    if late := details.get("late"):
        taken = None
        if before is not None:
            taken = round(min(before, late["percent"] / 100 * points_at_most), PLACES)
            after = round(before - taken, PLACES)
        told["late"] = {**late, "taken": taken}
    override = manual.get("override")
    if override is not None:
        after = float(override["points"])
        if _is_above(after, points_at_most):
            above[""] = [after, points_at_most]
            after = None
    if above and after is None:
        told["above"] = above
    if after != before and before is not None:
        told["points_before"] = before
    return Total(NEEDS_MANUAL if after is None else GRADED, after, now, told)


def _is_above(points: float, at_most: float) -> bool:
    # A maximum is a sum of points of items, and not always a round one in binary.
    return points > at_most + 0.1**PLACES


def joined_version(key_sum: str, settings_sum: str) -> str:
    """One version of 64 characters of two sums (sha256 in hex), so that it can be told which of them changed."""
    return f"{key_sum[:KEY_SUM]}:{settings_sum[: 63 - KEY_SUM]}"


def split_version(version: str) -> tuple[str, str]:
    """Of a version, the beginning of the sum of key and exercise, and that of the settings' (``""`` if it has none)."""
    key_sum, _, settings_sum = version.partition(":")
    return key_sum[:KEY_SUM], settings_sum


def compact(value: object) -> str:
    """JSON as it is stored in a column."""
    return _ENCODER.encode(value)
