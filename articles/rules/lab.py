"""The rule lab: a change of a tag's rule, read from what was typed, and saved as one act.

What a change would do is found out by `trying`.  Saving writes the rows of the rule, and refuses where the
gazetteer or the articles are no longer what was tried; a re-tag of the articles found follows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from articles import gazetteer
from articles.curation import Act
from articles.importing.lock import import_lock
from articles.models import Alias, ChangeSet, Office, OutboxRow, RuleTrial, Tag, TrialMove
from articles.phrases import count_of
from articles.rules.candidates import Reach
from articles.rules.retagging import Retagging, Scope, releases_like, retag
from articles.search.outbox import NO_ARTICLE, database_standing
from articles.tagging import Entry, Kind
from articles.tagging.rulelines import LineError, read_rule

KEPT = timedelta(days=1)  # for which a trial that nobody saved can be looked at
TOUCHED_LIMIT = 5_000  # articles changed since a trial that saving looks at; more ask for another trial
REASON_LENGTH = 1_000  # characters

State = RuleTrial.State
Move = TrialMove.Kind
AGAINST = (Move.UNCONFIRMED, Move.UNREJECTED)
# Columns of an alias row that a line tells, beside its words and its kind.
ALIAS_COLUMNS = gazetteer.ALIAS_VALUES


class TrialError(Exception):
    """A change that cannot be tried or saved as it is; the message says why and what to do."""


class StaleError(TrialError):
    """The gazetteer or the articles changed since the trial: what it says no longer holds."""


class AgainstError(TrialError):
    """The rule contradicts editors' decisions, and nobody said that it shall."""


@dataclass(frozen=True, slots=True)
class Change:
    """One tag's rule before and after, with the gazetteer around it.

    ``release`` is that of before, ``releases`` are those whose articles carry the tags that it gives.
    """

    before: list[Entry]
    after: list[Entry]
    release: str
    releases: set[str]
    old: Entry
    new: Entry

    @property
    def reach(self) -> Reach:
        """Return what the change can reach."""
        return Reach(self.before, self.after, releases=self.releases)


# --- Asking -----------------------------------------------------------------------------------------------


def entry_of(tag: Tag) -> Entry:
    """Return the tag's entry; raise TrialError for a retired one, which has no rule in force."""
    entries = gazetteer.read_entries(only=tag)
    if not entries:
        raise TrialError(f"{tag} is retired: no article gets it, whatever its names; reinstate it first")
    return entries[0]


def places() -> dict[str, int]:
    """Return the ids of the countries and organisations in use that an office may be of, by their keys."""
    in_use = Tag.objects.in_use().values_list("key", "pk")
    bodies, countries = (dict(in_use.filter(kind=kind)) for kind in (Kind.ORGANISATION, Kind.COUNTRY))
    return bodies | countries


def read_lines(
    tag: Tag, lines: Mapping[str, str], *, is_ambiguous: bool
) -> tuple[Entry, Entry, dict[str, list[LineError]]]:
    """Return the tag's entry as it is and as the lines make it, and the lines that cannot be read."""
    old = entry_of(tag)
    new, errors = read_rule(old, lines, is_ambiguous=is_ambiguous, places=places().keys())
    return old, new, errors


def begin(tag: Tag, lines: Mapping[str, str], *, is_ambiguous: bool, by: AbstractBaseUser) -> RuleTrial:
    """Return a new trial, not computed yet; raise TrialError while this person has another one under way.

    One that nobody has begun yet is forgotten.
    """
    old = RuleTrial.objects.exclude(state__in=(State.SAVING, State.SAVED))
    old.filter(made_at__lt=timezone.now() - KEPT).delete()
    mine = RuleTrial.objects.filter(made_by=by.pk)
    mine.filter(state=State.WAITING).delete()
    if any(trial.is_busy and not trial.is_silent for trial in mine.defer("article_ids", "result")[:20]):
        raise TrialError("another change of yours is still being tried; wait for it to end")
    return RuleTrial.objects.create(tag=tag, lines=dict(lines), is_ambiguous=is_ambiguous, made_by_id=by.pk)


