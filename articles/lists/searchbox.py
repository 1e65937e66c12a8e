"""The search box of the archive: the parameters that its line means, and what is not understood of it."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import QueryDict

from articles.filters import ArticleFilter
from articles.lists.chips import Turn
from articles.lists.suggesting import guess_outlets, resolve
from articles.search.address import Address
from articles.search.bounds import read_bound
from articles.search.box import Operator, Parsed, parse, write
from articles.search.namebook import Known
from articles.search.query import SUFFIXES, Match


def understood(data: QueryDict) -> QueryDict:
    """Return the query string with the operators in ``q`` made parameters, and without empty ones.

    What is not understood stays in ``q``: the same query string comes back when it is read again.
    """
    asked = QueryDict(mutable=True)
    for name, values in data.lists():
        if filled := [value for value in values if value.strip()]:
            asked.setlist(name, filled)
    parsed = _parsed(asked)
    if parsed.parameters:
        del asked["q"]
        if parsed.words:
            asked["q"] = parsed.words
        for name, value in parsed.parameters:
            _add(asked, name, value)
    return asked


def redirect_of(data: QueryDict, path: str) -> str:
    """Return the address that means the same without empty fields and operators; nothing if this is it."""
    asked = understood(data)
    if asked == data:
        return ""
    return f"{path}?{query}" if (query := asked.urlencode()) else path


def notes_on(asked: ArticleFilter, address: Address) -> list[tuple[str, list[Turn]]]:
    """Return what to tell about the words of a search, each with the searches for what may be meant.

    A note is one sentence, without a full stop.
    """
    parsed = _parsed(asked.data)
    return [
        (
            note,
            [
                Turn(one.name, str(address.setting("q", one.words).adding(one.parameter, one.key)))
                for one in parsed.choices
                if one.note == number
            ],
        )
        for number, note in enumerate(parsed.notes)
    ]


def written(asked: ArticleFilter) -> str:
    """Return the search as one line of the search box; its order and page are no part of that."""
    return write(asked.address("").parameters, ArticleFilter.operators())


def _parsed(data: QueryDict) -> Parsed:
    lines = data.getlist("q")
    if len(lines) != 1:  # none, or a problem of its own
        return Parsed((), "")
    chosen = {
        facet
        for facet in ArticleFilter.facets()
        if any(map(str.strip, data.getlist(facet + SUFFIXES[Match.ANY])))
    }
    return parse(lines[0], ArticleFilter.operators(), _resolve, guess=_guess, chosen=chosen)


def _resolve(operator: Operator, value: str) -> Sequence[Known]:
    """Return what a value may mean: rows by any of their names, fixed values by theirs."""
    facet = operator.facets[0]
    filter_ = ArticleFilter.base_filters[facet]
    if filter_.is_fixed:
        return [Known(facet, key, key, name) for _, _, key, name in filter_.find([(facet, value.lower())])]
    return resolve(operator.facets, value)


def _guess(operator: Operator, value: str) -> Sequence[Known]:
    """Return what a value that names nothing may be meant for: outlets are often abbreviated."""
    return guess_outlets(value) if operator.facets == ("outlet",) else []


def _add(asked: QueryDict, name: str, value: str) -> None:
    """Add a parameter; of two bounds of a date the narrower one stays."""
    values = asked.getlist(name)
    operator = next((one for one in ArticleFilter.operators().values() if one.bound == name), None)
    if operator is None:
        if value not in values:
            asked.appendlist(name, value)
        return
    try:
        days = {text: read_bound(text.strip(), is_upper=operator.is_upper) for text in (*values, value)}
    except ValueError:
        days = {}
    if days:
        narrowest = min(days, key=days.__getitem__) if operator.is_upper else max(days, key=days.__getitem__)
        asked.setlist(name, [narrowest])
    else:  # what stands there is no date: it is shown beside the page
        asked.appendlist(name, value)
