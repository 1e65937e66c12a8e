"""Good and hostile files in random mixtures, through the command: the invariants of every import.

Each file ends in exactly one outcome, the good ones as if the others were not there, nothing raises, and
both databases hold the same.
"""

from __future__ import annotations

import io
import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from articles import gazetteer
from articles.importing.sources import SUFFIXES
from articles.models import Article, ArticleSource, Authorship, ImportIssue, OutboxRow, Tagging
from articles.verification import verify
from benchmarks import clippings
from tests.importing.test_run import BAD_FILES, GAZETTEER

PROJECT = Path(__file__).resolve().parent.parent.parent
SEEDS = (1, 2, 3)
GOOD = 12  # files of a mixture, beside the hostile ones
SECONDS = 2.5  # for a file at most, and for a worker process to start

# Beside those that must fail: what may be read, if it does no harm.
DOUBTFUL = {
    "nul.md": b"---\ntitle: Talks \x00 in Oman\n---\nRussia \x00 said so.\n",
    "surrogate.md": b'---\ntitle: "Talks \\ud800 in Oman"\n---\nUkraine \xed\xa0\x80 said so.\n',
    "controls.md": "---\ntitle: \x1b[31mTalks\u202e in\x07 Oman\n---\nRussia.\u2028Ukraine.\n".encode(),
    "utf-16.md": "---\ntitle: Переговоры\n---\nУкраина.\n".encode("utf-16"),
    "windows.md": "---\ntitle: Gespräche über Öl\n---\nFür Ukraine.\n".encode("cp1252"),
    "long-title.md": b"---\ntitle: " + b"Talks about Ukraine " * 500 + b"\n---\nRussia.\n",
    "long-address.md": b"---\ntitle: Talks\nurl: https://example.org/" + b"a" * 3_000 + b"\n---\nRussia.\n",
    "numbers.md": b"---\ntitle: Talks\npages: 1e400\ncount: .nan\nsize: 12345678901234567890\n---\nRussia.\n",
    "numbers.toml.md": b"+++\ntitle = 'Talks'\nx = 1e22\ny = inf\nz = -0.0\n[a]\nb = [1.0]\n+++\nRussia.\n",
    "deep.md": b"---json\n" + b'{"a":' * 300 + b"1" + b"}" * 300 + b"\n---\nText about Russia.\n",
    "same-twice.md": b"---\ntitle: Talks\ntitle: Walks\nextra: {a: 1, a: 2}\n---\nRussia.\n",
    "ages.md": b"---\ntitle: Talks\ndate: 9999-12-31\n---\nRussia.\n",
    "keywords.md": b"---\ntitle: Talks\ntags: [Russia, '', 'a\\tb', " + b"x," * 300 + b"]\n---\nUkraine.\n",
    "brackets.md": b"---\ntitle: Talks\n---\n" + b"[" * 5_000 + b" Russia.\n",
    "e\u0301.md": "---\ntitle: Cafe\u0301 talks\n---\nRussia\u0301.\n".encode(),
    "new\nline.md": b"---\ntitle: A name of two lines\n---\nUkraine.\n",
}


def mix(folder: Path, seed: int, *, share: float = 0.7) -> list[Path]:
    """Fill a folder with good files and a share of the hostile ones among them; return the good."""
    randomly = random.Random(seed)
    clippings.write(folder, GOOD, seed=seed, is_alike=True)
    good = sorted(path for path in folder.rglob("*") if path.is_file())
    folders = sorted({path.parent for path in good})
    hostile = {**BAD_FILES, **DOUBTFUL}
    for name in randomly.sample(sorted(hostile), int(share * len(hostile))):
        path = randomly.choice(folders) / f"{randomly.choice('amz')}{name}"
        content = hostile[name]
        if callable(content):
            content(path)
        else:
            path.write_bytes(content)
    with open(os.fsencode(folder) + b"/caf\xe9.md", "w") as file:
        file.write("Its name is not UTF-8.")
    return good


def run_import(folder: Path) -> dict[str, object]:
    """Return what the command prints as JSON, its exit code, and how long it took."""
    stdout, code, started = io.StringIO(), 0, time.monotonic()
    try:
        call_command("import_articles", str(folder), "--json", stdout=stdout, stderr=io.StringIO())
    except SystemExit as stop:
        code = stop.code
    return {**json.loads(stdout.getvalue()), "code": code, "seconds": time.monotonic() - started}


