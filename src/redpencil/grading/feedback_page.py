"""What stands on the feedback pages of one exercise: marks, the key’s reasons, points."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from redpencil.annotation import Annotation
from redpencil.document import KitError
from redpencil.exercise import EVEN, INVENTED, LABEL_SETS, Exercise, Item, key_for_item
from redpencil.grading.grade import GRADED_OTHERWISE, Grader
from redpencil.grading.shown import without_turning
from redpencil.scoring import FOUND, MISSED, NOT_IN_KEY, PARTLY_FOUND, Pair

if TYPE_CHECKING:
    pass


from redpencil.grading.feedback_words import (
    NEXT_WITHOUT_KEY,
    next_step,
    points_shown,
    shares_in_words,
    short_names,
    spotting_in_words,
    template,
)

_FATE_CLASSES = {FOUND: "found", PARTLY_FOUND: "partly", MISSED: "missed", NOT_IN_KEY: "extra"}
# Characters and pieces of a quote on the page: who marked everything need not read everything again.
QUOTE_AT_MOST = 300
PIECES_SHOWN = 10
# A row of the gradebook, by column.
Row = dict[str, Any]


class ExercisePages:
    """What all pages of one exercise share, escaped once."""

    def __init__(self, grader: Grader, *, shows_key: bool) -> None:
        self.exercise: Exercise = grader.exercise
        self.grader = grader
        self.shows_key = shows_key
        self.text = grader.exercise.document.text
        self.by_id = {a.id: a for a in grader.key}
        self.names = {label.id: label.name for labels in LABEL_SETS.values() for label in labels}
        self.letters = {layer: short_names(labels) for layer, labels in LABEL_SETS.items()}
        self.bearing: Mapping[str, Sequence[Annotation]] = {
            item.id: key_for_item(item, grader.key) for item in self.exercise.items if item.kind != "free-text"
        }
        self.choices = {item.id: self._choice(item) for item in self.exercise.items if item.kind == "choice"}
        self.macros: Any = template("feedback_parts.html").module
        self.rendered: dict[tuple[Any, ...], Markup] = {}
        self.paragraphs = [(p.start, p.end) for p in self.exercise.document.paragraphs]

    def check_version(self, row: Row) -> None:
        """Raise KitError if the row was graded by another key or with other settings than are here."""
        if row["key_version"] != self.grader.key_version:
            raise KitError(
                f"{row['path']} was graded by another key of {row['exercise']}, or with other settings, than here.\n"
                f"{GRADED_OTHERWISE}"
            )

    def of_row(self, row: Row) -> dict[str, Any]:
        """What the template needs of a row that was graded."""
        answers, details, parts, manual = (json.loads(row[name]) for name in ("answers", "details", "parts", "manual"))
        dropped = frozenset(details.get("dropped", ()))
        given = manual.get("items", {})
        sections, shown = [], []
        to_look_at = {"choice": False, "likelihood": False, "marks": False}
        for group in self.exercise.groups:
            items = self.exercise.in_group(group)
            first = items[0]
            counted = [item for item in items if item.id not in dropped]
            shown.append(
                {
                    "title": first.title,
                    "is_counted": bool(counted),
                    "points": parts.get(group),
                    "at_most": sum(item.points_at_most for item in counted),
                }
            )
            section: dict[str, Any] = {
                "kind": first.kind,
                "head": self._once("head", first, first),
                "is_dropped": not counted,
                # A comment on one of many choices names the choice.
                "comments": [
                    (item.id if len(items) > 1 else "", given[item.id]["comment"])
                    for item in items
                    if given.get(item.id, {}).get("comment")
                ],
            }
            if first.kind == "choice":
                kind = "likelihood" if first.probabilities else "choice"
                to_look_at[kind] |= any(self._is_against(item, answers.get(item.id)) for item in counted)
                section["rows"] = _joined(
                    self._choice_row(item, answers.get(item.id), details, is_dropped=item.id in dropped)
                    for item in items
                )
                if first.probabilities:
                    section["spotting"] = self._likelihoods(counted, answers, details.get("brier", {}).get(group))
                    section["shares"] = shares_in_words(first, self.names)
                else:
                    counts = details.get("spotting", {}).get(group) if self.shows_key else None
                    section["spotting"] = spotting_in_words(first, counts, self.names)
            elif first.kind == "marks":
                section |= self._marked(first, answers.get(first.id) or [], details["items"].get(first.id))
                fates = (details["items"].get(first.id) or {}).get("fates", ())
                to_look_at["marks"] |= any(fate in (MISSED, PARTLY_FOUND) for fate, *_ in fates)
            else:
                section |= {
                    "answer": answers.get(first.id),
                    "rubric": self._once("criteria", first, first.rubric),
                    "points": parts.get(group),
                    "at_most": first.points_at_most,
                    "is_to_be_read_again": first.id in details.get("above", {}),
                }
            sections.append(section)
        return {
            "shows_key": self.shows_key,
            "parts": shown,
            "account": self._account(row, details, manual, dropped),
            "sections": sections,
            "hints": sum(details.get("hints", {}).values()),
            "kinds": {section["kind"] for section in sections},
            "shares": next((section["shares"] for section in sections if "shares" in section), ""),
            "has_labels": any(s["kind"] == "choice" and "shares" not in s for s in sections),
            # Whether the key accepts a second reading anywhere is the key's to say.
            "has_second_readings": not self.shows_key
            or any("½" in shared["labels"].values() for shared in self.choices.values()),
            "next": next_step(to_look_at) if self.shows_key else NEXT_WITHOUT_KEY,
            "invented": INVENTED if self.exercise.document.is_invented else "",
        }

    def _account(self, row: Row, details: Row, manual: Row, dropped: Set[str]) -> list[str]:
        """What stands between the parts and the points, in words: what was dropped, lateness, a teacher's word."""
        said = []
        at_most = points_shown(row["points_at_most"])
        if dropped:
            whole = [group for group in self.exercise.groups if not self._counts(group, dropped)]
            titles = [self.exercise.in_group(group)[0].title for group in whole]
            single = sum(self.exercise.item_by_id[id].group not in whole for id in dropped)
            if single:
                titles.append(f"{single} {'question' if single == 1 else 'questions'}, marked below")
            said.append(
                f"Left out for everybody in the course: {'; '.join(titles)}. That costs nothing and earns nothing."
            )
        if late := details.get("late"):
            days = "1 day" if late["days"] == 1 else f"{late['days']} days"
            said.append(
                f"Handed in late: {days}; each day that has begun counts as a whole one."
                if late["by"] == "time"
                else "Marked as late where you handed it in. How late is not known, so 1 day is counted, the least "
                "that is certain."
            )
            rule = f"{late['percent']:g} % of the {at_most} points that can be had"
            taken = late.get("taken")
            before = details.get("points_before")
            if taken is None:
                said.append(f"For that, {rule} will be taken off, once everything is counted.")
            elif before is None:
                said.append(f"For that, {rule} are taken off. There was nothing to take.")
            else:
                # Nobody goes below zero.
                most = late["percent"] / 100 * row["points_at_most"]
                up_to = ", but no more than there was," if most > taken + 1e-6 else ""
                said.append(
                    f"For that, {rule}{up_to} are taken off: {points_shown(before)} − {points_shown(taken)} = "
                    f"{points_shown(before - taken)}."
                )
        if override := manual.get("override"):
            instead = details.get("points_before")
            of_parts = f" The parts come to {points_shown(instead)}." if instead is not None else ""
            reason = f" The reason: {override['reason']}" if override.get("reason") else ""
            again = ""
            if "" in details.get("above", {}):
                again = f" Since then the most that can be had became {at_most}, so your teacher will look at it again."
            said.append(f"Your teacher set the points: {points_shown(override['points'])}.{again}{of_parts}{reason}")
        return said

    def _counts(self, group: str, dropped: Set[str]) -> bool:
        return any(item.id not in dropped for item in self.exercise.in_group(group))

    def _choice(self, item: Item) -> dict[str, Any]:
        bearing = self.bearing[item.id]
        required = next(a for a in bearing if a.status == "required")
        accepted = [a for a in bearing if a.status == "accepted"]
        key = self.names[required.label]
        if accepted:
            key += " (also: " + ", ".join(self.names[a.label] for a in accepted) + ")"
        assert item.span is not None  # noqa: S101  a choice is about a span
        labels = {required.label: "✓", **{a.label: "½" for a in accepted}}
        if item.probabilities:
            side = item.signal if required.label in item.signal else item.noise
            # On the key's side, and on neither side.
            labels = {
                label: "✓" if label in side else "·"
                for label, p in item.probabilities.items()
                if p == EVEN or label in side
            }
        return {
            "sentence": escape(self.exercise.document.quote(item.span)),
            "key": escape(key),
            "reason": {
                "": escape(required.reason),
                **{a.label: escape(f"{a.reason} {required.reason}") for a in accepted},
            },
            "labels": labels,
        }

    def _is_against(self, item: Item, chosen: str | None) -> bool:
        """Whether a choice is none that the key has, or was not made."""
        return chosen not in self.choices[item.id]["labels"]

    def _choice_row(self, item: Item, chosen: str | None, details: Mapping[str, Any], *, is_dropped: bool) -> Markup:
        if (item.id, chosen) not in self.rendered and not self.shows_key:
            row = {
                "id": item.id,
                "sentence": self.choices[item.id]["sentence"],
                "chosen": self.names[chosen] if chosen else None,
                "is_dropped": is_dropped,
            }
            self._keep((item.id, chosen), self.macros.choice_row_without_key(row))
        if (item.id, chosen) not in self.rendered:
            shared = self.choices[item.id]
            row = {
                "sentence": shared["sentence"],
                "is_dropped": is_dropped,
                "key": shared["key"],
                "chosen": self.names[chosen] if chosen else None,
                "mark": shared["labels"].get(chosen, "✗"),
                "class": "missed" if self._is_against(item, chosen) else "found",
                "points": details["items"].get(item.id, 0.0),
                "at_most": item.points_at_most,
                "reason": shared["reason"].get(chosen, shared["reason"][""]),
            }
            self._keep((item.id, chosen), self.macros.choice_row(row))
        return self.rendered[item.id, chosen]

    def _likelihoods(self, items: Sequence[Item], answers: Row, brier: Mapping[str, Any] | None) -> str:
        """How often the student was on the key's side, on the other and on neither, and the Brier score, in words."""
        if not brier:
            return ""
        said = []
        sides = ((True, "likely", "too low"), (False, "unlikely", "too high"))
        for is_signal, kind, wrong in sides if self.shows_key else ():
            chosen = [
                (answers[item.id], item)
                for item in items
                if answers.get(item.id) and (self.bearing[item.id][0].label in item.signal) == is_signal
            ]
            if chosen:
                right = sum(label in (item.signal if is_signal else item.noise) for label, item in chosen)
                even = sum(item.probabilities[label] == EVEN for label, item in chosen)
                other = len(chosen) - right - even
                costs = ": each is a false alarm, and costs as much as a miss" if other and not is_signal else ""
                said.append(
                    f"Of {len(chosen)} that the key calls {kind}, you called {right} {kind}, left {even} open, "
                    f"and put {other} {wrong}{costs}."
                )
        answered = f"{brier['answers']} {'answer' if brier['answers'] == 1 else 'answers'}"
        said.append(
            f"Your Brier score is {brier['score']:.2f} over {answered}: 0 is perfect, 1 the worst, "
            "and always saying “as likely as not” gives 0.25."
        )
        return " ".join(said)

    def _once(self, part: str, item: Item, shown: object) -> Markup:
        """What is the same on every page."""
        if (part, item.id) not in self.rendered:
            self._keep((part, item.id), getattr(self.macros, part)(shown))
        return self.rendered[part, item.id]

    def _fate_row(
        self, fate: str, id: str | None, missing: Sequence[Pair], marked: Iterable[Pair], whom: str
    ) -> Markup:
        case = (fate, id, whom, *(tuple(span) for span in (missing if id else marked)))
        if case not in self.rendered:
            annotation = self.by_id[id] if id else None
            row = {
                "fate": "can be defended" if annotation and annotation.status == "accepted" else fate,
                "class": _FATE_CLASSES[fate],
                "quote": " … ".join(annotation.quotes) if annotation else self._quote(marked),
                "missing": self._quote(missing) if fate == PARTLY_FOUND and missing else "",
                "reason": annotation.reason if annotation else "The key has nothing of this label here.",
                "whom": whom,
            }
            self._keep(case, self.macros.fate_row(row))
        return self.rendered[case]

    def _marked(self, item: Item, marks: Sequence[Any], outcome: Any) -> dict[str, Any]:
        labels = []
        fates: dict[str, list[Markup]] = {}
        for fate, id, numbers, missing in outcome["fates"] if self.shows_key else ():
            label = self.by_id[id].label if id else marks[numbers[0]]["label"]
            marked = marks[numbers[0]]["spans"] if numbers else ()
            whom = self._whom(item, self.by_id.get(id), [marks[n] for n in numbers]) if item.actors else ""
            fates.setdefault(label, []).append(self._fate_row(fate, id, missing, marked, whom))
        for label in LABEL_SETS[item.layer]:
            labels.append(
                {
                    "name": label.name,
                    "heading": label.name.capitalize(),
                    "points": outcome["points"].get(label.id, 0.0),
                    "at_most": item.points.get(label.id, 0.0),
                    "score": outcome["labels"].get(label.id) if self.shows_key else None,
                    "fates": _joined(fates.get(label.id, ())),
                }
            )
        legend = [
            {"name": label.name, "meaning": label.meaning, "letter": self.letters[item.layer][label.id]}
            for label in LABEL_SETS[item.layer]
        ]
        return {
            "labels": labels,
            "own_fates": "" if self.shows_key else self._own_fates(marks, outcome),
            "legend": self._once("legend", item, legend),
            "text": self._painted(item, marks),
            "language": self.exercise.document.language,
            "links": self._links(marks),
            "notes": self._notes(marks),
        }

    def _own_fates(self, marks: Sequence[Any], outcome: Any) -> str:
        """What became of the student's own marks, in numbers: neither where, nor what was missed."""
        if not marks:
            return ""
        fates: dict[int, str] = {}
        for fate, id, numbers, _ in outcome["fates"]:
            shown = "can be defended" if id and self.by_id[id].status == "accepted" else fate
            for n in numbers:
                fates.setdefault(n, shown)
        counted = Counter(fates.get(n, NOT_IN_KEY) for n in range(len(marks)))
        said = ", ".join(f"{n} {fate}" for fate, n in counted.most_common())
        return f"Of your {len(marks)} {'mark' if len(marks) == 1 else 'marks'}: {said}."

    def _whom(self, item: Item, annotation: Annotation | None, marks: Sequence[Any]) -> str:
        """Whom the student and the key say the words hit. It earns no points: it is there to be talked about."""
        names = {actor.id: actor.name for actor in item.actors}
        said = "; ".join(dict.fromkeys(names[mark["actor"]] for mark in marks if mark.get("actor")))
        yours = f"You said it hits: {said}." if said else "You did not say whom it hits."
        key = names.get(annotation.actor) if annotation else None
        if not marks:
            return f"It hits: {key}." if key else ""
        if annotation is None:
            return yours if said else ""
        return f"{yours} The key: {key or 'nobody in particular'}." if said or key else ""

    def _links(self, marks: Sequence[Any]) -> Markup:
        """The student's links in words. They earn no points: they are there to be talked about."""
        by_id = {mark.get("id"): mark for mark in marks}
        said = []
        for mark in marks:
            for link in mark.get("links") or ():
                to = by_id.get(link["to"])
                if to:
                    role = self.names[link["role"]]
                    quotes = f"“{self._quote(mark['spans'])}” → {role}: “{self._quote(to['spans'])}”"
                    said.append(f"<li>{escape(quotes)}</li>")
        return Markup("".join(said))  # noqa: S704  each was escaped above

    def _notes(self, marks: Sequence[Any]) -> Markup:
        pairs = ((self._quote(mark["spans"]), mark["note"]) for mark in marks if mark.get("note"))
        said = (f"“{quote}”: {without_turning(note)}" for quote, note in pairs)
        return Markup("".join(f"<li>{escape(note)}</li>" for note in said))  # noqa: S704  each is escaped

    def _quote(self, spans: Iterable[Pair]) -> str:
        # What is left of a mark may begin with the space between two words.
        pieces = (self.text[start:end].strip() for start, end in islice(spans, PIECES_SHOWN))
        quote = " … ".join(filter(None, pieces))
        return (
            quote if len(quote) <= QUOTE_AT_MOST else f"{quote[: QUOTE_AT_MOST // 2]} … {quote[-QUOTE_AT_MOST // 2 :]}"
        )

    def _painted(self, item: Item, marks: Sequence[Any]) -> Markup:
        """The text by paragraphs with the student's marks."""
        covers = [(start, end, mark["label"]) for mark in marks for start, end in mark["spans"]]
        return _joined(
            self._paragraph(item, begin, finish, tuple(c for c in covers if c[0] < finish and begin < c[1]))
            for begin, finish in self.paragraphs
        )

    def _paragraph(self, item: Item, begin: int, finish: int, covers: tuple[tuple[int, int, str], ...]) -> Markup:
        """One paragraph; marks that overlap nest between each two boundaries. Many students mark one alike."""
        if (item.id, begin, covers) not in self.rendered:
            order = {label.id: n for n, label in enumerate(LABEL_SETS[item.layer], start=1)}
            cuts = sorted({begin, finish, *(min(max(x, begin), finish) for s, e, _ in covers for x in (s, e))})
            html = ["<p>"]
            for a, b in pairwise(cuts):
                shown = str(escape(self.text[a:b]))
                for label in dict.fromkeys(label for s, e, label in covers if s <= a and b <= e):
                    # The letter stands once, where the mark ends.
                    ends = any(e == b and s <= a for s, e, name in covers if name == label)
                    letter = self.letters[item.layer][label] if ends else ""
                    shown = f'<mark class="l{order[label]}" data-letter="{letter}">{shown}</mark>'
                html.append(shown)
            html.append("</p>\n")
            self._keep((item.id, begin, covers), Markup("".join(html)))  # noqa: S704  its texts are escaped above
        return self.rendered[item.id, begin, covers]

    def _keep(self, case: tuple[Any, ...], shown: Markup) -> None:
        # What students mark differs without end; only so much of it is kept.
        if len(self.rendered) > 5_000:
            self.rendered.clear()
        self.rendered[case] = shown


def _joined(parts: Iterable[Markup]) -> Markup:
    return Markup("".join(parts))  # noqa: S704  the template escaped each
