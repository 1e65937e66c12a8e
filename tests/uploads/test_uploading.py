"""Uploads beyond the desk: the check is the import, whatever happens in between, and originals are kept."""

from __future__ import annotations

import datetime as dt
import random
import signal
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError
from django.utils import timezone

from articles import curation, tasks
from articles.history import undoing
from articles.importing import retrying
from articles.importing import run as importing
from articles.importing.lock import ImportBusyError
from articles.importing.originals import add_version, found_of, is_kept, kept_original
from articles.importing.run import import_paths
from articles.importing.sources import SourceError
from articles.importing.undo import undo
from articles.models import (
    Archive,
    Article,
    ArticleSource,
    ChangeSet,
    Correction,
    ImportIssue,
    ImportRun,
    Upload,
    UploadedFile,
)
from articles.uploads import receiving, uploading
from articles.uploads.receiving import Sent, receive
from articles.verification import verify
from articles.working import UnfinishedError
from benchmarks import clippings
from tests.importing import conftest as processes

pytestmark = pytest.mark.django_db
archive, empty_database, run_prepared = processes.archive, processes.empty_database, processes.run_prepared

TALKS = b"---\ntitle: Talks in Oman\ndate: 2025-10-17\n---\nThe talks in Muscat went on.\n"
READY = 120.0  # seconds a test waits for a process before it fails


@pytest.fixture(autouse=True)
def small_gazetteer(request):
    """Let the archive have its gazetteer, of nothing: the real one costs each check two seconds."""
    Archive.objects.update_or_create(pk=1, defaults={"gazetteer_release": "none"})


def send(by, *files: tuple[str, bytes]) -> Upload:
    """Return an upload that waits for its check."""
    return receive([Sent(name, len(content), content) for name, content in files], by=by)


def checked(by, *files: tuple[str, bytes]) -> Upload:
    upload = send(by, *files)
    uploading.check(upload.pk)
    upload.refresh_from_db()
    assert upload.state == "checked"
    return upload


def imported(by, *files: tuple[str, bytes]) -> ImportRun:
    upload = checked(by, *files)
    assert uploading.start_import(upload)
    uploading.import_upload(upload.pk, by=by)
    return upload.runs.get()


# --- The check is the import ------------------------------------------------------------------------------


def foretold(upload: Upload) -> tuple[dict[str, int], list[object]]:
    """Return the outcomes and issues that a check found."""
    issues = [
        (file.path, issue["line"], issue["message"], issue["level"], issue["kind"])
        for file in upload.files.all()
        for issue in file.issues
    ]
    return {outcome.value: count for outcome, count in uploading.expected(upload).items()}, sorted(
        issues, key=str
    )


def came_out(run: ImportRun) -> tuple[dict[str, int], list[object]]:
    """Return the outcomes and issues of an import."""
    columns = ("path", "line", "message", "level", "kind")
    counts = {
        name: getattr(run, f"{name}_count")
        for name in ("created", "updated", "unchanged", "skipped", "failed")
    }
    return counts, sorted(run.issues.values_list(*columns), key=str)


def odd_files(folder: Path, randomly: random.Random) -> list[tuple[str, bytes]]:
    """Return files of every fate: sound, alike, faulty, undecided, of another kind, twice."""
    clippings.write(folder, 30, seed=randomly.randrange(1_000), is_alike=True)
    files = [(path.name, path.read_bytes()) for path in sorted(folder.rglob("*.*"))]
    url = b"url: https://courier.example/talks\n"
    files += [
        ("first.md", TALKS.replace(b"date:", url + b"date:")),
        ("second.md", TALKS.replace(b"date:", url + b"date:").replace(b"went on", b"ended")),
        ("undecided.md", TALKS.replace(b"2025-10-17", b"10/11/2025")),
        ("settles.md", TALKS.replace(b"2025-10-17", b"16/10/2025").replace(b"Oman", b"Yemen")),
        ("unclosed.md", b"---\ntitle: Unclosed\n"),
        ("crash.md", b"---\na: " + b"- " * 30_000 + b"\n---\nText.\n"),
        ("nothing.md", b""),
        ("binary.txt", bytes(range(256)) * 4),
        ("photo.jpg", b"GIF89a"),
        ("draft.md", TALKS.replace(b"date:", b"draft: true\ndate:").replace(b"Oman", b"Chad")),
    ]
    randomly.shuffle(files)
    return files


