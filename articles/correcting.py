"""Decides between an editor's correction and what a file has come to say: keep ours, or take the file's."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from django.contrib.auth.models import AbstractBaseUser

from articles.curation import BATCH, PAIRS, Act, locked, recording
from articles.history.trail import values_of
from articles.importing.named import ids_of
from articles.models import Article, Author, ChangeSet, Correction, Outlet

KEPT = "kept against what the file says"
TAKEN = "took what the file says"


def keep_ours(corrections: Iterable[Correction], *, by: AbstractBaseUser) -> int:
    """Let corrections stand against what the files have come to say; return how many were to be decided."""
    with recording(ChangeSet.Act.EDIT, by=by, note=KEPT) as act:
        ids = [correction.pk for correction in corrections]
        rows = list(locked(Correction.objects.filter(pk__in=ids, is_open=True)))
        for row in rows:
            before = values_of(row)
            row.is_open = False
            act.note_change(row, before)
        Correction.objects.bulk_update(rows, ["is_open"], batch_size=BATCH)
        return len(rows)


def take_files(corrections: Iterable[Correction], *, by: AbstractBaseUser) -> int:
    """Give fields what their files say, and let them follow the files again; return how many fields.

    The date of publication and how much of it is known go together.
    """
    count = 0
    with recording(ChangeSet.Act.EDIT, by=by, note=TAKEN) as act:
        for article, rows in _by_article(corrections).items():
            fields = {row.field for row in rows}
            fields |= {PAIRS[name] for name in fields if name in PAIRS}
            count += len(_take(act, article, fields))
    return count


def _by_article(corrections: Iterable[Correction]) -> dict[Article, list[Correction]]:
    found: dict[Article, list[Correction]] = defaultdict(list)
    ids = [correction.pk for correction in corrections]
    for row in Correction.objects.filter(pk__in=ids).select_related("article").order_by("article", "pk"):
        found[row.article].append(row)
    return found


def _take(act: Act, article: Article, fields: set[str]) -> list[Correction]:
    rows = list(locked(Correction.objects.filter(article=article, field__in=fields)))
    values = {row.field: _stored(row) for row in rows}
    act.edit_article(article, values, returned=values.keys())
    return rows


def _stored(correction: Correction) -> object:
    """Return the file's value as the article's field has it; outlets and authors are made if need be."""
    value = correction.file_value
    match correction.field:
        case "outlet":
            name = str(value or "")
            return Outlet.objects.get(pk=ids_of(Outlet, [name])[name]) if name else None
        case "authors":
            names = [str(name) for name in value] if isinstance(value, list) else []
            ids = ids_of(Author, names)
            authors = Author.objects.in_bulk(ids.values())
            return [authors[ids[name]] for name in names]
        case "published_on" | "clipped_on" | "updated_on":
            return dt.date.fromisoformat(str(value)) if value else None
    return value
