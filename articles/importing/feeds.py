"""RSS and Atom files saved to disk: each entry becomes the text of a clipping, read like any other.

So titles, bylines, dates and boilerplate of a feed go through the rules of every clipping.  A feed is only a
file here; nothing is ever fetched.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import feedparser

from articles.importing.addresses import host_of, web_address
from articles.importing.crossing import Crossing
from articles.importing.dates import DateError, read_date
from articles.importing.markup import to_markdown
from articles.importing.outlets import outlet_at, outlet_named
from articles.importing.problems import ClippingError, Notice
from articles.importing.sources import FEED_SUFFIXES, FoundFile, SkippedError, SourceFile, suffix_of
from articles.importing.troubles import Trouble

type Values = Mapping[str, Any]  # what feedparser returns has no types

MAX_ENTRIES = 2_000  # a feed has 10 to 100; 285,000 empty ones fit into 2 MB
ENTRY_NAME = "entry.md"  # of an entry, as far as a name says something of an article
MAX_SUMMARY = 2_000  # characters; beyond, it is the text
# Matches `<!ENTITY a "b">` in any case, which an internal subset needs to do harm.
ENTITY = re.compile(rb"<!ENTITY", re.IGNORECASE)
# Matches `<item>`, `<item rdf:about="...">`, `<atom:entry>`; not `<items>`.
ENTRY = re.compile(rb"<(?:\w{1,20}:)?(?:item|entry)(?=[\s/>])")
# Matches `<?xml version="1.0"?>` with or without a byte order mark before it.
DECLARATION = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?<\?xml")
# Matches the start of `Thu, 16 Oct 25 23:30:00 -0400`, as RFC 822 has it, not of `Thu, 16 Oct 2025 23:30`.
SHORT_YEAR = re.compile(
    r"^(?P<day>(?:[A-Z][a-z]{2}, )?\d{1,2} [A-Z][a-z]{2} )(?P<year>\d{2})(?= \d{1,2}:\d{2})"
)
FIRST_OF_1900S = 50  # RFC 2822, 4.3: years of two figures from 50 are of 1900, those below of 2000
HARMLESS = (feedparser.CharacterEncodingOverride, feedparser.NonXMLContentType)


@dataclass(frozen=True, slots=True)
class FeedEntry(Crossing):
    """One entry as the file it would be, and the line of the feed it begins on."""

    found: FoundFile
    source: SourceFile
    line: int | None
    notices: tuple[Notice, ...] = ()


# What the report says of an entry instead of what it says of a file: there is no front matter to be mended.
OF_ENTRY = {
    Trouble.NO_TITLE: "the entry has no title; import its page as a file of its own",
    Trouble.NO_DATE: "the entry has no date",
    Trouble.NO_TEXT: "the entry has no text",
}


def is_feed(found: FoundFile) -> bool:
    """Return whether a file is to be read as a feed, which its name says."""
    return suffix_of(found.name) in FEED_SUFFIXES


def read_feed(source: SourceFile, found: FoundFile) -> list[FeedEntry]:
    """Return the feed's entries; raise SkippedError for XML that is none, ClippingError for a broken feed."""
    content = source.content.replace(b"\0", b"")  # UTF-16, as far as the two searches go
    if entity := ENTITY.search(content):
        line = content.count(b"\n", 0, entity.start()) + 1
        message = "it declares entities, which are not read; write the characters out"
        raise ClippingError(message, line, Trouble.BROKEN_FEED)
    # A stream, never a name: a name would be fetched or opened.
    parsed = feedparser.parse(io.BytesIO(source.content))
    problem = _problem(parsed, content)
    if not parsed.entries:
        if problem:
            raise ClippingError(f"{problem.message}; save the feed again", problem.line, problem.kind)
        what = "a feed without entries" if parsed.get("version") else "XML, but not an RSS or Atom feed"
        raise SkippedError(f"{what}; leave it out", Trouble.NO_ARTICLE)
    if len(parsed.entries) > MAX_ENTRIES:
        message = f"{len(parsed.entries):,} entries, more than {MAX_ENTRIES:,}; split the feed"
        raise ClippingError(message, kind=Trouble.TOO_LARGE)
    lines = _lines(content, len(parsed.entries))
    entries = list(_entries(parsed, found, lines))
    if problem:
        message = f"{problem.message}; the feed was read as far as possible, check that no entry is missing"
        entries[0] = replace(entries[0], notices=(Notice(message, problem.line, Trouble.BROKEN_FEED),))
    return entries


def _problem(parsed: feedparser.FeedParserDict, content: bytes) -> Notice | None:
    """Return what is wrong with the XML, if anything is."""
    error = parsed.get("bozo_exception")
    if not parsed.get("bozo") or isinstance(error, HARMLESS):
        return None
    line = error.getLineNumber() if hasattr(error, "getLineNumber") else None
    if line and not DECLARATION.match(content):
        line = max(1, line - 1)  # feedparser put one on top
    reason = error.getMessage() if hasattr(error, "getMessage") else type(error).__name__
    return Notice(f"broken XML: {reason}", line, Trouble.BROKEN_FEED)


