"""Topics: what an article is about, from weighted phrases that add up."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import count
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

# A trigger of one topic: start, end with a minus, weight with a minus, number, pattern.  So the bare tuples sort
# as they are read: the longest first at each place, there the excluded, then the weightiest, the first found.
type Place = tuple[int, int, float, int, Pattern]
# [start, end) in folded text.
type Span = tuple[int, int]


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


def read_topics(reading: Reading, layout: Layout) -> tuple[list[TopicScore], list[Doubt]]:
    """Return the topics that the article names, and those with a trigger in it that it does not."""
    by_topic: dict[str, list[Place]] = defaultdict(list)
    for number, (start, end, pattern) in enumerate(reading.hits.triggers):
        for slug, order in pattern.triggers:
            by_topic[slug].append((start, -end, order, number, pattern))
    for slug, place in _joined(reading):
        by_topic[slug].append(place)
    enough = scoring.TOPIC_WEIGHTS.mentioned
    named: list[tuple[str, float, dict[Pattern, float], list[Place]]] = []
    doubts: list[Doubt] = []
    strongest = scoring.TOPIC_WEIGHTS.strongest
    for slug, places in by_topic.items():
        standing = _without_overlaps(places)
        values = _values(reading.hits, layout, standing)
        total = sum(values.values())
        if total >= enough:
            named.append((slug, total, values, standing))
            strongest = max(strongest, total)
        elif standing or any([order > EXCLUDED for _, _, order, _, _ in places]):
            start, end, _, _, _ = (standing or places)[0]
            doubts.append(Doubt(slug, total, (start, -end)))
    main = min(strongest, _main(layout))
    return [_score(reading, main, *one) for one in named], doubts


def _main(layout: Layout) -> float:
    """Return the sum that makes a main topic in a text of this length."""
    weights = scoring.TOPIC_WEIGHTS
    return weights.main * (layout.length / scoring.USUAL_LENGTH) ** weights.length


def _joined(reading: Reading) -> Iterator[tuple[str, Place]]:
    """Yield topic and place of each trigger with a gap whose halves stand close in one sentence."""
    hits = [hit for hit in reading.hits.triggers if hit[2].halves]
    firsts = seconds = 0
    for _, _, pattern in hits:
        firsts |= pattern.firsts
        seconds |= pattern.seconds
    whole = firsts & seconds  # of most phrases only one half stands in the article
    if not whole:
        return
    folded = reading.hits.folded
    number = count(len(reading.hits.triggers))
    seen: dict[str, Span] = {}
    for start, end, pattern in sorted([hit for hit in hits if hit[2].halves_bits & whole], key=START):
        for half in pattern.halves:
            if not half.is_second:
                seen[half.phrase] = (start, end)
                continue
            first = seen.get(half.phrase)
            if first is None or start <= first[1] or start - first[1] > GAP_WORDS * LONGEST_WORD:
                continue
            between = reading.text[folded.origin(first[1] - 1) + 1 : folded.origin(start)]
            if len(between.split()) <= GAP_WORDS and not BREAK.search(between):
                yield half.topic, (first[0], -end, -half.weight, next(number), pattern)


def _score(
    reading: Reading, main: float, slug: str, total: float, values: dict[Pattern, float], standing: list[Place]
) -> TopicScore:
    """Return the score of one topic where ``main`` is the sum that makes a main one."""
    text, hits = reading.plain, reading.hits
    words: dict[Pattern, str] = {}
    for start, end, _, _, pattern in standing:
        if pattern not in words:
            words[pattern] = text[start:-end]
    signs = tuple(zip(words.values(), values.values(), strict=True))
    is_main = total >= main and not all([_is_denied(hits, start) for start, _, _, _, _ in standing])
    places: list[Evidence] = [(None, start, -end, "trigger") for start, end, _, _, _ in standing]
    return TopicScore(slug, Sum(signs, total, main), Role.MAIN if is_main else Role.MENTIONED, places)


def reason_of(reading: Reading, doubt: Doubt) -> str:
    """Return why the phrases of a topic do not suffice."""
    if not doubt.total:
        return f"part of another phrase: {reading.shown(doubt.span)}"
    return f"below threshold: {doubt.total:.1f} of {scoring.TOPIC_WEIGHTS.mentioned:.1f}"


def _values(hits: Hits, layout: Layout, standing: list[Place]) -> dict[Pattern, float]:
    """Return what each phrase of one topic counts, in the order in which they first stand."""
    weights = scoring.TOPIC_WEIGHTS
    lead_end = layout.lead_end
    values: dict[Pattern, float] = {}
    counts: dict[Pattern, int] = {}
    for start, _, order, _, pattern in standing:
        factor = 1.0
        if start < lead_end:
            factor = weights.title if start < layout.title_end else weights.lead
        if _is_denied(hits, start):
            factor *= weights.negated
        counted = -order * factor
        if pattern not in values:
            values[pattern] = counted
            continue
        counts[pattern] = counts.get(pattern, 1) + 1
        if counted > values[pattern]:
            values[pattern] = counted
    for pattern, number in counts.items():
        values[pattern] *= 1 + weights.doubling * log2(number)
    return values


def _without_overlaps(places: list[Place]) -> list[Place]:
    """Return the longest of overlapping triggers of one topic, without those inside an excluded phrase."""
    if len(places) == 1:
        return places if places[0][2] > EXCLUDED else []
    standing: list[Place] = []
    reach = end = -1
    for place in sorted(places):
        start, minus_end, order, _, _ = place
        if start >= reach:
            reach = end = -minus_end
            if order > EXCLUDED:
                standing.append(place)
        elif order == EXCLUDED and -minus_end > end:
            reach = -minus_end
    return standing


def _is_denied(hits: Hits, start: int) -> bool:
    """Return whether one of the few words before a phrase denies it."""
    denials = hits.denials
    if not denials:
        return False
    last = bisect_left(denials, start) - 1
    if last < 0 or denials[last] < start - NEGATION_REACH:
        return False
    between = hits.folded.text[denials[last] : start]
    # Two spaces are a comma or a full stop: what stands before belongs to another clause.
    return "  " not in between and between.count(" ") <= NEGATION_WORDS


def with_parents(scores: Sequence[TopicScore], parents: dict[str, str]) -> dict[str, list[TopicScore]]:
    """Return for each parent topic the scores of the children that imply it."""
    implied: dict[str, list[TopicScore]] = defaultdict(list)
    for score in scores:
        parent = parents.get(score.slug, "")
        if parent:
            implied[parent].append(score)
    return implied
