"""Keys for readers whose hands stay on the keyboard."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def focused(page) -> str:
    return page.evaluate("document.activeElement.textContent.trim()")


def test_a_reader_walks_a_list_and_opens_an_article_by_keys(archive, open_page):
    page = open_page()
    page.goto("/articles/?country=ru")
    titles = page.locator(".story-title").all_text_contents()
    page.keyboard.press("j")
    assert focused(page) == titles[0]
    page.keyboard.press("j")
    assert focused(page) == titles[1]
    page.keyboard.press("j")
    assert focused(page) == titles[1]
    page.keyboard.press("k")
    assert focused(page) == titles[0]

    page.keyboard.press("o")

    expect(page.get_by_role("heading", level=1)).to_have_text(titles[0])


@pytest.mark.parametrize(
    ("key", "path"),
    [("h", "/"), ("a", "/articles/"), ("p", "/actors/"), ("c", "/countries/"), ("o", "/organisations/"),
     ("t", "/topics/"), ("d", "/dyads/"), ("m", "/articles/?view=map")],
)  # fmt: skip
def test_g_and_a_letter_go_to_a_place(archive, open_page, key, path):
    page = open_page()
    page.goto(archive.get_absolute_url())

    page.keyboard.press("g")
    page.keyboard.press(key)

    expect(page).to_have_url(path)


def test_the_slash_goes_to_the_search_box_where_keys_are_text(archive, open_page):
    page = open_page()
    page.goto("/articles/?q=talks")

    page.keyboard.press("/")
    page.keyboard.type("g/?jk")

    expect(page.get_by_role("combobox")).to_have_value("g/?jk")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_sheet_opens_by_key_and_by_button_and_keeps_the_focus(archive, open_page):
    page = open_page()
    page.goto("/")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")

    page.keyboard.press("?")
    expect(sheet).to_be_visible()
    assert Axe().run(page).response["violations"] == []
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()

    opener = page.get_by_role("button", name="Keyboard shortcuts")
    opener.click()
    sheet.get_by_role("button", name="Close").click()
    expect(sheet).to_be_hidden()
    expect(opener).to_be_focused()


def test_single_keys_can_be_switched_off_for_good(archive, open_page):
    page = open_page()
    page.goto("/articles/")
    page.get_by_role("button", name="Keyboard shortcuts").click()
    page.get_by_label("These single keys are shortcuts").uncheck()
    page.goto(f"{archive.get_absolute_url()}?tag=country:ru")

    for key in ("g", "h", "?", "n"):
        page.keyboard.press(key)

    expect(page).to_have_url(re.compile(r"/articles/\d+-"))
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.evaluate("document.activeElement === document.body")


def test_a_shortcut_of_the_browser_stays_with_the_browser(archive, open_page):
    page = open_page()
    page.goto("/articles/")

    page.keyboard.press("Control+j")

    assert page.evaluate("document.activeElement === document.body")


def test_without_javascript_nobody_is_told_of_keys(archive, open_page):
    page = open_page(java_script_enabled=False)
    page.goto("/")

    expect(page.get_by_text("Keyboard shortcuts").locator("visible=true")).to_have_count(0)
