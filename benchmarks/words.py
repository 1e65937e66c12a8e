"""Made-up words and texts, as unevenly used as real ones; the same for the same dice."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence

VOCABULARY = 20_000  # words
SENTENCES = 6_000
SENTENCES_IN_BODY = 11  # of 24 words: about 2 kB
RARE_IN = 20  # articles hold the same rare word
COMMON, PHRASE = "ministry", "long-range missiles"
PHRASE_IN = 40  # one article in so many holds the phrase
SYLLABLES = (
    "ba", "cor", "de", "fin", "gra", "hol", "ist", "jun", "kel", "lor",
    "men", "nov", "or", "pal", "qui", "ros", "sten", "tur", "ul", "ven",
)  # fmt: skip


class Choices:
    """Things of one kind, the n-th drawn about 1/n as often as the first."""

    def __init__(self, dice: random.Random, names: Sequence[str], *, shift: int = 1) -> None:
        self.dice = dice
        self.names = list(names)
        self.weights = list(itertools.accumulate(1 / (number + shift) for number in range(len(names))))

    def draw(self, count: int) -> list[str]:
        """Return ``count`` names; one may come twice."""
        return self.dice.choices(self.names, cum_weights=self.weights, k=count)

    def different(self, count: int) -> list[str]:
        """Return ``count`` different names, as long as there are so many."""
        found: dict[str, None] = {}
        while len(found) < min(count, len(self.names)):
            found.update(dict.fromkeys(self.draw(count)))
        return list(found)[:count]


def vocabulary(count: int) -> list[str]:
    """Return so many different made-up words of two to four syllables."""
    return ["".join(parts) for parts in itertools.islice(_syllables(), count)]


def _syllables() -> Iterator[tuple[str, ...]]:
    for length in (2, 3, 4):
        yield from itertools.product(SYLLABLES, repeat=length)


def rare_word(number: int) -> str:
    """Return the rare word of this number, which no sentence holds: ``zqb``, ``zqba`` ..."""
    letters = ""
    while True:
        number, digit = divmod(number, 26)
        letters += chr(ord("a") + digit)
        if not number:
            return f"zq{letters}"


class Texts:
    """Titles and bodies, put together from sentences made once."""

    def __init__(self, dice: random.Random, count: int) -> None:
        self.dice = dice
        self.rare_count = max(count // RARE_IN, 1)
        words = Choices(dice, vocabulary(VOCABULARY), shift=3)
        self.sentences = [" ".join(words.draw(24)).capitalize() + "." for _ in range(SENTENCES)]
        self.titles = [" ".join(words.draw(7)).capitalize() for _ in range(SENTENCES)]

    def title(self, number: int) -> str:
        """Return the title of an article."""
        return f"{self.dice.choice(self.titles)} {number}"

    def body(self, number: int) -> str:
        """Return the body of an article: every other one holds the common word, one in 40 the phrase."""
        parts = self.dice.choices(self.sentences, k=SENTENCES_IN_BODY)
        parts[4] += f" {rare_word(number % self.rare_count).capitalize()} agreed."
        if number % 2:
            parts[2] += f" The {COMMON} said no more."
        if number % PHRASE_IN == 0:
            parts[7] += f" It spoke of {PHRASE}."
        return f"{' '.join(parts[:5])}\n\n{' '.join(parts[5:9])}\n\n{' '.join(parts[9:])}\n"
