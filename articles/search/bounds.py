"""A day, month or year as the bound of a range of days."""

from __future__ import annotations

import datetime as dt
import re
from calendar import monthrange

from articles.phrases import gettext, quoted

# Matches 2025, 2025-10, 2025-10-17 and 2025-1-7; not 17-10-2025 or 2025-10-17T12:00.
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)


class BoundError(ValueError):
    """What is not a date; the message is for the reader, ``reason`` the same without what to do about it."""

    def __init__(self, text: str) -> None:
        said = {"text": quoted(text[:40])}
        super().__init__(gettext("%(text)s is not a date; write 2025-10-17, 2025-10 or 2025") % said)
        self.reason = gettext("%(text)s is not a date") % said


def read_bound(text: str, *, is_upper: bool) -> dt.date:
    """Return the first day of what the text names, or its last as an upper bound.

    Raise BoundError for what is not a date.
    """
    match = _DATE.fullmatch(text)
    if match is None:
        raise BoundError(text)
    year = int(match[1])
    month = int(match[2] or (12 if is_upper else 1))
    try:
        return dt.date(year, month, int(match[3] or (monthrange(year, month)[1] if is_upper else 1)))
    except ValueError as error:
        raise BoundError(text) from error
