"""The file of a backup: a zip of two members, which other programs can read as well.

``database.sqlite3`` (the database as one SQLite file) or ``database.dump`` (pg_dump, custom format), and
``manifest.json``, which says what that holds.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import BinaryIO

FORMAT = 1  # of this file; another layout is another number
MANIFEST = "manifest.json"
MEMBERS = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
MAX_MANIFEST = 1 << 20  # bytes; a real one has some 3,000
TABLE = re.compile(r"[a-z_0-9]+")  # articles_article
PIECE = 1 << 20  # bytes copied at a time
DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)


class BackupError(Exception):
    """The backup cannot be made, or the file is none that can be put back; the message says why."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What an archive's database holds at one moment: rows by table, and the migrations applied."""

    archive: str
    revision: int
    gazetteer_release: str
    counts: dict[str, int]
    migrations: list[str]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: the facts, and the hash and size of the database's member."""

    format: int
    newsroom: str
    made_at: str
    database: str
    sha256: str
    size: int
    facts: Facts

    @property
    def member(self) -> str:
        """Return the name of the database's member."""
        return MEMBERS[self.database]


def write(file: Path, database: Path, manifest: Manifest) -> None:
    """Write a new file with the database and its manifest, and see that it is on the disk.

    Only its owner may read it: it holds drafts, and the hashes of passwords.
    """
    # pg_dump has compressed already; of SQLite the lowest level takes most, at a third of the time.
    method = zipfile.ZIP_DEFLATED if manifest.database == "sqlite" else zipfile.ZIP_STORED
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        with zipfile.ZipFile(stream, "w", method, compresslevel=1) as archive:
            archive.write(database, manifest.member)
            archive.writestr(MANIFEST, json.dumps(asdict(manifest), indent=2, sort_keys=True))
        stream.flush()
        os.fsync(stream.fileno())


def read_manifest(file: Path) -> Manifest:
    """Return what a backup says that it holds; raise BackupError if it is none, or of another program."""
    with _opened(file) as archive:
        return _manifest_of(archive)


def extract(file: Path, folder: Path) -> tuple[Manifest, Path]:
    """Write the database's member into a folder; return the manifest and where it is.

    Raise BackupError if it is not byte by byte what was backed up.
    """
    with _opened(file) as archive:
        manifest = _manifest_of(archive)
        path = folder / manifest.member
        with archive.open(manifest.member) as member, open(path, "wb") as copy:
            digest = hashlib.sha256()
            left = manifest.size
            # Counted while it is unpacked: the file may say what it likes.
            while left >= 0 and (piece := member.read(min(PIECE, left + 1))):
                digest.update(piece)
                copy.write(piece)
                left -= len(piece)
            copy.flush()
            os.fsync(copy.fileno())
    if left or digest.hexdigest() != manifest.sha256:
        raise BackupError("its database is not what was backed up: the hash differs; use an older backup")
    return manifest, path


def sync_folder(folder: Path) -> None:
    """See that the names in a folder are on the disk, as the bytes of its files are."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def hash_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextlib.contextmanager
def _opened(file: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with open(file, "rb") as stream, _zip(stream) as archive:
            yield archive
    except KeyError as error:
        raise BackupError("it is no backup of Newsroom: a part of it is missing") from error
    except DAMAGE as error:
        raise BackupError(f"it is damaged ({error}); use an older backup") from error
    except OSError as error:
        raise BackupError(f"it cannot be read ({(error.strerror or str(error)).lower()})") from error


def _zip(stream: BinaryIO) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(stream)
    except zipfile.BadZipFile as error:
        raise BackupError("it is no backup of Newsroom, or its end is missing") from error


def _manifest_of(archive: zipfile.ZipFile) -> Manifest:
    info = archive.getinfo(MANIFEST)
    if info.file_size > MAX_MANIFEST:
        raise BackupError("it is no backup of Newsroom: its manifest is too large")
    try:
        values = json.loads(archive.read(info))
        if values["format"] != FORMAT:
            raise BackupError(
                f"it has format {values['format']!r}, and this Newsroom knows format {FORMAT}; use the "
                "version that made it"
            )
        facts = Facts(**values.pop("facts"))
        manifest = Manifest(**values, facts=facts)
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        raise BackupError("it is no backup of Newsroom: its manifest cannot be read") from error
    is_typed = _is_typed(manifest) and _is_typed(facts) and manifest.database in MEMBERS
    # The names of tables become part of statements.
    if not is_typed or not all(TABLE.fullmatch(table) for table in facts.counts):
        raise BackupError("it is no backup of Newsroom: its manifest cannot be read")
    return manifest


def _is_typed(record: Manifest | Facts) -> bool:
    """Return whether each field holds the kind of value it is declared with."""
    kinds = {"int": int, "str": str, "dict[str, int]": dict, "list[str]": list, "Facts": Facts}
    return all(isinstance(getattr(record, field.name), kinds[str(field.type)]) for field in fields(record))
