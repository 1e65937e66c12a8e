"""The rule lab at the desk: tried by curators, saved by librarians, and hard to break."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags
from django_tasks_db.models import DBTaskResult

from articles import gazetteer, tasks
from articles.admin import rulelab as lab
from articles.importing import crew
from articles.importing.lock import ImportBusyError
from articles.models import Alias, ChangeSet, RuleTrial, Tag, Tagging
from articles.rules.retagging import Scope, retag
from articles.rules.trying import Budget
from articles.tagging import Alias as Name
from articles.tagging import AliasKind, Entry, Kind
from tests.admin.conftest import form_data
from tests.factories import make_article
from tests.rules.test_retagging import InProcess

OMAN = Entry(Kind.COUNTRY, "oman", "Oman", "om", aliases=(Name("Oman"), Name("Muscat", AliasKind.CAPITAL)))
PERU = Entry(Kind.COUNTRY, "peru", "Peru", "pe", aliases=(Name("Peru"),))


@pytest.fixture(autouse=True)
def in_process(monkeypatch):
    monkeypatch.setattr(crew, "Guard", InProcess)


@pytest.fixture
def peru(db) -> Tag:
    """Return a country in a small archive whose articles carry their tags."""
    entries = [OMAN, PERU]
    gazetteer.load(entries, release=gazetteer.release_of(entries))
    make_article(title="Callao talks", body="They met in Callao.", outlet="Example Times")
    make_article(title="Muscat talks", body="They met in Muscat. Callao was far away.")
    make_article(title="Elsewhere", body="They met.")
    retag(Scope(is_forced=True))
    return Tag.objects.get(slug="peru")


def member(users, role: str) -> Client:
    person = users.objects.create_user(role.lower(), password="correct horse battery", is_staff=True)
    person.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(person)
    return client


def address(tag: Tag) -> str:
    return reverse("admin:articles_tag_try", args=[tag.pk])


def try_rule(client: Client, tag: Tag, **lines: str):
    """Return the page that says what a change would do."""
    page = client.get(address(tag))
    return client.post(address(tag), form_data(page, **lines), follow=True)


def save_rule(client: Client, trial: RuleTrial, **sent: str):
    page = reverse("admin:articles_tag_save_rule", args=[trial.tag_id])
    return client.post(page, {"trial": trial.pk, **sent}, follow=True)


def test_a_librarian_tries_a_change_and_saves_it(peru, django_user_model):
    client = member(django_user_model, "Librarian")

    shown = try_rule(client, peru, capital="Callao")
    assert 'would get it <span class="count">2</span>' in shown.content.decode()
    assert '<mark class="kind-country">Callao</mark>' in shown.content.decode()
    assert Alias.objects.filter(text="Callao").count() == 0
    saved = save_rule(client, RuleTrial.objects.get())

    assert "2 articles tagged again, 2 changed." in saved.content.decode()
    assert Tagging.objects.filter(tag=peru).count() == 2
    acts = ChangeSet.objects.order_by("-pk").values_list("act", "made_by_name")[:2]
    assert list(acts) == [("retag", "librarian"), ("edit", "librarian")]


@pytest.mark.parametrize("state", ["saving", "saved"])
def test_a_saved_trial_speaks_of_what_came_of_it(peru, django_user_model, state):
    client = member(django_user_model, "Librarian")
    try_rule(client, peru, capital="Callao")
    trial = RuleTrial.objects.get()
    save_rule(client, trial)
    RuleTrial.objects.update(state=state)

    page = client.get(f"{address(peru)}?trial={trial.pk}").content.decode()
    listed = client.get(f"{address(peru)}?trial={trial.pk}&list=gained&of={peru.pk}").content.decode()

    assert 'got it <span class="count">2</span>' in page
    assert "What the change did" in page
    assert "Articles: got it" in listed
    for shown in (page, listed):
        assert "would" not in shown


def test_a_curator_may_try_and_not_save(peru, django_user_model):
    client = member(django_user_model, "Curator")

    shown = try_rule(client, peru, capital="Callao").content.decode()
    assert "You may try changes; a librarian saves them" in shown
    assert "Save the rule" not in shown
    assert save_rule(client, RuleTrial.objects.get()).status_code == 403
    assert not Alias.objects.filter(text="Callao").exists()


def test_a_viewer_may_look_at_trials_and_start_none(peru, alice_at, django_user_model):
    try_rule(alice_at, peru, capital="Callao")
    trial = RuleTrial.objects.get()
    viewer = member(django_user_model, "Viewer")

    rule = viewer.get(address(peru))
    shown = viewer.get(f"{address(peru)}?trial={trial.pk}").content.decode()
    assert "curators and librarians try changes" in rule.content.decode()
    assert "See what would change" not in rule.content.decode()
    assert 'would get it <span class="count">2</span>' in shown
    assert ("Change it further" in shown, "Save the rule" in shown) == (False, False)
    assert viewer.post(address(peru), form_data(rule, capital="Callao")).status_code == 403
    assert list(RuleTrial.objects.all()) == [trial]


def test_nobody_without_the_right_to_look_may_try(peru, client, bob):
    client.force_login(bob)

    assert client.get(address(peru)).status_code == 403
    assert client.post(address(peru), {"capital": "Callao"}).status_code == 403
    assert RuleTrial.objects.count() == 0


def headings_of(page: str) -> list[str]:
    """Return the second headings of a page, as they are read."""
    found = re.findall(r"<h2>(.*?)</h2>", page, re.DOTALL)
    return [" ".join(unescape(strip_tags(heading)).split()) for heading in found]


def test_a_rule_against_decisions_is_saved_only_with_a_reason(peru, django_user_model, alice):
    article = make_article(title="Decided", body="Nothing but Callao.")
    Tagging.objects.create(article=article, tag=peru, status="rejected", decided_by=alice)
    client = member(django_user_model, "Librarian")

    shown = try_rule(client, peru, capital="Callao").content.decode()
    trial = RuleTrial.objects.get()
    assert headings_of(shown)[2:] == [
        "Articles and Peru",
        "⚠ Against a decision: an editor rejected it, the new rule would give it again 1",
        "would get it 2",
    ]
    assert "Peru: rejected by an editor" in shown
    refused = save_rule(client, trial, override="on")
    assert "Nothing was saved: the rule contradicts a decision of editors" in refused.content.decode()
    save_rule(client, trial, override="on", reason="Callao is a port")

    act = ChangeSet.objects.get(act="edit")
    assert act.note == "rule of Peru: 2 gained; against 1 decision, because: Callao is a port"


def test_lines_that_cannot_be_read_are_told_and_kept(peru, alice_at):
    shown = try_rule(alice_at, peru, name="Peru | 9", capital="Callao").content.decode()

    assert "Line 1: &#x27;9&#x27; is not known" in shown
    assert ">\nPeru | 9</textarea>" in shown
    assert RuleTrial.objects.count() == 0


def test_a_form_of_an_earlier_rule_is_refused(peru, alice_at):
    page = alice_at.get(address(peru))
    Alias.objects.create(tag=peru, text="Peruvian", kind="demonym")

    shown = alice_at.post(address(peru), form_data(page, capital="Callao"))
    assert "Somebody else changed this rule" in shown.content.decode()
    assert RuleTrial.objects.count() == 0


def test_a_gazetteer_changed_after_the_trial_is_told(peru, alice_at):
    try_rule(alice_at, peru, capital="Callao")
    Alias.objects.create(tag=Tag.objects.get(slug="oman"), text="Omani", kind="demonym")

    shown = save_rule(alice_at, RuleTrial.objects.get()).content.decode()
    assert "Nothing was saved: the gazetteer was changed since you tried this" in shown


def test_an_import_under_way_is_waited_for(peru, alice_at, monkeypatch):
    try_rule(alice_at, peru, capital="Callao")

    def busy():
        raise ImportBusyError("import run 5 is still running")

    monkeypatch.setattr("articles.rules.lab.import_lock", busy)
    shown = save_rule(alice_at, RuleTrial.objects.get()).content.decode()
    assert "Nothing was saved: import run 5 is still running" in shown


@pytest.fixture
def queue(settings):
    """Let tasks wait for a worker, as they do outside of tests."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


