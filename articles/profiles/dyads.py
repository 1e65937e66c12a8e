"""Two actors or two countries: what the archive has about both."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.db.models import Q
from django.db.models.functions import Left
from django.http import QueryDict
from django.urls import reverse

from articles.lists.facets import FacetGroup, name_values
from articles.lists.listing import Listing, list_articles
from articles.lists.rows import Row, read_rows
from articles.models import Article, Tag, Tagging, TagKind
from articles.phrases import all_of
from articles.profiles.pairs import in_order, marks_of, splits
from articles.reader.sentences import Quotation, Span, quote_both
from articles.records.forwarding import forwarded
from articles.search import sync
from articles.search.query import Criteria, Match, Sort
from articles.search.snippets import BODY_LIMIT
from articles.tagging.findings import Part

KINDS = (TagKind.COUNTRY, TagKind.ACTOR)
MOST_WRITTEN = 250  # characters of a pair in an address: two slugs
LATEST = 5  # articles
COMPANIONS = 6  # of each kind
MOST_TOPICS = 1_000  # counted; more than any gazetteer has
MARKS = 8  # topics that mark the pair
LOOKED_THROUGH = 40  # latest articles, for sentences that name both
QUOTED = 8  # sentences, of one article at most ...
QUOTED_EACH = 2


@dataclass(frozen=True, slots=True)
class Pair:
    """Two tags of one kind in the order of their slugs, which is that of their address."""

    first: Tag
    second: Tag

    @property
    def kind(self) -> str:
        """Return the kind of both."""
        return self.first.kind

    @property
    def name(self) -> str:
        """Return ``Russia and Ukraine``."""
        return all_of([self.first.name, self.second.name])

    @property
    def keys(self) -> tuple[str, str]:
        """Return the keys of both."""
        return self.first.key, self.second.key


@dataclass(frozen=True, slots=True)
class Marking:
    """One topic that marks the pair, how many of its articles have it, and how much more often than others.

    ``url`` leads to these articles; ``first`` and ``second`` are how many times as frequent the topic is as
    among all articles about the one, and the other.
    """

    name: str
    count: int
    url: str
    first: float
    second: float


@dataclass(frozen=True, slots=True)
class Quoted:
    """One article and its sentences that name both; each leads to its place in the text."""

    row: Row
    sentences: list[tuple[Quotation, str]]


@dataclass(frozen=True, slots=True)
class Dyad:
    """What the archive knows of a pair.

    ``either`` is each of the two with the number of all its articles and where they are.  Of an archive that
    cannot be counted only the articles are there.
    """

    pair: Pair
    listing: Listing
    either: list[tuple[Tag, int, str]]
    first: Row | None
    latest: Row | None
    marks: list[Marking]
    quoted: list[Quoted]

    @property
    def all_url(self) -> str:
        """Return the list of all articles that name both."""
        return str(self.listing.address)

    @property
    def companions(self) -> list[FacetGroup]:
        """Return who and what else these articles name, most often first; topics stand elsewhere."""
        return [
            replace(group, values=others[:COMPANIONS])
            for group in self.listing.facets
            if (others := [value for value in group.values if not value.is_active])
            and group.name in (TagKind.ACTOR, TagKind.COUNTRY, TagKind.ORGANISATION)
        ]


# --- Which pair is meant ----------------------------------------------------------------------------------


def find_pairs(written: str) -> list[Pair]:
    """Return the pairs that an address may mean: one, or none, or several that a reader has to choose from.

    A tag may be written as its slug or, as in filters, as its key: ``ru-ua``; or as either was before a merge
    or a renaming.  One query, and two more for what is not called so today.
    """
    if len(written) > MOST_WRITTEN or "\0" in written:  # which PostgreSQL does not take
        return []
    found = list(splits(written.lower()))
    names = {name for both in found for name in both}
    tags: dict[tuple[str, str], Tag] = {}
    in_use = Tag.objects.filter(Q(slug__in=names) | Q(key__in=names), kind__in=KINDS, is_retired=False)
    for tag in in_use.order_by("pk"):
        tags.setdefault((tag.kind, tag.key), tag)
    # An address of our own is a slug: it wins over another tag's key of the same spelling.
    tags |= {(tag.kind, tag.slug): tag for tag in list(tags.values()) if tag.slug in names}
    if pairs := _pairs(found, tags):
        return pairs
    return _pairs(found, {**_forwarded(names), **tags})


def _forwarded(names: Collection[str]) -> dict[tuple[str, str], Tag]:
    """Return the tags in use that were called so before a merge or a renaming."""
    former = forwarded([(kind, name) for kind in KINDS for name in names])
    return {one: tag for one, tag in former.items() if isinstance(tag, Tag) and not tag.is_retired}


def _pairs(found: Sequence[tuple[str, str]], tags: Mapping[tuple[str, str], Tag]) -> list[Pair]:
    pairs: dict[tuple[str, str], Pair] = {}
    for kind in KINDS:
        for one, other in found:
            first, second = tags.get((kind, one)), tags.get((kind, other))
            if first and second and first != second:
                first, second = sorted((first, second), key=lambda tag: tag.slug)
                pairs.setdefault((first.slug, second.slug), Pair(first, second))
    return list(pairs.values())


def find_united(written: str) -> Tag | None:
    """Return the tag that the two of a pair have become since, None if the address means no such pair."""
    if len(written) > MOST_WRITTEN or "\0" in written:
        return None
    found = list(splits(written.lower()))
    names = {name for both in found for name in both}
    today = Tag.objects.filter(Q(slug__in=names) | Q(key__in=names), kind__in=KINDS, is_retired=False)
    tags = {(tag.kind, name): tag for tag in today for name in (tag.key, tag.slug)}
    former = {asked: tag for asked, tag in _forwarded(names).items() if asked not in tags}
    tags |= former
    united = (
        tags[kind, one]
        for kind in KINDS
        for one, other in found
        # A slug and a key of the same tag never were a pair.
        if not former.keys().isdisjoint({(kind, one), (kind, other)})
        if one != other and (kind, one) in tags and tags[kind, one] == tags.get((kind, other))
    )
    return next(united, None)


def address_of(kind: str, one: str, other: str, *, divider: str = "-") -> str:
    """Return the address of the pair of these slugs."""
    return reverse("dyad", args=[divider.join(in_order(one, other))])


# --- What is known of it ----------------------------------------------------------------------------------


def read_dyad(pair: Pair) -> Dyad:
    """Return what the archive has about a pair.  Raise IndexUnusable.

    Nine questions to the engine, a fixed number of queries.
    """
    path = reverse("article_list")
    query = QueryDict(mutable=True)
    query.setlist(pair.kind, pair.keys)
    listing = list_articles(query, path, limit=LATEST)
    both = _about(pair.kind, *pair.keys)
    singles = [_about(pair.kind, key) for key in pair.keys]
    totals = [result.count for result in sync.search_all(singles, limit=1)]
    first, latest = _ends(both)
    return Dyad(
        pair=pair,
        listing=listing,
        either=[
            (tag, total, f"{path}?{urlencode({pair.kind: tag.key})}")
            for tag, total in zip((pair.first, pair.second), totals, strict=True)
        ],
        first=first,
        latest=latest,
        marks=list(_marks(both, singles, totals, listing)),
        quoted=_quotations(pair, both),
    )


def _about(kind: str, *keys: str) -> Criteria:
    return Criteria(values={(kind, Match.ALL): keys})


def _ends(both: Criteria) -> tuple[Row | None, Row | None]:
    """Return the first and the latest of the articles that have a date."""
    dated = replace(both, published_after=dt.date.min)
    oldest, newest = sync.search_all([replace(dated, sort=Sort.OLDEST), dated], limit=1)
    rows = {row.id: row for row in read_rows(list({*oldest.ids, *newest.ids}))}
    return rows.get(next(iter(oldest.ids), 0)), rows.get(next(iter(newest.ids), 0))


def _marks(
    both: Criteria, singles: Sequence[Criteria], totals: Sequence[int], listing: Listing
) -> Iterator[Marking]:
    if not listing.count:
        return
    shared, first, second = sync.facet_all([both, *singles], TagKind.TOPIC, limit=MOST_TOPICS)
    marks = marks_of(shared, listing.count, ((dict(first), totals[0]), (dict(second), totals[1])))[:MARKS]
    names = name_values({TagKind.TOPIC: [(mark.key, mark.count) for mark in marks]}, known={})
    for mark in marks:
        if name := names.get((TagKind.TOPIC, mark.key)):
            url = str(listing.address.adding(TagKind.TOPIC, mark.key))
            yield Marking(name, mark.count, url, *mark.lifts)


# --- In one sentence --------------------------------------------------------------------------------------


def _quotations(pair: Pair, both: Criteria) -> list[Quoted]:
    """Return sentences of the latest articles that name both.  Three queries."""
    ids = sync.search(both, limit=LOOKED_THROUGH).ids
    mentions = _mentions(ids, pair)
    found: list[Quoted] = []
    texts = _texts(ids)
    chosen: dict[int, list[Quotation]] = {}
    left = QUOTED
    for pk in ids:
        if left and pk in texts and (sentences := list(_sentences(texts[pk], mentions[pk]))):
            chosen[pk] = sentences[: min(QUOTED_EACH, left)]
            left -= len(chosen[pk])
    lit = urlencode([("tag", f"{pair.kind}:{key}") for key in pair.keys])
    for row in read_rows(list(chosen)):
        places = [(quotation, f"{row.url}?{lit}#evidence-{quotation.number}") for quotation in chosen[row.id]]
        found.append(Quoted(row, places))
    return found


def _texts(ids: Sequence[int]) -> dict[int, tuple[str, str, str]]:
    """Return title, standfirst and the beginning of the text of each public one of these articles."""
    articles = Article.objects.public().filter(pk__in=ids).order_by()
    rows = articles.values_list("pk", "title", "standfirst", Left("body", BODY_LIMIT))
    return {pk: (title, standfirst, body) for pk, title, standfirst, body in rows}


def _mentions(ids: Sequence[int], pair: Pair) -> Mapping[int, dict[int, object]]:
    """Return the stored mentions of each of the two, by article and tag."""
    rows = Tagging.objects.standing().filter(article__in=ids, tag__in=[pair.first, pair.second]).order_by()
    mentions: dict[int, dict[int, object]] = defaultdict(dict)
    for pk, tag, stored in rows.values_list("article_id", "tag_id", "mentions"):
        mentions[pk][0 if tag == pair.first.pk else 1] = stored
    return mentions


def _sentences(texts: tuple[str, str, str], mentions: Mapping[int, object]) -> Iterator[Quotation]:
    parts = (Part.TITLE, Part.STANDFIRST, Part.BODY)
    return quote_both(
        [
            (text, _spans(mentions.get(0), part, text), _spans(mentions.get(1), part, text))
            for part, text in zip(parts, texts, strict=True)
        ]
    )


def _spans(mentions: object, part: Part, text: str) -> list[Span]:
    """Return the mentions in one part that point at words of it as it stands."""
    spans = []
    for mention in mentions if isinstance(mentions, list) else ():
        match mention:
            case [str(where), int(start), int(end), str()] if (
                where == part and text[max(start, 0) : end].strip()
            ):
                spans.append((max(start, 0), end))
    return spans
