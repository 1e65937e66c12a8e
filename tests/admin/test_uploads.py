"""Uploads at the desk: sending, checking, importing, and every hostile case about them."""

from __future__ import annotations

import io
import json
import random
import stat
import zipfile

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from articles import curation
from articles.importing.run import import_paths
from articles.importing.undo import undo
from articles.models import Archive, Article, ArticleSource, ImportRun, Upload, UploadedFile

pytestmark = pytest.mark.django_db

ADD = "/admin/articles/upload/add/"
TALKS = (
    b"---\ntitle: Talks in Oman\noutlet: The Courier\ndate: 2025-10-17\n---\nThe talks in Muscat went on.\n"
)
VOTE = b"---\ntitle: A vote in Accra\ndate: 2025-10-18\n---\nParliament voted.\n"
BAD = b"---\ntitle: Unclosed\n"


def member_of(django_user_model, name: str, role: str):
    person = django_user_model.objects.create_user(name, password="correct horse battery", is_staff=True)
    person.groups.set(Group.objects.filter(name=role))
    return person


@pytest.fixture(autouse=True)
def small_gazetteer():
    """Let the archive have its gazetteer, of nothing: the real one costs each check two seconds."""
    Archive.objects.update_or_create(pk=1, defaults={"gazetteer_release": "none"})


@pytest.fixture
def carol(django_user_model):
    """Return Carol, a curator."""
    return member_of(django_user_model, "carol", "Curator")


@pytest.fixture
def at(client, carol):
    """Return the client of Carol."""
    client.force_login(carol)
    return client


def client_of(person) -> Client:
    other = Client()
    other.force_login(person)
    return other


def packed(members: dict[str, bytes], **options) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def send(at, *files: tuple[str, bytes]):
    return at.post(ADD, {"files": [SimpleUploadedFile(name, content) for name, content in files]})


def sent(at, *files: tuple[str, bytes]) -> Upload:
    """Return what came of sending files: it is checked by now, for in tests tasks are done at once."""
    response = send(at, *files)
    assert response.status_code == 302, response.context["complaint"]
    return Upload.objects.latest("pk")


def act(at, upload: Upload, name: str):
    return at.post(reverse(f"admin:articles_upload_{name}", args=[upload.pk]), follow=True)


def page(at, upload: Upload, query: str = ""):
    return at.get(reverse("admin:articles_upload_change", args=[upload.pk]) + query)


def found(upload: Upload) -> dict[str, str]:
    return dict(upload.files.values_list("name", "outcome"))


def problems(upload: Upload) -> dict[str, str]:
    return {file.name: file.issues[0]["message"] for file in upload.files.all() if file.issues}


# --- The flow -----------------------------------------------------------------------------------------------


def test_what_is_sent_is_checked_and_nothing_is_in_the_archive_yet(at):
    upload = sent(at, ("talks.md", TALKS), ("bad.md", BAD))

    assert upload.state == "checked"
    assert found(upload) == {"talks.md": "created", "bad.md": "failed"}
    assert (Article.objects.count(), ImportRun.objects.count()) == (0, 0)


def test_the_page_of_an_upload_shows_titles_issues_lines_and_remedies(at):
    upload = sent(at, ("talks.md", TALKS), ("bad.md", BAD))

    text = page(at, upload).content.decode()

    assert "Talks in Oman" in text
    assert "The Courier, 2025-10-17" in text
    assert "line 2:" in text
    assert problems(upload)["bad.md"].partition(";")[0] in text


def test_import_stores_what_the_check_foretold_and_the_run_knows_its_upload(at, carol):
    upload = sent(at, ("talks.md", TALKS), ("bad.md", BAD))

    act(at, upload, "import")

    run = ImportRun.objects.get()
    upload.refresh_from_db()
    assert (upload.state, run.upload, run.started_by) == ("imported", upload, carol)
    assert (run.created_count, run.failed_count) == (1, 1)
    assert Article.objects.get().title == "Talks in Oman"
    assert ArticleSource.objects.get().path == f"upload:{upload.pk}/talks.md"
    assert "otherwise than checked" not in page(at, upload).content.decode()


