"""The text of a file with the lines at fault in sight: a short one whole, of a long one what is around."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

HEAD = 400  # lines shown from the top: the front matter, and most articles whole
AROUND = 8  # lines shown before and after a line at fault further down
MAX_FAULTS = 50  # lines at fault beyond the head that are shown
MAX_LINE = 2_000  # characters of one line


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a text: its number from 1, how many lines were left out before it, what it lacks."""

    number: int
    text: str
    is_fault: bool
    left_out: int = 0
    cut: int = 0  # characters


def excerpt(text: str, faults: Collection[int]) -> tuple[list[Line], int]:
    """Return the lines to show, and how many follow the last of them."""
    lines = text.split("\n")
    if lines and not lines[-1]:
        lines.pop()
    shown = list(_lines(lines, faults))
    return shown, len(lines) - (shown[-1].number if shown else 0)


def _lines(lines: list[str], faults: Collection[int]) -> Iterator[Line]:
    last = 0
    for number in sorted(_numbers(len(lines), faults)):
        text = lines[number - 1]
        cut = max(0, len(text) - MAX_LINE)
        yield Line(number, text[:MAX_LINE], number in faults, number - last - 1, cut)
        last = number


def _numbers(count: int, faults: Collection[int]) -> set[int]:
    numbers = set(range(1, min(count, HEAD) + 1))
    beyond = sorted(line for line in faults if HEAD < line <= count)[:MAX_FAULTS]
    for line in beyond:
        numbers |= set(range(max(1, line - AROUND), min(count, line + AROUND) + 1))
    return numbers
