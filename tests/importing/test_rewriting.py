"""Correcting a file where it lies: what may be written to, what is kept, what nobody can trick it into."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles import gazetteer
from articles.history import undoing
from articles.importing import rewriting
from articles.importing.reopening import Place, reopen
from articles.importing.retrying import retry_file
from articles.importing.rewriting import RewriteError, add_version, obstacle_to_rewriting, put_back, rewrite
from articles.importing.run import import_paths
from articles.models import (
    Article,
    ChangeSet,
    CorrectedFile,
    FormerBytes,
    ImportIssue,
    ImportRun,
    Upload,
    UploadedFile,
)
from tests.importing.test_run import GAZETTEER

pytestmark = pytest.mark.django_db

BAD = b"---\ntitle: Talks\ndate: 2025-13-45\n---\nUkraine and Russia.\n"
GOOD = BAD.replace(b"2025-13-45", b"2025-10-16")


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def folder(tmp_path) -> Path:
    gazetteer.load(GAZETTEER, release="r1")
    folder = tmp_path / "clippings"
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "bad.md").write_bytes(BAD)
    return folder


@pytest.fixture
def file(folder) -> Path:
    return folder / "inner" / "bad.md"


@pytest.fixture
def issue(folder) -> ImportIssue:
    import_paths([folder])
    return ImportIssue.objects.get()


def test_a_corrected_file_is_written_and_its_former_bytes_are_kept(issue, file, alice):
    os.chmod(file, 0o640)

    correction = rewrite(issue, GOOD, seen=sha256(BAD), by=alice)

    assert file.read_bytes() == GOOD
    assert file.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in file.parent.iterdir()] == ["bad.md"]
    assert bytes(FormerBytes.objects.get(sha256=sha256(BAD)).content) == BAD
    assert (correction.former_sha256, correction.sha256) == (sha256(BAD), sha256(GOOD))


def test_every_correction_is_in_the_trail(issue, file, alice):
    correction = rewrite(issue, GOOD, seen=sha256(BAD), by=alice)

    act = ChangeSet.objects.get(act=ChangeSet.Act.CORRECT)
    change = act.changes.get()
    assert (act.made_by, change.table, change.row_id) == (alice, "correctedfile", correction.pk)
    assert change.after["file"] == str(file)


def test_the_former_file_is_put_back_by_another_act(issue, file, alice):
    correction = rewrite(issue, GOOD, seen=sha256(BAD), by=alice)

    put_back(correction, by=alice)

    assert file.read_bytes() == BAD
    assert CorrectedFile.objects.count() == ChangeSet.objects.filter(act="correct").count() == 2


def test_the_former_file_is_not_put_back_over_later_changes(issue, file, alice):
    correction = rewrite(issue, GOOD, seen=sha256(BAD), by=alice)
    file.write_bytes(b"something else")

    with pytest.raises(RewriteError, match="changed since"):
        put_back(correction, by=alice)
    assert file.read_bytes() == b"something else"


def test_the_trail_sends_who_would_undo_a_correction_to_the_page_of_the_file(issue, alice):
    rewrite(issue, GOOD, seen=sha256(BAD), by=alice)

    with pytest.raises(undoing.UndoError, match="page of the file"):
        undoing.undo(ChangeSet.objects.get(act="correct"), by=alice)


def test_a_file_that_changed_since_it_was_shown_is_left_alone(issue, file, alice):
    file.write_bytes(BAD + b"More.")

    with pytest.raises(RewriteError, match="changed since it was shown"):
        rewrite(issue, GOOD, seen=sha256(BAD), by=alice)
    assert file.read_bytes() == BAD + b"More."
    assert not CorrectedFile.objects.exists()


def test_of_two_corrections_of_an_upload_the_second_is_refused(alice):
    upload = Upload.objects.create(sent_by=alice)
    path = f"{upload.path}/bad.md"
    UploadedFile.objects.create(upload=upload, position=1, name="bad.md", path=path, content=BAD)
    seen = sha256(BAD)
    with CaptureQueriesContext(connection) as queries:
        add_version(path, "bad.md", None, GOOD, seen=seen, by=alice)
    with pytest.raises(RewriteError, match="changed since it was shown"):
        add_version(path, "bad.md", None, GOOD + b"More.", seen=seen, by=alice)

    assert bytes(UploadedFile.objects.get().corrected) == GOOD
    assert CorrectedFile.objects.count() == 1
    # On SQLite a transaction that writes is alone from its beginning.
    is_locked = any("uploadedfile" in one["sql"] and "FOR UPDATE" in one["sql"] for one in queries)
    assert is_locked is connection.features.has_select_for_update


def test_a_file_that_changes_at_the_last_moment_is_left_alone(issue, file, alice, monkeypatch):
    keep = rewriting._keep

    def keep_slowly(content: bytes, sha256: str) -> None:
        keep(content, sha256)
        file.write_bytes(BAD + b"Somebody was faster.")

    monkeypatch.setattr(rewriting, "_keep", keep_slowly)

    with pytest.raises(RewriteError, match="changed since it was shown"):
        rewrite(issue, GOOD, seen=sha256(BAD), by=alice)
    assert file.read_bytes() == BAD + b"Somebody was faster."
    assert [path.name for path in file.parent.iterdir()] == ["bad.md"]
    assert not CorrectedFile.objects.exists()


def as_link(file: Path, elsewhere: Path) -> None:
    elsewhere.write_bytes(BAD)
    file.unlink()
    file.symlink_to(elsewhere)


def with_second_name(file: Path, elsewhere: Path) -> None:
    os.link(file, elsewhere)


def with_folder_as_link(file: Path, elsewhere: Path) -> None:
    elsewhere.mkdir()
    (elsewhere / file.name).write_bytes(BAD)
    file.unlink()
    file.parent.rmdir()
    file.parent.symlink_to(elsewhere)


def as_pipe(file: Path, elsewhere: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def as_folder(file: Path, elsewhere: Path) -> None:
    file.unlink()
    file.mkdir()


def gone(file: Path, elsewhere: Path) -> None:
    file.unlink()


@pytest.mark.parametrize(
    "replaced", [as_link, with_second_name, with_folder_as_link, as_pipe, as_folder, gone]
)
def test_nothing_but_the_file_itself_is_written_to(issue, file, tmp_path, alice, replaced):
    elsewhere = tmp_path / "elsewhere"
    replaced(file, elsewhere)
    outside = elsewhere / file.name if elsewhere.is_dir() else elsewhere
    before = outside.read_bytes() if outside.is_file() else None

    assert obstacle_to_rewriting(issue)
    with pytest.raises(RewriteError):
        rewrite(issue, GOOD, seen=sha256(BAD), by=alice)
    assert (outside.read_bytes() if outside.is_file() else None) == before
    assert not CorrectedFile.objects.exists()


def test_a_file_outside_of_every_imported_folder_is_not_written_to(file, alice):
    import_paths([file])  # named itself: its folder was never imported
    issue = ImportIssue.objects.get()

    assert obstacle_to_rewriting(issue) == "it does not lie in a folder that was imported"
    with pytest.raises(RewriteError):
        rewrite(issue, GOOD, seen=sha256(BAD), by=alice)
    assert file.read_bytes() == BAD


def test_an_issue_that_names_another_place_than_its_folder_is_not_followed(issue, tmp_path, alice):
    other = tmp_path / "other.md"
    other.write_bytes(BAD)
    issue.file, issue.name = str(other), "../other.md"

    with pytest.raises(RewriteError):
        rewrite(issue, GOOD, seen=sha256(BAD), by=alice)
    assert other.read_bytes() == BAD


def test_a_file_of_a_second_try_lies_in_the_folder_of_the_first_run(issue, alice):
    retry_file(issue.run, reopen(issue).found, by=alice)
    again = ImportIssue.objects.exclude(pk=issue.pk).get()

    assert again.run.retries == issue.run
    assert obstacle_to_rewriting(again) == ""


def test_a_folder_that_may_not_be_written_to_is_said_so(issue, monkeypatch):
    # Root, as in a container, may write everywhere.
    monkeypatch.setattr(rewriting.os, "access", lambda path, mode, dir_fd: path != ".")

    assert "may not be written to" in obstacle_to_rewriting(issue)


# --- Found again ------------------------------------------------------------------------------------------


def test_the_file_of_an_issue_is_read_anew_from_its_folder(issue, file):
    found = reopen(issue)

    assert (found.place, found.source.content, found.reason) == (Place.FOLDER, BAD, "")
    assert issue.sha256 == found.source.sha256


def test_a_file_that_is_gone_says_so(issue, file):
    file.unlink()

    assert (
        reopen(issue).reason == "no such file or folder; check the path, or whether it was deleted meanwhile"
    )


def test_a_folder_that_became_a_link_is_not_followed(issue, file, tmp_path):
    with_folder_as_link(file, tmp_path / "elsewhere")

    found = reopen(issue)
    assert (found.source, found.reason) == (
        None,
        "a folder on the way to it is a link now, which is not followed",
    )


def test_a_second_try_imports_what_was_mended(issue, file, alice):
    file.write_bytes(GOOD)

    report = retry_file(issue.run, reopen(issue).found, by=alice)

    run = ImportRun.objects.get(pk=report.run_id)
    assert (run.created_count, run.started_by, run.retries, run.paths) == (1, alice, issue.run, [str(file)])
    assert Article.objects.get().title == "Talks"
