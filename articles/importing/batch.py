"""Reads files in the worker process: each to a `Reading`, whatever it holds."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from articles.importing.clipping import Clipping, read_clipping
from articles.importing.problems import ClippingError, Notice, fault_of
from articles.importing.sources import FoundFile, SourceError, read_source

MAX_PATH_BYTES = 1_000  # a unique index of PostgreSQL takes 2,704 bytes, our column 1,000 characters


@dataclass(frozen=True, slots=True)
class Request:
    """One file to read, and the hash of the bytes that need no reading again (empty: read it anyway)."""

    found: FoundFile
    known_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of one file: a clipping, or what is wrong with it, or neither if its bytes are known."""

    found: FoundFile
    sha256: str = ""
    clipping: Clipping | None = None
    fault: Notice | None = None


def read_batch(requests: Sequence[Request]) -> list[Reading]:
    """Return one reading for each request, in their order.  Nothing a file holds makes this raise.

    MemoryError does pass: the worker is spent, and each file of the batch is tried again on its own.
    """
    return [_read(request) for request in requests]


def _read(request: Request) -> Reading:
    found = request.found
    try:
        if len(os.fsencode(found.path)) > MAX_PATH_BYTES:
            raise SourceError(f"its path is longer than {MAX_PATH_BYTES} bytes; move the folder further up")
        source = read_source(found)
        if source.sha256 == request.known_sha256:
            return Reading(found, source.sha256)
        return Reading(found, source.sha256, read_clipping(source))
    except (SourceError, ClippingError) as error:
        return Reading(found, fault=Notice(error.message, error.line))
    except MemoryError:
        raise
    except Exception as error:  # a mistake of ours, met by one file, must not cost the others
        return Reading(found, fault=fault_of(error))
