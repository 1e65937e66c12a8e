"""Undoing an import at the desk."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from articles import gazetteer
from articles.admin import imports
from articles.commands import manage
from articles.importing.run import import_paths
from articles.models import Article, ChangeSet, ImportRun
from tests.importing.test_import_command import lock_held_elsewhere
from tests.importing.test_run import GAZETTEER, write

RUNS = "/admin/articles/importrun/"


@pytest.fixture
def run(db, tmp_path) -> ImportRun:
    """Return the import of a folder with two clippings."""
    gazetteer.load(GAZETTEER, release="r1")
    for name in ("a.md", "b.md"):
        write(tmp_path / "clippings", name)
    import_paths([tmp_path / "clippings"])
    return ImportRun.objects.get()


@pytest.fixture
def at_desk(client, alice):
    client.force_login(alice)
    return client


def ask(client, *runs: ImportRun, **more: object) -> str:
    """Choose to undo runs, and return the page that follows."""
    chosen = {"action": "undo", "_selected_action": [one.pk for one in runs]}
    return client.post(RUNS, {**chosen, **more}, follow=True).content.decode()


def public_count() -> int:
    return Article.objects.public().count()


def test_the_desk_says_what_would_happen_and_asks(at_desk, run):
    page = ask(at_desk, run)

    assert f"Undoing import run {run.pk} means: 2 articles withdrawn, 0 returned" in page
    assert public_count() == 2


def test_a_confirmed_undo_is_done_in_the_editors_name(at_desk, alice, run):
    page = ask(at_desk, run, confirmed="Undo the import")

    assert f"Import run {run.pk} was undone: 2 articles withdrawn" in page
    assert public_count() == 0
    assert ChangeSet.objects.get(act=ChangeSet.Act.UNDO).made_by == alice


def test_the_form_of_the_question_does_it(at_desk, run):
    page = ask(at_desk, run)
    [form] = re.findall(r'<form method="post" action="([^"]*importrun/)">', page)
    names = re.findall(
        r'<input type="(?:hidden|submit)" name="(action|_selected_action|confirmed)" value="([^"]*)"', page
    )
    at_desk.post(form, dict(names))

    assert public_count() == 0


def test_the_page_of_a_run_offers_it_and_shows_the_trail(at_desk, run):
    ask(at_desk, run, confirmed="Undo the import")
    page = at_desk.get(reverse("admin:articles_importrun_change", args=[run.pk])).content.decode()

    assert "Undo the import" in page
    acts = ChangeSet.objects.filter(run=run).order_by("pk")
    assert [act.act for act in acts] == ["import", "undo"]
    assert all(f"/admin/articles/changeset/{act.pk}/change/" in page for act in acts)


def test_what_an_editor_decided_is_named_before(at_desk, run):
    one = Article.objects.first()
    one.taggings.update(status="confirmed")

    assert "withdrawn with the tags an editor decided: Russia, Ukraine" in ask(at_desk, run)


def test_one_run_at_a_time(at_desk, run):
    other = ImportRun.objects.create(state=ImportRun.State.FINISHED)

    assert "Choose one import" in ask(at_desk, run, other, confirmed="yes")
    assert public_count() == 2


def test_a_run_that_changed_nothing_cannot_be_undone(at_desk, run):
    other = ImportRun.objects.create(state=ImportRun.State.FINISHED)

    assert f"Nothing was undone: import run {other.pk} changed nothing" in ask(at_desk, other)


def test_an_undo_does_not_disturb_an_import(at_desk, run):
    with lock_held_elsewhere():
        page = ask(at_desk, run, confirmed="yes")

    assert "is still running" in page
    assert public_count() == 2


def test_a_large_run_is_left_to_the_command_line(at_desk, run, monkeypatch):
    monkeypatch.setattr(imports, "DONE_HERE", 1)

    assert f"run: {manage(f'undo_import {run.pk}')}" in ask(at_desk, run, confirmed="yes")
    assert public_count() == 2


@pytest.mark.parametrize(("codename", "left"), [("view_importrun", 2), ("change_importrun", 0)])
def test_who_may_change_imports_may_undo_them(client, bob, run, codename, left):
    names = {"view_importrun", codename}
    bob.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(bob)
    ask(client, run, confirmed="yes")

    assert public_count() == left


def test_a_link_undoes_nothing(at_desk, run):
    at_desk.get(RUNS, {"action": "undo", "_selected_action": run.pk, "confirmed": "yes"})

    assert public_count() == 2


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "it is not"),
        ({"status": "withdrawn"}, "an editor did"),
        ({"status": "withdrawn", "withdrawal": "missing"}, "its files are gone"),
        ({"status": "withdrawn", "withdrawal": "undone"}, "the import that made it was undone"),
    ],
    ids=["public", "editor", "pruned", "undone"],
)
def test_the_page_of_an_article_says_why_it_was_withdrawn(at_desk, run, values, words):
    one = Article.objects.first()
    Article.objects.filter(pk=one.pk).update(**values)
    page = at_desk.get(reverse("admin:articles_article_change", args=[one.pk])).content.decode()

    assert words in page


def test_the_page_of_an_article_says_which_files_are_skipped(at_desk, run):
    ask(at_desk, run, confirmed="yes")
    page = at_desk.get(reverse("admin:articles_article_change", args=[Article.objects.first().pk]))

    assert "undone: skipped until it is edited" in page.content.decode()
