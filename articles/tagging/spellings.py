"""Other spellings of a name that follow from one: "Organisation", "U.N. agency", "Unicef", "U.A.E."."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain, islice, product

from articles.tagging.folding import Folded
from articles.tagging.vocabulary import WORDLIKE_ACRONYMS

MOST = 24  # spellings of one name: a long name with many such words has no more that are printed

# Words and parts of words that newspapers spell in several ways; each part is tried as each of its family.
FAMILIES = (
    ("isation", "ization"),
    ("Programme", "Program"),
    ("Centre", "Center"),
    ("Defence", "Defense"),
    ("Labour", "Labor"),
    ("Co-operation", "Cooperation"),
    ("Co-ordination", "Coordination"),
    ("Inter-Governmental", "Intergovernmental"),
    ("Non-Proliferation", "Nonproliferation"),
    ("Non-Aligned", "Nonaligned"),
    ("Peace-keeping", "Peacekeeping"),
    ("South-East", "Southeast"),
    ("Islands", "Island"),
    ("Forces", "Force"),
    ("Guards", "Guard"),
    ("Brigades", "Brigade"),
    ("People's", "Peoples'", "Peoples"),
    ("Workers'", "Worker's", "Workers"),
    ("-e-", "-i-"),
    ("Organization of ", "Organization for ", "Organisation of ", "Organisation for "),
)
# "for the Prohibition" is also "for Prohibition"; but no report puts an article where the name has none.
ARTICLE = ("the ", "")
_FAMILY_OF = {word: family for family in FAMILIES for word in family} | {ARTICLE[0]: ARTICLE}
# A longer one first, so that "Islands" is not "Island" and an "s".
_WORDS = sorted((word for family in FAMILIES for word in family), key=len, reverse=True)
_PARTS = re.compile("|".join(["(?<=of )the |(?<=for )the ", *map(re.escape, _WORDS)]))
# These are no word of a family where letters follow: "Centers", "Programmed", "Labouring".
_ENDS_WORD = re.compile(r"[^\W\d_]\Z")

# What a body of these is called after; of each the forms before a noun: "U.N. agency", "UN's agency".
LEADS = {
    "UN": ("UN", "U.N.", "United Nations"),
    "EU": ("EU", "E.U.", "European Union"),
    "AU": ("AU", "African Union"),
    "US": ("US", "U.S.", "United States"),
}
_LEAD_OF = {form: lead for lead, forms in LEADS.items() for form in forms}
_LEADING = re.compile(rf"(?P<lead>{'|'.join(map(re.escape, _LEAD_OF))})(?P<owns>'s?)? (?P<rest>.+)")
# Words that a report writes large or small after the body's name: "UN refugee agency", "UN Mission in Mali".
NOUNS = re.compile(
    r"(?i:\b(?:Agency|Army|Assembly|Assistance|Atomic|Aviation|Body|Children's|Commission|Convention|Council|"
    r"Court|Delegation|Development|Environment|Force|Fund|General|Human|Humanitarian|Joint|Migration|Mission|"
    r"Monitoring|Nuclear|Observer|Office|Operation|Peacekeepers?|Peacekeeping|Population|Programme|Program|"
    r"Refugee|Rights|Security|Special|Stabili[sz]ation|Support|Tribunal|Watchdog)\b)"
)

# A name of two to six letters, with points or without, is looked for with points too: "EU", "IAEA", "U.A.E.".
# Seven letters and more nobody prints so.
ACRONYM = re.compile(r"[A-Z]{2,6}\Z|(?:[A-Z]\.){2,6}\Z")
# Letters with points as a whole, between them blanks or none: "U.A.E", "U. A. E."; of "A. U.N." the last two
# alone, and nothing of "an A. U".
POINTED = re.compile(
    r"(?<![A-Z]\.)[A-Z](?:\.[A-Z])+(?!\.?[A-Z])"
    r"|(?<![A-Z]\.)(?<![A-Z]\.[ \xa0])[A-Z]\.(?:[ \xa0][A-Z]\.)+(?![ \xa0]?[A-Z]\.)"
)
# "G7" is printed "G-7" too; not "M23" or "E3", which are a road and an aeroplane then.
NUMBERED = re.compile(r"G-?(\d+)\Z")
# British papers print an acronym that is spoken as a word like one: "Minusma".  Shorter ones are words and
# first names too often (Alba, Sica), and are told one by one in the data.
SPOKEN = 5  # letters
# These are not looked for as a word: what is one in English (Shape), and what is a name or a word elsewhere.
UNSPOKEN = WORDLIKE_ACRONYMS | {
    *("ALADI", "ASALA", "BADEA", "IRENA", "RAMSI", "SAMIM", "UNAMI"),  # names of persons
    *("CENTO", "NORAD", "UNIDO"),  # a town, Norway's aid agency, a word of Spanish
}


@lru_cache(maxsize=4096)  # the names of the gazetteer's own organisations, asked for at each start
def spellings(name: str) -> tuple[str, ...]:
    """Return the other spellings of an organisation's name, at most `MOST`, the likeliest first.

    The name itself is not among them.  A rule holds for every name, so that a row of the gazetteer need
    tell one spelling only.
    """
    # Few of each form: they grow with each word of a family twofold, and a name may have forty.
    in_families = (
        spelled
        for form in (name, *_led(name))
        for spelled in chain((form,), islice(_in_families(form), MOST + 1))
    )
    found = dict.fromkeys(chain(in_families, _acronyms(name)))
    found.pop(name, None)
    return tuple(found)[:MOST]


def pointed(name: str) -> tuple[str, ...]:
    """Return an acronym with points, without and with blanks between: "U.A.E.", "U. A. E."; else nothing."""
    if ACRONYM.match(name) is None:
        return ()
    letters = [f"{letter}." for letter in name.replace(".", "")]
    return "".join(letters), " ".join(letters)


def has_points(text: str, folded: Folded, start: int, end: int) -> bool:
    """Return whether letters at [start, end) of the folded text are an acronym with points, no "A U-turn"."""
    match = POINTED.match(text, folded.origin(start))
    return match is not None and 1 <= match.end() - folded.origin(end - 1) <= 2  # with its last point


def _in_families(name: str) -> Iterator[str]:
    """Yield the name with each of its parts as each of its family spells it."""
    parts: list[tuple[str, ...]] = []
    place = 0
    for match in _PARTS.finditer(name):
        after = name[match.end() : match.end() + 1]
        if _ENDS_WORD.search(match[0]) and after.isalpha() and not match[0].endswith("ation"):
            continue
        parts += (name[place : match.start()],), _FAMILY_OF[match[0]]
        place = match.end()
    if parts:
        yield from ("".join(chosen) for chosen in product(*parts, (name[place:],)))


def _led(name: str) -> Iterator[str]:
    """Yield the name with the body it belongs to written otherwise, and the nouns after it small."""
    match = _LEADING.fullmatch(name)
    if match is None:
        return
    rest = match["rest"]
    small = NOUNS.sub(lambda noun: noun[0].lower(), rest)
    large = NOUNS.sub(lambda noun: noun[0].capitalize(), rest)
    for lead in LEADS[_LEAD_OF[match["lead"]]]:
        yield from (f"{lead} {written}" for written in dict.fromkeys((small, rest, large)))
        if small[0].islower():
            yield f"{lead}'{'' if lead.endswith('s') else 's'} {small}"


def _acronyms(name: str) -> Iterator[str]:
    """Yield the forms of an acronym: as a word, with a hyphen before its number."""
    if name.isalpha() and name.isupper() and len(name) >= SPOKEN and name not in UNSPOKEN:
        yield name.capitalize()
    numbered = NUMBERED.match(name)
    if numbered is not None:
        yield from (f"G{numbered[1]}", f"G-{numbered[1]}")
