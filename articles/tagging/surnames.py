"""Whom a surname means without the full name: who was in office then, where, and under which title."""

from __future__ import annotations

from collections.abc import Sequence

from articles.tagging.matcher import Sense
from articles.tagging.offices import years_from_office
from articles.tagging.reading import Reading
from articles.tagging.records import Entry
from articles.tagging.vocabulary import EITHER, GOVERNMENT, PARTIES, PAST, STATE, Title

# A surname alone is believed of people in office or this many years from it.
YEARS_STANDING_ALONE = 8.0
# ... and where it says less by itself (alias weight below 5), of those in office or just out of it.
YEARS_WITH_COUNTRY = 1.0
# "Former Fijian Prime Minister Chaudhry": of those who are said to have left office this is believed.
YEARS_FORMER = 15.0
STANDS_ALONE = 5
STANDS_WITH_COUNTRY = 3
# The reason of most refusals: He, May and Friday are surnames.
BARE_SURNAME = "the surname alone, without full name or office"
HEADS = EITHER | GOVERNMENT | STATE
# "the Howard Government", "a Beazley Labor Government".
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
        if is_past:  # the elder of two presidents Bush
            titled = [person for person in titled if years_from_office(person, reading.on) > 0.0]
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
    """Return whether the person held an office of this title at or near the article's date."""
    return any(office.role in title.roles for office in person.offices) and (
        years_from_office(person, reading.on) <= (YEARS_FORMER if is_past else YEARS_STANDING_ALONE)
    )


def is_said_past(reading: Reading, start: int, title: Title | None) -> bool:
    """Return whether the title before a place is said to be a former one: "former Fijian Prime Minister"."""
    if title is None:
        return False
    begin = start - 1 - len(title.words)
    return not PAST.isdisjoint(reading.plain[max(0, begin - 40) : begin].lower().split()[-3:])


def is_country_named(reading: Reading, person: Entry) -> bool:
    """Return whether the article names a country or body that the person held office in."""
    return any(office.of in reading.keys for office in person.offices)


def _is_near(reading: Reading, sense: Sense, *, has_title: bool, is_past: bool = False) -> bool:
    """Return whether the article's date, country and the weight of the name allow this person."""
    years = years_from_office(sense.entry, reading.on)
    is_there = is_country_named(reading, sense.entry)
    if has_title and is_past:
        return is_there and years <= YEARS_FORMER
    if has_title:
        return years <= YEARS_WITH_COUNTRY and (is_there or sense.alias.weight >= STANDS_ALONE)
    if sense.alias.weight >= STANDS_ALONE:
        return years <= (YEARS_STANDING_ALONE if is_there else YEARS_WITH_COUNTRY)
    return sense.alias.weight >= STANDS_WITH_COUNTRY and is_there and years <= YEARS_WITH_COUNTRY
