"""The index folder on disk: generations of the index, which one is current, and the locks of who writes.

::

    index/
        lock              held (flock) by whoever writes the current generation or puts another in its place
        build-lock        held (flock) by whoever builds a new one, which takes minutes
        current           name of the generation to read
        generation-…/     one complete index
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import secrets
import shutil
import struct
import tempfile
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PREFIX = "generation-"
_POLL_SECONDS = 0.02
# Of tantivy's files (index format 7): the parts of a segment, and how each of them ends.
_PARTS = ("fast", "fieldnorm", "idx", "pos", "store", "term")
_TAIL = struct.Struct("<II")
_MARK = 1337
_BLOCK = 1 << 20  # bytes read at a time
_SHORTAGES = (errno.EMFILE, errno.ENFILE, errno.ENOMEM)  # say nothing about the file


class IndexBusy(Exception):  # noqa: N818 - a state to wait out, not a fault
    """Another process kept the index locked for as long as we would wait."""


class IndexUnusable(Exception):  # noqa: N818 - the answer is to rebuild
    """The index is missing, damaged, outdated or not of this archive; it must be built anew."""


class IndexMissing(IndexUnusable):
    """There is no index in the folder: it was never built, or was removed."""


@contextmanager
def write_lock(folder: Path, *, seconds: float) -> Iterator[None]:
    """Hold the index for writing; raise IndexBusy when another holds it for ``seconds``.

    The lock is the operating system's: it goes with its process, however that ends.
    """
    with _lock(folder, "lock", seconds, "another process is writing the index"):
        yield


@contextmanager
def build_lock(folder: Path, *, seconds: float) -> Iterator[None]:
    """Be the only one who builds the index anew; raise IndexBusy when another does for ``seconds``.

    The present index can be read and written meanwhile.
    """
    with _lock(folder, "build-lock", seconds, "the index is being rebuilt"):
        yield


@contextmanager
def _lock(folder: Path, name: str, seconds: float, busy: str) -> Iterator[None]:
    deadline = time.monotonic() + seconds
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise IndexUnusable(f"{folder}: cannot be written ({error.strerror})") from error
    try:
        while not _is_locked_now(descriptor):
            if time.monotonic() >= deadline:
                raise IndexBusy(f"{folder}: {busy}")
            time.sleep(_POLL_SECONDS)
        try:
            yield
        finally:
            # Closing is not enough: a process forked meanwhile shares the open file.
            fcntl.flock(descriptor, fcntl.LOCK_UN)
    finally:
        os.close(descriptor)


def _is_locked_now(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def current_generation(folder: Path) -> Path:
    """Return the folder of the index to read; raise IndexUnusable when there is none."""
    name = current_name(folder)
    if not name.startswith(PREFIX) or "/" in name or not (folder / name).is_dir():
        raise IndexMissing(f"{folder}: there is no index")
    return folder / name


def current_name(folder: Path) -> str:
    """Return the name of the current generation, nothing if there is none."""
    try:
        return (folder / "current").read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""


@contextmanager
def new_generation(folder: Path) -> Iterator[Path]:
    """Yield a new empty folder to build an index in, removed in the end unless it was published.

    Call under `build_lock`.  A disk that fails is IndexUnusable.
    """
    _remove_generations(folder, keep=current_name(folder))  # left by a build that was killed
    generation = folder / f"{PREFIX}{secrets.token_hex(6)}"
    try:
        generation.mkdir(parents=True)
        yield generation
    except OSError as error:
        raise IndexUnusable(f"{folder}: cannot be written ({error.strerror})") from error
    finally:
        if current_name(folder) != generation.name:
            shutil.rmtree(generation, ignore_errors=True)


def publish(generation: Path) -> None:
    """Make this generation the current one, in one step.  Call under `write_lock`."""
    _point_to(generation)
    # Readers of an old generation keep its open files until they notice.
    _remove_generations(generation.parent, keep=generation.name)


def _point_to(generation: Path) -> None:
    beside = generation.parent / "current.new"
    with beside.open("w", encoding="ascii") as file:
        file.write(generation.name)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(generation.parent / "current")
    _sync_directory(generation.parent)


def _remove_generations(folder: Path, *, keep: str) -> None:
    for old in folder.glob(f"{PREFIX}*"):
        if old.name != keep:
            shutil.rmtree(old, ignore_errors=True)


def withdraw(folder: Path, *, generation: str) -> None:
    """Leave no current index, unless another than this generation has become current."""
    if current_name(folder) == generation:
        (folder / "current").unlink()


def _sync_directory(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def signature(path: Path) -> tuple[int, int, int]:
    """Return what changes whenever the file is replaced; zeros when it is gone."""
    try:
        status = path.stat()
    except OSError:
        return (0, 0, 0)
    return (status.st_ino, status.st_mtime_ns, status.st_size)


# --- Reading what cannot be written, and what may be damaged ----------------------------------------------


@contextmanager
def readable(generation: Path) -> Iterator[Path]:
    """Yield the folder to open an index in: itself, or one of links where it cannot be written.

    Even to read, tantivy makes a file for a lock.  An index that is open keeps its files without any folder.
    """
    if os.access(generation, os.W_OK):
        yield generation
        return
    with tempfile.TemporaryDirectory(prefix="newsroom-index-") as links:
        for file in generation.resolve().iterdir():
            if file.suffix != ".lock":
                (Path(links) / file.name).symlink_to(file)
        yield Path(links)


def damaged_files(generation: Path, *, limit_bytes: int | None = None) -> list[str]:
    """Return the names of files whose content is not what was written, by the checksums that they hold.

    With a limit, only the first so many bytes of files are looked at, the smaller ones first.  Raise OSError
    when the system is short of files or memory to look with.
    """
    meta = generation / "meta.json"
    before = signature(meta)
    damaged = []
    for path in sorted(_files_in_use(meta), key=_size_of):
        if limit_bytes is not None and (limit_bytes := limit_bytes - _size_of(path)) < 0:
            break
        if not _is_whole(path):
            damaged.append(path.name)
    if damaged and signature(meta) != before:  # a writer removed what it had replaced
        return damaged_files(generation, limit_bytes=limit_bytes)
    return sorted(damaged)


def _files_in_use(meta: Path) -> list[Path]:
    """Return the files of the index; others may lie about, half-written by a process that was killed."""
    files = []
    try:
        for segment in json.loads(meta.read_bytes())["segments"]:
            name = segment["segment_id"].replace("-", "")
            files += [meta.with_name(f"{name}.{part}") for part in _PARTS]
            if segment["deletes"]:
                files.append(meta.with_name(f"{name}.{segment['deletes']['opstamp']}.del"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise IndexUnusable(f"{meta.parent}: meta.json cannot be read") from error
    return files


def _size_of(path: Path) -> int:
    return signature(path)[2]


def _is_whole(path: Path) -> bool:
    """Return whether a file ends as tantivy ends it: checksum as JSON, the length of that, a fixed number."""
    try:
        with path.open("rb") as file:
            end = file.seek(-_TAIL.size, os.SEEK_END)
            length, mark = _TAIL.unpack(file.read(_TAIL.size))
            if mark != _MARK or length > end:
                return False
            content = file.seek(end - length)
            expected = json.loads(file.read(length))["crc"]
            file.seek(0)
            found = 0
            while content > 0 and (block := file.read(min(content, _BLOCK))):
                found = zlib.crc32(block, found)
                content -= len(block)
    except OSError as error:
        if error.errno in _SHORTAGES:
            raise
        return False
    except (ValueError, KeyError, TypeError):
        return False
    return bool(found == expected)
