"""Fields that editors corrected: what the files say there, and whether that is to be decided."""

from __future__ import annotations

from django.db import models

from articles.models.article import Article
from articles.models.imports import ImportRun


class Correction(models.Model):
    """One field of one article that an editor corrected, while the correction stands.

    ``file_value`` is what the article's file last said: text, a day as 2025-10-16, an outlet's name, a list
    of authors' names.  ``is_open`` once a file has come to say something new there, until somebody decides.
    """

    # No index of its own: the constraint's begins with it.
    article = models.ForeignKey(Article, models.CASCADE, related_name="corrections", db_index=False)
    field = models.CharField(max_length=30)
    file_value = models.JSONField(null=True)
    is_open = models.BooleanField("to decide", default=False)
    run = models.ForeignKey(
        ImportRun,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="The import that read the new value.",
    )

    class Meta:
        ordering = ["-is_open", "-id"]
        constraints = [models.UniqueConstraint(fields=["article", "field"], name="corrected_once")]
        # The desk's list of what is to be decided; most corrections never are.
        indexes = [models.Index(fields=["id"], name="correction_open", condition=models.Q(is_open=True))]

    def __str__(self) -> str:
        return f"{self.field.replace('_', ' ')} of {self.article}"
