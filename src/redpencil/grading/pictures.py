"""Pictures of numbers as SVG, made without a library and without script: each with a title and a text alternative.

They are drawn 360 units wide, so that their letters can be read on a phone, take their colours from the page's style,
and tell nothing by colour alone. Whoever shows one puts its numbers into a table beneath.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

WIDTH = 360


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its name, its value, what is written beside it, and a second value from -1 to 1 to be shown as a dot."""

    name: str
    value: float
    said: str
    dot: float | None = None


def picture(id: str, title: str, description: str, height: float, body: Sequence[str], left: float = 0) -> Markup:
    """An SVG element of this height around a body whose texts are escaped; ``left`` units are beside its zero."""
    return Markup(  # noqa: S704  what is not ours is escaped
        f'<svg viewBox="{-left:g} 0 {WIDTH} {height:g}" role="img" aria-labelledby="{escape(id)}-t {escape(id)}-d">'
        f'<title id="{escape(id)}-t">{escape(title)}</title><desc id="{escape(id)}-d">{escape(description)}</desc>'
        + "".join(body)
        + "</svg>"
    )


def bars(id: str, title: str, description: str, rows: Sequence[Bar], highest: float) -> Markup:
    """Bars from the left, one under the other, with names before and words behind."""
    name, room, step = 96, 190, 18
    body = []
    for n, row in enumerate(rows):
        y = n * step
        long = room * row.value / highest if highest else 0
        body.append(
            f'<text x="{name - 6}" y="{y + 13}" text-anchor="end">{escape(row.name)}</text>'
            f'<rect class="bar" x="{name}" y="{y + 3}" width="{long:.1f}" height="12"/>'
            f'<text x="{name + long + 5:.1f}" y="{y + 13}">{escape(row.said)}</text>'
        )
    return picture(id, title, description, max(step, len(rows) * step) + 2, body)


def items_picture(id: str, title: str, description: str, rows: Sequence[Bar]) -> Markup:
    """For each item a bar from 0 to 100 % and, to its right, a dot from -1 to 1; a dot that is not defined is left out.

    The line that the dots stand beside is 0.
    """
    name, room, axis, half, step = 62, 140, 292, 56, 16
    top, bottom = 18, 18 + len(rows) * step
    body = [
        f'<text x="{name}" y="11">share of points</text>'
        f'<text x="{axis}" y="11" text-anchor="middle">tells apart, r</text>'
    ]
    for n in range(5):
        x = name + room * n / 4
        body.append(f'<path class="grid" d="M{x:g} {top}V{bottom}"/>')
    for value in (-1, 0, 1):
        x = axis + half * value
        body.append(f'<path class="{"zero" if not value else "grid"}" d="M{x:g} {top}V{bottom}"/>')
        said = str(value).replace("-", "−")
        body.append(f'<text x="{x:g}" y="{bottom + 13}" text-anchor="middle">{said}</text>')
    for n, said in ((0, "0 %"), (2, "50 %"), (4, "100 %")):
        body.append(f'<text x="{name + room * n / 4:g}" y="{bottom + 13}" text-anchor="middle">{said}</text>')
    for n, row in enumerate(rows):
        y = top + n * step
        body.append(
            f'<text x="{name - 5}" y="{y + 12}" text-anchor="end">{escape(row.name)}</text>'
            f'<rect class="bar" x="{name}" y="{y + 3}" width="{room * row.value:.1f}" height="10"/>'
        )
        if row.dot is not None:
            body.append(f'<circle class="dot" cx="{axis + half * row.dot:.1f}" cy="{y + 8}" r="4"/>')
    return picture(id, title, description, bottom + 18, body)


def histogram_picture(
    id: str, title: str, description: str, counts: Sequence[int], highest: float, quartiles: Sequence[float]
) -> Markup:
    """Columns from 0 to ``highest`` points, with a line at each quartile below them."""
    left, room, top, height = 26, 324, 16, 110
    most = max(counts, default=0) or 1
    wide = room / len(counts)
    base = top + height
    body = [f'<path class="zero" d="M{left} {base}H{left + room}"/>']
    for n, count in enumerate(counts):
        if count:
            tall = height * count / most
            body.append(
                f'<rect class="bar" x="{left + n * wide + 0.5:.1f}" y="{base - tall:.1f}" width="{wide - 1:.1f}" '
                f'height="{tall:.1f}"/>'
            )
            # In narrow columns a large number would run into its neighbour: the tables have it.
            if len(str(count)) * 6 <= wide + 2:
                body.append(
                    f'<text class="n" x="{left + (n + 0.5) * wide:.1f}" y="{base - tall - 3:.1f}" '
                    f'text-anchor="middle">{count}</text>'
                )
    for n in range(5):
        x, value = left + room * n / 4, highest * n / 4
        body.append(f'<text x="{x:g}" y="{base + 26}" text-anchor="middle">{value:g}</text>')
    if len(quartiles) == 3:
        low, middle, high = (left + room * q / highest for q in quartiles)
        y = base + 8
        body.append(
            f'<path class="range" d="M{low:.1f} {y}H{high:.1f}"/><circle class="dot" cx="{middle:.1f}" cy="{y}" r="4"/>'
        )
    body.append(f'<text x="{left + room / 2}" y="{base + 42}" text-anchor="middle">points</text>')
    return picture(id, title, description, base + 48, body)


