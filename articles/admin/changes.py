"""The trail on the desk: who did what, and each row before and after."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from articles.admin.desk import ReadOnlyAdmin, link_to, link_to_list, show_change
from articles.admin.lists import chosen
from articles.models import Change, ChangeSet

ROWS_SHOWN = 100  # of one act on its page; the others are in the list of changes


@admin.register(ChangeSet)
class ChangeSetAdmin(ReadOnlyAdmin):
    help_line = (
        "Every act of an editor, newest first. The trail only grows; it outlives the accounts of those "
        "who acted."
    )
    list_display = ("__str__", "made_by_name", "made_at", "change_count", "note")
    list_filter = ("act", "made_at")
    date_hierarchy = "made_at"
    search_fields = ("made_by_name__istartswith", "=id")
    search_help_text = "How the editor's name begins, or the number of the act."
    fields = ("act", "made_by_name", "made_at", "note", "changes_shown")

    @admin.display(description="changes")
    def changes_shown(self, change_set: ChangeSet) -> str:
        """Return the rows of the act, before and after."""
        changes = list(change_set.changes.all()[:ROWS_SHOWN])
        context = {
            "changes": [(change, show_change(change)) for change in changes],
            "all": link_to_list(Change, f"act={change_set.pk}", f"all {change_set.change_count:,}")
            if change_set.change_count > len(changes)
            else "",
        }
        return render_to_string("admin/articles/_changes.html", context)


@admin.register(Change)
class ChangeAdmin(ReadOnlyAdmin):
    help_line = "Rows that were changed, one act after the other."
    list_display = ("label", "table", "change_set_shown", "columns_shown")
    list_filter = ("table", chosen("act", "act", ChangeSet, "change_set"))
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