def _lines(content: bytes, count: int) -> Sequence[int | None]:
    """Return the line that each entry begins on; unknown where more or fewer tags than entries are seen."""
    starts = [match.start() for match in ENTRY.finditer(content)]
    if len(starts) != count:
        return [None] * count
    lines, line, position = [], 1, 0
    for start in starts:
        line += content.count(b"\n", position, start)
        lines.append(line)
        position = start
    return lines


def _entries(
    parsed: feedparser.FeedParserDict, found: FoundFile, lines: Sequence[int | None]
) -> Iterator[FeedEntry]:
    """Yield the entries; what stands twice under one id is one more entry, not a version of the first."""
    seen: dict[str, int] = {}
    feed = dict(parsed.feed)
    for number, (given, line) in enumerate(zip(parsed.entries, lines, strict=True), start=1):
        entry = dict(given)  # its own `get` answers for one date with another
        content = _text_of(entry, feed).encode("utf-8", "replace")
        identity = _first(entry, "id", "link", "title") or content.decode()
        key = hashlib.sha256(identity.encode("utf-8", "replace")).hexdigest()[:16]
        seen[key] = seen.get(key, 0) + 1
        name = key if seen[key] == 1 else f"{key}-{seen[key]}"
        place = FoundFile(found.path / name, f"{found.name}/{name}", f"{found.shown}, entry {number}")
        # The feed's own name says nothing of its entries: `2025-10-16.xml` holds those of many days.
        source = SourceFile(place.path, ENTRY_NAME, place.shown, content, hashlib.sha256(content).hexdigest())
        yield FeedEntry(place, source, line)


def _text_of(entry: Values, feed: Values) -> str:
    """Return the entry as the text of a clipping: JSON front matter, then Markdown."""
    contents = [to_markdown(part.get("value", "")) for part in entry.get("content", ())]
    summary = to_markdown(_first(entry, "summary"))
    body = max(contents, key=len, default="")
    if not body or len(summary) > max(len(body), MAX_SUMMARY):
        body, summary = summary, ""
    if summary == body:
        summary = ""  # feedparser's copy of a content without a summary
    link = _first(entry, "link")
    if link == _first(entry, "id") and not web_address(link):
        link = ""  # feedparser gives an entry without a link its id as one, `urn:uuid:1225c695` for instance
    outlet = _first(dict(entry.get("source", {})), "title") or _first(feed, "title")
    values: dict[str, object] = {
        "title": _first(entry, "title"),
        "date": _date(entry, "published") or _date(entry, "created") or _date(entry, "updated"),
        "updated": _date(entry, "updated"),
        "authors": _authors(entry),
        # `BBC News - World` is one of many feeds of one outlet.
        "source": outlet_named(outlet) or outlet_at(host_of(link)) or outlet,
        "url": link,
        "tags": _categories(entry),
        "language": _first(entry, "language") or _first(feed, "language"),
        "summary": " ".join(summary.split()),
    }
    head = json.dumps({key: value for key, value in values.items() if value}, ensure_ascii=False, indent=0)
    return f";;;\n{head}\n;;;\n\n{body}\n"


def _first(values: Values, *names: str) -> str:
    """Return the first of these values that is a text."""
    found = (values.get(name) for name in names)
    return next((" ".join(value.split()) for value in found if isinstance(value, str) and value.strip()), "")


def _date(entry: Values, name: str) -> str:
    """Return a date as printed, its day in its own zone; empty where it says that there is none.

    What feedparser makes of it is left alone: it reads 30 February as 2 March, 2025-13-05 as a day of 2026
    (feedparser 6.0), and turns days into those of Greenwich.
    """
    printed = _first(entry, name)
    in_full = SHORT_YEAR.sub(_year_in_full, printed, count=1)
    with contextlib.suppress(DateError):
        return in_full if read_date(in_full) else ""
    return printed


def _year_in_full(match: re.Match[str]) -> str:
    return f"{match['day']}{'19' if int(match['year']) >= FIRST_OF_1900S else '20'}{match['year']}"


def _authors(entry: Values) -> list[str]:
    """Return the authors as printed; of several elements, the name in each.

    What feedparser makes of `jane@x.org (Jane Doe), tom@x.org (Tom Reed)` is one name of both.
    """
    detail = entry.get("author_detail", {})
    printed = _first(entry, "author")
    is_as_printed = printed != f"{_first(detail, 'name')} ({_first(detail, 'email')})"  # else put together
    if "@" in printed and is_as_printed and len(entry.get("authors", ())) < 2:
        return [printed]
    named = [_first(author, "name") for author in entry.get("authors", ())]
    return list(dict.fromkeys(filter(None, named)))


def _categories(entry: Values) -> list[str]:
    named = [_first(tag, "label", "term") for tag in entry.get("tags", ())]
    return list(dict.fromkeys(filter(None, named)))
