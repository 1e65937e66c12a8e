"""Evidence for an editor: the sentences that earned a tag, its words marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

REACH = 200  # characters shown on either side at most
PARTS = ("title", "standfirst", "body")

# "... in Budapest. Later" ends a sentence, "U.S. troops" does not; a blank line always does.
SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*\s+(?=[\"'“‘(\[]?[A-ZÀ-ÞЀ-Я0-9])|\n\s*\n")
# "**Kyiv**" and "> quoted" lose their marks; "5 * 3" and "a_b" keep theirs.
MARKS = re.compile(r"\*{1,3}(?=\S)|(?<=\S)\*{1,3}|^\s*[>#]+\s*", re.MULTILINE)

type Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Excerpt:
    """One sentence in pieces; a piece is its text and whether it is evidence."""

    part: str
    pieces: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where a sentence begins and ends, and on which sides it was cut because it is long."""

    start: int
    end: int
    is_cut_before: bool
    is_cut_after: bool


def excerpts(texts: Mapping[str, str], mentions: Iterable[Sequence[object]]) -> list[Excerpt]:
    """Return the sentences that hold the mentions, title first, several mentions of a sentence together.

    Mentions are ``[part, start, end, rule]``; those that do not lie within their text are left out.
    """
    found: list[Excerpt] = []
    places: dict[str, list[Span]] = {part: [] for part in PARTS}
    for part, start, end, _ in mentions:
        if part in places and isinstance(start, int) and isinstance(end, int):
            places[part].append((start, end))
    for part, spans in places.items():
        text = texts.get(part, "")
        left = sorted((start, end) for start, end in spans if 0 <= start < end <= len(text))
        while left:
            bounds = sentence(text, left[0])
            found.append(
                Excerpt(part, _pieces(text, bounds, [span for span in left if span[1] <= bounds.end]))
            )
            left = [span for span in left if span[1] > bounds.end]
    return found


def sentence(text: str, mention: Span) -> Bounds:
    """Return the sentence around a mention, cut to what a line or two can hold."""
    start, end = mention
    floor, ceiling = max(0, start - REACH), min(len(text), end + REACH)
    starts = [match.end() for match in SENTENCE_END.finditer(text, floor, start + 1) if match.end() <= start]
    stop = SENTENCE_END.search(text, end - 1, ceiling)
    first = starts[-1] if starts else min(start, _word_start(text, floor))
    last = stop.start() + len(stop.group().rstrip()) if stop else max(end, _word_end(text, ceiling))
    return Bounds(first, max(end, last), not starts and first > 0, not stop and last < len(text))


def _word_start(text: str, at: int) -> int:
    while 0 < at < len(text) and not text[at - 1].isspace():
        at += 1
    return at


def _word_end(text: str, at: int) -> int:
    while 0 < at < len(text) and not text[at].isspace():
        at -= 1
    return at


def _pieces(text: str, bounds: Bounds, spans: Sequence[Span]) -> tuple[tuple[str, bool], ...]:
    pieces = [("… ", False)] if bounds.is_cut_before else []
    at = bounds.start
    for start, end in spans:
        if start >= at:
            pieces += [(_plain(text[at:start]), False), (_plain(text[start:end]), True)]
            at = end
    pieces.append((_plain(text[at : bounds.end]) + (" …" if bounds.is_cut_after else ""), False))
    return tuple(piece for piece in pieces if piece[0])


def _plain(text: str) -> str:
    """Return a stretch of Markdown as one line, without the marks of emphasis, headings and quotations."""
    return re.sub(r"\s+", " ", MARKS.sub("", text))
