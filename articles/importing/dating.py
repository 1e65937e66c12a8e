"""Decides when an article was published, clipped and updated, from everything in a file that says so."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from articles.importing.dates import (
    DateError,
    Precision,
    PrintedDate,
    UndecidedError,
    date_in_path,
    read_date,
)
from articles.importing.frontmatter import FrontMatter
from articles.importing.handlers import Value
from articles.importing.head import LABELS_OF_UPDATES
from articles.importing.keys import DATES_OR_NOT, KEYS, Fields, same_key, texts
from articles.importing.problems import ClippingError, Notice, UndecidedDateError, UndecidedNotice
from articles.importing.troubles import Trouble

# Keys that can mean nothing else.  Hugo's `publishDate` is missing: it is the day from which a page is shown.
OF_PUBLICATION = frozenset(
    {"published", "publishedon", "publishedat", "publishedtime", "publisheddate", "datepublished"}
)
# A notice tells of two dates that are at least so many days apart.  One day may be a time zone, or a page
# that went online overnight: 163 of 362 differences surveyed.  From a date that names only its month, days
# are counted from the end of the month, and any day of the next one is near enough.
MIN_APART, MIN_APART_FROM_MONTH = 2, 32
OF_ANY_DATE = frozenset(map(same_key, KEYS["date"])) - DATES_OR_NOT


@dataclass(frozen=True, slots=True)
class Dated:
    """The three dates of a clipping; ``unread`` holds keys whose dates are none of them or unclear."""

    published: PrintedDate | None
    clipped: PrintedDate | None
    updated: PrintedDate | None
    notices: tuple[Notice, ...]
    unread: dict[str, Value]


def date_clipping(
    front: FrontMatter,
    fields: Fields,
    printed: Sequence[tuple[str, str, int]],
    paths: tuple[str, str],
    *,
    day_first: bool | None,
    own: str = "",
    unlabelled: tuple[str, int] | None = None,
) -> Dated:
    """Return when the article was published, clipped and updated.

    ``printed`` are the text's own date lines: label, date, line of the file.  They are believed first, for a
    bare ``date`` may be the day of the clipping; then the front matter, then ``paths``: the address and the
    file name; then ``own``, the path at which the site that the file is from shows the article.  What stands
    at the head of the text ``unlabelled``, a date and its line, comes after the front matter.  Raise
    ClippingError if the front matter's date cannot be understood.
    """
    notices: list[Notice] = []
    unread: dict[str, Value] = {}
    lines = dict(_printed_dates(printed, day_first, notices))
    stated, bare = _stated_dates(front, fields, day_first)
    clipped, updated = (
        _other_date(front, fields, name, day_first, notices, unread) for name in ("clipped", "updated")
    )
    told = lines.get("published")
    given = fields.first("date")
    if told and stated and given and told.on != stated.on:
        if same_key(given.key) == "date" and stated.on > told.on:
            bare = bare or stated
        else:
            unread[given.key] = given.value
            if _differ(stated, told):
                message = f"{given.key} says {stated.on}, the text {told.on}; the text was believed"
                notices.append(_disagreement(front, given.key, message))
    if clipped and bare and given and clipped.on != bare.on:
        unread[given.key] = given.value
        if _differ(bare, clipped):
            key = _key(fields, "clipped")
            message = f"{given.key} says {bare.on}, {key} {clipped.on}; the latter was taken"
            notices.append(_disagreement(front, given.key, message))
    clipped = clipped or bare
    published = told or stated or _at_head(unlabelled, day_first, notices)
    published = published or next(filter(None, map(date_in_path, (*paths, own))), None)
    notices += _disagreements(published, clipped, paths) if published else [_undated(front, fields)]
    last = lines.get("updated") or updated
    if updated and last != updated and (given := fields.first("updated")):
        unread[given.key] = given.value
    return Dated(published, clipped, last, tuple(notices), unread)


def _at_head(
    unlabelled: tuple[str, int] | None, day_first: bool | None, notices: list[Notice]
) -> PrintedDate | None:
    """Return the date at the head of the text, of which no word says what it is a date of."""
    line = [("published", *unlabelled)] if unlabelled else []
    return dict(_printed_dates(line, day_first, notices)).get("published")


def _disagreement(front: FrontMatter, key: str, message: str) -> Notice:
    return Notice(message, front.line_of(key), Trouble.DATES_DISAGREE)


def _undated(front: FrontMatter, fields: Fields) -> Notice:
    """Return the notice of a file without a date, which names what stands in the place of one."""
    remedy = "add a line `date: YYYY-MM-DD` to its front matter"
    for key, value in fields.extra.items():
        if isinstance(value, str) and same_key(key) in OF_ANY_DATE:
            message = f"{key} {value[:40]!r} is no date; {remedy}"
            return Notice(message, front.line_of(key), Trouble.NO_DATE)
    return Notice(f"it has no date; {remedy}", kind=Trouble.NO_DATE)


def _key(fields: Fields, name: str) -> str:
    given = fields.first(name)
    return given.key if given else name


def _printed_dates(
    printed: Iterable[tuple[str, str, int]], day_first: bool | None, notices: list[Notice]
) -> Iterator[tuple[str, PrintedDate]]:
    """Yield the dates of the text's own `Published` and `Updated` lines, the first of each last."""
    for label, text, line in reversed(list(printed)):
        try:
            date = read_date(text, day_first=day_first)
        except DateError as error:
            if "ago" not in text.lower().split():
                notices.append(_notice(error, f"{label} {error}", line))
            continue
        if date:
            yield ("updated" if label.startswith(LABELS_OF_UPDATES) else "published"), date


