"""What crosses from one process to another for every file of an import, and so has to be quick about it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import fields
from operator import attrgetter
from typing import Any


class Crossing:
    """A frozen dataclass with two fields or more that is pickled as a call with its values.

    What `dataclasses` does by itself for one with slots, looking all its fields up each time, takes four
    times as long; a file is five of them, both ways.
    """

    __slots__ = ()

    def __reduce__(self) -> tuple[type[Crossing], tuple[object, ...]]:
        """Return what to call, and the values."""
        kind: type[Any] = type(self)
        return kind, _values_of(kind)(self)  # type: ignore[arg-type]  # a class does have a hash


@functools.cache
def _values_of(kind: type[Any]) -> Callable[[Crossing], tuple[object, ...]]:
    return attrgetter(*(field.name for field in fields(kind)))
