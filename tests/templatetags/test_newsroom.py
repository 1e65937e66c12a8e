from __future__ import annotations

import datetime as dt

import pytest

from articles.templatetags.newsroom import dated, explained, found, grouped, language_tag

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


def test_found_words_are_marked_and_nothing_else_is_markup():
    assert found((("<b>", False), ("oil & gas", True), (" up", False))) == (
        "&lt;b&gt;<mark>oil &amp; gas</mark> up"
    )


def test_a_rule_without_words_of_its_own_is_still_readable():
    assert [explained(rule) for rule in ("capital", "new_rule")] == ["by its capital", "new rule"]
