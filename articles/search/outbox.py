"""The outbox: which articles' index entries are out of date, numbered in the order of the writes.

Whatever changes what a list page may show calls `enqueue` in its own transaction.  Every machine's index
notes the last number that it holds.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from django.db import connection
from django.db.models import Exists, Max, Min, OuterRef
from django.utils import timezone

from articles.importing.bulk import insert_rows, prepared
from articles.models import Archive, Article, OutboxRow
from articles.search.entry import Standing

KEEP_OUTBOX = dt.timedelta(days=7)  # a web node silent for longer rebuilds its index
PRUNE_LIMIT = 5_000  # outbox rows deleted at a time
NO_ARTICLE = 0  # stands in the outbox for a change that is in no article's index entry


def lock_archive() -> Archive:
    """Return the archive's row, locked until the transaction ends: writers take turns."""
    archive, _ = Archive.objects.select_for_update().get_or_create(pk=1)
    return archive


def enqueue(article_ids: Iterable[int]) -> None:
    """Note that these articles' index entries are out of date.  Call inside the transaction that did it."""
    ids = list(dict.fromkeys(article_ids))
    if not ids:
        return
    archive = lock_archive()
    now = prepared(timezone.now(), OutboxRow._meta.get_field("queued_at"))
    rows = ((archive.revision + number, pk, now) for number, pk in enumerate(ids, start=1))
    insert_rows(OutboxRow, ("revision", "article_id", "queued_at"), rows)
    archive.revision += len(ids)
    archive.save(update_fields=["revision"])


def announce() -> None:
    """Note that pages show something else, though no index entry changed: a name, an alias, a source.

    Call inside the transaction that did it.  It raises the revision on which kept pages depend.
    """
    enqueue([NO_ARTICLE])


# Plain SQL: every request asks this, and Django takes longer to write the query than to answer it.
_STANDING = (
    "SELECT archive.uuid, archive.revision, newest.queued_at FROM articles_archive AS archive "
    "LEFT JOIN articles_outboxrow AS newest ON newest.revision = archive.revision WHERE archive.id = 1"
)


def database_standing() -> Standing:
    """Return where the database stands: the archive, and the number and time of its last outbox row."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDING)
        row = cursor.fetchone()
    if row is None:
        Archive.objects.get_or_create(pk=1)
        return database_standing()
    identity, revision, stamp = row
    if stamp and stamp.tzinfo is None:  # SQLite keeps no zone; what Django writes there is UTC
        stamp = stamp.replace(tzinfo=dt.UTC)
    return Standing(str(UUID(str(identity))), revision, stamp.isoformat() if stamp else "")


def rows_after(revision: int, *, limit: int) -> list[tuple[int, int, dt.datetime]]:
    """Return revision, article and time of the rows that an index of this revision lacks, in order."""
    rows = OutboxRow.objects.filter(revision__gt=revision).order_by("revision")
    return list(rows.values_list("revision", "article_id", "queued_at")[:limit])


def hidden_since(revision: int, *, limit: int) -> list[int]:
    """Return articles that an index of this revision may hold, although readers may not see them any more."""
    is_public = Exists(Article.objects.public().filter(pk=OuterRef("article_id")))
    rows = OutboxRow.objects.filter(~is_public, revision__gt=revision).exclude(article_id=NO_ARTICLE)
    return list(rows.order_by().values_list("article_id", flat=True).distinct()[:limit])


def reaches_back_to(at: Standing) -> bool:
    """Return whether the outbox holds all that an index lacks which stands there."""
    if at.revision == 0:
        return OutboxRow.objects.filter(revision=1).exists()
    # Rows are deleted from the beginning only: where this one is, all later ones are.
    row = OutboxRow.objects.filter(revision=at.revision).first()
    return row is not None and row.queued_at.isoformat() == at.stamp


def has_all_rows() -> bool:
    """Return whether no row was ever deleted."""
    return OutboxRow.objects.filter(revision=1).exists()


def prune(revision: int) -> None:
    """Delete old rows from the beginning of the outbox, never the one that the index stands at."""
    old = OutboxRow.objects.filter(queued_at__lt=timezone.now() - KEEP_OUTBOX, revision__lt=revision)
    bounds = old.aggregate(first=Min("revision"), last=Max("revision"))
    if bounds["first"] is not None:
        last = min(bounds["last"], bounds["first"] + PRUNE_LIMIT)
        OutboxRow.objects.filter(revision__lte=last).delete()
