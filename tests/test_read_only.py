"""A database that cannot be written, on a disk mounted for reading: the site still reads."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest
from django.db import OperationalError, connection

from articles.models import RenderedArticle
from newsroom.settings import read_only_name
from tests.factories import make_article


@pytest.fixture
def database(tmp_path) -> Path:
    """Return an SQLite file that was written with a write-ahead log, and closed."""
    path = tmp_path / "news room.sqlite3"
    writer = sqlite3.connect(path)
    writer.execute("PRAGMA journal_mode=WAL")
    writer.execute("CREATE TABLE article (title)")
    writer.execute("INSERT INTO article VALUES ('Talks in Oman')")
    writer.commit()
    writer.close()
    return path


def refuse_writing(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    """Let one path seem read-only; root may write everywhere, so no mode helps."""
    access = os.access
    monkeypatch.setattr(os, "access", lambda asked, mode: asked != path and access(asked, mode))


def titles(name: str) -> list[str]:
    opened = sqlite3.connect(name, uri=True)
    try:
        with pytest.raises(sqlite3.OperationalError, match="readonly database"):
            opened.execute("DELETE FROM article")
        return [title for [title] in opened.execute("SELECT title FROM article")]
    finally:
        opened.close()


def test_a_database_that_can_be_written_is_opened_as_usual(database):
    assert read_only_name(str(database)) == ""


def test_a_database_that_does_not_exist_yet_is_made_as_usual(tmp_path):
    assert read_only_name(str(tmp_path / "none.sqlite3")) == ""


@pytest.mark.parametrize("is_folder", [False, True], ids=["the file", "its folder"])
def test_a_database_that_cannot_be_written_is_read_as_it_is(database, monkeypatch, is_folder):
    refuse_writing(monkeypatch, database.parent if is_folder else database)

    name = read_only_name(str(database))

    assert name.endswith("/news%20room.sqlite3?immutable=1")
    assert titles(name) == ["Talks in Oman"]
    assert [path.name for path in database.parent.glob("*.sqlite3*")] == [database.name]


def test_what_only_the_write_ahead_log_holds_is_read_too(database, monkeypatch):
    writer = sqlite3.connect(database)
    writer.execute("INSERT INTO article VALUES ('Talks go on')")
    writer.commit()
    refuse_writing(monkeypatch, database)
    try:
        assert titles(read_only_name(str(database))) == ["Talks in Oman", "Talks go on"]
    finally:
        writer.close()


@pytest.mark.django_db
def test_readers_notice_nothing(client):
    article = make_article(title="Talks in Oman")
    client.get("/")  # builds the index

    def refuse(execute, sql, params, many, context):
        if sql.startswith(("INSERT", "UPDATE", "DELETE")):
            raise OperationalError("attempt to write a readonly database")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        pages = [
            client.get(url) for url in ("/", "/articles/?q=Oman", article.get_absolute_url(), "/countries/")
        ]

    assert [page.status_code for page in pages] == [200] * 4
    assert b"Talks in Oman" in pages[2].content
    assert not RenderedArticle.objects.exists()


@pytest.mark.django_db
def test_nobody_can_log_in_and_the_page_says_why(client, alice, settings):
    settings.NEWSROOM_IS_READ_ONLY = True
    login = {"username": "alice", "password": "correct horse battery"}

    answer = client.post("/admin/login/?next=/admin/", login, follow=True)

    assert answer.redirect_chain == [("/admin/login/?next=/admin/", 302)]
    assert "can only be read at the moment, so nobody can log in" in answer.content.decode()
    assert "_auth_user_id" not in client.session
