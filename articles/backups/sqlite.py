"""Copies, checks and puts back an SQLite database."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.db import connection

from articles.backups.container import BackupError, Facts, sync_folder
from articles.backups.facts import differences, named, read_facts
from articles.commands import manage_here
from articles.importing.texthash import HASHED_FIELDS, text_hash_of
from articles.models import Article

JSON_FIELDS = {"keywords", "extra", "cuts"}
TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
SHOWN = 5  # articles named in one sentence
SIDE_FILES = ("-wal", "-shm", "-journal")


def copy_into(path: Path) -> Facts:
    """Copy the database of this archive, as it is at one moment, to a new file; return what that holds.

    One step of SQLite's backup: a snapshot.  Writers go on meanwhile.
    """
    connection.ensure_connection()
    try:
        with contextlib.closing(sqlite3.connect(path)) as copy:
            connection.connection.backup(copy)
            # One file without companions, wherever it is opened.
            copy.execute("PRAGMA journal_mode=DELETE")
            # Those that are there: an archive is backed up before its tables are upgraded, too.
            return _facts_of(copy, named(copy.execute(TABLES)))
    except sqlite3.Error as error:
        raise BackupError(f"the database cannot be copied ({error}); see that its disk has space") from error


def check(path: Path, expected: Facts, *, is_current: bool) -> list[str]:
    """Return what is wrong with a copy; ``is_current``: its tables are those of this version."""
    try:
        with _read_only(path) as copy:
            problems = [line for [line] in copy.execute("PRAGMA integrity_check") if line != "ok"]
            broken = copy.execute("PRAGMA foreign_key_check").fetchall()
            problems += [
                f"a row of {table} points to a missing row of {other}" for table, _, other, _ in broken
            ]
            problems += differences(expected, _facts_of(copy, expected.counts))
            if is_current:
                problems += _damaged_texts(copy)
    except (sqlite3.Error, ValueError) as error:
        return [f"its database cannot be read ({error})"]
    return problems


def _facts_of(database: sqlite3.Connection, tables: Iterable[str]) -> Facts:
    return read_facts(lambda statement: database.execute(statement).fetchall(), tables)


def _damaged_texts(database: sqlite3.Connection) -> list[str]:
    columns = ", ".join(f'"{name}"' for name in ("id", "text_hash", *HASHED_FIELDS))
    statement = f'SELECT {columns} FROM "{Article._meta.db_table}"'  # noqa: S608 - names of our own
    damaged = [
        pk
        for pk, text_hash, *values in database.execute(statement)
        if text_hash_of(map(_read, HASHED_FIELDS, values)) != text_hash
    ]
    if not damaged:
        return []
    shown = ", ".join(map(str, damaged[:SHOWN])) + (" ..." if len(damaged) > SHOWN else "")
    return [
        f"{len(damaged):,} texts are not what was stored, and were not when it was made: articles {shown}"
    ]


def _read(name: str, value: object) -> object:
    return json.loads(str(value)) if name in JSON_FIELDS else value


@contextlib.contextmanager
def _read_only(path: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
        yield database


def place() -> Path:
    """Return where the database of this archive has its file; raise BackupError if there is anything yet."""
    name = str(connection.settings_dict["NAME"])
    if name.startswith("file:"):
        raise BackupError(
            "the database's folder cannot be written; restore into another: NEWSROOM_DATA=/new/folder"
        )
    path = Path(name)
    if any(Path(name + suffix).exists() for suffix in SIDE_FILES) or not _is_empty(path):
        raise BackupError(
            f"{path} holds an archive already, and nothing was changed; restore into an empty folder: "
            f"NEWSROOM_DATA=/new/folder {manage_here('restore FILE')}"
        )
    return path


def _is_empty(path: Path) -> bool:
    return not path.exists() or (path.is_file() and path.stat().st_size == 0)


def put(copy: Path, path: Path) -> None:
    """Move a checked copy to where the database belongs; raise BackupError if one appeared there."""
    with contextlib.suppress(FileNotFoundError):
        if path.stat().st_size == 0:
            path.unlink()
    try:
        os.link(copy, path)  # unlike a rename it never replaces a file
    except FileExistsError as error:
        raise BackupError(f"{path} was made by another program meanwhile; nothing was changed") from error
    sync_folder(path.parent)
