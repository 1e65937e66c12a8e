"""In whose company a tag is: what its articles also name, and what stands close to it by what it is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from articles.borders import read_borders
from articles.charts import level
from articles.listing import Listing
from articles.models import Tag, TagKind
from articles.search import sync
from articles.search.engine import IndexUnusable
from articles.search.query import Criteria, Match

FACETS = frozenset({*TagKind.values, "outlet"})
SHOWN = 6  # companions of each kind
ALL_KEYS = 20_000  # values of one facet counted at once; more than any gazetteer has


@dataclass(frozen=True, slots=True)
class Companion:
    """What some articles of the tag also have: how many, where they are, and their share of all as a bar."""

    key: str
    name: str
    count: int
    url: str
    bar: str


@dataclass(frozen=True, slots=True)
class Companions:
    """The most frequent companions of one kind."""

    kind: str
    heading: str
    values: list[Companion]


@dataclass(frozen=True, slots=True)
class Relative:
    """A tag close to this one by what it is: a part of it, a neighbour.

    ``count`` is the number of articles at ``articles_url``, None while they cannot be counted.
    """

    key: str
    name: str
    url: str
    count: int | None
    articles_url: str


def find_companions(tag: Tag, listing: Listing, *, without: Collection[str]) -> list[Companions]:
    """Return what the articles of a tag, listed, have besides it; of its own kind, ``without`` these keys."""
    kinds = []
    for group in listing.facets:
        if group.name in FACETS:
            unwanted = {tag.key, *without} if group.name == tag.kind else ()
            others = [value for value in group.values if value.key not in unwanted and value.count]
            kinds.append(
                Companions(
                    group.name,
                    group.heading,
                    [
                        Companion(one.key, one.name, one.count, one.add_url, level(one.count, listing.count))
                        for one in others[:SHOWN]
                    ],
                )
            )
    return [kind for kind in kinds if kind.values]


def find_parts(tag: Tag, listing: Listing) -> list[Relative]:
    """Return the tags below this one, by name, each with all of its own articles."""
    parts = list(tag.children.in_use().order_by("name"))
    if not parts:
        return []
    try:
        counts = dict(sync.totals((tag.kind,))[tag.kind])
    except IndexUnusable:
        counts = None
    nothing = listing.address.dropping(tag.kind)
    return [_relative(part, counts, str(nothing.adding(part.kind, part.key))) for part in parts]


def find_neighbours(tag: Tag, listing: Listing) -> list[Relative]:
    """Return the countries that border on this one, those named with it most often first."""
    keys = read_borders().get(tag.key, ()) if tag.kind == TagKind.COUNTRY else ()
    if not keys:
        return []
    criteria = Criteria(values={(tag.kind, Match.ALL): (tag.key,)})
    try:
        counts = dict(sync.facet(criteria, tag.kind, limit=ALL_KEYS))
    except IndexUnusable:
        counts = None
    neighbours = [
        _relative(one, counts, str(listing.address.adding(one.kind, one.key)))
        for one in Tag.objects.in_use().filter(kind=tag.kind, key__in=keys).order_by("name")
    ]
    return sorted(neighbours, key=lambda one: -(one.count or 0))


def _relative(tag: Tag, counts: Mapping[str, int] | None, articles_url: str) -> Relative:
    count = None if counts is None else counts.get(tag.key, 0)
    return Relative(tag.key, tag.name, tag.get_absolute_url(), count, articles_url)
