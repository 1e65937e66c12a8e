"""Imports in processes of their own: killed with kill -9, interrupted, two at once."""

from __future__ import annotations

import random
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmarks import clippings

PROJECT = Path(__file__).resolve().parent.parent.parent
FILES = 24
READY = 60.0  # seconds a test waits for a process before it fails

# Runs in the other process: a small gazetteer, small chunks, and death at the statement that is named.
PREPARE = """
import os, signal, sys
import django
django.setup()
from pathlib import Path
from django.db import connection
from articles import gazetteer
from articles.importing import run
from articles.importing import pruning, undo
from articles.models import ImportRun
from tests.importing.test_run import GAZETTEER, digest, trail
run.CHUNK = 6
run.INDEX_EVERY = 2
pruning.CHUNK = undo.CHUNK = 2
folder = Path(sys.argv[1])
"""
EMPTY = """
from django.core.management import call_command
call_command("flush", interactive=False, verbosity=0)
"""
LOAD = "gazetteer.load(GAZETTEER, release=gazetteer.release_of(GAZETTEER))"
KILL = """
last = int(sys.argv[2])
count = 0
def die_at_last(execute, sql, params, many, context):
    global count
    count += 1
    if count == last:
        os.kill(os.getpid(), signal.SIGKILL)
    return execute(sql, params, many, context)
with connection.execute_wrapper(die_at_last):
    {act}
print(count)
"""
IMPORT = KILL.replace("{act}", "run.import_paths([folder])")
PRUNE = KILL.replace("{act}", "run.import_paths([folder], is_pruning=True)")
UNDO = KILL.replace("{act}", "undo.undo(ImportRun.objects.latest('pk'))")
# A folder with files that are back, edited, deleted and moved since its import.
CHANGED = """
run.import_paths([folder])
files = sorted(path for path in folder.rglob("*.*") if path.stem not in {"broken", "copy"})
aside = [path.rename(path.with_suffix(".aside")) for path in files[:3]]
run.import_paths([folder], is_pruning=True)
for path, before in zip(aside, files):
    path.rename(before)
for path in files[3:9]:
    path.write_text(path.read_text() + "\\nRussia and Ukraine agreed.\\n")
for path in files[9:14]:
    path.unlink()
for path in files[14:16]:
    path.rename(folder / f"moved {path.name}")
"""
CHANGED_AND_IMPORTED = CHANGED + "run.import_paths([folder], is_pruning=True)\n"
DIGEST = "print(digest() + trail())"
STATES = """
print(*ImportRun.objects.order_by("pk").values_list("state", flat=True))
"""
WAIT_UNDER_WAY = """
def wait(report):
    print("under way", flush=True)
    sys.stdin.read()
run.import_paths([Path(sys.argv[1])], progress=wait)
"""

# The other processes see only what is committed.
pytestmark = pytest.mark.django_db(transaction=True)

type Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def folder(tmp_path) -> Path:
    folder = tmp_path / "clippings"
    clippings.write(folder, FILES, seed=7, is_alike=True)
    # Each a case of its own in the bookkeeping: a duplicate, a faulty file.
    (folder / "copy.md").write_bytes(sorted(folder.rglob("*.*"))[5].read_bytes())
    (folder / "broken.md").write_text("---\ntitle: [\n---\n")
    return folder


@pytest.fixture
def run(archive) -> Run:
    def run(program: str, *arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", PREPARE + program, *map(str, arguments)],
            cwd=PROJECT,
            env=archive,
            capture_output=True,
            text=True,
            timeout=READY,
        )

    return run


def test_killed_imports_and_a_full_one_end_in_the_database_of_an_uninterrupted_one(run, folder):
    clean = run(LOAD + IMPORT + DIGEST, folder, 0)
    assert clean.returncode == 0, clean.stderr
    statements, undisturbed = clean.stdout.split()
    randomly = random.Random(4)
    moments = [randomly.randrange(8, int(statements) // 3) for _ in range(4)]
    kills = [
        run(program, folder, moment).returncode
        for program, moment in zip([EMPTY + LOAD + IMPORT, *[IMPORT] * 3], moments, strict=True)
    ]
    last = run(IMPORT + DIGEST + STATES, folder, 0)
    assert last.returncode == 0, last.stderr
    _, final, *states = last.stdout.split()

    assert kills == [-signal.SIGKILL] * 4
    assert final == undisturbed
    assert states == ["interrupted"] * (len(states) - 1) + ["finished"]


@pytest.mark.parametrize(
    ("before", "act"),
    [(CHANGED, PRUNE), (CHANGED_AND_IMPORTED, UNDO)],
    ids=["updates and pruning", "undo"],
)
def test_killed_updates_prunes_and_undos_end_in_the_database_of_undisturbed_ones(run, folder, before, act):
    pristine = shutil.copytree(folder, folder.parent / "pristine")
    clean = run(LOAD + before + act + DIGEST, folder, 0)
    assert clean.returncode == 0, clean.stderr
    statements, undisturbed = clean.stdout.split()
    shutil.rmtree(folder)
    shutil.copytree(pristine, folder)
    randomly = random.Random(11)
    first, second, third = (randomly.randrange(8, int(statements) // part) for part in (1, 2, 3))
    killed = run(EMPTY + LOAD + before + act, folder, first)
    again = [run(act, folder, moment).returncode for moment in (second, third)]
    last = run(act + DIGEST, folder, 0)
    assert last.returncode == 0, last.stderr
    _, final = last.stdout.split()

    assert (killed.returncode, killed.stdout) == (-signal.SIGKILL, "")
    assert set(again) <= {-signal.SIGKILL, 0}
    assert final == undisturbed


@pytest.fixture
def import_under_way(archive, folder) -> Iterator[subprocess.Popen[str]]:
    """Return a process that has imported a chunk and waits with the next until its standard input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", PREPARE + LOAD + WAIT_UNDER_WAY, str(folder)],
        cwd=PROJECT,
        env=archive,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "under way\n"
    yield process
    process.kill()
    process.communicate()


def test_a_second_import_says_which_one_is_running(import_under_way, archive, folder):
    command = [sys.executable, "manage.py", "import_articles", str(folder), "--json"]
    done = subprocess.run(command, cwd=PROJECT, env=archive, capture_output=True, text=True, timeout=READY)

    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(
        r"CommandError: import run \d+, started \d\d \w+ \d{4} \d\d:\d\d UTC, is still running; "
        r"wait for it to end, then run this again\n",
        done.stderr,
    )


def test_a_killed_import_does_not_lock_the_next_one_out(import_under_way, run, folder):
    import_under_way.kill()
    import_under_way.wait()

    assert run(IMPORT, folder, 0).returncode == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "terminate"])
def test_a_signal_ends_the_import_after_its_chunk(archive, folder, number):
    program = (
        PREPARE + LOAD + "\nfrom articles.management.commands.import_articles import ProgressLine\n"
        "def show(self, report):\n"
        "    if report.file_count <= run.CHUNK:\n"
        f"        os.kill(os.getpid(), {int(number)})\n"
        "ProgressLine.show = show\n"
        "from django.core.management import call_command\n"
        "call_command('import_articles', sys.argv[1], '--json')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(folder)],
        cwd=PROJECT,
        env=archive,
        capture_output=True,
        text=True,
        timeout=READY,
    )

    assert done.returncode == 128 + number
    assert '"created": 6' in done.stdout or '"created": 5' in done.stdout
    assert "Stopping after the files in hand" in done.stderr
    assert "It was stopped before the end" in done.stderr
    assert "Traceback" not in done.stderr
