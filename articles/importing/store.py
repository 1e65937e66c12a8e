"""Writes clippings and findings to the database, leaving every decision of an editor alone.

`plan` decides what one clipping means for the archive and writes nothing; `save` does it.  A dry run only
plans.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Protocol

from django.utils.text import slugify

from articles.importing.clipping import Clipping
from articles.importing.sources import SourceFile
from articles.models import (
    Article,
    ArticleSource,
    Author,
    Authorship,
    ImportRun,
    Outlet,
    Tag,
    Tagging,
)
from articles.tagging import Finding, Tagged

SUMMARY_LENGTH = 300  # characters of a list's summary: three lines at 1440 px

# Article fields taken from the clipping; those an editor changed (`edited_fields`) are left alone.
TEXT_FIELDS = ("title", "standfirst", "body")
PLAIN_FIELDS = (
    *TEXT_FIELDS, "byline", "url", "published_on", "published_precision", "clipped_on", "updated_on",
    "language", "section",
)  # fmt: skip


class Outcome(StrEnum):
    """What became of one file."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    FAILED = "failed"


class TagText(Protocol):
    """What `Tagger.tag` looks like from here."""

    def __call__(self, *, title: str, standfirst: str, body: str, on: dt.date | None) -> Tagged:
        """Return the findings in one article's text."""
        ...


@dataclass(frozen=True, slots=True)
class Plan:
    """What one clipping means for the archive; ``article`` is the stored one, None for a new one."""

    outcome: Outcome
    identity: str
    content_hash: str
    article: Article | None


def identity_of(clipping: Clipping) -> str:
    """Return what makes an article this one: its canonical URL, else a hash of its text.  Never the title."""
    if clipping.canonical_url:
        return "url:" + _hash(clipping.canonical_url)
    return "text:" + _hash([clipping.title, clipping.standfirst, clipping.body])


def content_hash_of(clipping: Clipping) -> str:
    """Return a hash of all that the clipping says; the same hash means nothing to write."""
    return _hash(asdict(replace(clipping, notices=())))


