"""French in a real browser: no page is too wide or a barrier, and what scripts say is French too."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.test_every_page import addresses as every_address

pytestmark = pytest.mark.browser

addresses = every_address  # a fixture: one address of every kind of page


def test_no_french_page_scrolls_sideways_or_has_a_barrier(addresses, open_page):
    page = open_page(width=360, color_scheme="dark")

    wrong = {}
    for name, address in addresses.items():
        page.goto(f"/fr{address}")
        excess = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        for details in page.locator("details").all():
            details.evaluate("element => element.open = true")
        found = [(rule["id"], rule["nodes"][0]["html"]) for rule in Axe().run(page).response["violations"]]
        if excess > 0 or found:
            wrong[name] = (excess, found)
    assert wrong == {}


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without"])
def test_the_foot_of_a_page_leads_to_it_in_the_other_language(archive, open_page, javascript):
    page = open_page(java_script_enabled=javascript)
    page.goto("/articles/?country=ru&sort=oldest")

    page.get_by_role("list", name="Language").get_by_role("link", name="Français").click()

    expect(page).to_have_url(re.compile(r"/fr/articles/\?country=ru&sort=oldest$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Articles\u00a0: Russia")
    page.get_by_role("list", name="Langue").get_by_role("link", name="English").click()
    expect(page).to_have_url(re.compile(r"(?<!fr)/articles/\?country=ru&sort=oldest$"))


def test_the_switch_follows_what_filters_change_without_loading_the_page(archive, open_page):
    page = open_page()
    page.goto("/fr/articles/")

    page.locator("#add-country-ua").click()

    expect(page).to_have_url(re.compile(r"/fr/articles/\?country=ua$"))
    expect(page.get_by_role("link", name="English")).to_have_attribute("href", "/articles/?country=ua")
    expect(page.locator("[data-announce]")).to_have_text("Articles\u00a0: Ukraine. 1 article")


def test_what_scripts_say_is_french(archive, open_page):
    page = open_page()
    page.goto(f"/fr{archive.get_absolute_url()}")

    theme = page.locator("[data-theme-toggle]")
    theme.click()
    expect(theme).to_have_attribute("title", "Apparence\u00a0: claire")
    page.locator("[id='tag-country-ru']").click()
    expect(page.locator("[data-announce]")).to_have_text("Surligné dans le texte\u00a0: Russia")
    page.keyboard.press("n")
    expect(page.locator("[data-place]")).to_have_text(re.compile(r"^1 sur \d$"))
    expect(page.locator("[data-announce]")).to_have_text(re.compile(r"^Mention 1 sur \d\s: Russia$"))


def test_suggestions_are_french(archive, open_page):
    page = open_page()
    page.goto("/fr/articles/")

    page.locator("#search").press_sequentially("ukr")

    option = page.get_by_role("option").first
    expect(option).to_have_text(re.compile(r"Ukraine\s+pays\s+1 article$"))
    expect(page.locator("[data-suggest-status]")).to_have_text("1 suggestion")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/fr/articles/\?country=ua$"))


@pytest.mark.parametrize(("left", "day"), [(1_760_000_000_000, "9 oct."), (1_762_000_000_000, "1er nov.")])
def test_the_front_page_says_in_french_what_is_new(archive, open_page, left, day):
    page = open_page()
    page.goto("/fr/")
    newest = page.locator("[data-added]").get_attribute("data-added").split()[1]
    visit = f'{{"newest": {newest}, "at": {left}}}'
    page.evaluate("visit => localStorage.setItem('visit', visit)", visit)

    page.reload()

    expect(page.locator("[data-added]")).to_have_text(f"1 nouveau depuis votre visite du {day}")
