"""Takes an import back: what it made is withdrawn, what it updated returns to its former text and tags.

An article is undone whole or not at all.  It is left alone, and named, where a later import has changed it
as well; what an editor decided in it stays, and is named too.  The files of an undone article are skipped by
later imports until their bytes change.

Chunk by chunk, each one transaction: an undo that was killed goes on where it stopped when it is run again.
"""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import batched

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet

from articles.commands import manage
from articles.importing.corrections import give_back as give_back_corrections
from articles.importing.duplicates import relink_stored
from articles.importing.former import (
    STATUS,
    Facts,
    Former,
    Merged,
    Past,
    Remark,
    give_back,
    was_tagged_again,
    withdraw,
)
from articles.importing.lock import import_lock
from articles.importing.named import write_authors
from articles.importing.store import UPDATED_FIELDS, refresh_derived
from articles.importing.taggings import TaggingChanges, locked
from articles.importing.trail import ARTICLE, change_of, record, snapshot
from articles.models import (
    Article,
    ArticleSource,
    Author,
    Authorship,
    Change,
    ChangeSet,
    ImportRun,
    Outlet,
    Tag,
    Tagging,
)
from articles.search import sync
from articles.search.engine import IndexBusy, IndexUnusable

CHUNK = 200  # articles in one transaction
NOTED = 50  # remarks kept with the change-set; all are in the report

Acts = ChangeSet.Act


class UndoError(Exception):
    """The run cannot be undone, and why."""


@dataclass(slots=True)
class Undoing:
    """What an undo did, or would do.

    ``kept`` are decisions of editors in articles that were undone, ``refused`` articles left as they are.
    """

    run_id: int
    is_dry: bool
    withdrawn: int = 0
    given_back: int = 0
    kept: list[Remark] = field(default_factory=list)
    refused: list[Remark] = field(default_factory=list)

    def words(self) -> str:
        """Return the figures as a sentence."""
        return (
            f"{self.withdrawn:,} article{'' if self.withdrawn == 1 else 's'} withdrawn, "
            f"{self.given_back:,} returned to what {'it was' if self.given_back == 1 else 'they were'}, "
            f"{len({remark.article_id for remark in self.kept}):,} with an editor's decisions kept, "
            f"{len(self.refused):,} left as {'it is' if len(self.refused) == 1 else 'they are'}"
        )


def undo(
    run: ImportRun,
    *,
    by: AbstractBaseUser | None = None,
    by_name: str = "",
    is_dry: bool = False,
    progress: Callable[[Undoing], None] = lambda undoing: None,
) -> Undoing:
    """Undo a run as far as nothing later stands in the way, and return what became of its articles.

    ``is_dry`` only says what would.  Raise UndoError if the run changed nothing, ImportBusyError while an
    import is running.
    """
    with import_lock():
        import_set = ChangeSet.objects.filter(run=run, act=Acts.IMPORT).first()
        if import_set is None:
            raise UndoError(f"import run {run.pk} changed nothing, so there is nothing to undo")
        undoing = Undoing(run.pk, is_dry)
        who = {"made_by_id": by.pk if by else None, "made_by_name": str(by or by_name)[:150]}
        for ids in batched(_waiting(import_set), CHUNK):
            if is_dry:
                _Chunk(run, import_set, ids).decide(undoing)
            else:
                with transaction.atomic():
                    _write(_Chunk(run, import_set, ids), undoing, who)
            progress(undoing)
        if not is_dry:
            _close(run, undoing)
    if not is_dry:
        # Who is in the way, or the next reader, brings the index up to date as well.
        with contextlib.suppress(IndexBusy, IndexUnusable, OSError):
            sync.apply_outbox(wait_seconds=1)
    return undoing


def count_changes(run: ImportRun, *, limit: int) -> int:
    """Return how many changes the run made; raise UndoError if they are more than ``limit``."""
    count = sum(ChangeSet.objects.filter(run=run, act=Acts.IMPORT).values_list("change_count", flat=True))
    if count > limit:
        raise UndoError(
            f"it changed {count:,} articles, too many to wait for; run: {manage(f'undo_import {run.pk}')}"
        )
    return count


