"""JSON lines: dates of any precision."""

from __future__ import annotations

import datetime as dt

import pytest

from articles.tagging.lines import read_date


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2025-10-16", dt.date(2025, 10, 16)),
        ("2025-10-16T08:00:00Z", dt.date(2025, 10, 16)),
        ("2025-10", dt.date(2025, 10, 15)),
        ("2018", dt.date(2018, 7, 1)),
        ("", None),
        ("yesterday", None),
        ("2025-02-30", None),
    ],
    ids=[
        "a day",
        "an instant",
        "a month is its middle",
        "a year is its middle",
        "none",
        "words",
        "no such day",
    ],
)
def test_read_date(written, day):
    assert read_date(written) == day
