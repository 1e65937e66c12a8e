"""Writes clippings and their taggings to the database, leaving every decision of an editor alone.

A batch of files is stored with a fixed number of statements, however many files it has.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.utils import timezone

from articles.importing.batch import Reading
from articles.importing.bulk import insert_rows
from articles.importing.clipping import READER_VERSION, Clipping
from articles.importing.corrections import Noted, corrected_among, former_of, hold_against, notices_of
from articles.importing.creating import New, create
from articles.importing.derived import cuts_of, slug_of, sort_day_of
from articles.importing.duplicates import relink
from articles.importing.identity import Catalogue, Decision, Known, Outcome
from articles.importing.named import ids_of, write_authors
from articles.importing.problems import Notice
from articles.importing.sketches import pack, sketch_of
from articles.importing.suggesting import write_suggestions
from articles.importing.summary import summarise
from articles.importing.taggings import Rules, TaggingChanges, change_taggings, locked, texts_of
from articles.importing.texthash import HASHED_FIELDS, text_hash_of
from articles.importing.trail import Authors, Row, change_of, snapshot
from articles.importing.troubles import Trouble
from articles.importing.unmatched import write_unmatched
from articles.models import Article, ArticleSource, Author, Authorship, ImportRun, Outlet

# Article fields taken from the clipping; those an editor changed (`edited_fields`) are left alone.
TEXT_FIELDS = ("title", "standfirst", "body")
PLAIN_FIELDS = (
    *TEXT_FIELDS, "byline", "url", "published_on", "published_precision", "clipped_on", "updated_on",
    "language", "section",
)  # fmt: skip
UPDATED_FIELDS = [
    field.name for field in Article._meta.concrete_fields if field.name not in {"id", "created_at"}
]
SOURCE_FIELDS = ("path", "article", "name", "sha256", "reader_version", "run", "is_undone")


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of each file, in their order, what to say of some of them, and the articles changed.

    ``changes`` are rows for the trail, one for each article whose index entry is out of date; ``notices`` go
    by path.
    """

    outcomes: list[Outcome]
    notices: dict[Path, list[Notice]]
    changes: list[Row]


@dataclass(slots=True)
class _Plan:
    """What some files mean: a decision for each, the articles to write, and those that only need new tags.

    ``returned`` are articles that were withdrawn when their files had gone, and whose files are back.
    """

    files: Sequence[Reading]
    decisions: list[Decision]
    fresh: dict[Known, New]
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

    def notices(self, corrected: Mapping[int, Notice]) -> dict[Path, list[Notice]]:
        """Return what to say of files that replaced what another file, still there, said of their article.

        ``corrected`` is what to say of articles in which an editor corrected what their files now say: it is
        said of the file that had the last word.
        """
        found: dict[Path, list[Notice]] = defaultdict(list)
        last: dict[int, Path] = {}
        for reading, decision in zip(self.files, self.decisions, strict=True):
            if decision.rival:
                message = (
                    f"the same article as {decision.rival!r}, whose version it replaced; keep one of the two "
                    "files, or give each its own `url`"
                )
                found[reading.found.path].append(Notice(message, kind=Trouble.RIVAL))
            pk = decision.known.pk
            is_written = decision.outcome is Outcome.UPDATED and reading.clipping
            if is_written and pk is not None and pk in corrected:
                last[pk] = reading.found.path
        for pk, path in last.items():
            found[path].append(corrected[pk])
        return found


def save(files: Sequence[Reading], *, run: ImportRun, rules: Rules) -> Saved:
    """Store files that were read well and fit the columns, with their taggings and sources.

    Call inside a transaction; the caller queues the changed articles for the index.  The tagger is asked
    about the text as stored, which an editor may have corrected.
    """
    plan = _make_plan(files, Catalogue(is_forced=run.is_forced), rules.release)
    changed = {known: new for known, new in plan.fresh.items() if known.pk is not None}
    articles = _load([*changed, *plan.stale, *plan.returned])
    created = create({known: new for known, new in plan.fresh.items() if known.pk is None}, rules)
    old_texts = {known: texts_of(article) for known, article in articles.items()}
    former = {known: snapshot(article) for known, article in articles.items()}
    authors = _write_articles(changed, articles)
    heard = hold_against([(articles[known], new.clipping) for known, new in changed.items()], run)
    held = former_of(heard)
    _write_returned([articles[known] for known in plan.returned if known in articles])
    for known in plan.stale:
        articles[known].gazetteer_release = rules.release
    Article.objects.filter(pk__in=[known.pk for known in plan.stale]).update(gazetteer_release=rules.release)
    tags = change_taggings([(article, old_texts[known]) for known, article in articles.items()], rules)
    tags.write()
    write_suggestions(created.unknown | tags.unknown)
    write_unmatched(created.unmatched | tags.unmatched)
    _write_sources(plan, run)
    sketches = {articles[known].pk: _sketch(articles[known], new) for known, new in changed.items()}
    relink(created.sketches | sketches)
    changes = [
        change_of(
            article,
            former[known],
            authors=authors.get(article.pk),
            taggings=tags.trail.get(article.pk, ()),
            corrections=held.get(article.pk),
        )
        for known, article in articles.items()
    ]
    outcomes = plan.outcomes(_retagged(plan, articles, tags))
    return Saved(outcomes, plan.notices(notices_of(heard)), [*filter(None, changes), *created.changes])


