"""Reviews thousands of suggestions through the real views, and says how long each decision took.

    python benchmarks/review_speed.py [N] [--articles 5000] [--plain 500] [--folder DIR] [--postgres URL]

The archive is made up (benchmarks/archive.py), in a folder that is thrown away unless --folder keeps it.
Somebody in the group Curator decides N suggestions in the order of the queue, as the page's script does: a
request for each decision, answered in JSON, and one for more cards whenever the last have been decided;
every 100th decision is taken back.  Then ``--plain`` more without scripts: a form, and the page it leads to.

What is measured is the server: the whole of Django with sessions, checks, trail and outbox, without network.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")

DECISIONS, ARTICLES, PLAIN = 10_000, 5_000, 500
UNDO_EVERY = 100  # decisions
VERDICTS = {"accept": 70, "reject": 15, "mentioned": 10, "main": 5}  # of a hundred
# `<li class="review-card" ... data-card="12" ... data-place="812.12"` and the version in its form.
CARD = re.compile(r'data-card="(\d+)".*?data-place="([\d.]+)".*?name="seen" value="(\w+)"', re.DOTALL)

type Card = tuple[str, str, str]  # number, place, version


class Stopwatch:
    """Milliseconds by what they were spent on."""

    def __init__(self) -> None:
        self.spent: dict[str, list[float]] = {}

    def time[T](self, name: str, work: Callable[[], T]) -> T:
        """Return what the work returns."""
        started = time.perf_counter()
        result = work()
        self.spent.setdefault(name, []).append((time.perf_counter() - started) * 1_000)
        return result

    def show(self) -> None:
        """Print a line for each kind of request."""
        print(f"{'':34} {'requests':>9} {'median ms':>10} {'p95':>8} {'worst':>8}")
        for name, times in self.spent.items():
            p95 = statistics.quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
            middle = statistics.median(times)
            print(f"{name:34} {len(times):9,} {middle:10.1f} {p95:8.1f} {max(times):8.1f}")


class Curator:
    """Somebody who reviews, as a browser does with the page's script or without."""

    def __init__(self, client: Client, watch: Stopwatch) -> None:
        self.client, self.watch = client, watch
        self.dice = random.Random(7)
        self.url = reverse("admin:review")
        self.place = ""

    def review(self, count: int) -> None:
        """Decide so many suggestions, one request each."""
        decided = 0
        cards = self.cards()
        while decided < count:
            card = next(cards)
            self.decide(card)
            decided += 1
            if decided % UNDO_EVERY == 0:
                answer = self.watch.time("undo of the last", lambda: self.post({"verdict": "undo"}))
                at = answer["at"]
                page = self.client.get(self.url, {"at": at, "cards": "one"}).content.decode()
                self.decide(CARD.findall(page)[0])

    def cards(self) -> Iterator[Card]:
        """Yield the cards in the order of the queue, asking for more when they run out."""
        while True:
            query = {"cards": "more", "after": self.place}
            page = self.watch.time("twenty more cards", lambda query=query: self.client.get(self.url, query))
            found = CARD.findall(page.content.decode())
            if not found:
                raise SystemExit("the queue ended early; ask for more --articles")
            self.place = found[-1][1]
            yield from found

    def decide(self, card: Card) -> None:
        """Decide one suggestion; stop if it was not taken."""
        answer = self.watch.time("decision", lambda: self.post(self.form(card)))
        if not answer["is_done"]:
            raise SystemExit(f"a decision was not taken: {answer['words']}")

    def form(self, card: Card) -> dict[str, str]:
        """Return what the card's form sends for a verdict drawn by lot."""
        [verdict] = self.dice.choices(list(VERDICTS), weights=list(VERDICTS.values()))
        return {"tagging": card[0], "seen": card[2], "verdict": verdict}

    def post(self, form: dict[str, str]) -> dict[str, Any]:
        """Return the answer to a form that the script sends."""
        return dict(self.client.post(self.url, form, headers={"accept": "application/json"}).json())

    def review_plainly(self, count: int) -> None:
        """Decide so many without scripts: each answer leads to the whole page with the next."""
        page = self.client.get(self.url).content.decode()
        for _ in range(count):
            form = self.form(CARD.findall(page)[0])
            answer = self.watch.time(
                "decision and page, no scripts",
                lambda form=form: self.client.post(self.url, form, follow=True),
            )
            page = answer.content.decode()


