"""Suggestions below a search box, as JSON."""

from __future__ import annotations

import pytest

from articles.search import sync
from articles.search.engine import IndexUnusable
from tests.factories import make_article, make_tag

pytestmark = pytest.mark.django_db


@pytest.fixture
def ukraine() -> None:
    """Make an archive of three articles about Ukraine."""
    for _ in range(3):
        make_article(tags=[make_tag("country/Ukraine", key="ua")])


def test_the_answer_is_small_json(client, ukraine):
    response = client.get("/suggest/?q=ukr")

    assert response.json()["suggestions"][0] == {
        "kind": "country", "label": "Country", "name": "Ukraine", "other": "", "count": 3, "start": 0,
        "operator": "country:ukraine", "parameter": "country", "value": "ua",
    }  # fmt: skip
    assert response.headers["Content-Type"] == "application/json"
    assert len(response.content) < 2_000


def test_the_same_answer_is_not_sent_twice(client, ukraine):
    first = client.get("/suggest/?q=ukr", headers={"Accept-Encoding": "gzip"})
    again = client.get("/suggest/?q=ukr", headers={"If-None-Match": first.headers["ETag"]})
    make_article(tags=["country/Ukraine"])
    changed = client.get("/suggest/?q=ukr", headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, changed.json()["suggestions"][0]["count"]) == (304, 4)


@pytest.mark.parametrize(
    ("query", "errors"),
    [
        ("", {"q": ["is missing; write what was typed"]}),
        ("?q=a&q=b", {"q": ["can only be given once; keep one of them"]}),
        ("?q=" + "a" * 501, {"q": ["at most 500 characters are read, these are 501; shorten it"]}),
        ("?q=a&limit=9", {"limit": ["is no parameter of this address; leave it out"]}),
    ],
)
def test_what_cannot_be_answered_is_said(client, query, errors):
    response = client.get(f"/suggest/{query}")

    assert (response.status_code, response.json()) == (400, {"errors": errors})


@pytest.mark.parametrize(
    "text", ["%00", "%ff%fe", "%F0%9D%92%B3", "a%1f%7f", "'%22--", "country%3A%00", "%ED%A0%80", "(" * 200]
)
def test_hostile_texts_find_nothing(client, ukraine, text):
    response = client.get(f"/suggest/?q={text}")

    assert (response.status_code, response.json()) == (200, {"suggestions": []})


def test_while_the_index_is_being_rebuilt_nothing_is_suggested(client, ukraine, monkeypatch):
    def fail(kinds):
        raise IndexUnusable("gone")

    monkeypatch.setattr(sync, "totals", fail)
    response = client.get("/suggest/?q=ukr")

    assert (response.json(), response.headers["Cache-Control"]) == ({"suggestions": []}, "no-store")
