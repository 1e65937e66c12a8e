"""Finds every name of the gazetteer in a text: whole words, right case, the longest of those that overlap."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from operator import itemgetter
from typing import NamedTuple

import ahocorasick_rs

from articles.tagging.folding import Folded, fold, fold_name
from articles.tagging.records import GAP, Alias, AliasKind, Entry, Kind
from articles.tagging.vocabulary import TITLES, TOO_COMMON, Title

# A "*" inside a trigger ("impos* sanctions") stands for one of these endings; at its end for any.
ENDINGS = ("", "s", "e", "d", "es", "ed", "ing", "ion", "ions", "y", "ies", "er", "ers", "al", "ment")
# "Organi*ation": a star amid a word is a letter spelled two ways.
SPELLINGS = ("s", "z")
# Names shorter than this have no all-capitals form of their own: "US", "Xi".
SHORTEST_CAPITALS = 4


START = itemgetter(0)
# Words that a headline leaves small, unless it begins with them.
SMALL_WORDS = re.compile(r"(?<= )(?:A|An|And|At|For|From|In|Of|On|Or|The|To|With)(?= |$)")


class Case(IntEnum):
    """How the words found relate to the alias: as it is written, all in capitals, or all in small letters."""

    WRITTEN = 0
    CAPITALS = 1
    SMALL = 2


class Sense(NamedTuple):
    """One thing that words found may mean."""

    entry: Entry
    alias: Alias


class Half(NamedTuple):
    """The first or second half of a trigger with a gap, told apart from others by its phrase."""

    phrase: str
    topic: str
    weight: int
    is_second: bool


class Pattern:
    """What one string of the automaton stands for."""

    __slots__ = (
        "blocked", "case", "halves", "is_open", "is_sure", "people", "places", "senses", "title", "triggers",
    )  # fmt: skip

    def __init__(self, *, is_open: bool) -> None:
        self.is_open = is_open  # "sanction*": the word goes on
        self.case = Case.SMALL
        self.senses: list[Sense] = []
        self.people: list[Sense] = []  # the senses that are persons,
        self.places: list[Sense] = []  # those that are countries and organisations,
        self.blocked: list[Sense] = []  # and those of these that the words say not to be meant
        self.is_sure = True  # no place among the senses is ambiguous
        self.triggers: list[tuple[str, int]] = []  # slug of the topic, weight
        self.halves: list[Half] = []
        self.title: Title | None = None

    def settle(self) -> None:
        """Sort the senses by what they are, once all are there."""
        for sense in self.senses:
            if sense.entry.kind is Kind.ACTOR:
                self.people.append(sense)
            elif sense.alias.kind is AliasKind.NEGATIVE:
                self.blocked.append(sense)
            else:
                self.places.append(sense)
                self.is_sure = self.is_sure and not (sense.alias.is_ambiguous or sense.entry.is_ambiguous)


class Hit(NamedTuple):
    """Words of the text, [start, end) in folded text, and what they may mean."""

    start: int
    end: int
    pattern: Pattern


@dataclass(slots=True)
class Hits:
    """Everything found in one text, in order of place."""

    folded: Folded
    names: list[Hit] = field(default_factory=list)
    nested: list[Hit] = field(default_factory=list)  # lost to a longer name
    triggers: list[Hit] = field(default_factory=list)
    titles: list[Hit] = field(default_factory=list)


class Matcher:
    """An automaton over all names, triggers and titles, built once and used for any number of texts."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._patterns: dict[str, Pattern] = {}
        entries = tuple(entries)
        self._children: dict[str, list[str]] = defaultdict(list)
        for entry in entries:
            if entry.kind is Kind.TOPIC and entry.parent:
                self._children[entry.parent].append(entry.slug)
        for entry in entries:
            for alias in entry.aliases:
                if alias.kind is AliasKind.TRIGGER or (
                    entry.kind is Kind.TOPIC and alias.kind is AliasKind.NEGATIVE
                ):
                    self._add_trigger(entry, alias)
                else:
                    self._add_name(entry, alias)
        for words, title in TITLES.items():
            for form in (words, capitalised(words), words.title(), headline(words), words.upper()):
                self._pattern(f" {fold_name(form)} ", Case.WRITTEN).title = title
        self._payloads = list(self._patterns.values())
        for pattern in self._payloads:
            pattern.settle()
        # An automaton needs at least one pattern; a NUL is in no folded text.
        self._automaton = ahocorasick_rs.AhoCorasick(list(self._patterns) or ["\0"])

    def find(self, text: str) -> Hits:
        """Return what stands in the text; names that overlap are settled in favour of the longest."""
        hits = Hits(fold(text))
        names: list[Hit] = []
        payloads = self._payloads
        folded = hits.folded.text
        for index, start, end in self.scan(folded):
            pattern = payloads[index]
            # "sanction*" ends where the word does.
            hit = Hit(start + 1, folded.find(" ", end) if pattern.is_open else end - 1, pattern)
            if pattern.senses:
                names.append(hit)
            if pattern.triggers or pattern.halves:
                hits.triggers.append(hit)
            if pattern.title is not None:
                hits.titles.append(hit)
        hits.names, hits.nested = longest(names)
        if hits.titles:
            hits.titles = longest(hits.titles)[0]
        return hits

    def scan(self, folded: str) -> list[tuple[int, int, int]]:
        """Return every hit of the automaton in folded text: pattern, start and end, spaces included."""
        return self._automaton.find_matches_as_indexes(folded, overlapping=True)

    def _pattern(self, string: str, case: Case, *, is_open: bool = False) -> Pattern:
        pattern = self._patterns.get(string)
        if pattern is None:
            pattern = self._patterns[string] = Pattern(is_open=is_open)
            pattern.case = case
        elif case < pattern.case:
            # "Who" in small letters is nothing but a refusal; an alias written so is a name.
            pattern.case = case
            pattern.senses.clear()
        return pattern

    def _add_name(self, entry: Entry, alias: Alias) -> None:
        for form, case in name_forms(entry, alias):
            if not form.strip():
                continue
            pattern = self._pattern(f" {form} ", case)
            if pattern.case == case and all(sense.entry is not entry for sense in pattern.senses):
                pattern.senses.append(Sense(entry, alias))

    def _add_trigger(self, entry: Entry, alias: Alias) -> None:
        is_never = alias.kind is AliasKind.NEGATIVE
        # What a topic excludes is excluded for its narrower topics too.
        slugs = (entry.slug, *self._children[entry.slug]) if is_never else (entry.slug,)
        weights = dict.fromkeys(slugs, 0 if is_never else alias.weight)
        first, gap, second = alias.text.partition(GAP)
        if gap:
            for text, is_second in ((first, False), (second, True)):
                half = Half(alias.text, entry.slug, alias.weight, is_second)
                for pattern in self._trigger_patterns(text):
                    pattern.halves.append(half)
            return
        for pattern in self._trigger_patterns(alias.text):
            known = {slug for slug, _ in pattern.triggers}
            pattern.triggers += [(slug, weight) for slug, weight in weights.items() if slug not in known]

    def _trigger_patterns(self, text: str) -> Iterator[Pattern]:
        for form in trigger_forms(text):
            is_open = form.endswith("*")
            string = f" {form.removesuffix('*')}" if is_open else f" {form} "
            if string.strip():
                yield self._pattern(string, Case.WRITTEN, is_open=is_open)


