"""Charts as SVG, and as tables: numbers in, markup out.

A chart is as wide as its place.  What must not be stretched, its text, is placed by percentages; what may
be, its bars, stands in an inner drawing one unit wide for each bar.  Colours and type sizes are the style
sheet's: the content security policy allows none in the markup.  Text and addresses are escaped here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from articles.phrases import grouped, ngettext, pgettext

__all__ = [
    "Bar", "Cell", "Tick", "Years", "grid", "histogram", "level", "period_bar", "sparkline", "year_axis",
]  # fmt: skip

HEADROOM = 16  # pixels above the bars, for the number of the highest
PLOT = 56  # pixels: the highest bar
AXIS = 20  # pixels below the baseline, for the labels
HEIGHT = HEADROOM + PLOT + AXIS
EDGE = 10  # per cent of the width: half of a long number on a narrow screen
BAR_WIDTH = 0.8  # of its place; the rest is the gap to the next
SPARK = 24  # pixels: the highest bar of a sparkline
LEVEL = 3  # pixels: a horizontal bar
WIDE = 1000  # units of a drawing of periods
LEAST_PERIOD = 0.4  # per cent of the width, so that a day in office can be seen
YEAR_STEPS = (1, 2, 5, 10, 20, 50, 100, 500, 2_000)
MOST_YEARS = 7  # labels of an axis of years; on a narrow screen as many fit


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: what it counts, how many, and where it leads."""

    label: str
    count: int
    url: str


@dataclass(frozen=True, slots=True)
class Tick:
    """One label of the axis, under the bar of this position; ``is_spare``: left out where room is short."""

    position: int
    label: str
    is_spare: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """One number of a table, and where it leads; no address, no link."""

    count: int
    url: str = ""


