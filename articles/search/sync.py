"""Keeps the search index in step with the database: writes the outbox, applies it, rebuilds the index.

The database is the truth.  Whatever changes what a list page may show calls `enqueue` in its own
transaction; `apply_outbox` brings the index up to date afterwards.  Should it be killed in between, the
next one goes on where the index says it stands.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Max, Min
from django.utils import timezone

from articles.models import Archive, Article, OutboxRow
from articles.search.engine import (
    Engine,
    IndexBusy,
    IndexedArticle,
    IndexMissing,
    IndexUnusable,
    Result,
    Standing,
    build,
    write_lock,
)
from articles.search.query import Criteria
from articles.search.reading import read_articles

BATCH = 500  # outbox rows applied in one commit
INLINE_LIMIT = 200  # outbox rows a reader's request applies itself, about 50 ms
REBUILD_INLINE_LIMIT = 2_000  # articles a request may index when the index is gone, about a second
REBUILD_WAIT_SECONDS = 60.0  # for another writer, before a rebuild gives up
KEEP_OUTBOX = dt.timedelta(days=7)  # a web node silent for longer rebuilds its index
NO_ARTICLE = 0  # stands in the outbox for a change that is in no article's index entry
PRUNE_LIMIT = 5_000  # outbox rows deleted at a time

logger = logging.getLogger(__name__)

_engines: dict[Path, Engine] = {}


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
    OutboxRow.objects.bulk_create(
        [
            OutboxRow(revision=archive.revision + number, article_id=pk)
            for number, pk in enumerate(ids, start=1)
        ],
        batch_size=1_000,
    )
    archive.revision += len(ids)
    archive.save(update_fields=["revision"])


def announce() -> None:
    """Note that pages show something else, though no index entry changed: a name, an alias, a source.

    Call inside the transaction that did it.  It raises the revision on which kept pages depend.
    """
    enqueue([NO_ARTICLE])


def apply_outbox(*, wait_seconds: float = 10.0) -> int:
    """Bring the index up to date and return how many entries that took; rebuild it if it is unusable.

    Raise IndexBusy when another process kept the index locked all the while: it applies our rows too.
    """
    now = database_standing()
    with contextlib.suppress(IndexUnusable):
        if open_engine(now).standing() == now:
            return 0
    with write_lock(settings.NEWSROOM_INDEX, seconds=wait_seconds):
        try:
            return _apply_rows(open_engine())
        except IndexUnusable as reason:
            _log_rebuild(reason)
            return _build()


def catch_up(*, wait_seconds: float) -> str:
    """Bring the index up to date as far as that is possible; return what stands in the way, or nothing.

    Whoever holds the index lock applies our rows as well, so that is no obstacle.
    """
    try:
        apply_outbox(wait_seconds=wait_seconds)
    except IndexBusy:
        return ""
    except (IndexUnusable, OSError) as error:
        # The articles are stored and their outbox rows wait: no reason to undo or to stop.
        return str(error)
    return ""


def _log_rebuild(reason: IndexUnusable) -> None:
    # While the outbox still reaches back to the first write, a missing index was never built: no alarm.
    is_first = isinstance(reason, IndexMissing) and OutboxRow.objects.filter(revision=1).exists()
    logger.log(logging.INFO if is_first else logging.WARNING, "rebuilding the search index: %s", reason)


def rebuild(*, progress: Callable[[int], None] | None = None) -> int:
    """Write the whole index anew, beside the old one, and return the number of articles in it.

    Raise IndexBusy when another process kept the index locked for a minute.
    """
    with write_lock(settings.NEWSROOM_INDEX, seconds=REBUILD_WAIT_SECONDS):
        return _build(progress)


def _build(progress: Callable[[int], None] | None = None) -> int:
    # Read before the articles: whatever changes meanwhile has a higher number and is applied afterwards.
    now = database_standing()
    count = 0

    def counted() -> Iterator[IndexedArticle]:
        nonlocal count
        for article in read_articles():
            yield article
            count += 1
            if progress and count % BATCH == 0:
                progress(count)

    folder = settings.NEWSROOM_INDEX
    build(folder, archive=now.archive, articles=counted(), revision=now.revision, stamp=now.stamp)
    _engines.pop(folder, None)
    _apply_rows(open_engine())
    return count


def _apply_rows(engine: Engine, *, limit: int | None = None) -> int:
    """Apply outbox rows, at most ``limit``, and return how many.  Call under `write_lock`."""
    applied = 0
    while rows := _rows_after(engine.revision(), limit=min(BATCH, limit or BATCH)):
        ids = {article_id for _, article_id, _ in rows}
        articles = list(read_articles(sorted(ids)))
        revision, _, queued_at = rows[-1]
        gone = ids - {article.id for article in articles}
        engine.apply(put=articles, remove=gone, revision=revision, stamp=queued_at.isoformat())
        applied += len(rows)
        if limit is not None and applied >= limit:
            break
    if applied:
        _prune(engine.revision())
    return applied


def _rows_after(revision: int, *, limit: int) -> list[tuple[int, int, dt.datetime]]:
    rows = OutboxRow.objects.filter(revision__gt=revision).order_by("revision")
    return list(rows.values_list("revision", "article_id", "queued_at")[:limit])


def _prune(revision: int) -> None:
    """Delete old rows from the beginning of the outbox, never the one that the index stands at."""
    old = OutboxRow.objects.filter(queued_at__lt=timezone.now() - KEEP_OUTBOX, revision__lt=revision)
    bounds = old.aggregate(first=Min("revision"), last=Max("revision"))
    if bounds["first"] is not None:
        last = min(bounds["last"], bounds["first"] + PRUNE_LIMIT)
        OutboxRow.objects.filter(revision__lte=last).delete()


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


def stands_at(now: Standing) -> bool:
    """Bring the index up to a standing, if that can be done without waiting; return whether it got there."""
    try:
        at = _fresh_engine(now).standing()
    except IndexUnusable:
        return False
    return at.archive == now.archive and at.revision >= now.revision


def open_engine(now: Standing | None = None) -> Engine:
    """Return this process's engine, opened on first use.

    Raise IndexUnusable when the index is missing, damaged, of another archive, of a database that a backup
    has replaced since, or so far behind that the outbox no longer reaches back to it.
    """
    now = now or database_standing()
    folder = settings.NEWSROOM_INDEX
    try:
        engine = _engines.get(folder) or Engine(folder)
        _check(engine.standing(), now)
    except IndexUnusable:
        _engines.pop(folder, None)
        raise
    _engines[folder] = engine
    return engine


def _check(at: Standing, now: Standing) -> None:
    if at.archive != now.archive:
        raise IndexUnusable("the index belongs to another archive")
    if at.revision > now.revision:
        raise IndexUnusable("the index is ahead of the database, which was restored from a backup")
    if at.revision < now.revision and not _reaches_back_to(at):
        raise IndexUnusable("the outbox does not reach back to the index")
    if at.revision == now.revision and at.stamp != now.stamp:
        raise IndexUnusable("the database was restored from a backup since")


def _reaches_back_to(at: Standing) -> bool:
    if at.revision == 0:
        return OutboxRow.objects.filter(revision=1).exists()
    # Rows are deleted from the beginning only: where this one is, all later ones are.
    row = OutboxRow.objects.filter(revision=at.revision).first()
    return row is not None and row.queued_at.isoformat() == at.stamp


def search(
    criteria: Criteria,
    *,
    limit: int = 25,
    after: str = "",
    before: str = "",
    facets: Sequence[str] = (),
    facet_limit: int = 20,
    histogram: bool = False,
) -> Result:
    """Answer one search, as `Engine.search` does, from an index as fresh as can be had without waiting.

    Raise IndexUnusable when the index is gone and the archive too large to index on the spot, CursorError
    for a cursor that is not ours.
    """
    return _answer(
        lambda engine: engine.search(
            criteria,
            limit=limit,
            after=after,
            before=before,
            facets=facets,
            facet_limit=facet_limit,
            histogram=histogram,
        )
    )


def facet(criteria: Criteria, facet: str, *, limit: int) -> list[tuple[str, int]]:
    """Return the values of one facet in a result with their counts, the highest first; raise as `search`."""
    return _answer(lambda engine: engine.facet(criteria, facet, limit))


def totals(facets: Sequence[str]) -> Mapping[str, list[tuple[str, int]]]:
    """Return the counts of all values of these facets in the whole archive; change nothing in them.

    They are counted once for each state of the index.  Raise as `search`.
    """
    return _answer(lambda engine: engine.totals(facets))


def related(
    weights: Sequence[tuple[str, str, float]], words: Sequence[str], *, exclude: Collection[int], limit: int
) -> list[tuple[int, float]]:
    """Return the articles that share most with what is given, as `Engine.related` does; raise as `search`."""
    return _answer(lambda engine: engine.related(weights, words, exclude, limit))


def _answer[Answer](ask: Callable[[Engine], Answer]) -> Answer:
    for _ in range(2):  # a failure may be over once the index is opened again
        engine = _fresh_engine()
        try:
            return ask(engine)
        except IndexUnusable as error:
            logger.warning("the search index failed: %s", error)
            _engines.pop(settings.NEWSROOM_INDEX, None)
            failed = engine
    _withdraw(failed)
    raise IndexUnusable("the index is damaged")


def _withdraw(engine: Engine) -> None:
    """Take a damaged index out of use, so that it is rebuilt."""
    # Whoever holds the lock is replacing it.
    with contextlib.suppress(IndexBusy, IndexUnusable), write_lock(settings.NEWSROOM_INDEX, seconds=0):
        engine.withdraw()
        logger.error("the search index is damaged and will be rebuilt")


def _fresh_engine(now: Standing | None = None) -> Engine:
    """Return the engine after applying what waits, if it is little; build a small archive's missing index."""
    now = now or database_standing()
    try:
        engine = open_engine(now)
    except IndexUnusable as reason:
        if Article.objects.count() > REBUILD_INLINE_LIMIT:
            raise
        return _built_inline(reason)
    if engine.standing() != now:
        # Whoever holds the lock is applying these rows.  An index that cannot be written still answers, late.
        try:
            with write_lock(settings.NEWSROOM_INDEX, seconds=0):
                _apply_rows(engine, limit=INLINE_LIMIT)
        except IndexBusy:
            pass
        except IndexUnusable as error:
            logger.warning("the search index is late: %s", error)
    return engine


