"""Finding a name by what a reader types of it."""

from __future__ import annotations

import pytest

from articles.search.names import is_called, is_exactly


@pytest.mark.parametrize(
    ("typed", "name", "expected"),
    [
        ("orban", "Viktor Orbán", True),
        ("ORBÁN", "Viktor Orban", True),
        ("orb", "Viktor Orbán", True),
        ("rban", "Viktor Orbán", False),
        ("orban viktor", "Viktor Orbán", True),
        ("orban peter", "Viktor Orbán", False),
        ("turkiye", "Türkiye", True),
        ("cote", "Côte d'Ivoire", True),
        ("cote d’ivoire", "Côte d'Ivoire", True),
        ("usa", "East Jerusalem", False),
        ("usa", "USA", True),
        ("UN", "United Nations", False),
        ("UN", "UN Women", True),
        ("uni", "United Nations", True),
        ("lodz", "Łódź", True),
        ("?!", "Viktor Orbán", False),
        ("", "Viktor Orbán", False),
    ],
)
def test_a_name_is_found_from_the_start_of_its_words(typed, name, expected):
    assert is_called(name, typed) is expected


def test_the_very_name_is_told_from_a_longer_one():
    assert [is_exactly(name, "un") for name in ("UN", "UN Women")] == [True, False]
