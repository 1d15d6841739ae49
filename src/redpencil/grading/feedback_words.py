"""What a feedback page says in words, and its templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import jinja2
from markupsafe import Markup

from redpencil.exercise import Item, Label
from redpencil.grading.shown import without_turning
from redpencil.scoring import score_likelihood


def spotting_in_words(item: Item, counts: Mapping[str, int] | None, names: Mapping[str, str]) -> str:
    """How many of each kind the student told apart; nothing where the item has nothing to tell apart."""
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


# Where the page does not show the key.
NEXT_WITHOUT_KEY = (
    "pick the answer that you are least sure of, read the place again, and say in one sentence which words decide it."
)


def next_step(to_look_at: Mapping[str, bool]) -> str:
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


def shares_in_words(item: Item, names: Mapping[str, str]) -> str:
    """What each likelihood earns where the key says that it is so, the most first."""
    earned = {label: score_likelihood(label, item.probabilities, happened=True) for label in item.probabilities}
    ordered = sorted(earned.items(), key=lambda pair: -pair[1])
    return ", ".join(f"“{names[label]}” {share:.2f}".removesuffix(".00") for label, share in ordered)


def points_shown(points: float) -> str:
    """Points with two decimals at most. Halves go up, as on the page that students compare on."""
    # 0.725 is a little less in binary.
    return f"{points + 1e-9:.2f}".rstrip("0").rstrip(".").replace("-", "−")


@cache
def page_style() -> Markup:
    """The style of a feedback page."""
    return Markup(Path(__file__).with_name("feedback.css").read_text(encoding="utf-8"))  # noqa: S704  our own file


@cache
def template(name: str) -> jinja2.Template:
    """A template of the feedback pages, which escapes all that is shown."""
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined,
        # Whatever text is shown, names above all; what is markup already was made of such texts.
        finalize=lambda value: without_turning(value) if type(value) is str else value,
    )  # fmt: skip
    environment.filters["points"] = points_shown
    # With a true minus, and without a minus before nothing.
    environment.filters["signed"] = lambda value: f"{round(value, 2) + 0.0:.2f}".replace("-", "−")
    environment.filters["percent"] = lambda share: f"{share:.0%}"
    return environment.from_string(Path(__file__).with_name(name).read_text(encoding="utf-8"))
