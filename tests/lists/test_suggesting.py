"""Names for what a reader types."""

from __future__ import annotations

import pytest

from articles import curation
from articles.lists import suggesting
from articles.lists.suggesting import resolve, suggest
from articles.memory import Memory
from articles.models import Alias, Article, Author, ChangeSet
from tests.factories import make_article, make_tag

pytestmark = pytest.mark.django_db

KEEP = Memory.keep  # what a site does; conftest has other tests keep nothing


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


def test_a_hidden_name_hides_no_public_one_and_makes_none_unclear():
    make_article(outlet="The Evening Post", authors=["Ann Lee"])
    make_article(outlet="Post", authors=["Lee"], status="draft")
    make_article(outlet="Morning Post", authors=["Bo Lee"], status="withdrawn")

    assert keys("outlet", "post") == ["the-evening-post"]
    assert keys("author", "lee") == ["ann-lee"]


def test_of_very_many_things_of_one_name_only_some_are_looked_up(django_assert_num_queries, monkeypatch):
    monkeypatch.setattr(suggesting, "CHUNK", 6)
    for number in range(30):
        make_article(authors=[f"Ann {number}"])
    keys("author", "ann")

    # Where the database stands, the edition of the names, and twice six of them.
    with django_assert_num_queries(4):
        assert len(keys("author", "ann")) == 12


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

    with django_assert_num_queries(2):  # where the database stands, and whether the book still holds
        resolve(["topic"], "talks")


def test_while_nothing_is_written_one_query_tells_that_the_book_holds(django_assert_num_queries, monkeypatch):
    monkeypatch.setattr(Memory, "keep", KEEP)
    make_article(tags=["topic/Talks"])
    resolve(["topic"], "talks")

    with django_assert_num_queries(1):
        resolve(["topic"], "talks")


def test_a_name_that_was_written_first_and_committed_last_is_known(monkeypatch):
    monkeypatch.setattr(Memory, "keep", KEEP)
    Author.objects.create(pk=1_000, name="Ann Lee", slug="ann-lee")
    make_article(authors=["Ann Lee"])
    assert keys("author", "bo") == []

    Author.objects.create(pk=999, name="Bo Quill", slug="bo-quill")
    make_article(authors=["Bo Quill"])

    assert keys("author", "bo") == ["bo-quill"]


# --- What is suggested ------------------------------------------------------------------------------------


@pytest.fixture
def gazetteer() -> None:
    """Make an archive in which Ukraine is busier than the United Kingdom, and nothing is about Uganda."""
    ukraine = make_tag("country/Ukraine", key="ua")
    kingdom = make_tag("country/United Kingdom", key="gb")
    Alias.objects.create(tag=kingdom, text="UK")
    zelensky = make_tag("actor/Volodymyr Zelensky")
    Alias.objects.create(tag=zelensky, text="Wolodymyr Selenskyj")
    make_tag("country/Uganda", key="ug")
    for number in range(2):
        make_article(tags=[ukraine], outlet="The Ukraine Courier", authors=[f"Ulla Quill {number}"])
    make_article(main=[ukraine, kingdom, zelensky, "topic/UK politics"], language="en")


def suggested(text: str) -> list[str]:
    """Return kind, name, other name and count of each suggestion as one line."""
    return [
        f"{one.kind} {one.name}{f' ({one.other})' if one.other else ''} {one.count}" for one in suggest(text)
    ]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("ukr", ["country Ukraine 3", "outlet The Ukraine Courier 2"]),
        ("Ukraïne", ["country Ukraine 3", "outlet The Ukraine Courier 2"]),
        ("UA", ["country Ukraine (UA) 3"]),
        (
            "uk",
            [
                "country United Kingdom (UK) 1",
                "country Ukraine 3",
                "outlet The Ukraine Courier 2",
                "topic UK politics 1",
            ],
        ),
        ("selen", ["actor Volodymyr Zelensky (Wolodymyr Selenskyj) 1"]),
        ("oil volodymyr zel", ["actor Volodymyr Zelensky 1"]),
        ("country:u", ["country Ukraine 3", "country United Kingdom 1"]),
        ("country:", ["country Ukraine 3", "country United Kingdom 1"]),
        ("main:uk", ["country United Kingdom (UK) 1", "country Ukraine 3", "topic UK politics 1"]),
        ("from:the", ["outlet The Ukraine Courier 2"]),
        ("by:quill", ["author Ulla Quill 0 1", "author Ulla Quill 1 1"]),
        ("has:co", ["has a country 3"]),
        ("language:eng", ["language English 1"]),
        ("lang:en", ["language English 1"]),
        ("-main:uk", []),
        ("ugan", []),
        ("u", []),
        ("ukr ", []),
        ('"ukr', []),
        ("after:2025", []),
        ("\x00\x1f", []),
        ("", []),
    ],
)  # fmt: skip
def test_names_are_suggested_exact_ones_first_then_the_busiest(gazetteer, text, lines):
    assert suggested(text) == lines


@pytest.mark.parametrize(
    ("text", "start", "operator", "parameter"),
    [
        ("ukraine", 0, "country:ukraine", "country"),
        ("oil -ukr", 4, "-country:ukraine", "country__not"),
        ("main:ukr", 0, "main:ukraine", "country__main"),
        ('peace country:"ukr', 6, "country:ukraine", "country"),
        ("main-country:ukr", 0, "main-country:ukraine", "country__main"),
    ],
)
def test_a_suggestion_says_what_stands_for_it(gazetteer, text, start, operator, parameter):
    first = suggest(text)[0]

    assert (first.start, first.operator, first.parameter, first.value) == (start, operator, parameter, "ua")


def test_a_name_of_two_kinds_is_told_apart_by_its_operator():
    make_article(tags=["organisation/NATO", "topic/NATO"])

    assert [one.operator for one in suggest("main:nato")] == ["main-organisation:nato", "main-topic:nato"]
    assert [one.operator for one in suggest("nato")] == ["organisation:nato", "topic:nato"]


def test_a_slug_that_is_another_s_key_gives_way_to_the_key():
    make_article(tags=[make_tag("country/Niger", key="ne"), make_tag("country/Ne", key="xx")])

    assert [one.operator for one in suggest("country:ne")] == ["country:xx", "country:niger"]


def test_no_more_than_ten_are_suggested():
    make_article(tags=[f"topic/Talks {number}" for number in range(15)])

    assert len(suggest("talks")) == 10


def test_a_withdrawn_article_and_a_rejected_tag_leave_the_suggestions_at_once(alice):
    article = make_article(tags=["topic/Talks"])
    other = make_article(tags=["topic/Talks"], outlet="Talks Today")
    assert suggested("talks") == ["topic Talks 2", "outlet Talks Today 1"]

    curation.withdraw(Article.objects.filter(pk=other.pk), by=alice)
    assert suggested("talks") == ["topic Talks 1"]

    curation.reject(article.taggings.all(), by=alice)
    assert suggested("talks") == []


@pytest.mark.parametrize("more", [0, 40])
def test_a_suggestion_takes_the_same_queries_whatever_the_archive_holds(
    gazetteer, django_assert_num_queries, more
):
    for number in range(more):
        make_article(tags=[f"topic/Ukraine {number}"], outlet=f"Ukraine {number}")
    suggest("ukr")

    # Where the database stands, for the index and for both books; whether both still hold.
    with django_assert_num_queries(5):
        suggest("ukr")
