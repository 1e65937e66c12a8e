"""Persons: by full name, by surname after it, by surname and office; and never one for another."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from articles.tagging.folding import fold_name
from articles.tagging.matcher import Hit, Pattern, Sense
from articles.tagging.offices import Roll, years_from_office
from articles.tagging.reading import Reading, sought
from articles.tagging.records import AliasKind, Entry, Kind
from articles.tagging.suggestions import name_ending_at, read_named_beside_office
from articles.tagging.surnames import (
    STANDS_ALONE,
    STANDS_WITH_COUNTRY,
    YEARS_STANDING_ALONE,
    fits,
    head_of,
    holder,
    is_country_named,
    is_said_past,
)
from articles.tagging.taken import LOOK_BACK
from articles.tagging.vocabulary import (
    EITHER,
    GENERATIONS,
    NAME_PARTICLES,
    NOT_FIRST_NAMES,
    PAST,
    SHIPS,
    SURNAME_BORROWERS,
    TITLES,
    Title,
)

FEW = 10  # names, which are sooner looked for one by one than among the words of a text
FAR = 10**9  # characters: more than any text has
# A full name with an everyday surname is somebody else's where its bearer, who led no state, is so many years
# from office and the country is not named: the analyst Anthony Lake of 2016.
YEARS_A_NAMESAKE = 10.0
# A full name that several people bear is given to the one nearest to office by at least this many years.
CLEAR_YEARS = 2.0


class Seen:
    """Where each person of one article was named; asked in order of place."""

    def __init__(self) -> None:
        self._starts: dict[str, list[int]] = defaultdict(list)
        self._later: dict[str, list[int]] = {}

    def __contains__(self, person: Entry) -> bool:
        return person.slug in self._starts

    def among(self, senses: Iterable[Sense]) -> list[Entry]:
        """Return those of the persons that were named."""
        starts = self._starts
        return [sense.entry for sense in senses if sense.entry.slug in starts]

    def add(self, person: Entry, start: int) -> None:
        """Note that the person is named at a place."""
        starts = self._starts[person.slug]
        # Surnames are read after full names: in order, but not behind all of them.
        if starts and start < starts[-1]:
            self._later.setdefault(person.slug, []).append(start)
        else:
            starts.append(start)

    def distance(self, person: Entry, place: int) -> int:
        """Return how far before a place the person was last named; far if only behind it."""
        nearest = [
            starts[position - 1]
            for starts in (self._starts[person.slug], self._later.get(person.slug, []))
            if (position := bisect_left(starts, place))
        ]
        return place - max(nearest) if nearest else FAR + self._starts[person.slug][0]


@dataclass(frozen=True, slots=True)
class _Bearers:
    """What is known of all who bear one surname: every part of their names, and what these begin with."""

    own: frozenset[str]
    firsts: frozenset[str]


class People:
    """The rules for persons, with what the gazetteer knows of names and offices."""

    def __init__(self, entries: Iterable[Entry], roll: Roll) -> None:
        self._roll = roll
        self._own_names: dict[str, frozenset[str]] = {}
        self._standing: dict[str, int] = {}  # slug -> how much the surname says by itself
        self._bearers: dict[Pattern, _Bearers] = {}
        self._firsts: dict[str, set[str]] = defaultdict(set)  # last part of a full name -> its first parts
        self._context: dict[int, tuple[tuple[str, ...], tuple[str, ...]]] = {}
        self._by_ends: dict[tuple[str, str], dict[str, tuple[Entry, list[list[str]]]]] = defaultdict(dict)
        given: set[str] = set()
        for entry in entries:
            if entry.kind is not Kind.ACTOR:
                continue
            full_names = [
                fold_name(alias.text).split() for alias in entry.aliases if alias.kind is AliasKind.NAME
            ]
            self._own_names[entry.slug] = frozenset([part for name in full_names for part in name])
            surnames = [alias.weight for alias in entry.aliases if alias.kind is AliasKind.SURNAME]
            self._standing[entry.slug] = max(surnames, default=STANDS_ALONE)
            for name in full_names:
                if len(name) > 1:
                    self._by_ends[name[0], name[-1]].setdefault(entry.slug, (entry, []))[1].append(name)
                    self._firsts[name[-1]].add(name[0])
                    if len(name[0]) > 1:
                        given.add(name[0])
        self.given_names = frozenset([name for name in given - NOT_FIRST_NAMES if name.lower() not in TITLES])

    def read(self, reading: Reading) -> None:
        """Accept or refuse every hit that may mean a person; places must have been read before."""
        surnames: list[Hit] = []
        seen = Seen()
        for hit in [hit for hit in reading.hits.names if hit[2].people]:
            pattern = hit[2]
            if pattern.full:
                self._read_full_name(reading, hit, pattern.full, seen)
            elif pattern.surnames:
                surnames.append(hit)
            for sense in pattern.others:
                words = reading.shown(hit)
                reading.refuse(sense.entry, hit, "negative", f"part of another name: {words}")
        self._read_longer_forms(reading, seen)
        rest: list[tuple[Hit, str]] = []
        for hit in surnames:
            before = reading.word_before(hit[0])
            if not self._read_middle_names(reading, hit, before, seen) and not self._read_shorter_form(
                reading, hit, before, seen
            ):
                rest.append((hit, before))
        for hit, before in rest:
            self._read_surname(reading, hit, before, seen)
        self._read_offices(reading, seen)

    def _read_longer_forms(self, reading: Reading, seen: Seen) -> None:
        """Accept names beside an office that are a longer form of a known one; keep the others as unknown."""
        for named in read_named_beside_office(reading, self.given_names):
            person = self._longer_form(reading, named.name)
            if person is None:
                reading.unknown.append(named)
                continue
            reading.found.append((person, named.start, named.end, "longer name"))
            seen.add(person, named.start)

    def _read_middle_names(self, reading: Reading, hit: Hit, before: str, seen: Seen) -> bool:
        """Accept a surname that ends a longer form of a full name: "Kamil El Tayeb Idris"."""
        _, end, pattern = hit
        if not before[:1].isupper() and before not in NAME_PARTICLES:
            return False
        firsts = (self._bearers.get(pattern) or self._bearers_of(pattern)).firsts
        # Few surnames have a first name of their bearers near them: cheaper to look for than a whole name.
        if reading.is_straight and not _may_be_in(reading.plain[max(0, end - LOOK_BACK) : end], firsts):
            return False
        name, start = name_ending_at(reading, end)
        person = self._longer_form(reading, name) if name else None
        if person is None:
            return False
        reading.found.append((person, start, end, "longer name"))
        seen.add(person, start)
        return True

    def _read_shorter_form(self, reading: Reading, hit: Hit, before: str, seen: Seen) -> bool:
        """Accept a surname after a part of its bearer's full name: "Javad Zarif" of Mohammad Javad Zarif."""
        start, end, pattern = hit
        own = (self._bearers.get(pattern) or self._bearers_of(pattern)).own
        if before not in own or before == pattern.words:
            return False
        fitting = [
            sense.entry
            for sense in pattern.surnames
            if before in self._own_names[sense.entry.slug] and self._is_shortened(reading, sense)
        ]
        if len(fitting) != 1:
            return False
        [person] = fitting
        reading.found.append((person, start - 1 - len(before), end, "shorter name"))
        seen.add(person, start)
        return True

    def _is_shortened(self, reading: Reading, sense: Sense) -> bool:
        """Return whether a part of the name may do: the country is named, the surname rare or of today."""
        is_near = years_from_office(sense.entry, reading.on) <= YEARS_STANDING_ALONE
        return is_country_named(reading, sense.entry) and (
            is_near or sense.alias.weight >= STANDS_WITH_COUNTRY
        )

    def _bearers_of(self, pattern: Pattern) -> _Bearers:
        """Work out and keep what is known of the persons who bear the surname of a pattern."""
        own = frozenset().union(*(self._own_names[sense.entry.slug] for sense in pattern.surnames))
        firsts = frozenset(self._firsts.get(pattern.words.rsplit(" ", 1)[-1], ()))
        bearers = self._bearers[pattern] = _Bearers(own, firsts)
        return bearers

    def _longer_form(self, reading: Reading, name: str) -> Entry | None:
        """Return the one person whose known name this is with more in it: "Ferdinand R. Marcos Jr."."""
        words = fold_name(name).split()
        bearers = self._by_ends.get((words[0], words[-1]), {}) if words else {}
        fitting = [
            entry
            for entry, names in bearers.values()
            # Of common names a longer form may well be a namesake: the country must be named too.
            if any(_is_within(known, words) for known in names) and is_country_named(reading, entry)
        ]
        return fitting[0] if len(fitting) == 1 else None

    def _read_full_name(self, reading: Reading, hit: Hit, senses: Sequence[Sense], seen: Seen) -> None:
        after = reading.word_after(hit[1])
        if after in GENERATIONS and len(senses) == 1:
            reading.refuse(senses[0].entry, hit, "name", f"another person: {reading.shown(hit)} {after}")
            return
        if after in SURNAME_BORROWERS or reading.word_before(hit[0]) in SHIPS:
            for sense in senses:
                reading.refuse(sense.entry, hit, "name", "lent to a thing: a ship, an airport, a foundation")
            return
        person = senses[0].entry if len(senses) == 1 else self._nearest(reading, senses)
        if person is None:
            for sense in senses:
                reading.refuse(sense.entry, hit, "name", "several people bear this name")
            return
        if hit[2].is_doubtful:
            sense = next(sense for sense in senses if sense.entry is person)
            doubt = self._doubt(reading, sense) if sense.alias.is_ambiguous else ""
            if doubt:
                reading.refuse(person, hit, "name", doubt)
                return
        if person not in seen and self._is_namesake(reading, person):
            reading.refuse(person, hit, "name", "a namesake: long out of office, no word of the country")
            return
        reading.accept(person, hit, "name")
        seen.add(person, hit[0])

    def _is_namesake(self, reading: Reading, person: Entry) -> bool:
        """Return whether a full name is probably somebody else's."""
        return (
            self._standing[person.slug] < STANDS_WITH_COUNTRY
            and not any(office.role in EITHER for office in person.offices)
            and years_from_office(person, reading.on) > YEARS_A_NAMESAKE
            and not is_country_named(reading, person)
        )

    def _doubt(self, reading: Reading, sense: Sense) -> str:
        """Return why an ambiguous name is not believed, or nothing."""
        words = self._context.get(id(sense.alias))
        if words is None:
            words = self._context[id(sense.alias)] = (
                sought((*sense.alias.context, *sense.entry.context)),
                sought((*sense.alias.counter_context, *sense.entry.counter_context)),
            )
        spoken_for, against = reading.count_words(words[0]), reading.count_words(words[1])
        if against > spoken_for:
            return "other words of the article speak against this person"
        if sense.alias.weight >= STANDS_ALONE or spoken_for or is_country_named(reading, sense.entry):
            return ""
        return "nothing in the article speaks for this person"

    def _nearest(self, reading: Reading, senses: Sequence[Sense]) -> Entry | None:
        """Return the one of several namesakes whose office, country and date fit, or None if two do."""
        ranked = sorted(
            ((years_from_office(sense.entry, reading.on), sense.entry) for sense in senses),
            key=lambda pair: pair[0],
        )
        in_place = [pair for pair in ranked if is_country_named(reading, pair[1])] or ranked
        if len(in_place) == 1 or in_place[0][0] + CLEAR_YEARS < in_place[1][0]:
            return in_place[0][1]
        return None

    def _read_surname(self, reading: Reading, hit: Hit, before: str, seen: Seen) -> None:
        start, end, pattern = hit
        known = seen.among(pattern.surnames)
        head = head_of(reading, end, pattern.surnames) if not known else None
        if head is not None and not self._has_other_first_name(reading, hit, before):
            reading.accept(head, hit, "surname")
            seen.add(head, start)
            return
        other = self._other_person(reading, hit, before)
        if not other and not known:
            other = reading.strangers.get(pattern.words, "")
        if other:
            reading.strangers.setdefault(pattern.words, other)
            reading.refuse_surname(hit, other)
            return
        title = reading.titles_by_end().get(start - 1)
        reason = ""
        person = self._known(reading, start, known, seen, title) if known else None
        if person is None:
            person, reason = self._alone(reading, pattern, title, start)
        if person is None:
            reading.refuse_surname(hit, reason)
            return
        for sense in pattern.surnames:
            if sense.entry is not person:
                reading.refuse(sense.entry, hit, "surname", f"means {person.name} in this article")
        reading.accept(person, hit, "surname")
        seen.add(person, start)

    def _other_person(self, reading: Reading, hit: Hit, before: str) -> str:
        """Return why the surname belongs to somebody or something else, or nothing if it does not."""
        start, end, pattern = hit
        words = pattern.words
        after = reading.word_after(end)
        own = (self._bearers.get(pattern) or self._bearers_of(pattern)).own
        if after in GENERATIONS or after in SURNAME_BORROWERS:
            return f"part of another name: {words} {after}"
        if before in SHIPS:
            return f"a ship: {before} {words}"
        if self._has_other_first_name(reading, hit, before):
            return f"another person: {before} {words}"
        is_first = after[:1].isupper() and words in self.given_names
        is_first = is_first and not reading.begins_place_or_title(end + 1)
        if is_first and after not in own and not reading.in_title(start):
            return f"another person: {words} {after}"
        return ""

    def _has_other_first_name(self, reading: Reading, hit: Hit, before: str) -> bool:
        """Return whether the word before a surname is a first name that none of its bearers has."""
        start, _, pattern = hit
        if not before[:1].isupper():
            return False
        if before in (self._bearers.get(pattern) or self._bearers_of(pattern)).own:
            return False
        is_name = reading.ends_name(start - 1)
        # James is a surname, too.
        is_given = before in self.given_names and (not is_name or reading.ends_surname(start - 1))
        return is_given or (not is_name and self._may_be_first_name(reading, before, start))

    def _may_be_first_name(self, reading: Reading, word: str, start: int) -> bool:
        """Return whether a capitalised word before a surname may be a first name that nobody told us."""
        if word.lower() in TITLES or word in NOT_FIRST_NAMES or word == word.upper():
            return False
        if reading.in_title(start) and reading.is_title_capitalised():
            return False
        # "Asked", "Addressing", "Finally" open a sentence; few first names end so.
        return not (word.endswith(("ed", "ing", "ly")) and reading.opens_sentence(start - 1 - len(word)))

    def _known(
        self, reading: Reading, start: int, known: list[Entry], seen: Seen, title: Title | None
    ) -> Entry:
        """Return which of the persons whom the article has named in full a surname means."""
        if len(known) > 1 and title is not None and title.roles:
            titled = [person for person in known if fits(person, title, reading)]
            known = titled or known
        if len(known) > 1:
            # The one last named before this place, else the first named after it.
            known.sort(key=lambda person: seen.distance(person, start))
        return known[0]

    def _alone(
        self, reading: Reading, pattern: Pattern, title: Title | None, start: int
    ) -> tuple[Entry | None, str]:
        """Return the person whom a surname means without a full name, or None and the reason."""
        if is_said_past(reading, start, title):
            return holder(reading, pattern.surnames, title, is_past=True)
        question = id(pattern), id(title)
        answer = reading.alone.get(question)
        if answer is None:
            answer = reading.alone[question] = holder(reading, pattern.surnames, title, is_past=False)
        return answer

    def _read_offices(self, reading: Reading, seen: Seen) -> None:
        """Count "the US president" for the holder on the day, if the article names that person too."""
        ends = {end: entry for entry, _, end, _ in reading.found if entry.kind is not Kind.ACTOR}
        starts: dict[int, Entry] = {}
        text = reading.hits.folded.text
        for hit in reading.hits.titles:
            start, end, pattern = hit
            title = pattern.title
            if title is None or not title.roles:
                continue
            owner = ends.get(start - 1) or (ends.get(start - 3) if text[start - 3 : start] == " s " else None)
            if owner is None and text.startswith(" of ", end):
                starts = starts or {
                    begin: entry for entry, begin, _, _ in reading.found if entry.kind is not Kind.ACTOR
                }
                owner = starts.get(end + 4) or (
                    starts.get(end + 8) if text.startswith("the ", end + 4) else None
                )
            if owner is None:
                continue
            before = text[max(0, start - 60) : start].lower().split()
            is_past = not PAST.isdisjoint(before[-3:]) or text[end : end + 7].lower() == " elect "
            if not is_past and reading.word_after(end)[:1].isupper():
                continue  # a name follows and speaks for itself
            holder = self._roll.holder(owner.key, title, reading.on)
            if holder is None:
                continue
            if is_past:
                reading.refuse(holder, hit, "office", "not the present holder: former, then or elect")
            elif holder in seen:
                reading.accept(holder, hit, "office")
            else:
                reading.refuse(holder, hit, "office", "named by office only")


def _may_be_in(window: str, names: frozenset[str]) -> bool:
    """Return whether one of the names may stand in some words of a text."""
    if len(names) < FEW:
        return bool([name for name in names if name in window])
    return not names.isdisjoint(window.split(" "))


def _is_within(known: list[str], words: list[str]) -> bool:
    """Return whether all known parts of a name stand among the words, in their order."""
    rest = iter(words)
    return all(part in rest for part in known)
