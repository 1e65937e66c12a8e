"""Makes records that are the same one: tags of one kind, outlets, authors.

One act, however many articles it moves: what the records had becomes the survivor's, and they stay as rows
that say who stands for them (``merged_into``).  Their addresses, keys and names mean the survivor for ever
(`forwarding`).  A dry run does the same and keeps nothing, so that a preview is what will happen.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from articles.combining import Choice
from articles.curation import Act
from articles.models import Article, Author, Authorship, ChangeSet, Outlet, Tag, Tagging
from articles.moving import MOVES, Contradiction, Merging, rest_on_survivor
from articles.records import Record, kind_of

__all__ = ["Contradiction", "MergeError", "Merging", "count_articles", "merge"]


class MergeError(Exception):
    """The records cannot be merged, and why."""


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
            raise MergeError(
                f"editors contradict each other in {merging.contradiction_count:,} articles; "
                "choose whose word stands"
            )
        if is_dry:
            transaction.set_rollback(True)
        else:
            merging.made = act.close()
    return merging


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
