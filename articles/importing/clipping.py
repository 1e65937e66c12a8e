"""One file, understood: the `Clipping` and how a `SourceFile` becomes one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from articles.importing.body import Cut
from articles.importing.dates import DateError, Precision, read_date
from articles.importing.decoding import decode
from articles.importing.frontmatter import read_front_matter
from articles.importing.keys import sort_fields, texts
from articles.importing.problems import ClippingError, Notice
from articles.importing.sources import SourceFile

__all__ = ["READER_VERSION", "Clipping", "ClippingError", "Cut", "Notice", "Precision", "read_clipping"]

READER_VERSION = "1"  # a new one reads every file again: raise it with every change of what is read


@dataclass(frozen=True, slots=True)
class Clipping:
    """What one file says, cleaned.

    ``body`` is Markdown without the standfirst.  ``byline`` is the authors as printed, ``authors`` the
    names one by one.  ``keywords`` are the front matter's own tags, kinds not yet known.  ``url`` is as
    written; ``canonical_url`` is what identity compares.  ``extra`` holds front-matter keys that no field
    takes, as JSON values.
    """

    title: str
    body: str
    standfirst: str = ""
    byline: str = ""
    authors: tuple[str, ...] = ()
    outlet: str = ""
    url: str = ""
    canonical_url: str = ""
    published_on: dt.date | None = None
    published_precision: Precision = Precision.DAY
    clipped_on: dt.date | None = None
    updated_on: dt.date | None = None
    language: str = ""
    section: str = ""
    keywords: tuple[str, ...] = ()
    is_published: bool = True
    cuts: tuple[Cut, ...] = ()
    notices: tuple[Notice, ...] = ()
    extra: Mapping[str, object] = field(default_factory=dict)


def read_clipping(source: SourceFile, *, day_first: bool | None = None) -> Clipping:
    """Return what a file says; raise ClippingError if it cannot be imported."""
    text, notices = decode(source.content)
    front = read_front_matter(text)
    fields = sort_fields(front.values)
    title = fields.first("title")
    if title is None:
        raise ClippingError("no title; add a line `title: ...` to the front matter", 1)
    date = fields.first("date")
    try:
        published = read_date(" ".join(texts(date.value)), day_first=day_first) if date else None
    except DateError as error:
        raise ClippingError(f"date {error}", front.line_of(date.key) if date else None) from error
    return Clipping(
        title=" ".join(texts(title.value)),
        body=front.body.strip(),
        published_on=published.on if published else None,
        published_precision=published.precision if published else Precision.DAY,
        notices=(*notices, *front.notices),
        extra=fields.extra,
    )
