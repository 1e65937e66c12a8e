"""Gives rows back what they were before an act: checks that the archive allows it, then writes them.

The rows of one table and kind are written together, in the reverse order of the act.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import batched, groupby
from typing import Any, cast

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from articles.curation import Act, locked
from articles.history.effects import ARTICLE, BATCH, DERIVED, TAGGING, Carried, Effect, Place, Values
from articles.history.joining import mergers_of, splits_of
from articles.history.sharing import SharedTags, give_titles
from articles.history.trail import values_of
from articles.importing import store, suggesting
from articles.importing.named import write_authors
from articles.importing.taggings import REVIEW_FIELDS, set_turns
from articles.models import (
    ActorSuggestion,
    Article,
    Author,
    Authorship,
    Change,
    ChangeSet,
    Tag,
    Tagging,
)
from articles.records.indexed import INDEXED, articles_with
from articles.records.moving import write_taggings

TABLES: dict[str, type[models.Model]] = {
    str(model._meta.model_name): model for model in apps.get_app_config("articles").get_models()
}
# Rows that follow from a text: what cannot be given back of them, the next re-tag finds again.
FOLLOWING = frozenset({"suggestionmention"})
# What was merely tried or judged at the desk rests on nothing: trials go with what they were tried on,
# answers of an audit stay without it.
TRIED = frozenset({"ruletrial", "trialmove", "auditsample", "audititem"})
FIRST = (ARTICLE, TAGGING)  # locked before other tables, as every writer does
WHO = "decided_by_id"  # an account that is gone leaves its decisions behind
MERGED = str(Tag._meta.get_field("merged_into").verbose_name)
COUNTED = frozenset({WHO, "article_count"})  # columns that change without an act


@dataclass(frozen=True, slots=True)
class Conflict:
    """One row that cannot be given back: why, and the later acts that rest on it, the newest first."""

    changes: tuple[int, ...]
    table: str
    row_id: int
    label: str
    reason: str
    acts: tuple[ChangeSet, ...] = ()


def lock_rows(effects: Iterable[Effect]) -> dict[Place, Any]:
    """Return the rows as they stand, locked, by their places."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for effect in effects:
        wanted[effect.table].add(effect.row_id)
    stored: dict[Place, Any] = {}
    tags = SharedTags()
    for table in sorted(wanted, key=lambda name: (name not in FIRST, name)):
        for pks in batched(sorted(wanted[table]), BATCH):
            rows = TABLES[table]._default_manager.filter(pk__in=pks)
            if table == TAGGING:
                rows = rows.annotate(title=F("article__title"))
            found = list(locked(rows))
            if table == TAGGING:
                tags.give(cast("list[Tagging]", found))
            stored |= {(table, row.pk): row for row in found}
    return stored


def obstacle_to(effect: Effect, reason: str, acts: Iterable[ChangeSet] = ()) -> Conflict:
    """Return the conflict of a row that the archive as it stands does not allow to give back."""
    place = (effect.table, effect.row_id)
    return Conflict(tuple(effect.changes), *place, effect.label, reason, tuple(acts))


