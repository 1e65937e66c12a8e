"""Tag the stored articles again, by the gazetteer as editors left it."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from collections.abc import Iterator, Sequence

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.db.models import Q

from articles.commands import manage
from articles.importing.lock import ImportBusyError
from articles.importing.run import login
from articles.management.commands.import_articles import stop_requests
from articles.management.progress import ProgressLine
from articles.management.reports import printable
from articles.models import Article, Tag
from articles.phrases import count_of
from articles.rules.retagging import Moves, RetagError, Retagging, Scope, count_waiting, retag

SOME_FAILED = 1  # exit codes: some articles could not be tagged
COULD_NOT_RUN = 2  # an import is running, there is no gazetteer, the database refuses
STOPPED = 128  # plus the number of the signal
TAGS_SHOWN = 40  # lines of the table; --json lists all


class Command(BaseCommand):
    """Give every article the tags that the gazetteer in the database calls for now, and say what changed.

    What editors confirmed, rejected or added stays, and so do the tags of front matter.  Articles that carry
    the newest tags already are passed over, so a re-tag that was stopped goes on where it stopped.

    Example: manage.py retag --dry-run --tag country:georgia
    """

    help = "Tag the stored articles again by the gazetteer as it stands; editors' decisions stay."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare what to tag and how to report."""
        parser.add_argument("--dry-run", action="store_true", help="say what would change, and write nothing")
        parser.add_argument(
            "--json", action="store_true", dest="is_json", help="print the report as one JSON object"
        )
        parser.add_argument("--article", type=int, metavar="ID", help="only this article, whatever its tags")
        parser.add_argument(
            "--tag",
            action="append",
            default=[],
            metavar="KIND:SLUG",
            help="only this tag, as country:ge; all other tags stay as they are",
        )
        parser.add_argument(
            "--force", action="store_true", help="articles that carry the newest tags already as well"
        )

    def handle(
        self,
        *,
        dry_run: bool,
        is_json: bool,
        article: int | None,
        tag: list[str],
        force: bool,
        **options: object,
    ) -> None:
        """Re-tag, report, and exit with 1 if an article could not be tagged, 2 if it could not run."""
        started = time.monotonic()
        try:
            scope = read_scope(article, tag, is_forced=force)
            with stop_requests(self.stderr, "articles") as requests:
                line = ProgressLine(
                    self.stderr,
                    total=count_waiting(scope) if self.stderr.isatty() else 0,
                    noun="articles",
                )
                done = retag(
                    scope,
                    is_dry=dry_run,
                    by_name=login(),
                    progress=lambda retagging: line.advance(retagging.article_count),
                    should_stop=lambda: bool(requests),
                )
                line.clear()
        except (RetagError, ImportBusyError) as error:
            raise CommandError(str(error), returncode=COULD_NOT_RUN) from error
        except DatabaseError as error:
            reason = " ".join(str(error).split())
            raise CommandError(
                f"the database refused to work ({reason}); what was tagged so far is kept: see that it runs, "
                "has space and may be written, then run this again",
                returncode=COULD_NOT_RUN,
            ) from error
        except KeyboardInterrupt:
            self.stderr.write("Stopped at once. What was tagged so far is kept; run this again to go on.")
            sys.exit(STOPPED + signal.SIGINT)
        tags = Tag.objects.in_bulk(done.moves)
        people = self.stderr if is_json else self.stdout
        people.write(printable("\n".join(describe(done, tags, time.monotonic() - started))))
        if is_json:
            self.stdout.write(json.dumps(as_json(done, tags), ensure_ascii=False))
        if requests:
            sys.exit(STOPPED + requests[0])
        if done.failures:
            sys.exit(SOME_FAILED)


def read_scope(article: int | None, names: Sequence[str], *, is_forced: bool) -> Scope:
    """Return what to look at; raise CommandError for an article or a tag that does not exist."""
    if article is not None and not Article.objects.filter(pk=article).exists():
        raise CommandError(
            f"there is no article {article}; its page's address holds the number", returncode=COULD_NOT_RUN
        )
    tags = [find_tag(name).pk for name in names]
    only = [*([f"article {article}"] if article is not None else []), *sorted(set(names))]
    words = f"only {', '.join(only)}" if only else ""
    return Scope(article, frozenset(tags) if tags else None, is_forced, words)


