"""Grading: answers against a key, by the exercise's points, and a folder of submissions into a gradebook."""

from __future__ import annotations

import contextlib
import hashlib
import json
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from redpencil.annotation import Annotation
from redpencil.document import KitError, NotInKit, ids_in_kit
from redpencil.exercise import (
    LABEL_SETS,
    Answers,
    Exercise,
    Item,
    NoKey,
    has_something_to_spot,
    key_for_item,
    load_exercise,
    load_key,
)
from redpencil.grading.course import Course, ExerciseSettings, Lateness, load_course
from redpencil.grading.identical import Alike, SameAnswers
from redpencil.grading.intake import Found, Intake, Read
from redpencil.grading.matching import Matcher, Waiting, waiting, without_submission
from redpencil.grading.points import SAME_FILE, WAITS, compact, joined_version, total
from redpencil.grading.pool import Working, in_batches, working
from redpencil.grading.remote import Place, find_anywhere
from redpencil.grading.shown import written_out
from redpencil.grading.submissions import (
    DUPLICATE,
    NEEDS_MANUAL,
    UNREADABLE,
    WRONG_EXERCISE,
    CheckedAnswers,
    NotGraded,
    check_answers,
    read_submission,
)
from redpencil.grading.times import now
from redpencil.scoring import MarkingKey, brier_score, score_choice, score_likelihood, score_marks

if TYPE_CHECKING:
    from redpencil.grading.gradebook import Gradebook
    from redpencil.grading.roster import Roster, Student
    from redpencil.grading.settling import Moved

_NO_SETTINGS = ExerciseSettings()

# States that a person has to look into; what was graded, or waits for a person's points as planned, is not among them.
NOT_GRADED = ("unreadable", "empty", "wrong-exercise", "too-large", "duplicate")


@dataclass(frozen=True)
class Grade:
    """What one submission earned.

    ``parts`` are points by group of items; None waits for a person. ``points`` is None until nothing waits; the late
    penalty is taken off. ``details`` says what became of each choice and mark, what was dropped, and what lateness
    cost, as it is stored. What was dropped is in neither ``parts`` nor ``points_at_most``.
    """

    state: str
    points: float | None
    points_at_most: float
    parts: Mapping[str, float | None]
    details: Mapping[str, Any]


class Grader:
    """An exercise with its key, laid out to grade many submissions."""

    def __init__(
        self, exercise: Exercise, key: Sequence[Annotation], settings: ExerciseSettings = _NO_SETTINGS
    ) -> None:
        """Lay it out. Raises KitError if the settings drop an item that is not there, or all items."""
        self.exercise = exercise
        self.key = key
        self.settings = settings
        _check_dropped(exercise, settings.drop)
        counted = [item for item in exercise.items if item.id not in settings.drop]
        self.points_at_most = sum(item.points_at_most for item in counted)
        self._groups = tuple(dict.fromkeys(item.group for item in counted))
        # What a grade follows from: with the same answers and the same of these, it is the same grade.
        self.key_version = _key_version(exercise, key, settings)
        self._choices: dict[str, Mapping[str, _Outcome]] = {}
        self._marks: dict[str, MarkingKey] = {}
        for item in exercise.items:
            bearing = key_for_item(item, key)
            if item.kind == "choice":
                self._choices[item.id] = _outcomes(item, bearing)
            elif item.kind == "marks":
                self._marks[item.id] = MarkingKey.of(bearing, exercise.document.text)

    def grade(self, answers: Answers, lateness: Lateness | None = None) -> Grade:
        """Grade one student's answers. Raises NotGraded if they do not fit the exercise."""
        return self.grade_checked(check_answers(self.exercise, answers), lateness)

    def grade_checked(self, answers: CheckedAnswers, lateness: Lateness | None = None) -> Grade:
        """Grade answers that were held against the exercise. An item that was not answered earns nothing.

        What became of a dropped item is told as well, but it counts nowhere.
        """
        parts: dict[str, float] = dict.fromkeys(self._groups, 0.0)
        details: dict[str, Any] = {"items": {}}
        free_text: dict[str, bool] = {}
        drop = self.settings.drop
        spotting: dict[str, dict[str, float]] = {}
        forecasts: dict[str, Counter[tuple[float, bool]]] = {}
        for item in self.exercise.items:
            earned = 0.0
            is_counted = item.id not in drop
            if item.kind == "choice":
                chosen = answers.choices.get(item.id)
                if chosen is not None:
                    outcome = self._choices[item.id][chosen]
                    earned = outcome.points
                    details["items"][item.id] = outcome.points_shown
                    if is_counted and outcome.forecast:
                        forecasts.setdefault(item.group, Counter())[outcome.forecast] += 1
                    if is_counted and outcome.counts:
                        counts = spotting.setdefault(item.group, {})
                        for name, n in outcome.counts:
                            counts[name] = counts.get(name, 0) + n
            elif item.kind == "marks":
                marks = answers.marks.get(item.id, ())
                score = score_marks([(m.label, m.spans) for m in marks], self._marks[item.id], item.points)
                earned = sum(score.points.values())
                details["items"][item.id] = {
                    "labels": {
                        label: [round(s.precision, 6), round(s.recall, 6), round(s.f1, 6)]
                        for label, s in score.scores.items()
                        if s is not None
                    },
                    "points": {label: round(p, 6) for label, p in score.points.items()},
                    "fates": score.fates,
                }
            elif is_counted:
                free_text[item.id] = item.id in answers.texts
            if is_counted:
                parts[item.group] += earned
        if spotting:
            details["spotting"] = spotting
        if forecasts:
            details["brier"] = {
                group: {"score": round(brier_score(said), 6), "answers": said.total()}
                for group, said in forecasts.items()
            }
        if free_text:
            details["free_text"] = free_text
            details["free_text_at_most"] = {id: self.exercise.item_by_id[id].points_at_most for id in free_text}
        if drop:
            details["dropped"] = [item.id for item in self.exercise.items if item.id in drop]
        if lateness:
            details["late"] = lateness.to_json()
        rounded = {group: round(points, 6) for group, points in parts.items()}
        come_to = total(rounded, details, self.points_at_most, {})
        return Grade(come_to.state, come_to.points, self.points_at_most, come_to.parts, come_to.details)


