"""Which article comes before and after one, in the search that its reader came from.

A link of a list carries its search in the parameter ``in``: nothing is remembered, neither here nor in a
cookie, and the page is the same for everybody who follows the link.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from articles.filters import ArticleFilter
from articles.lists.stored import StoredArticle, read_articles
from articles.models import Article
from articles.search import sync
from articles.search.address import PAGE_PARAMETERS, Address
from articles.search.entry import ID_BITS
from articles.search.query import Criteria, Cursor, Sort, WordsError
from articles.search.wording import title_of

PARAMETER = "in"  # of an article's address


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The article before or after: its title, and its page within the same search."""

    title: str
    language: str
    url: str


@dataclass(frozen=True, slots=True)
class Trail:
    """Where an article stands in a search: the ``place``-th of ``count``, counted from 1.

    ``title`` is the search in words, ``url`` its list, ``within`` what the links of this page carry on.
    """

    title: str
    url: str
    within: str
    place: int
    count: int
    previous: Neighbour | None
    next: Neighbour | None


def within_of(address: Address) -> str:
    """Return the search as the links of its list carry it; empty where it narrows nothing."""
    if not address.filters():
        return ""
    kept = [pair for pair in address.parameters if pair[0] not in PAGE_PARAMETERS or pair[0] == "sort"]
    return urlencode(kept)


def with_search(url: str, within: str) -> str:
    """Return the address of an article that carries a search."""
    return f"{url}?{urlencode({PARAMETER: within})}" if within else url


def find_trail(article: Article, within: str) -> Trail | None:
    """Return where the article stands in a search; None if the search does not find it, or means nothing.

    Two searches of one article each, and the rows of both.  Raise IndexUnusable while the index is rebuilt.
    """
    asked = ArticleFilter(QueryDict(within))
    if not within or asked.problems() or asked.unknown:
        return None
    address = asked.address(reverse("article_list"))
    within = within_of(address)
    try:
        place, count, ids = _find(article, asked.criteria)
    except WordsError:
        return None
    if not place or not within:
        return None
    stored = read_articles([pk for pk in ids if pk])
    before, after = (_neighbour(stored.get(pk), within) for pk in ids)
    return Trail(
        title=title_of(asked.criteria, asked.names),
        url=f"{address.path}?{within}",
        within=within,
        place=place,
        count=count,
        previous=before,
        next=after,
    )


def _find(article: Article, criteria: Criteria) -> tuple[int, int, tuple[int, int]]:
    """Return place, count, and the ids before and after; 0 for what there is not."""
    order = criteria.order
    rank = article.sort_on.toordinal() << ID_BITS | article.pk
    behind = sync.search(criteria, limit=1, after=str(Cursor(order, rank)))
    after = next(iter(behind.ids), 0)
    place = behind.position
    if order is Sort.RELEVANCE:
        # Position 0 says that the article is not among the best matches: the first page came back.
        before = _before_by_relevance(criteria, rank, place)
        return place, behind.count, (before, after)
    # The page that ends with the article itself: its last two are the one before, and it.
    beyond = rank - 1 if order is Sort.NEWEST else rank + 1
    upto = sync.search(criteria, limit=2, before=str(Cursor(order, beyond))).ids
    if article.pk not in upto:
        return 0, behind.count, (0, 0)
    number = upto.index(article.pk)
    return place, behind.count, (upto[number - 1] if number else 0, after)


def _before_by_relevance(criteria: Criteria, rank: int, place: int) -> int:
    if place < 2:
        return 0
    cursor = Cursor(Sort.RELEVANCE, rank, place=place - 1)
    return next(iter(sync.search(criteria, limit=1, before=str(cursor)).ids), 0)


def _neighbour(stored: StoredArticle | None, within: str) -> Neighbour | None:
    return Neighbour(stored.title, stored.language, with_search(stored.url, within)) if stored else None
