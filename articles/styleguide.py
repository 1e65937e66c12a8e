"""Every component of the design in every state, for who works on it; only where DEBUG is on."""

from __future__ import annotations

import datetime as dt
from itertools import product

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from articles.charts import Bar, Tick, histogram, level, sparkline
from articles.lists.facets import FacetValue
from articles.lists.rows import Row, TagLabel
from articles.models import Tagging, TagKind

COUNTS = (3, 5, 2, 9, 12, 4, 0, 7)  # of bars; one is a gap


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Return the page of all components."""
    return render(
        request,
        "styleguide.html",
        {
            "section": "",
            "kinds": [(kind.value, kind.label) for kind in TagKind],
            "values": list(facet_values()),
            "rows": [row(), row(is_found=True), row(is_foreign=True)],
            "histogram": histogram(*bars(), title="Articles by year"),
            "sparkline": sparkline(COUNTS, title="Articles by month"),
            "levels": [(count, level(count, max(COUNTS))) for count in COUNTS],
        },
    )


def facet_values() -> list[FacetValue]:
    """Return a value of a facet in every state."""
    states = [state for state in product((False, True), repeat=2) if state != (True, True)]
    return [
        FacetValue(f"{number}", name, 1_204, is_active, is_excluded, "#facets", "#facets")
        for number, (name, (is_active, is_excluded)) in enumerate(
            zip(("Ukraine", "Left out", "Chosen"), states, strict=True)
        )
    ]


def row(*, is_found: bool = False, is_foreign: bool = False) -> Row:
    """Return an article of a list: plain, found by words, or in a language written from the right."""
    title = "محادثات السلام في جنيف" if is_foreign else "Envoys meet in Ankara after a night of talks"
    parts = ((title[:6], False), (title[6:11], True), (title[11:], False))
    return Row(
        id=1,
        url="#stories",
        title=title,
        summary="" if is_foreign else "The first round ends without a date for the next.",
        standfirst="",
        published_on=dt.date(2025, 10, 17),
        published_precision="month" if is_foreign else "day",
        clipped_on=None,
        language="ar" if is_foreign else "en",
        outlet=("courier", "The Courier"),
        authors=["Ada Quill"],
        actors=[],
        countries=[],
        organisations=[],
        topics=[],
        labels=[label(kind, is_main=kind == TagKind.COUNTRY) for kind in TagKind],
        more_count=0 if is_found else 3,
        title_parts=parts if is_found else (),
        why="Found in the title." if is_found else "",
    )


def label(kind: TagKind, *, is_main: bool) -> TagLabel:
    """Return a tag beside an article."""
    role = Tagging.Role.MAIN if is_main else Tagging.Role.MENTIONED
    name = str(kind.label).title()
    return TagLabel(kind, "key", "slug", name, "#stories", role, 0.5, "suggested", "", html=name)


def bars() -> tuple[list[Bar], list[Tick]]:
    """Return the bars of a chart and its axis."""
    years = range(2018, 2018 + len(COUNTS))
    return (
        [Bar(f"{year}", count, "#charts") for year, count in zip(years, COUNTS, strict=True)],
        [Tick(position, f"{year}") for position, year in enumerate(years)],
    )
