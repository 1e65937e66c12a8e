"""One import of an archive at a time."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
from collections.abc import Iterator

from django.conf import settings
from django.db import connection

from articles.models import ImportRun

LOCK_KEY = 0x4E455753  # PostgreSQL advisory lock, "NEWS"; each database has its own


class ImportBusyError(Exception):
    """The import lock cannot be had: an import, undo or re-tag holds it, or there is nowhere to put it."""


@contextlib.contextmanager
def import_lock() -> Iterator[None]:
    """Hold the archive's import lock; raise ImportBusyError at once if that cannot be.

    SQLite: a lock on a file in the data folder.  PostgreSQL: an advisory lock, for imports may start on
    several machines.  Both end with the process, however it dies.
    """
    hold = _advisory_lock() if connection.vendor == "postgresql" else _file_lock()
    with hold:
        yield


@contextlib.contextmanager
def _advisory_lock() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK_KEY])
        if not cursor.fetchone()[0]:
            raise ImportBusyError(_busy_message())
    try:
        yield
    finally:
        # A lost connection has lost its lock already.
        if connection.connection is not None and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK_KEY])


@contextlib.contextmanager
def _file_lock() -> Iterator[None]:
    # One data folder may hold several databases: `DATABASE_URL` chooses.
    name = hashlib.sha256(str(connection.settings_dict["NAME"]).encode()).hexdigest()[:12]
    path = settings.NEWSROOM_DATA / f"import-{name}.lock"
    with contextlib.ExitStack() as held:
        try:
            file = held.enter_context(open(path, "w"))
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise ImportBusyError(f"{path} cannot be written ({reason}); check the data folder") from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ImportBusyError(_busy_message()) from error
        yield


def _busy_message() -> str:
    run = ImportRun.objects.filter(state=ImportRun.State.RUNNING).order_by("-pk").first()
    which = (
        f"import run {run.pk}, started {run.started_at:%d %b %Y %H:%M} UTC,"
        if run
        else "another import or re-tag"
    )
    return f"{which} is still running; wait for it to end, then run this again"
