"""Who works on background tasks, by the signs of life they give."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.utils import timezone

# A worker gives a sign of life every few seconds; one silent this long is gone.
GONE_AFTER = timedelta(minutes=1)


class TaskWorkerQuerySet(models.QuerySet["TaskWorker"]):
    def alive(self) -> TaskWorkerQuerySet:
        """Return the workers that gave a sign of life a moment ago."""
        return self.filter(seen_at__gt=timezone.now() - GONE_AFTER)


class TaskWorker(models.Model):
    """One process that works on background tasks, on whatever machine it runs."""

    name = models.CharField(max_length=64, unique=True)
    started_at = models.DateTimeField(default=timezone.now, editable=False)
    seen_at = models.DateTimeField(default=timezone.now)

    objects = TaskWorkerQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
