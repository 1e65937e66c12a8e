"""No address makes the site work without bounds: what is too much is refused with a sentence."""

import json
import random
from urllib.parse import quote, urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from articles.filters import ArticleFilter
from articles.limits import MAX_PARAMETERS, MAX_QUERY, complaint_about
from articles.models import Article
from articles.search import sync
from articles.search.entry import FACETS
from articles.search.query import SUFFIXES
from tests.factories import make_article
from tests.search.test_truth import EXAMPLES

pytestmark = pytest.mark.django_db

# Of the database, for any page; a list page has about ten.  The first request of a process also reads the
# names of all tags, outlets and authors, and what they were called before.
MAX_QUERIES = 32
MAX_BYTES = 600_000  # of any answer


@pytest.fixture
def archive(db) -> list[Article]:
    """A few articles whose words begin alike."""
    articles = [
        make_article(
            title=f"Talks {number}",
            body=f"sanction{number:03} sanctions on oil",
            main=["country/Russia", "actor/Vladimir Putin"],
            tags=["topic/Oil", "organisation/NATO"],
            outlet="BBC",
            authors=["A Writer"],
        )
        for number in range(30)
    ]
    make_article(title="SECRETWORD", status=Article.Status.DRAFT)
    sync.rebuild()
    return articles


# --- Too much ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/articles/", "/articles/facets/actor/", "/countries/", "/nowhere/"])
@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        (
            "&".join(f"p{number}=1" for number in range(1_000)),
            "an address can have 200 parameters, these are 1,000; leave some out",
        ),
        (
            "&".join(f"p{number}=1" for number in range(10_000)),
            "an address can have 200 parameters, these are 10,000; leave some out",
        ),
        ("q=" + "x" * 100_000, "a question can have 8,000 characters, these are 100,002; shorten it"),
        ("&" * 300, "an address can have 200 parameters, these are 301; leave some out"),
    ],
    ids=["1,000 parameters", "10,000 parameters", "100 kB", "ampersands"],
)
def test_an_address_beyond_all_use_is_refused_with_a_sentence(client, path, query, sentence):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        response = client.get(f"{path}?{query}")

    assert response.status_code == 400
    assert sentence in response.content.decode()
    assert "noindex" in response.content.decode()
    assert len(queries) == 0


@pytest.mark.parametrize("path", ["/api/v1/articles/", "/api/v1/articles/1/", "/suggest/"])
def test_programs_are_refused_in_json(client, path):
    response = client.get(f"{path}?{'&' * 300}")

    assert response.status_code == 400
    assert json.loads(response.content) == {
        "errors": {"address": ["an address can have 200 parameters, these are 301; leave some out"]}
    }


def test_what_the_form_can_send_is_within_the_limits():
    everything = [(name, "x" * 20) for name in ArticleFilter.base_filters for _ in range(2)]

    assert complaint_about(urlencode(everything)) == ""
    assert complaint_about("a" * MAX_QUERY) == ""
    assert complaint_about("&".join(["a=1"] * MAX_PARAMETERS)) == ""


# --- Just within the limits -------------------------------------------------------------------------------


def dear_queries() -> dict[str, str]:
    dice = random.Random(1)
    combinations = [
        (facet + dice.choice(list(SUFFIXES.values())[:3]), f"value-{number}")
        for number in range(190)
        for facet in [dice.choice(FACETS)]
    ]
    return {
        "values of all facets": urlencode(combinations),
        "200 parameters that mean nothing": "&".join(f"p{number}=1" for number in range(200)),
        "a long word": "q=" + "x" * 7_900,
        "many words": "q=" + "+".join(f"w{number}" for number in range(1_500)),
        "many alternatives": "q=" + "+OR+".join(["oil"] * 800),
        "many stars": "q=" + "+".join(["sanction*", "oil*", "tal*", "on*", "min*"] * 3),
        "short stars": "q=a*+b*+**+***+*a",
        "many operators": "q=" + "+".join(f"country:c{number}" for number in range(400)),
        "operators in operators": "q=" + "country:" * 900 + "x",
        "quotation marks": "q=" + "%22" * 2_000,
        "many dates": urlencode([("published_after", "2025")] * 150),
        "a forged page": "after=n" + "f" * 15,
        "a forged page back": "before=o" + "0" * 15 + "&sort=oldest",
        "a forged page by relevance": f"q=oil&sort=relevance&after=r{'f' * 15}.{'f' * 8}",
        "the deepest page by relevance": "q=oil&sort=relevance&before=r1.270f",
        "a page both ways": "after=n1&before=n1",
        "no page": "after=" + "n" * 5_000,
        "days of a million years": "published_after=0001&published_before=9999",
    }


