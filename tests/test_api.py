"""The JSON API."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

import pytest
from django.test import Client

from articles.models import Article, ArticleSource, ImportRun, Tag, Tagging
from articles.search import sync
from articles.search.entry import FACETS
from tests.factories import make_article, make_tag, make_tagging

pytestmark = pytest.mark.django_db

LIST = "/api/v1/articles/"


@pytest.fixture
def russia() -> Tag:
    return make_tag("country/Russia", key="ru")


@pytest.fixture
def summit(russia) -> Article:
    article = make_article(
        title="Summit",
        standfirst="They met.",
        body="Russia agreed.",
        outlet="BBC",
        authors=["Ann Lee"],
        clipped_on=dt.date(2025, 10, 17),
        tags=["actor/Vladimir Putin", "organisation/NATO", "topic/Talks"],
    )
    make_tagging(
        article, russia, role=Tagging.Role.MAIN, salience=0.9, release="r1", mentions=[["body", 0, 6, "name"]]
    )
    return article


def label(slug: str, name: str, **values: object) -> dict[str, object]:
    return {"slug": slug, "name": name, "role": "mentioned", "salience": 0.5, "status": "suggested", **values}


def summary(article: Article) -> dict[str, object]:
    return {
        "id": article.pk,
        "url": f"http://testserver/articles/{article.pk}-summit/",
        "title": "Summit",
        "standfirst": "They met.",
        "published_on": "2025-10-16",
        "clipped_on": "2025-10-17",
        "outlet": "BBC",
        "authors": ["Ann Lee"],
        "countries": [label("russia", "Russia", code="RU", role="main", salience=0.9)],
        "actors": [label("vladimir-putin", "Vladimir Putin")],
        "organisations": [label("nato", "NATO")],
        "topics": [label("talks", "Talks")],
    }


# --- Lists ------------------------------------------------------------------------------------------------


def test_a_list_holds_count_next_results_and_facets(client, summit):
    make_article(title="Other", tags=["country/China"])

    response = client.get(LIST, {"country": "ru", "actor": "vladimir-putin"})

    answer = response.json()
    facets = answer.pop("facets")
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    assert answer == {
        "count": 1,
        "title": "Articles about Vladimir Putin and Russia",
        "notes": [],
        "next": None,
        "previous": None,
        "results": [summary(summit)],
    }
    assert facets == {
        "actor": [{"value": "vladimir-putin", "name": "Vladimir Putin", "count": 1}],
        "country": [{"value": "ru", "name": "Russia", "count": 1}],
        "organisation": [{"value": "nato", "name": "NATO", "count": 1}],
        "topic": [{"value": "talks", "name": "Talks", "count": 1}],
        "outlet": [{"value": "bbc", "name": "BBC", "count": 1}],
        "author": [{"value": "ann-lee", "name": "Ann Lee", "count": 1}],
        "language": [{"value": "und", "name": "an unstated language", "count": 1}],
        "has": [
            {"value": "actor", "name": "an actor", "count": 1},
            {"value": "author", "name": "an author", "count": 1},
            {"value": "country", "name": "a country", "count": 1},
            {"value": "date", "name": "a publication date", "count": 1},
            {"value": "organisation", "name": "an organisation", "count": 1},
            {"value": "outlet", "name": "an outlet", "count": 1},
            {"value": "topic", "name": "a topic", "count": 1},
        ],
        "origin": [{"value": "automatic", "name": "automatic tagging", "count": 1}],
        "status": [{"value": "suggested", "name": "suggested", "count": 1}],
        "dated": [{"value": "day", "name": "known to the day", "count": 1}],
    }


def test_a_territory_without_an_iso_code_has_none(client):
    make_article(tags=[make_tag("country/Crimea", key="x-crimea")])

    (result,) = client.get(LIST).json()["results"]

    assert result["countries"] == [label("crimea", "Crimea", code=None)]


def test_an_empty_archive_answers_an_empty_list(client):
    facets = {name: [] for name in FACETS}

    assert client.get(LIST).json() == {
        "count": 0,
        "title": "All articles",
        "notes": [],
        "next": None,
        "previous": None,
        "results": [],
        "facets": facets,
    }


def test_following_next_yields_every_article_once(client, russia):
    for number in range(7):
        make_article(title=f"{number}", main=[russia])
    url, found = f"{LIST}?country=russia&limit=3", []

    while url:
        answer = client.get(url).json()
        found += [result["title"] for result in answer["results"]]
        url = answer["next"]

    assert found == ["6", "5", "4", "3", "2", "1", "0"]
    assert answer["count"] == 7


def test_following_previous_leads_back_to_the_first_page(client, russia):
    for number in range(7):
        make_article(title=f"{number}", main=[russia])
    url, pages = f"{LIST}?country=russia&limit=3", []

    while url:
        answer = client.get(url).json()
        pages.append([result["title"] for result in answer["results"]])
        url = answer["next"] if len(pages) < 3 else answer["previous"]

    assert pages == [["6", "5", "4"], ["3", "2", "1"], ["0"], ["3", "2", "1"], ["6", "5", "4"]]


def test_a_line_of_the_search_box_is_answered_as_the_page_answers_it(client, summit):
    make_article(title="Other", tags=["country/China"])

    answer = client.get(LIST, {"q": "country:russia -topic:oil country:atlantis Summit", "limit": 1}).json()
    without = client.get(LIST, {"q": "country:russia -country:china"}).json()

    assert answer["title"] == (
        "Articles about Russia, with the words “country:atlantis Summit”, without topic:oil"
    )
    assert answer["notes"] == [
        "no topic is called “oil”, so -topic:oil is looked for as it stands",
        "no country is called “atlantis”, so country:atlantis is looked for as it stands",
    ]
    assert (without["count"], without["title"]) == (1, "Articles about Russia, without China")


def test_next_is_a_whole_address_that_keeps_the_search(client, russia):
    for _ in range(3):
        make_article(main=[russia])

    following = client.get(f"{LIST}?limit=2&country=russia").json()["next"]

    assert re.fullmatch(r"http://testserver/api/v1/articles/\?country=ru&after=n[0-9a-f]+&limit=2", following)


@pytest.mark.parametrize(
    ("query", "errors"),
    [
        (
            "country=atlantis",
            {"country": ["no country is called “atlantis”; choose one from /countries/?all=1"]},
        ),
        ("colour=blue", {"colour": ["is not a filter of this archive; leave it out"]}),
        (
            "published_after=soon",
            {"published_after": ["“soon” is not a date; write 2025-10-17, 2025-10 or 2025"]},
        ),
        ("after=x", {"after": ["“x” is not a page of this search; begin with the first page"]}),
        ("q=...", {"q": ["there is no word to search for in “...”; type letters or digits"]}),
        ("limit=0", {"limit": ["0 is out of range; write a number from 1 to 100"]}),
        ("limit=101", {"limit": ["101 is out of range; write a number from 1 to 100"]}),
        ("limit=-1", {"limit": ["-1 is out of range; write a number from 1 to 100"]}),
        ("limit=1000", {"limit": ["1000 is out of range; write a number from 1 to 100"]}),
        ("limit=²", {"limit": ["“²” is not a number; write one from 1 to 100"]}),
        ("limit=1&limit=2", {"limit": ["can only be given once; keep one of them"]}),
        (
            "limit=x&country=atlantis&page=2",
            {
                "country": ["no country is called “atlantis”; choose one from /countries/?all=1"],
                "page": ["is not a filter of this archive; leave it out"],
                "limit": ["“x” is not a number; write one from 1 to 100"],
            },
        ),
    ],
)
def test_what_cannot_be_understood_is_refused_with_a_sentence(client, query, errors):
    response = client.get(f"{LIST}?{query}")

    assert (response.status_code, response.json()) == (400, {"errors": errors})


@pytest.mark.parametrize(
    "query",
    [
        "country=" + "a" * 10_000,
        "&".join(f"country=x{number}" for number in range(500)),
        "q=" + "%22" * 5_000,
        "q=%00&country=%00",
        "country=%ff%fe&sort=%ff",
        "after=" + "n" * 5_000,
        "published_after=99999999999999999999-01-01",
        "&".join(f"p{number}=1" for number in range(900)),
        "country__any__any=ru&__proto__=1&country[]=ru",
        "limit=" + "9" * 5_000,
    ],
    ids=["long", "many", "quotes", "NUL", "not UTF-8", "cursor", "year", "parameters", "names", "limit"],
)
def test_no_query_string_is_a_server_error(client, query):
    response = client.get(f"{LIST}?{query}")

    assert response.status_code == 400
    assert response.json()["errors"]


def test_words_wait_while_the_index_is_being_rebuilt(client, summit, monkeypatch):
    monkeypatch.setattr(sync, "REBUILD_INLINE_LIMIT", 0)

    response = client.get(LIST, {"q": "agreed"})

    assert (response.status_code, response["Retry-After"]) == (503, "60")
    assert list(response.json()["errors"]) == ["q"]
    assert client.get(LIST, {"country": "ru"}).json()["count"] == 1


def test_the_number_of_queries_of_a_list(client, summit, django_assert_num_queries):
    client.get(LIST)

    # Where the archive stands, five times; the key asked for, names; articles, taggings, tags, authors.
    with django_assert_num_queries(11):
        client.get(LIST, {"country": "ru"})


# --- One article ------------------------------------------------------------------------------------------


def test_an_article_adds_text_evidence_and_provenance(client, summit):
    run = ImportRun.objects.create()
    ArticleSource.objects.create(
        article=summit,
        path="/home/alice/secret/summit.md",
        name="2025/summit.md",
        sha256="a1",
        reader_version="1",
        run=run,
    )

    answer = client.get(f"{LIST}{summit.pk}/").json()

    provenance = answer.pop("provenance")
    assert (provenance["sources"], provenance["gazetteer_release"]) == (
        [{"name": "2025/summit.md", "run": run.pk, "sha256": "a1"}],
        "",
    )
    assert set(provenance) == {"sources", "gazetteer_release", "imported_at", "changed_at"}
    taggings = answer.pop("taggings")
    assert [(tagging["kind"], tagging["value"]) for tagging in taggings] == [
        ("country", "ru"), ("organisation", "nato"), ("topic", "talks"), ("actor", "vladimir-putin"),
    ]  # fmt: skip
    assert taggings[0] == {
        "kind": "country",
        "value": "ru",
        "name": "Russia",
        "role": "main",
        "salience": 0.9,
        "origin": "automatic",
        "status": "suggested",
        "gazetteer_release": "r1",
        "evidence": [{"part": "body", "start": 0, "end": 6, "words": "Russia", "rule": "name"}],
    }
    assert answer == {
        **summary(summit),
        "published_precision": "day",
        "updated_on": None,
        "language": "",
        "original_url": "",
        "byline": "",
        "body": "Russia agreed.",
        "same_story": [],
        "references": [],
    }


def test_absolute_paths_stay_on_the_server(client, summit):
    ArticleSource.objects.create(
        article=summit, path="/home/alice/secret/summit.md", name="summit.md", sha256="a1", reader_version="1"
    )

    assert b"/home/alice" not in client.get(f"{LIST}{summit.pk}/").content


def test_the_sources_of_an_article_are_told(client):
    article = make_article(extra={"references": ["A statement", "https://example.org/a"]})

    assert client.get(f"{LIST}{article.pk}/").json()["references"] == [
        {"text": "A statement", "url": None},
        {"text": "https://example.org/a", "url": "https://example.org/a"},
    ]


@pytest.mark.parametrize(
    "pk", ["0", "999999999999999999", "99999999999999999999999", "x", "²", "1-summit", "%00"]
)
def test_an_article_that_is_not_there_is_a_404_in_json(client, pk):
    response = client.get(f"{LIST}{pk}/")

    assert (response.status_code, response.json()) == (
        404,
        {"errors": {"id": ["no article has this number"]}},
    )


@pytest.mark.parametrize("status", [Article.Status.DRAFT, Article.Status.WITHDRAWN])
def test_what_is_not_public_answers_as_if_it_were_not_there(client, alice, summit, status):
    missing = client.get(f"{LIST}987654321/").content
    Article.objects.filter(pk=summit.pk).update(status=status)
    client.force_login(alice)

    assert client.get(f"{LIST}{summit.pk}/").content == missing


# --- Every answer -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
@pytest.mark.parametrize("path", [LIST, f"{LIST}1/"], ids=["list", "article"])
def test_other_methods_are_refused_in_json(client, method, path):
    response = getattr(client, method)(path)

    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")
    assert response.json() == {"errors": {"method": ["only GET and HEAD are answered here"]}}


def test_a_program_without_a_token_is_told_the_same(summit):
    client = Client(enforce_csrf_checks=True)

    answers = [client.post(path) for path in (LIST, f"{LIST}{summit.pk}/")]

    assert [answer.status_code for answer in answers] == [405, 405]


@pytest.mark.parametrize("path", ["/api/", "/api/v1/", "/api/v1/tags/", "/api/v2/articles/1/", "/api/v1/x"])
def test_an_address_that_is_none_is_a_404_in_json(client, path):
    response = client.get(path, follow=True)

    assert (response.status_code, response.json()) == (
        404,
        {"errors": {"address": ["nothing is here; begin with /api/v1/articles/"]}},
    )


@pytest.mark.parametrize("path", [LIST, f"{LIST}0/", f"{LIST}?colour=blue", "/api/v1/"])
def test_no_answer_sets_a_cookie_or_varies_with_one(client, path):
    response = client.get(path)

    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")


def test_a_head_request_has_the_headers_alone(client, summit):
    response = client.head(LIST)

    assert (response.status_code, response["Content-Type"], response.content) == (
        200,
        "application/json",
        b"",
    )


def test_hostile_text_is_data(client):
    make_article(title="</script><script>alert(1)</script>\u2028", authors=['"><svg onload=alert(1)>'])

    response = client.get(LIST)

    assert response["X-Content-Type-Options"] == "nosniff"
    assert response.json()["results"][0]["title"] == "</script><script>alert(1)</script>\u2028"


def test_the_examples_of_the_document_work(client, summit):
    make_tag("country/North Korea", key="kp")
    text = (Path(__file__).parent.parent / "docs" / "api.md").read_text(encoding="utf-8")
    paths = re.findall(r"curl -s 'http://127\.0\.0\.1:8000(/api/[^']*)'", text)

    answers = {path: client.get(path.replace("/articles/1/", f"/articles/{summit.pk}/")) for path in paths}

    assert len(answers) >= 4
    assert {path: answer.status_code for path, answer in answers.items() if answer.status_code != 200} == {}
    for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL):
        json.loads(block)
