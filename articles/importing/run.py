"""One import from beginning to end: find the files, read, tag and store them, chunk by chunk.

A chunk is one transaction: a killed run loses at most the chunk in flight, and the next run ends in the
same database as an uninterrupted one.  While one chunk is stored, worker processes read and tag the next.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import getpass
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from articles import gazetteer
from articles.importing import pruning, store
from articles.importing.ahead import Ahead
from articles.importing.batch import Reading
from articles.importing.corrections import Noted
from articles.importing.ending import closed_on_failure, is_fatal
from articles.importing.identity import Catalogue, Outcome
from articles.importing.lock import import_lock
from articles.importing.orders import chunks_in_order
from articles.importing.problems import Notice
from articles.importing.report import IssueCounts, Problem, Report, counts_of, outcomes_of, problems_of
from articles.importing.sources import FoundFile, find_sources
from articles.importing.taggings import Rules
from articles.importing.trail import record_import
from articles.importing.troubles import Trouble
from articles.importing.zips import look_into_zips
from articles.models import Archive, ImportIssue, ImportRun, Upload
from articles.records.forwarding import names_in_files
from articles.search import sync
from articles.tagging import Entry
from articles.tagging.gazetteer import read_data
from articles.tagging.lasting import seldom_collected

CHUNK = 200  # files: about a fifth of a second, all that a kill can lose
INDEX_EVERY = 10  # chunks between two commits of the search index, in which the workers read ahead
HEARTBEAT = dt.timedelta(seconds=5)  # where a run has nothing else to write


def import_paths(
    paths: Iterable[Path],
    *,
    found: Iterable[FoundFile] | None = None,
    folder: Iterable[FoundFile] | None = None,
    is_dry: bool = False,
    is_forced: bool = False,
    is_pruning: bool = False,
    started_by: User | None = None,
    retries: ImportRun | None = None,
    upload: Upload | None = None,
    seen: Callable[[Reading, Outcome], None] | None = None,
    progress: Callable[[Report], None] = lambda report: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Report:
    """Import files and folders, and return the report.  ``is_dry`` reports the same and writes nothing.

    ``found`` are the files to import where these are not all at and below ``paths``: those that changed.

    ``is_forced`` reads and tags every file again, changed or not; ``is_pruning`` withdraws the articles whose
    files are gone, unless the import was stopped.  ``retries`` is the run whose files are tried again.

    ``upload`` is what ``found`` was sent with: then these are all files whose dates may settle each other's.
    ``folder`` are these where they are neither those nor what is at and below ``paths``.
    ``seen`` is told what became of each file.

    Load the gazetteer first if that was never done.  Raise ImportBusyError when another import is running,
    ImportFailedError when the database cannot be read or written, PruneRefusedError when a path to prune is
    not there.
    """
    paths = list(paths)
    row = _row(paths, started_by, is_forced=is_forced, is_pruning=is_pruning)
    row.retries, row.upload = retries, upload
    report = Report(run_id=None, is_dry=is_dry, options=_options(row), seen=seen)
    files = found_files(paths) if found is None else found
    if folder is None:
        folder = files if upload else found_files(paths)
    with closed_on_failure(report), seldom_collected(), contextlib.ExitStack() as stack:
        ahead, run = _begin(stack, paths, row, report)
        in_order = chunks_in_order(ahead, files, CHUNK, folder=folder)
        chunks = stack.enter_context(contextlib.closing(in_order))
        _take_all(chunks, run, report, progress, should_stop)
        if is_pruning and not report.is_interrupted:
            for pruned in run.prune(paths):
                report.add_pruned(pruned)
                progress(report)
        run.finish()
    return report


def _row(paths: Iterable[Path], started_by: User | None, *, is_forced: bool, is_pruning: bool) -> ImportRun:
    """Return the run as it will be stored, with who started it kept as text too."""
    return ImportRun(
        paths=[str(path) for path in paths],
        is_forced=is_forced,
        is_pruning=is_pruning,
        started_by=started_by,
        started_by_name=str(started_by or login())[:150],
    )


def _options(row: ImportRun) -> tuple[str, ...]:
    """Return what the run was asked for, as on the command line."""
    named = (("--force", row.is_forced), ("--prune", row.is_pruning))
    return tuple(name for name, is_on in named if is_on)


def _begin(
    stack: contextlib.ExitStack, paths: Sequence[Path], row: ImportRun, report: Report
) -> tuple[Ahead, _Run | _DryRun]:
    """Take the lock, read the gazetteer and begin the run; return its workers with it.

    What is to be given back in the end is in the ``stack``.
    """
    if not report.is_dry:
        stack.enter_context(import_lock())
    if row.is_pruning:
        pruning.check(paths, is_forced=row.is_forced)
    ahead, rules = _get_ready(_read_entries(is_dry=report.is_dry), is_forced=row.is_forced)
    stack.enter_context(ahead)
    if report.is_dry:
        return ahead, _DryRun(report, rules, row)
    run = _Run(report, rules, row)
    run.begin()
    return ahead, run


def _take_all(
    chunks: Iterable[Sequence[Reading]],
    run: _Run | _DryRun,
    report: Report,
    progress: Callable[[Report], None],
    should_stop: Callable[[], bool],
) -> None:
    """Store chunk after chunk until they end or ``should_stop`` says so."""
    for chunk in chunks:
        run.take(chunk)
        progress(report)
        if should_stop():
            report.is_interrupted = True
            return


def found_files(paths: Iterable[Path], *, unread: Counter[str] | None = None) -> Iterator[FoundFile]:
    """Yield the files at and below some paths, and those in zips; count those of other kinds, by ending."""
    return look_into_zips(find_sources(paths, unread=unread))


def _get_ready(entries: Sequence[Entry], *, is_forced: bool) -> tuple[Ahead, Rules]:
    release = gazetteer.release_of(entries)
    ahead = Ahead(entries, release=release, is_forced=is_forced)
    return ahead, Rules(release, ahead.tag, names_in_files(entries))


def _read_entries(*, is_dry: bool) -> Sequence[Entry]:
    """Return the gazetteer in force, loading it from the program's own files if there is none."""
    if Archive.objects.exclude(gazetteer_release="").exists():
        return gazetteer.read_entries()
    if is_dry:
        return read_data()
    entries = gazetteer.read_shipped()
    gazetteer.load(entries, release=gazetteer.release_of(entries))
    return gazetteer.read_entries()


