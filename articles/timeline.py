"""A result over time: a chart and a table whose bars and numbers lead to the articles of their days."""

from __future__ import annotations

import datetime as dt
from calendar import month_name
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from articles.charts import Bar, Cell, Tick, grid, histogram
from articles.search.address import Address
from articles.search.vocabulary import UNDATED
from articles.search.wording import day_in_words

MAX_BARS = 156  # thirteen years by month; on a narrow screen a bar is then two pixels wide
SPARSE_BARS = 24  # as many as there are articles is enough, but this many are always fine
FEW_BARS = 8  # so few that each can be labelled, also on a narrow screen
FULL_SPAN = 366  # days; a range up to this long is drawn whole, its gaps at both ends too
NO_MONTH = ""  # that of articles without a date

AFTER, BEFORE = "published_after", "published_before"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Unit:
    """One length of time that bars can stand for: days, months ... numbered one after the other.

    Of a whole period, by its first day: ``words`` is what people call it, ``bounds`` the two parameters that
    ask for it, ``tick`` its label on the axis.
    """

    name: str
    number_of: Callable[[dt.date], int]
    first_of: Callable[[int], dt.date]
    words: Callable[[dt.date], str]
    bounds: Callable[[dt.date], tuple[str, str]]
    tick: Callable[[dt.date], str]

    def last_of(self, number: int) -> dt.date:
        """Return the last day of the period with this number."""
        try:
            return self.first_of(number + 1) - dt.timedelta(1)
        except (ValueError, OverflowError):
            return dt.date.max


def _years(count: int, name: str, suffix: str) -> Unit:
    """Return the unit of so many years; the first decade has nine, for there is no year 0."""
    return Unit(
        name,
        number_of=lambda day: day.year // count,
        first_of=lambda number: dt.date(max(number * count, 1), 1, 1),
        words=lambda day: f"{'' if count == 1 else 'the '}{day.year // count * count}{suffix}",
        bounds=lambda day: (f"{day.year:04}", f"{day.year // count * count + count - 1:04}"),
        tick=lambda day: f"{day.year // count * count}{suffix}",
    )


