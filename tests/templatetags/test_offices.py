"""Times in office as HTML, to the letter."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from articles.models import Office, Tag
from articles.profiles.tenures import Tenure, Tenures
from articles.templatetags.offices import career, leaders

ADA = Tag(kind="actor", slug="ada", key="ada", name="Ada <Lee>")
START, END = dt.date(2012, 5, 7), dt.date(2018, 3, 2)


def held(**dates) -> Tenures:
    return Tenures(
        {"Heads": [Tenure(Office(title="Chair & head", **dates), ADA, "<svg></svg>")]}, axis="<svg/>"
    )


def test_a_row_is_a_name_a_bar_and_dates():
    assert leaders(held(start_on=START)) == (
        '<div class="tenures is-actor"><h3 class="facet-heading">Heads</h3>'
        '<ul><li class="tenure"><span><a href="/actors/ada/">Ada &lt;Lee&gt;</a>, Chair &amp; head</span>'
        '<span class="tenure-bar"><svg></svg></span>'
        '<span class="soft">since <time datetime="2012-05-07">7 May 2012</time></span></li></ul>'
        '<div class="tenures-axis"><svg/></div></div>'
    )


def test_a_career_names_the_office_first():
    assert 'Chair &amp; head, <a href="/actors/ada/">' in career(held())


@pytest.mark.parametrize(
    ("dates", "words"),
    [
        ({"start_on": START, "end_on": END}, "7 May 2012 – 2 Mar 2018"),
        ({"end_on": END}, "until 2 Mar 2018"),
        (
            {"start_on": START, "end_on": END, "is_end_known": False},
            "since 7 May 2012, at least until 2 Mar 2018",
        ),
        ({"end_on": END, "is_end_known": False}, "at least until 2 Mar 2018"),
        ({}, ""),
    ],
    ids=["both", "no start", "seen until then", "only seen then", "no date"],
)
def test_dates_say_what_is_known(dates, words):
    html = leaders(held(**dates))

    for day in (START, END):
        html = html.replace(f'<time datetime="{day}">', "").replace("</time>", "")
    assert (f'<span class="soft">{words}</span>' in html) is bool(words)
    assert ("soft" in html) is bool(words)


@pytest.mark.parametrize(
    ("dates", "words"),
    [
        ((dt.date(1998, 12, 31), dt.date(2004, 1, 1)), "1998 – 2004"),
        ((dt.date(1998, 4, 30), dt.date(2004, 5, 1)), "April 1998 – May 2004"),
        ((dt.date(2000, 2, 29), None), "since February 2000"),
        ((dt.date(2004, 1, 1), dt.date(2004, 1, 1)), "2004"),
        ((dt.date(1998, 1, 1), dt.date(2004, 12, 31)), "1 Jan 1998 – 31 Dec 2004"),
    ],
    ids=["years", "months", "leap year", "within a year", "days that no year stands for"],
)
def test_days_that_stand_for_a_year_or_month_are_printed_as_such(dates, words):
    html = leaders(held(start_on=dates[0], end_on=dates[1]))

    assert f'<span class="soft">{words}</span>' in re.sub("</?time[^>]*>", "", html)


def test_a_year_is_a_year_for_programs_too():
    html = leaders(held(start_on=dt.date(1998, 12, 31)))

    assert 'since <time datetime="1998">1998</time>' in html
