"""Import clippings from files and folders."""

from __future__ import annotations

import argparse
import contextlib
import json
import signal
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import FrameType

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, OutputWrapper

from articles.importing.identity import Outcome
from articles.importing.lock import ImportBusyError
from articles.importing.report import Problem, Report
from articles.importing.run import ImportFailedError, import_paths
from articles.importing.sources import SUFFIXES
from articles.models import ImportIssue

FILES_FAILED = 1  # exit codes: some files were not imported
COULD_NOT_RUN = 2  # another import is running, the database refuses
STOPPED = 128  # plus the number of the signal
SHOWN_PATHS = 10  # files listed under one message; the rest is in the admin

HEADINGS = {
    ImportIssue.Level.ERROR: ("file was not imported", "files were not imported"),
    ImportIssue.Level.WARNING: ("warning", "warnings"),
}


class Command(BaseCommand):
    """Read clippings (.md, .markdown, .txt, .qmd), tag and store them, and bring the search index up to date.

    Running it again changes nothing; edited files update their articles, and what editors decided stays.

    Example: manage.py import_articles ~/clippings --dry-run
    """

    help = "Import articles from files and folders. Importing again changes nothing."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare what to import and how to report."""
        parser.add_argument(
            "paths", nargs="*", type=Path, metavar="PATH", help="files and folders (default: seeds/)"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would change, and write nothing")
        parser.add_argument(
            "--json", action="store_true", dest="is_json", help="print the report as one JSON object"
        )

    def handle(self, *, paths: list[Path], dry_run: bool, is_json: bool, **options: object) -> None:
        """Import, report, and exit with 1 if a file failed, 2 if the import could not run."""
        started = time.monotonic()
        people = self.stderr if is_json else self.stdout
        line = ProgressLine(self.stderr)
        with stop_requests(self.stderr) as requests:
            try:
                report = import_paths(
                    paths or [settings.NEWSROOM_SEEDS],
                    is_dry=dry_run,
                    progress=line.show,
                    should_stop=lambda: bool(requests),
                )
            except (ImportBusyError, ImportFailedError) as error:
                line.clear()
                if isinstance(error, ImportFailedError) and error.report and error.report.file_count:
                    people.write(describe(error.report, time.monotonic() - started))
                raise CommandError(str(error), returncode=COULD_NOT_RUN) from error
            except KeyboardInterrupt:
                line.clear()
                self.stderr.write("Stopped at once. What was stored so far is kept; run this again to go on.")
                sys.exit(STOPPED + signal.SIGINT)
        line.clear()
        people.write(describe(report, time.monotonic() - started))
        if is_json:
            self.stdout.write(json.dumps(as_json(report), ensure_ascii=False))
        if requests:
            sys.exit(STOPPED + requests[0])
        if report.counts[Outcome.FAILED]:
            sys.exit(FILES_FAILED)


class ProgressLine:
    """One line on a terminal that is written over and over; nothing at all elsewhere."""

    def __init__(self, stream: OutputWrapper) -> None:
        self.stream = stream
        self.is_live = stream.isatty()
        self.started = time.monotonic()

    def show(self, report: Report) -> None:
        """Show how far the import is."""
        if self.is_live:
            rate = report.file_count / max(time.monotonic() - self.started, 0.001)
            self._write(f"{report.file_count:,} files, {rate:,.0f} a second ({count_words(report)})")

    def clear(self) -> None:
        """Leave an empty line for what follows."""
        if self.is_live:
            self._write("")

    def _write(self, text: str) -> None:
        # Back to the start of the line, the text, and everything to its right erased.
        self.stream.write(f"\r{text}\x1b[K", ending="")
        self.stream.flush()


@contextlib.contextmanager
def stop_requests(stream: OutputWrapper) -> Iterator[list[int]]:
    """Collect the signals that ask the import to stop after its chunk; a second Ctrl-C stops it at once."""
    requests: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        if requests:
            raise KeyboardInterrupt
        requests.append(number)
        stream.write("\nStopping after the files in hand. Press Ctrl-C again to stop at once.")

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, note) for number in numbers}
    try:
        yield requests
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def as_json(report: Report) -> dict[str, object]:
    """Return the report as the object that ``--json`` prints."""
    return {
        "run": report.run_id,
        "dry_run": report.is_dry,
        **{outcome.value: report.counts[outcome] for outcome in Outcome},
        "issues": [
            {"path": problem.path, "line": problem.line, "message": problem.message}
            for problem in report.problems
        ],
    }


def describe(report: Report, seconds: float) -> str:
    """Return the report for people: what happened in numbers, then the issues, grouped."""
    verb = "Would import" if report.is_dry else "Imported"
    files = "1 file" if report.file_count == 1 else f"{report.file_count:,} files"
    lines = [f"{verb} {files} in {seconds:.1f} s: {count_words(report)}."]
    if not report.file_count:
        suffixes = sorted(SUFFIXES)
        lines.append(f"Nothing to import: articles are {', '.join(suffixes[:-1])} and {suffixes[-1]} files.")
    if report.is_interrupted:
        lines.append("It was stopped before the end. What was stored is kept; run this again to go on.")
    if report.index_problem:
        lines.append(
            f"The search index could not be brought up to date ({report.index_problem}); "
            "make room in the data folder, then run: python manage.py reindex"
        )
    for level, (one, many) in HEADINGS.items():
        problems = [problem for problem in report.problems if problem.level == level]
        if problems:
            lines += [
                "",
                f"{len(problems):,} {one if len(problems) == 1 else many}:",
                *listed(problems, report),
            ]
    return printable("\n".join(lines))


def count_words(report: Report) -> str:
    """Return the counts in words."""
    return ", ".join(f"{report.counts[outcome]:,} {outcome.value}" for outcome in Outcome)


def listed(problems: Iterable[Problem], report: Report) -> Iterator[str]:
    """Yield the lines that list the problems: a message that many files share stands once."""
    by_message: dict[str, list[str]] = {}
    for problem in problems:
        place = f"{problem.path}, line {problem.line}" if problem.line else problem.path
        by_message.setdefault(problem.message, []).append(place)
    for message, places in by_message.items():
        if len(places) == 1:
            yield f"  {places[0]}: {message}"
            continue
        yield f"  {message}"
        yield from (f"    {place}" for place in places[:SHOWN_PATHS])
        if len(places) > SHOWN_PATHS:
            where = "" if report.is_dry else f", listed in the admin under import run {report.run_id}"
            yield f"    and {len(places) - SHOWN_PATHS:,} more{where}"


def printable(text: str) -> str:
    """Return the text with everything escaped that could play tricks on a terminal; line breaks stay."""
    return "".join(
        character
        if character.isprintable() or character == "\n"
        else character.encode("unicode_escape").decode()
        for character in text
    )
