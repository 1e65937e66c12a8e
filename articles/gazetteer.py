"""The gazetteer between file and database: `load` writes entries to rows, `read_entries` makes them again.

Editors work on the rows.  A load is a three-way merge: `Tag.loaded` says what the last load wrote, so that
whatever differs from it was changed by a person and stays.  A tag is recognised by its kind and key, or by
the key that it had in the file before an editor gave it another.  What was merged stays merged, and what a
file adds to it goes to the tag that stands for it.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce

from articles.models import Alias, Archive, ChangeSet, FormerName, Office, RecordOrigin, Tag, Tagging
from articles.search.sync import INLINE_LIMIT, NO_ARTICLE, enqueue, finish_act, lock_archive
from articles.tagging.gazetteer import Alias as AliasRecord
from articles.tagging.gazetteer import AliasKind, Entry, Kind, read_data
from articles.tagging.gazetteer import Office as OfficeRecord

# Entry fields with a column of their own; the others travel in `Tag.attributes`.
COLUMNS = ("slug", "name", "description", "source", "is_ambiguous", "wikidata")
LISTS = ("context", "counter_context")
LINKED = ("kind", "key", "parent", "aliases", "offices")
ATTRIBUTES = tuple(field.name for field in fields(Entry) if field.name not in {*COLUMNS, *LISTS, *LINKED})
# What an alias says besides its text and kind, in the order in which `Tag.loaded` keeps it.
ALIAS_VALUES = ("weight", "is_case_sensitive", "is_ambiguous", "context", "counter_context")

type Identity = tuple[str, str]
type Name = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load changed, in numbers of tags.

    ``kept_count`` of the updated ones had edits of a person that were left alone.  ``clashes`` says which
    entries got another address because an editor's tag has theirs.
    """

    created_count: int
    updated_count: int
    retired_count: int
    kept_count: int
    total_count: int
    clashes: tuple[str, ...] = ()

    def __str__(self) -> str:
        numbers = {"new": self.created_count, "changed": self.updated_count, "retired": self.retired_count}
        changes = ", ".join(f"{count:,} {word}" for word, count in numbers.items() if count) or "nothing new"
        kept = f"; an editor's changes to {self.kept_count:,} of them are kept" if self.kept_count else ""
        return f"{self.total_count:,} names: {changes}{kept}"

    @property
    def changed_count(self) -> int:
        """Return how many tags are not as they were."""
        return self.created_count + self.updated_count + self.retired_count


def read_shipped() -> tuple[Entry, ...]:
    """Return the gazetteer as the package ships it; what was read is kept in NEWSROOM_DATA for next time."""
    return read_data(cache=settings.NEWSROOM_DATA / "gazetteer.json")


def load(entries: Iterable[Entry], *, release: str) -> LoadReport:
    """Write the entries to the database, leaving alone what editors added or changed, and report.

    An entry that left the gazetteer is retired, never deleted: its taggings and its page remain.  A load that
    changes something is an act in the audit trail, with its counts.
    """
    with transaction.atomic():
        # Tags before the archive, as an editor's act locks them: neither waits for the other for ever.
        list(Tag.objects.order_by("pk").select_for_update(no_key=True).values_list("pk"))
        archive = lock_archive()
        merge = _Merge(entries)
        merge.write_tags()
        merge.write_aliases()
        merge.write_offices()
        retired = merge.retire_leavers()
        archive.gazetteer_release = release
        archive.save(update_fields=["gazetteer_release"])
        _queue_articles_with([*retired, *merge.returned])
        report = LoadReport(
            created_count=len(merge.created),
            updated_count=len(merge.updated),
            retired_count=len(retired),
            kept_count=len(merge.kept),
            total_count=len(merge.entries),
            clashes=tuple(merge.clashes),
        )
        if report.changed_count:
            ChangeSet.objects.create(act=ChangeSet.Act.LOAD, note=f"gazetteer {release}: {report}")
    return report


def _queue_articles_with(tags: Iterable[int]) -> None:
    """Queue the articles of tags that are now shown or no longer; of many, bring the index up to date."""
    taggings = Tagging.objects.filter(tag__in=tags)
    articles = list(taggings.values_list("article_id", flat=True).distinct())
    # Names and offices stand on many pages, though in no index entry.
    enqueue(articles or [NO_ARTICLE])
    if len(articles) > INLINE_LIMIT:
        transaction.on_commit(finish_act)


def is_loaded(release: str) -> bool:
    """Return whether this release is the one in the database."""
    return Archive.objects.filter(pk=1, gazetteer_release=release).exists()


