"""What the tagger answers: mentions, findings, refusals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple, overload

from articles.tagging.gazetteer import Kind


class Part(StrEnum):
    """The part of an article that a mention stands in."""

    TITLE = "title"
    STANDFIRST = "standfirst"
    BODY = "body"


class Role(StrEnum):
    """Whether an article is about an entry or only names it."""

    MAIN = "main"
    MENTIONED = "mentioned"


class Mention(NamedTuple):
    """Characters [start, end) of one part of the article that name an entry, and the rule that matched."""

    part: Part
    start: int
    end: int
    words: str
    rule: str  # name, surname, demonym, capital, metonym, office, trigger, implied, dateline


class Sum(NamedTuple):
    """What the signs of being central add up to, and the sum from which an entry is a main one."""

    signs: tuple[tuple[str, float], ...]  # ("title", 5.0); of a topic the words and what they count
    total: float
    main: float

    @property
    def salience(self) -> float:
        """Return 0 (passing) to 1 (its subject); half of the scale is where an entry becomes a main one."""
        _, total, main = self
        return round(total / (total + main), 3)


class Finding(NamedTuple):
    """An entry found in an article: how central it is (0 passing, 1 its subject), and every mention of it.

    ``sum`` is how the salience came about; a topic that only follows from a narrower one has none.
    """

    kind: Kind
    slug: str
    role: Role
    salience: float
    mentions: tuple[Mention, ...]
    sum: Sum | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A candidate that was seen and rejected, and why, in words for an editor."""

    kind: Kind
    slug: str
    mention: Mention
    reason: str


class Refusals(Sequence[Refusal]):
    """The refusals of one article, worked out when somebody looks at them: imports never do."""

    def __init__(self, work_out: Callable[[], list[Refusal]]) -> None:
        self._work_out = work_out

    @cached_property
    def _refusals(self) -> list[Refusal]:
        return self._work_out()

    @overload
    def __getitem__(self, place: int) -> Refusal: ...

    @overload
    def __getitem__(self, place: slice) -> list[Refusal]: ...

    def __getitem__(self, place: int | slice) -> Refusal | list[Refusal]:
        return self._refusals[place]

    def __len__(self) -> int:
        return len(self._refusals)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._refusals == list(other)

    def __repr__(self) -> str:
        return repr(self._refusals)

    __hash__ = None  # type: ignore[assignment]  # as of a list


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A person named beside an office whom the gazetteer lacks; ``owner`` is the country's or body's key."""

    name: str
    office: str
    owner: str
    role: Role
    salience: float
    mentions: tuple[Mention, ...]


class Tagged(NamedTuple):
    """All that the tagger has to say of one article: main findings first, by falling salience."""

    findings: Sequence[Finding]
    refusals: Sequence[Refusal]
    suggestions: Sequence[Suggestion] = ()
