"""The kept files of uploads, as the import reads them: rows to `FoundFile`.

The import knows such a file by a path like ``upload:17/note.md``, a zip or feed being a folder of what is in
it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import Path, PurePosixPath

from django.db import transaction
from django.db.models import QuerySet

from articles.importing.feeds import ENTRY_NAME
from articles.importing.sources import FEED_SUFFIXES, ZIP_SUFFIX, FoundFile, SourceError, suffix_of
from articles.importing.troubles import Trouble
from articles.models import UploadedFile
from articles.models.uploads import PREFIX

# What an upload calls the entries of a feed.
NUMBERED = re.compile(r"entry-\d+\b")
PAGE = 20  # files in memory at once: 40 MB of the largest


class Originals:
    """The files of one upload in their order, read from the database as they are asked for.

    Those at the paths ``without`` are left out.
    """

    def __init__(self, upload_id: int, *, without: Collection[str] = ()) -> None:
        self.upload_id = upload_id
        self.without = without

    def __iter__(self) -> Iterator[FoundFile]:
        last = 0
        while True:
            files = UploadedFile.objects.filter(upload=self.upload_id, position__gt=last)
            page = list(files.exclude(path__in=self.without).order_by("position")[:PAGE])
            if not page:
                return
            yield from map(found_of, page)
            last = page[-1].position


def is_kept(path: str) -> bool:
    """Return whether a path is one of an upload's file, which no folder has."""
    return path.startswith(PREFIX)


def kept_original(path: str) -> bytes:
    """Return the bytes of an upload's file, the corrected ones if there are; raise SourceError for none."""
    return _content_of(_file_at(path))


def locked_original(path: str) -> bytes:
    """Return the same, and let nobody else correct the file before the transaction in hand ends."""
    return _content_of(_file_at(path, UploadedFile.objects.select_for_update()))


def add_version(path: str, content: bytes) -> None:
    """Put corrected bytes beside those that were sent: from now on these are imported.

    Raise SourceError if there is no such file.
    """
    with transaction.atomic():
        file = _file_at(path)
        file.corrected = content
        file.save(update_fields=["corrected"])


def found_of(file: UploadedFile) -> FoundFile:
    """Return a row as the import takes it: with its bytes, or the reason why they were not kept."""
    path, content = Path(file.path), file.current
    if content is not None and not file.problem:
        return FoundFile(path, file.name, file.path, content=content, read_as=read_as(file.name))
    kind = Trouble(file.kind) if file.kind else Trouble.OTHER
    return FoundFile(path, file.name, file.path, file.problem, is_skipped=file.is_skipped, kind=kind)


def _file_at(path: str, files: QuerySet[UploadedFile] | None = None) -> UploadedFile:
    rows = UploadedFile.objects.all() if files is None else files
    file = rows.filter(path=path).first()
    if file is None:
        raise _missing()
    return file


def read_as(name: str) -> str:
    """Return the name that an upload's file is read under where its own says nothing of it, else nothing.

    The name of a feed says nothing of its entries: `2025-10-16.xml` holds those of many days.  What a zip
    calls `2025-10-16.xml/entry-1.md` is a file in a folder, for feeds within zips are not read.
    """
    path = PurePosixPath(name)
    is_numbered = suffix_of(path.parent.name) in FEED_SUFFIXES and NUMBERED.match(path.name)
    is_in_zip = any(suffix_of(folder) == ZIP_SUFFIX for folder in path.parts[:-1])
    return ENTRY_NAME if is_numbered and not is_in_zip else ""


def _content_of(file: UploadedFile) -> bytes:
    """Return the bytes to be read; raise SourceError if there are none, or others are read in their place."""
    if file.current is None:
        raise _missing()
    if file.problem:
        raise SourceError(file.problem, Trouble(file.kind))
    return file.current


def _missing() -> SourceError:
    return SourceError("its bytes were not kept; upload the file again", Trouble.MISSING)
