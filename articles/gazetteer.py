"""The gazetteer between file and database: `load` writes entries to rows, `read_entries` makes them again.

Editors work on the rows.  A load is a three-way merge: `Tag.loaded` says what the last load wrote, so that
whatever differs from it was changed by a person and stays.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields

from django.db import transaction

from articles.models import Alias, Archive, Office, RecordOrigin, Tag, Tagging
from articles.search.sync import enqueue, lock_archive
from articles.tagging.gazetteer import Alias as AliasRecord
from articles.tagging.gazetteer import AliasKind, Entry, Kind
from articles.tagging.gazetteer import Office as OfficeRecord

# Entry fields with a column of their own; the others travel in `Tag.attributes`.
COLUMNS = ("name", "key", "description", "source", "is_ambiguous", "wikidata")
LISTS = ("context", "counter_context")
LINKED = ("kind", "slug", "parent", "aliases", "offices")
ATTRIBUTES = tuple(
    field.name for field in fields(Entry) if field.name not in {*COLUMNS, *LISTS, *LINKED}
)


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load changed, in numbers of tags; ``kept_count`` had edits of a person that were left alone."""

    created_count: int
    updated_count: int
    retired_count: int
    kept_count: int
    total_count: int


def load(entries: Iterable[Entry], *, release: str) -> LoadReport:
    """Write the entries to the database, leaving alone what editors added or changed, and report.

    An entry that left the gazetteer is retired, never deleted: its taggings and its page remain.
    """
    entries = list(entries)
    with transaction.atomic():
        archive = lock_archive()
        merge = _Merge(entries)
        merge.write_tags()
        merge.write_aliases()
        merge.write_offices()
        retired = merge.retire_leavers()
        archive.gazetteer_release = release
        archive.save(update_fields=["gazetteer_release"])
        enqueue(Tagging.objects.filter(tag__in=retired).values_list("article_id", flat=True).distinct())
    return LoadReport(
        created_count=len(merge.created),
        updated_count=len(merge.updated),
        retired_count=len(retired),
        kept_count=len(merge.kept),
        total_count=len(entries),
    )


def is_loaded(release: str) -> bool:
    """Return whether this release is the one in the database."""
    return Archive.objects.filter(pk=1, gazetteer_release=release).exists()


