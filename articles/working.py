"""Background tasks: whether anybody works on them, and what becomes of those whose worker died.

A task may be begun again from its start: its worker may be killed at any moment, and another takes over.
"""

from __future__ import annotations

import threading
from collections.abc import Collection
from datetime import timedelta

from django.tasks import DEFAULT_TASK_BACKEND_ALIAS, Task, TaskResultStatus, task_backends
from django.utils import timezone
from django_tasks_db.backend import DatabaseBackend
from django_tasks_db.models import DBTaskResult

from articles.commands import manage
from articles.models import TaskWorker

STARTS = 3  # times that a task is begun whose workers die over it
PATIENCE = timedelta(seconds=15)  # that a task may wait before anybody is told
LATER = timedelta(seconds=5)  # until a task is tried again that could not have what it needs
KEPT = timedelta(days=30)  # for which the record of a finished task is kept
LATEST = 100  # ended tasks among which one looks for what became of one record
COUNTED = 100  # tasks that wait, at most, before the number says no more
DIED = f"its worker died {STARTS} times; see the log of the worker"

type TaskRow = DBTaskResult[..., object]

# Set once this process was asked to end.
stop_requested = threading.Event()


class UnfinishedError(Exception):
    """A task that stopped because its worker was asked to end: the next worker begins it again."""


UNFINISHED = f"{UnfinishedError.__module__}.{UnfinishedError.__qualname__}"


def should_stop() -> bool:
    """Return whether the task in hand is to stop at the next good moment, and raise `UnfinishedError`."""
    return stop_requested.is_set()


def give_sign(name: str) -> None:
    """Note that a worker is alive."""
    TaskWorker.objects.update_or_create(name=name, defaults={"seen_at": timezone.now()})


def sign_off(name: str) -> None:
    """Note that a worker has ended."""
    TaskWorker.objects.filter(name=name).delete()


def put_back(task: TaskRow) -> None:
    """Let a task wait again, as if nobody had begun it."""
    task.status, task.worker_ids = TaskResultStatus.READY, []
    task.started_at = task.finished_at = None
    task.exception_class_path = task.traceback = ""
    task.save()


def put_back_orphans(idle: str = "") -> int:
    """Let those tasks wait again whose workers are gone; return how many.

    ``idle`` is a worker that has nothing in hand, whatever the rows say.  A task that several workers died
    over has failed.
    """
    alive = set(TaskWorker.objects.alive().values_list("name", flat=True)) - {idle}
    orphans = [task for task in DBTaskResult.objects.running() if _is_orphan(task, alive)]
    for task in orphans:
        has_failed = len(task.worker_ids) >= STARTS
        # Of several workers that see an orphan, one takes it.
        DBTaskResult.objects.running().filter(pk=task.pk, worker_ids=task.worker_ids).update(
            **(
                {"status": TaskResultStatus.FAILED, "finished_at": timezone.now(), "traceback": DIED}
                if has_failed
                else {"status": TaskResultStatus.READY, "started_at": None}
            )
        )
    return len(orphans)


def _is_orphan(task: TaskRow, alive: Collection[str]) -> bool:
    return not task.worker_ids or task.worker_ids[-1] not in alive


def tidy() -> None:
    """Remove the records of tasks finished long ago, and workers that never signed off."""
    long_ago = timezone.now() - KEPT
    DBTaskResult.objects.finished().filter(finished_at__lt=long_ago).delete()
    TaskWorker.objects.filter(seen_at__lt=long_ago).delete()


def remark() -> str:
    """Return a sentence for the desk where tasks wait and nobody works on them; nothing if all is well."""
    if not isinstance(task_backends[DEFAULT_TASK_BACKEND_ALIAS], DatabaseBackend):
        return ""  # each task is done where it is asked for
    long_enough = timezone.now() - PATIENCE
    waiting = DBTaskResult.objects.ready().filter(enqueued_at__lt=long_enough)[:COUNTED].count()
    if not waiting or TaskWorker.objects.alive().exists():
        return ""
    tasks, them = ("A task waits", "it") if waiting == 1 else (f"{waiting} tasks wait", "them")
    seen_at = TaskWorker.objects.order_by("-seen_at").values_list("seen_at", flat=True).first()
    since = f" since {seen_at:%Y-%m-%d %H:%M} UTC" if seen_at else ""
    return (
        f"{tasks}, and nobody has worked on {them}{since}. "
        f"`make run` starts a worker together with the site; otherwise start one with: {manage('work')}"
    )


def failure_of(paths: Collection[str], about: str) -> str:
    """Return why the last task about something failed; nothing if it did not.

    ``paths`` are of tasks whose first argument says what they are about: one text, or a list of texts.
    """
    ended = (
        DBTaskResult.objects.finished().filter(task_path__in=paths).order_by("-finished_at", "-enqueued_at")
    )
    for row in ended[:LATEST]:
        [first, *_] = row.args_kwargs.get("args") or [""]
        if about == first or (isinstance(first, list) and about in first):
            said = row.traceback.strip().rpartition("\n")[2] if row.status == TaskResultStatus.FAILED else ""
            return said.partition(": ")[2] or said
    return ""


def again_later[**P, T](task: Task[P, T], *args: P.args, **kwargs: P.kwargs) -> None:
    """Ask for a task once more in a while: what it needs, such as the import lock, is taken now.

    Where tasks are done at once there is no later; then nothing is asked for.
    """
    if task_backends[DEFAULT_TASK_BACKEND_ALIAS].supports_defer:
        task.using(run_after=timezone.now() + LATER).enqueue(*args, **kwargs)
