"""One search, ready to show: the rows, counts and links that list pages and the API are made of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.db.models import CharField, Q, Value
from django.http import QueryDict

from articles.filters import ArticleFilter, FacetFilter
from articles.models import Author, Outlet, Tag, TagKind
from articles.rows import Row, TagLabel, read_rows
from articles.search import sync
from articles.search.address import Address
from articles.search.engine import IndexUnusable
from articles.search.entry import ID_BITS, id_of_rank
from articles.search.query import Criteria, Cursor, CursorError, Match, Sort, WordsError
from articles.search.wording import day_in_words, sought, title_of

__all__ = [
    "Chip",
    "FacetGroup",
    "FacetValue",
    "Listing",
    "Problem",
    "Row",
    "SortLink",
    "TagLabel",
    "list_articles",
]

FACET_LIMIT = 20  # values shown of each facet
NOINDEX_FROM = 3  # filters; search engines would crawl combinations for ever

REBUILDING = "The search index is being rebuilt. Until it is ready, filters work but show no counts."
REBUILDING_WORDS = "The search index is being rebuilt. Words can be searched again when it is ready."
SORT_LABELS = {Sort.NEWEST: "newest first", Sort.OLDEST: "oldest first", Sort.RELEVANCE: "best match first"}
DATE_CHIPS = {
    "published_after": "published from {}",
    "published_before": "published until {}",
    "clipped_after": "clipped from {}",
    "clipped_before": "clipped until {}",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the address that could not be understood.

    ``label`` is what readers call the parameter.  ``is_unknown``: the parameter itself means nothing here, so
    the result beside it is still right.
    """

    parameter: str
    label: str
    message: str
    remove_url: str
    is_unknown: bool = False


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a facet, how many articles of the result have it, and the links that ask for it.

    ``add_url`` toggles: for an active value it is the search without it; ``exclude_url`` likewise.
    """

    key: str
    name: str
    count: int
    is_active: bool
    is_excluded: bool
    add_url: str
    exclude_url: str


@dataclass(frozen=True, slots=True)
class FacetGroup:
    """One facet of the result, its busiest values first."""

    name: str
    heading: str
    values: list[FacetValue]


@dataclass(frozen=True, slots=True)
class Chip:
    """One active filter in words, and the search without it."""

    kind: str
    label: str
    words: str
    remove_url: str


@dataclass(frozen=True, slots=True)
class SortLink:
    """One order the result can have."""

    name: str
    label: str
    url: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of one search.

    ``is_searchable`` is False while the index is being rebuilt; ``notice`` then says so.  ``form_values``
    are the single-valued parameters as the reader wrote them, ``kept`` the others, for hidden fields.
    """

    address: Address
    title: str
    words: str = ""
    count: int = 0
    rows: list[Row] = field(default_factory=list)
    facets: list[FacetGroup] = field(default_factory=list)
    chips: list[Chip] = field(default_factory=list)
    sorts: list[SortLink] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    next_cursor: str = ""
    notice: str = ""
    is_searchable: bool = True
    is_noindex: bool = False
    form_values: Mapping[str, str] = field(default_factory=dict)
    kept: list[tuple[str, str]] = field(default_factory=list)

    @property
    def is_refused(self) -> bool:
        """Return whether a value could not be understood, so that no articles are shown."""
        return any(not problem.is_unknown for problem in self.problems)

    @property
    def next_url(self) -> str:
        """Return the address of the next page, empty on the last."""
        return str(self.address.page(self.next_cursor)) if self.next_cursor else ""

    @property
    def first_url(self) -> str:
        """Return the address of the first page, empty on it."""
        first = self.address.first_page()
        return "" if first == self.address else str(first)


@dataclass(frozen=True, slots=True)
class _Page:
    """What answered the search, engine or database."""

    ids: list[int]
    count: int
    next_cursor: str
    facets: Mapping[str, Sequence[tuple[str, int]]] = field(default_factory=dict)
    notice: str = ""
    is_searchable: bool = True


