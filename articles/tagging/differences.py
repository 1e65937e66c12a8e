"""Which texts a change of the gazetteer can reach: two gazetteers in, clues out.

The tagger reads nothing of a text but the names, phrases and words that the gazetteer gave it.  So a text
in which none of those stands that differ between two gazetteers gets the same tags from both, without being
tagged.  A `Clue` says what a text must hold for one difference to reach it; a text that answers no clue does
not change.  Clues err on the safe side: a text that answers one may stay the same after all.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import ahocorasick_rs

from articles.tagging.folding import fold, fold_name
from articles.tagging.matcher import name_forms, trigger_forms
from articles.tagging.offices import years_from_office
from articles.tagging.places import FORMER_STATES
from articles.tagging.reading import LONGEST_WORD, sought
from articles.tagging.records import GAP, Alias, AliasKind, Entry, Kind, Office
from articles.tagging.surnames import STANDS_ALONE
from articles.tagging.tagger import GAP as BETWEEN_PARTS
from articles.tagging.vocabulary import NOT_FIRST_NAMES, TITLES

# What of an entry decides more than where its own names stand.
LINKS = ("key", "parent", "implies", "category", "is_ambiguous")
STATES_OF_THE_TIME = frozenset(key for today, former, _ in FORMER_STATES for key in (today, former))

type Identity = tuple[str, str]
type Words = frozenset[str]


@dataclass(frozen=True, slots=True)
class Clue:
    """What a text must hold for one difference between two gazetteers to reach it.

    ``groups``: one string of each stands in the folded text.  A blank at an end of a string is the edge of a
    word.  ``lower``: one of these stands in it in small letters; none given, none is needed.  ``ordered``:
    the words of one of these follow each other, whatever is between them.  ``is_on`` says of the article's
    date whether it matters.  ``sure`` is what the word index must hold, likewise in groups.  A clue that asks
    for nothing is answered by every text.
    """

    groups: tuple[Words, ...] = ()
    lower: Words = frozenset()
    ordered: tuple[tuple[str, ...], ...] = ()
    is_on: Callable[[dt.date | None], bool] | None = None

    @property
    def sure(self) -> tuple[Words, ...]:
        """Return what the word index of an article must hold, one string of each group."""
        groups = self.groups if not self.lower else (*self.groups, self.lower)
        if self.ordered:
            groups = (*groups, frozenset(f" {words[-1]} " for words in self.ordered))
        return groups


class Finder:
    """Looks for clues in texts: one pass over each, however many clues there are."""

    def __init__(self, clues: Iterable[Clue]) -> None:
        self._clues = tuple(clues)
        self._written = _Strings(string for clue in self._clues for group in clue.groups for string in group)
        self._lower = _Strings(string for clue in self._clues for string in clue.lower)

    def reaches(self, title: str, standfirst: str, body: str, on: dt.date | None) -> bool:
        """Return whether the text of an article, of this date, answers a clue."""
        folded = self.folded(title, standfirst, body)
        written = self._written.found_in(folded)
        lower = self._lower.found_in(folded.lower()) if self._lower.is_needed else frozenset()
        return any(self._answers(clue, folded, written, lower, on) for clue in self._clues)

    @staticmethod
    def folded(title: str, standfirst: str, body: str) -> str:
        """Return an article's text as the tagger looks for names in it."""
        return fold(BETWEEN_PARTS.join((title, standfirst, body))).text

    @staticmethod
    def _answers(clue: Clue, folded: str, written: Words, lower: Words, on: dt.date | None) -> bool:
        return (
            not any(group.isdisjoint(written) for group in clue.groups)
            and not (clue.lower and clue.lower.isdisjoint(lower))
            and not (clue.ordered and not any(_follow(words, folded) for words in clue.ordered))
            and (clue.is_on is None or clue.is_on(on))
        )


