"""The pages about pairs."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape

import pytest

from articles.models import Article
from articles.profiles import dyad_index
from articles.profiles.dyads import find_pairs, read_dyad
from articles.search import sync
from articles.search.engine import Engine
from tests.factories import make_article, make_tag, make_tagging

pytestmark = pytest.mark.django_db

PAIR = "/dyads/russia-ukraine/"


def mentions(article: Article, word: str) -> list[list[object]]:
    """Return where a word stands in an article, as taggings keep it."""
    return [
        [part, match.start(), match.end(), "name"]
        for part in ("title", "standfirst", "body")
        for match in re.finditer(word, getattr(article, part))
    ]


def named(title: str, body: str, day: dt.date | None, *topics: str) -> Article:
    """Return an article with a tagging for each of Russia and Ukraine that it names."""
    article = make_article(title=title, body=body, published_on=day, tags=[f"topic/{one}" for one in topics])
    for name, key in (("Russia", "ru"), ("Ukraine", "ua")):
        if found := mentions(article, name):
            make_tagging(article, make_tag(f"country/{name}", key=key), mentions=found)
    return article


@pytest.fixture
def archive() -> None:
    """Make articles about Russia, Ukraine, both, and others."""
    named("Russia meets Ukraine", "Talks in May.", dt.date(2024, 5, 2), "War")
    named("Talks", "Russia left. Then Ukraine **and Russia** agreed.", dt.date(2025, 3, 4), "War", "Grain")
    named("Later", "Ukraine. Russia.", dt.date(2025, 10, 16), "War", "Grain")
    named("Undated", "Russia and Ukraine.", None)
    for number in range(4):
        named(f"Russia alone {number}", "Nothing else.", dt.date(2025, 10, 1), "Gas", "War")
    named("Ukraine alone", "Nothing else.", dt.date(2025, 10, 2), "Grain")
    make_tag("country/Guinea-Bissau", key="gw")
    make_tag("country/Guinea", key="gn")
    make_tag("actor/Ada Lee")
    make_tag("actor/Bo Chen")


def page(client, address: str) -> str:
    """Return a page that is there."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


# --- Which pair -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("russia-ukraine", "/dyads/russia-ukraine/"),
        ("ukraine-russia", "/dyads/russia-ukraine/"),
        ("Russia-Ukraine", "/dyads/russia-ukraine/"),
        ("ru-ua", "/dyads/russia-ukraine/"),
        ("russia--ukraine", "/dyads/russia-ukraine/"),
        ("guinea-bissau-guinea", "/dyads/guinea-guinea-bissau/"),
        ("guinea-guinea-bissau", "/dyads/guinea-guinea-bissau/"),
        ("bo-chen-ada-lee", "/dyads/ada-lee-bo-chen/"),
    ],
)
def test_a_pair_has_one_address(client, archive, written, found):
    answer = client.get(f"/dyads/{written}/")

    if answer.status_code == 200:
        assert found == f"/dyads/{written}/"
    else:
        assert (answer.status_code, answer["Location"]) == (301, found)


@pytest.mark.parametrize(
    "written",
    [
        "russia-atlantis", "russia", "russia-russia", "russia-ru", "russia-ada-lee", "-", "a-b", "x" * 400,
        "russia-ukraine-%00", "%3Cb%3E-x",
    ],
)  # fmt: skip
def test_what_is_no_pair_is_a_page_that_helps(client, archive, written):
    answer = client.get(f"/dyads/{written}/")

    assert answer.status_code == 404
    assert "There is no such pair in the archive" in answer.content.decode()
    assert 'href="/dyads/"' in answer.content.decode()


def test_a_retired_tag_makes_no_pair(client, archive):
    make_tag("country/Zaire", is_retired=True)

    assert client.get("/dyads/russia-zaire/").status_code == 404


def test_where_an_address_means_several_pairs_each_has_one_of_its_own(client, archive):
    for name in ("A", "B C", "A B", "C"):
        make_tag(f"actor/{name}")

    answer = client.get("/dyads/a-b-c/")

    assert answer.status_code == 300
    assert re.findall(r'<li><a href="(/dyads/[^"]*)">([^<]*)', answer.content.decode()) == [
        ("/dyads/a--b-c/", "A and B C"),
        ("/dyads/a-b--c/", "A B and C"),
    ]
    assert "<h1" in page(client, "/dyads/a--b-c/")
    assert "<h1" in page(client, "/dyads/a-b--c/")
    assert client.get("/dyads/c--a-b/")["Location"] == "/dyads/a-b--c/"


def test_countries_win_over_actors_of_the_same_names(archive):
    for name in ("Russia", "Ukraine"):
        make_tag(f"actor/{name}")

    assert [pair.kind for pair in find_pairs("russia-ukraine")] == ["country"]


# --- The page of a pair -----------------------------------------------------------------------------------


def read(written: str = "russia-ukraine"):
    """Return what the archive knows of a pair."""
    return read_dyad(find_pairs(written)[0])


def test_it_tells_how_many_name_both_and_either(archive):
    dyad = read()

    assert dyad.listing.count == 4
    assert [(tag.name, count, url) for tag, count, url in dyad.either] == [
        ("Russia", 8, "/articles/?country=ru"),
        ("Ukraine", 5, "/articles/?country=ua"),
    ]
    assert dyad.all_url == "/articles/?country=ru&country=ua"


def test_the_first_and_the_latest_are_those_with_a_date(archive):
    dyad = read()

    assert (dyad.first.title, dyad.latest.title) == ("Russia meets Ukraine", "Later")


