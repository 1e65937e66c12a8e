"""Takes pictures of every kind of page with Chromium, from an archive of its own made of seeds/.

    python docs/screenshots.py [--to FOLDER] [--only NAME ...]
    python docs/screenshots.py --day

FOLDER (default: var/screenshots) gets every page at 360, 768 and 1440 px, light and dark;
docs/images gets those that the README and the docs show.  ``--day`` takes only those of docs/curation.md.
"""

# ruff: noqa: S603 - the programs started are this interpreter and arguments from this file

from __future__ import annotations

import argparse
import contextlib
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from day import HEIGHT, WIDTH, live_through
from playwright.sync_api import Browser, Page, sync_playwright

PROJECT = Path(__file__).resolve().parent.parent
IMAGES = PROJECT / "docs" / "images"
CHROMIUM = "/usr/bin/chromium"
WIDTHS = {360: 780, 768: 1024, 1440: 900}  # and the height of the window
SCHEMES = ("light", "dark")
START_SECONDS = 120

PAGES = {
    "home": "/",
    "list": "/articles/",
    "filtered": "/articles/?country=ru&country=us&topic__not=sanctions",
    "map": "/articles/?view=map",
    "timeline": "/articles/?view=timeline&country=ru",
    "table": "/articles/?view=table",
    "pairs": "/dyads/",
    "pair": "/dyads/russia-ukraine/",
    "empty": "/articles/?country=ru&country=bg",
    "problem": "/articles/?country=atlantis&colour=red",
    "article": "seed:2025-08-15-alaska-summit",
    "evidence": "seed:2025-08-15-alaska-summit?tag=country:ru",
    "actors": "/actors/",
    "actor": "/actors/vladimir-putin/",
    "countries": "/countries/",
    "country": "/countries/russia/",
    "organisations": "/organisations/",
    "organisation": "/organisations/nato/",
    "topics": "/topics/",
    "topic": "/topics/sanctions/",
    "missing": "/nothing-here/",
    "admin": "/admin/",
    "admin-articles": "/admin/articles/article/",
    "admin-article": "admin:2025-08-15-alaska-summit",
}
README_IMAGES = {"list": "filtered", "article": "evidence", "country": "country", "admin": "admin-article"}


@dataclass(frozen=True)
class Site:
    """A running archive, and an account for its admin."""

    address: str
    password: str
    ids: dict[str, int]  # article by the name of its seed

    def url(self, page: str) -> str:
        """Return the address of a page of PAGES."""
        kind, _, rest = page.partition(":")
        name, question, query = rest.partition("?")
        if kind == "seed":
            return f"{self.address}/articles/{self.ids[name]}/{question}{query}"
        if kind == "admin":
            return f"{self.address}/admin/articles/article/{self.ids[name]}/change/"
        return self.address + page


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--to", type=Path, default=PROJECT / "var" / "screenshots")
    parser.add_argument("--only", nargs="+", choices=PAGES, default=list(PAGES), metavar="NAME")
    parser.add_argument("--day", action="store_true", help="only the pictures of a day at the desk")
    arguments = parser.parse_args()
    if not Path(CHROMIUM).exists():
        sys.exit(f"{CHROMIUM} is missing; on Debian: apt-get install chromium")
    arguments.to.mkdir(parents=True, exist_ok=True)
    IMAGES.mkdir(exist_ok=True)
    with serve() as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        if arguments.day:
            page = sign_in(browser, site, width=WIDTH, height=HEIGHT, scheme="light")
            count = live_through(page, site.address, IMAGES)
            sys.stdout.write(f"{count} pictures in {IMAGES}\n")
            return
        for width, height in WIDTHS.items():
            for scheme in SCHEMES:
                page = sign_in(browser, site, width=width, height=height, scheme=scheme)
                for name in arguments.only:
                    shoot(page, site.url(PAGES[name]), arguments.to / f"{name}-{width}-{scheme}.png")
        page = sign_in(browser, site, width=1280, height=800, scheme="light")
        for name, source in README_IMAGES.items():
            if source in arguments.only:
                shoot(page, site.url(PAGES[source]), IMAGES / f"{name}.png")
        browser.close()
    sys.stdout.write(f"{len(arguments.only) * len(WIDTHS) * len(SCHEMES)} pictures in {arguments.to}\n")


@contextlib.contextmanager
def serve() -> Iterator[Site]:
    """Serve an archive of the seeds in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        password = secrets.token_urlsafe()
        environment = {**os.environ, "NEWSROOM_DATA": folder, "DJANGO_SUPERUSER_PASSWORD": password}
        environment.pop("DATABASE_URL", None)
        manage = [sys.executable, str(PROJECT / "manage.py")]
        server = subprocess.Popen([*manage, "serve", "--port", str(port)], env=environment, cwd=PROJECT)
        try:
            wait_for(port, server)
            account = ["createsuperuser", "--noinput", "--username", "alice", "--email", "alice@example.org"]
            subprocess.run([*manage, *account], env=environment, check=True, stdout=subprocess.DEVNULL)
            yield Site(f"http://127.0.0.1:{port}", password, read_ids(manage, environment))
        finally:
            server.terminate()
            server.wait()


def wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    """Return once something listens; exit if the server ended or takes too long."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.5)
    sys.exit("the archive did not start")


def read_ids(manage: list[str], environment: dict[str, str]) -> dict[str, int]:
    """Return the id of each article by the name of the seed it was read from."""
    program = (
        "from articles.models import ArticleSource\n"
        "for name, pk in ArticleSource.objects.values_list('name', 'article_id'): print(pk, name)"
    )
    done = subprocess.run(
        [*manage, "shell", "--no-imports", "-c", program],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    pairs = (line.split(" ", 1) for line in done.stdout.splitlines())
    return {Path(name).stem: int(pk) for pk, name in pairs}


def sign_in(browser: Browser, site: Site, *, width: int, height: int, scheme: str) -> Page:
    """Return a window that is signed in to the admin."""
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{site.address}/admin/")
    page.get_by_label("Username").fill("alice")
    page.get_by_label("Password").fill(site.password)
    page.get_by_role("button", name="Log in").click()
    return page


def shoot(page: Page, url: str, path: Path) -> None:
    """Write a picture of what the window shows at this address."""
    page.goto(url, wait_until="networkidle")
    page.screenshot(path=path)


if __name__ == "__main__":
    main()
