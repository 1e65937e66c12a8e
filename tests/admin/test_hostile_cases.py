"""The hostile cases about logins and the desk, as the shared folder has them: each is a test or names one."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.core import mail
from django.test import Client
from django.urls import reverse

from articles.models import Article, Author, ImportIssue, Outlet, Tag, Tagging
from tests.admin.test_editing import act, save
from tests.admin.test_pages import address
from tests.conftest import PROJECT
from tests.factories import make_article, make_tag

pytestmark = pytest.mark.django_db

CHECKS: dict[str, Callable[..., None]] = {}
# What tests elsewhere hold, by file and name.
ELSEWHERE = {
    "AUT-004": ["test_logins.py::test_a_login_gets_a_key_of_its_own_and_the_one_before_is_dead"],
    "AUT-006": ["test_logins.py::test_logging_out_ends_the_session_whoever_keeps_its_cookie",
                "test_logins.py::test_a_link_cannot_log_anybody_out"],
    "AUT-007": ["test_logins.py::test_behind_tls_cookies_are_secure_and_bound_to_the_host",
                "test_logins.py::test_the_cookie_is_closed_to_scripts_and_ends_with_the_browser"],
    "AUT-009": ["test_logins.py::test_one_password_tried_on_many_names_makes_the_address_wait"],
    "AUT-011": ["test_logins.py::test_an_absurd_name_or_password_is_a_form_error"],
    "AUT-012": ["test_logins.py::test_an_absurd_name_or_password_is_a_form_error"],
    "ADM-013": ["admin/test_editing.py::test_the_second_of_two_editors_is_told",
                "admin/test_editing.py::test_a_decision_made_meanwhile_is_not_undone_by_a_stale_form"],
    "ADM-014": ["test_curation.py::test_a_corrected_field_survives_reimport_and_the_others_follow_the_file",
                "test_curation.py::test_a_rejected_tag_survives_reimport",
                "test_curation.py::test_a_withdrawn_article_stays_withdrawn"],
    "ADM-019": ["admin/test_roles.py::test_the_trail_cannot_be_edited_by_anybody",
                "admin/test_roles.py::test_the_trail_outlives_who_made_it"],
}  # fmt: skip


def case(number: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Say which case a function checks."""

    def keep(check: Callable[..., None]) -> Callable[..., None]:
        CHECKS[number] = check
        return check

    return keep


@pytest.fixture
def carol(django_user_model):
    """Return Carol, a curator."""
    carol = django_user_model.objects.create_user("carol", password="correct horse battery", is_staff=True)
    carol.groups.set(Group.objects.filter(name="Curator"))
    return carol


@pytest.fixture
def at(client, carol):
    """Return the client of Carol."""
    client.force_login(carol)
    return client


def read_cases(shared: Path) -> dict[str, dict]:
    lines = (shared / "hostile" / "cases.jsonl").read_text(encoding="utf-8").splitlines()
    return {one["id"]: one for one in map(json.loads, lines)}


def rows_of(*models) -> list[object]:
    return [list(model._default_manager.order_by("pk").values()) for model in models]


def test_every_case_is_checked(shared):
    ids = {number for number, one in read_cases(shared).items() if one["area"] in {"auth", "admin"}}

    assert ids - set(CHECKS) - set(ELSEWHERE) == set()


@pytest.mark.parametrize("name", sorted({name for names in ELSEWHERE.values() for name in names}))
def test_what_a_case_names_is_a_test_there_is(name):
    path, _, function = name.partition("::")
    tree = ast.parse((PROJECT / "tests" / path).read_text(encoding="utf-8"))

    assert function in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


# --- Logins -----------------------------------------------------------------------------------------------


