"""Files of issues found again in zips, feeds and uploads, or not kept anywhere."""

from __future__ import annotations

import datetime as dt
import zipfile

import pytest

from articles import gazetteer
from articles.importing import reopening, retrying
from articles.importing.identity import Outcome
from articles.importing.reopening import Place, reopen
from articles.importing.retrying import failed_files, retry_failed, retry_file
from articles.importing.run import import_paths
from articles.importing.sources import given_source
from articles.models import Article, ImportIssue, ImportRun
from tests.importing.test_run import GAZETTEER

pytestmark = pytest.mark.django_db

BAD = "---\ntitle: Talks\ndate: 2025-13-45\n---\nUkraine and Russia.\n"
GOOD = BAD.replace("2025-13-45", "2025-10-16")
FEED = """<rss version="2.0"><channel><title>x</title>
<item><title>{title}</title><link>https://example.org/a</link><pubDate>Thu, 16 Oct 2025 10:00:00 GMT</pubDate>
<description>Words.</description></item></channel></rss>"""


@pytest.fixture(autouse=True)
def gazetteer_in_force():
    gazetteer.load(GAZETTEER, release="r1")


def pack(path, **texts: str) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in texts.items():
            archive.writestr(f"{name}.md", text)


def test_an_entry_of_a_zip_is_found_again_and_tried_again(tmp_path):
    path = tmp_path / "texts.zip"
    pack(path, a=GOOD, b=BAD)
    import_paths([tmp_path])
    issue = ImportIssue.objects.get()

    found = reopen(issue)
    assert (found.place, found.source.content.decode()) == (Place.ZIP, BAD)

    pack(path, a=GOOD, b=GOOD.replace("Talks", "Other talks"))
    report = retry_file(issue.run, reopen(issue).found, by=None)
    assert ImportRun.objects.get(pk=report.run_id).created_count == 1


def test_an_entry_that_the_zip_no_longer_has_says_so(tmp_path):
    pack(tmp_path / "texts.zip", a=BAD)
    import_paths([tmp_path])
    pack(tmp_path / "texts.zip", c=GOOD)

    assert reopen(ImportIssue.objects.get()).reason == "the zip no longer has it"


def test_of_an_entry_of_a_feed_the_feed_is_shown(tmp_path):
    (tmp_path / "feed.xml").write_text(FEED.format(title=""))
    import_paths([tmp_path])
    issue = ImportIssue.objects.order_by("pk").first()

    found = reopen(issue)
    assert (found.place, found.source.content.decode()) == (Place.FEED, FEED.format(title=""))


def test_a_text_that_was_piped_in_is_nowhere():
    found = given_source(BAD.encode(), "talks.md")
    import_paths([found.path], found=[found])

    assert reopen(ImportIssue.objects.get()).place is Place.NOWHERE


def test_all_failed_files_of_a_run_are_tried_again_and_no_others(tmp_path):
    for name, text in (("a", GOOD), ("b", BAD.replace("Talks", "B")), ("c", BAD.replace("Talks", "C"))):
        (tmp_path / f"{name}.md").write_text(text)
    import_paths([tmp_path])
    run = ImportRun.objects.get()
    (tmp_path / "b.md").write_text(GOOD.replace("Talks", "B"))

    report = retry_failed(run, by=None)

    again = ImportRun.objects.get(pk=report.run_id)
    assert (again.created_count, again.failed_count, again.unchanged_count) == (1, 1, 0)
    assert (again.retries, again.paths) == (run, run.paths)
    assert [name for _, name, _ in failed_files(again)] == ["c.md"]


def test_a_file_of_several_errors_is_tried_once_page_by_page(tmp_path, monkeypatch):
    monkeypatch.setattr(retrying, "PAGE", 2)
    run = ImportRun.objects.create(paths=[str(tmp_path)], state="finished")
    for name in ("a.md", "b.md", "a.md", "c.md", "b.md"):
        file = str(tmp_path / name)
        ImportIssue.objects.create(
            run=run, path=name, name=name, file=file, file_key=ImportIssue.key_of(file), message="x"
        )

    assert [name for _, name, _ in failed_files(run)] == ["a.md", "b.md", "c.md"]


def test_the_table_of_a_zip_is_read_once_for_all_its_entries(tmp_path, monkeypatch):
    pack(tmp_path / "texts.zip", **{name: BAD.replace("Talks", name) for name in "abc"})
    import_paths([tmp_path])
    run = ImportRun.objects.get()
    pack(tmp_path / "texts.zip", **{name: GOOD.replace("Talks", name) for name in "abc"})
    looked = []
    list_entries = reopening.list_entries
    monkeypatch.setattr(reopening, "list_entries", lambda zip: looked.append(zip) or list_entries(zip))

    report = retry_failed(run, by=None)

    assert ImportRun.objects.get(pk=report.run_id).created_count == 3
    assert [found.path.name for found in looked] == ["texts.zip"]


def test_a_second_try_of_a_run_settles_dates_by_its_folder(tmp_path):
    (tmp_path / "a.md").write_text("---\ntitle: A\ndate: 25/10/2025\n---\nText of a.")
    (tmp_path / "b.md").write_text("---\ntitle: B\ndate: 10/11/2025\nText of b.")
    import_paths([tmp_path])
    (tmp_path / "b.md").write_text("---\ntitle: B\ndate: 10/11/2025\n---\nText of b.")

    run = ImportRun.objects.get()
    one = retry_file(run, reopen(ImportIssue.objects.get()).found, by=None)
    assert (one.counts[Outcome.CREATED], one.problems) == (1, [])
    Article.objects.get(title="B").delete()

    report = retry_failed(run, by=None)

    assert Article.objects.get(title="B").published_on == dt.date(2025, 11, 10)
    assert ImportRun.objects.get(pk=report.run_id).created_count == 1
