"""Kept pages: a visit that finds nothing new costs one query, and no page outlives what it shows."""

from __future__ import annotations

import datetime as dt
import gzip
import subprocess
import sys
from collections.abc import Callable
from functools import partial

import pytest
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from articles import caching, curation, gazetteer
from articles.importing.run import import_paths
from articles.memory import Memory
from articles.models import Alias, Article, Author, ChangeSet, Office, Outlet, RenderedArticle, Tag
from articles.search import sync
from articles.search.entry import Standing
from articles.tagging.gazetteer import read_data
from tests.factories import make_article, make_tag, make_tagging

pytestmark = pytest.mark.django_db

KEEP = Memory.keep  # what a site does; conftest has other tests keep nothing
TEXT = "Moscow said that the talks in Vienna would go on. " * 12


@pytest.fixture(autouse=True)
def keeping(settings, monkeypatch):
    """Keep pages and rows, as a site does and other tests do not."""
    settings.PAGE_CACHE_MB = 1
    monkeypatch.setattr(Memory, "keep", KEEP)
    caching.pages.clear()


@pytest.fixture
def article() -> Article:
    """Return an article about Russia, in an archive with one more."""
    make_article(title="Gas again", tags=["country/Russia"], outlet="The Herald")
    made = make_article(
        title="Envoys meet", body=TEXT, outlet="The Courier", authors=["Ada Quill"], tags=["topic/Sanctions"]
    )
    russia = make_tag("country/Russia", key="russia")
    make_tagging(made, russia, role="main", mentions=[["body", 0, 6, "capital"]])
    with transaction.atomic():
        sync.enqueue([made.pk])
    return made


@pytest.fixture
def addresses(article) -> list[str]:
    """Return one address of each kind of page."""
    make_tag("country/Ukraine", key="ua")
    return [
        "/",
        "/articles/",
        "/articles/?country=russia",
        "/articles/?q=talks",
        "/articles/?topic=war",  # no topic is called so, until somebody gives the article that tag
        "/articles/facets/country/",
        "/articles/?view=map",
        "/articles/?view=timeline",
        "/dyads/",
        "/dyads/russia-ukraine/",
        "/articles/feed/?country=russia",
        "/articles/feed/rss/",
        article.get_absolute_url(),
        f"{article.get_absolute_url()}?in=country%3Drussia&tag=all",
        "/countries/",
        "/countries/russia/",
        "/api/v1/articles/",
        f"/api/v1/articles/{article.pk}/",
    ]


# --- A second visit ---------------------------------------------------------------------------------------


def test_a_visit_that_finds_nothing_new_costs_one_query(client, addresses, django_assert_num_queries):
    for address in addresses:
        tag = client.get(address)["ETag"]

        with django_assert_num_queries(1):
            again = client.get(address, headers={"If-None-Match": tag})

        assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
        assert again["Cache-Control"] == "no-cache"


def test_a_page_asked_for_by_others_costs_one_query(client, addresses, django_assert_num_queries):
    for address in addresses:
        first = client.get(address)

        with django_assert_num_queries(1):
            again = client.get(address)

        assert (again.content, dict(again.headers)) == (first.content, dict(first.headers))


def test_a_tag_in_a_list_of_others_is_recognised(client, article):
    tag = client.get("/articles/")["ETag"]

    assert client.get("/articles/", headers={"If-None-Match": f'"other", {tag}'}).status_code == 304
    assert client.get("/articles/", headers={"If-None-Match": '"other"'}).status_code == 200


def test_an_address_that_is_no_page_is_never_answered_by_304(client, article):
    for any_tag in ("*", client.get("/articles/")["ETag"]):
        gone = client.get("/articles/999999-gone/", headers={"If-None-Match": any_tag})

        assert (gone.status_code, gone.has_header("ETag")) == (404, False)


def test_a_head_request_is_answered_as_the_page_would_be(client, addresses):
    for address in addresses:
        page = client.get(address)

        head = client.head(address)

        assert (head.status_code, head["ETag"], head["Content-Length"]) == (
            200, page["ETag"], page.headers.get("Content-Length", str(len(page.content)))
        )  # fmt: skip
        assert client.head(address, headers={"If-None-Match": page["ETag"]}).status_code == 304


