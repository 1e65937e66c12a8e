"""Every way to narrow the list of articles, one declaration each.

From a declaration here follow the parameters of pages and API, the facets, chips and title words.  A filter
means two things that a property test holds together: its SQL (`ArticleFilter.qs`) and its place in the
`Criteria` that the search engine answers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.urls import reverse

from articles.models import Article, Author, Authorship, Outlet, Tag, Tagging, TagKind
from articles.search.address import CURSORS, PAGE_PARAMETERS, Address, is_tracking
from articles.search.fields import Asked, DateBoundField, Found, KeysField, WordsField
from articles.search.query import Criteria, Density, Match, Sort

MAX_VALUES = 50  # of one search; each costs a walk over its postings, or a subquery
ONCE = "can only be given once; keep one of them"

SUFFIXES = {Match.ALL: "", Match.ANY: "__any", Match.NOT: "__not", Match.MAIN: "__main"}

# --- Filters: from values to SQL --------------------------------------------------------------------------


class FacetFilter(django_filters.Filter):  # type: ignore[misc]  # no types
    """One facet's values under one way of matching.

    A declaration stands for all its ways of matching: ``country`` yields ``country__any``, ``country__not``
    and ``country__main`` too.
    """

    field_class = KeysField
    matches: ClassVar[tuple[Match, ...]] = (Match.ALL, Match.ANY, Match.NOT)

    def __init__(self, label: str, *, plural: str, facet: str = "", match: Match = Match.ALL) -> None:
        super().__init__(label=label, facet=facet, find=self.find)
        self.plural = plural
        self.facet = facet
        self.match = match

    def unfolded(self, facet: str) -> dict[str, FacetFilter]:
        """Return the filters that this declaration stands for, by parameter."""
        return {
            facet + SUFFIXES[match]: type(self)(str(self.label), plural=self.plural, facet=facet, match=match)
            for match in self.matches
        }

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
        raise TypeError(f"{type(self).__name__} does not say what it means in SQL")

    @classmethod
    def find(cls, asked: Collection[Asked]) -> Iterator[Found]:
        """Yield what these values name, with one query for all facets of this kind."""
        raise TypeError(f"{cls.__name__} does not say where its values are")


class TagFilter(FacetFilter):
    """Tags of one kind, which is the name of the facet."""

    matches = (*FacetFilter.matches, Match.MAIN)

    def condition(self, keys: Sequence[str]) -> Q:
        """Return the condition that one of these tags stands on the article."""
        rows = Tagging.objects.standing().filter(
            article=OuterRef("pk"), tag__kind=self.facet, tag__key__in=keys
        )
        if self.match is Match.MAIN:
            rows = rows.filter(role=Tagging.Role.MAIN)
        return Q(Exists(rows))

    @classmethod
    def find(cls, asked: Collection[Asked]) -> Iterator[Found]:
        """Yield the tags in use; a key wins over another tag's slug of the same spelling."""
        values = {value for _, value in asked}
        tags = Tag.objects.in_use().filter(Q(key__in=values) | Q(slug__in=values))
        rows = list(tags.values_list("kind", "key", "slug", "name"))
        yield from ((kind, slug, key, name) for kind, key, slug, name in rows if (kind, slug) in asked)
        yield from ((kind, key, key, name) for kind, key, slug, name in rows if (kind, key) in asked)


class OutletFilter(FacetFilter):
    """The outlet that published the article."""

    def condition(self, keys: Sequence[str]) -> Q:
        """Return the condition that one of these outlets published the article."""
        return Q(outlet__slug__in=keys)

    @classmethod
    def find(cls, asked: Collection[Asked]) -> Iterator[Found]:
        """Yield the outlets of public articles; that a draft's outlet exists is nobody's business."""
        public = Exists(Article.objects.public().filter(outlet=OuterRef("pk")))
        outlets = Outlet.objects.filter(public, slug__in=[value for _, value in asked])
        for slug, name in outlets.values_list("slug", "name"):
            yield "outlet", slug, slug, name


class AuthorFilter(FacetFilter):
    """Who wrote the article."""

    def condition(self, keys: Sequence[str]) -> Q:
        """Return the condition that one of these authors wrote the article."""
        return Q(Exists(Authorship.objects.filter(article=OuterRef("pk"), author__slug__in=keys)))

    @classmethod
    def find(cls, asked: Collection[Asked]) -> Iterator[Found]:
        """Yield the authors of public articles."""
        public = Exists(
            Authorship.objects.filter(author=OuterRef("pk"), article__status=Article.Status.PUBLIC)
        )
        authors = Author.objects.filter(public, slug__in=[value for _, value in asked])
        for slug, name in authors.values_list("slug", "name"):
            yield "author", slug, slug, name


