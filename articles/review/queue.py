"""Which suggestions wait for a person, in which order, and whose turn they are.

The queue is the order of `Tagging.review_rank`, read off an index.  A narrow filter gathers what it leaves
and sorts that; a wide one walks the order and leaves out what it does not want.
"""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import CharField, Exists, F, Func, IntegerField, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, Mod
from django.utils import timezone

from articles.models import Article, ArticleSource, ChangeSet, Tag, Tagging
from articles.tagging.doubt import grounds

COUNTED = 10_000  # suggestions that are counted; of more it is said that there are more
WALKED = 20_000  # suggestions of the order that are looked at for one page
SMALL = 3_000  # articles of an outlet or a run whose suggestions are gathered; of more, the order is walked
LATEST = 1_000  # articles of a large outlet or run in which suggestions are counted
COUNTED_LATEST = 1_000  # suggestions that are counted in these
AT_WORK = dt.timedelta(minutes=10)  # since somebody's last decision, after which others get that share too
LATEST_ACTS = 300  # that say who is at work

# Written out, and no parameter: only so does SQLite take the index of the suggestions alone at its word, and
# does not look each of them up to see whether it is one.
SUGGESTED = Func(template="'suggested'", output_field=CharField())

type Row = tuple[int, int]  # rank, counted downwards, and number of a tagging


class Place(NamedTuple):
    """A place in the queue: behind the suggestion with this rank and number."""

    rank: int
    pk: int


class Share(NamedTuple):
    """What one of several people at work is given: the articles whose number leaves this remainder."""

    number: int = 0
    of: int = 1


ALL = Share()


class Walk(NamedTuple):
    """The suggestions that were found, and where to go on; None if there is nothing behind them."""

    pks: list[int]
    end: Place | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to review: suggestions of a tag, a kind, a rule, an outlet, a run; empty is any."""

    tag: int = 0
    kind: str = ""
    rule: str = ""
    outlet: int = 0
    run: int = 0

    @property
    def grounds(self) -> list[int]:
        """Return the numbers of the grounds asked for; none stands for all."""
        return grounds(self.kind, self.rule) if self.kind or self.rule else []

    @property
    def is_of_articles(self) -> bool:
        """Return whether only suggestions of some articles are wanted."""
        return bool(self.outlet or self.run)


def read_page(asked: Asked, *, after: Place | None = None, share: Share = ALL, limit: int = 20) -> list[int]:
    """Return the numbers of the next suggestions, those to be looked at first at the front."""
    return walk(asked, after=after, share=share, limit=limit).pks


def walk(asked: Asked, *, after: Place | None = None, share: Share = ALL, limit: int = 20) -> Walk:
    """Return the next suggestions, and where to go on if the walk ended before it found so many.

    Where most of the order may have to be left out, no more than `WALKED` of its suggestions are looked at.
    """
    is_few = asked.is_of_articles and _is_small(asked)
    rows = _wanted(asked, is_few=is_few)
    if share.of > 1:
        rows = rows.alias(turn=Mod(F("article_id"), share.of)).filter(turn=share.number)
    rows = _behind(rows, after)
    if is_few:
        return Walk(_gathered(rows.filter(article__in=_articles(asked)), asked, limit))
    end = _end_of_walk(asked, after)
    if end is not None:
        rows = rows.filter(review_rank__gte=end.rank).exclude(review_rank=end.rank, pk__gt=end.pk)
    if asked.is_of_articles:
        rows = rows.filter(_met(asked))
    if asked.tag or not asked.grounds:
        rows = rows.filter(review_ground__in=asked.grounds) if asked.grounds else rows
        pks = list(rows.order_by("-review_rank", "pk").values_list("pk", flat=True)[:limit])
    else:
        # The index holds each ground in order: the front of all of them is among their fronts.
        fronts = [_front(rows.filter(review_ground=ground), limit) for ground in asked.grounds]
        pks = [pk for _, pk in islice(heapq.merge(*fronts), limit)]
    return Walk(pks, end if len(pks) < limit else None)


def count_waiting(asked: Asked) -> int | None:
    """Return how many wait, `COUNTED` + 1 for all numbers beyond; None where counting would take long."""
    is_few = asked.is_of_articles and _is_small(asked)
    rows = _wanted(asked, is_few=is_few, is_counted=True).order_by()
    if asked.grounds:
        if asked.tag and not is_few and rows.values("pk")[: COUNTED + 1].count() > COUNTED:
            return None  # of one rule there may be few among a million of the tag
        rows = rows.filter(review_ground__in=asked.grounds)
    if asked.is_of_articles:
        if not is_few:
            return None  # its suggestions may all be decided, and each of its articles is asked for them
        rows = rows.filter(article__in=_articles(asked))
    return rows.values("pk")[: COUNTED + 1].count()


def count_latest(asked: Asked) -> int | None:
    """Return how many wait in the latest `LATEST` articles of a large outlet or run; None for small ones.

    `COUNTED_LATEST` + 1 stands for all numbers beyond: most often a few of the articles are looked at for it.
    """
    if not asked.is_of_articles or _is_small(asked):
        return None
    rows = _wanted(asked, is_few=True, is_counted=True).order_by()
    if asked.grounds:
        rows = rows.filter(review_ground__in=asked.grounds)
    if asked.outlet and asked.run:
        rows = rows.filter(_met(Asked(outlet=asked.outlet)))
    return rows.filter(article__in=_latest(asked)).values("pk")[: COUNTED_LATEST + 1].count()


def _latest(asked: Asked) -> QuerySet[Any, Any]:
    """Return the articles of the last files of a run, or the newest of an outlet: the front of an index."""
    if asked.run:
        files = ArticleSource.objects.filter(run=asked.run).order_by("-pk")
        return files.values("article")[:LATEST]
    articles = Article.objects.filter(outlet=asked.outlet).order_by("-sort_on", "-pk")
    return articles.values("pk")[:LATEST]


def share_of(person: AbstractBaseUser) -> Share:
    """Return which articles this person is given while others review: nobody is to get another's rows.

    Whoever decided something in the last minutes is at work.  Somebody who just came is not known yet; what
    two decide at once is found out by `review.decide`.
    """
    acts = ChangeSet.objects.order_by("-pk").values_list("act", "made_by", "made_at")[:LATEST_ACTS]
    since = timezone.now() - AT_WORK
    others = {pk for act, pk, at in acts if act == ChangeSet.Act.REVIEW and at >= since and pk is not None}
    at_work = sorted({*others, person.pk})
    return Share(at_work.index(person.pk), len(at_work))


def _wanted(asked: Asked, *, is_few: bool, is_counted: bool = False) -> QuerySet[Tagging]:
    """Return what waits of a tag or of all, in articles that are not withdrawn and with tags in use.

    A page asks of each of its few articles whether it is withdrawn.  To count, the withdrawn ones are
    gathered once, from an index of their own: else ten thousand articles were read for their status alone.
    """
    withdrawn = Article.objects.filter(status=Article.Status.WITHDRAWN).order_by()
    is_out = (
        Q(article__in=withdrawn.values("pk"))
        if is_counted
        else Q(Exists(withdrawn.filter(pk=OuterRef("article"))))
    )
    retired = Tag.objects.filter(is_retired=True)
    rows: QuerySet[Tagging] = Tagging.objects.filter(~is_out, status=Tagging.Status.SUGGESTED)
    rows = rows.filter(~Q(tag__in=retired))
    if not asked.tag:
        return rows
    if is_few:
        # A sum is in no index: all articles of a frequent tag are more than the few that are looked at.
        return rows.alias(carried=F("tag_id") + 0).filter(carried=asked.tag)
    return rows.filter(tag=asked.tag)


def _articles(asked: Asked) -> QuerySet[Article, Any]:
    """Return the articles of an outlet or a run, or of both."""
    rows: QuerySet[Article] = Article.objects.order_by()
    if asked.outlet:
        rows = rows.filter(outlet=asked.outlet)
    if asked.run:
        rows = rows.filter(pk__in=ArticleSource.objects.filter(run=asked.run).order_by().values("article"))
    return rows.values("pk")


def _is_small(asked: Asked) -> bool:
    if asked.run:  # by its files: to ask which articles those are, SQLite gathers all of the run's
        files = ArticleSource.objects.filter(run=asked.run).order_by()
        return files.values("pk")[: SMALL + 1].count() <= SMALL
    return _articles(asked)[: SMALL + 1].count() <= SMALL


def _met(asked: Asked) -> Q:
    """Return the condition on a suggestion's article, in words that look it up by its number."""
    condition = Q()
    if asked.outlet:
        condition &= Q(Exists(Article.objects.filter(pk=OuterRef("article"), outlet=asked.outlet)))
    if asked.run:
        # A column by itself SQLite takes from the run's index, and reads all of its files for each article.
        files = ArticleSource.objects.alias(read_by=Coalesce("run_id", 0, output_field=IntegerField()))
        condition &= Q(Exists(files.filter(article=OuterRef("article"), read_by=asked.run)))
    return condition


