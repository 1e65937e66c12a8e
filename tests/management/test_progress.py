"""The line that shows how far an import is."""

from __future__ import annotations

import io

import pytest
from django.core.management.base import OutputWrapper

from articles.importing.identity import Outcome
from articles.importing.report import Report
from articles.management.progress import ProgressLine, in_words


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(stream: io.StringIO, *steps: tuple[int, float], total: int = 0) -> list[str]:
    """Return what is shown after so many files and seconds, step by step."""
    times = iter([0.0, *(seconds for _, seconds in steps)])
    line = ProgressLine(OutputWrapper(stream), total=total, clock=lambda: next(times))
    for done, _ in steps:
        report = Report(run_id=1, is_dry=False)
        report.counts[Outcome.CREATED] = done
        line.show(report)
    return stream.getvalue().replace("\x1b[K", "").replace("\r", "\n").strip("\n").split("\n")


def test_a_terminal_shows_a_bar_the_rate_and_the_time_left():
    assert shown(Terminal(), (250, 1.0), (750, 3.0), total=1000) == [
        "[#####---------------] 250 of 1,000 files, 250 a second, 3 s left",
        "[###############-----] 750 of 1,000 files, 250 a second, 1 s left",
    ]


def test_a_feed_may_hold_more_than_was_counted():
    assert shown(Terminal(), (30, 1.0), total=1) == ["30 files, 30 a second"]


def test_the_bar_is_not_drawn_more_often_than_people_can_see():
    assert len(shown(Terminal(), *((n, 1 + n / 1000) for n in range(100)), total=1000)) == 1


def test_elsewhere_there_is_a_line_for_every_thousand_files():
    steps = [(done, done / 500) for done in range(200, 2_600, 200)]

    assert shown(io.StringIO(), *steps) == ["1,000 files, 500 a second", "2,000 files, 500 a second"]


def test_elsewhere_a_small_import_shows_nothing():
    assert shown(io.StringIO(), (999, 1.0)) == [""]


@pytest.mark.parametrize(
    ("seconds", "words"), [(4.4, "4 s"), (200, "3 min 20 s"), (3_900, "1 h 5 min")], ids=["s", "min", "h"]
)
def test_the_time_left_is_said_as_people_say_it(seconds, words):
    assert in_words(seconds) == words
