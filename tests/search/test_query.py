import pytest

from articles.search.query import (
    Criteria,
    Cursor,
    CursorError,
    Match,
    Sort,
    Term,
    WordsError,
    read_words,
)


def excluded(text: str) -> Term:
    return Term(text, is_excluded=True)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("", ()),
        ("putin budapest", (Term("putin"), Term("budapest"))),
        ('"peace talks" kyiv', (Term("peace talks"), Term("kyiv"))),
        ("“peace talks”", (Term("peace talks"),)),
        ('"peace talks', (Term("peace talks"),)),
        ('kyiv"peace talks"', (Term("kyiv"), Term("peace talks"))),
        ("summit -alaska", (Term("summit"), excluded("alaska"))),
        ('-"peace talks"', (excluded("peace talks"),)),
        ("long-range", (Term("long-range"),)),
        ("O'Brien U.S. c++", (Term("O'Brien"), Term("U.S."), Term("c++"))),
        ("oil AND gas OR NOT", (Term("oil"), Term("AND"), Term("gas"), Term("OR"), Term("NOT"))),
        ("country:ru (a*)", (Term("country:ru"), Term("(a*)"))),
        ("Russia - Ukraine", (Term("Russia"), Term("Ukraine"))),
        ("oil oil", (Term("oil"),)),
        ("北京 Київ", (Term("北京"), Term("Київ"))),
    ],
    ids=[
        "nothing",
        "words",
        "a phrase",
        "typographic quotation marks",
        "an unclosed phrase",
        "a phrase glued to a word",
        "an excluded word",
        "an excluded phrase",
        "a hyphen inside a word excludes nothing",
        "punctuation inside words",
        "operators of other engines are words",
        "other syntax is words",
        "a dash between spaces is nothing",
        "a repeated word",
        "other scripts",
    ],
)
def test_words_are_read_literally(text, terms):
    assert read_words(text) == terms


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("^ { ++", "there is no word to search for in '^ { ++'; type letters or digits"),
        ('"', "there is no word to search for in '\"'; type letters or digits"),
        ("---", "there is no word to search for in '---'; type letters or digits"),
        ("a" * 201, "at most 200 characters can be searched for, these are 201; shorten it"),
        (" ".join(map(str, range(21))), "at most 20 words can be combined, these are 21; leave some out"),
        ("\ud800", "there is no word to search for in '?'; type letters or digits"),
    ],
    ids=["punctuation", "a lone quotation mark", "dashes", "too long", "too many", "half a character"],
)
def test_words_that_cannot_be_searched_for_say_why(text, message):
    with pytest.raises(WordsError) as caught:
        read_words(text)

    assert str(caught.value) == message


@pytest.mark.parametrize("order", list(Sort))
def test_a_cursor_survives_its_address(order):
    cursor = Cursor(order, 812_345_678_901_234)

    assert Cursor.read(str(cursor), order) == cursor


@pytest.mark.parametrize(
    "text", ["", "x", "n", "n-1", "n1.5", "N1", "n1 ", "n" + "f" * 16, "n１", "1", "o12", "\0"]
)
def test_a_foreign_cursor_is_refused(text):
    with pytest.raises(CursorError, match="is not a page of this search; begin with the first page"):
        Cursor.read(text, Sort.NEWEST)


def test_relevance_without_words_is_newest_first():
    assert Criteria(sort=Sort.RELEVANCE).order is Sort.NEWEST
    assert Criteria(sort=Sort.RELEVANCE, words="oil").order is Sort.RELEVANCE


def test_a_search_for_no_values_is_unfiltered():
    assert Criteria(values={("country", Match.ALL): ()}).is_unfiltered
    assert not Criteria(values={("country", Match.NOT): ("ru",)}).is_unfiltered
