"""What the search index holds: its entries, where it stands, and the form in which it compares letters."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

MAIN_FACETS = ("actor", "country", "organisation", "topic")  # kinds of tags; one may be the main subject
FACETS = (*MAIN_FACETS, "outlet", "author", "language", "has", "origin", "status", "dated")
TRAITS = ("language", "has", "origin", "status", "dated")  # facets of few keys, counted together
ID_BITS = 40  # of a rank; the day takes 22 bits above them


@dataclass(frozen=True, slots=True)
class IndexedArticle:
    """What the index holds of one article.  ``facets`` and ``main`` map facets to keys."""

    id: int
    title: str
    standfirst: str
    body: str
    facets: Mapping[str, tuple[str, ...]]
    main: Mapping[str, tuple[str, ...]]
    published_on: dt.date | None
    clipped_on: dt.date | None
    sort_on: dt.date
    language: str

    @property
    def rank(self) -> int:
        """Return one number that orders articles by day, then id; `id_of_rank` takes it apart."""
        return self.sort_on.toordinal() << ID_BITS | self.id

    @property
    def digest(self) -> int:
        """Return a 63-bit hash of all this: equal digests, equal entries."""
        facets, main = (
            sorted((facet, sorted(keys)) for facet, keys in mapping.items() if keys)
            for mapping in (self.facets, self.main)
        )
        texts = [self.title, self.standfirst, self.body, self.language]
        days = [day and day.isoformat() for day in (self.published_on, self.clipped_on, self.sort_on)]
        text = json.dumps([facets, main, texts, days])
        return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest()) >> 1


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an index, or a database, stands: which archive, after which write.

    ``stamp`` tells two writes of the same number apart: those before and after a backup was restored.
    """

    archive: str
    revision: int
    stamp: str = ""


def id_of_rank(rank: int) -> int:
    """Return the id of the article with this rank."""
    return rank & ((1 << ID_BITS) - 1)


# Scripts written without spaces between words: Thai, Lao, Burmese, Khmer, kana, Han.
_SPACELESS = (
    range(0x0E01, 0x0F00), range(0x1000, 0x10A0), range(0x1780, 0x1800), range(0x3041, 0x3100),
    range(0x3400, 0x4DC0), range(0x4E00, 0xA000), range(0xF900, 0xFB00),
)  # fmt: skip
# Most texts hold nothing of all this and are left alone: 13 us for 2 kB instead of 240.
_FOREIGN = re.compile(r"[\u00c0-\u1fff\u3041-\ufaff]")


def _letters() -> dict[int, str | None]:
    """Return what stands in the index for a character: base letters, nothing for stray accents.

    A character of a script without spaces becomes a word of its own, so that any part of a sentence is found.
    """
    table: dict[int, str | None] = dict.fromkeys(range(0x300, 0x370))
    for code in (*range(0xC0, 0x600), *range(0x1E00, 0x2000)):
        letters = unicodedata.normalize("NFD", chr(code))
        if len(letters) > 1 and all(map(unicodedata.combining, letters[1:])):
            table[code] = letters[0]
    table.update((code, f" {chr(code)} ") for script in _SPACELESS for code in script)
    return table


_LETTERS = _letters()


def searchable(text: str) -> str:
    """Return the text in the form in which words are compared: ``Citroën 北京`` -> ``Citroen  北  京 ``."""
    if text.isascii() or not _FOREIGN.search(text):
        return text
    return unicodedata.normalize("NFC", text).translate(_LETTERS)
