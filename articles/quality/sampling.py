"""Draws random samples of the automatic taggings that readers see, for editors to audit.

Uniform, without counting or sorting seventeen million rows: numbers are taken at random between the lowest
and the highest key, and those that are no such tagging are left out.  Each tagging of the stratum then has
the same chance, wherever gaps are and however many.  Drawn once a day, the same for everybody.
"""

from __future__ import annotations

import datetime as dt
import random
import secrets
from collections.abc import Iterator, Sequence
from itertools import islice

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet

from articles.models import Article, AuditItem, AuditSample, Tag, Tagging, TagKind
from articles.reader.evidence import PARTS, excerpts

DAILY = 20  # taggings of the daily sample: two minutes at six seconds each
ASKED = 30  # of a sample of one tag or kind: enough for a figure of its own if a few cannot be told
TRIES = 40_000  # numbers tried at most; where one in two thousand is such a tagging, that finds twenty
BATCHES = (50, 400)  # numbers asked for by the first query, mostly enough, and by each later one
RARE = 50_000  # taggings of a tag: up to so many are listed, more are met by trying numbers
# What the auditor sees of a tagging, and no more: neither who decided it nor whether anybody did.
SEEN = (
    "role", "release", "mentions", "tag__name", "tag__kind",
    *(f"article__{name}" for name in PARTS), "article__slug",
)  # fmt: skip
SENTENCES = 2  # kept of each tagging, the first ones


def draw_daily(day: dt.date, *, by: AbstractBaseUser | None = None) -> AuditSample | None:
    """Return the sample of all tags for a day, drawn if it was not yet; None where there are no taggings.

    It is empty where there are some and readers see none: they are looked for once a day at most.
    """
    return _drawn(AuditSample(drawn_on=day, scope=AuditSample.Scope.ALL, stratum="all"), DAILY, by)


def draw_kind(day: dt.date, kind: TagKind, *, by: AbstractBaseUser | None = None) -> AuditSample | None:
    """Return the day's sample of the tags of one kind, drawn if it was not yet; None likewise."""
    sample = AuditSample(drawn_on=day, scope=AuditSample.Scope.KIND, kind=kind, stratum=f"kind:{kind}")
    return _drawn(sample, ASKED, by)


def draw_tag(day: dt.date, tag: Tag, *, by: AbstractBaseUser | None = None) -> AuditSample | None:
    """Return the day's sample of one tag, drawn if it was not yet; None likewise."""
    sample = AuditSample(
        drawn_on=day, scope=AuditSample.Scope.TAG, kind=tag.kind, tag=tag, tag_name=tag.name,
        stratum=f"tag:{tag.pk}",
    )  # fmt: skip
    return _drawn(sample, ASKED, by)


def sample_of(day: dt.date, stratum: str = "all") -> AuditSample | None:
    """Return a sample that was drawn for a day, None if none was."""
    return AuditSample.objects.select_related("tag").filter(drawn_on=day, stratum=stratum).first()


def _drawn(sample: AuditSample, count: int, by: AbstractBaseUser | None) -> AuditSample | None:
    if there := sample_of(sample.drawn_on, sample.stratum):
        return there
    sample.seed = secrets.token_hex(16)  # nobody can know beforehand what will be looked at
    sample.made_by_id, sample.made_by_name = by.pk if by else None, str(by or "")[:150]
    taggings = draw(sample, count)
    if not sample.tried_count:
        return None
    try:
        with transaction.atomic():
            sample.save()
            AuditItem.objects.bulk_create(
                seen(tagging, sample, position) for position, tagging in enumerate(taggings, start=1)
            )
    except IntegrityError:
        # Somebody else drew in between: theirs is the day's.
        if there := sample_of(sample.drawn_on, sample.stratum):
            return there
        raise
    return sample


