"""One article under the tagger's eyes: its text, what stands in it, and what is made of it so far."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from articles.tagging import datelines
from articles.tagging.folding import fold_name
from articles.tagging.matcher import Case, Hit, Hits, Sense
from articles.tagging.records import AliasKind, Entry, Kind
from articles.tagging.vocabulary import Title

# A word longer than this is none that any rule asks for; looking no further keeps hostile text linear.
LONGEST_WORD = 40
# A title with more than this share of its longer words in capitals is set in title case.
CAPITALISED_SHARE = 0.8
TOWNS = frozenset({AliasKind.CAPITAL, AliasKind.PLACE})
# An entry that is refused at more places than this for one reason is not helped by hearing of each.
REFUSALS_SHOWN = 2
# A word behind one of these signs is the first of its sentence, or may be.
SENTENCE_ENDS = frozenset(".!?:;\"”“'‘’()[]—–…\n•*#>,")


# An entry that the text names, at [start, end) of the folded text, and by which rule; bare like `Hit`.
type Found = tuple[Entry, int, int, str]
# Words that name something, likewise.
type Evidence = tuple[object, int, int, str]
# An entry that the text seems to name, likewise, and why it does not.
type Refused = tuple[Entry, int, int, str, str]


# Which senses of an ambiguous name hold in an article, and the others, each with the reason.
type Verdict = tuple[Sequence[Sense], Sequence[tuple[Sense, str]]]


class Named(NamedTuple):
    """A name beside an office, at [start, end) of the folded text; ``owner`` is a country's or body's key."""

    name: str
    office: str
    owner: str
    start: int
    end: int


def sought(words: Iterable[str]) -> tuple[str, ...]:
    """Return the words folded and in small letters, each once: for `Reading.count_words`."""
    return tuple(dict.fromkeys(folded for word in words if (folded := fold_name(word).lower())))


@dataclass(slots=True)
class Reading:
    """The article as joined text with its hits, and the findings and refusals made so far."""

    text: str
    title_end: int  # in the folded text
    hits: Hits
    on: dt.date | None
    body_start: int = 0  # in the original text
    plain: str = field(init=False)  # the folded text
    is_straight: bool = field(init=False)  # as of `Folded`
    found: list[Found] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)  # keys of countries and slugs of organisations found
    verdicts: dict[int, Verdict] = field(default_factory=dict)  # ambiguous pattern -> one sense per article
    unknown: list[Named] = field(default_factory=list)  # names beside an office that the gazetteer lacks
    strangers: dict[str, str] = field(default_factory=dict)  # surname -> "another person: Hunter Biden"
    # What a surname without full name means after a title: asked once for each pair of pattern and title.
    alone: dict[tuple[int, int], tuple[Entry | None, str]] = field(default_factory=dict)
    _surname_refusals: dict[tuple[int, str], int] = field(default_factory=lambda: defaultdict(int))
    _dateline: tuple[int, int] | None = None
    _lower: str = ""
    _standing: dict[str, bool] = field(default_factory=dict)  # word -> whether it stands in the article
    _starts: set[int] | None = None
    _ends: set[int] | None = None
    _surname_ends: set[int] | None = None
    _people: set[int] | None = None
    _is_title_case: bool | None = None
    _place_starts: dict[int, int] | None = None
    _homes: Counter[str] | None = None
    _titles: dict[int, Title | None] | None = None
    _namings: dict[str, set[str]] | None = None

    def __post_init__(self) -> None:
        """Put within reach what is asked for with every word."""
        self.plain, self.is_straight = self.hits.folded.text, self.hits.folded.is_straight

    def accept(self, entry: Entry, hit: Hit, rule: str) -> None:
        """Note that the words of the hit name the entry."""
        self.found.append((entry, hit[0], hit[1], rule))

    def refuse(self, entry: Entry, hit: Hit, rule: str, reason: str) -> None:
        """Note that the words of the hit do not name the entry."""
        self.refused.append((entry, hit[0], hit[1], rule, reason))

    def refuse_surname(self, hit: Hit, reason: str) -> None:
        """Note that the words of the hit name none of the persons of this surname.

        Of a surname refused again and again ("He" in a text of capitals) only the first places are kept.
        """
        pattern = hit[2]
        count = self._surname_refusals[id(pattern), reason]
        if count < REFUSALS_SHOWN:
            self._surname_refusals[id(pattern), reason] = count + 1
            for sense in pattern.surnames:
                self.refuse(sense.entry, hit, "surname", reason)

    def words(self, hit: Hit) -> str:
        """Return the hit's words as folded."""
        return self.plain[hit[0] : hit[1]]

    def shown(self, hit: Hit | tuple[int, int]) -> str:
        """Return the hit's words as the text has them, for a reason that people read."""
        folded = self.hits.folded
        return " ".join(self.text[folded.origin(hit[0]) : folded.origin(hit[1] - 1) + 1].split())

    def word_before(self, start: int) -> str:
        """Return the word before a place, if only white space parts them, else nothing."""
        plain = self.plain
        if start < 3 or plain[start - 2] == " ":
            return ""
        origin = start - 1 if self.is_straight else self.hits.folded.origin(start)
        if not self.text[origin - 1].isspace():
            return ""
        gap = plain.rfind(" ", max(0, start - LONGEST_WORD), start - 1)
        return plain[gap + 1 : start - 1] if gap >= 0 else ""

    def word_after(self, end: int) -> str:
        """Return the word after a place, if only white space parts them, else nothing."""
        plain = self.plain
        if end + 1 >= len(plain) or plain[end + 1] == " ":
            return ""
        origin = end - 1 if self.is_straight else self.hits.folded.origin(end - 1) + 1
        if not self.text[origin].isspace():
            return ""
        stop = plain.find(" ", end + 1, end + 1 + LONGEST_WORD)
        return plain[end + 1 : stop if stop >= 0 else end + 1 + LONGEST_WORD]

    def opens_sentence(self, start: int) -> bool:
        """Return whether the word at a place is the first of its sentence: its capital means nothing."""
        place = self.hits.folded.origin(start) - 1
        while place >= 0 and self.text[place] == " ":
            place -= 1
        return place < 0 or self.text[place] in SENTENCE_ENDS

    def in_title(self, start: int) -> bool:
        """Return whether a place lies in the title, where every word may have a capital."""
        return start < self.title_end

    def dateline(self) -> tuple[int, int]:
        """Return where in the folded text stands the line that says where the report was filed."""
        if self._dateline is None:
            start, end = datelines.find(self.text, self.body_start)
            place = self.hits.folded.place
            self._dateline = (place(start), place(end)) if end else self._bare_dateline()
        return self._dateline

    def _bare_dateline(self) -> tuple[int, int]:
        """Return where a town in capitals opens the body without a dash: "GENEVA The number of cases"."""
        start, end = datelines.find_bare(self.text, self.body_start)
        if not end:
            return 0, 0
        first, last = self.hits.folded.place(start), self.hits.folded.place(end - 1) + 1
        is_town = any(
            sense.alias.kind in TOWNS
            for begin, stop, pattern in self.hits.names
            if begin == first and stop == last
            for sense in pattern.places
        )
        return (first, last + 1) if is_town else (0, 0)

    def in_dateline(self, start: int) -> bool:
        """Return whether a place of the folded text lies in the dateline."""
        first, last = self._dateline or self.dateline()
        return first <= start < last

    def in_angles(self, start: int, end: int) -> bool:
        """Return whether words stand alone between angle brackets: "UNION CARBIDE <UK>"."""
        first, last = self.hits.folded.origin(start), self.hits.folded.origin(end - 1)
        return self.text[max(0, first - 1) : first] == "<" and self.text[last + 1 : last + 2] == ">"

    def is_joined(self, end: int) -> bool:
        """Return whether a hyphen follows the word that ends at a place."""
        place = self.hits.folded.origin(end - 1) + 1
        return self.text[place : place + 1] in {"-", "‐", "‑", "–"}

    def is_title_capitalised(self) -> bool:
        """Return whether most words of the title have a capital, so that capitals mean nothing there."""
        if self._is_title_case is None:
            words = [word for word in self.text[: self.title_end].split() if word.isalpha() and len(word) > 3]
            capitals = sum(word[0].isupper() for word in words)
            self._is_title_case = capitals > CAPITALISED_SHARE * len(words)
        return self._is_title_case

    def begins_place_or_title(self, start: int) -> bool:
        """Return whether a place, an organisation or a title begins at this place of the folded text."""
        if self._starts is None:
            self._starts = {begin for begin, _, pattern in self.hits.names if pattern.places}
            self._starts.update([begin for begin, _, _ in self.hits.titles])
        return start in self._starts

    def begins_person(self, start: int) -> bool:
        """Return whether a name that some person bears begins at this place of the folded text."""
        if self._people is None:
            self._people = {begin for begin, _, pattern in self.hits.names if pattern.people}
        return start in self._people

    def ends_name(self, end: int) -> bool:
        """Return whether a name or a title of the gazetteer ends at this place."""
        if self._ends is None:
            self._ends = {stop for _, stop, _ in self.hits.names}
            self._ends.update([stop for _, stop, _ in self.hits.titles])
        return end in self._ends

    def ends_surname(self, end: int) -> bool:
        """Return whether a surname ends at this place that is no full name, place or title."""
        if self._surname_ends is None:
            self._surname_ends = {
                stop for _, stop, pattern in self.hits.names if not (pattern.places or pattern.full)
            }
            self._surname_ends.difference_update([stop for _, stop, _ in self.hits.titles])
        return end in self._surname_ends

    def place_before(self, end: int) -> int:
        """Return where the country or body begins that ends at this place (-1: none), once they are read."""
        if self._place_starts is None:
            self._place_starts = {
                stop: begin for entry, begin, stop, _ in self.found if entry.kind is not Kind.ACTOR
            }
        return self._place_starts.get(end, -1)

    def homes(self) -> Counter[str]:
        """Return the keys of what the persons named in full have held office in, with their number."""
        if self._homes is None:
            persons = {
                sense.entry.slug: sense.entry for _, _, pattern in self.hits.names for sense in pattern.full
            }
            self._homes = Counter(
                home for person in persons.values() for home in {office.of for office in person.offices}
            )
        return self._homes

    def homes_before(self, end: int) -> set[str]:
        """Return the keys of what the persons named in full before this place have held office in."""
        return {
            office.of
            for start, _, pattern in self.hits.names
            if start < end
            for sense in pattern.full
            for office in sense.entry.offices
        }

    def namings(self) -> dict[str, set[str]]:
        """Return by the key of each place and body the words that name it, but for those in small letters."""
        if self._namings is None:
            self._namings = defaultdict(set)
            for pattern in {pattern for _, _, pattern in self.hits.names}:
                for sense in pattern.places if pattern.case is not Case.SMALL else ():
                    self._namings[sense.entry.key].add(pattern.words)
        return self._namings

    def titles_by_end(self) -> dict[int, Title | None]:
        """Return the titles ("President") by the place where each ends."""
        if self._titles is None:
            self._titles = {stop: pattern.title for _, stop, pattern in self.hits.titles}
        return self._titles

    def count_words(self, words: Iterable[str]) -> int:
        """Return how many of these words, as `sought` gives them, stand anywhere in the article."""
        if not self._lower:
            self._lower = self.plain.lower()
        lower, standing = self._lower, self._standing
        count = 0
        for word in words:
            stands = standing.get(word)
            if stands is None:  # every third word is asked for again, with another name
                # Without the blanks first: that many blanks in a text make looking for them slow.
                stands = standing[word] = word in lower and f" {word} " in lower
            count += stands
        return count

    def line(self, start: int) -> str:
        """Return the line of the original text around a place, at most 200 characters of it."""
        place = self.hits.folded.origin(start)
        head = self.text.rfind("\n", max(0, place - 100), place) + 1
        head = max(head, place - 100)
        tail = self.text.find("\n", place, place + 100)
        return self.text[head : tail if tail >= 0 else place + 100]
