"""Which acts made a record one with another, or parted it: an undo may not go past them."""

from __future__ import annotations

from django.db import models

from articles.models import Change, ChangeSet


def mergers_of(model: type[models.Model], pk: int) -> list[ChangeSet]:
    """Return the acts that merged a record which is merged still, the newest first; none if it is not."""
    if not model._default_manager.filter(pk=pk, merged_into__isnull=False).exists():
        return []
    changes = Change.objects.filter(
        table=str(model._meta.model_name), row_id=pk, change_set__act=ChangeSet.Act.MERGE
    )
    return list(
        dict.fromkeys(change.change_set for change in changes.select_related("change_set").order_by("-pk"))
    )


def splits_of(tag: int) -> list[tuple[int, ChangeSet]]:
    """Return the acts in force that split a tag, each after the number of its change, the newest first."""
    changes = Change.objects.filter(table="tag", row_id=tag, change_set__act=ChangeSet.Act.SPLIT)
    return [
        (change.pk, change.change_set)
        for change in changes.select_related("change_set").order_by("-pk")
        if not change.change_set.undone_by.filter(undone_by=None).exists()
    ]
