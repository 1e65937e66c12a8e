"""The front page: the archive at a glance, what came last, and who and what is in the news."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.http import QueryDict
from django.urls import reverse

from articles.charts import level
from articles.filters import ArticleFilter
from articles.lists.facets import ENOUGH, name_values
from articles.lists.listing import Listing, list_articles
from articles.lists.rows import Row, read_rows
from articles.lists.worldmap import Place, draw_map
from articles.models import Article, Tag, TagKind
from articles.phrases import gettext
from articles.search import sync
from articles.search.address import Address
from articles.search.engine import IndexUnusable
from articles.search.query import Criteria, Result

LATEST = 8  # articles, by their date
ADDED = 12  # articles, by when they came into the archive
SHOWN = {TagKind.ACTOR: 8, TagKind.COUNTRY: 8, TagKind.ORGANISATION: 5, TagKind.TOPIC: 8}
SPANS = (30, 91, 365)  # days: a month, or more where a month has few articles
FEWEST = 10  # articles in a span, for its numbers to say something
COUNTED = 300  # values of each kind in a span; more than there are countries
ALL_KEYS = 20_000  # values of one facet counted at once; more than any gazetteer has

type Named = Mapping[tuple[str, str], tuple[str, str]]  # by kind and key: name, slug


@dataclass(frozen=True, slots=True)
class Span:
    """The days from ``first`` to ``last``, both included; without them, all of the archive."""

    first: dt.date | None = None
    last: dt.date | None = None

    @classmethod
    def ending(cls, last: dt.date, days: int) -> Span:
        """Return so many days up to the last."""
        return cls(last - dt.timedelta(days - 1), last)

    @property
    def criteria(self) -> Criteria:
        """Return the search for its articles."""
        return Criteria(published_after=self.first, published_before=self.last)

    def within(self, address: Address) -> Address:
        """Return the address of this search within these days."""
        if self.first is None or self.last is None:
            return address
        after, before = self.first.isoformat(), self.last.isoformat()
        return address.setting("published_after", after).setting("published_before", before)


@dataclass(frozen=True, slots=True)
class Counted:
    """Articles counted, and where they are listed."""

    count: int
    url: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How often one tag is in the news: now, and in the time before if there is one.

    ``bar`` shows the number against the highest of its kind, as markup.
    """

    name: str
    url: str
    now: Counted
    before: Counted | None
    bar: str


@dataclass(frozen=True, slots=True)
class Ranking:
    """The tags of one kind that are most in the news, the busiest first."""

    kind: str
    heading: str
    standings: list[Standing]


@dataclass(frozen=True, slots=True)
class News:
    """Who and what is in the news in the ``days`` up to the newest article, and in as many days before.

    Of an archive with few articles it is all of them: ``days`` is 0, and there is no time before.
    """

    days: int
    last: dt.date | None
    now: Counted
    before: Counted | None
    rankings: list[Ranking]


@dataclass(frozen=True, slots=True)
class FrontPage:
    """The front page; ``listing`` has the newest articles, the number of all, and all of them over time.

    ``world`` is a map of all articles, as markup, empty where none names a country.
    ``added_ids`` are the articles that came last, of which ``added`` are those not among the newest.
    ``outlet_count`` and ``news`` are None while articles cannot be counted.
    """

    listing: Listing
    outlet_count: int | None
    world: str
    added_ids: list[int]
    added: list[Row]
    news: News | None


def read_front_page(*, today: dt.date) -> FrontPage:
    """Return the front page; in a fixed number of queries however many articles there are."""
    listing = list_articles(QueryDict(), reverse("article_list"), limit=LATEST, facet_limit=ENOUGH)
    shown = {row.id for row in listing.rows}
    added_ids = list(Article.objects.public().order_by("-pk").values_list("pk", flat=True)[:ADDED])
    newest = next((row.published_on for row in listing.rows if row.published_on), None)
    outlet_count, world, news = None, "", None
    if listing.is_searchable:
        with contextlib.suppress(IndexUnusable):
            totals = sync.totals(("outlet", "country"))
            outlet_count, world = len(totals["outlet"]), _draw_world(totals["country"], listing.address)
            news = _read_news(min(newest, today) if newest else None, listing.address)
    return FrontPage(
        listing=listing,
        outlet_count=outlet_count,
        world=world,
        added_ids=added_ids,
        added=read_rows([pk for pk in added_ids if pk not in shown]),
        news=news,
    )


def _draw_world(counts: Sequence[tuple[str, int]], address: Address) -> str:
    names = name_values({"country": counts}, known={})
    places = [
        Place(code, names["country", code], count, str(address.adding("country", code)))
        for code, count in counts
        if ("country", code) in names
    ]
    return draw_map(places, title=gettext("All articles, by country")) if places else ""


def _read_news(last: dt.date | None, address: Address) -> News:
    """Return the news up to a day: of the shortest span with enough articles, else of the whole archive."""
    for days in SPANS:
        # Near the year 1 there is no time before.
        if last and last.toordinal() > 2 * days:
            span = Span.ending(last, days)
            found = _search(span, COUNTED)
            if found.count >= FEWEST:
                return _news(days, span, found, address)
    return _news(0, Span(), _search(Span(), COUNTED), address)


def _search(span: Span, most: int) -> Result:
    return sync.search(span.criteria, limit=1, facets=tuple(SHOWN), facet_limit=most)


def _news(days: int, span: Span, found: Result, address: Address) -> News:
    earlier = Span.ending(span.first - dt.timedelta(1), days) if span.first else None
    past = _search(earlier, ALL_KEYS) if earlier else None
    names = _read_names({(kind, key) for kind in SHOWN for key, _ in found.facets[kind]})

    def standing(kind: str, key: str, count: int, highest: int) -> Standing:
        name, slug = names[kind, key]
        tagged = address.adding(kind, key)
        before = dict(past.facets[kind]).get(key, 0) if past else 0
        return Standing(
            name=name,
            url=reverse(f"{kind}_detail", args=[slug]),
            now=Counted(count, str(span.within(tagged))),
            before=Counted(before, str(earlier.within(tagged))) if earlier else None,
            bar=level(count, highest),
        )

    rankings = []
    for kind, most in SHOWN.items():
        # What has no name is a tag no longer in use.
        busiest = [(key, count) for key, count in found.facets[kind] if (kind, key) in names][:most]
        standings = [standing(kind, key, count, busiest[0][1]) for key, count in busiest]
        if standings:
            rankings.append(Ranking(kind, ArticleFilter.facets()[kind], standings))
    now = Counted(found.count, str(span.within(address)))
    before = Counted(past.count, str(earlier.within(address))) if past and earlier else None
    return News(days, span.last, now, before, rankings)


def _read_names(keys: Collection[tuple[str, str]]) -> Named:
    """Return name and slug of those of these tags that are in use.  One query."""
    is_one = Q(pk__in=[])
    for kind in SHOWN:
        is_one |= Q(kind=kind, key__in=[key for its_kind, key in keys if its_kind == kind])
    rows = Tag.objects.in_use().filter(is_one).order_by().values_list("kind", "key", "name", "slug")
    return {(kind, key): (name, slug) for kind, key, name, slug in rows}
