"""Words that are nearly the one typed: one letter more, less or other, or two changed places.

Nothing here walks through the words of an archive: what may have been meant is written down, and looked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from string import ascii_lowercase

from articles.search.query import OR

MIN_LENGTH = 4  # letters; shorter words are all near each other
TWICE_FROM = 8  # letters of a word that may have two mistakes
ACRONYM_LENGTH = 5  # letters; OTAN is no Oman


def may_be_misspelt(word: str) -> bool:
    """Return whether a word is one that could have been meant otherwise: not a sign, a number, an acronym."""
    is_acronym = word.isupper() and len(word) <= ACRONYM_LENGTH
    return word.isalpha() and len(word) >= MIN_LENGTH and word != OR and not is_acronym


def one_off(word: str) -> set[str]:
    """Return all that is one mistake away in the letters a to z: 295 of a word of five letters."""
    halves = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    dropped = {a + b[1:] for a, b in halves if b}
    swapped = {a + b[1] + b[0] + b[2:] for a, b in halves if len(b) > 1}
    changed = {a + letter + b[1:] for a, b in halves if b for letter in ascii_lowercase}
    added = {a + letter + b for a, b in halves for letter in ascii_lowercase}
    return (dropped | swapped | changed | added) - {word}


def mistakes(typed: str, meant: str) -> int:
    """Return how many letters were left out, added, changed, or swapped with the next."""
    before: list[int] = []
    row = list(range(len(meant) + 1))
    for i, letter in enumerate(typed, 1):
        before, last, row = row, before, [i]
        for j, other in enumerate(meant, 1):
            cost = min(before[j] + 1, row[-1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == meant[j - 2] and typed[i - 2] == other:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]


def most_mistakes(word: str) -> int:
    """Return how many mistakes a word of this length may have."""
    return 2 if len(word) >= TWICE_FROM else 1


def near(word: str, others: Iterable[str]) -> Iterator[str]:
    """Yield those of some words that this one may have been meant for."""
    most = most_mistakes(word)
    for other in others:
        if abs(len(other) - len(word)) <= most and 0 < mistakes(word, other) <= most:
            yield other


def best_first(word: str, names: Iterable[str], frequencies: Mapping[str, int]) -> list[str]:
    """Return the words that may have been meant, none with more mistakes than the nearest.

    Those with the same first letter come first, then words of names, then what stands in most articles.
    """
    known = set(names)
    found = (known | {other for other, count in frequencies.items() if count}) - {word}
    counted = {other: mistakes(word, other) for other in found}
    fewest = min(counted.values(), default=0)
    return sorted(
        (other for other in found if counted[other] == fewest),
        key=lambda one: (one[0] != word[0], one not in known, -frequencies.get(one, 0), one),
    )
