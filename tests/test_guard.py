"""The worker process: what its calls cost, and that nothing it meets harms or outlives its parent."""

from __future__ import annotations

import ctypes
import gc
import operator
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from articles.guard import Guard, GuardError
from articles.importing.problems import ClippingError

PROJECT = Path(__file__).resolve().parent.parent
READY = 30.0  # seconds a test waits for a process before it fails


class UnportableError(Exception):
    """An exception that a pickle cannot rebuild."""

    def __init__(self, *, reason: str) -> None:
        super().__init__(reason)


def double(number: int) -> int:
    return number * 2


def own_pid() -> int:
    return os.getpid()


def refuse(message: str, line: int) -> None:
    raise ClippingError(message, line)


def raise_unportable() -> None:
    raise UnportableError(reason="no way back")


def hang() -> None:
    """Keep the interpreter locked, as C code does."""
    ctypes.PyDLL(None).usleep(600_000_000)


def spin() -> None:
    while True:
        pass


def swell() -> int:
    return len(bytearray(600 * 2**20))


def crash() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def leave() -> None:
    os._exit(3)


def answer_with_too_much() -> bytes:
    return bytes(65 * 2**20)


def chatter() -> str:
    sys.stdout.write("not part of the conversation\n")
    sys.stdout.flush()
    os.write(1, b"nor this\n")
    return sys.stdin.read()


def limits() -> dict[str, tuple[int, int]]:
    import resource

    return {name: resource.getrlimit(getattr(resource, name)) for name in ("RLIMIT_CORE", "RLIMIT_AS")}


@pytest.fixture
def guard():
    with Guard() as guard:
        yield guard


@pytest.fixture
def hasty():
    with Guard(seconds=0.2) as guard:
        yield guard


def is_alive(pid: int) -> bool:
    """Return whether the process exists, a zombie included."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until_gone(pid: int) -> bool:
    deadline = time.monotonic() + READY
    while is_alive(pid) and time.monotonic() < deadline:
        os.sched_yield()
    return not is_alive(pid)


def test_a_call_returns_what_the_function_returns(guard):
    assert guard.run(double, 21) == 42


def test_the_function_runs_in_another_process_that_stays(guard):
    first, second = guard.run(own_pid), guard.run(own_pid)

    assert first == second != os.getpid()


def test_an_exception_arrives_with_its_type_and_what_it_says(guard):
    with pytest.raises(ClippingError) as caught:
        guard.run(refuse, "no closing fence", 3)

    assert (caught.value.message, caught.value.line) == ("no closing fence", 3)
    assert "in refuse" in caught.value.__notes__[0]


def test_an_exception_does_not_cost_the_worker(guard):
    before = guard.run(own_pid)
    with pytest.raises(ClippingError):
        guard.run(refuse, "no title", 1)

    assert guard.run(own_pid) == before


def test_an_exception_that_cannot_travel_arrives_as_its_words(guard):
    with pytest.raises(RuntimeError, match="UnportableError: no way back"):
        guard.run(raise_unportable)


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (hang, "it took longer than 0.2 s"),
        (spin, "it took longer than 0.2 s"),
        (swell, "it needed more than 512 MB of memory"),
        (crash, r"it crashed the parser \(SIGSEGV\)"),
        (leave, r"it ended the parser \(exit status 3\)"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_a_worker_that_misbehaves_is_replaced(hasty, function, reason):
    before = hasty.run(own_pid)
    with pytest.raises(GuardError, match=f"^{reason}$"):
        hasty.run(function)

    assert not is_alive(before)
    assert hasty.run(double, 4) == 8


def test_an_answer_too_large_for_the_parent_is_refused(guard):
    with pytest.raises(GuardError, match="it answered with more than 64 MB"):
        guard.run(answer_with_too_much)

    assert guard.run(double, 4) == 8


def test_what_the_function_prints_or_reads_does_not_disturb_the_conversation(guard):
    assert guard.run(chatter) == ""
    assert guard.run(double, 2) == 4


def test_the_worker_leaves_no_core_file_and_has_its_memory_bounded(guard):
    bounds = guard.run(limits)

    assert bounds["RLIMIT_CORE"] == (0, 0)
    assert 512 * 2**20 < bounds["RLIMIT_AS"][0] < 1024 * 2**20


def test_a_megabyte_passes_both_ways(guard):
    text = "ß" * 2**20

    assert guard.run(operator.concat, text, "!") == text + "!"


def test_threads_share_a_guard(guard):
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda number: guard.run(double, number), range(50))) == list(range(0, 100, 2))


def test_closing_leaves_no_process_and_no_open_file():
    files = set(os.listdir("/proc/self/fd"))
    guard = Guard(seconds=0.2)
    pids = [guard.run(own_pid)]
    for function in (crash, hang):
        with pytest.raises(GuardError):
            guard.run(function)
        pids.append(guard.run(own_pid))
    guard.close()

    assert [pid for pid in pids if is_alive(pid)] == []
    assert set(os.listdir("/proc/self/fd")) == files


def test_closing_twice_or_unused_is_no_error():
    guard = Guard()
    guard.close()
    guard.close()

    assert guard.run(double, 1) == 2
    guard.close()


def test_a_forgotten_guard_takes_its_worker_along():
    guard = Guard()
    pid = guard.run(own_pid)
    del guard
    gc.collect()

    assert not is_alive(pid)


@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
def test_after_a_fork_the_child_gets_a_worker_of_its_own(guard):
    shared = guard.run(own_pid)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        own = guard.run(own_pid)
        guard.close()
        os.write(writer, b"own" if own != shared else b"shared")
        os._exit(0)
    os.waitpid(child, 0)
    said = os.read(reader, 10)
    os.close(reader)
    os.close(writer)

    assert said == b"own"
    assert guard.run(own_pid) == shared


PARENT = """
import sys
from articles.guard import Guard
from tests.test_guard import {function}, own_pid
guard = Guard({seconds})
print(guard.run(own_pid), flush=True)
guard.run({function})
sys.stdin.read()
"""


@pytest.mark.parametrize(
    ("function", "seconds"),
    [("own_pid", 2), ("hang", 1)],
    ids=["idle", "hanging, until its own clock ends it"],
)
def test_a_worker_does_not_outlive_a_parent_that_was_killed(function, seconds):
    program = PARENT.format(function=function, seconds=seconds)
    parent = subprocess.Popen(
        [sys.executable, "-c", program], cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    worker = int(parent.stdout.readline())
    parent.kill()
    parent.communicate()

    assert wait_until_gone(worker)


def test_ctrl_c_is_answered_by_the_parent_alone():
    program = PARENT.format(function="hang", seconds=20)
    parent = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # A shell that started these tests in the background has it ignored.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )
    worker = int(parent.stdout.readline())
    # To everything in the terminal, as Ctrl-C does it.
    os.killpg(parent.pid, signal.SIGINT)
    _, errors = parent.communicate(timeout=READY)

    assert errors.count("Traceback") == 1
    assert errors.rstrip().endswith("KeyboardInterrupt")
    assert wait_until_gone(worker)
