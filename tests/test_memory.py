"""What a process remembers: bounded, and nothing that a write has made old."""

from __future__ import annotations

from articles.memory import Memory
from articles.search.entry import Standing

NOW, THEN = Standing("archive", 2), Standing("archive", 1)
KEEP = Memory.keep


def memory(most: int, monkeypatch) -> Memory[str, int]:
    monkeypatch.setattr(Memory, "keep", KEEP)
    return Memory(most=most, weigh=int)


def test_what_was_asked_for_longest_ago_makes_room(monkeypatch):
    kept = memory(12, monkeypatch)
    kept.keep({"a": 4, "b": 4, "c": 4}, NOW)
    kept.find("a", NOW)

    kept.keep({"d": 4}, NOW)

    assert kept.find("abcd", NOW) == {"a": 4, "c": 4, "d": 4}
    assert (len(kept), kept.weight) == (3, 12)


def test_a_value_kept_again_takes_its_room_once(monkeypatch):
    kept = memory(12, monkeypatch)
    for value in (4, 6):
        kept.keep({"a": value}, NOW)

    assert (kept.find("a", NOW), kept.weight) == ({"a": 6}, 6)


def test_a_value_larger_than_all_room_is_not_kept(monkeypatch):
    kept = memory(3, monkeypatch)
    kept.keep({"a": 4}, NOW)

    assert (kept.find("a", NOW), len(kept), kept.weight) == ({}, 0, 0)


def test_of_an_earlier_standing_nothing_is_left(monkeypatch):
    kept = memory(12, monkeypatch)
    kept.keep({"a": 4}, THEN)
    assert kept.find("a", NOW) == {}

    kept.keep({"b": 4}, NOW)

    assert (kept.find("ab", THEN), kept.find("ab", NOW), kept.weight) == ({}, {"b": 4}, 4)


def test_what_is_forgotten_is_gone(monkeypatch):
    kept = memory(12, monkeypatch)
    kept.keep({"a": 4}, NOW)

    kept.clear()

    assert (kept.find("a", NOW), len(kept), kept.weight) == ({}, 0, 0)
