from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.importing.dates import DateError, Precision, PrintedDate, date_in_path, day_order, read_date

THE_DAY = PrintedDate(dt.date(2025, 10, 16))


@pytest.mark.parametrize(
    "printed",
    [
        "2025-10-16", "2025-10-16T23:30:00-04:00", "2025-10-16T23:30:00.123456Z",
        "2025-10-16 4:36:49 -0400", "2025-10-16 10:15 pm", "2025/10/16", "2025.10.16", "20251016",
        "16 October 2025", "16 Oct. 2025", "16th of October, 2025", "16-Oct-2025", "October 16, 2025",
        "Oct 16th, 2025", "Thursday, October 16, 2025", "Thu, 16 Oct 2025 10:00:00 +0000",
        "October 16, 2025 at 3:00 pm EDT", "16 October 2025 3 pm", "10:15 BST, 16 October 2025",
        "16/10/2025", "10/16/2025", "16.10.2025", "16-10-2025", "16. Oktober 2025", "16 de octubre de 2025",
        "16 octobre 2025", "2025年10月16日", "  16   October\n2025 ", "2025-10-16 24:00",
        "2025-10-16T23:59:60Z", "2025-10-16T23:30:00 (UTC -04:00)", "2025-10-16 23:30:00 UTC-04:00",
        "Thu Oct 16 2025 17:00:00 GMT-0700 (Pacific Daylight Time)",
        "Thu Oct 16 2025 17:00:00 GMT+0200 (Central European Summer Time)", "20251016173000",
        "+002025-10-16T11:24:57.000", "1760623200",
        "1760623200000", "16 октября 2025 г.", "16 października 2025", "16 أكتوبر 2025", "16 Ekim 2025",
        "2025년 10월 16일", "jeudi 16 octobre 2025", "Donnerstag, 16. Oktober 2025",
        "Donnerstag, den 16. Oktober 2025", "quinta-feira, 16 de outubro de 2025",
        "Jueves, 16 de octubre de 2025",
        "Torsdag 16 oktober 2025", "Четверг, 16 октября 2025", "perşembe 16 ekim 2025",
        "الخميس 16 أكتوبر 2025",
        "Kamis, 16 oktober 2025", "Thurs. 16 October 2025",
        "[[Oct 16th, 2025]]", "[[2025-10-16]]", "[[2025_10_16]]", "[[Thursday, 16-10-2025]]",
        "[[2025-10-16 Thursday]]", "[[2025-10-16|the day of the talks]]", "[[Journal/2025-10-16]]",
        "[[Oct 16th, 2025]] 10:15",
    ],
)  # fmt: skip
def test_every_form_of_a_day(printed):
    assert read_date(printed) == THE_DAY


@pytest.mark.parametrize(
    ("printed", "date"),
    [
        ("2025-10", PrintedDate(dt.date(2025, 10, 1), Precision.MONTH)),
        ("October 2025", PrintedDate(dt.date(2025, 10, 1), Precision.MONTH)),
        ("Oct., 2025", PrintedDate(dt.date(2025, 10, 1), Precision.MONTH)),
        ("2025", PrintedDate(dt.date(2025, 1, 1), Precision.YEAR)),
    ],
)
def test_what_is_not_printed_is_not_made_up(printed, date):
    assert read_date(printed) == date


@pytest.mark.parametrize(
    "printed", ["", "unknown", "last-modified", "Today", "{{date}}", "<% tp.date.now() %>", "n/a"]
)
def test_placeholders_are_no_date(printed):
    assert read_date(printed) is None


@pytest.mark.parametrize(
    ("printed", "reason"),
    [
        ("2025-02-30", "is not a day of the calendar"),
        ("2025-13-45", "is not a day of the calendar"),
        ("31 June 2025", "is not a day of the calendar"),
        ("30/02/2025", "is not a day of the calendar"),
        ("0000-01-01", "is not a day of the calendar"),
        ("0001-01-01", "lies outside the years 1800 to 2100"),
        ("9999-12-31T23:59:59-12:00", "lies outside the years 1800 to 2100"),
        ("2025-10-16 25:00", "has no such time of day"),
        ("10/11/2025", "may be 10 November 2025 or 11 October 2025"),
        ("16/10/25", "is not a date"),
        ("spring 2025", "is not a date"),
        ("Before 16 October 2025", "is not a date"),
        ("Until 3 May 2020", "is not a date"),
        ("Not, 3 May 2020", "is not a date"),
        ("week 41 2025", "is not a date"),
        ("16 listopada 2025", "is not a date"),
        ("9999999999999", "is not a date"),
        ("16 Octobor 2025", "is not a date"),
        ("1" * 5000, "is not a date"),
        ("[[Feb 30th, 2025]]", r"'\[\[Feb 30th, 2025\]\]' is not a day of the calendar"),
        ("[[Geneva talks]]", r"'\[\[Geneva talks\]\]' is not a date"),
    ],
)
def test_a_date_that_is_none_is_refused_with_the_remedy(printed, reason):
    with pytest.raises(DateError, match=reason) as caught:
        read_date(printed)

    assert "; write YYYY-MM-DD" in str(caught.value) or "; correct the year" in str(caught.value)


