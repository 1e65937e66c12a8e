"""Runs a function on untrusted text in a worker process that may crash, hang or swell without harm.

Some inputs make C code crash or loop with the interpreter locked (53 kB of ``- - -`` crash libyaml, 0.5 MB
of ``<div>`` keep nh3 busy for 33 s): no ``except`` and no alarm helps, only a process that can be killed.
The worker is a fresh interpreter, never a fork of this one, so it is safe to start from threads and web
workers.  It lives until it misbehaves: a call costs about 0.1 ms, a start about 0.1 s.
"""

from __future__ import annotations

import contextlib
import importlib
import math
import os
import pickle
import resource
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import traceback
import weakref
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Self

START_SECONDS = 20.0  # for the interpreter and for importing a function's module, on a busy machine
REPLY_LIMIT = 64 * 2**20  # bytes: an answer larger than this would only move the swelling to this process
HEADER = struct.Struct("!Q")  # length of the message that follows
COMMAND = "import sys; sys.path[:] = sys.argv[1:]; from articles.guard import serve; serve()"


class GuardError(Exception):
    """The function did not come back: it took too long, needed too much memory or crashed its process."""


class _OversizedError(Exception):
    """A message is longer than may be read."""


class _Ending(StrEnum):
    RETURNED = "returned"
    RAISED = "raised"
    SWELLED = "swelled"


class Guard:
    """A worker process with limits: ``seconds`` of wall clock a call, ``memory_mb`` beyond its own start.

    ``prepare`` is called in every new worker before anything else, and is not on the clock.  Threads may
    share a guard; their calls take turns.  A guard that crossed a fork starts a worker of its own.  Close it,
    or use it as a context manager.
    """

    def __init__(
        self, seconds: float = 2.0, memory_mb: int = 512, *, prepare: Callable[[], object] | None = None
    ) -> None:
        self.seconds = seconds
        self.memory_mb = memory_mb
        self.prepare = prepare
        self._lock = threading.Lock()
        self._worker: _Worker | None = None

    def run[T](self, function: Callable[..., T], *args: object) -> T:
        """Return ``function(*args)``, computed in the worker; what the function raises is raised here.

        ``function`` is defined at the top of a module; it, its arguments and its result can be pickled.
        Raise GuardError if the worker had to be given up: the next call gets a new one.
        """
        with self._lock:
            worker = self._ready_worker(function)
            return worker.call(function, args, self.seconds)  # type: ignore[return-value]  # crossed a pickle

    def close(self) -> None:
        """End the worker and wait for it."""
        with self._lock:
            if self._worker:
                self._worker.stop()
            self._worker = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ready_worker(self, function: Callable[..., object]) -> _Worker:
        """Return a worker that has imported the function's module, which is not on the call's clock."""
        if self._worker is None or not self._worker.is_usable():
            worker = _Worker(self.memory_mb)
            if self.prepare:
                worker.call(self.prepare, (), START_SECONDS)
            self._worker = worker
        worker, module = self._worker, function.__module__
        if module not in worker.modules:
            worker.call(_import, (module,), START_SECONDS)
            worker.modules.add(module)
        return worker


def _import(module: str) -> None:
    importlib.import_module(module)


class _Worker:
    """One worker process and the socket to it, both owned by the process that started it."""

    def __init__(self, memory_mb: int) -> None:
        self.memory_mb = memory_mb
        self.modules: set[str] = set()
        self.owner = os.getpid()
        self.channel, theirs = socket.socketpair()
        with theirs:
            try:
                self.process = _start(theirs)
            except BaseException:
                self.channel.close()
                raise
        # Also at exit and when the guard is forgotten, so that neither a process nor a warning stays behind.
        self.stop = weakref.finalize(self, _stop, self.process, self.channel, self.owner)
        self.call(_limit, (memory_mb,), START_SECONDS)

    def is_usable(self) -> bool:
        """Return whether the worker is there and ours; after a fork it is the parent's."""
        if self.stop.alive and self.owner != os.getpid():
            self.stop()
        return self.stop.alive

    def call(self, function: Callable[..., object], args: tuple[object, ...], seconds: float) -> object:
        """Return what the function returns, or raise what it raises; end the worker on anything else."""
        request = pickle.dumps((seconds, pickle.dumps((function, args), protocol=5)), protocol=5)
        try:
            _send(self.channel, request, seconds)
            reply = _receive(self.channel, seconds)
        except TimeoutError as error:
            self.stop()
            raise GuardError(_too_long(seconds)) from error
        except _OversizedError as error:
            self.stop()
            raise GuardError(f"it answered with more than {REPLY_LIMIT // 2**20} MB") from error
        except OSError as error:
            self.stop()
            raise GuardError(self._how_it_died(seconds)) from error
        except BaseException:  # Ctrl-C: the answer to this call must not be taken for the next one's
            self.stop()
            raise
        if reply is None:
            self.stop()
            raise GuardError(self._how_it_died(seconds))
        ending, value = pickle.loads(reply)  # noqa: S301 - written by our own worker
        if ending == _Ending.SWELLED:
            self.stop()
            raise GuardError(f"it needed more than {self.memory_mb} MB of memory")
        if ending == _Ending.RAISED:
            raised, trace = value
            raised.add_note(f"in the worker process:\n{trace}")
            raise raised
        return value

    def _how_it_died(self, seconds: float) -> str:
        status = self.process.returncode
        if status in (-signal.SIGXCPU, -signal.SIGALRM):
            return _too_long(seconds)
        with contextlib.suppress(ValueError):
            return f"it crashed the parser ({signal.Signals(-status).name})"
        return f"it ended the parser (exit status {status})"


