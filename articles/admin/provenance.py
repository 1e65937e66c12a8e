"""Where an article came from: its files, what cleaning cut, and what the import had to say."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.db.models import Model, Q
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from articles.admin.corrections import compare, show_compared
from articles.admin.desk import DeskAdmin, link_to, link_to_list
from articles.models import Article, Correction, ImportIssue
from articles.reader.elsewhere import shares_of

ISSUES_SHOWN = 20
UNDONE = ", undone: skipped until it is edited"


class FilePanel(DeskAdmin):
    """The part of an article's page that shows its files; to be looked at, not edited."""

    FIELDS = (
        "sources_shown", "issues_shown", "cuts_shown", "same_story_shown", "keywords_shown", "extra_shown",
        "edited_shown", "withdrawal_shown",
    )  # fmt: skip

    def adapt_form(self, request: HttpRequest, context: dict[str, Any], obj: Model | None) -> None:
        """Say on top, and unfold, where the article's file has come to differ."""
        waiting = Correction.objects.filter(article=obj.pk, is_open=True).count() if obj else 0
        if waiting:
            context["waiting_corrections"] = waiting
            whole = context["adminform"]
            whole.fieldsets = [(name, {**options, "classes": ()}) for name, options in whole.fieldsets]
        super().adapt_form(request, context, obj)

    @admin.display(description="files")
    def sources_shown(self, article: Article) -> SafeString:
        """Return the files the article was read from, and by which run."""
        rows = article.sources.select_related("run")
        lines = (
            (row.name, link_to(row.run) if row.run else "", UNDONE if row.is_undone else "", row.path)
            for row in rows
        )
        return format_html_join("", '<p>{}, {}{}<br><small class="quiet">{}</small></p>', lines)

    @admin.display(description="why it was withdrawn")
    def withdrawal_shown(self, article: Article) -> str:
        """Return why a program withdrew it, or that an editor did."""
        if article.status != Article.Status.WITHDRAWN:
            return "it is not"
        return article.get_withdrawal_display() if article.withdrawal else "an editor did"

    @admin.display(description="import issues")
    def issues_shown(self, article: Article) -> object:
        """Return what the runs that read these files had to say about them."""
        sources = list(article.sources.all())
        issues = ImportIssue.objects.filter(run__in=[source.run_id for source in sources if source.run_id])
        names = Q(pk__in=())
        for source in sources:
            names |= Q(path=source.name) | Q(path__endswith=f"/{source.name}")
        lines = ((issue,) for issue in issues.filter(names)[:ISSUES_SHOWN])
        return format_html_join("", "<p>{}</p>", lines) or "none"

    @admin.display(description="cut by cleaning")
    def cuts_shown(self, article: Article) -> object:
        """Return what cleaning took out of the text, and why."""
        lines = ((cut.get("text", ""), cut.get("step", "")) for cut in article.cuts)
        return (
            format_html_join("", '<blockquote>{}<br><small class="quiet">{}</small></blockquote>', lines)
            or "nothing"
        )

    @admin.display(description="the same story")
    def same_story_shown(self, article: Article) -> object:
        """Return the articles that share most of the text, whether readers see them or not."""
        shares = shares_of(article)
        others = Article.objects.filter(pk__in=shares).select_related("outlet").defer("body")
        lines = (
            (shares[other.pk], link_to(other), other.outlet or "outlet unknown", other.get_status_display())
            for other in sorted(others, key=lambda other: (-shares[other.pk], other.pk))
        )
        return format_html_join("", "<p>{} %: {}, {}, {}</p>", lines) or "nowhere else"

    @admin.display(description="keywords of the file")
    def keywords_shown(self, article: Article) -> str:
        """Return the file's own tags."""
        return ", ".join(map(str, article.keywords)) or "none"

    @admin.display(description="other front matter")
    def extra_shown(self, article: Article) -> object:
        """Return the front matter that no field takes, line by line."""
        lines = (
            (key, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
            for key, value in article.extra.items()
        )
        return format_html_join("", "<p><b>{}</b> {}</p>", lines) or "none"

    @admin.display(description="corrected by editors")
    def edited_shown(self, article: Article) -> SafeString | str:
        """Return the fields that imports leave alone: the imported text beside the edited one."""
        corrections = list(article.corrections.all())
        others = sorted(set(article.edited_fields) - {row.field for row in corrections})
        words = ", ".join(name.replace("_", " ") for name in others)
        if not corrections:
            return words or "nothing"
        where = link_to_list(Correction, f"article={article.pk}", "Decide where they differ")
        return format_html(
            "{}<p>{}{}</p>", show_compared(compare(corrections)), words and f"{words}. ", where
        )