def login() -> str:
    """Return who is logged in on this machine, as far as it knows."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container may have no names for its users; KeyError before Python 3.13
        return ""


class _DryRun:
    """One import that only says what it would do."""

    def __init__(self, report: Report, rules: Rules, row: ImportRun) -> None:
        self.report = report
        self.rules = rules
        self.catalogue = Catalogue(is_forced=row.is_forced)
        self.noted = Noted()

    def take(self, chunk: Sequence[Reading]) -> None:
        """Count what would become of some files."""
        if all(reading.is_settled for reading in chunk):
            self.report.add([Outcome.UNCHANGED] * len(chunk), chunk)
            return
        sound = [reading for reading in chunk if not reading.fault]
        seen = store.preview(sound, catalogue=self.catalogue, noted=self.noted, rules=self.rules)
        self.report.add(seen.outcomes, chunk, seen.notices)

    def prune(self, paths: Sequence[Path]) -> Iterator[pruning.Pruned]:
        """Yield what would become of the articles whose files are gone."""
        yield from pruning.preview(paths, moved=self.catalogue.pks())

    def finish(self) -> None:
        """Leave nothing behind."""


class _Run:
    """One import under way, and its row, not saved before it begins."""

    def __init__(self, report: Report, rules: Rules, row: ImportRun) -> None:
        self.report = report
        self.rules = rules
        self.row = row
        self.chunk_count = 0

    def begin(self) -> None:
        """Save the run's row, and have the report name it."""
        # The lock is ours, so whoever says that it is running was killed.
        ImportRun.objects.filter(state=ImportRun.State.RUNNING).update(state=ImportRun.State.INTERRUPTED)
        self.row.gazetteer_release = self.rules.release
        self.row.save()
        self.report.run_id, self.report.release = self.row.pk, self.rules.release
        self.report.started_by = self.row.started_by_name

    def take(self, chunk: Sequence[Reading]) -> None:
        """Store some files, and now and then bring the index up to date."""
        if all(reading.is_settled for reading in chunk):
            self.report.add([Outcome.UNCHANGED] * len(chunk), chunk)
            if timezone.now() - self.row.heartbeat_at > HEARTBEAT:
                self._write_row(self.report.counts, self.report.issue_counts)
        else:
            self._store(chunk)
        self.chunk_count += 1
        if self.chunk_count % INDEX_EVERY == 0:
            self.report.index_problem = sync.catch_up(wait_seconds=0)

    def _store(self, chunk: Sequence[Reading]) -> None:
        """Store some files in one transaction; if the database refuses one, the others without it."""
        try:
            with transaction.atomic():
                saved = self._write(chunk)
        except Exception as error:
            if is_fatal(error) or all(reading.fault for reading in chunk):
                raise
            middle = len(chunk) // 2
            halves = (chunk[:middle], chunk[middle:]) if middle else ([_refused(chunk[0], error)],)
            for half in halves:
                self._store(half)
        else:
            self.report.add(saved.outcomes, chunk, saved.notices)

    def _write(self, chunk: Sequence[Reading]) -> store.Saved:
        sound = [reading for reading in chunk if not reading.fault]
        saved = store.save(sound, run=self.row, rules=self.rules)
        record_import(saved.changes, self.row)
        # Pages also show which files an article came from: these may be new where the article is not.
        sync.enqueue([change.row_id for change in saved.changes] or [sync.NO_ARTICLE])
        problems = problems_of(chunk, saved.notices)
        ImportIssue.objects.bulk_create(_issue_of(one, self.row) for one in problems)
        counts = Counter(self.report.counts) + Counter(outcomes_of(chunk, saved.outcomes))
        self._write_row(counts, counts_of(problems, self.report.issue_counts))
        return saved

    def _write_row(self, counts: Mapping[Outcome, int], issue_counts: IssueCounts) -> None:
        self.row.issue_counts = issue_counts
        for outcome in Outcome:
            setattr(self.row, f"{outcome.value}_count", counts[outcome])
        self.row.heartbeat_at = timezone.now()
        self.row.save()

    def prune(self, paths: Sequence[Path]) -> Iterator[pruning.Pruned]:
        """Withdraw the articles whose files are gone; yield what was done, a few at a time."""
        yield from pruning.prune(paths, run=self.row)

    def finish(self) -> None:
        """Close the run's row and bring the index up to date."""
        states = ImportRun.State
        self.row.state = states.INTERRUPTED if self.report.is_interrupted else states.FINISHED
        self.row.finished_at = timezone.now()
        self._write_row(self.report.counts, self.report.issue_counts)
        self.report.seconds = self.row.seconds
        self.report.index_problem = sync.catch_up(wait_seconds=30)


def _issue_of(problem: Problem, run: ImportRun) -> ImportIssue:
    return ImportIssue(run=run, file_key=ImportIssue.key_of(problem.file), **asdict(problem))


def _refused(reading: Reading, error: Exception) -> Reading:
    message = f"it could not be stored ({type(error).__name__}: {error})"
    message = f"{message[:300]}; please report it together with the file"
    return Reading(reading.found, fault=Notice(message, kind=Trouble.NOT_STORED))
