"""Changes of a tag's rule that an editor tries before saving: what was asked, and what it would do."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

from articles.models.article import Article
from articles.models.tag import Tag

# A trial says how far it is every second or so; one silent this long was killed.
SILENT_AFTER = timedelta(minutes=1)


class RuleTrial(models.Model):
    """One change of one tag's rule, tried on the whole archive: nothing of it is in force until it is saved.

    ``lines`` is the rule as it was typed, by field.  ``release`` and ``revision`` say for which gazetteer and
    which state of the articles the result holds.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        LOOKING = "looking", "looking for articles"
        TAGGING = "tagging", "tagging"
        DONE = "done", "done"
        SAVING = "saving", "being saved"
        SAVED = "saved", "saved"
        FAILED = "failed", "failed"

    tag = models.ForeignKey(Tag, models.CASCADE, related_name="trials")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    lines = models.JSONField(default=dict)
    is_ambiguous = models.BooleanField(default=False)
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    note = models.TextField(blank=True, help_text="What stopped it, or what came of saving it.")
    release = models.CharField(max_length=64, blank=True)
    revision = models.BigIntegerField(default=0)
    article_ids = models.JSONField(default=list, help_text="Those that hold words of the change.")
    found_count = models.PositiveIntegerField(default=0)
    tagged_count = models.PositiveIntegerField(default=0)
    result = models.JSONField(default=dict, help_text="Counts: see `articles.rules.lab`.")
    seen_at = models.DateTimeField(default=timezone.now, help_text="Last sign of life.")
    change_set = models.ForeignKey(
        "articles.ChangeSet", models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"trial {self.pk} of {self.tag}"

    @property
    def is_busy(self) -> bool:
        """Return whether somebody works on it, or is to."""
        return self.state in {self.State.WAITING, self.State.LOOKING, self.State.TAGGING, self.State.SAVING}

    @property
    def is_silent(self) -> bool:
        """Return whether work on it is under way that gives no sign of life."""
        return (
            self.is_busy and self.state != self.State.WAITING and timezone.now() - self.seen_at > SILENT_AFTER
        )


class TrialMove(models.Model):
    """What a trial would do to one tagging, or a decision that it contradicts.

    ``mentions`` are the words: of a gained tag those of the new rule, of a lost one those it had.
    ``is_due`` says that it comes with the next re-tag in any case, for the article waits for one.
    """

    class Kind(models.TextChoices):
        GAINED = "gained", "would get it"
        LOST = "lost", "would lose it"
        MAIN = "main", "would become a main subject"
        MENTIONED = "mentioned", "would be merely mentioned"
        UNCONFIRMED = "unconfirmed", "an editor confirmed it; the new rule no longer gives it"
        UNREJECTED = "unrejected", "an editor rejected it; the new rule would give it again"

    trial = models.ForeignKey(RuleTrial, models.CASCADE, related_name="moves", db_index=False)
    article = models.ForeignKey(Article, models.CASCADE, related_name="+")
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=11, choices=Kind)
    mentions = models.JSONField(default=list)
    is_due = models.BooleanField(default=False)
    is_sampled = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["trial", "tag", "kind", "id"], name="move_of_trial")]  # its lists

    def __str__(self) -> str:
        return f"{self.tag}: {self.get_kind_display()}"