def list_articles(data: QueryDict, path: str, *, limit: int = 25) -> Listing:
    """Return the page of articles that a query string asks for; ``path`` is where its links lead.

    A value that means nothing yields its problem and no articles.  A parameter that means nothing is a
    problem beside the result.
    """
    asked = ArticleFilter(data)
    address = asked.address(path)
    listing = _unanswered(asked, address)
    if listing.is_refused:
        return listing
    criteria = asked.criteria
    try:
        page = _find(asked, criteria, cursor=_first(address, "after"), limit=limit)
    except (CursorError, WordsError) as error:
        problem = _problem(asked, "after" if isinstance(error, CursorError) else "q", str(error), address)
        return replace(listing, problems=[problem, *listing.problems])
    names = {**asked.names, **_names(page.facets, known=asked.names)}
    return replace(
        listing,
        title=title_of(criteria, names),
        count=page.count,
        rows=read_rows(page.ids, sought=criteria.sought, words=criteria.words),
        facets=_facet_groups(criteria, page, names, address),
        chips=list(_chips(asked, names, address)),
        sorts=_sorts(criteria, address),
        next_cursor=page.next_cursor,
        notice=page.notice,
        is_searchable=page.is_searchable,
        is_noindex=bool(listing.problems or criteria.words or len(address.filters()) >= NOINDEX_FROM),
    )


def _unanswered(asked: ArticleFilter, address: Address) -> Listing:
    """Return what stands before the search is answered: its form, and what could not be understood."""
    problems = [
        _problem(asked, name, message, address)
        for name, messages in asked.problems().items()
        for message in messages
    ]
    return Listing(
        address=address,
        title="Articles",
        words=_first(address, "q"),
        problems=[*problems, *_unknown(asked, address)],
        is_noindex=True,
        form_values={name: _first(address, name) for name in ("q", *DATE_CHIPS)},
        kept=[
            (name, value)
            for name, value in address.first_page().parameters
            if name != "q" and name not in DATE_CHIPS
        ],
    )


def _problem(asked: ArticleFilter, parameter: str, message: str, address: Address) -> Problem:
    label = str(asked.filters[parameter].label) if parameter in asked.filters else "Page"
    return Problem(parameter, label, message, str(address.dropping(parameter)))


def _unknown(asked: ArticleFilter, address: Address) -> Iterator[Problem]:
    for name in asked.unknown:
        # The address holds known parameters only: it is already the way out.
        message = "is not a filter of this archive; leave it out"
        yield Problem(name[:80], name[:80], message, str(address), is_unknown=True)


def _first(address: Address, name: str) -> str:
    return next((value for parameter, value in address.parameters if parameter == name), "")


# --- Finding the articles ---------------------------------------------------------------------------------


def _find(asked: ArticleFilter, criteria: Criteria, *, cursor: str, limit: int) -> _Page:
    """Return the ids and counts from the engine, or from SQL while the index is unusable."""
    try:
        result = sync.search(
            criteria, limit=limit, after=cursor, facets=tuple(asked.facets()), facet_limit=FACET_LIMIT
        )
    except IndexUnusable:
        if criteria.words:
            return _Page([], 0, "", notice=REBUILDING_WORDS, is_searchable=False)
        return _find_in_database(asked, criteria, cursor=cursor, limit=limit)
    return _Page(result.ids, result.count, result.next_cursor, result.facets)


def _find_in_database(asked: ArticleFilter, criteria: Criteria, *, cursor: str, limit: int) -> _Page:
    """Return the same articles by SQL, without facets."""
    found = asked.qs
    count = found.count()
    if cursor:
        day, pk = _read_cursor(cursor, criteria.order)
        # Two conditions, not an OR of two ranges: this way the index is searched, not scanned.
        if criteria.order is Sort.OLDEST:
            found = found.filter(sort_on__gte=day).exclude(sort_on=day, pk__lte=pk)
        else:
            found = found.filter(sort_on__lte=day).exclude(sort_on=day, pk__gte=pk)
    order = ("sort_on", "pk") if criteria.order is Sort.OLDEST else ("-sort_on", "-pk")
    rows = list(found.order_by(*order).values_list("pk", "sort_on")[: limit + 1])
    next_cursor = ""
    if len(rows) > limit:
        pk, day = rows[limit - 1]
        next_cursor = str(Cursor(criteria.order, day.toordinal() << ID_BITS | pk))
    return _Page([pk for pk, _ in rows[:limit]], count, next_cursor, notice=REBUILDING, is_searchable=False)


