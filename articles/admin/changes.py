"""The trail on the desk: who did what, each row before and after, and the way back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from django.contrib import admin, messages
from django.contrib.admin.views.main import SEARCH_VAR, ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from articles.admin.desk import ReadOnlyAdmin, editor, link_to, link_to_list, show_change
from articles.admin.lists import DONE_HERE, chosen, find, find_or_404, is_id
from articles.admin.told import tell
from articles.commands import manage
from articles.history.reversing import TABLES
from articles.history.undoing import Reversal, UndoError, undo
from articles.models import Change, ChangeSet
from articles.search import sync

ROWS_SHOWN = 100  # of one act on its page; the others are in the list of changes
MAY_UNDO = "articles.add_changeset"  # an undo is one more act in the trail


class ListedAct(Protocol):
    """An act as the desk's queryset returns it."""

    pk: int
    sitting_id: int | None
    follower_count: int


class SittingFilter(admin.SimpleListFilter):
    """Sittings at the review queue as one line each, unless somebody asks for their acts or searches."""

    title = "sitting"
    parameter_name = "sitting"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        """Return what there is beside one line for each: every act, and the sitting that was chosen."""
        chosen_one = request.GET.get("sitting", "")
        one = [(chosen_one, f"that of #{chosen_one}")] if is_id(chosen_one) else []
        return [("all", "every act of it"), *one]

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """Yield the choices; the first one is called by what it does."""
        first, *others = super().choices(changelist)
        yield {**first, "display": "in one line"}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[ChangeSet]) -> QuerySet[ChangeSet]:
        """Return the acts to be listed; none for what is no sitting."""
        value = self.value()
        if value == "all" or (value is None and request.GET.get(SEARCH_VAR)):
            return queryset
        if value is None:
            return queryset.filter(sitting__isnull=True)
        return queryset.filter(Q(pk=value) | Q(sitting=value)) if is_id(value) else queryset.none()


