"""The file of a backup: what it holds, what is refused, and that nothing but a sound one is put back."""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection

from articles.backups import (
    BackupError,
    check_backup,
    container,
    make_backup,
    migrations_to_apply,
    postgres,
    restore_backup,
)
from articles.backups.container import MANIFEST, Manifest
from tests.factories import make_article

PROJECT = Path(__file__).resolve().parent.parent

MAKE = """
import sys
import django
django.setup()
from pathlib import Path
from django.core.management import call_command
from articles.backups import make_backup
from tests.factories import make_article
call_command("migrate", verbosity=0)
make_article(title="Talks in Oman", tags=["country/Oman"])
make_backup(Path(sys.argv[1]))
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """Return a backup of an SQLite archive with one article."""
    folder = tmp_path_factory.mktemp("made")
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "newsroom.settings",
        "NEWSROOM_DATA": str(folder / "archive"),
    }
    environment.pop("DATABASE_URL", None)
    command = [sys.executable, "-c", MAKE, str(folder / "made.zip")]
    subprocess.run(command, cwd=PROJECT, env=environment, check=True)
    return folder / "made.zip"


@pytest.fixture
def file(made, tmp_path) -> Path:
    """Return a copy of the backup, to be damaged."""
    return Path(shutil.copy(made, tmp_path / "backup.zip"))


def manifest_of(file: Path) -> dict[str, object]:
    with zipfile.ZipFile(file) as archive:
        return json.loads(archive.read(MANIFEST))


def rewrite(
    file: Path,
    *,
    manifest: Callable[[dict], object] = lambda values: values,
    database: Callable[[sqlite3.Connection], object] | None = None,
) -> None:
    """Write the backup anew with another manifest, or another database under the right hash."""
    with zipfile.ZipFile(file) as archive:
        values = json.loads(archive.read(MANIFEST))
        path = Path(archive.extract("database.sqlite3", file.parent))
    if database:
        with sqlite3.connect(path) as opened:
            database(opened)
        opened.close()
        values |= {"sha256": container.hash_of(path), "size": path.stat().st_size}
    with zipfile.ZipFile(file, "w") as archive:
        archive.write(path, "database.sqlite3")
        archive.writestr(MANIFEST, json.dumps(manifest(values)))


def refusal(file: Path) -> str:
    with pytest.raises(BackupError) as caught:
        check_backup(file)
    return str(caught.value)


def test_a_backup_is_a_zip_of_the_database_and_what_it_holds(file):
    with zipfile.ZipFile(file) as archive:
        assert archive.namelist() == ["database.sqlite3", "manifest.json"]
    manifest = manifest_of(file)
    facts = manifest["facts"]
    assert (manifest["format"], manifest["newsroom"], manifest["database"]) == (1, "0.1.0", "sqlite")
    assert (facts["counts"]["articles_article"], facts["revision"]) == (1, 1)
    ours = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    assert set(facts["counts"]) == {*ours, "django_migrations"}
    assert "articles.0001_initial" in facts["migrations"]


def test_only_its_owner_may_read_a_backup(made):
    assert stat.S_IMODE(made.stat().st_mode) == 0o600


# No database is allowed in this test: the check reads nothing of the archive.
def test_a_sound_backup_is_checked_without_an_archive(file):
    assert isinstance(check_backup(file), Manifest)


def test_a_damaged_byte_is_found_or_changes_nothing(file):
    whole, manifest = file.read_bytes(), check_backup(file)
    randomly = random.Random(1)
    # The ends hold the zip's own tables; most of the rest is the database.
    places = [*range(0, 60, 3), *range(len(whole) - 200, len(whole), 5)]
    places += [randomly.randrange(len(whole)) for _ in range(40)]
    silent = 0
    for place in places:
        damaged = bytearray(whole)
        damaged[place] ^= 0x55
        file.write_bytes(damaged)
        try:
            assert check_backup(file) == manifest
            silent += 1  # a time stamp, an attribute
        except BackupError:
            pass

    assert silent < len(places) // 2


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
def test_a_backup_that_lacks_its_end_is_refused(file, share):
    os.truncate(file, int(file.stat().st_size * share))

    assert refusal(file) == "it is no backup of Newsroom, or its end is missing"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda values: [], "its manifest cannot be read"),
        (lambda values: {**values, "facts": None}, "its manifest cannot be read"),
        (lambda values: {**values, "more": 1}, "its manifest cannot be read"),
        (lambda values: {**values, "size": "1"}, "its manifest cannot be read"),
        (lambda values: {**values, "database": "oracle"}, "its manifest cannot be read"),
        (lambda values: {**values, "format": 2}, "it has format 2, and this Newsroom knows format 1"),
        (lambda values: {**values, "size": 10}, "the hash differs"),
        (lambda values: {**values, "size": 10**12}, "the hash differs"),
        (lambda values: {**values, "sha256": "0" * 64}, "the hash differs"),
        (lambda values: with_fact(values, "counts", {'x"; DROP TABLE y': 1}), "its manifest cannot be read"),
        (lambda values: with_fact(values, "counts", {"articles_article": 2}), "has 1 rows where 2 were"),
        (lambda values: with_fact(values, "archive", "another"), "of another archive or moment"),
        (lambda values: with_fact(values, "migrations", ["articles.0099_later"]), "made by a newer Newsroom"),
        (lambda values: with_fact(values, "migrations", []), "its tables are of another version"),
    ],
    ids=[
        "a list", "no facts", "unknown field", "a text for a number", "unknown database", "a later format",
        "too small", "too large", "another hash", "no name of a table", "another count", "another archive",
        "a later version", "other tables",
    ],
)  # fmt: skip
def test_a_manifest_that_does_not_fit_is_refused(file, change, message):
    rewrite(file, manifest=change)

    assert message in refusal(file)


def with_fact(values: dict, name: str, value: object) -> dict:
    return {**values, "facts": {**values["facts"], name: value}}


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE articles_article SET title = 'Ta1ks in Oman'", "1 texts are not what was stored"),
        ("DELETE FROM articles_tagging", "articles_tagging has 0 rows where 1 were backed up"),
        ("UPDATE articles_tagging SET tag_id = 99", "a row of articles_tagging points to a missing row"),
        ("DROP TABLE articles_article", "its database cannot be read"),
    ],
    ids=["a changed letter", "a lost row", "a reference to nothing", "a lost table"],
)
def test_a_database_that_was_damaged_before_it_was_backed_up_is_refused(file, statement, message):
    rewrite(file, database=lambda database: database.execute(statement))

    assert message in refusal(file)


def test_what_is_no_backup_is_refused(tmp_path):
    text = tmp_path / "a.md"
    text.write_text("Talks go on.")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.md", "Talks go on.")

    assert refusal(text).startswith("it is no backup of Newsroom")
    assert refusal(tmp_path / "a.zip") == "it is no backup of Newsroom: a part of it is missing"
    assert refusal(tmp_path / "none.zip") == "it cannot be read (no such file or directory)"
    assert refusal(tmp_path) == "it cannot be read (is a directory)"


def restore(file: Path, data: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "NEWSROOM_DATA": str(data)}
    environment.pop("DATABASE_URL", None)
    command = [sys.executable, "manage.py", "restore", str(file)]
    return subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True)


def test_a_backup_is_put_back_once_and_never_over_an_archive(file, tmp_path):
    first = restore(file, tmp_path / "new")
    database = tmp_path / "new" / "newsroom.sqlite3"
    with sqlite3.connect(database) as opened:
        opened.execute("UPDATE articles_article SET title = 'Since then'")
    opened.close()
    second = restore(file, tmp_path / "new")

    assert (first.returncode, first.stderr) == (0, "")
    assert "It is restored; the search index builds itself" in first.stdout
    assert second.returncode == 2
    assert "holds an archive already, and nothing was changed; restore into an empty folder" in second.stderr
    with sqlite3.connect(database) as opened:
        assert opened.execute("SELECT title FROM articles_article").fetchall() == [("Since then",)]
    opened.close()
    assert sorted(path.name for path in database.parent.iterdir()) == ["newsroom.sqlite3", "secret_key"]


def test_nothing_is_left_of_a_backup_that_cannot_be_restored(file, tmp_path):
    rewrite(file, manifest=lambda values: {**values, "sha256": "0" * 64})
    done = restore(file, tmp_path / "new")

    assert done.returncode == 2
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["secret_key"]


@pytest.mark.postgres
def test_a_backup_of_the_other_kind_of_database_is_refused(file):
    with pytest.raises(BackupError, match="a database of SQLite, and this archive has PostgreSQL; leave"):
        restore_backup(file)


@pytest.mark.parametrize("check", [True, False], ids=["check", "restore"])
def test_the_command_names_the_file_it_refuses(tmp_path, check):
    file = tmp_path / "none.zip"
    with pytest.raises(CommandError) as caught:
        call_command("restore", str(file), check=check)

    assert str(caught.value) == f"{file}: it cannot be read (no such file or directory)"
    assert caught.value.returncode == (1 if check else 2)


# --- Making one -------------------------------------------------------------------------------------------


@pytest.fixture
def stored(transactional_db) -> None:
    make_article(title="Talks in Oman")


def test_a_file_that_is_no_backup_is_not_replaced(tmp_path):
    text = tmp_path / "a.md"
    text.write_text("Talks go on.")

    with pytest.raises(CommandError, match="exists and is no backup; choose another name"):
        call_command("backup", str(text))
    assert text.read_text() == "Talks go on."


def test_a_folder_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(BackupError, match="none does not exist; make it first"):
        make_backup(tmp_path / "none" / "backup.zip")


@pytest.mark.usefixtures("stored")
def test_a_full_disk_leaves_the_last_backup_and_nothing_else(file, monkeypatch):
    def fill(path: Path) -> str:
        raise OSError(28, "No space left on device")

    before = file.read_bytes()
    monkeypatch.setattr(container, "hash_of", fill)

    with pytest.raises(BackupError, match="no space left on device"):
        make_backup(file)
    assert file.read_bytes() == before
    assert list(file.parent.glob(".*")) == []


@pytest.mark.usefixtures("stored")
def test_a_new_backup_takes_the_place_of_the_last(file):
    manifest = make_backup(file)

    assert manifest.facts.counts["articles_article"] == 1
    assert manifest.database == connection.vendor
    assert container.read_manifest(file) == manifest


@pytest.mark.usefixtures("stored")
def test_an_archive_is_backed_up_with_the_tables_it_has(tmp_path):
    """Of an older version: people back up when the new program is there, and before they migrate."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE articles_renderedarticle RENAME TO articles_older")
    try:
        manifest = make_backup(tmp_path / "backup.zip")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE articles_older RENAME TO articles_renderedarticle")

    assert manifest.facts.counts["articles_older"] == 0
    assert check_backup(tmp_path / "backup.zip") == manifest


