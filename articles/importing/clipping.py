"""One file, understood: the `Clipping` and how a `SourceFile` becomes one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Precision(StrEnum):
    """How much of a date the source gave: 2019, May 2019 or 16 May 2019."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a reader of the import report should know about a file that was imported all the same."""

    message: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Cut:
    """Text that a cleaning step took out of the body, kept so that nothing is lost."""

    step: str
    text: str


class ClippingError(ValueError):
    """A file that cannot be imported: says what is wrong, on which line (1-based), and the remedy."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line

    def __reduce__(self) -> tuple[type[ClippingError], tuple[str, int | None]]:
        """Keep both arguments when the error crosses from the worker process."""
        return type(self), (self.message, self.line)


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
