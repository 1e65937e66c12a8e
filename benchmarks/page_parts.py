"""Measures what the parts of a list page cost: processor time, on average over many different searches.

A part of benchmarks/search_speed.py, which runs it in a process of its own:

    NEWSROOM_DATA=/tmp/archive python benchmarks/page_parts.py /tmp/archive
"""

from __future__ import annotations

import functools
import json
import os
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.test import Client  # noqa: E402

from benchmarks.archive import Facts, read_facts  # noqa: E402
from benchmarks.import_speed import owner_of  # noqa: E402
from benchmarks.searches import mixed  # noqa: E402

PAGES = 200  # different searches
WARM = 20  # before them
# What a page is made of, and the function that is it.
PAGE_PARTS = {
    "check the parameters": "articles.filters.ArticleFilterForm.full_clean",
    "engine: page, total, facets, months": "articles.search.engine.Engine.search",
    "names of the values": "articles.lists.listing.name_values",
    "links of the values": "articles.lists.listing.group_facets",
    "rows": "articles.lists.listing.read_rows",
    "chart": "articles.lists.listing.draw_timeline",
    "templates": "articles.views.render",
    "compression": "gzip.compress",
}


def measure_page(facts: Facts) -> dict[str, float]:
    """Return the processor time in ms of each part of a page and of all of it, with Django's test client."""
    spent: dict[str, float] = defaultdict(float)
    for part, name in PAGE_PARTS.items():
        owner, attribute = owner_of(name)
        setattr(owner, attribute, _timed(getattr(owner, attribute), part, spent))
    settings.PAGE_CACHE_MB = 0
    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client(headers={"Accept-Encoding": "gzip"})
    paths = mixed(facts, PAGES + WARM)
    for path in paths[:WARM]:
        client.get(path)
    spent.clear()
    worked = time.process_time()
    for path in paths[WARM:]:
        if client.get(path).status_code != HTTPStatus.OK:
            raise SystemExit(f"{path} is no page")
    spent["all of it"] = time.process_time() - worked
    return {part: seconds * 1_000 / PAGES for part, seconds in spent.items()}


def _timed[**P, T](function: Callable[P, T], part: str, spent: dict[str, float]) -> Callable[P, T]:
    @functools.wraps(function)
    def timed(*args: P.args, **kwargs: P.kwargs) -> T:
        started = time.process_time()
        try:
            return function(*args, **kwargs)
        finally:
            spent[part] += time.process_time() - started

    return timed


def main() -> None:
    """Measure and print the figures as JSON."""
    facts = read_facts(Path(sys.argv[1]))
    if facts is None:
        raise SystemExit(f"{sys.argv[1]} holds no made-up archive")
    print(json.dumps(measure_page(facts)))


if __name__ == "__main__":
    main()
