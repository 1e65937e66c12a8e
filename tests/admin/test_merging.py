"""Merge, rename and split at the desk: shown first, done once confirmed, each with its way back."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError
from django.urls import reverse

from articles import tasks, working
from articles.admin import merging as pages
from articles.history.undoing import undo
from articles.management.commands import work
from articles.models import (
    Alias,
    Article,
    Author,
    ChangeSet,
    FormerName,
    Outlet,
    ProposedMerge,
    Tag,
)
from tests.admin.conftest import form_data
from tests.admin.test_pages import address
from tests.factories import make_article, make_outlet, make_tag, make_tagging

pytestmark = pytest.mark.django_db


@pytest.fixture
def liz(django_user_model):
    """Return Liz, a librarian."""
    liz = django_user_model.objects.create_user("liz", is_staff=True)
    liz.groups.set(Group.objects.filter(name="Librarian"))
    return liz


@pytest.fixture
def liz_at(client, liz):
    """Return the client of Liz."""
    client.force_login(liz)
    return client


@pytest.fixture
def pair():
    old, new = make_tag("actor/Sergej Lawrow"), make_tag("actor/Sergey Lavrov")
    make_article(title="Talks", tags=[old])
    make_article(title="Both", tags=[old, new])
    return old, new


def merge_page(kind: str = "tag") -> str:
    return reverse(f"admin:articles_{kind}_merge")


def text_of(response) -> str:
    """Return the words of a page."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def examples_of(response) -> str:
    """Return the words of the articles that a preview shows."""
    section = re.search(r'<section class="examples".*?</section>', response.content.decode(), re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", section[0]).split()) if section else ""


def messages_of(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def test_the_action_leads_from_a_list_to_the_preview(liz_at, pair):
    sent = {"action": "merge_chosen", "_selected_action": [tag.pk for tag in pair]}

    response = liz_at.post(address("tag"), sent, follow=True)

    assert response.redirect_chain[0][0].startswith(f"{merge_page()}?record=")
    words = text_of(response)
    assert "What Sergej Lawrow gets" in words or "What Sergey Lavrov gets" in words
    assert Tag.objects.filter(merged_into__isnull=False).count() == 0


def test_the_preview_says_what_happens_and_offers_to_keep_the_other(liz_at, pair):
    old, new = pair

    words = text_of(liz_at.get(merge_page(), {"record": [old.pk, new.pk], "survivor": new.pk}))

    assert "Sergey Lavrov sergey-lavrov is kept" in words
    assert "Sergej Lawrow sergej-lawrow Keep this one instead" in words
    assert "1 article that only the other had" in words
    assert "1 article that had both" in words
    assert "names: 1" in words


def test_a_merge_is_done_once_it_is_confirmed_and_says_how_to_take_it_back(liz_at, liz, pair):
    old, new = pair

    response = liz_at.post(merge_page(), {"record": [old.pk, new.pk], "survivor": new.pk}, follow=True)

    act = ChangeSet.objects.get()
    assert (act.act, act.made_by) == (ChangeSet.Act.MERGE, liz)
    assert response.redirect_chain == [(address("tag", "change", new.pk), 302)]
    [message] = messages_of(response)
    assert message.startswith("Sergej Lawrow merged into Sergey Lavrov. It can be undone:")
    assert address("changeset", "change", act.pk) in message


def test_a_merged_tag_is_looked_at_and_not_edited(liz_at, pair):
    old, new = pair
    liz_at.post(merge_page(), {"record": [old.pk, new.pk], "survivor": new.pk})

    page = liz_at.get(address("tag", "change", old.pk))

    assert "This was merged into Sergey Lavrov" in text_of(page)
    assert b'name="_save"' not in page.content
    for verb in ("rename", "split"):
        assert liz_at.get(address("tag", verb, old.pk)).status_code == 403
    sent = {"record": [old.pk, new.pk], "survivor": old.pk}
    assert "was merged into Sergey Lavrov already" in messages_of(liz_at.post(merge_page(), sent))[0]


def test_contradicting_editors_need_a_choice(liz_at, pair):
    old, new = pair
    article = make_article(title="Disputed")
    make_tagging(article, old, status="confirmed")
    make_tagging(article, new, status="rejected")
    sent = {"record": [old.pk, new.pk], "survivor": new.pk}

    refused = liz_at.post(merge_page(), sent)

    assert "Disputed" in text_of(refused)
    assert "This field is required" in text_of(refused)
    assert Tag.objects.filter(merged_into__isnull=False).count() == 0
    liz_at.post(merge_page(), {**sent, "choice": "confirmed"})
    assert list(article.taggings.values_list("tag__slug", "status")) == [("sergey-lavrov", "confirmed")]


def test_the_button_of_a_record_leads_to_a_search_for_the_other(liz_at, pair):
    old, new = pair
    Alias.objects.create(tag=new, text="Foreign Minister Lavrov")
    page = liz_at.get(address("tag", "change", old.pk)).content.decode()
    assert f"{merge_page()}?record={old.pk}" in page

    found = liz_at.get(merge_page(), {"record": old.pk, "q": "foreign min"}).content.decode()

    assert f"?record={old.pk}&amp;record={new.pk}" in found


@pytest.mark.parametrize(
    "sent",
    [
        {}, {"record": ["1\0", "x", "-1", "9" * 30]}, {"record": ["1", "1"]}, {"q": "\0"}, {"q": "x" * 500},
        {"record": ["0"], "survivor": ["\0"]}, {"choice": "?"},
    ],
)  # fmt: skip
def test_strange_parameters_are_no_error(liz_at, pair, sent):
    assert liz_at.get(merge_page(), sent).status_code == 200
    assert liz_at.post(merge_page(), sent).status_code == 200
    assert ChangeSet.objects.count() == 0


def test_a_large_merge_is_left_to_the_background(
    liz_at, pair, monkeypatch, django_capture_on_commit_callbacks
):
    old, new = pair
    monkeypatch.setattr(pages, "DONE_HERE", 1)
    sent = {"record": [old.pk, new.pk], "survivor": new.pk}
    asked = text_of(liz_at.get(merge_page(), sent))
    assert "merged in the background" in asked
    assert "Where editors contradict each other" in asked

    # Tasks are done at once in tests; a worker that died after its work does it again.
    liz_at.post(merge_page(), {**sent, "choice": "newer"})
    tasks.merge_records.call([f"tag:{new.pk}", f"tag:{old.pk}"], "newer", 0)

    assert Tag.objects.get(pk=old.pk).merged_into == new
    assert ChangeSet.objects.filter(act="merge").count() == 1


def test_a_large_merge_says_beforehand_how_many_articles_each_has_and_where_editors_disagree(
    liz_at, pair, monkeypatch
):
    old, new = pair
    monkeypatch.setattr(pages, "DONE_HERE", 1)
    article = make_article(title="Disputed")
    make_tagging(article, old, status="confirmed")
    make_tagging(article, new, status="rejected")

    words = text_of(liz_at.get(merge_page(), {"record": [old.pk, new.pk], "survivor": new.pk}))

    assert "Sergej Lawrow: 3 Sergey Lavrov: 2 1 where editors contradict each other" in words


def test_a_large_merge_into_a_retired_tag_is_refused_at_once_and_asks_for_nothing(liz_at, pair, monkeypatch):
    old, new = pair
    monkeypatch.setattr(pages, "DONE_HERE", 1)
    Tag.objects.filter(pk=new.pk).update(is_retired=True)
    asked = []
    monkeypatch.setattr(tasks.merge_records.__class__, "enqueue", lambda *said: asked.append(said))
    sent = {"record": [old.pk, new.pk], "survivor": new.pk, "choice": "newer"}

    for response in (liz_at.get(merge_page(), sent), liz_at.post(merge_page(), sent)):
        assert messages_of(response) == [
            "Nothing was merged: Sergey Lavrov is retired; take it back into use first, or keep another."
        ]
    assert asked == []


def test_a_merge_that_failed_in_the_background_is_told_of_on_the_pages_of_its_records(
    liz_at, pair, settings, monkeypatch
):
    old, new = pair
    monkeypatch.setattr("django_tasks_db.management.commands.db_worker.close_old_connections", lambda: None)
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    tasks.merge_records.enqueue([f"tag:{new.pk}", f"tag:{old.pk}"], "newer", 0)
    Tag.objects.filter(pk=new.pk).update(is_retired=True)

    work.work(work.TaskWorker("desk-1", is_batch=True))
    working.stop_requested.clear()

    told = ["What was asked for in the background failed: Sergey Lavrov is retired; take it back into use "
            "first, or keep another."]  # fmt: skip
    for one in (old, new):
        assert messages_of(liz_at.get(address("tag", "change", one.pk))) == told
    assert messages_of(liz_at.get(address("tag", "change", make_tag("actor/Ann Other").pk))) == []
    assert Tag.objects.filter(merged_into__isnull=False).count() == 0


def test_a_large_split_with_a_slug_that_is_taken_is_refused_at_once(liz_at, monkeypatch):
    monkeypatch.setattr(pages, "DONE_HERE", 0)
    make_article(outlet="Times", url="https://w.example.org/1")
    make_outlet("World")
    page = address("outlet", "split", make_outlet("Times").pk)
    sent = {"name": "Times World", "slug": "world", "marks": "w.example.org"}

    for button in ("look", "split"):
        refused = liz_at.post(page, {**sent, button: "yes"})
        assert "slug: that is the slug of World" in text_of(refused)
    done = liz_at.post(page, {**sent, "slug": "times-world", "split": "yes"}, follow=True)

    [message] = messages_of(done)
    assert message.startswith("These are many articles: they are looked through in the background, in one")
    assert Article.objects.get().outlet.name == "Times World"


def test_what_is_taken_out_of_a_merge_keeps_its_own_slug_and_the_preview_says_so(liz_at):
    first, second = make_outlet("First"), make_outlet("Second")
    liz_at.post(merge_page("outlet"), {"record": [first.pk, second.pk], "survivor": second.pk})
    sent = {"name": "First", "slug": "typed", "spellings": ["First"], "look": "yes"}

    shown = text_of(liz_at.post(address("outlet", "split", second.pk), sent))

    assert "First was merged into Second. It becomes itself again, with its own slug first ," in shown


@pytest.mark.parametrize("verb", ["rename", "split"])
def test_what_somebody_takes_this_very_moment_is_said(liz_at, monkeypatch, verb):
    def taken(*_args, **_said):
        raise IntegrityError

    monkeypatch.setattr(pages, verb, taken)
    outlet = make_outlet("Times")
    sent = {"name": "Paper", "slug": "paper", "marks": "x.org", "split": "yes"}

    assert "took this name, slug or key this very moment" in text_of(
        liz_at.post(address("outlet", verb, outlet.pk), sent)
    )


@pytest.mark.parametrize("kind", ["outlet", "author"])
def test_outlets_and_authors_are_merged_in_the_same_way(liz_at, kind):
    article = make_article(outlet="First", authors=["First"])
    model = {"outlet": Outlet, "author": Author}[kind]
    one, two = model.objects.get(), model.objects.create(name="Second", slug="second")

    liz_at.post(merge_page(kind), {"record": [one.pk, two.pk], "survivor": two.pk})

    article.refresh_from_db()
    assert (article.outlet if kind == "outlet" else article.authors.get()) == two
    assert "merged into Second" in text_of(liz_at.get(address(kind)))
    assert not liz_at.get(address(kind, "change", two.pk)).context["has_delete_permission"]


def test_a_preview_needs_as_many_queries_for_fifty_articles_as_for_two(
    liz_at, pair, django_assert_max_num_queries
):
    old, new = pair
    asked = {"record": [old.pk, new.pk], "survivor": new.pk}
    with django_assert_max_num_queries(90) as few:
        liz_at.get(merge_page(), asked)
    for number in range(25):
        make_article(title=f"Only {number}", tags=[old])
        make_article(title=f"Both {number}", tags=[old, new])

    with django_assert_max_num_queries(len(few)):
        liz_at.get(merge_page(), asked)


def test_the_preview_shows_a_handful_of_the_articles_with_what_was_said_of_each_tag_and_what_is_left(
    liz_at, pair
):
    old, new = pair
    article = make_article(title="Decided", outlet="Courier")
    make_tagging(article, old, status="rejected")
    make_tagging(article, new)

    page = liz_at.get(merge_page(), {"record": [old.pk, new.pk], "survivor": new.pk})

    assert examples_of(page) == (
        "Some of the articles A decision of an editor beats a suggestion Decided Courier · 16 Oct 2025 "
        "Sergej Lawrow rejected, mentioned Sergey Lavrov suggested, mentioned "
        "What is left rejected, mentioned Have both, and agree Both outlet unknown · 16 Oct 2025 "
        "Had only what goes Talks outlet unknown · 16 Oct 2025 All of them: articles of Sergej Lawrow"
    )
    links = [address("article", "change", article.pk), f"{address('article')}?tag={old.pk}"]
    assert [link for link in links if f'href="{link}"' not in page.content.decode()] == []


def test_a_large_merge_shows_articles_where_editors_contradict_each_other(liz_at, pair, monkeypatch):
    old, new = pair
    monkeypatch.setattr(pages, "DONE_HERE", 1)
    article = make_article(title="Disputed")
    make_tagging(article, old, status="confirmed")
    make_tagging(article, new, status="rejected")

    page = liz_at.get(merge_page(), {"record": [old.pk, new.pk], "survivor": new.pk})

    assert (
        "Editors contradict each other Disputed outlet unknown · 16 Oct 2025 "
        "Sergej Lawrow confirmed, mentioned Sergey Lavrov rejected, mentioned "
        "What is left what you choose below"
    ) in examples_of(page)


@pytest.mark.parametrize("kind", ["outlet", "author"])
def test_the_preview_of_outlets_and_authors_shows_articles_too(liz_at, kind):
    make_article(title="Talks", outlet="First", authors=["First"])
    model = {"outlet": Outlet, "author": Author}[kind]
    one, two = model.objects.get(), model.objects.create(name="Second", slug="second")

    page = liz_at.get(merge_page(kind), {"record": [one.pk, two.pk], "survivor": two.pk})

    assert examples_of(page) == (
        "Some of the articles Had only what goes Talks First · 16 Oct 2025 All of them: articles of First"
    )
    assert f"{address('article')}?{kind}={one.pk}" in page.content.decode()


# --- Rename -----------------------------------------------------------------------------------------------


def test_a_tag_is_renamed_and_its_old_address_stands_below(liz_at, client, pair):
    _, new = pair
    page = address("tag", "rename", new.pk)

    response = liz_at.post(page, {"name": "S. Lavrov", "slug": "lavrov", "key": "lavrov"}, follow=True)

    assert messages_of(response)[0].startswith("Renamed. Old addresses lead here.")
    assert "slug sergey-lavrov" in text_of(liz_at.get(page))
    assert "An actor gets the new name" in text_of(liz_at.get(page))
    assert client.get("/actors/sergey-lavrov/").headers["Location"] == "/actors/lavrov/"
    assert undo(ChangeSet.objects.get(), by=None).conflicts == []
    assert Tag.objects.get(pk=new.pk).slug == "sergey-lavrov"


def test_a_name_that_leads_to_another_is_refused_beside_its_field(liz_at, pair):
    old, new = pair
    sent = {"name": "X", "slug": new.slug, "key": "Ä"}

    form = liz_at.post(address("tag", "rename", old.pk), sent).context["form"]

    assert set(form.errors) == {"slug", "key"}
    assert "merge them" in form.errors["slug"][0]


def test_the_form_of_an_outlet_keeps_its_old_name_in_force(liz_at):
    outlet = make_outlet("Kiev Post")
    page = address("outlet", "change", outlet.pk)

    liz_at.post(page, form_data(liz_at.get(page), name="Kyiv Post"))

    assert Outlet.objects.get().name == "Kyiv Post"
    assert FormerName.objects.get().text == "Kiev Post"
    other = make_outlet("Lviv Post")
    page = address("outlet", "change", other.pk)
    refused = liz_at.post(page, form_data(liz_at.get(page), name="Kiev Post"))
    assert "until it was renamed" in text_of(refused)


# --- Split ------------------------------------------------------------------------------------------------


def test_a_split_is_shown_before_it_is_done(liz_at):
    tag = make_tag("country/Georgia", key="ge")
    names = [Alias.objects.create(tag=tag, text=text) for text in ("Atlanta", "Tbilisi")]
    article = make_article(title="Peaches", body="In Atlanta.")
    make_tagging(article, tag, mentions=[["body", 3, 10, "name"]])
    page = address("tag", "split", tag.pk)
    sent = {"name": "Georgia (US)", "slug": "georgia-us", "aliases": [names[0].pk]}

    shown = liz_at.post(page, {**sent, "look": "yes"})

    assert "1 article becomes Georgia (US)’s alone" in text_of(shown)
    assert "Peaches" in text_of(shown)
    assert ChangeSet.objects.count() == 0
    response = liz_at.post(page, {**sent, "split": "yes"}, follow=True)
    assert messages_of(response)[0].startswith("Georgia (US) is one of its own now.")
    assert article.taggings.get().tag.slug == "georgia-us"


def test_what_cannot_be_split_is_said_in_the_form(liz_at, pair):
    tag, new = pair
    alias = Alias.objects.create(tag=tag, text="Lawrow")
    page = address("tag", "split", tag.pk)

    assert liz_at.post(page, {"split": "yes"}).context["form"].errors.keys() == {"name", "slug", "aliases"}
    taken = liz_at.post(page, {"split": "yes", "name": "X", "slug": new.slug, "aliases": [alias.pk]})
    assert "slug: that is the slug of Sergey Lavrov" in text_of(taken)


def test_an_author_is_parted_by_what_bylines_print(liz_at):
    article = make_article(authors=["John Smith"], byline="John Smith in Vienna")
    make_article(authors=["John Smith"], byline="John Smith")
    page = address("author", "split", Author.objects.get().pk)

    liz_at.post(page, {"name": "John B. Smith", "slug": "john-b-smith", "marks": "in Vienna", "split": "yes"})

    assert article.authors.get().name == "John B. Smith"
    assert Article.objects.get(pk=article.pk).edited_fields == ["authors"]
    assert Author.objects.get(name="John Smith").articles.count() == 1


# --- What may be the same ---------------------------------------------------------------------------------


def propose(*tags: Tag) -> ProposedMerge:
    first, second = sorted(tag.pk for tag in tags)
    return ProposedMerge.objects.create(
        kind=tags[0].kind, first=first, second=second, names="Both", reasons=["like spelling"], likeness=0.8
    )


def test_the_list_leads_to_the_merge_of_each_pair(liz_at, pair):
    row = propose(*pair)

    page = liz_at.get(address("proposedmerge")).content.decode()

    assert f"{merge_page()}?record={row.first}&amp;record={row.second}" in page
    assert "like spelling" in page


def test_what_is_not_the_same_goes_from_the_list_for_ever(liz_at, pair):
    row = propose(*pair)

    liz_at.post(address("proposedmerge"), {"action": "apart", "_selected_action": [row.pk]})

    row.refresh_from_db()
    assert row.status == "different"
    assert ChangeSet.objects.get().act == "distinct"


def test_a_curator_sees_the_list_and_decides_nothing(client, django_user_model, pair):
    row = propose(*pair)
    carl = django_user_model.objects.create_user("carl", is_staff=True)
    carl.groups.set(Group.objects.filter(name="Curator"))
    client.force_login(carl)

    page = client.get(address("proposedmerge"))
    client.post(address("proposedmerge"), {"action": "apart", "_selected_action": [row.pk]})

    assert page.status_code == 200
    assert b"?record=" not in page.content
    assert b"Look again" not in page.content
    assert client.post(reverse("admin:articles_proposedmerge_look")).status_code == 403
    assert ChangeSet.objects.count() == 0


def test_another_look_is_taken_in_the_background(liz_at):
    make_tag("actor/J. Smith")
    make_tag("actor/John Smith")

    liz_at.post(reverse("admin:articles_proposedmerge_look"))
    tasks.propose_merges.call()

    assert ProposedMerge.objects.count() == 1
    assert liz_at.get(reverse("admin:articles_proposedmerge_look")).status_code == 405


def test_no_form_takes_a_record_that_was_merged(liz_at, pair):
    first, second = make_outlet("First"), make_outlet("Second")
    article = make_article(title="Talks", outlet="Second")
    page = address("article", "change", article.pk)
    form = form_data(liz_at.get(page), outlet=first.pk)
    liz_at.post(merge_page("outlet"), {"record": [first.pk, second.pk], "survivor": second.pk})

    refused = liz_at.post(page, form)

    assert refused.context["adminform"].form.errors.keys() == {"outlet"}
    article.refresh_from_db()
    assert article.outlet == second
