"""One search as plain values: its words, `Criteria` and `Cursor`, and the `Result`."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import zip_longest

from articles.phrases import gettext, quoted

MAX_LENGTH = 200  # characters of free text
MAX_TERMS = 20  # words and phrases; each costs a walk over its postings
MAX_PREFIXES = 3  # each costs a walk over all the words that begin so
MIN_PREFIX = 3  # letters before the star of `sanction*`: two begin thousands of words
OR = "OR"

# Typographic quotation marks begin and end a phrase as the plain one does.
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»", '"'))
# `-"peace talks"` and `"open end` are one term each, `O'Brien` and `a-b` too; `x"y z"` is two.
_TERM = re.compile(r'(?P<minus>-?)"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+)')
_JOINED = r'(?:[A-Za-z-]+:)?(?:"[^"]*"|[^\s"()]+)'
# Matches (oil OR gas), -(oil OR gas) and (country:ru OR country:cn); not (oil gas), f(x) and (oil OR gas)s.
_BRACKETS = re.compile(rf"(?<!\S)(-?)\(\s*({_JOINED}(?:\s+{OR}\s+{_JOINED})+)\s*\)(?!\S)")
# Matches n2e3f1 and, by relevance, r2e3f1.1a; not n-1.
_CURSOR = re.compile(r"(?P<order>[nor])(?P<position>[0-9a-f]{1,15})(?:\.(?P<place>[0-9a-f]{1,8}))?", re.ASCII)


class WordsError(ValueError):
    """Free text that cannot be searched for; the message is for the reader."""


class CursorError(ValueError):
    """A cursor that is not one of ours, or one of another order."""


def not_a_page(text: str) -> CursorError:
    """Return what to raise for such a cursor."""
    message = gettext("%(text)s is not a page of this search; begin with the first page")
    return CursorError(message % {"text": quoted(text[:40])})


class Sort(StrEnum):
    """The orders a result can have; without words, relevance is the newest first."""

    NEWEST = "newest"
    OLDEST = "oldest"
    RELEVANCE = "relevance"


class Density(StrEnum):
    """How much of each article a list shows."""

    COMFORTABLE = "comfortable"
    COMPACT = "compact"


class View(StrEnum):
    """The ways the articles of a result can be looked at."""

    LIST = "list"
    MAP = "map"
    TIMELINE = "timeline"
    TABLE = "table"


class Match(StrEnum):
    """How the values of one facet narrow the result."""

    ALL = "all"
    ANY = "any"
    NOT = "not"
    MAIN = "main"  # all of them, each as a main subject


# What follows the facet in the name of a parameter: `country__any`.
SUFFIXES = {Match.ALL: "", Match.ANY: "__any", Match.NOT: "__not", Match.MAIN: "__main"}


@dataclass(frozen=True, slots=True)
class Criteria:
    """One search.

    ``values`` maps (facet, match) to keys, e.g. ``{("country", Match.ALL): ("ru", "ua")}``; the facets are
    those of `entry.FACETS`.  ``words`` is free text as `read_words` takes it.
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
    def narrowing(self) -> tuple[object, ...]:
        """Return what decides which articles answer this search, as one value; the order does not."""
        bounds = (self.published_after, self.published_before, self.clipped_after, self.clipped_before)
        return (frozenset(self.values.items()), self.words, *bounds)

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
    """One word or phrase; ``is_prefix``: any word that begins with this one."""

    text: str
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class Clause:
    """What an article must hold one of; ``is_excluded``: what it must hold none of."""

    alternatives: tuple[Term, ...]
    is_excluded: bool = False


def read_words(text: str) -> tuple[Clause, ...]:
    """Return the clauses of free text, all of which must hold: words, "phrases", -excluded, a OR b, begin*.

    ``OR`` joins what stands before and after it; after a minus, none of what it joins is wanted.  All else
    is literal, even ``AND``.  What holds no letter or digit is punctuation and left out; a star behind fewer
    letters than MIN_PREFIX means nothing.  Raise WordsError for text that is too long, has too many terms, or
    consists of punctuation alone.
    """
    if len(text) > MAX_LENGTH:
        raise WordsError(
            gettext("at most %(most)s characters can be searched for, these are %(count)s; shorten it")
            % {"most": MAX_LENGTH, "count": len(text)}
        )
    clauses = _joined(list(_single_clauses(text)))
    if text.strip() and not clauses:
        raise WordsError(
            gettext("there is no word to search for in %(text)s; type letters or digits")
            % {"text": quoted(plain(text))}
        )
    count = sum(len(clause.alternatives) for clause in clauses)
    if count > MAX_TERMS:
        raise WordsError(
            gettext("at most %(most)s words can be combined, these are %(count)s; leave some out")
            % {"most": MAX_TERMS, "count": count}
        )
    prefixes = sum(term.is_prefix for clause in clauses for term in clause.alternatives)
    if prefixes > MAX_PREFIXES:
        raise WordsError(
            gettext("at most %(most)s words can end in a star, these are %(count)s; write some out")
            % {"most": MAX_PREFIXES, "count": prefixes}
        )
    return tuple(dict.fromkeys(clauses))


