"""Measures every list and every form of the desk with a large archive: waiting time and queries.

    python benchmarks/search_speed.py 1000000 --keep FOLDER --parts engine
    python benchmarks/desk_speed.py FOLDER [--only WORD] [--slow MS]

Pages are asked for with Django's test client as an administrator, who sees the most, in one transaction that
is taken back at the end.  In it, what imports and editors leave is made up as well: a file for each article,
an act for every tenth.  What is printed is the median of several times, the slowest page first.
"""

from __future__ import annotations

import argparse
import logging
import os
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from itertools import islice
from pathlib import Path
from typing import NamedTuple

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")

TIMES = 3
PATIENCE_MS = 1_000  # a page beyond this is asked for once
GOAL_MS = 300
TERMS = ("a", "Zelenskyy", "zzzz+nowhere")  # what lists are searched for: much, something, nothing
CHOICES = 6  # of a filter, the first ones
STANDARD = ("changelist", "add", "history", "delete", "change")  # the pages that Django makes for each model
# What a made-up archive lacks, in SQL: a run, its files and issues, and the acts of an editor.
FILLED = (
    """INSERT INTO articles_articlesource (article_id, path, name, sha256, reader_version, run_id, is_undone)
       SELECT id, '/archive/clippings/' || id || '.md', 'clippings/' || id || '.md',
              content_hash, '1', %(run)s, %(no)s FROM articles_article""",
    """INSERT INTO articles_importissue (run_id, level, path, line, message)
       SELECT %(run)s, 'warning', 'clippings/' || id || '.md', 3, 'no date of publication'
       FROM articles_article WHERE id %% 50 = 0""",
    """INSERT INTO articles_changeset (act, made_by_name, made_at, note, change_count)
       SELECT 'edit', 'alice', created_at, '', 1 FROM articles_article WHERE id %% 10 = 0""",
    """INSERT INTO articles_change (change_set_id, "table", row_id, label, before, after)
       SELECT id, 'article', id, 'An article', '{"title": "Old"}', '{"title": "New"}'
       FROM articles_changeset""",
)


class Timing(NamedTuple):
    """One page of the desk: median waiting time in ms, queries, bytes, and how the server answered."""

    ms: float
    queries: int
    size: int
    status: int
    address: str


def fill() -> None:
    """Make up what imports and editors leave."""
    run = ImportRun.objects.create(paths=["/archive"], state=ImportRun.State.FINISHED)
    with connection.cursor() as cursor:
        for statement in FILLED:
            cursor.execute(statement, {"run": run.pk, "no": False})


def addresses(client: Client) -> Iterator[str]:
    """Yield the addresses of the desk: lists, searched and filtered, forms, other pages, autocompletes."""
    yield reverse("admin:index")
    for model, desk in admin.site._registry.items():
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        rows = model._default_manager.order_by()
        ends = [row for row in (rows.order_by("pk").first(), rows.order_by("pk").last()) if row]
        yield from lists(reverse(f"admin:{name}_changelist"), desk, client)
        for row in {row.pk: row for row in ends}.values():
            yield reverse(f"admin:{name}_change", args=[row.pk])
            yield reverse(f"admin:{name}_history", args=[row.pk])
        yield reverse(f"admin:{name}_add")
        others = {url.name for url in desk.get_urls() if url.name} - {f"{name}_{page}" for page in STANDARD}
        yield from (found for page in sorted(others) if (found := other(page, ends)))
        yield from autocompletes(model, desk)


def other(page: str, rows: Sequence[Model]) -> str:
    """Return the address of a page that a table adds; nothing if it takes what is not known here."""
    for arguments in ([], [rows[0].pk] if rows else []):
        try:
            return reverse(f"admin:{page}", args=arguments)
        except NoReverseMatch:
            continue
    return ""


