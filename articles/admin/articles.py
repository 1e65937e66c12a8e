"""Articles on the desk: the text, its tags with their evidence, and where it came from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, IntegerField, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format

from articles import curation
from articles.admin.desk import (
    LabelledFormSet,
    RecordAdmin,
    RecordForm,
    RowFormSet,
    RowInline,
    SeenForm,
    editor,
    link_to_list,
)
from articles.admin.lists import ChosenFilter, chosen, is_id, is_too_long, reached
from articles.admin.provenance import FilePanel
from articles.admin.refused import RefusedPage
from articles.admin.runfilters import RUN_FILTERS
from articles.admin.taggings import EVERYWHERE, AddedTagInline, TaggingInline, decision_in
from articles.importing.clipping import Precision
from articles.models import (
    Article,
    Author,
    Authorship,
    ChangeSet,
    Outlet,
    Tag,
    Tagging,
)
from articles.search import sync
from articles.search.folder import IndexUnusable
from articles.search.query import Criteria, WordsError

FOUND = 1_000  # articles that a search of the list looks at
FIRST_YEAR = 1800  # the same bounds as for dates in front matter
DATES = ("published_on", "clipped_on", "updated_on")
NO_DATE = "Enter a valid date, like 2025-10-17 or 17 Oct 2025."
DATE_FORMATS: dict[str, str] = {Precision.DAY: "Y-m-d", Precision.MONTH: "Y-m", Precision.YEAR: "Y"}


class ArticleForm(SeenForm):
    """An article as an editor corrects it."""

    class Meta:
        model = Article
        fields = (
            "title", "standfirst", "body", "status", "outlet", "byline", "url", "published_on",
            "published_precision", "clipped_on", "updated_on", "language", "section",
        )  # fmt: skip
        help_texts = {
            "standfirst": "The summary below the headline, as plain text.",
            "status": "What is not public is seen at the desk alone.",
            "url": "Where the original can be read.",
            "published_on": "Like 2025-10-17. If only the month or year is known, its first day.",
            "clipped_on": "When it was cut out or saved.",
            "updated_on": "When the publisher last changed it.",
            "language": "A code, such as en or pt-BR.",
            "section": "Of the publication, such as World.",
        }
        error_messages = {name: {"invalid": NO_DATE} for name in DATES}
        widgets = {
            "title": forms.Textarea(attrs={"rows": 2, "cols": 90, "class": "headline"}),
            "standfirst": forms.Textarea(attrs={"rows": 3, "cols": 90}),
            "body": forms.Textarea(attrs={"rows": 16, "cols": 90, "class": "story"}),
        }

    def version(self) -> object:
        """Return the article's columns, its authors and its taggings."""
        return (
            curation.values_of(self.instance),
            list(self.instance.authorships.values_list("author_id", "position")),
            list(self.instance.taggings.order_by("pk").values_list("pk", "role", "status")),
        )

    def clean_title(self) -> str:
        """Return the title as one line."""
        return " ".join(self.cleaned_data["title"].split())

    def clean(self) -> dict[str, Any]:
        """Refuse dates that no clipping can have."""
        cleaned = super().clean()
        last = timezone.now().year + 1
        for name in DATES:
            day = cleaned.get(name)
            if isinstance(day, dt.date) and not FIRST_YEAR <= day.year <= last:
                self.add_error(name, ValidationError(f"Write a year between {FIRST_YEAR} and {last}."))
        return cleaned


