"""A re-tag in a process of its own, with real workers: killed with kill -9, and run again."""

from __future__ import annotations

import random
import signal
import subprocess

import pytest

from benchmarks import clippings

READY = 60.0  # seconds a test waits for a process before it fails

# Runs in the other process: an archive tagged by an older gazetteer, small chunks, death at a statement.
PREPARE = """
import hashlib, json, os, signal, sys
from dataclasses import replace
from pathlib import Path
import django
django.setup()
from django.db import connection
from articles import gazetteer
from articles.rules import retagging
from articles.importing.run import import_paths
from articles.models import Change, ChangeSet, SuggestionMention, Tag
from articles.tagging import Alias, Entry, Kind
from tests.importing.test_run import GAZETTEER, digest
retagging.CHUNK = 5
retagging.INDEX_EVERY = 2
FRANCE = Entry(Kind.COUNTRY, "france", "France", "fr", aliases=(Alias("France"), Alias("Paris")))
RUSSIA = replace(GAZETTEER[0], aliases=(*GAZETTEER[0].aliases, Alias("Moscow"), Alias("officials")))
def load(*entries):
    gazetteer.load(entries, release=gazetteer.release_of(entries))
"""
MAKE = """
from django.core.management import call_command
call_command("flush", interactive=False, verbosity=0)
load(*GAZETTEER)
import_paths([Path(sys.argv[1])])
load(RUSSIA, FRANCE)
"""
RETAG = """
last, count = int(sys.argv[2]), 0
def die_at_last(execute, sql, params, many, context):
    global count
    count += 1
    if count == last:
        os.kill(os.getpid(), signal.SIGKILL)
    return execute(sql, params, many, context)
with connection.execute_wrapper(die_at_last):
    done = retagging.retag()
print(count, done.changed_count)
"""
STATE = """
sets = ChangeSet.objects.filter(act="retag")
changes = Change.objects.filter(change_set__in=sets).order_by("label", "row_id")
persons = SuggestionMention.objects.order_by("article__identity", "name")
slugs = {str(pk): slug for pk, slug in Tag.objects.values_list("pk", "slug")}
def by_slug(values):
    return {slugs[pk]: columns for pk, columns in values["taggings"].items()}
stored = [
    digest(),
    [(label, by_slug(before), by_slug(after)) for label, before, after in changes.values_list(
        "label", "before", "after")],
    list(sets.values_list("note", "change_count")),
    list(persons.values_list("article__identity", "name", "office", "mentions")),
]
print(sets.count(), hashlib.sha256(json.dumps(stored, sort_keys=True).encode()).hexdigest())
"""

# The other processes see only what is committed.
pytestmark = pytest.mark.django_db(transaction=True)


def test_a_retag_killed_again_and_again_ends_in_the_database_of_an_uninterrupted_one(run_prepared, tmp_path):
    folder = tmp_path / "clippings"
    clippings.write(folder, 24, seed=7, is_alike=True)

    def run(program: str, moment: int = 0) -> subprocess.CompletedProcess[str]:
        return run_prepared(PREPARE, program, folder, moment, timeout=READY)

    clean = run(MAKE + RETAG + STATE)
    assert clean.returncode == 0, clean.stderr
    statements, changed, *undisturbed = clean.stdout.split()
    randomly = random.Random(4)
    moments = [randomly.randrange(12, int(statements) // 2) for _ in range(3)]
    kills = [
        run(program, moment).returncode
        for program, moment in zip([MAKE + RETAG, RETAG, RETAG], moments, strict=True)
    ]
    last = run(RETAG + STATE)
    assert last.returncode == 0, last.stderr

    assert int(changed) > 10
    assert kills == [-signal.SIGKILL] * 3
    assert last.stdout.split()[2:] == undisturbed
    assert undisturbed[0] == "1"
