"""Counts of a result: values, months and days, and what is alike."""

import dataclasses
import datetime as dt

import pytest

from articles.search import counts
from articles.search.engine import WordsError
from articles.search.entry import TRAITS
from articles.search.query import Criteria, Match, Sort
from tests.search.entries import change_index, entry, make_index

OIL = Criteria({("topic", Match.ALL): ("oil",)})


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "index"


def on(pk: int, day: str, *topics: str):
    return entry(pk, published_on=dt.date.fromisoformat(day) if day else None, facets={"topic": topics})


def test_months_count_the_result_and_undated_articles_come_last(folder):
    days = ["2025-08-17", "2025-08-01", "2024-12-31", "2025-01-01", "", "1800-01-01"]
    engine = make_index(folder, [on(pk, day, "oil") for pk, day in enumerate(days, 1)])
    change_index(engine, [on(7, "2025-08-31"), on(8, "2025-09-01", "oil")])

    months = engine.search(OIL, limit=1, histogram=True).months

    assert list(months.items()) == [
        ("1800-01", 1),
        ("2024-12", 1),
        ("2025-01", 1),
        ("2025-08", 2),
        ("2025-09", 1),
        ("", 1),
    ]
    assert engine.search(Criteria(), histogram=True).months["2025-08"] == 3
    assert engine.search(OIL).months == {}


@pytest.mark.parametrize(
    ("bounds", "days"),
    [
        (("2025-08-01", "2025-10-31"), {"2025-08-01": 2, "2025-10-31": 1}),
        (("2025-08-01", "2025-11-01"), {}),
        (("2025-08-01", None), {}),
        ((None, "2025-08-01"), {}),
        (("2025-09-01", "2025-08-01"), {}),
    ],
    ids=["92 days", "93 days", "no end", "no beginning", "no day at all"],
)
def test_days_are_counted_in_a_short_range(folder, bounds, days):
    dates = ["2025-08-01", "2025-10-31", "2025-08-01", "2025-11-01", ""]
    engine = make_index(folder, [on(pk, day) for pk, day in enumerate(dates, 1)])
    first, last = (dt.date.fromisoformat(day) if day else None for day in bounds)

    found = engine.search(Criteria(published_after=first, published_before=last), histogram=True)

    assert found.days == days
    assert sum(found.months.values()) == found.count


def test_the_whole_list_of_a_facet_has_every_value_of_the_result(folder):
    engine = make_index(folder, [on(pk, "2025-08-01", "oil", f"t{pk % 60}") for pk in range(1, 101)])

    values = engine.facet(OIL, "topic")

    assert len(values) == 61
    assert values[:3] == [("oil", 100), ("t1", 2), ("t10", 2)]
    assert engine.facet(Criteria(), "topic", 1) == [("oil", 100)]
    assert engine.facet(Criteria({("topic", Match.ALL): ("t59",)}), "topic") == [("oil", 1), ("t59", 1)]


def test_few_keys_are_counted_as_exactly_as_many(folder):
    traits = [
        {"language": ("en",), "dated": ("day",), "has": ("topic", "date"), "origin": ("editor",)},
        {"language": ("pt", "pt-br"), "dated": ("none",), "origin": ("editor", "automatic")},
        {"language": ("en",), "dated": ("day",), "has": ("date",), "status": ("suggested",)},
        {},
    ]
    engine = make_index(folder, [entry(pk, facets=facets) for pk, facets in enumerate(traits[:2], 1)])
    change_index(engine, [entry(pk, facets=facets) for pk, facets in enumerate(traits[2:], 3)])
    counted = {
        "language": [("en", 2), ("pt", 1), ("pt-br", 1)],
        "has": [("date", 2), ("topic", 1)],
        "origin": [("editor", 2), ("automatic", 1)],
        "status": [("suggested", 1)],
        "dated": [("day", 2), ("none", 1)],
    }

    assert engine.search(Criteria(), facets=TRAITS).facets == counted
    assert engine.facet(Criteria({("dated", Match.ALL): ("day",)}), "has", 1) == [("date", 2)]
    named = Criteria({("has", Match.ANY): ("topic", "outlet")})
    assert engine.search(named, facets=("has",), facet_limit=1).facets == {
        "has": [("date", 1), ("topic", 1), ("outlet", 0)]
    }


def test_counts_are_kept_for_the_other_pages_of_a_search_until_the_next_write(folder, monkeypatch):
    engine = make_index(folder, [on(pk, "2025-08-01", "oil") for pk in range(1, 5)])
    first = engine.search(OIL, limit=2, facets=("topic",), histogram=True)

    with monkeypatch.context() as patch:
        patch.setattr("articles.search.counts.tally", pytest.fail)
        newest = engine.search(OIL, limit=2, after=first.next_cursor, facets=("topic",), histogram=True)
        oldest = dataclasses.replace(OIL, sort=Sort.OLDEST)
        assert engine.search(oldest, facets=("topic",), histogram=True).months == {"2025-08": 4}
    assert (newest.ids, newest.facets, newest.months) == ([2, 1], first.facets, first.months)

    change_index(engine, [on(5, "2025-08-01", "oil")])
    assert engine.search(OIL, facets=("topic",)).facets == {"topic": [("oil", 5)]}


def test_only_the_counts_of_the_last_searches_are_kept(folder, monkeypatch):
    monkeypatch.setattr("articles.search.engine.KEPT_TALLIES", 2)
    engine = make_index(folder, [on(1, "2025-08-01", "oil")])

    for words in ("hour", "met", "hour", "ministers"):
        engine.search(Criteria(words=words), facets=("topic",))

    assert [key[0][1] for key in engine._snapshot.tallies] == ["hour", "ministers"]


