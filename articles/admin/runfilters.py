"""The articles of one import: those it was the last to read, made, changed, or withdrew."""

from __future__ import annotations

from abc import ABC, abstractmethod

from django.db.models import IntegerField, Q, QuerySet
from django.db.models.functions import Coalesce

from articles.admin.lists import ChosenFilter, reached
from articles.importing.trail import ARTICLE
from articles.models import Article, ArticleSource, Change, ChangeSet, ImportRun

WITHDRAWN = {"after__withdrawal": Article.Withdrawal.MISSING.value}


class RunFilter(ChosenFilter):
    """The articles whose file one import was the last to read."""

    title = "import run"
    parameter_name = "run"
    model = ImportRun

    def narrowed(self, queryset: QuerySet[Article], pk: int) -> QuerySet[Article]:
        """Return the articles of the chosen run."""
        files = ArticleSource.objects.all()
        # A column by itself SQLite takes from the run's index, and reads all of its files for each article.
        met = files.alias(read_by=Coalesce("run_id", 0, output_field=IntegerField())).filter(read_by=pk)
        return reached(queryset, files.filter(run=pk), "article", met=met)


class _TrailFilter(ChosenFilter, ABC):
    """Articles by what one import did to them, as its trail says; ``figure`` is its own count of these."""

    model = ImportRun
    figure = ""

    def narrowed(self, queryset: QuerySet[Article], pk: int) -> QuerySet[Article]:
        """Return the articles to which the chosen run did this."""
        if not ImportRun.objects.filter(pk=pk, **{f"{self.figure}__gt": 0}).exists():
            return queryset.none()  # not to look for nothing in a million rows
        acts = ChangeSet.objects.filter(run=pk, act=ChangeSet.Act.IMPORT).values_list("pk", flat=True)
        changes = self.did(Change.objects.filter(table=ARTICLE))
        of_run = changes.filter(change_set__in=list(acts))
        # As above: let the database look changes up by their article.
        met = changes.alias(made_in=Coalesce("change_set_id", 0, output_field=IntegerField()))
        return reached(queryset, of_run, "row_id", met=met.filter(made_in__in=list(acts)))

    @abstractmethod
    def did(self, changes: QuerySet[Change]) -> QuerySet[Change]:
        """Return those changes that are of this kind."""


class CreatedByRun(_TrailFilter):
    """The articles that one import made."""

    title = "created by import run"
    parameter_name = "created_by_run"
    figure = "created_count"

    def did(self, changes: QuerySet[Change]) -> QuerySet[Change]:
        """Return the changes without a before."""
        return changes.filter(before__isnull=True)


class UpdatedByRun(_TrailFilter):
    """The articles that one import changed, those aside that it withdrew."""

    title = "updated by import run"
    parameter_name = "updated_by_run"
    figure = "updated_count"

    def did(self, changes: QuerySet[Change]) -> QuerySet[Change]:
        """Return the changes of articles that were there before."""
        # A key that is not there is neither the same nor another value.
        stays = Q(after__withdrawal__isnull=True) | ~Q(**WITHDRAWN)
        return changes.filter(stays, before__isnull=False)


class WithdrawnByRun(_TrailFilter):
    """The articles that one import withdrew because their files had gone."""

    title = "withdrawn by import run"
    parameter_name = "withdrawn_by_run"
    figure = "withdrawn_count"

    def did(self, changes: QuerySet[Change]) -> QuerySet[Change]:
        """Return the changes that withdrew an article."""
        return changes.filter(before__isnull=False, **WITHDRAWN)


RUN_FILTERS = (RunFilter, CreatedByRun, UpdatedByRun, WithdrawnByRun)
