"""Moves what a record has to the one that stands for it: names, offices, articles, old addresses.

A merge moves all of it (`merging`).  Rows are remembered and queued chunk by chunk: nothing of the size of
the archive is held in memory.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import batched

from django.db import models
from django.db.models import F, QuerySet

from articles.curation import Act, locked, values_of
from articles.importing.named import write_authors
from articles.importing.taggings import REVIEW_FIELDS, set_turns
from articles.importing.trail import Row
from articles.models import (
    ActorSuggestion,
    Alias,
    Article,
    Author,
    Authorship,
    ChangeSet,
    FormerName,
    Office,
    Outlet,
    RecordOrigin,
    Tag,
    Tagging,
    TagKind,
)
from articles.records.combining import COLUMNS, Choice, contradict, unite
from articles.records.kinds import Record

type Values = dict[str, object]

CHUNK = 1_000  # rows read, remembered and queued together
SHOWN = 100  # contradictions that a report lists; it counts them all
# Columns of a merged tag on which the merge rests: nobody takes a change of these away below it.
RELIED_ON = (
    "merged_into_id", "is_retired", "name", "slug", "key", "is_ambiguous", "context", "counter_context",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Contradiction:
    """One article where editors said the opposite of two records that are to be one."""

    article_id: int
    title: str
    merged_status: str
    survivor_status: str


@dataclass(slots=True)
class Merging:
    """What a merge did, or would do.

    ``moved_count`` articles only the merged records had, ``united_count`` had the survivor as well; in
    ``overruled_count`` of these an editor's decision about one beats a suggestion of the other.  ``brought``
    counts what else becomes the survivor's, by its plural noun.
    """

    merged: list[Record]
    survivor: Record
    is_dry: bool
    moved_count: int = 0
    united_count: int = 0
    overruled_count: int = 0
    contradiction_count: int = 0
    contradictions: list[Contradiction] = field(default_factory=list)
    brought: dict[str, int] = field(default_factory=dict)
    made: ChangeSet | None = None

    def bring(self, noun: str, count: int) -> None:
        """Count what becomes the survivor's."""
        if count:
            self.brought[noun] = self.brought.get(noun, 0) + count


class Move(ABC):
    """One record on its way into another."""

    column = ""  # how rows name the record

    def __init__(self, act: Act, merged: Record, survivor: Record, choice: Choice, merging: Merging) -> None:
        self.act = act
        self.merged = merged
        self.survivor = survivor
        self.choice = choice
        self.merging = merging

    def move(self) -> None:
        """Give the survivor all that the record has, and let the record say who stands for it."""
        self.move_rest()
        self.move_articles()
        former = FormerName.objects.filter(**{self.column: self.merged.pk})
        self.merging.bring("old addresses", self.repoint(former, self.column))
        # At one remove: what was merged into this one leads to the survivor at once.
        self.repoint(type(self.merged)._default_manager.filter(merged_into=self.merged.pk), "merged_into")
        self.retire()

    def move_rest(self) -> None:  # noqa: B027 - outlets and authors have nothing else
        """Move what belongs to the record itself."""

    @abstractmethod
    def move_articles(self) -> None:
        """Move the articles."""

    def retire(self) -> None:
        """Let the record say who stands for it."""
        before: Values = {"merged_into_id": None, "name": self.merged.name, "slug": self.merged.slug}
        self.merged.merged_into_id = self.survivor.pk
        self.act.remember(self.merged, before, {**before, "merged_into_id": self.survivor.pk})
        self.merged.save(update_fields=["merged_into"])

    def repoint(self, rows: QuerySet[models.Model], column: str) -> int:
        """Let rows name the survivor instead; return how many."""
        found = list(locked(rows))
        for row in found:
            self.act.remember(row, {f"{column}_id": self.merged.pk}, {f"{column}_id": self.survivor.pk})
        if found:
            model = type(found[0])
            model._default_manager.filter(pk__in=[row.pk for row in found]).update(
                **{column: self.survivor.pk}
            )
        return len(found)

    def rely_on(self, row: models.Model, *columns: str) -> None:
        """Remember that the merge rests on columns of a row that it leaves as they are."""
        values = values_of(row)
        same = {name: values[name] for name in columns}
        self.act.remember(row, same, dict(same))


