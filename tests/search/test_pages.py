"""Paging through a result in both directions, by every order, while articles come and go."""

import datetime as dt

import pytest

from articles.search.engine import CursorError, Engine, Result
from articles.search.query import Criteria, Cursor, Sort
from tests.search.entries import DAY, change_index, entry, make_index

ORDERS = list(Sort)
BY_DATE = [Sort.NEWEST, Sort.OLDEST]


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "index"


def days_after(count: int) -> dt.date:
    return DAY + dt.timedelta(days=count)


def oily(pk: int, *, mentions: int = 1) -> object:
    """Return an entry that says oil so often, among as many words as every other."""
    return entry(pk, sort_on=days_after(pk), body="oil " * mentions + "gas " * (40 - mentions))


def forwards(engine: Engine, criteria: Criteria, *, limit: int, after: str = "") -> list[Result]:
    pages = [engine.search(criteria, limit=limit, after=after)]
    while pages[-1].next_cursor:
        pages.append(engine.search(criteria, limit=limit, after=pages[-1].next_cursor))
    return pages


def backwards(engine: Engine, criteria: Criteria, *, limit: int, before: str) -> list[Result]:
    pages = [engine.search(criteria, limit=limit, before=before)]
    while pages[-1].previous_cursor:
        pages.append(engine.search(criteria, limit=limit, before=pages[-1].previous_cursor))
    return pages[::-1]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("limit", [1, 3, 4])
def test_the_way_back_shows_the_same_pages(folder, order, limit):
    engine = make_index(folder, [oily(pk, mentions=pk) for pk in range(1, 12)])
    criteria = Criteria(words="oil", sort=order)
    there = forwards(engine, criteria, limit=limit)

    back = backwards(engine, criteria, limit=limit, before=there[-1].previous_cursor)

    assert [*back, there[-1]] == there
    assert [page.position for page in there] == list(range(0, 11, limit))
    assert (there[0].previous_cursor, there[-1].next_cursor) == ("", "")


@pytest.mark.parametrize("order", ORDERS)
def test_a_page_that_reaches_back_to_the_beginning_is_the_first_page(folder, order):
    engine = make_index(folder, [oily(pk, mentions=pk) for pk in range(1, 9)])
    criteria = Criteria(words="oil", sort=order)
    first = engine.search(criteria, limit=3)
    second = engine.search(criteria, limit=3, after=engine.search(criteria, limit=1).next_cursor)

    assert engine.search(criteria, limit=3, before=second.previous_cursor) == first


@pytest.mark.parametrize("order", BY_DATE)
def test_the_way_back_is_stable_while_articles_come_and_go(folder, order):
    engine = make_index(folder, [oily(pk * 10) for pk in range(1, 11)])
    criteria = Criteria(sort=order)
    there = forwards(engine, criteria, limit=3)

    arrivals = [oily(5), oily(45), oily(999)]
    change_index(engine, arrivals, remove=[there[2].ids[0], there[0].ids[0]])
    back = backwards(engine, criteria, limit=3, before=there[2].previous_cursor)

    seen = dict.fromkeys(pk for page in back for pk in page.ids)
    still_there = [pk for page in there[:2] for pk in page.ids if pk != there[0].ids[0]]
    assert [pk for pk in seen if pk in still_there] == still_there
    assert back[0].previous_cursor == ""


@pytest.mark.parametrize("is_backwards", [False, True])
@pytest.mark.parametrize(
    "arrivals", [[oily(500, mentions=30)], [oily(500, mentions=1)]], ids=["better", "worse"]
)
def test_by_relevance_the_next_page_goes_on_behind_the_same_article(folder, is_backwards, arrivals):
    engine = make_index(folder, [oily(pk, mentions=pk) for pk in range(1, 10)])
    criteria = Criteria(words="oil", sort=Sort.RELEVANCE)
    there = forwards(engine, criteria, limit=3)

    change_index(engine, arrivals)

    if is_backwards:
        assert engine.search(criteria, limit=3, before=there[2].previous_cursor).ids == there[1].ids
    else:
        assert engine.search(criteria, limit=3, after=there[0].next_cursor).ids == there[1].ids


@pytest.mark.parametrize("is_backwards", [False, True])
def test_by_relevance_an_article_that_vanished_still_holds_the_place(folder, is_backwards):
    engine = make_index(folder, [oily(pk, mentions=pk) for pk in range(1, 10)])
    criteria = Criteria(words="oil", sort=Sort.RELEVANCE)
    there = forwards(engine, criteria, limit=3)

    change_index(engine, [oily(500)], remove=[there[2].ids[0] if is_backwards else there[0].ids[-1]])

    if is_backwards:
        assert engine.search(criteria, limit=3, before=there[2].previous_cursor).ids == there[1].ids
    else:
        assert engine.search(criteria, limit=3, after=there[0].next_cursor).ids == there[1].ids


@pytest.mark.parametrize("order", ORDERS)
def test_behind_the_end_there_is_a_way_back(folder, order):
    engine = make_index(folder, [oily(pk, mentions=pk) for pk in range(1, 6)])
    criteria = Criteria(words="oil", sort=order)
    cursor = forwards(engine, criteria, limit=2)[1].next_cursor
    last = engine.search(criteria, limit=2, after=cursor).ids

    change_index(engine, remove=last)
    empty = engine.search(criteria, limit=2, after=cursor)

    assert (empty.ids, empty.count, empty.position, empty.next_cursor) == ([], 4, 4, "")
    back = engine.search(criteria, limit=2, before=empty.previous_cursor)
    assert (len(back.ids), back.position, back.next_cursor) == (2, 2, "")


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("name", ["after", "before"])
@pytest.mark.parametrize("position", [0, 1, 2**60 - 1])
@pytest.mark.parametrize("place", [0, 2, 9_999, 2**32 - 1])
def test_a_forged_cursor_is_just_another_page(folder, order, name, position, place):
    engine = make_index(folder, [oily(pk) for pk in range(1, 5)])
    forged = str(Cursor(order, position, place=place))

    result = engine.search(Criteria(words="oil", sort=order), limit=2, **{name: forged})

    assert result.count == 4
    assert set(result.ids) <= {1, 2, 3, 4}
    assert 0 <= result.position <= 4


@pytest.mark.parametrize("cursor", ["r5", "n5.1", "r5.1.1", "n-1", "n", "r" + "f" * 16 + ".1", "n1\n", "n１"])
def test_what_no_page_wrote_is_no_cursor(folder, cursor):
    engine = make_index(folder, [oily(1)])

    for order in ORDERS:
        with pytest.raises(CursorError):
            engine.search(Criteria(words="oil", sort=order), after=cursor)


def test_a_page_comes_after_an_article_or_before_one(folder):
    engine = make_index(folder, [oily(1)])

    with pytest.raises(CursorError, match="leave one of the two out"):
        engine.search(Criteria(), after="n1", before="n1")
