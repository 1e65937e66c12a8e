"""Every page of the desk answers, for whom it should, and with a bounded number of queries."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.apps import apps
from django.contrib import admin
from django.db.models import F
from django.urls import reverse

from articles.models import (
    Article,
    Authorship,
    ImportRun,
    RuleTrial,
    SketchKey,
    Tagging,
    TrialMove,
    UploadedFile,
)
from tests.factories import make_article, make_tag

# Authors of an article are edited on its page, files and trials are shown on those of their upload and tag;
# what a sketch is found by says nothing to people.
APART = (Authorship, RuleTrial, SketchKey, TrialMove, UploadedFile)
MODELS = [model for model in apps.get_app_config("articles").get_models() if model not in APART]
NAMES = [model._meta.model_name for model in MODELS]
ADDED_BY_HAND = ["alias", "author", "office", "outlet", "tag", "tagging", "upload"]

pytestmark = pytest.mark.django_db


def address(name: str, page: str = "changelist", *args: object) -> str:
    return reverse(f"admin:articles_{name}_{page}", args=args)


def test_every_model_has_its_place_on_the_desk():
    assert set(MODELS) - set(admin.site._registry) == set()


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_each_list_and_each_form_answers_with_a_row_in_it(alice_at, desk, model):
    row = model.objects.first()

    assert row is not None
    listing = alice_at.get(address(model._meta.model_name))
    assert listing.status_code == 200
    assert listing.context["cl"].result_count >= 1
    assert alice_at.get(address(model._meta.model_name, "change", row.pk)).status_code == 200
    assert alice_at.get(address(model._meta.model_name, "history", row.pk)).status_code == 200


@pytest.mark.parametrize("name", ADDED_BY_HAND)
def test_each_form_for_a_new_row_answers(alice_at, desk, name):
    assert alice_at.get(address(name, "add")).status_code == 200


@pytest.mark.parametrize("name", sorted(set(NAMES) - set(ADDED_BY_HAND)))
def test_what_only_programs_write_cannot_be_added(alice_at, desk, name):
    assert alice_at.get(address(name, "add")).status_code == 403


def test_the_index_groups_the_tables_by_the_work_at_hand(alice_at, desk):
    groups = [app["name"] for app in alice_at.get(reverse("admin:index")).context["app_list"]]

    assert groups == ["Archive", "Gazetteer", "Imports", "Quality", "Trail", "People", "Machinery"]


def test_the_machinery_is_on_the_index_of_administrators_alone(bob_at, desk):
    groups = [app["name"] for app in bob_at.get(reverse("admin:index")).context["app_list"]]

    assert groups == ["Archive", "Gazetteer", "Imports", "Quality", "Trail"]
    assert bob_at.get(address("sketch")).status_code == 200


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_who_is_logged_out_is_sent_to_the_login(client, desk, model):
    response = client.get(address(model._meta.model_name))

    assert response.status_code == 302
    assert response.url.startswith(reverse("admin:login"))


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_a_viewer_sees_lists_and_records(bob_at, desk, model):
    row = model.objects.first()

    assert bob_at.get(address(model._meta.model_name)).status_code == 200
    assert bob_at.get(address(model._meta.model_name, "change", row.pk)).status_code == 200


def test_staff_without_permission_see_nothing(client, bob, desk):
    client.force_login(bob)

    assert client.get(address("article")).status_code == 403
    assert client.get(address("article", "change", desk.article.pk)).status_code == 403


@pytest.mark.parametrize(
    "name",
    ["article", "tagging", "tag", "importrun", "changeset", "outlet", "office", "alias", "articlesource"],
)
def test_a_list_needs_as_many_queries_for_twenty_rows_as_for_one(
    alice_at, alice, desk, name, django_assert_max_num_queries
):
    with django_assert_max_num_queries(12) as few:
        alice_at.get(address(name))
    copy_rows(name)

    with django_assert_max_num_queries(len(few)):
        response = alice_at.get(address(name))

    assert response.context["cl"].result_count > 20


def copy_rows(name: str) -> None:
    """Add twenty more rows of one table, each like the first one."""
    model = apps.get_model("articles", name)
    if name in {"article", "tagging"}:
        for number in range(20):
            make_article(title=f"Talks {number}", tags=["country/Russia"], outlet=f"Paper {number}")
        return
    row = model.objects.first()
    changed = {
        "tag": ("slug", "key"),
        "outlet": ("name", "slug"),
        "alias": ("text",),
        "articlesource": ("path",),
    }
    for number in range(20):
        row.pk = None
        for field in changed.get(name, ()):
            setattr(row, field, f"copy-{number}")
        row.save(force_insert=True)


def test_an_article_needs_as_many_queries_with_thirty_tags_as_with_two(
    alice_at, desk, django_assert_max_num_queries
):
    page = address("article", "change", desk.article.pk)
    with django_assert_max_num_queries(25) as few:
        alice_at.get(page)
    for number in range(30):
        Tagging.objects.create(
            article=desk.article, tag=make_tag(f"topic/Topic {number}"), mentions=[["body", 0, 3, "name"]],
            origin="automatic", status="suggested",
        )  # fmt: skip

    with django_assert_max_num_queries(len(few)):
        response = alice_at.get(page)

    assert response.content.count(b'class="tagging ') == 32


def test_a_person_needs_as_many_queries_with_ten_offices_as_with_one(
    alice_at, desk, django_assert_max_num_queries
):
    page = address("tag", "change", desk.putin.pk)
    with django_assert_max_num_queries(25) as few:
        alice_at.get(page)
    for number in range(10):
        office = desk.putin.offices.first()
        office.pk = None
        office.of = make_tag(f"country/Country {number}")
        office.save()

    with django_assert_max_num_queries(len(few)):
        response = alice_at.get(page)

    assert b"Country 9</option>" in response.content


def test_no_form_offers_a_select_with_every_row(alice_at, desk):
    for number in range(60):
        make_tag(f"topic/Topic {number}")
        make_article(title=f"Talks {number}", outlet=f"Paper {number}")

    for page in (
        address("article", "change", desk.article.pk), address("tag", "change", desk.putin.pk),
        address("tagging", "add"), address("office", "add"), address("alias", "add"), address("article"),
        address("tagging"),
    ):  # fmt: skip
        assert alice_at.get(page).content.count(b"<option") < 60, page


@pytest.mark.parametrize(
    ("query", "is_shown"),
    [("", False), ("?o=2", False), ("?q=talks", True), ("?status__exact=public", True), ("?year=2025", True)],
)
def test_a_list_says_how_many_were_found_only_where_something_was_asked_for(alice_at, desk, query, is_shown):
    html = alice_at.get(address("article") + query).content.decode()

    assert ('found · <a href="?">show all</a>' in html) == is_shown


def test_the_evidence_stands_in_its_sentence(alice_at, desk):
    content = alice_at.get(address("article", "change", desk.article.pk)).content.decode()

    assert 'The <mark class="kind-country">Kremlin</mark> said talks would go on.</p>' in content
    assert '<mark class="kind-country">Russia</mark> did not comment.</p>' in content


def test_the_article_shows_where_it_came_from(alice_at, desk):
    content = alice_at.get(address("article", "change", desk.article.pk)).content.decode()

    for words in (
        "talks.md", "A photograph", "drop_stray_captions", "diplomacy", "rating",
        "seeds/talks.md, line 3: date &#x27;2025-13-45&#x27; is not a date",
    ):  # fmt: skip
        assert words in content


def test_a_withdrawn_article_has_no_link_to_a_page_readers_cannot_see(alice_at, desk):
    page = address("article", "change", desk.article.pk)
    assert desk.article.get_absolute_url() in alice_at.get(page).content.decode()

    Article.objects.update(status=Article.Status.WITHDRAWN)

    assert desk.article.get_absolute_url() not in alice_at.get(page).content.decode()


def test_a_silent_run_is_shown_as_interrupted(alice_at, desk):
    ImportRun.objects.update(
        state=ImportRun.State.RUNNING, finished_at=None, heartbeat_at=F("started_at") - dt.timedelta(hours=1)
    )

    content = alice_at.get(address("importrun")).content.decode()

    assert "interrupted (no sign of life)" in content


def test_the_issues_of_a_run_are_grouped_by_what_is_wrong(alice_at, desk):
    content = alice_at.get(address("importrun", "change", desk.run.pk)).content.decode()

    [issue] = desk.run.issues.all()
    file = reverse("admin:articles_importissue_file", args=[issue.pk])
    assert re.findall(r"<h4><a [^>]*>([^<]+)</a>", content) == ["Another problem"]
    assert f'<a href="{file}#line-3">seeds/talks.md</a> <span class="line">line 3</span>' in content


def test_names_of_files_are_escaped(alice_at, desk):
    desk.run.issues.create(path="seeds/<b>x</b>.md", message="<script>alert(1)</script>")

    for page in (address("importrun", "change", desk.run.pk), address("importissue")):
        content = alice_at.get(page).content
        assert b"<b>x</b>" not in content
        assert b"<script>alert" not in content


def test_undated_articles_are_no_year_to_filter_by(alice_at, desk):
    make_article(title="Nobody knows when", published_on=None)

    page = alice_at.get(address("article"))

    assert [str(cl.title) for cl in page.context["cl"].filter_specs][1] == "year"
    assert page.context["cl"].filter_specs[1].lookup_choices == [("2025", "2025")]
