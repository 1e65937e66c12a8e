"""Finds every name of the gazetteer in a text: whole words, right case, the longest of those that overlap."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from math import inf
from operator import itemgetter
from typing import NamedTuple

import ahocorasick_rs

from articles.tagging.folding import Folded, fold, fold_name
from articles.tagging.records import GAP, Alias, AliasKind, Entry, Kind
from articles.tagging.spellings import has_points, pointed, spellings
from articles.tagging.transliterations import transliterations
from articles.tagging.vocabulary import (
    BORROWERS_OF,
    BORROWING_ADJECTIVES,
    COUNTRY_BORROWERS,
    NEGATIONS,
    SEATED,
    SIGNED_TEXTS,
    TITLES,
    TOO_COMMON,
    Title,
)

# A "*" inside a trigger ("impos* sanctions") stands for one of these endings; at its end for any.
ENDINGS = ("", "s", "e", "d", "es", "ed", "ing", "ion", "ions", "y", "ies", "er", "ers", "al", "ment")
# "Organi*ation": a star amid a word is a letter spelled two ways.
SPELLINGS = ("s", "z")
# Names shorter than this have no all-capitals form of their own: "US", "Xi".
SHORTEST_CAPITALS = 4


RULES = {kind: kind.value for kind in AliasKind}  # what evidence calls each kind of name
EXCLUDED = -inf  # of a trigger: what its topic is not about
START = itemgetter(0)
# Names of these that are a single word are looked for in small letters too, to be refused.
ONE_WORD_KINDS = frozenset({AliasKind.NAME, AliasKind.CAPITAL})
# Names of these that are letters are looked for with points, too.
LETTERED_KINDS = frozenset({AliasKind.NAME, AliasKind.METONYM, AliasKind.PLACE})
ONE_WORD_ENTRIES = frozenset({Kind.COUNTRY, Kind.ORGANISATION})
DENIALS = NEGATIONS | {"No", "Not", "Without", "Never"}  # not "Nor" in a name
# Beside one of these a name may be part of another one: "Jordan Times", "New Mexico", "Times of India".
MARKS = COUNTRY_BORROWERS | SIGNED_TEXTS | BORROWING_ADJECTIVES | {SEATED}
MARKS |= {f"{word} of" for word in BORROWERS_OF}
# Words that a headline leaves small, unless it begins with them.
SMALL_WORDS = re.compile(r"(?<= )(?:A|An|And|At|For|From|In|Of|On|Or|The|To|With)(?= |$)")


class Case(IntEnum):
    """How the words found relate to the alias: written so, spelled otherwise, all in capitals or in small."""

    WRITTEN = 0
    SPELLED = 1  # as no alias is, but by a rule: an alias of another entry goes first
    POINTED = 2  # an acronym with points by a rule, which is none unless the points are there: "A U-turn"
    CAPITALS = 3
    SMALL = 4


class Look(IntEnum):
    """How closely a name is to be looked at that stands beside no mark ("Times") and in no dateline."""

    NONE = 0  # it names no place
    PLAIN = 1  # not at all: "France"
    SITE = 2  # for the word before it: "Miguel Medina"
    ACRONYM = 3  # for a line in capitals: "TELL US"
    CLOSE = 4


# What a pattern is good for, so that the most frequent cases are told with one look.  Plain numbers, which
# compare five times as fast as members of an enumeration.
UNMET = -1  # in no text so far, so nobody has asked
NAME = 0  # whole words that are names and nothing else
TRIGGER = 1  # whole words that are triggers and nothing else
OPEN_TRIGGER = 2  # the same, but the last word goes on
HALF = 3  # halves of triggers with a gap and nothing else
MIXED = 4
LETTERED = 5  # an acronym with points, whatever else it may be


class Sense(NamedTuple):
    """One thing that words found may mean; ``rule`` is the kind of the alias, as evidence names it."""

    entry: Entry
    alias: Alias
    rule: str


class Half(NamedTuple):
    """The first or second half of a trigger with a gap, told apart from others by its phrase."""

    phrase: str
    bit: int  # a number with one bit set, of each phrase another
    topic: str
    weight: int
    is_second: bool


class Pattern:
    """What one string of the automaton stands for."""

    __slots__ = (
        "blocked", "case", "firsts", "full", "halves", "is_denial", "is_doubtful", "is_mark", "is_open",
        "is_sure", "look", "others", "people", "phrases", "places", "seconds", "senses", "surnames", "title",
        "triggers", "use", "words",
    )  # fmt: skip

    def __init__(self, words: str, case: Case, *, is_open: bool = False) -> None:
        self.words = words  # folded
        self.is_open = is_open  # "sanction*": the word goes on
        self.case = case
        self.use = UNMET
        self.senses: tuple[Sense, ...] = ()
        # Slug of the topic, and the weight with a minus, as the weightiest come first; or EXCLUDED.
        self.triggers: tuple[tuple[str, float], ...] = ()
        self.halves: tuple[Half, ...] = ()
        self.title: Title | None = None
        self.is_mark = False  # a word that borrows the name beside it: "Times"
        self.is_denial = False  # "not", "instead of"

    def settle(self) -> int:
        """Sort the senses by what they are, and return the use; done when first met, as most never are."""
        senses = self.senses
        # The senses that are persons: all, and those by full name, by surname, of somebody else's name.
        self.people = tuple([sense for sense in senses if sense.entry.kind is Kind.ACTOR])
        self.full = tuple([sense for sense in self.people if sense.alias.kind is AliasKind.NAME])
        self.is_doubtful = any(sense.alias.is_ambiguous for sense in self.full)
        self.surnames = tuple([sense for sense in self.people if sense.alias.kind is AliasKind.SURNAME])
        self.others = tuple([sense for sense in self.people if sense.alias.kind is AliasKind.NEGATIVE])
        # Those that are countries and organisations, and those of these that the words say not to be meant.
        rest = [sense for sense in senses if sense.entry.kind is not Kind.ACTOR]
        self.places = tuple([sense for sense in rest if sense.alias.kind is not AliasKind.NEGATIVE])
        self.blocked = tuple([sense for sense in rest if sense.alias.kind is AliasKind.NEGATIVE])
        # No place among the senses is ambiguous.
        self.is_sure = not any(sense.alias.is_ambiguous or sense.entry.is_ambiguous for sense in self.places)
        # The phrases of which the words are the first half, the second, and either: sets of bits, which are
        # united in a third of the time that others take.
        self.firsts = self.seconds = 0
        for half in self.halves:
            if half.is_second:
                self.seconds |= half.bit
            else:
                self.firsts |= half.bit
        self.phrases = self.firsts | self.seconds
        self.look: Look | None = None  # None: nobody asked yet
        self.use = self._use()
        return self.use

    def _use(self) -> int:
        if self.case is Case.POINTED:
            return LETTERED
        if self.title is not None or self.is_mark or self.is_denial:
            return MIXED
        kinds = (bool(self.senses), bool(self.triggers), bool(self.halves))
        if sum(kinds) != 1:
            return MIXED
        return (NAME, OPEN_TRIGGER if self.is_open else TRIGGER, HALF)[kinds.index(True)]


# Words of the text, [start, end) in folded text, and what they may mean.  A bare tuple: an article has 150 of
# them, and a NamedTuple takes ten times as long to make (0.3 against 0.03 microseconds).
type Hit = tuple[int, int, Pattern]


@dataclass(slots=True)
class Hits:
    """Everything found in one text, in order of place."""

    folded: Folded
    names: list[Hit] = field(default_factory=list)
    nested: list[Hit] = field(default_factory=list)  # lost to a longer name
    triggers: list[Hit] = field(default_factory=list)
    halves: list[Hit] = field(default_factory=list)  # of triggers with a gap
    titles: list[Hit] = field(default_factory=list)
    # Where words that borrow a name ("Times") begin and end: names beside none of them need no closer look.
    marks: set[int] = field(default_factory=set)
    denials: list[int] = field(default_factory=list)  # where words begin that deny what follows


class Matcher:
    """An automaton over all names, triggers and titles, built once and used for any number of texts."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._patterns: dict[str, Pattern] = {}
        entries = tuple(entries)
        self._children: dict[str, list[str]] = defaultdict(list)
        self._bits: dict[str, int] = {}  # by phrase with a gap
        for entry in entries:
            if entry.kind is Kind.TOPIC and entry.parent:
                self._children[entry.parent].append(entry.slug)
        for entry in entries:
            for alias in entry.aliases:
                if entry.kind is Kind.TOPIC:  # whatever its kind: a topic has phrases, and only it has
                    self._add_trigger(entry, alias)
                else:
                    self._add_name(entry, alias)
        for words, title in TITLES.items():
            for form in (words, capitalised(words), words.title(), headline(words), words.upper()):
                self._pattern(f" {fold_name(form)} ", Case.WRITTEN).title = title
        for words in MARKS:
            self._pattern(f" {words} ", Case.SMALL).is_mark = True
        for words in DENIALS:
            self._pattern(f" {words} ", Case.SMALL).is_denial = True
        self._payloads = list(self._patterns.values())
        # An automaton needs at least one pattern; a NUL is in no folded text.
        self._automaton = ahocorasick_rs.AhoCorasick(list(self._patterns) or ["\0"])

    def find(self, text: str) -> Hits:
        """Return what stands in the text; names that overlap are settled in favour of the longest."""
        hits = Hits(fold(text))
        folded = hits.folded.text
        patterns, triggers, halves = self._payloads, hits.triggers, hits.halves
        names: list[Hit] = []
        titles: list[Hit] = []
        denials: list[Hit] = []
        for index, start, end in self.scan(folded):
            pattern = patterns[index]
            use = pattern.use
            if use == NAME:
                names.append((start + 1, end - 1, pattern))
                continue
            if use == TRIGGER:
                triggers.append((start + 1, end - 1, pattern))
                continue
            if use == UNMET:
                use = pattern.settle()
            # "sanction*" ends where the word does.
            hit = (start + 1, folded.find(" ", end) if pattern.is_open else end - 1, pattern)
            if use == HALF:
                halves.append(hit)
                continue
            if use == OPEN_TRIGGER:
                triggers.append(hit)
                continue
            if use == LETTERED and not has_points(text, hits.folded, start + 1, end - 1):
                continue
            if pattern.senses:
                names.append(hit)
            if pattern.triggers:
                triggers.append(hit)
            if pattern.halves:
                halves.append(hit)
            if pattern.title is not None:
                titles.append(hit)
            if pattern.is_mark:
                hits.marks.update(hit[:2])
            if pattern.is_denial:
                denials.append(hit)
        hits.names, hits.nested = longest(names)
        hits.titles = longest(titles)[0]
        reach = 0
        for start, end, _ in sorted(denials, key=START):
            # Of two that stand side by side ("not without") the first one counts.
            if start > reach:
                hits.denials.append(start)
                reach = end + 1
        return hits

    def scan(self, folded: str) -> list[tuple[int, int, int]]:
        """Return every hit of the automaton in folded text: pattern, start and end, spaces included."""
        return self._automaton.find_matches_as_indexes(folded, overlapping=True)

    def _pattern(self, string: str, case: Case, *, is_name: bool = False, is_open: bool = False) -> Pattern:
        pattern = self._patterns.get(string)
        if pattern is None:
            pattern = self._patterns[string] = Pattern(string.strip(), case, is_open=is_open)
            return pattern
        if case < pattern.case and (is_name or pattern.case is Case.SMALL):
            # "Who" in small letters is nothing but a refusal; an alias written so is a name.
            pattern.case = case
            pattern.senses = ()
        return pattern

    def _add_name(self, entry: Entry, alias: Alias) -> None:
        sense = Sense(entry, alias, RULES[alias.kind])
        for form, case in name_forms(entry, alias).items():
            string = f" {form} "
            if string not in self._patterns:  # as most
                pattern = self._patterns[string] = Pattern(form, case)
                pattern.senses = (sense,)
                continue
            pattern = self._pattern(string, case, is_name=True)
            if not pattern.senses and case is not Case.SMALL:
                pattern.case = case  # so far a trigger or a title alone
            if pattern.case == case and all(other.entry is not entry for other in pattern.senses):
                pattern.senses += (sense,)

    def _add_trigger(self, entry: Entry, alias: Alias) -> None:
        is_never = alias.kind is AliasKind.NEGATIVE
        # What a topic excludes is excluded for its narrower topics too.
        slugs = (entry.slug, *self._children[entry.slug]) if is_never else (entry.slug,)
        weights = tuple((slug, EXCLUDED if is_never else -alias.weight) for slug in slugs)
        first, gap, second = alias.text.partition(GAP)
        if gap:
            bit = self._bits.setdefault(alias.text, 1 << len(self._bits))
            for text, is_second in ((first, False), (second, True)):
                half = Half(alias.text, bit, entry.slug, alias.weight, is_second)
                for pattern in self._trigger_patterns(text):
                    pattern.halves += (half,)
            return
        for pattern in self._trigger_patterns(alias.text):
            if pattern.triggers:
                known = {slug for slug, _ in pattern.triggers}
                pattern.triggers += tuple(pair for pair in weights if pair[0] not in known)
            else:
                pattern.triggers = weights

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