def find_tag(name: str) -> Tag:
    """Return the tag of "country:ge" or "actor:xi-jinping"; raise CommandError if there is none."""
    kind, _, slug = name.partition(":")
    tag = Tag.objects.filter(Q(slug=slug) | Q(key=slug), kind=kind).first()
    if tag is None:
        raise CommandError(
            f"the gazetteer has no {name!r}; write it like country:ge or actor:xi-jinping",
            returncode=COULD_NOT_RUN,
        )
    return tag


def ranked(moves: dict[int, Moves]) -> list[tuple[int, Moves]]:
    """Return the tags that moved, those with the most articles gained, lost or changed in role first."""
    return sorted(
        moves.items(),
        key=lambda entry: (-sum(map(len, role_and_presence(entry[1]))), -len(entry[1].shifted), entry[0]),
    )


def role_and_presence(moves: Moves) -> tuple[Sequence[int], ...]:
    """Return the articles that readers would find under other tags, or in another place of a list."""
    return moves.gained, moves.lost, moves.to_main, moves.to_mentioned


def as_json(done: Retagging, tags: dict[int, Tag]) -> dict[str, object]:
    """Return the report as the object that ``--json`` prints: of each tag, the ids of its articles."""
    return {
        "gazetteer_release": done.release,
        "dry_run": done.is_dry,
        "articles": done.article_count,
        "changed": done.changed_count,
        "interrupted": done.is_interrupted,
        "change_set": done.change_set_id,
        "tags": [
            {
                "kind": tags[pk].kind,
                "slug": tags[pk].slug,
                "name": tags[pk].name,
                "gained": list(moves.gained),
                "lost": list(moves.lost),
                "to_main": list(moves.to_main),
                "to_mentioned": list(moves.to_mentioned),
                "evidence": list(moves.shifted),
            }
            for pk, moves in ranked(done.moves)
        ],
        "failed": [failure._asdict() for failure in done.failures],
    }


def describe(done: Retagging, tags: dict[int, Tag], seconds: float) -> Iterator[str]:
    """Yield the report for people: a sentence, a table of the tags, then what went wrong."""
    verb = "Would tag" if done.is_dry else "Tagged"
    articles = count_of(done.article_count, "article", "articles")
    yield f"{verb} {articles} in {seconds:.1f} s: {done.changed_count:,} changed (gazetteer {done.release})."
    if not done.article_count and not done.is_interrupted:
        yield "Every article carries the newest tags already; --force tags them all the same."
    if done.moves:
        yield ""
        yield "  gained    lost  to main  to mentioned  evidence  tag"
    for pk, moves in ranked(done.moves)[:TAGS_SHOWN]:
        numbers = (*map(len, role_and_presence(moves)), len(moves.shifted))
        gained, lost, main, mentioned, shifted = (f"{number:,}" if number else "." for number in numbers)
        name = f"{tags[pk].name} [{tags[pk].kind}:{tags[pk].slug}]"
        yield f"{gained:>8}{lost:>8}{main:>9}{mentioned:>14}{shifted:>10}  {name}"
    if len(done.moves) > TAGS_SHOWN:
        yield f"  and {len(done.moves) - TAGS_SHOWN:,} more tags; --json lists them all"
    if done.failures:
        yield ""
        yield f"{len(done.failures):,} could not be tagged and keep the tags they have:"
    for failure in done.failures:
        yield f"  article {failure.article_id}, {failure.title}: {failure.reason}"
    if done.is_interrupted:
        yield "It was stopped before the end. What was tagged is kept; run this again to go on."
    if done.index_problem:
        yield (
            f"The search index could not be brought up to date ({done.index_problem}); "
            f"make room in the data folder, then run: {manage('reindex')}"
        )
