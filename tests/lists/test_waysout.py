"""What to take away from a search that finds nothing."""

from __future__ import annotations

import pytest
from django.http import QueryDict

from articles.lists.listing import list_articles
from articles.lists.waysout import WayOut
from articles.search import sync
from tests.factories import make_article

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def archive() -> None:
    make_article(title="Macron receives Scholz", tags=["topic/Visits"], outlet="BBC")
    make_article(title="Macron in Berlin", tags=["topic/Visits"], outlet="AFP")
    make_article(title="Berlin in winter", outlet="AFP")


def ways_out(query: str) -> list[WayOut]:
    return list_articles(QueryDict(query), "/articles/").ways_out


def test_each_word_can_be_taken_away_alone():
    assert ways_out("q=macron+scholz+berlin") == [
        WayOut("Words", "the word “macron”", "/articles/?q=scholz+berlin", 0),
        WayOut("Words", "the word “scholz”", "/articles/?q=macron+berlin", 1),
        WayOut("Words", "the word “berlin”", "/articles/?q=macron+scholz", 1),
    ]


def test_words_and_filters_are_counted_alike():
    found = ways_out(
        'q="in berlin" -winter&topic=visits&outlet=bbc&published_after=1990&published_before=2090'
    )

    assert [(way.words, way.count) for way in found] == [
        ("Visits", 0),
        ("BBC", 1),
        ("published from 1990 to 2090", 0),
        ("“in berlin”", 1),
        ("without winter", 0),
    ]


def test_without_a_filter_its_articles_are_counted():
    assert [(way.words, way.count) for way in ways_out("outlet=bbc&q=winter")] == [
        ("BBC", 1),
        ("the word “winter”", 1),
    ]


@pytest.mark.parametrize("query", ["q=zzz", "published_after=2090", "q=macron", ""])
def test_one_condition_or_a_result_needs_no_way_out(query):
    assert ways_out(query) == []


def test_while_the_index_fails_nothing_is_counted(monkeypatch):
    def fail(*_, **__):
        raise sync.IndexUnusable("gone")

    monkeypatch.setattr(sync, "search_all", fail)

    assert [way.count for way in ways_out("outlet=bbc&q=winter")] == [None, None]


def test_the_page_says_what_one_condition_cannot_give(client):
    page = client.get("/articles/?q=zzz").content.decode()

    assert "No article matches this" in page
    assert "Take one away" not in page
