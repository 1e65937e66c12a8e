"""Files that an editor corrected at the desk, and the bytes that stood there before."""

from __future__ import annotations

from django.db import models

from articles.models.imports import ImportRun


class CorrectedFile(models.Model):
    """One correction of one file: which bytes stood there, and which stand there now."""

    class Place(models.TextChoices):
        FOLDER = "folder", "a folder of this server"
        UPLOAD = "upload", "an upload"

    run = models.ForeignKey(
        ImportRun,
        models.SET_NULL,
        null=True,
        related_name="corrected_files",
        help_text="Whose issue showed it.",
    )
    place = models.CharField(max_length=6, choices=Place)
    file = models.TextField(help_text="Absolute path.")
    name = models.TextField(help_text="Path below the folder that was imported.")
    former_sha256 = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64)
    file_key = models.CharField(max_length=16, editable=False, help_text="As of the file's issues.")

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["file_key"], name="corrections_of_file")]  # the page of a file

    def __str__(self) -> str:
        return self.name[:200]


class FormerBytes(models.Model):
    """The bytes of a file before it was corrected, kept once however often they stood there."""

    sha256 = models.CharField(max_length=64, unique=True)
    content = models.BinaryField()
    kept_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "former bytes"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.sha256[:12]
