"""Outlets and authors on the desk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from django.contrib import admin
from django.db.models import Count, IntegerField, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from articles import curation
from articles.admin.desk import DeskAdmin, editor, link_to_list
from articles.models import Article, Author, Authorship, ChangeSet, Outlet


class Counted(Protocol):
    """An outlet or author with the number of its articles."""

    pk: int
    counted: int


class BylineAdmin(DeskAdmin):
    """Who published or wrote: a name, its address, and the articles."""

    article_field = ""

    list_display = ("name", "slug", "article_count")
    search_fields = ("name",)
    fields = ("name", "slug")
    ordering = ("name",)

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Model | None = None
    ) -> dict[str, Sequence[str]]:
        """Return what the browser proposes for a new record."""
        return {} if obj else {"slug": ("name",)}

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """Return the slug once it stands in addresses that people keep."""
        return ("slug",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Return whether the record may go: only one that no article needs."""
        is_allowed = super(DeskAdmin, self).has_delete_permission(request, obj)
        return is_allowed and obj is not None and not self.is_used(obj)

    def is_used(self, obj: Model) -> bool:
        """Return whether any article names the record."""
        return Article.objects.filter(**{self.article_field: obj.pk}).exists()

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        """Remove the record and leave a trail."""
        with curation.recording(ChangeSet.Act.EDIT, by=editor(request)) as act:
            act.delete(obj)

    @admin.display(description="articles")
    def article_count(self, obj: Counted) -> object:
        """Return the number of articles, as a link to them."""
        return link_to_list(Article, f"{self.opts.model_name}={obj.pk}", obj.counted)


def _counted(rows: QuerySet[Any], name: str) -> Coalesce:
    """Return an expression: how many rows belong to the record."""
    counts = rows.filter(**{name: OuterRef("pk")}).order_by().values(name).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counts, IntegerField()), 0)


@admin.register(Outlet)
class OutletAdmin(BylineAdmin):
    article_field = "outlet"
    help_line = (
        "Publishers, as files name them. A file that still prints the old name makes a new outlet on its "
        "next import. An outlet that no article names can be deleted."
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the outlets, each with its number of articles."""
        rows: QuerySet[Any] = (
            super().get_queryset(request).annotate(counted=_counted(Article.objects.all(), "outlet"))
        )
        return rows


@admin.register(Author)
class AuthorAdmin(BylineAdmin):
    article_field = "authors"
    help_line = "Names from bylines. An author whom no article names can be deleted."

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the authors, each with the number of their articles."""
        rows: QuerySet[Any] = (
            super().get_queryset(request).annotate(counted=_counted(Authorship.objects.all(), "author"))
        )
        return rows
