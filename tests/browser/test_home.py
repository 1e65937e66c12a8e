"""The front page remembers, in this browser alone, what was there at the last visit."""

from __future__ import annotations

import datetime as dt

import pytest
from playwright.sync_api import expect

from tests.factories import make_article

pytestmark = pytest.mark.browser

A_DAY_LATER = "Date.now = () => 24 * 60 * 60 * 1000 + new Date().getTime();"


def test_what_came_since_the_last_visit_is_marked(archive, open_page):
    page = open_page()
    page.goto("/")
    expect(page.locator(".new")).to_have_count(0)
    make_article(title="Envoys meet again")
    make_article(title="Found in an attic", published_on=dt.date(1962, 10, 24))
    page.add_init_script(A_DAY_LATER)

    page.goto("/")

    expect(page.get_by_role("article").filter(has_text="Envoys meet again")).to_contain_text("New")
    expect(page.locator(".briefly li").filter(has_text="Found in an attic")).to_contain_text("New")
    expect(page.locator("[data-added]")).to_contain_text("2 new since your visit on")
    expect(page.locator(".new")).to_have_count(2)


def test_what_is_new_stays_new_while_one_reads(archive, open_page):
    page = open_page()
    page.goto("/")
    make_article(title="Envoys meet again")
    page.add_init_script(A_DAY_LATER)
    page.goto("/")

    page.reload()

    expect(page.locator(".new")).to_have_count(1)


def test_a_visit_that_finds_nothing_says_so(archive, open_page):
    page = open_page()
    page.goto("/")
    page.add_init_script(A_DAY_LATER)

    page.goto("/")

    expect(page.locator("[data-added]")).to_contain_text("Nothing new since your visit on")


@pytest.mark.parametrize(
    "stored", ["not json", "3", "null", '{"newest": 999999999, "at": 0}', '{"newest": "x"}']
)
def test_a_memory_of_something_else_is_forgotten(archive, open_page, stored):
    page = open_page()
    page.goto("/robots.txt")
    page.evaluate("text => localStorage.setItem('visit', text)", stored)

    page.goto("/")

    expect(page.locator("[data-added]")).to_have_text("")
    expect(page.locator(".new")).to_have_count(0)


def test_without_javascript_it_shows_what_came_last(archive, open_page):
    page = open_page(java_script_enabled=False)

    page.goto("/")

    expect(page.locator(".front .story")).to_have_count(8)
    expect(page.get_by_role("link", name=archive.title)).to_be_visible()