class _Merge:
    """One load under way: entries on one side, the rows as they are on the other."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries: dict[Identity, Entry] = {(entry.kind.value, entry.key): entry for entry in entries}
        stored = list(Tag.objects.all())
        self.tags: dict[Identity, Tag] = {(tag.kind, tag.file_key or tag.key): tag for tag in stored}
        self.stands = {tag.pk: tag for tag in stored}  # for itself, or for those merged into it
        self.stands |= {tag.pk: self.stands[tag.merged_into_id] for tag in stored if tag.merged_into_id}
        self.before = {identity: dict(tag.loaded) for identity, tag in self.tags.items()}
        self.created: set[Identity] = set()
        self.updated: set[Identity] = set()
        self.kept: set[Identity] = set()
        self.returned: list[int] = []
        self.clashes: list[str] = []
        self._slugs = {(tag.kind, tag.slug): tag for tag in stored}
        self._keys = {(tag.kind, tag.key): tag for tag in stored}
        # What led to a tag before it was renamed leads there for ever.
        former = FormerName.objects.filter(tag__isnull=False).values_list("kind", "part", "text", "tag")
        for kind, part, text, pk in former:
            texts = self._slugs if part == FormerName.Part.SLUG else self._keys
            texts.setdefault((kind, text), self.stands[pk])

    def write_tags(self) -> None:
        """Create and update the tags, then link the parents, which may come later in the file."""
        changed = []
        for identity, entry in self.entries.items():
            tag = self.tags.get(identity)
            record = _record(entry)
            if tag is None:
                tag = Tag(kind=identity[0], key=identity[1], origin=RecordOrigin.GAZETTEER)
                _copy(entry, tag, COLUMNS + LISTS)
                self._take_slug(tag, entry, f"{entry.slug}-2")
                self._take_key(tag, entry)
                tag.attributes, tag.loaded = _attributes(entry), record
                self.tags[identity] = tag
                self.created.add(identity)
            elif tag.loaded != record:
                self._merge_tag(identity, entry, tag)
                tag.loaded = record
                changed.append(tag)
        Tag.objects.bulk_create([self.tags[identity] for identity in self.created], batch_size=500)
        columns = [*COLUMNS, *LISTS, "attributes", "loaded", "is_retired"]
        Tag.objects.bulk_update(changed, columns, batch_size=200)
        self._link_parents()

    def _merge_tag(self, identity: Identity, entry: Entry, tag: Tag) -> None:
        untouched = [name for name in COLUMNS + LISTS if _same(getattr(tag, name), tag.loaded.get(name))]
        if len(untouched) < len(COLUMNS + LISTS):
            self.kept.add(identity)
        slug = tag.slug
        _copy(entry, tag, tuple(untouched))
        self._take_slug(tag, entry, slug)
        tag.attributes = _attributes(entry)
        # Back in the file after having left it; an editor's own retirement is not undone.
        if tag.loaded.get("left") and tag.is_retired and not tag.merged_into_id:
            tag.is_retired = False
            self.returned.append(tag.pk)
        self.updated.add(identity)

    def _take_slug(self, tag: Tag, entry: Entry, instead: str) -> None:
        """Give the tag another slug if its own is the address of another tag's page, and say so."""
        owner = self._slugs.setdefault((tag.kind, tag.slug), tag)
        if owner is not tag:
            self.clashes.append(
                f"{tag.kind} {entry.name!r}: the address {tag.slug!r} is that of your tag {owner.name!r} "
                f"(key {owner.key}), so its own is {instead!r}; if both are the same, merge them"
            )
            tag.slug = instead
            self._slugs[tag.kind, instead] = tag

    def _take_key(self, tag: Tag, entry: Entry) -> None:
        """Give a new tag another key if its own is what somebody called another tag, and say so."""
        owner = self._keys.setdefault((tag.kind, tag.key), tag)
        if owner is not tag:
            tag.key, tag.file_key = f"{entry.key}-2", entry.key
            self._keys[tag.kind, tag.key] = tag
            self.clashes.append(
                f"{tag.kind} {entry.name!r}: the key {entry.key!r} is that of your tag {owner.name!r}, so "
                f"its own is {tag.key!r}; if both are the same, merge them"
            )

    def _link_parents(self) -> None:
        linked = []
        keys = {(tag.kind, tag.pk): tag.key for tag in self.tags.values()}
        by_slug = {
            (entry.kind.value, entry.slug): self.tags[identity] for identity, entry in self.entries.items()
        }
        for identity in self.created | self.updated:
            kind, entry, tag = identity[0], self.entries[identity], self.tags[identity]
            wanted = by_slug.get((kind, entry.parent))
            loaded = by_slug.get((kind, self.before.get(identity, {}).get("parent", "")))
            current = keys.get((kind, tag.parent_id or 0))
            if current == (loaded.key if loaded else None) and tag.parent_id != (
                wanted.pk if wanted else None
            ):
                tag.parent = wanted
                linked.append(tag)
        Tag.objects.bulk_update(linked, ["parent"], batch_size=500)

    def write_aliases(self) -> None:
        """Add, update and remove gazetteer aliases; those that an editor changed or removed stay so."""
        rows: dict[int, dict[Name, Alias]] = defaultdict(dict)
        for alias in Alias.objects.filter(tag__in=self._ids_of_updated()):
            rows[alias.tag_id][alias.text, alias.kind] = alias
        added, changed, gone = [], [], []
        for identity in sorted(self.created | self.updated):
            tag = self.tags[identity]
            old = _by_name(self.before.get(identity, {}).get("aliases", ()))
            wanted = _by_name(tag.loaded["aliases"])
            present, stands = rows[tag.pk], self.stands.get(tag.pk, tag)
            for name, values in wanted.items():
                row = present.get(name)
                if row is None and name not in old:
                    if stands is tag or name not in self._names_of(stands):
                        added.append(_alias_row(stands, name, values))
                elif row is not None and values != old.get(name) and _is_as_loaded(row, old.get(name)):
                    _set(row, values)
                    changed.append(row)
            gone += [
                row.pk
                for name, row in present.items()
                if name in old and name not in wanted and _is_as_loaded(row, old[name])
            ]
        Alias.objects.filter(pk__in=gone).delete()
        Alias.objects.bulk_create(added, batch_size=500)
        Alias.objects.bulk_update(changed, ALIAS_VALUES, batch_size=500)

    @staticmethod
    def _names_of(tag: Tag) -> set[Name]:
        return set(tag.aliases.values_list("text", "kind"))

    def write_offices(self) -> None:
        """Replace the gazetteer's offices of changed tags; one that an editor changed or removed stays so."""
        places = {
            key: self.stands.get(tag.pk, tag)
            for of in (Kind.ORGANISATION, Kind.COUNTRY)
            for (kind, key), tag in self.tags.items()
            if kind == of
        }
        rows: dict[int, dict[Name, Office]] = defaultdict(dict)
        for office in Office.objects.filter(holder__in=self._ids_of_updated()).select_related("of"):
            rows[office.holder_id][_office_name(office, office.of.file_key or office.of.key)] = office
        added, gone = [], []
        for identity in sorted(self.created | self.updated):
            tag, entry = self.tags[identity], self.entries[identity]
            old = {tuple(name) for name in self.before.get(identity, {}).get("offices", ())}
            wanted = {_office_name(record, record.of): record for record in entry.offices}
            present = rows[tag.pk]
            # Role, place and first day of what an editor took over: a new end date must not bring it back.
            taken = {name[1:4] for name in old if name not in present}
            added += [
                _office_row(self.stands.get(tag.pk, tag), places[record.of], record)
                for name, record in wanted.items()
                if name not in present and name not in old and name[1:4] not in taken and record.of in places
            ]
            gone += [
                row.pk
                for name, row in present.items()
                if name in old and name not in wanted and row.origin == RecordOrigin.GAZETTEER
            ]
        Office.objects.filter(pk__in=gone).delete()
        Office.objects.bulk_create(added, batch_size=500)

    def _ids_of_updated(self) -> list[int]:
        return [self.tags[identity].pk for identity in self.updated]

    def retire_leavers(self) -> list[int]:
        """Retire gazetteer tags that are no longer in the file, and return their ids.

        One that an editor took back into use after it had left stays in use.
        """
        leavers = [
            tag
            for identity, tag in self.tags.items()
            if identity not in self.entries and tag.origin == RecordOrigin.GAZETTEER
            and not tag.is_retired and not tag.loaded.get("left")
        ]  # fmt: skip
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
    record["aliases"] = [[alias.text, alias.kind.value, *_alias_values(alias)] for alias in entry.aliases]
    record["offices"] = [list(_office_name(office, office.of)) for office in entry.offices]
    return record


