"""The admin as Newsroom wants it: named, and its index grouped by the work at hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse

# Headings of the index, and the models below each in this order.  What is named nowhere follows in its app.
MACHINERY = (
    "Machinery"  # on the index of administrators alone; who may look at its tables finds links to them
)
GROUPS = {
    "Archive": ("Article", "Tagging", "Correction", "Outlet", "Author"),
    "Gazetteer": (
        "Tag",
        "Alias",
        "Office",
        "ActorSuggestion",
        "UnmatchedKeyword",
        "ProposedMerge",
        "FormerName",
    ),
    "Imports": ("Upload", "ImportRun", "ImportIssue", "ArticleSource"),
    "Quality": ("AuditSample",),
    "Trail": ("ChangeSet", "Change"),
    "People": ("User", "Group"),
    # What other pages lead to, and what keeps the archive going.
    MACHINERY: (
        "SuggestionMention",
        "KeywordUse",
        "AuditItem",
        "CorrectedFile",
        "FormerBytes",
        "DBTaskResult",
        "TaskWorker",
        "Archive",
        "OutboxRow",
        "RenderedArticle",
        "NearDuplicate",
        "Sketch",
    ),
}


# What stands on top of pages that are no table's list or form; `_history` is that of any table.
HELP = {
    "index": "What waits for you, in the order of a day's work, then every table.",
    "app_list": "The tables of one part of the program.",
    "login": "For those who curate the archive. An administrator makes accounts and passwords.",
    "password_change": "Choose a long one that you use nowhere else. You stay logged in here alone.",
    "password_change_done": "The new one holds from now on.",
    "auth_user_password_change": "The person is logged out everywhere; the new password holds from now on.",
    "auth_user_delete": "Decisions keep the name of who made them; nobody logs in as this person again.",
    "auth_group_delete": "Its members stay, without what the group let them do.",
    "articles_changeset_undo": "What undoing would change, row by row. Nothing has happened yet.",
    "_history": "What was changed here, by whom and when, the latest first.",
    "_delete": "What goes is listed below. The trail keeps it, and an undo brings it back.",
}


@dataclass(frozen=True, slots=True)
class DeskPage:
    """A page of the desk that is no table of its own.

    It stands at ``address`` below /admin/, is called ``admin:name`` by `reverse`, and checks for itself that
    whoever asks has the ``permission``.  One with a ``label`` is on the index, on top of its ``group``.
    """

    name: str
    address: str
    view: Callable[..., HttpResponse]
    permission: str
    label: str = ""
    group: str = ""

    def is_listed_for(self, request: HttpRequest) -> bool:
        """Return whether the index leads this person here."""
        return bool(self.label) and request.user.has_perm(self.permission)


class NewsroomAdminSite(admin.AdminSite):
    """The curation desk.  Modules of `articles.admin` put their own pages into ``pages``.

    ``read_front`` returns what the front page says besides the tables.
    """

    site_header = "Newsroom desk"
    site_title = "Newsroom desk"
    index_title = "Desk"
    empty_value_display = "–"

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self.pages: list[DeskPage] = []
        self.read_front: Callable[[HttpRequest], object] = lambda request: None

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Return the addresses of the desk's own pages, then Django's, which end with one that takes all."""
        own = [path(page.address, self.admin_view(page.view), name=page.name) for page in self.pages]
        return [*own, *super().get_urls()]

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Let people in; where the database cannot be written, say that nobody can, for a login is a row."""
        if settings.NEWSROOM_IS_READ_ONLY:
            if request.method == "POST":
                return HttpResponseRedirect(request.get_full_path())
            messages.error(request, "The archive can only be read at the moment, so nobody can log in.")
        return super().login(request, extra_context)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Return the front page: the work that waits, then the tables."""
        return super().index(request, {"front": self.read_front(request), **(extra_context or {})})

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Return what every page is told, a line of help for those that bring none of their own included."""
        match = request.resolver_match
        return {
            **super().each_context(request),
            "help_line": self.help_of(match.url_name or "" if match else ""),
        }

    def help_of(self, page: str) -> str:
        """Return the line of help of a page, by the name of its address: articles_tag_history."""
        table, _, sort = page.rpartition("_")
        if line := HELP.get(page) or HELP.get(f"_{sort}"):
            return line
        tables = {
            f"{model._meta.app_label}_{model._meta.model_name}": one for model, one in self._registry.items()
        }
        return str(getattr(tables.get(table), "help_line", ""))

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Return the models this person may see, under our headings; one app's own page stays as it is.

        `MACHINERY` is listed for administrators alone.
        """
        apps = super().get_app_list(request, app_label)
        if app_label is not None:
            return apps
        models = {model["object_name"]: (app, model) for app in apps for model in app["models"]}
        groups = []
        for heading, names in GROUPS.items():
            if heading == MACHINERY and not request.user.is_superuser:
                for name in names:
                    models.pop(name, None)
            found = [models.pop(name) for name in names if name in models]
            if found:
                app = found[0][0]
                rows = [*self._pages_of(heading, request), *(model for _, model in found)]
                groups.append({**app, "name": heading, "models": rows})
        rest = [{**app, "models": [m for m in app["models"] if m["object_name"] in models]} for app in apps]
        return groups + [app for app in rest if app["models"]]

    def _pages_of(self, heading: str, request: HttpRequest) -> list[dict[str, Any]]:
        """Return the desk's own pages of a group, in the shape in which Django's index takes models."""
        return [
            {"name": page.label, "object_name": page.name, "admin_url": reverse(f"{self.name}:{page.name}"),
             "add_url": None, "view_only": True}
            for page in self.pages
            if page.group == heading and page.is_listed_for(request)
        ]  # fmt: skip


class NewsroomAdminConfig(AdminConfig):
    """Django's admin with the site above, or with the one that asks for one-time codes as well."""

    default_site = (
        "newsroom.codes.CodedAdminSite" if settings.ONE_TIME_CODES else "newsroom.admin.NewsroomAdminSite"
    )
