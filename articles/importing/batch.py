"""Reads files in the worker process: each to a `Reading` or several, whatever it holds."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from articles.importing.clipping import Clipping, read_clipping, read_printed_dates
from articles.importing.columns import fit
from articles.importing.crossing import Crossing
from articles.importing.derived import Derived, derive
from articles.importing.feeds import OF_ENTRY, FeedEntry, is_feed, read_feed
from articles.importing.further import faults_beside
from articles.importing.problems import ClippingError, Notice, UndecidedNotice, as_notice, fault_of
from articles.importing.sources import FoundFile, SourceError, SourceFile, read_source
from articles.importing.troubles import Trouble
from articles.importing.zips import read_entry

MAX_PATH_BYTES = 1_000  # a unique index of PostgreSQL takes 2,704 bytes, our column 1,000 characters
ENTRY_NAME_BYTES = 25  # what an entry's name adds to the path of its feed
# Matches `16/10/2025`, `10.16.2025`: files without such a date say nothing of the order of day and month.
YEAR_LAST = re.compile(rb"\d{1,2}\s?[-/.]\s?\d{1,2}\s?[-/.]\s?\d{4}")


@dataclass(frozen=True, slots=True)
class Request(Crossing):
    """One file to read, and the hash of the bytes that need no reading again (empty: read it anyway).

    ``day_first`` is how the folder writes dates like ``10/11/2025``; None if that is not known.  If the bytes
    are those known, and it ``is_settled``, then there is nothing to do.
    """

    found: FoundFile
    known_sha256: str = ""
    day_first: bool | None = None
    is_settled: bool = False


@dataclass(frozen=True, slots=True)
class Reading(Crossing):
    """What came of one file: a clipping, or what is wrong with it, or neither if its bytes are known.

    A file that is skipped holds no article, which is no fault of its own; ``fault`` says what it is.
    ``further`` is what else is wrong with a file that has a fault.  ``derived`` is there if the clipping is.
    It ``is_settled`` if nothing is left to do.
    """

    found: FoundFile
    sha256: str = ""
    clipping: Clipping | None = None
    fault: Notice | None = None
    is_skipped: bool = False
    derived: Derived | None = None
    is_settled: bool = False
    further: tuple[Notice, ...] = ()

    @property
    def faults(self) -> tuple[Notice, ...]:
        """Return all that is wrong with a file that was not read well."""
        return (self.fault, *self.further) if self.fault else ()

    @property
    def is_undecided(self) -> bool:
        """Return whether the dates of the other files in its folder may say more about this one."""
        notices = self.faults or (self.clipping.notices if self.clipping else ())
        return any(isinstance(notice, UndecidedNotice) for notice in notices)


@dataclass(frozen=True, slots=True)
class Written(Crossing):
    """The dates of one file as printed, and its outlet."""

    found: FoundFile
    outlet: str
    dates: tuple[str, ...]


def read_batch(requests: Sequence[Request]) -> list[Reading | FeedEntry]:
    """Return what came of each request, in their order: a reading, or the entries of a feed, not read yet.

    Nothing a file holds makes this raise.  MemoryError does pass: the worker is spent, and each file of the
    batch is tried again on its own.
    """
    return [result for request in requests for result in _read(request)]


def reading_of(found: FoundFile, sha256: str, clipping: Clipping) -> Reading:
    """Return the reading of a sound file: its clipping made to fit the columns, with what follows from it."""
    fitted = fit(clipping)
    return Reading(found, sha256, fitted, derived=derive(fitted, str(found.path)))


def read_entries(entries: Sequence[FeedEntry]) -> list[Reading]:
    """Return a reading for each entry of a feed; a thousand of them take more time than one file may."""
    return [_read_entry(entry) for entry in entries]


def read_dates(found_files: Sequence[FoundFile]) -> list[Written]:
    """Return the dates of those files that print some with the year last, day or month first."""
    written = []
    for found in found_files:
        try:
            source = _source_of(found)
            if not is_feed(found) and YEAR_LAST.search(source.content):
                written.append(Written(found, *read_printed_dates(source)))
        except (SourceError, ClippingError):
            continue  # reported when the file itself is read
    return written


def _read(request: Request) -> Sequence[Reading | FeedEntry]:
    found, sha256 = request.found, ""
    try:
        room = MAX_PATH_BYTES - (ENTRY_NAME_BYTES if is_feed(found) else 0)
        if len(os.fsencode(found.path)) > room:
            message = f"its path is longer than {room} bytes; move the folder further up"
            raise SourceError(message, Trouble.FILE_NAME)
        source = _source_of(found)
        sha256 = source.sha256
        if sha256 == request.known_sha256:
            return [_known(request)]
        return read_feed(source, found) if is_feed(found) else [_read_text(source, request)]
    except (SourceError, ClippingError) as error:
        return [_refused(found, error, sha256)]
    except MemoryError:
        raise
    except Exception as error:  # a mistake of ours, met by one file, must not cost the others
        return [Reading(found, sha256, fault=fault_of(error))]


def _read_text(source: SourceFile, request: Request) -> Reading:
    """Return the reading of one text, with every fault that it has."""
    try:
        clipping = read_clipping(source, day_first=request.day_first)
    except ClippingError as error:
        further = faults_beside(source, error, day_first=request.day_first)
        return replace(_refused(request.found, error, source.sha256), further=further)
    return reading_of(request.found, source.sha256, clipping)


def unchanged(requests: Sequence[Request]) -> list[Reading]:
    """Return a reading for each request if all of them are plain files with the bytes known, else nothing.

    Only reads and hashes, which no file can abuse: this needs no worker process.
    """
    readings = []
    for request in requests:
        if not request.known_sha256 or request.found.archive:
            return []
        try:
            if read_source(request.found).sha256 != request.known_sha256:
                return []
        except SourceError:
            return []  # the worker says why
        readings.append(_known(request))
    return readings


def _known(request: Request) -> Reading:
    return Reading(request.found, request.known_sha256, is_settled=request.is_settled)


def _source_of(found: FoundFile) -> SourceFile:
    is_packed = found.archive and found.content is None and not found.problem
    return read_entry(found) if is_packed else read_source(found)


def _read_entry(entry: FeedEntry) -> Reading:
    """Return one entry of a feed, read; its problems stand on the line of the feed where it begins."""
    try:
        clipping = read_clipping(entry.source)
    except ClippingError as error:
        further = faults_beside(entry.source, error, day_first=None)
        told = _of_entry(entry, further)
        [fault] = _of_entry(entry, [as_notice(error, error.line)])
        return Reading(entry.found, fault=fault, further=(*entry.notices, *told))
    notices = _of_entry(entry, clipping.notices)
    clipping = replace(clipping, notices=(*entry.notices, *notices))
    return reading_of(entry.found, entry.source.sha256, clipping)


def _of_entry(entry: FeedEntry, notices: Iterable[Notice]) -> list[Notice]:
    """Return what is said of an entry, in its words and on its line."""
    return [Notice(OF_ENTRY.get(one.kind, one.message), entry.line, one.kind) for one in notices]


def _refused(found: FoundFile, error: SourceError | ClippingError, sha256: str) -> Reading:
    if isinstance(error, ClippingError):
        return Reading(found, sha256, fault=as_notice(error, error.line))
    fault = Notice(error.message, error.line, error.kind)
    return Reading(found, sha256, fault=fault, is_skipped=error.is_skipped)