def preview(files: Sequence[Reading], *, catalogue: Catalogue, noted: Noted, rules: Rules) -> Saved:
    """Return what `save` would do, writing nothing.

    ``catalogue`` and ``noted`` remember what earlier files meant and said.
    """
    plan = _make_plan(files, catalogue, rules.release)
    clippings = {known.pk: new.clipping for known, new in plan.fresh.items() if known.pk is not None}
    heard = noted.hear(corrected_among(clippings))
    articles = _load(plan.stale)
    changes = change_taggings([(article, texts_of(article)) for article in articles.values()], rules)
    outcomes = plan.outcomes(_retagged(plan, articles, changes))
    return Saved(outcomes, plan.notices(notices_of(heard)), [])


def _make_plan(files: Sequence[Reading], catalogue: Catalogue, release: str) -> _Plan:
    paths = [str(reading.found.path) for reading in files]
    identities = [reading.derived.identity for reading in files if reading.derived]
    hashes = {reading.sha256 for reading in files}
    catalogue.load(identities=identities, paths=paths, hashes=hashes)
    plan = _Plan(files, [], {}, [], [])
    stale: dict[Known, None] = {}
    for reading, path in zip(files, paths, strict=True):
        new = New(reading.clipping, reading.derived) if reading.clipping and reading.derived else None
        if new:
            decision = catalogue.decide(
                identity=new.derived.identity,
                content_hash=new.derived.content_hash,
                path=path,
                sha256=reading.sha256,
            )
        else:
            decision = catalogue.keep(path=path, sha256=reading.sha256)
        plan.decisions.append(decision)
        known = decision.known
        is_written = decision.outcome in {Outcome.CREATED, Outcome.UPDATED}
        if is_written and new:
            plan.fresh[known] = new
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


def _write_articles(changed: Mapping[Known, New], articles: Mapping[Known, Article]) -> dict[int, Authors]:
    """Write what clippings say of stored articles; return the authors before and after if they changed."""
    outlets = ids_of(Outlet, (new.clipping.outlet for new in changed.values()))
    for known, new in changed.items():
        article = articles[known]
        _fill(article, new.clipping, outlets.get(new.clipping.outlet))
        article.identity, article.content_hash = known.identity, known.content_hash
        article.gazetteer_release = known.release
    # An upsert by primary key: one statement where bulk_update builds a CASE for every column.
    Article.objects.bulk_create(
        [articles[known] for known in changed],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=UPDATED_FIELDS,
    )
    return _write_authors([(articles[known], new.clipping) for known, new in changed.items()])


def _sketch(article: Article, new: New) -> bytes:
    """Return the sketch of the text as stored, which an editor may have corrected."""
    is_same = article.body == new.clipping.body
    return new.derived.sketch if is_same else pack(sketch_of(article.body))


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
    article.cuts = cuts_of(clipping)
    refresh_derived(article)


def refresh_derived(article: Article) -> None:
    """Set the fields that follow from others: slug, summary, the date it sorts by, the hash of it all."""
    article.slug = slug_of(article.title)
    article.summary = summarise(article.standfirst or article.body)
    article.sort_on = sort_day_of(article.published_on, article.clipped_on)
    article.text_hash = text_hash_of(getattr(article, name) for name in HASHED_FIELDS)


def _write_authors(articles: Sequence[tuple[Article, Clipping]]) -> dict[int, Authors]:
    articles = [
        (article, clipping) for article, clipping in articles if "authors" not in article.edited_fields
    ]
    ids = ids_of(Author, (name for _, clipping in articles for name in clipping.authors))
    stored: dict[int, list[int]] = defaultdict(list)
    rows = Authorship.objects.filter(article__in=[article.pk for article, _ in articles]).order_by("position")
    for article_id, author_id in rows.values_list("article_id", "author_id"):
        stored[article_id].append(author_id)
    # Two spellings of one name in a byline are one author.
    wanted = {
        article.pk: [*dict.fromkeys(ids[name] for name in clipping.authors)] for article, clipping in articles
    }
    changed = [pk for pk, authors in wanted.items() if authors != stored[pk]]
    write_authors({pk: wanted[pk] for pk in changed})
    return {pk: (stored[pk], wanted[pk]) for pk in changed}


def _write_sources(plan: _Plan, run: ImportRun) -> None:
    """Note where each file that was read has gone; files with known bytes have their row."""
    rows = {
        str(reading.found.path): (
            str(reading.found.path),
            decision.known.pk,
            reading.found.name,
            reading.sha256,
            READER_VERSION,
            run.pk,
            decision.outcome is Outcome.SKIPPED,
        )
        for reading, decision in zip(plan.files, plan.decisions, strict=True)
        if reading.clipping
    }
    insert_rows(ArticleSource, SOURCE_FIELDS, rows.values(), unique=("path",))
