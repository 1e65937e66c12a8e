"""What a reader does with the list: its chart, its facets, its densities, its pages."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

with_and_without_javascript = pytest.mark.parametrize(
    "javascript", [True, False], ids=["with JavaScript", "without JavaScript"]
)


@with_and_without_javascript
def test_a_bar_of_the_chart_narrows_the_list_and_the_way_out_is_beside_it(archive, open_page, javascript):
    page = open_page(java_script_enabled=javascript)
    page.goto("/articles/")

    page.get_by_role("link", name="2018: 30 articles").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Articles published in 2018")
    expect(page.get_by_text("30 articles", exact=True)).to_be_visible()

    page.get_by_role("link", name="January 2018: 30 articles").click()
    page.get_by_role("link", name="17 January 2018: 1 article").click()
    expect(page).to_have_url("/articles/?published_after=2018-01-17&published_before=2018-01-17")
    expect(page.get_by_role("article")).to_have_count(1)

    page.get_by_role("list", name="Other dates").get_by_role("link", name="January 2018").click()
    expect(page.get_by_text("30 articles", exact=True)).to_be_visible()
    page.get_by_role("list", name="Other dates").get_by_role("link", name="all dates").click()
    expect(page).to_have_url("/articles/")


@with_and_without_javascript
def test_the_chart_is_a_table_too(archive, open_page, javascript):
    page = open_page(java_script_enabled=javascript)
    page.goto("/articles/")
    table = page.get_by_role("table")
    expect(table).to_be_hidden()

    page.get_by_text("As a table").click()

    expect(table.get_by_role("row", name="2018 30").get_by_role("link", name="30")).to_be_visible()
    table.get_by_role("row", name="2019 1").get_by_role("link", name="1").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Articles published in 2019")


def test_undated_articles_are_one_link_away(archive, open_page):
    page = open_page()
    page.goto("/articles/")

    page.get_by_role("link", name="1 undated").click()

    expect(page.get_by_role("article")).to_have_count(1)
    expect(page.get_by_role("link", name="A clipping without anything")).to_be_visible()


def test_arrow_keys_walk_along_the_chart(archive, open_page):
    page = open_page()
    page.goto("/articles/")
    stops = page.locator("[data-bars] a[tabindex='0'], [data-bars] a:not([tabindex])")
    expect(stops).to_have_count(1)

    newest = page.get_by_role("link", name=re.compile(r"^2025: "))
    newest.focus()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("link", name="2019: 1 article")).to_be_focused()
    expect(page.locator("[data-bar-name]")).to_have_text("2019: 1 article")
    page.keyboard.press("Home")
    expect(page.get_by_role("link", name="2018: 30 articles")).to_be_focused()
    expect(stops).to_have_count(1)

    page.keyboard.press("Enter")
    expect(page).to_have_url("/articles/?published_after=2018&published_before=2018")


@with_and_without_javascript
def test_a_country_is_made_the_main_subject_and_two_any_of_them(archive, open_page, javascript):
    page = open_page(java_script_enabled=javascript)
    page.goto("/articles/?country=ru")

    page.get_by_role("link", name="main subject only of Russia").click()
    expect(page).to_have_url("/articles/?country__main=ru")
    page.get_by_role("link", name="any mention of mainly Russia").click()
    expect(page).to_have_url("/articles/?country=ru")

    page.get_by_role("link", name="Ukraine 1", exact=True).click()
    page.get_by_role("link", name="any of these countries").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Articles about Russia or Ukraine")
    page.get_by_role("link", name="all of these countries").click()
    expect(page).to_have_url("/articles/?country=ru&country=ua")


@with_and_without_javascript
def test_pages_are_turned_both_ways(archive, open_page, javascript):
    page = open_page(java_script_enabled=javascript)
    page.goto("/articles/")

    page.get_by_role("link", name="Older articles").click()
    expect(page.get_by_text("26–34 of 34")).to_be_visible()
    page.get_by_role("link", name="Newer articles").click()
    expect(page.get_by_text("1–25 of 34")).to_be_visible()
    expect(page.get_by_role("link", name="Newer articles")).to_have_count(0)


@with_and_without_javascript
def test_many_titles_or_a_few_stories(archive, open_page, javascript):
    page = open_page(java_script_enabled=javascript)
    page.goto("/articles/")
    summary = page.get_by_text("The first round of talks about sanctions")
    expect(summary).to_be_visible()

    page.get_by_role("link", name="compact").click()

    expect(page).to_have_url("/articles/?density=compact")
    expect(page.get_by_role("article")).to_have_count(34)
    expect(summary).to_be_hidden()
    expect(page.get_by_role("link", name=archive.title)).to_be_visible()
    page.get_by_role("link", name="comfortable").click()
    expect(summary).to_be_visible()


def test_forty_titles_fit_on_a_tall_screen(archive, open_page):
    page = open_page(width=1440)
    page.goto("/articles/?density=compact")

    heights = [story.bounding_box()["height"] for story in page.get_by_role("article").all()[:10]]

    assert 40 * max(heights) <= 1200


def test_the_browser_remembers_the_density_and_the_address_wins(archive, open_page):
    page = open_page()
    summary = page.get_by_text("The first round of talks about sanctions")
    page.goto("/articles/")
    page.get_by_role("link", name="compact").click()
    expect(page).to_have_url("/articles/?density=compact")

    page.goto("/articles/?country=ru")
    expect(summary).to_be_hidden()
    expect(page.get_by_role("link", name="compact")).to_have_attribute("aria-current", "true")
    expect(page.get_by_role("link", name="comfortable")).not_to_have_attribute("aria-current", "true")

    page.goto("/articles/?density=comfortable")
    expect(summary).to_be_visible()
    expect(page.get_by_role("link", name="comfortable")).to_have_attribute("aria-current", "true")


@with_and_without_javascript
def test_all_values_of_a_facet_are_found_by_name(archive, open_page, javascript):
    page = open_page(java_script_enabled=javascript)
    page.goto("/articles/facets/country/?sort=oldest")
    expect(page.get_by_role("heading", level=1)).to_have_text("Countries")

    page.get_by_role("searchbox", name="Find by name").fill("ukr")
    page.get_by_role("button", name="Find").click()
    expect(page).to_have_url("/articles/facets/country/?sort=oldest&name=ukr")
    expect(page.get_by_role("link", name="Leave out Ukraine")).to_be_visible()
    expect(page.get_by_role("link", name="Leave out Russia")).to_have_count(0)

    page.get_by_role("link", name="Ukraine 1", exact=True).click()
    expect(page).to_have_url("/articles/?country=ua&sort=oldest")


def test_what_tells_articles_apart_waits_behind_one_line(archive, open_page):
    page = open_page(width=1440)
    page.goto("/articles/")
    arabic = page.get_by_role("link", name="Arabic 1", exact=True)
    expect(arabic).to_be_hidden()

    page.get_by_text("More filters").click()
    arabic.click()

    expect(page.get_by_role("article")).to_have_count(1)
    expect(page.get_by_role("list", name="Active filters")).to_contain_text("Arabic")
