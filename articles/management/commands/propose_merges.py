"""Look for records that may be the same."""

from __future__ import annotations

from django.core.management.base import BaseCommand

from articles.phrases import count_of
from articles.records import namesakes


class Command(BaseCommand):
    """Look for tags, outlets and authors that may be the same, for the desk to decide.

    Nothing is merged.  What somebody called different is not proposed again.

    Example: manage.py propose_merges
    """

    help = "Look for tags, outlets and authors that may be the same."

    def handle(self, **options: object) -> None:
        """Look, and say how many pairs wait for a decision."""
        count = namesakes.propose()
        self.stdout.write(
            f"{count_of(count, 'pair', 'pairs')} of records may be the same; the desk lists them."
        )
