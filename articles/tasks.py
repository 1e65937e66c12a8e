"""Background tasks: what the desk asks for and does not wait for.

Each is a thin shell around one function of the application.  Ask for one with ``.enqueue(...)`` in the
transaction of the act that it belongs to: either both happen or neither.  Arguments are plain values: the
worker is another process, maybe on another machine.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.tasks import task

from articles import working
from articles.importing import retrying
from articles.importing.ending import ImportFailedError
from articles.importing.lock import ImportBusyError
from articles.models import ImportRun, RuleTrial, Tag
from articles.records import merging, namesakes, splitting
from articles.records.combining import Choice
from articles.records.kinds import find_by_number
from articles.rules import lab, trying
from articles.suggested import accepting
from articles.uploads import uploading


@task()
def tag_actor(tag_id: int, by_name: str = "") -> None:
    """Tag those articles again that may name an actor of the gazetteer, after any import that is running."""
    tag = Tag.objects.filter(pk=tag_id).first()
    if tag is None:
        return  # the act was undone meanwhile
    try:
        done = accepting.tag_articles(tag, by_name=by_name, should_stop=working.should_stop)
    except ImportBusyError:
        working.again_later(tag_actor, tag_id, by_name)
        return
    if done.is_interrupted:
        raise working.UnfinishedError


@task()
def check_upload(upload_id: int) -> None:
    """Find out what importing an upload would do."""
    uploading.check(upload_id, should_stop=working.should_stop)


@task()
def import_upload(upload_id: int, user_id: int) -> None:
    """Import an upload, as soon as no other import is running."""
    by = User.objects.filter(pk=user_id).first()
    try:
        uploading.import_upload(upload_id, by=by, should_stop=working.should_stop)
    except ImportBusyError:
        working.again_later(import_upload, upload_id, user_id)


@task()
def retry_failed_files(run_id: int, user_id: int) -> None:
    """Try the failed files of an import again, as soon as no other import is running."""
    run = ImportRun.objects.filter(pk=run_id).first()
    if run is None:
        return
    by = User.objects.filter(pk=user_id).first()
    try:
        report = retrying.retry_failed(run, by=by, should_stop=working.should_stop)
    except ImportBusyError:
        working.again_later(retry_failed_files, run_id, user_id)
        return
    except ImportFailedError as error:
        retrying.note_failure(run, error)
        return
    if report.is_interrupted:
        raise working.UnfinishedError


@task()
def merge_records(records: list[str], choice: str, user_id: int) -> None:
    """Merge records into the first of them, each as ``tag:12``, in one act.

    Raise MergeError, so that the task fails and says why, if that can no longer be done.
    """
    survivor, *others = map(find_by_number, records)
    by = User.objects.filter(pk=user_id).first()
    there = [one for one in others if one]
    if survivor is None or len(there) < len(others):
        raise merging.MergeError("one of the records is gone")
    if not merging.is_done(there, survivor):  # by a worker that died before it could say so
        merging.merge(there, survivor, by=by, choice=Choice(choice))


@task()
def split_record(record: str, said: dict[str, Any], user_id: int) -> None:
    """Make a second record of one, given as ``tag:12``, in one act.

    Raise SplitError, so that the task fails and says why, if that can no longer be done.
    """
    found = find_by_number(record)
    by = User.objects.filter(pk=user_id).first()
    if found is None:
        raise splitting.SplitError("the record is gone")
    # As above: its worker may have died after the act.
    if not splitting.is_done(found, said["name"], said["slug"]):
        splitting.split(found, by=by, **said)


@task()
def propose_merges() -> None:
    """Look for records that may be the same."""
    namesakes.propose()


@task()
def try_rule(trial_id: int) -> None:
    """Find out what a change of a tag's rule would do."""
    begun = (RuleTrial.State.WAITING, RuleTrial.State.LOOKING, RuleTrial.State.TAGGING)  # its worker died
    trial = RuleTrial.objects.filter(pk=trial_id, state__in=begun).first()
    if trial is not None and not trying.compute(trial, should_stop=working.should_stop):
        raise working.UnfinishedError


@task()
def follow_rule(trial_id: int, by_name: str = "") -> None:
    """Tag the articles of a saved rule again, as soon as no import is running."""
    trial = RuleTrial.objects.filter(pk=trial_id, state=RuleTrial.State.SAVING).first()
    if trial is None:
        return  # somebody else was faster
    try:
        done = lab.follow(trial, by_name=by_name, should_stop=working.should_stop)
    except ImportBusyError:
        working.again_later(follow_rule, trial_id, by_name)
        return
    if done.is_interrupted:
        raise working.UnfinishedError
