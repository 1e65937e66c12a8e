"""Every way to narrow the list of articles, one declaration each.

From a declaration here follow the parameters of pages and API, the facets, chips and title words.  A filter
means two things that a property test holds together: its SQL (`ArticleFilter.qs`) and its place in the
`Criteria` that the search engine answers.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from articles.filtering import (
    AuthorFilter,
    DateBoundFilter,
    DatedFilter,
    FacetFilter,
    HasFilter,
    LanguageFilter,
    OutletFilter,
    TagFilter,
    TaggingFilter,
    ViewFilter,
    WordsFilter,
)
from articles.languages import edition
from articles.memory import Memory
from articles.models import Article, TagKind
from articles.phrases import gettext, marked, quoted
from articles.search.address import CURSORS, PAGE_PARAMETERS, Address, is_tracking
from articles.search.box import Operator
from articles.search.entry import Standing
from articles.search.fields import Asked, Found, KeysField
from articles.search.outbox import database_standing
from articles.search.query import Criteria, Density, Match, Sort, View

__all__ = ["MAX_VALUES", "ONCE", "ArticleFilter", "FacetFilter"]

MAX_VALUES = 50  # of one search; each costs a walk over its postings, or a subquery
MOST_KNOWN = 5_000  # values asked for that a process remembers
ONCE = _("can only be given once; keep one of them")


class _Shared(dict[str, forms.Field]):
    """Fields that all forms have in common, for none changes them: copying 50 takes longer than a search."""

    def __deepcopy__(self, memo: object) -> dict[str, forms.Field]:
        return dict(self)


class ArticleFilterForm(forms.Form):
    """The parameters of one search, checked; every key is resolved to the thing it names."""

    names: dict[tuple[str, str], str]
    has_moved = False  # whether a value is what something was called before a merge or a renaming
    empty: ClassVar[Mapping[str, Any]] = {}  # what each parameter is when it is not given

    def __init__(self, data: QueryDict, *, prefix: str | None = None) -> None:
        super().__init__(data, prefix=prefix)
        self.fields = {name: field for name, field in self.fields.items() if name in self.data}

    def clean(self) -> dict[str, Any]:
        """Turn slugs into keys; a value that names nothing is an error of its parameter."""
        self.names = {}
        self.has_moved = False
        not_given = {name: value for name, value in self.empty.items() if name not in self.fields}
        cleaned = self.cleaned_data = not_given | self.cleaned_data
        fields = {
            name: field
            for name, field in self.fields.items()
            if isinstance(field, KeysField) and cleaned.get(name)
        }
        count = sum(len(cleaned[name]) for name in fields)
        if count > MAX_VALUES:
            longest = max(fields, key=lambda name: len(cleaned[name]))
            self.add_error(
                longest,
                gettext("at most %(most)s values can be combined, these are %(count)s; leave some out")
                % {"most": MAX_VALUES, "count": count},
            )
            return cleaned
        keys = self._find(fields)
        for name, field in fields.items():
            unknown = [value for value in cleaned[name] if (field.facet, value) not in keys]
            if unknown:
                called = ", ".join(map(quoted, unknown))
                self.add_error(name, _unknown(field.facet, called))
            else:
                cleaned[name] = tuple(dict.fromkeys(keys[field.facet, value] for value in cleaned[name]))
        self._check_order("published")
        self._check_order("clipped")
        return cleaned

    def _find(self, fields: Mapping[str, KeysField]) -> dict[Asked, str]:
        keys: dict[Asked, str] = {}
        if not fields:
            return keys
        now = database_standing()
        for find in dict.fromkeys(field.find for field in fields.values()):
            asked = {
                (field.facet, value)
                for name, field in fields.items()
                if field.find == find
                for value in self.cleaned_data[name]
            }
            found = _found(find, asked, now)
            if former := asked - {(facet, value) for facet, value, *_ in found}:
                moved = list(_filter_of(find).find_former(former))
                self.has_moved |= bool(moved)
                found += moved
            for facet, value, key, name in found:
                keys[facet, value] = key
                self.names[facet, key] = name
        return keys

    def _check_order(self, date: str) -> None:
        first, last = (self.cleaned_data.get(f"{date}_{side}") for side in ("after", "before"))
        if first and last and first > last:
            message = gettext("%(last)s lies before %(first)s, where the range begins; swap the two")
            self.add_error(f"{date}_before", message % {"last": last.isoformat(), "first": first.isoformat()})


class ArticleFilter(django_filters.FilterSet):  # type: ignore[misc]  # no types
    """One search of the archive, from a query string."""

    actor = TagFilter(_("Actor"), plural=marked("Actors"))
    country = TagFilter(_("Country"), plural=marked("Countries"))
    organisation = TagFilter(_("Organisation"), plural=marked("Organisations"), aliases=("org",))
    topic = TagFilter(_("Topic"), plural=marked("Topics"))
    outlet = OutletFilter(_("Outlet"), plural=marked("Outlets"), aliases=("from",))
    author = AuthorFilter(_("Author"), plural=marked("Authors"), aliases=("by",))
    language = LanguageFilter(_("Language"), plural=marked("Languages"), aliases=("lang",))
    has = HasFilter(_("Details present"), plural=marked("Details present"))
    origin = TaggingFilter(_("Tags given by"), plural=marked("Tags given by"))
    status = TaggingFilter(_("Tags that are"), plural=marked("Tags that are"))
    dated = DatedFilter(_("Publication date"), plural=marked("Publication date"))
    published_after = DateBoundFilter("published_on", "gte", label=_("Published from"), operator="after")
    published_before = DateBoundFilter("published_on", "lte", label=_("Published until"), operator="before")
    clipped_after = DateBoundFilter("clipped_on", "gte", label=_("Clipped from"), operator="clipped-after")
    clipped_before = DateBoundFilter("clipped_on", "lte", label=_("Clipped until"), operator="clipped-before")
    q = WordsFilter(label=_("Words"))
    sort = ViewFilter(
        Sort, label=_("Order"), complaint=_("“%(value).40s” is not an order; write one of {choices}")
    )
    density = ViewFilter(
        Density, label=_("Density"), complaint=_("“%(value).40s” is not a density; write one of {choices}")
    )
    view = ViewFilter(
        View, label=_("View"), complaint=_("“%(value).40s” is not a view; write one of {choices}")
    )

    _operators: ClassVar[dict[str, Operator]] = {}
    _form_class: ClassVar[type[ArticleFilterForm] | None] = None

    class Meta:
        model = Article
        fields: ClassVar[list[str]] = []
        form = ArticleFilterForm

    def __init__(self, data: QueryDict, queryset: QuerySet[Article] | None = None) -> None:
        # As the parent does it, but for a deep copy of all filters: these keep nothing of a request.
        self.is_bound = True
        self.data = data
        self.queryset = Article.objects.public() if queryset is None else queryset
        self.request = None
        self.form_prefix = None
        self.filters = self.base_filters

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
        return {f.facet: gettext(f.plural) for f in cls.base_filters.values() if isinstance(f, FacetFilter)}

    @classmethod
    def vocabulary(cls, facet: str) -> Mapping[str, str]:
        """Return the names of a facet's values by key, in order; nothing where they are not fixed."""
        filter_: FacetFilter = cls.base_filters[facet]
        return filter_.vocabulary()

    @classmethod
    def value_name(cls, facet: str, key: str) -> str:
        """Return what a value is called; nothing where that stands in the database."""
        filter_: FacetFilter = cls.base_filters[facet]
        return filter_.name_of(key)

    @classmethod
    def operators(cls) -> Mapping[str, Operator]:
        """Return the operators of the search box by all that may stand before their colon."""
        if not cls._operators:
            cls._operators = dict(_operators(cls.base_filters))
        return cls._operators

    def get_form_class(self) -> type[ArticleFilterForm]:
        """Return the form, one class for all requests: building it takes longer than a search."""
        if ArticleFilter._form_class is None:
            form: type[ArticleFilterForm] = super().get_form_class()
            form.base_fields = _Shared(form.base_fields)
            form.empty = {name: field.clean(None) for name, field in form.base_fields.items()}
            ArticleFilter._form_class = form
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
    def has_moved(self) -> bool:
        """Return whether a value is an old key or slug: `address` has what its record is called today."""
        return self.form.has_moved

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
                problems.setdefault(name, []).append(str(ONCE))
        if all(_values(self.data, name) for name in CURSORS):
            problems.setdefault("before", []).append(gettext("cannot be given with after; keep one of them"))
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


