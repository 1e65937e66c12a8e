"""Offices: the words that name them, and who held which on a given day."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from articles.tagging.records import Entry, Kind, Office
from articles.tagging.vocabulary import Title

ANSWERS_KEPT = 4096  # who held which office on which day


@dataclass(frozen=True, slots=True)
class Tenure:
    """One office of one person, as the roll of holders keeps it."""

    holder: Entry
    office: Office

    def covers(self, on: dt.date) -> bool:
        """Return whether the person is known to have held the office on this day."""
        if self.office.start_on is not None and on < self.office.start_on:
            return False
        return self.office.end_on is None or on <= self.office.end_on


class Roll:
    """Who held which office when."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._tenures: dict[tuple[str, str], list[Tenure]] = defaultdict(list)
        for entry in entries:
            if entry.kind is Kind.ACTOR:
                for office in entry.offices:
                    self._tenures[office.of, office.role].append(Tenure(entry, office))
        self._answers: dict[tuple[str, str, dt.date | None], Entry | None] = {}

    def holder(self, of: str, title: Title, on: dt.date | None) -> Entry | None:
        """Return the one person who held the office on this day, or None where that is not certain.

        Not certain are a day of handing over, a time nobody looked up, and offices that two share.
        """
        # Articles ask again and again, for a few countries and a few days.
        question = of, title.words, on
        if question not in self._answers:
            if len(self._answers) >= ANSWERS_KEPT:
                self._answers.clear()
            self._answers[question] = self._holder(of, title, on)
        return self._answers[question]

    def _holder(self, of: str, title: Title, on: dt.date | None) -> Entry | None:
        if on is None:
            return None
        tenures = [
            tenure
            for role in title.roles
            for tenure in self._tenures.get((of, role), ())
            if tenure.covers(on)
        ]
        if len({tenure.holder.slug for tenure in tenures}) > 1:
            head = title.words.split()[-1]
            tenures = [tenure for tenure in tenures if head in tenure.office.title.lower()]
        holders = {tenure.holder.slug: tenure.holder for tenure in tenures}
        return next(iter(holders.values())) if len(holders) == 1 else None


def years_from_office(person: Entry, on: dt.date | None) -> float:
    """Return how many years lie between the day and the person's nearest time in office (0: in office).

    Without a date, or where no office has dates, nothing speaks against the person: 0.
    """
    if on is None:
        return 0.0
    gaps = [_gap_days(office, on) for office in person.offices]
    return min(gaps, default=0) / 365.25


def _gap_days(office: Office, on: dt.date) -> int:
    if office.start_on is not None and on < office.start_on:
        return (office.start_on - on).days
    if office.end_on is not None and on > office.end_on:
        return (on - office.end_on).days
    return 0
