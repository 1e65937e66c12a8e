"""What looks wrong in the gazetteer: names that clash, offices that overlap, aliases that match too much.

`read_data` refuses what cannot be; this finds what can be and is probably a mistake.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from articles.tagging.folding import fold_name
from articles.tagging.records import Alias, AliasKind, Entry, Kind, Office
from articles.tagging.spellings import spellings

# One holder at a time; longer overlaps than a hand-over takes are a mistake in a date.
EXCLUSIVE = frozenset(
    {"head_of_state", "head_of_government", "head_of_state_and_government", "foreign_minister"}
    | {"defence_minister", "governor_general", "org_head"}
)
HANDOVER = dt.timedelta(days=31)
# Collective heads of state: Andorra's co-princes, Bosnia's presidency, San Marino's captains regent ...
COLLECTIVE = frozenset({"ad", "ba", "sm", "ch", "so", "ly", "ye", "sd", "yu"})

SHARED = frozenset((of, "head_of_state") for of in COLLECTIVE)

# Names that a text is full of without meaning anybody.
WORDS = frozenset(
    re.findall(
        r"\w+",
        """
        may will major park moon dan fox long price power pope hunt rice baker cook king young short
        straw day mark bill rob pat jack rose june april august grace hope faith joy art frank guy gene
        drew grant chase chance dean duke earl page reed stone wood woods field fields hill lake rivers
        brook forest north south east west summer winter spring sunday monday green brown black white
        gray grey gold silver the and but not for his her its our you they who what when where this that
        with from are was has had can male nice bath mobile reading split tours cork orange hull bar
        case bond cash coach law love best bush bank state union people party general president minister
        queen prince church house street senate war peace
        """,
    )
)
PARTICLE = re.compile(
    r"(?:al|el|ul|bin|bint|ibn|de|del|della|di|da|dos|das|do|du|van|von|der|den|le|la|ten|ter|zu)[ '-]"
)
POSITIVE = frozenset(set(AliasKind) - {AliasKind.NEGATIVE, AliasKind.TRIGGER})
SHORT = 3  # letters


class Level(StrEnum):
    """An error must be corrected; a warning may be right."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Complaint:
    """One thing that looks wrong: which check found it, in which entry, and what to do."""

    level: Level
    check: str
    entry: str  # country:ge
    message: str


def lint(entries: Sequence[Entry], *, shared: Collection[str] = ()) -> list[Complaint]:
    """Return what looks wrong, errors first; ``shared`` names are meant to belong to several entries."""
    checks = (
        find_unknown_keys(entries),
        find_doubles(entries),
        find_clashes(entries, frozenset(shared)),
        find_shared_surnames(entries),
        find_overlaps(entries),
        find_suspicious(entries),
        find_swallowed(entries),
        find_spoken(entries),
    )
    return sorted(complaint for check in checks for complaint in check)


def uncovered(entries: Iterable[Entry], demanded: Collection[str]) -> list[str]:
    """Return the names of the entries that no test passage demands, in order: worth knowing, no mistake."""
    return sorted(name for entry in entries if (name := name_of(entry)) not in demanded)


def name_of(entry: Entry) -> str:
    """Return how complaints and the command line name an entry: ``country:ge``."""
    return f"{entry.kind.value}:{entry.key}"


def find_unknown_keys(entries: Sequence[Entry]) -> Iterator[Complaint]:
    """Yield implied countries, parents and places of office that no entry has."""
    countries = {entry.key for entry in entries if entry.kind is Kind.COUNTRY}
    places = countries | {entry.key for entry in entries if entry.kind is Kind.ORGANISATION}
    slugs = {(entry.kind, entry.slug) for entry in entries}
    for entry in entries:
        unknown = [key for key in entry.implies if key not in countries]
        unknown += sorted({office.of for office in entry.offices if office.of not in places})
        if entry.parent and (entry.kind, entry.parent) not in slugs:
            unknown.append(entry.parent)
        for key in unknown:
            message = f"no entry {key!r}; correct it or add the entry"
            yield Complaint(Level.ERROR, "unknown", name_of(entry), message)