@pytest.mark.parametrize("seed", range(4))
def test_an_import_comes_out_as_its_check_foretold(alice, tmp_path, seed):
    """Over an archive that has some of the files already: unchanged, edited, corrected, and taken back."""
    randomly = random.Random(seed)
    files = odd_files(tmp_path, randomly)
    imported(alice, *files[: randomly.randrange(5, 25)])
    undo(imported(alice, ("undone.md", TALKS.replace(b"Oman", b"Qatar"))), by=alice)
    for number, article in enumerate(Article.objects.order_by("pk")[:10]):
        values = {"title": f"Corrected {number}", "body": f"Corrected {number}."}
        curation.edit_article(
            article, dict(randomly.sample([*values.items()], randomly.randrange(3))), by=alice
        )
    later = [
        (name, content + b"\nMore.\n" if randomly.random() < 0.2 else content) for name, content in files
    ]
    upload = checked(alice, *later, ("again.md", TALKS.replace(b"Oman", b"Qatar")))
    before = foretold(upload)

    uploading.start_import(upload)
    uploading.import_upload(upload.pk, by=alice)

    assert came_out(upload.runs.get()) == before
    assert sum(before[0].values()) == len(later) + 1
    assert set(before[0].values()) != {0}


# --- Fields that an editor corrected ----------------------------------------------------------------------

OPENED = b"""---
title: Talks in Oman
date: 2025-10-17
source: Example Times
authors: [Ann Author]
url: https://courier.example/talks
---
The talks in Muscat went on.
"""
WAITING = (
    "an editor corrected its {}, and the file now says something else there; the correction stands until "
    "somebody decides it"
)


def corrected_by(editor, **values: object) -> None:
    """Import an article and let an editor correct it."""
    imported(editor, ("talks.md", OPENED))
    curation.edit_article(Article.objects.get(), values, by=editor)


def forecast(upload: Upload) -> list[tuple[str, str]]:
    """Return what a check says of corrections: file and words."""
    return [
        (file.name, issue["message"])
        for file in upload.files.all()
        for issue in file.issues
        if issue["kind"] == "corrected-field"
    ]


def waiting() -> list[str]:
    """Return the corrected fields that are to be decided."""
    return sorted(Correction.objects.filter(is_open=True).values_list("field", flat=True))


@pytest.mark.parametrize(
    ("corrected", "old", "new", "fields"),
    [
        ({"title": "Ours"}, b"Talks in Oman", b"Theirs", ["title"]),
        ({"title": "Ours"}, b"Talks in Oman", b"Ours", []),
        ({"title": "Ours"}, b"went on", b"ended", []),
        ({"title": "Ours", "body": "Ours."}, b"Oman\ndate", b"Iran\ndate", ["title"]),
        ({"published_on": dt.date(2025, 1, 1)}, b"2025-10-17", b"2025-10-18", ["published_on"]),
        ({"outlet": None}, b"Example Times", b"Other Times", ["outlet"]),
        ({"authors": []}, b"Ann Author", b"Bob Author", ["authors"]),
        ({"section": "World"}, b"Talks in Oman", b"Theirs", []),
        ({"status": "withdrawn"}, b"Talks in Oman", b"Theirs", []),
    ],
    ids=[
        "another title", "the title as the editor has it", "another field", "one of two fields", "a date",
        "an outlet", "authors", "a field the file lacks", "the status",
    ],
)  # fmt: skip
def test_a_check_foretells_each_correction_that_the_import_leaves_to_decide(
    alice, corrected, old, new, fields
):
    corrected_by(alice, **corrected)
    upload = checked(alice, ("talks.md", OPENED.replace(old, new)))
    before = foretold(upload)
    said = forecast(upload)
    assert waiting() == []

    uploading.start_import(upload)
    uploading.import_upload(upload.pk, by=alice)

    names = ", ".join(fields).replace("_", " ")
    assert said == ([("talks.md", WAITING.format(names))] if fields else [])
    assert waiting() == fields
    assert came_out(upload.runs.get()) == before
    assert uploading.waiting_count(upload) == len(said)


