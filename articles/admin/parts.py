"""The parts of a tag's record on the desk: its names, and the offices a person held."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import ValidationError
from django.db.models import Field, ForeignKey, Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from articles import curation
from articles.admin.desk import (
    DeskAdmin,
    LabelledFormSet,
    RecordForm,
    RowInline,
    SeenForm,
    editor,
    link_to,
)
from articles.admin.lists import chosen
from articles.admin.widgets import KnownAutocompleteSelect, LinesField
from articles.models import Alias, ChangeSet, Office, Tag, TagKind
from articles.tagging import Kind
from articles.tagging.rulelines import KINDS

OFFICE_YEARS = (1500, 2200)
NEXT_IMPORT = "Articles follow with the next import of their files, or at once with manage.py retag."
TRIED_FIRST = "Of a tag that articles carry they are changed on its page, under “Try a change”."


class OfficeForm(RecordForm):
    """One office; its dates are those of a person's life."""

    def clean(self) -> dict[str, Any]:
        """Refuse impossible years, and an office of a person or topic."""
        cleaned = super().clean() or self.cleaned_data
        first, last = OFFICE_YEARS
        for name in ("start_on", "end_on"):
            day = cleaned.get(name)
            if isinstance(day, dt.date) and not first <= day.year <= last:
                self.add_error(name, ValidationError(f"Write a year between {first} and {last}."))
        of = cleaned.get("of")
        if of and of.kind not in {TagKind.COUNTRY, TagKind.ORGANISATION}:
            self.add_error("of", "An office is of a country or an organisation.")
        return cleaned


class AliasRowForm(RecordForm):
    """One name of a tag."""

    def clean(self) -> dict[str, Any]:
        """Refuse a kind of name that the tag cannot have: topics have phrases, only people have surnames."""
        cleaned = super().clean() or self.cleaned_data
        tag, kind = cleaned.get("tag"), cleaned.get("kind")
        kinds = KINDS[Kind(tag.kind)] if isinstance(tag, Tag) and tag.kind else ()
        if kinds and kind not in kinds and (self.instance.pk is None or self.has_changed()):
            self.add_error("kind", f"Of a tag of this kind it can be: {', '.join(kinds)}.")
        return cleaned


class RuleInline(RowInline):
    """Rows of a tag's rule: read only once articles carry the tag, for then the rule lab tries changes."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Return whether this person may add rows here."""
        return not _is_tried_first(obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Return whether this person may change rows here."""
        return not _is_tried_first(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Return whether this person may remove rows here."""
        return not _is_tried_first(obj) and super().has_delete_permission(request, obj)


def _is_tried_first(tag: Model | None) -> bool:
    return isinstance(tag, Tag) and tag.has_articles


class AliasInline(RuleInline):
    """The names of a tag."""

    model = Alias
    form = AliasRowForm
    formset = LabelledFormSet
    fields = ("text", "kind", "weight", "is_case_sensitive", "is_ambiguous", "context_shown", "origin")
    readonly_fields = ("context_shown", "origin")
    ordering = ("kind", "text")
    extra = 0

    @admin.display(description="words nearby")
    def context_shown(self, alias: Alias) -> object:
        """Return how many words speak for or against the alias, as a link to them."""
        if alias.pk is None:
            return ""
        count = len(alias.context) + len(alias.counter_context)
        return link_to(alias, f"{count} words" if count else "add")


class OfficeFormSet(LabelledFormSet):
    """Offices whose countries are known from one query."""

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        """Tell each row's autocomplete the name of what it shows."""
        super().add_fields(form, index)
        if not hasattr(self, "_names"):
            self._names = {office.of_id: str(office.of) for office in self.get_queryset()}
        form.fields["of"].widget.names = self._names


class OfficeInline(RuleInline):
    """The offices a person held."""

    model = Office
    form = OfficeForm
    formset = OfficeFormSet
    fk_name = "holder"
    fields = ("title", "role", "of", "start_on", "end_on", "is_end_known", "origin")
    readonly_fields = ("origin",)
    autocomplete_fields = ("of",)
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Office]:
        """Return the offices with what they are of."""
        return super().get_queryset(request).select_related("of")

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any], request: HttpRequest, **kwargs: object
    ) -> forms.ModelChoiceField[Any] | None:
        """Return the field, its widget one that can be told names."""
        if db_field.name == "of":
            kwargs["widget"] = KnownAutocompleteSelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(
        self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: object
    ) -> forms.Field | None:
        """Return the field; countries are looked up, not added in passing."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field


class PartForm(SeenForm):
    """A part of a tag's record: of a tag that no article carries, for others the rule lab tries it first."""

    owner = "tag"

    def clean(self) -> dict[str, Any]:
        """Refuse a tag that articles carry."""
        cleaned = super().clean()
        tag = cleaned.get(self.owner)
        if isinstance(tag, Tag) and tag.has_articles:
            message = format_html(
                'Articles carry {}: its names and offices are changed under <a href="{}">Try a change</a>.',
                tag,
                reverse("admin:articles_tag_try", args=[tag.pk]),
            )
            self.add_error(self.owner, ValidationError(message))
        return cleaned