class DateBoundFilter(django_filters.Filter):  # type: ignore[misc]  # no types
    """A bound of a date, inclusive; an article without the date lies outside every range."""

    field_class = DateBoundField

    def __init__(self, field_name: str, lookup_expr: str, *, label: str) -> None:
        super().__init__(field_name, lookup_expr, label=label, is_upper=lookup_expr == "lte")


class WordsFilter(django_filters.CharFilter):  # type: ignore[misc]  # no types
    """Free text.  Only the search engine answers it."""

    field_class = WordsField

    def filter(self, qs: QuerySet[Article], value: str) -> QuerySet[Article]:
        """Return ``qs`` when there are no words; raise ValueError otherwise: SQL has no answer."""
        if value:
            raise ValueError("free text is answered by the search engine, not by SQL")
        return qs


class ViewFilter(django_filters.ChoiceFilter):  # type: ignore[misc]  # no types
    """How the result is shown, one of ``choices``; it narrows nothing.  ``noun``: an order."""

    def __init__(self, choices: type[StrEnum], *, label: str, noun: str) -> None:
        names = ", ".join(choices)
        super().__init__(
            label=label,
            choices=[(choice.value, choice.value) for choice in choices],
            error_messages={"invalid_choice": f"'%(value).40s' is not {noun}; write one of {names}"},
        )

    def filter(self, qs: QuerySet[Article], value: str) -> QuerySet[Article]:
        """Return ``qs`` as it is."""
        return qs


# --- The whole search -------------------------------------------------------------------------------------


class ArticleFilterForm(forms.Form):
    """The parameters of one search, checked; every key is resolved to the thing it names."""

    names: dict[tuple[str, str], str]

    def clean(self) -> dict[str, Any]:
        """Turn slugs into keys; a value that names nothing is an error of its parameter."""
        self.names = {}
        cleaned = self.cleaned_data
        fields = {
            name: field
            for name, field in self.fields.items()
            if isinstance(field, KeysField) and cleaned.get(name)
        }
        count = sum(len(cleaned[name]) for name in fields)
        if count > MAX_VALUES:
            longest = max(fields, key=lambda name: len(cleaned[name]))
            self.add_error(
                longest, f"at most {MAX_VALUES} values can be combined, these are {count}; leave some out"
            )
            return cleaned
        keys = self._find(fields)
        for name, field in fields.items():
            unknown = [value for value in cleaned[name] if (field.facet, value) not in keys]
            if unknown:
                called = ", ".join(map(repr, unknown))
                self.add_error(name, f"no {field.facet} is called {called}; {_where_to_find(field.facet)}")
            else:
                cleaned[name] = tuple(dict.fromkeys(keys[field.facet, value] for value in cleaned[name]))
        self._check_order("published")
        self._check_order("clipped")
        return cleaned

    def _find(self, fields: Mapping[str, KeysField]) -> dict[Asked, str]:
        keys: dict[Asked, str] = {}
        for find in dict.fromkeys(field.find for field in fields.values()):
            asked = {
                (field.facet, value)
                for name, field in fields.items()
                if field.find == find
                for value in self.cleaned_data[name]
            }
            for facet, value, key, name in find(asked):
                keys[facet, value] = key
                self.names[facet, key] = name
        return keys

    def _check_order(self, date: str) -> None:
        first, last = (self.cleaned_data.get(f"{date}_{side}") for side in ("after", "before"))
        if first and last and first > last:
            message = (
                f"{last.isoformat()} lies before {first.isoformat()}, where the range begins; swap the two"
            )
            self.add_error(f"{date}_before", message)


