"""The groups of the desk: made by a migrate, exactly as declared, their members left alone."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from articles.roles import CURATOR, LIBRARIAN, ROLES, VIEWER, make_roles

pytestmark = pytest.mark.django_db


def permissions_of(role) -> set[str]:
    rows = Group.objects.get(name=role.name).permissions.values_list("content_type__app_label", "codename")
    return {f"{app}.{codename}" for app, codename in rows}


def test_a_migrated_archive_has_the_three_roles():
    assert set(Group.objects.values_list("name", flat=True)) == {"Viewer", "Curator", "Librarian"}


def test_a_viewer_may_look_at_every_table_and_do_nothing_else():
    tables = apps.get_app_config("articles").get_models()

    assert permissions_of(VIEWER) == {f"articles.view_{model._meta.model_name}" for model in tables}


def test_each_role_may_what_the_one_below_it_may_and_more():
    assert permissions_of(VIEWER) < permissions_of(CURATOR) < permissions_of(LIBRARIAN)


def test_no_role_reaches_people_sessions_or_the_rows_of_the_trail():
    given = permissions_of(LIBRARIAN)

    assert {name for name in given if not name.startswith("articles.")} == set()
    assert {name for name in given if name.endswith(("_change", "_changeset"))} == {
        "articles.view_change", "articles.view_changeset", "articles.add_changeset",
    }  # fmt: skip


def test_every_verb_that_is_declared_is_a_permission_there_is():
    declared = {f"{verb}_{model}" for role in ROLES for model, verbs in role.verbs.items() for verb in verbs}

    assert declared - set(Permission.objects.values_list("codename", flat=True)) == set()


def test_a_migrate_takes_back_what_somebody_gave_to_a_role_and_keeps_its_members(bob):
    group = Group.objects.get(name=CURATOR.name)
    group.user_set.add(bob)
    before = permissions_of(CURATOR)
    group.permissions.add(Permission.objects.get(codename="change_user"))
    group.permissions.remove(Permission.objects.get(codename="change_tagging"))

    call_command("migrate", verbosity=0)

    assert permissions_of(CURATOR) == before
    assert list(group.user_set.all()) == [bob]


def test_groups_that_an_administrator_made_stay_as_they_are():
    own = Group.objects.create(name="Proof-readers")
    own.permissions.set(Permission.objects.filter(codename="change_article"))

    call_command("migrate", verbosity=0)

    assert [one.codename for one in own.permissions.all()] == ["change_article"]


def test_a_time_before_there_were_groups_is_no_error():
    class Past:
        def get_model(self, app, model):
            raise LookupError

    make_roles(apps.get_app_config("articles"), apps=Past())
