"""Files of issues found again in zips, feeds and uploads, or not kept anywhere."""

from __future__ import annotations

import zipfile

import pytest

from articles import gazetteer
from articles.importing.reopening import Place, reopen
from articles.importing.retrying import failed_files, retry_failed, retry_file
from articles.importing.run import import_paths
from articles.importing.sources import given_source
from articles.models import ImportIssue, ImportRun
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


def test_a_second_try_of_a_run_settles_dates_by_its_folder(tmp_path):
    (tmp_path / "a.md").write_text("---\ntitle: A\ndate: 25/10/2025\n---\nText of a.")
    (tmp_path / "b.md").write_text("---\ntitle: B\ndate: 10/11/2025\n---\nText of b.\n---\n")
    (tmp_path / "b.md").write_text("---\ntitle: B\ndate: 10/11/2025\nText of b.")
    import_paths([tmp_path])
    (tmp_path / "b.md").write_text("---\ntitle: B\ndate: 10/11/2025\n---\nText of b.")

    report = retry_failed(ImportRun.objects.get(), by=None)

    assert ImportRun.objects.get(pk=report.run_id).created_count == 1
