"""A small archive with something in every table, and the people at its desk."""

from __future__ import annotations

import datetime as dt
import re
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from articles import curation
from articles.importing.unmatched import write_unmatched
from articles.models import (
    Alias,
    ArticleSource,
    CorrectedFile,
    Correction,
    FormerBytes,
    FormerName,
    ImportIssue,
    ImportRun,
    NearDuplicate,
    Office,
    ProposedMerge,
    RenderedArticle,
    Sketch,
    Tagging,
    TaskWorker,
    Upload,
    UploadedFile,
)
from articles.quality import sampling
from tests.factories import make_article, make_suggestion, make_tag

# Who sees and may do least: a run on PostgreSQL leaves them to the one on SQLite.
LESSER_ROLES = {"nobody", "Viewer", "Curator"}

BODY = "The Kremlin said talks would go on. Later, officials in Kyiv agreed.\n\nRussia did not comment."


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Walk the desk on PostgreSQL only as a librarian and as an administrator, who ask for all there is."""
    if connection.vendor == "postgresql":
        left = [item for item in items if role_of(item) in LESSER_ROLES]
        items[:] = [item for item in items if role_of(item) not in LESSER_ROLES]
        config.hook.pytest_deselected(items=left)


def role_of(item: pytest.Item) -> object:
    """Return the role that a test is repeated with; None if it is not."""
    return item.callspec.params.get("person") if hasattr(item, "callspec") else None


@pytest.fixture
def at_desk(client, django_user_model):
    """Return a function that logs somebody with a role in: ``at_desk("Curator")``."""

    def log_in(role: str):
        person, _ = django_user_model.objects.get_or_create(username=role.lower(), is_staff=True)
        person.groups.set(Group.objects.filter(name=role))
        client.force_login(person)
        return client

    return log_in


@pytest.fixture
def bob_as(client, bob):
    """Return a function that logs Bob in with a role."""

    def log_in(role: str):
        bob.groups.set(Group.objects.filter(name=role))
        client.force_login(bob)
        return client

    return log_in


def make_desk(alice) -> SimpleNamespace:
    """Return an archive in which no table of the desk is empty."""
    russia = make_tag("country/Russia", key="ru")
    putin = make_tag("actor/Vladimir Putin")
    Alias.objects.create(tag=russia, text="Kremlin", kind="metonym", origin="gazetteer")
    Office.objects.create(
        holder=putin, of=russia, title="President", role="head_of_state", start_on=dt.date(2012, 5, 7),
        origin="gazetteer",
    )  # fmt: skip
    article = make_article(
        title="Talks go on", body=BODY, outlet="Example Times", authors=["Ann Author"],
        tags=["country/Ukraine"], keywords=["diplomacy"], extra={"rating": 3},
        cuts=[{"step": "drop_stray_captions", "text": "A photograph"}],
    )  # fmt: skip
    tagging = Tagging.objects.create(
        article=article, tag=russia, role="main", salience=0.8, origin="automatic", status="suggested",
        mentions=[["body", 4, 11, "metonym"], ["body", 70, 76, "name"]],
    )  # fmt: skip
    run = ImportRun.objects.create(
        paths=["seeds"], state="finished", finished_at=timezone.now(), created_count=1
    )
    ImportIssue.objects.create(
        run=run, path="seeds/talks.md", line=3, message="date '2025-13-45' is not a date"
    )
    CorrectedFile.objects.create(
        run=run, place="folder", file="/archive/seeds/talks.md", name="talks.md",
        former_sha256="0" * 64, sha256="1" * 64,
    )  # fmt: skip
    FormerBytes.objects.create(sha256="0" * 64, content=b"---\n")
    ArticleSource.objects.create(
        article=article,
        path="/archive/seeds/talks.md",
        name="talks.md",
        sha256="0" * 64,
        reader_version="1",
        run=run,
    )
    RenderedArticle.objects.create(article=article, key="k", html="<p>Talks</p>")
    Sketch.objects.create(article=article, numbers=bytes(4))
    other = make_article(title="Talks elsewhere", section="World", edited_fields=["section"])
    NearDuplicate.objects.create(first=article, second=other, share=90)
    Correction.objects.create(article=other, field="section", file_value="Asia", run=run, is_open=True)
    first, second = sorted((russia.pk, make_tag("country/Ukraine").pk))
    FormerName.objects.create(kind="country", part="slug", text="kievan-rus", tag=russia)
    ProposedMerge.objects.create(
        kind="country", first=first, second=second, names="Russia and Ukraine", reasons=["same name"],
        likeness=0.9,
    )  # fmt: skip
    make_suggestion(article, "Olga Bodnar", office="ambassador")
    write_unmatched({article.pk: ["diplomacy"]})
    TaskWorker.objects.create(name="desk-1")
    DBTaskResult.objects.create(
        task_path="articles.tasks.check_upload", args_kwargs={"args": [1], "kwargs": {}},
        backend_name="default", run_after=timezone.now(),
    )  # fmt: skip
    upload = Upload.objects.create(sent_by=alice, sent_by_name="alice", state="checked", file_count=1)
    UploadedFile.objects.create(
        upload=upload, position=1, name="vote.md", path=f"{upload.path}/vote.md", content=b"A vote.\n", size=8
    )
    curation.confirm(Tagging.objects.filter(tag__slug="ukraine"), by=alice)
    sampling.draw_daily(timezone.localdate())
    return SimpleNamespace(article=article, tagging=tagging, russia=russia, putin=putin, run=run)


@pytest.fixture
def desk(alice):
    return make_desk(alice)


@pytest.fixture
def alice_at(client, alice):
    """Return the client of Alice, who edits."""
    client.force_login(alice)
    return client


@pytest.fixture
def viewer(bob):
    """Return Bob, who may look at everything and change nothing."""
    bob.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    return bob


@pytest.fixture
def bob_at(client, viewer):
    """Return the client of Bob, who looks on."""
    client.force_login(viewer)
    return client


class FormReader(HTMLParser):
    """Reads the fields of a page's main form, as a browser would send them."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.is_inside = False
        self.select = self.textarea = ""

    def handle_starttag(self, tag, attributes) -> None:
        attributes = dict(attributes)
        if tag == "form":
            self.is_inside = attributes.get("id", "").endswith("_form")
        name, value = attributes.get("name"), attributes.get("value", "")
        if not self.is_inside or "disabled" in attributes:
            return
        if tag == "select":
            self.select = name
        elif tag == "option" and ("selected" in attributes or self.select not in self.fields):
            self.fields[self.select] = value
        elif tag == "textarea":
            self.textarea = name
            self.fields[name] = ""
        elif tag == "input" and name and attributes.get("type") not in {"submit", "checkbox", "radio"}:
            self.fields[name] = value
        elif tag == "input" and name and "checked" in attributes:
            self.fields[name] = attributes.get("value", "on")

    def handle_data(self, data: str) -> None:
        if self.textarea:
            # The first line break after the tag belongs to the mark-up.
            self.fields[self.textarea] += data if self.fields[self.textarea] else data.removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.textarea = ""
        if tag == "form":
            self.is_inside = False


def form_data(response, **changes: object) -> dict[str, object]:
    """Return what a browser would send back from a form of the desk, with some fields changed.

    Browsers end every line of a text with CRLF, whatever it came with.
    """
    reader = FormReader()
    reader.feed(response.content.decode())
    fields = {name: value for name, value in reader.fields.items() if not name.endswith("action")} | changes
    return {
        name: re.sub(r"\r\n?|\n", "\r\n", value) if isinstance(value, str) else value
        for name, value in fields.items()
    }
