"""Articles as lists show them."""

from __future__ import annotations

import pytest

from articles.lists.rows import Row, read_rows
from articles.models import Article
from tests.factories import make_article, make_tag

pytestmark = pytest.mark.django_db


def read(article: Article, **asked: object) -> Row:
    (row,) = read_rows([article.pk], **asked)
    return row


def shown(parts) -> str:
    return "".join(f"[{text}]" if is_marked else text for text, is_marked in parts)


# --- Tags -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("main", "mentioned", "shown"),
    [
        ([], ["War", "Ceasefires"], ["Ceasefires"]),
        (["War", "Ceasefires"], [], ["Ceasefires"]),
        (["Ceasefires"], ["War"], ["Ceasefires"]),
        (["War"], ["Ceasefires"], ["War", "Ceasefires"]),
        ([], ["War", "Trade"], ["Trade", "War"]),
    ],
    ids=["both in passing", "both main", "the narrower main", "the wider alone main", "no narrower one"],
)
def test_a_wider_topic_is_left_out_beside_a_narrower_one(main, mentioned, shown):
    topics = {"War": make_tag("topic/War"), "Trade": make_tag("topic/Trade")}
    topics["Ceasefires"] = make_tag("topic/Ceasefires", parent=topics["War"])
    article = make_article(main=[topics[name] for name in main], tags=[topics[name] for name in mentioned])

    (row,) = read_rows([article.pk])

    assert [label.name for label in row.labels] == shown


def test_what_was_sought_is_shown_whatever_else_there_is():
    names = ["Austria", "Belgium", "Chad", "Denmark", "Estonia", "Fiji"]
    war = make_tag("topic/War")
    article = make_article(
        tags=[*(f"country/{name}" for name in names), war, make_tag("topic/Truces", parent=war)]
    )

    (row,) = read_rows([article.pk], sought={("country", "fiji"), ("topic", "war")})

    assert [label.name for label in row.labels] == ["Fiji", "Austria", "Belgium", "Chad", "War", "Truces"]
    assert row.more_count == 2


def test_a_wider_topic_left_out_is_not_one_more():
    war = make_tag("topic/War")
    article = make_article(tags=[war, make_tag("topic/Truces", parent=war)])

    (row,) = read_rows([article.pk])

    assert row.more_count == 0


# --- Words ------------------------------------------------------------------------------------------------


def test_words_are_marked_in_the_title_and_in_the_lines_that_hold_them():
    body = f"{'Nothing was said for a while. ' * 30}Then **grain** left Odesa."
    article = make_article(title="Grain and oil", standfirst="A deal.", body=body)

    row = read(article, words="grain odesa")

    assert shown(row.title_parts) == "[Grain] and oil"
    assert shown(row.snippet_parts).endswith("Then [grain] left [Odesa].")
    assert row.why == "Found in the title and text"


def test_without_words_no_body_is_read(django_assert_num_queries):
    article = make_article(title="Grain and oil")

    # Where the archive stands, the article, its tags, its authors.
    with django_assert_num_queries(4) as queries:
        row = read(article)

    assert (row.title_parts, row.snippet_parts, row.why) == ((), (), "")
    assert not any('"body"' in query["sql"] for query in queries)


@pytest.mark.parametrize(
    ("sought", "why"),
    [
        ({("country", "us")}, "Mainly about the United States"),
        ({("topic", "sanctions")}, "Mentions sanctions"),
        (
            {("country", "us"), ("actor", "ada-quill"), ("topic", "sanctions"), ("country", "fr")},
            "Mainly about Ada Quill and the United States · mentions sanctions",
        ),
        ({("outlet", "the-courier")}, ""),
    ],
)
def test_a_row_says_how_the_article_has_what_was_sought(sought, why):
    main = ["actor/Ada Quill", make_tag("country/United States", key="us")]
    article = make_article(outlet="The Courier", main=main, tags=["topic/Sanctions"])

    assert read(article, sought=sought).why == why


def test_words_and_tags_are_said_together():
    article = make_article(title="Grain", standfirst="Grain left.", tags=["topic/Trade"])

    why = read(article, words="grain", sought={("topic", "trade")}).why

    assert why == "Found in the title and standfirst · mentions trade"