# What the values asked for name: a slug or a code, its key, its name.
# In each language: what is no row of the database has its name from the program.
_known: Memory[tuple[str, type[FacetFilter], Asked], list[Found]] = Memory(most=MOST_KNOWN)


def _found(
    find: Callable[[Collection[Asked]], Iterator[Found]], asked: Collection[Asked], now: Standing
) -> list[Found]:
    """Return what these values name, remembered until something changes."""
    kind = _filter_of(find)
    keys = {one: (edition().code, kind, one) for one in asked}
    remembered = _known.find(keys.values(), now)
    missing = {one for one in asked if keys[one] not in remembered}
    if missing:
        read: dict[tuple[str, type[FacetFilter], Asked], list[Found]] = {keys[one]: [] for one in missing}
        for found in find(missing):
            read[keys[found[0], found[1]]].append(found)
        _known.keep(read, now)
        remembered |= read
    return [found for one in asked for found in remembered[keys[one]]]


def _filter_of(find: Callable[[Collection[Asked]], Iterator[Found]]) -> type[FacetFilter]:
    """Return the kind of filter whose class method this is."""
    kind: type[FacetFilter] = find.__self__  # type: ignore[attr-defined]  # a class method's
    return kind


def _operators(filters: Mapping[str, django_filters.Filter]) -> Iterator[tuple[str, Operator]]:
    main = []
    for parameter, filter_ in filters.items():
        if isinstance(filter_, DateBoundFilter):
            yield (
                filter_.operator,
                Operator(filter_.operator, bound=parameter, is_upper=filter_.is_upper),
            )
        elif isinstance(filter_, FacetFilter) and filter_.match is Match.ALL:
            operator = Operator(filter_.facet, (filter_.facet,), values=tuple(filter_.vocabulary()))
            yield from ((name, operator) for name in (filter_.facet, *filter_.aliases))
        elif isinstance(filter_, FacetFilter) and filter_.match is Match.MAIN:
            main.append(filter_.facet)
            name = f"main-{filter_.facet}"
            yield name, Operator(name, (filter_.facet,), Match.MAIN)
    yield "main", Operator("main", tuple(main), Match.MAIN)


NOT_KNOWN = {
    "actor": marked("no actor is called %(called)s; choose one from %(place)s"),
    "country": marked("no country is called %(called)s; choose one from %(place)s"),
    "organisation": marked("no organisation is called %(called)s; choose one from %(place)s"),
    "topic": marked("no topic is called %(called)s; choose one from %(place)s"),
    "outlet": marked("no outlet is called %(called)s; choose one from the outlets beside a list"),
    "author": marked("no author is called %(called)s; choose one from the authors beside a list"),
    "language": marked(
        "no language is called %(called)s; write a code, such as de or pt-br, or an English name"
    ),
}


def _unknown(facet: str, called: str) -> str:
    """Return what is wrong with values that name nothing, and what to do about it."""
    if fixed := ArticleFilter.vocabulary(facet):
        message = gettext("%(called)s is not among the values; write one of %(values)s")
        return message % {"called": called, "values": ", ".join(fixed)}
    place = f"{reverse(f'{facet}_list')}?all=1" if facet in TagKind.values else ""
    return gettext(NOT_KNOWN[facet]) % {"called": called, "place": place}


def _values(data: QueryDict, name: str) -> list[str]:
    return [value.strip() for value in data.getlist(name) if value.strip()]