def test_two_editors_send_files_of_one_name_and_neither_overwrites_the_other(at, django_user_model):
    dave = client_of(member_of(django_user_model, "dave", "Curator"))

    one, other = sent(at, ("note.md", TALKS)), sent(dave, ("note.md", VOTE))
    act(dave, other, "import")
    act(at, one, "import")

    assert sorted(Article.objects.values_list("title", flat=True)) == ["A vote in Accra", "Talks in Oman"]
    assert set(ArticleSource.objects.values_list("path", flat=True)) == {
        f"upload:{one.pk}/note.md",
        f"upload:{other.pk}/note.md",
    }


def test_the_same_text_sent_twice_is_one_article(at):
    act(at, sent(at, ("note.md", TALKS)), "import")
    again = sent(at, ("other.md", TALKS))
    assert found(again) == {"other.md": "unchanged"}

    act(at, again, "import")

    assert Article.objects.count() == 1


def test_a_new_text_under_the_same_address_updates_the_article_and_the_check_links_to_it(at):
    text = TALKS.replace(b"date:", b"url: https://courier.example/talks\ndate:")
    act(at, sent(at, ("one.md", text)), "import")
    later = sent(at, ("two.md", text.replace(b"went on", b"ended")))
    article = Article.objects.get()

    assert found(later) == {"two.md": "updated"}
    assert reverse("admin:articles_article_change", args=[article.pk]) in page(at, later).content.decode()

    act(at, later, "import")

    assert Article.objects.get().body == "The talks in Muscat ended."
    assert not later.runs.get().issues.exists()  # an upload is no rival that somebody could remove


def test_the_page_says_beforehand_which_corrections_would_wait_and_afterwards_where_they_do(at, carol):
    text = TALKS.replace(b"date:", b"url: https://courier.example/talks\ndate:")
    act(at, sent(at, ("one.md", text)), "import")
    curation.edit_article(Article.objects.get(), {"title": "Ours"}, by=carol)
    upload = sent(at, ("two.md", text.replace(b"Talks in Oman", b"Theirs")), ("vote.md", VOTE))

    before = page(at, upload).content.decode()
    narrowed = page(at, upload, "?outcome=to-decide")

    assert "1 file</a> says something else than what an editor corrected." in before
    assert "The correction would stand, and wait under Corrections until somebody decides." in before
    assert "an editor corrected its title, and the file now says something else there" in before
    assert [row.file.name for row in narrowed.context["rows"]] == ["two.md"]

    act(at, upload, "import")

    waits = f'<a href="{reverse("admin:articles_correction_changelist")}?is_open__exact=1">Corrections</a>'
    assert f"What is still to decide stands under {waits}." in page(at, upload).content.decode()


def test_what_was_undone_is_imported_again_by_the_button_on_its_page(at):
    upload = sent(at, ("talks.md", TALKS))
    act(at, upload, "import")
    assert 'value="Import again"' not in page(at, upload).content.decode()
    undo(ImportRun.objects.get())
    assert 'value="Import again"' in page(at, upload).content.decode()

    text = act(at, upload, "import").content.decode()

    assert 'value="Import again"' not in text
    assert "otherwise than checked" not in text
    assert Article.objects.get().status == "public"


def test_an_upload_of_nothing_but_skipped_files_has_no_import_and_waits_for_nobody(at):
    upload = sent(at, ("picture.png", b"\x89PNG\r\n\x1a\n"))
    waiting = {one.words for one in at.get(reverse("admin:index")).context["front"].work}

    shown = page(at, upload).content.decode()

    assert set(found(upload).values()) == {"skipped"}
    assert "so there is nothing to import" in shown
    assert ('value="Import"' in shown, 'value="Discard"' in shown) == (False, True)
    assert "upload to look at" not in waiting


def test_an_upload_with_an_article_beside_skipped_files_waits(at):
    upload = sent(at, ("picture.png", b"\x89PNG\r\n\x1a\n"), ("vote.md", VOTE))
    waiting = {one.words for one in at.get(reverse("admin:index")).context["front"].work}

    assert "upload to look at" in waiting
    assert 'value="Import"' in page(at, upload).content.decode()


def test_pressing_import_twice_imports_once(at):
    upload = sent(at, ("talks.md", TALKS))

    act(at, upload, "import")
    text = act(at, upload, "import").content.decode()

    assert ImportRun.objects.count() == 1
    assert "It is being imported, or was imported, already." in text


def test_the_list_can_be_narrowed_to_what_failed(at):
    upload = sent(at, ("talks.md", TALKS), ("bad.md", BAD))

    rows = page(at, upload, "?outcome=failed").context["rows"]

    assert [row.file.name for row in rows] == ["bad.md"]


