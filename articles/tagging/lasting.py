"""Builds what stays to the end of a process without the garbage collector in the way."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def built_to_last() -> Iterator[None]:
    """Return a context in which gazetteer and tagger are built a fifth faster, and then left alone.

    They are half a million objects, none of them garbage: looking for some while they are made takes 0.1 s,
    and walking them again while articles are tagged takes a tenth of the time.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()
