"""What all pages of the desk have in common.

Lists refuse lookups they do not offer, searches have an end, a stale form is told so, nothing is deleted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import ActionLocation
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.models import LogEntry
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import DateTimeField, Model, QuerySet
from django.db.models.constants import LOOKUP_SEP
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from articles import curation
from articles.admin.lists import (
    COUNTED,
    FILTER_SUFFIXES,
    CappedPaginator,
    DeskChangeList,
    is_id,
    is_real,
    is_too_long,
)
from articles.admin.told import tell
from articles.history import trail
from articles.models import Change, ChangeSet

if TYPE_CHECKING:
    RecordForm = forms.ModelForm[Any]
    RowFormSet = forms.BaseInlineFormSet[Any, Any, Any]
    RowInline = admin.TabularInline[Any, Any]
    RecordAdmin = admin.ModelAdmin[Any]
else:  # Django's classes take no type arguments when the code runs
    RecordForm = forms.ModelForm
    RowFormSet = forms.BaseInlineFormSet
    RowInline = admin.TabularInline
    RecordAdmin = admin.ModelAdmin

BOOKKEEPING = ("decided_by_id", "decided_at", "corrections")  # the act says who and when
TOLD = 100  # characters of a record's name in a message
HISTORY_SHOWN = 100  # changes of one record, the newest


class SeenForm(RecordForm):
    """A form that knows which version of its record the editor saw, and refuses to write over a later one.

    A text that came back as it went out is the stored text: browsers send CRLF for every line break, and
    fields strip white space.
    """

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    is_stale = False

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came
        if self.instance.pk:
            self.stored = fingerprint(self.version())
            self.initial["seen"] = self.stored

    def version(self) -> object:
        """Return all that an edit made elsewhere would change, inlines included."""
        return curation.values_of(self.instance)

    @property
    def changed_data(self) -> list[str]:
        """Return the names of the fields that the editor changed."""
        return [name for name in super().changed_data if not self._is_as_stored(name, self[name].data)]

    def _is_as_stored(self, name: str, value: object) -> bool:
        stored = self.initial.get(name)
        if not isinstance(stored, str) or not isinstance(value, str):
            return False
        return _lines_of(stored) == _lines_of(value)

    def clean(self) -> dict[str, Any]:
        """Refuse to write over what somebody else did since the form was opened."""
        cleaned = super().clean() or self.cleaned_data
        for name, value in cleaned.items():
            if isinstance(value, str):
                is_stored = self._is_as_stored(name, value)
                cleaned[name] = self.initial[name] if is_stored else value.replace("\r\n", "\n")
        if self.instance.pk and cleaned.pop("seen", "") != self.stored:
            self.is_stale = True
            raise ValidationError(
                "Somebody else, an import, or you in another window changed this while you had it open. "
                "Nothing of yours was saved."
            )
        return cleaned


def _lines_of(text: str) -> list[str]:
    """Return the lines of a text, the white space at its ends aside."""
    return text.strip().replace("\r\n", "\n").replace("\r", "\n").split("\n")


def fingerprint(version: object) -> str:
    """Return a short hash of a record's version."""
    return hashlib.sha256(repr(version).encode()).hexdigest()[:16]


class LabelledFormSet(RowFormSet):
    """The rows of an inline table; each field carries its column's heading for those who do not see it."""

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        """Add Django's own fields to a row, then name them all."""
        super().add_fields(form, index)
        for name, field in form.fields.items():
            label = field.label or name.replace("_", " ").lower()
            field.widget.attrs.setdefault("aria-label", str(label).capitalize())


