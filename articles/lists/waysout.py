"""What to take away from a search that finds nothing, one condition at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from articles.filters import ArticleFilter, FacetFilter
from articles.lists.chips import DATES, Chip
from articles.search import sync
from articles.search.address import Address
from articles.search.engine import IndexUnusable
from articles.search.query import Criteria, read_words, written
from articles.search.wording import sought

MAX_COUNTED = 12  # ways; each is a search


@dataclass(frozen=True, slots=True)
class WayOut:
    """The search without one condition: what that is, and how many articles there are without it.

    ``count`` is None where nobody counted.
    """

    label: str
    words: str
    url: str
    count: int | None = None


def find_ways_out(
    asked: ArticleFilter, criteria: Criteria, chips: Iterable[Chip], address: Address
) -> list[WayOut]:
    """Return the searches without one of several conditions, each word or phrase for itself.

    A search of one condition has none: without it, it asks for nothing.
    """
    tried = [way for chip in chips for way in _ways(asked, criteria, chip, address)]
    if len(tried) < 2:
        return []
    ways = [way for way, _ in tried]
    try:
        found = sync.search_all([rest for _, rest in tried[:MAX_COUNTED]], limit=1)
    except IndexUnusable:
        return ways
    counted = [replace(way, count=one.count) for way, one in zip(ways, found, strict=False)]
    return [*counted, *ways[len(counted) :]]


def _ways(
    asked: ArticleFilter, criteria: Criteria, chip: Chip, address: Address
) -> Iterator[tuple[WayOut, Criteria]]:
    """Yield the search without what a chip stands for, and what that asks for; words one by one."""
    clauses = read_words(criteria.words) if chip.kind == "words" else ()
    if len(clauses) < 2:
        gone = set(address.parameters) - set(parse_qsl(urlsplit(chip.remove_url).query))
        yield WayOut(chip.label, chip.words, chip.remove_url), _without(asked, criteria, gone)
        return
    for number, clause in enumerate(clauses):
        rest = written((*clauses[:number], *clauses[number + 1 :]))
        url = str(address.setting("q", rest))
        yield WayOut(chip.label, sought(written([clause])), url), replace(criteria, words=rest)


def _without(asked: ArticleFilter, criteria: Criteria, gone: Iterable[tuple[str, str]]) -> Criteria:
    """Return what is asked for without these parameters of its address."""
    for parameter, value in gone:
        filter_ = asked.filters.get(parameter)
        if isinstance(filter_, FacetFilter):
            place = (filter_.facet, filter_.match)
            keys = tuple(key for key in criteria.values.get(place, ()) if key != value)
            criteria = replace(criteria, values={**criteria.values, place: keys})
        elif parameter in DATES:
            bound: dict[str, Any] = {parameter: None}
            criteria = replace(criteria, **bound)
        elif parameter == "q":
            criteria = replace(criteria, words="")
    return criteria
