"""Every search is a feed: as feed readers read it."""

from __future__ import annotations

import datetime as dt
import xml.etree.ElementTree as ElementTree

import feedparser
import pytest

from articles import feeds
from articles.models import Article
from articles.search import sync
from articles.search.engine import IndexUnusable
from tests.factories import make_article, make_tag

pytestmark = pytest.mark.django_db

SITE = "http://testserver"
FORMS = {"atom": "/articles/feed/", "rss": "/articles/feed/rss/"}
both_forms = pytest.mark.parametrize("path", FORMS.values(), ids=FORMS)


@pytest.fixture
def articles() -> list[Article]:
    russia = make_tag("country/Russia", key="ru")
    made = [
        make_article(title=f"Talks {number}", tags=[russia], published_on=dt.date(2025, 10, 1 + number))
        for number in range(4)
    ]
    make_article(title="Others")
    make_article(title="Hidden talks", tags=[russia], status=Article.Status.DRAFT)
    return made


def read(response):
    """Return the feed as a reader understands it; it is well-formed XML."""
    ElementTree.fromstring(response.content)
    found = feedparser.parse(response.content)
    assert not found.bozo
    return found


@both_forms
def test_a_feed_has_the_newest_articles_of_a_search(client, articles, path):
    response = client.get(f"{path}?country=russia&sort=oldest")

    found = read(response)
    assert response.status_code == 200
    assert found.feed.title == "Articles about Russia · Newsroom"
    assert found.feed.link == f"{SITE}/articles/?country=ru"
    assert [entry.title for entry in found.entries] == ["Talks 3", "Talks 2", "Talks 1", "Talks 0"]
    assert [entry.link for entry in found.entries] == [
        f"{SITE}{article.get_absolute_url()}" for article in reversed(articles)
    ]


@pytest.mark.parametrize("kind", FORMS)
def test_a_feed_says_what_it_is(client, articles, kind):
    assert client.get(FORMS[kind])["Content-Type"] == f"application/{kind}+xml; charset=utf-8"


def test_an_entry_says_all_that_a_reader_shows(client):
    article = make_article(
        title="Envoys & <ministers> meet",
        standfirst="A first round.",
        summary="A <first> round.",
        language="de",
        outlet="The Courier",
        authors=["Ada Quill", "Bo Ek"],
        url="https://courier.example/envoys?a=1&b=2",
        main=[make_tag("country/Russia", key="ru")],
        published_on=dt.date(2025, 10, 16),
    )
    changed_at = dt.datetime(2025, 11, 2, 8, 30, tzinfo=dt.UTC)
    Article.objects.update(changed_at=changed_at, summary="A <first> round.")

    found = read(client.get("/articles/feed/"))

    [entry] = found.entries
    assert found.feed.updated == entry.updated == "2025-11-02T08:30:00+00:00"
    assert entry.published == "2025-10-16T00:00:00+00:00"
    assert (entry.title, entry.summary) == ("Envoys & <ministers> meet", "A <first> round.")
    assert entry.id == f"{SITE}/articles/{article.pk}/"
    assert [author.name for author in entry.authors] == ["Ada Quill", "Bo Ek"]
    assert [(tag.term, tag.scheme, tag.label) for tag in entry.tags] == [
        ("russia", f"{SITE}/countries/", "Russia")
    ]
    assert {link.rel: link.href for link in entry.links} == {
        "alternate": f"{SITE}{article.get_absolute_url()}",
        "via": "https://courier.example/envoys?a=1&b=2",
    }
    assert entry.title_detail.language == "de"


def test_a_feed_leads_to_the_entries_behind_it(client, articles, monkeypatch):
    monkeypatch.setattr(feeds, "ENTRIES", 3)
    url, titles = "/articles/feed/?country=ru", []

    while url:
        found = read(client.get(url))
        titles.append([entry.title for entry in found.entries])
        url = next((link.href for link in found.feed.links if link.rel == "next"), "").removeprefix(SITE)

    assert titles == [["Talks 3", "Talks 2", "Talks 1"], ["Talks 0"]]


@both_forms
def test_no_character_of_a_title_breaks_a_feed(client, path):
    make_article(title="Talks\x01 \x0bend]]>&amp;", body="x\x02y")
    make_article(title="]]> <![CDATA[", summary="<script>alert(1)</script>")

    titles = {entry.title for entry in read(client.get(path)).entries}

    assert len(titles) == 2


@both_forms
def test_a_feed_without_entries_is_one(client, path):
    found = read(client.get(f"{path}?q=nothing"))

    assert (found.entries, found.feed.title) == ([], "Articles with the word “nothing” · Newsroom")


@both_forms
def test_a_reader_that_asks_again_gets_a_304_until_something_changes(client, articles, path):
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first["ETag"]})
    make_article(title="Newer talks")
    then = client.get(path, headers={"If-None-Match": first["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert then.status_code == 200


@both_forms
def test_what_is_not_understood_is_refused_with_a_sentence(client, path):
    response = client.get(f"{path}?country=atlantis")

    assert response.status_code == 400
    assert "no country is called" in response.content.decode()


def test_without_an_index_filters_are_answered_and_words_have_to_wait(client, articles, monkeypatch):
    def fail(*args, **kwargs):
        raise IndexUnusable("no index")

    monkeypatch.setattr(sync, "search", fail)

    assert len(read(client.get("/articles/feed/?country=ru")).entries) == 4
    assert client.get("/articles/feed/?q=talks").status_code == 503


def test_a_feed_takes_few_queries(client, articles, django_assert_num_queries):
    client.get("/articles/feed/?country=ru")

    with django_assert_num_queries(10):
        client.get("/articles/feed/?country=ru")
