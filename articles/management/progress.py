"""Shows people how far an import is: a bar on a terminal, else a line for every thousand files."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable

from django.core.management.base import OutputWrapper

from articles.importing.report import Report

EVERY = 1_000  # files to a line where there is no terminal
BAR_WIDTH = 20
REDRAW_SECONDS = 0.1


class ProgressLine:
    """One line on a terminal that is written over and over; elsewhere, one more for every thousand files.

    ``total`` is the number of files as far as it is known beforehand; a feed holds more than one article.
    """

    def __init__(
        self,
        stream: OutputWrapper,
        *,
        total: int = 0,
        noun: str = "files",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.stream = stream
        self.noun = noun
        self.total = total
        self.clock = clock
        self.is_live = stream.isatty()
        self.started = clock()
        self.shown_at = 0.0
        self.told = 0

    def show(self, report: Report) -> None:
        """Show how far the import is."""
        self.advance(report.file_count)

    def advance(self, done: int) -> None:
        """Show that so many are done."""
        now = self.clock()
        rate = done / max(now - self.started, 0.001)
        if self.is_live:
            if done >= self.total or now - self.shown_at > REDRAW_SECONDS:
                self.shown_at = now
                self._write(self._line(done, rate)[: shutil.get_terminal_size().columns - 1])
        elif done // EVERY > self.told // EVERY:
            self.told = done
            of_all = f" of {self.total:,}" if self.total > done else ""
            self.stream.write(f"{done:,}{of_all} {self.noun}, {rate:,.0f} a second")

    def clear(self) -> None:
        """Leave an empty line for what follows."""
        if self.is_live:
            self._write("")

    def _line(self, done: int, rate: float) -> str:
        if self.total <= done:
            return f"{done:,} {self.noun}, {rate:,.0f} a second"
        filled = BAR_WIDTH * done // self.total
        bar = "#" * filled + "-" * (BAR_WIDTH - filled)
        left = in_words((self.total - done) / rate) if rate else "unknown"
        return f"[{bar}] {done:,} of {self.total:,} {self.noun}, {rate:,.0f} a second, {left} left"

    def _write(self, text: str) -> None:
        # Back to the start of the line, the text, and everything to its right erased.
        self.stream.write(f"\r{text}\x1b[K", ending="")
        self.stream.flush()


def in_words(seconds: float) -> str:
    """Return a time as people say it: `40 s`, `3 min 20 s`, `1 h 5 min`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