def test_what_takes_long_is_done_in_the_background(peru, alice_at, monkeypatch, queue):
    monkeypatch.setattr(lab, "Budget", lambda: Budget(articles=0))
    page = try_rule(alice_at, peru, capital="Callao")

    trial = RuleTrial.objects.get()
    assert trial.state == "waiting"
    assert "done in the background" in page.content.decode()
    live = alice_at.get(f"{address(peru)}?trial={trial.pk}&part=state").content.decode()
    assert "data-live=" in live
    tasks.try_rule.func(trial.pk)
    trial.refresh_from_db()
    assert trial.state == "done"
    live = alice_at.get(f"{address(peru)}?trial={trial.pk}&part=state").content.decode()
    assert "data-live=" not in live
    assert "Show what was found" in live


def test_many_articles_are_tagged_again_in_the_background(peru, alice_at, monkeypatch, queue):
    monkeypatch.setattr(lab, "SAVED_HERE", 1)
    try_rule(alice_at, peru, capital="Callao")
    trial = RuleTrial.objects.get()

    shown = save_rule(alice_at, trial).content.decode()
    assert "Its articles are being tagged again" in shown
    assert Tagging.objects.filter(tag=peru).count() == 0
    tasks.follow_rule.func(trial.pk, "alice")
    trial.refresh_from_db()
    assert (trial.state, trial.note) == ("saved", "")
    assert Tagging.objects.filter(tag=peru).count() == 2