@pytest.mark.parametrize("name", dear_queries())
@pytest.mark.parametrize(
    "path",
    [
        "/articles/",
        "/articles/facets/author/",
        "/countries/",
        "/api/v1/articles/",
        "/suggest/",
        "/articles/feed/",
    ],
)
def test_the_dearest_addresses_cost_little(client, archive, path, name):
    query = dear_queries()[name]

    with CaptureQueriesContext(connection) as queries:
        response = client.get(f"{path}?{query}")
    if response.status_code == 302:
        with CaptureQueriesContext(connection) as queries:
            response = client.get(response["Location"])

    assert response.status_code in {200, 302, 400}
    assert len(queries) <= MAX_QUERIES
    assert len(response.content) <= MAX_BYTES
    assert b"SECRETWORD" not in response.content


def test_the_dearest_addresses_cost_little_without_an_index_too(client, archive, settings, monkeypatch):
    monkeypatch.setattr(sync, "REBUILD_INLINE_LIMIT", 1)
    (settings.NEWSROOM_INDEX / "current").unlink()

    for path in ("/articles/", "/api/v1/articles/", "/articles/facets/author/"):
        for name, query in dear_queries().items():
            with CaptureQueriesContext(connection) as queries:
                response = client.get(f"{path}?{query}", follow=True)
            assert response.status_code in {200, 400, 503}, name
            assert len(queries) <= MAX_QUERIES + 5, name
            assert b"SECRETWORD" not in response.content


def test_the_beginning_of_too_many_words_is_a_sentence_on_the_page(client, archive, monkeypatch):
    monkeypatch.setattr("articles.search.asking.MAX_EXPANSIONS", 5)

    pages = [client.get(f"{path}?q=sanct*") for path in ("/articles/", "/articles/facets/topic/")]
    answer = client.get("/api/v1/articles/?q=sanct*")

    for page in pages:
        assert page.status_code == 200
        assert "more than 5 words begin with" in page.content.decode()
    assert answer.status_code == 400
    assert answer.json() == {
        "errors": {"q": ["more than 5 words begin with what ends in a star; type more letters of “sanct”"]}
    }


def test_a_crawler_that_follows_thousands_of_combinations_writes_nothing(client, archive):
    dice = random.Random(2)
    values = ["country=russia", "topic=oil", "actor=vladimir-putin", "outlet=bbc", "country__not=russia"]
    for _ in range(30):
        query = "&".join(dice.sample(values, 3))
        with CaptureQueriesContext(connection) as queries:
            response = client.get(f"/articles/?{query}")
        assert response.status_code == 200
        assert 'content="noindex"' in response.content.decode()
        assert not response.cookies
        assert [one["sql"] for one in queries if not one["sql"].startswith(("SELECT", "("))] == []


# --- Anything at all --------------------------------------------------------------------------------------

NAMES = st.one_of(
    st.sampled_from(
        [*ArticleFilter.base_filters, "after", "before", "limit", "page", "name", "tag", "order"]
    ),
    st.text(max_size=12),
)
VALUES = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["russia", "oil", "vladimir-putin", "bbc", "2025", "2025-02-30", "n1", "o1", "r1.1", "relevance",
         "oldest", "sanction*", "talks OR oil", "-oil", '"oil', "country:russia", "-topic:oil", "before:2025",
         "\0", "٣", "1e9"]
    ),
)  # fmt: skip
PATHS = st.one_of(
    st.sampled_from(
        ["/", "/articles/", "/articles/facets/actor/", "/articles/facets/language/", "/countries/",
         "/topics/oil/", "/suggest/", "/api/v1/articles/", "/robots.txt", "/articles/facets/nothing/",
         "/articles/feed/", "/articles/feed/rss/"]
    ),
    st.builds(lambda part: f"/articles/{quote(part, safe='')}/", st.text(min_size=1, max_size=12)),
    st.builds(lambda part: f"/actors/{quote(part, safe='')}/", st.text(min_size=1, max_size=12)),
    st.builds(lambda part: f"/api/v1/articles/{quote(part, safe='')}/", st.text(min_size=1, max_size=12)),
    st.builds(lambda part: f"/articles/facets/{quote(part, safe='')}/", st.text(min_size=1, max_size=12)),
)  # fmt: skip
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "HX-Request": st.sampled_from(["true", "false", ""]),
        "Accept-Encoding": st.sampled_from(["gzip", "identity", "*;q=0"]),
        "If-None-Match": st.sampled_from(["*", '"x"', "x"]),
    },
)


@examples(max_examples=EXAMPLES * 4, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    path=PATHS,
    query=st.lists(st.tuples(NAMES, VALUES), max_size=6),
    method=st.sampled_from(["get", "get", "get", "head", "post", "options"]),
    headers=HEADERS,
)
def test_no_request_to_a_public_address_is_a_fault(client, archive, path, query, method, headers):
    address = f"{path}?{urlencode(query)}"

    response = getattr(client, method)(address, headers=headers)

    assert response.status_code < 500, address
    assert len(response.content) <= MAX_BYTES
    assert not response.cookies
    assert b"SECRETWORD" not in response.content
    if response.status_code in {301, 302}:
        assert response["Location"].startswith("/")
        assert not response["Location"].startswith("//")
