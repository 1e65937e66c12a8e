"""Keeps the garbage collector out of the way of work in which it finds nothing, or next to nothing."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

COLLECT_AFTER = 50_000  # objects made and kept, until garbage is looked for: a few MB


@contextmanager
def built_to_last() -> Iterator[None]:
    """Return a context in which gazetteer and tagger are built a fifth faster, and then left alone.

    They are half a million objects, none of them garbage: looking for some while they are made takes 0.1 s,
    and walking them again while articles are tagged takes a tenth of the time.
    """
    with Uncollected():
        try:
            yield
        finally:
            gc.freeze()


class Uncollected:
    """A context in which no garbage is looked for: for work that leaves none.

    A text of 4 MB is a million places on the way to its tags.  To walk them again whenever a quarter has been
    added takes a fourth of the time, and more for each character than in a shorter text.
    """

    __slots__ = ("_was_enabled",)

    def __enter__(self) -> None:
        """Let the collector rest."""
        self._was_enabled = gc.isenabled()
        gc.disable()

    def __exit__(self, *error: object) -> None:
        """Turn it on again, but not for another thread at such work: that one does so itself."""
        if self._was_enabled:
            gc.enable()


@contextmanager
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
