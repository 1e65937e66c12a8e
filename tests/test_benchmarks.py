"""What the benchmarks measure by name is there."""

from __future__ import annotations

import pytest

from benchmarks.import_speed import STAGES, owner_of


@pytest.mark.parametrize("name", STAGES.values(), ids=STAGES.keys())
def test_each_stage_of_an_import_can_be_timed(name):
    owner, attribute = owner_of(name)

    assert callable(getattr(owner, attribute))
