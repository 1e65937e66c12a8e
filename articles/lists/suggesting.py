"""Names for what a reader types: the one in a search box (`resolve`), the many offered below it (`suggest`).

The names are kept in memory, one book for each state of the gazetteer; the counts are those that the search
index keeps for each of its versions.  Nothing is counted for a key that is pressed.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from threading import Lock

from django.db import connection
from django.db.models import BigIntegerField, Exists, Func, Model, OuterRef, Q, Subquery

from articles.filters import ArticleFilter
from articles.memory import Memory
from articles.models import (
    Alias,
    Archive,
    Article,
    Author,
    Authorship,
    ChangeSet,
    FormerName,
    Outlet,
    Tag,
    TagKind,
)
from articles.records.forwarding import old_names
from articles.search import sync
from articles.search.namebook import Known, NameBook, best_of
from articles.search.outbox import database_standing
from articles.search.query import SUFFIXES, Match
from articles.search.typed import Typed, read_typed

SHOWN = 10  # suggestions
MIN_LETTERS = 2  # of a name without an operator; one alone may begin anything
KINDS = (*TagKind.values, "outlet", "author")

# The names of a tag that readers look for; a surname only where it is known to mean one person.
_SOUGHT = Q(kind__in=(Alias.Kind.NAME, Alias.Kind.FORMER, Alias.Kind.DEMONYM)) | Q(
    kind=Alias.Kind.SURNAME, weight=5
)
_CODE_LENGTH = 2  # of a country's key that is a code people know: UA

CHUNK = 200  # names looked up at once
MANY = 10  # things of one name: what is meant is not clear, however many more there are

type _Edition = tuple[object, ...]
# Whether the name fits only in part, the count below zero, the name, its book, what it names, its other name.
type _Candidate = tuple[bool, int, str, NameBook, Known, str]

_lock = Lock()
_kept: dict[str, tuple[_Edition, NameBook]] = {}
_current: Memory[str, NameBook] = Memory(most=2)  # those that hold where the database stands now
_counted: dict[str, tuple[Sequence[tuple[str, int]], Mapping[str, int]]] = {}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One name that may be meant.

    ``other`` is the further name that fits what was typed, empty if the first one does; ``count`` the number
    of articles.  ``operator`` is what stands for it in a search box, in place of all that was typed from the
    character ``start`` on; ``parameter`` and ``value`` say the same in an address.
    """

    kind: str
    name: str
    other: str
    count: int
    start: int
    operator: str
    parameter: str
    value: str


def suggest(text: str) -> list[Suggestion]:
    """Return what the end of a search box may mean: what is called exactly so first, then the busiest.

    Only what public articles have is suggested.  Raise IndexUnusable when nobody can say what that is.
    """
    facets = {name: operator.facets for name, operator in ArticleFilter.operators().items()}
    found: dict[tuple[str, str], Suggestion] = {}
    for typed in read_typed(text, facets, KINDS):
        if _means_something(typed):
            for one in _matching(typed):
                found.setdefault((one.kind, one.value), one)
    return list(found.values())[:SHOWN]


def resolve(kinds: Collection[str], text: str) -> list[Known]:
    """Return what the text names: one if it is clear, several if it is not, none if it names nothing.

    Keys, slugs, names and other names are understood, accents and case aside (`NameBook.resolve`).  Outlets
    and authors are those of public articles alone: that a draft's outlet exists is nobody's business.
    """
    found: list[Known] = []
    if not set(TagKind.values).isdisjoint(kinds):
        found += read_tag_names().resolve(kinds, text)
    if not {"outlet", "author"}.isdisjoint(kinds):
        # Hidden ones are left out of each rank, so that what they are called changes nothing.
        ranks = map(_some_public, read_byline_names().ranked(kinds, text))
        found += best_of(next(filter(None, ranks), []), text)
    return found


def guess_outlets(text: str) -> list[Known]:
    """Return the outlets of public articles that a text abbreviates, or is the beginning of: ``AP``."""
    return _some_public(read_byline_names().short_for("outlet", text))


