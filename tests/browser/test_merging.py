"""Merge, rename and split in a real browser: by two people at once, without scripts, at every width."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import Group
from django.urls import reverse
from playwright.sync_api import Page, expect

from articles.models import Alias, ProposedMerge, Tag
from tests.browser.conftest import _any_complaint
from tests.factories import make_article, make_outlet, make_tag, make_tagging

MERGE = reverse("admin:articles_tag_merge")
PROPOSED = reverse("admin:articles_proposedmerge_changelist")
# Marks of Django's own: an empty heading over the boxes to tick, and select2's nameless box.
NOT_OURS = {"empty-table-header": {"enabled": False}, "aria-input-field-name": {"enabled": False}}

pytestmark = pytest.mark.browser


@pytest.fixture
def pair(live_server) -> list[Tag]:
    """Return two tags of one minister: with articles of their own, one of both, and one that is disputed."""
    old, new = make_tag("actor/Sergej Lawrow"), make_tag("actor/Sergey Lavrov")
    for text in ("Lawrow", "Außenminister Lawrow"):
        Alias.objects.create(tag=old, text=text)
    make_article(title="Talks go on", tags=[old])
    make_article(title="Envoys meet", tags=[old, new])
    disputed = make_article(title="A minister of whom editors think differently")
    make_tagging(disputed, old, status="confirmed")
    make_tagging(disputed, new, status="rejected")
    first, second = sorted((old.pk, new.pk))
    ProposedMerge.objects.create(
        kind="actor", first=first, second=second, names="Sergej Lawrow and Sergey Lavrov",
        reasons=["like spelling"], likeness=0.7,
    )  # fmt: skip
    return [old, new]


@pytest.fixture
def open_as(open_for, django_user_model) -> Callable[..., Page]:
    """Return a function that opens a window in which somebody with a role is logged in."""

    def open_window(name: str, role: str, **options) -> Page:
        person = django_user_model.objects.create_user(name, is_staff=True)
        person.groups.set(Group.objects.filter(name=role))
        return open_for(person, complain=_but_refusals, **options)

    return open_window


def _but_refusals(message) -> list[str]:
    return [] if "403" in message.text else _any_complaint(message)


@pytest.mark.parametrize("has_scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_pair_is_merged_and_parted_again(pair, open_as, has_scripts):
    _, new = pair
    page = open_as("liz", "Librarian", java_script_enabled=has_scripts)
    page.goto(PROPOSED)
    page.get_by_role("link", name="Merge Sergej Lawrow and Sergey Lavrov").click()
    if page.get_by_role("link", name="Keep this one instead").get_attribute("href").endswith(f"={new.pk}"):
        page.get_by_role("link", name="Keep this one instead").click()
    expect(page.get_by_text("A minister of whom editors think differently")).to_be_visible()

    page.get_by_role("button", name="Merge").click()  # the browser asks for a choice first
    assert not Tag.objects.filter(merged_into__isnull=False).exists()
    page.get_by_label("The articles keep the tag").check()
    page.get_by_role("button", name="Merge").click()

    expect(page.get_by_text("Sergej Lawrow merged into Sergey Lavrov.")).to_be_visible()
    page.goto("/actors/sergej-lawrow/")
    assert page.url.endswith("/actors/sergey-lavrov/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Sergey Lavrov")
    page.goto(reverse("admin:articles_changeset_changelist"))
    page.get_by_role("link", name="merge #").click()
    page.get_by_role("button", name="Undo the whole act").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("was undone")).to_be_visible()
    page.goto("/actors/sergej-lawrow/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Sergej Lawrow")


def test_who_comes_second_is_told_and_a_curator_is_offered_nothing(pair, open_as):
    old, new = pair
    first, second = open_as("liz", "Librarian"), open_as("lea", "Librarian")
    asked = f"{MERGE}?record={old.pk}&record={new.pk}&survivor={new.pk}"
    other_way = f"{MERGE}?record={old.pk}&record={new.pk}&survivor={old.pk}"
    first.goto(asked)
    second.goto(other_way)
    for page in (first, second):
        page.get_by_label("The later of the two decisions").check()

    first.get_by_role("button", name="Merge").click()
    expect(first.get_by_text("merged into Sergey Lavrov.")).to_be_visible()
    second.get_by_role("button", name="Merge").click()
    expect(second.get_by_text("was merged into Sergey Lavrov already")).to_be_visible()

    curator = open_as("carl", "Curator")
    curator.goto(reverse("admin:articles_tag_change", args=[new.pk]))
    expect(curator.get_by_role("link", name="Merge", exact=True)).to_have_count(0)
    assert curator.goto(asked).status == 403


@pytest.fixture
def addresses(pair) -> dict[str, str]:
    """Return one address of every page about merging."""
    old, new = pair
    outlet = make_outlet("The Courier of the Eastern and the Western Shore")
    both = f"record={old.pk}&record={new.pk}"
    return {
        "merge": f"{MERGE}?{both}",
        "merge, one": f"{MERGE}?record={old.pk}&q=sergey",
        "merge, none": MERGE,
        "rename": reverse("admin:articles_tag_rename", args=[old.pk]),
        "split": reverse("admin:articles_tag_split", args=[old.pk]),
        "split outlet": reverse("admin:articles_outlet_split", args=[outlet.pk]),
        "proposed": PROPOSED,
        "tag": reverse("admin:articles_tag_change", args=[old.pk]),
        "outlets": reverse("admin:articles_outlet_changelist"),
        "former": reverse("admin:articles_formername_changelist"),
    }


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1440, "light")])
def test_no_page_about_merging_scrolls_sideways_or_has_a_barrier(addresses, open_as, width, scheme):
    page = open_as("liz", "Librarian", width=width, color_scheme=scheme)

    problems = {}
    for name, address in addresses.items():
        page.goto(address)
        excess = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        found = Axe().run(page, options={"rules": NOT_OURS}).response["violations"]
        barriers = [(rule["id"], rule["nodes"][0]["html"]) for rule in found]
        if excess > 0 or barriers:
            problems[name] = (excess, barriers)
    assert problems == {}


def test_a_split_is_seen_and_done_by_keyboard(pair, open_as):
    old, _ = pair
    page = open_as("liz", "Librarian")
    page.goto(reverse("admin:articles_tag_split", args=[old.pk]))
    page.get_by_label("Name of the second one").fill("Another Lawrow")
    page.get_by_label("Its slug").fill("another-lawrow")
    page.get_by_label("Außenminister Lawrow").focus()
    page.keyboard.press("Space")

    page.get_by_role("button", name="See what it would do").press("Enter")
    expect(page.get_by_role("heading", name="What would happen")).to_be_visible()
    page.get_by_role("button", name="Split").press("Enter")

    expect(page.get_by_text("Another Lawrow is one of its own now.")).to_be_visible()
