import datetime as dt

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from articles.filters import ArticleFilter
from articles.models import Article, Tagging
from articles.search.entry import FACETS
from articles.search.query import Criteria, Match, Sort
from tests.factories import make_article, make_tag, make_tagging

pytestmark = pytest.mark.django_db


def asked(query: str) -> ArticleFilter:
    return ArticleFilter(QueryDict(query))


def matches(query: str) -> set[str]:
    """Return the titles of the articles that SQL finds."""
    filtered = asked(query)
    assert filtered.problems() == {}
    return set(filtered.qs.values_list("title", flat=True))


@pytest.fixture
def gazetteer():
    make_tag("country/Russia", key="ru")
    make_tag("country/Ukraine", key="ua")
    make_tag("topic/Oil")
    make_tag("actor/Oil")
    make_tag("topic/Gas", is_retired=True)
    make_article(title="by BBC", outlet="BBC", authors=["Ann Lee"])


# --- What a query string means ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "criteria"),
    [
        ("", Criteria()),
        ("country=", Criteria()),
        ("country=ru", Criteria(values={("country", Match.ALL): ("ru",)})),
        ("country=russia", Criteria(values={("country", Match.ALL): ("ru",)})),
        ("country= RU &country=Russia", Criteria(values={("country", Match.ALL): ("ru",)})),
        ("country=ua&country=ru", Criteria(values={("country", Match.ALL): ("ua", "ru")})),
        ("country__any=ua&country__any=ru", Criteria(values={("country", Match.ANY): ("ua", "ru")})),
        ("country__not=ru", Criteria(values={("country", Match.NOT): ("ru",)})),
        ("country__main=ru", Criteria(values={("country", Match.MAIN): ("ru",)})),
        (
            "topic=oil&actor=oil&outlet__any=bbc&author__not=ann-lee",
            Criteria(
                values={
                    ("actor", Match.ALL): ("oil",),
                    ("topic", Match.ALL): ("oil",),
                    ("outlet", Match.ANY): ("bbc",),
                    ("author", Match.NOT): ("ann-lee",),
                }
            ),
        ),
        (
            "language=pt-BR&language__any=German",
            Criteria(
                values={
                    ("language", Match.ALL): ("pt-br",),
                    ("language", Match.ANY): ("de",),
                }
            ),
        ),
        (
            "language=none&language__not=EN",
            Criteria(
                values={
                    ("language", Match.ALL): ("und",),
                    ("language", Match.NOT): ("en",),
                }
            ),
        ),
        (
            "has=topic&has__not=date",
            Criteria(
                values={
                    ("has", Match.ALL): ("topic",),
                    ("has", Match.NOT): ("date",),
                }
            ),
        ),
        (
            "origin=front-matter&status=confirmed&dated=undated",
            Criteria(
                values={
                    ("origin", Match.ALL): ("frontmatter",),
                    ("status", Match.ALL): ("confirmed",),
                    ("dated", Match.ALL): ("none",),
                }
            ),
        ),
        ("q= long-range missiles ", Criteria(words="long-range missiles")),
        ("q=oil&sort=relevance", Criteria(words="oil", sort=Sort.RELEVANCE)),
        ("sort=oldest", Criteria(sort=Sort.OLDEST)),
        ("published_after=2025-10-17", Criteria(published_after=dt.date(2025, 10, 17))),
        ("published_after=2025-2", Criteria(published_after=dt.date(2025, 2, 1))),
        ("published_after=2025", Criteria(published_after=dt.date(2025, 1, 1))),
        ("published_before=2024-02", Criteria(published_before=dt.date(2024, 2, 29))),
        ("clipped_before=2025", Criteria(clipped_before=dt.date(2025, 12, 31))),
        (
            "clipped_after=2025&clipped_before=2025-01-01",
            Criteria(clipped_after=dt.date(2025, 1, 1), clipped_before=dt.date(2025, 1, 1)),
        ),
        ("after=n12&utm=x&density=compact", Criteria()),
        ("before=n12", Criteria()),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_query_string_becomes_criteria(gazetteer, query, criteria):
    assert asked(query).problems() == {}
    assert asked(query).criteria == criteria


@pytest.mark.parametrize(
    ("query", "problems"),
    [
        ("country=zz", {"country": ["no country is called “zz”; choose one from /countries/?all=1"]}),
        (
            "country=ru&country=zz&country=yy",
            {"country": ["no country is called “zz”, “yy”; choose one from /countries/?all=1"]},
        ),
        (
            "topic__not=russia",
            {"topic__not": ["no topic is called “russia”; choose one from /topics/?all=1"]},
        ),
        ("topic=gas", {"topic": ["no topic is called “gas”; choose one from /topics/?all=1"]}),
        (
            "has=leader",
            {
                "has": [
                    "“leader” is not among the values; write one of actor, country, organisation, topic, "
                    "outlet, author, date, language"
                ]
            },
        ),
        (
            "status=rejected",
            {"status": ["“rejected” is not among the values; write one of suggested, confirmed"]},
        ),
        (
            "language=klingon",
            {
                "language": [
                    "no language is called “klingon”; write a code, such as de or pt-br, or an English name"
                ]
            },
        ),
        ("country=<b>", {"country": ["no country is called “<b>”; choose one from /countries/?all=1"]}),
        (
            "country=%00",
            {"country": ["a value is too long or holds a character that no name has; leave it out"]},
        ),
        (
            "country=" + "a" * 121,
            {"country": ["a value is too long or holds a character that no name has; leave it out"]},
        ),
        (
            "&".join(f"country={number}" for number in range(21)),
            {"country": ["at most 20 values can be combined, these are 21; leave some out"]},
        ),
        (
            "&".join(f"{f}={number}" for number in range(17) for f in ("country", "topic", "actor")),
            {"actor": ["at most 50 values can be combined, these are 51; leave some out"]},
        ),
        ("q=^", {"q": ["there is no word to search for in “^”; type letters or digits"]}),
        ("q=" + "a" * 201, {"q": ["at most 200 characters can be searched for, these are 201; shorten it"]}),
        ("q=a%00b", {"q": ["the text holds a NUL character; type it anew"]}),
        ("q=a&q=b", {"q": ["can only be given once; keep one of them"]}),
        ("after=n1&after=n2", {"after": ["can only be given once; keep one of them"]}),
        ("before=n1&before=n2", {"before": ["can only be given once; keep one of them"]}),
        ("after=n1&before=n2", {"before": ["cannot be given with after; keep one of them"]}),
        ("density=tight", {"density": ["“tight” is not a density; write one of comfortable, compact"]}),
        (
            "published_after=2025&published_after=",
            {"published_after": ["can only be given once; keep one of them"]},
        ),
        ("sort=password", {"sort": ["“password” is not an order; write one of newest, oldest, relevance"]}),
        (
            "published_after=2025-12-31&published_before=2025-01-01",
            {"published_before": ["2025-01-01 lies before 2025-12-31, where the range begins; swap the two"]},
        ),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "",
)
def test_what_cannot_be_understood_is_named_and_finds_nothing(gazetteer, query, problems):
    filtered = asked(query)

    assert filtered.problems() == problems
    assert not filtered.qs.exists()


@pytest.mark.parametrize(
    "date",
    [
        "abc", "2025-99-99", "2025-02-30", "0000-00-00", "2025-00", "0000", "10000-01-01", "2025-10-17T12:00",
        "17-10-2025", "٢٠٢٥", "2025-", "-2025", "2025-10-17-1", "1_000", "+2025", "9" * 400,
    ],
)  # fmt: skip
@pytest.mark.parametrize("bound", ["published_after", "clipped_before"])
def test_what_is_not_a_date_says_how_to_write_one(bound, date):
    problems = ArticleFilter(query_dict([(bound, date)])).problems()

    assert problems == {bound: [f"“{date[:40]}” is not a date; write 2025-10-17, 2025-10 or 2025"]}


def test_a_parameter_that_means_nothing_is_named():
    filtered = asked("leader=putin&country__like=x&after=n1&sort=oldest&page=2&q=oil")

    assert filtered.unknown == ["leader", "country__like", "page"]
    assert filtered.problems() == {}


def test_what_only_says_where_a_reader_came_from_is_dropped():
    filtered = asked("country=&utm_source=x&utm_anything=y&fbclid=z&gclid=1&ref=post&q=oil")

    assert (filtered.unknown, filtered.problems()) == ([], {})
    assert str(filtered.address("/articles/")) == "/articles/?q=oil"
    assert asked("reference=1&utm=2&Ref=3").unknown == ["reference", "utm", "Ref"]


def test_an_outlet_or_author_of_hidden_articles_alone_does_not_exist():
    make_article(status=Article.Status.DRAFT, outlet="Secret Post", authors=["Deep Throat"])
    make_article(status=Article.Status.WITHDRAWN, outlet="Secret Post", authors=["Deep Throat"])

    assert asked("outlet=secret-post&author=deep-throat").problems() == {
        "outlet": ["no outlet is called “secret-post”; choose one from the outlets beside a list"],
        "author": ["no author is called “deep-throat”; choose one from the authors beside a list"],
    }


def test_a_key_wins_over_another_tags_slug():
    make_tag("country/Georgia", key="ge")
    make_tag("country/Ge", key="x")
    make_tag("country/Elsewhere", slug="x", key="y")

    assert asked("country=ge&country=x").criteria.values == {("country", Match.ALL): ("ge", "x")}


def test_the_names_of_what_is_asked_for_are_known(gazetteer):
    filtered = asked("country=russia&outlet__not=bbc&topic=nope")

    assert filtered.names == {("country", "ru"): "Russia", ("outlet", "bbc"): "BBC"}


def test_names_are_looked_up_with_one_query_for_all_tags(gazetteer, django_assert_num_queries):
    # And one that says where the archive stands.
    with django_assert_num_queries(4):
        asked("country=ru&country__not=ua&topic=oil&actor__any=oil&outlet=bbc&author=ann-lee").problems()


@pytest.mark.parametrize(
    ("query", "address"),
    [
        ("", "/articles/"),
        ("q=&country=", "/articles/"),
        ("sort=oldest&q=oil&country=russia&after=o1", "/articles/?country=ru&q=oil&sort=oldest&after=o1"),
        ("before=o1&density=compact&q=oil", "/articles/?q=oil&density=compact&before=o1"),
        ("country=UA&country=ru&country=ua", "/articles/?country=ua&country=ru"),
        ("country=nope&published_after=soon&x=1", "/articles/?country=nope&published_after=soon"),
    ],
)
def test_every_search_has_one_address(gazetteer, query, address):
    assert str(asked(query).address("/articles/")) == address


def test_facets_follow_from_the_declarations():
    assert ArticleFilter.facets() == {
        "actor": "Actors",
        "country": "Countries",
        "organisation": "Organisations",
        "topic": "Topics",
        "outlet": "Outlets",
        "author": "Authors",
        "language": "Languages",
        "has": "Details present",
        "origin": "Tags given by",
        "status": "Tags that are",
        "dated": "Publication date",
    }


def test_every_facet_is_in_the_index_and_every_fixed_value_has_a_name():
    assert tuple(ArticleFilter.facets()) == FACETS
    assert ArticleFilter.vocabulary("status") == {"suggested": "suggested", "confirmed": "confirmed"}
    assert ArticleFilter.vocabulary("country") == {}
    assert ArticleFilter.value_name("language", "pt-br") == "Brazilian Portuguese"
    assert ArticleFilter.value_name("country", "ru") == ""


def test_a_declaration_stands_for_all_its_ways_of_matching():
    names = set(ArticleFilter.base_filters)

    assert {"country", "country__any", "country__not", "country__main"} <= names
    assert "outlet__main" not in names


# --- What it means in SQL ---------------------------------------------------------------------------------


@pytest.fixture
def articles():
    russia, ukraine = make_tag("country/Russia", key="ru"), make_tag("country/Ukraine", key="ua")
    make_article(title="both", main=[russia], tags=[ukraine], outlet="BBC", authors=["Ann Lee", "Bo Li"])
    make_article(title="russia", tags=[russia], outlet="AP", authors=["Ann Lee"])
    make_article(title="undated", published_on=None, clipped_on=dt.date(2025, 11, 2))
    rejected = make_article(title="rejected")
    make_tagging(rejected, russia, status=Tagging.Status.REJECTED)
    make_article(title="draft", main=[russia, ukraine], status=Article.Status.DRAFT)


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", {"both", "russia", "undated", "rejected"}),
        ("country=ru", {"both", "russia"}),
        ("country=ru&country=ua", {"both"}),
        ("country__any=ru&country__any=ua", {"both", "russia"}),
        ("country__not=ru", {"undated", "rejected"}),
        ("country__not=ua&country__not=ru", {"undated", "rejected"}),
        ("country__main=ru", {"both"}),
        ("country__main=ua", set()),
        ("country=ru&country__not=ua", {"russia"}),
        ("outlet=bbc", {"both"}),
        ("outlet=bbc&outlet=ap", set()),
        ("outlet__any=bbc&outlet__any=ap", {"both", "russia"}),
        ("outlet__not=bbc", {"russia", "undated", "rejected"}),
        ("author=ann-lee", {"both", "russia"}),
        ("author=ann-lee&author=bo-li", {"both"}),
        ("author__not=bo-li", {"russia", "undated", "rejected"}),
        ("published_after=2025-10-16", {"both", "russia", "rejected"}),
        ("published_after=2025-10-17", set()),
        ("published_before=2025-10", {"both", "russia", "rejected"}),
        ("clipped_after=2025", {"undated"}),
        ("sort=oldest", {"both", "russia", "undated", "rejected"}),
    ],
)
def test_sql_finds(articles, query, titles):
    assert matches(query) == titles


