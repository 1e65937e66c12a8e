"""Lists of the desk cost the same however long they are: counted to an end, sorted and found by indexes."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from articles.admin import lists
from articles.models import Article, Tagging
from benchmarks.desk_pages import LEFT_OUT, ROWS, addresses, addresses_of, forgotten, named
from tests.admin.test_editing import act
from tests.admin.test_pages import address
from tests.factories import make_article, make_outlet, make_tag

pytestmark = pytest.mark.django_db
PAGE_OF_ARTICLES = (
    'SELECT "articles_article"."id" AS "pk" FROM'  # the query that finds the page, not its rows
)


@pytest.fixture
def many(desk):
    """Return the small archive with ten more articles, named by number."""
    for number in range(10):
        make_article(title=f"Report {number}", tags=["topic/Ports"], outlet="Harbour News")
    return desk


def shown(response) -> list[object]:
    return [row.pk for row in response.context["cl"].result_list]


def titles(client, query: str) -> set[str]:
    rows = client.get(f"{address('article')}?{query}").context["cl"].result_list
    return {row.title for row in rows}


def test_a_long_list_says_that_there_is_more_and_how_to_reach_it(alice_at, many, monkeypatch):
    monkeypatch.setattr(lists, "COUNTED", 5)

    response = alice_at.get(address("article"))

    assert response.context["cl"].result_count == 5
    assert "more than 5 articles; filter or search to reach the others" in response.content.decode()


def test_a_list_that_just_fits_is_counted_exactly(alice_at, many, monkeypatch):
    count = Article.objects.count()
    monkeypatch.setattr(lists, "COUNTED", count)

    response = alice_at.get(address("article"))

    assert response.context["cl"].result_count == count
    assert "more than" not in response.content.decode()


def test_no_list_counts_a_whole_table(alice_at, many, monkeypatch):
    with CaptureQueriesContext(connection) as queries:
        alice_at.get(address("tagging"))
        alice_at.get(address("article"))

    counts = [query["sql"] for query in queries if query["sql"].startswith("SELECT COUNT(*)")]
    assert counts
    assert [sql for sql in counts if "LIMIT" not in sql] == []


def test_an_action_on_more_rows_than_a_list_counts_is_refused(alice_at, many, monkeypatch):
    monkeypatch.setattr(lists, "COUNTED", 5)
    before = list(Tagging.objects.order_by("pk").values())

    response = act(alice_at, "tagging", "reject", many.tagging.pk, select_across="1", index="0")

    assert response.status_code == 302
    assert list(Tagging.objects.order_by("pk").values()) == before
    assert "at most" in alice_at.get(response.url).content.decode()


def test_an_action_on_all_rows_of_a_short_list_is_done(alice_at, many):
    act(alice_at, "tagging", "reject", many.tagging.pk, select_across="1", index="0")

    assert set(Tagging.objects.values_list("status", flat=True)) == {"rejected"}


def test_rows_come_in_the_order_of_the_list_on_every_page(alice_at, many, monkeypatch):
    monkeypatch.setattr("articles.admin.articles.ArticleAdmin.list_per_page", 4)
    pages = [shown(alice_at.get(f"{address('article')}?p={number}")) for number in (1, 2, 3)]

    expected = list(Article.objects.values_list("pk", flat=True))
    assert [*pages[0], *pages[1], *pages[2]] == expected[:12]


@pytest.mark.parametrize("order", ["1", "-1", "3", "4"])
def test_a_list_is_not_sorted_by_what_no_index_serves(alice_at, many, order):
    plain = shown(alice_at.get(address("article")))

    assert shown(alice_at.get(f"{address('article')}?o={order}")) == plain


def test_a_list_is_sorted_by_its_dates(alice_at, desk):
    old = make_article(title="Old", published_on="1999-01-01")

    assert shown(alice_at.get(f"{address('article')}?o=2"))[0] == old.pk
    assert shown(alice_at.get(f"{address('article')}?o=-2"))[-1] == old.pk


# --- Found and narrowed -----------------------------------------------------------------------------------


def test_articles_are_found_by_their_words_and_those_no_reader_sees_by_their_titles(alice_at, desk):
    make_article(title="A port in summer")
    make_article(title="Port closed", status="draft")
    make_article(title="Port reopened", status="withdrawn")
    make_article(title="Nothing of it", body="Of the port.")
    make_article(title="No word of it", body="Of the port.", status="draft")

    assert titles(alice_at, "q=port") == {
        "A port in summer", "Port closed", "Port reopened", "Nothing of it",
    }  # fmt: skip


def test_an_article_is_found_by_its_number(alice_at, desk):
    assert titles(alice_at, f"q={desk.article.pk}") >= {desk.article.title}


def test_a_search_and_a_filter_both_hold(alice_at, desk):
    make_article(title="A port in summer")
    make_article(title="Port closed", status="draft")

    assert titles(alice_at, "q=port&status__exact=draft") == {"Port closed"}


@pytest.mark.parametrize("few", [0, 1_000], ids=["many", "few"])
def test_filters_find_the_same_whether_they_gather_or_meet_their_rows(alice_at, many, monkeypatch, few):
    monkeypatch.setattr(lists, "FEW", few)
    ports, harbour = make_tag("topic/Ports"), make_outlet("Harbour News")
    Tagging.objects.filter(article__title="Report 0").update(status="rejected")

    assert len(titles(alice_at, f"tag={ports.pk}")) == 9
    assert titles(alice_at, f"run={many.run.pk}") == {"Talks go on"}
    for query, count in (
        (f"tag={ports.pk}", 10), (f"outlet={harbour.pk}", 10), ("tag__kind__exact=topic", 10),
        ("tag__kind__exact=country", 2), ("q=port", 10), ("q=ports", 10), ("q=or", 0),
        (f"tag={ports.pk}&status__exact=rejected", 1),
    ):  # fmt: skip
        listed = alice_at.get(f"{address('tagging')}?{query}").context["cl"]
        assert (query, listed.result_count, len(listed.result_list)) == (query, count, count)


def test_what_the_benchmark_asks_for_are_pages(alice_at, desk):
    answers = {page: alice_at.get(page).status_code for page in addresses(alice_at)}

    # Refused are forms for what nobody adds, and what only takes what is sent to it.
    assert {
        page: status for page, status in answers.items() if status >= 400 and status not in {403, 405}
    } == {}


def test_every_page_of_the_desk_is_measured_or_left_out_for_a_reason(alice_at, desk):
    assert forgotten() == []
    assert [name for name, pattern in named().items() if not addresses_of(name, pattern, alice_at)] == [
        name for name in named() if name in LEFT_OUT
    ]
    assert set(LEFT_OUT) | set(ROWS) <= set(named())


@pytest.mark.parametrize(("many", "said"), [(12, "12"), (11, "more than 11")], ids=["all counted", "more"])
def test_the_articles_of_a_record_are_counted_to_an_end(alice_at, desk, monkeypatch, many, said):
    for number in range(12):
        make_article(
            title=f"Report {number}", tags=["topic/Ports"], outlet="Harbour News", authors=["Ed Port"]
        )
    monkeypatch.setattr(lists, "MANY", many)

    for model, name in (("tag", "Ports"), ("outlet", "Harbour News"), ("author", "Ed Port")):
        page = alice_at.get(f"{address(model)}?q={name}").content.decode()
        assert re.search(rf'<td class="field-article_count"><a href="[^"]*">{said}</a>', page), model


def test_the_trail_is_not_read_from_end_to_end_for_its_filters(alice_at, desk):
    with CaptureQueriesContext(connection) as queries:
        page = alice_at.get(f"{address('change')}?o=1&table=tagging")

    assert page.status_code == 200
    assert {row.table for row in page.context["cl"].result_list} == {"tagging"}
    assert [query["sql"] for query in queries if "DISTINCT" in query["sql"]] == []
    assert [query["sql"] for query in queries if 'ORDER BY "articles_change"."table"' in query["sql"]] == []


def test_an_autocomplete_counts_no_articles(alice_at, desk):
    make_tag("country/Peru")
    asked = "app_label=articles&model_name=office&field_name=of&term=p"

    with CaptureQueriesContext(connection) as queries:
        page = alice_at.get(f"{reverse('admin:autocomplete')}?{asked}")

    assert [one["text"] for one in page.json()["results"]] == ["Peru"]
    assert [query["sql"] for query in queries if "articles_tagging" in query["sql"]] == []


@pytest.mark.sqlite  # asks it for its plan
def test_the_articles_of_an_outlet_come_in_their_order_from_an_index(alice_at, desk):
    make_article(outlet="Harbour News")
    outlet = make_outlet("Harbour News")
    with CaptureQueriesContext(connection) as queries:
        alice_at.get(f"{address('article')}?outlet={outlet.pk}")
    found = [query["sql"] for query in queries if query["sql"].startswith(PAGE_OF_ARTICLES)]
    [page] = [sql for sql in found if "ORDER BY" in sql]

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {page}")
        plan = [row[3] for row in cursor.fetchall()]
    assert plan == ["SEARCH articles_article USING COVERING INDEX article_outlet (outlet_id=?)"]
