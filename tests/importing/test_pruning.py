"""Files that are deleted, moved, renamed, copied and that come back, with and without --prune."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from articles import curation, gazetteer
from articles.importing import pruning
from articles.importing.pruning import PruneRefusedError, is_gone
from articles.importing.report import Report
from articles.importing.run import import_paths
from articles.models import Article, ArticleSource, ChangeSet, ImportRun, Tagging
from articles.search import sync
from articles.search.query import Criteria
from tests.importing.test_run import GAZETTEER, counts, rows, write

PUBLIC, WITHDRAWN = Article.Status.PUBLIC, Article.Status.WITHDRAWN
MISSING = Article.Withdrawal.MISSING


@pytest.fixture
def folder(tmp_path) -> Path:
    """Return a folder with two clippings."""
    folder = tmp_path / "clippings"
    write(folder, "a.md")
    write(folder, "deep/b.md")
    return folder


@pytest.fixture(autouse=True)
def imported(db, folder) -> None:
    """Import the folder before each test."""
    gazetteer.load(GAZETTEER, release=gazetteer.release_of(GAZETTEER))
    import_paths([folder])


def prune(*paths: Path, **options: bool) -> Report:
    return import_paths(paths, is_pruning=True, **options)


def article(name: str) -> Article:
    """Return the article last read from the file of this name."""
    return Article.objects.get(sources__name=name)


def standing(name: str) -> tuple[str, str]:
    return article(name).status, article(name).withdrawal


def test_an_article_whose_file_is_gone_is_withdrawn(folder):
    (folder / "a.md").unlink()
    report = prune(folder)

    assert (counts(report), report.withdrawn) == ({"unchanged": 1}, 1)
    assert standing("a.md") == (WITHDRAWN, MISSING)
    assert sync.search(Criteria()).count == 1
    run = ImportRun.objects.latest("pk")
    assert (run.is_pruning, run.withdrawn_count) == (True, 1)
    [change] = run.change_sets.get(act=ChangeSet.Act.IMPORT).changes.all()
    assert (change.row_id, change.before, change.after) == (
        article("a.md").pk,
        {"status": "public", "withdrawal": ""},
        {"status": "withdrawn", "withdrawal": "missing"},
    )


def test_without_prune_it_stays(folder):
    (folder / "a.md").unlink()
    import_paths([folder])

    assert standing("a.md") == (PUBLIC, "")


def test_a_file_that_is_back_brings_its_article_back(folder):
    kept = (folder / "a.md").rename(folder.parent / "kept")
    prune(folder)
    kept.rename(folder / "a.md")
    report = prune(folder)

    assert counts(report) == {"updated": 1, "unchanged": 1}
    assert standing("a.md") == (PUBLIC, "")
    assert sync.search(Criteria()).count == 2
    assert counts(prune(folder)) == {"unchanged": 2}


@pytest.mark.parametrize("body", ["", "Edited meanwhile."], ids=["as it was", "edited"])
def test_a_file_that_is_back_elsewhere_brings_its_article_back(folder, body):
    (folder / "a.md").unlink()
    prune(folder)
    write(folder, "a.md", body=body) if body else write(folder, "c.md", body="Russia said so in a.md.")
    report = prune(folder)

    assert counts(report) == {"updated": 1, "unchanged": 1}
    assert set(Article.objects.values_list("status", "withdrawal")) == {(PUBLIC, "")}
    assert Article.objects.count() == 2


@pytest.mark.parametrize("act", [curation.withdraw, curation.restore], ids=["withdrew", "restored"])
def test_what_an_editor_did_to_its_status_stays(folder, alice, act):
    kept = (folder / "a.md").rename(folder.parent / "kept")
    prune(folder)
    one = Article.objects.filter(pk=article("a.md").pk)
    curation.restore(one, by=alice)
    if act is curation.withdraw:
        curation.withdraw(one, by=alice)
    decided = standing("a.md")
    still_gone = prune(folder)
    kept.rename(folder / "a.md")

    assert still_gone.withdrawn == 0
    assert counts(prune(folder)) == {"unchanged": 2}
    assert standing("a.md") == decided == (PUBLIC if act is curation.restore else WITHDRAWN, "")


def test_an_editor_withdraws_what_is_there_and_no_file_brings_it_back(folder, alice):
    curation.withdraw(Article.objects.filter(pk=article("a.md").pk), by=alice)
    kept = (folder / "a.md").rename(folder.parent / "kept")
    prune(folder)
    kept.rename(folder / "a.md")
    prune(folder)

    assert standing("a.md") == (WITHDRAWN, "")


def move(folder: Path) -> None:
    (folder / "other").mkdir()
    (folder / "a.md").rename(folder / "other" / "a.md")


def rename(folder: Path) -> None:
    (folder / "a.md").rename(folder / "z.md")


def copy_and_delete(folder: Path) -> None:
    shutil.copy(folder / "a.md", folder / "copy.md")
    import_paths([folder])
    (folder / "a.md").unlink()


def lock_up(folder: Path) -> None:
    """Leave a name that leads nowhere: the file may be back any time."""
    (folder / "a.md").unlink()
    (folder / "a.md").symlink_to(folder / "unplugged" / "a.md")


@pytest.mark.parametrize("change", [move, rename, copy_and_delete, lock_up])
def test_an_article_with_a_file_left_stays(folder, change):
    change(folder)
    report = prune(folder)

    assert (report.withdrawn, Article.objects.count()) == (0, 2)
    assert set(Article.objects.values_list("status", flat=True)) == {PUBLIC}


def test_a_file_left_in_another_folder_keeps_the_article(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "second")
    import_paths([tmp_path / "second"])
    (folder / "a.md").unlink()

    assert prune(folder).withdrawn == 0


def test_only_what_came_from_below_the_paths_is_pruned(folder):
    shutil.rmtree(folder / "deep")
    (folder / "a.md").unlink()
    write(folder / "other", "c.md")

    assert prune(folder / "other").withdrawn == 0
    assert prune(folder).withdrawn == 2


def test_a_moved_and_edited_file_without_an_address_is_another_article(folder):
    (folder / "a.md").unlink()
    write(folder, "c.md", body="Another text.")
    report = prune(folder)

    assert (counts(report), report.withdrawn) == ({"created": 1, "unchanged": 1}, 1)


def test_a_moved_and_edited_file_with_an_address_is_the_same_article(folder):
    write(folder, "a.md", title="Talks\nurl: https://example.org/talks")
    import_paths([folder])
    (folder / "a.md").unlink()
    write(folder, "c.md", title="Talks\nurl: https://example.org/talks", body="Another text.")
    report = prune(folder)

    assert (counts(report), report.withdrawn) == ({"updated": 1, "unchanged": 1}, 0)


def test_a_dry_run_counts_and_writes_nothing(folder):
    (folder / "a.md").unlink()
    (folder / "deep" / "b.md").rename(folder / "moved.md")
    before = rows()
    report = prune(folder, is_dry=True)

    assert (counts(report), report.withdrawn) == ({"unchanged": 1}, 1)
    assert (rows(), standing("a.md")) == (before, (PUBLIC, ""))
    assert prune(folder).withdrawn == 1


def test_a_path_that_does_not_exist_is_refused_before_anything_is_imported(folder):
    write(folder, "c.md")

    with pytest.raises(PruneRefusedError, match=r"nowhere does not exist, .*; .* the folder above"):
        prune(folder, folder / "nowhere", is_forced=True)
    assert Article.objects.count() == 2


def test_an_empty_folder_is_pruned_only_by_force(folder):
    shutil.rmtree(folder)
    folder.mkdir()

    with pytest.raises(
        PruneRefusedError, match=r"holds no article any more, .* see that its disk is mounted"
    ):
        prune(folder)
    assert set(Article.objects.values_list("status", flat=True)) == {PUBLIC}
    assert prune(folder, is_forced=True).withdrawn == 2


def test_an_empty_folder_that_nothing_came_from_is_no_mistake(tmp_path):
    (tmp_path / "new").mkdir()

    assert prune(tmp_path / "new").withdrawn == 0


def test_a_stopped_import_does_not_prune(folder, monkeypatch):
    (folder / "a.md").unlink()
    report = prune(folder, should_stop=lambda: True)

    assert (report.is_interrupted, report.withdrawn) == (True, 0)


def test_many_articles_are_pruned_chunk_by_chunk(folder, monkeypatch):
    monkeypatch.setattr(pruning, "CHUNK", 2)
    for number in range(7):
        write(folder, f"{number}.md")
        write(folder, f"copy of {number}.md", body=f"Russia said so in {number}.md.")
    import_paths([folder])
    for path in folder.glob("*.md"):
        path.unlink()

    assert prune(folder).withdrawn == 8
    assert ImportRun.objects.latest("pk").withdrawn_count == 8


def test_a_folder_nobody_may_look_into_is_not_gone(tmp_path, monkeypatch):
    def refuse(path: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "lstat", refuse)

    assert not is_gone(str(tmp_path / "nothing.md"))


def test_force_reads_and_tags_everything_again(folder):
    Tagging.objects.all().delete()
    ArticleSource.objects.update(sha256="of other bytes")
    report = import_paths([folder], is_forced=True)

    assert counts(report) == {"updated": 2}
    assert Tagging.objects.count() == 4
    assert not ArticleSource.objects.filter(sha256="of other bytes").exists()
    assert counts(import_paths([folder], is_forced=True)) == {"unchanged": 2}
    assert ImportRun.objects.latest("pk").is_forced


def test_a_forced_dry_run_says_what_the_run_would_do(folder):
    Tagging.objects.filter(article=article("a.md")).delete()

    dry = import_paths([folder], is_forced=True, is_dry=True)
    assert counts(dry) == counts(import_paths([folder], is_forced=True)) == {"updated": 1, "unchanged": 1}
