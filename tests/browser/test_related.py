"""More like the article that one reads, at its end."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.factories import make_article, make_tag

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1440, "light")])
def test_related_articles_say_what_they_share_without_a_barrier(archive, open_page, width, scheme):
    make_article(
        title="Envoys of Russia go home from Ankara",
        outlet="The Courier",
        main=[make_tag("country/Russia")],
        tags=["topic/Sanctions"],
    )
    page = open_page(width=width, color_scheme=scheme)
    page.goto(archive.get_absolute_url())

    related = page.get_by_role("region", name="More like this")
    expect(related.get_by_role("listitem")).to_contain_text(
        ["Shares Russia Sanctions the words Envoys Ankara"]
    )
    assert Axe().run(page).response["violations"] == []

    related.get_by_role("link", name="Envoys of Russia go home").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Envoys of Russia go home from Ankara")
