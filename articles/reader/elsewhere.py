"""Where else the archive has the story of an article, in nearly the same words."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q

from articles.models import Article, NearDuplicate

SHOWN = 20  # articles, those that share most first


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """One more article with the same story; ``share`` is how much of the text is common, in percent."""

    id: int
    url: str
    title: str
    outlet: tuple[str, str] | None  # slug and name
    published_on: dt.date | None
    published_precision: str
    share: int


def find_elsewhere(article: Article) -> list[Elsewhere]:
    """Return the public articles that share most of this one's text.  Two queries."""
    shares = shares_of(article)
    articles = Article.objects.public().filter(pk__in=shares).select_related("outlet").defer("body")
    found = sorted(articles, key=lambda other: (-shares[other.pk], other.sort_on, other.pk))
    return [
        Elsewhere(
            id=other.pk,
            url=other.get_absolute_url(),
            title=other.title,
            outlet=(other.outlet.slug, other.outlet.name) if other.outlet else None,
            published_on=other.published_on,
            published_precision=other.published_precision,
            share=shares[other.pk],
        )
        for other in found[:SHOWN]
    ]


def shares_of(article: Article) -> dict[int, int]:
    """Return all articles linked with one, public or not, and how much of the text is common in percent."""
    links = NearDuplicate.objects.filter(Q(first=article) | Q(second=article))
    return {
        second if first == article.pk else first: share
        for first, second, share in links.values_list("first_id", "second_id", "share")
    }
