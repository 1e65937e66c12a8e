"""What the search index holds of one article, and the form in which it compares letters.  Pure values."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

FACETS = ("actor", "country", "organisation", "topic", "outlet", "author")
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


def id_of_rank(rank: int) -> int:
    """Return the id of the article with this rank."""
    return rank & ((1 << ID_BITS) - 1)


def _unaccented() -> dict[int, str | None]:
    """Return each accented Latin, Greek or Cyrillic letter and its base letter; stray accents vanish."""
    table: dict[int, str | None] = dict.fromkeys(range(0x300, 0x370))
    for code in (*range(0xC0, 0x600), *range(0x1E00, 0x2000)):
        letters = unicodedata.normalize("NFD", chr(code))
        if len(letters) > 1 and all(map(unicodedata.combining, letters[1:])):
            table[code] = letters[0]
    return table


_UNACCENTED = _unaccented()


def without_accents(text: str) -> str:
    """Return the text with base letters in place of accented ones: ``Citroën`` -> ``Citroen``."""
    return text if text.isascii() else unicodedata.normalize("NFC", text).translate(_UNACCENTED)
