"""Days, months, years and longer: how a result is divided by time, and the address of each part."""

from __future__ import annotations

import datetime as dt
from calendar import month_name
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from articles.search.address import Address
from articles.search.wording import day_in_words

FULL_SPAN = 366  # days; a range up to this long is drawn whole, its gaps at both ends too

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


type Link = Callable[[str, str], str]  # from two bounds to an address


def linked(address: Address) -> Link:
    """Return what makes the address of the search within two bounds.

    The address is built once, around two marks that no parameter holds; a hundred bars only fill them in.
    """
    head, _, tail = str(address.setting(AFTER, "\0a").setting(BEFORE, "\0b")).partition("%00a")
    middle, _, tail = tail.partition("%00b")
    return lambda after, before: f"{head}{after}{middle}{before}{tail}"


def span_of(counts: Mapping[dt.date, int], unit: Unit, asked: Range) -> Range:
    """Return the days to draw: the whole range asked for if it is short, else from first to last article."""
    if (asked.last - asked.first).days <= FULL_SPAN:
        return asked
    return Range(min(counts), unit.last_of(unit.number_of(max(counts)))).within(asked)
