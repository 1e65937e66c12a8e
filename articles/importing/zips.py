"""Zip files of clippings, read entry by entry and never unpacked: `FoundFile` to `FoundFile` and bytes.

A zip is hostile: it may unpack to a million times its size, lie about sizes, and name files outside.  So
nothing is written anywhere, an entry's name is only a name, and no more is read than the limits allow.
"""

from __future__ import annotations

import functools
import hashlib
import io
import os
import re
import stat
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

from articles.importing.sources import (
    MAX_BYTES,
    SUFFIXES,
    ZIP_SUFFIX,
    FoundFile,
    SkippedError,
    SourceError,
    SourceFile,
    is_hidden,
    open_safely,
    printable,
    suffix_of,
    unreadable,
)
from articles.importing.troubles import Trouble

MAX_ENTRIES = 2_000
MAX_TOTAL = 200_000_000  # bytes, of the file and of all that is in it
MAX_RATIO = 100  # unpacked to packed: text reaches 10, a bomb 1,000
MIN_RATIO_BYTES = 10_000  # below this a short text of blanks is no bomb
MAX_READ = 4 * 2**20  # bytes at once: the table of 2,000 entries takes a tenth
METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
PIECE = 65_536
ENCRYPTED = 0x1
# Matches `/etc/passwd`, `C:\x.md`, `a/../b.md`, `..`, `a\b.md`; not `a..b.md`.
UNSAFE_NAME = re.compile(r"^/|^[A-Za-z]:|\\|(?:^|/)\.\.(?:/|$)|\0")
REPLACED = re.compile(r"[\0\\]")
# What zipfile raises for damaged files; struct.error and OverflowError come from its own arithmetic.
DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OverflowError)


def look_into_zips(found_files: Iterable[FoundFile]) -> Iterator[FoundFile]:
    """Yield the files, and for each zip its entries: those to read, to skip, and at fault."""
    for found in found_files:
        if found.problem or suffix_of(found.path.name) != ZIP_SUFFIX:
            yield found
            continue
        try:
            entries = list(_entries(found))
        except SourceError as error:
            entries = [replace(found, problem=error.message, kind=error.kind)]
        yield from entries


def read_entry(found: FoundFile) -> SourceFile:
    """Return one entry read; raise SourceError if it is damaged, encrypted or larger than it may be."""
    if found.archive is None or found.entry is None:
        raise SourceError("not in a zip; give the file itself", Trouble.MISSING)
    archive = _kept_open(found.archive, found.root, _changed_at(found.archive))
    entries = archive.infolist()
    if found.entry >= len(entries) or found.archive / _below(entries[found.entry]) != found.path:
        message = "the zip changed while it was read; run the import again once nothing writes to it"
        raise SourceError(message, Trouble.UNSTEADY)
    content = _unpack(archive, entries[found.entry])
    return SourceFile(found.path, found.name, found.shown, content, hashlib.sha256(content).hexdigest())


def list_entries(found: FoundFile) -> list[FoundFile]:
    """Return the entries of one zip; the zip itself, with its problem, if it cannot be looked into."""
    return list(look_into_zips([found]))


def read_members(entries: Iterable[FoundFile]) -> list[SourceFile | SourceError]:
    """Return entries of a zip as read, or in their places what is wrong with them."""
    return [_read_member(found) for found in entries]


def _read_member(found: FoundFile) -> SourceFile | SourceError:
    try:
        return read_entry(found)
    except SourceError as error:
        return error


class _Bounded(io.FileIO):
    """A file of which no more is read at once than a sound zip needs: its table is read in one piece."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Return the next bytes; raise BadZipFile if more are asked for than a sound table has."""
        if size is None or not 0 <= size <= MAX_READ:
            size = MAX_READ + 1
        content = super().read(size) or b""
        if len(content) > MAX_READ:
            raise zipfile.BadZipFile("its table of contents is too long")
        return content

    def __del__(self) -> None:
        """Close the file with the zip that was forgotten; a zip does not close what it was given."""
        self.close()


