"""What an act did, net and row by row, and which later acts stand on the same columns.

An act of an editor keeps one change for each row.  A re-tag keeps one for each article, with the taggings in
it: those are taken apart here, so that either way an effect is about one row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import batched
from typing import cast

from django.db.models import Q

from articles.models import Change, ChangeSet, Tagging

type Values = dict[str, object]
type Place = tuple[str, int]  # table and number of a row
type Carried = tuple[int, int]  # article and tag of a tagging

ARTICLE, TAGGING = "article", "tagging"
BATCH = 500  # rows looked up by one statement

# Columns of an article that are worked out from others whenever it is written.
DERIVED = frozenset({"slug", "summary", "sort_on", "text_hash", "edited_fields"})
# What an import or a re-tag keeps beside the columns of an article: other rows.
BESIDE = frozenset({"taggings", "corrections"})
# Columns that only mean something together: who changed one has decided the others too.
TOGETHER = (
    frozenset({"published_on", "published_precision"}),
    frozenset({"status", "withdrawal"}),
    frozenset({"status", "decided_by_id", "decided_at"}),
    frozenset({"is_retired", "merged_into_id"}),
)
# Follow the words of a text, whichever tag they earned.
OF_WORDS = frozenset({"mentions"})


@dataclass(slots=True)
class Effect:
    """What an act did to one row: ``before`` is None if it made the row, ``after`` if it removed it.

    ``row_id`` is 0 for a tagging that a re-tag removed: its number went with it.
    """

    table: str
    row_id: int
    label: str
    before: Values | None
    after: Values | None
    changes: list[int]
    carried: Carried | None = None

    @property
    def place(self) -> Place:
        """Return the row's place in the archive."""
        return self.table, self.row_id

    @property
    def is_whole(self) -> bool:
        """Return whether the row as such was made or removed."""
        return self.before is None or self.after is None

    @property
    def columns(self) -> set[str]:
        """Return the columns that the act decided, derived ones left out."""
        return _decided(self.table, {*(self.before or {}), *(self.after or {})})

    def then(self, change: int, before: Values | None, after: Values | None) -> None:
        """Fold a later change of the same row into this one."""
        self.changes.append(change)
        relied = _same(self.before, self.after) | _same(before, after)
        if self.before is not None:
            self.before = {**(before or {}), **self.before}
        self.after = None if after is None else {**(self.after or {}), **after}
        if self.before is not None and self.after is not None:
            for name in _same(self.before, self.after) - relied:
                del self.before[name], self.after[name]

    @property
    def is_nothing(self) -> bool:
        """Return whether the act left the row as it had found it."""
        return not self.before and not self.after


def _same(before: Values | None, after: Values | None) -> set[str]:
    """Return the columns that are the same on both sides: those an act rested on without changing them."""
    return {name for name, value in (before or {}).items() if after is not None and after.get(name) == value}


def _decided(table: str, names: Collection[str]) -> set[str]:
    columns = set(names) - (DERIVED if table == ARTICLE else set()) - BESIDE
    for group in TOGETHER:
        if columns & group:
            columns |= group
    return columns


@dataclass(slots=True)
class Later:
    """Who changed what in a row after the act: the changes still in force, the newest first."""

    own: int
    changes: list[tuple[Change, Values | None, Values | None]] = field(default_factory=list)

    def in_force(self) -> Iterator[tuple[Change, Values | None, Values | None]]:
        """Yield the changes, without those that were undone since and without their undoing."""
        here = {change.change_set_id for change, *_ in self.changes}
        undone: set[int] = set()
        for change, before, after in sorted(self.changes, key=lambda one: -one[0].pk):
            act = change.change_set
            if act.pk in undone:
                continue
            if act.undoes_id in here and act.undoes_id != self.own:
                undone.add(act.undoes_id)
                continue
            yield change, before, after


def read_effects(change_set: ChangeSet, rows: Collection[int] | None = None) -> list[Effect]:
    """Return what an act did, in its order; with ``rows``, numbers of changes, only what those say."""
    changes = change_set.changes.order_by("pk")
    found: dict[object, Effect] = {}
    for change in changes if rows is None else changes.filter(pk__in=rows):
        for key, effect in _effects_of(change):
            if key in found:
                found[key].then(change.pk, effect.before, effect.after)
            else:
                found[key] = effect
    effects = [effect for effect in found.values() if not effect.is_nothing]
    _number_taggings(effects)
    return effects


def _effects_of(change: Change) -> Iterator[tuple[object, Effect]]:
    before, after = change.before, change.after
    steps = _steps(before, after) if change.table == ARTICLE else {}
    for tag, (old, new) in steps.items():
        if old is not None or new is not None:
            carried = (change.row_id, tag)
            yield carried, Effect(TAGGING, 0, change.label, old, new, [change.pk], carried)
    if change.table == ARTICLE:
        before, after = _columns_of(before), _columns_of(after)
        if not before and not after:
            return
    place = (change.table, change.row_id)
    yield place, Effect(*place, change.label, before, after, [change.pk])


