"""The search index: structured filters, words, exact counts and facets.  The only module that knows tantivy.

The index holds nothing a reader sees but ids and keys; texts and names come from the database, where
visibility is checked again.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import tantivy
from tantivy import FieldType, Occur, Query

from articles.search import folder as files
from articles.search.entry import FACETS, IndexedArticle, Standing, id_of_rank, searchable
from articles.search.folder import IndexBusy, IndexMissing, IndexUnusable, write_lock
from articles.search.query import (
    Clause,
    Criteria,
    Cursor,
    CursorError,
    Match,
    Result,
    Sort,
    Term,
    WordsError,
    read_words,
    wanted_terms,
)

__all__ = [
    "FACETS", "CursorError", "Engine", "IndexBusy", "IndexMissing", "IndexUnusable", "IndexedArticle",
    "Result", "Standing", "WordsError", "build", "write_lock",
]  # fmt: skip

FORMAT = 1  # raise it when fields or tokens change: every index is then built anew

DEEPEST = 10_000  # articles to page through by relevance; each page sorts all before it
TITLE_BOOST = 2.0
WRITER_BYTES = 50_000_000  # tantivy takes at least 15 MB a thread
BUILDER_BYTES = 200_000_000
DIGEST_PAGE = 10_000
# More than a segment has values: every segment reports all of them, which makes counts exact.
ALL_VALUES = 10_000_000
LONGEST_TOKEN = 1_000  # bytes: more than any search may hold

_ANALYZER = (
    tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    .filter(tantivy.Filter.remove_long(LONGEST_TOKEN))
    .filter(tantivy.Filter.lowercase())
    .filter(tantivy.Filter.ascii_fold())
    .build()
)


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    # Not unsigned: delete_documents_by_term() then finds nothing and says nothing (tantivy-py 0.27).
    builder.add_integer_field("id", indexed=True)
    builder.add_unsigned_field("rank", fast=True)
    builder.add_unsigned_field("digest", fast=True)
    builder.add_unsigned_field("published", fast=True)
    builder.add_unsigned_field("clipped", fast=True)
    # "article", or "state" for the one document that says where the index stands.
    builder.add_text_field("type", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("state", stored=True, tokenizer_name="raw", index_option="basic")
    for facet in FACETS:
        builder.add_text_field(facet, fast=True, tokenizer_name="raw", index_option="basic")
        builder.add_text_field(f"{facet}_main", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("text", tokenizer_name="words", index_option="position")
    builder.add_text_field("title", tokenizer_name="words", index_option="freq")
    return builder.build()


_SCHEMA = _schema()


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """One committed state of the index, unaffected by later writes."""

    searcher: tantivy.Searcher
    standing: Standing
    kept_facets: dict[tuple[tuple[str, ...], int], dict[str, list[tuple[str, int]]]] = field(
        default_factory=dict
    )


@contextmanager
def _unusable_on_failure(folder: Path) -> Iterator[None]:
    """Turn whatever tantivy fails with into IndexUnusable."""
    try:
        yield
    except (ValueError, OSError) as error:
        raise IndexUnusable(f"{folder}: {str(error)[:200]}") from error
    except BaseException as error:
        # A panic of the Rust code: pyo3's exception derives from BaseException and cannot be imported.
        if type(error).__name__ != "PanicException":
            raise
        raise IndexUnusable(f"{folder}: the index is damaged ({str(error)[:200]})") from error


class Engine:
    """An index open for searching; it notices by itself when another process writes or rebuilds it."""

    def __init__(self, folder: Path) -> None:
        """Open the index; raise IndexUnusable when there is none, or none of this format."""
        self.folder = folder
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
            index = _open(files.current_generation(self.folder))
        with _writing(index, self.folder, WRITER_BYTES) as writer, _unusable_on_failure(self.folder):
            # A writer killed half-way leaves files whose names this one would take again, and fail.
            writer.garbage_collect_files()
            for pk in remove:
                writer.delete_documents_by_term("id", pk)
            for article in put:
                writer.delete_documents_by_term("id", article.id)
                writer.add_document(_document(article))
            _commit(writer, standing)

    def search(
        self,
        criteria: Criteria,
        *,
        limit: int = 25,
        cursor: str = "",
        facets: Sequence[str] = (),
        facet_limit: int = 20,
    ) -> Result:
        """Return one page, the count and the facets of one search, all of the same moment.

        Raise CursorError or WordsError for what cannot be read, IndexUnusable when the index fails.
        """
        if unknown := set(facets) - set(FACETS):
            raise ValueError(f"not a facet: {', '.join(sorted(unknown))}")
        start = Cursor.read(cursor, criteria.order) if cursor else None
        clauses = read_words(criteria.words)
        snapshot = self._snapshot_now()
        query = _query(criteria, clauses)
        with _unusable_on_failure(self.folder):
            ids, next_cursor = _page(snapshot.searcher, query, clauses, criteria.order, start, limit)
            count = _count(snapshot.searcher, query)
            counted = _facets(snapshot, query, criteria, count, tuple(facets), facet_limit)
        return Result(ids, count, next_cursor, counted)

    def digests(self) -> Iterator[tuple[int, int]]:
        """Yield the id and digest of every entry, to compare the index with the database."""
        searcher = self._snapshot_now().searcher
        last = 0
        while True:
            with _unusable_on_failure(self.folder):
                query = _all_of([_term("type", "article"), _between("rank", last, None, inclusive=False)])
                hits = searcher.search(query, DIGEST_PAGE, False, "rank", order=tantivy.Order.Asc).hits
                digests = searcher.fast_field_values("digest", [address for _, address in hits])
            for (rank, _), digest in zip(hits, digests, strict=True):
                yield id_of_rank(rank), int(digest or 0)
            if len(hits) < DIGEST_PAGE:
                return
            last = hits[-1][0]

    def withdraw(self) -> None:
        """Leave no current index, so that every process finds it unusable.  Call under `write_lock`."""
        files.withdraw(self.folder, generation=str(self._seen[0]))

    def _snapshot_now(self) -> _Snapshot:
        """Return the newest committed state, opened again only if a file says that it changed."""
        with self._lock:
            generation = files.current_generation(self.folder)
            seen = (generation.name, files.signature(generation / "meta.json"))
            if seen != self._seen:
                with _unusable_on_failure(self.folder):
                    if self._index is None or self._seen[0] != seen[0]:
                        self._index = _open(generation)
                    else:
                        self._index.reload()
                    self._snapshot = _read_snapshot(self._index.searcher(), self.folder)
                self._seen = seen
            return self._snapshot


def build(
    folder: Path, *, archive: str, articles: Iterable[IndexedArticle], revision: int, stamp: str = ""
) -> None:
    """Write a whole index beside the present one, then put it in its place.  Call under `write_lock`."""
    with files.new_generation(folder) as generation:
        with _unusable_on_failure(folder):
            index = tantivy.Index(_SCHEMA, path=str(generation), reuse=False)
            index.register_tokenizer("words", _ANALYZER)
        with _writing(index, folder, BUILDER_BYTES) as writer:
            for article in articles:
                with _unusable_on_failure(folder):
                    writer.add_document(_document(article))
            with _unusable_on_failure(folder):
                _commit(writer, Standing(archive, revision, stamp))


def _open(generation: Path) -> tantivy.Index:
    if not tantivy.Index.exists(str(generation)):
        raise IndexUnusable(f"{generation}: not an index")
    index = tantivy.Index(_SCHEMA, path=str(generation), reuse=True)
    index.register_tokenizer("words", _ANALYZER)
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
    document = tantivy.Document()
    document.add_text("type", "state")
    state = {
        "format": FORMAT,
        "archive": standing.archive,
        "revision": standing.revision,
        "stamp": standing.stamp,
    }
    document.add_text("state", json.dumps(state))
    writer.add_document(document)
    writer.commit()


def _read_snapshot(searcher: tantivy.Searcher, folder: Path) -> _Snapshot:
    hits = searcher.search(_term("type", "state"), 1).hits
    if not hits:
        raise IndexUnusable(f"{folder}: the index does not say where it stands")
    state = json.loads(searcher.doc(hits[0][1]).get_first("state") or "{}")
    if state.get("format") != FORMAT:
        raise IndexUnusable(f"{folder}: the index is of another version of this program")
    return _Snapshot(searcher, Standing(state["archive"], state["revision"], state["stamp"]))


def _document(article: IndexedArticle) -> tantivy.Document:
    document = tantivy.Document()
    document.add_text("type", "article")
    document.add_integer("id", article.id)
    document.add_unsigned("rank", article.rank)
    document.add_unsigned("digest", article.digest)
    for name, day in (("published", article.published_on), ("clipped", article.clipped_on)):
        if day is not None:
            document.add_unsigned(name, day.toordinal())
    for facet in FACETS:
        for key in article.facets.get(facet, ()):
            document.add_text(facet, key)
        for key in article.main.get(facet, ()):
            document.add_text(f"{facet}_main", key)
    title = searchable(article.title)
    document.add_text("title", title)
    # Three values of one field: no phrase runs from one into the next.
    for text in (title, searchable(article.standfirst), searchable(article.body)):
        document.add_text("text", text)
    return document


def _term(field_name: str, value: str) -> Query:
    return Query.term_query(_SCHEMA, field_name, value, index_option="basic")


def _all_of(queries: Sequence[Query], *, but: Sequence[Query] = ()) -> Query:
    return Query.boolean_query([*((Occur.Must, q) for q in queries), *((Occur.MustNot, q) for q in but)])


def _any_of(queries: Sequence[Query]) -> Query:
    return Query.boolean_query([(Occur.Should, query) for query in queries])


def _between(field_name: str, lower: int | None, upper: int | None, *, inclusive: bool = True) -> Query:
    return Query.range_query(
        _SCHEMA,
        field_name,
        FieldType.Unsigned,
        lower_bound=lower,
        upper_bound=upper,
        include_lower=inclusive or lower is None,
        include_upper=inclusive or upper is None,
    )


def _query(criteria: Criteria, clauses: Sequence[Clause]) -> Query:
    """Return the query for all articles that answer this search, scored by its words alone."""
    wanted, unwanted = [_term("type", "article")], []
    for (facet, match), keys in criteria.values.items():
        suffix = "_main" if match is Match.MAIN else ""
        queries = [_term(f"{facet}{suffix}", key) for key in keys]
        if match is Match.NOT:
            unwanted += queries
        elif match is Match.ANY and queries:
            wanted.append(_any_of(queries))
        else:
            wanted += queries
    for name, after, before in (
        ("published", criteria.published_after, criteria.published_before),
        ("clipped", criteria.clipped_after, criteria.clipped_before),
    ):
        if after or before:
            first, last = (day.toordinal() if day else None for day in (after, before))
            wanted.append(_between(name, first, last))
    words = [_clause(clause) for clause in clauses if not clause.is_excluded]
    unwanted += [_clause(clause) for clause in clauses if clause.is_excluded]
    # The keys decide what is found, not how well it fits.
    return _all_of([Query.const_score_query(_all_of(wanted), 0.0), *words], but=unwanted)


def _tokens(text: str) -> list[str]:
    return list(_ANALYZER.analyze(searchable(text)))


def _clause(clause: Clause) -> Query:
    queries = [_word(term) for term in clause.alternatives]
    return queries[0] if len(queries) == 1 else _any_of(queries)


def _word(term: Term) -> Query:
    """Return the query for one word, or for a phrase: `O'Brien` is the phrase of its two tokens."""
    tokens = _tokens(term.text)
    if not tokens:
        return Query.empty_query()
    if term.is_prefix and len(tokens) == 1:
        return Query.fuzzy_term_query(_SCHEMA, "text", tokens[0], distance=0, prefix=True)
    if len(tokens) == 1:
        return Query.term_query(_SCHEMA, "text", tokens[0])
    return Query.phrase_query(_SCHEMA, "text", list(tokens))


def _page(
    searcher: tantivy.Searcher,
    query: Query,
    clauses: Sequence[Clause],
    order: Sort,
    start: Cursor | None,
    limit: int,
) -> tuple[list[int], str]:
    """Return the ids of one page in order, and the cursor of the next page or an empty string."""
    if order is Sort.RELEVANCE:
        return _page_by_relevance(searcher, query, clauses, start.position if start else 0, limit)
    if start and order is Sort.NEWEST:
        query = _all_of([query, _between("rank", None, start.position, inclusive=False)])
    elif start:
        query = _all_of([query, _between("rank", start.position, None, inclusive=False)])
    direction = tantivy.Order.Desc if order is Sort.NEWEST else tantivy.Order.Asc
    hits = searcher.search(query, limit + 1, count=False, order_by_field="rank", order=direction).hits
    ranks = [rank for rank, _ in hits[:limit]]
    next_cursor = str(Cursor(order, ranks[-1])) if len(hits) > limit else ""
    return [id_of_rank(rank) for rank in ranks], next_cursor


def _page_by_relevance(
    searcher: tantivy.Searcher, query: Query, clauses: Sequence[Clause], position: int, limit: int
) -> tuple[list[int], str]:
    """Return one page of the best matches.  Scores shift with every import, so the cursor counts articles."""
    if position + limit > DEEPEST:
        return [], ""
    titles = [
        (Occur.Should, Query.boost_query(Query.term_query(_SCHEMA, "title", token, "freq"), TITLE_BOOST))
        for term in wanted_terms(clauses)
        for token in _tokens(term.text)
    ]
    ranked = Query.boolean_query([(Occur.Must, query), *titles])
    hits = searcher.search(ranked, limit + 1, count=False, offset=position).hits
    ranks = searcher.fast_field_values("rank", [address for _, address in hits[:limit]])
    is_last = len(hits) <= limit or position + 2 * limit > DEEPEST
    next_cursor = "" if is_last else str(Cursor(Sort.RELEVANCE, position + limit))
    return [id_of_rank(int(rank or 0)) for rank in ranks], next_cursor


def _count(searcher: tantivy.Searcher, query: Query) -> int:
    # The limit cannot be 0: tantivy panics.
    return int(searcher.search(query, 1).count)  # type: ignore[attr-defined]  # missing in tantivy's stubs


def _facets(
    snapshot: _Snapshot, query: Query, criteria: Criteria, count: int, facets: tuple[str, ...], limit: int
) -> dict[str, list[tuple[str, int]]]:
    """Return the top values of each facet and the values that the search names, with their exact counts."""
    if not facets:
        return {}
    if criteria.is_unfiltered and (facets, limit) in snapshot.kept_facets:
        return snapshot.kept_facets[facets, limit]
    wanted = {
        facet: {"terms": {"field": facet, "size": limit, "segment_size": ALL_VALUES}} for facet in facets
    }
    answer = snapshot.searcher.aggregate(query, wanted)
    counted = {
        facet: {str(bucket["key"]): int(bucket["doc_count"]) for bucket in answer[facet]["buckets"]}
        for facet in facets
    }
    for (facet, match), keys in criteria.values.items():
        for key in keys:
            if facet in counted and key not in counted[facet]:
                counted[facet][key] = _count_of(snapshot.searcher, query, facet, key, match, count)
    result = {
        facet: sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
        for facet, counts in counted.items()
    }
    if criteria.is_unfiltered:
        snapshot.kept_facets[facets, limit] = result
    return result


def _count_of(
    searcher: tantivy.Searcher, query: Query, facet: str, key: str, match: Match, count: int
) -> int:
    """Return how many articles of the result have this key, which the search names."""
    if match is Match.NOT:
        return 0
    if match is not Match.ANY:
        return count
    return _count(searcher, _all_of([query, _term(facet, key)]))
