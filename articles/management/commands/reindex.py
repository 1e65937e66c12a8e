"""Builds the search index anew, or holds it against the database."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from time import monotonic

from django.core.management.base import BaseCommand, CommandError

from articles.commands import manage
from articles.models import Article
from articles.phrases import count_of
from articles.search import sync
from articles.search.engine import IndexBusy, IndexUnusable

NICENESS = 10  # readers come first
WAIT_SECONDS = 10.0  # for another writer


class Command(BaseCommand):
    """Build the search index anew beside the old one, which answers until the new one is ready.

    With ``--check``, build nothing: compare every entry with the database and every file with its checksum,
    print all that differs, and exit with 1 if anything does.  With ``--if-needed``, as the site starts it by
    itself, only apply the changes that wait, and build the index if it cannot be used.

    Example: ``python manage.py reindex --check``
    """

    help = "Builds the search index anew from the database; --check only compares the two."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the options."""
        group = parser.add_mutually_exclusive_group()
        group.add_argument(
            "--check", action="store_true", help="compare index and database; exit with 1 if they differ"
        )
        group.add_argument(
            "--if-needed",
            action="store_true",
            help="apply the changes that wait, at low priority; build only an index that cannot be used",
        )

    def handle(self, *, check: bool, if_needed: bool, **options: object) -> None:
        """Build or compare."""
        try:
            if check:
                self._check()
            elif if_needed:
                _bring_up_to_date()
            else:
                self._rebuild()
        except IndexBusy as error:
            raise CommandError(
                "another process is writing the index; try again when it has finished"
            ) from error
        except IndexUnusable as error:
            raise CommandError(f"{error}; run: {manage('reindex')}") from error

    def _rebuild(self) -> None:
        started = monotonic()
        count = sync.rebuild(progress=self._progress())
        seconds = monotonic() - started
        self._clear_progress()
        self.stdout.write(f"{_articles(count)} indexed in {seconds:.1f} s")

    def _check(self) -> None:
        compared = sync.compare()
        if compared.waiting:
            waiting = count_of(compared.waiting, "change waits", "changes wait")
            self.stdout.write(f"{waiting} to be indexed")
        for what, ids in (
            ("not in the index", compared.missing),
            ("in the index, but hidden from readers", compared.superfluous),
            ("in the index, but out of date", compared.outdated),
        ):
            if ids:
                self.stdout.write(f"{_articles(len(ids))} {what}: {', '.join(_ranges(ids))}")
        if not compared.is_equal:
            raise CommandError(f"the index differs from the database; run: {manage('reindex')}")
        self.stdout.write(f"index and database agree on {_articles(compared.count)}")

    def _progress(self) -> Callable[[int], None] | None:
        if not self.stderr.isatty():
            return None
        total = Article.objects.public().count()

        def show(count: int) -> None:
            self.stderr.write(f"\r{count:,} of {total:,}", ending="")
            self.stderr.flush()

        return show

    def _clear_progress(self) -> None:
        if self.stderr.isatty():
            self.stderr.write("\r\033[K", ending="")


def _bring_up_to_date() -> None:
    os.nice(NICENESS)
    with suppress(IndexBusy):  # then another process is at it
        sync.withdraw_damaged(wait_seconds=WAIT_SECONDS)
        sync.apply_outbox(wait_seconds=WAIT_SECONDS)


def _articles(count: int) -> str:
    return count_of(count, "article", "articles")


def _ranges(ids: Iterable[int]) -> Iterator[str]:
    """Yield all these ids, which are in order, as briefly as can be: ``3``, ``7-19``."""
    first = last = None
    for pk in ids:
        if first is None or last is None:
            first = last = pk
        elif pk == last + 1:
            last = pk
        else:
            yield _range(first, last)
            first = last = pk
    if first is not None and last is not None:
        yield _range(first, last)


def _range(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"
