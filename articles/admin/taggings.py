"""Taggings on the desk: the evidence in its sentence, and the decisions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import admin
from django.contrib.admin import ActionLocation
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from articles import curation
from articles.admin.desk import (
    DeskAdmin,
    LabelledFormSet,
    RecordForm,
    RowFormSet,
    RowInline,
    SeenForm,
    editor,
    link_to,
)
from articles.admin.lists import ChosenFilter, chosen, is_too_long, pointing
from articles.importing.taggings import texts_of
from articles.models import Article, ChangeSet, Outlet, Tag, Tagging, TagKind
from articles.reader.evidence import excerpts

SENTENCES = 2  # of one tag; the first ones say most, for the title comes first
EVERYWHERE = [ActionLocation.CHANGE_LIST, ActionLocation.CHANGE_FORM]


def show_tag(tag: Tag) -> SafeString:
    """Return the tag as a link, its kind as colour and word."""
    return format_html(
        '<span class="tag kind-{}">{}</span><small class="quiet">{}</small>',
        tag.kind, link_to(tag), tag.get_kind_display(),
    )  # fmt: skip


def show_evidence(tagging: Tagging, *, shown: int = SENTENCES) -> str:
    """Return the sentences that earned the tag, its words marked."""
    return show_words(tagging.article, tagging.mentions, kind=tagging.tag.kind, shown=shown)


def show_words(
    article: Article, mentions: Iterable[Sequence[object]], *, kind: str, shown: int = SENTENCES
) -> str:
    """Return the first sentences of an article that hold mentions of a tag of this kind, the words marked."""
    found = excerpts(texts_of(article), mentions)
    context = {"kind": kind, "excerpts": found[:shown], "more": len(found) - shown}
    return render_to_string("admin/articles/_evidence.html", context)


def show_decision(tagging: Tagging) -> str:
    """Return who decided this tagging, and when."""
    if tagging.decided_at is None:
        return "nobody yet"
    who = tagging.decided_by or "somebody who left"
    return f"{who}, {date_format(tagging.decided_at, 'DATETIME_FORMAT')}"


def decision_in(form: RecordForm) -> dict[str, Any]:
    """Return what an editor changed in the form of one tagging: its status, its role or both."""
    return {name: form.cleaned_data[name] for name in form.changed_data if name in {"status", "role"}}


class TaggingRowForm(RecordForm):
    """One decision.  A tag that the article carries already is confirmed by curation, not refused here."""

    def validate_constraints(self) -> None:
        """Leave a tag the article carries already to `curation.add_tag`."""


class TaggingForm(TaggingRowForm, SeenForm):
    """One decision on a page of its own."""


class TaggingInline(RowInline):
    """The article's taggings, to be decided one by one."""

    model = Tagging
    form = TaggingRowForm
    formset = LabelledFormSet
    fields = ("tag_shown", "evidence_shown", "role", "status", "provenance_shown")
    readonly_fields = ("tag_shown", "evidence_shown", "provenance_shown")
    verbose_name_plural = "Tags and the words that earned them"
    template = "admin/articles/_taggings.html"
    extra = 0
    max_num = 0
    can_delete = False
    ordering = ("tag__kind", "role", "-salience")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tagging]:
        """Return the taggings with all that their rows show."""
        rows = super().get_queryset(request).select_related("tag", "decided_by")
        # The article once for all rows; a join would fetch its text with each of them.
        return rows.prefetch_related("article")

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Return False: `AddedTagInline` adds."""
        return False

    @admin.display(description="tag")
    def tag_shown(self, tagging: Tagging) -> SafeString:
        """Return the tag as a link."""
        return show_tag(tagging.tag)

    @admin.display(description="evidence")
    def evidence_shown(self, tagging: Tagging) -> str:
        """Return the sentences that earned the tag."""
        return show_evidence(tagging)

    @admin.display(description="said by")
    def provenance_shown(self, tagging: Tagging) -> SafeString:
        """Return who gave the tag, how central it is, and who decided it."""
        return format_html(
            '{}, salience {}<br><span class="quiet">decided by {}</span>',
            tagging.get_origin_display(), f"{tagging.salience:.2f}", show_decision(tagging),
        )  # fmt: skip


class AddedTagInline(RowInline):
    """Tags that the editor adds."""

    model = Tagging
    form = TaggingRowForm
    formset = LabelledFormSet
    fields = ("tag", "role")
    autocomplete_fields = ("tag",)
    verbose_name = "tag"
    verbose_name_plural = "Add tags"
    extra = 0
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Return False: `TaggingInline` shows what is there."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Return False, for the same reason."""
        return False


