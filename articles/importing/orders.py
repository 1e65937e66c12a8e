"""Settles dates like ``10/11/2025`` by how the other files of the folder write theirs.

A first pass over every file would cost each import twice its time for the sake of few.  So the files with
such dates are put off to the end, and only if there are any are the dates of the others looked at.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from articles.importing.ahead import Ahead
from articles.importing.batch import Reading, Written
from articles.importing.dates import DateError, day_order
from articles.importing.problems import Notice, UndecidedNotice
from articles.importing.sources import FoundFile

type Example = tuple[str, str]  # a date as printed, and its file


class Orders:
    """Which folder, and which outlet in it, writes the day before the month, with one example of each."""

    def __init__(self, written: Iterable[Written]) -> None:
        self._outlets: dict[Path, str] = {}
        self._examples: dict[tuple[Path, str], dict[bool, Example]] = {}
        for one in written:
            self._outlets[one.found.path] = one.outlet
            for key in self._keys(one.found):
                examples = self._examples.setdefault(key, {})
                for is_day_first, printed in _ordered(one.dates):
                    examples.setdefault(is_day_first, (printed, one.found.shown))

    def day_first(self, found: FoundFile) -> bool | None:
        """Return whether a file's outlet, else its folder, writes the day first; None if that is unclear."""
        examples = self._examples_for(found)
        return next(iter(examples)) if len(examples) == 1 else None

    def explain(self, reading: Reading) -> Reading:
        """Return the reading, and where its folder writes both orders, what it says of its date tells so."""
        examples = self._examples_for(reading.found)
        if len(examples) < 2 or not reading.is_undecided:
            return reading
        (one, its_file), (other, other_file) = examples[True], examples[False]
        remark = (
            f"; its folder writes dates both ways, the day first ({one!r} in {its_file}) and the month first "
            f"({other!r} in {other_file})"
        )
        if reading.fault:
            fault, *further = _with(remark, reading.faults)
            return replace(reading, fault=fault, further=tuple(further))
        if reading.clipping is None:
            return reading
        notices = tuple(_with(remark, reading.clipping.notices))
        return replace(reading, clipping=replace(reading.clipping, notices=notices))

    def _keys(self, found: FoundFile) -> Iterator[tuple[Path, str]]:
        if outlet := self._outlets.get(found.path):
            yield found.root, outlet
        yield found.root, ""

    def _examples_for(self, found: FoundFile) -> dict[bool, Example]:
        """Return the examples of the file's outlet in this folder if there are any, else of the folder."""
        return next(filter(None, (self._examples.get(key) for key in self._keys(found))), {})


def chunks_in_order(
    ahead: Ahead, files: Iterable[FoundFile], size: int, *, folder: Iterable[FoundFile]
) -> Generator[list[Reading]]:
    """Yield chunk after chunk of files read; those whose dates may be two days come last.

    ``folder`` are all files whose dates may settle them, looked at only then.
    """
    undecided: list[FoundFile] = []
    with contextlib.closing(ahead.chunks(files, size)) as chunks:
        for chunk in chunks:
            undecided += [reading.found for reading in chunk if reading.is_undecided]
            if decided := [reading for reading in chunk if not reading.is_undecided]:
                yield decided
    if not undecided:
        return
    orders = Orders(ahead.dates(folder))
    with contextlib.closing(ahead.chunks(undecided, size, day_first=orders.day_first)) as chunks:
        for chunk in chunks:
            yield [orders.explain(reading) for reading in chunk]


def _with(remark: str, notices: Iterable[Notice]) -> Iterator[Notice]:
    """Yield the notices, those about a date that may be two days with the remark."""
    for one in notices:
        yield replace(one, message=one.message + remark) if isinstance(one, UndecidedNotice) else one


def _ordered(dates: Iterable[str]) -> Iterator[tuple[bool, str]]:
    """Yield the dates that show their order, and whether the day comes first."""
    for printed in dates:
        with contextlib.suppress(DateError):
            is_day_first = day_order(printed)
            if is_day_first is not None:
                yield is_day_first, printed
