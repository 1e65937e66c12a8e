"""Markup of charts, to the letter."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from articles.charts import Bar, Cell, Tick, grid, histogram


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
