"""Draw the day's random sample of taggings, for editors to audit."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from articles.commands import manage
from articles.quality import sampling


class Command(BaseCommand):
    """Draw the day's sample if it was not drawn yet, and say where it is audited.

    The first curator of a day does the same by a button of the quality desk; this is for cron.

    Example: manage.py draw_sample
    """

    help = "Draw the day's random sample of taggings for the quality desk."

    def handle(self, **options: object) -> None:
        """Draw it."""
        try:
            sample = sampling.draw_daily(timezone.localdate())
        except DatabaseError as error:
            raise CommandError(f"the database cannot be used ({error}); run: {manage('migrate')}") from error
        if sample is None or not (count := sample.items.count()):
            self.stdout.write("No article that readers see has an automatic tag: nothing was drawn.")
            return
        self.stdout.write(
            f"The sample of {sample.drawn_on}: {count} taggings, at /admin/quality/{sample.pk}/"
        )
