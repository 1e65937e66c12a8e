"""Tries files of a run again, as a run of their own that remembers whose files it tried.

Dates that may be two days are settled by the files that settled them for the run: those of its folders or of
its upload, as these are now.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef

from articles.importing.ending import ImportFailedError
from articles.importing.originals import Originals
from articles.importing.reopening import locate, table_of
from articles.importing.report import Report
from articles.importing.run import found_files, import_paths
from articles.importing.sources import FoundFile
from articles.importing.troubles import Trouble
from articles.models import ImportIssue, ImportRun

HERE = 20  # files that are tried while a browser waits: about two seconds
PAGE = 1_000  # rows read at once

type FilePlace = tuple[str, str, str]  # path, name below its folder, as shown


def retry_file(run: ImportRun, found: FoundFile, *, by: User | None) -> Report:
    """Import one file of a run again; raise as `import_paths` does."""
    return import_paths([found.path], found=[found], folder=siblings_of(run), started_by=by, retries=run)


def check_file(run: ImportRun, found: FoundFile, content: bytes) -> Report:
    """Return what importing a run's file again would do if it held these bytes; nothing is written."""
    as_given = replace(found, content=content, problem="", is_skipped=False, archive=None, entry=None)
    folder = (as_given if one.path == found.path else one for one in siblings_of(run))
    return import_paths([found.path], found=[as_given], folder=folder, is_dry=True)


def retry_failed(
    run: ImportRun, *, by: User | None, should_stop: Callable[[], bool] = lambda: False
) -> Report:
    """Import again what a run could not; raise as `import_paths` does."""
    return import_paths(
        [Path(path) for path in run.paths],
        found=_located(failed_files(run)),
        folder=siblings_of(run),
        started_by=by,
        retries=run,
        should_stop=should_stop,
    )


def failed_files(run: ImportRun) -> Iterator[FilePlace]:
    """Yield the files that a run could not import, each once; rows are read as they are asked for."""
    errors = ImportIssue.objects.filter(run=run, level=ImportIssue.Level.ERROR)
    of_same_file = errors.filter(file_key=OuterRef("file_key"), file=OuterRef("file"), pk__lt=OuterRef("pk"))
    rows = errors.exclude(file="").filter(~Exists(of_same_file)).order_by("pk")
    last = 0
    while page := list(rows.filter(pk__gt=last).values_list("pk", "file", "name", "path")[:PAGE]):
        for _, file, name, shown in page:
            yield file, name, shown
        last = page[-1][0]


def note_failure(run: ImportRun, error: ImportFailedError) -> None:
    """Say why a second try ended before its time: with its own run, or with ``run`` if it had none yet."""
    pk = error.report.run_id if error.report and error.report.run_id else run.pk
    with transaction.atomic():
        row = ImportRun.objects.select_for_update().get(pk=pk)
        kinds = row.issue_counts.setdefault(ImportIssue.Level.ERROR.value, {})
        kinds[Trouble.OTHER.value] = kinds.get(Trouble.OTHER.value, 0) + 1
        row.save(update_fields=["issue_counts"])
        message = f"trying its failed files again ended early: {error}"
        ImportIssue.objects.create(run=row, path=f"run {run.pk}", message=message, kind=Trouble.OTHER)


def siblings_of(run: ImportRun) -> Iterator[FoundFile]:
    """Yield all files whose dates settled each other's when the files of a run were read first."""
    first = run.first
    yield from Originals(first.upload_id) if first.upload_id else found_files(map(Path, first.paths))


def _located(places: Iterable[FilePlace]) -> Iterator[FoundFile]:
    """Yield the files where they lie now, a feed once for all its entries."""
    table = functools.lru_cache(maxsize=1)(table_of)  # entries of a zip follow each other
    feeds: set[Path] = set()
    for file, name, shown in places:
        found = locate(file, name, shown, table=table)[1]
        if found.path in feeds:
            continue
        if str(found.path) != file:
            feeds.add(found.path)
        yield found