@admin.register(ChangeSet)
class ChangeSetAdmin(ReadOnlyAdmin):
    help_line = (
        "Every act of an editor or a program, newest first. The trail only grows; it outlives the accounts "
        "of those who acted. An act can be taken back, wholly or in ticked rows; that is an act as well."
    )
    change_form_template = "admin/articles/change_set.html"
    list_display = ("__str__", "made_by_name", "made_at", "change_count", "sitting_shown", "note")
    list_filter = ("act", "made_at", SittingFilter)
    search_fields = ("made_by_name__istartswith", "=id")
    search_help_text = "How the editor's name begins, or the number of the act."
    fields = ("act", "made_by_name", "made_at", "note", "sitting_shown", "undoing_shown")

    def get_urls(self) -> list[URLPattern]:
        """Return the addresses of the desk's own pages about acts, and Django's."""
        view = self.admin_site.admin_view(self.undo_view)
        return [path("<path:object_id>/undo/", view, name="articles_changeset_undo"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the acts, each with the number of those that follow it in its sitting."""
        others = ChangeSet.objects.filter(sitting=OuterRef("pk")).order_by().values("sitting")
        count = Subquery(others.annotate(n=Count("pk")).values("n"), IntegerField())
        acts: QuerySet[Any] = super().get_queryset(request).annotate(follower_count=Coalesce(count, 0))
        return acts

    def has_undo_permission(self, request: HttpRequest) -> bool:
        """Return whether this person may take acts back."""
        return bool(request.user.has_perm(MAY_UNDO))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        """Return the act's page, with the button for those who may use it."""
        act = find(ChangeSet.objects, object_id)
        context = {**(self._rows_of(request, act) if act else {}), **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    def _rows_of(self, request: HttpRequest, act: ChangeSet) -> dict[str, object]:
        """Return the rows of the act: in words, before and after, to be ticked by those who may undo."""
        changes = list(act.changes.all()[:ROWS_SHOWN])
        columns = [show_change(change) for change in changes]
        is_more = act.change_count > len(changes)
        return {
            "changes": list(zip(changes, tell(changes), columns, strict=True)),
            "all": link_to_list(Change, f"act={act.pk}", f"all {act.change_count:,}") if is_more else "",
            "may_undo": self.has_undo_permission(request) and bool(changes) and act.run_id is None,
            "run": act.run,
        }

    def undo_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show what undoing an act, or its chosen rows, would do; do it once that was confirmed."""
        if not self.has_undo_permission(request):
            raise PermissionDenied
        act = find_or_404(ChangeSet.objects, object_id)
        asked = request.POST if request.method == "POST" else request.GET
        rows = [int(pk) for pk in asked.getlist("row") if is_id(pk)] if "some" in asked else None
        try:
            reversal = self._undo(request, act, rows)
        except UndoError as error:
            self.message_user(request, f"Nothing was undone: {error}.", messages.ERROR)
            return self._back_to(act)
        if reversal.made is None:
            return self._preview(request, reversal, rows)
        sync.catch_up(wait_seconds=0)
        done = format_html("{} was undone. Undoing this act brings it back.", act)
        self.message_user(request, done, messages.SUCCESS)
        return self._back_to(reversal.made)

    def _undo(self, request: HttpRequest, act: ChangeSet, rows: Sequence[int] | None) -> Reversal:
        if act.run_id is not None:
            raise UndoError("an import is undone on the page of its run")
        if rows is None and act.change_count > DONE_HERE:
            raise UndoError(
                f"it changed {act.change_count:,} rows, too many to wait for; run: {manage(f'undo {act.pk}')}"
            )
        return undo(act, by=editor(request), rows=rows, is_dry=request.method != "POST")

    def _back_to(self, act: ChangeSet) -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse("admin:articles_changeset_change", args=[act.pk]))

    def _preview(
        self, request: HttpRequest, reversal: Reversal, rows: Sequence[int] | None
    ) -> TemplateResponse:
        shown = reversal.rows[:ROWS_SHOWN]
        context = {
            **self.admin_site.each_context(request),
            "title": f"Undo {reversal.change_set}",
            "opts": self.opts,
            "act": reversal.change_set,
            "rows": rows,
            "conflicts": reversal.conflicts,
            "undone_by": list(reversal.change_set.undone_by.order_by("pk")) if rows is None else [],
            "changes": list(zip(shown, tell(shown), strict=True)),
            "count": len(reversal.rows),
            "more": len(reversal.rows) - len(shown),
        }
        return TemplateResponse(request, "admin/articles/undo_change_set.html", context)

    @admin.display(description="sitting")
    def sitting_shown(self, change_set: ListedAct) -> SafeString | str:
        """Return the way to the other acts of its sitting at the review queue."""
        if change_set.sitting_id:
            return link_to_list(ChangeSet, f"sitting={change_set.sitting_id}", "its sitting")
        if not change_set.follower_count:
            return ""
        return link_to_list(ChangeSet, f"sitting={change_set.pk}", f"and {change_set.follower_count:,} more")

    @admin.display(description="undone")
    def undoing_shown(self, change_set: ChangeSet) -> SafeString | str:
        """Return which act this one took back, and which took this one back."""
        lines = [("takes back ", link_to(change_set.undoes))] if change_set.undoes else []
        lines += [("taken back by ", link_to(act)) for act in change_set.undone_by.order_by("pk")]
        return format_html_join(", ", "{}{}", lines) or "no"


class TableFilter(admin.SimpleListFilter):
    """Changes by the table of their row; which tables there are is known without asking every change."""

    title = "table"
    parameter_name = "table"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        """Return the tables by what their rows are called."""
        names = {name: str(model._meta.verbose_name) for name, model in TABLES.items()}
        return sorted(names.items(), key=lambda one: one[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Change]) -> QuerySet[Change]:
        """Return the changes of rows of the chosen table."""
        return queryset if self.value() is None else queryset.filter(table=self.value())


@admin.register(Change)
class ChangeAdmin(ReadOnlyAdmin):
    help_line = "Rows that were changed, one act after the other."
    list_display = ("label", "table", "change_set_shown", "columns_shown")
    sortable_by = ()
    list_filter = (TableFilter, chosen("act", "act", ChangeSet, "change_set"))
    list_select_related = ("change_set",)
    ordering = ("-id",)
    fields = ("label", "table", "row_id", "change_set_shown", "columns_shown")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Change]:
        """Return the changes with their acts."""
        return super().get_queryset(request).select_related("change_set")

    @admin.display(description="act")
    def change_set_shown(self, change: Change) -> SafeString:
        """Return the act as a link."""
        return link_to(change.change_set)

    @admin.display(description="before and after")
    def columns_shown(self, change: Change) -> str:
        """Return the columns that changed."""
        return show_change(change)
