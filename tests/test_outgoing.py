"""Exports over HTTP: exactly the articles of the list, and nothing that readers may not see."""

from __future__ import annotations

import gzip
import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles import exporting
from articles.exports import FORMATS
from articles.models import Article
from articles.search import sync
from articles.search.engine import IndexUnusable
from tests.factories import make_article, make_tag

pytestmark = pytest.mark.django_db


@pytest.fixture
def articles(monkeypatch) -> list[Article]:
    russia = make_tag("country/Russia", key="ru")
    made = [make_article(title=f"Talks {number}", tags=[russia]) for number in range(7)]
    make_article(title="Others")
    make_article(title="Hidden talks", tags=[russia], status=Article.Status.DRAFT)
    monkeypatch.setattr(exporting, "AT_ONCE", 3)
    return made


def text_of(response) -> str:
    return b"".join(response.streaming_content).decode()


def ids_of(response) -> list[int]:
    return [json.loads(line)["id"] for line in text_of(response).splitlines()]


@pytest.mark.parametrize(
    "query",
    ["", "country=ru", "country=russia&sort=oldest", "q=talks", "q=talks&sort=relevance", "country__not=ru"],
)
def test_an_export_holds_exactly_the_articles_of_the_list(client, articles, query):
    listed = client.get(f"/api/v1/articles/?limit=100&{query}").json()

    response = client.get(f"/articles/export/jsonl/?{query}")

    assert ids_of(response) == [one["id"] for one in listed["results"]]
    assert len(listed["results"]) == listed["count"] > 0


def test_the_keys_of_json_lines_are_those_of_the_api(client, articles):
    [line, *_] = text_of(client.get("/articles/export/jsonl/?country=ru")).splitlines()
    [listed, *_] = client.get("/api/v1/articles/?country=ru").json()["results"]

    exported = json.loads(line)
    assert {name: exported[name] for name in listed if name != "countries"} == {
        name: value for name, value in listed.items() if name != "countries"
    }


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_a_file_with_a_safe_name(client, articles, name):
    response = client.get(f"/articles/export/{name}/?country=ru")

    assert response.status_code == 200
    assert response["Content-Type"] == FORMATS[name].media_type
    assert response["Content-Disposition"] == (
        f'attachment; filename="newsroom-articles-about-russia.{FORMATS[name].suffix}"'
    )
    assert response["X-Content-Type-Options"] == "nosniff"
    assert not response.cookies
    assert "Talks 6" in text_of(response)


def test_an_export_is_cut_at_a_number_that_its_name_says_and_goes_on_behind_it(client, articles, monkeypatch):
    monkeypatch.setattr(exporting, "MOST_RECORDS", 5)

    first = client.get("/articles/export/jsonl/?country=ru")

    assert 'filename="newsroom-articles-about-russia-1-5.jsonl"' in first["Content-Disposition"]
    url = first["Link"].removeprefix("<").removesuffix('>; rel="next"')
    newest = [article.pk for article in reversed(articles)]
    assert ids_of(first) == newest[:5]
    rest = client.get(url)
    assert 'filename="newsroom-articles-about-russia-6-7.jsonl"' in rest["Content-Disposition"]
    assert ids_of(rest) == newest[5:]
    assert not rest.has_header("Link")


def test_a_list_links_its_files_and_says_what_one_holds(client, articles, monkeypatch):
    monkeypatch.setattr(exporting, "MOST_RECORDS", 5)

    html = client.get("/articles/?country=ru&sort=oldest&density=compact").content.decode()

    links = re.findall(r'href="(/articles/export/[^"]*)"', html)
    assert links == [f"/articles/export/{name}/?country=ru&amp;sort=oldest" for name in FORMATS]
    assert "One file holds 5 articles, the first of these 7." in html
    assert 'href="/articles/feed/?country=ru"' in html


