"""Tags articles from standard input, one JSON object a line, without a database."""

from __future__ import annotations

import argparse
import json
import sys

from django.core.management.base import BaseCommand, CommandError

from articles import gazetteer
from articles.commands import manage
from articles.phrases import count_of
from articles.tagging import Tagger
from articles.tagging.lasting import built_to_last
from articles.tagging.lines import LineError, Names, read_date, read_line


class Command(BaseCommand):
    """Write for each article read, one JSON object a line, the tags it gets.

    Lines in: {"id", "title", "text", "date"}; also "standfirst".  Lines out: {"id", "countries": [{"value":
    "UA", "role", "salience"}], "persons", "orgs", "topics"}.  A line that is not an article is reported and
    passed over; the exit code is then 1.

    Example: manage.py tag_text --jsonl < articles.jsonl > predictions.jsonl
    """

    help = "Tag articles given as JSON lines on standard input."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the format and where the gazetteer comes from."""
        parser.add_argument("--jsonl", action="store_true", help="JSON lines in and out (the only format)")
        source = parser.add_mutually_exclusive_group()
        source.add_argument("--from-data", action="store_true", help="the gazetteer's own files (default)")
        source.add_argument("--from-database", action="store_true", help="what editors made of the gazetteer")

    def handle(self, *, from_database: bool, **options: object) -> None:
        """Tag every line."""
        if sys.stdin.isatty():
            raise CommandError(
                "articles are read from standard input, a JSON object a line with id, title, text and date: "
                + manage("tag_text --jsonl < articles.jsonl"),
                returncode=2,
            )
        with built_to_last():
            entries = list(gazetteer.read_entries() if from_database else gazetteer.read_shipped())
            names = Names(entries)
            tagger = Tagger(entries)
        failed_count = 0
        for number, line in enumerate(sys.stdin.buffer, start=1):
            if not line.strip():
                continue
            try:
                article = read_line(line)
            except LineError as error:
                failed_count += 1
                self.stderr.write(f"line {number}: {error}")
                continue
            tagged = tagger.tag(
                title=article["title"],
                standfirst=article["standfirst"],
                body=article["text"],
                on=read_date(article["date"]),
            )
            self.stdout.write(json.dumps({"id": article["id"], **names.row(tagged)}, ensure_ascii=False))
        if failed_count:
            raise CommandError(f"{count_of(failed_count, 'line', 'lines')} could not be read", returncode=1)
