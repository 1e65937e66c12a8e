"""The names under which an upload's files are read."""

from __future__ import annotations

import pytest

from articles.importing.originals import read_as


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("2025-10-16.xml/entry-3.md", "entry.md"),
        ("wire.zip/2025.xml/2025-10-16-talks.md", ""),
        ("wire.zip/2025-10-16.xml/entry-3.md", ""),
        ("wire.zip/2025/2025-10-16-talks.md", ""),
        ("2025-10-16-talks.md", ""),
    ],
    ids=[
        "an entry of a feed",
        "a folder named like a feed",
        "its file named like an entry",
        "a folder",
        "a file",
    ],
)
def test_only_entries_of_feeds_are_read_under_a_name_that_says_nothing(name, shown):
    assert read_as(name) == shown
