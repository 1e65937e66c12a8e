"""Works on the background tasks that the desk asks for."""

from __future__ import annotations

import logging
import os
import socket
import threading
from types import FrameType

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError, ProgrammingError, close_old_connections, connection
from django.tasks import DEFAULT_TASK_BACKEND_ALIAS, DEFAULT_TASK_QUEUE_NAME
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker

from articles import working
from articles.commands import manage
from articles.uploads import uploading

LOOK_SECONDS = 1.0  # between two looks for a task, where none waits
SIGN_SECONDS = 10.0  # between two signs of life
RETRY_SECONDS = 5.0  # until the database is asked again that did not answer

logger = logging.getLogger(__name__)


class TaskWorker(Worker):
    """The worker of django-tasks-db, with tasks that can be told to stop and go on another time."""

    def __init__(self, name: str, *, is_batch: bool = False) -> None:
        super().__init__(
            queue_names=[DEFAULT_TASK_QUEUE_NAME],
            interval=LOOK_SECONDS,
            batch=is_batch,
            backend_name=DEFAULT_TASK_BACKEND_ALIAS,
            startup_delay=False,
            max_tasks=None,
            worker_id=name,
            excluded_queue_names=[],
        )

    def shutdown(self, signum: int, frame: FrameType | None) -> None:
        """Ask the task in hand to stop; a second signal does not wait for it."""
        working.stop_requested.set()
        super().shutdown(signum, frame)

    def run_task(self, db_task_result: working.TaskRow) -> None:
        """Do a task; one that stopped because it was asked to waits for the next worker."""
        super().run_task(db_task_result)
        if db_task_result.exception_class_path == working.UNFINISHED:
            working.put_back(db_task_result)


class Command(BaseCommand):
    """Do what the desk asks for and does not wait for: imports of uploads, tagging the archive again.

    `make run` starts one worker by itself.  Several may run, on several machines with one PostgreSQL.  It
    ends with SIGTERM or Ctrl-C, after the files in hand; what is left waits for the next worker.

    Example: manage.py work
    """

    help = "Work on background tasks until told to stop."

    def handle(self, **options: object) -> None:
        """Work until a signal says stop."""
        if settings.NEWSROOM_IS_READ_ONLY:
            raise CommandError("the archive can only be read at the moment, so there is nothing to work on")
        name = f"{socket.gethostname()[:40]}-{os.getpid()}-{get_random_string(8)}"
        try:
            working.give_sign(name)
        except (OperationalError, ProgrammingError) as error:
            reason = " ".join(str(error).split())
            raise CommandError(
                f"the database cannot be used ({reason}); make its tables with: {manage('migrate')}"
            ) from error
        worker = TaskWorker(name)
        worker.configure_signals()
        ended = threading.Event()
        signs = threading.Thread(target=give_signs, args=(name, ended), daemon=True)
        signs.start()
        try:
            work(worker)
        finally:
            ended.set()
            signs.join()
            working.sign_off(name)


def work(worker: TaskWorker) -> None:
    """Do task after task; where the database is away, wait until it is back."""
    while worker.running:
        try:
            working.put_back_orphans(idle=worker.worker_id)
            working.tidy()
            uploading.forget_old()
            worker.run()
            if worker.batch:
                return
        except (OperationalError, InterfaceError) as error:
            logger.error("the database does not answer (%s); trying again", " ".join(str(error).split()))
            connection.close()
            working.stop_requested.wait(RETRY_SECONDS)


def give_signs(name: str, ended: threading.Event) -> None:
    """Give a sign of life now and then, and look after the tasks of workers that give none any more."""
    while not ended.wait(SIGN_SECONDS):
        try:
            close_old_connections()
            working.give_sign(name)
            working.put_back_orphans()
        except (OperationalError, InterfaceError) as error:
            logger.warning("no sign of life could be given (%s)", " ".join(str(error).split()))
    connection.close()
