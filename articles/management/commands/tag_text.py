"""Tags articles from standard input, one JSON object a line, without a database."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from articles import gazetteer
from articles.tagging import Entry, Finding, Kind, Tagged, Tagger, read_data

# Bodies of one state: they say which country is meant, and are no party of their own among states.
NATIONAL_CATEGORIES = frozenset(
    {"government", "military", "company", "party", "intelligence", "law", "ngo", "sport"}
)
FIELDS = {Kind.COUNTRY: "countries", Kind.ACTOR: "persons", Kind.ORGANISATION: "orgs", Kind.TOPIC: "topics"}
CODE_LENGTH = 2


class LineError(ValueError):
    """A line that is not an article; the message says why."""


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
        entries = list(gazetteer.read_entries() if from_database else read_data())
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
            raise CommandError(f"{failed_count} lines could not be read", returncode=1)


class Names:
    """The gazetteer's printed names and codes, for rows of output."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = {(entry.kind, entry.slug): entry for entry in entries}

    def row(self, tagged: Tagged) -> dict[str, list[dict[str, Any]]]:
        """Return the tags by field, main ones first.

        Left out are areas without a code (their countries are there), national bodies (likewise), and topics
        that only follow from a narrower one.  Persons whom the gazetteer lacks, but whom the text names
        beside an office, carry "suggested".
        """
        row: dict[str, list[dict[str, Any]]] = {field: [] for field in FIELDS.values()}
        for finding in tagged.findings:
            entry = self._entries[finding.kind, finding.slug]
            if is_printed(entry, finding):
                row[FIELDS[finding.kind]].append(
                    {"value": printed_name(entry), "role": finding.role.value, "salience": finding.salience}
                )
        row["persons"] += [
            {"value": one.name, "role": one.role.value, "salience": one.salience, "suggested": True}
            for one in tagged.suggestions
        ]
        return row


def printed_name(entry: Entry) -> str:
    """Return a country's code, a topic's slug, or the name."""
    if entry.kind is Kind.COUNTRY:
        return entry.key.upper()
    return entry.slug if entry.kind is Kind.TOPIC else entry.name


def is_printed(entry: Entry, finding: Finding) -> bool:
    """Return whether a finding has a row of its own in the output."""
    if entry.kind is Kind.COUNTRY:
        return len(entry.key) == CODE_LENGTH
    if entry.kind is Kind.ORGANISATION:
        return entry.category not in NATIONAL_CATEGORIES
    return entry.kind is Kind.ACTOR or any(mention.rule != "implied" for mention in finding.mentions)


def read_line(line: bytes) -> dict[str, str]:
    """Return the article of one line, every field a string; raise LineError if it is none."""
    try:
        article = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise LineError(f"not a JSON object ({error}); write one article a line") from error
    if not isinstance(article, Mapping):
        raise LineError("not a JSON object; write one article a line")
    fields = {name: article.get(name) for name in ("id", "title", "standfirst", "text", "date")}
    for name, value in fields.items():
        if value is not None and not isinstance(value, str | int):
            raise LineError(f"{name!r} is not a string")
    return {name: "" if value is None else str(value) for name, value in fields.items()}


def read_date(written: str) -> dt.date | None:
    """Return the day; of a year or month alone its middle; None if it is no date."""
    for form, middle in (("%Y-%m-%d", {}), ("%Y-%m", {"day": 15}), ("%Y", {"month": 7, "day": 1})):
        try:
            return dt.datetime.strptime(written.strip()[:10], form).replace(tzinfo=dt.UTC, **middle).date()
        except ValueError:
            continue
    return None
