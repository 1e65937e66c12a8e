"""The twelve searches that are measured, many mixed ones, and how often each is repeated."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from statistics import median
from urllib.parse import urlencode

from benchmarks.archive import Facts

REPEATS = {"engine": 41, "sql": 11, "http": 41}
BUDGET_SECONDS = 8.0  # for the repeats of one search; the first is always made

type Figures = dict[str, float]
type Search = list[tuple[str, str]]  # parameters


def searches(facts: Facts) -> dict[str, Search]:
    """Return the twelve searches, by what they are called."""
    country, topic = (("country", facts.keys["country"][0]), ("topic", facts.keys["topic"][0]))
    common = ("q", facts.common)
    return {
        "no filter": [],
        "one country": [country],
        "country and topic": [country, topic],
        "two actors": [("actor", key) for key in facts.keys["actor"][:2]],
        "an outlet": [("outlet", facts.keys["outlet"][0])],
        "one year": [("published_after", "2022"), ("published_before", "2022")],
        "30 days": [("published_after", "2022-05-01"), ("published_before", "2022-05-30")],
        "four filters": [
            country,
            ("topic__any", facts.keys["topic"][1]),
            ("topic__any", facts.keys["topic"][2]),
            ("country__not", facts.keys["country"][3]),
            ("published_after", "2015"),
        ],
        "a rare word": [("q", facts.rare)],
        "a common word": [common],
        "a phrase": [("q", f'"{facts.phrase}"')],
        "common word and country": [common, country],
    }


def address(parameters: Search) -> str:
    """Return where the list page of a search is."""
    return f"/articles/?{urlencode(parameters)}" if parameters else "/articles/"


def mixed(facts: Facts, count: int) -> list[str]:
    """Return addresses of so many different searches of one to three filters, frequent values more often."""
    dice = random.Random(2)
    found: dict[str, None] = {}
    while len(found) < count:
        facets = dice.sample(
            ("country", "topic", "actor", "organisation", "outlet"), dice.choice((1, 2, 2, 3))
        )
        parameters = [(facet, facts.keys[facet][min(int(dice.expovariate(0.1)), 60)]) for facet in facets]
        if dice.random() < 0.3:
            parameters.append(("published_after", str(dice.randrange(2006, 2025))))
        found[address(parameters)] = None
    return list(found)


def repeated(
    name: str, run: Callable[[], float], *, cpu_seconds: Callable[[], float] = time.process_time
) -> Figures:
    """Run something that returns its time in ms again and again; return median, p95, CPU ms and how often.

    ``cpu_seconds`` says what those who do the work have used so far.  On a machine that does other work as
    well, processor time is what tells two programs apart.
    """
    if REPEATS[name] > 20:
        run()  # what is read and computed once is not a search's own
    worked = cpu_seconds()
    times = [run()]
    started = time.monotonic()
    while len(times) < REPEATS[name] and time.monotonic() - started + times[0] / 1_000 < BUDGET_SECONDS:
        times.append(run())
    return {
        "median": median(times),
        "p95": sorted(times)[int(len(times) * 0.95)],
        "cpu": (cpu_seconds() - worked) * 1_000 / len(times),
        "times": len(times),
    }
