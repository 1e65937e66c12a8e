"""Pages stay light: 60 kB with all they load, painted after one request for styles."""

from __future__ import annotations

import gzip

import pytest

from benchmarks.page_budget import BUDGET, PAGES, Weight, compressed, read_static, table, weigh
from tests.factories import make_article


def test_a_page_weighs_what_it_loads_each_file_once():
    files = {
        "/a.css": b"a" * 999,
        "/b.js": b"b",
        "/c.js": b'import { d } from "./d.js";\n',
        "/d.js": b"d" * 7,
    }
    html = (
        '<link rel="stylesheet" href="/a.css"><script src="/b.js"></script>'
        '<script type="module" src="/c.js"></script><script src="/b.js" defer></script>'
        '<script type="application/ld+json">{}</script><link rel="icon" href="/i.svg">'
    )

    weight = weigh(html, read=files.__getitem__)

    size = {url: len(gzip.compress(content)) for url, content in files.items()}
    assert weight == Weight(
        html=compressed(html.encode()),
        css=size["/a.css"],
        js=size["/b.js"] + size["/c.js"] + size["/d.js"],
        style_count=1,
    )


@pytest.mark.parametrize(
    ("weight", "is_light"),
    [
        (Weight(BUDGET, 0, 0, 1), True),
        (Weight(BUDGET, 0, 1, 1), False),
        (Weight(1, 1, 1, 2), False),
        (Weight(1, 1, 1, 0), False),
    ],
    ids=["just light enough", "a byte too much", "two style sheets", "none"],
)
def test_what_is_within_the_budget(weight, is_light):
    assert weight.is_within_budget is is_light


def test_the_table_says_which_page_is_too_heavy():
    lines = table({"list": Weight(15_000, 9_000, 6_000, 1), "map": Weight(50_000, 9_000, 6_000, 1)})

    assert [line.split() for line in lines[1:]] == [
        ["list", "15.0", "9.0", "6.0", "30.0", "50%", "1"],
        ["map", "50.0", "9.0", "6.0", "65.0", "108%", "1", "too", "much"],
    ]


@pytest.mark.django_db
def test_the_list_and_the_front_page_are_within_the_budget(client):
    for number in range(30):
        tags = [f"{kind}/Name {number + place}" for kind in ("actor", "topic") for place in range(6)]
        make_article(title=f"Talks number {number}", tags=tags, outlet=f"Outlet {number}")

    for page in ("list", "list, compact", "front page", "actors"):
        html = client.get(PAGES[page]).content.decode()
        assert weigh(html, read=read_static).is_within_budget