def _built_inline(reason: IndexUnusable) -> Engine:
    try:
        with write_lock(settings.NEWSROOM_INDEX, seconds=0):
            _log_rebuild(reason)
            _build()
    except IndexBusy as busy:
        raise IndexUnusable("the index is being rebuilt") from busy
    return open_engine()


@dataclass(frozen=True, slots=True)
class Comparison:
    """The index held against the database: ids that only one has, and ids whose entries differ.

    ``count`` is the number of articles that readers may see, ``waiting`` of outbox rows not yet applied.
    """

    count: int
    missing: list[int]
    superfluous: list[int]
    outdated: list[int]
    waiting: int

    @property
    def is_equal(self) -> bool:
        """Return whether nothing differs."""
        return not (self.missing or self.superfluous or self.outdated)


def compare() -> Comparison:
    """Hold every entry of the index against the database; raise IndexUnusable when there is no index."""
    now = database_standing()
    engine = open_engine(now)
    waiting = now.revision - engine.revision()
    entries = dict(engine.digests())
    count, missing, outdated = 0, [], []
    for article in read_articles():
        count += 1
        digest = entries.pop(article.id, None)
        if digest is None:
            missing.append(article.id)
        elif digest != article.digest:
            outdated.append(article.id)
    return Comparison(count, missing, sorted(entries), outdated, waiting)