def test_a_page_of_many_files_asks_for_no_bytes_and_few_rows(at, django_assert_max_num_queries):
    upload = sent(
        at, ("texts.zip", packed({f"{n}.md": TALKS.replace(b"Oman", b"%d" % n) for n in range(120)}))
    )

    with django_assert_max_num_queries(16) as asked:
        shown = page(at, upload).context["rows"]

    assert len(shown) == 100
    assert not any('"content"' in query["sql"] for query in asked.captured_queries)
    assert len(page(at, upload, "?p=2").context["rows"]) == 20


def test_an_original_is_downloaded_and_never_shown_as_a_page(at):
    upload = sent(at, ("talks.md", TALKS))

    response = at.get(reverse("admin:articles_upload_file", args=[upload.pk]) + "?n=1")

    assert response.content == TALKS
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"] == 'attachment; filename="talks.md"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]


@pytest.mark.parametrize(
    "query", ["", "?n=", "?n=0", "?n=2", "?n=-1", "?n=%00", "?n=99999999999999999999", "?n=x"]
)
def test_a_file_that_is_not_there_is_not_found(at, query):
    upload = sent(at, ("talks.md", TALKS))

    assert at.get(reverse("admin:articles_upload_file", args=[upload.pk]) + query).status_code == 404


@pytest.mark.parametrize(
    "query", ["?p=x", "?p=0", "?p=-9", "?p=99999999999999999999", "?outcome=%00", "?outcome=x"]
)
def test_an_absurd_page_or_outcome_shows_the_files_all_the_same(at, query):
    upload = sent(at, ("talks.md", TALKS))

    assert len(page(at, upload, query).context["rows"]) == 1


@pytest.mark.parametrize("number", ["0", "x", "%00", "99999999999999999999"])
@pytest.mark.parametrize("name", ["check", "import", "discard", "live", "file"])
def test_an_upload_that_is_not_there_is_not_found(at, number, name):
    address = f"/admin/articles/upload/{number}/{name}/"

    looked, sent = at.get(address).status_code, at.post(address).status_code
    assert (looked, sent) == ((404, 405) if name in {"live", "file"} else (405, 404))


def test_a_link_changes_nothing(at):
    upload = sent(at, ("talks.md", TALKS))

    for name in ("check", "import", "discard"):
        assert at.get(reverse(f"admin:articles_upload_{name}", args=[upload.pk])).status_code == 405

    upload.refresh_from_db()
    assert (upload.state, ImportRun.objects.count()) == ("checked", 0)


def test_a_form_of_another_site_sends_nothing(carol):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(carol)

    assert send(strict, ("talks.md", TALKS)).status_code == 403
    assert Upload.objects.count() == 0


# --- What is never imported ---------------------------------------------------------------------------------


def test_a_discarded_upload_is_gone_with_its_files(at):
    upload = sent(at, ("talks.md", TALKS))

    act(at, upload, "discard")

    assert (Upload.objects.count(), UploadedFile.objects.count()) == (0, 0)


def test_what_was_imported_cannot_be_discarded(at):
    upload = sent(at, ("talks.md", TALKS))
    act(at, upload, "import")

    text = act(at, upload, "discard").content.decode()

    assert "What was imported is kept with its import." in text
    assert UploadedFile.objects.get().content is not None


# --- Who may ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "may"), [("Curator", False), ("Librarian", True)], ids=["another curator", "a librarian"]
)
def test_somebody_elses_upload_is_decided_by_those_who_undo_imports(at, django_user_model, role, may):
    upload = sent(at, ("talks.md", TALKS))
    other = client_of(member_of(django_user_model, "erin", role))

    for name in ("check", "import"):
        assert (act(other, upload, name).status_code == 403) is not may

    assert Article.objects.exists() is may
    text = page(other, upload).content.decode()
    assert "Talks in Oman" in text


def test_a_viewer_sees_an_upload_and_has_no_button_and_no_file(at, django_user_model):
    upload = sent(at, ("talks.md", TALKS))
    viewer = client_of(member_of(django_user_model, "vera", "Viewer"))

    text = page(viewer, upload).content.decode()

    assert "Talks in Oman" in text
    assert 'type="submit" value="Import"' not in text
    assert viewer.get(reverse("admin:articles_upload_file", args=[upload.pk]) + "?n=1").status_code == 403
    assert viewer.get(ADD).status_code == 403


