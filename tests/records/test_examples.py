"""Which articles the preview of a merge shows: a handful of each kind, the newest rows first."""

from __future__ import annotations

import datetime as dt
from itertools import product

import pytest

from articles.models import Author, Outlet, Tagging
from articles.records.combining import Choice
from articles.records.examples import SHOWN, find_examples
from articles.records.merging import merge
from tests.factories import make_article, make_outlet, make_tag, make_tagging

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair():
    return make_tag("actor/Sergej Lawrow"), make_tag("actor/Sergey Lavrov")


def titles(examples):
    """Return the titles of each kind of example."""
    kinds = ("moved", "united", "overruled", "contradicting")
    return {name: [one.article.title for one in getattr(examples, name)] for name in kinds}


def test_a_merge_is_shown_by_articles_that_move_that_had_both_and_where_decisions_differ(pair):
    old, new = pair
    make_article(title="Only the one that stays", tags=[new])
    make_article(title="Moves", tags=[old])
    make_article(title="Both", tags=[old, new])
    for title, statuses in (
        ("Decided", ("suggested", "confirmed")), ("Disputed", ("rejected", "confirmed")),
    ):  # fmt: skip
        article = make_article(title=title)
        for tag, status in zip(pair, statuses, strict=True):
            make_tagging(article, tag, status=status)

    examples = find_examples([old], new, looked=100)

    assert titles(examples) == {
        "moved": ["Moves"], "united": ["Both"], "overruled": ["Decided"], "contradicting": ["Disputed"],
    }  # fmt: skip


def test_an_example_says_what_was_said_of_each_tag_and_by_whom(pair, alice):
    old, new = pair
    article = make_article(title="Talks")
    decided = dt.datetime(2025, 3, 1, tzinfo=dt.UTC)
    make_tagging(article, new)
    make_tagging(article, old, status="rejected", decided_by=alice, decided_at=decided, role="main")

    [example] = find_examples([old], new, looked=100).overruled

    assert [(one.tag.name, one.status, str(one.decided_by)) for one in example.said] == [
        ("Sergej Lawrow", "rejected", "alice"), ("Sergey Lavrov", "suggested", "None"),
    ]  # fmt: skip
    assert (example.left.status, example.left.role) == ("rejected", "main")


@pytest.mark.parametrize(("going", "staying", "choice"), [*product(Tagging.Status, Tagging.Status, Choice)])
def test_what_an_example_says_is_left_is_what_the_merge_leaves(pair, alice, going, staying, choice):
    article = make_article(title="Talks")
    for tag, status, role in zip(pair, (going, staying), ("main", "mentioned"), strict=True):
        at = dt.datetime(2025, 3, tag.pk % 20 + 1, tzinfo=dt.UTC) if status != "suggested" else None
        make_tagging(article, tag, status=status, role=role, decided_at=at)

    examples = find_examples(pair[:1], pair[1], looked=100, choice=choice)
    [example] = [*examples.united, *examples.overruled, *examples.contradicting]
    merge(pair[:1], pair[1], by=alice, choice=choice)

    row = article.taggings.get()
    assert (example.left.status, example.left.role) == (row.status, row.role)


def test_of_several_tags_that_are_merged_two_that_meet_are_shown_though_the_one_kept_is_elsewhere(pair):
    third = make_tag("actor/S. Lavrov")
    make_article(title="Two that go", tags=list(pair))

    examples = find_examples(pair, third, looked=100)

    assert titles(examples) == {
        "moved": [], "united": ["Two that go"], "overruled": [], "contradicting": [],
    }  # fmt: skip
    assert [one.tag.name for one in examples.united[0].said] == ["Sergej Lawrow", "Sergey Lavrov"]


def test_an_article_is_shown_once_however_many_of_the_tags_meet_in_it(pair):
    old, new = pair
    third = make_tag("actor/S. Lavrov")
    article = make_article(title="Three")
    for tag, status in ((old, "confirmed"), (new, "rejected"), (third, "suggested")):
        make_tagging(article, tag, status=status)

    assert titles(find_examples([old, third], new, looked=100)) == {
        "moved": [], "united": [], "overruled": [], "contradicting": ["Three"],
    }  # fmt: skip


def test_outlets_and_authors_show_what_moves_and_who_stands_twice():
    for title, authors in (("Alone", ["A. Smith"]), ("Twice", ["A. Smith", "Ann Smith"])):
        make_article(title=title, outlet="Courier", authors=authors)
    kept = make_outlet("The Courier")
    old, new = (Author.objects.get(name=name) for name in ("A. Smith", "Ann Smith"))

    outlets = find_examples([Outlet.objects.get(name="Courier")], kept, looked=100)
    authors = find_examples([old], new, looked=100)

    assert titles(outlets)["moved"] == ["Twice", "Alone"]
    assert titles(authors) == {"moved": ["Alone"], "united": ["Twice"], "overruled": [], "contradicting": []}


def test_a_handful_is_shown_of_however_many_with_as_many_queries(pair, django_assert_num_queries):
    old, new = pair
    for number in range(SHOWN + 3):
        make_article(title=f"Moves {number}", tags=[old])
        article = make_article(title=f"Disputed {number}")
        for tag, status in zip(pair, ("rejected", "confirmed"), strict=True):
            make_tagging(article, tag, status=status)

    with django_assert_num_queries(4):
        examples = find_examples([old], new, looked=100)
        shown = [*examples.moved, *examples.contradicting]
        assert {str(one.article.outlet) for one in shown} == {"None"}

    assert len(shown) == 2 * SHOWN


def test_no_more_rows_are_looked_at_than_asked_for(pair):
    old, new = pair
    make_article(title="Early", tags=[old, new])
    make_article(title="Late", tags=[old])

    assert titles(find_examples([old], new, looked=1)) == {
        "moved": ["Late"], "united": [], "overruled": [], "contradicting": [],
    }  # fmt: skip
