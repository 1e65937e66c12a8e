"""Where the words of a search stand in an article: its title, and a few lines of its text, marked.

Words are compared as the index does it: whole words without case and accents, phrases across punctuation.
All work is linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from articles.importing.summary import words_of
from articles.search.letters import composed, fold, is_letter, words_in
from articles.search.query import Clause, Term, wanted_terms

SNIPPET_LENGTH = 240  # characters: two to three lines
BODY_LIMIT = 100_000  # characters looked at; words further down are found, not shown

_HITS = 200  # of one term: enough to choose from
_TRIES = 4  # windows looked at, should the words stand in addresses and marks
_MARGIN = 1_000  # characters of Markdown around a window, where no paragraph begins or ends nearer
_LEAD = 60  # characters before the first mark, where no sentence begins near
_GAP = r"[\W_]{1,80}"  # between two words of a phrase
# Behind it a sentence begins: "talks. The", "talks?” The"; not "U.S. forces", "at 3.15".
_SENTENCE_END = re.compile(r"(?<=[^\W\d_A-Z])[.!?…][\"”’)]?\s+(?=[\"“‘(]?[^\W_a-z])")

type Parts = tuple[tuple[str, bool], ...]  # the text in order, each part with whether it is marked


@dataclass(frozen=True, slots=True)
class Snippet:
    """The title and the lines below it, both marked, and where the words stand.

    ``places`` are some of title, standfirst and body, in this order.
    """

    title: Parts
    text: Parts
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True, order=True)
class _Hit:
    """Characters [start, end) that are the term of this number."""

    start: int
    end: int
    term: int


class Finder:
    """The words of one search, ready to be found in many articles."""

    def __init__(self, clauses: Iterable[Clause]) -> None:
        """Take in the terms that are wanted; those that are excluded mark nothing."""
        terms = dict.fromkeys(wanted_terms(clauses))
        self._needles = [needle for term in terms if (needle := _Needle.of(term))]

    @property
    def has_words(self) -> bool:
        """Return whether there is anything to find."""
        return bool(self._needles)

    def snippet(self, *, title: str, standfirst: str, body: str, summary: str) -> Snippet:
        """Return what a list shows of an article; ``summary`` is shown unless other lines hold more terms."""
        title, summary = composed(title), composed(summary)
        texts = {"standfirst": composed(standfirst), "body": composed(body[:BODY_LIMIT])}
        hits = {"title": self._hits(title), **{name: self._hits(text) for name, text in texts.items()}}
        in_summary = self._hits(summary)
        shown, count = _marked(summary, in_summary), len(_terms(in_summary))
        for name, text in texts.items():
            if count < len(_terms(hits[name])):
                pieces = self._pieces(text, hits[name])
                if count < (better := len({hit.term for piece in pieces for hit in piece.hits})):
                    shown, count = _joined(pieces), better
        return Snippet(_marked(title, hits["title"]), shown, tuple(name for name in hits if hits[name]))

    def _hits(self, text: str) -> list[_Hit]:
        """Return where the terms stand, in order."""
        folded = fold(text)
        return sorted(
            _Hit(folded.origin(start), folded.origin(end - 1) + 1, number)
            for number, needle in enumerate(self._needles)
            for start, end in needle.find(folded.text)
        )

    def _pieces(self, text: str, hits: Sequence[_Hit]) -> list[_Piece]:
        """Return one or two pieces of plain text that hold as many terms as two can, in the text's order."""
        found: list[tuple[int, str]] = []
        missing = _terms(hits)
        for _ in range(_TRIES):
            if not hits or len(found) == 2:
                break
            first, last = _around(text, *_densest(hits, SNIPPET_LENGTH))
            plain = composed(words_of(text[first:last]))
            if seen := _terms(self._hits(plain)) & missing:
                found.append((first, plain))
                missing -= seen
            hits = [hit for hit in hits if hit.term in missing and not first <= hit.start < last]
        length = SNIPPET_LENGTH if len(found) < 2 else SNIPPET_LENGTH // 2 - 1
        return [_cut(plain, self._hits(plain), length) for _, plain in sorted(found)]


