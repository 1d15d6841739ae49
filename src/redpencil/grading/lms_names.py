"""What the names of a learning management system’s download tell: whose a file is, when it came, whether it was late.

Which system made a download is told by all of its names, never by one. The sources, as read:

- Canvas: instructure/canvas-lms, lib/content_zipper.rb and `User.name_parts` in app/models/user.rb.
- Moodle: moodle/moodle, mod/assign/classes/downloader.php; `clean_param` in lib/moodlelib.php for what a name loses.
- Blackboard: no source is public; the form is the one that vangef/BBGradebookOrganiser and timdrysdale/gradex-cli read.

Only the standard library is used here.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from redpencil.document import KitError
from redpencil.grading.archive import Marks

CANVAS, MOODLE, BLACKBOARD, PATTERN = "canvas", "moodle", "blackboard", "pattern"
SYSTEMS = (CANVAS, MOODLE, BLACKBOARD)
CALLED = {CANVAS: "Canvas", MOODLE: "Moodle", BLACKBOARD: "Blackboard", PATTERN: "the course’s own pattern"}
PATTERN_GROUPS = ("name", "student", "at", "attempt", "late", "file")
# How much of the text beside a Blackboard submission is read: the student's name stands in its first line.
COMPANION_BYTES_AT_MOST = 4_096

# <name>_[LATE_]<user id>_<attachment id>_<file>; a text or a link has no attachment. Older versions wrote "late" small.
_CANVAS = re.compile(
    r"(?P<name>.*?)_(?:(?P<late>LATE|late)_)?(?P<id>[0-9]+)_"
    r"(?:(?P<attachment>[0-9]+)_(?P<file>.+)|(?P<typed>text|link)\.html)",
    re.DOTALL,
)
_CANVAS_ANONYMOUS = re.compile(
    r"(?:(?P<late>LATE|late)_)?(?P<id>anon_[^_]+)_(?:(?P<attachment>[0-9]+)_(?P<file>.+)|(?P<typed>text|link)\.html)",
    re.DOTALL,
)
# A name that is there already gets -1 to -7, then a random one (Attachment.make_unique_filename).
_CANVAS_AGAIN = re.compile(r".*?-(?:(?P<n>[1-7])|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\.\w+)+", re.DOTALL)
# <name>_<number>_assignsubmission_<plugin>, a folder, or with _<file> behind it; a trailing _ before Moodle 4.1. Who is
# in no group has no number.
_MOODLE = re.compile(
    r"(?P<name>.*?)(?:_(?P<id>[0-9]+))?_assignsubmission_(?P<plugin>[a-z0-9]+)(?:_(?P<file>.*)|\.html)?", re.DOTALL
)
# <assignment>_<user name>_attempt_<time>_<file>, and beside it the same with .txt in place of the file.
_BLACKBOARD = re.compile(
    r"(?P<head>.+?)_attempt_(?P<at>[0-9]{4}(?:-[0-9]{2}){5})(?:_(?P<file>.+)|(?P<companion>\.txt))", re.DOTALL
)
_COMPANION = re.compile(
    r"\ufeff?[^:\r\n]{1,40}:[ \t]*(?P<name>[^\r\n]{1,300}?)[ \t]*\((?P<id>[^()\r\n]{1,200})\)[ \t]*(?:[\r\n]|$)"
)
_TIME = re.compile(
    r"(?P<date>[0-9]{4}-?[0-9]{2}-?[0-9]{2})"
    r"(?:[T_ -]?(?P<h>[0-9]{2})[-:.h]?(?P<m>[0-9]{2})(?:[-:.m]?(?P<s>[0-9]{2}))?)?"
    r"(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2})?"
)


@dataclass(frozen=True, slots=True)
class Told:
    """What a file's name tells of it.

    ``student_id`` is what the system calls the student by, ``name`` the student's name as the system wrote it, ``""``
    if it hides it. ``attempt`` counts from 1; 0 is unknown. ``handed_in_at`` is an ISO time, without a zone if the name
    has none. ``typed`` says that it is no file, but a text or a link that was typed into the system; ``companion``,
    that the system laid it beside a submission.
    """

    lms: str
    student_id: str
    name: str = ""
    late: bool = False
    attempt: int = 0
    handed_in_at: str = ""
    typed: bool = False
    companion: bool = False


class _Level:
    """What the names tell that lie so deep: how many fit each system, and what only all of them together show."""

    def __init__(self) -> None:
        self.files = 0
        self.fitting: Counter[str] = Counter()
        self.anonymous = 0
        self.attachments = Marks()
        self.moodle_names: set[str] = set()
        self.moodle_ids: set[str] = set()
        self.heads: set[str] = set()
        self.common_head = ""
        self.companion = ""

    def learn(self, name: str, is_file: bool) -> None:
        self.files += 1
        if is_file and (found := _CANVAS.fullmatch(name)):
            self.fitting[CANVAS] += 1
            if found["attachment"]:
                self.attachments.add(found["attachment"])
        # What a name cannot be without is looked for first: there may be very many.
        if is_file and "anon_" in name and _CANVAS_ANONYMOUS.fullmatch(name):
            self.anonymous += 1
        if "_assignsubmission_" in name and (found := _MOODLE.fullmatch(name)):
            self.fitting[MOODLE] += 1
            if len(self.moodle_names) < 2:
                self.moodle_names.add(found["name"])
            if found["id"] and len(self.moodle_ids) < 2:
                self.moodle_ids.add(found["id"])
        if is_file and "_attempt_" in name and (found := _BLACKBOARD.fullmatch(name)):
            self.fitting[BLACKBOARD] += 1
            head = found["head"]
            if len(self.heads) < 2:
                self.heads.add(head)
            self.common_head = _common(self.common_head, head) if self.fitting[BLACKBOARD] > 1 else head
            if found["companion"] and not self.companion:
                self.companion = name

    def system(self, candidates: tuple[str, ...]) -> str:
        """The system that enough of the names fit; ``""`` if there is none.

        Words as Moodle and Blackboard put into theirs are in no name by chance: a quarter is enough, for other things
        may lie beside them. Numbers between underscores are in many; of Canvas' it has to be more than half.
        """
        fitting = {**self.fitting, CANVAS: max(self.fitting[CANVAS], self.anonymous)}
        for lms in sorted(candidates, key=lambda lms: -fitting.get(lms, 0)):
            count = fitting.get(lms, 0)
            if 2 * count > self.files if lms == CANVAS else count and 4 * count >= self.files:
                # No two files of Canvas are one attachment; what only looks like its names is something else.
                return "" if lms == CANVAS and self.attachments.twice() and not self.is_anonymous else lms
        return ""

    @property
    def is_anonymous(self) -> bool:
        return 2 * self.anonymous > self.files

    @property
    def is_blind(self) -> bool:
        """Whether Moodle calls everybody by one word: “Participant”, in whatever language."""
        return self.moodle_names == {"Participant"} or (len(self.moodle_names) == 1 and len(self.moodle_ids) > 1)


class Names:
    """The names of one download: learned of, all of them; then each is read by what they have in common."""

    def __init__(
        self,
        pattern: re.Pattern[str] | None = None,
        systems: tuple[str, ...] = SYSTEMS,
        *,
        takes_typed_names: bool = False,
    ) -> None:
        """``pattern`` is the course's own, and comes before any other; ``systems`` are those that may be recognised.

        With ``takes_typed_names``, names that students typed themselves may be told though the system hides theirs.
        """
        self._takes_typed_names = takes_typed_names
        self._pattern = pattern
        self._systems = systems
        self._levels = (_Level(), _Level())
        self._tops: set[str] = set()
        self._shallowest = 99
        self._depth = 0
        self._assignment = ""
        self.lms = ""

    def learn(self, path: str) -> None:
        """Take note of a file, by its path with ``/`` between folders."""
        parts = path.split("/", 2)
        if len(self._tops) < 2:
            self._tops.add(parts[0])
        self._shallowest = min(self._shallowest, path.count("/"))
        self._levels[0].learn(parts[0], len(parts) == 1)
        if len(parts) > 1 and len(self._tops) == 1:
            self._levels[1].learn(parts[1], len(parts) == 2)

    def settle(self, stem: str = "") -> None:
        """Decide which system this is; of a plain zip called ``stem``, whether its one folder only wraps the rest."""
        wrapped = len(self._tops) == 1 and self._shallowest > 0
        for depth in (0, 1) if wrapped else (0,):
            self.lms = self._levels[depth].system(self._systems)
            if self.lms:
                self._depth = depth
                break
        else:
            # A class’s folder in a zip: the students’ folders lie in it, or their files, if it is called as the zip is.
            several_inside = self._levels[1].files > 1
            if stem and wrapped and (self._shallowest > 1 or (self._tops == {stem} and several_inside)):
                self._depth = 1
        level = self._levels[self._depth]
        if len(level.heads) > 1:
            self._assignment = level.common_head[: level.common_head.rfind("_") + 1]

    @property
    def hides_names(self) -> bool:
        """Whether whoever grades this download is not to know whose it is: Canvas's anonymous, Moodle's blind marking.

        A name that the student typed into the answers is then not to be told either.
        """
        level = self._levels[self._depth]
        is_blind = (self.lms == CANVAS and level.is_anonymous) or (self.lms == MOODLE and level.is_blind)
        return is_blind and not self._takes_typed_names

    @property
    def is_blackboard(self) -> bool:
        """Whether the student’s name stands in a text beside the submission."""
        return self.lms == BLACKBOARD

    @property
    def a_companion(self) -> str:
        """The path of one text that Blackboard laid beside a submission, or ``""``."""
        found = self._levels[self._depth].companion
        return "/".join([*(sorted(self._tops) if self._depth else ()), found]) if found and self.is_blackboard else ""

    def learn_companion(self, data: bytes) -> None:
        """Take the assignment’s name, which ends where the user name begins, from a text beside a submission."""
        found = _BLACKBOARD.fullmatch(self._levels[self._depth].companion)
        about = read_companion(data)
        if found and about and found["head"].endswith("_" + about[1]):
            self._assignment = found["head"].removesuffix(about[1])

    def within(self, path: str) -> str:
        """The path without the folder that wraps everything."""
        return path.split("/", 1)[1] if self._depth and "/" in path else path

    def told(self, path: str, companion: Callable[[str], bytes] | None = None) -> Told | None:
        """What the name of a file tells; None if it is no name of the system that this is.

        ``companion`` gives the text beside a Blackboard submission by its path, or nothing.
        """
        if self._pattern is not None and (own := _by_pattern(self._pattern, path)):
            return own
        inner = self.within(path)
        first, _, deeper = inner.partition("/")
        if self.lms == CANVAS and not deeper:
            return self._canvas(first)
        if self.lms == MOODLE:
            return self._moodle(first, deeper)
        if self.lms == BLACKBOARD and not deeper:
            return self._blackboard(first, path, companion)
        return None

    def whose(self, path: str) -> str:
        """Something that is the same for all files of one student of this download, and for nobody else's."""
        told = self.told(path)
        if told is not None:
            return f"{told.lms}/{told.student_id or told.name}"
        first, _, deeper = self.within(path).partition("/")
        return f"folder/{first}" if deeper else f"file/{path}"

    def _canvas(self, name: str) -> Told | None:
        anonymous = self._levels[self._depth].is_anonymous
        found = (_CANVAS_ANONYMOUS if anonymous else _CANVAS).fullmatch(name)
        if not found:
            return None
        again = _CANVAS_AGAIN.fullmatch(found["file"] or "")
        # A name without a number may be the first upload, or the fifth under a new name.
        attempt = int(again["n"] or 8) + 1 if again else 0
        return Told(
            CANVAS, found["id"], "" if anonymous else found["name"], bool(found["late"]), attempt,
            typed=bool(found["typed"]),
        )  # fmt: skip

    def _moodle(self, first: str, deeper: str) -> Told | None:
        found = _MOODLE.fullmatch(first)
        if not found:
            return None
        name = "" if self._levels[self._depth].is_blind else found["name"]
        id = f"Participant {found['id']}" if found["id"] else ""
        typed = found["plugin"] == "onlinetext" and (deeper or found["file"] or "onlinetext.html") == "onlinetext.html"
        return Told(MOODLE, id, name, typed=typed)

    def _blackboard(self, name: str, path: str, companion: Callable[[str], bytes] | None) -> Told | None:
        found = _BLACKBOARD.fullmatch(name)
        if not found:
            return None
        head = found["head"]
        beside = f"{path.removesuffix(name)}{head}_attempt_{found['at']}.txt"
        about = read_companion(companion(beside)) if companion is not None else None
        if about and head.endswith("_" + about[1]):
            who, id = about
        elif self._assignment and head.startswith(self._assignment):
            who, id = "", head.removeprefix(self._assignment)
        else:
            who, id = "", head.rpartition("_")[2]
        return Told(BLACKBOARD, id, who, handed_in_at=_time(found["at"]), companion=bool(found["companion"]))


