"""A result over time: which bars, what they are called, and where they lead."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.charts import sparkline
from articles.lists.periods import Range
from articles.lists.timeline import MAX_BARS, Exit, Timeline, draw_share, draw_timeline
from articles.search.address import Address

ORDER = ("country", "dated", "published_after", "published_before", "q", "sort")


def drawn(counts: dict[str, int], *, after: str = "", before: str = "", days: dict[str, int] | None = None):
    """Return the timeline of a search for Russia between two days."""
    asked = [("country", "ru"), ("sort", "oldest"), ("published_after", after), ("published_before", before)]
    return draw_timeline(
        counts,
        days or {},
        address=Address.of("/articles/", asked, ORDER),
        after=dt.date.fromisoformat(after) if after else None,
        before=dt.date.fromisoformat(before) if before else None,
    )


def bars(timeline: Timeline) -> dict[str, str]:
    """Return the published range behind each bar, by its title."""
    found = re.findall(r'<a href="([^"]*)"[^>]*><title>([^<]*)</title>', timeline.chart)
    return {title: span(unescape(url)) for url, title in found}


def span(url: str) -> str:
    asked = dict(parse_qsl(urlsplit(url).query))
    assert (asked.pop("country"), asked.pop("sort")) == ("ru", "oldest")
    return " ".join(asked.values())


def ticks(timeline: Timeline) -> list[str]:
    """Return the labels of the axis, spare ones between brackets."""
    found = re.findall(r'<g class="chart-tick( is-spare)?">.*?>([^<]+)</text>', timeline.chart)
    return [f"({label})" if spare else label for spare, label in found]


def cells(timeline: Timeline) -> dict[tuple[str, str], tuple[str, str]]:
    """Return number and published range of each cell with a link, by its row and column."""
    heads = re.findall(r'<th scope="col">([^<]*)', timeline.table)
    found = {}
    for name, row in re.findall(r'<th scope="row">([^<]*)</th>(.*?)</tr>', timeline.table):
        for column, cell in zip(heads[1:], re.findall(r"<td>(.*?)</td>", row), strict=True):
            if link := re.search(r'href="([^"]*)">([^<]*)', cell):
                found[name, column] = (link[2], span(unescape(link[1])))
    return found


def test_a_few_months_are_bars_with_gaps_and_a_table_by_year():
    timeline = drawn({"2024-11": 3, "2025-01": 1, "": 2})

    assert bars(timeline) == {
        "November 2024: 3 articles": "2024-11 2024-11",
        "January 2025: 1 article": "2025-01 2025-01",
    }
    assert (timeline.span, timeline.unit, timeline.exits) == ("November 2024 to January 2025", "month", [])
    assert 'viewBox="0 0 3 56"' in timeline.chart
    assert 'aria-label="Articles by month, November 2024 to January 2025"' in timeline.chart
    assert ticks(timeline) == ["Nov", "Dec", "2025"]
    assert cells(timeline) == {
        ("2025", "Jan"): ("1", "2025-01 2025-01"),
        ("2025", "All"): ("1", "2025 2025"),
        ("2024", "Nov"): ("3", "2024-11 2024-11"),
        ("2024", "All"): ("3", "2024 2024"),
    }


@pytest.mark.parametrize(
    ("months", "each", "unit", "first_bar", "labels"),
    [
        (["2025-01", "2025-12"], 1, "month", "January 2025: 1", "2025 (Feb) Mar (Apr) May (Jun) Jul"),
        (["2024-01", "2025-12"], 1, "month", "January 2024: 1", "2024 2025"),
        (["2024-01", "2026-01"], 1, "year", "2024: 1", "2024 2025 2026"),
        (["2024-01", "2026-01"], 13, "month", "January 2024: 13", "2024 2025 2026"),
        (["2013-01", "2025-12"], 78, "month", "January 2013: 78", "2013 (2014) 2015 (2016) 2017 (2018)"),
        (["2012-12", "2025-12"], 999, "year", "2012: 999", "2012 (2013) 2014 (2015) 2016"),
        (["1990-01", "2025-12"], 99, "year", "1990: 99", "1990 1995 2000 2005 2010 2015 2020 2025"),
        (["1850-01", "2025-12"], 1, "decade", "the 1850s: 1", "1860s (1880s) 1900s (1920s)"),
        (["0001-01", "9999-12"], 999, "century", "1–99: 999", "0s (1000s) 2000s (3000s)"),
        (["0001-01", "9999-12"], 1, "millennium", "1–999: 1", "0s (1000s) 2000s (3000s)"),
    ],
)
def test_bars_are_as_fine_as_the_span_and_the_number_of_articles_allow(months, each, unit, first_bar, labels):
    timeline = drawn(dict.fromkeys(months, each))

    assert timeline.unit == unit
    assert next(iter(bars(timeline))).startswith(f"{first_bar} article")
    assert " ".join(ticks(timeline)).startswith(labels)


def test_a_decade_leads_to_its_ten_years():
    assert bars(drawn({"1850-01": 1, "2025-12": 2}))["the 2020s: 2 articles"] == "2020 2029"


def test_a_short_range_is_drawn_by_day_and_whole():
    october = {"after": "2025-10-01", "before": "2025-10-31"}

    timeline = drawn({"2025-10": 3}, days={"2025-10-16": 2, "2025-10-17": 1}, **october)

    assert bars(timeline) == {
        "16 October 2025: 2 articles": "2025-10-16 2025-10-16",
        "17 October 2025: 1 article": "2025-10-17 2025-10-17",
    }
    assert 'viewBox="0 0 31 56"' in timeline.chart
    assert ticks(timeline) == ["1 Oct", "8", "15", "22"]
    assert cells(timeline) == {
        ("16 October 2025", "Articles"): ("2", "2025-10-16 2025-10-16"),
        ("17 October 2025", "Articles"): ("1", "2025-10-17 2025-10-17"),
    }
    assert (timeline.span, timeline.unit) == ("October 2025", "day")


def test_a_bar_that_the_range_cuts_says_so_and_does_not_widen_it():
    timeline = drawn({"2025-09": 1, "2025-10": 2}, after="2025-09-10", before="2025-10-17")

    assert bars(timeline) == {
        "10 September 2025 to 30 September 2025: 1 article": "2025-09-10 2025-09-30",
        "1 October 2025 to 17 October 2025: 2 articles": "2025-10-01 2025-10-17",
    }


def test_an_open_range_cuts_its_end_only():
    timeline = drawn({"2025-09": 1, "2025-10": 2}, after="2025-09-10")

    assert timeline.span == "10 September 2025 to 31 October 2025"


def test_a_range_can_be_left_by_its_month_its_year_or_altogether():
    timeline = drawn({"2025-10": 1}, after="2025-10-16", before="2025-10-16", days={"2025-10-16": 1})

    assert (timeline.chart, timeline.table, timeline.span) == ("", "", "16 October 2025")
    assert [(one.label, one.url) for one in timeline.exits] == [
        (
            "October 2025",
            "/articles/?country=ru&published_after=2025-10&published_before=2025-10&sort=oldest",
        ),
        ("2025", "/articles/?country=ru&published_after=2025&published_before=2025&sort=oldest"),
        ("all dates", "/articles/?country=ru&sort=oldest"),
    ]


def test_the_only_month_can_be_drawn_by_day():
    timeline = drawn({"2025-10": 12})

    assert (timeline.chart, timeline.span) == ("", "October 2025")
    assert timeline.exits == [
        Exit(
            "by day",
            "/articles/?country=ru&published_after=2025-10&published_before=2025-10&sort=oldest",
        )
    ]


@pytest.mark.parametrize(
    ("after", "before", "labels"),
    [
        ("2025-10-01", "2025-10-31", ["2025", "all dates"]),
        ("2025-01-01", "2025-12-31", ["all dates"]),
        ("2024-01-01", "2025-12-31", ["all dates"]),
        ("2024-01-01", "", ["all dates"]),
        ("", "", []),
    ],
)
def test_only_wider_ranges_are_ways_out(after, before, labels):
    timeline = drawn({"2025-10": 1}, after=after, before=before, days={"2025-10-16": 1} if after else None)

    assert [one.label for one in timeline.exits if one.label != "by day"] == labels


def test_undated_articles_are_counted_and_lead_to_themselves():
    url = "/articles/?country=ru&dated=none&sort=oldest"

    assert drawn({"": 4}) == Timeline("", "", "", "", 4, url, [])
    assert drawn({"2024-01": 1, "2025-01": 1, "": 1234}).undated_count == 1234


def test_a_range_without_articles_can_still_be_left():
    exits = [Exit("all dates", "/articles/?country=ru&sort=oldest")]

    assert drawn({}, after="2025-01-01") == Timeline("", "", "", "", 0, "", exits)


@pytest.mark.parametrize(
    ("first", "last", "bounds", "words"),
    [
        ("2025-01-01", "2025-12-31", ("2025", "2025"), "2025"),
        ("2024-01-01", "2025-12-31", ("2024", "2025"), "2024 to 2025"),
        ("1990-01-01", "1999-12-31", ("1990", "1999"), "the 1990s"),
        ("0001-01-01", "0009-12-31", ("0001", "0009"), "the 0s"),
        ("1900-01-01", "1999-12-31", ("1900", "1999"), "1900–1999"),
        ("1000-01-01", "1999-12-31", ("1000", "1999"), "1000–1999"),
        ("2025-02-01", "2025-02-28", ("2025-02", "2025-02"), "February 2025"),
        ("2024-12-01", "2025-02-28", ("2024-12", "2025-02"), "December 2024 to February 2025"),
        ("2024-12-02", "2025-02-28", ("2024-12-02", "2025-02-28"), "2 December 2024 to 28 February 2025"),
        ("2024-12-02", "2024-12-02", ("2024-12-02", "2024-12-02"), "2 December 2024"),
        ("0001-01-01", "9999-12-31", ("0001", "9999"), "1 to 9999"),
    ],
)
def test_a_range_is_asked_for_and_said_as_short_as_it_can_be(first, last, bounds, words):
    days = Range(dt.date.fromisoformat(first), dt.date.fromisoformat(last))

    assert (days.bounds(), days.words()) == (bounds, words)


months = st.dates().map(lambda day: day.isoformat()[:7])


@given(st.dictionaries(months, st.integers(1, 10_000), min_size=1))
def test_the_bars_of_any_archive_add_up_to_its_articles(counts):
    timeline = drawn(counts)
    titles = list(bars(timeline))

    assert len(titles) <= MAX_BARS
    if len(counts) > 1 and timeline.chart:
        shown = sum(int(re.search(r": ([\d,]+) article", title)[1].replace(",", "")) for title in titles)
        assert shown == sum(counts.values())


# --- A share of a result ----------------------------------------------------------------------------------


def test_a_share_is_drawn_over_the_time_of_the_whole():
    whole = {"2025-09": 4, "2025-10": 1, "2025-12": 2, "": 3}

    assert draw_share({"2025-10": 1, "": 1}, whole, subject="Mainly") == sparkline(
        [0, 1, 0, 0], title="Mainly, by month, September 2025 to December 2025"
    )


def test_a_share_of_long_times_is_drawn_by_longer_periods():
    whole = {"2014-03": 1, "2025-12": 1}

    assert draw_share({"2014-03": 1}, whole, subject="Mainly") == sparkline(
        [1, *[0] * 11], title="Mainly, by year, 2014 to 2025"
    )


@pytest.mark.parametrize(
    ("part", "whole"),
    [
        ({}, {"2025-10": 1, "2025-11": 1}),
        ({"": 2}, {"2025-10": 1, "": 2}),
        ({"2025-10": 1}, {"2025-10": 2}),
        ({"2025-10": 1}, {}),
    ],
    ids=["nothing", "no date", "one period", "a whole that could not be counted"],
)
def test_a_share_that_tells_nothing_is_not_drawn(part, whole):
    assert draw_share(part, whole, subject="Mainly") == ""
