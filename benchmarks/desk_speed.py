"""Measures every page of the desk with a large archive: waiting time, the worst of several, and queries.

    python benchmarks/desk_speed.py FOLDER --make 1000000 [--only WORD] [--slow MS] [--times N]
    python benchmarks/desk_speed.py FOLDER --postgres postgres://postgres@127.0.0.1:5432/desk

The archive is made up (benchmarks/archive.py, desk_archive.py) unless FOLDER has one: 17 tags an article,
runs with issues, decisions, acts of 40,000 rows, suggested persons, samples, uploads.  With --postgres its
rows are copied into that database first, which loses what it held.

Pages are asked for with Django's test client as an administrator, who sees the most.  Which pages there are
is read from the desk itself (benchmarks/desk_pages.py), so that none is forgotten.  The slowest comes first;
`!` marks those beyond 300 ms.
"""

from __future__ import annotations

import argparse
import logging
import os
import re
import statistics
import sys
import time
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")

TIMES = 5
PATIENCE_MS = 1_000  # a page beyond this is asked for twice
GOAL_MS = 300
NAME = "desk-speed"  # of who asks


class Timing(NamedTuple):
    """One page of the desk: median and worst wait, median of this process's own time, queries, bytes, status.

    Times are in ms.  On a busy machine the own time says more than the wait; of PostgreSQL it has nothing.
    """

    ms: float
    worst: float
    cpu: float
    queries: int
    size: int
    status: int
    address: str


def ask(client: Client, address: str, times: int) -> Timing:
    """Return how long a page takes, its first time, which may compile templates, left out."""
    with CaptureQueriesContext(connection) as queries:
        spent, _, response = _timed(client, address)
    count = len(queries)
    taken = [_timed(client, address) for _ in range(times if spent < PATIENCE_MS else 1)]
    waits = [wait for wait, *_ in taken]
    cpu = statistics.median(own for _, own, _ in taken)
    size, status = len(getattr(response, "content", b"")), response.status_code
    timing = Timing(statistics.median(waits), max(waits), cpu, count, size, status, address)
    print(f"{timing.ms:9,.1f}  {address}", file=sys.stderr)
    return timing


def _timed(client: Client, address: str) -> tuple[float, float, HttpResponseBase]:
    started, worked = time.perf_counter(), time.process_time()
    response = client.get(address)
    return (time.perf_counter() - started) * 1_000, (time.process_time() - worked) * 1_000, response


def measure(only: str, times: int) -> list[Timing]:
    """Return the times of all pages whose address matches, the slowest first."""
    people = get_user_model().objects
    people.filter(username=NAME).delete()
    person = people.create_superuser(NAME)
    try:
        client = Client(raise_request_exception=False)
        client.force_login(person)
        pages = [page for page in dict.fromkeys(addresses(client)) if re.search(only, page)]
        return sorted((ask(client, page, times) for page in pages), reverse=True)
    finally:
        person.delete()


def show(timings: list[Timing], slow: float) -> None:
    """Print the table; what is refused or leads elsewhere is no page, and has no time of its own."""
    pages = [one for one in timings if one.status == HTTPStatus.OK]
    print(f"{Article.objects.count():,} articles, {Tagging.objects.count():,} taggings, {connection.vendor}")
    print(f"{'ms':>9} {'worst':>9} {'own':>9} {'queries':>8} {'kB':>7}    page")
    for one in pages:
        if one.ms >= slow:
            mark = "!" if one.ms >= GOAL_MS else " "
            times = f"{one.ms:9,.1f} {one.worst:9,.1f} {one.cpu:9,.1f}"
            print(f"{times} {one.queries:8} {one.size / 1000:7,.0f}  {mark} {one.address}")
    broken = [one for one in timings if one.status >= HTTPStatus.INTERNAL_SERVER_ERROR]
    for one in broken:
        print(f"status {one.status}: {one.address}")
    medians = [one.ms for one in pages]
    print(
        f"{len(pages)} pages, {sum(ms >= GOAL_MS for ms in medians)} of them {GOAL_MS} ms or more, "
        f"half within {statistics.median(medians or [0]):.0f} ms; {len(broken)} failed; "
        f"{len(timings) - len(pages) - len(broken)} refused or led elsewhere"
    )


def main() -> None:
    """Read the command line, make the archive if asked to, measure and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="a data folder")
    parser.add_argument("--make", type=int, metavar="N", help="make an archive of so many articles there")
    parser.add_argument("--postgres", metavar="URL", help="copy it into this database, and measure there")
    parser.add_argument("--only", default="", help="pages whose address matches this pattern")
    parser.add_argument("--slow", type=float, default=0, help="print pages that take at least so many ms")
    parser.add_argument("--times", type=int, default=TIMES, help="requests of each page")
    options = parser.parse_args()
    folder = options.folder.resolve()
    if options.make:
        desk_archive.ensure(folder, options.make)
    if options.postgres:
        desk_archive.copy_to_postgres(folder / "newsroom.sqlite3")
    call_command("collectstatic", interactive=False, verbosity=0)  # pages name files by their hashes
    logging.disable(logging.WARNING)  # forms for what nobody adds are refused, as they should be
    setup_test_environment()  # so that a response tells what its page was made of
    show(measure(options.only, options.times), options.slow)


def settle() -> None:
    """Let the command line say where the archive is: settings are read when Django starts."""
    words = sys.argv[1:]
    folder = next((word for word in words if not word.startswith("-")), "")
    os.environ["NEWSROOM_DATA"] = str(Path(folder).resolve())
    os.environ.pop("DATABASE_URL", None)
    if "--postgres" in words[:-1]:
        os.environ["DATABASE_URL"] = words[words.index("--postgres") + 1]


if __name__ == "__main__":
    settle()

import django  # noqa: E402

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.http.response import HttpResponseBase  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext, setup_test_environment  # noqa: E402

from articles.models import Article, Tagging  # noqa: E402
from benchmarks import desk_archive  # noqa: E402
from benchmarks.desk_pages import addresses  # noqa: E402

if __name__ == "__main__":
    main()
