"""What the desk says to somebody who may not do what they asked for: which right it takes, and who has it."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.defaults import permission_denied

from articles.roles import ROLES, Role

SAFE = ("GET", "HEAD")
VERBS = {"view": "look at", "add": "add", "change": "change", "delete": "delete"}
NAMED = 5  # administrators to ask
# What an address takes whose name does not say it: to look, and to do.
ASKED = {
    "actorsuggestion_decide": ("change_actorsuggestion", "change_actorsuggestion"),
    "article_refused": ("view_article", "change_article"),
    "changeset_undo": ("add_changeset", "add_changeset"),
    "correction_decide": ("change_article", "change_article"),
    "importissue_correct": ("add_importrun", "add_importrun"),
    "importissue_file": ("view_importissue", "view_importissue"),
    "importissue_put_back": ("add_importrun", "add_importrun"),
    "importissue_retry": ("add_importrun", "add_importrun"),
    "importrun_issues": ("view_importrun", "view_importrun"),
    "importrun_state": ("view_importrun", "view_importrun"),
    "importrun_retry": ("add_importrun", "add_importrun"),
    "importrun_undo": ("change_importrun", "change_importrun"),
    "proposedmerge_look": ("change_proposedmerge", "change_proposedmerge"),
    "tag_try": ("view_tag", "change_tagging"),
    "upload_add": ("add_importrun", "add_importrun"),
    # Of somebody else's upload; one's own is every curator's to decide.
    "upload_check": ("change_importrun", "change_importrun"),
    "upload_discard": ("change_importrun", "change_importrun"),
    "upload_import": ("change_importrun", "change_importrun"),
    "upload_file": ("add_importrun", "add_importrun"),
    "quality_audit": ("view_auditsample", "change_audititem"),
    "review": ("view_tagging", "change_tagging"),
}
# Verbs of other addresses, by how their names end.
ENDS = {
    "add": "add", "delete": "delete",
    "merge": "change", "rename": "change", "split": "change", "rule": "change",
}  # fmt: skip


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return the page for who may not do something: at the desk its own, else the one for readers."""
    match = request.resolver_match
    if match is None or match.app_name != "admin" or not admin.site.has_permission(request):
        return permission_denied(request, exception)
    right = right_of(match.url_name or "", is_look=request.method in SAFE)
    context = {
        **admin.site.each_context(request),
        "title": "You may not do this",
        "help_line": "Nothing was changed.",
        "right": words_of(right),
        "role": role_for(right),
        "is_had": bool(right) and request.user.has_perm(right),
        "administrators": _administrators(),
        "own_roles": list(request.user.groups.values_list("name", flat=True)),
    }
    return render(request, "admin/403.html", context, status=403)


def right_of(name: str, *, is_look: bool) -> str:
    """Return the permission that an address of the desk takes, by its name; empty if it is not known."""
    own = name.removeprefix("articles_")
    if own in ASKED:
        return f"articles.{ASKED[own][0 if is_look else 1]}"
    pages = {page.name: page.permission for page in admin.site.pages}  # type: ignore[attr-defined]  # our own site
    if name in pages:
        return str(pages[name])
    app, _, rest = name.partition("_")
    model = rest.partition("_")[0]
    verb = ENDS.get(rest.rpartition("_")[2], "view" if is_look else "change")
    return f"{app}.{verb}_{model}" if model else ""


def words_of(right: str) -> str:
    """Return a permission in words: change tags."""
    app, _, codename = right.partition(".")
    verb, _, name = codename.partition("_")
    for model in admin.site._registry:
        if (model._meta.app_label, model._meta.model_name) == (app, name):
            return f"{VERBS.get(verb, verb)} {model._meta.verbose_name_plural}"
    return ""


def role_for(right: str) -> Role | None:
    """Return the least role that has a permission; None if administrators alone have it."""
    app, _, codename = right.partition(".")
    verb, _, model = codename.partition("_")
    return next((role for role in ROLES if app == "articles" and role.may(verb, model)), None)


def _administrators() -> list[str]:
    """Return who can give rights: the first few administrators who may log in."""
    people = get_user_model()._default_manager.filter(is_superuser=True, is_active=True).order_by("pk")
    return [str(person) for person in people[:NAMED]]
