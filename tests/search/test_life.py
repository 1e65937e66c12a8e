"""An index outlives kills at any call to the system, full and read-only disks, and flipped bits."""

from __future__ import annotations

import errno
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest
import tantivy

from articles.search.engine import FACETS, Engine, IndexUnusable
from articles.search.folder import current_generation, damaged_files
from articles.search.query import Criteria
from tests.search.entries import DAY, change_index, entry, make_index

PROJECT = Path(__file__).resolve().parent.parent.parent
EXAMPLES = int(os.environ.get("NEWSROOM_EXAMPLES", "25"))  # more for a longer look

BEFORE = [entry(pk, facets={"topic": ("oil",)}, published_on=DAY) for pk in range(1, 40)]
CHANGED = [entry(3, body="new"), entry(50)]
ANEW = [entry(pk, body="new") for pk in range(1, 40)]


def digests(entries: list) -> dict[int, int]:
    return {e.id: e.digest for e in entries}


AFTER = {
    "apply": {**digests(BEFORE[1:]), **digests(CHANGED)},
    "build": digests(ANEW),
}


def write(folder: Path, how: str) -> None:
    if how == "build":
        make_index(folder, ANEW, revision=2)
    else:
        change_index(Engine(folder), CHANGED, remove=[1], revision=2)


@pytest.fixture
def folder(tmp_path) -> Path:
    make_index(tmp_path / "index", BEFORE)
    return tmp_path / "index"


# --- Killed -----------------------------------------------------------------------------------------------

# What changes files or says that they are safe; each of a thread's calls is counted by itself.
CALLS = "write,pwrite64,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,ftruncate,flock,mkdir,rmdir"
LAST_CALL = 50
WRITE = "import sys; from tests.search.test_life import Path, write; write(Path(sys.argv[1]), sys.argv[2])"


def write_and_kill(folder: Path, how: str, *, at_call: int) -> None:
    """Write in a process that is killed when one of its threads has made so many calls."""
    subprocess.run(
        ["strace", "-f", "-qq", "-o", os.devnull, "-e", f"trace={CALLS}",
         "-e", f"inject={CALLS}:signal=KILL:when={at_call}", sys.executable, "-c", WRITE, folder, how],
        cwd=PROJECT, capture_output=True, check=False, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip


@pytest.mark.parametrize("how", ["apply", "build"])
@pytest.mark.parametrize("at_call", range(1, LAST_CALL, 1 if EXAMPLES > 25 else 5))
def test_a_writer_killed_at_any_call_leaves_the_old_index_or_the_new_one(folder, how, at_call):
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")

    write_and_kill(folder, how, at_call=at_call)

    engine = Engine(folder)
    assert dict(engine.digests()) == (digests(BEFORE) if engine.revision() == 1 else AFTER[how])
    assert damaged_files(current_generation(folder)) == []
    write(folder, how)
    assert dict(Engine(folder).digests()) == AFTER[how]


# --- Disks ------------------------------------------------------------------------------------------------


@contextmanager
def mounted(folder: Path, size: str) -> Iterator[bool]:
    """Mount a small disk on a folder; yield whether that is allowed here."""
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], capture_output=True, check=False
    )
    try:
        yield done.returncode == 0
    finally:
        if done.returncode == 0:
            subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk_costs_nothing_that_was_there(tmp_path):
    """Where no disk may be mounted, test_crash stands in for this with a limit on the size of files."""
    noise = random.Random(1)
    large = [entry(pk, body=noise.randbytes(60_000).hex(" ")) for pk in range(100, 160)]
    with mounted(tmp_path / "disk", "2m") as is_mounted:
        folder = tmp_path / "disk" / "index"
        engine = make_index(folder, BEFORE)
        if not is_mounted:
            return

        for refused in (lambda: change_index(engine, large), lambda: make_index(folder, large)):
            with pytest.raises(IndexUnusable):
                refused()
            assert dict(Engine(folder).digests()) == digests(BEFORE)

        change_index(engine, CHANGED, remove=[1])
        assert dict(engine.digests()) == AFTER["apply"]


