"""A search in words: the title of a list page, and the wording of its dates."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence

from articles.search.query import Criteria, Match

# Facets that share one phrase, in the order of the title.
SUBJECTS = ("actor", "country", "organisation")

# (facets, phrase before what is wanted, phrase before what is not)
PHRASES: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (SUBJECTS, "about", "without"),
    (("topic",), "on", "not on"),
    (("outlet",), "by", "not by"),
    (("author",), "written by", "not written by"),
)

type Names = Mapping[tuple[str, str], str]


def title_of(criteria: Criteria, names: Names) -> str:
    """Return the search as a headline: ``Articles about Russia and Ukraine, on sanctions``.

    ``names`` gives the name of each (facet, key); a key without one stands for itself.
    """
    parts = [
        *_wanted(criteria, names),
        *_mainly(criteria, names),
        *_unwanted(criteria, names),
        *_dates(criteria),
        *_words(criteria.words),
    ]
    return f"Articles {', '.join(parts)}" if parts else "All articles"


def day_in_words(day: dt.date) -> str:
    """Return ``16 October 2025``."""
    return f"{day.day} {day:%B %Y}"


def span_in_words(first: dt.date | None, last: dt.date | None) -> str:
    """Return the time between two days, both included, as people say it: ``in October 2025``."""
    if first and last:
        if first == last:
            return f"on {day_in_words(first)}"
        if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
            return f"in {first.year}" if first.year == last.year else f"from {first.year} to {last.year}"
        if first.day == 1 and last.day == monthrange(last.year, last.month)[1]:
            is_one = (first.year, first.month) == (last.year, last.month)
            return f"in {first:%B %Y}" if is_one else f"from {first:%B %Y} to {last:%B %Y}"
        return f"from {day_in_words(first)} to {day_in_words(last)}"
    if first:
        return f"since {day_in_words(first)}"
    return f"until {day_in_words(last)}" if last else ""


def quoted(words: str) -> str:
    """Return free text in quotation marks; a single "phrase" keeps one pair."""
    words = words.strip()
    is_phrase = len(words) > 2 and words[0] == words[-1] == '"' and words.count('"') == 2
    return f"“{words[1:-1].strip() if is_phrase else words}”"


def listed(names: Sequence[str], conjunction: str) -> str:
    """Return ``a, b and c``."""
    *head, last = names
    return f"{', '.join(head)} {conjunction} {last}" if head else last


def _wanted(criteria: Criteria, names: Names) -> Iterator[str]:
    for facets, phrase, _ in PHRASES:
        wanted = [_name(names, facet, key) for facet, key in _keys(criteria, facets, Match.ALL)]
        choices = [
            [_name(names, facet, key) for key in criteria.values.get((facet, Match.ANY), ())]
            for facet in facets
        ]
        choices = [choice for choice in choices if choice]
        if len(choices) == 1 and not wanted:
            yield f"{phrase} {listed(choices[0], 'or')}"
        elif wanted or choices:
            yield f"{phrase} {listed([*wanted, *map(_choice, choices)], 'and')}"


def _choice(names: Sequence[str]) -> str:
    """Return one choice among other conditions, so that its ``or`` cannot be misread."""
    if len(names) == 1:
        return names[0]
    return f"{'either' if len(names) == 2 else 'any of'} {listed(names, 'or')}"


def _mainly(criteria: Criteria, names: Names) -> Iterator[str]:
    for facets, phrase, _ in PHRASES:
        main = [_name(names, facet, key) for facet, key in _keys(criteria, facets, Match.MAIN)]
        if main:
            yield f"mainly {phrase} {listed(main, 'and')}"


def _unwanted(criteria: Criteria, names: Names) -> Iterator[str]:
    for facets, _, phrase in PHRASES:
        unwanted = [_name(names, facet, key) for facet, key in _keys(criteria, facets, Match.NOT)]
        if unwanted:
            yield f"{phrase} {listed(unwanted, 'or')}"


def _dates(criteria: Criteria) -> Iterator[str]:
    for verb, first, last in (
        ("published", criteria.published_after, criteria.published_before),
        ("clipped", criteria.clipped_after, criteria.clipped_before),
    ):
        if first or last:
            yield f"{verb} {span_in_words(first, last)}"


def _words(words: str) -> Iterator[str]:
    if words.strip():
        yield f"with the {'words' if ' ' in words.strip() else 'word'} {quoted(words)}"


def _keys(criteria: Criteria, facets: Sequence[str], match: Match) -> Iterator[tuple[str, str]]:
    for facet in facets:
        for key in criteria.values.get((facet, match), ()):
            yield facet, key


def _name(names: Names, facet: str, key: str) -> str:
    name = names.get((facet, key), key)
    # Topics are common nouns with a heading's capital: "on sanctions", but "on European Union affairs".
    is_common = facet == "topic" and name[1:] == name[1:].lower()
    return name[:1].lower() + name[1:] if is_common else name
