"""The review queue in a real browser: by keys alone, by several people at once, without scripts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import Group
from django.urls import reverse
from playwright.sync_api import Page, expect

from articles.models import ChangeSet, Tagging
from tests.browser.conftest import _complaint
from tests.browser.test_desk import NOT_OURS
from tests.factories import make_article, make_tag, make_tagging

pytestmark = pytest.mark.browser
BODY = "It rained. The Kremlin said so on Monday. Russia did not comment."


@pytest.fixture
def people(django_user_model, live_server) -> dict[str, object]:
    """Return Carol and Chris, curators, and Vera, a viewer."""
    made = {}
    for name, role in (("carol", "Curator"), ("chris", "Curator"), ("vera", "Viewer")):
        made[name] = django_user_model.objects.create_user(name, password="correct horse", is_staff=True)
        made[name].groups.add(Group.objects.get(name=role))
    return made


@pytest.fixture
def rows(live_server) -> list[Tagging]:
    """Return thirty suggestions in the order of the queue."""
    tag = make_tag("country/Russia", key="ru")
    found = [["body", 15, 22, "metonym"]]
    return [
        make_tagging(
            make_article(title=f"Talks, part {number}", body=BODY, outlet="Courier"), tag,
            mentions=found, salience=round(0.4 - number / 100, 2),
        )
        for number in range(30)
    ]  # fmt: skip


@pytest.fixture
def open_queue(open_for, people) -> Callable[..., Page]:
    """Return a function that opens the queue in a window of one of the people."""

    def open_window(name: str, *, query: str = "", **options) -> Page:
        page = open_for(people[name], complain=_complaint, **options)
        page.goto(reverse("admin:review") + query)
        return page

    return open_window


def current(page: Page):
    return page.locator("[data-card][aria-current]")


def said(page: Page):
    return page.locator("[data-said]")


def status_of(row: Tagging) -> tuple[str, str]:
    return Tagging.objects.values_list("status", "role").get(pk=row.pk)


def test_a_sitting_by_keys_alone(rows, open_queue):
    page = open_queue("carol")
    expect(current(page)).to_contain_text("Talks, part 0")
    expect(page.get_by_text("30 wait")).to_be_visible()

    for key, words in (("a", "Accepted"), ("r", "Rejected"), ("m", "Made a main subject"), ("n", "Set to")):
        page.keyboard.press(key)
        expect(said(page)).to_contain_text(words)
    page.keyboard.press("s")
    expect(current(page)).to_contain_text("Talks, part 5")
    page.keyboard.press("k")
    expect(current(page)).to_contain_text("Talks, part 4")
    expect(page.get_by_text("26 wait")).to_be_visible()

    assert [status_of(row) for row in rows[:5]] == [
        ("confirmed", "mentioned"), ("rejected", "mentioned"), ("confirmed", "main"),
        ("confirmed", "mentioned"), ("suggested", "mentioned"),
    ]  # fmt: skip


def test_undo_shows_the_suggestion_again(rows, open_queue):
    page = open_queue("carol")
    page.keyboard.press("r")
    expect(said(page)).to_contain_text("Rejected")
    page.keyboard.press("u")

    expect(said(page)).to_have_text("Taken back: Russia: Talks, part 0.")
    expect(current(page)).to_contain_text("Talks, part 0")
    assert status_of(rows[0]) == ("suggested", "mentioned")


def test_a_whole_queue_is_reviewed_without_loading_a_page(rows, open_queue):
    page = open_queue("carol")
    page.evaluate("window.isSame = true")
    for _ in rows:
        expect(current(page)).to_have_count(1)
        title = current(page).locator(".review-title").inner_text()
        page.keyboard.press("a")
        expect(said(page)).to_have_text(f"Accepted: Russia in “{title}”.")

    expect(page.get_by_text("Nothing waits: every suggestion has been decided.")).to_be_visible()
    expect(page.get_by_text("0 wait")).to_be_visible()
    assert page.evaluate("window.isSame")
    assert set(Tagging.objects.values_list("status", flat=True)) == {"confirmed"}
    assert ChangeSet.objects.filter(act="review", sitting__isnull=True).count() == 1


def test_keys_mean_nothing_where_one_types_with_others_or_once_switched_off(rows, open_queue):
    page = open_queue("carol")
    page.get_by_text("Filter", exact=True).click()
    page.get_by_label("Import run").press_sequentially("ar")
    page.locator(".select2-selection").first.click()
    page.locator(".select2-search__field").press_sequentially("ar")
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("Control+m")
    page.keyboard.press("?")
    page.keyboard.press("a")
    page.get_by_label("Single keys are on").uncheck()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("a")
    page.reload()
    page.keyboard.press("r")

    expect(current(page)).to_contain_text("Talks, part 0")
    assert Tagging.objects.exclude(status="suggested").count() == 0


def test_two_curators_are_not_handed_the_same_and_overwrite_nobody(rows, open_queue):
    carol, chris = open_queue("carol"), open_queue("chris")

    carol.keyboard.press("r")
    expect(said(carol)).to_contain_text("Rejected")
    chris.keyboard.press("a")
    expect(said(chris)).to_contain_text("was rejected by carol")
    assert status_of(rows[0]) == ("rejected", "mentioned")
    chris.keyboard.press("a")
    expect(said(chris)).to_contain_text("Accepted")

    titles = []
    for page in (carol, chris):
        page.reload()
        titles.append(set(page.locator(".review-title").all_inner_texts()))
    assert titles[0].isdisjoint(titles[1])
    assert len(titles[0] | titles[1]) == 28


def test_a_viewer_looks_on_while_a_curator_decides(rows, open_queue):
    carol, vera = open_queue("carol"), open_queue("vera")
    expect(current(vera)).to_contain_text("Talks, part 0")
    expect(vera.get_by_role("button", name="Accept")).to_have_count(0)
    vera.keyboard.press("r")

    carol.keyboard.press("a")
    expect(said(carol)).to_contain_text("Accepted")
    vera.reload()
    expect(current(vera)).to_contain_text("Talks, part 1")
    assert ChangeSet.objects.count() == 1


def test_the_queue_works_without_scripts(rows, open_queue):
    page = open_queue("carol", java_script_enabled=False)

    page.locator("[data-card]").first.get_by_role("button", name="Reject").click()
    expect(page.get_by_text("Rejected: Russia in “Talks, part 0”.")).to_be_visible()
    page.locator("[data-card]").first.get_by_role("link", name="Skip").click()
    expect(page.locator("[data-card]").first).to_contain_text("Talks, part 2")
    page.get_by_role("button", name="Undo the last decision").click()
    expect(page.locator("[data-card]").first).to_contain_text("Talks, part 0")
    page.get_by_text("Filter", exact=True).click()
    page.get_by_label("Tag, by its whole name").fill("Russia")
    page.get_by_role("button", name="Show", exact=True).click()
    page.get_by_role("button", name="every country").click()
    expect(page.get_by_text("Accept 20 of kind country").first).to_be_visible()
    page.get_by_role("button", name="Accept 20 of kind country").click()

    expect(page.get_by_text("Accepted: 20 suggestions, as one act.")).to_be_visible()
    assert Tagging.objects.filter(status="confirmed").count() == 20


def test_a_decision_that_does_not_arrive_is_said_and_shown_again(rows, open_queue):
    page = open_queue("carol")
    page.context.clear_cookies()
    page.keyboard.press("a")

    expect(said(page)).to_contain_text("did not arrive")
    expect(current(page)).to_contain_text("Talks, part 0")
    assert status_of(rows[0]) == ("suggested", "mentioned")


@pytest.mark.parametrize(
    ("width", "scheme"), [(360, "dark"), (360, "light"), (1440, "dark"), (1440, "light")]
)
def test_the_queue_fits_and_has_no_barrier(rows, open_queue, width, scheme):
    page = open_queue("carol", width=width, color_scheme=scheme)
    for state in ("page", "help", "all of a kind"):
        if state == "help":
            page.keyboard.press("?")
        elif state == "all of a kind":
            page.keyboard.press("Escape")
            page.get_by_role("button", name="every country").click()
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        found = Axe().run(page, options={"rules": NOT_OURS}).response["violations"]
        barriers = [(rule["id"], rule["nodes"][0]["html"]) for rule in found]
        assert (state, wide <= 0, barriers) == (state, True, [])


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (360, 780)])
def test_sentence_and_buttons_of_the_first_are_in_sight(rows, open_queue, width, height):
    page = open_queue("carol", width=width)
    page.set_viewport_size({"width": width, "height": height})

    for part in (".review-evidence", ".review-buttons"):
        box = current(page).locator(part).bounding_box()
        assert box["y"] + box["height"] <= height
    if width == 360:
        heights = current(page).get_by_role("button").evaluate_all("all => all.map(b => b.offsetHeight)")
        assert min(heights) >= 44


def test_the_filters_fit_a_narrow_window(rows, open_queue):
    page = open_queue("carol", width=360)

    page.locator(".review-narrow summary").click()

    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
