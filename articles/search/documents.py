"""The documents of the index: their fields, their words, and the one that says where the index stands."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator

import tantivy

from articles.search.entry import FACETS, MAIN_FACETS, TRAITS, IndexedArticle, Standing, searchable
from articles.tagging.folding import fold_character

FORMAT = 4  # raise it when fields or tokens change: every index is then built anew

LONGEST_TOKEN = 1_000  # bytes: more than any search may hold
UNDATED = 0  # of the field "month"
_BETWEEN = "\x1f"  # the keys in one value; the unit separator of ASCII, which no key holds

ANALYZER = (
    tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    .filter(tantivy.Filter.remove_long(LONGEST_TOKEN))
    .filter(tantivy.Filter.lowercase())
    .filter(tantivy.Filter.ascii_fold())
    .build()
)


class UnknownFormat(Exception):  # noqa: N818 - a state, not a fault
    """The document is not of this version of the program."""


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    # Not unsigned: delete_documents_by_term() then finds nothing and says nothing (tantivy-py 0.27).
    builder.add_integer_field("id", indexed=True)
    builder.add_unsigned_field("rank", fast=True)
    builder.add_unsigned_field("digest", fast=True)
    builder.add_unsigned_field("published", fast=True)
    builder.add_unsigned_field("month", fast=True)
    builder.add_unsigned_field("clipped", fast=True)
    # "article", for some also "uneven" (`is_uneven`); "state" for the one that says where the index stands.
    builder.add_text_field("type", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("state", stored=True, tokenizer_name="raw", index_option="basic")
    for facet in FACETS:
        is_fast = facet not in TRAITS
        builder.add_text_field(facet, fast=is_fast, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("traits", fast=True, tokenizer_name="raw", index_option="basic")
    for facet in MAIN_FACETS:
        builder.add_text_field(f"{facet}_main", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("text", tokenizer_name="words", index_option="position")
    builder.add_text_field("title", tokenizer_name="words", index_option="freq")
    return builder.build()


SCHEMA = _schema()


def tokens_of(text: str) -> list[str]:
    """Return the words of a text as they stand in the index."""
    return list(ANALYZER.analyze(searchable(text)))


def document_of(article: IndexedArticle) -> tantivy.Document:
    """Return the document of an article."""
    document = tantivy.Document()
    document.add_text("type", "article")
    document.add_integer("id", article.id)
    document.add_unsigned("rank", article.rank)
    document.add_unsigned("digest", article.digest)
    document.add_unsigned("month", _number(article.published_on) if article.published_on else UNDATED)
    for name, day in (("published", article.published_on), ("clipped", article.clipped_on)):
        if day is not None:
            document.add_unsigned(name, day.toordinal())
    for facet in FACETS:
        for key in article.facets.get(facet, ()):
            document.add_text(facet, key)
    for facet in MAIN_FACETS:
        for key in article.main.get(facet, ()):
            document.add_text(f"{facet}_main", key)
    document.add_text("traits", _traits_of(article))
    title = searchable(article.title)
    document.add_text("title", title)
    # Three values of one field: no phrase runs from one into the next.
    for text in (title, searchable(article.standfirst), searchable(article.body)):
        document.add_text("text", text)
    if any(map(is_uneven, (article.title, article.standfirst, article.body))):
        document.add_text("type", "uneven")
    return document


# Characters that need a look, and words so long that the index may lack them: four bytes a letter at most.
_UNPLAIN = re.compile(r"[^\x00\x02-\x7f]")
_LONG = LONGEST_TOKEN // 4
# Looked for where a word begins, not anew at each of its letters: 249 letters a line cost 200 times as much.
_LONG_WORD = re.compile(rf"(?<!\S)\S{{{_LONG}}}")


class _Evenness(dict[str, bool]):
    """Character -> whether index and tagger make the same of it, worked out the first time it is met."""

    def __missing__(self, character: str) -> bool:
        folded = fold_character(character)
        # Amid a word, at its end and at its beginning: the small letter of a sigma is another at the end.
        self[character] = bool(folded) and all(
            tokens_of(written) == tokens_of(read) == tokens_of(read.lower())
            for written, read in (
                (f"a{character}b", f"a{folded}b"),
                (f"a{character}", f"a{folded}"),
                (f"{character}b", f"{folded}b"),
            )
        )
        return self[character]


_EVENNESS = _Evenness()


def is_uneven(text: str) -> bool:
    """Return whether the tagger may see words in a text that the index lacks.

    Both drop accents and punctuation, not quite the same: the tagger sees Putin where a soft hyphen parts Pu
    from tin, and s for a sharp one.
    """
    is_plain = text.isascii() and "\x01" not in text
    is_even = is_plain or all(_EVENNESS[character] for character in set(_UNPLAIN.findall(text)))
    return not is_even or _has_long_word(text)


def _has_long_word(text: str) -> bool:
    """Return whether so many characters stand together that the index may lack them.

    So long a word fills one of the parts that the text is cut into here; a part with a blank in it needs no
    look, which is 2 us for 2 kB instead of 45.
    """
    part = _LONG // 2
    filled = (" " not in text[start : start + part] for start in range(0, len(text) - part + 1, part))
    return any(filled) and _LONG_WORD.search(text) is not None


def _traits_of(article: IndexedArticle) -> str:
    """Return the keys of all TRAITS as one: dated=day, has=country, has=date.

    An archive has few hundred different ones, and one value of an article is counted several times faster
    than a dozen.
    """
    return _BETWEEN.join(
        sorted(f"{facet}={key}" for facet in TRAITS for key in set(article.facets.get(facet, ())))
    )


def keys_in(traits: str) -> Iterator[tuple[str, str]]:
    """Yield the facets and keys that are in the field "traits" of a document."""
    for pair in traits.split(_BETWEEN) if traits else ():
        facet, _, key = pair.partition("=")
        yield facet, key


def _number(day: dt.date) -> int:
    return day.year * 12 + day.month - 1


def month_in_words(number: int) -> str:
    """Return ``2025-08`` for the number of a month, nothing for that of undated articles."""
    return "" if number == UNDATED else f"{number // 12:04}-{number % 12 + 1:02}"


def state_document(standing: Standing) -> tantivy.Document:
    """Return the document that says where the index stands."""
    document = tantivy.Document()
    document.add_text("type", "state")
    state = {
        "format": FORMAT,
        "archive": standing.archive,
        "revision": standing.revision,
        "stamp": standing.stamp,
    }
    document.add_text("state", json.dumps(state))
    return document


def standing_in(document: tantivy.Document) -> Standing:
    """Return where the index stands; raise UnknownFormat for the document of another version."""
    state = json.loads(document.get_first("state") or "{}")
    if state.get("format") != FORMAT:
        raise UnknownFormat
    return Standing(state["archive"], state["revision"], state["stamp"])
