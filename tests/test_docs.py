"""What the documents say, held against the code where that can be checked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

PROJECT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted([*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")])
README = (PROJECT / "README.md").read_text(encoding="utf-8")


def section(name: str) -> str:
    """Return the README's section of this heading."""
    return README.split(f"\n## {name}\n")[1].split("\n## ")[0]


@pytest.mark.parametrize("document", DOCUMENTS, ids=[str(path.relative_to(PROJECT)) for path in DOCUMENTS])
def test_every_relative_link_leads_to_a_file(document):
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", document.read_text(encoding="utf-8"))
    broken = [link for link in links if not (document.parent / link).exists()]

    assert broken == []


def test_the_readme_lists_every_command_there_is():
    ours = {name for name, app in get_commands().items() if app == "articles"}
    listed = set(re.findall(r"^\| `([a-z_]+)", section("Commands"), re.MULTILINE))

    assert listed == ours


def test_the_readme_lists_every_variable_that_the_settings_read():
    settings = (PROJECT / "newsroom" / "settings.py").read_text(encoding="utf-8")
    read = set(
        re.findall(
            r"""(?:environ\.get|read_flag|read_list|read_number)\(["']([A-Z_]+)""",
            settings,
        )
    )
    listed = set(re.findall(r"^\| `([A-Z_]+)`", section("Where it keeps things"), re.MULTILINE))

    assert listed == read


def test_every_make_target_that_a_document_names_exists():
    targets = set(
        re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    )
    named = {
        target
        for document in DOCUMENTS
        for target in re.findall(r"(?:`|^)make ([a-z-]+)", document.read_text(encoding="utf-8"), re.MULTILINE)
    }

    assert named - targets == set()


def test_the_documents_speak_of_modules_that_exist():
    named = {
        path
        for document in DOCUMENTS
        for path in re.findall(
            r"`((?:articles|newsroom|tests|templates|docs)/[\w/.-]+)`", document.read_text("utf-8")
        )
    }

    assert {path for path in named if not (PROJECT / path).exists()} == set()
