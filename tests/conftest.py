"""Fixtures every test may ask for."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from articles.importing import ahead, crew
from articles.memory import Memory
from articles.search import background, upkeep
from newsroom.catalogs import compile_catalogues
from tests.workers import KeptGuard

PROJECT = Path(__file__).resolve().parent.parent
IS_CI = bool(os.environ.get("CI"))

NEEDED = {"postgres": "needs DATABASE_URL=postgres://...", "sqlite": "needs a run without DATABASE_URL"}

# Who asks for one of these may ask the database; so may a process that works on the test's archive.
DATABASE_FIXTURES = {"db", "transactional_db", "live_server", "archive"}

background_starts: list[list[str]] = []  # commands that a test would have started in the background


def pytest_configure(config: pytest.Config) -> None:
    """Have the pages speak French although nobody ran `make setup` since its catalogue changed."""
    compile_catalogues()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave tests of a database to a run on it; CI makes one on each, so there they are not even counted.

    A run on PostgreSQL leaves what asks no database to the other run, for it is the same on both.
    """
    other = "sqlite" if connection.vendor == "postgresql" else "postgres"
    elsewhere = [item for item in items if item.get_closest_marker(other)]
    leave(config, items, [item for item in items if connection.vendor == "postgresql" and not asks(item)])
    if IS_CI:
        leave(config, items, elsewhere)
    for item in elsewhere:
        item.add_marker(pytest.mark.skip(reason=NEEDED[other]))


def asks(item: pytest.Item) -> bool:
    """Return whether a test may ask the database: pytest-django refuses it to all others."""
    marked = any(item.get_closest_marker(name) for name in ("django_db", "postgres", "sqlite"))
    return marked or not DATABASE_FIXTURES.isdisjoint(item.fixturenames)


def leave(config: pytest.Config, items: list[pytest.Item], left: list[pytest.Item]) -> None:
    """Take some tests out of those to run, and have them counted as deselected."""
    taken = set(left)
    items[:] = [item for item in items if item not in taken]
    config.hook.pytest_deselected(items=left)


def pytest_collection_finish() -> None:
    """Spare the garbage collector what is there for the whole run: ten thousand tests and all modules."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Iterator[None]:
    """Count a skipped test as a failed one in CI, where it would hide a hole."""
    report = yield
    if IS_CI and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI does not allow: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of shared facts beside the project; skip where it is absent."""
    folder = PROJECT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("the folder ../shared is not beside this checkout")
    return folder


@pytest.fixture(autouse=True)
def data_folder(settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give each test a data folder of its own, so that none meets another's index or the real one."""
    # A process started from here would work on the real database.
    monkeypatch.setattr(background, "_spawn", background_starts.append)
    background_starts.clear()
    folder = tmp_path / "var"
    folder.mkdir()
    settings.NEWSROOM_DATA = folder
    settings.NEWSROOM_INDEX = folder / "index"
    settings.MEDIA_ROOT = folder / "uploads"
    # A task is done where it is asked for; those about the worker undo this.
    settings.TASKS = {"default": {"BACKEND": "django.tasks.backends.immediate.ImmediateBackend"}}
    # The manifest exists only after collectstatic.
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    # Its worker processes serve the next test as well.
    monkeypatch.setattr(ahead, "Guard", KeptGuard)
    monkeypatch.setattr(crew, "Guard", KeptGuard)
    # Tests write rows without telling anybody; those about what is kept undo this.
    monkeypatch.setattr(Memory, "keep", lambda memory, values, standing: None)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    yield folder
    upkeep._engines.clear()


@pytest.fixture
def alice(django_user_model):
    """Return Alice, who edits: a superuser."""
    return django_user_model.objects.create_superuser("alice", password="correct horse battery")


@pytest.fixture
def bob(django_user_model):
    """Return Bob, who reads: a member of staff without any permission."""
    return django_user_model.objects.create_user("bob", password="correct horse battery", is_staff=True)
