"""Uploading in a real browser: sending, waiting, importing, by a curator while a viewer looks on."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import Group
from django.urls import reverse
from playwright.sync_api import Page, Route, expect

from articles.management.commands import work
from articles.models import Archive, Article, Upload
from tests.browser.test_desk import NOT_OURS

pytestmark = pytest.mark.browser

TALKS = b"---\ntitle: Talks in Oman\noutlet: The Courier\ndate: 2025-10-17\n---\nThe talks went on.\n"
ODD = b"---\ntitle: An odd day\ndate: 2025-13-45\n---\nThe talks went on elsewhere.\n"


@pytest.fixture
def people(django_user_model) -> dict[str, object]:
    """Return Carol, a curator, and Vera, a viewer."""
    found = {}
    for name, role in (("carol", "Curator"), ("vera", "Viewer")):
        found[name] = django_user_model.objects.create_user(name, is_staff=True)
        found[name].groups.set(Group.objects.filter(name=role))
    return found


@pytest.fixture
def open_desk(open_for, people, settings) -> Callable[..., Page]:
    """Return a function that opens a window in which somebody is logged in; tasks wait for a worker."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    # The gazetteer of nothing: the real one costs each check two seconds.
    Archive.objects.update_or_create(pk=1, defaults={"gazetteer_release": "none"})

    def open_window(name: str, **options) -> Page:
        page = open_for(people[name], **options)
        # Answered while the test waits for the page, so that none is under way while the worker works:
        # both use the one connection of the test's database.
        page.route("**/live/*", answer)
        return page

    return open_window


def answer(route: Route) -> None:
    route.fulfill(response=route.fetch())


def do_what_waits() -> None:
    """Let a worker do all that was asked for."""
    work.work(work.TaskWorker("desk-1", is_batch=True))


def files() -> list[dict[str, object]]:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("more/vote.md", TALKS.replace(b"Talks in Oman", b"A vote in Accra"))
    return [
        {"name": "talks.md", "mimeType": "text/markdown", "buffer": TALKS},
        {"name": "odd.md", "mimeType": "text/markdown", "buffer": ODD},
        {"name": "more.zip", "mimeType": "application/zip", "buffer": packed.getvalue()},
    ]


def send(page: Page) -> None:
    page.goto(reverse("admin:articles_upload_add"))
    page.get_by_label("Clippings").set_input_files(files())
    page.get_by_role("button", name="Send and check").click()


def see(page: Page, heading: str, *, has_scripts: bool) -> None:
    """Wait for the page to say so: by itself, or when it is asked to."""
    if not has_scripts:
        page.get_by_role("link", name="Refresh").click()
    expect(page.get_by_role("heading", name=heading)).to_be_visible()


@pytest.mark.parametrize("has_scripts", [True, False], ids=["with scripts", "without"])
def test_a_curator_sends_clippings_looks_and_imports_while_a_viewer_looks_on(open_desk, has_scripts):
    carol = open_desk("carol", java_script_enabled=has_scripts)
    vera = open_desk("vera")

    send(carol)
    expect(carol.get_by_role("heading", name="Waiting for a worker")).to_be_visible()
    do_what_waits()
    see(carol, "Checked, not imported", has_scripts=has_scripts)
    expect(carol.get_by_role("row", name="talks.md")).to_contain_text("Talks in Oman")
    expect(carol.get_by_role("row", name="odd.md")).to_contain_text("line 3:")
    expect(carol.get_by_role("row", name="more.zip/more/vote.md")).to_contain_text("new")
    assert Article.objects.count() == 0

    vera.goto(reverse("admin:articles_upload_change", args=[Upload.objects.get().pk]))
    expect(vera.get_by_text("Talks in Oman")).to_be_visible()
    expect(vera.get_by_role("button", name="Import")).to_have_count(0)
    expect(vera.get_by_role("link", name="talks.md")).to_have_count(0)

    carol.get_by_role("button", name="Import", exact=True).click()
    expect(carol.get_by_role("heading", name="Waiting for a worker")).to_be_visible()
    do_what_waits()
    see(carol, "Imported", has_scripts=has_scripts)
    expect(carol.get_by_role("link", name=re.compile(r"^run \d+$"))).to_be_visible()
    expect(carol.get_by_role("button", name="Discard")).to_have_count(0)

    assert set(Article.objects.values_list("title", flat=True)) == {"Talks in Oman", "A vote in Accra"}


def test_what_is_chosen_is_told_and_too_much_is_not_sent(open_desk, settings):
    settings.UPLOAD_FILES = 2
    page = open_desk("carol")
    page.goto(reverse("admin:articles_upload_add"))

    page.get_by_label("Clippings").set_input_files(files())
    page.get_by_role("button", name="Send and check").click()

    expect(page.get_by_role("alert")).to_have_text(
        "An upload may have 2 files, and these are 3. Send them in several uploads."
    )
    assert Upload.objects.count() == 0


def test_files_that_are_dropped_on_the_form_are_chosen(open_desk):
    page = open_desk("carol")
    page.goto(reverse("admin:articles_upload_add"))

    page.evaluate(
        """() => {
            const dropped = new DataTransfer();
            dropped.items.add(new File(["---\\ntitle: Dropped\\n---\\nText.\\n"], "dropped.md"));
            document.querySelector("[data-upload]").dispatchEvent(
                new DragEvent("drop", { dataTransfer: dropped, bubbles: true, cancelable: true }));
        }"""
    )

    expect(page.get_by_text("1 file, 0 kB")).to_be_visible()
    page.get_by_role("button", name="Send and check").click()
    expect(page.get_by_role("rowheader", name="dropped.md")).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1440, "light")])
def test_no_page_of_an_upload_scrolls_sideways_or_has_a_barrier(open_desk, width, scheme):
    page = open_desk("carol", width=width, color_scheme=scheme)
    problems = {}

    def look(name: str) -> None:
        excess = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        found = Axe().run(page, options={"rules": NOT_OURS}).response["violations"]
        barriers = [(rule["id"], rule["nodes"][0]["html"]) for rule in found]
        if excess > 0 or barriers:
            problems[name] = (excess, barriers)

    page.goto(reverse("admin:articles_upload_add"))
    look("form")
    send(page)
    expect(page.get_by_role("heading", name="Waiting for a worker")).to_be_visible()
    look("waiting")
    do_what_waits()
    see(page, "Checked, not imported", has_scripts=True)
    look("checked")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("heading", name="Waiting for a worker")).to_be_visible()
    do_what_waits()
    see(page, "Imported", has_scripts=True)
    look("imported")
    page.goto(reverse("admin:articles_upload_changelist"))
    look("list")

    assert problems == {}
