"""Finds articles that share most of their text, and keeps the links between them.

Which may be alike is looked up by the smallest numbers of their sketches, an index of a few rows an
article; how alike they are, the sketches say.  No step is longer than the articles in hand times a constant.
"""

from __future__ import annotations

import struct
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from django.db.models import Q

from articles.importing.bulk import insert_rows
from articles.importing.sketches import Sketch, share_of, sketch_of
from articles.models import Article, NearDuplicate, SketchKey
from articles.models import Sketch as SketchRow

LEAST_SHARE = 50  # percent: half of what either says is in the other
KEYS = 8  # numbers an article is found by: two that share half of their text miss each other once in 3,000
# Articles found by one number: what stands in more of them is boilerplate, and says nothing of a new one.
HOLDERS = 50
LINKS = 20  # of one article, when it comes
BATCH = 500  # rows by one statement


def relink(sketches: Mapping[int, Sketch]) -> None:
    """Link articles, by their numbers, with those they share most of their text with.

    Call inside the transaction that wrote them.  Articles whose sketch is as it was keep their links.
    """
    stored = _read(sketches)
    fresh = {pk: sketch for pk, sketch in sketches.items() if stored.get(pk, ()) != sketch}
    _forget(stored.keys() & fresh.keys())
    fresh = {pk: sketch for pk, sketch in sorted(fresh.items()) if sketch}
    found = _register(fresh)
    others = _read({pk for alike in found.values() for pk in alike} - fresh.keys()) | fresh
    NearDuplicate.objects.bulk_create(
        (
            NearDuplicate(first_id=min(pk, other), second_id=max(pk, other), share=share)
            for pk, alike in found.items()
            for other, share in _most_alike(fresh[pk], {other: others[other] for other in alike})
        ),
        batch_size=BATCH,
    )


def relink_stored(articles: Iterable[Article]) -> None:
    """Link articles whose text somebody changed.  Call inside the transaction that did."""
    relink({article.pk: sketch_of(article.body) for article in articles})


def _read(pks: Iterable[int]) -> dict[int, Sketch]:
    rows = SketchRow.objects.filter(article__in=list(pks)).values_list("article_id", "numbers")
    return {pk: struct.unpack(f"!{len(numbers) // 4}I", numbers) for pk, numbers in rows}


def _forget(pks: Iterable[int]) -> None:
    if gone := list(pks):
        NearDuplicate.objects.filter(Q(first__in=gone) | Q(second__in=gone)).delete()
        SketchKey.objects.filter(article__in=gone).delete()
        SketchRow.objects.filter(article__in=gone).delete()


def _register(sketches: Mapping[int, Sketch]) -> dict[int, list[int]]:
    """Store the sketches and what they are found by; return what may be like each, itself left out.

    Of two articles that come together, the later one finds the earlier one.
    """
    holders: dict[int, list[int]] = defaultdict(list)
    numbers = {number for sketch in sketches.values() for number in sketch[:KEYS]}
    for number, pk in (
        SketchKey.objects.filter(number__in=numbers)
        .order_by("number", "article")
        .values_list("number", "article_id")
    ):
        holders[number].append(pk)
    found, keys = {}, []
    for pk, sketch in sketches.items():
        alike = Counter(other for number in sketch[:KEYS] for other in holders[number])
        found[pk] = [other for other, _ in alike.most_common(LINKS)]
        for number in sketch[:KEYS]:
            if len(holders[number]) < HOLDERS:
                holders[number].append(pk)
                keys.append({"number": number, "article": pk})
    SketchRow.objects.bulk_create(
        SketchRow(article_id=pk, numbers=struct.pack(f"!{len(sketch)}I", *sketch))
        for pk, sketch in sketches.items()
    )
    insert_rows(SketchKey, keys)
    return found


def _most_alike(sketch: Sketch, others: Mapping[int, Sketch]) -> list[tuple[int, int]]:
    """Return those of the others that share enough with a sketch, and how much."""
    shares = ((other, share_of(sketch, numbers)) for other, numbers in others.items())
    return [(other, share) for other, share in shares if share >= LEAST_SHARE]
