"""What a reader asked for, as plain values: the search box read, and the `Criteria` of one search."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Sort(StrEnum):
    """The orders a result can have."""

    NEWEST = "newest"
    OLDEST = "oldest"
    RELEVANCE = "relevance"


class Match(StrEnum):
    """How the values of one facet narrow the result."""

    ALL = "all"
    ANY = "any"
    NOT = "not"
    MAIN = "main"  # all of them, each as a main subject


@dataclass(frozen=True, slots=True)
class Criteria:
    """One search.

    ``values`` maps (facet, match) to keys, e.g. ``{("country", Match.ALL): ("ru", "ua")}``; the facets are
    actor, country, organisation, topic, outlet, author.  ``words`` is free text: words (all wanted),
    "phrases", -excluded.  Dates are inclusive; an article without the date lies outside every range.
    """

    values: Mapping[tuple[str, Match], tuple[str, ...]] = field(default_factory=dict)
    words: str = ""
    published_after: dt.date | None = None
    published_before: dt.date | None = None
    clipped_after: dt.date | None = None
    clipped_before: dt.date | None = None
    sort: Sort = Sort.NEWEST
