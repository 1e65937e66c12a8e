"""Text as the index compares it, with every character's place in the original kept."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from articles.search.entry import searchable

# Replaced first: most English texts are then ASCII, which needs no table.
_SIGNS = "’‘”“–—…\u00a0"
# What the index writes with two letters, or plainly though Unicode does not take it apart.
_SPELLED = {
    "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ĳ": "ij", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h",
    "ŧ": "t", "ı": "i", "ŋ": "n",
}  # fmt: skip


class _Table(dict[int, str]):
    """Code point -> what it becomes, worked out the first time it is met."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _folded(chr(code))
        return folded


def _folded(character: str) -> str:
    text = searchable(character).lower()
    plain = "".join(_SPELLED.get(c, c) for c in text if not 0x300 <= ord(c) < 0x370)
    # Full-width letters and the like, as the index folds them; whatever is no letter stays as it is.
    spelled = unicodedata.normalize("NFKD", plain)
    return spelled if spelled.isascii() and spelled.isalnum() else plain


_TABLE = _Table()


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text; ``places`` says where in the original each of its characters was, None: at the same place.

    A character of a script without spaces is a word of its own.
    """

    text: str
    places: Sequence[int] | None

    def origin(self, place: int) -> int:
        """Return the place in the original text of a character of the folded one."""
        return place if self.places is None else self.places[place]


def composed(text: str) -> str:
    """Return the text in the form in which a letter and its accent are one character."""
    return unicodedata.normalize("NFC", text)


def fold(text: str) -> Folded:
    """Return the text without case and accents; text must be in Unicode's composed form (NFC)."""
    plain = text
    if not plain.isascii():
        for sign in _SIGNS:
            plain = plain.replace(sign, " ")
    if plain.isascii():
        return Folded(plain.lower(), None)
    letters = [_TABLE[ord(character)] for character in plain]
    folded = "".join(letters)
    if len(folded) == len(letters) and all(letters):
        return Folded(folded, None)
    places = [place for place, written in enumerate(letters) for _ in written]
    return Folded(folded, places)


def words_in(folded: str) -> list[str]:
    """Return the words of folded text, as the index tells them apart."""
    return [folded[start:end] for start, end in _places_in(folded)]


def written_words(text: str) -> dict[str, str]:
    """Return the different words of a text as folded, each as it is first written; text must be NFC."""
    folded = fold(text)
    written: dict[str, str] = {}
    for start, end in _places_in(folded.text):
        word = text[folded.origin(start) : folded.origin(end - 1) + 1]
        written.setdefault(folded.text[start:end], word)
    return written


def _places_in(folded: str) -> Iterator[tuple[int, int]]:
    """Yield where each word begins and ends."""
    start = None
    for place, character in enumerate(folded):
        if start is None and character.isalnum():
            start = place
        elif start is not None and not is_letter(character):
            yield start, place
            start = None
    if start is not None:
        yield start, len(folded)


def is_letter(character: str) -> bool:
    """Return whether a character of folded text belongs to a word: letters, digits, the marks upon them."""
    return character.isalnum() or (character > "\x7f" and unicodedata.category(character)[0] == "M")
