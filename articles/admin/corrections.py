"""Corrections on the desk: the imported text beside the edited one, and files that have come to differ."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, QueryDict
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.timezone import localtime

from articles import correcting
from articles.admin.changes import MAY_UNDO
from articles.admin.desk import DeskAdmin, RecordForm, editor, fingerprint, link_to
from articles.admin.lists import chosen, is_id
from articles.admin.taggings import EVERYWHERE
from articles.importing.clipping import Precision
from articles.importing.corrections import DATE, PRECISION, said_by_archive
from articles.models import Article, Change, ChangeSet, Correction

OURS, FILES = "Keep ours: the file is not followed", "Take the file's: follow it from now on"
SHOWN = 400  # characters of a text, as on the page of an article
NOTHING = "None of these is to be decided."
GONE = "This correction is gone: somebody decided it meanwhile."
CHANGED = "This correction changed meanwhile. Look again; nothing was decided."
SETTLED = "This correction is not to be decided; nothing was changed."
NO_DECISION = "That was no decision; nothing was changed."


class Verb(NamedTuple):
    """What a button of a row does, what it says, and what is said afterwards."""

    decide: Callable[..., int]
    words: str
    done: str


VERBS = {
    "keep": Verb(correcting.keep_ours, "Keep ours", "kept as edited."),
    "take": Verb(correcting.take_files, "Take the file's", "as the file says, and following it."),
}


class Compared(NamedTuple):
    """One correction: what the file says, what the archive says, and the act that last said so.

    ``seen`` is the version of it all, in short.
    """

    correction: Correction
    imported: str
    edited: str
    act: ChangeSet | None
    seen: str


def compare(corrections: Iterable[Correction]) -> list[Compared]:
    """Return the imported text beside the edited one, and who edited it: a fixed number of queries.

    How much of a date is known is no correction by itself: it is shown with the date.
    """
    rows = [row for row in corrections if row.field != PRECISION]
    archive = said_by_archive(list(Article.objects.in_bulk([row.article_id for row in rows]).values()))
    editors = _editors(rows)
    dated = [row.article_id for row in rows if row.field == DATE]
    in_files = Correction.objects.filter(article__in=dated, field=PRECISION)
    precisions = dict(in_files.values_list("article_id", "file_value")) if dated else {}
    found = []
    for row in rows:
        said = archive[row.article_id]
        imported, edited = row.file_value, said[row.field]
        if row.field == DATE:
            imported = _known_of(imported, precisions.get(row.article_id))
            edited = _known_of(edited, said[PRECISION])
        act = editors.get((row.article_id, row.field))
        seen = fingerprint((imported, row.is_open, edited))
        found.append(Compared(row, _shown(imported), _shown(edited), act, seen))
    return found


def show_compared(rows: Iterable[Compared]) -> SafeString:
    """Return corrections in a table."""
    return SafeString(render_to_string("admin/articles/_corrections.html", {"rows": list(rows)}))


def _known_of(day: object, precision: object) -> object:
    """Return what is known of a day such as 2025-10-01: 2025-10 if that is the month alone."""
    lengths: dict[object, int] = {Precision.YEAR: 4, Precision.MONTH: 7}
    return str(day)[: lengths.get(precision, 10)] if day else day


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
            field = DATE if name == PRECISION else name.removesuffix("_id")
            found[change.row_id, field] = change.change_set
    return found


@admin.register(Correction)
class CorrectionAdmin(DeskAdmin):
    help_line = (
        "Fields that editors corrected, beside what the articles' files say. Those to decide come first: "
        "there the file has come to say something new. Until somebody decides, the correction stands."
    )
    form = RecordForm
    list_display = ("article_shown", "field_shown", "imported_shown", "edited_shown", "decision_shown")
    list_display_links = None
    list_filter = (
        "is_open",
        chosen("article", "article", Article, "article"),
    )
    list_select_related = ("article", "run")
    list_per_page = 25
    sortable_by = ()
    ordering = ("-is_open", "-id")
    actions = ("keep_ours", "take_files")
    fields = ("article_shown", "field", "compared_shown", "is_open", "run")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Correction]:
        """Return the corrections; how much of a date is known is decided with the date."""
        return super().get_queryset(request).exclude(field=PRECISION)

    def get_urls(self) -> list[URLPattern]:
        """Return the address of the buttons of a row, and Django's."""
        view = self.admin_site.admin_view(self.decide_view)
        name = "articles_correction_decide"
        return [path("<path:object_id>/decide/", view, name=name), *super().get_urls()]

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
        """Return the list, its corrections compared all at once; each knows where its buttons lead."""
        changelist = super().get_changelist_instance(request)
        rows = list(changelist.result_list)
        filters = changelist.get_query_string().removeprefix("?")
        may_decide = self.has_decide_permission(request)
        for row, compared in zip(rows, compare(rows), strict=True):
            row.compared = [compared]
            row.decide = _address_of(row, compared.seen, filters) if may_decide else ""
        changelist.result_list = rows
        return changelist

    @admin.display(description="field")
    def field_shown(self, correction: Any) -> SafeString:  # noqa: ANN401  # a row of the list
        """Return the field, and whether it is to be decided."""
        form = "{} <strong>to decide</strong>" if correction.is_open else "{}"
        return format_html(form, correction.field.replace("_", " "))

    @admin.display(description="imported text")
    def imported_shown(self, correction: Any) -> SafeString:  # noqa: ANN401  # a row of the list
        """Return what the file says, and which import read it."""
        [compared] = correction.compared
        who = format_html(", read by {}", link_to(correction.run)) if correction.run else ""
        return _shortly(compared.imported, format_html("the file{}", who))

    @admin.display(description="edited text")
    def edited_shown(self, correction: Any) -> SafeString:  # noqa: ANN401  # a row of the list
        """Return what the archive says, and who said so when."""
        [compared] = correction.compared
        act = compared.act
        who = (act.made_by_name or "a program") if act else "an editor"
        when = format_html(", {}", date_format(localtime(act.made_at), "DATETIME_FORMAT")) if act else ""
        return _shortly(compared.edited, format_html("{}{}", link_to(act, who) if act else who, when))

    @admin.display(description="imported and edited")
    def compared_shown(self, correction: Correction) -> SafeString:
        """Return the file's text beside the editor's."""
        return show_compared(getattr(correction, "compared", None) or compare([correction]))

    @admin.display(description="decision")
    def decision_shown(self, correction: Any) -> SafeString:  # noqa: ANN401  # a row of the list
        """Return the buttons that decide: they send the list's own form, which has the token."""
        verbs = VERBS if correction.is_open else {"take": VERBS["take"]}
        buttons = format_html_join(
            " ",
            '<button type="submit" class="button" name="verb" value="{}" formaction="{}" '
            'aria-label="{}: {}">{}</button>',
            (
                (name, correction.decide, verb.words, correction, verb.words)
                for name, verb in verbs.items()
                if correction.decide
            ),
        )
        return format_html('<div class="verbs">{}</div>', buttons)

    def decide_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Do to one correction what its button says, unless it is no longer what was seen."""
        if not self.has_decide_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        verb = VERBS.get(request.POST.get("verb", ""))
        words, level = self._decided(request, object_id, verb) if verb else (NO_DECISION, messages.ERROR)
        self.message_user(request, words, level)
        filters = QueryDict(request.GET.get("_changelist_filters", "")).urlencode()
        address = reverse("admin:articles_correction_changelist")
        return HttpResponseRedirect(f"{address}?{filters}" if filters else address)

    @transaction.atomic
    def _decided(self, request: HttpRequest, object_id: str, verb: Verb) -> tuple[str, int]:
        """Decide one correction; return what to say of it, and how loud."""
        rows = Correction.objects.filter(pk=object_id) if is_id(object_id) else Correction.objects.none()
        # The article first, as every edit and import does: what was seen must stand until it is decided.
        Article.objects.select_for_update(of=("self",)).only("pk").filter(corrections__in=rows).first()
        row = rows.select_related("article").first()
        if row is None:
            return GONE, messages.WARNING
        [compared] = compare([row])
        if compared.seen != request.GET.get("seen", ""):
            return CHANGED, messages.WARNING
        if not verb.decide([row], by=editor(request)):
            return SETTLED, messages.WARNING
        undo: SafeString | str = ""
        if request.user.has_perm(MAY_UNDO) and (act := _act_on(row)):
            address = reverse("admin:articles_changeset_undo", args=[act.pk])
            undo = format_html(' <a href="{}">Undo</a>', address)
        article = Article.objects.get(pk=row.article_id)
        field = row.field.replace("_", " ").capitalize()
        return format_html("{} of {}: {}{}", field, link_to(article), verb.done, undo), messages.SUCCESS

    @admin.action(permissions=["decide"], description=OURS, location=EVERYWHERE)
    def keep_ours(self, request: HttpRequest, queryset: QuerySet[Correction]) -> None:
        """Let the chosen corrections stand."""
        self._decide(request, queryset, VERBS["keep"])

    @admin.action(permissions=["decide"], description=FILES, location=EVERYWHERE)
    def take_files(self, request: HttpRequest, queryset: QuerySet[Correction]) -> None:
        """Give the chosen fields back to their files."""
        self._decide(request, queryset, VERBS["take"])

    def _decide(self, request: HttpRequest, queryset: QuerySet[Correction], verb: Verb) -> None:
        self.report(request, verb.decide(queryset, by=editor(request)), verb.done, nothing=NOTHING)


def _shortly(text: str, source: SafeString) -> SafeString:
    """Return a text, or how it begins, below the line that says whose it is."""
    return format_html('<p class="from">{}</p>{}', source, Truncator(text).chars(SHOWN))


def _address_of(correction: Correction, seen: str, filters: str) -> str:
    """Return where the buttons of a row lead: they name what was seen, and the list to come back to."""
    query = QueryDict(mutable=True)
    query["seen"] = seen
    if filters:
        query["_changelist_filters"] = filters
    return f"{reverse('admin:articles_correction_decide', args=[correction.pk])}?{query.urlencode()}"


def _act_on(correction: Correction) -> ChangeSet | None:
    """Return the act that last changed a correction or its article."""
    rows = Change.objects.filter(table="correction", row_id=correction.pk) | Change.objects.filter(
        table="article", row_id=correction.article_id
    )
    last = rows.select_related("change_set").order_by("-pk").first()
    return last.change_set if last else None
