"""Writes clippings and their taggings to the database, leaving every decision of an editor alone.

A batch of files is stored with a fixed number of statements, however many files it has.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from django.utils import timezone
from django.utils.text import slugify

from articles.importing.batch import Reading
from articles.importing.clipping import READER_VERSION, Clipping
from articles.importing.duplicates import relink
from articles.importing.identity import Catalogue, Decision, Known, Outcome, content_hash_of, identity_of
from articles.importing.problems import Notice
from articles.importing.suggesting import write_suggestions
from articles.importing.summary import summarise
from articles.importing.taggings import Rules, TaggingChanges, change_taggings, locked, texts_of
from articles.importing.texthash import HASHED_FIELDS, text_hash_of
from articles.importing.trail import Authors, change_of, snapshot
from articles.importing.unmatched import write_unmatched
from articles.models import Article, ArticleSource, Author, Authorship, Change, ImportRun, Outlet

# Article fields taken from the clipping; those an editor changed (`edited_fields`) are left alone.
TEXT_FIELDS = ("title", "standfirst", "body")
PLAIN_FIELDS = (
    *TEXT_FIELDS, "byline", "url", "published_on", "published_precision", "clipped_on", "updated_on",
    "language", "section",
)  # fmt: skip
UPDATED_FIELDS = [
    field.name for field in Article._meta.concrete_fields if field.name not in {"id", "created_at"}
]
SOURCE_FIELDS = ["article", "name", "sha256", "reader_version", "run", "is_undone"]


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of each file, in their order, what to say of some of them, and the articles changed.

    ``changes`` are rows for the trail, one for each article whose index entry is out of date; ``notices`` go
    by path.
    """

    outcomes: list[Outcome]
    notices: dict[Path, Notice]
    changes: list[Change]


@dataclass(slots=True)
class _Plan:
    """What some files mean: a decision for each, the articles to write, and those that only need new tags.

    ``returned`` are articles that were withdrawn when their files had gone, and whose files are back.
    """

    files: Sequence[Reading]
    decisions: list[Decision]
    fresh: dict[Known, Clipping]
    stale: list[Known]
    returned: list[Known]

    def outcomes(self, retagged: Iterable[Known]) -> list[Outcome]:
        """Return what became of each file; new tags count as an update of the article's first file."""
        left = set(retagged)
        outcomes = []
        for decision in self.decisions:
            is_retagged = decision.outcome is Outcome.UNCHANGED and decision.known in left
            left.discard(decision.known)
            outcomes.append(Outcome.UPDATED if is_retagged else decision.outcome)
        return outcomes

    def notices(self) -> dict[Path, Notice]:
        """Return what to say of files that replaced what another file, still there, said of their article."""
        return {
            reading.found.path: Notice(
                f"the same article as {decision.rival!r}, whose version it replaced; keep one of the two "
                "files, or give each its own `url`"
            )
            for reading, decision in zip(self.files, self.decisions, strict=True)
            if decision.rival
        }


def save(files: Sequence[Reading], *, run: ImportRun, rules: Rules) -> Saved:
    """Store files that were read well and fit the columns, with their taggings and sources.

    Call inside a transaction; the caller queues the changed articles for the index.  The tagger is asked
    about the text as stored, which an editor may have corrected.
    """
    plan = _make_plan(files, Catalogue(is_forced=run.is_forced), rules.release)
    articles = _load([*plan.fresh, *plan.stale, *plan.returned])
    old_texts = {known: texts_of(article) for known, article in articles.items()}
    former = {known: snapshot(article) for known, article in articles.items()}
    for known in plan.fresh:
        if known.pk is None:
            articles[known] = Article()
    authors = _write_articles(plan, articles)
    _write_returned([articles[known] for known in plan.returned if known in articles])
    for known in plan.stale:
        articles[known].gazetteer_release = rules.release
    Article.objects.filter(pk__in=[known.pk for known in plan.stale]).update(gazetteer_release=rules.release)
    tags = change_taggings([(article, old_texts.get(known)) for known, article in articles.items()], rules)
    tags.write()
    write_suggestions(tags.unknown)
    write_unmatched(tags.unmatched)
    _write_sources(plan, articles, run)
    relink({articles[known].pk: rules.sketch(articles[known].body) for known in plan.fresh})
    changes = [
        change_of(
            article,
            former.get(known),
            authors=authors.get(article.pk),
            taggings=tags.trail.get(article.pk, ()),
        )
        for known, article in articles.items()
    ]
    return Saved(plan.outcomes(_retagged(plan, articles, tags)), plan.notices(), [*filter(None, changes)])