def matrix_picture(
    id: str, title: str, description: str, names: Sequence[str], rows: Sequence[Sequence[float | None]]
) -> Markup:
    """A lower triangle of correlations: a square as large as the correlation, filled above 0, hollow below it."""
    left = 62
    step = min(22.0, (WIDTH - left - 4) / max(1, len(names)))
    body = []
    for n, row in enumerate(rows):
        y = n * step
        body.append(f'<text x="{left - 5}" y="{y + step / 2 + 4:.1f}" text-anchor="end">{escape(names[n])}</text>')
        for k, value in enumerate(row[:n]):
            x = left + k * step
            if value is None:
                body.append(f'<path class="grid" d="M{x + 2:.1f} {y + step - 2:.1f}L{x + step - 2:.1f} {y + 2:.1f}"/>')
                continue
            size = max(0.8, abs(value) ** 0.5 * (step - 2))
            kind = "more" if value >= 0 else "less"
            body.append(
                f'<rect class="{kind}" x="{x + (step - size) / 2:.1f}" y="{y + (step - size) / 2:.1f}" '
                f'width="{size:.1f}" height="{size:.1f}"/>'
            )
        if n:
            body.append(f'<path class="grid" d="M{left} {y:.1f}H{left + n * step:.1f}"/>')
    return picture(id, title, description, len(names) * step + 2, body)


def track_picture(
    id: str,
    title: str,
    description: str,
    tracks: Sequence[tuple[str, Sequence[tuple[int, int, int]], Sequence[tuple[int, int]]]],
    length: int,
    readers: int,
    sentences: Sequence[int],
) -> Markup:
    """A text from left to right: for each label how many marked each place, and under it the key's spans as bars.

    A track is a label's name, the stretches that equally many marked (start, end, readers), and the key's spans.
    """
    left, room, tall, step = 4, WIDTH - 8, 34, 62
    body = []

    def x(at: int) -> float:
        return left + room * at / length

    for n, (name, runs, spans) in enumerate(tracks):
        top = n * step + 14
        base = top + tall
        body.append(f'<text x="{left}" y="{top - 3}">{escape(name)}</text>')
        body.append(f'<path class="grid" d="M{left} {top}H{left + room}M{left} {(top + base) / 2}H{left + room}"/>')
        if runs:
            points = [f"M{left} {base}"]
            for start, end, count in runs:
                y = base - tall * count / readers
                points.append(f"L{x(start):.2f} {base}V{y:.1f}L{x(end):.2f} {y:.1f}V{base}")
            body.append(f'<path class="area" d="{"".join(points)}Z"/>')
        body.append(f'<path class="zero" d="M{left} {base}H{left + room}"/>')
        for start, end in spans:
            long = max(1.0, x(end) - x(start))
            body.append(f'<rect class="key" x="{x(start):.2f}" y="{base + 3}" width="{long:.2f}" height="6"/>')
    bottom = len(tracks) * step + 4
    for n, at in enumerate(sentences, start=1):
        if n == 1 or n % 5 == 0:
            body.append(f'<text x="{x(at):.1f}" y="{bottom + 8}">{n}</text>')
    return picture(id, title, description, bottom + 14, body)


def calibration_picture(id: str, title: str, description: str, rows: Sequence[tuple[float, float, int]]) -> Markup:
    """For each likelihood that was said a dot where it was so, as large as it was said often; on the line both agree.

    A row is what was said and how often it was so, both from 0 to 1, and how often it was said.
    """
    left, top, side = 60, 18, 200
    whole = sum(n for *_, n in rows) or 1
    body = [
        f'<rect class="frame" x="{left}" y="{top}" width="{side}" height="{side}"/>'
        f'<path class="even" d="M{left} {top + side}L{left + side} {top}"/>'
        f'<text x="{left}" y="12">how often it was so</text>'
        f'<text x="{left + side / 2}" y="{top + side + 32}" text-anchor="middle">what was said</text>'
    ]
    for tick in (0, 50, 100):
        body.append(
            f'<text x="{left + side * tick / 100}" y="{top + side + 16}" text-anchor="middle">{tick} %</text>'
            f'<text x="{left - 5}" y="{top + side - side * tick / 100 + 4}" text-anchor="end">{tick} %</text>'
        )
    for said, was, n in rows:
        # An area for a number: all answers at one likelihood have a radius of 22.
        radius = 22 * (n / whole) ** 0.5 + 3
        x, y = left + side * said, top + side * (1 - was)
        body.append(
            f'<circle class="open" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"/>'
            f'<text class="n" x="{x:.1f}" y="{y + 4:.1f}" text-anchor="middle">{n}</text>'
        )
    return picture(id, title, description, top + side + 38, body)
