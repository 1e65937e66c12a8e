"""The pictures of docs/curation.md: one day at the desk, lived through in a browser.

`docs/screenshots.py --day` calls `live_through` with an archive of its own.  Each step does what its section
tells, and takes a picture of the page where a reader would stop to look.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import FloatRect, Page

WIDTH, HEIGHT = 1080, 680  # of a picture
WAIT_MS = 90_000  # for the worker, which begins with building a tagger

# What comes in this morning: made-up clippings, one of them with a date that does not exist.
CLIPPINGS = {
    "lima-note.md": """---
title: Peru hands Chile a note on the northern border
date: 2026-11-25
source: The Courier
---

Peru's ambassador to Chile, Ana Soto, handed over a note in Santiago on Wednesday. Soto said that the border
would stay open while both countries talked.
""",
    "lima-reply.md": """---
title: Chile answers within a day
date: 2026-11-26
source: Courier
---

Chile's foreign ministry answered on Thursday. Peru's ambassador to Chile, Ana Soto, called it a good
beginning.
""",
    "brussels-talks.md": """---
title: Accession talks to begin before the summer
date: 2026-11-26
source: The Courier
---

Ukraine's deputy prime minister, Olga Stefanishina, said in Brussels that the talks would begin in June. The
European Union had asked for a price cap on gas before any date was set.
""",
    "nairobi-line.md": """---
title: Kenya and Uganda switch on a power line
date: 2026-13-45
source: The Courier
---

Kenya's energy minister, Wanjiru Otieno, switched on the line to Uganda. She said that a second one would
follow.
""",
}

type Shoot = Callable[[str], None]


def live_through(page: Page, address: str, to: Path) -> int:
    """Do a day's work in a window that is signed in as an administrator; return the number of pictures."""
    taken: list[str] = []
    # The tables beside the page are the same in every picture.
    page.evaluate("localStorage.setItem('django.admin.navSidebarIsOpen', 'false')")

    def shoot(name: str) -> None:
        page.wait_for_load_state("networkidle")
        # No further down than the page is filled.
        end = page.locator("#footer").bounding_box()
        height = min(HEIGHT, int(end["y"])) if end else HEIGHT
        clip = FloatRect(x=0, y=0, width=WIDTH, height=height)
        page.screenshot(path=to / f"day-{name}.png", clip=clip)
        taken.append(name)

    for step in (upload, mend, front, review, suggestions, rule, merge, quality, undo):
        step(page, address, shoot)
    return len(taken)


def upload(page: Page, address: str, shoot: Shoot) -> None:
    """Send the morning's clippings, look at what importing would do, and import them."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in CLIPPINGS.items():
            (Path(folder) / name).write_text(text, encoding="utf-8")
        page.goto(f"{address}/admin/articles/upload/add/")
        page.get_by_label("Clippings").set_input_files([Path(folder) / name for name in CLIPPINGS])
        page.get_by_role("button", name="Send and check").click()
    page.get_by_role("button", name="Import", exact=True).wait_for(timeout=WAIT_MS)
    shoot("upload")
    page.get_by_role("button", name="Import", exact=True).click()
    page.get_by_role("rowheader", name="Imported").wait_for(timeout=WAIT_MS)


def mend(page: Page, address: str, shoot: Shoot) -> None:
    """Open what could not be imported, and correct its front matter."""
    page.goto(f"{address}/admin/articles/importrun/")
    page.get_by_role("link", name="run 2").click()
    shoot("run")
    page.get_by_role("link", name="nairobi-line.md").first.click()
    page.get_by_role("link", name="Correct the front matter").click()
    text = page.locator("textarea").first
    text.fill(text.input_value().replace("2026-13-45", "2026-11-24"))
    page.get_by_role("button", name="Check", exact=True).click()
    shoot("mend")
    page.get_by_role("button", name="Save and import again").click()


def front(page: Page, address: str, shoot: Shoot) -> None:
    """Look at what waits."""
    page.goto(f"{address}/admin/")
    shoot("desk")


def review(page: Page, address: str, shoot: Shoot) -> None:
    """Decide a few suggested tags by single keys."""
    page.goto(f"{address}/admin/review/")
    for key in "aam":
        page.keyboard.press(key)
        page.wait_for_timeout(500)
    shoot("review")


def suggestions(page: Page, address: str, shoot: Shoot) -> None:
    """Look through suggested actors, and say of one who it is."""
    page.goto(f"{address}/admin/articles/actorsuggestion/")
    shoot("suggestions")
    page.get_by_role("link", name="Olga Stefanishina", exact=True).click()
    shoot("person")
    page.get_by_role("button", name="It is Olga Stefanishyna").click()
    page.get_by_role("button", name="Accept Ana Soto").click()


def rule(page: Page, address: str, shoot: Shoot) -> None:
    """Take a phrase that says too little from a topic, and see beforehand what that changes."""
    page.goto(f"{address}/admin/articles/tag/?q=Peacekeeping&kind__exact=topic")
    page.locator("#result_list .field-name a").first.click()
    page.goto(f"{page.url.split('?')[0].removesuffix('change/')}try/")
    phrases = page.get_by_label("Phrases")
    lines = phrases.input_value().splitlines()
    phrases.fill("\n".join(line for line in lines if not line.startswith("buffer zone")))
    page.get_by_role("button", name="See what would change").click()
    page.get_by_role("button", name="Save the rule").wait_for(timeout=WAIT_MS)
    shoot("rule")


def merge(page: Page, address: str, shoot: Shoot) -> None:
    """Make two spellings of an outlet one."""
    page.goto(f"{address}/admin/articles/outlet/?q=Courier")
    page.get_by_role("link", name="Courier", exact=True).click()
    page.get_by_role("link", name="Merge").click()
    page.locator("#find-record").fill("The Courier")
    page.get_by_role("button", name="Search").click()
    page.locator("a", has_text="The Courier").first.click()
    shoot("merge")


def quality(page: Page, address: str, shoot: Shoot) -> None:
    """Audit the first of today's sample."""
    page.goto(f"{address}/admin/quality/")
    page.get_by_role("button", name="Draw").or_(page.get_by_role("link", name="Audit")).first.click()
    page.keyboard.press("1")
    page.wait_for_timeout(500)
    shoot("audit")


def undo(page: Page, address: str, shoot: Shoot) -> None:
    """See what undoing the acceptance of this morning would do."""
    for _ in range(WAIT_MS // 1_000):  # until the worker has tagged the articles
        page.goto(f"{address}/admin/articles/changeset/?act__exact=retag")
        if page.get_by_text("only actor:ana-soto").count():
            break
        page.wait_for_timeout(1_000)
    page.goto(f"{address}/admin/articles/changeset/?act__exact=accept")
    page.locator("#result_list tbody a").first.click()
    page.get_by_role("button", name="Undo the whole act").click()
    shoot("undo")
