"""Builders of test rows: a test names only the values it is about."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence

from django.db import transaction
from django.utils.text import slugify

from articles.importing import store, suggesting
from articles.importing.taggings import set_turns
from articles.models import ActorSuggestion, Article, Author, Authorship, Outlet, Tag, Tagging
from articles.search.sync import enqueue
from articles.tagging.standing import Unknown

_numbers = itertools.count(1)


def make_tag(name: str, *, kind: str = "", key: str = "", **values: object) -> Tag:
    """Return the tag ``"country/Ukraine"`` (or kind and name apart), made if it does not exist."""
    if "/" in name:
        kind, name = name.split("/", 1)
    slug = str(values.pop("slug", slugify(name)))
    tag, _ = Tag.objects.get_or_create(
        kind=kind, slug=slug, defaults={"name": name, "key": key or slug, **values}
    )
    return tag


def make_tagging(article: Article, tag: Tag | str, **values: object) -> Tagging:
    """Return a tagging of the article, as the tagger would make it unless told otherwise."""
    defaults: dict[str, object] = {
        "origin": Tagging.Origin.AUTOMATIC,
        "status": Tagging.Status.SUGGESTED,
        "salience": 0.5,
    }
    tag = make_tag(tag) if isinstance(tag, str) else tag
    row = Tagging(article=article, tag=tag, **{**defaults, **values})
    set_turns([row])
    row.save()
    return row


def make_suggestion(
    article: Article, name: str, *, office: str = "minister", owner: str = ""
) -> ActorSuggestion:
    """Return the suggested actor of this name, whom the article names wherever its body does."""
    start = article.body.find(name)
    mentions = [["body", start, start + len(name), "name"]] if start >= 0 else []
    others = [Unknown(one.name, one.office, one.owner, one.mentions) for one in article.suggestions.all()]
    suggesting.write_suggestions({article.pk: [*others, Unknown(name, office, owner, mentions)]})
    return ActorSuggestion.objects.get(articles__article=article, name=name)


def make_outlet(name: str) -> Outlet:
    """Return the outlet of this name, made if it does not exist."""
    return Outlet.objects.get_or_create(name=name, defaults={"slug": slugify(name)})[0]


def make_article(
    *,
    title: str = "Ministers meet in Vienna",
    tags: Sequence[str | Tag] = (),
    main: Sequence[str | Tag] = (),
    outlet: str = "",
    authors: Sequence[str] = (),
    **values: object,
) -> Article:
    """Return a stored article; ``tags`` are mentioned, ``main`` its subjects: ``["country/Ukraine"]``."""
    number = next(_numbers)
    defaults: dict[str, object] = {
        "identity": f"text:{number}",
        "content_hash": f"{number}",
        "body": "The ministers of both countries met for an hour.",
        "published_on": dt.date(2025, 10, 16),
        "outlet": make_outlet(outlet) if outlet else None,
    }
    article = Article(title=title, **{**defaults, **values})
    store.refresh_derived(article)
    article.save()
    for position, name in enumerate(authors):
        author, _ = Author.objects.get_or_create(name=name, defaults={"slug": slugify(name)})
        Authorship.objects.create(article=article, author=author, position=position)
    for tag in tags:
        make_tagging(article, tag)
    for tag in main:
        make_tagging(article, tag, role=Tagging.Role.MAIN, salience=0.9)
    with transaction.atomic():  # a browser test runs outside of one
        enqueue([article.pk])
    return article
