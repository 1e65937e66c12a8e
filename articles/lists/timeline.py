"""A result over time: a chart and a table whose bars and numbers lead to the articles of their days."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from articles.charts import Bar, Cell, Tick, grid, histogram, sparkline
from articles.days import short_month
from articles.lists.periods import (
    AFTER,
    BEFORE,
    COARSE,
    DAY,
    MONTH,
    YEAR,
    Link,
    Range,
    Unit,
    linked,
    span_of,
)
from articles.phrases import gettext, pgettext
from articles.search.address import Address
from articles.search.vocabulary import UNDATED

MAX_BARS = 156  # thirteen years by month; on a narrow screen a bar is then two pixels wide
SPARSE_BARS = 24  # as many as there are articles is enough, but this many are always fine
FEW_BARS = 8  # so few that each can be labelled, also on a narrow screen
SPARKS = 60  # bars of a small chart, two pixels each
NO_MONTH = ""  # that of articles without a date


@dataclass(frozen=True, slots=True)
class Exit:
    """One way to another range of days: out to a wider one or to all, or into the days of the only month."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """A result over time.

    ``chart`` and ``table`` are markup, empty where all of it is of one period.  ``span`` says from when to
    when its articles are, empty when none has a date.
    """

    chart: str
    table: str
    span: str
    unit: str
    undated_count: int
    undated_url: str
    exits: list[Exit]


@dataclass(frozen=True, slots=True)
class Period:
    """One day, month or longer of a result, as far as it lies in the range asked for.

    ``url`` is the search within it.
    """

    words: str
    days: Range
    count: int
    url: str


def periods_of(
    months: Mapping[str, int],
    days: Mapping[str, int],
    *,
    address: Address,
    after: dt.date | None,
    before: dt.date | None,
    most: int,
) -> tuple[Unit, list[Period]]:
    """Return the shortest unit that makes at most so many periods, and the periods that have articles.

    The latest comes first.  The numbers are those of `draw_timeline`; undated articles lie in no period.
    """
    is_daily = 0 < len(days) <= most
    counts = _by_first_day(months, days if is_daily else {})
    if not counts:
        return MONTH, []
    asked = Range(after or dt.date.min, before or dt.date.max)
    first, last = min(counts), max(counts)
    unit = (
        DAY
        if is_daily
        else next(unit for unit in COARSE if unit.number_of(last) - unit.number_of(first) < most)
    )
    link = linked(address)
    total: Counter[int] = Counter()
    for day, count in counts.items():
        total[unit.number_of(day)] += count
    periods = []
    for number in sorted(total, reverse=True):
        within = Range(unit.first_of(number), unit.last_of(number)).within(asked)
        periods.append(Period(within.words(), within, total[number], link(*within.bounds())))
    return unit, periods


def draw_share(part: Mapping[str, int], whole: Mapping[str, int], *, subject: str) -> str:
    """Return a small chart of some articles of a result by month or longer, over the time of all of it.

    Both map months, ``2025-10``, to numbers.  ``subject`` says what is counted.  Empty where none has a
    date, or all of the result are of one period.
    """
    counts, span = _by_first_day(part, {}), _by_first_day(whole, {})
    if not counts or not span:
        return ""
    first, last = min(span), max(span)
    unit = next(unit for unit in COARSE if unit.number_of(last) - unit.number_of(first) < SPARKS)
    numbers = range(unit.number_of(first), unit.number_of(last) + 1)
    if len(numbers) == 1:
        return ""
    total: Counter[int] = Counter()
    for day, count in counts.items():
        total[unit.number_of(day)] += count
    days = Range(unit.first_of(numbers[0]), unit.last_of(numbers[-1]))
    title = gettext("%(subject)s, by %(unit)s, %(span)s")
    return sparkline(
        [total[number] for number in numbers],
        title=title % {"subject": subject, "unit": unit.noun, "span": days.words()},
    )


def _by_first_day(months: Mapping[str, int], days: Mapping[str, int]) -> dict[dt.date, int]:
    """Return the articles of each day, or where there are no days, of each month by its first."""
    if days:
        return {dt.date.fromisoformat(day): count for day, count in days.items()}
    return {dt.date.fromisoformat(f"{month}-01"): count for month, count in months.items() if month}


def draw_timeline(
    months: Mapping[str, int],
    days: Mapping[str, int],
    *,
    address: Address,
    after: dt.date | None,
    before: dt.date | None,
) -> Timeline:
    """Return the result over time.

    ``months`` are its articles in each month, ``2025-10``, and the undated ones under ``""``.  ``days`` are
    those on each day, ``2025-10-17``, empty where the range from ``after`` to ``before`` is long.  Every link
    is ``address``, the search, narrowed to its bar within that range.
    """
    counts = _by_first_day(months, days)
    asked = Range(after or dt.date.min, before or dt.date.max)
    link = linked(address)
    exits = list(_exits(asked, address, link))
    undated = months.get(NO_MONTH, 0)
    undated_url = str(address.adding("dated", UNDATED)) if undated else ""
    if not counts:
        return Timeline("", "", "", "", undated, undated_url, exits)
    span = span_of(counts, DAY if days else MONTH, asked)
    unit = DAY if days else _unit_for(span, sum(counts.values()))
    if unit.number_of(span.first) == unit.number_of(span.last):
        if unit is MONTH:
            exits.insert(0, Exit(gettext("by day"), link(*span.bounds())))
        return Timeline("", "", span.words(), unit.noun, undated, undated_url, exits)
    bars = _bars(counts, unit, span, asked, link)
    caption = gettext("Articles by %(unit)s, %(span)s") % {"unit": unit.noun, "span": span.words()}
    chart = histogram(bars, list(_ticks(unit, span, len(bars))), title=caption)
    table = _table(caption, bars, unit, span, asked, link)
    return Timeline(chart, table, span.words(), unit.noun, undated, undated_url, exits)


def _exits(asked: Range, address: Address, link: Link) -> Iterator[Exit]:
    """Yield the month and the year around the range, if it is less than that, and the search without it."""
    for unit in (MONTH, YEAR):
        number = unit.number_of(asked.first)
        wider = Range(unit.first_of(number), unit.last_of(number))
        if asked.last <= wider.last and asked != wider:
            yield Exit(wider.words(), link(*wider.bounds()))
    if asked != Range(dt.date.min, dt.date.max):
        yield Exit(gettext("all dates"), str(address.dropping(AFTER).dropping(BEFORE)))


def _unit_for(span: Range, article_count: int) -> Unit:
    most = min(max(article_count, SPARSE_BARS), MAX_BARS)
    return next(unit for unit in COARSE if unit.number_of(span.last) - unit.number_of(span.first) < most)


def _bars(counts: Mapping[dt.date, int], unit: Unit, span: Range, asked: Range, link: Link) -> list[Bar]:
    """Return a bar for every period of the span, also where there is nothing.

    Only the first and the last may be cut by the range asked for: they lead to what is left of them.
    """
    total: Counter[int] = Counter()
    for day, count in counts.items():
        total[unit.number_of(day)] += count
    first, last = unit.number_of(span.first), unit.number_of(span.last)
    bars = []
    for number in range(first, last + 1):
        day = unit.first_of(number)
        if not total[number]:
            bars.append(Bar("", 0, ""))
        elif first < number < last:
            bars.append(Bar(unit.words(day), total[number], link(*unit.bounds(day))))
        else:
            days = Range(day, unit.last_of(number)).within(asked)
            bars.append(Bar(days.words(), total[number], link(*days.bounds())))
    return bars


def _ticks(unit: Unit, span: Range, bar_count: int) -> Iterator[Tick]:
    """Yield the labels of the axis; where there are many, every other one is spare."""
    first = unit.number_of(span.first)
    days = [unit.first_of(first + position) for position in range(bar_count)]
    labelled = [position for position, day in enumerate(days) if _is_labelled(unit, day, bar_count)]
    for rank, position in enumerate(labelled):
        day = days[position]
        is_week = unit is DAY and bar_count > FEW_BARS and day.day > 1
        label = f"{day.day}" if is_week else unit.tick(day)
        yield Tick(position, label, is_spare=len(labelled) > FEW_BARS and rank % 2 == 1)


def _is_labelled(unit: Unit, day: dt.date, bar_count: int) -> bool:
    if bar_count <= FEW_BARS:
        return True
    if unit is DAY:
        return day.day in (1, 8, 15, 22)
    if unit is MONTH:
        return day.month == 1 or bar_count <= 2 * FEW_BARS
    step = next(step for step in (1, 2, 5, 10) if bar_count <= 2 * FEW_BARS * step)
    return unit.number_of(day) % step == 0


def _table(caption: str, bars: Sequence[Bar], unit: Unit, span: Range, asked: Range, link: Link) -> str:
    """Return the same numbers as a table; months stand by year, each year with its sum."""
    if unit is not MONTH:
        rows = [(bar.label, [Cell(bar.count, bar.url)]) for bar in bars if bar.count]
        return grid(caption, [unit.noun.capitalize(), gettext("Articles")], rows)
    first = unit.number_of(span.first)
    cells = {first + position: Cell(bar.count, bar.url) for position, bar in enumerate(bars)}
    months = (short_month(number) for number in range(1, 13))
    columns = [YEAR.noun.capitalize(), *months, pgettext("all articles of a year", "All")]
    years = []
    for year in range(span.last.year, span.first.year - 1, -1):
        row = [cells.get(year * 12 + month, Cell(0)) for month in range(12)]
        days = Range(YEAR.first_of(year), YEAR.last_of(year)).within(asked)
        years.append((f"{year}", [*row, Cell(sum(cell.count for cell in row), link(*days.bounds()))]))
    return grid(caption, columns, years)
