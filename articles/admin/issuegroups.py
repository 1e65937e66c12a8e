"""The issues of one import by kind: how many of each, what to do about it, and page by page which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property

from articles.admin.lists import is_id
from articles.importing.troubles import About, about
from articles.models import ImportIssue, ImportRun

PER_PAGE = 100
SAMPLES = 3  # issues of a group that the page of the run shows
Levels = ImportIssue.Level


@dataclass(frozen=True, slots=True)
class Group:
    """Issues of one level and kind: how many, in words, and where they are listed."""

    run_id: int
    level: Levels
    kind: str
    count: int

    @property
    def about(self) -> About:
        """Return the kind in words."""
        return about(self.kind)

    @property
    def address(self) -> str:
        """Return the page that lists them."""
        return issues_address(self.run_id, level=self.level.value, kind=self.kind)


def issues_address(run_id: int, **narrowed: str) -> str:
    """Return the page of a run's issues, of one level or kind."""
    address = reverse("admin:articles_importrun_issues", args=[run_id])
    return f"{address}?{urlencode(narrowed)}" if narrowed else address


def groups_of(run: ImportRun) -> list[Group]:
    """Return the groups of a run's issues: what was not imported first, of each level the biggest first."""
    order = (Levels.ERROR, Levels.WARNING, Levels.SKIPPED)
    counts = run.issue_counts or _counted(run)
    groups = [
        Group(run.pk, Levels(level), kind, count)
        for level, kinds in counts.items()
        if level in Levels.values
        for kind, count in kinds.items()
        if count
    ]
    return sorted(groups, key=lambda group: (order.index(group.level), -group.count, group.kind))


def issue_count(run: ImportRun) -> int:
    """Return how many issues a run has, as it counted them itself."""
    return sum(count for kinds in run.issue_counts.values() for count in kinds.values())


def _counted(run: ImportRun) -> Mapping[str, Mapping[str, int]]:
    """Return the counts of a run that kept none."""
    counts: dict[str, dict[str, int]] = {}
    rows = run.issues.order_by().values_list("level", "kind").annotate(count=Count("pk"))
    for level, kind, count in rows:
        counts.setdefault(level, {})[kind] = count
    return counts


def samples_of(group: Group) -> list[ImportIssue]:
    """Return the first few issues of a group."""
    rows = ImportIssue.objects.filter(run=group.run_id, level=group.level, kind=group.kind)
    return list(rows.order_by("pk")[:SAMPLES])


class IssuePages(Paginator[ImportIssue]):
    """The pages of some issues, whose number is known: a page deep down is found in the index alone."""

    def __init__(self, rows: QuerySet[ImportIssue], count: int) -> None:
        super().__init__(rows.values_list("pk", flat=True), PER_PAGE)  # type: ignore[arg-type]  # numbers of rows
        self.known = count

    @cached_property
    def count(self) -> int:
        """Return how many issues there are."""
        return self.known


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Which issues of a run a page shows: of one level, one kind, or all."""

    groups: list[Group]
    level: str
    kind: str

    @classmethod
    def asked(cls, run: ImportRun, request: HttpRequest) -> Narrowed:
        """Return what a request asks for; what the run has none of shows nothing."""
        level, kind = request.GET.get("level", ""), request.GET.get("kind", "")
        groups = [
            group for group in groups_of(run) if level in {"", group.level} and kind in {"", group.kind}
        ]
        return cls(groups, level, kind)

    @property
    def count(self) -> int:
        """Return how many issues these are."""
        return sum(group.count for group in self.groups)

    @property
    def query(self) -> str:
        """Return the part of the address that asks for them."""
        return urlencode(
            {name: value for name, value in (("level", self.level), ("kind", self.kind)) if value}
        )

    def rows(self, run: ImportRun) -> QuerySet[ImportIssue]:
        """Return the issues, in the order of an index."""
        rows = run.issues.all() if self.groups else run.issues.none()
        if self.level and self.groups:
            rows = rows.filter(level=self.level)
        if self.kind and self.groups:
            rows = rows.filter(kind=self.kind)
        return rows.order_by("level", "kind", "pk")


def page_number(request: HttpRequest) -> int:
    """Return the page asked for; the first for what is no number."""
    number = request.GET.get("p", "1")
    return int(number) if is_id(number) else 1