def test_topics_that_mark_it_lead_to_its_articles_with_them(archive):
    for number in range(2):
        named(f"Ukraine, again {number}", "Nothing else.", dt.date(2025, 10, 3))

    marks = [(one.name, one.count, one.url, one.first, one.second) for one in read().marks]

    # Grain: 2 of 4 articles, 2 of 8 about Russia, 3 of 7 about Ukraine.  War: 3 of 4, 7 of 8 about Russia.
    assert marks == [("Grain", 2, "/articles/?country=ru&country=ua&topic=grain", 2.0, 7 / 6)]


def test_sentences_that_name_both_lead_to_their_place_in_the_article(client, archive):
    quoted = [(one.row.title, sentence, url) for one in read().quoted for sentence, url in one.sentences]

    assert ["".join(text for text, _ in sentence.parts) for _, sentence, _ in quoted] == [
        "Then Ukraine and Russia agreed.",
        "Russia meets Ukraine",
        "Russia and Ukraine.",
    ]
    title, _, url = quoted[0]
    assert title == "Talks"
    address, _, anchor = url.partition("#")
    article = page(client, address)
    assert anchor == "evidence-2"
    assert re.search(rf'id="{anchor}"[^>]*>([^<]*)<', article)[1] == "Ukraine"


def test_a_pair_that_no_article_names_says_so_and_is_not_for_search_engines(client, archive):
    text = page(client, "/dyads/ada-lee-bo-chen/")

    assert "No article in this archive names both" in text
    assert '<meta name="robots" content="noindex">' in text
    assert '<meta name="robots"' not in page(client, PAIR)


def test_numbers_of_queries_do_not_grow(client, archive, django_assert_num_queries):
    page(client, PAIR)
    with django_assert_num_queries(30):
        page(client, PAIR)
    for number in range(30):
        named(f"More {number}", "Russia and Ukraine.", dt.date(2025, 6, 1), "War")
    page(client, PAIR)
    with django_assert_num_queries(30):
        page(client, PAIR)


@pytest.mark.parametrize("address", [PAIR, "/dyads/"])
def test_while_the_index_is_rebuilt_the_page_says_so_and_nobody_keeps_it(
    client, archive, monkeypatch, address
):
    monkeypatch.setattr(sync, "REBUILD_INLINE_LIMIT", 0)

    answer = client.get(address)

    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert "The search index is being rebuilt" in answer.content.decode()


# --- The strongest and the rising -------------------------------------------------------------------------


def test_the_strongest_pairs_lead_to_their_page_and_their_articles(archive):
    index = dyad_index.rank_pairs(90)

    assert [(group.kind, group.heading) for group in index.strongest] == [("country", "Countries")]
    assert [(one.names, one.url, one.count, one.list_url) for one in index.strongest[0].pairs] == [
        (("Russia", "Ukraine"), PAIR, 4, "/articles/?country=ru&country=ua")
    ]
    assert index.since is None


def test_rising_pairs_are_named_more_often_than_in_the_days_before(archive):
    named("Again", "Russia and Ukraine.", dt.date(2025, 9, 20))
    named("Before", "Russia and Ukraine.", dt.date(2025, 7, 1))

    index = dyad_index.rank_pairs(90)

    (group,) = index.rising
    bounds = "/articles/?country=ru&country=ua&published_after={}&published_before={}"
    assert (index.recent, index.before) == (
        "19 July 2025 to 16 October 2025",
        "20 April 2025 to 18 July 2025",
    )
    assert [(one.count, one.list_url, one.before, one.before_url) for one in group.pairs] == [
        (2, bounds.format("2025-07-19", "2025-10-16"), 1, bounds.format("2025-04-20", "2025-07-18"))
    ]


def test_days_can_be_fewer(client, archive):
    named("Again", "Russia and Ukraine.", dt.date(2025, 9, 20))

    assert "17 September 2025 to 16 October 2025" in page(client, "/dyads/?days=30")
    assert client.get("/dyads/?days=7")["Location"] == "/dyads/"
    assert client.get("/dyads/?days=90")["Location"] == "/dyads/"


def test_of_a_large_archive_only_the_last_months_are_looked_at(archive, monkeypatch):
    monkeypatch.setattr(dyad_index, "MOST_ARTICLES", 7)

    index = dyad_index.rank_pairs(90)

    assert index.since == dt.date(2025, 3, 1)
    assert [(one.count, one.list_url) for one in index.strongest[0].pairs] == [
        (2, "/articles/?country=ru&country=ua&published_after=2025-03-01")
    ]


@pytest.mark.parametrize(("looked_at", "most"), [(50_000, 54), (7, 24)])
def test_the_questions_to_the_engine_are_bounded(archive, monkeypatch, looked_at, most):
    monkeypatch.setattr(dyad_index, "MOST_ARTICLES", looked_at)
    for number in range(20):
        make_article(tags=[f"country/C{number}", "country/Russia", f"actor/A{number}", f"actor/B{number}"])
    asked = []
    for name in ("search", "facet"):
        answer = getattr(Engine, name)
        monkeypatch.setattr(
            Engine,
            name,
            lambda self, *args, answer=answer, **kwargs: asked.append(1) or answer(self, *args, **kwargs),
        )

    dyad_index.rank_pairs(90)

    assert 20 < len(asked) <= most


def test_an_empty_archive_has_no_pairs(client):
    assert "No article names two countries or two actors yet" in page(client, "/dyads/")


def test_articles_without_a_date_make_pairs_that_do_not_rise(client):
    named("Undated", "Russia and Ukraine.", None)

    text = page(client, "/dyads/")

    assert "No pair is named more often" in text
    assert unescape(re.search(r'class="pair-name" href="([^"]*)"', text)[1]) == PAIR


def test_queries_of_the_index(client, archive, django_assert_num_queries):
    page(client, "/dyads/")
    with django_assert_num_queries(15):
        page(client, "/dyads/")
