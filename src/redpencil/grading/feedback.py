"""A page for each student: their marks beside the key's, with the reasons, self-contained and without script."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import islice, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
from markupsafe import Markup, escape

from redpencil.annotation import Annotation
from redpencil.document import KitError
from redpencil.exercise import EVEN, INVENTED, LABEL_SETS, Exercise, Item, Label, key_for_item
from redpencil.grading.class_view import ClassCounts, ClassPage
from redpencil.grading.grade import Grader, Graders
from redpencil.grading.pool import in_batches, working
from redpencil.grading.submissions import GRADED, NEEDS_MANUAL, NotGraded
from redpencil.scoring import FOUND, MISSED, NOT_IN_KEY, PARTLY_FOUND, Pair, score_likelihood

if TYPE_CHECKING:
    from redpencil.grading.gradebook import Gradebook

_FATE_CLASSES = {FOUND: "found", PARTLY_FOUND: "partly", MISSED: "missed", NOT_IN_KEY: "extra"}
# Characters and pieces of a quote on the page: who marked everything need not read everything again.
QUOTE_AT_MOST = 300
PIECES_SHOWN = 10
# A row of the gradebook, by column.
Row = dict[str, Any]
# Names that Windows keeps for devices, whatever their ending.
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)$")


def write_feedback(
    open_gradebook: Callable[[], Gradebook],
    output: Path,
    *,
    keys: Path | None = None,
    progress: Callable[[int], object] = lambda n: None,
) -> int:
    """Write ``output/<exercise>/<student>.html`` for everybody in the gradebook, and return how many.

    What the class did in each exercise lands in ``output/<exercise>-class.html``: counts over the text, no names.

    Raises KitError if something was graded by another key or another version of the exercise than is here: its reasons
    would not fit. The gradebook is opened when the processes that write are started: both take their time.
    """
    written = 0
    classes: dict[str, ClassCounts] = {}
    with working(_page_writer, (output, keys)) as work:
        gradebook = open_gradebook()
        for pages, counted in work(map(_plain, in_batches(gradebook.one_for_each_student()))):
            for exercise, counts in counted.items():
                classes.setdefault(exercise, ClassCounts()).merge(counts)
            written += pages
            progress(pages)
        gradebook.close()
    graders = Graders(keys)
    for exercise, counts in classes.items():
        if counts.readers:
            write_class(_grader(graders, exercise), counts, output)
    return written


def write_class(grader: Grader, counts: ClassCounts, output: Path) -> None:
    """Write ``output/<exercise>-class.html``: what the counted readers marked and chose in the grader's exercise."""
    own = Path(__file__).with_name("class_view.css").read_text(encoding="utf-8")
    style = _style() + Markup(own)  # noqa: S704  our own file
    context = ClassPage(grader.exercise, grader.key, counts).context()
    html = _template("class_view.html").render(style=style, **context)
    (output / f"{file_name(grader.exercise.id)}-class.html").write_bytes(html.encode())


class _Desk:
    """What a process that writes pages has laid out: the templates, and what the pages of each exercise share."""

    def __init__(self, output: Path, keys: Path | None) -> None:
        self.output = output
        self.graders = Graders(keys)
        self.template = _template("feedback.html")
        self.style = _style()
        self.pages: dict[str, _Pages] = {}
        self.classes: dict[str, ClassCounts] = {}
        self.made: set[Path] = set()

    def write(self, row: Row) -> None:
        """Write one student's page."""
        folder = self.output / (file_name(row["exercise"]) if row["exercise"] else "unknown")
        if folder not in self.made:
            folder.mkdir(parents=True, exist_ok=True)
            self.made.add(folder)
        if row["state"] in (GRADED, NEEDS_MANUAL):
            if row["exercise"] not in self.pages:
                self.pages[row["exercise"]] = _Pages(_grader(self.graders, row["exercise"]))
            pages = self.pages[row["exercise"]]
            pages.check_version(row)
            answers, details, parts = (json.loads(row[name]) for name in ("answers", "details", "parts"))
            title, grade = pages.exercise.title, pages.of(answers, details, parts)
            self._class(row).add(answers, details, pages.choices)
        else:
            title, grade = self._title(row["exercise"]), None
            self._class(row).left_out[row["state"]] += 1
        who = row["student_name"] or row["student_id"]
        html = self.template.render(title=title, who=who, row=row, grade=grade, style=self.style)
        (folder / f"{file_name(row['student_id'])}.html").write_bytes(html.encode())

    def _title(self, exercise: str) -> str:
        """The title of an exercise by what a file said it is; many files that cannot be graded do not say."""
        try:
            return self.graders.get(exercise).exercise.title if exercise else "Your work"
        except (NotGraded, KitError):
            # Its id is all that is known of it here, and no reason to stop the pages of the others.
            return exercise

    def _class(self, row: Row) -> ClassCounts:
        return self.classes.setdefault(row["exercise"] or "", ClassCounts())


