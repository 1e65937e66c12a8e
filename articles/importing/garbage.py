"""Lets Python look for garbage less often while very many objects are made that are none."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator

COLLECT_AFTER = 50_000  # objects made and kept, until garbage is looked for: a few MB


@contextlib.contextmanager
def seldom_collected() -> Iterator[None]:
    """Return a context in which garbage is looked for less often.

    Gazetteer and rows are millions of objects and next to no garbage: looking through them as often as Python
    does by itself takes a fifteenth of an import's main process.
    """
    before = gc.get_threshold()
    gc.set_threshold(COLLECT_AFTER, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