def find_doubles(entries: Sequence[Entry]) -> Iterator[Complaint]:
    """Yield entries of one kind with the same Wikidata id: one person or state twice."""
    seen: dict[tuple[Kind, str], Entry] = {}
    for entry in entries:
        if entry.wikidata:
            other = seen.setdefault((entry.kind, entry.wikidata), entry)
            if other is not entry:
                message = f"has the Wikidata id {entry.wikidata} of {name_of(other)}; make one of them"
                yield Complaint(Level.ERROR, "double", name_of(entry), message)


def find_clashes(entries: Sequence[Entry], shared: frozenset[str]) -> Iterator[Complaint]:
    """Yield names that several entries have, unless a rule tells them apart.

    Namesakes among persons are told apart by office and date, so they are only worth a warning.
    """
    owners: dict[str, list[tuple[Entry, Alias]]] = defaultdict(list)
    for entry in entries:
        for alias in entry.aliases:
            if alias.kind in POSITIVE and alias.kind is not AliasKind.SURNAME:
                owners[fold_name(alias.text)].append((entry, alias))
    for senses in owners.values():
        holders = list(dict.fromkeys(entry for entry, _ in senses))
        if len(holders) < 2 or senses[0][1].text in shared or _is_meant(senses):
            continue
        are_persons = all(entry.kind is Kind.ACTOR for entry in holders)
        level = Level.WARNING if are_persons else Level.ERROR
        others = ", ".join(name_of(entry) for entry in holders[1:])
        message = f"shares the name {senses[0][1].text!r} with {others}; add a rule to ambiguous.toml"
        yield Complaint(level, "clash", name_of(holders[0]), message)


def _is_meant(senses: Sequence[tuple[Entry, Alias]]) -> bool:
    """Return whether a name of several entries has a rule, means all of them, or implies the other."""
    plain = [(entry, alias) for entry, alias in senses if not alias.is_ambiguous]
    if len(plain) < 2:
        return True
    if all(alias.kind is AliasKind.METONYM for _, alias in plain):
        return True
    keys = [entry.key for entry, _ in plain]
    return all(
        any(key in entry.implies for entry, _ in plain if entry.key != key) for key in keys[1:]
    ) or all(key in plain[-1][0].implies for key in keys[:-1])


def find_shared_surnames(entries: Sequence[Entry]) -> Iterator[Complaint]:
    """Yield surnames said to stand alone that a second person bears as strongly, or a place is called."""
    bearers: dict[str, list[Entry]] = defaultdict(list)
    places: dict[str, Entry] = {}
    ambiguous: set[str] = set()
    for entry in entries:
        for alias in entry.aliases:
            name = fold_name(alias.text)
            if alias.is_ambiguous:
                ambiguous.add(name)
            if alias.kind is AliasKind.SURNAME and alias.weight == 5:
                bearers[name].append(entry)
            elif alias.kind in POSITIVE and entry.kind is not Kind.ACTOR:
                places.setdefault(name, entry)
    for name, persons in bearers.items():
        rivals = [name_of(person) for person in persons[1:]]
        if name in places and name not in ambiguous:
            rivals.append(name_of(places[name]))
        if rivals:
            others = ", ".join(rivals)
            message = f"the surname {name!r} is also that of {others}; the date decides, or write alone = 1"
            yield Complaint(Level.WARNING, "surname", name_of(persons[0]), message)


def find_overlaps(entries: Sequence[Entry]) -> Iterator[Complaint]:
    """Yield offices of one holder at a time that two persons held together for longer than a hand-over.

    Two who both hold it to this day are an error: "the prime minister" would mean neither.
    """
    tenures: dict[tuple[str, str], list[tuple[Entry, Office]]] = defaultdict(list)
    for entry in entries:
        for office in entry.offices:
            if office.role in EXCLUSIVE and office.start_on:
                tenures[office.of, office.role].append((entry, office))
    for (of, role), held in tenures.items():
        for (one, first), (other, second) in combinations(held, 2):
            days = _shared_days(first, second)
            if one is other or days <= HANDOVER:
                continue
            together = f"together with {name_of(other)}"
            if first.end_on is None and second.end_on is None and (of, role) not in SHARED:
                message = f"{role} of {of} to this day {together}; end one of them"
                yield Complaint(Level.ERROR, "overlap", name_of(one), message)
            elif of not in COLLECTIVE:
                message = f"{role} of {of} for {days.days} days {together}; check the dates"
                yield Complaint(Level.WARNING, "overlap", name_of(one), message)


