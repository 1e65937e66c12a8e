"""Imports on the desk: what each run did, with live figures, and the way back."""

from __future__ import annotations

from typing import NamedTuple

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.defaultfilters import pluralize
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from articles.admin.desk import ReadOnlyAdmin, editor, link_to, link_to_list
from articles.admin.issuegroups import (
    IssuePages,
    Narrowed,
    groups_of,
    issue_count,
    issues_address,
    page_number,
    samples_of,
)
from articles.admin.lists import DONE_HERE, find
from articles.admin.mended import has_files_left, mark_mended, waiting_issues
from articles.admin.retries import retry_all
from articles.admin.taggings import EVERYWHERE
from articles.importing.lock import ImportBusyError
from articles.importing.undo import UndoError, count_changes, undo
from articles.models import Article, ImportIssue, ImportRun
from articles.models.imports import SILENT_AFTER

OUTCOMES = ("created", "updated", "unchanged", "skipped", "failed")
REMARKS_SHOWN = 100  # articles named before an undo; undo_import --json names all
MAY_RETRY = "articles.add_importrun"
States = ImportRun.State


class Figure(NamedTuple):
    """One count of a run, and where exactly these are listed; no address where there is nothing to see."""

    name: str
    number: int
    address: str


def figures_of(run: ImportRun) -> list[Figure]:
    """Return what became of the files of a run, and of the articles whose files had gone."""
    articles = reverse("admin:articles_article_changelist")
    addresses = {
        "created": f"{articles}?created_by_run={run.pk}",
        "updated": f"{articles}?updated_by_run={run.pk}",
        "skipped": issues_address(run.pk, level=ImportIssue.Level.SKIPPED),
        "failed": issues_address(run.pk, level=ImportIssue.Level.ERROR),
        "withdrawn": f"{articles}?withdrawn_by_run={run.pk}",
    }
    figures = []
    for name in (*OUTCOMES, "withdrawn"):
        count = getattr(run, f"{name}_count")
        figures.append(Figure(name, count, addresses.get(name, "") if count else ""))
    return figures if run.withdrawn_count else figures[:-1]


