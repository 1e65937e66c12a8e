"""`manage.py undo_import`: what it prints, and how it exits."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from articles import curation, gazetteer
from articles.importing.run import import_paths
from articles.models import Article, ChangeSet, ImportRun
from tests.importing.test_import_command import lock_held_elsewhere
from tests.importing.test_run import GAZETTEER, write

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(db, tmp_path):
    """Import a folder with two clippings, and return it."""
    gazetteer.load(GAZETTEER, release="r1")
    folder = tmp_path / "clippings"
    write(folder, "a.md")
    write(folder, "b.md")
    import_paths([folder])
    return folder


def run(*arguments: object) -> tuple[str, int]:
    """Return what the command prints, and its exit code."""
    stdout, code = io.StringIO(), 0
    try:
        call_command("undo_import", *map(str, arguments), stdout=stdout)
    except SystemExit as stop:
        code = stop.code
    return stdout.getvalue(), code


def test_the_report_says_what_was_undone(alice):
    first = ImportRun.objects.get()
    one = Article.objects.get(sources__name="a.md")
    curation.edit_article(one, {"title": "Mi\x1bne"}, by=alice)

    assert run(first.pk) == (
        f"Undid import run {first.pk}: 2 articles withdrawn, 0 returned to what they were, 1 with an "
        "editor's decisions kept, 0 left as they are.\n\n"
        "Kept for editors:\n"
        f"  article {one.pk}, Mi\\x1bne: withdrawn with what an editor corrected: title\n",
        0,
    )
    assert ChangeSet.objects.get(act=ChangeSet.Act.UNDO).made_by_name


def test_what_was_left_alone_is_listed_and_exits_with_1(folder):
    first = ImportRun.objects.get()
    write(folder, "a.md", title="Quiet")
    import_paths([folder])
    one, last = Article.objects.get(sources__name="a.md"), ImportRun.objects.latest("pk")
    printed, code = run(first.pk, "--json", "--dry-run")

    assert code == 1
    assert json.loads(printed) == {
        "run": first.pk,
        "dry_run": True,
        "withdrawn": 1,
        "given_back": 0,
        "kept": [],
        "left_alone": [
            {
                "article": one.pk,
                "title": "Quiet",
                "reason": f"changed by a later import (run {last.pk}); undo that first",
            }
        ],
    }
    assert not Article.objects.exclude(status=Article.Status.PUBLIC).exists()


def test_a_run_that_does_not_exist_is_named():
    with pytest.raises(CommandError, match="there is no import run 4711") as refused:
        run(4711)

    assert refused.value.returncode == 2


def test_an_undo_waits_for_no_import():
    with lock_held_elsewhere(), pytest.raises(CommandError, match="is still running") as refused:
        run(ImportRun.objects.get().pk)

    assert refused.value.returncode == 2


def test_a_database_that_refuses_is_named_and_nothing_is_half_undone():
    def fail(execute, sql, params, many, context):
        if sql.startswith('INSERT INTO "articles_change" '):
            raise OperationalError("database or disk is full")
        return execute(sql, params, many, context)

    with (
        connection.execute_wrapper(fail),
        pytest.raises(CommandError, match=r"refused to work \(database or disk is full\)"),
    ):
        run(ImportRun.objects.get().pk)

    assert not Article.objects.exclude(status=Article.Status.PUBLIC).exists()