def test_a_correction_that_waits_already_is_foretold_only_if_the_file_says_another_thing_again(alice):
    corrected_by(alice, title="Ours")
    theirs = OPENED.replace(b"Talks in Oman", b"Theirs")
    imported(alice, ("talks.md", theirs))

    same = checked(alice, ("talks.md", theirs.replace(b"went on", b"ended")))
    other = checked(alice, ("talks.md", theirs.replace(b"Theirs", b"A fourth thing")))

    assert (len(forecast(same)), len(forecast(other))) == (0, 1)


@pytest.mark.parametrize("chunk", [1, 200], ids=["file by file", "at once"])
def test_two_versions_in_one_upload_are_foretold_as_they_are_imported(alice, monkeypatch, chunk):
    monkeypatch.setattr(importing, "CHUNK", chunk)
    corrected_by(alice, title="Ours")
    files = [
        (f"{name}.md", OPENED.replace(b"Talks in Oman", name.encode())) for name in ("One", "Ours", "Two")
    ]
    upload = checked(alice, *files)
    before = foretold(upload)

    uploading.start_import(upload)
    uploading.import_upload(upload.pk, by=alice)

    assert came_out(upload.runs.get()) == before
    assert [name for name, _ in forecast(upload)] == (["One.md", "Two.md"] if chunk == 1 else ["Two.md"])
    assert Correction.objects.values_list("file_value", "is_open").get() == ("Two", True)


def test_a_check_again_forgets_what_the_first_said_of_corrections(alice):
    corrected_by(alice, title="Ours")
    upload = checked(alice, ("talks.md", OPENED.replace(b"Talks in Oman", b"Theirs")))
    curation.edit_article(Article.objects.get(), {"title": "Theirs"}, by=alice)

    uploading.start_check(upload)
    uploading.check(upload.pk)

    assert (forecast(upload), uploading.waiting_count(upload)) == ([], 0)


def test_a_check_writes_nothing_but_what_it_found(alice):
    upload = send(alice, ("talks.md", TALKS))
    revision = Archive.objects.get().revision

    uploading.check(upload.pk)

    assert (Article.objects.count(), ImportRun.objects.count(), ImportIssue.objects.count()) == (0, 0, 0)
    assert Archive.objects.get().revision == revision


def test_dates_that_may_be_two_days_are_settled_by_the_other_files_of_the_upload(alice):
    imported(
        alice,
        ("a.md", TALKS.replace(b"2025-10-17", b"10/11/2025")),
        ("b.md", TALKS.replace(b"2025-10-17", b"16/10/2025").replace(b"Oman", b"Yemen")),
    )

    days = Article.objects.order_by("published_on").values_list("published_on", flat=True)
    assert [day.isoformat() for day in days] == ["2025-10-16", "2025-11-10"]


# --- Waiting, stopping, breaking off ----------------------------------------------------------------------


def test_an_import_that_meets_another_waits_and_says_for_which(alice, monkeypatch):
    def busy():
        raise ImportBusyError("import run 5 is still running; wait for it to end, then run this again")

    upload = checked(alice, ("talks.md", TALKS))
    uploading.start_import(upload)
    asked = []
    monkeypatch.setattr(importing, "import_lock", busy)
    monkeypatch.setattr(tasks.working, "again_later", lambda task, *args: asked.append((task, args)))

    tasks.import_upload.call(upload.pk, alice.pk)

    upload.refresh_from_db()
    assert (upload.state, upload.began_at) == ("importing", None)
    assert upload.note.startswith("It waits: import run 5 is still running")
    assert asked == [(tasks.import_upload, (upload.pk, alice.pk))]