# --- Terms in folded text ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Needle:
    """One term as it stands in folded text: its first word, and what has to follow."""

    first: str
    rest: re.Pattern[str] | None
    is_prefix: bool

    @classmethod
    def of(cls, term: Term) -> _Needle | None:
        """Return the needle of a term, None for punctuation."""
        first, *others = words_in(fold(composed(term.text)).text) or [""]
        rest = re.compile("".join(_GAP + re.escape(word) for word in others)) if others else None
        return cls(first, rest, term.is_prefix and rest is None) if first else None

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where the term stands as whole words: characters [start, end), the first of them."""
        count, start = 0, text.find(self.first)
        while start >= 0 and count < _HITS:
            end = 0 if _is_inside_word(text, start) else self._end(text, start)
            if end:
                count += 1
                yield start, end
            start = text.find(self.first, max(start + 1, end))

    def _end(self, text: str, start: int) -> int:
        """Return where the term that begins here ends, 0 if these are other words."""
        end = start + len(self.first)
        if self.rest is not None:
            match = self.rest.match(text, end)
            end = match.end() if match else 0
        while self.is_prefix and _is_inside_word(text, end):
            end += 1
        return 0 if _is_inside_word(text, end) else end


def _is_inside_word(text: str, place: int) -> bool:
    """Return whether the characters before and at this place belong to one word."""
    return 0 < place < len(text) and is_letter(text[place - 1]) and is_letter(text[place])


# --- Windows ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a plain text, its hits, and whether something was cut off before and behind it."""

    text: str
    hits: list[_Hit]
    is_cut_before: bool
    is_cut_behind: bool


def _terms(hits: Iterable[_Hit]) -> set[int]:
    return {hit.term for hit in hits}


def _densest(hits: Sequence[_Hit], length: int) -> tuple[int, int]:
    """Return the first part of a text, of this length at most, that holds the most terms.

    The one hit that is longer than this is a part too.
    """
    counts: dict[int, int] = {}
    best, begin, end, first = 0, hits[0].start, hits[0].end, 0
    for hit in hits:
        counts[hit.term] = counts.get(hit.term, 0) + 1
        while hits[first] is not hit and hit.end - hits[first].start > length:
            counts[hits[first].term] -= 1
            if not counts[hits[first].term]:
                del counts[hits[first].term]
            first += 1
        if len(counts) > best:
            best, begin, end = len(counts), hits[first].start, hit.end
    return begin, end


def _around(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the paragraphs that characters [start, end) stand in, or what of them lies near."""
    first = max(text.rfind("\n\n", max(start - _MARGIN, 0), start), 0)
    if not first and start > _MARGIN:
        first = text.find(" ", start - _MARGIN, start) + 1 or start
    last = text.find("\n\n", end, end + _MARGIN)
    if last < 0 and end + _MARGIN < len(text):
        last = max(text.rfind(" ", end, end + _MARGIN), end)
    return first, last if last >= 0 else len(text)


def _cut(text: str, hits: Sequence[_Hit], length: int) -> _Piece:
    """Return the part of a plain text with the most terms, at the borders of words or sentences."""
    room = length - 4  # for the ellipses
    if len(text) <= room:
        return _Piece(text, list(hits), is_cut_before=False, is_cut_behind=False)
    begin, end = _densest(hits, room - _LEAD)
    start, is_sentence = _start(text, begin, earliest=min(max(end - room, 0), begin))
    stop = min(start + room, len(text))
    if stop < len(text):
        stop = max(text.rfind(" ", start, stop + 1), min(end, stop))
    inside = [
        _Hit(max(hit.start, start) - start, min(hit.end, stop) - start, hit.term)
        for hit in hits
        if hit.start < stop and hit.end > start
    ]
    return _Piece(text[start:stop], inside, not is_sentence, stop < len(text))


def _start(text: str, begin: int, *, earliest: int) -> tuple[int, bool]:
    """Return where a piece that shows ``begin`` starts, and whether a sentence starts there."""
    near = max(earliest, begin - 2 * _LEAD)
    sentences = [match.end() for match in _SENTENCE_END.finditer(text, near, begin)]
    if sentences:
        return sentences[-1], True
    if not near:
        return 0, True
    space = text.find(" ", max(earliest, begin - _LEAD) - 1, begin)
    return (space + 1 if space >= 0 else begin), False


def _joined(pieces: Sequence[_Piece]) -> Parts:
    """Return the pieces as one text, with ellipses where something is left out."""
    parts: list[tuple[str, bool]] = []
    for number, piece in enumerate(pieces):
        if number or piece.is_cut_before:
            parts.append(("… " if not number else " … ", False))
        parts += _marked(piece.text, piece.hits)
    if pieces and pieces[-1].is_cut_behind:
        parts.append(("…" if parts[-1][0][-1:].isalnum() else " …", False))
    return tuple(parts)


def _marked(text: str, hits: Iterable[_Hit]) -> Parts:
    """Return the whole text in parts; hits that overlap or touch are one mark."""
    ranges: list[list[int]] = []
    for hit in hits:
        if ranges and hit.start <= ranges[-1][1]:
            ranges[-1][1] = max(ranges[-1][1], hit.end)
        else:
            ranges.append([hit.start, hit.end])
    parts, end = [], 0
    for start, stop in ranges:
        parts += [(text[end:start], False), (text[start:stop], True)]
        end = stop
    return tuple(part for part in (*parts, (text[end:], False)) if part[0])
