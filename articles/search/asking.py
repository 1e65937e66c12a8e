"""A search as the engine's query: keys, dates, words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

import tantivy
from tantivy import FieldType, Occur, Query

from articles.phrases import gettext, grouped, quoted
from articles.search.documents import SCHEMA, tokens_of
from articles.search.query import Clause, Criteria, Match, Term, WordsError

TITLE_BOOST = 2.0
# Words that the prefixes of a search may begin: in 300,000 articles, 20,000 of them take 0.2 s of CPU.
MAX_EXPANSIONS = 20_000


def term(field: str, value: str) -> Query:
    """Return the query for this key in a field of keys."""
    return Query.term_query(SCHEMA, field, value, index_option="basic")


def all_of(queries: Sequence[Query], *, but: Sequence[Query] = ()) -> Query:
    """Return the query for what answers all of these, and none of those that it must not."""
    return Query.boolean_query([*((Occur.Must, q) for q in queries), *((Occur.MustNot, q) for q in but)])


def any_of(queries: Sequence[Query]) -> Query:
    """Return the query for what answers at least one of these."""
    return queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Should, q) for q in queries])


def between(field: str, lower: int | None, upper: int | None, *, inclusive: bool = True) -> Query:
    """Return the query for a number between two bounds; None is no bound."""
    return Query.range_query(
        SCHEMA,
        field,
        FieldType.Unsigned,
        lower_bound=lower,
        upper_bound=upper,
        include_lower=inclusive or lower is None,
        include_upper=inclusive or upper is None,
    )


def everything(criteria: Criteria, clauses: Sequence[Clause], hidden: Collection[int] = ()) -> Query:
    """Return the query for all articles that answer this search, scored by its words alone; none hidden."""
    wanted, unwanted = [term("type", "article")], []
    for (facet, match), keys in criteria.values.items():
        suffix = "_main" if match is Match.MAIN else ""
        queries = [term(f"{facet}{suffix}", key) for key in keys]
        if match is Match.NOT:
            unwanted += queries
        elif match is Match.ANY and queries:
            wanted.append(any_of(queries))
        else:
            wanted += queries
    for name, after, before in (
        ("published", criteria.published_after, criteria.published_before),
        ("clipped", criteria.clipped_after, criteria.clipped_before),
    ):
        if after or before:
            first, last = (day.toordinal() if day else None for day in (after, before))
            wanted.append(between(name, first, last))
    words = [_clause(clause) for clause in clauses if not clause.is_excluded]
    unwanted += [_clause(clause) for clause in clauses if clause.is_excluded]
    if hidden:
        # A thousand times faster than as many queries for one.
        unwanted.append(Query.term_set_query(SCHEMA, "id", list(hidden)))
    # The keys decide what is found, not how well it fits.
    return all_of([Query.const_score_query(all_of(wanted), 0.0), *words], but=unwanted)


def ranked(query: Query, clauses: Sequence[Clause]) -> Query:
    """Return the same articles, those with the words in their titles scored higher."""
    titles = [
        (Occur.Should, Query.boost_query(one, TITLE_BOOST))
        for clause in clauses
        if not clause.is_excluded
        for wanted in clause.alternatives
        for one in _in_title(wanted)
    ]
    return Query.boolean_query([(Occur.Must, query), *titles])


def related(weights: Sequence[tuple[str, str, float]], words: Sequence[str]) -> Query:
    """Return the query for articles that share keys and words, rare ones counting for more.

    Nothing but weighted terms: only so does the engine skip what cannot come among the best.
    """
    keys = [Query.boost_query(term(facet, key), weight) for facet, key, weight in weights if weight > 0]
    texts = [Query.term_query(SCHEMA, "text", token) for word in words for token in tokens_of(word)]
    titles = [one for word in words for one in _in_title(Term(word))]
    return any_of([*keys, *texts, *titles]) if keys or texts else Query.empty_query()


def holding(clues: Iterable[Sequence[Collection[str]]]) -> Query:
    """Return the query for articles whose texts, folded as the tagger does it, may answer one of these clues.

    A clue is answered by one string of each of its groups.  A string begins with a blank, the edge of a word;
    without a blank at its end the last word may go on.  What the index cannot tell counts as an answer.
    """
    alternatives = [term("type", "uneven")]
    for groups in clues:
        wanted = [query for group in groups if (query := _one_string(group)) is not None]
        alternatives.append(all_of(wanted) if wanted else term("type", "article"))
    return all_of([term("type", "article"), any_of(alternatives)])


def _one_string(strings: Collection[str]) -> Query | None:
    """Return the query for one of some strings; None if the index knows nothing of one of them."""
    made: dict[tuple[object, ...], Query] = {}
    for string in strings:
        # Two blanks may stand between title and text, which the index keeps apart.
        pieces = [tokens for piece in string.split("  ") if (tokens := tokens_of(piece))]
        if not pieces:
            return None
        is_open = not string.endswith(" ")
        key = (is_open, *map(tuple, pieces))
        if key not in made:
            begun = [_begun("text", pieces[-1].pop())] if is_open else []
            made[key] = all_of([*[_in_a_row(tokens) for tokens in pieces if tokens], *begun])
    return any_of(list(made.values())) if made else None


def _in_a_row(tokens: list[str]) -> Query:
    if len(tokens) > 1:
        return Query.phrase_query(SCHEMA, "text", list(tokens))
    return Query.term_query(SCHEMA, "text", tokens[0])


def check_prefixes(searcher: tantivy.Searcher, clauses: Sequence[Clause]) -> None:
    """Raise WordsError for beginnings of so many words that looking for all of them takes too long."""
    room = MAX_EXPANSIONS
    for clause in clauses:
        for wanted in clause.alternatives:
            tokens = tokens_of(wanted.text)
            if not wanted.is_prefix or len(tokens) != 1:
                continue
            room -= len(searcher.terms_with_prefix("text", tokens[0], None, MAX_EXPANSIONS + 1))
            if room < 0:
                message = gettext(
                    "more than %(most)s words begin with what ends in a star; type more letters of %(text)s"
                )
                raise WordsError(message % {"most": grouped(MAX_EXPANSIONS), "text": quoted(wanted.text)})


def _clause(clause: Clause) -> Query:
    return any_of([_word(wanted) for wanted in clause.alternatives])


def _word(wanted: Term) -> Query:
    """Return the query for one word, or for a phrase: `O'Brien` is the phrase of its two tokens."""
    tokens = tokens_of(wanted.text)
    if not tokens:
        return Query.empty_query()
    if len(tokens) > 1:
        # Words of a script without spaces, too: what comes after them is a token of its own.
        return Query.phrase_query(SCHEMA, "text", list(tokens))
    return _begun("text", tokens[0]) if wanted.is_prefix else Query.term_query(SCHEMA, "text", tokens[0])


def _in_title(wanted: Term) -> Iterator[Query]:
    tokens = tokens_of(wanted.text)
    if wanted.is_prefix and len(tokens) == 1:
        yield _begun("title", tokens[0])
    else:
        yield from (Query.term_query(SCHEMA, "title", token, "freq") for token in tokens)


def _begun(field: str, token: str) -> Query:
    # At distance 0 nothing about it is fuzzy; a phrase_prefix_query() would look for 50 words only.
    return Query.fuzzy_term_query(SCHEMA, field, token, distance=0, prefix=True)
