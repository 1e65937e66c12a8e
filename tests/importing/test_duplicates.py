"""Articles that share most of their text are linked, and never merged."""

from __future__ import annotations

import random

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from articles import curation
from articles.importing import duplicates
from articles.importing.duplicates import relink, relink_stored
from articles.importing.run import import_paths
from articles.importing.sketches import pack, share_of, sketch_of
from articles.models import Article, ChangeSet, NearDuplicate, Sketch, SketchKey
from tests.factories import make_article

pytestmark = pytest.mark.django_db

DICE = random.Random(7)
SENTENCES = [" ".join("".join(DICE.choices("abcdefghij", k=6)) for _ in range(12)) + "." for _ in range(120)]
STORY = " ".join(SENTENCES[:20])
OTHER_STORY = " ".join(SENTENCES[20:40])
BOILERPLATE = " ".join(SENTENCES[40:46])


def stored(body: str, **values: object) -> Article:
    """Return an article of this text, linked as an import links it."""
    article = make_article(body=body, **values)
    relink_stored([article])
    return article


def links() -> list[tuple[int, int, int]]:
    """Return all links."""
    return sorted(NearDuplicate.objects.values_list("first_id", "second_id", "share"))


def test_the_same_text_in_two_outlets_is_two_articles_and_one_link():
    one, other = stored(STORY, outlet="BBC"), stored(STORY, outlet="Reuters")

    assert links() == [(one.pk, other.pk, 100)]


def test_a_story_that_a_desk_has_shortened_is_linked():
    one, other = stored(STORY), stored(" ".join(SENTENCES[:15]))
    [(first, second, share)] = links()

    assert (first, second) == (one.pk, other.pk)
    assert 55 <= share <= 95


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (STORY, OTHER_STORY),
        (f"{STORY} {BOILERPLATE}", f"{OTHER_STORY} {BOILERPLATE}"),
        ("The ministers met for an hour.", "The ministers met for an hour."),
        ("", ""),
    ],
    ids=["two stories", "the same boilerplate below", "a text too short to tell", "no text"],
)
def test_these_are_not_linked(one, other):
    stored(one)
    stored(other)

    assert links() == []


def test_articles_that_come_together_are_linked_as_those_that_come_one_by_one():
    articles = [make_article(body=body) for body in (STORY, OTHER_STORY, STORY, STORY)]
    relink_stored(articles)
    together = links()
    for row in (NearDuplicate, SketchKey, Sketch):
        row.objects.all().delete()
    for article in articles:
        relink_stored([article])

    first, _, third, fourth = (article.pk for article in articles)
    assert together == links() == [(first, third, 100), (first, fourth, 100), (third, fourth, 100)]


def test_another_text_has_other_links():
    one, other, third = stored(STORY), stored(STORY), stored(OTHER_STORY)
    one.body = OTHER_STORY
    relink_stored([one])

    assert links() == [(one.pk, third.pk, 100)]
    assert Sketch.objects.count() == 3
    other.body = "Too short."
    relink_stored([other])
    assert not SketchKey.objects.filter(article=other).exists()


def test_the_same_text_again_writes_nothing():
    one = stored(STORY)
    stored(STORY)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        relink_stored([one])

    assert [query["sql"].split()[0] for query in queries] == ["SELECT"]


def test_the_text_that_an_editor_corrects_is_compared_anew(alice):
    one, _ = stored(STORY), stored(STORY)
    with curation.recording(ChangeSet.Act.EDIT, by=alice) as act:
        act.edit_article(one, {"body": OTHER_STORY})

    assert links() == []


def test_an_import_links_what_it_stores_and_follows_what_changes(tmp_path):
    for name, outlet in (("a", "BBC"), ("b", "Reuters")):
        (tmp_path / f"{name}.md").write_text(f"---\ntitle: Talks\noutlet: {outlet}\n---\n{STORY}\n")
    import_paths([tmp_path])
    [(_, _, share)] = links()

    assert (share, Article.objects.count()) == (100, 2)
    (tmp_path / "b.md").write_text(f"---\ntitle: Talks\noutlet: Reuters\n---\n{OTHER_STORY}\n")
    import_paths([tmp_path])
    assert links() == []


@pytest.mark.parametrize("rare", [1, 8])
def test_what_stands_in_very_many_articles_finds_no_further_one(monkeypatch, rare):
    monkeypatch.setattr(duplicates, "HOLDERS", 3)
    monkeypatch.setattr(duplicates, "RARE", rare)
    for _ in range(5):
        stored(STORY)

    assert max(SketchKey.objects.filter(number=sketch_of(STORY)[0]).count(), 3) == 3
    # The fourth and fifth are linked with those that are found, but not with each other.
    assert len(links()) == 3 + 3 + 3


def test_a_turn_of_phrase_that_many_have_is_no_reason_to_compare(monkeypatch):
    monkeypatch.setattr(duplicates, "RARE", 2)
    articles = [make_article(body=STORY) for _ in range(4)]
    compared = []
    monkeypatch.setattr(duplicates, "_most_alike", lambda sketch, others: compared.append(len(others)) or [])
    relink({article.pk: pack((1, *range(10 * n, 10 * n + 9))) for n, article in enumerate(articles, start=1)})

    assert compared == [1]


def test_the_number_of_statements_does_not_grow_with_the_articles():
    def statements(count: int) -> int:
        articles = [make_article(body=STORY if number % 2 else OTHER_STORY) for number in range(count)]
        with CaptureQueriesContext(connection) as queries:
            relink_stored(articles)
        return len(queries)

    statements(2)

    assert statements(10) == statements(20)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sets(st.integers(0, 14), min_size=5).map(sorted), min_size=1, max_size=6))
def test_links_are_what_the_sketches_say_whatever_comes_first(stories):
    bodies = [" ".join(SENTENCES[number] for number in story) for story in stories]
    with transaction.atomic():
        articles = [stored(body) for body in bodies]
        found = {(first, second): share for first, second, share in links()}
        transaction.set_rollback(True)
    expected = {
        (one.pk, other.pk): share
        for number, one in enumerate(articles)
        for other in articles[number + 1 :]
        if (share := share_of(sketch_of(one.body), sketch_of(other.body))) >= duplicates.LEAST_SHARE
    }

    assert found.items() <= expected.items()
    # Two that share half may have none of their eight smallest numbers in common; with two thirds it is rare.
    assert {pair for pair, share in expected.items() if share >= 70} <= found.keys()


def test_sketches_of_no_articles_are_no_work():
    relink({})

    assert links() == []
