"""Measures how fast the engine, and plain SQL, answer the searches of a made-up archive.

A part of benchmarks/search_speed.py, which runs it in a process of its own for each of the two:

    NEWSROOM_DATA=/tmp/archive python benchmarks/answers.py engine /tmp/archive
"""

from __future__ import annotations

import itertools
import json
import os
import resource
import sys
import time
from pathlib import Path
from urllib.parse import urlencode

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.db.models import Count, Q, QuerySet  # noqa: E402
from django.http import QueryDict  # noqa: E402

from articles.filters import ArticleFilter  # noqa: E402
from articles.lists.listing import FACET_LIMIT  # noqa: E402
from articles.models import Article, Authorship, Tagging  # noqa: E402
from articles.search.engine import Engine  # noqa: E402
from articles.search.query import Criteria  # noqa: E402
from benchmarks.archive import Facts, read_facts  # noqa: E402
from benchmarks.searches import repeated, searches  # noqa: E402


def measure_engine(facts: Facts) -> dict[str, object]:
    """Return the times of page, total, facets and months by the engine, and how many articles are found."""
    facets = tuple(ArticleFilter.facets())
    engine = Engine(settings.NEWSROOM_INDEX)
    figures: dict[str, object] = {}
    limits = itertools.count(FACET_LIMIT)
    for name, parameters in searches(facts).items():
        criteria = ArticleFilter(QueryDict(urlencode(parameters))).criteria

        def search(criteria: Criteria = criteria, *, is_bare: bool = not parameters) -> float:
            # An engine keeps what it has counted: asked for one value more, it counts again.  What one keeps
            # of the whole archive, a new one has to count.
            one = Engine(settings.NEWSROOM_INDEX) if is_bare else engine
            limit = next(limits)
            started = time.perf_counter()
            one.search(criteria, facets=facets, facet_limit=limit, histogram=True)
            return (time.perf_counter() - started) * 1_000

        found = engine.search(criteria).count
        figures[name] = {**repeated("engine", search), "articles": found}
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"searches": figures, "peak_mb": memory}


def measure_sql(facts: Facts) -> dict[str, object]:
    """Return the times of the same answers by `ArticleFilter.qs`: page, count, GROUP BY for each facet."""

    figures: dict[str, object] = {}
    for name, parameters in searches(facts).items():
        words = "".join(value for parameter, value in parameters if parameter == "q").strip('"')
        query = QueryDict(urlencode([pair for pair in parameters if pair[0] != "q"]))

        def search(query: QueryDict = query, words: str = words) -> float:
            started = time.perf_counter()
            answer_by_sql(ArticleFilter(query).qs, words)
            return (time.perf_counter() - started) * 1_000

        figures[name] = repeated("sql", search)
        print(f"  {name}: {figures[name]['median']:,.0f} ms", file=sys.stderr)
    return {"searches": figures}


def answer_by_sql(found: QuerySet[Article], words: str) -> tuple[list[int], int, list[tuple[object, ...]]]:
    """Return ids of the page, the count, and the counts of all tags, outlets and authors."""

    if words:
        found = found.filter(
            Q(title__icontains=words) | Q(standfirst__icontains=words) | Q(body__icontains=words)
        )
    page = list(found.order_by("-sort_on", "-pk").values_list("pk", flat=True)[:26])
    ids = found.order_by().values("pk")
    tags = Tagging.objects.standing().filter(article__in=ids).order_by()
    authors = Authorship.objects.filter(article__in=ids).order_by()
    counted = [
        *tags.values_list("tag").annotate(Count("pk")),
        *found.order_by().values_list("outlet").annotate(Count("pk")),
        *authors.values_list("author").annotate(Count("pk")).order_by("-pk__count")[:20],
    ]
    return page, found.count(), counted


def main() -> None:
    """Measure one part and print its figures as JSON."""
    part, data = sys.argv[1:]
    facts = read_facts(Path(data))
    if facts is None:
        raise SystemExit(f"{data} holds no made-up archive")
    measure = {"engine": measure_engine, "sql": measure_sql}[part]
    print(json.dumps(measure(facts)))


if __name__ == "__main__":
    main()