class _Strings:
    """An automaton for some strings."""

    def __init__(self, strings: Iterable[str]) -> None:
        self._strings = tuple(dict.fromkeys(strings))
        self.is_needed = bool(self._strings)
        self._automaton = ahocorasick_rs.AhoCorasick(list(self._strings) or ["\0"])

    def found_in(self, text: str) -> Words:
        """Return those of the strings that stand in a text."""
        if not self.is_needed:
            return frozenset()
        found = self._automaton.find_matches_as_indexes(text, overlapping=True)
        return frozenset([self._strings[number] for number, _, _ in found])


def _follow(words: Sequence[str], text: str) -> bool:
    place = 0
    for word in words:
        place = text.find(word, place)
        if place < 0:
            return False
        place += len(word)
    return True


def clues_between(before: Iterable[Entry], after: Iterable[Entry]) -> list[Clue]:
    """Return the clues of all differences between two gazetteers; none if articles get the same tags."""
    old, new = _by_identity(before), _by_identity(after)
    clues: list[Clue] = []
    for identity in dict.fromkeys((*old, *new)):
        one, other = old.get(identity), new.get(identity)
        if one == other:
            continue
        for there, missing in ((one, other), (other, one)):
            if there is not None and missing is None:
                clues += _clues_of_links(there, (*old.values(), *new.values()))
        clues += _clues_of(one or _bare(other), other or _bare(one), old, new)
    return clues


def _by_identity(entries: Iterable[Entry]) -> dict[Identity, Entry]:
    return {(entry.kind.value, entry.slug): entry for entry in entries}


def _bare(entry: Entry | None) -> Entry:
    """Return the entry as one that no text names."""
    if entry is None:
        raise ValueError("one of the two gazetteers has the entry")
    return replace(entry, aliases=(), offices=(), context=(), counter_context=())


def _clues_of_links(entry: Entry, entries: Iterable[Entry]) -> Iterator[Clue]:
    """Yield the clues of entries that bring another along which comes or goes."""
    if entry.key in STATES_OF_THE_TIME and entry.kind is Kind.COUNTRY:
        yield Clue()
    for other in entries:
        is_child = other.kind is entry.kind and other.parent == entry.slug
        if is_child or (entry.kind is Kind.COUNTRY and entry.key in other.implies):
            yield from _clues_of_strings(other, other.aliases)


def _clues_of(
    one: Entry, other: Entry, old: Mapping[Identity, Entry], new: Mapping[Identity, Entry]
) -> Iterator[Clue]:
    """Yield the clues of the differences between an entry and what it becomes."""
    if one.key != other.key:
        yield Clue()  # offices, and whatever else names it by its key
        return
    changed, reworded = _changed_aliases(one, other)
    if any(getattr(one, name) != getattr(other, name) for name in LINKS):
        changed = [*one.aliases, *other.aliases]
    yield from _clues_of_strings(one, changed)
    yield from _clues_of_context(one, other, reworded)
    if one.kind is Kind.ACTOR:
        yield from _clues_of_person(one, other, old, new)


def _changed_aliases(one: Entry, other: Entry) -> tuple[list[Alias], list[tuple[Alias, Alias]]]:
    """Return the aliases that only one of two versions has, and pairs that differ in their context alone."""
    ours, theirs = set(one.aliases), set(other.aliases)
    kept = [alias for alias in one.aliases if alias in theirs]
    if kept != [alias for alias in other.aliases if alias in ours]:
        return [*one.aliases, *other.aliases], []  # of two names of one form the first one counts
    gone = {_without_context(alias): alias for alias in one.aliases if alias not in theirs}
    come = {_without_context(alias): alias for alias in other.aliases if alias not in ours}
    reworded = {key: (gone[key], come[key]) for key in gone if key in come}
    changed = [alias for key, alias in (*gone.items(), *come.items()) if key not in reworded]
    return changed, list(reworded.values())


def _without_context(alias: Alias) -> Alias:
    return replace(alias, context=(), counter_context=())


