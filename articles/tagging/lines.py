"""Articles and their tags as JSON lines: the batch interface's two formats."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from typing import Any

from articles.tagging.findings import Finding, Tagged
from articles.tagging.records import Entry, Kind

# Bodies of one state: they say which country is meant, and are no party of their own among states.
NATIONAL_CATEGORIES = frozenset(
    {"government", "military", "company", "party", "intelligence", "law", "ngo", "sport"}
)
# Organs of a larger body, which is there in their place.
UNPRINTED_CATEGORIES = NATIONAL_CATEGORIES | {"eu_institution"}
FIELDS = {Kind.COUNTRY: "countries", Kind.ACTOR: "persons", Kind.ORGANISATION: "orgs", Kind.TOPIC: "topics"}
CODE_LENGTH = 2
# Codes that ISO withdrew and gave to others, by the key of the state that had them.
WITHDRAWN_CODES = {"cshh": "CS"}
KEYS = ("id", "title", "standfirst", "text", "date")  # of a line read; others are passed over


class LineError(ValueError):
    """A line that is not an article; the message says why."""


class Names:
    """The gazetteer's printed names and codes, for rows of output."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = {(entry.kind, entry.slug): entry for entry in entries}

    def row(self, tagged: Tagged) -> dict[str, list[dict[str, Any]]]:
        """Return the tags by field, main ones first.

        Left out are areas without a code (their countries are there), national bodies (likewise), organs of
        the EU (it is there), and topics
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
        return WITHDRAWN_CODES.get(entry.key, entry.key.upper())
    return entry.slug if entry.kind is Kind.TOPIC else entry.name


def is_printed(entry: Entry, finding: Finding) -> bool:
    """Return whether a finding has a row of its own in the output."""
    if entry.kind is Kind.COUNTRY:
        return len(entry.key) == CODE_LENGTH or entry.key in WITHDRAWN_CODES
    if entry.kind is Kind.ORGANISATION:
        return entry.category not in UNPRINTED_CATEGORIES
    return entry.kind is Kind.ACTOR or any(mention.rule != "implied" for mention in finding.mentions)


def read_line(line: bytes) -> dict[str, str]:
    """Return the article of one line, every field a string; raise LineError if it is none."""
    try:
        article = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise LineError(f"not a JSON object ({error}); write one article a line") from error
    if not isinstance(article, Mapping):
        raise LineError("not a JSON object; write one article a line")
    if "text" not in article:
        raise LineError(f"it has no 'text'; the keys are {', '.join(KEYS)}")
    fields = {name: article.get(name) for name in KEYS}
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
