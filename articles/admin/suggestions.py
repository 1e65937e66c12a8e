"""Suggested actors on the desk: persons beside an office whom the gazetteer lacks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import Model, OuterRef, Q, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from articles import curation, working
from articles.admin.changes import MAY_UNDO
from articles.admin.deciding import Decision, PersonForm, find_actors, words_of
from articles.admin.desk import DeskAdmin, RecordForm, editor, link_to, link_to_list
from articles.admin.lists import find, is_too_long
from articles.admin.mentions import (
    ORDER,
    CountryFilter,
    OfficeFilter,
    owner_names,
    show_sentences,
    standing_mentions,
)
from articles.admin.taggings import EVERYWHERE
from articles.models import ActorSuggestion, SuggestionMention, Tag
from articles.suggested.accepting import last_act
from articles.suggested.proposing import OWNERS, propose
from articles.suggested.resembling import find_alike, find_known, find_namesakes
from articles.tagging.folding import fold_keyword

ARTICLES_SHOWN = 20  # of one person on its page, the newest; the others are in the list of mentions
GONE = "This suggestion is gone: no article names the person any more."
DISMISSED = "dismissed. They do not come back."
MAY_SETTLE = "articles.change_actorsuggestion"
# Who accepts makes a tag with names and offices.
MAY_ACCEPT = (MAY_SETTLE, "articles.add_tag", "articles.add_alias", "articles.add_office")
NEEDED = {"accept": MAY_ACCEPT, "join": MAY_ACCEPT, "dismiss": (MAY_SETTLE,), "reopen": (MAY_SETTLE,)}
DONE = {
    "accept": "is an actor now. Articles that may name this person are being tagged.",
    "join": "has the name now. Articles that may use it are being tagged.",
    "dismiss": "dismissed. The name does not come back.",
    "reopen": "open again.",
}


@admin.register(ActorSuggestion)
class ActorSuggestionAdmin(DeskAdmin):
    help_line = (
        "Persons whom articles name beside an office and whom the gazetteer lacks. Open ones stand first, "
        "those in most articles on top; below them stand those already decided, unless you filter by status. "
        "Accept makes an actor with the office the articles name and tags those articles; "
        "a dismissed name never comes back as open."
    )
    decide_help = (
        "Accept the person as a new actor, say which actor it is, or dismiss the name for ever. "
        "Each is one act that can be undone; the articles are tagged in the background."
    )
    form = RecordForm
    list_display = ("person", "sentence_shown", "articles_shown", "standing_shown")
    list_display_links = None
    list_filter = ("status", CountryFilter, OfficeFilter)
    list_per_page = 25
    sortable_by = ()
    search_fields = ("folded_name",)  # what `get_search_results` does instead
    search_help_text = "How the name begins, or the key of the country: ru."
    actions = ("dismiss", "reopen")
    fields = (
        "name", "office", "owner_shown", "status", "tag", "article_count", ("first_seen_at", "last_seen_at"),
        "evidence_shown",
    )  # fmt: skip

    def get_urls(self) -> list[URLPattern]:
        """Return the address of the page that decides, and Django's."""
        view = self.admin_site.admin_view(self.decide_view)
        name = "articles_actorsuggestion_decide"
        return [path("<path:object_id>/decide/", view, name=name), *super().get_urls()]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return False: the tagger suggests."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Return False: a suggestion is decided, not edited."""
        return False

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Return whether this person may dismiss suggestions."""
        return bool(request.user.has_perm(MAY_SETTLE))

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """Return the order: open ones first, then those in most articles."""
        return ORDER

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the suggestions, each with the number of its newest mention."""
        newest = standing_mentions().filter(suggestion=OuterRef("pk")).values("pk")[:1]
        rows: QuerySet[Any] = ActorSuggestion.objects.select_related("tag").annotate(newest=Subquery(newest))
        return rows.order_by(*ORDER)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Return the suggestions whose name begins so, accents and case aside, or whose country this is."""
        term = fold_keyword(search_term)
        if not term or is_too_long(search_term) or "\0" in search_term:
            return super().get_search_results(request, queryset, search_term)
        is_meant = Q(folded_name__startswith=term) | Q(owner=search_term.strip().lower())
        return queryset.filter(is_meant), False

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Return the list; its rows know their sentences, who resembles them, and what this person may do."""
        changelist = super().get_changelist_instance(request)
        rows = list(changelist.result_list)
        mentions = standing_mentions().in_bulk([row.newest for row in rows])
        owners = owner_names([row.owner for row in rows])
        alike, namesakes = find_alike(rows), find_namesakes(rows)
        may = [verb for verb, needed in NEEDED.items() if request.user.has_perms(needed)]
        for row in rows:
            row.mention = mentions.get(row.newest)
            row.owner_name = owners.get(row.owner, row.owner)
            row.hints = hints_of(alike[row.pk], namesakes.get(row.pk))
            row.verbs = [verb for verb in may if verb in offered(row)]
            row.decide = self._decide_address(row, changelist.get_query_string()) if may else ""
        changelist.result_list = rows
        return changelist

    def _decide_address(self, suggestion: ActorSuggestion, query: str) -> str:
        address = reverse("admin:articles_actorsuggestion_decide", args=[suggestion.pk])
        filters = query.removeprefix("?")
        return (
            f"{address}?{QueryDict.fromkeys(['_changelist_filters'], filters).urlencode()}"
            if filters
            else address
        )

    @admin.display(description="person")
    def person(self, suggestion: Any) -> SafeString:  # noqa: ANN401  # a row of the list
        """Return name, office and country, and who resembles the person; the name leads to its page."""
        name = link_to(suggestion)
        if suggestion.decide:
            name = format_html('<a href="{}">{}</a>', suggestion.decide, suggestion)
        owner = format_html(" · {}", suggestion.owner_name) if suggestion.owner else ""
        return format_html('{}<p class="from">{}{}</p>{}', name, suggestion.office, owner, suggestion.hints)

    @admin.display(description="named in the newest article")
    def sentence_shown(self, suggestion: Any) -> SafeString:  # noqa: ANN401  # a row of the list
        """Return the first sentence of the newest article that names the person, and the way there."""
        mention = suggestion.mention
        if mention is None:
            return format_html('<p class="quiet">Only withdrawn articles name this person.</p>')
        return format_html('{}<p class="from">{}</p>', show_sentences(mention), link_to(mention.article))

    @admin.display(description="articles")
    def articles_shown(self, suggestion: ActorSuggestion) -> SafeString:
        """Return the number of articles that name the person, as a link to their mentions."""
        query = f"suggestion={suggestion.pk}"
        return link_to_list(SuggestionMention, query, f"{suggestion.article_count:,}")

    @admin.display(description="decision")
    def standing_shown(self, suggestion: Any) -> SafeString:  # noqa: ANN401  # a row of the list
        """Return what was decided, or the buttons that decide.

        They send the list's own form, which has the token, to the page of the suggestion.
        """
        done = ""
        if suggestion.tag:
            done = format_html('<p class="from">is {}</p>', link_to(suggestion.tag))
        elif suggestion.status != ActorSuggestion.Status.OPEN:
            done = format_html('<p class="from">{}</p>', suggestion.get_status_display())
        buttons = format_html_join(
            " ",
            '<button type="submit" class="button" name="verb" value="{}" formaction="{}" '
            'aria-label="{} {}">{}</button>',
            (
                (verb, suggestion.decide, verb.capitalize(), suggestion, verb.capitalize())
                for verb in suggestion.verbs
                if verb != "join"
            ),
        )
        return format_html('{}<div class="verbs">{}</div>', done, buttons)

    @admin.display(description="country or body")
    def owner_shown(self, suggestion: ActorSuggestion) -> str | SafeString:
        """Return what the office is of, as a link where the gazetteer has it."""
        tag = Tag.objects.filter(key=suggestion.owner, kind__in=OWNERS).order_by("kind").first()
        return link_to(tag) if tag else suggestion.owner or "the text does not say"

    @admin.display(description="articles and evidence")
    def evidence_shown(self, suggestion: ActorSuggestion) -> SafeString:
        """Return the newest articles with the sentences that name the person, and the way to all."""
        mentions = standing_mentions().filter(suggestion=suggestion)[:ARTICLES_SHOWN]
        rows = format_html_join(
            "", '<div>{}<p class="from">{} · {}</p></div>',
            ((show_sentences(row, shown=2), link_to(row.article), row.office) for row in mentions),
        )  # fmt: skip
        return format_html("{}<p>In all: {}</p>", rows, self.articles_shown(suggestion))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        """Return the page that decides; to those who may decide nothing, the record."""
        if request.method == "GET" and self.has_decide_permission(request):
            suggestion = find(ActorSuggestion.objects.select_related("tag"), object_id)
            if suggestion is not None:
                return self._page(request, suggestion)
        return super().change_view(request, object_id, form_url, extra_context)

    # --- The page that decides -----------------------------------------------------------------------

    def decide_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show what is known of a suggestion and what may become of it; do what was sent."""
        if not self.has_decide_permission(request):
            raise PermissionDenied
        suggestion = find(ActorSuggestion.objects.select_related("tag"), object_id)
        # The button of an actor says who it is: then that is the verb.
        verb = "join" if "actor" in request.POST else request.POST.get("verb", "")
        if verb and not (verb in NEEDED and request.user.has_perms(NEEDED[verb])):
            raise PermissionDenied
        if suggestion is None:
            if not verb:
                raise Http404
            self.message_user(request, GONE, messages.WARNING)
            return self._back_to_list(request)
        if not verb:
            return self._page(request, suggestion)
        decision = Decision(suggestion, request.POST, by=editor(request))
        if decision.run(verb):
            self._tell(request, verb, decision)
            return self._back_to_list(request)
        if decision.problem:
            self.message_user(request, decision.problem, messages.WARNING)
            suggestion.refresh_from_db()
        return self._page(request, suggestion, decision.form)

    def _page(
        self, request: HttpRequest, suggestion: ActorSuggestion, form: PersonForm | None = None
    ) -> TemplateResponse:
        verbs = [
            verb for verb in offered(suggestion)
            if request.user.has_perms(NEEDED[verb])
        ]  # fmt: skip
        known = find_known(suggestion) if "join" in verbs else []
        wanted = request.GET.get("actor", "")
        context = {
            **self.admin_site.each_context(request),
            "title": str(suggestion),
            "help_line": self.decide_help,
            "opts": self.opts,
            "suggestion": suggestion,
            "decide": reverse("admin:articles_actorsuggestion_decide", args=[suggestion.pk]),
            "owner": self.owner_shown(suggestion),
            "evidence": self.evidence_shown(suggestion),
            "act": last_act(suggestion),
            "verbs": verbs,
            "known": [(one, words_of(one.tag)) for one in known],
            "likely": [one.tag.pk for one in known if one.is_likely],
            "alike": find_alike([suggestion])[suggestion.pk],
            "wanted": wanted,
            "found": [(tag, words_of(tag)) for tag in find_actors(wanted)] if "join" in verbs else [],
            "form": (form or PersonForm.of_person(propose(suggestion))) if "accept" in verbs else None,
            "filters": request.GET.get("_changelist_filters", ""),
            "remark": working.remark(),
        }
        return TemplateResponse(request, "admin/articles/decide_suggestion.html", context)

    def _tell(self, request: HttpRequest, verb: str, decision: Decision) -> None:
        what = link_to(decision.tag) if decision.tag else str(decision.suggestion)
        act = last_act(decision.suggestion)
        undo: SafeString | str = ""
        if act is not None and request.user.has_perm(MAY_UNDO):
            undo = format_html(
                ' <a href="{}">Undo</a>', reverse("admin:articles_changeset_undo", args=[act.pk])
            )
        self.message_user(request, format_html("{} {}{}", what, DONE[verb], undo), messages.SUCCESS)

    def _back_to_list(self, request: HttpRequest) -> HttpResponseRedirect:
        """Return to the list as it was filtered."""
        filters = request.GET.get("_changelist_filters", "")
        address = reverse("admin:articles_actorsuggestion_changelist")
        return HttpResponseRedirect(f"{address}?{QueryDict(filters).urlencode()}" if filters else address)

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


def offered(suggestion: ActorSuggestion) -> tuple[str, ...]:
    """Return what may become of a suggestion, as it stands."""
    if suggestion.status == ActorSuggestion.Status.OPEN:
        return "accept", "join", "dismiss"
    return ("accept", "join", "reopen") if suggestion.status == ActorSuggestion.Status.DISMISSED else ()


def hints_of(alike: Sequence[ActorSuggestion], namesake: Tag | None) -> SafeString:
    """Return who a suggestion may be already, in a line each."""
    lines = [("perhaps the actor", link_to(namesake))] if namesake else []
    lines += [
        (f"spelled alike, {other.get_status_display()}:", other.name)  # type: ignore[misc]  # a link or a name
        for other in alike[:2]
    ]
    return format_html_join("", '<p class="hint">{} {}</p>', lines)