class ArticleFilter(django_filters.FilterSet):  # type: ignore[misc]  # no types
    """One search of the archive, from a query string."""

    actor = TagFilter("Actor", plural="Actors")
    country = TagFilter("Country", plural="Countries")
    organisation = TagFilter("Organisation", plural="Organisations")
    topic = TagFilter("Topic", plural="Topics")
    outlet = OutletFilter("Outlet", plural="Outlets")
    author = AuthorFilter("Author", plural="Authors")
    published_after = DateBoundFilter("published_on", "gte", label="Published from")
    published_before = DateBoundFilter("published_on", "lte", label="Published until")
    clipped_after = DateBoundFilter("clipped_on", "gte", label="Clipped from")
    clipped_before = DateBoundFilter("clipped_on", "lte", label="Clipped until")
    q = WordsFilter(label="Words")
    sort = ViewFilter(Sort, label="Order", noun="an order")
    density = ViewFilter(Density, label="Density", noun="a density")

    _form_class: ClassVar[type[ArticleFilterForm] | None] = None

    class Meta:
        model = Article
        fields: ClassVar[list[str]] = []
        form = ArticleFilterForm

    def __init__(self, data: QueryDict, queryset: QuerySet[Article] | None = None) -> None:
        super().__init__(data, Article.objects.public() if queryset is None else queryset)

    @classmethod
    def get_filters(cls) -> dict[str, django_filters.Filter]:
        """Return all filters, each facet's declaration unfolded into its ways of matching."""
        filters: dict[str, django_filters.Filter] = {}
        for name, declared in super().get_filters().items():
            filters |= declared.unfolded(name) if isinstance(declared, FacetFilter) else {name: declared}
        return filters

    @classmethod
    def facets(cls) -> dict[str, str]:
        """Return the facets and their headings: ``{"country": "Countries", ...}``."""
        return {f.facet: f.plural for f in cls.base_filters.values() if isinstance(f, FacetFilter)}

    def get_form_class(self) -> type[ArticleFilterForm]:
        """Return the form, one class for all requests: building it takes longer than a search."""
        if ArticleFilter._form_class is None:
            ArticleFilter._form_class = super().get_form_class()
        return ArticleFilter._form_class

    def filter_queryset(self, queryset: QuerySet[Article]) -> QuerySet[Article]:
        """Return the articles of ``queryset`` that match; none when there are `problems`."""
        # By itself django-filter answers an invalid parameter with the unfiltered list.
        return queryset.none() if self.problems() else super().filter_queryset(queryset)

    @property
    def form(self) -> ArticleFilterForm:
        """Return the form, checked."""
        form: ArticleFilterForm = super().form
        form.is_valid()
        return form

    @property
    def unknown(self) -> list[str]:
        """Return the parameters that mean nothing here, in the order they were given.

        Those that only say which link a reader followed are left out: they never meant to narrow anything.
        """
        known = {*self.filters, *PAGE_PARAMETERS}
        return [name for name in self.data if name not in known and not is_tracking(name)]

    def problems(self) -> dict[str, list[str]]:
        """Return what could not be understood, by parameter."""
        # Our messages are no sentences of their own; those of Django's fields end in a full stop.
        problems = {
            name: [str(error).rstrip(".") for error in errors] for name, errors in self.form.errors.items()
        }
        # Several values of a parameter that takes one: answering for the last alone would hide the others.
        single = (name for name, f in self.filters.items() if not isinstance(f, FacetFilter))
        for name in (*single, *CURSORS):
            if len(self.data.getlist(name)) > 1 and _values(self.data, name):
                problems.setdefault(name, []).append(ONCE)
        if all(_values(self.data, name) for name in CURSORS):
            problems.setdefault("before", []).append("cannot be given with after; keep one of them")
        return problems

    @property
    def criteria(self) -> Criteria:
        """Return the search as the engine takes it.  Call only when there are no `problems`."""
        cleaned = self.form.cleaned_data
        return Criteria(
            values={
                (f.facet, f.match): cleaned[name]
                for name, f in self.filters.items()
                if isinstance(f, FacetFilter) and cleaned[name]
            },
            words=cleaned["q"],
            published_after=cleaned["published_after"],
            published_before=cleaned["published_before"],
            clipped_after=cleaned["clipped_after"],
            clipped_before=cleaned["clipped_before"],
            sort=Sort(cleaned["sort"] or Sort.NEWEST),
        )

    def address(self, path: str) -> Address:
        """Return the canonical address of this search; values that name nothing are kept as they came."""
        cleaned = self.form.cleaned_data
        pairs: list[tuple[str, str]] = []
        for name, filter_ in self.filters.items():
            if isinstance(filter_, FacetFilter) and name in cleaned:
                pairs += [(name, key) for key in cleaned[name]]
            else:
                pairs += [(name, value) for value in _values(self.data, name)]
        pairs += [(name, value) for name in CURSORS for value in _values(self.data, name)]
        return Address.of(path, pairs, [*self.filters, *CURSORS])

    @property
    def names(self) -> Mapping[tuple[str, str], str]:
        """Return the name of each (facet, key) asked for."""
        return self.form.names


def _where_to_find(facet: str) -> str:
    """Return what to do about a value that names nothing."""
    if facet in TagKind.values:
        return f"choose one from {reverse(f'{facet}_list')}?all=1"
    return f"choose one from the {facet}s beside a list"


def _values(data: QueryDict, name: str) -> list[str]:
    return [value.strip() for value in data.getlist(name) if value.strip()]