def wanted_terms(clauses: Iterable[Clause]) -> Iterator[Term]:
    """Yield the terms that an article may be found by: all but those of excluded clauses."""
    for clause in clauses:
        if not clause.is_excluded:
            yield from clause.alternatives


def written(clauses: Iterable[Clause]) -> str:
    """Return free text that `read_words` reads as these clauses."""
    return " ".join(
        ("-" if clause.is_excluded else "") + f" {OR} ".join(map(_written, clause.alternatives))
        for clause in clauses
    )


def _written(term: Term) -> str:
    if term.is_prefix:
        return f"{term.text}*"
    # Matches O'Brien and long-range; not -oil, sa* and OR, which mean something else without quotation marks.
    is_plain = term.text != OR and re.fullmatch(r"\w[\w'’.-]*", term.text)
    return term.text if is_plain else f'"{term.text}"'


def unbracketed(text: str) -> str:
    """Return plain text without the brackets around what OR joins anyway: ``(oil OR gas) kyiv``."""
    return _BRACKETS.sub(r"\1\2", text)


def plain(text: str) -> str:
    """Return the text with plain quotation marks, and a question mark for half a character."""
    return text.encode("utf-8", "replace").decode().translate(_QUOTES).strip()


def _single_clauses(text: str) -> Iterator[Clause | None]:
    """Yield a clause for every term, None for every OR."""
    for match in _TERM.finditer(unbracketed(plain(text))):
        word = match["word"]
        if word == OR:
            yield None
            continue
        if word is None:
            clause = Clause((Term(match["phrase"]),), bool(match["minus"]))
        else:
            clause = Clause((_word(word.removeprefix("-")),), word.startswith("-"))
        if any(map(str.isalnum, clause.alternatives[0].text)):
            yield clause


def _word(text: str) -> Term:
    begun = text.rstrip("*")
    is_prefix = begun != text and len(begun) >= MIN_PREFIX and begun.isalnum()
    return Term(begun, is_prefix=True) if is_prefix else Term(text)


def _joined(singles: Sequence[Clause | None]) -> list[Clause]:
    """Return the clauses, those that an OR stands between made one; an OR at either end is a word."""
    clauses: list[Clause] = []
    is_open = False  # whether an OR waits for what comes after it
    for clause, following in zip_longest(singles, singles[1:]):
        if clause is None and clauses and following and not following.is_excluded:
            is_open = True
            continue
        clause = clause or Clause((Term(OR),))
        if is_open:
            before = clauses.pop()
            alternatives = dict.fromkeys((*before.alternatives, *clause.alternatives))
            clause = Clause(tuple(alternatives), before.is_excluded)
            is_open = False
        clauses.append(clause)
    return clauses


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page begins: after the article of this rank, which need not exist any more.

    ``is_backwards``: where it ends, before that article.  The address says which: ``after=`` or ``before=``.
    By relevance, ``place`` is how many articles stood before that one.
    """

    order: Sort
    position: int
    is_backwards: bool = False
    place: int = 0

    def __str__(self) -> str:
        text = f"{self.order.value[0]}{self.position:x}"
        return f"{text}.{self.place:x}" if self.order is Sort.RELEVANCE else text

    @classmethod
    def read(cls, text: str, order: Sort, *, is_backwards: bool = False) -> Cursor:
        """Return the cursor as written by `str`; raise CursorError for anything else or another order's."""
        match = _CURSOR.fullmatch(text)
        if (
            match is None
            or match["order"] != order.value[0]
            or (order is Sort.RELEVANCE) is not bool(match["place"])
        ):
            raise not_a_page(text)
        return cls(order, int(match["position"], 16), is_backwards, int(match["place"] or "0", 16))


@dataclass(frozen=True, slots=True)
class Result:
    """One page of one search: ids in order, the exact size of the whole result, and what is in it.

    ``next_cursor`` is empty on the last page, ``previous_cursor`` on the first; ``position`` is how many
    articles of the result come before the page.  ``facets`` maps each facet asked for to (key, count), the
    highest count first; keys that the search itself names are there whatever their count.  ``months`` and
    ``days`` count by date of publication, the oldest first: ``{"2025-08": 3, "": 1}``, where ``""`` is for
    undated articles; days only of a range of at most three months.
    """

    ids: list[int]
    count: int
    next_cursor: str
    facets: dict[str, list[tuple[str, int]]]
    previous_cursor: str = ""
    position: int = 0
    months: dict[str, int] = field(default_factory=dict)
    days: dict[str, int] = field(default_factory=dict)
