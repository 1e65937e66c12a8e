"""Looking at a search in other ways, and at pairs, in a real browser."""

from __future__ import annotations

import re

import pytest

from tests.factories import make_article, make_tag

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("has_scripts", [True, False], ids=["with JavaScript", "without"])
def test_from_a_list_to_the_map_and_to_the_articles_of_a_country(archive, open_page, has_scripts):
    page = open_page(java_script_enabled=has_scripts)
    page.goto("/articles/?published_after=2019")

    page.get_by_role("link", name="map", exact=True).click()
    page.wait_for_url("**view=map")
    page.locator(".map").get_by_role("link", name="Russia: 2 articles").focus()
    page.keyboard.press("Enter")

    page.wait_for_url(re.compile("country=ru"))
    assert page.locator("[data-count]").inner_text() == "2 articles"
    assert "view" not in page.url
    page.go_back()
    page.wait_for_url("**view=map")
    assert page.locator(".map").is_visible()


def test_the_map_can_be_skipped_by_keyboard(archive, open_page):
    page = open_page()
    page.goto("/articles/?view=map")

    page.get_by_role("link", name="Skip the map: the same numbers as a table").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.closest('table')?.caption.textContent").startswith(
        "Articles by country"
    )


def test_small_states_are_large_enough_to_be_seen_on_a_narrow_screen(archive, open_page):
    make_article(tags=[make_tag("country/Singapore", key="sg")])
    page = open_page(width=360)
    page.goto("/articles/?view=map")

    sizes = page.locator(".map circle").evaluate_all(
        "dots => dots.map(dot => dot.getBoundingClientRect().width)"
    )
    assert sizes
    assert all(size >= 4 for size in sizes)


def test_in_forced_colours_the_strengths_of_the_map_still_differ(archive, open_page):
    page = open_page(forced_colors="active")
    page.goto("/articles/?view=map")

    strengths = page.locator(".map-place").evaluate_all(
        "all => all.map(one => getComputedStyle(one).fillOpacity)"
    )
    assert len(set(strengths)) == 2


def test_a_filter_keeps_the_view(archive, open_page):
    page = open_page()
    page.goto("/articles/?view=timeline")

    page.locator("#add-country-ru").click()
    page.wait_for_url("**country=ru&view=timeline")

    assert page.locator(".chapter").count() == 2
    assert page.get_by_role("link", name="timeline", exact=True).get_attribute("aria-current") == "true"


def test_the_table_turns_its_order_at_the_head_of_its_dates(archive, open_page):
    page = open_page()
    page.goto("/articles/?view=table&country=ru")
    first = page.locator(".articles-table tbody th").first.inner_text()

    page.get_by_role("columnheader", name="Date").get_by_role("link").click()
    page.wait_for_url("**sort=oldest**")

    assert page.locator(".articles-table tbody th").last.inner_text() == first
    assert page.get_by_role("columnheader", name="Date").get_attribute("aria-sort") == "ascending"


@pytest.mark.parametrize("has_scripts", [True, False], ids=["with JavaScript", "without"])
def test_from_the_pairs_to_the_words_of_an_article_that_name_both(archive, open_page, has_scripts):
    page = open_page(java_script_enabled=has_scripts)
    page.goto("/articles/")

    page.get_by_role("navigation", name="Sections").get_by_role("link", name="Pairs").click()
    page.get_by_role("link", name="Russia and Ukraine").first.click()
    page.wait_for_url("**/dyads/russia-ukraine/")
    page.locator(".quotation a").first.click()

    page.wait_for_url("**#evidence-1")
    assert page.locator("#evidence-1").inner_text() == "Russia"
    assert page.locator(".evidence").count() > 2
