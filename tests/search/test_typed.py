"""The end of a search box, as suggestions read it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.search.typed import read_typed

KINDS = ("country", "topic")
OPERATORS = {"country": ("country",), "from": ("outlet",), "main": KINDS, "after": ()}


def read(text: str) -> list[tuple[int, str, tuple[str, ...], str]]:
    """Return start, sign and operator, kinds and name of each reading."""
    return [
        (one.start, "-" * one.is_excluded + one.operator, tuple(one.kinds), one.name)
        for one in read_typed(text, OPERATORS, KINDS)
    ]


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("zel", [(0, "", KINDS, "zel")]),
        ("oil zel", [(0, "", KINDS, "oil zel"), (4, "", KINDS, "zel")]),
        ("a b c d e", [(at, "", KINDS, "a b c d e"[at:]) for at in (2, 4, 6, 8)]),
        ("oil -zel", [(4, "-", KINDS, "zel")]),
        ("-united st", [(0, "-", KINDS, "united st"), (8, "", KINDS, "st")]),
        ("country:uk", [(0, "country", ("country",), "uk")]),
        ("COUNTRY:uk", [(0, "country", ("country",), "uk")]),
        ("oil -country:uk", [(4, "-country", ("country",), "uk")]),
        ("country:", [(0, "country", ("country",), "")]),
        ("main:x", [(0, "main", KINDS, "x")]),
        ("country:united st", [(0, "country", ("country",), "united st"), (15, "", KINDS, "st")]),
        ('country:"united st', [(0, "country", ("country",), "united st")]),
        ('country:"united ', [(0, "country", ("country",), "united ")]),
        ('country:"united states"', []),
        ("country:ru OR country:u", [(14, "country", ("country",), "u")]),
        ("oil OR zel", [(7, "", KINDS, "zel")]),
        ('"peace talks" zel', [(14, "", KINDS, "zel")]),
        ('"peace ta', []),
        ("after:2025", []),
        ("https://x", []),
        ("zel ", []),
        ("OR", []),
        ("", []),
        ("-", [(0, "-", KINDS, "")]),
        ("北京", [(0, "", KINDS, "北京")]),
    ],
)  # fmt: skip
def test_the_end_of_a_text_is_read_as_the_beginning_of_a_name(text, readings):
    assert read(text) == readings


@given(st.text(st.sampled_from('aé -:"O R\n\x00北𝒳') | st.characters(), max_size=40))
def test_any_text_is_read(text):
    for one in read_typed(text, OPERATORS, KINDS):
        assert 0 <= one.start < len(text)
