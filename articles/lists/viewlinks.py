"""The ways the result of a search can be shown, each with its address: orders, densities, views."""

from __future__ import annotations

from dataclasses import dataclass, field

from articles.phrases import gettext, marked
from articles.search.address import Address
from articles.search.query import Criteria, Density, Sort, View

SORT_LABELS = {
    Sort.NEWEST: marked("newest first"),
    Sort.OLDEST: marked("oldest first"),
    Sort.RELEVANCE: marked("best match first"),
}
DENSITY_LABELS = {Density.COMFORTABLE: marked("comfortable"), Density.COMPACT: marked("compact")}
VIEW_LABELS = {
    View.LIST: marked("list"),
    View.MAP: marked("map"),
    View.TIMELINE: marked("timeline"),
    View.TABLE: marked("table"),
}


@dataclass(frozen=True, slots=True)
class ViewLink:
    """One way the same result can be shown: an order, a density, a view."""

    name: str
    label: str
    url: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class Look:
    """How a list is looked at, with the links to look at it otherwise: none while nothing is found out."""

    view: View = View.LIST
    views: list[ViewLink] = field(default_factory=list)
    sorts: list[ViewLink] = field(default_factory=list)
    densities: list[ViewLink] = field(default_factory=list)


def sort_links(criteria: Criteria, address: Address) -> list[ViewLink]:
    """Return the orders this result can have; only words have a best match."""
    return [
        ViewLink(
            sort.value,
            gettext(label),
            # The default order has no parameter: one search, one address.
            str(address.dropping("sort") if sort is Sort.NEWEST else address.setting("sort", sort.value)),
            is_active=sort is criteria.order,
        )
        for sort, label in SORT_LABELS.items()
        if sort is not Sort.RELEVANCE or criteria.words
    ]


def density_links(density: Density, address: Address) -> list[ViewLink]:
    """Return how closely the result can be set.

    Both name their parameter: what a browser remembers must not win over what its reader chooses now.
    """
    return [
        ViewLink(
            one.value, gettext(label), str(address.setting("density", one.value)), is_active=one is density
        )
        for one, label in DENSITY_LABELS.items()
    ]


def view_links(view: View, address: Address) -> list[ViewLink]:
    """Return the ways to look at this result; the list, which is usual, has no parameter."""
    return [
        ViewLink(
            one.value,
            gettext(label),
            str(address.dropping("view") if one is View.LIST else address.setting("view", one.value)),
            is_active=one is view,
        )
        for one, label in VIEW_LABELS.items()
    ]
