"""Which of a file's dates is which, and what becomes of those that are none."""

from __future__ import annotations

import datetime as dt

from articles.importing.clipping import Notice
from articles.importing.troubles import Trouble
from tests.importing.clips import read


def test_a_date_that_is_neither_of_publication_nor_of_the_clipping_is_kept_and_told():
    clipping = read(
        "---\ntitle: Talks\ndate: 2024-05-03\npublished: 2019-01-01\ncreated: 2024-05-02\n---\nText."
    )

    assert (clipping.published_on, clipping.clipped_on) == (dt.date(2019, 1, 1), dt.date(2024, 5, 2))
    assert clipping.extra == {"date": "2024-05-03", "published": "2019-01-01"}
    assert clipping.notices == (
        Notice("date says 2024-05-03, created 2024-05-02; the latter was taken", 3, Trouble.DATES_DISAGREE),
    )


def test_a_date_later_than_the_texts_own_is_kept_and_told_where_the_clipping_has_another():
    clipping = read(
        "---\ntitle: Talks\ndate: 2024-05-03\ncreated: 2024-05-02\n---\nPublished 1 May 2024\n\nText."
    )

    assert (clipping.published_on, clipping.clipped_on) == (dt.date(2024, 5, 1), dt.date(2024, 5, 2))
    assert clipping.extra == {"date": "2024-05-03"}
    assert [notice.kind for notice in clipping.notices] == [Trouble.DATES_DISAGREE]


def test_a_date_that_two_keys_say_is_told_once():
    clipping = read(
        "---\ntitle: Talks\ndate: 2024-05-02\npublished: 2019-01-01\ncreated: 2024-05-02\n---\nText."
    )

    assert (clipping.published_on, clipping.clipped_on) == (dt.date(2019, 1, 1), dt.date(2024, 5, 2))
    assert clipping.notices == ()


def test_dates_against_which_the_text_was_believed_are_kept():
    clipping = read(
        "---\ntitle: Talks\ndate: 2024-04-30\nupdated: 2024-05-02\n---\n"
        "Published 1 May 2024\n\nUpdated 3 May 2024\n\nText."
    )

    assert (clipping.published_on, clipping.updated_on) == (dt.date(2024, 5, 1), dt.date(2024, 5, 3))
    assert clipping.extra == {"date": "2024-04-30", "updated": "2024-05-02"}


def test_what_stands_in_the_place_of_a_date_is_named():
    clipping = read("---\ntitle: Talks\ndate: someday\n---\nText.")

    assert clipping.notices == (
        Notice(
            "date 'someday' is no date; add a line `date: YYYY-MM-DD` to its front matter", 3, Trouble.NO_DATE
        ),
    )