def _alias_values(alias: AliasRecord | Alias) -> list[object]:
    values = (getattr(alias, name) for name in ALIAS_VALUES)
    return [list(value) if isinstance(value, tuple) else value for value in values]


def _by_name(aliases: Iterable[list[object]]) -> dict[Name, list[object]]:
    """Return what a tag's record says of each alias, by text and kind."""
    return {(str(text), str(kind)): values for text, kind, *values in aliases}


def _is_as_loaded(row: Alias, loaded: list[object] | None) -> bool:
    """Return whether a load wrote the row and nobody changed it since."""
    return row.origin == RecordOrigin.GAZETTEER and _alias_values(row) == loaded


def _set(row: Alias, values: Iterable[object]) -> None:
    for name, value in zip(ALIAS_VALUES, values, strict=True):
        setattr(row, name, value)


def _alias_row(tag: Tag, name: Name, values: Iterable[object]) -> Alias:
    row = Alias(tag=tag, text=name[0], kind=name[1], origin=RecordOrigin.GAZETTEER)
    _set(row, values)
    return row


def _office_row(tag: Tag, of: Tag, record: OfficeRecord) -> Office:
    return Office(
        holder=tag, of=of, title=record.title, role=record.role, start_on=record.start_on,
        end_on=record.end_on, is_end_known=record.is_end_known, origin=RecordOrigin.GAZETTEER,
    )  # fmt: skip