class _Outcome(NamedTuple):
    """What a label that may be chosen comes to, where the key is known: points, forecast, and what it counts as.

    ``forecast`` is the label's probability and whether it happened. ``counts`` are of hits, misses, false alarms and
    correct rejections; they are empty where there is nothing to tell apart, or the key accepts both readings.
    """

    points: float
    points_shown: float
    forecast: tuple[float, bool] | None
    counts: tuple[tuple[str, float], ...]


def _outcomes(item: Item, bearing: Sequence[Annotation]) -> dict[str, _Outcome]:
    """By each label of a choice, what it comes to."""
    required = next(a.label for a in bearing if a.status == "required")
    accepted = frozenset(a.label for a in bearing if a.status == "accepted")
    signal = has_something_to_spot(item, bearing)
    yes, no = ("hits", "misses") if signal else ("false_alarms", "correct_rejections")
    outcomes = {}
    for label in (label.id for label in LABEL_SETS[item.layer]):
        forecast = (item.probabilities[label], bool(signal)) if item.probabilities else None
        if forecast:
            share = score_likelihood(label, item.probabilities, forecast[1])
        else:
            share = score_choice(label, required, accepted)
        counts: tuple[tuple[str, float], ...] = ()
        if signal is not None and (item.signal or item.noise):
            if forecast and label not in item.signal and label not in item.noise:
                # “As likely as not” is half of each, as by the toss of a coin.
                counts = ((yes, 0.5), (no, 0.5))
            else:
                counts = ((yes if label in item.signal else no, 1),)
        earned = item.points[""] * share
        outcomes[label] = _Outcome(earned, round(earned, 6), forecast, counts)
    return outcomes


def _check_dropped(exercise: Exercise, drop: Set[str]) -> None:
    known = exercise.item_by_id
    if unknown := sorted(drop - set(known)):
        raise KitError(
            f"The course’s settings drop {unknown[0]!r}, which is no item of {exercise.id}; expected ids among "
            f"{', '.join(known)}.\nCorrect drop in course.toml, below [exercises.{exercise.id}]."
        )
    if drop and len(drop) == len(known):
        raise KitError(
            f"The course’s settings drop every item of {exercise.id}, so that there is nothing left to grade.\n"
            f"Leave one in: correct drop in course.toml, below [exercises.{exercise.id}]."
        )


