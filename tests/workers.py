"""Worker processes that outlive their guard: most of a short import is the start of its two."""

from __future__ import annotations

import threading
from collections.abc import Callable

from articles.guard import Guard, _Worker

MOST = 6  # idle workers of one test process: readers, and taggers of the gazetteers used last

type Preparation = object


class KeptGuard(Guard):
    """A guard that hands its worker on to the next one with the same preparation, instead of ending it.

    The process, its limits and what crosses to it are those of any guard; a worker that misbehaved is ended
    and never handed on.
    """

    def close(self) -> None:
        """Keep the worker for the next guard."""
        with self._lock:
            if self._worker and self._worker.is_usable() and self._worker.process.poll() is None:
                keep(self._worker, (self.memory_mb, prepared(self.prepare)))
            self._worker = None

    def _ready_worker(self, function: Callable[..., object]) -> _Worker:
        if self._worker is None:
            self._worker = take((self.memory_mb, prepared(self.prepare)))
        return super()._ready_worker(function)


_idle: list[tuple[Preparation, _Worker]] = []
_lock = threading.Lock()


def prepared(prepare: Callable[[], object] | None) -> Preparation:
    """Return what two preparations have in common that do the same: the function and its arguments."""
    return (getattr(prepare, "func", prepare), getattr(prepare, "args", ()))


def keep(worker: _Worker, preparation: Preparation) -> None:
    """Keep a worker for the next guard, and end the one that nobody has asked for the longest."""
    with _lock:
        _idle.append((preparation, worker))
        surplus = _idle.pop(0)[1] if len(_idle) > MOST else None
    if surplus:
        surplus.stop()


def take(preparation: Preparation) -> _Worker | None:
    """Return an idle worker with this preparation, if there is one that lives."""
    with _lock:
        for number in reversed(range(len(_idle))):
            if _idle[number][0] == preparation:
                worker = _idle.pop(number)[1]
                return worker if worker.is_usable() and worker.process.poll() is None else None
    return None