def _shared_days(one: Office, other: Office) -> dt.timedelta:
    start = max(one.start_on or dt.date.min, other.start_on or dt.date.min)
    end = min(one.end_on or dt.date.max, other.end_on or dt.date.max)
    return end - start


def find_suspicious(entries: Iterable[Entry]) -> Iterator[Complaint]:
    """Yield names in small letters, of one or two letters, or that are everyday words."""
    for entry in entries:
        for alias in entry.aliases:
            problem = _suspicion(entry, alias)
            if problem:
                message = f"{alias.kind.value} {alias.text!r} {problem}"
                yield Complaint(Level.WARNING, "suspicious", name_of(entry), message)


def _suspicion(entry: Entry, alias: Alias) -> str:
    """Return why a name may match too much, or nothing."""
    text = alias.text
    if alias.kind is AliasKind.TRIGGER:
        is_short = len(text.rstrip("*")) <= SHORT and text == text.lower()
        return "is a short trigger; use a longer phrase" if is_short else ""
    if alias.kind is AliasKind.NEGATIVE or alias.is_ambiguous:
        return ""
    if alias.kind is AliasKind.SURNAME:
        is_doubtful = alias.weight > 1 and text.lower() in WORDS
        return "is an everyday word; write alone = 1" if is_doubtful else ""
    if text[0].islower() and not PARTICLE.match(text) and not any(letter.isupper() for letter in text):
        return "is in small letters; write it as a name or delete it"
    if len(text) < SHORT and text != text.upper():
        return "has only one or two letters; delete it or add a rule"
    if text.lower() in WORDS:
        return "is an everyday word; add a rule to ambiguous.toml"
    return ""


def find_spoken(entries: Sequence[Entry]) -> Iterator[Complaint]:
    """Yield acronyms that, written as a word, are a part of a person's name: "Irena" of IRENA."""
    parts = {
        part
        for entry in entries
        if entry.kind is Kind.ACTOR
        for alias in entry.aliases
        for part in fold_name(alias.text).split()
    }
    for entry in entries:
        if entry.kind is not Kind.ORGANISATION:
            continue
        for alias in entry.aliases:
            word = alias.text.capitalize()
            if alias.kind is AliasKind.NAME and word in parts and word in spellings(alias.text):
                message = f"{alias.text!r} is also read as {word!r}, a name of persons; add it to UNSPOKEN"
                yield Complaint(Level.ERROR, "spoken", name_of(entry), message)


def find_swallowed(entries: Sequence[Entry]) -> Iterator[Complaint]:
    """Yield names of organisations and persons that hide a country's name inside, and do not imply it.

    The longer name wins, so the country is not tagged there: right for "Niger Delta", wrong for "Iraqi army".
    """
    countries: dict[str, Entry] = {}
    for entry in entries:
        if entry.kind is Kind.COUNTRY and entry.category not in {"area", "historic"}:
            for alias in entry.aliases:
                if alias.kind in {AliasKind.NAME, AliasKind.DEMONYM} and len(alias.text) > SHORT:
                    countries.setdefault(fold_name(alias.text), entry)
    for entry in entries:
        if entry.kind is not Kind.ORGANISATION:
            continue
        for alias in entry.aliases:
            words = fold_name(alias.text).split()
            hidden = {countries[word].key for word in words if len(words) > 1 and word in countries}
            # "UN Mission in South Sudan" hides Sudan, but that is a part of the name of what it implies.
            meant = {
                word
                for name, country in countries.items()
                if country.key in entry.implies
                for word in name.split()
            }
            missing = sorted(key for key in hidden - set(entry.implies) if not meant.intersection(words))
            if alias.kind in POSITIVE and missing:
                message = (
                    f"{alias.text!r} hides {', '.join(missing)}; add it to implies if the country is meant"
                )
                yield Complaint(Level.WARNING, "swallows", name_of(entry), message)
