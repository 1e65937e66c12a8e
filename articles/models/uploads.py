"""Clippings sent through the desk: the files as they came, and what checking them found."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

PREFIX = "upload:"  # of the path under which the import knows an upload; no path on a disk begins like this
# A check and an import say how far they are with every chunk; one silent this long was killed.
SILENT_AFTER = timedelta(minutes=2)


class Upload(models.Model):
    """Files that one person sent at once: they are checked, and imported if that person says so."""

    class State(models.TextChoices):
        RECEIVING = "receiving", "being received"
        CHECKING = "checking", "being checked"
        CHECKED = "checked", "checked, not imported"
        IMPORTING = "importing", "being imported"
        IMPORTED = "imported", "imported"
        STOPPED = "stopped", "stopped by a fault"

    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # Kept as text too: an account may go.
    sent_by_name = models.CharField("sent by", max_length=150, blank=True)
    sent_at = models.DateTimeField(
        default=timezone.now, editable=False, db_index=True
    )  # old ones are removed
    state = models.CharField(max_length=9, choices=State, default=State.RECEIVING)
    note = models.TextField(blank=True, help_text="Why it waits, or what stopped it.")
    file_count = models.PositiveIntegerField("files", default=0)
    size = models.PositiveBigIntegerField(default=0, help_text="Bytes of all files kept.")
    done_count = models.PositiveIntegerField(default=0, help_text="Files checked so far.")
    began_at = models.DateTimeField(null=True, help_text="When a worker took up what was asked for last.")
    seen_at = models.DateTimeField(
        default=timezone.now, help_text="Last sign of life of its check or import."
    )
    checked_at = models.DateTimeField(null=True, blank=True)
    checked_revision = models.BigIntegerField(
        null=True, help_text="Of the archive that it was checked against."
    )

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"upload {self.pk}"

    @property
    def path(self) -> str:
        """Return the folder, so to speak, in which the import finds the files."""
        return f"{PREFIX}{self.pk}"

    @property
    def is_busy(self) -> bool:
        """Return whether its check or import is asked for or under way."""
        return self.state in {self.State.CHECKING, self.State.IMPORTING}

    @property
    def is_silent(self) -> bool:
        """Return whether a check or import was begun that gives no sign of life."""
        return self.is_busy and self.began_at is not None and timezone.now() - self.seen_at > SILENT_AFTER


class UploadedFile(models.Model):
    """One file of an upload: its bytes, or why they were not kept, and what checking it found."""

    upload = models.ForeignKey(Upload, models.CASCADE, related_name="files")
    position = models.PositiveIntegerField()
    name = models.CharField(max_length=1000, help_text="Path below the upload, a zip being a folder.")
    path = models.CharField(max_length=1000, unique=True, help_text="As the import knows it.")
    content = models.BinaryField(
        null=True, help_text="The bytes as they were sent; none where they were refused."
    )
    corrected = models.BinaryField(null=True, help_text="The bytes that an editor put in their place.")
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True, help_text="Of the bytes as they were sent.")
    problem = models.TextField(blank=True, help_text="Why the bytes were not kept.")
    kind = models.CharField(max_length=24, blank=True, help_text="Kind of that problem.")
    is_skipped = models.BooleanField(default=False, help_text="It holds no article, which is no fault.")
    # What the check found; empty until then.
    outcome = models.CharField(max_length=9, blank=True)
    identity = models.CharField(max_length=80, blank=True, help_text="By which its article is known.")
    preview = models.JSONField(default=dict, help_text="Title, outlet and date as they would be imported.")
    issues = models.JSONField(default=list, help_text="Line, message, level and kind of each.")

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["upload", "position"], name="place_in_upload")]

    def __str__(self) -> str:
        return self.name

    @property
    def current(self) -> bytes | None:
        """Return the bytes to be read: those that an editor put there, else those that were sent."""
        content = self.content if self.corrected is None else self.corrected
        return None if content is None else bytes(content)
