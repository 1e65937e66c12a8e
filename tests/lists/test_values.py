"""The page of all values of one facet in a result."""

from __future__ import annotations

import pytest
from django.http import QueryDict

from articles.lists import values
from articles.lists.facets import FacetValue
from articles.lists.problems import Problem
from articles.lists.values import ValueList, list_values
from articles.models import Alias
from articles.search import sync
from tests.factories import make_article, make_tag

pytestmark = pytest.mark.django_db


@pytest.fixture
def russia():
    return make_tag("country/Russia", key="ru")


def listed(facet: str, query: str = "") -> ValueList:
    return list_values(facet, QueryDict(query))


def names(listed: ValueList) -> list[str]:
    return [value.name for value in listed.values]


def test_all_values_of_a_search_lead_back_to_its_list(russia):
    make_article(main=[russia], tags=["topic/Gas", "topic/Talks"])
    make_article(main=[russia], tags=["topic/Talks"])
    make_article(tags=["topic/Floods"])

    page = listed("topic", "country=russia&sort=oldest&after=n1")

    assert page.values == [
        FacetValue(
            key="talks",
            name="Talks",
            count=2,
            is_active=False,
            is_excluded=False,
            add_url="/articles/?country=ru&topic=talks&sort=oldest",
            exclude_url="/articles/?country=ru&topic__not=talks&sort=oldest",
        ),
        FacetValue(
            key="gas",
            name="Gas",
            count=1,
            is_active=False,
            is_excluded=False,
            add_url="/articles/?country=ru&topic=gas&sort=oldest",
            exclude_url="/articles/?country=ru&topic__not=gas&sort=oldest",
        ),
    ]
    assert (page.heading, page.title, page.count) == ("Topics", "Articles about Russia", 2)
    assert (page.path, page.list_url, page.all_url) == (
        "/articles/facets/topic/",
        "/articles/?country=ru&sort=oldest",
        "/articles/facets/topic/?country=ru&sort=oldest",
    )
    assert page.kept == [("country", "ru"), ("sort", "oldest")]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("orban", ["Viktor Orbán"]),
        ("ORB", ["Viktor Orbán"]),
        ("prime viktor", ["Viktor Orbán"]),
        ("rban", []),
        ("...", []),
    ],
    ids=["no accent", "beginning", "other name", "not the middle", "punctuation"],
)
def test_values_are_found_by_name(typed, found):
    orban = make_tag("actor/Viktor Orbán")
    Alias.objects.create(tag=orban, text="Prime Minister Viktor", kind=Alias.Kind.NAME)
    make_article(tags=[orban, "actor/Ada Lee"])

    page = listed("actor", f"name={typed}")

    assert (names(page), page.count, page.name) == (found, len(found), typed)


def test_outlets_authors_and_languages_are_found_by_name_too():
    make_article(outlet="Le Courrier", authors=["Élise Zoë"], language="de")
    make_article(outlet="BBC", authors=["Ada Quill"], language="en")

    assert names(listed("outlet", "name=cour")) == ["Le Courrier"]
    assert names(listed("author", "name=zoe")) == ["Élise Zoë"]
    assert names(listed("language", "name=ger")) == ["German"]


def test_what_only_hidden_articles_have_is_not_listed():
    make_article(tags=["topic/Secret"], outlet="Leaks", status="draft")
    make_article()

    assert [listed(facet).values for facet in ("topic", "outlet")] == [[], []]
    assert listed("outlet", "name=leaks").count == 0


def test_many_values_come_page_by_page(monkeypatch):
    monkeypatch.setattr(values, "PAGE_SIZE", 2)
    make_article(tags=[f"topic/Topic {number}" for number in range(5)])

    first = listed("topic", "name=topic&has=topic")
    second = listed("topic", first.next_url.partition("?")[2])
    third = listed("topic", second.next_url.partition("?")[2])

    assert names(first) + names(second) + names(third) == [f"Topic {number}" for number in range(5)]
    assert {page.count for page in (first, second, third)} == {5}
    assert (first.previous_url, second.previous_url, second.next_url, third.next_url) == (
        "",
        "/articles/facets/topic/?has=topic&name=topic",
        "/articles/facets/topic/?has=topic&name=topic&page=3",
        "",
    )


