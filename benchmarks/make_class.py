"""Make a class of invented students who did an exercise: right, wrong, hasty and thorough, the same for the same seed.

    python benchmarks/make_class.py 30 --seed 1 --output build/class

Each student has a folder, ``<student id>/<exercise>.ipynb`` or ``<student id>/<exercise>.redpencil.json``, turn about.
Student 17 is the same in a class of 30 as in one of 30,000. A process holds one student in memory
at a time.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from redpencil.annotation import Annotation
from redpencil.document import Document, KitError, Span
from redpencil.exercise import LABEL_SETS, Answers, Exercise, Item, key_for_item, load_exercise, load_key
from submission_files import NotebookFile, answers_file

FIRST_SAVE = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
WORD = re.compile(r"\S+")
# A large class is made on all cores, so many students at a time.
PART = 2_500

# Invented free text that takes no side: how a student begins, what is said of a quoted claim, how the student ends.
OPENINGS = (
    "I looked for what the report says itself.",
    "First I crossed out everything that somebody else says.",
    "It was not easy to choose two.",
    "I read it twice.",
    "",
)
FINDINGS = (
    "“{words}”: I found no photo, no document and no name with it.",
    "The report says “{words}”. It does not say how it knows.",
    "“{words}” comes without a link. It may be right, but I cannot check it here.",
    "One claim is “{words}”. A day is given, a source is not.",
    "“{words}”: there is nobody I could ask.",
)
CLOSINGS = (
    "That does not make it false.",
    "I would look for a second report.",
    "I am not sure about the second one.",
    "",
)


@dataclass(frozen=True, slots=True)
class Submission:
    """One invented student's work: where it lies below the class's folder, its bytes, and the answers inside."""

    path: Path
    data: bytes
    answers: Answers


class Pupil:
    """One invented student at work. ``ability`` is from 0 to 1: at 1 every answer is the key's."""

    def __init__(self, exercise: Exercise, key: Sequence[Annotation], ability: float, chance: random.Random) -> None:
        self.exercise = exercise
        self.key = key
        self.ability = ability
        self.chance = chance

    def answers(self) -> dict[str, Any]:
        """The answers by item id; what the student left out is absent, but something is always answered."""
        answers: dict[str, Any] = {}
        for item in self.exercise.items:
            answer = self._answer(item)
            if answer:
                answers[item.id] = answer
        if not answers:
            first = self.exercise.items[0]
            answers[first.id] = Pupil(self.exercise, self.key, 1.0, self.chance)._answer(first)
        return answers

    def slips(self, most: float) -> bool:
        """Whether something goes wrong that goes wrong with the chance ``most`` at ability 0 and never at ability 1."""
        return self.chance.random() < most * (1 - self.ability)

    def _answer(self, item: Item) -> Any:
        if item.kind == "choice":
            return self._choice(item)
        return self._marks(item) if item.kind == "marks" else self._free_text()

    def _choice(self, item: Item) -> str:
        right: str = next(a.label for a in key_for_item(item, self.key) if a.status == "required")
        if self.slips(0.08):
            return ""
        if not self.slips(0.8):
            return right
        # A wrong rung is oftener the one above or below than one at the far end of the ladder.
        ladder = [label.id for label in LABEL_SETS[item.layer]]
        wrong = [label for label in ladder if label != right]
        near = [1 / abs(ladder.index(label) - ladder.index(right)) for label in wrong]
        return self.chance.choices(wrong, near)[0]

    def _marks(self, item: Item) -> list[dict[str, Any]]:
        """Marks with missed and shifted ones, one label for another, and marks too many."""
        document = self.exercise.document
        labels = sorted(item.points)
        marks: list[dict[str, Any]] = []
        made: dict[str, str] = {}
        wanted: list[Annotation] = []
        for annotation in key_for_item(item, self.key):
            # Only a slip marks what is merely accepted, or leaves out what is required.
            if self.slips(0.15) if annotation.status == "accepted" else not self.slips(0.6):
                wanted.append(annotation)
        for annotation in wanted:
            label = self.chance.choice(labels) if self.slips(0.15) else annotation.label
            spans = tuple(self._shifted(span, document) for span in annotation.spans)
            made[annotation.id] = f"m{len(marks) + 1}"
            marks.append(_mark(made[annotation.id], label, spans, document))
        for mark, annotation in zip(marks, wanted, strict=True):
            links = [{"to": made[link.to], "role": link.role} for link in annotation.links if link.to in made]
            # A link leads from a content to a source or a cue; a student who mixed the labels up drew none.
            if links and mark["label"] == annotation.label and not self.slips(0.5):
                mark["links"] = [link for link in links if _label_of(marks, link["to"]) == link["role"]]
                if not mark["links"]:
                    del mark["links"]
        while self.slips(0.75):
            sentence = self.chance.choice(document.sentences)
            words = _words(sentence, document)
            first = self.chance.randrange(len(words))
            last = min(len(words) - 1, first + self.chance.randrange(6))
            span = Span(words[first].start, words[last].end)
            marks.append(_mark(f"m{len(marks) + 1}", self.chance.choice(labels), (span,), document))
        return marks

    def _shifted(self, span: Span, document: Document) -> Span:
        """The span, or one that begins or ends a word or two from it, within its sentence."""
        start, end = span.start, span.end
        sentence = next((s for s in document.sentences if s.overlap(span)), span)
        if self.slips(0.5):
            start = self._other([w.start for w in _words(sentence, document) if w.start < end], start)
        if self.slips(0.5):
            end = self._other([w.end for w in _words(sentence, document) if w.end > start], end)
        return Span(start, end)

    def _other(self, borders: Sequence[int], border: int) -> int:
        near = sorted((b for b in borders if b != border), key=lambda b: abs(b - border))[:4]
        return self.chance.choice(near) if near else border

    def _free_text(self) -> str:
        if self.slips(0.5):
            return ""
        sentences = self.exercise.document.sentences
        lines = [self.chance.choice(OPENINGS)]
        for sentence in self.chance.sample(sentences, min(2, len(sentences))):
            if not self.slips(0.4):
                words = _words(sentence, self.exercise.document)[: self.chance.randint(4, 9)]
                quote = self.exercise.document.quote(Span(words[0].start, words[-1].end))
                lines.append(self.chance.choice(FINDINGS).format(words=quote))
        lines.append(self.chance.choice(CLOSINGS))
        return " ".join(line for line in lines if line)