def draw(sample: AuditSample, count: int) -> list[Tagging]:
    """Return so many taggings of the sample's stratum in random order, fewer if no more are found.

    Notes in the sample what is needed to draw it again: the bounds, and how many numbers were tried.  Bounds
    that it has already stay.
    """
    numbers = islice(candidates(sample), TRIES)
    found: list[int] = []
    tried, size = 0, BATCHES[0]
    while len(found) < count and (batch := list(islice(numbers, size))):
        size = BATCHES[1]
        there = set(eligible(sample).filter(pk__in=batch).values_list("pk", flat=True))
        places = [(place, key) for place, key in enumerate(batch, start=1) if key in there]
        wanted = places[: count - len(found)]
        found += [key for _, key in wanted]
        # The last number taken was the last one tried.
        tried += wanted[-1][0] if len(found) == count else len(batch)
    sample.tried_count = tried
    rows = eligible(sample).select_related("article", "tag").only(*SEEN).in_bulk(found)
    return [rows[key] for key in found if key in rows]


def eligible(sample: AuditSample) -> QuerySet[Tagging]:
    """Return the taggings that a sample is drawn from: automatic, seen by readers, of its tag or kind."""
    rows = Tagging.objects.standing().filter(
        origin=Tagging.Origin.AUTOMATIC, article__status=Article.Status.PUBLIC
    )
    if sample.scope == AuditSample.Scope.TAG:
        rows = rows.filter(tag=sample.tag_id)  # nothing, once the tag is no more
    elif sample.kind:
        # Not a join: SQLite would begin with all tags of the kind, and read every tagging they have.
        rows = rows.filter(Exists(Tag.objects.filter(pk=OuterRef("tag"), kind=sample.kind)))
    return rows.order_by()


def candidates(sample: AuditSample) -> Iterator[int]:
    """Yield numbers that may be keys of such taggings, each once, in the random order of the seed."""
    chance = random.Random(sample.seed)  # noqa: S311  # a sample, no secret
    listed = _listed(sample)
    if listed is not None:
        yield from chance.sample(listed, len(listed))
        return
    if not sample.highest:
        keys = Tagging.objects.values_list("pk", flat=True)
        sample.lowest, sample.highest = keys.order_by("pk").first() or 0, keys.order_by("-pk").first() or 0
    if not sample.highest:
        return
    span = range(sample.lowest, sample.highest + 1)
    yield from chance.sample(span, min(len(span), TRIES))


def _listed(sample: AuditSample) -> Sequence[int] | None:
    """Return the keys of a rare tag's taggings; None where trying numbers finds them as well."""
    if sample.scope != AuditSample.Scope.TAG:
        return None
    rows = Tagging.objects.filter(tag=sample.tag_id).exclude(status=Tagging.Status.REJECTED).order_by()
    keys = sorted(rows.values_list("pk", flat=True)[: RARE + 1])
    if len(keys) > RARE:
        return None
    if keys:
        sample.is_listed, sample.lowest, sample.highest = True, keys[0], keys[-1]
    return keys


def seen(tagging: Tagging, sample: AuditSample, position: int) -> AuditItem:
    """Return a copy of what the auditor will see of a tagging."""
    article = tagging.article
    shown = excerpts({part: getattr(article, part) for part in PARTS}, tagging.mentions)[:SENTENCES]
    return AuditItem(
        sample=sample,
        position=position,
        tagging_id=tagging.pk,
        article=article,
        tag=tagging.tag,
        kind=tagging.tag.kind,
        tag_name=tagging.tag.name,
        title=article.title,
        role=tagging.role,
        rule=_first_rule(tagging.mentions),
        release=tagging.release,
        excerpts=[[one.part, [list(piece) for piece in one.pieces]] for one in shown],
    )


def _first_rule(mentions: Sequence[Sequence[object]]) -> str:
    """Return the rule of the first words that earned a tag, which the auditor sees first."""
    places = [(PARTS.index(str(part)), start, rule) for part, start, _, rule in mentions if part in PARTS]
    return str(min(places, key=lambda one: one[:2])[2]) if places else ""
