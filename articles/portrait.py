"""The page about one tag: who or what it is, and its latest articles."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace

from django.http import QueryDict
from django.urls import reverse

from articles.filters import ArticleFilter
from articles.listing import FacetGroup, Listing, list_articles
from articles.models import Alias, Office, Tag
from articles.search import sync
from articles.search.engine import IndexUnusable
from articles.search.query import Criteria, Match

LATEST = 10  # articles
COMPANIONS = 6  # of each kind

# What each sort of alias is to a reader; a surname alone says nothing new.
ALIAS_HEADINGS = {
    Alias.Kind.NAME: "Also called",
    Alias.Kind.DEMONYM: "People and adjectives",
    Alias.Kind.CAPITAL: "Capital",
    Alias.Kind.METONYM: "Also stands for it",
    Alias.Kind.TRIGGER: "Words that point to it",
    Alias.Kind.NEGATIVE: "Not to be taken for it",
}


@dataclass(frozen=True, slots=True)
class Names:
    """The aliases of one sort, under a heading for readers."""

    heading: str
    texts: list[str]


@dataclass(frozen=True, slots=True)
class Portrait:
    """What the archive knows of one tag, and its latest articles.

    ``former`` are names it had once.  ``main_count`` is None while articles cannot be counted.  ``offices``
    are those a person held, ``holders`` those of a country or organisation.
    """

    tag: Tag
    former: list[str]
    names: list[Names]
    offices: list[Office]
    holders: list[Office]
    children: list[Tag]
    listing: Listing
    main_count: int | None
    all_url: str
    main_url: str

    @property
    def heading(self) -> str:
        """Return what its kind is called: Actors, Countries ..."""
        return ArticleFilter.facets()[self.tag.kind]

    @property
    def list_name(self) -> str:
        """Return the name of the address of all tags of its kind."""
        return f"{self.tag.kind}_list"

    @property
    def companions(self) -> list[FacetGroup]:
        """Return what else these articles are tagged with, most often first."""
        return [
            replace(group, values=others[:COMPANIONS])
            for group in self.listing.facets
            if (others := [value for value in group.values if not value.is_active])
            and group.name != "author"
            and not group.is_folded
        ]


def portray(tag: Tag) -> Portrait:
    """Return the page of a tag; in a fixed number of queries however many articles it has."""
    path = reverse("article_list")
    texts = _read_names(tag)
    return Portrait(
        tag=tag,
        former=texts[Alias.Kind.FORMER],
        names=[Names(heading, texts[kind]) for kind, heading in ALIAS_HEADINGS.items() if texts[kind]],
        offices=list(tag.offices.select_related("of")),
        holders=list(tag.holders.select_related("holder").filter(holder__is_retired=False)),
        children=list(tag.children.filter(is_retired=False).order_by("name")),
        listing=list_articles(_query(tag.kind, tag.key), path, limit=LATEST),
        main_count=_count_main(tag),
        all_url=f"{path}?{_query(tag.kind, tag.key).urlencode()}",
        main_url=f"{path}?{_query(f'{tag.kind}__main', tag.key).urlencode()}",
    )


def _query(parameter: str, key: str) -> QueryDict:
    query = QueryDict(mutable=True)
    query[parameter] = key
    return query


def _count_main(tag: Tag) -> int | None:
    try:
        return sync.search(Criteria(values={(tag.kind, Match.MAIN): (tag.key,)}), limit=1).count
    except IndexUnusable:
        return None


def _read_names(tag: Tag) -> defaultdict[str, list[str]]:
    """Return the tag's aliases by kind, its own name left out."""
    texts: defaultdict[str, list[str]] = defaultdict(list)
    for alias in tag.aliases.order_by("text"):
        if alias.text != tag.name:
            texts[alias.kind].append(alias.text.replace("*", "…"))
    return texts
