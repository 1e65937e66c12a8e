"""Rules of the tagger, each with passages of our own: the tags a text must get, and must not get."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from articles.tagging import Tagger, read_data

FOLDER = Path(__file__).parent / "passages"


def passages() -> list:
    """Return every passage as a test parameter named after its rule."""
    return [
        pytest.param(row, id=f"{path.stem} {number}: {row['rule']}")
        for path in sorted(FOLDER.glob("*.toml"))
        for number, row in enumerate(tomllib.loads(path.read_text(encoding="utf-8"))["passages"], start=1)
    ]


@pytest.fixture(scope="session")
def entries():
    """Return the gazetteer's entries."""
    return read_data()


@pytest.fixture(scope="session")
def tagger(entries):
    """Return a tagger of the whole gazetteer."""
    return Tagger(entries)


@pytest.fixture(scope="session")
def keys(entries):
    """Return the name that passages give each entry: kind and key."""
    return {(entry.kind, entry.slug): f"{entry.kind.value}:{entry.key}" for entry in entries}


@pytest.mark.parametrize("passage", passages())
def test_passage(passage, tagger, keys):
    tagged = tagger.tag(
        title=passage.get("title", ""),
        standfirst=passage.get("standfirst", ""),
        body=passage["text"],
        on=passage.get("on"),
    )

    tags = {keys[finding.kind, finding.slug] for finding in tagged.findings}
    assert set(passage.get("must", ())) - tags == set(), f"missing; tags are {sorted(tags)}"
    assert set(passage.get("must_not", ())) & tags == set(), f"wrong; tags are {sorted(tags)}"
    if "suggested" in passage:
        assert [suggestion.name for suggestion in tagged.suggestions] == passage["suggested"]
    if "offices" in passage:
        assert [suggestion.office for suggestion in tagged.suggestions] == passage["offices"]


def test_every_tag_in_a_passage_is_in_the_gazetteer(keys):
    known = set(keys.values())
    for parameter in passages():
        (row,) = parameter.values
        assert set(row.get("must", ())) | set(row.get("must_not", ())) <= known, row["rule"]


def test_there_are_passages_enough():
    assert len(passages()) >= 400