@pytest.fixture
def described():
    both = make_article(title="both", language="pt-BR", outlet="BBC", authors=["Ann Lee"])
    make_tagging(both, "country/Russia", origin="editor", status="confirmed")
    make_tagging(both, "topic/Oil", origin="automatic", status="rejected")
    plain = make_article(title="plain", language="en", published_precision="month")
    make_tagging(plain, "topic/Oil", origin="frontmatter", status="suggested")
    make_tagging(plain, make_tag("country/Gone", is_retired=True), origin="editor", status="confirmed")
    make_article(title="bare", published_on=None, published_precision="year")


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("language=pt", {"both"}),
        ("language=pt-br", {"both"}),
        ("language=pt-pt", set()),
        ("language__any=en&language__any=none", {"plain", "bare"}),
        ("language__not=pt", {"plain", "bare"}),
        ("has=country", {"both"}),
        ("has=topic", {"plain"}),
        ("has__not=topic", {"both", "bare"}),
        ("has=outlet&has=author", {"both"}),
        ("has__any=country&has__any=topic", {"both", "plain"}),
        ("has__not=country&has__not=topic", {"bare"}),
        ("has=date", {"both", "plain"}),
        ("has__not=language", {"bare"}),
        ("origin=editor", {"both"}),
        ("origin=automatic", set()),
        ("origin__not=editor", {"plain", "bare"}),
        ("status=suggested", {"plain"}),
        ("status=confirmed&origin=editor", {"both"}),
        ("dated=day", {"both"}),
        ("dated=month", {"plain"}),
        ("dated=year", set()),
        ("dated__any=month&dated__any=none", {"plain", "bare"}),
        ("dated__not=none", {"both", "plain"}),
    ],
)
def test_sql_finds_by_what_is_said_about_an_article(described, query, titles):
    assert matches(query) == titles


