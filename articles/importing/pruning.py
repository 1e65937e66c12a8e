"""Withdraws the articles whose files are gone; their files bring them back.

A file is gone when its folder says so.  One that cannot be read, or whose folder cannot be looked into, is
still there as far as anybody knows.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from articles.importing.originals import is_kept
from articles.importing.sources import find_sources, is_there
from articles.importing.taggings import locked
from articles.importing.trail import ARTICLE, record_import, row_of
from articles.models import Article, ArticleSource, Change, ChangeSet, ImportRun
from articles.search import sync

CHUNK = 500  # sources looked at, and at most as many articles withdrawn, in one transaction


@dataclass(frozen=True, slots=True)
class Kept:
    """A public article that stays although its files are gone, for the undo of this run is a decision."""

    article_id: int
    run_id: int


@dataclass(frozen=True, slots=True)
class Pruned:
    """What pruning did, or would do, to some articles."""

    withdrawn: int
    kept: tuple[Kept, ...]


class PruneRefusedError(Exception):
    """Pruning would more likely follow a mistake than a deletion; nothing was imported either."""


def check(paths: Sequence[Path], *, is_forced: bool) -> None:
    """Raise PruneRefusedError if a path does not exist, or holds no file although articles came from there.

    A mistyped path and a disk that is not mounted look just like deleted files.  ``is_forced`` allows the
    second.
    """
    for path in paths:
        if not os.path.exists(path):
            raise PruneRefusedError(
                f"{path} does not exist, so nothing was imported or withdrawn; to withdraw what came from "
                "there, prune the folder above it"
            )
        is_empty = all(found.problem for found in find_sources([path]))
        if is_empty and not is_forced and _sources_below([path]).exists():
            raise PruneRefusedError(
                f"{path} holds no article any more, so --prune would withdraw all that came from there, and "
                "nothing was imported or withdrawn; see that its disk is mounted, or say --force as well"
            )


def prune(paths: Sequence[Path], *, run: ImportRun) -> Iterator[Pruned]:
    """Withdraw public articles none of whose files is left, one of which was below the paths.

    Yield what was done, transaction by transaction.  An article whose status an editor touched stays, and so
    does one whose withdrawal, or last change, was undone: that was decided by a person, and the report says
    so.
    """
    for ids, undone in _missing(paths):
        with transaction.atomic():
            count = _withdraw(ids, run)
        yield Pruned(count, _kept(undone))


def preview(paths: Sequence[Path], *, moved: Collection[int]) -> Iterator[Pruned]:
    """Yield what `prune` would do, the articles ``moved`` to another file left out."""
    for ids, undone in _missing(paths):
        edits = Article.objects.filter(pk__in=ids).values_list("pk", "edited_fields")
        count = sum("status" not in edited for pk, edited in edits if pk not in moved)
        yield Pruned(count, _kept([pk for pk in undone if pk not in moved]))


def _missing(paths: Sequence[Path]) -> Iterator[tuple[list[int], list[int]]]:
    """Yield the public articles whose files are all gone, each once, in the order of their numbers.

    Those in which an import was undone come beside the others.
    """
    roots = [os.path.realpath(path) for path in paths]
    last = 0
    while True:
        # By article, so that none is met twice; an article has few files.
        below = _sources_below(paths).filter(article__gt=last, article__status=Article.Status.PUBLIC)
        rows = list(below.order_by("article_id", "pk").values_list("article_id", "path")[:CHUNK])
        if not rows:
            return
        last = rows[-1][0]
        gone = {pk for pk, path in rows if _is_below(path, roots) and is_gone(path)}
        sources = ArticleSource.objects.filter(article__in=gone)
        files = list(sources.values_list("article_id", "path", "is_undone"))
        gone -= {pk for pk, path, _ in files if not is_gone(path)}
        undone = {pk for pk, _, is_undone in files if is_undone} & gone
        if gone:
            yield sorted(gone - undone), sorted(undone)


def _kept(ids: Sequence[int]) -> tuple[Kept, ...]:
    """Return the articles, each with the run that was undone in it last; without those an editor set."""
    if not ids:
        return ()
    rows = Change.objects.filter(table=ARTICLE, row_id__in=ids, change_set__act=ChangeSet.Act.UNDO)
    runs = dict(rows.order_by("pk").values_list("row_id", "change_set__run"))
    edits = Article.objects.filter(pk__in=ids).order_by("pk").values_list("pk", "edited_fields")
    return tuple(Kept(pk, runs[pk]) for pk, edited in edits if pk in runs and "status" not in edited)


def _sources_below(paths: Sequence[Path]) -> QuerySet[ArticleSource]:
    """Return the sources read from below some paths, and on SQLite those whose paths differ in case alone."""
    condition = Q()
    for path in paths:
        root = os.path.realpath(path)
        condition |= Q(path=root) | Q(path__startswith=root.rstrip("/") + "/")
    return ArticleSource.objects.filter(condition)


def _is_below(path: str, roots: Sequence[str]) -> bool:
    return any(path == root or path.startswith(root.rstrip("/") + "/") for root in roots)


def is_gone(path: str) -> bool:
    """Return whether a file certainly is not there any more; those of an upload are kept."""
    if is_kept(path):
        return False
    try:
        os.lstat(path)
    except FileNotFoundError:
        return not is_there(path)
    except (OSError, ValueError):
        return False
    return False


def _withdraw(ids: Sequence[int], run: ImportRun) -> int:
    status, missing = Article.Status, Article.Withdrawal.MISSING
    rows = locked(Article.objects.filter(pk__in=ids, status=status.PUBLIC))
    articles = [
        article
        for article in rows.only("title", "status", "withdrawal", "edited_fields")
        if "status" not in article.edited_fields
    ]
    after = {"status": status.WITHDRAWN.value, "withdrawal": missing.value}
    changes = [
        row_of(article, {"status": article.status, "withdrawal": article.withdrawal}, after)
        for article in articles
    ]
    ids = [article.pk for article in articles]
    Article.objects.filter(pk__in=ids).update(**after, changed_at=timezone.now())
    record_import(changes, run)
    sync.enqueue(ids)
    run.withdrawn_count += len(ids)
    run.heartbeat_at = timezone.now()
    run.save(update_fields=["withdrawn_count", "heartbeat_at"])
    return len(ids)
