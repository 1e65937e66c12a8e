"""One import from beginning to end: find the files, read, tag and store them, chunk by chunk.

A chunk is one transaction: a killed run loses at most the chunk in flight, and the next run ends in the
same database as an uninterrupted one.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import batched
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from articles import gazetteer
from articles.guard import Guard, GuardError
from articles.importing import store
from articles.importing.clipping import READER_VERSION, Clipping, ClippingError, read_clipping
from articles.importing.sources import FoundFile, SourceError, SourceFile, find_sources, read_source
from articles.importing.store import Outcome
from articles.models import ArticleSource, ImportIssue, ImportRun
from articles.search import sync
from articles.search.engine import IndexBusy
from articles.tagging import Tagger

CHUNK = 100  # files: about half a second, all that a kill can lose
INDEX_EVERY = 20  # chunks between two commits of the search index
LOCK_KEY = 0x4E455753  # PostgreSQL advisory lock, "NEWS"


class ImportBusyError(Exception):
    """Another import of this archive is running."""


class ImportFailedError(Exception):
    """The run had to stop: the database refused to write.  What the earlier chunks stored is kept."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One line of the report: what is wrong with which file, and on which line."""

    path: str
    line: int | None
    message: str
    level: ImportIssue.Level = ImportIssue.Level.ERROR


@dataclass(slots=True)
class Report:
    """What one run did; the counts add up to the number of files found."""

    run_id: int | None
    is_dry: bool
    counts: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))
    problems: list[Problem] = field(default_factory=list)
    is_interrupted: bool = False

    def add(self, outcome: Outcome) -> None:
        """Count one file."""
        self.counts[outcome] += 1


@dataclass(frozen=True, slots=True)
class Reading:
    """One file read: its clipping, or the problem that prevented it; neither when nothing changed."""

    source: SourceFile | None = None
    clipping: Clipping | None = None
    problem: Problem | None = None


