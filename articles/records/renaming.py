"""Gives a record another name, slug or key; what it had before goes on meaning it.

An old slug or key leads to the record for ever (`forwarding`), a file that prints an outlet's or author's old
name names the record, and a gazetteer's file that has the old key goes on describing the tag.  Nothing else
ever takes what led to a record: neither an editor nor an import nor a load of the gazetteer.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db.models import QuerySet

from articles.curation import Act, recording
from articles.models import Alias, ChangeSet, FormerName, RecordOrigin, Tag, TagKind
from articles.records.forwarding import taken_by
from articles.records.kinds import Record, column_of, kind_of
from articles.suggested.resembling import surname_of
from articles.tagging.folding import fold_keyword
from articles.tagging.vocabulary import GENERATIONS

Part = FormerName.Part
# Weights of an actor's new names: a full one is enough alone, a surname counts once that was seen.
WEIGHTS = {Alias.Kind.NAME: 5, Alias.Kind.SURNAME: 1}
LONGEST = {Part.SLUG: 120, Part.KEY: 120, Part.NAME: 200}  # characters, as the columns


class RenameError(Exception):
    """The record cannot be called so; ``part`` says which of name, slug and key is in the way."""

    def __init__(self, part: str, message: str) -> None:
        super().__init__(message)
        self.part = part


def rename(
    record: Record, *, by: AbstractBaseUser, name: str = "", slug: str = "", key: str = ""
) -> ChangeSet | None:
    """Call a record by what is given of these; return the act, None if it was called so already.

    Raise RenameError for what is malformed, or leads to another record.
    """
    wanted = {part: text.strip() for part, text in ((Part.NAME, name), (Part.SLUG, slug), (Part.KEY, key))}
    wanted = {part: text for part, text in wanted.items() if text}
    with recording(ChangeSet.Act.RENAME, by=by) as act:
        stored = type(record)._default_manager.select_for_update(of=("self",)).get(pk=record.pk)
        if stored.merged_into_id:
            raise RenameError(Part.NAME, f"{stored} was merged into {stored.merged_into}; rename that")
        act.note = f"{kind_of(stored)} {stored} ({stored.slug})"
        change_names(act, stored, wanted)
    return act.change_set


def change_names(act: Act, record: Record, wanted: dict[Part, str]) -> None:
    """Give a stored record these texts within an act; raise RenameError."""
    changed = {part: text for part, text in wanted.items() if getattr(record, part) != text}
    for part, text in changed.items():
        check(record, part, text)
    for part, text in changed.items():
        old = getattr(record, part)
        setattr(record, part, text)
        _keep(act, record, part, old=old, new=text)
        if part is Part.KEY and isinstance(record, Tag) and record.origin == RecordOrigin.GAZETTEER:
            record.file_key = "" if record.file_key == text else record.file_key or old
    if changed:
        act.save(record)
    if Part.NAME in changed and isinstance(record, Tag) and record.kind == TagKind.ACTOR:
        _let_articles_name(act, record)


def _let_articles_name(act: Act, actor: Tag) -> None:
    """Let the tagger find an actor by the name of today, and by its surname, unless it does already."""
    words = {Alias.Kind.NAME: actor.name}
    surname = surname_of(actor.name)
    if surname != actor.name and surname.rstrip(".") not in GENERATIONS:
        words[Alias.Kind.SURNAME] = surname
    rows = actor.aliases.filter(kind__in=words)
    there = {(kind, fold_keyword(text)) for kind, text in rows.values_list("kind", "text")}
    for kind, text in words.items():
        if (kind, fold_keyword(text)) not in there:
            act.save(Alias(tag=actor, text=text, kind=kind, weight=WEIGHTS[kind]))


def check(record: Record, part: Part, text: str) -> None:
    """Raise RenameError unless the record may be called so."""
    if len(text) > LONGEST[part] or not text.isprintable():
        raise RenameError(part, f"write at most {LONGEST[part]} printable characters")
    if part is not Part.NAME:
        try:
            validate_slug(text)
        except ValidationError as error:
            raise RenameError(part, "write small letters, digits and hyphens only") from error
        if text != text.lower():
            raise RenameError(part, "write small letters, digits and hyphens only")
    if part is Part.KEY:
        if not isinstance(record, Tag):
            raise RenameError(part, "only tags have a key")
        if record.kind == TagKind.COUNTRY and record.origin == RecordOrigin.GAZETTEER:
            raise RenameError(part, "the key of a country is its ISO code, on which maps and borders rest")
    if part is Part.NAME and isinstance(record, Tag):
        return  # two tags may have one name
    if owner := _others(record).filter(**{part: text}).first():
        raise RenameError(part, f"that is the {part.label} of {owner}; if both are the same, merge them")
    if owner := taken_by(kind_of(record), part, text, besides=record):
        raise RenameError(part, f"that led to {owner} until it was renamed, and still does; choose another")


def _others(record: Record) -> QuerySet[Any]:
    if isinstance(record, Tag):
        return Tag.objects.filter(kind=record.kind).exclude(pk=record.pk)
    return type(record)._default_manager.exclude(pk=record.pk)


def _keep(act: Act, record: Record, part: Part, *, old: str, new: str) -> None:
    """Let the old text go on meaning the record; one that it has again is an old one no longer."""
    own = FormerName.objects.filter(kind=kind_of(record), part=part, **{column_of(record): record.pk})
    for row in own.filter(text=new):
        act.delete(row)
    if not own.filter(text=old).exists():
        row = FormerName(kind=kind_of(record), part=part, text=old, **{column_of(record): record})
        row.save()
        act.note_change(row, None)
