"""Proposes records that may be the same: one name, one further name, a like spelling, one Wikidata entry.

Looked for by a command or in the background, never while a page is made.  Records meet only in blocks of
those that share a key (a folded name, the skeleton of a last name); in a block each is compared with its
nearest neighbours in the order of their names, so that the time grows with the number of records and not with
its square.  What a comparison needs of one name is worked out once (`likeness`).  What somebody called
different is never proposed again.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import batched

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet

from articles.curation import locked, recording
from articles.models import (
    Alias,
    Author,
    ChangeSet,
    Office,
    Outlet,
    ProposedMerge,
    RecordOrigin,
    Tag,
    TagKind,
)
from articles.records.likeness import Against, Spelling, bones_of, persons_likeness, skeleton, spelling_of
from articles.tagging.folding import fold_keyword

NEIGHBOURS = 12  # in a block, in the order of their names, that a record is compared with
BATCH = 1_000  # rows written by one statement
ALIKE = 0.9  # of two whole names of no persons: ministry of defence, ministry of defense
SHORTEST = 6  # letters of a name whose spelling can be alike: of three letters, two are too often the same
APART = dt.timedelta(days=50 * 365)  # between two terms of office that no one person holds
PERSONS = (TagKind.ACTOR.value, "author")
# A likeness of names says nothing of countries: Niger and Nigeria.
SPELLED_ALIKE = (*PERSONS, TagKind.ORGANISATION.value, TagKind.TOPIC.value, "outlet")

SAME_ENTRY, SAME_NAME, SAME_ALIAS, LIKE_NAME = (
    "same Wikidata entry", "same name", "same further name", "like spelling",
)  # fmt: skip
WEIGHTS = {SAME_ENTRY: 1.0, SAME_NAME: 0.95, SAME_ALIAS: 0.85}

type Pair = tuple[str, int, int]


@dataclass(slots=True)
class Named:
    """One record as it is compared: its folded names, and what speaks against its being another one."""

    pk: int
    name: str
    folded: str
    wikidata: str = ""
    is_shipped: bool = False  # an entry of the gazetteer's files
    others: set[str] = field(default_factory=set)
    places: set[int] = field(default_factory=set)  # countries and bodies of its offices
    first_day: dt.date | None = None
    last_day: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Spelled:
    """A record's name as its neighbours in a block are held against it."""

    folded: str
    pk: int
    spelling: Spelling
    numbers: tuple[str, ...]


def propose() -> int:
    """Look for records that may be the same, and keep what was found; return how many wait for a decision."""
    found: dict[Pair, dict[str, float]] = {}
    names: dict[tuple[str, int], str] = {}
    for kind in (*TagKind.values, "outlet", "author"):
        records = list(_read(kind))
        by_pk = {one.pk: one for one in records}
        for first, second, reason, weight in _pairs(kind, records):
            one, other = sorted((first, second))
            if first != second and not _speak_against(by_pk[one], by_pk[other]):
                found.setdefault((kind, one, other), {})[reason] = weight
                names |= {(kind, pk): by_pk[pk].name for pk in (one, other)}
    return _keep(found, names)


def tell_apart(proposed: QuerySet[ProposedMerge], *, by: AbstractBaseUser) -> int:
    """Say that records are not the same, for ever; return how many pairs that changed."""
    with recording(ChangeSet.Act.DISTINCT, by=by) as act:
        rows = list(locked(proposed.filter(status=ProposedMerge.Status.OPEN)))
        for row in rows:
            act.remember(row, {"status": row.status}, {"status": ProposedMerge.Status.DIFFERENT.value})
        proposed.model._default_manager.filter(pk__in=[row.pk for row in rows]).update(
            status=ProposedMerge.Status.DIFFERENT
        )
    return len(rows)


# --- What is compared -------------------------------------------------------------------------------------


def _read(kind: str) -> Iterator[Named]:
    """Yield the records of one kind that stand for themselves."""
    if kind in ("outlet", "author"):
        model = Outlet if kind == "outlet" else Author
        rows = model._default_manager.filter(merged_into=None).order_by("pk").values_list("pk", "name")
        for pk, name in rows.iterator():
            folded = fold_keyword(name)
            yield Named(pk, name, folded.removeprefix("the ") if kind == "outlet" else folded)
        return
    tags = Tag.objects.filter(kind=kind, merged_into=None).order_by("pk")
    records = {
        pk: Named(pk, name, fold_keyword(name), wikidata, origin == RecordOrigin.GAZETTEER)
        for pk, name, wikidata, origin in tags.values_list("pk", "name", "wikidata", "origin")
    }
    certain = Alias.objects.filter(kind__in=("name", "former"), is_ambiguous=False, tag__kind=kind)
    for pk, text in certain.values_list("tag_id", "text"):
        if pk in records:
            records[pk].others.add(fold_keyword(text))
    terms = Office.objects.filter(holder__kind=kind).values_list("holder_id", "of_id", "start_on", "end_on")
    for pk, of, start, end in terms:
        if one := records.get(pk):
            one.places.add(of)
            days = [day for day in (one.first_day, one.last_day, start, end) if day]
            one.first_day, one.last_day = (min(days), max(days)) if days else (None, None)
    yield from records.values()


