"""The maps of the site: every public article once, and every tag that one has."""

from __future__ import annotations

import datetime as dt
from xml.etree import ElementTree

import pytest
from django.utils import timezone

from articles import sitemap
from articles.models import Article
from articles.search import sync
from articles.search.engine import IndexUnusable
from tests.factories import make_article, make_tag

pytestmark = pytest.mark.django_db

HOST = "http://testserver"


def places(client, address: str) -> list[str]:
    """Return the addresses that a map lists."""
    response = client.get(address)
    assert (response.status_code, response["Content-Type"]) == (200, "application/xml; charset=utf-8")
    return [
        place.text for place in ElementTree.fromstring(response.content).iter(f"{{{sitemap.NAMESPACE}}}loc")
    ]


def test_every_public_article_stands_in_one_map(client, monkeypatch):
    monkeypatch.setattr(sitemap, "SIZE", 10)
    made = [make_article(id=number, title=f"Talks & more {number}") for number in (1, 9, 10, 27)]
    make_article(id=28, status=Article.Status.DRAFT)
    make_article(id=41, status=Article.Status.WITHDRAWN)

    maps = places(client, "/sitemap.xml")
    listed = [place for one in maps[1:] for place in places(client, one.removeprefix(HOST))]

    assert maps == [f"{HOST}/sitemap-tags.xml", *(f"{HOST}/sitemap-articles-{page}.xml" for page in range(3))]
    assert listed == [f"{HOST}{article.get_absolute_url()}" for article in made]


def test_an_article_says_when_it_last_changed(client):
    article = make_article()
    Article.objects.update(changed_at=dt.datetime(2025, 10, 17, 12, tzinfo=timezone.get_default_timezone()))

    assert (
        f"<loc>{HOST}{article.get_absolute_url()}</loc><lastmod>2025-10-17</lastmod>"
        in client.get("/sitemap-articles-0.xml").content.decode()
    )


def test_only_tags_in_use_are_listed(client):
    make_article(tags=["country/Russia", make_tag("topic/Old", is_retired=True)])
    make_article(tags=["actor/Ada Lee"], status=Article.Status.DRAFT)
    make_tag("actor/Nobody Yet")

    found = [place.removeprefix(HOST) for place in places(client, "/sitemap-tags.xml")]

    assert found == [
        "/", "/articles/", "/actors/", "/countries/", "/organisations/", "/topics/", "/countries/russia/"
    ]  # fmt: skip


def test_tags_wait_while_they_cannot_be_counted(client, monkeypatch):
    def fail(*arguments: object) -> None:
        raise IndexUnusable("gone")

    monkeypatch.setattr(sync, "totals", fail)

    assert len(places(client, "/sitemap-tags.xml")) == 6
    assert client.get("/sitemap-tags.xml")["Cache-Control"] == "no-store"


@pytest.mark.parametrize("page", [1, 999_999_999_999])
def test_a_map_past_the_last_is_not_there(client, page):
    make_article()

    assert client.get(f"/sitemap-articles-{page}.xml").status_code == 404


def test_an_empty_archive_has_no_map_of_articles(client):
    assert places(client, "/sitemap.xml") == [f"{HOST}/sitemap-tags.xml"]


def test_a_map_takes_the_same_queries_however_long_it_is(client, django_assert_num_queries):
    for _ in range(30):
        make_article()
    client.get("/")  # builds the index

    with django_assert_num_queries(3):  # where the archive stands; is there a map; its articles
        client.get("/sitemap-articles-0.xml")
