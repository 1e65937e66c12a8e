"""The real clipping beside the project: what a careful reader would tag it with."""

from __future__ import annotations

import pytest

from articles.importing.clipping import read_clipping
from articles.importing.sources import find_sources, read_source
from articles.tagging import Kind, Role, Tagger, read_data


@pytest.fixture(scope="module")
def tagged(shared):
    """Return the tags of the real clipping."""
    clipping = read_clipping(
        read_source(next(iter(find_sources([shared / "seeds" / "000_69b19c08c63a42f4.txt"]))))
    )
    return Tagger(read_data()).tag(
        title=clipping.title,
        standfirst=clipping.standfirst,
        body=clipping.body,
        on=clipping.published_on,
    )


def slugs(tagged, kind: Kind, role: Role | None = None) -> set[str]:
    return {f.slug for f in tagged.findings if f.kind is kind and role in {None, f.role}}


def test_the_parties_are_main_and_those_in_passing_are_mentioned(tagged):
    assert slugs(tagged, Kind.COUNTRY, Role.MAIN) == {"united-states", "russia", "ukraine", "hungary"}
    assert slugs(tagged, Kind.COUNTRY, Role.MENTIONED) == {"india", "china"}


def test_every_leader_is_found_and_nobody_else(tagged):
    assert slugs(tagged, Kind.ACTOR) == {
        "donald-trump", "vladimir-putin", "volodymyr-zelensky", "viktor-orban", "marco-rubio", "jd-vance",
        "joe-biden", "narendra-modi", "olga-stefanishyna",
    }  # fmt: skip
    assert slugs(tagged, Kind.ACTOR, Role.MAIN) == {"donald-trump", "vladimir-putin", "volodymyr-zelensky"}


def test_the_alliance_is_found(tagged):
    assert "nato" in slugs(tagged, Kind.ORGANISATION)


def test_the_topics_are_found(tagged):
    assert {"summit", "missiles", "sanctions", "peace-talks", "energy"} <= slugs(tagged, Kind.TOPIC)
