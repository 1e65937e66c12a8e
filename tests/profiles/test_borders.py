"""Borders, against the gazetteer."""

from __future__ import annotations

from articles.profiles.borders import read_borders
from articles.tagging.gazetteer import read_data
from articles.tagging.records import Kind


def test_whoever_borders_on_a_country_is_bordered_on_by_it():
    borders = read_borders()

    one_sided = [
        (key, other)
        for key, others in borders.items()
        for other in others
        if key not in borders.get(other, ())
    ]
    assert one_sided == []
    assert borders["pt"] == ("es",)


def test_every_country_with_borders_is_in_the_gazetteer():
    countries = {entry.key for entry in read_data() if entry.kind is Kind.COUNTRY}

    assert set(read_borders()) - countries == set()
