"""What records were called before, and which of them may be the same."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from articles.models.article import Author, Outlet
from articles.models.tag import Tag, TagKind

# What has an address, a name and a facet of its own: the kinds of tags, outlets and authors.
RECORD_KINDS = [*TagKind.choices, ("outlet", "outlet"), ("author", "author")]


class FormerName(models.Model):
    """A slug, key or name that a record had until somebody renamed it.

    Its addresses lead to the record, searches that use it mean the record, files that print it name the
    record: for ever.  Nothing else takes it.
    """

    class Part(models.TextChoices):
        SLUG = "slug", "slug"
        KEY = "key", "key"
        NAME = "name", "name"

    kind = models.CharField(max_length=12, choices=RECORD_KINDS)
    part = models.CharField(max_length=4, choices=Part)
    text = models.CharField(max_length=200)
    tag = models.ForeignKey(Tag, models.CASCADE, null=True, blank=True, related_name="former_names")
    outlet = models.ForeignKey(Outlet, models.CASCADE, null=True, blank=True, related_name="former_names")
    author = models.ForeignKey(Author, models.CASCADE, null=True, blank=True, related_name="former_names")

    class Meta:
        ordering = ["kind", "text"]
        constraints = [
            # An old address leads to one place.
            models.UniqueConstraint(fields=["kind", "part", "text"], name="former_name_once"),
            models.CheckConstraint(
                condition=Q(tag__isnull=False, outlet__isnull=True, author__isnull=True)
                | Q(tag__isnull=True, outlet__isnull=False, author__isnull=True)
                | Q(tag__isnull=True, outlet__isnull=True, author__isnull=False),
                name="former_name_of_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.part} {self.text}"


class ProposedMerge(models.Model):
    """Two records of one kind that may be the same, and why.

    ``first`` and ``second`` are their numbers, the lower one first.  One that somebody called different is
    kept, so that it is never proposed again.
    """

    class Status(models.TextChoices):
        OPEN = "open", "to decide"
        DIFFERENT = "different", "not the same"

    kind = models.CharField(max_length=12, choices=RECORD_KINDS)
    first = models.BigIntegerField()
    second = models.BigIntegerField()
    names = models.CharField(max_length=420, help_text="What both were called when they were proposed.")
    reasons = models.JSONField(default=list)
    likeness = models.FloatField(help_text="0 to 1: how much speaks for one record rather than two.")
    status = models.CharField(max_length=9, choices=Status, default=Status.OPEN)

    class Meta:
        ordering = ["-likeness", "id"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "first", "second"], name="merge_proposed_once"),
            models.CheckConstraint(condition=Q(first__lt=models.F("second")), name="merge_of_two"),
        ]
        indexes = [models.Index(fields=["status", "-likeness", "id"], name="merge_likeliest")]  # the list

    def __str__(self) -> str:
        return self.names
