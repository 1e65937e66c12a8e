"""Front-matter tags that name nothing in the gazetteer, kept so that editors see what it lacks."""

from __future__ import annotations

from django.db import models

from articles.models.article import Article


class UnmatchedKeyword(models.Model):
    """One tag that files give to their articles and that is no name in the gazetteer."""

    text = models.CharField(max_length=200, help_text="As the first file writes it.")
    folded = models.CharField(
        max_length=200,
        unique=True,
        editable=False,
        help_text="Without accents and case: spellings that differ in no more are one keyword.",
    )

    # Kept with each use, for the list is ordered by it: to count the uses of all keywords takes seconds.
    use_count = models.PositiveIntegerField("articles", default=0, editable=False)

    class Meta:
        ordering = ["text"]
        indexes = [models.Index(fields=["-use_count", "text"], name="keyword_most_used")]  # the list

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