def read_change(trial: RuleTrial) -> Change:
    """Return what a trial is of, by the gazetteer as it stands; raise TrialError if it cannot be any more."""
    before = gazetteer.read_entries()
    old, new, errors = read_lines(trial.tag, trial.lines, is_ambiguous=trial.is_ambiguous)
    if errors:
        raise TrialError(f"the rule cannot be read any more: {next(iter(errors.values()))[0]}")
    after = [new if entry == old else entry for entry in before]
    release = gazetteer.release_of(before)
    return Change(before, after, release, releases_like(release), old, new)


# --- Saving -----------------------------------------------------------------------------------------------


def save(trial: RuleTrial, *, by: AbstractBaseUser, reason: str = "", is_override: bool = False) -> ChangeSet:
    """Put the rule of a trial in force, as one act; its articles are to be tagged again by `follow`.

    Raise StaleError if the archive changed since it was tried, AgainstError if it contradicts decisions and
    no ``reason`` says why it shall (``is_override``), ImportBusyError while an import is running.
    """
    reason = " ".join(reason.replace("\0", "").split())[:REASON_LENGTH]
    against = trial.result.get("against", 0)
    if against and not (is_override and reason):
        decisions = "a decision" if against == 1 else f"{against:,} decisions"
        raise AgainstError(f"the rule contradicts {decisions} of editors: tick that it shall, and write why")
    with import_lock(), transaction.atomic():
        tag = Tag.objects.select_for_update(no_key=True).get(pk=trial.tag_id)
        stored = RuleTrial.objects.select_for_update().get(pk=trial.pk)
        if stored.state != State.DONE:
            raise TrialError("this change was saved already, or is still being tried")
        change = read_change(stored)
        _check_fresh(stored, change)
        act = Act(ChangeSet.Act.EDIT, by=by, note=_note(stored, reason if against else ""))
        _write_rule(act, tag, change.old, change.new)
        if act.changes:
            # A retired tag has no rule: nobody retires it below this act.
            act.remember(tag, {"is_retired": False}, {"is_retired": False})
        stored.change_set = act.close()
        if stored.change_set is None:
            raise TrialError("nothing of the rule was changed, so there is nothing to save")
        stored.state, stored.seen_at, stored.tagged_count = State.SAVING, timezone.now(), 0
        stored.result["release_after"] = gazetteer.release_of(gazetteer.read_entries())
        stored.save(update_fields=["change_set", "state", "seen_at", "tagged_count", "result"])
    return stored.change_set


def _note(trial: RuleTrial, reason: str) -> str:
    counts = trial.result.get("tags", {}).get(str(trial.tag_id), {})
    moves = ", ".join(
        f"{counts[kind]:,} {words}"
        for kind, words in ((Move.GAINED, "gained"), (Move.LOST, "lost"), (Move.MAIN, "to main"),
                            (Move.MENTIONED, "to mentioned"))
        if counts.get(kind)
    )  # fmt: skip
    note = f"rule of {trial.tag}: {moves or 'no article moves under it'}"
    against = trial.result.get("against", 0)
    return (
        f"{note}; against {count_of(against, 'decision', 'decisions')}, because: {reason}" if reason else note
    )


def _check_fresh(trial: RuleTrial, change: Change) -> None:
    """Raise StaleError unless what was tried is what would be saved now."""
    if change.release != trial.release:
        raise StaleError("the gazetteer was changed since you tried this; try it again")
    now = database_standing().revision
    if now == trial.revision:
        return
    rows = OutboxRow.objects.filter(revision__gt=trial.revision)
    touched = set(rows.values_list("article_id", flat=True)[: TOUCHED_LIMIT + 1]) - {NO_ARTICLE}
    # Old rows of the outbox are removed: what is missing may have been anything.
    is_whole = rows.count() == now - trial.revision
    if not is_whole or len(touched) > TOUCHED_LIMIT:
        raise StaleError("very many articles were changed since you tried this; try it again")
    known = touched.intersection(trial.article_ids)
    if known or change.reach.find_among(touched):
        raise StaleError("articles that this concerns were changed since you tried it; try it again")


