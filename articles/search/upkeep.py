"""The index of this machine: opened, brought up to date, built anew, held against the database."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from articles.search.engine import (
    Engine,
    IndexedArticle,
    IndexMissing,
    IndexUnusable,
    Standing,
    build_lock,
    building,
    write_lock,
)
from articles.search.folder import current_name
from articles.search.outbox import database_standing, has_all_rows, prune, reaches_back_to, rows_after
from articles.search.reading import read_articles

BATCH = 500  # outbox rows applied in one commit by whoever has little time
LARGE_BATCH = 2_000  # by all others: each commit makes a segment that is merged with others later on
REBUILD_WAIT_SECONDS = 60.0  # for another who builds, before a rebuild gives up
PUBLISH_WAIT_SECONDS = 600.0  # for a writer of the present index: what was built would be lost

logger = logging.getLogger(__name__)

_engines: dict[Path, Engine] = {}


def open_engine(now: Standing | None = None) -> Engine:
    """Return this process's engine, opened on first use.

    Raise IndexUnusable when the index is missing, damaged, of another archive, of a database that a backup
    has replaced since, or so far behind that the outbox no longer reaches back to it.
    """
    now = now or database_standing()
    folder = settings.NEWSROOM_INDEX
    try:
        engine, at = _opened(folder)
        if at.revision > now.revision:  # what was written since may be in the index already
            now = database_standing()
        _check(at, now)
    except IndexUnusable:
        forget_engine()
        raise
    _engines[folder] = engine
    return engine


def _opened(folder: Path) -> tuple[Engine, Standing]:
    """Return the engine and where it stands, of the index published meanwhile if the present one is gone."""
    before = current_name(folder)
    try:
        engine = _engines.get(folder) or Engine(folder)
        return engine, engine.standing()
    except IndexUnusable:
        if current_name(folder) == before:
            raise
    engine = Engine(folder)
    return engine, engine.standing()


def forget_engine() -> None:
    """Close this process's engine; the next use opens the index anew."""
    _engines.pop(settings.NEWSROOM_INDEX, None)


def _check(at: Standing, now: Standing) -> None:
    if at.archive != now.archive:
        raise IndexUnusable("the index belongs to another archive")
    if at.revision > now.revision:
        raise IndexUnusable("the index is ahead of the database, which was restored from a backup")
    if at.revision < now.revision and not reaches_back_to(at):
        raise IndexUnusable("the outbox does not reach back to the index")
    if at.revision == now.revision and at.stamp != now.stamp:
        raise IndexUnusable("the database was restored from a backup since")


def apply_rows(engine: Engine, *, limit: int | None = None, seconds: float | None = None) -> int:
    """Apply outbox rows and return how many: at most ``limit``, or as long as ``seconds``.

    Call under `write_lock`, unless the engine is of a draft.
    """
    applied = 0
    started = time.monotonic()
    size = LARGE_BATCH if seconds is None else BATCH
    while rows := rows_after(engine.revision(), limit=min(size, limit or size)):
        ids = {article_id for _, article_id, _ in rows}
        articles = list(read_articles(sorted(ids)))
        revision, _, queued_at = rows[-1]
        gone = ids - {article.id for article in articles}
        engine.apply(put=articles, remove=gone, revision=revision, stamp=queued_at.isoformat())
        applied += len(rows)
        if limit is not None and applied >= limit:
            break
        if seconds is not None and time.monotonic() - started >= seconds:
            break
    if applied:
        prune(engine.revision())
    return applied


# --- Building the index anew ------------------------------------------------------------------------------


def rebuild(*, progress: Callable[[int], None] | None = None) -> int:
    """Write the whole index anew and return the number of articles in it.

    The old one answers, and is kept up to date, until the new one is ready.  Raise IndexBusy when another
    process was building it for a minute.
    """
    with build_lock(settings.NEWSROOM_INDEX, seconds=REBUILD_WAIT_SECONDS):
        return _build(progress)


def rebuild_unusable(
    reason: IndexUnusable, *, wait_seconds: float, publish_seconds: float = PUBLISH_WAIT_SECONDS
) -> int:
    """Build the index anew unless another process just did; return the number of articles in it, or 0.

    Raise IndexBusy when another process was building it for so long, or wrote it when it was to be published.
    """
    folder = settings.NEWSROOM_INDEX
    before = current_name(folder)
    with build_lock(folder, seconds=wait_seconds):
        if current_name(folder) != before:
            return 0
        # While the outbox holds its first row, a missing index was never built: no alarm.
        is_first = isinstance(reason, IndexMissing) and has_all_rows()
        level = logging.INFO if is_first else logging.WARNING
        logger.log(level, "rebuilding the search index: %s", reason)
        started = time.monotonic()
        count = _build(publish_seconds=publish_seconds)
        seconds = time.monotonic() - started
        logger.log(level, "the search index is rebuilt after %.1f s; articles: %s", seconds, f"{count:,}")
        return count


def _build(
    progress: Callable[[int], None] | None = None, *, publish_seconds: float = PUBLISH_WAIT_SECONDS
) -> int:
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
    with building(
        folder, archive=now.archive, articles=counted(), revision=now.revision, stamp=now.stamp
    ) as draft:
        apply_rows(draft)
        with write_lock(folder, seconds=publish_seconds):
            apply_rows(draft)  # what came in between, and nothing more can
            draft.publish()
    forget_engine()
    return count


def withdraw_damaged(*, wait_seconds: float) -> None:
    """Take an index with a damaged file out of use, so that it is rebuilt.

    All files are read, the large ones too that opening passes over.  Raise IndexBusy as `write_lock` does.
    """
    with contextlib.suppress(IndexUnusable):  # what cannot be opened, or not be read now, is not used either
        engine = open_engine()
        if damaged := engine.damaged_files():
            with write_lock(settings.NEWSROOM_INDEX, seconds=wait_seconds):
                engine.withdraw()
            logger.error("the search index is damaged and will be rebuilt: %s", ", ".join(damaged))


# --- Holding the index against the database ---------------------------------------------------------------


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
    """Hold every entry of the index against the database; raise IndexUnusable when there is no whole index.

    Every file is read and its checksum compared, the largest too.
    """
    now = database_standing()
    engine = open_engine(now)
    if damaged := engine.damaged_files():
        raise IndexUnusable(f"{settings.NEWSROOM_INDEX}: damaged: {', '.join(damaged)}")
    waiting = max(now.revision - engine.revision(), 0)
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