class AuthorshipInline(RowInline):
    """The authors in the order of the byline."""

    model = Authorship
    formset = LabelledFormSet
    fields = ("author", "position")
    autocomplete_fields = ("author",)
    verbose_name = "author"
    verbose_name_plural = "authors"
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Authorship]:
        """Return the authorships with their authors."""
        return super().get_queryset(request).select_related("author")

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Return whether authors may be taken off: whoever may change them may."""
        return self.has_change_permission(request, obj)


class YearFilter(admin.SimpleListFilter):
    """Years from the newest to the oldest article, found by two look-ups in an index."""

    title = "year"
    parameter_name = "year"

    def lookups(self, request: HttpRequest, model_admin: RecordAdmin) -> list[tuple[str, str]]:
        """Return the years between the first and the last dated article."""
        dated = Article.objects.filter(sort_on__gt=Article.UNDATED)
        days = dated.order_by().values_list("sort_on", flat=True)
        first, last = days.order_by("sort_on").first(), days.order_by("-sort_on").first()
        if first is None or last is None:
            return []
        return [(str(year), str(year)) for year in range(last.year, first.year - 1, -1)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Article]) -> QuerySet[Article]:
        """Return the year's articles; none for a year that is no year."""
        if not (value := self.value()):
            return queryset
        if value not in dict(self.lookup_choices):
            return queryset.none()
        return queryset.filter(sort_on__year=int(value))


class CarriedTagFilter(ChosenFilter):
    """The articles that carry one tag, rejected ones left out."""

    title = "tag"
    parameter_name = "tag"
    model = Tag

    def narrowed(self, queryset: QuerySet[Article], pk: int) -> QuerySet[Article]:
        """Return the articles that carry the chosen tag."""
        rows = Tagging.objects.filter(tag=pk).exclude(status=Tagging.Status.REJECTED)
        return reached(queryset, rows, "article")


class WaitingArticle(Protocol):
    """An article with its number of undecided suggestions."""

    pk: int
    waiting_count: int


