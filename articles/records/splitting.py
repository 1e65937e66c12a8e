"""Makes two records of one: a second tag with some of its names and offices, a second outlet or author.

The articles follow: those whose words are names of the second tag, those whose bylines print the second
author, those from the second outlet's addresses.  So do later imports, for the names are the second one's.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import batched
from typing import Any, cast
from urllib.parse import urlsplit

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import F, Q, QuerySet

from articles.curation import Act, locked, values_of
from articles.history.trail import table_of
from articles.importing.taggings import REVIEW_FIELDS, set_turns
from articles.models import (
    Alias,
    Article,
    Author,
    Authorship,
    Change,
    ChangeSet,
    Correction,
    FormerName,
    Office,
    Outlet,
    RecordOrigin,
    Tag,
    Tagging,
)
from articles.records.combining import COLUMNS
from articles.records.forwarding import taken_by
from articles.records.kinds import Record, kind_of
from articles.records.moving import CHUNK, Values, ids_in, rewrite_bylines, write_taggings
from articles.records.renaming import Part, RenameError, check
from articles.tagging.folding import fold_keyword

AT_ONCE = 500  # articles whose texts are read together
SHOWN = 20  # titles of a report


class SplitError(Exception):
    """The record cannot be split so, and why."""


@dataclass(slots=True)
class Splitting:
    """What a split did, or would do.

    ``moved_count`` articles are the second record's alone now, ``shared_count`` have both; ``examples`` are
    titles of some of them.  ``is_back``: the second one was merged into the first, and is itself again.
    """

    record: Record
    second: Record
    is_dry: bool
    moved_count: int = 0
    shared_count: int = 0
    brought: dict[str, int] = field(default_factory=dict)
    examples: list[str] = field(default_factory=list)
    is_back: bool = False
    made: ChangeSet | None = None

    def show(self, titles: Iterable[str]) -> None:
        """Keep the titles of the first few articles."""
        self.examples += list(titles)[: SHOWN - len(self.examples)]


def split(record: Record, **said: Any) -> Splitting:  # noqa: ANN401  # as the two below take it
    """Make a second record of one, as `split_tag` or `split_byline` does it."""
    return split_tag(record, **said) if isinstance(record, Tag) else split_byline(record, **said)


def check_split(record: Record, **said: Any) -> None:  # noqa: ANN401  # as `split` takes it
    """Raise SplitError for what `split` would refuse, without looking at any article."""
    with transaction.atomic():
        if isinstance(record, Tag):
            _prepare_tag(record, **said, by=None)
        else:
            _prepare_byline(record, **said, by=None)
        transaction.set_rollback(True)


def is_done(record: Record, name: str, slug: str) -> bool:
    """Return whether a second record of this name or slug was split off this one, and stands so."""
    rows = type(record)._default_manager.filter(Q(name=name.strip()) | Q(slug=slug), merged_into=None)
    for second in rows.exclude(pk=record.pk):
        acts = Change.objects.filter(table=table_of(type(second)), row_id=second.pk)
        if acts.filter(
            change_set__act=ChangeSet.Act.SPLIT, change_set__note=_note_of(record, second)
        ).exists():
            return True
    return False


def _note_of(record: Record, second: Record) -> str:
    return f"{kind_of(record)} {record} ({record.slug}): {second.name} ({second.slug})"


def split_tag(
    tag: Tag,
    *,
    name: str,
    slug: str,
    aliases: Collection[int],
    offices: Collection[int] = (),
    by: AbstractBaseUser | None,
    by_name: str = "",
    is_dry: bool = False,
) -> Splitting:
    """Make a second tag with these aliases and offices of a tag, and with the articles of those names.

    Raise SplitError without a name to take along, or if no tag can be called so.
    """
    with transaction.atomic():
        act, splitting, names = _prepare_tag(
            tag, name=name, slug=slug, aliases=aliases, offices=offices, by=by, by_name=by_name, is_dry=is_dry
        )
        _TagSplit(act, splitting, names).move_articles()
        return _end(act, splitting)


def _prepare_tag(
    tag: Tag,
    *,
    name: str,
    slug: str,
    aliases: Collection[int],
    offices: Collection[int] = (),
    by: AbstractBaseUser | None,
    by_name: str = "",
    is_dry: bool = False,
) -> tuple[Act, Splitting, list[str]]:
    """Make the second tag and give it its names and offices; return the names."""
    tag = Tag.objects.select_for_update(no_key=True, of=("self",)).get(pk=tag.pk)
    names = list(locked(Alias.objects.filter(tag=tag, pk__in=aliases)))
    if tag.merged_into_id:
        raise SplitError(f"{tag} was merged into {tag.merged_into}; split that, or undo the merge")
    if not names:
        raise SplitError("choose the names that the second tag takes along")
    second = Tag(
        kind=tag.kind, name=name.strip(), slug=slug, key=slug, parent=tag.parent,
        is_ambiguous=tag.is_ambiguous, context=tag.context, counter_context=tag.counter_context,
    )  # fmt: skip
    act, splitting = _begin(tag, second, by=by, by_name=by_name, is_dry=is_dry)
    _move_parts(act, names, "tag", second)
    splitting.brought["names"] = len(names)
    held = list(locked(Office.objects.filter(holder=tag, pk__in=offices)))
    _move_parts(act, held, "holder", second)
    splitting.brought["offices"] = len(held)
    # Which words were whose was decided by the texts of this moment (`reversing`).
    act.remember(tag, {"slug": tag.slug}, {"slug": tag.slug})
    return act, splitting, [one.text for one in names]


def split_byline(
    record: Outlet | Author,
    *,
    name: str,
    slug: str,
    spellings: Collection[str] = (),
    marks: Collection[str] = (),
    by: AbstractBaseUser | None,
    by_name: str = "",
    is_dry: bool = False,
) -> Splitting:
    """Make a second outlet or author, with some spellings and articles of the first.

    ``spellings`` are names that were merged into the record, or that it had: files that print them name the
    second from now on, and so do the articles of an author whose bylines print them.  ``marks`` choose
    articles: words of an author's byline, hosts of an outlet's addresses; their files say the same of both,
    so that the articles count as corrected, and imports leave them alone.
    """
    with transaction.atomic():
        act, splitting = _prepare_byline(
            record, name=name, slug=slug, spellings=spellings, marks=marks, by=by, by_name=by_name,
            is_dry=is_dry,
        )  # fmt: skip
        _hand_over(act, splitting, [*spellings, name.strip()], marks)
        return _end(act, splitting)


def _prepare_byline(
    record: Outlet | Author,
    *,
    name: str,
    slug: str,
    spellings: Collection[str] = (),
    marks: Collection[str] = (),
    by: AbstractBaseUser | None,
    by_name: str = "",
    is_dry: bool = False,
) -> tuple[Act, Splitting]:
    """Make the second outlet or author and give it its spellings.

    One that was merged comes back as it was: with its own slug, and with what led to it before that.
    """
    model = type(record)
    record = model._default_manager.select_for_update(no_key=True, of=("self",)).get(pk=record.pk)
    if record.merged_into_id:
        raise SplitError(f"{record} was merged into {record.merged_into}; split that, or undo the merge")
    if not spellings and not marks:
        raise SplitError("choose spellings, or say by which words its articles are known")
    merged = model._default_manager.filter(merged_into=record.pk, name=name.strip()).first()
    second = merged or model(name=name.strip(), slug=slug)
    act, splitting = _begin(record, second, by=by, by_name=by_name, is_dry=is_dry)
    splitting.is_back = merged is not None
    _move_spellings(act, record, splitting.second, {*spellings, name.strip()})
    return act, splitting


def _begin(
    record: Record, second: Record, *, by: AbstractBaseUser | None, by_name: str, is_dry: bool
) -> tuple[Act, Splitting]:
    """Make the second record, or take one back that was merged, and begin the act."""
    act = Act(ChangeSet.Act.SPLIT, by=by, by_name=by_name, note=_note_of(record, second))
    if second.pk:
        act.remember(second, {"merged_into_id": record.pk}, {"merged_into_id": None})
        second.merged_into = None
        second.save(update_fields=["merged_into"])
        return act, Splitting(record, second, is_dry)
    if not second.name:
        raise SplitError("write a name")
    try:
        for part in (Part.NAME, Part.SLUG, *([Part.KEY] if isinstance(second, Tag) else [])):
            if part is Part.NAME and taken_by(kind_of(record), part, second.name) == record:
                continue  # its own former name, which the second one takes along
            check(second, part, getattr(second, part))
    except RenameError as error:
        raise SplitError(f"{error.part}: {error}") from error
    second.save()
    act.note_change(second, None)
    return act, Splitting(record, second, is_dry)


def _end(act: Act, splitting: Splitting) -> Splitting:
    if splitting.is_dry:
        transaction.set_rollback(True)
    else:
        splitting.made = act.close()
    return splitting


def _move_parts(act: Act, rows: Sequence[Alias] | Sequence[Office], column: str, second: Tag) -> None:
    """Give the second tag names or offices; they are the editors' from now on."""
    for row in rows:
        before = values_of(row)
        setattr(row, column, second)
        row.origin = RecordOrigin.EDITOR
        row.save()
        act.note_change(row, before)


