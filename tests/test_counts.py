"""Every count on a page is the number of articles behind its link."""

from __future__ import annotations

import datetime as dt
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
# <a href="/articles/?published_after=2025&..." tabindex="-1"><title>2025: 14 articles</title>
BAR = re.compile(
    r'<a (?:class="[^"]*" )?href="(?P<url>[^"]*)"[^>]*><title>[^<]*: (?P<count>[\d,]+) articles?</title>'
)
CELL = re.compile(r'<td><a href="(?P<url>[^"]*)">(?P<count>[\d,]+)</a></td>')
FACET_PAGE = re.compile(r'href="(?P<url>/articles/facets/[^"]*)"')
TOTAL = re.compile(r"data-count[^>]*>(?:\s*<data[^>]*>)?\s*(?P<total>[\d,]+)")

STARTS = [
    "/",
    "/articles/",
    "/articles/?country=ru",
    "/articles/?country__not=ru",
    "/articles/?country__any=ru&country__any=ua",
    "/articles/?country__main=ru&topic=ceasefires",
    "/articles/?q=gas",
    "/articles/?published_after=2020&sort=oldest",
    "/articles/?outlet=the-courier&author__any=ada-quill",
    "/articles/?published_after=2025-10-10&published_before=2025-10-20",
    "/articles/?published_after=2019-03&published_before=2025-10-16&country=ru",
    "/articles/?language=de&density=compact",
    "/articles/?has__not=outlet",
    "/articles/?dated=none",
    "/articles/?view=map",
    "/articles/?view=map&country=ru&country__not=ua&has__not=outlet",
    "/articles/?view=timeline&topic=war",
    "/articles/?view=timeline&published_after=2025-10-10&published_before=2025-10-20",
    "/articles/?view=table&q=gas",
    "/articles/facets/country/",
    "/articles/facets/topic/?country=ru&sort=oldest",
    "/articles/facets/actor/?name=ada",
    "/articles/facets/language/",
    "/articles/facets/has/?q=gas",
    "/articles/facets/origin/",
    "/articles/facets/dated/?country__not=ua",
    "/dyads/",
    "/dyads/?days=30",
    "/dyads/russia-ukraine/",
    "/actors/?all=1",
    "/countries/",
    "/organisations/",
    "/topics/",
    "/topics/?all=1&order=name",
    "/countries/russia/",
    "/actors/ada-lee/",
    "/organisations/nato/",
    "/topics/war/",
]


@pytest.fixture
def archive() -> None:
    """Make articles that share tags in many ways, some of them hidden, rejected or retired."""
    russia, ukraine = make_tag("country/Russia", key="ru"), make_tag("country/Ukraine", key="ua")
    war = make_tag("topic/War")
    ceasefires = make_tag("topic/Ceasefires", parent=war)
    make_tag("actor/Nobody Yet")
    make_tag("country/Mongolia", key="mn")
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
    for number, (day, precision) in enumerate(
        (
            (dt.date(2019, 3, 1), "month"),
            (dt.date(2019, 3, 7), "day"),
            (dt.date(2021, 1, 1), "year"),
            (dt.date(2025, 10, 12), "day"),
        )
    ):
        topics = [f"topic/Topic {place}" for place in range(12 - number)]
        dated = make_article(
            main=[russia], tags=topics, published_on=day, published_precision=precision, language="de"
        )
        make_tagging(dated, ukraine, origin="editor", status="confirmed")


def total(html: str) -> int:
    """Return how many articles, or tags, a page says it is about."""
    found = TOTAL.search(html)
    return int(found["total"].replace(",", "")) if found else 0


def counted_links(html: str) -> list[tuple[str, int]]:
    """Return the links that promise a number, but for those that take an active filter back."""
    values = [
        (re.search(r'href="([^"]*)"', link["attributes"])[1], link["count"])
        for link in COUNTED_LINK.finditer(html)
        if "aria-current" not in link["attributes"]
    ]
    drawn = [(link["url"], link["count"]) for form in (BAR, CELL) for link in form.finditer(html)]
    return [(unescape(url), int(count.replace(",", ""))) for url, count in (*values, *drawn)]


def test_every_number_is_a_link_to_exactly_that_many(client, archive):
    waiting, seen, wrong = list(STARTS), set(), []
    pages: dict[str, str] = {}
    followed = 0

    def read(address: str) -> str:
        if address not in pages:
            pages[address] = client.get(address).content.decode()
        return pages[address]

    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        seen.add(address)
        waiting += [unescape(link["url"]) for link in FACET_PAGE.finditer(read(address))]
        for link, count in counted_links(read(address)):
            followed += 1
            if (found := total(read(link))) != count:
                wrong.append(f"{address}: {count} at {link}, which has {found}")
            if not link.startswith("/articles/"):
                waiting.append(link)

    assert wrong == []
    assert followed > 700
    assert sum(address.startswith("/articles/facets/") for address in seen) > 10


@pytest.mark.parametrize(
    "query", [start.partition("?")[2] for start in STARTS if re.match(r"/articles/(\?|$)", start)]
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
