"""What narrows a list, in words, each with the search without it and the ways to ask for it otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from articles.filters import ArticleFilter, FacetFilter
from articles.phrases import gettext, marked
from articles.search.address import Address
from articles.search.query import Match
from articles.search.wording import sought, span_in_words, value_in_words

# Parameters of a span of days: its first day, its last, and what happened then, alone and with the days.
SPANS = (
    ("published_after", "published_before", marked("Published"), marked("published %(span)s")),
    ("clipped_after", "clipped_before", marked("Clipped"), marked("clipped %(span)s")),
)
DATES = tuple(name for *bounds, _, _ in SPANS for name in bounds)
# An article has one of each: to ask for two at once finds nothing.
SINGLE = frozenset({"outlet", "language", "dated"})
# How to ask for any of several values of a facet, and for all of them.
SWITCHES = {
    "actor": (marked("any of these actors"), marked("all of these actors")),
    "country": (marked("any of these countries"), marked("all of these countries")),
    "organisation": (marked("any of these organisations"), marked("all of these organisations")),
    "topic": (marked("any of these topics"), marked("all of these topics")),
    "outlet": (marked("any of these outlets"), ""),
    "author": (marked("any of these authors"), marked("all of these authors")),
    "language": (marked("any of these languages"), ""),
}
OTHER_SWITCHES = (marked("any of these"), marked("all of these"))


@dataclass(frozen=True, slots=True)
class Turn:
    """A link that asks for the same in another way."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Chip:
    """One active filter in words, and the search without it.

    ``turn``, of a tag: the search for articles that are about it, not only mention it, or back.
    """

    kind: str
    label: str
    words: str
    remove_url: str
    turn: Turn | None = None


def make_chips(
    asked: ArticleFilter, names: Mapping[tuple[str, str], str], address: Address
) -> Iterator[Chip]:
    """Yield a chip for each value of the search, in the order of its address."""
    cleaned = asked.form.cleaned_data
    spans = list(_spans(cleaned, address))
    for parameter, value in address.filters():
        if parameter in DATES:
            yield from spans
            spans.clear()
            continue
        filter_ = asked.filters[parameter]
        without = str(address.dropping(parameter, value))
        label = str(filter_.label)
        if isinstance(filter_, FacetFilter):
            words = value_in_words(filter_.facet, value, filter_.match, names)
            if filter_.match is Match.ANY and value != cleaned[parameter][0]:
                words = gettext("or %(value)s") % {"value": words}
            yield Chip(filter_.facet, label, words, without, _main_turn(asked, filter_, value, address))
        else:
            yield Chip("words", label, sought(value), without)


def _spans(cleaned: Mapping[str, Any], address: Address) -> Iterator[Chip]:
    """Yield one chip for each span of days, whether it has one bound or two."""
    for after, before, label, message in SPANS:
        if span := span_in_words(cleaned[after], cleaned[before]):
            without = address.dropping(after).dropping(before)
            yield Chip("date", gettext(label), gettext(message) % {"span": span}, str(without))


def make_switches(asked: ArticleFilter, address: Address) -> Iterator[Turn]:
    """Yield, for facets of which several values are wanted, the search for any of them or for all."""
    for facet in asked.facets():
        any_of, all_of = SWITCHES.get(facet, OTHER_SWITCHES)
        for parameter, other, message in (
            (facet, f"{facet}__any", any_of),
            (f"{facet}__any", facet, all_of),
        ):
            values = [value for name, value in address.parameters if name == parameter]
            if len(values) < 2 or (message is all_of and facet in SINGLE):
                continue
            turned = address.dropping(parameter)
            for value in values:
                turned = turned.adding(other, value)
            yield Turn(gettext(message), str(turned))


def _main_turn(asked: ArticleFilter, filter_: FacetFilter, value: str, address: Address) -> Turn | None:
    main = f"{filter_.facet}__main"
    if main not in asked.filters:
        return None
    if filter_.match is Match.ALL:
        return Turn(
            gettext("main subject only"), str(address.dropping(filter_.facet, value).adding(main, value))
        )
    if filter_.match is Match.MAIN:
        return Turn(gettext("any mention"), str(address.dropping(main, value).adding(filter_.facet, value)))
    return None
