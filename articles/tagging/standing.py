"""Tags many texts in a process that keeps one tagger, and answers in plain values that cross to another."""

from __future__ import annotations

import datetime as dt
import pickle
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from articles.tagging.findings import Tagged
from articles.tagging.records import Entry
from articles.tagging.tagger import Tagger

_taggers: list[Tagger] = []  # one at most: this process's


class Text(NamedTuple):
    """What of an article the tagger reads."""

    title: str
    standfirst: str
    body: str
    on: dt.date | None


class Claim(NamedTuple):
    """A finding in plain values, as a row holds them: a pickle of it is five times cheaper than a finding's.

    ``mentions`` are lists ``[part, start, end, rule]``.
    """

    kind: str
    slug: str
    role: str
    salience: float
    mentions: list[list[str | int]]


def claims_of(tagged: Tagged) -> list[Claim]:
    """Return the findings in plain values."""
    return [
        Claim(
            finding.kind.value,
            finding.slug,
            finding.role.value,
            round(finding.salience, 4),
            [[part.value, start, end, rule] for part, start, end, _, rule in finding.mentions],
        )
        for finding in tagged.findings
    ]


def pack(entries: Iterable[Entry]) -> bytes:
    """Return the gazetteer as `set_up` takes it."""
    return pickle.dumps(tuple(entries), protocol=pickle.HIGHEST_PROTOCOL)


def set_up(gazetteer: bytes) -> None:
    """Build this process's tagger; ``gazetteer`` is what `pack` returned."""
    _taggers[:] = [Tagger(pickle.loads(gazetteer))]  # noqa: S301 - packed by our own parent


def tag_texts(texts: Sequence[Text]) -> list[list[Claim]]:
    """Return the claims of each text.  `set_up` comes first."""
    [tagger] = _taggers
    return [
        claims_of(tagger.tag(title=text.title, standfirst=text.standfirst, body=text.body, on=text.on))
        for text in texts
    ]
