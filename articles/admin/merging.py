"""Merge, rename and split at the desk: each shown before it is done, each one act that can be undone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from articles import tasks
from articles.admin.desk import DeskAdmin, editor, link_to
from articles.admin.lists import DONE_HERE, find_or_404, is_id, is_too_long
from articles.admin.merging_forms import NameForm, SecondBylineForm, SecondTagForm, UnionForm
from articles.models import Author, ChangeSet, Outlet, RecordOrigin, Tag
from articles.records.combining import Choice
from articles.records.examples import Example, find_examples
from articles.records.kinds import Record, kind_of, number_of
from articles.records.merging import (
    COUNTED,
    ContradictionError,
    MergeError,
    Merging,
    check,
    count_articles,
    look_ahead,
    merge,
)
from articles.records.renaming import RenameError, rename
from articles.records.splitting import SplitError, check_split, split
from articles.search import sync
from articles.working import failure_of

LATER = (tasks.merge_records.module_path, tasks.split_record.module_path)  # what is left to the background
MOST_MERGED = 20  # records at once
FOUND = 20  # records that a search for another one offers
LOOKED = 1_000  # articles of a large merge among which examples are looked for

MERGING = (
    "Make records that are the same one. The one that is kept gets the articles, names and addresses of the "
    "others; old addresses and searches lead to it for ever. It is one act, which can be undone."
)
TAKEN = "Somebody took this name, slug or key this very moment. Nothing was changed; choose another."
RENAMING = (
    "Old addresses, searches and files that use what it was called go on meaning it, for ever. "
    "Nothing else can take them. An actor gets the new name, and a new surname, among the names by which "
    "articles are tagged: they follow with the next import of their files, or at once with manage.py retag."
)
SPLITTING = (
    "Make a second one of this. It takes along what you choose, and the articles that rest on that; "
    "later imports follow. Nothing is done before you have seen what it would do."
)


class MergingAdmin(DeskAdmin):
    """A table whose records are merged, renamed and split: tags, outlets, authors."""

    def get_urls(self) -> list[URLPattern]:
        """Return the addresses of the three pages, and Django's."""
        name = f"articles_{self.opts.model_name}"
        own: list[tuple[str, Callable[..., HttpResponse], str]] = [
            ("merge/", self.merge_view, "merge"),
            ("<path:object_id>/rename/", self.rename_view, "rename"),
            ("<path:object_id>/split/", self.split_view, "split"),
        ]
        return [
            *(path(at, self.admin_site.admin_view(view), name=f"{name}_{verb}") for at, view, verb in own),
            *super().get_urls(),
        ]

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Return whether this person may change the record; one that was merged is only looked at."""
        is_merged = getattr(obj, "merged_into_id", None) is not None
        return super().has_change_permission(request, obj) and not is_merged

    def adapt_form(self, request: HttpRequest, context: dict[str, Any], obj: Model | None) -> None:
        """Add the ways to merge, rename and split the record for who may do so."""
        if obj is not None and self.has_change_permission(request, obj):
            merge_url = f"{self._address('merge')}?{urlencode({'record': obj.pk})}"
            context.setdefault("tools", []).extend(
                [
                    (merge_url, "Merge"),
                    (self._address("rename", obj), "Rename"),
                    (self._address("split", obj), "Split"),
                ]
            )
        if isinstance(obj, Tag | Outlet | Author) and (why := failure_of(LATER, number_of(obj))):
            self.message_user(request, f"What was asked for in the background failed: {why}.", messages.ERROR)
        if obj is not None and getattr(obj, "merged_into_id", None):
            heir = link_to(obj.merged_into)  # type: ignore[attr-defined]  # a record that has one
            context["help_line"] = format_html(
                "This was merged into {}: its articles, names and addresses are there. "
                "To part them again, undo the act in its history.",
                heir,
            )
        super().adapt_form(request, context, obj)

    def _address(self, verb: str, obj: Model | None = None) -> str:
        return reverse(f"admin:articles_{self.opts.model_name}_{verb}", args=[obj.pk] if obj else [])

    @admin.action(permissions=["change"], description="Merge: make these one")
    def merge_chosen(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """Lead to the page that merges the chosen records."""
        pks = list(queryset.order_by("pk").values_list("pk", flat=True)[: MOST_MERGED + 1])
        if len(pks) > MOST_MERGED:
            self.message_user(request, f"Choose at most {MOST_MERGED} to merge.", messages.WARNING)
            return None
        query = urlencode({"record": pks}, doseq=True)
        return HttpResponseRedirect(f"{self._address('merge')}?{query}")

    # --- Merge ---------------------------------------------------------------------------------------

    def merge_view(self, request: HttpRequest) -> HttpResponse:
        """Show what merging some records would do; do it once that was confirmed."""
        self._require(request)
        asked = request.POST if request.method == "POST" else request.GET
        records = self._records(asked.getlist("record"))
        survivor = next((one for one in records if str(one.pk) == asked.get("survivor")), None)
        survivor = survivor or likeliest(records)
        others = [one for one in records if one != survivor]
        if survivor is None or not others:
            return self._merge_page(request, records, survivor, found=self._find(asked.get("q", ""), records))
        form = UnionForm(request.POST) if "choice" in asked else UnionForm()
        is_sent = request.method == "POST"
        choice = Choice(form.cleaned_data["choice"]) if form.is_bound and form.is_valid() else None
        is_large = count_articles(others, limit=DONE_HERE) > DONE_HERE
        merging = outlook = None
        try:
            if is_sent and is_large and choice:
                return self._merge_later(request, others, survivor, choice)
            if is_large:
                check(others, survivor)
                outlook = look_ahead([*others, survivor])
            else:
                merging = merge(others, survivor, by=editor(request), choice=choice, is_dry=not is_sent)
        except MergeError as error:
            self.message_user(request, f"Nothing was merged: {error}.", messages.ERROR)
            if isinstance(error, ContradictionError):
                merging = merge(others, survivor, by=editor(request), is_dry=True)
                form = UnionForm({})
        if merging and merging.made:
            return self._merged(request, merging)
        examples = None
        if merging or outlook:
            examples = read_examples(others, survivor, is_large=is_large, choice=choice)
        return self._merge_page(
            request, records, survivor, merging=merging, form=form, outlook=outlook, examples=examples
        )

    def _records(self, pks: Sequence[str]) -> list[Record]:
        wanted = [pk for pk in dict.fromkeys(pks) if is_id(pk)][:MOST_MERGED]
        rows = self.model._default_manager.in_bulk([int(pk) for pk in wanted])
        return [rows[int(pk)] for pk in wanted if int(pk) in rows]

    def _find(self, typed: str, records: Sequence[Record]) -> list[Record]:
        """Return records that may be the same as the one at hand: by the beginning of a name, or its key."""
        typed = typed.strip()
        if not typed or is_too_long(typed) or "\0" in typed:
            return []
        called = Q(name__istartswith=typed) | Q(slug=typed.lower())
        rows = self.model._default_manager.filter(merged_into=None).exclude(pk__in=[r.pk for r in records])
        if self.model is Tag:
            aliases = Tag.objects.filter(aliases__text__istartswith=typed).values("pk")
            called |= Q(key=typed.lower()) | Q(pk__in=aliases)
            rows = rows.filter(kind__in=[kind_of(one) for one in records])
        return list(rows.filter(called).order_by("name")[:FOUND])

    def _merge_page(
        self,
        request: HttpRequest,
        records: Sequence[Record],
        survivor: Record | None,
        **more: object,
    ) -> TemplateResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": "Merge",
            "help_line": MERGING,
            "opts": self.opts,
            "records": records,
            "survivor": survivor,
            "merge_url": self._address("merge"),
            "wanted": request.GET.get("q", "")[:100],
            "limit": DONE_HERE,
            "counted": COUNTED,
            **more,
        }
        return TemplateResponse(request, "admin/articles/merge.html", context)

    def _merge_later(
        self,
        request: HttpRequest,
        others: Sequence[Record],
        survivor: Record,
        choice: Choice,
    ) -> HttpResponse:
        """Have many articles moved in the background; refuse at once what would be refused there."""
        check(others, survivor)
        tasks.merge_records.enqueue(
            [number_of(one) for one in (survivor, *others)], choice.value, editor(request).pk
        )
        return self._later(request, survivor, "merged")

    def _later(self, request: HttpRequest, record: Record, what: str) -> HttpResponse:
        """Say that many articles are worked on in the background, and where to see what becomes of it."""
        words = (
            f"These are many articles: they are {what} in the background, in one act. Until that is done "
            "nothing has changed; should it fail, this page says why."
        )
        self.message_user(request, words, messages.SUCCESS)
        return HttpResponseRedirect(self._address("change", record))

    def _merged(self, request: HttpRequest, merging: Merging) -> HttpResponse:
        names = ", ".join(map(str, merging.merged))
        return self._done(request, merging.survivor, merging.made, f"{names} merged into {merging.survivor}.")

    def _done(
        self, request: HttpRequest, record: Model, made: ChangeSet | None, words: str
    ) -> HttpResponseRedirect:
        """Say what was done and how to take it back, on the page of the record."""
        sync.catch_up(wait_seconds=0)
        if made:
            done = format_html("{} It can be undone: {}.", words, link_to(made))
            self.message_user(request, done, messages.SUCCESS)
        else:
            self.message_user(request, words, messages.WARNING)
        return HttpResponseRedirect(
            reverse(f"admin:articles_{self.opts.model_name}_change", args=[record.pk])
        )

    # --- Rename and split ----------------------------------------------------------------------------

    def rename_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show what a record is called, and call it something else."""
        record = self._record(request, object_id)
        stored = {name: getattr(record, name) for name in ("name", "slug", "key") if hasattr(record, name)}
        form = NameForm(record, request.POST or None, initial=stored)
        if request.method == "POST" and form.is_valid():
            try:
                made = rename(record, by=editor(request), **form.cleaned_data)
            except RenameError as error:
                form.add_error(error.part if error.part in form.fields else None, str(error))
            except IntegrityError:
                form.add_error(None, TAKEN)
            else:
                return self._done(
                    request, record, made, "Renamed. Old addresses lead here." if made else "Nothing changed."
                )
        former = record.former_names.order_by("part", "text")
        return self._page(request, record, "Rename", RENAMING, form=form, former=former)

    def split_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show what making a second record would do; do it once that was confirmed."""
        record = self._record(request, object_id)
        model: type[Any] = SecondTagForm if isinstance(record, Tag) else SecondBylineForm
        form = model(record, request.POST or None)
        if request.method != "POST" or not form.is_valid():
            return self._page(request, record, "Split", SPLITTING, form=form)
        is_dry = "split" not in request.POST
        try:
            if count_articles([record], limit=DONE_HERE) > DONE_HERE:
                check_split(record, **form.said())
                if is_dry:
                    return self._page(request, record, "Split", SPLITTING, form=form, is_large=True)
                tasks.split_record.enqueue(number_of(record), form.said(), editor(request).pk)
                return self._later(request, record, "looked through")
            splitting = split(record, by=editor(request), is_dry=is_dry, **form.said())
        except (SplitError, IntegrityError) as error:
            form.add_error(None, str(error) if isinstance(error, SplitError) else TAKEN)
            return self._page(request, record, "Split", SPLITTING, form=form)
        if splitting.made:
            return self._done(
                request, splitting.second, splitting.made, f"{splitting.second} is one of its own now."
            )
        return self._page(request, record, "Split", SPLITTING, form=form, splitting=splitting)

    def _record(self, request: HttpRequest, object_id: str) -> Record:
        self._require(request)
        record: Record = find_or_404(self.model._default_manager, object_id)
        if not self.has_change_permission(request, record):
            raise PermissionDenied
        return record

    def _require(self, request: HttpRequest) -> None:
        if isinstance(request.user, AnonymousUser) or not self.has_change_permission(request):
            raise PermissionDenied

    def _page(
        self,
        request: HttpRequest,
        record: Record,
        title: str,
        help_line: str,
        **more: object,
    ) -> TemplateResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": f"{title} {record}",
            "verb": title,
            "help_line": help_line,
            "opts": self.opts,
            "record": record,
            "limit": DONE_HERE,
            **more,
        }
        return TemplateResponse(request, f"admin/articles/{title.lower()}.html", context)


def read_examples(
    merged: Sequence[Record], survivor: Record, *, is_large: bool, choice: Choice | None
) -> list[tuple[str, list[Example]]]:
    """Return articles that a merge would change, under what tells how; kinds without any are left out.

    Of contradicting editors a merge that can be tried lists all articles; examples are for large ones.
    """
    looked = LOOKED if is_large else DONE_HERE
    found = find_examples(merged, survivor, looked=looked, choice=choice or Choice.NEWER)
    both = "both" if len(merged) == 1 else "several of them"
    groups = [
        ("Editors contradict each other", found.contradicting if is_large else []),
        ("A decision of an editor beats a suggestion", found.overruled),
        (f"Have {both}, and agree", found.united),
        ("Had only what goes", found.moved),
    ]
    return [(words, examples) for words, examples in groups if examples]


def likeliest(records: Sequence[Record]) -> Record | None:
    """Return which of some records to keep: of the gazetteer rather than not, in use, with most articles."""
    today = [one for one in records if one.merged_into_id is None]

    def weight(one: Record) -> tuple[bool, bool, int, int]:
        is_known = getattr(one, "origin", "") == RecordOrigin.GAZETTEER
        return (
            not getattr(one, "is_retired", False), is_known, count_articles([one], limit=DONE_HERE), -one.pk
        )  # fmt: skip

    return max(today, key=weight, default=None)
