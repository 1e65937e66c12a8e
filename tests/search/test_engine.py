import dataclasses
import datetime as dt
import itertools
import random

import pytest

from articles.search.engine import FACETS, CursorError, Engine, IndexUnusable, Result, WordsError
from articles.search.entry import id_of_rank
from articles.search.query import Criteria, Cursor, Match, Sort
from tests.search.entries import DAY, change_index, entry, make_index


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "index"


def days_after(count: int) -> dt.date:
    return DAY + dt.timedelta(days=count)


def walk(engine: Engine, criteria: Criteria, *, limit: int = 3) -> list[int]:
    """Return the ids of all pages."""
    ids: list[int] = []
    cursor = ""
    while True:
        page = engine.search(criteria, limit=limit, after=cursor)
        ids += page.ids
        cursor = page.next_cursor
        if not cursor:
            return ids


# --- Structured filters -----------------------------------------------------------------------------------


@pytest.fixture
def countries(folder):
    return make_index(
        folder,
        [
            entry(1, facets={"country": ("ru", "ua")}, main={"country": ("ru",)}),
            entry(2, facets={"country": ("ru",), "topic": ("oil",)}),
            entry(3, facets={"country": ("ua",), "outlet": ("bbc",), "author": ("x", "y")}),
            entry(4),
        ],
    )


@pytest.mark.parametrize(
    ("values", "ids"),
    [
        ({}, [4, 3, 2, 1]),
        ({("country", Match.ALL): ("ru",)}, [2, 1]),
        ({("country", Match.ALL): ("ru", "ua")}, [1]),
        ({("country", Match.ANY): ("ru", "ua")}, [3, 2, 1]),
        ({("country", Match.ANY): ("zz",)}, []),
        ({("country", Match.ANY): ()}, [4, 3, 2, 1]),
        ({("country", Match.NOT): ("ru",)}, [4, 3]),
        ({("country", Match.NOT): ("ru", "ua")}, [4]),
        ({("country", Match.MAIN): ("ru",)}, [1]),
        ({("country", Match.MAIN): ("ua",)}, []),
        ({("country", Match.ALL): ("ru",), ("topic", Match.ALL): ("oil",)}, [2]),
        ({("country", Match.ALL): ("ru",), ("country", Match.NOT): ("ru",)}, []),
        ({("author", Match.ALL): ("x", "y"), ("outlet", Match.ANY): ("bbc", "ap")}, [3]),
        ({("topic", Match.ALL): ("ru",)}, []),
    ],
    ids=str,
)
def test_values_narrow_the_result(countries, values, ids):
    result = countries.search(Criteria(values=values))

    assert (result.ids, result.count) == (ids, len(ids))


@pytest.mark.parametrize(
    ("bounds", "ids"),
    [
        ({"published_after": days_after(1)}, [2, 1]),
        ({"published_before": days_after(1)}, [1]),
        ({"published_after": days_after(1), "published_before": days_after(1)}, [1]),
        ({"published_after": days_after(3)}, []),
        ({"published_after": days_after(2), "published_before": days_after(1)}, []),
        ({"clipped_before": dt.date.max}, [3]),
        ({"clipped_after": dt.date.min}, [3]),
        ({"clipped_after": dt.date.min, "published_after": dt.date.min}, []),
    ],
    ids=["from", "until", "one day", "after all", "reversed", "clipped", "clipped ever", "both dates"],
)
def test_dates_are_inclusive_and_an_absent_date_lies_outside(folder, bounds, ids):
    engine = make_index(
        folder,
        [
            entry(1, published_on=days_after(1)),
            entry(2, published_on=days_after(2)),
            entry(3, clipped_on=days_after(1)),
        ],
    )

    assert engine.search(Criteria(**bounds)).ids == ids


