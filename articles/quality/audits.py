"""How often automatic tags are right: what auditors answer, and the figures that follow from it.

A figure rests on random samples alone, never on decisions: an editor who works through doubtful suggestions
sees more wrong ones than a reader does.  It counts what was answered about what was seen.  Figures of a tag
take in all samples drawn uniformly within it: those of the tag, of its kind and of all tags.  Those of a kind
leave out samples of single tags, and those of all tags, roles and rules leave out samples of a kind as well.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from articles.memory import Memory
from articles.models import Article, AuditItem, AuditSample, Tag, TagKind
from articles.quality.intervals import Interval, wilson
from articles.search import sync
from articles.search.entry import Standing

WINDOW = dt.timedelta(days=365)  # older answers are of a gazetteer that is no more
# Answers below which readers see no figure.  With 20 of 20 right the interval is 83 to 100 %: the least that
# tells a good tag from a mediocre one.  One sample asked for a tag is enough for it.
LEAST = 20

Verdict = AuditItem.Verdict
Scope = AuditSample.Scope


@dataclass(frozen=True, slots=True)
class Answer:
    """What an auditor says of a tagging: whether the tag is right and, if it is, whether its role is."""

    verdict: AuditItem.Verdict
    role_verdict: AuditItem.Verdict | None = None


# By the word that a form sends, in the order of the buttons and of the keys 1 to 5.
ANSWERS = {
    "right": Answer(Verdict.RIGHT, Verdict.RIGHT),
    "other-role": Answer(Verdict.RIGHT, Verdict.WRONG),
    "role-unsure": Answer(Verdict.RIGHT, Verdict.UNSURE),
    "wrong": Answer(Verdict.WRONG),
    "unsure": Answer(Verdict.UNSURE),
}


class NotOpenError(Exception):
    """An answer that comes too late, or after somebody else's."""


def answer(item: AuditItem, given: Answer, *, seen: str, by: AbstractBaseUser) -> AuditItem:
    """Keep an answer, and return the item with it.

    ``seen`` is the answer that stood when the question was shown, as `answer_of` returns it.  Raise
    NotOpenError if another one stands by now, or if the day of the sample is over.
    """
    with transaction.atomic():
        row = AuditItem.objects.select_for_update(of=("self",)).select_related("sample").get(pk=item.pk)
        if not is_open(row.sample):
            raise NotOpenError("The day of this sample is over; its answers stand.")
        if answer_of(row) != seen:
            who = row.answered_by_name
            raise NotOpenError(
                f"{who} answered this meanwhile: {row.get_verdict_display()}. Nothing was changed."
            )
        if row.verdict:
            row.former_answers.append({
                "verdict": row.verdict, "role_verdict": row.role_verdict, "by": row.answered_by_name,
                "at": row.answered_at.isoformat() if row.answered_at else "",
            })  # fmt: skip
        row.verdict, row.role_verdict = given.verdict, given.role_verdict or ""
        row.answered_by_id, row.answered_by_name = by.pk, str(by)[:150]
        row.answered_at = timezone.now()
        row.save()
        sync.announce()  # the pages of its tag and kind say another number
    return row


def answer_of(item: AuditItem) -> str:
    """Return the word of `ANSWERS` for what was answered; nothing if nothing was."""
    given = (item.verdict, item.role_verdict)
    found = (word for word, one in ANSWERS.items() if (one.verdict, one.role_verdict or "") == given)
    return next(found, "")


def is_open(sample: AuditSample) -> bool:
    """Return whether a sample can be audited: on the day it was drawn for."""
    return sample.drawn_on == timezone.localdate()


# --- Figures ----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Figure:
    """How often something was right, of how many that could be told, and from when to when that was."""

    right: int = 0
    wrong: int = 0
    unsure: int = 0
    first_on: dt.date | None = None
    last_on: dt.date | None = None

    @property
    def total(self) -> int:
        """Return how many answers count: those that could not be told say nothing."""
        return self.right + self.wrong

    @property
    def interval(self) -> Interval:
        """Return the 95 % confidence interval of the share that is right."""
        return wilson(self.right, self.total)

    @property
    def low(self) -> int:
        """Return the interval's lower end in per cent."""
        return self.interval.percent[0]

    @property
    def high(self) -> int:
        """Return the interval's upper end in per cent."""
        return self.interval.percent[1]

    @property
    def is_enough(self) -> bool:
        """Return whether readers are shown it."""
        return self.total >= LEAST

    def add(self, verdict: str, day: dt.date) -> None:
        """Count one answer about what was drawn on a day."""
        if verdict == Verdict.UNSURE:
            self.unsure += 1
            return
        self.right += verdict == Verdict.RIGHT
        self.wrong += verdict == Verdict.WRONG
        self.first_on = min(self.first_on or day, day)
        self.last_on = max(self.last_on or day, day)


