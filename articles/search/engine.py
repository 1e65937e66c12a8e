"""The search index: writing it, and asking it for pages, exact counts and facets.

It holds nothing a reader sees but ids and keys; texts and names come from the database, where visibility is
checked again.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import tantivy
from tantivy import Query

from articles.phrases import gettext
from articles.search import asking, counts
from articles.search import folder as files
from articles.search.counts import ALL_VALUES, Counts
from articles.search.documents import (
    ANALYZER,
    SCHEMA,
    UnknownFormat,
    document_of,
    standing_in,
    state_document,
    tokens_of,
)
from articles.search.entry import FACETS, IndexedArticle, Standing, id_of_rank
from articles.search.folder import IndexBusy, IndexMissing, IndexUnusable, build_lock, write_lock
from articles.search.pages import read_page
from articles.search.query import Criteria, Cursor, CursorError, Result, WordsError, read_words

__all__ = [
    "FACETS",
    "CursorError",
    "Engine",
    "IndexBusy",
    "IndexMissing",
    "IndexUnusable",
    "IndexedArticle",
    "Result",
    "Standing",
    "WordsError",
    "build",
    "build_lock",
    "building",
    "write_lock",
]

WRITER_BYTES = 50_000_000  # tantivy takes at least 15 MB a thread
BUILDER_BYTES = 200_000_000
DIGEST_PAGE = 10_000
KEPT_TALLIES = 300  # of the last searches, about 10 kB each
CHECKED_BYTES = 2_000_000_000  # looked through for damage on opening, at 2 GB a second


@dataclass(frozen=True, slots=True)
class _Tally:
    """What is in one result, all pages together."""

    facets: dict[str, Counts]
    months: dict[str, int]
    days: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """One committed state of the index, unaffected by later writes: what was counted in it stays right.

    ``totals`` keeps the counts of the whole archive, the dearest to make and the most asked for; ``tallies``
    those of the last searches, for their other pages and orders, and for the API.
    """

    searcher: tantivy.Searcher
    standing: Standing
    totals: dict[str, Counts] = field(default_factory=dict)
    tallies: dict[tuple[object, ...], _Tally] = field(default_factory=dict)

    def whole(self, fields: Collection[str]) -> dict[str, Counts]:
        """Return the counts of all values of these fields in the whole archive."""
        if missing := set(fields) - set(self.totals):
            everything = asking.term("type", "article")
            found = counts.totals(self.searcher, everything, missing, total=self.searcher.num_docs)
            self.totals.update(found)
        return {name: self.totals[name] for name in fields}

    def keep(self, key: tuple[object, ...], tally: _Tally) -> None:
        """Keep what was counted as the last of the searches, and forget the first of too many."""
        self.tallies[key] = tally
        while len(self.tallies) > KEPT_TALLIES:
            self.tallies.pop(next(iter(self.tallies)), None)


@contextmanager
def _unusable_on_failure(folder: Path) -> Iterator[None]:
    """Turn whatever tantivy fails with into IndexUnusable."""
    try:
        yield
    except (CursorError, WordsError):
        raise
    except (ValueError, OSError) as error:
        raise IndexUnusable(f"{folder}: {str(error)[:200]}") from error
    except BaseException as error:
        # A panic of the Rust code: pyo3's exception derives from BaseException and cannot be imported.
        if type(error).__name__ != "PanicException":
            raise
        raise IndexUnusable(f"{folder}: the index is damaged ({str(error)[:200]})") from error


class Engine:
    """An index open for searching; it notices by itself when another process writes or rebuilds it."""

    def __init__(self, folder: Path, *, draft: Path | None = None) -> None:
        """Open the index, or the draft of one; raise IndexUnusable when there is none."""
        self.folder = folder
        self._draft = draft
        self._lock = threading.Lock()
        self._seen: tuple[object, ...] = ()
        self._index: tantivy.Index | None = None
        self._snapshot_now()

    def archive(self) -> str:
        """Return which archive the index is of."""
        return self.standing().archive

    def revision(self) -> int:
        """Return the number of the last write the index holds."""
        return self.standing().revision

    def standing(self) -> Standing:
        """Return where the index stands."""
        return self._snapshot_now().standing

    def apply(
        self, *, put: Iterable[IndexedArticle], remove: Iterable[int], revision: int, stamp: str = ""
    ) -> None:
        """Write and remove entries and note the revision, all in one commit.  Call under `write_lock`."""
        standing = Standing(self.archive(), revision, stamp)
        with _unusable_on_failure(self.folder):
            index = _open(self._generation())
        with _writing(index, self.folder, WRITER_BYTES) as writer, _unusable_on_failure(self.folder):
            # A writer killed half-way leaves files whose names this one would take again, and fail.
            writer.garbage_collect_files()
            for pk in remove:
                writer.delete_documents_by_term("id", pk)
            for article in put:
                writer.delete_documents_by_term("id", article.id)
                writer.add_document(document_of(article))
            _commit(writer, standing)

    def search(
        self,
        criteria: Criteria,
        *,
        limit: int = 25,
        after: str = "",
        before: str = "",
        facets: Sequence[str] = (),
        facet_limit: int = 20,
        histogram: bool = False,
        hidden: Collection[int] = (),
    ) -> Result:
        """Return one page, the count and the facets of one search, all of the same moment.

        ``after`` and ``before`` are the cursors of other pages, at most one of them; ``histogram``: count
        months and days too; ``hidden`` articles are left out, though the index holds them.  Raise CursorError
        or WordsError for what cannot be read, IndexUnusable when the index fails.
        """
        _check_facets(facets)
        cursor = _read_cursor(criteria, after, before)
        clauses = read_words(criteria.words)
        snapshot = self._snapshot_now()
        query = asking.everything(criteria, clauses, hidden)
        limits = dict.fromkeys(facets, facet_limit)
        if histogram:
            limits |= dict.fromkeys(counts.dates_of(criteria), ALL_VALUES)
        key = (criteria.narrowing, tuple(limits.items()), frozenset(hidden))
        with _unusable_on_failure(self.folder):
            asking.check_prefixes(snapshot.searcher, clauses)
            page = read_page(snapshot.searcher, query, clauses, criteria.order, cursor, limit)
            tally = snapshot.tallies.pop(key, None)
            if tally is None:
                is_whole = criteria.is_unfiltered and not hidden
                found = _tally(snapshot, query, limits, is_whole=is_whole, total=page.count)
                tally = _read_tally(snapshot, query, criteria, page.count, found)
            snapshot.keep(key, tally)
        return Result(
            page.ids,
            page.count,
            page.next_cursor,
            tally.facets,
            page.previous_cursor,
            page.position,
            tally.months,
            tally.days,
        )

    def facet(
        self, criteria: Criteria, facet: str, limit: int = ALL_VALUES, *, hidden: Collection[int] = ()
    ) -> Counts:
        """Return the values of one facet in this result with their counts, the highest first."""
        _check_facets([facet])
        clauses = read_words(criteria.words)
        snapshot = self._snapshot_now()
        query = asking.everything(criteria, clauses, hidden)
        with _unusable_on_failure(self.folder):
            asking.check_prefixes(snapshot.searcher, clauses)
            is_whole = criteria.is_unfiltered and not hidden
            return _tally(snapshot, query, {facet: limit}, is_whole=is_whole, total=0)[facet]

    def totals(self, facets: Sequence[str], *, hidden: Collection[int] = ()) -> Mapping[str, Counts]:
        """Return the counts of all values of these facets in the whole archive; change nothing in them.

        They are the same objects for as long as the index stays the same and nothing is hidden.
        """
        _check_facets(facets)
        snapshot = self._snapshot_now()
        with _unusable_on_failure(self.folder):
            if not hidden:
                return snapshot.whole(facets)
            query = asking.everything(Criteria(), (), hidden)
            return counts.totals(snapshot.searcher, query, facets, total=snapshot.searcher.num_docs)

    def frequencies(self, words: Iterable[str]) -> dict[str, int]:
        """Return in how many articles each of these words stands; of many, some may be hidden or gone."""
        searcher = self._snapshot_now().searcher
        with _unusable_on_failure(self.folder):
            tokens = {word: tokens_of(word) for word in words}
            return {
                word: searcher.doc_freq("text", found[0]) for word, found in tokens.items() if len(found) == 1
            }

    def words_beginning(self, start: str, most: int) -> list[str]:
        """Return the words of the texts that begin so, the most frequent first."""
        searcher = self._snapshot_now().searcher
        with _unusable_on_failure(self.folder):
            return [word for word, _ in searcher.terms_with_prefix("text", start, None, most)]

    def related(
        self,
        weights: Sequence[tuple[str, str, float]],
        words: Sequence[str],
        exclude: Collection[int],
        limit: int,
    ) -> list[tuple[int, float]]:
        """Return the articles that share most with what is given, and how much; the best first.

        ``weights`` are (facet, key, weight), ``words`` weigh 1 each; a rare key or word counts for more than
        a frequent one, as BM25 has it.
        """
        _check_facets({facet for facet, _, _ in weights})
        searcher = self._snapshot_now().searcher
        with _unusable_on_failure(self.folder):
            hits = searcher.search(asking.related(weights, words), limit + len(exclude), count=False).hits
            ranks = searcher.fast_field_values("rank", [address for _, address in hits])
        scored = [(id_of_rank(int(rank or 0)), score) for rank, (score, _) in zip(ranks, hits, strict=True)]
        return [(pk, score) for pk, score in scored if pk not in exclude][:limit]

    def digests(self) -> Iterator[tuple[int, int]]:
        """Yield the id and digest of every entry, to compare the index with the database."""
        searcher = self._snapshot_now().searcher
        for hits in self._walk(searcher, asking.term("type", "article")):
            with _unusable_on_failure(self.folder):
                digests = searcher.fast_field_values("digest", [address for _, address in hits])
            for (rank, _), digest in zip(hits, digests, strict=True):
                yield id_of_rank(rank), int(digest or 0)

    def holding(self, clues: Iterable[Sequence[Collection[str]]]) -> Iterator[int]:
        """Yield the ids of articles whose texts may answer one of these clues, as `asking.holding` has it."""
        searcher = self._snapshot_now().searcher
        with _unusable_on_failure(self.folder):
            query = asking.holding(clues)
        for hits in self._walk(searcher, query):
            yield from (id_of_rank(rank) for rank, _ in hits)

    def _walk(
        self, searcher: tantivy.Searcher, query: Query
    ) -> Iterator[list[tuple[int, tantivy.DocAddress]]]:
        """Yield all that a query finds, page after page: rank and address."""
        last = 0
        while True:
            with _unusable_on_failure(self.folder):
                later = asking.between("rank", last, None, inclusive=False)
                wanted = asking.all_of([query, later])
                hits = searcher.search(wanted, DIGEST_PAGE, False, "rank", order=tantivy.Order.Asc).hits
            yield hits
            if len(hits) < DIGEST_PAGE:
                return
            last = hits[-1][0]

    def damaged_files(self) -> list[str]:
        """Return which files are not what was written, by their checksums; it reads all of them.

        Raise IndexUnusable when that cannot be told.
        """
        with _unusable_on_failure(self.folder):
            return files.damaged_files(self._generation())

    def publish(self) -> None:
        """Put the draft in the place of the present index.  Call under `write_lock`."""
        with _unusable_on_failure(self.folder):
            files.publish(self._generation())

    def withdraw(self) -> None:
        """Leave no current index, so that every process finds it unusable.  Call under `write_lock`."""
        files.withdraw(self.folder, generation=str(self._seen[0]))

    def _generation(self) -> Path:
        return self._draft or files.current_generation(self.folder)

    def _snapshot_now(self) -> _Snapshot:
        """Return the newest committed state, opened again only if a file says that it changed."""
        with self._lock:
            generation = self._generation()
            seen = (generation.name, files.signature(generation / "meta.json"))
            if seen != self._seen:
                with _unusable_on_failure(self.folder):
                    self._open_again(generation)
                self._seen = seen
            return self._snapshot

    def _open_again(self, generation: Path) -> None:
        if self._index and self._seen[0] == generation.name:
            self._index.reload()
            self._snapshot = _read_snapshot(self._index.searcher(), self.folder)
            return
        if damaged := files.damaged_files(generation, limit_bytes=CHECKED_BYTES):
            raise IndexUnusable(f"{generation}: damaged: {', '.join(damaged)}")
        with files.readable(generation) as place:
            index = _open(place)
            self._snapshot = _read_snapshot(index.searcher(), self.folder)
        # An index opened through links cannot be reloaded: they are gone.
        self._index = index if place == generation else None


def build(
    folder: Path, *, archive: str, articles: Iterable[IndexedArticle], revision: int, stamp: str = ""
) -> None:
    """Write a whole index beside the present one, and put it in its place.  Call under both locks."""
    with building(folder, archive=archive, articles=articles, revision=revision, stamp=stamp) as draft:
        draft.publish()


@contextmanager
def building(
    folder: Path, *, archive: str, articles: Iterable[IndexedArticle], revision: int, stamp: str = ""
) -> Iterator[Engine]:
    """Yield a whole new index beside the present one, removed in the end unless it was published.

    Call under `build_lock`.
    """
    with files.new_generation(folder) as generation:
        with _unusable_on_failure(folder):
            index = tantivy.Index(SCHEMA, path=str(generation), reuse=False)
            index.register_tokenizer("words", ANALYZER)
        with _writing(index, folder, BUILDER_BYTES) as writer:
            for article in articles:
                with _unusable_on_failure(folder):
                    writer.add_document(document_of(article))
            with _unusable_on_failure(folder):
                _commit(writer, Standing(archive, revision, stamp))
        yield Engine(folder, draft=generation)


def _open(generation: Path) -> tantivy.Index:
    if not tantivy.Index.exists(str(generation)):
        raise IndexUnusable(f"{generation}: not an index")
    index = tantivy.Index(SCHEMA, path=str(generation), reuse=True)
    index.register_tokenizer("words", ANALYZER)
    # Watching the folder by a thread would not survive the fork of a web server's workers.
    index.config_reader("manual")
    return index


@contextmanager
def _writing(index: tantivy.Index, folder: Path, heap_bytes: int) -> Iterator[tantivy.IndexWriter]:
    with _unusable_on_failure(folder):
        writer = index.writer(heap_bytes, 1)
    try:
        yield writer
    finally:
        # Else merges under way are lost and segments pile up; after a failure, tantivy's lock stays taken.
        with _unusable_on_failure(folder):
            writer.wait_merging_threads()


def _commit(writer: tantivy.IndexWriter, standing: Standing) -> None:
    writer.delete_documents_by_term("type", "state")
    writer.add_document(state_document(standing))
    writer.commit()


def _read_snapshot(searcher: tantivy.Searcher, folder: Path) -> _Snapshot:
    hits = searcher.search(asking.term("type", "state"), 1).hits
    if not hits:
        raise IndexUnusable(f"{folder}: the index does not say where it stands")
    try:
        standing = standing_in(searcher.doc(hits[0][1]))
    except UnknownFormat as error:
        raise IndexUnusable(f"{folder}: the index is of another version of this program") from error
    return _Snapshot(searcher, standing)


def _check_facets(facets: Iterable[str]) -> None:
    if unknown := set(facets) - set(FACETS):
        raise ValueError(f"not a facet: {', '.join(sorted(unknown))}")


def _read_cursor(criteria: Criteria, after: str, before: str) -> Cursor | None:
    if after and before:
        raise CursorError(
            gettext("a page comes either after an article or before one; leave one of the two out")
        )
    text = after or before
    return Cursor.read(text, criteria.order, is_backwards=bool(before)) if text else None


def _read_tally(
    snapshot: _Snapshot, query: Query, criteria: Criteria, total: int, found: Mapping[str, Counts]
) -> _Tally:
    top = {facet: found[facet] for facet in found if facet in FACETS}
    return _Tally(
        counts.with_named(snapshot.searcher, query, criteria, total, top),
        counts.by_month(found.get("month", ())),
        counts.by_day(found.get("published", ())),
    )


def _tally(
    snapshot: _Snapshot, query: Query, limits: Mapping[str, int], *, is_whole: bool, total: int
) -> dict[str, Counts]:
    if is_whole:
        return {name: found[: limits[name]] for name, found in snapshot.whole(limits).items()}
    return counts.tally(snapshot.searcher, query, limits, total=total)
