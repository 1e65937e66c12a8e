"""The trail at the desk: what an act did, and taking it back."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from articles import curation
from articles.admin import changes
from articles.admin.told import tell
from articles.commands import manage
from articles.history.undoing import undo
from articles.models import Article, ChangeSet, ImportRun, Tag, Tagging
from articles.suggested.accepting import accept
from tests.factories import make_article, make_outlet, make_suggestion

pytestmark = pytest.mark.django_db


def page_of(act: ChangeSet) -> str:
    return reverse("admin:articles_changeset_change", args=[act.pk])


def undo_of(act: ChangeSet) -> str:
    return reverse("admin:articles_changeset_undo", args=[act.pk])


def last() -> ChangeSet:
    return ChangeSet.objects.latest("pk")


def statuses() -> list[str]:
    return list(Tagging.objects.order_by("pk").values_list("status", flat=True))


@pytest.fixture
def act(alice) -> ChangeSet:
    """Return an act of two rows: two tags rejected."""
    for number in range(2):
        make_article(title=f"Talks {number}", tags=["country/Ukraine"])
    curation.reject(Tagging.objects.all(), by=alice)
    return last()


def buttons(html: str) -> list[str]:
    return re.findall(r'<input type="submit"[^>]* value="([^"]+)"', html)


def test_the_page_of_an_act_says_row_by_row_what_it_did(alice_at, act):
    html = alice_at.get(page_of(act)).content.decode()

    assert html.count("<li>status: suggested, now rejected</li>") == 2
    assert html.count('<input type="checkbox" name="row"') == 2
    assert {"Undo the whole act", "Undo the ticked rows"} <= set(buttons(html))


def test_alice_sees_what_an_undo_would_do_before_it_is_done(alice_at, act):
    html = alice_at.get(undo_of(act)).content.decode()

    assert "2 rows would change" in html
    assert html.count("<li>status: rejected, now suggested</li>") == 2
    assert statuses() == ["rejected", "rejected"]
    assert last() == act


def test_alice_undoes_an_act(alice_at, act):
    response = alice_at.post(undo_of(act), follow=True)

    assert statuses() == ["suggested", "suggested"]
    assert last().undoes == act
    assert response.redirect_chain == [(page_of(last()), 302)]
    assert "takes back" in response.content.decode()
    assert "taken back by" in alice_at.get(page_of(act)).content.decode()


def test_alice_undoes_ticked_rows(alice_at, act):
    second = act.changes.order_by("pk").last()

    preview = alice_at.get(undo_of(act), {"some": "Undo the ticked rows", "row": second.pk}).content.decode()
    alice_at.post(undo_of(act), {"some": "yes", "row": second.pk})

    assert "1 row would change" in preview
    assert f'name="row" value="{second.pk}"' in preview
    assert statuses() == ["rejected", "suggested"]


@pytest.mark.parametrize("rows", [[], ["abc"], ["9" * 30], ["0"]])
def test_rows_that_are_none_undo_nothing(alice_at, act, rows):
    response = alice_at.post(undo_of(act), {"some": "yes", "row": rows}, follow=True)

    assert "Nothing was undone" in response.content.decode()
    assert statuses() == ["rejected", "rejected"]


def test_what_stands_in_the_way_is_listed_and_nothing_done(alice_at, alice, act):
    curation.confirm(Tagging.objects.order_by("pk")[:1], by=alice)
    later = last()

    for response in (alice_at.get(undo_of(act)), alice_at.post(undo_of(act))):
        html = response.content.decode()
        assert "In the way: 1" in html
        assert page_of(later) in html
        assert buttons(html) == []
    assert statuses() == ["confirmed", "rejected"]
    assert last() == later


def test_an_act_that_was_undone_already_says_so_and_by_which_act(alice_at, act):
    alice_at.post(undo_of(act))
    undone = last()

    html = alice_at.post(undo_of(act)).content.decode()

    assert f'This was undone already, by <a href="{page_of(undone)}">' in html
    assert "In the way" not in html
    assert last() == undone


def test_a_viewer_sees_the_act_and_may_not_undo_it(bob_at, act):
    html = bob_at.get(page_of(act)).content.decode()

    assert "status: suggested, now rejected" in html
    assert "checkbox" not in html
    assert "Undo" not in buttons(html)
    assert [bob_at.get(undo_of(act)).status_code, bob_at.post(undo_of(act)).status_code] == [403, 403]
    assert statuses() == ["rejected", "rejected"]


def test_undoing_needs_its_own_permission(bob_at, viewer, act):
    viewer.user_permissions.add(Permission.objects.get(codename="add_changeset"))

    bob_at.post(undo_of(act))

    assert statuses() == ["suggested", "suggested"]
    assert last().made_by_name == "bob"


def test_an_act_that_does_not_exist_is_not_found(alice_at):
    for pk in ("99", "abc", "9" * 30):
        assert alice_at.get(f"/admin/articles/changeset/{pk}/undo/").status_code == 404


def test_a_large_act_is_left_to_the_command(alice_at, act, monkeypatch):
    monkeypatch.setattr(changes, "DONE_HERE", 1)

    response = alice_at.post(undo_of(act), follow=True)

    assert f"run: {manage(f'undo {act.pk}')}" in response.content.decode()
    assert statuses() == ["rejected", "rejected"]


def test_an_import_is_undone_on_the_page_of_its_run(alice_at):
    run = ImportRun.objects.create(paths=["seeds"], state="finished")
    act = ChangeSet.objects.create(act="import", run=run)

    html = alice_at.get(page_of(act)).content.decode()

    assert reverse("admin:articles_importrun_change", args=[run.pk]) in html
    assert "Undo the whole act" not in buttons(html)
    assert "on the page of its run" in alice_at.post(undo_of(act), follow=True).content.decode()


def test_an_act_is_told_in_words(alice):
    article = make_article(outlet="Example Times", title="Talks", tags=["country/Ukraine"])
    values = {"outlet": make_outlet("Other Times"), "title": "Talks go on", "body": "x" * 100}
    curation.edit_article(article, values, by=alice)

    sentences = tell(last().changes.filter(table="article"))

    assert sentences == [
        [
            "title: Talks, now Talks go on",
            f"body: The ministers of both countries met for an hour., now {'x' * 80}… (100 characters)",
            "outlet: Example Times, now Other Times",
            "now an editor's: body, outlet, title",
        ]
    ]


def test_what_a_retag_did_is_told_by_the_names_of_tags(db):
    tags = [
        Tag.objects.create(kind="country", slug=name, key=name, name=name.title())
        for name in ("oman", "peru")
    ]
    oman, peru = (str(tag.pk) for tag in tags)
    act = ChangeSet.objects.create(act="retag", change_count=1)
    row = act.changes.create(
        table="article", row_id=1, label="Talks",
        before={"taggings": {oman: None, peru: {"role": "main"}}},
        after={"taggings": {oman: {"role": "main"}, peru: {"role": "mentioned"}}},
    )  # fmt: skip

    assert tell([row]) == [["gains the tag Oman", "the tag Peru: main, now mentioned"]]


def test_a_record_that_the_act_itself_makes_is_told_by_its_name(alice_at, alice):
    suggestion = make_suggestion(make_article(body="The envoy Ann Poe spoke."), "Ann Poe")
    accept(suggestion, by=alice)
    accepted = last()
    back = undo(accepted, by=alice).made

    preview = alice_at.get(undo_of(back)).content.decode()

    assert "tag: nothing, now Ann Poe" in preview
    assert "which is gone" not in preview
    assert "tag: nothing, now Ann Poe" in alice_at.get(page_of(accepted)).content.decode()


def test_names_in_an_act_are_escaped(alice_at, alice):
    article = make_article(title="Talks")
    curation.edit_article(article, {"title": "<script>alert(1)</script>"}, by=alice)

    for page in (page_of(last()), undo_of(last())):
        assert b"<script>alert" not in alice_at.get(page).content
    assert Article.objects.get().title.startswith("<script>")
