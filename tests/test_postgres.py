"""What only PostgreSQL does.  CI runs the whole suite on it; these tests make no sense elsewhere."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import psycopg
import pytest
from django.db import connection, transaction

from articles import curation, gazetteer
from articles.importing.lock import LOCK_KEY, ImportBusyError
from articles.importing.run import import_paths
from articles.models import Article, ChangeSet, Tagging
from articles.tagging import Entry, Kind
from tests.factories import make_article, make_tag, make_tagging

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]


def test_an_import_on_another_machine_holds_the_lock(tmp_path):
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [LOCK_KEY])

        with pytest.raises(ImportBusyError, match="is still running; wait for it to end"):
            import_paths([tmp_path])


def test_a_nul_in_a_query_string_finds_nothing_instead_of_failing(client):
    make_article(title="Talks in Oman")

    page = client.get("/articles/", {"q": "Oman\0", "country": "o\0m"})

    assert page.status_code == 200
    assert "Talks in Oman" not in page.content.decode()


def test_names_in_every_script_are_stored_as_they_are():
    title = "Переговоры в Омане, 阿曼会谈, محادثات 🕊"

    make_article(title=title)

    assert Article.objects.get().title == title


def until_somebody_waits() -> None:
    """Return when another session waits for a lock of ours; fail if none ever does."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
            )
            if cursor.fetchone():
                return
    raise AssertionError("nobody waits")


@contextlib.contextmanager
def elsewhere(act: Callable[[], object]) -> Iterator[Callable[[], object]]:
    """Yield a function that starts something in another session; at the end raise what that raised."""

    def run() -> None:
        try:
            act()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        started: list[Future[None]] = []
        yield lambda: started.append(pool.submit(run))
        for one in started:
            one.result()


@pytest.mark.django_db(transaction=True)
def test_a_tag_that_an_import_is_just_giving_is_confirmed(alice):
    article, tag = make_article(), make_tag("country/Ukraine")

    with elsewhere(lambda: curation.add_tag(article, tag, by=alice)) as start, transaction.atomic():
        Article.objects.select_for_update().get(pk=article.pk)
        make_tagging(article, tag)
        start()
        until_somebody_waits()

    assert article.taggings.get().status == Tagging.Status.CONFIRMED


@pytest.mark.django_db(transaction=True)
def test_a_load_and_an_editor_who_retires_a_tag_take_turns(alice):
    tag = make_tag("country/Ukraine", key="ua", origin="gazetteer")
    make_article(tags=[tag])
    ukraine = Entry(Kind.COUNTRY, "ukraine", "The Ukraine", "ua")

    with (
        elsewhere(lambda: gazetteer.load([ukraine], release="2")) as start,
        curation.recording(ChangeSet.Act.RETIRE, by=alice) as act,
    ):
        tag.is_retired = True
        act.save(tag)
        start()
        until_somebody_waits()

    assert set(ChangeSet.objects.values_list("act", flat=True)) == {"load", "retire"}
