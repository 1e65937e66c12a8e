"""Checks a backup, or puts one back into an empty archive."""

from __future__ import annotations

import argparse
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from articles.backups import BackupError, Manifest, check_backup, migrations_to_apply, restore_backup
from articles.commands import manage

UNSOUND = 1  # exit codes
COULD_NOT_RUN = 2


class Command(BaseCommand):
    """Put a backup back where there is no archive yet; never over one.

    With ``--check``, touch nothing: unpack a copy, check its bytes, its version, its rows and its texts, and
    exit with 1 if anything is wrong.

    Example: NEWSROOM_DATA=/new/folder manage.py restore /backups/newsroom-monday.zip
    """

    help = "Puts a backup back into an empty archive; --check only checks the file."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the file and what to do with it."""
        parser.add_argument("file", type=Path, metavar="FILE", help="what `backup` wrote")
        parser.add_argument("--check", action="store_true", help="only check the file; change nothing")

    def handle(self, *, file: Path, check: bool, **options: object) -> None:
        """Check or restore."""
        try:
            manifest = check_backup(file) if check else restore_backup(file)
        except BackupError as error:
            raise CommandError(f"{file}: {error}", returncode=UNSOUND if check else COULD_NOT_RUN) from error
        self.stdout.write(describe(manifest))
        is_older = bool(migrations_to_apply(manifest.facts))
        if check:
            self.stdout.write(
                "It is sound." + (" Its tables are older and can be upgraded." if is_older else "")
            )
            return
        more = f"run `{manage('migrate')}` next; then " if is_older else ""
        self.stdout.write(
            f"It is restored; {more}the search index builds itself, or by `{manage('reindex')}`."
        )


def describe(manifest: Manifest) -> str:
    """Return what a backup holds, as one line."""
    counts = manifest.facts.counts
    return (
        f"Newsroom {manifest.newsroom}, {manifest.made_at}: {counts['articles_article']:,} articles, "
        f"{counts['articles_tagging']:,} taggings, {counts['articles_changeset']:,} acts; archive "
        f"{manifest.facts.archive}"
    )
