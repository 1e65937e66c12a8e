from __future__ import annotations

import os
from pathlib import Path

import pytest

from articles.importing.sources import MAX_BYTES, SourceError, find_sources, read_source


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return an empty folder that is no link's target, so that paths compare."""
    path = tmp_path.resolve() / "clippings"
    path.mkdir()
    return path


def put(path: Path, text: str = "text") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def names(*paths: Path) -> list[str]:
    return [found.name for found in find_sources(paths)]


def refusal(found) -> str:
    with pytest.raises(SourceError) as caught:
        read_source(found)
    return caught.value.message


def test_article_files_are_found_below_a_folder_in_order(folder):
    for name in ("b.md", "a/z.TXT", "a/b.qmd", "c.markdown", "d.html", "e.md.bak", ".git/f.md", ".g.md"):
        put(folder / name)

    assert names(folder) == ["a/b.qmd", "a/z.TXT", "b.md", "c.markdown"]


def test_a_file_named_itself_is_taken_whatever_its_suffix(folder):
    assert names(put(folder / "article.html")) == ["article.html"]


def test_a_file_named_twice_is_found_once(folder):
    put(folder / "a.md")

    assert names(folder, folder / "a.md", folder) == ["a.md"]


def test_a_found_file_says_where_it_is_for_programs_and_for_people(folder, monkeypatch):
    put(folder / "sub/a.md")
    monkeypatch.chdir(folder.parent)

    [found] = find_sources([Path("clippings")])

    assert (found.path, found.name, found.shown) == (folder / "sub/a.md", "sub/a.md", "clippings/sub/a.md")


def test_a_source_is_the_bytes_of_the_file_and_their_hash(folder):
    put(folder / "a.md", "text")

    source = read_source(next(find_sources([folder])))

    assert source.content == b"text"
    assert source.sha256 == "982d9e3eb996f559e633f4d194def3761d909f5a3b647d1a851fead67c32c9d1"


def test_a_missing_path_fails_when_read(folder):
    [found] = find_sources([folder / "none.md"])

    assert refusal(found).startswith("no such file or folder")


def test_a_file_that_vanishes_between_listing_and_reading_is_reported(folder):
    path = put(folder / "a.md")
    [found] = find_sources([folder])
    path.unlink()

    assert refusal(found).startswith("no such file or folder")


def test_a_file_too_large_is_refused_before_it_is_read(folder):
    path = folder / "large.md"
    path.touch()
    os.truncate(path, 50 << 20)

    [found] = find_sources([folder])

    assert refusal(found) == (
        "52.4 MB, more than the 2 MB of the longest article; split it, one article to a file"
    )


def test_the_largest_file_allowed_is_read(folder):
    put(folder / "a.md", "a" * MAX_BYTES)

    assert len(read_source(next(find_sources([folder]))).content) == MAX_BYTES


def test_a_named_pipe_is_refused_and_does_not_block(folder):
    os.mkfifo(folder / "pipe.md")

    [found] = find_sources([folder])

    assert refusal(found).startswith("not a regular file")


def test_a_device_is_refused_and_not_read():
    [found] = find_sources([Path("/dev/zero")])

    assert refusal(found).startswith("not a regular file")


def test_a_link_to_a_device_is_not_followed(folder):
    (folder / "zero.md").symlink_to("/dev/zero")

    assert refusal(next(find_sources([folder]))).startswith("a link that leaves the folder")


def test_a_link_out_of_the_folder_is_not_followed(folder):
    secret = put(folder.parent / "secret.md", "secret")
    (folder / "link.md").symlink_to(secret)

    [found] = find_sources([folder])

    assert refusal(found).startswith("a link that leaves the folder")


def test_a_link_within_the_folder_is_followed(folder):
    put(folder / "sub/a.md", "text")
    (folder / "sub/link.md").symlink_to("a.md")

    assert [read_source(found).content for found in find_sources([folder])] == [b"text", b"text"]


@pytest.mark.parametrize(
    ("target", "beginning"),
    [("nowhere.md", "no such file"), ("link.md", "a link that leads in a circle")],
    ids=["dangling", "to itself"],
)
def test_a_broken_link_is_reported(folder, target, beginning):
    (folder / "link.md").symlink_to(target)

    assert refusal(next(find_sources([folder]))).startswith(beginning)


def test_a_link_to_a_folder_is_reported_and_not_followed(folder):
    put(folder.parent / "other/a.md")
    (folder / "other").symlink_to(folder.parent / "other")

    [found] = find_sources([folder])

    assert (found.name, refusal(found)[:18]) == ("other", "a link to a folder")


def test_a_folder_may_itself_be_given_by_a_link(folder):
    put(folder / "a.md")
    (folder.parent / "current").symlink_to(folder)

    [found] = find_sources([folder.parent / "current"])

    assert (found.path, found.shown) == (folder / "a.md", str(folder.parent / "current/a.md"))


def test_a_folder_with_the_name_of_an_article_is_looked_into(folder):
    put(folder / "x.md/a.md")

    assert names(folder) == ["x.md/a.md"]


def test_a_folder_that_cannot_be_looked_into_is_reported(folder, monkeypatch):
    put(folder / "sub/a.md")
    put(folder / "z.md")
    scandir = os.scandir

    def refuse(path):
        if str(path).endswith("sub"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)  # root may read everything, so no mode helps
    problem, good = find_sources([folder])

    assert refusal(problem).startswith("this folder was not looked into: no permission")
    assert (problem.name, good.name) == ("sub", "z.md")


def test_a_name_that_is_not_utf8_is_reported(folder):
    with open(os.fsencode(folder) + b"/caf\xe9.md", "w") as file:
        file.write("text")

    [found] = find_sources([folder])

    assert refusal(found) == "its name is not UTF-8; rename it"
    assert "\\udce9" in found.shown
    assert str(found.path).isascii()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("new\nline.md", "new\\nline.md"),
        ("\x1b[31mred.md", "\\x1b[31mred.md"),
        ("\u202egpj.md", "\\u202egpj.md"),
    ],
    ids=["line break", "colour", "direction"],
)
def test_names_are_shown_so_that_they_cannot_play_tricks(folder, name, shown):
    put(folder / name)

    [found] = find_sources([folder])

    assert found.shown == str(folder / shown)
    assert read_source(found).content == b"text"


def test_folders_nested_deeper_than_the_call_stack_are_searched(folder):
    here, depth = folder, 1200
    monkey = os.getcwd()
    try:
        os.chdir(folder)
        for _ in range(depth):
            os.mkdir("d")
            os.chdir("d")
        Path("a.md").write_text("text")
    finally:
        os.chdir(monkey)

    [found] = find_sources([here])

    assert read_source(found).content == b"text"


def test_a_file_that_changes_while_it_is_read_is_refused(folder, monkeypatch):
    path = put(folder / "a.md", "before")
    [found] = find_sources([folder])
    fstat, calls = os.fstat, []

    def grow(descriptor):
        calls.append(descriptor)
        if len(calls) == 2:
            put(path, "before and after")
        return fstat(descriptor)

    monkeypatch.setattr(os, "fstat", grow)

    assert refusal(found).startswith("it changed while it was read")
