"""Front-matter tags that name nothing in the gazetteer, kept so that editors see what it lacks."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce

from articles.models.article import Article


class UnmatchedKeywordQuerySet(models.QuerySet["UnmatchedKeyword"]):
    def with_article_count(self) -> UnmatchedKeywordQuerySet:
        """Return the keywords, each with ``article_count``: articles whose files give it, not withdrawn."""
        rows = KeywordUse.objects.filter(keyword=OuterRef("pk")).order_by()
        rows = rows.exclude(article__status=Article.Status.WITHDRAWN)
        count = Subquery(rows.values("keyword").annotate(n=Count("pk")).values("n"), IntegerField())
        return self.annotate(article_count=Coalesce(count, 0))


class UnmatchedKeyword(models.Model):
    """One tag that files give to their articles and that is no name in the gazetteer."""

    text = models.CharField(max_length=200, help_text="As the first file writes it.")
    folded = models.CharField(
        max_length=200,
        unique=True,
        editable=False,
        help_text="Without accents and case: spellings that differ in no more are one keyword.",
    )

    objects: ClassVar[models.Manager[UnmatchedKeyword]] = UnmatchedKeywordQuerySet.as_manager()

    class Meta:
        ordering = ["text"]

    def __str__(self) -> str:
        return self.text


class KeywordUse(models.Model):
    """One article whose file gives one unmatched keyword."""

    keyword = models.ForeignKey(UnmatchedKeyword, models.CASCADE, related_name="uses")
    article = models.ForeignKey(Article, models.CASCADE, related_name="unmatched_keywords")

    class Meta:
        ordering = ["article_id"]
        constraints = [models.UniqueConstraint(fields=["article", "keyword"], name="keyword_once_an_article")]

    def __str__(self) -> str:
        return f"{self.keyword} in {self.article}"
