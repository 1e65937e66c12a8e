"""The offices of a person, or of a country or organisation, as bars over years with their dates."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from articles.charts import Years, period_bar, year_axis
from articles.importing.clipping import Precision
from articles.models import Office, Tag
from articles.phrases import marked

RECENT = 3  # of each sort, shown of a country or organisation; the earlier ones wait behind a line

# Sorts of office by their roles, in the order of their interest; what has another role is of OTHERS.
CHIEF = {
    marked("Heads of state"): ("head_of_state", "head_of_state_and_government"),
    marked("Heads of government"): ("head_of_government",),
    marked("Heads"): ("org_head",),
    marked("Foreign ministers"): ("foreign_minister",),
}
LESSER = {
    marked("Leaders"): ("nonstate_leader",),
    marked("Defence ministers"): ("defence_minister",),
    marked("Vice presidents"): ("vice_president",),
    marked("Governors general"): ("governor_general",),
}
OTHERS = marked("Others")
_SORT_OF = {role: sort for sort, roles in (CHIEF | LESSER).items() for role in roles}


@dataclass(frozen=True, slots=True)
class Tenure:
    """One time in office: the office, whom or what its row names (holder or place), and its bar."""

    office: Office
    named: Tag
    bar: str


@dataclass(frozen=True, slots=True)
class Tenures:
    """Times in office by sort of office, the latest first, over one axis of years.

    ``axis`` is empty where nothing has a date.
    """

    groups: Mapping[str, Sequence[Tenure]]
    axis: str

    @property
    def count(self) -> int:
        """Return how many times in office these are."""
        return sum(map(len, self.groups.values()))


@dataclass(frozen=True, slots=True)
class Leaders:
    """Who held the offices of a country or organisation: lately, before that, and in lesser offices."""

    recent: Tenures
    earlier: Tenures
    others: Tenures


type Held = tuple[Office, Tag]  # and whom or what its row names


def read_career(tag: Tag, *, year: int) -> Tenures:
    """Return the offices that a person held; what lasts is drawn up to the end of ``year``."""
    offices = _shortly(tag.offices.select_related("of"), "of")
    return _drawn({"": [(office, office.of) for office in _latest_first(offices)]}, year)


def read_leaders(tag: Tag, *, year: int) -> Leaders:
    """Return who held the offices of a country or organisation; what lasts is drawn up to ``year``."""
    offices = tag.holders.select_related("holder").filter(holder__is_retired=False)
    held: dict[str, list[Held]] = {sort: [] for sort in (*CHIEF, *LESSER, OTHERS)}
    for office in _latest_first(_shortly(offices, "holder")):
        held[_SORT_OF.get(office.role, OTHERS)].append((office, office.holder))
    chief = {sort: held[sort] for sort in CHIEF}
    # A movement has leaders alone: they are not lesser there.
    shown = chief if any(chief.values()) else held
    return Leaders(
        recent=_drawn({sort: found[:RECENT] for sort, found in shown.items()}, year),
        earlier=_drawn({sort: found[RECENT:] for sort, found in shown.items()}, year),
        others=_drawn({sort: held[sort] for sort in held if sort not in shown}, year),
    )


def start_precision(day: dt.date) -> Precision:
    """Return how exactly a beginning may be printed.

    The gazetteer holds a beginning known by its year as 31 December, by its month as the month's last day:
    the first certain day.  Such a day is no date to print; the year or month is true of it either way.
    """
    if (day.month, day.day) == (12, 31):
        return Precision.YEAR
    return Precision.MONTH if day.day == monthrange(day.year, day.month)[1] else Precision.DAY


def end_precision(day: dt.date) -> Precision:
    """Return how exactly an end may be printed: one known by its year is held as 1 January."""
    if (day.month, day.day) == (1, 1):
        return Precision.YEAR
    return Precision.MONTH if day.day == 1 else Precision.DAY


def _shortly(offices: QuerySet[Office], of: str) -> QuerySet[Office]:
    """Leave out of the tag beside each office what only an editor needs, which is most of it."""
    tag = [f"{of}__{name}" for name in ("kind", "slug", "name")]
    return offices.only("title", "role", "start_on", "end_on", "is_end_known", *tag)


def _latest_first(offices: Iterable[Office]) -> list[Office]:
    """Return offices by when they began, else ended; those without any date come last."""
    return sorted(
        offices,
        key=lambda office: (office.start_on or office.end_on or dt.date.min, office.end_on or dt.date.max),
        reverse=True,
    )


def _drawn(held: Mapping[str, Sequence[Held]], year: int) -> Tenures:
    offices = [office for found in held.values() for office, _ in found]
    years = _years(offices, year)
    return Tenures(
        groups={
            sort: [Tenure(office, named, _bar(office, years)) for office, named in found]
            for sort, found in held.items()
            if found
        },
        axis=year_axis(years) if years else "",
    )


def _years(offices: Sequence[Office], year: int) -> Years | None:
    """Return the years from the first date to the last, up to ``year`` if anybody may still be in office."""
    days = [day for office in offices for day in (office.start_on, office.end_on) if day]
    if not days:
        return None
    lasts = any(not office.end_on or not office.is_end_known for office in offices)
    last = max(days).year
    return Years(min(days).year, max(last, year) if lasts else last)


def _bar(office: Office, years: Years | None) -> str:
    if not years or not (office.start_on or office.end_on):
        return ""
    return period_bar(years, office.start_on, office.end_on, is_end_known=office.is_end_known)