@case("AUT-002")
def test_no_link_changes_anything(alice_at, desk):
    tables = [*apps.get_app_config("articles").get_models(), LogEntry]
    tables = [model for model in tables if model._meta.model_name != "sketchkey"]
    before, waiting, seen = rows_of(*tables), ["/admin/"], set()

    while waiting and len(seen) < 400:
        page = waiting.pop()
        if page in seen or page.startswith("/admin/logout"):
            continue
        seen.add(page)
        response = alice_at.get(page)
        assert response.status_code < 500, page
        links = (
            re.findall(r'href="([^"#]+)"', response.content.decode()) if response.status_code == 200 else []
        )
        for link in links:
            target = page.partition("?")[0] + link if link.startswith("?") else link
            if target.startswith("/admin/"):
                waiting.append(target.replace("&amp;", "&"))

    assert len(seen) > 100
    assert rows_of(*tables) == before


@case("AUT-015")
def test_a_strange_host_is_refused_and_no_header_stands_in_for_it(client, alice):
    assert client.get("/admin/login/", headers={"Host": "evil.example"}).status_code == 400

    response = client.get("/admin/", headers={"X-Forwarded-Host": "evil.example"})
    page = client.get("/admin/login/", headers={"X-Forwarded-Host": "evil.example"})

    assert "evil" not in response.url
    assert b"evil" not in page.content
    assert client.post("/admin/password_reset/", {"email": "alice@example.org"}).status_code in {302, 404}
    assert mail.outbox == []


@case("AUT-019")
def test_there_are_no_tokens_to_lose():
    fields = {
        field.name
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if re.search(r"token|secret|api_?key", field.name)
    }

    assert fields == set()
    assert settings.AUTHENTICATION_BACKENDS == [
        "axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend",
    ]  # fmt: skip


# --- The desk ---------------------------------------------------------------------------------------------


@case("ADM-003")
def test_fields_that_a_form_does_not_offer_are_not_taken_from_it(at, desk):
    page = address("article", "change", desk.article.pk)
    hostile = {"id": "2", "identity": "x", "content_hash": "0", "text_hash": "0", "edited_fields": "[]",
               "extra": "{}", "sort_on": "1900-01-01", "gazetteer_release": "x"}  # fmt: skip
    fields = tuple(name for name in hostile if name != "id")
    before = Article.objects.filter(pk=desk.article.pk).values_list("pk", *fields).get()

    save(at, page, **hostile)

    assert Article.objects.filter(pk=desk.article.pk).values_list("pk", *fields).get() == before


@case("ADM-006")
@pytest.mark.parametrize("action", ["publish_selected", "withdraw"])
def test_an_action_with_ids_that_cannot_be_is_no_error(at, desk, action):
    before = rows_of(Article)

    response = act(at, "article", action, "abc", "999999999999999999999", "\0", "-1")

    assert response.status_code in {200, 302}
    assert rows_of(Article) == before


@case("ADM-007")
def test_a_list_is_not_narrowed_by_other_peoples_passwords(at, desk, shared):
    query = read_cases(shared)["ADM-007"]["input"]["path"].partition("?")[2]

    for name, narrowing in (
        ("article", query), ("tagging", "decided_by__password__startswith=p"),
        ("changeset", "made_by__password__startswith=p"), ("importrun", "started_by__password__regex=p"),
    ):  # fmt: skip
        assert at.get(f"{address(name)}?{narrowing}").status_code == 400


@case("ADM-009")
def test_an_autocomplete_names_no_people(at, desk, shared):
    assert at.get(read_cases(shared)["ADM-009"]["input"]["path"]).status_code == 403


@case("ADM-010")
def test_a_hostile_draft_is_text_at_the_desk(at, shared):
    texts = [one["input"] for one in read_cases(shared).values() if one["area"] == "render"]
    bodies = [text for text in texts if isinstance(text, str)]

    for body in bodies:
        article = make_article(title=body[:300], standfirst=body[:300], body=body[:20_000], status="draft")
        tagging = Tagging.objects.create(
            article=article, tag=make_tag("topic/Talks"), origin="automatic", status="suggested",
            mentions=[["title", 0, 3, "name"], ["body", 0, min(len(body), 3), "name"]],
        )  # fmt: skip
        pages = (address("article", "change", article.pk), address("tagging", "change", tagging.pk))
        for page in pages:
            response = at.get(page)
            html = re.sub(r"<textarea.*?</textarea>", "", response.content.decode(), flags=re.DOTALL)
            assert response.status_code == 200
            assert "script-src 'self'" in response["Content-Security-Policy"]
            assert not re.search(r"<(script|iframe|svg|img|form)[^>]*(alert|javascript:|onerror)", html), body
            assert not re.search(r'(href|src)="\s*(javascript|data|vbscript):', html), body
        article.delete()
    assert len(bodies) > 20