def _key_version(exercise: Exercise, key: Sequence[Annotation], settings: ExerciseSettings) -> str:
    lines = "\n".join(json.dumps(a.to_json(), sort_keys=True) for a in key)
    free_text = [[item.id, item.points_at_most] for item in exercise.items if item.kind == "free-text"]
    key_sum = hashlib.sha256(f"{exercise.version}\n{lines}\n{json.dumps(free_text)}".encode()).hexdigest()
    if settings.to_json() == _NO_SETTINGS.to_json():
        return key_sum
    return joined_version(key_sum, hashlib.sha256(settings.to_json().encode()).hexdigest())


class Graders:
    """The graders of the kit's exercises, each made when the first submission asks for it."""

    def __init__(
        self,
        keys: Path | None = None,
        only: str | None = None,
        places: Sequence[Place] = (),
        course: Course | None = None,
    ) -> None:
        """``keys`` is a folder of private keys; with ``only``, no other exercise is graded.

        ``places`` are what is graded: an exercise, a key or settings that lie in there came with a submission, and are
        refused. ``course`` has the settings; without it, they are those of the current folder. Raises KitError if a
        named exercise or key is missing or broken.
        """
        self.course = load_course(Path()) if course is None else course
        self._keys = keys
        self._only = only
        self._places = [place.resolve() for place in places if isinstance(place, Path)]
        self._made: dict[str, Grader | None] = {}
        self._broken: dict[str, KitError] = {}
        self._keyless: dict[str, str] = {}
        self._look_further = only is None
        if keys is not None and not keys.is_dir():
            raise KitError(f"{keys} is no folder. Name the folder that holds EXERCISE/key.jsonl.")
        if self.course.file.exists() and self._came_with_a_submission(self.course.file):
            raise KitError(
                f"{self.course.file} lies in what is to be graded, so that a submission would bring its own settings.\n"
                "Grade from another folder: cd .., then name the submissions' folder; or name the course with --course."
            )
        if only is not None:
            self._made[only] = self._make(only)

    def check_keys(self) -> None:
        """Read every private key whose exercise is here, and every exercise that the course has settings for.

        So what is broken is told before anything is graded.
        """
        for exercise in self.course.exercises:
            try:
                self.get(exercise)
            except NotGraded:
                if self._only is None:
                    raise KitError(
                        f"{self.course.file} has settings for {exercise!r}, and there is no such exercise here.\n"
                        "Correct its name there, or change to the folder that holds it."
                    ) from None
        for path in sorted([*self._keys.glob("*/key.jsonl"), *self._keys.glob("*.jsonl")] if self._keys else []):
            with contextlib.suppress(NotInKit, NotGraded):
                self.get(path.parent.name if path.name == "key.jsonl" else path.stem)

    def __getstate__(self) -> dict[str, Any]:
        """What travels to another process or machine, which may not have the files: every exercise's grader.

        An exercise that cannot be had is told when a submission asks for it, as it would be here.
        """
        for id in ids_in_kit("exercises", "exercise.toml") if self._look_further else ():
            try:
                self.get(id)
            except NotGraded:
                continue
            except KitError as error:
                self._broken[id] = error
        self._look_further = False
        return self.__dict__

    def _make(self, exercise: str) -> Grader:
        found = load_exercise(exercise)
        for folder in filter(None, (found.folder, self._keys)):
            if self._came_with_a_submission(folder):
                raise KitError(
                    f"{folder} lies in what is to be graded, so that a submission would bring its own key.\n"
                    "Grade from another folder: cd .., then name the submissions' folder."
                )
        return Grader(found, load_key(found, self._keys), self.course.of(exercise))

    def _came_with_a_submission(self, path: Path) -> bool:
        return any(path.resolve().is_relative_to(place) for place in self._places)

    def get(self, exercise: str) -> Grader:
        """The grader for an exercise that a submission names.

        Raises NotGraded if there is no such exercise here or no key for it, KitError if its key is broken.
        """
        if exercise in self._broken:
            raise self._broken[exercise]
        if exercise not in self._made:
            self._made[exercise] = None
            if self._look_further:
                try:
                    self._made[exercise] = self._make(exercise)
                except NoKey as error:
                    # Whoever hands something in names the exercise: that must not stop the grading of all others.
                    self._keyless[exercise] = str(error)
                except NotInKit:
                    pass
        grader = self._made[exercise]
        if exercise in self._keyless:
            raise NotGraded(
                WRONG_EXERCISE,
                f"There is no key for {exercise}: {self._keyless[exercise]} If it is another class’s exercise, ask for "
                "the right file.",
            )
        if grader is None:
            known = repr(self._only) if self._only else "an exercise of this kit"
            shown = written_out(exercise.encode("ascii", "backslashreplace").decode())
            raise NotGraded(
                WRONG_EXERCISE,
                f"These are answers to “{shown}”, which is not {known}. "
                "Ask for the right file, or grade it where its exercise is.",
            )
        return grader


