"""Persons the gazetteer lacks: a name beside an office, "Ukraine's ambassador to the US, Olga Stefanishyna"."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

from articles.tagging.matcher import Hit
from articles.tagging.offices import TITLES
from articles.tagging.reading import Reading
from articles.tagging.records import Kind

LONGEST_NAME = 5  # words
LOOK_BACK = 90  # characters in which a name may stand before its office, or a country before it

WORD = re.compile(r"[^\W\d_](?:[\w'’-]*[\w])?\.?")
# What may stand between an office and the name after it: " to the US, ", " of Foreign Affairs, ", ", ".
BETWEEN = re.compile(
    r"(?:,? (?:to|of|for|at|in|on|from) (?:the )?[^\W\d_][\w'’-]*(?:,? (?:and |of |for |to )?(?:the )?[^\W\d_a-z][\w'’-]*){0,5}?)?"
    r",? (?:(?:H\.E\.?|Mr\.?|Mrs\.?|Ms\.?|Dr\.?|Sir|Lord|Lady|Sheikh|General|Gen\.) )*"
)
# What may stand between a name and the office after it: ", the ", ", Qatar's ", ", Washington's former ".
APPOSITION = re.compile(r", (?:(?:the|a|an|who is|its|his|her|their) )?(?:[\w'’-]+ ){0,5}$")
PARTICLES = frozenset("al el bin bint ibn ben de da do dos das del della di du la le van von der den ter ul ud abu al-".split())
NOT_NAMES = frozenset(
    "The A An And But If When While As After Before Since With Without For From In On At By To Of Or Not No That This "
    "He She It They We His Her Its Their Our Who Which What Monday Tuesday Wednesday Thursday Friday Saturday Sunday "
    "January February March April May June July August September October November December Ministry Minister Party "
    "Council Committee Court Government House Office Bank University Agency Department Forum Summit Parliament Union "
    "Commission Assembly Association Institute Center Centre Group Company Corporation Army Navy Force Forces Police "
    "Republic Kingdom State States City News Times Post Press Affairs Foreign Defence Defense Security Trade Finance "
    "National International Federal Supreme General Deputy Former Special Prime Vice Chief Street Square Palace Day "
    "Treaty Agreement Accord Conference Television Radio Senate Congress Cabinet Front Movement Resolution North South "
    "East West New World War Peace Secretary President Ambassador Envoy Speaker Chairman Both Also However Mr Mrs Ms "
    "Dr Sir Lord According Speaking Asked Meanwhile Reuters BBC CNN AP AFP".split()
)
# Offices that companies and clubs have too: only beside a country, an organisation or one of these words.
COMMON_TITLES = frozenset(
    "president chairman chairperson head chief leader general secretary spokesman spokeswoman spokesperson director "
    "commissioner negotiator prosecutor communications director prince princess diplomat candidate governor".split()
) | {"chief of staff", "communications director", "press secretary", "director general", "director-general"}
PUBLIC_WORDS = frozenset("ministry government foreign police presidential military army party opposition state".split())


class Suggestion(NamedTuple):
    """A name beside an office, at [start, end) of the joined text; ``owner`` is the country's or body's key."""

    name: str
    office: str
    owner: str
    start: int
    end: int


def read_suggestions(reading: Reading) -> list[Suggestion]:
    """Return the persons named beside an office whom the gazetteer does not know, each once, in order."""
    taken = _Taken(reading)
    made: dict[str, Suggestion] = {}
    for hit in reading.hits.titles:
        title = hit.pattern.title
        if title is None or not title.is_public:
            continue
        owner = taken.owner_before(hit)
        if title.words in COMMON_TITLES and not owner and not _is_public(reading, hit):
            continue
        for name, start in _names_beside(reading, hit):
            if not taken.overlaps(start, start + len(name)):
                made.setdefault(name, Suggestion(name, title.words, owner, start, start + len(name)))
    return sorted(made.values(), key=lambda suggestion: suggestion.start)


def _names_beside(reading: Reading, hit: Hit) -> Iterator[tuple[str, int]]:
    """Yield the name after an office, else the one before it, with its place in the original text."""
    folded = reading.hits.folded
    end = folded.origin(hit.end - 1) + 1
    between = BETWEEN.match(reading.text, end)
    starts = {end + 1, between.end()} if between else {end + 1}
    for start in sorted(starts):
        name = _name_at(reading.text, start)
        if name:
            yield name, start
            return
    begin = folded.origin(hit.start)
    window = reading.text[max(0, begin - LOOK_BACK) : begin]
    apposition = APPOSITION.search(window)
    if apposition is None:
        return
    name = _name_ending(window[: apposition.start()])
    if name:
        yield name, begin - len(window) + apposition.start() - len(name)


def _name_at(text: str, start: int) -> str:
    """Return the full name that begins at a place of the text, or nothing if none does."""
    end = start
    count = 0
    while count < LONGEST_NAME:
        word = WORD.match(text, end + (1 if count else 0))
        if word is None or (count and text[end] != " ") or not _may_be_in_name(word[0], is_first=count == 0):
            break
        end = word.end()
        count += 1
        if word[0].endswith(".") and len(word[0]) > 3:
            end -= 1  # a full stop, not an initial
            break
    name = text[start:end]
    while count and not _ends_name(name.rsplit(" ", 1)[-1]):
        name = name.rpartition(" ")[0]
        count -= 1
    for ending in ("'s", "’s"):
        name = name.removesuffix(ending)
    return name if " " in name else ""


def _name_ending(text: str) -> str:
    """Return the full name that the text ends in, or nothing."""
    words = text.split(" ")[-LONGEST_NAME:]
    for first in range(len(words)):
        name = " ".join(words[first:])
        if _name_at(name, 0) == name:
            return name
    return ""


def _may_be_in_name(word: str, *, is_first: bool) -> bool:
    if word in NOT_NAMES or word.lower() in TITLES:
        return False
    if word[0].isupper():
        return word != word.upper() or len(word) <= 2
    return not is_first and (word in PARTICLES or word.startswith(("al-", "el-", "ul-")))


def _ends_name(word: str) -> bool:
    return word[:1].isupper() or word.startswith(("al-", "el-", "ul-"))


def _is_public(reading: Reading, hit: Hit) -> bool:
    before = reading.hits.folded.text[max(0, hit.start - LOOK_BACK) : hit.start].lower().split()
    return not PUBLIC_WORDS.isdisjoint(before[-5:])


class _Taken:
    """Where the gazetteer's own names stand, so that none is suggested again."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        folded = reading.hits.folded
        self._starts = {folded.origin(found.start) for found in reading.found}
        places = sorted(
            (found.start, found.entry.key) for found in reading.found if found.entry.kind is not Kind.ACTOR
        )
        self._place_starts = [start for start, _ in places]
        self._place_keys = [key for _, key in places]

    def overlaps(self, start: int, end: int) -> bool:
        """Return whether a found name begins inside [start, end) of the original text."""
        return any(place in self._starts for place in range(start, end))

    def owner_before(self, hit: Hit) -> str:
        """Return the key of the country or organisation named last before an office, in the same breath."""
        last = bisect_left(self._place_starts, hit.start) - 1
        is_near = last >= 0 and self._place_starts[last] >= hit.start - LOOK_BACK // 2
        return self._place_keys[last] if is_near else ""
