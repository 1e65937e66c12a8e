"""How pairs are written, what marks them, and which rise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.profiles.pairs import (
    Mark,
    Rise,
    first_month,
    in_order,
    last_month,
    marks_of,
    pair_counts,
    risen,
    splits,
    strongest,
)


@pytest.mark.parametrize(
    ("written", "pairs"),
    [
        ("russia-ukraine", [("russia", "ukraine")]),
        ("a-b-c", [("a", "b-c"), ("a-b", "c")]),
        ("a--b-c", [("a", "-b-c"), ("a", "b-c"), ("a-", "b-c"), ("a--b", "c")]),
        ("russia", []),
        ("-a", []),
        ("a-", []),
        ("--", []),
        ("", []),
    ],
)
def test_an_address_may_be_divided_at_each_hyphen(written, pairs):
    assert list(splits(written)) == pairs


slugs = st.from_regex(r"[a-z0-9]{1,6}(-[a-z0-9]{1,6}){0,3}", fullmatch=True)


@given(slugs, slugs)
def test_every_pair_of_slugs_is_found_in_its_address(one, other):
    assert (one, other) in list(splits(f"{one}-{other}"))
    assert (one, other) in list(splits(f"{one}--{other}"))


def test_a_pair_has_one_order():
    assert in_order("ru", "ua") == in_order("ua", "ru") == ("ru", "ua")


def test_a_topic_marks_a_pair_that_has_it_more_often_than_either():
    shared = [("war", 8), ("trade", 2), ("sport", 1), ("talks", 5)]
    first = {"war": 20, "trade": 40, "sport": 1, "talks": 10}
    second = {"war": 10, "trade": 5, "sport": 1, "talks": 25}

    marks = marks_of(shared, 10, ((first, 100), (second, 50)))

    # trade: 20 % of both, but 40 % of the first; sport: one article proves nothing
    assert marks == [Mark("war", 8, (4.0, 4.0)), Mark("talks", 5, (5.0, 1.0))]


def test_what_is_never_named_without_the_other_is_compared_with_the_other_alone():
    assert marks_of([("war", 4)], 4, (({"war": 5}, 10), ({"war": 4}, 4))) == [Mark("war", 4, (2.0, 1.0))]


def test_a_topic_that_was_not_counted_for_either_marks_nothing():
    assert marks_of([("war", 4)], 4, (({}, 10), ({"war": 4}, 8))) == []


def test_a_pair_counts_once_whoever_of_the_two_is_asked():
    found = [("ru", [("ru", 9), ("ua", 5), ("us", 3)]), ("ua", [("ua", 6), ("ru", 5)])]

    assert pair_counts(found) == {("ru", "ua"): 5, ("ru", "us"): 3}


def test_the_strongest_come_first_and_ties_by_name():
    counts = {("b", "c"): 2, ("a", "c"): 2, ("a", "b"): 7, ("a", "z"): 0}

    assert strongest(counts, 2) == [(("a", "b"), 7), (("a", "c"), 2)]
    assert strongest(counts, 9)[-1] == (("b", "c"), 2)


def test_the_fastest_rise_comes_first_and_what_falls_is_left_out():
    recent = {("a", "b"): 12, ("a", "c"): 2, ("b", "c"): 9, ("c", "d"): 1, ("d", "e"): 4}
    before = {("a", "b"): 3, ("b", "c"): 9, ("d", "e"): 9}

    assert risen(recent, before, 9) == [Rise(("a", "b"), 12, 3), Rise(("a", "c"), 2, 0)]


MONTHS = {"2024-12": 40, "2025-01": 30, "2025-03": 30, "": 9}


@pytest.mark.parametrize(
    ("most", "month"),
    [(100, ""), (99, "2025-01"), (60, "2025-01"), (59, "2025-03"), (30, "2025-03"), (29, "2025-03")],
)
def test_of_many_articles_those_of_the_last_months_are_looked_at(most, month):
    assert first_month(MONTHS, most) == month


@pytest.mark.parametrize(
    ("months", "month"),
    [
        (MONTHS, "2025-03"),
        ({"2025-03": 1}, "2025-03"),
        ({"": 9}, ""),
        ({}, ""),
        ({"2025-03": 5_000, "2025-04": 2, "2062-01": 1}, "2025-03"),
        ({"2025-03": 5_000, "2025-04": 200, "2062-01": 1}, "2025-04"),
        ({"2025-03": 500, "2062-01": 1}, "2062-01"),
    ],
)
def test_the_last_month_is_none_of_the_few_that_are_misprints(months, month):
    assert last_month(months) == month