def preview(files: Sequence[Reading], *, catalogue: Catalogue, rules: Rules) -> Saved:
    """Return what `save` would do, writing nothing; ``catalogue`` remembers what earlier files meant."""
    plan = _make_plan(files, catalogue, rules.release)
    articles = _load(plan.stale)
    changes = change_taggings([(article, texts_of(article)) for article in articles.values()], rules)
    return Saved(plan.outcomes(_retagged(plan, articles, changes)), plan.notices(), [])


def _make_plan(files: Sequence[Reading], catalogue: Catalogue, release: str) -> _Plan:
    paths = [str(reading.found.path) for reading in files]
    identities = [
        identity_of(reading.clipping, path) if reading.clipping else ""
        for reading, path in zip(files, paths, strict=True)
    ]
    hashes = {reading.sha256 for reading in files}
    catalogue.load(identities=filter(None, identities), paths=paths, hashes=hashes)
    plan = _Plan(files, [], {}, [], [])
    stale: dict[Known, None] = {}
    for reading, identity, path in zip(files, identities, paths, strict=True):
        if clipping := reading.clipping:
            decision = catalogue.decide(
                identity=identity,
                content_hash=content_hash_of(clipping),
                path=path,
                sha256=reading.sha256,
            )
        else:
            decision = catalogue.keep(path=path, sha256=reading.sha256)
        plan.decisions.append(decision)
        known = decision.known
        is_written = decision.outcome in {Outcome.CREATED, Outcome.UPDATED}
        if is_written and clipping:
            plan.fresh[known] = clipping
            known.release = release
        elif is_written:
            plan.returned.append(known)
        needs_tags = known.release != release or (catalogue.is_forced and not known.is_tagged_again)
        if known.pk is not None and needs_tags:
            stale[known] = None
            known.release, known.is_tagged_again = release, True
    plan.stale = [known for known in stale if known not in plan.fresh]
    return plan


def _load(wanted: Iterable[Known]) -> dict[Known, Article]:
    """Return the rows of those of these articles that are stored."""
    by_pk = {known.pk: known for known in wanted if known.pk is not None}
    rows = locked(Article.objects.filter(pk__in=list(by_pk))) if by_pk else ()
    return {by_pk[article.pk]: article for article in rows}


def _retagged(plan: _Plan, articles: Mapping[Known, Article], changes: TaggingChanges) -> list[Known]:
    return [known for known in plan.stale if known in articles and articles[known].pk in changes.article_ids]


def _write_articles(plan: _Plan, articles: Mapping[Known, Article]) -> dict[int, Authors]:
    """Write what the fresh clippings say; return the authors before and after, where they changed."""
    outlets = _named(Outlet, (clipping.outlet for clipping in plan.fresh.values()))
    for known, clipping in plan.fresh.items():
        article = articles[known]
        _fill(article, clipping, outlets.get(clipping.outlet))
        article.identity, article.content_hash = known.identity, known.content_hash
        article.gazetteer_release = known.release
    Article.objects.bulk_create([articles[known] for known in plan.fresh if known.pk is None])
    # An upsert by primary key: one statement where bulk_update builds a CASE for every column.
    Article.objects.bulk_create(
        [articles[known] for known in plan.fresh if known.pk is not None],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=UPDATED_FIELDS,
    )
    return _write_authors([(articles[known], clipping) for known, clipping in plan.fresh.items()])


def _write_returned(articles: Sequence[Article]) -> None:
    """Show articles again that only their missing files had withdrawn, editors not having spoken since."""
    returned = [article for article in articles if article.withdrawal == Article.Withdrawal.MISSING]
    for article in returned:
        article.status, article.withdrawal = Article.Status.PUBLIC, ""
    Article.objects.filter(pk__in=[article.pk for article in returned]).update(
        status=Article.Status.PUBLIC, withdrawal="", changed_at=timezone.now()
    )


