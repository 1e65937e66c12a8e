"""The tagger: text in, findings with evidence out."""

from __future__ import annotations

import datetime as dt
import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import repeat
from operator import itemgetter

from articles.tagging.findings import Finding, Mention, Part, Refusal, Refusals, Role, Suggestion, Tagged
from articles.tagging.lasting import Uncollected
from articles.tagging.matcher import Matcher
from articles.tagging.offices import Roll
from articles.tagging.people import People
from articles.tagging.places import Places
from articles.tagging.reading import REFUSALS_SHOWN, Evidence, Found, Named, Reading
from articles.tagging.records import AliasKind, Entry, Kind
from articles.tagging.scoring import LEAD_LENGTH, Layout, main_sums, role_of, stretches_of, weigh
from articles.tagging.suggestions import occurrences
from articles.tagging.topics import Doubt, TopicScore, read_topics, reason_of, with_parents

# Between the parts of an article: no name reaches over an empty line.
GAP = "\n\n"
# Where the first sentence of a body ends: "... talks in Geneva. The", not "... with Gen. Abubakar", "... of
# the U.S. Treasury".
OPENING_END = re.compile(r"[.!?\n](?:(?<=[a-z\d]{3}[.!?])[\"”’')]*\s+(?=[\"“‘'(]?[^\W\d_a-z])|(?<=\n)\s*\n)")
# Organisations of this category are organs through which their parent acts.
INSTITUTION = "eu_institution"


# Makes a named tuple in a third of the time; an article has a hundred mentions.
NEW = tuple.__new__
TOPIC = Kind.TOPIC


