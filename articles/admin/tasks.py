"""Background tasks on the desk: what waits, what is done, what failed, and who works."""

from __future__ import annotations

import uuid

from django.contrib import admin
from django.http import HttpRequest
from django_tasks_db.admin import DBTaskResultAdmin
from django_tasks_db.models import DBTaskResult

from articles.admin.desk import ReadOnlyAdmin
from articles.models import TaskWorker
from articles.working import TaskRow

# The one that comes with django-tasks-db counts the whole table and takes any lookup.
if admin.site.is_registered(DBTaskResult) and isinstance(
    admin.site.get_model_admin(DBTaskResult), DBTaskResultAdmin
):
    admin.site.unregister(DBTaskResult)


@admin.register(DBTaskResult)
class TaskAdmin(ReadOnlyAdmin):
    help_line = (
        "What the desk asked for and did not wait for, newest first. "
        "A task that failed says why below; ask for it again where it was asked for."
    )
    list_display = ("name_shown", "status", "enqueued_at", "started_at", "finished_at")
    sortable_by = ()
    list_filter = ("status",)
    fields = (*list_display, "arguments_shown", "worker_ids", "traceback")
    ordering = ("-enqueued_at",)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> TaskRow | None:
        """Return the task; its number is none that the desk's other tables have."""
        try:
            return self.get_queryset(request).filter(pk=uuid.UUID(object_id)).first()
        except ValueError:
            return None

    @admin.display(description="task")
    def name_shown(self, task: TaskRow) -> str:
        """Return the function's name in words."""
        return str(task.task_path).rpartition(".")[2].replace("_", " ")

    @admin.display(description="arguments")
    def arguments_shown(self, task: TaskRow) -> str:
        """Return what the task is about."""
        given = task.args_kwargs
        named = [f"{name}={value!r}" for name, value in given.get("kwargs", {}).items()]
        return ", ".join([*(repr(value) for value in given.get("args", [])), *named])


@admin.register(TaskWorker)
class TaskWorkerAdmin(ReadOnlyAdmin):
    help_line = (
        "The processes that work on background tasks. One that was not seen for a minute is gone: "
        "what it had in hand is given to another."
    )
    list_display = ("name", "started_at", "seen_at")
    sortable_by = ()
    fields = list_display
