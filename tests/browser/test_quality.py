"""An audit in a real browser: by keys, by buttons alone, by two people at once, and on the public page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import Group
from django.utils import timezone
from playwright.sync_api import Page, expect

from articles.models import AuditItem, AuditSample, Tagging
from articles.quality import sampling
from tests.factories import make_article
from tests.quality.test_audits import make_answers

pytestmark = pytest.mark.browser


@pytest.fixture
def open_as(open_for, django_user_model) -> Callable[..., Page]:
    """Return a function that opens a window for somebody of a role: ``open_as("Curator", width=360)``."""

    def open_window(role: str, **options) -> Page:
        person, _ = django_user_model.objects.get_or_create(username=role.lower(), is_staff=True)
        person.groups.set(Group.objects.filter(name=role))
        return open_for(person, **options)

    return open_window


@pytest.fixture
def sample(live_server) -> AuditSample:
    """Return the day's sample: three taggings."""
    for number in range(3):
        article = make_article(title=f"Talks {number}", tags=[f"topic/Topic {number}"], body="Ministers met.")
        Tagging.objects.filter(article=article).update(mentions=[["body", 0, 9, "trigger"]])
    found = sampling.draw_daily(timezone.localdate())
    assert found
    return found


def verdicts() -> list[str]:
    return list(AuditItem.objects.order_by("position").values_list("verdict", flat=True))


def test_three_keys_answer_three_questions(sample, open_as):
    page = open_as("Curator")
    page.goto("/admin/quality/")
    page.get_by_role("link", name="Audit the sample of all tags").click()

    for number, key in enumerate("142", start=1):
        expect(page.get_by_text(f"{number} of 3 · {number - 1} answered")).to_be_visible()
        page.keyboard.press(key)

    expect(page.get_by_text("All 3 are answered")).to_be_visible()
    assert verdicts() == ["right", "wrong", "right"]


def test_buttons_do_the_same_without_scripts(sample, open_as):
    page = open_as("Curator", java_script_enabled=False)
    page.goto(f"/admin/quality/{sample.pk}/")
    expect(page.get_by_text("Answer by the keys")).to_be_hidden()

    page.get_by_role("button", name="Wrong").click()
    page.get_by_role("button", name="Cannot tell").click()

    expect(page.get_by_text("3 of 3 · 2 answered")).to_be_visible()
    assert verdicts() == ["wrong", "unsure", ""]


def test_keys_can_be_switched_off(sample, open_as):
    page = open_as("Curator")
    page.goto(f"/admin/quality/{sample.pk}/")
    page.get_by_label("Answer by the keys 1 to 5").uncheck()
    page.keyboard.press("1")
    page.reload()
    page.keyboard.press("1")

    expect(page.get_by_label("Answer by the keys 1 to 5")).not_to_be_checked()
    expect(page.get_by_text("1 of 3 · 0 answered")).to_be_visible()
    assert verdicts() == ["", "", ""]


def test_of_two_auditors_the_second_sees_what_the_first_one_said(sample, open_as):
    curator, librarian = open_as("Curator"), open_as("Librarian")
    curator.goto(f"/admin/quality/{sample.pk}/")
    librarian.goto(f"/admin/quality/{sample.pk}/")

    curator.keyboard.press("4")
    expect(curator.get_by_text("2 of 3 · 1 answered")).to_be_visible()
    librarian.keyboard.press("1")

    expect(
        librarian.get_by_text("Curator answered this meanwhile: wrong. Nothing was changed.")
    ).to_be_visible()
    assert verdicts() == ["wrong", "", ""]


def test_a_wrong_tag_is_rejected_by_a_second_step(sample, open_as):
    page = open_as("Curator")
    page.goto(f"/admin/quality/{sample.pk}/")
    page.keyboard.press("4")

    page.get_by_role("button", name="Reject the tag").click()

    expect(page.get_by_text("was rejected. No import gives it again")).to_be_visible()
    item = AuditItem.objects.get(verdict="wrong")
    assert Tagging.objects.get(pk=item.tagging_id).status == "rejected"


def test_a_viewer_reads_and_has_nothing_to_press(sample, open_as):
    page = open_as("Viewer")
    page.goto(f"/admin/quality/{sample.pk}/")

    expect(page.get_by_role("heading", name="The whole sample")).to_be_visible()
    expect(page.get_by_role("button", name="Wrong")).to_have_count(0)


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1440, "light")])
def test_no_page_of_the_quality_desk_scrolls_sideways_or_has_a_barrier(sample, open_as, width, scheme):
    make_answers("topic/Ports", 38, 2)
    page = open_as("Librarian", width=width, color_scheme=scheme)

    problems = {}
    for address in ("/admin/quality/", f"/admin/quality/{sample.pk}/", "/topics/ports/"):
        page.goto(address)
        excess = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        found = Axe().run(page).response["violations"]
        barriers = [(rule["id"], rule["nodes"][0]["html"]) for rule in found]
        if excess > 0 or barriers:
            problems[address] = (excess, barriers)
    assert problems == {}


def test_the_page_of_a_tag_explains_its_figure(live_server, open_page):
    make_answers("topic/Ports", 38, 2)
    page = open_page()
    page.goto("/topics/ports/")

    page.get_by_text("Checked by editors: 38 of 40 tags right").click()

    expect(page.get_by_text("drawn at random from all that readers see")).to_be_visible()
