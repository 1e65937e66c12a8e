"""Datelines: their form, and what they add to the country they name."""

from __future__ import annotations

import datetime as dt

import pytest

from articles.tagging import Alias, AliasKind, Entry, Kind, Role, Tagger, datelines


def country(key: str, name: str, *aliases: Alias) -> Entry:
    return Entry(Kind.COUNTRY, name.lower(), name, key, aliases=(Alias(name), *aliases))


TAGGER = Tagger(
    (
        country("pe", "Peru", Alias("Lima", AliasKind.CAPITAL), Alias("Cusco", AliasKind.PLACE)),
        country("at", "Austria", Alias("Vienna", AliasKind.CAPITAL)),
        country("bo", "Bolivia"),
        country("us", "Usonia"),
    )
)
LATER = " The rest of it was about the weather." * 9


def roles(body: str, *, title: str = "") -> dict[str, Role]:
    tagged = TAGGER.tag(title=title, body=body, on=dt.date(1990, 3, 3))
    return {finding.slug: finding.role for finding in tagged.findings}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("LIMA, March 3 - Talks", "LIMA, March 3 - "),
        ("Lima, 3 March 1990 (RFE/RL) - Talks", "Lima, 3 March 1990 (RFE/RL) - "),
        ("Port Sudan — The talks", "Port Sudan — "),
        ("Quito, march 9 - up to", "Quito, march 9 - "),
        ("SALEM, Ore., Feb. 9 -\n    Net", "SALEM, Ore., Feb. 9 -\n"),
        ("By Ann Lee, Agency\nLIMA, March 3 - Talks", "LIMA, March 3 - "),
        ("LIMA, May 26. /TASS/. Talks", "LIMA, May 26. /TASS/. "),
        ("LIMA, May 26th. /tass/. Talks", "LIMA, May 26th. /tass/. "),
        ("Lima, 3rd March 1990 (RFE/RL) - Talks", "Lima, 3rd March 1990 (RFE/RL) - "),
        ("New Delhi, May 3 (PTI) The talks", "New Delhi, May 3 (PTI) "),
        ("TALKS FAIL AGAIN\n    LIMA, March 3 - Talks", "LIMA, March 3 - "),
        ("By noon the talks in Lima were over.\nThey failed.", ""),
        ("Lima - long a friend - is silent", ""),
        ("Lima, Chapter 3 - Talks", ""),
    ],
)
def test_where_the_dateline_stands(text, line):
    start, end = datelines.find(text, 0)

    assert text[start:end] == line


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("AKRON, Ohio, March 3 - ", "us"),
        ("WALTHAM, Mass, April 3 - ", "us"),
        ("IONIA, MICH., April 13 - ", "us"),
        ("TROY, N.Y., April 13 - ", "us"),
        ("HOPE, B.C., April 13 - ", "ca"),
        ("LA PAZ, Bolivia, April 13 - ", ""),
        ("LIMA, March 3 - ", ""),
    ],
)
def test_the_state_that_a_dateline_abbreviates(line, key):
    assert datelines.state_of(line, 0, len(line))[0] == key


@pytest.mark.parametrize(
    ("text", "is_company"),
    [
        ("Harrow Mills Inc said", True),
        ("Harrow Mills Plc <HARW.L> said", True),
        ("L.M. Harrow Mill Co of Sweden", True),
        ("The ministers of Peru and Chile", False),
        ("Co-operation with Peru", False),
        ("ministers of the G7 AG group", False),
        ("The bus broke down in Co Armagh", False),
        ("The SA government said", False),
    ],
)
def test_a_company_is_known_by_its_form(text, is_company):
    assert datelines.is_about_company(text) == is_company


def test_the_dateline_of_a_country_that_is_named_counts_as_its_first_mention():
    text = "The mayor spoke first. Then those of Peru and Bolivia spoke." + LATER

    assert roles(text) == {"peru": Role.MENTIONED, "bolivia": Role.MENTIONED}
    assert roles("LIMA, March 3 - " + text) == {"peru": Role.MAIN, "bolivia": Role.MENTIONED}


def test_a_country_that_is_named_late_is_no_main_one_for_its_bureau():
    text = "The mayors of Bolivia spoke." + LATER * 2 + " Peru waits."

    assert roles("LIMA, March 3 - " + text) == {"bolivia": Role.MAIN, "peru": Role.MENTIONED}
    assert roles("CUSCO, March 3 - " + text) == {"bolivia": Role.MAIN, "peru": Role.MAIN}


def test_where_bodies_of_many_states_meet_the_dateline_adds_nothing():
    text = "The mayor spoke first. Then those of Austria and Bolivia spoke." + LATER

    assert roles("VIENNA, March 3 - " + text) == roles(text)


def test_the_only_country_of_a_short_report_is_a_main_one():
    text = "The mayor spoke first. Then those of {} spoke." + LATER

    assert roles(text.format("Peru")) == {"peru": Role.MAIN}
    assert roles(text.format("Peru and Bolivia"))["peru"] is Role.MENTIONED


def test_a_town_in_capitals_without_a_dash_is_a_dateline():
    text = "LIMA The envoys of Bolivia left."

    assert roles(text).keys() == {"bolivia"}
    assert datelines.find_bare(text, 0) == (0, 4)
    assert datelines.find_bare("UN experts left Lima.", 0) == (0, 0)


def test_a_town_that_is_no_capital_is_a_scene():
    text = "The envoy of Bolivia opened it."

    assert roles("CUSCO, March 3 - " + text).keys() == {"peru", "bolivia"}
    assert roles("LIMA, March 3 - " + text).keys() == {"bolivia"}
