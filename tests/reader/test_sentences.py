"""Sentences that name both of two things."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.reader.sentences import ROOM, Quotation, quote_both


def quoted(*texts: str) -> list[Quotation]:
    """Return the sentences that name both Russia and Ukraine, where these words stand."""
    places = [
        [[match.span() for match in re.finditer(name, text)] for name in ("Russia", "Ukraine")]
        for text in texts
    ]
    return list(quote_both([(text, *spans) for text, spans in zip(texts, places, strict=True)]))


def words(quotation: Quotation) -> str:
    """Return a quotation with its names in brackets."""
    return "".join(f"[{which} {text}]" if which else text for text, which in quotation.parts)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Talks began. Russia met Ukraine in May. They ended.", ["[1 Russia] met [2 Ukraine] in May."]),
        ("Russia left. Ukraine stayed.", []),
        ("Ukraine thanked the U.S. and Russia left.", ["[2 Ukraine] thanked the U.S. and [1 Russia] left."]),
        ("“Ukraine and Russia agree.” So he said.", ["“[2 Ukraine] and [1 Russia] agree.”"]),
        ("Russia\n\nUkraine", []),
        ("Russia and Ukraine: Russia again", ["[1 Russia] and [2 Ukraine]: [1 Russia] again"]),
        ("No name at all.", []),
        ("", []),
    ],
)
def test_a_sentence_is_quoted_that_names_both(text, sentences):
    assert [words(quotation) for quotation in quoted(text)] == sentences


def test_markdown_is_taken_away():
    text = "- **Russia** and [the people of Ukraine](https://example.org/a_b) *agreed*."

    assert [words(quotation) for quotation in quoted(text)] == [
        "[1 Russia] and the people of [2 Ukraine] agreed."
    ]


def test_each_leads_to_the_number_of_its_first_name_in_the_whole_article():
    found = quoted("Russia", "Ukraine rests. Russia meets Ukraine.", "Ukraine. Then Ukraine and Russia.")

    assert [quotation.number for quotation in found] == [3, 6]


def test_of_a_long_sentence_the_part_around_the_names_is_kept():
    text = "and so on " * 60 + "Russia fought Ukraine " + "and so on " * 60

    (quotation,) = quoted(text)

    assert words(quotation).startswith("… ")
    assert words(quotation).endswith(" …")
    assert "[1 Russia] fought [2 Ukraine]" in words(quotation)
    assert len(words(quotation)) < ROOM + 20


def test_names_far_apart_in_a_sentence_without_end_are_not_said_of_each_other():
    assert quoted("Russia " + "and so on " * 30 + "Ukraine") == []


@given(st.text(alphabet="Rusia Ukrne.!?\n*[]()_`\ue0f0\ue0f1\ue0f2", max_size=300), st.data())
def test_any_text_and_any_places_can_be_quoted(text, data):
    places = st.lists(
        st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).map(lambda pair: tuple(sorted(pair)))
    )

    for quotation in quote_both([(text, data.draw(places), data.draw(places))]):
        assert {which for _, which in quotation.parts} <= {0, 1, 2}
        assert quotation.number > 0
