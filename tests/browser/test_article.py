"""The page of an article, in a real browser: its mentions, its place in a search, what one takes along."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from articles.models import Tagging

pytestmark = pytest.mark.browser

with_and_without_javascript = pytest.mark.parametrize(
    "javascript", [True, False], ids=["with JavaScript", "without JavaScript"]
)


def is_on_screen(mark) -> bool:
    return mark.evaluate(
        "e => { const b = e.getBoundingClientRect(); return b.top >= 0 && b.bottom <= innerHeight }"
    )


def test_keys_lead_from_mention_to_mention_and_round_again(archive, open_page):
    page = open_page()
    page.goto(f"{archive.get_absolute_url()}?tag=country:ru")
    marks = page.locator(".evidence")
    expect(marks).to_have_text(["Russia", "Moscow", "Russian"])

    for key, number in (("n", 0), ("n", 1), ("p", 0), ("p", 2), ("n", 0)):
        page.keyboard.press(key)
        expect(marks.nth(number)).to_be_focused()
        assert is_on_screen(marks.nth(number))
        expect(page.locator("[data-place]")).to_have_text(f"{number + 1} of 3")
    expect(page.get_by_role("status")).to_have_text("Mention 1 of 3: Russia")


def test_the_buttons_do_what_the_keys_do(archive, open_page):
    page = open_page(width=360)
    page.goto(f"{archive.get_absolute_url()}?tag=country:ru")

    page.get_by_role("button", name="Next mention").click()
    page.get_by_role("button", name="Next mention").click()
    expect(page.locator("#evidence-2")).to_be_focused()
    page.get_by_role("button", name="Previous mention").click()

    expect(page.locator("#evidence-1")).to_be_focused()


def test_a_key_for_the_next_mention_lights_everything_first(archive, open_page):
    page = open_page()
    page.goto(archive.get_absolute_url())

    page.keyboard.press("n")

    expect(page.get_by_text("All 5 tags are marked in the text")).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("Marked in the text: all tags")
    expect(page).to_have_url(f"{archive.get_absolute_url()}?tag=all")


@with_and_without_javascript
def test_on_a_phone_a_tag_leads_to_its_first_mention(archive, open_page, javascript):
    page = open_page(java_script_enabled=javascript)
    page.set_viewport_size({"width": 360, "height": 420})
    page.goto(archive.get_absolute_url())
    page.get_by_text("Who, where and what").click()

    page.locator("#tag-organisation-nato").click()

    expect(page.locator(".evidence")).to_have_text(["NATO"])
    expect(page.locator("#evidence-1")).to_be_in_viewport(ratio=1)
    expect(page.locator("#evidence-1")).to_have_css("outline-style", "solid")


def test_beside_the_text_a_tag_shows_its_first_mention_and_keeps_the_focus(archive, open_page):
    page = open_page(width=1440)
    page.set_viewport_size({"width": 1440, "height": 420})
    page.goto(archive.get_absolute_url())
    page.evaluate("document.documentElement.scrollTop = document.documentElement.scrollHeight / 2")
    link = page.locator("#tag-actor-vladimir-putin")

    link.click()

    expect(page.locator("#evidence-1")).to_be_in_viewport(ratio=1)
    expect(link).to_be_in_viewport()
    expect(link).to_be_focused()


def test_letters_typed_into_the_search_box_are_letters(archive, open_page):
    page = open_page()
    page.goto(f"{archive.get_absolute_url()}?tag=country:ru")

    page.get_by_label("Search the archive").press_sequentially("pn")

    expect(page.get_by_label("Search the archive")).to_have_value("pn")
    expect(page.locator("[data-place]")).to_have_text("3 places")


def test_without_javascript_numbers_lead_to_the_mentions(archive, open_page):
    page = open_page(java_script_enabled=False)
    page.goto(f"{archive.get_absolute_url()}?tag=country:ru")
    expect(page.get_by_role("button", name="Next mention")).to_be_hidden()
    expect(page.get_by_role("button", name="Print")).to_be_hidden()

    page.get_by_role("link", name="Mention 3").click()

    expect(page).to_have_url(f"{archive.get_absolute_url()}?tag=country:ru#evidence-3")
    assert is_on_screen(page.locator("#evidence-3"))
    expect(page.locator("#evidence-3")).to_have_css("outline-style", "solid")


@with_and_without_javascript
def test_all_tags_are_lit_and_each_has_its_receipt(archive, open_page, javascript):
    page = open_page(java_script_enabled=javascript)
    page.goto(archive.get_absolute_url())

    page.get_by_role("link", name="mark them all").click()
    expect(page.locator(".evidence")).to_have_count(9)
    expect(page.locator("details.receipt")).to_have_count(5)
    expect(page.locator("details.receipt[open]")).to_have_count(0)
    page.locator("#why-topic-sanctions summary").click()
    expect(page.locator("#why-topic-sanctions")).to_contain_text("the tagger, gazetteer release 3fa9c01be2d7")

    page.get_by_role("link", name="Vladimir Putin 1 mention").click()
    expect(page.locator(".evidence")).to_have_text(["Vladimir Putin"])


@with_and_without_javascript
def test_a_reader_goes_through_a_search_article_by_article(archive, open_page, javascript):
    page = open_page(java_script_enabled=javascript)
    page.goto("/articles/?country=ru")
    page.get_by_role("link", name=archive.title).click()
    search = page.get_by_role("navigation", name="The search you came from")
    expect(search).to_contain_text("Articles about Russia 1 of 2")
    expect(search.get_by_role("link", name="Previous article")).to_have_count(0)

    page.get_by_role("link", name="Ukraine 2 mentions").click()
    expect(page.locator(".evidence")).to_have_count(2)
    search.get_by_role("link", name="Next article").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Gas talks resume")
    expect(search).to_contain_text("2 of 2")

    search.get_by_role("link", name="Articles about Russia").click()
    expect(page).to_have_url("/articles/?country=ru")


def tab_to(page, name: str) -> None:
    """Press the tabulator until something of this name has the focus."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if " ".join(page.evaluate("document.activeElement.textContent").split()) == name:
            return
    raise AssertionError(f"the tabulator never reaches {name}")


