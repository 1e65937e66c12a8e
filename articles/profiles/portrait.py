"""The page about one tag: who or what it is, since when and with whom it is in the news, and its articles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import QueryDict
from django.urls import reverse

from articles.filters import ArticleFilter
from articles.lists.listing import Listing, list_articles
from articles.lists.timeline import draw_share
from articles.models import Alias, Article, Tag
from articles.phrases import gettext, marked
from articles.profiles.company import Companions, Relative, find_companions, find_neighbours, find_parts
from articles.profiles.tenures import Leaders, Tenures, read_career, read_leaders
from articles.search import sync
from articles.search.engine import IndexUnusable
from articles.search.query import Criteria, Match, View

LATEST = 10  # articles
CENTRAL = 5  # articles that are most about it
CENTRAL_AMONG = 100  # the latest of which it is a main subject; more would cost more than they tell

# What each sort of alias is to a reader; a surname alone says nothing new.
ALIAS_HEADINGS = {
    Alias.Kind.NAME: marked("Also called"),
    Alias.Kind.DEMONYM: marked("People and adjectives"),
    Alias.Kind.CAPITAL: marked("Capital"),
    Alias.Kind.METONYM: marked("Also stands for it"),
    Alias.Kind.TRIGGER: marked("Words that point to it"),
    Alias.Kind.NEGATIVE: marked("Not to be taken for it"),
}


@dataclass(frozen=True, slots=True)
class Names:
    """The aliases of one sort, under a heading for readers."""

    heading: str
    texts: list[str]


@dataclass(frozen=True, slots=True)
class Main:
    """The articles that the tag is a main subject of, and when they are from, as a small chart.

    ``count`` is None while they cannot be counted.  ``central`` are those most about it, of the latest
    ``among``.
    """

    count: int | None
    url: str
    chart: str
    central: list[Article]
    among: int


@dataclass(frozen=True, slots=True)
class Portrait:
    """What the archive knows of one tag, and its latest articles.

    ``former`` are names it had once, ``career`` the offices of a person, ``leaders`` who held those of a
    country or organisation, ``parts`` the tags below it.
    """

    tag: Tag
    former: list[str]
    names: list[Names]
    career: Tenures
    leaders: Leaders
    parts: list[Relative]
    neighbours: list[Relative]
    companions: list[Companions]
    listing: Listing
    main: Main
    all_url: str

    @property
    def heading(self) -> str:
        """Return what its kind is called: Actors, Countries ..."""
        return ArticleFilter.facets()[self.tag.kind]

    @property
    def source(self) -> str:
        """Return where its facts are from: what the program says itself in the reader's language."""
        return gettext(self.tag.source) if self.tag.source else ""

    @property
    def map_url(self) -> str:
        """Return where its articles are shown on a map."""
        return str(self.listing.address.setting("view", View.MAP.value))

    @property
    def has_more(self) -> bool:
        """Return whether not all of its articles are on the page."""
        return self.listing.count > len(self.listing.rows)

    @property
    def list_name(self) -> str:
        """Return the name of the address of all tags of its kind."""
        return f"{self.tag.kind}_list"


def portray(tag: Tag, *, year: int) -> Portrait:
    """Return the page of a tag; in a fixed number of queries however many articles it has.

    ``year`` is the present one, up to which an office is drawn that somebody holds.
    """
    path = reverse("article_list")
    texts = _read_names(tag)
    listing = list_articles(_query(tag.kind, tag.key), path, limit=LATEST)
    parts = find_parts(tag, listing)
    return Portrait(
        tag=tag,
        former=texts[Alias.Kind.FORMER],
        names=[
            Names(gettext(heading), texts[kind]) for kind, heading in ALIAS_HEADINGS.items() if texts[kind]
        ],
        career=read_career(tag, year=year),
        leaders=read_leaders(tag, year=year),
        parts=parts,
        neighbours=find_neighbours(tag, listing),
        # What stands above and below it comes along with it, which says nothing.
        companions=find_companions(tag, listing, without=_family(tag, parts)),
        listing=listing,
        main=_read_main(tag, listing),
        all_url=str(listing.address),
    )


def _family(tag: Tag, parts: Sequence[Relative]) -> list[str]:
    return [*([tag.parent.key] if tag.parent else []), *(part.key for part in parts)]


def _query(parameter: str, key: str) -> QueryDict:
    query = QueryDict(mutable=True)
    query[parameter] = key
    return query


def _read_main(tag: Tag, listing: Listing) -> Main:
    """Return what is mainly about a tag, of whose articles the listing is."""
    url = f"{listing.address.path}?{_query(f'{tag.kind}__main', tag.key).urlencode()}"
    criteria = Criteria(values={(tag.kind, Match.MAIN): (tag.key,)})
    try:
        found = sync.search(criteria, limit=CENTRAL_AMONG, histogram=True)
    except IndexUnusable:
        return Main(None, url, "", [], 0)
    articles = Article.objects.public().filter(pk__in=found.ids, taggings__tag=tag).select_related("outlet")
    shown = ("slug", "title", "language", "published_on", "published_precision", "outlet__name")
    central = articles.order_by("-taggings__salience", "-sort_on", "-pk").only(*shown)[:CENTRAL]
    chart = draw_share(found.months, listing.months, subject=gettext("As a main subject"))
    return Main(found.count, url, chart, list(central), min(found.count, CENTRAL_AMONG))


def _read_names(tag: Tag) -> defaultdict[str, list[str]]:
    """Return the tag's aliases by kind, its own name left out."""
    texts: defaultdict[str, list[str]] = defaultdict(list)
    for alias in tag.aliases.order_by("text"):
        if alias.text != tag.name:
            texts[alias.kind].append(alias.text.replace("*", "…"))
    return texts
