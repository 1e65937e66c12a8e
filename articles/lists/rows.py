"""Articles as lists show them: plain rows, finished for a page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db.models.functions import Left

from articles.lists.stored import StoredArticle, read_articles
from articles.models import Article, Tagging, TagKind
from articles.phrases import all_of, gettext, marked
from articles.search.query import read_words
from articles.search.snippets import BODY_LIMIT, Finder, Parts, Snippet
from articles.search.wording import named

# How many tags of each kind stand under a summary.
ROOM = {TagKind.ACTOR: 3, TagKind.COUNTRY: 4, TagKind.ORGANISATION: 2, TagKind.TOPIC: 3}
MAIN = Tagging.Role.MAIN.value
NOT_LOOKED_FOR = Snippet(title=(), text=(), places=())
MAINLY, MENTIONS = marked("mainly about %(names)s"), marked("mentions %(names)s")
# Where words were found, as a reader is told it: a place of one, of two, of all three.
FOUND_IN = {
    ("title",): marked("found in the title"),
    ("standfirst",): marked("found in the standfirst"),
    ("body",): marked("found in the text"),
    ("title", "standfirst"): marked("found in the title and standfirst"),
    ("title", "body"): marked("found in the title and text"),
    ("standfirst", "body"): marked("found in the standfirst and text"),
    ("title", "standfirst", "body"): marked("found in the title, standfirst and text"),
}


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
    html: str = ""  # the name, escaped

    @property
    def is_main(self) -> bool:
        """Return whether the article is about it."""
        return self.role == MAIN


@dataclass(frozen=True, slots=True)
class Row:
    """One article in a list.  Its tags stand by kind, main ones first.

    ``labels`` are those to show, ``more_count`` is the number of the others.  ``title_parts`` and
    ``snippet_parts`` are the title and some lines with the words of the search marked, empty for a search
    without words.  ``why`` says in words why the article is part of the result; nothing where all are.
    """

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
    labels: list[TagLabel]
    more_count: int
    title_parts: Parts = ()
    snippet_parts: Parts = ()
    why: str = ""


type Labels = Mapping[str, list[TagLabel]]  # by kind
type Sought = Collection[tuple[str, str]]  # kind and key of the tags that a search asks for


def read_rows(ids: Sequence[int], *, sought: Sought = (), words: str = "") -> list[Row]:
    """Return the rows of these articles, in this order, leaving out what readers may not see.

    ``words`` is the free text of the search, ``sought`` the kind and key of each tag that it asks for.
    """
    if not ids:
        return []
    finder = Finder(read_words(words))
    stored = read_articles(ids)
    bodies = _read_bodies(list(stored)) if finder.has_words else {}
    rows = []
    for pk in ids:
        if article := stored.get(pk):
            found = NOT_LOOKED_FOR
            if finder.has_words:
                found = _snippet(finder, article, bodies.get(pk, ""))
            rows.append(_row(article, found, sought))
    return rows


def _read_bodies(ids: Sequence[int]) -> dict[int, str]:
    """Return how the text of each public one of these articles begins."""
    articles = Article.objects.public().filter(pk__in=ids)
    return dict(articles.order_by().values_list("pk", Left("body", BODY_LIMIT)))


def _snippet(finder: Finder, article: StoredArticle, body: str) -> Snippet:
    return finder.snippet(
        title=article.title, standfirst=article.standfirst, body=body, summary=article.summary
    )


def _row(article: StoredArticle, found: Snippet, sought: Sought) -> Row:
    labels: dict[str, list[TagLabel]] = {kind: [] for kind in ROOM}
    for one in article.taggings:
        tag = one.tag
        labels[tag.kind].append(
            TagLabel(
                tag.kind, tag.key, tag.slug, tag.name, tag.url, one.role, one.salience, one.status,
                tag.parent, (tag.kind, tag.key) in sought, tag.html,
            )
        )  # fmt: skip
    ordered = {kind: _ordered(labels[kind]) for kind in ROOM}
    return Row(
        id=article.id,
        url=article.url,
        title=article.title,
        summary=article.summary,
        standfirst=article.standfirst,
        published_on=article.published_on,
        published_precision=article.published_precision,
        clipped_on=article.clipped_on,
        language=article.language,
        outlet=article.outlet,
        authors=article.authors,
        actors=labels[TagKind.ACTOR],
        countries=labels[TagKind.COUNTRY],
        organisations=labels[TagKind.ORGANISATION],
        topics=labels[TagKind.TOPIC],
        labels=[label for kind, room in ROOM.items() for label in ordered[kind][:room]],
        more_count=sum(max(len(ordered[kind]) - room, 0) for kind, room in ROOM.items()),
        title_parts=found.title,
        snippet_parts=found.text,
        why=_why(found.places, labels) if found.places or sought else "",
    )


def _ordered(labels: Sequence[TagLabel]) -> list[TagLabel]:
    """Return the tags of one kind, what was sought first.

    A topic says more than the wider one above it, which is left out unless it was sought or alone is a main
    one.
    """
    wider = {label.parent for label in labels if label.parent}
    if not wider:
        kept = list(labels)
    else:
        main = {label.parent for label in labels if label.role == MAIN}
        kept = [
            label
            for label in labels
            if label.is_sought or label.key not in (main if label.role == MAIN else wider)
        ]
    kept.sort(key=lambda label: not label.is_sought)
    return kept


def _why(places: Sequence[str], labels: Labels) -> str:
    """Return why the article is in the result: ``Found in the title and text · mainly about Ukraine``."""
    sought = [label for kind in ROOM for label in labels[kind] if label.is_sought]
    parts = []
    if places:
        parts.append(gettext(FOUND_IN[tuple(places)]))
    for message, is_main in ((MAINLY, True), (MENTIONS, False)):
        names = [named(label.kind, label.name) for label in sought if label.is_main is is_main]
        if names:
            parts.append(gettext(message) % {"names": all_of(names)})
    why = " · ".join(parts)
    return why[:1].upper() + why[1:]