def _page_writer(output: Path, keys: Path | None) -> Callable[[Sequence[Row]], tuple[int, dict[str, ClassCounts]]]:
    """What a process that writes pages does with each batch."""
    desk = _Desk(output, keys)

    def write(rows: Sequence[Row]) -> tuple[int, dict[str, ClassCounts]]:
        for row in rows:
            desk.write(row)
        counted, desk.classes = desk.classes, {}
        return len(rows), counted

    return write


def _plain(rows: Iterable[Any]) -> list[Row]:
    return [dict(row._mapping) for row in rows]


def file_name(student_id: str) -> str:
    """A student's id as a file name that is safe on every system and nobody else's.

    An id of a-z, 0-9, hyphens and underscores is its own file name; any other gets a part of its sha256.
    """
    if re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,59}", student_id) and not _DEVICE.match(student_id):
        return student_id
    readable = re.sub(r"[^a-z0-9]+", "-", student_id.lower())[:40].strip("-") or "student"
    return f"{readable}~{hashlib.sha256(student_id.encode('utf-8', 'replace')).hexdigest()[:12]}"


def _grader(graders: Graders, exercise: str) -> Grader:
    try:
        return graders.get(exercise)
    except NotGraded as error:
        raise KitError(f"The gradebook holds {exercise}, but {error.reason}\nRun this where its exercise is.") from None


class _Pages:
    """What all pages of one exercise share, escaped once."""

    def __init__(self, grader: Grader) -> None:
        self.exercise: Exercise = grader.exercise
        self.grader = grader
        self.text = grader.exercise.document.text
        self.by_id = {a.id: a for a in grader.key}
        self.names = {label.id: label.name for labels in LABEL_SETS.values() for label in labels}
        self.letters = {layer: short_names(labels) for layer, labels in LABEL_SETS.items()}
        self.bearing: Mapping[str, Sequence[Annotation]] = {
            item.id: key_for_item(item, grader.key) for item in self.exercise.items if item.kind != "free-text"
        }
        self.choices = {item.id: self._choice(item) for item in self.exercise.items if item.kind == "choice"}
        self.macros: Any = _template("feedback_parts.html").module
        self.rendered: dict[tuple[Any, ...], Markup] = {}
        self.paragraphs = [(p.start, p.end) for p in self.exercise.document.paragraphs]

    def check_version(self, row: Row) -> None:
        if row["key_version"] != self.grader.key_version:
            raise KitError(
                f"{row['path']} was graded by another key of {row['exercise']} than the one that is here.\n"
                "The key or the exercise changed, or --keys is missing. Grade again, with the same --keys as now."
            )

    def of(self, answers: Row, details: Row, parts: Row) -> dict[str, Any]:
        """What the template needs of one row's columns of those names."""
        sections, shown = [], []
        to_look_at = {"choice": False, "likelihood": False, "marks": False}
        for group in self.exercise.groups:
            items = self.exercise.in_group(group)
            first = items[0]
            at_most = sum(item.points_at_most for item in items)
            shown.append({"title": first.title, "points": parts.get(group), "at_most": at_most})
            section: dict[str, Any] = {"kind": first.kind, "head": self._once("head", first, first)}
            if first.kind == "choice":
                kind = "likelihood" if first.probabilities else "choice"
                to_look_at[kind] |= any(self._is_against(item, answers.get(item.id)) for item in items)
                section["rows"] = _joined(self._choice_row(item, answers.get(item.id), details) for item in items)
                if first.probabilities:
                    section["spotting"] = self._likelihoods(items, answers, details.get("brier", {}).get(group))
                    section["shares"] = _shares(first, self.names)
                else:
                    section["spotting"] = _spotting(first, details.get("spotting", {}).get(group), self.names)
            elif first.kind == "marks":
                section |= self._marked(first, answers.get(first.id) or [], details["items"].get(first.id))
                fates = (details["items"].get(first.id) or {}).get("fates", ())
                to_look_at["marks"] |= any(fate in (MISSED, PARTLY_FOUND) for fate, *_ in fates)
            else:
                section |= {"answer": answers.get(first.id), "rubric": self._once("criteria", first, first.rubric)}
            sections.append(section)
        return {
            "parts": shown,
            "sections": sections,
            "hints": sum(details.get("hints", {}).values()),
            "kinds": {section["kind"] for section in sections},
            "shares": next((section["shares"] for section in sections if "shares" in section), ""),
            "has_labels": any(s["kind"] == "choice" and "shares" not in s for s in sections),
            "has_second_readings": any("½" in shared["labels"].values() for shared in self.choices.values()),
            "next": _next_step(to_look_at),
            "invented": INVENTED if self.exercise.document.is_invented else "",
        }

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

    def _choice_row(self, item: Item, chosen: str | None, details: Mapping[str, Any]) -> Markup:
        if (item.id, chosen) not in self.rendered:
            shared = self.choices[item.id]
            row = {
                "sentence": shared["sentence"],
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
        for is_signal, kind, wrong in (
            (True, "likely", "too low"),
            (False, "unlikely", "too high"),
        ):
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
        for fate, id, numbers, missing in outcome["fates"]:
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
                    "score": outcome["labels"].get(label.id),
                    "fates": _joined(fates.get(label.id, ())),
                }
            )
        legend = [
            {"name": label.name, "meaning": label.meaning, "letter": self.letters[item.layer][label.id]}
            for label in LABEL_SETS[item.layer]
        ]
        return {
            "labels": labels,
            "legend": self._once("legend", item, legend),
            "text": self._painted(item, marks),
            "language": self.exercise.document.language,
            "links": self._links(marks),
            "notes": self._notes(marks),
        }

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
        said = (f"“{self._quote(mark['spans'])}”: {mark['note']}" for mark in marks if mark.get("note"))
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