def _entries(found: FoundFile) -> Iterator[FoundFile]:
    """Yield the entries of a zip; raise SourceError if it must not, or cannot, be looked into."""
    content = found.content
    archive = _open(found.path, found.root) if content is None else _opened(io.BytesIO(content))
    infos = archive.infolist()
    _refuse_too_much(infos)
    seen: set[str] = set()
    entries = []
    for number, info in enumerate(infos):
        if info.is_dir() or is_noise(info.filename):
            continue
        entry = _entry(found, info, number)
        if not entry.problem and str(entry.path) in seen:
            problem = "a second entry of this name; rename one of the two"
            entry = replace(entry, problem=problem, kind=Trouble.UNUSUAL_ZIP)
        seen.add(str(entry.path))
        if found.content is not None and not entry.problem:
            entry = _with_content(entry, archive, info)
        entries.append(entry)
    if not entries:
        raise SourceError("an empty zip; put the articles into it", Trouble.DAMAGED_ZIP)
    yield from sorted(entries, key=lambda entry: (entry.path, entry.entry or 0))


def _refuse_too_much(infos: list[zipfile.ZipInfo]) -> None:
    """Raise SourceError for more than may be unpacked; a size that lies is found out by its entry."""
    if len(infos) > MAX_ENTRIES:
        message = f"{len(infos):,} entries, more than {MAX_ENTRIES:,}; make several zips of it"
        raise SourceError(message, Trouble.ZIP_LIMITS)
    if (total := sum(info.file_size for info in infos)) > MAX_TOTAL:
        limit = MAX_TOTAL / 1e6
        raise SourceError(
            f"it unpacks to {total / 1e6:,.0f} MB, more than {limit:.0f} MB; make several zips of it",
            Trouble.ZIP_LIMITS,
        )


def is_noise(name: str) -> bool:
    """Return whether an entry is what systems leave behind: `__MACOSX/`, `.DS_Store`, `Thumbs.db`, hidden."""
    parts = PurePosixPath(name).parts
    return any(part == "__MACOSX" or (is_hidden(part) and part != "..") for part in parts) or (
        bool(parts) and parts[-1].lower() in {"thumbs.db", "desktop.ini"}
    )


def _entry(found: FoundFile, info: zipfile.ZipInfo, number: int) -> FoundFile:
    """Return one entry as a file below its zip; its name is used for nothing but to name it."""
    below = _below(info)
    problem = _problem(info)
    return FoundFile(
        found.path / below,
        f"{found.name}/{below}",
        f"{found.shown}/{printable(info.filename)}",
        problem.message if problem else "",
        archive=found.path,
        entry=number,
        is_skipped=problem is not None and problem.is_skipped,
        kind=problem.kind if problem else Trouble.UNREADABLE,
    )


def _below(info: zipfile.ZipInfo) -> str:
    """Return the path of an entry below its zip, whatever its name tries."""
    name = REPLACED.sub("_", info.filename).lstrip("/")
    return "/".join(part if part != ".." else "__" for part in PurePosixPath(name).parts) or "_"


