"""Outlets and authors by their names, made where there are none yet, and the bylines of articles."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from django.db.models import QuerySet
from django.utils.text import slugify

from articles.models import Author, Authorship, FormerName, Outlet


def ids_of[Row: (Outlet, Author)](model: type[Row], names: Iterable[str]) -> dict[str, int]:
    """Return the ids of the outlets or authors of these names, made where there are none yet.

    A name that was merged into another, or given up for another, is the one that stands for it today.
    """
    wanted = list(dict.fromkeys(name for name in names if name))
    if not wanted:
        return {}
    rows = model.objects.filter(name__in=wanted).values_list("name", "pk", "merged_into")
    ids = {name: merged or pk for name, pk, merged in rows}
    if len(ids) < len(wanted):
        ids = _former_ids(model, wanted) | ids
    slugs = {name: slugify(name)[:100] for name in wanted if name not in ids}
    if slugs:
        taken = set(model.objects.filter(slug__in=slugs.values()).values_list("slug", flat=True))
        taken |= set(_former(model, FormerName.Part.SLUG, slugs.values()).values_list("text", flat=True))
        for name, slug in slugs.items():
            slugs[name] = free_slug(slug, name, taken)
            taken.add(slugs[name])
        made = model.objects.bulk_create(model(name=name, slug=slug) for name, slug in slugs.items())
        ids |= {row.name: row.pk for row in made}
    return ids


def _former_ids(model: type[Outlet] | type[Author], names: Iterable[str]) -> dict[str, int]:
    """Return the ids of those that had these names until somebody renamed them."""
    rows = _former(model, FormerName.Part.NAME, names)
    return dict(rows.values_list("text", str(model._meta.model_name)))


def _former(
    model: type[Outlet] | type[Author], part: FormerName.Part, texts: Iterable[str]
) -> QuerySet[FormerName]:
    return FormerName.objects.filter(kind=str(model._meta.model_name), part=part, text__in=list(texts))


def write_authors(bylines: Mapping[int, Sequence[int]]) -> None:
    """Give articles, by their ids, these authors in the order of the byline, in place of those they have."""
    if not bylines:
        return
    Authorship.objects.filter(article__in=list(bylines)).delete()
    Authorship.objects.bulk_create(
        Authorship(article_id=pk, author_id=author, position=position)
        for pk, authors in bylines.items()
        for position, author in enumerate(authors)
    )


def free_slug(slug: str, name: str, taken: set[str]) -> str:
    """Return the slug, with a hash of the name where it is taken or no letter was left of it."""
    if slug and slug not in taken:
        return slug
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{slug}-{digest}" if slug else digest