def test_a_stopped_import_goes_on_with_the_next_worker(alice, monkeypatch):
    monkeypatch.setattr(importing, "CHUNK", 2)
    files = [(f"{n}.md", TALKS.replace(b"Oman", b"%d" % n)) for n in range(6)]
    upload = checked(alice, *files)
    uploading.start_import(upload)

    with pytest.raises(UnfinishedError):
        uploading.import_upload(upload.pk, by=alice, should_stop=lambda: True)

    upload.refresh_from_db()
    assert (upload.state, upload.note) == ("importing", uploading.INTERRUPTED)
    assert [run.state for run in upload.runs.all()] == ["interrupted"]
    assert Article.objects.count() == 2

    uploading.import_upload(upload.pk, by=alice)

    upload.refresh_from_db()
    assert (upload.state, upload.note) == ("imported", "")
    assert Article.objects.count() == 6


def test_a_stopped_check_begins_again(alice):
    upload = send(alice, ("talks.md", TALKS))

    with pytest.raises(UnfinishedError):
        uploading.check(upload.pk, should_stop=lambda: True)
    uploading.check(upload.pk)

    upload.refresh_from_db()
    assert (upload.state, upload.note) == ("checked", "")


def test_what_two_workers_take_up_is_done_once(alice):
    run = imported(alice, ("talks.md", TALKS))

    uploading.import_upload(run.upload.pk, by=alice)
    Upload.objects.update(state="importing")
    uploading.import_upload(run.upload.pk, by=alice)

    assert ImportRun.objects.count() == 1
    assert Upload.objects.get().state == "imported"


@pytest.mark.parametrize(
    ("silence", "may"), [(timedelta(minutes=3), True), (timedelta(seconds=30), False)],
    ids=["silent", "a sign of life"],
)  # fmt: skip
def test_an_import_can_be_started_again_once_its_worker_is_silent(alice, silence, may):
    upload = checked(alice, ("talks.md", TALKS))
    uploading.start_import(upload)
    now = timezone.now()
    Upload.objects.update(began_at=now - silence, seen_at=now - silence)
    upload.refresh_from_db()

    assert upload.is_silent is may
    assert uploading.start_import(upload) is may


def test_an_upload_that_only_waits_is_not_started_a_second_time(alice):
    upload = checked(alice, ("talks.md", TALKS))
    uploading.start_import(upload)
    Upload.objects.update(seen_at=timezone.now() - timedelta(hours=1))

    assert not uploading.start_import(upload)
    assert not uploading.start_check(upload)


def test_what_was_never_checked_is_not_imported(alice):
    assert not uploading.start_import(send(alice, ("talks.md", TALKS)))


