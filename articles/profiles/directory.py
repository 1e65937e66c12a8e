"""The tags of one kind as readers see them: listed, counted, found by name."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from django import forms
from django.http import QueryDict
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from articles.filters import ONCE, ArticleFilter
from articles.lists.problems import Problem
from articles.models import Alias, Tag, TagKind
from articles.phrases import gettext, marked
from articles.search import sync
from articles.search.address import Address, is_tracking
from articles.search.engine import IndexUnusable
from articles.search.fields import NameField
from articles.search.names import is_called, is_exactly
from articles.search.query import Criteria

PAGE_SIZE = 240  # tags; a page of names in three columns, about 100 kB
ALL_KEYS = 20_000  # values of one facet counted at once; more than any gazetteer has

SOUGHT = (Alias.Kind.NAME, Alias.Kind.FORMER)  # aliases that readers look for
ORDERS = {"count": marked("most articles first"), "name": marked("by name")}


@dataclass(frozen=True, slots=True)
class Entry:
    """One tag in a list; ``count`` is None while articles cannot be counted.

    ``is_exact``: it is called exactly what the reader sought.
    """

    name: str
    url: str
    count: int | None
    is_exact: bool = False
    children: list[Entry] = field(default_factory=list)

    @property
    def has_articles(self) -> bool:
        """Return whether an article has this tag or one of its children."""
        return bool(self.count) or any(child.count for child in self.children)


@dataclass(frozen=True, slots=True)
class Order:
    """One order a list of tags can have."""

    label: str
    url: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class Directory:
    """One page of the tags of one kind.

    ``count`` tags are listed, on all pages together, of the ``known_count`` that have this name; those left
    out have no article.  Both include the children of topics.
    """

    kind: TagKind
    words: str
    entries: list[Entry]
    count: int
    known_count: int
    has_counts: bool
    orders: list[Order]
    problems: list[Problem]
    path: str
    all_url: str
    previous_url: str
    next_url: str
    kept: list[tuple[str, str]]

    @property
    def heading(self) -> str:
        """Return what the page is called: Actors, Countries ..."""
        return ArticleFilter.facets()[self.kind]

    @property
    def is_partial(self) -> bool:
        """Return whether tags without articles are left out."""
        return self.count < self.known_count


class DirectoryForm(forms.Form):
    """What a reader may ask of a list of tags."""

    q = NameField(label=_("Name"), max_length=100, required=False)
    order = forms.ChoiceField(
        label=_("Order"),
        choices=[(name, name) for name in ORDERS],
        required=False,
        error_messages={
            "invalid_choice": format_lazy(
                _("“%(value).40s” is not an order; write one of {choices}"), choices=", ".join(ORDERS)
            )
        },
    )
    all = forms.ChoiceField(label=_("All"), choices=[("1", "1")], required=False)
    page = forms.IntegerField(label=_("Page"), min_value=1, max_value=10_000, required=False)

    data: QueryDict

    def problems(self, path: str) -> list[Problem]:
        """Return what could not be understood; the list at this path is the way out."""
        messages = [
            (name, str(error).rstrip(".")) for name, errors in self.errors.items() for error in errors
        ]
        messages += [(name, str(ONCE)) for name in self.fields if len(self.data.getlist(name)) > 1]
        problems = [Problem(name, str(self.fields[name].label), message, path) for name, message in messages]
        unknown = gettext("is not an option of this list")
        return problems + [
            Problem(name[:80], name[:80], unknown, path, is_unknown=True)
            for name in self.data
            if name not in self.fields and not is_tracking(name)
        ]


def list_tags(kind: TagKind, asked: QueryDict, path: str) -> Directory:
    """Return the page of tags that a query string asks for; what it cannot mean is a problem beside it."""
    form = DirectoryForm(asked)
    problems = form.problems(path)
    wanted = form.cleaned_data
    words, order = wanted.get("q", ""), wanted.get("order") or "count"
    address = Address.of(path, [(name, str(wanted.get(name) or "")) for name in ("q", "order", "all")], [])
    counts = _count_articles(kind)
    found = _read_entries(kind, words, counts)
    # Who looks for a name wants to find it, whether or not an article has it.
    shows_all = bool(wanted.get("all") or words or counts is None)
    kept = _sorted(found if shows_all else _with_articles(found), order)
    page = wanted.get("page") or 1
    return Directory(
        kind=kind,
        words=words,
        entries=kept[(page - 1) * PAGE_SIZE : page * PAGE_SIZE],
        count=_size(kept),
        known_count=_size(found),
        has_counts=counts is not None,
        orders=[
            Order(gettext(label), str(address.setting("order", name)), is_active=name == order)
            for name, label in ORDERS.items()
        ],
        problems=problems,
        path=path,
        all_url=str(address.setting("all", "1")),
        previous_url=str(address.setting("page", str(page - 1))) if page > 1 else "",
        next_url=str(address.setting("page", str(page + 1))) if len(kept) > page * PAGE_SIZE else "",
        kept=[pair for pair in address.parameters if pair[0] != "q"],
    )


def _count_articles(kind: TagKind) -> Mapping[str, int] | None:
    """Return how many articles each tag has, by key; None while the index is being rebuilt."""
    try:
        result = sync.search(Criteria(), limit=1, facets=(kind.value,), facet_limit=ALL_KEYS)
    except IndexUnusable:
        return None
    return dict(result.facets[kind.value])


def _read_entries(kind: TagKind, words: str, counts: Mapping[str, int] | None) -> list[Entry]:
    """Return the tags in use, in any order; topics stand under their parent, unless words are sought."""
    tags = Tag.objects.filter(kind=kind, is_retired=False).order_by()
    called = _other_names(kind) if words else {}
    entries: dict[int, Entry] = {}
    parents: dict[int, int | None] = {}
    base = reverse(f"{kind}_list")  # reverse() for each of thousands would cost more than all the rest
    for pk, key, slug, name, parent in tags.values_list("pk", "key", "slug", "name", "parent_id"):
        names = [name, *called.get(pk, ())]
        if words and not any(is_called(one, words) for one in names):
            continue
        count = None if counts is None else counts.get(key, 0)
        is_exact = bool(words) and any(is_exactly(one, words) for one in names)
        entries[pk] = Entry(name, f"{base}{slug}/", count, is_exact)
        parents[pk] = parent
    return list(entries.values()) if words or kind is not TagKind.TOPIC else _nested(entries, parents)


def _other_names(kind: TagKind) -> Mapping[int, list[str]]:
    """Return the other and the former names of the tags of a kind, by the tag's id.

    All of them: folding 10,000 names takes 20 ms the first time and 2 from then on, the same on every
    database, where a column of folded names would be one more thing for all who write names to keep.
    """
    names: dict[int, list[str]] = defaultdict(list)
    aliases = Alias.objects.filter(tag__kind=kind, kind__in=SOUGHT).order_by()
    for pk, text in aliases.values_list("tag_id", "text"):
        names[pk].append(text)
    return names


def _nested(entries: Mapping[int, Entry], parents: Mapping[int, int | None]) -> list[Entry]:
    """Return the entries with children inside their parents; there are two levels, never more."""
    tops: list[int] = []
    children: dict[int, list[Entry]] = defaultdict(list)
    for pk, parent in parents.items():
        if parent is None or parent not in entries or parents[parent] is not None:
            tops.append(pk)
        else:
            children[parent].append(entries[pk])
    return [replace(entries[pk], children=children[pk]) for pk in tops]


def _sorted(entries: Iterable[Entry], order: str) -> list[Entry]:
    key = _by_count if order == "count" else _by_name
    arranged = (
        replace(entry, children=sorted(entry.children, key=key)) if entry.children else entry
        for entry in entries
    )
    return sorted(arranged, key=lambda entry: (not entry.is_exact, key(entry)))


def _by_name(entry: Entry) -> tuple[int, str]:
    """Return the name without case, accents and opening quotes: Å stands among A, 'Akilisi as well."""
    name = entry.name.casefold().lstrip("'‘’ʻ\"“")
    if not name.isascii():
        name = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return 0, name


def _by_count(entry: Entry) -> tuple[int, str]:
    return -(entry.count or 0), _by_name(entry)[1]


def _with_articles(entries: Iterable[Entry]) -> list[Entry]:
    return [
        replace(entry, children=[child for child in entry.children if child.count])
        if entry.children
        else entry
        for entry in entries
        if entry.has_articles
    ]


def _size(entries: Iterable[Entry]) -> int:
    return sum(1 + len(entry.children) for entry in entries)
