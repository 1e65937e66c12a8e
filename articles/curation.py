"""The editor's verbs: confirm, reject, add, edit, withdraw, retire.

Every verb is one transaction that leaves a `ChangeSet` with each row before and after, and queues the
articles whose place in lists and counts it changed.  A verb that changes nothing leaves no trail.  A form
that does several things at once is one act as well::

    with recording(ChangeSet.Act.EDIT, by=user) as act:
        act.edit_article(article, {"title": "Ministers meet in Vienna"})
        act.decide([tagging], status=Tagging.Status.REJECTED)
"""

from __future__ import annotations

import contextlib
from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import batched

from django.contrib.auth.models import AbstractBaseUser
from django.db import models, transaction
from django.db.models import F, QuerySet, Value
from django.utils import timezone

from articles.history.trail import label_of, table_of
from articles.history.trail import values_of as values_of
from articles.importing import store, suggesting
from articles.importing.corrections import FIELDS, Said, said_by_archive
from articles.importing.duplicates import relink_stored
from articles.importing.named import write_authors
from articles.importing.taggings import REVIEW_FIELDS, moved_mentions, set_turns, texts_of
from articles.importing.trail import Row, append
from articles.models import (
    ActorSuggestion,
    Alias,
    Article,
    Author,
    Change,
    ChangeSet,
    Correction,
    Office,
    RecordOrigin,
    SuggestionMention,
    Tag,
    Tagging,
)
from articles.records.indexed import INDEXED, articles_with
from articles.search import sync

BATCH = 500  # rows written by one statement
QUEUED_AT_ONCE = 10_000  # articles whose rows of the outbox are held at a time
DECIDED_FIELDS = ["status", "role", "decided_by", "decided_at", *REVIEW_FIELDS]

# Fields of an article that only mean something together: an editor who changed one decided both.
PAIRS = {"published_on": "published_precision", "published_precision": "published_on"}


# The status, why a program set it (an editor needs no reason), and that an editor did.
STATUS_FIELDS = ("status", "withdrawal", "edited_fields")