class TagMove(Move):
    """One tag on its way into another."""

    column = "tag"
    merged: Tag
    survivor: Tag

    def move_rest(self) -> None:
        """Move names, offices, what is below it, and persons who were taken for it."""
        self._move_names()
        self._move_offices()
        self._move_children()
        self.repoint(ActorSuggestion.objects.filter(tag=self.merged), "tag")

    def _move_names(self) -> None:
        """Make its names the survivor's; those that the survivor has already stay behind."""
        known = {(alias.text, alias.kind): alias for alias in locked(self.survivor.aliases.all())}
        count = 0
        for alias in locked(self.merged.aliases.all()):
            if twin := known.get((alias.text, alias.kind)):
                self.rely_on(twin, "tag_id", "text", "kind")
                continue
            before = values_of(alias)
            alias.tag_id, alias.origin = self.survivor.pk, RecordOrigin.EDITOR
            if self.merged.is_ambiguous:  # what the tag said of all its names, each says now
                alias.is_ambiguous = True
                alias.context = [*dict.fromkeys([*alias.context, *self.merged.context])]
                alias.counter_context = [
                    *dict.fromkeys([*alias.counter_context, *self.merged.counter_context])
                ]
            alias.save()
            self.act.note_change(alias, before)
            known[alias.text, alias.kind] = alias
            count += 1
        called = (self.merged.name, Alias.Kind.NAME)
        # A topic has no names that texts are searched for, only triggers; files go on naming it all the same.
        is_new = self.merged.name != self.survivor.name and called not in known
        if is_new and self.survivor.kind != TagKind.TOPIC:
            alias = Alias(tag=self.survivor, text=called[0], kind=called[1])
            alias.is_ambiguous, alias.context = self.merged.is_ambiguous, self.merged.context
            alias.save()
            self.act.note_change(alias, None)
            count += 1
        self.merging.bring("names", count)

    def _move_offices(self) -> None:
        """Make its offices the survivor's, and those that are of it; one held twice is held once."""
        for column, other, noun in (("holder", "of", "offices"), ("of", "holder", "offices of others")):
            held = {
                (getattr(row, f"{other}_id"), row.role, row.title, row.start_on): row
                for row in locked(Office.objects.filter(**{column: self.survivor.pk}))
            }
            moved = []
            for row in locked(Office.objects.filter(**{column: self.merged.pk})):
                place = (getattr(row, f"{other}_id"), row.role, row.title, row.start_on)
                if twin := held.get(place):
                    self.rely_on(twin, f"{column}_id", "role", "title", "start_on")
                    self.act.delete(row)
                    continue
                moved.append(row.pk)
            self.merging.bring(noun, self.repoint(Office.objects.filter(pk__in=moved), column))

    def _move_children(self) -> None:
        """Put what stands below it below the survivor; never the survivor below itself."""
        if self.merged.pk in _above(self.survivor):
            before: Values = {"parent_id": self.survivor.parent_id}
            above = self.merged.parent_id
            self.survivor.parent_id = None if above == self.survivor.pk else above
            self.act.remember(self.survivor, before, {"parent_id": self.survivor.parent_id})
            self.survivor.save(update_fields=["parent"])
        below = Tag.objects.filter(parent=self.merged).exclude(pk=self.survivor.pk)
        self.merging.bring("tags below it", self.repoint(below, "parent"))

    def move_articles(self) -> None:
        """Move the taggings; of two on one article one is made."""
        rows = Tagging.objects.filter(tag=self.merged)
        shared = rows.filter(article__taggings__tag=self.survivor).order_by()
        for pks in batched(ids_in(shared, "pk"), CHUNK):
            self._unite(pks)
        for pks in batched(ids_in(rows.order_by(), "pk"), CHUNK):
            self._move(pks)

    def _unite(self, pks: Sequence[int]) -> None:
        """Make one tagging of two, for some articles that have both."""
        found = Tagging.objects.filter(pk__in=pks).select_related("tag").annotate(title=F("article__title"))
        going = {row.article_id: row for row in locked(found)}
        beside = Tagging.objects.filter(tag=self.survivor, article__in=list(going))
        staying = list(locked(beside.select_related("tag").annotate(title=F("article__title"))))
        for row in staying:
            other, before = going[row.article_id], values_of(row)
            self._note_pair(other, row)
            unite(other, row, self.choice)
            after = values_of(row)
            names = [column.attname for column in Tagging._meta.concrete_fields if column.name in COLUMNS]
            self.act.remember(
                row, {name: before[name] for name in names}, {name: after[name] for name in names}
            )
        # After all of the others: an undo writes rows together that were changed one after the other.
        for row in staying:
            other = going[row.article_id]
            self.act.remember(other, values_of(other), None)
        set_turns(staying)
        Tagging.objects.filter(pk__in=pks).delete()
        write_taggings(staying, [*COLUMNS, *REVIEW_FIELDS])
        self._done(list(going))
        self.merging.united_count += len(going)

    def _note_pair(self, going: Tagging, staying: Tagging) -> None:
        merging = self.merging
        if contradict(going, staying):
            merging.contradiction_count += 1
            if len(merging.contradictions) < SHOWN:
                title = str(getattr(going, "title", ""))
                merging.contradictions.append(
                    Contradiction(going.article_id, title, going.status, staying.status)
                )
        elif going.status != staying.status:
            merging.overruled_count += 1

    def _move(self, pks: Sequence[int]) -> None:
        """Move some taggings as they are."""
        rows = Tagging.objects.filter(pk__in=pks).order_by("pk")
        carried = dict(rows.select_for_update().values_list("pk", "article_id"))
        titles = dict(Article.objects.filter(pk__in=carried.values()).values_list("pk", "title"))
        before, after = {"tag_id": self.merged.pk}, {"tag_id": self.survivor.pk}
        self.act.touched |= set(carried.values())
        self.act.flush(
            [
                Row("tagging", pk, f"{self.merged}: {titles.get(article, '')}"[:300], before, after)
                for pk, article in carried.items()
            ]
        )
        # Chunk by chunk: of one statement for all, SQLite would keep every page it changes in memory.
        rows.update(tag=self.survivor)
        if self.merged.is_ambiguous != self.survivor.is_ambiguous:
            moved = list(rows)
            set_turns(moved)  # how soon to look at a tag depends on whether its name is ambiguous
            write_taggings(moved, REVIEW_FIELDS)
        self.merging.moved_count += len(carried)

    def _done(self, articles: Sequence[int]) -> None:
        self.act.touched |= set(articles)
        self.act.flush()

    def retire(self) -> None:
        """Retire the tag as well.

        What of it the merge rests on is remembered beside it, so that nobody takes that away below.
        """
        before = {name: values_of(self.merged)[name] for name in RELIED_ON}
        self.merged.merged_into_id, self.merged.is_retired = self.survivor.pk, True
        after = {**before, "merged_into_id": self.survivor.pk, "is_retired": True}
        self.act.remember(self.merged, before, after)
        self.merged.save(update_fields=["merged_into", "is_retired"])


