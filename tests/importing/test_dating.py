"""Which of a file's dates is which, and what becomes of those that are none."""

from __future__ import annotations

import datetime as dt

import pytest

from articles.importing.clipping import Notice
from articles.importing.troubles import Trouble
from tests.importing.clips import read


def test_a_date_that_is_neither_of_publication_nor_of_the_clipping_is_kept_and_told():
    clipping = read(
        "---\ntitle: Talks\ndate: 2024-05-04\npublished: 2019-01-01\ncreated: 2024-05-02\n---\nText."
    )

    assert (clipping.published_on, clipping.clipped_on) == (dt.date(2019, 1, 1), dt.date(2024, 5, 2))
    assert clipping.extra == {"date": "2024-05-04", "published": "2019-01-01"}
    assert clipping.notices == (
        Notice("date says 2024-05-04, created 2024-05-02; the latter was taken", 3, Trouble.DATES_DISAGREE),
    )


def test_a_date_later_than_the_texts_own_is_kept_and_told_where_the_clipping_has_another():
    clipping = read(
        "---\ntitle: Talks\ndate: 2024-05-04\ncreated: 2024-05-02\n---\nPublished 1 May 2024\n\nText."
    )

    assert (clipping.published_on, clipping.clipped_on) == (dt.date(2024, 5, 1), dt.date(2024, 5, 2))
    assert clipping.extra == {"date": "2024-05-04"}
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


@pytest.mark.parametrize(
    ("front", "name", "said"),
    [
        ("date: 2024-05-04", "2024-05-03-talks.md", ""),
        (
            "date: 2024-05-05",
            "2024-05-03-talks.md",
            "published on 2024-05-05, but the file name says 2024-05-03",
        ),
        ("date: 2024-05-05\ncreated: 2024-05-04", "2024-05-03-talks.md", ""),
        ("date: 2024-05-05\ncreated: 2024-06-04", "2024-06-04-talks.md", ""),
        ("date: 2024-06-01", "2024/05/talks.md", ""),
        ("date: 2024-07-01", "2024/05/talks.md", ""),
        ("date: 2024-07-03", "2024/05/talks.md", "published on 2024-07-03, but the file name says 2024-05"),
        ("date: 2025-05-03", "2024/05/talks.md", "published on 2025-05-03, but the file name says 2024-05"),
        ("date: May 2024", "2024-06-01-talks.md", ""),
        ("date: May 2024", "2025-05-01-talks.md", "published in 2024-05, but the file name says 2025-05-01"),
        ("date: 2024", "2024-06-01-talks.md", ""),
        ("date: 2024", "2023-06-01-talks.md", "published in 2024, but the file name says 2023-06-01"),
        (
            "date: 2025-05-03\nurl: https://example.org/2024/05/03/talks",
            "talks.md",
            "published on 2025-05-03, but the address says 2024-05-03",
        ),
        ("date: 2024-05-03\nurl: https://example.org/2024/05/02/talks", "talks.md", ""),
    ],
)
def test_dates_that_differ_by_a_day_or_name_the_next_month_are_not_told(front, name, said):
    notices = read(f"---\ntitle: Talks\n{front}\n---\nText.", name).notices

    assert [notice.message for notice in notices] == ([f"{said}; check which is right"] if said else [])


@pytest.mark.parametrize(
    ("front", "extra"),
    [
        ("date: 2024-04-30", {"date": "2024-04-30"}),
        ("date: 2024-05-03\ncreated: 2024-05-02", {"date": "2024-05-03"}),
    ],
    ids=["a day before the text's", "a day after the clipping"],
)
def test_a_date_that_was_not_taken_is_kept_though_it_is_not_told(front, extra):
    clipping = read(f"---\ntitle: Talks\n{front}\n---\nPublished 1 May 2024\n\nText.")

    assert (clipping.published_on, clipping.extra, clipping.notices) == (dt.date(2024, 5, 1), extra, ())


@pytest.mark.parametrize(
    ("head", "published"),
    [
        ("16 October 2025", dt.date(2025, 10, 16)),
        ("By Ann Lee | 16 October 2025 | Reuters", dt.date(2025, 10, 16)),
        ("**By Ann Lee in Geneva**\nPublished: 16 October 2025 10:15 BST", dt.date(2025, 10, 16)),
        ("They met.\n\n16 October 2025", None),
        ("October 2025", None),
        ("1999-2001", None),
    ],
    ids=["a line", "in the byline", "below it", "below the text", "a month", "years"],
)
def test_a_day_at_the_head_of_the_text_is_that_of_publication(head, published):
    assert read(f"# Talks\n\n{head}\n\nThey will meet again.").published_on == published


def test_a_day_without_a_label_does_not_beat_the_front_matter():
    clipping = read("---\ntitle: Talks\ndate: 2025-10-18\n---\n16 October 2025\n\nText.")

    assert (clipping.published_on, clipping.clipped_on, clipping.notices) == (dt.date(2025, 10, 18), None, ())


@pytest.mark.parametrize(
    ("line", "body", "byline"),
    [
        ("Posted on 25 July 2000 by AFP", "Text.", "by AFP"),
        ("Published 25 July 2000 by Ann Lee", "Text.", "by Ann Lee"),
        ("WASHINGTON, 25 July 2000 -- They met.", "WASHINGTON, 25 July 2000 -- They met.\n\nText.", ""),
        ("ABU DHABI, July 25, 2000 (WAM) - They.", "ABU DHABI, July 25, 2000 (WAM) - They.\n\nText.", ""),
        ("25 July 2000", "25 July 2000\n\nText.", ""),
    ],
    ids=[
        "the agency behind it",
        "a name behind it",
        "a dateline",
        "an agency's dateline",
        "a line of its own",
    ],
)
def test_a_day_at_the_head_is_that_of_publication(line, body, byline):
    clipping = read(f"# Talks\n\n{line}\n\nText.")

    assert (clipping.published_on, clipping.body, clipping.byline, clipping.notices) == (
        dt.date(2000, 7, 25), body, byline, (),
    )  # fmt: skip


def test_a_day_in_the_first_sentence_is_not_that_of_publication():
    assert read("# Talks\n\nOn Monday, 25 July 2000 - a hot day - they met.").published_on is None
    assert read("# Talks\n\nThey met on Monday, 25 July 2000, in Oslo - again.").published_on is None