def stored(paths: list[Path] | None = None) -> dict[str, object]:
    """Return all that the archive says of some files, or of all: no ids, no times."""
    articles = Article.objects.all()
    if paths is not None:
        articles = articles.filter(sources__path__in=map(str, paths))
    articles = articles.order_by("identity").distinct()
    parts = {
        "articles": articles.values_list(
            "identity", "content_hash", "text_hash", "slug", "title", "standfirst", "summary", "body",
            "byline", "outlet__name", "url", "published_on", "published_precision", "clipped_on",
            "updated_on", "language", "section", "keywords", "extra", "cuts", "status",
        ),
        "authors": Authorship.objects.filter(article__in=articles)
        .order_by("article__identity", "position")
        .values_list("article__identity", "author__name"),
        "taggings": Tagging.objects.filter(article__in=articles)
        .order_by("article__identity", "tag__slug")
        .values_list("article__identity", "tag__slug", "role", "salience", "mentions", "origin", "status"),
        "sources": ArticleSource.objects.filter(article__in=articles)
        .order_by("sha256", "path")
        .values_list("article__identity", "path", "name", "sha256"),
    }  # fmt: skip
    if paths is None:
        parts["issues"] = ImportIssue.objects.order_by("path", "line", "message").values_list(
            "path", "line", "message", "level"
        )
    # As JSON, which another process can print; sorted, for each database has its own order of texts and keys.
    return {
        name: sorted(json.dumps(row, default=str, sort_keys=True) for row in rows)
        for name, rows in parts.items()
    }


def load() -> None:
    gazetteer.load(GAZETTEER, release=gazetteer.release_of(GAZETTEER))


def entries(folder: Path) -> int:
    """Return how many files and other things a folder holds that an import has to account for."""
    names = [os.fsdecode(name) for _, _, files in os.walk(os.fsencode(folder)) for name in files]
    return sum(name.lower().endswith(tuple(SUFFIXES)) for name in names)


@pytest.mark.django_db
@pytest.mark.parametrize("seed", SEEDS)
def test_a_mixture_is_accounted_for_and_its_good_files_end_as_in_a_clean_run(tmp_path, seed):
    folder = tmp_path / "clippings"
    load()
    clippings.write(folder, GOOD, seed=seed, is_alike=True)
    run_import(folder)
    clean = stored()
    for model in (Article, ImportIssue, OutboxRow):
        model.objects.all().delete()

    good = mix(folder, seed)
    printed = run_import(folder)

    outcomes = ("created", "updated", "unchanged", "skipped", "failed")
    assert sum(printed[outcome] for outcome in outcomes) == entries(folder)
    assert printed["code"] == 1
    failed = ImportIssue.objects.filter(level=ImportIssue.Level.ERROR)
    assert printed["failed"] == failed.values("path").distinct().count()
    assert not [issue.path for issue in failed if issue.path in set(map(str, good))]
    assert not failed.filter(message__contains="Traceback").exists()
    assert {**stored(good), "issues": clean["issues"]} == clean
    assert printed["seconds"] < SECONDS * entries(folder)
    assert [finding for finding in verify() if finding.is_fault] == []

    again = run_import(folder)
    assert (again["created"], again["updated"], again["failed"]) == (0, 0, printed["failed"])


PROGRAM = """
import json, sys
import django
django.setup()
from pathlib import Path
from django.core.management import call_command
from tests.importing.test_mixtures import load, run_import, stored
call_command("migrate", verbosity=0)
load()
printed = run_import(Path(sys.argv[1]))
json.dump({"printed": printed, "stored": stored()}, sys.stdout)
"""


@pytest.mark.postgres
@pytest.mark.django_db
def test_both_databases_hold_the_same_of_a_mixture(tmp_path):
    folder = tmp_path / "clippings"
    mix(folder, 4, share=1)
    load()
    here = {"printed": run_import(folder), "stored": stored()}
    environment = {
        **os.environ, "DJANGO_SETTINGS_MODULE": "newsroom.settings", "NEWSROOM_DATA": str(tmp_path / "other")
    }  # fmt: skip
    del environment["DATABASE_URL"]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(folder)],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    there = json.loads(done.stdout)

    assert connection.vendor == "postgresql"
    for report in (here["printed"], there["printed"]):
        del report["seconds"], report["run"]
    assert there["printed"] == here["printed"]
    differing = {name: {*here["stored"][name]} ^ {*rows} for name, rows in there["stored"].items()}
    assert not any(differing.values()), differing
