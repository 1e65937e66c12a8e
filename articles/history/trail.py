"""How a row stands in the trail: its table, its columns as JSON values, and what people call it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q, QuerySet

from articles.importing.trail import plain
from articles.models import Article, Change, Tagging

# Columns that are worked out from the others whenever those are written.
FOLLOWING: dict[type[models.Model], frozenset[str]] = {Tagging: frozenset({"review_ground", "review_rank"})}


def table_of(model: type[models.Model]) -> str:
    """Return the name under which the trail keeps changes of this model's rows."""
    return str(model._meta.model_name)


def values_of(row: models.Model) -> dict[str, object]:
    """Return a row's columns as JSON values, the key, the bookkeeping and what follows left out."""
    following = FOLLOWING.get(type(row), frozenset())
    fields = (
        field for field in row._meta.concrete_fields if not field.primary_key and field.name not in following
    )
    return {
        field.attname: plain(getattr(row, field.attname))
        for field in fields
        if not getattr(field, "auto_now", False)
    }


def label_of(row: models.Model) -> str:
    """Return what people call a row; a tagging by its tag and its article."""
    if isinstance(row, Tagging):
        return f"{row.tag}: {getattr(row, 'title', '') or row.article.title}"
    return str(row)


def history_of(model: type[models.Model], pk: int | str) -> QuerySet[Change]:
    """Return what was ever changed in one row, newest first; of an article also what was done to its tags."""
    rows = Q(table=table_of(model), row_id=pk)
    if model is Article:
        taggings = Tagging.objects.filter(article__pk=pk).values_list("pk", flat=True)
        rows |= Q(table=table_of(Tagging), row_id__in=list(taggings))
    return Change.objects.filter(rows).select_related("change_set").order_by("-id")