def test_a_small_rule_is_followed_by_a_worker_where_the_web_process_dies(peru, alice_at, monkeypatch, queue):
    try_rule(alice_at, peru, capital="Callao")
    trial = RuleTrial.objects.get()

    def die(*_, **__):
        raise SystemExit

    with monkeypatch.context() as dying:
        dying.setattr(lab, "follow", die)
        with pytest.raises(SystemExit):
            save_rule(alice_at, trial)
    trial.refresh_from_db()
    assert (trial.state, Tagging.objects.filter(tag=peru).count()) == ("saving", 0)
    asked = DBTaskResult.objects.get()
    assert asked.task_path == "articles.tasks.follow_rule"
    tasks.follow_rule.func(*asked.args_kwargs["args"])
    trial.refresh_from_db()
    assert (trial.state, trial.note, Tagging.objects.filter(tag=peru).count()) == ("saved", "", 2)


def test_the_worker_finds_nothing_left_of_a_rule_that_was_followed_at_once(peru, alice_at, queue):
    try_rule(alice_at, peru, capital="Callao")

    save_rule(alice_at, RuleTrial.objects.get())
    asked = DBTaskResult.objects.get()
    acts = ChangeSet.objects.count()
    tasks.follow_rule.func(*asked.args_kwargs["args"])
    assert (RuleTrial.objects.get().state, ChangeSet.objects.count()) == ("saved", acts)


def test_the_lists_behind_the_sample_are_complete_and_paged(peru, alice_at, monkeypatch):
    monkeypatch.setattr(lab, "LISTED", 1)
    try_rule(alice_at, peru, capital="Callao")
    trial = RuleTrial.objects.get()

    pages = [
        alice_at.get(
            f"{address(peru)}?trial={trial.pk}&list=gained&of={peru.pk}&page={number}"
        ).content.decode()
        for number in (1, 2)
    ]
    assert ["Callao talks" in page for page in pages] == [True, False]
    assert ["Muscat talks" in page for page in pages] == [False, True]
    assert "Page 2 of 2, 2 articles" in pages[1]


def test_a_change_can_be_changed_further(peru, alice_at):
    try_rule(alice_at, peru, capital="Callao")

    page = alice_at.get(f"{address(peru)}?trial={RuleTrial.objects.get().pk}&again=1")
    assert ">\nCallao</textarea>" in page.content.decode()
    shown = alice_at.post(address(peru), form_data(page, capital="Callao\nLima"), follow=True)
    assert 'would get it <span class="count">2</span>' in shown.content.decode()


def test_a_retired_tag_is_not_tried(peru, alice_at):
    Tag.objects.filter(pk=peru.pk).update(is_retired=True)

    page = alice_at.get(address(peru), follow=True)
    assert "Nothing to try: Peru is retired" in page.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "trial=0", "trial=9999999999999999999999", "trial=x", "trial=%00", "trial={pk}&list=none",
        "trial={pk}&list=gained&of=%00", "trial={pk}&list=gained&of=-1",
    ],
)  # fmt: skip
def test_addresses_of_nothing_are_missing(peru, alice_at, query):
    try_rule(alice_at, peru, capital="Callao")
    query = query.format(pk=RuleTrial.objects.get().pk)

    assert alice_at.get(f"{address(peru)}?{query}").status_code == 404


def test_hostile_forms_are_refused_and_never_an_error(peru, alice_at):
    page = alice_at.get(address(peru))
    for lines in (
        {"name": "Peru\0"},
        {"name": "x" * 100_001},
        {"name": "a\n" * 3_000},
        {"seen": ""},
        {"name": "| |"},
    ):
        assert alice_at.post(address(peru), form_data(page, **lines)).status_code in {200, 302}
    assert alice_at.post(address(peru), {}).status_code == 200
    missing = reverse("admin:articles_tag_save_rule", args=[peru.pk])
    assert alice_at.post(missing, {"trial": "\0"}).status_code == 404
    assert alice_at.get(missing).status_code == 405
    assert alice_at.get(address(peru).replace(str(peru.pk), "99999")).status_code == 404


def test_the_page_of_a_trial_takes_few_queries(peru, alice_at, django_assert_max_num_queries):
    for number in range(20):
        make_article(title=f"Talks {number}", body="They met in Callao.", outlet=f"Paper {number}")
    try_rule(alice_at, peru, capital="Callao")
    trial = RuleTrial.objects.get()

    with django_assert_max_num_queries(25):
        alice_at.get(f"{address(peru)}?trial={trial.pk}")
    with django_assert_max_num_queries(20):
        alice_at.get(f"{address(peru)}?trial={trial.pk}&list=gained&of={peru.pk}")
    with django_assert_max_num_queries(15):
        alice_at.get(address(peru))


def test_an_unchanged_rule_is_not_tried(peru, alice_at):
    shown = try_rule(alice_at, peru).content.decode()

    assert "You changed nothing of the rule, so there is nothing to try." in shown
    assert RuleTrial.objects.count() == 0


def test_a_page_that_follows_a_trial_shows_its_result_by_itself_once_it_is_there(peru, alice_at):
    try_rule(alice_at, peru, capital="Callao")
    trial = RuleTrial.objects.get()
    page = f"{address(peru)}?trial={trial.pk}"

    done = alice_at.get(f"{page}&part=state").content.decode()
    RuleTrial.objects.update(state="tagging")
    busy = alice_at.get(f"{page}&part=state").content.decode()

    assert f'data-live-done="{page}"' in done
    assert "data-live-done" not in busy
