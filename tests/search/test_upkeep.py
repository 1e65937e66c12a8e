"""The index looks after itself: rebuilt in the background, fresh meanwhile, never showing what is hidden."""

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import transaction

from articles import curation
from articles.commands import manage
from articles.models import Article, Tag, Tagging
from articles.search import background, outbox, sync, upkeep
from articles.search.engine import Engine, IndexUnusable, build_lock, write_lock
from articles.search.folder import current_generation
from articles.search.query import Criteria, Match
from tests.conftest import background_starts
from tests.factories import make_article

pytestmark = pytest.mark.django_db

PROJECT = Path(__file__).resolve().parent.parent.parent
RUSSIA = Criteria({("country", Match.ALL): ("russia",)})


@pytest.fixture
def large(monkeypatch) -> list[Article]:
    """A large archive, as the program sees it, with an index."""
    monkeypatch.setattr(sync, "REBUILD_INLINE_LIMIT", 1)
    monkeypatch.setattr(background, "_started_at", {})
    articles = [make_article(tags=["country/Russia"]) for _ in range(4)]
    sync.rebuild()
    return articles


def hide(articles: list[Article]) -> None:
    Article.objects.filter(pk__in=[article.pk for article in articles]).update(
        status=Article.Status.WITHDRAWN
    )
    sync.enqueue(article.pk for article in articles)


def counts() -> tuple[object, ...]:
    """Return all that is said of how many articles there are about Russia."""
    found = sync.search(RUSSIA, facets=("country",), histogram=True)
    return (
        found.count,
        len(found.ids),
        dict(found.facets["country"]).get("russia", 0),
        sum(found.months.values()),
        dict(sync.facet(Criteria(), "country", limit=9)).get("russia", 0),
        dict(sync.totals(("country",))["country"]).get("russia", 0),
        len(sync.related([("country", "russia", 1.0)], [], exclude=(), limit=99)),
    )


# --- Rebuilt in the background ----------------------------------------------------------------------------


def is_missing(folder: Path) -> None:
    (folder / "current").unlink()


def is_damaged(folder: Path) -> None:
    path = next(current_generation(folder).glob("*.idx"))
    path.write_bytes(path.read_bytes()[:-100] + bytes(100))