class Act:
    """One act under way: writes rows, and remembers each before and after."""

    def __init__(
        self,
        kind: ChangeSet.Act,
        *,
        by: AbstractBaseUser | None,
        by_name: str = "",
        note: str = "",
        undoes: ChangeSet | None = None,
    ) -> None:
        self.kind = kind
        self.by = by
        self.by_name = str(by or by_name)[:150]
        self.note = note
        self.undoes = undoes
        self.now = timezone.now()
        self.changes: list[Change] = []
        self.touched: set[int] = set()
        self.change_set: ChangeSet | None = None  # once something is written
        self.queued = array("q")  # articles of what was flushed, eight bytes each

    def decide(
        self,
        taggings: Iterable[Tagging],
        *,
        status: Tagging.Status | None = None,
        role: Tagging.Role | None = None,
    ) -> int:
        """Give taggings a status, a role or both as this person's decision; return how many that changed.

        A role given to a suggestion confirms it.  A rejected tagging is kept: it stops imports from giving it
        again.  The status suggested takes a decision back.
        """
        if status is None and role is None:
            return 0
        changed = []
        ids = [tagging.pk for tagging in taggings]
        rows = Tagging.objects.filter(pk__in=ids).select_related("tag").annotate(title=F("article__title"))
        for row in locked(rows):
            wanted = status or (
                Tagging.Status.CONFIRMED if row.status == Tagging.Status.SUGGESTED else row.status
            )
            is_decision = wanted != Tagging.Status.SUGGESTED
            is_decided = row.decided_at is not None
            if (row.status, row.role, is_decided) == (wanted, role or row.role, is_decision):
                continue
            before = values_of(row)
            row.status, row.role = wanted, role or row.role
            row.decided_by_id = self._editor_id if is_decision else None
            row.decided_at = self.now if is_decision else None
            self.note_change(row, before)
            self.touched.add(row.article_id)
            changed.append(row)
        set_turns(changed)
        Tagging.objects.bulk_update(changed, DECIDED_FIELDS, batch_size=BATCH)
        return len(changed)

    def add_tag(self, article: Article, tag: Tag, *, role: Tagging.Role = Tagging.Role.MENTIONED) -> Tagging:
        """Give the article a tag, and return the tagging.

        A tag that it carries already, or that somebody rejected, is confirmed with this role.
        """
        # An import that is giving the article this very tag comes first, or afterwards.
        Article.objects.select_for_update().only("pk").get(pk=article.pk)
        row = Tagging.objects.filter(article=article, tag=tag).first()
        if row is not None:
            self.decide([row], status=Tagging.Status.CONFIRMED, role=role)
            return row
        row = Tagging(
            article=article,
            tag=tag,
            role=role,
            salience=1.0 if role == Tagging.Role.MAIN else 0.0,
            decided_by_id=self._editor_id,
            decided_at=self.now,
        )
        set_turns([row])
        row.save()
        self.note_change(row, None)
        self.touched.add(article.pk)
        return row

    def edit_article(
        self, article: Article, values: Mapping[str, object], *, returned: Collection[str] = ()
    ) -> list[str]:
        """Set fields of an article, and return the names of those that changed.

        ``values`` may hold ``authors``: all of them, in the order of the byline.  What changed is noted in
        ``edited_fields``, which imports leave alone, but for fields that are ``returned`` to the files.
        Taggings stay; their mentions follow the words.
        """
        row = Article.objects.select_for_update().get(pk=article.pk)
        before, said = values_of(row), said_by_archive([row])[row.pk]
        changed = [name for name in values if name != "authors" and getattr(row, name) != values[name]]
        old_texts = {name: getattr(row, name) for name in store.TEXT_FIELDS if name in changed}
        for name in changed:
            setattr(row, name, values[name])
        if "status" in changed:
            row.withdrawal = ""  # from now on it is the editor's
        authors = self._set_authors(row, values)
        if authors:
            before["authors"] = authors[0]
            changed.append("authors")
        paired = {PAIRS[name] for name in changed if name in PAIRS}
        edited = sorted({*row.edited_fields, *changed, *paired}.difference(returned))
        if not changed and edited == row.edited_fields:
            return []
        former, row.edited_fields = row.edited_fields, edited
        store.refresh_derived(row)
        row.save()
        self.note_change(row, before, {"authors": authors[1]} if authors else {})
        self._keep_file_values(row, former, said)
        self.follow_texts(row, old_texts)
        self.touched.add(row.pk)
        return changed

    def _keep_file_values(self, row: Article, former: Collection[str], said: Said) -> None:
        """Keep what the file says in fields that count as corrected from now on, and only in those."""
        rows = row.corrections.select_related("article").exclude(field__in=row.edited_fields)
        for correction in rows:
            self.delete(correction)
        added = [name for name in FIELDS if name in row.edited_fields and name not in former]
        made = [Correction(article=row, field=name, file_value=said[name]) for name in added]
        for correction in Correction.objects.bulk_create(made):
            self.note_change(correction, None)

    def follow_texts(
        self,
        row: Article,
        old_texts: Mapping[str, str],
        *,
        besides: Mapping[str, Collection[int]] | None = None,
    ) -> None:
        """Let follow what rests on texts that changed: mentions, suggested actors, near-duplicates.

        ``besides`` are rows, by table, that are in their places already.
        """
        besides = besides or {}
        if not old_texts:
            return
        self._move_mentions(row, old_texts, besides.get("tagging", ()))
        if "body" in old_texts:
            relink_stored([row])
        self._move_suggestions(row, old_texts, besides.get("suggestionmention", ()))

    def _move_suggestions(self, row: Article, old_texts: Mapping[str, str], besides: Collection[int]) -> None:
        """Keep suggested actors on their words; remember those that went with them."""
        said = list(SuggestionMention.objects.filter(article=row).select_related("suggestion").order_by("pk"))
        suggesting.follow_words(row, old_texts, besides=besides)
        kept = SuggestionMention.objects.in_bulk([one.pk for one in said])
        for one in said:
            if one.pk not in kept:
                self.remember(one, values_of(one), None)
            elif kept[one.pk].mentions != one.mentions:
                self.note_change(kept[one.pk], values_of(one))
        actors = {one.suggestion_id: one.suggestion for one in said if one.pk not in kept}
        there = ActorSuggestion.objects.in_bulk(list(actors))
        for pk in sorted(actors.keys() - there.keys()):
            self.remember(actors[pk], values_of(actors[pk]), None)

    def _set_authors(self, row: Article, values: Mapping[str, object]) -> tuple[list[int], list[int]] | None:
        wanted = values.get("authors")
        if wanted is None or not isinstance(wanted, list | tuple):
            return None
        old = list(row.authorships.values_list("author_id", flat=True))
        new = list(dict.fromkeys(author.pk for author in wanted if isinstance(author, Author)))
        if new == old:
            return None
        write_authors({row.pk: new})
        return old, new

    def _move_mentions(self, row: Article, old_texts: Mapping[str, str], besides: Collection[int]) -> None:
        changed = []
        now = texts_of(row)
        rows = row.taggings.exclude(pk__in=besides).select_related("tag").annotate(title=Value(row.title))
        for tagging in locked(rows):
            before = values_of(tagging)
            tagging.mentions = moved_mentions(tagging.mentions, {**now, **old_texts}, now)
            if tagging.mentions != before["mentions"]:
                self.note_change(tagging, before)
                changed.append(tagging)
        set_turns(changed)
        Tagging.objects.bulk_update(changed, ["mentions", *REVIEW_FIELDS], batch_size=BATCH)

    def set_status(self, articles: QuerySet[Article], *, old: Article.Status, new: Article.Status) -> int:
        """Move articles from one status to another as this person's decision; return how many that were."""
        changed = []
        rows = Article.objects.filter(pk__in=articles.values("pk"), status=old)
        for row in locked(rows.only("pk", "title", "changed_at", *STATUS_FIELDS)):
            names = [name for name in STATUS_FIELDS if name != "withdrawal" or row.withdrawal]
            before = {name: getattr(row, name) for name in names}
            row.status, row.withdrawal = new, ""
            row.edited_fields = sorted({*row.edited_fields, "status"})
            row.changed_at = self.now
            self.remember(row, before, {name: getattr(row, name) for name in names})
            changed.append(row)
        Article.objects.bulk_update(changed, [*STATUS_FIELDS, "changed_at"], batch_size=BATCH)
        self.touched |= {row.pk for row in changed}
        return len(changed)

    def settle(self, suggestions: QuerySet[ActorSuggestion], status: ActorSuggestion.Status) -> int:
        """Give suggested actors a status, accepted ones aside; return how many that changed."""
        done = (status, ActorSuggestion.Status.ACCEPTED)
        rows = ActorSuggestion.objects.filter(pk__in=suggestions.values("pk")).exclude(status__in=done)
        changed = list(locked(rows))
        for row in changed:
            self.remember(row, {"status": row.status}, {"status": status})
            row.status = status
        ActorSuggestion.objects.bulk_update(changed, ["status"], batch_size=BATCH)
        return len(changed)

    def save(self, record: models.Model) -> bool:
        """Write a record of the gazetteer, an outlet or an author; return whether that changed anything.

        An alias or office that a person changed is the editors' from then on, and no load removes it.
        """
        stored = type(record)._default_manager.select_for_update().filter(pk=record.pk).first()
        before = values_of(stored) if stored else None
        if before is not None and before == values_of(record):
            return False
        if isinstance(record, Alias | Office):
            record.origin = RecordOrigin.EDITOR
        record.save()
        self.note_change(record, before)
        indexed = INDEXED.get(type(record), frozenset())
        if before is not None and any(before[name] != getattr(record, name) for name in indexed):
            self.touched |= articles_with(record)
        return True

    def delete(self, record: models.Model) -> None:
        """Remove an alias, an office, or an outlet or author that no article needs."""
        self.remember(record, values_of(record), None)
        record.delete()

    def flush(self, rows: Sequence[Row] = ()) -> None:
        """Write what was remembered so far, and ``rows``: an act of very many never holds them all.

        Its articles are queued when it closes: whoever queues some locks the archive's row, on which all
        other writers wait.
        """
        if self.change_set is None:
            self.change_set = ChangeSet.objects.create(
                act=self.kind, made_by_id=self._editor_id, made_by_name=self.by_name, note=self.note,
                undoes=self.undoes, change_count=0,
            )  # fmt: skip
        noted = [Row(one.table, one.row_id, one.label, one.before, one.after) for one in self.changes]
        append([*noted, *rows], self.change_set)
        self.change_set.change_count += len(noted) + len(rows)
        self.queued.extend(sorted(self.touched))
        self.changes, self.touched = [], set()

    def close(self) -> ChangeSet | None:
        """Write the trail and queue the touched articles; return the change-set, None if nothing changed."""
        if not self.changes and self.change_set is None:
            return None
        self.flush()
        for pks in batched(self.queued, QUEUED_AT_ONCE):
            sync.enqueue(pks)
        if not self.queued:
            # A name that changed stands on many pages, though in no index entry.
            sync.enqueue([sync.NO_ARTICLE])
        if len(self.queued) > sync.INLINE_LIMIT:
            transaction.on_commit(sync.finish_act)
        return self.change_set

    @property
    def _editor_id(self) -> int | None:
        return self.by.pk if self.by else None

    def note_change(
        self, row: models.Model, before: dict[str, object] | None, more: Mapping[str, object] | None = None
    ) -> None:
        """Remember how a row differs from ``before``; the whole row if it is new."""
        after = values_of(row) | dict(more or {})
        if before is None:
            self.remember(row, None, after)
            return
        names = [name for name, value in after.items() if before.get(name) != value]
        self.remember(row, {name: before.get(name) for name in names}, {name: after[name] for name in names})

    def remember(
        self, row: models.Model, before: dict[str, object] | None, after: dict[str, object] | None
    ) -> None:
        """Remember a row as it was and is: the columns that differ, or all if it was made or removed."""
        self.changes.append(
            Change(
                table=table_of(type(row)),
                row_id=row.pk,
                label=label_of(row)[:300],
                before=before,
                after=after,
            )
        )


