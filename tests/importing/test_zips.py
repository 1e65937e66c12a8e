"""Zips of clippings: what is read, what is skipped, and what a hostile zip can do (nothing)."""

from __future__ import annotations

import io
import json
import stat
import struct
import warnings
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from articles.importing import zips
from articles.importing.batch import Reading, Request, read_batch
from articles.importing.sources import FoundFile, find_sources, given_source
from articles.importing.zips import look_into_zips

CLIPPING = b"---\ntitle: Talks\ndate: 2025-10-16\n---\nThe ministers met.\n"


def packed(
    entries: Iterable[tuple[str | zipfile.ZipInfo, bytes]], method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w", method) as archive:
        warnings.simplefilter("ignore")  # duplicate names are the point
        for name, content in entries:
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.fixture
def folder(tmp_path) -> Path:
    path = tmp_path.resolve() / "clippings"
    path.mkdir()
    return path


def readings(folder: Path, content: bytes) -> list[Reading]:
    """Return what comes of a folder that holds these bytes as a.zip."""
    (folder / "a.zip").write_bytes(content)
    return read_batch([Request(found) for found in look_into_zips(find_sources([folder]))])


def outcomes(folder: Path, content: bytes) -> dict[str, str]:
    """Return what comes of each entry: `read`, `skipped: ...` or `failed: ...`."""
    told = {}
    for reading in readings(folder, content):
        fault = reading.fault.message if reading.fault else ""
        told[reading.found.name] = (
            "read" if reading.clipping else f"{'skipped' if reading.is_skipped else 'failed'}: {fault}"
        )
    return told


def test_an_entry_is_a_file_below_its_zip(folder):
    [reading] = readings(folder, packed([("sub/b.md", CLIPPING)]))

    found = reading.found
    assert (found.path, found.name, found.root) == (folder / "a.zip/sub/b.md", "a.zip/sub/b.md", folder)
    assert found.shown == f"{folder}/a.zip/sub/b.md"
    assert reading.clipping.title == "Talks"


def test_entries_come_in_the_order_of_their_names(folder):
    names = ["c.md", "a.md", "sub/b.md", "b.txt"]

    told = outcomes(folder, packed((name, CLIPPING) for name in names))

    assert list(told) == ["a.zip/a.md", "a.zip/b.txt", "a.zip/c.md", "a.zip/sub/b.md"]


def test_nothing_is_written_anywhere(folder):
    readings(folder, packed([("b.md", CLIPPING), ("../c.md", CLIPPING)]))

    assert sorted(path.name for path in folder.parent.rglob("*") if path.is_file()) == ["a.zip"]


def test_a_zip_that_was_piped_in_is_read_as_one_on_disk(folder):
    given = given_source(packed([("b.md", CLIPPING), ("c.md", b"a" * 1_000_000)]), "../a.zip")

    good, bomb = read_batch([Request(found) for found in look_into_zips([given])])

    assert (good.found.name, good.clipping.title) == ("a.zip/b.md", "Talks")
    assert bomb.fault.message.startswith("it unpacks to 100 times its size")


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("../b.md", "failed: its name leads out of the zip"),
        ("x/../../b.md", "failed: its name leads out of the zip"),
        ("/etc/b.md", "failed: its name leads out of the zip"),
        ("C:b.md", "failed: its name leads out of the zip"),
        ("x\\b.md", "failed: its name leads out of the zip"),
        ("b..c.md", "read"),
        ("inner.zip", "skipped: an archive within the zip"),
        ("inner.tar.gz", "skipped: an archive within the zip"),
        ("x.svg", "skipped: not an article file"),
        ("x.html", "skipped: not an article file"),
        ("setup.exe", "skipped: not an article file"),
        ("feed.xml", "skipped: not an article file"),
    ],
)
def test_a_name_decides_what_becomes_of_an_entry(folder, name, outcome):
    told = outcomes(folder, packed([(name, CLIPPING), ("good.md", CLIPPING)]))

    assert told.pop("a.zip/good.md") == "read"
    [what] = told.values()
    assert what.startswith(outcome)