def test_the_same_tag_stands_for_the_page_compressed_and_not(client, article):
    plain = client.get("/articles/")
    packed = client.get("/articles/", headers={"Accept-Encoding": "gzip"})

    assert plain["ETag"] == packed["ETag"]
    assert plain["ETag"].startswith('W/"')
    assert not plain.has_header("Content-Encoding")
    assert gzip.decompress(packed.content) == plain.content
    assert client.get("/articles/", headers={"Accept-Encoding": "gzip"}).content == packed.content


@pytest.mark.parametrize(
    ("accepted", "is_packed"),
    [
        ("gzip", True),
        ("br, GZIP;q=0.5", True),
        ("gzip;q=0.01, br", True),
        ("gzip;q=0", False),
        ("br, gzip ; q=0.000", False),
        ("x-gzipped", False),
    ],
)
def test_only_who_can_read_a_compressed_page_gets_one(client, article, accepted, is_packed):
    page = client.get("/articles/", headers={"Accept-Encoding": accepted})

    assert page.has_header("Content-Encoding") is is_packed


@pytest.mark.parametrize("name", ["utm_source", "fbclid"])
def test_how_a_reader_came_makes_no_page_of_its_own(client, article, name):
    tag = client.get("/articles/?country=russia")["ETag"]

    assert client.get(f"/articles/?country=russia&{name}=x")["ETag"] == tag


def test_different_questions_have_different_tags(client, article):
    addresses = [
        "/articles/",
        "/",
        "/articles/?country=russia",
        "/articles/?country__not=russia",
        "/countries/",
    ]

    assert len({client.get(address)["ETag"] for address in addresses}) == len(addresses)


def test_another_release_of_the_program_has_other_tags(client, article, monkeypatch):
    tag = client.get("/articles/")["ETag"]
    monkeypatch.setattr(caching, "release", lambda: "another")

    assert client.get("/articles/", headers={"If-None-Match": tag}).status_code == 200


def test_a_worker_knows_its_release_before_the_first_request():
    """Files that are replaced under a worker that waits for one would pass its old program off as theirs."""
    program = (
        "import sys, newsroom.wsgi; from articles import caching\n"
        "print(caching.release.cache_info().currsize, 'articles.views' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True
    )

    assert done.stdout == "1 True\n"


def test_a_page_is_of_one_day(client, article, monkeypatch):
    tag = client.get("/countries/russia/")["ETag"]
    monkeypatch.setattr(timezone, "localdate", lambda: dt.date(2031, 1, 1))

    assert client.get("/countries/russia/", headers={"If-None-Match": tag}).status_code == 200


def test_a_name_of_the_site_gets_pages_with_its_own_links(client, article, settings):
    settings.ALLOWED_HOSTS = ["one.example", "two.example"]
    for host in settings.ALLOWED_HOSTS:
        page = client.get("/articles/", headers={"Host": host}).content.decode()

        assert f'href="http://{host}/articles/"' in page


# --- What a change does -----------------------------------------------------------------------------------


def edit_title(article: Article, by: object) -> None:
    curation.edit_article(article, {"title": "Envoys part"}, by=by)


def edit_authors(article: Article, by: object) -> None:
    author = Author.objects.create(name="Bo Ek", slug="bo-ek")
    curation.edit_article(article, {"authors": [author]}, by=by)


def withdraw(article: Article, by: object) -> None:
    curation.withdraw(Article.objects.filter(pk=article.pk), by=by)


def reject(article: Article, by: object) -> None:
    curation.reject(article.taggings.filter(tag__kind="country"), by=by)


def add_tag(article: Article, by: object) -> None:
    curation.add_tag(article, make_tag("topic/War"), by=by)


def save(change: Callable[[], object], article: Article, by: object) -> None:
    record = change()
    with curation.recording(ChangeSet.Act.EDIT, by=by) as act:
        assert act.save(record)


def renamed(model: type, **which: str) -> object:
    record = model.objects.get(**which)
    record.name = "Another name"
    return record


def retired() -> Tag:
    tag = Tag.objects.get(slug="russia")
    tag.is_retired = True
    return tag


def new_alias() -> Alias:
    return Alias(tag=Tag.objects.get(slug="russia"), text="Rossiya")


def new_office() -> Office:
    russia = Tag.objects.get(slug="russia")
    return Office(holder=make_tag("actor/Ada Lee"), of=russia, title="President", role="head_of_state")


