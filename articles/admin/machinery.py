"""What the archive keeps for itself, to be looked at: revision, outbox, rendered texts, likenesses."""

from __future__ import annotations

from django.contrib import admin
from django.utils.safestring import SafeString

from articles.admin.desk import ReadOnlyAdmin, link_to
from articles.models import Archive, NearDuplicate, OutboxRow, RenderedArticle, Sketch
from articles.search import sync
from articles.search.engine import IndexUnusable


@admin.register(Archive)
class ArchiveAdmin(ReadOnlyAdmin):
    help_line = "The archive itself. Its index is up to date when both revisions are the same."
    list_display = ("uuid", "revision", "index_revision", "gazetteer_release")
    fields = ("uuid", "revision", "index_revision", "gazetteer_release")

    @admin.display(description="revision of the search index")
    def index_revision(self, archive: Archive) -> str:
        """Return how far this machine's search index has come."""
        try:
            return str(sync.open_engine().revision())
        except IndexUnusable as error:
            return f"none: {error}"


@admin.register(OutboxRow)
class OutboxRowAdmin(ReadOnlyAdmin):
    help_line = (
        "Articles whose place in the search index changed. Rows are kept for a week after they were applied."
    )
    list_display = ("revision", "article_id", "queued_at")
    sortable_by = ()
    ordering = ("-revision",)


@admin.register(RenderedArticle)
class RenderedArticleAdmin(ReadOnlyAdmin):
    help_line = (
        "Texts as readers see them, kept from the first view. "
        "Those shown plain were too much for the renderer, which tries again on the next day."
    )
    list_display = ("article_shown", "is_plain")
    sortable_by = ()
    list_filter = ("is_plain",)
    list_select_related = ("article",)
    fields = ("article_shown", "is_plain", "key", "html")
    ordering = ("-pk",)

    @admin.display(description="article")
    def article_shown(self, rendered: RenderedArticle) -> SafeString:
        """Return the article as a link."""
        return link_to(rendered.article)


@admin.register(NearDuplicate)
class NearDuplicateAdmin(ReadOnlyAdmin):
    help_line = "Articles that share most of their text, as the same wire story in two papers does."
    list_display = ("first", "second", "share")
    sortable_by = ()
    list_select_related = ("first", "second")
    fields = ("first", "second", "share")
    ordering = ("-pk",)


@admin.register(Sketch)
class SketchAdmin(ReadOnlyAdmin):
    help_line = "What texts are compared by. Articles too short to be compared have none."
    list_display = ("article_shown",)
    list_select_related = ("article",)
    fields = ("article_shown",)
    ordering = ("-pk",)

    @admin.display(description="article")
    def article_shown(self, sketch: Sketch) -> SafeString:
        """Return the article as a link."""
        return link_to(sketch.article)