def test_what_systems_leave_behind_is_passed_over(folder):
    names = ["__MACOSX/._b.md", ".DS_Store", "Thumbs.db", "x/.hidden.md", ".git/b.md", "x/"]

    assert outcomes(folder, packed([*((name, b"x") for name in names), ("b.md", CLIPPING)])) == {
        "a.zip/b.md": "read"
    }


def linked() -> bytes:
    link = zipfile.ZipInfo("b.md")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    return packed([(link, b"/etc/passwd")])


def test_a_link_in_a_zip_is_skipped(folder):
    [what] = outcomes(folder, linked()).values()

    assert what == "skipped: not a regular file; put the text itself into the zip"


def test_of_two_entries_with_one_name_the_first_is_read(folder):
    first, second = readings(folder, packed([("b.md", CLIPPING), ("b.md", b"# Other\n\nText.\n")]))

    assert first.clipping.title == "Talks"
    assert second.fault.message == "a second entry of this name; rename one of the two"


def encrypted(*names: str) -> bytes:
    """Return a zip whose first entry says that it is encrypted."""
    content = bytearray(packed((name, CLIPPING) for name in names))
    content[content.index(b"PK\x01\x02") + 8] |= 0x1
    return bytes(content)


def test_an_encrypted_entry_fails_alone(folder):
    assert outcomes(folder, encrypted("b.md", "c.md")) == {
        "a.zip/b.md": "failed: encrypted; make the zip without a password",
        "a.zip/c.md": "read",
    }


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA], ids=["bzip2", "lzma"])
def test_unusual_methods_are_refused(folder, method):
    [what] = outcomes(folder, packed([("b.md", CLIPPING)], method)).values()

    assert what == "failed: packed in a way that is not read; make the zip with the usual method, deflate"


def test_a_bomb_is_refused_without_being_unpacked(folder):
    bomb = packed([("b.md", b"\0" * 50_000_000), ("c.md", b"\0" * 1_900_000), ("good.md", CLIPPING)])

    assert outcomes(folder, bomb) == {
        "a.zip/b.md": "failed: 50.0 MB, more than 2 MB; split it",
        "a.zip/c.md": "failed: it unpacks to 100 times its size and more, as no article does; leave it out",
        "a.zip/good.md": "read",
    }