def _office_name(office: OfficeRecord | Office, of: str) -> Name:
    """Return all that an office says: title, role, place, first and last day."""
    start, end = (day.isoformat() if day else "" for day in (office.start_on, office.end_on))
    return (office.title, office.role, of, start, end if office.is_end_known else f"{end}?")


def read_entries(*, only: Tag | None = None) -> list[Entry]:
    """Return the gazetteer as it stands in the database, editors' work included, retired tags left out.

    ``only`` is the one tag to read.
    """
    tags = Tag.objects.in_use().order_by("kind", "slug").defer("loaded")
    if only is not None:
        tags = tags.filter(pk=only.pk)
    aliases, offices = _read_aliases(only), _read_offices(only)
    parents = Tag.objects.all() if only is None else Tag.objects.filter(pk=only.parent_id or 0)
    slugs = dict(parents.values_list("id", "slug"))
    keys = _country_keys()
    return [
        Entry(
            kind=Kind(tag.kind),
            key=tag.key,
            parent=slugs.get(tag.parent_id or 0, ""),
            aliases=tuple(aliases[tag.pk]),
            offices=tuple(offices[tag.pk]),
            context=tuple(tag.context),
            counter_context=tuple(tag.counter_context),
            **{name: getattr(tag, name) for name in COLUMNS},
            **_entry_attributes(tag, keys),
        )
        for tag in tags
    ]


def _read_aliases(only: Tag | None) -> dict[int, list[AliasRecord]]:
    """Return the aliases by the id of their tag."""
    aliases: dict[int, list[AliasRecord]] = defaultdict(list)
    those = Alias.objects.all() if only is None else Alias.objects.filter(tag=only)
    rows = those.order_by("tag_id", "id").values_list("tag_id", "text", "kind", *ALIAS_VALUES)
    for tag_id, text, kind, weight, is_as_written, is_ambiguous, context, counter in rows:
        aliases[tag_id].append(
            AliasRecord(
                text, AliasKind(kind), weight, is_as_written, is_ambiguous, tuple(context), tuple(counter)
            )
        )
    return aliases


def _read_offices(only: Tag | None) -> dict[int, list[OfficeRecord]]:
    """Return the offices by the id of their holder."""
    offices: dict[int, list[OfficeRecord]] = defaultdict(list)
    those = Office.objects.all() if only is None else Office.objects.filter(holder=only)
    rows = those.order_by("holder_id", "id").values_list(
        "holder_id", "title", "role", "of__key", "start_on", "end_on", "is_end_known"
    )
    for holder_id, title, role, of, start_on, end_on, is_end_known in rows:
        offices[holder_id].append(OfficeRecord(title, role, of, start_on, end_on, is_end_known))
    return offices


def _country_keys() -> dict[str, str]:
    """Return today's key of each country that the gazetteer's file calls by another."""
    rows = Tag.objects.filter(Q(merged_into__isnull=False) | ~Q(file_key=""), kind=Kind.COUNTRY)
    keys = rows.values_list("file_key", "key", Coalesce("merged_into__key", "key"))
    return {file_key or key: today for file_key, key, today in keys}


def _entry_attributes(tag: Tag, keys: Mapping[str, str]) -> dict[str, Any]:
    """Return the fields of an entry that have no column of their own; ``keys`` are of renamed countries."""
    values = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in tag.attributes.items()
        if name in ATTRIBUTES
    }
    if keys and values.get("implies"):
        values["implies"] = tuple(keys.get(key, key) for key in values["implies"])
    return values


def release_of(entries: Iterable[Entry]) -> str:
    """Return a short hash of the entries: the release that a tagging names as its origin."""
    digest = hashlib.sha256()
    for entry in entries:
        digest.update(repr(entry).encode())
    return digest.hexdigest()[:12]
