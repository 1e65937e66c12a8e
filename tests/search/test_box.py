"""The search box: one line as parameters, and parameters as one line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.filters import ArticleFilter
from articles.search.box import Operator, Parsed, parse, write
from articles.search.namebook import Known
from articles.search.query import SUFFIXES, Match, WordsError, read_words

OPERATORS = ArticleFilter.operators()
KNOWN = [
    Known("country", "ru", "russia", "Russia"),
    Known("country", "ua", "ukraine", "Ukraine"),
    Known("country", "us", "united-states", "United States"),
    Known("country", "cd", "dr-congo", "DR Congo", ("Congo",)),
    Known("country", "cg", "congo-brazzaville", "Congo-Brazzaville", ("Congo",)),
    Known("country", "ge", "georgia", "Georgia"),
    Known("topic", "oil", "oil", "Oil"),
    Known("topic", "georgia", "georgia", "Georgia"),
    Known("actor", "vladimir-putin", "vladimir-putin", "Vladimir Putin", ("Putin",)),
    Known("outlet", "bbc", "bbc", "BBC"),
    *(Known("has", key, key, key) for key in ("topic", "date")),
]


def resolve(operator: Operator, value: str) -> list[Known]:
    return [
        known
        for known in KNOWN
        if known.kind in operator.facets
        and value.casefold() in map(str.casefold, (known.key, known.slug, known.name, *known.others))
    ]


def read(line: str, *, chosen: tuple[str, ...] = ()) -> Parsed:
    return parse(line, OPERATORS, resolve, chosen=chosen)


# --- What a line means ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "parameters", "words"),
    [
        ("putin budapest", [], "putin budapest"),
        ("country:ukraine", [("country", "ua")], ""),
        ("Country:UA", [("country", "ua")], ""),
        ("country:ru country:ua", [("country", "ru"), ("country", "ua")], ""),
        ('country:"united states" oil', [("country", "us")], "oil"),
        ("country:“united states” oil", [("country", "us")], "oil"),
        ('oil country:"united states', [("country", "us")], "oil"),
        ("-country:ru", [("country__not", "ru")], ""),
        ("country:ru OR country:ua oil", [("country__any", "ru"), ("country__any", "ua")], "oil"),
        ("country:ru OR country:russia", [("country__any", "ru")], ""),
        ("-country:ru OR country:ua", [("country__not", "ru"), ("country__not", "ua")], ""),
        ("main:putin", [("actor__main", "vladimir-putin")], ""),
        ("main-topic:georgia", [("topic__main", "georgia")], ""),
        ("from:bbc", [("outlet", "bbc")], ""),
        ("has:topic -has:date", [("has", "topic"), ("has__not", "date")], ""),
        ("after:2025-08 before:2026", [("published_after", "2025-08"), ("published_before", "2026")], ""),
        ("clipped-after:2025", [("clipped_after", "2025")], ""),
        (
            'country:ukraine -topic:oil "long-range missiles" from:bbc after:2025-08 putin',
            [("country", "ua"), ("topic__not", "oil"), ("outlet", "bbc"), ("published_after", "2025-08")],
            '"long-range missiles" putin',
        ),
        ("oil OR gas country:ru", [("country", "ru")], "oil OR gas"),
        ("country:ru OR", [("country", "ru")], '"OR"'),
        ("oil country:ru OR -topic:oil gas", [("country", "ru"), ("topic__not", "oil")], 'oil "OR" gas'),
        ("oil - country:ru ++ gas", [("country", "ru")], "oil gas"),
        ('"country:ru" from:bbc', [("outlet", "bbc")], '"country:ru"'),
        ('kyiv"talks"country:ru', [("country", "ru")], 'kyiv "talks"'),
        ("", [], ""),
    ],
    ids=[
        "words", "a name", "a code, in any case", "two values", "a value in quotation marks",
        "typographic ones", "open ones", "excluded", "either value", "one value by two names", "none of both",
        "the main subject, of whatever kind", "the main topic", "another name of the operator", "what it has",
        "dates", "dates of clipping", "everything at once", "words keep their OR", "an OR at the end",
        "an OR that came to stand between words", "punctuation is dropped", "a phrase is a phrase",
        "tokens without spaces", "nothing",
    ],
)  # fmt: skip
def test_a_line_becomes_parameters_and_words(line, parameters, words):
    assert read(line) == Parsed(tuple(parameters), words)


@pytest.mark.parametrize(
    ("line", "note"),
    [
        ("leader:putin", "there is no filter leader:, so leader:putin is looked for as it stands"),
        ("country:zz", "no country is called “zz”, so country:zz is looked for as it stands"),
        ("from:zz", "no outlet is called “zz”, so from:zz is looked for as it stands"),
        ("main:zz", "no thing is called “zz”, so main:zz is looked for as it stands"),
        ("has:leader", "has: takes actor, country, organisation, topic, outlet, author, date, language, "
         "so has:leader is looked for as it stands"),
        ("country:congo", "“congo” may be DR Congo (country:cd) or Congo-Brazzaville (country:cg), "
         "so country:congo is looked for as it stands"),
        ("main:georgia", "“georgia” may be Georgia (main-country:ge) or Georgia (main-topic:georgia), "
         "so main:georgia is looked for as it stands"),
        ("after:soon", "“soon” is not a date, so after:soon is looked for as it stands"),
        ("-after:2025", "after: cannot be excluded, so -after:2025 is looked for as it stands"),
        ("-main:putin", "main: cannot be excluded, so -main:putin is looked for as it stands"),
        ("country:ru OR topic:oil", "OR stands between words, or between values of one filter, "
         "so country:ru OR topic:oil is looked for as it stands"),
        ("country:ru OR gas", "OR stands between words, or between values of one filter, "
         "so country:ru OR gas is looked for as it stands"),
        ("after:2024 OR after:2025", "OR stands between words, or between values of one filter, "
         "so after:2024 OR after:2025 is looked for as it stands"),
        ("country:ru OR country:zz", "no country is called “zz”, "
         "so country:ru OR country:zz is looked for as it stands"),
        ("country: ru", "nothing stands right behind country:, so country: is looked for as it stands"),
        ("sa*",
         "sa* is looked for without its star: before a star stand 3 letters or more, and nothing else"),
        (" ".join(["country:ru"] * 21),
         "at most 20 filters can be written in one line, these are 21; leave some out"),
    ],
    ids=lambda value: value[:30],
)  # fmt: skip
def test_what_is_not_understood_stays_and_is_said(line, note):
    assert read(line) == Parsed((), line, (note,))


@pytest.mark.parametrize(
    "line", ["https://bbc.co.uk/news", "at 12:30", "Kyiv: a city", "c:", "a::b", "x" * 501]
)
def test_what_is_meant_as_words_needs_no_note(line):
    assert read(line) == Parsed((), line)


def test_a_second_choice_of_the_same_facet_is_not_mixed_with_the_first():
    second = "country:us OR country:ge"
    note = (
        f"one choice of several values is made for country: already, so {second} is looked for as it stands"
    )

    assert read(f"country:ru OR country:ua {second}") == Parsed(
        (("country__any", "ru"), ("country__any", "ua")), second, (note,)
    )
    assert read(second, chosen=("country",)) == Parsed((), second, (note,))


def test_the_operators_are_those_of_the_filters():
    facets = {name: operator.facets for name, operator in OPERATORS.items()}

    assert facets == {
        "actor": ("actor",), "country": ("country",), "organisation": ("organisation",),
        "org": ("organisation",), "topic": ("topic",), "outlet": ("outlet",), "from": ("outlet",),
        "author": ("author",), "by": ("author",), "language": ("language",), "lang": ("language",),
        "has": ("has",), "origin": ("origin",), "status": ("status",), "dated": ("dated",),
        "main": ("actor", "country", "organisation", "topic"), "main-actor": ("actor",),
        "main-country": ("country",), "main-organisation": ("organisation",), "main-topic": ("topic",),
        "after": (), "before": (), "clipped-after": (), "clipped-before": (),
    }  # fmt: skip


# --- Any line whatever ------------------------------------------------------------------------------------

pieces = st.sampled_from(
    [
        *(f"{name}:" for name in OPERATORS), "ru", "ua", "zz", "congo", "topic", "2025", "2025-13", "soon",
        "country:ru", "country:ua", "-country:us", "topic:oil", "main:putin", "after:2025", "has:topic",
        "foo:bar", "OR", "OR", "-", '"', "“", "*", "san*", "oil", " ", " ", "\n",
        "\u00a0", "\0", "ſ:x", "\ud800",
    ]
)  # fmt: skip
lines = st.lists(pieces | st.text(max_size=3), max_size=24).map("".join) | st.lists(pieces, max_size=12).map(
    " ".join
)


@given(line=lines)
def test_any_line_can_be_read_and_what_stays_reads_as_itself(line):
    first = read(line)
    chosen = {name.removesuffix("__any") for name, _ in first.parameters if name.endswith("__any")}

    again = read(first.words, chosen=tuple(chosen))

    assert again == Parsed((), first.words, first.notes)
    assert {name for name, _ in first.parameters} <= set(ArticleFilter.base_filters)
    if first.parameters == ():
        assert first.words == line


@given(line=lines)
def test_words_mean_the_same_beside_filters_as_alone(line):
    """Taking the filters out of a line changes nothing about its words."""
    parsed = read(f"{line} country:ru")
    if '"' in line or "“" in line or "country:ru" in parsed.words or len(line) > 180:
        return
    try:
        alone = read_words(line) if not read(line).parameters else None
    except WordsError:
        return

    if alone is not None and parsed.words != f"{line} country:ru":
        assert read_words(parsed.words) == alone


# --- And back ---------------------------------------------------------------------------------------------

said = st.one_of(
    st.tuples(st.sampled_from(["country", "country__not"]), st.sampled_from(["ru", "ua", "us", "cd", "ge"])),
    st.tuples(st.just("topic__main"), st.sampled_from(["oil", "georgia"])),
    st.tuples(st.just("has"), st.sampled_from(["topic", "date"])),
)
choices = st.lists(st.sampled_from(["ru", "ua", "us"]), unique=True, max_size=3).filter(
    lambda keys: len(keys) != 1
)
words = st.sampled_from(["", "oil", "oil OR gas", '"black sea" -grain', "OR", "OR oil", "san* -OR", '"open'])


@given(values=st.lists(said, unique=True), choice=choices, line=words, year=st.sampled_from(["", "2025"]))
def test_a_search_written_as_a_line_reads_as_the_same_search(values, choice, line, year):
    dates = [("published_after", year)] if year else []
    parameters = [*values, *(("country__any", key) for key in choice), *dates]

    parsed = read(write([*parameters, ("q", line)], OPERATORS))

    assert sorted(parsed.parameters) == sorted(parameters)
    assert parsed.notes == ()
    assert (read_words(parsed.words) if parsed.words else ()) == (read_words(line) if line else ())


def test_a_single_choice_and_a_value_with_spaces_can_be_written():
    parameters = [("country__any", "ru"), ("country__not", "new zealand"), ("sort", "oldest"), ("q", "oil")]

    assert write(parameters, OPERATORS) == 'country:ru -country:"new zealand" oil'
    assert SUFFIXES[Match.ANY] == "__any"


# --- Brackets ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "parameters", "words"),
    [
        ("(country:ru OR country:ua) oil", [("country__any", "ru"), ("country__any", "ua")], "oil"),
        (
            'oil (country:ru OR country:"united states")',
            [("country__any", "ru"), ("country__any", "us")],
            "oil",
        ),
        ("-(country:ru OR country:ua)", [("country__not", "ru"), ("country__not", "ua")], ""),
        ("(oil OR gas) country:ru", [("country", "ru")], "oil OR gas"),
    ],
    ids=["first", "last", "excluded", "words"],
)
def test_brackets_around_what_or_joins_are_understood(line, parameters, words):
    assert read(line) == Parsed(tuple(parameters), words)


@pytest.mark.parametrize(
    "line",
    [
        "(country:ru oil) gas",
        "gas (oil country:ru)",
        "(country:ru oil) OR gas",
        "-(country:ru)",
        "((country:ru OR oil))",
    ],
)
def test_other_brackets_around_a_filter_are_said_to_mean_nothing(line):
    parsed = read(line)

    assert parsed.parameters == ()
    assert parsed.words == line
    assert parsed.notes[0].startswith("brackets may only stand around what OR joins, so ")
    assert read(parsed.words) == parsed


@pytest.mark.parametrize("line", ["oil (sic)", "f(x)", "(oil gas) OR coal", "by:(x"])
def test_brackets_among_words_are_punctuation(line):
    assert not any("brackets" in note for note in read(line).notes)
