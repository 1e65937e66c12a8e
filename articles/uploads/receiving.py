"""Takes in clippings sent through the desk: keeps their bytes, one by one, within limits.

Nothing is parsed here but the tables of zips and saved feeds, and those in a guarded process.  Nothing is
unpacked to a disk, and a name is never used for anything but to name a file.
"""

from __future__ import annotations

import hashlib
import re
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from articles.guard import Guard, GuardError
from articles.importing.ahead import run_each
from articles.importing.feeds import FeedEntry, read_feed
from articles.importing.problems import ClippingError
from articles.importing.sources import (
    FEED_SUFFIXES,
    MAX_BYTES,
    SUFFIXES,
    ZIP_SUFFIX,
    FoundFile,
    SourceError,
    SourceFile,
    printable,
    suffix_of,
)
from articles.importing.troubles import Trouble
from articles.importing.zips import MAX_TOTAL, is_noise, list_entries, read_members
from articles.models import Upload, UploadedFile
from articles.uploads.uploading import forget_old

MAX_ZIPS = 20  # of one upload: each waits on the disk until it has been read
MAX_FEEDS = 20  # of one upload: reading one takes up to ten seconds
MAX_WAITING = 20  # uploads of one person that were not imported
MAX_NAME_BYTES = 800  # a path of the import has 1,000
ZIP_SECONDS = 10.0  # for the table of a zip, or 25 of its entries, or a feed
ALL_SECONDS = 60.0  # for all of them: somebody waits, and servers give a request up
LEAST_SECONDS = 0.1  # once these are spent: the rest is given up one by one, and told
BATCH_BYTES = 8_000_000  # of files stored in one statement
BATCH = 100
NOTHING = "There is no article in what was sent. Send .md or .txt files, a zip of them, or a saved feed."
LIMITS = ((frozenset({ZIP_SUFFIX}), MAX_ZIPS, "zips"), (FEED_SUFFIXES, MAX_FEEDS, "saved feeds"))

State = Upload.State


class UploadRefusedError(Exception):
    """Nothing of what was sent is kept: says the limit, what was sent, and the remedy."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One file as it was sent: its bytes, or for a zip where they lie; neither if there were too many."""

    name: str
    size: int
    content: bytes | None = field(default=None, repr=False)
    archive: Path | None = None


