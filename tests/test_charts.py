"""Markup of charts, to the letter."""

from __future__ import annotations

import datetime as dt
import xml.etree.ElementTree as ET

import pytest

from articles.charts import (
    Bar,
    Cell,
    Tick,
    Years,
    grid,
    histogram,
    level,
    period_bar,
    sparkline,
    year_axis,
)


def test_a_histogram_is_links_over_a_baseline_with_a_number_on_the_highest():
    bars = [Bar("2023", 1, "/a/?x=1&y=1"), Bar("2024", 0, ""), Bar("2025", 28, "/b/")]

    assert histogram(bars, [Tick(0, "2023"), Tick(1, "2024", is_spare=True)], title="By year") == (
        '<svg class="chart" role="group" aria-label="By year" width="100%" height="92">'
        '<svg class="chart-bars" data-bars y="16" width="100%" height="56" viewBox="0 0 3 56"'
        ' preserveAspectRatio="none">'
        '<a href="/a/?x=1&amp;y=1" tabindex="-1"><title>2023: 1 article</title><path d="M0 0h1v56h-1z"/>'
        '<rect x="0.1" y="54" width="0.8" height="2"/></a>'
        '<a href="/b/"><title>2025: 28 articles</title><path d="M2 0h1v56h-1z"/>'
        '<rect x="2.1" y="0" width="0.8" height="56"/></a>'
        "</svg>"
        '<text x="83.33%" y="12" text-anchor="middle" aria-hidden="true">28</text>'
        '<line class="chart-base" x1="0" y1="72.5" x2="100%" y2="72.5"/>'
        '<g aria-hidden="true">'
        '<g class="chart-tick"><line x1="16.67%" y1="72" x2="16.67%" y2="76"/>'
        '<text x="16.67%" y="88">2023</text></g>'
        '<g class="chart-tick is-spare"><line x1="50%" y1="72" x2="50%" y2="76"/>'
        '<text x="50%" y="88">2024</text></g>'
        "</g></svg>"
    )


def test_whatever_is_there_can_be_seen():
    bars = [Bar("2024", 1, "/"), Bar("2025", 1_000_000, "/")]

    chart = histogram(bars, [], title="")

    assert '<rect x="0.1" y="55" width="0.8" height="1"/>' in chart
    assert "2025: 1,000,000 articles" in chart


@pytest.mark.parametrize(
    ("position", "place"),
    [
        (0, 'x="2.5%" y="12" text-anchor="start"'),
        (9, 'x="47.5%" y="12" text-anchor="middle"'),
        (19, 'x="97.5%" y="12" text-anchor="end"'),
    ],
    ids=["first", "in between", "last"],
)
def test_the_highest_number_stays_within_the_chart(position, place):
    bars = [Bar(f"{number}", 9 if number == position else 1, "/") for number in range(20)]

    assert place in histogram(bars, [], title="")


def test_text_and_addresses_are_escaped():
    chart = histogram([Bar('<b>"', 1, '/?q="><script>')], [Tick(0, "<i>")], title='"x"')

    assert ET.fromstring(chart.replace(" data-bars", "")).attrib["aria-label"] == '"x"'
    assert "<script" not in chart + grid("<b>", ["<b>"], [("<b>", [Cell(1, '"><script>')])])


def test_nothing_is_no_histogram():
    with pytest.raises(ValueError, match="something to count"):
        histogram([Bar("2024", 0, "")], [], title="")


def test_a_grid_has_a_head_for_every_column_and_row_and_no_noughts():
    cells = [Cell(1204, "/a/?x=1&y=1"), Cell(0, "/b/"), Cell(7)]

    assert grid("By month", ["Year", "Jan", "Feb", "All"], [("2025", cells)]) == (
        '<table class="grid"><caption class="hidden">By month</caption><thead><tr>'
        '<th scope="col">Year</th><th scope="col">Jan</th><th scope="col">Feb</th><th scope="col">All</th>'
        '</tr></thead><tbody><tr><th scope="row">2025</th>'
        '<td><a href="/a/?x=1&amp;y=1">1,204</a></td><td></td><td>7</td>'
        "</tr></tbody></table>"
    )


