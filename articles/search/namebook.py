"""All the names a reader may type, ready to be found by the beginnings of their words.

A book is made once for each state of the gazetteer and kept: a look-up takes microseconds where SQL would
walk thousands of names for each key that is pressed.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from articles.search.misspelt import most_mistakes, near, one_off
from articles.search.names import spelled

# Above every character of a folded word: all words that begin with "zel" lie between "zel" and "zel" + LAST.
_LAST = "\U0010ffff"
MIN_SHORT = 2  # letters of an abbreviation


@dataclass(frozen=True, slots=True)
class Known:
    """One thing that has a name: an actor, country, organisation, topic, outlet or author.

    ``key`` is what filters use, ``slug`` what stands in addresses, ``others`` its further names, ``former``
    keys and slugs that it had, or that what was merged into it had.
    """

    kind: str
    key: str
    slug: str
    name: str
    others: tuple[str, ...] = ()
    former: tuple[str, ...] = ()


class NameBook:
    """Things by their names.  Accents and case do not matter, nor the order of words."""

    def __init__(self, entries: Iterable[Known]) -> None:
        """Take in the names; half a second for 60,000 things."""
        self.entries: list[Known] = []
        self._names: list[tuple[int, str]] = []  # number of the entry, and the name as written
        self._whole: defaultdict[str, array[int]] = defaultdict(lambda: array("L"))
        self._exact: defaultdict[str, array[int]] = defaultdict(lambda: array("L"))
        words: defaultdict[str, array[int]] = defaultdict(lambda: array("L"))
        # In the order of their names: what is offered must not depend on the order of rows.
        for number, entry in enumerate(sorted(entries, key=lambda one: (one.name, one.kind, one.key))):
            self.entries.append(entry)
            for text in dict.fromkeys((entry.key, entry.slug)):
                self._exact[text.casefold()].append(number)
            for text in dict.fromkeys((entry.name, *entry.others)):
                spelling = spelled(text)
                self._whole[spelling].append(len(self._names))
                for word in set(spelling.split()):
                    words[word].append(len(self._names))
                self._names.append((number, text))
        self._shortened: dict[str, list[tuple[int, list[str]]]] = {}  # made where it is asked for
        today = set(self._exact)
        for number, entry in enumerate(self.entries):
            for text in {text.casefold() for text in entry.former} - today:
                self._exact[text].append(number)
        self._words = sorted(words)
        self._places = [words[word] for word in self._words]

    def beginning(self, typed: str) -> dict[int, str]:
        """Return the entries with a name of which each word typed begins a word.

        They are numbers in ``entries``, each with the name that was meant: the entry's own if it fits, else
        the shortest that does.  Punctuation alone finds nothing.
        """
        words = sorted(set(spelled(typed).split()), key=len, reverse=True)
        if not words:
            return {}
        found = self._starting(words[0])
        for word in words[1:]:
            found &= self._starting(word)
        meant: dict[int, str] = {}
        for place in sorted(found):
            number, text = self._names[place]
            known = meant.setdefault(number, text)
            if known != self.entries[number].name and len(text) < len(known):
                meant[number] = text
        return meant

    def exactly(self, typed: str) -> dict[int, str]:
        """Return the entries that have this very name, numbers in ``entries``, each with the name meant."""
        meant: dict[int, str] = {}
        for place in self._whole.get(spelled(typed), ()):
            meant.setdefault(*self._names[place])
        return meant

    def resolve(self, kinds: Collection[str], typed: str) -> list[Known]:
        """Return what is called so: one entry if the text is clear, several if not, none if nothing is."""
        return best_of(next(self.ranked(kinds, typed), []), typed)

    def ranked(self, kinds: Collection[str], typed: str) -> Iterator[list[Known]]:
        """Yield what is called so, what fits better before what fits worse.

        A key wins over a slug, a slug over a name, a name over another name, and that over names of which
        every word typed is a word: ``ru``, ``russia``, ``Russia``, ``Russian Federation``, ``federation``.
        """
        for rank in self._ranks(typed):
            entries = [self.entries[number] for number in dict.fromkeys(rank)]
            if found := [entry for entry in entries if entry.kind in kinds]:
                yield found

    def short_for(self, kind: str, typed: str) -> list[Known]:
        """Return the entries of a kind that this abbreviates, or begins if blanks are left out: AP, aljaz."""
        short = spelled(typed).replace(" ", "")
        if len(short) < MIN_SHORT:
            return []
        if kind not in self._shortened:
            self._shortened[kind] = [
                (number, words) for number, text in self._names if self.entries[number].kind == kind
                and (words := spelled(text).split())
            ]  # fmt: skip
        found = dict.fromkeys(
            number
            for number, words in self._shortened[kind]
            if "".join(words).startswith(short) or "".join(word[0] for word in words) == short
        )
        return [self.entries[number] for number in found]

    def near(self, word: str) -> list[str]:
        """Return the words of names that a folded word is nearly; two mistakes leave its first letter."""
        found = {other for other in one_off(word) if self._at(other)}
        if most_mistakes(word) > 1:
            first, last = bisect_left(self._words, word[0]), bisect_left(self._words, word[0] + _LAST)
            found.update(near(word, self._words[first:last]))
        return sorted(found)

    def _ranks(self, typed: str) -> Iterator[Iterable[int]]:
        yield self._exact.get(typed.strip().casefold(), ())
        exact = self.exactly(typed)
        yield [number for number in exact if exact[number] == self.entries[number].name]
        yield exact
        words = set(spelled(typed).split())
        places = [set(self._at(word)) for word in words]
        yield [self._names[place][0] for place in sorted(set.intersection(*places))] if places else []

    def _at(self, word: str) -> Sequence[int]:
        """Return the places of the names with this whole word."""
        index = bisect_left(self._words, word)
        return self._places[index] if self._words[index : index + 1] == [word] else ()

    def _starting(self, start: str) -> set[int]:
        """Return the places of the names with a word that begins so."""
        first, last = bisect_left(self._words, start), bisect_left(self._words, start + _LAST)
        return set().union(*self._places[first:last])


def best_of(found: list[Known], typed: str) -> list[Known]:
    """Return the entries whose key this is if there are any, else all."""
    return [entry for entry in found if entry.key == typed.strip().casefold()] or found