def _clues_of_strings(entry: Entry, aliases: Iterable[Alias]) -> Iterator[Clue]:
    """Yield the clues of aliases: the forms in which they are looked for."""
    strings: set[str] = set()
    for alias in aliases:
        groups = strings_of(entry, alias)
        if len(groups) == 1:
            strings |= groups[0]
        elif all(groups):
            yield Clue(groups)
    if strings:
        yield Clue((frozenset(strings),))


def strings_of(entry: Entry, alias: Alias) -> tuple[Words, ...]:
    """Return what the matcher looks for in folded text because of an alias; two groups for one with a gap."""
    if entry.kind is not Kind.TOPIC:
        return (frozenset(f" {form} " for form in name_forms(entry, alias)),)
    first, gap, second = alias.text.partition(GAP)
    return tuple(_phrase_strings(half) for half in ((first, second) if gap else (first,)))


def _phrase_strings(text: str) -> Words:
    forms = (form for form in trigger_forms(text) if form.strip("* "))
    return frozenset(f" {form[:-1]}" if form.endswith("*") else f" {form} " for form in forms)


def _all_strings(*entries: Entry, kinds: frozenset[AliasKind] | None = None) -> Words:
    """Return what is looked for because of the aliases of entries, gaps aside, of some kinds or all."""
    return frozenset(
        string
        for entry in entries
        for alias in entry.aliases
        if kinds is None or alias.kind in kinds
        for group in strings_of(entry, alias)[:1]
        for string in group
    )


def _clues_of_context(one: Entry, other: Entry, reworded: Iterable[tuple[Alias, Alias]]) -> Iterator[Clue]:
    """Yield the clues of words nearby that speak for or against ambiguous names."""
    if words := _changed_words(one, other):
        names = frozenset(
            string
            for entry in (one, other)
            for alias in entry.aliases
            if alias.is_ambiguous or entry.is_ambiguous
            for group in strings_of(entry, alias)[:1]
            for string in group
        )
        if names:
            yield Clue((names,), lower=words)
    for ours, theirs in reworded:
        if words := _changed_words(ours, theirs):
            yield Clue(strings_of(one, ours), lower=words)


def _changed_words(one: Entry | Alias, other: Entry | Alias) -> Words:
    changed = set(sought(one.context)) ^ set(sought(other.context))
    changed |= set(sought(one.counter_context)) ^ set(sought(other.counter_context))
    return frozenset(f" {word} " for word in changed)


# --- Persons ----------------------------------------------------------------------------------------------

NAMES = frozenset({AliasKind.NAME})
SURNAMES = frozenset({AliasKind.SURNAME})


def _clues_of_person(
    one: Entry, other: Entry, old: Mapping[Identity, Entry], new: Mapping[Identity, Entry]
) -> Iterator[Clue]:
    ours, theirs = _full_names(one), _full_names(other)
    if _weight(one) != _weight(other) and (names := _all_strings(one, other, kinds=NAMES)):
        yield Clue((names,))
    # "Melania Trump": a word before a surname that is no part of its bearer's name makes another person.
    own = {word for name in ours for word in name} ^ {word for name in theirs for word in name}
    if own and (surnames := _all_strings(one, other, kinds=SURNAMES)):
        yield Clue((surnames, frozenset(string for word in own for string in _as_read(word))))
    # "Kamil El Tayeb Idris" is Kamil Idris.
    if longer := tuple(_shortest(ours) ^ _shortest(theirs)):
        yield Clue(ordered=longer)
    firsts = _first_names(ours) ^ _first_names(theirs)
    if firsts:
        others = _first_names_of_others(one, old.values()), _first_names_of_others(one, new.values())
        for word in firsts:
            if not all(word in names for names in others):
                yield Clue((frozenset(_as_read(word)),))
    if set(one.offices) != set(other.offices):
        yield from _clues_of_offices(one, other, (*old.values(), *new.values()))


