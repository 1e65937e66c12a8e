from __future__ import annotations

import datetime as dt

import pytest

from articles.rows import read_rows
from articles.templatetags.newsroom import dated, explained, grouped, labels, language_tag, more_count
from tests.factories import make_article, make_tag

DAY = dt.date(2025, 5, 7)


@pytest.mark.parametrize(
    ("precision", "element"),
    [
        ("day", '<time datetime="2025-05-07">7 May 2025</time>'),
        ("month", '<time datetime="2025-05">May 2025</time>'),
        ("year", '<time datetime="2025">2025</time>'),
    ],
)
def test_a_date_says_no_more_than_is_known(precision, element):
    assert dated(DAY, precision) == element


@pytest.mark.parametrize(
    ("language", "tag"),
    [
        ("en", "en"),
        ("pt_BR", "pt-BR"),
        ("zh-Hans-CN", "zh-Hans-CN"),
        ("English", ""),
        ('en" onclick="', ""),
        ("", ""),
    ],
)
def test_only_language_tags_reach_the_page(language, tag):
    assert language_tag(language) == tag


def test_thousands_are_set_apart():
    assert [grouped(number) for number in (0, 999, 1_234_567)] == ["0", "999", "1,234,567"]


def test_a_rule_without_words_of_its_own_is_still_readable():
    assert [explained(rule) for rule in ("capital", "new_rule")] == ["by its capital", "new rule"]


@pytest.mark.django_db
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

    assert [label.name for label in labels(row)] == shown


@pytest.mark.django_db
def test_what_was_sought_is_shown_whatever_else_there_is():
    names = ["Austria", "Belgium", "Chad", "Denmark", "Estonia", "Fiji"]
    war = make_tag("topic/War")
    article = make_article(
        tags=[*(f"country/{name}" for name in names), war, make_tag("topic/Truces", parent=war)]
    )

    (row,) = read_rows([article.pk], sought={("country", "fiji"), ("topic", "war")})

    assert [label.name for label in labels(row)] == ["Fiji", "Austria", "Belgium", "Chad", "War", "Truces"]
    assert more_count(row) == 2


@pytest.mark.django_db
def test_a_wider_topic_left_out_is_not_one_more():
    war = make_tag("topic/War")
    article = make_article(tags=[war, make_tag("topic/Truces", parent=war)])

    (row,) = read_rows([article.pk])

    assert more_count(row) == 0
