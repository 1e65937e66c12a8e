"""`make run`: what stops it, with which sentence, and what it brings up to date."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from articles.management.commands import serve
from articles.models import Article, ImportRun

PROJECT = Path(__file__).resolve().parent.parent


@pytest.fixture
def taken_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_taken_port_is_named_together_with_the_way_out(taken_port):
    with pytest.raises(
        CommandError,
        match=rf"cannot listen on 127.0.0.1:{taken_port} .*; choose another port: make run PORT=",
    ):
        call_command("serve", port=taken_port)


def test_a_folder_that_does_not_exist_stops_before_anything_is_done(tmp_path, monkeypatch):
    monkeypatch.setattr(serve, "prepare", lambda seeds: pytest.fail("nothing may be done"))

    with pytest.raises(CommandError, match=r"there is no .*nowhere; give a folder of clippings"):
        call_command("serve", port=0, seeds=tmp_path / "nowhere")


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
    assert f"{seeds}/bad.md, line 1: " in capsys.readouterr().out


@pytest.mark.django_db
def test_the_hint_says_how_to_make_an_admin_until_there_is_one(django_user_model):
    before = serve.admin_hint("http://127.0.0.1:8000/")
    django_user_model.objects.create_superuser("alice", password="correct horse battery")
    after = serve.admin_hint("http://127.0.0.1:8000/")

    assert (
        before == "No admin account yet: `make admin` makes one, then sign in at http://127.0.0.1:8000/admin/"
    )
    assert after == "Sign in as admin at http://127.0.0.1:8000/admin/"


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
