"""Commands as a person would type them here: this Python, this project, this archive."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


def manage(arguments: str) -> str:
    """Return a command of manage.py: ``NEWSROOM_DATA=/data .venv/bin/python manage.py undo_import 1``.

    ``arguments`` are ready for a shell.  Paths in the project are relative to the working folder.
    """
    return f"{_archive()}{manage_here(arguments)}"


def manage_here(arguments: str) -> str:
    """Return the same without the archive, for sentences that name another one."""
    return f"{shlex.quote(_python())} {shlex.quote(os.path.relpath(PROJECT / 'manage.py'))} {arguments}"


def make(target: str) -> str:
    """Return a target of the Makefile, for the archive in use: ``NEWSROOM_DATA=/data make admin``."""
    return f"{_archive()}make {target}"


def _archive() -> str:
    data = os.environ.get("NEWSROOM_DATA")
    # Absolute, as the settings read it: the server changes its working folder.
    return f"NEWSROOM_DATA={shlex.quote(str(Path(data).expanduser().resolve()))} " if data else ""


def _python() -> str:
    # Not resolved: an environment's Python is a link to the one that it was made with.
    python = Path(sys.executable)
    if python.is_relative_to(PROJECT):
        return os.path.relpath(python)
    return python.name if shutil.which(python.name) == sys.executable else sys.executable