class KindFilter(admin.SimpleListFilter):
    """The taggings with tags of one kind."""

    title = "kind"
    parameter_name = "tag__kind__exact"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        """Return the kinds there are."""
        return [(kind.value, kind.label) for kind in TagKind]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Tagging]) -> QuerySet[Tagging]:
        """Return the taggings of the chosen kind; none for what is no kind."""
        if not (value := self.value()):
            return queryset
        if value not in TagKind.values:
            return queryset.none()
        return pointing(queryset, "tag", Tag.objects.filter(kind=value))


class GivenTagFilter(ChosenFilter):
    """The taggings with one tag."""

    title = "tag"
    parameter_name = "tag"
    model = Tag

    def narrowed(self, queryset: QuerySet[Tagging], pk: int) -> QuerySet[Tagging]:
        """Return the taggings with the chosen tag."""
        return pointing(queryset, "tag", Tag.objects.filter(pk=pk))


class OutletFilter(ChosenFilter):
    """The taggings of one outlet's articles."""

    title = "outlet"
    parameter_name = "outlet"
    model = Outlet

    def narrowed(self, queryset: QuerySet[Tagging], pk: int) -> QuerySet[Tagging]:
        """Return the taggings of the chosen outlet's articles."""
        return pointing(queryset, "article", Article.objects.filter(outlet=pk))


