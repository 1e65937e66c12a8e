"""Prints what the guard costs: the median time of a call into its worker, and of a new worker.

python benchmarks/guard_calls.py
"""

from __future__ import annotations

import operator
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from articles.guard import Guard

CALLS, STARTS = 2_000, 10


def median_ms(work: Callable[[], object], rounds: int) -> float:
    """Return the median time of the work in milliseconds of wall clock."""
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return median(taken) * 1000


def start_anew() -> None:
    with Guard() as guard:
        guard.run(operator.add, 1, 2)


with Guard() as guard:
    guard.run(operator.add, 1, 2)
    print(f"a call       {median_ms(lambda: guard.run(operator.add, 1, 2), CALLS):6.2f} ms")
print(f"a new worker {median_ms(start_anew, STARTS):6.2f} ms")