@admin.register(Article)
class ArticleAdmin(FilePanel, RefusedPage):
    help_line = (
        "Articles come from imports. A field you change here is left alone by every later import. "
        "Articles are withdrawn, not deleted: readers no longer see them, and they can be restored."
    )
    form = ArticleForm
    list_display = ("title", "dated", "outlet", "status", "open_count")
    list_select_related = ("outlet",)
    list_filter = (
        "status", YearFilter, "clipped_on",
        CarriedTagFilter,
        chosen("outlet", "outlet", Outlet, "outlet"),
        chosen("author", "author", Author, "authorships__author"),
        *RUN_FILTERS,
    )  # fmt: skip
    sortable_by = ("dated",)
    search_fields = ("title",)  # what `get_search_results` does instead
    search_help_text = "Words of the article, or its number."
    autocomplete_fields = ("outlet",)
    actions = ("withdraw", "restore")
    inlines = (TaggingInline, AddedTagInline, AuthorshipInline)
    fieldsets = (
        (None, {"fields": ("title", "standfirst", "body", "status")}),
        (
            "Published by, when, where",
            {
                "fields": (
                    "outlet", "byline", "url", ("published_on", "published_precision"),
                    ("clipped_on", "updated_on"), ("language", "section"),
                )
            },
        ),
        (
            "The file it was read from",
            {"classes": ("collapse",), "fields": FilePanel.FIELDS},
        ),
    )  # fmt: skip
    readonly_fields = FilePanel.FIELDS

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the articles, each with its number of suggestions nobody decided."""
        waiting = Tagging.objects.filter(article=OuterRef("pk"), status=Tagging.Status.SUGGESTED).order_by()
        count = Subquery(waiting.values("article").annotate(n=Count("pk")).values("n"), IntegerField())
        articles: QuerySet[Any] = super().get_queryset(request).annotate(waiting_count=Coalesce(count, 0))
        return articles

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Return the articles that hold the words or have the number.

        What readers see is found by the search index, the rest by its titles, the newest `FOUND` of each.
        Without an index all are found by their titles.
        """
        rows, is_doubled = super().get_search_results(request, queryset, "")
        if not (term := search_term.strip()):
            return rows, is_doubled
        if is_too_long(term) or "\0" in term:
            return rows.none(), is_doubled
        try:
            public = sync.search(Criteria(words=term), limit=FOUND).ids
        except WordsError:
            return rows.none(), is_doubled
        except IndexUnusable:
            return super().get_search_results(request, queryset, search_term)
        ids = {*public, *_hidden(term)} | ({int(term)} if is_id(term) else set())
        return rows.filter(pk__in=ids), is_doubled

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return False: articles are imported, so that each has a file to answer for it."""
        return False

    def view_on_site(self, article: Article) -> str | None:
        """Return the article's page, if readers may see it."""
        return article.get_absolute_url() if article.status == Article.Status.PUBLIC else None

    def save_related(
        self, request: HttpRequest, form: RecordForm, formsets: Sequence[RowFormSet], change: bool
    ) -> None:
        """Record the corrections and every decision of the form as one act."""
        values = {
            name: form.cleaned_data[name] for name in form.changed_data if name in ArticleForm.Meta.fields
        }
        with curation.recording(ChangeSet.Act.EDIT, by=editor(request)) as act:
            for formset in formsets:
                formset.save(commit=False)  # for Django's own log; writes nothing
                if formset.model is Authorship and formset.has_changed():
                    values["authors"] = _authors(formset)
                elif formset.model is Tagging:
                    _decide(act, formset)
            act.edit_article(form.instance, values)

    @admin.display(description="published", ordering="sort_on")
    def dated(self, article: Article) -> str:
        """Return the date of publication as far as it is known, else when it was clipped."""
        day = article.published_on
        if day is None:
            return f"clipped {date_format(article.clipped_on)}" if article.clipped_on else "undated"
        return date_format(day, DATE_FORMATS[article.published_precision])

    @admin.display(description="to decide")
    def open_count(self, article: WaitingArticle) -> object:
        """Return the number of undecided suggestions, as a link to them."""
        if not article.waiting_count:
            return ""
        query = f"article={article.pk}&status__exact={Tagging.Status.SUGGESTED}"
        return link_to_list(Tagging, query, article.waiting_count)

    @admin.action(permissions=["change"], description="Withdraw from readers", location=EVERYWHERE)
    def withdraw(self, request: HttpRequest, queryset: QuerySet[Article]) -> None:
        """Withdraw the chosen articles."""
        count = curation.withdraw(queryset, by=editor(request))
        done = "withdrawn; readers no longer see them."
        self.report(request, count, done, nothing="None of these was public.")

    @admin.action(permissions=["change"], description="Restore for readers", location=EVERYWHERE)
    def restore(self, request: HttpRequest, queryset: QuerySet[Article]) -> None:
        """Restore the chosen articles."""
        count = curation.restore(queryset, by=editor(request))
        self.report(request, count, "restored.", nothing="None of these was withdrawn.")


def _authors(formset: RowFormSet) -> list[Author]:
    """Return the authors as the form leaves them, in the order of their positions."""
    rows = [
        (form.cleaned_data["position"], number, form.cleaned_data["author"])
        for number, form in enumerate(formset.forms)
        if form.cleaned_data.get("author") and not form.cleaned_data.get("DELETE")
    ]
    return [author for *_, author in sorted(rows, key=lambda row: row[:2])]


def _hidden(term: str) -> Iterator[int]:
    """Yield the articles that no reader sees and whose titles hold every word, the newest of each status."""
    for status in (Article.Status.DRAFT, Article.Status.WITHDRAWN):
        rows = Article.objects.filter(status=status)
        for word in term.split():
            rows = rows.filter(title__icontains=word.strip("\"'"))
        yield from rows.values_list("pk", flat=True)[:FOUND]


def _decide(act: curation.Act, formset: RowFormSet) -> None:
    """Record the decisions of one inline: on the taggings there are, and the tags to add."""
    for form in formset.forms:
        if not form.has_changed():
            continue
        if form.instance.pk:
            act.decide([form.instance], **decision_in(form))
        elif form.cleaned_data.get("tag"):
            act.add_tag(formset.instance, form.cleaned_data["tag"], role=form.cleaned_data["role"])
