"""Suggested actors decided in a real browser: by two people at once, without scripts, by keyboard."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import Group
from django.urls import reverse
from playwright.sync_api import Page, expect

from articles.models import ActorSuggestion, Alias, Tag
from articles.rules.retagging import Retagging
from articles.suggested import accepting
from tests.factories import make_article, make_suggestion, make_tag

LIST = reverse("admin:articles_actorsuggestion_changelist")
# The page of the list is Django's: an empty heading over the boxes to tick.
NOT_OURS = {"empty-table-header": {"enabled": False}}

pytestmark = pytest.mark.browser


@pytest.fixture
def ana(live_server, monkeypatch) -> ActorSuggestion:
    """Return the suggestion of Ana Soto, beside one of nearly her name and an actor who may be her."""
    monkeypatch.setattr(
        accepting, "tag_articles", lambda tag, *, by_name, should_stop: Retagging("release", is_dry=False)
    )
    make_tag("country/Peru", key="pe")
    for title in ("Envoys meet", "Envoys meet again"):
        article = make_article(title=title, body="The ambassador Ana Soto spoke of a good beginning.")
        suggestion = make_suggestion(article, "Ana Soto", office="ambassador", owner="pe")
    make_suggestion(make_article(body="The consul Ed Roe left."), "Ed Roe", office="consul", owner="pe")
    return suggestion


@pytest.fixture
def open_as(open_for, django_user_model) -> Callable[..., Page]:
    """Return a function that opens a window in which somebody with a role is logged in."""

    def open_window(name: str, role: str, **options) -> Page:
        person = django_user_model.objects.create_user(name, is_staff=True)
        person.groups.set(Group.objects.filter(name=role))
        return open_for(person, **options)

    return open_window


@pytest.mark.parametrize("has_scripts", [True, False])
def test_a_librarian_accepts_from_the_list_with_one_button(ana, open_as, has_scripts):
    page = open_as("lea", "Librarian", java_script_enabled=has_scripts)
    page.goto(f"{LIST}?owner=pe")

    page.get_by_role("button", name="Accept Ana Soto").click()

    expect(page.get_by_text("Ana Soto is an actor now.")).to_be_visible()
    assert page.url.endswith("?owner=pe")
    ana.refresh_from_db()
    assert (ana.status, ana.tag.slug) == ("accepted", "ana-soto")
    page.get_by_role("link", name="Undo").click()
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_text("was undone")).to_be_visible()
    assert not Tag.objects.filter(slug="ana-soto").exists()


def test_the_second_of_two_people_is_told_who_was_first(ana, open_as):
    lea, carol = open_as("lea", "Librarian"), open_as("carol", "Curator")
    lea.goto(LIST)
    carol.goto(LIST)
    expect(carol.get_by_role("button", name="Accept Ana Soto")).to_have_count(0)

    carol.get_by_role("button", name="Dismiss Ana Soto").click()
    expect(carol.get_by_text("Ana Soto dismissed. The name does not come back.")).to_be_visible()
    lea.get_by_role("button", name="Accept Ana Soto").click()

    expect(lea.get_by_text("Ana Soto is dismissed meanwhile by carol. Nothing was done.")).to_be_visible()
    assert not Tag.objects.filter(slug="ana-soto").exists()


def test_a_person_is_adjusted_and_accepted_by_keyboard(ana, open_as):
    page = open_as("lea", "Librarian")
    page.goto(LIST)
    page.get_by_role("link", name="Ana Soto", exact=True).press("Enter")

    page.get_by_label("Name").fill("Ana María Soto")
    page.get_by_label("Description").fill("A diplomat.")
    page.get_by_role("button", name="Accept", exact=True).press("Enter")

    expect(page.get_by_text("Ana María Soto is an actor now.")).to_be_visible()
    tag = Tag.objects.get(slug="ana-maria-soto")
    assert (tag.description, tag.offices.get().title) == ("A diplomat.", "Ambassador")


def test_an_actor_of_another_name_is_searched_for_and_chosen(ana, open_as):
    tag = make_tag("actor/Anita Pérez")
    Alias.objects.create(tag=tag, text="Anita Pérez")
    page = open_as("lea", "Librarian", java_script_enabled=False)
    page.goto(reverse("admin:articles_actorsuggestion_decide", args=[ana.pk]))

    page.get_by_label("Another actor").fill("anita")
    page.get_by_role("button", name="Search", exact=True).click()
    page.get_by_label("Give the actor the office").check()
    page.get_by_role("button", name="It is Anita Pérez").click()

    expect(page.get_by_text("Anita Pérez has the name now.")).to_be_visible()
    assert set(tag.aliases.filter(kind="name").values_list("text", flat=True)) == {"Anita Pérez", "Ana Soto"}
    assert tag.offices.get().of.key == "pe"


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1440, "light")])
def test_no_page_scrolls_sideways_or_has_a_barrier(ana, open_as, width, scheme):
    tag = make_tag("actor/Anna Soto")
    Alias.objects.create(tag=tag, text="Anna Soto")
    make_suggestion(make_article(body="Anna Sotto"), "Anna Sotto")
    page = open_as("lea", "Librarian", width=width, color_scheme=scheme)

    problems = {}
    decide = reverse("admin:articles_actorsuggestion_decide", args=[ana.pk])
    for address in (LIST, decide, f"{decide}?actor=soto", reverse("admin:index")):
        page.goto(address)
        excess = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        found = Axe().run(page, options={"rules": NOT_OURS}).response["violations"]
        barriers = [(rule["id"], rule["nodes"][0]["html"]) for rule in found]
        if excess > 0 or barriers:
            problems[address] = (excess, barriers)
    assert problems == {}