class StateFilter(admin.SimpleListFilter):
    """Runs by how they stand: one that says it is running but gives no sign of life was interrupted."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        """Return the states."""
        return [(value, str(label)) for value, label in States.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ImportRun]) -> QuerySet[ImportRun]:
        """Return the runs in the chosen state."""
        silent = Q(state=States.RUNNING, heartbeat_at__lt=timezone.now() - SILENT_AFTER)
        match self.value():
            case None:
                return queryset
            case States.RUNNING:
                return queryset.filter(state=States.RUNNING).exclude(silent)
            case States.INTERRUPTED:
                return queryset.filter(Q(state=States.INTERRUPTED) | silent)
            case state if state in States.values:
                return queryset.filter(state=state)
        return queryset.none()


class TroubleFilter(admin.SimpleListFilter):
    """Runs that left something to do."""

    title = "failed files"
    parameter_name = "failed"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        """Return the two choices."""
        return [("yes", "with failed files"), ("waiting", "with files still to mend")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ImportRun]) -> QuerySet[ImportRun]:
        """Return the runs with files that could not be imported."""
        match self.value():
            case None:
                return queryset
            case "yes":
                return queryset.filter(failed_count__gt=0)
            case "waiting":
                return queryset.filter(pk__in=waiting_issues().values("run"))
        return queryset.none()


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnlyAdmin):
    help_line = (
        "Every import, newest first. A killed run keeps what it stored; importing the folder again "
        "goes on from there. Files that failed can be corrected and tried again from the page of the run. "
        "A run can be undone: what editors decided since stays."
    )
    change_form_template = "admin/articles/import_run.html"
    list_display = ("__str__", "state_shown", "started_at", "paths_shown", "outcomes_shown", "issue_total")
    list_filter = (StateFilter, TroubleFilter)
    date_hierarchy = "started_at"
    ordering = ("-id",)
    actions = ("undo",)
    fieldsets = (
        (
            "Asked for",
            {
                "fields": (
                    "started_by_name",
                    "paths_shown",
                    ("is_forced", "is_pruning"),
                    "gazetteer_release",
                    "retries_shown",
                )
            },
        ),
        ("Articles", {"fields": ("articles_shown", "acts_shown")}),
    )

    def get_urls(self) -> list[URLPattern]:
        """Return the addresses of a run's own pages, and Django's."""
        wrap = self.admin_site.admin_view
        return [
            path("<path:object_id>/issues/", wrap(self.issues_view), name="articles_importrun_issues"),
            path("<path:object_id>/state/", wrap(self.state_view), name="articles_importrun_state"),
            path("<path:object_id>/retry/", wrap(self.retry_view), name="articles_importrun_retry"),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        """Return the run's page: how it stands, what became of the files, and the issues by kind."""
        run = find(ImportRun.objects, object_id)
        context = {**(self._standing(request, run) if run else {}), **(extra_context or {})}
        if run:
            groups = [(group, samples_of(group)) for group in groups_of(run)]
            mark_mended(issue for _, issues in groups for issue in issues)
            context["groups"] = groups
        return super().change_view(request, object_id, form_url, context)

    def _asked(self, request: HttpRequest, object_id: str) -> ImportRun:
        """Return the run of one of its own pages; refuse who may not look at it."""
        run = find(ImportRun.objects, object_id)
        if not self.has_view_permission(request, run):
            raise PermissionDenied
        if run is None:
            raise Http404
        return run

    def _standing(self, request: HttpRequest, run: ImportRun) -> dict[str, object]:
        is_left = has_files_left(run)
        return {
            "run": run,
            "state": self.state_shown(run),
            "is_live": run.state == States.RUNNING and not run.is_silent,
            "figures": figures_of(run),
            "may_retry": is_left is True and request.user.has_perm(MAY_RETRY),
            "is_mended": is_left is False,
        }

    def state_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Return how the run stands now: the part of its page that is fetched again while it works."""
        run = self._asked(request, object_id)
        response = render(request, "admin/articles/_run_state.html", self._standing(request, run))
        response.headers["Cache-Control"] = "no-store"
        return response

    def issues_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Return the run's issues, all or of one level or kind, page by page."""
        run = self._asked(request, object_id)
        narrowed = Narrowed.asked(run, request)
        rows = narrowed.rows(run)
        page = IssuePages(rows, narrowed.count).get_page(page_number(request))
        # The page's numbers first: only its rows are read whole.
        issues = list(run.issues.filter(pk__in=list(page.object_list)).order_by("level", "kind", "pk"))
        mark_mended(issues)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Issues of import run {run.pk}",
            "help_line": "What was wrong with the files, and what to do. Open a file to see its text, "
            "correct it and try it again.",
            "opts": self.opts,
            "run": run,
            "narrowed": narrowed,
            "page": page,
            "issues": issues,
            "pages": page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
        }
        return TemplateResponse(request, "admin/articles/run_issues.html", context)

    def retry_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Import the run's failed files again: at once if they are few, else as a background task."""
        run = self._asked(request, object_id)
        if not request.user.has_perm(MAY_RETRY):
            raise PermissionDenied
        address = reverse("admin:articles_importrun_change", args=[run.pk])
        if request.method == "POST" and has_files_left(run):
            address = retry_all(request, run) or address
        return HttpResponseRedirect(address)

    @admin.display(description="state")
    def state_shown(self, run: ImportRun) -> str:
        """Return the run's state; one whose heartbeat stopped was interrupted, whatever it says itself."""
        state = "interrupted (no sign of life)" if run.is_silent else run.get_state_display()
        return f"{state} after {run.seconds:,.1f} s"

    @admin.display(description="files")
    def outcomes_shown(self, run: ImportRun) -> SafeString | str:
        """Return what became of the files, each count a link to exactly these."""
        figures = (render_figure(figure) for figure in figures_of(run) if figure.number)
        return format_html_join(", ", "{}", ((figure,) for figure in figures)) or "none"

    @admin.display(description="issues")
    def issue_total(self, run: ImportRun) -> SafeString | str:
        """Return how many issues the run has, as a link to them."""
        count = issue_count(run)
        if not count:
            return "none"
        return format_html('<a href="{}">{}</a>', issues_address(run.pk), f"{count:,}")

    @admin.display(description="files and folders")
    def paths_shown(self, run: ImportRun) -> SafeString:
        """Return what was asked for, one a line."""
        return format_html_join("", "<div>{}</div>", ((path,) for path in run.paths))

    @admin.display(description="tried again")
    def retries_shown(self, run: ImportRun) -> SafeString | str:
        """Return the run whose files this one tried again, and those that tried files of this one."""
        lines = [("files of ", link_to(run.retries))] if run.retries else []
        lines += [("by ", link_to(other)) for other in run.retried_by.order_by("pk")[:20]]
        return format_html_join(", ", "{}{}", lines) or "no"

    @admin.display(description="articles")
    def articles_shown(self, run: ImportRun) -> SafeString:
        """Return a link to the articles whose file this run was the last to read."""
        return link_to_list(Article, f"run={run.pk}", "articles last read by this run")

    @admin.display(description="trail")
    def acts_shown(self, run: ImportRun) -> SafeString:
        """Return links to what the run changed, and to its undoing."""
        acts = [
            (link_to(act), f"{act.change_count:,}", pluralize(act.change_count))
            for act in run.change_sets.order_by("pk")
        ]
        return format_html_join(", ", "{} ({} article{})", acts)

    def has_undo_permission(self, request: HttpRequest) -> bool:
        """Return whether this person may undo imports: whoever may change them."""
        return request.user.has_perm("articles.change_importrun")

    @admin.action(permissions=["undo"], description="Undo the import", location=EVERYWHERE)
    def undo(self, request: HttpRequest, queryset: QuerySet[ImportRun]) -> HttpResponse | None:
        """Show what undoing one run would do; do it once that was confirmed."""
        runs = list(queryset[:2])
        if len(runs) != 1:
            self.message_user(request, "Choose one import: each is undone by itself.", messages.WARNING)
            return None
        [run] = runs
        is_confirmed = "confirmed" in request.POST
        try:
            count_changes(run, limit=DONE_HERE)
            undoing = undo(run, by=editor(request), is_dry=not is_confirmed)
        except (UndoError, ImportBusyError) as error:
            self.message_user(request, f"Nothing was undone: {error}.", messages.ERROR)
            return None
        if is_confirmed:
            level = messages.WARNING if undoing.refused else messages.SUCCESS
            self.message_user(request, f"Import run {run.pk} was undone: {undoing.words()}.", level)
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": f"Undo import run {run.pk}",
            "opts": self.opts,
            "run": run,
            "upload": run.sent_with,
            "undoing": undoing,
            "groups": [
                (heading, remarks[:REMARKS_SHOWN], len(remarks) - REMARKS_SHOWN)
                for heading, remarks in (
                    ("What editors decided, which stays", undoing.kept),
                    ("Left as they are", undoing.refused),
                )
                if remarks
            ],
        }
        return TemplateResponse(request, "admin/articles/undo_import.html", context)


def render_figure(figure: Figure) -> SafeString:
    """Return a count with its name, a link where there is something to see."""
    form = '<a href="{}">{} {}</a>' if figure.address else "{}{} {}"
    return format_html(form, figure.address, f"{figure.number:,}", figure.name)
