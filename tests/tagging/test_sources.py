"""Where the gazetteer's facts come from: every code is explained, every page that was read is named."""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
DATA = PROJECT / "articles/tagging/data"
FILES = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(DATA.glob("*.toml"))}
CODES = FILES.pop("sources")
# Codes of many pages: which of them bears out an entry is told in pages.csv.
OF_PAGES = {"office-lists", "encyclopedias", "public-pages"}


def named_in(table: object) -> Iterator[str]:
    """Yield the codes that a table of a data file, and those in it, name as their source."""
    if isinstance(table, dict):
        for key, value in table.items():
            yield from value if key == "source" else named_in(value)


def read_pages() -> dict[str, str]:
    with (DATA / "pages.csv").open(encoding="utf-8", newline="") as file:
        return {row["entry"]: row["pages"] for row in csv.DictReader(file)}


def test_the_sources_used_are_those_named_in_the_data_and_in_the_docs():
    used = {code for tables in FILES.values() for code in named_in(tables)}
    docs = (PROJECT / "docs/gazetteer.md").read_text(encoding="utf-8")
    rows = docs.partition("| code | source |")[2].partition("\n\n")[0].splitlines()
    explained = {code for row in rows for code in re.findall(r"`([a-z0-9-]+)`", row.split("|")[1])}

    assert used == set(CODES)
    assert explained == set(CODES)


@pytest.mark.parametrize("file", [name for name in FILES if name.startswith("leaders-")] + ["organisations"])
def test_an_entry_that_rests_on_pages_names_them(file):
    pages = read_pages()
    entries = {key: table for key, table in FILES[file].items() if isinstance(table, dict)}

    resting = {key for key, table in entries.items() if OF_PAGES & set(table.get("source", ()))}

    assert {key for key in resting if not pages.get(key)} == set()


def test_every_page_was_read_for_an_entry_that_is_there():
    assert read_pages().keys() - {key for tables in FILES.values() for key in tables} == set()


def test_pages_are_in_the_order_of_their_entries():
    assert list(read_pages()) == sorted(read_pages())


def test_what_is_named_is_a_page_others_can_look_up():
    pages = read_pages().items()

    assert [entry for entry, named in pages if named.startswith(("/", "from memory"))] == []
