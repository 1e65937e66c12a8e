"""Names for what a reader types."""

from __future__ import annotations

import pytest

from articles import curation
from articles.models import Alias, Article, ChangeSet
from articles.suggesting import resolve
from tests.factories import make_article, make_tag

pytestmark = pytest.mark.django_db


def keys(kinds: str, text: str) -> list[str]:
    return [one.key for one in resolve(kinds.split(), text)]


# --- What a text names ------------------------------------------------------------------------------------


def test_a_tag_is_named_by_its_key_slug_name_and_other_names():
    ukraine = make_tag("country/Ukraine", key="ua")
    Alias.objects.create(tag=ukraine, text="Ucraïna")
    Alias.objects.create(tag=ukraine, text="The Ukraine", kind=Alias.Kind.FORMER)
    Alias.objects.create(tag=ukraine, text="Rada", kind=Alias.Kind.METONYM)

    named = {text: keys("country", text) for text in ("UA", "ukraine", "UCRAINA", "the ukraine", "rada")}

    assert named == {"UA": ["ua"], "ukraine": ["ua"], "UCRAINA": ["ua"], "the ukraine": ["ua"], "rada": []}


def test_a_surname_names_whom_it_is_known_to_mean_alone():
    for name, weight in (("Angela Merkel", 5), ("Petra Merkel", 2)):
        Alias.objects.create(
            tag=make_tag(f"actor/{name}"), text="Merkel", kind=Alias.Kind.SURNAME, weight=weight
        )

    assert keys("actor", "merkel") == ["angela-merkel"]


def test_a_retired_tag_is_not_named():
    make_tag("topic/Talks", is_retired=True)

    assert keys("topic", "talks") == []


@pytest.mark.parametrize("status", [Article.Status.DRAFT, Article.Status.WITHDRAWN])
def test_outlets_and_authors_of_hidden_articles_are_not_named(status):
    make_article(outlet="The Courier", authors=["Ada Quill"])
    make_article(outlet="The Hidden Courier", authors=["Hidden Quill"], status=status)

    assert keys("outlet", "courier") == ["the-courier"]
    assert keys("outlet", "the hidden courier") == []
    assert keys("author", "quill") == ["ada-quill"]
    assert keys("author", "hidden-quill") == []


def test_a_name_that_changes_is_known_at_once(alice):
    make_article(outlet="The Courier")
    tag = make_tag("topic/Talks")
    assert keys("topic", "parleys") == []

    with curation.recording(ChangeSet.Act.EDIT, by=alice) as act:
        act.save(Alias(tag=tag, text="Parleys"))
    assert keys("topic", "parleys") == ["talks"]

    tag.name = "Negotiations"
    with curation.recording(ChangeSet.Act.EDIT, by=alice) as act:
        act.save(tag)
    assert keys("topic", "negotiations") == ["talks"]


def test_the_book_is_read_once_for_each_state_of_the_names(django_assert_num_queries):
    make_article(tags=["topic/Talks"])
    resolve(["topic"], "talks")

    with django_assert_num_queries(1):  # whether it still holds
        resolve(["topic"], "talks")
