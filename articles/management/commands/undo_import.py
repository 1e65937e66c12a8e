"""Take an import back."""

from __future__ import annotations

import argparse
import json

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from articles.importing.former import Remark
from articles.importing.lock import ImportBusyError
from articles.importing.run import login
from articles.importing.undo import UndoError, Undoing, undo
from articles.management.reports import printable
from articles.models import ImportRun

LEFT_ALONE = 1  # exit codes: some articles were left as they are
COULD_NOT_RUN = 2
SHOWN = 20  # articles listed under one heading; --json lists all


class Command(BaseCommand):
    """Withdraw the articles that an import made, and return those it updated to their former text and tags.

    What editors decided stays and is listed.  An article that a later import changed as well is left alone
    and listed; undo that import first.  Files of undone articles are skipped until they are edited.

    Example: manage.py undo_import 12 --dry-run
    """

    help = "Take an import back; what editors decided since stays."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare which run, and how to report."""
        parser.add_argument("run", type=int, metavar="RUN", help="number of the import run")
        parser.add_argument("--dry-run", action="store_true", help="say what would change, and write nothing")
        parser.add_argument(
            "--json", action="store_true", dest="is_json", help="print the report as one JSON object"
        )

    def handle(self, *, run: int, dry_run: bool, is_json: bool, **options: object) -> None:
        """Undo, report, and exit with 1 if an article was left alone, 2 if it could not run."""
        try:
            row = ImportRun.objects.filter(pk=run).first()
            if row is None:
                raise CommandError(
                    f"there is no import run {run}; the admin lists them under Import runs",
                    returncode=COULD_NOT_RUN,
                )
            undoing = undo(row, by_name=login(), is_dry=dry_run)
        except (UndoError, ImportBusyError) as error:
            raise CommandError(str(error), returncode=COULD_NOT_RUN) from error
        except DatabaseError as error:
            reason = " ".join(str(error).split())
            raise CommandError(
                f"the database refused to work ({reason}); what was undone so far stays undone: see that it "
                "runs, has space and may be written, then run this again",
                returncode=COULD_NOT_RUN,
            ) from error
        self.stdout.write(json.dumps(as_json(undoing), ensure_ascii=False) if is_json else describe(undoing))
        if undoing.refused:
            raise SystemExit(LEFT_ALONE)


def as_json(undoing: Undoing) -> dict[str, object]:
    """Return the report as the object that ``--json`` prints."""
    return {
        "run": undoing.run_id,
        "dry_run": undoing.is_dry,
        "withdrawn": undoing.withdrawn,
        "given_back": undoing.given_back,
        "kept": [_remark(remark) for remark in undoing.kept],
        "left_alone": [_remark(remark) for remark in undoing.refused],
    }


def _remark(remark: Remark) -> dict[str, object]:
    return {"article": remark.article_id, "title": remark.title, "reason": remark.text}


def describe(undoing: Undoing) -> str:
    """Return the report for people."""
    verb = "Would undo" if undoing.is_dry else "Undid"
    lines = [f"{verb} import run {undoing.run_id}: {undoing.words()}."]
    for heading, remarks in (("Kept for editors:", undoing.kept), ("Left as they are:", undoing.refused)):
        if remarks:
            lines += ["", heading]
            lines += [f"  article {one.article_id}, {one.title}: {one.text}" for one in remarks[:SHOWN]]
        if len(remarks) > SHOWN:
            lines.append(f"  and {len(remarks) - SHOWN:,} more; --json lists all")
    return printable("\n".join(lines))
