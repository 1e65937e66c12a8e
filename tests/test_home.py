"""The front page: at a glance, what came last, who and what is in the news."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape

import pytest

from articles.frontpage import ADDED, Counted, read_front_page
from articles.models import Article
from articles.search import sync
from articles.search.engine import IndexUnusable
from tests.factories import make_article, make_tag

pytestmark = pytest.mark.django_db

TODAY = dt.date(2025, 12, 1)


def days_ago(number: int) -> dt.date:
    return dt.date(2025, 11, 14) - dt.timedelta(number)


def make_month(*tags: str, number: int = 10, ago: int = 0) -> None:
    """Make so many articles with these tags, the last of them so many days before 14 November 2025."""
    for place in range(number):
        make_article(tags=tags, published_on=days_ago(ago + place))


def rankings(front) -> dict[str, list[tuple[str, int, int | None]]]:
    """Return name, number now and number before of each place, by kind."""
    return {
        ranking.kind: [
            (one.name, one.now.count, one.before and one.before.count) for one in ranking.standings
        ]
        for ranking in front.news.rankings
    }


def test_the_last_thirty_days_stand_against_the_thirty_before():
    make_month("country/Ukraine", "actor/Ada Lee")
    make_month("country/Ukraine", ago=30, number=4)
    make_month("country/China", ago=25, number=2)
    make_month("country/Ukraine", ago=60, number=1)

    front = read_front_page(today=TODAY)

    assert rankings(front) == {
        "actor": [("Ada Lee", 10, 0)],
        "country": [("Ukraine", 10, 4), ("China", 2, 0)],
    }
    assert (front.news.days, front.news.last) == (30, days_ago(0))
    assert front.news.now == Counted(12, "/articles/?published_after=2025-10-16&published_before=2025-11-14")
    assert front.news.before == Counted(
        4, "/articles/?published_after=2025-09-16&published_before=2025-10-15"
    )


@pytest.mark.parametrize(
    ("ago", "days"), [(15, 30), (80, 91), (360, 365), (400, 0)], ids=["a month", "a quarter", "a year", "all"]
)
def test_an_archive_with_few_articles_is_looked_at_further_back(ago, days):
    make_article(tags=["country/Ukraine"], published_on=days_ago(0))
    make_month("country/Ukraine", number=9, ago=ago - 9)

    assert read_front_page(today=TODAY).news.days == days


def test_a_whole_archive_has_no_time_before():
    make_article(tags=["country/Ukraine"])

    news = read_front_page(today=TODAY).news

    assert (news.days, news.last, news.now, news.before) == (0, None, Counted(1, "/articles/"), None)
    assert [one.now for one in news.rankings[0].standings] == [Counted(1, "/articles/?country=ukraine")]


@pytest.mark.parametrize("published_on", [None, dt.date(1, 1, 1), dt.date(9999, 12, 31)])
def test_any_date_can_be_the_newest(published_on):
    make_article(tags=["country/Ukraine"], published_on=published_on)

    assert rankings(read_front_page(today=TODAY)) == {"country": [("Ukraine", 1, None)]}


def test_a_date_that_has_not_come_yet_does_not_move_the_month():
    make_month("country/Ukraine")
    make_article(published_on=TODAY + dt.timedelta(300))

    front = read_front_page(today=TODAY)

    assert (front.news.last, front.news.now.count) == (TODAY, 10)


def test_retired_tags_are_not_in_the_news():
    make_article(tags=[make_tag("topic/Old", is_retired=True), "topic/New"])

    assert rankings(read_front_page(today=TODAY)) == {"topic": [("New", 1, None)]}


def test_what_came_last_but_is_not_among_the_newest_stands_below_them():
    make_month(number=12)
    late = make_article(title="Found in an attic", published_on=dt.date(1962, 10, 24))

    front = read_front_page(today=TODAY)

    assert front.added_ids == list(Article.objects.order_by("-pk").values_list("pk", flat=True)[:ADDED])
    assert front.added[0].title == late.title
    assert not {row.id for row in front.added} & {row.id for row in front.listing.rows}


def test_the_page_says_how_much_there_is(client):
    make_article(outlet="The Courier", published_on=dt.date(2014, 3, 1))
    make_article(outlet="The Herald", published_on=dt.date(2026, 11, 1))

    html = client.get("/").content.decode()
    heading = " ".join(re.sub(r"<[^>]*>", "", re.search(r"<h1.*?</h1>", html, re.DOTALL)[0]).split())

    assert heading == "2 articles by 2 outlets, March 2014 to November 2026"


@pytest.mark.parametrize("query", ["country=ru&q=gas", "view=map", "colour=red"])
def test_what_is_asked_of_the_root_is_asked_of_the_list(client, query):
    response = client.get(f"/?{query}")

    assert (response.status_code, response.url) == (302, f"/articles/?{query}")


def test_how_a_reader_came_is_no_question(client):
    assert client.get("/?utm_source=letter").status_code == 200


def test_a_page_without_numbers_is_not_kept(client, monkeypatch):
    make_article(title="Envoys meet")

    def fail(*arguments: object, **options: object) -> None:
        raise IndexUnusable("gone")

    monkeypatch.setattr(sync, "totals", fail)
    response = client.get("/")

    assert "Envoys meet" in unescape(response.content.decode())
    assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize("more", [1, 60])
def test_the_page_takes_the_same_queries_whatever_there_is(client, django_assert_num_queries, more):
    make_month("country/Ukraine", "actor/Ada Lee", number=20)
    for number in range(more):
        make_article(tags=[f"topic/Topic {number % 20}"], outlet=f"Outlet {number}")
    client.get("/")

    with django_assert_num_queries(21):
        client.get("/")