def _waiting(import_set: ChangeSet) -> list[int]:
    """Return the articles the run changed, without those that are undone already."""
    undone = Change.objects.filter(change_set__run=import_set.run_id, change_set__act=Acts.UNDO)
    changed = Change.objects.filter(change_set=import_set, table=ARTICLE).order_by("row_id")
    done = set(undone.values_list("row_id", flat=True))
    return [pk for pk in changed.values_list("row_id", flat=True).distinct() if pk not in done]


class _Chunk:
    """Some articles of a run, with all that deciding needs, read in few queries."""

    def __init__(self, run: ImportRun, import_set: ChangeSet, ids: Collection[int]) -> None:
        self.run = run
        self.import_set = import_set
        self.articles = list(locked(Article.objects.filter(pk__in=ids)))
        self.rows = list(self._changes(ids).filter(change_set=import_set).order_by("pk"))
        rows: dict[int, list[Change]] = defaultdict(list)
        for change in self.rows:
            rows[change.row_id].append(change)
        merged = Merged(_heirs(Tag), _heirs(Outlet), _heirs(Author))
        self.pasts = {pk: Past.of(changes, merged) for pk, changes in rows.items()}
        self.facts = self._read_facts(ids)
        self.later = self._read_later(ids)
        self.retagged = self._read_retagged(ids)
        self.owners = self._read_owners()

    def _changes(self, ids: Collection[int]) -> QuerySet[Change]:
        return Change.objects.filter(table=ARTICLE, row_id__in=ids)

    def _read_facts(self, ids: Collection[int]) -> Facts:
        taggings: dict[int, dict[int, Tagging]] = defaultdict(dict)
        for row in locked(Tagging.objects.filter(article__in=ids)):
            taggings[row.article_id][row.tag_id] = row
        authors: dict[int, list[int]] = defaultdict(list)
        authorships = Authorship.objects.filter(article__in=ids).order_by("position")
        for pk, author in authorships.values_list("article_id", "author_id"):
            authors[pk].append(author)
        edits = self._changes(ids).filter(change_set__gt=self.import_set.pk)
        edits = edits.exclude(change_set__act__in=[Acts.IMPORT, Acts.UNDO])
        edited: dict[int, set[str]] = defaultdict(set)
        for pk, after in edits.values_list("row_id", "after"):
            edited[pk].update(after or ())
        pasts = self.pasts.values()
        named = {tag for past in pasts for tag, _, _ in past.steps()}
        named |= {tag for rows in taggings.values() for tag in rows}
        outlets = {past.before.get("outlet_id") for past in pasts if past.before}
        writers = {pk for past in pasts for pk in past.authors() or ()}
        return Facts(
            release=self.run.gazetteer_release,
            outlets=_present(Outlet, outlets),
            authors=_present(Author, writers),
            tags=dict(Tag.objects.filter(pk__in=named).values_list("pk", "name")),
            authors_of=authors,
            taggings_of=taggings,
            edited_since=edited,
        )

    def _read_later(self, ids: Collection[int]) -> dict[int, set[int]]:
        """Return which later runs changed each article and were not undone there."""
        sets = self._changes(ids).filter(change_set__gt=self.import_set.pk)
        later: dict[int, set[int]] = defaultdict(set)
        for pk, run in sets.filter(change_set__act=Acts.IMPORT).values_list("row_id", "change_set__run"):
            later[pk].add(run)
        for pk, run in sets.filter(change_set__act=Acts.UNDO).values_list("row_id", "change_set__run"):
            later[pk].discard(run)
        return later

    def _read_retagged(self, ids: Collection[int]) -> set[int]:
        """Return the articles whose tags a re-tag changed afterwards.

        By the rows' numbers: a re-tag that was stopped goes on in its change-set, which may be older.
        """
        last = {row.row_id: row.pk for row in self.rows}
        rows = self._changes(ids).filter(change_set__act=Acts.RETAG).values_list("row_id", "pk")
        return {article for article, pk in rows if pk > last[article]}

    def _read_owners(self) -> dict[str, int]:
        """Return which article has each identity that an article here would return to."""
        wanted = {past.before.get("identity") for past in self.pasts.values() if past.before}
        owners = Article.objects.filter(identity__in=filter(None, wanted))
        return dict(owners.values_list("identity", "pk"))

    def decide(self, undoing: Undoing) -> list[tuple[Former, dict[str, object]]]:
        """Return the articles as they will be, each with its columns as they are, and note it all."""
        decided = []
        for article in self.articles:
            past = self.pasts[article.pk]
            if reason := self._refusal(article, past):
                undoing.refused.append(Remark(article.pk, article.title, reason))
                continue
            columns = snapshot(article)
            if past.before is None:
                former = withdraw(article, self.facts)
                undoing.withdrawn += columns["status"] != article.status
            else:
                former = give_back(article, past, self.facts)
                undoing.given_back += 1
            undoing.kept += [Remark(article.pk, article.title, text) for text in former.kept]
            decided.append((former, columns))
        return decided

    def _refusal(self, article: Article, past: Past) -> str:
        if runs := self.later.get(article.pk):
            names = ", ".join(f"run {run}" for run in sorted(runs))
            return f"changed by a later import ({names}); undo that first"
        if past.before is None:
            return ""
        owner = self.owners.get(str(past.before.get("identity")), article.pk)
        if owner != article.pk:
            return f"article {owner} now holds what this one held before"
        is_hidden_only = past.before.keys() <= set(STATUS)
        is_retagged = article.pk in self.retagged or was_tagged_again(article, past, self.facts)
        if is_retagged and not is_hidden_only:
            return "tagged again since by a newer gazetteer"
        return ""


