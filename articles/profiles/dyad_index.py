"""The pairs of the archive: those that most articles name, and those named more and more.

No list of pairs is stored: the engine counts, for each of the busiest actors or countries, whom their
articles name with them.  What that costs is bounded: by the number of those, and by looking at no more of a
large archive than its last `MOST_ARTICLES`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.urls import reverse

from articles.filters import ArticleFilter
from articles.lists.periods import MONTH, Range
from articles.models import Article, Tag
from articles.profiles.dyads import KINDS, address_of
from articles.profiles.pairs import Keys, first_month, last_month, pair_counts, risen, strongest
from articles.search import sync
from articles.search.query import Criteria, Match

# Actors or countries asked about: three facets are counted for each.  One takes 4 ms in a million articles.
BUSIEST = 8
BUSIEST_OF_MANY = 3  # where not all of the archive is looked at
COMPANIONS = 1_000  # counted of each; more than any of the busiest has
SHOWN = 10  # pairs of each kind
MOST_ARTICLES = 50_000  # looked at for the strongest pairs
SPANS = (90, 30)  # days that "lately" may mean, the usual first


@dataclass(frozen=True, slots=True)
class PairCount:
    """One pair and how many articles name it in some days; ``url`` leads to the pair, ``list_url`` to them.

    ``before`` and ``before_url`` are the same of the days before; None for the strongest.
    """

    names: tuple[str, str]
    url: str
    count: int
    list_url: str
    before: int | None = None
    before_url: str = ""


@dataclass(frozen=True, slots=True)
class PairGroup:
    """The pairs of one kind, under a heading."""

    kind: str
    heading: str
    pairs: list[PairCount]


@dataclass(frozen=True, slots=True)
class DyadIndex:
    """The strongest and the fastest-rising pairs.

    ``since`` is the first day looked at for the strongest, None where that is the whole archive; ``recent``
    and ``before`` are the days compared, in words.
    """

    strongest: list[PairGroup]
    rising: list[PairGroup]
    since: dt.date | None
    recent: str
    before: str
    days: int


type Days = tuple[dt.date | None, dt.date | None]  # first and last, both included; None: no bound


def rank_pairs(days: int) -> DyadIndex:
    """Return the strongest pairs, and those that rise within so many days.  Raise IndexUnusable.

    The last day is that of the latest article: what a page shows follows from the archive, not from a clock.
    At most 54 questions to the engine, of a large archive 24.
    """
    months = sync.search(Criteria(), limit=1, histogram=True).months
    month = first_month(months, MOST_ARTICLES)
    since = dt.date.fromisoformat(f"{month}-01") if month else None
    most = BUSIEST_OF_MANY if since else BUSIEST
    top = [_group(kind, _strongest(kind, (since, None), most)) for kind in KINDS]
    index = DyadIndex([group for group in top if group.pairs], [], since, "", "", days)
    last = _last_day(months)
    if last is None:
        return index
    recent = Range(_earlier(last, days - 1), last)
    before = Range(_earlier(last, 2 * days - 1), _earlier(last, days))
    rising = [_group(kind, _rising(kind, recent, before, most)) for kind in KINDS]
    return replace(
        index,
        rising=[group for group in rising if group.pairs],
        recent=recent.words(),
        before=before.words(),
    )


def _last_day(months: Mapping[str, int]) -> dt.date | None:
    """Return the day of the latest article, None if none has a date; what lies far ahead is a misprint."""
    month = last_month(months)
    if not month:
        return None
    first = dt.date.fromisoformat(f"{month}-01")
    last = MONTH.last_of(MONTH.number_of(first))
    ids = sync.search(Criteria(published_after=first, published_before=last), limit=1).ids
    return Article.objects.public().filter(pk__in=ids).values_list("published_on", flat=True).first()


def _earlier(day: dt.date, days: int) -> dt.date:
    return dt.date.fromordinal(max(day.toordinal() - days, 1))


# --- Counting ---------------------------------------------------------------------------------------------


def _strongest(kind: str, days: Days, most: int) -> list[_Found]:
    counts = _counts(kind, _busiest(kind, days, most), days)
    return [_Found(keys, count, days) for keys, count in strongest(counts, SHOWN)]


def _rising(kind: str, recent: Range, before: Range, most: int) -> list[_Found]:
    lately, earlier = (recent.first, recent.last), (before.first, before.last)
    busiest = _busiest(kind, lately, most)
    rises = risen(_counts(kind, busiest, lately), _counts(kind, busiest, earlier), SHOWN)
    return [_Found(rise.keys, rise.recent, lately, rise.before, earlier) for rise in rises]


def _busiest(kind: str, days: Days, most: int) -> list[str]:
    found = sync.facet(Criteria(published_after=days[0], published_before=days[1]), kind, limit=most)
    return [key for key, _ in found]


def _counts(kind: str, busiest: Sequence[str], days: Days) -> dict[Keys, int]:
    """Return how many articles of these days name each pair that one of the busiest is part of."""
    searches = [
        Criteria(values={(kind, Match.ALL): (key,)}, published_after=days[0], published_before=days[1])
        for key in busiest
    ]
    return pair_counts(zip(busiest, sync.facet_all(searches, kind, limit=COMPANIONS), strict=True))


# --- Names and addresses ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Found:
    """A pair by its keys, how many articles name it in some days, and in the days before."""

    keys: Keys
    count: int
    days: Days
    before: int | None = None
    days_before: Days = (None, None)


def _group(kind: str, found: Sequence[_Found]) -> PairGroup:
    """Return the pairs with their names and addresses.  One query."""
    keys = {key for one in found for key in one.keys}
    tags = {tag.key: tag for tag in Tag.objects.filter(kind=kind, key__in=keys, is_retired=False)}
    pairs = []
    for one in found:
        if not all(key in tags for key in one.keys):
            continue
        first, second = sorted((tags[key] for key in one.keys), key=lambda tag: tag.slug)
        pairs.append(
            PairCount(
                names=(first.name, second.name),
                url=address_of(kind, first.slug, second.slug),
                count=one.count,
                list_url=_list_url(kind, one.keys, one.days),
                before=one.before,
                before_url=_list_url(kind, one.keys, one.days_before) if one.before else "",
            )
        )
    return PairGroup(kind, ArticleFilter.facets()[kind], pairs)


def _list_url(kind: str, keys: Keys, days: Days) -> str:
    bounds = zip(("published_after", "published_before"), days, strict=True)
    query = [*((kind, key) for key in keys), *((name, day.isoformat()) for name, day in bounds if day)]
    return f"{reverse('article_list')}?{urlencode(query)}"