def _behind(rows: QuerySet[Tagging], after: Place | None) -> QuerySet[Tagging]:
    """Return what comes behind a place in the queue."""
    if after is None:
        return rows
    return rows.filter(review_rank__lte=after.rank).exclude(review_rank=after.rank, pk__lte=after.pk)


def _end_of_walk(asked: Asked, after: Place | None) -> Place | None:
    """Return the last place that a walk from here may look at; None if that is the end of the order.

    It is read off the index: `WALKED` of its entries are passed over, no row is looked at.
    """
    is_sparse = asked.is_of_articles or (asked.tag and asked.grounds)
    if not is_sparse:
        return None
    rows = _behind(Tagging.objects.filter(status=SUGGESTED), after)
    rows = rows.order_by("-review_rank", "pk")
    if asked.tag or not asked.grounds:
        parts = [rows.filter(tag=asked.tag) if asked.tag else rows]
    else:
        parts = [rows.filter(review_ground=ground) for ground in asked.grounds]
    last = max(WALKED // len(parts) - 1, 0)
    ends = [
        Place(*place) for part in parts for place in part.values_list("review_rank", "pk")[last : last + 1]
    ]
    # Of several grounds that which ends first: no other is looked at beyond.
    return min(ends, key=lambda place: (-place.rank, place.pk), default=None)


def _gathered(rows: QuerySet[Tagging], asked: Asked, limit: int) -> list[int]:
    """Return the front of few rows.  A sum is in no index, so that no database walks the whole order."""
    if asked.grounds:
        rows = rows.filter(review_ground__in=asked.grounds)
    rows = rows.alias(soon=F("review_rank") + 0).order_by("-soon", "pk")
    return list(rows.values_list("pk", flat=True)[:limit])


def _front(rows: QuerySet[Tagging], limit: int) -> Sequence[Row]:
    found = rows.order_by("-review_rank", "pk").values_list("review_rank", "pk")[:limit]
    return [(-rank, pk) for rank, pk in found]