def test_a_backup_of_an_older_version_is_sound_and_says_what_to_apply(file):
    def forget_the_last(database: sqlite3.Connection) -> None:
        database.execute("DELETE FROM django_migrations WHERE app = 'sessions'")

    rewrite(file, manifest=without_sessions, database=forget_the_last)

    assert migrations_to_apply(check_backup(file).facts) == ["sessions.0001_initial"]


def without_sessions(values: dict) -> dict:
    facts = values["facts"]
    counts = {**facts["counts"], "django_migrations": facts["counts"]["django_migrations"] - 1}
    migrations = [name for name in facts["migrations"] if not name.startswith("sessions")]
    return with_fact(with_fact(values, "counts", counts), "migrations", migrations)


@pytest.mark.django_db(transaction=True)
def test_there_is_nothing_to_back_up_before_the_first_import(tmp_path):
    with pytest.raises(BackupError, match="there is no archive yet; import something first"):
        make_backup(tmp_path / "backup.zip")


@pytest.mark.postgres
@pytest.mark.usefixtures("stored")
def test_postgresql_needs_its_own_programs(tmp_path, monkeypatch):
    monkeypatch.setattr(postgres.shutil, "which", lambda name: None)

    with pytest.raises(BackupError, match="pg_dump is not installed; install PostgreSQL's client programs"):
        make_backup(tmp_path / "backup.zip")


