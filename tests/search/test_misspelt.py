"""Words that are nearly the one typed."""

from __future__ import annotations

import pytest

from articles.search.misspelt import best_first, may_be_misspelt, mistakes, near, one_off


@pytest.mark.parametrize(
    ("typed", "meant", "count"),
    [
        ("putin", "putin", 0),
        ("putn", "putin", 1),
        ("finnland", "finland", 1),
        ("sanctoins", "sanctions", 1),
        ("merkel", "markel", 1),
        ("netanjaho", "netanyahu", 2),
    ],
    ids=["none", "left out", "added", "swapped", "changed", "two"],
)
def test_mistakes(typed, meant, count):
    assert mistakes(typed, meant) == count


def test_one_off_is_what_one_mistake_makes():
    found = one_off("putn")

    assert {"putin", "ptun", "put", "pute", "aputn"} < found
    assert {mistakes("putn", other) for other in found} == {1}


@pytest.mark.parametrize(
    ("word", "others", "found"),
    [
        ("finnland", ["finland", "ireland", "finnland"], ["finland"]),
        ("netanjaho", ["netanyahu", "nathaniel"], ["netanyahu"]),
        ("irakk", ["iraqi", "irak"], ["irak"]),
    ],
    ids=["one mistake", "two in a long word", "never two in a short one"],
)
def test_near_words(word, others, found):
    assert list(near(word, others)) == found


def test_the_same_first_letter_comes_first_then_names_then_what_stands_in_most_articles():
    frequencies = {"put": 90, "putt": 95, "autn": 99, "puts": 0}

    assert best_first("putn", ["putin"], frequencies) == ["putin", "putt", "put", "autn"]


def test_two_mistakes_are_not_meant_where_one_is_enough():
    assert best_first("sanctons", ["santos"], {"sanctions": 1}) == ["sanctions"]


@pytest.mark.parametrize("word", ["OTAN", "OR", "war", "2025", "-putin", "sa*", "o'brien"])
def test_signs_acronyms_and_short_words_are_taken_as_they_stand(word):
    assert not may_be_misspelt(word)
