"""Which stored articles a change of the gazetteer can reach, found without tagging any.

The word index says which articles hold the words of the change; their texts are then looked at as the tagger
reads them.  Where the index cannot tell, the texts themselves are looked through.  Beside texts stand the
tags that files give: a name that comes or goes names another tag there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import batched, chain

from articles.models import Article, KeywordUse, Tag, Tagging
from articles.records.forwarding import names_in_files
from articles.search import sync
from articles.search.engine import IndexUnusable
from articles.tagging import Entry
from articles.tagging.differences import Finder, clues_between
from articles.tagging.folding import fold_keyword

BATCH = 500  # texts looked at before the next sign of life
READ = ("pk", "title", "standfirst", "body", "published_on", "clipped_on")


class Reach:
    """What a change of the gazetteer can reach: texts that hold its words, files that give its names."""

    def __init__(
        self, before: Sequence[Entry], after: Sequence[Entry], *, releases: Collection[str] = ()
    ) -> None:
        """Compare two gazetteers; ``releases`` are those that articles carry whose tags ``before`` gives."""
        self._clues = clues_between(before, after)
        self._finder = Finder(self._clues)
        self._releases = releases
        old, new = names_in_files(before), names_in_files(after)
        self._names = {name for name in (*old, *new) if old.get(name) != new.get(name)}
        self._named_before = {old[name] for name in self._names if name in old}

    def find(self, pulse: Callable[[int], None] = lambda count: None) -> set[int]:
        """Return the ids of all articles that it can reach; ``pulse`` hears of how many now and then."""
        found = self._by_keyword(pulse)
        for ids in batched(self._suspects(), BATCH):
            found |= self._among(ids)
            pulse(len(found))
        return found

    def find_among(self, ids: Collection[int]) -> set[int]:
        """Return those of some articles that it can reach."""
        found: set[int] = set()
        for some in batched(ids, BATCH):
            rows = Article.objects.filter(pk__in=some).values_list("pk", "keywords")
            found |= self._among(some) | {pk for pk, words in rows if self._is_named(words)}
        return found

    def _suspects(self) -> Iterator[int]:
        """Yield the ids of articles whose texts are to be looked at, each once."""
        if not self._clues:
            return iter(())
        sought = [clue.sure for clue in self._clues]
        try:
            found = set(sync.holding(sought)) if all(sought) else None
        except IndexUnusable:
            found = None
        if found is None:
            return _all_ids()
        # One status at a time: so SQLite takes the indexes of these few.
        unseen = (Article.objects.filter(status=one) for one in ("draft", "withdrawn"))
        found.update(chain.from_iterable(rows.values_list("pk", flat=True) for rows in unseen))
        return iter(sorted(found))

    def _among(self, ids: Collection[int]) -> set[int]:
        rows = Article.objects.filter(pk__in=ids).values_list(*READ)
        return {
            pk
            for pk, title, standfirst, body, published_on, clipped_on in rows
            if self._finder.reaches(title, standfirst, body, published_on or clipped_on)
        }

    def _by_keyword(self, pulse: Callable[[int], None]) -> set[int]:
        """Return the articles whose files give a name that names something else from now on."""
        if not self._names:
            return set()
        names = list(self._names)
        found: set[int] = set()
        for some in batched(names, BATCH):
            uses = KeywordUse.objects.filter(keyword__folded__in=some)
            found.update(uses.values_list("article_id", flat=True))
        slugs = {slug for _, slug in self._named_before}
        tags = [
            tag for tag in Tag.objects.filter(slug__in=slugs) if (tag.kind, tag.slug) in self._named_before
        ]
        given = Tagging.objects.filter(tag__in=tags, origin=Tagging.Origin.FRONT_MATTER)
        # Of articles that wait for a re-tag nobody noted yet which of their words name nothing.
        waiting = Article.objects.exclude(gazetteer_release__in=self._releases).exclude(keywords=[])
        rows = chain(
            given.values_list("article_id", "article__keywords").iterator(),
            waiting.values_list("pk", "keywords").iterator(),
        )
        for given_words in batched(rows, BATCH):
            found.update([pk for pk, words in given_words if self._is_named(words)])
            pulse(len(found))
        return found

    def _is_named(self, words: Iterable[object]) -> bool:
        return any(fold_keyword(str(word)) in self._names for word in words) if self._names else False


def affected(before: Sequence[Entry], after: Sequence[Entry], *, releases: Collection[str] = ()) -> set[int]:
    """Return the ids of all articles that a change from one gazetteer to another can reach.

    No other article gets other tags.  ``releases`` are those whose articles carry the tags of ``before``.
    """
    return Reach(before, after, releases=releases).find()


def _all_ids() -> Iterator[int]:
    last = 0
    while ids := list(
        Article.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]
    ):
        yield from ids
        last = ids[-1]