class PartAdmin(DeskAdmin):
    """A part of a tag's record; one that a load brought and an editor removed stays removed.

    That of a tag which articles carry is read only.
    """

    form: type[PartForm] = PartForm

    def _is_open(self, part: Model | None) -> bool:
        return part is None or not _is_tried_first(getattr(part, self.form.owner))

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Return whether this person may change such rows."""
        return self._is_open(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Return whether this person may delete such rows."""
        return self._is_open(obj) and super(DeskAdmin, self).has_delete_permission(request, obj)

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        """Remove the row and leave a trail."""
        self.delete_queryset(request, [obj])

    def delete_queryset(self, request: HttpRequest, queryset: Iterable[Model]) -> None:
        """Remove the rows in one act."""
        with curation.recording(ChangeSet.Act.EDIT, by=editor(request)) as act:
            for row in queryset:
                act.delete(row)


class AliasForm(PartForm, AliasRowForm):
    """One alias with the words that decide whether it is meant."""

    context = LinesField(required=False, help_text="Words nearby that speak for this meaning, one a line.")
    counter_context = LinesField(required=False, help_text="Words nearby that speak against it, one a line.")


@admin.register(Alias)
class AliasAdmin(PartAdmin):
    help_line = f"Every name under which the tagger knows a tag. {TRIED_FIRST} {NEXT_IMPORT}"
    form = AliasForm
    list_display = ("text", "tag", "kind", "weight", "standing", "origin")
    list_select_related = ("tag",)
    list_filter = ("kind", "origin", "is_ambiguous", "is_case_sensitive", chosen("tag", "tag", Tag, "tag"))
    list_per_page = 100
    search_fields = ("text__istartswith",)
    search_help_text = "How the name begins."
    autocomplete_fields = ("tag",)
    fields = (
        "tag", "text", "kind", "weight", "is_case_sensitive", "is_ambiguous",
        "context", "counter_context", "origin",
    )  # fmt: skip
    readonly_fields = ("origin",)

    @admin.display(description="standing")
    def standing(self, alias: Alias) -> str:
        """Return what is special about the alias."""
        special = ["ambiguous"] if alias.is_ambiguous else []
        return ", ".join(special if alias.is_case_sensitive else [*special, "any case of letters"])


class OfficeSeenForm(PartForm, OfficeForm):
    """One office on a page of its own."""

    owner = "holder"


@admin.register(Office)
class OfficeAdmin(PartAdmin):
    help_line = f"Who held which office, from when to when. {TRIED_FIRST} {NEXT_IMPORT}"
    form = OfficeSeenForm
    list_display = ("holder", "title", "of", "role", "start_on", "end_on", "origin")
    list_select_related = ("holder", "of")
    list_filter = (
        "role",
        "origin",
        chosen("holder", "holder", Tag, "holder"),
        chosen("country", "of", Tag, "of"),
    )
    list_per_page = 50
    search_fields = ("holder__name__icontains", "title__istartswith")
    search_help_text = "A part of the holder's name, or how the title begins."
    autocomplete_fields = ("holder", "of")
    fields = ("holder", "of", "title", "role", "start_on", "end_on", "is_end_known", "origin")
    readonly_fields = ("origin",)
