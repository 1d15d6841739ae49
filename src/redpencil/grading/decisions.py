"""What a person decides of a submission: points and comments for free text, a comment or other points for the whole."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

POINTS, COMMENT, OVERRIDE, MATCH = "points", "comment", "override", "match"
COMMENT_AT_MOST = 5_000
POINTS_LIMIT = 10_000


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision on the submission that stands for a student.

    ``value`` is a number for ``points`` (of an item) and ``override`` (of the whole), a text for ``comment`` (of an
    item, or of the whole where ``item`` is ``""``); None takes an earlier one back. ``sha256`` begins the sum of the
    file that was decided on; ``""`` is whatever counts.
    """

    exercise: str
    student_id: str
    kind: str
    item: str
    value: float | str | None
    reason: str = ""
    sha256: str = ""


def folded(rows: Iterable[Any], manual: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The state that rows of the table of decisions lead to, in their order, from ``manual`` on.

    It is ``{"items": {item: {"points": …, "comment": …}}, "override": {"points": …, "reason": …}, "comment": …}``, each
    only where it was decided.
    """
    before = manual or {}
    items = {item: dict(of_item) for item, of_item in before.get("items", {}).items()}
    whole = {name: value for name, value in before.items() if name != "items"}
    for row in rows:
        value = json.loads(row.value)
        if row.kind == OVERRIDE:
            _put(whole, OVERRIDE, None if value is None else {"points": value, "reason": row.reason})
        elif row.kind == COMMENT and not row.item:
            _put(whole, COMMENT, value)
        elif row.kind in (POINTS, COMMENT):
            _put(items.setdefault(row.item, {}), row.kind, value)
    items = {item: of_item for item, of_item in items.items() if of_item}
    return {**({"items": items} if items else {}), **whole}


def _put(into: dict[str, Any], name: str, value: object) -> None:
    if value is None:
        into.pop(name, None)
    else:
        into[name] = value
