"""Tags many texts in a process that keeps one tagger, and answers in plain values that cross to another."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Collection, Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from articles.tagging.doubt import turn
from articles.tagging.findings import Finding, Mention, Tagged
from articles.tagging.lasting import built_to_last
from articles.tagging.records import Entry
from articles.tagging.tagger import Tagger

_taggers: list[Tagger] = []  # one at most: this process's
NEW = tuple.__new__  # makes a named tuple in a third of the time; an article has sixteen claims
_ambiguous: set[tuple[str, str]] = set()  # kinds and slugs of what this process's tagger knows as ambiguous


class Text(NamedTuple):
    """What of an article the tagger reads."""

    title: str
    standfirst: str
    body: str
    on: dt.date | None


class Claim(NamedTuple):
    """A finding in plain values, as a row holds them: a pickle of it is five times cheaper than a finding's.

    ``mentions`` are lists ``[part, start, end, rule]``, as JSON: an article has eighty of them, and most
    are only handed on to the database.  ``ground`` and ``rank`` are its turn in the review queue.
    """

    kind: str
    slug: str
    role: str
    salience: float
    mentions: str
    ground: int
    rank: int


class Unknown(NamedTuple):
    """A person named beside an office whom the gazetteer lacks, in plain values.

    ``mentions`` are lists ``[part, start, end, rule]``.
    ``owner`` is the key of the country or organisation that the office is of, empty if the text does not say.
    """

    name: str
    office: str
    owner: str
    mentions: list[list[str | int]]


class Refused(NamedTuple):
    """A candidate that was seen and not believed, and why, in plain values; ``mention`` is as in a claim."""

    kind: str
    slug: str
    reason: str
    words: str
    mention: tuple[str, int, int, str]


class Answer(NamedTuple):
    """All that is stored of what the tagger says of one text."""

    claims: list[Claim]
    unknown: list[Unknown]


def answer_of(tagged: Tagged, ambiguous: Collection[tuple[str, str]] = ()) -> Answer:
    """Return findings and suggestions in plain values; ``ambiguous`` are kinds and slugs of entries."""
    claims = [_claim(finding, ambiguous) for finding in tagged.findings]
    unknown = [Unknown(one.name, one.office, one.owner, _plain(one.mentions)) for one in tagged.suggestions]
    return Answer(claims, unknown)


def _claim(finding: Finding, ambiguous: Collection[tuple[str, str]]) -> Claim:
    kind, slug, role, salience, mentions, _ = finding
    kind_word, role_word, salience = _bare(kind), _bare(role), round(salience, 4)
    rules = [mention[4] for mention in mentions]
    ground, rank = turn(kind_word, role_word, salience, rules, False, (kind_word, slug) in ambiguous)
    return NEW(Claim, (kind_word, slug, role_word, salience, _json(mentions), ground, rank))


def _json(mentions: Iterable[Mention]) -> str:
    """Return what ``json.dumps`` does, in half its time: parts and rules are words that need no escape."""
    return (
        f"[{', '.join([f'["{part}", {start}, {end}, "{rule}"]' for part, start, end, _, rule in mentions])}]"
    )


def _bare(member: StrEnum) -> str:
    """Return the text that a member of an enumeration is, always the same object: a pickle holds it once."""
    return sys.intern(str.__str__(member))


def _plain(mentions: Iterable[Mention]) -> list[list[str | int]]:
    return [[_bare(part), start, end, rule] for part, start, end, _, rule in mentions]


def set_up(gazetteer: Sequence[Entry]) -> None:
    """Build this process's tagger."""
    with built_to_last():
        _taggers[:] = [Tagger(gazetteer)]
    _ambiguous.clear()
    _ambiguous.update((_bare(entry.kind), entry.slug) for entry in gazetteer if entry.is_ambiguous)


def tag_texts(texts: Sequence[Text]) -> list[Answer]:
    """Return the answer to each text.  `set_up` comes first."""
    [tagger] = _taggers
    return [
        answer_of(
            tagger.tag(title=text.title, standfirst=text.standfirst, body=text.body, on=text.on), _ambiguous
        )
        for text in texts
    ]


def refused_in(text: Text) -> list[Refused]:
    """Return the candidates that the text seems to name and does not, by place.  `set_up` comes first."""
    [tagger] = _taggers
    tagged = tagger.tag(title=text.title, standfirst=text.standfirst, body=text.body, on=text.on)
    return [
        Refused(
            _bare(refusal.kind),
            refusal.slug,
            refusal.reason,
            mention.words,
            (_bare(mention.part), mention.start, mention.end, mention.rule),
        )
        for refusal in tagged.refusals
        for mention in [refusal.mention]
    ]