class _Merge:
    """One load under way: entries on one side, the rows as they are on the other."""

    def __init__(self, entries: list[Entry]) -> None:
        self.entries = {(entry.kind.value, entry.slug): entry for entry in entries}
        self.tags = {(tag.kind, tag.slug): tag for tag in Tag.objects.all()}
        self.before = {identity: dict(tag.loaded) for identity, tag in self.tags.items()}
        self.created: set[tuple[str, str]] = set()
        self.updated: set[tuple[str, str]] = set()
        self.kept: set[tuple[str, str]] = set()

    def write_tags(self) -> None:
        """Create and update the tags, then link the parents, which may come later in the file."""
        changed = []
        for identity, entry in self.entries.items():
            tag = self.tags.get(identity)
            if tag is None:
                self.tags[identity] = tag = Tag(kind=identity[0], slug=identity[1], origin=RecordOrigin.GAZETTEER)
                _copy(entry, tag, COLUMNS + LISTS)
                tag.attributes = _attributes(entry)
                tag.loaded = _record(entry)
                self.created.add(identity)
            elif tag.loaded != _record(entry):
                self._merge_tag(identity, entry, tag)
                changed.append(tag)
        Tag.objects.bulk_create([self.tags[identity] for identity in self.created], batch_size=500)
        Tag.objects.bulk_update(
            changed, [*COLUMNS, *LISTS, "attributes", "loaded", "is_retired"], batch_size=200
        )
        self._link_parents()

    def _merge_tag(self, identity: tuple[str, str], entry: Entry, tag: Tag) -> None:
        untouched = [name for name in COLUMNS + LISTS if _same(getattr(tag, name), tag.loaded.get(name))]
        if len(untouched) < len(COLUMNS + LISTS):
            self.kept.add(identity)
        _copy(entry, tag, tuple(untouched))
        tag.attributes = _attributes(entry)
        # Back in the file after having left it; an editor's own retirement is not undone.
        if tag.loaded.get("left"):
            tag.is_retired = False
        tag.loaded = _record(entry)
        self.updated.add(identity)

    def _link_parents(self) -> None:
        linked = []
        by_id = {tag.pk: identity for identity, tag in self.tags.items()}
        for identity, entry in self.entries.items():
            tag = self.tags[identity]
            current = by_id[tag.parent_id][1] if tag.parent_id else ""
            if current != entry.parent and current == self.before.get(identity, {}).get("parent", ""):
                parent = self.tags.get((identity[0], entry.parent))
                tag.parent_id = parent.pk if parent else None
                linked.append(tag)
        Tag.objects.bulk_update(linked, ["parent"], batch_size=500)

    def write_aliases(self) -> None:
        """Add, update and remove gazetteer aliases; one that an editor removed stays removed."""
        rows: dict[int, dict[tuple[str, str], Alias]] = defaultdict(dict)
        for alias in Alias.objects.all():
            rows[alias.tag_id][alias.text, alias.kind] = alias
        added, changed, gone = [], [], []
        for identity in sorted(self.created | self.updated):
            tag, entry = self.tags[identity], self.entries[identity]
            old = {(text, kind) for text, kind, *_ in self.before.get(identity, {}).get("aliases", ())}
            wanted = {(alias.text, alias.kind.value): alias for alias in entry.aliases}
            present = rows[tag.pk]
            for name, record in wanted.items():
                row = present.get(name)
                if row is None and name not in old:
                    added.append(_alias_row(tag, record))
                elif row is not None and row.origin == RecordOrigin.GAZETTEER:
                    row.weight, row.is_case_sensitive = record.weight, record.is_case_sensitive
                    changed.append(row)
            gone += [
                row.pk
                for name, row in present.items()
                if name not in wanted and row.origin == RecordOrigin.GAZETTEER
            ]
        Alias.objects.filter(pk__in=gone).delete()
        Alias.objects.bulk_create(added, batch_size=500)
        Alias.objects.bulk_update(changed, ["weight", "is_case_sensitive"], batch_size=500)

    def write_offices(self) -> None:
        """Replace the gazetteer's offices of changed tags; one that an editor changed or removed stays so."""
        places = {tag.key: tag for (kind, _), tag in self.tags.items() if kind == Kind.COUNTRY}
        places |= {tag.slug: tag for (kind, _), tag in self.tags.items() if kind == Kind.ORGANISATION}
        rows: dict[int, dict[tuple[str, ...], Office]] = defaultdict(dict)
        for office in Office.objects.select_related("of"):
            rows[office.holder_id][_office_name(office)] = office
        added, gone = [], []
        for identity in sorted(self.created | self.updated):
            tag, entry = self.tags[identity], self.entries[identity]
            old = {tuple(name) for name in self.before.get(identity, {}).get("offices", ())}
            wanted = {_record_name(record): record for record in entry.offices}
            present = rows[tag.pk]
            added += [
                _office_row(tag, places[record.of], record)
                for name, record in wanted.items()
                if name not in present and name not in old and record.of in places
            ]
            gone += [
                row.pk
                for name, row in present.items()
                if name not in wanted and row.origin == RecordOrigin.GAZETTEER
            ]
        Office.objects.filter(pk__in=gone).delete()
        Office.objects.bulk_create(added, batch_size=500)

    def retire_leavers(self) -> list[int]:
        """Retire gazetteer tags that are no longer in the file, and return their ids."""
        leavers = [
            tag
            for identity, tag in self.tags.items()
            if identity not in self.entries and tag.origin == RecordOrigin.GAZETTEER and not tag.is_retired
        ]
        for tag in leavers:
            tag.is_retired = True
            tag.loaded = {**tag.loaded, "left": True}
        Tag.objects.bulk_update(leavers, ["is_retired", "loaded"], batch_size=500)
        return [tag.pk for tag in leavers]


