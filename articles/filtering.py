"""The kinds of filters: what the values of each mean in SQL, and what they name."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

import django_filters
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.text import format_lazy

from articles.models import Article, Author, Authorship, Outlet, Tag, Tagging, TagKind
from articles.phrases import gettext
from articles.records.forwarding import forwarded
from articles.search.fields import Asked, DateBoundField, Found, KeysField, WordsField
from articles.search.languages import find_language, language_name
from articles.search.query import SUFFIXES, Match
from articles.search.vocabulary import (
    LANGUAGE_CODE,
    NO_LANGUAGE,
    SPELLINGS,
    UNDATED,
    VOCABULARIES,
    language_pattern,
)

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# --- Values that are rows of the database -----------------------------------------------------------------


class FacetFilter(django_filters.Filter):  # type: ignore[misc]  # no types
    """One facet's values under one way of matching.

    A declaration stands for all its ways of matching: ``country`` yields ``country__any``, ``country__not``
    and ``country__main`` too.
    """

    field_class = KeysField
    matches: ClassVar[tuple[Match, ...]] = (Match.ALL, Match.ANY, Match.NOT)
    is_fixed: ClassVar[bool] = False  # whether its values are known without the database

    def __init__(
        self,
        label: StrOrPromise,
        *,
        plural: str,
        aliases: tuple[str, ...] = (),
        facet: str = "",
        match: Match = Match.ALL,
    ) -> None:
        """Take what readers call one value and several, and further names of the search box's operator."""
        super().__init__(label=label, facet=facet, find=self.find)
        self.plural = plural
        self.aliases = aliases
        self.facet = facet
        self.match = match

    def unfolded(self, facet: str) -> dict[str, FacetFilter]:
        """Return the filters that this declaration stands for, by parameter."""
        return {
            facet + SUFFIXES[match]: type(self)(
                self.label, plural=self.plural, aliases=self.aliases, facet=facet, match=match
            )
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

    @classmethod
    def find_former(cls, asked: Collection[Asked]) -> Iterator[Found]:
        """Yield what values that name nothing today stood for before a merge or a renaming."""
        yield from ()

    def vocabulary(self) -> Mapping[str, str]:
        """Return the names of all values by key, in order; nothing where they are rows of the database."""
        return {}

    def name_of(self, key: str) -> str:
        """Return what a value is called; nothing where that stands in the database."""
        return self.vocabulary().get(key, "")


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
        kinds, values = {facet for facet, _ in asked}, {value for _, value in asked}
        # Each half has an index that begins with the kind.
        is_named = Q(kind__in=kinds, key__in=values) | Q(kind__in=kinds, slug__in=values)
        tags = Tag.objects.in_use().filter(is_named).order_by()
        rows = list(tags.values_list("kind", "key", "slug", "name"))
        yield from ((kind, slug, key, name) for kind, key, slug, name in rows if (kind, slug) in asked)
        yield from ((kind, key, key, name) for kind, key, slug, name in rows if (kind, key) in asked)

    @classmethod
    def find_former(cls, asked: Collection[Asked]) -> Iterator[Found]:
        """Yield the tags in use that other keys or slugs stood for."""
        for (facet, value), tag in forwarded(asked).items():
            if isinstance(tag, Tag) and not tag.is_retired:
                yield facet, value, tag.key, tag.name


class BylineFilter(FacetFilter):
    """Who published or wrote: values are slugs."""

    @classmethod
    def find_former(cls, asked: Collection[Asked]) -> Iterator[Found]:
        """Yield the outlets or authors of public articles that other slugs stood for."""
        former = forwarded(asked)
        now = {(facet, record.slug) for (facet, _), record in former.items()}
        names = {(facet, slug): name for facet, slug, _, name in cls.find(now)}
        for (facet, value), record in former.items():
            if name := names.get((facet, record.slug)):
                yield facet, value, record.slug, name


class OutletFilter(BylineFilter):
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


class AuthorFilter(BylineFilter):
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


# --- Values that are fixed --------------------------------------------------------------------------------


class FixedFilter(FacetFilter):
    """A facet of `VOCABULARIES`."""

    is_fixed = True

    def vocabulary(self) -> Mapping[str, str]:
        """Return the names of all values by key, in order."""
        return {key: gettext(wording.name) for key, wording in VOCABULARIES[self.facet].items()}

    def name_of(self, key: str) -> str:
        """Return what a value is called."""
        wording = VOCABULARIES[self.facet].get(key)
        return gettext(wording.name) if wording else ""

    @classmethod
    def find(cls, asked: Collection[Asked]) -> Iterator[Found]:
        """Yield the values that there are."""
        for facet, value in asked:
            key = SPELLINGS.get((facet, value), value)
            if wording := VOCABULARIES[facet].get(key):
                yield facet, value, key, gettext(wording.name)


class TaggingFilter(FixedFilter):
    """What one of the article's tags is like; the facet is the field of `Tagging` that says so."""

    def condition(self, keys: Sequence[str]) -> Q:
        """Return the condition that one of the standing tags has one of these values."""
        rows = Tagging.objects.standing().filter(article=OuterRef("pk"), **{f"{self.facet}__in": keys})
        return Q(Exists(rows))


class HasFilter(FixedFilter):
    """What there is to say about the article at all: a tag of this kind, an outlet, a date ..."""

    def condition(self, keys: Sequence[str]) -> Q:
        """Return the condition that the article has one of these."""
        found = Q(pk__in=[])
        for key in keys:
            found |= self._has(key)
        return found

    @staticmethod
    def _has(key: str) -> Q:
        if key in TagKind.values:
            return Q(Exists(Tagging.objects.standing().filter(article=OuterRef("pk"), tag__kind=key)))
        return {
            "outlet": Q(outlet__isnull=False),
            "author": Q(Exists(Authorship.objects.filter(article=OuterRef("pk")))),
            "date": Q(published_on__isnull=False),
            "language": ~_in_language(NO_LANGUAGE),
        }[key]


class DatedFilter(FixedFilter):
    """How precisely the day of publication is known."""

    def condition(self, keys: Sequence[str]) -> Q:
        """Return the condition that the date is known as precisely as one of these says."""
        known = Q(published_on__isnull=False, published_precision__in=keys)
        return known | Q(published_on__isnull=True) if UNDATED in keys else known


class LanguageFilter(FacetFilter):
    """The language of the text; ``pt`` finds ``pt-BR`` too."""

    is_fixed = True

    def condition(self, keys: Sequence[str]) -> Q:
        """Return the condition that the article is in one of these languages."""
        found = Q(pk__in=[])
        for key in keys:
            found |= _in_language(key)
        return found

    @classmethod
    def find(cls, asked: Collection[Asked]) -> Iterator[Found]:
        """Yield the codes of languages; an English name stands for its code."""
        for facet, value in asked:
            if key := find_language(value):
                yield facet, value, key, language_name(key)

    def name_of(self, key: str) -> str:
        """Return the English name of a language."""
        return language_name(key)


def _in_language(key: str) -> Q:
    found = Q(language__regex=language_pattern(key))
    return found | ~Q(language__regex=LANGUAGE_CODE) if key == NO_LANGUAGE else found


# --- Dates, words, and how to show the result -------------------------------------------------------------


class DateBoundFilter(django_filters.Filter):  # type: ignore[misc]  # no types
    """A bound of a date, inclusive; an article without the date lies outside every range."""

    field_class = DateBoundField

    def __init__(self, field_name: str, lookup_expr: str, *, label: StrOrPromise, operator: str) -> None:
        self.is_upper = lookup_expr == "lte"
        super().__init__(field_name, lookup_expr, label=label, is_upper=self.is_upper)
        self.operator = operator


class WordsFilter(django_filters.CharFilter):  # type: ignore[misc]  # no types
    """Free text.  Only the search engine answers it."""

    field_class = WordsField

    def filter(self, qs: QuerySet[Article], value: str) -> QuerySet[Article]:
        """Return ``qs`` when there are no words; raise ValueError otherwise: SQL has no answer."""
        if value:
            raise ValueError("free text is answered by the search engine, not by SQL")
        return qs


class ViewFilter(django_filters.ChoiceFilter):  # type: ignore[misc]  # no types
    """How the result is shown, one of ``choices``; it narrows nothing.

    ``complaint`` says what is wrong with other values, and names the ``{choices}``.
    """

    def __init__(self, choices: type[StrEnum], *, label: StrOrPromise, complaint: StrOrPromise) -> None:
        super().__init__(
            label=label,
            choices=[(choice.value, choice.value) for choice in choices],
            error_messages={"invalid_choice": format_lazy(complaint, choices=", ".join(choices))},
        )

    def filter(self, qs: QuerySet[Article], value: str) -> QuerySet[Article]:
        """Return ``qs`` as it is."""
        return qs
