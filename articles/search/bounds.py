"""A day, month or year as the bound of a range of days."""

from __future__ import annotations

import datetime as dt
import re
from calendar import monthrange

from articles.phrases import gettext

# Matches 2025, 2025-10, 2025-10-17 and 2025-1-7; not 17-10-2025 or 2025-10-17T12:00.
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)


def read_bound(text: str, *, is_upper: bool) -> dt.date:
    """Return the first day of what the text names, or its last as an upper bound.

    Raise ValueError, with a message for the reader, for what is not a date.
    """
    match = _DATE.fullmatch(text)
    if match is None:
        raise ValueError(_complaint(text))
    year = int(match[1])
    month = int(match[2] or (12 if is_upper else 1))
    try:
        return dt.date(year, month, int(match[3] or (monthrange(year, month)[1] if is_upper else 1)))
    except ValueError as error:
        raise ValueError(_complaint(text)) from error


def _complaint(text: str) -> str:
    return gettext("%(text)r is not a date; write 2025-10-17, 2025-10 or 2025") % {"text": text[:40]}