# --- Words ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Viktor Orbán spoke", "orban"),
        ("Viktor Orban spoke", "ORBÁN"),
        ("Viktor Orba\u0301n spoke", "orbán"),
        ("Çelik, Čapek, Ångström, Søren, Straße, Łódź", "celik capek angstrom soren strasse lodz"),
        ("Αθήνα", "αθηνα"),
        ("в Йемене, ещё", "Йемене еще"),
        ("the U.S. said", "U.S."),
        ("Mr O'Brien said", "O'Brien"),
        ("Mr O’Brien said", "O'Brien"),
        ("written in C++ by", "c++"),
        ("long-range missiles", "long-range"),
        ("this AND that", "AND"),
        ("peace   talks\nin Geneva", '"peace talks in geneva"'),
        ("peace talks", "talks peace"),
        ("am 16. Oktober 2025", "2025"),
        ("王毅在北京会见", "北京"),
        ("プーチン大統領", "大統領"),
        ("ผู้นำไทย", "ไทย"),
        ("नमस्ते दुनिया", "नमस्ते"),
        ("مصر والسودان", "مصر"),
        ("a@b.org", "a@b.org"),
    ],
    ids=lambda text: text.replace("\n", " "),
)
def test_words_are_found_whatever_their_case_and_accents(folder, text, words):
    engine = make_index(folder, [entry(1, body=text), entry(2, body="Something else")])

    assert engine.search(Criteria(words=words)).ids == [1]


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        ("oil", [3, 2, 1]),
        ("oil gas", [2]),
        ('"crude oil"', [3]),
        ('"oil crude"', []),
        ("oil -gas", [3, 1]),
        ("-oil", [4]),
        ('oil -"crude oil"', [2, 1]),
        ("oi", []),
        ("oil nowhere", []),
        ("oil -nowhere", [3, 2, 1]),
        ('"price falls oil"', []),
        ("x" * 200, []),
        ("oil ++", [3, 2, 1]),
        ("gas OR cheap", [2, 1]),
        ('gas OR "crude oil" OR nowhere', [3, 2]),
        ("oil -gas OR cheap", [3]),
        ("che*", [1]),
        ("chea* OR cru*", [3, 1]),
        ("oil -cru*", [2, 1]),
        ("oil nowhere*", []),
        ("北京", []),
    ],
    ids=str,
)
def test_all_words_are_wanted_and_excluded_ones_are_not(folder, words, ids):
    engine = make_index(
        folder,
        [
            entry(1, title="Price falls", body="Oil is cheap."),
            entry(2, body="oil, gas"),
            entry(3, standfirst="Crude oil is dear."),
            entry(4),
        ],
    )

    assert engine.search(Criteria(words=words)).ids == ids


def test_relevance_puts_titles_first_and_ignores_tags(folder):
    engine = make_index(
        folder,
        [
            entry(1, title="Oil embargo", body="A short text."),
            entry(2, body="Once, oil is named in this text.", facets={"country": ("ru",)}),
            entry(3, body="Of oil and oil and oil.", facets={"country": ("ru", "ua", "by")}),
        ],
    )

    assert engine.search(Criteria(words="oil", sort=Sort.RELEVANCE)).ids == [1, 3, 2]
    values = {("country", Match.ANY): ("ru", "by")}
    assert engine.search(Criteria(words="oil", sort=Sort.RELEVANCE, values=values)).ids == [3, 2]


def test_words_that_cannot_be_read_are_refused(countries):
    with pytest.raises(WordsError):
        countries.search(Criteria(words="???"))


# --- Order and pages --------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", list(Sort))
@pytest.mark.parametrize("limit", [1, 3, 50])
def test_pages_hold_every_article_once(folder, order, limit):
    entries = [entry(pk, sort_on=days_after(pk % 4), body="oil " * (pk % 3 + 1)) for pk in range(1, 20)]
    engine = make_index(folder, entries)
    newest = [e.id for e in sorted(entries, key=lambda e: (e.sort_on, e.id), reverse=True)]

    ids = walk(engine, Criteria(words="oil", sort=order), limit=limit)

    if order is Sort.RELEVANCE:
        assert sorted(ids) == sorted(newest)
    else:
        assert ids == (newest if order is Sort.NEWEST else newest[::-1])


def test_the_last_page_has_no_cursor(folder):
    engine = make_index(folder, [entry(1), entry(2)])

    assert engine.search(Criteria(), limit=2) == Result([2, 1], 2, "", {})
    assert engine.search(Criteria(), limit=1).next_cursor != ""


