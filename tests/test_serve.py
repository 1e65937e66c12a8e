"""`make run`: what stops it, with which sentence, and what it brings up to date."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from articles import gazetteer
from articles.commands import make, manage
from articles.importing.run import import_paths
from articles.importing.undo import undo
from articles.management.commands import serve
from articles.models import Article, ImportRun
from tests.importing.test_run import GAZETTEER, write

PROJECT = Path(__file__).resolve().parent.parent


@pytest.fixture
def taken_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.fixture
def usual_archive(monkeypatch) -> None:
    """Let no archive be named, for commands are printed with the one that is."""
    monkeypatch.delenv("NEWSROOM_DATA", raising=False)


@pytest.mark.usefixtures("usual_archive")
def test_a_taken_port_is_named_together_with_the_way_out(taken_port):
    with pytest.raises(
        CommandError,
        match=rf"cannot listen on 127.0.0.1:{taken_port} .*; choose another port: make run PORT=",
    ):
        call_command("serve", port=str(taken_port))


@pytest.mark.usefixtures("usual_archive")
@pytest.mark.parametrize("port", ["", "abc", "0", "-1", "65536", "99999999999", "８０００"])
def test_a_port_that_is_none_is_refused_with_one_that_is(port):
    sentence = f"the port is a number from 1 to 65535, not {port!r}; try: make run PORT=8010"

    with pytest.raises(CommandError, match=re.escape(sentence)):
        call_command("serve", port=port)


@pytest.mark.parametrize("seeds", ["", "  ", "/nowhere/at/all"], ids=["empty", "blank", "missing"])
def test_a_folder_that_is_not_there_stops_before_anything_is_done(seeds, monkeypatch):
    monkeypatch.setattr(serve, "check_port", lambda host, port: None)
    monkeypatch.setattr(serve, "prepare", lambda seeds: pytest.fail("nothing may be done"))

    with pytest.raises(CommandError, match=re.escape(f"there is no {seeds!r}; give a folder of clippings")):
        call_command("serve", seeds=seeds)


def test_an_interrupted_start_says_what_was_kept(monkeypatch, tmp_path, capsys):
    def interrupted(seeds):
        raise KeyboardInterrupt

    monkeypatch.setattr(serve, "check_port", lambda host, port: None)
    monkeypatch.setattr(serve, "prepare", interrupted)

    with pytest.raises(SystemExit) as stop:
        call_command("serve", seeds=str(tmp_path))

    assert stop.value.code == 130
    assert capsys.readouterr().err.strip().startswith("stopped; what was imported is kept")


@pytest.mark.django_db
def test_preparing_twice_imports_once(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path / "static"
    seeds = tmp_path / "seeds"
    shutil.copytree(settings.NEWSROOM_SEEDS, seeds)
    count = len(list(seeds.iterdir()))

    serve.prepare(seeds)
    serve.prepare(seeds)

    assert Article.objects.count() == count
    counts = ImportRun.objects.order_by("pk").values_list("created_count", "unchanged_count", "failed_count")
    assert list(counts) == [(count, 0, 0), (0, count, 0)]


@pytest.mark.django_db
def test_a_clipping_that_cannot_be_read_does_not_keep_the_others_from_being_served(
    settings, tmp_path, capsys
):
    settings.STATIC_ROOT = tmp_path / "static"
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    (seeds / "good.md").write_text("---\ntitle: Talks in Oman\n---\nThe talks went on.\n")
    (seeds / "bad.md").write_text("---\ntitle: Unclosed\n")

    serve.prepare(seeds)

    assert Article.objects.get().title == "Talks in Oman"
    assert f"{seeds}/bad.md, line 2: " in capsys.readouterr().out


@pytest.mark.django_db
def test_the_hint_says_how_to_make_an_admin_until_there_is_one(django_user_model):
    before = serve.admin_hint("http://127.0.0.1:8000/")
    django_user_model.objects.create_superuser("alice", password="correct horse battery")
    after = serve.admin_hint("http://127.0.0.1:8000/")

    assert (
        before
        == f"No admin account yet: `{make('admin')}` makes one, then sign in at http://127.0.0.1:8000/admin/"
    )
    assert after == "Sign in as alice at http://127.0.0.1:8000/admin/"


@pytest.mark.django_db
def test_an_archive_of_samples_and_own_articles_says_how_to_part_them(settings, tmp_path, monkeypatch):
    monkeypatch.delenv("NEWSROOM_DATA", raising=False)
    settings.NEWSROOM_SEEDS, own = tmp_path / "seeds", tmp_path / "my articles"
    gazetteer.load(GAZETTEER, release="r1")
    write(settings.NEWSROOM_SEEDS, "a.md")
    write(settings.NEWSROOM_SEEDS, "b.md")
    write(own, "c.md")
    import_paths([settings.NEWSROOM_SEEDS])
    first = ImportRun.objects.get()
    import_paths([own])

    assert serve.samples_hint(settings.NEWSROOM_SEEDS) == ""
    assert serve.samples_hint(own) == (
        "Newsroom's own samples (seeds/) are in this archive, too: 2 articles. "
        f"To take them out: `{manage(f'undo_import {first.pk}')}`. "
        f"Or keep your articles apart: `NEWSROOM_DATA=/another/folder make run SEEDS='{own}'`"
    )

    undo(first)
    assert serve.samples_hint(own) == ""


def test_a_taken_port_is_told_before_the_program_checks_itself(taken_port, monkeypatch):
    monkeypatch.setattr(serve.Command, "check", lambda *given, **options: pytest.fail("it was checked"))

    options = {"host": "127.0.0.1", "port": str(taken_port), "seeds": "seeds", "skip_checks": False}

    with pytest.raises(CommandError, match="cannot listen on"):
        serve.Command().execute(force_color=False, no_color=True, **options)


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_a_python_that_is_too_old_is_named_with_the_way_out(tmp_path):
    # Stands in for an old interpreter: runs what it is given under an old version number.
    old = tmp_path / "python3"
    program = "import sys; sys.version_info = (3, 9, 2); sys.version = '3.9.2 (old)'; exec(sys.argv[1])"
    old.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{program}" "$2"\n')
    old.chmod(0o755)

    done = subprocess.run(
        ["make", "setup", f"PYTHON={old}", f"VENV={tmp_path / 'venv'}"],
        cwd=PROJECT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode != 0
    sentence = f"Python 3.12 or newer is needed; {old} is 3.9.2. Try: make setup PYTHON=python3.13"
    assert sentence in done.stderr.splitlines()
    assert not (tmp_path / "venv").exists()


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("DATABASE_URL", "nonsense", "newsroom cannot start: DATABASE_URL is no database; write postgres://"),
        ("LOG_LEVEL", "loud", "newsroom cannot start: LOG_LEVEL=LOUD; write DEBUG, INFO, WARNING, ERROR"),
        ("NEWSROOM_DATA", "/dev/null/x", "newsroom cannot start: NEWSROOM_DATA=/dev/null/x cannot be made ("),
    ],
)
def test_a_wrong_variable_is_named_in_one_sentence(variable, value, sentence):
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=PROJECT, capture_output=True, text=True, check=False, env={**os.environ, variable: value},
    )  # fmt: skip

    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, "", 1)
    assert done.stderr.startswith(sentence)


def test_a_command_without_tables_says_how_to_make_them(tmp_path):
    done = subprocess.run(
        [sys.executable, "manage.py", "reindex", "--check"],
        cwd=PROJECT, capture_output=True, text=True, check=False,
        env={**os.environ, "NEWSROOM_DATA": str(tmp_path), "DATABASE_URL": ""},
    )  # fmt: skip

    assert done.returncode == 1
    assert f"make its tables with: NEWSROOM_DATA={tmp_path} " in done.stderr
    assert done.stderr.endswith(" manage.py migrate\n")
    assert "Traceback" not in done.stderr
