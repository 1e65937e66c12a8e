"""Finds the file of an issue again where it was read: in its folder, zip or feed, or among the uploads.

What the database says of a path was true when it was written.  Folders may have become links since, so a
path that leads over one is not followed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from articles.importing import originals
from articles.importing.sources import (
    FEED_SUFFIXES,
    STANDARD_INPUT,
    ZIP_SUFFIX,
    FoundFile,
    SourceError,
    SourceFile,
    read_source,
    suffix_of,
    unreadable,
)
from articles.importing.troubles import Trouble
from articles.importing.zips import list_entries, read_entry
from articles.models import ImportIssue

type Table = Mapping[Path, FoundFile]


class Place(StrEnum):
    """Where the file of an issue lies."""

    FOLDER = "in a folder of this server"
    ZIP = "in a zip on this server"
    FEED = "in a saved feed on this server"
    UPLOAD = "among the uploads"
    NOWHERE = "nowhere: it was piped in, and only its article was kept"


@dataclass(frozen=True, slots=True)
class Reopened:
    """A file found again: what an import takes, and its bytes; or why there are none."""

    place: Place
    found: FoundFile
    source: SourceFile | None = None
    reason: str = ""


def reopen(issue: ImportIssue) -> Reopened:
    """Return the file that an issue is about, read anew."""
    place, found = locate(issue.file, issue.name, issue.path)
    if place is Place.NOWHERE:
        return Reopened(place, found, reason=found.problem)
    try:
        source = read_entry(found) if found.archive and found.content is None else read_source(found)
    except SourceError as error:
        return Reopened(place, found, reason=error.message)
    return Reopened(place, found, source)


def locate(
    file: str, name: str, shown: str, *, table: Callable[[FoundFile], Table] | None = None
) -> tuple[Place, FoundFile]:
    """Return where a file lies, and the file as an import finds it, with what stands in the way.

    ``file`` is its path, ``name`` the part below the folder that was imported.  ``table`` is `table_of`, or
    what remembers its answers for the entries of one zip.
    """
    found = FoundFile(Path(file), name or Path(file).name, shown)
    if not file or found.path.is_relative_to(STANDARD_INPUT):
        return Place.NOWHERE, _with(found, SourceError("it was piped in and is not kept", Trouble.MISSING))
    try:
        if originals.is_kept(file):
            content = originals.kept_original(file)
            return Place.UPLOAD, replace(found, content=content, read_as=originals.read_as(found.name))
        _refuse_links(found.path)
        container = _container_of(found)
        if container is None:
            return Place.FOLDER, found
        if suffix_of(container.path.name) in FEED_SUFFIXES:
            return Place.FEED, container
        return Place.ZIP, _entry_of((table or table_of)(container), container, found)
    except SourceError as error:
        return Place.UPLOAD if originals.is_kept(file) else Place.FOLDER, _with(found, error)


def _with(found: FoundFile, error: SourceError) -> FoundFile:
    return replace(found, problem=error.message, kind=error.kind)


def _refuse_links(path: Path) -> None:
    """Raise SourceError if a folder on the way to the file is a link by now; the file itself may be one."""
    folder = path.parent
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent  # the path of an entry goes on below its zip or feed
    try:
        real = os.path.realpath(folder, strict=True)
    except OSError as error:
        raise unreadable(error) from error
    if real != str(folder):
        raise SourceError("a folder on the way to it is a link now, which is not followed", Trouble.LINK)


def _container_of(found: FoundFile) -> FoundFile | None:
    """Return the zip or feed that the file is an entry of, if it is one."""
    for parent in found.path.parents:
        if suffix_of(parent.name) in FEED_SUFFIXES | {ZIP_SUFFIX} and parent.is_file():
            below = len(str(found.path)) - len(str(parent))
            return FoundFile(parent, found.name[:-below] or parent.name, str(parent))
    return None


def table_of(container: FoundFile) -> Table:
    """Return the entries of a zip by their paths; the zip itself, with its problem, if it cannot be read."""
    # Of two entries of one name the first counts.
    return {entry.path: entry for entry in reversed(list_entries(container))}


def _entry_of(table: Table, container: FoundFile, found: FoundFile) -> FoundFile:
    if entry := table.get(found.path):
        return replace(entry, shown=found.shown)
    if damaged := table.get(container.path):
        raise SourceError(damaged.problem, damaged.kind)
    raise SourceError("the zip no longer has it", Trouble.MISSING)
