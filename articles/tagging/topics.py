"""Topics: what an article is about, from weighted phrases that add up."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from math import log2
from typing import NamedTuple

from articles.tagging import scoring
from articles.tagging.findings import Role, Sum
from articles.tagging.matcher import EXCLUDED, START, Hits, Pattern
from articles.tagging.reading import LONGEST_WORD, Evidence, Reading
from articles.tagging.scoring import Layout

NEGATION_WORDS = 4  # "no new sanctions", "without agreement on Ukraine ceasefire"
NEGATION_REACH = 40  # characters
GAP_WORDS = 5  # "expelled [three of the embassy's senior] diplomats"
# Ends what a trigger with a gap may span: "They were expelled. Diplomats ...", not "expelled U.S. diplomats".
BREAK = re.compile(r"(?<![A-Z])[.!?;]\s|\n\s*\n")

# A trigger of one topic: start, end with a minus, weight with a minus, number, pattern.  So the bare tuples
# sort as they are read: the longest first at each place, there the excluded, the weightiest, the first found.
type Place = tuple[int, int, float, int, Pattern]
# [start, end) in folded text.
type Span = tuple[int, int]
NEW = tuple.__new__  # makes a named tuple in a third of the time
# What the phrases of a topic add up to for being mentioned; what each counts for being a main topic, and its
# words; where all of them stand.
type _Phrases = tuple[float, list[float], list[str], list[Evidence]]


class TopicScore(NamedTuple):
    """One topic that an article names: what its phrases add up to, its role, and where they stand."""

    slug: str
    sum: Sum
    role: Role
    places: list[Evidence]


class Doubt(NamedTuple):
    """One topic whose phrases do not suffice: what they add up to, and where the first one stands."""

    slug: str
    total: float
    span: Span


def read_topics(
    reading: Reading, layout: Layout, parents: Mapping[str, str], wider: Collection[str]
) -> tuple[list[TopicScore], list[Doubt]]:
    """Return the topics that the article names, and those with a trigger in it that it does not.

    ``parents`` says which wider topic each topic belongs to, ``wider`` are all of those; words count for the
    narrower one only.
    """
    by_topic = _places_by_topic(reading)
    enough = scoring.TOPIC_WEIGHTS.mentioned
    named: list[tuple[str, float, _Phrases]] = []
    doubts: list[Doubt] = []
    # By the wider topic, where phrases of its narrower ones begin and, with a minus, where they end.
    taken: dict[str, set[int]] = defaultdict(set)
    for slug in sorted(by_topic, key=wider.__contains__):
        places = by_topic[slug]
        start, minus_end, _, _, _ = places[0]
        if held := taken.get(slug):
            places = [place for place in places if place[0] not in held and place[1] not in held]
        phrases = _add_up(reading.plain, layout, places)
        total, values, _, standing = phrases
        if total >= enough:
            named.append((slug, sum(values), phrases))
            parent = parents.get(slug)
            if parent in by_topic:
                taken[parent].update([begin for _, begin, _, _ in standing])
                taken[parent].update([-end for _, _, end, _ in standing])
        elif standing:
            doubts.append(NEW(Doubt, (slug, total, standing[0][1:3])))
        elif any(order > EXCLUDED for _, _, order, _, _ in places):
            doubts.append(NEW(Doubt, (slug, total, (start, -minus_end))))
    main = _main([total for _, total, _ in named], layout)
    denied = _denied_places(reading.hits)
    return [_score(slug, total, main, phrases, denied) for slug, total, phrases in named], doubts


def _places_by_topic(reading: Reading) -> dict[str, list[Place]]:
    by_topic: dict[str, list[Place]] = defaultdict(list)
    surnames: set[Span] | None = None  # made where a trigger may be one: seldom
    for number, (start, end, pattern) in enumerate(reading.hits.triggers):
        if pattern.surnames:
            surnames = _surnames(reading) if surnames is None else surnames
            if (start, end) in surnames:
                continue  # "Rice flew to Paris" is not about grain
        for slug, order in pattern.triggers:
            by_topic[slug].append((start, -end, order, number, pattern))
    for slug, place in _joined(reading):
        by_topic[slug].append(place)
    return by_topic


def _surnames(reading: Reading) -> set[Span]:
    """Return where surnames of persons stand."""
    return {(start, end) for _, start, end, rule in reading.found if rule == "surname"}


def _add_up(text: str, layout: Layout, places: list[Place]) -> _Phrases:
    """Return what the phrases of one topic count.

    Of overlapping ones the longest stands, unless it lies inside an excluded phrase.  One loop for all of
    it: an article has sixteen topics and seventy such places.
    """
    weights = scoring.TOPIC_WEIGHTS
    if len(places) == 1:  # as of every third topic
        return _add_one(text, layout, places[0])
    plains: dict[Pattern, float] = {}
    values: dict[Pattern, float] = {}
    counts: dict[Pattern, int] = {}
    words: list[str] = []
    standing: list[Evidence] = []
    reach = last = -1  # what begins before `reach` does not stand; `last` is the end of what was there last
    places.sort()
    for start, minus_end, order, _, pattern in places:
        end = -minus_end
        if start < reach:
            if order == EXCLUDED and end > last:
                reach = end
            continue
        reach = last = end
        if order == EXCLUDED:
            continue
        standing.append((None, start, end, "trigger"))
        plain, central = _weighed(-order, start, layout)
        if pattern not in values:
            plains[pattern], values[pattern] = plain, central
            words.append(text[start:end])
        else:
            counts[pattern] = counts.get(pattern, 1) + 1
            if central > values[pattern]:
                plains[pattern], values[pattern] = plain, central
    for pattern, count in counts.items():
        doublings = log2(count)
        plains[pattern] *= 1 + weights.doubling * doublings
        values[pattern] *= 1 + weights.main_doubling * doublings
    return sum(plains.values()), list(values.values()), words, standing


def _add_one(text: str, layout: Layout, place: Place) -> _Phrases:
    """Return what the only phrase of a topic counts."""
    start, minus_end, order, _, _ = place
    if order == EXCLUDED:
        return 0.0, [], [], []
    plain, central = _weighed(-order, start, layout)
    return plain, [central], [text[start:-minus_end]], [(None, start, -minus_end, "trigger")]


def _weighed(weight: float, start: int, layout: Layout) -> tuple[float, float]:
    """Return what a phrase counts at its place: for being mentioned, and for being a main topic."""
    if start >= layout.lead_end:
        return weight, weight  # as most
    weights = scoring.TOPIC_WEIGHTS
    if start < layout.title_end:
        return weight * weights.title, weight * weights.title
    return weight * weights.lead, weight * weights.main_lead


def _main(totals: list[float], layout: Layout) -> float:
    """Return the sum that makes a main topic in a text of this length, of topics with these sums.

    The strongest topic needs less; others need a share of what it has, and a place among the first few.
    """
    weights = scoring.TOPIC_WEIGHTS
    strongest = max([weights.strongest, *totals])
    main = min(strongest, weights.main * (layout.length / scoring.USUAL_LENGTH) ** weights.length)
    if len(totals) > weights.most:
        main = max(main, sorted(totals)[-weights.most])
    return max(main, weights.share * strongest)


def _joined(reading: Reading) -> Iterator[tuple[str, Place]]:
    """Yield topic and place of each trigger with a gap whose halves stand close in one sentence."""
    hits = reading.hits.halves
    firsts = seconds = 0
    for pattern in {hit[2] for hit in hits}:
        firsts |= pattern.firsts
        seconds |= pattern.seconds
    whole = firsts & seconds
    if not whole:
        return  # of most phrases only one half stands in the article
    folded = reading.hits.folded
    numbers = itertools.count(len(reading.hits.triggers))
    seen: dict[str, Span] = {}
    for start, end, pattern in sorted([hit for hit in hits if hit[2].phrases & whole], key=START):
        for phrase, _, topic, weight, is_second in pattern.halves:
            if not is_second:
                seen[phrase] = (start, end)
                continue
            first = seen.get(phrase)
            if first is None or start <= first[1] or start - first[1] > GAP_WORDS * LONGEST_WORD:
                continue
            between = reading.text[folded.origin(first[1] - 1) + 1 : folded.origin(start)]
            if len(between.split()) <= GAP_WORDS and not BREAK.search(between):
                yield topic, (first[0], -end, -weight, next(numbers), pattern)


def _score(slug: str, total: float, main: float, phrases: _Phrases, denied: set[int]) -> TopicScore:
    """Return the score of one topic where ``main`` is the sum that makes a main one."""
    _, values, words, standing = phrases
    signs = tuple(zip(words, values, strict=True))
    is_main = total >= main and not all(start in denied for _, start, _, _ in standing)
    role = Role.MAIN if is_main else Role.MENTIONED
    return NEW(TopicScore, (slug, NEW(Sum, (signs, total, main)), role, standing))


def reason_of(reading: Reading, doubt: Doubt) -> str:
    """Return why the phrases of a topic do not suffice."""
    if not doubt.total:
        return f"part of another phrase: {reading.shown(doubt.span)}"
    return f"below threshold: {doubt.total:.1f} of {scoring.TOPIC_WEIGHTS.mentioned:.1f}"


def _denied_places(hits: Hits) -> set[int]:
    """Return the places where a phrase is denied by one of the few words before it."""
    text = hits.folded.text
    denied: set[int] = set()
    for start in hits.denials:
        place = start
        for _ in range(NEGATION_WORDS):
            place = text.find(" ", place, start + NEGATION_REACH) + 1
            # Two spaces are a comma or a full stop: what stands behind belongs to another clause.
            if place == 0 or text.startswith(" ", place):
                break
            denied.add(place)
    return denied


def with_parents(scores: Sequence[TopicScore], parents: dict[str, str]) -> dict[str, list[TopicScore]]:
    """Return for each parent topic the scores of the children that imply it."""
    implied: dict[str, list[TopicScore]] = defaultdict(list)
    for score in scores:
        parent = parents.get(score.slug, "")
        if parent:
            implied[parent].append(score)
    return implied
