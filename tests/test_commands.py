"""Commands that are printed can be pasted: they run this Python and reach this archive."""

from __future__ import annotations

import sys

import pytest

from articles import commands


@pytest.fixture(autouse=True)
def in_the_project(monkeypatch):
    monkeypatch.chdir(commands.PROJECT)
    monkeypatch.setattr(sys, "executable", str(commands.PROJECT / ".venv/bin/python"))
    monkeypatch.delenv("NEWSROOM_DATA", raising=False)


def test_the_environment_of_the_project_is_named_from_the_working_folder(monkeypatch):
    assert commands.manage("undo_import 1") == ".venv/bin/python manage.py undo_import 1"

    monkeypatch.chdir(commands.PROJECT / "docs")
    assert commands.manage("undo_import 1") == "../.venv/bin/python ../manage.py undo_import 1"


def test_another_archive_than_the_usual_is_named(monkeypatch):
    monkeypatch.setenv("NEWSROOM_DATA", "/my data")

    assert commands.manage("migrate") == "NEWSROOM_DATA='/my data' .venv/bin/python manage.py migrate"
    assert commands.make("admin") == "NEWSROOM_DATA='/my data' make admin"
    assert commands.manage_here("restore FILE") == ".venv/bin/python manage.py restore FILE"


def test_a_relative_archive_is_named_in_full(monkeypatch):
    monkeypatch.setenv("NEWSROOM_DATA", "elsewhere")

    assert commands.make("run") == f"NEWSROOM_DATA={commands.PROJECT}/elsewhere make run"


def test_an_empty_name_of_the_archive_is_the_usual_one(monkeypatch):
    monkeypatch.setenv("NEWSROOM_DATA", "")

    assert commands.make("admin") == "make admin"


def test_a_python_from_elsewhere_is_named_as_the_shell_finds_it(monkeypatch, tmp_path):
    python = tmp_path / "python3"
    python.write_text("#!/bin/sh\n")
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))

    monkeypatch.setenv("PATH", str(tmp_path))
    assert commands.manage("verify") == "python3 manage.py verify"

    monkeypatch.setenv("PATH", "/nowhere")
    assert commands.manage("verify") == f"{python} manage.py verify"
