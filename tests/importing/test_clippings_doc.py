"""The table of keys in docs/clippings.md names what is read, no more and no less."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from articles.importing.keys import KEYS, same_key

PAGE = Path(__file__).parents[2] / "docs" / "clippings.md"
ROWS = {
    "title": "title", "date": "published", "updated": "updated", "clipped": "clipped", "authors": "authors",
    "outlet": "outlet", "url": "address", "keywords": "keywords", "section": "section",
    "summary": "standfirst", "language": "language",
}  # fmt: skip


@pytest.mark.parametrize("field", ROWS)
def test_the_documented_keys_are_those_that_are_read(field):
    row = re.findall(rf"^\| {ROWS[field]} \| (.*) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)[0]
    # `By ...`, `es`, `index.es.md` and schemes are no keys.
    named = {same_key(name) for name in re.findall(r"`([a-z_]{3,})`", row)} - {"http", "https"}
    named |= {"by"} if "`by`" in row else set()
    named -= {"categories"} if field == "outlet" else set()

    assert named == set(map(same_key, KEYS[field]))