def test_an_index_on_a_disk_that_can_only_be_read_answers(tmp_path, monkeypatch):
    with mounted(tmp_path / "disk", "20m") as is_mounted:
        folder = tmp_path / "disk" / "index"
        make_index(folder, BEFORE)
        links = tmp_path / "links"
        links.mkdir()
        monkeypatch.setattr("tempfile.tempdir", str(links))
        if is_mounted:
            subprocess.run(["mount", "-o", "remount,ro", tmp_path / "disk"], check=True)
        else:
            monkeypatch.setattr(os, "access", lambda path, mode: False)

        engine = Engine(folder)
        found = engine.search(Criteria(words='"ministers met"'), facets=("topic",), histogram=True)

        assert (found.count, found.facets, found.months) == (39, {"topic": [("oil", 39)]}, {"2025-10": 39})
        assert dict(engine.digests()) == digests(BEFORE)
        assert list(links.iterdir()) == []
        if is_mounted:
            with pytest.raises(IndexUnusable, match=r"cannot be written \(Read-only file system\)"):
                change_index(engine, CHANGED)
            subprocess.run(["mount", "-o", "remount,rw", tmp_path / "disk"], check=True)
        change_index(Engine(folder), CHANGED, remove=[1])
        assert dict(engine.digests()) == AFTER["apply"]


# --- Damaged ----------------------------------------------------------------------------------------------


def flip(path: Path, bit: int) -> None:
    content = bytearray(path.read_bytes())
    content[bit // 8] ^= 1 << bit % 8
    path.write_bytes(content)


def content_size(path: Path) -> int:
    """Return how many bytes of a file come before tantivy's own note on it, most of which nobody reads."""
    content = path.read_bytes()
    return len(content) - 8 - int.from_bytes(content[-8:-4], "little")


@pytest.mark.parametrize("part", ["fast", "fieldnorm", "idx", "pos", "store", "term", "del"])
def test_a_flipped_bit_is_noticed_on_opening(folder, part):
    change_index(Engine(folder), remove=[1])
    path = next(current_generation(folder).glob(f"*.{part}"))
    dice = random.Random(part)

    for _ in range(10):
        bit = dice.randrange(content_size(path) * 8)
        flip(path, bit)
        assert damaged_files(current_generation(folder)) == [path.name]
        with pytest.raises(IndexUnusable, match=f"damaged: {path.name}"):
            Engine(folder)
        flip(path, bit)

    assert damaged_files(current_generation(folder)) == []
    assert Engine(folder).search(Criteria()).count == 38


def test_a_flipped_bit_in_the_list_of_files_is_noticed_or_harmless(folder):
    path = current_generation(folder) / "meta.json"
    dice = random.Random(1)
    answers = Engine(folder).search(Criteria(words="ministers"), facets=FACETS, histogram=True)

    for _ in range(EXAMPLES * 4):
        bit = dice.randrange(path.stat().st_size * 8)
        flip(path, bit)
        try:
            engine = Engine(folder)
            found = engine.search(Criteria(words="ministers"), facets=FACETS, histogram=True)
            assert (found, dict(engine.digests())) == (answers, digests(BEFORE))
        except IndexUnusable:
            pass
        flip(path, bit)


def test_large_files_are_looked_through_only_when_asked(folder, monkeypatch):
    generation = current_generation(folder)
    path = max(generation.glob("*.*"), key=lambda file: file.stat().st_size if file.suffix != ".json" else 0)
    flip(path, 100)

    assert damaged_files(generation, limit_bytes=path.stat().st_size) == []
    assert damaged_files(generation) == [path.name]


@pytest.mark.parametrize("shortage", [errno.EMFILE, errno.ENFILE, errno.ENOMEM])
def test_a_file_that_cannot_be_opened_now_is_no_damage(folder, monkeypatch, shortage):
    engine, open_file = Engine(folder), Path.open

    def refuse(path: Path, *args: object, **kwargs: object) -> IO[str] | IO[bytes]:
        if path.suffix in (".json", ""):  # the list of files, and the name of the generation
            return open_file(path, *args, **kwargs)
        raise OSError(shortage, os.strerror(shortage))

    monkeypatch.setattr(Path, "open", refuse)

    with pytest.raises(IndexUnusable, match=os.strerror(shortage)):
        engine.damaged_files()


def test_leftovers_of_a_killed_writer_are_no_damage(folder):
    generation = current_generation(folder)
    (generation / f"{'0' * 32}.idx").write_bytes(b"half")
    (generation / f"{next(generation.glob('*.idx')).stem}.99.del").write_bytes(b"half")

    assert damaged_files(generation) == []
    assert Engine(folder).search(Criteria()).count == 39


def test_an_index_with_other_fields_is_unusable(folder):
    generation = current_generation(folder)
    shutil.rmtree(generation)
    generation.mkdir()
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("text")
    writer = tantivy.Index(builder.build(), path=str(generation)).writer(15_000_000, 1)
    writer.commit()
    writer.wait_merging_threads()

    with pytest.raises(IndexUnusable, match="schema does not match"):
        Engine(folder)
