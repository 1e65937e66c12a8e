"""Finds every stored article that is no longer what was written, and whatever else does not fit together."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Callable
from time import monotonic

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from articles import verification
from articles.models import Article
from articles.phrases import count_of

FAULTS_FOUND = 1  # exit codes
COULD_NOT_RUN = 2


class Command(BaseCommand):
    """Check texts, evidence, references, trail, outbox, index and file; exit with 1 if anything is wrong.

    Writes nothing, and may run while people read, import and edit.

    Example: manage.py verify --json
    """

    help = "Finds articles whose stored text was damaged, and whatever else does not fit together."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "--json", action="store_true", dest="is_json", help="print one JSON object with every finding"
        )

    def handle(self, *, is_json: bool, **options: object) -> None:
        """Check, print what was found, and say how much was looked at."""
        started = monotonic()
        levels: Counter[bool] = Counter()
        self.count = 0
        try:
            counts = verification.counts()
            if is_json:
                self.stdout.write(f'{{"counts": {json.dumps(counts)}, "findings": [', ending="")
            for finding in verification.verify(self._progress()):
                self._clear_progress()
                self._print(finding, is_json=is_json, is_first=not levels)
                levels[finding.is_fault] += 1
        except DatabaseError as error:
            reason = " ".join(str(error).split())
            raise CommandError(
                f"the database cannot be read ({reason}); see that it runs and its tables are made "
                "(manage.py migrate), else restore a backup",
                returncode=COULD_NOT_RUN,
            ) from error
        self._clear_progress()
        seconds = monotonic() - started
        self._close(levels, counts, seconds, is_json=is_json)
        if levels[True]:
            raise CommandError(
                f"{count_of(levels[True], 'fault', 'faults')} found",
                returncode=FAULTS_FOUND,
            )

    def _print(self, finding: verification.Finding, *, is_json: bool, is_first: bool) -> None:
        if is_json:
            text = json.dumps(finding.as_json(), ensure_ascii=True)
            self.stdout.write(text if is_first else f", {text}", ending="")
            return
        where = f"article {finding.article_id}: " if finding.article_id else ""
        level = "" if finding.is_fault else "remark: "
        self.stdout.write(f"{level}{where}{finding.what}; {finding.remedy}")

    def _close(self, levels: Counter[bool], counts: dict[str, int], seconds: float, *, is_json: bool) -> None:
        if is_json:
            end = {"faults": levels[True], "remarks": levels[False], "seconds": round(seconds, 2)}
            self.stdout.write(f"], {json.dumps(end)[1:]}")
            return
        rows = ", ".join(f"{counts[name]:,} {name}" for name in ("articles", "taggings", "article sources"))
        rate = f"{self.count / seconds:,.0f} articles a second" if seconds else ""
        self.stdout.write(f"{rows} checked in {seconds:.1f} s ({rate})")
        if not levels[True]:
            self.stdout.write(self.style.SUCCESS("Every text is as it was stored, and nothing is amiss."))

    def _progress(self) -> Callable[[int], None]:
        total = Article.objects.count()

        def show(count: int) -> None:
            self.count = count
            if self.stderr.isatty():
                self.stderr.write(f"\r{count:,} of {total:,}", ending="")
                self.stderr.flush()

        return show

    def _clear_progress(self) -> None:
        if self.stderr.isatty():
            self.stderr.write("\r\033[K", ending="")