@contextlib.contextmanager
def recording(kind: ChangeSet.Act, *, by: AbstractBaseUser | None, note: str = "") -> Iterator[Act]:
    """Run one act in one transaction; an exception inside leaves neither rows nor trail."""
    with transaction.atomic():
        act = Act(kind, by=by, note=note)
        yield act
        act.close()


def confirm(taggings: Iterable[Tagging], *, by: AbstractBaseUser) -> int:
    """Say that these tags are right; return how many that changed."""
    with recording(ChangeSet.Act.CONFIRM, by=by) as act:
        return act.decide(taggings, status=Tagging.Status.CONFIRMED)


def reject(taggings: Iterable[Tagging], *, by: AbstractBaseUser) -> int:
    """Say that these tags are wrong; return how many that changed.  No import or re-tag gives them again."""
    with recording(ChangeSet.Act.REJECT, by=by) as act:
        return act.decide(taggings, status=Tagging.Status.REJECTED)


def set_role(taggings: Iterable[Tagging], role: Tagging.Role, *, by: AbstractBaseUser) -> int:
    """Say whether these tags are what their articles are about; return how many that changed."""
    with recording(ChangeSet.Act.ROLE, by=by) as act:
        return act.decide(taggings, role=role)


def add_tag(
    article: Article, tag: Tag, *, by: AbstractBaseUser, role: Tagging.Role = Tagging.Role.MENTIONED
) -> bool:
    """Give an article a tag; return whether that changed anything."""
    with recording(ChangeSet.Act.ADD, by=by) as act:
        act.add_tag(article, tag, role=role)
        return bool(act.changes)


