"""Which tags some articles get, lose and keep: compares what the gazetteer says with the rows there are."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

from django.db import connection, models
from django.db.models.functions import Coalesce

from articles.importing.bulk import Plain, insert_rows
from articles.importing.clipping import Clipping
from articles.models import Article, FormerName, Tag, Tagging
from articles.tagging import Entry
from articles.tagging.anchors import move_spans
from articles.tagging.doubt import Seen, turn_of
from articles.tagging.folding import fold_keyword
from articles.tagging.records import AliasKind
from articles.tagging.standing import NEW, Answer, Text, Unknown

type Identity = tuple[str, str]  # kind and slug of a tag
type Texts = Mapping[str, str]  # title, standfirst and body
type Values = dict[str, object]  # columns of a tagging
type Step = tuple[int, Values | None, Values | None]

BATCH = 500  # rows by one statement: larger ones only take more memory
UPDATED_FIELDS = ["role", "salience", "mentions", "origin", "release"]
REVIEW_FIELDS = ["review_ground", "review_rank"]  # follow from the others whenever those are written
NEW_FIELDS = ("article", "tag", "status", "release", *UPDATED_FIELDS[:4], *REVIEW_FIELDS)
UNKNOWN = -1  # a turn that is still to be worked out


class Wanted(NamedTuple):
    """A tagging that an article should have, in the order of `NEW_FIELDS`; ``mentions`` are JSON.

    ``ground`` and ``rank`` are as the tagger worked them out; where the file names the tag as well, they are
    still to be: `UNKNOWN`.
    """

    role: str
    salience: float
    mentions: str
    origin: str
    ground: int
    rank: int

    def values(self) -> Values:
        """Return the columns, the mentions as lists."""
        role, salience, mentions, origin, *_ = self
        return {"role": role, "salience": salience, "mentions": json.loads(mentions), "origin": origin}


# What a tag that stands in front matter alone is worth: the file says it, no word of the text bears it out.
UNMENTIONED = Wanted(
    Tagging.Role.MENTIONED.value, 0.0, "[]", Tagging.Origin.FRONT_MATTER.value, UNKNOWN, UNKNOWN
)
IN_FILE = Tagging.Origin.FRONT_MATTER.value


@dataclass(frozen=True, slots=True)
class Rules:
    """The gazetteer in force: its release, its tagger, and which tag a front-matter word names."""

    release: str
    tag: Callable[[Text], Answer]
    names: Mapping[str, Identity]


def read_names(entries: Iterable[Entry]) -> dict[str, Identity]:
    """Return which entry each folded name stands for; a name that two entries claim is left out.

    Surnames, demonyms, capitals and triggers are no names: as a tag, "May" or "Moscow" says too little.
    """
    names: dict[str, set[Identity]] = defaultdict(set)
    aliases: dict[str, set[Identity]] = defaultdict(set)
    for entry in entries:
        identity = (entry.kind.value, entry.slug)
        for text in (entry.name, entry.slug):
            names[fold_keyword(text)].add(identity)
        for alias in entry.aliases:
            if alias.kind is AliasKind.NAME and not alias.is_ambiguous:
                aliases[fold_keyword(alias.text)].add(identity)
    claims = aliases | names
    return {
        name: next(iter(identities)) for name, identities in claims.items() if name and len(identities) == 1
    }


@dataclass(slots=True)
class TaggingChanges:
    """The rows to insert, update and delete, and the articles they belong to."""

    added: list[Values] = field(default_factory=list)
    changed: list[Tagging] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    article_ids: set[int] = field(default_factory=set)
    # By article: (tag, columns before, columns after); None where there was, or will be, no such tagging.
    trail: dict[int, list[Step]] = field(default_factory=dict)
    # By article: persons it names beside an office whom the gazetteer lacks.
    unknown: dict[int, list[Unknown]] = field(default_factory=dict)
    # By article: tags of its file that name nothing in the gazetteer.
    unmatched: dict[int, list[str]] = field(default_factory=dict)

    def write(self) -> None:
        """Do it, in few statements."""
        Tagging.objects.filter(pk__in=self.gone).delete()
        tags = _read_known(int(str(values["tag"])) for values in self.added)
        insert_rows(Tagging, NEW_FIELDS, (_row(values, tags) for values in self.added))
        set_turns(self.changed)
        # An upsert by primary key: one statement where bulk_update builds a CASE for every column.
        Tagging.objects.bulk_create(
            self.changed,
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=[*UPDATED_FIELDS, *REVIEW_FIELDS],
            batch_size=BATCH,
        )


def _row(values: Values, tags: Mapping[int, _Known]) -> tuple[Plain, ...]:
    tag = tags[int(str(values["tag"]))]
    row: Any = {**values, "mentions": json.dumps(values["mentions"])}
    return (*(row[name] for name in NEW_FIELDS[:-2]), *_turn(tag, values))


def _with_turn(one: Wanted, tag: _Known) -> Wanted:
    ground, rank = _turn(tag, one.values())
    return one._replace(ground=ground, rank=rank)


class _Known(NamedTuple):
    """What the rows of one tag need of it."""

    pk: int
    kind: str
    is_ambiguous: bool


def _read_known(ids: Iterable[int]) -> dict[int, _Known]:
    """Return what is known of these tags, by number."""
    wanted = set(ids)
    rows = Tag.objects.filter(pk__in=wanted).values_list("pk", "kind", "is_ambiguous") if wanted else ()
    return {row[0]: _Known(*row) for row in rows}


def set_turns(rows: Iterable[Tagging]) -> None:
    """Work out anew, for rows whose other columns changed, what orders the review queue; write nothing."""
    rows = list(rows)
    column = Tagging._meta.get_field("tag")
    at_hand = [row.tag for row in rows if column.is_cached(row)]
    tags = {tag.pk: _Known(tag.pk, tag.kind, tag.is_ambiguous) for tag in at_hand}
    tags |= _read_known({row.tag_id for row in rows} - tags.keys())
    for row in rows:
        row.review_ground, row.review_rank = _turn(tags[row.tag_id], columns_of(row))


def _turn(tag: _Known, values: Values) -> tuple[int, int]:
    """Return the ground and the rank of a tagging with these columns."""
    role, salience, mentions, origin = (cast("Any", values[name]) for name in UPDATED_FIELDS[:4])
    rules = [rule for *_, rule in mentions]
    return turn_of(Seen(tag.kind, role, salience, rules, origin == IN_FILE, tag.is_ambiguous))


def locked[Row: models.Model](rows: models.QuerySet[Row]) -> models.QuerySet[Row]:
    """Return the rows locked until the transaction ends; outside of one, as in a dry run, merely the rows.

    Always in the same order, as `curation` does it: an editor and an import never wait for each other.
    """
    rows = rows.order_by("pk")
    return rows.select_for_update() if connection.in_atomic_block else rows


def texts_of(article: Article) -> Texts:
    """Return the texts that mentions point into."""
    return {"title": article.title, "standfirst": article.standfirst, "body": article.body}


def text_of(source: Article | Clipping) -> Text:
    """Return what the tagger reads of an article, stored or about to be."""
    # Who held which office: the day it was clipped is near enough where the article has no date.
    return Text(source.title, source.standfirst, source.body, source.published_on or source.clipped_on)


def change_taggings(
    articles: Sequence[tuple[Article, Texts]], rules: Rules, *, only: Collection[int] | None = None
) -> TaggingChanges:
    """Return what has to change so that the articles carry the tags that text and front matter call for.

    With each article comes its text as the database has it.  What a person decided
    keeps its role and status, and is neither taken away nor given again; only its mentions follow the words.
    ``only`` are the ids of the tags to look at; all others stay as they are.
    """
    answers = [rules.tag(text_of(article)) for article, _ in articles]
    wanted = [
        wanted_taggings(article.keywords, answer, rules)
        for (article, _), answer in zip(articles, answers, strict=True)
    ]
    tag_ids = {identity: tag.pk for identity, tag in _known_tags(wanted).items()}
    if only is not None:
        tag_ids = {identity: pk for identity, pk in tag_ids.items() if pk in only}
    rows: dict[int, dict[int, Tagging]] = defaultdict(dict)
    if articles:
        of_these = Tagging.objects.filter(article__among=[article.pk for article, _ in articles])
        for row in locked(of_these if only is None else of_these.filter(tag__in=only)):
            rows[row.article_id][row.tag_id] = row
    changes = TaggingChanges()
    if only is None:
        changes.unknown = {
            article.pk: answer.unknown for (article, _), answer in zip(articles, answers, strict=True)
        }
        changes.unmatched = {
            article.pk: unmatched_keywords(article.keywords, rules) for article, _ in articles
        }
    for (article, old), values in zip(articles, wanted, strict=True):
        by_tag = {tag_ids[identity]: one.values() for identity, one in values.items() if identity in tag_ids}
        _compare(article, old, rows[article.pk], by_tag, rules.release, changes)
    return changes


def wanted_taggings(keywords: Iterable[object], answer: Answer, rules: Rules) -> dict[Identity, Wanted]:
    """Return the taggings that the tagger's answer to an article and its file's own tags call for."""
    automatic, front_matter = Tagging.Origin.AUTOMATIC.value, Tagging.Origin.FRONT_MATTER.value
    wanted: dict[Identity, Wanted] = {
        (kind, slug): NEW(Wanted, (role, salience, mentions, automatic, ground, rank))
        for kind, slug, role, salience, mentions, ground, rank in answer.claims
    }
    for word in keywords:
        if identity := rules.names.get(fold_keyword(str(word))):
            wanted[identity] = wanted.get(identity, UNMENTIONED)._replace(origin=front_matter, ground=UNKNOWN)
    return wanted


def unmatched_keywords(keywords: Iterable[object], rules: Rules) -> list[str]:
    """Return those of a file's own tags that name nothing in the gazetteer."""
    return [str(word) for word in keywords if fold_keyword(str(word)) not in rules.names]


