"""How an import ends that does not come to its end: the database fails, or somebody stops it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from django.db import DatabaseError, DataError, IntegrityError, ProgrammingError
from django.utils import timezone

from articles.commands import manage
from articles.importing.report import Report
from articles.models import ImportRun


class ImportFailedError(Exception):
    """The run had to stop: the database refused to work.  What the earlier chunks stored is kept."""

    def __init__(self, message: str, report: Report | None = None) -> None:
        super().__init__(message)
        self.report = report


@contextlib.contextmanager
def closed_on_failure(report: Report) -> Iterator[None]:
    """Return a context that notes in the run's row why it ended early; raise ImportFailedError."""
    try:
        yield
    except DatabaseError as error:
        _close(report, ImportRun.State.FAILED)
        raise ImportFailedError(_failure(error, report), report) from error
    except KeyboardInterrupt:
        _close(report, ImportRun.State.INTERRUPTED)
        raise


def is_fatal(error: Exception) -> bool:
    """Return whether the database itself fails, so that going on would fail every file."""
    return isinstance(error, DatabaseError) and not isinstance(error, DataError | IntegrityError)


def _failure(error: DatabaseError, report: Report) -> str:
    reason = " ".join(str(error).split())
    # What PostgreSQL, then SQLite, says of a table or column that is not there.
    if isinstance(error, ProgrammingError) or reason.startswith("no such "):
        return f"the database cannot be used ({reason}); make its tables first: {manage('migrate')}"
    kept = "; what was stored so far is kept" if report.run_id else ""
    return (
        f"the database refused to work ({reason}){kept}; see that it runs, has space and may be written, "
        "then run this again"
    )


def _close(report: Report, state: ImportRun.State) -> None:
    # The database may still refuse; then the next run shows this one as interrupted.
    with contextlib.suppress(DatabaseError):
        ImportRun.objects.filter(pk=report.run_id or 0).update(state=state, finished_at=timezone.now())
