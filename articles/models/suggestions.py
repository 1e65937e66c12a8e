"""Persons the gazetteer lacks: who they are said to be, and which articles name them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce

from articles.models.article import Article
from articles.models.tag import Tag


class ActorSuggestionQuerySet(models.QuerySet["ActorSuggestion"]):
    def open(self) -> ActorSuggestionQuerySet:
        """Return the suggestions that nobody has decided."""
        return self.filter(status=ActorSuggestion.Status.OPEN)

    def with_standing_count(self) -> ActorSuggestionQuerySet:
        """Return the suggestions, each with ``standing_count``: the articles that name it, not withdrawn.

        For few of them: lists are ordered by the kept ``article_count``.
        """
        rows = SuggestionMention.objects.filter(suggestion=OuterRef("pk")).order_by()
        rows = rows.exclude(article__status=Article.Status.WITHDRAWN)
        count = Subquery(rows.values("suggestion").annotate(n=Count("pk")).values("n"), IntegerField())
        return self.annotate(standing_count=Coalesce(count, 0))


class ActorSuggestion(models.Model):
    """One person named beside an office whom the gazetteer lacks.

    Name, office and country are those of the article that named the person first.  A suggestion that no
    article bears out any more goes, unless somebody decided it: a dismissed one is kept, so that it does not
    come back, and an accepted one says with its ``tag`` who it was taken for.
    """

    class Status(models.TextChoices):
        OPEN = "open", "open"
        DISMISSED = "dismissed", "dismissed"
        ACCEPTED = "accepted", "accepted"

    name = models.CharField(max_length=200)
    folded_name = models.CharField(
        max_length=200,
        unique=True,
        editable=False,
        help_text="Without accents and case: spellings that differ in no more are one suggestion.",
    )
    office = models.CharField(max_length=200)
    owner = models.CharField(
        "country or body",
        max_length=120,
        blank=True,
        help_text="The key of the country (ru) or organisation that the office is of.",
    )
    status = models.CharField(max_length=9, choices=Status, default=Status.OPEN)
    tag = models.ForeignKey(
        Tag,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="suggestions",
        verbose_name="actor",
        help_text="Whom the gazetteer has for this name since it was accepted.",
    )
    skeleton = models.CharField(
        max_length=40,
        editable=False,
        help_text="The last name without what spellings differ in: one for Stefanishina and Stefanishyna.",
    )
    article_count = models.PositiveIntegerField(
        "articles",
        default=0,
        editable=False,
        help_text="How many articles name the person, withdrawn ones included; kept for the order of lists.",
    )
    first_seen_at = models.DateTimeField("first seen", auto_now_add=True)
    last_seen_at = models.DateTimeField(
        "last seen", help_text="When an article last joined those that name it."
    )

    objects: ClassVar[models.Manager[ActorSuggestion]] = ActorSuggestionQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        indexes = [
            # The list, open ones first and of these those in most articles; narrowed by country or by office.
            models.Index(fields=["-status", "-article_count", "folded_name"], name="suggestion_most_named"),
            models.Index(
                fields=["owner", "-status", "-article_count", "folded_name"], name="suggestion_of_country"
            ),
            models.Index(
                fields=["office", "-status", "-article_count", "folded_name"], name="suggestion_of_office"
            ),
            models.Index(fields=["skeleton"], name="suggestion_skeleton"),  # other spellings of a name
        ]

    def __str__(self) -> str:
        return self.name


class SuggestionMention(models.Model):
    """One article names one suggested person: as what, and with which words.

    ``mentions`` is a list of ``[part, start, end, rule]``, as in a tagging.
    """

    suggestion = models.ForeignKey(ActorSuggestion, models.CASCADE, related_name="articles")
    article = models.ForeignKey(Article, models.CASCADE, related_name="suggestions")
    name = models.CharField("words", max_length=200, help_text="The name as the article spells it.")
    office = models.CharField(max_length=200)
    owner = models.CharField("country or body", max_length=120, blank=True)
    mentions = models.JSONField(default=list)

    class Meta:
        verbose_name = "mention of a suggested actor"
        verbose_name_plural = "mentions of suggested actors"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["suggestion", "article"], name="suggestion_once_an_article")
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.office}"