@with_and_without_javascript
def test_the_keyboard_alone_leads_from_a_filter_to_an_article_its_evidence_and_a_pair(
    archive, open_page, javascript
):
    Tagging.objects.filter(article=archive, tag__key="ua").update(role=Tagging.Role.MAIN)
    page = open_page(java_script_enabled=javascript)
    page.goto("/articles/")

    tab_to(page, "Russia 2")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Articles about Russia")
    tab_to(page, archive.title)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(archive.title)
    tab_to(page, "Ukraine (main subject) 2 mentions")
    page.keyboard.press("Enter")
    expect(page.locator(".evidence")).to_have_text(["Ukraine", "Kyiv"])
    tab_to(page, "Russia and Ukraine")
    page.keyboard.press("Enter")

    expect(page).to_have_url("/dyads/russia-ukraine/")


@with_and_without_javascript
def test_an_article_is_cited(archive, open_page, javascript, tmp_path):
    page = open_page(java_script_enabled=javascript)
    page.goto(archive.get_absolute_url())

    page.get_by_text("Cite", exact=True).click()
    expect(page.locator("#citation")).to_contain_text(
        "Ada Quill, “Envoys of Russia and Ukraine meet in Ankara”, The Courier, 16 October 2025."
    )
    with page.expect_download() as download:
        page.get_by_role("link", name="BibTeX").click()

    assert download.value.suggested_filename == f"newsroom-{archive.pk}.bib"
    assert Path(download.value.path()).read_text().startswith(f"@article{{newsroom-{archive.pk},")


def test_links_and_citations_are_copied(archive, open_page):
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"{archive.get_absolute_url()}?tag=country:ru")

    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("status")).to_have_text("Copied")
    link = page.evaluate("navigator.clipboard.readText()")
    page.get_by_text("Cite", exact=True).click()
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.locator(".cite-links button")).to_have_text("Copied")

    assert link.endswith(archive.get_absolute_url())
    assert page.evaluate("navigator.clipboard.readText()").startswith("Ada Quill, “Envoys")


@with_and_without_javascript
def test_a_search_is_exported_from_its_list(archive, open_page, javascript):
    page = open_page(java_script_enabled=javascript)
    page.goto("/articles/?country=ru")

    page.get_by_text("Export", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()

    assert download.value.suggested_filename == "newsroom-articles-about-russia.csv"
    assert len(Path(download.value.path()).read_text().splitlines()) == 3
    expect(page.get_by_role("heading", level=1)).to_have_text("Articles about Russia")


def test_a_list_tells_feed_readers_of_its_feed(archive, open_page):
    page = open_page()
    page.goto("/articles/?country=ru&sort=oldest")

    feed = page.locator('link[type="application/atom+xml"]')

    expect(feed).to_have_attribute("href", "/articles/feed/?country=ru")
    expect(feed).to_have_attribute("title", "Articles about Russia")


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (768, "light"), (1440, "light")])
def test_no_state_of_the_page_has_a_barrier_or_scrolls_sideways(archive, open_page, width, scheme):
    page = open_page(width=width, color_scheme=scheme)

    for query in ("?tag=all", "?in=country%3Dru", "?tag=country:ru&tag=topic:sanctions&in=country%3Dru"):
        page.goto(archive.get_absolute_url() + query)
        for details in page.locator("details").all():
            details.evaluate("element => element.open = true")
        found = Axe().run(page).response["violations"]
        assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == []
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_on_paper_there_is_the_text_its_tags_and_its_citation_and_nothing_to_press(archive, open_page):
    page = open_page()
    page.goto(f"{archive.get_absolute_url()}?in=country%3Dru&tag=country:ru")

    page.emulate_media(media="print")

    expect(page.locator(".printed")).to_be_visible()
    expect(page.locator(".prose")).to_be_visible()
    expect(page.locator("#why-country-ru")).to_be_visible()
    for gone in (".masthead", ".trail", ".tools", ".lamp-steps"):
        expect(page.locator(gone)).to_be_hidden()