def _some_public(bylines: Sequence[Known]) -> list[Known]:
    """Return those of these outlets and authors that a public article has; of many of them only some."""
    found: list[Known] = []
    for start in range(0, len(bylines), CHUNK):
        found += _public(bylines[start : start + CHUNK])
        if len(found) > MANY:
            break
    return found


def _public(bylines: Sequence[Known]) -> list[Known]:
    """Return those of these outlets and authors that a public article has."""
    slugs: defaultdict[str, list[str]] = defaultdict(list)
    for one in bylines:
        slugs[one.kind].append(one.slug)
    public = Article.objects.public()
    seen = set()
    if slugs["outlet"]:
        outlets = Outlet.objects.filter(
            Exists(public.filter(outlet=OuterRef("pk"))), slug__in=slugs["outlet"]
        )
        seen |= {("outlet", slug) for slug in outlets.values_list("slug", flat=True)}
    if slugs["author"]:
        theirs = Authorship.objects.filter(author=OuterRef("pk"), article__status=Article.Status.PUBLIC)
        authors = Author.objects.filter(Exists(theirs), slug__in=slugs["author"])
        seen |= {("author", slug) for slug in authors.values_list("slug", flat=True)}
    return [one for one in bylines if (one.kind, one.slug) in seen]


# --- Suggestions ------------------------------------------------------------------------------------------


def read_counts(kinds: Collection[str] = KINDS) -> dict[str, Mapping[str, int]]:
    """Return how many public articles have each value of each of these kinds.

    Raise IndexUnusable when nobody can say.
    """
    for kind, totals in sync.totals(tuple(kinds)).items():
        # The same list for as long as the index stays the same.
        if kind not in _counted or _counted[kind][0] is not totals:
            _counted[kind] = totals, dict(totals)
    return {kind: _counted[kind][1] for kind in kinds}


def _means_something(typed: Typed) -> bool:
    """Return whether enough is typed to suggest, behind an operator that may stand there."""
    if typed.operator:
        is_main = ArticleFilter.operators()[typed.operator].match is Match.MAIN
        return not (is_main and typed.is_excluded)
    return len(typed.name) >= MIN_LETTERS or not typed.name.isascii()


def _matching(typed: Typed) -> list[Suggestion]:
    """Return the best suggestions for one reading of what was typed."""
    counts = read_counts(typed.kinds)
    books = (
        (read_tag_names, TagKind.values),
        (read_byline_names, ("outlet", "author")),
        (lambda: NameBook(_fixed(counts)), [kind for kind in typed.kinds if kind not in KINDS]),
    )
    found: list[_Candidate] = []
    for read_names, kinds in books:
        if wanted := {kind: counts[kind] for kind in kinds if kind in typed.kinds}:
            found += _candidates(read_names(), typed.name, wanted)
    best = heapq.nsmallest(SHOWN, found, key=lambda one: one[:3])
    return [_suggestion(typed, book, entry, other, -count) for _, count, _, book, entry, other in best]


def _fixed(counts: Mapping[str, Mapping[str, int]]) -> Iterator[Known]:
    """Yield the values, with counts, of facets whose values have their names from the program: languages."""
    for facet, values in counts.items():
        for key in values if facet not in KINDS else ():
            yield Known(facet, key, key, ArticleFilter.value_name(facet, key))


def _candidates(book: NameBook, name: str, counts: Mapping[str, Mapping[str, int]]) -> Iterator[_Candidate]:
    exact = book.exactly(name)
    meant = book.beginning(name) if name.strip() else {n: one.name for n, one in enumerate(book.entries)}
    for number, text in meant.items():
        entry = book.entries[number]
        if count := counts.get(entry.kind, {}).get(entry.key):
            other = "" if text == entry.name else text
            yield number not in exact, -count, entry.name, book, entry, other


