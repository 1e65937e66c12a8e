"""Every way to narrow the list of articles, one declaration each.

From a declaration here follow the parameters of pages and API, the facets, chips and title words.  A filter
means two things that a property test holds together: its SQL (`ArticleFilter.qs`) and its place in the
`Criteria` that the search engine answers.
"""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict

from articles.models import Article, Author, Authorship, Outlet, Tag, Tagging, TagKind
from articles.search.address import PAGE_PARAMETERS, Address
from articles.search.query import Criteria, Match, Sort

MAX_VALUES = 20  # of one parameter; no reader needs more, and each costs a subquery
MAX_WORDS = 200  # characters of free text

SUFFIXES = {Match.ALL: "", Match.ANY: "__any", Match.NOT: "__not", Match.MAIN: "__main"}


class KeysField(forms.Field):
    """Several keys of one facet: slugs, or the codes of countries."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: object) -> tuple[str, ...]:
        """Return the distinct keys, lower-case; raise ValidationError for too many or absurd ones."""
        values = value if isinstance(value, list | tuple) else []
        keys = tuple(dict.fromkeys(str(key).strip().lower() for key in values if str(key).strip()))
        if len(keys) > MAX_VALUES:
            raise ValidationError(f"at most {MAX_VALUES} values can be combined, these are {len(keys)}")
        for key in keys:
            if len(key) > 120 or "\0" in key:
                raise ValidationError("a value is too long or holds a character that cannot be searched")
        return keys


class DateBoundField(forms.CharField):
    """A day, month or year: as a lower bound its first day, as an upper bound its last."""

    widget = forms.DateInput

    def __init__(self, *, is_upper: bool, **kwargs: Any) -> None:
        self.is_upper = is_upper
        super().__init__(**kwargs)

    def clean(self, value: Any) -> dt.date | None:
        """Return the day; raise ValidationError for what is not a date."""
        text = super().clean(value)
        if not text:
            return None
        try:
            numbers = [int(part) for part in text.split("-")] if text.isascii() else []
            if not 1 <= len(numbers) <= 3:
                raise ValueError(text)
            year, month, day = (*numbers, None, None)[:3]
            month = month or (12 if self.is_upper else 1)
            return dt.date(year or 0, month, day or (monthrange(year or 0, month)[1] if self.is_upper else 1))
        except (ValueError, OverflowError) as error:
            raise ValidationError(f"{text[:40]!r} is not a date; write 2025-10-17, 2025-10 or 2025") from error


class FacetFilter(django_filters.Filter):
    """One facet's values under one way of matching.  Declared once, it yields `name__any`, `__not`, `__main`."""

    field_class = KeysField

    def __init__(self, label: str, *, plural: str, match: Match = Match.ALL, has_main: bool = True) -> None:
        super().__init__(label=label, required=False)
        self.plural = plural
        self.match = match
        self.has_main = has_main

    def variants(self, name: str) -> dict[str, FacetFilter]:
        """Return the filters that this declaration stands for, by parameter name."""
        matches = [match for match in SUFFIXES if match is not Match.MAIN or self.has_main]
        return {
            name + SUFFIXES[match]: FacetFilter(
                self.extra["label"] if "label" in self.extra else self.label,
                plural=self.plural,
                match=match,
                has_main=self.has_main,
            )
            for match in matches
        }

    @property
    def facet(self) -> str:
        """Return the name of the facet: country, outlet ..."""
        return str(self.field_name).partition("__")[0]

    def filter(self, qs: QuerySet[Article], value: Sequence[str]) -> QuerySet[Article]:
        """Return the articles of ``qs`` that match these keys."""
        if not value:
            return qs
        if self.match is Match.ANY:
            return qs.filter(self.condition(value))
        if self.match is Match.NOT:
            return qs.exclude(self.condition(value))
        for key in value:
            qs = qs.filter(self.condition([key]))
        return qs

    def condition(self, keys: Sequence[str]) -> Q:
        """Return the condition that an article has at least one of these keys."""
        if self.facet == "outlet":
            return Q(outlet__slug__in=keys)
        if self.facet == "author":
            links = Authorship.objects.filter(article=OuterRef("pk"), author__slug__in=keys)
            return Q(Exists(links))
        rows = Tagging.objects.standing().filter(article=OuterRef("pk"), tag__kind=self.facet, tag__key__in=keys)
        if self.match is Match.MAIN:
            rows = rows.filter(role=Tagging.Role.MAIN)
        return Q(Exists(rows))