class OutletMove(Move):
    """One outlet on its way into another."""

    column = "outlet"

    def move_articles(self) -> None:
        """Move the articles."""
        every = Article.objects.filter(outlet=self.merged.pk).order_by()
        before, after = {"outlet_id": self.merged.pk}, {"outlet_id": self.survivor.pk}
        for pks in batched(ids_in(every, "pk"), CHUNK):
            rows = Article.objects.filter(pk__in=pks).order_by("pk")
            titles = dict(rows.select_for_update().values_list("pk", "title"))
            self.act.touched |= titles.keys()
            self.act.flush([Row("article", pk, title[:300], before, after) for pk, title in titles.items()])
            rows.update(outlet=self.survivor.pk, changed_at=self.act.now)
            self.merging.moved_count += len(titles)


class AuthorMove(Move):
    """One author on the way into another."""

    column = "author"

    def move_articles(self) -> None:
        """Move the authorships; who stood twice in a byline stands once, in the first of the two places."""
        rows = Authorship.objects.filter(author=self.merged.pk).order_by()
        for pks in batched(ids_in(rows, "article_id"), CHUNK):
            shared = rewrite_bylines(self.act, pks, self.merged.pk, self.survivor.pk)
            self.merging.united_count += shared
            self.merging.moved_count += len(pks) - shared


def rewrite_bylines(
    act: Act,
    pks: Sequence[int],
    old: int,
    new: int,
    *,
    besides: Mapping[int, tuple[Values, Values]] | None = None,
) -> int:
    """Put one author in the place of another in some articles; return how many had both.

    ``besides`` are other columns that change with that, before and after, by the articles' ids.
    """
    besides = besides or {}
    articles = Article.objects.filter(pk__in=pks).order_by("pk")
    titles = dict(articles.select_for_update().values_list("pk", "title"))
    bylines: dict[int, list[int]] = {pk: [] for pk in titles}
    rows = Authorship.objects.filter(article__in=pks).order_by("position", "pk")
    for article, author in rows.values_list("article_id", "author_id"):
        bylines[article].append(author)
    again: dict[int, list[int]] = {}
    trail = []
    for pk, before in bylines.items():
        after = [*dict.fromkeys(new if one == old else one for one in before)]
        former, present = besides.get(pk, ({}, {}))
        authors = {"authors": before} | former, {"authors": after} | present
        trail.append(Row("article", pk, titles[pk][:300], *authors))
        if len(after) < len(before):
            again[pk] = after
    write_authors(again)
    Authorship.objects.filter(article__in=pks, author=old).update(author=new)
    articles.update(changed_at=act.now)
    act.touched |= titles.keys()
    act.flush(trail)
    return len(again)


MOVES: dict[type[models.Model], type[Move]] = {Tag: TagMove, Outlet: OutletMove, Author: AuthorMove}


def rest_on_survivor(act: Act, survivor: Record) -> None:
    """Remember that a merge rests on the survivor's being in use: nobody takes that away below it."""
    values = values_of(survivor)
    same: Values = {name: values[name] for name in ("merged_into_id", "is_retired") if name in values}
    act.remember(survivor, same, dict(same))


def ids_in(rows: QuerySet[models.Model], column: str) -> array[int]:
    """Return numbers of rows, eight bytes each: they are read before the first of them is changed."""
    return array("q", rows.values_list(column, flat=True).iterator(chunk_size=CHUNK))


def write_taggings(rows: Sequence[Tagging], columns: Sequence[str]) -> None:
    """Write columns of taggings that are there: one statement where bulk_update builds a CASE for each."""
    Tagging.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["id"], update_fields=columns, batch_size=CHUNK
    )


def _above(tag: Tag) -> Iterator[int]:
    """Yield the numbers of the tags above a tag, however they stand."""
    seen: set[int] = set()
    above = tag.parent
    while above is not None and above.pk not in seen:
        seen.add(above.pk)
        yield above.pk
        above = above.parent