# --- Limits -------------------------------------------------------------------------------------------------


def refusal(response, status: int = 400) -> str:
    assert response.status_code == status
    assert (Upload.objects.count(), UploadedFile.objects.count()) == (0, 0)
    return response.context["complaint"]


def test_more_files_than_an_upload_may_have_are_refused_with_the_limit(at, settings):
    settings.UPLOAD_FILES = 3

    loose = send(at, *((f"{n}.md", TALKS) for n in range(4)))
    zipped = send(at, ("a.zip", packed({f"{n}.md": TALKS for n in range(4)})))

    words = (
        "An upload may have 3 files, those in zips and feeds counted, and more were sent. "
        "Send them in several uploads."
    )
    assert (refusal(loose), refusal(zipped)) == (words, words)


def test_more_files_than_a_form_may_have_are_refused_before_the_last_is_read(at, settings):
    settings.UPLOAD_FILES = settings.DATA_UPLOAD_MAX_NUMBER_FILES = 3

    response = send(at, *((f"{n}.md", TALKS) for n in range(5)))

    words = "An upload may have 3 files, and more were sent. Send them in several uploads."
    assert refusal(response, 413) == words


def test_what_unpacks_to_more_than_an_upload_may_have_is_refused(at, monkeypatch):
    monkeypatch.setattr("articles.uploads.receiving.MAX_TOTAL", 1_000_000)
    texts = {f"{n}.md": random.Random(n).randbytes(512_000) for n in range(3)}

    assert refusal(send(at, ("a.zip", packed(texts)))).startswith(
        "The files of an upload may have 1 MB once unpacked"
    )


def test_more_zips_than_an_upload_may_have_are_refused(at):
    response = send(at, *((f"{n}.zip", packed({"a.md": TALKS})) for n in range(22)))

    assert refusal(response) == (
        "An upload may have 20 zips, and 22 were sent. Send the others in a second upload."
    )


def test_who_leaves_too_many_uploads_waiting_must_decide_on_one_first(at, monkeypatch):
    monkeypatch.setattr("articles.uploads.receiving.MAX_WAITING", 2)
    sent(at, ("1.md", TALKS)), sent(at, ("2.md", TALKS))

    complaint = send(at, ("3.md", TALKS)).context["complaint"]

    assert complaint.startswith("2 of your uploads wait to be imported, which is the most there may be.")
    assert Upload.objects.count() == 2


def test_a_text_longer_than_any_article_is_refused_alone_and_not_kept(at):
    upload = sent(at, ("talks.md", TALKS), ("long.md", b"A long story. " * 200_000))

    assert problems(upload) == {
        "long.md": "2.8 MB, more than the 2 MB of the longest article; split it, one article to a file"
    }
    assert upload.files.get(name="long.md").content is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--x\r\nbroken",
        b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.md"\r\n\r\nno end',
    ],
)
def test_a_body_that_is_no_form_or_broke_off_stores_nothing(at, body):
    response = at.post(ADD, data=body, content_type="multipart/form-data; boundary=x")

    assert response.status_code in {200, 400}
    assert response.context["complaint"]
    assert Article.objects.count() == 0


def test_an_upload_without_a_file_says_so(at):
    assert (
        at.post(ADD, {}).context["complaint"] == "No file was sent. Choose the clippings, or a zip of them."
    )


# --- Saved feeds ------------------------------------------------------------------------------------------


def feed(*entries: str, title: str = "The Courier", head: str = "") -> bytes:
    """Return an RSS feed with these entries."""
    items = "".join(f"<item>{entry}</item>\n" for entry in entries)
    return f"{head}<rss version='2.0'><channel><title>{title}</title>\n{items}</channel></rss>".encode()


def entry(title: str, date: str = "Thu, 16 Oct 2025 10:00:00 GMT", text: str = "They went on.") -> str:
    return f"<title>{title}</title><pubDate>{date}</pubDate><description>{text}</description>"


TWO = feed(entry("Talks in Oman"), entry("A vote in Accra", text="Parliament voted."))
TAKEN_APART = "a saved feed of 2 entries, which are read one by one"


