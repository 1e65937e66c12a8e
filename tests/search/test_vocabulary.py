"""Values that are fixed: what they are called, and which languages a code stands for."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.models import Article, Tagging, TagKind
from articles.search.languages import find_language, language_name
from articles.search.vocabulary import LANGUAGE_CODE, VOCABULARIES, language_keys, language_pattern


def test_the_values_are_those_of_the_database():
    assert list(VOCABULARIES["has"])[:4] == TagKind.values
    assert list(VOCABULARIES["origin"]) == Tagging.Origin.values
    assert [*VOCABULARIES["status"], "rejected"] == Tagging.Status.values
    assert list(VOCABULARIES["dated"]) == [*Article.DatePrecision.values, "none"]


@pytest.mark.parametrize(
    ("stored", "keys"),
    [
        ("en", ("en",)),
        ("pt-BR", ("pt", "pt-br")),
        ("zh_Hans_CN", ("zh", "zh-hans", "zh-hans-cn")),
        ("", ("und",)),
        ("English", ("und",)),
        ("en\n", ("und",)),
        ("ſs", ("und",)),
    ],
    ids=["a language", "with a region", "with a script", "none", "a word", "a line break", "no plain letter"],
)
def test_an_article_has_its_language_and_all_wider_ones(stored, keys):
    assert language_keys(stored) == keys


@given(stored=st.from_regex(r"\A[a-zA-Z]{1,3}([-_][a-zA-Z0-9]{0,3}){0,3}\Z") | st.text(max_size=20))
def test_a_pattern_finds_exactly_the_codes_that_have_its_key(stored):
    keys = language_keys(stored)

    if re.match(LANGUAGE_CODE, stored):
        assert all(re.match(language_pattern(key), stored) for key in keys)
        assert not re.match(language_pattern(keys[-1] + "-x"), stored)
        assert not re.match(language_pattern("q" + keys[0]), stored)
    else:
        assert keys == ("und",)


@pytest.mark.parametrize(
    ("text", "key", "name"),
    [
        ("de", "de", "German"),
        ("german", "de", "German"),
        ("zh", "zh", "Chinese"),
        ("simplified chinese", "zh-hans", "Simplified Chinese"),
        ("pt_mz", "pt-mz", "Portuguese (MZ)"),
        ("none", "und", "an unstated language"),
        ("qqq", "qqq", "qqq"),
        ("klingon", "", ""),
    ],
)
def test_a_language_is_found_by_code_or_name(text, key, name):
    assert find_language(text) == key
    assert language_name(key) == name
