"""Turns the tables of the gazetteer's data files into drafts: one function for each kind of file.

Whatever is wrong is refused with the name of the file and of the entry: nothing is guessed, nothing skipped.
"""

from __future__ import annotations

import calendar
import contextlib
import datetime as dt
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, NoReturn

import tomli

from articles.tagging.records import GAP, Alias, AliasKind, Kind, Office

type Table = Mapping[str, object]

# The offices the tagger tells apart.
ROLES = frozenset(
    {"head_of_state", "head_of_government", "head_of_state_and_government", "vice_president",
     "governor_general", "foreign_minister", "defence_minister", "org_head", "nonstate_leader", "official"}
)  # fmt: skip
COUNTRY_CATEGORIES = frozenset(
    {
        "state",
        "disputed_state",
        "associated_state",
        "territory",
        "disputed_area",
        "subnational",
        "area",
        "historic",
    }
)
COUNTRY_FIELDS = frozenset(
    {"name", "slug", "official", "also", "former", "people", "capital", "places", "region", "category",
     "parent", "implies", "wikidata", "note", "source"}
)  # fmt: skip
ORGANISATION_FIELDS = frozenset(
    {"name", "also", "category", "parent", "seat", "implies", "wikidata", "note", "source"}
)
TOPIC_FIELDS = frozenset({"name", "description", "parent", "triggers", "never", "iptc", "eurovoc", "source"})
PERSON_FIELDS = frozenset({"name", "surnames", "alone", "also", "offices", "about", "wikidata", "source"})

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
WIKIDATA = re.compile(r"Q[1-9][0-9]*")
# "2012-05-07.. ru head_of_state, President"; not "2012 to 2018, ru, President"
OFFICE = re.compile(
    r"(?P<start>[0-9-]*)\.\.(?P<end>[0-9-]*)(?P<unsure>\??) "
    r"(?P<of>[a-z0-9-]+) (?P<role>[a-z_]+), (?P<title>\S.*)"
)


class DataError(ValueError):
    """A data file says something that cannot be; the message names file, entry and remedy."""


def refuse(file: str, slug: str, problem: str, remedy: str) -> NoReturn:
    """Raise the error of one entry of one data file."""
    raise DataError(f"{file}.toml, {slug}: {problem}; {remedy}")


@dataclass(slots=True)
class Draft:
    """One entry while its parts are gathered; ``parent`` is still a key, ``source`` still codes."""

    file: str
    kind: Kind
    slug: str
    key: str
    name: str
    source: tuple[str, ...] = ()
    description: str = ""
    parent: str = ""
    wikidata: str = ""
    category: str = ""
    seat: str = ""
    implies: tuple[str, ...] = ()
    offices: tuple[Office, ...] = ()
    aliases: list[Alias] = field(default_factory=list)
    context: tuple[str, ...] = ()
    counter_context: tuple[str, ...] = ()
    is_ambiguous: bool = False

    def add(self, kind: AliasKind, texts: Iterable[str], weight: int = 5) -> None:
        """Add names of one kind.  A topic's phrase in lower case matches any case, others only as written."""
        for text in texts:
            is_as_written = self.kind is not Kind.TOPIC or text != text.lower()
            self.aliases.append(Alias(text, kind, weight, is_as_written))


def load_tables(folder: Path, cache: Path | None = None) -> dict[str, dict[str, Any]]:
    """Return what the data files of a folder hold, by name of the file; raise DataError if one is not TOML.

    Reading TOML takes 0.2 s.  ``cache`` is a file that keeps what was read, as JSON, for as long as not a
    byte of the folder changes; one that is missing, damaged or cannot be written only costs that time.
    """
    contents = {path.stem: path.read_bytes() for path in sorted(folder.glob("*.toml"))}
    digest = sha256()
    for name, content in contents.items():
        digest.update(f"{name} {len(content)}\n".encode() + content)
    key = digest.hexdigest()
    tables = _kept(cache, key) if cache else None
    if tables is None:
        tables = {name: _parse(name, content) for name, content in contents.items()}
        if cache:
            _keep(cache, key, tables)
    return tables


