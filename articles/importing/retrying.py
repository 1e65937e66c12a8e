"""Tries files of a run again, as a run of their own that remembers whose files it tried."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from django.contrib.auth.models import User

from articles.importing.reopening import locate
from articles.importing.report import Report
from articles.importing.run import import_paths
from articles.importing.sources import FoundFile
from articles.models import ImportIssue, ImportRun

HERE = 20  # files that are tried while a browser waits: about two seconds


def retry_file(run: ImportRun, found: FoundFile, *, by: User | None) -> Report:
    """Import one file of a run again; raise as `import_paths` does."""
    return import_paths([found.path], found=[found], started_by=by, retries=run)


def check_file(found: FoundFile, content: bytes) -> Report:
    """Return what importing the file would do if it held these bytes; nothing is written."""
    as_given = replace(found, content=content, problem="", is_skipped=False, archive=None, entry=None)
    return import_paths([found.path], found=[as_given], is_dry=True)


def retry_failed(
    run: ImportRun, *, by: User | None, should_stop: Callable[[], bool] = lambda: False
) -> Report:
    """Import again what a run could not; raise as `import_paths` does.

    The folders of the run settle dates that may be two days, as they did for it.
    """
    paths = [Path(path) for path in run.paths]
    found = {one.path: one for one in (locate(*place)[1] for place in failed_files(run))}
    return import_paths(paths, found=found.values(), started_by=by, retries=run, should_stop=should_stop)


def failed_files(run: ImportRun) -> Sequence[tuple[str, str, str]]:
    """Return the files that a run could not import, each once: path, name below its folder, as shown."""
    rows = run.issues.filter(level=ImportIssue.Level.ERROR).exclude(file="")
    places = {file: (file, name, path) for file, name, path in rows.values_list("file", "name", "path")}
    return list(places.values())
