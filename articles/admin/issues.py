"""Issues of imports on the desk, and the files that articles were read from."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from articles.admin.desk import ReadOnlyAdmin, link_to
from articles.admin.lists import chosen
from articles.admin.sourcefile import SourceFilePages
from articles.importing.troubles import ABOUT
from articles.models import Article, ArticleSource, CorrectedFile, FormerBytes, ImportIssue, ImportRun


class KindFilter(admin.SimpleListFilter):
    """Issues by what is wrong."""

    title = "kind"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        """Return every kind in words."""
        return sorted(((kind.value, words.sentence) for kind, words in ABOUT.items()), key=lambda one: one[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[ImportIssue]) -> QuerySet[ImportIssue]:
        """Return the issues of the chosen kind."""
        return queryset if self.value() is None else queryset.filter(kind=self.value())


@admin.register(ImportIssue)
class ImportIssueAdmin(SourceFilePages, ReadOnlyAdmin):
    help_line = (
        "What was wrong with a file. Open the file to see its text, correct it and try it again; "
        "the issue stays with its run."
    )
    list_display = ("path", "line", "message", "level", "run", "file_shown")
    sortable_by = ()
    list_filter = ("level", KindFilter, chosen("import run", "run", ImportRun, "run"))
    list_select_related = ("run",)
    search_fields = ("path", "message")
    search_help_text = "A part of the file's path or of the message."
    ordering = ("-id",)
    fields = ("run_shown", "level", "path", "line", "message", "kind_shown", "remedy_shown", "file_shown")

    def get_urls(self) -> list[URLPattern]:
        """Return the addresses of the file of an issue, and Django's."""
        wrap = self.admin_site.admin_view
        pages = {"file": self.file_view, "retry": self.retry_view, "correct": self.correct_view,
                 "put-back": self.put_back_view}  # fmt: skip
        own = [
            path(
                f"<path:object_id>/{page}/", wrap(view), name=f"articles_importissue_{page.replace('-', '_')}"
            )
            for page, view in pages.items()
        ]
        return [*own, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImportIssue]:
        """Return the issues with their runs."""
        return super().get_queryset(request).select_related("run")

    @admin.display(description="import run")
    def run_shown(self, issue: ImportIssue) -> SafeString:
        """Return the run as a link."""
        return link_to(issue.run)

    @admin.display(description="kind")
    def kind_shown(self, issue: ImportIssue) -> str:
        """Return what is wrong in a sentence."""
        return issue.about.sentence

    @admin.display(description="remedy")
    def remedy_shown(self, issue: ImportIssue) -> str:
        """Return what to do."""
        return issue.about.remedy

    @admin.display(description="text")
    def file_shown(self, issue: ImportIssue) -> SafeString:
        """Return a link to the file with its issues."""
        address = reverse("admin:articles_importissue_file", args=[issue.pk])
        return format_html('<a href="{}">file and issues</a>', address)


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


@admin.register(CorrectedFile)
class CorrectedFileAdmin(ReadOnlyAdmin):
    help_line = (
        "Files that were corrected at the desk. The bytes that stood there before are kept; "
        "they are put back from the page of the file."
    )
    list_display = ("name", "place", "run", "file")
    sortable_by = ()
    list_select_related = ("run",)
    list_filter = ("place", chosen("import run", "run", ImportRun, "run"))
    fields = ("run", "place", "file", "name", "former_sha256", "sha256")
    ordering = ("-id",)


@admin.register(FormerBytes)
class FormerBytesAdmin(ReadOnlyAdmin):
    help_line = "Which former bytes of corrected files are kept. They are put back from the page of the file."
    list_display = ("sha256", "kept_at")
    sortable_by = ()
    fields = ("sha256", "kept_at")
    ordering = ("-id",)
