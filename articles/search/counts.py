"""How many articles of a result have what: its values, its months, its days."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from itertools import chain

import tantivy
from tantivy import Query

from articles.search.asking import all_of, term
from articles.search.documents import keys_in, month_in_words
from articles.search.entry import TRAITS
from articles.search.query import Criteria, Match

# More than a segment has values: every segment reports all of them, which makes counts exact.
ALL_VALUES = 10_000_000
# Of one field that are counted, the most frequent: tantivy gives up at 65,000 values in one answer.
MOST_VALUES = 60_000
ENDLESS = ("author", "outlet")  # fields with as many values as articles bring; others are the gazetteer's
MAX_DAYS = 92  # of a range: a longer one is counted by months alone
# Articles of a result whose values are counted by two threads: for fewer, finding them twice costs more than
# is won.  A country of 220,700 articles takes 27 ms instead of 46.
SHARED_FROM = 20_000
# The fields that cost most, one half of the work; tantivy lets other threads of Python run meanwhile.
FIRST_HALF = frozenset({"actor", "topic"})

type Counts = list[tuple[str, int]]  # values of one field, the highest count first


def count(searcher: tantivy.Searcher, query: Query) -> int:
    """Return how many documents answer this query."""
    # Ordered by a field, nothing is scored.  The limit cannot be 0: tantivy panics.
    found = searcher.search(query, 1, order_by_field="rank")
    return int(found.count)  # type: ignore[attr-defined]  # missing in tantivy's stubs


def tally(
    searcher: tantivy.Searcher, query: Query, limits: Mapping[str, int], *, total: int
) -> dict[str, Counts]:
    """Return for each field its most frequent values, up to its limit, with their exact counts.

    Numbers come as text.  ``total`` is how many documents answer the query, or about.
    """
    if not limits:
        return {}
    traits = [name for name in limits if name in TRAITS]
    fields = {name: limit for name, limit in limits.items() if name not in TRAITS}
    if traits:
        fields["traits"] = ALL_VALUES
    halves = [list(fields)]
    if total >= SHARED_FROM:
        halves = [[name for name in fields if (name in FIRST_HALF) is is_first] for is_first in (True, False)]
    wanted = [{name: {"terms": _terms_of(name, fields[name])} for name in half} for half in halves if half]
    count_half = partial(searcher.aggregate, query)
    answers = map(count_half, wanted) if len(wanted) == 1 else _threads().map(count_half, wanted)
    found = dict(chain.from_iterable(answer.items() for answer in answers))
    counted = {name: _counts_in(found[name]["buckets"]) for name in fields}
    if traits:
        counted |= _taken_apart(counted.pop("traits"), traits)
    return {name: _sorted(counted[name])[:limit] for name, limit in limits.items()}


def _terms_of(field: str, limit: int) -> dict[str, object]:
    return {"field": field, "size": min(limit, MOST_VALUES), "segment_size": ALL_VALUES}


def totals(
    searcher: tantivy.Searcher, query: Query, fields: Collection[str], *, total: int
) -> dict[str, Counts]:
    """Return for each field all its values with their counts; of more than MOST_VALUES the most frequent."""
    groups = [[name] for name in fields if name in ENDLESS]
    groups.append([name for name in fields if name not in ENDLESS])
    found: dict[str, Counts] = {}
    for group in groups:
        found |= tally(searcher, query, dict.fromkeys(group, ALL_VALUES), total=total)
    return found


@cache
def _threads() -> ThreadPoolExecutor:
    """Return the threads of this process; made on first use, for they do not survive a fork."""
    return ThreadPoolExecutor(max_workers=2, thread_name_prefix="counts")


def _taken_apart(counts: Mapping[str, int], facets: Sequence[str]) -> dict[str, dict[str, int]]:
    """Return the counts of each facet's keys from those of their combinations."""
    sums: dict[str, dict[str, int]] = {facet: defaultdict(int) for facet in facets}
    for traits, count in counts.items():
        for facet, key in keys_in(traits):
            if facet in sums:
                sums[facet][key] += count
    return sums


def _counts_in(buckets: Sequence[Mapping[str, str | float]]) -> dict[str, int]:
    # tantivy writes whole numbers as floats.
    return {
        key if isinstance(key := bucket["key"], str) else f"{key:.0f}": int(bucket["doc_count"])
        for bucket in buckets
    }


def _sorted(counts: Mapping[str, int]) -> Counts:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def with_named(
    searcher: tantivy.Searcher, query: Query, criteria: Criteria, total: int, top: Mapping[str, Counts]
) -> dict[str, Counts]:
    """Return the top values with those that the search names, whatever their count."""
    counted = {facet: dict(counts) for facet, counts in top.items()}
    for (facet, match), keys in criteria.values.items():
        for key in keys:
            if facet in counted and key not in counted[facet]:
                counted[facet][key] = _count_of(searcher, query, facet, key, match, total)
    return {facet: _sorted(counts) for facet, counts in counted.items()}


def _count_of(
    searcher: tantivy.Searcher, query: Query, facet: str, key: str, match: Match, total: int
) -> int:
    """Return how many articles of the result have this key, which the search names."""
    if match is Match.NOT:
        return 0
    if match is not Match.ANY:
        return total
    return count(searcher, all_of([query, term(facet, key)]))


def dates_of(criteria: Criteria) -> tuple[str, ...]:
    """Return the fields by which a result is counted over time: days too, if the range is short."""
    first, last = criteria.published_after, criteria.published_before
    is_short = first is not None and last is not None and (last - first).days < MAX_DAYS
    return ("month", "published") if is_short else ("month",)


def by_month(counts: Sequence[tuple[str, int]]) -> dict[str, int]:
    """Return the counts of the field "month" by ``2025-08``, the oldest first, those of undated ones last."""
    named = {month_in_words(int(number)): count for number, count in counts}
    return dict(sorted(named.items(), key=lambda pair: (not pair[0], pair[0])))


def by_day(counts: Sequence[tuple[str, int]]) -> dict[str, int]:
    """Return the counts of the field "published" by ``2025-08-17``, the oldest first."""
    return dict(sorted((dt.date.fromordinal(int(day)).isoformat(), count) for day, count in counts))
