"""Persons the gazetteer lacks: a name beside an office, "Peru's ambassador to Chile, Ana Soto"."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property, lru_cache

from articles.tagging.matcher import Hit
from articles.tagging.owners import Place, Post, owner_of
from articles.tagging.reading import Named, Reading
from articles.tagging.records import Kind
from articles.tagging.vocabulary import NAME_PARTICLES, NOT_NAMES, PUBLIC_WORDS, TITLES, Title

LONGEST_NAME = 7  # words
MOST = 50  # suggestions an article: a longer list is a membership roll
LOOK_BACK = 90  # characters in which a name may stand before its office, or a country before it

_WORD = r"[^\W\d_](?:[\w'’-]*[\w])?\.?"
WORD = re.compile(_WORD)
WORDS_OF_NAME = re.compile(rf"{_WORD}(?: {_WORD}){{0,{LONGEST_NAME - 1}}}")
# Between an office and the name after it: " to the US, ", " of Turkey's National Security Council, ".
PHRASE = re.compile(r",? (?:to|of|for|at|in|on|from|with) [^,.;:!?\n]{1,70}, ")
PREPOSITIONS = tuple(
    f"{gap}{word} " for gap in (" ", ", ") for word in ("to", "of", "for", "at", "in", "on", "from", "with")
)
# ... or " for Roads and Urban Development ": a few words without a comma.
WORDS = re.compile(r" (?:to|of|for) (?:the )?(?=[^\W\d_])")
# Courtesies before a name.
COURTESIES = re.compile(r"(?:(?:H\.E\.?|Mr\.?|Mrs\.?|Ms\.?|Dr\.?|Sir|Lord|Lady|Sheikh|General|Gen\.) )+")
LONGEST_PHRASE = 6  # words
# A country before one of these is not that of the office after it.
BREAK = re.compile(r"[,;:.!?\n] ")
# Categories of organisations whose officers are no public persons.
PRIVATE = frozenset({"company", "ngo", "sport"})
# What may stand between a name and the office after it: ", the ", ", Qatar's ", ", Washington's former ".
APPOSITION = re.compile(r", (?:(?:the|a|an|who is|its|his|her|their) )?(?:[\w'’-]+ ){0,5}$")


def read_named_beside_office(reading: Reading) -> list[Named]:
    """Return the persons named beside an office whom the gazetteer does not know, each once, in order."""
    taken: _Taken | None = None
    made: dict[str, Named] = {}
    place = reading.hits.folded.place
    for hit in reading.hits.titles:
        title = hit[2].title
        if title is None or not title.is_office:
            continue
        if reading.in_title(hit[0]) and reading.is_title_capitalised():
            continue  # "Foreign Minister Holds Telephone Conversation"
        for name, start in _names_beside(reading, hit):
            end = start + len(name)
            if taken is None:
                taken = _Taken(reading)
            if taken.overlaps(start, end):
                continue
            if name in made:
                break
            if taken.has_nearby(hit, start) or not title.is_common or _is_public(reading, hit):
                owner = taken.owner(title, hit, name=(start, end))
                made[name] = Named(name, title.words, owner, place(start), place(end - 1) + 1)
                break
        if len(made) >= MOST:
            break
    return sorted(made.values(), key=lambda named: named.start)


def occurrences(reading: Reading, named: Named) -> list[tuple[int, int]]:
    """Return where the full name and then the last name alone stand in the folded text."""
    folded = reading.hits.folded.text
    surname = folded[named.start : named.end].rsplit(" ", 1)[-1]
    found = [(named.start, named.end)]
    place = folded.find(f" {surname} ", named.end)
    while place >= 0:
        found.append((place + 1, place + 1 + len(surname)))
        place = folded.find(f" {surname} ", place + 1)
    return found


def name_ending_at(reading: Reading, end: int) -> tuple[str, int]:
    """Return the full name that ends at a place of the folded text, and its start; ("", 0) if none does."""
    folded = reading.hits.folded
    stop = folded.origin(end - 1) + 1
    window = reading.text[max(0, stop - LOOK_BACK) : stop]
    name = _name_ending(window)
    return (name, folded.place(stop - len(name))) if name else ("", 0)


def _names_beside(reading: Reading, hit: Hit) -> Iterator[tuple[str, int]]:
    """Yield the names that may go with an office, likeliest first, with their place in the original text."""
    folded, text = reading.hits.folded, reading.text
    end = folded.origin(hit[1] - 1) + 1
    if text[end : end + 2] in {"'s", "’s"}:
        return  # "King's College"
    for start in _starts_after(text, end):
        if not text[start : start + 1].isupper():
            continue
        courtesies = COURTESIES.match(text, start)
        start = courtesies.end() if courtesies else start
        name = _name_at(text, start)
        if name:
            yield name, start
    begin = folded.origin(hit[0])
    window = text[max(0, begin - LOOK_BACK) : begin]
    comma = window.rfind(", ")
    apposition = APPOSITION.match(window, comma) if comma >= 0 else None
    if apposition is not None:
        name = _name_ending(window[: apposition.start()])
        if name:
            yield name, begin - len(window) + apposition.start() - len(name)


def _starts_after(text: str, end: int) -> Iterator[int]:
    """Yield the places behind an office where its holder's name may begin."""
    if text[end : end + 1].isspace():
        yield end + 1
    if text[end : end + 2] == ", ":
        yield end + 2
    if not text.startswith(PREPOSITIONS, end):
        return  # no expression need be tried: most offices end here
    phrase = PHRASE.match(text, end)
    if phrase is not None:
        yield phrase.end()
    words = WORDS.match(text, end)
    if words is None:
        return
    place = words.end()
    for _ in range(LONGEST_PHRASE):
        word = WORD.match(text, place)
        if word is None or text[word.end() : word.end() + 1] != " ":
            return
        place = word.end() + 1
        yield place


