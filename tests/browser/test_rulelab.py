"""The rule lab in a real browser: two people at once, with and without scripts, on a narrow screen."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import Group
from django.urls import reverse
from playwright.sync_api import Page, expect

from articles import gazetteer
from articles.importing import crew
from articles.models import Alias, RuleTrial, Tag, Tagging
from articles.rules.retagging import Scope, retag
from articles.tagging import Alias as Name
from articles.tagging import AliasKind, Entry, Kind
from tests.factories import make_article
from tests.rules.test_retagging import InProcess

pytestmark = pytest.mark.browser

# Where somebody looks at the pages; nothing is kept otherwise.
PICTURES = os.environ.get("RULE_LAB_PICTURES", "")


@pytest.fixture
def people(live_server, django_user_model) -> dict[str, object]:
    """Return one person of each role that comes here."""
    made = {}
    for role in ("Curator", "Librarian"):
        made[role] = django_user_model.objects.create_user(role.lower(), password="horse", is_staff=True)
        made[role].groups.add(Group.objects.get_or_create(name=role)[0])
    return made


@pytest.fixture
def open_desk(open_for, people) -> Callable[..., Page]:
    """Return a function that opens a window of its own for a person; no page may complain."""

    def open_window(role: str, **options) -> Page:
        return open_for(people[role], **options)

    return open_window


@pytest.fixture
def peru(live_server, monkeypatch) -> Tag:
    """Return a country in a small archive whose articles carry their tags, one of them rejected."""
    monkeypatch.setattr(crew, "Guard", InProcess)
    entries = [
        Entry(Kind.COUNTRY, "peru", "Peru", "pe", aliases=(Name("Peru"), Name("Lima", AliasKind.CAPITAL))),
        Entry(Kind.COUNTRY, "oman", "Oman", "om", aliases=(Name("Oman"), Name("Bay", AliasKind.PLACE))),
    ]  # fmt: skip
    gazetteer.load(entries, release=gazetteer.release_of(entries))
    for number in range(16):
        make_article(
            title=f"Ministers of the coast meet for round {number} of their talks",
            body="They met in Callao Bay, where the port is. Peru was glad. " * (1 + number % 2),
            outlet=("The Courier", "Example Times", "La Prensa")[number % 3],
        )
    decided = make_article(title="A name of something else", body="The Callao is a hotel.")
    retag(Scope(is_forced=True))
    tag = Tag.objects.get(slug="peru")
    Tagging.objects.create(article=decided, tag=tag, status="rejected")
    return tag


def barriers(page: Page) -> list[object]:
    """Return what keeps somebody out, and by how much the page is too wide."""
    excess = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    found = Axe().run(page).response["violations"]
    return [(rule["id"], rule["nodes"][0]["html"]) for rule in found] + ([excess] if excess > 0 else [])


def picture(page: Page, name: str) -> None:
    """Keep a picture of a page for who asked for it."""
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


@pytest.mark.parametrize("has_scripts", [True, False])
def test_a_curator_tries_and_a_librarian_saves_with_and_without_scripts(peru, open_desk, has_scripts):
    curator = open_desk("Curator", java_script_enabled=has_scripts)
    librarian = open_desk("Librarian", java_script_enabled=has_scripts)

    curator.goto(reverse("admin:articles_tag_change", args=[peru.pk]))
    curator.get_by_role("link", name="Try a change").click()
    curator.get_by_label("Towns and parts").fill("Callao Bay")
    curator.get_by_label("Capitals").fill("Lima\nCallao")
    curator.get_by_role("button", name="See what would change").click()
    expect(curator.get_by_text("a librarian saves them")).to_be_visible()
    expect(curator.get_by_role("button", name="Save the rule")).to_have_count(0)

    librarian.goto(curator.url)
    expect(librarian.get_by_role("heading", name="an editor rejected it")).to_be_visible()
    others = librarian.get_by_role("region", name="Other tags")
    expect(others.get_by_role("row", name="Oman")).to_contain_text("16")
    others.get_by_role("link", name="16").click()
    expect(librarian.get_by_text("Page 1 of 1, 16 articles")).to_be_visible()
    librarian.go_back()
    librarian.get_by_label("Save it all the same").check()
    librarian.get_by_label("Why").fill("The port is meant nearly always.")
    librarian.get_by_role("button", name="Save the rule").click()
    expect(librarian.get_by_text("17 articles tagged again").first).to_be_visible()

    curator.reload()
    expect(curator.get_by_text("The rule was saved as")).to_be_visible()
    assert Alias.objects.filter(text="Callao Bay").count() == 1
    assert Tagging.objects.filter(tag__slug="oman").count() == 0


def test_two_who_try_the_same_tag_do_not_overwrite_each_other(peru, open_desk):
    first, second = open_desk("Librarian"), open_desk("Librarian")
    for page, name in ((first, "Callao Bay"), (second, "Iquitos")):
        page.goto(reverse("admin:articles_tag_try", args=[peru.pk]))
        page.get_by_label("Towns and parts").fill(name)
        page.get_by_role("button", name="See what would change").click()
        expect(page.get_by_text("words of the change; no other can change")).to_be_visible()

    first.get_by_role("button", name="Save the rule").click()
    expect(first.get_by_text("Saved as edit").first).to_be_visible()
    second.get_by_role("button", name="Save the rule").click()

    expect(second.get_by_text("the gazetteer was changed since you tried this")).to_be_visible()
    assert not Alias.objects.filter(text="Iquitos").exists()


@pytest.mark.parametrize(
    ("width", "scheme"), [(360, "dark"), (1440, "light"), (360, "light"), (1440, "dark")]
)
def test_no_page_of_the_lab_scrolls_sideways_or_has_a_barrier(peru, open_desk, width, scheme):
    page = open_desk("Librarian", width=width, color_scheme=scheme)
    name = f"{width}-{scheme}"

    page.goto(reverse("admin:articles_tag_try", args=[peru.pk]))
    picture(page, f"form-{name}")
    found = {"form": barriers(page)}
    page.get_by_label("Towns and parts").fill("Callao Bay | 9")
    with page.expect_navigation():
        page.get_by_role("button", name="See what would change").click()
    picture(page, f"error-{name}")
    found["error"] = barriers(page)
    page.get_by_label("Towns and parts").fill("Callao Bay | ambiguous | for: port | against: hotel")
    page.get_by_label("Capitals").fill("Lima\nCallao")
    with page.expect_navigation():
        page.get_by_role("button", name="See what would change").click()
    picture(page, f"result-{name}")
    found["result"] = barriers(page)
    with page.expect_navigation():
        page.get_by_role("link", name="List of all").last.click()
    picture(page, f"list-{name}")
    found["list"] = barriers(page)
    trial = RuleTrial.objects.latest("pk")
    RuleTrial.objects.filter(pk=trial.pk).update(state="tagging", result={}, found_count=12_345)
    page.goto(f"{reverse('admin:articles_tag_try', args=[peru.pk])}?trial={trial.pk}")
    picture(page, f"busy-{name}")
    found["busy"] = barriers(page)

    assert found == {"form": [], "error": [], "result": [], "list": [], "busy": []}


def test_a_trial_in_the_background_shows_how_far_it_is_and_then_what_it_found(peru, open_desk):
    page = open_desk("Librarian")
    page.goto(reverse("admin:articles_tag_try", args=[peru.pk]))
    page.get_by_label("Towns and parts").fill("Callao Bay")
    page.get_by_role("button", name="See what would change").click()
    expect(page.get_by_role("button", name="Save the rule")).to_be_visible()
    trial = RuleTrial.objects.latest("pk")
    RuleTrial.objects.filter(pk=trial.pk).update(state="tagging", tagged_count=3)

    page.reload()
    expect(page.get_by_text("Tagging on trial: 3 of 16 articles.")).to_be_visible()
    RuleTrial.objects.filter(pk=trial.pk).update(state="done")

    expect(page.get_by_role("button", name="Save the rule")).to_be_visible()
