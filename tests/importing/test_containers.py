"""Zips and feeds imported: what is stored, counted, and found unchanged again."""

from __future__ import annotations

import zipfile

import pytest

from articles import gazetteer
from articles.importing.run import import_paths
from articles.models import Article, ArticleSource, ImportIssue, ImportRun
from tests.importing.test_run import GAZETTEER, counts, write

pytestmark = pytest.mark.django_db

CLIPPING = "---\ntitle: Talks {0}\n---\nThey met in {0}.\n"


@pytest.fixture(autouse=True)
def loaded(db) -> None:
    gazetteer.load(GAZETTEER, release="r1")


@pytest.fixture
def folder(tmp_path):
    path = tmp_path.resolve() / "clippings"
    path.mkdir()
    return path


def pack(folder, *names: str, text: str = CLIPPING) -> None:
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        for name in names:
            archive.writestr(name, text.format(name))


def feed(folder, *numbers: int, text: str = "They met in room {0}.", name: str = "feed.xml") -> None:
    items = "".join(
        f"<item><title>Talks {n}</title><link>https://courier.example/{n}</link>"
        f"<description>{text.format(n)}</description></item>"
        for n in numbers
    )
    (folder / name).write_text(f"<rss version='2.0'><channel><title>Courier</title>{items}</channel></rss>")


def test_every_entry_of_a_zip_is_accounted_for(folder):
    pack(folder, "b.md", "c.md", "picture.png", "inner.zip", "../d.md")
    (folder / "site.xml").write_text("<urlset/>")
    write(folder, "z.md")

    report = import_paths([folder])

    assert counts(report) == {"created": 3, "skipped": 3, "failed": 1}
    run = ImportRun.objects.get()
    assert (run.created_count, run.skipped_count, run.failed_count) == (3, 3, 1)
    levels = ImportIssue.objects.order_by("path").values_list("path", "level")
    assert dict(levels) == {
        f"{folder}/a.zip/../d.md": "error",
        f"{folder}/a.zip/inner.zip": "skipped",
        f"{folder}/a.zip/picture.png": "skipped",
        f"{folder}/site.xml": "skipped",
    } | {str(folder / "a.zip" / name): "warning" for name in ("b.md", "c.md")}


def test_a_zip_imported_again_changes_nothing(folder):
    pack(folder, "b.md", "sub/c.md")
    import_paths([folder])

    assert counts(import_paths([folder])) == {"unchanged": 2}
    assert set(ArticleSource.objects.values_list("path", "name")) == {
        (f"{folder}/a.zip/b.md", "a.zip/b.md"),
        (f"{folder}/a.zip/sub/c.md", "a.zip/sub/c.md"),
    }


def test_an_edited_entry_updates_its_article(folder):
    pack(folder, "b.md", "c.md")
    import_paths([folder])
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        archive.writestr("b.md", CLIPPING.format("b.md") + "\nAnd left.\n")
        archive.writestr("c.md", CLIPPING.format("c.md"))

    assert counts(import_paths([folder])) == {"updated": 1, "unchanged": 1}
    assert Article.objects.count() == 2


def test_a_clipping_in_a_zip_and_beside_it_is_one_article(folder):
    pack(folder, "b.md")
    (folder / "b.md").write_text(CLIPPING.format("b.md"))

    assert counts(import_paths([folder])) == {"created": 1, "unchanged": 1}
    assert ArticleSource.objects.count() == 2


def test_a_feed_counts_by_its_entries_and_changes_nothing_again(folder):
    feed(folder, 1, 2)

    assert counts(import_paths([folder])) == {"created": 2}
    assert counts(import_paths([folder])) == {"unchanged": 2}
    assert set(Article.objects.values_list("title", "outlet__name")) == {
        ("Talks 1", "Courier"),
        ("Talks 2", "Courier"),
    }


def test_entries_that_roll_out_of_a_feed_stay(folder):
    feed(folder, 1, 2)
    import_paths([folder])
    feed(folder, 2, 3)

    assert counts(import_paths([folder], is_pruning=True)) == {"created": 1, "unchanged": 1}
    assert Article.objects.filter(status=Article.Status.PUBLIC).count() == 3


def test_feeds_saved_on_two_days_do_not_fight_over_an_article(folder):
    feed(folder, 1, name="day-1.xml")
    import_paths([folder])
    feed(folder, 1, name="day-2.xml", text="They met in room {0} and left.")
    import_paths([folder])

    assert counts(import_paths([folder])) == {"unchanged": 2}
    assert Article.objects.get().body == "They met in room 1 and left."


def test_articles_of_a_zip_that_is_gone_are_withdrawn_by_pruning(folder):
    pack(folder, "b.md")
    write(folder, "z.md")
    import_paths([folder])
    (folder / "a.zip").unlink()
    import_paths([folder], is_pruning=True)

    assert Article.objects.get(title="Talks b.md").status == Article.Status.WITHDRAWN
