"""Checks a backup without touching the archive, and puts one back where there is none."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader

from articles.backups import container, postgres, sqlite
from articles.backups.container import BackupError, Facts, Manifest

NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def check_backup(file: Path) -> Manifest:
    """Return what a sound backup holds; raise BackupError with all that is wrong with it.

    Nothing of the archive is read or written; a copy is unpacked into the temporary folder and removed.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="newsroom-restore-") as folder:
            return _unpack(file, Path(folder))[0]
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise BackupError(f"it cannot be unpacked ({reason}); TMPDIR names a folder with space") from error


def restore_backup(file: Path) -> Manifest:
    """Put a backup back, and return what it holds; raise BackupError, and change nothing, if it cannot be.

    The database must be empty, and of the kind that was backed up.  The search index follows by itself.
    """
    kind = container.read_manifest(file).database
    if kind != connection.vendor:
        raise BackupError(
            f"it holds a database of {NAMES[kind]}, and this archive has {NAMES[connection.vendor]}; "
            + ("leave DATABASE_URL empty" if kind == "sqlite" else "set DATABASE_URL=postgres://...")
        )
    try:
        return _restore_file(file) if kind == "sqlite" else _restore_dump(file)
    except DatabaseError as error:
        reason = " ".join(str(error).split())
        raise BackupError(f"the database cannot be reached ({reason})") from error
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise BackupError(f"the database cannot be written ({reason}); nothing was changed") from error


def migrations_to_apply(facts: Facts) -> list[str]:
    """Return the migrations that this version has and the backup lacks."""
    return sorted(_known_migrations() - set(facts.migrations))


def _restore_file(file: Path) -> Manifest:
    path = sqlite.place()
    # On the disk of the database, so that the last step is one rename.
    with tempfile.TemporaryDirectory(prefix=".newsroom-restore-", dir=path.parent) as folder:
        manifest, copy = _unpack(file, Path(folder))
        sqlite.put(copy, path)
    return manifest


def _restore_dump(file: Path) -> Manifest:
    postgres.check_empty()
    with tempfile.TemporaryDirectory(prefix="newsroom-restore-") as folder:
        manifest, copy = _unpack(file, Path(folder))
        postgres.load(copy, manifest.facts)
    return manifest


def _unpack(file: Path, folder: Path) -> tuple[Manifest, Path]:
    """Unpack a backup into a folder, and check it: bytes, version, database, rows."""
    manifest, copy = container.extract(file, folder)
    unknown = sorted(set(manifest.facts.migrations) - _known_migrations())
    if unknown:
        raise BackupError(
            f"it was made by a newer Newsroom ({manifest.newsroom}), whose tables this one does not know "
            f"({unknown[0]}); upgrade first"
        )
    if manifest.database == "sqlite":
        problems = sqlite.check(copy, manifest.facts, is_current=not migrations_to_apply(manifest.facts))
    else:
        problems = postgres.check(copy, manifest.facts)
    if problems:
        raise BackupError("; ".join(problems[:10]))
    return manifest, copy


def _known_migrations() -> set[str]:
    return {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
