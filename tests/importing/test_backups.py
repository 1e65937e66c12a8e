"""Backups made in the middle of an import: each is the archive as it was at one moment."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import clippings

PROJECT = Path(__file__).resolve().parent.parent.parent
READY = 120.0  # seconds a test waits for a process before it fails
FILES = 20
EVERY = 40  # statements of the import between two backups

# The other processes see only what is committed.
pytestmark = pytest.mark.django_db(transaction=True)

PREPARE = """
import sys
import django
django.setup()
from pathlib import Path
from django.db import connection
"""
# Stops at every so many statements, most of them inside a transaction, until it reads a line.
IMPORT = f"""
from articles import gazetteer
from articles.importing import run
from tests.importing.test_run import GAZETTEER
gazetteer.load(GAZETTEER, release=gazetteer.release_of(GAZETTEER))
run.CHUNK = 6
count = 0
def stop_at_some(execute, sql, params, many, context):
    global count
    count += 1
    if count % {EVERY} == 0:
        print("stopped", flush=True)
        sys.stdin.readline()
    return execute(sql, params, many, context)
with connection.execute_wrapper(stop_at_some):
    run.import_paths([Path(sys.argv[1])])
"""
BACK_UP = """
from articles.backups import make_backup
for line in sys.stdin:
    make_backup(Path(line.strip()))
    print("made", flush=True)
"""
# Restores each into a database of its own, and says what is in it and what is wrong with it.
RESTORE = """
from django.conf import settings
from articles.backups import check_backup, restore_backup
from articles.models import Article, ArticleSource, ImportRun, Tagging
from articles.verification import verify
first = connection.settings_dict["NAME"]
def use(name):
    connection.close()
    connection.settings_dict["NAME"] = name
def execute(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
for number, file in enumerate(sys.argv[1:]):
    check_backup(Path(file))
    if connection.vendor == "postgresql":
        name = f"{first}_restored_{number}"
        execute(f'CREATE DATABASE "{name}"')
        use(name)
    else:
        name = f"{file}.sqlite3"
        use(name)
    restore_backup(Path(file))
    faults = [finding for finding in verify() if finding.check != "index"]
    row = ImportRun.objects.first()
    print(Article.objects.count(), row.created_count if row else 0, faults)
    use(first)
    if connection.vendor == "postgresql":
        execute(f'DROP DATABASE "{name}"')
"""


def test_a_backup_made_at_any_moment_of_an_import_is_restored_as_of_one_moment(archive, tmp_path):
    folder = tmp_path / "clippings"
    clippings.write(folder, FILES, seed=7)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    programs = [(PREPARE + IMPORT, [str(folder)]), (PREPARE + BACK_UP, [])]
    importer, maker = (
        subprocess.Popen([sys.executable, "-c", program, *arguments], cwd=PROJECT, env=archive, **pipes)
        for program, arguments in programs
    )
    files: list[Path] = []
    with importer, maker:
        while importer.stdout.readline() == "stopped\n":
            files.append(tmp_path / f"{len(files)}.zip")
            print(files[-1], file=maker.stdin, flush=True)
            assert maker.stdout.readline() == "made\n"
            print(file=importer.stdin, flush=True)
    done = subprocess.run(
        [sys.executable, "-c", PREPARE + RESTORE, *map(str, files)],
        cwd=PROJECT,
        env=archive,
        capture_output=True,
        text=True,
        timeout=READY,
    )

    assert (importer.returncode, maker.returncode, done.returncode) == (0, 0, 0), done.stderr
    states = [line.split(maxsplit=2) for line in done.stdout.splitlines()]
    assert len(states) == len(files) >= 3
    assert [(count, faults) for count, _, faults in states] == [(count, "[]") for _, count, _ in states]
    assert len({count for count, *_ in states}) > 1
