"""Finds articles that share most of their text, and keeps the links between them.

Which may be alike is looked up by the smallest numbers of their sketches, an index of a few rows an
article; how alike they are, the sketches say.  No step is longer than the articles in hand times a constant.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db.models import Q

from articles.importing.bulk import insert_rows
from articles.importing.sketches import Sketch, pack, share_of, sketch_of, unpack
from articles.models import Article, NearDuplicate, SketchKey
from articles.models import Sketch as SketchRow

LEAST_SHARE = 50  # percent: half of what either says is in the other
KEYS = 8  # numbers an article is found by: two that share half of their text miss each other once in 3,000
HOLDERS = 50  # articles found by one number: what stands in more of them is boilerplate
RARE = 8  # articles that have a number; one that more have says nothing without another
LINKS = 20  # of one article, when it comes
BATCH = 500  # rows by one statement


def relink(sketches: Mapping[int, bytes]) -> None:
    """Link articles, by their numbers, with those they share most of their text with.

    Call inside the transaction that wrote them.  The sketches are packed, empty for a text too short to be
    compared; articles whose sketch is as it was keep their links.
    """
    stored = _read(sketches)
    fresh = {pk: sketch for pk, sketch in sorted(sketches.items()) if stored.get(pk, b"") != sketch}
    _forget(stored.keys() & fresh.keys())
    found = _register({pk: sketch for pk, sketch in fresh.items() if sketch})
    pks = {pk for alike in found.values() for pk in alike}
    others = {pk: unpack(sketch) for pk, sketch in (_read(pks - fresh.keys()) | fresh).items() if pk in pks}
    insert_rows(
        NearDuplicate,
        ("first", "second", "share"),
        (
            (min(pk, other), max(pk, other), share)
            for pk, alike in found.items()
            for other, share in _most_alike(unpack(fresh[pk]), {other: others[other] for other in alike})
        ),
    )


def relink_stored(articles: Iterable[Article]) -> None:
    """Link articles whose text somebody changed.  Call inside the transaction that did."""
    relink({article.pk: pack(sketch_of(article.body)) for article in articles})


def _read(pks: Iterable[int]) -> dict[int, bytes]:
    wanted = list(pks)
    rows = SketchRow.objects.filter(article__among=wanted) if wanted else SketchRow.objects.none()
    return {pk: bytes(numbers) for pk, numbers in rows.values_list("article_id", "numbers")}


def _forget(pks: Iterable[int]) -> None:
    if gone := list(pks):
        NearDuplicate.objects.filter(Q(first__in=gone) | Q(second__in=gone)).delete()
        SketchKey.objects.filter(article__in=gone).delete()
        SketchRow.objects.filter(article__in=gone).delete()


def _register(sketches: Mapping[int, bytes]) -> dict[int, list[int]]:
    """Store the sketches and what they are found by; return what may be like each, itself left out.

    Of two articles that come together, the later one finds the earlier one.  Two that have nothing in common
    but a turn of phrase are not compared: they are most of those with one number in common.
    """
    keys_of = {pk: unpack(sketch[: 4 * KEYS]) for pk, sketch in sketches.items()}
    holders = _holders({number for keys in keys_of.values() for number in keys})
    found: dict[int, list[int]] = {}
    rows: list[tuple[int, int]] = []
    for pk, keys in keys_of.items():
        weights: dict[int, int] = {}
        for number in keys:
            others = holders.setdefault(number, [])
            weight = 2 if len(others) < RARE else 1
            for other in others:
                weights[other] = weights.get(other, 0) + weight
            if len(others) < HOLDERS:
                others.append(pk)
                rows.append((number, pk))
        if likely := [other for other, weight in weights.items() if weight > 1]:
            found[pk] = sorted(likely, key=weights.__getitem__, reverse=True)[:LINKS]
    insert_rows(SketchRow, ("article", "numbers"), sketches.items())
    insert_rows(SketchKey, ("number", "article"), rows)
    return found


def _holders(numbers: Iterable[int]) -> dict[int, list[int]]:
    """Return the articles found by each of these numbers so far, the oldest first."""
    holders: dict[int, list[int]] = {}
    rows = SketchKey.objects.filter(number__among=numbers).order_by("number", "article")
    for number, pk in rows.values_list("number", "article_id"):
        holders.setdefault(number, []).append(pk)
    return holders


def _most_alike(sketch: Sketch, others: Mapping[int, Sketch]) -> list[tuple[int, int]]:
    """Return those of the others that share enough with a sketch, and how much."""
    numbers = frozenset(sketch)
    shares = (
        (other, share_of(sketch, theirs))
        for other, theirs in others.items()
        # Too few numbers in common, however the rest of them are: most candidates end here.
        if 200 * len(numbers.intersection(theirs)) >= (2 * LEAST_SHARE - 1) * max(len(sketch), len(theirs))
    )
    return [(other, share) for other, share in shares if share >= LEAST_SHARE]
