"""Lists on the desk: searches with an end, filters that name what they show, dates that exist."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import SEARCH_VAR, ChangeList, ChangeListSearchForm
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.dateparse import parse_datetime

MAX_SEARCH = 200  # characters of a search term
MAX_SEARCH_WORDS = 10  # each word is one more condition on every search field
LAST_YEAR = 9998  # its end can still be computed in every time zone
MAX_PK = 2**63 - 1  # the largest id either database knows

# What the list filters of Django add to a field's name.  Anything else (regex, contains) is refused.
FILTER_SUFFIXES = ("", "exact", "isnull", "gte", "lt", "year", "month", "day", "in")


class CappedSearchForm(ChangeListSearchForm):
    """The search box of a list, with an end."""

    def clean(self) -> dict[str, Any]:
        """Refuse a term that is too long; the list then shows nothing rather than everything."""
        term = self.cleaned_data.get(SEARCH_VAR, "")
        if is_too_long(term):
            raise ValidationError(
                f"Search for at most {MAX_SEARCH_WORDS} words and {MAX_SEARCH} characters; nothing is shown."
            )
        return self.cleaned_data


def is_too_long(term: str) -> bool:
    """Return whether a search term would cost more than any reader needs."""
    return len(term) > MAX_SEARCH or len(term.split()) > MAX_SEARCH_WORDS


class DeskChangeList(ChangeList):
    """A list that shows nothing for a search it cannot understand."""

    search_form_class = CappedSearchForm

    def __init__(self, request: HttpRequest, *args: object) -> None:
        super().__init__(request, *args)  # type: ignore[arg-type]  # passed on as they came
        self.title = str(self.opts.verbose_name_plural).capitalize()

    def get_queryset(
        self, request: HttpRequest, exclude_parameters: list[str | None] | None = None
    ) -> QuerySet[Any]:
        """Return the rows asked for; none when the search term was refused."""
        rows = super().get_queryset(request, exclude_parameters)
        return rows if self.search_form_class(request.GET).is_valid() else rows.none()


def is_real(suffix: str, value: str, *, has_time: bool) -> bool:
    """Return whether a bound of a date is one that the databases can compare: year 9999 is not."""
    if suffix in {"year", "month", "day"}:
        return value.isascii() and value.isdecimal() and 1 <= int(value[:5]) <= LAST_YEAR
    if suffix in {"gte", "lt"}:
        try:
            moment = parse_datetime(value)
        except ValueError:
            return False
        return moment is not None and moment.year <= LAST_YEAR and has_time == (moment.tzinfo is not None)
    return True


class ChosenFilter(admin.SimpleListFilter):
    """A filter that other pages link to: it shows what was chosen, never thousands of choices."""

    model: type[Model]
    lookup: str

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        """Return the one chosen record."""
        value = request.GET.get(self.parameter_name or "")
        if not value:
            return []
        record = self.model._default_manager.filter(pk=value).first() if is_id(value) else None
        self.chosen = record
        return [(value, str(record) if record else f"no such {self.title}")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows of the chosen record; none if there is no such record."""
        return queryset.filter(**{self.lookup: self.chosen.pk}) if self.chosen else queryset.none()


def chosen(title: str, parameter: str, model: type[Model], lookup: str) -> type[ChosenFilter]:
    """Return a filter by one record of ``model``, for links such as ``?tag=5``."""
    attributes = {"title": title, "parameter_name": parameter, "model": model, "lookup": lookup}
    return type(f"Chosen{model.__name__}Filter", (ChosenFilter,), attributes)


def is_id(value: object) -> bool:
    """Return whether this text can be the id of a row."""
    text = str(value)
    return text.isascii() and text.isdecimal() and int(text[:20]) <= MAX_PK
