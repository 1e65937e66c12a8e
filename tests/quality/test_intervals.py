"""Wilson's interval, held against published figures."""

from __future__ import annotations

import pytest

from articles.quality.intervals import Interval, wilson


@pytest.mark.parametrize(
    ("right", "total", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_is_the_published_one(right, total, low, high):
    """R. G. Newcombe, Statistics in Medicine 17 (1998), pp. 857-872, table I, method 3."""
    found = wilson(right, total)

    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@pytest.mark.parametrize(("right", "total"), [(1, 1), (5, 5), (38, 40), (999_999, 1_000_000)])
def test_what_is_wrong_is_estimated_like_what_is_right(right, total):
    one, other = wilson(right, total), wilson(total - right, total)

    assert (one.low, one.high) == pytest.approx((1 - other.high, 1 - other.low))


@pytest.mark.parametrize("total", [1, 2, 20, 1_000_000])
def test_the_interval_holds_the_share_and_stays_within_nothing_and_all(total):
    for right in {0, 1, total // 2, total}:
        found = wilson(right, total)
        assert 0 <= found.low <= right / total <= found.high <= 1


def test_per_cent_are_rounded_outward():
    assert Interval(0.8389, 0.9412).percent == (83, 95)
    assert Interval(0.0, 1.0).percent == (0, 100)
    assert Interval(0.29, 0.57).percent == (29, 57)


@pytest.mark.parametrize(("right", "total"), [(0, 0), (2, 1), (-1, 5), (0, -1)])
def test_what_is_no_share_is_refused(right, total):
    with pytest.raises(ValueError, match="is no share"):
        wilson(right, total)
