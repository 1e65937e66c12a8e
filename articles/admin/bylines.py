"""Outlets and authors on the desk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from articles import curation
from articles.admin.desk import DeskAdmin, RecordForm, RowFormSet, SeenForm, editor, link_to_list
from articles.admin.lists import number_of, told
from articles.admin.merging import MergingAdmin
from articles.models import Article, Author, Authorship, ChangeSet, Outlet
from articles.records.renaming import Part, RenameError, change_names, check


class Counted(Protocol):
    """An outlet or author with the number of its articles."""

    pk: int
    counted: int


class BylineForm(SeenForm):
    """An outlet or author as an editor keeps it; files that print its old name go on naming it."""

    def clean(self) -> dict[str, Any]:
        """Refuse a name that is or was another's."""
        cleaned = super().clean()
        name = cleaned.get("name")
        if self.instance.pk and name and name != self.initial.get("name"):
            try:
                check(self.instance, Part.NAME, name)
            except RenameError as error:
                self.add_error("name", str(error))
        return cleaned


class BylineAdmin(MergingAdmin):
    """Who published or wrote: a name, its address, and the articles."""

    article_field = ""

    form = BylineForm
    actions = ("merge_chosen",)
    list_display = ("name", "slug", "article_count", "standing")
    list_select_related = ("merged_into",)
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

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Return the records that match; to an autocomplete only those that stand for themselves."""
        if request.GET.get("model_name") and request.GET.get("field_name"):
            queryset = queryset.filter(merged_into=None)
        return super().get_search_results(request, queryset, search_term)

    def save_related(
        self, request: HttpRequest, form: RecordForm, formsets: Sequence[RowFormSet], change: bool
    ) -> None:
        """Write a new record, or give one another name, which leaves its old name in force."""
        if not change:
            super().save_related(request, form, formsets, change)
            return
        stored = self.model._default_manager.get(pk=form.instance.pk)
        with curation.recording(ChangeSet.Act.RENAME, by=editor(request)) as act:
            change_names(act, stored, {Part.NAME: form.instance.name})

    @admin.display(description="standing")
    def standing(self, obj: Outlet | Author) -> str:
        """Return whether another one stands for it."""
        return f"merged into {obj.merged_into}" if obj.merged_into else ""

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Return whether the record may go: only one that no article needs."""
        is_allowed = super(DeskAdmin, self).has_delete_permission(request, obj)
        return is_allowed and obj is not None and not self.is_used(obj)

    def is_used(self, obj: Model) -> bool:
        """Return whether any article names the record, or a name that means it."""
        if not isinstance(obj, Outlet | Author):
            return True
        if obj.merged_into_id or obj.merged.exists() or obj.former_names.exists():
            return True
        return Article.objects.filter(**{self.article_field: obj.pk}).exists()

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        """Remove the record and leave a trail."""
        with curation.recording(ChangeSet.Act.EDIT, by=editor(request)) as act:
            act.delete(obj)

    @admin.display(description="articles")
    def article_count(self, obj: Counted) -> object:
        """Return the number of articles, as a link to them."""
        return link_to_list(Article, f"{self.opts.model_name}={obj.pk}", told(obj.counted))


@admin.register(Outlet)
class OutletAdmin(BylineAdmin):
    article_field = "outlet"
    help_line = (
        "Publishers, as files name them. Files that print an old name, or the name of one that was merged, "
        "go on naming the outlet. An outlet that nothing names can be deleted."
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the outlets, each with its number of articles."""
        rows: QuerySet[Any] = (
            super().get_queryset(request).annotate(counted=number_of(Article.objects.all(), "outlet"))
        )
        return rows


@admin.register(Author)
class AuthorAdmin(BylineAdmin):
    article_field = "authors"
    help_line = (
        "Names from bylines. Files that print an old name, or the name of one that was merged, go on naming "
        "the author. An author whom nothing names can be deleted."
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the authors, each with the number of their articles."""
        rows: QuerySet[Any] = (
            super().get_queryset(request).annotate(counted=number_of(Authorship.objects.all(), "author"))
        )
        return rows
