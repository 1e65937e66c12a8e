"""Bringing the index up to date in a process of its own, where a reader or an editor would wait too long.

Not a thread of the web worker: that would slow down its requests, die with the worker when the server
recycles it, and keep the memory that building takes.  The process outlives its worker; should it be stopped
with the whole site, the next request that needs the index starts another.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time

from django.conf import settings

from articles.commands import manage
from articles.search.engine import IndexBusy, IndexUnusable, build_lock

RETRY_SECONDS = 60.0  # until this process starts another

logger = logging.getLogger(__name__)

_started_at: dict[str, float] = {}


def start_reindex(reason: str) -> None:
    """Start ``manage.py reindex --if-needed``, unless it is running or was started here a moment ago."""
    folder = settings.NEWSROOM_INDEX
    now = time.monotonic()
    if now - _started_at.get(str(folder), -RETRY_SECONDS) < RETRY_SECONDS:
        return
    _started_at[str(folder)] = now
    try:
        with build_lock(folder, seconds=0):
            pass
    except IndexBusy:
        return
    except IndexUnusable as error:
        logger.error("the search index cannot be built: %s", error)
        return
    logger.warning("bringing the search index up to date in the background: %s", reason)
    _spawn([sys.executable, str(settings.BASE_DIR / "manage.py"), "reindex", "--if-needed"])


def _spawn(command: list[str]) -> None:
    try:
        # A session of its own: Ctrl-C and the server's signals to its workers do not reach it.
        child = subprocess.Popen(  # noqa: S603 - our own interpreter and command
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True
        )
    except OSError as error:
        logger.error("no process can be started (%s); run: %s", error, manage("reindex"))
        return
    threading.Thread(target=child.wait, daemon=True).start()  # else it stays as a zombie