def edit_article(article: Article, values: Mapping[str, object], *, by: AbstractBaseUser) -> list[str]:
    """Correct an article; return the names of the fields that changed.  Imports leave them alone."""
    with recording(ChangeSet.Act.EDIT, by=by) as act:
        return act.edit_article(article, values)


def withdraw(articles: QuerySet[Article], *, by: AbstractBaseUser) -> int:
    """Take public articles off every public page; return how many that were."""
    with recording(ChangeSet.Act.WITHDRAW, by=by) as act:
        return act.set_status(articles, old=Article.Status.PUBLIC, new=Article.Status.WITHDRAWN)


def restore(articles: QuerySet[Article], *, by: AbstractBaseUser) -> int:
    """Show withdrawn articles again; return how many that were.  Drafts stay drafts."""
    with recording(ChangeSet.Act.RESTORE, by=by) as act:
        return act.set_status(articles, old=Article.Status.WITHDRAWN, new=Article.Status.PUBLIC)


def dismiss(suggestions: QuerySet[ActorSuggestion], *, by: AbstractBaseUser) -> int:
    """Say that these persons are not wanted in the gazetteer; no import or re-tag suggests them again."""
    with recording(ChangeSet.Act.DISMISS, by=by) as act:
        return act.settle(suggestions, ActorSuggestion.Status.DISMISSED)


def reopen(suggestions: QuerySet[ActorSuggestion], *, by: AbstractBaseUser) -> int:
    """Take the dismissal of suggested actors back; return how many that changed."""
    with recording(ChangeSet.Act.REOPEN, by=by) as act:
        return act.settle(suggestions, ActorSuggestion.Status.OPEN)


def retire(tags: Iterable[Tag], *, by: AbstractBaseUser) -> int:
    """Stop using tags, for readers and for new articles; return how many that changed."""
    return _set_retired(tags, by=by, kind=ChangeSet.Act.RETIRE)


def reinstate(tags: Iterable[Tag], *, by: AbstractBaseUser) -> int:
    """Take retired tags back into use, with the taggings they had; return how many that changed."""
    return _set_retired(tags, by=by, kind=ChangeSet.Act.REINSTATE)


def _set_retired(tags: Iterable[Tag], *, by: AbstractBaseUser, kind: ChangeSet.Act) -> int:
    count = 0
    with recording(kind, by=by) as act:
        # Locked in one order, as everywhere; another stands for one that was merged.
        for tag in sorted((one for one in tags if one.merged_into_id is None), key=lambda tag: tag.pk):
            tag.is_retired = kind is ChangeSet.Act.RETIRE
            count += act.save(tag)
    return count


def locked[Row: models.Model](rows: QuerySet[Row]) -> QuerySet[Row]:
    """Return the rows locked until the transaction ends, in one order, so that two editors never deadlock."""
    return rows.order_by("pk").select_for_update(of=("self",))