@pytest.mark.parametrize("name", ["world.xml", "world.rss", "world.atom", "WORLD.XML"])
def test_a_saved_feed_is_taken_apart_each_entry_a_file_that_is_checked_and_imported(at, name):
    upload = sent(at, (name, TWO))

    assert found(upload) == {
        name: "skipped", f"{name}/entry-1.md": "created", f"{name}/entry-2.md": "created"
    }  # fmt: skip
    assert problems(upload) == {name: TAKEN_APART}

    act(at, upload, "import")

    assert sorted(Article.objects.values_list("title", "outlet__name")) == [
        ("A vote in Accra", "The Courier"), ("Talks in Oman", "The Courier"),
    ]  # fmt: skip
    assert "otherwise than checked" not in page(at, upload).content.decode()


@pytest.mark.parametrize("name", ["world.xml", "2024-01-02.xml"], ids=["a plain name", "a date for a name"])
def test_a_feed_that_was_sent_is_nothing_new_to_the_import_of_a_folder(at, tmp_path, name):
    content = feed(entry("Talks in Oman"), "<title>Undated</title><description>Soon.</description>")
    act(at, sent(at, (name, content)), "import")
    stored = list(Article.objects.order_by("title").values("identity", "content_hash", "published_on"))
    (tmp_path / name).write_bytes(content)

    report = import_paths([tmp_path / name])

    assert {outcome.value: count for outcome, count in report.counts.items() if count} == {"unchanged": 2}
    assert (
        list(Article.objects.order_by("title").values("identity", "content_hash", "published_on")) == stored
    )


def test_the_feed_itself_is_kept_to_be_downloaded_and_is_tried_by_nobody(at):
    upload = sent(at, ("world.xml", TWO))
    act(at, upload, "import")

    address = reverse("admin:articles_upload_file", args=[upload.pk])
    assert at.get(f"{address}?n=1").content == TWO
    issue = upload.runs.get().issues.get()
    html = at.get(reverse("admin:articles_importissue_file", args=[issue.pk])).content.decode()
    assert f"The file cannot be shown: {TAKEN_APART}." in html
    assert "Try this file again" not in html


def test_an_entry_at_fault_is_mended_like_any_file(at):
    upload = sent(at, ("2024-01-02.xml", feed("<description>They went on.</description>")))
    act(at, upload, "import")
    issue = upload.runs.get().issues.get(level="error", kind="no-title")
    correct = reverse("admin:articles_importissue_correct", args=[issue.pk])
    form = at.get(correct).context["form"]

    text = form.initial["text"].replace("{", '{"title": "Talks in Oman",', 1)
    at.post(correct, {"text": text, "seen": form.initial["seen"], "save": "1"})

    assert Article.objects.values_list("title", "body", "published_on").get() == (
        "Talks in Oman", "They went on.", None
    )  # fmt: skip


def test_an_entry_that_was_taken_back_comes_again_by_the_button_of_the_upload(at):
    upload = sent(at, ("world.xml", TWO))
    act(at, upload, "import")
    undo(upload.runs.get(), by=upload.sent_by)
    assert {*Article.objects.values_list("status", flat=True)} == {"withdrawn"}

    act(at, upload, "import")

    assert {*Article.objects.values_list("status", flat=True)} == {"public"}


@pytest.mark.parametrize(
    ("content", "outcome", "words"),
    [
        (
            feed(entry("&a;"), head="<!DOCTYPE a [\n<!ENTITY a 'aa'>\n<!ENTITY b '&a;&a;'>]>"),
            "failed", "line 2: it declares entities, which are not read; write the characters out",
        ),
        (
            b"<!DOCTYPE a [<!entity a SYSTEM 'file:///etc/passwd'>]><rss><channel/></rss>".decode()
            .encode("utf-16"),
            "failed", "line 1: it declares entities, which are not read; write the characters out",
        ),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "skipped",
            "XML, but not an RSS or Atom feed; leave it out"),
        (b"\0\1\2 no XML", "failed",
            "line 1: broken XML: not well-formed (invalid token); save the feed again"),
        (b"", "skipped", "XML, but not an RSS or Atom feed; leave it out"),
        (feed(), "skipped", "a feed without entries; leave it out"),
        (feed(*["<title>x</title>"] * 2_001), "failed", "2,001 entries, more than 2,000; split the feed"),
        (feed("x" * 2_000_001), "failed",
            "2.0 MB, more than the 2 MB of the longest article; split it, one article to a file"),
    ],
    ids=[
        "entities", "an outer entity in UTF-16", "a picture with a script", "bytes", "nothing", "no entries",
        "too many entries", "too long",
    ],
)  # fmt: skip
def test_a_hostile_feed_costs_itself_alone_and_is_not_kept(at, content, outcome, words):
    upload = sent(at, ("talks.md", TALKS), ("world.xml", content))

    assert found(upload) == {"talks.md": "created", "world.xml": outcome}
    assert problems(upload) == {"world.xml": words}
    assert upload.files.get(name="world.xml").content is None


