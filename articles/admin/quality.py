"""The quality desk: a random sample of taggings each day, audited by single keys, and what it says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST, require_safe

from articles import curation
from articles.admin.desk import ReadOnlyAdmin, editor, link_to, link_to_list
from articles.admin.lists import chosen, find, find_or_404, is_id, is_too_long
from articles.models import AuditItem, AuditSample, Tag, Tagging, TagKind
from articles.quality import audits, sampling
from newsroom.admin import DeskPage

MAY_LOOK, MAY_AUDIT = "articles.view_auditsample", "articles.change_audititem"
MAY_ASK, MAY_REJECT = "articles.add_auditsample", "articles.change_tagging"
TAGS_SHOWN = 30  # in the table of tags, those with the most wrong answers
SAMPLES_SHOWN = 50  # of today
# Of an article, what the list of a sample does not show.
UNSEEN = ("article__body", "article__standfirst", "article__extra", "article__cuts", "article__keywords")

OVERVIEW_HELP = (
    "How often automatic tags are right. Each day twenty of those that readers see are drawn at random; "
    "whoever comes first that day draws them, and all audit the same twenty."
)
AUDIT_HELP = (
    "Is the tag right for this article? Judge by the article, not by what others decided. What you answer "
    "measures the tagger and changes no tag; it may be changed until the day is over."
)
# What stands on the buttons, by the role that the tag was given.
LABELS = {
    Tagging.Role.MAIN: {
        "right": "Right: a main subject",
        "other-role": "Right, but only mentioned",
        "role-unsure": "Right, role unclear",
        "wrong": "Wrong",
        "unsure": "Cannot tell",
    },
    Tagging.Role.MENTIONED: {
        "right": "Right: mentioned",
        "other-role": "Right, but a main subject",
        "role-unsure": "Right, role unclear",
        "wrong": "Wrong",
        "unsure": "Cannot tell",
    },
}


def checked_for(request: HttpRequest, permission: str) -> None:
    """Raise PermissionDenied unless whoever asks may do this."""
    if not request.user.has_perm(permission):
        raise PermissionDenied


# --- The overview -----------------------------------------------------------------------------------------


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Return the day's samples and how often tags are right."""
    checked_for(request, MAY_LOOK)
    today = timezone.localdate()
    may_audit = request.user.has_perm(MAY_AUDIT) and not settings.NEWSROOM_IS_READ_ONLY
    samples = _samples_of(today)
    figures = audits.read_figures(today)
    by_doubt = sorted(figures.tags.items(), key=lambda one: (-one[1].wrong, -one[1].total, one[0][1]))
    context = {
        **admin.site.each_context(request),
        "title": "Quality desk",
        "help_line": OVERVIEW_HELP,
        "today": today,
        "samples": samples,
        "is_drawn": any(one.scope == AuditSample.Scope.ALL for one in samples),
        "may_audit": may_audit,
        "may_ask": request.user.has_perm(MAY_ASK),
        "kinds": TagKind.choices,
        "asked_count": sampling.ASKED,
        "least": audits.LEAST,
        "overall": figures.overall,
        "tables": [
            ("By kind", "Kind", _named(figures.kinds, dict(TagKind.choices))),
            ("By rule", "Rule", _named(figures.rules, {"": "no words of the text"})),
            ("Roles of tags that are right", "Role given", _named(figures.roles, dict(Tagging.Role.choices))),
        ],
        "months": sorted(figures.months.items(), reverse=True),
        "tags": by_doubt[:TAGS_SHOWN],
        "tags_left": len(by_doubt) - TAGS_SHOWN,
    }  # fmt: skip
    return TemplateResponse(request, "admin/articles/quality.html", context)


def _named(figures: dict[str, audits.Figure], names: dict[str, str]) -> list[tuple[str, audits.Figure]]:
    """Return the figures under names for people, those with most answers first."""
    found = [(names.get(key, key).capitalize(), figure) for key, figure in figures.items()]
    return sorted(found, key=lambda one: (-one[1].total, one[0]))


def _samples_of(day: dt.date) -> list[AuditSample]:
    """Return the samples of a day, each with how many taggings it has and how many are answered."""
    rows = AuditSample.objects.filter(drawn_on=day).select_related("tag")
    counted = rows.annotate(
        item_count=Count("items"), answered_count=Count("items", filter=~Q(items__verdict=""))
    )
    return list(counted.order_by("scope", "stratum")[:SAMPLES_SHOWN])


