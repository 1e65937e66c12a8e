"""Measures twelve searches of a large archive: by the engine, through gunicorn, and by plain SQL.

    python benchmarks/search_speed.py [N] [--keep FOLDER] [--parts engine sql page http rate]

The archive is made up (benchmarks/archive.py) and thrown away, unless --keep names a folder where the next
run finds it again.  The figures stay in $NEWSROOM_DATA/bench/ as JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import cycle, repeat
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")

from articles.management.commands.serve import server_command  # noqa: E402
from benchmarks import load  # noqa: E402
from benchmarks.archive import Facts, read_facts  # noqa: E402
from benchmarks.import_speed import machine  # noqa: E402
from benchmarks.searches import Figures, Search, address, mixed, repeated, searches  # noqa: E402

PARTS = ("engine", "sql", "page", "http", "rate")
# What measures a part in a process of its own.
SCRIPTS = {
    "engine": [PROJECT / "benchmarks" / "answers.py", "engine"],
    "sql": [PROJECT / "benchmarks" / "answers.py", "sql"],
    "page": [PROJECT / "benchmarks" / "page_parts.py"],
}
RATE_SECONDS = 8
MIXED = 2_000  # different searches for the rate of uncached pages
WARM = 30  # searches before the rate is taken
REPEATED = 10  # different pages for the rate of 304s


# --- Through the server -----------------------------------------------------------------------------------


@contextmanager
def product(data: Path, *, page_cache_mb: int) -> Iterator[load.Server]:
    """Serve the archive as `serve` does, with so much room for kept pages."""
    port = load.free_port()
    environment = {"NEWSROOM_DATA": str(data), "PAGE_CACHE_MB": str(page_cache_mb), "DATABASE_URL": ""}
    with load.serving(server_command("127.0.0.1", port), port, environment) as server:
        yield server


@contextmanager
def naive(data: Path) -> Iterator[load.Server]:
    """Serve the naive view of the same page with the same server."""
    port = load.free_port()
    command = [sys.executable, "-m", "gunicorn", "benchmarks.naive:application", "--bind",
               f"127.0.0.1:{port}", "--workers", "2", "--timeout", "600", "--log-level", "error"]  # fmt: skip
    with load.serving(command, port, {"NEWSROOM_DATA": str(data), "DATABASE_URL": ""}) as server:
        yield server


def measure_http(data: Path, facts: Facts) -> dict[str, object]:
    """Return the waiting times of whole pages, nothing kept; then of a kept page and of a 304."""
    figures: dict[str, object] = {}
    with product(data, page_cache_mb=0) as server:
        for name, parameters in searches(facts).items():
            figures[name] = _waits(server, _variants(parameters, facts))
        memory = [load.memory_mb(pid) for pid in server.workers()]
    with product(data, page_cache_mb=32) as server:
        tag = server.get("/articles/").headers.get("etag", "")
        for _ in range(50):  # until each worker has kept it
            server.get("/articles/")
        kept = _waits(server, repeat("/articles/"))
        again = _waits(server, repeat("/articles/"), {"If-None-Match": tag})
    return {
        "searches": figures,
        "no filter, kept": kept,
        "no filter, 304": again,
        "worker_mb": max(rss for rss, _ in memory),
        "worker_private_mb": max(private for _, private in memory),
    }


def _variants(parameters: Search, facts: Facts) -> Iterator[str]:
    """Yield addresses of a search that leaves out another rare country each time, so that it is a new one.

    What is counted once for the whole archive stays: the search without a filter is always the same.
    """
    if not parameters:
        return repeat(address(parameters))
    return (address([*parameters, ("country__not", key)]) for key in cycle(facts.keys["country"][60:]))


def _waits(server: load.Server, paths: Iterator[str], headers: dict[str, str] | None = None) -> Figures:
    def ask() -> float:
        path = next(paths)
        answer = server.get(path, headers)
        if answer.status not in {200, 304}:
            raise SystemExit(f"{path} was answered by {answer.status}")
        return answer.wait_ms

    size = server.get(next(paths), headers).size
    return {**repeated("http", ask, cpu_seconds=server.cpu_seconds), "bytes": size}


def _warm(server: load.Server, requests: Sequence[tuple[str, str]]) -> None:
    """Let each worker answer some requests: the first one opens index and database and compiles templates."""
    for path, _ in requests:
        server.get(path)


def measure_rate(data: Path, facts: Facts) -> dict[str, object]:
    """Return requests a second: mixed searches, nothing kept; the same page again as 304; the naive view."""
    paths = [(path, "") for path in mixed(facts, MIXED)]
    with product(data, page_cache_mb=0) as server:
        _warm(server, paths[-WARM:])
        uncached = load.rate(server, paths, seconds=RATE_SECONDS)
        tagged = [(path, server.get(path).headers.get("etag", "")) for path, _ in paths[:REPEATED]]
        repeat = load.rate(server, tagged, seconds=RATE_SECONDS)
    with product(data, page_cache_mb=32) as server:
        _warm(server, paths[:REPEATED] * 3)
        kept = load.rate(server, paths[:REPEATED], seconds=RATE_SECONDS)
    with naive(data) as server:
        _warm(server, paths[-4:])
        plain = load.rate(server, paths, seconds=RATE_SECONDS)
    names = ("per_second", "p95", "failures")
    rates = {"uncached": uncached, "kept": kept, "304": repeat, "naive": plain}
    return {
        "client": load.client(),
        **{kind: dict(zip(names, found, strict=True)) for kind, found in rates.items()},
    }


# --- The whole measurement --------------------------------------------------------------------------------


def prepare(data: Path, count: int) -> Facts:
    """Return the facts of the archive in a folder, made if it is not there yet."""
    subprocess.run([sys.executable, PROJECT / "benchmarks" / "archive.py", str(count), data], check=True)
    facts = read_facts(data)
    if facts is None:
        raise SystemExit("no archive was made")
    return facts


def measure(data: Path, count: int, parts: Sequence[str]) -> dict[str, object]:
    """Make the archive, measure these parts of it, and return all figures."""
    facts = prepare(data, count)
    environment = {**os.environ, "NEWSROOM_DATA": str(data), "DATABASE_URL": ""}
    collect = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
    subprocess.run(collect, check=True, cwd=PROJECT, env=environment)
    figures: dict[str, object] = {"machine": machine(), "facts": asdict(facts)}
    for part in parts:
        print(f"measuring {part} ...", file=sys.stderr)
        if part in SCRIPTS:
            command = [sys.executable, *SCRIPTS[part], data]
            done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE)
            figures[part] = json.loads(done.stdout)
        else:
            figures[part] = {"http": measure_http, "rate": measure_rate}[part](data, facts)
    return figures


def show(figures: dict[str, object]) -> None:
    """Print the figures as tables."""
    facts = Facts(**figures["facts"])
    print(f"\n{facts.count:,} articles, {facts.taggings:,} taggings, {figures['machine']}")
    print(
        f"database {facts.database_bytes / 1e6:,.0f} MB; index {facts.index_bytes / 1e6:,.0f} MB, "
        f"built at {facts.count / facts.index_seconds:,.0f} articles/s; "
        f"rows made in {facts.rows_seconds:,.0f} s"
    )
    found = {part: figures[part]["searches"] for part in ("engine", "http", "sql") if part in figures}
    if found:
        _show_searches(facts, found)
    if http := figures.get("http"):
        for name in ("no filter, kept", "no filter, 304"):
            cells = ["", "", "", "", *(_ms(http[name], kind) for kind in ("median", "p95", "cpu"))]
            print(f"{name:25}" + "".join(f"{cell:>11}" for cell in cells))
        print(f"\na worker: {http['worker_mb']:,.0f} MB, {http['worker_private_mb']:,.0f} MB of it its own")
    if parts := figures.get("page"):
        print("\nprocessor time of a page, ms, on average over many different searches")
        for part, spent in parts.items():
            print(f"{part:42} {spent:9.2f}")
    if rates := figures.get("rate"):
        print(f"\nrequests a second, 4 connections, by {rates['client']}")
        for name, title in (
            ("uncached", f"{MIXED:,} different searches, nothing kept"),
            ("kept", f"{REPEATED} pages, kept"),
            ("304", f"{REPEATED} pages, 304"),
            ("naive", "the naive view of the same searches"),
        ):
            rate = rates[name]
            failed = f", {rate['failures']:,} failed" if rate["failures"] else ""
            print(f"{title:42} {rate['per_second']:9,.1f}   p95 {rate['p95']:8,.1f} ms{failed}")


def _show_searches(facts: Facts, found: dict[str, dict[str, Figures]]) -> None:
    heads = ("articles", "engine", "p95", "CPU", "page", "p95", "CPU", "SQL", "CPU", "SQL/engine")
    print(f"\n{'ms':25}" + "".join(f"{head:>11}" for head in heads))
    for name in searches(facts):
        engine, http, sql = (found.get(part, {}).get(name, {}) for part in ("engine", "http", "sql"))
        cells = [
            f"{engine['articles']:,.0f}" if engine else "",
            *(_ms(figures, kind) for figures in (engine, http) for kind in ("median", "p95", "cpu")),
            *(_ms(sql, kind) for kind in ("median", "cpu")),
            f"{sql['median'] / engine['median']:,.0f}" if sql and engine else "",
        ]
        print(f"{name:25}" + "".join(f"{cell:>11}" for cell in cells))


def _ms(figures: Figures, name: str) -> str:
    return f"{figures[name]:,.1f}" if name in figures else ""


def keep(figures: dict[str, object]) -> Path:
    """Write the figures beside those of the other benchmarks, and return where."""
    folder = Path(os.environ.get("NEWSROOM_DATA") or PROJECT / "var") / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"search-{datetime.now(UTC):%Y%m%dT%H%M%S}.json"
    path.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return path


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("count", type=int, nargs="?", default=100_000)
    parser.add_argument("--keep", type=Path, help="folder of the archive, made if it is not there")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    options = parser.parse_args()
    if options.keep:
        figures = measure(options.keep.resolve(), options.count, options.parts)
    else:
        with tempfile.TemporaryDirectory(prefix="newsroom-bench-") as folder:
            figures = measure(Path(folder) / "archive", options.count, options.parts)
    show(figures)
    print(f"\nfigures kept in {keep(figures)}")


if __name__ == "__main__":
    main()
