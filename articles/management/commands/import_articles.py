"""Import clippings from files, folders, zips, saved feeds and standard input."""

from __future__ import annotations

import argparse
import contextlib
import json
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from types import FrameType

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, OutputWrapper

from articles.importing.ending import ImportFailedError
from articles.importing.identity import Outcome
from articles.importing.lock import ImportBusyError
from articles.importing.pruning import PruneRefusedError
from articles.importing.report import Report
from articles.importing.run import found_files, import_paths
from articles.importing.sources import MAX_BYTES, FoundFile, given_source
from articles.importing.watching import Batch, Watch, WatchError
from articles.management.progress import ProgressLine
from articles.management.reports import as_json, describe, printable, write_page

FILES_FAILED = 1  # exit codes: some files were not imported
COULD_NOT_RUN = 2  # another import is running, the database refuses
STOPPED = 128  # plus the number of the signal
STANDARD_INPUT = Path("-")


class Command(BaseCommand):
    """Read clippings, tag and store them, and bring the search index up to date.

    Clippings are .md, .markdown, .txt and .qmd files, zips of them, and feeds saved to disk.  Running it
    again changes nothing; edited files update their articles, and what editors decided stays.

    Example: manage.py import_articles ~/clippings --dry-run
    """

    help = "Import articles from files and folders. Importing again changes nothing."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare what to import and how to report."""
        parser.add_argument(
            "paths",
            nargs="*",
            type=Path,
            metavar="PATH",
            help="files, folders, zips, saved feeds; - is one clipping on standard input (default: seeds/)",
        )
        parser.add_argument("--name", default="", help="file name of the clipping on standard input")
        parser.add_argument("--dry-run", action="store_true", help="say what would change, and write nothing")
        parser.add_argument(
            "--prune", action="store_true", help="withdraw articles whose files are gone from the folders"
        )
        parser.add_argument(
            "--force", action="store_true", help="read and tag every file again, changed or not"
        )
        parser.add_argument(
            "--watch", action="store_true", help="go on importing what changes in the folders"
        )
        parser.add_argument(
            "--json", action="store_true", dest="is_json", help="print the report as one JSON object"
        )
        parser.add_argument(
            "--report", type=Path, metavar="FILE.html", help="write the report, with every issue, as a page"
        )

    def handle(
        self,
        *,
        paths: list[Path],
        name: str,
        dry_run: bool,
        prune: bool,
        force: bool,
        watch: bool,
        is_json: bool,
        report: Path | None,
        **options: object,
    ) -> None:
        """Import, report, and exit with 1 if a file failed, 2 if the import could not run."""
        self.is_dry, self.is_json, self.page = dry_run, is_json, report
        self.is_pruning, self.is_forced = prune, force
        check(paths, name=name, watch=watch, prune=prune, page=report)
        folders = [path for path in paths if path != STANDARD_INPUT]
        piped = [given_source(sys.stdin.buffer.read(MAX_BYTES + 1), name)] if folders != paths else []
        if not paths:
            folders = [settings.NEWSROOM_SEEDS]
        with stop_requests(self.stderr) as requests:
            watching = start_watch(folders, requests) if watch else None
            done = self._import(folders, piped, requests)
            if watching and not requests:
                self.stderr.write("Watching for changes. Press Ctrl-C to end.")
                self._keep_importing(watching, folders, requests)
        if watch:
            return
        if requests:
            sys.exit(STOPPED + requests[0])
        if done.counts[Outcome.FAILED]:
            sys.exit(FILES_FAILED)

    def _import(
        self,
        folders: list[Path],
        piped: list[FoundFile],
        requests: list[int],
        batch: Batch | None = None,
    ) -> Report:
        """Import all, or what changed, and print what came of it; raise CommandError if it could not run."""
        started = time.monotonic()
        people = self.stderr if self.is_json else self.stdout
        total = sum(1 for _ in found_files(folders)) if self.stderr.isatty() and batch is None else 0
        line = ProgressLine(self.stderr, total=total)
        unread: Counter[str] = Counter()
        try:
            done = import_paths(
                [*folders, *(found.path for found in piped)],
                found=chain(found_files(folders, unread=unread) if batch is None else batch.changed, piped),
                is_dry=self.is_dry,
                is_forced=self.is_forced and batch is None,
                is_pruning=self.is_pruning and (batch is None or bool(batch.gone)),
                progress=line.show,
                should_stop=lambda: bool(requests),
            )
        except (ImportBusyError, ImportFailedError, PruneRefusedError) as error:
            line.clear()
            if isinstance(error, ImportFailedError) and error.report and error.report.file_count:
                people.write(describe(error.report, time.monotonic() - started))
            raise CommandError(str(error), returncode=COULD_NOT_RUN) from error
        except KeyboardInterrupt:
            line.clear()
            self.stderr.write("Stopped at once. What was stored so far is kept; run this again to go on.")
            sys.exit(STOPPED + signal.SIGINT)
        line.clear()
        done.unread = dict(sorted(unread.items(), key=lambda one: (-one[1], one[0])))
        seconds = done.seconds or time.monotonic() - started
        people.write(describe(done, seconds, has_table=batch is None))
        if self.is_json:
            self.stdout.write(json.dumps(as_json(done), ensure_ascii=False))
        if self.page:
            asked: dict[str, object] = {
                "files and folders": ", ".join(map(str, folders)),
                "dry run": "yes" if self.is_dry else "no",
                "options": " ".join(done.options) or "none",
            }
            self._write_page(self.page, done, seconds, asked)
        return done

    def _write_page(self, page: Path, done: Report, seconds: float, asked: dict[str, object]) -> None:
        try:
            write_page(page, done, seconds, asked)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise CommandError(
                f"the report could not be written to {page} ({reason}); the import itself is done",
                returncode=COULD_NOT_RUN,
            ) from error

    def _keep_importing(self, watch: Watch, folders: list[Path], requests: list[int]) -> None:
        """Import what changes, until a signal asks to stop; each batch is a run of its own."""
        fate = "" if self.is_pruning else "; its article stays"
        for batch in batches_of(watch):
            gone = [f"{printable(path)} is gone{fate}" for path in batch.gone]
            moved = [f"{printable(path)} has moved to {place}" for path, place in batch.moved.items()]
            for line in [*batch.remarks, *gone, *moved]:
                self.stderr.write(line)
            if batch.changed or (batch.gone and self.is_pruning):
                try:
                    self._import(folders, [], requests, batch)
                except CommandError as error:
                    # The database may come back, the other import will end; the files are still there.
                    self.stderr.write(str(error))
                    watch.try_again(batch)


def start_watch(folders: list[Path], requests: list[int]) -> Watch:
    """Return the folders under watch; raise CommandError if the system does not allow it."""
    try:
        return Watch(folders, lambda: bool(requests))
    except WatchError as error:
        raise CommandError(str(error), returncode=COULD_NOT_RUN) from error


def batches_of(watch: Watch) -> Iterator[Batch]:
    """Yield what changes; raise CommandError should the system not let a folder that came back be watched."""
    try:
        yield from watch.batches()
    except WatchError as error:
        raise CommandError(str(error), returncode=COULD_NOT_RUN) from error


def check(paths: list[Path], *, name: str, watch: bool, prune: bool, page: Path | None) -> None:
    """Raise CommandError for options that contradict each other, before anything is done."""
    if name and STANDARD_INPUT not in paths:
        raise CommandError("--name is for a clipping on standard input; add the path -", returncode=2)
    if watch and (files := [path for path in paths if not path.is_dir()]):
        raise CommandError(f"--watch is for folders, and {files[0]} is none", returncode=2)
    if prune and STANDARD_INPUT in paths:
        raise CommandError("--prune goes with folders alone, not with -", returncode=2)
    if page and not page.absolute().parent.is_dir():
        raise CommandError(f"the folder of {page} does not exist; make it first", returncode=2)


@contextlib.contextmanager
def stop_requests(stream: OutputWrapper, noun: str = "files") -> Iterator[list[int]]:
    """Collect the signals that ask to stop after the chunk in hand; a second Ctrl-C stops it at once."""
    requests: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        if requests:
            raise KeyboardInterrupt
        requests.append(number)
        stream.write(f"\nStopping after the {noun} in hand. Press Ctrl-C again to stop at once.")

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, note) for number in numbers}
    try:
        yield requests
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