def _fill(article: Article, clipping: Clipping, outlet: int | None) -> None:
    values: dict[str, object] = {name: getattr(clipping, name) for name in PLAIN_FIELDS}
    values["outlet_id"] = outlet
    values["keywords"] = list(clipping.keywords)
    values["extra"] = dict(clipping.extra)
    # An editor who withdrew it meant the article, not this version of its file; a program meant its files.
    if article.status != Article.Status.WITHDRAWN or article.withdrawal:
        values["status"] = Article.Status.PUBLIC if clipping.is_published else Article.Status.DRAFT
        values["withdrawal"] = ""
    for name, value in values.items():
        if name.removesuffix("_id") not in article.edited_fields:
            setattr(article, name, value)
    article.cuts = [asdict(cut) for cut in clipping.cuts]
    refresh_derived(article)


def refresh_derived(article: Article) -> None:
    """Set the fields that follow from others: slug, summary, the date it sorts by, the hash of it all."""
    article.slug = Article.make_slug(article.title)
    article.summary = summarise(article.standfirst or article.body)
    article.sort_on = article.published_on or article.clipped_on or Article.UNDATED
    article.text_hash = text_hash_of(getattr(article, name) for name in HASHED_FIELDS)


def _write_authors(articles: Sequence[tuple[Article, Clipping]]) -> dict[int, Authors]:
    articles = [
        (article, clipping) for article, clipping in articles if "authors" not in article.edited_fields
    ]
    ids = _named(Author, (name for _, clipping in articles for name in clipping.authors))
    stored: dict[int, list[int]] = defaultdict(list)
    rows = Authorship.objects.filter(article__in=[article.pk for article, _ in articles]).order_by("position")
    for article_id, author_id in rows.values_list("article_id", "author_id"):
        stored[article_id].append(author_id)
    wanted = {article.pk: [ids[name] for name in clipping.authors] for article, clipping in articles}
    changed = [pk for pk, authors in wanted.items() if authors != stored[pk]]
    Authorship.objects.filter(article__in=[pk for pk in changed if stored[pk]]).delete()
    Authorship.objects.bulk_create(
        Authorship(article_id=pk, author_id=author, position=position)
        for pk in changed
        for position, author in enumerate(wanted[pk])
    )
    return {pk: (stored[pk], wanted[pk]) for pk in changed}


def _named[Row: (Outlet, Author)](model: type[Row], names: Iterable[str]) -> dict[str, int]:
    """Return the ids of the outlets or authors of these names, made where there are none yet."""
    wanted = list(dict.fromkeys(name for name in names if name))
    if not wanted:
        return {}
    ids = dict(model.objects.filter(name__in=wanted).values_list("name", "pk"))
    slugs = {name: slugify(name)[:100] for name in wanted if name not in ids}
    if slugs:
        taken = set(model.objects.filter(slug__in=slugs.values()).values_list("slug", flat=True))
        for name, slug in slugs.items():
            slugs[name] = _free_slug(slug, name, taken)
            taken.add(slugs[name])
        made = model.objects.bulk_create(model(name=name, slug=slug) for name, slug in slugs.items())
        ids |= {row.name: row.pk for row in made}
    return ids


def _free_slug(slug: str, name: str, taken: set[str]) -> str:
    """Return the slug, with a hash of the name where it is taken or no letter was left of it."""
    if slug and slug not in taken:
        return slug
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{slug}-{digest}" if slug else digest


def _pk(known: Known, articles: Mapping[Known, Article]) -> int:
    if known.pk is not None:
        return known.pk
    return articles[known].pk


def _write_sources(plan: _Plan, articles: Mapping[Known, Article], run: ImportRun) -> None:
    """Note where each file that was read has gone; files with known bytes have their row."""
    rows = {
        str(reading.found.path): ArticleSource(
            path=str(reading.found.path),
            article_id=_pk(decision.known, articles),
            name=reading.found.name,
            sha256=reading.sha256,
            reader_version=READER_VERSION,
            run=run,
            is_undone=decision.outcome is Outcome.SKIPPED,
        )
        for reading, decision in zip(plan.files, plan.decisions, strict=True)
        if reading.clipping
    }
    ArticleSource.objects.bulk_create(
        rows.values(), update_conflicts=True, unique_fields=["path"], update_fields=SOURCE_FIELDS
    )
