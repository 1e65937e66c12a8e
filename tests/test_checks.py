"""What `check` says: of catalogues that are not compiled, and of a SQLite that may damage a database."""

from __future__ import annotations

import sqlite3

import pytest
from django.core.checks import registry

from articles.checks import check_catalogues, check_sqlite, may_damage_the_log


@pytest.mark.parametrize(
    ("version", "has_bug"),
    [
        ((3, 40, 1), True),
        ((3, 44, 5), True),
        ((3, 44, 6), False),
        ((3, 45, 0), True),
        ((3, 50, 7), False),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((3, 53, 0), False),
    ],
)
def test_a_sqlite_that_may_damage_the_log_is_told_from_one_that_was_mended(version, has_bug):
    assert may_damage_the_log(version) is has_bug


@pytest.mark.sqlite
def test_the_check_of_a_deployment_names_the_version_and_the_remedy(monkeypatch):
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 40, 1))

    [found] = check_sqlite(None)

    assert found.msg == "SQLite 3.40.1 may, very rarely, damage a database that two processes write at once"
    assert (
        found.hint
        == "use SQLite 3.51.3 or newer, or PostgreSQL; until then keep backups and run: manage.py verify"
    )
    assert not found.is_serious()


@pytest.mark.sqlite
def test_nothing_is_said_of_a_sqlite_that_was_mended(monkeypatch):
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 51, 3))

    assert check_sqlite(None) == []


@pytest.mark.postgres
def test_nothing_is_said_of_sqlite_where_the_archive_is_in_postgresql(monkeypatch):
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 40, 1))

    assert check_sqlite(None) == []


def test_a_check_of_a_deployment_asks_for_it():
    assert check_sqlite in registry.registry.deployment_checks


def test_a_catalogue_that_is_not_compiled_is_complained_about(settings, tmp_path):
    folder = tmp_path / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").touch()
    settings.LOCALE_PATHS = [tmp_path]

    (warning,) = check_catalogues(None)

    assert (warning.msg, warning.hint) == (f"{folder / 'django.po'} is not compiled", "run: make setup")
    (folder / "django.mo").touch()
    assert check_catalogues(None) == []


def test_every_check_asks_for_the_catalogues():
    assert check_catalogues in registry.registry.registered_checks
