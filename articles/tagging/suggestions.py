"""Persons the gazetteer lacks: a name beside an office, "Peru's ambassador to Chile, Ana Soto"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import chain

from articles.tagging.matcher import Case, Hit, Pattern
from articles.tagging.reading import Named, Reading
from articles.tagging.taken import LOOK_BACK, Taken
from articles.tagging.vocabulary import (
    FIRST_NAMES,
    NAME_PARTICLES,
    NOT_NAMES,
    PUBLIC_WORDS,
    TITLE_WORDS,
    TITLES,
)

LONGEST_NAME = 7  # words
MOST = 50  # suggestions an article: a longer list is a membership roll

# No step of these is ever taken back ("+"), which halves the time.
_WORD = r"[^\W\d_](?:[\w'’-]*\w)?+\.?+"
WORD = re.compile(_WORD)
WORDS_OF_NAME = re.compile(rf"{_WORD}(?: {_WORD}){{0,{LONGEST_NAME - 1}}}+")
# Between an office and the name after it: " to the US, ", " of Turkey's National Security Council, ".
PHRASE = re.compile(r",? (?:to|of|for|at|in|on|from|with) [^,.;:!?\n]{1,70}, ")
PREPOSITIONS = tuple(
    f"{gap}{word} " for gap in (" ", ", ") for word in ("to", "of", "for", "at", "in", "on", "from", "with")
)
# ... or " for Roads and Urban Development ": a few words without a comma.
WORDS = re.compile(r" (?:to|of|for) (?:the )?(?=[^\W\d_])")
# Courtesies and ranks before a name: "the Hon. ", "Lt. Gen. ", "Lieutenant General ".
COURTESIES = re.compile(
    r"(?:the )?(?:(?:H\.E\.?|Mr\.?|Mrs\.?|Ms\.?|Dr\.?|Prof\.?|Hon\.?|Rt\.?|Right|Honou?rable|Sir|Dame|Lord|"
    r"Lady|Baroness|Sheikh|Lieutenant|Lt\.?|Major|Maj\.?|Brigadier|Brig\.?|General|Gen\.?|Colonel|Col\.?|Admiral|"
    r"Adm\.?|Captain|Capt\.?|Commander|Cmdr\.?|Ambassador|Amb\.?) )+"
)
COURTESY_LETTERS = frozenset("tHMDPRSLBGCA")  # with which they begin
LONGEST_PHRASE = 6  # words
# ... or " and External Trade, ": another field of the same minister.
FIELD = re.compile(r"(?: and|,)(?: [A-Z][\w'’-]*| and){1,6}, ")
# "Sen. Ana Soto", and the office in full; not "Rep. of Korea".  The point comes first, as it is found ten
# times as fast.
SHORT_OFFICE = re.compile(r"\. (?<=\b(?P<short>Sen|Rep|Gov|Amb)\. )(?=[A-Z])")
SHORT_OFFICES = {"Sen": "senator", "Rep": "congressman", "Gov": "governor", "Amb": "ambassador"}
# "Lt. Gen. ": the point ends no sentence.
ABBREVIATED = re.compile(r"(?:Gen|Adm|Col|Sen|Rep|Gov|Amb)\. ")
# "Rep. Ana Soto (D-Ohio)", "Sen. Ana Soto, R-Utah": only members of a parliament are of a party so.
OF_A_PARTY = re.compile(r",? \(?[DIR][-–]")
# Parts of a name that end in a point within a sentence; another word of two letters ends it ("Eva Li.").
CUT_SHORT = frozenset({"Jr.", "Sr.", "St.", "Th.", "Ph.", "Ch.", "Gh.", "Kh.", "Sh."})
# What may stand between a name and the office after it: ", the ", ", Qatar's ", ", the U.N.'s former ",
# ", the UN migration agency (IOM)'s "; not ", said Ana. The ".
APPOSITION = re.compile(
    r", (?:(?:the|a|an|who is|who was|who served as|now|its|his|her|their) )?"
    r"(?:(?:[\w'’-]+|(?:[A-Z]\.){2,}(?:['’]s)?|\([A-Z][\w.]{1,11}\)(?:['’]s?)?) ){0,5}$"
)
# After one of several of one office the next: " of Peru, ", " and ", " (Chile) and ".
NEXT = re.compile(
    r"(?: of [A-Z][\w'’-]*(?: [A-Z][\w'’-]*){0,2}| \([^()\n]{2,40}\))?(?:, and |, | and )(?=[A-Z])"
)
MOST_OF_ONE_OFFICE = 12  # names
# "Saudi Arabia's ": whose minister the one of a list is.
OWNER = re.compile(r"[A-Z][\w-]*(?: [A-Z][\w-]*){0,3}['’]s? ")
# In a title set in capitals a name is believed behind these: "Statement by NSC Spokesperson Ana Soto on ...";
# not "Visit by Foreign Minister Strengthens Ties".
SPEAKS = re.compile(
    r"\b(?:Address|Briefing|Comments|Interview|Op-[Ee]d|Remarks|Speech|Statements?|Testimony)\b"
    r"[^,.;:\n]{0,25} [Bb]y [^,.;:\n]{0,60}$"
)
ENDS_HEADLINE_NAME = re.compile(r"['’]s\b|[,.;:]|\s*$| (?=[a-z])", re.MULTILINE)


def read_named_beside_office(reading: Reading, first_names: frozenset[str]) -> list[Named]:
    """Return the persons named beside an office whom the gazetteer does not know, each once, in order.

    ``first_names`` tell "Rep. Ana Soto" from "Rep. Power Plants".
    """
    taken = Taken(reading)
    made: dict[str, Named] = {}
    place = reading.hits.folded.place
    for hit in chain(reading.hits.titles, _short_offices(reading)):
        title = hit[2].title
        if title is None or not title.is_office:
            continue
        is_headline = reading.in_title(hit[0]) and reading.is_title_capitalised()
        if is_headline and not _is_spoken_by(reading, hit):
            continue  # "Foreign Minister Holds Telephone Conversation"
        for name, start in _free_names(reading, hit, taken):
            end = start + len(name)
            if is_headline and not ENDS_HEADLINE_NAME.match(reading.text, end):
                continue
            is_believed = is_headline or _is_believed(reading, hit, (start, end), first_names)
            if name not in made and (is_believed or taken.has_nearby(hit, (start, end))):
                owner = taken.owner(title, hit, name=(start, end))
                made[name] = Named(name, title.of_one, owner, place(start), place(end - 1) + 1)
            if name in made and not title.is_of_several:
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


def _free_names(reading: Reading, hit: Hit, taken: Taken) -> Iterator[tuple[str, int]]:
    """Yield the names beside an office that the gazetteer does not know, with their place in the text."""
    is_of_several = hit[2].title is not None and hit[2].title.is_of_several
    begin = reading.hits.folded.origin(hit[0])
    is_taken = False  # by a known person behind the office
    names = _names_in_list(reading, hit) if is_of_several else _names_beside(reading, hit, taken)
    for name, start in names:
        end = start + len(name)
        if taken.overlaps(start, end):
            is_taken |= start > begin and not is_of_several and taken.by_person(start, end)
        elif not (is_taken and start > begin):  # "Under-Secretary-General Hervé Ladsous and Ana Soto"
            yield name, start


def _names_beside(reading: Reading, hit: Hit, taken: Taken) -> Iterator[tuple[str, int]]:
    """Yield the names that may go with an office, likeliest first, with their place in the original text.

    A known name right behind it is left out: no other stands there then.
    """
    folded, text = reading.hits.folded, reading.text
    end = folded.origin(hit[1] - 1) + 1
    if text[end : end + 2] in {"'s", "’s"}:
        return  # "King's College"
    for start in _starts_after(text, end):
        if not (text[start : start + 1].isupper() or text.startswith("the ", start)):
            continue
        is_direct = start <= end + 2
        start = _behind_courtesies(text, start)
        if is_direct and taken.begins(start):
            break
        name = _name_at(text, start)
        if name:
            yield name, start
    if ABBREVIATED.match(text, max(0, end - 3)):
        return  # "Ana Soto, Gov. Paz said"
    begin = folded.origin(hit[0])
    floor = max(0, begin - LOOK_BACK)
    comma = text.rfind(", ", floor, begin)
    if comma >= 0 and APPOSITION.match(text, comma, begin):
        name = _name_ending(text[floor:comma])
        if name:
            yield name, comma - len(name)


def _behind_courtesies(text: str, start: int) -> int:
    """Return where the name begins that stands at a place of the text, with courtesies or without."""
    if text[start : start + 1] not in COURTESY_LETTERS:
        return start
    courtesies = COURTESIES.match(text, start)
    return courtesies.end() if courtesies else start


@cache
def _short_patterns() -> dict[str, Pattern]:
    """Return what a hit of each office cut short holds: the matcher does not look for them."""
    patterns = {short: Pattern(words, Case.WRITTEN) for short, words in SHORT_OFFICES.items()}
    for pattern in patterns.values():
        pattern.title = TITLES[pattern.words]
    return patterns


def _short_offices(reading: Reading) -> Iterator[Hit]:
    """Yield the offices cut short, as if they were written in full: "Sen. " before a name."""
    place = reading.hits.folded.place
    for match in SHORT_OFFICE.finditer(reading.text):
        pattern = _short_patterns()[match["short"]]
        yield place(match.start("short")), place(match.end("short") - 1) + 1, pattern


def _is_believed(reading: Reading, hit: Hit, name: tuple[int, int], first_names: frozenset[str]) -> bool:
    """Return whether an office is a public one by itself or by the words around it."""
    title = hit[2].title
    if title is None:
        return False
    if hit[2] is _short_patterns().get(reading.words(hit)):
        first = reading.text[name[0] : name[1]].split(" ", 1)[0]
        is_member = OF_A_PARTY.match(reading.text, name[1]) is not None
        return is_member or first in first_names or first in FIRST_NAMES or _is_public(reading, hit)
    return not title.is_common or _is_public(reading, hit)


def _names_in_list(reading: Reading, hit: Hit) -> Iterator[tuple[str, int]]:
    """Yield the names behind an office of several: "foreign ministers Ana Soto of Peru and Juan Paz"."""
    folded, text = reading.hits.folded, reading.text
    start = folded.origin(hit[1] - 1) + 1
    start += text.startswith(":", start)
    if not text.startswith(" ", start):
        return
    start += 1
    for _ in range(MOST_OF_ONE_OFFICE):
        owner = OWNER.match(text, start)
        start = owner.end() if owner else start
        start = _behind_courtesies(text, start)
        name = _name_at(text, start)
        if not name:
            return
        yield name, start
        following = NEXT.match(text, start + len(name))
        if following is None:
            return
        start = following.end()


def _is_spoken_by(reading: Reading, hit: Hit) -> bool:
    """Return whether an office in a title is that of somebody who speaks: "Statement by Minister ..."."""
    begin = reading.hits.folded.origin(hit[0])
    return SPEAKS.search(reading.text, max(0, begin - LOOK_BACK), begin) is not None


def _starts_after(text: str, end: int) -> Iterator[int]:
    """Yield the places behind an office where its holder's name may begin."""
    if text[end : end + 1].isspace():
        yield end + 1
        field = FIELD.match(text, end) if text.endswith("ffairs", 0, end) else None
        if field is not None:
            yield field.end()
    elif text.startswith(", ", end) or ABBREVIATED.match(text, end - 3):
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
    words = WORDS_OF_NAME.match(text, start) if text[start : start + 1].isupper() else None
    if words is None:
        return ""
    phrase = words[0]
    return _name_in(phrase) if len(phrase) <= LOOK_BACK else _name_in.__wrapped__(phrase)