def _steps(
    before: Mapping[str, object] | None, after: Mapping[str, object] | None
) -> dict[int, tuple[Values | None, Values | None]]:
    """Return what a change of an article says of its taggings, by tag."""
    old = cast("dict[str, Values | None]", (before or {}).get("taggings") or {})
    new = cast("dict[str, Values | None]", (after or {}).get("taggings") or {})
    return {int(tag): (old.get(tag), new.get(tag)) for tag in {**old, **new}}


def _columns_of(values: Values | None) -> Values | None:
    return None if values is None else {name: one for name, one in values.items() if name not in BESIDE}


def _number_taggings(effects: Sequence[Effect]) -> None:
    """Find the rows of the taggings that a re-tag changed, and article and tag of those that editors did."""
    unnumbered = [effect for effect in effects if effect.carried]
    articles = sorted({effect.carried[0] for effect in unnumbered if effect.carried})
    numbers: dict[Carried, int] = {}
    for ids in batched(articles, BATCH):
        for pk, *carried in Tagging.objects.filter(article__in=ids).values_list("pk", "article", "tag"):
            numbers[cast("Carried", tuple(carried))] = pk
    for effect in unnumbered:
        effect.row_id = numbers.get(cast("Carried", effect.carried), 0)
    numbered = [effect for effect in effects if effect.table == TAGGING and not effect.carried]
    for some in batched(numbered, BATCH):
        rows = Tagging.objects.filter(pk__in=[effect.row_id for effect in some])
        known = {pk: tuple(carried) for pk, *carried in rows.values_list("pk", "article", "tag")}
        for effect in some:
            whole = effect.before or {} if effect.after is None else effect.after
            said = (whole.get("article_id"), whole.get("tag_id"))
            effect.carried = cast("Carried | None", known.get(effect.row_id, said if all(said) else None))


def read_later(effects: Iterable[Effect], change_set: ChangeSet) -> dict[int, Later]:
    """Return, by the effects' places in their order, what happened to their rows after the act."""
    effects = list(effects)
    later = {number: Later(change_set.pk) for number in range(len(effects))}
    by_row: dict[Place, list[int]] = defaultdict(list)
    by_article: dict[int, list[int]] = defaultdict(list)
    for number, effect in enumerate(effects):
        by_row[effect.place].append(number)
        if effect.carried:
            by_article[effect.carried[0]].append(number)
    wanted: dict[str, set[int]] = defaultdict(set)
    for table, row_id in by_row:
        wanted[table].add(row_id)
    wanted[ARTICLE] |= by_article.keys()
    first = min((min(effect.changes) for effect in effects), default=0)
    for change in _changes_since(wanted, first, change_set):
        _sort_in(change, effects, by_row, by_article, later)
    return later


def _changes_since(wanted: Mapping[str, set[int]], first: int, own: ChangeSet) -> Iterator[Change]:
    for table, row_ids in wanted.items():
        for ids in batched(sorted(row_ids), BATCH):
            rows = Change.objects.filter(Q(table=table), row_id__in=ids, pk__gt=first)
            yield from rows.exclude(change_set=own).select_related("change_set").order_by("pk")


def _sort_in(
    change: Change,
    effects: Sequence[Effect],
    by_row: Mapping[Place, Sequence[int]],
    by_article: Mapping[int, Sequence[int]],
    later: Mapping[int, Later],
) -> None:
    """Note a change with those effects whose rows it is about and that are older."""
    steps = _steps(change.before, change.after) if change.table == ARTICLE else {}
    columns = (change.before, change.after)
    if change.table == ARTICLE:
        columns = (_columns_of(change.before), _columns_of(change.after))
    for number in by_row.get((change.table, change.row_id), ()):
        if change.pk > max(effects[number].changes) and (columns[0] or columns[1]):
            later[number].changes.append((change, *columns))
    for number in by_article.get(change.row_id, ()) if steps else ():
        carried = effects[number].carried
        step = steps.get(carried[1]) if carried else None
        if step and change.pk > max(effects[number].changes):
            later[number].changes.append((change, *step))


def stands_on(effect: Effect, change: Change, before: Values | None, after: Values | None) -> bool:
    """Return whether a later change of the row rests on what the act did to it.

    An import that read an article again has decided, by what editors had corrected, what it wrote.  Whatever
    was decided of a tagging since it moved to another tag was decided of that tag.
    """
    if effect.is_whole or before is None or after is None:
        return True
    if effect.table == TAGGING and "tag_id" in effect.columns and {*before, *after} - OF_WORDS:
        return True
    is_import = change.change_set.run_id is not None
    if is_import and effect.table == ARTICLE:
        return True
    return bool(effect.columns & _decided(effect.table, {*before, *after}))
