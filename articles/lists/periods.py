"""Days, months, years and longer: how a result is divided by time, and the address of each part."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from articles.days import day_in_words, month_in_words, short_day, short_month
from articles.phrases import gettext, marked, pgettext
from articles.search.address import Address

FULL_SPAN = 366  # days; a range up to this long is drawn whole, its gaps at both ends too

AFTER, BEFORE = "published_after", "published_before"


@dataclass(frozen=True, slots=True)
class Unit:
    """One length of time that bars can stand for: days, months ... numbered one after the other.

    ``name`` is a message, `noun` what readers are told.  Of a whole period, by its first day: ``words`` is
    what people call it, ``bounds`` the two parameters that ask for it, ``tick`` its label on the axis.
    """

    name: str
    number_of: Callable[[dt.date], int]
    first_of: Callable[[int], dt.date]
    words: Callable[[dt.date], str]
    bounds: Callable[[dt.date], tuple[str, str]]
    tick: Callable[[dt.date], str]

    @property
    def noun(self) -> str:
        """Return what readers call it, in the language of the moment."""
        return pgettext("unit of time", self.name)

    def last_of(self, number: int) -> dt.date:
        """Return the last day of the period with this number."""
        try:
            return self.first_of(number + 1) - dt.timedelta(1)
        except (ValueError, OverflowError):
            return dt.date.max


def _decade(first: int, last: int) -> str:
    return gettext("the %(year)ss") % {"year": first}


def _from_to(first: int, last: int) -> str:
    # Not "the 1900s": in other languages, and for many in English, these are ten years.
    return f"{max(first, 1)}–{last}"


def _years(count: int, name: str, words: Callable[[int, int], str] = _from_to) -> Unit:
    """Return the unit of so many years; the first one lacks a year, for there is no year 0.

    ``words`` says what one is called, by its first and last year.
    """

    def first(day: dt.date) -> int:
        return day.year // count * count

    return Unit(
        name,
        number_of=lambda day: day.year // count,
        first_of=lambda number: dt.date(max(number * count, 1), 1, 1),
        words=lambda day: words(first(day), first(day) + count - 1),
        bounds=lambda day: (f"{day.year:04}", f"{first(day) + count - 1:04}"),
        tick=lambda day: pgettext("a decade, short", "%(year)ss") % {"year": first(day)},
    )


DAY = Unit(
    marked("day", "unit of time"),
    number_of=dt.date.toordinal,
    first_of=dt.date.fromordinal,
    words=day_in_words,
    bounds=lambda day: (day.isoformat(),) * 2,
    tick=short_day,
)
MONTH = Unit(
    marked("month", "unit of time"),
    number_of=lambda day: day.year * 12 + day.month - 1,
    first_of=lambda number: dt.date(number // 12, number % 12 + 1, 1),
    words=month_in_words,
    bounds=lambda day: (f"{day.year:04}-{day.month:02}",) * 2,
    tick=lambda day: f"{day.year}" if day.month == 1 else short_month(day.month),
)
YEAR = Unit(
    marked("year", "unit of time"),
    number_of=lambda day: day.year,
    first_of=lambda number: dt.date(max(number, 1), 1, 1),
    words=lambda day: f"{day.year}",
    bounds=lambda day: (f"{day.year:04}",) * 2,
    tick=lambda day: f"{day.year}",
)
COARSE = (
    MONTH,
    YEAR,
    _years(10, marked("decade", "unit of time"), _decade),
    _years(100, marked("century", "unit of time")),
    _years(1000, marked("millennium", "unit of time")),
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
        message = pgettext("a span", "%(first)s to %(last)s")
        return message % {"first": unit.words(self.first), "last": unit.words(self.last)}


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
