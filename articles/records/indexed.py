"""Which articles' index entries rest on a record: on its key, its slug, on its being in use at all."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import QuerySet

from articles.models import Article, Author, Authorship, Outlet, Tag, Tagging

# Columns of a record that stand in the index entry of each of its articles.
INDEXED: dict[type[models.Model], frozenset[str]] = {
    Tag: frozenset({"is_retired", "key"}),
    Outlet: frozenset({"slug"}),
    Author: frozenset({"slug"}),
}


def articles_with(record: models.Model) -> set[int]:
    """Return the ids of the articles that carry a tag, in whatever way, or name an outlet or author."""
    rows: QuerySet[Any] = Tagging.objects.filter(tag=record.pk)
    if isinstance(record, Outlet):
        return set(Article.objects.filter(outlet=record.pk).values_list("pk", flat=True))
    if isinstance(record, Author):
        rows = Authorship.objects.filter(author=record.pk)
    return set(rows.values_list("article_id", flat=True))
