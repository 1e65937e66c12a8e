"""Whatever happens before and after: an act that is undone has not happened, or nothing changes at all."""

from __future__ import annotations

import os
from collections.abc import Iterable

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from articles.history.undoing import Reversal, undo
from articles.importing import crew
from articles.models import ChangeSet
from articles.rules.retagging import Scope, retag
from tests.history import undo_world
from tests.history.undo_world import (
    Clock,
    Step,
    deciding,
    editing,
    make_world,
    narrowed,
    retagging,
    stored,
    taken_back,
)
from tests.rules.test_retagging import InProcess

pytestmark = pytest.mark.django_db

EXAMPLES = int(os.environ.get("NEWSROOM_EXAMPLES", "60"))  # more for a longer look
thorough = examples(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

few = st.lists(editing, max_size=3)
past = st.lists(editing | retagging, max_size=3)


@pytest.fixture
def history(alice, monkeypatch) -> History:
    monkeypatch.setattr(crew, "Guard", InProcess)
    clock = Clock()
    monkeypatch.setattr(timezone, "now", clock)
    make_world()
    return History(alice, clock)


class History:
    """What happens in the archive, act by act, each in its minute."""

    def __init__(self, alice, clock: Clock) -> None:
        self.alice = alice
        self.clock = clock

    def begin(self) -> None:
        self.minute = 0
        self.done: list[tuple[int, Step]] = []

    def do(self, step: Step) -> ChangeSet | None:
        """Do an act and remember what of it changed anything."""
        self.minute += 1
        self.clock.turn_to(self.minute)
        made = undo_world.play(self.alice, step)
        if made is not None:
            self.done.append((self.minute, narrowed(step, made)))
        return made

    def do_all(self, steps: Iterable[Step]) -> None:
        for step in steps:
            self.do(step)

    def undo(self, act: ChangeSet) -> Reversal:
        """Undo an act; one that is refused changes nothing, and says why of each row."""
        self.minute += 1
        self.clock.turn_to(self.minute)
        before, count = stored(), ChangeSet.objects.count()
        dry = undo(act, by=self.alice, is_dry=True)
        assert (stored(), ChangeSet.objects.count()) == (before, count)
        reversal = undo(act, by=self.alice)
        assert shown(reversal) == shown(dry)
        if reversal.is_refused:
            assert all(conflict.reason for conflict in reversal.conflicts)
            assert not [one.reason for one in reversal.conflicts if "audit" in one.reason]
            assert (stored(), ChangeSet.objects.count()) == (before, count)
        return reversal

    def replay(self, *, without: int = 0) -> None:
        """Do again what was done, each act in its minute, but for the one of a certain minute."""
        for minute, step in self.done:
            if minute != without:
                self.clock.turn_to(minute)
                undo_world.play(self.alice, step)


def shown(reversal: Reversal) -> tuple[list, list]:
    rows = [(row.table, row.label) for row in reversal.rows]
    return rows, [(conflict.changes, conflict.reason) for conflict in reversal.conflicts]


def traced(act: Step) -> dict[str, list]:
    """Return what is stored; whom a re-tag found beside an office is no part of its act and stays."""
    tables = stored()
    return {
        name: rows
        for name, rows in tables.items()
        if act.name != "retag" or name not in {"ActorSuggestion", "SuggestionMention"}
    }


@thorough
@given(past, editing | retagging, few, few)
def test_an_undone_act_has_not_happened(history, before, act, between, afterwards):
    with taken_back():
        history.begin()
        history.do_all(before)
        made, minute = history.do(act), history.minute
        if made is None:
            return
        history.do_all(between)
        if history.undo(made).is_refused:
            return
        history.do_all(afterwards)
        found = traced(act)

    with taken_back():
        history.replay(without=minute)
        assert traced(act) == found


@thorough
@given(past, editing | retagging, few, few)
def test_an_undo_that_is_undone_has_not_happened_either(history, before, act, between, afterwards):
    with taken_back():
        history.begin()
        history.do_all(before)
        made = history.do(act)
        if made is None:
            return
        history.do_all(between)
        undone = history.undo(made)
        if undone.made is None:
            return
        history.do_all(afterwards)
        if history.undo(undone.made).is_refused:
            return
        found = stored()

    with taken_back():
        history.replay()
        assert stored() == found


@thorough
@given(past, deciding, few)
def test_what_a_retag_made_of_an_act_in_between_follows_with_the_next_one(history, before, act, between):
    untold = frozenset({"release"})
    with taken_back():
        history.begin()
        history.do_all(before)
        made, minute = history.do(act), history.minute
        if made is None:
            return
        history.do_all(between)
        history.do(Step("retag", ()))
        if history.undo(made).is_refused:
            return
        retag(Scope(is_forced=True))
        found = stored(without=untold)

    with taken_back():
        history.replay(without=minute)
        retag(Scope(is_forced=True))
        assert stored(without=untold) == found