@pytest.mark.postgres
@pytest.mark.usefixtures("stored")
def test_a_dump_is_never_put_over_an_archive(tmp_path):
    make_backup(tmp_path / "backup.zip")

    with pytest.raises(BackupError, match="holds tables already, and nothing was changed; make an empty one"):
        restore_backup(tmp_path / "backup.zip")


@pytest.mark.postgres
@pytest.mark.usefixtures("stored")
def test_a_dump_that_lost_rows_or_bytes_is_refused(tmp_path):
    file = tmp_path / "backup.zip"
    make_backup(file)
    with zipfile.ZipFile(file) as archive:
        values = json.loads(archive.read(MANIFEST))
        dump = archive.read("database.dump")
    values["facts"]["counts"]["articles_article"] = 2
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("database.dump", dump)
        archive.writestr(MANIFEST, json.dumps(values))
    assert refusal(file) == "articles_article has 1 rows where 2 were backed up"

    (tmp_path / "half.dump").write_bytes(dump[: len(dump) // 2])
    half = values | {
        "sha256": container.hash_of(tmp_path / "half.dump"),
        "size": len(dump) // 2,
    }
    with zipfile.ZipFile(file, "w") as archive:
        archive.write(tmp_path / "half.dump", "database.dump")
        archive.writestr(MANIFEST, json.dumps(half))
    assert "its database cannot be read (pg_restore: error" in refusal(file)
