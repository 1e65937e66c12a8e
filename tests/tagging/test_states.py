"""Countries that states in short form tell, and forms of companies do not."""

from __future__ import annotations

import datetime as dt

import pytest

from articles.tagging import Alias, AliasKind, Entry, Kind, Tagger
from articles.tagging.states import BEFORE_STATE


def country(key: str, name: str, *aliases: Alias) -> Entry:
    return Entry(Kind.COUNTRY, name.lower(), name, key, aliases=(Alias(name), *aliases))


TAGGER = Tagger(
    (
        country(
            "us",
            "Usonia",
            Alias("N.Y.", AliasKind.PLACE),
            Alias("Capitol", AliasKind.CAPITAL),
            Alias("Salem, Mass.", AliasKind.PLACE),
        ),
        country("gb", "Albion"),
        country("ca", "Canadia"),
        country("pe", "Peru", Alias("Lima", AliasKind.CAPITAL)),
    )
)


def words(body: str, *, title: str = "") -> dict[str, list[str]]:
    """Return the words that name each country."""
    tagged = TAGGER.tag(title=title, body=body, on=dt.date(1990, 3, 3))
    return {finding.slug: [mention.words for mention in finding.mentions] for finding in tagged.findings}


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("They met in Hannibal, Mo., at noon.", {"usonia": ["Mo"]}),
        (
            "Plants in Norwood, N.C.; Hope, B.C. and Troy, N.Y. stay.",
            {"usonia": ["N.C", "N.Y"], "canadia": ["B.C"]},
        ),
        ("Thank you, Miss. Good day, Me. Man, Ore, Ill.", {}),
    ],
)
def test_a_state_in_short_form_behind_a_town(body, found):
    assert words(body) == found


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("The mayor of Lima, Tex., spoke.", {"usonia": ["Tex"]}),
        ("They met in Lima, N.Y., at noon.", {"usonia": ["N.Y"]}),
        ("They flew from Lima to Lima, Ore., on Monday.", {"peru": ["Lima"], "usonia": ["Ore"]}),
        ("The court in Capitol, D.C., is shut.", {"usonia": ["Capitol", "D.C"]}),
        ("They met in Salem, Mass., at noon.", {"usonia": ["Salem, Mass"]}),
        ("Lima, tex. and more", {"peru": ["Lima"]}),
    ],
    ids=[
        "a state",
        "a state with a name of its own",
        "both towns",
        "the capital itself",
        "a name with its state",
        "no short form",
    ],
)
def test_a_capital_before_a_state_is_a_town_of_that_state(body, found):
    assert words(body) == found


def test_a_capital_before_a_state_is_refused_with_its_reason():
    refused = TAGGER.tag(title="", body="They met in Lima, Ore., at noon.", on=None).refusals

    assert [(refusal.mention.words, refusal.reason) for refusal in refused] == [("Lima", BEFORE_STATE)]


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("", "Ivy Motor Corp said its profit rose."),
        ("IVY MILLS PLC NET", "Net 3 vs 4"),
        ("", "Ivy Mills Inc will pay ten cents."),
        ("", "Ivy Mills GmbH will pay ten cents."),
    ],
    ids=["Corp of Japan", "Plc of Ireland", "Inc of Canada", "GmbH of Austria"],
)
def test_the_form_of_a_company_tells_no_country(title, body):
    assert words(body, title=title) == {}
