"""The search box of the archive: its line becomes parameters, by redirect on the page."""

from __future__ import annotations

import pytest
from django.http import QueryDict
from django.utils.html import escape
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from articles.filters import ArticleFilter
from articles.lists.searchbox import notes_on, redirect_of, understood, written
from articles.models import Alias
from articles.search.address import Address
from tests.factories import make_article, make_tag

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def gazetteer():
    russia = make_tag("country/Russia", key="ru")
    Alias.objects.create(tag=russia, text="Russian Federation")
    make_tag("country/Côte d'Ivoire", key="ci")
    make_tag("topic/Oil")
    make_article(
        title="Oil from Russia", tags=["country/Russia", "topic/Oil"], outlet="BBC", authors=["Ann Lee"]
    )
    make_article(status="draft", outlet="Secret Post")


@pytest.mark.parametrize(
    ("query", "address"),
    [
        ("q=country:russia", "/articles/?country=ru"),
        ('q=country:"russian federation" oil', "/articles/?q=oil&country=ru"),
        ('q=country:"cote d\'ivoire"', "/articles/?country=ci"),
        ("q=main:oil", "/articles/?topic__main=oil"),
        ("q=from:BBC by:ann-lee", "/articles/?outlet=bbc&author=ann-lee"),
        ("q=lang:french -has:date", "/articles/?language=fr&has__not=date"),
        ("q=origin:front-matter dated:undated", "/articles/?origin=frontmatter&dated=none"),
        ("q=country:russia&country=ru&sort=oldest", "/articles/?country=ru&sort=oldest"),
        ("q=oil&country=&sort=", "/articles/?q=oil"),
        ("q= ", "/articles/"),
        (
            "q=after:2025-08 before:2025&published_after=2025",
            "/articles/?published_after=2025-08&published_before=2025",
        ),
        ("q=before:2025&published_before=2024", "/articles/?published_before=2024"),
        ("q=after:2025&published_after=soon", "/articles/?published_after=soon&published_after=2025"),
        ("q=country:russia&colour=blue", "/articles/?colour=blue&country=ru"),
    ],
)
def test_what_is_understood_becomes_parameters(query, address):
    data = QueryDict(query.replace(" ", "%20"))

    first = redirect_of(data, "/articles/")

    assert first == address.replace("'", "%27")
    assert redirect_of(QueryDict(first.partition("?")[2]), "/articles/") == ""


@pytest.mark.parametrize(
    ("query", "notes"),
    [
        ("q=oil", []),
        ("", []),
        ("q=country:zz", ["no country is called “zz”, so country:zz is looked for as it stands"]),
        (
            "q=from:secret-post",
            ["no outlet is called “secret-post”, so from:secret-post is looked for as it stands"],
        ),
        (
            "q=language:klingon",
            ["no language is called “klingon”, so language:klingon is looked for as it stands"],
        ),
        (
            "q=country:ru%20OR%20country:ci&country__any=ru",
            [
                "one choice of several values is made for country: already, "
                "so country:ru OR country:ci is looked for as it stands"
            ],
        ),
        ("q=a&q=country:ru", []),
    ],
)
def test_what_is_not_understood_stays_in_the_words_and_is_said(query, notes):
    data = QueryDict(query)

    assert understood(data) == data
    assert [note for note, _ in notes_on(ArticleFilter(data), Address("/articles/"))] == notes


