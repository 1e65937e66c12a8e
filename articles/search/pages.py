"""One page of a result, forwards or backwards, by date or by relevance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import tantivy
from tantivy import Order, Query

from articles.search.asking import all_of, between, ranked
from articles.search.counts import count
from articles.search.entry import id_of_rank
from articles.search.query import Clause, Cursor, Sort

DEEPEST = 10_000  # articles to page through by relevance; each page sorts all before it


@dataclass(frozen=True, slots=True)
class Page:
    """Ids in order, the size of the whole result, how many articles of it come before, and the ways on."""

    ids: list[int]
    count: int
    position: int
    next_cursor: str
    previous_cursor: str


def read_page(
    searcher: tantivy.Searcher,
    query: Query,
    clauses: Sequence[Clause],
    order: Sort,
    cursor: Cursor | None,
    limit: int,
) -> Page:
    """Return the page that the cursor names, the first without one.

    A page found backwards that reaches the beginning is the first page, whole.
    """
    if order is Sort.RELEVANCE:
        return _by_relevance(searcher, ranked(query, clauses), cursor, limit)
    return _by_rank(searcher, query, order, cursor, limit)


def _by_rank(
    searcher: tantivy.Searcher, query: Query, order: Sort, cursor: Cursor | None, limit: int
) -> Page:
    is_backwards = cursor is not None and cursor.is_backwards
    is_descending = (order is Sort.NEWEST) is not is_backwards
    wanted = query
    if cursor:
        bounds = (None, cursor.position) if is_descending else (cursor.position, None)
        wanted = all_of([query, between("rank", *bounds, inclusive=False)])
    direction = Order.Desc if is_descending else Order.Asc
    found = searcher.search(wanted, limit, count=True, order_by_field="rank", order=direction)
    ranks = [rank for rank, _ in found.hits]
    on_this_side = int(found.count)  # type: ignore[attr-defined]  # missing in tantivy's stubs
    if is_backwards and on_this_side <= limit:
        return _by_rank(searcher, query, order, None, limit)
    total = count(searcher, query) if cursor else on_this_side
    position = on_this_side - limit if is_backwards else total - on_this_side
    if is_backwards:
        ranks.reverse()
    first = ranks[0] if ranks else _beside(cursor, is_descending=is_descending)
    return Page(
        [id_of_rank(rank) for rank in ranks],
        total,
        position,
        next_cursor=str(Cursor(order, ranks[-1])) if position + len(ranks) < total else "",
        previous_cursor=str(Cursor(order, first)) if position else "",
    )


def _beside(cursor: Cursor | None, *, is_descending: bool) -> int:
    """Return the rank after that of a cursor behind which nothing comes: before it, its own article does."""
    rank = cursor.position if cursor else 0
    return max(rank - 1, 0) if is_descending else rank + 1


def _by_relevance(searcher: tantivy.Searcher, query: Query, cursor: Cursor | None, limit: int) -> Page:
    """Return one page of the best matches.

    Scores shift with every import, and nothing can be looked for by its score: the cursor names an article
    and its place.  If it no longer stands there, it is looked for among the best; if it is gone, the place
    counts.
    """
    begin = 0
    if cursor:
        place, is_there = _place(searcher, query, cursor)
        begin = max(place - limit, 0) if cursor.is_backwards else place + is_there
    is_too_deep = begin + limit > DEEPEST
    found = searcher.search(query, limit, count=True, offset=0 if is_too_deep else begin)
    total = int(found.count)  # type: ignore[attr-defined]  # missing in tantivy's stubs
    hits = [] if is_too_deep else found.hits
    ranks = [int(rank or 0) for rank in searcher.fast_field_values("rank", [address for _, address in hits])]
    is_last = begin + len(hits) >= total or begin + 2 * limit > DEEPEST
    marks = [Cursor(Sort.RELEVANCE, rank, place=place) for place, rank in enumerate(ranks, begin)]
    past_the_end = Cursor(Sort.RELEVANCE, 0, place=min(total, DEEPEST))
    return Page(
        [id_of_rank(rank) for rank in ranks],
        total,
        min(begin, total),
        next_cursor="" if is_last else str(marks[-1]),
        previous_cursor=str(marks[0] if marks else past_the_end) if begin and total else "",
    )


def _place(searcher: tantivy.Searcher, query: Query, cursor: Cursor) -> tuple[int, bool]:
    """Return the place of the cursor's article now and True, or where it was and False."""
    if cursor.place < DEEPEST:
        there = searcher.search(query, 1, count=False, offset=cursor.place).hits
        if searcher.fast_field_values("rank", [address for _, address in there]) == [cursor.position]:
            return cursor.place, True
    best = searcher.search(query, DEEPEST, count=False).hits
    ranks = searcher.fast_field_values("rank", [address for _, address in best])
    if cursor.position in ranks:
        return ranks.index(cursor.position), True
    return cursor.place, False
