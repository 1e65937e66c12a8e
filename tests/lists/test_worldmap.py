"""The world map: what is drawn, how strong, and where it leads."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.lists.worldmap import Place, draw_map, tints_for

FRAME = re.compile(
    r'<svg class="map" viewBox="0 0 1000 435" role="group" aria-label="(?P<title>[^"]*)">'
    r'<path class="map-land" d="(?P<land>[^"]*)"/>(?P<places>.*)</svg>'
)


def drawn(*places: Place) -> tuple[str, str, str]:
    """Return the title of a map, its land without articles, and its places."""
    return FRAME.fullmatch(draw_map(places, title="A <map>")).groups()


def test_each_place_is_a_link_with_its_name_and_number():
    _, _, places = drawn(Place("sg", "Singapore", 1_204, "/articles/?country=sg&topic=trade"))

    assert places == (
        '<a class="map-place tint-5" href="/articles/?country=sg&amp;topic=trade">'
        '<title>Singapore: 1,204 articles</title><circle cx="788" cy="249" r="4"/></a>'
    )


def test_the_strongest_come_first_and_dots_lie_on_top():
    _, _, places = drawn(
        Place("sg", "Singapore", 7, "/sg"), Place("fr", "France", 2, "/fr"), Place("ru", "Russia", 40, "/ru")
    )

    assert re.findall(r'class="map-place (tint-\d)" href="([^"]*)"', places) == [
        ("tint-5", "/ru"),
        ("tint-2", "/fr"),
        ("tint-3", "/sg"),
    ]


def test_land_without_articles_is_one_shape_and_holds_nothing_twice():
    _, whole, _ = drawn()
    _, rest, places = drawn(Place("fr", "France", 1, "/fr"))

    (france,) = re.findall(r'<path d="([^"]*)"/>', places)
    assert france in whole
    assert whole.replace(france, "") == rest


@pytest.mark.parametrize("place", [Place("yu", "Yugoslavia", 3, "/yu"), Place("fr", "France", 0, "/fr")])
def test_what_the_map_does_not_have_and_what_has_no_articles_is_left_out(place):
    assert drawn(place) == drawn()


def test_text_is_escaped():
    title, _, places = drawn(Place("ci", 'Côte <d\'Ivoire> & "more"', 1, '/?q="x"'))

    assert title == "A &lt;map&gt;"
    assert "<title>Côte &lt;d&#x27;Ivoire&gt; &amp; &quot;more&quot;: 1 article</title>" in places
    assert 'href="/?q=&quot;x&quot;"' in places


@pytest.mark.parametrize(
    ("highest", "legend"),
    [
        (1, {5: "1"}),
        (3, {4: "1", 5: "2–3"}),
        (40, {1: "1", 2: "2–4", 3: "5–9", 4: "10–19", 5: "20–40"}),
        (312_000, {1: "1–9", 2: "10–199", 3: "200–1,999", 4: "2,000–19,999", 5: "20,000–312,000"}),
    ],
)
def test_tints_stand_for_round_numbers(highest, legend):
    assert {tint.number: tint.words for tint in tints_for(highest)} == legend


@given(st.integers(1, 10**8))
def test_tints_leave_no_count_out(highest):
    tints = tints_for(highest)

    assert tints[0].least == 1
    assert tints[-1].most == highest
    assert [tint.most + 1 for tint in tints[:-1]] == [tint.least for tint in tints[1:]]
    assert tints[-1].number == 5