@pytest.mark.parametrize("order", [Sort.NEWEST, Sort.OLDEST])
def test_pages_are_stable_while_articles_come_and_go(folder, order):
    engine = make_index(folder, [entry(pk * 10, sort_on=days_after(pk)) for pk in range(1, 11)])
    first = engine.search(Criteria(sort=order), limit=4)

    # One newer, one older, and one among those already seen; the last one seen vanishes.
    arrivals = [
        entry(1000, sort_on=days_after(99)),
        entry(5, sort_on=days_after(0)),
        entry(7, sort_on=days_after(8)),
    ]
    change_index(engine, arrivals, remove=[first.ids[-1]])
    rest: list[int] = []
    cursor = first.next_cursor
    while cursor:
        page = engine.search(Criteria(sort=order), limit=4, after=cursor)
        rest, cursor = rest + page.ids, page.next_cursor

    was_there = {pk * 10 for pk in range(1, 11)}
    assert [pk for pk in first.ids + rest if pk in was_there] == sorted(
        was_there, reverse=order is Sort.NEWEST
    )


def test_a_cursor_of_another_order_is_refused(countries):
    cursor = countries.search(Criteria(), limit=1).next_cursor

    with pytest.raises(CursorError):
        countries.search(Criteria(sort=Sort.OLDEST), after=cursor)


@pytest.mark.parametrize("order", list(Sort))
@pytest.mark.parametrize("position", [0, 1, 10_001, 2**59])
def test_a_forged_cursor_is_just_another_page(countries, order, position):
    criteria = Criteria(words="ministers", sort=order)

    result = countries.search(criteria, after=str(Cursor(order, position)))

    assert result.count == 4
    assert set(result.ids) <= {1, 2, 3, 4}


def test_paging_by_relevance_ends_where_it_would_cost_too_much(folder, monkeypatch):
    monkeypatch.setattr("articles.search.pages.DEEPEST", 6)
    engine = make_index(folder, [entry(pk) for pk in range(1, 12)])

    assert len(walk(engine, Criteria(words="ministers", sort=Sort.RELEVANCE), limit=3)) == 6


def test_ids_of_any_size_survive_their_rank():
    big = entry(2**40 - 1, sort_on=dt.date.max)

    assert id_of_rank(big.rank) == 2**40 - 1
    assert big.rank < 2**63


# --- Facets -----------------------------------------------------------------------------------------------


def test_facets_count_the_current_result(countries):
    result = countries.search(Criteria(values={("country", Match.ALL): ("ru",)}), facets=FACETS)

    assert result.facets == {facet: [] for facet in FACETS} | {
        "country": [("ru", 2), ("ua", 1)],
        "topic": [("oil", 1)],
    }


@pytest.mark.parametrize(
    ("match", "key", "count"),
    [
        (Match.ALL, "d", 1),
        (Match.ANY, "d", 1),
        (Match.ANY, "zz", 0),
        (Match.NOT, "a", 0),
        (Match.MAIN, "d", 1),
    ],
    ids=str,
)
def test_a_value_asked_for_is_counted_though_it_is_not_among_the_top(folder, match, key, count):
    keys = ("a", "b", "c")
    engine = make_index(
        folder,
        [
            *(entry(pk, facets={"country": keys}) for pk in (1, 2)),
            entry(3, facets={"country": ("d", "b", "c")}, main={"country": ("d",)}),
            entry(4, facets={"country": ("b", "c")}),
        ],
    )
    values = {
        ("country", match): (key,),
        ("country", Match.ANY): ("b", *([key] if match is Match.ANY else [])),
    }

    result = engine.search(Criteria(values=values), facets=("country",), facet_limit=2)

    assert dict(result.facets["country"])[key] == count
    assert len(result.facets["country"]) <= 3


def test_facet_counts_are_exact_over_many_segments(folder):
    """Each segment's own top values differ from the top values of all."""
    dice = random.Random(1)
    keys = [f"k{number}" for number in range(60)]
    entries = [entry(pk, facets={"topic": tuple(dice.sample(keys, 3))}) for pk in range(1, 200)]
    engine = make_index(folder, entries[:50])
    for start in range(50, 200, 30):
        change_index(engine, entries[start : start + 30])
    counts: dict[str, int] = {}
    for key in itertools.chain.from_iterable(e.facets["topic"] for e in entries):
        counts[key] = counts.get(key, 0) + 1

    result = engine.search(Criteria(), facets=("topic",), facet_limit=5)

    assert result.facets["topic"] == sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:5]