def name_forms(entry: Entry, alias: Alias) -> dict[str, Case]:
    """Return the folded forms of a name that are looked for, each with its case.

    "St. Petersburg" is also written "St Petersburg", "J.D." also "JD"; all of a headline may be capitals.
    """
    names = [fold_name(alias.text)]
    if "." in alias.text:
        names.append(fold_name(alias.text.replace(". ", " ").removesuffix(".").replace(".", "")))
    is_one_word_kind = alias.kind in ONE_WORD_KINDS and entry.kind in ONE_WORD_ENTRIES
    forms: dict[str, Case] = {}
    others: dict[str, Case] = {}
    for name in names:
        if not name:
            continue
        forms[name] = forms[capitalised(name)] = Case.WRITTEN
        if not alias.is_case_sensitive:
            forms |= dict.fromkeys((name.lower(), name.title(), name.upper()), Case.WRITTEN)
        elif len(name) >= SHORTEST_CAPITALS:
            others.setdefault(name.upper(), Case.CAPITALS)
        if is_one_word_kind and " " not in name and name.lower() not in TOO_COMMON:
            others.setdefault(name.lower(), Case.SMALL)
    if alias.kind is AliasKind.NAME:
        others |= _spelled(entry, alias)
    if alias.kind in LETTERED_KINDS:
        for name in pointed(alias.text):
            others.setdefault(fold_name(name), Case.POINTED)
    return others | forms