def _suggestion(typed: Typed, book: NameBook, entry: Known, other: str, count: int) -> Suggestion:
    name = typed.operator or entry.kind
    match = Match.NOT if typed.is_excluded else ArticleFilter.operators()[name].match
    value = entry.slug
    if book.resolve(typed.kinds if typed.operator else [entry.kind], value) != [entry]:
        # Another kind has this name too, or another entry has it for its key.
        name, value = f"{'main-' if match is Match.MAIN else ''}{entry.kind}", entry.key
    operator = f"{'-' if typed.is_excluded else ''}{name}:{value}"
    parameter = entry.kind + SUFFIXES[match]
    return Suggestion(entry.kind, entry.name, other, count, typed.start, operator, parameter, entry.key)


# --- The books --------------------------------------------------------------------------------------------


def read_tag_names() -> NameBook:
    """Return the names of the tags in use."""
    return _read_book("tags", (ChangeSet, Tag, Alias, FormerName), _tags)


def read_byline_names() -> NameBook:
    """Return the names of all outlets and authors, also of those that only hidden articles have."""
    return _read_book("bylines", (ChangeSet, Outlet, Author, FormerName), _bylines)


def _read_book(name: str, models: tuple[type[Model], ...], read: Callable[[], Iterable[Known]]) -> NameBook:
    """Return the book of this moment: the one kept, unless a row came since to one of these tables.

    Whoever changes or removes a name leaves a change-set.  Looked at only when something was written at all.
    """
    now = database_standing()
    if book := _current.find([name], now).get(name):
        return book
    with connection.cursor() as cursor:
        cursor.execute(*_edition_query(models))
        edition = cursor.fetchone()
    with _lock:
        kept = _kept.get(name)
        if kept is None or kept[0] != edition:
            kept = _kept[name] = edition, NameBook(read())
    _current.keep({name: kept[1]}, now)
    return kept[1]


@cache
def _edition_query(models: tuple[type[Model], ...]) -> tuple[str, tuple[int | str, ...]]:
    """Return the SQL for the archive, its gazetteer, and number and newest row of each table; its parameters.

    The number, too: of two writers, the one that took the higher key may be done first.
    Written once: Django takes longer to write it than the database to answer.
    """
    tables = {}
    for model in models:
        rows = model._default_manager.order_by()
        for function in ("COUNT", "MAX"):
            # Not Count and Max, which would group the rows.
            asked = Func("pk", function=function, output_field=BigIntegerField())
            tables[f"{function}_{model.__name__}"] = Subquery(rows.annotate(found=asked).values("found"))
    archive = Archive.objects.filter(pk=1).annotate(**tables)
    sql, params = archive.values_list("uuid", "gazetteer_release", *tables).query.sql_with_params()
    return sql, params


def _tags() -> Iterator[Known]:
    others: defaultdict[int, list[str]] = defaultdict(list)
    aliases = Alias.objects.filter(_SOUGHT, tag__is_retired=False).order_by("pk")
    for pk, text in aliases.values_list("tag_id", "text"):
        others[pk].append(text)
    _, former = _old_names(Tag)
    tags = Tag.objects.in_use().order_by("pk").values_list("pk", "kind", "key", "slug", "name")
    for pk, kind, key, slug, name in tags:
        is_code = kind == TagKind.COUNTRY and len(key) == _CODE_LENGTH
        names = (*others[pk], *([key.upper()] if is_code else []))
        yield Known(kind, key, slug, name, names, tuple(former[pk]))


def _bylines() -> Iterator[Known]:
    for kind, model in (("outlet", Outlet), ("author", Author)):
        names, former = _old_names(model)
        today = model._default_manager.filter(merged_into=None).order_by("pk")
        for pk, slug, name in today.values_list("pk", "slug", "name"):
            yield Known(kind, slug, slug, name, tuple(names[pk]), tuple(former[pk]))


def _old_names(model: type[Model]) -> tuple[Mapping[int, list[str]], Mapping[int, list[str]]]:
    """Return what records of one table were called before, and their old slugs and keys, by their numbers."""
    names: defaultdict[int, list[str]] = defaultdict(list)
    former: defaultdict[int, list[str]] = defaultdict(list)
    for pk, part, text in old_names(model):
        (names if part == FormerName.Part.NAME else former)[pk].append(text)
    return names, former