def test_a_feed_that_swells_or_hangs_is_given_up_alone(at, monkeypatch):
    long_title = feed(*["<title>x</title>"] * 1_000, title="x" * 1_900_000)

    upload = sent(at, ("talks.md", TALKS), ("world.xml", long_title), ("vote.md", VOTE))

    assert found(upload) == {"talks.md": "created", "world.xml": "failed", "vote.md": "created"}
    assert problems(upload)["world.xml"].endswith("and was given up; save the feed again")


def test_a_broken_feed_is_read_as_far_as_possible_and_says_so(at):
    upload = sent(at, ("world.xml", TWO[:-40]))

    assert found(upload)["world.xml/entry-1.md"] == "created"
    assert (
        "the feed was read as far as possible, check that no entry is missing"
        in problems(upload)["world.xml"]
    )


def test_the_entries_of_feeds_count_among_the_files_of_an_upload(at, settings):
    settings.UPLOAD_FILES = 3

    response = send(at, ("world.xml", feed(*[entry(f"Talks {n}") for n in range(3)])))

    assert refusal(response).startswith("An upload may have 3 files, those in zips and feeds counted")


def test_what_the_entries_of_a_feed_hold_counts_among_the_bytes_of_an_upload(at, monkeypatch):
    monkeypatch.setattr("articles.uploads.receiving.MAX_TOTAL", 100_000)

    response = send(at, ("world.xml", feed(*["<title>x</title>"] * 100, title="Courier " * 1_000)))

    assert refusal(response).startswith("The files of an upload may have 0 MB once unpacked")


def test_more_feeds_than_an_upload_may_have_are_refused(at):
    response = send(at, *((f"{n}.rss", TWO) for n in range(21)))

    assert refusal(response) == (
        "An upload may have 20 saved feeds, and 21 were sent. Send the others in a second upload."
    )


def test_a_feed_in_a_zip_is_left_out_and_named_as_by_every_import(at):
    upload = sent(at, ("a.zip", packed({"world.xml": TWO, "vote.md": VOTE})))

    assert found(upload) == {"a.zip/vote.md": "created", "a.zip/world.xml": "skipped"}


def test_the_entries_of_two_feeds_of_one_name_do_not_mix(at):
    upload = sent(at, ("world.xml", TWO), ("world.xml", feed(entry("Another"))))

    assert [*found(upload)] == [
        "world.xml", "world.xml/entry-1.md", "world.xml/entry-2.md", "world-2.xml", "world-2.xml/entry-1.md",
    ]  # fmt: skip


def test_of_the_name_of_a_feed_only_the_last_part_is_used(at):
    form = raw_form(b"../../evil.xml").replace(TALKS, TWO)

    at.post(ADD, data=form, content_type="multipart/form-data; boundary=x")

    assert [*found(Upload.objects.get())] == ["evil.xml", "evil.xml/entry-1.md", "evil.xml/entry-2.md"]


def test_a_script_in_a_feed_is_no_part_of_the_article(at):
    text = "&lt;p&gt;They went on.&lt;/p&gt;&lt;script&gt;alert(1)&lt;/script&gt;"
    act(at, sent(at, ("world.xml", feed(entry("Talks", text=text)))), "import")

    assert Article.objects.get().body == "They went on."


# --- The hostile cases of area `upload` ---------------------------------------------------------------------


def test_upl_002_a_zip_packed_otherwise_than_stored_or_deflated(at):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("a.md", b"\0" * (20 << 20))

    upload = sent(at, ("bomb.zip", file.getvalue()))

    assert problems(upload) == {
        "bomb.zip/a.md": "packed in a way that is not read; make the zip with the usual method, deflate"
    }
    assert upload.size == 0