def canvas_upload(path: str) -> int:
    """The number that Canvas gave an upload, by the path of a file with the name of its download; 0 if it has none.

    Of two uploads the later has the higher number, whatever the student's clock said.
    """
    name = path.rpartition("/")[2]
    found = _CANVAS_ANONYMOUS.fullmatch(name) or _CANVAS.fullmatch(name)
    return int(found["attachment"] or 0) if found else 0


def is_companion(path: str) -> bool:
    """Whether a file is called as the text that Blackboard lays beside a submission."""
    if not path.endswith(".txt") or "_attempt_" not in path:
        return False
    found = _BLACKBOARD.fullmatch(path.rpartition("/")[2])
    return found is not None and found["companion"] is not None


def read_companion(data: bytes) -> tuple[str, str] | None:
    """The student's name and user name in the text beside a Blackboard submission; None if they do not stand there."""
    found = _COMPANION.match(data[:COMPANION_BYTES_AT_MOST].decode("utf-8", "replace"))
    return (found["name"], found["id"].strip()) if found else None


def file_names_pattern(text: str) -> re.Pattern[str] | None:
    """The course's own pattern, compiled; None for none. Raises KitError if it is none or names no student."""
    if not text:
        return None
    try:
        pattern = re.compile(text, re.DOTALL)
    except (re.error, RecursionError, OverflowError) as error:
        raise KitError(
            f"course.toml: file_names is no regular expression ({error}).\n"
            f"Write one with the named groups {', '.join(PATTERN_GROUPS)}, such as (?P<student>[^_]+)_(?P<file>.+)"
        ) from None
    unknown = sorted(set(pattern.groupindex) - set(PATTERN_GROUPS))
    if unknown or not {"name", "student"} & set(pattern.groupindex):
        found = ", ".join(pattern.groupindex) or "none"
        raise KitError(
            f"course.toml: file_names has the groups {found}; expected student or name, and of these as many as the "
            f"names hold: {', '.join(PATTERN_GROUPS)}.\nCorrect the names of the groups: (?P<student>…)"
        )
    return pattern


