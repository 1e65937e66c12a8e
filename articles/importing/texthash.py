"""The hash that proves a stored article is still what was written: `manage.py verify` computes it again."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping

# Columns of an article that say what its text is.  Not its status, outlet, authors or tags: editors change
# those for many articles by one statement, and they are rows that the database can check by itself.
HASHED_FIELDS = (
    "title", "standfirst", "body", "byline", "url", "published_on", "published_precision", "clipped_on",
    "updated_on", "sort_on", "language", "section", "slug", "summary", "keywords", "extra", "cuts",
)  # fmt: skip


_json_of = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def text_hash_of(values: Iterable[object]) -> str:
    """Return the hash of an article's columns, given in the order of ``HASHED_FIELDS``."""
    words = _json_of([value if type(value) is str else _plain(value) for value in values])
    return hashlib.sha256(words.encode("ascii")).hexdigest()


def _plain(value: object) -> object:
    """Return a value as it is once a database has stored it and given it back."""
    if isinstance(value, str):
        return value
    if isinstance(value, dt.date):
        return value.isoformat()
    # PostgreSQL keeps 1e22 as a whole number.
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value