def test_upl_003_a_size_that_lies(at):
    content = bytearray(packed({"a.md": b"\0" * (30 << 20)}))
    for place, offset in ((content.find(b"PK\x03\x04"), 22), (content.find(b"PK\x01\x02"), 24)):
        content[place + offset : place + offset + 4] = (10).to_bytes(4, "little")

    upload = sent(at, ("liar.zip", bytes(content)))

    assert list(found(upload).values()) == ["failed"]
    assert upload.size == 0


def test_upl_006_a_zip_in_a_zip_in_a_zip(at):
    inner = packed(
        {"b.zip": packed({"c.zip": packed({"a.md": TALKS})}), "vote.md": VOTE, "d.gz": b"\x1f\x8b"}
    )

    upload = sent(at, ("outer.zip", inner))

    skipped = "an archive within the zip, not looked into; import it by itself"
    assert found(upload) == {
        "outer.zip/b.zip": "skipped", "outer.zip/vote.md": "created", "outer.zip/d.gz": "skipped"
    }  # fmt: skip
    assert problems(upload) == {"outer.zip/b.zip": skipped, "outer.zip/d.gz": skipped}


def test_upl_008_a_link_in_a_zip(at):
    link = zipfile.ZipInfo("passwd.md")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(link, "/etc/passwd")
        archive.writestr("vote.md", VOTE)

    upload = sent(at, ("links.zip", file.getvalue()))

    assert problems(upload) == {"links.zip/passwd.md": "not a regular file; put the text itself into the zip"}
    assert found(upload)["links.zip/vote.md"] == "created"


def test_upl_010_an_encrypted_entry(at):
    content = bytearray(packed({"a.md": TALKS}))
    for place, offset in ((content.find(b"PK\x03\x04"), 6), (content.find(b"PK\x01\x02"), 8)):
        content[place + offset] |= 0x1

    upload = sent(at, ("secret.zip", bytes(content)))

    assert problems(upload) == {"secret.zip/a.md": "encrypted; make the zip without a password"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x05\x06" + b"\0" * 18, "an empty zip; put the articles into it"),
        (packed({"a.md": TALKS})[:60], "not a zip file, or a damaged one"),
        (packed({"a.md": TALKS})[:45] + b"?" + packed({"a.md": TALKS})[46:], "damaged in the zip"),
    ],
    ids=["only its end", "cut off", "another byte"],
)
def test_upl_011_a_damaged_zip(at, content, words):
    upload = sent(at, ("damaged.zip", content))

    [problem] = problems(upload).values() or [""]
    assert problem.startswith(words)


def test_upl_012_a_text_named_zip(at):
    upload = sent(at, ("note.zip", b"hello"))

    assert problems(upload)["note.zip"].startswith("not a zip file, or a damaged one")
    assert found(upload) == {"note.zip": "failed"}


def test_upl_013_a_text_with_a_zip_behind_it_is_what_its_name_says(at):
    both = TALKS + packed({"inner.md": VOTE})

    upload = sent(at, ("a.md", both), ("a.zip", both))

    assert set(found(upload)) == {"a.md", "a.zip"}
    assert problems(upload)["a.zip"].startswith("not a zip file")
    assert not upload.files.filter(name__contains="inner").exists()


def test_upl_015_what_systems_leave_behind_is_ignored(at):
    litter = {
        "__MACOSX/._a.md": b"x",
        ".DS_Store": b"x",
        "Thumbs.db": b"x",
        ".hidden/b.md": VOTE,
        "a.md": TALKS,
    }

    upload = sent(at, ("mac.zip", packed({**litter, "a.md": TALKS})), (".DS_Store", b"x"))

    assert found(upload) == {"mac.zip/a.md": "created"}


def test_upl_016_what_is_no_text_is_not_kept_and_never_served(at):
    script = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"

    upload = sent(
        at, ("x.svg", script), ("many.zip", packed({"x.html": script, "y.exe": b"MZ", "a.md": TALKS}))
    )

    assert {file.name: file.content for file in upload.files.exclude(name="many.zip/a.md")} == {
        "x.svg": None, "many.zip/x.html": None, "many.zip/y.exe": None
    }  # fmt: skip
    assert set(found(upload).values()) == {"skipped", "created"}
    assert problems(upload)["x.svg"].startswith(
        "not an article file; articles are .markdown, .md, .qmd, .txt"
    )
    place = upload.files.get(name="x.svg").position
    assert at.get(reverse("admin:articles_upload_file", args=[upload.pk]) + f"?n={place}").status_code == 404