def lying(*entries: tuple[str, bytes]) -> bytes:
    """Return a zip whose first entry says that it has 10 bytes."""
    content = bytearray(packed(entries))
    entry = content.index(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = struct.pack("<L", 10)
    return bytes(content)


def test_a_size_that_lies_costs_its_entry_alone(folder):
    told = outcomes(folder, lying(("b.md", b"\0" * 50_000_000), ("good.md", CLIPPING)))

    assert told["a.zip/b.md"].startswith("failed: damaged in the zip (bad CRC-32")
    assert told["a.zip/good.md"] == "read"


def test_more_entries_than_allowed_are_refused(folder, monkeypatch):
    monkeypatch.setattr(zips, "MAX_ENTRIES", 2)

    assert outcomes(folder, packed((f"{n}.md", CLIPPING) for n in range(3))) == {
        "a.zip": "failed: 3 entries, more than 2; make several zips of it"
    }


def test_more_in_all_than_allowed_is_refused(folder):
    bomb = packed((f"{n}.md", b"\0" * 1_999_999) for n in range(101))

    assert outcomes(folder, bomb) == {
        "a.zip": "failed: it unpacks to 202 MB, more than 200 MB; make several zips of it"
    }


def test_a_table_of_contents_longer_than_any_sound_one_is_not_read(folder, monkeypatch):
    monkeypatch.setattr(zips, "MAX_READ", 70_000)
    content = packed((f"{n:0200}.md", b"") for n in range(400))

    [what] = outcomes(folder, content).values()

    assert what.startswith("failed: not a zip file, or a damaged one (its table of contents is too long)")


@pytest.mark.parametrize(
    "content",
    [
        b"hello",
        b"",
        packed([("b.md", CLIPPING)])[:-30],
        packed([("b.md", CLIPPING)])[60:],
        CLIPPING + packed([("b.md", CLIPPING)]),
    ],
    ids=["text", "nothing", "truncated", "without its beginning", "a text with a zip behind it"],
)
def test_what_is_no_zip_is_one_issue(folder, content):
    told = outcomes(folder, content)

    assert list(told) == ["a.zip"]
    assert told["a.zip"].startswith("failed: not a zip file, or a damaged one")


def test_an_empty_zip_is_an_issue(folder):
    assert outcomes(folder, packed([])) == {"a.zip": "failed: an empty zip; put the articles into it"}


def test_a_text_with_a_zip_behind_it_is_a_text_where_it_is_named_so(folder):
    (folder / "b.md").write_bytes(CLIPPING + b"\n" + packed([("c.md", CLIPPING)]))

    [reading] = read_batch([Request(found) for found in look_into_zips(find_sources([folder]))])

    assert reading.found.name == "b.md"


def test_a_damaged_entry_costs_itself_alone(folder):
    content = bytearray(packed([("b.md", CLIPPING), ("c.md", CLIPPING)], zipfile.ZIP_STORED))
    content[content.index(b"ministers")] ^= 0x20

    told = outcomes(folder, bytes(content))

    assert told["a.zip/b.md"].startswith("failed: damaged in the zip (bad CRC-32")
    assert told["a.zip/c.md"] == "read"


def test_a_zip_that_changed_since_it_was_looked_into_is_reported(folder):
    (folder / "a.zip").write_bytes(packed([("b.md", CLIPPING), ("c.md", CLIPPING)]))
    requests = [Request(found) for found in look_into_zips(find_sources([folder]))]
    (folder / "a.zip").write_bytes(packed([("other.md", CLIPPING)]))

    assert {reading.fault.message for reading in read_batch(requests)} == {
        "the zip changed while it was read; run the import again once nothing writes to it"
    }


def test_a_zip_that_vanished_is_reported(folder):
    gone = FoundFile(folder / "a.zip", "a.zip", "a.zip")

    [found] = look_into_zips([gone])

    assert found.problem.startswith("no such file or folder")


# The collected hostile uploads that concern a zip's bytes, made as their `input` describes; the others are
# about requests to the admin.
UPLOADS = {
    "UPL-002": lambda: packed([("a.md", b"\0" * (200 << 20))], zipfile.ZIP_BZIP2),
    "UPL-003": lambda: lying(("b.md", b"\0" * 50_000_000)),
    "UPL-006": lambda: packed([("b.zip", packed([("c.zip", b"PK")]))]),
    "UPL-008": linked,
    "UPL-010": lambda: encrypted("b.md"),
    "UPL-011": lambda: b"PK\x05\x06" + b"\0" * 18,
    "UPL-012": lambda: b"hello",
    "UPL-013": lambda: CLIPPING + packed([("b.md", CLIPPING)]),
    "UPL-015": lambda: packed([("__MACOSX/._b.md", b"x"), (".DS_Store", b"x"), ("Thumbs.db", b"x")]),
    "UPL-016": lambda: packed([("x.svg", b"<svg/>"), ("x.html", b"<p>")]),
}


@pytest.mark.parametrize("name", UPLOADS)
def test_a_collected_hostile_zip_yields_no_article_and_says_why(folder, shared, name):
    lines = (shared / "hostile" / "cases.jsonl").read_text(encoding="utf-8").splitlines()
    case = next(case for case in map(json.loads, lines) if case["id"] == name)
    content = UPLOADS[name]()
    if case["how"] == "py":
        content = eval(case["input"], {"zipfile": zipfile, "io": io})

    told = readings(folder, content)

    assert told
    assert all(reading.fault and ";" in reading.fault.message for reading in told)