@pytest.mark.parametrize(
    ("printed", "day_first", "date"),
    [
        ("10/11/2025", True, dt.date(2025, 11, 10)),
        ("10/11/2025", False, dt.date(2025, 10, 11)),
        ("16/10/2025", False, dt.date(2025, 10, 16)),
        ("5.5.2025", None, dt.date(2025, 5, 5)),
    ],
    ids=["day first", "month first", "the number decides", "both the same"],
)
def test_the_order_of_day_and_month(printed, day_first, date):
    assert read_date(printed, day_first=day_first) == PrintedDate(date)


@pytest.mark.parametrize(
    ("printed", "order"),
    [
        ("16/10/2025", True),
        ("10/16/2025 10:00", False),
        ("10/11/2025", None),
        ("2025-10-16", None),
        ("x" * 9999, None),
    ],
)
def test_a_date_may_show_the_order_its_folder_uses(printed, order):
    assert day_order(printed) is order


@pytest.mark.parametrize(
    ("path", "date"),
    [
        ("2025-10-16-talks.md", THE_DAY),
        ("20251016_talks.md", THE_DAY),
        ("2025_10_16.md", THE_DAY),
        ("2025-10-16T1015.md", THE_DAY),
        ("2025/10/16-talks.md", THE_DAY),
        ("2025/10/talks.md", PrintedDate(dt.date(2025, 10, 1), Precision.MONTH)),
        ("https://example.org/2025/oct/16/talks", THE_DAY),
        ("https://example.org/world/2025/10/16/talks.html", THE_DAY),
        ("archive/2024/2025-10-16.md", THE_DAY),
        ("000_69b19c08c63a42f4.txt", None),
        ("a20251016b.md", None),
        ("1999-2001.md", None),
        ("2025-13-45.md", None),
        ("2025-02-30.md", None),
        ("talks-120251016.md", None),
    ],
)
def test_dates_in_paths(path, date):
    assert date_in_path(path) == date


@given(st.dates(min_value=dt.date(1800, 1, 1), max_value=dt.date(2100, 12, 31)))
def test_every_day_is_read_back_from_the_common_forms(day):
    forms = (day.isoformat(), f"{day:%d %B %Y}", f"{day:%B} {day.day}, {day.year}", f"{day:%Y%m%d}")

    assert {read_date(form) for form in forms} == {PrintedDate(day)}


@given(st.text(max_size=80))
def test_any_text_is_a_date_none_or_refused(printed):
    try:
        date = read_date(printed)
    except DateError:
        return
    assert date is None or 1800 <= date.on.year <= 2100


@pytest.mark.parametrize(
    "printed",
    [
        "Oct. 16, 2025, 10:15 a.m. ET",
        "jeudi 16 octobre 2025 à 10h15",
        "16 octobre 2025 à 9 h",
        "Published: 16 October 2025",
        "Posted on October 16th 2025",
        "“2025-10-16”",
        "<2025-10-16 Thu>",
        "2025-Oct-16",
        "20251016T101500Z",
        "2025-10-16Z",
        "2025-10-16+02:00",
        "чт, 16 окт. 2025",
        "16 Ekim 2025 Perşembe",
        "16 Οκτωβρίου 2025",
        "16 באוקטובר 2025",
        "2025年10月16日(木)",
        "2025年10月16日 星期四",
        "2025년 10월 16일 목요일",
    ],
)
def test_more_ways_to_print_a_day(printed):
    assert read_date(printed) == PrintedDate(dt.date(2025, 10, 16))


@pytest.mark.parametrize(
    "printed", ["16h October 2025 25h", "2025-10-16 25h00", "Q3 2025", "16-17 October 2025"]
)
def test_what_is_no_day_is_refused(printed):
    with pytest.raises(DateError):
        read_date(printed)