def raw_form(*names: bytes) -> bytes:
    parts = (
        b'--x\r\nContent-Disposition: form-data; name="files"; filename="'
        + name
        + b'"\r\n\r\n'
        + TALKS
        + b"\r\n"
        for name in names
    )
    return b"".join(parts) + b"--x--\r\n"


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        (b"../../evil.md", "evil.md"),
        (b"/etc/cron.d/evil.md", "evil.md"),
        (rb"C:\\Windows\\evil.md", "evil.md"),
        ("evil‮dm.exe.md".encode(), "evildm.exe.md"),
        (b"a\tb.md", "ab.md"),
        (b"%2e%2e%2fevil.md", "%2e%2e%2fevil.md"),
    ],
    ids=["upwards", "absolute", "a drive", "turned round", "a tab", "percent signs"],
)
def test_upl_018_of_a_name_only_the_last_part_is_used(at, name, kept):
    at.post(ADD, data=raw_form(name), content_type="multipart/form-data; boundary=x")

    assert UploadedFile.objects.get().name == kept


def test_upl_018_an_endless_name_is_cut_and_stays_its_own(at):
    names = ["é" * 500 + end + ".md" for end in "ab"]
    upload = sent(at, ("long.zip", packed(dict.fromkeys(names, TALKS))))

    kept = list(found(upload))
    assert len(set(kept)) == 2
    assert all(name.endswith(".md") and len(name.encode()) <= 800 for name in kept)


def test_upl_018_in_a_zip_as_well(at):
    members = {"../../evil.md": TALKS, "/abs.md": TALKS, "a/../../b.md": TALKS, "fine/note.md": VOTE}

    upload = sent(at, ("z.zip", packed(members)))

    assert found(upload)["z.zip/fine/note.md"] == "created"
    assert {name for name, outcome in found(upload).items() if outcome == "failed"} == {
        "z.zip/__/__/evil.md", "z.zip/abs.md", "z.zip/a/__/__/b.md",
    }  # fmt: skip


def test_upl_018_files_of_one_name_in_one_upload_keep_apart(at):
    upload = sent(at, ("note.md", TALKS), ("Note.md", VOTE), ("note.md", BAD))

    assert found(upload) == {"note.md": "created", "Note-2.md": "created", "note-3.md": "failed"}


class Unread(io.BytesIO):
    """A body that must not be read."""

    def read(self, *args: object) -> bytes:
        raise AssertionError("the body was read")


def send_unread(at, length: int):
    return at.generic(
        "POST", ADD, b"", content_type="multipart/form-data; boundary=x",
        **{"CONTENT_LENGTH": str(length), "wsgi.input": Unread()},
    )  # fmt: skip


def test_upl_020_a_body_over_the_limit_is_refused_before_it_is_read(at):
    response = send_unread(at, 101_000_001)

    assert refusal(response, 413) == (
        "An upload may have 100 MB, and 101 MB were sent. Send it in several parts, or as a zip."
    )


def test_upl_022_a_viewer_sends_nothing_and_not_a_byte_is_read(django_user_model):
    viewer = client_of(member_of(django_user_model, "vera", "Viewer"))

    assert send_unread(viewer, 1_000).status_code == 403
    assert Client().generic("POST", ADD, b"", **{"wsgi.input": Unread()}).status_code == 302
    assert Upload.objects.count() == 0


@pytest.mark.parametrize(
    "content",
    [b"", b" \n", b"\0" * 100, b"\xff\xfe\x00\x01" * 10, b"GIF89a" + bytes(range(256))],
    ids=["no byte", "blank", "NUL", "UTF-16 rubbish", "a picture"],
)
def test_what_holds_no_text_is_told_with_its_remedy(at, content):
    upload = sent(at, ("odd.md", content))

    assert found(upload) == {"odd.md": "failed"}
    assert "; " in problems(upload)["odd.md"]


def test_every_case_is_a_test(shared):
    lines = (shared / "hostile" / "cases.jsonl").read_text(encoding="utf-8").splitlines()
    wanted = {
        one["id"].lower().replace("-", "_") for one in map(json.loads, lines) if one["area"] == "upload"
    }
    named = {name for name in globals() if name.startswith("test_upl_")}

    assert {case for case in wanted if not any(f"test_{case}_" in name for name in named)} == set()
