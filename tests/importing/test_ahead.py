"""Files are read ahead in chunks that neither their number nor their size makes too large."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from articles.importing import ahead
from articles.importing.ahead import chunked, size_of
from articles.importing.sources import MAX_BYTES, FoundFile, given_source


def found(path: Path) -> FoundFile:
    return FoundFile(path, path.name, str(path))


@pytest.fixture
def files(tmp_path) -> list[FoundFile]:
    """Return seven files of ten bytes."""
    paths = [tmp_path / f"{number}.md" for number in range(7)]
    for path in paths:
        path.write_bytes(b"0123456789")
    return [found(path) for path in paths]


@pytest.mark.parametrize(
    ("room", "lengths"),
    [(1_000, [3, 3, 1]), (20, [2, 2, 2, 1]), (5, [1] * 7)],
    ids=["small files", "large files", "files larger than a chunk"],
)
def test_a_chunk_is_full_at_its_number_of_files_or_bytes(files, monkeypatch, room, lengths):
    monkeypatch.setattr(ahead, "CHUNK_BYTES", room)
    chunks = list(chunked(files, 3))

    assert [len(chunk) for chunk in chunks] == lengths
    assert [one for chunk in chunks for one in chunk] == files


def test_the_size_of_a_file_is_known_before_it_is_read(tmp_path, files):
    os.truncate(files[0].path, 3 * MAX_BYTES)

    assert size_of(files[0]) == MAX_BYTES
    assert size_of(files[1]) == 10
    assert size_of(given_source(b"piped in")) == 8
    assert size_of(found(tmp_path / "gone.md")) == 0