def _name_at(text: str, start: int) -> str:
    """Return the full name that begins at a place of the text, or nothing if none does."""
    words = WORDS_OF_NAME.match(text, start)
    if words is None:
        return ""
    return _name_in(words[0]) if len(words[0]) <= LOOK_BACK else _name_in.__wrapped__(words[0])


@lru_cache(maxsize=4096)  # the same people are quoted all the time
def _name_in(phrase: str) -> str:
    """Return the full name that a phrase of words and single blanks begins with, or nothing."""
    words: list[str] = []
    for word in phrase.split(" "):
        if not _may_be_in_name(word, is_first=not words):
            break
        is_end = word.endswith(".") and len(word) > 3  # a full stop, not an initial
        words.append(word[:-1] if is_end else word)
        if is_end:
            break
    while words and not _ends_name(words[-1]):
        words.pop()
    name = " ".join(words).removesuffix("'s").removesuffix("’s")
    return name if " " in name else ""


def _name_ending(text: str) -> str:
    """Return the full name that the text ends in, or nothing."""
    words = text.rpartition("\n")[2].split(" ")[-LONGEST_NAME:]
    if not _ends_name(words[-1]):
        return ""
    for first in range(len(words)):
        if not words[first][:1].isupper():
            continue
        name = " ".join(words[first:])
        if _name_at(name, 0) == name:
            return name
    return ""


def _may_be_in_name(word: str, *, is_first: bool) -> bool:
    if word in NOT_NAMES or word.lower() in TITLES:
        return False
    if word[0].isupper():
        return word != word.upper() or len(word) <= 2
    return not is_first and (word in NAME_PARTICLES or word.startswith(("al-", "el-", "ul-")))


def _ends_name(word: str) -> bool:
    return word[:1].isupper() or word.startswith(("al-", "el-", "ul-"))


def _is_public(reading: Reading, hit: Hit) -> bool:
    before = reading.hits.folded.text[max(0, hit[0] - LOOK_BACK) : hit[0]].lower().split()
    return not PUBLIC_WORDS.isdisjoint(before[-5:])


class _Taken:
    """Where the gazetteer's own names stand, so that none is suggested again."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._place = reading.hits.folded.place
        self._starts = {begin for _, begin, _, _ in reading.found}

    def overlaps(self, start: int, end: int) -> bool:
        """Return whether a name of the gazetteer has a character in [start, end) of the original text."""
        if self._place(start) in self._starts:
            return True  # as of most names: the rest need not be sorted
        last = bisect_left(self._names, (self._place(end),)) - 1
        return last >= 0 and self._names[last][1] > self._place(start)

    @cached_property
    def _names(self) -> list[tuple[int, int]]:
        """Return where the names found stand in the folded text, in order."""
        return sorted([(begin, end) for _, begin, end, _ in self._reading.found])

    @cached_property
    def _places(self) -> list[Place]:
        """Return where countries and organisations stand in the original text, in order."""
        origin = self._reading.hits.folded.origin
        return sorted(
            [
                Place(
                    origin(begin), origin(end - 1) + 1, "" if entry.category in PRIVATE else entry.key, rule
                )
                for entry, begin, end, rule in self._reading.found
                if entry.kind is not Kind.ACTOR and rule != "implied"
            ]
        )

    def has_nearby(self, hit: Hit, name_start: int) -> bool:
        """Return whether a country or body stands close before the office, else between it and the name."""
        text, begin = self._reading.text, self._reading.hits.folded.origin(hit[0])
        places = self._places
        following = bisect_left(places, (begin,))
        nearest = places[following - 1] if following else None
        if (
            nearest is not None
            and nearest.start >= begin - LOOK_BACK // 2
            and not BREAK.search(text, nearest.start, begin)
        ):
            return bool(nearest.key)
        # "Ana Soto, a spokeswoman for Chile": the owner of the office follows it.
        reach = name_start if name_start > begin else begin + LOOK_BACK // 2
        is_between = following < len(places) and places[following].start < reach
        return is_between and bool(places[following].key)

    def owner(self, title: Title, hit: Hit, *, name: tuple[int, int]) -> str:
        """Return the key of the country or body that the office is of; "" where the words leave it open."""
        origin = self._reading.hits.folded.origin
        return owner_of(
            self._reading.text, self._places, Post(title, origin(hit[0]), origin(hit[1] - 1) + 1, *name)
        )
