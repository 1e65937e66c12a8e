"""The search box offers names while one types, to the keyboard, the mouse and to screen readers."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from articles.models import Alias, Tag

pytestmark = pytest.mark.browser


def type_in(page: Page, text: str) -> None:
    box = page.get_by_label("Search the archive")
    box.focus()
    box.press("End")
    box.press_sequentially(text)


def options(page: Page):
    return page.get_by_role("option")


def test_the_keyboard_walks_through_the_suggestions_and_takes_one(archive, open_page):
    page = open_page()
    page.goto("/actors/")
    box = page.get_by_role("combobox", name="Search the archive")
    expect(box).to_have_attribute("aria-expanded", "false")

    type_in(page, "ru")
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(options(page)).to_have_text(["Russia country 2 articles"])
    expect(page.locator("[data-suggest-status]")).to_have_text("1 suggestion")
    assert box.get_attribute("aria-activedescendant") is None

    box.press("ArrowDown")
    active = page.locator(f"#{box.get_attribute('aria-activedescendant')}")
    expect(active).to_have_attribute("aria-selected", "true")
    expect(active).to_contain_text("Russia")
    box.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant") is None
    box.press("ArrowUp")
    expect(active).to_have_attribute("aria-selected", "true")

    box.press("Enter")
    expect(page).to_have_url("/articles/?country=ru")
    expect(page.get_by_role("heading", level=1)).to_have_text("Articles about Russia")


def test_escape_closes_the_list_and_leaves_the_text(archive, open_page):
    page = open_page()
    page.goto(f"{archive.get_absolute_url()}?tag=country:ru")
    type_in(page, "put")
    expect(options(page)).to_have_count(1)

    page.keyboard.press("Escape")

    box = page.get_by_role("combobox")
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_value("put")
    expect(page.locator(".evidence")).to_have_count(3)


def test_enter_without_a_choice_searches_for_the_words(archive, open_page):
    page = open_page()
    page.goto("/")
    type_in(page, "sanctions")
    expect(options(page)).to_have_count(1)

    page.keyboard.press("Enter")

    expect(page).to_have_url("/articles/?q=sanctions")
    expect(page.locator(".story mark")).to_have_text(["sanctions"])


def test_keys_of_the_text_stay_with_the_text(archive, open_page):
    page = open_page()
    page.goto("/")
    type_in(page, "russ")
    box = page.get_by_role("combobox")
    box.press("ArrowDown")

    box.press("Home")

    assert box.get_attribute("aria-activedescendant") is None
    assert box.evaluate("box => box.selectionStart") == 0


def test_the_mouse_takes_one_too_and_what_was_there_stays(archive, open_page):
    page = open_page()
    page.goto("/articles/?q=talks&actor=vladimir-putin")
    type_in(page, " -country:ukr")

    options(page).first.click()

    expect(page.get_by_role("list", name="Active filters").get_by_role("listitem")).to_contain_text(
        ["Vladimir Putin", "not Ukraine", "“talks”", "Clear all"]
    )


def test_an_operator_offers_its_own_kind_and_another_name_is_shown(archive, open_page):
    Alias.objects.create(tag=Tag.objects.get(key="nato"), text="North Atlantic Treaty Organisation")
    page = open_page()
    page.goto("/")

    type_in(page, "org:nor")

    expect(options(page)).to_have_text(["NATO North Atlantic Treaty Organisation organisation 1 article"])


def test_the_box_says_the_whole_search_also_after_a_filter_beside_the_list(archive, open_page):
    page = open_page()
    page.goto("/articles/?q=talks")
    box = page.get_by_role("combobox")
    expect(box).to_have_value("talks")

    page.get_by_role("link", name="Leave out Russia").click()
    expect(box).to_have_value("-country:ru talks")

    page.go_back()
    expect(box).to_have_value("talks")


def test_leaving_the_box_closes_the_list(archive, open_page):
    page = open_page()
    page.goto("/")
    type_in(page, "russ")
    expect(options(page)).to_have_count(1)

    page.keyboard.press("Tab")

    expect(page.get_by_role("combobox")).to_have_attribute("aria-expanded", "false")
    expect(options(page)).to_have_count(0)


def test_a_failing_server_disturbs_nobody(archive, open_page):
    page = open_page()
    page.goto("/")
    page.route("**/suggest/**", lambda route: route.fulfill(status=500, body="broken"))

    type_in(page, "talks")
    with page.expect_response("**/suggest/**"):
        pass
    page.keyboard.press("Enter")

    expect(page).to_have_url("/articles/?q=talks")


def test_without_javascript_it_is_a_plain_form(archive, open_page):
    page = open_page(java_script_enabled=False)
    page.goto("/")

    page.get_by_role("searchbox", name="Search the archive").fill("country:russia talks")
    page.get_by_role("button", name="Search").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Articles about Russia, with the word “talks”")
    expect(page.get_by_role("listbox")).to_have_count(0)


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1440, "light")])
def test_the_open_list_has_no_barrier_and_fits(archive, open_page, width, scheme):
    page = open_page(width=width, color_scheme=scheme)
    page.goto("/")
    type_in(page, "main:r")
    expect(options(page).first).to_be_visible()
    page.keyboard.press("ArrowDown")

    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
