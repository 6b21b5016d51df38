"""Pictures of figures as SVG, made here: no script, no inline style (the pages' policy forbids both).

Colours come from `insights.css`. Each picture has a table beside it, so it is one image to a screen reader.
"""

from collections.abc import Sequence

from markupsafe import Markup

MOST_BARS = 15
WIDTH, LABEL, BAR, ROW = 640, 260, 310, 26
HEIGHT, BASE = 170, 140

type Bar = tuple[str, int | float | None, str]


def bars(title: str, rows: Sequence[Bar], whole: float | None = None) -> Markup:
    """Horizontal bars, at most fifteen: name, length, the number in words. The longest fills the width, or `whole`."""
    shown = rows[:MOST_BARS]
    longest = whole or max((value or 0 for _, value, _ in shown), default=0) or 1
    parts = [_open(title, ROW * len(shown) + 6)]
    for number, (name, value, words) in enumerate(shown):
        top, length = ROW * number + 4, round(BAR * (value or 0) / longest, 1)
        parts.append(
            Markup('<text x="{}" y="{}" text-anchor="end">{}</text>').format(LABEL - 8, top + 14, _short(name))
        )
        parts.append(
            Markup('<rect class="bar" x="{}" y="{}" width="{}" height="18" rx="2"/>').format(LABEL, top, length)
        )
        parts.append(Markup('<text x="{}" y="{}">{}</text>').format(LABEL + length + 6, top + 14, words))
    return Markup("").join([*parts, Markup("</svg>")])


def columns(title: str, rows: Sequence[Bar]) -> Markup:
    """Columns side by side, for days: the first and the last are named."""
    highest = max((value or 0 for _, value, _ in rows), default=0) or 1
    step = (WIDTH - 40) / max(len(rows), 1)
    parts = [_open(title, HEIGHT)]
    parts.append(Markup('<line class="axis" x1="36" y1="{0}" x2="{1}" y2="{0}"/>').format(BASE, WIDTH))
    parts.append(Markup('<text x="30" y="14" text-anchor="end">{}</text>').format(highest))
    parts.append(Markup('<text x="30" y="{}" text-anchor="end">0</text>').format(BASE))
    for number, (_, value, _) in enumerate(rows):
        height = round((BASE - 8) * (value or 0) / highest, 1)
        parts.append(
            Markup('<rect class="bar" x="{}" y="{}" width="{}" height="{}"/>').format(
                round(38 + number * step, 1), round(BASE - height, 1), round(max(step * 0.8, 0.5), 1), height
            )
        )
    if rows:
        parts.append(Markup('<text x="38" y="{}">{}</text>').format(BASE + 20, rows[0][0]))
        parts.append(Markup('<text x="{}" y="{}" text-anchor="end">{}</text>').format(WIDTH, BASE + 20, rows[-1][0]))
    return Markup("").join([*parts, Markup("</svg>")])


def _open(title: str, height: int) -> Markup:
    return Markup('<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">').format(WIDTH, height, title)


def _short(name: str) -> str:
    return name if len(name) <= 32 else f"{name[:31]}…"
