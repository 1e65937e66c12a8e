"""The admin as Newsroom wants it: named, and its index grouped by the work at hand."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

# Headings of the index, and the models below each in this order.  What is named nowhere follows in its app.
GROUPS = {
    "Archive": ("Article", "Tagging", "Correction", "Outlet", "Author"),
    "Gazetteer": (
        "Tag",
        "Alias",
        "Office",
        "ActorSuggestion",
        "SuggestionMention",
        "UnmatchedKeyword",
        "KeywordUse",
    ),
    "Imports": ("ImportRun", "ImportIssue", "ArticleSource"),
    "Trail": ("ChangeSet", "Change"),
    "People": ("User", "Group"),
    "Machinery": ("Archive", "OutboxRow", "RenderedArticle", "NearDuplicate", "Sketch"),
}


class NewsroomAdminSite(admin.AdminSite):
    """The curation desk."""

    site_header = "Newsroom desk"
    site_title = "Newsroom desk"
    index_title = "Desk"
    empty_value_display = "–"

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Let people in; where the database cannot be written, say that nobody can, for a login is a row."""
        if settings.NEWSROOM_IS_READ_ONLY:
            if request.method == "POST":
                return HttpResponseRedirect(request.get_full_path())
            messages.error(request, "The archive can only be read at the moment, so nobody can log in.")
        return super().login(request, extra_context)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Return the models this person may see, under our headings; one app's own page stays as it is."""
        apps = super().get_app_list(request, app_label)
        if app_label is not None:
            return apps
        models = {model["object_name"]: (app, model) for app in apps for model in app["models"]}
        groups = []
        for heading, names in GROUPS.items():
            found = [models.pop(name) for name in names if name in models]
            if found:
                app = found[0][0]
                groups.append({**app, "name": heading, "models": [model for _, model in found]})
        rest = [{**app, "models": [m for m in app["models"] if m["object_name"] in models]} for app in apps]
        return groups + [app for app in rest if app["models"]]


class NewsroomAdminConfig(AdminConfig):
    """Django's admin with the site above."""

    default_site = "newsroom.admin.NewsroomAdminSite"