class _TagSplit:
    """The taggings of one tag on their way to two."""

    def __init__(self, act: Act, splitting: Splitting, names: Iterable[str]) -> None:
        self.act = act
        self.tag = cast("Tag", splitting.record)
        self.second = cast("Tag", splitting.second)
        self.names = {fold_keyword(name) for name in names}
        self.splitting = splitting

    def move_articles(self) -> None:
        """Move the taggings whose words are names of the second tag; divide those that have words of both."""
        rows = Tagging.objects.filter(tag=self.tag).order_by()
        for pks in batched(ids_in(rows, "pk"), AT_ONCE):
            self._take(pks)

    def _take(self, pks: Sequence[int]) -> None:
        rows = Tagging.objects.filter(pk__in=pks).select_related("article", "tag")
        moved, divided, made = [], [], []
        for row in locked(rows.annotate(title=F("article__title"))):
            theirs = [one for one in row.mentions if self._is_theirs(row.article, one)]
            if theirs and len(theirs) < len(row.mentions):
                divided.append(row)
                made.append(self._second_of(row, theirs))
                self._divide(row, [one for one in row.mentions if one not in theirs])
            elif theirs or (not row.mentions and self._is_in_file(row.article)):
                moved.append(row)
                self._note(row, {"tag_id": self.second.pk})
        set_turns([*moved, *divided, *made])
        write_taggings(moved, ["tag", *REVIEW_FIELDS])
        write_taggings(divided, ["mentions", *REVIEW_FIELDS])
        for row in Tagging.objects.bulk_create(made, batch_size=CHUNK):
            self.act.note_change(row, None)
        articles = [row.article for row in (*moved, *divided)]
        self.act.touched |= {article.pk for article in articles}
        self.act.flush()
        self.splitting.moved_count += len(moved)
        self.splitting.shared_count += len(divided)
        self.splitting.show(article.title for article in articles)

    def _is_theirs(self, article: Article, mention: Sequence[object]) -> bool:
        part, start, end, *_ = mention
        return fold_keyword(getattr(article, str(part))[int(str(start)) : int(str(end))]) in self.names

    def _is_in_file(self, article: Article) -> bool:
        """Return whether the file's own tags name the second tag; of a tag that no word bears out."""
        return any(fold_keyword(str(word)) in self.names for word in article.keywords)

    def _note(self, row: Tagging, values: dict[str, object]) -> None:
        before = values_of(row)
        for name, value in values.items():
            setattr(row, name, value)
        self.act.note_change(row, before)

    def _divide(self, row: Tagging, mentions: list[list[object]]) -> None:
        """Leave these words to the first tag; what the second one has rests on the other columns as well."""
        before = values_of(row)
        row.mentions = mentions
        names = [column.attname for column in Tagging._meta.concrete_fields if column.name in COLUMNS]
        after = {**before, "mentions": mentions}
        self.act.remember(row, {name: before[name] for name in names}, {name: after[name] for name in names})

    def _second_of(self, row: Tagging, mentions: list[list[object]]) -> Tagging:
        """Return what the second tag has of a tagging: decided only if somebody rejected all of its words."""
        is_rejected = row.status == Tagging.Status.REJECTED
        return Tagging(
            article=row.article, tag=self.second, role=row.role, salience=row.salience, mentions=mentions,
            origin=Tagging.Origin.AUTOMATIC, release=row.release,
            status=Tagging.Status.REJECTED if is_rejected else Tagging.Status.SUGGESTED,
            decided_by_id=row.decided_by_id if is_rejected else None,
            decided_at=row.decided_at if is_rejected else None,
        )  # fmt: skip