def _copy(entry: Entry, tag: Tag, names: tuple[str, ...]) -> None:
    for name in names:
        value = getattr(entry, name)
        setattr(tag, name, list(value) if isinstance(value, tuple) else value)


def _same(current: object, loaded: object) -> bool:
    """Return whether nobody edited a value; an empty column equals one the load left out."""
    return current == loaded or (not current and not loaded)


def _attributes(entry: Entry) -> dict[str, object]:
    values = {name: getattr(entry, name) for name in ATTRIBUTES}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def _record(entry: Entry) -> dict[str, object]:
    """Return an entry as JSON values, to be compared with what the last load wrote."""
    record: dict[str, object] = {name: getattr(entry, name) for name in COLUMNS}
    record |= {name: list(getattr(entry, name)) for name in LISTS}
    record["parent"] = entry.parent
    record["attributes"] = _attributes(entry)
    record["aliases"] = [
        [alias.text, alias.kind.value, alias.weight, alias.is_case_sensitive] for alias in entry.aliases
    ]
    record["offices"] = [list(_record_name(office)) for office in entry.offices]
    return record


def _alias_row(tag: Tag, record: AliasRecord) -> Alias:
    values = asdict(record) | {"kind": record.kind.value}
    return Alias(tag=tag, origin=RecordOrigin.GAZETTEER, **values)


def _office_row(tag: Tag, of: Tag, record: OfficeRecord) -> Office:
    return Office(
        holder=tag, of=of, title=record.title, role=record.role,
        start_on=record.start_on, end_on=record.end_on, origin=RecordOrigin.GAZETTEER,
    )  # fmt: skip


def _record_name(office: OfficeRecord) -> tuple[str, ...]:
    dates = [day.isoformat() if day else "" for day in (office.start_on, office.end_on)]
    return (office.title, office.role, office.of, *dates)


def _office_name(office: Office) -> tuple[str, ...]:
    of = office.of.key if office.of.kind == Kind.COUNTRY else office.of.slug
    dates = [day.isoformat() if day else "" for day in (office.start_on, office.end_on)]
    return (office.title, office.role, of, *dates)


def read_entries() -> list[Entry]:
    """Return the gazetteer as it stands in the database, editors' work included, retired tags left out."""
    aliases: dict[int, list[AliasRecord]] = defaultdict(list)
    for row in Alias.objects.order_by("tag_id", "id"):
        aliases[row.tag_id].append(
            AliasRecord(row.text, AliasKind(row.kind), row.weight, row.is_case_sensitive)
        )
    offices: dict[int, list[OfficeRecord]] = defaultdict(list)
    for office in Office.objects.select_related("of").order_by("holder_id", "id"):
        of = office.of.key if office.of.kind == Kind.COUNTRY else office.of.slug
        offices[office.holder_id].append(
            OfficeRecord(office.title, office.role, of, office.start_on, office.end_on)
        )
    parents = dict(Tag.objects.values_list("id", "slug"))
    return [
        Entry(
            kind=Kind(tag.kind),
            slug=tag.slug,
            parent=parents.get(tag.parent_id, ""),
            aliases=tuple(aliases[tag.pk]),
            offices=tuple(offices[tag.pk]),
            context=tuple(tag.context),
            counter_context=tuple(tag.counter_context),
            **{name: getattr(tag, name) for name in COLUMNS},
            **{
                name: tuple(value) if isinstance(value, list) else value
                for name, value in tag.attributes.items()
                if name in ATTRIBUTES
            },
        )
        for tag in Tag.objects.in_use().order_by("kind", "slug")
    ]


def release_of(entries: Iterable[Entry]) -> str:
    """Return a short hash of the entries: the release that a tagging names as its origin."""
    digest = hashlib.sha256()
    for entry in entries:
        digest.update(repr(entry).encode())
    return digest.hexdigest()[:12]
