"""Uploads at the desk: sending, checking, importing, and every hostile case about them."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from articles.models import Article, ArticleSource, ImportRun, Upload

pytestmark = pytest.mark.django_db

ADD = "/admin/articles/upload/add/"
TALKS = (
    b"---\ntitle: Talks in Oman\noutlet: The Courier\ndate: 2025-10-17\n---\nThe talks in Muscat went on.\n"
)
VOTE = b"---\ntitle: A vote in Accra\n---\nParliament voted.\n"
BAD = b"---\ntitle: Unclosed\n"


def member_of(django_user_model, name: str, role: str):
    person = django_user_model.objects.create_user(name, password="correct horse battery", is_staff=True)
    person.groups.set(Group.objects.filter(name=role))
    return person


@pytest.fixture
def carol(django_user_model):
    """Return Carol, a curator."""
    return member_of(django_user_model, "carol", "Curator")


@pytest.fixture
def at(client, carol):
    """Return the client of Carol."""
    client.force_login(carol)
    return client


def client_of(person) -> Client:
    other = Client()
    other.force_login(person)
    return other


def packed(members: dict[str, bytes], **options) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def send(at, *files: tuple[str, bytes]):
    return at.post(ADD, {"files": [SimpleUploadedFile(name, content) for name, content in files]})


def sent(at, *files: tuple[str, bytes]) -> Upload:
    """Return what came of sending files: it is checked by now, for in tests tasks are done at once."""
    response = send(at, *files)
    assert response.status_code == 302, response.context["complaint"]
    return Upload.objects.latest("pk")


def act(at, upload: Upload, name: str):
    return at.post(reverse(f"admin:articles_upload_{name}", args=[upload.pk]), follow=True)


def page(at, upload: Upload, query: str = ""):
    return at.get(reverse("admin:articles_upload_change", args=[upload.pk]) + query)


def found(upload: Upload) -> dict[str, str]:
    return dict(upload.files.values_list("name", "outcome"))


def problems(upload: Upload) -> dict[str, str]:
    return {file.name: file.issues[0]["message"] for file in upload.files.all() if file.issues}


# --- The flow -----------------------------------------------------------------------------------------------


def test_what_is_sent_is_checked_and_nothing_is_in_the_archive_yet(at):
    upload = sent(at, ("talks.md", TALKS), ("bad.md", BAD))

    assert upload.state == "checked"
    assert found(upload) == {"talks.md": "created", "bad.md": "failed"}
    assert (Article.objects.count(), ImportRun.objects.count()) == (0, 0)


def test_the_page_of_an_upload_shows_titles_issues_lines_and_remedies(at):
    upload = sent(at, ("talks.md", TALKS), ("bad.md", BAD))

    text = page(at, upload).content.decode()

    assert "Talks in Oman" in text
    assert "The Courier, 2025-10-17" in text
    assert "line 1:" in text
    assert problems(upload)["bad.md"].partition(";")[0] in text


def test_import_stores_what_the_check_foretold_and_the_run_knows_its_upload(at, carol):
    upload = sent(at, ("talks.md", TALKS), ("bad.md", BAD))

    act(at, upload, "import")

    run = ImportRun.objects.get()
    upload.refresh_from_db()
    assert (upload.state, run.upload, run.started_by) == ("imported", upload, carol)
    assert (run.created_count, run.failed_count) == (1, 1)
    assert Article.objects.get().title == "Talks in Oman"
    assert ArticleSource.objects.get().path == f"upload:{upload.pk}/talks.md"
    assert "otherwise than checked" not in page(at, upload).content.decode()
