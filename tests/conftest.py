"""Fixtures every test may ask for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from articles.search import sync

PROJECT = Path(__file__).resolve().parent.parent
IS_CI = bool(os.environ.get("CI"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of shared facts beside the project; skip where it is absent, fail in CI."""
    folder = PROJECT.parent / "shared"
    if not folder.is_dir():
        reason = "the folder ../shared is not beside this checkout"
        # In CI a skipped test would hide a hole.
        pytest.fail(reason) if IS_CI else pytest.skip(reason)
    return folder


@pytest.fixture(autouse=True)
def data_folder(settings, tmp_path: Path) -> Iterator[Path]:
    """Give each test a data folder of its own, so that none meets another's index or the real one."""
    folder = tmp_path / "var"
    folder.mkdir()
    settings.NEWSROOM_DATA = folder
    settings.NEWSROOM_INDEX = folder / "index"
    settings.MEDIA_ROOT = folder / "uploads"
    # The manifest exists only after collectstatic.
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    yield folder
    sync._engines.clear()


@pytest.fixture
def alice(django_user_model):
    """Return Alice, who edits: a superuser."""
    return django_user_model.objects.create_superuser("alice", password="correct horse battery")


@pytest.fixture
def bob(django_user_model):
    """Return Bob, who reads: a member of staff without any permission."""
    return django_user_model.objects.create_user("bob", password="correct horse battery", is_staff=True)
