"""Imports on the desk: what each run did, which files gave trouble, and which article came from where."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from articles.admin.desk import ReadOnlyAdmin, editor, link_to, link_to_list
from articles.admin.lists import chosen
from articles.admin.taggings import EVERYWHERE
from articles.importing.lock import ImportBusyError
from articles.importing.undo import UndoError, count_changes, undo
from articles.models import Article, ArticleSource, ImportIssue, ImportRun

OUTCOMES = ("created", "updated", "unchanged", "skipped", "failed")
ISSUES_SHOWN = 200  # of one run on its page; the others are in the list of issues
REMARKS_SHOWN = 100  # articles named before an undo; undo_import --json names all
UNDONE_HERE = 5_000  # articles that are undone while a browser waits, about ten seconds


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnlyAdmin):
    help_line = (
        "Every import, newest first. A killed run keeps what it stored; importing the folder again "
        "goes on from there. A run can be undone: what editors decided since stays."
    )
    list_display = ("__str__", "state_shown", "started_at", "paths_shown", "outcomes_shown")
    list_filter = ("state",)
    date_hierarchy = "started_at"
    ordering = ("-id",)
    actions = ("undo",)
    fieldsets = (
        (
            None,
            {"fields": ("state_shown", "started_by_name", ("started_at", "finished_at", "seconds_shown"))},
        ),
        ("Asked for", {"fields": ("paths_shown", ("is_forced", "is_pruning"), "gazetteer_release")}),
        ("Files", {"fields": (OUTCOMES,)}),
        ("Articles", {"fields": ("withdrawn_count", "articles_shown", "acts_shown")}),
        ("Issues", {"fields": ("issues_shown",)}),
    )

    @admin.display(description="state", ordering="state")
    def state_shown(self, run: ImportRun) -> str:
        """Return the run's state; one whose heartbeat stopped was interrupted, whatever it says itself."""
        state = "interrupted (no sign of life)" if run.is_silent else run.get_state_display()
        return f"{state} after {self.seconds_shown(run)} s"

    @admin.display(description="files")
    def outcomes_shown(self, run: ImportRun) -> str:
        """Return what became of the files, and how many articles were withdrawn because theirs had gone."""
        counts = [(name, getattr(run, f"{name}_count")) for name in OUTCOMES]
        shown = [f"{count:,} {name}" for name, count in counts if count]
        if run.withdrawn_count:
            shown.append(f"{run.withdrawn_count:,} withdrawn")
        return ", ".join(shown) or "none"

    @admin.display(ordering="created_count")
    def created(self, run: ImportRun) -> int:
        """Return the number of files that became articles."""
        return run.created_count

    @admin.display(ordering="updated_count")
    def updated(self, run: ImportRun) -> int:
        """Return the number of files whose articles changed."""
        return run.updated_count

    @admin.display(ordering="unchanged_count")
    def unchanged(self, run: ImportRun) -> int:
        """Return the number of files with nothing new."""
        return run.unchanged_count

    @admin.display(ordering="skipped_count")
    def skipped(self, run: ImportRun) -> int:
        """Return the number of files that hold no article, or whose import was undone."""
        return run.skipped_count

    @admin.display(ordering="failed_count")
    def failed(self, run: ImportRun) -> int:
        """Return the number of files that could not be imported."""
        return run.failed_count

    @admin.display(description="seconds")
    def seconds_shown(self, run: ImportRun) -> str:
        """Return how long the run took, or has been at work."""
        return f"{run.seconds:,.1f}"

    @admin.display(description="files and folders")
    def paths_shown(self, run: ImportRun) -> SafeString:
        """Return what was asked for, one a line."""
        return format_html_join("", "<div>{}</div>", ((path,) for path in run.paths))

    @admin.display(description="articles")
    def articles_shown(self, run: ImportRun) -> SafeString:
        """Return a link to the articles whose file this run was the last to read."""
        return link_to_list(Article, f"run={run.pk}", "articles last read by this run")

    @admin.display(description="trail")
    def acts_shown(self, run: ImportRun) -> SafeString:
        """Return links to what the run changed, and to its undoing."""
        acts = [(link_to(act), f"{act.change_count:,}") for act in run.change_sets.order_by("pk")]
        return format_html_join(", ", "{} ({} articles)", acts)

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
            count_changes(run, limit=UNDONE_HERE)
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

    @admin.display(description="issues")
    def issues_shown(self, run: ImportRun) -> str:
        """Return the run's issues, what was not imported first, grouped by file."""
        issues = list(run.issues.order_by("level", "path", "line", "id")[: ISSUES_SHOWN + 1])
        shown = issues[:ISSUES_SHOWN]
        context = {
            "issues": shown,
            "all": link_to_list(ImportIssue, f"run={run.pk}", "all issues of this run")
            if len(issues) > len(shown)
            else "",
        }
        return render_to_string("admin/articles/_issues.html", context)


@admin.register(ImportIssue)
class ImportIssueAdmin(ReadOnlyAdmin):
    help_line = "What was wrong with a file. Mend the file and import it again; the issue stays with its run."
    list_display = ("path", "line", "message", "level", "run")
    sortable_by = ()
    list_filter = ("level", chosen("import run", "run", ImportRun, "run"))
    list_select_related = ("run",)
    search_fields = ("path", "message")
    search_help_text = "A part of the file's path or of the message."
    ordering = ("-id",)
    fields = ("run_shown", "level", "path", "line", "message")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImportIssue]:
        """Return the issues with their runs."""
        return super().get_queryset(request).select_related("run")

    @admin.display(description="import run")
    def run_shown(self, issue: ImportIssue) -> SafeString:
        """Return the run as a link."""
        return link_to(issue.run)


@admin.register(ArticleSource)
class ArticleSourceAdmin(ReadOnlyAdmin):
    help_line = "Which file each article was read from. Readers never see these paths."
    list_display = ("name", "article_shown", "run", "reader_version")
    sortable_by = ()
    list_filter = (
        chosen("article", "article", Article, "article"),
        chosen("import run", "run", ImportRun, "run"),
    )
    list_select_related = ("article", "run")
    search_fields = ("path__exact", "sha256__exact")
    search_help_text = "The file's whole path, or the hash of its bytes."
    ordering = ("-id",)
    fields = ("article_shown", "name", "path", "sha256", "reader_version", "run")

    @admin.display(description="article")
    def article_shown(self, source: ArticleSource) -> SafeString:
        """Return the article as a link."""
        return link_to(source.article)