def test_totals_are_of_the_whole_archive_and_of_this_moment(folder):
    engine = make_index(folder, [on(1, "", "oil"), on(2, "", "oil", "gas")])
    before = engine.totals(("topic", "actor"))

    change_index(engine, [on(3, "", "gas")], remove=[1, 2])

    assert before == {"topic": [("oil", 2), ("gas", 1)], "actor": []}
    assert engine.totals(("topic",)) == {"topic": [("gas", 1)]}


def test_totals_are_the_same_objects_until_the_next_write(folder):
    engine = make_index(folder, [on(1, "", "oil")])
    first = engine.totals(("topic",))["topic"]

    assert engine.totals(("topic",))["topic"] is first
    change_index(engine, [on(2, "", "gas")])
    assert engine.totals(("topic",))["topic"] == [("gas", 1), ("oil", 1)]


@pytest.mark.parametrize("ask", ["facet", "totals", "related"])
def test_an_unknown_facet_is_the_callers_mistake(folder, ask):
    engine = make_index(folder, [])
    asked = {
        "facet": lambda: engine.facet(Criteria(), "colour"),
        "totals": lambda: engine.totals(["colour"]),
        "related": lambda: engine.related([("colour", "red", 1.0)], [], (), 5),
    }

    with pytest.raises(ValueError, match="colour"):
        asked[ask]()


# --- What is alike ----------------------------------------------------------------------------------------


@pytest.fixture
def alike(folder):
    """An archive where oil is frequent and tin is rare."""
    frequent = [on(pk, "", "oil") for pk in range(10, 30)]
    return make_index(
        folder,
        [
            on(1, "", "oil", "tin"),
            on(2, "", "tin"),
            on(3, "", "oil"),
            on(4, "", "gas"),
            entry(5, title="Pipeline", body="Nothing else."),
            *frequent,
        ],
    )


def test_rare_keys_count_for_more_than_frequent_ones(alike):
    found = alike.related([("topic", "oil", 1.0), ("topic", "tin", 1.0)], [], {1}, 3)

    assert next(pk for pk, _ in found) == 2
    assert found[0][1] > found[1][1] > 0
    assert 1 not in dict(found)


def test_a_weight_says_how_much_a_key_counts(alike):
    found = alike.related([("topic", "oil", 9.0), ("topic", "tin", 0.1), ("topic", "gas", 0.0)], [], {1}, 50)

    assert found[-1][0] == 2
    assert 4 not in dict(found)


def test_words_count_in_titles_and_texts(alike):
    assert [pk for pk, _ in alike.related([], ["pipeline"], (), 5)] == [5]
    assert [pk for pk, _ in alike.related([("topic", "gas", 1.0)], ["nothing else", "?"], (), 5)] == [5, 4]


@pytest.mark.parametrize(("weights", "words"), [([], []), ([("topic", "zinc", 1.0)], ["nowhere"])])
def test_what_shares_nothing_is_not_related(alike, weights, words):
    assert alike.related(weights, words, (), 5) == []


# --- Bounds -----------------------------------------------------------------------------------------------


def test_the_beginning_of_too_many_words_is_refused_with_a_way_out(folder, monkeypatch):
    monkeypatch.setattr("articles.search.asking.MAX_EXPANSIONS", 3)
    engine = make_index(folder, [entry(1, body="oilcan oilman oilrig gasman"), entry(2, body="oilskin")])

    assert engine.search(Criteria(words="gas*")).ids == [1]
    for words in ("oil*", "-oil* gas*", "gas* OR oil*"):
        with pytest.raises(WordsError, match=r"more than 3 words .* star; type more letters of “oil”"):
            engine.search(Criteria(words=words))
    with pytest.raises(WordsError):
        engine.facet(Criteria(words="oil*"), "topic")

    monkeypatch.setattr("articles.search.asking.MAX_EXPANSIONS", 1)
    assert engine.search(Criteria(words="oilc*")).ids == [1]
    with pytest.raises(WordsError, match="type more letters of “oilc”"):
        engine.search(Criteria(words="gas* oilc*"))


def test_two_threads_count_what_one_counts(folder, monkeypatch):
    topics = [("oil", "war"), ("oil",), ("oil", "grain"), ("war",)]
    engine = make_index(folder, [on(pk, f"2025-0{pk}-01", *names) for pk, names in enumerate(topics, 1)])
    by_one = engine.search(OIL, facets=("topic", "country", "language"), histogram=True)
    engine._snapshot.tallies.clear()
    monkeypatch.setattr(counts, "SHARED_FROM", 1)

    by_two = engine.search(OIL, facets=("topic", "country", "language"), histogram=True)

    assert by_two == by_one
    assert by_two.facets["topic"] == [("oil", 3), ("grain", 1), ("war", 1)]


def test_more_values_than_the_index_can_count_at_once_are_no_damage(folder):
    names = tuple(f"a{number:05}" for number in range(65_001))
    engine = make_index(folder, [entry(1, facets={"author": names, "outlet": ("bbc",)})])

    whole = engine.totals(("author", "outlet"))
    first = engine.search(Criteria(), facets=("author", "outlet"), facet_limit=1)
    listed = engine.facet(Criteria(words="ministers"), "author")

    assert (len(whole["author"]), whole["outlet"]) == (counts.MOST_VALUES, [("bbc", 1)])
    assert first.facets == {"author": [("a00000", 1)], "outlet": [("bbc", 1)]}
    assert len(listed) == counts.MOST_VALUES
