"""In whose company a tag is: what its articles also name, and what stands close to it by what it is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from articles.charts import level
from articles.lists.facets import FacetGroup, FacetValue
from articles.lists.listing import Listing
from articles.models import Tag, TagKind
from articles.profiles.borders import read_borders
from articles.profiles.dyads import KINDS, address_of
from articles.search import sync
from articles.search.engine import IndexUnusable
from articles.search.query import Criteria, Match

FACETS = frozenset({*TagKind.values, "outlet"})
SHOWN = 6  # companions of each kind
ALL_KEYS = 20_000  # values of one facet counted at once; more than any gazetteer has


@dataclass(frozen=True, slots=True)
class Companion:
    """What some articles of the tag also have: how many, where they are, and their share of all as a bar.

    ``pair_url`` leads to what the archive has about both, empty for what makes no pair with the tag.
    """

    key: str
    name: str
    count: int
    url: str
    pair_url: str
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
    unwanted = {(tag.kind, key) for key in (tag.key, *without)}
    groups = [group for group in listing.facets if group.name in FACETS]
    shown = {group.name: _shown(group, unwanted) for group in groups}
    pairs = _pair_urls(tag, [one.key for one in shown.get(tag.kind, ())])
    return [
        Companions(
            group.name,
            group.heading,
            [
                Companion(
                    key=one.key,
                    name=one.name,
                    count=one.count,
                    url=one.add_url,
                    pair_url=pairs.get(one.key, "") if group.name == tag.kind else "",
                    bar=level(one.count, listing.count),
                )
                for one in shown[group.name]
            ],
        )
        for group in groups
        if shown[group.name]
    ]


def _shown(group: FacetGroup, unwanted: Collection[tuple[str, str]]) -> list[FacetValue]:
    return [one for one in group.values if one.count and (group.name, one.key) not in unwanted][:SHOWN]


def _pair_urls(tag: Tag, keys: Collection[str]) -> dict[str, str]:
    """Return the addresses of the pairs of a tag and these others of its kind, by key."""
    if tag.kind not in KINDS or tag.is_retired or not keys:
        return {}
    others = Tag.objects.in_use().filter(kind=tag.kind, key__in=keys).order_by()
    return {key: address_of(tag.kind, tag.slug, slug) for key, slug in others.values_list("key", "slug")}


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
