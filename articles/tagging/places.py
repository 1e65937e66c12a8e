"""Countries and organisations: which of the names found really name one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from articles.tagging.folding import fold_name
from articles.tagging.matcher import Case, Hit, Sense
from articles.tagging.reading import Reading
from articles.tagging.records import AliasKind, Entry, Kind
from articles.tagging.vocabulary import (
    BORROWERS_OF,
    BORROWING_ADJECTIVES,
    COUNTRY_BORROWERS,
    FIRST_NAMES,
    SIGNED_TEXTS,
    SITE_PREPOSITIONS,
    WORDLIKE_ACRONYMS,
)

# Names of towns: events happen there, texts are signed there, reports are filed from there.
SITES = frozenset({AliasKind.CAPITAL, AliasKind.PLACE})

# A leader named in full says as much for the own country as this many other words.
LEADER = 2

# Moscow and the Kremlin spoke for another state until it ended: today's key, the key of that one, its last day.
FORMER_STATES = (
    ("ru", "su", dt.date(1991, 12, 25)),
    ("rs", "yu", dt.date(1992, 4, 26)),
    ("cz", "cshh", dt.date(1992, 12, 31)),
)


class Places:
    """The rules for countries, territories, areas and organisations."""

    def __init__(self, entries: Iterable[Entry], given_names: frozenset[str]) -> None:
        self._given_names = given_names | FIRST_NAMES
        by_key = {entry.key: entry for entry in entries if entry.kind is Kind.COUNTRY}
        self._former = {
            key: (by_key[former], last) for key, former, last in FORMER_STATES if former in by_key
        }
        self._context: dict[int, tuple[tuple[str, ...], tuple[str, ...]]] = {}
        for entry in entries:
            for alias in entry.aliases:
                if alias.is_ambiguous or entry.is_ambiguous:
                    self._context[id(alias)] = (
                        _folded(alias.context + entry.context),
                        _folded(alias.counter_context + entry.counter_context),
                    )

    def read(self, reading: Reading, hit: Hit) -> None:
        """Accept or refuse what one hit may mean, leaving persons aside."""
        pattern = hit.pattern
        named = pattern.places
        if pattern.case is Case.SMALL:
            for sense in named:
                reading.refuse(sense.entry, hit, sense.alias.kind.value, "written in small letters")
            return
        for sense in pattern.blocked:
            reading.refuse(sense.entry, hit, "negative", f"part of another name: {reading.shown(hit)}")
        if not named:
            return
        reason = self._borrowed(reading, hit, named[0])
        if reason:
            for sense in named:
                reading.refuse(sense.entry, hit, sense.alias.kind.value, reason)
            return
        meant = list(named) if pattern.is_sure else self._meant(reading, hit, named)
        for sense in _town_or_body(reading, hit, meant) if len(meant) > 1 else meant:
            entry = self._of_the_time(sense, reading.on) if reading.on else sense.entry
            reading.accept(entry, hit, sense.alias.kind.value)
            reading.keys.add(entry.key)

    def _of_the_time(self, sense: Sense, on: dt.date) -> Entry:
        """Return the state that a capital, town or metonym stood for on a day."""
        former, last = self._former.get(sense.entry.key, (sense.entry, dt.date.min))
        is_seat = sense.alias.kind is AliasKind.METONYM or sense.alias.kind in SITES
        return former if on <= last and is_seat else sense.entry

    def _borrowed(self, reading: Reading, hit: Hit, sense: Sense) -> str:
        """Return why the words belong to a name of something else, or nothing if they do not."""
        words = reading.words(hit)
        if words in WORDLIKE_ACRONYMS and _is_shouted(reading.line(hit.start)):
            return "in a line of capitals, where it may be a word"
        if sense.alias.kind in SITES and reading.in_dateline(hit.start):
            return "in the dateline, which says where the report was filed"
        after = reading.word_after(hit.end)
        is_body = sense.entry.kind is Kind.ORGANISATION
        if after in SIGNED_TEXTS and (is_body or sense.alias.kind in SITES):
            return f"part of another name: {words} {after}"
        if " " in words:
            return ""
        if after in COUNTRY_BORROWERS and not reading.in_title(hit.start):
            return f"part of another name: {words} {after}"
        before = reading.word_before(hit.start)
        if before in BORROWING_ADJECTIVES and sense.entry.kind is Kind.COUNTRY:
            return f"part of another name: {before} {words}"
        if before == "of":
            owner = reading.word_before(hit.start - 3)
            return f"part of another name: {owner} of {words}" if owner in BORROWERS_OF else ""
        if sense.alias.kind in SITES or words in self._given_names or not hit.pattern.is_sure:
            return self._is_person(reading, hit, before, after)
        return ""

    def _is_person(self, reading: Reading, hit: Hit, before: str, after: str) -> str:
        """Return why a place that may be a given name ("Jordan", "Israel") is part of a person's here."""
        words = reading.words(hit)
        is_given = words in self._given_names and after[:1].isupper() and after not in self._given_names
        if is_given and not reading.in_title(hit.start) and not reading.begins_place_or_title(hit.end + 1):
            return f"part of a person's name: {words} {after}"
        if after and not hit.pattern.is_sure and reading.begins_person(hit.end + 1):
            return f"part of a person's name: {words} {after}"
        if before in self._given_names and not reading.ends_name(hit.start - 1):
            return f"part of a person's name: {before} {words}"
        return ""

    def _meant(self, reading: Reading, hit: Hit, senses: list[Sense]) -> list[Sense]:
        """Return the senses that hold in this article; refuse the others with the reason."""
        plain = [sense for sense in senses if id(sense.alias) not in self._context]
        unsure = [sense for sense in senses if id(sense.alias) in self._context]
        if not unsure:
            return plain
        verdict = reading.verdicts.get(id(hit.pattern))
        if verdict is None:
            verdict = reading.verdicts[id(hit.pattern)] = self._verdict(
                reading, unsure, has_rival=bool(plain)
            )
        for sense in unsure:
            if sense.entry is verdict:
                plain = [*plain, sense]
            else:
                reason = verdict if isinstance(verdict, str) else f"means {verdict.name} in this article"
                reading.refuse(sense.entry, hit, sense.alias.kind.value, reason)
        return plain

    def _verdict(self, reading: Reading, senses: list[Sense], *, has_rival: bool) -> Entry | str:
        """Return the one entry that the article's other words speak for, or why there is none."""
        scored = []
        for sense in senses:
            context, counter = self._context[id(sense.alias)]
            spoken_for = reading.count_words(context) + LEADER * reading.homes()[sense.entry.key]
            against = reading.count_words(counter)
            stands = sense.alias.weight >= 5 and not has_rival and against == 0
            if stands or (spoken_for and spoken_for >= against):
                scored.append((spoken_for - against, sense.alias.weight, sense.entry))
        if not scored:
            return "nothing in the article speaks for this meaning"
        scored.sort(key=lambda score: (score[0], score[1]), reverse=True)
        if len(scored) > 1 and scored[0][:2] == scored[1][:2]:
            return "could be either of several"
        return scored[0][2]


def _town_or_body(reading: Reading, hit: Hit, senses: list[Sense]) -> list[Sense]:
    """Return what the name of a town that also stands for a body means: "in Brussels" or "Brussels said"."""
    bodies = [
        sense
        for sense in senses
        if sense.alias.kind is AliasKind.METONYM and sense.entry.kind is Kind.ORGANISATION
    ]
    towns = [sense for sense in senses if sense.alias.kind in SITES]
    if not bodies or not towns:
        return senses
    is_town = reading.word_before(hit.start).lower() in SITE_PREPOSITIONS
    for sense in bodies if is_town else towns:
        reason = "the town, not the body that sits there" if is_town else "the body that sits there"
        reading.refuse(sense.entry, hit, sense.alias.kind.value, reason)
    return [sense for sense in senses if sense not in (bodies if is_town else towns)]


def _folded(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fold_name(word).lower() for word in words if fold_name(word)))


def _is_shouted(line: str) -> bool:
    """Return whether a line is written in capitals: "TALKS WITH US END" is, "US" alone is not."""
    return line.isupper() and len(line.split()) > 1
