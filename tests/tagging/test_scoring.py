"""Salience: which signs of being central the places of mentions give, and what they add up to."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from articles.tagging import Kind, Role
from articles.tagging.findings import Sum
from articles.tagging.scoring import STRETCHES, WEIGHTS, Layout, main_sums, role_of, stretches_of, weigh

LAYOUT = Layout(
    title_end=10,
    standfirst_end=20,
    opening_end=100,
    lead_end=520,
    length=2020,
    is_untitled=False,
    stretches=stretches_of(20, 2020),
)
COUNTRY = WEIGHTS[Kind.COUNTRY]


def signs(*starts: int) -> dict[str, float]:
    return dict(weigh(Kind.COUNTRY, starts, LAYOUT, 6.0).signs)


def test_a_sign_is_given_for_each_part_that_names_the_entry():
    assert signs(1, 12, 30) == {
        "title": COUNTRY.title,
        "standfirst": COUNTRY.standfirst,
        "count": COUNTRY.doubling * 2,
        "spread": COUNTRY.spread / STRETCHES,
    }


def test_the_first_sentence_counts_in_place_of_the_standfirst_else_the_lead():
    assert signs(30)["opening"] == COUNTRY.opening
    assert signs(300)["lead"] == COUNTRY.lead
    assert signs(900).keys() == {"count", "spread", "once"}


def test_the_first_sentence_of_an_untitled_text_counts_as_the_title_too():
    weighed = weigh(Kind.COUNTRY, [30], LAYOUT._replace(is_untitled=True), 6.0)

    assert dict(weighed.signs)["opening"] == COUNTRY.opening + COUNTRY.title


def test_spread_is_the_share_of_the_stretches_that_name_the_entry():
    assert signs(30, 40, 2000)["spread"] == COUNTRY.spread * 2 / STRETCHES
    assert signs(30, 600, 1100, 1600)["spread"] == COUNTRY.spread


def test_the_only_country_has_a_sign_of_it():
    weighed = weigh(Kind.COUNTRY, [900], LAYOUT, 6.0, is_alone=True)

    assert dict(weighed.signs)["alone"] == COUNTRY.alone


def test_a_country_named_once_beside_others_is_named_in_passing():
    assert signs(900)["once"] == COUNTRY.once < 0
    assert "once" not in signs(900, 950)
    assert "once" not in dict(weigh(Kind.COUNTRY, [900], LAYOUT, 6.0, is_alone=True).signs)


def test_where_a_report_was_filed_has_a_sign_of_it():
    weighed = weigh(Kind.COUNTRY, [30], LAYOUT, 6.0, is_filed_there=True)

    assert dict(weighed.signs)["dateline"] == COUNTRY.dateline


@given(begin=st.integers(0, 50), length=st.integers(1, 300), data=st.data())
def test_stretches_are_equal_parts_of_the_body(begin, length, data):
    start = data.draw(st.integers(begin, begin + length - 1))

    passed = sum(bound <= start for bound in stretches_of(begin, begin + length))
    assert passed == (start - begin) * STRETCHES // length


def test_the_signs_add_up_to_the_total_and_half_of_the_scale_is_where_main_begins():
    weighed = weigh(Kind.COUNTRY, [1, 30], LAYOUT, 6.0)

    assert weighed.total == sum(value for _, value in weighed.signs)
    assert role_of(weighed) is Role.MAIN
    assert Sum((), 6.0, 6.0).salience == 0.5


def test_a_short_text_needs_less_to_make_an_entry_a_main_one():
    assert main_sums(700)[Kind.COUNTRY] < main_sums(3000)[Kind.COUNTRY] == COUNTRY.main
