"""The formats in which articles leave the archive: tables and lists for many, citations for one or many.

One function with `exporter` adds a format; its address, its link on pages and its row in the documents'
test follow.  Every one writes as it reads: no more than one article is held at a time.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from articles.citations import Record, RecordTag, bibtex, citation, csl, ris
from articles.days import date_in_words
from articles.importing.derived import slug_of
from articles.phrases import gettext, marked

KINDS = {"actor": "actors", "country": "countries", "organisation": "organisations", "topic": "topics"}
SEPARATOR = "; "  # between several values of one cell
# A spreadsheet takes a cell that begins so for a formula and runs it; an apostrophe makes it a text.
FORMULA = re.compile("[=+\\-@\t\r\n＝＋－＠]")
# Excel reads a file without it in the machine's own alphabet: Zelenskyy would be ZelenskÑ–.
BYTE_ORDER_MARK = "\ufeff"
# What means something in Markdown, and how it is written to mean itself, to old parsers as to new ones.
MARKDOWN = str.maketrans(
    {letter: f"\\{letter}" for letter in "\\`*_[]#!"}
    | {"<": "&lt;", ">": "&gt;", "&": "&amp;", "~": "&#126;"}
)
MOST_NAME = 60  # characters of a search's title in the name of a file


@dataclass(frozen=True, slots=True)
class Selection:
    """What is exported: the search in words, its whole address, what is left out of it, and its articles.

    ``notice`` is a sentence, empty where nothing is left out.
    """

    title: str
    url: str
    records: Iterable[Record]
    notice: str = ""


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write articles: its name in addresses and for readers, its file, and who writes it."""

    name: str
    label: str
    suffix: str
    media_type: str
    is_citation: bool
    write: Callable[[Selection], Iterator[str]]

    def file_name(self, title: str, *, part: str = "") -> str:
        """Return a name of plain letters; ``part`` says which articles, where they are not all: 1-5000."""
        name = slug_of(title)[:MOST_NAME].strip("-")
        return f"newsroom-{name}{f'-{part}' if part else ''}.{self.suffix}"


FORMATS: dict[str, Format] = {}

type Writer = Callable[[Selection], Iterator[str]]


def exporter(
    name: str, label: str, *, suffix: str, media_type: str, is_citation: bool = False
) -> Callable[[Writer], Writer]:
    """Return a decorator that adds a function to `FORMATS`; it yields the file's text piece by piece."""

    def add(write: Writer) -> Writer:
        FORMATS[name] = Format(name, label, suffix, media_type, is_citation, write)
        return write

    return add


# --- Tables and lists -------------------------------------------------------------------------------------


class _Line:
    """A file of one line, which `csv.writer` writes and `write` hands back."""

    def write(self, line: str) -> str:
        return line


class Column(NamedTuple):
    """One column of the table: its heading, and what stands in it."""

    name: str
    read: Callable[[Record], str]


def _names(tags: Iterable[RecordTag]) -> str:
    return SEPARATOR.join(tag.name for tag in tags)


def _tag_columns(kind: str, plural: str) -> tuple[Column, Column]:
    return (
        Column(plural, lambda record: _names(record.tags_of(kind))),
        Column(f"main_{plural}", lambda record: _names(tag for tag in record.tags_of(kind) if tag.is_main)),
    )


COLUMNS = (
    Column("id", lambda record: f"{record.id}"),
    Column("published_on", lambda record: record.published_on.isoformat() if record.published_on else ""),
    Column("published_precision", lambda record: record.published_precision if record.published_on else ""),
    Column("clipped_on", lambda record: record.clipped_on.isoformat() if record.clipped_on else ""),
    Column("outlet", lambda record: record.outlet),
    Column("authors", lambda record: SEPARATOR.join(record.authors)),
    Column("title", lambda record: record.title),
    Column("standfirst", lambda record: record.standfirst),
    Column("language", lambda record: record.language),
    Column("url", lambda record: record.url),
    Column("original_url", lambda record: record.original_url),
    *chain.from_iterable(_tag_columns(kind, plural) for kind, plural in KINDS.items()),
)


