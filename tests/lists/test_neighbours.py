"""The articles before and after one, in the search that its reader came from."""

from __future__ import annotations

import datetime as dt
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.http import QueryDict

from articles.lists.listing import list_articles
from articles.lists.neighbours import find_trail, within_of
from articles.models import Article
from articles.search import sync
from articles.search.engine import IndexUnusable
from tests.factories import make_article, make_tag

pytestmark = pytest.mark.django_db


@pytest.fixture
def articles() -> dict[str, Article]:
    russia = make_tag("country/Russia", key="ru")
    days = {"first": dt.date(2025, 1, 1), "second": dt.date(2025, 1, 2), "same day": dt.date(2025, 1, 2)}
    made = {
        title: make_article(title=f"Gas {title}", tags=[russia], published_on=day)
        for title, day in days.items()
    }
    made["undated"] = make_article(title="Gas undated", tags=[russia], published_on=None)
    made["other"] = make_article(title="Gas other", published_on=dt.date(2025, 1, 2))
    make_article(
        title="Gas hidden", tags=[russia], published_on=dt.date(2025, 1, 2), status=Article.Status.DRAFT
    )
    return made


def walk(query: str) -> list[str]:
    """Return the titles of a search as one meets them going from its first article to the next, and on."""
    rows = list_articles(QueryDict(query), "/articles/").rows
    article, titles = Article.objects.get(pk=rows[0].id), []
    while True:
        titles.append(article.title)
        trail = find_trail(article, query)
        assert trail
        assert trail.place == len(titles)
        assert (trail.previous.title if trail.previous else None) == (titles[-2] if titles[1:] else None)
        if trail.next is None:
            assert trail.count == len(titles)
            return titles
        article = Article.objects.get(pk=int(urlsplit(trail.next.url).path.split("/")[2].split("-")[0]))


@pytest.mark.parametrize(
    "query",
    [
        "country=ru",
        "country=ru&sort=oldest",
        "q=gas",
        "q=gas&sort=relevance",
        "q=gas&sort=oldest",
        "has=date",
    ],
)
def test_going_on_visits_the_articles_of_the_list_in_its_order(articles, query):
    listed = [row.title for row in list_articles(QueryDict(query), "/articles/").rows]

    assert walk(query) == listed
    assert len(listed) > 3


def test_a_trail_names_its_search_and_leads_back_to_it(articles):
    trail = find_trail(articles["second"], "country=russia&density=compact&after=n1")

    assert (trail.title, trail.url) == ("Articles about Russia", "/articles/?country=ru")
    assert (trail.place, trail.count) == (2, 4)
    assert trail.next.url == f"{articles['first'].get_absolute_url()}?in=country%3Dru"


@pytest.mark.parametrize(
    "within",
    [
        "",
        "sort=oldest",
        "country=atlantis",
        "colour=red",
        "country=cn",
        "country=%00",
        "q=%22",
        "%00",
        "country=ru&q=zzz",
        "a" * 900,
    ],
)
def test_a_search_that_does_not_find_the_article_leaves_no_trail(articles, within):
    assert find_trail(articles["second"], within) is None


def test_an_article_outside_of_the_search_has_no_neighbours_in_it(articles):
    assert find_trail(articles["other"], "country=ru") is None


def test_the_links_of_a_list_carry_its_search_and_no_more(articles):
    address = list_articles(QueryDict("country=russia&sort=oldest&density=compact"), "/articles/").address

    assert within_of(address) == "country=ru&sort=oldest"
    assert within_of(list_articles(QueryDict("sort=oldest"), "/articles/").address) == ""


def test_pages_lead_from_the_list_to_an_article_and_on(client, articles):
    html = client.get("/articles/?country=ru").content.decode()
    url = f"{articles['second'].get_absolute_url()}?in=country%3Dru"
    assert f'<a href="{url}" rel="nofollow">' in html

    page = client.get(url).content.decode()

    assert (
        '<a href="/articles/?country=ru">Articles about Russia</a> <span class="soft">2 of 4</span>' in page
    )
    assert f'href="{articles["first"].get_absolute_url()}?in=country%3Dru" rel="next nofollow"' in page
    assert f'href="{articles["same day"].get_absolute_url()}?in=country%3Dru" rel="prev nofollow"' in page
    assert f'<link rel="canonical" href="http://testserver{articles["second"].get_absolute_url()}">' in page


def test_light_keeps_the_search(client, articles):
    url = articles["second"].get_absolute_url()

    html = client.get(f"{url}?{urlencode({'tag': 'country:ru', 'in': 'country=ru'})}").content.decode()

    lights = [link.split('"')[0] for link in html.split('href="')[1:] if link.startswith(url)]
    assert lights
    assert {parse_qs(urlsplit(link).query.replace("&amp;", "&"))["in"][0] for link in lights} == {
        "country=ru"
    }


def test_the_plain_list_has_plain_links(client, articles):
    html = client.get("/articles/").content.decode()

    assert f'href="{articles["second"].get_absolute_url()}">' in html
    assert "?in=" not in html


@pytest.mark.parametrize("within", ["a=b&" * 300, "q=" + "x" * 5_000], ids=["many", "long"])
def test_too_much_of_a_search_is_none(client, articles, within):
    response = client.get(articles["second"].get_absolute_url(), {"in": within})

    assert response.status_code == 200
    assert "trail" not in response.content.decode()


def test_without_an_index_there_is_no_trail_and_the_page_is_not_kept(client, articles, monkeypatch):
    def fail(*args, **kwargs):
        raise IndexUnusable("no index")

    monkeypatch.setattr(sync, "search", fail)

    response = client.get(articles["second"].get_absolute_url(), {"in": "country=ru"})

    assert response.status_code == 200
    assert "trail" not in response.content.decode()
    assert response["Cache-Control"] == "no-store"


def test_an_article_in_a_search_takes_few_queries_more(client, articles, django_assert_num_queries):
    url = articles["second"].get_absolute_url()
    client.get(url)

    with django_assert_num_queries(13):
        client.get(url)
    with django_assert_num_queries(22):
        client.get(url, {"in": "country=ru"})
