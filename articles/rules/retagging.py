"""Tags the stored articles again, by the gazetteer as it stands in the database.

What editors decided and what front matter says stays.  A chunk of articles is one transaction: a killed
re-tag loses at most the chunk in hand, and the next one goes on there, in the same change-set.  While one
chunk is stored, worker processes tag the next.
"""

from __future__ import annotations

import contextlib
from array import array
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import batched
from typing import NamedTuple

from django.db import transaction
from django.db.models import QuerySet

from articles import gazetteer
from articles.commands import manage
from articles.importing.crew import Crew
from articles.importing.lock import import_lock
from articles.importing.run import INDEX_EVERY
from articles.importing.suggesting import write_suggestions
from articles.importing.taggings import (
    Rules,
    Step,
    TaggingChanges,
    change_taggings,
    locked,
    text_of,
    texts_of,
)
from articles.importing.trail import Row, append, row_of
from articles.importing.unmatched import write_unmatched
from articles.models import Archive, Article, ChangeSet, RuleTrial
from articles.records.forwarding import names_in_files
from articles.search import sync
from articles.tagging.findings import Role
from articles.tagging.lasting import seldom_collected

CHUNK = 200  # articles: a fifth of a second, all that a kill can lose
LOADED = (
    "title", "standfirst", "body", "published_on", "clipped_on", "keywords", "gazetteer_release",
)  # fmt: skip
UNDER_WAY, STOPPED = ": under way", ": stopped"  # ends of a note
TRIALS_KNOWN = 1_000  # saved rules, the newest


class RetagError(Exception):
    """The articles cannot be tagged again, and why."""


class Failure(NamedTuple):
    """An article that the tagger could not read: it keeps the tags it has."""

    article_id: int
    title: str
    reason: str


def _ids() -> array[int]:
    return array("q")


@dataclass(slots=True)
class Moves:
    """What became of one tag: the ids of the articles that gained it, lost it, or carry it in another role.

    ``shifted`` are those where only its words, its weight or its origin changed.
    """

    gained: array[int] = field(default_factory=_ids)
    lost: array[int] = field(default_factory=_ids)
    to_main: array[int] = field(default_factory=_ids)
    to_mentioned: array[int] = field(default_factory=_ids)
    shifted: array[int] = field(default_factory=_ids)

    def add(self, article_id: int, step: Step) -> None:
        """Count what one article's tagging went through."""
        _, before, after = step
        if before is None:
            self.gained.append(article_id)
        elif after is None:
            self.lost.append(article_id)
        elif "role" in before:
            (self.to_main if after["role"] == Role.MAIN else self.to_mentioned).append(article_id)
        else:
            self.shifted.append(article_id)


@dataclass(slots=True)
class Retagging:
    """What a re-tag did, or would do: articles looked at and changed, and every tag that moved, by its id."""

    release: str
    is_dry: bool
    article_count: int = 0
    changed_count: int = 0
    moves: dict[int, Moves] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    is_interrupted: bool = False
    index_problem: str = ""  # why the search index lags behind, should it do so
    change_set_id: int | None = None

    def add(self, changes: TaggingChanges, article_count: int) -> None:
        """Count what became of some articles."""
        self.article_count += article_count
        self.changed_count += len(changes.trail)
        for article_id, steps in changes.trail.items():
            for step in steps:
                self.moves.setdefault(step[0], Moves()).add(article_id, step)