@dataclass
class Summary:
    """What a run of grading did: how many files it saw, how many rows it wrote, and how the files stand now.

    ``regraded`` counts what was graded before by another key and is graded by the present one now; ``same_files`` the
    duplicates that are, to the byte, the file that counts. ``lacks_roster`` says that the gradebook was graded with a
    roster before, and that there is none now. ``brier`` holds, for
    each group of likelihoods, their Brier score and their number. ``not_graded`` lists state, path and reason of the
    first ``LISTED_AT_MOST``, ``same_answers`` who handed in the same, and ``moved`` the first as many whose
    grade moved though they handed in nothing new; ``moved_in_all`` counts them. ``above`` lists exercise, student and
    reason of the first as many for whom a person's points are more than can be had by now, ``above_in_all`` counts all
    of them in the gradebook. ``read`` is what intake tells of files
    that are no submissions. With a roster, ``waiting`` lists the first as many identities that nobody is known by,
    ``waiting_in_all`` counts them, and ``missing`` has, by exercise, the students of whom there is nothing.
    """

    files: int = 0
    written: int = 0
    regraded: int = 0
    same_files: int = 0
    lacks_roster: bool = False
    states: Counter[str] = field(default_factory=Counter)
    spotting: dict[str, Counter[str]] = field(default_factory=dict)
    brier: dict[str, tuple[float, int]] = field(default_factory=dict)
    not_graded: list[tuple[str, str, str]] = field(default_factory=list)
    same_answers: list[SameAnswers] = field(default_factory=list)
    moved: list[Moved] = field(default_factory=list)
    moved_in_all: int = 0
    above: list[tuple[str, str, str]] = field(default_factory=list)
    above_in_all: int = 0
    read: Read = field(default_factory=Read)
    waiting: list[Waiting] = field(default_factory=list)
    waiting_in_all: int = 0
    missing: dict[str, list[Student]] = field(default_factory=dict)

    def add_moved(self, moved: Sequence[Moved]) -> None:
        """Count them, and list as many as there is room for."""
        self.moved_in_all += len(moved)
        self.moved += moved[: LISTED_AT_MOST - len(self.moved)]

    def add_above(self, gradebook: Gradebook) -> None:
        """Count and list whose points by hand are above the maximum."""
        for row in gradebook.above():
            self.above_in_all += 1
            if len(self.above) < LISTED_AT_MOST:
                self.above.append((row.exercise, row.student_id, row.reason))


LISTED_AT_MOST = 1_000
# What to do about a row that does not fit the key at hand; it follows a line that names the row.
GRADED_OTHERWISE = (
    "The key, the exercise or the course's settings changed, or --keys or --course is missing.\n"
    "If they changed, grade anew what is in the gradebook: redpencil grade --again, with the same --keys and --course "
    "as now."
)