def safe_cell(text: str) -> str:
    """Return the text of a cell, with an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{text}" if FORMULA.match(text) else text


@exporter("csv", "CSV", suffix="csv", media_type="text/csv; charset=utf-8")
def write_csv(selection: Selection) -> Iterator[str]:
    """Yield a table with a line for each article, as RFC 4180 and spreadsheets know it."""
    write: Callable[[Sequence[str]], str] = csv.writer(_Line()).writerow
    yield BYTE_ORDER_MARK + write([column.name for column in COLUMNS])
    for record in selection.records:
        yield write([safe_cell(column.read(record)) for column in COLUMNS])


@exporter("jsonl", "JSON Lines", suffix="jsonl", media_type="application/x-ndjson")
def write_jsonl(selection: Selection) -> Iterator[str]:
    """Yield a JSON object on a line for each article, its keys named as in the API."""
    for record in selection.records:
        yield _json(_as_object(record)) + "\n"


def _as_object(record: Record) -> dict[str, object]:
    return {
        "id": record.id,
        "url": record.url,
        "title": record.title,
        "standfirst": record.standfirst,
        "published_on": record.published_on.isoformat() if record.published_on else None,
        "published_precision": record.published_precision,
        "clipped_on": record.clipped_on.isoformat() if record.clipped_on else None,
        "outlet": record.outlet or None,
        "authors": list(record.authors),
        "language": record.language,
        "original_url": record.original_url,
        **{
            plural: [
                {"slug": tag.slug, "name": tag.name, "role": tag.role, "salience": tag.salience}
                for tag in record.tags_of(kind)
            ]
            for kind, plural in KINDS.items()
        },
    }


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


@exporter("markdown", "Markdown", suffix="md", media_type="text/markdown; charset=utf-8")
def write_markdown(selection: Selection) -> Iterator[str]:
    """Yield a reading list: titles that link to the archive, with outlet, date, standfirst and main tags."""
    yield f"# {_plain(selection.title)}\n\n<{selection.url}>\n\n"
    if selection.notice:
        yield f"{_plain(selection.notice)}\n\n"
    for record in selection.records:
        yield "\n".join(_markdown_lines(record)) + "\n"


def _markdown_lines(record: Record) -> Iterator[str]:
    published = (
        date_in_words(record.published_on, record.published_precision)
        if record.published_on
        else gettext("undated")
    )
    credits = [part for part in (record.outlet, published, ", ".join(record.authors)) if part]
    original = f", [{gettext('original')}]({_pointed(record.original_url)})" if record.original_url else ""
    yield f"- **[{_plain(record.title)}]({_pointed(record.url)})**  "
    yield f"  {_plain(', '.join(credits))}{original}  "
    if record.standfirst:
        yield f"  {_plain(record.standfirst)}  "
    if main := [tag.name for tag in record.tags if tag.is_main]:
        yield f"  *{_plain(', '.join(main))}*"


def _plain(text: str) -> str:
    """Return the text with everything that means something in Markdown made to mean itself."""
    return text.translate(MARKDOWN)


def _pointed(url: str) -> str:
    """Return an address as a link's target: in angle brackets it may hold brackets of other kinds."""
    return f"<{url.replace('<', '%3C').replace('>', '%3E').replace('\\', '%5C').replace(' ', '%20')}>"


# --- Citations --------------------------------------------------------------------------------------------


@exporter(
    "text", marked("Plain text"), suffix="txt", media_type="text/plain; charset=utf-8", is_citation=True
)
def write_text(selection: Selection) -> Iterator[str]:
    """Yield a sentence for each article, an empty line between two."""
    for number, record in enumerate(selection.records):
        yield f"\n{citation(record)}\n" if number else f"{citation(record)}\n"


@exporter(
    "bibtex", "BibTeX", suffix="bib", media_type="application/x-bibtex; charset=utf-8", is_citation=True
)
def write_bibtex(selection: Selection) -> Iterator[str]:
    """Yield an entry for each article."""
    for number, record in enumerate(selection.records):
        yield f"\n{bibtex(record)}" if number else bibtex(record)


@exporter(
    "ris",
    "RIS",
    suffix="ris",
    media_type="application/x-research-info-systems; charset=utf-8",
    is_citation=True,
)
def write_ris(selection: Selection) -> Iterator[str]:
    """Yield a record for each article."""
    for record in selection.records:
        yield ris(record)


@exporter(
    "csl-json",
    "CSL-JSON",
    suffix="json",
    media_type="application/vnd.citationstyles.csl+json",
    is_citation=True,
)
def write_csl(selection: Selection) -> Iterator[str]:
    """Yield one JSON array with an item for each article."""
    yield "["
    for number, record in enumerate(selection.records):
        yield (",\n" if number else "\n") + _json(csl(record))
    yield "\n]\n"