@dataclass(frozen=True, slots=True)
class Row:
    """One answer that counts."""

    scope: str
    day: dt.date
    tagging: int
    tag: int | None  # none if its making was undone
    tag_name: str
    kind: str
    role: str
    rule: str
    verdict: str
    role_verdict: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What the page of a tag says about its precision; ``is_of_kind`` where the tag has too few answers."""

    figure: Figure
    is_of_kind: bool


@dataclass(slots=True)
class Figures:
    """All figures of the desk: of all tags, and by kind, role, rule, tag and month."""

    overall: Figure = field(default_factory=Figure)
    kinds: dict[str, Figure] = field(default_factory=dict)
    roles: dict[str, Figure] = field(default_factory=dict)
    rules: dict[str, Figure] = field(default_factory=dict)
    tags: dict[tuple[int, str, str], Figure] = field(default_factory=dict)
    months: dict[dt.date, Figure] = field(default_factory=dict)


def rows_since(day: dt.date, **narrowed: object) -> list[Row]:
    """Return the answers about samples from a day on, of articles that readers can see now.

    A withdrawn article takes its answers along: no public number may rest on what is not public.
    """
    items = AuditItem.objects.filter(
        sample__drawn_on__gte=day, article__status=Article.Status.PUBLIC, **narrowed
    ).exclude(verdict="")
    columns = ("sample__scope", "sample__drawn_on", "tagging_id", "tag", "tag_name", "kind", "role", "rule",
               "verdict", "role_verdict")  # fmt: skip
    return [Row(*values) for values in items.order_by("sample__drawn_on", "pk").values_list(*columns)]


def checked(tag: Tag, today: dt.date) -> Checked | None:
    """Return what readers are told about a tag's precision; None while too little was looked at."""
    if tag.is_retired:
        return None
    own = _counted(rows_since(today - WINDOW, tag=tag.pk))
    if own.is_enough:
        return Checked(own, is_of_kind=False)
    of_kind = kind_figure(TagKind(tag.kind), today)
    return Checked(of_kind, is_of_kind=True) if of_kind.is_enough else None


# Most tags show the figure of their kind, which is made of thousands of answers.
_kinds: Memory[tuple[str, dt.date], Figure] = Memory(most=20)


def kind_figure(kind: TagKind, today: dt.date) -> Figure:
    """Return how often tags of a kind were right."""
    standing: Standing = sync.database_standing()
    key = (kind.value, today)
    if (kept := _kinds.find([key], standing).get(key)) is not None:
        return kept
    figure = _counted(rows_since(today - WINDOW, kind=kind, sample__scope__in=(Scope.ALL, Scope.KIND)))
    _kinds.keep({key: figure}, standing)
    return figure


def read_figures(today: dt.date) -> Figures:
    """Return all figures of the last year."""
    rows = rows_since(today - WINDOW)
    daily = [row for row in rows if row.scope == Scope.ALL]
    told = [row for row in daily if row.verdict == Verdict.RIGHT and row.role_verdict]
    return Figures(
        overall=_counted(daily),
        kinds=_by(lambda row: row.kind, (row for row in rows if row.scope != Scope.TAG)),
        roles=_by(lambda row: row.role, told, verdict=lambda row: row.role_verdict),
        rules=_by(lambda row: row.rule, daily),
        tags=_by(
            lambda row: (row.tag or 0, row.tag_name, row.kind), (row for row in rows if row.tag is not None)
        ),
        months=_by(lambda row: row.day.replace(day=1), daily),
    )


def _counted(rows: Iterable[Row]) -> Figure:
    return _by(lambda row: "", rows).get("", Figure())


def _by[Key](
    key: Callable[[Row], Key],
    rows: Iterable[Row],
    *,
    verdict: Callable[[Row], str] = lambda row: row.verdict,
) -> dict[Key, Figure]:
    """Return the figures by key; of a tagging that was drawn several times, the last answer counts."""
    last = {(key(row), row.tagging): row for row in rows}
    figures: dict[Key, Figure] = {}
    for (group, _), row in last.items():
        figures.setdefault(group, Figure()).add(verdict(row), row.day)
    return figures
