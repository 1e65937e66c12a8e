"""Takes an act back, wholly or in chosen rows: the archive is then as if the act had not happened.

Refused, with a complete list, where later acts rest on what the act did; it is never half applied.  The undo
is an act itself and can be undone.  Imports have an undo of their own (`importing.undo`), which keeps what
editors decided since; `undo` hands them over.

What follows from rows by program (tags by names, say) follows with the next re-tag, as after any other edit.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction

from articles.curation import Act
from articles.history.effects import ARTICLE, TAGGING, Effect, Later, read_effects, read_later, stands_on
from articles.history.reversing import FOLLOWING, TABLES, Conflict, Reversing, lock_rows, obstacle_to
from articles.importing import store
from articles.importing import undo as import_undo
from articles.importing.lock import ImportBusyError, import_lock
from articles.importing.undo import UndoError
from articles.models import Change, ChangeSet
from articles.rules.retagging import is_under_way, mark_stopped

__all__ = ["Conflict", "Reversal", "UndoError", "undo"]


@dataclass(slots=True)
class Reversal:
    """What an undo did, or would do: ``rows`` are the changes it makes, row by row.

    With ``conflicts`` nothing was written.  An import's undo says what became of articles in ``of_import``.
    """

    change_set: ChangeSet
    is_dry: bool
    rows: list[Change] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    made: ChangeSet | None = None
    of_import: import_undo.Undoing | None = None

    @property
    def is_refused(self) -> bool:
        """Return whether later acts stand in the way, so that nothing changes."""
        return bool(self.conflicts)


def undo(
    change_set: ChangeSet,
    *,
    by: AbstractBaseUser | None = None,
    by_name: str = "",
    rows: Collection[int] | None = None,
    is_dry: bool = False,
) -> Reversal:
    """Take an act back, or those of its changes whose numbers are in ``rows``; return what that did.

    ``is_dry`` does the same and keeps nothing.  Raise UndoError for an act that has no rows to give back or
    none of these, ImportBusyError if it is an import and another one is running.
    """
    if change_set.act == ChangeSet.Act.IMPORT:
        return _undo_import(change_set, by=by, by_name=by_name, rows=rows, is_dry=is_dry)
    if change_set.act == ChangeSet.Act.UNDO and change_set.undoes_id is None:
        upload = change_set.run.sent_with if change_set.run else None
        way = f"Import again on the page of {upload}" if upload else "importing its files with --force"
        raise UndoError(f"an undone import comes back by {way}")
    if change_set.act == ChangeSet.Act.LOAD:
        raise UndoError("a load of the gazetteer is not undone; load the former release")
    if change_set.act == ChangeSet.Act.CORRECT:
        raise UndoError("a corrected file is put back on the page of the file")
    reversal = Reversal(change_set, is_dry)
    with _standing_still(change_set), transaction.atomic():
        effects = read_effects(change_set, None if rows is None else _with_companions(change_set, rows))
        if not effects:
            raise UndoError(f"change set {change_set.pk} has no such rows that could be given back")
        act = Act(ChangeSet.Act.UNDO, by=by, by_name=by_name, undoes=change_set)
        _reverse(effects, act, reversal)
        reversal.rows = act.changes
        if is_dry or reversal.is_refused:
            transaction.set_rollback(True)
        else:
            reversal.made = act.close()
            if is_under_way(change_set):
                mark_stopped(change_set)
    return reversal


@contextlib.contextmanager
def _standing_still(change_set: ChangeSet) -> Iterator[None]:
    """Keep a re-tag that did not finish from going on; raise UndoError while one is at work."""
    if not is_under_way(change_set):
        yield
        return
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(import_lock())
        except ImportBusyError as error:
            raise UndoError(f"this re-tag did not finish yet, and {error}") from error
        yield


def _undo_import(
    change_set: ChangeSet,
    *,
    by: AbstractBaseUser | None,
    by_name: str,
    rows: Collection[int] | None,
    is_dry: bool,
) -> Reversal:
    if change_set.run is None:
        raise UndoError("the run of this import is gone")
    if rows is not None:
        raise UndoError("an import is undone as a whole: what editors decided since stays")
    undoing = import_undo.undo(change_set.run, by=by, by_name=by_name, is_dry=is_dry)
    made = change_set.run.change_sets.filter(act=ChangeSet.Act.UNDO).first()
    return Reversal(change_set, is_dry, made=None if is_dry else made, of_import=undoing)


def _with_companions(change_set: ChangeSet, rows: Collection[int]) -> set[int]:
    """Return these changes with those that only mean something beside them.

    A text and the mentions that point into it are given back together.
    """
    wanted = set(rows)
    texts = {
        row_id: pk
        for pk, row_id, before in change_set.changes.filter(table=ARTICLE).values_list(
            "pk", "row_id", "before"
        )
        if set(before or ()) & set(store.TEXT_FIELDS)
    }
    if not texts:
        return wanted
    for table in (TAGGING, *FOLLOWING):
        moved = change_set.changes.filter(table=table).values_list("pk", "row_id", "before", "after")
        articles = dict(TABLES[table]._default_manager.filter(
            pk__in=[row_id for _, row_id, *_ in moved]
        ).values_list("pk", "article"))  # fmt: skip
        for pk, row_id, before, after in moved:
            text = texts.get(articles.get(row_id) or (before or {}).get("article_id", 0))
            if text is None or not ("mentions" in (before or {}) and (after is None or "mentions" in after)):
                continue
            if pk in wanted or text in wanted:
                wanted |= {pk, text}
    return wanted


def _reverse(effects: Sequence[Effect], act: Act, reversal: Reversal) -> None:
    """Give the rows back what they were; collect what stands in the way of that instead, if anything does."""
    reversing = Reversing(effects, lock_rows(effects), act)
    later = read_later(effects, reversal.change_set)
    for number, effect in reversed(list(enumerate(effects))):
        if conflict := _conflict(effect, later[number]) or reversing.obstacle(effect):
            reversing.leave(effect)
            if conflict.acts or not _follows(effect):
                reversal.conflicts.insert(0, conflict)
    if reversal.conflicts:
        return
    try:
        with transaction.atomic():
            reversing.write()
    except IntegrityError as error:
        reason = f"the database refuses it ({' '.join(str(error).split())})"
        reversal.conflicts.append(obstacle_to(effects[0], reason))


def _follows(effect: Effect) -> bool:
    """Return whether a row follows from a text: the next re-tag finds it again, if it still does."""
    return effect.table in FOLLOWING or (effect.table == "actorsuggestion" and effect.after is None)


def _conflict(effect: Effect, later: Later) -> Conflict | None:
    """Return the later acts that rest on what the act did to a row."""
    acts = [change.change_set for change, *sides in later.in_force() if stands_on(effect, change, *sides)]
    if not acts:
        return None
    is_done = any(act.undoes_id == later.own for act in acts)
    reason = "undone already" if is_done else "changed again since"
    return Conflict(
        tuple(effect.changes), effect.table, effect.row_id, effect.label, reason, tuple(dict.fromkeys(acts))
    )
