"""Power that fails in the middle of an import: no damaged database, no acknowledged article lost.

Every write and sync of a real import is recorded by strace.  A cut keeps what was synced before it, and of
each write after the last sync of its file all, nothing, or some sectors: what a disk may do.
"""

from __future__ import annotations

import random
import re
import shutil
import sqlite3
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmarks import clippings

PROJECT = Path(__file__).resolve().parent.parent.parent
CUTS = 300
SECTOR = 512  # bytes that a disk writes whole or not at all
READY = 120.0  # seconds a test waits for a process before it fails

PROGRAM = """
import os, sys
import django
django.setup()
from pathlib import Path
from articles import gazetteer
from articles.importing import run
from tests.importing.test_run import GAZETTEER
run.CHUNK = 6
run.INDEX_EVERY = 1000
gazetteer.load(GAZETTEER, release=gazetteer.release_of(GAZETTEER))
def acknowledge(report):
    os.write(1, b"stored %d\\n" % report.counts["created"])
run.import_paths([Path(sys.argv[1])], progress=acknowledge)
"""
CALLS = "openat,close,write,pwrite64,ftruncate,fsync,fdatasync,unlink"
_CALL = re.compile(r"^(?:\d+ +)?(\w+)\((.*)\) += (-?\d+)", re.ASCII)
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that reached the kernel: a write, truncation, sync or removal of a file, or a word said."""

    kind: str
    name: str = ""
    offset: int = 0
    data: bytes = b""


def read_trace(lines: Iterator[str]) -> Iterator[Step]:
    """Yield the steps of a trace that concern the database, and what was said on standard output."""
    names: dict[str, str] = {}
    for line in lines:
        if not (match := _CALL.match(line)):
            continue
        call, arguments, result = match.groups()
        texts = [bytes.fromhex(text.replace("\\x", "")) for text in _TEXT.findall(arguments)]
        number = arguments.split(",")[0]
        if call == "openat" and result != "-1":
            names[result] = Path(texts[0].decode()).name
        elif call == "unlink" and result == "0":
            yield Step("remove", Path(texts[0].decode()).name)
        elif call == "close":
            names.pop(number, None)
        elif call == "write" and number == "1":
            yield Step("said", data=texts[0])
        elif (name := names.get(number, "")).startswith("newsroom.sqlite3"):
            if call == "pwrite64":
                yield Step("write", name, int(arguments.rsplit(",", 1)[1]), texts[0])
            elif call == "ftruncate":
                yield Step("truncate", name, int(arguments.rsplit(",", 1)[1]))
            elif call in {"fsync", "fdatasync"}:
                yield Step("sync", name)


def after_a_cut(
    steps: list[Step], before: dict[str, bytes], randomly: random.Random
) -> tuple[dict[str, bytes], int]:
    """Return the files as the disk may hold them after a cut, and how many articles were acknowledged."""
    cut = randomly.randrange(len(steps))
    synced: dict[str, int] = {}
    for number, step in enumerate(steps[:cut]):
        if step.kind == "sync":
            synced[step.name] = number
    files = defaultdict(bytearray, {name: bytearray(data) for name, data in before.items()})
    acknowledged = 0
    for number, step in enumerate(steps[:cut]):
        is_safe = number < synced.get(step.name, -1)
        if step.kind == "said":
            acknowledged = int(step.data.split()[1])
        elif step.kind == "write":
            for start in range(0, len(step.data), SECTOR):
                if is_safe or randomly.random() < randomly.choice([0.0, 0.5, 1.0]):
                    put(files[step.name], step.offset + start, step.data[start : start + SECTOR])
        elif step.kind == "truncate" and (is_safe or randomly.random() < 0.5):
            del files[step.name][step.offset :]
        elif step.kind == "remove" and randomly.random() < 0.5:
            files.pop(step.name, None)
    return {name: bytes(data) for name, data in files.items() if not name.endswith("-shm")}, acknowledged


def put(file: bytearray, offset: int, data: bytes) -> None:
    file.extend(bytes(max(offset + len(data) - len(file), 0)))
    file[offset : offset + len(data)] = data


@dataclass(frozen=True, slots=True)
class Trial:
    """What many cuts left: databases that SQLite calls damaged, acknowledged articles gone, articles kept."""

    damaged: list[int]
    lost: list[int]
    kept: set[int]


def cut_often(steps: list[Step], before: dict[str, bytes], place: Path) -> Trial:
    trial = Trial([], [], set())
    for number in range(CUTS):
        files, acknowledged = after_a_cut(steps, before, random.Random(number))
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        for name, content in files.items():
            (place / name).write_bytes(content)
        database = sqlite3.connect(place / "newsroom.sqlite3")
        try:
            said = database.execute("PRAGMA integrity_check").fetchone()[0]
            stored = database.execute("SELECT count(*) FROM articles_article").fetchone()[0]
        except sqlite3.DatabaseError as error:
            said, stored = str(error), 0
        database.close()
        if said != "ok":
            trial.damaged.append(number)
        elif stored < acknowledged:
            trial.lost.append(number)
        trial.kept.add(stored)
    return trial


@pytest.mark.sqlite  # PostgreSQL writes its files by its own process
@pytest.mark.django_db(transaction=True)
def test_three_hundred_power_cuts_damage_nothing_and_lose_no_acknowledged_article(archive, tmp_path):
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    folder, trace = tmp_path / "clippings", tmp_path / "trace"
    clippings.write(folder, 30, seed=5)
    data = Path(archive["NEWSROOM_DATA"])
    before = {"newsroom.sqlite3": (data / "newsroom.sqlite3").read_bytes()}
    record = ["strace", "-xx", "-s", "70000", "-o", trace, "-e", f"trace={CALLS}"]
    done = subprocess.run(
        [*record, sys.executable, "-c", PROGRAM, folder],
        cwd=PROJECT,
        env=archive,
        capture_output=True,
        text=True,
        timeout=READY,
    )
    assert done.returncode == 0, done.stderr
    with trace.open() as lines:
        steps = list(read_trace(lines))
    assert sum(step.kind == "said" for step in steps) == 5

    trial = cut_often(steps, before, tmp_path / "after")
    # A disk that syncs nothing shows that these cuts would be noticed.
    careless = cut_often([step for step in steps if step.kind != "sync"], before, tmp_path / "after")

    assert (trial.damaged, trial.lost) == ([], [])
    assert trial.kept == {0, 6, 12, 18, 24, 30}  # whole chunks only, and the cuts fell everywhere
    assert careless.damaged
    assert careless.lost
