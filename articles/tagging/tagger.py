"""The tagger: text in, findings with evidence out."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from itertools import repeat

from articles.tagging.findings import Finding, Mention, Part, Refusal, Role, Suggestion, Tagged
from articles.tagging.matcher import Matcher
from articles.tagging.offices import Roll
from articles.tagging.people import People
from articles.tagging.places import Places
from articles.tagging.reading import Found, Named, Reading, Refused
from articles.tagging.records import AliasKind, Entry, Kind
from articles.tagging.scoring import LEAD_LENGTH, Layout, role_of, weigh
from articles.tagging.suggestions import occurrences
from articles.tagging.topics import TopicScore, read_topics, with_parents

# Between the parts of an article: no name reaches over an empty line.
GAP = "\n\n"
# Organisations of this category are organs through which their parent acts.
INSTITUTION = "eu_institution"
# An entry that is refused at more places than this is not helped by hearing of each.
REFUSALS_SHOWN = 2


class Tagger:
    """Finds the entries that articles are about; built once, holds no state between articles."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        entries = tuple(entries)
        self._by_key = {entry.key: entry for entry in entries if entry.kind is Kind.COUNTRY}
        self._bodies = {entry.slug: entry for entry in entries if entry.kind is Kind.ORGANISATION}
        self._topics = {entry.slug: entry for entry in entries if entry.kind is Kind.TOPIC}
        self._topic_parents = {slug: entry.parent for slug, entry in self._topics.items()}
        self._matcher = Matcher(entries)
        self._people = People(entries, Roll(entries))
        self._places = Places(entries, self._people.given_names)

    def tag(self, *, title: str, standfirst: str = "", body: str, on: dt.date | None) -> Tagged:
        """Return what the article is about: findings, main ones first, and refused candidates.

        ``on`` is the day the article was published; offices are those held on it.  Any text is taken;
        time is linear in its length.
        """
        parts = _Parts(title, standfirst, body)
        reading = Reading(parts.text, len(title), self._matcher.find(parts.text), on, parts.body_start)
        for hit in reading.hits.names:
            if hit.pattern.places or hit.pattern.blocked:
                self._places.read(reading, hit)
        self._read_nested(reading)
        self._read_implied(reading)
        self._people.read(reading)
        return self._tagged(reading, parts)

    def _read_nested(self, reading: Reading) -> None:
        """Count a country in an organisation's name where that says that it works there: "... in Mali"."""
        if not reading.hits.nested:
            return
        bodies = {
            hit.start: hit.end
            for hit in reading.hits.names
            if any(sense.entry.kind is Kind.ORGANISATION for sense in hit.pattern.places)
        }
        starts = sorted(bodies)
        for hit in reading.hits.nested:
            place = bisect_right(starts, hit.start) - 1
            if place < 0 or hit.end > bodies[starts[place]] or reading.word_before(hit.start) != "in":
                continue
            for sense in hit.pattern.places:
                if sense.entry.kind is Kind.COUNTRY and sense.alias.kind is AliasKind.NAME:
                    reading.accept(sense.entry, hit, sense.alias.kind.value)

    def _read_implied(self, reading: Reading) -> None:
        """Add what goes with what was found: Ukraine with Crimea, the EU with its Commission."""
        for found in list(reading.found):
            if found.entry.category == INSTITUTION and found.entry.parent in self._bodies:
                union = self._bodies[found.entry.parent]
                reading.found.append(Found(union, found.start, found.end, "implied"))
                reading.keys.add(union.key)
            for key in found.entry.implies:
                country = self._by_key.get(key)
                if country is not None:
                    reading.found.append(Found(country, found.start, found.end, "implied"))
                    reading.keys.add(key)

    def _tagged(self, reading: Reading, parts: _Parts) -> Tagged:
        layout = parts.layout(reading)
        groups: dict[tuple[Kind, str], list[Found]] = defaultdict(list)
        for found in reading.found:
            groups[found.entry.kind, found.entry.slug].append(found)
        findings = []
        for (kind, slug), group in groups.items():
            group.sort(key=_place)
            weighed = weigh(kind, [found.start for found in group], layout)
            mentions = parts.evidence(reading, [(found.start, found.end, found.rule) for found in group])
            findings.append(Finding(kind, slug, role_of(weighed), weighed.salience, mentions, weighed))
        scores = read_topics(reading, layout)
        findings += self._topic_findings(reading, parts, scores)
        findings.sort(key=_rank)
        suggestions = [_suggestion(reading, parts, layout, named) for named in reading.unknown]
        return Tagged(findings, self._refusals(reading, parts, scores), suggestions)

    def _topic_findings(self, reading: Reading, parts: _Parts, scores: list[TopicScore]) -> list[Finding]:
        made: dict[str, Finding] = {}
        for score in scores:
            if not score.reason:
                places = [(hit.start, hit.end, "trigger") for hit in score.hits]
                mentions = parts.evidence(reading, places)
                made[score.slug] = Finding(
                    Kind.TOPIC, score.slug, score.role, score.sum.salience, mentions, score.sum
                )
        for parent, children in with_parents(scores, self._topic_parents).items():
            if parent in self._topics and parent not in made:
                places = [(hit.start, hit.end, "implied") for child in children for hit in child.hits]
                salience = max(child.sum.salience for child in children)
                mentions = parts.evidence(reading, sorted(set(places)))
                made[parent] = Finding(Kind.TOPIC, parent, Role.MENTIONED, salience, mentions)
        return list(made.values())

    def _refusals(self, reading: Reading, parts: _Parts, scores: list[TopicScore]) -> list[Refusal]:
        refused = list(reading.refused)
        for score in scores:
            if score.reason:
                hit = score.hits[0]
                entry = self._topics[score.slug]
                refused.append(Refused(entry, hit.start, hit.end, "trigger", score.reason))
        seen: dict[tuple[str, str, str], int] = defaultdict(int)
        refusals = []
        for one in sorted(refused, key=lambda refused: refused.start):
            identity = one.entry.kind, one.entry.slug, one.reason
            seen[identity] += 1
            if seen[identity] <= REFUSALS_SHOWN:
                mention = parts.mention(reading, Found(one.entry, one.start, one.end, one.rule))
                refusals.append(Refusal(one.entry.kind, one.entry.slug, mention, one.reason))
        return refusals