def _write_rule(act: Act, tag: Tag, old: Entry, new: Entry) -> None:
    """Write what differs between two rules of a tag: the rows that go first, for a name is there once."""
    rows = {(row.text, row.kind): row for row in tag.aliases.all()}
    wanted = {(alias.text, alias.kind.value): alias for alias in new.aliases}
    for name, row in rows.items():
        if name not in wanted:
            act.delete(row)
    for (text, kind), alias in wanted.items():
        row = rows.get((text, kind)) or Alias(tag=tag, text=text, kind=kind)
        for column in ALIAS_COLUMNS:
            value = getattr(alias, column)
            setattr(row, column, list(value) if isinstance(value, tuple) else value)
        act.save(row)
    _write_offices(act, tag, old, new)
    tag.context, tag.counter_context = list(new.context), list(new.counter_context)
    tag.is_ambiguous = new.is_ambiguous
    act.save(tag)


def _write_offices(act: Act, tag: Tag, old: Entry, new: Entry) -> None:
    rows = dict(zip(old.offices, tag.offices.order_by("pk"), strict=True))
    for office in old.offices:
        if office not in new.offices:
            act.delete(rows[office])
    owners = places()
    for office in new.offices:
        if office not in rows:
            act.save(
                Office(
                    holder=tag, of_id=owners[office.of], title=office.title, role=office.role,
                    start_on=office.start_on, end_on=office.end_on, is_end_known=office.is_end_known,
                )
            )  # fmt: skip


def follow(
    trial: RuleTrial,
    *,
    by_name: str = "",
    workers: int = 0,
    should_stop: Callable[[], bool] = lambda: False,
) -> Retagging:
    """Tag the articles of a saved trial again, and note on it whether that did what was predicted.

    Raise ImportBusyError while an import is running.  It may be done again after it was stopped.
    """
    done = retag(
        Scope(article_ids=trial.article_ids, words=f"rule of {trial.tag}"),
        by_name=by_name,
        workers=workers,
        progress=lambda retagging: _sign_of_life(trial, retagging),
        should_stop=should_stop,
    )
    if not done.is_interrupted:
        trial.state, trial.note = State.SAVED, _compared(trial, done)
        # Unless the gazetteer was changed meanwhile: then others may be in need of other tags as well.
        trial.result["is_whole"] = done.release == trial.result["release_after"] and not done.failures
        # Of two that follow it, the first one's word stands: the second finds nothing left to move.
        RuleTrial.objects.filter(pk=trial.pk, state=State.SAVING).update(
            state=trial.state, note=trial.note, result=trial.result
        )
    return done


def _sign_of_life(trial: RuleTrial, done: Retagging) -> None:
    trial.tagged_count = done.article_count
    RuleTrial.objects.filter(pk=trial.pk).update(seen_at=timezone.now(), tagged_count=done.article_count)


def moved(done: Retagging) -> dict[str, dict[str, int]]:
    """Return how many articles moved in which way under each tag, as a trial's result has it."""
    names = {Move.GAINED: "gained", Move.LOST: "lost", Move.MAIN: "to_main", Move.MENTIONED: "to_mentioned"}
    return {
        str(tag_id): {kind.value: len(ids) for kind, name in names.items() if (ids := getattr(moves, name))}
        for tag_id, moves in done.moves.items()
    }


def _compared(trial: RuleTrial, done: Retagging) -> str:
    """Return a sentence where the re-tag did something else than was predicted; nothing if it did not."""
    kinds = (Move.GAINED, Move.LOST, Move.MAIN, Move.MENTIONED)
    said = {
        tag_id: {kind.value: counts[kind] for kind in kinds if counts.get(kind)}
        for tag_id, counts in trial.result.get("tags", {}).items()
    }
    told = {tag_id: counts for tag_id, counts in said.items() if counts}
    came = {tag_id: counts for tag_id, counts in moved(done).items() if counts}
    return "" if told == came else "Articles were changed meanwhile, so not all came as predicted."
