"""The hostile files of ../shared/hostile, read one by one and imported together with good neighbours."""

from __future__ import annotations

import io
import json
import os
import time
from pathlib import Path

import pytest
from django.core.management import call_command

from articles import gazetteer
from articles.importing.clipping import ClippingError, read_clipping
from articles.importing.sources import MAX_BYTES
from articles.models import Article, ArticleSource, ImportIssue, Tagging
from tests.importing.clips import HANG_S, make_source
from tests.importing.test_run import GAZETTEER, write

type Case = dict[str, str]

GOOD = ("0-before.md", "b/between.md", "z-after.md")
# Words of an expectation that leaves it open whether the file is read.
TOLERATED = ("imported", "title", "kept", "removed", "tag", "URL")


def import_cases(shared: Path, *how: str) -> list[Case]:
    lines = (shared / "hostile" / "cases.jsonl").read_text(encoding="utf-8").splitlines()
    return [case for case in map(json.loads, lines) if case["area"] == "import" and case["how"] in how]


def content_of(case: Case) -> bytes:
    # The file's own convention: `py` is an expression for the content.
    content = eval(case["input"]) if case["how"] == "py" else case["input"]
    return content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content


def must_be_refused(case: Case) -> bool:
    return case["expected"].startswith("quarantined") and " or " not in case["expected"]


def may_be_refused(case: Case) -> bool:
    return must_be_refused(case) or any(word in case["expected"] for word in TOLERATED)


def test_no_hostile_file_raises_anything_but_clipping_errors(shared):
    cases = [(case, content_of(case)) for case in import_cases(shared, "text", "py")]
    cases = [(case, content) for case, content in cases if len(content) <= MAX_BYTES]
    unexpected = []
    for case, content in cases:
        begin = time.process_time()
        try:
            read_clipping(make_source(content))
        except ClippingError as error:
            is_as_expected = may_be_refused(case) and ";" in error.message
        else:
            is_as_expected = not must_be_refused(case)
        if not is_as_expected or time.process_time() - begin > HANG_S:
            unexpected.append((case["id"], case["title"]))

    assert len(cases) > 30
    assert unexpected == []


def run_import(folder: Path) -> dict[str, object]:
    """Return what the command prints as JSON, and its exit code."""
    stdout, code = io.StringIO(), 0
    try:
        call_command("import_articles", str(folder), "--json", stdout=stdout, stderr=io.StringIO())
    except SystemExit as stop:
        code = stop.code
    return {**json.loads(stdout.getvalue()), "code": code}


def stored_of(folder: Path) -> list[object]:
    """Return all that the archive says of the good files."""
    paths = [str(folder / name) for name in GOOD]
    articles = Article.objects.filter(sources__path__in=paths).order_by("title")
    taggings = Tagging.objects.filter(article__in=articles).order_by("article__title", "tag__slug")
    return [
        list(articles.values_list("identity", "content_hash", "title", "body", "published_on", "status")),
        list(taggings.values_list("article__title", "tag__slug", "role", "salience", "mentions")),
        list(ArticleSource.objects.filter(path__in=paths).order_by("path").values_list("path", "sha256")),
    ]


@pytest.fixture
def folder(db, tmp_path) -> Path:
    """Return a folder with good files, and a small gazetteer to tag them."""
    gazetteer.load(GAZETTEER, release=gazetteer.release_of(GAZETTEER))
    for name in GOOD:
        write(tmp_path / "h", name, title=f"Talks about Ukraine {Path(name).stem}")
    return tmp_path / "h"


def add_hostile_files(folder: Path, shared: Path) -> None:
    for case in import_cases(shared, "text", "py"):
        (folder / "b" / f"{case['id']}.md").write_bytes(content_of(case))
    for case in import_cases(shared, "fs"):
        below = folder / "b" / case["id"]
        below.mkdir()
        # The file's own convention: `fs` is a program that fills the empty folder D.
        exec(case["input"], {"D": below, "os": os})


def test_the_neighbours_of_hostile_files_end_as_in_a_clean_run(folder, shared):
    clean = run_import(folder)
    before = stored_of(folder)
    Article.objects.all().delete()
    add_hostile_files(folder, shared)
    printed = run_import(folder)

    assert (clean["created"], clean["code"], printed["code"]) == (3, 0, 1)
    assert stored_of(folder) == before
    errors = ImportIssue.objects.filter(level=ImportIssue.Level.ERROR)
    assert printed["failed"] == errors.count() == errors.values("path").distinct().count()
    assert not Article.objects.filter(body__contains="root:").exists()


def test_hostile_files_fail_where_they_must_and_are_all_accounted_for(folder, shared):
    add_hostile_files(folder, shared)
    printed = run_import(folder)

    refused = {case["id"] for case in import_cases(shared, "text", "py", "fs") if must_be_refused(case)}
    failed = {
        part
        for issue in ImportIssue.objects.filter(level=ImportIssue.Level.ERROR)
        for part in Path(issue.path).with_suffix("").parts
        if part.startswith("IMP-")
    }
    assert refused <= failed
    outcomes = ("created", "updated", "unchanged", "failed")
    assert sum(printed[outcome] for outcome in outcomes) == ArticleSource.objects.count() + printed["failed"]
    again = run_import(folder)
    assert (again["created"], again["updated"], again["failed"]) == (0, 0, printed["failed"])