def _full_names(entry: Entry) -> list[tuple[str, ...]]:
    return [tuple(fold_name(alias.text).split()) for alias in entry.aliases if alias.kind is AliasKind.NAME]


def _weight(entry: Entry) -> int:
    weights = [alias.weight for alias in entry.aliases if alias.kind is AliasKind.SURNAME]
    return max(weights, default=STANDS_ALONE)


def _as_read(word: str) -> tuple[str, ...]:
    """Return how a word stands in folded text where a rule looks at it: no further than so many letters."""
    return (f" {word} ", f" {word}") if len(word) >= LONGEST_WORD - 1 else (f" {word} ",)


def _shortest(names: Iterable[tuple[str, ...]]) -> set[tuple[str, ...]]:
    """Return the names of several words that are no longer form of another one with the same ends."""
    long = {name for name in names if len(name) > 1}
    return {
        name
        for name in long
        if not any(
            other != name and (other[0], other[-1]) == (name[0], name[-1]) and _is_within(other, name)
            for other in long
        )
    }


def _is_within(known: Sequence[str], words: Sequence[str]) -> bool:
    rest = iter(words)
    return all(part in rest for part in known)


def _first_names(names: Iterable[tuple[str, ...]]) -> set[str]:
    """Return the first names by which the tagger tells other people and places apart."""
    firsts = {name[0] for name in names if len(name) > 1 and len(name[0]) > 1}
    return {word for word in firsts - NOT_FIRST_NAMES if word.lower() not in TITLES}


def _first_names_of_others(person: Entry, entries: Iterable[Entry]) -> set[str]:
    return {
        word
        for entry in entries
        if entry.kind is Kind.ACTOR and entry.slug != person.slug
        for word in _first_names(_full_names(entry))
    }


def _clues_of_offices(one: Entry, other: Entry, entries: Iterable[Entry]) -> Iterator[Clue]:
    """Yield the clues of offices: the person's own names, and those of others in office at the same time."""
    yield from _named(partial(_differ_on, one, other), one, other)
    changed = set(one.offices) ^ set(other.offices)
    roles = defaultdict[str, set[str]](set)  # role -> roles that one title may mean
    for title in TITLES.values():
        for role in title.roles:
            roles[role] |= title.roles
    for office in changed:
        rivals = {
            entry.slug: entry
            for entry in entries
            if entry.kind is Kind.ACTOR
            and entry.slug != one.slug
            and any(
                held.of == office.of and held.role in roles[office.role] and _overlap(held, office)
                for held in entry.offices
            )
        }
        if rivals:
            yield from _named(partial(_covers, office), *rivals.values())


def _named(is_on: Callable[[dt.date | None], bool], *people: Entry) -> Iterator[Clue]:
    """Yield the clues of whatever names one of these people."""
    if strings := _all_strings(*people):
        yield Clue((strings,), is_on=is_on)
    if longer := tuple({name for person in people for name in _full_names(person) if len(name) > 1}):
        yield Clue(ordered=longer, is_on=is_on)


def _differ_on(one: Entry, other: Entry, on: dt.date | None) -> bool:
    """Return whether the offices of two versions of a person say something else on a day."""
    for name in ("of", "role"):
        if {getattr(office, name) for office in one.offices} != {
            getattr(office, name) for office in other.offices
        }:
            return True
    held = [
        {(office.of, office.role, office.title) for office in person.offices if _covers(office, on)}
        for person in (one, other)
    ]
    return held[0] != held[1] or years_from_office(one, on) != years_from_office(other, on)


def _covers(office: Office, on: dt.date | None) -> bool:
    return (
        on is not None
        and (office.start_on is None or office.start_on <= on)
        and (office.end_on is None or on <= office.end_on)
    )


def _overlap(one: Office, other: Office) -> bool:
    return (one.start_on is None or other.end_on is None or one.start_on <= other.end_on) and (
        other.start_on is None or one.end_on is None or other.start_on <= one.end_on
    )
