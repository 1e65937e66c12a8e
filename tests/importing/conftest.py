"""Fixtures of tests that run the program in processes of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection

PROJECT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory) -> Path:
    """Return a SQLite file with all tables and no rows, to be copied."""
    data = tmp_path_factory.mktemp("empty")
    environment = {**os.environ, "NEWSROOM_DATA": str(data)}
    environment.pop("DATABASE_URL", None)
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=PROJECT, env=environment, check=True)
    return data / "newsroom.sqlite3"


@pytest.fixture
def archive(request, tmp_path) -> dict[str, str]:
    """Return the environment of processes that share an archive: a SQLite file, or the test database."""
    data = tmp_path / "archive"
    data.mkdir()
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "newsroom.settings",
        "NEWSROOM_DATA": str(data),
    }
    if connection.vendor == "sqlite":
        environment.pop("DATABASE_URL", None)
        shutil.copy(request.getfixturevalue("empty_database"), data)
        return environment
    server = connection.settings_dict
    login = ":".join(quote(word) for word in (server["USER"], server["PASSWORD"]) if word)
    environment["DATABASE_URL"] = (
        f"postgres://{login}@{server['HOST']}:{server['PORT'] or 5432}/{server['NAME']}"
    )
    return environment


@pytest.fixture
def run_prepared(archive) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return how a process of that archive runs: what prepares it, a program, a folder, a moment, a time."""

    def run(prepare: str, program: str, folder: Path, moment: int, *, timeout: float):
        return subprocess.run(
            [sys.executable, "-c", prepare + program, str(folder), str(moment)],
            cwd=PROJECT, env=archive, capture_output=True, text=True, timeout=timeout,
        )  # fmt: skip

    return run