class DeskAdmin(RecordAdmin):
    """One table of the archive on the desk.

    ``help_line`` stands on top of its pages.  ``save_related`` writes a form with its inlines as one act of
    curation.
    """

    help_line = ""
    form: type[RecordForm] = SeenForm
    paginator = CappedPaginator
    show_full_result_count = False
    list_per_page = 50
    list_max_show_all = 200
    show_facets = admin.ShowFacets.NEVER

    def get_changelist(self, request: HttpRequest, **kwargs: object) -> type[ChangeList]:
        """Return the list with a cap on searches."""
        return DeskChangeList

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Return whether a list may be narrowed by this parameter: only by its own filters, to real dates."""
        if "\0" in value:  # PostgreSQL refuses it with an error
            return False
        names = {name for name in self.list_filter if isinstance(name, str)}
        if self.date_hierarchy:
            names.add(self.date_hierarchy)
        if lookup in names or lookup in self._filter_parameters():
            return True
        head, _, last = lookup.rpartition(LOOKUP_SEP)
        if head not in names or last not in FILTER_SUFFIXES:
            return False
        has_time = head in {field.name for field in self.opts.fields if isinstance(field, DateTimeField)}
        return is_real(last, value, has_time=has_time)

    def _filter_parameters(self) -> set[str | None]:
        """Return the parameters of the filters that bring their own."""
        filters = (one for one in self.list_filter if isinstance(one, type))
        return {one.parameter_name for one in filters if issubclass(one, admin.SimpleListFilter)}

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Return the rows that match, for lists and for autocompletes; none for an absurd term."""
        if is_too_long(search_term) or "\0" in search_term:
            return queryset.none(), False
        found, is_doubled = super().get_search_results(request, queryset, search_term)
        # One row for each, without computing for every match what only the page shows.
        return (queryset.filter(pk__in=found.values("pk")), False) if is_doubled else (found, False)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Return the list, its help on top."""
        return super().changelist_view(request, {"help_line": self.help_line, **(extra_context or {})})

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Return the form, its help on top."""
        context = {"help_line": self.help_line, **(extra_context or {})}
        return super().changeform_view(request, object_id, form_url, context)

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Model | None = None,
    ) -> HttpResponse:
        """Return the form, as `adapt_form` leaves it."""
        self.adapt_form(request, context, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def adapt_form(self, request: HttpRequest, context: dict[str, Any], obj: Model | None) -> None:
        """Add to what a form's page shows: ``tools`` (address, words) for example; ``obj`` is its record.

        Above a form that was refused stands the record as it is stored, not as typed.
        """
        if obj is not None and context.get("errors"):
            context["original"] = stored = self.model._default_manager.get(pk=obj.pk)
            context["subtitle"] = str(stored)
        if getattr(context["adminform"].form, "is_stale", False):
            # There is no error below to correct.
            context |= {"is_stale": True, "errors": None}

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Return what was changed in this record, by whom and when, from the trail."""
        changes = list(trail.history_of(self.model, object_id)[:HISTORY_SHOWN] if is_id(object_id) else ())
        columns = [show_change(change) for change in changes]
        shown = list(zip(changes, tell(changes), columns, strict=True))
        return super().history_view(request, object_id, {"changes": shown, **(extra_context or {})})

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> LogEntry:  # noqa: ANN401  # as Django's
        """Log a saved form as Django does; whether anything was changed in it is said afterwards."""
        request.is_untouched = not message  # type: ignore[attr-defined]
        return super().log_change(request, obj, message)

    def response_change(self, request: HttpRequest, obj: Model) -> HttpResponse:
        """Return where a saved form leads, having said what became of it; long names are shortened."""
        if IS_POPUP_VAR in request.POST:
            return super().response_change(request, obj)
        link = format_html('<a href="{}">{}</a>', quote(request.path), Truncator(str(obj)).chars(TOLD))
        if getattr(request, "is_untouched", False):
            words = format_html("You changed nothing in the {} “{}”.", self.opts.verbose_name, link)
            self.message_user(request, words, messages.INFO)
        else:
            words = format_html("The {} “{}” was changed.", self.opts.verbose_name, link)
            self.message_user(request, words, messages.SUCCESS)
        if "_continue" in request.POST:
            filters = self.get_preserved_filters(request)
            address = add_preserved_filters({"preserved_filters": filters, "opts": self.opts}, request.path)
            return HttpResponseRedirect(address)
        if "_addanother" in request.POST:
            return HttpResponseRedirect(reverse(f"admin:{self.opts.label_lower.replace('.', '_')}_add"))
        return self.response_post_save_change(request, obj)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Model | None:
        """Return the record, locked if it is about to be written; None for an id no database could hold."""
        if not is_id(object_id):
            return None
        if request.method == "POST":
            # The stale-form check and the write must see the same version.
            self.model._default_manager.select_for_update().filter(pk=object_id).values("pk").first()
        return super().get_object(request, object_id, from_field)

    def response_action(
        self,
        request: HttpRequest,
        queryset: QuerySet[Any],
        action_location: ActionLocation = ActionLocation.CHANGE_LIST,
    ) -> HttpResponse | None:
        """Run the chosen action on those of the chosen rows that can exist."""
        request.POST = post = request.POST.copy()  # type: ignore[assignment]  # a copy can be written to
        post.setlist(ACTION_CHECKBOX_NAME, [pk for pk in post.getlist(ACTION_CHECKBOX_NAME) if is_id(pk)])
        if "1" in post.getlist("select_across") and CappedPaginator(queryset, 1).is_capped:
            many = (
                f"An action takes at most {COUNTED:,} rows at once. Filter the list first; nothing was done."
            )
            self.message_user(request, many, messages.WARNING)
            return None
        return super().response_action(request, queryset, action_location)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Return False: what readers saw is withdrawn, rejected or retired, never deleted."""
        return False

    def save_model(self, request: HttpRequest, obj: Model, form: RecordForm, change: bool) -> None:
        """Leave the writing to `save_related`, where form and inlines are one act."""

    def save_related(
        self, request: HttpRequest, form: RecordForm, formsets: Sequence[RowFormSet], change: bool
    ) -> None:
        """Write the record and its inlines as one act."""
        with curation.recording(ChangeSet.Act.EDIT, by=editor(request)) as act:
            act.save(form.instance)
            for formset in formsets:
                for record in formset.save(commit=False):
                    act.save(record)
                for record in formset.deleted_objects:
                    act.delete(record)

    def report(self, request: HttpRequest, count: int, done: str, *, nothing: str) -> None:
        """Tell the editor how many rows an action changed."""
        if count:
            self.message_user(request, f"{count:,} {done}", messages.SUCCESS)
        else:
            self.message_user(request, nothing, messages.WARNING)


class ReadOnlyAdmin(DeskAdmin):
    """A table that only programs write."""

    form = RecordForm

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return False."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Return False."""
        return False


def editor(request: HttpRequest) -> AbstractBaseUser:
    """Return who is at the desk."""
    if isinstance(request.user, AnonymousUser):
        raise PermissionDenied("the desk lets nobody in who is not logged in")
    return request.user


def show_change(change: Change) -> str:
    """Return the columns that changed, before and after."""
    before, after = change.before or {}, change.after or {}
    names = [name for name in dict.fromkeys([*before, *after]) if name not in BOOKKEEPING]
    columns = [
        (name.removesuffix("_id").replace("_", " "), before.get(name), after.get(name)) for name in names
    ]
    return render_to_string("admin/articles/_change.html", {"change": change, "columns": columns})


def link_to(record: Model, text: object = None) -> SafeString:
    """Return a link to a record's page on the desk."""
    address = reverse(f"admin:articles_{record._meta.model_name}_change", args=[record.pk])
    return format_html('<a href="{}">{}</a>', address, record if text is None else text)


def link_to_list(model: type[Model], query: str, text: object) -> SafeString:
    """Return a link to a list on the desk, narrowed by a query string."""
    return format_html(
        '<a href="{}?{}">{}</a>', reverse(f"admin:articles_{model._meta.model_name}_changelist"), query, text
    )
