"""Every count on a page is the number of articles behind its link."""

from __future__ import annotations

import re
from html import unescape

import pytest

from articles.models import Article
from tests.factories import make_article, make_tag, make_tagging

pytestmark = pytest.mark.django_db

# <a href="/articles/?country=ru" ...> ... <data class="facet-count" value="3">3</data>
COUNTED_LINK = re.compile(
    r'<a (?P<attributes>[^>]*)>(?:(?!</a>).)*?<data [^>]*?value="(?P<count>\d+)"', re.DOTALL
)
TOTAL = re.compile(r"data-count[^>]*>(?:\s*<data[^>]*>)?\s*(?P<total>[\d,]+)")

STARTS = [
    "/articles/",
    "/articles/?country=ru",
    "/articles/?country__not=ru",
    "/articles/?country__any=ru&country__any=ua",
    "/articles/?country__main=ru&topic=ceasefires",
    "/articles/?q=gas",
    "/articles/?published_after=2020&sort=oldest",
    "/articles/?outlet=the-courier&author__any=ada-quill",
    "/actors/?all=1",
    "/countries/",
    "/organisations/",
    "/topics/",
    "/topics/?all=1&order=name",
]


@pytest.fixture
def archive() -> None:
    """Make articles that share tags in many ways, some of them hidden, rejected or retired."""
    russia, ukraine = make_tag("country/Russia", key="ru"), make_tag("country/Ukraine", key="ua")
    war = make_tag("topic/War")
    ceasefires = make_tag("topic/Ceasefires", parent=war)
    make_tag("actor/Nobody Yet")
    courier = {"outlet": "The Courier", "authors": ["Ada Quill"]}
    make_article(
        title="Gas talks", main=[russia, ceasefires, war], tags=[ukraine, "actor/Ada Lee"], **courier
    )
    make_article(title="Gas again", tags=[russia, "organisation/NATO", "actor/Ada Lee"], outlet="BBC")
    make_article(main=[ukraine, war], tags=["organisation/NATO"], published_on=None, **courier)
    make_article(main=[ukraine], tags=["country/China", "actor/Bo Chen"], authors=["Ada Quill", "Bo Ek"])
    make_article(title="Hidden gas", main=[russia, war], status=Article.Status.DRAFT, **courier)
    rejected = make_article(title="Gas", tags=[make_tag("topic/Old", is_retired=True)])
    make_tagging(rejected, russia, status="rejected")


def total(html: str) -> int:
    """Return how many articles, or tags, a page says it is about."""
    found = TOTAL.search(html)
    return int(found["total"].replace(",", "")) if found else 0


def counted_links(html: str) -> list[tuple[str, int]]:
    """Return the links that promise a number, but for those that take an active filter back."""
    return [
        (unescape(re.search(r'href="([^"]*)"', link["attributes"])[1]), int(link["count"]))
        for link in COUNTED_LINK.finditer(html)
        if "aria-current" not in link["attributes"]
    ]


def test_every_number_is_a_link_to_exactly_that_many(client, archive):
    waiting, seen, wrong = list(STARTS), set(), []
    followed = 0
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        seen.add(address)
        for link, count in counted_links(client.get(address).content.decode()):
            followed += 1
            if (found := total(client.get(link).content.decode())) != count:
                wrong.append(f"{address}: {count} at {link}, which has {found}")
            if not link.startswith("/articles/"):
                waiting.append(link)

    assert wrong == []
    assert followed > 100


@pytest.mark.parametrize(
    "query", [start.partition("?")[2] for start in STARTS if start.startswith("/articles")]
)
def test_the_facets_of_the_api_count_what_their_values_find(client, archive, query):
    answer = client.get(f"/api/v1/articles/?{query}").json()

    counts = {
        (facet, value["value"]): value["count"]
        for facet, values in answer["facets"].items()
        for value in values
    }
    excluded = {tuple(pair.split("__not=")) for pair in query.split("&") if "__not=" in pair}
    found = {
        (facet, value): client.get(f"/api/v1/articles/?{query}&{facet}={value}").json()["count"]
        for facet, value in counts
    }
    assert counts == found
    assert {pair: counts.get(pair) for pair in excluded} == dict.fromkeys(excluded, 0)