class _RequestGuard(Guard):
    """A guard whose calls together take about as long as a request may."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.left = ALL_SECONDS

    def run[T](self, function: Callable[..., T], *args: object) -> T:
        """Return ``function(*args)`` as `Guard.run` does, in what is left of the seconds."""
        self.seconds = max(LEAST_SECONDS, min(ZIP_SECONDS, self.left))
        began = time.monotonic()
        try:
            return super().run(function, *args)
        finally:
            self.left -= time.monotonic() - began


def receive(
    sent: Sequence[Sent], *, by: User, then: Callable[[Upload], object] = lambda upload: None
) -> Upload:
    """Return an upload that waits for its check; raise UploadRefusedError if it is beyond the limits.

    ``then`` asks for the check: either both are so or neither, and without them nothing is kept.
    """
    forget_old()
    sent = [one for one in sent if not is_noise(one.name)]
    if not sent:
        raise UploadRefusedError(NOTHING)
    for suffixes, limit, what in LIMITS:
        if (count := sum(suffix_of(one.name) in suffixes for one in sent)) > limit:
            raise UploadRefusedError(
                f"An upload may have {limit} {what}, and {count} were sent. "
                "Send the others in a second upload."
            )
    waiting = Upload.objects.filter(sent_by=by, runs=None).exclude(state=State.RECEIVING)
    if waiting[:MAX_WAITING].count() == MAX_WAITING:
        raise UploadRefusedError(
            f"{MAX_WAITING} of your uploads wait to be imported, which is the most there may be. "
            "Import or discard one of them first."
        )
    upload = Upload.objects.create(sent_by=by, sent_by_name=str(by)[:150])
    try:
        with _RequestGuard(ZIP_SECONDS) as guard:
            _keep(upload, _taken_apart(sent, guard))
        with transaction.atomic():
            upload.state, upload.seen_at = State.CHECKING, timezone.now()
            upload.save()
            then(upload)
    except BaseException:
        upload.delete()
        raise
    return upload


def _keep(upload: Upload, files: Iterable[UploadedFile]) -> None:
    """Store the files, a batch at a time; raise UploadRefusedError once they are more than may be."""
    batch: list[UploadedFile] = []
    room = BATCH_BYTES
    for file in files:
        upload.file_count += 1
        file.upload, file.position = upload, upload.file_count
        file.path = f"{upload.path}/{file.name}"
        upload.size += file.size if file.content is not None else 0
        _refuse_too_much(upload)
        batch.append(file)
        room -= len(file.content or b"")
        if room <= 0 or len(batch) == BATCH:
            UploadedFile.objects.bulk_create(batch)
            batch, room = [], BATCH_BYTES
    if not upload.file_count:
        raise UploadRefusedError(NOTHING)
    UploadedFile.objects.bulk_create(batch)


def _refuse_too_much(upload: Upload) -> None:
    if upload.file_count > settings.UPLOAD_FILES:
        raise UploadRefusedError(
            f"An upload may have {settings.UPLOAD_FILES:,} files, those in zips and feeds counted, and more "
            "were sent. Send them in several uploads."
        )
    if upload.size > MAX_TOTAL:
        raise UploadRefusedError(
            f"The files of an upload may have {MAX_TOTAL / 1e6:.0f} MB once unpacked, and these have more. "
            "Send them in several uploads."
        )


def _taken_apart(sent: Iterable[Sent], guard: Guard) -> Iterator[UploadedFile]:
    """Yield the files, those in zips one by one; each with a name that no other has."""
    names = _Names()
    for one in sent:
        name = names.one_for(one.name)
        if one.archive is None:
            plain = _plain(name, one)
            is_feed = plain.content is not None and suffix_of(name) in FEED_SUFFIXES
            yield from _feed(plain, guard, names) if is_feed else [_row(plain, one.size)]
            continue
        found = FoundFile(one.archive, name, name)
        try:
            entries = guard.run(list_entries, found)
        except GuardError as error:
            entries = [replace(found, problem=f"{error}; make the zip anew", kind=Trouble.DAMAGED_ZIP)]
        yield from _members(name, entries, guard, names)


def _members(
    archive: str, entries: Sequence[FoundFile], guard: Guard, names: _Names
) -> Iterator[UploadedFile]:
    """Yield the entries of one zip; the zip itself, which has its name already, if it cannot be read."""
    for start in range(0, len(entries), BATCH):
        some = entries[start : start + BATCH]
        sound = [entry for entry in some if not entry.problem]
        read = iter(run_each(guard, read_members, sound, _given_up))
        for entry in some:
            source = None if entry.problem else next(read)
            named = entry if entry.name == archive else replace(entry, name=names.one_for(entry.name))
            if isinstance(source, SourceFile):
                yield _row(replace(named, content=source.content), len(source.content))
            elif source is not None:
                yield _row(replace(named, problem=source.message, kind=source.kind), 0)
            else:
                yield _row(named, 0)


def _feed(found: FoundFile, guard: Guard, names: _Names) -> Iterator[UploadedFile]:
    """Yield a feed, kept but not to be read again, and its entries; one that cannot be read is not kept."""
    content = found.content or b""
    source = SourceFile(found.path, found.name, found.shown, content, "")
    refused = replace(found, content=None)
    try:
        entries = guard.run(read_feed, source, found)
    except GuardError as error:
        problem = f"{error} and was given up; save the feed again"
        yield _row(replace(refused, problem=problem, kind=Trouble.GIVEN_UP), len(content))
    except (ClippingError, SourceError) as error:
        where = f"line {error.line}: " if error.line else ""
        is_skipped = isinstance(error, SourceError) and error.is_skipped
        told = replace(refused, problem=where + error.message, kind=error.kind, is_skipped=is_skipped)
        yield _row(told, len(content))
    else:
        yield _row(_told_of(found, entries), len(content))
        for number, entry in enumerate(entries, start=1):
            name = names.one_for(f"{found.name}/entry-{number}.md")
            text = entry.source.content
            yield _row(FoundFile(Path(name), name, name, content=text), len(text))


def _told_of(found: FoundFile, entries: Sequence[FeedEntry]) -> FoundFile:
    """Return a feed with what is said of it: that its entries are read in its place, and if it is damaged."""
    count = len(entries)
    what = "1 entry, which is read" if count == 1 else f"{count:,} entries, which are read"
    words = f"a saved feed of {what} one by one"
    remarks = [notice.message for entry in entries for notice in entry.notices]
    kind = Trouble.BROKEN_FEED if remarks else Trouble.NO_ARTICLE
    return replace(found, problem="; ".join([words, *remarks]), is_skipped=True, kind=kind)


def _given_up(entry: FoundFile, error: Exception) -> SourceError:
    return SourceError(f"{error} and was given up; leave it out, or make the zip anew", Trouble.GIVEN_UP)


def _plain(name: str, sent: Sent) -> FoundFile:
    """Return a file that is no zip, with what speaks against keeping it."""
    found = FoundFile(Path(name), name, name)
    if suffix_of(name) not in SUFFIXES | FEED_SUFFIXES:
        kinds = ", ".join(sorted(SUFFIXES))
        problem = f"not an article file; articles are {kinds}, a zip of them, or a saved feed"
        return replace(found, problem=problem, is_skipped=True, kind=Trouble.NO_ARTICLE)
    if sent.content is None or sent.size > MAX_BYTES:
        problem = (
            f"{sent.size / 1e6:,.1f} MB, more than the {MAX_BYTES / 1e6:.0f} MB of the longest article; "
            "split it, one article to a file"
        )
        return replace(found, problem=problem, kind=Trouble.TOO_LARGE)
    return replace(found, content=sent.content)


def _row(found: FoundFile, size: int) -> UploadedFile:
    content = found.content
    return UploadedFile(
        name=found.name,
        content=content,
        size=size,
        sha256="" if content is None else hashlib.sha256(content).hexdigest(),
        problem=found.problem,
        kind=found.kind if found.problem else "",
        is_skipped=found.is_skipped,
    )


class _Names:
    """Gives each file of an upload a name that is safe to show and no other's: ``note.md``, ``note-2.md``."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def one_for(self, name: str) -> str:
        """Return the name, made safe, short enough, and different from all that were given."""
        safe = PurePosixPath(safe_name(name))
        wanted, number = str(safe), 1
        while wanted.casefold() in self._taken:
            number += 1
            wanted = str(safe.with_stem(f"{safe.stem}-{number}"))
        self._taken.add(wanted.casefold())
        return wanted


def safe_name(name: str) -> str:
    """Return a name as it may be stored and shown: no step upwards, no control or direction characters.

    ``../../evil.md`` is ``evil.md`` already where forms are read; this also holds for entries of zips.
    """
    text = unicodedata.normalize("NFC", name.encode("utf-8", "backslashreplace").decode())
    parts = [part for part in re.split(r"[/\\]", printable(text)) if part not in {"", ".", ".."}]
    path = "/".join(parts) or "file"
    encoded = path.encode()
    if len(encoded) <= MAX_NAME_BYTES:
        return path
    suffix = PurePosixPath(path).suffix
    suffix = suffix if len(suffix) <= 10 else ""
    digest = hashlib.sha256(encoded).hexdigest()[:16]
    return f"{encoded[: MAX_NAME_BYTES - 40].decode(errors='ignore').rstrip('/ ')}-{digest}{suffix}"
