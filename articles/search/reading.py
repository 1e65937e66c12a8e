"""Reads from the database what the search index holds."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from articles.lists.damage import read_around
from articles.models import Article, Authorship, Tagging
from articles.search.entry import IndexedArticle
from articles.search.vocabulary import NO_LANGUAGE, UNDATED, VOCABULARIES, language_keys

BATCH = 500  # articles at a time

type Keys = dict[str, list[str]]  # facet -> keys


class _Row(NamedTuple):
    """What the index holds of one article's own columns, and its outlet's."""

    id: int
    title: str
    standfirst: str
    body: str
    published_on: dt.date | None
    published_precision: str
    clipped_on: dt.date | None
    sort_on: dt.date
    language: str
    outlet__slug: str | None


@dataclass(slots=True)
class _Tags:
    """The standing tags of one article: their keys, those of the main ones, and what taggings they are."""

    keys: Keys = field(default_factory=lambda: defaultdict(list))
    main: Keys = field(default_factory=lambda: defaultdict(list))
    origins: set[str] = field(default_factory=set)
    statuses: set[str] = field(default_factory=set)


def read_articles(ids: Sequence[int] | None = None) -> Iterator[IndexedArticle]:
    """Yield what the index holds of these articles (all, by default); none that readers may not see."""
    for batch in _batches(ids):
        yield from read_around(_read_batch, batch)


def _read_batch(ids: Sequence[int]) -> list[IndexedArticle]:
    rows = Article.objects.public().filter(pk__among=ids).order_by("pk")
    articles = [_Row(*row) for row in rows.values_list(*_Row._fields)]
    tags = _read_tags([article.id for article in articles])
    authors = _author_slugs([article.id for article in articles])
    return [
        IndexedArticle(
            id=article.id,
            title=article.title,
            standfirst=article.standfirst,
            body=article.body,
            facets=_facets(article, tags[article.id], authors[article.id]),
            main={kind: tuple(sorted(keys)) for kind, keys in tags[article.id].main.items()},
            published_on=article.published_on,
            clipped_on=article.clipped_on,
            sort_on=article.sort_on,
            language=article.language,
        )
        for article in articles
    ]


def _facets(article: _Row, tags: _Tags, authors: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the keys of each facet; no facet without any."""
    languages = language_keys(article.language)
    facets = {
        **{kind: sorted(keys) for kind, keys in tags.keys.items()},
        "outlet": [article.outlet__slug] if article.outlet__slug else [],
        "author": authors,
        "language": languages,
        "origin": sorted(tags.origins),
        "status": sorted(tags.statuses),
        "dated": [article.published_precision if article.published_on else UNDATED],
    }
    has = [key for key in VOCABULARIES["has"] if facets.get(key)]
    if article.published_on:
        has.append("date")
    if NO_LANGUAGE in languages:
        has.remove("language")
    return {facet: tuple(keys) for facet, keys in {**facets, "has": has}.items() if keys}


def _batches(ids: Sequence[int] | None) -> Iterator[Sequence[int]]:
    if ids is not None:
        for start in range(0, len(ids), BATCH):
            yield ids[start : start + BATCH]
        return
    last = 0
    while batch := list(
        Article.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]
    ):
        yield batch
        last = batch[-1]


def _read_tags(ids: Sequence[int]) -> dict[int, _Tags]:
    found: dict[int, _Tags] = defaultdict(_Tags)
    rows = Tagging.objects.standing().filter(article__among=ids).order_by()
    for pk, kind, key, role, origin, status in rows.values_list(
        "article_id", "tag__kind", "tag__key", "role", "origin", "status"
    ):
        tags = found[pk]
        tags.keys[kind].append(key)
        if role == Tagging.Role.MAIN:
            tags.main[kind].append(key)
        tags.origins.add(origin)
        tags.statuses.add(status)
    return found


def _author_slugs(ids: Sequence[int]) -> dict[int, list[str]]:
    slugs: dict[int, list[str]] = defaultdict(list)
    rows = Authorship.objects.filter(article__among=ids).order_by("article_id", "position")
    for article_id, slug in rows.values_list("article_id", "author__slug"):
        slugs[article_id].append(slug)
    return slugs
