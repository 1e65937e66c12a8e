"""The sentences of an article that name two things at once, ready to quote."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from articles.importing.summary import words_of

ROOM = 420  # characters of a quotation; of a longer sentence the part around the names is kept
LEAD = 90  # characters before the first name in a part of a sentence
FARTHEST = 240  # characters from one name to the other; names further apart are not said of each other

# Behind it a sentence begins: "talks. The", "talks?” The", a blank line; not "U.S. forces", "at 3.15".
_END = re.compile(r"(?<=[^\W\d_A-Z])[.!?…][\"”’)]?\s+(?=[\"“‘(]?[^\W_a-z])|\n\s*\n")
# Stand around names while Markdown is taken away; no text keeps them.
_OPENS, _CLOSES = "\ue0f0\ue0f1", "\ue0f2"
_SIGNS = re.compile(f"[{_OPENS}{_CLOSES}]")
_NAME = re.compile(f"([{_OPENS}])([^{_CLOSES}]*){_CLOSES}")

type Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Quotation:
    """A sentence that names both, in plain parts: the text, and which of the two it names, 1 or 2, or 0.

    ``number`` is the place of its first name among all names of both, from 1 on.
    """

    parts: tuple[tuple[str, int], ...]
    number: int


def quote_both(texts: Sequence[tuple[str, Sequence[Span], Sequence[Span]]]) -> Iterator[Quotation]:
    """Yield the sentences of an article that name both of two things.

    ``texts`` are its parts in the order of reading, each with the characters [start, end) that name the one
    and the other.
    """
    count = 0
    for text, first, second in texts:
        names = sorted({(*span, which) for which, spans in ((1, first), (2, second)) for span in spans})
        ends = [match.end() for match in _END.finditer(text)]
        for begin, stop in _runs([bisect_right(ends, start) for start, _, _ in names]):
            sentence = bisect_right(ends, names[begin][0])
            start = ends[sentence - 1] if sentence else 0
            end = ends[sentence] if sentence < len(ends) else len(text)
            if found := _quotation(text, start, end, names[begin:stop]):
                yield Quotation(found, count + begin + 1)
        count += len({start for start, _, _ in names})


def _runs(numbers: Sequence[int]) -> Iterator[Span]:
    """Yield where equal numbers that follow each other begin and end."""
    begin = 0
    for place in range(1, len(numbers) + 1):
        if place == len(numbers) or numbers[place] != numbers[begin]:
            yield begin, place
            begin = place


def _quotation(
    text: str, start: int, end: int, names: Sequence[tuple[int, int, int]]
) -> tuple[tuple[str, int], ...]:
    """Return the sentence in parts, empty unless it names both, close enough to each other."""
    gaps = [
        (after[0] - before[1], place)
        for place, (before, after) in enumerate(pairwise(names))
        if before[2] != after[2]
    ]
    if not gaps or min(gaps)[0] > FARTHEST:
        return ()
    before = after = ""
    if end - start > ROOM:
        nearest = names[min(gaps)[1]][0]
        if nearest - LEAD > start:
            start, before = text.find(" ", nearest - LEAD, nearest) + 1 or nearest, "… "
        if start + ROOM < end:
            end, after = text.rfind(" ", start, start + ROOM), " …"
    marked, place = [], start
    for name_start, name_end, which in names:
        if place <= name_start and name_end <= end:
            inside = _OPENS[which - 1] + _plain(text[name_start:name_end]) + _CLOSES
            marked += [_plain(text[place:name_start]), inside]
            place = name_end
    marked.append(_plain(text[place:end]))
    return tuple(_parts(before + words_of("".join(marked)).strip() + after))


def _plain(text: str) -> str:
    return _SIGNS.sub(" ", text)


def _parts(marked: str) -> Iterator[tuple[str, int]]:
    place = 0
    for name in _NAME.finditer(marked):
        if name.start() > place:
            yield _SIGNS.sub("", marked[place : name.start()]), 0
        yield name[2], _OPENS.index(name[1]) + 1
        place = name.end()
    if place < len(marked):
        yield _SIGNS.sub("", marked[place:]), 0
