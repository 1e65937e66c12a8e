"""Random samples of taggings that editors audit, and what they answered."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from articles.models.article import Article, Tagging
from articles.models.tag import Tag, TagKind


class AuditSample(models.Model):
    """One random draw of automatic taggings that readers see: of all, of one kind, or of one tag.

    It can be drawn again: numbers from ``lowest`` to ``highest`` in the random order of ``seed``, those left
    out that were no such tagging at the time.  Of a rare tag, its own numbers were ordered (``is_listed``).
    """

    class Scope(models.TextChoices):
        ALL = "all", "all tags"
        KIND = "kind", "one kind"
        TAG = "tag", "one tag"

    drawn_on = models.DateField(help_text="The day on which it is audited.")
    scope = models.CharField(max_length=4, choices=Scope)
    kind = models.CharField(max_length=12, choices=TagKind, blank=True, help_text="Empty: all kinds.")
    # Gone with a tag whose making was undone; the name stays.
    tag = models.ForeignKey(Tag, models.SET_NULL, null=True, blank=True, related_name="audit_samples")
    tag_name = models.CharField(max_length=200, blank=True)
    stratum = models.CharField(max_length=40, editable=False, help_text="all, kind:topic or tag:12.")
    seed = models.CharField(max_length=32, help_text="Chosen at random when the sample was drawn.")
    lowest = models.BigIntegerField(default=0)
    highest = models.BigIntegerField(default=0)
    is_listed = models.BooleanField(default=False)
    tried_count = models.PositiveIntegerField("numbers tried", default=0)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    made_by_name = models.CharField("drawn by", max_length=150, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-drawn_on", "scope", "stratum"]
        constraints = [
            # The same for everybody on a day; nobody draws again until they like what they get.
            models.UniqueConstraint(fields=["drawn_on", "stratum"], name="audit_sample_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.drawn_on}, {self.subject}"

    @property
    def subject(self) -> str:
        """Return what it is a sample of, in words."""
        if self.scope == self.Scope.TAG:
            return str(self.tag or self.tag_name)
        return self.get_kind_display() if self.kind else "all tags"


class AuditItem(models.Model):
    """One tagging of a sample: a copy of what the auditor saw, and the answer.

    ``excerpts`` is a list of ``[part, [[text, is evidence], ...]]``.  The answer stands for what was seen: a
    tagging that is rejected, a tag that is no more, or an article that is edited later, does not change it.
    """

    class Verdict(models.TextChoices):
        RIGHT = "right", "right"
        WRONG = "wrong", "wrong"
        UNSURE = "unsure", "cannot tell"

    sample = models.ForeignKey(AuditSample, models.CASCADE, related_name="items", db_index=False)
    position = models.PositiveSmallIntegerField()
    # A number like those in the trail: a re-tag may remove the row, and the answer stays.
    tagging_id = models.BigIntegerField("tagging")
    article = models.ForeignKey(Article, models.CASCADE, related_name="audit_items")
    tag = models.ForeignKey(Tag, models.SET_NULL, null=True, blank=True, related_name="audit_items")
    kind = models.CharField(max_length=12, choices=TagKind)
    tag_name = models.CharField(max_length=200)
    title = models.CharField(max_length=500)
    role = models.CharField(max_length=10, choices=Tagging.Role)
    rule = models.CharField(max_length=20, blank=True, help_text="Of the first words that earned the tag.")
    release = models.CharField("gazetteer release", max_length=64, blank=True)
    excerpts = models.JSONField(default=list)
    verdict = models.CharField(max_length=6, choices=Verdict, blank=True)
    role_verdict = models.CharField(max_length=6, choices=Verdict, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    answered_by_name = models.CharField("answered by", max_length=150, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    former_answers = models.JSONField(default=list, help_text="Answers that were changed on the same day.")

    class Meta:
        ordering = ["sample", "position"]
        constraints = [
            models.UniqueConstraint(fields=["sample", "position"], name="audit_item_position"),
            models.UniqueConstraint(fields=["sample", "tagging_id"], name="audit_item_once"),
            models.CheckConstraint(
                condition=models.Q(role_verdict="") | models.Q(verdict="right"),
                name="audit_role_of_right_tags",
            ),
        ]
        indexes = [models.Index(fields=["kind", "verdict"], name="audit_item_kind")]  # figures of a kind

    def __str__(self) -> str:
        return f"{self.tag_name}: {self.title}"
