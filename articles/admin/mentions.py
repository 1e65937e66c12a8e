"""What articles say of suggested actors, on the desk: sentences, and the filters that they offer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from articles.admin.desk import ReadOnlyAdmin, link_to
from articles.admin.lists import chosen
from articles.admin.taggings import show_words
from articles.models import ActorSuggestion, Article, SuggestionMention, Tag, TagKind
from articles.reader.evidence import PARTS
from articles.suggested.proposing import OWNERS

ORDER = ("-status", "-article_count", "folded_name")  # open, dismissed, accepted
COMMON_AMONG = 1_000  # open suggestions, those in most articles, whose countries and offices are offered
COMMON = 12  # countries or offices offered beside the list


def show_sentences(mention: SuggestionMention, *, shown: int = 1) -> str:
    """Return the sentences that name the person, the words marked.

    Only words that still spell the name: an import may have been undone since.
    """
    texts = {part: getattr(mention.article, part) for part in PARTS}
    standing = [
        place for place in mention.mentions if mention.name.endswith(texts[place[0]][place[1] : place[2]])
    ]
    return show_words(mention.article, standing, kind=TagKind.ACTOR, shown=shown)


def standing_mentions() -> QuerySet[SuggestionMention]:
    """Return mentions in articles that are not withdrawn, the article that came last first."""
    rows = SuggestionMention.objects.exclude(article__status=Article.Status.WITHDRAWN)
    rows = rows.select_related("article").defer("article__extra", "article__cuts", "article__keywords")
    return rows.order_by("-article_id")  # by the index of a suggestion's articles: "article" means its date


def owner_names(keys: Sequence[str]) -> dict[str, str]:
    """Return what countries and organisations are called, by their keys; a country goes before a body."""
    rows = Tag.objects.filter(key__in=[key for key in keys if "\0" not in key], kind__in=OWNERS)
    return dict(rows.order_by("-kind").values_list("key", "name"))


class CommonFilter(admin.SimpleListFilter):
    """A filter that offers the commonest values of a column, and the one that was chosen."""

    column = ""

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        """Return the commonest values among the suggestions on top of the list."""
        top = ActorSuggestion.objects.open().order_by(*ORDER)[:COMMON_AMONG]
        counts = Counter(value for value in top.values_list(self.column, flat=True) if value)
        values = [value for value, _ in counts.most_common(COMMON)]
        asked = request.GET.get(self.parameter_name or "", "")
        if asked and asked not in values:
            values.append(asked)
        names = self.names(values)
        return [(value, names.get(value, value)) for value in values]

    def names(self, values: Sequence[str]) -> dict[str, str]:
        """Return what the values are called."""
        return {}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the suggestions with the chosen value."""
        return queryset.filter(**{self.column: self.value()}) if self.value() else queryset


class CountryFilter(CommonFilter):
    title, parameter_name, column = "country or body", "owner", "owner"

    def names(self, values: Sequence[str]) -> dict[str, str]:
        """Return the countries and organisations of these keys."""
        return owner_names(values)


class OfficeFilter(CommonFilter):
    title, parameter_name, column = "office", "office", "office"


@admin.register(SuggestionMention)
class SuggestionMentionAdmin(ReadOnlyAdmin):
    help_line = "Which article names which suggested actor, and in which words."
    list_display = ("name", "office", "owner", "sentence_shown", "article_shown")
    list_filter = (
        chosen("suggested actor", "suggestion", ActorSuggestion, "suggestion"),
        chosen("article", "article", Article, "article"),
    )
    list_select_related = ("article",)
    list_per_page = 25
    sortable_by = ()
    ordering = ("-id",)
    fields = ("suggestion_shown", "article_shown", "name", "office", "owner", "evidence_shown")

    @admin.display(description="suggested actor")
    def suggestion_shown(self, mention: SuggestionMention) -> SafeString:
        """Return the suggestion as a link."""
        return link_to(mention.suggestion)

    @admin.display(description="article")
    def article_shown(self, mention: SuggestionMention) -> SafeString:
        """Return the article as a link."""
        return link_to(mention.article)

    @admin.display(description="evidence")
    def sentence_shown(self, mention: SuggestionMention) -> str:
        """Return the first sentence that names the person."""
        return show_sentences(mention)

    @admin.display(description="evidence")
    def evidence_shown(self, mention: SuggestionMention) -> str:
        """Return all sentences that name the person, as far as they were kept."""
        return show_sentences(mention, shown=len(mention.mentions))
