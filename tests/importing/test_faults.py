"""A database that gives out in the middle of an import, or of its undoing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import DatabaseError, connection

from articles import gazetteer
from articles.importing import run as run_module
from articles.importing import undo as undo_module
from articles.importing.ending import ImportFailedError
from articles.importing.report import Report
from articles.importing.run import import_paths
from articles.importing.undo import undo
from articles.models import Article, ArticleSource, Change, ImportRun
from tests.importing.test_run import GAZETTEER, counts, write

# A transaction of the test around it all would not survive.
pytestmark = pytest.mark.django_db(transaction=True)

CHUNKS = 4


@pytest.fixture(autouse=True)
def folder(db, tmp_path, monkeypatch) -> Path:
    """Return a folder with eight clippings, imported and undone by two."""
    monkeypatch.setattr(run_module, "CHUNK", 2)
    monkeypatch.setattr(undo_module, "CHUNK", 2)
    gazetteer.load(GAZETTEER, release=gazetteer.release_of(GAZETTEER))
    for number in range(2 * CHUNKS):
        # Large enough that a chunk needs another page.
        write(tmp_path / "clippings", f"{number}.md", body=f"Russia said {number}. " + "Word of it. " * 2_000)
    return tmp_path / "clippings"


def fill_up() -> None:
    """Let the database grow no further; PostgreSQL loses its connection instead."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            # Pages that earlier tests left free would be room to write in.
            cursor.execute("PRAGMA freelist_count")
            free_count = cursor.fetchone()[0]
            cursor.execute("PRAGMA page_size")
            cursor.execute(
                f"CREATE TABLE filler AS SELECT zeroblob({free_count * cursor.fetchone()[0]}) AS room"
            )
            cursor.execute("PRAGMA page_count")
            cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0] + 2}")
            return
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


def forbid_writing() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "PRAGMA query_only = 1"
            if connection.vendor == "sqlite"
            else "SET default_transaction_read_only = on"
        )


@pytest.fixture(params=[fill_up, forbid_writing])
def fault(request) -> Iterator[Callable[[], None]]:
    """Return a function that breaks the database; it is whole again after `mend`."""
    yield request.param
    mend()


def mend() -> None:
    if connection.vendor == "postgresql":
        connection.close()
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA max_page_count = 1073741823")
        cursor.execute("PRAGMA query_only = 0")
        cursor.execute("DROP TABLE IF EXISTS filler")


def test_an_import_stops_with_a_reason_and_half_stores_nothing(folder, fault):
    def break_it(report: Report) -> None:
        if report.file_count == 2:
            fault()

    with pytest.raises(
        ImportFailedError, match=r"^the database refused to work \(.+\); what was stored"
    ) as caught:
        import_paths([folder], progress=break_it)
    mend()

    stored = Article.objects.count()
    assert 2 <= stored < 2 * CHUNKS
    assert stored % 2 == 0
    assert ArticleSource.objects.count() == Change.objects.count() == stored
    assert ImportRun.objects.get().created_count == stored
    assert caught.value.report.counts["created"] == stored
    assert counts(import_paths([folder])) == {"created": 2 * CHUNKS - stored, "unchanged": stored}
    # The next run tells of the last one what it could not say itself.
    states = list(ImportRun.objects.order_by("pk").values_list("state", flat=True))
    assert states[0] in {"failed", "interrupted"}
    assert states[1] == "finished"


def test_an_undo_stops_and_goes_on_where_it_stopped(folder, fault):
    import_paths([folder])
    run = ImportRun.objects.get()

    def break_it(undoing: object) -> None:
        if Article.objects.filter(withdrawal="undone").count() == 2:
            fault()
            # Small changes may still fit: a full disk first shows in a large one.
            if connection.vendor == "sqlite":
                with connection.cursor() as cursor:
                    cursor.execute("PRAGMA query_only = 1")

    with pytest.raises(DatabaseError):
        undo(run, progress=break_it)
    mend()

    assert Article.objects.filter(withdrawal="undone").count() == 2
    assert undo(run).withdrawn == 2 * CHUNKS - 2
    run.refresh_from_db()
    assert run.state == ImportRun.State.UNDONE


def test_a_database_that_refuses_from_the_start_stores_nothing(folder):
    forbid_writing()
    with pytest.raises(
        ImportFailedError, match=r"^the database refused to work \(.*read-?only.*\); see that it"
    ):
        import_paths([folder])
    mend()

    assert not ImportRun.objects.exists()
    assert not Article.objects.exists()
