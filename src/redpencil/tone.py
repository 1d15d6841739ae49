"""What a word list makes of the tone of a text, sentence by sentence, held against a key.

The list is TextBlob's: subjectivity from 0 (calm) to 1 (full of feeling), polarity from -1 (bad) to 1 (good). It
measures words. It gives no score to a text, a person or an outlet, and this module makes none.

The book shows the picture at fixed thresholds, because a page has no kernel; a worksheet has the same picture with a
slider. TextBlob and ipywidgets are imported here alone, and only when they are needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from redpencil.annotation import Annotation
from redpencil.document import KitError
from redpencil.exercise import Exercise

if TYPE_CHECKING:
    import ipywidgets

LOADED, PLAIN, LEFT_OPEN = "loaded", "plain", "left open"
# The sign under a bar says what the key has there, so that nothing hangs on colour.
SIGNS = {LOADED: "●", PLAIN: "○", LEFT_OPEN: "–"}
START_AT = 0.3

_NO_TEXTBLOB = (
    "the package textblob is not installed, and the tone of a text is read with its word list.\n"
    "It comes with what the book needs: pip install -r requirements.txt, or pip install 'redpencil[book]'."
)


@dataclass(frozen=True, slots=True)
class Reading:
    """One sentence: what the key has in it, and what the word list makes of it.

    ``key`` is "loaded" if the key requires a mark in it, "left open" if it only accepts one, else "plain".
    ``subjectivity`` and ``polarity`` are rounded to the two decimals that are shown. ``because`` are the words that the
    list has a score for, in the order of the text.
    """

    number: int
    text: str
    key: str
    subjectivity: float
    polarity: float
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fit:
    """How "this sentence is loaded", said of every score at or above a threshold, fits the key.

    Sentences that the key leaves open are not counted.
    """

    hits: int
    misses: int
    false_alarms: int
    correct_rejections: int

    @property
    def precision(self) -> float | None:
        """Of the sentences that were called loaded, the share that is; None if none was called so."""
        called = self.hits + self.false_alarms
        return self.hits / called if called else None

    @property
    def recall(self) -> float | None:
        """Of the loaded sentences, the share that was called so; None if there is none."""
        loaded = self.hits + self.misses
        return self.hits / loaded if loaded else None


def read_tone(exercise: Exercise, key: Sequence[Annotation]) -> list[Reading]:
    """Every sentence of the exercise's document, in order, with its scores and what the key has in it.

    Of a key that calls whole sentences "plain", those count as no mark. Raises KitError if TextBlob is not there.
    """
    try:
        from textblob import TextBlob
    except ModuleNotFoundError as error:
        raise KitError(_NO_TEXTBLOB) from error
    readings = []
    for number, sentence in enumerate(exercise.document.sentences, start=1):
        statuses = {
            a.status
            for a in key
            if a.label != PLAIN and any(s.start < sentence.end and sentence.start < s.end for s in a.spans)
        }
        # Only whole-text scores are asked for: they need none of the corpora that TextBlob would download.
        text = exercise.document.quote(sentence)
        scored = TextBlob(text).sentiment_assessments
        readings.append(
            Reading(
                number,
                text,
                LOADED if "required" in statuses else LEFT_OPEN if statuses else PLAIN,
                round(scored.subjectivity, 2),
                round(scored.polarity, 2),
                tuple(" ".join(words) for words, *_ in scored.assessments),
            )
        )
    return readings


def fit_at(readings: Iterable[Reading], threshold: float) -> Fit:
    """Call every sentence loaded whose subjectivity is at or above ``threshold``, and count against the key.

    Like the scores, the threshold is taken to two decimals: a slider's sixth step of 0.05 is not quite 0.3.
    """
    threshold = round(threshold, 2)
    counts = {(key, called): 0 for key in (LOADED, PLAIN) for called in (True, False)}
    for reading in readings:
        if reading.key != LEFT_OPEN:
            counts[reading.key, reading.subjectivity >= threshold] += 1
    return Fit(counts[LOADED, True], counts[LOADED, False], counts[PLAIN, True], counts[PLAIN, False])


def words_without_entry(quote: str) -> list[str]:
    """The words of ``quote`` that TextBlob's lexicon file does not hold in this form, lower case, in order.

    Raises KitError if TextBlob is not there.
    """
    try:
        lexicon = files("textblob") / "en" / "en-sentiment.xml"
    except ModuleNotFoundError as error:
        raise KitError(_NO_TEXTBLOB) from error
    # A file of the installed package, not of a stranger.
    root = ElementTree.fromstring(lexicon.read_text(encoding="utf-8"))  # noqa: S314  see the line above
    forms = {str(word.get("form")).lower() for word in root.iter("word")}
    return [word for word in re.findall(r"[^\W\d_]+", quote.lower()) if word not in forms]


def fit_in_words(readings: Sequence[Reading], threshold: float) -> str:
    """Precision and recall at a threshold as sentences with the counts that they are made of."""
    fit = fit_at(readings, threshold)
    called, loaded = fit.hits + fit.false_alarms, fit.hits + fit.misses
    left_open = sum(r.key == LEFT_OPEN for r in readings)
    words = f"At {threshold:.2f} or more, the program calls {called} of {len(readings) - left_open} sentences loaded. "
    words += (
        f"For {fit.hits} of them the key agrees: precision {fit.precision:.0%}. "
        if fit.precision is not None
        else "So there is no precision to speak of. "
    )
    if fit.recall is not None:
        words += f"The key has {loaded} loaded sentences, and {fit.hits} of them are found: recall {fit.recall:.0%}. "
    if left_open:
        words += f"Not counted, because the key leaves them open: {left_open}."
    return words.rstrip()


def tone_picture(readings: Sequence[Reading], threshold: float, *, name: str = "tone") -> str:
    """The scores as bars with the threshold as a line, as HTML: an SVG with its title, and the same in words.

    A sign under each bar says what the key has. ``name`` makes the picture's id; two on one page need two names.
    """
    threshold = round(threshold, 2)
    left, width, height, foot = 34, 300, 110, 124
    step = width / len(readings)
    parts = [
        f'<text x="{left - 6}" y="{height - height * at + 5:.0f}" text-anchor="end">{at:g}</text>'
        f'<path d="M{left} {height - height * at:.0f}h{width}" stroke="currentColor" stroke-opacity=".25"/>'
        for at in (0, 0.5, 1)
    ]
    for n, reading in enumerate(readings):
        x, tall = left + n * step, height * reading.subjectivity
        called = reading.subjectivity >= threshold
        fill = 'fill="#c2413a"' if called else 'fill="none" stroke="currentColor" stroke-width="1"'
        if tall:
            parts.append(
                f'<rect x="{x + 2:.1f}" y="{height - tall:.1f}" width="{step - 4:.1f}" height="{tall:.1f}" {fill}/>'
            )
        parts.append(f'<text x="{x + step / 2:.1f}" y="{foot}" text-anchor="middle">{SIGNS[reading.key]}</text>')
        if reading.number == 1 or reading.number % 5 == 0:
            parts.append(f'<text x="{x + step / 2:.1f}" y="{foot + 17}" text-anchor="middle">{reading.number}</text>')
    y = height - height * threshold
    parts.append(f'<path d="M{left} {y:.1f}h{width}" stroke="currentColor" stroke-width="1.5" stroke-dasharray="5 3"/>')
    title = f"How subjective each sentence sounds to the program, with the threshold at {threshold:.2f}"
    return (
        f'<svg viewBox="0 -8 340 {foot + 28}" role="img" aria-labelledby="{escape(name)}" fill="currentColor" '
        'style="display:block;width:100%;max-width:32rem;margin-bottom:.4rem;font:13px system-ui,sans-serif">'
        f'<title id="{escape(name)}">{title}</title>{"".join(parts)}</svg>'
        f"<p>{fit_in_words(readings, threshold)}</p>"
    )


def tone_slider(exercise: Exercise, key: Sequence[Annotation]) -> ipywidgets.VBox:
    """The picture of an exercise's text with a slider for the threshold, for a notebook with a kernel.

    Beside the slider stands a box for the same number: ipywidgets 8 gives the handle of a slider no accessible name and
    ties its description to nothing, while the description of a box is its label. The two always hold the same.
    Raises KitError if TextBlob is not there.
    """
    import ipywidgets

    readings = read_tone(exercise, key)
    limits = {"value": START_AT, "min": 0.0, "max": 1.0}
    # The box shows the number; the slider's own readout would be one more field without a name.
    slider = ipywidgets.FloatSlider(**limits, step=0.05, description="Threshold", readout=False)
    box = ipywidgets.BoundedFloatText(
        **limits,
        step=0.01,
        description="Threshold as a number, 0 to 1",
        style={"description_width": "initial"},
    )
    shown = ipywidgets.HTML(tone_picture(readings, START_AT, name="tone-slider"))

    def show(change: dict[str, float]) -> None:
        # A slider's sixth step of 0.05 is not quite 0.3: that would stand in the box.
        slider.value = box.value = threshold = round(change["new"], 2)
        shown.value = tone_picture(readings, threshold, name="tone-slider")

    slider.observe(show, "value")
    box.observe(show, "value")
    return ipywidgets.VBox([slider, box, shown])
