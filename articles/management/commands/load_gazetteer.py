"""Loads the gazetteer that this version ships with."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict

from django.core.management.base import BaseCommand, CommandError

from articles import gazetteer
from articles.tagging.gazetteer import DataError


class Command(BaseCommand):
    """Write the data files of articles/tagging/data to the database; what editors added or changed stays.

    Example: python manage.py load_gazetteer --json
    """

    help = "Load countries, leaders, organisations and topics; what editors added or changed stays."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare --json and --again."""
        parser.add_argument("--json", action="store_true", help="print one JSON object on standard output")
        parser.add_argument("--again", action="store_true", help="compare every tag, even if nothing is new")

    def handle(self, *args: object, **options: object) -> None:
        """Load unless this very release is in the database already, and print the counts."""
        try:
            entries = gazetteer.read_shipped()
        except DataError as error:
            raise CommandError(str(error)) from error
        release = gazetteer.release_of(entries)
        if gazetteer.is_loaded(release) and not options["again"]:
            report = gazetteer.LoadReport(0, 0, 0, 0, len(entries))
        else:
            report = gazetteer.load(entries, release=release)
        if options["json"]:
            numbers = {name.removesuffix("_count"): value for name, value in asdict(report).items()}
            self.stdout.write(json.dumps({"release": release, **numbers}))
            return
        self.stdout.write(f"Gazetteer {release}, {report}")
        for clash in report.clashes:
            self.stderr.write(clash)
