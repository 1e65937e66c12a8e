"""Files read in the worker process: each to a reading, whatever it holds."""

from __future__ import annotations

import pytest

from articles.importing import batch, columns
from articles.importing.batch import Reading, Request, read_batch, unchanged
from articles.importing.clipping import Clipping, ClippingError, read_clipping
from articles.importing.problems import Notice
from articles.importing.sources import FoundFile, SourceFile, read_source
from articles.importing.troubles import Trouble


@pytest.fixture
def requests(tmp_path) -> list[Request]:
    """Return requests for three good files."""
    paths = [tmp_path / f"{name}.md" for name in "abc"]
    for path in paths:
        path.write_text(f"---\ntitle: Talks {path.stem}\ndate: 2025-10-17\n---\nText.\n")
    return [Request(FoundFile(path, path.name, str(path))) for path in paths]


@pytest.fixture
def break_reader(monkeypatch):
    """Return a function that makes the reader raise an error for the file b.md."""

    def break_reader(error: BaseException) -> None:
        def read(source: SourceFile, *, day_first: bool | None) -> Clipping:
            if source.path.stem == "b":
                raise error
            return read_clipping(source, day_first=day_first)

        monkeypatch.setattr(batch, "read_clipping", read)

    return break_reader


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (
            ClippingError("no title; add one", 3, Trouble.NO_TITLE),
            Notice("no title; add one", 3, Trouble.NO_TITLE),
        ),
        (
            KeyError("month"),
            Notice(
                "could not be read because of a fault in Newsroom (KeyError: 'month'); "
                "please report it together with the file",
                kind=Trouble.FAULT,
            ),
        ),
        (
            RecursionError("too deep"),
            Notice(
                "could not be read because of a fault in Newsroom (RecursionError: too deep); "
                "please report it together with the file",
                kind=Trouble.FAULT,
            ),
        ),
    ],
    ids=["refused", "a mistake of the reader", "too deep for the reader"],
)
def test_a_file_that_cannot_be_read_costs_no_other(requests, break_reader, error, fault):
    break_reader(error)
    first, second, third = read_batch(requests)

    sha256 = read_source(requests[1].found).sha256
    assert second == Reading(requests[1].found, sha256, fault=fault)
    assert [reading.clipping.title for reading in (first, third)] == ["Talks a", "Talks c"]


def test_a_mistake_in_what_follows_from_one_file_costs_no_other(requests, monkeypatch):
    def fit(clipping: Clipping) -> Clipping:
        if clipping.title == "Talks b":
            raise KeyError("title")
        return columns.fit(clipping)

    monkeypatch.setattr(batch, "fit", fit)
    first, second, third = read_batch(requests)

    assert second.fault.message.startswith("could not be read because of a fault in Newsroom (KeyError: ")
    assert [reading.clipping.title for reading in (first, third)] == ["Talks a", "Talks c"]


def test_a_worker_out_of_memory_is_given_up(requests, break_reader):
    break_reader(MemoryError())

    with pytest.raises(MemoryError):
        read_batch(requests)


def test_known_bytes_are_not_read_again(requests, break_reader):
    known = read_batch(requests)[1].sha256
    break_reader(AssertionError("it was read"))

    assert read_batch([Request(requests[1].found, known)]) == [Reading(requests[1].found, known)]


def test_files_with_the_bytes_known_need_no_worker(requests):
    hashes = [reading.sha256 for reading in read_batch(requests)]
    known = [
        Request(one.found, sha256, is_settled=True) for one, sha256 in zip(requests, hashes, strict=True)
    ]

    assert unchanged(known) == [Reading(one.found, one.known_sha256, is_settled=True) for one in known]


@pytest.mark.parametrize("change", ["edited", "deleted", "never read"])
def test_one_file_that_is_not_known_sends_all_to_the_worker(requests, change):
    hashes = [reading.sha256 for reading in read_batch(requests)]
    known = [Request(one.found, sha256) for one, sha256 in zip(requests, hashes, strict=True)]
    if change == "edited":
        known[1].found.path.write_text("---\ntitle: Talks end\n---\nText.\n")
    elif change == "deleted":
        known[1].found.path.unlink()
    else:
        known[1] = Request(known[1].found)

    assert unchanged(known) == []
