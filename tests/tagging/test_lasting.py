"""Work without the garbage collector: off while it lasts, on again whatever happens."""

from __future__ import annotations

import gc

import pytest

from articles.tagging.lasting import Uncollected, built_to_last


@pytest.fixture(autouse=True)
def thawed():
    """Give the collector back what a test takes from it."""
    yield
    gc.unfreeze()


def test_the_collector_rests_only_while_something_is_built():
    with built_to_last():
        assert not gc.isenabled()

    assert gc.isenabled()


def test_what_was_built_is_not_walked_again():
    with built_to_last():
        kept = [[number] for number in range(1000)]

    assert gc.get_freeze_count() >= len(kept)


def test_what_is_made_for_a_while_is_not_kept_from_the_collector():
    kept_before = gc.get_freeze_count()

    with Uncollected():
        assert not gc.isenabled()

    assert gc.isenabled()
    assert gc.get_freeze_count() == kept_before


@pytest.mark.parametrize("context", [built_to_last, Uncollected])
def test_the_collector_works_on_after_an_error(context):
    with pytest.raises(LookupError), context():
        raise LookupError

    assert gc.isenabled()


@pytest.mark.parametrize("context", [built_to_last, Uncollected])
def test_who_turned_the_collector_off_finds_it_off(context):
    gc.disable()
    try:
        with context():
            pass

        assert not gc.isenabled()
    finally:
        gc.enable()