def _spotting(item: Item, counts: Mapping[str, int] | None, names: Mapping[str, str]) -> str:
    if not counts:
        return ""
    hits, misses = counts.get("hits", 0), counts.get("misses", 0)
    alarms, rejected = counts.get("false_alarms", 0), counts.get("correct_rejections", 0)
    said = []
    if hits + misses:
        said.append(
            f"Of {hits + misses} sentences that the key calls {_either(item.signal, names)}, you spotted {hits}."
        )
    if alarms + rejected:
        to_leave, called = _either(item.noise, names), _either(item.signal, names)
        said.append(f"Of {alarms + rejected} sentences that the key calls {to_leave}, you called {alarms} {called}.")
    return " ".join(said)


def _either(labels: Sequence[str], names: Mapping[str, str]) -> str:
    *others, last = (f"“{names[label]}”" for label in labels)
    return f"{', '.join(others)} or {last}" if others else last


def _next_step(to_look_at: Mapping[str, bool]) -> str:
    """What to do with the page, by what is on it that is not as the key has it."""
    if to_look_at["marks"]:
        return "pick one line marked “missed” or “partly found”, read its reason, and look at the words again."
    if to_look_at["choice"]:
        return "pick one sentence with ✗, read the key’s reason, and find the words in the sentence that it speaks of."
    if to_look_at["likelihood"]:
        return "pick one line with ✗, read the key’s reason, and ask what you could have looked at to know."
    return "pick one line, cover its reason, and say in your own words why it is so. Then compare."


def short_names(labels: Sequence[Label]) -> dict[str, str]:
    """What stands beside a mark for each label, by its id: the shortest beginning of its name that no other has.

    It is the rule of the marking component (`looksOf` in `marking.js`), so that a mark looks the same on both.
    """
    names = [label.name.lower() for label in labels]

    def shortest(n: int) -> int:
        others = names[:n] + names[n + 1 :]
        lengths = range(1, len(names[n]))
        return next((k for k in lengths if not any(other.startswith(names[n][:k]) for other in others)), len(names[n]))

    return {label.id: names[n][: shortest(n)].capitalize() for n, label in enumerate(labels)}


def _shares(item: Item, names: Mapping[str, str]) -> str:
    """What each likelihood earns where the key says that it is so, the most first."""
    earned = {label: score_likelihood(label, item.probabilities, happened=True) for label in item.probabilities}
    ordered = sorted(earned.items(), key=lambda pair: -pair[1])
    return ", ".join(f"“{names[label]}” {share:.2f}".removesuffix(".00") for label, share in ordered)


@cache
def _style() -> Markup:
    return Markup(Path(__file__).with_name("feedback.css").read_text(encoding="utf-8"))  # noqa: S704  our own file


@cache
def _template(name: str) -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    # Halves go up, as on the page that students compare on: 0.725 is a little less in binary.
    environment.filters["points"] = lambda points: f"{points + 1e-9:.2f}".rstrip("0").rstrip(".")
    # With a true minus, and without a minus before nothing.
    environment.filters["signed"] = lambda value: f"{round(value, 2) + 0.0:.2f}".replace("-", "−")
    environment.filters["percent"] = lambda share: f"{share:.0%}"
    return environment.from_string(Path(__file__).with_name(name).read_text(encoding="utf-8"))
