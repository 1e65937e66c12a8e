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


class _Phrases(NamedTuple):
    """What the phrases of one topic count; ``is_asserted`` unless all of them are denied."""

    values: dict[Pattern, float]
    total: float
    is_asserted: bool
    standing: list[Place]


def read_topics(reading: Reading, layout: Layout) -> tuple[list[TopicScore], list[Doubt]]:
    """Return the topics that the article names, and those with a trigger in it that it does not."""
    by_topic: dict[str, list[Place]] = defaultdict(list)
    for number, (start, end, pattern) in enumerate(reading.hits.triggers):
        for slug, order in pattern.triggers:
            by_topic[slug].append((start, -end, order, number, pattern))
    for slug, place in _joined(reading):
        by_topic[slug].append(place)
    weights = scoring.TOPIC_WEIGHTS
    named: list[tuple[str, _Phrases]] = []
    doubts: list[Doubt] = []
    for slug, places in by_topic.items():
        phrases = _sum(reading.hits, layout, places)
        if phrases.total >= weights.mentioned:
            named.append((slug, phrases))
        elif any([order > EXCLUDED for _, _, order, _, _ in places]):
            start, end, _, _, _ = (phrases.standing or places)[0]
            doubts.append(Doubt(slug, phrases.total, (start, -end)))
    main = weights.main * (layout.length / scoring.USUAL_LENGTH) ** weights.length
    strongest = max([phrases.total for _, phrases in named], default=0.0)
    main = min(main, max(strongest, weights.strongest))
    return [_score(reading, slug, phrases, main) for slug, phrases in named], doubts


def _joined(reading: Reading) -> Iterator[tuple[str, Place]]:
    """Yield topic and place of each trigger with a gap whose halves stand close in one sentence."""
    hits = [hit for hit in reading.hits.triggers if hit[2].halves]
    # Of most phrases only one half stands in the article.
    firsts = {phrase for _, _, pattern in hits for phrase in pattern.firsts}
    whole = firsts.intersection([phrase for _, _, pattern in hits for phrase in pattern.seconds])
    if not whole:
        return
    folded = reading.hits.folded
    seen: dict[str, Span] = {}
    number = count(len(reading.hits.triggers))
    for start, end, pattern in sorted(hits, key=START):
        for half in pattern.halves:
            if half.phrase not in whole:
                continue
            if not half.is_second:
                seen[half.phrase] = (start, end)
                continue
            first = seen.get(half.phrase)
            if first is None or start <= first[1] or start - first[1] > GAP_WORDS * LONGEST_WORD:
                continue
            between = reading.text[folded.origin(first[1] - 1) + 1 : folded.origin(start)]
            if len(between.split()) <= GAP_WORDS and not BREAK.search(between):
                yield half.topic, (first[0], -end, -half.weight, next(number), pattern)


def _score(reading: Reading, slug: str, phrases: _Phrases, main: float) -> TopicScore:
    """Return the score of one topic where ``main`` is the sum that makes a main one."""
    text = reading.hits.folded.text
    words: dict[Pattern, str] = {}
    for start, end, _, _, pattern in phrases.standing:
        if pattern not in words:
            words[pattern] = text[start:-end]
    signs = tuple([(word, phrases.values[pattern]) for pattern, word in words.items()])
    role = Role.MAIN if phrases.total >= main and phrases.is_asserted else Role.MENTIONED
    places: list[Evidence] = [(None, start, -end, "trigger") for start, end, _, _, _ in phrases.standing]
    return TopicScore(slug, Sum(signs, phrases.total, main), role, places)


def reason_of(reading: Reading, doubt: Doubt) -> str:
    """Return why the phrases of a topic do not suffice."""
    if not doubt.total:
        return f"part of another phrase: {reading.shown(doubt.span)}"
    return f"below threshold: {doubt.total:.1f} of {scoring.TOPIC_WEIGHTS.mentioned:.1f}"


def _sum(hits: Hits, layout: Layout, places: list[Place]) -> _Phrases:
    weights = scoring.TOPIC_WEIGHTS
    values: dict[Pattern, float] = {}
    counts: dict[Pattern, int] = {}
    is_asserted = False
    standing = _without_overlaps(places)
    for start, _, order, _, pattern in standing:
        factor = 1.0
        if start < layout.lead_end:
            factor = weights.title if start < layout.title_end else weights.lead
        if hits.denials and _is_negated(hits, start):
            factor *= weights.negated
        else:
            is_asserted = True
        counted = -order * factor
        if pattern not in values:
            values[pattern] = counted
            continue
        counts[pattern] = counts.get(pattern, 1) + 1
        if counted > values[pattern]:
            values[pattern] = counted
    for pattern, count in counts.items():
        values[pattern] *= 1 + weights.doubling * log2(count)
    return _Phrases(values, sum(values.values()), is_asserted, standing)


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


def _is_negated(hits: Hits, start: int) -> bool:
    """Return whether one of the few words before a phrase denies it."""
    denials = hits.denials
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