def _by_pattern(pattern: re.Pattern[str], path: str) -> Told | None:
    found = pattern.fullmatch(path) or pattern.fullmatch(path.rpartition("/")[2])
    if not found:
        return None
    groups = {name: found[name] or "" for name in pattern.groupindex}
    if not groups.get("student") and not groups.get("name"):
        return None
    written = groups.get("attempt", "")
    attempt = int(written) if written.isascii() and written.isdigit() and len(written) < 7 else 0
    late, at = bool(groups.get("late")), _time(groups.get("at", ""))
    return Told(PATTERN, groups.get("student", ""), groups.get("name", ""), late, attempt, at)


def _common(a: str, b: str) -> str:
    """What two texts begin with in common."""
    length = next((n for n, (one, other) in enumerate(zip(a, b, strict=False)) if one != other), min(len(a), len(b)))
    return a[:length]


def _time(text: str) -> str:
    """A time in a name as ISO 8601, with a zone only if it names one; ``""`` if it is none."""
    found = _TIME.fullmatch(text)
    if not found:
        return ""
    date = found["date"].replace("-", "")
    iso = f"{date[:4]}-{date[4:6]}-{date[6:]}T{found['h'] or '00'}:{found['m'] or '00'}:{found['s'] or '00'}"
    try:
        datetime.fromisoformat(iso)
    except ValueError:
        return ""
    return iso + (found["zone"] or "")


