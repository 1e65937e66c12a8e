"""Reads from the database what the search index holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from articles.models import Article, Authorship, Tagging
from articles.search.entry import FACETS, IndexedArticle

BATCH = 500  # articles at a time

type Keys = dict[int, dict[str, list[str]]]  # article -> facet -> keys


def read_articles(ids: Sequence[int] | None = None) -> Iterator[IndexedArticle]:
    """Yield what the index holds of these articles (all, by default); none that readers may not see."""
    for batch in _batches(ids):
        articles = list(Article.objects.public().filter(pk__in=batch).select_related("outlet").order_by("pk"))
        tags, mains = _tag_keys([article.pk for article in articles])
        authors = _author_slugs([article.pk for article in articles])
        for article in articles:
            facets = {facet: tuple(tags[article.pk][facet]) for facet in FACETS if tags[article.pk][facet]}
            if article.outlet:
                facets["outlet"] = (article.outlet.slug,)
            if authors[article.pk]:
                facets["author"] = tuple(authors[article.pk])
            yield IndexedArticle(
                id=article.pk,
                title=article.title,
                standfirst=article.standfirst,
                body=article.body,
                facets=facets,
                main={kind: tuple(keys) for kind, keys in mains[article.pk].items()},
                published_on=article.published_on,
                clipped_on=article.clipped_on,
                sort_on=article.sort_on,
                language=article.language,
            )


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


def _tag_keys(ids: Sequence[int]) -> tuple[Keys, Keys]:
    tags: Keys = defaultdict(lambda: defaultdict(list))
    mains: Keys = defaultdict(lambda: defaultdict(list))
    rows = Tagging.objects.standing().filter(article__in=ids).order_by("article_id", "-salience", "pk")
    for article_id, kind, key, role in rows.values_list("article_id", "tag__kind", "tag__key", "role"):
        tags[article_id][kind].append(key)
        if role == Tagging.Role.MAIN:
            mains[article_id][kind].append(key)
    return tags, mains


def _author_slugs(ids: Sequence[int]) -> dict[int, list[str]]:
    slugs: dict[int, list[str]] = defaultdict(list)
    rows = Authorship.objects.filter(article__in=ids).order_by("article_id", "position")
    for article_id, slug in rows.values_list("article_id", "author__slug"):
        slugs[article_id].append(slug)
    return slugs
