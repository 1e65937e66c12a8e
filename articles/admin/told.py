"""What changes of the trail say, in words: ``status: suggested, now confirmed``; ``gains the tag Oman``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import cast

from django.contrib.auth import get_user_model
from django.db.models import ForeignKey, Model

from articles.history.effects import DERIVED
from articles.history.reversing import TABLES
from articles.models import Author, Change, Tag

type Columns = Mapping[str, object]

LONGEST = 80  # characters of a value told in a sentence; the whole stands below it
# Follow from other columns, or are told with the act: who, when, by which release.
UNTOLD = DERIVED | {
    "decided_by_id",
    "decided_at",
    "release",
    "changed_at",
    "content_hash",
    "corrections",
    "loaded",
}
LISTED = {"authors": Author, "taggings": Tag}  # numbers of records in a list, or as keys


def tell(changes: Iterable[Change]) -> list[list[str]]:
    """Return what each change says, in sentences; records that it names are looked up together."""
    changes = list(changes)
    names = _Names(changes)
    return [list(_sentences(change, names)) for change in changes]


class _Names:
    """What the records are called that changes name by number."""

    def __init__(self, changes: Iterable[Change]) -> None:
        wanted: dict[type[Model], set[int]] = defaultdict(set)
        for change in changes:
            for side in (change.before, change.after):
                for name, value in (side or {}).items():
                    model = _model_of(change.table, name)
                    if model is not None:
                        wanted[model] |= set(_numbers(value))
        self.names = {
            (model, row.pk): str(row)
            for model, pks in wanted.items()
            for row in model._default_manager.filter(pk__in=pks)
        }
        # What the act itself makes: before it is done, or once that was undone, no record has its name.
        self.made = {
            (TABLES[one.table], one.row_id): one.label
            for one in changes
            if one.table in TABLES and (one.before is None or one.after is None)
        }

    def of(self, model: type[Model], pk: object) -> str:
        """Return the record's name, or that it is gone."""
        record = model, cast("int", pk)
        gone = f"{model._meta.verbose_name} {pk}, which is gone"
        return self.names.get(record) or self.made.get(record) or gone


def _model_of(table: str, column: str) -> type[Model] | None:
    """Return which records a column names; None if it is no reference."""
    if column in LISTED:
        return LISTED[column]
    if not column.endswith("_id") or table not in TABLES:
        return None
    if column == "decided_by_id":
        return get_user_model()
    columns = {field.attname: field for field in TABLES[table]._meta.concrete_fields}
    field = columns.get(column)
    return field.related_model if isinstance(field, ForeignKey) else None


def _numbers(value: object) -> Iterator[int]:
    if isinstance(value, int):
        yield value
    elif isinstance(value, dict | list):
        yield from (int(one) for one in value)


def _sentences(change: Change, names: _Names) -> Iterator[str]:
    before, after = change.before or {}, change.after or {}
    if change.before is None or change.after is None:
        yield "made" if change.before is None else "removed"
        return
    # What an act rested on is kept beside what it changed.
    changed = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    if not changed:
        yield "stays as it is; the act rests on it"
    # In the order of the columns: PostgreSQL keeps keys of JSON in an order of its own.
    for name in _in_order(change.table, changed):
        if name == "taggings":
            yield from _taggings(before[name], after.get(name), names)
        elif name == "edited_fields":
            yield from _corrected(before[name], after.get(name))
        elif name == "mentions":
            yield f"its words: {_count(before[name])}, now {_count(after.get(name))}"
        elif name not in UNTOLD:
            model = _model_of(change.table, name)
            old, new = (_value(side.get(name), model, names) for side in (before, after))
            yield f"{name.removesuffix('_id').replace('_', ' ')}: {old}, now {new}"


def _in_order(table: str, names: Collection[str]) -> list[str]:
    """Return columns in the order of their table, others after them."""
    columns = [field.attname for field in TABLES[table]._meta.concrete_fields] if table in TABLES else []
    return [*(name for name in columns if name in names), *sorted(set(names) - set(columns))]


def _value(value: object, model: type[Model] | None, names: _Names) -> str:
    if value in (None, "", []):
        return "nothing"
    if model is not None:
        numbers = value if isinstance(value, list) else [value]
        return ", ".join(names.of(model, pk) for pk in numbers)
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = " ".join(str(value).split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(str(value)):,} characters)"


def _count(mentions: object) -> str:
    count = len(mentions) if isinstance(mentions, list) else 0
    return f"{count} place{'' if count == 1 else 's'}"


def _corrected(before: object, after: object) -> Iterator[str]:
    old, new = set(cast("list[str]", before or [])), set(cast("list[str]", after or []))
    for words, fields in (("now an editor's", new - old), ("no longer an editor's", old - new)):
        if fields:
            yield f"{words}: {', '.join(sorted(name.replace('_', ' ') for name in fields))}"


def _taggings(before: object, after: object, names: _Names) -> Iterator[str]:
    old, new = (cast("dict[str, Columns | None]", side or {}) for side in (before, after))
    for tag in {**old, **new}:
        name, was, now = names.of(Tag, int(tag)), old.get(tag), new.get(tag)
        if was is None or now is None:
            yield f"gains the tag {name}" if was is None else f"loses the tag {name}"
        elif "role" in now:
            yield f"the tag {name}: {was.get('role')}, now {now['role']}"
        else:
            yield f"the tag {name}: other words or weight"
