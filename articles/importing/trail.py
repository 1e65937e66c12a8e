"""What an import changed, article by article: rows of the audit trail, which an undo reads again."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from django.db.models import F

from articles.importing.bulk import insert_rows
from articles.importing.taggings import Step
from articles.models import Article, Change, ChangeSet, ImportRun

ARTICLE = "article"  # the table's name in the trail

# Follow from other columns, or are bookkeeping that no undo takes back.
UNTRACED = frozenset(
    {"id", "created_at", "changed_at", "slug", "summary", "sort_on", "text_hash", "edited_fields",
     "gazetteer_release"}
)  # fmt: skip
COLUMNS = {field.attname: field for field in Article._meta.concrete_fields if field.attname not in UNTRACED}

type Values = dict[str, object]
type Authors = tuple[list[int], list[int]]  # ids before and after


class Row(NamedTuple):
    """One row of the trail, in no change-set yet: the columns of a `Change`."""

    table: str
    row_id: int
    label: str
    before: Mapping[str, object] | None
    after: Mapping[str, object] | None


def snapshot(article: Article) -> Values:
    """Return the columns that an import may change, as JSON values."""
    return {name: plain(getattr(article, name)) for name in COLUMNS}


def plain(value: object) -> object:
    """Return a column's value as JSON has it."""
    return value.isoformat() if isinstance(value, dt.date) else value


def change_of(
    article: Article,
    former: Values,
    *,
    authors: Authors | None = None,
    taggings: Sequence[Step] = (),
    corrections: Mapping[str, object] | None = None,
) -> Row | None:
    """Return the row that says how the article differs from its former columns; None if it does not.

    ``corrections`` is what its file said until now in fields that editors corrected.
    """
    now = snapshot(article)
    names = [name for name in COLUMNS if former[name] != now[name]]
    before: Values = {name: former[name] for name in names}
    after: Values = {name: now[name] for name in names}
    if authors:
        before["authors"], after["authors"] = authors
    if taggings:
        before["taggings"] = {str(tag): columns for tag, columns, _ in taggings}
        after["taggings"] = {str(tag): columns for tag, _, columns in taggings}
    if corrections:
        before["corrections"] = corrections
    return row_of(article, before, after) if before else None


def made(pk: int, title: str, status: str, identity: str) -> Row:
    """Return the row of an article that the import made; its text is not repeated, for its file holds it."""
    return Row(ARTICLE, pk, title[:300], None, {"status": status, "identity": identity})


def row_of(article: Article, before: Mapping[str, object] | None, after: Mapping[str, object]) -> Row:
    """Return the row of the trail for an article."""
    return Row(ARTICLE, article.pk, article.title[:300], before, after)


def record_import(changes: Iterable[Row], run: ImportRun) -> None:
    """Append changes to the run's change-set.  Call inside the transaction that made them."""
    who = {"made_by_id": run.started_by_id, "made_by_name": run.started_by_name}
    record(changes, run=run, act=ChangeSet.Act.IMPORT, **who)


def record(changes: Iterable[Row], *, run: ImportRun, act: ChangeSet.Act, **values: object) -> None:
    """Append changes to the one change-set of this act on this run, new with these ``values``."""
    changes = list(changes)
    if not changes:
        return
    change_set, _ = ChangeSet.objects.get_or_create(run=run, act=act, defaults=values)
    append(changes, change_set)


def append(changes: Sequence[Row], change_set: ChangeSet) -> None:
    """Append changes to a change-set.  Call inside the transaction that made them."""
    insert_rows(
        Change,
        ("change_set", *Row._fields),
        (
            (change_set.pk, table, row_id, label, _json(before), _json(after))
            for table, row_id, label, before, after in changes
        ),
    )
    ChangeSet.objects.filter(pk=change_set.pk).update(change_count=F("change_count") + len(changes))


def _json(values: object) -> str | None:
    return None if values is None else json.dumps(values)
