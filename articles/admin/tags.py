"""The gazetteer on the desk: tags with their names and offices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import InlineModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from articles import curation
from articles.admin.bylines import Counted
from articles.admin.desk import (
    RecordForm,
    RowFormSet,
    SeenForm,
    editor,
    link_to_list,
)
from articles.admin.lists import number_of, told
from articles.admin.merging import MergingAdmin
from articles.admin.parts import NEXT_IMPORT, AliasInline, OfficeInline
from articles.admin.rulelab import RuleLab
from articles.admin.taggings import EVERYWHERE
from articles.admin.widgets import LinesField
from articles.models import Article, Tag, Tagging, TagKind

# What says, beside names and offices, which articles get a tag.
RULE_FIELDS = ("is_ambiguous", "context", "counter_context")


class TagForm(SeenForm):
    """A tag as an editor keeps it."""

    class Meta:
        widgets = {
            "description": forms.Textarea(attrs={"rows": 2, "cols": 60}),
            "source": forms.Textarea(attrs={"rows": 2, "cols": 60}),
        }

    context = LinesField(
        required=False, help_text="Words nearby that speak for an ambiguous name, one a line."
    )
    counter_context = LinesField(required=False, help_text="Words nearby that speak against it, one a line.")

    def version(self) -> object:
        """Return the tag's columns, its aliases and its offices."""
        return (
            curation.values_of(self.instance),
            [curation.values_of(row) for row in self.instance.aliases.order_by("pk")],
            [curation.values_of(row) for row in self.instance.offices.order_by("pk")],
        )

    def clean(self) -> dict[str, Any]:
        """Give a new tag its key, and refuse a parent of another kind or below itself."""
        cleaned = super().clean()
        parent, kind = cleaned.get("parent"), cleaned.get("kind") or self.instance.kind
        if parent and parent.kind != kind:
            self.add_error(
                "parent", f"{parent} is a {parent.get_kind_display()}; the parent must be of the same kind."
            )
        seen = {self.instance.pk}
        while parent and parent.pk:
            if parent.pk in seen:
                self.add_error("parent", "A tag cannot stand below itself.")
                break
            seen.add(parent.pk)
            parent = parent.parent
        return cleaned


def is_autocomplete(request: HttpRequest) -> bool:
    """Return whether a field that is typed into asks for tags to choose from."""
    return bool(request.GET.get("model_name") and request.GET.get("field_name"))