def _read_cursor(text: str, order: Sort) -> tuple[dt.date, int]:
    """Return the day and id in a cursor.  It is the engine's own: the index may be back on the next page."""
    rank = Cursor.read(text, order).position
    try:
        return dt.date.fromordinal(rank >> ID_BITS), id_of_rank(rank)
    except ValueError as error:
        raise CursorError(f"{text[:40]!r} is not a page of this search; begin with the first page") from error


# --- Facets, chips, orders --------------------------------------------------------------------------------


def _names(
    facets: Mapping[str, Sequence[tuple[str, int]]], *, known: Mapping[tuple[str, str], str]
) -> dict[tuple[str, str], str]:
    """Return the name of each value, with one query for all kinds."""
    wanted = {
        facet: [key for key, _ in counts if (facet, key) not in known] for facet, counts in facets.items()
    }
    is_tag = Q(pk__in=[])
    for kind in TagKind.values:
        if wanted.get(kind):
            is_tag |= Q(kind=kind, key__in=wanted[kind])
    tags = Tag.objects.filter(is_tag).order_by().values_list("kind", "key", "name")
    others = (
        model.objects.filter(slug__in=wanted[facet])
        .order_by()
        .values_list(Value(facet, output_field=CharField()), "slug", "name")
        for facet, model in (("outlet", Outlet), ("author", Author))
        if wanted.get(facet)
    )
    return {(facet, key): name for facet, key, name in tags.union(*others, all=True)}


def _facet_groups(
    criteria: Criteria, page: _Page, names: Mapping[tuple[str, str], str], address: Address
) -> list[FacetGroup]:
    groups = []
    for facet, heading in ArticleFilter.facets().items():
        excluded = criteria.values.get((facet, Match.NOT), ())
        values = [
            _facet_value(facet, key, count, names[facet, key], address, is_excluded=key in excluded)
            for key, count in page.facets.get(facet, ())
            if (facet, key) in names
        ]
        if values:
            groups.append(FacetGroup(facet, heading, values))
    return groups


def _facet_value(
    facet: str, key: str, count: int, name: str, address: Address, *, is_excluded: bool
) -> FacetValue:
    wanted = {(facet, key), (f"{facet}__any", key), (f"{facet}__main", key)}
    unwanted = (f"{facet}__not", key)
    is_active = not wanted.isdisjoint(address.parameters)
    without = address.without(wanted | {unwanted})
    return FacetValue(
        key=key,
        name=name,
        count=count,
        is_active=is_active,
        is_excluded=is_excluded,
        add_url=str(without if is_active else without.adding(facet, key)),
        exclude_url=str(without if is_excluded else without.adding(*unwanted)),
    )


def _chips(asked: ArticleFilter, names: Mapping[tuple[str, str], str], address: Address) -> Iterator[Chip]:
    cleaned = asked.form.cleaned_data
    for parameter, value in address.filters():
        filter_ = asked.filters[parameter]
        without = str(address.dropping(parameter, value))
        label = str(filter_.label)
        if isinstance(filter_, FacetFilter):
            words = _chip_words(filter_.match, names.get((filter_.facet, value), value))
            if filter_.match is Match.ANY and value != cleaned[parameter][0]:
                words = f"or {words}"
            yield Chip(filter_.facet, label, words, without)
        elif parameter in DATE_CHIPS:
            yield Chip("date", label, DATE_CHIPS[parameter].format(day_in_words(cleaned[parameter])), without)
        else:
            yield Chip("words", label, sought(value), without)


def _chip_words(match: Match, name: str) -> str:
    return {Match.NOT: f"not {name}", Match.MAIN: f"mainly {name}"}.get(match, name)


def _sorts(criteria: Criteria, address: Address) -> list[SortLink]:
    """Return the orders this result can have; only words have a best match."""
    return [
        SortLink(
            sort.value,
            label,
            # The default order has no parameter: one search, one address.
            str(address.dropping("sort") if sort is Sort.NEWEST else address.setting("sort", sort.value)),
            is_active=sort is criteria.order,
        )
        for sort, label in SORT_LABELS.items()
        if sort is not Sort.RELEVANCE or criteria.words
    ]
