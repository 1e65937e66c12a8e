"""Weighs pages as a browser loads them the first time: compressed HTML, style and scripts, against a budget.

    python benchmarks/page_budget.py [--seeds FOLDER]

The archive is one of its own, in a folder that is gone afterwards.  Exits with 1 where a page is too heavy or
asks for more than one style sheet.
"""

from __future__ import annotations

import argparse
import gzip
import os
import re
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

import django
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import Client

PROJECT = Path(__file__).resolve().parent.parent
BUDGET = 60_000  # bytes; about what a slow mobile line brings in a second
PAGES = {
    "list": "/articles/",
    "list, compact": "/articles/?density=compact",
    "filtered list": "/articles/?country=ru&country=us",
    "article": "",  # the one with most tags
    "front page": "/",
    "actor": "/actors/vladimir-putin/",
    "country": "/countries/russia/",
    "organisation": "/organisations/nato/",
    "topic": "/topics/sanctions/",
    "actors": "/actors/",
}
KINDS = ("actors", "countries", "organisations", "topics")  # of tags, as the API calls them
# <link rel="stylesheet" href="/static/css/newsroom.css">, <script src="/static/js/theme.js">
STYLE = re.compile(r'<link rel="stylesheet" href="([^"]+)"')
SCRIPT = re.compile(r'<script [^>]*\bsrc="([^"]+)"')
# import { LOCALE } from "./locale.js";
IMPORT = re.compile(r'^import [^"]*"([^"]+)"', re.MULTILINE)

type Read = Callable[[str], bytes]  # from the address of a file to what is in it


@dataclass(frozen=True, slots=True)
class Weight:
    """What one page costs: bytes as they are sent, and how many style sheets it waits for."""

    html: int
    css: int
    js: int
    style_count: int

    @property
    def total(self) -> int:
        """Return all bytes."""
        return self.html + self.css + self.js

    @property
    def is_within_budget(self) -> bool:
        """Return whether it is light enough, and is painted after one request for styles."""
        return self.total <= BUDGET and self.style_count == 1


def weigh(html: str, *, read: Read) -> Weight:
    """Return what a page weighs with all that it loads before a reader does anything, each file once."""
    styles, scripts = (list(dict.fromkeys(one.findall(html))) for one in (STYLE, SCRIPT))
    for url in scripts:  # which grows while it is gone through
        wanted = (urljoin(url, name) for name in IMPORT.findall(read(url).decode()))
        scripts += [one for one in dict.fromkeys(wanted) if one not in scripts]
    css, js = (sum(compressed(read(url)) for url in urls) for urls in (styles, scripts))
    return Weight(compressed(html.encode()), css, js, len(styles))


def compressed(content: bytes) -> int:
    """Return the size of a file as WhiteNoise sends it."""
    return len(gzip.compress(content, compresslevel=9, mtime=0))


def read_static(url: str) -> bytes:
    """Return what is in a file of ours or of an installed package; raise FileNotFoundError."""
    path = finders.find(url.removeprefix(settings.STATIC_URL))
    if path is None:
        raise FileNotFoundError(f"{url} is not a static file of this site")
    return Path(path).read_bytes()


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what each page weighs; return the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", default=PROJECT / "seeds")
    seeds = Path(parser.parse_args(arguments).seeds).resolve()
    with tempfile.TemporaryDirectory() as folder:
        fill(folder, seeds)
        weights = {name: weigh(fetch(address), read=read_static) for name, address in PAGES.items()}
    for line in table(weights):
        sys.stdout.write(f"{line}\n")
    return 0 if all(weight.is_within_budget for weight in weights.values()) else 1


def fill(folder: str, seeds: Path) -> None:
    """Make an archive of the seeds in this folder."""
    sys.path.insert(0, str(PROJECT))
    os.environ.update(NEWSROOM_DATA=folder, DATABASE_URL="", DJANGO_SETTINGS_MODULE="newsroom.settings")
    django.setup()
    settings.ALLOWED_HOSTS = ["testserver"]
    # Files under their own names: those with hashes are made when a site is set up.
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        for command in (["migrate"], ["load_gazetteer"], ["import_articles", str(seeds)]):
            call_command(*command, stdout=nowhere, stderr=nowhere)


def fetch(address: str) -> str:
    """Return the page at an address; without one, the article with most tags."""
    client = Client()
    if not address:
        found = client.get("/api/v1/articles/?limit=100").json()["results"]
        address = max(found, key=lambda article: sum(len(article[kind]) for kind in KINDS))["url"]
    response = client.get(address, follow=True)
    if response.status_code != 200:
        sys.exit(f"{address} answers {response.status_code}; is it in these seeds?")
    return response.content.decode()


def table(weights: dict[str, Weight]) -> list[str]:
    """Return the weights as lines, in kB of 1,000 bytes."""
    head = "".join(f"{column:>8}" for column in ("HTML", "CSS", "JS", "all"))
    lines = [f"{'kB':<16}{head}  of {BUDGET / 1000:.0f}   style sheets"]
    for name, weight in weights.items():
        numbers = "".join(
            f"{size / 1000:>8.1f}" for size in (weight.html, weight.css, weight.js, weight.total)
        )
        verdict = "" if weight.is_within_budget else "   too much"
        lines.append(f"{name:<16}{numbers}{weight.total / BUDGET:>7.0%}{weight.style_count:>15}{verdict}")
    return lines


if __name__ == "__main__":
    sys.exit(main())
