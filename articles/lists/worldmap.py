"""A world map as SVG: numbers of articles by country in, markup out.

Outlines are Natural Earth's (public domain), made ready by ``docs/world_map.py``; what is too small for a
shape is a dot.  Colours are the style sheet's, by class.  Text and addresses are escaped here.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from articles.charts import counted
from articles.phrases import grouped

__all__ = ["TINTS", "Place", "Tint", "draw_map", "tints_for"]

DATA = Path(__file__).with_name("data") / "world-map.json"
TINTS = 5  # different ones, the last the strongest
DOT = 4  # units of the map: radius of a dot


@dataclass(frozen=True, slots=True)
class Place:
    """One country of the map: its code, its name, how many articles, and where they are."""

    code: str
    name: str
    count: int
    url: str


@dataclass(frozen=True, slots=True)
class Tint:
    """One tint of the map: its number from 1 on, and the counts it stands for, both included."""

    number: int
    least: int
    most: int

    @property
    def name(self) -> str:
        """Return what the style sheet calls it."""
        return f"tint-{self.number}"

    @property
    def words(self) -> str:
        """Return the counts as a legend says them: ``5``, ``1,000–4,999``."""
        least, most = grouped(self.least), grouped(self.most)
        return least if least == most else f"{least}–{most}"


@dataclass(frozen=True, slots=True)
class _Outlines:
    """The map without any numbers: an SVG path for each country that has one, the middle of every other."""

    width: int
    height: int
    shapes: Mapping[str, str]
    dots: Mapping[str, tuple[int, int]]


@functools.cache
def _outlines() -> _Outlines:
    stored = json.loads(DATA.read_text(encoding="utf-8"))
    dots = {code: (int(x), int(y)) for code, (x, y) in stored["dots"].items()}
    return _Outlines(stored["width"], stored["height"], stored["shapes"], dots)


def tints_for(highest: int) -> list[Tint]:
    """Return up to five tints for the counts from 1 to ``highest``, each many times what the last one is.

    Countries differ by factors, not by sums: tints begin at round numbers, each about the same factor above
    the one before.  Few are told apart by the strongest of all.
    """
    starts = [1]
    for rank in range(1, TINTS):
        start = _round(highest ** (rank / TINTS))
        if starts[-1] < start <= highest:
            starts.append(start)
    ends = [start - 1 for start in starts[1:]] + [highest]
    weakest = TINTS - len(starts) + 1
    return [Tint(rank, *bounds) for rank, bounds in enumerate(zip(starts, ends, strict=True), start=weakest)]


def draw_map(places: Sequence[Place], *, title: str) -> str:
    """Return the map: a link for each place with articles, the strongest first; all other land in one shape.

    Places that the map does not have are left out.
    """
    outlines = _outlines()
    shown = sorted(
        (
            place
            for place in places
            if place.count and (place.code in outlines.shapes or place.code in outlines.dots)
        ),
        key=lambda place: (-place.count, place.name),
    )
    tints = tints_for(shown[0].count) if shown else []
    named = frozenset(place.code for place in shown)
    # Dots last: they lie on the shapes of others.
    links = [
        _link(place, outlines, tints)
        for place in sorted(shown, key=lambda place: place.code in outlines.dots)
    ]
    return (
        f'<svg class="map" viewBox="0 0 {outlines.width} {outlines.height}" role="group"'
        f' aria-label="{escape(title)}"><path class="map-land" d="{_land(named)}"/>{"".join(links)}</svg>'
    )


@functools.lru_cache(maxsize=64)
def _land(without: frozenset[str]) -> str:
    """Return the outlines of all countries but these as one path."""
    return "".join(path for code, path in _outlines().shapes.items() if code not in without)


def _link(place: Place, outlines: _Outlines, tints: Sequence[Tint]) -> str:
    tint = next(tint for tint in reversed(tints) if place.count >= tint.least)
    return (
        f'<a class="map-place {tint.name}" href="{escape(place.url)}">'
        f"<title>{escape(counted(place.name, place.count))}</title>{_shape(place.code, outlines)}</a>"
    )


def _shape(code: str, outlines: _Outlines) -> str:
    if path := outlines.shapes.get(code):
        return f'<path d="{path}"/>'
    x, y = outlines.dots[code]
    return f'<circle cx="{x}" cy="{y}" r="{DOT}"/>'


def _round(value: float) -> int:
    """Return the nearest of 1, 2, 5, 10, 20, 50 ..."""
    return min(_rounds(value), key=lambda one: (abs(one - value), one))


def _rounds(value: float) -> Iterator[int]:
    power = 1
    while power <= 10 * value:
        yield from (power, 2 * power, 5 * power)
        power *= 10