@lru_cache(maxsize=4096)  # the same people are quoted all the time
def _name_in(phrase: str) -> str:
    """Return the full name that a phrase of words and single blanks begins with, or nothing."""
    words: list[str] = []
    for word in phrase.split(" "):
        if not _may_be_in_name(word, is_first=not words):
            break
        # A full stop, not an initial: "Yu. A. Petrov" has two, "Monday. Ana Soto" none.
        is_end = word.endswith(".") and len(word) > (2 if words else 3) and word not in CUT_SHORT
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
    begin = last = len(words) - 1
    while begin and words[begin - 1] and _may_be_in_name(words[begin - 1], is_first=False):
        begin -= 1
    for first in range(begin, last):
        if not words[first][0].isupper():
            continue
        name = " ".join(words[first:])
        if _name_at(name, 0) == name:
            return name
    return ""


def _may_be_in_name(word: str, *, is_first: bool) -> bool:
    if word in NOT_NAMES or word.rstrip(".").lower() in TITLE_WORDS:
        return False
    if word[0].isupper():
        return word != word.upper() or len(word) <= 2
    return not is_first and (word in NAME_PARTICLES or word.startswith(("al-", "el-", "ul-")))


def _ends_name(word: str) -> bool:
    return word[:1].isupper() or word.startswith(("al-", "el-", "ul-"))


def _is_public(reading: Reading, hit: Hit) -> bool:
    before = reading.hits.folded.text[max(0, hit[0] - LOOK_BACK) : hit[0]].lower().split()
    return not PUBLIC_WORDS.isdisjoint(before[-5:])
