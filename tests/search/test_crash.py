"""After kill -9 at any moment the index is that of one revision, exactly, and can be written at once."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from articles.search.engine import FACETS, Engine, IndexBusy, IndexedArticle, write_lock
from articles.search.folder import current_generation
from articles.search.query import Criteria
from tests.search.entries import change_index, entry, make_index

PROJECT = Path(__file__).resolve().parent.parent.parent

APPLY = """
import sys
from pathlib import Path
from tests.search.entries import change_index
from tests.search.test_crash import Engine, revision_entries
engine = Engine(Path(sys.argv[1]))
while True:
    revision = engine.revision() + 1
    print(revision, flush=True)
    change_index(engine, revision_entries(revision), remove=[revision - 5], revision=revision)
"""

BUILD = """
import sys
from pathlib import Path
from tests.search.entries import make_index
from tests.search.test_crash import whole_archive
for revision in range(int(sys.argv[2]), 10_000):
    print(revision, flush=True)
    make_index(Path(sys.argv[1]), whole_archive(revision), revision=revision)
"""

HOLD = """
import sys
from pathlib import Path
from articles.search.engine import write_lock
with write_lock(Path(sys.argv[1]), seconds=0):
    print("held", flush=True)
    sys.stdin.read()
"""


def revision_entries(revision: int) -> list[IndexedArticle]:
    """Return what this revision writes: one new article, and article 1_000_000 once more."""
    return [
        entry(pk, body=f"text of {revision}", facets={"topic": (f"t{revision}",)})
        for pk in (revision, 1_000_000)
    ]


def entries_at(revision: int) -> list[IndexedArticle]:
    """Return what the index holds at this revision: the articles of the last five."""
    return [
        *(revision_entries(pk)[0] for pk in range(revision - 4, revision + 1)),
        revision_entries(revision)[1],
    ]


def digests(entries: list[IndexedArticle]) -> dict[int, int]:
    return {e.id: e.digest for e in entries}


def whole_archive(revision: int) -> list[IndexedArticle]:
    return [entry(pk, body=f"text of {revision}") for pk in range(1, 1_500)]


def kill_after(process: subprocess.Popen[str], *, lines: int, seconds: float) -> None:
    """Kill the process some time after it has written so many lines."""
    assert process.stdout
    for _ in range(lines):
        assert process.stdout.readline()
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL


def start(script: str, *arguments: object, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        cwd=PROJECT,
        env=environment or None,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("seconds", [0.0, 0.002, 0.005, 0.01, 0.02, 0.04])
def test_a_killed_write_leaves_one_revision_or_the_next(tmp_path, seconds):
    folder = tmp_path / "index"
    make_index(folder, entries_at(10), revision=10)

    kill_after(start(APPLY, folder), lines=6, seconds=seconds)

    engine = Engine(folder)
    revision = engine.revision()
    assert revision >= 15
    assert dict(engine.digests()) == digests(entries_at(revision))
    change_index(engine, revision_entries(revision + 1), remove=[revision - 4], revision=revision + 1)
    assert dict(engine.digests()) == digests(entries_at(revision + 1))
    assert engine.search(Criteria(words=f"{revision + 1}"), facets=FACETS).count == 2


@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.03, 0.06, 0.1, 0.15])
def test_a_killed_build_leaves_the_old_index_or_the_new_one(tmp_path, seconds):
    folder = tmp_path / "index"
    make_index(folder, whole_archive(1), revision=1)

    kill_after(start(BUILD, folder, 2), lines=2, seconds=seconds)

    engine = Engine(folder)
    revision = engine.revision()
    assert revision >= 2
    assert dict(engine.digests()) == digests(whole_archive(revision))
    make_index(folder, [entry(1)], revision=99)
    assert engine.search(Criteria()).ids == [1]
    assert [path.name for path in folder.glob("generation-*")] == [current_generation(folder).name]


def test_the_lock_of_another_process_is_respected_and_goes_with_it(tmp_path):
    folder = tmp_path / "index"
    holder = start(HOLD, folder)
    assert holder.stdout
    assert holder.stdout.readline() == "held\n"

    with pytest.raises(IndexBusy), write_lock(folder, seconds=0):
        pass
    holder.kill()
    holder.communicate()

    with write_lock(folder, seconds=5):
        pass


def test_two_processes_may_write_by_turns(tmp_path):
    folder = tmp_path / "index"
    make_index(folder, [])
    other = start(APPLY, folder)
    assert other.stdout
    for _ in range(3):
        other.stdout.readline()

    engine = Engine(folder)
    with write_lock(folder, seconds=10):
        before = engine.revision()
        engine.apply(put=[entry(500_000)], remove=[], revision=before)
    kill_after(other, lines=3, seconds=0)

    assert engine.revision() >= before
    assert 500_000 in dict(engine.digests())


FULL_DISK = """
import resource
import sys
from pathlib import Path
from articles.search.engine import Engine, IndexUnusable
from articles.search.query import Criteria
from tests.search.entries import change_index, entry, make_index
folder = Path(sys.argv[1])
engine = make_index(folder, [entry(1)])
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
for write in (lambda: change_index(engine, [entry(2)]), lambda: make_index(folder, [entry(2)])):
    try:
        write()
    except IndexUnusable:
        print("refused", engine.search(Criteria()).ids, len(list(folder.glob("generation-*"))))
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
change_index(engine, [entry(3)])
print("written", engine.search(Criteria()).ids)
"""


def test_a_full_disk_leaves_the_index_as_it_was_and_writable_when_there_is_room(tmp_path):
    """A limit on the size of files stands in for the disk."""
    output, _ = start(FULL_DISK, tmp_path / "index").communicate()

    assert output.splitlines() == ["refused [1] 1", "refused [1] 1", "written [3, 1]"]


ARCHIVE = """
import django
django.setup()
from django.core.management import call_command
from django.db import transaction
from articles.models import Article
from articles.search import sync
from tests.factories import make_article
"""

CHANGE = (
    ARCHIVE
    + """
call_command("migrate", verbosity=0)
for number in range(1_000):
    with transaction.atomic():
        changed = [make_article(title=f"Article {number}", tags=["country/Russia"]).pk]
        if number % 3 == 0:
            Article.objects.filter(pk=number).update(status="withdrawn")
            changed.append(number)
        sync.enqueue(changed)
    print(number, flush=True)
    sync.apply_outbox()
"""
)

COMPARE = (
    ARCHIVE
    + """
sync.apply_outbox()
print(sync.compare().is_equal, sync.open_engine().standing() == sync.database_standing())
"""
)


@pytest.mark.parametrize(("lines", "seconds"), [(4, 0.01), (20, 0.03)])
def test_after_a_killed_process_the_next_one_makes_index_and_database_equal(tmp_path, lines, seconds):
    settings = {
        "PATH": os.environ["PATH"],
        "NEWSROOM_DATA": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "newsroom.settings",
    }

    kill_after(start(CHANGE, **settings), lines=lines, seconds=seconds)

    output, _ = start(COMPARE, **settings).communicate()
    assert output == "True True\n"
