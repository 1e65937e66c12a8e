"""What the benchmarks measure by name is there."""

from __future__ import annotations

import random
import re
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.http import QueryDict

from articles.filters import ArticleFilter
from benchmarks import clippings
from benchmarks.archive import Facts
from benchmarks.import_speed import STAGES, TABLES, owner_of
from benchmarks.page_parts import PAGE_PARTS
from benchmarks.searches import mixed, searches
from benchmarks.words import COMMON, PHRASE, VOCABULARY, Choices, Texts, rare_word, vocabulary


@pytest.mark.parametrize("name", STAGES.values(), ids=STAGES.keys())
def test_each_stage_of_an_import_can_be_timed(name):
    owner, attribute = owner_of(name)

    assert callable(getattr(owner, attribute))


@pytest.mark.parametrize("name", PAGE_PARTS.values(), ids=PAGE_PARTS.keys())
def test_each_part_of_a_page_can_be_timed(name):
    owner, attribute = owner_of(name)

    assert callable(getattr(owner, attribute))


def test_the_bound_writes_every_table_that_articles_fill():
    others = {
        "alias", "office", "tag", "archive", "renderedarticle", "upload", "uploadedfile", "correctedfile",
        "formerbytes", "formername", "proposedmerge", "auditsample", "audititem", "ruletrial", "trialmove",
        "taskworker",
    }  # fmt: skip  # the gazetteer's and the desk's, and no import's
    tables = {model._meta.model_name for model in apps.get_app_config("articles").get_models()}

    assert set(TABLES) - tables == set()
    assert tables - set(TABLES) - others == set()


def test_made_up_clippings_are_the_same_for_the_same_seed():
    assert list(clippings.samples(60, seed=3)) == list(clippings.samples(60, seed=3))
    assert list(clippings.samples(60, seed=3)) != list(clippings.samples(60, seed=4))


# --- The made-up archive ----------------------------------------------------------------------------------

COUNT = 4_000
FACTS = Facts(
    origin="", count=COUNT, common=COMMON, rare=rare_word(7), phrase=PHRASE, taggings=0,
    rows_seconds=1.0, database_bytes=0,
    keys={facet: [f"{facet}-{n}" for n in range(100)]
          for facet in ("country", "topic", "actor", "organisation", "outlet", "author")},
)  # fmt: skip


def test_words_are_as_frequent_as_the_searches_expect():
    texts = Texts(random.Random(1), COUNT)
    bodies = [texts.body(number) for number in range(1, COUNT + 1)]

    def found(words: str) -> int:
        pattern = re.compile(rf"\b{words}\b", re.IGNORECASE)
        return sum(1 for body in bodies if pattern.search(body))

    assert (found(FACTS.common), found(FACTS.rare), found(FACTS.phrase)) == (2_000, 20, 100)
    assert 1_500 < sum(map(len, bodies)) / COUNT < 2_500


def test_rare_words_are_no_words_of_the_vocabulary():
    rare = [rare_word(number) for number in range(60_000)]

    assert len(set(rare)) == 60_000
    assert set(rare).isdisjoint(vocabulary(VOCABULARY))


def test_the_first_name_is_drawn_most_but_not_always():
    choices = Choices(random.Random(1), [f"name-{number}" for number in range(300)], shift=4)
    drawn = [choices.different(4) for _ in range(2_000)]

    shares = [sum(name in names for names in drawn) / 2_000 for name in ("name-0", "name-1", "name-200")]
    assert 0.3 > shares[0] > shares[1] > shares[2]
    assert all(len(set(names)) == 4 for names in drawn)


def test_there_are_twelve_searches_and_many_mixed_ones():
    assert len(searches(FACTS)) == 12
    assert len(set(mixed(FACTS, 500))) == 500


def test_every_parameter_of_a_search_is_a_filter():
    queries = [urlencode(parameters) for parameters in searches(FACTS).values()]
    queries += [address.partition("?")[2] for address in mixed(FACTS, 200)]

    assert {name for query in queries for name in QueryDict(query)} <= set(ArticleFilter.base_filters)
