"""Suggested actors become actors of the gazetteer: new ones, or other spellings of known ones.

Each is one act that an undo takes back whole.  The articles follow afterwards: `tag_articles` tags again
those that can be concerned, and no others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Q
from django.utils.text import slugify

from articles import gazetteer
from articles.curation import Act, locked, recording, values_of
from articles.history.trail import table_of
from articles.importing.named import free_slug
from articles.models import (
    ActorSuggestion,
    Alias,
    Change,
    ChangeSet,
    FormerName,
    Office,
    RecordOrigin,
    SuggestionMention,
    Tag,
    TagKind,
)
from articles.phrases import marked
from articles.rules.candidates import affected
from articles.rules.retagging import Retagging, Scope, retag
from articles.suggested.proposing import Person, Post, propose
from articles.suggested.resembling import Known, find_known, surname_of
from articles.tagging import Entry
from articles.tagging.folding import fold_keyword

NAMED_HERE = marked("Named in articles of this archive.")  # the source of its facts
# Alias weight of a surname nobody has judged: it counts once the full name or the office was seen.
NEVER_ALONE = 1
FULL = 5  # of a full name: enough alone
SLUG_LENGTH = 100
SAID = {"tag": ("key",), "alias": ("kind", "text"), "office": ("role", "title")}  # by which rows are known


class DecidedError(Exception):
    """Somebody decided the suggestion meanwhile; says who and what."""


class UnusableError(ValueError):
    """The tag is no actor in use."""


class KnownError(Exception):
    """The gazetteer may have the person already: ``known`` are the likely ones."""

    def __init__(self, known: Sequence[Known]) -> None:
        super().__init__(f"the gazetteer may have this person already: {known[0].tag}")
        self.known = known


# --- The acts ---------------------------------------------------------------------------------------------


def accept(
    suggestion: ActorSuggestion,
    *,
    by: AbstractBaseUser,
    person: Person | None = None,
    also: Iterable[ActorSuggestion] = (),
    seen: str = ActorSuggestion.Status.OPEN,
    is_another: bool = False,
) -> Tag:
    """Make a suggested person an actor of the gazetteer, and return it.

    ``person`` is as an editor adjusted it; ``also`` are suggestions that only spell the name otherwise.
    Raise DecidedError if the suggestion is no longer as the editor saw it (``seen``), KnownError if the
    gazetteer may have the person already and nobody said that this ``is_another``.
    """
    if not is_another and (likely := [known for known in find_known(suggestion) if known.is_likely]):
        raise KnownError(likely)
    person = person or propose(suggestion)
    with recording(ChangeSet.Act.ACCEPT, by=by) as act:
        chosen = _lock(suggestion, also, seen)
        spellings = {person.name: None, **dict.fromkeys(person.spellings), **_spellings(chosen)}
        tag = _new_tag(person)
        act.save(tag)
        _name(act, tag, list(spellings))
        _appoint(act, tag, person.post)
        _settle(act, chosen, tag)
    return tag


def join(
    suggestion: ActorSuggestion,
    tag: Tag,
    *,
    by: AbstractBaseUser,
    post: Post | None = None,
    also: Iterable[ActorSuggestion] = (),
    seen: str = ActorSuggestion.Status.OPEN,
) -> Tag:
    """Take a suggested person for an actor of the gazetteer, who gets the spelling as another name.

    ``post`` is added to the actor's offices.  Raise DecidedError as `accept` does, UnusableError for a
    tag that is no actor in use, or is gone.
    """
    with recording(ChangeSet.Act.JOIN, by=by) as act:
        stored = Tag.objects.select_for_update(no_key=True).filter(pk=tag.pk).first()
        if stored is None or stored.kind != TagKind.ACTOR or stored.is_retired:
            raise UnusableError(f"{tag} is no actor in use")
        tag = stored
        chosen = _lock(suggestion, also, seen)
        _name(act, tag, list(_spellings(chosen)))
        _appoint(act, tag, post)
        _settle(act, chosen, tag)
    return tag


def _lock(suggestion: ActorSuggestion, also: Iterable[ActorSuggestion], seen: str) -> list[ActorSuggestion]:
    """Return the suggestions, locked; raise DecidedError if the first is not as the editor saw it."""
    wanted = {suggestion.pk, *(one.pk for one in also)}
    rows = {row.pk: row for row in locked(ActorSuggestion.objects.filter(pk__in=wanted))}
    first = rows.get(suggestion.pk)
    if first is None:
        raise DecidedError(f"{suggestion} is gone: no article names the person any more")
    if first.status != seen or first.status == ActorSuggestion.Status.ACCEPTED:
        raise DecidedError(told_of(first))
    others = [row for row in rows.values() if row.pk != first.pk]
    return [first, *(row for row in others if row.status != ActorSuggestion.Status.ACCEPTED)]


def told_of(suggestion: ActorSuggestion) -> str:
    """Return who decided a suggestion, and what, in a sentence without its full stop."""
    last = last_act(suggestion)
    who = f" by {last.made_by_name or 'a program'}" if last else ""
    return f"{suggestion} is {suggestion.get_status_display()} meanwhile{who}"


def last_act(suggestion: ActorSuggestion) -> ChangeSet | None:
    """Return the act that last changed a suggestion; None if nobody has decided it."""
    changes = Change.objects.filter(table=table_of(ActorSuggestion), row_id=suggestion.pk)
    last = changes.select_related("change_set").order_by("-pk").first()
    return last.change_set if last else None


def _spellings(suggestions: Iterable[ActorSuggestion]) -> dict[str, None]:
    """Return the names as articles spell them, each once."""
    rows = list(suggestions)
    said = SuggestionMention.objects.filter(suggestion__in=rows).order_by("pk")
    return dict.fromkeys([*(row.name for row in rows), *said.values_list("name", flat=True)])


def _new_tag(person: Person) -> Tag:
    slug = slugify(person.name)[:SLUG_LENGTH]
    is_taken = (
        Tag.objects.filter(Q(slug=slug) | Q(key=slug), kind=TagKind.ACTOR).exists()
        or FormerName.objects.filter(kind=TagKind.ACTOR, text=slug).exists()
    )
    slug = free_slug(slug, person.name, {slug} if is_taken else set())
    return Tag(
        kind=TagKind.ACTOR,
        slug=slug,
        key=slug,
        name=person.name,
        description=person.description,
        source=NAMED_HERE,
        origin=RecordOrigin.EDITOR,
    )


def _name(act: Act, tag: Tag, spellings: Iterable[str]) -> None:
    """Give an actor names, full ones and the last ones alone, unless it has them, accents and case aside."""
    rows = list(tag.aliases.filter(kind__in=(Alias.Kind.NAME, Alias.Kind.SURNAME)))
    weight = max((row.weight for row in rows if row.kind == Alias.Kind.SURNAME), default=NEVER_ALONE)
    there = {(row.kind, fold_keyword(row.text)) for row in rows}
    for text in spellings:
        for kind, words, strength in (
            (Alias.Kind.NAME, text, FULL),
            (Alias.Kind.SURNAME, surname_of(text), weight),
        ):
            if (kind, fold_keyword(words)) not in there:
                there.add((kind, fold_keyword(words)))
                act.save(Alias(tag=tag, text=words, kind=kind, weight=strength))


def _appoint(act: Act, tag: Tag, post: Post | None) -> None:
    """Give an actor an office, unless it has one of this role at this place in these days."""
    if post is None:
        return
    same = tag.offices.filter(of=post.of, role=post.role)
    if post.end_on:
        same = same.filter(Q(start_on=None) | Q(start_on__lte=post.end_on))
    if post.start_on:
        same = same.filter(Q(end_on=None) | Q(end_on__gte=post.start_on))
    if not same.exists():
        act.save(
            Office(
                holder=tag, of=post.of, title=post.title, role=post.role, start_on=post.start_on,
                end_on=post.end_on, is_end_known=post.is_end_known,
            )
        )  # fmt: skip


def _settle(act: Act, suggestions: Iterable[ActorSuggestion], tag: Tag) -> None:
    for row in suggestions:
        before = values_of(row)
        row.status, row.tag = ActorSuggestion.Status.ACCEPTED, tag
        row.save(update_fields=["status", "tag"])
        act.note_change(row, before)


# --- What follows -----------------------------------------------------------------------------------------


def tag_articles(
    tag: Tag, *, by_name: str = "", should_stop: Callable[[], bool] = lambda: False
) -> Retagging:
    """Tag those articles again that may name an actor who was a suggestion; raise as `retag` does.

    The other tags of these articles stay as they are.
    """
    words = f"only {tag.kind}:{tag.key}"
    scope = Scope(article_ids=sorted(concerned(tag)), tags={tag.pk}, words=words)
    return retag(scope, by_name=by_name, should_stop=should_stop)


def concerned(tag: Tag) -> set[int]:
    """Return the ids of the articles that named a suggestion, or that what its acceptance added can reach."""
    suggested = SuggestionMention.objects.filter(suggestion__tag=tag).order_by()
    after = gazetteer.read_entries()
    before = [entry for entry in (_as_before(entry, tag) for entry in after) if entry is not None]
    return {*suggested.values_list("article", flat=True), *affected(before, after)}


def _as_before(entry: Entry, tag: Tag) -> Entry | None:
    """Return an entry as it was before suggestions were accepted for this actor; None if there was none."""
    if (entry.kind.value, entry.key) != (tag.kind, tag.key):
        return entry
    acts = {act.pk for one in tag.suggestions.all() if (act := last_act(one)) is not None}
    added: dict[str, set[tuple[object, ...]]] = {"tag": set(), "alias": set(), "office": set()}
    made = Change.objects.filter(change_set__in=acts, table__in=added, before__isnull=True)
    for table, values in made.values_list("table", "after"):
        added[table].add(tuple((values or {}).get(name) for name in SAID[table]))
    if added["tag"]:
        return None
    return replace(
        entry,
        aliases=tuple(one for one in entry.aliases if (one.kind.value, one.text) not in added["alias"]),
        offices=tuple(one for one in entry.offices if (one.role, one.title) not in added["office"]),
    )
