"""What to look for instead, where a search of words finds nothing."""

from __future__ import annotations

import pytest
from django.http import QueryDict

from articles.lists import offers
from articles.lists.listing import list_articles
from articles.lists.offers import Offer
from articles.models import Alias, Article
from articles.search import sync
from tests.factories import make_article, make_tag

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def archive() -> None:
    myanmar = make_tag("country/Myanmar", key="mm")
    Alias.objects.create(tag=myanmar, text="Burma", kind=Alias.Kind.FORMER)
    hostages = make_tag("topic/Hostages", key="hostages")
    make_article(title="The generals and the hostages", tags=[myanmar, hostages], outlet="BBC")
    make_article(title="Elections in Yangon", tags=[myanmar])


def offered(query: str) -> list[Offer]:
    return list_articles(QueryDict(query), "/articles/").offers


def test_another_name_leads_to_what_it_names():
    assert offered("q=burma") == [Offer("country", "Myanmar", 2, "/articles/?country=mm")]


def test_a_capital_leads_to_its_country():
    ukraine = make_tag("country/Ukraine", key="ua")
    Alias.objects.create(tag=ukraine, text="Kiev", kind=Alias.Kind.CAPITAL)
    make_article(tags=[ukraine])

    assert offered("q=kiev") == [Offer("country", "Ukraine", 1, "/articles/?country=ua")]


def test_a_name_half_written_leads_to_it_and_to_the_words_that_begin_so():
    assert offered("q=hostage") == [
        Offer("topic", "Hostages", 1, "/articles/?topic=hostages"),
        Offer("", "hostage*", 1, "/articles/?q=hostage%2A"),
    ]


@pytest.mark.parametrize(
    ("typed", "meant"), [("generls", "generals"), ("Genrals", "generals"), ("electoins", "elections")]
)
def test_a_word_that_stands_in_no_article_leads_to_one_it_is_nearly(typed, meant):
    assert offered(f"q={typed}") == [Offer("q", f"the word “{meant}”", 1, f"/articles/?q={meant}")]


def test_a_misspelt_name_leads_to_what_it_names():
    assert offered("q=miammar") == []
    assert offered("q=mianmar") == [Offer("country", "Myanmar", 2, "/articles/?country=mm")]


def test_two_mistakes_are_seen_in_a_long_word():
    assert offered("q=elektoins") == [Offer("q", "the word “elections”", 1, "/articles/?q=elections")]


def test_what_has_more_mistakes_than_the_nearest_word_is_not_meant():
    make_article(title="Elentoins")

    assert [offer.name for offer in offered("q=elertoins")] == ["the word “elentoins”"]


def test_a_misspelt_word_among_others_leaves_them():
    assert offered("q=the+generls&outlet=bbc") == [
        Offer("q", "the words “the generals”", 1, "/articles/?outlet=bbc&q=the+generals")
    ]


def test_a_word_that_stands_somewhere_is_no_mistake():
    make_article(title="Generas", outlet="AFP")

    assert offered("q=generas&outlet=bbc") == []


def test_the_words_of_hidden_articles_are_offered_to_nobody():
    make_article(title="Zanzibar", status=Article.Status.WITHDRAWN)

    assert offered("q=zanzibor") == []


@pytest.mark.parametrize("words", ["burma generals", "generals burma"])
def test_other_words_and_filters_stay_and_are_counted(words):
    assert offered(f"q={words}&outlet=bbc&sort=oldest") == [
        Offer("country", "Myanmar", 1, "/articles/?country=mm&outlet=bbc&q=generals&sort=oldest")
    ]


def test_what_would_find_nothing_either_is_not_offered():
    assert offered("q=burma&topic__not=hostages&outlet=bbc") == []


@pytest.mark.parametrize("status", [Article.Status.DRAFT, Article.Status.WITHDRAWN])
def test_hidden_articles_offer_and_count_nothing(status):
    make_article(title="Secretariat", tags=["topic/Secrets", "country/Myanmar"], status=status, outlet="Sly")

    assert offered("q=secret") == []
    assert offered("q=sly") == []
    assert [offer.count for offer in offered("q=burma")] == [2]


@pytest.mark.parametrize(
    "words",
    [
        "qq",
        "host",
        '"the burma',
        "burma*",
        "x y z x y z burma",
        "burma -burma",
        "burma ++",
        "a* b",
        "burma OR zzz",
        "-burma",
        "gen* ele* yan* the* hos* zebra",
    ],
)
def test_odd_words_are_no_error(words):
    assert len(offered(f"q={words}")) <= offers.SHOWN + 1


def test_three_names_are_offered_at_most():
    for number in range(5):
        make_article(tags=[f"topic/Zebra {number}"])

    assert len(offered("q=zebra")) == 3


def test_a_search_that_finds_something_asks_nothing_more(monkeypatch):
    monkeypatch.setattr(sync, "search_all", lambda *_, **__: pytest.fail("asked"))

    assert offered("q=generals") == []


def test_a_search_without_words_is_offered_nothing():
    assert offered("country=mm&topic__not=hostages&outlet=bbc") == []


def test_while_the_index_fails_nothing_is_offered(monkeypatch):
    def fail(*_, **__):
        raise sync.IndexUnusable("gone")

    monkeypatch.setattr(sync, "search_all", fail)

    assert offered("q=burma") == []


def test_the_page_links_to_what_may_be_meant(client):
    make_article(tags=["topic/<Burma & beyond>"])

    page = client.get("/articles/?q=burma").content.decode()

    assert '<a href="/articles/?country=mm" rel="nofollow">country Myanmar</a>' in page
    assert "topic &lt;Burma &amp; beyond&gt;</a>" in page