def test_a_fault_ends_an_upload_with_a_sentence_and_it_can_be_started_again(alice, monkeypatch):
    upload = checked(alice, ("talks.md", TALKS))
    uploading.start_import(upload)
    with monkeypatch.context() as broken:
        broken.setattr(uploading, "Originals", lambda pk, without: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            uploading.import_upload(upload.pk, by=alice)
    upload.refresh_from_db()
    assert upload.state == "stopped"
    assert upload.note.startswith("A fault in Newsroom ended it (ZeroDivisionError")

    assert uploading.start_import(upload)
    uploading.import_upload(upload.pk, by=alice)

    assert Article.objects.count() == 1


# --- A second try -----------------------------------------------------------------------------------------

UNSETTLED = TALKS.replace(b"2025-10-17", b"10/11/2025").replace(b"Oman", b"Yemen")


def test_a_second_try_settles_dates_as_the_upload_did(alice):
    run = imported(
        alice,
        ("plain.md", TALKS.replace(b"2025-10-17", b"16/10/2025")),
        ("one.md", b"---\ntitle: Unclosed\n"),
        ("two.md", b"---\ntitle: Unclosed as well\n"),
    )
    one, two = (f"{run.upload.path}/{name}.md" for name in ("one", "two"))
    checked = retrying.check_file(run, found_of(UploadedFile.objects.get(path=one)), UNSETTLED)
    add_version(one, UNSETTLED)
    add_version(two, UNSETTLED.replace(b"Yemen", b"Qatar"))

    first = retrying.retry_file(run, found_of(UploadedFile.objects.get(path=one)), by=alice)
    every = retrying.retry_failed(run, by=alice)

    assert [problem.message for report in (checked, first, every) for problem in report.problems] == []
    assert set(Article.objects.values_list("title", "published_on")) == {
        ("Talks in Oman", dt.date(2025, 10, 16)),
        ("Talks in Yemen", dt.date(2025, 11, 10)),
        ("Talks in Qatar", dt.date(2025, 11, 10)),
    }


def with_bad_files(alice) -> ImportRun:
    run = imported(alice, ("a.md", b"---\ntitle: A\n"), ("b.md", b"---\ntitle: B\n"))
    for name, place in (("a", b"Oman"), ("b", b"Yemen")):
        add_version(f"{run.upload.path}/{name}.md", TALKS.replace(b"Oman", place))
    return run


def test_failed_files_are_tried_again_in_the_background_by_whoever_asked(alice):
    run = with_bad_files(alice)

    tasks.retry_failed_files.call(run.pk, alice.pk)

    again = ImportRun.objects.latest("pk")
    assert (again.retries, again.started_by, again.created_count) == (run, alice, 2)


def test_a_second_try_told_to_stop_is_taken_up_by_the_next_worker(alice, monkeypatch):
    run = with_bad_files(alice)
    monkeypatch.setattr(importing, "CHUNK", 1)
    with monkeypatch.context() as stopped:
        stopped.setattr(tasks.working, "should_stop", lambda: True)
        with pytest.raises(UnfinishedError):
            tasks.retry_failed_files.call(run.pk, alice.pk)
    assert Article.objects.count() == 1

    tasks.retry_failed_files.call(run.pk, alice.pk)

    assert Article.objects.count() == 2


def test_a_second_try_that_the_database_refuses_says_so_with_the_run(alice, monkeypatch):
    run = with_bad_files(alice)

    def refuse(*args, **options):
        raise DatabaseError("the disk is full")

    monkeypatch.setattr(importing.store, "save", refuse)
    tasks.retry_failed_files.call(run.pk, alice.pk)

    again = ImportRun.objects.latest("pk")
    issue = again.issues.get()
    assert (again.retries, again.state, again.issue_counts) == (run, "failed", {"error": {"other": 1}})
    assert issue.message.startswith("trying its failed files again ended early: the database refused to work")


def test_a_second_try_that_meets_an_import_is_asked_for_again(alice, monkeypatch):
    def busy():
        raise ImportBusyError("import run 5 is still running")

    run, asked = with_bad_files(alice), []
    monkeypatch.setattr(importing, "import_lock", busy)
    monkeypatch.setattr(tasks.working, "again_later", lambda task, *args: asked.append((task, args)))

    tasks.retry_failed_files.call(run.pk, alice.pk)

    assert asked == [(tasks.retry_failed_files, (run.pk, alice.pk))]


def test_an_upload_whose_check_cannot_be_asked_for_is_not_kept(alice):
    def fail(upload):
        raise RuntimeError

    with pytest.raises(RuntimeError):
        receive([Sent("talks.md", len(TALKS), TALKS)], by=alice, then=fail)

    assert not Upload.objects.exists()


# --- Originals --------------------------------------------------------------------------------------------


def test_an_original_is_found_by_the_path_of_its_issue(alice):
    run = imported(alice, ("bad.md", b"---\ntitle: Unclosed\n"))

    issue = run.issues.get()

    assert is_kept(issue.file)
    assert (issue.path, kept_original(issue.file)) == (
        f"upload:{run.upload.pk}/bad.md",
        b"---\ntitle: Unclosed\n",
    )
    assert not is_kept("/archive/bad.md")


def test_a_corrected_version_is_what_is_imported_and_the_original_stays(alice):
    run = imported(alice, ("bad.md", b"---\ntitle: Unclosed\n"))
    path = run.issues.get().file

    add_version(path, TALKS)
    import_paths(
        [Path(path)], found=[found_of(UploadedFile.objects.get(path=path))], started_by=alice, retries=run
    )

    assert Article.objects.get().title == "Talks in Oman"
    assert kept_original(path) == TALKS
    assert bytes(UploadedFile.objects.get().content) == b"---\ntitle: Unclosed\n"


@pytest.mark.parametrize("path", ["upload:99/none.md", "upload:x", "/etc/passwd"])
def test_a_file_that_no_upload_has_is_told(path):
    with pytest.raises(SourceError, match="its bytes were not kept; upload the file again"):
        kept_original(path)


def test_undoing_an_import_keeps_its_files_and_they_are_skipped_when_they_come_again(alice):
    run = imported(alice, ("talks.md", TALKS))
    undo(run, by=alice)

    again = checked(alice, ("other.md", TALKS))

    assert foretold(again)[0]["skipped"] == 1
    assert bytes(run.upload.files.get().content) == TALKS


def test_an_undone_upload_comes_back_by_importing_it_again(alice):
    run = imported(alice, ("talks.md", TALKS), ("yemen.md", TALKS.replace(b"Oman", b"Yemen")))
    assert not uploading.start_import(run.upload)
    undo(run, by=alice)

    undone = ChangeSet.objects.get(act=ChangeSet.Act.UNDO)
    with pytest.raises(undoing.UndoError, match=f"by Import again on the page of upload {run.upload.pk}$"):
        undoing.undo(undone, by=alice)
    assert uploading.start_import(run.upload)
    uploading.import_upload(run.upload.pk, by=alice)

    again = run.upload.runs.latest("pk")
    assert (again.state, again.is_forced, again.updated_count) == ("finished", True, 2)
    assert set(Article.objects.values_list("title", "status")) == {
        ("Talks in Oman", "public"),
        ("Talks in Yemen", "public"),
    }
    assert not ArticleSource.objects.filter(is_undone=True).exists()
    assert not uploading.start_import(run.upload)


def test_texts_sent_anew_after_an_undo_come_back_with_the_upload_that_holds_them_now(alice):
    undo(imported(alice, ("talks.md", TALKS)), by=alice)
    skipped = imported(alice, ("other.md", TALKS), ("yemen.md", TALKS.replace(b"Oman", b"Yemen")))
    assert (skipped.skipped_count, skipped.created_count) == (1, 1)

    assert uploading.start_import(skipped.upload)
    uploading.import_upload(skipped.upload.pk, by=alice)

    again = skipped.upload.runs.latest("pk")
    assert (again.updated_count, again.unchanged_count) == (1, 0)
    assert Article.objects.get(title="Talks in Oman").status == "public"


def test_pruning_a_folder_leaves_what_an_upload_holds_as_well(alice, tmp_path):
    folder = tmp_path / "clippings"
    folder.mkdir()
    (folder / "talks.md").write_bytes(TALKS)
    (folder / "other.md").write_bytes(TALKS.replace(b"Oman", b"Yemen"))
    import_paths([folder])
    imported(alice, ("talks.md", TALKS))
    (folder / "talks.md").unlink()

    report = import_paths([folder], is_pruning=True)

    assert report.withdrawn == 0
    assert set(Article.objects.values_list("status", flat=True)) == {"public"}


def test_verify_finds_an_original_of_which_a_byte_changed(alice):
    run = imported(alice, ("talks.md", TALKS), ("vote.md", TALKS.replace(b"Oman", b"Accra")))
    assert [one for one in verify() if one.check == "upload"] == []
    UploadedFile.objects.filter(name="talks.md").update(content=TALKS.replace(b"Muscat", b"Masqat"))

    [finding] = [one for one in verify() if one.check == "upload"]

    assert finding.is_fault
    assert (
        finding.what == f"'talks.md' of upload {run.upload.pk} is not what was sent; a byte or more changed"
    )


# --- Forgetting -------------------------------------------------------------------------------------------


def test_what_nobody_imported_is_forgotten_after_its_time_and_what_was_imported_never(alice, settings):
    settings.UPLOAD_KEEP_DAYS = 14
    old = imported(alice, ("old.md", TALKS)).upload
    forgotten = checked(alice, ("forgotten.md", TALKS))
    Upload.objects.filter(pk__in=[old.pk, forgotten.pk]).update(sent_at=timezone.now() - timedelta(days=15))
    young = checked(alice, ("young.md", TALKS))

    uploading.forget_old()

    assert set(Upload.objects.values_list("pk", flat=True)) == {old.pk, young.pk}
    assert set(UploadedFile.objects.values_list("name", flat=True)) == {"old.md", "young.md"}


def test_an_upload_that_broke_off_while_it_was_received_is_removed(alice, monkeypatch):
    monkeypatch.setattr(receiving, "BATCH", 1)
    original = receiving._row

    def break_off(found, size):
        if found.name == "c.md":
            raise OSError("the disk is full")
        return original(found, size)

    monkeypatch.setattr(receiving, "_row", break_off)
    with pytest.raises(OSError, match="the disk is full"):
        send(alice, ("a.md", TALKS), ("b.md", TALKS), ("c.md", TALKS))
    assert (Upload.objects.count(), UploadedFile.objects.count()) == (0, 0)

    Upload.objects.create(sent_at=timezone.now() - timedelta(hours=2))  # its process was killed
    uploading.forget_old()
    assert Upload.objects.count() == 0


# --- A worker that is killed ------------------------------------------------------------------------------

# Runs in the other process: small chunks, a small gazetteer, and death at the statement that is named.
PREPARE = """
import os, signal, sys
import django
django.setup()
from pathlib import Path
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from articles import gazetteer, tasks, working
from articles.uploads import uploading
from articles.importing import run
from articles.management.commands.work import TaskWorker, work
from articles.models import ImportRun, Upload
from articles.uploads.receiving import Sent, receive
from tests.importing.test_run import GAZETTEER, digest, trail
run.CHUNK = 6
run.INDEX_EVERY = 2
def work_off(name):
    work(TaskWorker(name, is_batch=True))
"""
UPLOAD = """
call_command("flush", interactive=False, verbosity=0)
gazetteer.load(GAZETTEER, release=gazetteer.release_of(GAZETTEER))
carol = User.objects.create_user("carol")
files = [(path.name, path.read_bytes()) for path in sorted(Path(sys.argv[1]).rglob("*.*"))]
upload = receive([Sent(name, len(content), content) for name, content in files], by=carol)
tasks.check_upload.enqueue(upload.pk)
work_off("first")
assert uploading.start_import(upload.__class__.objects.get(pk=upload.pk))
tasks.import_upload.enqueue(upload.pk, carol.pk)
last, count = int(sys.argv[2]), 0
def die_at_last(execute, sql, params, many, context):
    global count
    count += 1
    if count == last:
        os.kill(os.getpid(), signal.SIGKILL)
    return execute(sql, params, many, context)
with connection.execute_wrapper(die_at_last):
    work_off("second")
print(count)
"""
GO_ON = """
work_off("third")
"""
TOLD = """
print(Upload.objects.get().state, *ImportRun.objects.order_by("pk").values_list("state", flat=True))
print(digest() + trail())
"""


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_and_the_next_end_in_the_database_of_an_undisturbed_one(run_prepared, tmp_path):
    folder = tmp_path / "clippings"
    clippings.write(folder, 24, seed=7, is_alike=True)

    def run(program: str, moment: int = 0) -> subprocess.CompletedProcess[str]:
        return run_prepared(PREPARE, program, folder, moment, timeout=READY)

    clean = run(UPLOAD + TOLD)
    assert clean.returncode == 0, clean.stderr
    statements, states, undisturbed = clean.stdout.splitlines()
    assert states == "imported finished"

    for moment in random.Random(5).sample(range(20, int(statements) - 5), 2):
        killed = run(UPLOAD, moment)
        last = run(GO_ON + TOLD)
        assert last.returncode == 0, last.stderr
        states, final = last.stdout.splitlines()

        assert killed.returncode == -signal.SIGKILL
        assert states.split()[0] == "imported"
        assert states.split()[-1] == "finished"
        assert final == undisturbed
