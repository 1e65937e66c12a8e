"""Finding things by what a reader types of their names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.search.namebook import Known, NameBook
from articles.search.names import is_called

UKRAINE = Known("country", "ua", "ukraine", "Ukraine", ("Ukrainian", "UA"))
KINGDOM = Known("country", "gb", "united-kingdom", "United Kingdom", ("UK", "Great Britain"))
STATES = Known("country", "us", "united-states", "United States", ("US", "America"))
KOREA = Known("country", "kr", "south-korea", "South Korea", ("Korea",))
NORTH = Known("country", "kp", "north-korea", "North Korea", ("Korea",))
ORBAN = Known("actor", "viktor-orban", "viktor-orban", "Viktor Orbán")
ZELENSKY = Known(
    "actor", "volodymyr-zelensky", "volodymyr-zelensky", "Volodymyr Zelensky", ("Wolodymyr Selenskyj",)
)
UA_TOPIC = Known("topic", "ua", "user-agents", "User agents")
RENAMED = Known("outlet", "us", "the-us-paper", "The US Paper")
ALL = [UKRAINE, KINGDOM, STATES, KOREA, NORTH, ORBAN, ZELENSKY, UA_TOPIC, RENAMED]
TAGS = ("actor", "country", "organisation", "topic")


@pytest.fixture(scope="module")
def book() -> NameBook:
    return NameBook(ALL)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("zel", {"Volodymyr Zelensky": "Volodymyr Zelensky"}),
        ("SELEN", {"Volodymyr Zelensky": "Wolodymyr Selenskyj"}),
        ("orban", {"Viktor Orbán": "Viktor Orbán"}),
        ("Orbán v", {"Viktor Orbán": "Viktor Orbán"}),
        ("uk", {"Ukraine": "Ukraine", "United Kingdom": "UK"}),
        ("united k", {"United Kingdom": "United Kingdom"}),
        ("korea", {"South Korea": "South Korea", "North Korea": "North Korea"}),
        ("rban", {}),
        ("orban peter", {}),
        ("?!", {}),
        ("", {}),
        ("\x00\ud800", {}),
    ],
)
def test_the_beginnings_of_words_find_names_and_say_which(book, typed, found):
    assert {book.entries[number].name: text for number, text in book.beginning(typed).items()} == found


@pytest.mark.parametrize(
    ("kinds", "typed", "found"),
    [
        (("country",), "ua", [UKRAINE]),
        (("country",), " UA ", [UKRAINE]),
        (("country",), "united-states", [STATES]),
        (("country",), "united states", [STATES]),
        (("country",), "ÜNITED States", [STATES]),
        (("country",), "uk", [KINGDOM]),
        (("country",), "great britain", [KINGDOM]),
        (("country",), "britain", [KINGDOM]),
        (("country",), "korea", [NORTH, KOREA]),
        (("country",), "united", [KINGDOM, STATES]),
        (("country",), "unit", []),
        (("actor",), "orbán", [ORBAN]),
        (("actor",), "ukraine", []),
        (TAGS, "ua", [UKRAINE, UA_TOPIC]),
        (TAGS, "ukraine", [UKRAINE]),
        (("outlet",), "us", [RENAMED]),
        (("country",), "", []),
        (("country",), "\x00", []),
    ],
)
def test_a_text_names_one_thing_several_or_none(book, kinds, typed, found):
    assert book.resolve(kinds, typed) == found


def test_a_key_wins_over_another_slug_of_the_same_spelling():
    keyed = Known("country", "georgia", "sakartvelo", "Sakartvelo")
    slugged = Known("country", "us-ga", "georgia", "State of Georgia")

    assert NameBook([slugged, keyed]).resolve(("country",), "georgia") == [keyed]


NAMES = st.text("aáb ’-C北", min_size=1, max_size=12)


@given(st.lists(NAMES, max_size=8), NAMES)
def test_the_book_finds_what_reading_every_name_finds(names, typed):
    book = NameBook(Known("topic", str(number), str(number), name) for number, name in enumerate(names))

    found = {book.entries[number].name for number in book.beginning(typed)}

    # A word of one or two letters may be half typed here; elsewhere it is meant as a whole word.
    assert {name for name in names if is_called(name, typed)} <= found
    if all(len(word) > 2 for word in typed.replace("-", " ").replace("’", " ").split()):
        assert found == {name for name in names if is_called(name, typed)}


@pytest.mark.parametrize(
    ("word", "found"),
    [("putn", ["putin"]), ("netanjaho", ["netanyahu"]), ("metanjaho", []), ("putin", [])],
    ids=["one mistake", "two in a long word", "the first letter and another", "none"],
)
def test_words_of_names_that_a_word_is_nearly(word, found):
    book = NameBook(
        [
            Known("actor", "vladimir-putin", "vladimir-putin", "Vladimir Putin"),
            Known("actor", "benjamin-netanyahu", "benjamin-netanyahu", "Benjamin Netanyahu"),
        ]
    )

    assert book.near(word) == found
