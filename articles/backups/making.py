"""Makes a backup, beside whatever else goes on."""

from __future__ import annotations

import os
import tempfile
import tomllib
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from articles.backups import container, postgres, sqlite
from articles.backups.container import FORMAT, MEMBERS, BackupError, Manifest

COPIERS = {"sqlite": sqlite.copy_into, "postgresql": postgres.dump_into}


def make_backup(file: Path) -> Manifest:
    """Write the archive to a file, complete or not at all, and return what it holds.

    A backup of that name is replaced; raise BackupError if it is another file, or if the backup cannot be
    made.
    """
    file = file.absolute()
    if not file.parent.is_dir():
        raise BackupError(f"the folder {file.parent} does not exist; make it first")
    _check_replaceable(file)
    try:
        with tempfile.TemporaryDirectory(prefix=".newsroom-backup-", dir=file.parent) as folder:
            manifest = _make(Path(folder), file)
    except DatabaseError as error:
        reason = " ".join(str(error).split())
        raise BackupError(
            f"the database cannot be read ({reason}); see that it runs and has tables"
        ) from error
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise BackupError(
            f"{file} cannot be written ({reason}); it takes space for the database and its copy"
        ) from error
    return manifest


def _check_replaceable(file: Path) -> None:
    if file.exists():
        try:
            container.read_manifest(file)
        except BackupError as error:
            raise BackupError(f"{file} exists and is no backup; choose another name") from error


def _make(folder: Path, file: Path) -> Manifest:
    kind = connection.vendor
    copy = folder / MEMBERS[kind]
    made_at = timezone.now()
    facts = COPIERS[kind](copy)
    manifest = Manifest(
        format=FORMAT,
        newsroom=version(),
        made_at=made_at.isoformat(timespec="seconds"),
        database=kind,
        sha256=container.hash_of(copy),
        size=copy.stat().st_size,
        facts=facts,
    )
    container.write(folder / "backup", copy, manifest)
    os.replace(folder / "backup", file)
    container.sync_folder(file.parent)
    return manifest


def version() -> str:
    """Return the version of this Newsroom."""
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))
    return str(project["project"]["version"])
