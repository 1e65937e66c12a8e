"""Charts as SVG, and as tables: numbers in, markup out.

A chart is as wide as its place.  What must not be stretched, its text, is placed by percentages; what may
be, its bars, stands in an inner drawing one unit wide for each bar.  Colours and type sizes are the style
sheet's: the content security policy allows none in the markup.  Text and addresses are escaped here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

__all__ = ["Bar", "Cell", "Tick", "grid", "histogram"]

HEADROOM = 16  # pixels above the bars, for the number of the highest
PLOT = 56  # pixels: the highest bar
AXIS = 20  # pixels below the baseline, for the labels
HEIGHT = HEADROOM + PLOT + AXIS
EDGE = 10  # per cent of the width: half of a long number on a narrow screen
BAR_WIDTH = 0.8  # of its place; the rest is the gap to the next


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


def histogram(bars: Sequence[Bar], ticks: Sequence[Tick], *, title: str) -> str:
    """Return bars over a baseline at zero, each a link; the highest carries its number.

    A bar of nothing is a gap.  Only the last bar is a stop of the tab key: from there arrow keys move on
    (browse.js), and the table beside the chart holds the same links.  Raise ValueError if all are empty.
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


def number(count: int) -> str:
    """Return a count of articles as people say it: ``1 article``, ``1,204 articles``."""
    return f"{count:,} article{'' if count == 1 else 's'}"


def _bar(bar: Bar, position: int, highest: int, *, is_stop: bool) -> str:
    # Whatever is there can be seen: at least one pixel.
    height = max(round(bar.count / highest * PLOT), 1)
    stop = "" if is_stop else ' tabindex="-1"'
    # The first shape is what a pointer meets: the whole height, for a low bar is hard to hit.
    return (
        f'<a href="{escape(bar.url)}"{stop}><title>{escape(bar.label)}: {number(bar.count)}</title>'
        f'<path d="M{position} 0h1v{PLOT}h-1z"/>'
        f'<rect x="{position + (1 - BAR_WIDTH) / 2:.1f}" y="{PLOT - height}"'
        f' width="{BAR_WIDTH}" height="{height}"/></a>'
    )


def _peak(bars: Sequence[Bar], position: int) -> str:
    """Return the number over the highest bar; near an end it runs inwards, however long it is."""
    x = (position + 0.5) / len(bars) * 100
    anchor = "start" if x < EDGE else "end" if x > 100 - EDGE else "middle"
    return (
        f'<text x="{_percent(x)}" y="{HEADROOM - 4}" text-anchor="{anchor}"'
        f' aria-hidden="true">{bars[position].count:,}</text>'
    )


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


def _percent(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") + "%"


def _cell(cell: Cell) -> str:
    if not cell.count:
        return "<td></td>"
    if not cell.url:
        return f"<td>{cell.count:,}</td>"
    return f'<td><a href="{escape(cell.url)}">{cell.count:,}</a></td>'