# How the systems write a name, so that a name on a roster can be written in the same way and compared.

_CANVAS_SUFFIX = re.compile(r"Sn?r\.?|Senior|Jn?r\.?|Junior|II|III|IV|V|VI|Esq\.?|Esquire", re.IGNORECASE)


def canvas_name(sortable: str) -> str:
    """A sortable name (“Last, First”) as Canvas writes it into a file's name.

    ``_<digits>_`` loses its underscores, the rest becomes small letters, and all but letters, marks, digits and
    underscores goes (Ruby's ``[[:word:]]``). Source: `sanitize_user_name` and `sanitize_file_name`.
    """
    lower = re.sub(r"_([0-9]+)_", r"\1", sortable).lower()
    return "".join(c for c in lower if unicodedata.category(c)[0] in "LM" or unicodedata.category(c) in ("Nd", "Pc"))


def canvas_sortable(name: str) -> str:
    """What Canvas makes of a name for sorting, if nobody set it: the last word first, but for “Jr.” and the like.

    Source: `User.name_parts` and `User.last_name_first`.
    """
    surname, given, suffix = (*re.split(r"\s*,\s*", name.strip(), maxsplit=2), "", "")[:3]
    if suffix and not _CANVAS_SUFFIX.fullmatch(suffix):
        given, suffix = f"{given} {suffix}", ""
    if given and not suffix and len(surname.split()) > 1 and _CANVAS_SUFFIX.fullmatch(given):
        surname, given, suffix = "", surname, given
    elif not given:
        surname, given = "", name.strip()
    words = given.split()
    if not suffix and len(words) > 1 and _CANVAS_SUFFIX.fullmatch(words[-1]):
        suffix = words.pop()
    if not surname and len(words) > 1:
        surname = words.pop()
    given = " ".join([*words, *filter(None, [suffix])])
    return f"{surname}, {given}".strip() if surname else given


def moodle_name(name: str) -> str:
    r"""A full name as Moodle writes it into a file's name.

    An underscore becomes a space, and controls and ``& < > " ` | ' : \ /`` go. Source: `get_student_prefix`, and
    `clean_param` for PARAM_FILE.
    """
    return re.sub(r"""[\x00-\x1f\x7f&<>"`|':\\/]""", "", name.replace("_", " "))
