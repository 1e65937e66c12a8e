"""The guards of tests: one worker process for many of them, as long as it behaves."""

from __future__ import annotations

import os
from functools import partial

import pytest

from articles.guard import GuardError
from tests.workers import KeptGuard


def prepare(word: str) -> None:
    os.environ["PREPARED"] = word


def prepared() -> str:
    return os.environ["PREPARED"]


def worker_of(word: str) -> int:
    """Return the process in which a guard prepared with a word works."""
    with KeptGuard(20, prepare=partial(prepare, word)) as guard:
        assert guard.run(prepared) == word
        return guard.run(os.getpid)


def test_guards_with_the_same_preparation_share_a_process_that_is_not_this_one():
    first, second, other = worker_of("a"), worker_of("a"), worker_of("b")

    assert first == second
    assert len({first, other, os.getpid()}) == 3


def test_guards_that_are_open_at_once_have_a_process_each():
    with KeptGuard(20) as one, KeptGuard(20) as other:
        assert one.run(os.getpid) != other.run(os.getpid)


def test_a_worker_that_crashed_serves_nobody_else():
    former = worker_of("a")
    with KeptGuard(20, prepare=partial(prepare, "a")) as guard:
        with pytest.raises(GuardError):
            guard.run(os.abort)
        assert guard.run(prepared) == "a"

    assert worker_of("a") != former