class Tagger:
    """Finds the entries that articles are about; built once, holds no state between articles."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        entries = tuple(entries)
        self._by_key = {entry.key: entry for entry in entries if entry.kind is Kind.COUNTRY}
        self._bodies = {entry.slug: entry for entry in entries if entry.kind is Kind.ORGANISATION}
        self._topics = {entry.slug: entry for entry in entries if entry.kind is Kind.TOPIC}
        self._topic_parents = {slug: entry.parent for slug, entry in self._topics.items()}
        self._wider_topics = frozenset(self._topic_parents.values())
        # By what `id` says of an entry: to hash one takes longer than all the rest.
        self._brings = {id(entry): brought for entry in entries if (brought := self._brought_by(entry))}
        self._entries = entries  # so that no other gets the id of one
        self._matcher = Matcher(entries)
        self._people = People(entries, Roll(entries))
        self._places = Places(entries, self._people.given_names)

    def tag(self, *, title: str, standfirst: str = "", body: str, on: dt.date | None) -> Tagged:
        """Return what the article is about: findings, main ones first, and refused candidates.

        ``on`` is the day the article was published; offices are those held on it.  Any text is taken;
        time is linear in its length.
        """
        with Uncollected():
            parts = _Parts(title, standfirst, body)
            reading = Reading(parts.text, len(title), self._matcher.find(parts.text), on, parts.body_start)
            self._places.read(reading)
            self._read_nested(reading)
            self._read_implied(reading)
            self._people.read(reading)
            return self._tagged(reading, parts)

    def _read_nested(self, reading: Reading) -> None:
        """Count a country in a longer name that says where: "UN Mission in Mali", "Abdullah II of Jordan"."""
        text = reading.hits.folded.text
        said = [
            (hit, word)
            for hit in reading.hits.nested
            if hit[2].places and (word := text[hit[0] - 4 : hit[0]]) in {" in ", " of "}
        ]
        if not said:
            return
        longer = {start: (end, pattern) for start, end, pattern in reading.hits.names}
        starts = sorted(longer)
        for hit, word in said:
            place = bisect_right(starts, hit[0]) - 1
            if place < 0 or hit[1] > longer[starts[place]][0]:
                continue
            holder = longer[starts[place]][1]
            if word == " in " and not any(sense.entry.kind is Kind.ORGANISATION for sense in holder.places):
                continue
            if word == " of " and (holder.places or not holder.people):
                continue
            for entry, alias, rule in hit[2].places:
                if entry.kind is Kind.COUNTRY and alias.kind is AliasKind.NAME:
                    reading.accept(entry, hit, rule)

    def _read_implied(self, reading: Reading) -> None:
        """Add what goes with what was found: Ukraine with Crimea, the EU with its Commission."""
        brings = self._brings
        for entry, start, end, _ in [found for found in reading.found if id(found[0]) in brings]:
            for other in brings[id(entry)]:
                reading.found.append((other, start, end, "implied"))
                reading.keys.add(other.key)

    def _brought_by(self, entry: Entry) -> list[Entry]:
        """Return the entries that go with one: those it implies, and the body that acts through it."""
        union = self._bodies.get(entry.parent) if entry.category == INSTITUTION else None
        implied = [self._by_key[key] for key in entry.implies if key in self._by_key]
        return [union, *implied] if union else implied

    def _tagged(self, reading: Reading, parts: _Parts) -> Tagged:
        layout = parts.layout(reading)
        mains = main_sums(layout.length)
        groups: dict[int, list[Found]] = defaultdict(list)
        reading.found.sort(key=_place)
        for found in reading.found:
            groups[id(found[0])].append(found)
        findings = []
        has_dateline = reading.dateline()[1] > 0
        countries = sum([group[0][0].kind is Kind.COUNTRY for group in groups.values()])
        for group in groups.values():
            entry = group[0][0]
            kind = entry.kind
            is_country = kind is Kind.COUNTRY
            weighed = weigh(
                kind,
                [start for _, start, _, _ in group],
                layout,
                mains[kind],
                is_alone=is_country and countries == 1,
                is_filed_there=has_dateline and is_country and any(rule == "dateline" for *_, rule in group),
            )
            mentions = parts.evidence(reading, group)
            findings.append(
                NEW(Finding, (kind, entry.slug, role_of(weighed), weighed.salience, mentions, weighed))
            )
        scores, doubts = read_topics(reading, layout, self._topic_parents, self._wider_topics)
        findings += self._topic_findings(parts, reading, scores)
        findings.sort(key=_rank)
        suggestions = [_suggestion(reading, parts, layout, mains[Kind.ACTOR], one) for one in reading.unknown]
        refusals = Refusals(partial(self._refusals, reading, parts, doubts))
        return Tagged(findings, refusals, suggestions)

    def _topic_findings(self, parts: _Parts, reading: Reading, scores: list[TopicScore]) -> list[Finding]:
        made: dict[str, Finding] = {}
        for slug, weighed, role, places in scores:
            mentions = parts.evidence(reading, places)
            made[slug] = NEW(Finding, (TOPIC, slug, role, weighed.salience, mentions, weighed))
        for parent, children in with_parents(scores, self._topic_parents).items():
            if parent in self._topics and parent not in made:
                salience = max([made[child.slug].salience for child in children])
                spans = [place[1:3] for child in children for place in child.places]
                if len(children) > 1:  # else they are in order
                    spans = sorted(set(spans))
                mentions = parts.evidence(reading, [(None, start, end, "implied") for start, end in spans])
                made[parent] = Finding(TOPIC, parent, Role.MENTIONED, salience, mentions)
        return list(made.values())

    def _refusals(self, reading: Reading, parts: _Parts, doubts: list[Doubt]) -> list[Refusal]:
        refused = reading.refused[:]
        for doubt in doubts:
            topic = self._topics[doubt.slug]
            refused.append((topic, *doubt.span, "trigger", reason_of(reading, doubt)))
        seen: dict[tuple[str, str, str], int] = defaultdict(int)
        refusals = []
        for entry, start, end, rule, reason in sorted(refused, key=_place):
            seen[entry.kind, entry.slug, reason] += 1
            if seen[entry.kind, entry.slug, reason] <= REFUSALS_SHOWN:
                (mention,) = parts.evidence(reading, [(entry, start, end, rule)])
                refusals.append(Refusal(entry.kind, entry.slug, mention, reason))
        return refusals


class _Parts:
    """An article's three parts, joined for reading and told apart again for the evidence."""

    def __init__(self, title: str, standfirst: str, body: str) -> None:
        self.text = f"{title}{GAP}{standfirst}{GAP}{body}"
        self._standfirst_start = len(title) + len(GAP)
        self.body_start = self._standfirst_start + len(standfirst) + len(GAP)

    def layout(self, reading: Reading) -> Layout:
        """Return where the parts end in folded text; exact unless characters were dropped in folding."""
        body = self.body_start
        length = len(reading.hits.folded.text)
        sentence = OPENING_END.search(self.text, body, body + LEAD_LENGTH)
        return Layout(
            title_end=self._standfirst_start,
            standfirst_end=body,
            opening_end=sentence.end() if sentence else body + LEAD_LENGTH,
            lead_end=body + LEAD_LENGTH,
            length=length,
            is_untitled=body == 2 * len(GAP),
            stretches=stretches_of(body, length),
        )

    def evidence(self, reading: Reading, places: Sequence[Evidence]) -> tuple[Mention, ...]:
        """Return where the words found, in order of place, stand in their part of the article."""
        folded = reading.hits.folded
        if not folded.is_straight:
            places = folded.straightened(places)
        return self._evidence(places)

    def _evidence(self, places: Sequence[Evidence]) -> tuple[Mention, ...]:
        """Return the mentions at places that are one more than in the original text."""
        text, shift = self.text, self.body_start + 1
        if places[0][1] < shift:
            head = bisect_left(places, shift, key=_place)
            mentions = [self._mention(start - 1, end - 1, rule) for _, start, end, rule in places[:head]]
            return (*mentions, *(self._evidence(places[head:]) if head < len(places) else ()))
        new, body = NEW, Part.BODY
        return tuple(
            [
                new(Mention, (body, start - shift, end - shift, text[start - 1 : end - 1], rule))
                for _, start, end, rule in places
            ]
        )

    def _mention(self, start: int, end: int, rule: str) -> Mention:
        """Return the mention at [start, end) of the joined text."""
        words = self.text[start:end]
        for part, begin in ((Part.BODY, self.body_start), (Part.STANDFIRST, self._standfirst_start)):
            if start >= begin:
                return NEW(Mention, (part, start - begin, end - begin, words, rule))
        return NEW(Mention, (Part.TITLE, start, end, words, rule))


def _suggestion(reading: Reading, parts: _Parts, layout: Layout, main: float, named: Named) -> Suggestion:
    places = occurrences(reading, named)
    weighed = weigh(Kind.ACTOR, [start for start, _ in places], layout, main)
    rules = ["name", *repeat("surname", len(places) - 1)]
    mentions = parts.evidence(
        reading, [(None, *place, rule) for place, rule in zip(places, rules, strict=True)]
    )
    return Suggestion(named.name, named.office, named.owner, role_of(weighed), weighed.salience, mentions)


_place = itemgetter(1)  # of a Found, a Refused or an Evidence


def _rank(finding: Finding) -> tuple[bool, float, str]:
    return finding.role is not Role.MAIN, -finding.salience, finding.slug
