"""Reads around rows that a failing disk has damaged: one of them must not hide the others."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence

from django.db import DatabaseError

# What SQLite says of a text or a page that is not what it wrote.
SIGNS = ("Could not decode to UTF-8", "malformed")

logger = logging.getLogger(__name__)


def is_damage(error: Exception) -> bool:
    """Return whether a row cannot be read although the database answers."""
    if isinstance(error, DatabaseError):
        return any(sign in str(error) for sign in SIGNS)
    return isinstance(error, UnicodeDecodeError | json.JSONDecodeError)


def read_around[Row](read: Callable[[Sequence[int]], list[Row]], ids: Sequence[int]) -> list[Row]:
    """Return what ``read`` makes of these articles, without those that are damaged; `verify` names them.

    Raise what the database raised where none of several can be read, or where it does not answer at all.
    """
    try:
        return read(ids)
    except Exception as error:
        if not is_damage(error):
            raise
        if len(ids) == 1:
            logger.warning("article %s cannot be read (%s); see: manage.py verify", ids[0], error)
            return []
        middle = len(ids) // 2
        rows = [*read_around(read, ids[:middle]), *read_around(read, ids[middle:])]
        if not rows:
            raise
        return rows
