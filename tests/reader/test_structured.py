"""What machines read of a page."""

from __future__ import annotations

import datetime as dt
import json
import re
from html import unescape

import pytest

from tests.factories import make_article, make_tag

pytestmark = pytest.mark.django_db

HOST = "http://testserver"


def read_json_ld(client, article) -> dict[str, object]:
    html = client.get(article.get_absolute_url()).content.decode()
    return json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)[1])


def test_an_article_is_its_publishers_and_archived_here(client):
    article = make_article(
        title="Envoys meet in Ankara",
        standfirst="Talks end without a date.",
        outlet="The Courier",
        authors=["Ada Quill"],
        url="https://courier.example/envoys",
        language="en",
        section="World",
        updated_on=dt.date(2025, 10, 17),
        main=[make_tag("country/Russia", key="ru")],
        tags=["actor/Ada Lee", "organisation/NATO", "topic/Talks"],
    )

    assert read_json_ld(client, article) == {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": "Envoys meet in Ankara",
        "url": "https://courier.example/envoys",
        "archivedAt": f"{HOST}{article.get_absolute_url()}",
        "description": "Talks end without a date.",
        "datePublished": "2025-10-16",
        "dateModified": "2025-10-17",
        "inLanguage": "en",
        "articleSection": "World",
        "author": [{"@type": "Person", "name": "Ada Quill"}],
        "publisher": {"@type": "Organization", "name": "The Courier"},
        "about": [{"@type": "Country", "name": "Russia", "url": f"{HOST}/countries/russia/"}],
        "mentions": [
            {"@type": "Person", "name": "Ada Lee", "url": f"{HOST}/actors/ada-lee/"},
            {"@type": "Organization", "name": "NATO", "url": f"{HOST}/organisations/nato/"},
            {"@type": "Thing", "name": "Talks", "url": f"{HOST}/topics/talks/"},
        ],
    }


@pytest.mark.parametrize(
    ("precision", "date"), [("year", "2025"), ("month", "2025-10"), ("day", "2025-10-16")]
)
def test_a_date_is_no_finer_than_it_is_known(client, precision, date):
    assert read_json_ld(client, make_article(published_precision=precision))["datePublished"] == date


def test_an_article_without_anything_says_no_more_than_it_knows(client):
    article = make_article(title="A clipping", body="", published_on=None)
    page = f"{HOST}{article.get_absolute_url()}"

    assert read_json_ld(client, article) == {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": "A clipping",
        "url": page,
        "archivedAt": page,
    }


@pytest.mark.parametrize(
    "title", ["</script><script>alert(1)</script>", "<!--<script>", 'a \u2028 b & "c" \\']
)
def test_no_text_ends_the_block(client, title):
    article = make_article(title=title)
    html = client.get(article.get_absolute_url()).content.decode()

    assert read_json_ld(client, article)["headline"] == title
    assert html.count("application/ld+json") == 1
    assert "<script>" not in html


@pytest.mark.parametrize("path", ["/", "/articles/?country=ru", "/countries/russia/", "article"])
def test_a_shared_link_shows_what_it_leads_to(client, path):
    article = make_article(
        title='Envoys "meet" & part', tags=[make_tag("country/Russia", key="ru", description="A country.")]
    )
    html = client.get(article.get_absolute_url() if path == "article" else path).content.decode()
    card = dict(re.findall(r'<meta property="og:(\w+)" content="([^"]*)">', html))

    canonical = re.findall(r'<link rel="canonical" href="([^"]*)">', html)
    expected = {
        "/": ("website", "Newsroom"),
        "/articles/?country=ru": ("website", "Articles about Russia"),
        "/countries/russia/": ("website", "Russia"),
        "article": ("article", article.title),
    }[path]
    assert (card["type"], unescape(card["title"])) == expected
    assert canonical == [card["url"]]
