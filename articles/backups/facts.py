"""Reads from a database, whichever it is, what a manifest says of it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from articles.backups.container import TABLE, BackupError, Facts
from articles.models import Archive

type Select = Callable[[str], Sequence[Sequence[Any]]]  # rows of a statement


def read_facts(select: Select, tables: Iterable[str]) -> Facts:
    """Return the facts of the database that ``select`` reads, with the rows of these tables counted.

    Raise BackupError where no archive was begun.
    """
    # Names of tables are ours, or were held against a pattern.
    rows = select(f'SELECT uuid, revision, gazetteer_release FROM "{Archive._meta.db_table}"')  # noqa: S608
    if not rows:
        raise BackupError("there is no archive yet; import something first")
    archive, revision, release = rows[0]
    migrations = sorted(f"{app}.{name}" for app, name in select("SELECT app, name FROM django_migrations"))
    counts = {table: select(f'SELECT count(*) FROM "{table}"')[0][0] for table in tables}  # noqa: S608
    return Facts(str(uuid.UUID(str(archive))), revision, release, counts, migrations)


def named(rows: Iterable[Sequence[Any]]) -> list[str]:
    """Return the names of tables as a manifest may have them: all of ours, whatever version made them."""
    return sorted(name for [name] in rows if TABLE.fullmatch(name))


def differences(expected: Facts, found: Facts) -> list[str]:
    """Return how the facts of a copy differ from those of its manifest, one sentence each."""
    problems = [
        f"{table} has {found.counts.get(table, 0):,} rows where {count:,} were backed up"
        for table, count in expected.counts.items()
        if found.counts.get(table) != count
    ]
    if (expected.archive, expected.revision) != (found.archive, found.revision):
        problems.append("it is the database of another archive or moment than its manifest says")
    if expected.migrations != found.migrations:
        problems.append("its tables are of another version than its manifest says")
    return problems
