"""Articles that tell the same story in the same words: what finds them, and the links between them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from articles.models.article import Article


class Sketch(models.Model):
    """An article's sketch (`importing.sketches`): 32 numbers of four bytes, to tell how much two share."""

    article = models.OneToOneField(Article, models.CASCADE, primary_key=True, related_name="sketch")
    numbers = models.BinaryField()

    class Meta:
        verbose_name_plural = "sketches"

    def __str__(self) -> str:
        return f"sketch of article {self.pk}"


class SketchKey(models.Model):
    """One of the smallest numbers of an article's sketch: articles that share one may share most."""

    # The number first: that is how rows are looked up, and no other column has to be stored.
    pk = models.CompositePrimaryKey("number", "article")
    number = models.BigIntegerField()
    article = models.ForeignKey(Article, models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"{self.number} of article {self.article_id}"


class NearDuplicate(models.Model):
    """Two articles that share most of their text: a wire story in two papers.  Linked, never merged.

    ``first`` is the article with the lower number; ``share`` is an estimate, in percent.
    """

    # No index of its own: the constraint's begins with it.
    first = models.ForeignKey(Article, models.CASCADE, related_name="+", db_index=False)
    second = models.ForeignKey(Article, models.CASCADE, related_name="+")
    share = models.PositiveSmallIntegerField(help_text="How much of their text is common, in percent.")

    class Meta:
        verbose_name = "near-duplicate"
        ordering = ["-share", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="linked_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="link_from_lower_to_higher"),
            models.CheckConstraint(condition=Q(share__gte=1) & Q(share__lte=100), name="share_1_to_100"),
        ]

    def __str__(self) -> str:
        return f"articles {self.first_id} and {self.second_id}: {self.share} %"
