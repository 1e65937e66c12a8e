"""One search as plain values: its words, `Criteria` and `Cursor`, and the `Result`."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

MAX_LENGTH = 200  # characters of free text
MAX_TERMS = 20  # words and phrases; each costs a walk over its postings

# Typographic quotation marks begin and end a phrase as the plain one does.
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»", '"'))
# `-"peace talks"` and `"open end` are one term each, `O'Brien` and `a-b` too; `x"y z"` is two.
_TERM = re.compile(r'(?P<minus>-?)"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+)')
_CURSOR = re.compile(r"([nor])([0-9a-f]{1,15})", re.ASCII)


class WordsError(ValueError):
    """Free text that cannot be searched for; the message is for the reader."""


class CursorError(ValueError):
    """A cursor that is not one of ours, or one of another order."""


class Sort(StrEnum):
    """The orders a result can have; without words, relevance is the newest first."""

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
    actor, country, organisation, topic, outlet, author.  ``words`` is free text as `read_words` takes it.
    Dates are inclusive; an article without the date lies outside every range.
    """

    values: Mapping[tuple[str, Match], tuple[str, ...]] = field(default_factory=dict)
    words: str = ""
    published_after: dt.date | None = None
    published_before: dt.date | None = None
    clipped_after: dt.date | None = None
    clipped_before: dt.date | None = None
    sort: Sort = Sort.NEWEST

    @property
    def is_unfiltered(self) -> bool:
        """Return whether every article answers this search."""
        bounds = (self.published_after, self.published_before, self.clipped_after, self.clipped_before)
        return not self.words and not any(self.values.values()) and not any(bounds)

    @property
    def sought(self) -> frozenset[tuple[str, str]]:
        """Return the facet and key of each value that articles are wanted with."""
        return frozenset(
            (facet, key)
            for (facet, match), keys in self.values.items()
            if match is not Match.NOT
            for key in keys
        )

    @property
    def order(self) -> Sort:
        """Return the order the result comes in."""
        return Sort.NEWEST if self.sort is Sort.RELEVANCE and not self.words else self.sort


@dataclass(frozen=True, slots=True)
class Term:
    """One word or phrase of the search box; ``is_excluded``: no article with it is wanted."""

    text: str
    is_excluded: bool = False


def read_words(text: str) -> tuple[Term, ...]:
    """Return the terms of free text: words, "phrases", -excluded; all else is literal, even ``AND``.

    What holds no letter or digit is punctuation and left out.  Raise WordsError for text that is too long,
    has too many terms, or consists of punctuation alone.
    """
    if len(text) > MAX_LENGTH:
        raise WordsError(
            f"at most {MAX_LENGTH} characters can be searched for, these are {len(text)}; shorten it"
        )
    # Lone surrogates, which no real query string holds, are no text: they become punctuation.
    text = text.encode("utf-8", "replace").decode().translate(_QUOTES)
    terms = []
    for match in _TERM.finditer(text):
        word = match["word"]
        if word is None:
            term = Term(match["phrase"], bool(match["minus"]))
        else:
            term = Term(word.removeprefix("-"), word.startswith("-"))
        if any(map(str.isalnum, term.text)):
            terms.append(term)
    if text.strip() and not terms:
        raise WordsError(f"there is no word to search for in {text.strip()!r}; type letters or digits")
    if len(terms) > MAX_TERMS:
        raise WordsError(f"at most {MAX_TERMS} words can be combined, these are {len(terms)}; leave some out")
    return tuple(dict.fromkeys(terms))


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page begins: after the article of this rank; by relevance, after so many articles."""

    order: Sort
    position: int

    def __str__(self) -> str:
        return f"{self.order.value[0]}{self.position:x}"

    @classmethod
    def read(cls, text: str, order: Sort) -> Cursor:
        """Return the cursor as written by `str`; raise CursorError for anything else or another order's."""
        match = _CURSOR.fullmatch(text)
        if match is None or match[1] != order.value[0]:
            raise CursorError(f"{text[:40]!r} is not a page of this search; begin with the first page")
        return cls(order, int(match[2], 16))


@dataclass(frozen=True, slots=True)
class Result:
    """One page of one search: ids in order, the exact size of the whole result, and its facets.

    ``next_cursor`` is empty on the last page.  ``facets`` maps each facet asked for to (key, count), the
    highest count first; keys that the search itself names are there whatever their count.
    """

    ids: list[int]
    count: int
    next_cursor: str
    facets: dict[str, list[tuple[str, int]]]