def _move_spellings(act: Act, record: Record, second: Record, spellings: set[str]) -> None:
    """Let names that meant the record mean the second one."""
    merged = type(record)._default_manager.filter(merged_into=record.pk, name__in=spellings)
    column = str(record._meta.model_name)
    former = FormerName.objects.filter(**{column: record.pk})
    former = former.filter(Q(part=Part.NAME, text__in=spellings) | Q(pk__in=_brought(former, second, column)))
    for rows, name in ((merged, "merged_into"), (former, column)):
        for row in locked(rows.exclude(pk=second.pk) if name == "merged_into" else rows):
            act.remember(row, {f"{name}_id": record.pk}, {f"{name}_id": second.pk})
            setattr(row, f"{name}_id", second.pk)
            row.save(update_fields=[name])


def _brought(former: QuerySet[FormerName], second: Record, column: str) -> list[int]:
    """Return which old names a record brought along when it was merged, as the trail has it."""
    moves = Change.objects.filter(table=table_of(FormerName), row_id__in=former.values("pk"))
    name = f"{column}_id"
    return [
        row_id
        for row_id, before, after in moves.values_list("row_id", "before", "after")
        if before and after and before.get(name) == second.pk != after.get(name)
    ]


def _hand_over(act: Act, splitting: Splitting, spellings: Collection[str], marks: Collection[str]) -> None:
    """Give the second outlet or author its articles."""
    record, second = splitting.record, splitting.second
    is_outlet = isinstance(record, Outlet)
    rows = (
        Article.objects.filter(outlet=record.pk) if is_outlet else Authorship.objects.filter(author=record.pk)
    )
    names = _words(spellings)
    words = [mark.strip().lower() for mark in marks if mark.strip()] if is_outlet else _words(marks)
    for pks in batched(ids_in(rows.order_by(), "pk" if is_outlet else "article_id"), CHUNK):
        articles = Article.objects.filter(pk__in=pks).order_by("pk").only("pk", "title", "byline", "url")
        by_mark = [one for one in articles if _is_marked(one, words, is_outlet=is_outlet)]
        printed = [
            one for one in articles if not is_outlet and one not in by_mark and _is_printed(one.byline, names)
        ]
        if by_mark:
            _correct(act, [one.pk for one in by_mark], splitting)
        if printed:
            rewrite_bylines(act, [one.pk for one in printed], record.pk, second.pk)
        act.flush()
        splitting.moved_count += len(by_mark) + len(printed)
        splitting.show(one.title for one in (*by_mark, *printed))