def measure(count: int, plain: int) -> None:
    """Review and print the figures."""
    people = get_user_model().objects
    person, _ = people.get_or_create(username="reviewer", defaults={"is_staff": True})
    person.groups.add(Group.objects.get(name="Curator"))
    watch, client = Stopwatch(), Client()
    client.force_login(person)
    waiting = Tagging.objects.filter(status="suggested").count()
    curator = Curator(client, watch)
    started, worked = time.perf_counter(), time.process_time()
    curator.review(count)
    seconds, own = time.perf_counter() - started, time.process_time() - worked
    if plain:
        curator.review_plainly(plain)
    acts = ChangeSet.objects.filter(made_by=person)
    print(f"\n{count:,} of {waiting:,} suggestions reviewed, {connection.vendor}, {machine()}\n")
    watch.show()
    print(f"\n{count / seconds:,.0f} decisions/s with cards and undo; {own / count * 1_000:.1f} ms CPU each")
    sittings = acts.filter(sitting__isnull=True).count()
    print(f"{acts.count():,} acts in the trail, shown as {sittings:,} line{'s' if sittings != 1 else ''}")


def machine() -> str:
    """Return what the figures were measured on."""
    load, python = os.getloadavg()[0], platform.python_version()
    return f"{os.cpu_count()} cores, load {load:.1f}, Python {python}, {datetime.now(UTC):%F}"


def main() -> None:
    """Read the command line, make the archive and review it."""
    options = parser().parse_args()
    data = Path(os.environ["NEWSROOM_DATA"])
    if options.postgres:
        desk_archive.copy_to_postgres(data / "newsroom.sqlite3")
    else:
        archive.ensure(data, options.articles)
    call_command("collectstatic", interactive=False, verbosity=0)  # pages name files by their hashes
    setup_test_environment()
    measure(options.count, options.plain)


def parser() -> argparse.ArgumentParser:
    """Return the reader of the command line."""
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("count", type=int, nargs="?", default=DECISIONS, help="decisions")
    made.add_argument("--articles", type=int, default=ARTICLES, help="of the archive, 13 suggestions each")
    made.add_argument("--plain", type=int, default=PLAIN, help="decisions without scripts")
    made.add_argument("--folder", type=Path, help="a data folder that is kept")
    made.add_argument("--postgres", metavar="URL", help="copy it into this database, which loses its rows")
    return made


def settle() -> tempfile.TemporaryDirectory[str] | None:
    """Let the command line say where the archive is: settings are read when Django starts."""
    asked = parser().parse_args()
    if asked.postgres and not asked.folder:
        raise SystemExit("--postgres copies the archive of a --folder, made by a run without it")
    thrown_away = None if asked.folder else tempfile.TemporaryDirectory(prefix="newsroom-bench-")
    os.environ["NEWSROOM_DATA"] = str((asked.folder or Path(thrown_away.name)).resolve())
    os.environ.pop("DATABASE_URL", None)
    if asked.postgres:
        os.environ["DATABASE_URL"] = asked.postgres
    return thrown_away


if __name__ == "__main__":
    kept = settle()

import django  # noqa: E402

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.contrib.auth.models import Group  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402
from django.urls import reverse  # noqa: E402

from articles.models import ChangeSet, Tagging  # noqa: E402
from benchmarks import archive, desk_archive  # noqa: E402

if __name__ == "__main__":
    main()