@pytest.mark.parametrize(
    ("line", "urls"),
    [
        ("country:congo", ["/articles/?country=cd&sort=oldest", "/articles/?country=cg&sort=oldest"]),
        (
            'oil -country:congo "long talks"',
            [f"/articles/?country__not={key}&q=oil+%22long+talks%22&sort=oldest" for key in ("cd", "cg")],
        ),
        (
            "main:congo country:zz",
            [f"/articles/?country__main={key}&q=country%3Azz&sort=oldest" for key in ("cd", "cg")],
        ),
        ("country:congo OR country:ru", []),
        ("country:zz", []),
    ],
)
def test_each_thing_that_a_value_may_mean_is_one_link_away(client, line, urls):
    make_tag("country/DR <Congo>", key="cd")
    make_tag("country/Congo-Brazzaville", key="cg")
    data = QueryDict(mutable=True)
    data.update({"q": line, "sort": "oldest"})

    asked = ArticleFilter(data)
    found = [turn.url for _, turns in notes_on(asked, asked.address("/articles/")) for turn in turns]
    page = client.get("/articles/", data).content.decode()

    assert sorted(found) == urls
    assert [page.count(f'href="{escape(url)}" rel="nofollow">') for url in urls] == [1] * len(urls)
    assert ("DR &lt;Congo&gt;</a>" in page) is bool(urls)
    assert "<Congo>" not in page


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "country:russia " + "x" * 500,
            "at most 200 characters can be searched for, these are 515; shorten it",
        ),
        (
            "country:russia " + "x" * 201,
            "at most 200 characters can be searched for, these are 201; shorten it",
        ),
        ("country:russia ++ " + "x " * 21, "at most 20 words can be combined, these are 21; leave some out"),
    ],
    ids=["a line too long", "words too long", "too many words"],
)
def test_every_limit_of_a_line_is_told_in_a_sentence(client, line, message):
    page = client.get("/articles/", {"q": line}, follow=True)
    answer = client.get("/api/v1/articles/", {"q": line})

    assert message in page.content.decode()
    assert (answer.status_code, answer.json()) == (400, {"errors": {"q": [message]}})


@pytest.mark.parametrize(
    ("query", "line"),
    [
        ("", ""),
        ("country=russia&q=oil&sort=oldest&after=o1", "country:ru oil"),
        ("country__any=ru&country__any=ci&topic__main=oil", "country:ru OR country:ci main-topic:oil"),
        ("outlet__not=bbc&published_after=2025&dated=day", "-outlet:bbc dated:day after:2025"),
    ],
)
def test_a_search_can_be_shown_as_one_line(query, line):
    asked = ArticleFilter(QueryDict(query))

    assert written(asked) == line
    again = ArticleFilter(
        understood(QueryDict(f"q={line.replace(' ', '%20')}&sort={asked.data.get('sort', '')}"))
    )
    assert again.criteria == asked.criteria


def test_the_page_sends_the_reader_to_the_address_with_parameters(client):
    response = client.get("/articles/", {"q": "country:russia oil"})

    assert (response.status_code, response["Location"]) == (302, "/articles/?q=oil&country=ru")


def test_a_name_of_hidden_articles_alone_tells_nothing(client):
    """The answer is the same as for a name that does not exist."""
    pages = [client.get("/articles/", {"q": f"from:{name}"}) for name in ("secret-post", "nobody-post")]

    assert all("no outlet is called" in page.content.decode().lower() for page in pages)
    one, other = (page.content.decode().replace("secret", "nobody") for page in pages)
    assert one == other


lines = st.lists(
    st.sampled_from(
        [
            "country:russia", "-country:ru", "topic:oil", "main:oil", "from:bbc", "by:", "has:topic",
            "lang:french", "after:2025", "before:2024-02", "country:zz", "foo:bar", "OR", "OR", "oil",
            "-", '"', "san*", "\0", "é",
        ]
    )
    | st.text(max_size=6),
    max_size=9,
).map(" ".join)  # fmt: skip


@examples(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(line=lines)
def test_whatever_is_typed_leads_to_a_page_with_one_redirect_at_most(client, line):
    response = client.get("/articles/", {"q": line})
    answer = client.get("/api/v1/articles/", {"q": line})

    if response.status_code == 302:
        response = client.get(response["Location"])
    assert response.status_code == 200
    if answer.status_code == 200:
        assert response.context["listing"].count == answer.json()["count"]
    else:
        assert response.context["listing"].is_refused


@pytest.mark.parametrize(
    ("line", "urls"),
    [
        ("outlet:AP oil", ["/articles/?q=oil&outlet=associated-press"]),
        ("from:aljazeera", ["/articles/?outlet=al-jazeera"]),
        ("-from:aljaz", ["/articles/?outlet__not=al-jazeera"]),
        ("from:secretpost", []),
        ("from:sp", []),
        ("from:a", []),
    ],
    ids=["initials", "without its blank", "a beginning", "a draft's", "a draft's initials", "one letter"],
)
def test_an_abbreviated_outlet_leads_to_it(line, urls):
    make_article(outlet="Associated Press")
    make_article(outlet="Al Jazeera")

    notes = notes_on(ArticleFilter(_asked(line)), Address("/articles/"))

    assert [turn.url for _, choices in notes for turn in choices] == urls


def _asked(line: str) -> QueryDict:
    asked = QueryDict(mutable=True)
    asked["q"] = line
    return asked