def _correct(act: Act, pks: Sequence[int], splitting: Splitting) -> None:
    """Correct the outlet or author of some articles, as `Act.edit_article` does it, in few statements."""
    record, second = splitting.record, splitting.second
    name = "outlet" if isinstance(record, Outlet) else "authors"
    rows = list(locked(Article.objects.filter(pk__in=pks).only("pk", "title", "outlet_id", "edited_fields")))
    said = {row.pk: record.name for row in rows} if name == "outlet" else _authors_of(pks)
    new = [row for row in rows if name not in row.edited_fields]
    edited: dict[int, tuple[Values, Values]] = {}
    alike: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for row in new:
        fields = sorted({*row.edited_fields, name})
        edited[row.pk] = ({"edited_fields": row.edited_fields}, {"edited_fields": fields})
        alike[tuple(fields)].append(row.pk)
    if name == "outlet":
        for row in rows:
            before, after = edited.get(row.pk, ({}, {}))
            moved = {"outlet_id": record.pk} | before, {"outlet_id": second.pk} | after
            act.remember(row, *moved)
        Article.objects.filter(pk__in=pks).update(outlet=second.pk, changed_at=act.now)
        act.touched |= set(pks)
    else:
        rewrite_bylines(act, pks, record.pk, second.pk, besides=edited)
    for names, some in alike.items():
        Article.objects.filter(pk__in=some).update(edited_fields=list(names))
    made = [Correction(article=row, field=name, file_value=said[row.pk]) for row in new]
    for correction in Correction.objects.bulk_create(made, batch_size=CHUNK):
        act.note_change(correction, None)


def _authors_of(pks: Sequence[int]) -> dict[int, list[str]]:
    """Return the authors' names of some articles, in the order of the byline."""
    names: dict[int, list[str]] = {pk: [] for pk in pks}
    rows = Authorship.objects.filter(article__in=pks).order_by("position", "pk")
    for pk, name in rows.values_list("article_id", "author__name"):
        names[pk].append(name)
    return names


def _words(texts: Iterable[str]) -> list[str]:
    return [folded for text in texts if (folded := fold_keyword(text))]


def _is_marked(article: Article, marks: Sequence[str], *, is_outlet: bool) -> bool:
    if not is_outlet:
        return _is_printed(article.byline, marks)
    host = (urlsplit(article.url).hostname or "").lower()
    return any(host == mark or host.endswith(f".{mark}") for mark in marks)


def _is_printed(byline: str, names: Sequence[str]) -> bool:
    """Return whether a byline prints one of these names, as whole words."""
    printed = fold_keyword(byline)
    return any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", printed) for name in names)
