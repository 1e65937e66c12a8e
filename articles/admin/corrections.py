"""Corrections on the desk: the imported text beside the edited one, and files that have come to differ."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from articles import correcting
from articles.admin.desk import DeskAdmin, RecordForm, editor, link_to
from articles.admin.lists import chosen
from articles.admin.taggings import EVERYWHERE
from articles.importing.corrections import said_by_archive
from articles.models import Article, Change, ChangeSet, Correction

MINE, FILES = "Keep mine: the file is not followed", "Take the file's: follow it from now on"
NOTHING = "None of these is to be decided."


class Compared(NamedTuple):
    """One correction: what the file says, what the archive says, and the act that last said so."""

    correction: Correction
    imported: str
    edited: str
    act: ChangeSet | None


def compare(corrections: Iterable[Correction]) -> list[Compared]:
    """Return the imported text beside the edited one, and who edited it: a fixed number of queries."""
    rows = list(corrections)
    archive = said_by_archive(list(Article.objects.in_bulk([row.article_id for row in rows]).values()))
    editors = _editors(rows)
    return [
        Compared(
            row,
            _shown(row.file_value),
            _shown(archive[row.article_id][row.field]),
            editors.get((row.article_id, row.field)),
        )
        for row in rows
    ]


def show_compared(rows: Iterable[Compared]) -> SafeString:
    """Return corrections in a table."""
    return SafeString(render_to_string("admin/articles/_corrections.html", {"rows": list(rows)}))


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value or "nothing")


def _editors(rows: Iterable[Correction]) -> dict[tuple[int, str], ChangeSet]:
    """Return the act that last changed each corrected field of these articles."""
    articles = {row.article_id for row in rows}
    changes = Change.objects.filter(table="article", row_id__in=articles).exclude(
        change_set__act__in=[ChangeSet.Act.IMPORT, ChangeSet.Act.RETAG]
    )
    found: dict[tuple[int, str], ChangeSet] = {}
    for change in changes.select_related("change_set").order_by("pk"):
        for name in change.after or {}:
            found[change.row_id, name.removesuffix("_id")] = change.change_set
    return found


@admin.register(Correction)
class CorrectionAdmin(DeskAdmin):
    help_line = (
        "Fields that editors corrected, beside what the articles' files say. Those to decide come first: "
        "there the file has come to say something new. Until somebody decides, the correction stands."
    )
    form = RecordForm
    list_display = ("article_shown", "field", "compared_shown", "is_open")
    list_display_links = None
    list_filter = (
        "is_open",
        chosen("article", "article", Article, "article"),
    )
    list_select_related = ("article", "run")
    list_per_page = 25
    sortable_by = ()
    ordering = ("-is_open", "-id")
    actions = ("keep_mine", "take_files")
    fields = ("article_shown", "field", "compared_shown", "is_open", "run")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return False: correcting an article makes them."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Return False: a correction is decided here, and edited on its article's page."""
        return False

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Return whether this person may decide: whoever may correct articles."""
        return bool(request.user.has_perm("articles.change_article"))

    @admin.display(description="article")
    def article_shown(self, correction: Correction) -> SafeString:
        """Return the article as a link."""
        return link_to(correction.article)

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Return the list, its corrections compared all at once."""
        changelist = super().get_changelist_instance(request)
        rows = list(changelist.result_list)
        for row, compared in zip(rows, compare(rows), strict=True):
            row.compared = [compared]
        changelist.result_list = rows
        return changelist

    @admin.display(description="imported and edited")
    def compared_shown(self, correction: Correction) -> SafeString:
        """Return the file's text beside the editor's."""
        return show_compared(getattr(correction, "compared", None) or compare([correction]))

    @admin.action(permissions=["decide"], description=MINE, location=EVERYWHERE)
    def keep_mine(self, request: HttpRequest, queryset: QuerySet[Correction]) -> None:
        """Let the chosen corrections stand."""
        self._decide(request, queryset, correcting.keep_mine, "kept as edited.")

    @admin.action(permissions=["decide"], description=FILES, location=EVERYWHERE)
    def take_files(self, request: HttpRequest, queryset: QuerySet[Correction]) -> None:
        """Give the chosen fields back to their files."""
        self._decide(request, queryset, correcting.take_files, "as the file says, and following it.")

    def _decide(
        self, request: HttpRequest, queryset: QuerySet[Correction], verb: Callable[..., int], done: str
    ) -> None:
        self.report(request, verb(queryset, by=editor(request)), done, nothing=NOTHING)
