"""Checks and imports clippings sent through the desk, and forgets those that nobody imported.

The check is a dry run of the import itself over the same kept bytes.  Both are background tasks, and both
read and tag in guarded processes.
"""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from articles.importing.batch import Reading
from articles.importing.ending import ImportFailedError
from articles.importing.identity import Outcome
from articles.importing.lock import ImportBusyError
from articles.importing.originals import Originals
from articles.importing.report import Problem, Report
from articles.importing.run import import_paths
from articles.importing.troubles import Trouble
from articles.models import Archive, ArticleSource, ImportRun, Upload, UploadedFile
from articles.models.uploads import SILENT_AFTER
from articles.working import UnfinishedError

BATCH = 100  # files whose findings are written in one statement
INTERRUPTED = "The worker was stopped; the next one goes on by itself."
TO_DECIDE = "to_decide"  # in the preview of a file that says something else than a correction
RECEIVED_WITHIN = timedelta(hours=1)  # an upload still being received then was broken off

State = Upload.State


def start_check(upload: Upload) -> bool:
    """Return whether the upload is to be checked (again) from now on; not if something is under way."""
    return _start(upload, State.CHECKING, from_states=(State.CHECKED, State.STOPPED))


def start_import(upload: Upload) -> bool:
    """Return whether the upload is to be imported from now on.

    It was checked, an import of it broke off, or what it says was undone.
    """
    if upload.checked_at is None:
        return False
    again = (State.IMPORTED,) if was_undone(upload) else ()
    return _start(upload, State.IMPORTING, from_states=(State.CHECKED, State.STOPPED, *again))


def was_undone(upload: Upload) -> bool:
    """Return whether files of an imported upload were taken back by an undo, or skipped because of one."""
    why = Q(run__state=ImportRun.State.UNDONE) | Q(run__skipped_count__gt=0)
    return _sources(upload).filter(why, is_undone=True).exists()


def _sources(upload: Upload) -> QuerySet[ArticleSource]:
    return ArticleSource.objects.filter(path__in=upload.files.values("path"))


def _start(upload: Upload, state: State, *, from_states: Sequence[State]) -> bool:
    """Move an upload to a state unless somebody did so before, in one statement."""
    now = timezone.now()
    broken_off = Q(state=state, began_at__isnull=False, seen_at__lt=now - SILENT_AFTER)
    rows = Upload.objects.filter(Q(state__in=from_states) | broken_off, pk=upload.pk)
    return bool(rows.update(state=state, seen_at=now, note="", done_count=0, began_at=None))


def check(upload_id: int, *, should_stop: Callable[[], bool] = lambda: False) -> None:
    """Find out what importing an upload would do, and keep it with its files.

    Raise UnfinishedError if it stopped because it was asked to.
    """
    upload = Upload.objects.filter(pk=upload_id, state=State.CHECKING).first()
    if upload is None:
        return  # somebody else was faster, or it was discarded
    revision = Archive.objects.values_list("revision", flat=True).first() or 0
    found = _Findings()
    with _kept_safe(upload):
        report = import_paths(
            [Path(upload.path)],
            found=Originals(upload.pk),
            upload=upload,
            is_dry=True,
            seen=found.see,
            progress=lambda report: _sign_of_life(upload, report),
            should_stop=should_stop,
        )
        if report.is_interrupted:
            raise UnfinishedError
        _write_findings(upload, found, report.problems)
        Upload.objects.filter(pk=upload.pk, state=State.CHECKING).update(
            state=State.CHECKED, checked_at=timezone.now(), checked_revision=revision, note=""
        )


def import_upload(
    upload_id: int, *, by: User | None, should_stop: Callable[[], bool] = lambda: False
) -> None:
    """Import an upload; what an earlier, broken-off import of it stored is left as it is.

    If that was undone, what was taken back is read as if nothing were known of it.  Raise UnfinishedError if
    it stopped because it was asked to, and ImportBusyError while another import holds the lock.
    """
    upload = Upload.objects.filter(pk=upload_id, state=State.IMPORTING).first()
    if upload is None:
        return
    with _kept_safe(upload):
        is_again = was_undone(upload)
        if is_again or not upload.runs.filter(state=ImportRun.State.FINISHED).exists():
            standing = list(_sources(upload).filter(is_undone=False).values_list("path", flat=True))
            report = import_paths(
                [Path(upload.path)],
                found=Originals(upload.pk, without=standing if is_again else ()),
                folder=Originals(upload.pk),
                upload=upload,
                is_forced=is_again,
                started_by=by or upload.sent_by,
                progress=lambda report: _sign_of_life(upload, report),
                should_stop=should_stop,
            )
            if report.is_interrupted:
                raise UnfinishedError
        Upload.objects.filter(pk=upload.pk).update(state=State.IMPORTED, note="", seen_at=timezone.now())


