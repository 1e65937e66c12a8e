"""Offices by date: the holder on the day, or nobody."""

from __future__ import annotations

import datetime as dt

import pytest

from articles.tagging import Entry, Kind, Office
from articles.tagging.offices import Roll, years_from_office
from articles.tagging.vocabulary import TITLES


def person(slug: str, *offices: Office) -> Entry:
    return Entry(Kind.ACTOR, slug, slug.title(), slug, offices=offices)


OLD = person("old", Office("President", "head_of_state", "fr", dt.date(2012, 5, 15), dt.date(2017, 5, 14)))
NEW = person("new", Office("President", "head_of_state", "fr", dt.date(2017, 5, 14)))
CHIEF = person(
    "chief", Office("Prime Minister", "head_of_government", "fr", dt.date(2020, 7, 3), dt.date(2022, 5, 16))
)
KING = person("king", Office("King", "head_of_state", "jo", dt.date(1999, 2, 7)))
GUIDE = person("guide", Office("Supreme Leader", "head_of_state", "ir", dt.date(1989, 6, 4)))
PRESIDENT = person("president", Office("President", "head_of_state", "ir", dt.date(2024, 7, 28)))
ROLL = Roll([OLD, NEW, CHIEF, KING, GUIDE, PRESIDENT])


@pytest.mark.parametrize(
    ("of", "title", "on", "holder"),
    [
        ("fr", "president", dt.date(2015, 1, 1), "old"),
        ("fr", "president", dt.date(2020, 1, 1), "new"),
        ("fr", "president", dt.date(2017, 5, 14), None),
        ("fr", "president", dt.date(2010, 1, 1), None),
        ("fr", "president", None, None),
        ("fr", "prime minister", dt.date(2021, 1, 1), "chief"),
        ("fr", "prime minister", dt.date(2023, 1, 1), None),
        ("fr", "foreign minister", dt.date(2021, 1, 1), None),
        ("jo", "king", dt.date(2021, 1, 1), "king"),
        ("ir", "president", dt.date(2025, 1, 1), "president"),
        ("ir", "supreme leader", dt.date(2025, 1, 1), "guide"),
    ],
    ids=[
        "the holder then", "the holder now", "a day of handing over", "before the roll begins", "no date",
        "another office", "after the last known end", "an office nobody is known to hold", "a king",
        "of two heads of state the president", "and the supreme leader",
    ],
)  # fmt: skip
def test_holder(of, title, on, holder):
    found = ROLL.holder(of, TITLES[title], on)

    assert (found and found.slug) == holder


@pytest.mark.parametrize(
    ("on", "years"),
    [(dt.date(2015, 1, 1), 0), (dt.date(2018, 5, 14), 1), (dt.date(2011, 5, 16), 1), (None, 0)],
    ids=["in office", "a year after", "a year before", "no date"],
)
def test_years_from_office(on, years):
    assert round(years_from_office(OLD, on), 1) == years
