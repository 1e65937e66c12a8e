"""What editors do at the desk, and what nobody else can."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from articles.models import Alias, Article, Author, ChangeSet, Office, Outlet, Tag, Tagging
from tests.admin.conftest import form_data
from tests.admin.test_pages import address
from tests.factories import make_tag

pytestmark = pytest.mark.django_db


def save(client, page: str, **changes: object):
    """Send the form of a page back with some fields changed, and return the answer."""
    response = client.post(page, form_data(client.get(page), **changes))
    if response.status_code == 200:
        return response.context["errors"] or response
    return response


def act(client, name: str, action: str, *rows: object, **more: object):
    """Run an action of a list on rows."""
    return client.post(
        address(name), {"action": action, "_selected_action": [str(row) for row in rows], **more}
    )


def test_alice_corrects_an_article(alice_at, desk):
    page = address("article", "change", desk.article.pk)

    save(alice_at, page, title="Talks went on", body=desk.article.body)

    desk.article.refresh_from_db()
    assert (desk.article.title, desk.article.slug) == ("Talks went on", "talks-went-on")
    assert desk.article.edited_fields == ["title"]
    assert ChangeSet.objects.first().made_by_name == "alice"


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Talks went on", "The article “Talks went on” was changed."),
        ("a" * 500, f"The article “{'a' * 99}…” was changed."),
        ("Talks go on", "You changed nothing in the article “Talks go on”."),
    ],
    ids=["a short title", "a long title", "nothing"],
)
@pytest.mark.parametrize("button", ["_save", "_continue"])
def test_a_message_says_what_was_saved_in_short(alice_at, desk, title, said, button):
    page = address("article", "change", desk.article.pk)

    response = alice_at.post(page, form_data(alice_at.get(page), title=title) | {button: "yes"}, follow=True)

    assert [strip_tags(str(message)) for message in response.context["messages"]] == [said]
    assert response.redirect_chain == [(page if button == "_continue" else address("article"), 302)]


def test_saving_a_form_untouched_changes_nothing(alice_at, desk):
    before = ChangeSet.objects.count()

    for page in (
        address("article", "change", desk.article.pk), address("tag", "change", desk.putin.pk),
        address("tagging", "change", desk.tagging.pk), address("outlet", "change", Outlet.objects.get().pk),
        address("office", "change", Office.objects.get().pk),
        address("alias", "change", Alias.objects.create(tag=desk.putin, text="Putin", kind="surname").pk),
    ):  # fmt: skip
        assert save(alice_at, page).status_code == 302, page

    assert ChangeSet.objects.count() == before


@pytest.mark.parametrize(
    "body",
    [
        "One paragraph.\n\nAnother one.",
        "    indented from its first line\n\nand on",
        "breaks of an old\rmachine\r\nand another",
    ],
    ids=["two paragraphs", "a text that begins with spaces", "carriage returns"],
)
def test_an_untouched_text_stays_as_it_is(alice_at, desk, body):
    Article.objects.filter(pk=desk.article.pk).update(body=body, title="Talks  go on")
    page = address("article", "change", desk.article.pk)

    save(alice_at, page, section="World")

    desk.article.refresh_from_db()
    assert (desk.article.body, desk.article.title, desk.article.edited_fields) == (
        body, "Talks  go on", ["section"],
    )  # fmt: skip
    assert not {"title", "body"} & set(ChangeSet.objects.first().changes.get(table="article").after)


def test_a_corrected_text_is_stored_with_plain_line_breaks(alice_at, desk):
    save(alice_at, address("article", "change", desk.article.pk), body="First.\n\nSecond.")
    save(alice_at, address("tag", "change", desk.putin.pk), description="One line.\nAnother.")

    desk.article.refresh_from_db()
    desk.putin.refresh_from_db()
    assert (desk.article.body, desk.putin.description) == ("First.\n\nSecond.", "One line.\nAnother.")


def test_alice_decides_taggings_where_she_reads_their_evidence(alice_at, alice, desk):
    page = address("article", "change", desk.article.pk)
    rows = alice_at.get(page).context["inline_admin_formsets"][0].formset.forms
    number = next(n for n, form in enumerate(rows) if form.instance.pk == desk.tagging.pk)

    save(alice_at, page, **{f"taggings-{number}-status": "rejected"})

    desk.tagging.refresh_from_db()
    assert (desk.tagging.status, desk.tagging.decided_by) == ("rejected", alice)


def test_alice_adds_a_tag_to_an_article(alice_at, alice, desk):
    tag = make_tag("topic/Summit")
    page = address("article", "change", desk.article.pk)

    save(
        alice_at, page,
        **{"taggings-2-TOTAL_FORMS": 1, "taggings-2-0-tag": tag.pk, "taggings-2-0-role": "main",
           "taggings-2-0-article": desk.article.pk},
    )  # fmt: skip

    row = Tagging.objects.get(tag=tag)
    assert (row.article, row.origin, row.role, row.decided_by) == (desk.article, "editor", "main", alice)


def test_adding_a_tag_that_was_rejected_confirms_it(alice_at, desk):
    Tagging.objects.filter(pk=desk.tagging.pk).update(status="rejected")

    response = alice_at.post(
        address("tagging", "add"), {"article": desk.article.pk, "tag": desk.russia.pk, "role": "main"}
    )

    assert response.status_code == 302
    assert Tagging.objects.get(pk=desk.tagging.pk).status == "confirmed"


def test_alice_puts_another_author_first(alice_at, desk):
    ben = Author.objects.create(name="Ben Byline", slug="ben-byline")
    page = address("article", "change", desk.article.pk)

    save(
        alice_at, page,
        **{"authorships-TOTAL_FORMS": 2, "authorships-0-position": 1, "authorships-1-author": ben.pk,
           "authorships-1-position": 0, "authorships-1-article": desk.article.pk},
    )  # fmt: skip

    assert [row.author.name for row in desk.article.authorships.all()] == ["Ben Byline", "Ann Author"]


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("confirm", ("confirmed", "main")),
        ("reject", ("rejected", "main")),
        ("set_mentioned", ("confirmed", "mentioned")),
        ("set_main", ("confirmed", "main")),
    ],
)
def test_alice_decides_many_at_once(alice_at, desk, action, expected):
    act(alice_at, "tagging", action, desk.tagging.pk)

    desk.tagging.refresh_from_db()
    assert (desk.tagging.status, desk.tagging.role) == expected


def test_alice_withdraws_and_restores_articles(alice_at, desk):
    act(alice_at, "article", "withdraw", desk.article.pk)
    assert desk.article not in Article.objects.public()

    act(alice_at, "article", "restore", desk.article.pk)
    assert desk.article in Article.objects.public()


def test_an_action_on_the_page_of_one_article(alice_at, desk):
    page = address("article", "change", desk.article.pk)
    data = {"CHANGE_FORM-action": "withdraw", "_selected_action": desk.article.pk}
    name = next(n for n in re.findall(r'<select name="([^"]*action)"', alice_at.get(page).content.decode()))

    alice_at.post(page, {name: "withdraw", "_selected_action": desk.article.pk, **data})

    assert desk.article not in Article.objects.public()


def test_alice_retires_a_tag_and_reinstates_it(alice_at, desk):
    act(alice_at, "tag", "retire", desk.russia.pk)
    assert Tag.objects.get(pk=desk.russia.pk).is_retired

    act(alice_at, "tag", "reinstate", desk.russia.pk)
    assert not Tag.objects.get(pk=desk.russia.pk).is_retired


def test_alice_adds_a_tag_with_its_names(alice_at, desk):
    page = address("tag", "add")

    save(
        alice_at, page, kind="topic", name="Fisheries", slug="fisheries", key="fisheries",
        context="cod\nquota\ncod\n",
        **{"aliases-TOTAL_FORMS": 1, "aliases-0-text": "fishing rights", "aliases-0-kind": "trigger",
           "aliases-0-weight": 5},
    )  # fmt: skip

    tag = Tag.objects.get(slug="fisheries")
    assert (tag.origin, tag.context) == ("editor", ["cod", "quota"])
    assert [(alias.text, alias.origin) for alias in tag.aliases.all()] == [("fishing rights", "editor")]
    assert ChangeSet.objects.first().change_count == 2


def test_a_name_is_of_a_kind_that_its_tag_can_have(alice_at, desk):
    ports = make_tag("topic/Ports")
    row = {
        "aliases-TOTAL_FORMS": 1,
        "aliases-0-text": "harbour",
        "aliases-0-kind": "name",
        "aliases-0-weight": 5,
    }
    new = {"kind": "topic", "name": "Fisheries", "slug": "fisheries", "key": "fisheries"}

    answers = [
        save(alice_at, address("tag", "change", ports.pk), **row),
        save(alice_at, address("tag", "add"), **new, **row),
        save(alice_at, address("alias", "add"), tag=desk.putin.pk, text="Kremlin", kind="capital", weight=5),
    ]

    kinds = ["trigger, negative", "trigger, negative", "name, surname, negative"]
    for answer, those in zip(answers, kinds, strict=True):
        assert f"Of a tag of this kind it can be: {those}." in str(answer)
    assert list(Alias.objects.values_list("text", flat=True)) == ["Kremlin"]


def test_an_alias_that_alice_changes_is_the_editors_from_then_on(alice_at, desk):
    Alias.objects.create(tag=desk.putin, text="Putin", kind="surname", origin="gazetteer")
    page = address("tag", "change", desk.putin.pk)

    save(alice_at, page, **{"aliases-0-text": "V. Putin"})

    assert set(Alias.objects.values_list("text", "origin")) == {
        ("Kremlin", "gazetteer"), ("V. Putin", "editor"),
    }  # fmt: skip


def rule_of(tag: Tag) -> list[object]:
    """Return the rows that say which articles get a tag."""
    return [
        *Tag.objects.filter(pk=tag.pk).values_list("is_ambiguous", "context", "counter_context"),
        *tag.aliases.order_by("pk").values_list("text", "kind", "weight"),
        *tag.offices.order_by("pk").values_list("title", "end_on"),
    ]


@pytest.mark.parametrize("status", ["suggested", "confirmed", "rejected"])
def test_the_form_of_a_tag_in_articles_leaves_its_rule_to_the_lab(alice_at, desk, status):
    Tagging.objects.filter(pk=desk.tagging.pk).update(status=status)
    tagging = Tagging.objects.get(pk=desk.tagging.pk)
    Tagging.objects.create(article=tagging.article, tag=desk.putin, status=status)
    before = [rule_of(tag) for tag in (desk.russia, desk.putin)]
    for tag in (desk.russia, desk.putin):
        page = address("tag", "change", tag.pk)
        lab = reverse("admin:articles_tag_try", args=[tag.pk])

        assert (
            f'its names and its offices are <a href="{lab}">changed on trial</a>'
            in alice_at.get(page).content.decode()
        )
        save(
            alice_at, page, description="As typed", is_ambiguous="on", is_retired="on", context="snow",
            counter_context="sand",
            **{
                "aliases-TOTAL_FORMS": 2, "aliases-INITIAL_FORMS": tag.aliases.count(),
                "aliases-0-id": Alias.objects.get().pk, "aliases-0-text": "the Kremlin",
                "aliases-0-kind": "name", "aliases-0-weight": 1, "aliases-0-DELETE": "on",
                "aliases-1-text": "Muscovy", "aliases-1-kind": "name", "aliases-1-weight": 5,
                "offices-0-title": "Tsar", "offices-0-DELETE": "on",
            },
        )  # fmt: skip

    assert [rule_of(tag) for tag in (desk.russia, desk.putin)] == before
    assert set(Tag.objects.filter(description="As typed", is_retired=True)) == {desk.russia, desk.putin}


def test_names_and_offices_of_a_tag_in_articles_have_no_way_round_the_lab(alice_at, desk):
    Tagging.objects.create(article=desk.article, tag=desk.putin, status="rejected")
    alias, office = Alias.objects.get(), Office.objects.get()
    new = Alias.objects.create(tag=make_tag("topic/Ports"), text="harbour", kind="trigger")
    before = [rule_of(tag) for tag in (desk.russia, desk.putin)]

    for name, row in (("alias", alias), ("office", office)):
        assert alice_at.post(address(name, "change", row.pk), {"text": "x"}).status_code == 403
        assert alice_at.post(address(name, "delete", row.pk), {"post": "yes"}).status_code == 403
        act(alice_at, name, "delete_selected", row.pk, post="yes")
    moved = save(alice_at, address("alias", "change", new.pk), tag=desk.russia.pk)
    added = alice_at.post(
        address("office", "add"),
        {"holder": desk.putin.pk, "of": desk.russia.pk, "title": "Tsar", "role": "head_of_state"},
    )

    assert "Articles carry Russia: its names and offices are changed under" in str(moved)
    assert "Articles carry Vladimir Putin: its names" in added.content.decode()
    assert [rule_of(tag) for tag in (desk.russia, desk.putin)] == before


def test_an_office_that_alice_removes_leaves_a_trail(alice_at, desk):
    page = address("tag", "change", desk.putin.pk)

    save(alice_at, page, **{"offices-0-DELETE": "on"})

    assert not Office.objects.exists()
    assert ChangeSet.objects.first().changes.get().before["title"] == "President"


@pytest.mark.parametrize("name", ["article", "tagging", "tag"])
def test_what_readers_saw_cannot_be_deleted(alice_at, desk, name):
    row = {"article": desk.article, "tagging": desk.tagging, "tag": desk.russia}[name]

    assert alice_at.post(address(name, "delete", row.pk), {"post": "yes"}).status_code == 403
    assert "delete_selected" not in alice_at.get(address(name)).content.decode()


def test_an_outlet_can_be_deleted_once_no_article_names_it(alice_at, desk):
    outlet = Outlet.objects.get()
    assert alice_at.post(address("outlet", "delete", outlet.pk), {"post": "yes"}).status_code == 403

    desk.article.outlet = None
    desk.article.save()

    assert alice_at.post(address("outlet", "delete", outlet.pk), {"post": "yes"}).status_code == 302
    assert not Outlet.objects.exists()
    assert ChangeSet.objects.first().changes.get().after is None


def test_the_second_of_two_editors_is_told(alice_at, desk):
    page = address("article", "change", desk.article.pk)
    stale = form_data(alice_at.get(page), title="Mine")
    save(alice_at, page, title="Theirs")

    response = alice_at.post(page, stale)

    html = response.content.decode()
    assert "changed this while you had it open" in html
    assert "correct the error" not in html
    assert '<li aria-current="page">Theirs</li>' in html
    desk.article.refresh_from_db()
    assert desk.article.title == "Theirs"


def test_dates_have_the_year_first_and_are_read_as_people_write_them(alice_at, desk):
    page = address("article", "change", desk.article.pk)

    save(alice_at, page, clipped_on="7 Nov 2025")

    fields = form_data(alice_at.get(page))
    assert (fields["published_on"], fields["clipped_on"]) == ("2025-10-16", "2025-11-07")
    assert "2025-10-16" in alice_at.get(address("article")).content.decode()
    assert "Enter a valid date" in str(save(alice_at, page, clipped_on="10/11/2025"))


def test_a_decision_made_meanwhile_is_not_undone_by_a_stale_form(alice_at, desk):
    page = address("article", "change", desk.article.pk)
    stale = form_data(alice_at.get(page), title="Mine")
    act(alice_at, "tagging", "reject", desk.tagging.pk)

    assert alice_at.post(page, stale).status_code == 200

    desk.tagging.refresh_from_db()
    assert desk.tagging.status == "rejected"


@pytest.mark.parametrize(
    ("page", "changes", "error"),
    [
        ("article", {"published_on": "9999-12-31"}, "Write a year between 1800 and"),
        ("article", {"published_on": "0001-01-01"}, "Write a year between 1800 and"),
        ("article", {"published_on": "2025-02-30"}, "Enter a valid date, like 2025-10-17 or 17 Oct 2025."),
        ("article", {"title": "a" * 501}, "at most 500 characters (it has 501)"),
        ("article", {"title": "  "}, "This field is required"),
        ("article", {"url": "javascript:alert(1)"}, "Enter a valid URL"),
        ("article", {"title": "a\0b"}, "Null characters are not allowed"),
        ("tag", {"parent": "PARENT"}, "must be of the same kind"),
    ],
)
def test_what_cannot_be_is_refused(alice_at, desk, page, changes, error):
    row = desk.article if page == "article" else desk.putin
    changes = {name: desk.russia.pk if value == "PARENT" else value for name, value in changes.items()}

    response = alice_at.post(
        address(page, "change", row.pk), form_data(alice_at.get(address(page, "change", row.pk)), **changes)
    )

    assert response.status_code == 200
    assert error in response.content.decode()


def test_a_tag_cannot_stand_below_itself(alice_at, desk):
    child = make_tag("country/Child", parent=desk.russia)

    response = save(alice_at, address("tag", "change", desk.russia.pk), parent=child.pk)

    assert "cannot stand below itself" in str(response)


def test_an_office_ends_after_it_begins(alice_at, desk):
    response = save(alice_at, address("office", "change", Office.objects.get().pk), end_on="2001-01-01")

    assert "office_ends_after_it_starts" in str(response)


def test_fields_the_form_does_not_offer_stay_as_they_are(alice_at, desk):
    page = address("article", "change", desk.article.pk)
    before = Article.objects.filter(pk=desk.article.pk).values("identity", "content_hash", "pk").get()

    save(alice_at, page, id=2, identity="x", content_hash="0", changed_at="2020-01-01", edited_fields="[]")

    assert Article.objects.filter(pk=desk.article.pk).values("identity", "content_hash", "pk").get() == before


def test_bob_who_may_only_look_changes_nothing(bob_at, desk):
    before = [list(model.objects.order_by("pk").values()) for model in (Article, Tagging)]
    page = address("article", "change", desk.article.pk)

    assert bob_at.post(page, {"title": "Bob was here"}).status_code == 403
    assert (
        bob_at.post(address("tagging", "change", desk.tagging.pk), {"status": "rejected"}).status_code == 403
    )
    assert bob_at.post(address("tag", "change", desk.russia.pk), {"name": "Bob"}).status_code == 403
    for action, name, row in (
        ("reject", "tagging", desk.tagging),
        ("withdraw", "article", desk.article),
        ("retire", "tag", desk.russia),
    ):  # fmt: skip
        act(bob_at, name, action, row.pk)

    assert [list(model.objects.order_by("pk").values()) for model in (Article, Tagging)] == before
    assert not Tag.objects.filter(is_retired=True).exists()


def test_a_viewer_is_offered_no_buttons(bob_at, desk):
    content = bob_at.get(address("article", "change", desk.article.pk)).content.decode()

    assert 'name="_save"' not in content
    assert "<textarea" not in content
    assert "Kremlin</mark>" in content


def test_who_is_logged_out_changes_nothing(client, desk):
    response = act(client, "tagging", "reject", desk.tagging.pk)

    assert response.url.startswith(reverse("admin:login"))
    desk.tagging.refresh_from_db()
    assert desk.tagging.status == "suggested"


@pytest.mark.parametrize(
    "query",
    [
        "action=reject&_selected_action={pk}",
        "status=rejected&_save=Save",
        "_selected_action={pk}&action=delete_selected",
    ],
)
def test_a_link_never_changes_anything(alice_at, desk, query):
    before = list(Tagging.objects.order_by("pk").values())

    for page in (address("tagging"), address("tagging", "change", desk.tagging.pk)):
        alice_at.get(f"{page}?{query.format(pk=desk.tagging.pk)}")

    assert list(Tagging.objects.order_by("pk").values()) == before


def test_a_form_without_its_token_is_refused(alice, desk):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)

    assert act(client, "tagging", "reject", desk.tagging.pk).status_code == 403


def test_a_tag_with_hundreds_of_names_can_be_saved(alice_at, desk):
    tag = make_tag("country/United States")
    Alias.objects.bulk_create(Alias(tag=tag, text=f"Town {number}") for number in range(400))

    answer = save(alice_at, address("tag", "change", tag.pk), description="State in North America")

    tag.refresh_from_db()
    assert (answer.status_code, tag.description) == (302, "State in North America")
    assert tag.aliases.filter(text__startswith="Town ").count() == 400
