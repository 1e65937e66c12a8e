"""Articles like one article, and what they share with it."""

from __future__ import annotations

import pytest

from articles.models import Article, NearDuplicate
from articles.reader.receipts import read_receipts
from articles.reader.related import find_related, pairs_of
from articles.search import sync
from articles.search.engine import IndexUnusable
from tests.factories import make_article, make_tag

pytestmark = pytest.mark.django_db


def related(article: Article) -> list[tuple[str, str]]:
    """Return title and reason of each article like this one."""
    return [
        (one.row.title, ", ".join([*(tag.name for tag in one.tags), *(f"“{word}”" for word in one.words)]))
        for one in find_related(article, read_receipts(article))
    ]


def link(one: Article, other: Article) -> None:
    first, second = sorted((one, other), key=lambda article: article.pk)
    NearDuplicate.objects.create(first=first, second=second, share=90)


@pytest.fixture
def grain() -> Article:
    """Return an article about grain in an archive that knows of much else."""
    for number in range(12):
        make_article(title=f"Filler {number}", tags=["country/Ukraine", f"topic/Filler {number}"])
    return make_article(
        title="Grain leaves Odesa by tanker",
        main=["topic/Grain exports", "actor/Ada Quill"],
        tags=[make_tag("country/United States", key="us"), "country/Ukraine"],
    )


def test_what_shares_most_comes_first_with_the_reason(grain):
    make_article(title="Wheat", main=["topic/Grain exports"], tags=["country/Ukraine"])
    make_article(title="Quill", main=["actor/Ada Quill", "topic/Grain exports"])

    assert related(grain) == [("Quill", "Ada Quill, Grain exports"), ("Wheat", "Grain exports, Ukraine")]


def test_two_words_of_the_title_relate_as_well(grain):
    make_article(title="A tanker burns off ODESA", body="At sea.")

    assert related(grain) == [("A tanker burns off ODESA", "“Odesa”, “tanker”")]


def test_one_name_in_passing_is_not_enough(grain):
    make_article(title="Elsewhere", main=["country/Ukraine"])
    make_article(title="An old tanker")

    assert related(grain) == []


def test_a_long_reason_is_cut_short():
    names = [f"topic/Topic {number}" for number in range(6)]
    article = make_article(title="One", main=names)
    make_article(title="Two", main=names)

    (two,) = find_related(article, read_receipts(article))

    assert ([tag.name for tag in two.tags], two.more_count) == (["Topic 0", "Topic 1", "Topic 2"], 3)


def test_a_topic_stands_for_the_wider_one_above_it():
    war = make_tag("topic/War")
    names = [war, make_tag("topic/Truces", parent=war)]
    article = make_article(title="One", main=names)
    make_article(title="Two", main=names)

    assert related(article) == [("Two", "Truces")]


def test_neither_the_article_nor_its_own_story_is_related(grain):
    for number in range(3):
        link(grain, make_article(title=f"The same {number}", main=["topic/Grain exports"]))
    again = make_article(title="Once more the same", main=["topic/Grain exports"])
    link(again, Article.objects.get(title="The same 0"))
    make_article(title="Grain leaves Odesa by tanker", main=["topic/Grain exports"])

    assert related(grain) == []


def test_no_story_is_there_twice(grain):
    one = make_article(title="One", main=["topic/Grain exports", "actor/Ada Quill"])
    other = make_article(title="Other", main=["topic/Grain exports"])
    link(one, other)

    assert [title for title, _ in related(grain)] == ["One"]


@pytest.mark.parametrize("status", [Article.Status.DRAFT, Article.Status.WITHDRAWN])
def test_hidden_articles_are_never_related_and_join_no_stories(grain, status):
    shown = [make_article(title=title, main=["topic/Grain exports"]) for title in ("One", "Two")]
    before = related(grain)
    hidden = make_article(title="Hidden", main=["topic/Grain exports"], status=status)
    for other in (*shown, grain):
        link(hidden, other)

    assert related(grain) == before
    assert sorted(title for title, _ in before) == ["One", "Two"]


def test_the_first_main_subjects_of_a_kind_are_pairs():
    article = make_article(
        main=["country/Russia", "country/Ukraine", "actor/Ada Lee", "topic/Talks", "topic/War"],
        tags=["country/China", "actor/Bo Chen"],
    )

    assert [(pair.kind, pair.name, pair.url) for pair in pairs_of(read_receipts(article))] == [
        ("country", "Russia and Ukraine", "/dyads/russia-ukraine/")
    ]


def test_six_are_enough(grain):
    for number in range(10):
        make_article(title=f"More {number}", main=["topic/Grain exports"])

    assert len(related(grain)) == 6


def test_an_article_without_tags_and_telling_words_has_none():
    make_article(title="This and that")

    assert related(make_article(title="This and that")) == []


def test_while_the_index_is_being_rebuilt_the_page_stands_without_them(client, grain, monkeypatch):
    def fail(*args, **kwargs):
        raise IndexUnusable("gone")

    make_article(title="Wheat", main=["topic/Grain exports"])
    assert "More like this" in client.get(grain.get_absolute_url()).content.decode()
    monkeypatch.setattr(sync, "related", fail)

    response = client.get(grain.get_absolute_url())

    assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-store")
    assert "More like this" not in response.content.decode()


@pytest.mark.parametrize("more", [1, 30])
def test_the_number_of_queries_does_not_depend_on_what_is_found(grain, django_assert_max_num_queries, more):
    for number in range(more):
        make_article(title=f"More {number}", main=["topic/Grain exports"])
    receipts = read_receipts(grain)
    find_related(grain, receipts)  # brings the index up to date

    # The article's own story, where the index stands, the articles found, their stories.
    with django_assert_max_num_queries(9):
        find_related(grain, receipts)