def _problem(info: zipfile.ZipInfo) -> SourceError | None:
    """Return why an entry is not read, if it is not: a SkippedError where there is nothing to read in it."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    suffix = PurePosixPath(info.filename).suffix.lower()
    if UNSAFE_NAME.search(info.filename):
        return SourceError("its name leads out of the zip; rename it", Trouble.UNUSUAL_ZIP)
    if kind not in {0, stat.S_IFREG}:
        return SkippedError("not a regular file; put the text itself into the zip", Trouble.NOT_REGULAR)
    if suffix == ZIP_SUFFIX or suffix in {".gz", ".bz2", ".xz", ".7z", ".rar", ".tar", ".tgz", ".zst"}:
        message = "an archive within the zip, not looked into; import it by itself"
        return SkippedError(message, Trouble.NO_ARTICLE)
    if suffix not in SUFFIXES:
        message = f"not an article file; articles are {', '.join(sorted(SUFFIXES))}"
        return SkippedError(message, Trouble.NO_ARTICLE)
    if info.flag_bits & ENCRYPTED:
        return SourceError("encrypted; make the zip without a password", Trouble.UNUSUAL_ZIP)
    if info.compress_type not in METHODS:
        message = "packed in a way that is not read; make the zip with the usual method, deflate"
        return SourceError(message, Trouble.UNUSUAL_ZIP)
    if info.file_size > MAX_BYTES:
        message = f"{info.file_size / 1e6:,.1f} MB, more than {MAX_BYTES / 1e6:.0f} MB; split it"
        return SourceError(message, Trouble.TOO_LARGE)
    return None


def _with_content(entry: FoundFile, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> FoundFile:
    try:
        return replace(entry, content=_unpack(archive, info))
    except SourceError as error:
        return replace(entry, problem=error.message, kind=error.kind)


def _unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Return an entry's bytes, counted while they are unpacked; raise SourceError beyond the limits."""
    if problem := _problem(info):
        raise SourceError(problem.message, problem.kind)
    content = bytearray()
    try:
        with archive.open(info) as file:
            while piece := file.read(PIECE):
                content += piece
                if len(content) > MAX_BYTES:
                    message = f"more than {MAX_BYTES / 1e6:.0f} MB; split it, one article to a file"
                    raise SourceError(message, Trouble.TOO_LARGE)
                if len(content) > max(MIN_RATIO_BYTES, MAX_RATIO * info.compress_size):
                    message = f"it unpacks to {MAX_RATIO} times its size and more"
                    raise SourceError(f"{message}, as no article does; leave it out", Trouble.ZIP_LIMITS)
    except SourceError:
        raise
    except (*DAMAGE, RuntimeError, OSError) as error:
        raise SourceError(_damaged(error), Trouble.DAMAGED_ZIP) from error
    return bytes(content)


def _changed_at(path: Path) -> int:
    try:
        return os.stat(path).st_mtime_ns
    except OSError as error:
        raise unreadable(error) from error


@functools.lru_cache(maxsize=1)
def _kept_open(path: Path, root: Path, changed_at: int) -> zipfile.ZipFile:
    """Return a zip opened; the last one stays open, for 2,000 entries are 2,000 calls."""
    return _open(path, root)


def _open(path: Path, root: Path) -> zipfile.ZipFile:
    try:
        descriptor = open_safely(path, root)
    except OSError as error:
        raise unreadable(error) from error
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_TOTAL:
        os.close(descriptor)
        size = f"{status.st_size / 1e6:,.0f} MB, more than {MAX_TOTAL / 1e6:.0f} MB; make several zips of it"
        if stat.S_ISREG(status.st_mode):
            raise SourceError(size, Trouble.ZIP_LIMITS)
        raise SourceError("not a regular file; remove it", Trouble.NOT_REGULAR)
    return _opened(_Bounded(descriptor))


def _opened(file: io.FileIO | io.BytesIO) -> zipfile.ZipFile:
    try:
        if file.read(4) not in {b"PK\x03\x04", b"PK\x05\x06"}:
            # A text with a zip behind it is a zip to `zipfile`, and a text to a reader.
            raise zipfile.BadZipFile("it does not begin like one")
        return zipfile.ZipFile(file)
    except (*DAMAGE, OSError) as error:
        file.close()
        message = f"not a zip file, or a damaged one ({_words(error)}); make it anew"
        raise SourceError(message, Trouble.DAMAGED_ZIP) from error


def _damaged(error: Exception) -> str:
    return f"damaged in the zip ({_words(error)}); make the zip anew"


def _words(error: Exception) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    return printable(text[:1].lower() + text[1:])[:100]