def capitalised(words: str) -> str:
    """Return the words with the first letter large and the rest as it is."""
    return words[:1].upper() + words[1:]


def headline(words: str) -> str:
    """Return the words as in a headline: "Secretary of State"."""
    return SMALL_WORDS.sub(lambda match: match[0].lower(), words.title())


def name_forms(entry: Entry, alias: Alias) -> Iterator[tuple[str, Case]]:
    """Yield the folded forms of a name that are looked for, each with its case.

    "St. Petersburg" is also written "St Petersburg", "J.D." also "JD"; all of a headline may be capitals.
    """
    spellings = {alias.text, alias.text.replace(". ", " ").removesuffix(".").replace(".", "")}
    for spelling in spellings:
        name = fold_name(spelling)
        yield name, Case.WRITTEN
        yield capitalised(name), Case.WRITTEN
        if not alias.is_case_sensitive:
            yield from ((form, Case.WRITTEN) for form in (name.lower(), name.title(), name.upper()))
        elif len(name) >= SHORTEST_CAPITALS and name != name.upper():
            yield name.upper(), Case.CAPITALS
        is_one_word = " " not in name and alias.kind in {AliasKind.NAME, AliasKind.CAPITAL}
        is_one_word = is_one_word and name.lower() not in TOO_COMMON
        if is_one_word and entry.kind in {Kind.COUNTRY, Kind.ORGANISATION} and name != name.lower():
            yield name.lower(), Case.SMALL


def trigger_forms(text: str) -> Iterator[str]:
    """Yield the folded forms of a trigger; one that may go on ends in "*".

    Triggers with a capital are names and stay as they are written; others may open a sentence or stand in
    a headline.
    """
    for spelled in _without_inner_stars(text.strip()):
        is_open = spelled.endswith("*")
        phrase = fold(spelled.removesuffix("*")).text.strip()
        tail = "*" if is_open else ""
        if phrase != phrase.lower():
            forms = {phrase, phrase.upper()} if len(phrase) >= SHORTEST_CAPITALS else {phrase}
        else:
            forms = {phrase, capitalised(phrase), phrase.title(), headline(phrase), phrase.upper()}
        yield from (form + tail for form in forms)


_INNER_STAR = re.compile(r"\*(?=.)")


def _without_inner_stars(text: str) -> list[str]:
    star = _INNER_STAR.search(text)
    if star is None:
        return [text]
    fillings: Sequence[str] = SPELLINGS if text[star.end()].isalpha() else ENDINGS
    return [
        whole
        for filling in fillings
        for whole in _without_inner_stars(text[: star.start()] + filling + text[star.end() :])
    ]


def longest(hits: list[Hit]) -> tuple[list[Hit], list[Hit]]:
    """Return the hits that stand and those lost to a longer one that overlaps, both in order of place."""
    hits.sort(key=START)
    kept: list[Hit] = []
    lost: list[Hit] = []
    cluster: list[Hit] = []  # hits that overlap, each its neighbour
    reach = -1
    for hit in hits:
        if hit.start < reach:
            cluster.append(hit)
            reach = max(reach, hit.end)
            continue
        if len(cluster) == 1:
            kept.append(cluster[0])
        elif cluster:
            _settle(cluster, kept, lost)
        cluster = [hit]
        reach = hit.end
    _settle(cluster, kept, lost)
    return kept, lost


def _settle(cluster: list[Hit], kept: list[Hit], lost: list[Hit]) -> None:
    """Sort one run of overlapping hits into those kept and those lost."""
    standing: list[Hit] = []
    taken: set[int] = set()
    # Longest first: one that overlaps a standing hit has its first or its last character inside it.
    for hit in sorted(cluster, key=lambda hit: hit.start - hit.end):
        if hit.start in taken or hit.end - 1 in taken:
            lost.append(hit)
        else:
            standing.append(hit)
            taken.update(range(hit.start, hit.end))
    standing.sort(key=START)
    kept.extend(standing)
