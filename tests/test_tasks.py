"""Background tasks: who does them, what becomes of them when a worker dies, and what the desk is told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.tasks import task
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from articles import working
from articles.management.commands import serve, work
from articles.models import TaskWorker
from tests.conftest import PROJECT

READY = 30.0  # seconds a test waits for a process before it fails

done: list[int] = []
workers: list[work.TaskWorker] = []


@task()
def note(number: int) -> None:
    done.append(number)


@task()
def stop_half_way(number: int) -> None:
    done.append(number)
    if len(done) == 1:
        workers[-1].shutdown(signal.SIGTERM, None)  # as the signal does
    if working.should_stop():
        raise working.UnfinishedError


@task()
def fail(number: int) -> None:
    raise RuntimeError("no such number")


@pytest.fixture(autouse=True)
def nothing_done():
    done.clear()
    working.stop_requested.clear()
    yield
    working.stop_requested.clear()


@pytest.fixture
def queue(settings, db, monkeypatch):
    """Let tasks wait in the database for a worker."""
    # The connection is the test's own, with its transaction: it is not to be closed between two tasks.
    monkeypatch.setattr("django_tasks_db.management.commands.db_worker.close_old_connections", lambda: None)
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


def do_all(name: str = "desk-1") -> None:
    """Let a worker do what waits, and end."""
    workers.append(work.TaskWorker(name, is_batch=True))
    work.work(workers[-1])


def statuses() -> list[str]:
    return list(DBTaskResult.objects.order_by("enqueued_at").values_list("status", flat=True))


# --- Asking and doing ---------------------------------------------------------------------------------------


def test_a_task_waits_for_a_worker_and_is_done_once(queue):
    note.enqueue(7)
    assert (done, statuses()) == ([], ["READY"])

    do_all()
    do_all()

    assert (done, statuses()) == ([7], ["SUCCESSFUL"])


def test_a_task_that_fails_says_why_and_the_next_is_done(queue):
    fail.enqueue(1)
    note.enqueue(2)

    do_all()

    assert (done, statuses()) == ([2], ["FAILED", "SUCCESSFUL"])
    assert "no such number" in DBTaskResult.objects.order_by("enqueued_at").first().traceback


def test_a_task_told_to_stop_waits_for_the_next_worker_as_if_nobody_had_begun_it(queue):
    stop_half_way.enqueue(1)
    do_all()
    row = DBTaskResult.objects.get()
    assert (row.status, row.worker_ids, row.traceback) == ("READY", [], "")

    working.stop_requested.clear()
    do_all("desk-2")

    assert (done, statuses()) == ([1, 1], ["SUCCESSFUL"])


def test_a_task_that_cannot_have_what_it_needs_is_asked_for_again_later(queue):
    working.again_later(note, 3)

    do_all()

    assert (done, statuses()) == ([], ["READY"])
    assert DBTaskResult.objects.get().run_after > timezone.now()


def test_where_tasks_are_done_at_once_there_is_no_later(db):
    working.again_later(note, 3)

    assert done == []


# --- Workers that die ---------------------------------------------------------------------------------------


def begun(name: str, *, seen: timedelta | None = None) -> DBTaskResult:
    """Return a task that a worker has in hand, who gave its last sign of life so long ago."""
    note.enqueue(1)
    row = DBTaskResult.objects.get()
    row.claim(name)
    if seen is not None:
        TaskWorker.objects.create(name=name, seen_at=timezone.now() - seen)
    return row


@pytest.mark.parametrize("seen", [None, timedelta(minutes=2)], ids=["signed off", "silent"])
def test_what_a_dead_worker_had_in_hand_is_given_to_another(queue, seen):
    begun("dead", seen=seen)

    do_all("other")

    assert (done, statuses()) == ([1], ["SUCCESSFUL"])


def test_what_a_living_worker_has_in_hand_is_left_to_it(queue):
    begun("alive", seen=timedelta(seconds=20))

    do_all("other")

    assert (done, statuses()) == ([], ["RUNNING"])


def test_what_a_worker_had_in_hand_when_the_database_went_away_it_takes_up_again(queue):
    begun("alive", seen=timedelta(seconds=1))

    do_all("alive")

    assert done == [1]


def test_a_task_that_three_workers_died_over_has_failed(queue):
    row = begun("first")
    for name in ("second", "third"):
        assert working.put_back_orphans() == 1
        row.refresh_from_db()
        row.claim(name)

    working.put_back_orphans()

    row.refresh_from_db()
    assert (row.status, row.traceback) == ("FAILED", working.DIED)


def test_a_database_that_is_away_for_a_moment_does_not_end_a_worker(queue, monkeypatch):
    note.enqueue(1)
    refusals = [work.OperationalError("server closed the connection")]
    put_back = working.put_back_orphans

    def put_back_or_fail(**options: str) -> int:
        if refusals:
            raise refusals.pop()
        return put_back(**options)

    monkeypatch.setattr(working, "put_back_orphans", put_back_or_fail)
    monkeypatch.setattr(work, "RETRY_SECONDS", 0)
    monkeypatch.setattr(work.connection, "close", lambda: None)  # the test's own

    do_all()

    assert done == [1]


def test_old_records_go_and_young_ones_stay(queue):
    for number in (1, 2):
        note.enqueue(number)
    do_all()
    old = timezone.now() - timedelta(days=31)
    DBTaskResult.objects.filter(args_kwargs__args=[1]).update(finished_at=old)
    TaskWorker.objects.create(name="old", seen_at=old)
    TaskWorker.objects.create(name="young")

    working.tidy()

    assert [row.args_kwargs["args"] for row in DBTaskResult.objects.all()] == [[2]]
    assert [worker.name for worker in TaskWorker.objects.all()] == ["young"]


# --- What the desk is told ----------------------------------------------------------------------------------


def waiting(count: int = 1) -> None:
    for number in range(count):
        note.enqueue(number)
    DBTaskResult.objects.update(enqueued_at=timezone.now() - timedelta(minutes=1))


def test_that_tasks_wait_and_nobody_works_is_said_with_the_way_out(queue):
    TaskWorker.objects.create(name="gone", seen_at=timezone.make_aware(timezone.datetime(2025, 10, 17, 9, 5)))
    waiting(2)

    sentence = working.remark()

    assert sentence.startswith("2 tasks wait, and nobody has worked on them since 2025-10-17 09:05 UTC.")
    assert sentence.endswith("manage.py work")


def test_without_any_worker_ever_it_is_said_as_well(queue):
    waiting()

    assert working.remark().startswith("A task waits, and nobody has worked on it.")


@pytest.mark.parametrize("reason", ["nothing waits", "it was asked for a moment ago", "somebody works"])
def test_nothing_is_said_where_all_is_well(queue, reason):
    if reason == "it was asked for a moment ago":
        note.enqueue(1)
    if reason == "somebody works":
        waiting()
        TaskWorker.objects.create(name="alive")

    assert working.remark() == ""


def test_nothing_is_said_where_tasks_are_done_at_once(db):
    assert working.remark() == ""


# --- The worker beside the site -----------------------------------------------------------------------------


def eventually(claim: Callable[[], bool]) -> bool:
    """Return whether the claim comes true while a test waits."""
    until = time.monotonic() + READY
    while time.monotonic() < until:
        if claim():
            return True
        time.sleep(0.05)
    return False


def is_running(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


# Stands in for the server: starts the keeper as `serve` does, says so, and waits.
SERVER = """
import os, subprocess, sys, time
helper = [sys.executable, "-c", sys.argv[1]]
subprocess.Popen([sys.executable, "-m", "newsroom.beside", str(os.getpid()), *helper])
time.sleep(60)
"""
# Stands in for the worker: each start is a line of its number, and SIGTERM is noted as well.
HELPER = """
import os, signal, sys, time
def end(*_):
    print("asked to end", flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
print(os.getpid(), flush=True)
time.sleep(60)
"""


@pytest.fixture
def server():
    """Return a process with a helper beside it, and the file to which that writes."""
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER, HELPER],
        cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    yield process
    process.kill()
    process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=["stopped", "killed"])
def test_the_helper_is_asked_to_end_however_the_server_ends(server, number):
    helper = int(server.stdout.readline())

    server.send_signal(number)

    assert server.stdout.readline() == "asked to end\n"
    assert eventually(lambda: not is_running(helper))


def test_a_helper_that_was_killed_is_started_again(server):
    first = int(server.stdout.readline())

    os.kill(first, signal.SIGKILL)

    assert int(server.stdout.readline()) != first


def test_serving_starts_the_worker_beside_itself(monkeypatch):
    started = []
    monkeypatch.setattr(
        serve.subprocess, "Popen", lambda command, **options: started.append((command, options))
    )

    serve.start_worker()

    [(command, options)] = started
    assert command == [
        sys.executable, "-m", "newsroom.beside", str(os.getpid()), sys.executable, "manage.py", "work"
    ]  # fmt: skip
    assert options["start_new_session"] is True


@pytest.mark.django_db
def test_a_worker_of_an_archive_that_can_only_be_read_says_so(settings):
    settings.NEWSROOM_IS_READ_ONLY = True

    with pytest.raises(CommandError, match="the archive can only be read at the moment"):
        call_command("work")