@contextlib.contextmanager
def _kept_safe(upload: Upload) -> Iterator[None]:
    """Note with an upload why its check or import waits or ended before its time."""
    rows = Upload.objects.filter(pk=upload.pk)
    rows.update(began_at=timezone.now(), seen_at=timezone.now(), note="")
    try:
        yield
    except UnfinishedError:
        rows.update(note=INTERRUPTED, seen_at=timezone.now(), began_at=None)
        raise
    except ImportBusyError as error:
        rows.update(note=f"It waits: {error}.", seen_at=timezone.now(), began_at=None)
        raise
    except ImportFailedError as error:
        rows.update(state=State.STOPPED, note=f"{str(error)[:1].upper()}{str(error)[1:]}.")
    except Exception as error:
        what = f"{type(error).__name__}: {error}"[:300]
        rows.update(state=State.STOPPED, note=f"A fault in Newsroom ended it ({what}). Please report it.")
        raise


def _sign_of_life(upload: Upload, report: Report) -> None:
    Upload.objects.filter(pk=upload.pk).update(done_count=report.file_count, seen_at=timezone.now())


class _Findings:
    """What a check finds out about each file, by its path."""

    def __init__(self) -> None:
        self.outcomes: dict[str, Outcome] = {}
        self.previews: dict[str, dict[str, object]] = {}
        self.identities: dict[str, str] = {}

    def see(self, reading: Reading, outcome: Outcome) -> None:
        """Note what would become of a file, and what its article would be called."""
        path = str(reading.found.path)
        self.outcomes[path] = outcome
        if reading.derived:
            self.identities[path] = reading.derived.identity
        if clipping := reading.clipping:
            self.previews[path] = {
                "title": clipping.title,
                "outlet": clipping.outlet,
                "date": clipping.published_on.isoformat() if clipping.published_on else "",
                "is_draft": not clipping.is_published,
            }


def _write_findings(upload: Upload, found: _Findings, problems: Iterable[Problem]) -> None:
    issues: dict[str, list[dict[str, object]]] = defaultdict(list)
    for one in problems:
        issues[one.file].append(
            {"line": one.line, "message": one.message, "level": str(one.level), "kind": str(one.kind)}
        )
    files = list(upload.files.only("path"))
    for file in files:
        file.outcome = found.outcomes.get(file.path, "")
        file.identity = found.identities.get(file.path, "")
        file.preview = found.previews.get(file.path, {})
        file.issues = issues[file.path]
        if any(issue["kind"] == Trouble.CORRECTED_FIELD for issue in file.issues):
            file.preview[TO_DECIDE] = True
    fields = ["outcome", "identity", "preview", "issues"]
    UploadedFile.objects.bulk_update(files, fields, batch_size=BATCH)


# --- Afterwards -------------------------------------------------------------------------------------------


def expected(upload: Upload) -> dict[Outcome, int]:
    """Return how many files would become what, as the check found."""
    rows = upload.files.exclude(outcome="").order_by().values_list("outcome").annotate(n=Count("pk"))
    counts = dict(rows)
    return {outcome: counts.get(outcome.value, 0) for outcome in Outcome}


def waiting_files(files: QuerySet[UploadedFile]) -> QuerySet[UploadedFile]:
    """Return those of these files whose import leaves a correction of an editor to decide."""
    return files.filter(**{f"preview__{TO_DECIDE}": True})


def waiting_count(upload: Upload) -> int:
    """Return how many files of an upload leave a correction of an editor to decide, as the check found."""
    return waiting_files(upload.files.all()).count()


def left_to_decide() -> QuerySet[Upload]:
    """Return the uploads that are not imported; one whose files hold no article waits for nobody."""
    articles = UploadedFile.objects.filter(upload=OuterRef("pk")).exclude(outcome=Outcome.SKIPPED.value)
    return Upload.objects.exclude(state=State.IMPORTED).exclude(Q(state=State.CHECKED) & ~Exists(articles))


def discard(upload: Upload) -> bool:
    """Remove an upload that was never imported, with its files; return whether it was one."""
    if upload.state == State.IMPORTING or upload.runs.exists():
        return False
    upload.delete()
    return True


def forget_old() -> None:
    """Remove uploads that nobody imported for ``UPLOAD_KEEP_DAYS``, and what was broken off."""
    now = timezone.now()
    old = now - timedelta(days=settings.UPLOAD_KEEP_DAYS)
    broken_off = Q(state=State.RECEIVING, sent_at__lt=now - RECEIVED_WITHIN)
    Upload.objects.filter(Q(sent_at__lt=old) | broken_off, runs=None).exclude(state=State.IMPORTING).delete()
