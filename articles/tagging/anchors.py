"""Keeps evidence on its words when a text is edited: old spans in, new spans out."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

type Span = tuple[int, int]


def move_spans(spans: Sequence[Span], old: str, new: str) -> list[Span | None]:
    """Return where each [start, end) of ``old`` stands in ``new``; None where its words are gone.

    What both texts begin and end with stays with its words.  Between them lies what was edited: there a span
    follows its words only if they occur as often as before, so that a guess never points at another place.
    """
    head = _common_length(old, new)
    tail = _common_length(old[head:][::-1], new[head:][::-1])
    shift = len(new) - len(old)
    moved: list[Span | None] = []
    for start, end in spans:
        place: Span | None
        if end <= head:
            place = (start, end)
        elif start >= len(old) - tail:
            place = (start + shift, end + shift)
        else:
            place = _same_occurrence(start, old[start:end], old, new)
        moved.append(place if place and _is_whole(place, new) else None)
    return moved


def _common_length(one: str, other: str) -> int:
    """Return the number of characters that both texts begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _same_occurrence(start: int, words: str, old: str, new: str) -> Span | None:
    if not words or old.count(words) != new.count(words):
        return None
    place = -1
    for _ in range(old.count(words, 0, start) + 1):
        place = new.find(words, place + 1 if place < 0 else place + len(words))
    return (place, place + len(words)) if place >= 0 else None


def _is_whole(place: Span, text: str) -> bool:
    """Return whether the span does not cut a word: an edit may have made Iranian of Iran."""
    start, end = place
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (before.isalnum() and text[start].isalnum()) and not (
        after.isalnum() and text[end - 1].isalnum()
    )
