"""How long taking an upload apart may take, all in all."""

from __future__ import annotations

import contextlib

import pytest

from articles.guard import GuardError
from articles.uploads.receiving import _RequestGuard


@pytest.mark.parametrize(
    ("left", "allowed"),
    [(60.0, 10.0), (3.0, 3.0), (-5.0, 0.1)],
    ids=["enough is left", "little is left", "nothing is left"],
)
def test_a_zip_or_feed_has_no_more_time_than_its_request(left, allowed):
    with _RequestGuard(10.0) as guard:
        guard.left = left
        with contextlib.suppress(GuardError):
            guard.run(len, "ab")

    assert guard.seconds == allowed
    assert guard.left < left
