"""The values that the articles of a result have, counted, each with the links that ask for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote_plus

from django.db.models import CharField, Q, Value
from django.urls import reverse

from articles.filters import ArticleFilter
from articles.memory import Memory
from articles.models import Author, Outlet, Tag, TagKind
from articles.search.address import Address
from articles.search.outbox import database_standing
from articles.search.query import Criteria, Match

type Names = Mapping[tuple[str, str], str]  # by facet and key
type Counts = Mapping[str, Sequence[tuple[str, int]]]  # keys and counts by facet, the highest first

# Values shown beside a list, fewer than the engine is asked for; the others are on the page of the facet.
SHOWN = {"actor": 8, "country": 8, "organisation": 5, "topic": 8, "outlet": 5, "author": 4}
MOST_NAMES = 20_000  # that a process remembers
SHOWN_FOLDED = 5  # of the other facets, which wait together behind one line
ENOUGH = 1 + max(*SHOWN.values(), SHOWN_FOLDED)  # to count of each, to know whether there are more


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
    """One facet of the result, its busiest values first; ``all_url`` leads to a page of all of them."""

    name: str
    heading: str
    values: list[FacetValue]
    all_url: str

    @property
    def shown(self) -> list[FacetValue]:
        """Return the values to show beside the list: the first few, and all that the search names."""
        room = SHOWN.get(self.name, SHOWN_FOLDED)
        return [
            value
            for rank, value in enumerate(self.values)
            if rank < room or value.is_active or value.is_excluded
        ]

    @property
    def has_more(self) -> bool:
        """Return whether values are left out beside the list."""
        return len(self.values) > SHOWN.get(self.name, SHOWN_FOLDED)

    @property
    def is_folded(self) -> bool:
        """Return whether it waits with others behind one line."""
        return self.name not in SHOWN

    @property
    def is_used(self) -> bool:
        """Return whether the search names one of its values."""
        return any(value.is_active or value.is_excluded for value in self.values)

    def tells_apart(self, count: int) -> bool:
        """Return whether one of its values is of some of so many articles, but not of all."""
        return any(0 < value.count < count for value in self.values)


def group_facets(criteria: Criteria, counts: Counts, names: Names, address: Address) -> list[FacetGroup]:
    """Return the facets of a result that have values, in the order of their declaration."""
    groups = []
    for facet, heading in ArticleFilter.facets().items():
        values = list(facet_values(facet, criteria, counts.get(facet, ()), names, address))
        if values:
            groups.append(FacetGroup(facet, heading, values, str(facet_address(facet, address))))
    return groups


def facet_values(
    facet: str, criteria: Criteria, counts: Sequence[tuple[str, int]], names: Names, address: Address
) -> Iterator[FacetValue]:
    """Yield the values that have a name; ``address`` is that of the search."""
    excluded = criteria.values.get((facet, Match.NOT), ())
    adding, excluding = _asking(address, facet), _asking(address, f"{facet}__not")
    for key, count in counts:
        if (name := names.get((facet, key))) is None:
            continue
        wanted = {(facet, key), (f"{facet}__any", key), (f"{facet}__main", key)}
        is_active = not wanted.isdisjoint(address.parameters)
        is_excluded = key in excluded
        if not is_active and not is_excluded:
            quoted = quote_plus(key)
            yield FacetValue(key, name, count, False, False, adding(quoted), excluding(quoted))
            continue
        unwanted = (f"{facet}__not", key)
        without = address.without(wanted | {unwanted})
        add_url = str(without if is_active else without.adding(facet, key))
        exclude_url = str(without if is_excluded else without.adding(*unwanted))
        yield FacetValue(key, name, count, is_active, is_excluded, add_url, exclude_url)


def facet_address(facet: str, address: Address) -> Address:
    """Return where all values of a facet are listed, for the articles of this search."""
    return Address(reverse("facet", args=[facet]), address.first_page().parameters, address.order)


def name_values(counts: Counts, *, known: Names) -> dict[tuple[str, str], str]:
    """Return the name of each value that is not ``known``, with one query for all kinds."""
    names: dict[tuple[str, str], str] = {}
    stored: dict[str, list[str]] = {}  # keys whose names stand in the database
    for facet, found in counts.items():
        for key, _ in found:
            if (facet, key) in known:
                continue
            if name := ArticleFilter.value_name(facet, key):
                names[facet, key] = name
            else:
                stored.setdefault(facet, []).append(key)
    return names | _stored_names(stored)


# The names of values by facet and key; nothing for a key that has none.
_remembered: Memory[tuple[str, str], str] = Memory(most=MOST_NAMES)


def _stored_names(keys: Mapping[str, Sequence[str]]) -> dict[tuple[str, str], str]:
    """Return the names that stand in the database, remembered until something changes."""
    now = database_standing()
    names = _remembered.find([(facet, key) for facet, found in keys.items() for key in found], now)
    missing = {
        facet: left
        for facet, found in keys.items()
        if (left := [key for key in found if (facet, key) not in names])
    }
    if missing:
        read = _read_names(missing)
        _remembered.keep(read, now)
        names |= read
    return names


def _read_names(keys: Mapping[str, Sequence[str]]) -> dict[tuple[str, str], str]:
    is_tag = Q(pk__in=[])
    for kind in TagKind.values:
        if keys.get(kind):
            is_tag |= Q(kind=kind, key__in=keys[kind])
    # Retired ones, which an index that is late still counts, have no name.
    tags = Tag.objects.in_use().filter(is_tag).order_by().values_list("kind", "key", "name")
    others = (
        model.objects.filter(slug__in=keys[facet])
        .order_by()
        .values_list(Value(facet, output_field=CharField()), "slug", "name")
        for facet, model in (("outlet", Outlet), ("author", Author))
        if keys.get(facet)
    )
    return {(facet, key): name for facet, key, name in tags.union(*others, all=True)}


def _asking(address: Address, parameter: str) -> Callable[[str], str]:
    """Return what makes the address of the search with one value more, which it does not have yet.

    The address is built once, around a mark that no parameter holds; each value, quoted, only fills it in.
    """
    head, _, tail = str(address.adding(parameter, "\0")).partition("%00")
    return lambda quoted: f"{head}{quoted}{tail}"