def test_the_facets_of_the_whole_archive_are_kept_until_the_next_write(folder, monkeypatch):
    engine = make_index(folder, [entry(1, facets={"topic": ("oil",)})])
    first = engine.search(Criteria(), facets=("topic",))
    snapshot = engine._snapshot

    change_index(engine, [entry(2, facets={"topic": ("oil",)})])

    assert first.facets == {"topic": [("oil", 1)]}
    assert snapshot.totals
    assert engine.search(Criteria(), facets=("topic",)).facets == {"topic": [("oil", 2)]}


def test_an_unknown_facet_is_the_callers_mistake(countries):
    with pytest.raises(ValueError, match="colour"):
        countries.search(Criteria(), facets=("colour",))
    with pytest.raises(ValueError, match="colour"):
        countries.search(Criteria(values={("colour", Match.ALL): ("red",)}))


# --- Writing ----------------------------------------------------------------------------------------------


def test_a_write_replaces_removes_and_says_where_it_stands(folder):
    engine = make_index(folder, [entry(1, body="old"), entry(2)], revision=4)

    change_index(engine, [entry(1, body="new"), entry(3)], remove=[2, 99], revision=7)

    assert (engine.archive(), engine.revision()) == ("a", 7)
    assert engine.search(Criteria()).ids == [3, 1]
    assert engine.search(Criteria(words="old")).count == 0
    assert engine.search(Criteria(words="new")).count == 1


def test_another_reader_notices_a_write_and_a_rebuild(folder):
    writer = make_index(folder, [entry(1)])
    reader = Engine(folder)
    assert reader.search(Criteria()).ids == [1]

    change_index(writer, [entry(2)])
    after_write = reader.search(Criteria()).ids
    make_index(folder, [entry(3)], revision=9)

    assert after_write == [2, 1]
    assert reader.search(Criteria()).ids == [3]
    assert reader.revision() == 9


def test_a_build_that_fails_leaves_the_index_as_it_was(folder):
    engine = make_index(folder, [entry(1)])

    def failing():
        yield entry(2)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        make_index(folder, failing())

    assert engine.search(Criteria()).ids == [1]
    assert len(list(folder.glob("generation-*"))) == 1


def test_a_write_that_fails_changes_nothing_and_lets_go_of_the_index(folder):
    engine = make_index(folder, [entry(1)])

    def failing():
        yield entry(2)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError) as kept:
        change_index(engine, failing())

    assert kept.value  # its traceback holds on to whatever was open
    assert (engine.revision(), engine.search(Criteria()).ids) == (1, [1])
    change_index(engine, [entry(3)])
    assert engine.search(Criteria()).ids == [3, 1]


def test_an_empty_archive_has_an_index(folder):
    engine = make_index(folder, [])

    assert engine.search(Criteria(), facets=("country",)) == Result([], 0, "", {"country": []})


def test_digests_tell_which_entries_differ(folder):
    entries = [entry(pk, sort_on=days_after(-pk)) for pk in range(1, 6)]
    engine = make_index(folder, entries)

    digests = dict(engine.digests())

    assert digests == {e.id: e.digest for e in entries}
    assert dataclasses.replace(entries[0], body="other").digest != entries[0].digest


@pytest.mark.parametrize("page", [1, 2, 5, 6])
def test_digests_come_in_pages(folder, monkeypatch, page):
    monkeypatch.setattr("articles.search.engine.DIGEST_PAGE", page)
    engine = make_index(folder, [entry(pk) for pk in range(1, 6)])

    assert [pk for pk, _ in engine.digests()] == [1, 2, 3, 4, 5]


def test_an_index_of_another_format_is_unusable(folder, monkeypatch):
    make_index(folder, [entry(1)])
    monkeypatch.setattr("articles.search.documents.FORMAT", 999)

    with pytest.raises(IndexUnusable, match="of another version of this program"):
        Engine(folder)
