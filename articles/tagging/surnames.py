"""Whom a surname means without the full name: who was in office then, where, and under which title."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from articles.tagging.matcher import Sense
from articles.tagging.offices import years_from_office
from articles.tagging.reading import Reading
from articles.tagging.records import Entry, Office
from articles.tagging.vocabulary import EITHER, GOVERNMENT, PARTIES, PAST, STATE, Title

# A surname alone is believed of people in office or this many years from it.
YEARS_STANDING_ALONE = 8.0
# ... and where it says less by itself (alias weight below 5), of those in office or just out of it.
YEARS_WITH_COUNTRY = 1.0
# "Former German Chancellor Schroeder": of those who are said to have left office this is believed.
YEARS_FORMER = 15.0
DAYS_OF_YEAR = 365.25
LONGEST_PAST = 12  # characters of a word that says so
STANDS_ALONE = 5
STANDS_WITH_COUNTRY = 3
# The reason of most refusals: He, May and Friday are surnames.
BARE_SURNAME = "the surname alone, without full name or office"
HEADS = EITHER | GOVERNMENT | STATE
# "the Chretien Government", "the Gillard Labor government".
GOVERNMENTS = frozenset(
    {"Government", "government", "Administration", "administration", "Cabinet", "cabinet", "presidency"}
)


def holder(
    reading: Reading, senses: Sequence[Sense], title: Title | None, *, is_past: bool
) -> tuple[Entry | None, str]:
    """Return the one person whose time, country and title fit, or None and the reason."""
    if title is not None and title.roles:
        titled = [
            sense.entry
            for sense in senses
            if fits(sense.entry, title, reading, is_past=is_past)
            and _is_near(reading, sense, has_title=True, is_past=is_past)
        ]
        if len(titled) == 1:
            return titled[0], ""
    able = [sense.entry for sense in senses if _is_near(reading, sense, has_title=False)]
    if len(able) > 1:
        now = [person for person in able if years_from_office(person, reading.on) == 0.0]
        able = now if now else able
    if len(able) == 1:
        return able[0], ""
    if able:
        return None, "several people of this surname fit"
    return None, BARE_SURNAME


def head_of(reading: Reading, end: int, senses: Sequence[Sense]) -> Entry | None:
    """Return the person whose government the words at ``end`` of the folded text name, behind the surname."""
    after = reading.word_after(end)
    if after in PARTIES:
        after = reading.word_after(end + 1 + len(after))
    if after not in GOVERNMENTS:
        return None
    fitting = [
        sense.entry
        for sense in senses
        if years_from_office(sense.entry, reading.on) <= YEARS_WITH_COUNTRY
        and is_country_named(reading, sense.entry)
        and any(office.role in HEADS or "pposition" in office.title for office in sense.entry.offices)
    ]
    return fitting[0] if len(fitting) == 1 else None


def fits(person: Entry, title: Title, reading: Reading, *, is_past: bool = False) -> bool:
    """Return whether the person held an office of this title at or near the article's date.

    With ``is_past`` it must have ended before: the elder of two presidents Bush, and nobody who came later.
    """
    if is_past:
        return any(office.role in title.roles and _has_left(office, reading.on) for office in person.offices)
    return any(office.role in title.roles for office in person.offices) and (
        years_from_office(person, reading.on) <= YEARS_STANDING_ALONE
    )


def _has_left(office: Office, on: dt.date | None) -> bool:
    """Return whether the office ended before the day, and not too long before."""
    if on is None or office.end_on is None:
        return False
    return 0 < (on - office.end_on).days <= YEARS_FORMER * DAYS_OF_YEAR


def is_said_past(reading: Reading, start: int, title: Title | None) -> bool:
    """Return whether the title before a place is said to be a former one: "former German Chancellor".

    Between the two may stand a country or body and a party, nothing else: not "a former aide to President".
    """
    if title is None:
        return False
    begin = start - 1 - len(title.words)
    if PAST.isdisjoint(reading.plain[max(0, begin - 60) : begin].lower().split()):
        return False  # as of most titles
    party = reading.word_before(begin)
    if party in PARTIES:
        begin -= 1 + len(party)
    if _is_past_before(reading, begin):
        return True
    place = reading.place_before(begin - 1)
    return place >= 0 and _is_past_before(reading, place)


def _is_past_before(reading: Reading, place: int) -> bool:
    """Return whether "former " or "ex-" stands before a place of the folded text."""
    word = reading.word_before(place)
    if not word and place > 1 and reading.is_joined(place - 1):
        word = reading.plain[max(0, place - 1 - LONGEST_PAST) : place - 1].rpartition(" ")[2]
    return word.lower() in PAST


def is_country_named(reading: Reading, person: Entry) -> bool:
    """Return whether the article names a country or body that the person held office in."""
    return any(office.of in reading.keys for office in person.offices)


def _is_near(reading: Reading, sense: Sense, *, has_title: bool, is_past: bool = False) -> bool:
    """Return whether the article's date, country and the weight of the name allow this person."""
    years = years_from_office(sense.entry, reading.on)
    is_there = is_country_named(reading, sense.entry)
    if has_title and is_past:
        return is_there
    if has_title:
        return years <= YEARS_WITH_COUNTRY and (is_there or sense.alias.weight >= STANDS_ALONE)
    if sense.alias.weight >= STANDS_ALONE:
        return years <= (YEARS_STANDING_ALONE if is_there else YEARS_WITH_COUNTRY)
    return sense.alias.weight >= STANDS_WITH_COUNTRY and is_there and years <= YEARS_WITH_COUNTRY