def _pairs(kind: str, records: Iterable[Named]) -> Iterator[tuple[int, int, str, float]]:
    """Yield records that share a name or are spelled alike, why, and how much that says."""
    records = list(records)
    yield from _sharing(SAME_ENTRY, ((one.wikidata, one) for one in records if one.wikidata))
    yield from _sharing(SAME_NAME, ((one.folded, one) for one in records))
    yield from _sharing(SAME_ALIAS, ((text, one) for one in records for text in {one.folded, *one.others}))
    if kind not in SPELLED_ALIKE:
        return
    blocks: dict[str, list[Spelled]] = defaultdict(list)
    for one in records:
        if len(one.folded) >= SHORTEST:
            spelled = Spelled(
                one.folded, one.pk, spelling_of(one.folded), tuple(re.findall(r"\d+", one.folded))
            )
            for key in _keys(kind, spelled):
                blocks[key].append(spelled)
    for block in blocks.values():
        yield from _alike(kind, block)


def _sharing(reason: str, keyed: Iterable[tuple[str, Named]]) -> Iterator[tuple[int, int, str, float]]:
    blocks: dict[str, list[int]] = defaultdict(list)
    for key, one in keyed:
        if key:
            blocks[key].append(one.pk)
    for pks in blocks.values():
        for place, pk in enumerate(pks):
            yield from ((pk, other, reason, WEIGHTS[reason]) for other in pks[place + 1 : place + NEIGHBOURS])


def _keys(kind: str, one: Spelled) -> set[str]:
    """Return the blocks of a name: those of persons by their last name, of others by any end of theirs."""
    if kind in PERSONS:
        return {one.spelling.bones}
    words = one.folded.split()
    return {skeleton(words[0]), f"{bones_of(words[-1])}-", one.folded[:4]}


def _alike(kind: str, block: list[Spelled]) -> Iterator[tuple[int, int, str, float]]:
    """Yield those of a block that are spelled alike, each held against its neighbours by name."""
    if len(block) == 1:
        return
    ordered = sorted(block, key=lambda one: (one.folded, one.pk))
    for place, other in enumerate(ordered):
        against = Against(other.spelling.folded)
        for one in ordered[max(place - NEIGHBOURS, 0) : place]:
            # G7 and G20, the 3rd and the 4th fleet
            if one.folded == other.folded or one.numbers != other.numbers:
                continue
            if share := _share(kind, one, other, against):
                yield one.pk, other.pk, LIKE_NAME, share * WEIGHTS[SAME_ALIAS]


def _share(kind: str, one: Spelled, other: Spelled, against: Against) -> float:
    """Return how alike two names are, 0 if they are not spellings of one."""
    if kind in PERSONS:
        return persons_likeness(one.spelling, other.spelling, against)
    return against.likeness(one.spelling.folded, least=ALIKE)


def _speak_against(one: Named, other: Named) -> bool:
    """Return whether facts say that two records are two: another entry, country or century.

    Two entries of the gazetteer's files are two by whoever wrote them.
    """
    if one.is_shipped and other.is_shipped:
        return True
    if one.wikidata and other.wikidata:
        return one.wikidata != other.wikidata
    if one.places and other.places and one.places.isdisjoint(other.places):
        return True
    for earlier, later in ((one, other), (other, one)):
        if earlier.last_day and later.first_day and later.first_day - earlier.last_day > APART:
            return True
    return False


# --- What is kept -----------------------------------------------------------------------------------------


@transaction.atomic
def _keep(found: Mapping[Pair, Mapping[str, float]], names: Mapping[tuple[str, int], str]) -> int:
    """Write what was found; forget what nobody decided and what is no longer found."""
    known = {(row.kind, row.first, row.second): row for row in ProposedMerge.objects.all().iterator()}
    rows, waiting = [], 0
    for (kind, first, second), reasons in found.items():
        row = known.pop((kind, first, second), None)
        if row is not None and row.status != ProposedMerge.Status.OPEN:
            continue
        waiting += 1
        said = (
            f"{names[kind, first]} and {names[kind, second]}"[:420], sorted(reasons), max(reasons.values()),
        )  # fmt: skip
        if row is None or (row.names, row.reasons, row.likeness) != said:
            rows.append(_proposal(kind, first, second, said))
    gone = [row.pk for row in known.values() if row.status == ProposedMerge.Status.OPEN]
    for pks in batched(gone, BATCH):
        ProposedMerge.objects.filter(pk__in=pks).delete()
    ProposedMerge.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["kind", "first", "second"],
        update_fields=["names", "reasons", "likeness"],
        batch_size=BATCH,
    )
    return waiting


def _proposal(kind: str, first: int, second: int, said: tuple[str, list[str], float]) -> ProposedMerge:
    names, reasons, likeness = said
    return ProposedMerge(
        kind=kind, first=first, second=second, names=names, reasons=reasons, likeness=likeness
    )
