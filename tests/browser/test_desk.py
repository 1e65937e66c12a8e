"""What an editor does at the desk, in a real browser, under the site's strict security policy."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page, expect

from articles import curation
from articles.models import Article, ChangeSet, Correction, ImportIssue, ImportRun, Tag, Tagging

# Marks of Django's own: an empty heading over the rows of an inline table, and select2's nameless box.
NOT_OURS = {"empty-table-header": {"enabled": False}, "aria-input-field-name": {"enabled": False}}

pytestmark = pytest.mark.browser


@pytest.fixture
def open_desk(open_for, alice) -> Callable[..., Page]:
    """Return a function that opens a window in which Alice is logged in."""
    return partial(open_for, alice)


@pytest.fixture
def addresses(archive, alice) -> dict[str, str]:
    """Return one address of every kind of page at the desk."""
    run = ImportRun.objects.create(paths=["/a/very/long/path/" + "folder/" * 20], state="finished")
    ImportIssue.objects.create(run=run, path="clippings/" + "x" * 120 + ".md", line=3, message="no title")
    curation.edit_article(archive, {"section": "World"}, by=alice)
    Correction.objects.update(file_value="A section of the file " * 20, is_open=True)
    curation.confirm(archive.taggings.all(), by=alice)
    putin, change_set = Tag.objects.get(slug="vladimir-putin"), archive_trail()
    return {
        "index": reverse("admin:index"),
        "articles": reverse("admin:articles_article_changelist"),
        "article": reverse("admin:articles_article_change", args=[archive.pk]),
        "article history": reverse("admin:articles_article_history", args=[archive.pk]),
        "taggings": reverse("admin:articles_tagging_changelist"),
        "tagging": reverse("admin:articles_tagging_change", args=[archive.taggings.first().pk]),
        "tags": reverse("admin:articles_tag_changelist"),
        "tag": reverse("admin:articles_tag_change", args=[putin.pk]),
        "new tag": reverse("admin:articles_tag_add"),
        "runs": reverse("admin:articles_importrun_changelist"),
        "run": reverse("admin:articles_importrun_change", args=[run.pk]),
        "change-sets": reverse("admin:articles_changeset_changelist"),
        "change-set": reverse("admin:articles_changeset_change", args=[change_set]),
        "undo": reverse("admin:articles_changeset_undo", args=[change_set]),
        "corrections": reverse("admin:articles_correction_changelist"),
    }


def archive_trail() -> int:
    return ChangeSet.objects.first().pk


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1440, "light")])
def test_no_page_of_the_desk_scrolls_sideways_or_has_a_barrier(addresses, open_desk, width, scheme):
    page = open_desk(width=width, color_scheme=scheme)

    problems = {}
    for name, address in addresses.items():
        page.goto(address)
        excess = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        found = Axe().run(page, options={"rules": NOT_OURS}).response["violations"]
        barriers = [(rule["id"], rule["nodes"][0]["html"]) for rule in found]
        if excess > 0 or barriers:
            problems[name] = (excess, barriers)
    assert problems == {}


FIELDS = ".form-row :is(input, textarea, select, .select2-container)"
CUT_OFF = """fields => [...document.querySelectorAll(fields)]
    .filter(one => one.checkVisibility() && one.type !== "hidden")
    .filter(one => one.getBoundingClientRect().right > one.closest(".form-row").getBoundingClientRect().right)
    .map(one => one.id || one.className)"""


@pytest.mark.parametrize("name", ["article", "tag", "new tag"])
def test_no_field_is_cut_off_on_a_narrow_screen(addresses, open_desk, name):
    page = open_desk(width=360)
    page.goto(addresses[name])

    assert page.evaluate(CUT_OFF, FIELDS) == []


# What of a row lies outside of its list: the list would have to be scrolled sideways to press it.
OUT_OF_SIGHT = """() => {
    const list = document.querySelector("#changelist .results").getBoundingClientRect();
    return [...document.querySelectorAll("#result_list button")]
        .filter(one => one.getBoundingClientRect().right > list.right)
        .map(one => one.textContent);
}"""


@pytest.mark.parametrize("width", [360, 1100, 1280, 1440])
def test_the_buttons_of_a_row_are_in_sight_beside_the_menu_and_the_filter(addresses, open_desk, width):
    page = open_desk(width=width)
    page.goto(addresses["corrections"])

    expect(page.get_by_role("button", name="Take the file's")).to_be_visible()
    expect(page.get_by_role("navigation", name="Sidebar")).to_be_visible(visible=width > 1024)
    assert page.evaluate(OUT_OF_SIGHT) == []


def test_logging_in(live_server, browser, alice):
    complaints = []
    page = browser.new_context(base_url=live_server.url).new_page()
    page.on("console", lambda message: complaints.append(message.text))

    page.goto(reverse("admin:index"))
    page.get_by_label("Username").fill("alice")
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Log in").click()

    expect(page.get_by_role("heading", name="Desk")).to_be_visible()
    assert complaints == []
    page.context.close()


def test_a_tag_is_found_by_one_of_its_names_and_added(archive, open_desk):
    page = open_desk()
    page.goto(reverse("admin:articles_article_change", args=[archive.pk]))

    page.get_by_role("link", name="Add another tag").or_(page.get_by_text("Add another tag")).first.click()
    page.locator("#taggings-2-group .select2-selection").first.click()
    page.locator(".select2-search__field").fill("export")
    page.get_by_role("option", name="Export controls").click()
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.get_by_text("was changed.")).to_be_visible()
    assert Tagging.objects.get(tag__slug="export-controls").article == archive


def test_a_rejected_tag_is_gone_from_the_lists_with_the_next_request(archive, open_desk):
    page = open_desk()
    page.goto("/articles/?country=ua")
    expect(page.get_by_role("link", name=re.compile("Envoys of Russia"))).to_be_visible()

    page.goto(reverse("admin:articles_article_change", args=[archive.pk]))
    row = page.locator("tr.tagging", has_text="Ukraine").filter(has=page.get_by_role("link", name="Ukraine"))
    row.locator("select[name$=status]").select_option("rejected")
    page.get_by_role("button", name="Save", exact=True).click()

    page.goto("/articles/?country=ua")
    expect(page.get_by_role("link", name=re.compile("Envoys of Russia"))).to_have_count(0)
    assert Article.objects.get(pk=archive.pk).taggings.get(tag__key="ua").status == "rejected"


@pytest.mark.parametrize("has_scripts", [True, False])
def test_ticked_rows_of_an_act_are_undone_with_and_without_scripts(archive, alice, open_desk, has_scripts):
    curation.reject(archive.taggings.all(), by=alice)
    act = ChangeSet.objects.latest("pk")
    page = open_desk(java_script_enabled=has_scripts)
    page.goto(reverse("admin:articles_changeset_change", args=[act.pk]))

    page.get_by_role("checkbox", name=re.compile("^Ukraine")).check()
    page.get_by_role("button", name="Undo the ticked rows").click()
    expect(page.get_by_text("1 row would change")).to_be_visible()
    expect(page.get_by_text("status: rejected, now suggested")).to_have_count(1)
    page.get_by_role("button", name="Undo", exact=True).click()

    expect(page.get_by_text("was undone")).to_be_visible()
    statuses = archive.taggings.exclude(tag__key="ua").values_list("status", flat=True)
    assert set(statuses) == {"rejected"}
    assert archive.taggings.get(tag__key="ua").status == "suggested"