@dataclass(frozen=True, slots=True)
class Scope:
    """Which articles and tags to look at: one article, some (their ids) or all; some tags (their ids) or all.

    Articles that carry the newest tags already are left out unless ``is_forced``, or named.
    """

    article_id: int | None = None
    tags: Collection[int] | None = None
    is_forced: bool = False
    words: str = ""  # for the trail: "only country:ru"
    article_ids: Collection[int] | None = None

    @property
    def is_whole(self) -> bool:
        """Return whether it takes in every article and every tag."""
        return self.article_id is None and self.article_ids is None and self.tags is None

    def articles(self, release: str) -> QuerySet[Article]:
        """Return the articles to tag, those that readers do not see included."""
        if self.article_id is not None:
            return Article.objects.filter(pk=self.article_id)
        rows = Article.objects.all()
        return rows if self.is_forced else rows.exclude(gazetteer_release__in=releases_like(release))

    def chunks(self, release: str) -> Iterator[list[Article]]:
        """Yield the articles to tag with what the tagger needs of them, in the order of their ids."""
        if self.article_ids is not None:
            for ids in batched(sorted(set(self.article_ids)), CHUNK):
                if chunk := list(Article.objects.filter(pk__in=ids).order_by("pk").only(*LOADED)):
                    yield chunk
            return
        rows = self.articles(release).order_by("pk").only(*LOADED)
        last = 0
        while chunk := list(rows.filter(pk__gt=last)[:CHUNK]):
            last = chunk[-1].pk
            yield chunk


EVERYTHING = Scope()


def releases_like(release: str) -> set[str]:
    """Return the releases whose articles carry the tags that this one calls for, itself among them.

    A rule tried at the desk reaches some articles; once these were tagged again, the others, tagged by the
    release before, are as the one after it has them.
    """
    saved = RuleTrial.objects.filter(state=RuleTrial.State.SAVED, result__is_whole=True).order_by("-pk")
    before: dict[str, set[str]] = defaultdict(set)
    for former, result in saved.values_list("release", "result")[:TRIALS_KNOWN]:
        before[result["release_after"]].add(former)
    found, new = set[str](), {release}
    while new:
        found |= new
        new = set().union(*(before[one] for one in new)) - found
    return found


