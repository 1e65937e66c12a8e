"""Measures the search engine alone on a made-up archive: build rate, then page, count and facets of searches.

Example: python benchmarks/search_engine.py 50000

Bodies have about 2 kB; keys and words are as unevenly used as in a real archive (the n-th is used 1/n as
often as the first).  Wall time is what a reader waits on this machine as loaded as it is; CPU time is what
the work costs.
"""

from __future__ import annotations

import argparse
import datetime as dt
import itertools
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from articles.search.engine import FACETS, Engine, IndexedArticle, build, write_lock  # noqa: E402
from articles.search.query import Criteria, Match, Sort  # noqa: E402

FIRST_DAY = dt.date(2018, 1, 1)
DAYS = 2_900
BODIES = 3_000
REPEATS = 21

RU = {("country", Match.ALL): ("country-0",)}
SEARCHES = {
    "no filter": Criteria(),
    "a frequent country": Criteria(values=RU),
    "a rare country": Criteria(values={("country", Match.ALL): ("country-50",)}),
    "country and topic": Criteria(values={**RU, ("topic", Match.ALL): ("topic-1",)}),
    "two actors": Criteria(values={("actor", Match.ALL): ("actor-0", "actor-1")}),
    "one year": Criteria(published_after=dt.date(2022, 1, 1), published_before=dt.date(2022, 12, 31)),
    "not a country": Criteria(values={("country", Match.NOT): ("country-0",)}),
    "a word of half the articles": Criteria(words="common"),
    "the same by relevance": Criteria(words="common", sort=Sort.RELEVANCE),
    "a rare word": Criteria(words="rare17"),
    "a phrase": Criteria(words='"word40 word41"'),
    "common word and country": Criteria(words="common", values=RU),
}


class Choices:
    """Names of one kind, the n-th drawn 1/n as often as the first."""

    def __init__(self, dice: random.Random, name: str, count: int) -> None:
        self.dice = dice
        self.names = [f"{name}-{number}" for number in range(count)]
        self.weights = list(itertools.accumulate(1 / (number + 1) for number in range(count)))

    def draw(self, count: int) -> tuple[str, ...]:
        """Return up to ``count`` different names."""
        return tuple(dict.fromkeys(self.dice.choices(self.names, cum_weights=self.weights, k=count)))


def make_articles(count: int) -> Iterator[IndexedArticle]:
    """Yield so many articles, the same every time."""
    dice = random.Random(1)
    words = Choices(dice, "word", 20_000)
    bodies = [
        " ".join(dice.choices(words.names, cum_weights=words.weights, k=290)).replace("-", "")
        for _ in range(BODIES)
    ]
    actors, countries = Choices(dice, "actor", 2_000), Choices(dice, "country", 200)
    organisations, topics = Choices(dice, "organisation", 150), Choices(dice, "topic", 80)
    outlets, authors = Choices(dice, "outlet", 60), Choices(dice, "author", 3_000)
    for pk in range(1, count + 1):
        day = FIRST_DAY + dt.timedelta(days=dice.randrange(DAYS))
        facets = {
            "actor": actors.draw(3),
            "country": countries.draw(4),
            "organisation": organisations.draw(1),
            "topic": topics.draw(3),
            "outlet": outlets.draw(1),
            "author": authors.draw(1),
        }
        yield IndexedArticle(
            id=pk,
            title=f"Title {pk}",
            standfirst="",
            body=f"{bodies[pk % BODIES]} rare{pk % (count // 10 or 1)}{' common' * (pk % 2)}",
            facets=facets,
            main={facet: facets[facet][:1] for facet in ("actor", "country")},
            published_on=day,
            clipped_on=day,
            sort_on=day,
            language="en",
        )


def measure(engine: Engine, criteria: Criteria, facets: tuple[str, ...]) -> tuple[float, float, int]:
    """Return the median wall and CPU time in ms, and the size of the result."""
    wall, cpu = [], []
    for _ in range(REPEATS):
        engine._snapshot.totals.clear()
        engine._snapshot.tallies.clear()
        started, worked = time.perf_counter(), time.process_time()
        result = engine.search(criteria, facets=facets)
        wall.append((time.perf_counter() - started) * 1_000)
        cpu.append((time.process_time() - worked) * 1_000)
    return median(wall), median(cpu), result.count


def run(count: int, folder: Path) -> None:
    """Build an index of so many articles in this folder, search it, and print the figures."""
    articles = list(make_articles(count))
    started, worked = time.perf_counter(), time.process_time()
    with write_lock(folder, seconds=0):
        build(folder, archive="benchmark", articles=articles, revision=1)
    wall, cpu = time.perf_counter() - started, time.process_time() - worked
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(f"built {count:,} articles in {wall:.1f} s ({cpu:.1f} s CPU), {size / 1e6:.0f} MB")

    engine = Engine(folder)
    print(f"\n{'':28} {'articles':>9}  {'page, count: ms':>16} {'CPU':>6}  {'+ facets: ms':>13} {'CPU':>6}")
    for name, criteria in SEARCHES.items():
        plain, plain_cpu, found = measure(engine, criteria, ())
        full, full_cpu, _ = measure(engine, criteria, FACETS)
        print(f"{name:28} {found:9,}  {plain:16.1f} {plain_cpu:6.1f}  {full:13.1f} {full_cpu:6.1f}")
    engine.search(Criteria(), facets=FACETS)
    started = time.perf_counter()
    engine.search(Criteria(), facets=FACETS)
    print(f"{'no filter, facets kept':28} {count:9,}  {(time.perf_counter() - started) * 1_000:16.1f}")
    print(f"\nmemory at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_000:,.0f} MB")


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("count", type=int, nargs="?", default=50_000)
    with tempfile.TemporaryDirectory() as folder:
        run(parser.parse_args().count, Path(folder) / "index")


if __name__ == "__main__":
    main()