def make_class(
    exercise: Exercise,
    key: Sequence[Annotation],
    count: int,
    seed: int,
    *,
    ability: float | None = None,
    first: int = 1,
) -> Iterator[Submission]:
    """Invent ``count`` students one after the other; odd ones hand in a notebook, even ones an answers file.

    ``ability``, from 0 to 1, is every student's; without it each has one of their own, mostly well above the middle.
    The same exercise, key and seed give the same bytes; from ``first`` on they are the same students as in a class that
    begins with 1. Raises ValueError if ``ability`` is outside 0 to 1.
    """
    if ability is not None and not 0 <= ability <= 1:
        raise ValueError(f"an ability is from 0 to 1, got {ability}")
    notebook = NotebookFile(exercise)
    for number in range(first, first + count):
        # A text as seed: the same on every machine and in every Python since 3.2, and far apart for neighbours.
        chance = random.Random(f"{exercise.id} {seed} {number}")
        own = chance.betavariate(5, 2)
        pupil = Pupil(exercise, key, own if ability is None else ability, chance)
        saved = FIRST_SAVE + timedelta(seconds=chance.randrange(14 * 24 * 3600))
        answers = Answers(
            exercise=exercise.id,
            exercise_version=exercise.version,
            answers=pupil.answers(),
            student_id=f"student-{number:05}",
            student_name=f"Student {number:05}",
            saved_at=saved.strftime("%Y-%m-%dT%H:%M:%SZ"),
        )
        folder = Path(answers.student_id)
        if number % 2:
            yield Submission(folder / f"{exercise.id}.ipynb", notebook.with_answers(answers), answers)
        else:
            yield Submission(folder / f"{exercise.id}.redpencil.json", answers_file(answers), answers)


def write_class(submissions: Iterator[Submission], output: Path) -> int:
    """Write each submission below ``output`` as it comes; returns how many bytes were written."""
    written = 0
    for submission in submissions:
        path = output / submission.path
        path.parent.mkdir(parents=True, exist_ok=True)
        written += path.write_bytes(submission.data)
    return written


def write_whole_class(given: argparse.Namespace, exercise: Exercise, key: Sequence[Annotation]) -> int:
    """Write the class that the command line asks for, a part on each core; returns how many bytes were written."""
    parts = [
        (first, min(PART, given.count + 1 - first), given, exercise, key) for first in range(1, given.count + 1, PART)
    ]
    if len(parts) == 1:
        return _write_part(parts[0])
    with ProcessPoolExecutor() as pool:
        return sum(pool.map(_write_part, parts))


def _write_part(part: tuple[int, int, argparse.Namespace, Exercise, Sequence[Annotation]]) -> int:
    first, count, given, exercise, key = part
    students = make_class(exercise, key, count, given.seed, ability=given.ability, first=first)
    return write_class(students, given.output)


def _words(span: Span, document: Document) -> list[Span]:
    return [Span(span.start + m.start(), span.start + m.end()) for m in WORD.finditer(document.quote(span))]


def _mark(id: str, label: str, spans: Sequence[Span], document: Document) -> dict[str, Any]:
    return {
        "id": id,
        "label": label,
        "spans": [[span.start, span.end] for span in spans],
        "quotes": [document.quote(span) for span in spans],
    }


def _label_of(marks: Sequence[Mapping[str, Any]], id: str) -> object:
    return next(mark["label"] for mark in marks if mark["id"] == id)


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line, write the class, say what was written; returns the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("count", metavar="N", type=int, help="how many students")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same class (default 1)")
    parser.add_argument("--output", type=Path, required=True, help="the folder to write to: new or empty")
    parser.add_argument("--exercise", default="who-says-so", help="the exercise's id (default who-says-so)")
    parser.add_argument("--keys", type=Path, help="the folder with the key, if it is not the exercise's own")
    parser.add_argument("--ability", type=float, help="every student's ability, 0 to 1; 1 answers as the key does")
    given = parser.parse_args(arguments)
    if given.count < 1:
        parser.error(f"N is {given.count}; a class has one student or more")
    if given.ability is not None and not 0 <= given.ability <= 1:
        parser.error(f"--ability is {given.ability}; expected a number from 0 to 1")
    if given.output.is_dir() and any(given.output.iterdir()):
        parser.error(f"{given.output} is not empty; name a new folder, so that no older class is mixed in")
    try:
        exercise = load_exercise(given.exercise)
        key = load_key(exercise, keys=given.keys)
        written = write_whole_class(given, exercise, key)
    except KitError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{given.count:,} submissions, {written:,} bytes, in {given.output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
