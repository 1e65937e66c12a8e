"""People on the desk: Django's own pages for users and groups, open to administrators alone.

Whoever may edit users could make themselves anything; so no permission opens these pages to anybody else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import AnonymousUser, Group, User
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from articles.search import sync

if TYPE_CHECKING:
    from articles.admin.desk import RecordForm

    People = UserAdmin[User]
    Groups = GroupAdmin
else:  # Django's class takes no type arguments when the code runs
    People = UserAdmin
    Groups = GroupAdmin

admin.site.unregister([User, Group])


class ForAdministrators:
    """A table of which only superusers see anything, whatever permissions others were given."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Return whether the table stands on the index."""
        return _is_administrator(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Return whether this person may look at rows."""
        return _is_administrator(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return whether this person may add rows."""
        return _is_administrator(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Return whether this person may change rows."""
        return _is_administrator(request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Return whether this person may delete rows."""
        return _is_administrator(request)


def _is_administrator(request: HttpRequest) -> bool:
    user = request.user
    return not isinstance(user, AnonymousUser) and user.is_active and user.is_superuser


@admin.register(Group)
class RoleAdmin(ForAdministrators, Groups):
    """Groups: the roles, and others that an administrator made.  What the roles may do is in the program."""

    help_line = (
        "Viewer, Curator and Librarian are made by the program, with what each may do: what you change in "
        "them lasts until the next update. Groups of your own stay as you make them."
    )


@admin.register(User)
class PeopleAdmin(ForAdministrators, People):
    """Users.  Articles show readers the name of who decided on a tag."""

    help_line = (
        "Who may work at the desk: tick Staff status and choose one of the groups. "
        "Somebody who leaves is made inactive, not deleted: then their decisions keep their name."
    )

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
