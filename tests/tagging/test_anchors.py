"""Evidence stays on its words when a text is edited."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.tagging.anchors import move_spans


def words(spans, text):
    return [text[slice(*span)] if span else None for span in spans]


@pytest.mark.parametrize(
    ("old", "new", "mentions", "expected"),
    [
        ("Iran talks", "Iran talks again", ["Iran"], [(0, 4)]),
        ("Talks in Iran", "New talks in Iran", ["Iran"], [(13, 17)]),
        ("A wrd on Iran, Iraq", "A word on Iran, Iraq", ["Iran", "Iraq"], [(10, 14), (16, 20)]),
        ("One. Iran. Two.", "Uno. Iran. Due.", ["Iran"], [(5, 9)]),
        ("One. Iran. Two.", "Uno. Due.", ["Iran"], [None]),
        ("One. Iran. Two.", "Uno. Iran, Iran. Due.", ["Iran"], [None]),
        ("Iran", "Iranian", ["Iran"], [None]),
        ("in Iran", "in NotIran", ["Iran"], [None]),
        ("Iran", "", ["Iran"], [None]),
        ("Kyiv, Kyiv and Kyiv", "Kyiv, Kyiv and Kyiv", ["Kyiv"], [(0, 4)]),
    ],
    ids=[
        "text added after", "text added before", "a word mended before both", "edited on both sides",
        "its words are gone", "more often than before: no guess", "grown into another word",
        "a word grew in front", "all text removed", "nothing changed",
    ],
)  # fmt: skip
def test_a_mention_follows_its_words(old, new, mentions, expected):
    spans = [(old.index(mention), old.index(mention) + len(mention)) for mention in mentions]

    assert move_spans(spans, old, new) == expected


def test_the_second_occurrence_stays_the_second():
    old, new = "a Kyiv b Kyiv c", "x Kyiv y Kyiv z"

    assert move_spans([(9, 13)], old, new) == [(9, 13)]
    assert move_spans([(2, 6)], old, new) == [(2, 6)]


@given(st.text(alphabet="ab .é", max_size=30), st.text(alphabet="ab .é", max_size=30), st.data())
def test_a_span_never_comes_to_stand_on_other_words(old, new, data):
    start = data.draw(st.integers(0, len(old)))
    end = data.draw(st.integers(start, len(old)))

    [moved] = move_spans([(start, end)], old, new) if start < end else [None]

    assert moved is None or new[slice(*moved)] == old[start:end]
