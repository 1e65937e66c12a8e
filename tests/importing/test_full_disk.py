"""A disk that is full in the middle of an import: said in one sentence, nothing half stored, made good."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import clippings

PROJECT = Path(__file__).resolve().parent.parent.parent
READY = 120.0  # seconds a test waits for a process before it fails

# A limit on the pages of the database stands in for the disk: SQLite says the same of both.
PROGRAM = """
import json, sys
import django
django.setup()
from pathlib import Path
from django.core.management import call_command
from django.db import connection
from articles import gazetteer
from articles.importing import run
from articles.importing.ending import ImportFailedError
from articles.importing.run import import_paths
from articles.models import Article, ImportRun
from articles.verification import verify
from tests.importing.test_run import GAZETTEER, digest
run.CHUNK = 6
folder = Path(sys.argv[1])
def pragma(statement):
    with connection.cursor() as cursor:
        return cursor.execute(f"PRAGMA {statement}").fetchone()[0]
def load():
    gazetteer.load(GAZETTEER, release=gazetteer.release_of(GAZETTEER))
load()
pragma(f"max_page_count = {pragma('page_count') + 12}")
try:
    import_paths([folder])
    message = ""
except ImportFailedError as error:
    message, created = str(error), error.report.file_count
kept = Article.objects.count()
faults = [str(finding) for finding in verify() if finding.is_fault and finding.check != "index"]
pragma("max_page_count = 1000000")
import_paths([folder])
again = digest()
states = list(ImportRun.objects.order_by("pk").values_list("state", flat=True))
call_command("flush", interactive=False, verbosity=0)
load()
import_paths([folder])
print(json.dumps({"message": message, "said": created, "kept": kept, "faults": faults, "states": states,
                  "is_as_usual": again == digest()}))
"""


@pytest.mark.sqlite  # PostgreSQL has a disk of its own
@pytest.mark.django_db(transaction=True)
def test_a_full_disk_ends_the_import_and_the_next_one_completes_it(archive, tmp_path):
    folder = tmp_path / "clippings"
    clippings.write(folder, 30, seed=5)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(folder)],
        cwd=PROJECT,
        env=archive,
        capture_output=True,
        text=True,
        timeout=READY,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)

    assert found.pop("message").startswith(
        "the database refused to work (database or disk is full); what was stored so far is kept"
    )
    assert 0 < found.pop("said") == found.pop("kept") < 30
    assert found == {"faults": [], "states": ["failed", "finished"], "is_as_usual": True}
