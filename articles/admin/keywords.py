"""Unmatched keywords on the desk: what files call their articles and the gazetteer does not know."""

from __future__ import annotations

from django.contrib import admin
from django.utils.safestring import SafeString

from articles.admin.desk import ReadOnlyAdmin, link_to, link_to_list
from articles.admin.lists import chosen
from articles.models import Article, KeywordUse, UnmatchedKeyword


@admin.register(UnmatchedKeyword)
class UnmatchedKeywordAdmin(ReadOnlyAdmin):
    help_line = (
        "Tags that files give to their articles and that the gazetteer does not know, those of most articles "
        "first. Give a tag such a name (Gazetteer, Aliases) and the next import or re-tag matches it."
    )
    list_display = ("text", "articles_shown")
    list_per_page = 100
    sortable_by = ()
    ordering = ("-use_count", "text")
    search_fields = ("text__istartswith", "folded__istartswith")
    search_help_text = "How the keyword begins."
    fields = ("text", "articles_shown")

    @admin.display(description="articles")
    def articles_shown(self, keyword: UnmatchedKeyword) -> SafeString:
        """Return the number of articles, as a link to them."""
        return link_to_list(KeywordUse, f"keyword={keyword.pk}", f"{keyword.use_count:,}")


@admin.register(KeywordUse)
class KeywordUseAdmin(ReadOnlyAdmin):
    help_line = "Which article's file gives which unmatched keyword."
    list_display = ("keyword", "article_shown")
    list_filter = (
        chosen("keyword", "keyword", UnmatchedKeyword, "keyword"),
        chosen("article", "article", Article, "article"),
    )
    list_select_related = ("keyword", "article")
    sortable_by = ()
    ordering = ("-id",)
    fields = ("keyword", "article_shown")

    @admin.display(description="article")
    def article_shown(self, use: KeywordUse) -> SafeString:
        """Return the article as a link."""
        return link_to(use.article)
