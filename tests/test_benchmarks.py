"""What the benchmarks measure by name is there."""

from __future__ import annotations

import pytest
from django.apps import apps

from benchmarks import clippings
from benchmarks.import_speed import STAGES, TABLES, owner_of


@pytest.mark.parametrize("name", STAGES.values(), ids=STAGES.keys())
def test_each_stage_of_an_import_can_be_timed(name):
    owner, attribute = owner_of(name)

    assert callable(getattr(owner, attribute))


def test_the_bound_writes_every_table_that_articles_fill():
    others = {"alias", "office", "tag", "archive", "renderedarticle"}  # the gazetteer's, and no import's
    tables = {model._meta.model_name for model in apps.get_app_config("articles").get_models()}

    assert set(TABLES) - tables == set()
    assert tables - set(TABLES) - others == set()


def test_made_up_clippings_are_the_same_for_the_same_seed():
    assert list(clippings.samples(60, seed=3)) == list(clippings.samples(60, seed=3))
    assert list(clippings.samples(60, seed=3)) != list(clippings.samples(60, seed=4))
