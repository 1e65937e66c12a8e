"""People on the desk: Django's own pages for users, which tell the public pages of a new name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from articles.search import sync

if TYPE_CHECKING:
    from articles.admin.desk import RecordForm

    People = UserAdmin[User]
else:  # Django's class takes no type arguments when the code runs
    People = UserAdmin

admin.site.unregister(User)


@admin.register(User)
class PeopleAdmin(People):
    """Users.  Articles show readers the name of who decided on a tag."""

    def save_model(self, request: HttpRequest, obj: User, form: RecordForm, change: bool) -> None:
        """Save the user; pages kept until then may show a former name."""
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            if change:
                sync.announce()

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        """Delete the user, whose name then stands nowhere."""
        with transaction.atomic():
            super().delete_model(request, obj)
            sync.announce()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Delete these users."""
        with transaction.atomic():
            super().delete_queryset(request, queryset)
            sync.announce()
