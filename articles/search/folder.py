"""The index folder on disk: generations of the index, which one is current, and the lock of its writer.

::

    index/
        lock              held (flock) by whoever writes
        current           name of the generation to read
        generation-…/     one complete index
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PREFIX = "generation-"
_POLL_SECONDS = 0.02


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
    deadline = time.monotonic() + seconds
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise IndexUnusable(f"{folder}: cannot be written ({error.strerror})") from error
    try:
        while not _is_locked_now(descriptor):
            if time.monotonic() >= deadline:
                raise IndexBusy(f"{folder}: another process is writing the index")
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
    name = _read_current(folder)
    if not name.startswith(PREFIX) or "/" in name or not (folder / name).is_dir():
        raise IndexMissing(f"{folder}: there is no index")
    return folder / name


def _read_current(folder: Path) -> str:
    try:
        return (folder / "current").read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""


@contextmanager
def new_generation(folder: Path) -> Iterator[Path]:
    """Yield a new empty folder to build an index in; in the end it becomes the current one in one step.

    Should the building fail, it is removed and the current one stays; a disk that fails is IndexUnusable.
    """
    _remove_generations(folder, keep=_read_current(folder))  # left by a build that was killed
    generation = folder / f"{PREFIX}{secrets.token_hex(6)}"
    try:
        generation.mkdir(parents=True)
        yield generation
        _point_to(generation)
    except BaseException as error:
        if _read_current(folder) != generation.name:
            shutil.rmtree(generation, ignore_errors=True)
        if isinstance(error, OSError):
            raise IndexUnusable(f"{folder}: cannot be written ({error.strerror})") from error
        raise
    # Readers of an old generation keep its open files until they notice.
    _remove_generations(folder, keep=generation.name)


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
    if _read_current(folder) == generation:
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
