"""What `check` looks at besides what Django does: catalogues, and with `--deploy` the version of SQLite."""

from __future__ import annotations

import sqlite3

from django.conf import settings
from django.core import checks
from django.db import connection

from articles.languages import editions

type Version = tuple[int, int, int]

# "Fix the WAL-reset database corruption bug": two connections that write or checkpoint at the same moment.
# Mended in 3.51.3 and, for those who stay on them, in 3.50.7 and 3.44.6 (sqlite.org/changes.html, 2026).
MENDED: Version = (3, 51, 3)
MENDED_SERIES: tuple[Version, ...] = ((3, 44, 6), (3, 50, 7))


def may_damage_the_log(version: Version) -> bool:
    """Return whether this version of SQLite has the bug."""
    is_mended = any(version[:2] == series[:2] and version >= series for series in MENDED_SERIES)
    return version < MENDED and not is_mended


def check_sqlite(app_configs: object, **kwargs: object) -> list[checks.CheckMessage]:
    """Return a remark where the archive is in a SQLite that has the bug: no reason to refuse to start."""
    version = sqlite3.sqlite_version_info
    if connection.vendor != "sqlite" or not may_damage_the_log(version):
        return []
    number = ".".join(map(str, version))
    return [
        checks.Info(
            f"SQLite {number} may, very rarely, damage a database that two processes write at once",
            hint=f"use SQLite {'.'.join(map(str, MENDED))} or newer, or PostgreSQL; "
            "until then keep backups and run: manage.py verify",
            id="articles.I001",
        )
    ]


def check_catalogues(app_configs: object, **kwargs: object) -> list[checks.CheckMessage]:
    """Return a warning for each language whose catalogue is not compiled: its pages would be English."""
    files = [
        folder / code / "LC_MESSAGES/django.po" for folder in settings.LOCALE_PATHS for code in editions()
    ]
    return [
        checks.Warning(f"{path} is not compiled", hint="run: make setup", id="articles.W001")
        for path in files
        if path.exists() and not path.with_suffix(".mo").exists()
    ]
