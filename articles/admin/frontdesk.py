"""The front page of the desk: what waits for whom, and what happened lately.

To put work of your own there, add one line to `WAITING`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from articles import working
from articles.admin.mended import waiting_issues
from articles.admin.namesakes import said_of_look
from articles.models import (
    ActorSuggestion,
    AuditItem,
    ChangeSet,
    Correction,
    ProposedMerge,
    Tagging,
)
from articles.quality.sampling import sample_of
from articles.review import queue
from articles.review.queue import Asked, count_waiting
from articles.uploads.uploading import left_to_decide

COUNTED = 1_000  # rows; of more the page says so
ACTS_SHOWN = 8  # of the trail, the latest


@dataclass(frozen=True, slots=True)
class Waiting:
    """One sort of work: what one and what several of it are called, who may do it, and where.

    ``page`` is the name of an address of the desk, ``query`` narrows it.  ``count`` returns how many wait;
    like `up_to`, it looks at ``most`` + 1 rows at most, `COUNTED` unless told otherwise.  ``remark`` says
    what none of them means.
    """

    one: str
    many: str
    permission: str
    page: str
    count: Callable[[], int]
    query: str = ""
    most: int = 0
    remark: Callable[[], str] = str

    def words(self, count: int) -> str:
        """Return what waits, after its number."""
        return self.one if count == 1 else self.many


class Work(NamedTuple):
    """One line of the front page: a number as it is printed, what it counts, and the way there."""

    number: str
    words: str
    address: str
    remark: str = ""


class Front(NamedTuple):
    """What the front page shows one person."""

    work: list[Work]
    nothing: list[Work]  # sorts of work of which nothing waits
    lately: Sequence[ChangeSet]
    remark: str


def up_to(rows: Callable[[], QuerySet[Any]]) -> Callable[[], int]:
    """Return a count of these rows that has an end."""
    return lambda: rows().order_by().values("pk")[: COUNTED + 1].count()


def _left_to_draw() -> int:
    return int(sample_of(timezone.localdate()) is None and Tagging.objects.exists())


def _left_to_audit() -> int:
    return AuditItem.objects.filter(sample=sample_of(timezone.localdate()), verdict="").count()


# In the order of a day's work.
WAITING = (
    Waiting(
        "upload to look at", "uploads to look at", "articles.add_importrun",
        "admin:articles_upload_changelist",
        up_to(left_to_decide),
    ),
    Waiting(
        "file that could not be imported", "files that could not be imported", "articles.add_importrun",
        "admin:articles_importrun_changelist", up_to(waiting_issues), query="failed=waiting",
    ),
    Waiting(
        "correction to decide", "corrections to decide", "articles.change_article",
        "admin:articles_correction_changelist", up_to(lambda: Correction.objects.filter(is_open=True)),
        query="is_open__exact=1",
    ),
    Waiting(
        "suggested tag to review", "suggested tags to review", "articles.change_tagging", "admin:review",
        lambda: count_waiting(Asked()) or 0, most=queue.COUNTED,
    ),
    Waiting(
        "suggested actor", "suggested actors", "articles.change_actorsuggestion",
        "admin:articles_actorsuggestion_changelist", up_to(ActorSuggestion.objects.open),
        query="status__exact=open",
    ),
    Waiting(
        "pair of records that may be one", "pairs of records that may be one",
        "articles.change_proposedmerge", "admin:articles_proposedmerge_changelist",
        up_to(lambda: ProposedMerge.objects.filter(status=ProposedMerge.Status.OPEN)),
        query="status__exact=open", remark=said_of_look,
    ),
    Waiting(
        "random sample of today to draw", "random samples to draw", "articles.change_audititem",
        "admin:quality", _left_to_draw,
    ),
    Waiting(
        "tag of today's sample to audit", "tags of today's sample to audit", "articles.change_audititem",
        "admin:quality", _left_to_audit,
    ),
)  # fmt: skip


def read_front(request: HttpRequest) -> Front:
    """Return what waits for whoever asks, and what happened lately: a query for each sort of work."""
    work: list[Work] = []
    nothing: list[Work] = []
    for one in WAITING:
        if not request.user.has_perm(one.permission):
            continue
        count = one.count()
        most = one.most or COUNTED
        number = f"{most:,}+" if count > most else f"{count:,}"
        address = reverse(one.page) + (f"?{one.query}" if one.query and count else "")
        remark = "" if count else one.remark()
        (work if count else nothing).append(Work(number, one.words(count), address, remark))
    may_see = request.user.has_perm("articles.view_changeset")
    lately = (
        list(ChangeSet.objects.filter(sitting__isnull=True).order_by("-pk")[:ACTS_SHOWN]) if may_see else []
    )
    return Front(work, nothing, lately, working.remark())


admin.site.read_front = read_front  # type: ignore[attr-defined]  # our own site
