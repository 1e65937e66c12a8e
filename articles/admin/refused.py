"""The page of an article on which an editor sees what was not believed, and adds a tag that was refused."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from articles import curation
from articles.admin.desk import DeskAdmin, editor
from articles.admin.lists import find, find_or_404
from articles.admin.taggings import show_decision, show_tag, show_words
from articles.guard import GuardError
from articles.models import Article, Tag, Tagging
from articles.review.refused import Candidate, Refusal, read_refused
from articles.tagging.surnames import BARE_SURNAME

MAY_LOOK, MAY_ADD = "articles.view_tagging", "articles.add_tagging"
HELP = (
    "Words of this article that today's rules do not take for a tag, and why. It is worked out when you ask. "
    "A tag that you add stays, whatever a later import or re-tag says."
)


class ShownCandidate(NamedTuple):
    """One candidate as the page shows it: a link to the tag, and what was decided of it if anything was."""

    tag: Tag
    link: str
    standing: str
    tagging: Tagging | None


class ShownRefusal(NamedTuple):
    """One refusal as the page shows it."""

    evidence: str
    reason: str
    candidates: list[ShownCandidate]
    more_count: int


class RefusedPage(DeskAdmin):
    """The page of an article that lists refused candidates."""

    def get_urls(self) -> list[URLPattern]:
        """Return the page's address, and the others."""
        view = self.admin_site.admin_view(self.refused_view)
        return [
            path("<path:object_id>/refused/", view, name="articles_article_refused"),
            *super().get_urls(),
        ]

    def adapt_form(self, request: HttpRequest, context: dict[str, Any], obj: Model | None) -> None:
        """Add the way to what was refused: a link, as it takes seconds to work out."""
        if obj is not None and request.user.has_perm(MAY_LOOK):
            context.setdefault("tools", []).append((_address(obj.pk), "What was refused"))
        super().adapt_form(request, context, obj)

    def refused_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show what was refused, or add a tag by hand."""
        if not (self.has_view_permission(request) and request.user.has_perm(MAY_LOOK)):
            raise PermissionDenied
        if request.method not in {"GET", "POST"}:
            return HttpResponseNotAllowed(["GET", "POST"])
        article = find_or_404(Article.objects, object_id)
        if request.method == "POST":
            if not request.user.has_perm(MAY_ADD):
                raise PermissionDenied
            self._add(request, article)
            return HttpResponseRedirect(_address(article.pk))
        return self._show(request, article)

    def _add(self, request: HttpRequest, article: Article) -> None:
        """Give the article a tag, unless it got it meanwhile or somebody rejected it."""
        role = request.POST.get("role", "")
        tag = find(Tag.objects.in_use(), request.POST.get("tag", ""))
        if tag is None or role not in Tagging.Role.values:
            words = "No tag in use was chosen, or no role; nothing was added."
            self.message_user(request, words, messages.ERROR)
            return
        with transaction.atomic():
            Article.objects.select_for_update().only("pk").get(pk=article.pk)
            rows = Tagging.objects.filter(article=article, tag=tag).select_related("decided_by")
            if (row := rows.first()) is None:
                curation.add_tag(article, tag, by=editor(request), role=Tagging.Role(role))
        if row is None:
            words = f"Added: {tag}, {Tagging.Role(role).label}."
            self.message_user(request, words, messages.SUCCESS)
        else:
            words = f"{tag} is {_standing(row)}; nothing was changed. Decide it under the article's tags."
            self.message_user(request, words, messages.WARNING)

    def _show(self, request: HttpRequest, article: Article) -> TemplateResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": "What was refused",
            "help_line": HELP,
            "opts": self.opts,
            "article": article,
            "may_add": request.user.has_perm(MAY_ADD),
            "roles": Tagging.Role.choices,
        }
        try:
            here = read_refused(article)
        except GuardError as error:
            problem = f"The tagger was stopped at this text: {error}. So there is nothing to show."
            context["problem"] = problem
        else:
            context |= {
                "untagged": [_shown(article, one) for one in here.untagged],
                "tagged": [_shown(article, one) for one in here.tagged],
                "surnames": here.surnames,
                "bare_surname": BARE_SURNAME,
                "more_count": here.more_count,
            }
        return TemplateResponse(request, "admin/articles/refused.html", context)


def _address(pk: object) -> str:
    return reverse("admin:articles_article_refused", args=[pk])


def _shown(article: Article, refusal: Refusal) -> ShownRefusal:
    evidence = show_words(article, refusal.mentions, kind=refusal.kind)
    candidates = [_shown_candidate(candidate) for candidate in refusal.candidates]
    return ShownRefusal(evidence, refusal.reason, candidates, refusal.more_count)


def _shown_candidate(candidate: Candidate) -> ShownCandidate:
    tagging = candidate.tagging
    standing = _standing(tagging) if tagging else ""
    return ShownCandidate(candidate.tag, show_tag(candidate.tag), standing, tagging)


def _standing(tagging: Tagging) -> str:
    """Return "rejected by carol, 3 May 2026", "suggested, main subject"."""
    if tagging.decided_at is None:
        return f"{tagging.get_status_display()}, {tagging.get_role_display()}"
    return f"{tagging.get_status_display()} by {show_decision(tagging)}"