def delete_alias(article: Article, by: object) -> None:
    alias = Alias.objects.create(tag=Tag.objects.get(slug="russia"), text="Russland")
    with curation.recording(ChangeSet.Act.EDIT, by=by) as act:
        act.delete(alias)


def load_gazetteer(article: Article, by: object) -> None:
    gazetteer.load([entry for entry in read_data() if entry.kind.value == "topic"], release="next")


CHANGES = {
    "a title": edit_title,
    "a byline": edit_authors,
    "a withdrawn article": withdraw,
    "a rejected tag": reject,
    "a tag more": add_tag,
    "a tag's name": partial(save, partial(renamed, Tag, slug="russia")),
    "an outlet's name": partial(save, partial(renamed, Outlet, slug="the-courier")),
    "an author's name": partial(save, partial(renamed, Author, slug="ada-quill")),
    "a retired tag": partial(save, retired),
    "a new alias": partial(save, new_alias),
    "a deleted alias": delete_alias,
    "an office": partial(save, new_office),
    "a new gazetteer": load_gazetteer,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_after_a_change_every_page_is_made_anew(client, alice, article, addresses, monkeypatch, change):
    tags = {address: client.get(address)["ETag"] for address in addresses}

    change(article, alice)

    answers = {address: client.get(address, headers={"If-None-Match": tag}) for address, tag in tags.items()}
    monkeypatch.setattr(Memory, "find", lambda memory, keys, standing: {})
    for address, answer in answers.items():
        fresh = client.get(address)
        assert (answer.status_code, answer.content) == (fresh.status_code, fresh.content)
        assert answer.status_code != 304


def test_a_file_that_is_the_source_of_a_known_article_is_shown_at_once(client, tmp_path):
    gazetteer.load([entry for entry in read_data() if entry.kind.value == "country"], release="one")
    text = f"---\ntitle: Envoys meet\ndate: 2025-10-16\n---\n\n{TEXT}\n"
    (tmp_path / "one.md").write_text(text)
    import_paths([tmp_path])
    address = reverse("api_article_detail", args=[Article.objects.get().pk])
    assert [source["name"] for source in client.get(address).json()["provenance"]["sources"]] == ["one.md"]
    (tmp_path / "two.md").write_text(text)

    import_paths([tmp_path])

    sources = client.get(address).json()["provenance"]["sources"]
    assert [source["name"] for source in sources] == ["one.md", "two.md"]


def test_a_person_s_new_name_is_shown_at_once(client, admin_client, alice, article):
    curation.confirm(article.taggings.all(), by=alice)
    address = f"{article.get_absolute_url()}?tag=country:russia"
    assert "confirmed by an editor" in client.get(address).content.decode()
    form = admin_client.get(reverse("admin:auth_user_change", args=[alice.pk])).context["adminform"].form
    values = {
        name: value for name, value in form.initial.items() if isinstance(value, str | int | bool) and value
    }
    times = {
        "last_login_0": "",
        "last_login_1": "",
        "date_joined_0": "2025-10-16",
        "date_joined_1": "12:00:00",
    }

    saved = admin_client.post(
        reverse("admin:auth_user_change", args=[alice.pk]),
        {**values, **times, "first_name": "Alice", "last_name": "Lee"},
    )

    assert saved.status_code == 302
    assert "confirmed by Alice Lee" in client.get(address).content.decode()


def test_what_was_written_while_a_page_was_made_is_on_the_next_one(client, article, monkeypatch):
    """The page is kept for the standing before; nobody is shown it after the change."""
    stands_at = sync.stands_at

    def slow(now: Standing) -> bool:
        is_fresh = stands_at(now)
        with transaction.atomic():
            Article.objects.filter(pk=article.pk).update(title="Envoys part")
            sync.enqueue([article.pk])
        return is_fresh

    monkeypatch.setattr(sync, "stands_at", slow)
    tag = client.get("/articles/")["ETag"]
    monkeypatch.undo()

    again = client.get("/articles/", headers={"If-None-Match": tag})

    assert again.status_code == 200
    assert "Envoys part" in again.content.decode()


def test_a_page_made_from_an_index_that_lags_behind_is_not_kept(client, article, monkeypatch):
    monkeypatch.setattr(sync, "stands_at", lambda now: False)

    page = client.get("/articles/")

    assert (page.status_code, page.has_header("ETag"), len(caching.pages)) == (200, False, 0)
    assert page["Cache-Control"] == "no-cache"


def test_a_page_without_counts_is_not_kept(client, article, monkeypatch):
    def fail(*args: object, **kwargs: object) -> None:
        raise sync.IndexUnusable("gone")

    monkeypatch.setattr(sync, "search", fail)

    for address in ("/articles/", "/countries/", "/countries/russia/", "/api/v1/articles/"):
        page = client.get(address)

        assert (page.status_code, page["Cache-Control"], page.has_header("ETag")) == (200, "no-store", False)


def test_a_text_that_could_not_be_formatted_is_not_kept(client, article, monkeypatch):
    monkeypatch.setattr("articles.reader.reading.render_guarded", lambda body, marks: (body, True))
    RenderedArticle.objects.all().delete()

    assert client.get(article.get_absolute_url())["Cache-Control"] == "no-store"


# --- Whose page it is -------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_editor_first", [True, False], ids=["the editor first", "the reader first"])
def test_an_editor_s_page_is_never_a_reader_s(client, admin_client, article, is_editor_first):
    for address in (article.get_absolute_url(), "/countries/russia/"):
        readers = [admin_client, client] if is_editor_first else [client, admin_client]
        pages = {reader: reader.get(address) for reader in (*readers, *readers)}

        assert "Edit at the desk" not in pages[client].content.decode()
        assert "Edit at the desk" in pages[admin_client].content.decode()
        assert pages[admin_client]["Cache-Control"] == "private, no-cache"
        assert not pages[admin_client].has_header("ETag")
        assert all("Cookie" in page["Vary"] for page in pages.values())


def test_a_reader_s_tag_is_nothing_to_who_has_signed_in_since(client, admin_client, article):
    tag = client.get(article.get_absolute_url())["ETag"]

    page = admin_client.get(article.get_absolute_url(), headers={"If-None-Match": tag})

    assert page.status_code == 200
    assert "Edit at the desk" in page.content.decode()


def test_lists_are_the_same_for_everybody(client, admin_client, article):
    mine, yours = admin_client.get("/articles/"), client.get("/articles/")

    assert (mine.content, mine["ETag"]) == (yours.content, yours["ETag"])


@pytest.mark.parametrize("is_fragment_first", [True, False], ids=["the fragment first", "the page first"])
def test_a_fragment_is_never_taken_for_the_page(client, article, is_fragment_first):
    asked = [{"HX-Request": "true"}, {}] if is_fragment_first else [{}, {"HX-Request": "true"}]
    answers = [client.get("/articles/", headers=headers) for headers in (*asked, *asked)]

    for headers, answer in zip((*asked, *asked), answers, strict=True):
        assert answer.content.startswith(b"<!DOCTYPE html>") != bool(headers)
        assert "HX-Request" in answer["Vary"]
    assert answers[0]["ETag"] != answers[1]["ETag"]
    crossed = client.get("/articles/", headers={**asked[0], "If-None-Match": answers[1]["ETag"]})
    assert (crossed.status_code, crossed.content) == (200, answers[0].content)


def test_what_a_304_varies_on_is_what_the_page_varies_on(client, addresses):
    for address in addresses:
        page = client.get(address, headers={"Accept-Encoding": "gzip"})
        again = client.get(address, headers={"If-None-Match": page["ETag"]})

        assert sorted(again["Vary"].split(", ")) == sorted(page["Vary"].split(", "))


def test_what_sets_a_cookie_is_not_kept(rf, article):
    @caching.kept()
    def view(request: HttpRequest) -> HttpResponse:
        response = HttpResponse("a page for one")
        response.set_cookie("name", "value")
        return response

    assert not view(rf.get("/")).has_header("ETag")
    assert len(caching.pages) == 0


def test_small_answers_stay_out_of_memory(rf, article):
    @caching.kept(in_memory=False)
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse("putin")

    tag = view(rf.get("/"))["ETag"]

    assert len(caching.pages) == 0
    assert view(rf.get("/", headers={"If-None-Match": tag})).status_code == 304


def test_a_debugging_site_keeps_nothing(client, article, settings):
    settings.DEBUG = True

    assert not client.get("/articles/").has_header("ETag")
