"""Roles of topics: what an article is about, and what it touches on."""

from __future__ import annotations

import pytest

from articles.tagging import Kind, Role, Tagger, read_data
from articles.tagging.scoring import TOPIC_WEIGHTS


@pytest.fixture(scope="module")
def tagger():
    return Tagger(read_data())


def roles(tagger, title: str, text: str) -> dict[str, Role]:
    """Return the role of each topic found by its own words."""
    tagged = tagger.tag(title=title, body=text, on=None)
    return {
        finding.slug: finding.role
        for finding in tagged.findings
        if finding.kind is Kind.TOPIC and any(mention.rule != "implied" for mention in finding.mentions)
    }


def mains(tagger, title: str, text: str) -> set[str]:
    return {slug for slug, role in roles(tagger, title, text).items() if role is Role.MAIN}


def test_no_more_than_a_few_topics_are_main_ones(tagger):
    title = "Sanctions, tariffs, elections, missiles and a coup on the agenda"
    text = "The coup and the sanctions are first: a coup plot, an asset freeze, missiles, a missile test."

    assert len(roles(tagger, title, text)) > TOPIC_WEIGHTS.most
    assert mains(tagger, title, text) == {"coups", "sanctions", "missiles"}


def test_a_main_topic_has_a_share_of_what_the_strongest_has(tagger):
    title = "Tariffs on steel and trade deal on grain"
    text = "Tariffs rise on Monday. Import duties follow, and a free trade agreement is off."

    found = roles(tagger, title, text + " Human rights were spoken of as well.")

    assert found["trade-tariffs"] is Role.MAIN
    assert found["human-rights"] is Role.MENTIONED


def test_words_of_a_narrower_topic_do_not_count_for_the_wider_one(tagger):
    found = roles(tagger, "New sanctions on banks", "The sanctions and an asset freeze begin on Monday.")

    assert found == {"sanctions": Role.MAIN}


def test_a_wider_topic_counts_its_other_words(tagger):
    found = roles(tagger, "Sanctions and economic coercion", "Sanctions are one form of economic coercion.")

    assert found == {"sanctions": Role.MAIN, "economic-statecraft": Role.MAIN}


def test_talks_between_parties_at_war_are_about_peace(tagger):
    text = "Moscow puts off its talks with Kyiv until May. A bishop waits for both."

    assert mains(tagger, "Bishop waits at an airport", text) == {"peace-talks"}


def test_talks_about_trade_with_a_state_at_war_are_not_about_peace(tagger):
    text = "Spain held talks with Ukraine on tourism. Hotels want more guests from Odesa."

    assert mains(tagger, "Madrid looks for guests", text) == {"summit"}


def test_a_quarrel_over_the_sea_floor_is_about_territory_and_energy(tagger):
    text = "Nairobi and Mogadishu have overlapping claims. Each has sold rights for offshore oil there."

    assert mains(tagger, "Border dispute over offshore oil", text) == {"border-disputes", "energy"}


def test_an_article_about_nothing_else_is_about_its_strongest_topic(tagger):
    text = "The mayor opened a bridge. " * 100 + "Later he spoke about sanctions and an asset freeze."

    assert mains(tagger, "A bridge is opened", text) == {"sanctions"}