def _heirs(model: type[Tag] | type[Outlet] | type[Author]) -> dict[int, int]:
    """Return which record stands for each that was merged into another."""
    rows = model._default_manager.filter(merged_into__isnull=False)
    return dict(rows.values_list("pk", "merged_into"))


def _present(model: type[Outlet] | type[Author], pks: Iterable[object]) -> set[int]:
    return set(model._default_manager.filter(pk__in=[pk for pk in pks if pk]).values_list("pk", flat=True))


def _write(chunk: _Chunk, undoing: Undoing, who: Mapping[str, object]) -> None:
    """Write what was decided of some articles: a fixed number of statements."""
    decided = chunk.decide(undoing)
    for former, _ in decided:
        refresh_derived(former.article)
    Article.objects.bulk_create(
        [former.article for former, _ in decided],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=UPDATED_FIELDS,
    )
    write_authors({former.article.pk: former.authors[1] for former, _ in decided if former.authors})
    tags = TaggingChanges()
    for former, _ in decided:
        tags.added += former.added
        tags.changed += former.changed
        tags.gone += former.gone
    tags.write()
    relink_stored(former.article for former, _ in decided)
    ids = [former.article.pk for former, _ in decided]
    give_back_corrections({pk: chunk.pasts[pk].corrections() for pk in ids})
    ArticleSource.objects.filter(article__in=ids).update(is_undone=True)
    changes = [
        change_of(former.article, columns, authors=former.authors, taggings=former.steps)
        for former, columns in decided
    ]
    record(filter(None, changes), run=chunk.run, act=Acts.UNDO, **who)
    sync.enqueue(ids)


def _close(run: ImportRun, undoing: Undoing) -> None:
    """Say with the run and its change-set what became of it; what was refused may be undone later."""
    lines = [undoing.words()]
    remarks = [*undoing.refused, *undoing.kept]
    lines += [f"article {remark.article_id}, {remark.title}: {remark.text}" for remark in remarks[:NOTED]]
    if len(remarks) > NOTED:
        lines.append(f"and {len(remarks) - NOTED:,} more")
    with transaction.atomic():
        if not undoing.refused:
            ImportRun.objects.filter(pk=run.pk).update(state=ImportRun.State.UNDONE)
        ChangeSet.objects.filter(run=run, act=Acts.UNDO).update(note="\n".join(lines))
