"""The whole of one search at a glance: by country on a map, or period by period with its top story."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from django.db.models import Q

from articles.lists.facets import Names, name_values
from articles.lists.listing import Listing
from articles.lists.periods import DAY, linked
from articles.lists.rows import Row, read_rows
from articles.lists.timeline import Period, periods_of
from articles.lists.worldmap import Place, Tint, draw_map, tints_for
from articles.models import Tagging, TagKind
from articles.phrases import gettext
from articles.search import sync
from articles.search.address import Address
from articles.search.query import Criteria, Match, Sort, View

MOST_COUNTRIES = 1_000  # more than any gazetteer has
MOST_PERIODS = 31  # each costs one question to the engine, for its top story
CANDIDATES = 20  # latest articles of a period, of which one becomes its top story


@dataclass(frozen=True, slots=True)
class WorldMap:
    """A result by country: the map, what its tints stand for, and the same numbers in order.

    ``bare_count`` articles of the result name no country.
    """

    chart: str
    tints: list[Tint]
    places: list[Place]
    bare_count: int
    bare_url: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """One period of a result and its top story; ``closer_url`` looks at it alone in the same way."""

    period: Period
    closer_url: str
    story: Row | None


@dataclass(frozen=True, slots=True)
class Chronicle:
    """A result period by period, the latest first; ``unit`` says in words how long each is."""

    unit: str
    is_daily: bool
    chapters: list[Chapter]


@dataclass(frozen=True, slots=True)
class DateHeading:
    """The head of a table's column of dates: how it is sorted, if it is, and the address that turns that."""

    direction: str  # as `aria-sort` says it: ascending, descending, none
    turn_url: str
    turn_label: str


@dataclass(frozen=True, slots=True)
class Panorama:
    """What a page shows instead of a list; nothing of it in a list."""

    world: WorldMap | None = None
    chronicle: Chronicle | None = None
    heading: DateHeading | None = None


def look_over(listing: Listing) -> Panorama:
    """Return what the view of a search shows instead of a list.  Raise IndexUnusable."""
    if not listing.is_searchable:
        return Panorama(heading=head_dates(listing))
    return Panorama(draw_world(listing), tell(listing), head_dates(listing))


def head_dates(listing: Listing) -> DateHeading | None:
    """Return the head of the column of dates; None unless a table was asked for."""
    if listing.look.view is not View.TABLE or listing.criteria is None:
        return None
    order = listing.criteria.order
    wanted = Sort.OLDEST if order is Sort.NEWEST else Sort.NEWEST
    turn = next(sort for sort in listing.look.sorts if sort.name == wanted)
    direction = {Sort.NEWEST: "descending", Sort.OLDEST: "ascending"}.get(order, "none")
    return DateHeading(direction, turn.url, turn.label)


def draw_world(listing: Listing) -> WorldMap | None:
    """Return the result on a map; None unless that was asked for.  Raise IndexUnusable.

    Two questions to the engine.
    """
    criteria = listing.criteria
    if listing.look.view is not View.MAP or criteria is None:
        return None
    address = listing.address.dropping("view")
    places = list(_places(sync.facet(criteria, "country", limit=MOST_COUNTRIES), listing.names, address))
    return WorldMap(
        chart=draw_map(places, title=gettext("%(title)s, by country") % {"title": listing.title}),
        tints=tints_for(places[0].count) if places else [],
        places=places,
        bare_count=sync.search(_naming_no_country(criteria), limit=1).count,
        bare_url=str(address.adding("has__not", "country")),
    )


def tell(listing: Listing) -> Chronicle | None:
    """Return the result period by period; None unless that was asked for.  Raise IndexUnusable.

    One question to the engine for each period.
    """
    criteria = listing.criteria
    if listing.look.view is not View.TIMELINE or criteria is None:
        return None
    unit, periods = periods_of(
        listing.months,
        listing.days,
        address=listing.address.dropping("view"),
        after=criteria.published_after,
        before=criteria.published_before,
        most=MOST_PERIODS,
    )
    stories = _top_stories(criteria, periods)
    closer = linked(listing.address.first_page())
    chapters = [
        Chapter(period, closer(*period.days.bounds()), stories.get(period.words)) for period in periods
    ]
    return Chronicle(unit.noun, is_daily=unit is DAY, chapters=chapters)


def _places(counts: Iterable[tuple[str, int]], names: Names, address: Address) -> Iterator[Place]:
    """Yield the countries that articles name; ``address`` is that of the list of all of them."""
    counts = [(code, count) for code, count in counts if count]
    names = {**names, **name_values({"country": counts}, known=names)}
    for code, count in counts:
        if name := names.get(("country", code)):
            yield Place(code, name, count, str(address.adding("country", code)))


def _naming_no_country(criteria: Criteria) -> Criteria:
    without = ("has", Match.NOT)
    kept = criteria.values.get(without, ())
    return replace(criteria, values={**criteria.values, without: tuple(dict.fromkeys((*kept, "country")))})


# --- Top stories ------------------------------------------------------------------------------------------


def _top_stories(criteria: Criteria, periods: Sequence[Period]) -> dict[str, Row]:
    """Return the top story of each period, by what the period is called.

    With words it is the best match.  Otherwise it is, among the latest, the one most about what the search
    asks for, or about anything at all where it asks for nothing.
    """
    size = 1 if criteria.words else CANDIDATES
    order = Sort.RELEVANCE if criteria.words else Sort.NEWEST
    searches = [
        replace(criteria, published_after=period.days.first, published_before=period.days.last, sort=order)
        for period in periods
    ]
    found = {
        period.words: result.ids
        for period, result in zip(periods, sync.search_all(searches, limit=size), strict=True)
    }
    weights = {} if criteria.words else _weights([pk for ids in found.values() for pk in ids], criteria)
    top = {words: max(ids, key=lambda pk: weights.get(pk, 0.0)) for words, ids in found.items() if ids}
    rows = {row.id: row for row in read_rows(list(top.values()), sought=criteria.sought)}
    return {words: rows[pk] for words, pk in top.items() if pk in rows}


def _weights(ids: Sequence[int], criteria: Criteria) -> Mapping[int, float]:
    """Return how much each article is about what was sought: the salience of its tags, main ones twice.

    Where nothing was sought that an article can be about, its main subjects count.  One query.
    """
    sought = Q()
    for kind in TagKind.values:
        if keys := [key for facet, key in criteria.sought if facet == kind]:
            sought |= Q(tag__kind=kind, tag__key__in=keys)
    taggings = Tagging.objects.standing().filter(sought or Q(role=Tagging.Role.MAIN), article__in=ids)
    weights: dict[int, float] = defaultdict(float)
    for pk, role, salience in taggings.order_by().values_list("article_id", "role", "salience"):
        weights[pk] += salience * (2 if role == Tagging.Role.MAIN else 1)
    return weights
