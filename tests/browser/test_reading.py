"""What a reader does, in a real browser, with and without JavaScript."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

with_and_without_javascript = pytest.mark.parametrize(
    "javascript", [True, False], ids=["with JavaScript", "without JavaScript"]
)


@with_and_without_javascript
def test_a_reader_filters_opens_an_article_lights_its_evidence_and_goes_back(archive, open_page, javascript):
    page = open_page(java_script_enabled=javascript)
    page.goto("/articles/")

    page.get_by_role("link", name="Russia 2", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Articles about Russia")
    expect(page).to_have_url("/articles/?country=ru")
    expect(page).to_have_title("Articles about Russia · Newsroom")
    expect(page.get_by_text("2 articles", exact=True)).to_be_visible()

    page.get_by_role("link", name=archive.title).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(archive.title)
    expect(page.locator(".evidence")).to_have_count(0)

    page.get_by_role("link", name="Russia (main subject) 3 mentions").click()
    expect(page.locator(".evidence")).to_have_text(["Russia", "Moscow", "Russian"])
    expect(page.get_by_role("heading", name="Why this tag?")).to_be_visible()
    expect(page.get_by_text("3fa9c01be2d7")).to_be_visible()

    page.go_back()
    expect(page.locator(".evidence")).to_have_count(0)
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Articles about Russia")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("All articles")


def test_escape_puts_the_light_out(archive, open_page):
    page = open_page()
    page.goto(f"{archive.get_absolute_url()}?tag=country:ru")
    expect(page.locator(".evidence")).to_have_count(3)

    page.keyboard.press("Escape")

    expect(page.locator(".evidence")).to_have_count(0)
    expect(page).to_have_url(archive.get_absolute_url())


@with_and_without_javascript
def test_a_value_is_left_out_as_easily_as_added(archive, open_page, javascript):
    page = open_page(java_script_enabled=javascript)
    page.goto("/articles/")

    page.get_by_role("link", name="Leave out Russia").click()
    expect(page.get_by_role("list", name="Active filters")).to_contain_text("not Russia")
    expect(page.get_by_role("link", name=archive.title)).to_have_count(0)

    page.get_by_role("link", name="Remove country: not Russia").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("All articles")


@with_and_without_javascript
def test_words_and_dates_are_a_plain_form(archive, open_page, javascript):
    page = open_page(java_script_enabled=javascript)
    page.goto("/articles/?country=ru")

    page.get_by_text("Words and dates").click()
    page.get_by_label("Published from").fill("2019")
    page.get_by_label("until", exact=True).first.fill("2019")
    page.get_by_role("button", name="Apply").click()

    expect(page).to_have_url("/articles/?country=ru&published_after=2019&published_before=2019")
    expect(page.get_by_role("article")).to_have_count(1)
    expect(page.get_by_role("link", name="Gas talks resume")).to_be_visible()


@with_and_without_javascript
def test_older_articles_follow_page_by_page(archive, open_page, javascript):
    page = open_page(java_script_enabled=javascript)
    page.goto("/articles/")
    expect(page.get_by_role("article")).to_have_count(25)

    page.get_by_role("link", name="Older articles").click()
    expect(page.get_by_role("article")).to_have_count(9)

    page.get_by_role("link", name="Back to the first page").click()
    expect(page.get_by_role("article")).to_have_count(25)


def test_a_filter_moves_neither_focus_nor_page_and_is_announced(archive, open_page):
    page = open_page()
    page.goto("/articles/")

    link = page.get_by_role("link", name="Russia 2", exact=True)
    link.focus()
    link.press("Enter")

    expect(page.get_by_role("status")).to_have_text("Articles about Russia. 2 articles")
    expect(page.get_by_role("link", name="Russia 2", exact=True)).to_be_focused()


def test_lighting_evidence_keeps_the_reader_s_place(archive, open_page):
    page = open_page(width=1440)
    page.goto(archive.get_absolute_url())
    link = page.locator("#tag-topic-sanctions")
    before = link.bounding_box()

    link.click()

    expect(page.get_by_role("status")).to_contain_text("Sanctions")
    expect(link).to_be_focused()
    assert link.bounding_box() == before


@pytest.mark.parametrize("width", [360, 800])
def test_on_narrow_screens_filters_wait_behind_one_button(archive, open_page, width):
    page = open_page(width=width, java_script_enabled=False)
    page.goto("/articles/")
    link = page.get_by_role("link", name="Russia 2", exact=True)
    expect(link).to_be_hidden()

    page.get_by_text("Filters", exact=True).click()

    expect(link).to_be_visible()


def test_the_theme_follows_the_system_until_the_reader_chooses(archive, open_page):
    page = open_page(color_scheme="dark")
    page.goto("/")
    body = page.locator("html")
    expect(body).to_have_css("background-color", "rgb(27, 26, 24)")

    page.get_by_role("button", name="Theme: automatic").click()
    expect(body).to_have_css("background-color", "rgb(251, 249, 244)")
    page.goto(archive.get_absolute_url())

    expect(page.get_by_role("button", name="Theme: light")).to_be_visible()
    expect(body).to_have_css("background-color", "rgb(251, 249, 244)")


def test_the_keyboard_alone_reaches_the_text(archive, open_page):
    page = open_page()
    page.goto(archive.get_absolute_url())

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator("main")).to_be_focused()


def test_on_a_narrow_screen_the_filters_stay_open_while_one_filters(archive, open_page):
    page = open_page(width=360)
    page.goto("/articles/")
    page.get_by_text("Filters", exact=True).click()

    page.get_by_role("link", name="Russia 2", exact=True).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Articles about Russia")
    expect(page.get_by_role("link", name="Russia 2", exact=True)).to_be_focused()


def test_a_chip_that_removed_itself_leaves_the_focus_on_the_list(archive, open_page):
    page = open_page()
    page.goto("/articles/?country=ru")

    page.get_by_role("link", name="Remove country: Russia").press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("All articles")
    expect(page.locator("main")).to_be_focused()


def test_an_error_in_the_middle_of_filtering_loads_the_page(archive, open_page):
    page = open_page()
    page.goto("/articles/")

    def fail(route):
        is_htmx = "hx-request" in route.request.headers
        route.fulfill(status=500, body="broken") if is_htmx else route.continue_()

    page.route("**/articles/**", fail)
    page.get_by_role("link", name="Russia 2", exact=True).click()

    expect(page).to_have_url("/articles/?country=ru")
    expect(page.get_by_role("heading", level=1)).to_have_text("Articles about Russia")


def test_a_cut_connection_is_told_and_the_list_stays(archive, open_page):
    page = open_page()
    page.goto("/articles/")

    page.route("**/articles/**", lambda route: route.abort())
    page.get_by_role("link", name="Russia 2", exact=True).click()

    expect(page.get_by_role("status")).to_contain_text("could not be loaded")
    expect(page.get_by_role("status")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("All articles")
