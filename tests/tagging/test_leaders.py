"""Who leads what, as the gazetteer has it."""

from __future__ import annotations

from itertools import combinations

import pytest

from articles.tagging import read_data

PERSONS = {entry.slug: entry for entry in read_data() if entry.offices}
HEADS = frozenset({"head_of_state", "head_of_government", "head_of_state_and_government"})


def offices(slug):
    return [(office.of, office.role, office.title) for office in PERSONS[slug].offices]


def lasts_beside(one, other):
    return one.start_on < (other.end_on or one.start_on.max) and other.start_on < (
        one.end_on or one.start_on.max
    )


def test_nobody_heads_the_same_twice_at_once():
    twice = {
        slug
        for slug, entry in PERSONS.items()
        for one, other in combinations([office for office in entry.offices if office.start_on], 2)
        if one.role in HEADS and (one.of, one.role) == (other.of, other.role) and lasts_beside(one, other)
    }
    assert twice == {"ali-khamenei"}  # President, and for two months of it Supreme Leader


@pytest.mark.parametrize(
    ("slug", "held"),
    [
        ("charles-kerruish", [("im", "official", "President of Tynwald")]),
        ("salmin-amour", [("tz", "official", "President of Zanzibar")]),
        ("salman-raduyev", [("x-chechnya", "nonstate_leader", "Chechen warlord")]),
        ("gunnar-martens", [("gl", "governor_general", "High Commissioner")]),
        ("jens-frederik-nielsen", [("gl", "head_of_government", "Prime Minister")]),
    ],
)
def test_who_leads_a_part_does_not_lead_the_whole(slug, held):
    assert offices(slug) == held
