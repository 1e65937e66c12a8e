"""What of a text the gazetteer's own names take up: whose an office is, and where no new name may stand."""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cached_property

from articles.tagging.matcher import Hit
from articles.tagging.owners import OF, Place, Post, owner_of
from articles.tagging.reading import Reading
from articles.tagging.records import Kind
from articles.tagging.vocabulary import OF_A_BODY, Title

LOOK_BACK = 90  # characters in which a name may stand before its office, or a country before it
# A country before one of these is not that of the office after it.
BREAK = re.compile(r"[,;:.!?\n] ")
# Categories of organisations whose officers are no public persons.
PRIVATE = frozenset({"company", "ngo", "sport"})


class Taken:
    """Where the gazetteer's own names stand, so that none is suggested again."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._place = reading.hits.folded.place

    def begins(self, start: int) -> bool:
        """Return whether a name of the gazetteer begins at a place of the original text."""
        return self._place(start) in self._starts

    def overlaps(self, start: int, end: int) -> bool:
        """Return whether a name of the gazetteer has a character in [start, end) of the original text."""
        if self._place(start) in self._starts:
            return True  # as of most names: the rest need not be sorted
        last = bisect_left(self._names, (self._place(end),)) - 1
        return last >= 0 and self._names[last][1] > self._place(start)

    def by_person(self, start: int, end: int) -> bool:
        """Return whether a person's name begins in [start, end) of the original text."""
        persons = self._persons
        following = bisect_left(persons, self._place(start))
        return following < len(persons) and persons[following] < self._place(end)

    @cached_property
    def _persons(self) -> list[int]:
        """Return where persons' names begin in the folded text, in order."""
        return sorted([begin for entry, begin, _, _ in self._reading.found if entry.kind is Kind.ACTOR])

    @cached_property
    def _starts(self) -> set[int]:
        """Return where names begin in the folded text."""
        return {begin for _, begin, _, _ in self._reading.found}

    @cached_property
    def _names(self) -> list[tuple[int, int]]:
        """Return where the names found stand in the folded text, in order."""
        return sorted([(begin, end) for _, begin, end, _ in self._reading.found])

    @cached_property
    def _places(self) -> list[Place]:
        """Return where countries and organisations stand in the original text, in order."""
        origin, new = self._reading.hits.folded.origin, tuple.__new__
        places = []
        for entry, begin, end, rule in self._reading.found:
            if entry.kind is not Kind.ACTOR and rule != "implied":
                key = "" if entry.category in PRIVATE else entry.key
                places.append(new(Place, (origin(begin), origin(end - 1) + 1, key, rule)))
        return sorted(places)

    @cached_property
    def _bodies(self) -> set[int]:
        """Return where in the original text names of public organisations begin and end."""
        origin = self._reading.hits.folded.origin
        return {
            place
            for entry, begin, end, _ in self._reading.found
            if entry.kind is Kind.ORGANISATION and entry.category not in PRIVATE
            for place in (origin(begin), origin(end - 1) + 1)
        }

    @cached_property
    def _ends(self) -> set[int]:
        """Return where in the original text names end that may own an office."""
        origin = self._reading.hits.folded.origin
        return {
            origin(end - 1) + 1 for entry, _, end, _ in self._reading.found if entry.category not in PRIVATE
        }

    def has_nearby(self, hit: Hit, name: tuple[int, int]) -> bool:
        """Return whether a country or body stands near: before the office, up to the name, or behind that."""
        text, begin = self._reading.text, self._reading.hits.folded.origin(hit[0])
        places = self._places
        following = bisect_left(places, (begin,))
        nearest = places[following - 1] if following else None
        if (
            nearest is not None
            and nearest.start >= begin - LOOK_BACK // 2
            and not BREAK.search(text, _behind(text, nearest.end), begin)
        ):
            return bool(nearest.key) and self._may_own(hit, nearest.start)
        # "Ana Soto, a spokeswoman for Chile": the owner of the office follows it.
        start, end = name
        reach = start if start > begin else begin + LOOK_BACK // 2
        behind = OF.match(text, end) if start > begin else None
        if behind is not None:  # "Gen. Juan Paz of the Chilean army"
            reach = behind.end() + 1
        is_between = following < len(places) and places[following].start < reach
        if not is_between or not places[following].key:
            return False
        return not _is_of_a_body(hit) or places[following].start in self._bodies

    def _may_own(self, hit: Hit, start: int) -> bool:
        """Return whether a place before an office may own it; not in "Human Rights Watch's Syria chief"."""
        is_owned = self._reading.text[start - 3 : start] in {"'s ", "’s "}
        if _is_of_a_body(hit):
            return start in self._bodies or (is_owned and start - 3 in self._bodies)
        return not is_owned or start - 3 in self._ends

    def owner(self, title: Title, hit: Hit, *, name: tuple[int, int]) -> str:
        """Return the key of the country or body that the office is of; "" where the words leave it open."""
        origin = self._reading.hits.folded.origin
        return owner_of(
            self._reading.text, self._places, Post(title, origin(hit[0]), origin(hit[1] - 1) + 1, *name)
        )


def _behind(text: str, end: int) -> int:
    """Return where a name with its last point ends: "the U.N. agency's", not "from the U.N. Later"."""
    return end + 1 if text.startswith(". ", end) and text[end + 2 : end + 3].islower() else end


def _is_of_a_body(hit: Hit) -> bool:
    """Return whether the office is a public one only of an organisation: "director"."""
    return hit[2].title is not None and hit[2].title.words in OF_A_BODY