def _hash(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()


def plan(clipping: Clipping, *, path: str) -> Plan:
    """Return what storing this clipping, read from ``path``, would do."""
    identity, content_hash = identity_of(clipping), content_hash_of(clipping)
    article = Article.objects.filter(identity=identity).first() or _article_at(path, identity)
    if article is None:
        outcome = Outcome.CREATED
    elif article.content_hash == content_hash:
        outcome = Outcome.UNCHANGED
    else:
        outcome = Outcome.UPDATED
    return Plan(outcome, identity, content_hash, article)


def _article_at(path: str, identity: str) -> Article | None:
    """Return the article last read from this path, unless the file now holds another article.

    An edited text is still the same article; another URL is another article, and the old one stays.
    """
    source = ArticleSource.objects.filter(path=path).select_related("article").first()
    if source is None:
        return None
    old = source.article.identity
    has_moved_on = old.startswith("url:") and identity != old
    is_shared = ArticleSource.objects.filter(article=source.article).exclude(pk=source.pk).exists()
    return None if has_moved_on or is_shared else source.article


def save(
    clipping: Clipping, *, source: SourceFile, run: ImportRun, tagging: TagText, release: str, reader_version: str
) -> tuple[Outcome, int]:
    """Store one clipping with its taggings and source; return what happened and the article's id.

    ``tagging`` is asked about the text as stored, which an editor may have corrected.  Call inside a
    transaction; the caller queues created and updated articles for the index.
    """
    planned = plan(clipping, path=str(source.path))
    article = planned.article or Article(sort_on=_sort_on(clipping, run))
    outcome = planned.outcome
    if outcome is not Outcome.UNCHANGED:
        _fill(article, clipping, planned, run)
        article.save()
        _save_authors(article, clipping)
    if outcome is not Outcome.UNCHANGED or article.gazetteer_release != release:
        if save_taggings(article, tag_article(article, tagging), release=release):
            outcome = Outcome.UPDATED if outcome is Outcome.UNCHANGED else outcome
    ArticleSource.objects.update_or_create(
        path=str(source.path),
        defaults={
            "article": article,
            "name": source.name,
            "sha256": source.sha256,
            "reader_version": reader_version,
            "run": run,
        },
    )
    return outcome, article.pk


def tag_article(article: Article, tagging: TagText) -> Tagged:
    """Return what the tagger says of the article as stored."""
    return tagging(
        title=article.title, standfirst=article.standfirst, body=article.body, on=article.published_on
    )


def _fill(article: Article, clipping: Clipping, planned: Plan, run: ImportRun) -> None:
    values: dict[str, object] = {name: getattr(clipping, name) for name in PLAIN_FIELDS}
    values["outlet"] = _outlet(clipping.outlet)
    values["keywords"] = list(clipping.keywords)
    values["extra"] = dict(clipping.extra)
    values["status"] = Article.Status.PUBLIC if clipping.is_published else Article.Status.DRAFT
    for name, value in values.items():
        if name not in article.edited_fields:
            setattr(article, name, value)
    article.cuts = [asdict(cut) for cut in clipping.cuts]
    article.identity = planned.identity
    article.content_hash = planned.content_hash
    refresh_derived(article, imported_on=run.started_at.date())


def refresh_derived(article: Article, *, imported_on: object = None) -> None:
    """Set the fields that follow from others: slug, summary and the date it sorts by."""
    article.slug = Article.make_slug(article.title)
    article.summary = summarise(article.standfirst or article.body)
    article.sort_on = article.published_on or article.clipped_on or article.sort_on or imported_on


def summarise(text: str) -> str:
    """Return the beginning of a Markdown text as one plain line of at most 300 characters."""
    plain = " ".join(text.replace("*", "").replace("#", "").replace(">", "").split())
    if len(plain) <= SUMMARY_LENGTH:
        return plain
    return plain[: SUMMARY_LENGTH - 1].rsplit(" ", 1)[0] + "…"


def _sort_on(clipping: Clipping, run: ImportRun) -> object:
    return clipping.published_on or clipping.clipped_on or run.started_at.date()


def _outlet(name: str) -> Outlet | None:
    if not name:
        return None
    found = Outlet.objects.filter(name=name).first()
    return found or Outlet.objects.create(name=name, slug=_free_slug(Outlet, name))


def _save_authors(article: Article, clipping: Clipping) -> None:
    if "authors" in article.edited_fields:
        return
    names = list(dict.fromkeys(clipping.authors))
    known = {author.name: author for author in Author.objects.filter(name__in=names)}
    for name in names:
        if name not in known:
            known[name] = Author.objects.create(name=name, slug=_free_slug(Author, name))
    article.authorships.all().delete()
    Authorship.objects.bulk_create(
        Authorship(article=article, author=known[name], position=position) for position, name in enumerate(names)
    )


def _free_slug(model: type[Outlet] | type[Author], name: str) -> str:
    """Return a slug nobody has; a name without Latin letters gets a hash of itself."""
    slug = slugify(name)[:100] or hashlib.sha256(name.encode()).hexdigest()[:12]
    taken = set(model.objects.filter(slug__startswith=slug).values_list("slug", flat=True))
    candidate, number = slug, 2
    while candidate in taken:
        candidate, number = f"{slug}-{number}", number + 1
    return candidate


def save_taggings(article: Article, tagged: Tagged, *, release: str) -> bool:
    """Make the article's automatic taggings those of ``tagged``; return whether anything changed.

    What a person decided keeps its role and status.  Only its mentions follow the text, so that they go on
    pointing at the right words.
    """
    tags = _tags_by_identity(tagged)
    rows = {row.tag_id: row for row in article.taggings.all()}
    added, changed = [], []
    for finding in tagged.findings:
        tag_id = tags.get((finding.kind.value, finding.slug))
        if tag_id is None:
            continue
        row = rows.pop(tag_id, None)
        values = _tagging_values(finding)
        if row is None:
            added.append(Tagging(article=article, tag_id=tag_id, release=release, **values))
        elif _update(row, values):
            row.release = release
            changed.append(row)
    gone = [row.pk for row in rows.values() if row.origin == Tagging.Origin.AUTOMATIC and not row.is_decided]
    for row in rows.values():
        if row.pk not in gone and row.mentions:
            row.mentions = []
            changed.append(row)
    Tagging.objects.filter(pk__in=gone).delete()
    Tagging.objects.bulk_create(added)
    Tagging.objects.bulk_update(changed, ["role", "salience", "mentions", "release"])
    if article.gazetteer_release != release:
        Article.objects.filter(pk=article.pk).update(gazetteer_release=release)
        article.gazetteer_release = release
    return bool(added or changed or gone)


def _tags_by_identity(tagged: Tagged) -> Mapping[tuple[str, str], int]:
    slugs = {finding.slug for finding in tagged.findings}
    rows = Tag.objects.filter(slug__in=slugs).values_list("kind", "slug", "pk")
    return {(kind, slug): pk for kind, slug, pk in rows}


def _tagging_values(finding: Finding) -> dict[str, object]:
    return {
        "role": finding.role.value,
        "salience": round(finding.salience, 4),
        "mentions": [[m.part.value, m.start, m.end, m.rule] for m in finding.mentions],
        "origin": Tagging.Origin.AUTOMATIC,
        "status": Tagging.Status.SUGGESTED,
    }


def _update(row: Tagging, values: Mapping[str, object]) -> bool:
    """Write the new values to the row in memory, all of them or the mentions alone; return whether any differs."""
    names = ("mentions",) if row.is_decided else ("role", "salience", "mentions")
    if all(getattr(row, name) == values[name] for name in names):
        return False
    for name in names:
        setattr(row, name, values[name])
    return True