def _too_long(seconds: float) -> str:
    return f"it took longer than {seconds:g} s"


def _start(channel: socket.socket) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - this interpreter, our own module
        [sys.executable, "-I", "-X", "utf8", "-c", COMMAND, *sys.path],
        stdin=channel.fileno(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # Out of the terminal's reach: Ctrl-C is for the parent to answer.
        start_new_session=True,
    )


def _stop(process: subprocess.Popen[bytes], channel: socket.socket, owner: int) -> None:
    """Close the socket and, in the process that started it, kill the worker and collect its exit status."""
    channel.close()
    if owner != os.getpid():
        process.returncode = 0  # the parent's child: nothing to wait for here
        return
    # A worker that crashed is ending already, and its own signal says why: let it come first.
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=0.05)
        return
    process.kill()
    process.wait()


def _send(channel: socket.socket, message: bytes, seconds: float | None) -> None:
    channel.settimeout(seconds)
    channel.sendall(HEADER.pack(len(message)) + message)


def _receive(channel: socket.socket, seconds: float | None) -> bytes | None:
    """Return the next message, None at the end; raise TimeoutError after ``seconds``."""
    deadline = None if seconds is None else time.monotonic() + seconds
    header = _read(channel, HEADER.size, deadline)
    if header is None:
        return None
    (size,) = HEADER.unpack(header)
    if size > REPLY_LIMIT:
        raise _OversizedError
    return _read(channel, size, deadline)


def _read(channel: socket.socket, size: int, deadline: float | None) -> bytes | None:
    chunks = bytearray()
    while len(chunks) < size:
        if deadline is not None:
            # A timeout of zero would mean "do not wait" and another exception.
            channel.settimeout(max(deadline - time.monotonic(), 0.001))
        chunk = channel.recv(min(size - len(chunks), 2**20))
        if not chunk:
            return None
        chunks += chunk
    return bytes(chunks)


# --- In the worker ------------------------------------------------------------------------------------------


def serve() -> None:
    """Answer calls from the socket on standard input until the other side is gone."""
    channel = socket.socket(fileno=os.dup(0))
    # The function may read standard input or print: neither may touch the conversation.
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number in (signal.SIGALRM, signal.SIGXCPU):
        signal.signal(number, signal.SIG_DFL)
    while (request := _receive(channel, None)) is not None:
        seconds, call = pickle.loads(request)  # noqa: S301 - written by our own parent
        _send(channel, _answer(call, seconds), None)


def _answer(call: bytes, seconds: float) -> bytes:
    """Return the pickled outcome of one call: how it ended, and the result or the exception."""
    _start_clock(seconds)
    try:
        function, args = pickle.loads(call)  # noqa: S301
        return pickle.dumps((_Ending.RETURNED, function(*args)), protocol=5)
    except MemoryError:
        return pickle.dumps((_Ending.SWELLED, None), protocol=5)
    except BaseException as error:
        trace = "".join(traceback.format_exception(error))
        return pickle.dumps((_Ending.RAISED, (_portable(error), trace)), protocol=5)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _start_clock(seconds: float) -> None:
    """Make the kernel end this process should the call outlast its time and the parent be gone.

    Both default actions work while C code holds the interpreter: the alarm for one that waits, the limit of
    processor time for one that computes.  A second more than the parent's clock, which comes first.
    """
    signal.setitimer(signal.ITIMER_REAL, seconds + 1)
    used = time.process_time()
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (_at_most(math.ceil(used + seconds) + 1, hard), hard))


def _portable(error: BaseException) -> BaseException:
    """Return the exception, or a plain one that says the same if it does not survive a pickle."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301
    except Exception:  # its own code runs here, and may fail in any way
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


def _limit(memory_mb: int) -> None:
    """Bound this process's memory, on top of what the interpreter has mapped by now; leave no core file."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Systems without /proc do not enforce RLIMIT_AS either.
    with contextlib.suppress(OSError, ValueError):
        mapped = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        limit = _at_most(mapped + memory_mb * 2**20, hard)
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _at_most(wanted: int, hard: int) -> int:
    return wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