def _stated_date(front: FrontMatter, fields: Fields, day_first: bool | None) -> PrintedDate | None:
    given = fields.first("date")
    if given is None:
        return None
    try:
        return read_date(_printed(given.value), day_first=day_first)
    except UndecidedError as error:
        line = front.line_of(given.key)
        raise UndecidedDateError(f"{given.key} {error}", line, Trouble.UNDECIDED_DATE) from error
    except DateError as error:
        raise ClippingError(f"{given.key} {error}", front.line_of(given.key), Trouble.BAD_DATE) from error


def _printed(value: Value) -> str:
    """Return the date of a key, the first of several; a link is a list of one list to YAML."""
    is_link = isinstance(value, list) and len(value) == 1 and isinstance(value[0], list)
    return ", ".join(texts(value)) if is_link else texts(value)[0]


def _stated_dates(
    front: FrontMatter, fields: Fields, day_first: bool | None
) -> tuple[PrintedDate | None, PrintedDate | None]:
    """Return the day of publication that the front matter states, and that of the clipping if a `date` is it.

    A `date` later than what another key calls the day of publication is when somebody kept the article.
    """
    stated = _stated_date(front, fields, day_first)
    given = fields.first("date")
    if stated is None or given is None or same_key(given.key) != "date":
        return stated, None
    for key, value in fields.extra.items():
        if same_key(key) in OF_PUBLICATION and isinstance(value, str):
            with contextlib.suppress(DateError):
                published = read_date(value, day_first=day_first)
                if published and published.precision is Precision.DAY and published.on < stated.on:
                    return published, stated
    return stated, None


def _other_date(
    front: FrontMatter,
    fields: Fields,
    name: str,
    day_first: bool | None,
    notices: list[Notice],
    unread: dict[str, Value],
) -> PrintedDate | None:
    given = fields.first(name)
    if given is None:
        return None
    try:
        return read_date(_printed(given.value), day_first=day_first)
    except DateError as error:
        notices.append(_notice(error, f"{given.key} {error}; kept as text", front.line_of(given.key)))
        unread[given.key] = given.value
        return None


def _notice(error: DateError, message: str, line: int | None) -> Notice:
    if isinstance(error, UndecidedError):
        return UndecidedNotice(message, line, Trouble.UNDECIDED_DATE)
    return Notice(message, line, Trouble.BAD_DATE)


def _disagreements(
    published: PrintedDate, clipped: PrintedDate | None, paths: Sequence[str]
) -> Iterator[Notice]:
    """Yield where the address or the file name differs: reported, not repaired (362 of 127,316 files)."""
    known = [date for date in (published, clipped) if date]
    for what, path in zip(("address", "file name"), paths, strict=True):
        shown = date_in_path(path)
        if shown and all(_differ(shown, date) for date in known):
            when = "on" if published.precision is Precision.DAY else "in"
            message = f"published {when} {_printed_as(published)}, but the {what} says {_printed_as(shown)}"
            yield Notice(f"{message}; check which is right", kind=Trouble.DATES_DISAGREE)


def _differ(one: PrintedDate, other: PrintedDate) -> bool:
    """Return whether two dates are so far apart that an editor should look at them."""
    is_by_day = one.precision is other.precision is Precision.DAY
    earlier, later = sorted((one, other), key=lambda date: date.on)
    return (later.on - _last_day(earlier)).days >= (MIN_APART if is_by_day else MIN_APART_FROM_MONTH)


def _last_day(date: PrintedDate) -> dt.date:
    """Return the last day of what a date names."""
    if date.precision is Precision.DAY:
        return date.on
    if date.precision is Precision.YEAR:
        return date.on.replace(month=12, day=31)
    return (date.on + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)


def _printed_as(date: PrintedDate) -> str:
    """Return a date as far as it is known: ``2025-10-16``, ``2025-10``, ``2025``."""
    return date.on.isoformat()[: {Precision.DAY: 10, Precision.MONTH: 7, Precision.YEAR: 4}[date.precision]]
