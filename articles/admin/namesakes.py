"""Records that may be the same, on the desk: merge them, or say that they are not."""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.tasks import TaskResultStatus
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django_tasks_db.models import DBTaskResult

from articles import tasks
from articles.admin.desk import ReadOnlyAdmin, editor, link_to
from articles.admin.taggings import EVERYWHERE
from articles.models import FormerName, ProposedMerge
from articles.records.kinds import MODELS, Record, column_of
from articles.records.namesakes import tell_apart
from articles.working import KEPT


def said_of_look() -> str:
    """Return that nobody has looked for such pairs lately; empty if somebody has."""
    looks = DBTaskResult.objects.filter(
        task_path=tasks.propose_merges.module_path, status=TaskResultStatus.SUCCESSFUL
    )
    if looks.exists() or ProposedMerge.objects.exists():
        return ""
    return f"nobody has looked for any in the last {KEPT.days} days"


@admin.register(ProposedMerge)
class ProposedMergeAdmin(ReadOnlyAdmin):
    help_line = (
        "Tags, outlets and authors of one kind that may be the same, the likeliest first. Merge them, or say "
        "that they are not the same: then they are never proposed again."
    )
    change_list_template = "admin/articles/proposed_merges.html"
    list_display = ("records_shown", "kind", "reasons_shown", "status", "merge_shown")
    list_display_links = None
    list_filter = ("status", "kind")
    list_per_page = 50
    sortable_by = ()
    search_fields = ("names__istartswith",)
    search_help_text = "How the name of the first begins."
    actions = ("apart",)
    fields = ("records_shown", "kind", "reasons_shown", "likeness", "status")

    def get_urls(self) -> list[URLPattern]:
        """Return the address that asks for another look, and Django's."""
        view = self.admin_site.admin_view(self.look_view)
        return [path("look/", view, name="articles_proposedmerge_look"), *super().get_urls()]

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """Return the order: those to decide first, of these the likeliest."""
        return ("-status", "-likeness", "id")

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Return whether this person may say what is the same and what is not."""
        return bool(request.user.has_perm("articles.change_proposedmerge"))

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Return the list; its rows know both records, and where they are merged by who may do so."""
        changelist = super().get_changelist_instance(request)
        rows: list[Any] = list(changelist.result_list)
        found = _records(rows)
        may_decide = self.has_decide_permission(request)
        for row in rows:
            row.both = [found.get((row.kind, pk)) for pk in (row.first, row.second)]
            row.may_merge = may_decide and all(one and one.merged_into_id is None for one in row.both)
        changelist.result_list = rows
        return changelist

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Return the list, with the button for another look for who may decide."""
        context = {
            "may_look": self.has_decide_permission(request),
            "remark": said_of_look(),
            **(extra_context or {}),
        }
        return super().changelist_view(request, context)

    def look_view(self, request: HttpRequest) -> HttpResponse:
        """Have somebody look again for records that may be the same, in the background."""
        if not self.has_decide_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        tasks.propose_merges.enqueue()
        words = "Records that may be the same are looked for in the background. Come back in a minute."
        self.message_user(request, words, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:articles_proposedmerge_changelist"))

    @admin.display(description="records")
    def records_shown(self, row: Any) -> SafeString:  # noqa: ANN401  # a row that knows its records
        """Return both records as links."""
        both = getattr(row, "both", None) or [
            _records([row]).get((row.kind, pk)) for pk in (row.first, row.second)
        ]
        lines = (
            (link_to(one), one.slug, ", merged" if one.merged_into_id else "")
            for one in both
            if one is not None
        )
        return format_html_join("", '<div>{} <span class="quiet">{}{}</span></div>', lines) or row.names

    @admin.display(description="why")
    def reasons_shown(self, row: ProposedMerge) -> str:
        """Return what speaks for one record."""
        return ", ".join(row.reasons)

    @admin.display(description="decide")
    def merge_shown(self, row: Any) -> SafeString | str:  # noqa: ANN401  # a row that knows its records
        """Return the way to the page that merges both."""
        if not row.may_merge:
            return ""
        address = reverse(f"admin:articles_{column_of(row.both[0])}_merge")
        query = urlencode({"record": [row.first, row.second]}, doseq=True)
        return format_html(
            '<a href="{}?{}" class="button" aria-label="Merge {}">Merge</a>', address, query, row.names
        )

    @admin.action(
        permissions=["decide"], description="Not the same: never propose again", location=EVERYWHERE
    )
    def apart(self, request: HttpRequest, queryset: QuerySet[ProposedMerge]) -> None:
        """Say that the chosen pairs are not the same."""
        count = tell_apart(queryset, by=editor(request))
        self.report(request, count, "not the same; never proposed again.", nothing="None of these waited.")


def _records(rows: list[Any]) -> dict[tuple[str, int], Record]:
    """Return the records of some pairs, by kind and number: one query for each table."""
    wanted: dict[Any, set[int]] = defaultdict(set)
    kinds = {(row.kind, pk) for row in rows for pk in (row.first, row.second)}
    for kind, pk in kinds:
        wanted[MODELS[kind]].add(pk)
    found = {model: model._default_manager.in_bulk(pks) for model, pks in wanted.items()}
    return {(kind, pk): found[MODELS[kind]][pk] for kind, pk in kinds if pk in found[MODELS[kind]]}


@admin.register(FormerName)
class FormerNameAdmin(ReadOnlyAdmin):
    help_line = (
        "What records were called before they were renamed. Old addresses, searches and files lead from "
        "these to the record, for ever; nothing else can take them."
    )
    list_display = ("text", "part", "kind", "record_shown")
    list_display_links = None
    list_filter = ("kind", "part")
    list_select_related = ("tag", "outlet", "author")
    sortable_by = ()
    ordering = ("-id",)
    search_fields = ("text__istartswith",)
    search_help_text = "How it begins."
    fields = ("text", "part", "kind", "record_shown")

    @admin.display(description="leads to")
    def record_shown(self, former: FormerName) -> SafeString:
        """Return the record as a link."""
        return link_to(former.tag or former.outlet or former.author)  # type: ignore[arg-type]  # one of them
