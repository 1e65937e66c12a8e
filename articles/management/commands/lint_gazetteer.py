"""Looks for mistakes in the gazetteer."""

from __future__ import annotations

import tomllib
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from articles import gazetteer
from articles.phrases import count_of
from articles.tagging.gazetteer import DataError, shared_names
from articles.tagging.lint import Level, lint, uncovered
from articles.tagging.records import Entry

# What each check looks for, by its short name (docs/gazetteer.md).
CHECKS = {
    "unknown": "unknown keys",
    "double": "entries that are there twice",
    "clash": "names of several entries",
    "surname": "surnames of several persons",
    "overlap": "offices held by two at once",
    "suspicious": "names that match too much",
    "swallows": "names that hide a country",
    "spoken": "acronyms that are a name",
}


class Command(BaseCommand):
    """Print clashes, overlapping offices and suspicious names; exit with 1 if there are errors.

    Example: python manage.py lint_gazetteer --all
    """

    help = "Look for mistakes in the gazetteer: clashes, unknown keys, overlapping offices, suspicious names."
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare --all, --from-database and --passages."""
        parser.add_argument("--all", action="store_true", help="print every warning, not only their numbers")
        parser.add_argument(
            "--from-database", action="store_true", help="look at what editors made of it, not at the files"
        )
        parser.add_argument(
            "--passages",
            type=Path,
            metavar="FOLDER",
            help="say how many entries no test passage in these TOML files demands; with --all, which",
        )

    def handle(self, *args: object, **options: object) -> None:
        """Print errors, warnings if asked for, and how many of each check there are."""
        try:
            is_edited = options["from_database"]
            entries = gazetteer.read_entries() if is_edited else list(gazetteer.read_shipped())
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
            self.stdout.write(f"{count_of(count, level.value, f'{level.value}s')}: {CHECKS[check]} [{check}]")
        if options["passages"]:
            self._tell_uncovered(entries, Path(str(options["passages"])), in_full=bool(options["all"]))
        self.stdout.write(f"{count_of(len(entries), 'entry', 'entries')} looked at")
        error_count = sum(complaint.level is Level.ERROR for complaint in complaints)
        if error_count:
            raise CommandError(f"{count_of(error_count, 'error', 'errors')} in the gazetteer")

    def _tell_uncovered(self, entries: list[Entry], folder: Path, *, in_full: bool) -> None:
        """Print how many entries of each kind no passage demands: information, no mistake."""
        names = uncovered(entries, _demanded(folder))
        totals = Counter(entry.kind.value for entry in entries)
        counts = Counter(name.partition(":")[0] for name in names)
        for name in names if in_full else ():
            self.stdout.write(f"no passage: {name}")
        for kind, total in sorted(totals.items()):
            self.stdout.write(f"{counts[kind]:,} of {total:,} {kind} entries have no passage")


def _demanded(folder: Path) -> set[str]:
    """Return every tag that a passage in the folder must get; raise CommandError if there is none."""
    files = sorted(folder.glob("*.toml"))
    if not files:
        raise CommandError(f"{folder}: no passages there; name the folder with their .toml files")
    try:
        rows = [row for path in files for row in tomllib.loads(path.read_text(encoding="utf-8"))["passages"]]
    except (KeyError, ValueError) as error:
        raise CommandError(f"{folder}: {error} in a passage file; see docs/gazetteer.md") from error
    return {tag for row in rows for tag in row.get("must", ())}