@case("ADM-012")
def test_names_stay_text_in_messages_and_lists(alice_at, desk):
    tag = make_tag("topic/<script>alert(1)</script>", slug="script")
    ImportIssue.objects.create(run=desk.run, path="<b>x</b>.md", message="<img src=x onerror=alert(1)>")

    act(alice_at, "tag", "retire", tag.pk)
    save(alice_at, address("tag", "change", tag.pk), description="<script>alert(2)</script>")

    for page in (
        address("tag"), address("tag", "change", tag.pk), address("tag", "history", tag.pk),
        address("changeset"), address("change"), address("importissue"),
        address("importrun", "change", desk.run.pk),
    ):  # fmt: skip
        html = alice_at.get(page).content.decode()
        assert "<script>alert" not in html, page
        assert "<b>x</b>" not in html, page
        assert "<img src=x" not in html, page
    assert Tag.objects.get(pk=tag.pk).is_retired


@case("ADM-015")
@pytest.mark.parametrize("kind", ["tag", "outlet", "author"])
def test_nothing_is_merged_in_a_circle_whatever_is_sent(alice_at, client, kind):
    one, two = make_pair(kind)
    page = reverse(f"admin:articles_{kind}_merge")

    def merge(*records: object, survivor: object) -> None:
        sent = {"record": [record.pk for record in records], "survivor": survivor.pk}
        assert alice_at.post(page, sent, follow=True).status_code == 200

    merge(one, survivor=one)
    merge(one, one, survivor=one)
    merge(one, two, survivor=two)
    merge(two, one, survivor=one)
    merge(one, two, survivor=two)

    heirs = dict(type(one).objects.values_list("slug", "merged_into__slug"))
    assert heirs == {one.slug: two.slug, two.slug: None}
    address = f"/articles/?{'topic' if kind == 'tag' else kind}={one.slug}"
    response = client.get(address)
    assert (response.status_code, response.headers["Location"]) == (301, address.replace(one.slug, two.slug))
    assert client.get(response.headers["Location"]).status_code == 200
    assert Article.objects.get().taggings.count() == 1


def make_pair(kind: str) -> list:
    """Return two records of a kind, the first of them on an article."""
    make_article(tags=["topic/First"], outlet="First", authors=["First"])
    if kind == "tag":
        return [Tag.objects.get(slug="first"), make_tag("topic/Second")]
    model = {"outlet": Outlet, "author": Author}[kind]
    return [model.objects.get(slug="first"), model.objects.create(name="Second", slug="second")]


@case("ADM-021")
def test_thousands_of_tags_make_no_page_longer(at, desk):
    pages = [
        address("article"),
        address("tagging"),
        address("tagging", "add"),
        address("article", "change", Article.objects.earliest("pk").pk),
    ]
    before = [at.get(page).content.count(b"<") for page in pages]
    Tag.objects.bulk_create(
        Tag(kind="topic", slug=f"topic-{n}", key=f"topic-{n}", name=f"Topic {n}") for n in range(3_000)
    )

    assert [at.get(page).content.count(b"<") for page in pages] == before


@case("ADM-024")
def test_the_desk_shows_a_login_and_nothing_else(db):
    response = Client().get("/admin/", follow=True)

    html = response.content.decode()
    assert response.redirect_chain == [(f"{reverse('admin:login')}?next=/admin/", 302)]
    assert "Django" not in html
    assert not re.search(r"\b\d+\.\d+\.\d+\b", re.sub(r'(href|src)="[^"]*"', "", html))
    assert response.headers.keys().isdisjoint({"Server", "X-Powered-By"})