def grade_folder(
    places: Sequence[Place],
    open_gradebook: Callable[[], Gradebook],
    *,
    keys: Path | None = None,
    only: str | None = None,
    course: Course | None = None,
    intake: Intake | None = None,
    roster: Roster | None = None,
    found: Iterable[Found] | None = None,
    progress: Callable[[int], object] = lambda n: None,
    over: Working = working,
) -> Summary:
    """Grade everything that was handed in, batch by batch, each batch written whole.

    ``keys``, ``only`` and ``course`` are as for `Graders`. What was graded before and has not changed is left as it is,
    so that a run that was cut off is finished by running it again. What another key graded is graded anew, also where
    its file is not there any more. ``progress`` is called with the number of files of each batch. Memory does not grow
    with their number, but for some bytes each. ``intake`` says how names are read; with a ``roster``, what belongs to
    nobody on it waits for a person's word. ``found`` is what was found in the places, if somebody has begun to look.
    ``over`` is what the work is spread over: this machine's cores, or a cluster.

    The gradebook is opened when the work is under way: what it loads takes as long as grading a few hundred files.
    """
    intake = intake or Intake()
    summary = Summary(read=intake.read)
    seen = array("q")
    exercises: set[str] = set()
    graders = Graders(keys, only, places, course)
    with over(_file_grader, (graders, only)) as work:
        graded = work(in_batches(find_anywhere(places, intake) if found is None else found))
        gradebook = open_gradebook()
        summary.lacks_roster = roster is None and gradebook.has_been_matched()
        matcher = Matcher(roster) if roster is not None else None
        for rows in graded:
            if matcher is not None:
                matcher.apply(rows)
            done = gradebook.record(rows)
            seen.extend(done.ids)
            exercises.update(row["exercise"] for row in rows if row["key_version"])
            summary.files += len(rows)
            summary.written += done.written
            summary.add_moved(done.moved)
            progress(len(rows))
    for exercise in sorted(exercises):
        _regrade(gradebook, graders.get(exercise), summary)
    # Of one place each file is seen once; places that lie in each other show some twice.
    _sum_up(gradebook, seen if len(places) == 1 else dict.fromkeys(seen), summary)
    if roster is not None:
        for one in waiting(gradebook):
            summary.waiting_in_all += 1
            if len(summary.waiting) < LISTED_AT_MOST:
                summary.waiting.append(one)
        for exercise in sorted(exercises):
            summary.missing[exercise] = list(without_submission(gradebook, roster, exercise))
    summary.add_above(gradebook)
    gradebook.close()
    return summary


def grade_again(
    open_gradebook: Callable[[], Gradebook],
    *,
    keys: Path | None = None,
    only: str | None = None,
    course: Course | None = None,
) -> Summary:
    """Grade anew whatever in a gradebook another key or other settings graded, from the answers that are stored there.

    ``keys``, ``only`` and ``course`` are as for `Graders`. What is of no exercise that is here stays as it is. The
    summary has what was regraded, and whose grade moved.
    """
    summary = Summary()
    graders = Graders(keys, only, (), course)
    graders.check_keys()
    gradebook = open_gradebook()
    for exercise in gradebook.exercises():
        with contextlib.suppress(NotGraded):
            _regrade(gradebook, graders.get(exercise), summary)
    summary.add_above(gradebook)
    gradebook.close()
    return summary


def _regrade(gradebook: Gradebook, grader: Grader, summary: Summary) -> None:
    for outdated in gradebook.graded_otherwise(grader.exercise.id, grader.key_version):
        done = gradebook.regrade((row, _graded_anew(row, grader)) for row in outdated)
        summary.regraded += done.written
        summary.add_moved(done.moved)


def _sum_up(gradebook: Gradebook, ids: Iterable[int], summary: Summary) -> None:
    alike = Alike()
    for row in gradebook.of_ids(ids):
        summary.states[row.state] += 1
        if row.state == DUPLICATE and row.reason.startswith(SAME_FILE):
            summary.same_files += 1
        elif row.state in NOT_GRADED:
            if len(summary.not_graded) < LISTED_AT_MOST:
                summary.not_graded.append((row.state, row.path, row.reason))
        else:
            alike.see(row)
            details = json.loads(row.details)
            for group, counts in details.get("spotting", {}).items():
                summary.spotting.setdefault(f"{row.exercise}: {group}", Counter()).update(counts)
            for group, own in details.get("brier", {}).items():
                mean, answers = summary.brier.get(f"{row.exercise}: {group}", (0.0, 0))
                n = answers + own["answers"]
                summary.brier[f"{row.exercise}: {group}"] = ((mean * answers + own["score"] * own["answers"]) / n, n)
    summary.same_answers = alike.found(gradebook)


def _file_grader(graders: Graders, only: str | None) -> Callable[[Sequence[Found]], list[dict[str, Any]]]:
    """What a process that grades does with each batch of files."""
    return lambda files: [grade_file(found, graders, only) for found in files]


