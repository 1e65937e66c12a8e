"""A structured search answered by SQL, while there is no index to answer it: ids and count, no facets."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet

from articles.models import Article
from articles.search.entry import ID_BITS, id_of_rank
from articles.search.query import Cursor, Result, Sort, not_a_page


def find_in_database(
    found: QuerySet[Article], order: Sort, *, after: str = "", before: str = "", limit: int
) -> Result:
    """Return one page of these articles, as the engine would; raise CursorError as it does.

    Its ``position`` says nothing: counting what comes before would take as long as all the rest.
    """
    is_oldest_first = order is Sort.OLDEST
    if before:
        rows = _walk(found, _read(before, order), is_rising=not is_oldest_first, limit=limit)
        if len(rows) > limit:
            return _page(found, order, rows[:limit][::-1], has_previous=True, has_next=True)
        # The beginning is reached: the first page, whole.
    place = _read(after, order) if after else None
    rows = _walk(found, place, is_rising=is_oldest_first, limit=limit)
    return _page(found, order, rows[:limit], has_previous=bool(after), has_next=len(rows) > limit)


def _walk(
    found: QuerySet[Article], place: tuple[dt.date, int] | None, *, is_rising: bool, limit: int
) -> list[tuple[dt.date, int]]:
    """Return day and id of the articles that come after a place, one more than the limit."""
    if place:
        day, pk = place
        # Two conditions, not an OR of two ranges: this way the index is searched, not scanned.
        if is_rising:
            found = found.filter(sort_on__gte=day).exclude(sort_on=day, pk__lte=pk)
        else:
            found = found.filter(sort_on__lte=day).exclude(sort_on=day, pk__gte=pk)
    ordered = found.order_by(*(("sort_on", "pk") if is_rising else ("-sort_on", "-pk")))
    return list(ordered.values_list("sort_on", "pk")[: limit + 1])


def _page(
    found: QuerySet[Article],
    order: Sort,
    rows: list[tuple[dt.date, int]],
    *,
    has_previous: bool,
    has_next: bool,
) -> Result:
    cursors = [str(Cursor(order, day.toordinal() << ID_BITS | pk)) for day, pk in rows]
    return Result(
        ids=[pk for _, pk in rows],
        count=found.count(),
        next_cursor=cursors[-1] if has_next and cursors else "",
        facets={},
        previous_cursor=cursors[0] if has_previous and cursors else "",
    )


def _read(text: str, order: Sort) -> tuple[dt.date, int]:
    """Return the day and id in a cursor.  It is the engine's own: the index may be back on the next page."""
    rank = Cursor.read(text, order).position
    try:
        return dt.date.fromordinal(rank >> ID_BITS), id_of_rank(rank)
    except ValueError as error:
        raise not_a_page(text) from error
