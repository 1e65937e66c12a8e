"""The pages of actors, countries, organisations and topics."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from articles.models import Office, Tag
from tests.factories import make_article, make_tag

pytestmark = pytest.mark.browser


@pytest.fixture
def russia(archive) -> Tag:
    """Return a country with leaders of every sort, neighbours, and more articles than its page shows."""
    tag = Tag.objects.get(kind="country", key="ru")
    make_tag("country/China", key="cn")
    for year in range(1992, 2012, 4):
        Office.objects.create(
            holder=make_tag(f"actor/President {year}"), of=tag, title="President of the Federation",
            role="head_of_state", start_on=dt.date(year, 1, 1), end_on=dt.date(year + 3, 12, 31),
        )  # fmt: skip
    Office.objects.create(
        holder=make_tag("actor/Chief Envoy"), of=tag, title="Envoy", role="official",
        end_on=dt.date(2025, 12, 2), is_end_known=False,
    )  # fmt: skip
    for number in range(12):
        make_article(
            title=f"Report {number} on the talks", main=[tag], outlet="The Courier",
            tags=["country/Ukraine", "actor/Vladimir Putin"], published_on=dt.date(2024, 1 + number, 1),
        )  # fmt: skip
    return tag


def count(page) -> int:
    return int(re.search(r"[\d,]+", page.locator("[data-count]").first.inner_text())[0].replace(",", ""))


def test_a_bar_and_a_companion_lead_to_as_many_articles_as_they_say(russia, open_page):
    page = open_page()

    page.goto("/countries/russia/")
    page.locator("[data-bars] a[tabindex='0'], [data-bars] a:not([tabindex])").focus()
    page.keyboard.press("Home")
    said = page.locator("[data-bar-name]").inner_text()
    page.keyboard.press("Enter")
    page.wait_for_url("**/articles/?**")
    assert int(re.search(r": (\d+) article", said)[1]) == count(page) > 0

    page.goto("/countries/russia/")
    companion = page.get_by_role("link", name="Ukraine 13", exact=True)
    companion.click()
    page.wait_for_url("**/articles/?country=ru&country=ua")
    assert count(page) == 13

    page.goto("/countries/russia/")
    page.get_by_role("link", name="pair with Ukraine").click()
    page.wait_for_url("**/dyads/russia-ukraine/")


@pytest.mark.parametrize("width", [360, 1440])
def test_times_in_office_can_be_read_without_scripts(russia, open_page, width):
    page = open_page(width=width, java_script_enabled=False)

    page.goto("/countries/russia/")

    page.get_by_text("3 earlier").click()
    assert page.get_by_text("President 1992").is_visible()
    page.get_by_text("1 in other offices").click()
    assert page.get_by_text("at least until 2 Dec 2025").is_visible()
    row = page.locator(".tenure", has_text="President 2008").first
    bar = row.locator(".period-known").bounding_box()
    axis = page.locator(".tenures-axis").first.bounding_box()
    assert bar["width"] > 5
    assert axis["x"] <= bar["x"] < axis["x"] + axis["width"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_full_portrait_has_no_barrier(russia, open_page, scheme):
    page = open_page(width=768, color_scheme=scheme)

    page.goto("/countries/russia/")

    assert page.get_by_role("heading", name="Most about Russia").is_visible()
    assert page.get_by_role("heading", name="Neighbours by land").is_visible()
    for details in page.locator("details").all():
        details.evaluate("element => element.open = true")
    assert Axe().run(page).response["violations"] == []
    excess = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert excess <= 0