class DateBoundFilter(django_filters.Filter):
    """A bound of a date, inclusive; an article without the date lies outside every range."""

    field_class = DateBoundField

    def __init__(self, field_name: str, lookup_expr: str, *, label: str) -> None:
        super().__init__(field_name, lookup_expr, label=label, required=False, is_upper=lookup_expr == "lte")


class WordsFilter(django_filters.CharFilter):
    """Free text.  Only the search engine answers it."""

    def filter(self, qs: QuerySet[Article], value: str) -> QuerySet[Article]:
        """Return ``qs`` when there are no words; raise ValueError otherwise, for SQL has no answer to them."""
        if value:
            raise ValueError("free text is answered by the search engine, not by SQL")
        return qs


class SortFilter(django_filters.ChoiceFilter):
    """The order of the result; it narrows nothing."""

    def filter(self, qs: QuerySet[Article], value: str) -> QuerySet[Article]:
        """Return ``qs`` as it is."""
        return qs


class ArticleFilterForm(forms.Form):
    """The parameters of one search, checked; every key is resolved to the thing it names."""

    def __init__(self, *args: Any, facets: Mapping[str, FacetFilter], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.facets = facets
        self.names: dict[tuple[str, str], str] = {}

    def clean(self) -> dict[str, Any]:
        """Turn slugs into keys; a value that names nothing is an error of its parameter."""
        cleaned = self.cleaned_data
        keys, self.names = _resolve(
            {(filter_.facet, key) for name, filter_ in self.facets.items() for key in cleaned.get(name) or ()}
        )
        for name, filter_ in self.facets.items():
            unknown = [key for key in cleaned.get(name) or () if (filter_.facet, key) not in keys]
            if unknown:
                self.add_error(name, f"no {filter_.facet} is called {', '.join(map(repr, unknown))}")
            elif name in cleaned:
                cleaned[name] = tuple(dict.fromkeys(keys[filter_.facet, key] for key in cleaned[name]))
        return cleaned


class ArticleFilter(django_filters.FilterSet):
    """One search of the archive, from a query string."""

    actor = FacetFilter("Actor", plural="Actors")
    country = FacetFilter("Country", plural="Countries")
    organisation = FacetFilter("Organisation", plural="Organisations")
    topic = FacetFilter("Topic", plural="Topics")
    outlet = FacetFilter("Outlet", plural="Outlets", has_main=False)
    author = FacetFilter("Author", plural="Authors", has_main=False)
    published_after = DateBoundFilter("published_on", "gte", label="Published from")
    published_before = DateBoundFilter("published_on", "lte", label="Published until")
    clipped_after = DateBoundFilter("clipped_on", "gte", label="Clipped from")
    clipped_before = DateBoundFilter("clipped_on", "lte", label="Clipped until")
    q = WordsFilter(label="Words", max_length=MAX_WORDS)
    sort = SortFilter(choices=[(sort.value, sort.value) for sort in Sort], label="Order")

    class Meta:
        model = Article
        fields: list[str] = []
        form = ArticleFilterForm

    def __init__(self, data: QueryDict | None = None, queryset: QuerySet[Article] | None = None) -> None:
        super().__init__(data, Article.objects.public() if queryset is None else queryset)

    @classmethod
    def get_filters(cls) -> dict[str, django_filters.Filter]:
        """Return all filters, each facet's declaration unfolded into its ways of matching."""
        filters: dict[str, django_filters.Filter] = {}
        for name, declared in super().get_filters().items():
            if isinstance(declared, FacetFilter) and declared.match is Match.ALL and "__" not in name:
                for variant_name, variant in declared.variants(name).items():
                    variant.field_name = variant_name
                    filters[variant_name] = variant
            else:
                filters[name] = declared
        return filters

    @classmethod
    def facets(cls) -> dict[str, str]:
        """Return the facets and their headings: ``{"country": "Countries", ...}``."""
        return {
            name: filter_.plural
            for name, filter_ in cls.base_filters.items()
            if isinstance(filter_, FacetFilter) and filter_.match is Match.ALL
        }

    def get_form_class(self) -> Any:
        """Return the form class, told which of its fields hold keys of facets."""
        facets = {name: f for name, f in self.filters.items() if isinstance(f, FacetFilter)}

        class BoundForm(super().get_form_class()):  # type: ignore[misc]
            def __init__(self, *args: Any, **kwargs: Any) -> None:
                super().__init__(*args, facets=facets, **kwargs)

        return BoundForm

    @property
    def unknown(self) -> list[str]:
        """Return the parameters that mean nothing here, in the order they were given."""
        return [name for name in self.data if name not in self.filters and name not in PAGE_PARAMETERS]

    def problems(self) -> dict[str, list[str]]:
        """Return what could not be understood, by parameter."""
        problems = {name: [str(error) for error in errors] for name, errors in self.form.errors.items()}
        # Several values of a parameter that takes one: answering for the last alone would hide the others.
        single = (name for name, f in self.filters.items() if not isinstance(f, FacetFilter))
        for name in (*single, "after"):
            if len(_values(self.data, name)) > 1:
                problems.setdefault(name, []).append("can only be given once")
        return problems

    @property
    def criteria(self) -> Criteria:
        """Return the search as the engine takes it.  Call only when there are no `problems`."""
        cleaned = self.form.cleaned_data
        words = cleaned["q"] or ""
        sort = Sort(cleaned["sort"] or (Sort.RELEVANCE if words and False else Sort.NEWEST))
        return Criteria(
            values={
                (f.facet, f.match): cleaned[name]
                for name, f in self.filters.items()
                if isinstance(f, FacetFilter) and cleaned[name]
            },
            words=words,
            published_after=cleaned["published_after"],
            published_before=cleaned["published_before"],
            clipped_after=cleaned["clipped_after"],
            clipped_before=cleaned["clipped_before"],
            sort=sort,
        )

    def address(self, path: str) -> Address:
        """Return the canonical address of this search; values that name nothing are kept as they came."""
        cleaned = getattr(self.form, "cleaned_data", {})
        pairs: list[tuple[str, str]] = []
        for name, filter_ in self.filters.items():
            if isinstance(filter_, FacetFilter) and name in cleaned:
                pairs += [(name, key) for key in cleaned[name]]
            else:
                pairs += [(name, value.strip()) for value in _values(self.data, name)]
        pairs += [("after", value) for value in _values(self.data, "after")]
        return Address.of(path, pairs, [*self.filters, "after"])

    @property
    def names(self) -> Mapping[tuple[str, str], str]:
        """Return the name of each (facet, key) asked for."""
        return getattr(self.form, "names", {})


def _values(data: Any, name: str) -> list[str]:
    return [value for value in data.getlist(name) if value] if hasattr(data, "getlist") else []


def _resolve(
    wanted: Iterable[tuple[str, str]],
) -> tuple[dict[tuple[str, str], str], dict[tuple[str, str], str]]:
    """Return the key and the name for each (facet, slug or key) that exists, with one query a table."""
    wanted = set(wanted)
    keys: dict[tuple[str, str], str] = {}
    names: dict[tuple[str, str], str] = {}
    values = {value for facet, value in wanted if facet in TagKind.values}
    if values:
        tags = Tag.objects.filter(Q(key__in=values) | Q(slug__in=values))
        # Sorted so that a key wins over another tag's slug of the same spelling.
        rows = sorted(tags.values_list("kind", "key", "slug", "name"), key=lambda row: row[1] in values)
        for kind, key, slug, name in rows:
            keys |= {(kind, value): key for value in (slug, key) if (kind, value) in wanted}
            names[kind, key] = name
    for facet, model in (("outlet", Outlet), ("author", Author)):
        slugs = {value for f, value in wanted if f == facet}
        if slugs:
            for slug, name in model.objects.filter(slug__in=slugs).values_list("slug", "name"):
                keys[facet, slug] = slug
                names[facet, slug] = name
    return keys, names