DAY = Unit(
    "day",
    number_of=dt.date.toordinal,
    first_of=dt.date.fromordinal,
    words=day_in_words,
    bounds=lambda day: (day.isoformat(),) * 2,
    tick=lambda day: f"{day.day} {MONTHS[day.month - 1]}",
)
MONTH = Unit(
    "month",
    number_of=lambda day: day.year * 12 + day.month - 1,
    first_of=lambda number: dt.date(number // 12, number % 12 + 1, 1),
    words=lambda day: f"{month_name[day.month]} {day.year}",
    bounds=lambda day: (f"{day.year:04}-{day.month:02}",) * 2,
    tick=lambda day: f"{day.year}" if day.month == 1 else MONTHS[day.month - 1],
)
YEAR = _years(1, "year", "")
COARSE = (
    MONTH,
    YEAR,
    _years(10, "decade", "s"),
    _years(100, "century", "s"),
    _years(1000, "millennium", "s"),
)


@dataclass(frozen=True, slots=True)
class Range:
    """The days from ``first`` to ``last``, both included."""

    first: dt.date
    last: dt.date

    def within(self, other: Range) -> Range:
        """Return the part of it that lies in another, which it overlaps."""
        return Range(max(self.first, other.first), min(self.last, other.last))

    def is_all_of(self, unit: Unit) -> bool:
        """Return whether it begins and ends with a period of this unit."""
        first, last = unit.number_of(self.first), unit.number_of(self.last)
        return self.first == unit.first_of(first) and self.last == unit.last_of(last)

    def bounds(self) -> tuple[str, str]:
        """Return the two parameters that ask for it, as short as they can be: ``2025-10``, ``2025-12``."""
        unit = next(unit for unit in (YEAR, MONTH, DAY) if self.is_all_of(unit))
        return unit.bounds(self.first)[0], unit.bounds(self.last)[1]

    def words(self) -> str:
        """Return it as people write it: ``October 2025``, ``the 1990s``, ``2 May 2024 to 7 July 2025``."""
        for unit in reversed((DAY, *COARSE)):
            if self.is_all_of(unit) and unit.number_of(self.first) == unit.number_of(self.last):
                return unit.words(self.first)
        unit = next(unit for unit in (YEAR, MONTH, DAY) if self.is_all_of(unit))
        return f"{unit.words(self.first)} to {unit.words(self.last)}"


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
    counts = (
        {dt.date.fromisoformat(day): count for day, count in days.items()}
        if days
        else {dt.date.fromisoformat(f"{month}-01"): count for month, count in months.items() if month}
    )
    asked = Range(after or dt.date.min, before or dt.date.max)
    link = _linked(address)
    exits = list(_exits(asked, address, link))
    undated = months.get(NO_MONTH, 0)
    undated_url = str(address.adding("dated", UNDATED)) if undated else ""
    if not counts:
        return Timeline("", "", "", "", undated, undated_url, exits)
    span = _span(counts, DAY if days else MONTH, asked)
    unit = DAY if days else _unit_for(span, sum(counts.values()))
    if unit.number_of(span.first) == unit.number_of(span.last):
        if unit is MONTH:
            exits.insert(0, Exit("by day", link(*span.bounds())))
        return Timeline("", "", span.words(), unit.name, undated, undated_url, exits)
    bars = _bars(counts, unit, span, asked, link)
    caption = f"Articles by {unit.name}, {span.words()}"
    chart = histogram(bars, list(_ticks(unit, span, len(bars))), title=caption)
    table = _table(caption, bars, unit, span, asked, link)
    return Timeline(chart, table, span.words(), unit.name, undated, undated_url, exits)


type Link = Callable[[str, str], str]  # from two bounds to an address


def _linked(address: Address) -> Link:
    """Return what makes the address of the search within two bounds.

    The address is built once, around two marks that no parameter holds; a hundred bars only fill them in.
    """
    head, _, tail = str(address.setting(AFTER, "\0a").setting(BEFORE, "\0b")).partition("%00a")
    middle, _, tail = tail.partition("%00b")
    return lambda after, before: f"{head}{after}{middle}{before}{tail}"


def _exits(asked: Range, address: Address, link: Link) -> Iterator[Exit]:
    """Yield the month and the year around the range, if it is less than that, and the search without it."""
    for unit in (MONTH, YEAR):
        number = unit.number_of(asked.first)
        wider = Range(unit.first_of(number), unit.last_of(number))
        if asked.last <= wider.last and asked != wider:
            yield Exit(wider.words(), link(*wider.bounds()))
    if asked != Range(dt.date.min, dt.date.max):
        yield Exit("all dates", str(address.dropping(AFTER).dropping(BEFORE)))


def _span(counts: Mapping[dt.date, int], unit: Unit, asked: Range) -> Range:
    """Return the days to draw: the whole range asked for if it is short, else from first to last article."""
    if (asked.last - asked.first).days <= FULL_SPAN:
        return asked
    return Range(min(counts), unit.last_of(unit.number_of(max(counts)))).within(asked)


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
        return grid(caption, [unit.name.capitalize(), "Articles"], rows)
    first = unit.number_of(span.first)
    cells = {first + position: Cell(bar.count, bar.url) for position, bar in enumerate(bars)}
    years = []
    for year in range(span.last.year, span.first.year - 1, -1):
        row = [cells.get(year * 12 + month, Cell(0)) for month in range(12)]
        days = Range(YEAR.first_of(year), YEAR.last_of(year)).within(asked)
        years.append((f"{year}", [*row, Cell(sum(cell.count for cell in row), link(*days.bounds()))]))
    return grid(caption, ["Year", *MONTHS, "All"], years)
