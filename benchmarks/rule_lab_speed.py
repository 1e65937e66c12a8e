"""Tries changes of rules on a made-up archive: how long that takes, and whether what was predicted came.

    python benchmarks/rule_lab_speed.py 100000 [--keep FOLDER] [--only WORD] [--unchecked]

The articles are those of benchmarks/clippings.py, each of 16 countries in one of eight, and rarer towns.
They are stored and tagged as an import leaves them, which takes some minutes; `--keep` uses them again.
Each change is tried, saved, and its articles tagged again.  In the end every article is tagged on trial once
more, to see that no other one should have changed: that takes minutes and is no part of the times.  Seconds
of all processors together stand beside those on the clock: on a machine with other work they say more.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import re
import resource
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import batched
from pathlib import Path
from typing import Any, NamedTuple

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")

FOLDER = PROJECT / "var" / "bench" / "rule-lab"
GOAL_SECONDS = 10.0
CHUNK = 200
# A sentence in every so many articles, with words that no rule knows yet.
RARE = ((50, "A further round is to be held in Marlow Bay."), (400, "Nobody went to Port Quillon."))
HEAD = re.compile(r"categories:\n- (?P<outlet>.+)\ntitle: \"(?P<title>.+)\"\ndate: \"(?P<day>.+)\"")


class Trial(NamedTuple):
    """One change: what it is called, whose rule it changes, and how."""

    name: str
    kind: str
    slug: str
    change: Callable[[Entry], Entry]


def trials() -> list[Trial]:
    """Return changes of every sort: rare and frequent words, people, topics, words nearby."""
    return [
        Trial("a town is added", "country", "peru", with_alias("Marlow Bay", AliasKind.PLACE)),
        Trial("a rarer town is added", "country", "chile", with_alias("Port Quillon", AliasKind.PLACE)),
        Trial(
            "a phrase of a topic is added",
            "topic",
            "sanctions",
            with_alias("further round is", AliasKind.TRIGGER),
        ),
        Trial(
            "a longer name takes over", "organisation", "nato", with_alias("in Marlow Bay", AliasKind.NAME)
        ),
        Trial("a surname goes", "actor", "paul-kagame", without_alias("Kagame")),
        Trial("an office ends earlier", "actor", "viktor-orban", ended(dt.date(2025, 6, 1))),
        Trial("words nearby speak against it", "country", "peru", against("Marlow")),
        Trial("a capital goes", "country", "rwanda", without_alias("Kigali")),
        Trial("a name in every eighth article goes", "country", "russia", without_alias("Russia")),
    ]


def with_alias(text: str, kind: AliasKind) -> Callable[[Entry], Entry]:
    """Return the change that adds a name."""
    return lambda entry: replace(entry, aliases=(*entry.aliases, Alias(text, kind, is_case_sensitive=True)))


def without_alias(text: str) -> Callable[[Entry], Entry]:
    """Return the change that takes a name away."""
    return lambda entry: replace(entry, aliases=tuple(one for one in entry.aliases if one.text != text))


def ended(on: dt.date) -> Callable[[Entry], Entry]:
    """Return the change that ends offices that go on."""
    return lambda entry: replace(
        entry,
        offices=tuple(
            replace(one, end_on=on) if one.end_on is None or one.end_on > on else one for one in entry.offices
        ),
    )


def against(word: str) -> Callable[[Entry], Entry]:
    """Return the change that makes names ambiguous, with a word that speaks against them."""
    return lambda entry: replace(entry, is_ambiguous=True, counter_context=(*entry.counter_context, word))


# --- The archive ------------------------------------------------------------------------------------------


def articles(count: int) -> Iterator[Article]:
    """Yield articles that are not stored yet."""
    outlets = {
        name: Outlet.objects.get_or_create(name=name, defaults={"slug": slugify(name)})[0]
        for name in clippings.OUTLETS
    }
    for number, sample in enumerate(clippings.samples(count), start=1):
        _, head, body = sample.text.split("---\n", 2)
        found = HEAD.search(head)
        if found is None:
            raise ValueError(f"{sample.name}: {head!r} is no head of a clipping")
        more = [sentence for every, sentence in RARE if number % every == 0]
        article = Article(
            identity=f"made-up:{number}", content_hash=str(number), title=found["title"],
            body="\n\n".join([body.split("\n\n", 2)[2].strip(), *more]), outlet=outlets[found["outlet"]],
            published_on=dt.date.fromisoformat(found["day"]), language="en",
        )  # fmt: skip
        store.refresh_derived(article)
        yield article


def make(count: int, workers: int) -> None:
    """Fill an empty archive."""
    call_command("migrate", verbosity=0)
    call_command("load_gazetteer", stdout=sys.stderr)
    started = time.monotonic()
    entries = gazetteer.read_entries()
    release = gazetteer.release_of(entries)
    with Crew(entries, workers=workers) as crew:
        rules = Rules(release, crew.tag, read_names(entries))
        chunks = map(list, batched(articles(count), CHUNK))
        for number, chunk in enumerate(crew.ahead(chunks, lambda chunk: [text_of(one) for one in chunk])):
            for article in chunk:
                article.gazetteer_release = release
            with transaction.atomic():
                made = Article.objects.bulk_create(chunk)
                wanted = {one.pk: wanted_taggings((), crew.tag(text_of(one)), rules) for one in made}
                insert_taggings(wanted, release)
            if number % 50 == 0:
                print(f"{number * CHUNK:,} articles, {time.monotonic() - started:.0f} s", file=sys.stderr)
    sync.rebuild()
    print(f"archive made in {time.monotonic() - started:.0f} s", file=sys.stderr)


# --- Measuring --------------------------------------------------------------------------------------------


def measure(trial: Trial, workers: int) -> dict[str, object]:
    """Return what trying one change took, and whether all came as predicted."""
    tag = Tag.objects.get(kind=trial.kind, slug=trial.slug)
    person, _ = get_user_model().objects.get_or_create(username="benchmark")
    old = lab.entry_of(tag)
    new = trial.change(old)
    started, spent = time.monotonic(), cpu_seconds()
    tried = lab.begin(tag, write_rule(new), is_ambiguous=new.is_ambiguous, by=person)
    trying.compute(tried, workers=workers)
    seconds, spent = time.monotonic() - started, cpu_seconds() - spent
    if tried.state != tried.State.DONE:
        raise SystemExit(f"{trial.name}: {tried.note}")
    predicted = set(tried.moves.exclude(kind__in=lab.AGAINST).values_list("tag", "article", "kind"))
    started = time.monotonic()
    lab.save(tried, by=person)
    tried.refresh_from_db()
    real = moves_of(lab.follow(tried, workers=workers))
    saved = time.monotonic() - started
    return {
        "seconds": seconds,
        "cpu": spent,
        "candidates": tried.found_count,
        "moves": len(predicted),
        "saved": saved,
        "is_real": predicted == real,
    }


def cpu_seconds() -> float:
    """Return the processor time of this process and of those it has ended."""
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in usage)


def moves_of(done: Retagging) -> set[tuple[int, int, str]]:
    """Return tag, article and way of each move."""
    names = {"gained": "gained", "lost": "lost", "main": "to_main", "mentioned": "to_mentioned"}
    return {
        (tag_id, article_id, kind)
        for tag_id, moves in done.moves.items()
        for kind, name in names.items()
        for article_id in getattr(moves, name)
    }


def report(trial: Trial, found: dict[str, Any]) -> bool:
    """Print one line; return whether the change was predicted right."""
    columns = (
        f"{found['seconds']:6.1f} s", f"{found['cpu']:6.1f} s", f"{found['candidates']:9,}",
        f"{found['moves']:8,}", f"{found['saved']:6.1f} s", f"{'yes' if found['is_real'] else 'NO':>9}",
        f" {trial.name} ({trial.slug})",
    )  # fmt: skip
    print(" ".join(columns), flush=True)
    return bool(found["is_real"])


def main() -> None:
    """Read the command line, make the archive and try each change."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "count", type=int, nargs="?", default=100_000, help="articles, where none are made yet"
    )
    parser.add_argument("--keep", type=Path, default=FOLDER, help=f"data folder (default: {FOLDER})")
    parser.add_argument("--workers", type=int, default=2, help="tagging processes (default: 2)")
    parser.add_argument("--only", default="", help="changes whose name holds this")
    parser.add_argument("--unchecked", action="store_true", help="leave the last step out")
    options = parser.parse_args()
    made = options.keep / "made"
    if not made.exists():
        make(options.count, options.workers)
        made.touch()
    count = Article.objects.count()
    load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    print(f"{count:,} articles, {options.workers} tagging processes, {load}; goal {GOAL_SECONDS:.0f} s")
    print("   tried all CPUs  articles    moves    saved predicted  change")
    print("                      found         + tagged    = real")
    chosen = [trial for trial in trials() if options.only in trial.name]
    results = [report(trial, measure(trial, options.workers)) for trial in chosen]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"peak memory of this process {peak} MB")
    if options.unchecked:
        sys.exit(0 if all(results) else 1)
    elsewhere = moves_of(retag(Scope(is_forced=True), is_dry=True, workers=options.workers))
    print(f"all articles tagged on trial: {len(elsewhere)} moves that no trial had predicted")
    sys.exit(0 if all(results) and not elsewhere else 1)


def settle() -> None:
    """Let the command line say where the archive is: settings are read when Django starts."""
    words = sys.argv[1:]
    folder = Path(words[words.index("--keep") + 1]) if "--keep" in words[:-1] else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["NEWSROOM_DATA"] = str(folder.resolve())
    os.environ.pop("DATABASE_URL", None)


if __name__ == "__main__":
    settle()

import django  # noqa: E402

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402
from django.utils.text import slugify  # noqa: E402

from articles import gazetteer  # noqa: E402
from articles.importing import store  # noqa: E402
from articles.importing.crew import Crew  # noqa: E402
from articles.importing.taggings import (  # noqa: E402
    Rules,
    insert_taggings,
    read_names,
    text_of,
    wanted_taggings,
)
from articles.models import Article, Outlet, Tag  # noqa: E402
from articles.rules import lab, trying  # noqa: E402
from articles.rules.retagging import Retagging, Scope, retag  # noqa: E402
from articles.search import sync  # noqa: E402
from articles.tagging import Alias, AliasKind, Entry  # noqa: E402
from articles.tagging.rulelines import write_rule  # noqa: E402
from benchmarks import clippings  # noqa: E402

if __name__ == "__main__":
    main()
