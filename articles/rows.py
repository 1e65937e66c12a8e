"""Articles as lists show them: plain rows, in three queries whatever their number.

Rows of values, not model instances: 25 articles with their tags take 0.25 ms this way and 9 ms through
``prefetch_related``.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse

from articles.models import Article, Authorship, Tagging, TagKind


@dataclass(frozen=True, slots=True)
class TagLabel:
    """One tag of one article, as shown beside its title.

    ``url`` is the page about the tag, ``parent`` the key of the wider tag above it, empty if there is none.
    ``is_sought``: the search that found the article asked for it.
    """

    kind: str
    key: str
    slug: str
    name: str
    url: str
    role: str
    salience: float
    status: str
    parent: str
    is_sought: bool = False

    @property
    def is_main(self) -> bool:
        """Return whether the article is about it."""
        return self.role == Tagging.Role.MAIN


@dataclass(frozen=True, slots=True)
class Row:
    """One article in a list.  Its tags stand by kind, main ones first."""

    id: int
    url: str
    title: str
    summary: str
    standfirst: str
    published_on: dt.date | None
    published_precision: str
    clipped_on: dt.date | None
    language: str
    outlet: tuple[str, str] | None  # slug, name
    authors: list[str]
    actors: list[TagLabel]
    countries: list[TagLabel]
    organisations: list[TagLabel]
    topics: list[TagLabel]


type Labels = Mapping[str, list[TagLabel]]  # by kind
type Sought = Collection[tuple[str, str]]  # kind and key of the tags that a search asks for


def read_rows(ids: Sequence[int], *, sought: Sought = ()) -> list[Row]:
    """Return the rows of these articles, in this order, leaving out what readers may not see."""
    if not ids:
        return []
    found = {
        values[0]: values
        for values in Article.objects.public()
        .filter(pk__in=ids)
        .values_list(
            "pk", "slug", "title", "summary", "standfirst", "published_on", "published_precision",
            "clipped_on", "language", "outlet__slug", "outlet__name",
        )
    }  # fmt: skip
    labels, authors = read_labels(list(found), sought=sought), _read_authors(list(found))
    rows = []
    for pk in ids:
        if pk not in found:
            continue
        _, slug, title, summary, standfirst, published_on, precision, clipped_on, language, *outlet = found[
            pk
        ]
        rows.append(
            Row(
                id=pk,
                url=reverse("article_detail", args=[pk, slug]),
                title=title,
                summary=summary,
                standfirst=standfirst,
                published_on=published_on,
                published_precision=precision,
                clipped_on=clipped_on,
                language=language,
                outlet=(outlet[0], outlet[1]) if outlet[0] else None,
                authors=authors.get(pk, []),
                actors=labels[pk][TagKind.ACTOR],
                countries=labels[pk][TagKind.COUNTRY],
                organisations=labels[pk][TagKind.ORGANISATION],
                topics=labels[pk][TagKind.TOPIC],
            )
        )
    return rows


def read_labels(article_ids: Sequence[int], *, sought: Sought = ()) -> Mapping[int, Labels]:
    """Return the standing tags of each article by kind, main ones first, then by falling salience."""
    labels: dict[int, dict[str, list[TagLabel]]] = {
        pk: {kind: [] for kind in TagKind.values} for pk in article_ids
    }
    # "main" sorts before "mentioned".
    taggings = (
        Tagging.objects.standing().filter(article__in=article_ids).order_by("role", "-salience", "tag__name")
    )
    # reverse() once a kind: for each of 300 tags it would cost more than all the rest.
    urls = {kind: reverse(f"{kind}_detail", args=["_"]).rsplit("_", 1) for kind in TagKind.values}
    for pk, kind, key, slug, name, role, salience, status, parent in taggings.values_list(
        "article_id", "tag__kind", "tag__key", "tag__slug", "tag__name", "role", "salience", "status",
        "tag__parent__key",
    ):  # fmt: skip
        url = slug.join(urls[kind])
        is_sought = (kind, key) in sought
        labels[pk][kind].append(
            TagLabel(kind, key, slug, name, url, role, salience, status, parent or "", is_sought)
        )
    return labels


def _read_authors(article_ids: Sequence[int]) -> Mapping[int, list[str]]:
    names: dict[int, list[str]] = defaultdict(list)
    rows = Authorship.objects.filter(article__in=article_ids).order_by("position", "pk")
    for pk, name in rows.values_list("article_id", "author__name"):
        names[pk].append(name)
    return names
