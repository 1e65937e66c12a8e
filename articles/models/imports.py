"""Provenance: which run read which file, and what was wrong with it."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

from articles.importing.troubles import About, Trouble, about
from articles.models.article import Article
from articles.models.uploads import Upload

# A run writes its heartbeat with every chunk; one silent this long was killed.
SILENT_AFTER = timedelta(minutes=2)
ANCESTORS = 20  # runs that tried files of each other again


class ImportRun(models.Model):
    """One import: who, when, what was asked for, what changed."""

    class State(models.TextChoices):
        RUNNING = "running", "running"
        FINISHED = "finished", "finished"
        INTERRUPTED = "interrupted", "interrupted"
        FAILED = "failed", "failed"
        UNDONE = "undone", "undone"

    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # Kept as text too: an import from the command line has no account, and an account may go.
    started_by_name = models.CharField("started by", max_length=150, blank=True)
    paths = models.JSONField(default=list, help_text="The files and folders asked for.")
    is_forced = models.BooleanField(default=False, help_text="Every file was read and tagged again.")
    is_pruning = models.BooleanField(default=False, help_text="Articles whose files are gone were withdrawn.")
    state = models.CharField(max_length=12, choices=State, default=State.RUNNING)
    started_at = models.DateTimeField(default=timezone.now, editable=False)
    heartbeat_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    gazetteer_release = models.CharField(max_length=64, blank=True)
    created_count = models.PositiveIntegerField(default=0)
    updated_count = models.PositiveIntegerField(default=0)
    unchanged_count = models.PositiveIntegerField(default=0)
    skipped_count = models.PositiveIntegerField(default=0)
    failed_count = models.PositiveIntegerField(default=0)
    withdrawn_count = models.PositiveIntegerField(default=0, help_text="Articles, not files.")
    # Kept with each chunk, for a large run has as many issues as files: {"error": {"bad-date": 3}}.
    issue_counts = models.JSONField(default=dict, help_text="Issues by level and kind.")
    retries = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="retried_by",
        help_text="The run whose files this one tried again.",
    )

    upload = models.ForeignKey(
        Upload,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="runs",
        help_text="Whose files it imported, if they were sent through the desk.",
    )

    class Meta:
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"run {self.pk}"

    @property
    def sent_with(self) -> Upload | None:
        """Return the upload whose files the run read, or the run whose files this one tried again."""
        return self.first.upload

    @property
    def first(self) -> ImportRun:
        """Return the run that first read the files: this one, if it tried no other's again."""
        return list(self.lineage())[-1]

    def lineage(self) -> Iterator[ImportRun]:
        """Yield the run, that whose files it tried again, and so on."""
        run: ImportRun | None = self
        for _ in range(ANCESTORS):
            if run is None:
                return
            yield run
            run = run.retries

    @property
    def seconds(self) -> float:
        """Return how long the run took, or was seen at work."""
        return ((self.finished_at or self.heartbeat_at) - self.started_at).total_seconds()

    @property
    def is_silent(self) -> bool:
        """Return whether the run says it is running but its heartbeat stopped."""
        return self.state == self.State.RUNNING and timezone.now() - self.heartbeat_at > SILENT_AFTER


class ImportIssue(models.Model):
    """One problem with one file: what, where, and what to do."""

    class Level(models.TextChoices):
        ERROR = "error", "not imported"
        WARNING = "warning", "imported with a warning"
        SKIPPED = "skipped", "skipped: holds no article"

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="issues")
    level = models.CharField(max_length=7, choices=Level, default=Level.ERROR)
    path = models.TextField()
    line = models.PositiveIntegerField(null=True, blank=True)
    message = models.TextField()
    kind = models.CharField(max_length=24, default=Trouble.OTHER)
    # Where the file is found again: ``path`` is what people are shown, relative where it was given so.
    file = models.TextField(blank=True, help_text="Absolute path.")
    name = models.TextField(blank=True, help_text="Path below the folder that was imported.")
    sha256 = models.CharField(max_length=64, blank=True, help_text="Of the bytes that were read.")
    # A path may be longer than an index of PostgreSQL takes.
    file_key = models.CharField(max_length=16, blank=True, editable=False)
    # The later run that imported the file, once `articles.admin.mended` has looked for it; no column.
    mended_by: ImportRun | None = None

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["run", "level", "kind", "id"], name="issues_of_kind"),  # a group
            models.Index(fields=["file_key"], name="issues_of_file"),  # the page of a file
        ]

    def __str__(self) -> str:
        return (
            f"{self.path}, line {self.line}: {self.message}" if self.line else f"{self.path}: {self.message}"
        )

    @staticmethod
    def key_of(file: str) -> str:
        """Return the key under which the issues of a file are found."""
        return hashlib.sha256(file.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    @property
    def about(self) -> About:
        """Return the issue's kind in words, with the remedy."""
        return about(self.kind)


class ArticleSource(models.Model):
    """One file that an article was read from.  The same article in two folders has two."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="sources")
    path = models.CharField(max_length=1000, unique=True, help_text="Absolute path; readers never see it.")
    name = models.CharField(max_length=1000, help_text="Path below the folder that was imported.")
    sha256 = models.CharField(max_length=64, help_text="Of the file's bytes when last read.")
    reader_version = models.CharField(max_length=64)
    run = models.ForeignKey(ImportRun, models.SET_NULL, null=True, related_name="sources")
    is_undone = models.BooleanField(
        default=False,
        help_text="What it says was undone: it is skipped until its bytes change.",
    )

    class Meta:
        ordering = ["path"]
        indexes = [models.Index(fields=["sha256"], name="source_bytes")]  # moved and duplicated files

    def __str__(self) -> str:
        return self.name


class Archive(models.Model):
    """The one row that says which archive this is and how many index-relevant writes it has seen.

    Every writer of articles or tags locks this row and raises ``revision`` in its own transaction
    (`search.sync.enqueue`), so that outbox numbers become visible in their order.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    revision = models.BigIntegerField(default=0, editable=False)
    gazetteer_release = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_archive")]

    def __str__(self) -> str:
        return f"archive {self.uuid}"


class OutboxRow(models.Model):
    """One article whose entry in the search index is out of date since ``revision``."""

    revision = models.BigIntegerField(primary_key=True)
    # No foreign key: the row must outlive a deleted article, whose index entry has to go.
    article_id = models.BigIntegerField()
    queued_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = "outbox row"
        ordering = ["revision"]

    def __str__(self) -> str:
        return f"{self.revision}: article {self.article_id}"
