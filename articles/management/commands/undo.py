"""Take an act of the trail back."""

from __future__ import annotations

import argparse
import json

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from articles.commands import manage
from articles.history.reversing import TABLES
from articles.history.undoing import Conflict, Reversal, UndoError, undo
from articles.importing.lock import ImportBusyError
from articles.importing.run import login
from articles.management.commands import undo_import
from articles.management.reports import printable
from articles.models import Change, ChangeSet
from articles.phrases import count_of
from articles.search import sync

REFUSED = 1  # exit codes: later acts stand in the way
COULD_NOT_RUN = 2
SHOWN = 20  # rows listed; --json lists all
LARGE = 100_000  # rows of an act; all are held at once
ROW_BYTES = 5_000  # memory for each, measured for a merge of 220,000


class Command(BaseCommand):
    """Give the rows that an act changed back what they were, all or those that are named.

    Refused, with a list, where later acts rest on it: undo those first, or choose other rows.  An import is
    handed to undo_import, which keeps what editors decided since.  All rows are held in memory at once, 5 kB
    for each: an act of more than 100,000 is undone with --large only.

    Example: manage.py undo 412 --row 9031 --row 9032 --dry-run
    """

    help = "Take an act back: a decision, a bulk edit, a re-tag, an undo."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare which act, which of its rows, and how to report."""
        parser.add_argument("change_set", type=int, metavar="CHANGESET", help="number of the act")
        parser.add_argument(
            "--row", type=int, action="append", dest="rows", metavar="N",
            help="number of a change of the act, as --dry-run --json lists them; may be said again",
        )  # fmt: skip
        parser.add_argument(
            "--large", action="store_true",
            help=f"undo an act of more than {LARGE:,} rows too, where there is memory enough",
        )  # fmt: skip
        parser.add_argument("--dry-run", action="store_true", help="say what would change, and write nothing")
        parser.add_argument(
            "--json", action="store_true", dest="is_json", help="print the report as one JSON object"
        )

    def handle(
        self,
        *,
        change_set: int,
        rows: list[int] | None,
        large: bool,
        dry_run: bool,
        is_json: bool,
        **options: object,
    ) -> None:
        """Undo, report, and exit with 1 if it was refused, 2 if it could not run."""
        act = ChangeSet.objects.filter(pk=change_set).first()
        if act is None:
            raise CommandError(
                f"there is no change set {change_set}; the admin lists them under Change sets",
                returncode=COULD_NOT_RUN,
            )
        if rows is None and not large:
            refuse_large(act)
        try:
            reversal = undo(act, by_name=login(), rows=rows, is_dry=dry_run)
        except (UndoError, ImportBusyError) as error:
            raise CommandError(str(error), returncode=COULD_NOT_RUN) from error
        except DatabaseError as error:
            reason = " ".join(str(error).split())
            raise CommandError(
                f"the database refused to work ({reason}); nothing was undone: see that it runs, has space "
                "and may be written, then run this again",
                returncode=COULD_NOT_RUN,
            ) from error
        if reversal.made is not None:
            sync.catch_up(wait_seconds=1)
        self.stdout.write(
            json.dumps(as_json(reversal), ensure_ascii=False) if is_json else describe(reversal)
        )
        is_left = reversal.of_import is not None and bool(reversal.of_import.refused)
        if reversal.is_refused or is_left:
            raise SystemExit(REFUSED)


def refuse_large(act: ChangeSet) -> None:
    """Raise CommandError for an act that may need more memory than there is."""
    if act.act == ChangeSet.Act.IMPORT or act.change_count <= LARGE:
        return
    size = act.change_count * ROW_BYTES / 1e9
    raise CommandError(
        f"it changed {act.change_count:,} rows, and undoing it takes about {size:.1f} GB of memory; where "
        f"there is as much, run: {manage(f'undo {act.pk} --large')}",
        returncode=COULD_NOT_RUN,
    )


def as_json(reversal: Reversal) -> dict[str, object]:
    """Return the report as the object that ``--json`` prints."""
    if reversal.of_import is not None:
        return undo_import.as_json(reversal.of_import)
    return {
        "change_set": reversal.change_set.pk,
        "dry_run": reversal.is_dry,
        "undone_by": reversal.made.pk if reversal.made else None,
        # What the act did, by the numbers that --row takes; then what the undo does.
        "changes": [
            {"change": pk, "table": table, "row": row_id, "label": label}
            for pk, table, row_id, label in reversal.change_set.changes.values_list(
                "pk", "table", "row_id", "label"
            )
        ],
        "rows": [] if reversal.is_refused else [_row(change) for change in reversal.rows],
        "conflicts": [_conflict(conflict) for conflict in reversal.conflicts],
    }


def _row(change: Change) -> dict[str, object]:
    return {
        "table": change.table,
        "row": change.row_id,
        "label": change.label,
        "before": change.before,
        "after": change.after,
    }


def _conflict(conflict: Conflict) -> dict[str, object]:
    return {
        "changes": list(conflict.changes),
        "table": conflict.table,
        "row": conflict.row_id,
        "label": conflict.label,
        "reason": conflict.reason,
        "acts": [act.pk for act in conflict.acts],
    }


def describe(reversal: Reversal) -> str:
    """Return the report for people."""
    if reversal.of_import is not None:
        return undo_import.describe(reversal.of_import)
    act = reversal.change_set
    if reversal.is_refused:
        in_the_way = count_of(len(reversal.conflicts), "row stands", "rows stand")
        lines = [f"Nothing was undone of {act}: {in_the_way} in the way."]
        rows = [_in_the_way(conflict) for conflict in reversal.conflicts]
    else:
        verb = "Would undo" if reversal.is_dry else "Undid"
        made = f", which is change set {reversal.made.pk}" if reversal.made else ""
        lines = [f"{verb} {act}: {count_of(len(reversal.rows), 'row', 'rows')}{made}."]
        rows = [
            f"{change.table} {change.row_id}, {change.label}: {_words(change)}" for change in reversal.rows
        ]
    lines += [f"  {row}" for row in rows[:SHOWN]]
    if len(rows) > SHOWN:
        lines.append(f"  and {len(rows) - SHOWN:,} more; --json lists all")
    return printable("\n".join(lines))


def _in_the_way(conflict: Conflict) -> str:
    acts = ", ".join(f"{act} by {act.made_by_name or 'a program'}" for act in conflict.acts)
    numbers = ", ".join(map(str, conflict.changes))
    return f"change {numbers}, {conflict.label}: {conflict.reason}{f' ({acts})' if acts else ''}"


def _words(change: Change) -> str:
    """Return what becomes of a row: ``made again``, ``removed``, or the columns that change."""
    if change.before is None:
        return "made again"
    if change.after is None:
        return "removed"
    # In the order of the table: PostgreSQL keeps the names of JSON in an order of its own.
    columns = [field.attname for field in TABLES[change.table]._meta.concrete_fields]
    names = [name for name in columns if name in change.after]
    names += [name for name in change.after if name not in columns]
    return ", ".join(name.removesuffix("_id").replace("_", " ") for name in names)
