"""Mending an import in a real browser: from the run to the file, the correction and the article."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import Group
from django.template.loader import render_to_string
from django.urls import reverse
from playwright.sync_api import Page, expect

from articles import gazetteer
from articles.importing.run import import_paths
from articles.models import Article, ImportRun
from tests.browser.test_desk import NOT_OURS, open_desk
from tests.importing.test_run import GAZETTEER

__all__ = ["open_desk"]

pytestmark = pytest.mark.browser

BAD = "---\ntitle: Talks in Ankara\ndate: 2025-13-45\n---\nUkraine and Russia met for an hour.\n"
UNCLOSED = "---\ntitle: Talks in Vienna\n" + "A long line of text without a break. " * 30


@pytest.fixture
def folder(tmp_path) -> Path:
    folder = tmp_path / "clippings"
    folder.mkdir()
    (folder / "ankara.md").write_text(BAD)
    (folder / "vienna.md").write_text(UNCLOSED)
    (folder / "fine.md").write_text(BAD.replace("2025-13-45", "2025-10-16").replace("Ankara", "Geneva"))
    return folder


@pytest.fixture
def run(live_server, folder) -> ImportRun:
    gazetteer.load(GAZETTEER, release="r1")
    import_paths([folder])
    return ImportRun.objects.get()


def test_a_file_is_corrected_and_imported_from_the_page_of_its_run(run, folder, open_desk):
    page = open_desk()
    page.goto(reverse("admin:articles_importrun_change", args=[run.pk]))

    page.get_by_role("link", name="ankara.md").click()
    expect(page.locator("tr.is-fault mark")).to_have_text("date: 2025-13-45")
    expect(page.locator("tr.is-fault")).to_contain_text("is not a day of the calendar; write YYYY-MM-DD")
    page.get_by_role("link", name="Correct the front matter").click()
    field = page.get_by_label("The front matter")
    field.fill(field.input_value().replace("2025-13-45", "2025-10-16"))
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text("It can be imported; the article would be created.")).to_be_visible()
    page.get_by_role("button", name="Save and import again").click()

    expect(page.get_by_text("The file was tried again: 1 created.")).to_be_visible()
    assert Article.objects.filter(title="Talks in Ankara").exists()
    assert (folder / "ankara.md").read_text() == BAD.replace("2025-13-45", "2025-10-16")


def test_it_works_without_scripts_and_with_the_keyboard_alone(run, folder, open_desk):
    (folder / "ankara.md").write_text(BAD.replace("2025-13-45", "2025-10-16"))
    page = open_desk(java_script_enabled=False)
    page.goto(reverse("admin:articles_importrun_change", args=[run.pk]))

    page.get_by_role("button", name="Retry all failed files").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_text("2 tried again: 1 created, 1 failed.")).to_be_visible()


def test_the_page_of_a_run_follows_it_to_its_end(run, open_desk):
    ImportRun.objects.filter(pk=run.pk).update(state="running", created_count=1)
    page = open_desk()
    page.goto(reverse("admin:articles_importrun_change", args=[run.pk]))
    expect(page.locator(".run-state")).to_contain_text("Running")

    ImportRun.objects.filter(pk=run.pk).update(created_count=25)
    expect(page.locator(".run-state .is-created dd")).to_have_text("25")
    ImportRun.objects.filter(pk=run.pk).update(state="finished")
    expect(page.locator(".run-state")).to_contain_text("Finished")
    expect(page.locator("[data-live]")).to_have_count(0)


def test_two_editors_at_one_file_never_write_over_each_other(run, folder, open_desk, open_for, bob):
    bob.groups.set(Group.objects.filter(name="Librarian"))
    address = reverse("admin:articles_importissue_correct", args=[run.issues.get(kind="bad-date").pk])
    alices, bobs = open_desk(), open_for(bob)
    for page in (alices, bobs):
        page.goto(address)

    correct(bobs, "2025-10-16")
    expect(bobs.get_by_text("The corrected file was saved")).to_be_visible()
    correct(alices, "2025-10-17")

    expect(alices.get_by_text("The file changed since it was shown.")).to_be_visible()
    assert (folder / "ankara.md").read_text() == BAD.replace("2025-13-45", "2025-10-16")


def correct(page: Page, day: str) -> None:
    field = page.get_by_label("The front matter")
    field.fill(field.input_value().replace("2025-13-45", day))
    page.get_by_role("button", name="Save and import again").click()


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1440, "light")])
def test_no_page_of_the_imports_desk_scrolls_sideways_or_has_a_barrier(run, open_desk, width, scheme):
    issues = {issue.kind: issue.pk for issue in run.issues.filter(level="error")}
    addresses = {
        "runs": reverse("admin:articles_importrun_changelist"),
        "run": reverse("admin:articles_importrun_change", args=[run.pk]),
        "issues": reverse("admin:articles_importrun_issues", args=[run.pk]),
        "file": reverse("admin:articles_importissue_file", args=[issues["bad-date"]]),
        "long line": reverse("admin:articles_importissue_file", args=[issues["unclosed-fence"]]),
        "correct": reverse("admin:articles_importissue_correct", args=[issues["unclosed-fence"]]),
    }
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


def test_a_report_as_a_page_never_scrolls_sideways(browser):
    page = browser.new_page(viewport={"width": 360, "height": 780})
    folder = "/srv/" + "archive/" * 12
    page.set_content(
        render_to_string(
            "import_report.html",
            {
                "headline": [
                    f"Take it back: NEWSROOM_DATA={folder} .venv/bin/python manage.py undo_import 12"
                ],
                "options": {"paths": folder},
            },
        )
    )

    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.close()