def test_a_cut_reading_list_says_so(client, articles, monkeypatch):
    monkeypatch.setattr(exporting, "MOST_RECORDS", 5)

    text = text_of(client.get("/articles/export/markdown/?country=ru"))

    assert "One file holds 5 articles, the first of these 7." in text


def test_an_export_takes_few_queries_however_many_articles(client, articles, monkeypatch):
    def count(at_once: int) -> int:
        monkeypatch.setattr(exporting, "AT_ONCE", at_once)
        with CaptureQueriesContext(connection) as queries:
            text_of(client.get("/articles/export/csv/?country=ru"))
        return len(queries)

    count(7)
    assert (count(7), count(4), count(3)) == (8, 13, 18)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("country=atlantis", "Country: no country is called “atlantis”"),
        ("colour=red", "colour is not a filter of this archive; leave it out."),
        ("published_after=soon", "is not a date"),
        ("after=xyz", "is not a page of this search"),
        ("sort=upwards", "is not an order"),
    ],
)
def test_what_is_not_understood_is_refused_with_a_sentence(client, articles, query, sentence):
    response = client.get(f"/articles/export/csv/?{query}")

    assert response.status_code == 400
    assert sentence in response.content.decode()


def test_operators_in_words_are_understood(client, articles):
    response = client.get("/articles/export/csv/?q=country:russia")

    assert (response.status_code, response["Location"]) == (302, "/articles/export/csv/?country=ru")


@pytest.mark.parametrize(
    "path", ["/articles/export/pdf/", "/articles/{pk}/export/pdf/", "/articles/9999/export/ris/"]
)
def test_what_there_is_not_is_not_found(client, articles, path):
    assert client.get(path.format(pk=articles[0].pk)).status_code == 404


def test_a_hidden_article_cannot_be_cited(client, articles):
    hidden = Article.objects.get(title="Hidden talks")

    assert client.get(f"/articles/{hidden.pk}/export/text/").status_code == 404


@pytest.mark.parametrize("name", FORMATS)
def test_one_article_is_exported_in_every_format(client, articles, name):
    pk = articles[0].pk

    response = client.get(f"/articles/{pk}/export/{name}/")

    assert response.status_code == 200
    assert response["Content-Disposition"] == f'attachment; filename="newsroom-{pk}.{FORMATS[name].suffix}"'
    assert "Talks 0" in text_of(response)


def test_a_file_is_sent_compressed_to_whoever_can_read_that(client, articles):
    plain = client.get("/articles/export/csv/")
    packed = client.get("/articles/export/csv/", headers={"Accept-Encoding": "gzip, br"})

    assert (packed["Content-Encoding"], packed["Vary"]) == ("gzip", "Accept-Encoding")
    assert not plain.has_header("Content-Encoding")
    assert gzip.decompress(b"".join(packed.streaming_content)).decode() == text_of(plain)


def test_the_head_of_an_export_reads_no_article(client, articles):
    response = client.head("/articles/export/csv/")

    assert (response.status_code, text_of(response)) == (200, "")


def test_nothing_is_exported_by_post(client, articles):
    assert client.post("/articles/export/csv/").status_code == 405


def test_without_an_index_filters_are_exported_and_words_have_to_wait(client, articles, monkeypatch):
    def fail(*args, **kwargs):
        raise IndexUnusable("no index")

    monkeypatch.setattr(sync, "search", fail)

    filtered = client.get("/articles/export/jsonl/?country=ru")
    words = client.get("/articles/export/jsonl/?q=talks")

    assert ids_of(filtered) == [article.pk for article in reversed(articles)]
    assert (words.status_code, words["Retry-After"]) == (503, "60")


def test_an_article_withdrawn_while_a_file_is_sent_is_not_in_it(client, articles):
    response = client.get("/articles/export/jsonl/?country=ru")
    Article.objects.filter(pk=articles[0].pk).update(status=Article.Status.WITHDRAWN)

    assert articles[0].pk not in ids_of(response)
