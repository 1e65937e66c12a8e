"""How much text two articles share, from a sketch of each: 32 numbers instead of the words.

Every run of five words is a number, its CRC-32; a text's sketch is the 32 smallest of them.  Among the
smallest of two texts together, the part that both have estimates the part of all their five-word runs that
both have (a bottom-k sketch, Broder 1997): within 9 points of it in two cases of three, and exact at 100 %.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Sequence
from zlib import crc32

RUN = 5  # words: long enough to be nobody's turn of phrase
SIZE = 32  # numbers of a sketch
# Words of the shortest text that is compared: below it a dateline and a source line are most of the text.
SHORTEST = 60
# Matches ’, — and 。; not é, nor what `ASCII_WORDS` sees to.
FOREIGN_MARK = re.compile(r"[^\w\x00-\x7f]")
# Byte by byte: letters, digits and what is not ASCII stay, all else parts words.
ASCII_WORDS = bytes(code if code > 0x7F or chr(code).isalnum() else ord(" ") for code in range(256))

type Sketch = tuple[int, ...]


def sketch_of(text: str) -> Sketch:
    """Return the text's sketch, smallest number first; empty if it is too short to be compared."""
    words = words_of(text)
    if len(words) < SHORTEST:
        return ()
    runs = zip(*(words[start:] for start in range(RUN)), strict=False)
    return _smallest(list(map(crc32, map(b" ".join, runs))))


def _smallest(numbers: Sequence[int]) -> Sketch:
    """Return the smallest of some numbers of four bytes, each once; most are not worth sorting."""
    limit = 3 * SIZE * 2**32 // len(numbers)
    smallest = sorted({number for number in numbers if number < limit})
    return tuple((smallest if len(smallest) >= SIZE else sorted(set(numbers)))[:SIZE])


def words_of(text: str) -> list[bytes]:
    """Return a text's words in lower case and UTF-8: "Élysée", "2025"; not the marks of Markdown."""
    text = text.lower()
    if not text.isascii():
        text = FOREIGN_MARK.sub(" ", text)
    return text.encode().translate(ASCII_WORDS).split()


def pack(sketch: Sketch) -> bytes:
    """Return a sketch as it is stored: four bytes a number."""
    return struct.pack(f"!{len(sketch)}I", *sketch)


def unpack(numbers: bytes) -> Sketch:
    """Return a sketch that `pack` packed."""
    return struct.unpack(f"!{len(numbers) // 4}I", numbers)


def share_of(one: Iterable[int], other: Iterable[int]) -> int:
    """Return how much of their text two sketches say is common, in percent: the same either way round."""
    first, second = set(one), set(other)
    smallest = sorted(first | second)[:SIZE]
    if not first or not second:
        return 0
    return round(100 * len(first.intersection(second, smallest)) / len(smallest))
