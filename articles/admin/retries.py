"""Trying files again from the desk, and telling the editor what came of it."""

from __future__ import annotations

from itertools import islice

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from articles import tasks
from articles.admin.desk import editor, link_to
from articles.importing.ending import ImportFailedError
from articles.importing.identity import Outcome
from articles.importing.lock import ImportBusyError
from articles.importing.report import Report
from articles.importing.retrying import HERE, failed_files, retry_failed, retry_file
from articles.importing.sources import FoundFile
from articles.models import ArticleSource, ImportIssue, ImportRun


def retry_all(request: HttpRequest, run: ImportRun) -> str:
    """Import a run's failed files again; return the page that shows what came of it, if there is one yet."""
    if len(list(islice(failed_files(run), HERE + 1))) > HERE:
        tasks.retry_failed_files.enqueue(run.pk, editor(request).pk)
        messages.info(
            request,
            format_html(
                "{} files are tried again in the background. The new run appears in the "
                '<a href="{}">list of runs</a> once it begins.',
                f"{run.failed_count:,}",
                reverse("admin:articles_importrun_changelist"),
            ),
        )
        return ""
    try:
        report = retry_failed(run, by=_person(request))
    except (ImportBusyError, ImportFailedError) as error:
        messages.error(request, f"Nothing was tried: {error}.")
        return ""
    failed = report.counts[Outcome.FAILED]
    level = messages.WARNING if failed else messages.SUCCESS
    messages.add_message(request, level, f"{report.file_count} tried again: {_words(report)}.")
    return reverse("admin:articles_importrun_change", args=[report.run_id])


def retry_one(request: HttpRequest, issue: ImportIssue, found: FoundFile) -> str:
    """Import the file of an issue again; return the page that shows what came of it."""
    here = reverse("admin:articles_importissue_file", args=[issue.pk])
    try:
        report = retry_file(issue.run, found, by=_person(request))
    except (ImportBusyError, ImportFailedError) as error:
        messages.error(request, f"The file was not tried: {error}.")
        return here
    again = ImportIssue.objects.filter(run=report.run_id).order_by("pk").first()
    source = ArticleSource.objects.filter(path=str(found.path)).select_related("article").first()
    if report.counts[Outcome.FAILED]:
        messages.error(request, "The file was tried again and still cannot be imported; see below.")
    elif source is None:
        messages.success(request, f"The file was tried again: {_words(report)}.")
    else:
        outcome = format_html(
            "The file was tried again: {}. It is {}.", _words(report), link_to(source.article)
        )
        messages.add_message(request, messages.WARNING if again else messages.SUCCESS, outcome)
    if again:
        return reverse("admin:articles_importissue_file", args=[again.pk])
    return reverse("admin:articles_importrun_change", args=[report.run_id])


def _words(report: Report) -> str:
    return ", ".join(f"{count:,} {outcome.value}" for outcome, count in report.counts.items() if count)


def _person(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None