@admin.register(Tagging)
class TaggingAdmin(DeskAdmin):
    help_line = (
        "What articles are tagged with. A rejected tag is kept: it stops the next import from giving it "
        "again. Nothing here is deleted."
    )
    form = TaggingForm
    list_display = ("tag_shown", "sentence_shown", "role", "status", "salience_shown")
    list_display_links = None
    list_select_related = ("article", "tag")
    list_filter = (
        "status", "role", KindFilter, "origin", GivenTagFilter,
        chosen("article", "article", Article, "article"),
        OutletFilter,
    )  # fmt: skip
    list_per_page = 25
    ordering = ("-id",)
    sortable_by = ()
    search_fields = ("tag__name__istartswith", "tag__key__iexact")
    search_help_text = "How the tag's name begins, or its key."
    autocomplete_fields = ("article", "tag")
    actions = ("confirm", "reject", "set_main", "set_mentioned", "take_back")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tagging]:
        """Return the taggings without what their articles' lists do not need."""
        return super().get_queryset(request).defer("article__extra", "article__cuts", "article__keywords")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Return the taggings with tags whose name begins so or whose key it is."""
        if not (term := search_term.strip()) or is_too_long(term) or "\0" in term:
            return super().get_search_results(request, queryset, search_term)
        tags = Tag.objects.filter(Q(name__istartswith=term) | Q(key__iexact=term))
        return pointing(queryset, "tag", tags), False

    def get_fields(self, request: HttpRequest, obj: Tagging | None = None) -> tuple[str, ...]:
        """Return the fields: what an editor decides, and what the decision rests on."""
        if obj is None:
            return ("article", "tag", "role")
        return ("tag_shown", "article_shown", "evidence_shown", "role", "status", "salience", "origin",
                "release", "decision_shown")  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: Tagging | None = None) -> list[str]:
        """Return all fields but the two that are decisions."""
        return (
            [name for name in self.get_fields(request, obj) if name not in {"role", "status"}] if obj else []
        )

    def save_related(
        self, request: HttpRequest, form: RecordForm, formsets: Sequence[RowFormSet], change: bool
    ) -> None:
        """Record the decision."""
        tagging = form.instance
        with curation.recording(
            ChangeSet.Act.EDIT if change else ChangeSet.Act.ADD, by=editor(request)
        ) as act:
            if change:
                act.decide([tagging], **decision_in(form))
            else:
                role = form.cleaned_data["role"]
                tagging.pk = act.add_tag(tagging.article, tagging.tag, role=role).pk

    @admin.display(description="tag")
    def tag_shown(self, tagging: Tagging) -> SafeString:
        """Return the tag; in a list the way to this tagging's own page."""
        return show_tag(tagging.tag)

    @admin.display(description="article")
    def article_shown(self, tagging: Tagging) -> SafeString:
        """Return the article as a link."""
        return link_to(tagging.article)

    @admin.display(description="evidence")
    def evidence_shown(self, tagging: Tagging) -> str:
        """Return the sentences that earned the tag."""
        return show_evidence(tagging)

    @admin.display(description="evidence")
    def sentence_shown(self, tagging: Tagging) -> SafeString:
        """Return the first sentence that earned the tag, and the ways to its article and to this tagging."""
        return format_html(
            '{}<p class="from">{} · {}</p>',
            show_evidence(tagging, shown=1), link_to(tagging.article), link_to(tagging, "decide"),
        )  # fmt: skip

    @admin.display(description="salience")
    def salience_shown(self, tagging: Tagging) -> str:
        """Return the salience as readers of a list compare it."""
        return f"{tagging.salience:.2f}"

    @admin.display(description="decided by")
    def decision_shown(self, tagging: Tagging) -> str:
        """Return who decided, and when."""
        return show_decision(tagging)

    @admin.action(permissions=["change"], description="Confirm: the tag is right", location=EVERYWHERE)
    def confirm(self, request: HttpRequest, queryset: QuerySet[Tagging]) -> None:
        """Confirm the chosen taggings."""
        count = curation.confirm(queryset, by=editor(request))
        self.report(request, count, "confirmed.", nothing="All of these were confirmed already.")

    @admin.action(permissions=["change"], description="Reject: the tag is wrong", location=EVERYWHERE)
    def reject(self, request: HttpRequest, queryset: QuerySet[Tagging]) -> None:
        """Reject the chosen taggings."""
        count = curation.reject(queryset, by=editor(request))
        done = "rejected. No import gives them again."
        self.report(request, count, done, nothing="All of these were rejected already.")

    @admin.action(permissions=["change"], description="Main: the article is about it", location=EVERYWHERE)
    def set_main(self, request: HttpRequest, queryset: QuerySet[Tagging]) -> None:
        """Make the chosen taggings main subjects."""
        count = curation.set_role(queryset, Tagging.Role.MAIN, by=editor(request))
        self.report(
            request, count, "set to main subject.", nothing="All of these were main subjects already."
        )

    @admin.action(permissions=["change"], description="Mentioned: named in passing", location=EVERYWHERE)
    def set_mentioned(self, request: HttpRequest, queryset: QuerySet[Tagging]) -> None:
        """Make the chosen taggings mentions."""
        count = curation.set_role(queryset, Tagging.Role.MENTIONED, by=editor(request))
        self.report(request, count, "set to mentioned.", nothing="All of these were mentions already.")

    @admin.action(permissions=["change"], description="Take the decision back", location=EVERYWHERE)
    def take_back(self, request: HttpRequest, queryset: QuerySet[Tagging]) -> None:
        """Make the chosen taggings suggestions again: they wait, and the tagger may speak of them."""
        with curation.recording(ChangeSet.Act.EDIT, by=editor(request)) as act:
            count = act.decide(queryset, status=Tagging.Status.SUGGESTED)
        done = "taken back. They wait in the review queue again."
        self.report(request, count, done, nothing="None of these was decided.")
