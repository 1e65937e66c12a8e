"""The other ways to look at a search: on a map, period by period, as a table."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.http import QueryDict

from articles.lists.listing import list_articles
from articles.lists.panorama import MOST_PERIODS, look_over
from articles.search import sync
from tests.factories import make_article, make_tag, make_tagging

pytestmark = pytest.mark.django_db

PATH = "/articles/"


@pytest.fixture
def archive() -> None:
    """Make articles of three years about Russia and Ukraine."""
    russia, ukraine = make_tag("country/Russia", key="ru"), make_tag("country/Ukraine", key="ua")
    singapore = make_tag("country/Singapore", key="sg")
    for year in (2023, 2024, 2025):
        article = make_article(title=f"Passing mention {year}", published_on=dt.date(year, 11, 2))
        make_tagging(article, russia, salience=0.1)
        article = make_article(title=f"All about Russia {year}", published_on=dt.date(year, 3, 1))
        make_tagging(article, russia, salience=0.8, role="main")
        make_tagging(article, ukraine, salience=0.2)
    make_article(title="All about Singapore", main=[singapore], published_on=dt.date(2025, 12, 1))
    make_article(title="Russia, some day", tags=[russia], published_on=None)
    make_article(title="Nowhere", published_on=dt.date(2025, 5, 5), language="de")


def looked_at(query: str):
    """Return what a search shows instead of a list."""
    return look_over(list_articles(QueryDict(query), PATH))


def test_a_map_counts_the_countries_of_the_result_most_first(archive):
    world = looked_at("view=map&published_after=2024").world

    assert [(place.code, place.name, place.count, place.url) for place in world.places] == [
        ("ru", "Russia", 4, "/articles/?country=ru&published_after=2024"),
        ("ua", "Ukraine", 2, "/articles/?country=ua&published_after=2024"),
        ("sg", "Singapore", 1, "/articles/?country=sg&published_after=2024"),
    ]
    assert (world.bare_count, world.bare_url) == (1, "/articles/?has__not=country&published_after=2024")


def test_a_country_left_out_is_not_on_the_map(archive):
    world = looked_at("view=map&country=ru&country__not=ua").world

    assert [(place.code, place.count) for place in world.places] == [("ru", 4)]


def test_a_timeline_tells_the_story_most_about_what_is_sought_in_each_period(archive):
    chronicle = looked_at("view=timeline&country=ru&published_after=2024").chronicle

    told = [
        (one.period.words, one.period.count, one.period.url, one.closer_url, one.story.title)
        for one in chronicle.chapters
    ]
    assert chronicle.unit == "month"
    assert [title for *_, title in told][:2] == ["Passing mention 2025", "All about Russia 2025"]
    assert told[1][:4] == (
        "March 2025",
        1,
        "/articles/?country=ru&published_after=2025-03&published_before=2025-03",
        "/articles/?country=ru&published_after=2025-03&published_before=2025-03&view=timeline",
    )


def test_long_spans_are_told_by_year(archive):
    make_article(title="Long ago", main=["country/Russia"], published_on=dt.date(2014, 3, 18))

    chronicle = looked_at("view=timeline&country=ru").chronicle

    assert chronicle.unit == "year"
    assert [(one.period.words, one.period.count, one.story.title) for one in chronicle.chapters] == [
        ("2025", 2, "All about Russia 2025"),
        ("2024", 2, "All about Russia 2024"),
        ("2023", 2, "All about Russia 2023"),
        ("2014", 1, "Long ago"),
    ]


def test_a_month_is_told_by_day(archive):
    chronicle = looked_at("view=timeline&published_after=2025-12&published_before=2025-12").chronicle

    assert chronicle.unit == "day"
    assert [(one.period.words, one.story.title) for one in chronicle.chapters] == [
        ("1 December 2025", "All about Singapore")
    ]


def test_with_words_the_story_is_the_best_match(archive):
    make_article(title="Gas", body="Other matters.", published_on=dt.date(2025, 5, 4))
    make_article(
        title="Talks", body="Gas, at last.", main=["country/Russia"], published_on=dt.date(2025, 5, 9)
    )

    (chapter,) = looked_at("view=timeline&q=gas").chronicle.chapters

    assert chapter.story.title == "Gas"


def test_a_timeline_has_no_more_periods_than_it_may_ask_about():
    for year in range(1990, 2026):
        make_article(title="Gas", published_on=dt.date(year, 1, 1))

    chronicle = looked_at("view=timeline").chronicle

    assert (chronicle.unit, len(chronicle.chapters)) == ("decade", 4)
    assert len(chronicle.chapters) <= MOST_PERIODS


@pytest.mark.parametrize(
    ("query", "sort", "turn"),
    [
        ("", "descending", "/articles/?sort=oldest&amp;view=table"),
        ("sort=oldest&", "ascending", "/articles/?view=table"),
        ("q=gas&sort=relevance&", "none", "/articles/?q=gas&amp;view=table"),
    ],
)
def test_the_head_of_the_table_turns_its_order(client, archive, query, sort, turn):
    make_article(title="Gas")
    page = client.get(f"/articles/?{query}view=table").content.decode()

    found = re.search(r'<th scope="col" aria-sort="(\w+)"><a href="([^"]*)"', page)
    assert found.groups() == (sort, turn)


def test_links_between_the_views_keep_the_search(archive):
    listing = list_articles(QueryDict("country=ru&sort=oldest&view=table&after=o1"), PATH)

    assert [(view.name, view.url, view.is_active) for view in listing.look.views] == [
        ("list", "/articles/?country=ru&sort=oldest", False),
        ("map", "/articles/?country=ru&sort=oldest&view=map", False),
        ("timeline", "/articles/?country=ru&sort=oldest&view=timeline", False),
        ("table", "/articles/?country=ru&sort=oldest&view=table", True),
    ]


def test_a_view_narrows_nothing_and_filters_keep_it(archive):
    listing = list_articles(QueryDict("view=map"), PATH)

    assert listing.count == 9
    assert not listing.is_noindex
    assert {value.add_url for group in listing.facets for value in group.values if value.key == "ru"} == {
        "/articles/?country=ru&view=map"
    }


def test_an_unknown_view_is_said_and_no_article_is_shown(client, archive):
    page = client.get("/articles/?view=globe").content.decode()

    assert "“globe” is not a view; write one of list, map, timeline, table" in page
    assert "story-title" not in page


@pytest.mark.parametrize("view", ["map", "timeline", "table"])
def test_while_the_index_is_rebuilt_the_page_says_so_and_nobody_keeps_it(client, monkeypatch, view, archive):
    monkeypatch.setattr(sync, "REBUILD_INLINE_LIMIT", 0)

    answer = client.get(f"/articles/?view={view}")

    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert "The search index is being rebuilt" in answer.content.decode()


@pytest.mark.parametrize("view", ["map", "timeline", "table"])
def test_every_view_of_nothing_says_what_to_do(client, view):
    page = client.get(f"/articles/?view={view}").content.decode()

    assert "The archive is empty" in page


def test_articles_that_a_view_cannot_show_are_one_click_away(client):
    make_article(title="Nowhere, never", published_on=None)

    for view, reason in (("map", "names a country"), ("timeline", "has a date")):
        page = client.get(f"/articles/?view={view}").content.decode()
        assert f"None of these articles {reason}" in page
        assert '<a href="/articles/">Look at them as a list</a>' in page


@pytest.mark.parametrize(("view", "count"), [("map", 12), ("timeline", 16), ("table", 9)])
def test_queries(client, archive, django_assert_num_queries, view, count):
    client.get(f"/articles/?view={view}")

    with django_assert_num_queries(count):
        client.get(f"/articles/?view={view}")


def test_the_api_takes_a_view_and_changes_nothing(client, archive):
    asked = [client.get(f"/api/v1/articles/?limit=3{view}").json() for view in ("", "&view=map")]

    assert asked[0]["results"] == asked[1]["results"]
