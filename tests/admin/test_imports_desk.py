"""The imports desk: a run and its issues by kind, the file beside them, a second try and the correction."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from html import unescape
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

from articles import gazetteer
from articles.admin import issuegroups, mended, retries
from articles.importing import originals
from articles.importing.originals import Originals
from articles.importing.run import import_paths
from articles.importing.undo import undo
from articles.models import Article, ChangeSet, CorrectedFile, ImportIssue, ImportRun, Upload, UploadedFile
from tests.importing.test_import_command import lock_held_elsewhere
from tests.importing.test_run import GAZETTEER

pytestmark = pytest.mark.django_db

GOOD = "---\ntitle: Talks {}\ndate: 2025-10-16\n---\nUkraine and Russia, text {}.\n"
BAD_DATE = "---\ntitle: Talks\ndate: 2025-13-45\n---\nUkraine and Russia.\n"
UNCLOSED = "---\ntitle: Talks again\nUkraine and Russia.\n"


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture
def folder(tmp_path) -> Path:
    """Return a folder with two good files, two bad dates and one open fence."""
    gazetteer.load(GAZETTEER, release="r1")
    folder = tmp_path / "clippings"
    folder.mkdir()
    for name in ("a", "b"):
        (folder / f"{name}.md").write_text(GOOD.format(name, name))
    for name in ("c", "d"):
        (folder / f"{name}.md").write_text(BAD_DATE.replace("Talks", f"Talks {name}"))
    (folder / "e.md").write_text(UNCLOSED)
    return folder


@pytest.fixture
def run(folder) -> ImportRun:
    import_paths([folder])
    return ImportRun.objects.get()


@pytest.fixture
def issue(run) -> ImportIssue:
    return run.issues.get(path__endswith="c.md")


def page_of(run: ImportRun, page: str = "change") -> str:
    return reverse(f"admin:articles_importrun_{page}", args=[run.pk])


def file_page(issue: ImportIssue, page: str = "file") -> str:
    return reverse(f"admin:articles_importissue_{page}", args=[issue.pk])


def read(client, address: str, **query: object) -> str:
    response = client.get(address, query)
    assert response.status_code == 200
    return response.content.decode()


def names(client, address: str) -> set[str]:
    return {article.title for article in client.get(address).context["cl"].result_list}


def waiting_files(client) -> tuple[str, str]:
    """Return how many files the front page says could not be imported, and where it leads."""
    work = client.get(reverse("admin:index")).context["front"].work
    found = [one for one in work if "could not be imported" in one.words]
    return (found[0].number, found[0].address) if found else ("0", "")


def mend(client, folder, issue: ImportIssue) -> ImportRun:
    """Mend the file of an issue and try it again; return the run that did."""
    (folder / Path(issue.file).name).write_text(GOOD.format(issue.pk, issue.pk))
    client.post(file_page(issue, "retry"))
    return ImportRun.objects.latest("pk")


# --- What waits -------------------------------------------------------------------------------------------


def test_files_that_failed_wait_until_a_later_run_imports_them(alice_at, folder, run):
    first, second, third = run.issues.order_by("path")
    assert waiting_files(alice_at)[0] == "3"

    mend(alice_at, folder, first)
    number, address = waiting_files(alice_at)

    assert number == "2"
    assert [one.pk for one in alice_at.get(address).context["cl"].result_list] == [run.pk]
    mend(alice_at, folder, second)
    mend(alice_at, folder, third)
    assert waiting_files(alice_at)[0] == "0"


def test_a_file_that_failed_twice_waits_once_with_its_last_run(alice_at, run, issue):
    alice_at.post(file_page(issue, "retry"))
    number, address = waiting_files(alice_at)

    assert number == "3"
    again = ImportRun.objects.latest("pk")
    assert {one.pk for one in alice_at.get(address).context["cl"].result_list} == {run.pk, again.pk}


def test_a_file_that_was_put_back_or_removed_waits_no_longer_once_the_folder_is_imported_again(
    alice_at, folder, run, issue
):
    good = (folder / "a.md").read_text()
    (folder / "a.md").write_text(BAD_DATE)
    import_paths([folder])
    assert waiting_files(alice_at)[0] == "4"

    (folder / "a.md").write_text(good)
    Path(issue.file).unlink()
    import_paths([folder])

    number, address = waiting_files(alice_at)
    assert number == "2"
    latest = ImportRun.objects.latest("pk")
    assert [one.pk for one in alice_at.get(address).context["cl"].result_list] == [latest.pk]


def test_a_second_try_of_one_run_says_nothing_of_the_files_of_another(alice_at, folder, run):
    import_paths([folder])
    other = ImportRun.objects.latest("pk")
    retry = ImportRun.objects.create(paths=run.paths, retries=run, state="finished")

    assert waiting_files(alice_at)[0] == "3"
    ImportRun.objects.filter(pk=retry.pk).update(retries=other)
    assert waiting_files(alice_at)[0] == "0"


def test_files_wait_for_nobody_once_their_import_was_undone(alice_at, run):
    ImportRun.objects.update(state=ImportRun.State.UNDONE)

    assert waiting_files(alice_at)[0] == "0"


def test_a_mended_file_whose_import_was_undone_waits_again(alice_at, alice, folder, run, issue):
    undo(mend(alice_at, folder, issue), by=alice)

    assert waiting_files(alice_at)[0] == "3"


def test_an_issue_says_which_run_imported_its_file(alice_at, folder, run, issue):
    again = mend(alice_at, folder, issue)
    told = f'imported by <a href="{page_of(again)}">{again}</a>'

    assert "(1 article)" in read(alice_at, page_of(again))
    assert "(2 articles)" in read(alice_at, page_of(run))
    assert read(alice_at, page_of(run)).count(told) == 1
    assert read(alice_at, page_of(run, "issues")).count(told) == 1


def test_a_run_whose_files_are_all_mended_offers_no_other_try(alice_at, folder, run):
    assert "Retry all failed files" in read(alice_at, page_of(run))
    for issue in run.issues.all():
        mend(alice_at, folder, issue)
    runs = ImportRun.objects.count()

    page = read(alice_at, page_of(run))
    alice_at.post(page_of(run, "retry"))

    assert "Retry all failed files" not in page
    assert "Nothing is left to mend here: later runs imported it all." in page
    assert ImportRun.objects.count() == runs


def test_a_run_with_more_issues_than_are_looked_at_offers_another_try(alice_at, folder, run, monkeypatch):
    monkeypatch.setattr(mended, "LOOKED_AT", 2)
    for issue in run.issues.all():
        mend(alice_at, folder, issue)

    assert "Retry all failed files" in read(alice_at, page_of(run))


# --- A run ------------------------------------------------------------------------------------------------


def test_issues_are_grouped_by_kind_the_biggest_group_first_with_the_remedy(alice_at, run):
    page = read(alice_at, page_of(run))

    groups = re.findall(r'<h4><a href="[^"]*">([^<]*)</a> <span class="count">(\d+)</span></h4>', page)
    assert groups == [("A date that does not exist", "2"), ("The front matter is not closed", "1")]
    assert "Write the date as YYYY-MM-DD." in page
    assert run.issue_counts == {"error": {"bad-date": 2, "unclosed-fence": 1}}


def test_every_issue_of_a_large_group_is_reached_page_by_page(alice_at, run, monkeypatch):
    monkeypatch.setattr(issuegroups, "PER_PAGE", 2)
    ImportIssue.objects.bulk_create(
        ImportIssue(run=run, level="warning", kind="no-date", path=f"{number}.md", message="no date")
        for number in range(5)
    )
    run.issue_counts["warning"] = {"no-date": 5}
    run.save()

    shown = []
    for number in (1, 2, 3):
        page = read(alice_at, page_of(run, "issues"), level="warning", kind="no-date", p=number)
        shown += re.findall(r">(\d\.md)</a>", page)

    assert shown == [f"{number}.md" for number in range(5)]
    assert "5 issues, page 3 of 3" in page


@pytest.mark.parametrize(
    "query",
    [
        "p=0",
        "p=999999999999999999999",
        "p=-1",
        "p=x",
        "level=\0",
        "kind=\0",
        "level=a&kind=b",
        "kind=bad-date&p=9",
    ],
)
def test_an_absurd_page_of_issues_is_answered(alice_at, run, query):
    assert alice_at.get(f"{page_of(run, 'issues')}?{query}").status_code == 200


def test_each_count_leads_to_exactly_these(alice_at, run, folder):
    (folder / "a.md").write_text(GOOD.format("a", "a, and more"))
    (folder / "f.md").write_text(GOOD.format("f", "f"))
    import_paths([folder])
    second = ImportRun.objects.latest("pk")
    page = read(alice_at, page_of(second))
    links = dict(re.findall(r'<dt>(\w+)</dt>\s*<dd><a href="([^"]*)">', page))

    assert set(links) == {"created", "updated", "failed"}
    assert names(alice_at, links["created"]) == {"Talks f"}
    assert names(alice_at, links["updated"]) == {"Talks a"}
    assert names(alice_at, f"{reverse('admin:articles_article_changelist')}?created_by_run={run.pk}") == {
        "Talks a",
        "Talks b",
    }
    failed = read(alice_at, links["failed"].partition("?")[0], level="error")
    assert sorted(re.findall(r"/(\w\.md)</a>", failed)) == ["c.md", "d.md", "e.md"]


def test_articles_that_a_run_withdrew_are_not_among_those_it_updated(alice_at, run, folder):
    (folder / "b.md").unlink()
    import_paths([folder], is_pruning=True)
    second = ImportRun.objects.latest("pk")
    links = dict(re.findall(r'<dt>(\w+)</dt>\s*<dd><a href="([^"]*)">', read(alice_at, page_of(second))))

    assert names(alice_at, links["withdrawn"]) == {"Talks b"}
    articles = reverse("admin:articles_article_changelist")
    assert names(alice_at, f"{articles}?updated_by_run={second.pk}") == set()


@pytest.mark.parametrize("parameter", ["created_by_run", "updated_by_run", "withdrawn_by_run"])
def test_articles_of_no_such_run_are_none(alice_at, run, parameter):
    articles = reverse("admin:articles_article_changelist")

    assert names(alice_at, f"{articles}?{parameter}=999999") == set()


@pytest.mark.parametrize(
    ("values", "words", "is_followed"),
    [
        ({"state": "running"}, "Running after", True),
        ({"state": "running", "heartbeat_at": dt.timedelta(hours=1)}, "Interrupted (no sign of life)", False),
        ({"state": "finished"}, "Finished after", False),
        ({"state": "failed"}, "Failed after", False),
        ({"state": "undone"}, "Undone after", False),
    ],
    ids=["running", "killed", "done", "failed", "undone"],
)
def test_a_run_says_how_it_stands_and_is_followed_only_while_it_works(
    alice_at, run, values, words, is_followed
):
    if "heartbeat_at" in values:
        values = {**values, "heartbeat_at": timezone.now() - values["heartbeat_at"]}
    ImportRun.objects.filter(pk=run.pk).update(**values)
    part = read(alice_at, page_of(run, "state"))

    assert words in part
    assert ("data-live" in part) == is_followed
    assert ("live.js" in read(alice_at, page_of(run))) == is_followed


@pytest.mark.parametrize(
    ("query", "states"),
    [
        ("state=running", ["running"]),
        ("state=interrupted", ["interrupted", "running"]),
        ("state=finished", ["finished"]),
        ("state=nonsense", []),
        ("failed=yes", ["finished"]),
        ("failed=no", []),
    ],
)
def test_the_list_of_runs_is_narrowed_by_how_they_stand(alice_at, run, query, states):
    old = timezone.now() - dt.timedelta(hours=1)
    ImportRun.objects.create(state="running")
    silent = ImportRun.objects.create(state="running")
    ImportRun.objects.filter(pk=silent.pk).update(heartbeat_at=old)
    ImportRun.objects.create(state="interrupted")

    rows = alice_at.get(f"{reverse('admin:articles_importrun_changelist')}?{query}").context["cl"].result_list

    assert sorted(row.state for row in rows) == states


def test_the_list_of_runs_costs_the_same_however_many_issues_they_have(
    alice_at, run, django_assert_max_num_queries
):
    for _ in range(10):
        other = ImportRun.objects.create(state="finished", issue_counts={"error": {"bad-date": 2}})
        ImportIssue.objects.create(run=other, path="a", message="b")
    with django_assert_max_num_queries(9):
        page = read(alice_at, reverse("admin:articles_importrun_changelist"))

    assert page.count(f'{reverse("admin:articles_importrun_issues", args=[run.pk])}"') == 1


# --- The file of an issue ---------------------------------------------------------------------------------


def test_the_text_of_a_file_is_shown_with_the_lines_at_fault(alice_at, issue):
    page = read(alice_at, file_page(issue))

    assert re.search(
        r'<tr id="line-3" class="is-fault">\s*<th scope="row">3</th>\s*<td><mark>date: 2025-13-45', page
    )
    assert page.count('class="is-fault"') == 1
    assert "Write the date as YYYY-MM-DD." in page


def test_hostile_text_is_shown_as_text(alice_at, run, folder, issue):
    nasty = "---\ntitle: <script>alert(1)</script>\n---\n</td></table><img src=x onerror=x>\u202e\0"
    (folder / "c.md").write_text(nasty)
    page = read(alice_at, file_page(issue))

    assert "<script>alert" not in page
    assert "<img" not in page
    assert "\u202e" not in page
    assert "The file has changed since the run read it" in page


def test_a_file_that_is_no_text_is_shown_as_far_as_possible(alice_at, folder, issue):
    (folder / "c.md").write_bytes(b"\x00\x01\x02\xff" * 100)

    assert "It is no text that can be read" in read(alice_at, file_page(issue))


def test_a_file_that_is_gone_says_so_and_cannot_be_tried(alice_at, folder, issue):
    (folder / "c.md").unlink()
    page = read(alice_at, file_page(issue))

    assert "The file cannot be shown: no such file or folder" in page
    assert "Try this file again" not in page


@pytest.mark.parametrize("page", ["file", "retry", "correct", "put_back"])
@pytest.mark.parametrize("number", ["0", "999999999999999999999999", "x", "1%00"])
def test_no_such_issue_is_no_page(alice_at, page, number):
    address = reverse("admin:articles_importissue_changelist") + f"{number}/{page.replace('_', '-')}/"

    assert alice_at.get(address).status_code == 404
    assert alice_at.post(address).status_code == 404


def test_an_issue_without_a_place_has_a_page_all_the_same(alice_at, run):
    bare = ImportIssue.objects.create(run=run, path="talks.md", message="no title")

    assert "it was piped in and is not kept" in read(alice_at, file_page(bare))


# --- A second try -----------------------------------------------------------------------------------------


def test_a_mended_file_is_imported_as_a_run_of_its_own(alice_at, alice, folder, run, issue):
    (folder / "c.md").write_text(GOOD.format("c", "c"))
    response = alice_at.post(file_page(issue, "retry"), follow=True)

    again = ImportRun.objects.latest("pk")
    assert (again.created_count, again.retries, again.started_by) == (1, run, alice)
    assert response.redirect_chain == [(page_of(again), 302)]
    assert "The file was tried again: 1 created. It is" in response.content.decode()
    article = reverse("admin:articles_article_change", args=[Article.objects.get(title="Talks c").pk])
    assert f'as <a href="{article}' in read(alice_at, file_page(issue))


def test_a_file_still_at_fault_leads_to_its_new_issue(alice_at, run, issue):
    response = alice_at.post(file_page(issue, "retry"), follow=True)

    again = ImportIssue.objects.latest("pk")
    assert again.run.retries == run
    assert response.redirect_chain == [(file_page(again), 302)]
    assert "still cannot be imported" in response.content.decode()


def test_a_link_tries_nothing(alice_at, run, issue):
    alice_at.get(file_page(issue, "retry"))
    alice_at.get(page_of(run, "retry"))

    assert ImportRun.objects.count() == 1


def test_a_second_try_does_not_disturb_an_import(alice_at, issue):
    with lock_held_elsewhere():
        page = alice_at.post(file_page(issue, "retry"), follow=True).content.decode()

    assert "The file was not tried: " in page
    assert ImportRun.objects.count() == 1


def test_all_failed_files_of_a_run_are_tried_again(alice_at, run, folder):
    (folder / "c.md").write_text(GOOD.format("c", "c"))
    page = alice_at.post(page_of(run, "retry"), follow=True).content.decode()

    again = ImportRun.objects.latest("pk")
    assert (again.created_count, again.failed_count) == (1, 2)
    assert "3 tried again: 1 created, 2 failed." in page


def test_many_failed_files_are_left_to_the_background(alice_at, alice, run, monkeypatch):
    asked = []
    monkeypatch.setattr(retries, "HERE", 1)
    monkeypatch.setattr(
        retries.tasks.retry_failed_files.__class__, "enqueue", lambda task, *given: asked.append(given)
    )
    page = alice_at.post(page_of(run, "retry"), follow=True).content.decode()

    assert asked == [(run.pk, alice.pk)]
    assert "3 files are tried again in the background" in page


def test_a_running_import_is_not_tried_again(alice_at, run):
    ImportRun.objects.filter(pk=run.pk).update(state="running")
    alice_at.post(page_of(run, "retry"))

    assert ImportRun.objects.count() == 1


# --- The correction ---------------------------------------------------------------------------------------


def corrected(client, issue: ImportIssue, text: str, button: str = "save", seen: str = ""):
    form = client.get(file_page(issue, "correct")).context["form"]
    data = {"text": text.replace("\n", "\r\n"), "seen": seen or form["seen"].value(), button: "yes"}
    return client.post(file_page(issue, "correct"), data, follow=True)


HEAD = "---\ntitle: Talks c\ndate: 2025-10-16\n---"


def test_the_front_matter_is_corrected_in_place_and_the_file_imported(alice_at, alice, folder, issue):
    page = corrected(alice_at, issue, HEAD).content.decode()

    assert (folder / "c.md").read_text() == HEAD + "\nUkraine and Russia.\n"
    assert "The corrected file was saved; the former one is kept." in page
    assert Article.objects.filter(title="Talks c", published_on=dt.date(2025, 10, 16)).exists()
    assert ChangeSet.objects.get(act="correct").made_by == alice


def test_the_form_names_every_fault_of_the_file_not_only_the_one_it_was_opened_from(alice_at, folder):
    (folder / "c.md").write_text("---\ntitle: Talks\ntitle: Votes\ndate: 2025-13-45\n---\nText.\n")
    import_paths([folder / "c.md"])
    issue = ImportIssue.objects.get(kind="bad-date")

    page = alice_at.get(file_page(issue, "correct"))

    assert [(one.line, one.kind) for one in page.context["issues"]] == [(3, "double-key"), (4, "bad-date")]
    assert all(one.message in unescape(page.content.decode()) for one in page.context["issues"])


def test_the_whole_text_is_shown_where_the_front_matter_is_the_trouble(alice_at, folder, run):
    issue = run.issues.get(kind="unclosed-fence")
    form = alice_at.get(file_page(issue, "correct")).context["form"]
    assert form["text"].value() == UNCLOSED

    corrected(alice_at, issue, UNCLOSED.replace("again\n", "again\n---\n"))
    assert Article.objects.filter(title="Talks again").exists()


def test_a_check_says_what_would_happen_and_writes_nothing(alice_at, folder, issue):
    page = corrected(alice_at, issue, HEAD, "check").content.decode()

    assert "It can be imported; the article would be created." in page
    assert (folder / "c.md").read_text() == BAD_DATE.replace("Talks", "Talks c")
    assert ImportRun.objects.count() == 1


def test_a_text_that_still_cannot_be_imported_is_not_saved(alice_at, folder, issue):
    page = corrected(alice_at, issue, HEAD.replace("10-16", "14-50")).content.decode()

    assert "It still cannot be imported, so nothing was saved." in page
    assert (folder / "c.md").read_text() == BAD_DATE.replace("Talks", "Talks c")
    assert not CorrectedFile.objects.exists()


def test_a_file_that_changed_meanwhile_is_not_written_over(alice_at, folder, issue):
    seen = alice_at.get(file_page(issue, "correct")).context["form"]["seen"].value()
    (folder / "c.md").write_text("Somebody else wrote this.")
    page = corrected(alice_at, issue, HEAD, seen=seen).content.decode()

    assert "The file changed since it was shown" in page
    assert (folder / "c.md").read_text() == "Somebody else wrote this."


def test_the_corrected_file_can_be_downloaded_and_changes_nothing(alice_at, folder, issue):
    response = corrected(alice_at, issue, HEAD, "download")

    assert response.content.decode() == HEAD + "\nUkraine and Russia.\n"
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"] == 'attachment; filename="c.md"'
    assert (folder / "c.md").read_text() == BAD_DATE.replace("Talks", "Talks c")


def test_the_former_file_is_put_back(alice_at, folder, issue):
    corrected(alice_at, issue, HEAD)
    page = alice_at.post(file_page(issue, "put_back"), follow=True).content.decode()

    assert "The former file is back." in page
    assert (folder / "c.md").read_text() == BAD_DATE.replace("Talks", "Talks c")
    assert ChangeSet.objects.filter(act="correct").count() == 2


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"text": "a\0b", "seen": "x"}, "Null characters"),
        ({"text": "a"}, "required"),
        ({"text": "a", "seen": "x"}, "changed"),
    ],
    ids=["NUL", "no hash", "another hash"],
)
def test_a_form_that_makes_no_sense_writes_nothing(alice_at, folder, issue, data, words):
    response = alice_at.post(file_page(issue, "correct"), {**data, "save": "yes"})

    assert response.status_code == 200
    assert words in response.content.decode()
    assert (folder / "c.md").read_text() == BAD_DATE.replace("Talks", "Talks c")


# --- Who may ----------------------------------------------------------------------------------------------


def test_a_viewer_sees_the_file_and_is_offered_nothing(at_desk, issue):
    page = read(at_desk("Viewer"), file_page(issue))

    assert "2025-13-45" in page
    assert "Try this file again" not in page
    assert "Correct the front matter" not in page


def test_a_curator_gets_the_corrected_file_to_take_away_for_a_folder_is_the_librarians(
    at_desk, folder, issue
):
    client = at_desk("Curator")
    page = read(client, file_page(issue, "correct"))
    assert "only a librarian may write" in page
    assert "Save and import again" not in page

    answer = corrected(client, issue, HEAD).content.decode()
    assert "Nothing was saved: it lies in a folder of this server" in answer
    assert (folder / "c.md").read_text() == BAD_DATE.replace("Talks", "Talks c")


def test_a_curator_puts_nothing_back_into_a_folder(at_desk, alice_at, client, folder, issue):
    corrected(alice_at, issue, HEAD)
    response = at_desk("Curator").post(file_page(issue, "put_back"))

    assert response.status_code == 403
    assert (folder / "c.md").read_text() == HEAD + "\nUkraine and Russia.\n"


def test_a_librarian_corrects_a_file_of_a_folder(at_desk, folder, issue):
    corrected(at_desk("Librarian"), issue, HEAD)

    assert (folder / "c.md").read_text() == HEAD + "\nUkraine and Russia.\n"


def test_nobody_sees_a_file_who_is_not_at_the_desk(client, issue):
    assert client.get(file_page(issue)).status_code == 302


# --- Uploads ----------------------------------------------------------------------------------------------


@pytest.fixture
def sent(alice) -> ImportIssue:
    """Return the issue of an uploaded file with a bad date."""
    gazetteer.load(GAZETTEER, release="r1")
    upload = Upload.objects.create(sent_by=alice, state="imported")
    UploadedFile.objects.create(
        upload=upload, position=1, name="c.md", path=f"{upload.path}/c.md", content=BAD_DATE.encode()
    )
    import_paths([Path(upload.path)], found=Originals(upload.pk), upload=upload)
    return ImportIssue.objects.get()


def test_a_curator_corrects_an_upload_and_its_original_stays(at_desk, sent):
    page = corrected(at_desk("Curator"), sent, HEAD).content.decode()

    assert "The file was tried again: 1 created." in page
    file = UploadedFile.objects.get()
    assert bytes(file.content).decode() == BAD_DATE
    assert bytes(file.corrected).decode() == HEAD + "\nUkraine and Russia.\n"
    assert Article.objects.get().title == "Talks c"
    assert ChangeSet.objects.get(act="correct").made_by_name == "curator"


def test_the_former_version_of_an_upload_is_put_back(at_desk, sent):
    client = at_desk("Curator")
    corrected(client, sent, HEAD)
    client.post(file_page(sent, "put_back"))

    assert originals.kept_original(sent.file).decode() == BAD_DATE
