"""Countries and organisations: which of the names found really name one."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence

from articles.tagging import datelines, states
from articles.tagging.matcher import Case, Hit, Look, Pattern, Sense
from articles.tagging.owners import SENTENCE_END
from articles.tagging.reading import Found, Reading, Verdict, sought
from articles.tagging.records import AliasKind, Entry, Kind
from articles.tagging.spellings import NOUNS
from articles.tagging.vocabulary import (
    BORROWERS_OF,
    BORROWING_ADJECTIVES,
    COUNTRY_BORROWERS,
    FIRST_NAMES,
    NOT_NAMES,
    SEATED,
    SIGNED_TEXTS,
    SITE_PREPOSITIONS,
    WORDLIKE_ACRONYMS,
)

# Names of towns: events happen there, texts are signed there, reports are filed from there.
SITES = frozenset({AliasKind.CAPITAL, AliasKind.PLACE})

# Words written so are looked at closely, whatever they name.
CLOSELY_READ = frozenset({Case.POINTED, Case.SMALL})

# "A.U. Smith": what may be a surname follows the letters.
SURNAME = re.compile(r"\.[ \xa0](?P<word>[A-Z][a-z]\w*)")
# "The A.U. Commission": no initials, whatever follows.
DETERMINERS = frozenset({"a", "an", "A", "An", "the", "The"})

# A leader named in full says as much for the own country as this many other words.
LEADER = 2

# Categories of bodies that are of one country, even where none is named.
AT_HOME = frozenset({"non_state", "government", "intelligence", "military", "party", "company"})
IN_DATELINE = "in the dateline, which says where the report was filed"

# Moscow and the Kremlin spoke for another state until it ended: key of today's, of that one, its last day.
FORMER_STATES = (
    ("ru", "su", dt.date(1991, 12, 25)),
    ("rs", "yu", dt.date(1992, 4, 26)),
    ("cz", "cshh", dt.date(1992, 12, 31)),
)


NONE, PLAIN, SITE, ACRONYM = Look.NONE, Look.PLAIN, Look.SITE, Look.ACRONYM  # dear to look up in a loop


class Places:
    """The rules for countries, territories, areas and organisations."""

    def __init__(self, entries: Iterable[Entry], given_names: frozenset[str]) -> None:
        self._given_names = given_names | FIRST_NAMES
        by_key = {entry.key: entry for entry in entries if entry.kind is Kind.COUNTRY}
        self._former = {
            key: (by_key[former], last) for key, former, last in FORMER_STATES if former in by_key
        }
        self._by_key = by_key
        self._context: dict[int, tuple[tuple[str, ...], tuple[str, ...]]] = {}
        for entry in entries:
            for alias in entry.aliases:
                if alias.is_ambiguous or entry.is_ambiguous:
                    self._context[id(alias)] = (
                        sought(alias.context + entry.context),
                        sought(alias.counter_context + entry.counter_context),
                    )

    def read(self, reading: Reading) -> None:
        """Accept or refuse every hit that may mean a country or an organisation."""
        accept, marks = reading.found.append, reading.hits.marks
        first, last = reading.dateline()
        has_angles = "<" in reading.text
        for hit in reading.hits.names:
            start, end, pattern = hit
            look = pattern.look
            if look is None:
                look = pattern.look = self._look(pattern)
            if look is NONE:
                continue
            is_beside_mark = has_angles or end + 1 in marks or start - 1 in marks
            is_alone = not is_beside_mark and (start >= last or start < first)
            if is_alone and (look is PLAIN or self._stands_free(reading, hit, look)):
                for entry, _, rule in pattern.places:
                    accept((entry, start, end, rule))
                continue
            for sense in self._believed(reading, hit):
                entry = self._of_the_time(sense, reading.on) if reading.on else sense.entry
                accept((entry, start, end, sense.rule))
        states.read_states(reading, self._by_key, last)
        reading.keys.update([entry.key for entry, _, _, _ in reading.found])
        if last:
            self._read_dateline(reading, first, last)

    def _read_dateline(self, reading: Reading, first: int, last: int) -> None:
        """Take the country of the dateline where the report is about it, too."""
        filed, bureau = self._filed_in(reading, first, last)
        keys = {found[0].key for found in filed}
        if len(keys) != 1:
            return
        report = reading.text[reading.hits.folded.origin(last) :]
        lead = last + datelines.LONGEST_LEAD
        is_named = any(entry.key in keys and start < lead for entry, start, _, _ in reading.found)
        # "CANBERRA - Penny Wong told ..." is about Australia, whoever else is named.
        is_named = is_named or not keys.isdisjoint(reading.homes_before(lead))
        sentence = SENTENCE_END.search(report)
        opening = last + (sentence.end() if sentence else len(report))
        is_alone = not reading.found or _is_alone(reading, keys, bureau, opening)
        if not is_alone and not datelines.is_about_there(report, bureau, is_named=is_named):
            return
        reading.found += filed
        reading.keys |= keys
        reading.refused = [refused for refused in reading.refused if refused[4] is not IN_DATELINE]

    def _filed_in(self, reading: Reading, first: int, last: int) -> tuple[list[Found], str]:
        """Return the countries of the dateline, and its town if that is a capital or has many bureaus."""
        folded = reading.hits.folded
        found: list[Found] = []
        bureau = ""
        for hit in reading.hits.names:
            start, end, pattern = hit
            if not first <= start < last:
                continue
            for sense in pattern.places if pattern.is_sure else self._meant(reading, hit, pattern.places):
                if sense.entry.kind is Kind.COUNTRY:
                    entry = self._of_the_time(sense, reading.on) if reading.on else sense.entry
                    found.append((entry, start, end, "dateline"))
                    is_town = sense.alias.kind is AliasKind.PLACE and not datelines.has_bureaus(pattern.words)
                    if start == first and not is_town:
                        bureau = pattern.words
        key, start, end = datelines.state_of(reading.text, folded.origin(first), folded.origin(last))
        if key in self._by_key:
            # "ATHENS, Ga.": no bureau, but a town that bears a capital's name.
            if any(entry.key != key for entry, _, _, _ in found):
                bureau = ""
            return [(self._by_key[key], folded.place(start), folded.place(end), "dateline")], bureau
        return found, bureau

    def _look(self, pattern: Pattern) -> Look:
        """Return how closely the places among the senses of a pattern are to be looked at."""
        if not pattern.places and not pattern.blocked:
            return Look.NONE
        is_single = pattern.is_sure and not pattern.blocked and pattern.case not in CLOSELY_READ
        if not is_single or pattern.words in self._given_names:
            return Look.CLOSE
        seats = [sense for sense in pattern.places if _is_seat(sense)]
        if any(sense.entry.key in self._former for sense in seats):
            return Look.CLOSE
        is_site = any(sense.alias.kind in SITES for sense in pattern.places)
        if pattern.words in WORDLIKE_ACRONYMS:
            return Look.CLOSE if is_site else Look.ACRONYM
        if is_site and len(pattern.places) > 1:
            return Look.CLOSE
        return Look.SITE if is_site and " " not in pattern.words else Look.PLAIN

    def _stands_free(self, reading: Reading, hit: Hit, look: Look) -> bool:
        """Return whether words beside no mark mean what they say, as far as one look tells."""
        start = hit[0]
        if look is SITE:
            return reading.word_before(start) not in self._given_names or reading.ends_name(start - 1)
        return look is ACRONYM and not _is_shouted(reading, hit)

    def _believed(self, reading: Reading, hit: Hit) -> Sequence[Sense]:
        """Return which meanings of the words hold, leaving persons aside; refuse the others."""
        pattern = hit[2]
        named = pattern.places
        if pattern.case is Case.SMALL:
            for sense in named:
                reading.refuse(sense.entry, hit, sense.rule, "written in small letters")
            return ()
        for sense in pattern.blocked:
            reading.refuse(sense.entry, hit, "negative", f"part of another name: {reading.shown(hit)}")
        if not named:
            return ()
        reason = self._borrowed(reading, hit, named[0])
        if reason:
            for sense in named:
                reading.refuse(sense.entry, hit, sense.rule, reason)
            return ()
        meant = named if pattern.is_sure else self._meant(reading, hit, named)
        return _town_or_body(reading, hit, meant) if len(meant) > 1 else meant

    def _of_the_time(self, sense: Sense, on: dt.date) -> Entry:
        """Return the state that a capital, town or metonym stood for on a day."""
        if sense.entry.key not in self._former:
            return sense.entry
        former, last = self._former[sense.entry.key]
        return former if on <= last and _is_seat(sense) else sense.entry

    def _borrowed(self, reading: Reading, hit: Hit, sense: Sense) -> str:
        """Return why the words belong to a name of something else, or nothing if they do not."""
        start, end, pattern = hit
        words = pattern.words
        # "US, CHINA AGREE" names a state, "TELL US" does not.
        is_word = words in WORDLIKE_ACRONYMS and not (words == "US" and reading.opens_sentence(start))
        if is_word and _is_shouted(reading, hit):
            return "in a line of capitals, where it may be a word"
        is_site = sense.alias.kind in SITES
        if pattern.case is Case.POINTED and (surname := self._surname_behind(reading, hit)):
            return f"initials of a person's name: {reading.shown(hit)}. {surname}"
        if reading.in_angles(start, end):
            return f"a sign of the stock exchange: <{reading.shown(hit)}>"
        if reading.in_dateline(start):
            return IN_DATELINE
        if is_site and reading.is_joined(end) and reading.hits.folded.text.startswith(f" {SEATED} ", end):
            return f"where somebody sits: {reading.shown(hit)}-based"
        after = reading.word_after(end)
        is_body = sense.entry.kind is Kind.ORGANISATION
        if after in SIGNED_TEXTS and (is_body or is_site):
            return f"part of another name: {words} {after}"
        if " " in words:
            return ""
        if after in COUNTRY_BORROWERS and not reading.in_title(start):
            return f"part of another name: {words} {after}"
        before = reading.word_before(start)
        if before in BORROWING_ADJECTIVES and sense.entry.kind is Kind.COUNTRY:
            return f"part of another name: {before} {words}"
        if before == "of":
            owner = reading.word_before(start - 3)
            return f"part of another name: {owner} of {words}" if owner in BORROWERS_OF else ""
        if is_site or words in self._given_names or not pattern.is_sure:
            return self._is_person(reading, hit, before, after)
        return ""

    def _surname_behind(self, reading: Reading, hit: Hit) -> str:
        """Return the surname whose initials the letters with points are, or nothing if they are an acronym.

        They are one where an article stands before them, a noun of bodies, a title or no name behind them
        ("U.A.E. President", "A.U. Mission"), in a title set in capitals, or where the text names the body or
        state in another way.
        """
        start, end, pattern = hit
        folded = reading.hits.folded
        match = SURNAME.match(reading.text, folded.origin(end - 1) + 1)
        if match is None or reading.word_before(start) in DETERMINERS:
            return ""
        word = match["word"]
        if word in NOT_NAMES or NOUNS.fullmatch(word) or reading.begins_place_or_title(end + 2):
            return ""
        if reading.in_title(start) and reading.is_title_capitalised():
            return ""
        namings = reading.namings()
        is_named = any(namings[sense.entry.key] - {pattern.words} for sense in pattern.places)
        return "" if is_named else word

    def _is_person(self, reading: Reading, hit: Hit, before: str, after: str) -> str:
        """Return why a place that may be a given name ("Jordan", "Israel") is part of a person's here."""
        start, end, pattern = hit
        words = pattern.words
        is_given = words in self._given_names and after[:1].isupper() and after not in self._given_names
        if is_given and not reading.in_title(start) and not reading.begins_place_or_title(end + 1):
            return f"part of a person's name: {words} {after}"
        if after and not pattern.is_sure and reading.begins_person(end + 1):
            return f"part of a person's name: {words} {after}"
        if before in self._given_names and not reading.ends_name(start - 1):
            return f"part of a person's name: {before} {words}"
        return ""

    def _meant(self, reading: Reading, hit: Hit, senses: Sequence[Sense]) -> Sequence[Sense]:
        """Return the senses that hold in this article; refuse the others with the reason."""
        answer = reading.verdicts.get(id(hit[2]))
        if answer is None:
            answer = reading.verdicts[id(hit[2])] = self._settled(reading, senses)
        meant, others = answer
        for sense, reason in others:
            reading.refuse(sense.entry, hit, sense.rule, reason)
        return meant

    def _settled(self, reading: Reading, senses: Sequence[Sense]) -> Verdict:
        """Return which of the senses hold, and the others with the reason."""
        plain = [sense for sense in senses if id(sense.alias) not in self._context]
        unsure = [sense for sense in senses if id(sense.alias) in self._context]
        if not unsure:
            return plain, []
        verdict = self._verdict(reading, unsure, has_rival=bool(plain))
        reason = verdict if isinstance(verdict, str) else f"means {verdict.name} in this article"
        meant = [sense for sense in unsure if sense.entry is verdict]
        return [*plain, *meant], [(sense, reason) for sense in unsure if sense.entry is not verdict]

    def _verdict(self, reading: Reading, senses: list[Sense], *, has_rival: bool) -> Entry | str:
        """Return the one entry that the article's other words speak for, or why there is none."""
        scored = []
        for sense in senses:
            context, counter = self._context[id(sense.alias)]
            may_stand = sense.alias.weight >= 5 and not has_rival
            stands = may_stand and not reading.count_words(counter)
            if stands and len(senses) == 1:
                return sense.entry  # whatever else speaks for it
            spoken_for = reading.count_words(context) + LEADER * reading.homes()[sense.entry.key]
            if not spoken_for and not stands:
                continue  # whatever speaks against it
            against = 0 if stands else reading.count_words(counter)
            if stands or spoken_for >= against:
                scored.append((spoken_for - against, sense.alias.weight, sense.entry))
        if not scored:
            return "nothing in the article speaks for this meaning"
        scored.sort(key=lambda score: (score[0], score[1]), reverse=True)
        if len(scored) > 1 and scored[0][:2] == scored[1][:2]:
            return "could be either of several"
        return scored[0][2]


