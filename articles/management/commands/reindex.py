"""Builds the search index anew, or holds it against the database."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from time import monotonic

from django.core.management.base import BaseCommand, CommandError

from articles.models import Article
from articles.search import sync
from articles.search.engine import IndexBusy, IndexUnusable

SHOWN = 20  # ids of one kind of difference


class Command(BaseCommand):
    """Build the search index anew beside the old one, which answers until the new one is ready.

    With ``--check``, build nothing: compare every entry with the database, print what differs, and exit
    with 1 if anything does.

    Example: ``python manage.py reindex --check``
    """

    help = "Builds the search index anew from the database; --check only compares the two."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "--check", action="store_true", help="compare index and database; exit with 1 if they differ"
        )

    def handle(self, *, check: bool, **options: object) -> None:
        """Build or compare."""
        try:
            if check:
                self._check()
            else:
                self._rebuild()
        except IndexBusy as error:
            raise CommandError(
                "another process is writing the index; try again when it has finished"
            ) from error
        except IndexUnusable as error:
            raise CommandError(f"{error}; run `python manage.py reindex`") from error

    def _rebuild(self) -> None:
        started = monotonic()
        count = sync.rebuild(progress=self._progress())
        seconds = monotonic() - started
        self._clear_progress()
        self.stdout.write(f"{count:,} {_articles(count)} indexed in {seconds:.1f} s")

    def _check(self) -> None:
        compared = sync.compare()
        if compared.waiting:
            waits = "change waits" if compared.waiting == 1 else "changes wait"
            self.stdout.write(f"{compared.waiting:,} {waits} to be indexed")
        for what, ids in (
            ("not in the index", compared.missing),
            ("in the index, but hidden from readers", compared.superfluous),
            ("in the index, but out of date", compared.outdated),
        ):
            if ids:
                self.stdout.write(f"{len(ids):,} {_articles(len(ids))} {what}: {_shown(ids)}")
        if not compared.is_equal:
            raise CommandError("the index differs from the database; run `python manage.py reindex`")
        self.stdout.write(f"index and database agree on {compared.count:,} {_articles(compared.count)}")

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


def _articles(count: int) -> str:
    return "article" if count == 1 else "articles"


def _shown(ids: Sequence[int]) -> str:
    more = len(ids) - SHOWN
    return ", ".join(map(str, ids[:SHOWN])) + (f" and {more:,} more" if more > 0 else "")
