"""Decisions at the review queue: each is an act, none is written over what somebody else said meanwhile.

The acts of one person within an hour are one sitting: the trail shows them as one line.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import F

from articles.curation import Act, locked
from articles.history.undoing import Reversal, undo
from articles.models import ChangeSet, Tagging
from articles.search import sync

SITTING = dt.timedelta(hours=1)  # from its first act on
# Acts between two updates of the index: a reader who comes meanwhile brings it up to date sooner.
INDEXED_EVERY = 50


class Verdict(StrEnum):
    """What a curator says of a suggestion."""

    ACCEPT = "accept"
    REJECT = "reject"
    MAIN = "main"
    MENTIONED = "mentioned"


STATUS = {Verdict.ACCEPT: Tagging.Status.CONFIRMED, Verdict.REJECT: Tagging.Status.REJECTED}
ROLE = {Verdict.MAIN: Tagging.Role.MAIN, Verdict.MENTIONED: Tagging.Role.MENTIONED}


@dataclass(slots=True)
class Decided:
    """What came of a decision: the rows that it changed, those that were changed meanwhile, and the act.

    ``gone`` are the numbers of rows that are no more: an import took a suggestion back.
    """

    done: list[Tagging] = field(default_factory=list)
    meanwhile: list[Tagging] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    act: ChangeSet | None = None


def version(tagging: Tagging) -> str:
    """Return a short hash of what a person who looks at a suggestion decides on."""
    decided = tagging.decided_at.isoformat() if tagging.decided_at else ""
    seen = (tagging.tag_id, str(tagging.status), str(tagging.role), tagging.mentions, decided)
    return hashlib.sha256(repr(seen).encode()).hexdigest()[:16]


def decide(seen: Mapping[int, str], verdict: Verdict, *, by: AbstractBaseUser) -> Decided:
    """Decide suggestions by their numbers, in one act; leave those that are no longer as they were seen."""
    decided = Decided()
    with transaction.atomic():
        rows = Tagging.objects.filter(pk__in=list(seen)).select_related("tag", "decided_by")
        found = {row.pk: row for row in locked(rows.annotate(title=F("article__title")))}
        decided.gone = [pk for pk in seen if pk not in found]
        for pk, row in found.items():
            is_as_seen = row.status == Tagging.Status.SUGGESTED and version(row) == seen[pk]
            (decided.done if is_as_seen else decided.meanwhile).append(row)
        act = Act(ChangeSet.Act.REVIEW, by=by)
        act.decide(decided.done, status=STATUS.get(verdict), role=ROLE.get(verdict))
        decided.act = act.close()
        if decided.act is not None:
            _join_sitting(decided.act)
    return decided


def last_act(by: AbstractBaseUser) -> ChangeSet | None:
    """Return this person's last decision at the queue that still stands."""
    acts = ChangeSet.objects.filter(made_by=by.pk, act=ChangeSet.Act.REVIEW, undone_by__isnull=True)
    return acts.order_by("-pk").first()


def take_back(*, by: AbstractBaseUser, act: int | None = None) -> Reversal | None:
    """Take this person's last decision back, or the one with this number; None if there is none.

    Whoever may decide may take their own decision back; other people's acts are undone by librarians.
    """
    if act is None:
        last = last_act(by)
    else:
        last = ChangeSet.objects.filter(made_by=by.pk, act=ChangeSet.Act.REVIEW, pk=act).first()
    if last is None:
        return None
    with transaction.atomic():
        reversal = undo(last, by=by)
        if reversal.made is not None:
            _join_sitting(reversal.made)
    return reversal


def taggings_of(act: ChangeSet) -> list[int]:
    """Return the numbers of the taggings that an act decided."""
    return list(act.changes.order_by("pk").values_list("row_id", flat=True))


def _join_sitting(act: ChangeSet) -> None:
    """Put an act under the first one of its sitting, if that is under way, and see to the index."""
    former = ChangeSet.objects.filter(made_by=act.made_by_id, act=ChangeSet.Act.REVIEW, pk__lt=act.pk)
    last = former.select_related("sitting").order_by("-pk").first()
    head = last and (last.sitting or last)
    if head and act.made_at - head.made_at < SITTING:
        ChangeSet.objects.filter(pk=act.pk).update(sitting=head)
        act.sitting = head
    if act.pk % INDEXED_EVERY == 0:
        transaction.on_commit(partial(sync.catch_up, wait_seconds=0))
