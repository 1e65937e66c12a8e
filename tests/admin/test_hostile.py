"""Addresses and forms nobody would send by accident: never an error page, never more than was offered."""

from __future__ import annotations

import html
import re

import pytest
from django.contrib.admin.utils import quote
from django.urls import reverse

from articles.models import Tagging
from tests.admin.test_pages import MODELS, NAMES, address

pytestmark = pytest.mark.django_db

ABSURD_IDS = ["abc", "999999999999999999999", "9223372036854775808", "-1", "\0", "1e3", "٣", "1 OR 1=1"]


@pytest.mark.parametrize("pk", ABSURD_IDS)
def test_an_action_skips_ids_that_cannot_exist_and_does_the_others(alice_at, desk, pk):
    response = alice_at.post(
        address("tagging"), {"action": "reject", "_selected_action": [pk, str(desk.tagging.pk)]}
    )

    assert response.status_code == 302
    desk.tagging.refresh_from_db()
    assert desk.tagging.status == Tagging.Status.REJECTED


@pytest.mark.parametrize("pk", ABSURD_IDS)
def test_a_page_of_a_row_that_cannot_exist_is_not_found(alice_at, desk, pk):
    for page in ("change", "history", "delete"):
        response = alice_at.get(address("article", page, quote(pk)))
        assert response.status_code in {302, 403, 404}, page


def test_an_action_that_does_not_exist_does_nothing(alice_at, desk):
    response = alice_at.post(
        address("tagging"), {"action": "drop_tables", "_selected_action": [desk.tagging.pk]}
    )

    assert response.status_code in {200, 302}
    desk.tagging.refresh_from_db()
    assert desk.tagging.status == Tagging.Status.SUGGESTED


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("article", "title__regex=(a%2B)%2B%24"),
        ("article", "body__contains=x"),
        ("article", "title__icontains=x"),
        ("article", "taggings__decided_by__password__startswith=p"),
        ("article", "sources__path__startswith=/"),
        ("article", "no_such_field=1"),
        ("importrun", "started_by__password__startswith=p"),
        ("tagging", "decided_by__is_superuser=1"),
        ("tagging", "article__title__regex=x"),
        ("changeset", "made_by__password__startswith=p"),
        ("changeset", "made_at__year__gte__regex=1"),
    ],
)
def test_a_list_refuses_lookups_it_does_not_offer(alice_at, desk, name, query):
    assert alice_at.get(f"{address(name)}?{query}").status_code in {302, 400}


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("article", "clipped_on__gte=9999-12-31"),
        ("article", "clipped_on__gte=9999-99-99"),
        ("article", "clipped_on__lt=0001-01-01"),
        ("article", "year=9999"),
        ("article", "year=abc"),
        ("article", "year=0"),
        ("article", "year=99999999999999999999"),
        ("importrun", "started_at__year=9999"),
        ("importrun", "started_at__year=99999"),
        ("importrun", "started_at__year=0"),
        ("importrun", "started_at__year=-1"),
        ("importrun", "started_at__year=2025&started_at__month=13&started_at__day=40"),
        ("importrun", "started_at__year=2025&started_at__month=2&started_at__day=31"),
        ("importrun", "started_at__gte=9999-12-31 23:59:59"),
        ("importrun", "started_at__gte=0001-01-01"),
        ("changeset", "made_at__year=9999&made_at__month=12&made_at__day=31"),
        ("changeset", "made_at__year=abc"),
        ("article", "tag=999999999999999999999"),
        ("article", "tag=abc"),
        ("article", "outlet=%00"),
        ("article", "run=-1"),
        ("article", "status__exact=nonsense"),
        ("article", "status__exact=%00"),
        ("article", "p=999999999"),
        ("article", "p=-5"),
        ("article", "o=99.-99.abc"),
        ("article", "all=1"),
        ("article", "_to_field=title"),
        ("article", "e=1"),
        ("tagging", "tag__kind__exact=nonsense"),
        ("tagging", "article=1&article=2"),
        ("tag", "is_retired__exact=7"),
    ],
)
def test_an_absurd_value_is_no_error(alice_at, desk, name, query):
    assert alice_at.get(f"{address(name)}?{query}").status_code in {200, 302, 400}


