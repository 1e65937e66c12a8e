"""Files that could not be imported: which of them still wait, and which a later run imported."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, QuerySet

from articles.models import ArticleSource, ImportIssue, ImportRun
from articles.models.uploads import PREFIX

RUNS = 1_000  # the newest, that are looked at
LOOKED_AT = 5_000  # issues
ABSOLUTE = ("/", PREFIX)  # what paths begin with that mean the same from everywhere
Levels = ImportIssue.Level


def waiting_issues() -> QuerySet[ImportIssue]:
    """Return one issue for each file that could not be imported and that nobody mended: its last one.

    Looked at are `LOOKED_AT` issues of the newest `RUNS` runs.  What was undone
    waits for nobody; a file that an undone run had imported waits again.
    """
    errors = ImportIssue.objects.filter(run__in=_runs_with_failures(), level=Levels.ERROR).exclude(file="")
    looked_at = errors.order_by("-run_id", "-kind", "-pk").values("pk")[:LOOKED_AT]
    of_same_file = ImportIssue.objects.filter(
        file_key=OuterRef("file_key"), file=OuterRef("file"), pk__gt=OuterRef("pk")
    )
    said_later = of_same_file.exclude(level=Levels.WARNING).exclude(run__state=ImportRun.State.UNDONE)
    return ImportIssue.objects.filter(~Exists(_imported_later()), ~Exists(said_later), pk__in=looked_at)


def has_files_left(run: ImportRun) -> bool | None:
    """Return whether a run has failed files that no later run imported; None if it has none to look for.

    Of more than `LOOKED_AT` issues some are taken to be left.
    """
    if not run.failed_count or run.state == ImportRun.State.RUNNING:
        return None
    errors = ImportIssue.objects.filter(run=run, level=Levels.ERROR).exclude(file="").order_by("kind", "pk")
    numbers = list(errors.values_list("pk", flat=True)[: LOOKED_AT + 1])
    if not numbers:
        return None
    is_left = ImportIssue.objects.filter(~Exists(_imported_later()), pk__in=errors.values("pk")[:LOOKED_AT])
    return len(numbers) > LOOKED_AT or is_left.exists()


def mark_mended(issues: Iterable[ImportIssue]) -> None:
    """Note with each issue of a file that was not imported which later run did import it: one query."""
    errors = [issue for issue in issues if issue.level == Levels.ERROR and issue.file]
    if not errors:
        return
    sources = ArticleSource.objects.filter(
        path__in={issue.file for issue in errors}, run__isnull=False, is_undone=False
    )
    runs = {source.path: source.run for source in sources.select_related("run")}
    for issue in errors:
        run = runs.get(issue.file)
        issue.mended_by = run if run and run.pk > issue.run_id else None


def _imported_later() -> QuerySet[ArticleSource]:
    """Return what says of an outer issue that a later run than its own imported the file."""
    return ArticleSource.objects.filter(path=OuterRef("file"), run_id__gt=OuterRef("run_id"), is_undone=False)


def _runs_with_failures() -> list[int]:
    """Return the newest runs with failed files, as many as have the issues that are looked at.

    Without those that were gone through again from end to end: what fails still is an issue of the later run,
    and a file that was put back or removed has none.
    """
    columns = ("pk", "failed_count", "paths", "retries", "state")
    runs = ImportRun.objects.exclude(state=ImportRun.State.UNDONE).order_by("-pk").values_list(*columns)
    found: list[int] = []
    asked_again: set[tuple[int | None, tuple[str, ...]]] = set()  # of a second try also whose files it tried
    count = 0
    for pk, failed_count, asked, retries, state in runs[:RUNS]:
        paths = tuple(asked)
        if failed_count and not asked_again & {(None, paths), (pk, paths)}:
            found.append(pk)
            count += failed_count
        if count >= LOOKED_AT:
            break
        # Of relative paths nobody knows where they began.
        if state == ImportRun.State.FINISHED and all(path.startswith(ABSOLUTE) for path in paths):
            asked_again.add((retries, paths))
    return found
