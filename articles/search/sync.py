"""Keeps the search index in step with the database: writes the outbox, applies it, rebuilds the index.

The database is the truth.  Whatever changes what a list page may show calls `enqueue` in its own
transaction; `apply_outbox` brings the index up to date afterwards.  Should it be killed in between, the
next one goes on where the index says it stands.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from django.conf import settings
from django.db.models import Min
from django.utils import timezone

from articles.models import Archive, Article, Authorship, OutboxRow, Tagging
from articles.search.engine import (
    FACETS,
    Engine,
    IndexBusy,
    IndexedArticle,
    IndexUnusable,
    Result,
    build,
    write_lock,
)
from articles.search.query import Criteria

BATCH = 500  # articles read from the database at a time
INLINE_LIMIT = 200  # outbox rows a reader's request may apply itself, about 50 ms
REBUILD_INLINE_LIMIT = 2_000  # articles a request may index when the index is gone, about a second
KEEP_OUTBOX = dt.timedelta(days=7)  # a web node silent for longer rebuilds its index

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


def apply_outbox(*, wait_seconds: float = 10.0, limit: int | None = None) -> int:
    """Bring the index up to date and return how many outbox rows that took; rebuild it if it is unusable.

    With ``limit``, do nothing when more rows than that are waiting.  Raise IndexBusy when another process
    kept the index locked all the while: it applies our rows too.
    """
    folder = settings.NEWSROOM_INDEX
    archive, _ = Archive.objects.get_or_create(pk=1)
    try:
        engine = open_engine(archive)
    except IndexUnusable:
        return rebuild()
    waiting = archive.revision - engine.revision()
    if waiting <= 0 or (limit is not None and waiting > limit):
        return 0
    applied = 0
    with write_lock(folder, seconds=wait_seconds):
        while rows := _rows_after(engine.revision()):
            ids = set(dict(rows).values())
            articles = list(read_articles(sorted(ids)))
            engine.apply(put=articles, remove=ids - {a.id for a in articles}, revision=rows[-1][0])
            applied += len(rows)
    OutboxRow.objects.filter(queued_at__lt=timezone.now() - KEEP_OUTBOX).delete()
    return applied


def _rows_after(revision: int) -> list[tuple[int, int]]:
    rows = OutboxRow.objects.filter(revision__gt=revision).order_by("revision")
    return list(rows.values_list("revision", "article_id")[:BATCH])


def rebuild(*, progress: Callable[[int], None] = lambda count: None) -> int:
    """Write the whole index anew, beside the old one, and return the number of articles in it."""
    archive, _ = Archive.objects.get_or_create(pk=1)
    # Read before the articles: whatever changes meanwhile has a higher number and is applied again.
    count = 0

    def counted() -> Iterator[IndexedArticle]:
        nonlocal count
        for article in read_articles():
            count += 1
            yield article
            if count % BATCH == 0:
                progress(count)

    with write_lock(settings.NEWSROOM_INDEX, seconds=60):
        build(
            settings.NEWSROOM_INDEX, archive=str(archive.uuid), articles=counted(), revision=archive.revision
        )
    _engines.pop(settings.NEWSROOM_INDEX, None)
    return count


def open_engine(archive: Archive | None = None) -> Engine:
    """Return this process's engine, opened on first use.

    Raise IndexUnusable when the index is missing, damaged, of another archive, ahead of the database (which
    was restored from a backup), or so far behind that the outbox no longer reaches back to it.
    """
    archive = archive or Archive.objects.get_or_create(pk=1)[0]
    folder = settings.NEWSROOM_INDEX
    engine = _engines.get(folder) or Engine(folder)
    _engines[folder] = engine
    try:
        _check(engine, archive)
    except IndexUnusable:
        del _engines[folder]
        raise
    return engine


def _check(engine: Engine, archive: Archive) -> None:
    at = engine.revision()
    if engine.archive() != str(archive.uuid):
        raise IndexUnusable("the index belongs to another archive")
    if at > archive.revision:
        raise IndexUnusable("the index is ahead of the database")
    if at < archive.revision:
        oldest = OutboxRow.objects.aggregate(oldest=Min("revision"))["oldest"]
        if oldest is None or oldest > at + 1:
            raise IndexUnusable("the outbox does not reach back to the index")


def search(
    criteria: Criteria,
    *,
    limit: int = 25,
    cursor: str = "",
    facets: Sequence[str] = (),
    facet_limit: int = 20,
) -> Result:
    """Answer one search from an index that is as fresh as can be had without making the reader wait.

    Raise IndexUnusable when the index is gone and the archive too large to index on the spot, CursorError
    for a cursor that is not ours.
    """
    # Whoever holds the lock is applying these rows: nothing to wait for.
    with contextlib.suppress(IndexBusy):
        _freshen()
    return open_engine().search(criteria, limit=limit, cursor=cursor, facets=facets, facet_limit=facet_limit)


def _freshen() -> None:
    """Apply what waits if it is little; build a missing index if the archive is small."""
    try:
        open_engine()
    except IndexUnusable:
        if Article.objects.count() > REBUILD_INLINE_LIMIT:
            raise
    apply_outbox(wait_seconds=0, limit=INLINE_LIMIT)


def read_articles(ids: Sequence[int] | None = None) -> Iterator[IndexedArticle]:
    """Yield what the index holds of these articles (all, by default); none that readers may not see."""
    for batch in _batches(ids):
        articles = list(Article.objects.public().filter(pk__in=batch).select_related("outlet").order_by("pk"))
        tags, mains = _tag_keys([article.pk for article in articles])
        authors = _author_slugs([article.pk for article in articles])
        for article in articles:
            facets = {facet: tuple(tags[article.pk][facet]) for facet in FACETS if tags[article.pk][facet]}
            if article.outlet:
                facets["outlet"] = (article.outlet.slug,)
            if authors[article.pk]:
                facets["author"] = tuple(authors[article.pk])
            yield IndexedArticle(
                id=article.pk,
                title=article.title,
                standfirst=article.standfirst,
                body=article.body,
                facets=facets,
                main={kind: tuple(keys) for kind, keys in mains[article.pk].items()},
                published_on=article.published_on,
                clipped_on=article.clipped_on,
                sort_on=article.sort_on,
                language=article.language,
            )


def _batches(ids: Sequence[int] | None) -> Iterator[Sequence[int]]:
    if ids is not None:
        for start in range(0, len(ids), BATCH):
            yield ids[start : start + BATCH]
        return
    last = 0
    while batch := list(
        Article.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]
    ):
        yield batch
        last = batch[-1]


type Keys = dict[int, dict[str, list[str]]]


def _tag_keys(ids: Sequence[int]) -> tuple[Keys, Keys]:
    tags: Keys = defaultdict(lambda: defaultdict(list))
    mains: Keys = defaultdict(lambda: defaultdict(list))
    rows = Tagging.objects.standing().filter(article__in=ids).order_by("article_id", "-salience", "pk")
    for article_id, kind, key, role in rows.values_list("article_id", "tag__kind", "tag__key", "role"):
        tags[article_id][kind].append(key)
        if role == Tagging.Role.MAIN:
            mains[article_id][kind].append(key)
    return tags, mains


def _author_slugs(ids: Sequence[int]) -> dict[int, list[str]]:
    slugs: dict[int, list[str]] = defaultdict(list)
    rows = Authorship.objects.filter(article__in=ids).order_by("article_id", "position")
    for article_id, slug in rows.values_list("article_id", "author__slug"):
        slugs[article_id].append(slug)
    return slugs