class Reversing:
    """The rows of one undo: checked first, then written in the reverse order of the act."""

    def __init__(self, effects: Sequence[Effect], stored: dict[Place, Any], act: Act) -> None:
        self.effects = effects
        self.stored = stored
        self.act = act
        self.left: set[int] = set()  # effects that stay
        self.doomed = {effect.place for effect in effects if effect.before is None}
        self.coming = {effect.place for effect in effects if effect.after is None}
        self.turning = {effect.place: effect.before or {} for effect in effects if not effect.is_whole}
        self.known: dict[tuple[type[models.Model], object], bool] = {}
        # Records that this undo takes out of a merge: what it gives back may name them again.
        self.freed = {one.place for one in effects if "merged_into_id" in (one.before or {})}
        self.mergers: dict[Place, list[ChangeSet]] = {}
        self.splits: dict[int, list[tuple[int, ChangeSet]]] = {}
        self.tags = SharedTags()
        self.carried: set[Carried] = set()  # which tags articles have to which the undo gives any back
        self._look_up_articles()

    def _look_up_articles(self) -> None:
        """Look up together what taggings that come back would name, and what stands in their places."""
        back = [one for one in self.effects if one.table == TAGGING and one.after is None and one.carried]
        for some in batched(sorted({one.carried[0] for one in back if one.carried}), BATCH):
            there = set(Article.objects.filter(pk__in=some).values_list("pk", flat=True))
            self.known |= {(Article, pk): pk in there for pk in some}
            self.carried |= set(Tagging.objects.filter(article__in=some).values_list("article", "tag"))

    def leave(self, effect: Effect) -> None:
        """Leave a row out: what rests on it cannot count on it."""
        self.left.add(id(effect))
        self.coming.discard(effect.place)

    def obstacle(self, effect: Effect) -> Conflict | None:
        """Return why the archive as it stands does not allow to give a row back."""
        row = self.stored.get(effect.place)
        if effect.after is None:
            reason = "there is such a row again" if row is not None else self._missing(effect)
        elif row is None:
            reason = "it is no longer there"
        elif not self._is_as_left(row, effect):
            reason = "it is no longer as this act left it"
        elif effect.before is None:
            reason = self._users_of(row)
        else:
            reason = self._missing(effect)
        if reason:
            return obstacle_to(effect, reason, self._removers(effect))
        return self._merged(effect) or self._divided(effect)

    def _divided(self, effect: Effect) -> Conflict | None:
        """Return the conflict of words of a tag that was split since: the split went by them."""
        if effect.table != TAGGING or not effect.carried or not ({"mentions"} & effect.columns):
            return None
        tag = effect.carried[1]
        if tag not in self.splits:
            self.splits[tag] = splits_of(tag)
        acts = [act for pk, act in self.splits[tag] if pk > max(effect.changes)]
        return obstacle_to(effect, "its tag was split since", acts) if acts else None

    def _merged(self, effect: Effect) -> Conflict | None:
        """Return the conflict of a row that would name a record which was merged into another since."""
        for model, pk, words in _named(effect):
            place = (str(model._meta.model_name), pk)
            if words == MERGED or place in self.freed or not hasattr(model, "merged_into"):
                continue
            if place not in self.mergers:
                self.mergers[place] = mergers_of(model, pk)
            if acts := self.mergers[place]:
                return obstacle_to(effect, f"its {words} was merged into another since", acts)
        return None

    def _is_as_left(self, row: models.Model, effect: Effect) -> bool:
        now = values_of(row) | _authors_in(effect, row)
        skipped = DERIVED if effect.table == ARTICLE else COUNTED
        return all(
            now.get(name) == value for name, value in (effect.after or {}).items() if name not in skipped
        )

    def _missing(self, effect: Effect) -> str:
        """Return which record that the row would name is gone; nothing if all are there."""
        for model, pk, words in _named(effect):
            place = (str(model._meta.model_name), pk)
            if place not in self.coming and not self._is_there(model, pk):
                return f"its {words} is gone"
        return self._clash(effect) if effect.after is None and effect.row_id else ""

    def _is_there(self, model: type[models.Model], pk: object) -> bool:
        if (model, pk) not in self.known:
            self.known[model, pk] = model._default_manager.filter(pk=str(pk)).exists()
        return self.known[model, pk]

    def _removers(self, effect: Effect) -> list[ChangeSet]:
        """Return the other acts that removed records which the row would name."""
        removed = Q(pk__in=())
        for model, pk, _ in _named(effect):
            if not self._is_there(model, pk):
                removed |= Q(table=str(model._meta.model_name), row_id=pk)
        others = Change.objects.exclude(change_set=self.act.undoes)
        gone = others.filter(removed, after__isnull=True).select_related("change_set")
        removers = list(dict.fromkeys(change.change_set for change in gone.order_by("-pk")))
        if effect.carried and effect.place not in self.stored:  # one of two that are one now
            removers += mergers_of(Tag, effect.carried[1])
        return removers

    def _clash(self, effect: Effect) -> str:
        """Return what forbids to make a removed row again."""
        if effect.table == TAGGING and effect.carried and effect.carried not in self.carried:
            return ""
        row = self._made_again(effect)
        try:
            row.validate_unique()
            row.validate_constraints()
        except ValidationError as error:
            return " ".join(error.messages)
        return ""

    def _users_of(self, row: models.Model) -> str:
        """Return what would lose a row that the act made and that the undo removes."""
        for relation in row._meta.get_fields(include_hidden=True):
            if not isinstance(relation, models.ManyToOneRel):
                continue
            table = str(relation.related_model._meta.model_name)
            if table in TRIED:
                continue
            rows = relation.related_model._default_manager.filter(**{relation.field.name: row.pk})
            if isinstance(row, Tag) and table == TAGGING:
                rows = rows.exclude(pk__in=undecided(row).values("pk"))
            column = relation.field.attname
            kept = (pk for pk in self._staying(rows, row) if (table, pk) not in self.doomed)
            if any(self.turning.get((table, pk), {}).get(column, row.pk) == row.pk for pk in kept):
                return f"{relation.related_model._meta.verbose_name_plural} rest on it"
        return ""

    def _staying(self, rows: models.QuerySet[Any], row: models.Model) -> list[int]:
        """Return the first of some rows; without authorships of bylines that are given back without it."""
        if rows.model is not Authorship or not isinstance(row, Author):
            return list(rows.values_list("pk", flat=True)[:BATCH])
        bylines = ((place, values.get("authors")) for place, values in self.turning.items())
        leaving = {place for place, back in bylines if isinstance(back, list) and row.pk not in back}
        return [pk for pk, one in rows.values_list("pk", "article") if (ARTICLE, one) not in leaving]

    def write(self) -> None:
        """Write it all, the last row of the act first; rows of one kind together."""
        steps = [effect for effect in reversed(self.effects) if id(effect) not in self.left]
        for (table, kind), group in groupby(steps, key=lambda one: (one.table, _kind_of(one))):
            getattr(self, f"_{kind}")(table, list(group))
        mentions = [effect for effect in steps if effect.table == "suggestionmention"]
        sides = [{**(effect.before or {}), **(effect.after or {})} for effect in mentions if effect.is_whole]
        suggesting.recount(cast("int", side["suggestion_id"]) for side in sides)
        self._drop_unnamed()

    def _drop_unnamed(self) -> None:
        """Remove suggested actors that are open again though no article names them any more."""
        for effect in self.effects:
            row = self.stored.get(effect.place)
            if not isinstance(row, ActorSuggestion) or row.status != ActorSuggestion.Status.OPEN:
                continue
            if effect.before is not None and not row.articles.exists():
                self.act.remember(row, values_of(row), None)
                row.delete()

    def _remove(self, table: str, effects: Sequence[Effect]) -> None:
        rows = [self.stored[effect.place] for effect in effects]
        for row in rows:
            if isinstance(row, Tag):
                self._drop_given(row)
            self.act.remember(row, values_of(row), None)
            self._touch(row, {"is_retired"})
        TABLES[table]._default_manager.filter(pk__in=[row.pk for row in rows]).delete()

    def _drop_given(self, tag: Tag) -> None:
        """Remove the taggings that programs gave by a tag which is no more: nobody has decided them."""
        rows = list(locked(undecided(tag).select_related("tag").annotate(title=F("article__title"))))
        for row in rows:
            self.act.remember(row, values_of(row), None)
            self._touch(row, ())
        Tagging.objects.filter(pk__in=[row.pk for row in rows]).delete()

    def _make(self, table: str, effects: Sequence[Effect]) -> None:
        rows = [self._made_again(effect) for effect in effects]
        if table == TAGGING:
            self.tags.give(cast("list[Tagging]", rows))
            set_turns(rows)
        made = TABLES[table]._default_manager.bulk_create(rows, batch_size=BATCH)
        columns = TABLES[table]._meta.fields
        stamps = [column.name for column in columns if getattr(column, "auto_now_add", False)]
        if table == TAGGING:
            give_titles(cast("list[Tagging]", made))
        for row, effect in zip(made, effects, strict=True):
            if stamps:  # as they were: Django sets them anew
                _set(row, {name: (effect.before or {}).get(name) for name in stamps})
                row.save(update_fields=stamps)
            self.act.note_change(row, None)
            self._touch(row, {"is_retired"})

    def _update(self, table: str, effects: Sequence[Effect]) -> None:
        # Together only where the same columns change: what follows a text may just have moved in the others.
        rows: dict[tuple[str, ...], list[models.Model]] = defaultdict(list)
        for effect in effects:
            row = self.stored[effect.place]
            before = values_of(row)
            values = self._living(effect.before or {})
            _set(row, values)
            if isinstance(row, Tagging):
                self.tags.give([row])
            now = values_of(row)
            # What the act rested on without changing it, the undo rests on as well.
            self.act.remember(
                row, {name: before[name] for name in values}, {name: now[name] for name in values}
            )
            self._touch(row, set(values))
            rows[tuple(sorted(values))].append(row)
        for names, changed in rows.items():
            if table == TAGGING and names == ("tag_id",):
                self._move_back(cast("list[Tagging]", changed))
                continue
            if table == TAGGING:
                set_turns(cast("list[Tagging]", changed))
                write_taggings(cast("list[Tagging]", changed), [*names, *REVIEW_FIELDS])
            else:
                TABLES[table]._default_manager.bulk_update(changed, names, batch_size=BATCH)

    @staticmethod
    def _move_back(changed: Sequence[Tagging]) -> None:
        """Give taggings that moved in a merge or split their tags back: very many, to very few tags."""
        former: dict[int, list[Tagging]] = defaultdict(list)
        for row in changed:
            former[row.tag_id].append(row)
        for tag, rows in former.items():
            for some in batched(rows, BATCH):
                Tagging.objects.filter(pk__in=[row.pk for row in some]).update(tag=tag)
        turned = [_turn(row) for row in changed]
        set_turns(changed)
        moved = [row for row, was in zip(changed, turned, strict=True) if was != _turn(row)]
        write_taggings(moved, REVIEW_FIELDS)

    def _rewrite(self, table: str, effects: Sequence[Effect]) -> None:
        """Give articles their columns and authors back, and let follow what rests on them."""
        besides = defaultdict(set)
        for effect in self.effects:
            if effect.is_whole or "mentions" in effect.columns:
                besides[effect.table].add(effect.row_id)
        rows, texts, names = [], [], {*DERIVED, "changed_at"}
        for effect in effects:
            row: Article = self.stored[effect.place]
            before = values_of(row) | _authors_in(effect, row)
            values = {name: one for name, one in (effect.before or {}).items() if name not in DERIVED}
            former = {name: getattr(row, name) for name in store.TEXT_FIELDS if name in values}
            authors = values.pop("authors", None)
            _set(row, values)
            row.edited_fields = _edited(row, effect)
            row.changed_at = self.act.now
            store.refresh_derived(row)
            if isinstance(authors, list):
                write_authors({row.pk: authors})
            self.act.note_change(row, before, {} if authors is None else {"authors": authors})
            self.act.touched.add(row.pk)
            rows.append(row)
            texts.append((row, former))
            names |= values.keys()
        Article.objects.bulk_update(rows, sorted(names), batch_size=BATCH)
        for row, former in texts:
            self.act.follow_texts(row, former, besides=besides)

    def _made_again(self, effect: Effect) -> Any:  # noqa: ANN401  # a row of any table
        values = self._living(effect.before or {})
        if effect.carried and not effect.row_id:
            values |= {"article_id": effect.carried[0], "tag_id": effect.carried[1]}
            values.setdefault("status", Tagging.Status.SUGGESTED.value)
        row = TABLES[effect.table]()
        row.pk = effect.row_id or None
        _set(row, values)
        return row

    def _living(self, values: Values) -> Values:
        """Return the values, an account that is gone left out of a decision."""
        who = values.get(WHO)
        is_gone = who is not None and not self._is_there(get_user_model(), who)
        return {**values, WHO: None} if is_gone else values

    def _touch(self, row: models.Model, names: Collection[str]) -> None:
        """Queue the articles whose place in lists a row decides."""
        article = getattr(row, "article_id", None)
        if article is not None and not isinstance(row, TABLES["suggestionmention"]):
            self.act.touched.add(article)
        if INDEXED.get(type(row), frozenset()).intersection(names):
            self.act.touched |= articles_with(row)