def lists(base: str, desk: admin.ModelAdmin, client: Client) -> Iterator[str]:
    """Yield the list of one model: plain, its second page, searched, ordered and filtered."""
    yield base
    yield f"{base}?p=2"
    if desk.search_fields:
        yield from (f"{base}?q={term}" for term in TERMS)
    for number in range(1, len(desk.list_display) + 1):
        yield f"{base}?o={number}"
    shown = client.get(base).context["cl"]
    for one in shown.filter_specs:
        yield from (base + choice["query_string"] for choice in islice(one.choices(shown), 1, CHOICES))
    for one in desk.list_filter:
        # Those that other pages link to show no choices.
        model = None if isinstance(one, str) else getattr(one, "model", None)
        row = model._default_manager.order_by("pk").first() if model else None
        if row is not None:
            yield f"{base}?{one.parameter_name}={row.pk}"


def autocompletes(model: type[Model], desk: admin.ModelAdmin) -> Iterator[str]:
    """Yield what the forms' autocompletes ask for: nothing typed, one letter, a name."""
    for field in desk.autocomplete_fields:
        for term in ("", "a", "united"):
            query = {"app_label": model._meta.app_label, "model_name": model._meta.model_name,
                     "field_name": field, "term": term}  # fmt: skip
            yield f"{reverse('admin:autocomplete')}?{urlencode(query)}"


def ask(client: Client, address: str) -> Timing:
    """Return how long a page takes, its first time, which may compile templates, left out."""
    with CaptureQueriesContext(connection) as queries:
        started = time.perf_counter()
        response = client.get(address)
        first = (time.perf_counter() - started) * 1_000
    count = len(queries)
    spent = [first]
    if first < PATIENCE_MS:
        spent = []
        for _ in range(TIMES):
            started = time.perf_counter()
            client.get(address)
            spent.append((time.perf_counter() - started) * 1_000)
    timing = Timing(statistics.median(spent), count, len(response.content), response.status_code, address)
    print(f"{timing.ms:9,.1f}  {address}", file=sys.stderr)
    return timing


def measure(only: str) -> list[Timing]:
    """Return the times of all pages whose address holds a word, the slowest first."""
    with transaction.atomic():
        fill()
        person = get_user_model().objects.create_superuser("desk-speed")
        client = Client()
        client.force_login(person)
        # A page that is refused or redirects is no page, and has no time of its own.
        timings = [ask(client, address) for address in dict.fromkeys(addresses(client)) if only in address]
        transaction.set_rollback(True)
    return sorted((one for one in timings if one.status == HTTPStatus.OK), reverse=True)


def main() -> None:
    """Read the command line, measure and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="a data folder, such as search_speed.py --keep makes")
    parser.add_argument("--only", default="", help="pages whose address holds this")
    parser.add_argument("--slow", type=float, default=0, help="print pages that take at least so many ms")
    options = parser.parse_args()
    call_command("migrate", verbosity=0)
    logging.disable(logging.WARNING)  # forms for what nobody adds are refused, as they should be
    setup_test_environment()  # so that a response tells what its page was made of
    timings = measure(options.only)
    print(f"{Article.objects.count():,} articles, {Tagging.objects.count():,} taggings")
    print(f"{'ms':>9} {'queries':>8} {'kB':>7}  page")
    for one in timings:
        if one.ms >= options.slow:
            print(f"{one.ms:9,.1f} {one.queries:8} {one.size / 1000:7,.0f}  {one.address}")
    beyond = sum(one.ms >= GOAL_MS for one in timings)
    print(f"{len(timings)} pages, {beyond} of them {GOAL_MS} ms or more")


if __name__ == "__main__":
    # The data folder is read when Django starts, so the command line comes first.
    folder = next((word for word in sys.argv[1:] if not word.startswith("-")), "")
    os.environ["NEWSROOM_DATA"] = str(Path(folder).resolve())
    os.environ.pop("DATABASE_URL", None)

import django  # noqa: E402

django.setup()

from urllib.parse import urlencode  # noqa: E402

from django.contrib import admin  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.db.models import Model  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext, setup_test_environment  # noqa: E402
from django.urls import NoReverseMatch, reverse  # noqa: E402

from articles.models import Article, ImportRun, Tagging  # noqa: E402

if __name__ == "__main__":
    main()