def _spelled(entry: Entry, alias: Alias) -> dict[str, Case]:
    """Return the folded forms of a name's other spellings, which follow from it by rule."""
    if entry.kind is Kind.ACTOR:
        return {fold_name(form): Case.SPELLED for form in transliterations(alias.text)}
    if entry.kind is Kind.ORGANISATION:
        return {fold_name(form): Case.SPELLED for form in spellings(alias.text)}
    return {}


def trigger_forms(text: str) -> Iterator[str]:
    """Yield the folded forms of a trigger; one that may go on ends in "*".

    Triggers with a capital are names and stay as they are written; others may open a sentence or stand in
    a headline.
    """
    for spelled in _without_inner_stars(text.strip()):
        is_open = spelled.endswith("*")
        phrase = fold_name(spelled.removesuffix("*"))
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
        start, end, _ = hit
        if start >= reach:
            if cluster:
                _settle(cluster, kept, lost)
                cluster = []
            kept.append(hit)
            reach = end
        else:
            cluster = cluster or [kept.pop()]
            cluster.append(hit)
            reach = max(reach, end)
    if cluster:
        _settle(cluster, kept, lost)
    return kept, lost


def _settle(cluster: list[Hit], kept: list[Hit], lost: list[Hit]) -> None:
    """Sort one run of overlapping hits into those kept and those lost."""
    # Longest first: one that overlaps a standing hit has its first or its last character inside it.
    cluster.sort(key=_shortness)
    if len(cluster) == 2:
        kept.append(cluster[0])
        lost.append(cluster[1])
        return
    standing: list[Hit] = []
    taken: set[int] = set()
    for hit in cluster:
        start, end, _ = hit
        if start in taken or end - 1 in taken:
            lost.append(hit)
        else:
            standing.append(hit)
            taken.update(range(start, end))
    standing.sort(key=START)
    kept += standing


def _shortness(hit: Hit) -> int:
    return hit[0] - hit[1]