def test_words_have_no_answer_in_sql():
    with pytest.raises(ValueError, match="answered by the search engine"):
        _ = asked("q=oil").qs


# --- Any query string whatever ----------------------------------------------------------------------------

NAMES = st.sampled_from([*ArticleFilter.base_filters, "after", "before", "page", "id__in"]) | st.text(
    max_size=12
)
VALUES = (
    st.sampled_from(
        ["ru", "Russia", "bbc", "oil", "2025-10-17", "2025", "newest", "n1", '"', "-", "-oil", "%", ""]
    )
    | st.text(max_size=30)
    | st.text(min_size=100, max_size=300)
)


def query_dict(pairs: list[tuple[str, str]]) -> QueryDict:
    data = QueryDict(mutable=True)
    for name, value in pairs:
        data.appendlist(name, value)
    return data


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pairs=st.lists(st.tuples(NAMES, VALUES), max_size=8))
def test_no_query_string_fails_or_is_silently_unfiltered(gazetteer, pairs):
    filtered = ArticleFilter(query_dict(pairs))

    problems = filtered.problems()
    address = filtered.address("/articles/")
    known = {name for name, value in pairs if value.strip() and name in filtered.filters}
    kept = {name for name, _ in address.parameters}
    assert kept - {"after", "before"} == known
    assert str(address).startswith("/articles/")
    if problems:
        assert not filtered.qs.exists()
        assert set(problems) <= {*filtered.filters, "after", "before"}
    else:
        criteria = filtered.criteria
        assert criteria.is_unfiltered == (not known - {"sort", "density"})


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.text(alphabet="cq=&%ou0nt1ry_a;+\x00é", max_size=60) | st.binary(max_size=60))
def test_no_bytes_fail(gazetteer, query):
    filtered = ArticleFilter(QueryDict(query))

    filtered.problems()
    filtered.address("/articles/")
    assert isinstance(filtered.unknown, list)


def test_a_canonical_address_means_the_same_search(gazetteer):
    first = asked("sort=oldest&country=russia&country=UA&q=oil &published_after=2025")

    again = asked(str(first.address("")).removeprefix("?"))

    assert again.criteria == first.criteria
    assert again.address("") == first.address("")


def test_the_form_is_built_once_and_shares_nothing_between_requests(gazetteer):
    one, other = ArticleFilter(QueryDict("country=ru")), ArticleFilter(QueryDict("country=atlantis"))

    assert type(one.form) is type(other.form)
    assert (one.problems(), list(other.problems())) == ({}, ["country"])
    assert one.form.cleaned_data["country"] == ("ru",)
