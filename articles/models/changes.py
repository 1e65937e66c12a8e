"""The audit trail: one act of a person or a program, and what it changed, row by row."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class ChangeSet(models.Model):
    """One act: an editor's decision, a bulk edit, an import, a re-tag, a gazetteer load.  Append-only.

    A load has no rows of its own: its note counts the tags, and `Tag.loaded` holds what it wrote.
    """

    class Act(models.TextChoices):
        CONFIRM = "confirm", "confirm tags"
        REJECT = "reject", "reject tags"
        ROLE = "role", "set the role of tags"
        ADD = "add", "add tags"
        EDIT = "edit", "edit"
        WITHDRAW = "withdraw", "withdraw articles"
        RESTORE = "restore", "restore articles"
        RETIRE = "retire", "retire tags"
        REINSTATE = "reinstate", "take tags back into use"
        LOAD = "load", "load gazetteer"
        IMPORT = "import", "import"
        UNDO = "undo", "undo"
        RETAG = "retag", "tag again"
        CORRECT = "correct", "correct a file"
        DISMISS = "dismiss", "dismiss suggested actors"
        REOPEN = "reopen", "reopen suggested actors"
        REVIEW = "review", "review tags"
        MERGE = "merge", "merge"
        RENAME = "rename", "rename"
        SPLIT = "split", "split"
        DISTINCT = "distinct", "tell records apart"
        ACCEPT = "accept", "accept suggested actors"
        JOIN = "join", "take suggested actors for known ones"

    act = models.CharField(max_length=10, choices=Act)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # Kept as text too, so that the trail survives the account.
    made_by_name = models.CharField("made by", max_length=150, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    note = models.TextField(blank=True)
    run = models.ForeignKey(
        "articles.ImportRun",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="change_sets",
        help_text="The import that did this, or that this undid.",
    )
    undoes = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="undone_by",
        help_text="The act that this one took back, wholly or in some of its rows.",
    )
    sitting = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="followers",
        help_text="The first act of the sitting at the review queue that this act belongs to.",
    )
    change_count = models.PositiveIntegerField("changes", default=0)

    class Meta:
        ordering = ["-id"]
        indexes = [
            # The list of acts, in which a sitting is one line.
            models.Index(fields=["-id"], condition=models.Q(sitting__isnull=True), name="changeset_heads")
        ]

    def __str__(self) -> str:
        return f"{self.get_act_display()} #{self.pk}"


class Change(models.Model):
    """One row before and after.

    A change of an existing row holds the columns that changed; ``before`` is null for a row that was made,
    ``after`` for one that was removed, and the other side then holds the whole row.  An import says less of
    an article it made, for the file says the rest, and keeps the article's ``authors`` (ids in order) and
    ``taggings`` (columns by tag id, null where there was none) beside its columns.
    """

    change_set = models.ForeignKey(ChangeSet, models.CASCADE, related_name="changes")
    table = models.CharField(max_length=60)
    row_id = models.BigIntegerField()
    label = models.CharField(max_length=300)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["table", "row_id"], name="change_of_row")]  # history of one row

    def __str__(self) -> str:
        return self.label
