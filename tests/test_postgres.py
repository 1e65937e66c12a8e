"""What only PostgreSQL does.  CI runs the whole suite on it; these tests make no sense elsewhere."""

from __future__ import annotations

import psycopg
import pytest
from django.db import connection

from articles.importing.lock import LOCK_KEY, ImportBusyError
from articles.importing.run import import_paths
from articles.models import Article
from tests.factories import make_article

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