def import_paths(
    paths: Iterable[Path],
    *,
    is_dry: bool = False,
    started_by: AbstractBaseUser | None = None,
    progress: Callable[[Report], None] = lambda report: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Report:
    """Import files and folders, and return the report.  ``is_dry`` reports the same and writes nothing.

    Raise ImportBusyError when another import is running, ImportFailedError when the database cannot be
    written.
    """
    paths = list(paths)
    entries = gazetteer.read_entries()
    release = gazetteer.release_of(entries)
    if is_dry:
        with Guard() as guard:
            return _dry_run(paths, guard, progress, should_stop)
    with import_lock(), Guard() as guard:
        _close_dead_runs()
        run = ImportRun.objects.create(
            paths=[str(path) for path in paths], started_by=started_by, gazetteer_release=release
        )
        importer = _Importer(run, Tagger(entries), release, guard)
        try:
            report = importer.import_all(paths, progress, should_stop)
        except DatabaseError as error:
            _mark_failed(run)
            raise ImportFailedError(
                f"the database refused to write: {error}; everything before the last {CHUNK} files is kept, "
                "run the import again once there is space and permission"
            ) from error
    _index(wait_seconds=30)
    return report


class _Importer:
    """One run under way."""

    def __init__(self, run: ImportRun, tagger: Tagger, release: str, guard: Guard) -> None:
        self.run = run
        self.tagger = tagger
        self.release = release
        self.guard = guard
        self.report = Report(run_id=run.pk, is_dry=False)

    def import_all(
        self, paths: list[Path], progress: Callable[[Report], None], should_stop: Callable[[], bool]
    ) -> Report:
        """Import chunk after chunk until the files end or ``should_stop`` says so."""
        for number, chunk in enumerate(batched(find_sources(paths), CHUNK), start=1):
            known = _known_sources(chunk)
            readings = [read_file(found, known.get(str(found.path)), self.release, self.guard) for found in chunk]
            with transaction.atomic():
                changed = [pk for reading in readings if (pk := self._store(reading)) is not None]
                sync.enqueue(changed)
                self._write_run()
            progress(self.report)
            if number % INDEX_EVERY == 0:
                _index(wait_seconds=0)
            if should_stop():
                self.report.is_interrupted = True
                break
        self._finish()
        return self.report

    def _store(self, reading: Reading) -> int | None:
        """Store one reading, and return the article's id if its index entry changed."""
        if reading.clipping is None or reading.source is None:
            self._count_unread(reading)
            return None
        try:
            with transaction.atomic():
                outcome, article_id = store.save(
                    reading.clipping,
                    source=reading.source,
                    run=self.run,
                    tagging=self.tagger.tag,
                    release=self.release,
                    reader_version=READER_VERSION,
                )
        except (ValueError, DatabaseError) as error:
            if not connection.is_usable():
                raise
            # One article the database cannot hold must not cost the other 99 of its chunk.
            self._note(_problem(reading.source, f"could not be stored: {error}"))
            self.report.add(Outcome.FAILED)
            return None
        for notice in reading.clipping.notices:
            self._note(_problem(reading.source, notice.message, notice.line, ImportIssue.Level.WARNING))
        self.report.add(outcome)
        return None if outcome is Outcome.UNCHANGED else article_id

    def _count_unread(self, reading: Reading) -> None:
        if reading.problem:
            self._note(reading.problem)
        self.report.add(Outcome.FAILED if reading.problem else Outcome.UNCHANGED)

    def _note(self, problem: Problem) -> None:
        self.report.problems.append(problem)
        ImportIssue.objects.create(
            run=self.run, path=problem.path, line=problem.line, message=problem.message, level=problem.level
        )

    def _write_run(self) -> None:
        for outcome, count in self.report.counts.items():
            setattr(self.run, f"{outcome.value}_count", count)
        self.run.heartbeat_at = timezone.now()
        self.run.save()

    def _finish(self) -> None:
        states = ImportRun.State
        self.run.state = states.INTERRUPTED if self.report.is_interrupted else states.FINISHED
        self.run.finished_at = timezone.now()
        self._write_run()


def read_file(found: FoundFile, known: KnownSource | None, release: str, guard: Guard) -> Reading:
    """Read one file in the worker process; skip the parsing when its bytes, reader and gazetteer are the same."""
    try:
        source = read_source(found)
        if known == KnownSource(source.sha256, READER_VERSION, release):
            return Reading(source=source)
        return Reading(source=source, clipping=guard.run(read_clipping, source))
    except (SourceError, ClippingError) as error:
        return Reading(problem=Problem(found.shown, error.line, error.message))
    except GuardError as error:
        message = f"{error}; nothing of it was imported: open the file and look for damaged or machine-made text"
        return Reading(problem=Problem(found.shown, None, message))


@dataclass(frozen=True, slots=True)
class KnownSource:
    """What a file was like, and what it was read and tagged with, when it was last imported."""

    sha256: str
    reader_version: str
    gazetteer_release: str


def _known_sources(chunk: Iterable[FoundFile]) -> dict[str, KnownSource]:
    rows = ArticleSource.objects.filter(path__in=[str(found.path) for found in chunk])
    return {
        path: KnownSource(*rest)
        for path, *rest in rows.values_list("path", "sha256", "reader_version", "article__gazetteer_release")
    }


def _problem(
    source: SourceFile, message: str, line: int | None = None, level: ImportIssue.Level = ImportIssue.Level.ERROR
) -> Problem:
    return Problem(source.shown, line, message, level)


def _dry_run(
    paths: list[Path], guard: Guard, progress: Callable[[Report], None], should_stop: Callable[[], bool]
) -> Report:
    """Report what an import would do.  Tags are not computed: a new gazetteer alone changes no article here."""
    report = Report(run_id=None, is_dry=True)
    seen: set[str] = set()
    for chunk in batched(find_sources(paths), CHUNK):
        known = _known_sources(chunk)
        for found in chunk:
            last = known.get(str(found.path))
            release = last.gazetteer_release if last else ""
            report.add(_dry_outcome(read_file(found, last, release, guard), seen, report.problems))
        progress(report)
        if should_stop():
            report.is_interrupted = True
            break
    return report


def _dry_outcome(reading: Reading, seen: set[str], problems: list[Problem]) -> Outcome:
    if reading.problem:
        problems.append(reading.problem)
        return Outcome.FAILED
    if reading.clipping is None or reading.source is None:
        return Outcome.UNCHANGED
    problems += [
        _problem(reading.source, notice.message, notice.line, ImportIssue.Level.WARNING)
        for notice in reading.clipping.notices
    ]
    plan = store.plan(reading.clipping, path=str(reading.source.path))
    if plan.outcome is Outcome.CREATED and plan.identity in seen:
        return Outcome.UNCHANGED
    seen.add(plan.identity)
    return plan.outcome


@contextlib.contextmanager
def import_lock() -> Iterator[None]:
    """Hold the archive's import lock; raise ImportBusyError at once if another import holds it.

    SQLite: a lock on a file in the data folder.  PostgreSQL: an advisory lock, for imports may start on
    several machines.  Both end with the process, however it dies.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK_KEY])
            if not cursor.fetchone()[0]:
                raise ImportBusyError(_busy_message())
        try:
            yield
        finally:
            if connection.is_usable():
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK_KEY])
        return
    name = hashlib.sha256(str(connection.settings_dict["NAME"]).encode()).hexdigest()[:12]
    with open(settings.NEWSROOM_DATA / f"import-{name}.lock", "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ImportBusyError(_busy_message()) from error
        yield


def _busy_message() -> str:
    run = ImportRun.objects.filter(state=ImportRun.State.RUNNING).first()
    which = f"import run {run.pk}, started {run.started_at:%d %b %Y %H:%M} UTC," if run else "another import"
    return f"{which} is still running; wait for it to end, then run this again"


def _close_dead_runs() -> None:
    """Mark runs that say they are running as interrupted: we hold the lock, so they cannot be."""
    ImportRun.objects.filter(state=ImportRun.State.RUNNING).update(state=ImportRun.State.INTERRUPTED)


def _mark_failed(run: ImportRun) -> None:
    # The database may still refuse; then the next run's lock shows this one to be interrupted.
    with contextlib.suppress(DatabaseError):
        ImportRun.objects.filter(pk=run.pk).update(state=ImportRun.State.FAILED, finished_at=timezone.now())


def _index(*, wait_seconds: float) -> None:
    # Who holds the index lock applies our rows as well.
    with contextlib.suppress(IndexBusy):
        sync.apply_outbox(wait_seconds=wait_seconds)
