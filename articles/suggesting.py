"""Names for what a reader types: the one in a search box (`resolve`), the many offered below it (`suggest`).

The names are kept in memory, one book for each state of the gazetteer; the counts are those that the search
index keeps for each of its versions.  Nothing is counted for a key that is pressed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from threading import Lock

from django.db.models import Exists, Model, OuterRef, Q, Subquery

from articles.models import Alias, Archive, Article, Author, Authorship, ChangeSet, Outlet, Tag, TagKind
from articles.search.namebook import Known, NameBook

# The names of a tag that readers look for; a surname only where it is known to mean one person.
_SOUGHT = Q(kind__in=(Alias.Kind.NAME, Alias.Kind.FORMER, Alias.Kind.DEMONYM)) | Q(
    kind=Alias.Kind.SURNAME, weight=5
)
_CODE_LENGTH = 2  # of a country's key that is a code people know: UA

type _Edition = tuple[object, ...]

_lock = Lock()
_kept: dict[str, tuple[_Edition, NameBook]] = {}


def resolve(kinds: Collection[str], text: str) -> list[Known]:
    """Return what the text names: one if it is clear, several if it is not, none if it names nothing.

    Keys, slugs, names and other names are understood, accents and case aside (`NameBook.resolve`).  Outlets
    and authors are those of public articles alone: that a draft's outlet exists is nobody's business.
    """
    found: list[Known] = []
    if not set(TagKind.values).isdisjoint(kinds):
        found += read_tag_names().resolve(kinds, text)
    if not {"outlet", "author"}.isdisjoint(kinds):
        found += _public(read_byline_names().resolve(kinds, text))
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


# --- The books --------------------------------------------------------------------------------------------


def read_tag_names() -> NameBook:
    """Return the names of the tags in use."""
    return _read_book("tags", (ChangeSet, Tag, Alias), _tags)


def read_byline_names() -> NameBook:
    """Return the names of all outlets and authors, also of those that only hidden articles have."""
    return _read_book("bylines", (ChangeSet, Outlet, Author), _bylines)


def _read_book(name: str, models: Sequence[type[Model]], read: Callable[[], Iterable[Known]]) -> NameBook:
    """Return the book of this moment: the one kept, unless a row came since to one of these tables.

    Whoever changes or removes a name leaves a change-set.
    """
    newest = {
        model.__name__: Subquery(model._default_manager.order_by("-pk").values("pk")[:1]) for model in models
    }
    row = Archive.objects.filter(pk=1).annotate(**newest).values_list("uuid", "gazetteer_release", *newest)
    edition = row.first()
    if edition is None:  # nothing was ever written that could tell one state from the next
        return NameBook(read())
    with _lock:
        kept = _kept.get(name)
        if kept is None or kept[0] != edition:
            kept = _kept[name] = edition, NameBook(read())
        return kept[1]


def _tags() -> Iterator[Known]:
    others: defaultdict[int, list[str]] = defaultdict(list)
    aliases = Alias.objects.filter(_SOUGHT, tag__is_retired=False).order_by("pk")
    for pk, text in aliases.values_list("tag_id", "text"):
        others[pk].append(text)
    tags = Tag.objects.in_use().order_by("pk").values_list("pk", "kind", "key", "slug", "name")
    for pk, kind, key, slug, name in tags:
        is_code = kind == TagKind.COUNTRY and len(key) == _CODE_LENGTH
        yield Known(kind, key, slug, name, (*others[pk], *([key.upper()] if is_code else [])))


def _bylines() -> Iterator[Known]:
    for kind, model in (("outlet", Outlet), ("author", Author)):
        for slug, name in model._default_manager.order_by("pk").values_list("slug", "name"):
            yield Known(kind, slug, slug, name)
