"""What holds on every kind of page."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.http import QueryDict

from articles.lists.listing import list_articles
from articles.models import Article

pytestmark = pytest.mark.browser

LONG_TITLE = "Verhandlungen über die " + "Donaudampfschifffahrtsgesellschaft" * 5


@pytest.fixture
def addresses(archive) -> dict[str, str]:
    """Return one address of every kind of page."""
    Article.objects.filter(title="Gas talks resume").update(title=LONG_TITLE, body="x" * 300)
    article = archive.get_absolute_url()
    second = list_articles(QueryDict("sort=oldest"), "/articles/").next_cursor
    tags = ("country:ru", "actor:vladimir-putin", "organisation:nato", "topic:sanctions")
    return {
        "home": "/",
        "list": "/articles/",
        "filtered list": "/articles/?country=ru&topic__not=sanctions&published_after=2019",
        "compact list": "/articles/?density=compact&sort=oldest",
        "second page": "/articles/?sort=oldest&after=" + second,
        "a month": "/articles/?published_after=2018-01&published_before=2018-01",
        "any of two": "/articles/?country__any=ru&country__any=ua&language__not=ar",
        "map": "/articles/?view=map&country__any=ru&country__any=ua",
        "empty map": "/articles/?view=map&dated=none",
        "timeline": "/articles/?view=timeline&country=ru",
        "timeline by day": "/articles/?view=timeline&published_after=2018-01&published_before=2018-01",
        "table": "/articles/?view=table&sort=oldest",
        "table of words": "/articles/?view=table&q=talks&sort=relevance",
        "pairs": "/dyads/",
        "pair": "/dyads/russia-ukraine/",
        "pair without articles": "/dyads/nobody-yet-vladimir-putin/",
        "no such pair": "/dyads/russia-atlantis/",
        "all values": "/articles/facets/country/?topic=sanctions",
        "no such value": "/articles/facets/actor/?name=zzz",
        "values not understood": "/articles/facets/topic/?country=atlantis&page=x",
        "found words": "/articles/?q=talks&sort=relevance",
        "nothing found": "/articles/?country=ru&actor__not=vladimir-putin&q=nothing",
        "not understood": "/articles/?country=atlantis&colour=red",
        "article": article,
        "evidence": f"{article}?" + "&".join(f"tag={tag}" for tag in tags),
        "all evidence": f"{article}?tag=all",
        "article of a search": f"{article}?in=country%3Dru",
        "tag it lacks": f"{article}?tag=country:zz",
        "bare article": Article.objects.get(title__startswith="A clipping").get_absolute_url(),
        "right-to-left article": Article.objects.get(language="ar").get_absolute_url(),
        "long title": Article.objects.get(title=LONG_TITLE).get_absolute_url(),
        "actors": "/actors/",
        "actors by name": "/actors/?all=1&order=name",
        "no such name": "/actors/?q=zzz",
        "actor": "/actors/vladimir-putin/",
        "country": "/countries/russia/",
        "countries": "/countries/",
        "organisations": "/organisations/",
        "organisation": "/organisations/nato/",
        "topics": "/topics/?all=1",
        "topic": "/topics/sanctions/",
        "tag without articles": "/actors/nobody-yet/",
        "missing": "/articles/999999-gone/",
    }


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_no_page_scrolls_sideways(addresses, open_page, width):
    page = open_page(width=width)

    too_wide = {}
    for name, address in addresses.items():
        page.goto(address)
        excess = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if excess > 0:
            too_wide[name] = excess
    assert too_wide == {}


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1440, "light")])
def test_no_page_has_a_barrier(addresses, open_page, width, scheme):
    page = open_page(width=width, color_scheme=scheme)

    barriers = {}
    for name, address in addresses.items():
        page.goto(address)
        for details in page.locator("details").all():
            details.evaluate("element => element.open = true")
        found = Axe().run(page).response["violations"]
        if found:
            barriers[name] = [(rule["id"], rule["nodes"][0]["html"]) for rule in found]
    assert barriers == {}


def test_every_page_can_be_read_in_forced_colours_and_without_motion(addresses, open_page):
    page = open_page(forced_colors="active", reduced_motion="reduce")

    for address in (addresses["filtered list"], addresses["evidence"], addresses["country"]):
        page.goto(address)
        page.locator("h1").wait_for()
    assert page.locator("main").evaluate("e => getComputedStyle(e).transitionDuration") == "0s"
