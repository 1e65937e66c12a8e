"""Suggested actors in a terminal."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command

from articles.models import ActorSuggestion, Article
from tests.factories import make_article, make_suggestion

pytestmark = pytest.mark.django_db


def call(*arguments: str) -> str:
    out = io.StringIO()
    call_command("suggest_actors", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def archive() -> list[Article]:
    """Return three articles: two name Olga Bodnar, all name Ana Soto, one somebody who was dismissed."""
    body = "The envoys Ana Soto and Olga Bodnar met Ed Roe."
    articles = [make_article(body=body) for _ in range(3)]
    for article in articles:
        make_suggestion(article, "Ana Soto", office="envoy", owner="pe")
    for article in articles[:2]:
        make_suggestion(article, "Olga Bodnar", office="envoy", owner="ua")
    make_suggestion(articles[0], "Ed Roe")
    ActorSuggestion.objects.filter(name="Ed Roe").update(status="dismissed")
    return articles


def test_open_suggestions_stand_in_the_order_of_their_articles_with_evidence(archive):
    assert call() == (
        "Ana Soto: envoy (pe), 3 articles\n"
        f"    … The envoys Ana Soto and Olga Bodnar met Ed Roe. …  (article {archive[2].pk}, body)\n"
        "Olga Bodnar: envoy (ua), 2 articles\n"
        f"    … The envoys Ana Soto and Olga Bodnar met Ed Roe. …  (article {archive[1].pk}, body)\n"
    )


def test_programs_get_the_same_as_json(archive):
    [first] = json.loads(call("--json", "--limit", "1"))
    seen = ActorSuggestion.objects.get(name="Ana Soto")

    assert first == {
        "name": "Ana Soto",
        "office": "envoy",
        "country": "pe",
        "articles": 3,
        "first_seen": seen.first_seen_at.isoformat(),
        "last_seen": seen.last_seen_at.isoformat(),
        "article": archive[2].pk,
        "evidence": [
            {
                "part": "body", "start": 11, "end": 19, "words": "Ana Soto",
                "context": "The envoys Ana Soto and Olga Bodnar met Ed Roe.",
            }
        ],
    }  # fmt: skip


def test_withdrawn_articles_bear_nothing_out(archive):
    Article.objects.update(status=Article.Status.WITHDRAWN)

    assert call() == (
        "No suggestions: the gazetteer knows everybody whom the articles name beside an office.\n"
    )


@pytest.mark.parametrize("limit", ["0", "-1", "many"])
def test_a_limit_is_a_number_of_at_least_one(limit):
    with pytest.raises(CommandError, match="--limit"):
        call("--limit", limit)
