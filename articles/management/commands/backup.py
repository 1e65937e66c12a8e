"""Writes the archive to one file, while people read, edit and import."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from articles.backups import BackupError, make_backup
from articles.commands import manage


class Command(BaseCommand):
    """Write the database, as it is at one moment, to one file.  Nothing has to be stopped for it.

    The file holds drafts and the hashes of passwords; only its owner may read it.

    Example: manage.py backup /backups/newsroom-monday.zip
    """

    help = "Writes the archive to one file; may run while an import does."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare where to write."""
        parser.add_argument(
            "file", type=Path, metavar="FILE", help="a .zip; a backup of that name is replaced"
        )

    def handle(self, *, file: Path, **options: object) -> None:
        """Write it, and say what it holds."""
        try:
            manifest = make_backup(file)
        except BackupError as error:
            raise CommandError(str(error), returncode=2) from error
        size = file.stat().st_size / 1e6
        self.stdout.write(
            f"{file}: {manifest.facts.counts['articles_article']:,} articles, {size:,.1f} MB; check it with "
            f"{manage(f'restore --check {shlex.quote(str(file))}')}"
        )