def insert_taggings(wanted: Mapping[int, Mapping[Identity, Wanted]], release: str) -> None:
    """Insert the taggings of articles that have none yet, by the articles' ids."""
    tags = _known_tags(wanted.values())
    suggested = Tagging.Status.SUGGESTED.value
    rows: list[tuple[Plain, ...]] = []
    for article_id, taggings in wanted.items():
        # By tag: two that were merged meanwhile are one.
        by_tag = {(tag := tags[name]).pk: (tag, one) for name, one in taggings.items() if name in tags}
        rows += [
            (article_id, pk, suggested, release, *(one if one.ground >= 0 else _with_turn(one, tag)))
            for pk, (tag, one) in by_tag.items()
        ]
    insert_rows(Tagging, NEW_FIELDS, rows)


def _known_tags(wanted: Collection[Mapping[Identity, Wanted]]) -> dict[Identity, _Known]:
    slugs = {slug for values in wanted for _, slug in values}
    # One that was merged while this import went on: nobody gives it again, but the one that stands for it.
    columns = ("slug", Coalesce("merged_into", "pk"), "kind", "is_ambiguous")
    rows = Tag.objects.filter(slug__among=slugs).values_list(*columns) if slugs else ()
    known = {(kind, slug): _Known(pk, kind, is_ambiguous) for slug, pk, kind, is_ambiguous in rows}
    missing = {identity for values in wanted for identity in values} - known.keys()
    return known | _renamed(missing) if missing else known