def test_rarer_values_than_can_be_listed_are_said_to_be_left_out(monkeypatch):
    monkeypatch.setattr(values, "MOST", 2)
    make_article(tags=["topic/A", "topic/B", "topic/C"])

    assert (names(listed("topic")), listed("topic").is_cut) == (["A", "B"], True)


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        (
            "page=0",
            ("page", "Page", "Ensure this value is greater than or equal to 1", "/articles/facets/topic/"),
        ),
        ("page=x", ("page", "Page", "Enter a whole number", "/articles/facets/topic/")),
        (
            "name=a&name=b",
            ("name", "Name", "can only be given once; keep one of them", "/articles/facets/topic/"),
        ),
        (
            f"name={'x' * 101}",
            (
                "name", "Name", "Ensure this value has at most 100 characters (it has 101)",
                "/articles/facets/topic/",
            ),
        ),
        (
            "country=atlantis&q=gas",
            (
                "country", "Country",
                "no country is called “atlantis”; choose one from /countries/?all=1",
                "/articles/facets/topic/?q=gas",
            ),
        ),
        (
            "q=...",
            (
                "q", "Words", "there is no word to search for in “...”; type letters or digits",
                "/articles/facets/topic/",
            ),
        ),
    ],
    ids=["page 0", "page x", "two names", "long name", "unknown value", "no word"],
)  # fmt: skip
def test_what_cannot_be_understood_is_said_and_nothing_listed(query, problem):
    make_article(tags=["topic/Gas"])

    page = listed("topic", query)

    assert (page.problems, page.values) == ([Problem(*problem)], [])


def test_an_unknown_parameter_is_said_beside_the_values():
    make_article(tags=["topic/Gas"])

    page = listed("topic", "colour=red")

    assert ([problem.parameter for problem in page.problems], names(page)) == (["colour"], ["Gas"])


def test_without_an_index_nothing_is_counted(monkeypatch):
    make_article(tags=["topic/Gas"])
    monkeypatch.setattr(sync, "REBUILD_INLINE_LIMIT", 0)

    page = listed("topic")

    assert "being rebuilt" in page.notice
    assert (page.values, page.title) == ([], "Articles")


@pytest.mark.parametrize("facet", ["actor", "outlet", "language", "has"])
@pytest.mark.parametrize("query", ["", "?country=ru&name=a"])
def test_a_page_of_values_is_for_readers_alone(client, russia, facet, query):
    make_article(main=[russia], tags=["actor/Ada"], outlet="AP", language="en")

    response = client.get(f"/articles/facets/{facet}/{query}")

    assert response.status_code == 200
    assert '<meta name="robots" content="noindex">' in response.content.decode()


@pytest.mark.parametrize("facet", ["colour", "sort", "country__not", "published_after"])
def test_what_is_no_facet_has_no_page(client, facet):
    assert client.get(f"/articles/facets/{facet}/").status_code == 404


def test_the_number_of_queries_does_not_depend_on_the_number_of_values(client, django_assert_num_queries):
    def count(query: str, number: int) -> None:
        client.get(f"/articles/facets/topic/{query}")
        with django_assert_num_queries(number):
            values.list_values("topic", QueryDict(query.lstrip("?")))

    make_article(tags=["topic/Gas"])
    # Where the archive stands, for the index and for the names that are kept; names.
    count("", 3)
    make_article(tags=[f"topic/Topic {number}" for number in range(150)])
    count("", 3)
    # And the state of the book of names, which depends on where the archive stands.
    count("?name=topic", 5)
