"""How central an entry is to an article: the arithmetic of salience and of the role that follows from it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log2
from typing import NamedTuple

from articles.tagging.findings import Role, Sum
from articles.tagging.records import Kind

# Characters of the body that count as its lead: the first paragraphs say what an article is about.
LEAD_LENGTH = 500
# The body is looked at in this many equal stretches; being named in many of them is spread.
STRETCHES = 4


@dataclass(frozen=True, slots=True)
class Weights:
    """What each sign of being central adds, and the sum from which an entry is a main one."""

    title: float
    standfirst: float
    opening: float  # for the first sentence of the body, if the standfirst does not name it
    lead: float  # likewise, for the rest of the lead
    doubling: float  # for each doubling of the number of mentions
    spread: float  # for being named in every stretch of the body
    alone: float  # for being the only country that the article names
    once: float  # for being named once, not alone and not in the title: in passing
    dateline: float  # for being where the report was filed, if it is about that place
    main: float  # in a text of USUAL_LENGTH or more
    length: float  # shorter ones, down to LEAD_LENGTH, need less, to this power: they name nobody often


# Fitted by benchmarks/fit_roles.py on the development labels and sample D1 of docs/tagging.md, those of
# countries on half of the Reuters reports there, too.  None of these has standfirsts: their weights are a
# judgement, between title and lead.
WEIGHTS: dict[Kind, Weights] = {
    Kind.COUNTRY: Weights(
        title=5.0,
        standfirst=4.0,
        opening=3.0,
        lead=1.5,
        doubling=1.0,
        spread=1.5,
        alone=4.0,
        once=-1.0,
        dateline=2.0,
        main=6.0,
        length=0.3,
    ),
    Kind.ACTOR: Weights(
        title=3.0,
        standfirst=3.5,
        opening=3.5,
        lead=1.0,
        doubling=2.0,
        spread=0.5,
        alone=0.0,
        once=0.0,
        dateline=0.0,
        main=4.5,
        length=0.45,
    ),
    Kind.ORGANISATION: Weights(
        title=5.0,
        standfirst=4.0,
        opening=3.0,
        lead=1.0,
        doubling=1.0,
        spread=2.0,
        alone=0.0,
        once=0.0,
        dateline=0.0,
        main=4.5,
        length=0.35,
    ),
}


@dataclass(frozen=True, slots=True)
class TopicWeights:
    """What a topic's phrases count for, and the sums from which the topic is mentioned and a main one."""

    title: float  # a phrase in the title counts this many times
    lead: float  # one in the lead, for being mentioned
    doubling: float  # for each doubling of the number of times that one phrase occurs, likewise
    mentioned: float
    main_lead: float  # one in the lead, for being a main one
    main_doubling: float
    main: float  # in a text of USUAL_LENGTH
    length: float  # the main sum grows with the text's length to this power
    strongest: float  # the article's strongest topic is a main one from this sum on
    share: float  # the others need this share of what the strongest has
    most: int  # and only so many topics are main ones


# Chosen by grids on the samples dev, D1, E and F of docs/tagging.md, and held against fits: what
# benchmarks/fit_roles.py finds on one half of dev is worse than these on the other (--halves).
TOPIC_WEIGHTS = TopicWeights(
    title=4.0,
    lead=1.3,
    doubling=0.2,
    mentioned=5.0,
    main_lead=2.0,
    main_doubling=0.4,
    main=19.0,
    length=0.5,
    strongest=8.0,
    share=0.45,
    most=3,
)
USUAL_LENGTH = 3000  # characters


class Layout(NamedTuple):
    """Where the parts of an article end, in characters of its folded text."""

    title_end: int
    standfirst_end: int
    opening_end: int
    lead_end: int
    length: int
    is_untitled: bool  # neither title nor standfirst
    stretches: tuple[int, ...]  # where all but the first of the equal stretches of the body begin


def stretches_of(begin: int, end: int) -> tuple[int, ...]:
    """Return where all but the first of the equal stretches of the body [begin, end) begin."""
    length = max(1, end - begin)
    return tuple([begin - number * length // -STRETCHES for number in range(1, STRETCHES)])


def main_sums(length: int) -> dict[Kind, float]:
    """Return for each kind the sum from which an entry is a main one in a text of this length."""
    share = min(1.0, max(length, LEAD_LENGTH) / USUAL_LENGTH)
    return {kind: weights.main * share**weights.length for kind, weights in WEIGHTS.items()}


def weigh(
    kind: Kind,
    starts: Sequence[int],
    layout: Layout,
    main: float,
    *,
    is_alone: bool = False,
    is_filed_there: bool = False,
) -> Sum:
    """Return the signs that mentions at these places, one or more in their order, give.

    ``main`` is the sum from which the entry is a main one; ``is_alone`` says that the article names no other
    country, ``is_filed_there`` that the first mention is the dateline.
    """
    count = len(starts)
    standfirst = bisect_left(starts, layout.title_end)
    body = bisect_left(starts, layout.standfirst_end)
    first = starts[body] if body < count else layout.lead_end
    if body > standfirst:
        place = "standfirst"
    elif first < layout.opening_end:
        # Without title and standfirst the first sentence does their work as well.
        place = "untitled opening" if layout.is_untitled else "opening"
    else:
        place = "lead" if first < layout.lead_end else ""
    stretches = int(body < count)
    if count > body + 1:
        bounds = [body, *[bisect_left(starts, begin, body) for begin in layout.stretches], count]
        stretches = len(set(bounds)) - 1
    company = "alone" if is_alone else "once" if count == 1 and not standfirst else ""
    signs, total = signs_of(kind, standfirst > 0, place, count, stretches, company, is_filed_there)
    return tuple.__new__(Sum, (signs, total, main))


@lru_cache(maxsize=4096)  # most entries of most articles are named a few times, in a few ways
def signs_of(
    kind: Kind, is_in_title: bool, place: str, count: int, stretches: int, company: str, is_filed_there: bool
) -> tuple[tuple[tuple[str, float], ...], float]:
    """Return what each sign counts, and what they add up to; kept, so clear the cache if WEIGHTS change.

    ``company`` is "alone" or "once" if the entry is the only country or is named once, else nothing.
    """
    weights = WEIGHTS[kind]
    signs: list[tuple[str, float]] = []
    if is_in_title:
        signs.append(("title", weights.title))
    if place == "untitled opening":
        signs.append(("opening", weights.opening + weights.title))
    elif place:
        signs.append((place, getattr(weights, place)))
    signs.append(("count", weights.doubling * log2(1 + count)))
    if stretches:
        signs.append(("spread", weights.spread * stretches / STRETCHES))
    if company and (value := getattr(weights, company)):
        signs.append((company, value))
    if is_filed_there and weights.dateline:
        signs.append(("dateline", weights.dateline))
    return tuple(signs), sum([value for _, value in signs])


def role_of(weighed: Sum) -> Role:
    """Return whether the signs make an entry a main one."""
    return Role.MAIN if weighed.total >= weighed.main else Role.MENTIONED
