"""Topics: what an article is about, from weighted phrases that add up."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from math import inf, log2
from typing import NamedTuple

from articles.tagging import scoring
from articles.tagging.findings import Role, Sum
from articles.tagging.matcher import START, Hit, Hits
from articles.tagging.reading import LONGEST_WORD, Reading
from articles.tagging.scoring import Layout

NEGATION_WORDS = 4  # "no new sanctions", "without agreement on Ukraine ceasefire"
NEGATION_REACH = 40  # characters
GAP_WORDS = 5  # "expelled [three of the embassy's senior] diplomats"
# Ends what a trigger with a gap may span: "They were expelled. Diplomats ...", not "expelled U.S. diplomats".
BREAK = re.compile(r"(?<![A-Z])[.!?;]\s|\n\s*\n")


class TopicScore(NamedTuple):
    """One topic of an article: what its phrases add up to, its role, its hits, or why they do not suffice."""

    slug: str
    sum: Sum
    role: Role
    hits: tuple[Hit, ...]
    reason: str = ""


class _Phrases(NamedTuple):
    """What each phrase of one topic counts; ``is_asserted`` unless all of them are denied."""

    signs: tuple[tuple[str, float], ...]
    total: float
    is_asserted: bool
    hits: tuple[Hit, ...]


def read_topics(reading: Reading, layout: Layout) -> list[TopicScore]:
    """Return every topic with a trigger in the article, refused ones (with a reason) included."""
    by_topic: dict[str, list[tuple[Hit, int]]] = defaultdict(list)
    for hit in reading.hits.triggers:
        for slug, weight in hit[2].triggers:
            by_topic[slug].append((hit, weight))
    for slug, hit, weight in _joined(reading):
        by_topic[slug].append((hit, weight))
    sums = {
        slug: _sum(reading, layout, hits)
        for slug, hits in by_topic.items()
        if any(weight for _, weight in hits)
    }
    weights = scoring.TOPIC_WEIGHTS
    main = weights.main * (layout.length / scoring.USUAL_LENGTH) ** weights.length
    strongest = max((one.total for one in sums.values()), default=0.0)
    return [
        _score(reading, slug, one, min(main, max(strongest, weights.strongest))) for slug, one in sums.items()
    ]


def _joined(reading: Reading) -> Iterator[tuple[str, Hit, int]]:
    """Yield topic, place and weight of each trigger with a gap whose halves stand close in one sentence."""
    firsts: dict[str, Hit] = {}
    folded = reading.hits.folded
    for hit in sorted([hit for hit in reading.hits.triggers if hit[2].halves], key=START):
        for half in hit[2].halves:
            if not half.is_second:
                firsts[half.phrase] = hit
                continue
            first = firsts.get(half.phrase)
            if first is None or hit[0] <= first[1] or hit[0] - first[1] > GAP_WORDS * LONGEST_WORD:
                continue
            between = reading.text[folded.origin(first[1] - 1) + 1 : folded.origin(hit[0])]
            if len(between.split()) <= GAP_WORDS and not BREAK.search(between):
                yield half.topic, (first[0], hit[1], hit[2]), half.weight


def _score(reading: Reading, slug: str, one: _Phrases, main: float) -> TopicScore:
    """Return the score of one topic where ``main`` is the sum that makes a main one."""
    enough = scoring.TOPIC_WEIGHTS.mentioned
    reason = ""
    if not one.total:
        reason = f"part of another phrase: {reading.shown(one.hits[0])}"
    elif one.total < enough:
        reason = f"below threshold: {one.total:.1f} of {enough:.1f}"
    role = Role.MAIN if one.total >= main and one.is_asserted else Role.MENTIONED
    return TopicScore(slug, Sum(one.signs, main), role, one.hits, reason)


def _sum(reading: Reading, layout: Layout, hits: list[tuple[Hit, int]]) -> _Phrases:
    standing = _without_overlaps(hits)
    if not standing:
        return _Phrases((), 0.0, False, (hits[0][0],))
    weights = scoring.TOPIC_WEIGHTS
    best: dict[int, float] = {}
    counts: dict[int, int] = {}
    words: list[str] = []
    is_asserted = False
    for hit, weight in standing:
        start = hit[0]
        factor = 1.0
        if start < layout.lead_end:
            factor = weights.title if start < layout.title_end else weights.lead
        if reading.hits.denials and _is_negated(reading.hits, start):
            factor *= weights.negated
        else:
            is_asserted = True
        counted = weight * factor
        phrase = id(hit[2])
        if phrase in best:
            counts[phrase] += 1
            best[phrase] = max(best[phrase], counted)
        else:
            counts[phrase], best[phrase] = 1, counted
            words.append(reading.words(hit))
    values = [
        most * (1 + weights.doubling * log2(count)) if count > 1 else most
        for most, count in zip(best.values(), counts.values(), strict=True)
    ]
    signs = tuple(zip(words, values, strict=True))
    return _Phrases(signs, sum(values), is_asserted, tuple([hit for hit, _ in standing]))


def _without_overlaps(hits: list[tuple[Hit, int]]) -> list[tuple[Hit, int]]:
    """Return the longest of overlapping triggers of one topic, without those inside an excluded phrase."""
    if len(hits) == 1:
        return hits if hits[0][1] > 0 else []
    kept: list[tuple[Hit, int]] = []
    reach = -1
    for hit, weight in sorted(hits, key=_precedence):
        if hit[0] >= reach:
            kept.append((hit, weight))
            reach = hit[1]
        elif weight == 0 and kept and hit[1] > kept[-1][0][1]:
            reach = hit[1]
    return [(hit, weight) for hit, weight in kept if weight > 0]


def _precedence(pair: tuple[Hit, int]) -> tuple[int, int, float]:
    """Return what sorts the longest first at each place, there the excluded, then the weightiest."""
    hit, weight = pair
    return hit[0], -hit[1], -weight or -inf


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
        if parent and not score.reason:
            implied[parent].append(score)
    return implied