def _graded_anew(row: Any, grader: Grader) -> dict[str, Any]:
    """What is to be written of a row that another key graded, from the answers that are stored with it."""
    details = json.loads(row.details)
    answers = Answers(
        exercise=row.exercise,
        exercise_version=row.exercise_version,
        answers=json.loads(row.answers),
        saved_at=row.saved_at,
        hints=details.get("hints", {}),
    )
    try:
        return _grades(answers, grader, row.handed_in_at, row.late)
    except NotGraded as error:
        told = {"state": error.state, "reason": error.reason, "points": None, "parts": "{}"}
        return {**told, "key_version": grader.key_version}


def _grades(answers: Answers, grader: Grader, handed_in_at: str, is_marked_late: bool) -> dict[str, Any]:
    """The columns that a grade fills. Raises NotGraded if the answers do not fit the exercise."""
    checked = check_answers(grader.exercise, answers)
    grade = grader.grade_checked(checked, grader.settings.lateness(handed_in_at, is_marked_late))
    details = {**grade.details, "hints": answers.hints} if answers.hints else grade.details
    return {
        "state": grade.state,
        "points": grade.points,
        "points_at_most": grade.points_at_most,
        "parts": compact(grade.parts),
        "answers": compact(checked.to_json()),
        "details": compact(details),
        "reason": WAITS if grade.state == NEEDS_MANUAL else "",
        "key_version": grader.key_version,
        "graded_at": now(),
    }


def grade_file(found: Found, graders: Graders, only: str | None = None) -> dict[str, Any]:
    """A submission's row for the gradebook, with its state; only what is ``graded`` has points.

    Of a notebook with answers to several exercises, those to ``only`` are taken.
    """
    row: dict[str, Any] = {
        "exercise": "", "student_id": found.student_id or found.stem, "student_name": found.name, "path": found.path,
        "sha256": f"{found.state}: {found.size} bytes", "saved_at": "", "state": found.state, "reason": found.reason,
        "points": None, "points_at_most": None, "parts": "{}", "answers": "{}", "details": "{}",
        "exercise_version": "", "key_version": "", "graded_at": now(), "handed_in_as": _identity(found),
        "late": found.late, "attempt": found.attempt, "handed_in_at": found.handed_in_at, "matched_by": "",
        "section": "",
    }  # fmt: skip
    if found.state:
        return row
    try:
        data, row["sha256"] = found.read()
    except OSError as error:
        row.update(state=UNREADABLE, reason=f"The file cannot be read: {error.strerror}.", sha256="unread")
        return row
    except NotGraded as error:
        row.update(state=error.state, reason=error.reason, sha256=f"{error.state}: {found.size} bytes")
        return row
    try:
        answers = read_submission(data, only)
        row.update(
            exercise=answers.exercise, student_name=_name(found, answers), saved_at=answers.saved_at,
            student_id=_student(found, answers), exercise_version=answers.exercise_version,
            handed_in_as=_identity(found, answers, row["sha256"]),
        )  # fmt: skip
        grader = graders.get(answers.exercise)
        row["key_version"] = grader.key_version
        row.update(_grades(answers, grader, found.handed_in_at, found.late))
    except NotGraded as error:
        row.update(state=error.state, reason=error.reason)
    return row


def _name(found: Found, answers: Answers) -> str:
    """The student's name, as the system has it, else as the student typed it, if it may be told."""
    return found.name or ("" if found.hides_name else answers.student_name)


def _student(found: Found, answers: Answers) -> str:
    """Whose submission it is: by the folder it was filed in, else by what it says, else by its name."""
    if found.hides_name:
        return found.student_id or found.stem
    return (
        found.student_id
        or answers.student_id
        or (found.stem if not found.named_after(answers.exercise) else answers.student_name or found.stem)
    )


def _identity(found: Found, answers: Answers | None = None, sha256: str = "") -> str:
    """Who handed it in, as it was found: by a learning management system, a folder, the answers, or the file's name.

    A file that is called after its exercise, as every student's is, is known only by what it holds.
    """
    if found.student_id or found.lms:
        return " ".join(filter(None, (found.lms or "folder", found.student_id, found.name)))
    if answers is not None and not found.hides_name and (answers.student_id or answers.student_name):
        return " ".join(filter(None, ("answers", answers.student_id, answers.student_name)))
    if answers is not None and found.named_after(answers.exercise):
        return f"file {found.stem} {sha256[:8]}"
    return f"file {found.stem}"