def undecided(tag: Tag) -> models.QuerySet[Tagging]:
    """Return the taggings of a tag that a program gave and no person has decided."""
    given = Tagging.objects.filter(tag=tag.pk, status=Tagging.Status.SUGGESTED, decided_at=None)
    return given.exclude(origin=Tagging.Origin.EDITOR)


def _named(effect: Effect) -> Iterator[tuple[type[models.Model], int, str]]:
    """Yield the records that a row names once it is given back: model, number and what it calls them."""
    model = TABLES[effect.table]
    for name, value in (effect.before or {}).items():
        if name == "authors":
            yield from ((Author, pk, "author") for pk in (value if isinstance(value, list) else ()))
            continue
        column = model._meta.get_field(name)
        if isinstance(value, int) and name != WHO and isinstance(column, models.ForeignKey):
            yield column.related_model, value, str(column.verbose_name)


def _turn(row: Tagging) -> tuple[int, int]:
    return row.review_ground, row.review_rank


def _kind_of(effect: Effect) -> str:
    if effect.before is None:
        return "remove"
    if effect.after is None:
        return "make"
    return "rewrite" if effect.table == ARTICLE else "update"


def _set(row: models.Model, values: Values) -> None:
    """Set columns from their JSON values."""
    for name, value in values.items():
        column: models.Field[Any, Any] = row._meta.get_field(name)  # type: ignore[assignment]  # a column
        setattr(row, column.attname, column.to_python(value) if value is not None else None)


def _authors_in(effect: Effect, row: models.Model) -> Values:
    """Return the authors of an article, if the act changed them."""
    if "authors" not in (effect.after or {}) or not isinstance(row, Article):
        return {}
    return {"authors": list(row.authorships.order_by("position").values_list("author_id", flat=True))}


def _edited(row: Article, effect: Effect) -> list[str]:
    """Return which fields count as an editor's once this act does not; what others edited stays theirs."""
    before = set(_names((effect.before or {}).get("edited_fields")))
    after = set(_names((effect.after or {}).get("edited_fields")))
    return sorted((set(row.edited_fields) - (after - before)) | (before - after))


def _names(value: object) -> Iterator[str]:
    yield from value if isinstance(value, list) else ()
