"""Folders under watch: which changes make a batch, and the command from start to Ctrl-C."""

from __future__ import annotations

import contextlib
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from articles import gazetteer
from articles.importing.run import import_paths
from articles.importing.watching import Batch, Changes, Watch, WatchError
from articles.models import Article
from tests.importing.test_interruption import PROJECT, READY
from tests.importing.test_run import GAZETTEER, counts, write

type Step = Callable[[], Sequence[Path]]


@pytest.fixture
def folder(tmp_path) -> Path:
    path = tmp_path.resolve() / "clippings"
    path.mkdir()
    return path


def watched(folder: Path, *steps: Step) -> list[Batch]:
    """Return the batches that come of steps which change something and return the changed paths."""
    left = list(steps)

    def watcher(folders: Sequence[Path], should_stop: Callable[[], bool]) -> Iterator[Changes]:
        yield ()
        while left:
            yield [(None, str(path)) for path in left.pop(0)()]

    return list(Watch([folder], lambda: not left, watcher=watcher).batches())


def names(batches: Sequence[Batch]) -> list[list[str]]:
    return [[found.name for found in batch.changed] for batch in batches]


@pytest.mark.django_db
class TestBatches:
    @pytest.fixture(autouse=True)
    def loaded(self, db) -> None:
        gazetteer.load(GAZETTEER, release="r1")

    def test_new_and_edited_files_make_a_batch_in_order(self, folder):
        write(folder, "b.md")
        import_paths([folder])

        batches = watched(
            folder, lambda: [write(folder, "sub/c.md"), write(folder, "b.md", body="New."), folder / "b.md"]
        )

        assert names(batches) == [["b.md", "sub/c.md"]]
        assert batches[0].changed[0].root == folder

    def test_files_whose_bytes_are_known_make_none(self, folder):
        path = write(folder, "b.md")
        import_paths([folder])

        assert watched(folder, lambda: [path]) == []

    def test_what_is_no_article_makes_none(self, folder):
        (folder / ".git").mkdir()

        steps = [
            lambda: [write(folder, "b.md.swp"), write(folder, ".git/x.md"), write(folder, ".b.md")],
            lambda: [write(folder.parent, "outside.md")],
        ]
        assert watched(folder, *steps) == []

    def test_a_folder_moved_in_is_looked_into(self, folder):
        write(folder.parent / "new", "b.md")

        batches = watched(folder, lambda: [Path(shutil.move(folder.parent / "new", folder / "new"))])

        assert names(batches) == [["new/b.md"]]

    def test_a_deleted_file_is_reported_if_it_was_imported(self, folder):
        known, other = write(folder, "b.md"), folder / "never.md"
        import_paths([folder])

        def delete() -> list[Path]:
            known.unlink()
            return [known, other]

        assert watched(folder, delete) == [Batch(gone=[str(known)])]

    def test_a_file_that_was_moved_is_not_reported_as_gone(self, folder):
        known = write(folder, "b.md")
        import_paths([folder])

        def move() -> list[Path]:
            new = known.rename(folder / "c.md")
            return [known, new]

        [batch] = watched(folder, move)

        assert (names([batch]), batch.gone) == ([["c.md"]], [])
        assert batch.moved == {str(known): str(folder / "c.md")}

    @pytest.mark.parametrize("is_whole", [True, False], ids=["whole", "one file short"])
    def test_a_folder_has_moved_if_each_of_its_files_is_found_again(self, folder, is_whole):
        write(folder, "old/b.md")
        write(folder, "old/c.md")
        import_paths([folder])

        def move() -> list[Path]:
            (folder / "old").rename(folder / "new")
            if not is_whole:
                (folder / "new" / "c.md").unlink()
            return [folder / "old", folder / "new"]

        [batch] = watched(folder, move)

        old = str(folder / "old")
        assert batch.moved == ({old: str(folder / "new" / "b.md")} if is_whole else {})
        assert batch.gone == ([] if is_whole else [old])

    def test_a_batch_that_could_not_be_imported_comes_again(self, folder):
        left = [lambda: [write(folder, "b.md")], lambda: [write(folder, "c.md")]]

        def watcher(folders: Sequence[Path], should_stop: Callable[[], bool]) -> Iterator[Changes]:
            yield ()
            while left:
                yield [(None, str(path)) for path in left.pop(0)()]

        watch = Watch([folder], lambda: not left, watcher=watcher)
        batches = watch.batches()
        first = next(batches)
        watch.try_again(first)

        assert names([first, next(batches)]) == [["b.md"], ["b.md", "c.md"]]

    def test_a_folder_that_vanishes_and_comes_back_is_read_again(self, folder):
        write(folder, "b.md")
        import_paths([folder])
        write(folder, "c.md")

        def vanish() -> list[Path]:
            folder.rename(folder.parent / "away")
            return []

        def come_back() -> list[Path]:
            (folder.parent / "away").rename(folder)
            return []

        looks = iter([vanish, come_back])

        def watcher(folders: Sequence[Path], should_stop: Callable[[], bool]) -> Iterator[Changes]:
            yield ()
            if step := next(looks, None):
                yield [(None, str(path)) for path in step()]

        watch = Watch([folder], lambda: False, watcher=watcher)
        batches = watch.batches()
        gone = next(batches)
        come_back()
        back = next(batches)

        assert gone.remarks == [f"{folder} is gone; waiting for it to come back"]
        assert (back.remarks, names([back])) == ([f"{folder} is back"], [["c.md"]])

    @pytest.mark.parametrize(
        ("error", "is_told"),
        [(OSError("OS file watch limit reached"), True), (FileNotFoundError("gone"), False)],
        ids=["no more watches", "vanished just now"],
    )
    def test_a_folder_that_cannot_be_watched_is_told_unless_it_only_vanished(self, folder, error, is_told):
        def watcher(folders: Sequence[Path], should_stop: Callable[[], bool]) -> Iterator[Changes]:
            raise error
            yield ()

        with pytest.raises(WatchError, match="watch limit reached") if is_told else contextlib.nullcontext():
            Watch([folder], lambda: True, watcher=watcher)

    def test_a_changed_file_alone_is_dated_as_its_folder_writes_dates(self, folder):
        (folder / "b.md").write_text("---\ntitle: Talks b\ndate: 16/10/2025\n---\nText b.\n")
        import_paths([folder])

        def add() -> list[Path]:
            (folder / "c.md").write_text("---\ntitle: Talks c\ndate: 10/11/2025\n---\nText c.\n")
            return [folder / "c.md"]

        [batch] = watched(folder, add)

        assert counts(import_paths([folder], found=batch.changed)) == {"created": 1}
        assert str(Article.objects.get(title="Talks c").published_on) == "2025-11-10"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("options", "fate"),
    [
        ([], "{}/b.md is gone; its article stays\n"),
        (
            ["--prune"],
            "Withdrew 1 article whose files are gone; a file that comes back brings its article back.\n",
        ),
    ],
    ids=["reported", "withdrawn with --prune"],
)
def test_the_command_imports_what_changes_and_ends_cleanly_with_ctrl_c(archive, folder, options, fate):
    write(folder, "a.md")
    command = [sys.executable, "-u", "manage.py", "import_articles", str(folder), "--watch", *options]
    with subprocess.Popen(
        command, cwd=PROJECT, env=archive, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            lines = iter(process.stdout.readline, "")
            first = take_until(lines, "Watching for changes")
            write(folder, "b.md", body="Other.")
            second = take_until(lines, "Read ")
            (folder / "b.md").unlink()
            third = take_until(lines, fate.partition(" ")[2])
            process.send_signal(signal.SIGINT)
            rest = process.stdout.read()
            code = process.wait(READY)
        finally:
            process.kill()

    assert "        1  created\n" in first
    assert re.fullmatch(r"Read 1 file in .*: 1 created, 0 updated, .*\n", second[-1])
    assert third[-1] == fate.format(folder)
    assert (code, "Traceback" in rest) == (0, False)


def take_until(lines: Iterator[str], words: str) -> list[str]:
    """Return the lines up to one with these words."""
    taken = []
    for line in lines:
        taken.append(line)
        if words in line:
            return taken
    raise AssertionError(f"it ended without {words!r}: {taken}")
