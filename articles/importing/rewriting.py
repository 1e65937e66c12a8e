"""Puts the corrected text of a file where its former text stood, and keeps the former bytes.

Only a regular file with one name, in a folder that was imported, is written to, and only while its bytes are
those that the editor saw.  Every folder on the way is opened without following links, and the file is
replaced in one step within the folder that was opened: nobody can lead the write elsewhere meanwhile.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from articles.curation import recording
from articles.importing import originals
from articles.importing.sources import MAX_BYTES, OPEN_FLAGS, unreadable
from articles.models import ChangeSet, CorrectedFile, FormerBytes, ImportIssue, ImportRun

FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
NEW_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
CHANGED = "the file changed since it was shown; look at it again"


class RewriteError(Exception):
    """The file was not written to, and why; a copy can be downloaded."""


def obstacle_to_rewriting(issue: ImportIssue) -> str:
    """Return why the file of an issue may not be corrected where it lies; nothing if it may.

    It must lie in a folder that its run, or the run whose files that one tried again, was asked to import.
    """
    if not any(_was_folder(issue, path) for run in issue.run.lineage() for path in run.paths):
        return "it does not lie in a folder that was imported"
    try:
        with _opened(issue.file) as (folder, name, status):
            return _obstacle_in(folder, name, status)
    except RewriteError as error:
        return str(error)


def rewrite(issue: ImportIssue, content: bytes, *, seen: str, by: AbstractBaseUser) -> CorrectedFile:
    """Write a corrected file in place of the one whose bytes have the hash ``seen``; return the correction.

    Raise RewriteError, and leave the file as it is, if that may not or cannot be.
    """
    if reason := obstacle_to_rewriting(issue):
        raise RewriteError(reason)
    return _replace(issue.file, issue.name, issue.run, content, seen=seen, by=by)


def put_back(correction: CorrectedFile, *, by: AbstractBaseUser) -> CorrectedFile:
    """Write the bytes that stood there before a correction again; return that as a correction of its own.

    Raise RewriteError if the file is no longer as the correction left it.
    """
    former = FormerBytes.objects.filter(sha256=correction.former_sha256).first()
    if former is None:
        raise RewriteError("its former bytes are gone")
    write = add_version if correction.place == CorrectedFile.Place.UPLOAD else _replace
    where = (correction.file, correction.name, correction.run)
    return write(*where, bytes(former.content), seen=correction.sha256, by=by)


def add_version(
    file: str, name: str, run: ImportRun | None, content: bytes, *, seen: str, by: AbstractBaseUser
) -> CorrectedFile:
    """Keep a corrected version beside the original of an upload; raise RewriteError if it changed since."""
    with transaction.atomic():
        former = originals.locked_original(file)
        if hashlib.sha256(former).hexdigest() != seen:
            raise RewriteError(CHANGED)
        _keep(former, seen)
        correction = _note(file, name, run, content, seen=seen, place=CorrectedFile.Place.UPLOAD, by=by)
        originals.add_version(file, content)
    return correction


def _replace(
    file: str, name: str, run: ImportRun | None, content: bytes, *, seen: str, by: AbstractBaseUser
) -> CorrectedFile:
    with _opened(file) as (folder, base, status):
        if reason := _obstacle_in(folder, base, status):
            raise RewriteError(reason)
        former = _read(folder, base, status)
        if hashlib.sha256(former).hexdigest() != seen:
            raise RewriteError(CHANGED)
        # Before the file changes, and whatever becomes of the rest.
        _keep(former, seen)
        with transaction.atomic():
            correction = _note(file, name, run, content, seen=seen, place=CorrectedFile.Place.FOLDER, by=by)
            _write(folder, base, status, content)
    return correction


def _keep(content: bytes, sha256: str) -> None:
    FormerBytes.objects.get_or_create(sha256=sha256, defaults={"content": content})


def _note(
    file: str,
    name: str,
    run: ImportRun | None,
    content: bytes,
    *,
    seen: str,
    place: CorrectedFile.Place,
    by: AbstractBaseUser,
) -> CorrectedFile:
    """Write the correction down as an act in the trail."""
    sha256 = hashlib.sha256(content).hexdigest()
    correction = CorrectedFile(
        run=run, place=place, file=file, name=name, former_sha256=seen, sha256=sha256,
        file_key=ImportIssue.key_of(file),
    )  # fmt: skip
    with recording(ChangeSet.Act.CORRECT, by=by) as act:
        act.save(correction)
    return correction


def _was_folder(issue: ImportIssue, path: str) -> bool:
    """Return whether the run was asked for this folder and found the file below it."""
    return os.path.join(path, issue.name) == issue.path


@contextlib.contextmanager
def _opened(file: str) -> Iterator[tuple[int, str, os.stat_result]]:
    """Open the folder of a file without following any link; give it, the file's name, and what it is now."""
    path = Path(file)
    with contextlib.ExitStack() as opened:
        try:
            folder = _open_folder(path.parent)
            opened.callback(os.close, folder)
            status = os.stat(path.name, dir_fd=folder, follow_symlinks=False)
        except OSError as error:
            raise RewriteError(unreadable(error).message) from error
        yield folder, path.name, status


def _open_folder(path: Path) -> int:
    folder = os.open("/", FOLDER_FLAGS)
    for part in path.parts[1:]:
        try:
            inner = os.open(part, FOLDER_FLAGS, dir_fd=folder)
        finally:
            os.close(folder)
        folder = inner
    return folder


def _obstacle_in(folder: int, name: str, status: os.stat_result) -> str:
    """Return why a file may not be replaced in its folder; nothing if it may."""
    if not stat.S_ISREG(status.st_mode):
        return "it is a link, or no regular file; correct the file that it leads to"
    if status.st_nlink > 1:
        return "it has several names (hard links), and only one of them would be corrected"
    if status.st_uid != os.geteuid() and os.geteuid() != 0:
        return "it belongs to another account of this server"
    if not (os.access(name, os.W_OK, dir_fd=folder) and os.access(".", os.W_OK, dir_fd=folder)):
        return "it, or its folder, may not be written to"
    return ""


def _read(folder: int, name: str, status: os.stat_result) -> bytes:
    """Return the bytes of the file that was looked at; raise RewriteError if it is another by now."""
    try:
        descriptor = os.open(name, OPEN_FLAGS, dir_fd=folder)
        with open(descriptor, "rb") as file:
            if _identity(os.fstat(descriptor)) != _identity(status):
                raise RewriteError(CHANGED)
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise RewriteError(unreadable(error).message) from error


def _identity(status: os.stat_result) -> tuple[int, int, int, int]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def _write(folder: int, name: str, status: os.stat_result, content: bytes) -> None:
    """Replace the file in one step, with its mode and owner; raise RewriteError if it changed meanwhile."""
    # Hidden, so that no import takes it for an article should it ever be left behind.
    fresh = f".{secrets.token_hex(8)}.newsroom"
    try:
        descriptor = os.open(fresh, NEW_FLAGS, 0o600, dir_fd=folder)
        try:
            with open(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fchmod(descriptor, stat.S_IMODE(status.st_mode))
                if os.geteuid() == 0:
                    os.fchown(descriptor, status.st_uid, status.st_gid)
                os.fsync(descriptor)
            now = os.stat(name, dir_fd=folder, follow_symlinks=False)
            if _identity(now) != _identity(status):
                raise RewriteError(CHANGED)
            os.rename(fresh, name, src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(fresh, dir_fd=folder)
            raise
        os.fsync(folder)
    except OSError as error:
        raise RewriteError(unreadable(error).message) from error
