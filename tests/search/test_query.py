import pytest

from articles.search.query import (
    Clause,
    Criteria,
    Cursor,
    CursorError,
    Match,
    Sort,
    Term,
    WordsError,
    read_words,
    written,
)


def word(*texts: str) -> Clause:
    return Clause(tuple(map(Term, texts)))


def excluded(*texts: str) -> Clause:
    return Clause(tuple(map(Term, texts)), is_excluded=True)


def beginning(text: str) -> Clause:
    return Clause((Term(text, is_prefix=True),))


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("", ()),
        ("putin budapest", (word("putin"), word("budapest"))),
        ('"peace talks" kyiv', (word("peace talks"), word("kyiv"))),
        ("“peace talks”", (word("peace talks"),)),
        ('"peace talks', (word("peace talks"),)),
        ('kyiv"peace talks"', (word("kyiv"), word("peace talks"))),
        ("summit -alaska", (word("summit"), excluded("alaska"))),
        ('-"peace talks"', (excluded("peace talks"),)),
        ("long-range", (word("long-range"),)),
        ("O'Brien U.S. c++", (word("O'Brien"), word("U.S."), word("c++"))),
        ("oil AND gas NOT", (word("oil"), word("AND"), word("gas"), word("NOT"))),
        ("country:ru (a)", (word("country:ru"), word("(a)"))),
        ("Russia - Ukraine", (word("Russia"), word("Ukraine"))),
        ("oil oil", (word("oil"),)),
        ("北京 Київ", (word("北京"), word("Київ"))),
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
def test_words_are_read_literally(text, clauses):
    assert read_words(text) == clauses


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("oil OR gas", (word("oil", "gas"),)),
        ('oil OR gas OR "peace talks" kyiv', (word("oil", "gas", "peace talks"), word("kyiv"))),
        ("kyiv oil OR gas", (word("kyiv"), word("oil", "gas"))),
        ("-oil OR gas", (excluded("oil", "gas"),)),
        ("oil OR - gas", (word("oil", "gas"),)),
        ("oil OR oil", (word("oil"),)),
        ("oil or gas", (word("oil"), word("or"), word("gas"))),
        ('oil "OR" gas', (word("oil"), word("OR"), word("gas"))),
        ("OR oil", (word("OR"), word("oil"))),
        ("oil OR", (word("oil"), word("OR"))),
        ("oil OR -gas", (word("oil"), word("OR"), excluded("gas"))),
        ("OR", (word("OR"),)),
        ("oil OR OR gas", (word("oil"), word("OR", "gas"))),
    ],
    ids=[
        "either word", "a chain", "the last word alone", "none of both", "punctuation stands aside",
        "one word twice", "small letters", "in quotation marks", "at the beginning", "at the end",
        "before what is excluded", "alone", "twice",
    ],
)  # fmt: skip
def test_or_joins_what_stands_on_both_sides_and_is_a_word_elsewhere(text, clauses):
    assert read_words(text) == clauses


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("sanction*", (beginning("sanction"),)),
        ("san*", (beginning("san"),)),
        ("санк*", (beginning("санк"),)),
        ("-san*", (Clause((Term("san", is_prefix=True),), is_excluded=True),)),
        ("san** OR oil", (Clause((Term("san", is_prefix=True), Term("oil"))),)),
        ("sa*", (word("sa*"),)),
        ("long-rang*", (word("long-rang*"),)),
        ('"black se*"', (word("black se*"),)),
        ("san*ction", (word("san*ction"),)),
        ("*", None),
    ],
    ids=[
        "a beginning", "of three letters", "in another script", "excluded", "one of two",
        "two letters are too few", "a hyphen inside", "a phrase has none", "inside a word", "alone",
    ],
)  # fmt: skip
def test_a_star_stands_for_the_rest_of_a_word(text, clauses):
    if clauses is None:
        with pytest.raises(WordsError, match="there is no word to search for"):
            read_words(text)
    else:
        assert read_words(text) == clauses


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("^ { ++", "there is no word to search for in “^ { ++”; type letters or digits"),
        ('"', 'there is no word to search for in “"”; type letters or digits'),
        ("---", "there is no word to search for in “---”; type letters or digits"),
        ("a" * 201, "at most 200 characters can be searched for, these are 201; shorten it"),
        (" ".join(map(str, range(21))), "at most 20 words can be combined, these are 21; leave some out"),
        (" OR ".join(map(str, range(21))), "at most 20 words can be combined, these are 21; leave some out"),
        ("aaa* bbb* ccc* -ddd*", "at most 3 words can end in a star, these are 4; write some out"),
        ("\ud800", "there is no word to search for in “?”; type letters or digits"),
    ],
    ids=[
        "punctuation",
        "a lone quotation mark",
        "dashes",
        "too long",
        "too many",
        "too many choices",
        "too many stars",
        "half a character",
    ],
)
def test_words_that_cannot_be_searched_for_say_why(text, message):
    with pytest.raises(WordsError) as caught:
        read_words(text)

    assert str(caught.value) == message


@pytest.mark.parametrize("order", list(Sort))
@pytest.mark.parametrize("is_backwards", [False, True], ids=["after", "before"])
def test_a_cursor_survives_its_address(order, is_backwards):
    cursor = Cursor(order, 812_345_678_901_234, is_backwards)

    assert Cursor.read(str(cursor), order, is_backwards=is_backwards) == cursor


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


@pytest.mark.parametrize(
    "text",
    [
        "oil embargo",
        '"peace talks" -"open end" -oil',
        'tariff OR sanctions OR "black sea" -a OR b',
        "sanction* sa* O'Brien long-range",
        '"OR" oil "-oil" "sanction*" --oil c++',
        "OR oil OR",
        "北京 U.S. ²",
    ],
)
def test_clauses_written_are_read_as_the_same(text):
    clauses = read_words(text)

    assert read_words(written(clauses)) == clauses


@pytest.mark.parametrize(
    ("bracketed", "plain"),
    [
        ("(oil OR gas) kyiv", "oil OR gas kyiv"),
        ('kyiv ( oil OR "natural gas" OR coal )', 'kyiv oil OR "natural gas" OR coal'),
        ("(a OR b) (c OR d)", "a OR b c OR d"),
        ("-(oil OR gas)", "-oil OR gas"),
        ("x OR (a OR b)", "x OR a OR b"),
    ],
    ids=["first", "last", "two", "excluded", "within an OR"],
)
def test_brackets_around_what_or_joins_change_nothing(bracketed, plain):
    assert read_words(bracketed) == read_words(plain)


@pytest.mark.parametrize(
    "text", ["(oil gas) OR coal", "f(x) OR y", "(oil OR gas)s", '"(oil OR gas)"x', "(oil) kyiv"]
)
def test_other_brackets_stay(text):
    assert any("(" in term.text for clause in read_words(text) for term in clause.alternatives)