def _renamed(missing: Collection[Identity]) -> dict[Identity, _Known]:
    """Return the tags that had these slugs when an import began, and were renamed while it went on."""
    rows = FormerName.objects.filter(
        part=FormerName.Part.SLUG, text__in={slug for _, slug in missing}, tag__isnull=False
    )
    columns = ("kind", "text", Coalesce("tag__merged_into", "tag"), "tag__is_ambiguous")
    return {
        (kind, slug): _Known(pk, kind, is_ambiguous)
        for kind, slug, pk, is_ambiguous in rows.values_list(*columns)
        if (kind, slug) in missing
    }


def _compare(
    article: Article,
    old: Texts,
    rows: dict[int, Tagging],
    wanted: Mapping[int, Values],
    release: str,
    changes: TaggingChanges,
) -> None:
    steps: list[Step] = []
    for tag_id, values in wanted.items():
        row = rows.pop(tag_id, None)
        if row is None:
            columns = {**values, "release": release}
            changes.added.append(suggestion(article, tag_id, columns))
            steps.append((tag_id, None, columns))
        elif former := _update(row, {"mentions": values["mentions"]} if row.is_decided else values):
            former |= _update(row, {"release": release})
            changes.changed.append(row)
            steps.append((tag_id, former, columns_of(row, former)))
    for row in rows.values():
        if not row.is_decided:
            changes.gone.append(row.pk)
            steps.append((row.tag_id, columns_of(row), None))
        elif former := _update(row, {"mentions": moved_mentions(row.mentions, old, texts_of(article))}):
            changes.changed.append(row)
            steps.append((row.tag_id, former, columns_of(row, former)))
    if steps:
        changes.article_ids.add(article.pk)
        changes.trail[article.pk] = steps


def suggestion(article: Article, tag_id: int, columns: Values) -> Values:
    """Return a new tagging, as `TaggingChanges.added` holds it; ``columns`` are those an import writes."""
    keys = {"article": article.pk, "tag": tag_id, "status": Tagging.Status.SUGGESTED.value}
    return keys | {name: columns[name] for name in UPDATED_FIELDS}


def columns_of(row: Tagging, names: Iterable[str] = UPDATED_FIELDS) -> Values:
    """Return these columns of a tagging, all that an import writes unless told otherwise."""
    return {name: getattr(row, name) for name in names}


def _update(row: Tagging, values: Values) -> Values:
    """Write the values to the row in memory, and return the former ones of those that are new."""
    former = {name: getattr(row, name) for name, value in values.items() if getattr(row, name) != value}
    for name in former:
        setattr(row, name, values[name])
    return former


def moved_mentions(mentions: list[list[object]], old: Texts, new: Texts) -> list[list[object]]:
    """Return mentions with their places in the new text, without those whose words are gone."""
    moved: list[list[object]] = []
    for part, start, end, rule in mentions:
        if old[str(part)] == new[str(part)]:
            moved.append([part, start, end, rule])
            continue
        [place] = move_spans([(int(str(start)), int(str(end)))], old[str(part)], new[str(part)])
        if place:
            moved.append([part, *place, rule])
    return moved
