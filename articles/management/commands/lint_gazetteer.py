"""Looks for mistakes in the gazetteer."""

from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter

from django.core.management.base import BaseCommand, CommandError

from articles import gazetteer
from articles.tagging.gazetteer import DataError, read_data, shared_names
from articles.tagging.lint import Level, lint


class Command(BaseCommand):
    """Print clashes, overlapping offices and suspicious names; exit with 1 if there are errors.

    Example: python manage.py lint_gazetteer --all
    """

    help = "Look for mistakes in the gazetteer: clashes, unknown keys, overlapping offices, suspicious names."
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare --all and --from-database."""
        parser.add_argument("--all", action="store_true", help="print every warning, not only their numbers")
        parser.add_argument(
            "--from-database", action="store_true", help="look at what editors made of it, not at the files"
        )

    def handle(self, *args: object, **options: object) -> None:
        """Print errors, warnings if asked for, and how many of each check there are."""
        try:
            entries = gazetteer.read_entries() if options["from_database"] else list(read_data())
            complaints = lint(entries, shared=shared_names())
        except DataError as error:
            raise CommandError(str(error)) from error
        for complaint in complaints:
            if options["all"] or complaint.level is Level.ERROR:
                self.stdout.write(
                    f"{complaint.level.value}: {complaint.entry}: {complaint.message} [{complaint.check}]"
                )
        counts = Counter((complaint.level, complaint.check) for complaint in complaints)
        for (level, check), count in sorted(counts.items()):
            self.stdout.write(f"{count} {level.value}{'s' if count != 1 else ''} of {check}")
        self.stdout.write(f"{len(entries)} entries looked at")
        error_count = sum(complaint.level is Level.ERROR for complaint in complaints)
        if error_count:
            raise CommandError(f"{error_count} error{'s' if error_count != 1 else ''} in the gazetteer")