def _parse(name: str, content: bytes) -> dict[str, Any]:
    try:
        return tomli.loads(content.decode())
    except (tomli.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{name}.toml: {error}; write it as docs/gazetteer.md shows") from error


def _kept(cache: Path, key: str) -> dict[str, dict[str, Any]] | None:
    """Return the tables of an earlier run, or None if they are of other files or cannot be read."""
    try:
        kept = json.loads(cache.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    return kept["tables"] if isinstance(kept, dict) and kept.get("key") == key else None


def _keep(cache: Path, key: str, tables: dict[str, dict[str, Any]]) -> None:
    # TypeError: a date, which JSON cannot hold; the reader of its table will refuse it.
    with contextlib.suppress(OSError, TypeError):
        content = json.dumps({"key": key, "tables": tables}, ensure_ascii=False)
        with NamedTemporaryFile("w", encoding="utf-8", dir=cache.parent, delete=False) as file:
            file.write(content)
        Path(file.name).replace(cache)


@dataclass(frozen=True, slots=True)
class Fields:
    """One table of a data file, read field by field, every type checked."""

    file: str
    slug: str
    table: Table
    default_source: tuple[str, ...] = ()

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text without blanks around it; refuse a missing one that has no default."""
        value = self.table.get(name, default)
        if value is None:
            refuse(self.file, self.slug, f"{name!r} is missing", f'add {name} = "..."')
        if not isinstance(value, str) or value != value.strip() or (not value and default is None):
            refuse(self.file, self.slug, f"{name} is {value!r}", "write a text without blanks at its ends")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts, empty if the field is absent."""
        return check_texts(self.file, self.slug, name, self.table.get(name, []))

    def source(self) -> tuple[str, ...]:
        """Return the codes of the sources, the file's own if the table names none."""
        codes = self.texts("source") or self.default_source
        if not codes:
            refuse(self.file, self.slug, "no source is named", 'add source = ["..."], a code of sources.toml')
        return codes

    def wikidata(self) -> str:
        """Return the Wikidata id, or nothing."""
        value = self.text("wikidata", "")
        if value and not WIKIDATA.fullmatch(value):
            refuse(self.file, self.slug, f"wikidata is {value!r}", "write an id such as Q7747")
        return value


def check_texts(file: str, slug: str, name: str, value: object) -> tuple[str, ...]:
    """Return a list of texts as a tuple; refuse anything else."""
    if not isinstance(value, list):
        refuse(file, slug, f"{name} is {value!r}", "write a list of texts in square brackets")
    for text in value:
        if not isinstance(text, str) or not text or text != text.strip():
            refuse(file, slug, f"{name} holds {text!r}", "write texts without blanks at their ends")
    return tuple(value)


def tables(file: str, content: Table, known: frozenset[str]) -> Iterator[Fields]:
    """Yield the tables of a file, its own ``source`` as their default; refuse unknown fields."""
    default = check_texts(file, "source", "source", content.get("source", []))
    for slug, value in content.items():
        if slug == "source":
            continue
        if not isinstance(value, dict):
            refuse(file, slug, "is not a table", f"begin the entry with a line [{slug}]")
        if not SLUG.fullmatch(slug):
            refuse(file, slug, "is not a slug", "use small letters, digits and single hyphens")
        unknown = value.keys() - known
        if unknown:
            names = ", ".join(sorted(unknown))
            refuse(file, slug, f"unknown field {names}", f"known are {', '.join(sorted(known))}")
        yield Fields(file, slug, value, default)


def read_countries(file: str, content: Table) -> Iterator[Draft]:
    """Yield states, territories and areas; their tables are named by key (``ru``, ``x-crimea``)."""
    for fields in tables(file, content, COUNTRY_FIELDS):
        category = fields.text("category", "state")
        if category not in COUNTRY_CATEGORIES:
            known = ", ".join(sorted(COUNTRY_CATEGORIES))
            refuse(file, fields.slug, f"unknown category {category!r}", f"use one of {known}")
        slug = fields.text("slug")
        if not SLUG.fullmatch(slug):
            refuse(file, fields.slug, f"slug is {slug!r}", "use small letters, digits and single hyphens")
        draft = Draft(
            file, Kind.COUNTRY, slug, fields.slug, fields.text("name"), fields.source(),
            description=_describe_country(fields, category), parent=fields.text("parent", ""),
            wikidata=fields.wikidata(), category=category, implies=fields.texts("implies"),
        )  # fmt: skip
        official = fields.text("official", "")
        draft.add(AliasKind.NAME, [draft.name, *([official] if official else []), *fields.texts("also")])
        draft.add(AliasKind.FORMER, fields.texts("former"))
        draft.add(AliasKind.DEMONYM, fields.texts("people"))
        draft.add(AliasKind.CAPITAL, fields.texts("capital"))
        draft.add(AliasKind.PLACE, fields.texts("places"))
        yield draft


def _describe_country(fields: Fields, category: str) -> str:
    """Return "State in Eastern Europe, capital Kyiv", or the note."""
    words = category.replace("_", " ").replace("historic", "former state").capitalize()
    region, capitals, note = fields.text("region", ""), fields.texts("capital"), fields.text("note", "")
    parts = [f"{words} in {region}" if region else words]
    if capitals:
        parts.append(f"capital {capitals[0]}")
    return ", ".join(parts) + (f". {note}" if note else "")


def read_organisations(file: str, content: Table) -> Iterator[Draft]:
    """Yield organisations; their tables are named by slug."""
    for fields in tables(file, content, ORGANISATION_FIELDS):
        draft = Draft(
            file, Kind.ORGANISATION, fields.slug, fields.slug, fields.text("name"), fields.source(),
            description=fields.text("note", ""), parent=fields.text("parent", ""), wikidata=fields.wikidata(),
            category=fields.text("category"), seat=fields.text("seat", ""), implies=fields.texts("implies"),
        )  # fmt: skip
        draft.add(AliasKind.NAME, [draft.name, *fields.texts("also")])
        yield draft


def read_topics(file: str, content: Table) -> Iterator[Draft]:
    """Yield topics; their tables are named by slug."""
    for fields in tables(file, content, TOPIC_FIELDS):
        draft = Draft(
            file, Kind.TOPIC, fields.slug, fields.slug, fields.text("name"),
            (*fields.source(), *_codes(fields)), fields.text("description"), fields.text("parent", ""),
        )  # fmt: skip
        triggers = fields.table.get("triggers")
        if not isinstance(triggers, dict) or not triggers or triggers.keys() - set("12345"):
            refuse(file, fields.slug, "has no triggers of weight 1 to 5", 'add triggers.5 = ["..."]')
        for weight, phrases in triggers.items():
            texts = check_texts(file, fields.slug, f"triggers.{weight}", phrases)
            for text in texts:
                if any(not word.strip("*") for word in text.split()):
                    refuse(file, fields.slug, f"trigger {text!r}", "let * be a part of a word only")
                if "..." in text.replace(GAP, " ", 1):
                    refuse(file, fields.slug, f"trigger {text!r}", "put one ... between two halves")
            draft.add(AliasKind.TRIGGER, texts, int(weight))
        draft.add(AliasKind.NEGATIVE, fields.texts("never"))
        yield draft


def _codes(fields: Fields) -> list[str]:
    """Return the topic's codes in other vocabularies, as sources: "IPTC medtop:20000640"."""
    names = {"iptc": "IPTC", "eurovoc": "EuroVoc"}
    return [f"{names[name]} {fields.text(name)}" for name in names if name in fields.table]


def read_people(file: str, content: Table) -> Iterator[Draft]:
    """Yield persons with their offices; their tables are named by slug."""
    for fields in tables(file, content, PERSON_FIELDS):
        alone = fields.table.get("alone", 1)
        if alone not in (1, 3, 5):
            refuse(
                file, fields.slug, f"alone is {alone!r}", "write 5 (stands alone), 3 (with the country) or 1"
            )
        draft = Draft(
            file, Kind.ACTOR, fields.slug, fields.slug, fields.text("name"), fields.source(),
            description=fields.text("about", ""), wikidata=fields.wikidata(),
            offices=tuple(read_office(file, fields.slug, line) for line in fields.texts("offices")),
        )  # fmt: skip
        draft.add(AliasKind.NAME, [draft.name, *fields.texts("also")])
        draft.add(AliasKind.SURNAME, fields.texts("surnames"), alone)
        yield draft


def read_office(file: str, slug: str, line: str) -> Office:
    """Return the office that a line tells: ``2012-05-07.. ru head_of_state, President``."""
    match = OFFICE.fullmatch(line)
    if match is None:
        remedy = 'write "2012-05-07.. ru head_of_state, President"'
        refuse(file, slug, f"office {line!r} cannot be read", remedy)
    if match["role"] not in ROLES:
        refuse(file, slug, f"unknown role {match['role']!r}", f"use one of {', '.join(sorted(ROLES))}")
    try:
        start, end = _day(match["start"], is_last=True), _day(match["end"], is_last=False)
    except ValueError as error:
        raise DataError(
            f"{file}.toml, {slug}: office {line!r}: {error}; write YYYY, YYYY-MM or YYYY-MM-DD"
        ) from error
    if start and end and end < start:
        if match["unsure"] or len(match["start"]) < 10 or len(match["end"]) < 10:
            start = end = _day(match["start"], is_last=False)
        if end != start or match["end"] < match["start"][: len(match["end"])]:
            refuse(file, slug, f"office {line!r} ends before it starts", "correct the dates")
    return Office(match["title"], match["role"], match["of"], start, end, not match["unsure"])


def _day(text: str, *, is_last: bool) -> dt.date | None:
    """Return a day; of a mere year or month its last or first one.

    An office known by month thus counts only for the days on which it is certain to have been held.
    """
    if len(text) == 10:
        return dt.date.fromisoformat(text)
    if not text:
        return None
    year, month = int(text[:4]), int(text[5:] or (12 if is_last else 1))
    if not re.fullmatch(r"\d{4}(-\d{2})?", text):
        raise ValueError(f"{text!r} is not a date")
    return dt.date(year, month, calendar.monthrange(year, month)[1] if is_last else 1)
