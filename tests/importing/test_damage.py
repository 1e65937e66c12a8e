"""A disk that changes bytes behind the database's back: `verify` sees every text it touched, pages go on."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import DatabaseError, IntegrityError, OperationalError, ProgrammingError, connection

from articles.verification import verify
from benchmarks import clippings
from newsroom.outages import is_outage
from tests.factories import make_article

PROJECT = Path(__file__).resolve().parent.parent.parent
TRIALS = 100
READY = 300.0  # seconds a test waits for a process before it fails

# Each trial damages 64 bytes of a fresh copy, and compares what SQLite still reads with what was there.
PROGRAM = """
import json, logging, random, shutil, sqlite3, sys
import django
django.setup()
from pathlib import Path
from django.conf import settings
from django.db import connection
from django.test import Client
from articles import gazetteer
from articles.importing.run import import_paths
from articles.importing.texthash import HASHED_FIELDS
from articles.models import Article
from articles.verification import verify
from tests.importing.test_run import GAZETTEER
settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
settings.ALLOWED_HOSTS = ["testserver"]
logging.disable()
gazetteer.load(GAZETTEER, release=gazetteer.release_of(GAZETTEER))
import_paths([Path(sys.argv[1])])
pks = list(Article.objects.values_list("pk", flat=True))
with connection.cursor() as cursor:
    cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
connection.close()
whole = Path(connection.settings_dict["NAME"]).read_bytes()
columns = ", ".join(HASHED_FIELDS)
def texts(path):
    database = sqlite3.connect(path)
    found = {}
    for pk in pks:
        try:
            rows = database.execute(f"SELECT {columns} FROM articles_article WHERE id = ?", [pk])
            found[pk] = rows.fetchone()
        except (sqlite3.Error, UnicodeDecodeError):
            found[pk] = None
    database.close()
    return found
def damaged_copy(seed):
    randomly = random.Random(seed)
    data = bytearray(whole)
    start = randomly.randrange(len(data) - 64)
    data[start : start + 64] = randomly.randbytes(64)
    folder = Path(sys.argv[2]) / str(seed)
    folder.mkdir(parents=True)
    path = folder / "newsroom.sqlite3"
    path.write_bytes(data)
    return path
original = Path(sys.argv[2]) / "whole.sqlite3"
original.parent.mkdir(parents=True)
original.write_bytes(whole)
good = texts(original)
client = Client(raise_request_exception=False)
trials = changed = 0
unseen, statuses = [], set()
for seed in range(int(sys.argv[3])):
    path = damaged_copy(seed)
    touched = {pk for pk, row in texts(path).items() if row != good[pk]}
    connection.close()
    connection.settings_dict["NAME"] = str(path)
    findings = [finding for finding in verify() if finding.is_fault]
    named = {finding.article_id for finding in findings}
    is_general = any("could not be checked" in finding.what for finding in findings)
    if touched - named and not is_general:
        unseen.append([seed, sorted(touched - named)])
    pages = {pk: client.get(f"/articles/{pk}/", follow=True).status_code for pk in {*touched, *pks[::10]}}
    statuses |= {*pages.values(), client.get("/articles/").status_code}
    trials += 1
    changed += bool(touched)
    shutil.rmtree(path.parent, ignore_errors=True)
print(json.dumps({"trials": trials, "changed": changed, "unseen": unseen, "statuses": sorted(statuses)}))
"""


@pytest.mark.sqlite  # PostgreSQL checks its pages by itself, where it is told to
@pytest.mark.django_db(transaction=True)
def test_verify_finds_every_text_that_a_hundred_random_damages_changed(archive, tmp_path):
    folder = tmp_path / "clippings"
    clippings.write(folder, 30, seed=5)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(folder), str(tmp_path / "trials"), str(TRIALS)],
        cwd=PROJECT,
        env=archive,
        capture_output=True,
        text=True,
        timeout=READY,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)

    assert found["trials"] == TRIALS
    assert found["changed"] > 5  # the others hit indexes, tags, free pages
    assert found["unseen"] == []
    assert set(found["statuses"]) <= {200, 404, 503}


def refuse(message: str):
    def wrapper(execute, sql, params, many, context):
        raise OperationalError(message)

    return wrapper


@pytest.mark.django_db
def test_a_page_that_needs_what_cannot_be_read_says_so_and_the_others_go_on(client):
    article, other = make_article(pk=4711, title="Talks in Oman"), make_article(title="Wheat prices")

    def refuse_one(execute, sql, params, many, context):
        if '"body"' in sql and article.pk in (params or ()):
            raise OperationalError("Could not decode to UTF-8 column 'body'")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse_one):
        broken, sound = client.get(article.get_absolute_url()), client.get(other.get_absolute_url())

    assert (broken.status_code, broken["Retry-After"], broken["Cache-Control"]) == (503, "60", "no-store")
    assert "This page cannot be read at the moment" in broken.content.decode()
    assert sound.status_code == 200


@pytest.mark.django_db
def test_an_article_that_cannot_be_read_is_left_out_of_lists_and_index(client):
    article = make_article(pk=4711, title="Talks in Oman")
    make_article(title="Talks in Cairo")
    make_article(title="Talks in Doha")

    def refuse_one(execute, sql, params, many, context):
        if "articles_article" in sql and article.pk in (params or ()) and "articles_outlet" in sql:
            raise OperationalError("Could not decode to UTF-8 column 'body'")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse_one):
        page = client.get("/articles/").content.decode()

    assert [place for place in ("Oman", "Cairo", "Doha") if f"Talks in {place}" in page] == ["Cairo", "Doha"]


@pytest.mark.django_db
def test_the_api_says_in_json_that_the_database_cannot_be_read(client):
    with connection.execute_wrapper(refuse("server closed the connection unexpectedly")):
        answer = client.get("/api/v1/articles/")

    assert (answer.status_code, answer.json()) == (
        503,
        {"errors": {"archive": ["the database cannot be read at the moment; try again in a minute"]}},
    )


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (OperationalError("disk I/O error"), True),
        (DatabaseError("database disk image is malformed"), True),
        (UnicodeDecodeError("utf-8", b"\xc1", 0, 1, "invalid start byte"), True),
        (json.JSONDecodeError("Expecting value", "", 0), True),
        (ProgrammingError("column does not exist"), False),
        (IntegrityError("NOT NULL constraint failed"), False),
        (KeyError("country"), False),
    ],
    ids=lambda value: type(value).__name__,
)
def test_only_failures_of_the_database_count_as_an_outage(error, expected):
    assert is_outage(error) is expected


@pytest.mark.django_db
def test_verify_says_what_it_could_not_check_and_checks_the_rest():
    make_article(title="Talks in Oman")

    def refuse_articles(execute, sql, params, many, context):
        if 'FROM "articles_article"' in sql and "ORDER BY" in sql:
            raise DatabaseError("database disk image is malformed")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse_articles):
        said = [f"{finding.check}: {finding.what}" for finding in verify() if finding.is_fault]

    assert "articles: could not be checked to the end (database disk image is malformed)" in said