@admin.register(Tag)
class TagAdmin(RuleLab, MergingAdmin):
    help_line = (
        "Who and what articles are tagged with. What you change here survives every load of the gazetteer. "
        "Tags are retired, not deleted: readers no longer see them, and their history stays."
    )
    form = TagForm
    list_display = ("name", "kind", "key", "parent", "article_count", "standing", "origin")
    list_select_related = ("parent",)
    list_filter = ("kind", "is_retired", "is_ambiguous", "origin")
    list_per_page = 100
    search_fields = ("name", "key__iexact", "aliases__text__istartswith")
    search_help_text = "A part of the name, the key, or how another name begins."
    ordering = ("kind", "name")
    autocomplete_fields = ("parent",)
    actions = ("merge_chosen", "retire", "reinstate")
    fieldsets = (
        (None, {"fields": ("kind", "name", ("slug", "key"), "description", "parent")}),
        ("When the name alone is not enough", {"fields": ("is_ambiguous", "context", "counter_context")}),
        ("Record", {"fields": ("is_retired", "wikidata", "source", "origin", "facts_shown")}),
    )
    readonly_fields = ("origin", "facts_shown")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the tags, each with the number of articles that carry it, but to an autocomplete without."""
        if is_autocomplete(request):  # it sorts all that match, and would count for each of them
            return super().get_queryset(request)
        rows = Tagging.objects.exclude(status=Tagging.Status.REJECTED)
        tags: QuerySet[Any] = super().get_queryset(request).annotate(counted=number_of(rows, "tag"))
        return tags

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Return the tags that match; to an autocomplete only those that can be chosen there."""
        if is_autocomplete(request):
            queryset = queryset.filter(is_retired=False)
            if request.GET["model_name"] == "office":
                kinds = (
                    [TagKind.ACTOR]
                    if request.GET["field_name"] == "holder"
                    else [TagKind.COUNTRY, TagKind.ORGANISATION]
                )
                queryset = queryset.filter(kind__in=kinds)
        return super().get_search_results(request, queryset, search_term)

    def get_readonly_fields(self, request: HttpRequest, obj: Tag | None = None) -> tuple[str, ...]:
        """Return what addresses and filters rest on, once the tag exists, and the rule of one in articles."""
        if obj is None:
            return self.readonly_fields
        rule = RULE_FIELDS if obj.has_articles else ()
        return (*self.readonly_fields, "kind", "slug", "key", *rule)

    def get_fieldsets(self, request: HttpRequest, obj: Tag | None = None) -> list[Any]:
        """Return the fields; those of a rule that cannot be changed here say where it can."""
        fieldsets: list[Any] = [(name, {**options}) for name, options in super().get_fieldsets(request, obj)]
        if obj is not None and obj.has_articles:
            lab = reverse("admin:articles_tag_try", args=[obj.pk])
            fieldsets[1][1]["description"] = format_html(
                "Articles carry this tag: these words, its names and its offices are "
                '<a href="{}">changed on trial</a>. You see what would move before anything is saved.',
                lab,
            )
        return fieldsets

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Tag | None = None
    ) -> dict[str, Sequence[str]]:
        """Return what the browser proposes for a new tag."""
        return {} if obj else {"slug": ("name",), "key": ("name",)}

    def get_inlines(self, request: HttpRequest, obj: Tag | None) -> list[type[InlineModelAdmin[Any, Any]]]:
        """Return the names, and the offices where there can be any; no empty table that takes no row."""
        is_open = obj is None or not obj.has_articles
        inlines: list[type[InlineModelAdmin[Any, Any]]] = []
        if obj is None or is_open or obj.aliases.exists():
            inlines.append(AliasInline)
        if obj is not None and obj.kind == TagKind.ACTOR and (is_open or obj.offices.exists()):
            inlines.append(OfficeInline)
        return inlines

    def save_related(
        self, request: HttpRequest, form: RecordForm, formsets: Sequence[RowFormSet], change: bool
    ) -> None:
        """Record the edit, and say when articles will show it."""
        super().save_related(request, form, formsets, change)
        if form.has_changed() or any(formset.has_changed() for formset in formsets):
            self.message_user(request, NEXT_IMPORT, messages.INFO)

    @admin.display(description="articles")
    def article_count(self, tag: Counted) -> object:
        """Return the number of articles that carry the tag, as a link to them."""
        return link_to_list(Article, f"tag={tag.pk}", told(tag.counted))

    @admin.display(description="standing")
    def standing(self, tag: Tag) -> str:
        """Return what is special about the tag."""
        if tag.merged_into_id:
            return "merged"
        return "retired" if tag.is_retired else "ambiguous name" if tag.is_ambiguous else ""

    @admin.display(description="other facts")
    def facts_shown(self, tag: Tag) -> str:
        """Return what the gazetteer's file says besides."""
        return (
            "; ".join(f"{name.replace('_', ' ')}: {value}" for name, value in tag.attributes.items())
            or "none"
        )

    @admin.action(permissions=["change"], description="Retire: no longer use the tag", location=EVERYWHERE)
    def retire(self, request: HttpRequest, queryset: QuerySet[Tag]) -> None:
        """Retire the chosen tags."""
        count = curation.retire(queryset.filter(is_retired=False), by=editor(request))
        self.report(request, count, "retired.", nothing="All of these were retired already.")

    @admin.action(permissions=["change"], description="Reinstate: use the tag again", location=EVERYWHERE)
    def reinstate(self, request: HttpRequest, queryset: QuerySet[Tag]) -> None:
        """Take the chosen tags back into use."""
        count = curation.reinstate(queryset.filter(is_retired=True), by=editor(request))
        self.report(request, count, "in use again.", nothing="None of these was retired.")