@pytest.mark.parametrize("name", ["importrun", "changeset", "article"])
def test_every_link_of_a_list_leads_somewhere(alice_at, desk, name):
    content = alice_at.get(address(name)).content.decode()
    queries = [html.unescape(query) for query in re.findall(r'href="(\?[^"]+)"', content)]

    assert len(queries) > 5
    assert {query: alice_at.get(address(name) + query).status_code for query in queries} == dict.fromkeys(
        queries, 200
    )


@pytest.mark.parametrize("query", ["tag=999999", "tag=abc", "year=9999", "run=77", "author=0"])
def test_a_filter_for_what_does_not_exist_shows_nothing_rather_than_everything(alice_at, desk, query):
    assert alice_at.get(f"{address('article')}?{query}").context["cl"].result_count == 0


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
@pytest.mark.parametrize(
    "term", ["x" * 5_000, "a b c d e f g h i j k l", "%00", "%ff%fe", "'\"\\", "(((", "%25%25%25", "_"],
    ids=["long", "many words", "NUL", "no UTF-8", "quotes", "brackets", "per cent", "underscore"],
)  # fmt: skip
def test_no_search_term_is_an_error(alice_at, desk, model, term):
    assert alice_at.get(f"{address(model._meta.model_name)}?q={term}").status_code == 200


@pytest.mark.parametrize(
    "term", ["x" * 201, " ".join("abcdefghijk"), "%00"], ids=["long", "many words", "NUL"]
)
def test_a_refused_search_term_shows_nothing_and_says_why(alice_at, desk, term):
    response = alice_at.get(f"{address('article')}?q={term}")

    assert response.context["cl"].result_count == 0
    assert b'class="error"' in response.content


@pytest.mark.parametrize("term", ["x" * 5_000, "%00", "a b c d e f g h i j k l"])
def test_an_autocomplete_answers_an_absurd_term_with_nothing(alice_at, desk, term):
    page = reverse("admin:autocomplete")

    response = alice_at.get(f"{page}?app_label=articles&model_name=tagging&field_name=tag&term={term}")

    assert response.json()["results"] == []


def test_an_autocomplete_finds_tags_in_use(alice_at, desk):
    page = (
        reverse("admin:autocomplete") + "?app_label=articles&model_name=tagging&field_name=tag&term=kremlin"
    )
    assert [row["text"] for row in alice_at.get(page).json()["results"]] == ["Russia"]

    desk.russia.is_retired = True
    desk.russia.save()

    assert alice_at.get(page).json()["results"] == []


@pytest.mark.parametrize(
    "query",
    [
        "app_label=auth&model_name=user&field_name=password&term=x",
        "app_label=articles&model_name=article&field_name=body&term=x",
        "app_label=nowhere&model_name=nothing&field_name=none",
    ],
)
def test_an_autocomplete_answers_only_for_fields_that_offer_it(alice_at, desk, query):
    assert alice_at.get(f"{reverse('admin:autocomplete')}?{query}").status_code == 403


def test_an_autocomplete_is_closed_to_who_is_logged_out(client, desk):
    page = reverse("admin:autocomplete") + "?app_label=articles&model_name=tagging&field_name=tag&term=r"

    assert client.get(page).status_code == 302


def test_login_leads_nowhere_else(client, alice):
    response = client.post(
        reverse("admin:login") + "?next=https://elsewhere.example/",
        {"username": "alice", "password": "correct horse battery", "next": "https://elsewhere.example/"},
    )

    assert response.status_code == 302
    assert "elsewhere" not in response.url
