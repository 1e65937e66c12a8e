"""The front page of the desk: what waits for whom, what happened lately; and the help on every page."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from articles import curation, tasks
from articles.admin import frontdesk
from articles.models import AuditSample, ChangeSet, Tagging
from articles.quality import sampling
from tests.admin.test_every_address import ADDRESSES, address_of
from tests.factories import make_article, make_suggestion

pytestmark = pytest.mark.django_db
INDEX = "admin:index"
SORTS = {words: one.one for one in frontdesk.WAITING for words in (one.one, one.many)}
# What a curator may do.
CURATORS = {
    "articles.change_article", "articles.change_tagging",
    "articles.change_actorsuggestion", "articles.change_audititem", "articles.add_importrun",
}  # fmt: skip


def front(client):
    return client.get(reverse(INDEX)).context["front"]


def lines(client) -> dict[str, str]:
    return {one.words: one.number for one in front(client).work}


def test_work_that_waits_is_counted_and_leads_there(alice_at, desk):
    shown = lines(alice_at)

    assert (
        shown
        | {
            "correction to decide": "1",
            "suggested tag to review": "1",
            "suggested actor": "1",
        }
        == shown
    )
    pages = {one.words: alice_at.get(one.address).status_code for one in front(alice_at).work}
    assert set(pages.values()) == {200}


def test_work_of_which_nothing_waits_is_named_in_one_line(alice_at, desk):
    Tagging.objects.update(status="confirmed")

    assert "suggested tags to review" in {one.words for one in front(alice_at).nothing}
    assert "suggested tags to review" not in lines(alice_at)


def test_an_empty_archive_says_that_nothing_waits(alice_at):
    assert "Nothing. All is decided." in alice_at.get(reverse(INDEX)).content.decode()


@pytest.mark.parametrize("role", ["nobody", "Viewer"])
def test_who_decides_nothing_is_not_told_that_all_is_decided(bob_as, desk, role):
    page = bob_as(role).get(reverse(INDEX)).content.decode()

    assert "A viewer decides nothing here." in page
    assert "All is decided" not in page


def test_a_count_has_an_end(alice_at, desk, monkeypatch):
    monkeypatch.setattr(frontdesk, "COUNTED", 2)
    article = make_article(tags=["topic/Ports", "topic/Ships", "topic/Fish"])
    for name in ("Ana Soto", "Bo Li", "Cy Roe"):
        make_suggestion(article, name)

    assert lines(alice_at)["suggested actors"] == "2+"
    assert lines(alice_at)["suggested tags to review"] == "4"


def test_a_sample_is_drawn_before_its_tags_are_counted(alice_at, desk):
    AuditSample.objects.all().delete()
    before = lines(alice_at)
    sampling.draw_daily(timezone.localdate())

    assert {words: number for words, number in before.items() if "sample" in words} == {
        "random sample of today to draw": "1"
    }
    assert [words for words in lines(alice_at) if "sample" in words] == ["tags of today's sample to audit"]


def test_no_pairs_of_records_means_nothing_until_somebody_has_looked(alice_at):
    def said() -> list[str]:
        return [one.remark for one in front(alice_at).nothing if one.words.startswith("pairs of records")]

    assert said() == ["nobody has looked for any in the last 30 days"]
    page = alice_at.get(reverse("admin:articles_proposedmerge_changelist")).content.decode()
    assert "There are none, for nobody has looked for any in the last 30 days." in page
    DBTaskResult.objects.create(
        task_path=tasks.propose_merges.module_path, args_kwargs={"args": [], "kwargs": {}},
        backend_name="default", run_after=timezone.now(), status="SUCCESSFUL",
    )  # fmt: skip
    assert said() == [""]


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("nobody", set()),
        ("Viewer", set()),
        ("Curator", {one.one for one in frontdesk.WAITING if one.permission in CURATORS}),
    ],
)
def test_each_role_is_shown_its_own_work(bob_as, desk, role, expected):
    offered = front(bob_as(role))

    assert {SORTS[one.words] for one in (*offered.work, *offered.nothing)} == expected


def test_who_may_see_the_trail_sees_the_latest_acts(bob_as, desk, alice):
    curation.reject([desk.tagging], by=alice)

    assert [act.act for act in front(bob_as("Viewer")).lately] == ["reject", "confirm"]
    assert front(bob_as("nobody")).lately == []


def test_the_page_needs_a_query_for_each_sort_of_work(alice_at, desk, django_assert_max_num_queries):
    few = 6 + len(frontdesk.WAITING) + 1  # session, person and what the page needs besides
    for number in range(30):
        make_article(title=f"Report {number}", tags=["topic/Ports"])
    ChangeSet.objects.bulk_create(ChangeSet(act="edit") for _ in range(30))
    with django_assert_max_num_queries(few):
        alice_at.get(reverse(INDEX))


# --- A line of help on every page -------------------------------------------------------------------------


def test_every_table_has_a_line_of_help():
    lacking = [
        model._meta.label for model, one in admin.site._registry.items() if not getattr(one, "help_line", "")
    ]

    assert lacking == []


def test_every_page_of_the_desk_shows_a_line_of_help(alice_at, desk):
    lacking = []
    for name in ADDRESSES:
        response = alice_at.get(address_of(name, ADDRESSES[name]))
        page = response.content.decode() if response.status_code == 200 and not response.streaming else ""
        if "</html>" in page and '<p class="help-line">' not in page:
            lacking.append(name)
    assert lacking == []


def test_the_page_to_log_in_says_who_it_is_for(client):
    assert '<p class="help-line">For those who curate' in client.get(reverse("admin:login")).content.decode()
