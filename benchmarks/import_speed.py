"""Measures the import of made-up clippings, beside the least that any import of them could cost.

    python benchmarks/import_speed.py [N] [--rounds 3] [--large 10N] [--alike]

The bound reads the files, parses their front matter with python-frontmatter and writes the very rows that
our import wrote with `executemany`: no cleaning, no tagging, no identity, no index.  Every import runs in a
process and a data folder of its own, which are thrown away; the figures stay in $NEWSROOM_DATA/bench/.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import pkgutil
import platform
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from importlib import import_module
from itertools import batched
from pathlib import Path
from statistics import median

import frontmatter

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")

import django  # noqa: E402
from django.core.management import call_command  # noqa: E402

from benchmarks import clippings  # noqa: E402

CHUNK = 200  # files a transaction, as in articles/importing/run.py
# What one import adds, in an order that foreign keys allow.
TABLES = ("importrun", "importissue", "outlet", "author", "article", "correction", "authorship",
          "articlesource", "tagging", "actorsuggestion", "suggestionmention", "unmatchedkeyword",
          "keyworduse", "sketch", "sketchkey", "nearduplicate", "changeset", "change",
          "outboxrow")  # fmt: skip
# The main process's stages: what it is called, and the function that is it.
STAGES = {
    "start: gazetteer": "articles.importing.run._read_entries",
    "start: rules": "articles.importing.run._get_ready",
    "know the files": "articles.importing.ahead.known_sources",
    "decide": "articles.importing.store._make_plan",
    "articles": "articles.importing.creating._insert_articles",
    "authors": "articles.importing.creating._insert_authors",
    "taggings": "articles.importing.creating.insert_taggings",
    "suggested actors": "articles.importing.store.write_suggestions",
    "unmatched keywords": "articles.importing.store.write_unmatched",
    "sources": "articles.importing.store._write_sources",
    "near-duplicates": "articles.importing.store.relink",
    "trail": "articles.importing.run.record_import",
    "outbox": "articles.search.sync.enqueue",
    "index": "articles.search.sync.apply_outbox",
}

type Figures = dict[str, float]


# --- In a process of its own -------------------------------------------------------------------------------


def prepare() -> None:
    """Make the tables and load the gazetteer: what a first start does, once."""
    call_command("migrate", verbosity=0)
    call_command("load_gazetteer", stdout=sys.stderr)


def run_import(folder: Path) -> dict[str, object]:
    """Import a folder and return what it took; the clock starts when Django is up."""
    run = import_module("articles.importing.run")
    spent: dict[str, float] = defaultdict(float)
    for stage, name in STAGES.items():
        owner, attribute = owner_of(name)
        setattr(owner, attribute, _timed(getattr(owner, attribute), stage, spent))
    started, worked = time.perf_counter(), time.process_time()
    report = run.import_paths([folder])
    seconds, worked = time.perf_counter() - started, time.process_time() - worked
    workers = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "counts": {str(outcome): count for outcome, count in report.counts.items()},
        "seconds": seconds,
        "main_cpu": worked,
        "worker_cpu": workers.ru_utime + workers.ru_stime,
        "main_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "worker_mb": workers.ru_maxrss / 1024,
        "stages": dict(spent),
    }


def owner_of(name: str) -> tuple[object, str]:
    """Return the module or class that a function is looked up in, and its name there."""
    path, attribute = name.rsplit(".", 1)
    return pkgutil.resolve_name(path), attribute


def _timed[**P, T](function: Callable[P, T], stage: str, spent: dict[str, float]) -> Callable[P, T]:
    @functools.wraps(function)
    def timed(*args: P.args, **kwargs: P.kwargs) -> T:
        started = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            spent[stage] += time.perf_counter() - started

    return timed


def run_bound(folder: Path, finished: Path) -> dict[str, object]:
    """Read, parse and write the rows of a finished archive into an empty one, and return what it took."""
    tables = list(_rows_of(finished))
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    with tempfile.TemporaryDirectory() as empty, closing(_empty_copy(finished, Path(empty) / "db")) as target:
        started, worked = time.perf_counter(), time.process_time()
        for number, chunk in enumerate(batched(paths, CHUNK)):
            for path in chunk:
                frontmatter.parse(path.read_text(encoding="utf-8"))
            target.execute("BEGIN IMMEDIATE")
            for statement, rows in tables:
                share = len(rows) * CHUNK / len(paths)
                target.executemany(statement, rows[round(number * share) : round((number + 1) * share)])
            target.execute("COMMIT")
        return {"seconds": time.perf_counter() - started, "main_cpu": time.process_time() - worked}


def _rows_of(finished: Path) -> Iterator[tuple[str, list[tuple[object, ...]]]]:
    """Yield an insert statement and all rows for each table that an import fills."""
    with closing(sqlite3.connect(finished)) as source:
        for table in (f"articles_{name}" for name in TABLES):
            if rows := source.execute(f'SELECT * FROM "{table}" ORDER BY rowid').fetchall():
                marks = ", ".join("?" * len(rows[0]))
                yield f'INSERT INTO "{table}" VALUES ({marks})', rows


def _empty_copy(finished: Path, path: Path) -> sqlite3.Connection:
    """Return a connection, set up as Django's, to a database with the same tables and indexes but no rows."""
    target = sqlite3.connect(path, isolation_level=None)
    target.execute("PRAGMA journal_mode=WAL")
    target.execute("PRAGMA synchronous=FULL")
    target.execute("PRAGMA cache_size=-65536")
    with closing(sqlite3.connect(finished)) as source:
        names = "sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
        statements = source.execute(f"SELECT sql FROM sqlite_master WHERE {names} ORDER BY type DESC")
        for (statement,) in statements.fetchall():
            target.execute(statement)
    return target