class _Parts:
    """An article's three parts, joined for reading and told apart again for the evidence."""

    def __init__(self, title: str, standfirst: str, body: str) -> None:
        self.text = f"{title}{GAP}{standfirst}{GAP}{body}"
        self._standfirst_start = len(title) + len(GAP)
        self.body_start = self._standfirst_start + len(standfirst) + len(GAP)

    def layout(self, reading: Reading) -> Layout:
        """Return where the parts end in folded text; exact unless characters were dropped in folding."""
        return Layout(
            title_end=self._standfirst_start,
            standfirst_end=self.body_start,
            lead_end=self.body_start + LEAD_LENGTH,
            length=len(reading.hits.folded.text),
        )

    def mention(self, reading: Reading, found: Found) -> Mention:
        """Return where the words of a found entry stand in the part they stand in."""
        return self.evidence(reading, [(found.start, found.end, found.rule)])[0]

    def evidence(self, reading: Reading, places: Iterable[tuple[int, int, str]]) -> tuple[Mention, ...]:
        """Return where words at [start, end) of the folded text, each with its rule, stand in their part."""
        text, kept = self.text, reading.hits.folded.kept
        body, standfirst = self.body_start, self._standfirst_start
        mentions = []
        for place, place_end, rule in places:
            if kept is None:
                start, end = place - 1, place_end - 1
            else:
                start, end = kept[place - 1], kept[place_end - 2] + 1
            words = text[start:end]
            if start >= body:
                mentions.append(Mention(Part.BODY, start - body, end - body, words, rule))
            elif start >= standfirst:
                mentions.append(Mention(Part.STANDFIRST, start - standfirst, end - standfirst, words, rule))
            else:
                mentions.append(Mention(Part.TITLE, start, end, words, rule))
        return tuple(mentions)


def _suggestion(reading: Reading, parts: _Parts, layout: Layout, named: Named) -> Suggestion:
    places = occurrences(reading, named)
    weighed = weigh(Kind.ACTOR, [start for start, _ in places], layout)
    rules = ["name", *repeat("surname", len(places) - 1)]
    mentions = parts.evidence(reading, [(*place, rule) for place, rule in zip(places, rules, strict=True)])
    return Suggestion(named.name, named.office, named.owner, role_of(weighed), weighed.salience, mentions)


def _place(found: Found) -> int:
    return found.start


def _rank(finding: Finding) -> tuple[bool, float, str]:
    return finding.role is not Role.MAIN, -finding.salience, finding.slug