# --- Small bars -------------------------------------------------------------------------------------------


def test_a_sparkline_is_one_path_whose_gaps_are_gaps():
    assert sparkline([0, 3, 0, 12], title="By month, A & B") == (
        '<svg class="spark" role="img" width="100%" height="24" viewBox="0 0 4 24"'
        ' preserveAspectRatio="none"><title>By month, A &amp; B</title>'
        '<path d="M1 24v-6h0.8V24zM3 24v-24h0.8V24z"/></svg>'
    )


@pytest.mark.parametrize("counts", [[], [0, 0]])
def test_a_sparkline_of_nothing_is_empty(counts):
    assert '<path d=""/>' in sparkline(counts, title="")


@pytest.mark.parametrize(
    ("count", "highest", "width"), [(3, 7, "42.86%"), (7, 7, "100%"), (0, 7, "0%"), (0, 0, "0%")]
)
def test_a_level_is_as_long_as_its_share(count, highest, width):
    assert level(count, highest) == (
        '<svg class="level" aria-hidden="true" width="100%" height="3">'
        f'<rect width="{width}" height="3"/></svg>'
    )


# --- Times in office --------------------------------------------------------------------------------------

TEN = Years(2010, 2019)


def lines(bar: str) -> list[tuple[str, str]]:
    """Return class and path of what is drawn over the lines of the years."""
    return [(path.attrib["class"], path.attrib["d"]) for path in ET.fromstring(bar)][1:]


def test_a_time_in_office_is_a_bar_over_lines_at_round_years():
    assert period_bar(TEN, dt.date(2012, 1, 1), dt.date(2014, 12, 31)) == (
        '<svg class="period" aria-hidden="true" width="100%" height="100%" viewBox="0 0 1000 2"'
        ' preserveAspectRatio="none">'
        '<path class="period-years" d="M0 0v2M200 0v2M400 0v2M600 0v2M800 0v2"/>'
        '<path class="period-known" d="M200 1H500"/></svg>'
    )


@pytest.mark.parametrize(
    ("start", "end", "is_end_known", "drawn"),
    [
        (dt.date(2015, 1, 1), None, True, [("period-known", "M500 1H1000")]),
        (
            dt.date(2012, 1, 1), dt.date(2014, 12, 31), False,
            [("period-known", "M200 1H500"), ("period-unknown", "M500 1H1000")],
        ),
        (None, dt.date(2014, 12, 31), True, [("period-unknown", "M0 1H500")]),
        (None, None, True, []),
        (dt.date(2012, 1, 1), dt.date(2012, 1, 1), True, [("period-known", "M200 1H204")]),
        (dt.date(2019, 12, 31), dt.date(2019, 12, 31), True, [("period-known", "M996 1H1000")]),
        (dt.date.min, dt.date.max, True, [("period-known", "M0 1H1000")]),
    ],
    ids=[
        "still in office", "seen until then", "since nobody knows when", "no date", "a day",
        "the last day", "beyond both ends",
    ],
)  # fmt: skip
def test_what_is_not_known_of_a_time_in_office_is_a_dashed_line(start, end, is_end_known, drawn):
    assert lines(period_bar(TEN, start, end, is_end_known=is_end_known)) == drawn


def test_an_axis_of_years_stands_below():
    assert year_axis(Years(2012, 2026)) == (
        '<svg class="period-axis" aria-hidden="true" width="100%" height="16">'
        '<text x="20%" y="12" text-anchor="middle">2015</text>'
        '<text x="53.33%" y="12" text-anchor="middle">2020</text>'
        '<text x="86.68%" y="12" text-anchor="middle">2025</text></svg>'
    )


@pytest.mark.parametrize(
    ("first", "last", "labels"),
    [
        (2026, 2026, [2026]),
        (2024, 2026, [2024, 2025, 2026]),
        (1926, 2026, [1940, 1960, 1980, 2000, 2020]),
        (1, 9999, [2000, 4000, 6000, 8000]),
    ],
)
def test_an_axis_has_seven_round_years_at_most(first, last, labels):
    assert list(Years(first, last).ticks()) == labels
