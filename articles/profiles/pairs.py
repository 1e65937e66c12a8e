"""Two actors or two countries: how a pair is written in an address, what marks it, how fast it rises."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import sqrt

LEAST_SHARED = 2  # articles of a pair with a topic, for it to say something of the pair
FEW = 1_000  # of so many articles, one may have a date that is a misprint
LEAST_RISEN = 2  # articles that name a pair lately, for it to have risen

type Counts = Iterable[tuple[str, int]]
type Keys = tuple[str, str]  # of a pair, in the order of the alphabet


@dataclass(frozen=True, slots=True)
class Mark:
    """A topic that articles about both have more often than those about the one or the other, and no less.

    ``count`` articles name the pair and have it; it is ``lifts`` times as frequent among the articles of the
    pair as among those of the one, and of the other.
    """

    key: str
    count: int
    lifts: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Rise:
    """A pair and how many articles name it lately, and in the time as long just before."""

    keys: Keys
    recent: int
    before: int


def splits(written: str) -> Iterator[tuple[str, str]]:
    """Yield the pairs of slugs that an address may mean, for slugs have hyphens too: ``a-b-c``.

    Two hyphens divide a pair where one alone would leave it open: ``a--b-c``.
    """
    for place in range(1, len(written) - 1):
        if written[place] == "-":
            yield written[:place], written[place + 1 :]
            if written[place + 1] == "-" and place + 2 < len(written):
                yield written[:place], written[place + 2 :]


def in_order(one: str, other: str) -> Keys:
    """Return two keys or slugs in the order of the alphabet."""
    return (one, other) if one <= other else (other, one)


def marks_of(
    shared: Counts,
    shared_count: int,
    ones: tuple[tuple[Mapping[str, int], int], tuple[Mapping[str, int], int]],
) -> list[Mark]:
    """Return the topics that mark a pair, those first that say most about it.

    ``shared`` are the topics of ``shared_count`` articles about both; ``ones`` those of the articles about
    either, all of them counted, and how many these are.
    """
    marks = []
    for key, count in shared:
        first, second = (
            (count / shared_count) / (counts[key] / total) if counts.get(key) else 0.0
            for counts, total in ones
        )
        # One of the two may never be named without the other: then only the other's articles can differ.
        if count >= LEAST_SHARED and min(first, second) >= 1 and max(first, second) > 1:
            marks.append(Mark(key, count, (first, second)))
    # A lift of many articles says more than the same lift of two.
    return sorted(marks, key=lambda mark: (-(sqrt(mark.lifts[0] * mark.lifts[1]) - 1) * mark.count, mark.key))


def pair_counts(found: Iterable[tuple[str, Counts]]) -> dict[Keys, int]:
    """Return how many articles name each pair; ``found`` are keys, each with the counts of its companions."""
    return {
        in_order(key, other): count
        for key, companions in found
        for other, count in companions
        if key != other
    }


def strongest(counts: Mapping[Keys, int], limit: int) -> list[tuple[Keys, int]]:
    """Return the pairs that most articles name."""
    named = [(keys, count) for keys, count in counts.items() if count]
    return sorted(named, key=lambda pair: (-pair[1], pair[0]))[:limit]


def risen(recent: Mapping[Keys, int], before: Mapping[Keys, int], limit: int) -> list[Rise]:
    """Return the pairs named more often lately than before, the fastest first.

    One article more on both sides of the comparison: from nothing to two is less than from three to twelve.
    """
    rises = [
        Rise(keys, count, before.get(keys, 0))
        for keys, count in recent.items()
        if count >= LEAST_RISEN and count > before.get(keys, 0)
    ]
    return sorted(rises, key=lambda one: (-(one.recent + 1) / (one.before + 1), -one.recent, one.keys))[
        :limit
    ]


def first_month(months: Mapping[str, int], most: int) -> str:
    """Return from which month on there are at most so many articles; nothing where all of them are no more.

    ``months`` counts articles by month, ``2025-10``, those without a date under ``""``.  It is never later
    than the last month.
    """
    month, left = "", most
    for earlier in _latest_first(months):
        left -= months[earlier]
        if left < 0:
            return month or earlier
        month = earlier
    return ""


def last_month(months: Mapping[str, int]) -> str:
    """Return the last month that articles reach, nothing where none has a date.

    The last months that together hold less than a thousandth of all articles are misprinted dates, or have
    only begun.
    """
    left = sum(count for month, count in months.items() if month) / FEW
    for month in _latest_first(months):
        left -= months[month]
        if left <= 0:
            return month
    return ""


def _latest_first(months: Mapping[str, int]) -> list[str]:
    return sorted((month for month in months if month), reverse=True)
