"""Index entries for tests that need no database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

from articles.search.engine import Engine, IndexedArticle, build, write_lock

DAY = dt.date(2025, 10, 16)


def entry(pk: int, **values: object) -> IndexedArticle:
    """Return the entry of an article; only the values a test is about need to be named."""
    defaults: dict[str, object] = {
        "title": "Ministers meet",
        "standfirst": "",
        "body": "The ministers met for an hour.",
        "facets": {},
        "main": {},
        "published_on": None,
        "clipped_on": None,
        "sort_on": DAY,
        "language": "en",
    }
    return IndexedArticle(id=pk, **{**defaults, **values})  # type: ignore[arg-type]


def make_index(folder: Path, entries: Iterable[IndexedArticle], *, revision: int = 1) -> Engine:
    """Return an engine over an index of these entries."""
    with write_lock(folder, seconds=5):
        build(folder, archive="a", articles=entries, revision=revision)
    return Engine(folder)


def change_index(
    engine: Engine, put: Iterable[IndexedArticle] = (), *, remove: Iterable[int] = (), revision: int = 2
) -> None:
    """Write to an index as `search.sync` does."""
    with write_lock(engine.folder, seconds=5):
        engine.apply(put=put, remove=remove, revision=revision)
