"""Who may do what at the desk: three groups, declared here and made anew after every migrate.

An administrator is a superuser and needs no group.  No role reaches people, groups or sessions, and none may
change what stands in the trail.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.apps import AppConfig, apps
from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.contrib.contenttypes.management import create_contenttypes
from django.db import DEFAULT_DB_ALIAS


@dataclass(frozen=True, slots=True)
class Role:
    """One group of the desk.

    ``verbs`` holds what it may do besides looking, by model: ``{"tagging": ("add", "change")}``.
    What a role ``includes`` it may do as well.
    """

    name: str
    verbs: dict[str, tuple[str, ...]]
    includes: Role | None = None

    def may(self, verb: str, model: str) -> bool:
        """Return whether the role may do this to rows of a model of the archive; every role may view."""
        inherited = self.includes is not None and self.includes.may(verb, model)
        return verb == "view" or verb in self.verbs.get(model, ()) or inherited


# Sees everything with its evidence, and changes nothing.
VIEWER = Role("Viewer", {})
# Decides on tags and suggested actors, corrects and withdraws articles.
CURATOR = Role(
    "Curator",
    {
        "article": ("change",),
        "tagging": ("add", "change"),
        "authorship": ("add", "change"),
        "actorsuggestion": ("change",),
        "importrun": ("add",),  # uploading is adding a run
        "audititem": ("change",),  # answering whether a tag is right
    },
    includes=VIEWER,
)
# Keeps the gazetteer, outlets and authors, merges, and undoes what was done.
LIBRARIAN = Role(
    "Librarian",
    {
        "tag": ("add", "change"),
        "alias": ("add", "change", "delete"),
        "office": ("add", "change", "delete"),
        "outlet": ("add", "change", "delete"),
        "author": ("add", "change", "delete"),
        "proposedmerge": ("change",),  # merging, and saying what is not the same
        "importrun": ("change",),  # undoing an import
        "auditsample": ("add",),  # asking for a sample of one tag or kind
        "changeset": ("add",),  # an undo is one more act; nobody may change the trail
    },
    includes=CURATOR,
)
ROLES = (VIEWER, CURATOR, LIBRARIAN)


def make_roles(
    app_config: AppConfig, using: str = DEFAULT_DB_ALIAS, apps: Apps = apps, **kwargs: object
) -> None:
    """Make the groups of `ROLES` and give each exactly its permissions; members stay.

    Django calls this after every migrate, also after one back to a time before there were groups: then there
    is nothing to make.
    """
    try:
        group, permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    except LookupError:
        return
    # This app comes before auth, which makes the permissions once its own turn comes.
    create_contenttypes(app_config, verbosity=0, using=using, apps=apps)
    create_permissions(app_config, verbosity=0, using=using, apps=apps)
    rows = permission.objects.using(using).filter(content_type__app_label=app_config.label)
    for role in ROLES:
        members, _ = group.objects.using(using).get_or_create(name=role.name)
        members.permissions.set([row for row in rows if role.may(*row.codename.split("_", 1))])
