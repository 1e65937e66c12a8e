"""A PostgreSQL that restarts: an import keeps what it stored, readers wait for one request at most.

A restart ends every session at once; so does the server on request, without taking the other tests with it.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from django.db import close_old_connections, connection

from benchmarks import clippings
from tests.factories import make_article

PROJECT = Path(__file__).resolve().parent.parent.parent
FILES = 24
READY = 120.0  # seconds a test waits for a process before it fails

PREPARE = """
import json, sys
import django
django.setup()
from pathlib import Path
import psycopg
from django.core.management import call_command
from django.db import connection
from articles import gazetteer
from articles.importing import ending, run
from articles.models import Article, ImportRun
from articles.verification import verify
from tests.importing.test_run import GAZETTEER, digest
run.CHUNK = 6
folder = Path(sys.argv[1])
"""
LOAD = "gazetteer.load(GAZETTEER, release=gazetteer.release_of(GAZETTEER))"
COUNT = """
count = 0
def counted(execute, sql, params, many, context):
    global count
    count += 1
    return execute(sql, params, many, context)
with connection.execute_wrapper(counted):
    run.import_paths([folder])
print(json.dumps({"statements": count, "digest": digest()}))
"""
# The session is ended by another one, at the statement that is named.
LOSE = """
call_command("flush", interactive=False, verbosity=0)
gazetteer.load(GAZETTEER, release=gazetteer.release_of(GAZETTEER))
last, count = int(sys.argv[2]), 0
parameters = connection.get_connection_params()
parameters.pop("cursor_factory", None)
def lose_it(execute, sql, params, many, context):
    global count
    count += 1
    if count == last:
        with psycopg.connect(**parameters, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])
    return execute(sql, params, many, context)
try:
    with connection.execute_wrapper(lose_it):
        run.import_paths([folder])
    message = ""
except ending.ImportFailedError as error:
    message = str(error)
connection.close()
kept = Article.objects.count()
faults = [str(finding) for finding in verify() if finding.is_fault and finding.check != "index"]
run.import_paths([folder])
states = list(ImportRun.objects.order_by("pk").values_list("state", flat=True))
print(json.dumps({"message": message, "kept": kept, "faults": faults, "states": states, "digest": digest()}))
"""

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_an_import_that_loses_its_connection_keeps_its_chunks_and_the_next_one_completes_it(
    archive, tmp_path
):
    folder = tmp_path / "clippings"
    clippings.write(folder, FILES, seed=7)

    def run(program: str, *arguments: object) -> dict[str, object]:
        done = subprocess.run(
            [sys.executable, "-c", PREPARE + program, str(folder), *map(str, arguments)],
            cwd=PROJECT,
            env=archive,
            capture_output=True,
            text=True,
            timeout=READY,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    undisturbed = run(LOAD + COUNT)
    randomly = random.Random(3)
    for _ in range(4):
        moment = randomly.randrange(8, int(undisturbed["statements"]))
        found = run(LOSE, moment)

        assert found["message"].startswith("the database refused to work ("), moment
        assert found["message"].endswith(
            "see that it runs, has space and may be written, then run this again"
        )
        assert found["faults"] == []
        first, last = found["states"]
        # Where all was stored and only the index had to follow, the run has finished.
        assert first in {"failed", "interrupted"} or (first, found["kept"]) == ("finished", FILES), moment
        assert last == "finished"
        assert found["digest"] == undisturbed["digest"]


def end_our_session() -> None:
    """End the session of this test's connection, as a restart of the server does."""
    parameters = connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}
    with psycopg.connect(**parameters, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])


def test_a_restart_between_two_requests_costs_no_reader_anything(client):
    make_article(title="Talks in Oman")
    assert client.get("/articles/").status_code == 200

    end_our_session()
    # The test client keeps the connection; a web server asks its health first, before each request.
    connection.health_check_done = False
    close_old_connections()

    assert client.get("/articles/").status_code == 200


def test_a_restart_in_the_middle_of_a_request_costs_that_reader_one_answer(client):
    article = make_article(title="Talks in Oman")
    connection.ensure_connection()
    end_our_session()

    assert client.get(article.get_absolute_url()).status_code == 503
    connection.close()
    assert client.get(article.get_absolute_url()).status_code == 200