def _town_or_body(reading: Reading, hit: Hit, senses: Sequence[Sense]) -> Sequence[Sense]:
    """Return what the name of a town that also stands for a body means: "in Brussels" or "Brussels said"."""
    bodies = [
        sense
        for sense in senses
        if sense.alias.kind is AliasKind.METONYM and sense.entry.kind is Kind.ORGANISATION
    ]
    towns = [sense for sense in senses if sense.alias.kind in SITES]
    if not bodies or not towns:
        return senses
    is_town = reading.word_before(hit[0]).lower() in SITE_PREPOSITIONS
    for sense in bodies if is_town else towns:
        reason = "the town, not the body that sits there" if is_town else "the body that sits there"
        reading.refuse(sense.entry, hit, sense.rule, reason)
    return [sense for sense in senses if sense not in (bodies if is_town else towns)]


def _is_alone(reading: Reading, filed: set[str], town: str, opening: int) -> bool:
    """Return whether a report names no country beside the one it was filed in, nor anything of another one.

    "OTTAWA - Mark Carney caved in at the G7" is about Canada, "JAKARTA - Ministers of ASEAN met" may be
    about ASEAN: without a leader of the country no body may stand before ``opening``, where the first
    sentence ends.
    ``town`` is as of `Places._filed_in`.
    """
    if datelines.is_host(town) or datelines.has_bureaus(town):
        return False
    for entry, _, _, _ in reading.found:
        if entry.kind is Kind.COUNTRY or entry.implies or entry.category in AT_HOME:
            return False
    homes = reading.homes()
    if homes:
        return not filed.isdisjoint(homes)
    return all(start >= opening for _, start, _, _ in reading.found)


def _is_seat(sense: Sense) -> bool:
    """Return whether the words name a town or a body that speaks for its state."""
    return sense.alias.kind is AliasKind.METONYM or sense.alias.kind in SITES


def _is_shouted(reading: Reading, hit: Hit) -> bool:
    """Return whether words stand in a line of capitals: "TALKS WITH US END", not on a line of their own."""
    text, folded = reading.text, reading.hits.folded
    start, end = folded.origin(hit[0]), folded.origin(hit[1] - 1) + 1
    if text[end : end + 1] == " " and text[end + 1 : end + 2].islower():
        return False  # no need to look for the whole line
    if text[end : end + 1] == "\n" and text[max(0, start - 1) : start] == "\n":
        return False
    line = reading.line(hit[0])
    return line.isupper() and len(line.split()) > 1