@require_POST
def draw(request: HttpRequest) -> HttpResponse:
    """Draw the day's sample, unless somebody else did meanwhile, and lead to it."""
    checked_for(request, MAY_AUDIT)
    return _lead_to(request, sampling.draw_daily(timezone.localdate(), by=editor(request)))


@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Draw a sample of one kind or one tag for today, and lead to it."""
    checked_for(request, MAY_ASK)
    today, kind, words = (
        timezone.localdate(),
        request.POST.get("kind", ""),
        request.POST.get("tag", "").strip(),
    )
    if kind in TagKind.values:
        return _lead_to(request, sampling.draw_kind(today, TagKind(kind), by=editor(request)))
    found = _tags_called(words)
    if len(found) == 1:
        return _lead_to(request, sampling.draw_tag(today, found[0], by=editor(request)))
    if found:
        choices = ", ".join(f"{tag.kind}:{tag.key} ({tag})" for tag in found)
        messages.warning(request, f"Several tags are called so. Write one of these: {choices}")
    else:
        messages.warning(
            request, "Write a tag's name, or kind and key such as country:ru. Nothing was drawn."
        )
    return HttpResponseRedirect(reverse("admin:quality"))


def _tags_called(words: str) -> list[Tag]:
    """Return the tags in use of this name, or the one of this kind and key."""
    if not words or is_too_long(words) or "\0" in words:
        return []
    kind, _, key = words.partition(":")
    called = Q(name__iexact=words) | Q(kind=kind.strip().lower(), key__iexact=key.strip())
    return list(Tag.objects.filter(called, is_retired=False).order_by("kind", "name")[:5])


def _lead_to(request: HttpRequest, sample: AuditSample | None) -> HttpResponse:
    if sample is None or not sample.items.exists():
        messages.warning(request, "No article that readers see has such an automatic tag. Nothing was drawn.")
        return HttpResponseRedirect(reverse("admin:quality"))
    return HttpResponseRedirect(reverse("admin:quality_audit", args=[sample.pk]))


# --- One sample -------------------------------------------------------------------------------------------


def audit(request: HttpRequest, pk: str) -> HttpResponse:
    """Show a sample one tagging at a time, and keep what is answered; the next one appears at once."""
    checked_for(request, MAY_LOOK)
    sample = find_or_404(AuditSample.objects.select_related("tag"), pk)
    if request.method == "POST":
        return _answer(request, sample)
    items = list(sample.items.select_related("article", "tag").defer(*UNSEEN))
    may_answer = audits.is_open(sample) and request.user.has_perm(MAY_AUDIT)
    current = _current(items, request.GET.get("item", ""))
    context = {
        **admin.site.each_context(request),
        "title": f"Audit of {sample.drawn_on:%-d %B %Y}: {sample.subject}",
        "help_line": AUDIT_HELP,
        "sample": sample,
        "items": [(item, audits.answer_of(item)) for item in items],
        "answered_count": sum(bool(item.verdict) for item in items),
        "current": current,
        "seen": audits.answer_of(current) if current else "",
        "choices": _choices(current) if current else (),
        "may_answer": may_answer,
        "is_open": audits.is_open(sample),
        "rejectable": _rejectable(items) if request.user.has_perm(MAY_REJECT) else (),
    }
    return TemplateResponse(request, "admin/articles/quality_audit.html", context)


def _current(items: Sequence[AuditItem], asked: str) -> AuditItem | None:
    """Return the tagging in question: the one asked for by its place, else the first that has no answer."""
    if is_id(asked):
        return next((item for item in items if item.position == int(asked)), None)
    return next((item for item in items if not item.verdict), None)


def _choices(item: AuditItem) -> list[tuple[str, str, int]]:
    """Return the answers there are: the word that is sent, the label, the key."""
    labels = LABELS[Tagging.Role(item.role)]
    return [(word, labels[word], number) for number, word in enumerate(audits.ANSWERS, start=1)]


def _rejectable(items: Sequence[AuditItem]) -> set[int]:
    """Return the taggings answered as wrong that readers still see."""
    wrong = [item.tagging_id for item in items if item.verdict == AuditItem.Verdict.WRONG]
    rows = Tagging.objects.filter(pk__in=wrong).exclude(status=Tagging.Status.REJECTED)
    return set(rows.values_list("pk", flat=True)) if wrong else set()


def _answer(request: HttpRequest, sample: AuditSample) -> HttpResponse:
    checked_for(request, MAY_AUDIT)
    pk, given = request.POST.get("item", ""), audits.ANSWERS.get(request.POST.get("answer", ""))
    item = find(sample.items, pk)
    page = reverse("admin:quality_audit", args=[sample.pk])
    if item is None or given is None:
        messages.error(request, "That was none of the answers. Nothing was kept.")
        return HttpResponseRedirect(page)
    try:
        audits.answer(item, given, seen=request.POST.get("seen", ""), by=editor(request))
    except audits.NotOpenError as error:
        messages.warning(request, str(error))
        return HttpResponseRedirect(f"{page}?item={item.position}")
    return HttpResponseRedirect(page)


@require_POST
def reject(request: HttpRequest, pk: str) -> HttpResponse:
    """Reject a tagging that an auditor found wrong: an act of curation, which leaves the answer as it is."""
    checked_for(request, MAY_REJECT)
    item = find_or_404(AuditItem.objects.filter(verdict=AuditItem.Verdict.WRONG), pk)
    rows = Tagging.objects.filter(pk=item.tagging_id, article=item.article_id, tag=item.tag_id)
    if curation.reject(rows, by=editor(request)):
        messages.success(request, f"{item} was rejected. No import gives it again; the audit's answer stays.")
    else:
        messages.warning(request, f"{item} was not there any more, or was rejected already.")
    return HttpResponseRedirect(reverse("admin:quality_audit", args=[item.sample_id]))


admin.site.pages += [  # type: ignore[attr-defined]  # the desk's own site
    DeskPage("quality", "quality/", overview, MAY_LOOK, label="Quality desk", group="Quality"),
    DeskPage("quality_draw", "quality/draw/", draw, MAY_AUDIT),
    DeskPage("quality_ask", "quality/ask/", ask, MAY_ASK),
    DeskPage("quality_audit", "quality/<str:pk>/", audit, MAY_LOOK),
    DeskPage("quality_reject", "quality/reject/<str:pk>/", reject, MAY_REJECT),
]


# --- What was drawn and answered, as tables ---------------------------------------------------------------


@admin.register(AuditSample)
class AuditSampleAdmin(ReadOnlyAdmin):
    help_line = (
        "Every random draw, and what is needed to draw it again: the seed, and the numbers among which "
        "taggings were looked for."
    )
    list_display = ("__str__", "scope", "items_shown", "made_by_name", "tried_count")
    list_filter = ("scope", "drawn_on")
    list_select_related = ("tag",)
    ordering = ("-id",)
    sortable_by = ()
    fields = ("drawn_on", "scope", "kind", "tag_shown", "items_shown", "made_by_name", "made_at", "seed",
              ("lowest", "highest"), "is_listed", "tried_count")  # fmt: skip

    @admin.display(description="tag")
    def tag_shown(self, sample: AuditSample) -> SafeString | str:
        """Return the tag as a link."""
        return link_to(sample.tag) if sample.tag else sample.tag_name or "–"

    @admin.display(description="taggings")
    def items_shown(self, sample: AuditSample) -> SafeString:
        """Return the way to what was drawn."""
        return link_to_list(AuditItem, f"sample={sample.pk}", "what was drawn")


@admin.register(AuditItem)
class AuditItemAdmin(ReadOnlyAdmin):
    help_line = (
        "What auditors saw and answered. An answer stands for what was seen, also when the tag was rejected "
        "or the article edited since."
    )
    list_display = ("tag_name", "title", "role", "verdict", "role_verdict", "answered_by_name", "answered_at")
    list_filter = (
        "verdict", "kind",
        chosen("sample", "sample", AuditSample, "sample"), chosen("tag", "tag", Tag, "tag"),
    )  # fmt: skip
    ordering = ("-id",)
    sortable_by = ()
    fields = ("article_shown", "tag_shown", "role", "rule", "release", "verdict", "role_verdict",
              "answered_by_name", "answered_at", "former_answers")  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditItem]:
        """Return the rows with what their pages show."""
        return super().get_queryset(request).select_related("tag")

    @admin.display(description="article")
    def article_shown(self, item: AuditItem) -> SafeString:
        """Return the article as a link, by the title that was seen."""
        return link_to(item.article, item.title)

    @admin.display(description="tag")
    def tag_shown(self, item: AuditItem) -> SafeString | str:
        """Return the tag as a link, its name if the tag is no more."""
        return link_to(item.tag) if item.tag else item.tag_name