def retag(
    scope: Scope = EVERYTHING,
    *,
    is_dry: bool = False,
    by_name: str = "",
    workers: int = 0,
    progress: Callable[[Retagging], None] = lambda retagging: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Retagging:
    """Tag articles again and return exactly what changed; ``is_dry`` returns the same and writes nothing.

    With some tags in the scope the others stay as they are, and a later re-tag of everything is still due.
    Raise RetagError if no gazetteer was ever loaded, ImportBusyError while an import is running.
    """
    if not Archive.objects.exclude(gazetteer_release="").exists():
        raise RetagError(f"the database holds no gazetteer; load it first: {manage('load_gazetteer')}")
    with seldom_collected(), contextlib.ExitStack() as stack:
        if not is_dry:
            stack.enter_context(import_lock())
        entries = gazetteer.read_entries()
        crew = stack.enter_context(Crew(entries, workers=workers))
        rules = Rules(gazetteer.release_of(entries), crew.tag, names_in_files(entries))
        act = _Retag(scope, rules, by_name, is_dry=is_dry)
        ahead = crew.ahead(scope.chunks(rules.release), lambda chunk: [text_of(article) for article in chunk])
        for number, chunk in enumerate(stack.enter_context(contextlib.closing(ahead)), start=1):
            act.take(chunk)
            progress(act.retagging)
            if should_stop():
                act.retagging.is_interrupted = True
                break
            if number % INDEX_EVERY == 0:
                act.index(wait_seconds=0)
        act.finish()
    return act.retagging


def is_under_way(change_set: ChangeSet) -> bool:
    """Return whether an act is a re-tag that did not finish: it is running now, or was stopped."""
    return change_set.act == ChangeSet.Act.RETAG and change_set.note.endswith(UNDER_WAY)


def mark_stopped(change_set: ChangeSet) -> None:
    """Note that a re-tag goes on no more: the next one makes a change-set of its own."""
    note = change_set.note.removesuffix(UNDER_WAY) + STOPPED
    ChangeSet.objects.filter(pk=change_set.pk, note=change_set.note).update(note=note)


def count_waiting(scope: Scope = EVERYTHING) -> int:
    """Return how many articles a re-tag has to look at."""
    if scope.article_ids is not None:
        return len(set(scope.article_ids))
    return scope.articles(gazetteer.release_of(gazetteer.read_entries())).count()


class _Retag:
    """One re-tag under way."""

    def __init__(self, scope: Scope, rules: Rules, by_name: str, *, is_dry: bool) -> None:
        self.scope = scope
        self.rules = rules
        self.by_name = by_name
        self.retagging = Retagging(rules.release, is_dry)
        self.change_set: ChangeSet | None = None

    def take(self, chunk: Sequence[Article]) -> None:
        """Tag some articles again; they were read a while ago, so what is written rests on another look."""
        if self.retagging.is_dry:
            changes = self._compare(chunk)
        else:
            with transaction.atomic():
                rows = Article.objects.filter(pk__in=[article.pk for article in chunk])
                articles = list(locked(rows.only(*LOADED)))
                changes = self._compare(articles)
                self._write(articles, changes)
        self.retagging.add(changes, len(chunk))

    def _compare(self, articles: Sequence[Article]) -> TaggingChanges:
        sound = [article for article in articles if self._is_sound(article)]
        return change_taggings(
            [(article, texts_of(article)) for article in sound], self.rules, only=self.scope.tags
        )

    def _is_sound(self, article: Article) -> bool:
        """Return whether the tagger can read the article; a text that harms it costs itself alone."""
        try:
            self.rules.tag(text_of(article))
        except Exception as error:  # as in an import: even a mistake of ours costs one article
            self.retagging.failures.append(Failure(article.pk, article.title, str(error)))
            return False
        return True

    def _write(self, articles: Sequence[Article], changes: TaggingChanges) -> None:
        """Write what changes in some articles: a fixed number of statements."""
        changes.write()
        write_suggestions(changes.unknown)
        write_unmatched(changes.unmatched)
        stale = Article.objects.filter(pk__in=list(changes.unknown))
        release = self.rules.release
        renewed_count = stale.exclude(gazetteer_release=release).update(gazetteer_release=release)
        if renewed_count and not changes.trail:
            sync.announce()
        if changes.trail:
            rows = [_row(one, changes.trail[one.pk]) for one in articles if one.pk in changes.trail]
            append(rows, self._open_set())
            sync.enqueue(sorted(changes.trail))

    def _open_set(self) -> ChangeSet:
        """Return the change-set of this re-tag; one that was stopped before goes on in its own."""
        if self.change_set is None:
            act, note = ChangeSet.Act.RETAG, self._name() + UNDER_WAY
            self.change_set = ChangeSet.objects.filter(act=act, note=note).order_by("-pk").first()
        if self.change_set is None:
            self.change_set = ChangeSet.objects.create(act=act, note=note, made_by_name=self.by_name[:150])
        self.retagging.change_set_id = self.change_set.pk
        return self.change_set

    def _name(self) -> str:
        return ", ".join(filter(None, (f"gazetteer {self.rules.release}", self.scope.words)))

    def index(self, *, wait_seconds: float) -> None:
        """Bring the search index up to date, as far as that is possible."""
        if not self.retagging.is_dry:
            self.retagging.index_problem = sync.catch_up(wait_seconds=wait_seconds)

    def finish(self) -> None:
        """Close the change-set, unless the re-tag was stopped, and bring the index up to date."""
        if not self.retagging.is_interrupted and not self.retagging.is_dry:
            self._close_sets()
        self.index(wait_seconds=30)

    def _close_sets(self) -> None:
        """Close this change-set, and those of the same scope that were stopped under another release."""
        act = ChangeSet.Act.RETAG
        for change_set in ChangeSet.objects.filter(act=act, note__endswith=UNDER_WAY):
            name = change_set.note.removesuffix(UNDER_WAY)
            if name == self._name():
                ChangeSet.objects.filter(pk=change_set.pk).update(note=name)
            elif self.scope.is_whole or name.partition(", ")[2] == self.scope.words:
                mark_stopped(change_set)


def _row(article: Article, steps: Sequence[Step]) -> Row:
    before = {str(tag): columns for tag, columns, _ in steps}
    after = {str(tag): columns for tag, _, columns in steps}
    return row_of(article, {"taggings": before}, {"taggings": after})
