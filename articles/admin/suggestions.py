"""Suggested actors on the desk: persons beside an office whom the gazetteer lacks."""

from __future__ import annotations

from typing import Any, Protocol

from django.contrib import admin
from django.db.models import Model, Prefetch, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from articles import curation
from articles.admin.desk import DeskAdmin, ReadOnlyAdmin, RecordForm, editor, link_to, link_to_list
from articles.admin.lists import chosen
from articles.admin.taggings import EVERYWHERE
from articles.evidence import PARTS, excerpts
from articles.models import ActorSuggestion, Article, SuggestionMention, Tag, TagKind

ARTICLES_SHOWN = 20  # of one person on its page, the newest; the others are in the list of mentions
DISMISSED = "dismissed. They do not come back."


class Listed(Protocol):
    """A suggestion as the desk's queryset returns it."""

    pk: int
    standing_count: int
    newest: list[SuggestionMention]


def show_sentences(mention: SuggestionMention, *, shown: int = 1) -> str:
    """Return the sentences that name the person, the words marked.

    Only words that still spell the name: an import may have been undone since.
    """
    texts = {part: getattr(mention.article, part) for part in PARTS}
    standing = [
        place for place in mention.mentions if mention.name.endswith(texts[place[0]][place[1] : place[2]])
    ]
    found = excerpts(texts, standing)
    context = {"kind": TagKind.ACTOR, "excerpts": found[:shown], "more": len(found) - shown}
    return render_to_string("admin/articles/_evidence.html", context)


def newest(count: int) -> Prefetch[str, QuerySet[SuggestionMention], str]:
    """Return the fetching of so many of each suggestion's newest articles, as ``newest``."""
    rows = SuggestionMention.objects.exclude(article__status=Article.Status.WITHDRAWN)
    rows = rows.select_related("article").defer("article__extra", "article__cuts", "article__keywords")
    return Prefetch("articles", rows.order_by("-article")[:count], to_attr="newest")


@admin.register(ActorSuggestion)
class ActorSuggestionAdmin(DeskAdmin):
    help_line = (
        "Persons whom articles name beside an office and whom the gazetteer lacks, those in most articles "
        "first. A dismissed one never comes back as open."
    )
    form = RecordForm
    list_display = ("person", "sentence_shown", "articles_shown", "status", "last_seen_at")
    list_display_links = None
    list_filter = ("status", "first_seen_at")
    list_per_page = 25
    sortable_by = ()
    search_fields = ("name__istartswith", "folded_name__istartswith", "owner__iexact")
    search_help_text = "How the name begins, or the key of the country: ru."
    actions = ("dismiss", "reopen")
    fields = ("name", "office", "owner_shown", "status", ("first_seen_at", "last_seen_at"), "evidence_shown")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return False: the tagger suggests."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Return False: a suggestion is decided, not edited."""
        return False

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Return whether this person may dismiss suggestions."""
        return bool(request.user.has_perm("articles.change_actorsuggestion"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the suggestions, each with the number of articles and the newest of them."""
        count = ARTICLES_SHOWN if request.resolver_match and request.resolver_match.kwargs else 1
        rows: QuerySet[Any] = ActorSuggestion.objects.all().with_standing_count()
        return rows.prefetch_related(newest(count)).order_by(*self.get_ordering(request))

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """Return the order: open ones first, then those in most articles."""
        return "-status", "-article_count", "folded_name"  # open, dismissed, accepted

    @admin.display(description="person")
    def person(self, suggestion: ActorSuggestion) -> SafeString:
        """Return name, office and country; the name leads to the person's page."""
        owner = format_html(" · {}", suggestion.owner) if suggestion.owner else ""
        return format_html('{}<p class="from">{}{}</p>', link_to(suggestion), suggestion.office, owner)

    @admin.display(description="named in the newest article")
    def sentence_shown(self, suggestion: Listed) -> SafeString:
        """Return the first sentence of the newest article that names the person, and the way there."""
        return format_html_join(
            "", '{}<p class="from">{}</p>',
            ((show_sentences(row), link_to(row.article)) for row in suggestion.newest),
        )  # fmt: skip

    @admin.display(description="articles")
    def articles_shown(self, suggestion: Listed) -> SafeString:
        """Return the number of articles that name the person, as a link to their mentions."""
        query = f"suggestion={suggestion.pk}"
        return link_to_list(SuggestionMention, query, f"{suggestion.standing_count:,}")

    @admin.display(description="country or body")
    def owner_shown(self, suggestion: ActorSuggestion) -> str | SafeString:
        """Return what the office is of, as a link where the gazetteer has it."""
        kinds = (TagKind.COUNTRY, TagKind.ORGANISATION)
        tag = Tag.objects.filter(key=suggestion.owner, kind__in=kinds).order_by("kind").first()
        return link_to(tag) if tag else suggestion.owner or "the text does not say"

    @admin.display(description="articles and evidence")
    def evidence_shown(self, suggestion: Listed) -> SafeString:
        """Return the newest articles with the sentences that name the person, and the way to all."""
        rows = format_html_join(
            "", '<div>{}<p class="from">{} · {}</p></div>',
            ((show_sentences(row, shown=2), link_to(row.article), row.office) for row in suggestion.newest),
        )  # fmt: skip
        count = self.articles_shown(suggestion)
        return format_html("{}<p>In all: {}</p>", rows, count)

    @admin.action(permissions=["decide"], description="Dismiss: not to be suggested", location=EVERYWHERE)
    def dismiss(self, request: HttpRequest, queryset: QuerySet[ActorSuggestion]) -> None:
        """Dismiss the chosen suggestions for ever."""
        count = curation.dismiss(queryset, by=editor(request))
        self.report(request, count, DISMISSED, nothing="None of these was open.")

    @admin.action(permissions=["decide"], description="Reopen: take a dismissal back", location=EVERYWHERE)
    def reopen(self, request: HttpRequest, queryset: QuerySet[ActorSuggestion]) -> None:
        """Open dismissed suggestions again."""
        count = curation.reopen(queryset, by=editor(request))
        self.report(request, count, "open again.", nothing="None of these was dismissed.")


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
