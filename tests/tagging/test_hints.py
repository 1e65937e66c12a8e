"""Countries that no name tells: states in short form and the forms of companies."""

from __future__ import annotations

import datetime as dt

import pytest

from articles.tagging import Alias, AliasKind, Entry, Kind, Tagger


def country(key: str, name: str, *aliases: Alias) -> Entry:
    return Entry(Kind.COUNTRY, name.lower(), name, key, aliases=(Alias(name), *aliases))


TAGGER = Tagger(
    (
        country("us", "Usonia", Alias("N.Y.", AliasKind.PLACE)),
        country("gb", "Albion"),
        country("ca", "Canadia"),
        country("pe", "Peru"),
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
    ("title", "body", "found"),
    [
        ("", "Holly Mills Inc said so.", {"usonia": ["Mills Inc"]}),
        ("HOLLY MILLS PLC NET", "Net 3 vs 4", {"albion": ["MILLS PLC"]}),
        ("HOLLY MILLS LTD NET", "Holly Mills sold it to Ivy Inc.", {}),
        ("HOLLY MILLS INC NET", "", {}),
        ("Peru and Holly Mills Inc", "They agreed.", {"peru": ["Peru"]}),
    ],
)
def test_the_home_of_a_company_counts_where_nothing_else_is_named(title, body, found):
    assert words(body, title=title) == found
