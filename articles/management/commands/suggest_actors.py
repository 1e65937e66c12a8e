"""Print the persons whom articles name beside an office and whom the gazetteer lacks."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.db.models import Exists, OuterRef, QuerySet, Subquery

from articles.commands import manage
from articles.importing.taggings import texts_of
from articles.management.reports import printable
from articles.models import ActorSuggestion, Article, SuggestionMention
from articles.phrases import count_of

SHOWN = 25
REACH = 60  # characters of the text on either side of the name


class Command(BaseCommand):
    """Print open actor suggestions, those in most articles first, each with its evidence.

    The admin shows the same under Actor suggestions, where they can be dismissed.

    Example: manage.py suggest_actors --limit 10
    """

    help = "Print persons named beside an office whom the gazetteer lacks."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare how many, and how to print them."""
        parser.add_argument(
            "--limit", type=positive, default=SHOWN, metavar="N", help=f"how many (default: {SHOWN})"
        )
        parser.add_argument("--json", action="store_true", dest="is_json", help="print one JSON array")

    def handle(self, *, limit: int, is_json: bool, **options: object) -> None:
        """Print the suggestions."""
        try:
            found = read_suggestions(limit)
        except DatabaseError as error:
            raise CommandError(f"the database cannot be read ({error}); run: {manage('migrate')}") from error
        if is_json:
            self.stdout.write(json.dumps(found, ensure_ascii=False))
        else:
            self.stdout.write(printable("\n".join(describe(found))))


def positive(text: str) -> int:
    """Return a whole number of at least 1; raise ValueError for others."""
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def read_suggestions(limit: int) -> list[dict[str, Any]]:
    """Return open suggestions in plain values, with the newest article that names each."""
    standing = SuggestionMention.objects.filter(suggestion=OuterRef("pk"))
    standing = standing.exclude(article__status=Article.Status.WITHDRAWN).order_by("-article_id")
    counted = ActorSuggestion.objects.open().with_standing_count().filter(Exists(standing))
    rows: QuerySet[Any] = counted.annotate(newest=Subquery(standing.values("pk")[:1]))
    rows = rows.order_by("-article_count", "folded_name")
    suggestions = list(rows[:limit])
    mentions = SuggestionMention.objects.select_related("article").in_bulk(
        [suggestion.newest for suggestion in suggestions]
    )
    return [
        {
            "name": suggestion.name,
            "office": suggestion.office,
            "country": suggestion.owner,
            "articles": suggestion.standing_count,
            "first_seen": suggestion.first_seen_at.isoformat(),
            "last_seen": suggestion.last_seen_at.isoformat(),
            "article": mentions[suggestion.newest].article_id,
            "evidence": evidence(mentions[suggestion.newest]),
        }
        for suggestion in suggestions
    ]


def evidence(mention: SuggestionMention) -> list[dict[str, Any]]:
    """Return the places that name the person, each with the words around it."""
    texts = texts_of(mention.article)
    return [
        {"part": part, "start": start, "end": end, "words": texts[part][start:end],
         "context": " ".join(texts[part][max(0, start - REACH) : end + REACH].split())}
        for part, start, end, _ in mention.mentions
    ]  # fmt: skip


def describe(found: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the suggestions for people."""
    if not found:
        yield "No suggestions: the gazetteer knows everybody whom the articles name beside an office."
    for one in found:
        owner = f" ({one['country']})" if one["country"] else ""
        articles = count_of(one["articles"], "article", "articles")
        yield f"{one['name']}: {one['office']}{owner}, {articles}"
        for place in one["evidence"][:1]:
            yield f"    … {place['context']} …  (article {one['article']}, {place['part']})"
