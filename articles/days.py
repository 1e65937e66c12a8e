"""Days, months and years as people write them, in the language of the moment."""

from __future__ import annotations

import datetime as dt

from articles.importing.clipping import Precision
from articles.phrases import gettext, marked, pgettext

__all__ = ["date_in_words", "day_in_words", "month_in_words", "short_date", "short_day", "short_month"]

# The context tells May, the month, from May, its short form.
_NAMES = (
    marked("January", "month"), marked("February", "month"), marked("March", "month"),
    marked("April", "month"), marked("May", "month"), marked("June", "month"),
    marked("July", "month"), marked("August", "month"), marked("September", "month"),
    marked("October", "month"), marked("November", "month"), marked("December", "month"),
)  # fmt: skip
_SHORT_NAMES = (
    marked("Jan", "short month"), marked("Feb", "short month"), marked("Mar", "short month"),
    marked("Apr", "short month"), marked("May", "short month"), marked("Jun", "short month"),
    marked("Jul", "short month"), marked("Aug", "short month"), marked("Sep", "short month"),
    marked("Oct", "short month"), marked("Nov", "short month"), marked("Dec", "short month"),
)  # fmt: skip


def day_in_words(day: dt.date) -> str:
    """Return ``16 October 2025``."""
    return _written(day, _month(day))


def month_in_words(day: dt.date) -> str:
    """Return ``October 2025``."""
    return gettext("%(month)s %(year)s") % {"month": _month(day), "year": day.year}


def date_in_words(day: dt.date, precision: str = Precision.DAY) -> str:
    """Return a date as far as it is known: ``16 October 2025``, ``October 2025``, ``2025``."""
    if precision == Precision.YEAR:
        return f"{day.year}"
    return month_in_words(day) if precision == Precision.MONTH else day_in_words(day)


def short_date(day: dt.date, precision: str = Precision.DAY) -> str:
    """Return a date where room is short: ``17 Oct 2025``, ``October 2025``, ``2025``."""
    return (
        _written(day, short_month(day.month)) if precision == Precision.DAY else date_in_words(day, precision)
    )


def short_day(day: dt.date) -> str:
    """Return a day of a year that is known: ``17 Oct``."""
    if day.day == 1:
        message = pgettext("the first of a month", "%(day)s %(month)s")
    else:
        message = gettext("%(day)s %(month)s")
    return message % {"day": day.day, "month": short_month(day.month)}


def short_month(number: int) -> str:
    """Return ``Oct`` for 10."""
    return pgettext("short month", _SHORT_NAMES[number - 1])


def _month(day: dt.date) -> str:
    return pgettext("month", _NAMES[day.month - 1])


def _written(day: dt.date, month: str) -> str:
    if day.day == 1:
        message = pgettext("the first of a month", "%(day)s %(month)s %(year)s")
    else:
        message = gettext("%(day)s %(month)s %(year)s")
    return message % {"day": day.day, "month": month, "year": day.year}
