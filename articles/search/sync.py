"""The search index as the rest of the program knows it: asked, kept up to date, built anew.

The database is the truth.  Whatever changes what a list page may show calls `enqueue` in its own
transaction; `apply_outbox` brings the index up to date afterwards.  Should it be killed in between, the
next one goes on where the index says it stands.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from django.conf import settings

from articles.models import Article
from articles.search.background import start_reindex
from articles.search.engine import Engine, IndexBusy, IndexUnusable, Result, Standing, write_lock
from articles.search.outbox import (
    NO_ARTICLE,
    announce,
    database_standing,
    enqueue,
    hidden_since,
    lock_archive,
    rows_after,
)
from articles.search.query import Criteria
from articles.search.upkeep import (
    Comparison,
    apply_rows,
    compare,
    forget_engine,
    open_engine,
    rebuild,
    rebuild_unusable,
    withdraw_damaged,
)

__all__ = [
    "INLINE_LIMIT",
    "NO_ARTICLE",
    "Comparison",
    "announce",
    "apply_outbox",
    "catch_up",
    "compare",
    "database_standing",
    "enqueue",
    "facet",
    "facet_all",
    "finish_act",
    "frequencies",
    "holding",
    "lock_archive",
    "open_engine",
    "rebuild",
    "related",
    "search",
    "search_all",
    "stands_at",
    "totals",
    "withdraw_damaged",
    "words_beginning",
]

INLINE_LIMIT = 200  # outbox rows a reader's request applies itself, about 50 ms
REBUILD_INLINE_LIMIT = 2_000  # articles a request may index when the index is gone, about a second
PUBLISH_INLINE_SECONDS = 2.0  # that a request waits for a writer of the index that it has replaced
ACT_SECONDS = 5.0  # that an editor waits for the index after a large act
REOPEN_SECONDS = 60.0  # until an index that failed is opened anew again: that looks through 2 GB of files
HIDDEN_LIMIT = 20_000  # articles left out of an answer that is late; it takes 10 ms

logger = logging.getLogger(__name__)

# What was hidden between two revisions: while an index is late, every request asks that of the same ones.
_hidden: dict[Path, tuple[Standing, int, frozenset[int]]] = {}
_reopened_at: dict[Path, float] = {}


# --- Keeping the index up to date -------------------------------------------------------------------------


def apply_outbox(*, wait_seconds: float = 10.0) -> int:
    """Bring the index up to date and return how many entries that took; rebuild it if it is unusable.

    Raise IndexBusy when another process kept the index locked all the while: it applies our rows too.
    """
    now = database_standing()
    with contextlib.suppress(IndexUnusable):
        if open_engine(now).standing() == now:
            return 0
    try:
        with write_lock(settings.NEWSROOM_INDEX, seconds=wait_seconds):
            return apply_rows(open_engine())
    except IndexUnusable as reason:
        return rebuild_unusable(reason, wait_seconds=wait_seconds)


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


def finish_act() -> None:
    """Bring the index up to date after an act too large for the next reader to apply.

    What takes longer than an editor would wait is left to a process in the background.
    """
    try:
        with write_lock(settings.NEWSROOM_INDEX, seconds=ACT_SECONDS):
            engine = open_engine()
            apply_rows(engine, seconds=ACT_SECONDS)
        is_late = engine.revision() < database_standing().revision
    except (IndexBusy, IndexUnusable):
        is_late = True
    if is_late:
        start_reindex("a large act")


def stands_at(now: Standing) -> bool:
    """Bring the index up to a standing, if that can be done without waiting; return whether it got there."""
    try:
        at = _fresh_engine(now).standing()
    except IndexUnusable:
        return False
    return at.archive == now.archive and at.revision >= now.revision


# --- Asking it --------------------------------------------------------------------------------------------


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
        lambda engine, hidden: engine.search(
            criteria,
            limit=limit,
            after=after,
            before=before,
            facets=facets,
            facet_limit=facet_limit,
            histogram=histogram,
            hidden=hidden,
        )
    )


def facet(criteria: Criteria, facet: str, *, limit: int) -> list[tuple[str, int]]:
    """Return the values of one facet in a result with their counts, the highest first; raise as `search`."""
    return _answer(lambda engine, hidden: engine.facet(criteria, facet, limit, hidden=hidden))


def search_all(searches: Sequence[Criteria], *, limit: int) -> list[Result]:
    """Answer several searches from one state of the index, without facets; raise as `search`."""
    return _answer(
        lambda engine, hidden: [engine.search(criteria, limit=limit, hidden=hidden) for criteria in searches]
    )


def facet_all(searches: Sequence[Criteria], facet: str, *, limit: int) -> list[list[tuple[str, int]]]:
    """Return one facet of several results, counted in one state of the index, as `facet` does."""
    return _answer(
        lambda engine, hidden: [engine.facet(criteria, facet, limit, hidden=hidden) for criteria in searches]
    )


def totals(facets: Sequence[str]) -> Mapping[str, list[tuple[str, int]]]:
    """Return the counts of all values of these facets in the whole archive; change nothing in them.

    They are counted once for each state of the index.  Raise as `search`.
    """
    return _answer(lambda engine, hidden: engine.totals(facets, hidden=hidden))


def frequencies(words: Collection[str]) -> dict[str, int]:
    """Return in how many articles each of these words stands, as `Engine.frequencies`; raise as `search`."""
    return _answer(lambda engine, _: engine.frequencies(words))


def words_beginning(start: str, *, most: int) -> list[str]:
    """Return the words of the texts that begin so, the most frequent first; raise as `search`."""
    return _answer(lambda engine, _: engine.words_beginning(start, most))


def related(
    weights: Sequence[tuple[str, str, float]], words: Sequence[str], *, exclude: Collection[int], limit: int
) -> list[tuple[int, float]]:
    """Return the articles that share most with what is given, as `Engine.related` does; raise as `search`."""
    return _answer(lambda engine, hidden: engine.related(weights, words, {*exclude, *hidden}, limit))


def holding(clues: Iterable[Sequence[Collection[str]]]) -> Iterator[int]:
    """Yield the ids of articles that may answer one of these clues, as `Engine.holding` does.

    Among them are those that the index is late with, readable or not; of others that readers do not see it
    knows nothing.  Raise IndexUnusable where it cannot tell.
    """
    now = database_standing()
    engine = _fresh_engine(now)
    late = rows_after(engine.revision(), limit=HIDDEN_LIMIT + 1)
    if len(late) > HIDDEN_LIMIT:
        raise IndexUnusable(f"it is late with more than {HIDDEN_LIMIT:,} articles")
    yield from {pk for _, pk, _ in late}
    yield from engine.holding(clues)


def _answer[Answer](ask: Callable[[Engine, Collection[int]], Answer]) -> Answer:
    while True:
        now = database_standing()
        engine = _fresh_engine(now)
        hidden = _hidden_since(engine.revision(), now)
        try:
            return ask(engine, hidden)
        except IndexUnusable as error:
            logger.warning("the search index failed: %s", error)
            if not _may_reopen():
                # No proof of damage: a question it cannot answer fails as well.  The process looks for it.
                start_reindex("the search index failed")
                raise
            forget_engine()


def _may_reopen() -> bool:
    """Return whether to open an index anew that failed: damage is noticed then, and what passes is over."""
    folder = settings.NEWSROOM_INDEX
    now = time.monotonic()
    if now - _reopened_at.get(folder, -REOPEN_SECONDS) < REOPEN_SECONDS:
        return False
    _reopened_at[folder] = now
    return True


def _hidden_since(revision: int, now: Standing) -> Collection[int]:
    """Return the articles that a late index holds although readers may not see them any more."""
    if revision >= now.revision:
        return ()
    folder = settings.NEWSROOM_INDEX
    then, since, hidden = _hidden.get(folder, (None, 0, frozenset()))
    if then == now and since <= revision:
        return hidden
    hidden = frozenset(hidden_since(revision, limit=HIDDEN_LIMIT + 1))
    if len(hidden) > HIDDEN_LIMIT:
        start_reindex("many articles are hidden from readers")
        raise IndexUnusable(f"more than {HIDDEN_LIMIT:,} articles that it holds are hidden from readers")
    _hidden[folder] = (now, revision, hidden)
    return hidden


def _fresh_engine(now: Standing) -> Engine:
    """Return the engine after applying what waits, if it is little; build a small archive's missing index."""
    try:
        engine = open_engine(now)
    except IndexUnusable as reason:
        return _built(reason)
    if engine.revision() < now.revision:
        # Whoever holds the lock is applying these rows.  An index that cannot be written still answers, late.
        try:
            with write_lock(settings.NEWSROOM_INDEX, seconds=0):
                apply_rows(engine, limit=INLINE_LIMIT)
        except IndexBusy:
            pass
        except IndexUnusable as error:
            logger.warning("the search index is late: %s", error)
    return engine


def _built(reason: IndexUnusable) -> Engine:
    """Return the engine of an index built on the spot; have that of a large archive built, and raise."""
    if Article.objects.order_by("pk")[REBUILD_INLINE_LIMIT:].exists():
        start_reindex(str(reason))
        raise reason
    try:
        rebuild_unusable(reason, wait_seconds=0, publish_seconds=PUBLISH_INLINE_SECONDS)
    except IndexBusy as busy:
        raise IndexUnusable("the index is being rebuilt") from busy
    return open_engine()
