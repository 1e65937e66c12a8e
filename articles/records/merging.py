"""Makes records that are the same one: tags of one kind, outlets, authors.

One act, however many articles it moves: what the records had becomes the survivor's, and they stay as rows
that say who stands for them (``merged_into``).  Their addresses, keys and names mean the survivor for ever
(`forwarding`).  A dry run does the same and keeps nothing, so that a preview is what will happen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Exists, OuterRef

from articles.curation import Act
from articles.models import Article, Author, Authorship, ChangeSet, Outlet, Tag, Tagging
from articles.records.combining import Choice
from articles.records.kinds import Record, kind_of
from articles.records.moving import MOVES, Contradiction, Merging, rest_on_survivor

__all__ = [
    "Contradiction",
    "ContradictionError",
    "MergeError",
    "Merging",
    "Outlook",
    "check",
    "count_articles",
    "is_done",
    "look_ahead",
    "merge",
]

COUNTED = 100_000  # articles of a record that a look ahead counts; of more it says so


class MergeError(Exception):
    """The records cannot be merged, and why."""


class ContradictionError(MergeError):
    """Editors contradict each other, and nobody chose whose word stands."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is known of a large merge before it is done.

    ``counts`` are the articles of each record, ``contradiction_count`` those where editors said the opposite
    of two of them; `COUNTED` + 1 for all numbers beyond.
    """

    counts: list[tuple[Record, int]]
    contradiction_count: int


def merge(
    merged: Sequence[Record],
    survivor: Record,
    *,
    by: AbstractBaseUser | None,
    by_name: str = "",
    choice: Choice | None = None,
    is_dry: bool = False,
) -> Merging:
    """Make records one with the survivor, and return what that did; ``is_dry`` keeps nothing of it.

    ``choice`` says what stands where editors contradict each other.  Raise MergeError for records that cannot
    be one, and where a choice is needed and none was made: then nothing changed.
    """
    merging = Merging(list(merged), survivor, is_dry)
    with transaction.atomic():
        merging.merged, merging.survivor = _lock(merged, survivor)
        names = ", ".join(f"{one} ({one.slug})" for one in merging.merged)
        note = f"{kind_of(survivor)} {names} into {merging.survivor} ({merging.survivor.slug})"
        act = Act(ChangeSet.Act.MERGE, by=by, by_name=by_name, note=note)
        for one in merging.merged:
            MOVES[type(survivor)](act, one, merging.survivor, choice or Choice.NEWER, merging).move()
        rest_on_survivor(act, merging.survivor)
        if merging.contradiction_count and choice is None and not is_dry:
            raise ContradictionError(
                f"editors contradict each other in {merging.contradiction_count:,} articles; "
                "choose whose word stands"
            )
        if is_dry:
            transaction.set_rollback(True)
        else:
            merging.made = act.close()
    return merging


def check(merged: Sequence[Record], survivor: Record) -> None:
    """Raise MergeError for records that cannot be one, as `merge` does; editors' contradictions aside."""
    with transaction.atomic():
        _lock(merged, survivor)


def is_done(merged: Sequence[Record], survivor: Record) -> bool:
    """Return whether all of these were merged into the survivor already, and stand so."""
    pks = {one.pk for one in merged}
    rows = type(survivor)._default_manager.filter(pk__in=pks, merged_into=survivor.pk)
    return bool(pks) and rows.count() == len(pks)


def look_ahead(records: Sequence[Record]) -> Outlook:
    """Return what can be said beforehand of a merge that is too large to be tried."""
    counts = [(one, count_articles([one], limit=COUNTED)) for one in records]
    if not isinstance(records[0], Tag):
        return Outlook(counts, 0)
    rows = Tagging.objects.filter(tag__in=[one.pk for one in records]).order_by()
    rejected = rows.filter(article=OuterRef("article"), status=Tagging.Status.REJECTED)
    confirmed = rows.filter(Exists(rejected), status=Tagging.Status.CONFIRMED)
    disputed = confirmed.values("article").distinct()[: COUNTED + 1].count()
    return Outlook(counts, disputed)


def count_articles(records: Sequence[Record], *, limit: int) -> int:
    """Return how many rows name these records, ``limit`` + 1 for all numbers beyond: what a merge writes."""
    model, column = {
        Tag: (Tagging, "tag"), Outlet: (Article, "outlet"), Author: (Authorship, "author"),
    }[type(records[0])]  # fmt: skip
    rows = model._default_manager.filter(**{f"{column}__in": [one.pk for one in records]})
    return rows.order_by().values("pk")[: limit + 1].count()


def _lock(merged: Sequence[Record], survivor: Record) -> tuple[list[Record], Record]:
    """Return the records as they stand, locked: two merges of the same records take turns."""
    model = type(survivor)
    if any(type(one) is not model or kind_of(one) != kind_of(survivor) for one in merged):
        raise MergeError("only records of one kind can be the same; split or rename instead")
    pks = list(dict.fromkeys(one.pk for one in merged))
    if survivor.pk in pks:
        raise MergeError(f"{survivor} cannot be merged into itself")
    if not pks:
        raise MergeError("choose a record to merge")
    # Not the keys: an import that gives articles these tags need not wait, and nobody waits for ever.
    rows = model._default_manager.filter(pk__in=[*pks, survivor.pk]).order_by("pk")
    there = {row.pk: row for row in rows.select_for_update(no_key=True, of=("self",))}
    for pk in (*pks, survivor.pk):
        row = there.get(pk)
        if row is None:
            raise MergeError("one of the records is gone")
        if row.merged_into_id:
            raise MergeError(f"{row} was merged into {row.merged_into} already; choose that instead")
    if getattr(there[survivor.pk], "is_retired", False):
        raise MergeError(f"{survivor} is retired; take it back into use first, or keep another")
    return [there[pk] for pk in pks], there[survivor.pk]