# --- The whole measurement --------------------------------------------------------------------------------


def measure_round(count: int, *, is_alike: bool, with_bound: bool = True) -> dict[str, Figures]:
    """Return the figures of one first import, one unchanged second one and the bound."""
    with tempfile.TemporaryDirectory(prefix="newsroom-bench-") as name:
        place = Path(name)
        folder, data = place / "clippings", place / "data"
        clippings.write(folder, count, is_alike=is_alike)
        _child(data, "prepare")
        figures = {
            "import": _child(data, "import", folder),
            "unchanged": _child(data, "import", folder),
        }
        if with_bound:
            figures["bound"] = _child(data, "bound", folder, data / "newsroom.sqlite3")
    _check(figures["import"], "created", count)
    _check(figures["unchanged"], "unchanged", count)
    return figures


def _child(data: Path, *words: object) -> Figures:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    done = subprocess.run(
        [sys.executable, __file__, "--child", *map(str, words)],
        env={**environment, "NEWSROOM_DATA": str(data)},
        check=True,
        stdout=subprocess.PIPE,
    )
    return json.loads(done.stdout)


def _check(figures: Figures, outcome: str, count: int) -> None:
    counts = figures["counts"]
    if counts[outcome] != count:
        raise SystemExit(f"of {count} files, not all were {outcome}: {counts}")


def middle(rounds: list[dict[str, Figures]], kind: str, name: str) -> float:
    """Return the median of one figure."""
    return median(figures[kind][name] for figures in rounds)


def show(count: int, rounds: list[dict[str, Figures]]) -> None:
    """Print speed, processor time, stages."""
    rate = {kind: count / middle(rounds, kind, "seconds") for kind in ("import", "unchanged", "bound")}
    print(f"\n{count:,} articles, medians of {len(rounds)}, {machine()}\n")
    print(f"{'':34} {'articles/s':>10} {'of the bound':>13} {'CPU ms/article: main':>21} {'workers':>8}")
    names = {
        "import": "import: read, tag, store, index",
        "unchanged": "the same folder again, unchanged",
        "bound": "bound: read, parse, executemany",
    }
    for kind, name in names.items():
        main, worker = (
            median(figures[kind].get(part, 0.0) for figures in rounds) * 1_000 / count
            for part in ("main_cpu", "worker_cpu")
        )
        ratio = rate[kind] / rate["bound"]
        print(f"{name:34} {rate[kind]:10,.0f} {ratio:13.0%} {main:21.2f} {worker:8.2f}")
    print("\nseconds in the main process")
    for stage in STAGES:
        seconds = median(figures["import"]["stages"].get(stage, 0.0) for figures in rounds)
        print(f"  {stage:20} {seconds:8.2f}")


def show_memory(counts: dict[int, dict[str, Figures]]) -> None:
    """Print the peaks for each number of articles."""
    print(f"\n{'':10} {'import: s':>10} {'unchanged: s':>13} {'peak MB: main':>14} {'worker':>7}")
    for count, figures in counts.items():
        seconds, again = figures["import"]["seconds"], figures["unchanged"]["seconds"]
        main, worker = figures["import"]["main_mb"], figures["import"]["worker_mb"]
        print(f"{count:10,} {seconds:10.1f} {again:13.1f} {main:14.0f} {worker:7.0f}")


def machine() -> str:
    """Return what the figures were measured on."""
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores, load {load:.1f}, Python {platform.python_version()}, {datetime.now(UTC):%F}"
    )


def measure(count: int, *, rounds: int, large: int, is_alike: bool) -> None:
    """Measure, print, and keep the figures."""
    print(f"importing {count:,} articles {rounds} times ...", file=sys.stderr)
    done = [measure_round(count, is_alike=is_alike) for _ in range(rounds)]
    show(count, done)
    peaks = {count: done[-1]}
    if large:
        print(f"importing {large:,} articles ...", file=sys.stderr)
        peaks[large] = measure_round(large, is_alike=is_alike, with_bound=False)
    show_memory(peaks)
    kept = Path(os.environ.get("NEWSROOM_DATA") or PROJECT / "var") / "bench"
    kept.mkdir(parents=True, exist_ok=True)
    path = kept / f"import-{datetime.now(UTC):%Y%m%dT%H%M%S}.json"
    figures = {
        "machine": machine(),
        "count": count,
        "is_alike": is_alike,
        "rounds": done,
        "large": large,
        "peaks": peaks,
    }
    path.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print(f"\nfigures kept in {path}")


def child(step: str, *words: str) -> None:
    """Do one step and print its figures."""
    django.setup()
    paths = [Path(word) for word in words]
    match step:
        case "prepare":
            prepare()
            figures: dict[str, object] = {}
        case "import":
            figures = run_import(*paths)
        case _:
            figures = run_bound(*paths)
    print(json.dumps(figures))


def main() -> None:
    """Read the command line and measure."""
    if "--child" in sys.argv:
        child(*sys.argv[sys.argv.index("--child") + 1 :])
        return
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("count", type=int, nargs="?", default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--large", type=int, help="articles of the memory check (default: ten times as many; 0: none)"
    )
    parser.add_argument(
        "--alike", action="store_true", help="texts of the same few sentences: the worst for near-duplicates"
    )
    options = parser.parse_args()
    large = 10 * options.count if options.large is None else options.large
    measure(options.count, rounds=options.rounds, large=large, is_alike=options.alike)


if __name__ == "__main__":
    main()