@dataclass(frozen=True, slots=True)
class Years:
    """The years that a time axis shows, both whole."""

    first: int
    last: int

    def start_of(self, day: dt.date) -> float:
        """Return where a day begins, in per cent of the axis; what lies beyond an end is at that end."""
        return self._place(day.toordinal())

    def end_of(self, day: dt.date) -> float:
        """Return where a day ends, likewise."""
        return self._place(day.toordinal() + 1)

    def _place(self, number: int) -> float:
        first, last = dt.date(self.first, 1, 1).toordinal(), dt.date(self.last, 12, 31).toordinal()
        return min(max((number - first) / (last + 1 - first), 0), 1) * 100

    def ticks(self) -> Iterator[int]:
        """Yield the years to label: round ones, seven at most."""
        step = next(step for step in YEAR_STEPS if (self.last - self.first) // step < MOST_YEARS)
        yield from range(-(-self.first // step) * step, self.last + 1, step)


def histogram(bars: Sequence[Bar], ticks: Sequence[Tick], *, title: str) -> str:
    """Return bars over a baseline at zero, each a link; the highest carries its number.

    A bar of nothing is a gap.  Only the last bar is a stop of the tab key: from there arrow keys move on
    (charts.js), and the table beside the chart holds the same links.  Raise ValueError if all are empty.
    """
    highest = max(range(len(bars)), key=lambda position: bars[position].count)
    if not bars[highest].count:
        raise ValueError("a histogram needs something to count")
    last = max(position for position, bar in enumerate(bars) if bar.count)
    drawn = "".join(
        _bar(bar, position, bars[highest].count, is_stop=position == last)
        for position, bar in enumerate(bars)
        if bar.count
    )
    return (
        f'<svg class="chart" role="group" aria-label="{escape(title)}" width="100%" height="{HEIGHT}">'
        f'<svg class="chart-bars" data-bars y="{HEADROOM}" width="100%" height="{PLOT}"'
        f' viewBox="0 0 {len(bars)} {PLOT}" preserveAspectRatio="none">{drawn}</svg>'
        f"{_peak(bars, highest)}{_axis(ticks, len(bars))}</svg>"
    )


def grid(caption: str, columns: Sequence[str], rows: Sequence[tuple[str, Sequence[Cell]]]) -> str:
    """Return a table of numbers, each row under its name; a number of nothing is left out."""
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th>{"".join(map(_cell, cells))}</tr>' for name, cells in rows
    )
    return (
        f'<table class="grid"><caption class="hidden">{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def sparkline(counts: Sequence[int], *, title: str) -> str:
    """Return small bars without axis or links, as wide as their place; ``title`` says what they show."""
    highest, width = max([*counts, 1]), max(len(counts), 1)
    bars = "".join(
        f"M{position} {SPARK}v-{max(round(count / highest * SPARK), 1)}h{BAR_WIDTH}V{SPARK}z"
        for position, count in enumerate(counts)
        if count
    )
    return (
        f'<svg class="spark" role="img" width="100%" height="{SPARK}"'
        f' viewBox="0 0 {width} {SPARK}" preserveAspectRatio="none"><title>{escape(title)}</title>'
        f'<path d="{bars}"/></svg>'
    )


def level(count: int, highest: int) -> str:
    """Return a horizontal bar for a number that stands beside it in words."""
    width = _percent(count / highest * 100 if highest else 0)
    return (
        f'<svg class="level" aria-hidden="true" width="100%" height="{LEVEL}">'
        f'<rect width="{width}" height="{LEVEL}"/></svg>'
    )


def period_bar(years: Years, start: dt.date | None, end: dt.date | None, *, is_end_known: bool = True) -> str:
    """Return a time in office as a bar over these years, for dates that stand beside it in words.

    No end is still in office.  What nobody knows is a dashed line: the time before the end where the start is
    missing, and that after an end which is not known to be one.  Neither date, no bar.
    """
    begun = years.start_of(start) if start else 0.0
    ended = years.end_of(end) if end else 100.0
    known = unknown = ""
    if start:
        begun = min(begun, 100 - LEAST_PERIOD)
        known = _stretch(begun, max(ended, begun + LEAST_PERIOD))
    elif end:
        unknown = _stretch(0, ended)
    if end and not is_end_known:
        unknown += _stretch(ended, 100)
    drawn = _uprights(years)
    drawn += f'<path class="period-known" d="{known}"/>' if known else ""
    drawn += f'<path class="period-unknown" d="{unknown}"/>' if unknown else ""
    return (
        f'<svg class="period" aria-hidden="true" width="100%" height="100%" viewBox="0 0 {WIDE} 2"'
        f' preserveAspectRatio="none">{drawn}</svg>'
    )


def year_axis(years: Years) -> str:
    """Return the labels of an axis of years, to stand below bars of periods."""
    labels = "".join(
        f'<text x="{_percent(x)}" y="12" text-anchor="{_anchor(x, EDGE / 2)}">{year}</text>'
        for year in years.ticks()
        for x in [years.start_of(dt.date(year, 1, 1))]
    )
    return f'<svg class="period-axis" aria-hidden="true" width="100%" height="16">{labels}</svg>'


def number(count: int) -> str:
    """Return a count of articles as people say it: ``1 article``, ``1,204 articles``."""
    return ngettext("%(count)s article", "%(count)s articles", count) % {"count": grouped(count)}


def counted(name: str, count: int) -> str:
    """Return a name with its count of articles: ``Ukraine: 12 articles``."""
    return pgettext("a name and its count", "%(name)s: %(count)s") % {"name": name, "count": number(count)}


def _bar(bar: Bar, position: int, highest: int, *, is_stop: bool) -> str:
    # Whatever is there can be seen: at least one pixel.
    height = max(round(bar.count / highest * PLOT), 1)
    stop = "" if is_stop else ' tabindex="-1"'
    # The first shape is what a pointer meets: the whole height, for a low bar is hard to hit.
    return (
        f'<a href="{escape(bar.url)}"{stop}><title>{escape(counted(bar.label, bar.count))}</title>'
        f'<path d="M{position} 0h1v{PLOT}h-1z"/>'
        f'<rect x="{position + (1 - BAR_WIDTH) / 2:.1f}" y="{PLOT - height}"'
        f' width="{BAR_WIDTH}" height="{height}"/></a>'
    )


def _peak(bars: Sequence[Bar], position: int) -> str:
    """Return the number over the highest bar; near an end it runs inwards, however long it is."""
    x = (position + 0.5) / len(bars) * 100
    return (
        f'<text x="{_percent(x)}" y="{HEADROOM - 4}" text-anchor="{_anchor(x, EDGE)}"'
        f' aria-hidden="true">{grouped(bars[position].count)}</text>'
    )


def _anchor(x: float, edge: float) -> str:
    """Return which end of a text stands at a place: near an edge of the chart, it runs inwards."""
    return "start" if x < edge else "end" if x > 100 - edge else "middle"


def _axis(ticks: Sequence[Tick], bar_count: int) -> str:
    base = HEADROOM + PLOT
    line = f'<line class="chart-base" x1="0" y1="{base}.5" x2="100%" y2="{base}.5"/>'
    return f'{line}<g aria-hidden="true">{"".join(_ticks(ticks, bar_count))}</g>'


def _ticks(ticks: Sequence[Tick], bar_count: int) -> Iterator[str]:
    base = HEADROOM + PLOT
    for tick in ticks:
        x = _percent((tick.position + 0.5) / bar_count * 100)
        spare = " is-spare" if tick.is_spare else ""
        yield (
            f'<g class="chart-tick{spare}"><line x1="{x}" y1="{base}" x2="{x}" y2="{base + 4}"/>'
            f'<text x="{x}" y="{base + 16}">{escape(tick.label)}</text></g>'
        )


def _uprights(years: Years) -> str:
    lines = "".join(f"M{_wide(years.start_of(dt.date(year, 1, 1)))} 0v2" for year in years.ticks())
    return f'<path class="period-years" d="{lines}"/>'


def _stretch(start: float, end: float) -> str:
    return f"M{_wide(start)} 1H{_wide(end)}"


def _wide(share: float) -> int:
    """Return the place of a share, in per cent, in a drawing of periods."""
    return round(share / 100 * WIDE)


def _percent(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") + "%"


def _cell(cell: Cell) -> str:
    if not cell.count:
        return "<td></td>"
    if not cell.url:
        return f"<td>{grouped(cell.count)}</td>"
    return f'<td><a href="{escape(cell.url)}">{grouped(cell.count)}</a></td>'
