"""What crawlers are told, as they read it: the longest rule that fits an address decides."""

import re

import pytest

from tests.factories import make_article

pytestmark = pytest.mark.django_db


def is_open(rules: str, address: str) -> bool:
    """Return whether a crawler may fetch an address: ``*`` in a rule stands for anything."""
    closed = [line.removeprefix("Disallow: ") for line in rules.splitlines() if line.startswith("Disallow: ")]
    return not any(re.match(re.escape(rule).replace(r"\*", ".*"), address) for rule in closed)


@pytest.fixture
def rules(client) -> str:
    response = client.get("/robots.txt")
    assert (response.status_code, response["Content-Type"]) == (200, "text/plain; charset=utf-8")
    assert response["Cache-Control"] == "max-age=86400, public"
    return response.content.decode()


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/articles/",
        "/articles/?after=n2e3f1",
        "/articles/?country=ua",
        "/articles/7-ministers-meet/",
        "/countries/",
        "/countries/?all=1",
        "/countries/?page=2",
        "/actors/vladimir-putin/",
        "/static/css/newsroom.css",
    ],
)
def test_articles_tags_and_the_plain_list_are_open(rules, address):
    assert is_open(rules, address)


@pytest.mark.parametrize(
    "address",
    [
        "/admin/",
        "/api/v1/articles/",
        "/suggest/?q=put",
        "/articles/facets/author/",
        "/articles/export/csv/",
        "/articles/7/export/bibtex/",
        "/articles/7-ministers-meet/?in=country%3Dua",
        "/articles/?country=ua&topic=oil",
        "/articles/?country=ua&after=n2e3f1",
        "/articles/?country__not=ua",
        "/articles/?q=oil",
        "/articles/?sort=oldest",
        "/articles/?density=compact",
        "/articles/?view=timeline",
        "/articles/?view=map",
        "/articles/7-ministers-meet/?tag=country/ua",
        "/countries/?q=uk",
    ],
)
def test_combinations_searches_and_what_is_no_page_are_closed(rules, address):
    assert not is_open(rules, address)


def test_no_link_leads_a_crawler_into_combinations(client, rules):
    """Every link of a list to a closed address says nofollow, for those who read no robots.txt."""
    for number in range(30):
        make_article(title=f"Talks {number}", tags=["country/Russia", f"topic/T{number % 3}"], outlet="BBC")
    html = client.get("/articles/?country=russia&topic=t1").content.decode()

    links = [link for link in re.findall(r"<a [^>]*>", html) if 'href="/articles/?' in link]
    followed = [
        link
        for link in links
        if not is_open(rules, re.search(r'href="([^"]*)"', link)[1].replace("&amp;", "&"))
        and 'rel="nofollow' not in link
        and "pager" not in link
    ]
    assert len(links) > 10
    assert followed == []