def is_of_another_version(folder: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("articles.search.documents.FORMAT", 1)
        sync.rebuild()


@pytest.mark.parametrize(
    ("happen", "reason"),
    [
        (is_missing, "there is no index"),
        (is_damaged, "damaged: "),
        (is_of_another_version, "the index is of another version of this program"),
    ],
)
def test_an_unusable_index_of_a_large_archive_is_rebuilt_in_the_background(
    large, settings, happen, reason, caplog
):
    happen(settings.NEWSROOM_INDEX)
    upkeep.forget_engine()

    for _ in range(3):
        with pytest.raises(IndexUnusable, match=reason):
            sync.search(Criteria())

    assert background_starts == [
        [sys.executable, str(settings.BASE_DIR / "manage.py"), "reindex", "--if-needed"]
    ]
    assert "bringing the search index up to date in the background: " in caplog.text
    assert reason in caplog.text


def test_no_second_rebuild_is_started_beside_a_running_one(large, settings):
    is_missing(settings.NEWSROOM_INDEX)

    with build_lock(settings.NEWSROOM_INDEX, seconds=0), pytest.raises(IndexUnusable):
        sync.search(Criteria())

    assert background_starts == []


def test_a_rebuild_that_another_process_has_done_is_not_done_again(large, settings, monkeypatch):
    reason = IndexUnusable("gone")
    with monkeypatch.context() as context:
        names = iter(["generation-old", "generation-new"])
        context.setattr(upkeep, "current_name", lambda folder: next(names))
        assert upkeep.rebuild_unusable(reason, wait_seconds=0) == 0


def test_a_folder_that_cannot_be_written_is_said_to_be_in_the_way(large, settings, tmp_path, caplog):
    (tmp_path / "file").touch()
    settings.NEWSROOM_INDEX = tmp_path / "file" / "index"

    with pytest.raises(IndexUnusable):
        sync.search(Criteria())

    assert background_starts == []
    assert "the search index cannot be built: " in caplog.text


def test_a_program_that_cannot_be_started_is_no_fault_of_the_reader(monkeypatch, caplog):
    monkeypatch.undo()  # conftest keeps tests from starting processes

    background._spawn(["/nowhere/python"])

    assert "no process can be started" in caplog.text
    assert f"run: {manage('reindex')}" in caplog.text


def test_pages_answer_while_the_index_is_rebuilt(large, settings, client):
    is_missing(settings.NEWSROOM_INDEX)

    listed, searched = client.get("/articles/?country=russia"), client.get("/articles/?q=ministers")

    assert (listed.status_code, searched.status_code) == (200, 200)
    assert listed.content.decode().count('class="story"') == 4
    assert "The search index is being rebuilt." in listed.content.decode()
    assert "The search index is being rebuilt." in searched.content.decode()
    assert client.get("/api/v1/articles/?q=ministers").status_code == 503
    assert client.get("/api/v1/articles/?country=russia").json()["count"] == 4


ASK = """
import django, logging
django.setup()
from django.core.management import call_command
from django.db import transaction
from articles.search import sync, upkeep, background
from articles.search.engine import IndexUnusable
from articles.search.query import Criteria
from tests.factories import make_article
call_command("migrate", verbosity=0)
for _ in range(5):
    make_article()
sync.REBUILD_INLINE_LIMIT = 1
children = []
popen = background.subprocess.Popen
background.subprocess.Popen = lambda *args, **kwargs: children.append(popen(*args, **kwargs)) or children[-1]
for _ in range(2):
    try:
        sync.search(Criteria())
    except IndexUnusable as reason:
        print(str(reason).rpartition(": ")[2])
print(len(children), children[0].wait())
print(sync.search(Criteria()).count, sync.compare().is_equal)
"""


def test_a_real_process_rebuilds_the_index(tmp_path):
    environment = {
        "PATH": os.environ["PATH"],
        "NEWSROOM_DATA": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "newsroom.settings",
    }

    done = subprocess.run(
        [sys.executable, "-c", ASK], cwd=PROJECT, env=environment, capture_output=True, text=True, check=False
    )

    assert done.stdout.splitlines() == ["there is no index", "there is no index", "1 0", "5 True"], (
        done.stderr
    )
    assert "in the background" in done.stderr


# --- Fresh while it is rebuilt ----------------------------------------------------------------------------


def test_the_old_index_is_kept_up_to_date_while_a_new_one_is_built(large, monkeypatch):
    monkeypatch.setattr(upkeep, "BATCH", 1)
    seen = []

    def change(count: int) -> None:
        if count == 2:
            hide(large[:2])
            make_article(tags=["country/Russia"])
            sync.search(Criteria())
            seen.append(Engine(upkeep.settings.NEWSROOM_INDEX).search(RUSSIA).count)

    sync.rebuild(progress=change)

    assert seen == [3]
    assert counts()[0] == 3
    assert sync.compare().is_equal


# --- Hidden at once ---------------------------------------------------------------------------------------


def test_hidden_articles_are_in_no_answer_even_while_nothing_can_be_written(large, settings):
    assert counts() == (4,) * 7

    with write_lock(settings.NEWSROOM_INDEX, seconds=0):
        hide(large[:3])
        late = counts()

    assert late == (1,) * 7
    assert counts() == (1,) * 7


def test_what_is_hidden_is_looked_for_once_while_an_index_is_late(large, settings, django_assert_num_queries):
    with write_lock(settings.NEWSROOM_INDEX, seconds=0):
        hide(large[:3])
        sync.search(RUSSIA)
        with django_assert_num_queries(2):  # where the database stands, and whether the outbox reaches back
            assert sync.search(RUSSIA).count == 1

        hide(large[3:])
        assert sync.search(RUSSIA).count == 0


def test_deleted_articles_are_in_no_answer_either(large, settings):
    with write_lock(settings.NEWSROOM_INDEX, seconds=0):
        sync.enqueue([large[0].pk])
        Tagging.objects.filter(article=large[0]).delete()
        large[0].delete()

        assert counts() == (3,) * 7


def test_an_article_that_is_public_again_counts_again(large, settings):
    with write_lock(settings.NEWSROOM_INDEX, seconds=0):
        hide(large[:1])
        Article.objects.update(status=Article.Status.PUBLIC)
        sync.enqueue([large[0].pk])

        assert counts() == (4,) * 7


def test_more_hidden_articles_than_can_be_left_out_are_a_matter_for_the_database(
    large, settings, monkeypatch
):
    monkeypatch.setattr(sync, "HIDDEN_LIMIT", 2)

    with write_lock(settings.NEWSROOM_INDEX, seconds=0):
        hide(large[:3])
        with pytest.raises(IndexUnusable, match="more than 2 articles that it holds are hidden"):
            sync.search(Criteria())

    assert len(background_starts) == 1
    assert counts() == (1,) * 7


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ["withdraw", "reject", "retire"])
def test_an_act_of_many_articles_shows_at_once(act, alice, client):
    with transaction.atomic():
        for number in range(sync.INLINE_LIMIT * 3):
            make_article(title=f"Talks {number}", tags=["country/Russia"])
        make_article(title="Elsewhere", tags=["country/France"])
    sync.rebuild()
    acts = {
        "withdraw": lambda: curation.withdraw(Article.objects.exclude(title="Elsewhere"), by=alice),
        "reject": lambda: curation.reject(Tagging.objects.filter(tag__slug="russia"), by=alice),
        "retire": lambda: curation.retire(Tag.objects.filter(slug="russia"), by=alice),
    }

    acts[act]()

    answer = client.get("/api/v1/articles/").json()
    assert [value["name"] for value in answer["facets"]["country"]] == ["France"]
    assert answer["count"] == (1 if act == "withdraw" else sync.INLINE_LIMIT * 3 + 1)
    assert "Russia" not in client.get("/articles/").content.decode()
    assert background_starts == []


@pytest.mark.django_db(transaction=True)
def test_what_an_act_cannot_finish_goes_on_in_the_background(alice, settings, monkeypatch):
    monkeypatch.setattr(background, "_started_at", {})
    monkeypatch.setattr(sync, "ACT_SECONDS", 0.0)
    monkeypatch.setattr(upkeep, "BATCH", 100)
    with transaction.atomic():
        for _ in range(sync.INLINE_LIMIT + 1):
            make_article(tags=["country/Russia"])
    sync.rebuild()

    curation.retire(Tag.objects.all(), by=alice)

    assert sync.open_engine().revision() == sync.database_standing().revision - 101
    assert len(background_starts) == 1


def test_rows_without_an_article_hide_nothing():
    sync.enqueue([sync.NO_ARTICLE])

    assert outbox.hidden_since(0, limit=9) == []


def test_a_first_index_is_no_alarm(caplog):
    make_article()

    with caplog.at_level(logging.INFO):
        assert sync.search(Criteria()).count == 1

    records = [record for record in caplog.records if "rebuil" in record.getMessage()]
    assert {record.levelname for record in records} == {"INFO"}
    assert "the search index is rebuilt after " in caplog.text
