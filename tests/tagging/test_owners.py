"""Whose an office is: the words that belong to it say so, or the sentence does, or nobody does."""

from __future__ import annotations

import pytest

from articles.tagging import Tagger, read_data

ELSEWHERE = "Kenya and Uganda signed on Monday. "


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    """Return a tagger of the whole gazetteer."""
    return Tagger(read_data())


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        ("Togolese water minister Kossi Adjavon left for Chile.", "tg"),
        ("Togo's newly appointed water minister, Kossi Adjavon, left for Chile.", "tg"),
        ("U.S. Trade Representative Kossi Adjavon met Chile's envoys.", "us"),
        ("The prime minister of Togo, Kossi Adjavon, left for Chile.", "tg"),
        ("Minister of Health of Togo Kossi Adjavon left for Chile.", "tg"),
        ("Kossi Adjavon, a spokesman for Togo's foreign ministry, spoke of Chile.", "tg"),
        ("Togo's ambassador to Chile, Kossi Adjavon, spoke.", "tg"),
        ("Togolese Ports and Coastal Trade Minister Kossi Adjavon left for Chile.", "tg"),
        ("Kossi Adjavon, the Swiss vice minister of science, left for Chile.", "ch"),
    ],
    ids=[
        "adjective",
        "possessive",
        "country before",
        "of",
        "of a field of",
        "for",
        "envoy",
        "two fields",
        "apposition",
    ],
)
def test_words_that_belong_to_the_office_say_whose_it_is(tagger, text, owner):
    assert suggested(tagger, ELSEWHERE + text) == {"Kossi Adjavon": owner}


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        ("Togo was represented by Kossi Adjavon, vice minister of water. US officials came later.", "tg"),
        ("Talks ended. Foreign Minister Kossi Adjavon spoke for Togo. Chile was silent.", "tg"),
    ],
)
def test_else_it_is_the_only_country_of_the_sentence(tagger, text, owner):
    assert suggested(tagger, ELSEWHERE + text) == {"Kossi Adjavon": owner}


@pytest.mark.parametrize(
    "text",
    [
        "American forces struck Hezbollah.\n\nPrime Minister Kossi Adjavon stayed and waited.",
        "Foreign Minister Kossi Adjavon met guests from Togo and Chile.",
        "It works in Togo. The party president of Radio Lagune, Kossi Adjavon, objected.",
        "The ambassador to Togo, Kossi Adjavon, objected.",
        "Foreign Minister Kossi Adjavon arrived in Santiago.",
        "Togolese envoys and Foreign Minister Kossi Adjavon met Chile's.",
        "Togo's ties with Chile. Foreign Minister Kossi Adjavon objected.",
        "All was calm in Togo. Foreign Minister Kossi Adjavon objected.",
    ],
    ids=[
        "a line before",
        "two in the sentence",
        "of something unknown",
        "sent to",
        "a town",
        "and others",
        "a sentence ago",
        "right before the office",
    ],
)
def test_never_from_elsewhere(tagger, text):
    assert suggested(tagger, ELSEWHERE + text) == {"Kossi Adjavon": ""}


def test_a_text_that_repeats_itself_is_read_once(tagger):
    text = "Togo's foreign minister Kossi Adjavon spoke. " * 3_000

    assert suggested(tagger, text) == {"Kossi Adjavon": "tg"}


def suggested(tagger: Tagger, text: str) -> dict[str, str]:
    """Return the owner of the office of each person suggested."""
    return {
        one.name: one.owner for one in tagger.tag(title="", standfirst="", body=text, on=None).suggestions
    }
