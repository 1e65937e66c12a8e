"""A search in words."""

from __future__ import annotations

import datetime as dt

import pytest

from articles.search.query import Criteria, Match
from articles.search.wording import sought, span_in_words, title_of, value_in_words

NAMES = {
    ("country", "ru"): "Russia",
    ("country", "ua"): "Ukraine",
    ("country", "cn"): "China",
    ("actor", "putin"): "Vladimir Putin",
    ("organisation", "nato"): "NATO",
    ("topic", "sanctions"): "Sanctions",
    ("topic", "energy"): "Energy",
    ("topic", "eu-affairs"): "European Union affairs",
    ("outlet", "bbc"): "BBC",
    ("outlet", "reuters"): "Reuters",
    ("author", "ann-lee"): "Ann Lee",
    ("language", "fr"): "French",
    ("language", "und"): "an unstated language",
}
ALL, ANY, NOT, MAIN = Match.ALL, Match.ANY, Match.NOT, Match.MAIN


@pytest.mark.parametrize(
    ("values", "title"),
    [
        ({}, "All articles"),
        ({("country", ALL): ("ru",)}, "Articles about Russia"),
        ({("country", ALL): ("ru", "ua")}, "Articles about Russia and Ukraine"),
        ({("country", ALL): ("ru", "ua", "cn")}, "Articles about Russia, Ukraine and China"),
        ({("country", ALL): ("ru",), ("actor", ALL): ("putin",)}, "Articles about Vladimir Putin and Russia"),
        (
            {("country", ALL): ("ru", "ua"), ("topic", ALL): ("sanctions",)},
            "Articles about Russia and Ukraine, on sanctions",
        ),
        ({("topic", ALL): ("sanctions", "energy")}, "Articles on sanctions and energy"),
        ({("topic", ANY): ("sanctions", "energy")}, "Articles on sanctions or energy"),
        ({("topic", ALL): ("eu-affairs",)}, "Articles on European Union affairs"),
        ({("country", ANY): ("ru", "ua")}, "Articles about Russia or Ukraine"),
        ({("country", ANY): ("ru",)}, "Articles about Russia"),
        (
            {("country", ALL): ("ru",), ("organisation", ANY): ("nato", "un")},
            "Articles about Russia and either NATO or un",
        ),
        (
            {("actor", ALL): ("putin",), ("country", ANY): ("ru", "ua", "cn")},
            "Articles about Vladimir Putin and any of Russia, Ukraine or China",
        ),
        ({("country", MAIN): ("ru",)}, "Articles mainly about Russia"),
        ({("topic", MAIN): ("energy",)}, "Articles mainly on energy"),
        (
            {("country", ALL): ("ua",), ("country", MAIN): ("ru",), ("topic", ALL): ("energy",)},
            "Articles about Ukraine, on energy, mainly about Russia",
        ),
        ({("country", NOT): ("cn",)}, "Articles without China"),
        ({("country", NOT): ("cn",), ("organisation", NOT): ("nato",)}, "Articles without China or NATO"),
        ({("topic", NOT): ("energy",)}, "Articles not on energy"),
        ({("outlet", ALL): ("reuters",)}, "Articles by Reuters"),
        ({("outlet", ANY): ("reuters", "bbc")}, "Articles by Reuters or BBC"),
        (
            {("outlet", NOT): ("bbc",), ("author", ALL): ("ann-lee",)},
            "Articles written by Ann Lee, not by BBC",
        ),
        ({("author", NOT): ("ann-lee",)}, "Articles not written by Ann Lee"),
        (
            {("country", ALL): ("ua",), ("language", ALL): ("fr",), ("origin", ALL): ("editor",)},
            "Articles about Ukraine, in French, with a tag by an editor",
        ),
        ({("language", ANY): ("fr", "und")}, "Articles in French or an unstated language"),
        ({("language", NOT): ("fr",)}, "Articles not in French"),
        (
            {("has", ALL): ("country", "date"), ("status", ANY): ("suggested", "confirmed")},
            "Articles with a country tag, a publication date and either a suggested tag or a confirmed tag",
        ),
        (
            {("has", NOT): ("topic",), ("origin", NOT): ("frontmatter",)},
            "Articles without a topic tag or a tag from front matter",
        ),
        ({("dated", ANY): ("month", "none")}, "Articles dated to the month or without a date"),
        ({("dated", NOT): ("day",)}, "Articles not dated to the day"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_title_says_which_tags(values, title):
    assert title_of(Criteria(values=values), NAMES) == title


@pytest.mark.parametrize(
    ("facet", "key", "match", "words"),
    [
        ("country", "ru", ALL, "Russia"),
        ("country", "ru", NOT, "not Russia"),
        ("topic", "energy", MAIN, "mainly Energy"),
        ("topic", "unheard-of", ANY, "unheard-of"),
        ("language", "fr", ALL, "in French"),
        ("language", "und", NOT, "not in an unstated language"),
        ("has", "topic", NOT, "without a topic tag"),
        ("origin", "editor", ANY, "with a tag by an editor"),
        ("status", "suggested", ALL, "with a suggested tag"),
        ("dated", "none", ALL, "without a date"),
        ("dated", "day", NOT, "not dated to the day"),
    ],
    ids=lambda value: str(value),
)
def test_a_value_on_its_own_says_what_it_wants(facet, key, match, words):
    assert value_in_words(facet, key, match, NAMES) == words


@pytest.mark.parametrize(
    ("criteria", "title"),
    [
        (
            Criteria(published_after=dt.date(2025, 10, 1), published_before=dt.date(2025, 10, 31)),
            "Articles published in October 2025",
        ),
        (Criteria(clipped_before=dt.date(2025, 10, 17)), "Articles clipped until 17 October 2025"),
        (Criteria(words="grain deal"), "Articles with the words “grain deal”"),
        (Criteria(words="deal"), "Articles with the word “deal”"),
        (
            Criteria(
                values={("country", ALL): ("ru",), ("outlet", ALL): ("bbc",), ("country", NOT): ("cn",)},
                words='"long-range missiles"',
                published_after=dt.date(2025, 1, 1),
            ),
            "Articles about Russia, by BBC, without China, published since 1 January 2025, "
            "with “long-range missiles”",
        ),
    ],
    ids=["month", "clipped", "words", "one word", "everything at once"],
)
def test_the_title_says_when_and_which_words(criteria, title):
    assert title_of(criteria, NAMES) == title


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2025-10-16", "2025-10-16", "on 16 October 2025"),
        ("2025-10-01", "2025-10-31", "in October 2025"),
        ("2024-02-01", "2024-02-29", "in February 2024"),
        ("2025-08-01", "2025-10-31", "from August 2025 to October 2025"),
        ("2025-01-01", "2025-12-31", "in 2025"),
        ("2022-01-01", "2025-12-31", "from 2022 to 2025"),
        ("2025-10-02", "2025-10-31", "from 2 October 2025 to 31 October 2025"),
        ("2025-10-02", None, "since 2 October 2025"),
        (None, "2025-10-02", "until 2 October 2025"),
        (None, None, ""),
    ],
)
def test_a_span_of_days_is_said_as_people_say_it(first, last, words):
    assert (
        span_in_words(first and dt.date.fromisoformat(first), last and dt.date.fromisoformat(last)) == words
    )


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("deal", "the word “deal”"),
        ("peace talks", "the words “peace talks”"),
        ('"peace talks"', "“peace talks”"),
        ('"peace talks" putin', "the word “putin” and “peace talks”"),
        ('"black sea" -grain', "“black sea”, without grain"),
        ('-grain -"red sea"', "without grain or “red sea”"),
        ('"grain"', "the word “grain”"),
        ("sanction* putin", "the words “sanction… putin”"),
        ("oil OR gas", "either “oil” or “gas”"),
        ('oil OR gas* OR "black sea" deal', "the word “deal” and any of “oil”, “gas…” or “black sea”"),
        ("deal -oil OR gas*", "the word “deal”, without oil or gas…"),
    ],
    ids=[
        "a word", "words", "a phrase", "a phrase and a word", "a phrase without a word", "only without",
        "a phrase of one word", "the beginning of a word", "either word", "any of three", "neither word",
    ],
)  # fmt: skip
def test_words_are_told_apart_from_phrases_and_from_what_is_left_out(words, expected):
    assert sought(words) == expected
    assert (
        title_of(Criteria(words=words), {})
        == f"Articles {'' if expected[:3] == 'wit' else 'with '}{expected}"
    )


def test_the_article_stands_in_titles():
    names = {("country", "us"): "United States", ("organisation", "eu"): "European Union"}
    values = {("country", ALL): ("us",), ("organisation", NOT): ("eu",)}

    assert (
        title_of(Criteria(values=values), names)
        == "Articles about the United States, without the European Union"
    )
